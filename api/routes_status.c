// SPDX-License-Identifier: Apache-2.0
// Health, readiness, reload, version and the configuration in force.
#include "api/embedded_file.h"
#include "api/routes.h"

#include <limits.h>
#include <unistd.h>

void serve_healthy(struct request *request) {
	reply_text(request, 200, "OK");
}

void serve_ready(struct request *request) {
	struct store_status status;
	store_status_get(server_options(request->server)->store, &status);
	if (status.is_durable) {
		reply_text(request, 200, "OK");
		return;
	}
	reply_text(request, 503, "not durable: ");
	buf_format(&request->text, "%s\n", status.last_error);
}

static void take_reload(struct request *request, struct message *message) {
	struct reload_request *answer = (struct reload_request *)message;
	reply_text(request, answer->ok ? 200 : 500, answer->ok ? "" : "failed to reload config: ");
	if (!answer->ok)
		buf_append_cstr(&request->text, answer->problems == NULL ? "shutting down\n" : answer->problems);
	free(answer->problems);
	free(answer);
}

void serve_reload(struct request *request) {
	const struct server_options *options = server_options(request->server);
	int kind = request_await(request, take_reload);
	struct reload_request *ask = MEM_NEW(struct reload_request);
	*ask = (struct reload_request){ .message.kind = options->reload_kind, .reply_to = server_inbox(request->server), .reply_kind = kind };
	request_post(request, options->control, &ask->message, kind);
}

static struct json_writer open_data(struct request *request) {
	struct json_writer json = reply_v1_begin(request);
	json_open_object(&json);
	return json;
}

static void close_data(struct json_writer *json) {
	json_close_object(json);
	json_v1_end(json);
}

static void write_member(struct json_writer *json, const char *key, const char *value) {
	json_key(json, key);
	json_cstr(json, value);
}

void serve_buildinfo(struct request *request) {
	const struct server_options *options = server_options(request->server);
	struct json_writer json = open_data(request);
	write_member(&json, "version", options->version);
	write_member(&json, "revision", options->revision);
	write_member(&json, "branch", "");
	write_member(&json, "buildUser", "");
	write_member(&json, "buildDate", "");
	write_member(&json, "goVersion", "");
	write_member(&json, "application", "tocsin");
	close_data(&json);
}

// Of Prometheus' members those that have a meaning here: the others describe Go's runtime and a TSDB.
void serve_runtimeinfo(struct request *request) {
	const struct api_setup *setup = server_setup(request->server);
	char directory[PATH_MAX] = "", host[256] = "";
	struct json_writer json = open_data(request);
	json_key(&json, "startTime");
	json_time(&json, server_options(request->server)->started_at);
	write_member(&json, "CWD", getcwd(directory, sizeof directory) == NULL ? "" : directory);
	write_member(&json, "hostname", gethostname(host, sizeof host - 1) == 0 ? host : "");
	json_key(&json, "serverTime");
	json_time(&json, clock_wall());
	json_key(&json, "reloadConfigSuccess");
	json_bool(&json, setup->reload_succeeded);
	json_key(&json, "lastConfigTime");
	json_time(&json, setup->reload_at);
	close_data(&json);
}

void serve_config_v1(struct request *request) {
	const char *original = server_setup(request->server)->config_original;
	struct json_writer json = open_data(request);
	write_member(&json, "yaml", original == NULL ? "" : original);
	close_data(&json);
}

// Under Prometheus' names, the values in force.
void serve_flags(struct request *request) {
	const char *external_url = server_setup(request->server)->external_url;
	struct json_writer json = open_data(request);
	write_member(&json, "web.external-url", external_url == NULL ? "" : external_url);
	write_member(&json, "web.listen-address", server_options(request->server)->listen_addresses[0]);
	close_data(&json);
}

// Prometheus' interface shows them above every page.
void serve_notifications(struct request *request) {
	const struct api_setup *setup = server_setup(request->server);
	struct json_writer json = reply_v1_begin(request);
	json_open_array(&json);
	if (!setup->reload_succeeded) {
		json_open_object(&json);
		write_member(&json, "text", "Configuration reload has failed.");
		json_key(&json, "date");
		json_time(&json, setup->attempt_at);
		json_key(&json, "active");
		json_bool(&json, true);
		json_close_object(&json);
	}
	json_close_array(&json);
	json_v1_end(&json);
}

void serve_no_live_notifications(struct request *request) {
	reply_text(request, 204, "");
}

static void write_version_info(struct json_writer *json, const struct server_options *options) {
	json_open_object(json);
	json_key(json, "branch");
	json_cstr(json, "");
	json_key(json, "buildDate");
	json_cstr(json, "");
	json_key(json, "buildUser");
	json_cstr(json, "");
	json_key(json, "goVersion");
	json_cstr(json, "");
	json_key(json, "revision");
	json_cstr(json, options->revision);
	json_key(json, "version");
	json_cstr(json, ALERTMANAGER_COMPATIBLE_VERSION);
	json_close_object(json);
}

// With a cluster wished for, we are the one peer of it: nothing here is shared, and nothing need be.
static void write_cluster(struct json_writer *json, const struct shown_cluster *cluster) {
	json_key(json, "cluster");
	json_open_object(json);
	if (cluster->name != NULL)
		write_member(json, "name", cluster->name);
	json_key(json, "peers");
	json_open_array(json);
	if (cluster->name != NULL) {
		json_open_object(json);
		write_member(json, "address", cluster->address);
		write_member(json, "name", cluster->name);
		json_close_object(json);
	}
	json_close_array(json);
	write_member(json, "status", cluster->name != NULL ? "ready" : "disabled");
	json_close_object(json);
}

// All members are required by the clients: amtool reads through them without asking.
void serve_status_v2(struct request *request) {
	const struct server_options *options = server_options(request->server);
	const struct api_setup *setup = server_setup(request->server);
	reply_json(request, 200);
	struct json_writer json = { .out = &request->text };
	json_open_object(&json);
	write_cluster(&json, &options->cluster);
	json_key(&json, "config");
	json_open_object(&json);
	json_key(&json, "original");
	json_cstr(&json, setup->config_original == NULL ? "" : setup->config_original);
	json_close_object(&json);
	json_key(&json, "uptime");
	json_time(&json, options->started_at);
	json_key(&json, "versionInfo");
	write_version_info(&json, options);
	json_close_object(&json);
	buf_append_char(&request->text, '\n');
}

void serve_swagger(struct request *request) {
	reply_json(request, 200);
	buf_append_str(&request->text, swagger_files[0].bytes);
}
