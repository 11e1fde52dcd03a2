// SPDX-License-Identifier: Apache-2.0
// The functions of notification templates. Source: alertmanager/template/template.go, DefaultFuncs.
#include "base/buf.h"
#include "base/go_text.h"
#include "base/zone.h"
#include "template/base64_url.h"
#include "template/functions_shared.h"
#include "template/go_time.h"
#include "template/alert_document.h"
#include "template/route_labels.h"
#include "template/text_escape.h"
#include "template/time_parse.h"
#include "template/title_case.h"
#include "template/value_query.h"

static bool call_title(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	autobuf struct buf text = { 0 };
	(void)count;
	text_append_title(&text, args[0].text, true);
	return call_give_text(call, &text, out);
}

static bool is_unicode_space(unsigned rune) {
	return (rune >= 9 && rune <= 13) || rune == ' ' || rune == 0x85 || rune == 0xA0 || rune == 0x1680 || (rune >= 0x2000 && rune <= 0x200A) ||
	    rune == 0x2028 || rune == 0x2029 || rune == 0x202F || rune == 0x205F || rune == 0x3000;
}

static bool call_trim_space(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	struct str text = args[0].text, rest;
	unsigned rune;
	(void)call, (void)count;
	while (text.len > 0) {
		size_t width = str_decode_rune(text, &rune);
		if (!is_unicode_space(rune))
			break;
		text = str_skip(text, width);
	}
	size_t end = 0; // behind the last code point that is no space
	for (rest = text; rest.len > 0;) {
		size_t width = str_decode_rune(rest, &rune);
		rest = str_skip(rest, width);
		if (!is_unicode_space(rune))
			end = text.len - rest.len;
	}
	*out = value_string(str_head(text, end));
	return true;
}

static bool call_join(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	autobuf struct buf text = { 0 };
	(void)count;
	for (size_t i = 0; i < args[1].count; i++) {
		if (i > 0)
			buf_append_str(&text, args[0].text);
		buf_append_str(&text, args[1].items[i].text);
	}
	return call_give_text(call, &text, out);
}

static bool call_safe_url(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	(void)call, (void)count;
	*out = args[0];
	out->type = &type_safe_url;
	return true;
}

static bool call_url_unescape(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	autobuf struct buf text = { 0 }, quoted = { 0 };
	struct str broken;
	(void)count;
	if (unescape_query(&text, args[0].text, &broken) == UNESCAPED)
		return call_give_text(call, &text, out);
	go_quote(&quoted, broken);
	return template_call_fail(call, "invalid URL escape %s", buf_cstr(&quoted));
}

static bool call_string_slice(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	*out = value_list(&type_list_string, arena_dup(call->arena, args, count * sizeof *args), count);
	return true;
}

static bool call_date(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	autobuf struct buf text = { 0 };
	(void)count;
	go_format_time(&text, &args[1].time, args[0].text);
	return call_give_text(call, &text, out);
}

static bool call_tz(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	bool is_utc = args[0].text.len == 0 || str_equal(args[0].text, STR("UTC"));
	(void)count;
	*out = args[1];
	out->time.zone = is_utc ? NULL : zone_find(args[0].text);
	if (is_utc || out->time.zone != NULL)
		return true;
	return template_call_fail(call, "unknown time zone %.*s", STR_ARG(args[0].text));
}

static bool call_now(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	(void)args, (void)count;
	*out = value_time(call->env->now);
	out->time.zone = zone_find(STR("Local"));
	return true;
}

static bool call_since(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	struct value now = value_time(call->env->now);
	(void)count;
	*out = value_duration(time_difference(&now.time, &args[0].time));
	return true;
}

static bool call_to_date(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	autobuf struct buf problem = { 0 };
	(void)call, (void)count;
	*out = value_time_zero();
	if (!time_parse(args[0].text, args[1].text, &out->time, &problem))
		*out = value_time_zero();
	return true;
}

static bool call_must_to_date(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	autobuf struct buf problem = { 0 };
	(void)count;
	*out = value_time_zero();
	return time_parse(args[0].text, args[1].text, &out->time, &problem) || template_call_fail(call, "%s", buf_cstr(&problem));
}

static bool call_to_json(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	autobuf struct buf text = { 0 }, problem = { 0 };
	(void)count;
	if (value_json_problem(&problem, &args[0]))
		return template_call_fail(call, "%s", buf_cstr(&problem));
	value_to_json(&text, &args[0]);
	return call_give_text(call, &text, out);
}

static bool call_base64_encode(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	autobuf struct buf text = { 0 };
	(void)count;
	base64_url_encode(&text, args[0].text);
	return call_give_text(call, &text, out);
}

static bool call_base64_decode(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	autobuf struct buf text = { 0 };
	size_t wrong;
	(void)count;
	if (!base64_url_decode(&text, args[0].text, &wrong))
		return template_call_fail(call, "illegal base64 data at input byte %zu", wrong);
	return call_give_text(call, &text, out);
}

static bool call_list(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	*out = value_list(&type_list_any, arena_dup(call->arena, args, count * sizeof *args), count);
	return true;
}

static bool call_append(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	size_t old = args[0].count;
	struct value *items = ARENA_NEW_ARRAY(call->arena, struct value, old + count);
	for (size_t i = 0; i < old; i++)
		items[i] = args[0].items[i];
	for (size_t i = 1; i < count; i++)
		items[old + i - 1] = args[i];
	*out = value_list(&type_list_any, items, old + count - 1);
	return true;
}

static bool call_dict(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	if (count % 2 != 0)
		return template_call_fail(call, "dict requires an even number of arguments");
	struct value_pair *pairs = ARENA_NEW_ARRAY(call->arena, struct value_pair, count / 2);
	for (size_t i = 0; i < count; i += 2) {
		if (args[i].type != &type_string)
			return template_call_fail(call, "dict keys must be strings");
		pairs[i / 2] = (struct value_pair){ args[i].text, args[i + 1] };
	}
	*out = value_map(&type_map_any, pairs, count / 2);
	return true;
}

const struct template_callable functions_notification[] = {
	{ "title", call_title, false, 0, { &type_string } },
	{ "trimSpace", call_trim_space, false, 0, { &type_string } },
	{ "join", call_join, false, 0, { &type_string, &type_list_string } },
	{ "safeUrl", call_safe_url, false, 0, { &type_string } },
	{ "urlUnescape", call_url_unescape, false, 0, { &type_string } },
	{ "stringSlice", call_string_slice, true, 0, { &type_string } },
	{ "routeLabels", call_route_labels, false, CALL_VOLATILE, { &type_string } },
	{ "date", call_date, false, 0, { &type_string, &type_time } },
	{ "tz", call_tz, false, 0, { &type_string, &type_time } },
	{ "now", call_now, false, CALL_VOLATILE, { NULL } },
	{ "since", call_since, false, CALL_VOLATILE, { &type_time } },
	{ "toDate", call_to_date, false, 0, { &type_string, &type_string } },
	{ "mustToDate", call_must_to_date, false, 0, { &type_string, &type_string } },
	{ "toJson", call_to_json, false, 0, { &type_any } },
	{ "base64encode", call_base64_encode, false, 0, { &type_string } },
	{ "base64decode", call_base64_decode, false, 0, { &type_string } },
	{ "list", call_list, true, 0, { &type_any } },
	{ "append", call_append, true, 0, { &type_list_any, &type_any } },
	{ "dict", call_dict, true, 0, { &type_any } },
	{ 0 },
};
