// SPDX-License-Identifier: Apache-2.0
// The alert that tocsin raises itself: while the disk refuses, what it knows is in memory alone (LAW 5). It lives as one that is posted again
// and again would, so that it ends by itself where the program that raised it does.
#include "notifiers/dispatcher_state.h"

enum { LASTS_MS = 5 * 60 * 1000 }; // after it was last looked at

static struct posted_alert describe(const struct label labels[3], const struct label annotations[2]) {
	return (struct posted_alert){ .labels = labels, .label_count = 3, .annotations = annotations, .annotation_count = 2, .fingerprint = labels_hash(labels, 3) };
}

// `why` is said anew when it is another error: that is no transition.
static void post(struct dispatcher *d, wall_ms ends_at, const char *why, wall_ms now) {
	const struct label labels[] = { { STR("alertname"), STR("TocsinNotDurable") }, { STR("instance"), str_of(d->setup->config->external_url) }, { STR("severity"), STR("critical") } };
	const struct label annotations[] = { { STR("description"), str_of(why) }, { STR("summary"), STR("tocsin cannot write its database: what it learns is lost when it stops") } };
	struct posted_alert alert = describe(labels, annotations);
	alert.starts_at = d->undurable_since;
	alert.ends_at = ends_at;
	alert.is_timeout = ends_at > now;
	dispatcher_take_posted(d, &alert, now);
}

void dispatcher_watch_store(struct dispatcher *d, wall_ms now) {
	struct store_status status;
	store_status_get(d->store, &status);
	if ((status.is_durable && d->undurable_since == 0) || !dispatcher_batch_open(d))
		return;
	if (d->undurable_since == 0)
		d->undurable_since = now;
	post(d, status.is_durable ? now : now + LASTS_MS, status.last_error, now);
	if (status.is_durable)
		d->undurable_since = 0;
}
