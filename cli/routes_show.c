// SPDX-License-Identifier: Apache-2.0
// tocsin routes show: the tree of a configuration's routes, as amtool config routes show has it.
#include "base/buf.h"
#include "cli/route_tree.h"
#include "cli/routes_source.h"

#include <stdio.h>

struct show_options {
	struct routes_source source;
};

static const struct flag flags[] = {
	ROUTES_SOURCE_FLAGS(struct show_options, source),
};

static int run(const void *given, int argc, char **argv) {
	const struct show_options *options = given;
	autobuf struct buf text = { 0 };
	int status;
	(void)argc, (void)argv;
	struct config *config = routes_source_load("routes show", &options->source, &status);
	if (config == NULL)
		return status;
	buf_append_cstr(&text, "Routing tree:\n");
	route_tree_format(&text, config->notify.root);
	buf_append_char(&text, '\n');
	fputs(buf_cstr(&text), stdout);
	config_unref(config);
	return 0;
}

#define SHOW_COMMAND(name) \
	{ .words = name, .arguments = "", .help = "Print the tree of a configuration's routes.", .flags = flags, .flag_count = sizeof flags / sizeof *flags, .options_size = sizeof(struct show_options), .is_client = true, .run = run }
const struct command routes_show_command = SHOW_COMMAND("routes show"), config_routes_show_command = SHOW_COMMAND("config routes show"), config_routes_command = SHOW_COMMAND("config routes");
