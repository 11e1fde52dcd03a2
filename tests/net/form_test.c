// SPDX-License-Identifier: Apache-2.0
#include "net/form.h"
#include "base/buf.h"
#include "tests/harness/test.h"

TEST(fields_are_escaped_as_go_does) {
	autobuf struct buf out = { 0 };
	form_append(&out, STR("a b"), STR("x&y=z/\xc3\xa9~-_."));
	form_append(&out, STR("empty"), STR(""));
	CHECK_STR(buf_str(&out), "a+b=x%26y%3Dz%2F%C3%A9~-_.&empty=");
}

static const char *find(const char *form, const char *name) {
	static struct buf out;
	buf_reset(&out);
	return form_find(str_of(form), str_of(name), &out) ? buf_cstr(&out) : NULL;
}

TEST(a_field_is_found_and_decoded) {
	CHECK_CSTR(find("a=1&b+c=x%26y+z%2&b+c=no", "b c"), "x&y z%2");
	CHECK_CSTR(find("%61=1", "a"), "1");
	CHECK_CSTR(find("a", "a"), "");
	CHECK_CSTR(find("a=%4", "a"), "%4");
	CHECK_CSTR(find("a=%zz%41", "a"), "%zzA");
	CHECK(find("ab=1", "a") == NULL);
	CHECK(find("", "a") == NULL);
}
