// SPDX-License-Identifier: Apache-2.0
// Since when alerts are active that another program knew: a rule without rows asks its datasource for ALERTS_FOR_STATE once its first evaluations
// have found pending alerts. Evaluations never wait for it: each datasource is asked one such question at a time, when no group is in line for it.
// Evaluator only. Source: Prometheus rules/group.go, RestoreForState; docs/decisions/0027-what-others-knew.md.
#pragma once
#include "evaluator/evaluator_role.h"

// At start: rules of which there are no rows may ask after their next evaluations.
void alert_restore_begin(struct evaluator *evaluator);
// A good evaluation is over. True: the series of its alerts are not to be written yet, for they would say what is about to change.
bool alert_restore_consider(struct group_state *group, struct rule_state *rule);
void alert_restore_turn(struct evaluator *evaluator); // asks what may be asked now
// The rule leaves its group (or the end is near): what is under way is forgotten, and asked again after its next evaluation, if there is one.
void alert_restore_leave(struct rule_state *rule);
void alert_restore_drop(struct rule_state *rule); // after leave; without any is fine

// What is asked: "ALERTS_FOR_STATE{alertname="Down",severity="page"}", with those labels of the rule that say the same for each of its alerts.
void alert_restore_selector(struct buf *out, const struct rule *rule);
