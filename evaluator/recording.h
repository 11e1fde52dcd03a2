// SPDX-License-Identifier: Apache-2.0
// What a recording rule makes of an answer: the element's labels under the rule's name. Source: Prometheus rules/recording.go.
#pragma once
#include "base/arena.h"
#include "base/hash_map.h"
#include "rules/rules.h"

struct recording {            // of one evaluation; a zeroed one is empty and valid
	struct hash_map seen; // hash -> struct recorded, in the evaluation's arena
	size_t count;
};

struct recorded {
	const struct label *labels; // sorted, without empty values
	size_t label_count;
	double value;
};

void recording_begin(struct recording *recording); // keeps the memory
void recording_finish(struct recording *recording);
// Texts are borrowed from the answer and the rule. False: the answer already gave a series with these labels.
bool recording_add(struct recording *recording, struct arena *arena, const struct rule *rule, const struct label *labels, size_t count, double value);
