// SPDX-License-Identifier: Apache-2.0
// Health, readiness, version and the configuration in force.
#include "api/request.h"

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

void serve_buildinfo(struct request *request) {
	const struct server_options *options = server_options(request->server);
	reply_json(request, 200);
	struct json_writer json = { .out = &request->text };
	json_open_object(&json);
	json_key(&json, "status");
	json_cstr(&json, "success");
	json_key(&json, "data");
	json_open_object(&json);
	json_key(&json, "version");
	json_cstr(&json, options->version);
	json_key(&json, "revision");
	json_cstr(&json, options->revision);
	json_key(&json, "branch");
	json_cstr(&json, "");
	json_key(&json, "buildUser");
	json_cstr(&json, "");
	json_key(&json, "buildDate");
	json_cstr(&json, "");
	json_key(&json, "goVersion");
	json_cstr(&json, "");
	json_key(&json, "application");
	json_cstr(&json, "tocsin");
	json_close_object(&json);
	json_close_object(&json);
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

// All members are required by the clients: amtool reads through them without asking.
void serve_status_v2(struct request *request) {
	const struct server_options *options = server_options(request->server);
	const struct api_setup *setup = server_setup(request->server);
	reply_json(request, 200);
	struct json_writer json = { .out = &request->text };
	json_open_object(&json);
	json_key(&json, "cluster");
	json_raw(&json, STR("{\"peers\":[],\"status\":\"disabled\"}"));
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
