// SPDX-License-Identifier: Apache-2.0
// Functions that rules and notifications share. See functions_shared.h.
#include "base/buf.h"
#include "base/go_text.h"
#include "base/regex.h"
#include "template/functions_shared.h"
#include "template/go_number.h"
#include "template/go_quote.h"
#include "template/humanize.h"
#include "template/value_query.h"

bool call_give_text(struct template_call *call, const struct buf *text, struct value *out) {
	*out = value_string(arena_dup_str(call->arena, buf_str(text)));
	return true;
}

static bool parse_float(struct template_call *call, struct str text, double *out) {
	autobuf struct buf quoted = { 0 };
	enum go_float parsed = go_parse_float(text, out);
	if (parsed == GO_FLOAT_OK)
		return true;
	go_quote(&quoted, text);
	return template_call_fail(call, "strconv.ParseFloat: parsing %s: %s", buf_cstr(&quoted), parsed == GO_FLOAT_RANGE ? "value out of range" : "invalid syntax");
}

bool call_number(struct template_call *call, const struct value *value, double *out) {
	const struct value_type *type = value->type;
	if (type == &type_string)
		return parse_float(call, value->text, out);
	if (type == &type_float64)
		*out = value->number;
	else if (type == &type_int || type == &type_int64)
		*out = (double)value->integer;
	else if (type == &type_uint)
		*out = (double)value->natural;
	else if (type == &type_duration)
		*out = (double)value->integer / 1e9;
	else
		return template_call_fail(call, "can't convert %s to float", value_is_nil(value) ? "<nil>" : type->name);
	return true;
}

static bool is_mid_word(unsigned rune) {
	return rune == '\'' || rune == '.' || rune == ':' || rune == 0xB7 || rune == 0x2018 || rune == 0x2019 || rune == 0x2024 || rune == 0x2027;
}

static bool is_in_word(unsigned rune) {
	return rune == '_' || rune_is_letter(rune) || rune_is_digit(rune) || is_mid_word(rune);
}

void text_append_title(struct buf *out, struct str text, bool lower_rest) {
	bool in_word = false, was_mid = false;
	while (text.len > 0) {
		unsigned rune;
		text = str_skip(text, str_decode_rune(text, &rune));
		bool is_mid = is_mid_word(rune);
		bool is_cased = rune_to_upper(rune) != rune || rune_to_lower(rune) != rune;
		if ((was_mid && is_mid) || !is_in_word(rune))
			in_word = false;
		was_mid = is_mid;
		if (is_cased)
			rune = !in_word ? rune_to_upper(rune) : lower_rest ? rune_to_lower(rune)
			                                                   : rune;
		in_word |= is_cased;
		buf_append_rune(out, rune);
	}
}

static bool map_runes(struct template_call *call, struct str text, unsigned (*map)(unsigned), struct value *out) {
	autobuf struct buf mapped = { 0 };
	while (text.len > 0) {
		unsigned rune;
		text = str_skip(text, str_decode_rune(text, &rune));
		buf_append_rune(&mapped, map(rune));
	}
	return call_give_text(call, &mapped, out);
}

static bool call_to_upper(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	(void)count;
	return map_runes(call, args[0].text, rune_to_upper, out);
}

static bool call_to_lower(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	(void)count;
	return map_runes(call, args[0].text, rune_to_lower, out);
}

static bool fail_limit(struct template_call *call, struct str pattern) {
	return template_call_fail(call, "matching %.*s is too expensive", STR_ARG(pattern));
}

static bool call_match(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	(void)count;
	struct regex *regex = regex_compile(args[0].text, 0, call->err);
	if (regex == NULL)
		return false;
	enum regex_match match = regex_test(regex, args[1].text);
	regex_destroy(regex);
	*out = value_bool(match == REGEX_MATCH);
	return match != REGEX_LIMIT || fail_limit(call, args[0].text);
}

static bool fail_regex(struct template_call *call, struct str pattern) {
	autobuf struct buf quoted = { 0 };
	char why[ERROR_TEXT_MAX];
	memcpy(why, call->err->text, sizeof why);
	if (memchr(pattern.data, '`', pattern.len) != NULL) // Go: MustCompile quotes with backquotes where it can
		go_quote(&quoted, pattern);
	else
		buf_format(&quoted, "`%.*s`", STR_ARG(pattern));
	return template_call_fail(call, "regexp: Compile(%s): %s", buf_cstr(&quoted), why);
}

static bool call_replace(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	(void)count;
	autobuf struct buf text = { 0 };
	struct regex *regex = regex_compile(args[0].text, 0, call->err);
	if (regex == NULL)
		return fail_regex(call, args[0].text);
	bool replaced = regex_replace_all(regex, args[2].text, args[1].text, &text);
	regex_destroy(regex);
	return replaced ? call_give_text(call, &text, out) : fail_limit(call, args[0].text);
}

static bool call_safe_html(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	(void)call, (void)count;
	*out = args[0];
	out->type = &type_safe_html;
	return true;
}

static bool call_humanize_duration(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	autobuf struct buf text = { 0 };
	double number = 0;
	(void)count;
	if (!call_number(call, &args[0], &number))
		return false;
	humanize_duration(&text, number);
	return call_give_text(call, &text, out);
}

const struct template_callable functions_text[] = {
	{ "toUpper", call_to_upper, false, 0, { &type_string } },
	{ "toLower", call_to_lower, false, 0, { &type_string } },
	{ "match", call_match, false, 0, { &type_string, &type_string } },
	{ "reReplaceAll", call_replace, false, 0, { &type_string, &type_string, &type_string } },
	{ "safeHtml", call_safe_html, false, 0, { &type_string } },
	{ "humanizeDuration", call_humanize_duration, false, 0, { &type_any } },
	{ 0 },
};
