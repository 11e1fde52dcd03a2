// SPDX-License-Identifier: Apache-2.0
// The API without a network: requests by hand to routes over hand-built views.
#pragma once
#include "api/routes.h"
#include "tests/harness/test.h"

struct api_rig {
	struct api_setup *setup;
	struct server *server; // bound, not started
	struct rule_set *rules;
	struct evaluation_view *view; // of `rules`: groups in order, never evaluated
};

// `rules` is a rule file; NULL: none.
void api_rig_init(struct api_rig *rig, const char *rules);
void api_rig_finish(struct api_rig *rig);
void api_rig_set_prefix(struct api_rig *rig, const char *prefix);
// A request up to where its route is found; the caller destroys it.
struct request *api_rig_request(struct api_rig *rig, const char *method, const char *target);
// Runs its route's handler, if there is one, with the rig's view, and renders the whole reply into request->text.
void api_rig_run(struct api_rig *rig, struct request *request);
// Both, with the reply's text. The status is checked.
struct request *api_rig_get(struct api_rig *rig, const char *target, unsigned status);
// The view of a rule by its place.
struct rule_view *api_rig_rule(struct api_rig *rig, size_t group, size_t rule);
// Makes the rule have one more alert. Texts are name=value|…
void api_rig_add_alert(struct api_rig *rig, struct rule_view *rule, struct alert_record *record);
const struct labels *api_rig_labels(const char *text);
