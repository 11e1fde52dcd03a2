// SPDX-License-Identifier: Apache-2.0
// What linting can find, as one table: names, severities and sentences of help, --list-lints and docs/lint.md come from its rows.
// A new finding is a name in the enum, a row in lint_finding.c and a check that reports it by lint_report (rules/linter.h). Pure, any thread.
#pragma once
#include "base/problems.h"

enum lint_id {
	// of rules among each other
	LINT_DUPLICATE_RULES,
	LINT_DUPLICATE_RULES_ACROSS_FILES,
	LINT_RULE_ORDER,
	// of groups
	LINT_GROUP_EMPTY,
	LINT_GROUP_INTERVAL,
	LINT_GROUP_LIMIT,
	// of times
	LINT_FOR_BELOW_INTERVAL,
	LINT_FOR_NOT_MULTIPLE,
	// of names, labels and annotations
	LINT_NAME_UTF8,
	LINT_LABEL_RESERVED,
	LINT_LABEL_SPACE,
	LINT_RECORDING_TEMPLATE,
	LINT_ANNOTATION_EMPTY,
	// of the conventions in the configuration
	LINT_ALERT_NAME,
	LINT_RECORDING_RULE_NAME,
	LINT_GROUP_NAME,
	LINT_LABEL_REQUIRED,
	LINT_LABEL_VALUE,
	LINT_ANNOTATION_REQUIRED,
	LINT_ANNOTATION_VALUE,
	LINT_FOR_TOO_SHORT,
	LINT_FOR_TOO_LONG,
	// of expressions
	LINT_EXPRESSION_TYPE,
	LINT_REGEX_NEEDLESS,
	LINT_REGEX_ANCHORS,
	LINT_MATCHER_USELESS,
	LINT_MATCHER_IMPOSSIBLE,
	LINT_COMPARISON_CONSTANT,
	LINT_COMPARISON_IMPOSSIBLE,
	LINT_LABEL_IMPOSSIBLE,
	LINT_LABEL_REPEATED,
	LINT_MATCH_IMPOSSIBLE,
	LINT_RATE_NOT_COUNTER,
	LINT_RATE_OF_AGGREGATE,
	LINT_DELTA_OF_COUNTER,
	LINT_COUNTER_COMPARED,
	LINT_RANGE_SHORT,
	LINT_HISTOGRAM_LE,
	LINT_HISTOGRAM_RATE,
	LINT_QUANTILE_RANGE,
	LINT_ABSENT_IMPOSSIBLE,
	LINT_AGGREGATE_NAN,
	LINT_TIME_FIXED,
	LINT_OFFSET_FUTURE,
	// of alerts: their expressions and templates
	LINT_ALERT_CONDITION,
	LINT_ALERT_UNSTABLE,
	LINT_TEMPLATE_LABEL,
	LINT_TEMPLATE_QUERY,
	LINT_TEMPLATE_FAILS,
	LINT_VALUE_IN_LABEL,
	LINT_VALUE_UNIT,
	// of files: reported without a linter too
	LINT_YAML_ALIAS,
	LINT_YAML_MULTI_DOCUMENT,
	LINT_NO_RULES,
	LINT_OTHER_KIND,
	LINT_OTHER_VERSION,
	LINT_OTHER_TEXT,
	LINT_IGNORED_KEY,
	// of comments that silence findings
	LINT_IGNORE_UNKNOWN,
	LINT_IGNORE_UNUSED,
	LINT_ID_COUNT
};

struct lint_finding {
	const char *id; // kebab-case, stable: people write it into files
	enum severity severity;
	const char *help; // what it finds and why that matters, as one sentence without a full stop
};

const struct lint_finding *lint_finding(enum lint_id id);
// False when no finding has this name.
bool lint_id_parse(struct str name, enum lint_id *out);
// Appends all rows as a Markdown table.
void lint_findings_format(struct buf *out);
