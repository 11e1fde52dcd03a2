// SPDX-License-Identifier: Apache-2.0
// What linting can find, as one table: names, severities and sentences of help, --list-lints and docs/lint.md come from its rows.
// A new finding is a name in the enum, a row in lint_finding.c and a check that reports it by lint_report (rules/linter.h). Pure, any thread.
#pragma once
#include "base/problems.h"

enum lint_id {
	// of rules among each other
	LINT_DUPLICATE_RULES,
	LINT_DUPLICATE_RULES_ACROSS_FILES,
	// of expressions
	LINT_EXPRESSION_TYPE,
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
