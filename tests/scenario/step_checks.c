// SPDX-License-Identifier: Apache-2.0
// What the steps of a scenario check: notifications that arrived, and what the roles and the store hold.
#include "base/json_read.h"
#include "tests/scenario/steps.h"

struct pair {
	struct str name, value;
};

struct seen_alert {
	struct str status, starts, ends;
	struct {
		ARRAY_OF(struct pair);
	} labels, annotations;
	bool is_named; // by the expectation
};

struct seen { // a notification, read
	struct arena arena;
	struct str status;
	struct {
		ARRAY_OF(struct seen_alert);
	} alerts;
};

// ---- reading what arrived

static void read_pairs(struct json_reader *in, void *pairs) {
	struct {
		ARRAY_OF(struct pair);
	} *to = pairs;
	struct pair pair;
	json_read_object_begin(in);
	while (json_read_object_next(in, &pair.name) && json_read_string(in, &pair.value))
		array_append(to, pair);
}

static void read_alert(struct json_reader *in, struct seen_alert *alert) {
	struct str name;
	json_read_object_begin(in);
	while (json_read_object_next(in, &name)) {
		if (str_equal_cstr(name, "status"))
			json_read_string(in, &alert->status);
		else if (str_equal_cstr(name, "startsAt"))
			json_read_string(in, &alert->starts);
		else if (str_equal_cstr(name, "endsAt"))
			json_read_string(in, &alert->ends);
		else if (str_equal_cstr(name, "labels"))
			read_pairs(in, &alert->labels);
		else if (str_equal_cstr(name, "annotations"))
			read_pairs(in, &alert->annotations);
		else
			json_read_skip(in);
	}
}

static void read_alerts(struct json_reader *in, struct seen *seen) {
	json_read_array_begin(in);
	while (json_read_array_next(in)) {
		struct seen_alert *alert = array_push(&seen->alerts);
		*alert = (struct seen_alert){ 0 };
		read_alert(in, alert);
	}
}

static void read_told(struct json_reader *in, struct seen *seen) {
	struct str name;
	json_read_object_begin(in);
	while (json_read_object_next(in, &name)) {
		if (str_equal_cstr(name, "status"))
			json_read_string(in, &seen->status);
		else if (str_equal_cstr(name, "alerts"))
			read_alerts(in, seen);
		else
			json_read_skip(in);
	}
}

// Receivers and Alertmanagers are told times with as many digits as upstream writes: it is the instant that counts.
static wall_ms time_of(struct str text) {
	wall_ms at;
	return clock_parse_rfc3339(text, &at) ? at : -1;
}

// What an Alertmanager is sent says by its end whether it is over.
static void read_sent(struct json_reader *in, struct seen *seen, wall_ms now) {
	read_alerts(in, seen);
	for (size_t i = 0; i < seen->alerts.count; i++)
		seen->alerts.items[i].status = time_of(seen->alerts.items[i].ends) <= now ? STR("resolved") : STR("firing");
}

static void seen_read(struct seen *seen, const struct scenario *scenario, const struct notice *notice) {
	struct json_reader in;
	*seen = (struct seen){ 0 };
	json_read_init(&in, &seen->arena, str_of(notice->body));
	if (json_read_peek(&in) == JSON_ARRAY)
		read_sent(&in, seen, scenario->roles.zero_wall + notice->at);
	else
		read_told(&in, seen);
	if (!json_read_end(&in))
		step_fail(scenario, "a notification that is no JSON: %s", notice->body);
}

static void seen_finish(struct seen *seen) {
	for (size_t i = 0; i < seen->alerts.count; i++) {
		array_finish(&seen->alerts.items[i].labels);
		array_finish(&seen->alerts.items[i].annotations);
	}
	array_finish(&seen->alerts);
	arena_finish(&seen->arena);
}

// ---- comparing it

static bool pairs_have(const struct pair *pairs, size_t count, struct str name, struct str value) {
	for (size_t i = 0; i < count; i++)
		if (str_equal(pairs[i].name, name))
			return str_equal(pairs[i].value, value);
	return value.len == 0;
}

static bool is_at(const struct scenario *scenario, struct str text, const struct yaml_node *wanted) {
	return time_of(text) == scenario->roles.zero_wall + step_duration(scenario, wanted);
}

static bool is_alert_key_met(const struct scenario *scenario, const struct seen_alert *alert, const struct yaml_entry *entry) {
	struct str key = entry->key->text;
	if (str_equal_cstr(key, "status"))
		return str_equal(alert->status, entry->value->text);
	if (str_equal_cstr(key, "starts"))
		return is_at(scenario, alert->starts, entry->value);
	if (str_equal_cstr(key, "ends"))
		return is_at(scenario, alert->ends, entry->value);
	if (str_equal_cstr(key, "summary"))
		return pairs_have(alert->annotations.items, alert->annotations.count, key, entry->value->text);
	return pairs_have(alert->labels.items, alert->labels.count, key, entry->value->text);
}

static bool is_alert(const struct scenario *scenario, const struct seen_alert *alert, const struct yaml_node *wanted) {
	if (yaml_find(wanted, "status") == NULL && !str_equal_cstr(alert->status, "firing"))
		return false;
	for (uint32_t i = 0; i < wanted->count; i++)
		if (!is_alert_key_met(scenario, alert, &wanted->entries[i]))
			return false;
	return true;
}

static bool are_alerts(const struct scenario *scenario, struct seen *seen, const struct yaml_node *wanted) {
	if (wanted == NULL)
		return true;
	for (size_t k = 0; k < seen->alerts.count; k++)
		seen->alerts.items[k].is_named = false;
	for (uint32_t i = 0; i < wanted->count; i++) {
		size_t k = 0;
		while (k < seen->alerts.count && (seen->alerts.items[k].is_named || !is_alert(scenario, &seen->alerts.items[k], wanted->items[i])))
			k++;
		if (k == seen->alerts.count)
			return false;
		seen->alerts.items[k].is_named = true;
	}
	return wanted->count == seen->alerts.count;
}

static bool is_notice(const struct scenario *scenario, const struct notice *notice, const struct yaml_node *wanted) {
	struct str to = step_text(scenario, wanted, "to"), status = step_text(scenario, wanted, "status");
	const struct yaml_node *within = yaml_find(wanted, "within"), *answered = yaml_find(wanted, "answered");
	int64_t answer = 200;
	dur_ms earliest = roles_now(&scenario->roles) - (within != NULL ? step_duration(scenario, within) : 0);
	if (answered != NULL && !yaml_get_int(answered, &answer))
		step_fail(scenario, "answered: expected a status");
	if (notice->is_expected || notice->at < earliest || notice->answered != answer || !str_equal_cstr(to, notice->to))
		return false;
	struct seen seen;
	seen_read(&seen, scenario, notice);
	bool is_same = (status.len == 0 || str_equal(seen.status, status)) && are_alerts(scenario, &seen, yaml_find(wanted, "alerts"));
	seen_finish(&seen);
	return is_same;
}

static void list_unexpected(struct scenario *scenario, struct buf *out) {
	for (size_t i = 0; i < outside_notice_count(scenario->roles.outside); i++) {
		const struct notice *notice = outside_notice(scenario->roles.outside, i);
		if (!notice->is_expected)
			buf_format(out, "\n  at %.3fs to %s, answered %d: %s", (double)notice->at / 1000, notice->to, notice->answered, notice->body);
	}
}

// Marks the first that fits, or all that do. False: none.
static bool expect_one(struct scenario *scenario, const struct yaml_node *wanted) {
	struct outside *outside = scenario->roles.outside;
	bool wants_all = yaml_find(wanted, "some") != NULL, found = false;
	for (size_t i = 0; i < outside_notice_count(outside) && (wants_all || !found); i++) {
		if (!is_notice(scenario, outside_notice(outside, i), wanted))
			continue;
		outside_notice(outside, i)->is_expected = true;
		found = true;
	}
	return found;
}

void check_expect(struct scenario *scenario, struct yaml_node *value) {
	autobuf struct buf rest = { 0 };
	for (uint32_t i = 0; i < value->count; i++) {
		if (expect_one(scenario, value->items[i]))
			continue;
		list_unexpected(scenario, &rest);
		scenario->at = yaml_at(&scenario->doc, value->items[i]);
		step_fail(scenario, "no such notification; what came and was not expected:%s", buf_cstr(&rest));
	}
	list_unexpected(scenario, &rest);
	if (rest.len > 0)
		step_fail(scenario, "not expected:%s", buf_cstr(&rest));
}

// ---- what the evaluator holds

static bool is_held_alert(const struct scenario *scenario, const struct alert_record *record, const struct yaml_node *wanted) {
	for (uint32_t i = 0; i < wanted->count; i++) {
		struct str key = wanted->entries[i].key->text;
		const struct yaml_node *value = wanted->entries[i].value;
		bool is_met;
		if (str_equal_cstr(key, "state"))
			is_met = str_equal_cstr(value->text, alert_state_name(record->state));
		else if (str_equal_cstr(key, "since"))
			is_met = record->active_at / 1000 == (scenario->roles.zero_wall + step_duration(scenario, value)) / 1000; // ALERTS_FOR_STATE has no more
		else
			is_met = str_equal(labels_get(record->identity, key), value->text);
		if (!is_met)
			return false;
	}
	return true;
}

static void describe_alert(const struct scenario *scenario, struct buf *out, const struct alert_record *record) {
	buf_format(out, "\n  %s since %.3fs ", alert_state_name(record->state), (double)(record->active_at - scenario->roles.zero_wall) / 1000);
	labels_format(out, record->identity);
}

static void check_alert(struct scenario *scenario, const struct evaluation_view *view, const struct yaml_node *wanted, struct buf *held, size_t *count) {
	size_t found = 0;
	buf_reset(held);
	*count = 0;
	for (size_t g = 0; g < view->group_count; g++)
		for (size_t r = 0; r < view->groups[g].group->rule_count; r++)
			for (size_t a = 0; a < view->groups[g].rules[r].alert_count; a++, ++*count) {
				const struct alert_record *record = view->groups[g].rules[r].alerts[a].record;
				describe_alert(scenario, held, record);
				found += wanted != NULL && is_held_alert(scenario, record, wanted);
			}
	if (wanted != NULL && found != 1)
		step_fail(scenario, "%zu such alerts; there are:%s", found, buf_cstr(held));
}

void check_alerts(struct scenario *scenario, struct yaml_node *value) {
	struct evaluation_view *view = evaluation_view_of(&scenario->roles.pool->evaluators[0], true);
	autobuf struct buf held = { 0 };
	size_t count = 0;
	for (uint32_t i = 0; i < value->count; i++) {
		scenario->at = yaml_at(&scenario->doc, value->items[i]);
		check_alert(scenario, view, value->items[i], &held, &count);
	}
	check_alert(scenario, view, NULL, &held, &count);
	if (count != value->count)
		step_fail(scenario, "%u alerts expected; there are:%s", value->count, buf_cstr(&held));
	evaluation_view_unref(view);
}

static const struct rule_view *find_rule(const struct evaluation_view *view, struct str name) {
	for (size_t g = 0; g < view->group_count; g++)
		for (size_t r = 0; r < view->groups[g].group->rule_count; r++)
			if (str_equal(view->groups[g].rules[r].rule->name, name))
				return &view->groups[g].rules[r];
	return NULL;
}

// "…" at the end stands for the rest: errors of receivers hold a port.
static bool is_health(struct str wanted, const char *got) {
	if (!str_has_suffix(wanted, STR("…")))
		return str_equal_cstr(wanted, got);
	return str_has_prefix(str_of(got), str_head(wanted, wanted.len - sizeof "…" + 1));
}

// A map from a rule's name to its last error, "ok" or "unknown".
void check_rules(struct scenario *scenario, struct yaml_node *value) {
	static const char *const healths[] = { [RULE_UNKNOWN] = "unknown", [RULE_OK] = "ok", [RULE_ERR] = "err" };
	struct evaluation_view *view = evaluation_view_of(&scenario->roles.pool->evaluators[0], true);
	for (uint32_t i = 0; i < value->count; i++) {
		const struct rule_view *rule = find_rule(view, value->entries[i].key->text);
		struct str wanted = value->entries[i].value->text;
		if (rule == NULL)
			step_fail(scenario, "no rule %s", value->entries[i].key->text.data);
		if (!is_health(wanted, rule->health == RULE_ERR ? rule->last_error : healths[rule->health]))
			step_fail(scenario, "rule %s is %s: %s", value->entries[i].key->text.data, healths[rule->health], rule->last_error);
	}
	evaluation_view_unref(view);
}

static void check_count(struct scenario *scenario, const struct yaml_node *of, const char *key, uint64_t got) {
	const struct yaml_node *node = yaml_find(of, key);
	int64_t wanted;
	if (node == NULL)
		return;
	if (!yaml_get_int(node, &wanted))
		step_fail(scenario, "%s: expected a number", key);
	if ((uint64_t)wanted != got)
		step_fail(scenario, "%s: %llu, not %lld", key, (unsigned long long)got, (long long)wanted);
}

void check_groups(struct scenario *scenario, struct yaml_node *value) {
	struct evaluation_view *view = evaluation_view_of(&scenario->roles.pool->evaluators[0], false);
	for (uint32_t i = 0; i < value->count; i++) {
		size_t g = 0;
		while (g < view->group_count && !str_equal(view->groups[g].group->name, value->entries[i].key->text))
			g++;
		if (g == view->group_count)
			step_fail(scenario, "no group %s", value->entries[i].key->text.data);
		check_count(scenario, value->entries[i].value, "iterations", view->groups[g].iterations);
		check_count(scenario, value->entries[i].value, "missed", view->groups[g].missed);
		check_count(scenario, value->entries[i].value, "failures", view->groups[g].failures);
	}
	evaluation_view_unref(view);
}

// ---- what was written

static bool is_label_met(const struct written *sample, struct str name, struct str value) {
	autobuf struct buf label = { 0 };
	buf_format(&label, "%.*s=\"%.*s\"", STR_ARG(name), STR_ARG(value));
	const char *found = strstr(sample->series, buf_cstr(&label));
	return found != NULL && (found[-1] == '{' || found[-1] == ',');
}

// All labels of the sample are named, and those have their values.
static bool is_written(const struct scenario *scenario, const struct written *sample, const struct yaml_node *wanted) {
	size_t labels = 0, named = 0;
	for (const char *at = sample->series; *at != '\0'; at++)
		labels += at[0] == '=' && at[1] == '"';
	for (uint32_t i = 0; i < wanted->count; i++) {
		struct str key = wanted->entries[i].key->text, value = wanted->entries[i].value->text;
		if (str_equal_cstr(key, "some"))
			continue;
		if (str_equal_cstr(key, "value")) {
			if (!str_equal_cstr(value, sample->value))
				return false;
		} else if (str_equal_cstr(key, "since")) { // the value is that instant, in whole seconds
			if (strtoll(sample->value, NULL, 10) != (scenario->roles.zero_wall + step_duration(scenario, wanted->entries[i].value)) / 1000)
				return false;
		} else if (str_equal_cstr(key, "at")) {
			if (sample->at != scenario->roles.zero_wall + step_duration(scenario, wanted->entries[i].value))
				return false;
		} else if (!is_label_met(sample, key, value)) {
			return false;
		} else {
			named++;
		}
	}
	return named == labels;
}

static void describe_written(const struct scenario *scenario, struct buf *out, const struct written *sample) {
	buf_format(out, "\n  %s %s at %.3fs", sample->series, sample->value, (double)(sample->at - scenario->roles.zero_wall) / 1000);
}

// The samples that `to` took since somebody looked, in order of arrival; all are looked at now.
static void take_written(struct scenario *scenario, struct str to, void *samples) {
	struct {
		ARRAY_OF(struct written *);
	} *out = samples;
	for (size_t i = 0; i < outside_write_count(scenario->roles.outside); i++) {
		struct write_attempt *write = outside_write(scenario->roles.outside, i);
		if (write->is_seen || write->answered == 0 || !str_equal_cstr(to, write->to))
			continue;
		write->is_seen = true;
		for (size_t k = 0; write->answered / 100 == 2 && k < write->request.count; k++)
			array_append(out, &write->request.items[k]);
	}
}

static void check_written_to(struct scenario *scenario, struct str to, const struct yaml_node *wanted) {
	struct {
		ARRAY_OF(struct written *);
	} got = { 0 };
	autobuf struct buf rest = { 0 };
	take_written(scenario, to, &got);
	for (uint32_t i = 0; i < wanted->count; i++) {
		bool wants_all = yaml_find(wanted->items[i], "some") != NULL, is_found = false;
		for (size_t k = 0; k < got.count && (wants_all || !is_found); k++)
			if (got.items[k] != NULL && is_written(scenario, got.items[k], wanted->items[i])) {
				got.items[k] = NULL;
				is_found = true;
			}
		if (is_found)
			continue;
		for (size_t k = 0; k < got.count; k++)
			if (got.items[k] != NULL)
				describe_written(scenario, &rest, got.items[k]);
		scenario->at = yaml_at(&scenario->doc, wanted->items[i]);
		step_fail(scenario, "no such sample; what else was written:%s", buf_cstr(&rest));
	}
	for (size_t k = 0; k < got.count; k++)
		if (got.items[k] != NULL)
			describe_written(scenario, &rest, got.items[k]);
	if (rest.len > 0)
		step_fail(scenario, "not expected:%s", buf_cstr(&rest));
	array_finish(&got);
}

void check_written(struct scenario *scenario, struct yaml_node *value) {
	for (uint32_t i = 0; i < value->count; i++)
		check_written_to(scenario, value->entries[i].key->text, value->entries[i].value);
}

// How many series each request since the last look held, by receiver: [3, 1]. Those that were not answered with 2xx are "500: 3".
void check_writes(struct scenario *scenario, struct yaml_node *value) {
	for (uint32_t i = 0; i < value->count; i++) {
		autobuf struct buf got = { 0 }, wanted = { 0 };
		for (size_t k = 0; k < outside_write_count(scenario->roles.outside); k++) {
			const struct write_attempt *write = outside_write(scenario->roles.outside, k);
			if (write->is_seen || !str_equal_cstr(value->entries[i].key->text, write->to))
				continue;
			if (write->answered / 100 != 2)
				buf_format(&got, "%d: ", write->answered);
			buf_format(&got, "%zu, ", write->request.series);
		}
		for (uint32_t k = 0; k < value->entries[i].value->count; k++)
			buf_format(&wanted, "%.*s, ", STR_ARG(value->entries[i].value->items[k]->text));
		if (!str_equal(buf_str(&got), buf_str(&wanted)))
			step_fail(scenario, "requests: %s not %s", buf_cstr(&got), buf_cstr(&wanted));
	}
}

// ---- what the store holds

static bool count_alert(void *context, struct alert_record *record) {
	return (void)record, ++*(size_t *)context;
}
static bool count_group(void *context, const struct store_group *row) {
	return (void)row, ++*(size_t *)context;
}
static bool count_log(void *context, const struct store_log *row) {
	return (void)row, ++*(size_t *)context;
}
static bool count_notification(void *context, const struct store_notification *row) {
	return (void)row, ++*(size_t *)context;
}
static bool count_delivery(void *context, const struct store_delivery *row) {
	return (void)row, ++*(size_t *)context;
}
static bool count_cursor(void *context, const struct store_cursor *row) {
	return (void)row, ++*(size_t *)context;
}

void check_rows(struct scenario *scenario, struct yaml_node *value) {
	size_t alerts = 0, groups = 0, logs = 0, notifications = 0, deliveries = 0, cursors = 0;
	struct store *store = scenario->roles.store;
	struct error err;
	if (!store_each_alert(store, count_alert, &alerts, &err) || !store_each_group(store, count_group, &groups, &err) ||
	    !store_each_log(store, count_log, &logs, &err) || !store_each_delivery(store, count_delivery, &deliveries, &err) ||
	    !store_each_cursor(store, count_cursor, &cursors, &err) || !store_each_notification(store, count_notification, &notifications, &err))
		step_fail(scenario, "%s", err.text);
	check_count(scenario, value, "alerts", alerts);
	check_count(scenario, value, "groups", groups);
	check_count(scenario, value, "logs", logs);
	check_count(scenario, value, "notifications", notifications);
	check_count(scenario, value, "deliveries", deliveries);
	check_count(scenario, value, "cursors", cursors);
}
