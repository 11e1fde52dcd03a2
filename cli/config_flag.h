// SPDX-License-Identifier: Apache-2.0
// --config.file and --enable-feature for commands that answer from a configuration file.
#pragma once
#include "cli/feature_flag.h"

#define CONFIG_FILE_DEFAULT "tocsin.yml"
#define CONFIG_FLAG(type, member) \
	{ "config.file", FLAG_TEXT, offsetof(type, member), CONFIG_FILE_DEFAULT, "FILE", "Configuration file." }

// Whether the configuration may be there: only of the default one it is looked for, and its absence is told on standard error with the flag that
// names another.
bool config_flag_is_there(const char *command, const char *file);

// The configuration, a new reference. NULL after telling on standard error what is wrong with the flags (*status EXIT_USAGE) or the file (1).
struct config *config_flag_load(const char *command, const char *file, const struct flag_list *features, int *status);
