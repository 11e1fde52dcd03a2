// SPDX-License-Identifier: Apache-2.0
// One side of many inhibit rules, each found by a label it needs: labels are tried on few of a thousand rules. Pure. Private to notifiers/.
#pragma once
#include "base/array.h"
#include "base/hash_map.h"
#include "model/matcher.h"

struct rule_bucket;

struct rule_index {
	struct hash_map buckets; // struct rule_bucket, by name and value
	ARRAY_OF(struct str)
	names;                          // of the labels that buckets are about; borrowed from matchers
	struct rule_bucket *everywhere; // rules that need no label to have a value; NULL: there is none
};

void rule_index_add(struct rule_index *index, size_t rule, const struct matchers *matchers); // matchers are borrowed
void rule_index_finish(struct rule_index *index);

// Each rule whose matchers match, in no order, until `visit` returns false.
typedef bool rule_visit(void *context, size_t rule);
void rule_index_each(const struct rule_index *index, const struct labels *labels, rule_visit *visit, void *context);
