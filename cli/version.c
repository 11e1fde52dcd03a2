// SPDX-License-Identifier: Apache-2.0
// tocsin version.
#include "cli/command.h"

#include <stdio.h>

static int run(const void *options, int argc, char **argv) {
	(void)options, (void)argc, (void)argv;
	printf("tocsin, version %s\n", TOCSIN_VERSION);
	return 0;
}

const struct command version_command = {
	.words = "version",
	.arguments = "",
	.help = "Print the version.",
	.options_size = 1,
	.run = run,
};
