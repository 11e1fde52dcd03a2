// SPDX-License-Identifier: Apache-2.0
// One row a finding. See lint_finding.h.
#include "model/lint_finding.h"

#include "base/buf.h"

#include <assert.h>

static const struct lint_finding findings[] = {
	[LINT_DUPLICATE_RULES] = { "duplicate-rules", SEVERITY_WARNING, "two rules of a file have the same name and labels: their results overwrite each other" },
	[LINT_DUPLICATE_RULES_ACROSS_FILES] = { "duplicate-rules-across-files", SEVERITY_WARNING, "a rule of another file has the same name and labels: loaded together, their results overwrite each other" },
	[LINT_EXPRESSION_TYPE] = { "expression-type", SEVERITY_WARNING, "the expression is a range vector or a string: such a rule loads, but every evaluation fails" },
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
