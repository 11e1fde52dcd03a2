// SPDX-License-Identifier: Apache-2.0
// Pieces of an Internet message. See mime.h.
#include "notifiers/mime.h"

#include <ctype.h>
#include <time.h>

enum { LINE_MAX_LEN = 76,
	WORD_OVERHEAD = 12 /* =?utf-8?q??= */,
	WORD_MAX = 75,
	PLAIN_TOKEN_MAX = 70 };

static const char HEX[] = "0123456789ABCDEF";

bool mime_header_name_is_valid(struct str name) {
	for (size_t i = 0; i < name.len; i++)
		if (name.data[i] <= ' ' || name.data[i] > '~' || name.data[i] == ':')
			return false;
	return name.len > 0 && name.len <= 64;
}

// One line of valid UTF-8 without control characters, at most MIME_HEADER_MAX bytes.
static void clean(struct buf *out, struct str value) {
	value = str_trim(value);
	while (value.len > 0 && out->len < MIME_HEADER_MAX) {
		unsigned rune;
		value = str_skip(value, str_decode_rune(value, &rune));
		buf_append_rune(out, rune < ' ' || (rune >= 0x7f && rune < 0xa0) ? ' ' : rune);
	}
}

// ASCII, single blanks between short tokens, and nothing that reads like an encoded word.
static bool is_plain(struct str text) {
	size_t token = 0;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];
		token = c == ' ' ? 0 : token + 1;
		if (c < 0 || token > PLAIN_TOKEN_MAX || (c == ' ' && (i == 0 || i + 1 == text.len || text.data[i + 1] == ' ')))
			return false;
	}
	return str_find(text, STR("=?")) < 0;
}

// Blank-separated tokens, folded before the one that would not fit.
static void append_folded(struct buf *out, struct str text, size_t *column) {
	while (text.len > 0) {
		struct str token = str_cut(&text, ' ');
		if (*column + 1 + token.len > LINE_MAX_LEN) {
			buf_append_cstr(out, "\r\n");
			*column = 0;
		}
		buf_append_char(out, ' ');
		buf_append_str(out, token);
		*column += 1 + token.len;
	}
}

static size_t q_append(struct buf *out, struct str bytes) {
	size_t before = out->len;
	for (size_t i = 0; i < bytes.len; i++) {
		unsigned char c = (unsigned char)bytes.data[i];
		if (c == ' ')
			buf_append_char(out, '_');
		else if (c < 0x80 && (isalnum(c) || strchr("!*+-/", c) != NULL))
			buf_append_char(out, (char)c);
		else
			buf_append(out, (char[]){ '=', HEX[c >> 4], HEX[c & 15] }, 3);
	}
	return out->len - before;
}

// " =?utf-8?q?…?=" as often as needed; no character is split between words. `text` is clean.
static void append_words(struct buf *out, struct str text, size_t *column) {
	while (text.len > 0) {
		autobuf struct buf word = { 0 };
		if (*column + 1 + WORD_OVERHEAD + 12 > LINE_MAX_LEN) { // not even one character
			buf_append_cstr(out, "\r\n");
			*column = 0;
		}
		size_t room = LINE_MAX_LEN - *column - 1 < WORD_MAX ? LINE_MAX_LEN - *column - 1 : WORD_MAX;
		while (text.len > 0) {
			unsigned rune;
			size_t len = str_decode_rune(text, &rune), before = word.len;
			q_append(&word, str_head(text, len));
			if (word.len + WORD_OVERHEAD > room) {
				buf_truncate(&word, before);
				break;
			}
			text = str_skip(text, len);
		}
		buf_format(out, " =?utf-8?q?%s?=", buf_cstr(&word));
		*column = text.len > 0 ? LINE_MAX_LEN : *column + 1 + WORD_OVERHEAD + word.len;
	}
}

void mime_header_text(struct buf *out, const char *name, struct str value) {
	autobuf struct buf text = { 0 };
	clean(&text, value);
	struct str line = str_trim(buf_str(&text));
	buf_format(out, "%s:", name);
	size_t column = strlen(name) + 1;
	if (is_plain(line))
		append_folded(out, line, &column);
	else
		append_words(out, line, &column);
	buf_append_cstr(out, "\r\n");
}

static bool is_phrase(struct str name) {
	for (size_t i = 0; i < name.len; i++) {
		char c = name.data[i];
		if (c != ' ' && !isalnum((unsigned char)c) && strchr("!#$%&'*+-/=?^_`{|}~", c) == NULL)
			return false;
	}
	return true;
}

// Already encoded by the user ("=?utf-8?q?x?=").
static bool is_encoded(struct str name) {
	return is_phrase(name) && str_has_prefix(name, STR("=?")) && str_has_suffix(name, STR("?="));
}

static void append_quoted(struct buf *out, struct str name) {
	buf_append_cstr(out, "\"");
	for (size_t i = 0; i < name.len; i++) {
		if (name.data[i] == '"' || name.data[i] == '\\')
			buf_append_char(out, '\\');
		buf_append_char(out, name.data[i]);
	}
	buf_append_cstr(out, "\"");
}

static void append_name(struct buf *out, struct str name, size_t *column) {
	if (!is_encoded(name) && !is_plain(name)) {
		append_words(out, name, column);
		return;
	}
	if (is_phrase(name)) {
		append_folded(out, name, column);
		return;
	}
	size_t before = out->len;
	buf_append_char(out, ' ');
	append_quoted(out, name);
	*column += out->len - before;
}

static void append_address(struct buf *out, const struct mail_address *address, size_t *column) {
	autobuf struct buf name = { 0 };
	clean(&name, address->name);
	if (name.len > 0)
		append_name(out, buf_str(&name), column);
	if (*column + address->address.len + 4 > LINE_MAX_LEN) {
		buf_append_cstr(out, "\r\n");
		*column = 0;
	}
	buf_format(out, name.len > 0 ? " <%.*s>" : " %.*s", STR_ARG(address->address));
	*column += address->address.len + (name.len > 0 ? 3 : 1);
}

void mime_header_addresses(struct buf *out, const char *name, const struct mail_address *addresses, size_t count) {
	buf_format(out, "%s:", name);
	size_t column = strlen(name) + 1;
	for (size_t i = 0; i < count; i++) {
		append_address(out, &addresses[i], &column);
		if (i + 1 < count)
			buf_append_char(out, ',');
		column++;
	}
	buf_append_cstr(out, "\r\n");
}

void mime_date(struct buf *out, wall_ms at) {
	static const char days[] = "SunMonTueWedThuFriSat", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t seconds = (time_t)(at / 1000);
	struct tm utc;
	gmtime_r(&seconds, &utc);
	buf_format(out, "%.3s, %02d %.3s %d %02d:%02d:%02d +0000", days + (ptrdiff_t)3 * utc.tm_wday, utc.tm_mday, months + (ptrdiff_t)3 * utc.tm_mon, utc.tm_year + 1900,
	    utc.tm_hour, utc.tm_min, utc.tm_sec);
}

// The line without its end; *rest follows the end (CRLF, LF or CR).
static struct str cut_line(struct str *rest) {
	size_t len = 0;
	while (len < rest->len && rest->data[len] != '\n' && rest->data[len] != '\r')
		len++;
	struct str line = str_head(*rest, len);
	bool is_crlf = len + 1 < rest->len && rest->data[len] == '\r' && rest->data[len + 1] == '\n';
	*rest = str_skip(*rest, len + (is_crlf ? 2 : 1));
	return line;
}

static void append_qp_line(struct buf *out, struct str line) {
	size_t column = 0;
	for (size_t i = 0; i < line.len; i++) {
		unsigned char c = (unsigned char)line.data[i];
		bool is_last = i + 1 == line.len;
		bool is_literal = (c > ' ' && c <= '~' && c != '=') || ((c == ' ' || c == '\t') && !is_last);
		size_t width = is_literal ? 1 : 3;
		if (column + width > LINE_MAX_LEN - (is_last ? 0 : 1)) {
			buf_append_cstr(out, "=\r\n");
			column = 0;
		}
		if (is_literal)
			buf_append_char(out, (char)c);
		else
			buf_append(out, (char[]){ '=', HEX[c >> 4], HEX[c & 15] }, 3);
		column += width;
	}
	buf_append_cstr(out, "\r\n");
}

void mime_quoted_printable(struct buf *out, struct str text) {
	buf_reserve(out, text.len + text.len / 8);
	while (text.len > 0) {
		struct str line = cut_line(&text);
		append_qp_line(out, line);
	}
}
