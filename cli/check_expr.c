// SPDX-License-Identifier: Apache-2.0
// tocsin check expr: parses one PromQL expression and prints its normal form.
#include "base/buf.h"
#include "base/problems.h"
#include "cli/command.h"
#include "model/limits.h"
#include "promql/promql.h"

#include <stdio.h>

struct check_options {
	const char *features;
};

static const struct flag flags[] = {
	{ "enable-feature", FLAG_TEXT, offsetof(struct check_options, features), "", "A,B", "Features of PromQL to accept, by Prometheus' names." },
};

static bool read_features(const char *text, unsigned *out) {
	struct str rest = str_of(text);
	while (rest.len > 0) {
		struct str name = str_cut(&rest, ',');
		unsigned feature = promql_feature_parse(name);
		if (feature == 0 && name.len > 0) {
			fprintf(stderr, "tocsin check expr: --enable-feature: unknown feature \"%.*s\"\n", STR_ARG(name));
			return false;
		}
		*out |= feature;
	}
	return true;
}

static void read_stdin(struct buf *out) {
	char chunk[8192];
	for (size_t got; out->len <= LIMIT_EXPR_BYTES && (got = fread(chunk, 1, sizeof chunk, stdin)) > 0;)
		buf_append(out, chunk, got);
}

// The line of the expression and a caret under the place, as problems of files have them.
static void append_source(struct buf *out, struct str text, size_t offset) {
	autobuf struct buf shown = { 0 };
	struct problem problem = { .at = { .line = 1, .column = 1 } };
	struct str before = str_head(text, offset), rest;
	for (unsigned rune; before.len > 0; before = str_skip(before, str_decode_rune(before, &rune))) {
		bool is_end = *before.data == '\n';
		problem.at.line += is_end;
		problem.at.column = is_end ? 1 : problem.at.column + 1;
	}
	problem_format(&shown, &problem, text);
	rest = buf_str(&shown);
	str_cut(&rest, '\n'); // its own message
	buf_append_str(out, rest);
}

static int check(struct str text, unsigned features) {
	autoarena struct arena arena = { 0 };
	autobuf struct buf out = { 0 };
	struct promql_result result = promql_parse(&arena, text, features);
	for (size_t i = 0; i < result.error_count; i++) {
		promql_error_format(&out, text, &result.errors[i]);
		buf_append_char(&out, '\n');
		append_source(&out, text, result.errors[i].offset);
	}
	if (result.root != NULL) {
		promql_format(&out, result.root);
		buf_append_char(&out, '\n');
	}
	fputs(buf_cstr(&out), result.root != NULL ? stdout : stderr);
	return result.root != NULL ? 0 : 1;
}

static int run(const void *given, int argc, char **argv) {
	const struct check_options *options = given;
	unsigned features = 0;
	if (!read_features(options->features, &features))
		return EXIT_USAGE;
	if (argc != 1) {
		fprintf(stderr, "tocsin check expr: expected one expression, or - for standard input\n");
		return EXIT_USAGE;
	}
	autobuf struct buf text = { 0 };
	if (strcmp(argv[0], "-") == 0)
		read_stdin(&text);
	else
		buf_append_cstr(&text, argv[0]);
	return check(buf_str(&text), features);
}

const struct command check_expr_command = {
	.words = "check expr",
	.arguments = "EXPR|-",
	.help = "Parse a PromQL expression and print its normal form: 0 good, 1 broken.",
	.flags = flags,
	.flag_count = sizeof flags / sizeof *flags,
	.options_size = sizeof(struct check_options),
	.run = run,
};
