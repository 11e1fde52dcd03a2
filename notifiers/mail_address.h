// SPDX-License-Identifier: Apache-2.0
// Address lists as people write them: `Name <a@b>, c@d`. Pure. Private to notifiers/.
#pragma once
#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

enum { MAIL_ADDRESSES_MAX = 1000 };

struct mail_address {
	struct str name;    // display name as UTF-8 without quotes; may be empty
	struct str address; // safe for the SMTP dialogue (smtp_address_is_safe), holds an '@'; IDN stays as it is
};

// Commas and line breaks between addresses, quoted names, (comments); empty elements are skipped. Results live in arena.
// ERR_INVALID names the bad element; ERR_LIMIT. An empty list is no error here.
MUST_CHECK bool mail_addresses_parse(struct str list, struct arena *arena, struct mail_address **out, size_t *count, struct error *err);
