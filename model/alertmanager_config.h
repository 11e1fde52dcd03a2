// SPDX-License-Identifier: Apache-2.0
// The Alertmanagers that alerts of rules are sent to: alerting.alertmanagers of prometheus.yml, as data. All texts and lists are owned by
// the arena of the configuration they came from. Secrets inside: never log it. Source: Prometheus config/config.go, AlertmanagerConfig.
#pragma once
#include "base/clock.h"
#include "base/str.h"
#include "model/http_config.h"
#include "model/labels.h"
#include "model/relabel.h"

struct target_group {
	const struct str *targets; // "host:port"
	size_t target_count;
	const struct label *labels; // of each of them; in file order, names unique
	size_t label_count;
	const char *file; // it was discovered in; NULL: the configuration
};

struct file_discovery {
	const char *const *files; // globs
	size_t file_count;
	dur_ms refresh_interval;
};

// Alertmanagers that are spoken to alike.
struct alertmanager_config {
	const char *scheme, *path_prefix;
	dur_ms timeout;
	struct http_config http;
	struct relabel_configs relabel_configs;       // of targets: __address__, __scheme__, __alerts_path__ and what else they carry
	struct relabel_configs alert_relabel_configs; // of alerts on their way to these
	const struct target_group *groups;
	size_t group_count;
	const struct file_discovery *discoveries;
	size_t discovery_count;
};

struct alertmanagers_config {
	const struct alertmanager_config *items;
	size_t count;
	dur_ms resend_delay, resolved_retention;
	size_t queue_capacity, batch_size;
};
