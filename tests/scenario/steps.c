// SPDX-License-Identifier: Apache-2.0
// What the steps of a scenario do to the world. See steps.h.
#include "tests/scenario/steps.h"

#include "base/json_write.h"
#include "model/duration.h"
#include "tests/harness/test.h"

void step_fail(const struct scenario *scenario, const char *format, ...) {
	autobuf struct buf text = { 0 };
	va_list args;
	buf_format(&text, "%s:%u: ", scenario->at.file, scenario->at.line);
	va_start(args, format);
	buf_vformat(&text, format, args);
	va_end(args);
	FAIL_TEST("%s", buf_cstr(&text));
	abort();
}

dur_ms step_duration(const struct scenario *scenario, const struct yaml_node *node) {
	dur_ms span = 0;
	struct error err;
	if (node == NULL || node->kind != YAML_SCALAR || !(str_equal_cstr(node->text, "0s") || duration_parse_go(node->text, &span, &err)))
		step_fail(scenario, "expected a duration");
	return span;
}

struct str step_text(const struct scenario *scenario, const struct yaml_node *mapping, const char *key) {
	const struct yaml_node *node = yaml_find(mapping, key);
	if (node == NULL)
		return STR_NONE;
	if (node->kind != YAML_SCALAR)
		step_fail(scenario, "%s: expected a text", key);
	return node->text;
}

void scenario_write_files(struct scenario *scenario, struct yaml_node *from) {
	struct yaml_node *rules = yaml_find(from, "rules");
	if (yaml_find(from, "config") != NULL)
		roles_write_config(&scenario->roles, step_text(scenario, from, "config"));
	if (rules == NULL)
		return;
	roles_forget_rules(&scenario->roles);
	if (rules->kind == YAML_SCALAR)
		roles_write_rules(&scenario->roles, STR("rules.yml"), rules->text);
	for (uint32_t i = 0; rules->kind == YAML_MAPPING && i < rules->count; i++)
		roles_write_rules(&scenario->roles, rules->entries[i].key->text, rules->entries[i].value->text);
}

// ---- the datasource

static void write_metric(struct json_writer *json, const struct yaml_node *sample) {
	json_key(json, "metric");
	json_open_object(json);
	for (uint32_t i = 0; i < sample->count; i++) {
		struct str key = sample->entries[i].key->text;
		if (str_equal_cstr(key, "value") || str_equal_cstr(key, "since") || str_equal_cstr(key, "at"))
			continue;
		json_key(json, key.data);
		json_string(json, sample->entries[i].value->text);
	}
	json_close_object(json);
}

static int64_t seconds_at(const struct scenario *scenario, const struct yaml_node *sample, const char *key) {
	return (scenario->roles.zero_wall + step_duration(scenario, yaml_find(sample, key))) / 1000;
}

// A series of ALERTS_FOR_STATE: a map of labels, the instants `since`, which is its value, and `at`, when its last sample was written.
static void write_series(struct json_writer *json, const struct scenario *scenario, const struct yaml_node *sample) {
	autobuf struct buf value = { 0 };
	buf_append_int(&value, seconds_at(scenario, sample, "since"));
	json_open_object(json);
	write_metric(json, sample);
	json_key(json, "values");
	json_open_array(json);
	for (int64_t before = 1; before >= 0; before--) {
		json_open_array(json);
		json_double(json, (double)(scenario->roles.zero_wall + step_duration(scenario, yaml_find(sample, "at"))) / 1000 - (double)before);
		json_string(json, buf_str(&value));
		json_close_array(json);
	}
	json_close_array(json);
	json_close_object(json);
}

// One sample: a map of labels, its value under the key `value` (1 when absent).
static void write_sample(struct json_writer *json, const struct scenario *scenario, const struct yaml_node *sample) {
	struct str value = step_text(scenario, sample, "value");
	json_open_object(json);
	write_metric(json, sample);
	json_key(json, "value");
	json_open_array(json);
	json_int(json, 1);
	json_string(json, value.len > 0 ? value : STR("1"));
	json_close_array(json);
	json_close_object(json);
}

typedef void element_writer(struct json_writer *json, const struct scenario *scenario, const struct yaml_node *sample);

static void write_result(struct buf *out, const struct scenario *scenario, const struct yaml_node *query) {
	struct json_writer json = { .out = out };
	const struct yaml_node *series = yaml_find(query, "series"), *result = series != NULL ? series : yaml_find(query, "result");
	element_writer *write = series != NULL ? write_series : write_sample;
	json_open_object(&json);
	json_key(&json, "status");
	json_cstr(&json, "success");
	json_key(&json, "data");
	json_open_object(&json);
	json_key(&json, "resultType");
	json_cstr(&json, series != NULL ? "matrix" : "vector");
	json_key(&json, "result");
	json_open_array(&json);
	for (uint32_t i = 0; result != NULL && i < result->count; i++)
		write(&json, scenario, result->items[i]);
	json_close_array(&json);
	json_close_object(&json);
	json_close_object(&json);
}

static void write_query_error(struct buf *out, struct str text) {
	struct json_writer json = { .out = out };
	json_open_object(&json);
	json_key(&json, "status");
	json_cstr(&json, "error");
	json_key(&json, "errorType");
	json_cstr(&json, "execution");
	json_key(&json, "error");
	json_string(&json, text);
	json_close_object(&json);
}

static void do_query(struct scenario *scenario, struct yaml_node *value) {
	struct str expr = step_text(scenario, value, "expr"), error = step_text(scenario, value, "error");
	bool hangs = yaml_find(value, "hang") != NULL;
	autobuf struct buf body = { 0 };
	if (error.len > 0)
		write_query_error(&body, error);
	else
		write_result(&body, scenario, value);
	outside_script_query(scenario->roles.outside, expr, hangs ? 0 : error.len > 0 ? 422
	                                                                              : 200,
	    buf_str(&body));
}

// ---- alerts of others

static void write_time(struct json_writer *json, const struct scenario *scenario, const struct yaml_node *alert, const char *key, const char *member) {
	const struct yaml_node *at = yaml_find(alert, key);
	autobuf struct buf text = { 0 };
	if (at == NULL)
		return;
	clock_append_rfc3339(&text, scenario->roles.zero_wall + step_duration(scenario, at));
	json_key(json, member);
	json_string(json, buf_str(&text));
}

static bool is_label(struct str key) {
	return !str_equal_cstr(key, "starts") && !str_equal_cstr(key, "ends") && !str_equal_cstr(key, "summary");
}

static void write_posted(struct json_writer *json, const struct scenario *scenario, const struct yaml_node *alert) {
	json_open_object(json);
	json_key(json, "labels");
	json_open_object(json);
	for (uint32_t i = 0; i < alert->count; i++)
		if (is_label(alert->entries[i].key->text)) {
			json_key(json, alert->entries[i].key->text.data);
			json_string(json, alert->entries[i].value->text);
		}
	json_close_object(json);
	json_key(json, "annotations");
	json_open_object(json);
	json_key(json, "summary");
	json_string(json, step_text(scenario, alert, "summary"));
	json_close_object(json);
	write_time(json, scenario, alert, "starts", "startsAt");
	write_time(json, scenario, alert, "ends", "endsAt");
	json_close_object(json);
}

static void do_post(struct scenario *scenario, struct yaml_node *value) {
	autobuf struct buf body = { 0 };
	struct json_writer json = { .out = &body };
	json_open_array(&json);
	for (uint32_t i = 0; i < value->count; i++)
		write_posted(&json, scenario, value->items[i]);
	json_close_array(&json);
	roles_post(&scenario->roles, buf_str(&body));
}

// ---- the receivers

static struct outside_answer answer_of(const struct scenario *scenario, const struct yaml_node *node) {
	const struct yaml_node *status = node->kind == YAML_MAPPING ? yaml_find(node, "status") : node;
	const struct yaml_node *retry_after = node->kind == YAML_MAPPING ? yaml_find(node, "retry_after") : NULL;
	struct outside_answer answer = { 0 };
	int64_t number = 0;
	if (node->kind == YAML_SCALAR && str_equal_cstr(node->text, "hang"))
		return (struct outside_answer){ .how = OUTSIDE_HANGS };
	if (node->kind == YAML_SCALAR && str_equal_cstr(node->text, "drop"))
		return (struct outside_answer){ .how = OUTSIDE_DROPS };
	if (status == NULL || !yaml_get_int(status, &number))
		step_fail(scenario, "expected a status, hang or drop");
	answer.status = (int)number;
	if (retry_after != NULL)
		answer.retry_after = step_duration(scenario, retry_after) / 1000;
	return answer;
}

static void do_answers(struct scenario *scenario, struct yaml_node *value) {
	for (uint32_t i = 0; i < value->count; i++) {
		struct str to = value->entries[i].key->text;
		const struct yaml_node *list = value->entries[i].value;
		outside_forget_plan(scenario->roles.outside, to);
		for (uint32_t k = 0; k < list->count; k++)
			outside_plan(scenario->roles.outside, to, answer_of(scenario, list->items[k]));
	}
}

static void do_release(struct scenario *scenario, struct yaml_node *value) {
	for (uint32_t i = 0; i < value->count; i++)
		outside_release(scenario->roles.outside, value->entries[i].key->text, answer_of(scenario, value->entries[i].value).status);
}

static void do_refuses(struct scenario *scenario, struct yaml_node *value) {
	for (uint32_t i = 0; i < value->count; i++)
		outside_refuse(scenario->roles.outside, value->entries[i].key->text, yaml_is_null(value->entries[i].value) ? STR_NONE : value->entries[i].value->text);
}

// ---- silences

static void ask_silence(struct scenario *scenario, struct silence *wanted, const char *id) {
	struct dispatcher_silence_request request = { .message.kind = DISPATCHER_SILENCE, .reply_to = &scenario->roles.answers, .wanted = wanted };
	snprintf(request.id, sizeof request.id, "%s", id);
	roles_ask_dispatcher(&scenario->roles, &request.message);
	if (!request.ok)
		step_fail(scenario, "silence: %s", request.err.text);
}

static void do_silence(struct scenario *scenario, struct yaml_node *value) {
	struct silence *silence = silence_create();
	struct error err;
	const struct yaml_node *starts = yaml_find(value, "starts");
	if (!matchers_parse(&silence->matchers, step_text(scenario, value, "matchers"), MATCHER_FALLBACK, &err))
		step_fail(scenario, "silence: %s", err.text);
	silence->starts_at = scenario->roles.wall + (starts == NULL ? 0 : step_duration(scenario, starts));
	silence->ends_at = scenario->roles.wall + step_duration(scenario, yaml_find(value, "ends"));
	silence->created_by = mem_dup_cstr("me");
	silence->comment = mem_dup_cstr("");
	ask_silence(scenario, silence, "");
}

static void do_unsilence(struct scenario *scenario, struct yaml_node *value) {
	size_t at = 0;
	(void)value;
	struct silence *silence = silence_set_next(&scenario->roles.dispatcher->silences, &at);
	if (silence == NULL)
		step_fail(scenario, "unsilence: there is none");
	ask_silence(scenario, NULL, silence->id);
}

// ---- the program

static void do_reload(struct scenario *scenario, struct yaml_node *value) {
	scenario_write_files(scenario, value);
	roles_reload(&scenario->roles);
}

static void do_restart(struct scenario *scenario, struct yaml_node *value) {
	const struct yaml_node *down = value->kind == YAML_MAPPING ? yaml_find(value, "down") : NULL;
	roles_kill(&scenario->roles);
	if (down != NULL)
		roles_pass(&scenario->roles, roles_now(&scenario->roles) + step_duration(scenario, down));
	if (value->kind == YAML_MAPPING)
		scenario_write_files(scenario, value);
	if (value->kind == YAML_MAPPING && yaml_find(value, "clock") != NULL)
		scenario->roles.wall += step_duration(scenario, yaml_find(value, "clock"));
	roles_start(&scenario->roles);
}

static void do_hold(struct scenario *scenario, struct yaml_node *value) {
	(void)value;
	scenario->roles.is_dispatcher_held = true;
}

static void do_clock(struct scenario *scenario, struct yaml_node *value) {
	roles_set_clock(&scenario->roles, step_duration(scenario, value));
}

static const struct step steps[] = {
	{ "query", false, do_query },
	{ "post", false, do_post },
	{ "answers", false, do_answers },
	{ "release", false, do_release },
	{ "refuses", false, do_refuses },
	{ "silence", false, do_silence },
	{ "unsilence", false, do_unsilence },
	{ "reload", false, do_reload },
	{ "restart", false, do_restart },
	{ "hold", false, do_hold },
	{ "clock", false, do_clock },
	{ "expect", true, check_expect },
	{ "alerts", true, check_alerts },
	{ "health", true, check_rules },
	{ "groups", true, check_groups },
	{ "rows", true, check_rows },
	{ "written", true, check_written },
	{ "writes", true, check_writes },
};

const struct step *step_find(struct str key) {
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
		if (str_equal_cstr(key, steps[i].key))
			return &steps[i];
	return NULL;
}
