// SPDX-License-Identifier: Apache-2.0
// tocsin check config: reads configuration files, and the rule files they name, as serve would. Opens no socket.
#include "base/buf.h"
#include "cli/feature_flag.h"
#include "cli/lint_choice.h"
#include "cli/report.h"
#include "daemon/config.h"

#include <stdio.h>

struct check_options {
	const char *lint, *min_severity, *format;
	struct flag_list features;
	bool print_keys, print_schema, lint_fatal;
};

static const struct flag flags[] = {
	{ "print-keys", FLAG_BOOL, offsetof(struct check_options, print_keys), NULL, NULL, "Print the reference of all keys as Markdown and exit." },
	{ "print-schema", FLAG_BOOL, offsetof(struct check_options, print_schema), NULL, NULL, "Print the JSON Schema of configuration files and exit." },
	{ "lint", FLAG_TEXT, offsetof(struct check_options, lint), "duplicate-rules", "WHAT", "Findings in rules that count for the exit status: " LINT_CHOICES "; none shows none." },
	{ "min-severity", FLAG_TEXT, offsetof(struct check_options, min_severity), "info", "SEVERITY", "Findings below it are neither shown nor counted: " MIN_SEVERITIES "." },
	{ "lint-fatal", FLAG_BOOL, offsetof(struct check_options, lint_fatal), NULL, NULL, "Exit with 3 when there are findings that count." },
	FEATURE_FLAG(struct check_options, features),
	{ "format", FLAG_TEXT, offsetof(struct check_options, format), "text", "FORMAT", REPORT_FORMATS "." },
};

// Depth is bounded by that of the document.
static size_t routes_below(const struct route_config *route) {
	size_t count = route->route_count;
	for (size_t i = 0; i < route->route_count; i++)
		count += routes_below(route->routes[i]);
	return count;
}

static void append_some(struct buf *out, size_t count, const char *what) {
	if (count > 0)
		buf_format(out, ", %zu %s", count, what);
}

static void summarize(struct buf *out, const struct config *config, const struct rule_set *rules) {
	const struct notify_config *notify = &config->notify;
	buf_format(out, "%zu receivers, %zu routes below the root", notify->receiver_count, routes_below(notify->root));
	append_some(out, notify->inhibit_rule_count, "inhibit rules");
	append_some(out, notify->interval_count, "time intervals");
	append_some(out, notify->template_file_count, "template files");
	buf_format(out, ", %zu rule files, %zu rules", config->rule_files.count, rules->rule_count);
}

// Its rules are linted by its own policy. Returns its exit status.
static int check_file(struct report *report, const char *file, const struct lint_choice *choice, struct config_features features, bool is_fatal) {
	autobuf struct buf summary = { 0 };
	struct lint_policy policy;
	struct rule_set *rules = NULL;
	report_file_begin(report, file);
	struct config *config = config_load(file, features, &report->problems);
	if (config != NULL)
		policy = config->lint;
	else
		lint_policy_init(&policy);
	lint_choice_apply(choice, &policy);
	struct linter *linter = linter_create(&policy);
	if (config != NULL)
		rules = config_load_rules(config, linter, &report->problems);
	if (rules != NULL)
		summarize(&summary, config, rules);
	report_file_end(report, file, rules != NULL, buf_cstr(&summary), STR_NONE);
	int status = lint_choice_exit(choice, linter, rules == NULL, is_fatal);
	linter_destroy(linter);
	rule_set_unref(rules);
	config_unref(config);
	return status;
}

static int run(const void *given, int argc, char **argv) {
	const struct check_options *options = given;
	struct report report;
	struct config_features features = { 0 };
	if (options->print_keys)
		return command_print(config_format_keys);
	if (options->print_schema)
		return command_print(config_format_schema);
	if (argc == 0) {
		fprintf(stderr, "tocsin check config: no file given\n");
		return EXIT_USAGE;
	}
	if (!feature_flag_read("check config", &options->features, &features) || !report_init(&report, "check config", options->format))
		return EXIT_USAGE;
	features.looks_for_files = true;
	struct lint_choice choice;
	if (!lint_choice_parse("check config", options->lint, options->min_severity, &choice))
		return EXIT_USAGE;
	int worst = EXIT_GOOD;
	for (int i = 0; i < argc; i++) {
		int status = check_file(&report, argv[i], &choice, features, options->lint_fatal);
		if (status == EXIT_BROKEN || worst == EXIT_GOOD)
			worst = status; // broken outweighs findings
	}
	report_finish(&report);
	return worst;
}

const struct command check_config_command = {
	.words = "check config",
	.arguments = "FILE...",
	.help = "Check configuration files and the rule files they name: 0 good, 1 broken, 3 findings with --lint-fatal.",
	.flags = flags,
	.flag_count = sizeof flags / sizeof *flags,
	.options_size = sizeof(struct check_options),
	.run = run,
};
