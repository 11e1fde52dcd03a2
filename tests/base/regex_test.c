// SPDX-License-Identifier: Apache-2.0
// RE2's syntax and meaning on PCRE2: what compiles, what is refused in which words, what matches, what replacement gives.
#include "base/regex.h"

#include "base/buf.h"
#include "tests/harness/test.h"

static enum regex_match test_pattern(const char *pattern, unsigned flags, struct str text) {
	struct error err = { 0 };
	struct regex *regex = regex_compile(str_of(pattern), flags, &err);
	if (regex == NULL)
		FAIL_TEST("%s: %s", pattern, err.text);
	enum regex_match result = regex_test(regex, text);
	regex_destroy(regex);
	return result;
}

TEST(what_re2_refuses_is_refused_in_gos_words) {
	// clang-format off: packed rows
	static const struct { const char *pattern, *why; } cases[] = {
		{ "(a", "missing closing ): `(a`" },
		{ "a)", "unexpected ): `a)`" },
		{ "(a|b))", "unexpected ): `(a|b))`" },
		{ "[a", "missing closing ]: `[a`" },
		{ "x[", "missing closing ]: `[`" },
		{ "[]a", "missing closing ]: `[]a`" },
		{ "[^", "missing closing ]: `[^`" },
		{ "*a", "missing argument to repetition operator: `*`" },
		{ "a|+", "missing argument to repetition operator: `+`" },
		{ "(?:", "missing closing ): `(?:`" },
		{ "(+?)", "missing argument to repetition operator: `+?`" },
		{ "{2}", "missing argument to repetition operator: `{2}`" },
		{ "(?i)*", "missing argument to repetition operator: `*`" },
		{ "a**", "invalid nested repetition operator: `**`" },
		{ "a++", "invalid nested repetition operator: `++`" },
		{ "a??+", "invalid nested repetition operator: `??+`" },
		{ "a{2}{3}?", "invalid nested repetition operator: `{2}{3}?`" },
		{ "a*?+", "invalid nested repetition operator: `*?+`" },
		{ "a{1001}", "invalid repeat count: `{1001}`" },
		{ "a{2,1}", "invalid repeat count: `{2,1}`" },
		{ "a{1,1001}?", "invalid repeat count: `{1,1001}`" },
		{ "a{99999999999}", "invalid repeat count: `{99999999999}`" },
		{ "(a{100}){11}", "invalid repeat count: `{11}`" },
		{ "((a{10}b*){10}){11,}", "invalid repeat count: `{11,}`" },
		{ "\\", "trailing backslash at end of expression: ``" },
		{ "a\\", "trailing backslash at end of expression: ``" },
		{ "\\1", "invalid escape sequence: `\\1`" },
		{ "\\8", "invalid escape sequence: `\\8`" },
		{ "\\C", "invalid escape sequence: `\\C`" },
		{ "\\h", "invalid escape sequence: `\\h`" },
		{ "\\R", "invalid escape sequence: `\\R`" },
		{ "\\K", "invalid escape sequence: `\\K`" },
		{ "\\G", "invalid escape sequence: `\\G`" },
		{ "\\Z", "invalid escape sequence: `\\Z`" },
		{ "\\e", "invalid escape sequence: `\\e`" },
		{ "\\cA", "invalid escape sequence: `\\c`" },
		{ "\\N{U+41}", "invalid escape sequence: `\\N`" },
		{ "\\u0041", "invalid escape sequence: `\\u`" },
		{ "\\X", "invalid escape sequence: `\\X`" },
		{ "\\\xc3\xa9", "invalid escape sequence: `\\\xc3\xa9`" },
		{ "\\x", "invalid escape sequence: `\\x`" },
		{ "\\x4", "invalid escape sequence: `\\x4`" },
		{ "\\x4g", "invalid escape sequence: `\\x4g`" },
		{ "\\x{", "invalid escape sequence: `\\x{`" },
		{ "\\x{}", "invalid escape sequence: `\\x{}`" },
		{ "\\x{110000}", "invalid escape sequence: `\\x{110000`" },
		{ "(?=a)", "invalid or unsupported Perl syntax: `(?=`" },
		{ "(?!a)", "invalid or unsupported Perl syntax: `(?!`" },
		{ "(?>a)", "invalid or unsupported Perl syntax: `(?>`" },
		{ "(?'n'x)", "invalid or unsupported Perl syntax: `(?'`" },
		{ "(?P=n)", "invalid or unsupported Perl syntax: `(?P`" },
		{ "(?x)a", "invalid or unsupported Perl syntax: `(?x`" },
		{ "(?#c)", "invalid or unsupported Perl syntax: `(?#`" },
		{ "(?|a)", "invalid or unsupported Perl syntax: `(?|`" },
		{ "(?R)", "invalid or unsupported Perl syntax: `(?R`" },
		{ "(?&n)", "invalid or unsupported Perl syntax: `(?&`" },
		{ "(?i-)", "invalid or unsupported Perl syntax: `(?i-)`" },
		{ "(?-)", "invalid or unsupported Perl syntax: `(?-)`" },
		{ "(?i-s-m)", "invalid or unsupported Perl syntax: `(?i-s-`" },
		{ "(?i", "invalid or unsupported Perl syntax: `(?i`" },
		{ "(?^i)", "invalid or unsupported Perl syntax: `(?^`" },
		{ "(*UCP)a", "missing argument to repetition operator: `*`" },
		{ "(?", "invalid or unsupported Perl syntax: `(?`" },
		{ "(?<=a)", "invalid named capture: `(?<=a)`" },
		{ "(?P<n", "invalid named capture: `(?P<n`" },
		{ "(?P<n-m>x)", "invalid named capture: `(?P<n-m>`" },
		{ "(?P<>x)", "invalid named capture: `(?P<>`" },
		{ "[b-a]", "invalid character class range: `b-a`" },
		{ "[[:alphabet:]]", "invalid character class range: `[:alphabet:]`" },
		{ "[[:<:]]", "invalid character class range: `[:<:]`" },
		{ "[a-\\d]", "invalid escape sequence: `\\d`" },
		{ "[\\b]", "invalid escape sequence: `\\b`" },
		{ "\\p{IsGreek}", "invalid character class range: `\\p{IsGreek}`" },
		{ "\\p{greek}", "invalid character class range: `\\p{greek}`" },
		{ "\\p{Grek}", "invalid character class range: `\\p{Grek}`" },
		{ "\\pX", "invalid character class range: `\\pX`" },
		{ "\\p{L", "invalid character class range: `\\p{L`" },
		{ "\\p", "invalid character class range: `\\p`" },
		{ "[\\p{}]", "invalid character class range: `\\p{}`" },
		{ "a\xff", "invalid UTF-8: `\xff`" },
	};
	// clang-format on
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct error err = { 0 };
		struct regex *regex = regex_compile(str_of(cases[i].pattern), 0, &err);
		if (regex != NULL)
			FAIL_TEST("accepted %s", cases[i].pattern);
		char wanted[200];
		snprintf(wanted, sizeof wanted, "error parsing regexp: %s", cases[i].why);
		CHECK_CSTR(err.text, wanted);
		CHECK(err.code == ERR_INVALID);
	}
}

TEST(an_anchored_pattern_is_shown_as_it_is_compiled) {
	struct error err = { 0 };
	CHECK(regex_compile(STR("(a"), REGEX_ANCHORED, &err) == NULL);
	CHECK_CSTR(err.text, "error parsing regexp: missing closing ): `^(?:(a)$`");
	CHECK(regex_compile(STR("[a"), REGEX_ANCHORED | REGEX_DOT_NEWLINE, &err) == NULL);
	CHECK_CSTR(err.text, "error parsing regexp: missing closing ]: `[a)$`");
}

TEST(what_matches_wholly_and_what_does_not) {
	static const struct { const char *pattern, *yes, *no; } cases[] = {
		// NULL: nothing to try
		{ "", "", "a" },
		{ "a|b", "b", "ab" },
		{ "a|", "", "b" },
		{ "a", "a", "aa" },
		{ "(?i)K", "\xe2\x84\xaa", "j" },
		{ "a.c", "abc", "a\nc" },
		{ "(?s)a.c", "a\nc", "ac" },
		{ "a$", "a", "a\n" },
		{ "a\\z", "a", "a\n" },
		{ "^a$", "a", "\na" },
		{ "(?m)a$\nb", "a\nb", "a" },
		{ "(?m)a\n^", "a\n", "a" },
		{ "\\Qa.b\\E", "a.b", "axb" },
		{ "\\Q\\\\Ex*", "\\xx", "x" },
		{ "a\\Qb\\E+", "abb", "aab" },
		{ "x\\Q\\E*", "xxx", "y" },
		{ "\\v", "\v", "\n" },
		{ "\\s", "\f", "\v" },
		{ "[\\s]", "\t", "\v" },
		{ "[[:space:]]", "\v", "x" },
		{ "\\S", "\v", " " },
		{ "[\\S]", "\v", " " },
		{ "[^\\S]", " ", "\v" },
		{ "\\d+", "42", "\xd9\xa3" },
		{ "\\w", "_", "\xc3\xa9" },
		{ "\\W", "\xc3\xa9", "a" },
		{ "[\\W]", "\xc3\xa9", "a" },
		{ "[^\\W]", "a", "-" },
		{ "[\\D]", "x", "7" },
		{ "(?i)\\p{Lu}", "a", "1" },
		{ "(?i:a)\\p{Lu}", "AB", "Ab" },
		{ "(?i)[^\\W_]", "\xe2\x84\xaa", "_" },
		{ "(?i)\\w", "\xc5\xbf", "-" },
		{ "\\pL", "\xc3\xa9", "1" },
		{ "\\p{Lu}\\p{^Lu}", "Aa", "AA" },
		{ "\\PL", "1", "a" },
		{ "[^\\p{Greek}]", "a", "\xce\xb1" },
		{ "\\p{Greek}+", "\xce\xb1\xce\xb2", "a" },
		{ "\\P{^Nd}", "5", "a" },
		{ "\\p{Any}", "\n", "" },
		{ "\\pN", "\xc2\xbd", "a" },
		{ "[[:alpha:]]+", "abc", "ab1" },
		{ "[[:^alpha:]]", "1", "a" },
		{ "[[:word:]]", "_", "-" },
		{ "(?i)[[:upper:]]", "a", "1" },
		{ "[[:alpha]", ":", "b" },
		{ "[[:alpha:]-]", "-", "1" },
		{ "[]a]", "]", "b" },
		{ "[^]a]", "b", "]" },
		{ "[a-]", "-", "b" },
		{ "[-a]", "-", "b" },
		{ "[a&&b]", "&", "c" },
		{ "[.]", ".", "a" },
		{ "[\\]]", "]", "\\" },
		{ "[\\x41-\\x{43}]", "B", "D" },
		{ "[\\n-\\r]", "\v", "\t" },
		{ "[^a]", "\n", "a" },
		{ "[a-c-e]", "-", "d" },
		{ "[--/]", ".", "," },
		{ "\\x41", "A", "a" },
		{ "\\x{1F600}", "\xf0\x9f\x98\x80", "x" },
		{ "\\012", "\n", "n" },
		{ "\\07", "\a", "0" },
		{ "\\a\\f\\t\\r\\n", "\a\f\t\r\n", "" },
		{ "\\101", "A", "1" },
		{ "\\_\\-\\/\\#\\ ", "_-/# ", "" },
		{ "a{,5}", "a{,5}", "aa" },
		{ "a{2}", "aa", "a" },
		{ "a{2,}", "aaaa", "a" },
		{ "a{0}b", "b", "ab" },
		{ "a{01}", "a{01}", "a" },
		{ "a{1,2", "a{1,2", "a" },
		{ "x{", "x{", "x" },
		{ "}]{", "}]{", "" },
		{ "a{0,1000}", "aaa", "b" },
		{ "(?P<n>x)", "x", "y" },
		{ "(?<n>x)", "x", "y" },
		{ "(?P<1>x)(?P<1>y)", "xy", "x" },
		{ "(?U)a+b", "aab", "b" },
		{ "(?i-s:A)b", "ab", "aB" },
		{ "a(?i)b|c", "C", "Ab" },
		{ "(a(?i)b)c", "aBc", "aBC" },
		{ "(?)a", "a", "" },
		{ "a(?i)*", "aaa", "A" },
		{ "^*a", "a", "" },
		{ "\\b+a", "a", "" },
		{ "$*", "", "a" },
		{ "(|a)*", "aa", "b" },
		{ "(?:)+", "", "a" },
		{ "a*\\Q\\E*", "aa", "b" },
		{ "()", "", "a" },
		{ "\\bfoo\\b.*", "foo bar", "foobar" },
		{ "a\\Bb", "ab", "a b" },
		{ "\\Aab", "ab", "b" },
		{ "[\\x{D800}-\\x{DFFF}]*", "", "a" },
		{ "\\x{D800}?a", "a", "aa" },
		{ "[^\\x{D800}]", "a", "" },
		{ "[\\x{D7FF}-\\x{E000}]", "\xee\x80\x80", "a" },
		{ "#a b", "#a b", "ab" },
		{ "a\"b", "a\"b", "ab" },
		{ "\xc3\xa9+", "\xc3\xa9\xc3\xa9", "\xc3"
		                                   "a" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		if (test_pattern(cases[i].pattern, REGEX_ANCHORED, str_of(cases[i].yes)) != REGEX_MATCH)
			FAIL_TEST("%s does not match \"%s\"", cases[i].pattern, cases[i].yes);
		if (strcmp(cases[i].no, cases[i].yes) != 0 && test_pattern(cases[i].pattern, REGEX_ANCHORED, str_of(cases[i].no)) != REGEX_NO_MATCH && str_is_utf8(str_of(cases[i].no)))
			FAIL_TEST("%s matches \"%s\"", cases[i].pattern, cases[i].no);
	}
}

TEST(a_nul_is_a_byte_like_others) {
	CHECK(test_pattern("\\x00", REGEX_ANCHORED, str_make("", 1)) == REGEX_MATCH);
	struct regex *regex = regex_compile(str_make("a\0b", 3), REGEX_ANCHORED, NULL);
	CHECK(regex != NULL && regex_test(regex, str_make("a\0b", 3)) == REGEX_MATCH && regex_test(regex, STR("a")) == REGEX_NO_MATCH);
	regex_destroy(regex);
}

TEST(unanchored_patterns_are_searched_for) {
	CHECK(test_pattern("b+", 0, STR("abbc")) == REGEX_MATCH);
	CHECK(test_pattern("^b+", 0, STR("abbc")) == REGEX_NO_MATCH);
	CHECK(test_pattern("", 0, STR_NONE) == REGEX_MATCH);
}

TEST(dot_takes_a_newline_where_asked) {
	CHECK(test_pattern("a.c", REGEX_ANCHORED | REGEX_DOT_NEWLINE, STR("a\nc")) == REGEX_MATCH);
	CHECK(test_pattern("(?-s)a.c", REGEX_ANCHORED | REGEX_DOT_NEWLINE, STR("a\nc")) == REGEX_NO_MATCH);
}

TEST(a_match_that_costs_too_much_is_a_limit_and_not_a_miss) {
	CHECK(test_pattern("(a|aa)+c?", REGEX_ANCHORED, STR("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab")) == REGEX_LIMIT);
	autobuf struct buf text = { 0 };
	for (int i = 0; i < (1 << 20) + 1; i++)
		buf_append_char(&text, 'a');
	CHECK(test_pattern("a+", REGEX_ANCHORED, buf_str(&text)) == REGEX_LIMIT);
	CHECK(test_pattern("a+", REGEX_ANCHORED, str_head(buf_str(&text), 1 << 20)) == REGEX_MATCH);
}

TEST(patterns_have_bounds) {
	static char long_pattern[(64 << 10) + 1];
	char deep[700];
	struct error err = { 0 };
	memset(long_pattern, 'a', sizeof long_pattern);
	CHECK(regex_compile(str_make(long_pattern, sizeof long_pattern), 0, &err) == NULL && err.code == ERR_LIMIT);
	memset(deep, '(', 300);
	memset(deep + 300, ')', 300);
	CHECK(regex_compile(str_make(deep, 600), 0, &err) == NULL && err.code == ERR_LIMIT);
	struct regex *fits = regex_compile(str_make(deep + 50, 500), REGEX_ANCHORED, &err);
	CHECK(fits != NULL);
	regex_destroy(fits);
	regex_destroy(NULL);
}

TEST(a_thousand_hosts_are_one_pattern) {
	autobuf struct buf pattern = { 0 };
	for (int i = 0; i < 1000; i++)
		buf_format(&pattern, "%shost-%04d.example.org", i > 0 ? "|" : "", i);
	for (unsigned flags = REGEX_ANCHORED; flags <= (REGEX_ANCHORED | REGEX_ONCE); flags += REGEX_ONCE) {
		CHECK(test_pattern(buf_cstr(&pattern), flags, STR("host-0999.example.org")) == REGEX_MATCH);
		CHECK(test_pattern(buf_cstr(&pattern), flags, STR("host-1000.example.org")) == REGEX_NO_MATCH);
	}
}

static void check_replace(const char *pattern, const char *text, const char *replacement, const char *wanted) {
	autobuf struct buf out = { 0 };
	struct regex *regex = regex_compile(str_of(pattern), 0, NULL);
	CHECK(regex != NULL && regex_replace_all(regex, str_of(text), str_of(replacement), &out));
	CHECK_CSTR(buf_cstr(&out), wanted);
	regex_destroy(regex);
}

TEST(replacing_is_gos) {
	check_replace("a", "banana", "<$0>", "b<a>n<a>n<a>");
	check_replace("(\\w)(\\d)?", "a1 b", "$2$1", "1a b");
	check_replace("", "ab", "-", "-a-b-");
	check_replace("x*", "axxb", "-", "-a-b-");
	check_replace("b*", "\xc3\xa4"
	                    "b",
	    "-", "-\xc3\xa4-");
	check_replace("^a", "aaa", "x", "xaa");
	check_replace("z", "abc", "y", "abc");
	check_replace("(?P<first>a)(?P<second>b)", "ab", "${second}$first", "ba");
	check_replace("(?P<n>a)|(?P<n>b)", "ab", "[$n]", "[a][b]");
	check_replace("a", "a", "$", "$");
	check_replace("(a)", "a", "$1x ${1}x $$1 ${1 $01 $9 $-", " ax $1 ${1   $-");
	check_replace("(a)", "a", "$1\xc3\xa9 $1\xc2\xb0", " a\xc2\xb0");
	check_replace("(a)", "a", "$1\xd6z $n\xff", "a\xd6z \xff"); // broken UTF-8 ends a name
	check_replace("a", "", "x", "");
	check_replace("\\b", "ab cd", "|", "|ab| |cd|");
}

TEST(expanding_needs_the_whole_text_to_match) {
	autobuf struct buf out = { 0 };
	struct regex *regex = regex_compile(STR("(.*):(\\d+)"), REGEX_ANCHORED, NULL);
	CHECK_INT(regex_expand(regex, STR("host:9100"), STR("$2@$1"), &out), REGEX_MATCH);
	CHECK_STR(buf_str(&out), "9100@host");
	CHECK_INT(regex_expand(regex, STR("host"), STR("$1"), &out), REGEX_NO_MATCH);
	CHECK_STR(buf_str(&out), "9100@host");
	regex_destroy(regex);
}

TEST(a_limit_while_replacing_leaves_the_output) {
	autobuf struct buf out = { 0 };
	buf_append_cstr(&out, "before");
	struct regex *regex = regex_compile(STR("(a|aa)+[cd]"), 0, NULL);
	CHECK(!regex_replace_all(regex, STR("acaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"), STR("x"), &out));
	CHECK_STR(buf_str(&out), "before");
	regex_destroy(regex);
}

TEST(the_syntax_alone_is_checked_without_anchors_and_at_any_length) {
	struct error err;
	CHECK(regex_check(STR("a|(b[c-d]+)"), &err));
	CHECK(!regex_check(STR("a)(b"), &err));
	CHECK_CSTR(err.text, "error parsing regexp: unexpected ): `a)(b`");
	autobuf struct buf pattern = { 0 };
	for (int i = 0; i < 5000; i++)
		buf_append_cstr(&pattern, "ab|");
	CHECK(regex_check(buf_str(&pattern), &err));
}
