// SPDX-License-Identifier: Apache-2.0
// See http_metrics.h. Source: alertmanager app/metrics.go.
#include "api/http_metrics.h"

#include "api/metrics_text.h"
#include "api/routes.h"

#include <ctype.h>

static const struct bucket_bounds seconds_bounds = { 11, { .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10 } };
static const struct bucket_bounds bytes_bounds = { 7, { 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8 } };

static struct http_series *series_of(struct http_metrics *metrics, const struct http_observation *observation, unsigned code) {
	for (size_t i = 0; i < metrics->count; i++) {
		struct http_series *series = metrics->items[i];
		if (series->route == observation->route && series->code == code && series->is_head == observation->is_head)
			return series;
	}
	struct http_series *made = MEM_NEW(struct http_series);
	*made = (struct http_series){ .route = observation->route, .code = code, .is_head = observation->is_head };
	array_append(metrics, made);
	return made;
}

void http_metrics_observe(struct http_metrics *metrics, const struct http_observation *observation) {
	bucket_counts_add(&series_of(metrics, observation, observation->status)->buckets, &seconds_bounds, (double)observation->ns / 1e9);
	bucket_counts_add(&series_of(metrics, observation, 0)->buckets, &bytes_bounds, (double)observation->bytes);
}

static void append_labels(struct buf *out, const struct http_series *series) {
	if (series->code != 0)
		buf_format(out, "code=\"%u\",", series->code);
	buf_format(out, "handler=\"%s\",method=\"", series->route->path);
	for (const char *method = series->is_head ? "HEAD" : series->route->method; *method != '\0'; method++)
		buf_append_char(out, (char)tolower(*method));
	buf_append_char(out, '"');
}

static void write_all(const struct http_metrics *metrics, bool is_sizes, const char *name, const char *help, struct buf *out) {
	autobuf struct buf labels = { 0 };
	metric_head(out, name, "histogram", help);
	for (size_t i = 0; i < metrics->count; i++) {
		const struct http_series *series = metrics->items[i];
		if ((series->code == 0) != is_sizes)
			continue;
		buf_reset(&labels);
		append_labels(&labels, series);
		metric_histogram(out, name, buf_cstr(&labels), &series->buckets, is_sizes ? &bytes_bounds : &seconds_bounds);
	}
}

void http_metrics_write(const struct http_metrics *metrics, struct buf *out) {
	write_all(metrics, false, "alertmanager_http_request_duration_seconds", "Histogram of latencies for HTTP requests.", out);
	write_all(metrics, true, "alertmanager_http_response_size_bytes", "Histogram of response size for HTTP requests.", out);
}

void http_metrics_finish(struct http_metrics *metrics) {
	for (size_t i = 0; i < metrics->count; i++)
		free(metrics->items[i]);
	array_finish(metrics);
}
