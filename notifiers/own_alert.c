// SPDX-License-Identifier: Apache-2.0
// The alert that tocsin raises itself: while the disk refuses, what it knows is in memory alone (LAW 5). It lives as one that is posted again
// and again would, so that it ends by itself where the program that raised it does.
#include "notifiers/dispatcher_state.h"

enum { LASTS_MS = 5 * 60 * 1000 }; // after it was last renewed

static struct posted_alert describe(const struct label labels[3], const struct label annotations[2]) {
	return (struct posted_alert){ .labels = labels, .label_count = 3, .annotations = annotations, .annotation_count = 2, .fingerprint = labels_hash(labels, 3) };
}

static void post(struct dispatcher *d, const char *why, wall_ms now) {
	const struct label labels[] = { { STR("alertname"), STR("TocsinNotDurable") }, { STR("instance"), str_of(d->setup->config->external_url) }, { STR("severity"), STR("critical") } };
	const struct label annotations[] = { { STR("description"), str_of(why) }, { STR("summary"), STR("tocsin cannot write its database: what it learns is lost when it stops") } };
	struct posted_alert alert = describe(labels, annotations);
	alert.starts_at = d->undurable_since;
	alert.ends_at = d->undurable_until;
	alert.is_timeout = d->undurable_until > now;
	dispatcher_take_posted(d, &alert, now);
}

// Renewed well before it would end, not at every turn: each time views are made anew.
static bool is_due(const struct dispatcher *d, bool is_durable, wall_ms now) {
	if (is_durable)
		return d->undurable_since != 0;
	bool is_set_back = d->undurable_until > now + LASTS_MS; // the clock
	return is_set_back || d->undurable_until < now + LASTS_MS / 2;
}

void dispatcher_watch_store(struct dispatcher *d, wall_ms now) {
	bool is_durable = store_is_durable(d->store);
	if (!is_due(d, is_durable, now) || !dispatcher_batch_open(d))
		return;
	struct store_status status; // says why
	store_status_get(d->store, &status);
	if (d->undurable_since == 0)
		d->undurable_since = now;
	d->undurable_until = is_durable ? now : now + LASTS_MS;
	post(d, status.last_error, now);
	if (is_durable)
		d->undurable_since = 0;
}
