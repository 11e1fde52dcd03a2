// SPDX-License-Identifier: Apache-2.0
// Who already has a mail that must be tried again for others: greylisting refuses some recipients of a session and takes the rest.
// Kept as JSON with what the log remembers of the group's receiver, so that nobody gets it twice after a restart. Pure. Private to notifiers/.
#pragma once
#include "base/arena.h"
#include "base/str.h"

struct buf;

struct mail_holders {
	struct str *items; // addresses; in the arena
	size_t count;
};

// Of the mail with this Message-Id; none when `data` (NULL is fine) is about another one.
void mail_holders_read(struct arena *arena, const char *data, struct str id, struct mail_holders *out);
void mail_holders_write(struct buf *out, struct str id, const struct mail_holders *holders);
bool mail_holders_have(const struct mail_holders *holders, struct str address);
