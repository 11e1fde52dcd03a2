// SPDX-License-Identifier: Apache-2.0
// A rule's labels and annotations expanded for one element of an answer. Pure but for the answers to `query`, which its caller fetches.
// Source of its rules: Prometheus rules/alerting.go, Eval; LAWS 8 and 10.
#pragma once
#include "base/arena.h"
#include "base/array.h"
#include "base/error.h"
#include "evaluator/rule_context.h"

// What `query "EXPR"` answered in this evaluation.
struct template_answer {
	struct str expr;
	bool has_failed;
	struct str error; // why, when it failed
	struct template_vector vector;
};

struct template_answers { // all texts and samples live in the evaluation's arena
	ARRAY_OF(struct template_answer);
};

// What became of a rule's expansions.
struct expansion_outcome {
	uint64_t expanded, failed;
	struct error first; // of the ones that failed
};

// Counts one more; err NULL: it did not fail. outcome NULL is fine.
void expansion_note(struct expansion_outcome *outcome, const struct error *err);

// One expansion after the other for one element.
struct expansion {
	const struct rule_context *context;
	const struct label *labels; // the element's, __name__ included, sorted
	size_t label_count;
	double value;
	wall_ms now;                            // the slot
	const struct template_answers *answers; // NULL: `query` fails
	struct arena *arena;                    // for results and temporary values
	struct str needed;                      // set when a function below gave up: the query to ask before running it again
	struct expansion_outcome *outcome;      // added to; may be NULL
	const struct value *data;               // what templates see, and the name errors call them by: made by the first one
	struct str name;
};

// The alert's identity: the element's labels without __name__, overlaid by the rule's; alertname forced. A new reference,
// or NULL when expansion->needed must be asked first.
const struct labels *expand_identity(struct expansion *expansion);
// The alert's annotations, empty ones included. The same contract.
const struct labels *expand_annotations(struct expansion *expansion);
// The same for whoever writes them out at once: as many as the rule has, sorted by name, all of it in the expansion's arena.
const struct label *expand_annotation_items(struct expansion *expansion);
