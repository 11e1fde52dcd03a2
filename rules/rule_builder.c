// SPDX-License-Identifier: Apache-2.0
// The growing rule set. See rule_builder.h.
#include "rules/rule_builder.h"

#include "base/mem.h"

struct interned {
	struct str text;
	struct template *template;
};

void rule_builder_init(struct rule_builder *builder, const struct rule_options *options, struct problems *problems) {
	*builder = (struct rule_builder){ .set = MEM_NEW(struct rule_set), .options = options, .problems = problems };
	ref_init(&builder->set->ref);
}

static void move_groups(struct rule_builder *builder) {
	struct rule_set *set = builder->set;
	set->groups = arena_dup(&set->arena, builder->groups.items, builder->groups.count * sizeof *set->groups);
	set->group_count = builder->groups.count;
	for (size_t i = 0; i < set->group_count; i++) {
		set->rule_count += set->groups[i].rule_count;
		for (size_t k = 0; k < set->groups[i].rule_count; k++)
			set->groups[i].rules[k].group = &set->groups[i];
	}
	set->templates = arena_dup(&set->arena, builder->templates.items, builder->templates.count * sizeof *set->templates);
	set->template_count = builder->templates.count;
}

struct rule_set *rule_builder_finish(struct rule_builder *builder, bool keep) {
	struct rule_set *set = builder->set;
	move_groups(builder);
	array_finish(&builder->groups);
	array_finish(&builder->templates);
	hash_map_finish(&builder->texts);
	hash_map_finish(&builder->compiled);
	arena_finish(&builder->entries);
	arena_finish(&builder->scratch);
	builder->set = NULL;
	if (keep)
		return set;
	rule_set_unref(set);
	return NULL;
}

static bool is_text(const void *value, const void *key) {
	return str_equal(((const struct interned *)value)->text, *(const struct str *)key);
}

// Only for tables in memory; collisions are told apart by is_text.
static uint64_t text_hash(struct str text) {
	uint64_t hash = text.len, word = 0;
	for (; text.len >= sizeof word; text = str_skip(text, sizeof word)) {
		memcpy(&word, text.data, sizeof word);
		hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
		hash ^= hash >> 32;
	}
	word = 0;
	if (text.len > 0)
		memcpy(&word, text.data, text.len);
	hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
	return hash ^ hash >> 32;
}

static struct interned *intern(struct rule_builder *builder, struct hash_map *map, uint64_t hash, struct str text) {
	struct interned *entry = ARENA_NEW(&builder->entries, struct interned);
	entry->text = text;
	hash_map_insert(map, hash, entry);
	return entry;
}

struct str rule_keep(struct rule_builder *builder, struct str text) {
	return text.len == 0 ? STR_NONE : arena_dup_str(&builder->set->arena, text);
}

struct str rule_intern(struct rule_builder *builder, struct str text) {
	if (text.len == 0)
		return STR_NONE;
	uint64_t hash = text_hash(text);
	const struct interned *known = hash_map_find(&builder->texts, hash, &text, is_text);
	if (known == NULL)
		known = intern(builder, &builder->texts, hash, rule_keep(builder, text));
	return known->text;
}

// A template that may name itself is its own; any other is the same for every rule, whose name is given when it is executed.
static bool is_shared(struct str text) {
	return str_find(text, STR("__alert_")) < 0;
}

struct template *rule_template(struct rule_builder *builder, struct str name, struct str text, struct error *err) {
	uint64_t hash = text_hash(text);
	const struct interned *known = hash_map_find(&builder->compiled, hash, &text, is_text);
	if (known != NULL)
		return known->template;
	struct template *template = template_compile(NULL, name, text, err);
	if (template == NULL)
		return NULL;
	array_append(&builder->templates, template);
	if (is_shared(text))
		intern(builder, &builder->compiled, hash, rule_intern(builder, text))->template = template;
	return template;
}
