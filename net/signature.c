// SPDX-License-Identifier: Apache-2.0
// Signatures of what we send. See signature.h.
#include "net/signature.h"

#include "base/buf.h"
#include "base/sha256.h"

#include <stdint.h>
#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_append(struct buf *out, const void *data, size_t size) {
	const unsigned char *bytes = data;
	for (size_t i = 0; i < size; i += 3) {
		size_t left = size - i;
		uint32_t three = (uint32_t)bytes[i] << 16 | (left > 1 ? (uint32_t)bytes[i + 1] << 8 : 0) | (left > 2 ? bytes[i + 2] : 0u);
		buf_append_char(out, alphabet[three >> 18]);
		buf_append_char(out, alphabet[three >> 12 & 63]);
		buf_append_char(out, left > 1 ? alphabet[three >> 6 & 63] : '=');
		buf_append_char(out, left > 2 ? alphabet[three & 63] : '=');
	}
}

static int base64_digit(char c) {
	const char *at = c == '\0' ? NULL : strchr(alphabet, c);
	return at == NULL ? -1 : (int)(at - alphabet);
}

// False when the text is no base64; then *out may have grown.
static bool base64_decode(struct buf *out, struct str text) {
	uint32_t bits = 0;
	unsigned count = 0;
	while (text.len > 0 && text.data[text.len - 1] == '=')
		text.len--;
	for (size_t i = 0; i < text.len; i++) {
		int digit = base64_digit(text.data[i]);
		if (digit < 0)
			return false;
		bits = bits << 6 | (uint32_t)digit;
		if ((count += 6) >= 8) {
			count -= 8;
			buf_append_char(out, (char)(bits >> count & 0xff));
		}
	}
	return text.len > 0 && count < 6;
}

void signature_key(struct buf *out, const char *secret) {
	struct str text = str_of(secret);
	size_t before = out->len;
	if (str_has_prefix(text, STR("whsec_")))
		text = str_skip(text, 6);
	if (base64_decode(out, text))
		return;
	buf_truncate(out, before);
	buf_append_str(out, text);
}

void signature_standard_webhook(struct buf *out, const char *secret, struct str id, long long seconds, struct str body) {
	autobuf struct buf key = { 0 }, text = { 0 };
	unsigned char mac[SHA256_BYTES];
	signature_key(&key, secret);
	buf_format(&text, "%.*s.%lld.", STR_ARG(id), seconds);
	buf_append_str(&text, body);
	hmac_sha256(buf_str(&key), buf_str(&text), mac);
	buf_append_cstr(out, "v1,");
	base64_append(out, mac, sizeof mac);
}
