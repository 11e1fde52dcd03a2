// SPDX-License-Identifier: Apache-2.0
// --enable-feature as Prometheus' programs and Alertmanager take it: for all commands that read expressions or matchers.
#pragma once
#include "cli/command.h"
#include "daemon/config.h"

#define FEATURE_FLAG(type, member) \
	{ "enable-feature", FLAG_LIST, offsetof(type, member), NULL, "A,B", "Features of PromQL to accept: promql-experimental-functions, promql-extended-range-selectors, promql-binop-fill-modifiers; how matchers are read: classic-mode or utf8-strict-mode. Alertmanager's other features are taken and do nothing. Can be repeated." }

// The features of all texts; serve logs those that change nothing. ERR_INVALID for a name that neither Prometheus nor Alertmanager knows.
MUST_CHECK bool feature_flag_parse(const char *command, const struct flag_list *texts, struct config_features *out, struct error *err);
// The same. False after telling of a name that neither Prometheus nor Alertmanager knows.
bool feature_flag_read(const char *command, const struct flag_list *texts, struct config_features *out);
