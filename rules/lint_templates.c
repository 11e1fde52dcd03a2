// SPDX-License-Identifier: Apache-2.0
// What the templates of an alert read, held against what its expression gives: labels that are never there, values in labels, plain numbers
// with a unit, queries that do not parse, and templates that can only fail.
#include "base/buf.h"
#include "promql/promql_labels.h"
#include "promql/promql_lint.h"
#include "rules/lint_expansion.h"
#include "rules/rule_lint.h"
#include "template/template_uses.h"

struct template_linting {
	const struct rule_reading *reading;
	struct promql_labels labels;  // of the expression's result
	enum promql_unit unit;        // of its value
	bool may_have_alertname;      // among its labels
	const struct yaml_node *node; // of the template being looked at
	bool is_label;                // it is a label's
};

static struct lint_place place_of(const struct template_linting *linting, const struct template_use *use) {
	return lint_text(linting->reading, linting->node, use->start, use->end);
}

// The rule's own name is added when the templates have been expanded.
static void check_alertname(const struct template_linting *linting, const struct template_use *use) {
	if (!linting->may_have_alertname)
		lint_report(linting->reading, LINT_TEMPLATE_LABEL, place_of(linting, use),
		    "label \"alertname\" is always empty: templates see the labels of the expression's result, which has none; write the name");
}

static void check_label(const struct template_linting *linting, const struct template_use *use) {
	struct promql_label_reason why;
	if (promql_labels_find(&linting->labels, use->name, &why) != PROMQL_LABEL_NEVER) {
		if (str_equal(use->name, STR("alertname")))
			check_alertname(linting, use);
		return;
	}
	const struct placed_text *expr = &linting->reading->fields.expr;
	struct position at = yaml_text_at(linting->reading->reader->doc, expr->node, why.start);
	autobuf struct buf reason = { 0 };
	promql_label_reason_format(&reason, why);
	lint_report(linting->reading, LINT_TEMPLATE_LABEL, place_of(linting, use), "label \"%.*s\" is always empty: in the expression (%d:%d) %s; keep it there or leave it out here",
	    STR_ARG(use->name), at.line, at.column, buf_cstr(&reason));
}

static void check_identity(const struct template_linting *linting, const struct template_use *use) {
	if (linting->is_label)
		lint_report(linting->reading, LINT_VALUE_IN_LABEL, place_of(linting, use), "a label that shows %.*s makes another alert of each value: show it in an annotation", STR_ARG(use->name));
}

static bool names_seconds(struct str following) {
	return str_has_prefix(str_trim(following), STR("s"));
}

static const struct {
	const char *what, *function;
} units[] = {
	[PROMQL_UNIT_UNKNOWN] = { NULL, NULL },
	[PROMQL_UNIT_BYTES] = { "bytes", "humanize1024" },
	[PROMQL_UNIT_RATIO] = { "a ratio", "humanizePercentage" },
	[PROMQL_UNIT_SECONDS] = { "seconds", "humanizeDuration" },
	[PROMQL_UNIT_TIMESTAMP] = { "a time", "humanizeTimestamp" },
};

static void check_unit(const struct template_linting *linting, const struct template_use *use) {
	const char *function = units[linting->unit].function;
	bool is_plain = use->is_shown && use->function.len == 0 && !linting->is_label;
	if (!is_plain || function == NULL || (linting->unit == PROMQL_UNIT_SECONDS && names_seconds(use->following)))
		return;
	lint_report(linting->reading, LINT_VALUE_UNIT, place_of(linting, use), "the value is %s, shown as a plain number: write {{ $value | %s }}", units[linting->unit].what, function);
}

static void check_query(const struct template_linting *linting, const struct template_use *use) {
	struct rule_builder *builder = linting->reading->builder;
	struct promql_result parsed = promql_parse(&builder->scratch, use->name, builder->options->promql_features);
	if (parsed.root != NULL)
		return;
	const struct promql_error *error = &parsed.errors[0];
	struct lint_place place = place_of(linting, use);
	if (use->is_verbatim)
		place = lint_text(linting->reading, linting->node, use->start + 1 + error->offset, use->start + 1 + error->end);
	lint_report(linting->reading, LINT_TEMPLATE_QUERY, place, "the expression of query does not parse: %.*s", STR_ARG(error->text));
}

static void check_use(void *context, const struct template_use *use) {
	const struct template_linting *linting = context;
	switch (use->kind) {
	case TEMPLATE_USE_LABEL:
		check_label(linting, use);
		return;
	case TEMPLATE_USE_VALUE:
		check_unit(linting, use);
		return;
	case TEMPLATE_USE_SHOWN:
		check_identity(linting, use);
		return;
	case TEMPLATE_USE_QUERY:
		check_query(linting, use);
		return;
	case TEMPLATE_USE_LABELS:
	case TEMPLATE_USE_SAMPLE_VALUE:
		return;
	}
}

static void check_failure(const struct template_linting *linting, const struct rule_text *text) {
	struct str why, where;
	if (!lint_expansion_fails(&linting->reading->builder->scratch, text, &why, &where))
		return;
	ptrdiff_t at = where.len > 0 ? str_find(text->text, where) : -1;
	struct lint_place place = at < 0 ? lint_node(linting->reading, linting->node) : lint_text(linting->reading, linting->node, (size_t)at, (size_t)at + where.len);
	lint_report(linting->reading, LINT_TEMPLATE_FAILS, place, "the template goes wrong whatever the data: %.*s", STR_ARG(why));
}

static const struct rule_text *text_named(const struct rule_text *const *texts, uint32_t count, struct str name) {
	for (uint32_t i = 0; i < count; i++) {
		if (str_equal(texts[i]->name, name))
			return texts[i];
	}
	return NULL;
}

static void check_texts(struct template_linting *linting, const struct yaml_string_map *written, const struct rule_text *const *texts, uint32_t count) {
	for (size_t i = 0; i < written->count; i++) {
		const struct rule_text *text = text_named(texts, count, written->items[i].name);
		linting->node = written->items[i].value_node;
		if (text == NULL || text->template == NULL)
			continue;
		template_each_use(text->template, check_use, linting);
		check_failure(linting, text);
	}
}

// Series of alerts carry it, and so may what was recorded of them, or is chosen in ways we do not follow.
static void note_alertname(void *context, struct str name, const struct promql_node *selector) {
	(void)selector;
	bool may = name.len == 0 || str_has_prefix(name, STR("ALERTS")) || str_find_char(name, ':') >= 0;
	*(bool *)context |= may;
}

void lint_templates(const struct rule_reading *reading, const struct rule *rule, const struct promql_node *root) {
	bool has_templates = rule->label_class != TEMPLATE_CONSTANT || rule->annotation_class != TEMPLATE_CONSTANT;
	if (rule->kind != RULE_ALERTING || !has_templates)
		return;
	struct template_linting linting = {
		.reading = reading,
		.labels = promql_labels_of(&reading->builder->scratch, root),
		.unit = promql_unit_of(root),
		.may_have_alertname = str_find(reading->fields.expr.text, STR("alertname")) >= 0,
	};
	promql_each_selector(root, note_alertname, &linting.may_have_alertname);
	check_texts(&linting, &reading->fields.annotations, rule->annotations, rule->annotation_count);
	linting.is_label = true;
	check_texts(&linting, &reading->fields.labels, rule->labels, rule->label_count);
}
