// SPDX-License-Identifier: Apache-2.0
// The servers that tests send mail to: some that behave (system/smtp_server.py), some that do not (system/smtp_evil.py), and what they write down.
#pragma once
#include "tests/harness/fixture.h"

extern struct fixture mail_good, mail_evil;

// Starts them where they do not run; what they wrote down is gone. False: something they need is not installed.
bool mail_servers_begin(void);
void mail_servers_stop(void);
const char *mail_file(const char *name); // in the test's directory; borrowed until the next call
bool mail_file_has(const char *name, const char *text);

#define SKIP_UNLESS(is_there)    \
	do {                     \
		if (!(is_there)) \
			skip();  \
	} while (0)
