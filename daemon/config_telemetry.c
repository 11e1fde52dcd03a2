// SPDX-License-Identifier: Apache-2.0
// tracing and event_recorder: what Alertmanager tells of itself. Read and checked as there, so that its files load; without effect here.
// Source: alertmanager tracing/config.go, eventrecorder/, kafka/.
#include "base/buf.h"
#include "daemon/config_read.h"

static bool has_text(const char *text) {
	return text != NULL && *text != '\0';
}

static bool is_one_of(const char *text, const char *const *words) {
	for (; *words != NULL; words++)
		if (strcmp(text, *words) == 0)
			return true;
	return false;
}

// Places the complaint at the key, or where there is none at the map.
static bool complain_of(struct yaml_reader *reader, const struct yaml_node *map, const char *key, const char *text) {
	const struct yaml_node *at = yaml_find(map, key);
	problem_error(reader->problems, yaml_reader_at(reader, at != NULL ? at : map), "%s", text);
	return false;
}

static void warn_of(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value) {
	problem_warning(reader->problems, yaml_reader_at(reader, value), "\"%s\" has no effect here", key->name);
}

// ---- tracing

struct tracing_keys {
	const char *client_type, *endpoint, *compression;
	bool insecure;
	int64_t timeout;
	struct tls_config tls;
	struct http_headers headers;
};

static bool read_fraction(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field) {
	double fraction;
	(void)field;
	if (!yaml_expect(reader, key->name, value, YAML_SCALAR))
		return false;
	if (yaml_get_double(value, &fraction))
		return true;
	problem_error(reader->problems, yaml_reader_at(reader, value), "\"%s\": expected a number, found \"%.*s\"", key->name, STR_ARG(value->text));
	return false;
}

static const struct yaml_key tracing_rows[] = {
	{ "client_type", YAML_CSTRING, .offset = offsetof(struct tracing_keys, client_type), .preset = "grpc", .help = "http or grpc.", .pattern = "^(http|grpc)$" },
	{ "endpoint", YAML_CSTRING, .offset = offsetof(struct tracing_keys, endpoint), .help = "Where spans would go." },
	{ "sampling_fraction", YAML_CUSTOM, .help = "Of all traces.", .read = read_fraction, .shape = "number", .as = YAML_STRING },
	{ "insecure", YAML_BOOL, .offset = offsetof(struct tracing_keys, insecure), .preset = "false", .help = "Without TLS." },
	{ "tls_config", YAML_CUSTOM, .offset = offsetof(struct tracing_keys, tls), .help = "Certificates.", TLS_CONFIG },
	{ "headers", YAML_CUSTOM, .offset = offsetof(struct tracing_keys, headers), .help = "Headers.", .read = read_http_headers, .shape = "map, see http_headers" },
	{ "compression", YAML_CSTRING, .offset = offsetof(struct tracing_keys, compression), .help = "gzip or nothing.", .pattern = "^(gzip)?$" },
	{ "timeout", YAML_DURATION, .offset = offsetof(struct tracing_keys, timeout), .help = "Of a request." },
};

static const struct yaml_variant tracing_variant = { .set = { "endpoint" } };

const struct yaml_table tracing_table = {
	.name = "tracing",
	.help = "Checked as Alertmanager does, and without effect: tocsin makes no traces.",
	.keys = tracing_rows,
	.count = YAML_KEY_COUNT(tracing_rows),
	.variants = &tracing_variant,
	.variant_count = 1,
};

static bool check_tracing(struct yaml_reader *reader, const struct yaml_node *map, const struct tracing_keys *keys) {
	static const char *const types[] = { "http", "grpc", NULL };
	autobuf struct buf text = { 0 };
	if (!is_one_of(keys->client_type, types)) {
		buf_format(&text, "expected tracing client type to be to be http or grpc, but got %s", keys->client_type);
		return complain_of(reader, map, "client_type", buf_cstr(&text));
	}
	if (!has_text(keys->endpoint))
		return complain_of(reader, map, "endpoint", "tracing endpoint must be set");
	if (!has_text(keys->compression) || strcmp(keys->compression, "gzip") == 0)
		return true;
	buf_format(&text, "invalid compression type %s provided, valid options: gzip", keys->compression);
	return complain_of(reader, map, "compression", buf_cstr(&text));
}

bool read_tracing(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field) {
	struct tracing_keys keys = { 0 };
	(void)field;
	bool ok = yaml_table_read(reader, tracing_rows, YAML_KEY_COUNT(tracing_rows), value, &keys);
	if (value->kind != YAML_MAPPING || !check_tracing(reader, value, &keys) || !ok)
		return false;
	warn_of(reader, key, value);
	return true;
}

// ---- event_recorder

// Of all kinds of outputs.
struct output_keys {
	const char *path, *url, *topic, *client_id, *format, *acks, *compression;
	struct yaml_strings brokers;
	struct http_config http;
	struct tls_config tls;
	int64_t timeout, workers, max_retries, retry_backoff, max_events, max_bytes, flush_interval, buffer_size;
	bool batch;
};
#define OUTPUT(member) .offset = offsetof(struct output_keys, member)
#define ANY_INT .min = INT32_MIN, .max = INT32_MAX

static const struct yaml_key file_rows[] = {
	{ "path", YAML_CSTRING, OUTPUT(path), .help = "Where events would be appended." },
};

static const struct yaml_key webhook_rows[] = {
	{ "url", YAML_CSTRING, .is_secret = true, OUTPUT(url), .help = "Where events would be posted.", .pattern = URL_PATTERN },
	{ "http_config", YAML_CUSTOM, OUTPUT(http), .help = "How to speak to it.", HTTP_CONFIG },
	{ "timeout", YAML_DURATION, OUTPUT(timeout), .help = "Of a request." },
	{ "workers", YAML_INT, OUTPUT(workers), .help = "Requests at a time.", ANY_INT },
	{ "max_retries", YAML_INT, OUTPUT(max_retries), .help = "Of a request.", ANY_INT },
	{ "retry_backoff", YAML_DURATION, OUTPUT(retry_backoff), .help = "Between them." },
	{ "batch", YAML_BOOL, OUTPUT(batch), .preset = "false", .help = "Several events a request." },
	{ "batch_max_events", YAML_INT, OUTPUT(max_events), .help = "So many.", ANY_INT },
	{ "batch_max_bytes", YAML_INT, OUTPUT(max_bytes), .help = "So large.", ANY_INT },
	{ "batch_flush_interval", YAML_DURATION, OUTPUT(flush_interval), .help = "How long an event waits for others." },
};

static const struct yaml_key kafka_rows[] = {
	{ "brokers", YAML_STRING_LIST, OUTPUT(brokers), .help = "host:port of each." },
	{ "topic", YAML_CSTRING, OUTPUT(topic), .help = "Where events would go." },
	{ "client_id", YAML_CSTRING, OUTPUT(client_id), .help = "Said to brokers." },
	{ "format", YAML_CSTRING, OUTPUT(format), .help = "json or protobuf.", .pattern = "^(json|protobuf)?$" },
	{ "acks", YAML_CSTRING, OUTPUT(acks), .help = "none, leader or all.", .pattern = "^(none|leader|all)?$" },
	{ "compression", YAML_CSTRING, OUTPUT(compression), .help = "none, gzip, snappy, lz4 or zstd.", .pattern = "^(none|gzip|snappy|lz4|zstd)?$" },
	{ "buffer_size", YAML_INT, OUTPUT(buffer_size), .help = "Events that wait.", ANY_INT },
	{ "tls_config", YAML_CUSTOM, OUTPUT(tls), .help = "Certificates.", TLS_CONFIG },
};

static const struct yaml_variant file_variant = { .set = { "path" } }, webhook_variant = { .set = { "url" } }, kafka_variant = { .set = { "brokers", "topic" } };
// clang-format off: rows
#define OUTPUT_TABLE(title, rows, variant) \
	{ .name = title, .keys = rows, .count = YAML_KEY_COUNT(rows), .variants = &(variant), .variant_count = 1 }
// clang-format on
static const struct yaml_table file_table = OUTPUT_TABLE("event_recorder.file_outputs", file_rows, file_variant);
static const struct yaml_table webhook_table = OUTPUT_TABLE("event_recorder.webhook_outputs", webhook_rows, webhook_variant);
static const struct yaml_table kafka_table = OUTPUT_TABLE("event_recorder.kafka_outputs", kafka_rows, kafka_variant);
static const struct yaml_table stdout_table = { .name = "event_recorder.stdout_outputs" };

static bool check_file(struct yaml_reader *reader, const struct yaml_node *map, const struct output_keys *keys) {
	return has_text(keys->path) || complain_of(reader, map, "path", "event_recorder file output requires a path");
}

static bool check_webhook(struct yaml_reader *reader, const struct yaml_node *map, const struct output_keys *keys) {
	if (keys->url == NULL)
		return complain_of(reader, map, "url", "event_recorder webhook output requires a url");
	if (strcmp(keys->url, "<secret>") == 0)
		return complain_of(reader, map, "url", "event_recorder webhook output requires an absolute http(s) url");
	if (keys->max_events < 0 || keys->max_bytes < 0)
		return complain_of(reader, map, keys->max_events < 0 ? "batch_max_events" : "batch_max_bytes", "event_recorder webhook batch settings cannot be negative");
	if (!keys->batch && (keys->max_events != 0 || keys->max_bytes != 0 || keys->flush_interval != 0))
		return complain_of(reader, map, "batch", "event_recorder webhook batch settings require batch: true");
	return check_url(reader, "url", yaml_find(map, "url"), keys->url, true);
}

static bool check_brokers(struct yaml_reader *reader, const struct yaml_node *map, const struct yaml_strings *brokers) {
	if (brokers->count == 0)
		return complain_of(reader, map, "brokers", "event_recorder kafka: at least one broker is required");
	for (size_t i = 0; i < brokers->count; i++)
		if (brokers->items[i].len == 0)
			return complain_of(reader, map, "brokers", "event_recorder kafka: broker entries must be non-empty");
	return true;
}

static bool check_kafka(struct yaml_reader *reader, const struct yaml_node *map, const struct output_keys *keys) {
	static const char *const acks[] = { "none", "leader", "all", NULL }, *const compressions[] = { "none", "gzip", "snappy", "lz4", "zstd", NULL }, *const formats[] = { "json", "protobuf", NULL };
	autobuf struct buf text = { 0 };
	if (!check_brokers(reader, map, &keys->brokers))
		return false;
	if (has_text(keys->acks) && !is_one_of(keys->acks, acks)) {
		buf_format(&text, "event_recorder kafka: unknown acks \"%s\", must be \"none\", \"leader\", or \"all\"", keys->acks);
		return complain_of(reader, map, "acks", buf_cstr(&text));
	}
	if (has_text(keys->compression) && !is_one_of(keys->compression, compressions)) {
		buf_format(&text, "event_recorder kafka: unknown compression \"%s\"", keys->compression);
		return complain_of(reader, map, "compression", buf_cstr(&text));
	}
	if (!has_text(keys->topic))
		return complain_of(reader, map, "topic", "event_recorder kafka output requires a topic");
	if (!has_text(keys->format) || is_one_of(keys->format, formats))
		return true;
	buf_format(&text, "event_recorder kafka: unknown format \"%s\", must be \"json\" or \"protobuf\"", keys->format);
	return complain_of(reader, map, "format", buf_cstr(&text));
}

static bool check_output(struct yaml_reader *reader, const struct yaml_table *table, const struct yaml_node *map, const struct output_keys *keys) {
	static const struct {
		const struct yaml_table *table;
		bool (*check)(struct yaml_reader *reader, const struct yaml_node *map, const struct output_keys *keys);
	} checks[] = { { &file_table, check_file }, { &webhook_table, check_webhook }, { &kafka_table, check_kafka } };
	for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
		if (checks[i].table == table)
			return checks[i].check(reader, map, keys);
	return true;
}

static bool read_outputs(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field) {
	bool ok = true;
	(void)field;
	if (!yaml_expect(reader, key->name, value, YAML_SEQUENCE))
		return false;
	for (uint32_t i = 0; i < value->count; i++) {
		struct output_keys keys = { 0 };
		const struct yaml_node *item = value->items[i];
		ok &= yaml_table_read(reader, key->table->keys, key->table->count, item, &keys) && (item->kind != YAML_MAPPING || check_output(reader, key->table, item, &keys));
	}
	return ok;
}

#define OUTPUTS(title) .read = read_outputs, .shape = "list, see " title, .is_list = true
static const struct yaml_key recorder_rows[] = {
	{ "file_outputs", YAML_CUSTOM, .help = "Files.", OUTPUTS("event_recorder.file_outputs"), .table = &file_table },
	{ "webhook_outputs", YAML_CUSTOM, .help = "HTTP servers.", OUTPUTS("event_recorder.webhook_outputs"), .table = &webhook_table },
	{ "kafka_outputs", YAML_CUSTOM, .help = "Topics of Kafka.", OUTPUTS("event_recorder.kafka_outputs"), .table = &kafka_table },
	{ "stdout_outputs", YAML_CUSTOM, .help = "Standard output.", OUTPUTS("event_recorder.stdout_outputs"), .table = &stdout_table },
};

const struct yaml_table event_recorder_table = {
	.name = "event_recorder",
	.help = "Checked as Alertmanager does, and without effect, as there without its feature flag.",
	.keys = recorder_rows,
	.count = YAML_KEY_COUNT(recorder_rows),
};

bool read_event_recorder(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field) {
	(void)field;
	char nothing = 0;
	if (!yaml_table_read(reader, recorder_rows, YAML_KEY_COUNT(recorder_rows), value, &nothing))
		return false;
	if (value->count > 0)
		warn_of(reader, key, value);
	return true;
}

void telemetry_format_keys(struct buf *out) {
	static const struct yaml_table *const tables[] = { &tracing_table, &event_recorder_table, &file_table, &webhook_table, &kafka_table };
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
		table_format_keys(out, tables[i]->name, tables[i]);
}
