// SPDX-License-Identifier: Apache-2.0
// Reads RE2's syntax with Go's verdicts and writes a PCRE2 pattern of the same meaning. It compiles and matches nothing. See regex_syntax.h.
#include "base/regex_syntax.h"

#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>

enum { GROUPS_MAX = 251,
	REPEAT_MAX = 1000,
	RUNE_MAX = 0x10ffff };

struct group {
	size_t start;     // of its "(" in the output
	int weight;       // the largest product of nested repetition counts in it so far
	bool outer_folds; // whether (?i) held before it
};

struct translator {
	struct str pattern;
	size_t at; // what comes next in the pattern
	struct regex_syntax *syntax;
	struct buf *out;
	struct error *err;
	struct group groups[GROUPS_MAX + 1]; // groups[0] is the whole pattern
	int depth;
	bool folds; // (?i) holds here
	// The last complete piece, which a repetition operator would apply to.
	bool has_piece, needs_group;   // needs_group: PCRE2 would not repeat it as it stands
	size_t piece_start, piece_end; // in the output
	int piece_weight;
	size_t last_repeat; // where in the pattern the repetition operator just before `at` began; or NONE
};

static const size_t NONE = (size_t)-1;

// clang-format off: packed rows
static const char *const categories[] = {
	"Any",
	"C",
	"Cc",
	"Cf",
	"Co",
	"Cs",
	"L",
	"Ll",
	"Lm",
	"Lo",
	"Lt",
	"Lu",
	"M",
	"Mc",
	"Me",
	"Mn",
	"N",
	"Nd",
	"Nl",
	"No",
	"P",
	"Pc",
	"Pd",
	"Pe",
	"Pf",
	"Pi",
	"Po",
	"Ps",
	"S",
	"Sc",
	"Sk",
	"Sm",
	"So",
	"Z",
	"Zl",
	"Zp",
	"Zs",
};
// clang-format on

// clang-format off: packed rows
static const char *const scripts[] = {
	"Adlam",
	"Ahom",
	"Anatolian_Hieroglyphs",
	"Arabic",
	"Armenian",
	"Avestan",
	"Balinese",
	"Bamum",
	"Bassa_Vah",
	"Batak",
	"Bengali",
	"Bhaiksuki",
	"Bopomofo",
	"Brahmi",
	"Braille",
	"Buginese",
	"Buhid",
	"Canadian_Aboriginal",
	"Carian",
	"Caucasian_Albanian",
	"Chakma",
	"Cham",
	"Cherokee",
	"Chorasmian",
	"Common",
	"Coptic",
	"Cuneiform",
	"Cypriot",
	"Cypro_Minoan",
	"Cyrillic",
	"Deseret",
	"Devanagari",
	"Dives_Akuru",
	"Dogra",
	"Duployan",
	"Egyptian_Hieroglyphs",
	"Elbasan",
	"Elymaic",
	"Ethiopic",
	"Georgian",
	"Glagolitic",
	"Gothic",
	"Grantha",
	"Greek",
	"Gujarati",
	"Gunjala_Gondi",
	"Gurmukhi",
	"Han",
	"Hangul",
	"Hanifi_Rohingya",
	"Hanunoo",
	"Hatran",
	"Hebrew",
	"Hiragana",
	"Imperial_Aramaic",
	"Inherited",
	"Inscriptional_Pahlavi",
	"Inscriptional_Parthian",
	"Javanese",
	"Kaithi",
	"Kannada",
	"Katakana",
	"Kayah_Li",
	"Kharoshthi",
	"Khitan_Small_Script",
	"Khmer",
	"Khojki",
	"Khudawadi",
	"Lao",
	"Latin",
	"Lepcha",
	"Limbu",
	"Linear_A",
	"Linear_B",
	"Lisu",
	"Lycian",
	"Lydian",
	"Mahajani",
	"Makasar",
	"Malayalam",
	"Mandaic",
	"Manichaean",
	"Marchen",
	"Masaram_Gondi",
	"Medefaidrin",
	"Meetei_Mayek",
	"Mende_Kikakui",
	"Meroitic_Cursive",
	"Meroitic_Hieroglyphs",
	"Miao",
	"Modi",
	"Mongolian",
	"Mro",
	"Multani",
	"Myanmar",
	"Nabataean",
	"Nandinagari",
	"New_Tai_Lue",
	"Newa",
	"Nko",
	"Nushu",
	"Nyiakeng_Puachue_Hmong",
	"Ogham",
	"Ol_Chiki",
	"Old_Hungarian",
	"Old_Italic",
	"Old_North_Arabian",
	"Old_Permic",
	"Old_Persian",
	"Old_Sogdian",
	"Old_South_Arabian",
	"Old_Turkic",
	"Old_Uyghur",
	"Oriya",
	"Osage",
	"Osmanya",
	"Pahawh_Hmong",
	"Palmyrene",
	"Pau_Cin_Hau",
	"Phags_Pa",
	"Phoenician",
	"Psalter_Pahlavi",
	"Rejang",
	"Runic",
	"Samaritan",
	"Saurashtra",
	"Sharada",
	"Shavian",
	"Siddham",
	"SignWriting",
	"Sinhala",
	"Sogdian",
	"Sora_Sompeng",
	"Soyombo",
	"Sundanese",
	"Syloti_Nagri",
	"Syriac",
	"Tagalog",
	"Tagbanwa",
	"Tai_Le",
	"Tai_Tham",
	"Tai_Viet",
	"Takri",
	"Tamil",
	"Tangsa",
	"Tangut",
	"Telugu",
	"Thaana",
	"Thai",
	"Tibetan",
	"Tifinagh",
	"Tirhuta",
	"Toto",
	"Ugaritic",
	"Vai",
	"Vithkuqi",
	"Wancho",
	"Warang_Citi",
	"Yezidi",
	"Yi",
	"Zanabazar_Square",
};
// clang-format on

static int compare_name(const void *name, const void *item) {
	return str_compare(*(const struct str *)name, str_of(*(const char *const *)item));
}

static bool is_in(struct str name, const char *const *names, size_t count) {
	return bsearch(&name, names, count, sizeof *names, compare_name) != NULL;
}

static bool fail(struct translator *t, const char *why, struct str expression) {
	return error_set(t->err, ERR_INVALID, "error parsing regexp: %s: `%.*s`", why, STR_ARG(expression));
}

static struct str rest_of(const struct translator *t) {
	return str_skip(t->pattern, t->at);
}

static struct str since(const struct translator *t, size_t start) {
	return str_make(t->pattern.data + start, t->at - start);
}

// The byte `ahead` of the next one, or NUL past the end.
static char byte_at(const struct translator *t, size_t ahead) {
	return t->at + ahead < t->pattern.len ? t->pattern.data[t->at + ahead] : '\0';
}

static bool has_more(const struct translator *t) {
	return t->at < t->pattern.len;
}

static unsigned next_rune(struct translator *t) {
	unsigned rune = 0xfffd;
	if (has_more(t))
		t->at += str_decode_rune(rest_of(t), &rune);
	return rune;
}

static bool is_alnum(unsigned rune) {
	return (rune >= '0' && rune <= '9') || (rune >= 'A' && rune <= 'Z') || (rune >= 'a' && rune <= 'z');
}

static int digit_value(unsigned rune) {
	if (rune >= '0' && rune <= '9')
		return (int)rune - '0';
	rune |= 0x20;
	return rune >= 'a' && rune <= 'f' ? (int)rune - 'a' + 10 : 99;
}

// --- output ---

static void begin_piece(struct translator *t) {
	t->piece_start = t->out->len;
}

static void end_piece(struct translator *t, bool needs_group, int weight) {
	t->has_piece = true;
	t->needs_group = needs_group;
	t->piece_end = t->out->len;
	t->piece_weight = weight;
	if (t->groups[t->depth].weight < weight)
		t->groups[t->depth].weight = weight;
}

static void put_piece(struct translator *t, const char *text) {
	begin_piece(t);
	buf_append_cstr(t->out, text);
	end_piece(t, false, 1);
}

static void put_assertion(struct translator *t, const char *text) {
	put_piece(t, text);
	t->needs_group = true;
}

static bool is_surrogate(unsigned rune) {
	return rune >= 0xd800 && rune <= 0xdfff;
}

static void put_rune(struct translator *t, unsigned rune) {
	if (is_alnum(rune) || rune >= 0x80)
		buf_append_rune(t->out, rune);
	else
		buf_format(t->out, "\\x%02x", rune);
}

static void put_literal(struct translator *t, unsigned rune) {
	if (is_surrogate(rune)) { // never in valid text; PCRE2 does not compile it
		put_piece(t, "[^\\x{0}-\\x{10ffff}]");
		return;
	}
	begin_piece(t);
	put_rune(t, rune);
	end_piece(t, false, 1);
}

static void insert(struct buf *out, size_t at, const char *text) {
	size_t len = strlen(text), tail = out->len - at;
	buf_append_cstr(out, text);
	memmove(out->data + at + len, out->data + at, tail);
	memcpy(out->data + at, text, len);
}

// --- repetition ---

// Applies "*", "{2,3}?" … to the last piece. `start` is where the operator began in the pattern, t->at is after it.
static bool repeat(struct translator *t, size_t start, const char *operator, int count) {
	bool is_lazy = byte_at(t, 0) == '?';
	t->at += is_lazy;
	if (t->last_repeat != NONE)
		return fail(t, "invalid nested repetition operator", since(t, t->last_repeat));
	if (!t->has_piece)
		return fail(t, "missing argument to repetition operator", since(t, start));
	if (t->needs_group) {
		insert(t->out, t->piece_end, ")");
		insert(t->out, t->piece_start, "(?:");
		t->piece_end += 4;
	}
	char text[32];
	snprintf(text, sizeof text, "%s%s", operator, is_lazy ? "?" : "");
	insert(t->out, t->piece_end, text); // before a "(?i)" that may have come between
	size_t end = t->piece_end + strlen(text);
	end_piece(t, true, count > 1 ? t->piece_weight * count : t->piece_weight);
	t->piece_end = end;
	if (count > 1 && t->piece_weight > REPEAT_MAX)
		return fail(t, "invalid repeat count", since(t, start));
	t->last_repeat = start;
	return true;
}

// Reads a count without leading zeros at *at. False when there is none. More than REPEAT_MAX reads as REPEAT_MAX + 1.
static bool read_count(const struct translator *t, size_t *at, int *out) {
	struct str digits = str_skip(t->pattern, *at);
	size_t len = 0;
	int count = 0;
	for (; len < digits.len && digits.data[len] >= '0' && digits.data[len] <= '9'; len++)
		if (count <= REPEAT_MAX)
			count = count * 10 + (digits.data[len] - '0');
	if (len == 0 || (len > 1 && digits.data[0] == '0'))
		return false;
	*at += len;
	*out = count > REPEAT_MAX ? REPEAT_MAX + 1 : count;
	return true;
}

// {n}, {n,} or {n,m} at t->at; anything else that begins with a brace is literal text. *max is -1 for "no bound".
static bool read_braces(struct translator *t, int *min, int *max) {
	size_t at = t->at + 1;
	if (!read_count(t, &at, min))
		return false;
	struct str rest = str_skip(t->pattern, at);
	*max = *min;
	if (str_has_prefix(rest, STR(",}"))) {
		*max = -1;
		at++;
	} else if (str_has_prefix(rest, STR(","))) {
		at++;
		if (!read_count(t, &at, max))
			return false;
	}
	if (!str_has_prefix(str_skip(t->pattern, at), STR("}")))
		return false;
	t->at = at + 1;
	return true;
}

static bool read_repeat(struct translator *t) {
	size_t start = t->at;
	int min = 0, max = 0;
	char operator[24] = { byte_at(t, 0) };
	if (operator[0] != '{') {
		t->at++;
		return repeat(t, start, operator, 1);
	}
	if (!read_braces(t, &min, &max)) {
		t->at++;
		put_literal(t, '{');
		return true;
	}
	if (min > REPEAT_MAX || max > REPEAT_MAX || (max >= 0 && min > max))
		return fail(t, "invalid repeat count", since(t, start));
	if (max < 0)
		snprintf(operator, sizeof operator, "{%d,}", min);
	else
		snprintf(operator, sizeof operator, "{%d,%d}", min, max);
	return repeat(t, start, operator, max<0 ? min : max);
}

// --- groups ---

static bool open_group(struct translator *t, const char *text) {
	if (t->depth == GROUPS_MAX) {
		fail(t, "expression nests too deeply", t->pattern);
		if (t->err != NULL)
			t->err->code = ERR_LIMIT;
		return false;
	}
	t->groups[++t->depth] = (struct group){ .start = t->out->len, .weight = 1, .outer_folds = t->folds };
	buf_append_cstr(t->out, text);
	t->has_piece = false;
	return true;
}

static bool close_group(struct translator *t) {
	if (t->depth == 0)
		return fail(t, "unexpected )", t->pattern);
	struct group group = t->groups[t->depth--];
	t->at++;
	t->folds = group.outer_folds;
	buf_append_char(t->out, ')');
	t->piece_start = group.start;
	end_piece(t, false, group.weight);
	return true;
}

// (?P<name> or (?<name>, with the name beginning `skip` bytes ahead.
static bool read_named_group(struct translator *t, size_t skip) {
	struct str rest = rest_of(t), inner = str_skip(rest, skip);
	ptrdiff_t end = str_find_char(rest, '>');
	if (end < 0)
		return fail(t, "invalid named capture", rest);
	struct str name = str_head(inner, (size_t)end - skip);
	bool is_valid = name.len > 0;
	for (size_t i = 0; i < name.len; i++)
		is_valid = is_valid && (name.data[i] == '_' || is_alnum((unsigned char)name.data[i]));
	if (!is_valid)
		return fail(t, "invalid named capture", str_head(rest, (size_t)end + 1));
	t->at += (size_t)end + 1;
	struct regex_name *entry = array_push(&t->syntax->names);
	*entry = (struct regex_name){ .name = mem_dup_str(name), .group = ++t->syntax->groups };
	return open_group(t, "("); // PCRE2 is stricter about names than Go: they are ours to keep
}

// The end of (?flags) or (?flags:, which is copied as it stands: the letters mean the same in both.
static bool put_flags(struct translator *t, size_t start, bool folds) {
	char text[64];
	struct str flags = since(t, start);
	if (flags.len >= sizeof text)
		return fail(t, "invalid or unsupported Perl syntax", flags);
	memcpy(text, flags.data, flags.len);
	text[flags.len] = '\0';
	bool is_group = text[flags.len - 1] == ':';
	if (is_group && !open_group(t, text))
		return false;
	if (!is_group)
		buf_append_cstr(t->out, text);
	t->folds = folds;
	return true;
}

static bool read_flags(struct translator *t) {
	size_t start = t->at;
	bool is_negative = false, saw_flag = false, folds = t->folds;
	t->at += 2;
	while (has_more(t)) {
		unsigned rune = next_rune(t);
		if ((rune == ':' || rune == ')') && (!is_negative || saw_flag))
			return put_flags(t, start, folds);
		saw_flag = rune == 'i' || rune == 'm' || rune == 's' || rune == 'U';
		if (rune == 'i')
			folds = !is_negative;
		if (!saw_flag && (rune != '-' || is_negative))
			break;
		is_negative = is_negative || rune == '-';
	}
	return fail(t, "invalid or unsupported Perl syntax", since(t, start));
}

static bool read_group(struct translator *t) {
	struct str rest = rest_of(t);
	if (rest.len > 4 && str_has_prefix(rest, STR("(?P<")))
		return read_named_group(t, 4);
	if (rest.len > 3 && str_has_prefix(rest, STR("(?<")))
		return read_named_group(t, 3);
	if (str_has_prefix(rest, STR("(?")))
		return read_flags(t);
	t->at++;
	t->syntax->groups++;
	return open_group(t, "(");
}

// --- escapes ---

static bool fail_escape(struct translator *t, size_t start) {
	return fail(t, "invalid escape sequence", since(t, start));
}

// After \x: two hex digits, or any number in braces.
static bool read_hex(struct translator *t, size_t start, unsigned *out) {
	if (!has_more(t))
		return fail_escape(t, start);
	unsigned rune = next_rune(t), value = 0;
	if (rune != '{') {
		unsigned low = next_rune(t);
		if (digit_value(rune) > 15 || digit_value(low) > 15)
			return fail_escape(t, start);
		*out = (unsigned)(digit_value(rune) * 16 + digit_value(low));
		return true;
	}
	size_t first = t->at;
	while (has_more(t)) {
		size_t before = t->at;
		rune = next_rune(t);
		if (rune == '}' && before > first) {
			*out = value;
			return true;
		}
		if (digit_value(rune) > 15)
			return fail_escape(t, start);
		value = value * 16 + (unsigned)digit_value(rune);
		if (value > RUNE_MAX)
			return fail_escape(t, start);
	}
	return fail_escape(t, start);
}

static unsigned read_octal(struct translator *t, unsigned value) {
	for (int digits = 1; digits < 3 && byte_at(t, 0) >= '0' && byte_at(t, 0) <= '7'; digits++)
		value = value * 8 + (unsigned)(t->pattern.data[t->at++] - '0');
	return value;
}

// An escape that means one rune; t->at is at its backslash.
static bool read_escape(struct translator *t, unsigned *out) {
	static const char names[] = "afnrtv", meanings[] = "\a\f\n\r\t\v";
	size_t start = t->at++;
	if (!has_more(t))
		return fail(t, "trailing backslash at end of expression", STR_NONE);
	unsigned rune = next_rune(t);
	bool octal_follows = byte_at(t, 0) >= '0' && byte_at(t, 0) <= '7';
	if (rune == 'x')
		return read_hex(t, start, out);
	if (rune == '0' || (rune >= '1' && rune <= '7' && octal_follows)) {
		*out = read_octal(t, rune - '0');
		return true;
	}
	const char *name = is_alnum(rune) ? strchr(names, (int)rune) : NULL;
	if (name == NULL && (is_alnum(rune) || rune >= 0x80))
		return fail_escape(t, start);
	*out = name == NULL ? rune : (unsigned)meanings[name - names];
	return true;
}

static void quote_until_end(struct translator *t) {
	t->at += 2;
	while (has_more(t) && !str_has_prefix(rest_of(t), STR("\\E")))
		put_literal(t, next_rune(t));
	if (has_more(t))
		t->at += 2;
}

// --- classes ---

// What Go's \d \s \w hold; PCRE2's \s has the vertical tab too, and Go folds the case of \w: under (?i) the long s and the kelvin sign
// are in it. \W is what is not in that.
// clang-format off: packed rows
static const struct perl_class {
	char letter;
	const char *members, *complement, *folded_complement; // as the inside of a PCRE2 class
} perl_classes[] = {
	{ 'd', "0-9", "\\D", "\\D" },
	{ 's', "\\x09\\x0a\\x0c\\x0d\\x20", "\\x00-\\x08\\x0b\\x0e-\\x1f\\x21-\\x{10ffff}", "\\x00-\\x08\\x0b\\x0e-\\x1f\\x21-\\x{10ffff}" },
	{ 'w', "0-9A-Za-z_", "\\W", "\\x00-\\x2f\\x3a-\\x40\\x5b-\\x5e\\x60\\x7b-\\x{17e}\\x{180}-\\x{2129}\\x{212b}-\\x{10ffff}" },
};
// clang-format on

// The class an escape at t->at names, or NULL; consumes it. *is_negative: \D \S \W.
static const struct perl_class *read_perl_class(struct translator *t, bool *is_negative) {
	if (byte_at(t, 0) != '\\')
		return NULL;
	char letter = byte_at(t, 1);
	for (size_t i = 0; i < sizeof perl_classes / sizeof *perl_classes; i++) {
		if ((letter | 0x20) != perl_classes[i].letter)
			continue;
		*is_negative = letter != perl_classes[i].letter;
		t->at += 2;
		return &perl_classes[i];
	}
	return NULL;
}

static bool is_unicode_class(const struct translator *t) {
	return byte_at(t, 0) == '\\' && (byte_at(t, 1) == 'p' || byte_at(t, 1) == 'P');
}

// \pL, \p{Greek}, \P{^Lu} … at t->at.
static bool read_unicode_class(struct translator *t) {
	size_t start = t->at;
	bool is_negative = byte_at(t, 1) == 'P';
	t->at += 2;
	struct str name = str_make(t->pattern.data + t->at, t->pattern.len - t->at);
	if (next_rune(t) == '{') {
		ptrdiff_t end = str_find_char(name, '}');
		if (end < 0)
			return fail(t, "invalid character class range", str_skip(t->pattern, start));
		t->at += (size_t)end;
		name = str_make(name.data + 1, (size_t)end - 1);
	} else {
		name.len = (size_t)(t->pattern.data + t->at - name.data);
	}
	if (str_has_prefix(name, STR("^"))) {
		is_negative = !is_negative;
		name = str_skip(name, 1);
	}
	bool is_script = is_in(name, scripts, sizeof scripts / sizeof *scripts); // Go means Script, PCRE2 by default Script_Extensions
	if (!is_script && !is_in(name, categories, sizeof categories / sizeof *categories))
		return fail(t, "invalid character class range", since(t, start));
	bool has_case = str_equal_cstr(name, "Lu") || str_equal_cstr(name, "Ll") || str_equal_cstr(name, "Lt");
	if (t->folds && has_case) // Go folds the category, PCRE2 does not
		name = STR("L&");
	buf_format(t->out, "\\%c{%s%.*s}", is_negative ? 'P' : 'p', is_script ? "sc:" : "", STR_ARG(name));
	return true;
}

// [:alpha:] and its like, which mean the same in PCRE2. *found is false when there is none at t->at.
static bool read_named_class(struct translator *t, bool *found) {
	static const char *const names[] = { "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper", "word", "xdigit" };
	struct str rest = rest_of(t);
	ptrdiff_t end = rest.len > 2 && str_has_prefix(rest, STR("[:")) ? str_find(str_skip(rest, 2), STR(":]")) : -1;
	*found = end >= 0;
	if (end < 0)
		return true;
	struct str whole = str_head(rest, (size_t)end + 4), name = str_head(str_skip(rest, 2), (size_t)end);
	if (str_has_prefix(name, STR("^")))
		name = str_skip(name, 1);
	if (!is_in(name, names, sizeof names / sizeof *names))
		return fail(t, "invalid character class range", whole);
	t->at += whole.len;
	buf_append_str(t->out, whole);
	return true;
}

static bool read_class_rune(struct translator *t, size_t class_start, unsigned *out) {
	if (!has_more(t))
		return fail(t, "missing closing ]", str_skip(t->pattern, class_start));
	if (byte_at(t, 0) == '\\')
		return read_escape(t, out);
	*out = next_rune(t);
	return true;
}

static bool read_class_range(struct translator *t, size_t class_start) {
	size_t start = t->at;
	unsigned low = 0, high = 0;
	if (!read_class_rune(t, class_start, &low))
		return false;
	high = low;
	if (byte_at(t, 0) == '-' && t->at + 1 < t->pattern.len && byte_at(t, 1) != ']') {
		t->at++;
		if (!read_class_rune(t, class_start, &high))
			return false;
		if (high < low)
			return fail(t, "invalid character class range", since(t, start));
	}
	if (is_surrogate(low))
		low = 0xe000;
	if (is_surrogate(high))
		high = 0xd7ff;
	if (low > high) // nothing but surrogates
		return true;
	put_rune(t, low);
	if (high > low) {
		buf_append_char(t->out, '-');
		put_rune(t, high);
	}
	return true;
}

static bool read_class_item(struct translator *t, size_t class_start) {
	bool found = false, is_negative = false;
	if (!read_named_class(t, &found))
		return false;
	if (found)
		return true;
	if (is_unicode_class(t))
		return read_unicode_class(t);
	const struct perl_class *class = read_perl_class(t, &is_negative);
	if (class == NULL)
		return read_class_range(t, class_start);
	const char *complement = t->folds ? class->folded_complement : class->complement;
	buf_append_cstr(t->out, is_negative ? complement : class->members);
	return true;
}

static bool read_class(struct translator *t) {
	size_t start = t->at++;
	bool is_negative = byte_at(t, 0) == '^';
	t->at += is_negative;
	begin_piece(t);
	buf_append_cstr(t->out, is_negative ? "[^" : "[");
	size_t empty = t->out->len;
	for (bool is_first = true; is_first || byte_at(t, 0) != ']'; is_first = false)
		if (!read_class_item(t, start))
			return false;
	t->at++;
	if (t->out->len == empty) { // only surrogates: nothing, or anything
		buf_truncate(t->out, t->piece_start);
		buf_append_cstr(t->out, is_negative ? "[\\x{0}-\\x{10ffff}" : "[^\\x{0}-\\x{10ffff}");
	}
	buf_append_char(t->out, ']');
	end_piece(t, false, 1);
	return true;
}

// --- the whole ---

static bool read_backslash(struct translator *t) {
	bool is_negative = false;
	unsigned rune = 0;
	size_t start = t->at;
	switch (byte_at(t, 1)) {
	case 'A':
	case 'b':
	case 'B':
	case 'z': {
		char text[] = { '\\', byte_at(t, 1), '\0' };
		t->at += 2;
		put_assertion(t, text);
		return true;
	}
	case 'C':
		t->at += 2;
		return fail_escape(t, start);
	case 'Q':
		quote_until_end(t);
		return true;
	}
	if (is_unicode_class(t)) {
		begin_piece(t);
		if (!read_unicode_class(t))
			return false;
		end_piece(t, false, 1);
		return true;
	}
	const struct perl_class *class = read_perl_class(t, &is_negative);
	if (class != NULL) {
		begin_piece(t);
		buf_format(t->out, "[%s%s]", is_negative ? "^" : "", class->members);
		end_piece(t, false, 1);
		return true;
	}
	if (!read_escape(t, &rune))
		return false;
	put_literal(t, rune);
	return true;
}

static bool read_piece(struct translator *t) {
	switch (byte_at(t, 0)) {
	case '(': return read_group(t);
	case ')': return close_group(t);
	case '[': return read_class(t);
	case '\\': return read_backslash(t);
	case '*':
	case '+':
	case '?':
	case '{': return read_repeat(t);
	case '^':
	case '$': {
		char text[] = { t->pattern.data[t->at++], '\0' };
		put_assertion(t, text);
		return true;
	}
	case '.':
		t->at++;
		put_piece(t, ".");
		return true;
	case '|':
		t->at++;
		buf_append_char(t->out, '|');
		t->has_piece = false;
		return true;
	}
	put_literal(t, next_rune(t));
	return true;
}

static bool check_utf8(struct translator *t) {
	for (unsigned rune = 0; has_more(t);) {
		size_t len = str_decode_rune(rest_of(t), &rune);
		if (rune == 0xfffd && len == 1)
			return fail(t, "invalid UTF-8", rest_of(t));
		t->at += len;
	}
	t->at = 0;
	return true;
}

void regex_syntax_finish(struct regex_syntax *syntax) {
	for (size_t i = 0; i < syntax->names.count; i++)
		mem_free_str(syntax->names.items[i].name);
	array_finish(&syntax->names);
	buf_finish(&syntax->pcre2);
}

bool regex_syntax_translate(struct str pattern, struct regex_syntax *out, struct error *err) {
	struct translator t = { .pattern = pattern, .syntax = out, .out = &out->pcre2, .err = err, .last_repeat = NONE };
	t.groups[0].weight = 1;
	if (!check_utf8(&t))
		return false;
	while (has_more(&t)) {
		size_t start = t.at;
		if (!read_piece(&t))
			return false;
		if (t.last_repeat != start)
			t.last_repeat = NONE;
	}
	return t.depth == 0 || fail(&t, "missing closing )", pattern);
}
