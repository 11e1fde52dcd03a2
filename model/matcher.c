// SPDX-License-Identifier: Apache-2.0
// One condition on a label: made, tried, printed. Reading their text is matcher_parse.c. See matcher.h.
#include "model/matcher.h"

#include "base/buf.h"
#include "base/go_text.h"

const char *matcher_op_text(enum matcher_op op) {
	switch (op) {
	case MATCH_EQUAL: return "=";
	case MATCH_NOT_EQUAL: return "!=";
	case MATCH_REGEX: return "=~";
	case MATCH_NOT_REGEX: return "!~";
	}
	unreachable("matcher operator");
}

bool matchers_add(struct matchers *matchers, enum matcher_op op, struct str name, struct str value, struct error *err) {
	struct matcher matcher = { .op = op };
	if (name.len == 0 || !str_is_utf8(name))
		return error_set(err, ERR_INVALID, "invalid label name \"%.*s\"", STR_ARG(name));
	if (!str_is_utf8(value))
		return error_set(err, ERR_INVALID, "matcher value not valid UTF-8: %.*s", STR_ARG(value));
	if (op == MATCH_REGEX || op == MATCH_NOT_REGEX) {
		matcher.regex = regex_compile(value, REGEX_ANCHORED | (matchers->dot_takes_newline ? REGEX_DOT_NEWLINE : 0), err);
		if (matcher.regex == NULL)
			return false;
	}
	matcher.name = mem_dup_str(name);
	matcher.value = mem_dup_str(value);
	array_append(matchers, matcher);
	return true;
}

void matchers_finish(struct matchers *matchers) {
	for (size_t i = 0; i < matchers->count; i++) {
		regex_destroy(matchers->items[i].regex);
		mem_free_str(matchers->items[i].name);
		mem_free_str(matchers->items[i].value);
	}
	array_finish(matchers);
}

static int compare_matchers(const void *a, const void *b) {
	const struct matcher *left = a, *right = b;
	int order = str_compare(left->name, right->name);
	if (order == 0)
		order = str_compare(left->value, right->value);
	return order != 0 ? order : (int)left->op - (int)right->op;
}

void matchers_sort(struct matchers *matchers) {
	if (matchers->count > 1)
		qsort(matchers->items, matchers->count, sizeof *matchers->items, compare_matchers);
}

bool matchers_equal(const struct matchers *a, const struct matchers *b) {
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (compare_matchers(&a->items[i], &b->items[i]) != 0)
			return false;
	return true;
}

bool matcher_matches_value(const struct matcher *matcher, struct str value) {
	switch (matcher->op) {
	case MATCH_EQUAL: return str_equal(value, matcher->value);
	case MATCH_NOT_EQUAL: return !str_equal(value, matcher->value);
	case MATCH_REGEX: return regex_test(matcher->regex, value) == REGEX_MATCH;
	case MATCH_NOT_REGEX: return regex_test(matcher->regex, value) == REGEX_NO_MATCH;
	}
	unreachable("matcher operator");
}

bool matcher_matches(const struct matcher *matcher, const struct labels *labels) {
	return matcher_matches_value(matcher, labels_get(labels, matcher->name));
}

bool matchers_match(const struct matchers *matchers, const struct labels *labels) {
	for (size_t i = 0; i < matchers->count; i++)
		if (!matcher_matches(&matchers->items[i], labels))
			return false;
	return true;
}

static bool is_classic_name(struct str name) {
	for (size_t i = 0; i < name.len; i++) {
		char c = name.data[i], lower = (char)(c | 0x20);
		if (c != '_' && (lower < 'a' || lower > 'z') && (i == 0 || c < '0' || c > '9'))
			return false;
	}
	return name.len > 0;
}

bool matcher_is_label_name(struct str name, enum matcher_mode mode) {
	return mode == MATCHER_CLASSIC ? is_classic_name(name) : name.len > 0 && str_is_utf8(name);
}

bool matcher_is_reserved(unsigned rune) {
	return go_is_space(rune) || (rune != 0 && rune < 0x80 && strchr("{}!=~,\\\"'`", (int)rune) != NULL);
}

static bool has_reserved(struct str name) {
	for (unsigned rune = 0; name.len > 0;) {
		name = str_skip(name, str_decode_rune(name, &rune));
		if (matcher_is_reserved(rune))
			return true;
	}
	return false;
}

static void append_open_metrics(struct buf *out, struct str text) {
	buf_append_char(out, '"');
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];
		if (c == '\\' || c == '"' || c == '\n')
			buf_append_char(out, '\\');
		buf_append_char(out, c == '\n' ? 'n' : c);
	}
	buf_append_char(out, '"');
}

void matcher_format(struct buf *out, const struct matcher *matcher) {
	if (has_reserved(matcher->name)) {
		go_quote(out, matcher->name);
		buf_append_cstr(out, matcher_op_text(matcher->op));
		go_quote(out, matcher->value);
		return;
	}
	buf_append_str(out, matcher->name);
	buf_append_cstr(out, matcher_op_text(matcher->op));
	append_open_metrics(out, matcher->value);
}

void matchers_format(struct buf *out, const struct matchers *matchers) {
	buf_append_char(out, '{');
	for (size_t i = 0; i < matchers->count; i++) {
		if (i > 0)
			buf_append_char(out, ',');
		matcher_format(out, &matchers->items[i]);
	}
	buf_append_char(out, '}');
}
