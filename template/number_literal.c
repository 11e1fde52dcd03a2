// SPDX-License-Identifier: Apache-2.0
// Numbers in templates. See number_literal.h.
#include "template/number_literal.h"

#include "base/go_text.h"
#include "template/go_number.h"
#include "template/go_quote.h"

static const double INT_EDGE = 9223372036854775808.0;   // 2^63
static const double UINT_EDGE = 18446744073709551616.0; // 2^64

static void take_float(struct node_number *out, double number) {
	out->is_float = true;
	out->real = number;
	if (number >= -INT_EDGE && number < INT_EDGE && (double)(int64_t)number == number) {
		out->is_int = true;
		out->integer = (int64_t)number;
	}
	if (number >= 0 && number < UINT_EDGE && (double)(uint64_t)number == number) {
		out->is_uint = true;
		out->natural = (uint64_t)number;
	}
}

static void take_complex(struct node_number *out, double real, double imaginary) {
	out->is_complex = true;
	out->real = real;
	out->imaginary = imaginary;
	if (imaginary == 0)
		take_float(out, real);
}

static bool fail_quoted(struct buf *problem, const char *what, struct str text) {
	buf_append_cstr(problem, what);
	go_quote(problem, text);
	return false;
}

static bool parse_character(struct str text, struct node_number *out, struct buf *problem) {
	unsigned rune = 0;
	bool is_whole = false;
	if (!go_unquote_char(text, &rune, &is_whole)) {
		buf_append_cstr(problem, "invalid syntax");
		return false;
	}
	if (!is_whole) {
		buf_format(problem, "malformed character constant: %.*s", STR_ARG(text));
		return false;
	}
	*out = (struct node_number){ .is_int = true, .is_uint = true, .is_float = true, .integer = rune, .natural = rune, .real = rune };
	return true;
}

// "1+2i": the sign that is not an exponent's parts the two.
static bool parse_complex(struct str text, struct node_number *out, struct buf *problem) {
	double real, imaginary;
	for (size_t i = text.len - 1; i > 0; i--) {
		bool is_sign = text.data[i] == '+' || text.data[i] == '-';
		if (!is_sign || strchr("eEpP", text.data[i - 1]) != NULL)
			continue;
		struct str tail = str_make(text.data + i, text.len - i - 1);
		if (go_parse_float(str_head(text, i), &real) != GO_FLOAT_OK || go_parse_float(tail, &imaginary) != GO_FLOAT_OK)
			break;
		take_complex(out, real, imaginary);
		return true;
	}
	buf_append_cstr(problem, "syntax error scanning complex number");
	return false;
}

static bool has_float_sign(struct str text) {
	for (size_t i = 0; i < text.len; i++)
		if (strchr(".eEpP", text.data[i]) != NULL)
			return true;
	return false;
}

static bool parse_number(struct str text, struct node_number *out, struct buf *problem) {
	double number;
	out->is_uint = go_parse_uint(text, &out->natural);
	out->is_int = go_parse_int(text, &out->integer);
	if (out->is_int && out->integer == 0) // -0
		out->is_uint = true;
	if (out->is_int || out->is_uint) {
		out->is_float = true;
		out->real = out->is_int ? (double)out->integer : (double)out->natural;
		return true;
	}
	if (go_parse_float(text, &number) != GO_FLOAT_OK)
		return fail_quoted(problem, "illegal number syntax: ", text);
	if (!has_float_sign(text))
		return fail_quoted(problem, "integer overflow: ", text);
	take_float(out, number);
	return true;
}

bool number_literal_parse(struct str text, enum literal_kind kind, struct node_number *out, struct buf *problem) {
	double imaginary;
	*out = (struct node_number){ 0 };
	switch (kind) {
	case LITERAL_CHARACTER:
		return parse_character(text, out, problem);
	case LITERAL_COMPLEX:
		return parse_complex(text, out, problem);
	case LITERAL_NUMBER:
		break;
	}
	if (text.len > 0 && text.data[text.len - 1] == 'i' && go_parse_float(str_head(text, text.len - 1), &imaginary) == GO_FLOAT_OK) {
		take_complex(out, 0, imaginary);
		return true;
	}
	return parse_number(text, out, problem);
}
