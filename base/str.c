// SPDX-License-Identifier: Apache-2.0
// Slices of text. See str.h.
#include "base/str.h"

#include <strings.h>

int str_compare(struct str a, struct str b) {
	size_t shared = a.len < b.len ? a.len : b.len;
	int order = shared == 0 ? 0 : memcmp(a.data, b.data, shared);
	if (order != 0)
		return order;
	return a.len < b.len ? -1 : a.len > b.len;
}

bool str_has_prefix(struct str s, struct str prefix) {
	return s.len >= prefix.len && str_equal(str_head(s, prefix.len), prefix);
}

bool str_has_suffix(struct str s, struct str suffix) {
	return s.len >= suffix.len && str_equal(str_skip(s, s.len - suffix.len), suffix);
}

struct str str_skip(struct str s, size_t count) {
	if (count >= s.len)
		return STR_NONE;
	return str_make(s.data + count, s.len - count);
}

struct str str_head(struct str s, size_t count) {
	return str_make(s.data, count < s.len ? count : s.len);
}

static bool is_space(char c) {
	return c == ' ' || (c >= '\t' && c <= '\r');
}

struct str str_trim(struct str s) {
	while (s.len > 0 && is_space(s.data[0]))
		s = str_skip(s, 1);
	while (s.len > 0 && is_space(s.data[s.len - 1]))
		s.len--;
	return s;
}

bool str_equal_nocase(struct str a, struct str b) {
	return a.len == b.len && (a.len == 0 || strncasecmp(a.data, b.data, a.len) == 0);
}

ptrdiff_t str_find(struct str s, struct str needle) {
	if (needle.len == 0)
		return 0;
	const char *at = s.len == 0 ? NULL : memmem(s.data, s.len, needle.data, needle.len);
	return at == NULL ? -1 : at - s.data;
}

ptrdiff_t str_find_char(struct str s, char c) {
	const char *at = s.len == 0 ? NULL : memchr(s.data, c, s.len);
	return at == NULL ? -1 : at - s.data;
}

ptrdiff_t str_find_last_char(struct str s, char c) {
	const char *at = s.len == 0 ? NULL : memrchr(s.data, c, s.len);
	return at == NULL ? -1 : at - s.data;
}

struct str str_cut(struct str *rest, char separator) {
	ptrdiff_t at = str_find_char(*rest, separator);
	struct str head = *rest;
	if (at < 0) {
		*rest = STR_NONE;
		return head;
	}
	*rest = str_skip(head, (size_t)at + 1);
	return str_head(head, (size_t)at);
}

// Length of the UTF-8 sequence that starts with `lead`, its payload bits and smallest code point; 0 if none starts so.
static size_t sequence_start(unsigned char lead, unsigned *bits, unsigned *smallest) {
	static const struct {
		unsigned char mask, mark;
		unsigned smallest;
	} forms[] = {
		{ 0x80, 0x00, 0 },
		{ 0xe0, 0xc0, 0x80 },
		{ 0xf0, 0xe0, 0x800 },
		{ 0xf8, 0xf0, 0x10000 },
	};
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		if ((lead & forms[i].mask) != forms[i].mark)
			continue;
		*bits = lead & (unsigned char)~forms[i].mask;
		*smallest = forms[i].smallest;
		return i + 1;
	}
	return 0;
}

// The length of a valid sequence at the front of s, or 0.
static size_t decode_valid(struct str s, unsigned *out) {
	unsigned rune = 0, smallest = 0;
	size_t len = sequence_start((unsigned char)s.data[0], &rune, &smallest);
	if (len == 0 || len > s.len)
		return 0;
	for (size_t i = 1; i < len; i++) {
		unsigned char next = (unsigned char)s.data[i];
		if ((next & 0xc0) != 0x80)
			return 0;
		rune = rune << 6 | (next & 0x3f);
	}
	if (rune < smallest || rune > 0x10ffff || (rune >= 0xd800 && rune <= 0xdfff))
		return 0;
	*out = rune;
	return len;
}

size_t str_decode_rune(struct str s, unsigned *out) {
	size_t len = decode_valid(s, out);
	if (len > 0)
		return len;
	*out = 0xfffd;
	return 1;
}

bool str_is_utf8(struct str s) {
	for (size_t i = 0; i < s.len;) {
		if ((unsigned char)s.data[i] < 0x80) {
			i++;
			continue;
		}
		unsigned rune = 0;
		size_t len = decode_valid(str_skip(s, i), &rune);
		if (len == 0)
			return false;
		i += len;
	}
	return true;
}

size_t str_encode_rune(unsigned rune, char out[4]) {
	if (rune > 0x10ffff || (rune >= 0xd800 && rune <= 0xdfff))
		rune = 0xfffd;
	if (rune < 0x80) {
		out[0] = (char)rune;
		return 1;
	}
	size_t len = rune < 0x800 ? 2 : rune < 0x10000 ? 3
	                                               : 4;
	for (size_t i = len - 1; i > 0; i--, rune >>= 6)
		out[i] = (char)(0x80 | (rune & 0x3f));
	static const unsigned char marks[] = { 0, 0, 0xc0, 0xe0, 0xf0 };
	out[0] = (char)(marks[len] | rune);
	return len;
}
