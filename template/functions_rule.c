// SPDX-License-Identifier: Apache-2.0
// The functions of rule templates. Source: prometheus/template/template.go.
#include "base/buf.h"
#include "base/query_escape.h"
#include "model/duration.h"
#include "model/host_port.h"
#include "template/functions_shared.h"
#include "template/go_number.h"
#include "template/go_time.h"
#include "template/humanize.h"
#include "template/template_exec.h"
#include "template/text_escape.h"
#include "template/title_case.h"
#include "template/value_query.h"

#include <math.h>
#include <stdlib.h>

static const struct value_field sample_fields[] = { { "Labels", NULL, NULL }, { "Value", NULL, NULL } };
static const struct value_type type_sample_value = { .name = "template.sample", .kind = KIND_STRUCT, .is_defined = true, .fields = sample_fields, .field_count = 2 };
static const struct value_type type_sample = { .name = "*template.sample", .kind = KIND_STRUCT, .is_pointer = true, .element = &type_sample_value, .fields = sample_fields, .field_count = 2 };
static const struct value_type type_samples = { .name = "template.queryResult", .kind = KIND_LIST, .is_defined = true, .element = &type_sample };

static bool call_query(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	struct template_vector vector;
	(void)count;
	if (!exec_query(call, args[0].text, &vector))
		return false;
	struct value *samples = ARENA_NEW_ARRAY(call->arena, struct value, vector.count);
	struct value *fields = ARENA_NEW_ARRAY(call->arena, struct value, 2 * vector.count);
	for (size_t i = 0; i < vector.count; i++) {
		const struct template_sample *sample = &vector.samples[i];
		fields[2 * i] = value_of_labels(call->arena, &type_map_string, sample->labels, sample->label_count);
		fields[2 * i + 1] = value_float(sample->value);
		samples[i] = value_struct(&type_sample, &fields[2 * i]);
	}
	*out = value_list(&type_samples, samples, vector.count);
	return true;
}

static bool call_first(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	(void)count;
	if (args[0].count == 0)
		return template_call_fail(call, "first() called on vector with no elements");
	*out = args[0].items[0];
	return true;
}

static struct str sample_label(const struct value *sample, struct str name) {
	const struct value *found = sample->count == 0 ? NULL : map_find(&sample->items[0], name);
	return found == NULL ? STR_NONE : found->text;
}

static bool fail_nil_sample(struct template_call *call) {
	return template_call_fail(call, "runtime error: invalid memory address or nil pointer dereference");
}

static bool call_label(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	(void)count;
	*out = value_string(sample_label(&args[1], args[0].text));
	return args[1].count > 0 || fail_nil_sample(call);
}

static bool call_strvalue(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	(void)count;
	*out = value_string(sample_label(&args[0], STR("__value__")));
	return args[0].count > 0 || fail_nil_sample(call);
}

static bool call_value(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	(void)count;
	if (args[0].count == 0)
		return fail_nil_sample(call);
	*out = args[0].items[1];
	return true;
}

static bool call_args(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	struct value_pair *pairs = ARENA_NEW_ARRAY(call->arena, struct value_pair, count);
	for (size_t i = 0; i < count; i++)
		pairs[i] = (struct value_pair){ arena_format(call->arena, "arg%zu", i), args[i] };
	*out = value_map(&type_map_any, pairs, count);
	return true;
}

struct sort_item {
	struct str key;
	size_t order;
	struct value sample;
};

static int compare_items(const void *a, const void *b) {
	const struct sort_item *left = a, *right = b;
	int order = str_compare(left->key, right->key);
	return order != 0 ? order : left->order < right->order ? -1
	                                                       : 1;
}

static bool call_sort(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	const struct value *list = &args[1];
	(void)count;
	struct sort_item *items = ARENA_NEW_ARRAY(call->arena, struct sort_item, list->count);
	struct value *sorted = ARENA_NEW_ARRAY(call->arena, struct value, list->count);
	for (size_t i = 0; i < list->count; i++)
		items[i] = (struct sort_item){ sample_label(&list->items[i], args[0].text), i, list->items[i] };
	if (list->count > 1)
		qsort(items, list->count, sizeof *items, compare_items);
	for (size_t i = 0; i < list->count; i++)
		sorted[i] = items[i].sample;
	*out = value_list(list->type, sorted, list->count);
	return true;
}

static bool call_title(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	autobuf struct buf text = { 0 };
	(void)count;
	text_append_title(&text, args[0].text, false);
	return call_give_text(call, &text, out);
}

typedef void humanizer(struct buf *out, double number);

static bool give_humanized(struct template_call *call, const struct value *value, humanizer *write, struct value *out) {
	autobuf struct buf text = { 0 };
	double number;
	if (!call_number(call, value, &number))
		return false;
	write(&text, number);
	return call_give_text(call, &text, out);
}

static bool call_humanize(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	(void)count;
	return give_humanized(call, &args[0], humanize, out);
}

static bool call_humanize_1024(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	(void)count;
	return give_humanized(call, &args[0], humanize_1024, out);
}

static bool call_humanize_percentage(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	(void)count;
	return give_humanized(call, &args[0], humanize_percentage, out);
}

// Seconds since 1970, cut to milliseconds.
static bool number_to_time(struct template_call *call, double number, struct value *out) {
	double nanoseconds = number * 1e9;
	if (!isfinite(number))
		return template_call_fail(call, "value is NaN or Inf");
	if (nanoseconds >= 9223372036854775807.0 || nanoseconds < -9223372036854775808.0) {
		autobuf struct buf shown = { 0 };
		go_append_float(&shown, number, 'g', -1);
		return template_call_fail(call, "%s cannot be represented as a nanoseconds timestamp since it overflows int64", buf_cstr(&shown));
	}
	*out = value_time((int64_t)nanoseconds / 1000000);
	return true;
}

static bool call_humanize_timestamp(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	autobuf struct buf text = { 0 };
	struct value time = { .type = &type_time };
	double number;
	(void)count;
	if (!call_number(call, &args[0], &number))
		return false;
	if (!isfinite(number)) {
		go_append_float(&text, number, 'g', 4);
		return call_give_text(call, &text, out);
	}
	if (!number_to_time(call, number, &time))
		return false;
	time.type->format(&text, &time);
	return call_give_text(call, &text, out);
}

static bool call_to_time(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	double number;
	(void)count;
	if (!call_number(call, &args[0], &number) || !number_to_time(call, number, out))
		return false;
	out->type = &type_time_pointer;
	return true;
}

static bool call_to_duration(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	double number;
	(void)count;
	if (!call_number(call, &args[0], &number))
		return false;
	number *= 1e9;
	bool fits = number >= -9223372036854775808.0 && number < 9223372036854775808.0;
	*out = (struct value){ .type = &type_duration_pointer, .integer = fits ? (int64_t)number : INT64_MIN }; // Go's conversion on amd64
	return true;
}

static bool call_now(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	(void)args, (void)count;
	*out = value_float((double)call->env->now / 1000.0);
	return true;
}

static bool call_external_url(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	(void)args, (void)count;
	*out = value_string(call->env->external_url);
	return true;
}

// The path of the external URL.
static bool call_path_prefix(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	struct str url = call->env->external_url;
	(void)args, (void)count;
	ptrdiff_t scheme = str_find(url, STR("://"));
	if (scheme >= 0)
		url = str_skip(url, (size_t)scheme + 3);
	ptrdiff_t slash = str_find_char(url, '/');
	struct str path = slash < 0 ? STR_NONE : str_skip(url, (size_t)slash);
	for (size_t i = 0; i < path.len; i++)
		if (path.data[i] == '?' || path.data[i] == '#')
			path.len = i;
	*out = value_string(path);
	return true;
}

static bool call_parse_duration(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	struct str text = args[0].text;
	dur_ms span;
	(void)count;
	bool negative = text.len > 1 && text.data[0] == '-';
	if (!duration_parse(str_skip(text, negative), &span, call->err))
		return false;
	*out = value_float((double)(negative ? -span : span) / 1000.0);
	return true;
}

static bool give_link(struct template_call *call, struct str expr, const char *tab, struct value *out) {
	autobuf struct buf text = { 0 };
	buf_append_cstr(&text, "/graph?g0.expr=");
	url_query_escape(&text, expr);
	buf_format(&text, "&g0.tab=%s", tab);
	return call_give_text(call, &text, out);
}

static bool call_graph_link(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	(void)count;
	return give_link(call, args[0].text, "0", out);
}

static bool call_table_link(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	(void)count;
	return give_link(call, args[0].text, "1", out);
}

static bool call_query_escape(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	autobuf struct buf text = { 0 };
	(void)count;
	url_query_escape(&text, args[0].text);
	return call_give_text(call, &text, out);
}

static bool call_strip_port(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	struct str host, port;
	(void)call, (void)count;
	*out = value_string(host_port_split(args[0].text, &host, &port, NULL) ? host : args[0].text);
	return true;
}

static bool call_strip_domain(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	autobuf struct buf text = { 0 };
	struct str host, port;
	(void)count;
	if (!host_port_split(args[0].text, &host, &port, NULL)) {
		host = args[0].text;
		port = STR_NONE;
	}
	*out = args[0];
	if (host_is_address(host))
		return true;
	struct str name = str_cut(&host, '.');
	if (port.len == 0) {
		*out = value_string(name);
		return true;
	}
	bool needs_brackets = str_find_char(name, ':') >= 0 || str_find_char(name, '%') >= 0;
	buf_format(&text, needs_brackets ? "[%.*s]:%.*s" : "%.*s:%.*s", STR_ARG(name), STR_ARG(port));
	return call_give_text(call, &text, out);
}

// Consoles only: another template of the set, as HTML.
static bool call_tmpl(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	autobuf struct buf text = { 0 };
	(void)count;
	if (!exec_nested(call, args[0].text, &args[1], &text) || !call_give_text(call, &text, out))
		return false;
	out->type = &type_safe_html;
	return true;
}

const struct template_callable functions_rule[] = {
	{ "query", call_query, false, CALL_VOLATILE | CALL_QUERY, { &type_string } },
	{ "first", call_first, false, 0, { &type_samples } },
	{ "label", call_label, false, 0, { &type_string, &type_sample } },
	{ "value", call_value, false, 0, { &type_sample } },
	{ "strvalue", call_strvalue, false, 0, { &type_sample } },
	{ "args", call_args, true, 0, { &type_any } },
	{ "sortByLabel", call_sort, false, 0, { &type_string, &type_samples } },
	{ "title", call_title, false, 0, { &type_string } },
	{ "humanize", call_humanize, false, 0, { &type_any } },
	{ "humanize1024", call_humanize_1024, false, 0, { &type_any } },
	{ "humanizePercentage", call_humanize_percentage, false, 0, { &type_any } },
	{ "humanizeTimestamp", call_humanize_timestamp, false, 0, { &type_any } },
	{ "toTime", call_to_time, false, 0, { &type_any } },
	{ "toDuration", call_to_duration, false, 0, { &type_any } },
	{ "now", call_now, false, CALL_VOLATILE, { NULL } },
	{ "externalURL", call_external_url, false, 0, { NULL } },
	{ "pathPrefix", call_path_prefix, false, 0, { NULL } },
	{ "parseDuration", call_parse_duration, false, 0, { &type_string } },
	{ "graphLink", call_graph_link, false, 0, { &type_string } },
	{ "tableLink", call_table_link, false, 0, { &type_string } },
	{ "urlQueryEscape", call_query_escape, false, 0, { &type_string } },
	{ "stripPort", call_strip_port, false, 0, { &type_string } },
	{ "stripDomain", call_strip_domain, false, 0, { &type_string } },
	{ "tmpl", call_tmpl, false, CALL_HTML_ONLY | CALL_VOLATILE, { &type_string, &type_any } },
	{ 0 },
};
