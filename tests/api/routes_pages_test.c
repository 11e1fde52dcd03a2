// SPDX-License-Identifier: Apache-2.0
// The files of the pages: which there are, what they are said to be, and when they need not be sent again.
#include "api/embedded_file.h"
#include "tests/api/api_rig.h"

static struct api_rig rig;

static struct request *get_known(const char *target, const char *known, unsigned status) {
	struct request *request = api_rig_request(&rig, "GET", target);
	request->known_etag = known;
	api_rig_run(&rig, request);
	CHECK_INT(request->status, status);
	return request;
}

static const char *header_of(const struct request *request, const char *name) {
	for (const struct reply_header *header = request->headers; header != NULL && header->name != NULL; header++)
		if (strcmp(header->name, name) == 0)
			return header->value;
	return NULL;
}

TEST(the_front_is_a_page_that_refers_to_files_that_there_are) {
	api_rig_init(&rig, NULL);
	struct request *page = api_rig_get(&rig, "/", 200);
	CHECK_CSTR(page->content_type, "text/html; charset=utf-8");
	size_t count = 0;
	for (const char *at = buf_cstr(&page->text); (at = strstr(at, "\"web/")) != NULL; count++) {
		autobuf struct buf target = { 0 };
		buf_format(&target, "/%.*s", (int)strcspn(at + 1, "\""), at + 1);
		request_destroy(api_rig_get(&rig, buf_cstr(&target), 200));
		at++;
	}
	CHECK(count >= 3);
	request_destroy(page);
	api_rig_finish(&rig);
}

TEST(each_file_comes_as_it_is_with_its_type) {
	static const struct {
		const char *suffix, *type;
	} types[] = { { ".js", "text/javascript; charset=utf-8" }, { ".css", "text/css; charset=utf-8" }, { ".svg", "image/svg+xml" }, { ".html", "text/html; charset=utf-8" } };
	api_rig_init(&rig, NULL);
	size_t count = 0;
	for (const struct embedded_file *file = page_files; file->name != NULL; file++, count++) {
		autobuf struct buf target = { 0 };
		buf_format(&target, "/web/%s", file->name);
		struct request *request = api_rig_get(&rig, buf_cstr(&target), 200);
		CHECK(file->bytes.len > 0 && str_equal(buf_str(&request->text), file->bytes));
		size_t at = 0;
		while (!str_has_suffix(str_of(file->name), str_of(types[at].suffix)))
			at++;
		CHECK_CSTR(request->content_type, types[at].type);
		request_destroy(request);
	}
	CHECK(count > 10);
	request_destroy(api_rig_get(&rig, "/web/none.js", 404));
	request_destroy(api_rig_get(&rig, "/web/alertmanager.swagger.json", 404));
	request_destroy(api_rig_get(&rig, "/web/..", 404));
	api_rig_finish(&rig);
}

TEST(what_a_browser_has_is_not_sent_again) {
	api_rig_init(&rig, NULL);
	struct request *first = get_known("/web/style.css", NULL, 200);
	autobuf struct buf several = { 0 };
	buf_format(&several, "\"a\", W/%s", first->etag);
	const char *const known[] = { first->etag, buf_cstr(&several), "*" }, *const unknown[] = { "", "\"a\"", "W/\"\"", "style.css" };
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		struct request *again = get_known("/web/style.css", known[i], 304);
		CHECK(again->text.len == 0);
		CHECK_CSTR(again->etag, first->etag);
		request_destroy(again);
	}
	for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++)
		request_destroy(get_known("/web/style.css", unknown[i], 200));
	request_destroy(get_known("/web/main.js", first->etag, 200));
	request_destroy(first);
	api_rig_finish(&rig);
}

TEST(pages_may_run_what_came_with_them_and_nothing_else) {
	api_rig_init(&rig, NULL);
	const char *const targets[] = { "/", "/web/main.js" };
	for (size_t i = 0; i < 2; i++) {
		struct request *request = api_rig_get(&rig, targets[i], 200);
		const char *policy = header_of(request, "Content-Security-Policy");
		CHECK(strstr(policy, "default-src 'none'") != NULL && strstr(policy, "script-src 'self'") != NULL && strstr(policy, "frame-ancestors 'none'") != NULL);
		CHECK(strstr(policy, "unsafe") == NULL);
		CHECK_CSTR(header_of(request, "X-Content-Type-Options"), "nosniff");
		CHECK_CSTR(header_of(request, "Referrer-Policy"), "no-referrer");
		CHECK_CSTR(header_of(request, "Cache-Control"), "no-cache");
		request_destroy(request);
	}
	struct request *other = api_rig_get(&rig, "/-/healthy", 200);
	CHECK(other->headers == NULL && other->etag == NULL);
	request_destroy(other);
	api_rig_finish(&rig);
}

TEST(what_is_served_is_listed_and_can_be_followed) {
	api_rig_init(&rig, NULL);
	struct request *list = api_rig_get(&rig, "/api", 200);
	CHECK(strstr(buf_cstr(&list->text), "<dt>GET <a href=\"./api/v2/alerts\">/api/v2/alerts</a></dt><dd>Alerts being told, as Alertmanager.</dd>") != NULL);
	CHECK(strstr(buf_cstr(&list->text), "<dt>GET /web/{file}</dt>") != NULL);
	request_destroy(list);
	api_rig_finish(&rig);
}
