// SPDX-License-Identifier: Apache-2.0
// A growing text. See buf.h.
#include "base/buf.h"

#include "base/mem.h"
#include "base/varint.h"

#include <stdio.h>

enum { FORMAT_ROOM = 31 };

void buf_finish(struct buf *buf) {
	free(buf->data);
	*buf = (struct buf){ 0 };
}

void buf_reset(struct buf *buf) {
	buf_truncate(buf, 0);
}

void buf_truncate(struct buf *buf, size_t len) {
	buf->len = len;
	if (buf->data != NULL)
		buf->data[len] = '\0';
}

void buf_reserve(struct buf *buf, size_t more) {
	size_t wanted = buf->len + more + 1;
	if (wanted <= buf->cap)
		return;
	size_t cap = buf->cap < 64 ? 64 : buf->cap + buf->cap / 2;
	buf->cap = cap < wanted ? wanted : cap;
	buf->data = mem_realloc(buf->data, buf->cap);
}

void buf_append_str(struct buf *buf, struct str text) {
	buf_append(buf, text.data, text.len);
}

void buf_append_cstr(struct buf *buf, const char *text) {
	buf_append(buf, text, strlen(text));
}

void buf_append_rune(struct buf *buf, unsigned rune) {
	char utf8[4];
	buf_append(buf, utf8, str_encode_rune(rune, utf8));
}

void buf_append_varint(struct buf *buf, uint64_t number) {
	char bytes[VARINT_MAX];
	buf_append(buf, bytes, (size_t)(varint_put(bytes, number) - bytes));
}

void buf_append_hex16(struct buf *buf, uint64_t number) {
	char digits[16];
	for (size_t i = sizeof digits; i-- > 0; number >>= 4)
		digits[i] = "0123456789abcdef"[number & 0x0f];
	buf_append(buf, digits, sizeof digits);
}

void buf_append_int(struct buf *buf, int64_t number) {
	char digits[24];
	char *end = digits + sizeof digits, *at = end;
	uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;
	do {
		*--at = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest > 0);
	if (number < 0)
		*--at = '-';
	buf_append(buf, at, (size_t)(end - at));
}

// Into the room there is, as a rule enough.
void buf_vformat(struct buf *buf, const char *format, va_list args) {
	va_list again;
	va_copy(again, args);
	buf_reserve(buf, FORMAT_ROOM);
	size_t room = buf->cap - buf->len;
	int len = vsnprintf(buf->data + buf->len, room, format, args);
	if (len >= 0 && (size_t)len >= room) {
		buf_reserve(buf, (size_t)len);
		vsnprintf(buf->data + buf->len, (size_t)len + 1, format, again);
	}
	buf->len += len > 0 ? (size_t)len : 0;
	buf->data[buf->len] = '\0';
	va_end(again);
}

void buf_format(struct buf *buf, const char *format, ...) {
	va_list args;
	va_start(args, format);
	buf_vformat(buf, format, args);
	va_end(args);
}

struct str buf_str(const struct buf *buf) {
	return str_make(buf->data, buf->len);
}

const char *buf_cstr(const struct buf *buf) {
	return buf->data == NULL ? "" : buf->data;
}

char *buf_take(struct buf *buf) {
	buf_reserve(buf, 0);
	buf->data[buf->len] = '\0';
	char *text = buf->data;
	*buf = (struct buf){ 0 };
	return text;
}
