// SPDX-License-Identifier: Apache-2.0
// /metrics in Prometheus' text format: this program's own, and those of rules under Prometheus' names.
#include "api/metrics_text.h"
#include "api/routes.h"

// ---- metrics a group has, under Prometheus' names ----

static double group_interval(const struct group_view *view) {
	return (double)view->group->interval / 1000;
}
static double group_last(const struct group_view *view) {
	return (double)view->last_evaluation / 1000;
}
static double group_duration(const struct group_view *view) {
	return view->evaluation_seconds;
}
static double group_rules(const struct group_view *view) {
	return (double)view->group->rule_count;
}
static double group_iterations(const struct group_view *view) {
	return (double)view->iterations;
}
static double group_missed(const struct group_view *view) {
	return (double)view->missed;
}
static double group_evaluations(const struct group_view *view) {
	return (double)view->evaluations;
}
static double group_failures(const struct group_view *view) {
	return (double)view->failures;
}
static double group_samples(const struct group_view *view) {
	return (double)view->last_samples;
}
static double group_skipped(const struct group_view *view) {
	return (double)view->skipped_no_credit;
}

// clang-format off: packed rows
static const struct group_metric {
	const char *name, *type, *help;
	double (*value)(const struct group_view *view);
} group_metrics[] = {
	{ "prometheus_rule_group_interval_seconds", "gauge", "The interval of a rule group.", group_interval },
	{ "prometheus_rule_group_last_evaluation_timestamp_seconds", "gauge", "The timestamp of the last rule group evaluation in seconds.", group_last },
	{ "prometheus_rule_group_last_duration_seconds", "gauge", "The duration of the last rule group evaluation.", group_duration },
	{ "prometheus_rule_group_last_evaluation_samples", "gauge", "The number of samples returned during the last rule group evaluation.", group_samples },
	{ "prometheus_rule_group_rules", "gauge", "The number of rules.", group_rules },
	{ "prometheus_rule_group_iterations_total", "counter", "The total number of scheduled rule group evaluations, whether executed or missed.", group_iterations },
	{ "prometheus_rule_group_iterations_missed_total", "counter", "The total number of rule group evaluations missed due to slow rule group evaluation.", group_missed },
	{ "prometheus_rule_evaluations_total", "counter", "The total number of rule evaluations.", group_evaluations },
	{ "prometheus_rule_evaluation_failures_total", "counter", "The total number of rule evaluation failures.", group_failures },
	{ "tocsin_rule_group_slots_skipped_total", "counter", "Slots skipped because the store was behind.", group_skipped },
};
// clang-format on

static void write_groups(struct request *request, struct buf *out) {
	size_t count = 0;
	const struct group_view **groups = request_groups(request, &count);
	for (size_t i = 0; i < sizeof group_metrics / sizeof *group_metrics; i++) {
		const struct group_metric *metric = &group_metrics[i];
		metric_head(out, metric->name, metric->type, metric->help);
		for (size_t k = 0; k < count; k++) {
			buf_format(out, "%s{rule_group=\"", metric->name);
			metric_label_value(out, groups[k]->group->file);
			buf_append_char(out, ';');
			metric_label_value(out, groups[k]->group->name);
			buf_format(out, "\"} %.17g\n", metric->value(groups[k]));
		}
	}
}

// ---- remote_write, under Prometheus' names; the evaluators' shares added up ----

#define WRITE_TALLY(kind, count)                                                         \
	static double write_##kind##_##count(const struct remote_write_counts *counts) { \
		return (double)counts->kind.count;                                       \
	}
WRITE_TALLY(floats, given)
WRITE_TALLY(floats, failed)
WRITE_TALLY(floats, retried)
WRITE_TALLY(floats, dropped)
WRITE_TALLY(floats, pending)
WRITE_TALLY(histograms, given)
WRITE_TALLY(histograms, failed)
WRITE_TALLY(histograms, retried)
WRITE_TALLY(histograms, dropped)
WRITE_TALLY(histograms, pending)

static double write_bytes(const struct remote_write_counts *counts) {
	return (double)counts->bytes;
}
static double write_capacity(const struct remote_write_counts *counts) {
	return (double)counts->capacity;
}
static double write_highest(const struct remote_write_counts *counts) {
	return (double)counts->highest_sent / 1000;
}
static double write_seconds(const struct remote_write_counts *counts) {
	return counts->seconds;
}
static double write_requests(const struct remote_write_counts *counts) {
	return (double)counts->requests;
}
static double write_failing(const struct remote_write_counts *counts) {
	return counts->is_failing;
}

// clang-format off: packed rows
static const struct remote_write_metric {
	const char *name, *type, *help;
	double (*value)(const struct remote_write_counts *counts);
	bool is_highest; // else the sum
} remote_write_metrics[] = {
	{ "prometheus_remote_storage_samples_total", "counter", "Total number of samples given to remote storage.", write_floats_given, false },
	{ "prometheus_remote_storage_samples_failed_total", "counter", "Total number of samples which failed on send to remote storage, non-recoverable errors.", write_floats_failed, false },
	{ "prometheus_remote_storage_samples_retried_total", "counter", "Total number of samples which failed on send to remote storage but were retried because the send error was recoverable.", write_floats_retried, false },
	{ "prometheus_remote_storage_samples_dropped_total", "counter", "Total number of samples which were dropped before being sent: the queue was full, or they were too old.", write_floats_dropped, false },
	{ "prometheus_remote_storage_histograms_total", "counter", "Total number of histograms given to remote storage.", write_histograms_given, false },
	{ "prometheus_remote_storage_histograms_failed_total", "counter", "Total number of histograms which failed on send to remote storage, non-recoverable errors.", write_histograms_failed, false },
	{ "prometheus_remote_storage_histograms_retried_total", "counter", "Total number of histograms which failed on send to remote storage but were retried because the send error was recoverable.", write_histograms_retried, false },
	{ "prometheus_remote_storage_histograms_dropped_total", "counter", "Total number of histograms which were dropped before being sent: the queue was full, or they were too old.", write_histograms_dropped, false },
	{ "prometheus_remote_storage_bytes_total", "counter", "The total number of bytes of data (not metadata) sent after compression.", write_bytes, false },
	{ "prometheus_remote_storage_samples_pending", "gauge", "The number of samples pending to be sent to the remote storage.", write_floats_pending, false },
	{ "prometheus_remote_storage_histograms_pending", "gauge", "The number of histograms pending to be sent to the remote storage.", write_histograms_pending, false },
	{ "prometheus_remote_storage_shard_capacity", "gauge", "How many samples may wait in all.", write_capacity, false },
	{ "prometheus_remote_storage_queue_highest_sent_timestamp_seconds", "gauge", "Timestamp of the newest sample that was sent successfully.", write_highest, true },
	{ "prometheus_remote_storage_sent_batch_duration_seconds_sum", "counter", "Seconds that requests took which were sent successfully.", write_seconds, false },
	{ "prometheus_remote_storage_sent_batch_duration_seconds_count", "counter", "Requests that were sent successfully.", write_requests, false },
	{ "tocsin_remote_write_failing", "gauge", "1 while requests fail and are tried again.", write_failing, true },
};
// clang-format on

static double merge_remote_write(const struct request *request, const struct remote_write_metric *metric, const char *name) {
	double merged = 0;
	for (size_t i = 0; i < request->evaluation_count; i++)
		for (size_t k = 0; k < request->evaluations[i]->remote_write_count; k++) {
			const struct remote_write_counts *counts = &request->evaluations[i]->remote_writes[k];
			double value = strcmp(counts->name, name) == 0 ? metric->value(counts) : 0;
			merged = metric->is_highest ? (value > merged ? value : merged) : merged + value;
		}
	return merged;
}

static void write_remote_writes(const struct request *request, struct buf *out) {
	const struct evaluation_view *view = request->evaluation_count == 0 ? NULL : request->evaluations[0];
	for (size_t i = 0; view != NULL && view->remote_write_count > 0 && i < sizeof remote_write_metrics / sizeof *remote_write_metrics; i++) {
		const struct remote_write_metric *metric = &remote_write_metrics[i];
		metric_head(out, metric->name, metric->type, metric->help);
		for (size_t k = 0; k < view->remote_write_count; k++) {
			const struct remote_write_counts *counts = &view->remote_writes[k];
			buf_format(out, "%s{remote_name=\"", metric->name);
			metric_label_value(out, str_of(counts->name));
			buf_append_cstr(out, "\",url=\"");
			metric_label_value(out, str_of(counts->shown_url));
			buf_format(out, "\"} %.17g\n", merge_remote_write(request, metric, counts->name));
		}
	}
}

// ---- evaluation, store, dispatch ----

static void write_evaluation(const struct server_options *options, struct buf *out) {
	if (options->evaluators == NULL)
		return;
	const struct evaluator_metrics *metrics = evaluator_pool_metrics(options->evaluators);
	metric_head(out, "prometheus_rule_evaluation_duration_seconds", "summary", "The duration for a rule to execute.");
	buf_format(out, "prometheus_rule_evaluation_duration_seconds_sum %.9g\n", (double)metrics->evaluation_ns / 1e9);
	buf_format(out, "prometheus_rule_evaluation_duration_seconds_count %llu\n", (unsigned long long)metrics->evaluations);
	metric_head(out, "prometheus_rule_group_duration_seconds", "summary", "The duration of rule group evaluations.");
	buf_format(out, "prometheus_rule_group_duration_seconds_sum %.9g\n", (double)metrics->group_ns / 1e9);
	buf_format(out, "prometheus_rule_group_duration_seconds_count %llu\n", (unsigned long long)metrics->iterations);
	metric_plain(out, "prometheus_template_text_expansions_total", "counter", "The total number of template text expansions.", (double)metrics->template_expansions);
	metric_plain(out, "prometheus_template_text_expansion_failures_total", "counter", "The total number of template text expansion failures.", (double)metrics->template_failures);
	metric_plain(out, "tocsin_datasource_queries_in_flight", "gauge", "Queries sent and not yet answered.", (double)metrics->queries_in_flight);
	metric_plain(out, "tocsin_datasource_response_bytes_total", "counter", "Bytes of answers read from the datasource.", (double)metrics->response_bytes);
}

static void write_store(const struct server_options *options, struct buf *out) {
	struct store_status status;
	store_status_get(options->store, &status);
	metric_plain(out, "tocsin_store_durable", "gauge", "1 while transitions are committed before they are told; 0 while the disk refuses.", status.is_durable);
	metric_plain(out, "tocsin_store_commits_total", "counter", "Transactions committed.", (double)status.commits);
	metric_plain(out, "tocsin_store_operations_total", "counter", "Rows written or deleted.", (double)status.operations);
	metric_plain(out, "tocsin_store_failures_total", "counter", "Transactions that failed.", (double)status.failures);
	metric_plain(out, "tocsin_store_queued_batches", "gauge", "Batches waiting to be written.", (double)status.queued);
	metric_plain(out, "tocsin_event_sequence", "gauge", "Sequence number of the last event.", (double)status.last_sequence);
}

// ---- outbound Alertmanagers, under Prometheus' names ----

static double target_sent(const struct outbound_target_view *target) {
	return (double)target->sent;
}
static double target_errors(const struct outbound_target_view *target) {
	return (double)target->errors;
}
static double target_dropped(const struct outbound_target_view *target) {
	return (double)target->dropped;
}
static double target_pending(const struct outbound_target_view *target) {
	return (double)target->pending;
}

static const struct target_metric {
	const char *name, *type, *help;
	double (*value)(const struct outbound_target_view *target);
} target_metrics[] = {
	{ "prometheus_notifications_sent_total", "counter", "Total number of alerts sent.", target_sent },
	{ "prometheus_notifications_errors_total", "counter", "Total number of sent alerts affected by errors.", target_errors },
	{ "prometheus_notifications_dropped_total", "counter", "Total number of alerts dropped: refused for what they are, or too many while the Alertmanager was away.", target_dropped },
	{ "prometheus_notifications_queue_length", "gauge", "The number of alert notifications in the queue.", target_pending },
};

static void write_target_label(struct buf *out, const char *name, const char *suffix, const struct outbound_target_view *target) {
	buf_format(out, "%s%s{alertmanager=\"", name, suffix);
	metric_label_value(out, str_of(target->url));
	buf_append_cstr(out, "\"} ");
}

static void write_outbound(const struct outbound_view *view, struct buf *out) {
	static const char latency[] = "prometheus_notifications_latency_seconds";
	for (size_t i = 0; i < sizeof target_metrics / sizeof *target_metrics; i++) {
		const struct target_metric *metric = &target_metrics[i];
		metric_head(out, metric->name, metric->type, metric->help);
		for (size_t k = 0; k < view->target_count; k++) {
			write_target_label(out, metric->name, "", &view->targets[k]);
			buf_format(out, "%.17g\n", metric->value(&view->targets[k]));
		}
	}
	metric_head(out, latency, "summary", "Latency for sending alert notifications.");
	for (size_t k = 0; k < view->target_count; k++) {
		write_target_label(out, latency, "_sum", &view->targets[k]);
		buf_format(out, "%.9g\n", view->targets[k].seconds);
		write_target_label(out, latency, "_count", &view->targets[k]);
		buf_format(out, "%llu\n", (unsigned long long)view->targets[k].requests);
	}
	metric_plain(out, "prometheus_notifications_queue_capacity", "gauge", "The capacity of the alert notifications queue.", (double)view->queue_capacity);
	metric_plain(out, "prometheus_notifications_alertmanagers_discovered", "gauge", "The number of alertmanagers discovered and active.", (double)view->target_count);
}

// Alerts about broken configurations are written for either program.
static void write_reload(struct buf *out, const char *program, const struct api_setup *setup) {
	char name[80];
	snprintf(name, sizeof name, "%s_config_last_reload_successful", program);
	metric_plain(out, name, "gauge", "Whether the last configuration reload attempt was successful.", setup->reload_succeeded);
	snprintf(name, sizeof name, "%s_config_last_reload_success_timestamp_seconds", program);
	metric_plain(out, name, "gauge", "Timestamp of the last successful configuration reload.", (double)setup->reload_at / 1000);
}

static void write_program(struct request *request, struct buf *out) {
	const struct server_options *options = server_options(request->server);
	const struct api_setup *setup = server_setup(request->server);
	metric_head(out, "tocsin_build_info", "gauge", "1, labelled by version.");
	buf_format(out, "tocsin_build_info{version=\"%s\",revision=\"%s\"} 1\n", options->version, options->revision);
	metric_head(out, "alertmanager_build_info", "gauge", "1, labelled by the release of Alertmanager whose API is served.");
	buf_format(out, "alertmanager_build_info{version=\"%s\"} 1\n", ALERTMANAGER_COMPATIBLE_VERSION);
	write_reload(out, "alertmanager", setup);
	write_reload(out, "prometheus", setup);
	metric_plain(out, "alertmanager_config_hash", "gauge", "Hash of the currently loaded configuration.", (double)(setup->config_hash >> 16)); // 48 bits: exact in a double
	metrics_of_process(options->started_at, out);
}

void serve_metrics(struct request *request) {
	const struct server_options *options = server_options(request->server);
	reply_text(request, 200, "");
	request->content_type = "text/plain; version=0.0.4; charset=utf-8";
	write_program(request, &request->text);
	write_store(options, &request->text);
	metrics_of_alertmanager(request, &request->text);
	write_evaluation(options, &request->text);
	write_remote_writes(request, &request->text);
	write_outbound(request->outbound, &request->text);
	write_groups(request, &request->text);
}
