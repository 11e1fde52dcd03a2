// SPDX-License-Identifier: Apache-2.0
// A borrowed slice of text: bytes and a length, not NUL-terminated. Whoever made the slice says how long it lives.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct str {
	const char *data; // may be NULL when len is 0
	size_t len;       // bytes
};

#define STR(literal) ((struct str){ .data = (literal), .len = sizeof(literal) - 1 })
#define STR_NONE ((struct str){ 0 })
// For printf: printf("%.*s", STR_ARG(name))
#define STR_ARG(s) (int)(s).len, (s).len == 0 ? "" : (s).data

static inline struct str str_of(const char *text) {
	return (struct str){ .data = text, .len = text == NULL ? 0 : strlen(text) };
}

static inline struct str str_make(const char *data, size_t len) {
	return (struct str){ .data = data, .len = len };
}

static inline bool str_is_empty(struct str s) {
	return s.len == 0;
}

static inline bool str_equal(struct str a, struct str b) {
	return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

static inline bool str_equal_cstr(struct str a, const char *b) {
	return str_equal(a, str_of(b));
}

int str_compare(struct str a, struct str b); // bytewise, as strcmp
bool str_has_prefix(struct str s, struct str prefix);
bool str_has_suffix(struct str s, struct str suffix);
struct str str_skip(struct str s, size_t count);      // drops at most count bytes at the front
struct str str_head(struct str s, size_t count);      // keeps at most count bytes
struct str str_trim(struct str s);                    // without ASCII white space at both ends
bool str_equal_nocase(struct str a, struct str b);    // ASCII only
ptrdiff_t str_find(struct str s, struct str needle);  // byte offset or -1
ptrdiff_t str_find_char(struct str s, char c);        // byte offset or -1
ptrdiff_t str_find_last_char(struct str s, char c);   // byte offset or -1
struct str str_cut(struct str *rest, char separator); // the part before separator; *rest becomes what follows it
bool str_is_utf8(struct str s);                       // valid UTF-8: no surrogates, no overlong forms, up to U+10FFFF
// Decodes the first code point of s (not empty) into *out and returns its byte length; a broken one gives U+FFFD and 1.
size_t str_decode_rune(struct str s, unsigned *out);
// Writes the UTF-8 form of rune to out (4 bytes of room) and returns its length; an invalid rune gives U+FFFD.
size_t str_encode_rune(unsigned rune, char out[4]);
