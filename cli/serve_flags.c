// SPDX-License-Identifier: Apache-2.0
// See serve_flags.h.
#include "cli/serve_flags.h"

#include "base/log.h"

#include <unistd.h>

#define DEFAULT_CLUSTER_ADDRESS "0.0.0.0:9094"

static bool is_given(const struct serve_cluster_flags *flags) {
	const char *const texts[] = { flags->listen_address, flags->advertise_address, flags->peer_name, flags->label, flags->tls_config, flags->peer_timeout, flags->peers_resolve_timeout,
		flags->gossip_interval, flags->pushpull_interval, flags->tcp_timeout, flags->probe_timeout, flags->probe_interval, flags->settle_timeout, flags->reconnect_interval, flags->reconnect_timeout };
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (texts[i] != NULL)
			return true;
	return flags->peers.count > 0 || flags->allows_public_address;
}

static const char *host_name(void) {
	static char name[256] = "localhost"; // lives as long as the program
	gethostname(name, sizeof name - 1);
	return name;
}

struct shown_cluster serve_cluster(const struct serve_cluster_flags *flags) {
	if (!is_given(flags) || (flags->listen_address != NULL && *flags->listen_address == '\0'))
		return (struct shown_cluster){ 0 };
	log_line(LOG_WARN, "main", "no peers are joined: two instances that are posted the same alerts tell everybody twice, and a silence made at one does not hold at the other; "
	                           "run one, or a second one that waits until the first has left their --storage.path",
	    NULL);
	const char *address = flags->advertise_address != NULL && *flags->advertise_address != '\0' ? flags->advertise_address : flags->listen_address;
	bool has_name = flags->peer_name != NULL && *flags->peer_name != '\0';
	return (struct shown_cluster){ .name = has_name ? flags->peer_name : host_name(), .address = address != NULL ? address : DEFAULT_CLUSTER_ADDRESS };
}

void serve_idle_log(const struct serve_idle_flags *flags) {
	const struct {
		const char *name;
		bool is_given;
	} rows[] = {
		{ "--data.maintenance-interval", flags->data_maintenance_interval != NULL },
		{ "--alerts.gc-interval", flags->alerts_gc_interval != NULL },
		{ "--dispatch.maintenance-interval", flags->dispatch_maintenance_interval != NULL },
		{ "--dispatch.start-delay", flags->dispatch_start_delay != NULL },
		{ "--auto-gomemlimit.ratio", flags->gomemlimit_ratio != NULL },
		{ "--log.silences", flags->logs_silences },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (rows[i].is_given)
			log_line(LOG_INFO, "main", "a flag of Alertmanager that changes nothing here", "flag", rows[i].name, NULL);
}
