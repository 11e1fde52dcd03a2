// SPDX-License-Identifier: Apache-2.0
// What is due next: a binary min-heap of nodes that live inside the things that are due. One owner, one thread at a time.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Embedded in the thing that is due. Zeroed = in no heap. Must not move in memory while it is in one.
struct heap_node {
	int64_t due;  // wall_ms or mono_ms, one kind a heap; changed by heap_push and heap_update only
	size_t index; // where it is, plus one; 0 = in no heap
};

// A zeroed heap is empty and valid. It never frees its nodes.
struct heap {
	struct heap_node **items;
	size_t count, cap;
};

void heap_finish(struct heap *heap);                                      // forgets the nodes (each becomes "in no heap"); usable again
void heap_push(struct heap *heap, struct heap_node *node, int64_t due);   // of a node in no heap
struct heap_node *heap_peek(const struct heap *heap);                     // the earliest, or NULL; equals come in no order
struct heap_node *heap_pop(struct heap *heap);                            // takes the earliest out, or NULL
struct heap_node *heap_pop_due(struct heap *heap, int64_t now);           // the same, if it is due at `now` or before
void heap_update(struct heap *heap, struct heap_node *node, int64_t due); // moves it; pushes one that is in no heap
void heap_remove(struct heap *heap, struct heap_node *node);              // of one in no heap: nothing

static inline bool heap_has(const struct heap_node *node) {
	return node->index != 0;
}

#define HEAP_ENTRY(node, type, member) ((type *)(void *)((char *)(node)-offsetof(type, member)))
