// SPDX-License-Identifier: Apache-2.0
// Rule sets as a whole: files, keys, hashes, pairing across a reload.
#include "base/buf.h"
#include "rules/rules.h"
#include "tests/harness/test.h"

static const struct rule_options options = { .default_interval = MINUTES(1) };

static struct rule_set *parse_named(const char *file, const char *text) {
	struct problems problems = { 0 };
	struct rule_set *set = rule_set_parse(file, str_of(text), &options, &problems);
	if (set == NULL)
		FAIL_TEST("%s: %.*s", text, STR_ARG(problems.items[0].text));
	problems_finish(&problems);
	return set;
}

static struct rule_set *parse(const char *text) {
	return parse_named("f.yml", text);
}

static char *write_file(const char *name, const char *text) {
	autobuf struct buf path = { 0 };
	buf_format(&path, "%s/%s", test_directory(), name);
	CHECK(fs_write_file(buf_cstr(&path), str_of(text), NULL));
	return buf_take(&path);
}

TEST(files_are_read_once_and_keep_their_order) {
	struct fs_paths files = { 0 };
	struct problems problems = { 0 };
	array_append(&files, write_file("b.yml", "groups: [{name: g}, {name: h, rules: [{record: r, expr: up}]}]\n"));
	array_append(&files, write_file("a.yml", "groups: [{name: g, rules: [{record: r, expr: up}]}]\n"));
	array_append(&files, write_file("b.yml", "groups: [{name: g}, {name: h, rules: [{record: r, expr: up}]}]\n"));
	struct rule_set *set = rule_set_load(&files, &options, &problems);
	CHECK(set != NULL);
	CHECK_INT(set->group_count, 3); // the same name in two files is fine
	CHECK_INT(set->rule_count, 2);
	CHECK_STR(set->groups[0].file, files.items[0]);
	CHECK_STR(set->groups[2].file, files.items[1]);
	CHECK(set->groups[0].hash != set->groups[2].hash);
	rule_set_unref(set);
	fs_paths_finish(&files);
	problems_finish(&problems);
}

static const char config_map[] =
    "apiVersion: v1\n"
    "kind: ConfigMap\n"
    "metadata: {name: rules, namespace: monitoring}\n"
    "data:\n"
    "  a.yml: |\n"
    "    groups: [{name: g, rules: [{record: r, expr: up}]}]\n"
    "  b.yml: |\n"
    "    groups: [{name: g, rules: [{record: r, expr: up}]}]\n";

TEST(rule_files_within_a_file_have_identities_of_their_own_and_places_in_the_file) {
	struct fs_paths files = { 0 };
	struct problems problems = { 0 };
	array_append(&files, write_file("map.yml", config_map));
	struct rule_set *set = rule_set_load(&files, &options, &problems);
	CHECK(set != NULL);
	CHECK_INT(set->group_count, 2);
	for (size_t i = 0; i < 2; i++) {
		const struct rule_group *group = &set->groups[i];
		autobuf struct buf file = { 0 };
		buf_format(&file, "%s#monitoring/rules/%s", files.items[0], i == 0 ? "a.yml" : "b.yml");
		CHECK_STR(group->file, buf_cstr(&file));
		CHECK_CSTR(group->at.file, files.items[0]);
		CHECK_CSTR(group->rules[0].at.file, files.items[0]);
		CHECK_INT(group->rules[0].at.line, i == 0 ? 6 : 8);
		CHECK_INT(group->rules[0].at.column, 32);
	}
	CHECK(set->groups[0].hash != set->groups[1].hash);
	CHECK(!str_equal(set->groups[0].rules[0].key, set->groups[1].rules[0].key));
	rule_set_unref(set);
	fs_paths_finish(&files);
	problems_finish(&problems);
}

TEST(a_rule_that_moves_into_an_object_goes_on) {
	struct problems problems = { 0 };
	struct rule_set *plain = rule_set_parse("a.yml", STR("groups: [{name: g, rules: [{record: r, expr: up}]}]\n"), &options, &problems);
	struct rule_set *object = rule_set_parse("a.yml",
	    STR("{apiVersion: monitoring.coreos.com/v1, kind: PrometheusRule, spec: {groups: [{name: g, rules: [{record: r, expr: up}]}]}}\n"), &options, &problems);
	CHECK(plain != NULL && object != NULL);
	CHECK_STR(plain->groups[0].file, "a.yml");
	CHECK_STR(object->groups[0].file, "a.yml#");
	const struct rule *found = NULL;
	rule_set_pair(object, &plain->groups[0].rules[0].key, 1, &found);
	CHECK(found == &object->groups[0].rules[0]);
	rule_set_unref(plain);
	rule_set_unref(object);
	problems_finish(&problems);
}

TEST(one_bad_file_gives_no_set_and_all_problems) {
	struct fs_paths files = { 0 };
	struct problems problems = { 0 };
	array_append(&files, write_file("bad1.yml", "groups: [{nmae: g}]\n"));
	array_append(&files, write_file("good.yml", "groups: [{name: g}]\n"));
	array_append(&files, mem_dup_cstr("/nonexistent/r.yml"));
	array_append(&files, write_file("bad2.yml", "groups: [{name: g, rules: [{record: r}]}]\n"));
	CHECK(rule_set_load(&files, &options, &problems) == NULL);
	CHECK_INT(problems.count, 3);
	CHECK_CSTR(problems.items[0].at.file, files.items[0]);
	CHECK_CSTR(problems.items[1].at.file, "/nonexistent/r.yml");
	CHECK_CSTR(problems.items[2].at.file, files.items[3]);
	fs_paths_finish(&files);
	problems_finish(&problems);
}

TEST(problems_known_before_do_not_matter) {
	struct problems problems = { 0 };
	problem_error(&problems, (struct position){ 0 }, "something else");
	struct rule_set *set = rule_set_parse("f.yml", STR("groups: []\n"), &options, &problems);
	CHECK(set != NULL);
	rule_set_unref(set);
	problems_finish(&problems);
}

TEST(a_set_lives_as_long_as_its_last_reference) {
	struct rule_set *set = parse("groups: [{name: g, rules: [{alert: A, expr: up, annotations: {a: '{{ $value }}'}}]}]\n");
	struct rule_set *other = rule_set_ref(set);
	rule_set_unref(set);
	CHECK_STR(other->groups[0].rules[0].annotations[0]->text, "{{ $value }}");
	rule_set_unref(other);
	rule_set_unref(NULL);
}

TEST(keys_tell_rules_apart_and_name_their_parts) {
	struct rule_set *set = parse(
	    "groups:\n"
	    "- name: \"g\\n%\"\n"
	    "  rules: [{alert: A, expr: up}, {alert: A, expr: down}, {record: A, expr: up}, {alert: A, expr: up, labels: {a: b}}]\n");
	const struct rule *rules = set->groups[0].rules;
	CHECK(str_has_prefix(rules[0].key, STR("f.yml\x1fg%0A%25\x1f"
	                                       "A\x1f")));
	CHECK(str_has_suffix(rules[0].key, STR("\x1f"
	                                       "0")));
	CHECK(str_has_suffix(rules[1].key, STR("\x1f"
	                                       "1"))); // equal in all but the ordinal
	CHECK(str_equal(str_head(rules[0].key, rules[0].key.len - 1), str_head(rules[1].key, rules[1].key.len - 1)));
	CHECK(str_has_suffix(rules[2].key, STR("\x1f"
	                                       "0")));
	CHECK(!str_equal(rules[0].key, rules[2].key));
	CHECK(!str_equal(rules[0].key, rules[3].key));
	rule_set_unref(set);
}

static uint64_t content_hash(const char *text) {
	struct rule_set *set = parse(text);
	uint64_t hash = set->groups[0].content_hash;
	rule_set_unref(set);
	return hash;
}

TEST(the_content_hash_changes_with_what_matters_and_with_nothing_else) {
	static const char base[] = "groups: [{name: g, rules: [{alert: A, expr: up, labels: {a: b}}]}]\n";
	static const char *const same[] = {
		"# a comment\ngroups:\n- name: g\n  rules:\n  - alert: A\n    expr:   up\n    labels: {a: \"b\"}\n",
		"groups: [{name: g, interval: 1m, limit: 0, rules: [{alert: A, expr: ' up ', for: 0s, labels: {a: b}, annotations: {}}]}]\n",
	};
	static const char *const other[] = {
		"groups: [{name: h, rules: [{alert: A, expr: up, labels: {a: b}}]}]\n",
		"groups: [{name: g, interval: 2m, rules: [{alert: A, expr: up, labels: {a: b}}]}]\n",
		"groups: [{name: g, query_offset: 1s, rules: [{alert: A, expr: up, labels: {a: b}}]}]\n",
		"groups: [{name: g, limit: 1, rules: [{alert: A, expr: up, labels: {a: b}}]}]\n",
		"groups: [{name: g, labels: {c: d}, rules: [{alert: A, expr: up, labels: {a: b}}]}]\n",
		"groups: [{name: g, rules: [{alert: B, expr: up, labels: {a: b}}]}]\n",
		"groups: [{name: g, rules: [{record: A, expr: up, labels: {a: b}}]}]\n",
		"groups: [{name: g, rules: [{alert: A, expr: down, labels: {a: b}}]}]\n",
		"groups: [{name: g, rules: [{alert: A, expr: up, for: 1s, labels: {a: b}}]}]\n",
		"groups: [{name: g, rules: [{alert: A, expr: up, keep_firing_for: 1s, labels: {a: b}}]}]\n",
		"groups: [{name: g, rules: [{alert: A, expr: up, labels: {a: c}}]}]\n",
		"groups: [{name: g, rules: [{alert: A, expr: up, labels: {a: b}, annotations: {a: b}}]}]\n",
		"groups: [{name: g, rules: [{alert: A, expr: up, annotations: {a: b}}]}]\n",
		"groups: [{name: g, rules: []}]\n",
		"groups: [{name: g, rules: [{alert: A, expr: up, labels: {a: b}}, {record: r, expr: up}]}]\n",
	};
	for (size_t i = 0; i < sizeof same / sizeof *same; i++)
		CHECK(content_hash(same[i]) == content_hash(base));
	for (size_t i = 0; i < sizeof other / sizeof *other; i++)
		CHECK(content_hash(other[i]) != content_hash(base));
}

static void old_keys(const struct rule_set *set, struct str *out) {
	for (size_t i = 0, n = 0; i < set->group_count; i++) {
		for (size_t k = 0; k < set->groups[i].rule_count; k++)
			out[n++] = set->groups[i].rules[k].key;
	}
}

TEST(rules_are_paired_by_what_is_left_of_their_identity) {
	struct rule_set *old = parse("groups: [{name: g, rules: [{alert: A, expr: up}, {alert: A, expr: down}, {alert: B, expr: up}, {alert: C, expr: up}, {alert: D, expr: up}]}]\n");
	struct rule_set *new = parse_named("other.yml", "groups: [{name: x, rules: [{alert: C, expr: up}, {alert: D, expr: up, labels: {a: b}}]}, {name: g, rules: [{alert: B, expr: changed}, {alert: A, expr: up}, {alert: A, expr: down}, {alert: E, expr: up}]}]\n");
	struct str keys[7];
	const struct rule *out[7];
	old_keys(old, keys);
	keys[5] = STR("external");
	keys[6] = keys[2];
	rule_set_pair(new, keys, 7, out);
	CHECK(out[0] == &new->groups[1].rules[1]); // (group, rule, labels), in order
	CHECK(out[1] == &new->groups[1].rules[2]);
	CHECK(out[2] == &new->groups[1].rules[0]);
	CHECK(out[3] == &new->groups[0].rules[0]); // (rule, labels)
	CHECK(out[4] == NULL);                     // other labels: another rule
	CHECK(out[5] == NULL);
	CHECK(out[6] == NULL); // each rule is used once
	rule_set_unref(old);
	rule_set_unref(new);
}

TEST(an_exact_pair_comes_before_a_moved_one) {
	struct rule_set *old = parse("groups: [{name: g, rules: [{alert: A, expr: up}]}, {name: h, rules: [{alert: A, expr: up}]}]\n");
	struct rule_set *new = parse("groups: [{name: x, rules: [{alert: A, expr: up}]}, {name: h, rules: [{alert: A, expr: up}]}]\n");
	struct str keys[2];
	const struct rule *out[2];
	old_keys(old, keys);
	rule_set_pair(new, keys, 2, out);
	CHECK(out[0] == &new->groups[0].rules[0]);
	CHECK(out[1] == &new->groups[1].rules[0]);
	rule_set_unref(old);
	rule_set_unref(new);
}
