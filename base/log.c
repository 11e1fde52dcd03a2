// SPDX-License-Identifier: Apache-2.0
// Lines for the operator on stderr. See log.h.
#include "base/log.h"

#include "base/buf.h"
#include "base/clock.h"

static enum log_level lowest_shown = LOG_INFO; // written before roles start, then only read
static enum log_format shown_format = LOG_LOGFMT;

static const char *const level_names[] = { "debug", "info", "warn", "error" };

void log_configure(enum log_level level, enum log_format format) {
	lowest_shown = level;
	shown_format = format;
}

bool log_level_parse(struct str name, enum log_level *out) {
	for (size_t i = 0; i < sizeof level_names / sizeof *level_names; i++)
		if (str_equal_nocase(name, str_of(level_names[i]))) {
			*out = (enum log_level)i;
			return true;
		}
	return false;
}

bool log_format_parse(struct str name, enum log_format *out) {
	if (str_equal(name, STR("json")))
		*out = LOG_JSON;
	else if (str_equal(name, STR("logfmt")))
		*out = LOG_LOGFMT;
	else
		return false;
	return true;
}

bool log_is_enabled(enum log_level level) {
	return level >= lowest_shown;
}

// Both formats escape alike: quotes, backslashes and control characters, so that no value can start a line of its own.
static void append_quoted(struct buf *out, struct str text) {
	buf_append_char(out, '"');
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.data[i];
		if (c == '"' || c == '\\')
			buf_format(out, "\\%c", c);
		else if (c == '\n')
			buf_append_cstr(out, "\\n");
		else if (c == '\t')
			buf_append_cstr(out, "\\t");
		else if (c < 0x20 || c == 0x7f)
			buf_format(out, "\\u%04x", c);
		else
			buf_append_char(out, (char)c);
	}
	buf_append_char(out, '"');
}

static bool is_plain(struct str text) {
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.data[i];
		if (c <= ' ' || c == '"' || c == '=' || c == '\\' || c == 0x7f)
			return false;
	}
	return text.len > 0;
}

static void append_pair(struct buf *out, const char *key, struct str value) {
	if (shown_format == LOG_JSON) {
		buf_append_cstr(out, out->len > 1 ? "," : "");
		append_quoted(out, str_of(key));
		buf_append_char(out, ':');
		append_quoted(out, value);
		return;
	}
	buf_format(out, "%s%s=", out->len > 0 ? " " : "", key);
	if (is_plain(value))
		buf_append_str(out, value);
	else
		append_quoted(out, value);
}

void log_line(enum log_level level, const char *component, const char *message, ...) {
	if (!log_is_enabled(level))
		return;
	autobuf struct buf line = { 0 };
	autobuf struct buf now = { 0 };
	clock_append_rfc3339(&now, clock_wall());
	if (shown_format == LOG_JSON)
		buf_append_char(&line, '{');
	append_pair(&line, "ts", buf_str(&now));
	append_pair(&line, "level", str_of(level_names[level]));
	append_pair(&line, "component", str_of(component));
	append_pair(&line, "msg", str_of(message));
	va_list pairs;
	va_start(pairs, message);
	for (const char *key = va_arg(pairs, const char *); key != NULL; key = va_arg(pairs, const char *)) {
		const char *value = va_arg(pairs, const char *);
		append_pair(&line, key, str_of(value));
	}
	va_end(pairs);
	buf_append_cstr(&line, shown_format == LOG_JSON ? "}\n" : "\n");
	ssize_t put = write(STDERR_FILENO, line.data, line.len);
	(void)put; // a closed stderr must not stop an alerter
}
