// SPDX-License-Identifier: Apache-2.0
// Constants as Go's strconv unquotes them. See go_quote.h. The C library's Unicode tables stand for Go's.
#include "template/go_quote.h"

#include "base/go_text.h"

#include <locale.h>
#include <pthread.h>
#include <wctype.h>

static locale_t unicode_locale;
static pthread_once_t unicode_once = PTHREAD_ONCE_INIT;

static void unicode_load(void) {
	unicode_locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	if (unicode_locale == (locale_t)0)
		unicode_locale = newlocale(LC_CTYPE_MASK, "C", (locale_t)0);
}

static locale_t unicode(void) {
	pthread_once(&unicode_once, unicode_load);
	return unicode_locale;
}

bool rune_is_letter(unsigned rune) {
	if (rune < 0x80)
		return (rune | 0x20) >= 'a' && (rune | 0x20) <= 'z';
	return iswalpha_l((wint_t)rune, unicode()) != 0;
}

bool rune_is_digit(unsigned rune) {
	return rune >= '0' && rune <= '9'; // the C library counts the digits of other scripts as letters
}

static bool unquote_raw(struct arena *arena, struct str text, struct str *out) {
	char *plain = arena_alloc_bytes(arena, text.len + 1);
	size_t length = 0;
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] == '`')
			return false;
		if (text.data[i] != '\r') // Go: carriage returns are dropped from raw strings
			plain[length++] = text.data[i];
	}
	*out = str_make(plain, length);
	return true;
}

bool go_unquote_constant(struct arena *arena, struct str quoted, struct str *out) {
	if (quoted.len < 2 || quoted.data[0] != quoted.data[quoted.len - 1])
		return false;
	char quote = quoted.data[0];
	struct str rest = str_make(quoted.data + 1, quoted.len - 2);
	if (quote == '`')
		return unquote_raw(arena, rest, out);
	char *plain = arena_alloc_bytes(arena, rest.len + 4);
	size_t length = 0;
	while (rest.len > 0) {
		char c = rest.data[0];
		if (c == quote || c == '\n')
			return false;
		rest = str_skip(rest, 1);
		if (c != '\\') {
			plain[length++] = c;
			continue;
		}
		unsigned rune = 0;
		bool is_byte;
		if (!go_unquote_escape(&rest, quote, &rune, &is_byte))
			return false;
		if (is_byte)
			plain[length++] = (char)rune;
		else
			length += str_encode_rune(rune, plain + length);
	}
	*out = str_make(plain, length);
	return true;
}

bool go_unquote_char(struct str quoted, unsigned *out, bool *is_whole) {
	struct str rest = str_skip(quoted, 1);
	if (rest.len == 0 || rest.data[0] == '\'' || rest.data[0] == '\n')
		return false;
	if (rest.data[0] == '\\') {
		bool is_byte;
		rest = str_skip(rest, 1);
		if (!go_unquote_escape(&rest, '\'', out, &is_byte))
			return false;
	} else {
		rest = str_skip(rest, str_decode_rune(rest, out));
	}
	*is_whole = rest.len == 1 && rest.data[0] == '\'';
	return true;
}
