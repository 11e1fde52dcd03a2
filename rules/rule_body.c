// SPDX-License-Identifier: Apache-2.0
// Expressions, labels and annotations of a rule. See rule_body.h.
#include "rules/rule_body.h"

#include "base/buf.h"
#include "base/go_text.h"
#include "base/problems.h"
#include "model/limits.h"
#include "promql/promql.h"
#include "rules/linter.h"

static void report_expr(const struct rule_reading *reading, const struct promql_result *parsed) {
	const struct placed_text *expr = &reading->fields.expr;
	autobuf struct buf text = { 0 };
	for (size_t i = 0; i < parsed->error_count; i++) {
		if (parsed->errors[i].is_echo)
			continue;
		buf_reset(&text);
		promql_error_format(&text, expr->text, &parsed->errors[i]);
		struct position at = yaml_text_at(reading->reader->doc, expr->node, parsed->errors[i].offset);
		struct position end = yaml_text_at(reading->reader->doc, expr->node, parsed->errors[i].end);
		rule_refuse_range(reading, at, end, "could not parse expression: %s", buf_cstr(&text));
	}
}

// Prometheus loads such a rule and fails at each evaluation ("rule result is not a vector or scalar").
static void warn_about_type(const struct rule_reading *reading, const struct promql_result *parsed) {
	size_t start = 0, end = 0;
	if (parsed->type != PROMQL_MATRIX && parsed->type != PROMQL_STRING)
		return;
	promql_node_span(parsed->root, &start, &end);
	lint_report(reading, LINT_EXPRESSION_TYPE, lint_text(reading, reading->fields.expr.node, start, end),
	    "the expression is of type %s, expected instant vector or scalar: every evaluation will fail", promql_type_name(parsed->type));
}

const struct promql_node *rule_read_expr(const struct rule_reading *reading, struct rule *rule) {
	struct rule_builder *builder = reading->builder;
	struct str text = reading->fields.expr.text;
	if (text.len == 0) {
		rule_refuse(reading, rule_at(reading, reading->fields.expr.node), "field 'expr' must be set in rule");
		return NULL;
	}
	if (text.len > LIMIT_EXPR_BYTES) {
		rule_refuse(reading, rule_at(reading, reading->fields.expr.node), "expression of %zu bytes, at most %d are accepted", text.len, LIMIT_EXPR_BYTES);
		return NULL;
	}
	struct promql_result parsed = promql_parse(&builder->scratch, text, builder->options->promql_features);
	report_expr(reading, &parsed);
	if (parsed.root == NULL)
		return NULL;
	autobuf struct buf normal = { 0 };
	warn_about_type(reading, &parsed);
	promql_format(&normal, parsed.root);
	rule->expr = rule_keep(builder, buf_str(&normal));
	return parsed.root;
}

// `within`: the template, as its compiler says.
static struct position template_error_at(const struct rule_reading *reading, const struct yaml_node *node, struct position within) {
	return within.line == 0 ? rule_at(reading, node) : yaml_place_at(reading->reader->doc, node, within);
}

static void refuse_text(const struct rule_reading *reading, const struct yaml_string_pair *pair, const char *what, const struct error *err) {
	autobuf struct buf label = { 0 };
	go_quote(&label, pair->name);
	rule_refuse(reading, template_error_at(reading, pair->value_node, err->at), "%s %s: %s", what, buf_cstr(&label), err->text);
}

static int compare_texts(const void *left, const void *right) {
	return str_compare((*(const struct yaml_string_pair *const *)left)->name, (*(const struct yaml_string_pair *const *)right)->name);
}

static bool has_name(const struct yaml_string_map *map, struct str name) {
	for (size_t i = 0; i < map->count; i++) {
		if (str_equal(map->items[i].name, name))
			return true;
	}
	return false;
}

struct pair_list {
	const struct yaml_string_pair *items[2 * LIMIT_LABELS];
	size_t count;
};

// The pairs of `own` and those of `outer` it does not override, sorted by name.
static bool overlay(const struct rule_reading *reading, const struct yaml_string_map *outer, const struct yaml_string_map *own, struct pair_list *out) {
	out->count = 0;
	if (own->count > LIMIT_LABELS || outer->count > LIMIT_LABELS) {
		rule_refuse(reading, rule_at(reading, NULL), "%zu labels or annotations, at most %d are accepted", own->count + outer->count, LIMIT_LABELS);
		return false;
	}
	for (size_t i = 0; i < own->count; i++)
		out->items[out->count++] = &own->items[i];
	for (size_t i = 0; i < outer->count; i++) {
		if (!has_name(own, outer->items[i].name))
			out->items[out->count++] = &outer->items[i];
	}
	qsort(out->items, out->count, sizeof *out->items, compare_texts);
	return true;
}

struct read_texts {
	const struct rule_text *const *items;
	uint32_t count;
	enum template_class class; // the strongest
};

// Those that compile: the rule is refused when one does not.
static struct read_texts read_texts(const struct rule_reading *reading, const struct pair_list *list, const char *what) {
	const struct rule_text *texts[2 * LIMIT_LABELS];
	struct read_texts read = { .class = TEMPLATE_CONSTANT };
	for (size_t i = 0; i < list->count; i++) {
		struct error err = { 0 };
		const struct rule_text *text = rule_text_share(reading->builder, reading->fields.alert.text, list->items[i]->name, list->items[i]->value, &err);
		if (text == NULL) {
			refuse_text(reading, list->items[i], what, &err);
			continue;
		}
		texts[read.count++] = text;
		read.class = text->class > read.class ? text->class : read.class;
	}
	read.items = rule_texts_share(reading->builder, texts, read.count);
	return read;
}

void rule_read_texts(const struct rule_reading *reading, struct rule *rule) {
	static const struct yaml_string_map none = { 0 };
	struct pair_list list;
	if (overlay(reading, &reading->group_fields->labels, &reading->fields.labels, &list)) {
		struct read_texts labels = read_texts(reading, &list, "label");
		rule->labels = labels.items;
		rule->label_count = labels.count;
		rule->label_class = labels.class;
	}
	if (overlay(reading, &none, &reading->fields.annotations, &list)) {
		struct read_texts annotations = read_texts(reading, &list, "annotation");
		rule->annotations = annotations.items;
		rule->annotation_count = annotations.count;
		rule->annotation_class = annotations.class;
	}
}
