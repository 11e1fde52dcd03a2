// SPDX-License-Identifier: Apache-2.0
// Address lists. See mail_address.h. Source: RFC 5322 3.4, without groups, routes and quoted local parts.
#include "notifiers/mail_address.h"

#include "base/array.h"
#include "base/buf.h"
#include "net/smtp_client.h"

// One element while it is read.
struct element {
	struct buf phrase;                    // what stands outside <>, without quotes and comments
	struct str angle;                     // what stands inside <>
	bool has_angle, has_quotes, has_tail; // has_tail: text behind >
};

struct mail_address_list {
	ARRAY_OF(struct mail_address);
};

static struct str read_quoted(struct str rest, struct buf *out) {
	rest = str_skip(rest, 1);
	while (rest.len > 0 && rest.data[0] != '"') {
		if (rest.data[0] == '\\' && rest.len > 1)
			rest = str_skip(rest, 1);
		buf_append_char(out, rest.data[0]);
		rest = str_skip(rest, 1);
	}
	return str_skip(rest, 1);
}

static struct str skip_comment(struct str rest) {
	int depth = 0;
	do {
		if (rest.data[0] == '\\')
			rest = str_skip(rest, 1);
		else
			depth += rest.data[0] == '(' ? 1 : rest.data[0] == ')' ? -1
			                                                       : 0;
		rest = str_skip(rest, 1);
	} while (rest.len > 0 && depth > 0);
	return rest;
}

static struct str read_angle(struct str rest, struct element *element) {
	rest = str_skip(rest, 1);
	ptrdiff_t end = str_find_char(rest, '>');
	element->has_tail |= element->has_angle || end < 0; // a second one, or one without end
	element->has_angle = true;
	element->angle = str_trim(str_head(rest, end < 0 ? rest.len : (size_t)end));
	return end < 0 ? STR_NONE : str_skip(rest, (size_t)end + 1);
}

// Reads up to the next comma and returns what follows it.
static struct str read_element(struct str rest, struct element *element) {
	while (rest.len > 0 && rest.data[0] != ',') {
		char c = rest.data[0];
		if (c == '"') {
			element->has_quotes = true;
			rest = read_quoted(rest, &element->phrase);
		} else if (c == '(') {
			rest = skip_comment(rest);
		} else if (c == '<') {
			rest = read_angle(rest, element);
		} else {
			bool is_blank = (unsigned char)c <= ' ';
			element->has_tail |= element->has_angle && !is_blank;
			buf_append_char(&element->phrase, is_blank ? ' ' : c);
			rest = str_skip(rest, 1);
		}
	}
	return str_skip(rest, 1);
}

static bool is_address(struct str address) {
	ptrdiff_t at = str_find_char(address, '@');
	if (at <= 0 || (size_t)at + 1 >= address.len || str_find_char(str_skip(address, (size_t)at + 1), '@') >= 0)
		return false;
	for (size_t i = 0; i < address.len; i++)
		if (strchr("\"(),:;\\", address.data[i]) != NULL && !(address.data[i] == ':' && address.data[at + 1] == '['))
			return false;
	return smtp_address_is_safe(address);
}

static bool keep_element(const struct element *element, struct arena *arena, struct mail_address_list *list, struct error *err) {
	struct str phrase = str_trim(buf_str(&element->phrase));
	if (!element->has_angle && phrase.len == 0 && !element->has_quotes)
		return true;
	struct str address = element->has_angle ? element->angle : phrase;
	if (element->has_tail || (!element->has_angle && element->has_quotes) || !is_address(address))
		return error_set(err, ERR_INVALID, "bad address \"%.*s\", expected like \"Name <user@example.org>\"", STR_ARG(address.len == 0 ? phrase : address));
	if (list->count == MAIL_ADDRESSES_MAX)
		return error_set(err, ERR_LIMIT, "more than %d addresses", (int)MAIL_ADDRESSES_MAX);
	struct mail_address one = { .address = arena_dup_str(arena, address) };
	if (element->has_angle)
		one.name = arena_dup_str(arena, phrase);
	array_append(list, one);
	return true;
}

bool mail_addresses_parse(struct str list, struct arena *arena, struct mail_address **out, size_t *count, struct error *err) {
	struct mail_address_list found = { 0 };
	bool is_good = true;
	while (list.len > 0 && is_good) {
		struct element element = { 0 };
		list = read_element(list, &element);
		is_good = keep_element(&element, arena, &found, err);
		buf_finish(&element.phrase);
	}
	if (is_good) {
		*out = arena_dup(arena, found.items, found.count * sizeof *found.items);
		*count = found.count;
	}
	array_finish(&found);
	return is_good;
}
