// SPDX-License-Identifier: Apache-2.0
// Plain patterns. See expr_pattern.h.
#include "promql/expr_pattern.h"

#include <string.h>

static bool is_meta(char c) {
	return c != '\0' && strchr("\\.+*?()[]{}^$|", c) != NULL;
}

static bool is_escaped(struct str text, size_t at) {
	size_t slashes = 0;
	while (slashes < at && text.data[at - slashes - 1] == '\\')
		slashes++;
	return slashes % 2 == 1;
}

static struct str strip_anchors(struct str text, bool *found) {
	if (text.len > 0 && text.data[0] == '^') {
		text = str_skip(text, 1);
		*found = true;
	}
	if (text.len > 0 && text.data[text.len - 1] == '$' && !is_escaped(text, text.len - 1)) {
		text.len--;
		*found = true;
	}
	return text;
}

// (x) and (?:x) around all of it.
static struct str strip_group(struct str text) {
	if (text.len < 2 || text.data[0] != '(' || text.data[text.len - 1] != ')' || is_escaped(text, text.len - 1))
		return text;
	struct str inner = str_make(text.data + 1, text.len - 2);
	if (str_has_prefix(inner, STR("?:")))
		inner = str_skip(inner, 2);
	for (size_t i = 0; i < inner.len; i++) {
		if ((inner.data[i] == '(' || inner.data[i] == ')') && !is_escaped(inner, i))
			return text;
	}
	return inner;
}

// The text that a pattern without operators matches. False when it has some.
static bool read_literal(struct arena *arena, struct str pattern, struct str *out) {
	char *bytes = arena_alloc_bytes(arena, pattern.len + 1);
	size_t count = 0;
	for (size_t i = 0; i < pattern.len; i++) {
		char c = pattern.data[i];
		if (c == '\\') {
			bool is_sign = i + 1 < pattern.len && (is_meta(pattern.data[i + 1]) || strchr("-/:_, @=\"'", pattern.data[i + 1]) != NULL);
			if (!is_sign)
				return false;
			c = pattern.data[++i];
		} else if (is_meta(c)) {
			return false;
		}
		bytes[count++] = c;
	}
	*out = str_make(bytes, count);
	return true;
}

static void read_literals(struct arena *arena, struct pattern *pattern) {
	struct str rest = strip_group(pattern->body);
	size_t alternatives = 1;
	for (size_t i = 0; i < rest.len; i++)
		alternatives += rest.data[i] == '|';
	if (alternatives > PATTERN_LITERALS_MAX)
		return;
	pattern->literals = ARENA_NEW_ARRAY(arena, struct str, alternatives);
	for (size_t i = 0, start = 0; i <= rest.len; i++) {
		if (i < rest.len && (rest.data[i] != '|' || is_escaped(rest, i)))
			continue;
		if (!read_literal(arena, str_make(rest.data + start, i - start), &pattern->literals[pattern->count++]))
			return;
		start = i + 1;
	}
	pattern->kind = PATTERN_LITERALS;
}

struct pattern pattern_read(struct arena *arena, struct str text) {
	struct pattern pattern = { .kind = PATTERN_OTHER };
	pattern.body = strip_anchors(text, &pattern.has_anchors);
	struct str inner = strip_group(pattern.body);
	if (str_equal(inner, STR(".*")))
		pattern.kind = PATTERN_ANYTHING;
	else if (str_equal(inner, STR(".+")))
		pattern.kind = PATTERN_SOMETHING;
	else
		read_literals(arena, &pattern);
	return pattern;
}

bool pattern_has(const struct pattern *pattern, struct str literal) {
	for (size_t i = 0; i < pattern->count; i++) {
		if (str_equal(pattern->literals[i], literal))
			return true;
	}
	return false;
}
