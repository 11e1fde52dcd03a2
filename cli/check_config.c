// SPDX-License-Identifier: Apache-2.0
// tocsin check config: reads configuration files, and the rule files they name, as serve would. Opens no socket.
#include "base/buf.h"
#include "cli/command.h"
#include "daemon/config.h"

struct check_options {
	bool print_keys, print_schema;
};

static const struct flag flags[] = {
	{ "print-keys", FLAG_BOOL, offsetof(struct check_options, print_keys), NULL, NULL, "Print the reference of all keys as Markdown and exit." },
	{ "print-schema", FLAG_BOOL, offsetof(struct check_options, print_schema), NULL, NULL, "Print the JSON Schema of configuration files and exit." },
};

static void print_found(const struct config *config, const struct rule_set *rules) {
	size_t routes = 0;
	for (size_t i = 0; i < config->notify.root->route_count; i++)
		routes++;
	printf("  SUCCESS: %zu receivers, %zu routes below the root, %zu rule files, %zu rules\n", config->notify.receiver_count, routes, config->rule_files.count, rules->rule_count);
}

static bool check_file(const char *file) {
	struct problems problems = { 0 };
	printf("Checking %s\n", file);
	struct config *config = config_load(file, &problems);
	struct rule_set *rules = config != NULL ? config_load_rules(config, &problems) : NULL;
	if (config != NULL && rules != NULL)
		print_found(config, rules);
	else
		printf("  FAILED\n");
	fflush(stdout);
	autobuf struct buf text = { 0 };
	problems_format(&text, &problems);
	fputs(buf_cstr(&text), stderr);
	bool ok = problems.errors == 0;
	rule_set_unref(rules);
	config_unref(config);
	problems_finish(&problems);
	return ok;
}

static int print(void (*format)(struct buf *out)) {
	autobuf struct buf text = { 0 };
	format(&text);
	fputs(buf_cstr(&text), stdout);
	return 0;
}

static int run(const void *given, int argc, char **argv) {
	const struct check_options *options = given;
	if (options->print_keys)
		return print(config_format_keys);
	if (options->print_schema)
		return print(config_format_schema);
	if (argc == 0) {
		fprintf(stderr, "tocsin check config: no file given\n");
		return EXIT_USAGE;
	}
	bool ok = true;
	for (int i = 0; i < argc; i++)
		ok &= check_file(argv[i]);
	return ok ? 0 : 1;
}

const struct command check_config_command = {
	.words = "check config",
	.arguments = "FILE...",
	.help = "Check configuration files and the rule files they name: 0 good, 1 broken.",
	.flags = flags,
	.flag_count = sizeof flags / sizeof *flags,
	.options_size = sizeof(struct check_options),
	.run = run,
};
