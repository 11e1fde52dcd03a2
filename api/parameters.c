// SPDX-License-Identifier: Apache-2.0
// Query strings and forms. See parameters.h.
#include "api/parameters.h"

#include "base/buf.h"
#include "base/go_text.h"
#include "base/query_escape.h"
#include "model/limits.h"

bool parameters_unescape(struct arena *arena, struct str text, bool plus_is_space, struct str *out) {
	char *to = arena_alloc_bytes(arena, text.len + 1);
	size_t len = 0;
	while (text.len > 0) {
		char c = text.data[0];
		int byte = c == '%' ? url_escaped_byte(text) : 0;
		if (byte < 0) {
			*out = text;
			return false;
		}
		if (c == '%')
			c = (char)byte;
		else if (c == '+' && plus_is_space)
			c = ' ';
		text = str_skip(text, text.data[0] == '%' ? 3 : 1);
		to[len++] = c;
	}
	to[len] = '\0';
	*out = str_make(to, len);
	return true;
}

static bool has_too_many(struct str text) {
	size_t count = 1;
	for (size_t i = 0; i < text.len; i++)
		count += text.data[i] == '&';
	return count > LIMIT_PARAMETERS;
}

static void report(struct parameters *out, struct arena *arena, struct str broken) {
	autobuf struct buf text = { 0 };
	if (out->problem.len > 0)
		return;
	buf_append_cstr(&text, "invalid URL escape ");
	go_quote(&text, str_head(broken, 3));
	out->problem = arena_dup_str(arena, buf_str(&text));
}

static void add_pair(struct parameters *out, struct arena *arena, struct str value) {
	struct str name = str_cut(&value, '=');
	struct parameter parameter;
	if (!parameters_unescape(arena, name, true, &parameter.name))
		report(out, arena, parameter.name);
	else if (!parameters_unescape(arena, value, true, &parameter.value))
		report(out, arena, parameter.value);
	else
		array_append(out, parameter);
}

void parameters_parse(struct parameters *out, struct arena *arena, struct str text) {
	if (has_too_many(text)) {
		out->problem = STR("number of URL query parameters exceeded limit");
		return;
	}
	while (text.len > 0) {
		struct str pair = str_cut(&text, '&');
		if (str_find_char(pair, ';') >= 0)
			out->problem = STR("invalid semicolon separator in query"); // in place of another, as Go does
		else if (pair.len > 0)
			add_pair(out, arena, pair);
	}
}

const struct parameter *parameters_find(const struct parameters *parameters, const char *name) {
	for (size_t i = 0; i < parameters->count; i++)
		if (str_equal_cstr(parameters->items[i].name, name))
			return &parameters->items[i];
	return NULL;
}
