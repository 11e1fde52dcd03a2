// SPDX-License-Identifier: Apache-2.0
// What a recording rule makes of an answer: the element's labels under the rule's name, as the series that are written.
// Source: Prometheus rules/recording.go.
#pragma once
#include "base/buf.h"
#include "evaluator/histogram_encode.h"
#include "evaluator/remote_write_encode.h"
#include "evaluator/series_set.h"
#include "model/sample.h"
#include "rules/rules.h"

struct recording {                    // of one evaluation; a zeroed one is empty and valid
	struct series_set *set;       // what the rule wrote last; borrowed
	wall_ms at;                   // of its samples
	struct buf out;               // time series of a write request
	struct write_amount amount;   // in it
	struct buf labels, histogram; // of the series being made
	struct arena arena;           // for its layout

	const struct histogram_bounds *bounds; // of custom buckets that are known; borrowed, or NULL
	enum histogram_hint hint;
	size_t unwritten;     // histograms that no layout fits
	struct error trouble; // of the first of them
};

void recording_begin(struct recording *recording, struct series_set *set, wall_ms at); // keeps the memory
void recording_finish(struct recording *recording);
// Before the first sample, when there are histograms among them.
void recording_expect_histograms(struct recording *recording, const struct histogram_bounds *bounds, enum histogram_hint hint);
// Texts are borrowed from the answer and the rule. False: the answer already gave a series with these labels. A histogram that cannot be
// written is counted, and its series ends as if the answer did not hold it.
bool recording_add(struct recording *recording, const struct rule *rule, const struct sample *sample);
void recording_settle(struct recording *recording); // the answer is good: staleness markers for the series it did not hold
void recording_abort(struct recording *recording);  // it was not
