// SPDX-License-Identifier: Apache-2.0
// Which route a request gets, below which prefix, and what it is told when there is none.
#include "model/limits.h"
#include "tests/api/api_rig.h"

static struct api_rig rig;

static void begin(const char *prefix) {
	api_rig_init(&rig, NULL);
	api_rig_set_prefix(&rig, prefix);
}

static void check_found(const char *method, const char *target, const char *path) {
	struct request *request = api_rig_request(&rig, method, target);
	if (request->route == NULL)
		FAIL_TEST("%s %s: %u", method, target, request->status);
	CHECK_CSTR(request->route->path, path);
	request_destroy(request);
}

static void check_refused(const char *method, const char *target, unsigned status, const char *text) {
	struct request *request = api_rig_request(&rig, method, target);
	CHECK(request->route == NULL);
	CHECK_INT(request->status, status);
	CHECK_CSTR(buf_cstr(&request->text), text);
	request_destroy(request);
}

static void check_redirected(const char *target, const char *location) {
	struct request *request = api_rig_request(&rig, "GET", target);
	CHECK(request->route == NULL);
	CHECK_INT(request->status, 302);
	CHECK_CSTR(request->location, location);
	request_destroy(request);
}

TEST(routes_are_found_by_method_and_path) {
	begin(NULL);
	check_found("GET", "/", "/");
	check_found("GET", "/api/v1/rules?type=alert", "/api/v1/rules");
	check_found("HEAD", "/api/v1/rules", "/api/v1/rules");
	check_found("GET", "/api/v1/r%75les", "/api/v1/rules");
	check_found("POST", "/api/v1/format_query", "/api/v1/format_query");
	api_rig_finish(&rig);
}

TEST(every_route_is_found_and_says_what_it_is) {
	begin("/x");
	size_t count = 0;
	const struct route *routes = route_list(&count);
	CHECK(count > 15);
	for (size_t i = 0; i < count; i++) {
		autobuf struct buf target = { 0 };
		buf_format(&target, "/x%s", routes[i].path);
		struct request *request = api_rig_request(&rig, routes[i].method, buf_cstr(&target));
		CHECK(request->route == &routes[i]);
		CHECK(routes[i].help[0] != '\0' && routes[i].handle != NULL);
		request_destroy(request);
	}
	api_rig_finish(&rig);
}

TEST(a_name_may_hold_slashes_where_there_are_several) {
	begin(NULL);
	struct request *request = api_rig_request(&rig, "GET", "/api/v1/rules/node%2Fdisk/a/b/evaluations");
	CHECK_CSTR(request->route->path, "/api/v1/rules/{group}/{rule}/evaluations");
	CHECK_STR(request->named, "node/disk/a/b");
	request_destroy(request);
	check_refused("GET", "/api/v1/rules//evaluations", 404, "404 page not found\n");
	api_rig_finish(&rig);
}

TEST(paths_are_found_as_clients_and_proxies_write_them) {
	begin("/x");
	check_found("GET", "//x//api/v2/receivers", "/api/v2/receivers");
	check_found("GET", "/x/api/v2/receivers/", "/api/v2/receivers");
	check_found("GET", "http://host:9093/x/api/v2/receivers?a=b", "/api/v2/receivers");
	check_found("GET", "HTTPS://host/x/-/healthy", "/-/healthy");
	check_redirected("http://host", "/x/");
	check_refused("GET", "/x/-/healthy/", 404, "404 page not found\n");
	check_refused("GET", "ftp://host/x/-/healthy", 404, "404 page not found\n");
	check_refused("GET", "", 404, "404 page not found\n");
	api_rig_finish(&rig);
	begin(NULL);
	struct request *request = api_rig_request(&rig, "GET", "/api/v1/rules/a%2F%2Fb/c/evaluations");
	CHECK_STR(request->named, "a//b/c");
	request_destroy(request);
	request = api_rig_request(&rig, "OPTIONS", "/-/ready");
	CHECK(request->status == 200);
	CHECK_CSTR(request->allow, "GET");
	request_destroy(request);
	api_rig_finish(&rig);
}

TEST(each_api_says_no_in_its_own_way) {
	begin(NULL);
	check_refused("GET", "/nothing", 404, "404 page not found\n");
	check_refused("GET", "/api/v2/nothing", 404, "{\"code\":404,\"message\":\"path /api/v2/nothing was not found\"}");
	check_refused("POST", "/api/v1/rules", 405, "Method Not Allowed\n");
	check_refused("PUT", "/api/v2/status", 405, "{\"code\":405,\"message\":\"method PUT is not allowed, but [GET] are\"}");
	check_refused("GET", "/api/v1/%zz", 400, "400 Bad Request\n");
	struct request *request = api_rig_request(&rig, "DELETE", "/-/reload");
	CHECK_CSTR(request->allow, "POST,PUT");
	request_destroy(request);
	api_rig_finish(&rig);
}

TEST(below_a_prefix_is_all_and_elsewhere_nothing) {
	begin("/base");
	check_found("GET", "/base/-/healthy", "/-/healthy");
	check_found("GET", "/base/", "/");
	check_redirected("/", "/base/");
	check_redirected("/base", "/base/");
	check_refused("GET", "/-/healthy", 404, "404 page not found\n");
	check_refused("GET", "/basement", 404, "404 page not found\n");
	check_refused("GET", "/base/base/-/healthy", 404, "404 page not found\n");
	api_rig_finish(&rig);
}

TEST(a_body_has_the_limit_of_its_route) {
	begin(NULL);
	struct request *request = api_rig_request(&rig, "POST", "/api/v1/parse_query");
	CHECK_INT(route_body_max(request->route), LIMIT_FORM_BYTES);
	request_destroy(request);
	CHECK_INT(route_body_max(NULL), LIMIT_REQUEST_BYTES);
	api_rig_finish(&rig);
}
