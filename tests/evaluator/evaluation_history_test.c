// SPDX-License-Identifier: Apache-2.0
// The ring of a rule's last evaluations: order, forgetting, errors, another size.
#include "tests/harness/test.h"

#include "evaluator/evaluation_history.h"

static void add(struct evaluation_history **history, unsigned room, wall_ms at, const char *error) {
	evaluation_history_add(history, room, (struct evaluation_entry){ at, (uint32_t)at * 10, (uint32_t)at * 100 }, str_of(error));
}

static void check_is(const struct evaluation_history *history, size_t back, wall_ms at, const char *error) {
	const char *text;
	struct evaluation_entry entry = evaluation_history_get(history, back, &text);
	CHECK_INT(entry.at, at);
	CHECK_INT(entry.duration_us, at * 10);
	CHECK_INT(entry.samples, at * 100);
	CHECK_CSTR(text, error);
}

TEST(the_newest_comes_first_and_the_oldest_is_forgotten) {
	struct evaluation_history *history = NULL;
	CHECK_INT(evaluation_history_count(history), 0);
	for (wall_ms at = 1; at <= 5; at++)
		add(&history, 3, at, at == 4 ? "boom" : "");
	CHECK_INT(evaluation_history_count(history), 3);
	check_is(history, 0, 5, "");
	check_is(history, 1, 4, "boom");
	check_is(history, 2, 3, "");
	evaluation_history_destroy(history);
}

TEST(an_error_goes_with_its_evaluation) {
	struct evaluation_history *history = NULL;
	add(&history, 2, 1, "one");
	add(&history, 2, 2, "");
	add(&history, 2, 3, "");
	check_is(history, 0, 3, "");
	check_is(history, 1, 2, "");
	evaluation_history_destroy(history);
}

TEST(another_size_keeps_the_newest_and_none_keeps_nothing) {
	struct evaluation_history *history = NULL;
	for (wall_ms at = 1; at <= 4; at++)
		add(&history, 4, at, at == 3 ? "boom" : "");
	add(&history, 3, 5, "");
	CHECK_INT(evaluation_history_count(history), 3);
	check_is(history, 0, 5, "");
	check_is(history, 2, 3, "boom");
	add(&history, 10, 6, "");
	CHECK_INT(evaluation_history_count(history), 4);
	check_is(history, 3, 3, "boom");
	add(&history, 0, 7, "");
	CHECK_INT(evaluation_history_count(history), 0);
}
