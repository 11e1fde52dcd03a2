// SPDX-License-Identifier: Apache-2.0
// Where an alert came from, as a link: generatorURL. By Prometheus' rule the graph of its expression, or by the setup's template.
// Source: Prometheus rules/manager.go and util/strutil, TableLinkForExpression; vmalert app/vmalert/main.go, getAlertURLGenerator.
#pragma once
#include "evaluator/evaluator.h"

struct alert_facts { // what a template may say of the alert
	const struct labels *labels;
	double value;
	wall_ms active_at, now;
};

// Appends the link of an alert of the rule. False: the template failed, err says how; then the default one is appended.
bool alert_source_link(struct buf *out, const struct evaluation_setup *setup, const struct rule *rule, const struct alert_facts *alert, struct error *err);
