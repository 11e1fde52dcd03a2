// SPDX-License-Identifier: Apache-2.0
#include "base/edit_distance.h"

#include "tests/harness/test.h"

TEST(an_edit_inserts_removes_replaces_or_exchanges_neighbours) {
	CHECK_INT(edit_distance(STR(""), STR("")), 0);
	CHECK_INT(edit_distance(STR(""), STR("for")), 3);
	CHECK_INT(edit_distance(STR("expr"), STR("expr")), 0);
	CHECK_INT(edit_distance(STR("exprs"), STR("expr")), 1);
	CHECK_INT(edit_distance(STR("group"), STR("groups")), 1);
	CHECK_INT(edit_distance(STR("exbr"), STR("expr")), 1);
	CHECK_INT(edit_distance(STR("fro"), STR("for")), 1);
	CHECK_INT(edit_distance(STR("kitten"), STR("sitting")), 3);
}

TEST(near_names_are_few_edits_apart_and_not_equal) {
	CHECK(edit_is_near(STR("fro"), STR("for")));
	CHECK(edit_is_near(STR("anotation"), STR("annotations")));
	CHECK(!edit_is_near(STR("for"), STR("for")));
	CHECK(!edit_is_near(STR("fxx"), STR("for")));
	CHECK(!edit_is_near(STR(""), STR("a")));
	CHECK(!edit_is_near(STR("summary"), STR("labels")));
}

TEST(a_name_that_is_too_long_is_like_no_other) {
	char longest[EDIT_NAME_MAX + 1];
	memset(longest, 'a', sizeof longest);
	CHECK_INT(edit_distance(str_make(longest, EDIT_NAME_MAX), str_make(longest, EDIT_NAME_MAX)), 0);
	CHECK(!edit_is_near(str_make(longest, EDIT_NAME_MAX + 1), str_make(longest, EDIT_NAME_MAX)));
}
