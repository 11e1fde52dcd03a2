// SPDX-License-Identifier: Apache-2.0
// What /api/v1/rules shows of hand-built views.
#include "tests/api/api_rig.h"

static const char rules[] =
    "groups:\n"
    "- name: one\n"
    "  rules:\n"
    "  - {alert: A, expr: up, labels: {severity: page, note: \"two\\nlines\"}}\n"
    "  - {record: r, expr: up, labels: {kind: '{{ $value }}'}}\n"
    "- name: two\n"
    "  labels: {team: x}\n"
    "  rules:\n"
    "  - {alert: A, expr: down}\n";

// Names of the rules shown, groups in order, one text.
static void check_shown(const char *query, const char *wanted) {
	struct api_rig rig;
	autobuf struct buf target = { 0 }, shown = { 0 };
	api_rig_init(&rig, rules);
	buf_format(&target, "/api/v1/rules?%s", query);
	struct request *request = api_rig_get(&rig, buf_cstr(&target), 200);
	for (struct str rest = buf_str(&request->text); rest.len > 0;) {
		ptrdiff_t at = str_find(rest, STR("\"name\":\""));
		if (at < 0)
			break;
		rest = str_skip(rest, (size_t)at + 8);
		struct str name = str_head(rest, (size_t)str_find_char(rest, '"'));
		buf_append_cstr(&shown, shown.len > 0 ? " " : "");
		buf_append_str(&shown, name);
	}
	if (strcmp(buf_cstr(&shown), wanted) != 0)
		FAIL_TEST("%s: %s", query, buf_cstr(&shown));
	request_destroy(request);
	api_rig_finish(&rig);
}

TEST(all_is_shown_without_parameters) {
	check_shown("", "one A r two A");
}

TEST(types_names_groups_and_files_are_alternatives_within_and_conditions_between) {
	check_shown("type=alert", "one A two A");
	check_shown("type=Record", "one r");
	check_shown("rule_name[]=A&rule_name[]=none", "one A two A");
	check_shown("rule_name[]=A&rule_group[]=two", "two A");
	check_shown("rule_group[]=one&rule_group[]=two", "one A r two A");
	check_shown("file[]=rules.yml", "one A r two A");
	check_shown("file[]=other.yml", "");
	check_shown("rule_name[]=", "");
}

TEST(selectors_look_at_labels_as_configured) {
	check_shown("match[]={severity=%22page%22}", "one A");
	check_shown("match[]={kind=~%22.*value.*%22}", "one r");
	check_shown("match[]={team=%22x%22}", "two A"); // of the group
	check_shown("match[]={severity!=%22%22}&match[]={team=%22x%22}", "one A two A");
	check_shown("match[]={severity=%22page%22,team=%22x%22}", "");
	check_shown("match[]={alertname=%22A%22}", ""); // the name is no label here
}

TEST(a_dot_of_a_selector_matches_a_line_end) {
	check_shown("match[]={note=~%22two.lines%22}", "one A");
	check_shown("match[]={note=~%22two.%2B%22}", "one A");
	check_shown("match[]={note=~%22two%22}", "");             // the whole value
	check_shown("match[]={note=~%22(?-s:two.lines)%22}", ""); // unless it is told not to
	check_shown("match[]={note!~%22two.lines%22,severity=%22page%22}", "");
}

static void check_error(const char *query, const char *text) {
	struct api_rig rig;
	autobuf struct buf target = { 0 }, wanted = { 0 };
	api_rig_init(&rig, rules);
	buf_format(&target, "/api/v1/rules?%s", query);
	buf_format(&wanted, "{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"%s\"}", text);
	struct request *request = api_rig_get(&rig, buf_cstr(&target), 400);
	CHECK_CSTR(buf_cstr(&request->text), buf_cstr(&wanted));
	request_destroy(request);
	api_rig_finish(&rig);
}

TEST(a_bad_selector_is_an_error_before_all_others) {
	check_error("match[]={&a=%zz", "error parsing form values: invalid URL escape \\\"%zz\\\"");
	check_error("type=x&match[]={", "1:2: parse error: unexpected end of input inside braces");
	check_error("match[]={a=~%22.*%22}", "match[] must contain at least one non-empty matcher");
	check_error("type=x&exclude_alerts=y", "invalid parameter \\\"type\\\": not supported value \\\"x\\\"");
}

TEST(pages_go_from_token_to_token) {
	struct api_rig rig;
	char token[65];
	api_rig_init(&rig, rules);
	struct request *first = api_rig_get(&rig, "/api/v1/rules?group_limit=1", 200);
	ptrdiff_t at = str_find(buf_str(&first->text), STR("\"groupNextToken\":\""));
	CHECK(at > 0);
	snprintf(token, sizeof token, "%.64s", first->text.data + at + 18);
	autobuf struct buf target = { 0 };
	buf_format(&target, "/api/v1/rules?group_limit=1&group_next_token=%s", token);
	struct request *second = api_rig_get(&rig, buf_cstr(&target), 200);
	CHECK(str_find(buf_str(&second->text), STR("\"name\":\"two\"")) > 0);
	CHECK(str_find(buf_str(&second->text), STR("groupNextToken")) < 0);
	request_destroy(first);
	request_destroy(second);
	api_rig_finish(&rig);
}
