// SPDX-License-Identifier: Apache-2.0
// Holds the parsers of matchers against answers of Alertmanager: a file of lines {"text": "…", "fallback": "…", "classic": "…", "utf8": "…",
// "one_fallback": "…", "one_classic": "…", "one_utf8": "…"}, the matchers as printed or "! " and the error; "~" before matchers of the fallback
// says that it took the old meaning against the new parser. Says which lines differ.
#include "base/buf.h"
#include "base/fs.h"
#include "base/json_read.h"
#include "model/matcher.h"

#include <stdio.h>

enum { FILE_MAX = 256 << 20 };

static const struct way {
	const char *name;
	enum matcher_mode mode;
	bool is_one;
} ways[] = {
	{ "fallback", MATCHER_FALLBACK, false },
	{ "classic", MATCHER_CLASSIC, false },
	{ "utf8", MATCHER_UTF8, false },
	{ "one_fallback", MATCHER_FALLBACK, true },
	{ "one_classic", MATCHER_CLASSIC, true },
	{ "one_utf8", MATCHER_UTF8, true },
};

static void answer(struct buf *out, struct str text, const struct way *way) {
	struct matchers matchers = { 0 };
	struct matcher_reading reading = { 0 };
	struct error err = { 0 };
	bool ok = way->is_one ? matchers_parse_one(&matchers, text, way->mode, &err) : matchers_read(&matchers, text, way->mode, &reading, &err);
	if (!ok)
		buf_format(out, "! %s", err.text);
	if (ok && matcher_reading_is_old(&reading, way->mode))
		buf_append_char(out, '~');
	if (ok)
		matchers_format(out, &matchers);
	matchers_finish(&matchers);
}

// Errors longer than ours can be are compared as far as ours go.
static bool is_same(struct str got, struct str wanted) {
	if (got.len < ERROR_TEXT_MAX - 4)
		return str_equal(got, wanted);
	return str_equal(str_head(got, ERROR_TEXT_MAX - 40), str_head(wanted, ERROR_TEXT_MAX - 40));
}

static bool check(struct str text, const char *name, struct str wanted) {
	for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
		autobuf struct buf got = { 0 };
		if (strcmp(ways[i].name, name) != 0)
			continue;
		answer(&got, text, &ways[i]);
		if (is_same(buf_str(&got), wanted))
			return true;
		printf("%s of: %.*s\n  got:    %s\n  wanted: %.*s\n", name, STR_ARG(text), buf_cstr(&got), STR_ARG(wanted));
		return false;
	}
	printf("unknown member %s\n", name);
	return false;
}

// `text` stands first.
static bool check_line(struct str line) {
	autoarena struct arena arena = { 0 };
	struct json_reader reader;
	struct str name, value, text = STR_NONE;
	bool ok = true;
	json_read_init(&reader, &arena, line);
	json_read_object_begin(&reader);
	while (json_read_object_next(&reader, &name) && json_read_string(&reader, &value)) {
		if (str_equal_cstr(name, "text"))
			text = value;
		else
			ok &= check(text, arena_cstr(&arena, name), value);
	}
	return json_read_end(&reader) && ok;
}

int main(int argc, char **argv) {
	autobuf struct buf file = { 0 };
	struct error err;
	size_t lines = 0, bad = 0;
	if (argc != 2 || !fs_read_file(argv[1], FILE_MAX, &file, &err))
		return 2;
	for (struct str rest = buf_str(&file); rest.len > 0; lines++)
		bad += !check_line(str_cut(&rest, '\n'));
	printf("%zu of %zu lines differ\n", bad, lines);
	return bad > 0 || lines == 0;
}
