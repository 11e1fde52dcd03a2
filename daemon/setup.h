// SPDX-License-Identifier: Apache-2.0
// One generation of configuration and rules, cut into what each role gets. Private to daemon/.
#pragma once
#include "api/server.h"
#include "daemon/config.h"
#include "daemon/daemon.h"

struct setup {
	struct notify_setup *notify; // references
	struct evaluation_setup *evaluation;
	struct api_setup *api;
	struct config *config;
};

// Reads configuration and rules. False when `problems` gained an error; then *out is unchanged. `port` is what the API listens on (0: not yet known).
bool setup_load(struct setup *out, const struct daemon_options *options, unsigned port, struct problems *problems);
// The same configuration with its rules read anew. False when `problems` gained an error; then *out is unchanged.
bool setup_load_rules(struct setup *out, const struct setup *current, const struct daemon_options *options, struct problems *problems);
struct api_setup *setup_make_api(const struct setup *setup, const struct daemon_options *options);   // another one; a new reference
const char *setup_listen_address(const struct config *config, const struct daemon_options *options); // the first flag's, else the file's, else ":9093"
void setup_finish(struct setup *setup);                                                              // drops the references; a zeroed one is fine
