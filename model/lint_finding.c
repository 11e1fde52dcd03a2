// SPDX-License-Identifier: Apache-2.0
// One row a finding. See lint_finding.h.
#include "model/lint_finding.h"

#include "base/buf.h"

#include <assert.h>

static const struct lint_finding findings[] = {
	[LINT_DUPLICATE_RULES] = { "duplicate-rules", SEVERITY_WARNING, "two rules of a file have the same name and labels: their results overwrite each other" },
	[LINT_DUPLICATE_RULES_ACROSS_FILES] = { "duplicate-rules-across-files", SEVERITY_WARNING, "a rule of another file has the same name and labels: loaded together, their results overwrite each other" },
	[LINT_RULE_ORDER] = { "rule-order", SEVERITY_WARNING, "a rule reads what a later rule of its group records: rules run in order, so it sees the result of the evaluation before" },
	[LINT_GROUP_EMPTY] = { "group-empty", SEVERITY_WARNING, "a group without rules does nothing" },
	[LINT_GROUP_INTERVAL] = { "group-interval", SEVERITY_WARNING, "recording rules run so seldom that their results are older than the 5m in which queries look for them" },
	[LINT_GROUP_LIMIT] = { "group-limit", SEVERITY_WARNING, "a negative `limit` is no limit, though it reads like one" },
	[LINT_FOR_BELOW_INTERVAL] = { "for-below-interval", SEVERITY_WARNING, "`for` or `keep_firing_for` is shorter than the interval of the group: it lasts for one interval all the same" },
	[LINT_FOR_NOT_MULTIPLE] = { "for-not-multiple", SEVERITY_INFO, "`for` or `keep_firing_for` is no multiple of the interval of the group: it is rounded up to the next evaluation" },
	[LINT_NAME_UTF8] = { "name-utf8", SEVERITY_INFO, "a name beyond letters, digits and underscores: Prometheus 2 refuses the file, and queries must quote the name" },
	[LINT_LABEL_RESERVED] = { "label-reserved", SEVERITY_WARNING, "an alerting rule sets a label that Prometheus sets itself, so that its value is lost" },
	[LINT_LABEL_SPACE] = { "label-space", SEVERITY_WARNING, "a label's value begins or ends with white space (often a block scalar's line end): matchers and routes miss it" },
	[LINT_RECORDING_TEMPLATE] = { "recording-template", SEVERITY_WARNING, "a label of a recording rule holds a template: only alerting rules expand them, this one is stored as written" },
	[LINT_ANNOTATION_EMPTY] = { "annotation-empty", SEVERITY_WARNING, "an annotation without a text tells nothing" },
	[LINT_ALERT_NAME] = { "alert-name", SEVERITY_WARNING, "the name of an alert does not match `lint.alert_name`" },
	[LINT_RECORDING_RULE_NAME] = { "recording-rule-name", SEVERITY_WARNING, "the name of a recording rule does not match `lint.recording_rule_name`" },
	[LINT_GROUP_NAME] = { "group-name", SEVERITY_WARNING, "the name of a group does not match `lint.group_name`" },
	[LINT_LABEL_REQUIRED] = { "label-required", SEVERITY_WARNING, "an alerting rule lacks a label of `lint.required_labels`" },
	[LINT_LABEL_VALUE] = { "label-value", SEVERITY_WARNING, "a label of an alerting rule has a value that does not match `lint.label_values`" },
	[LINT_ANNOTATION_REQUIRED] = { "annotation-required", SEVERITY_WARNING, "an alerting rule lacks an annotation of `lint.required_annotations`" },
	[LINT_ANNOTATION_VALUE] = { "annotation-value", SEVERITY_WARNING, "an annotation has a value that does not match `lint.annotation_values`" },
	[LINT_FOR_TOO_SHORT] = { "for-too-short", SEVERITY_WARNING, "`for` is shorter than `lint.min_for`" },
	[LINT_FOR_TOO_LONG] = { "for-too-long", SEVERITY_WARNING, "`for` is longer than `lint.max_for`" },
	[LINT_EXPRESSION_TYPE] = { "expression-type", SEVERITY_WARNING, "the expression is a range vector or a string: such a rule loads, but every evaluation fails" },
	[LINT_REGEX_NEEDLESS] = { "regex-needless", SEVERITY_INFO, "the pattern is plain text, or says a thing twice: a comparison is faster and says what is meant" },
	[LINT_REGEX_ANCHORS] = { "regex-anchors", SEVERITY_INFO, "patterns of matchers are anchored at both ends already" },
	[LINT_MATCHER_USELESS] = { "matcher-useless", SEVERITY_INFO, "the matcher lets through whatever the others let through" },
	[LINT_MATCHER_IMPOSSIBLE] = { "matcher-impossible", SEVERITY_WARNING, "no series can satisfy the matchers: the selector gives nothing, ever" },
	[LINT_COMPARISON_CONSTANT] = { "comparison-constant", SEVERITY_WARNING, "numbers are compared with numbers: the result is the same at every evaluation" },
	[LINT_COMPARISON_IMPOSSIBLE] = { "comparison-impossible", SEVERITY_WARNING, "the comparison holds for no value that its operand can have, such as `count(x) == 0`: it gives nothing, ever" },
	[LINT_LABEL_IMPOSSIBLE] = { "label-impossible", SEVERITY_WARNING, "a label is grouped by, matched on or copied that the series there cannot have any more" },
	[LINT_LABEL_REPEATED] = { "label-repeated", SEVERITY_INFO, "a list names a label twice" },
	[LINT_MATCH_IMPOSSIBLE] = { "match-impossible", SEVERITY_WARNING, "the two sides of an operator have different labels and no `on` or `ignoring` that says which count: nothing matches" },
	[LINT_RATE_NOT_COUNTER] = { "rate-not-counter", SEVERITY_INFO, "rate() and its kin are for counters; of a gauge every fall counts as a reset" },
	[LINT_RATE_OF_AGGREGATE] = { "rate-of-aggregate", SEVERITY_WARNING, "the rate of a sum takes each restart of one of its series for a reset of all: take rates first, then the sum" },
	[LINT_DELTA_OF_COUNTER] = { "delta-of-counter", SEVERITY_WARNING, "delta() and its kin are for gauges; of a counter each restart of its process is a large fall" },
	[LINT_COUNTER_COMPARED] = { "counter-compared", SEVERITY_INFO, "a counter says what happened since its process began: such a comparison stays true until the next restart" },
	[LINT_RANGE_SHORT] = { "range-short", SEVERITY_WARNING, "the range holds too few samples for a rate at common scrape intervals: one failed scrape leaves a gap" },
	[LINT_HISTOGRAM_LE] = { "histogram-le", SEVERITY_WARNING, "histogram_quantile() needs the label le of the buckets, and an aggregation removes it: it gives nothing" },
	[LINT_HISTOGRAM_RATE] = { "histogram-rate", SEVERITY_WARNING, "the quantile of raw buckets is one of all time since the process began, which hardly ever moves" },
	[LINT_QUANTILE_RANGE] = { "quantile-range", SEVERITY_WARNING, "quantiles go from 0 to 1; others are infinite" },
	[LINT_ABSENT_IMPOSSIBLE] = { "absent-impossible", SEVERITY_WARNING, "what absent() looks for is always there: it gives nothing, ever" },
	[LINT_AGGREGATE_NAN] = { "aggregate-nan", SEVERITY_INFO, "a series where nothing happened divides by zero, and one NaN makes the whole sum or average NaN, for which no comparison holds" },
	[LINT_TIME_FIXED] = { "time-fixed", SEVERITY_WARNING, "`@` with a number asks for the same moment at every evaluation" },
	[LINT_OFFSET_FUTURE] = { "offset-future", SEVERITY_WARNING, "a negative offset asks for samples of the future, which are not there when a rule is evaluated" },
	[LINT_ALERT_CONDITION] = { "alert-condition", SEVERITY_WARNING, "the expression compares nothing: the alert fires for every series there is, whatever its value" },
	[LINT_ALERT_UNSTABLE] = { "alert-unstable", SEVERITY_INFO, "topk() and its kin choose other series from one evaluation to the next: alerts come and go" },
	[LINT_TEMPLATE_LABEL] = { "template-label", SEVERITY_WARNING, "a template shows a label that the expression's result cannot have: it is always empty" },
	[LINT_TEMPLATE_QUERY] = { "template-query", SEVERITY_WARNING, "the expression of a `query` in a template does not parse: its expansion fails whenever the alert fires" },
	[LINT_TEMPLATE_FAILS] = { "template-fails", SEVERITY_WARNING, "a template fails, or printf in it does, whatever the data: people get an error in place of its text" },
	[LINT_VALUE_IN_LABEL] = { "value-in-label", SEVERITY_WARNING, "a label shows a value: with each new value it is another alert, whose `for` starts anew" },
	[LINT_VALUE_UNIT] = { "value-unit", SEVERITY_INFO, "a template shows bytes, ratios or times as a plain number: a humanize function makes them readable" },
	[LINT_YAML_ALIAS] = { "yaml-alias", SEVERITY_WARNING, "`record`, `alert` or `expr` is a YAML alias: Prometheus before 3.3 takes the name of the anchor for the value" },
	[LINT_YAML_MULTI_DOCUMENT] = { "yaml-multi-document", SEVERITY_WARNING, "the file has more than one YAML document: tocsin reads them all, Prometheus the first only" },
	[LINT_NO_RULES] = { "no-rules", SEVERITY_WARNING, "a file of Kubernetes objects holds no rules at all: it is the wrong file" },
	[LINT_OTHER_KIND] = { "other-kind", SEVERITY_INFO, "a Kubernetes object is passed over: its kind holds no rules, or it has none" },
	[LINT_OTHER_VERSION] = { "other-version", SEVERITY_WARNING, "a Kubernetes object is passed over: its kind would hold rules, its `apiVersion` is another" },
	[LINT_OTHER_TEXT] = { "other-text", SEVERITY_WARNING, "a text of a ConfigMap is passed over: it is a rule file but for its `groups`" },
	[LINT_IGNORED_KEY] = { "ignored-key", SEVERITY_INFO, "a key of the PrometheusRule format that has no effect here" },
	[LINT_IGNORE_UNKNOWN] = { "ignore-unknown", SEVERITY_WARNING, "a `# tocsin:` comment that is not understood silences nothing" },
	[LINT_IGNORE_UNUSED] = { "ignore-unused", SEVERITY_INFO, "a comment silences a finding that is not there: what it excused is gone, or it stands at the wrong line" },
};
_Static_assert(sizeof findings / sizeof *findings == LINT_ID_COUNT, "one row a finding");

const struct lint_finding *lint_finding(enum lint_id id) {
	assert(id < LINT_ID_COUNT);
	return &findings[id];
}

bool lint_id_parse(struct str name, enum lint_id *out) {
	for (enum lint_id id = 0; id < LINT_ID_COUNT; id++) {
		if (str_equal_cstr(name, findings[id].id)) {
			*out = id;
			return true;
		}
	}
	return false;
}

void lint_findings_format(struct buf *out) {
	buf_append_cstr(out, "| finding | severity | what it finds, and why it matters |\n|---|---|---|\n");
	for (enum lint_id id = 0; id < LINT_ID_COUNT; id++)
		buf_format(out, "| `%s` | %s | %s |\n", findings[id].id, severity_name(findings[id].severity), findings[id].help);
}
