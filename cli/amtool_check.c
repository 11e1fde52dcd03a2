// SPDX-License-Identifier: Apache-2.0
// tocsin check-config: amtool's command of that name, with its words. `check config` says more.
// Source: alertmanager cli/check_config.go.
#include "base/buf.h"
#include "cli/client.h"
#include "cli/feature_flag.h"
#include "daemon/config.h"

#include <stdio.h>
#include <unistd.h>

// Alertmanager's flags for all commands are taken, for files of defaults and scripts have them.
struct amtool_check_options {
	struct client_flags client;
};

static const struct flag flags[] = { CLIENT_FLAGS(struct amtool_check_options, client) };

static void print_found(const struct notify_config *notify, size_t templates) {
	printf("Found:\n - global config\n - route\n - %zu inhibit rules\n - %zu receivers\n - %zu templates\n", notify->inhibit_rule_count, notify->receiver_count, templates);
	if (templates > 0)
		printf("  SUCCESS\n"); // they were read with the file
}

static bool check_file(const char *file, struct config_features features) {
	struct problems problems = { 0 };
	autobuf struct buf text = { 0 };
	printf("Checking '%s'", file);
	struct config *config = config_load(file, features, &problems);
	problems_sort(&problems);
	problems_format(&text, &problems);
	if (config == NULL) {
		printf("  FAILED: %s", buf_cstr(&text));
	} else {
		printf("  SUCCESS\n");
		fputs(buf_cstr(&text), stderr); // warnings, which amtool has not
		print_found(&config->notify, config->template_patterns.count);
	}
	printf("\n");
	bool ok = config != NULL;
	config_unref(config);
	problems_finish(&problems);
	return ok;
}

static int run(const void *given, int argc, char **argv) {
	const struct amtool_check_options *options = given;
	struct config_features features = { 0 };
	char standard_input[] = "/dev/stdin", *files[] = { standard_input };
	int failed = 0;
	if (!feature_flag_read("check-config", &options->client.features, &features))
		return EXIT_USAGE;
	if (argc == 0 && isatty(STDIN_FILENO))
		return client_fail("Failed to read from standard input");
	if (argc == 0) {
		argv = files;
		argc = 1;
	}
	for (int i = 0; i < argc; i++)
		failed += !check_file(argv[i], features);
	return failed == 0 ? 0 : client_fail("failed to validate %d file(s)", failed);
}

const struct command amtool_check_command = {
	.words = "check-config",
	.arguments = "[FILE...]",
	.help = "Check configuration files, or standard input, as amtool does: 0 good, 1 broken.",
	.flags = flags,
	.flag_count = sizeof flags / sizeof *flags,
	.options_size = sizeof(struct amtool_check_options),
	.is_client = true,
	.run = run,
};
