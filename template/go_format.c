// SPDX-License-Identifier: Apache-2.0
// Go's fmt for the values templates know. See go_format.h. Source of the rules: Go's fmt/print.go and fmt/format.go.
#include "template/go_format.h"

#include "base/buf.h"
#include "base/go_text.h"
#include "base/mem.h"
#include "base/printable.h"
#include "template/go_number.h"
#include "template/go_time.h"
#include "template/value_query.h"

#include <math.h>
#include <stdio.h>

enum { NUMBER_LARGEST = 1000000,
	NEST_MAX = 64 }; // a width or precision above it is refused, as in Go

struct printer {
	struct buf *out;
	size_t limit; // of out->len: what is longer is not worth printing
	bool minus, plus, sharp, space, zero;
	bool plus_v, sharp_v;
	bool has_width, has_precision;
	int width, precision;
	int depth;
};

static void print_value(struct printer *printer, const struct value *value, unsigned verb);

static size_t rune_count(struct str text) {
	size_t count = 0;
	unsigned rune;
	for (; text.len > 0; count++)
		text = str_skip(text, str_decode_rune(text, &rune));
	return count;
}

static void pad(struct printer *printer, struct str text) {
	size_t width = printer->has_width ? (size_t)printer->width : 0;
	size_t length = width == 0 ? 0 : rune_count(text);
	size_t padding = width > length ? width - length : 0;
	char filler = printer->zero && !printer->minus ? '0' : ' ';
	if (printer->minus)
		buf_append_str(printer->out, text);
	for (size_t i = 0; i < padding; i++)
		buf_append_char(printer->out, filler);
	if (!printer->minus)
		buf_append_str(printer->out, text);
}

static void print_error(struct printer *printer, const struct value *value, unsigned verb) {
	buf_append_cstr(printer->out, "%!");
	buf_append_rune(printer->out, verb);
	buf_append_char(printer->out, '(');
	if (value_is_nil(value)) {
		buf_append_cstr(printer->out, "<nil>");
	} else {
		struct printer plain = *printer; // Go keeps the flags
		plain.depth++;
		buf_format(printer->out, "%s=", value->type->name);
		print_value(&plain, value, 'v');
	}
	buf_append_char(printer->out, ')');
}

static struct str truncate_runes(const struct printer *printer, struct str text) {
	struct str rest = text;
	unsigned rune;
	if (!printer->has_precision)
		return text;
	for (int i = 0; i < printer->precision && rest.len > 0; i++)
		rest = str_skip(rest, str_decode_rune(rest, &rune));
	return str_head(text, text.len - rest.len);
}

static void print_hex(struct printer *printer, struct str text, bool upper) {
	autobuf struct buf hex = { 0 };
	if (printer->has_precision)
		text = str_head(text, (size_t)printer->precision);
	for (size_t i = 0; i < text.len; i++) {
		if (printer->space && i > 0)
			buf_append_char(&hex, ' ');
		if (printer->sharp && (printer->space || i == 0))
			buf_append_cstr(&hex, upper ? "0X" : "0x");
		buf_format(&hex, upper ? "%02X" : "%02x", (unsigned char)text.data[i]);
	}
	pad(printer, buf_str(&hex));
}

static bool can_backquote(struct str text) {
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] == '`' || text.data[i] == 0x7F || ((unsigned char)text.data[i] < ' ' && text.data[i] != '\t'))
			return false;
	return str_is_utf8(text);
}

static void print_quoted(struct printer *printer, struct str text) {
	autobuf struct buf quoted = { 0 };
	text = truncate_runes(printer, text);
	if (printer->sharp && can_backquote(text))
		buf_format(&quoted, "`%.*s`", STR_ARG(text));
	else if (printer->plus)
		go_quote_ascii(&quoted, text);
	else
		go_quote(&quoted, text);
	pad(printer, buf_str(&quoted));
}

static void print_string(struct printer *printer, const struct value *value, struct str text, unsigned verb) {
	if (verb == 'q' || (verb == 'v' && printer->sharp_v))
		print_quoted(printer, text);
	else if (verb == 'v' || verb == 's')
		pad(printer, truncate_runes(printer, text));
	else if (verb == 'x' || verb == 'X')
		print_hex(printer, text, verb == 'X');
	else
		print_error(printer, value, verb);
}

// The digits of a number right-aligned in buffer, at least `least` of them; returns where they begin.
static char *put_digits(char *end, uint64_t number, unsigned base, const char *letters, long least) {
	char *at = end;
	do {
		*--at = letters[number % base];
		number /= base;
	} while (number > 0);
	while (end - at < least)
		*--at = '0';
	return at;
}

static const char *base_prefix(const struct printer *printer, unsigned base, unsigned verb, char first) {
	if (verb == 'O')
		return "0o";
	if (!printer->sharp)
		return "";
	if (base == 8)
		return first == '0' ? "" : "0";
	return base == 2 ? "0b" : verb == 'X' ? "0X"
	    : base == 16                      ? "0x"
	                                      : "";
}

static void print_integer(struct printer *printer, uint64_t number, bool negative, unsigned base, unsigned verb) {
	bool has_sign = negative || printer->plus || printer->space;
	long least = printer->has_precision ? printer->precision : 0;
	struct printer plain = *printer;
	plain.zero = false;
	if (printer->has_precision && least == 0 && number == 0) {
		pad(&plain, STR_NONE);
		return;
	}
	if (!printer->has_precision && printer->zero && !printer->minus && printer->has_width)
		least = printer->width - has_sign;
	size_t size = 80 + (size_t)(least > 0 ? least : 0);
	autofree char *buffer = mem_alloc(size);
	char *digits = put_digits(buffer + size, number, base, verb == 'X' ? "0123456789ABCDEF" : "0123456789abcdef", least);
	const char *prefix = base_prefix(printer, base, verb, *digits);
	for (size_t i = strlen(prefix); i > 0; i--)
		*--digits = prefix[i - 1];
	if (has_sign)
		*--digits = negative ? '-' : printer->plus ? '+'
		                                           : ' ';
	pad(&plain, str_make(digits, (size_t)(buffer + size - digits)));
}

// strconv.QuoteRuneToASCII of what is no ASCII.
static void quote_rune_ascii(struct buf *out, unsigned rune) {
	autobuf struct buf plain = { 0 }, quoted = { 0 };
	buf_append_rune(&plain, rune);
	go_quote_ascii(&quoted, buf_str(&plain));
	quoted.data[0] = quoted.data[quoted.len - 1] = '\'';
	buf_append_str(out, buf_str(&quoted));
}

static void print_rune(struct printer *printer, uint64_t number, unsigned verb) {
	autobuf struct buf text = { 0 };
	unsigned rune = number > 0x10FFFF ? 0xFFFD : (unsigned)number;
	if (verb == 'q' && printer->plus && rune >= 0x80) {
		quote_rune_ascii(&text, rune);
	} else if (verb == 'q') {
		go_quote_rune(&text, rune);
	} else if (verb == 'c') {
		buf_append_rune(&text, rune);
	} else {
		buf_format(&text, "U+%04llX", (unsigned long long)number);
		if (printer->sharp && printable_rune(rune) && number <= 0x10FFFF) {
			buf_append_cstr(&text, " '");
			buf_append_rune(&text, rune);
			buf_append_char(&text, '\'');
		}
	}
	struct printer plain = *printer;
	plain.zero = printer->zero && verb != 'U';
	pad(&plain, buf_str(&text));
}

static void print_int(struct printer *printer, const struct value *value, uint64_t size, bool negative, unsigned verb) {
	unsigned base = verb == 'd' || verb == 'v' ? 10 : verb == 'b' ? 2
	    : verb == 'o' || verb == 'O'                              ? 8
	    : verb == 'x' || verb == 'X'                              ? 16
	                                                              : 0;
	if (verb == 'v' && printer->sharp_v && value->type->kind == KIND_UINT) {
		struct printer sharp = *printer;
		sharp.sharp = true;
		print_integer(&sharp, size, false, 16, verb);
	} else if (base != 0) {
		print_integer(printer, size, negative, base, verb);
	} else if (verb == 'c' || verb == 'q' || verb == 'U') {
		print_rune(printer, negative ? 0 - size : size, verb);
	} else {
		print_error(printer, value, verb);
	}
}

// "0x1p+00": the exponent has two digits at least.
static void format_hex_float(struct buf *out, double number, unsigned verb, int precision) {
	char text[64];
	if (precision < 0)
		snprintf(text, sizeof text, verb == 'X' ? "%A" : "%a", number);
	else
		snprintf(text, sizeof text, verb == 'X' ? "%.*A" : "%.*a", precision > 30 ? 30 : precision, number);
	char *exponent = strpbrk(text, "pP");
	if (exponent == NULL) {
		go_append_float(out, number, 'g', -1);
		return;
	}
	buf_append(out, text, (size_t)(exponent + 2 - text));
	if (exponent[3] == '\0')
		buf_append_char(out, '0');
	buf_append_cstr(out, exponent + 2);
}

// "4503599627370496p-52": the mantissa as it is kept, and its exponent of two.
static void format_binary_float(struct buf *out, double number) {
	uint64_t bits;
	memcpy(&bits, &number, sizeof bits);
	int exponent = (int)(bits >> 52 & 0x7FF);
	uint64_t mantissa = bits & ((UINT64_C(1) << 52) - 1);
	if (exponent == 0)
		exponent++;
	else
		mantissa |= UINT64_C(1) << 52;
	buf_format(out, "%s%llup%+d", signbit(number) ? "-" : "", (unsigned long long)mantissa, exponent - 1075);
}

// %#g and %#x without a precision: the shortest digits, but six of them at least, and a point.
static void append_sharp(struct buf *out, struct str shortest, char exponent) {
	int missing = 6;
	size_t end = shortest.data[0] == '-';
	bool has_point = false, is_significant = false;
	for (; end < shortest.len && (shortest.data[end] | 0x20) != exponent; end++) {
		char c = shortest.data[end];
		has_point |= c == '.';
		is_significant |= c != '0' && c != '.';
		missing -= is_significant && c != '.';
	}
	buf_append(out, shortest.data, end);
	if (!has_point)
		buf_append_char(out, '.');
	missing -= !has_point && !is_significant; // "0." is one digit
	for (; missing > 0; missing--)
		buf_append_char(out, '0');
	buf_append_str(out, str_skip(shortest, end));
}

static void format_float(struct buf *out, const struct printer *printer, double number, unsigned verb) {
	if (verb == 'b' && isfinite(number)) {
		format_binary_float(out, number);
		return;
	}
	int precision = printer->has_precision ? printer->precision : -1;
	if (verb == 'x' || verb == 'X') {
		autobuf struct buf text = { 0 };
		format_hex_float(&text, number, verb, precision);
		if (printer->sharp && precision < 0 && isfinite(number))
			append_sharp(out, buf_str(&text), 'p');
		else
			buf_append_str(out, buf_str(&text));
		return;
	}
	bool is_general = verb == 'g' || verb == 'G' || verb == 'v';
	if (precision < 0 && !is_general)
		precision = 6;
	char letter = verb == 'v' ? 'g' : (char)verb;
	if (!printer->sharp || !isfinite(number)) {
		go_append_float(out, number, letter, precision);
		return;
	}
	char format[] = "%#.*g";
	format[4] = letter == 'F' ? 'f' : letter;
	if (precision >= 0) {
		buf_format(out, format, precision, number);
		return;
	}
	autobuf struct buf text = { 0 };
	go_append_float(&text, number, letter, -1);
	append_sharp(out, buf_str(&text), 'e');
}

// Signs and zeros as Go pads them: the sign first, infinities never with zeros.
static void print_float(struct printer *printer, double number, unsigned verb) {
	autobuf struct buf text = { 0 };
	struct printer plain = *printer;
	bool negative = signbit(number) && !isnan(number);
	plain.zero = printer->zero && isfinite(number);
	if (!negative && (printer->plus || printer->space || isinf(number)))
		buf_append_char(&text, printer->plus || !printer->space ? '+' : ' ');
	size_t sign = text.len;
	format_float(&text, printer, number, verb);
	if (isinf(number) && !negative)
		memmove(text.data + sign, text.data + sign + 1, text.len-- - sign); // the sign stands there already
	struct str shown = buf_str(&text);
	bool has_sign = shown.len > 0 && strchr("+- ", shown.data[0]) != NULL;
	if (plain.zero && !plain.minus && plain.has_width && has_sign) {
		buf_append_char(printer->out, shown.data[0]);
		shown = str_skip(shown, 1);
		plain.width -= plain.width > 0;
	}
	pad(&plain, shown);
}

static bool is_float_verb(unsigned verb) {
	return verb > 0 && verb < 0x80 && strchr("vbgGeEfFxX", (int)verb) != NULL;
}

static void print_complex(struct printer *printer, const struct value *value, unsigned verb) {
	if (!is_float_verb(verb)) {
		print_error(printer, value, verb);
		return;
	}
	struct printer second = *printer;
	second.plus = true;
	buf_append_char(printer->out, '(');
	print_float(printer, value->complex_parts[0], verb);
	print_float(&second, value->complex_parts[1], verb);
	buf_append_cstr(printer->out, "i)");
}

static void print_items(struct printer *printer, const struct value *value, unsigned verb) {
	const struct value_type *type = value->type;
	bool is_struct = type->kind == KIND_STRUCT;
	if (printer->sharp_v)
		buf_format(printer->out, "%s{", type->name);
	else
		buf_append_cstr(printer->out, is_struct ? type->is_pointer ? "&{" : "{" : "[");
	for (size_t i = 0; i < value->count && printer->out->len <= printer->limit; i++) {
		if (i > 0)
			buf_append_cstr(printer->out, printer->sharp_v ? ", " : " ");
		if (is_struct && (printer->plus_v || printer->sharp_v))
			buf_format(printer->out, "%s:", type->fields[i].name);
		print_value(printer, &value->items[i], verb);
	}
	buf_append_cstr(printer->out, is_struct || printer->sharp_v ? "}" : "]");
}

static void print_map(struct printer *printer, const struct value *value, unsigned verb) {
	if (printer->sharp_v)
		buf_format(printer->out, "%s{", value->type->name);
	else
		buf_append_cstr(printer->out, "map[");
	for (size_t i = 0; i < value->pair_count && printer->out->len <= printer->limit; i++) {
		struct value key = value_string(value->pairs[i].key);
		if (i > 0)
			buf_append_cstr(printer->out, printer->sharp_v ? ", " : " ");
		print_value(printer, &key, verb);
		buf_append_char(printer->out, ':');
		print_value(printer, &value->pairs[i].value, verb);
	}
	buf_append_char(printer->out, printer->sharp_v ? '}' : ']');
}

static void print_bool(struct printer *printer, const struct value *value, unsigned verb) {
	if (verb == 't' || verb == 'v')
		pad(printer, value->boolean ? STR("true") : STR("false"));
	else
		print_error(printer, value, verb);
}

static void print_kind(struct printer *printer, const struct value *value, unsigned verb) {
	switch (value->type->kind) {
	case KIND_NIL:
		buf_append_cstr(printer->out, printer->sharp_v ? "interface {}(nil)" : "<nil>");
		return;
	case KIND_BOOL:
		print_bool(printer, value, verb);
		return;
	case KIND_INT:
		print_int(printer, value, value->integer < 0 ? -(uint64_t)value->integer : (uint64_t)value->integer, value->integer < 0, verb);
		return;
	case KIND_UINT:
		print_int(printer, value, value->natural, false, verb);
		return;
	case KIND_FLOAT:
		if (is_float_verb(verb))
			print_float(printer, value->number, verb);
		else
			print_error(printer, value, verb);
		return;
	case KIND_COMPLEX:
		print_complex(printer, value, verb);
		return;
	case KIND_STRING:
		print_string(printer, value, value->text, verb);
		return;
	case KIND_LIST:
	case KIND_STRUCT:
		print_items(printer, value, verb);
		return;
	case KIND_MAP:
		print_map(printer, value, verb);
		return;
	case KIND_TIME:
		if (printer->sharp_v)
			go_append_time_source(printer->out, &value->time);
		else
			print_error(printer, value, verb);
		return;
	}
}

// Inside of others a pointer is an address, for which there is no text. We have none, and show what is there.
static bool is_address(const struct printer *printer, const struct value *value) {
	return printer->depth > 0 && value->type->is_pointer && value->type->kind == KIND_STRUCT && value->type->format == NULL;
}

// A type with String() prints as that text under the verbs for texts.
static void print_value(struct printer *printer, const struct value *value, unsigned verb) {
	if (printer->depth >= NEST_MAX)
		return;
	if (value->type == NULL) {
		if (verb == 'v')
			pad(printer, STR("<nil>"));
		else
			print_error(printer, value, verb);
		return;
	}
	if (is_address(printer, value) && strchr("vpbodxX", (int)verb) == NULL) {
		print_error(printer, value, verb);
		return;
	}
	bool as_text = verb == 'v' || verb == 's' || verb == 'x' || verb == 'X' || verb == 'q';
	printer->depth++;
	if (value->type->format != NULL && as_text && !printer->sharp_v) {
		autobuf struct buf text = { 0 };
		value->type->format(&text, value);
		print_string(printer, value, buf_str(&text), verb);
	} else {
		print_kind(printer, value, verb);
	}
	printer->depth--;
}

// One operand of a format: nil and %T are special at the outermost level only.
static void print_operand(struct printer *printer, const struct value *value, unsigned verb) {
	if (verb == 'T') {
		pad(printer, truncate_runes(printer, str_of(value_type_name(value_is_nil(value) ? &VALUE_NONE : value))));
		return;
	}
	print_value(printer, value_is_nil(value) ? &VALUE_NONE : value, verb);
}

// ---- the format string ----

struct format {
	struct str text;
	size_t at;
	const struct value *args;
	size_t arg_count, arg;
	bool reordered, good_index, after_index;
};

static bool is_digit_at(const struct format *format) {
	return format->at < format->text.len && format->text.data[format->at] >= '0' && format->text.data[format->at] <= '9';
}

static unsigned char byte_at(const struct format *format) {
	return format->at < format->text.len ? (unsigned char)format->text.data[format->at] : 0;
}

// False when there is no number; one that is too large also ends the format.
static bool read_number(struct format *format, int *out) {
	int number = 0;
	if (!is_digit_at(format))
		return false;
	for (; is_digit_at(format); format->at++) {
		number = number * 10 + (format->text.data[format->at] - '0');
		if (number > NUMBER_LARGEST) {
			format->at = format->text.len;
			return false;
		}
	}
	*out = number;
	return true;
}

// "[2]" chooses the operand that comes next.
static void read_index(struct format *format) {
	format->after_index = false;
	if (byte_at(format) != '[')
		return;
	format->reordered = true;
	struct str rest = str_skip(format->text, format->at);
	ptrdiff_t close = str_find_char(rest, ']');
	if (close < 0) {
		format->good_index = false;
		format->at++;
		return;
	}
	int index = 0;
	struct format inner = { .text = str_head(rest, (size_t)close), .at = 1 };
	bool good = read_number(&inner, &index) && inner.at == inner.text.len && index >= 1 && (size_t)index <= format->arg_count;
	format->at += (size_t)close + 1;
	if (!good) {
		format->good_index = false;
		return;
	}
	format->arg = (size_t)index - 1;
	format->after_index = true;
}

// "*": the number is the next operand.
static bool take_int(struct format *format, int *out) {
	if (format->arg >= format->arg_count)
		return false;
	const struct value *value = &format->args[format->arg++];
	format->after_index = false;
	if (!value_is_kind(value, KIND_INT) || value->integer > NUMBER_LARGEST || value->integer < -NUMBER_LARGEST)
		return false;
	*out = (int)value->integer;
	return true;
}

static void read_flags(struct format *format, struct printer *printer) {
	for (;; format->at++) {
		switch (byte_at(format)) {
		case '#': printer->sharp = true; continue;
		case '0': printer->zero = true; continue;
		case '+': printer->plus = true; continue;
		case '-': printer->minus = true; continue;
		case ' ': printer->space = true; continue;
		}
		return;
	}
}

static void read_width(struct format *format, struct printer *printer) {
	if (byte_at(format) != '*') {
		printer->has_width = read_number(format, &printer->width);
		if (format->after_index && printer->has_width)
			format->good_index = false;
		return;
	}
	format->at++;
	printer->has_width = take_int(format, &printer->width);
	if (!printer->has_width)
		buf_append_cstr(printer->out, "%!(BADWIDTH)");
	if (printer->width < 0) {
		printer->width = -printer->width;
		printer->minus = true;
	}
}

static void read_precision(struct format *format, struct printer *printer) {
	if (byte_at(format) != '.')
		return;
	format->at++;
	if (format->after_index)
		format->good_index = false;
	read_index(format);
	if (byte_at(format) != '*') {
		printer->has_precision = true;
		if (!read_number(format, &printer->precision))
			printer->precision = 0;
		return;
	}
	format->at++;
	bool taken = take_int(format, &printer->precision);
	printer->has_precision = taken && printer->precision >= 0;
	if (!printer->has_precision)
		printer->precision = 0;
	if (!printer->has_precision)
		buf_append_cstr(printer->out, "%!(BADPREC)");
}

static void print_missing(struct buf *out, unsigned verb, const char *what) {
	buf_append_cstr(out, "%!");
	buf_append_rune(out, verb);
	buf_append_cstr(out, what);
}

// After '%'.
static void print_directive(struct format *format, struct buf *out, size_t limit) {
	struct printer printer = { .out = out, .limit = limit };
	unsigned verb;
	format->good_index = true;
	read_flags(format, &printer);
	read_index(format);
	read_width(format, &printer);
	read_precision(format, &printer);
	if (!format->after_index)
		read_index(format);
	if (format->at >= format->text.len) {
		buf_append_cstr(out, "%!(NOVERB)");
		return;
	}
	format->at += str_decode_rune(str_skip(format->text, format->at), &verb);
	if (verb == '%') {
		buf_append_char(out, '%');
	} else if (!format->good_index) {
		print_missing(out, verb, "(BADINDEX)");
	} else if (format->arg >= format->arg_count) {
		print_missing(out, verb, "(MISSING)");
	} else {
		printer.sharp_v = verb == 'v' && printer.sharp;
		printer.plus_v = verb == 'v' && printer.plus;
		printer.sharp &= !printer.sharp_v;
		printer.plus &= !printer.plus_v;
		print_operand(&printer, &format->args[format->arg++], verb);
	}
}

static void print_extra(struct buf *out, const struct value *args, size_t count, size_t limit) {
	buf_append_cstr(out, "%!(EXTRA ");
	for (size_t i = 0; i < count && out->len <= limit; i++) {
		struct printer plain = { .out = out, .limit = limit };
		if (i > 0)
			buf_append_cstr(out, ", ");
		if (!value_is_nil(&args[i]))
			buf_format(out, "%s=", args[i].type->name);
		print_operand(&plain, &args[i], 'v');
	}
	buf_append_char(out, ')');
}

void go_printf(struct buf *out, struct str text, const struct value *args, size_t count, size_t limit) {
	struct format format = { .text = text, .args = args, .arg_count = count };
	while (format.at < text.len && out->len <= limit) {
		struct str rest = str_skip(text, format.at);
		ptrdiff_t percent = str_find_char(rest, '%');
		size_t plain = percent < 0 ? rest.len : (size_t)percent;
		buf_append(out, rest.data, plain);
		format.at += plain;
		if (percent < 0)
			break;
		format.at++;
		print_directive(&format, out, limit);
	}
	if (!format.reordered && format.arg < count)
		print_extra(out, args + format.arg, count - format.arg, limit);
}

void go_print_value(struct buf *out, const struct value *value) {
	struct printer printer = { .out = out, .limit = SIZE_MAX };
	print_operand(&printer, value, 'v');
}

void go_print(struct buf *out, const struct value *args, size_t count) {
	bool was_string = true;
	for (size_t i = 0; i < count; i++) {
		bool is_string = value_is_kind(&args[i], KIND_STRING);
		if (i > 0 && !is_string && !was_string)
			buf_append_char(out, ' ');
		go_print_value(out, &args[i]);
		was_string = is_string;
	}
}

void go_println(struct buf *out, const struct value *args, size_t count) {
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			buf_append_char(out, ' ');
		go_print_value(out, &args[i]);
	}
	buf_append_char(out, '\n');
}
