// SPDX-License-Identifier: Apache-2.0
#include "model/label_name.h"

#include "base/arena.h"
#include "base/error.h"
#include "base/role.h"
#include "model/labels.h"
#include "tests/harness/test.h"

static struct str made(char text[24], unsigned number) {
	snprintf(text, 24, "name_%u", number);
	return str_of(text);
}

TEST(a_name_has_one_number_and_comes_back_by_it) {
	uint32_t number = label_name_number(STR("instance"));
	CHECK(number != 0 && label_name_number(STR("instance")) == number);
	CHECK_STR(label_name_of(number), "instance");
	CHECK(label_name_number(STR("instances")) != number);
}

TEST(a_name_that_is_long_is_not_kept) {
	char text[LABEL_NAME_BYTES_MAX + 1];
	memset(text, 'n', sizeof text);
	CHECK(label_name_number(str_make(text, LABEL_NAME_BYTES_MAX)) != 0);
	CHECK_INT(label_name_number(str_make(text, sizeof text)), 0);
	CHECK_INT(label_name_number(STR_NONE), 0);
}

static void name_many(void *numbers) {
	for (unsigned i = 0; i < 2000; i++) {
		char text[24];
		((uint32_t *)numbers)[i] = label_name_number(made(text, i));
	}
}

TEST(threads_that_meet_a_name_at_once_get_the_same_number) {
	static uint32_t numbers[3][2000];
	struct role_thread threads[3] = { 0 };
	struct error err;
	for (int i = 0; i < 3; i++)
		CHECK(role_start(&threads[i], "names", name_many, numbers[i], &err));
	for (int i = 0; i < 3; i++)
		role_join(&threads[i]);
	for (unsigned i = 0; i < 2000; i++) {
		char text[24];
		CHECK(numbers[0][i] == numbers[1][i] && numbers[0][i] == numbers[2][i]);
		CHECK(numbers[0][i] == 0 || str_equal(label_name_of(numbers[0][i]), made(text, i)));
	}
}

TEST(when_there_are_too_many_names_the_known_ones_stay_and_labels_come_back_all_the_same) { // the last test: it fills the table
	uint32_t number = label_name_number(STR("instance")), last = 0;
	unsigned unkept = 0;
	for (unsigned i = 0; i < 2 * LABEL_NAMES_MAX; i++) {
		char text[24];
		last = label_name_number(made(text, i));
		unkept += last == 0;
	}
	CHECK_INT(last, 0);
	CHECK(unkept >= LABEL_NAMES_MAX);
	CHECK(unkept < LABEL_NAMES_MAX + 200); // nearly all found a place before
	CHECK_INT(label_name_number(STR("instance")), number);
	const struct label items[] = { { STR("a name beyond the table"), STR("1") }, { STR("instance"), STR("2") } };
	const struct labels *labels = labels_from_sorted(items, 2), *others = labels_from_sorted(items, 2);
	autoarena struct arena arena = { 0 };
	const struct label *back = labels_unpack(labels, &arena);
	CHECK(str_equal(back[0].name, items[0].name) && str_equal(back[0].value, items[0].value));
	CHECK(str_equal(back[1].name, items[1].name) && str_equal(back[1].value, items[1].value));
	CHECK(labels_equal(labels, others));
	labels_unref(labels);
	labels_unref(others);
}
