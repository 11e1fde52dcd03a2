// SPDX-License-Identifier: Apache-2.0
// Configuration texts loaded for tests, with what is said of them.
#pragma once
#include "base/buf.h"
#include "daemon/config.h"

#define BASE "route: {receiver: r}\nreceivers: [{name: r}]\n"

// Loads `text` as c.yml; appends its problems to *out. NULL: refused.
struct config *config_of(const char *text, struct config_features features, struct buf *out);
struct config *good_config(const char *text); // without a problem
// The text is refused, and all that is said is `problems`, lines without source.
void check_problems(const char *text, const char *problems);
// It loads, and this is said of it.
void check_warnings(const char *text, const char *warnings);
