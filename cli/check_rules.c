// SPDX-License-Identifier: Apache-2.0
// tocsin check rules: what promtool check rules does, with places. Opens no socket.
#include "base/buf.h"
#include "cli/command.h"
#include "model/limits.h"
#include "rules/rules.h"

struct check_options {
	const char *lint;
	bool lint_fatal;
};

static const struct flag flags[] = {
	{ "lint", FLAG_TEXT, offsetof(struct check_options, lint), "duplicate-rules", "WHAT", "Findings to look for: all, duplicate-rules or none." },
	{ "lint-fatal", FLAG_BOOL, offsetof(struct check_options, lint_fatal), NULL, NULL, "Exit with 3 when there are findings." },
};

enum { EXIT_GOOD,
	EXIT_BROKEN,
	EXIT_LINT = 3 };

static bool read_stdin(struct buf *out) {
	char chunk[32768];
	for (size_t got; (got = fread(chunk, 1, sizeof chunk, stdin)) > 0;) {
		buf_append(out, chunk, got);
		if (out->len > LIMIT_RULE_FILE_BYTES)
			return false;
	}
	return true;
}

static struct rule_set *load(const char *file, struct linter *linter, struct problems *problems) {
	const struct rule_options options = { .default_interval = MINUTES(1), .linter = linter };
	autobuf struct buf text = { 0 };
	struct error err = { 0 };
	bool ok = file != NULL ? fs_read_file(file, LIMIT_RULE_FILE_BYTES, &text, &err) : read_stdin(&text);
	if (ok)
		return rule_set_parse(file != NULL ? file : "stdin", buf_str(&text), &options, problems);
	if (err.code == ERR_NONE)
		error_set(&err, ERR_LIMIT, "standard input: larger than %d bytes", LIMIT_RULE_FILE_BYTES);
	problem_from_error(problems, &err);
	return NULL;
}

// One file, or standard input when NULL. Returns its exit status.
static int check(const char *file, const struct check_options *options) {
	struct problems problems = { 0 };
	struct lint_policy policy;
	lint_policy_init(&policy);
	struct linter *linter = strcmp(options->lint, "none") != 0 ? linter_create(&policy) : NULL;
	if (file != NULL)
		printf("Checking %s\n", file);
	else
		printf("Checking standard input\n");
	struct rule_set *set = load(file, linter, &problems);
	size_t findings = linter != NULL ? linter_count(linter, LINT_DUPLICATE_RULES) : 0;
	if (set != NULL)
		printf("  SUCCESS: %zu rules found\n", set->rule_count);
	else
		printf("  FAILED\n");
	fflush(stdout);
	autobuf struct buf text = { 0 };
	problems_format(&text, &problems);
	fputs(buf_cstr(&text), stderr);
	printf("\n");
	rule_set_unref(set);
	linter_destroy(linter);
	problems_finish(&problems);
	return set == NULL ? EXIT_BROKEN : findings > 0 && options->lint_fatal ? EXIT_LINT
	                                                                       : EXIT_GOOD;
}

static bool is_known_lint(const char *lint) {
	return strcmp(lint, "all") == 0 || strcmp(lint, "duplicate-rules") == 0 || strcmp(lint, "none") == 0;
}

static int run(const void *given, int argc, char **argv) {
	const struct check_options *options = given;
	if (!is_known_lint(options->lint)) {
		fprintf(stderr, "tocsin check rules: --lint: expected all, duplicate-rules or none, found \"%s\"\n", options->lint);
		return EXIT_USAGE;
	}
	if (argc == 0)
		return check(NULL, options);
	int worst = EXIT_GOOD;
	for (int i = 0; i < argc; i++) {
		int status = check(argv[i], options);
		if (status == EXIT_BROKEN || worst == EXIT_GOOD)
			worst = status; // broken outweighs findings
	}
	return worst;
}

const struct command check_rules_command = {
	.words = "check rules",
	.arguments = "[FILE...]",
	.help = "Check rule files: 0 good, 1 broken, 3 findings with --lint-fatal.",
	.flags = flags,
	.flag_count = sizeof flags / sizeof *flags,
	.options_size = sizeof(struct check_options),
	.run = run,
};
