// SPDX-License-Identifier: Apache-2.0
// parse_matchers: the parts of a list, or what is wrong with it.
#include "tests/api/api_rig.h"

static void check_reply(enum matcher_mode mode, const char *target, unsigned status, const char *wanted) {
	struct api_rig rig;
	api_rig_init(&rig, NULL);
	rig.setup->matcher_mode = mode;
	struct request *request = api_rig_get(&rig, target, status);
	CHECK_CSTR(buf_cstr(&request->text), wanted);
	request_destroy(request);
	api_rig_finish(&rig);
}

TEST(a_list_comes_in_its_parts) {
	check_reply(MATCHER_FALLBACK, "/api/v1/parse_matchers?matchers=%7Ba%3D%22b%22%2C%20%22c%20d%22!~%22e%5C%22%22%2C%7D", 200,
	    "{\"status\":\"success\",\"data\":[{\"isEqual\":true,\"isRegex\":false,\"name\":\"a\",\"value\":\"b\"},{\"isEqual\":false,\"isRegex\":true,\"name\":\"c d\",\"value\":\"e\\\"\"}]}");
	check_reply(MATCHER_FALLBACK, "/api/v1/parse_matchers?matchers=", 200, "{\"status\":\"success\",\"data\":[]}");
	check_reply(MATCHER_FALLBACK, "/api/v1/parse_matchers", 200, "{\"status\":\"success\",\"data\":[]}");
}

TEST(what_is_no_list_is_bad_data) {
	check_reply(MATCHER_CLASSIC, "/api/v1/parse_matchers?matchers=a", 400, "{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"invalid parameter \\\"matchers\\\": bad matcher format: a\"}");
}

TEST(features_say_how_it_is_read) {
	static const char braces[] = "/api/v1/parse_matchers?matchers=a%3D%7Bb";
	check_reply(MATCHER_CLASSIC, braces, 200, "{\"status\":\"success\",\"data\":[{\"isEqual\":true,\"isRegex\":false,\"name\":\"a\",\"value\":\"{b\"}]}");
	struct api_rig rig;
	api_rig_init(&rig, NULL);
	rig.setup->matcher_mode = MATCHER_UTF8;
	request_destroy(api_rig_get(&rig, braces, 400));
	api_rig_finish(&rig);
}
