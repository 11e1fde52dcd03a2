// SPDX-License-Identifier: Apache-2.0
// A rule with the setup it came from, kept alive for whatever outlives the rule: alerts still read by others.
// Immutable and counted: any thread may read it while holding a reference.
#pragma once
#include "evaluator/evaluator.h"

struct rule_context {
	struct ref ref;
	struct evaluation_setup *setup;   // a reference
	const struct rule *rule;          // in setup->rules
	struct alert_origin *origin;      // a reference: key and generator URL, of alerts that have none of their own
	const struct labels *annotations; // owned: the same for every alert of the rule; NULL unless all annotations are constant
};

struct rule_context *rule_context_create(struct evaluation_setup *setup, const struct rule *rule);
struct rule_context *rule_context_ref(struct rule_context *context);
void rule_context_unref(struct rule_context *context); // NULL is fine

struct buf;
