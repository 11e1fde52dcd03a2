// SPDX-License-Identifier: Apache-2.0
// Servers of mail. See mail_servers.h.
#include "tests/harness/mail_servers.h"

#include "base/buf.h"
#include "base/fs.h"
#include "tests/harness/test.h"

#include <signal.h>
#include <unistd.h>

struct fixture mail_good, mail_evil;

const char *mail_file(const char *name) {
	static struct buf path;
	buf_reset(&path);
	buf_format(&path, "%s/%s", test_directory(), name);
	return buf_cstr(&path);
}

bool mail_file_has(const char *name, const char *text) {
	autobuf struct buf content = { 0 };
	struct error err;
	return fs_read_file(mail_file(name), 1 << 20, &content, &err) && str_find(buf_str(&content), str_of(text)) >= 0;
}

bool mail_servers_begin(void) {
	static const char *const written[] = { "smtp.log", "last.eml", "bdat.eml" };
	static bool is_missing;
	signal(SIGPIPE, SIG_IGN);
	if (mail_good.pid == 0 && !is_missing)
		is_missing = !fixture_start(&mail_good, "system/smtp_server.py", test_directory());
	if (is_missing)
		return false;
	if (mail_evil.pid == 0)
		fixture_start(&mail_evil, "system/smtp_evil.py", test_directory());
	for (size_t i = 0; i < sizeof written / sizeof *written; i++)
		unlink(mail_file(written[i]));
	return true;
}

void mail_servers_stop(void) {
	fixture_stop(&mail_good);
	fixture_stop(&mail_evil);
}
