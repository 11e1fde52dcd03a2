// SPDX-License-Identifier: Apache-2.0
// A binary min-heap of due times. See heap.h.
#include "base/heap.h"

#include "base/array.h"

#include <assert.h>

static void put(struct heap *heap, size_t at, struct heap_node *node) {
	heap->items[at] = node;
	node->index = at + 1;
}

static void sift_up(struct heap *heap, size_t at) {
	struct heap_node *node = heap->items[at];
	for (; at > 0 && heap->items[(at - 1) / 2]->due > node->due; at = (at - 1) / 2)
		put(heap, at, heap->items[(at - 1) / 2]);
	put(heap, at, node);
}

static void sift_down(struct heap *heap, size_t at) {
	struct heap_node *node = heap->items[at];
	for (size_t child = 2 * at + 1; child < heap->count; child = 2 * at + 1) {
		if (child + 1 < heap->count && heap->items[child + 1]->due < heap->items[child]->due)
			child++;
		if (heap->items[child]->due >= node->due)
			break;
		put(heap, at, heap->items[child]);
		at = child;
	}
	put(heap, at, node);
}

void heap_finish(struct heap *heap) {
	for (size_t i = 0; i < heap->count; i++)
		heap->items[i]->index = 0;
	array_finish(heap);
}

void heap_push(struct heap *heap, struct heap_node *node, int64_t due) {
	assert(node->index == 0);
	node->due = due;
	array_append(heap, node);
	sift_up(heap, heap->count - 1);
}

struct heap_node *heap_peek(const struct heap *heap) {
	return heap->count == 0 ? NULL : heap->items[0];
}

struct heap_node *heap_pop(struct heap *heap) {
	struct heap_node *node = heap_peek(heap);
	if (node != NULL)
		heap_remove(heap, node);
	return node;
}

struct heap_node *heap_pop_due(struct heap *heap, int64_t now) {
	struct heap_node *node = heap_peek(heap);
	return node == NULL || node->due > now ? NULL : heap_pop(heap);
}

static void restore(struct heap *heap, size_t at) {
	sift_up(heap, at);
	sift_down(heap, at);
}

void heap_update(struct heap *heap, struct heap_node *node, int64_t due) {
	if (node->index == 0) {
		heap_push(heap, node, due);
		return;
	}
	node->due = due;
	restore(heap, node->index - 1);
}

void heap_remove(struct heap *heap, struct heap_node *node) {
	if (node->index == 0)
		return;
	size_t at = node->index - 1;
	assert(at < heap->count && heap->items[at] == node);
	struct heap_node *last = heap->items[--heap->count];
	node->index = 0;
	if (last == node)
		return;
	put(heap, at, last);
	restore(heap, at);
}
