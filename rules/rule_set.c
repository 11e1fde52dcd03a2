// SPDX-License-Identifier: Apache-2.0
// The rule set as others see it: loading, counting references, duplicates, pairing with what ran before. See rules.h.
#include "rules/rules.h"

#include "base/buf.h"
#include "base/hash.h"
#include "base/mem.h"
#include "model/limits.h"
#include "rules/rule_identity.h"
#include "rules/rule_input.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

// Reading left trees of several times the set's size behind; a program that then idles for weeks gives that memory back.
static void give_memory_back(void) {
#ifdef __GLIBC__
	malloc_trim(0);
#endif
}

struct rule_set *rule_set_parse(const char *file, struct str text, const struct rule_options *options, struct problems *problems) {
	struct rule_builder builder;
	size_t errors_before = problems->errors;
	rule_builder_init(&builder, options, problems);
	rule_input_read(&builder, str_of(file), text);
	return rule_builder_finish(&builder, problems->errors == errors_before);
}

uint64_t rule_files_hash(uint64_t hash, const char *path, struct str text) {
	return hash_text(hash_text(hash, str_of(path)), text);
}

static void load_file(struct rule_builder *builder, const char *path, struct buf *text) {
	struct error err = { 0 };
	buf_reset(text);
	if (fs_read_file(path, LIMIT_RULE_FILE_BYTES, text, &err)) {
		builder->set->files_hash = rule_files_hash(builder->set->files_hash, path, buf_str(text));
		rule_input_read(builder, str_of(path), buf_str(text));
		return;
	}
	err.at.file = path;
	problem_from_error(builder->problems, &err);
}

static bool is_path(const void *value, const void *key) {
	return strcmp(value, key) == 0;
}

// True when the path was not seen before: a file that two patterns match is read once.
static bool note_path(struct hash_map *seen, char *path) {
	uint64_t hash = 5381;
	for (const char *c = path; *c != '\0'; c++)
		hash = hash * 33 + (unsigned char)*c;
	if (hash_map_find(seen, hash, path, is_path) != NULL)
		return false;
	hash_map_insert(seen, hash, path);
	return true;
}

struct rule_set *rule_set_load(const struct fs_paths *files, const struct rule_options *options, struct problems *problems) {
	struct rule_builder builder;
	size_t errors_before = problems->errors;
	struct buf text = { 0 };
	struct hash_map seen = { 0 };
	rule_builder_init(&builder, options, problems);
	builder.set->files_hash = HASH_START;
	for (size_t i = 0; i < files->count; i++) {
		if (note_path(&seen, files->items[i]))
			load_file(&builder, files->items[i], &text);
	}
	hash_map_finish(&seen);
	buf_finish(&text);
	struct rule_set *set = rule_builder_finish(&builder, problems->errors == errors_before);
	give_memory_back();
	return set;
}

struct rule_set *rule_set_ref(struct rule_set *set) {
	ref_take(&set->ref);
	return set;
}

void rule_set_unref(struct rule_set *set) {
	if (set == NULL || !ref_drop(&set->ref))
		return;
	for (size_t i = 0; i < set->template_count; i++)
		template_destroy(set->templates[i]);
	arena_finish(&set->arena);
	free(set);
}
