// SPDX-License-Identifier: Apache-2.0
// Base64 for URLs. See base64_url.h.
#include "template/base64_url.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

void base64_url_encode(struct buf *out, struct str data) {
	for (size_t i = 0; i < data.len; i += 3) {
		size_t left = data.len - i < 3 ? data.len - i : 3;
		unsigned bits = 0;
		for (size_t k = 0; k < 3; k++)
			bits = bits << 8 | (k < left ? (unsigned char)data.data[i + k] : 0);
		for (size_t k = 0; k < 4; k++)
			buf_append_char(out, k <= left ? alphabet[bits >> (18 - 6 * k) & 63] : '=');
	}
}

static int digit_of(char c) {
	const char *found = c == '\0' ? NULL : strchr(alphabet, c);
	return found == NULL ? -1 : (int)(found - alphabet);
}

// The end of the text after `digits` digits of a group: padding and nothing else.
static bool is_padding(struct str text, size_t at, size_t digits, size_t *wrong) {
	size_t needed = 4 - digits;
	*wrong = at;
	if (digits < 2)
		return false;
	for (; at < text.len; at++) {
		if (text.data[at] == '\n' || text.data[at] == '\r')
			continue;
		*wrong = at;
		if (text.data[at] != '=' || needed == 0)
			return false;
		needed--;
	}
	*wrong = text.len;
	return needed == 0;
}

static void append_group(struct buf *out, unsigned bits, size_t digits) {
	bits <<= 6 * (4 - digits);
	for (size_t i = 0; i + 1 < digits; i++)
		buf_append_char(out, (char)(bits >> (16 - 8 * i)));
}

bool base64_url_decode(struct buf *out, struct str text, size_t *wrong) {
	unsigned bits = 0;
	size_t digits = 0, at = 0;
	for (; at < text.len; at++) {
		int digit = digit_of(text.data[at]);
		if (text.data[at] == '\n' || text.data[at] == '\r')
			continue;
		if (digit < 0)
			break;
		bits = bits << 6 | (unsigned)digit;
		if (++digits == 4) {
			append_group(out, bits, 4);
			bits = 0;
			digits = 0;
		}
	}
	*wrong = at;
	if (digits == 0)
		return at == text.len;
	if (!is_padding(text, at, digits, wrong))
		return false;
	append_group(out, bits, digits);
	return true;
}
