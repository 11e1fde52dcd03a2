// SPDX-License-Identifier: Apache-2.0
// tocsin routes show: the tree of a configuration's routes, as amtool config routes show has it.
#include "base/buf.h"
#include "cli/config_flag.h"
#include "cli/route_tree.h"

#include <stdio.h>

struct show_options {
	const char *config_file;
	struct flag_list features;
};

static const struct flag flags[] = {
	CONFIG_FLAG(struct show_options, config_file),
	FEATURE_FLAG(struct show_options, features),
};

static int run(const void *given, int argc, char **argv) {
	const struct show_options *options = given;
	autobuf struct buf text = { 0 };
	int status;
	(void)argc, (void)argv;
	struct config *config = config_flag_load("routes show", options->config_file, &options->features, &status);
	if (config == NULL)
		return status;
	buf_append_cstr(&text, "Routing tree:\n");
	route_tree_format(&text, config->notify.root);
	buf_append_char(&text, '\n');
	fputs(buf_cstr(&text), stdout);
	config_unref(config);
	return 0;
}

const struct command routes_show_command = {
	.words = "routes show",
	.arguments = "",
	.help = "Print the tree of a configuration's routes.",
	.flags = flags,
	.flag_count = sizeof flags / sizeof *flags,
	.options_size = sizeof(struct show_options),
	.run = run,
};
