// SPDX-License-Identifier: Apache-2.0
// Who already has a mail.
#include "base/buf.h"
#include "notifiers/mail_holders.h"
#include "tests/harness/test.h"

static struct mail_holders read_back(struct arena *arena, const char *data, const char *id) {
	struct mail_holders holders;
	mail_holders_read(arena, data, str_of(id), &holders);
	return holders;
}

TEST(what_is_written_is_read_for_the_same_mail_and_for_no_other) {
	autoarena struct arena arena = { 0 };
	autobuf struct buf text = { 0 };
	struct str addresses[] = { STR("a@example.org"), STR("\"b c\"@example.org") };
	mail_holders_write(&text, STR("<1.2@x>"), &(struct mail_holders){ addresses, 2 });
	struct mail_holders holders = read_back(&arena, buf_cstr(&text), "<1.2@x>");
	CHECK(holders.count == 2 && mail_holders_have(&holders, STR("a@example.org")) && mail_holders_have(&holders, STR("\"b c\"@example.org")));
	CHECK(!mail_holders_have(&holders, STR("c@example.org")) && !mail_holders_have(&holders, STR("A@example.org")));
	CHECK(read_back(&arena, buf_cstr(&text), "<1.3@x>").count == 0);
}

TEST(what_is_not_about_mail_holds_nobody) {
	autoarena struct arena arena = { 0 };
	static const char *const texts[] = { NULL, "", "{}", "[]", "{\"channel\":\"c\",\"ts\":\"1\"}", "{\"mail\":\"m\"}", "{\"mail\":\"m\",\"has\":[]}", "{\"mail\":\"m\",\"has\":[\"a\"", "{\"mail\":\"m\",\"has\":{\"a\":1}}", "{\"has\":[\"a\"]}" };
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		CHECK(read_back(&arena, texts[i], "m").count == 0);
}
