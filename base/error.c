// SPDX-License-Identifier: Apache-2.0
// The failure of the world or of a user, as a value. See error.h.
#include "base/error.h"

#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>

// vsnprintf may have cut a UTF-8 sequence in two: drop the broken rest.
static void drop_broken_tail(char *text, size_t size) {
	size_t len = strnlen(text, size - 1);
	if (len < size - 1)
		return;
	size_t start = len;
	while (start > 0 && len - start < 4 && ((unsigned char)text[start - 1] & 0xc0) == 0x80)
		start--;
	if (start > 0 && (unsigned char)text[start - 1] >= 0xc0)
		start--;
	if (!str_is_utf8(str_make(text + start, len - start)))
		text[start] = '\0';
}

static void put_text(struct error *err, const char *format, va_list args) {
	vsnprintf(err->text, sizeof err->text, format, args);
	drop_broken_tail(err->text, sizeof err->text);
}

bool error_set(struct error *err, enum error_code code, const char *format, ...) {
	if (err == NULL)
		return false;
	va_list args;
	va_start(args, format);
	*err = (struct error){ .code = code };
	put_text(err, format, args);
	va_end(args);
	return false;
}

bool error_at(struct error *err, struct position at, const char *format, ...) {
	if (err == NULL)
		return false;
	va_list args;
	va_start(args, format);
	*err = (struct error){ .code = ERR_INVALID, .at = at };
	put_text(err, format, args);
	va_end(args);
	return false;
}

bool error_wrap(struct error *err, const char *format, ...) {
	if (err == NULL)
		return false;
	struct error inner = *err;
	va_list args;
	va_start(args, format);
	put_text(err, format, args);
	va_end(args);
	size_t len = strlen(err->text);
	snprintf(err->text + len, sizeof err->text - len, ": %s", inner.text);
	drop_broken_tail(err->text, sizeof err->text);
	return false;
}

const char *error_format(const struct error *err, char *buffer, size_t size) {
	const char *file = err->at.file;
	if (file != NULL && err->at.line > 0)
		snprintf(buffer, size, "%s:%d:%d: %s", file, err->at.line, err->at.column, err->text);
	else if (file != NULL)
		snprintf(buffer, size, "%s: %s", file, err->text);
	else if (err->at.line > 0)
		snprintf(buffer, size, "%d:%d: %s", err->at.line, err->at.column, err->text);
	else
		snprintf(buffer, size, "%s", err->text);
	return buffer;
}

_Noreturn void error_unreachable(const char *file, int line, const char *what) {
	fprintf(stderr, "tocsin: %s:%d: cannot be: %s\n", file, line, what);
	abort();
}
