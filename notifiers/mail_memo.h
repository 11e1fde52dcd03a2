// SPDX-License-Identifier: Apache-2.0
// Who already has a mail that must be tried again for others: greylisting refuses some recipients of a session and takes the rest.
// Kept in memory only: after a restart they may get it twice. Any thread. Private to notifiers/.
#pragma once
#include "base/str.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

enum { MAIL_MEMO_SLOTS = 4096 };

struct mail_memo {
	pthread_mutex_t lock;
	uint64_t keys[MAIL_MEMO_SLOTS]; // under lock: a ring of hashes of (Message-Id, address)
	size_t next;                    // under lock
};

void mail_memo_init(struct mail_memo *memo);
void mail_memo_finish(struct mail_memo *memo);
bool mail_memo_has(struct mail_memo *memo, struct str id, struct str address);
void mail_memo_add(struct mail_memo *memo, struct str id, struct str address);
