// SPDX-License-Identifier: Apache-2.0
// Runs scenarios: the file named by the environment's SCENARIO (below tests/scenario/), or all of them.
#include "tests/scenario/steps.h"

#include "base/problems.h"
#include "tests/harness/test.h"

enum { FILE_BYTES = 1 << 20 };

// What a scenario has that names neither `config` nor `rules`.
static const char usual_config[] =
    "route: {receiver: r, group_by: [alertname], group_wait: 30s, group_interval: 5m, repeat_interval: 4h}\n"
    "receivers: [{name: r, webhook_configs: [{url: '{hook}/pager'}]}]\n";
static const char usual_rules[] =
    "groups: [{name: g, interval: 1m, rules: [{alert: Down, expr: down, annotations: {summary: '{{ $labels.instance }} is {{ $value }}'}}]}]\n";

static struct yaml_node *load(struct scenario *scenario, const char *path, struct buf *text) {
	struct problems problems = { 0 };
	struct error err;
	if (!fs_read_file(path, FILE_BYTES, text, &err))
		FAIL_TEST("%s", err.text);
	struct yaml_node *root = yaml_doc_load(&scenario->doc, path, buf_str(text), &problems);
	if (root == NULL || problems.count > 0) {
		autobuf struct buf out = { 0 };
		problems_format(&out, &problems);
		FAIL_TEST("%s: %s", path, buf_cstr(&out));
	}
	problems_finish(&problems);
	return root;
}

static void run_step(struct scenario *scenario, struct yaml_node *node) {
	dur_ms at = roles_now(&scenario->roles);
	scenario->at = yaml_at(&scenario->doc, node);
	if (yaml_find(node, "at") != NULL)
		at = step_duration(scenario, yaml_find(node, "at"));
	for (uint32_t i = 0; i < node->count; i++) {
		struct str key = node->entries[i].key->text;
		const struct step *step = step_find(key);
		if (str_equal_cstr(key, "at"))
			continue;
		if (step == NULL)
			step_fail(scenario, "no such step: %s", key.data);
		roles_run(&scenario->roles, at, step->is_check);
		step->run(scenario, node->entries[i].value);
		at = roles_now(&scenario->roles);
	}
}

static void run_scenario(const char *path) {
	struct scenario scenario = { 0 };
	autobuf struct buf text = { 0 };
	struct yaml_node *root = load(&scenario, path, &text);
	struct yaml_node *steps = yaml_find(root, "steps");
	const char *name = strrchr(path, '/') + 1;
	roles_open(&scenario.roles, name);
	roles_write_config(&scenario.roles, str_of(usual_config));
	if (yaml_find(root, "rules") == NULL)
		roles_write_rules(&scenario.roles, STR("rules.yml"), str_of(usual_rules));
	scenario_write_files(&scenario, root);
	roles_begin(&scenario.roles);
	for (uint32_t i = 0; i < steps->count; i++)
		run_step(&scenario, steps->items[i]);
	scenario.at = (struct position){ .file = path, .line = 0 };
	check_expect(&scenario, &(struct yaml_node){ .kind = YAML_SEQUENCE }); // nothing came that no step named
	roles_kill(&scenario.roles);
	roles_close(&scenario.roles);
	yaml_doc_finish(&scenario.doc);
}

TEST(the_story_goes_as_it_is_told) {
	struct fs_paths paths = { 0 };
	struct error err;
	autobuf struct buf pattern = { 0 };
	const char *one = getenv("SCENARIO");
	buf_append_cstr(&pattern, test_source_path("scenario"));
	buf_format(&pattern, "/%s.yml", one != NULL ? one : "*");
	CHECK(fs_glob(buf_cstr(&pattern), &paths, &err));
	CHECK(paths.count > 0);
	for (size_t i = 0; i < paths.count; i++)
		run_scenario(paths.items[i]);
	fs_paths_finish(&paths);
}
