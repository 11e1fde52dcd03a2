// SPDX-License-Identifier: Apache-2.0
// See config_flag.h.
#include "cli/config_flag.h"

#include "base/buf.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool config_flag_is_there(const char *command, const char *file) {
	if (strcmp(file, CONFIG_FILE_DEFAULT) != 0 || access(file, F_OK) == 0 || errno != ENOENT)
		return true;
	fprintf(stderr, "tocsin %s: %s: %s; --config.file names another configuration\n", command, file, strerror(ENOENT));
	return false;
}

struct config *config_flag_load(const char *command, const char *file, const struct flag_list *features, int *status) {
	struct config_features chosen = { 0 };
	struct problems problems = { 0 };
	autobuf struct buf text = { 0 };
	*status = EXIT_USAGE;
	if (!feature_flag_read(command, features, &chosen))
		return NULL;
	*status = 1;
	if (!config_flag_is_there(command, file))
		return NULL;
	struct config *config = config_load(file, chosen, &problems);
	problems_sort(&problems);
	if (config == NULL)
		problems_format(&text, &problems);
	fputs(buf_cstr(&text), stderr);
	*status = config == NULL;
	problems_finish(&problems);
	return config;
}
