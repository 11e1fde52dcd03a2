// SPDX-License-Identifier: Apache-2.0
// Matchers of routes and inhibit rules, in each mode.
#include "tests/daemon/loaded_config.h"
#include "tests/harness/test.h"

#define CHILD(keys) "route: {receiver: r, routes: [{" keys "}]}\nreceivers: [{name: r}]\n"

TEST(a_text_that_only_the_classic_parser_takes_is_warned_about) {
	check_warnings(CHILD("matchers: ['a=b c']"), "c.yml:1:43: warning: read by the classic parser of matchers (4:5: unexpected c: expected a comma or close brace): quote values and escape backslashes\n");
	check_warnings(CHILD("matchers: ['a=\"\\t\"']"), "c.yml:1:43: warning: read by the classic parser of matchers (the UTF-8 parser understands something else): quote values and escape backslashes\n");
	config_unref(good_config(CHILD("matchers: ['a=\"b c\"', 'a=~b', '{\"x y\"!~\"z\"}']")));
}

TEST(each_mode_has_its_parser) {
	static const struct {
		enum matcher_mode mode;
		const char *text, *problems; // "": it loads
	} cases[] = {
		{ MATCHER_CLASSIC, CHILD("matchers: ['a=b c']"), "" },
		{ MATCHER_UTF8, CHILD("matchers: ['a=b c']"), "c.yml:1:43: error: 4:5: unexpected c: expected a comma or close brace\n" },
		{ MATCHER_UTF8, CHILD("matchers: ['a.b=c']"), "" },
		{ MATCHER_CLASSIC, CHILD("matchers: ['a.b=c']"), "c.yml:1:43: error: bad matcher format: a.b=c\n" },
		{ MATCHER_UTF8, CHILD("match: {a.b: c}"), "c.yml:1:40: error: invalid label name \"a.b\"\n" },
		{ MATCHER_CLASSIC, CHILD("group_by: [a.b]"), "c.yml:1:42: error: invalid label name \"a.b\" in group_by list\n" },
		{ MATCHER_CLASSIC, CHILD("labels: {a.b: c}"), "c.yml:1:41: error: invalid label name \"a.b\" in route labels\n" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		autobuf struct buf problems = { 0 };
		struct config *config = config_of(cases[i].text, (struct config_features){ .matchers = cases[i].mode }, &problems);
		CHECK_CSTR(buf_cstr(&problems), cases[i].problems);
		CHECK((config != NULL) == (*cases[i].problems == '\0'));
		config_unref(config);
	}
}
