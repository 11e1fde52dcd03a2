// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"
#include "tests/harness/test.h"

TEST(an_error_prints_its_place) {
	struct error err;
	char text[600];
	CHECK(!error_at(&err, (struct position){ "disk.yml", 3, 5 }, "\"for\": bad duration \"%s\"", "5 min"));
	CHECK(err.code == ERR_INVALID);
	CHECK_CSTR(error_format(&err, text, sizeof text), "disk.yml:3:5: \"for\": bad duration \"5 min\"");
	error_wrap(&err, "group \"%s\"", "g");
	CHECK_CSTR(error_format(&err, text, sizeof text), "disk.yml:3:5: group \"g\": \"for\": bad duration \"5 min\"");
}

TEST(a_long_text_is_cut_between_characters) {
	struct error err;
	char text[ERROR_TEXT_MAX * 2];
	memset(text, 'x', sizeof text);
	for (size_t i = 0; i < sizeof text - 1; i += 2)
		memcpy(text + i, "ü", 2);
	text[sizeof text - 1] = '\0';
	error_set(&err, ERR_IO, "%s", text);
	CHECK(strlen(err.text) > ERROR_TEXT_MAX - 4);
	CHECK(str_is_utf8(str_of(err.text)));
}

TEST(nobody_has_to_listen) {
	CHECK(!error_set(NULL, ERR_IO, "lost"));
}
