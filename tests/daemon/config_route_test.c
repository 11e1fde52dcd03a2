// SPDX-License-Identifier: Apache-2.0
// Routes: what children inherit, and what they replace.
#include "tests/daemon/loaded_config.h"
#include "tests/harness/test.h"

#define ROUTES(keys, children) "route: {receiver: r, " keys ", routes: [" children "]}\nreceivers: [{name: r}]\n"

static void check_labels(const struct route_config *route, const char *wanted) {
	autobuf struct buf got = { 0 };
	for (size_t i = 0; i < route->label_count; i++)
		buf_format(&got, "%.*s=%.*s ", STR_ARG(route->labels[i].name), STR_ARG(route->labels[i].value));
	CHECK_CSTR(buf_cstr(&got), wanted);
}

TEST(labels_are_inherited_one_by_one_and_may_be_empty) {
	struct config *config = good_config(ROUTES("labels: {team: a, tier: \"1\"}", "{labels: {team: b, z: ''}, routes: [{labels: {tier: ''}}]}, {}"));
	const struct route_config *root = config->notify.root, *child = root->routes[0];
	check_labels(root, "team=a tier=1 ");
	check_labels(child, "team=b tier=1 z= ");
	check_labels(child->routes[0], "team=b tier= z= ");
	check_labels(root->routes[1], "team=a tier=1 ");
	config_unref(config);
}

TEST(an_explicit_group_by_replaces_the_parents) {
	struct config *config = good_config(ROUTES("group_by: [a, b]", "{group_by: []}, {group_by: ['...'], routes: [{group_by: [c]}, {}]}, {}"));
	struct route_config *const *children = config->notify.root->routes;
	CHECK(children[0]->group_by_count == 0 && !children[0]->group_by_all);
	CHECK(children[1]->group_by_all);
	CHECK(children[1]->routes[0]->group_by_count == 1 && !children[1]->routes[0]->group_by_all);
	CHECK(children[1]->routes[1]->group_by_all);
	CHECK(children[2]->group_by_count == 2);
	config_unref(config);
}

TEST(names_of_labels_are_checked) {
	check_problems(ROUTES("group_by: ['', a]", ""), "c.yml:1:32: error: invalid label name \"\" in group_by list\n");
	check_problems(ROUTES("group_by: [a, b, a]", ""), "c.yml:1:32: error: duplicated label \"a\" in group_by\n");
	check_problems(ROUTES("group_by: [a, '...']", ""), "c.yml:1:32: error: cannot have wildcard group_by (`...`) and other labels at the same time\n");
	check_problems(ROUTES("labels: {'': x}", ""), "c.yml:1:31: error: \"\" is not a valid label name\n");
	check_problems(ROUTES("group_wait: 1s", "{match: {'1a': x}, match_re: {b: }}"), "c.yml:1:56: error: invalid label name \"1a\"\nc.yml:1:80: error: invalid regexp value for \"b\"\n");
}

TEST(a_label_whose_template_is_broken_is_refused) {
	check_problems(ROUTES("group_wait: 1s", "{labels: {a: '{{ .Foo', b: '{{ routeLabels \"a\" }}'}, routes: [{}]}"), "c.yml:1:56: error: route label a: template: a:1: unclosed action\n");
}
