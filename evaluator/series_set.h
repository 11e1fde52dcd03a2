// SPDX-License-Identifier: Apache-2.0
// The series a recording rule wrote last, to tell those that it writes no more, and label sets that come twice in one answer.
// Nothing changes before an answer is settled. Owned by an evaluator.
#pragma once
#include "base/hash_map.h"
#include "base/str.h"

struct series_set {              // zeroed: empty
	struct hash_map written; // hash of the labels -> struct series
	uint32_t generation;     // of the answer under way or settled last
	size_t present, fresh;   // offered by that answer; of these the ones that were not there before
};

void series_set_finish(struct series_set *set);
void series_set_clear(struct series_set *set); // forgets all, keeps some memory
void series_set_begin(struct series_set *set); // of one answer
// `labels`: a series' Label fields (remote_write_encode.h). False: this answer already held them.
bool series_set_offer(struct series_set *set, struct str labels);
void series_set_abort(struct series_set *set); // the answer was no good: forgets it
// The answer is good: what it did not hold is told to `gone` and forgotten.
typedef void series_gone(void *context, struct str labels);
void series_set_settle(struct series_set *set, series_gone *gone, void *context);
void series_set_each(const struct series_set *set, series_gone *visit, void *context); // all that were written last
