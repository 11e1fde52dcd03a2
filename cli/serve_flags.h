// SPDX-License-Identifier: Apache-2.0
// Flags of Alertmanager's command line that mean less here, or nothing: taken, so that its command lines start this program, and said in the log.
#pragma once
#include "api/server.h"
#include "cli/command.h"

// Of a cluster there is one peer: this program. State is in the database, not in what peers tell each other.
struct serve_cluster_flags {
	const char *listen_address, *advertise_address, *peer_name, *label, *tls_config;
	const char *peer_timeout, *peers_resolve_timeout, *gossip_interval, *pushpull_interval, *tcp_timeout, *probe_timeout, *probe_interval;
	const char *settle_timeout, *reconnect_interval, *reconnect_timeout;
	struct flag_list peers;
	bool allows_public_address;
};
// What /api/v2/status shows: nothing without such flags, or with an empty listen address. Logs how it is meant.
struct shown_cluster serve_cluster(const struct serve_cluster_flags *flags);

struct serve_idle_flags {
	const char *data_maintenance_interval, *alerts_gc_interval, *dispatch_maintenance_interval, *dispatch_start_delay, *gomemlimit_ratio;
	bool systemd_socket, logs_silences;
};
void serve_idle_log(const struct serve_idle_flags *flags);

// clang-format off: one row a flag
#define SERVE_CLUSTER_TEXT(type, member, name, field, value) \
	{ "cluster." name, FLAG_TEXT, offsetof(type, member.field), NULL, value, "Taken for Alertmanager's sake: there is no gossip." }
#define SERVE_CLUSTER_FLAGS(type, member)                                                                                                                                                                 \
	{ "cluster.listen-address", FLAG_TEXT, offsetof(type, member.listen_address), NULL, "ADDRESS", "Shown in the status as the address of the one peer; nothing listens there. Empty: no cluster." }, \
	    { "cluster.advertise-address", FLAG_TEXT, offsetof(type, member.advertise_address), NULL, "ADDRESS", "Shown instead." },                                                                      \
	    { "cluster.peer-name", FLAG_TEXT, offsetof(type, member.peer_name), NULL, "NAME", "Shown as its name; the host's by default." },                                                              \
	    { "cluster.peer", FLAG_LIST, offsetof(type, member.peers), NULL, "ADDRESS", "Taken for Alertmanager's sake: nobody is joined. Can be repeated." },                                            \
	    SERVE_CLUSTER_TEXT(type, member, "peer-timeout", peer_timeout, "DURATION"),                                                                                                                   \
	    SERVE_CLUSTER_TEXT(type, member, "peers-resolve-timeout", peers_resolve_timeout, "DURATION"),                                                                                                 \
	    SERVE_CLUSTER_TEXT(type, member, "gossip-interval", gossip_interval, "DURATION"),                                                                                                             \
	    SERVE_CLUSTER_TEXT(type, member, "pushpull-interval", pushpull_interval, "DURATION"),                                                                                                         \
	    SERVE_CLUSTER_TEXT(type, member, "tcp-timeout", tcp_timeout, "DURATION"),                                                                                                                     \
	    SERVE_CLUSTER_TEXT(type, member, "probe-timeout", probe_timeout, "DURATION"),                                                                                                                 \
	    SERVE_CLUSTER_TEXT(type, member, "probe-interval", probe_interval, "DURATION"),                                                                                                               \
	    SERVE_CLUSTER_TEXT(type, member, "settle-timeout", settle_timeout, "DURATION"),                                                                                                               \
	    SERVE_CLUSTER_TEXT(type, member, "reconnect-interval", reconnect_interval, "DURATION"),                                                                                                       \
	    SERVE_CLUSTER_TEXT(type, member, "reconnect-timeout", reconnect_timeout, "DURATION"),                                                                                                         \
	    SERVE_CLUSTER_TEXT(type, member, "tls-config", tls_config, "FILE"),                                                                                                                           \
	    SERVE_CLUSTER_TEXT(type, member, "label", label, "NAME"),                                                                                                                                     \
	{                                                                                                                                                                                                 \
		"cluster.allow-insecure-public-advertise-address-discovery", FLAG_BOOL, offsetof(type, member.allows_public_address), NULL, NULL, "Taken for Alertmanager's sake."                        \
	}

#define SERVE_IDLE_FLAGS(type, member)                                                                                                                                                                   \
	{ "data.maintenance-interval", FLAG_TEXT, offsetof(type, member.data_maintenance_interval), NULL, "DURATION", "Taken for Alertmanager's sake: what is over goes at once." },                     \
	    { "alerts.gc-interval", FLAG_TEXT, offsetof(type, member.alerts_gc_interval), NULL, "DURATION", "Likewise." },                                                                               \
	    { "dispatch.maintenance-interval", FLAG_TEXT, offsetof(type, member.dispatch_maintenance_interval), NULL, "DURATION", "Likewise." },                                                         \
	    { "dispatch.start-delay", FLAG_TEXT, offsetof(type, member.dispatch_start_delay), NULL, "DURATION", "Taken for Alertmanager's sake: what was told is known at start." },                     \
	    { "auto-gomemlimit.ratio", FLAG_TEXT, offsetof(type, member.gomemlimit_ratio), NULL, "RATIO", "Taken for Alertmanager's sake." },                                                            \
	    { "web.systemd-socket", FLAG_BOOL, offsetof(type, member.systemd_socket), NULL, NULL, "Taken for Alertmanager's sake: addresses are those of --web.listen-address, a warning says which." }, \
	{                                                                                                                                                                                                \
		"log.silences", FLAG_BOOL, offsetof(type, member.logs_silences), NULL, NULL, "Taken for Alertmanager's sake: silences are in the event stream."                                          \
	}
// clang-format on
