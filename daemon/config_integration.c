// SPDX-License-Identifier: Apache-2.0
// How one integration of a receiver is read. See config_integration.h.
#include "daemon/config_integration.h"

#include "base/buf.h"
#include "base/hash.h"
#include "model/duration.h"

bool read_go_duration(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field) {
	struct error err = { 0 };
	if (!yaml_expect(reader, key->name, value, YAML_SCALAR))
		return false;
	if (duration_parse_go(value->text, field, &err))
		return true;
	problem_error(reader->problems, yaml_reader_at(reader, value), "\"%s\": %s", key->name, err.text);
	return false;
}

bool keep_tree(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field) {
	(void)key;
	*(const struct yaml_node **)field = yaml_copy(reader->arena, value);
	return true;
}

// ---- lists of maps

bool read_maps(struct yaml_reader *reader, const struct map_kind *kind, const struct yaml_node *value, const void **items, size_t *count) {
	if (!yaml_expect(reader, kind->table->name, value, YAML_SEQUENCE))
		return false;
	char *all = arena_alloc(reader->arena, kind->size * (value->count + 1));
	bool ok = true;
	for (uint32_t i = 0; i < value->count; i++) {
		void *item = all + i * kind->size;
		bool is_read = yaml_table_read(reader, kind->table->keys, kind->table->count, value->items[i], item);
		ok &= is_read && (kind->check == NULL || kind->check(reader, value->items[i], item));
	}
	*items = all;
	*count = value->count;
	return ok;
}

static const struct yaml_key chat_field_keys[] = {
	TEXT_KEY(struct chat_field, "title", title, NULL, "What stands above; a template."),
	TEXT_KEY(struct chat_field, "value", value, NULL, "What stands below; a template."),
	{ "short", YAML_BOOL, .offset = offsetof(struct chat_field, is_short), .has = YAML_HAS(struct chat_field, has_short), .help = "It may stand beside another one." },
};
const struct yaml_table chat_field_table = { .name = "fields", .help = "Fields of a message.", .keys = chat_field_keys, .count = YAML_KEY_COUNT(chat_field_keys) };

bool has_text(const char *text) {
	return text != NULL && text[0] != '\0';
}

// Rocket.Chat's may be empty.
bool read_chat_fields(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field) {
	struct chat_fields *fields = field;
	const void *items = NULL;
	const char *product = key->shape; // "Slack fields"
	int name_len = (int)strcspn(product, " ");
	bool ok = read_maps(reader, &(struct map_kind){ &chat_field_table, sizeof *fields->items }, value, &items, &fields->count);
	fields->items = items;
	for (size_t i = 0; ok && i < fields->count && strncmp(product, "Rocket", 6) != 0; i++) {
		const char *missing = !has_text(fields->items[i].title) ? "title" : !has_text(fields->items[i].value) ? "value"
		                                                                                                      : NULL;
		if (missing == NULL)
			continue;
		problem_error(reader->problems, yaml_reader_at(reader, value->items[i]), "missing %s in %.*s field configuration", missing, name_len, product);
		ok = false;
	}
	return ok;
}

const struct named_text *take_named_texts(struct arena *arena, const struct yaml_string_map *map) {
	struct named_text *texts = ARENA_NEW_ARRAY(arena, struct named_text, map->count + 1);
	for (size_t i = 0; i < map->count; i++)
		texts[i] = (struct named_text){ arena_cstr(arena, map->items[i].name), arena_cstr(arena, map->items[i].value) };
	return texts;
}

bool post_read(struct config_reader *reader, const struct yaml_table *table, const struct yaml_node *node, struct post_config *post) {
	post->http = reader->global.http;
	return yaml_table_read(&reader->yaml, table->keys, table->count, node, post);
}

// ---- complaints

bool config_refuse(struct config_reader *reader, const struct yaml_node *node, const char *key, const char *text) {
	const struct yaml_node *at = key == NULL ? NULL : yaml_find_key(node, key);
	problem_error(reader->yaml.problems, yaml_reader_at(&reader->yaml, at == NULL ? node : at), "%s", text);
	return false;
}

bool has_secret(const struct secret_text *secret) {
	return secret->text != NULL || secret->file != NULL;
}

bool has_authorization(const struct http_config *http) {
	return http->authorization_type != NULL || has_text(http->bearer_token) || has_text(http->bearer_token_file);
}

bool check_secret(struct config_reader *reader, const struct yaml_node *node, const char *key, struct secret_text *secret) {
	autobuf struct buf file_key = { 0 };
	buf_format(&file_key, "%s_file", key);
	if (!has_text(secret->text))
		secret->text = NULL;
	if (!has_text(secret->file))
		secret->file = NULL;
	return check_one_of(&reader->yaml, yaml_find_key(node, buf_cstr(&file_key)), key, secret->text != NULL, buf_cstr(&file_key), secret->file != NULL);
}

bool check_own_url(struct config_reader *reader, const struct yaml_node *node, const char *key, const char *url, bool is_secret) {
	const struct yaml_node *value = yaml_find(node, key);
	if (url == NULL || yaml_is_null(value) || (is_secret && strcmp(url, "<secret>") == 0))
		return true;
	return check_url(&reader->yaml, key, value, url, is_secret);
}

void inherit_secret(struct secret_text *secret, const struct secret_text *from) {
	if (!has_secret(secret))
		*secret = *from;
}

// ---- what all that stands there makes

struct content {
	struct config_reader *reader;
	const struct integration_list *list;
	uint64_t hash;
	ARRAY_OF(struct template_place)
	templates;
};

static bool is_among(const char *key, const char *const *keys) {
	for (; keys != NULL && *keys != NULL; keys++)
		if (strcmp(key, *keys) == 0)
			return true;
	return false;
}

static void take_text(struct content *content, const char *key, const struct yaml_node *scalar) {
	static const char *const plain[] = { "api_url", "api_url_file", "app_url", "webhook_url", "webhook_url_file", NULL };
	struct arena *arena = content->reader->yaml.arena;
	content->hash = hash_text(content->hash, scalar->text);
	if (str_find(scalar->text, STR("{{")) < 0 || is_among(key, plain) || is_among(key, content->list->plain))
		return;
	struct template_place place = { arena_cstr(arena, str_of(key)), arena_cstr(arena, scalar->text), yaml_reader_at(&content->reader->yaml, scalar) };
	place.at.file = content->reader->config->file; // outlives the document
	array_append(&content->templates, place);
}

// `key` is the nearest one. Depth is bounded by the reader of YAML.
static void take_node(struct content *content, const char *key, const struct yaml_node *node) {
	content->hash = hash_byte(content->hash, (unsigned char)node->kind);
	switch (node->kind) {
	case YAML_SCALAR:
		take_text(content, key, node);
		return;
	case YAML_SEQUENCE:
		for (uint32_t i = 0; i < node->count; i++)
			take_node(content, key, node->items[i]);
		return;
	case YAML_MAPPING:
		for (uint32_t i = 0; i < node->count; i++) {
			const struct yaml_entry *entry = &node->entries[i];
			if (str_equal(entry->key->text, STR("http_config")))
				continue; // files and passwords in it may change: it stays who it is
			content->hash = hash_text(content->hash, entry->key->text);
			take_node(content, entry->key->text.data, entry->value);
		}
		return;
	}
}

void take_content(struct config_reader *reader, const struct integration_list *list, const struct yaml_node *node, struct integration_config *out) {
	struct content content = { .reader = reader, .list = list, .hash = HASH_START };
	take_node(&content, "", node);
	out->content = content.hash;
	out->template_count = content.templates.count;
	out->templates = arena_dup(reader->yaml.arena, content.templates.items, content.templates.count * sizeof *content.templates.items);
	array_finish(&content.templates);
}
