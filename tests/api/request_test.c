// SPDX-License-Identifier: Apache-2.0
// Forms and replies of requests.
#include "tests/api/api_rig.h"

static struct request *make(const char *target) {
	return request_create(NULL, NULL, str_of(target));
}

static void check_query(const char *body_type, const char *wanted) {
	struct request *request = make("/x?query=url&other=1");
	request->body_type = body_type;
	buf_append_cstr(&request->body, "query=form");
	request_read_form(request);
	CHECK_STR(request_parameter(request, "query"), wanted);
	CHECK_STR(request_parameter(request, "other"), "1");
	request_destroy(request);
}

TEST(a_form_comes_before_the_query_string) {
	check_query("application/x-www-form-urlencoded", "form");
	check_query("Application/X-WWW-Form-Urlencoded; charset=utf-8", "form");
}

TEST(another_body_is_no_form) {
	check_query(NULL, "url");
	check_query("", "url");
	check_query("text/plain", "url");
	check_query("application/x-www-form-urlencoded2", "url");
}

TEST(absent_and_empty_are_told_apart) {
	struct request *request = make("/x?a=&b");
	CHECK(request_has_parameter(request, "a") && request_has_parameter(request, "b") && !request_has_parameter(request, "c"));
	CHECK_STR(request_parameter(request, "a"), "");
	CHECK_STR(request_parameter(request, "c"), "");
	request_destroy(request);
}

static void check_text(struct request *request, unsigned status, const char *type, const char *text) {
	CHECK_INT(request->status, status);
	CHECK_CSTR(request->content_type, type);
	CHECK_CSTR(buf_cstr(&request->text), text);
}

TEST(errors_have_the_dialects_of_the_apis) {
	struct request *request = make("/x");
	reply_v1_error(request, 400, "bad_data", "no \"%s\"", "<a\b>");
	check_text(request, 400, "application/json", "{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"no \\\"\\u003ca\\u0008\\u003e\\\"\"}");
	reply_v2_message(request, 404, "path %s", "/a\b");
	check_text(request, 404, "application/json", "{\"code\":404,\"message\":\"path /a\\b\"}");
	reply_v2_string(request, 400, "bad \"%s\"", "a");
	check_text(request, 400, "application/json", "\"bad \\\"a\\\"\"\n");
	reply_text(request, 200, "OK");
	check_text(request, 200, "text/plain; charset=utf-8", "OK");
	request_destroy(request);
}

TEST(what_went_well_is_wrapped) {
	struct request *request = make("/x");
	struct json_writer json = reply_v1_begin(request);
	json_cstr(&json, "a\f");
	json_v1_end(&json);
	check_text(request, 200, "application/json", "{\"status\":\"success\",\"data\":\"a\\u000c\"}");
	request_destroy(request);
}
