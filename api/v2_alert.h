// SPDX-License-Identifier: Apache-2.0
// An alert in Alertmanager's JSON, and which alerts the parameters of /api/v2/alerts and /api/v2/alerts/groups ask for. Private to api/.
// `unprocessed` is taken and means nothing, as upstream: what is shown was routed.
#pragma once
#include "api/request.h"
#include "model/matcher.h"

// Receivers that a parameter names.
struct receiver_choice {
	bool takes_all;
	const char **names; // else those; in the request's arena
	size_t count;
};

struct alerts_filter {
	struct matchers matchers;
	struct receiver_choice by_name, by_labels;
	bool shows_active, shows_silenced, shows_inhibited;
};

// From the parameters and the request's view of dispatch; *filter is zeroed, and finished by the caller in any case. False: the reply says
// what is wrong.
MUST_CHECK bool alerts_filter_read(struct request *request, struct alerts_filter *filter);
void alerts_filter_finish(struct alerts_filter *filter);
bool alerts_filter_takes(const struct alerts_filter *filter, const char *receiver);                       // both its name and its labels fit
bool alerts_filter_fits(const struct alerts_filter *filter, const struct dispatch_alert *alert);          // by state and labels
bool alerts_filter_fits_receiver(const struct alerts_filter *filter, const struct dispatch_alert *alert); // the name of one of its receivers, and the labels of one, be it another

// Where an alert is shown: all zero outside of groups.
struct v2_alert_context {
	const struct alerts_filter *filter; // only the receivers it takes are named; NULL: all
	const char *const *muted_by;        // intervals that mute its group: then it is suppressed
	size_t muted_by_count;
};
// Of alerts that are written one after the other, before the one at `at` is. In steps: where a next one's parts are is written in what is loaded before them.
PREFETCHING v2_alert_look_ahead(const struct dispatch_alert *const *alerts, size_t at, size_t count) {
	if (at + 3 * PREFETCHED >= count)
		return;
	prefetch(alerts[at + 3 * PREFETCHED], sizeof *alerts[at]);
	prefetch(alerts[at + 2 * PREFETCHED]->record, sizeof *alerts[at]->record);
	alert_record_prefetch(alerts[at + PREFETCHED]->record);
}
// `scratch` is emptied first: the alert's annotations are rendered there.
void v2_alert_write(struct json_writer *json, const struct dispatch_alert *alert, const struct v2_alert_context *context, struct arena *scratch);
