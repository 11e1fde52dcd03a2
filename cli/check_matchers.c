// SPDX-License-Identifier: Apache-2.0
// tocsin check matchers: parses texts of matchers and prints their normal form, and what each parser makes of them.
#include "base/buf.h"
#include "cli/feature_flag.h"
#include "model/limits.h"

#include <stdio.h>

struct check_options {
	struct flag_list features;
};

static const struct flag flags[] = {
	FEATURE_FLAG(struct check_options, features),
};

static void append_reading(struct buf *out, const struct matcher_reading *reading, enum matcher_mode mode) {
	const char *by = matcher_reading_is_old(reading, mode) || mode == MATCHER_CLASSIC ? "classic" : "UTF-8";
	buf_format(out, "  read by the %s parser\n", by);
	if (reading->differs)
		buf_append_cstr(out, "  warning: the UTF-8 parser understands something else\n");
}

static void append_error(struct buf *out, const char *parser, const struct error *err) {
	if (err->code != ERR_NONE)
		buf_format(out, "  %s parser: %s\n", parser, err->text);
}

static bool check(struct str text, enum matcher_mode mode) {
	autobuf struct buf out = { 0 };
	struct matchers matchers = { 0 };
	struct matcher_reading reading;
	struct error err = { 0 };
	bool ok = matchers_read(&matchers, text, mode, &reading, &err);
	if (ok) {
		matchers_format(&out, &matchers);
		buf_append_char(&out, '\n');
		append_reading(&out, &reading, mode);
	} else {
		buf_format(&out, "%.*s\n  error: %s\n", STR_ARG(text), err.text);
	}
	append_error(&out, "classic", &reading.classic_error);
	append_error(&out, "UTF-8", &reading.utf8_error);
	fputs(buf_cstr(&out), ok ? stdout : stderr);
	matchers_finish(&matchers);
	return ok;
}

// A text a line.
static bool check_stdin(enum matcher_mode mode) {
	autobuf struct buf text = { 0 };
	char chunk[8192];
	bool ok = true;
	for (size_t got; text.len <= LIMIT_CONFIG_BYTES && (got = fread(chunk, 1, sizeof chunk, stdin)) > 0;)
		buf_append(&text, chunk, got);
	for (struct str rest = buf_str(&text); rest.len > 0;)
		ok &= check(str_cut(&rest, '\n'), mode);
	return ok;
}

static int run(const void *given, int argc, char **argv) {
	const struct check_options *options = given;
	struct config_features features = { 0 };
	bool ok = true;
	if (!feature_flag_read("check matchers", &options->features, &features))
		return EXIT_USAGE;
	if (argc == 0) {
		fprintf(stderr, "tocsin check matchers: expected matchers, or - for lines of standard input\n");
		return EXIT_USAGE;
	}
	for (int i = 0; i < argc; i++)
		ok &= strcmp(argv[i], "-") == 0 ? check_stdin(features.matchers) : check(str_of(argv[i]), features.matchers);
	return ok ? 0 : 1;
}

const struct command check_matchers_command = {
	.words = "check matchers",
	.arguments = "MATCHERS...|-",
	.help = "Parse matchers and print their normal form and what each parser says: 0 good, 1 broken.",
	.flags = flags,
	.flag_count = sizeof flags / sizeof *flags,
	.options_size = sizeof(struct check_options),
	.run = run,
};
