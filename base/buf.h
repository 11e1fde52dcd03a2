// SPDX-License-Identifier: Apache-2.0
// A growing text. Always NUL-terminated once something was appended. One owner.
#pragma once
#include "base/cleanup.h"
#include "base/str.h"
#include "base/varint.h"

#include <stdarg.h>
#include <stdint.h>

struct buf {
	char *data; // NULL while nothing was ever appended
	size_t len; // bytes, without the NUL
	size_t cap; // bytes allocated
};

void buf_finish(struct buf *buf);               // frees; the buf is empty and usable again
void buf_reset(struct buf *buf);                // empties, keeps the memory
void buf_truncate(struct buf *buf, size_t len); // len <= buf->len
void buf_reserve(struct buf *buf, size_t more); // room for `more` further bytes
static inline void buf_append(struct buf *buf, const void *data, size_t len);
static inline char *buf_extend(struct buf *buf, size_t more); // appends bytes for the caller to write, and says where they are
void buf_append_str(struct buf *buf, struct str text);
void buf_append_cstr(struct buf *buf, const char *text);
static inline void buf_append_char(struct buf *buf, char c);
void buf_append_rune(struct buf *buf, unsigned rune);                   // as UTF-8
void buf_append_int(struct buf *buf, int64_t number);                   // decimal
static inline void buf_append_varint(struct buf *buf, uint64_t number); // base/varint.h
// How a text differs from another: how many bytes they have in common at the front, how many beyond those at the end, how many are between them, and those.
// The numbers as LEB128.
void buf_append_delta(struct buf *buf, struct str text, struct str like);
void buf_append_hex16(struct buf *buf, uint64_t number); // 16 hexadecimal digits
PRINTF_LIKE(2, 3)
void buf_format(struct buf *buf, const char *format, ...);
void buf_vformat(struct buf *buf, const char *format, va_list args);
struct str buf_str(const struct buf *buf);   // borrowed until the next change
const char *buf_cstr(const struct buf *buf); // "" when empty; borrowed until the next change
char *buf_take(struct buf *buf);             // NUL-terminated, freed by the caller; the buf is empty again

static inline char *buf_extend(struct buf *buf, size_t more) {
	if (buf->cap <= buf->len + more)
		buf_reserve(buf, more);
	char *added = buf->data + buf->len;
	buf->len += more;
	buf->data[buf->len] = '\0';
	return added;
}

static inline void buf_append(struct buf *buf, const void *data, size_t len) {
	char *to = buf_extend(buf, len);
	if (len > 0)
		memcpy(to, data, len);
}

static inline void buf_append_char(struct buf *buf, char c) {
	buf_append(buf, &c, 1);
}

static inline void buf_append_varint(struct buf *buf, uint64_t number) {
	char bytes[VARINT_MAX];
	if (number < 0x80)
		buf_append_char(buf, (char)number);
	else
		buf_append(buf, bytes, (size_t)(varint_put(bytes, number) - bytes));
}

static inline void cleanup_buf(struct buf *buf) {
	buf_finish(buf);
}
#define autobuf __attribute__((cleanup(cleanup_buf)))
