// SPDX-License-Identifier: Apache-2.0
#include "evaluator/datasource.h"

#include "base/mem.h"
#include "tests/harness/test.h"

static void destroy_setup(struct evaluation_setup *setup) {
	free(setup);
}

static struct datasource *make(const struct datasource_config *config) {
	struct evaluation_setup *setup = mem_zalloc(sizeof *setup);
	ref_init(&setup->ref);
	setup->destroy = destroy_setup;
	static _Atomic uint64_t in_use;
	static struct inbox inbox; // nobody is woken
	struct query_permits *permits = query_permits_create(1, &in_use);
	struct datasource *source = datasource_create(setup, config, permits, &inbox);
	query_permits_unref(permits);
	evaluation_setup_unref(setup);
	return source;
}

static void check_url(const struct datasource *source, size_t url, const struct query_params *params, const char *wanted) {
	autobuf struct buf text = { 0 };
	datasource_url_format(&text, source, url, params);
	CHECK_CSTR(buf_cstr(&text), wanted);
}

TEST(parameters_follow_the_urls_and_a_groups_replace_the_datasources) {
	static const struct query_param own[] = { { { .data = "a", .len = 1 }, { .data = "x y", .len = 3 } }, { { .data = "b", .len = 1 }, { .data = "&", .len = 1 } } };
	static const struct query_param groups[] = { { { .data = "a", .len = 1 }, { .data = "1", .len = 1 } }, { { .data = "a", .len = 1 }, { .data = "2", .len = 1 } } };
	static const char *const further[] = { "http://q/p?t=1", NULL };
	struct datasource_config config = { .url = "http://p", .further_urls = further, .params = { own, 2 }, .http = HTTP_CONFIG_DEFAULT };
	struct datasource *source = make(&config);
	struct query_params params = { groups, 2 };
	check_url(source, 0, NULL, "http://p/api/v1/query?a=x+y&b=%26");
	check_url(source, 1, NULL, "http://q/p/api/v1/query?t=1&a=x+y&b=%26");
	check_url(source, 0, &params, "http://p/api/v1/query?b=%26&a=1&a=2");
	datasource_unref(source);
}

TEST(header_lines_of_a_group_replace_the_datasources_of_that_name) {
	static const char *const own[] = { "X-Scope-OrgID: all", "X-Other: 1", NULL };
	static const char *const groups[] = { "x-scope-orgid: one", NULL };
	struct datasource_config config = { .url = "http://p", .headers = own, .http = HTTP_CONFIG_DEFAULT };
	struct datasource *source = make(&config);
	autoarena struct arena arena = { 0 };
	CHECK(datasource_headers(source, NULL, &arena) == own);
	const char *const *lines = datasource_headers(source, groups, &arena);
	CHECK_CSTR(lines[0], "x-scope-orgid: one");
	CHECK_CSTR(lines[1], "X-Other: 1");
	CHECK(lines[2] == NULL);
	datasource_unref(source);
}

TEST(the_first_to_notice_moves_a_datasource_on) {
	static const char *const further[] = { "http://q", "http://r", NULL };
	struct datasource_config config = { .url = "http://p", .further_urls = further, .http = HTTP_CONFIG_DEFAULT };
	struct datasource *source = make(&config);
	datasource_move(source, 0, 1, STR("gone"));
	datasource_move(source, 0, 2, STR("gone too"));
	CHECK_INT(source->current, 1);
	CHECK_CSTR(buf_cstr(&source->cause), "gone");
	datasource_unref(source);
}
