// SPDX-License-Identifier: Apache-2.0
// --enable-feature as Prometheus' programs take it: for all commands that read expressions.
#pragma once
#include "cli/command.h"
#include "model/matcher.h"

#define FEATURE_FLAG(type, member) \
	{ "enable-feature", FLAG_LIST, offsetof(type, member), NULL, "A,B", "Features of PromQL to accept: promql-experimental-functions, promql-extended-range-selectors, promql-binop-fill-modifiers. Can be repeated." }

// The same with the features of Alertmanager, as one list: those of matchers into *mode; of the others none changes anything here.
#define SERVE_FEATURE_FLAG(type, member) \
	{ "enable-feature", FLAG_LIST, offsetof(type, member), NULL, "A,B", "Features of PromQL as for check, and Alertmanager's: classic-mode or utf8-strict-mode; the rest of them does nothing. Can be repeated." }
bool feature_flag_read_serve(const struct flag_list *texts, unsigned *out, enum matcher_mode *mode);

// The features of all texts, as bits of enum promql_feature. False after telling of a name that Prometheus does not know.
bool feature_flag_read(const char *command, const struct flag_list *texts, unsigned *out);
