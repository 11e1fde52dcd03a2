// SPDX-License-Identifier: Apache-2.0
// Lines for the operator on stderr: logfmt or JSON, values escaped. Only roles, daemon/ and cli/ log; everything below returns errors.
// Secrets never come here: a value that holds one is replaced by its owner before.
#pragma once
#include "base/cleanup.h"
#include "base/str.h"

#include <stdbool.h>

enum log_level { LOG_DEBUG,
	LOG_INFO,
	LOG_WARN,
	LOG_ERROR };
enum log_format { LOG_LOGFMT,
	LOG_JSON };

void log_configure(enum log_level level, enum log_format format); // main thread, before roles start
bool log_level_parse(struct str name, enum log_level *out);       // debug info warn error, in upper case too
bool log_format_parse(struct str name, enum log_format *out);     // logfmt json
bool log_is_enabled(enum log_level level);

// One line: time, level, component, msg, then key/value pairs of C strings, ended by NULL. Any thread; one write(2) a line.
//   log_line(LOG_WARN, "evaluator", "query failed", "group", name, "err", err.text, NULL);
__attribute__((sentinel)) void log_line(enum log_level level, const char *component, const char *message, ...);
