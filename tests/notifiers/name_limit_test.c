// SPDX-License-Identifier: Apache-2.0
#include "notifiers/name_limit.h"
#include "tests/harness/test.h"

TEST(there_is_room_for_as_many_of_a_name_as_the_limit_says) {
	struct name_limit limit = { .max = 2 };
	CHECK(name_limit_has_room(&limit, STR("A")));
	name_limit_enter(&limit, STR("A"));
	name_limit_enter(&limit, STR("A"));
	CHECK(!name_limit_has_room(&limit, STR("A")));
	CHECK(name_limit_has_room(&limit, STR("B")) && name_limit_has_room(&limit, STR_NONE));
	name_limit_leave(&limit, STR("A"));
	CHECK(name_limit_has_room(&limit, STR("A")));
	name_limit_finish(&limit);
}

TEST(those_that_were_there_before_the_limit_stay_and_are_counted) {
	struct name_limit limit = { .max = 1 };
	for (int i = 0; i < 3; i++)
		name_limit_enter(&limit, STR("A"));
	name_limit_leave(&limit, STR("A"));
	name_limit_leave(&limit, STR("A"));
	CHECK(!name_limit_has_room(&limit, STR("A")));
	name_limit_leave(&limit, STR("A"));
	CHECK(name_limit_has_room(&limit, STR("A")) && limit.by_name.count == 0);
	name_limit_finish(&limit);
}

TEST(without_a_limit_nothing_is_counted) {
	struct name_limit limit = { 0 };
	for (int i = 0; i < 1000; i++)
		name_limit_enter(&limit, STR("A"));
	CHECK(name_limit_has_room(&limit, STR("A")) && limit.by_name.count == 0);
	name_limit_leave(&limit, STR("A"));
	name_limit_finish(&limit);
}
