// SPDX-License-Identifier: Apache-2.0
// tocsin check expr: parses one PromQL expression and prints its normal form, or lays it out in lines.
#include "base/buf.h"
#include "base/problems.h"
#include "cli/feature_flag.h"
#include "model/limits.h"
#include "promql/promql.h"

#include <stdio.h>

struct check_options {
	struct flag_list features;
	bool format;
};

static const struct flag flags[] = {
	FEATURE_FLAG(struct check_options, features),
	{ "format", FLAG_BOOL, offsetof(struct check_options, format), NULL, NULL, "Print it indented, in lines of 100 bytes. Comments are not kept." },
};

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

static void append_errors(struct buf *out, struct str text, const struct promql_result *result) {
	for (size_t i = 0; i < result->error_count; i++) {
		if (result->errors[i].is_echo)
			continue;
		promql_error_format(out, text, &result->errors[i]);
		buf_append_char(out, '\n');
		append_source(out, text, result->errors[i].offset);
	}
}

static bool append_good(struct buf *out, const struct promql_node *root, bool in_lines) {
	if (!in_lines) {
		promql_format(out, root);
	} else if (!promql_format_pretty(out, root)) {
		buf_format(out, "the expression in lines is longer than %d bytes\n", LIMIT_PRETTY_BYTES);
		return false;
	}
	buf_append_char(out, '\n');
	return true;
}

static int check(struct str text, unsigned features, bool in_lines) {
	autoarena struct arena arena = { 0 };
	autobuf struct buf out = { 0 };
	struct promql_result result = promql_parse(&arena, text, features);
	append_errors(&out, text, &result);
	bool ok = result.root != NULL && append_good(&out, result.root, in_lines);
	fputs(buf_cstr(&out), ok ? stdout : stderr);
	return ok ? 0 : 1;
}

static int run(const void *given, int argc, char **argv) {
	const struct check_options *options = given;
	struct config_features features = { 0 };
	if (!feature_flag_read("check expr", &options->features, &features))
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
	return check(buf_str(&text), features.promql, options->format);
}

const struct command check_expr_command = {
	.words = "check expr",
	.arguments = "EXPR|-",
	.help = "Parse a PromQL expression and print its normal form, or lay it out in lines: 0 good, 1 broken.",
	.flags = flags,
	.flag_count = sizeof flags / sizeof *flags,
	.options_size = sizeof(struct check_options),
	.run = run,
};
