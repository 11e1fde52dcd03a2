// SPDX-License-Identifier: Apache-2.0
// What a recording rule makes of an answer: the element's labels under the rule's name, as the series that are written.
// Source: Prometheus rules/recording.go.
#pragma once
#include "base/buf.h"
#include "evaluator/series_set.h"
#include "rules/rules.h"

struct recording {              // of one evaluation; a zeroed one is empty and valid
	struct series_set *set; // what the rule wrote last; borrowed
	wall_ms at;             // of its samples
	struct buf out;         // time series of a write request
	size_t series;          // in it
	struct buf labels;      // of the series being made
};

void recording_begin(struct recording *recording, struct series_set *set, wall_ms at); // keeps the memory
void recording_finish(struct recording *recording);
// Labels are sorted; texts are borrowed from the answer and the rule. False: the answer already gave a series with these labels.
bool recording_add(struct recording *recording, const struct rule *rule, const struct label *labels, size_t count, double value);
void recording_settle(struct recording *recording); // the answer is good: staleness markers for the series it did not hold
void recording_abort(struct recording *recording);  // it was not
