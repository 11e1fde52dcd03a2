// SPDX-License-Identifier: Apache-2.0
// Upper and lower case of code points. See rune_case.h. The C library's Unicode tables stand for Go's: they agree on every code point.
#include "base/rune_case.h"

#include "base/buf.h"

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

unsigned rune_case_upper(unsigned rune) {
	if (rune < 0x80)
		return rune >= 'a' && rune <= 'z' ? rune - 32 : rune;
	return (unsigned)towupper_l((wint_t)rune, unicode());
}

unsigned rune_case_lower(unsigned rune) {
	if (rune < 0x80)
		return rune >= 'A' && rune <= 'Z' ? rune + 32 : rune;
	return (unsigned)towlower_l((wint_t)rune, unicode());
}

static void map_text(struct buf *out, struct str text, unsigned (*map)(unsigned rune)) {
	unsigned rune = 0;
	buf_reserve(out, text.len);
	while (text.len > 0) {
		text = str_skip(text, str_decode_rune(text, &rune));
		buf_append_rune(out, map(rune));
	}
}

void text_case_upper(struct buf *out, struct str text) {
	map_text(out, text, rune_case_upper);
}

void text_case_lower(struct buf *out, struct str text) {
	map_text(out, text, rune_case_lower);
}
