// SPDX-License-Identifier: Apache-2.0
// /api/v1/format_query and /api/v1/parse_query: an expression laid out, or as a tree. Nothing is evaluated.
#include "api/routes.h"
#include "promql/promql.h"

static void reply_parse_error(struct request *request, struct str text, const struct promql_error *error) {
	autobuf struct buf line = { 0 };
	promql_error_format(&line, text, error);
	reply_v1_error(request, 400, "bad_data", "invalid parameter \"query\": %s", buf_cstr(&line));
}

static bool read_query(struct request *request, struct promql_result *out) {
	if (strcmp(request->method, "POST") == 0)
		request_read_form(request);
	struct str text = request_parameter(request, "query");
	*out = promql_parse(&request->arena, text, server_options(request->server)->promql_features);
	if (out->root == NULL)
		reply_parse_error(request, text, &out->errors[0]);
	return out->root != NULL;
}

static void reply_too_long(struct request *request) {
	reply_v1_error(request, 400, "bad_data", "invalid parameter \"query\": the result would be too long");
}

void serve_format_query(struct request *request) {
	struct promql_result result;
	autobuf struct buf text = { 0 };
	if (!read_query(request, &result))
		return;
	if (!promql_format_pretty(&text, result.root)) {
		reply_too_long(request);
		return;
	}
	struct json_writer json = reply_v1_begin(request);
	json_string(&json, buf_str(&text));
	json_v1_end(&json);
}

void serve_parse_query(struct request *request) {
	struct promql_result result;
	if (!read_query(request, &result))
		return;
	struct json_writer json = reply_v1_begin(request);
	json_raw(&json, STR(""));
	if (promql_format_json(&request->text, result.root))
		json_v1_end(&json);
	else
		reply_too_long(request);
}
