// SPDX-License-Identifier: Apache-2.0
// Header lines in an http_config: http_headers, and proxy_connect_header.
#include "daemon/config_read.h"

#include "base/buf.h"
#include "model/limits.h"

#include <ctype.h>

// Headers that are made by the connection, by the other keys or by the requests. Source: prometheus/common, config.ReservedHeaders.
static const char *const reserved[] = { "Authorization", "Host", "Content-Encoding", "Content-Length", "Content-Type", "User-Agent", "Connection", "Keep-Alive", "Proxy-Authenticate",
	"Proxy-Authorization", "Www-Authenticate", "Accept-Encoding", "X-Prometheus-Remote-Write-Version", "X-Prometheus-Remote-Read-Version", "X-Prometheus-Scrape-Timeout-Seconds",
	"X-Amz-Date", "X-Amz-Security-Token", "X-Amz-Content-Sha256" };

struct header_keys {
	struct yaml_strings values, secrets, files;
};

static const struct yaml_key header_rows[] = {
	{ "values", YAML_STRING_LIST, .offset = offsetof(struct header_keys, values), .help = "Values, one header line each." },
	{ "secrets", YAML_STRING_LIST, .is_secret = true, .offset = offsetof(struct header_keys, secrets), .help = "Values that are never shown." },
	{ "files", YAML_STRING_LIST, .is_harmless = true, .offset = offsetof(struct header_keys, files), .help = "Files that hold a value each, read on use." },
};

struct header_lines {
	struct http_header *items; // room for LIMIT_HTTP_HEADERS
	size_t count;
};

static bool is_token(struct str name) {
	for (size_t i = 0; i < name.len; i++)
		if (!isalnum((unsigned char)name.data[i]) && strchr("!#$%&'*+-.^_`|~", name.data[i]) == NULL)
			return false;
	return name.len > 0;
}

bool check_header_name(struct yaml_reader *reader, const struct yaml_node *name) {
	if (!is_token(name->text)) {
		problem_error(reader->problems, yaml_reader_at(reader, name), "\"%.*s\" is not a valid header name", STR_ARG(name->text));
		return false;
	}
	for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++) {
		if (!str_equal_nocase(name->text, str_of(reserved[i])))
			continue;
		problem_error(reader->problems, yaml_reader_at(reader, name), "setting header \"%s\" is not allowed", reserved[i]);
		return false;
	}
	return true;
}

bool check_header_value(struct yaml_reader *reader, const struct yaml_node *at, struct str name, struct str value) {
	if (str_find_char(value, '\n') < 0 && str_find_char(value, '\r') < 0 && str_find_char(value, '\0') < 0)
		return true;
	problem_error(reader->problems, yaml_reader_at(reader, at), "header \"%.*s\": a line break inside the value", STR_ARG(name));
	return false;
}

bool header_map_take(struct yaml_reader *reader, const struct yaml_string_map *map, const char *const **out) {
	const char **lines = ARENA_NEW_ARRAY(reader->arena, const char *, map->count + 1);
	bool ok = true;
	for (size_t i = 0; i < map->count; i++) {
		ok &= check_header_name(reader, map->items[i].name_node) && check_header_value(reader, map->items[i].value_node, map->items[i].name, map->items[i].value);
		lines[i] = arena_format(reader->arena, "%.*s: %.*s", STR_ARG(map->items[i].name), STR_ARG(map->items[i].value)).data;
	}
	*out = lines;
	return ok;
}

// False when there are too many. The text is a value, or the path of a file.
static bool add_line(struct yaml_reader *reader, const struct yaml_node *at, struct header_lines *lines, struct http_header line) {
	if (lines->count < LIMIT_HTTP_HEADERS) {
		lines->items[lines->count++] = line;
		return true;
	}
	problem_error(reader->problems, yaml_reader_at(reader, at), "more than %d header lines", LIMIT_HTTP_HEADERS);
	return false;
}

static bool add_values(struct yaml_reader *reader, const struct yaml_node *list, const struct yaml_strings *values, const char *name, struct header_lines *lines) {
	for (size_t i = 0; i < values->count; i++) {
		struct http_header line = { .name = name, .value = arena_cstr(reader->arena, values->items[i]) };
		if (!check_header_value(reader, list->items[i], str_of(name), values->items[i]) || !add_line(reader, list->items[i], lines, line))
			return false;
	}
	return true;
}

static bool add_files(struct yaml_reader *reader, const struct yaml_node *list, const struct yaml_strings *files, const char *name, struct header_lines *lines) {
	for (size_t i = 0; i < files->count; i++) {
		struct http_header line = { .name = name, .file = arena_cstr(reader->arena, files->items[i]) };
		config_beside_file(reader, &line.file);
		if (!add_line(reader, list->items[i], lines, line))
			return false;
	}
	return true;
}

static bool read_header(struct yaml_reader *reader, const struct yaml_entry *entry, struct header_lines *lines) {
	struct header_keys keys = { 0 };
	const char *name = arena_cstr(reader->arena, entry->key->text);
	if (!check_header_name(reader, entry->key) || !yaml_table_read(reader, header_rows, YAML_KEY_COUNT(header_rows), entry->value, &keys))
		return false;
	return add_values(reader, yaml_find(entry->value, "values"), &keys.values, name, lines) && add_values(reader, yaml_find(entry->value, "secrets"), &keys.secrets, name, lines) &&
	    add_files(reader, yaml_find(entry->value, "files"), &keys.files, name, lines);
}

static void keep_lines(struct yaml_reader *reader, struct header_lines *lines, struct http_headers *out) {
	if (lines->count > 0)
		*out = (struct http_headers){ .items = arena_dup(reader->arena, lines->items, lines->count * sizeof *lines->items), .count = lines->count };
	free(lines->items);
}

bool read_http_headers(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field) {
	if (!yaml_expect(reader, key->name, value, YAML_MAPPING))
		return false;
	bool ok = true;
	struct header_lines lines = { .items = mem_alloc(LIMIT_HTTP_HEADERS * sizeof *lines.items) };
	for (uint32_t i = 0; i < value->count; i++)
		ok &= yaml_is_null(value->entries[i].value) || read_header(reader, &value->entries[i], &lines);
	keep_lines(reader, &lines, field);
	return ok;
}

static bool read_connect_header(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_entry *entry, struct header_lines *lines) {
	struct yaml_strings values;
	if (!is_token(entry->key->text)) {
		problem_error(reader->problems, yaml_reader_at(reader, entry->key), "\"%.*s\" is not a valid header name", STR_ARG(entry->key->text));
		return false;
	}
	return yaml_read_strings(reader, key->name, entry->value, &values) && add_values(reader, entry->value, &values, arena_cstr(reader->arena, entry->key->text), lines);
}

bool read_connect_headers(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field) {
	if (!yaml_expect(reader, key->name, value, YAML_MAPPING))
		return false;
	bool ok = true;
	struct header_lines lines = { .items = mem_alloc(LIMIT_HTTP_HEADERS * sizeof *lines.items) };
	for (uint32_t i = 0; i < value->count; i++)
		ok &= yaml_is_null(value->entries[i].value) || read_connect_header(reader, key, &value->entries[i], &lines);
	keep_lines(reader, &lines, field);
	return ok;
}

static const struct yaml_key http_header_keys[] = {
	{ "NAME", YAML_STRUCT, .help = "A header of that name.", .nested = header_rows, .nested_count = YAML_KEY_COUNT(header_rows) },
};
const struct yaml_table http_header_table = { .name = "http_headers", .keys = http_header_keys, .count = YAML_KEY_COUNT(http_header_keys) };
