// SPDX-License-Identifier: Apache-2.0
// See metrics_text.h.
#include "api/metrics_text.h"

#include "base/bucket_counts.h"

void metric_head(struct buf *out, const char *name, const char *type, const char *help) {
	buf_format(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

void metric_plain(struct buf *out, const char *name, const char *type, const char *help, double value) {
	metric_head(out, name, type, help);
	buf_format(out, "%s %.17g\n", name, value);
}

void metric_histogram(struct buf *out, const char *name, const char *labels, const struct bucket_counts *buckets, const struct bucket_bounds *bounds) {
	unsigned long long count = 0;
	for (size_t i = 0; i < bounds->count; i++) {
		count += buckets->counts[i];
		buf_format(out, "%s_bucket{%s,le=\"%g\"} %llu\n", name, labels, bounds->items[i], count);
	}
	count += buckets->counts[bounds->count];
	buf_format(out, "%s_bucket{%s,le=\"+Inf\"} %llu\n%s_sum{%s} %.17g\n%s_count{%s} %llu\n", name, labels, count, name, labels, buckets->sum, name, labels, count);
}

void metric_label_value(struct buf *out, struct str text) {
	for (size_t i = 0; i < text.len; i++) {
		char c = text.data[i];
		if (c == '"' || c == '\\')
			buf_append_char(out, '\\');
		if (c == '\n')
			buf_append_cstr(out, "\\n");
		else
			buf_append_char(out, c);
	}
}
