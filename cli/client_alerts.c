// SPDX-License-Identifier: Apache-2.0
// tocsin alert query, alert add: the alerts of a running Alertmanager, as amtool shows and posts them.
#include "base/json_write.h"
#include "base/query_escape.h"
#include "cli/client.h"

#include <stdio.h>
#include <stdlib.h>

struct query_options {
	struct client_flags client;
	const char *receiver;
	bool inhibited, silenced, active, unprocessed;
};

static const struct flag query_flags[] = {
	CLIENT_FLAGS(struct query_options, client),
	{ "inhibited", FLAG_BOOL, offsetof(struct query_options, inhibited), NULL, NULL, "Show inhibited alerts.", .letter = 'i' },
	{ "silenced", FLAG_BOOL, offsetof(struct query_options, silenced), NULL, NULL, "Show silenced alerts.", .letter = 's' },
	{ "active", FLAG_BOOL, offsetof(struct query_options, active), NULL, NULL, "Show active alerts; nothing else asked for, only they are shown.", .letter = 'a' },
	{ "unprocessed", FLAG_BOOL, offsetof(struct query_options, unprocessed), NULL, NULL, "Show unprocessed alerts.", .letter = 'u' },
	{ "receiver", FLAG_TEXT, offsetof(struct query_options, receiver), "", "REGEX", "Show alerts of receivers with such a name.", .letter = 'r' },
};

// ---- what came

struct shown_alert {
	wall_ms starts_at;
	struct str cells[6];
};

struct shown_alerts {
	ARRAY_OF(struct shown_alert);
};

struct alert_reading {
	struct client *client;
	struct json_reader *json;
	struct label_builder labels, annotations;
	struct str starts_at, ends_at, url, state;
};

static void read_map(struct json_reader *json, struct label_builder *out) {
	struct str name, value;
	json_read_object_begin(json);
	while (json_read_object_next(json, &name))
		if (json_read_string(json, &value))
			label_builder_set(out, name, value);
}

static void read_state(struct json_reader *json, struct str *out) {
	struct str name;
	json_read_object_begin(json);
	while (json_read_object_next(json, &name))
		if (!str_equal(name, STR("state")))
			json_read_skip(json);
		else
			json_read_string(json, out);
}

static void read_members(struct alert_reading *reading) {
	struct json_reader *json = reading->json;
	struct {
		const char *name;
		struct str *out;
	} texts[] = { { "startsAt", &reading->starts_at }, { "endsAt", &reading->ends_at }, { "generatorURL", &reading->url } };
	struct str name;
	json_read_object_begin(json);
	while (json_read_object_next(json, &name)) {
		struct str *text = NULL;
		for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
			text = str_equal_cstr(name, texts[i].name) ? texts[i].out : text;
		if (text != NULL)
			json_read_string(json, text);
		else if (str_equal(name, STR("labels")))
			read_map(json, &reading->labels);
		else if (str_equal(name, STR("annotations")))
			read_map(json, &reading->annotations);
		else if (str_equal(name, STR("status")))
			read_state(json, &reading->state);
		else
			json_read_skip(json);
	}
}

static struct str date(struct client *client, struct str rfc3339) {
	autobuf struct buf text = { 0 };
	wall_ms at;
	if (!clock_parse_rfc3339(rfc3339, &at))
		return arena_dup_str(&client->arena, rfc3339);
	client_append_date(client, &text, at);
	return arena_dup_str(&client->arena, buf_str(&text));
}

static struct str pairs(struct client *client, const struct labels *labels) {
	autobuf struct buf text = { 0 };
	struct label label;
	for (struct label_walk walk = labels_walk(labels); label_walk_next(&walk, &label);)
		buf_format(&text, "%s%.*s=\"%.*s\"", text.len > 0 ? " " : "", STR_ARG(label.name), STR_ARG(label.value));
	return arena_dup_str(&client->arena, buf_str(&text));
}

static struct str one(struct client *client, const struct labels *labels, const char *name) {
	return arena_dup_str(&client->arena, labels_get(labels, str_of(name)));
}

static void make_cells(struct alert_reading *reading, struct str cells[6]) {
	struct client *client = reading->client;
	const struct labels *labels = label_builder_build(&reading->labels), *annotations = label_builder_build(&reading->annotations);
	struct str starts_at = date(client, reading->starts_at), state = arena_dup_str(&client->arena, reading->state);
	if (client->output == CLIENT_SIMPLE) {
		struct str simple[] = { one(client, labels, "alertname"), starts_at, one(client, annotations, "summary"), state };
		memcpy(cells, simple, sizeof simple);
	} else {
		struct str extended[] = { pairs(client, labels), pairs(client, annotations), starts_at, date(client, reading->ends_at), arena_dup_str(&client->arena, reading->url), state };
		memcpy(cells, extended, sizeof extended);
	}
	labels_unref(labels);
	labels_unref(annotations);
}

static bool read_alerts(struct client *client, struct str body, struct shown_alerts *out, struct error *err) {
	struct json_reader json;
	json_read_init(&json, &client->arena, body);
	json_read_array_begin(&json);
	while (json_read_array_next(&json)) {
		struct alert_reading reading = { .client = client, .json = &json };
		struct shown_alert alert = { 0 };
		read_members(&reading);
		make_cells(&reading, alert.cells);
		(void)clock_parse_rfc3339(reading.starts_at, &alert.starts_at);
		array_append(out, alert);
		label_builder_finish(&reading.labels);
		label_builder_finish(&reading.annotations);
	}
	if (json_read_end(&json))
		return true;
	*err = json.error;
	return error_wrap(err, "the answer is no list of alerts");
}

static int by_start(const void *a, const void *b) {
	wall_ms left = ((const struct shown_alert *)a)->starts_at, right = ((const struct shown_alert *)b)->starts_at;
	return (left > right) - (left < right);
}

static void print(const struct client *client, struct shown_alerts *alerts) {
	static const char *const simple[] = { "Alertname", "Starts At", "Summary", "State" };
	static const char *const extended[] = { "Labels", "Annotations", "Starts At", "Ends At", "Generator URL", "State" };
	bool is_simple = client->output == CLIENT_SIMPLE;
	struct text_table table = { .columns = is_simple ? 4 : 6 };
	autobuf struct buf text = { 0 };
	for (size_t i = 0; i < table.columns; i++)
		array_append(&table, str_of(is_simple ? simple[i] : extended[i]));
	if (alerts->count > 1)
		qsort(alerts->items, alerts->count, sizeof *alerts->items, by_start);
	for (size_t i = 0; i < alerts->count; i++)
		for (size_t j = 0; j < table.columns; j++)
			array_append(&table, alerts->items[i].cells[j]);
	text_table_format(&text, &table);
	fputs(buf_cstr(&text), stdout);
	array_finish(&table);
}

static bool show(struct client *client, struct str body, struct error *err) {
	struct shown_alerts alerts = { 0 };
	if (client->output == CLIENT_JSON) {
		printf("%.*s\n", STR_ARG(str_trim(body)));
		return true;
	}
	bool ok = read_alerts(client, body, &alerts, err);
	if (ok)
		print(client, &alerts);
	array_finish(&alerts);
	return ok;
}

// ---- alert query

static void make_path(const struct query_options *options, const struct matchers *matchers, struct buf *out) {
	bool any = options->inhibited || options->silenced || options->active || options->unprocessed;
	buf_format(out, "/alerts?active=%s&inhibited=%s&silenced=%s&unprocessed=%s&receiver=", options->active || !any ? "true" : "false",
	    options->inhibited ? "true" : "false", options->silenced ? "true" : "false", options->unprocessed ? "true" : "false");
	url_query_escape(out, str_of(options->receiver));
	client_append_filter(out, matchers);
}

static bool query(struct client *client, const void *given, int argc, char **argv, struct error *err) {
	const struct query_options *options = given;
	struct matchers matchers = { 0 };
	autobuf struct buf path = { 0 }, answer = { 0 };
	bool ok = client_read_matchers(client, argc, argv, &matchers, err);
	make_path(options, &matchers, &path);
	matchers_finish(&matchers);
	return ok && client_call(client, "GET", buf_cstr(&path), STR_NONE, &answer, err) && show(client, buf_str(&answer), err);
}

static int run_query(const void *options, int argc, char **argv) {
	return client_run(&((const struct query_options *)options)->client, query, options, argc, argv);
}

// ---- alert add

struct add_options {
	struct client_flags client;
	const char *generator_url, *start, *end;
	struct flag_list annotations;
};

static const struct flag add_flags[] = {
	CLIENT_FLAGS(struct add_options, client),
	{ "generator-url", FLAG_TEXT, offsetof(struct add_options, generator_url), NULL, "URL", "What the alert came from." },
	{ "start", FLAG_TEXT, offsetof(struct add_options, start), NULL, "RFC3339", "When it started; now." },
	{ "end", FLAG_TEXT, offsetof(struct add_options, end), NULL, "RFC3339", "When it ends." },
	{ "annotation", FLAG_LIST, offsetof(struct add_options, annotations), NULL, "NAME=VALUE", "An annotation. Can be repeated." },
};

static void write_time(struct json_writer *json, const char *key, const char *rfc3339, wall_ms at) {
	json_key(json, key);
	if (rfc3339 == NULL)
		json_cstr(json, "0001-01-01T00:00:00.000Z"); // Go's zero time: not given
	else
		json_time_millis(json, at);
}

static bool make_alert(const struct client *client, const struct add_options *options, int argc, char **argv, struct buf *out, struct error *err) {
	struct matchers labels = { 0 }, annotations = { 0 };
	struct json_writer json = { .out = out };
	wall_ms start = 0, end = 0;
	bool ok = client_read_labels(client, argc, argv, &labels, err) && client_read_annotations(client, &options->annotations, &annotations, err) &&
	    client_read_time(options->start, &start, err) && client_read_time(options->end, &end, err);
	json_open_array(&json);
	json_open_object(&json);
	client_write_pairs(&json, "annotations", &annotations);
	write_time(&json, "endsAt", options->end, end);
	write_time(&json, "startsAt", options->start, start);
	if (options->generator_url != NULL) {
		json_key(&json, "generatorURL");
		json_cstr(&json, options->generator_url);
	}
	client_write_pairs(&json, "labels", &labels);
	json_close_object(&json);
	json_close_array(&json);
	matchers_finish(&labels);
	matchers_finish(&annotations);
	return ok;
}

static bool add(struct client *client, const void *options, int argc, char **argv, struct error *err) {
	autobuf struct buf body = { 0 }, answer = { 0 };
	return make_alert(client, options, argc, argv, &body, err) && client_call(client, "POST", "/alerts", buf_str(&body), &answer, err);
}

static int run_add(const void *options, int argc, char **argv) {
	return client_run(&((const struct add_options *)options)->client, add, options, argc, argv);
}

#define QUERY_COMMAND(name)                                                                                                                  \
	{ .words = name, .arguments = "[MATCHER...]", .help = "Show the alerts of a running Alertmanager that match.", .flags = query_flags, \
	  .flag_count = sizeof query_flags / sizeof *query_flags, .options_size = sizeof(struct query_options), .is_client = true, .run = run_query }
const struct command alert_query_command = QUERY_COMMAND("alert query"), alert_command = QUERY_COMMAND("alert");

const struct command alert_add_command = {
	.words = "alert add",
	.arguments = "LABEL=VALUE...",
	.help = "Post an alert to a running Alertmanager.",
	.flags = add_flags,
	.flag_count = sizeof add_flags / sizeof *add_flags,
	.options_size = sizeof(struct add_options),
	.is_client = true,
	.run = run_add,
};
