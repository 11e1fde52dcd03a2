// SPDX-License-Identifier: Apache-2.0
// tocsin config show, cluster show: what a running Alertmanager says about itself, as amtool shows it.
#include "cli/client.h"

#include <stdio.h>

struct status_options {
	struct client_flags client;
};

static const struct flag flags[] = { CLIENT_FLAGS(struct status_options, client) };

struct peer {
	struct str address, name;
};

struct status {
	struct str body, cluster; // as they came
	ARRAY_OF(struct peer);
};

// Texts of the answer, by the path of their names.
enum status_field { CONFIG_ORIGINAL,
	CLUSTER_STATUS,
	CLUSTER_NAME,
	BUILD_USER,
	GO_VERSION,
	REVISION,
	VERSION,
	BRANCH,
	BUILD_DATE,
	UPTIME,
	STATUS_FIELDS };

static const char *const paths[] = {
	[CONFIG_ORIGINAL] = "config.original",
	[CLUSTER_STATUS] = "cluster.status",
	[CLUSTER_NAME] = "cluster.name",
	[BUILD_USER] = "versionInfo.buildUser",
	[GO_VERSION] = "versionInfo.goVersion",
	[REVISION] = "versionInfo.revision",
	[VERSION] = "versionInfo.version",
	[BRANCH] = "versionInfo.branch",
	[BUILD_DATE] = "versionInfo.buildDate",
	[UPTIME] = "uptime",
};

static void read_peers(struct json_reader *json, struct status *status) {
	struct str name;
	json_read_array_begin(json);
	while (json_read_array_next(json)) {
		struct peer peer = { 0 };
		json_read_object_begin(json);
		while (json_read_object_next(json, &name)) {
			if (str_equal(name, STR("address")))
				json_read_string(json, &peer.address);
			else if (str_equal(name, STR("name")))
				json_read_string(json, &peer.name);
			else
				json_read_skip(json);
		}
		array_append(status, peer);
	}
}

static void read_value(struct json_reader *json, struct str outer, struct str name, struct str fields[STATUS_FIELDS]) {
	char path[64];
	snprintf(path, sizeof path, "%.*s%s%.*s", STR_ARG(outer), outer.len > 0 ? "." : "", STR_ARG(name));
	for (size_t i = 0; i < STATUS_FIELDS && json_read_peek(json) == JSON_STRING; i++)
		if (strcmp(path, paths[i]) == 0) {
			json_read_string(json, &fields[i]);
			return;
		}
	json_read_skip(json);
}

static void read_part(struct json_reader *json, struct str outer, struct status *status, struct str fields[STATUS_FIELDS]) {
	struct str name;
	json_read_object_begin(json);
	while (json_read_object_next(json, &name)) {
		if (str_equal(outer, STR("cluster")) && str_equal(name, STR("peers")) && json_read_peek(json) == JSON_ARRAY)
			read_peers(json, status);
		else
			read_value(json, outer, name, fields);
	}
}

static bool read_status(struct client *client, struct status *status, struct str fields[STATUS_FIELDS], struct error *err) {
	struct json_reader json;
	struct str name;
	json_read_init(&json, &client->arena, status->body);
	json_read_object_begin(&json);
	while (json_read_object_next(&json, &name)) {
		size_t begin = json.at;
		if (json_read_peek(&json) == JSON_OBJECT)
			read_part(&json, name, status, fields);
		else
			read_value(&json, STR_NONE, name, fields);
		if (str_equal(name, STR("cluster")))
			status->cluster = str_make(status->body.data + begin, json.at - begin);
	}
	if (json_read_end(&json))
		return true;
	*err = json.error;
	return false;
}

typedef void status_format(struct buf *out, const struct client *client, const struct status *status, const struct str fields[STATUS_FIELDS]);

// Asks for the status and appends what of it is wanted.
static bool ask(struct client *client, status_format *format, struct buf *out, struct error *err) {
	autobuf struct buf answer = { 0 };
	struct str fields[STATUS_FIELDS] = { 0 };
	struct status status = { 0 };
	if (!client_call(client, "GET", "/status", STR_NONE, &answer, err))
		return false;
	status.body = buf_str(&answer);
	bool ok = read_status(client, &status, fields, err);
	if (ok)
		format(out, client, &status, fields);
	array_finish(&status);
	return ok;
}

static bool show(struct client *client, status_format *format, struct error *err) {
	autobuf struct buf out = { 0 };
	if (!ask(client, format, &out, err))
		return false;
	fwrite(out.data, 1, out.len, stdout);
	return true;
}

static void format_original(struct buf *out, const struct client *client, const struct status *status, const struct str fields[STATUS_FIELDS]) {
	(void)client, (void)status;
	buf_append_str(out, fields[CONFIG_ORIGINAL]);
}

bool client_fetch_config(struct client *client, struct buf *out, struct error *err) {
	return ask(client, format_original, out, err);
}

// ---- config show

static void format_config(struct buf *out, const struct client *client, const struct status *status, const struct str fields[STATUS_FIELDS]) {
	static const struct {
		const char *name;
		enum status_field field;
	} rows[] = { { "buildUser", BUILD_USER }, { "goVersion", GO_VERSION }, { "revision", REVISION }, { "version", VERSION }, { "branch", BRANCH }, { "buildDate", BUILD_DATE }, { "uptime", UPTIME } };
	if (client->output == CLIENT_JSON) {
		buf_format(out, "%.*s\n", STR_ARG(str_trim(status->body)));
		return;
	}
	buf_format(out, "%.*s\n", STR_ARG(fields[CONFIG_ORIGINAL]));
	for (size_t i = 0; client->output == CLIENT_EXTENDED && i < sizeof rows / sizeof *rows; i++)
		buf_format(out, "%s %.*s\n", rows[i].name, STR_ARG(fields[rows[i].field]));
}

// ---- cluster show

static size_t wider(size_t width, struct str text) {
	return text.len > width ? text.len : width;
}

// amtool ends the heading without the blanks that end the other lines: it widens no column.
static void format_peers(struct buf *out, const struct status *status) {
	size_t address = strlen("Address"), name = 0;
	for (size_t i = 0; i < status->count; i++) {
		address = wider(address, status->items[i].address);
		name = wider(name, status->items[i].name);
	}
	buf_format(out, "\n%-*s  Name\n", (int)address, "Address");
	for (size_t i = 0; i < status->count; i++)
		buf_format(out, "%-*.*s  %-*.*s  \n", (int)address, STR_ARG(status->items[i].address), (int)name, STR_ARG(status->items[i].name));
}

static void format_cluster(struct buf *out, const struct client *client, const struct status *status, const struct str fields[STATUS_FIELDS]) {
	if (client->output == CLIENT_JSON) {
		buf_format(out, "%.*s\n", STR_ARG(str_trim(status->cluster)));
		return;
	}
	buf_format(out, "Cluster Status:  %.*s\nNode Name:       %.*s\n", STR_ARG(fields[CLUSTER_STATUS]), STR_ARG(fields[CLUSTER_NAME]));
	if (client->output == CLIENT_EXTENDED)
		format_peers(out, status);
}

static bool show_config(struct client *client, const void *options, int argc, char **argv, struct error *err) {
	(void)options, (void)argc, (void)argv;
	return show(client, format_config, err);
}

static bool show_cluster(struct client *client, const void *options, int argc, char **argv, struct error *err) {
	(void)options, (void)argc, (void)argv;
	return show(client, format_cluster, err);
}

static int run_config(const void *options, int argc, char **argv) {
	return client_run(&((const struct status_options *)options)->client, show_config, options, argc, argv);
}

static int run_cluster(const void *options, int argc, char **argv) {
	return client_run(&((const struct status_options *)options)->client, show_cluster, options, argc, argv);
}

#define STATUS_COMMAND(name, action, sentence) \
	{ .words = name, .arguments = "", .help = sentence, .flags = flags, .flag_count = sizeof flags / sizeof *flags, .options_size = sizeof(struct status_options), .is_client = true, .run = action }
const struct command config_show_command = STATUS_COMMAND("config show", run_config, "Show the configuration of a running Alertmanager.");
const struct command config_command = STATUS_COMMAND("config", run_config, "Show the configuration of a running Alertmanager.");
const struct command cluster_show_command = STATUS_COMMAND("cluster show", run_cluster, "Show the cluster of a running Alertmanager.");
const struct command cluster_command = STATUS_COMMAND("cluster", run_cluster, "Show the cluster of a running Alertmanager.");
