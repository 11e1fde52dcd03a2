// SPDX-License-Identifier: Apache-2.0
// The running program: makes the roles, connects their inboxes, starts, reloads and stops them in order.
#pragma once
#include "api/server.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/problems.h"
#include "model/silence.h"
#include "daemon/config.h"

enum auto_reload { AUTO_RELOAD_RULES, // when rule files change
	AUTO_RELOAD_ALL,              // also when the configuration or its templates do
	AUTO_RELOAD_OFF };

struct daemon_options {
	const char *config_file;
	const char *storage_path;
	const char *const *listen_addresses; // none: the configuration's, else ":9093"
	size_t listen_count;
	bool wants_systemd_socket;   // which is not taken over: a warning says where it listens instead
	const char *web_config_file; // NULL: none
	struct shown_cluster cluster;
	unsigned get_max; // as in struct server_options
	dur_ms web_timeout;
	size_t alerts_per_name;   // external ones; 0: no limit
	const char *external_url; // NULL: the configuration's, else made from the host's name and the port
	const char *alert_source; // a template of links to alerts that compiles; NULL: the configuration's
	const char *route_prefix; // NULL: the configuration's, else the external URL's path
	struct config_features features;
	const dur_ms *for_outage_tolerance, *for_grace_period; // NULL: the configuration's
	enum auto_reload auto_reload;
	dur_ms resend_delay; // of alerting; 0: the configuration's
	int64_t queue_capacity, batch_size;
	dur_ms data_retention; // of ended silences
	struct silence_limits silence_limits;
	const char *version, *revision;
};

// Serves until SIGTERM or SIGINT; SIGHUP reloads. Logs; what is wrong with the files at start is collected in `problems`.
// Returns the exit status: 0 after a graceful stop, 1 when it could not start (err is set, or problems are).
int daemon_run(const struct daemon_options *options, struct problems *problems, struct error *err);
