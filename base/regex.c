// SPDX-License-Identifier: Apache-2.0
// Regular expressions: the only user of PCRE2. What is RE2's and what is refused is decided in regex_syntax.c. See regex.h.
#include "base/regex.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/regex_syntax.h"

#include <pthread.h>
#include <stdlib.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

// As LIMIT_REGEX_BYTES, LIMIT_REGEX_SUBJECT_BYTES and LIMIT_REGEX_STEPS, which are above base/.
enum { PATTERN_MAX = 64 << 10,
	SUBJECT_MAX = 1 << 20,
	STEPS_MAX = 100000,
	HEAP_MAX_KIB = 20000,
	GROUPS_NESTED_MAX = 260 };

struct regex {
	pcre2_code *code;
	pcre2_match_context *limits; // read only once made
	struct regex_syntax syntax;  // for the names of groups
};

void regex_destroy(struct regex *regex) {
	if (regex == NULL)
		return;
	pcre2_code_free(regex->code);
	pcre2_match_context_free(regex->limits);
	regex_syntax_finish(&regex->syntax);
	free(regex);
}

static pcre2_match_context *make_limits(void) {
	pcre2_match_context *limits = pcre2_match_context_create(NULL);
	if (limits == NULL)
		abort();
	pcre2_set_match_limit(limits, STEPS_MAX);
	pcre2_set_depth_limit(limits, STEPS_MAX);
	pcre2_set_heap_limit(limits, HEAP_MAX_KIB);
	return limits;
}

static pcre2_code *compile_pcre2(struct str pattern, struct str shown, unsigned flags, struct error *err) {
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);
	if (context == NULL)
		abort();
	pcre2_set_newline(context, PCRE2_NEWLINE_LF);
	pcre2_set_parens_nest_limit(context, GROUPS_NESTED_MAX);
	uint32_t options = PCRE2_UTF | PCRE2_NO_UTF_CHECK | PCRE2_DOLLAR_ENDONLY | PCRE2_ALT_CIRCUMFLEX | PCRE2_NEVER_BACKSLASH_C;
	if (flags & REGEX_DOT_NEWLINE)
		options |= PCRE2_DOTALL;
	int why = 0;
	PCRE2_SIZE at = 0;
	pcre2_code *code = pcre2_compile((PCRE2_SPTR)(pattern.len == 0 ? "" : pattern.data), pattern.len, options, &why, &at, context);
	pcre2_compile_context_free(context);
	if (code == NULL) { // RE2 takes it, PCRE2 finds it too large
		char text[128];
		pcre2_get_error_message(why, (PCRE2_UCHAR *)text, sizeof text);
		error_set(err, ERR_LIMIT, "error parsing regexp: %s: `%.*s`", text, STR_ARG(shown));
		return NULL;
	}
	if ((flags & REGEX_ONCE) == 0)
		pcre2_jit_compile(code, PCRE2_JIT_COMPLETE); // without JIT the interpreter does it
	return code;
}

// Go anchors by wrapping the text, and shows the wrapped text in its errors; so do we.
static void wrap(struct buf *out, struct str pattern, unsigned flags) {
	if (flags & REGEX_ANCHORED)
		buf_append_cstr(out, flags & REGEX_DOT_NEWLINE ? "^(?s:" : "^(?:");
	buf_append_str(out, pattern);
	if (flags & REGEX_ANCHORED)
		buf_append_cstr(out, ")$");
}

struct regex *regex_compile(struct str pattern, unsigned flags, struct error *err) {
	if (pattern.len > PATTERN_MAX) {
		error_set(err, ERR_LIMIT, "regular expression of %zu bytes, at most %d are allowed", pattern.len, PATTERN_MAX);
		return NULL;
	}
	struct regex *regex = MEM_NEW(struct regex);
	autobuf struct buf whole = { 0 };
	wrap(&whole, pattern, flags);
	if (regex_syntax_translate(buf_str(&whole), &regex->syntax, err)) {
		regex->limits = make_limits();
		regex->code = compile_pcre2(buf_str(&regex->syntax.pcre2), pattern, flags, err);
		buf_finish(&regex->syntax.pcre2);
	}
	if (regex->code != NULL)
		return regex;
	regex_destroy(regex);
	return NULL;
}

bool regex_check(struct str pattern, struct error *err) {
	struct regex_syntax syntax = { 0 };
	bool is_valid = regex_syntax_translate(pattern, &syntax, err);
	regex_syntax_finish(&syntax);
	return is_valid;
}

static enum regex_match match_at(const struct regex *regex, struct str text, size_t start, pcre2_match_data *groups) {
	if (text.len > SUBJECT_MAX)
		return REGEX_LIMIT;
	PCRE2_SPTR subject = (PCRE2_SPTR)(text.len == 0 ? "" : text.data);
	int result = pcre2_match(regex->code, subject, text.len, start, PCRE2_NO_UTF_CHECK, groups, regex->limits);
	if (result == PCRE2_ERROR_JIT_STACKLIMIT) // the interpreter keeps its stack on the heap
		result = pcre2_match(regex->code, subject, text.len, start, PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, groups, regex->limits);
	if (result == PCRE2_ERROR_NOMATCH)
		return REGEX_NO_MATCH;
	return result >= 0 ? REGEX_MATCH : REGEX_LIMIT; // 0: matched, with more groups than there was room for
}

static pcre2_match_data *make_groups(const struct regex *regex, bool wants_all) {
	pcre2_match_data *groups = wants_all ? pcre2_match_data_create_from_pattern(regex->code, NULL) : pcre2_match_data_create(1, NULL);
	if (groups == NULL)
		abort();
	return groups;
}

enum regex_match regex_test(const struct regex *regex, struct str text) {
	pcre2_match_data *groups = make_groups(regex, false);
	enum regex_match result = match_at(regex, text, 0, groups);
	pcre2_match_data_free(groups);
	return result;
}

// --- replacement ---

static pthread_once_t name_once = PTHREAD_ONCE_INIT;
static struct regex *name_regex; // letters and digits are Unicode's, as in Go's templates

static void make_name_regex(void) {
	name_regex = regex_compile(STR("\\A[\\p{L}\\p{Nd}_]+"), 0, NULL);
	if (name_regex == NULL)
		abort();
}

static bool is_ascii_name_rune(unsigned rune) {
	return rune == '_' || (rune >= '0' && rune <= '9') || ((rune | 0x20) >= 'a' && (rune | 0x20) <= 'z');
}

// How many bytes of text, which may be broken UTF-8, are a variable's name.
static size_t name_length(struct str text) {
	size_t len = 0;
	bool is_ascii = true;
	while (len < text.len) {
		unsigned rune = 0;
		size_t more = str_decode_rune(str_skip(text, len), &rune);
		bool is_valid = rune >= 0x80 && more > 1;
		if (!is_valid && (rune >= 0x80 || !is_ascii_name_rune(rune)))
			break;
		is_ascii = is_ascii && rune < 0x80;
		len += more;
	}
	if (is_ascii)
		return len;
	pthread_once(&name_once, make_name_regex);
	pcre2_match_data *groups = make_groups(name_regex, false);
	bool matches = match_at(name_regex, str_head(text, len), 0, groups) == REGEX_MATCH;
	len = matches ? pcre2_get_ovector_pointer(groups)[1] : 0;
	pcre2_match_data_free(groups);
	return len;
}

// "$" was read; takes name or {name} off *rest. False when there is none: then the dollar is text.
static bool read_variable(struct str *rest, struct str *name) {
	bool has_brace = str_has_prefix(*rest, STR("{"));
	struct str text = str_skip(*rest, has_brace);
	size_t len = name_length(text);
	if (len == 0 || (has_brace && !str_has_prefix(str_skip(text, len), STR("}"))))
		return false;
	*name = str_head(text, len);
	*rest = str_skip(text, len + has_brace);
	return true;
}

// The number the name spells, or -1 where it is a word (or has a leading zero).
static long group_number(struct str name) {
	long number = 0;
	if (name.len > 1 && name.data[0] == '0')
		return -1;
	for (size_t i = 0; i < name.len; i++) {
		if (name.data[i] < '0' || name.data[i] > '9' || number >= 100000000)
			return -1;
		number = number * 10 + (name.data[i] - '0');
	}
	return number;
}

static void append_group(struct buf *out, const struct regex *regex, struct str text, pcre2_match_data *groups, struct str name) {
	PCRE2_SIZE *ends = pcre2_get_ovector_pointer(groups);
	size_t count = pcre2_get_ovector_count(groups);
	long number = group_number(name);
	if (number >= 0) {
		if ((size_t)number < count && ends[2 * number] != PCRE2_UNSET)
			buf_append(out, text.data + ends[2 * number], ends[2 * number + 1] - ends[2 * number]);
		return;
	}
	for (size_t i = 0; i < regex->syntax.names.count; i++) { // of several with one name the first that took part
		const struct regex_name *entry = &regex->syntax.names.items[i];
		if (!str_equal(entry->name, name) || entry->group >= count || ends[2 * entry->group] == PCRE2_UNSET)
			continue;
		buf_append(out, text.data + ends[2 * entry->group], ends[2 * entry->group + 1] - ends[2 * entry->group]);
		return;
	}
}

static void expand(struct buf *out, const struct regex *regex, struct str text, pcre2_match_data *groups, struct str replacement) {
	while (replacement.len > 0) {
		ptrdiff_t dollar = str_find_char(replacement, '$');
		buf_append_str(out, str_head(replacement, dollar < 0 ? replacement.len : (size_t)dollar));
		if (dollar < 0)
			return;
		replacement = str_skip(replacement, (size_t)dollar + 1);
		struct str name;
		if (str_has_prefix(replacement, STR("$"))) {
			buf_append_char(out, '$');
			replacement = str_skip(replacement, 1);
		} else if (read_variable(&replacement, &name)) {
			append_group(out, regex, text, groups, name);
		} else {
			buf_append_char(out, '$');
		}
	}
}

static size_t rune_length_at(struct str text, size_t at) {
	unsigned rune = 0;
	return at < text.len ? str_decode_rune(str_skip(text, at), &rune) : 1;
}

static bool replace_all(const struct regex *regex, struct str text, struct str replacement, struct buf *out, pcre2_match_data *groups) {
	size_t copied = 0, at = 0;
	while (at <= text.len) {
		enum regex_match match = match_at(regex, text, at, groups);
		if (match == REGEX_LIMIT)
			return false;
		if (match == REGEX_NO_MATCH)
			break;
		const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(groups);
		size_t start = ends[0], end = ends[1];
		buf_append_str(out, str_make(text.data + copied, start - copied));
		if (end > copied || start == 0) // no empty match right after another match
			expand(out, regex, text, groups, replacement);
		copied = end;
		size_t next = at + rune_length_at(text, at);
		at = next > end ? next : end;
	}
	buf_append_str(out, str_skip(text, copied));
	return true;
}

bool regex_replace_all(const struct regex *regex, struct str text, struct str replacement, struct buf *out) {
	pcre2_match_data *groups = make_groups(regex, true);
	size_t before = out->len;
	bool ok = replace_all(regex, text, replacement, out, groups);
	if (!ok && out->data != NULL)
		buf_truncate(out, before);
	pcre2_match_data_free(groups);
	return ok;
}

enum regex_match regex_expand(const struct regex *regex, struct str text, struct str replacement, struct buf *out) {
	pcre2_match_data *groups = make_groups(regex, true);
	enum regex_match match = match_at(regex, text, 0, groups);
	if (match == REGEX_MATCH)
		expand(out, regex, text, groups, replacement);
	pcre2_match_data_free(groups);
	return match;
}
