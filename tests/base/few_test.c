// SPDX-License-Identifier: Apache-2.0
#include "base/few.h"

#include "tests/harness/test.h"

struct pair {
	uint64_t left, right;
};

struct list {
	FEW_OF(struct pair);
};

TEST(one_item_takes_no_memory_of_its_own) {
	struct list list = { 0 };
	few_append(&list, ((struct pair){ 1, 2 }));
	CHECK(list.count == 1 && list.cap == 0);
	CHECK(few_items(&list) == &list.one && few_items(&list)[0].right == 2);
	few_swap_remove(&list, 0);
	few_append(&list, ((struct pair){ 3, 4 }));
	CHECK(list.count == 1 && few_items(&list)[0].left == 3);
	few_finish(&list);
}

TEST(more_come_and_go_in_a_block) {
	struct list list = { 0 };
	for (uint64_t i = 0; i < 100; i++)
		few_append(&list, ((struct pair){ i, ~i }));
	for (uint64_t i = 0; i < 100; i++)
		CHECK(few_items(&list)[i].left == i && few_items(&list)[i].right == ~i);
	few_swap_remove(&list, 0);
	CHECK(list.count == 99 && few_items(&list)[0].left == 99);
	while (list.count > 0)
		few_swap_remove(&list, list.count - 1);
	few_append(&list, ((struct pair){ 7, 8 }));
	CHECK(list.count == 1 && few_items(&list)[0].left == 7);
	few_finish(&list);
	CHECK(list.count == 0 && list.cap == 0);
}

TEST(pointers_fit_too) {
	struct {
		FEW_OF(const char *);
	} names = { 0 };
	few_append(&names, "a");
	few_append(&names, "b");
	CHECK_CSTR(few_items(&names)[0], "a");
	few_swap_remove(&names, 0);
	CHECK_CSTR(few_items(&names)[0], "b");
	few_clear(&names);
	few_append(&names, "c");
	CHECK_CSTR(few_items(&names)[0], "c");
	few_finish(&names);
}
