// SPDX-License-Identifier: Apache-2.0
// The growing rule set. See rule_builder.h.
#include "rules/rule_builder.h"

#include "base/buf.h"
#include "base/mem.h"

struct interned {
	struct str text;
};

struct text_list {
	const struct rule_text *const *items;
	size_t count;
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
	hash_map_finish(&builder->names);
	hash_map_finish(&builder->texts);
	hash_map_finish(&builder->lists);
	hash_map_finish(&builder->group_names);
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

// Only for tables in memory.
static uint64_t mix_text(uint64_t hash, struct str text) {
	uint64_t word = 0;
	hash ^= text.len;
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

struct str rule_keep(struct rule_builder *builder, struct str text) {
	return text.len == 0 ? STR_NONE : arena_dup_str(&builder->set->arena, text);
}

struct str rule_intern(struct rule_builder *builder, struct str text) {
	if (text.len == 0)
		return STR_NONE;
	uint64_t hash = mix_text(0, text);
	const struct interned *known = hash_map_find(&builder->names, hash, &text, is_text);
	if (known != NULL)
		return known->text;
	struct interned *entry = ARENA_NEW(&builder->entries, struct interned);
	entry->text = rule_keep(builder, text);
	hash_map_insert(&builder->names, hash, entry);
	return entry->text;
}

// ---- labels and annotations ----

struct text_key {
	struct str name, text;
	bool is_literal; // actions mean nothing
};

static bool is_same_text(const void *value, const void *key) {
	const struct rule_text *text = value;
	const struct text_key *wanted = key;
	bool is_literal = text->template == NULL;
	return str_equal(text->name, wanted->name) && str_equal(text->text, wanted->text) && is_literal == wanted->is_literal;
}

static bool compile(struct rule_builder *builder, struct str alert, struct rule_text *out, struct error *err) {
	autobuf struct buf name = { 0 };
	buf_format(&name, "__alert_%.*s", STR_ARG(alert));
	out->template = template_compile(NULL, buf_str(&name), out->text, err);
	if (out->template == NULL)
		return false;
	array_append(&builder->templates, out->template);
	out->class = template_classify(out->template);
	out->uses_query = template_uses_query(out->template);
	return true;
}

const struct rule_text *rule_text_share(struct rule_builder *builder, struct str alert, struct str name, struct str text, struct error *err) {
	struct text_key key = { name, text, .is_literal = alert.len == 0 || str_find(text, STR("{{")) < 0 };
	uint64_t hash = mix_text(mix_text(key.is_literal, name), text);
	const struct rule_text *known = hash_map_find(&builder->texts, hash, &key, is_same_text);
	if (known != NULL)
		return known;
	struct rule_text *own = ARENA_NEW(&builder->set->arena, struct rule_text);
	own->name = rule_intern(builder, name);
	own->text = rule_keep(builder, text);
	if (!key.is_literal && !compile(builder, alert, own, err))
		return NULL;
	if (str_find(text, STR("__alert_")) < 0) // a template that may name itself is its own; the others' name is given when they are executed
		hash_map_insert(&builder->texts, hash, own);
	return own;
}

static bool is_same_list(const void *value, const void *key) {
	const struct text_list *a = value, *b = key;
	return a->count == b->count && memcmp(a->items, b->items, a->count * sizeof *a->items) == 0;
}

const struct rule_text *const *rule_texts_share(struct rule_builder *builder, const struct rule_text *const *texts, size_t count) {
	if (count == 0)
		return NULL;
	struct text_list list = { texts, count };
	uint64_t hash = mix_text(0, str_make((const char *)texts, count * sizeof *texts));
	const struct text_list *known = hash_map_find(&builder->lists, hash, &list, is_same_list);
	if (known != NULL)
		return known->items;
	list.items = arena_dup(&builder->set->arena, texts, count * sizeof *texts);
	hash_map_insert(&builder->lists, hash, arena_dup(&builder->entries, &list, sizeof list));
	return list.items;
}
