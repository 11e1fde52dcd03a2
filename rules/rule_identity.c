// SPDX-License-Identifier: Apache-2.0
// Keys and hashes. A key is FILE US GROUP US NAME US HASH US ORDINAL with US = U+001F; control characters and % of the names are written %XX.
#include "rules/rule_identity.h"

#include "base/buf.h"
#include "base/hash.h"
#include "base/mem.h"

#define SEPARATOR '\x1f'

static uint64_t mix_int(uint64_t hash, int64_t number) {
	for (int i = 0; i < 8; i++, number = (int64_t)((uint64_t)number >> 8))
		hash = hash_byte(hash, (unsigned char)((uint64_t)number & 0xff));
	return hash;
}

static uint64_t mix_texts(uint64_t hash, const struct rule_text *const *texts, size_t count) {
	hash = mix_int(hash, (int64_t)count);
	for (size_t i = 0; i < count; i++)
		hash = hash_text(hash_text(hash, texts[i]->name), texts[i]->text);
	return hash;
}

// Of name and labels: equal for duplicates.
static uint64_t labels_hash_of(const struct rule *rule) {
	return mix_texts(hash_text(HASH_START, rule->name), rule->labels, rule->label_count);
}

// How its rules are asked, and when.
static uint64_t mix_asking(uint64_t hash, const struct rule_group *group) {
	hash = hash_text(mix_int(mix_int(hash, group->eval_offset), group->concurrency), group->datasource);
	for (const char *const *line = group->headers; line != NULL && *line != NULL; line++)
		hash = hash_text(hash, str_of(*line));
	hash = mix_int(hash, (int64_t)group->params.count);
	for (size_t i = 0; i < group->params.count; i++)
		hash = hash_text(hash_text(hash, group->params.items[i].name), group->params.items[i].value);
	return hash;
}

static uint64_t content_hash(const struct rule_group *group) {
	uint64_t hash = mix_int(mix_int(mix_int(group->hash, group->interval), group->query_offset), group->limit);
	hash = mix_asking(hash, group);
	for (size_t i = 0; i < group->rule_count; i++) {
		const struct rule *rule = &group->rules[i];
		hash = mix_int(hash_text(hash, rule->key), rule->kind);
		hash = hash_text(hash_text(hash, rule->name), rule->expr);
		hash = mix_int(mix_int(mix_int(hash, rule->hold), rule->keep_firing_for), rule->is_debugged);
		hash = mix_texts(hash, rule->labels, rule->label_count);
		hash = mix_texts(hash, rule->annotations, rule->annotation_count);
	}
	return hash;
}

static void append_encoded(struct buf *out, struct str text) {
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.data[i];
		if (c < 0x20 || c == 0x7f || c == '%')
			buf_format(out, "%%%02X", c);
		else
			buf_append_char(out, (char)c);
	}
	buf_append_char(out, SEPARATOR);
}

struct numbered {
	uint64_t hash;
	size_t index;
};

static int compare_numbered(const void *left, const void *right) {
	const struct numbered *a = left, *b = right;
	int order = (a->hash > b->hash) - (a->hash < b->hash);
	return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

static void write_keys(struct rule_group *group, struct arena *arena, const struct numbered *sorted) {
	autobuf struct buf key = { 0 };
	append_encoded(&key, group->file);
	append_encoded(&key, group->name);
	size_t prefix = key.len;
	for (size_t i = 0, ordinal = 0; i < group->rule_count; i++) {
		ordinal = i > 0 && sorted[i].hash == sorted[i - 1].hash ? ordinal + 1 : 0;
		struct rule *rule = &group->rules[sorted[i].index];
		buf_truncate(&key, prefix);
		append_encoded(&key, rule->name);
		buf_append_hex16(&key, sorted[i].hash);
		buf_format(&key, "%c%zu", SEPARATOR, ordinal);
		rule->key = arena_dup_str(arena, buf_str(&key));
	}
}

void rule_group_identify(struct rule_group *group, struct arena *arena) {
	struct numbered *sorted = mem_realloc_array(NULL, group->rule_count + 1, sizeof *sorted);
	for (size_t i = 0; i < group->rule_count; i++)
		sorted[i] = (struct numbered){ mix_int(labels_hash_of(&group->rules[i]), group->rules[i].kind), i };
	qsort(sorted, group->rule_count, sizeof *sorted, compare_numbered);
	write_keys(group, arena, sorted);
	free(sorted);
	group->hash = hash_text(hash_text(HASH_START, group->file), group->name);
	group->content_hash = content_hash(group);
}

static struct str without_ordinal(struct str key) {
	while (key.len > 0 && key.data[key.len - 1] != SEPARATOR)
		key.len--;
	return key;
}

struct str rule_key_in_any_file(struct str key) {
	key = without_ordinal(key);
	str_cut(&key, SEPARATOR);
	return key;
}

struct str rule_key_in_any_group(struct str key) {
	key = rule_key_in_any_file(key);
	str_cut(&key, SEPARATOR);
	return key;
}
