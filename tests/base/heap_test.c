// SPDX-License-Identifier: Apache-2.0
// The due-time heap: order, moving, removal from the middle.
#include "base/heap.h"

#include "tests/harness/test.h"

struct job {
	int id;
	struct heap_node due;
};

TEST(an_empty_heap_gives_nothing) {
	struct heap heap = { 0 };
	struct heap_node node = { 0 };
	CHECK(heap_peek(&heap) == NULL && heap_pop(&heap) == NULL && heap_pop_due(&heap, INT64_MAX) == NULL);
	heap_remove(&heap, &node);
	heap_finish(&heap);
}

TEST(only_what_is_due_is_popped) {
	struct heap heap = { 0 };
	struct job job = { .id = 5 };
	heap_push(&heap, &job.due, 100);
	CHECK(heap_pop_due(&heap, 99) == NULL && heap_has(&job.due));
	CHECK(HEAP_ENTRY(heap_pop_due(&heap, 100), struct job, due)->id == 5 && !heap_has(&job.due) && heap.count == 0);
	heap_finish(&heap);
}

enum { JOBS = 400 };

static void check_order(const struct heap *heap) {
	for (size_t i = 0; i < heap->count; i++) {
		CHECK(heap->items[i]->index == i + 1);
		CHECK(i == 0 || heap->items[(i - 1) / 2]->due <= heap->items[i]->due);
	}
}

TEST(any_mix_of_moves_keeps_the_order) {
	static struct job jobs[JOBS];
	struct heap heap = { 0 };
	unsigned roll = 99;
	size_t inside = 0;
	for (int step = 0; step < 20000; step++) {
		roll = roll * 1664525 + 1013904223;
		struct heap_node *node = &jobs[(roll >> 9) % JOBS].due;
		bool was_in = heap_has(node);
		if ((roll >> 24) % 4 == 0)
			heap_remove(&heap, node);
		else
			heap_update(&heap, node, (int64_t)(roll >> 5) % 1000 - 500);
		inside += (size_t)heap_has(node) - (size_t)was_in;
		CHECK(heap.count == inside);
		if (step % 500 == 0)
			check_order(&heap);
	}
	int64_t last = INT64_MIN;
	for (struct heap_node *node; (node = heap_pop(&heap)) != NULL; last = node->due, inside--)
		CHECK(node->due >= last);
	CHECK(inside == 0);
	heap_finish(&heap);
}

TEST(finishing_frees_the_nodes_for_another_heap) {
	struct heap heap = { 0 }, other = { 0 };
	struct heap_node node = { 0 };
	heap_push(&heap, &node, 1);
	heap_finish(&heap);
	heap_push(&other, &node, 2);
	CHECK(heap_peek(&other) == &node);
	heap_finish(&other);
}
