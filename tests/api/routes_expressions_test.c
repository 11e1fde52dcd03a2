// SPDX-License-Identifier: Apache-2.0
// format_query and parse_query: what comes back of an expression, or of what is none.
#include "tests/api/api_rig.h"

static void check_reply(const char *target, unsigned status, const char *wanted) {
	struct api_rig rig;
	api_rig_init(&rig, NULL);
	struct request *request = api_rig_get(&rig, target, status);
	CHECK_CSTR(buf_cstr(&request->text), wanted);
	request_destroy(request);
	api_rig_finish(&rig);
}

TEST(an_expression_is_laid_out) {
	check_reply("/api/v1/format_query?query=sum(x{a=~%22%3Ca%3E%22})by(b)", 200, "{\"status\":\"success\",\"data\":\"sum by (b) (x{a=~\\\"\\u003ca\\u003e\\\"})\"}");
}

TEST(an_expression_becomes_a_tree) {
	check_reply("/api/v1/parse_query?query=-(1)", 200,
	    "{\"status\":\"success\",\"data\":{\"expr\":{\"expr\":{\"type\":\"numberLiteral\",\"val\":\"1\"},\"type\":\"parenExpr\"},\"op\":\"-\",\"type\":\"unaryExpr\"}}");
}

TEST(what_is_no_expression_is_bad_data) {
	static const char none[] = "{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"invalid parameter \\\"query\\\": unknown position: parse error: no expression found in input\"}";
	check_reply("/api/v1/format_query", 400, none);
	check_reply("/api/v1/parse_query?query=", 400, none);
	check_reply("/api/v1/parse_query?query=1%2B", 400, "{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"invalid parameter \\\"query\\\": 1:3: parse error: unexpected end of input\"}");
}

TEST(a_form_may_hold_the_expression) {
	struct api_rig rig;
	api_rig_init(&rig, NULL);
	struct request *request = api_rig_request(&rig, "POST", "/api/v1/format_query?query=a");
	request->body_type = "application/x-www-form-urlencoded";
	request->route->take_body(request, STR("query=b%"));
	request->route->take_body(request, STR("2Bc"));
	api_rig_run(&rig, request);
	CHECK_CSTR(buf_cstr(&request->text), "{\"status\":\"success\",\"data\":\"b + c\"}");
	request_destroy(request);
	api_rig_finish(&rig);
}

TEST(a_tree_that_would_be_too_long_is_refused) {
	struct api_rig rig;
	api_rig_init(&rig, NULL);
	struct request *request = api_rig_request(&rig, "POST", "/api/v1/parse_query");
	request->body_type = "application/x-www-form-urlencoded";
	buf_append_cstr(&request->body, "query=a");
	for (int i = 0; i < 100000; i++)
		buf_append_cstr(&request->body, "-a");
	api_rig_run(&rig, request);
	CHECK_INT(request->status, 400);
	CHECK_CSTR(buf_cstr(&request->text), "{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"invalid parameter \\\"query\\\": the result would be too long\"}");
	request_destroy(request);
	api_rig_finish(&rig);
}
