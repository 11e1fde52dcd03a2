// SPDX-License-Identifier: Apache-2.0
// Metrics under Alertmanager's names, so that what is written for it (dashboards, kube-prometheus' alerts) works. See metrics_text.h.
#include "api/http_metrics.h"
#include "api/metrics_text.h"

#include <stddef.h>

// ---- alerts and silences

static void write_alerts(const struct dispatcher_metrics *metrics, struct buf *out) {
	static const char received[] = "alertmanager_alerts_received_total";
	uint64_t firing = metrics->alerts_firing, suppressed = metrics->alerts_muted;
	if (suppressed > firing) // read a moment apart
		suppressed = firing;
	metric_head(out, "alertmanager_alerts", "gauge", "How many alerts by state.");
	buf_format(out, "alertmanager_alerts{state=\"active\"} %llu\n", (unsigned long long)(firing - suppressed));
	buf_format(out, "alertmanager_alerts{state=\"suppressed\"} %llu\n", (unsigned long long)suppressed);
	buf_append_cstr(out, "alertmanager_alerts{state=\"unprocessed\"} 0\n");
	metric_head(out, received, "counter", "The total number of received alerts.");
	buf_format(out, "%s{status=\"firing\",version=\"v2\"} %llu\n", received, (unsigned long long)metrics->posted_firing);
	buf_format(out, "%s{status=\"resolved\",version=\"v2\"} %llu\n", received, (unsigned long long)metrics->posted_resolved);
	metric_head(out, "alertmanager_alerts_invalid_total", "counter", "The total number of received alerts that were invalid.");
	buf_format(out, "alertmanager_alerts_invalid_total{version=\"v2\"} %llu\n", (unsigned long long)metrics->posted_invalid);
	metric_plain(out, "alertmanager_alerts_per_alert_limit", "gauge", "Current limit on number of alerts per alert name", (double)metrics->posted_per_name_max);
	metric_plain(out, "alertmanager_alerts_limited_total", "counter", "Total number of alerts that were dropped because there are too many of their name.", (double)metrics->posted_limited);
}

static void write_silences(const struct dispatcher_metrics *metrics, const struct silence_view *view, struct buf *out) {
	static const enum silence_state states[] = { SILENCE_ACTIVE, SILENCE_EXPIRED, SILENCE_PENDING };
	wall_ms now = clock_wall();
	metric_head(out, "alertmanager_silences", "gauge", "How many silences by state.");
	for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
		size_t count = 0;
		for (size_t k = 0; k < view->count; k++)
			count += silence_state_at(view->silences[k], now) == states[i];
		buf_format(out, "alertmanager_silences{state=\"%s\"} %zu\n", silence_state_name(states[i]), count);
	}
	metric_plain(out, "alertmanager_silences_state_size", "gauge", "The number of silences in the state map.", (double)view->count);
	metric_plain(out, "alertmanager_silences_queries_total", "counter", "How many silence queries were received.", (double)metrics->silence_queries);
}

// What Alertmanager counts of things that do not exist here: no snapshots are written, no garbage is collected, no peers gossip, and what
// is looked up in memory does not fail. Zero is true, and what is made for it shows no gaps.
static const struct absent_metric {
	const char *name, *type, *help;
	const char *suffixes[2]; // of a summary
} absent_metrics[] = {
	{ "alertmanager_silences_query_errors_total", "counter", "How many silence received queries did not succeed.", { "" } },
	{ "alertmanager_silences_gc_errors_total", "counter", "How many silence GC errors were encountered.", { "" } },
	{ "alertmanager_silences_gc_duration_seconds", "summary", "Duration of the last silence garbage collection cycle.", { "_sum", "_count" } },
	{ "alertmanager_silences_gossip_messages_propagated_total", "counter", "Number of received gossip messages that have been further gossiped.", { "" } },
	{ "alertmanager_silences_maintenance_total", "counter", "How many maintenances were executed for silences.", { "" } },
	{ "alertmanager_silences_maintenance_errors_total", "counter", "How many maintenances were executed for silences that failed.", { "" } },
	{ "alertmanager_silences_snapshot_duration_seconds", "summary", "Duration of the last silence snapshot.", { "_sum", "_count" } },
	{ "alertmanager_silences_snapshot_size_bytes", "gauge", "Size of the last silence snapshot in bytes.", { "" } },
	{ "alertmanager_nflog_query_errors_total", "counter", "Number notification log received queries that failed.", { "" } },
	{ "alertmanager_nflog_gc_duration_seconds", "summary", "Duration of the last notification log garbage collection cycle.", { "_sum", "_count" } },
	{ "alertmanager_nflog_gossip_messages_propagated_total", "counter", "Number of received gossip messages that have been further gossiped.", { "" } },
	{ "alertmanager_nflog_maintenance_total", "counter", "How many maintenances were executed for the notification log.", { "" } },
	{ "alertmanager_nflog_maintenance_errors_total", "counter", "How many maintenances were executed for the notification log that failed.", { "" } },
	{ "alertmanager_nflog_snapshot_duration_seconds", "summary", "Duration of the last notification log snapshot.", { "_sum", "_count" } },
	{ "alertmanager_nflog_snapshot_size_bytes", "gauge", "Size of the last notification log snapshot in bytes.", { "" } },
	{ "alertmanager_dispatcher_aggregation_group_limit_reached_total", "counter", "Number of times when dispatcher failed to create new aggregation group due to limit.", { "" } },
};

static void write_absent(struct buf *out) {
	for (size_t i = 0; i < sizeof absent_metrics / sizeof *absent_metrics; i++) {
		const struct absent_metric *metric = &absent_metrics[i];
		metric_head(out, metric->name, metric->type, metric->help);
		for (size_t k = 0; k < 2 && metric->suffixes[k] != NULL; k++)
			buf_format(out, "%s%s 0\n", metric->name, metric->suffixes[k]);
	}
}

// ---- notifications

// One counter of each integration kind, in the order of struct integration_metrics.
static const struct integration_counter {
	const char *name, *help;
	size_t offset;
} integration_counters[] = {
	{ "alertmanager_notifications_total", "The total number of attempted notifications.", offsetof(struct integration_metrics, notifications) },
	{ "alertmanager_notification_requests_total", "The total number of attempted notification requests.", offsetof(struct integration_metrics, requests) },
	{ "alertmanager_notification_requests_failed_total", "The total number of failed notification requests.", offsetof(struct integration_metrics, failed_requests) },
};

static void write_counter(const struct integration_counter *counter, const struct dispatcher_metrics *metrics, struct buf *out) {
	metric_head(out, counter->name, "counter", counter->help);
	for (int kind = 0; kind < INTEGRATION_KIND_COUNT; kind++) {
		const char *base = (const char *)&metrics->integrations[kind] + counter->offset;
		const _Atomic uint64_t *value = (const void *)base;
		buf_format(out, "%s{integration=\"%s\"} %llu\n", counter->name, integration_kind_name((enum integration_kind)kind), (unsigned long long)*value);
	}
}

// Every reason from the start: a rate over a series that begins at one misses the first failure.
static void write_failures(const struct dispatcher_metrics *metrics, struct buf *out) {
	static const char name[] = "alertmanager_notifications_failed_total";
	metric_head(out, name, "counter", "The total number of failed notifications.");
	for (int kind = 0; kind < INTEGRATION_KIND_COUNT; kind++)
		for (int reason = 0; reason < FAILURE_REASON_COUNT; reason++)
			buf_format(out, "%s{integration=\"%s\",reason=\"%s\"} %llu\n", name, integration_kind_name((enum integration_kind)kind),
			    failure_reason_name((enum failure_reason)reason), (unsigned long long)metrics->integrations[kind].failed_notifications[reason]);
}

static void write_latencies(const struct dispatcher_metrics *metrics, struct buf *out) {
	static const char name[] = "alertmanager_notification_latency_seconds";
	metric_head(out, name, "histogram", "The latency of notifications in seconds.");
	for (int kind = 0; kind < INTEGRATION_KIND_COUNT; kind++) {
		char labels[64];
		snprintf(labels, sizeof labels, "integration=\"%s\"", integration_kind_name((enum integration_kind)kind));
		metric_histogram(out, name, labels, &metrics->integrations[kind].latency, &notification_latency_bounds);
	}
}

static void write_suppressed(const struct dispatcher_metrics *metrics, struct buf *out) {
	static const char name[] = "alertmanager_notifications_suppressed_total";
	metric_head(out, name, "counter", "The total number of notifications suppressed for being silenced, inhibited, outside of active time intervals or within muted time intervals.");
	for (int i = 0; i < SUPPRESSION_COUNT; i++)
		buf_format(out, "%s{reason=\"%s\"} %llu\n", name, suppression_name((enum suppression)i), (unsigned long long)metrics->suppressed[i]);
}

static void write_notifications(const struct dispatcher_metrics *metrics, struct buf *out) {
	for (size_t i = 0; i < sizeof integration_counters / sizeof *integration_counters; i++)
		write_counter(&integration_counters[i], metrics, out);
	write_failures(metrics, out);
	write_latencies(metrics, out);
	write_suppressed(metrics, out);
	metric_plain(out, "alertmanager_inhibition_rules", "gauge", "Number of configured inhibition rules.", (double)metrics->inhibit_rules);
	metric_plain(out, "alertmanager_dispatcher_aggregation_groups", "gauge", "Number of active aggregation groups.", (double)metrics->groups);
	metric_plain(out, "alertmanager_nflog_queries_total", "counter", "Number of notification log queries were received.", (double)metrics->log_queries);
	metric_plain(out, "tocsin_deliveries_open", "gauge", "Deliveries without an outcome.", (double)metrics->deliveries_open);
	metric_plain(out, "tocsin_flushes_total", "counter", "Flushes of alert groups.", (double)metrics->flushes);
	metric_plain(out, "tocsin_notifications_repeated_total", "counter", "Notifications sent again without change, after repeat_interval.", (double)metrics->repeats);
}

// ---- the program

static void write_cluster(const struct shown_cluster *cluster, struct buf *out) {
	bool is_shown = cluster->name != NULL;
	metric_plain(out, "alertmanager_cluster_enabled", "gauge", "Indicates whether the clustering is enabled or not.", is_shown);
	if (!is_shown)
		return;
	metric_plain(out, "alertmanager_cluster_members", "gauge", "Number indicating current number of members in cluster.", 1);
	metric_plain(out, "alertmanager_cluster_failed_peers", "gauge", "Number indicating the current number of failed peers in the cluster.", 0);
	metric_plain(out, "alertmanager_cluster_health_score", "gauge", "Health score of the cluster. Lower values are better and zero means 'totally healthy'.", 0);
}

static void write_configured(const struct api_setup *setup, struct buf *out) {
	metric_plain(out, "alertmanager_receivers", "gauge", "Number of configured receivers.", (double)setup->receiver_count);
	metric_plain(out, "alertmanager_integrations", "gauge", "Number of configured integrations.", (double)setup->integration_count);
}

static void write_http(const struct server *server, struct buf *out) {
	struct server_counts counts = server_counts(server);
	metric_head(out, "alertmanager_http_requests_in_flight", "gauge", "Current number of HTTP requests being processed.");
	buf_format(out, "alertmanager_http_requests_in_flight{method=\"get\"} %u\n", counts.gets);
	metric_head(out, "alertmanager_http_concurrency_limit_exceeded_total", "counter", "Total number of times an HTTP request failed because the concurrency limit was reached.");
	buf_format(out, "alertmanager_http_concurrency_limit_exceeded_total{method=\"get\"} %llu\n", (unsigned long long)counts.gets_refused);
	http_metrics_write(server_http_metrics(server), out);
}

void metrics_of_alertmanager(const struct request *request, struct buf *out) {
	const struct dispatcher_metrics *metrics = dispatcher_metrics(server_options(request->server)->dispatcher);
	write_alerts(metrics, out);
	write_silences(metrics, request->silences, out);
	write_absent(out);
	write_notifications(metrics, out);
	write_cluster(&server_options(request->server)->cluster, out);
	write_configured(server_setup(request->server), out);
	write_http(request->server, out);
}
