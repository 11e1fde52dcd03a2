// SPDX-License-Identifier: Apache-2.0
// Title case. See title_case.h.
#include "template/title_case.h"

#include "base/buf.h"
#include "base/rune_case.h"
#include "template/go_quote.h"

#include <stdlib.h>

enum { TITLE_MAX = 3 };

// Letters whose title case is several code points (Unicode's SpecialCasing); sorted.
// clang-format off: rows
static const struct special {
	unsigned rune, title[TITLE_MAX];
} specials[] = {
	{ 0x00DF, { 0x0053, 0x0073 } },
	{ 0x0149, { 0x02BC, 0x004E } },
	{ 0x01F0, { 0x004A, 0x030C } },
	{ 0x0390, { 0x0399, 0x0308, 0x0301 } },
	{ 0x03B0, { 0x03A5, 0x0308, 0x0301 } },
	{ 0x0587, { 0x0535, 0x0582 } },
	{ 0x1E96, { 0x0048, 0x0331 } },
	{ 0x1E97, { 0x0054, 0x0308 } },
	{ 0x1E98, { 0x0057, 0x030A } },
	{ 0x1E99, { 0x0059, 0x030A } },
	{ 0x1E9A, { 0x0041, 0x02BE } },
	{ 0x1F50, { 0x03A5, 0x0313 } },
	{ 0x1F52, { 0x03A5, 0x0313, 0x0300 } },
	{ 0x1F54, { 0x03A5, 0x0313, 0x0301 } },
	{ 0x1F56, { 0x03A5, 0x0313, 0x0342 } },
	{ 0x1FB2, { 0x1FBA, 0x0345 } },
	{ 0x1FB4, { 0x0386, 0x0345 } },
	{ 0x1FB6, { 0x0391, 0x0342 } },
	{ 0x1FB7, { 0x0391, 0x0342, 0x0345 } },
	{ 0x1FC2, { 0x1FCA, 0x0345 } },
	{ 0x1FC4, { 0x0389, 0x0345 } },
	{ 0x1FC6, { 0x0397, 0x0342 } },
	{ 0x1FC7, { 0x0397, 0x0342, 0x0345 } },
	{ 0x1FD2, { 0x0399, 0x0308, 0x0300 } },
	{ 0x1FD3, { 0x0399, 0x0308, 0x0301 } },
	{ 0x1FD6, { 0x0399, 0x0342 } },
	{ 0x1FD7, { 0x0399, 0x0308, 0x0342 } },
	{ 0x1FE2, { 0x03A5, 0x0308, 0x0300 } },
	{ 0x1FE3, { 0x03A5, 0x0308, 0x0301 } },
	{ 0x1FE4, { 0x03A1, 0x0313 } },
	{ 0x1FE6, { 0x03A5, 0x0342 } },
	{ 0x1FE7, { 0x03A5, 0x0308, 0x0342 } },
	{ 0x1FF2, { 0x1FFA, 0x0345 } },
	{ 0x1FF4, { 0x038F, 0x0345 } },
	{ 0x1FF6, { 0x03A9, 0x0342 } },
	{ 0x1FF7, { 0x03A9, 0x0342, 0x0345 } },
	{ 0xFB00, { 0x0046, 0x0066 } },
	{ 0xFB01, { 0x0046, 0x0069 } },
	{ 0xFB02, { 0x0046, 0x006C } },
	{ 0xFB03, { 0x0046, 0x0066, 0x0069 } },
	{ 0xFB04, { 0x0046, 0x0066, 0x006C } },
	{ 0xFB05, { 0x0053, 0x0074 } },
	{ 0xFB06, { 0x0053, 0x0074 } },
	{ 0xFB13, { 0x0544, 0x0576 } },
	{ 0xFB14, { 0x0544, 0x0565 } },
	{ 0xFB15, { 0x0544, 0x056B } },
	{ 0xFB16, { 0x054E, 0x0576 } },
	{ 0xFB17, { 0x0544, 0x056D } },
};
// clang-format on

static int compare_special(const void *key, const void *row) {
	unsigned rune = *(const unsigned *)key, other = ((const struct special *)row)->rune;
	return (rune > other) - (rune < other);
}

static const struct special *special_find(unsigned rune) {
	return rune < specials[0].rune ? NULL : bsearch(&rune, specials, sizeof specials / sizeof *specials, sizeof *specials, compare_special);
}

static bool is_mid_word(unsigned rune) {
	return rune == '\'' || rune == '.' || rune == ':' || rune == 0xB7 || rune == 0x2018 || rune == 0x2019 || rune == 0x2024 || rune == 0x2027;
}

static bool is_in_word(unsigned rune) {
	return rune == '_' || rune_is_letter(rune) || rune_is_digit(rune) || is_mid_word(rune);
}

static bool is_cased(unsigned rune) {
	return rune_case_upper(rune) != rune || rune_case_lower(rune) != rune || special_find(rune) != NULL;
}

static void append_title_rune(struct buf *out, unsigned rune) {
	const struct special *special = special_find(rune);
	if (special == NULL)
		buf_append_rune(out, rune_case_title(rune));
	for (int i = 0; special != NULL && i < TITLE_MAX && special->title[i] != 0; i++)
		buf_append_rune(out, special->title[i]);
}

// Whether a letter follows, at once or behind what may stand within a word.
static bool letter_follows(struct str rest) {
	unsigned rune = 0;
	while (rest.len > 0) {
		rest = str_skip(rest, str_decode_rune(rest, &rune));
		if (!is_mid_word(rune))
			return is_cased(rune);
	}
	return false;
}

// Of a letter within a word; `rest` is what follows it. A sigma at a word's end has a form of its own, a dotted I keeps its dot.
static void append_lower_rune(struct buf *out, unsigned rune, struct str rest) {
	enum { CAPITAL_SIGMA = 0x3A3,
		FINAL_SIGMA = 0x3C2,
		DOTTED_I = 0x130,
		DOT_ABOVE = 0x307 };
	bool is_final = rune == CAPITAL_SIGMA && !letter_follows(rest);
	buf_append_rune(out, is_final ? FINAL_SIGMA : rune_case_lower(rune));
	if (rune == DOTTED_I)
		buf_append_rune(out, DOT_ABOVE);
}

void text_append_title(struct buf *out, struct str text, bool lower_rest) {
	bool in_word = false, was_mid = false;
	while (text.len > 0) {
		unsigned rune;
		text = str_skip(text, str_decode_rune(text, &rune));
		bool is_mid = is_mid_word(rune), has_case = is_cased(rune);
		if ((was_mid && is_mid) || !is_in_word(rune))
			in_word = false;
		was_mid = is_mid;
		if (has_case && !in_word)
			append_title_rune(out, rune);
		else if (has_case && lower_rest)
			append_lower_rune(out, rune, text);
		else
			buf_append_rune(out, rune);
		in_word |= has_case;
	}
}
