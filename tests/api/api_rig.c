// SPDX-License-Identifier: Apache-2.0
// See api_rig.h.
#include "tests/api/api_rig.h"

static void destroy_setup(struct evaluation_setup *setup) {
	rule_set_unref(setup->keeps);
	labels_unref(setup->external_labels);
	free(setup);
}

static struct evaluation_setup *make_setup(struct rule_set *rules) {
	struct evaluation_setup *setup = MEM_NEW(struct evaluation_setup);
	ref_init(&setup->ref);
	setup->external_labels = labels_empty();
	setup->rules = rules;
	setup->keeps = rules;
	setup->destroy = destroy_setup;
	return setup;
}

static struct evaluation_view *make_view(struct rule_set *rules) {
	struct evaluation_view *view = MEM_NEW(struct evaluation_view);
	ref_init(&view->ref);
	view->setup = make_setup(rule_set_ref(rules));
	view->group_count = rules->group_count;
	view->groups = ARENA_NEW_ARRAY(&view->arena, struct group_view, rules->group_count);
	for (size_t i = 0; i < rules->group_count; i++) {
		const struct rule_group *group = &rules->groups[i];
		view->groups[i] = (struct group_view){ .group = group, .rules = ARENA_NEW_ARRAY(&view->arena, struct rule_view, group->rule_count) };
		for (size_t k = 0; k < group->rule_count; k++)
			view->groups[i].rules[k] = (struct rule_view){ .rule = &group->rules[k], .last_error = "" };
	}
	return view;
}

static struct rule_set *parse_rules(const char *text) {
	const struct rule_options options = { .default_interval = MINUTES(1) };
	struct problems problems = { 0 };
	struct rule_set *rules = rule_set_parse("rules.yml", str_of(text), &options, &problems);
	if (rules == NULL)
		FAIL_TEST("%.*s", STR_ARG(problems.items[0].text));
	problems_finish(&problems);
	return rules;
}

void api_rig_init(struct api_rig *rig, const char *rules) {
	struct error err;
	rig->setup = api_setup_create();
	const struct server_options options = { .listen_addresses = &(const char *const){ "127.0.0.1:0" }, .listen_count = 1, .version = "1.2.3", .revision = "abc", .setup = rig->setup, .promql_features = 7 };
	rig->server = server_create(&options, &err);
	CHECK(rig->server != NULL);
	rig->rules = parse_rules(rules == NULL ? "groups: []" : rules);
	rig->view = make_view(rig->rules);
}

void api_rig_finish(struct api_rig *rig) {
	evaluation_view_unref(rig->view);
	rule_set_unref(rig->rules);
	server_destroy(rig->server);
	api_setup_unref(rig->setup);
}

void api_rig_set_prefix(struct api_rig *rig, const char *prefix) {
	free(rig->setup->route_prefix);
	rig->setup->route_prefix = mem_dup_cstr(prefix);
}

struct request *api_rig_request(struct api_rig *rig, const char *method, const char *target) {
	struct request *request = request_create(rig->server, NULL, str_of(target));
	request->method = method;
	request->route = route_find(request);
	return request;
}

void api_rig_run(struct api_rig *rig, struct request *request) {
	if (request->route == NULL)
		return;
	request->evaluations = ARENA_NEW(&request->arena, struct evaluation_view *);
	ref_take(&rig->view->ref);
	request->evaluations[request->evaluation_count++] = rig->view;
	request->route->handle(request);
	while (request->render != NULL)
		if (!request->render(request, &request->text))
			request->render = NULL;
}

struct request *api_rig_get(struct api_rig *rig, const char *target, unsigned status) {
	struct request *request = api_rig_request(rig, "GET", target);
	api_rig_run(rig, request);
	if (request->status != status)
		FAIL_TEST("%s: %u %s", target, request->status, buf_cstr(&request->text));
	return request;
}

struct rule_view *api_rig_rule(struct api_rig *rig, size_t group, size_t rule) {
	return &rig->view->groups[group].rules[rule];
}

void api_rig_add_alert(struct api_rig *rig, struct rule_view *rule, struct alert_record *record) {
	struct alert_view *alerts = ARENA_NEW_ARRAY(&rig->view->arena, struct alert_view, rule->alert_count + 1);
	for (size_t i = 0; i < rule->alert_count; i++)
		alerts[i] = rule->alerts[i];
	alerts[rule->alert_count++].record = record;
	rule->alerts = alerts;
}

const struct labels *api_rig_labels(const char *text) {
	struct label_builder builder = { 0 };
	for (struct str rest = str_of(text); rest.len > 0;) {
		struct str value = str_cut(&rest, '|'), name = str_cut(&value, '=');
		label_builder_set(&builder, name, value);
	}
	const struct labels *labels = label_builder_build(&builder);
	label_builder_finish(&builder);
	return labels;
}
