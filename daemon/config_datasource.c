// SPDX-License-Identifier: Apache-2.0
// datasource and datasources: where rules are asked.
#include "daemon/config_read.h"
#include "model/limits.h"

struct datasource_keys {
	struct datasource_config config;
	struct yaml_strings urls;
	struct yaml_string_map headers;
	int64_t max_concurrent_queries, max_response_bytes;
};

#define FIELD(member) .offset = offsetof(struct datasource_keys, member)
// clang-format off
#define DATASOURCE_KEYS \
	{ "url", YAML_CSTRING, FIELD(config.url), .help = "Base URL of a Prometheus-compatible API; /api/v1/query is appended. Either url or urls is required.", .pattern = URL_PATTERN, .example = "http://127.0.0.1:9090" }, \
	{ "urls", YAML_STRING_LIST, FIELD(urls), .help = "Several that hold the same data: the next is asked when one does not answer in time, or otherwise than a query API answers a question: 5xx, 401, 404, 429, a page. It stays the one that is asked until one before it answers again.", .pattern = URL_PATTERN }, \
	{ "params", YAML_CUSTOM, FIELD(config.params), .help = "Further URL parameters of each query.", .read = query_params_read, .shape = "map of lists of strings" }, \
	{ "headers", YAML_STRING_MAP, FIELD(headers), .help = "Further request headers." }, \
	{ "http_config", YAML_CUSTOM, FIELD(config.http), .help = "How to speak to it.", HTTP_CONFIG }, \
	{ "timeout", YAML_DURATION, FIELD(config.timeout), .preset = "2m", .min = 1, .max = INT64_MAX, .help = "Of one query to one URL." }, \
	{ "max_concurrent_queries", YAML_INT, FIELD(max_concurrent_queries), .preset = "16", .min = 1, .max = 1024, .help = "Queries in flight at a time, those of templates included; over all evaluators." }, \
	{ "max_response_size", YAML_INT, FIELD(max_response_bytes), .preset = "268435456", .min = 1024, .max = INT64_C(1) << 40, .unit = "bytes", .help = "Largest answer that is read." }
// clang-format on

static const struct yaml_key datasource_rows[] = { DATASOURCE_KEYS };
static const struct yaml_key named_rows[] = {
	{ "name", YAML_CSTRING, .is_required = true, FIELD(config.name), .help = "What groups call it, unique; in the list only.", .example = "longterm" },
	DATASOURCE_KEYS,
};

static const struct yaml_variant datasource_variants[] = {
	{ "One URL", .set = { "url" }, .unset = { "urls" } },
	{ "Several URLs", .set = { "urls" }, .unset = { "url" } },
};
static const struct yaml_variant named_variants[] = {
	{ "One URL", .set = { "name", "url" }, .unset = { "urls" } },
	{ "Several URLs", .set = { "name", "urls" }, .unset = { "url" } },
};

const struct yaml_table datasource_table = {
	.name = "datasource",
	.help = "A Prometheus-compatible API that rules ask.",
	.keys = datasource_rows,
	.count = YAML_KEY_COUNT(datasource_rows),
	.variants = datasource_variants,
	.variant_count = YAML_KEY_COUNT(datasource_variants),
};
const struct yaml_table named_datasource_table = {
	.name = "named_datasource",
	.help = "A datasource that groups may name.",
	.keys = named_rows,
	.count = YAML_KEY_COUNT(named_rows),
	.variants = named_variants,
	.variant_count = YAML_KEY_COUNT(named_variants),
};

static bool refuse(struct config_reader *reader, const struct yaml_node *at, const char *text) {
	problem_error(reader->yaml.problems, yaml_reader_at(&reader->yaml, at), "%s", text);
	return false;
}

// The first of the list is the url, the others follow.
static bool take_urls(struct config_reader *reader, const struct yaml_node *node, struct datasource_keys *keys) {
	struct yaml_reader *yaml = &reader->yaml;
	const struct yaml_node *list = yaml_find(node, "urls");
	bool ok = true;
	if (keys->config.url == NULL && keys->urls.count == 0)
		return refuse(reader, node, "\"url\" is missing; or \"urls\"");
	if (keys->config.url != NULL && list != NULL)
		return refuse(reader, list, "\"url\" and \"urls\": expected one of them");
	if (keys->config.url != NULL)
		return check_url(yaml, "url", yaml_find(node, "url"), keys->config.url, false);
	if (keys->urls.count > LIMIT_DATASOURCE_URLS)
		return refuse(reader, list, "\"urls\": too many");
	const char **urls = ARENA_NEW_ARRAY(yaml->arena, const char *, keys->urls.count + 1);
	for (size_t i = 0; i < keys->urls.count; i++) {
		urls[i] = arena_cstr(yaml->arena, keys->urls.items[i]);
		ok &= check_url(yaml, "urls", list->items[i], urls[i], false);
	}
	keys->config.url = urls[0];
	keys->config.further_urls = urls + 1;
	return ok;
}

static bool read_datasource(struct config_reader *reader, const struct yaml_table *table, const struct yaml_node *node, struct datasource_config *out) {
	struct datasource_keys keys = { .config.http = HTTP_CONFIG_DEFAULT };
	if (!yaml_expect(&reader->yaml, "datasource", node, YAML_MAPPING) || !yaml_table_read(&reader->yaml, table->keys, table->count, node, &keys))
		return false;
	if (!take_urls(reader, node, &keys) || !header_map_take(&reader->yaml, &keys.headers, &keys.config.headers))
		return false;
	keys.config.max_concurrent_queries = (unsigned)keys.max_concurrent_queries;
	keys.config.max_response_bytes = (size_t)keys.max_response_bytes;
	*out = keys.config;
	return true;
}

static bool check_name(struct config_reader *reader, const struct yaml_node *entry, const char *name) {
	const struct config *config = reader->config;
	if (name[0] == '\0')
		return refuse(reader, yaml_find(entry, "name"), "a datasource needs a name");
	for (size_t i = 0; i < config->datasource_count; i++) {
		if (strcmp(config->datasources[i].name, name) != 0)
			continue;
		problem_error(reader->yaml.problems, yaml_reader_at(&reader->yaml, yaml_find(entry, "name")), "datasource \"%s\" is repeated", name);
		return false;
	}
	return true;
}

static void read_list(struct config_reader *reader, const struct yaml_node *list) {
	struct config *config = reader->config;
	if (!yaml_expect(&reader->yaml, "datasources", list, YAML_SEQUENCE))
		return;
	if (list->count > LIMIT_DATASOURCES) {
		problem_error(reader->yaml.problems, yaml_reader_at(&reader->yaml, list), "\"datasources\": %u entries, at most %d are allowed", list->count, LIMIT_DATASOURCES);
		return;
	}
	config->datasources = ARENA_NEW_ARRAY(reader->yaml.arena, struct datasource_config, list->count);
	struct str *names = ARENA_NEW_ARRAY(reader->yaml.arena, struct str, list->count);
	config->datasource_names = names;
	for (uint32_t i = 0; i < list->count; i++) {
		struct datasource_config *entry = &config->datasources[config->datasource_count];
		if (read_datasource(reader, &named_datasource_table, list->items[i], entry) && check_name(reader, list->items[i], entry->name))
			names[config->datasource_count++] = str_of(entry->name);
	}
}

void datasources_read(struct config_reader *reader, const struct yaml_node *datasource, const struct yaml_node *list) {
	struct config *config = reader->config;
	if (list != NULL)
		read_list(reader, list);
	if (datasource != NULL)
		config->has_datasource = read_datasource(reader, &datasource_table, datasource, &config->datasource);
	if (datasource != NULL || config->datasource_count == 0)
		return;
	config->has_datasource = true;
	config->datasource = config->datasources[0];
}
