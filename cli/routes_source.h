// SPDX-License-Identifier: Apache-2.0
// Where routes commands take routes from: a configuration file, or what a running Alertmanager shows of its own, as amtool does.
#pragma once
#include "cli/client.h"
#include "daemon/config.h"

struct routes_source {
	const char *config_file;
	struct client_flags client;
};
// The rows of a struct routes_source in the options of a command.
#define ROUTES_SOURCE_FLAGS(type, member) \
	{ "config.file", FLAG_TEXT, offsetof(type, member.config_file), NULL, "FILE", "Configuration file; without --alertmanager.url tocsin.yml." }, CLIENT_FLAGS(type, member.client)

// The configuration, a new reference. NULL after telling on standard error what is wrong with the flags (*status EXIT_USAGE) or with what was to be read (1).
struct config *routes_source_load(const char *command, const struct routes_source *source, int *status);
