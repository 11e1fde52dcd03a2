// SPDX-License-Identifier: Apache-2.0
// remote_write: where samples of rules go, as in prometheus.yml. Source: Prometheus config/config.go, RemoteWriteConfig.
#include "base/buf.h"
#include "base/hash.h"
#include "daemon/config_read.h"
#include "model/limits.h"

struct queue_keys {
	int64_t capacity, max_shards, min_shards, max_samples_per_send;
	dur_ms batch_send_deadline, min_backoff, max_backoff, sample_age_limit;
	bool retry_on_http_429;
};

struct metadata_keys { // read, for files that have them; none is sent
	bool send;
	dur_ms send_interval;
	int64_t max_samples_per_send;
};

struct remote_write_keys {
	struct remote_write_config config;
	const char *protobuf_message;
	struct yaml_string_map headers;
	struct queue_keys queue;
	struct metadata_keys metadata;
	bool send_exemplars, round_robin_dns, failed_request_logging;
};

static const struct yaml_key queue_rows[] = {
	{ "capacity", YAML_INT, .offset = offsetof(struct queue_keys, capacity), .preset = "10000", .min = 1, .max = INT32_MAX, .help = "Samples of one evaluator that may wait, times max_shards and 64 MiB at most; then the oldest go." },
	{ "max_shards", YAML_INT, .offset = offsetof(struct queue_keys, max_shards), .preset = "50", .min = 1, .max = INT32_MAX, .help = "See capacity. Each evaluator sends by itself, one request at a time." },
	{ "min_shards", YAML_INT, .offset = offsetof(struct queue_keys, min_shards), .preset = "1", .min = 1, .max = INT32_MAX, .help = "Accepted; at most max_shards." },
	{ "max_samples_per_send", YAML_INT, .offset = offsetof(struct queue_keys, max_samples_per_send), .preset = "2000", .min = 1, .max = INT32_MAX, .help = "Samples of one request at most." },
	{ "batch_send_deadline", YAML_DURATION, .offset = offsetof(struct queue_keys, batch_send_deadline), .preset = "5s", .help = "How long samples may wait for others; those of a group leave when its iteration ends." },
	{ "min_backoff", YAML_DURATION, .offset = offsetof(struct queue_keys, min_backoff), .preset = "30ms", .min = 1, .max = INT64_MAX, .help = "Pause after the first failed attempt; doubled with each." },
	{ "max_backoff", YAML_DURATION, .offset = offsetof(struct queue_keys, max_backoff), .preset = "5s", .min = 1, .max = INT64_MAX, .help = "Longest pause between attempts, unless the receiver asks for a longer one." },
	{ "retry_on_http_429", YAML_BOOL, .offset = offsetof(struct queue_keys, retry_on_http_429), .preset = "true", .help = "Try again when the receiver says that it is too much." },
	{ "sample_age_limit", YAML_DURATION, .offset = offsetof(struct queue_keys, sample_age_limit), .preset = "0s", .help = "Samples older than that are not sent; 0 = no limit." },
};

static const struct yaml_key metadata_rows[] = {
	{ "send", YAML_BOOL, .offset = offsetof(struct metadata_keys, send), .preset = "true", .help = "Accepted; results of rules have no metadata." },
	{ "send_interval", YAML_DURATION, .offset = offsetof(struct metadata_keys, send_interval), .preset = "1m", .help = "Accepted." },
	{ "max_samples_per_send", YAML_INT, .offset = offsetof(struct metadata_keys, max_samples_per_send), .preset = "2000", .min = 1, .max = INT32_MAX, .help = "Accepted." },
};

// The keys of http_config stand beside these, as in prometheus.yml.
static const struct yaml_key own_rows[] = {
	{ "url", YAML_CSTRING, .is_required = true, .offset = offsetof(struct remote_write_keys, config.url), .help = "Where to POST samples, the path included (/api/v1/write).", .pattern = URL_PATTERN, .example = "http://127.0.0.1:9090/api/v1/write" },
	{ "name", YAML_CSTRING, .offset = offsetof(struct remote_write_keys, config.name), .help = "In logs, metrics and errors; unique. Made from the URL by default." },
	{ "remote_timeout", YAML_DURATION, .offset = offsetof(struct remote_write_keys, config.timeout), .preset = "30s", .min = 1, .max = INT64_MAX, .help = "Of one request." },
	{ "headers", YAML_STRING_MAP, .offset = offsetof(struct remote_write_keys, headers), .help = "Further request headers." },
	{ "write_relabel_configs", YAML_CUSTOM, .offset = offsetof(struct remote_write_keys, config.relabel), .help = "Applied to each series before it is sent.", RELABEL_CONFIGS },
	{ "queue_config", YAML_STRUCT, .offset = offsetof(struct remote_write_keys, queue), .help = "What waits, and how attempts are repeated.", .nested = queue_rows, .nested_count = YAML_KEY_COUNT(queue_rows) },
	{ "metadata_config", YAML_STRUCT, .offset = offsetof(struct remote_write_keys, metadata), .help = "Accepted without effect.", .nested = metadata_rows, .nested_count = YAML_KEY_COUNT(metadata_rows) },
	{ "protobuf_message", YAML_CSTRING, .offset = offsetof(struct remote_write_keys, protobuf_message), .preset = "prometheus.WriteRequest", .help = "Remote write 1.0 is what is spoken; io.prometheus.write.v2.Request is refused.", .pattern = "^prometheus\\.WriteRequest$" },
	{ "send_exemplars", YAML_BOOL, .offset = offsetof(struct remote_write_keys, send_exemplars), .preset = "false", .help = "Accepted; results of rules have none." },
	{ "send_native_histograms", YAML_BOOL, .offset = offsetof(struct remote_write_keys, config.send_native_histograms), .preset = "true", .help = "Send native histograms of recording rules; false for a receiver that does not take them." },
	{ "round_robin_dns", YAML_BOOL, .offset = offsetof(struct remote_write_keys, round_robin_dns), .preset = "false", .help = "Accepted without effect." },
	{ "failed_request_logging", YAML_BOOL, .offset = offsetof(struct remote_write_keys, failed_request_logging), .preset = "false", .help = "Accepted; it is about remote write 2.0." },
	{ "sigv4", YAML_REFUSED },
	{ "azuread", YAML_REFUSED },
	{ "google_iam", YAML_REFUSED },
};

const struct yaml_table remote_write_table = {
	.name = "remote_write",
	.help = "Where samples of rules go. The keys of http_config stand beside these.",
	.keys = own_rows,
	.count = YAML_KEY_COUNT(own_rows),
	.beside = &http_config_table,
};

static bool take_queue(struct yaml_reader *reader, const struct yaml_node *entry, struct remote_write_keys *keys) {
	const struct queue_keys *queue = &keys->queue;
	struct remote_write_config *config = &keys->config;
	config->capacity = (size_t)queue->capacity * (size_t)queue->max_shards;
	config->max_samples_per_send = (size_t)queue->max_samples_per_send;
	config->batch_send_deadline = queue->batch_send_deadline;
	config->min_backoff = queue->min_backoff;
	config->max_backoff = queue->max_backoff;
	config->sample_age_limit = queue->sample_age_limit;
	config->retry_on_http_429 = queue->retry_on_http_429;
	const char *wrong = queue->min_shards > queue->max_shards ? "remote write queue min_shards must not be greater than max_shards" : queue->min_backoff > queue->max_backoff ? "remote write queue min_backoff must not be greater than max_backoff"
	                                                                                                                                                                          : NULL;
	if (wrong != NULL)
		problem_error(reader->problems, yaml_reader_at(reader, yaml_find(entry, "queue_config")), "%s", wrong);
	return wrong == NULL;
}

static bool check_message(struct yaml_reader *reader, const struct yaml_node *entry, const char *message) {
	if (strcmp(message, "prometheus.WriteRequest") == 0)
		return true;
	bool is_second = strcmp(message, "io.prometheus.write.v2.Request") == 0;
	problem_error(reader->problems, yaml_reader_at(reader, yaml_find(entry, "protobuf_message")), "\"protobuf_message\": %s \"%s\", expected \"prometheus.WriteRequest\"", is_second ? "not supported:" : "unknown message", message);
	return false;
}

// Stable over restarts and other entries: metrics and queues keep it.
static const char *made_name(struct arena *arena, const char *url) {
	return arena_format(arena, "%06x", (unsigned)(hash_bytes(HASH_START, str_of(url)) & 0xffffff)).data;
}

static bool check_name(struct config_reader *reader, const struct yaml_node *entry, const struct remote_write_config *config) {
	const struct config *whole = reader->config;
	for (size_t i = 0; i < whole->remote_write_count; i++) {
		if (strcmp(whole->remote_writes[i].name, config->name) != 0)
			continue;
		const struct yaml_node *at = yaml_find(entry, "name");
		problem_error(reader->yaml.problems, yaml_reader_at(&reader->yaml, at != NULL ? at : entry), "found multiple remote write configs with job name \"%s\"", config->name);
		return false;
	}
	return true;
}

static bool read_entry(struct config_reader *reader, const struct yaml_node *entry, struct remote_write_config *out) {
	struct remote_write_keys keys = { .config.http = HTTP_CONFIG_DEFAULT };
	struct yaml_key rows[YAML_KEYS_MAX];
	size_t count = http_config_rows_beside(rows, own_rows, YAML_KEY_COUNT(own_rows), offsetof(struct remote_write_keys, config.http));
	bool ok = yaml_table_read(&reader->yaml, rows, count, entry, &keys);
	if (entry->kind != YAML_MAPPING || keys.config.url == NULL)
		return false;
	ok &= finish_http_config(&reader->yaml, entry, &keys.config.http);
	ok &= check_url(&reader->yaml, "url", yaml_find(entry, "url"), keys.config.url, false);
	ok &= header_map_take(&reader->yaml, &keys.headers, &keys.config.headers);
	ok &= take_queue(&reader->yaml, entry, &keys);
	ok &= check_message(&reader->yaml, entry, keys.protobuf_message);
	if (keys.config.name == NULL || keys.config.name[0] == '\0')
		keys.config.name = made_name(reader->yaml.arena, keys.config.url);
	ok &= check_name(reader, entry, &keys.config);
	*out = keys.config;
	return ok;
}

void remote_writes_read(struct config_reader *reader, const struct yaml_node *list) {
	struct config *config = reader->config;
	if (list == NULL || !yaml_expect(&reader->yaml, "remote_write", list, YAML_SEQUENCE))
		return;
	if (list->count > LIMIT_REMOTE_WRITES) {
		problem_error(reader->yaml.problems, yaml_reader_at(&reader->yaml, list), "\"remote_write\": %u entries, at most %d are allowed", list->count, LIMIT_REMOTE_WRITES);
		return;
	}
	config->remote_writes = ARENA_NEW_ARRAY(reader->yaml.arena, struct remote_write_config, list->count);
	for (uint32_t i = 0; i < list->count; i++)
		if (read_entry(reader, list->items[i], &config->remote_writes[config->remote_write_count]))
			config->remote_write_count++;
}
