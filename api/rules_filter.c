// SPDX-License-Identifier: Apache-2.0
// The parameters of /api/v1/rules. See rules_filter.h. Errors come in upstream's order with upstream's texts.
#include "api/rules_filter.h"

#include "base/go_text.h"
#include "promql/promql.h"

static bool fail(struct request *request, const char *name, const char *why, struct str value) {
	autobuf struct buf quoted = { 0 };
	go_quote(&quoted, value);
	reply_v1_error(request, 400, "bad_data", "invalid parameter \"%s\": %s%s", name, why, buf_cstr(&quoted));
	return false;
}

static bool fail_parse(struct request *request, const char *name, const char *why, struct str value, const char *reason) {
	autobuf struct buf quoted = { 0 };
	go_quote(&quoted, value);
	reply_v1_error(request, 400, "bad_data", "invalid parameter \"%s\": %s: parsing %s: %s", name, why, buf_cstr(&quoted), reason);
	return false;
}

static struct str lower_parameter(struct request *request, const char *name) {
	struct str text = arena_dup_str(&request->arena, request_parameter(request, name));
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] >= 'A' && text.data[i] <= 'Z')
			((char *)(uintptr_t)text.data)[i] |= 0x20;
	return text;
}

// ---- match[] ----

static bool needs_a_label(const struct matchers *matchers) {
	for (size_t i = 0; i < matchers->count; i++)
		if (!matcher_matches_value(&matchers->items[i], STR("")))
			return true;
	return false;
}

static size_t count_parameters(const struct request *request, const char *name) {
	size_t count = 0;
	for (size_t i = 0; i < request->parameters.count; i++)
		count += str_equal_cstr(request->parameters.items[i].name, name);
	return count;
}

static bool read_selectors(struct rules_filter *filter, struct request *request) {
	struct error err = { 0 };
	filter->selectors = ARENA_NEW_ARRAY(&request->arena, struct matchers, count_parameters(request, "match[]"));
	for (size_t i = 0; i < request->parameters.count; i++) {
		if (!str_equal_cstr(request->parameters.items[i].name, "match[]"))
			continue;
		if (!promql_selector_parse(&request->arena, request->parameters.items[i].value, &filter->selectors[filter->selector_count], &err)) {
			reply_v1_error(request, 400, "bad_data", "%s", err.text);
			return false;
		}
		filter->selector_count++;
	}
	for (size_t i = 0; i < filter->selector_count; i++) {
		if (needs_a_label(&filter->selectors[i]))
			continue;
		reply_v1_error(request, 400, "bad_data", "match[] must contain at least one non-empty matcher");
		return false;
	}
	return true;
}

// ---- the other parameters ----

static bool read_type(struct rules_filter *filter, struct request *request) {
	struct str type = lower_parameter(request, "type");
	filter->alerting = type.len == 0 || str_equal_cstr(type, "alert");
	filter->recording = type.len == 0 || str_equal_cstr(type, "record");
	return filter->alerting || filter->recording || fail(request, "type", "not supported value ", type);
}

// strconv.ParseBool of a text in lower case. False when it is none of its words.
static bool parse_bool(struct str text, bool *out) {
	static const char *const yes[] = { "1", "t", "true" }, *const no[] = { "0", "f", "false" };
	for (size_t i = 0; i < sizeof yes / sizeof *yes; i++) {
		if (str_equal_cstr(text, yes[i]) || str_equal_cstr(text, no[i])) {
			*out = str_equal_cstr(text, yes[i]);
			return true;
		}
	}
	return false;
}

static bool read_exclusion(struct rules_filter *filter, struct request *request) {
	struct str text = lower_parameter(request, "exclude_alerts");
	bool is_excluded = false;
	if (text.len > 0 && !parse_bool(text, &is_excluded))
		return fail_parse(request, "exclude_alerts", "error converting exclude_alerts: strconv.ParseBool", text, "invalid syntax");
	filter->with_alerts = !is_excluded;
	return true;
}

// strconv.ParseInt(text, 10, 32): a sign and digits. NULL when it is one, else why not.
static const char *parse_int32(struct str text, int64_t *out) {
	size_t first = text.len > 0 && (text.data[0] == '-' || text.data[0] == '+');
	int64_t number = 0;
	if (text.len == first)
		return "invalid syntax";
	for (size_t i = first; i < text.len; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return "invalid syntax";
		if (number <= INT32_MAX)
			number = number * 10 + (text.data[i] - '0');
	}
	*out = text.data[0] == '-' ? -number : number;
	return *out > INT32_MAX || *out < INT32_MIN ? "value out of range" : NULL;
}

static bool read_page(struct rules_filter *filter, struct request *request) {
	struct str limit = request_parameter(request, "group_limit");
	filter->next_token = request_parameter(request, "group_next_token");
	if (limit.len == 0) {
		if (filter->next_token.len == 0)
			return true;
		reply_v1_error(request, 400, "bad_data", "invalid parameter \"group_next_token\": group_limit needs to be present in order to paginate over the groups");
		return false;
	}
	const char *reason = parse_int32(limit, &filter->group_limit);
	if (reason != NULL)
		return fail_parse(request, "group_limit", "group_limit needs to be a valid number: strconv.ParseInt", limit, reason);
	if (filter->group_limit > 0)
		return true;
	reply_v1_error(request, 400, "bad_data", "invalid parameter \"group_limit\": group_limit needs to be greater than 0");
	return false;
}

bool rules_filter_read(struct rules_filter *filter, struct request *request) {
	*filter = (struct rules_filter){
		.request = request,
		.has_names = request_has_parameter(request, "rule_name[]"),
		.has_groups = request_has_parameter(request, "rule_group[]"),
		.has_files = request_has_parameter(request, "file[]"),
	};
	if (request->parameters.problem.len > 0) {
		reply_v1_error(request, 400, "bad_data", "error parsing form values: %.*s", STR_ARG(request->parameters.problem));
		return false;
	}
	return read_selectors(filter, request) && read_type(filter, request) && read_exclusion(filter, request) && read_page(filter, request);
}

void rules_filter_finish(struct rules_filter *filter) {
	for (size_t i = 0; i < filter->selector_count; i++)
		matchers_finish(&filter->selectors[i]);
	filter->selector_count = 0;
}

// ---- what fits ----

static bool is_among(const struct request *request, const char *name, struct str value) {
	for (size_t i = 0; i < request->parameters.count; i++)
		if (str_equal(request->parameters.items[i].value, value) && str_equal_cstr(request->parameters.items[i].name, name))
			return true;
	return false;
}

bool rules_filter_fits_group(const struct rules_filter *filter, const struct rule_group *group) {
	if (filter->has_groups && !is_among(filter->request, "rule_group[]", group->name))
		return false;
	return !filter->has_files || is_among(filter->request, "file[]", group->file);
}

static struct str configured_label(const struct rule *rule, struct str name) {
	for (size_t i = 0; i < rule->label_count; i++)
		if (str_equal(rule->labels[i]->name, name))
			return rule->labels[i]->text;
	return STR_NONE;
}

static bool selector_fits(const struct matchers *selector, const struct rule *rule) {
	for (size_t i = 0; i < selector->count; i++)
		if (!matcher_matches_value(&selector->items[i], configured_label(rule, selector->items[i].name)))
			return false;
	return true;
}

bool rules_filter_fits_rule(const struct rules_filter *filter, const struct rule *rule) {
	if (!(rule->kind == RULE_ALERTING ? filter->alerting : filter->recording))
		return false;
	if (filter->has_names && !is_among(filter->request, "rule_name[]", rule->name))
		return false;
	if (filter->selector_count == 0)
		return true;
	for (size_t i = 0; i < filter->selector_count; i++)
		if (selector_fits(&filter->selectors[i], rule))
			return true;
	return false;
}

void rules_filter_token(const struct rule_group *group, char out[PAGE_TOKEN_BYTES]) {
	autobuf struct buf text = { 0 };
	unsigned char digest[SHA256_BYTES];
	buf_append_str(&text, group->file);
	buf_append_char(&text, ';');
	buf_append_str(&text, group->name);
	sha256(buf_str(&text), digest);
	for (size_t i = 0; i < SHA256_BYTES; i++)
		snprintf(out + 2 * i, 3, "%02x", digest[i]);
}
