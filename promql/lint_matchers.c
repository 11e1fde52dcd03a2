// SPDX-License-Identifier: Apache-2.0
// Matchers of selectors: patterns that need none, what adds nothing, and what no series can satisfy.
#include "base/buf.h"
#include "base/go_text.h"
#include "base/regex.h"
#include "promql/expr_lint.h"
#include "promql/expr_pattern.h"

struct reading {
	const struct promql_lint *lint;
	const struct promql_node *node;
	struct pattern *patterns; // one a matcher; those of regular expressions are read
};

static bool is_regex(const struct node_matcher *matcher) {
	return matcher->op == TOKEN_EQUAL_REGEX || matcher->op == TOKEN_NOT_REGEX;
}

static bool is_negative(const struct node_matcher *matcher) {
	return matcher->op == TOKEN_NOT_EQUAL || matcher->op == TOKEN_NOT_REGEX;
}

// From the name to the end of the value's quotes.
static struct str matcher_text(const struct reading *reading, const struct node_matcher *matcher) {
	struct str whole = expr_text(reading->lint, reading->node), from = expr_name(reading->lint, matcher->name, reading->node);
	if (from.data == whole.data && from.len == whole.len)
		return whole;
	size_t left = (size_t)(whole.data + whole.len - from.data), i = from.len;
	i += i < left && strchr("\"'`", from.data[i]) != NULL; // the end of a quoted name
	while (i < left && strchr("\"'`", from.data[i]) == NULL)
		i++;
	char quote = i < left ? from.data[i++] : '\0';
	for (; i < left && from.data[i] != quote; i++)
		i += from.data[i] == '\\' && quote != '`';
	from.len = i < left ? i + 1 : left;
	return from;
}

static void append_matcher(struct buf *out, struct str name, const char *op, struct str value) {
	buf_append_str(out, name);
	buf_append_cstr(out, op);
	go_quote(out, value);
}

static void suggest(const struct reading *reading, const struct node_matcher *matcher, const char *why, const char *op, struct str value) {
	autobuf struct buf better = { 0 };
	append_matcher(&better, matcher->name, op, value);
	expr_report(reading->lint, LINT_REGEX_NEEDLESS, matcher_text(reading, matcher), "%s: write %s", why, buf_cstr(&better));
}

static void check_repeated(const struct reading *reading, const struct node_matcher *matcher, const struct pattern *pattern) {
	for (size_t i = 1; i < pattern->count; i++) {
		const struct pattern before = { .literals = pattern->literals, .count = i };
		if (!pattern_has(&before, pattern->literals[i]))
			continue;
		autobuf struct buf quoted = { 0 };
		go_quote(&quoted, pattern->literals[i]);
		expr_report(reading->lint, LINT_REGEX_NEEDLESS, matcher_text(reading, matcher), "the pattern has %s twice: once is enough", buf_cstr(&quoted));
		return;
	}
}

static void check_anything(const struct reading *reading, const struct node_matcher *matcher) {
	struct str text = matcher_text(reading, matcher);
	if (is_negative(matcher))
		expr_report(reading->lint, LINT_MATCHER_IMPOSSIBLE, text, "the pattern matches everything, so no series is left: correct or remove the matcher");
	else
		expr_report(reading->lint, LINT_MATCHER_USELESS, text, "the pattern matches everything, series without the label too: remove the matcher");
}

static void check_pattern(const struct reading *reading, const struct node_matcher *matcher, const struct pattern *pattern) {
	bool negative = is_negative(matcher);
	if (pattern->kind == PATTERN_ANYTHING)
		check_anything(reading, matcher);
	else if (pattern->kind == PATTERN_SOMETHING)
		suggest(reading, matcher, "the pattern matches every value but the empty one", negative ? "=" : "!=", STR_NONE);
	else if (pattern->kind == PATTERN_LITERALS && pattern->count == 1)
		suggest(reading, matcher, "the pattern is plain text", negative ? "!=" : "=", pattern->literals[0]);
	else if (pattern->has_anchors)
		expr_report(reading->lint, LINT_REGEX_ANCHORS, matcher_text(reading, matcher), "a pattern always matches the whole value: leave out ^ and $");
	else if (pattern->kind == PATTERN_LITERALS)
		check_repeated(reading, matcher, pattern);
}

// `regex` is compiled for patterns that are not plain to see.
static bool pattern_accepts(const struct pattern *pattern, const struct regex *regex, struct str value) {
	switch (pattern->kind) {
	case PATTERN_ANYTHING:
		return true;
	case PATTERN_SOMETHING:
		return value.len > 0;
	case PATTERN_LITERALS:
		return pattern_has(pattern, value);
	case PATTERN_OTHER:
		return regex != NULL && regex_test(regex, value) == REGEX_MATCH;
	}
	unreachable("pattern kind");
}

// The values a matcher leaves, when they are few and known. 0: it leaves others.
static size_t values_of(const struct reading *reading, size_t at, const struct str **out) {
	const struct node_matcher *matcher = &reading->node->selector.matchers[at];
	if (is_negative(matcher))
		return 0;
	*out = is_regex(matcher) ? reading->patterns[at].literals : &matcher->value;
	if (!is_regex(matcher))
		return 1;
	return reading->patterns[at].kind == PATTERN_LITERALS ? reading->patterns[at].count : 0;
}

enum verdict { VERDICT_SOME,
	VERDICT_NONE,
	VERDICT_ALL,
	VERDICT_UNKNOWN };

static enum verdict verdict_of(size_t accepted, size_t count) {
	return accepted == 0 ? VERDICT_NONE : accepted == count ? VERDICT_ALL
	                                                        : VERDICT_SOME;
}

// How many of the values the matcher lets through.
static enum verdict judge(const struct reading *reading, size_t at, const struct str *values, size_t count) {
	const struct node_matcher *matcher = &reading->node->selector.matchers[at];
	const struct pattern *pattern = &reading->patterns[at];
	bool needs_regex = is_regex(matcher) && pattern->kind == PATTERN_OTHER;
	struct regex *regex = needs_regex ? regex_compile(matcher->value, REGEX_ANCHORED | REGEX_DOT_NEWLINE | REGEX_ONCE, NULL) : NULL;
	size_t accepted = 0;
	for (size_t i = 0; i < count; i++) {
		bool matches = is_regex(matcher) ? pattern_accepts(pattern, regex, values[i]) : str_equal(matcher->value, values[i]);
		accepted += matches != is_negative(matcher);
	}
	regex_destroy(regex);
	return needs_regex && regex == NULL ? VERDICT_UNKNOWN : verdict_of(accepted, count);
}

static void report_pair(const struct reading *reading, enum lint_id id, size_t at, size_t other, const char *what) {
	const struct node_matcher *matchers = reading->node->selector.matchers;
	struct str text = matcher_text(reading, &matchers[at]), against = matcher_text(reading, &matchers[other]);
	expr_report(reading->lint, id, text, "%.*s %s %.*s: %s", STR_ARG(text), id == LINT_MATCHER_IMPOSSIBLE ? "and" : "adds nothing to", STR_ARG(against), what);
}

// The known values of one matcher before another one of the same label.
static void check_pair(const struct reading *reading, size_t at, size_t other) {
	const struct str *values;
	size_t count = values_of(reading, at, &values);
	if (count == 0)
		return;
	enum verdict verdict = judge(reading, other, values, count);
	if (verdict == VERDICT_NONE)
		report_pair(reading, LINT_MATCHER_IMPOSSIBLE, other, at, "no series has both, correct one of them");
	else if (verdict == VERDICT_ALL)
		report_pair(reading, LINT_MATCHER_USELESS, other, at, "remove it");
}

static bool is_same(const struct node_matcher *a, const struct node_matcher *b) {
	return a->op == b->op && str_equal(a->value, b->value);
}

// Each matcher with the one of the same label that leaves the fewest values.
static void check_against(const struct reading *reading, size_t at) {
	const struct promql_node *node = reading->node;
	size_t best = at, fewest = SIZE_MAX;
	for (size_t i = 0; i < node->selector.count; i++) {
		const struct str *values;
		if (!str_equal(node->selector.matchers[i].name, node->selector.matchers[at].name))
			continue;
		if (i < at && is_same(&node->selector.matchers[i], &node->selector.matchers[at])) {
			report_pair(reading, LINT_MATCHER_USELESS, at, i, "remove one of them");
			return;
		}
		size_t count = values_of(reading, i, &values);
		if (count > 0 && count < fewest) {
			best = i;
			fewest = count;
		}
	}
	if (best != at)
		check_pair(reading, best, at);
}

enum { MATCHERS_MAX = 64 }; // of a selector that are held against each other

void lint_matchers(const struct promql_lint *lint, const struct promql_node *node) {
	size_t count = node->selector.count;
	if (count == 0 || count > MATCHERS_MAX)
		return;
	struct reading reading = { lint, node, ARENA_NEW_ARRAY(lint->arena, struct pattern, count) };
	for (size_t i = 0; i < count; i++) {
		const struct node_matcher *matcher = &node->selector.matchers[i];
		if (!is_regex(matcher))
			continue;
		reading.patterns[i] = pattern_read(lint->arena, matcher->value);
		check_pattern(&reading, matcher, &reading.patterns[i]);
	}
	for (size_t i = 0; i < count && count > 1; i++)
		check_against(&reading, i);
}
