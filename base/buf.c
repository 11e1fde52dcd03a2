// SPDX-License-Identifier: Apache-2.0
// A growing text. See buf.h.
#include "base/buf.h"

#include "base/mem.h"

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

static bool same_words(const char *a, const char *b) {
	uint64_t left, right;
	memcpy(&left, a, sizeof left);
	memcpy(&right, b, sizeof right);
	return left == right;
}

static size_t same_at_front(const char *a, const char *b, size_t most) {
	size_t same = 0;
	while (same + sizeof(uint64_t) <= most && same_words(a + same, b + same))
		same += sizeof(uint64_t);
	while (same < most && a[same] == b[same])
		same++;
	return same;
}

static size_t same_at_end(const char *a_end, const char *b_end, size_t most) {
	size_t same = 0;
	while (same + sizeof(uint64_t) <= most && same_words(a_end - same - sizeof(uint64_t), b_end - same - sizeof(uint64_t)))
		same += sizeof(uint64_t);
	while (same < most && a_end[-1 - (ptrdiff_t)same] == b_end[-1 - (ptrdiff_t)same])
		same++;
	return same;
}

void buf_append_delta(struct buf *buf, struct str text, struct str like) {
	size_t shorter = text.len < like.len ? text.len : like.len;
	size_t front = same_at_front(text.data, like.data, shorter);
	size_t back = shorter == front ? 0 : same_at_end(text.data + text.len, like.data + like.len, shorter - front);
	struct str between = str_head(str_skip(text, front), text.len - front - back);
	buf_append_varint(buf, front);
	buf_append_varint(buf, back);
	buf_append_varint(buf, between.len);
	buf_append_str(buf, between);
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
