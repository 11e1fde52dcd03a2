// SPDX-License-Identifier: Apache-2.0
// tocsin check rules: what promtool check rules does, with places and with findings of our own. Opens no socket.
#include "base/buf.h"
#include "cli/feature_flag.h"
#include "cli/lint_choice.h"
#include "cli/report.h"
#include "daemon/config.h"
#include "model/limits.h"

#include <stdio.h>

struct check_options {
	const char *lint, *min_severity, *config_file, *format;
	struct flag_list features;
	bool lint_fatal, list_lints, print_schema, ignore_unknown_fields;
};

static const struct flag flags[] = {
	{ "lint", FLAG_TEXT, offsetof(struct check_options, lint), "duplicate-rules", "WHAT", "Findings that count for the exit status: " LINT_CHOICES "; none shows none." },
	{ "min-severity", FLAG_TEXT, offsetof(struct check_options, min_severity), "info", "SEVERITY", "Findings below it are neither shown nor counted: " MIN_SEVERITIES "." },
	{ "lint-fatal", FLAG_BOOL, offsetof(struct check_options, lint_fatal), NULL, NULL, "Exit with 3 when there are findings that count." },
	{ "list-lints", FLAG_BOOL, offsetof(struct check_options, list_lints), NULL, NULL, "Print all findings there can be as Markdown and exit." },
	{ "print-schema", FLAG_BOOL, offsetof(struct check_options, print_schema), NULL, NULL, "Print the JSON Schema of rule files and exit." },
	{ "config.file", FLAG_TEXT, offsetof(struct check_options, config_file), NULL, "FILE", "Configuration whose lint policy and evaluation interval hold." },
	{ "ignore-unknown-fields", FLAG_BOOL, offsetof(struct check_options, ignore_unknown_fields), NULL, NULL, "Pass over keys that are not known." },
	FEATURE_FLAG(struct check_options, features),
	{ "format", FLAG_TEXT, offsetof(struct check_options, format), "text", "FORMAT", REPORT_FORMATS "." },
};

// One run over all files.
struct check {
	struct config_features features;
	struct rule_options rules;
	struct report report;
	struct lint_choice choice;
	bool is_broken;
};

static bool read_stdin(struct buf *out, struct error *err) {
	char chunk[32768];
	for (size_t got; (got = fread(chunk, 1, sizeof chunk, stdin)) > 0;) {
		buf_append(out, chunk, got);
		if (out->len > LIMIT_RULE_FILE_BYTES)
			return error_set(err, ERR_LIMIT, "standard input: larger than %d bytes", LIMIT_RULE_FILE_BYTES);
	}
	return true;
}

// One file, or standard input where its name is "-".
static void check_file(struct check *check, const char *file) {
	bool is_stdin = strcmp(file, "-") == 0;
	autobuf struct buf text = { 0 }, summary = { 0 };
	struct error err = { 0 };
	const char *name = is_stdin ? "stdin" : file;
	struct rule_set *set = NULL;
	report_file_begin(&check->report, is_stdin ? "standard input" : file);
	if (is_stdin ? read_stdin(&text, &err) : fs_read_file(file, LIMIT_RULE_FILE_BYTES, &text, &err))
		set = rule_set_parse(name, buf_str(&text), &check->rules, &check->report.problems);
	else
		problem_from_error(&check->report.problems, &err);
	buf_format(&summary, "%zu rules found", set != NULL ? set->rule_count : 0);
	check->is_broken |= set == NULL;
	report_file_end(&check->report, name, set != NULL, buf_cstr(&summary), buf_str(&text));
	rule_set_unref(set);
}

// The configuration named by --config.file; none is fine. Its own problems are reported.
static bool load_config(struct check *check, const char *file, struct config **out) {
	if (file == NULL)
		return true;
	*out = config_load_policy(file, check->features, &check->report.problems);
	if (*out != NULL)
		return true;
	report_file_begin(&check->report, file);
	report_file_end(&check->report, file, false, "", STR_NONE);
	return false;
}

static int check_files(struct check *check, const struct check_options *options, const struct config *config, int count, char **files) {
	struct lint_policy policy;
	if (config != NULL)
		policy = config->lint;
	else
		lint_policy_init(&policy);
	lint_choice_apply(&check->choice, &policy);
	if (config != NULL)
		check->rules = config_rule_options(config);
	check->rules.ignores_unknown_keys = options->ignore_unknown_fields;
	check->rules.linter = linter_create(&policy);
	for (int i = 0; i < count; i++)
		check_file(check, files[i]);
	if (count == 0)
		check_file(check, "-");
	int status = lint_choice_exit(&check->choice, check->rules.linter, check->is_broken, options->lint_fatal);
	linter_destroy(check->rules.linter);
	return status;
}

static int run(const void *given, int argc, char **argv) {
	const struct check_options *options = given;
	struct check check = { 0 };
	struct config *config = NULL;
	if (options->list_lints)
		return command_print(lint_findings_format);
	if (options->print_schema)
		return command_print(rule_schema_format);
	if (!feature_flag_read("check rules", &options->features, &check.features) || !report_init(&check.report, "check rules", options->format))
		return EXIT_USAGE;
	if (!lint_choice_parse("check rules", options->lint, options->min_severity, &check.choice))
		return EXIT_USAGE;
	check.rules.promql_features = check.features.promql;
	int status = EXIT_BROKEN;
	if (load_config(&check, options->config_file, &config))
		status = check_files(&check, options, config, argc, argv);
	report_finish(&check.report);
	config_unref(config);
	return status;
}

const struct command check_rules_command = {
	.words = "check rules",
	.arguments = "[FILE...]",
	.help = "Check rule files, standard input without any or where one is -: 0 good, 1 broken, 3 findings with --lint-fatal.",
	.flags = flags,
	.flag_count = sizeof flags / sizeof *flags,
	.options_size = sizeof(struct check_options),
	.run = run,
};
