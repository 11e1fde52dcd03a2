// SPDX-License-Identifier: Apache-2.0
// Functions that rules and notifications share. See functions_shared.h.
#include "base/buf.h"
#include "base/go_text.h"
#include "base/regex.h"
#include "base/rune_case.h"
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

static bool call_to_upper(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	autobuf struct buf text = { 0 };
	(void)count;
	text_case_upper(&text, args[0].text);
	return call_give_text(call, &text, out);
}

static bool call_to_lower(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	autobuf struct buf text = { 0 };
	(void)count;
	text_case_lower(&text, args[0].text);
	return call_give_text(call, &text, out);
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
