// SPDX-License-Identifier: Apache-2.0
// A tree that outlives its document. See yaml_doc.h.
#include "base/yaml_doc.h"

static struct yaml_node **copy_items(struct arena *arena, const struct yaml_node *node) {
	struct yaml_node **items = ARENA_NEW_ARRAY(arena, struct yaml_node *, node->count);
	for (uint32_t i = 0; i < node->count; i++)
		items[i] = yaml_copy(arena, node->items[i]);
	return items;
}

static struct yaml_entry *copy_entries(struct arena *arena, const struct yaml_node *node) {
	struct yaml_entry *entries = ARENA_NEW_ARRAY(arena, struct yaml_entry, node->count);
	for (uint32_t i = 0; i < node->count; i++) {
		entries[i] = node->entries[i];
		entries[i].key = yaml_copy(arena, node->entries[i].key);
		entries[i].value = yaml_copy(arena, node->entries[i].value);
	}
	return entries;
}

struct yaml_node *yaml_copy(struct arena *arena, const struct yaml_node *node) {
	struct yaml_node *copy = arena_dup(arena, node, sizeof *node);
	if (node->tag != NULL)
		copy->tag = arena_cstr(arena, str_of(node->tag));
	switch (node->kind) {
	case YAML_SCALAR:
		copy->text = arena_dup_str(arena, node->text);
		return copy;
	case YAML_SEQUENCE:
		copy->items = copy_items(arena, node);
		return copy;
	case YAML_MAPPING:
		copy->entries = copy_entries(arena, node);
		return copy;
	}
	unreachable("yaml kind");
}
