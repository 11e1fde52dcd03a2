// SPDX-License-Identifier: Apache-2.0
// One evaluation of one rule, from the question to the decision. As many exist as the evaluator may have queries in flight.
#pragma once
#include "evaluator/evaluator_role.h"

struct rule_run *rule_run_create(struct evaluator *evaluator);
void rule_run_destroy(struct rule_run *run); // cancels what is under way; nothing changes
// Asks for the group's next rule, with a permit of its datasource, which it gives back at the end; ends in group_run_continue, after it let the group go.
void rule_run_start(struct rule_run *run, struct group_state *group);
void rule_run_cancel(struct rule_run *run); // forgets the evaluation and frees the run for others
void rule_run_free(struct rule_run *run);   // into the evaluator's list of free ones
struct rule_run *rule_run_next_free(const struct rule_run *run);
