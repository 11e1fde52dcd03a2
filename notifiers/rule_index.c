// SPDX-License-Identifier: Apache-2.0
// One side of many inhibit rules. See rule_index.h.
#include "notifiers/rule_index.h"

#include "base/hash.h"

struct indexed_rule {
	size_t rule;
	const struct matchers *matchers;
};

struct rule_bucket {
	struct str name, value; // what all of its rules need; empty: nothing
	ARRAY_OF(struct indexed_rule)
	rules;
};

struct need {
	struct str name, value;
};

static bool is_about(const void *value, const void *key) {
	const struct rule_bucket *bucket = value;
	const struct need *need = key;
	return str_equal(bucket->name, need->name) && str_equal(bucket->value, need->value);
}

static uint64_t need_hash(const struct need *need) {
	return hash_text(hash_text(HASH_START, need->name), need->value);
}

static struct rule_bucket *find_bucket(const struct rule_index *index, const struct need *need) {
	return hash_map_find(&index->buckets, need_hash(need), need, is_about);
}

static void note_name(struct rule_index *index, struct str name) {
	for (size_t i = 0; i < index->names.count; i++)
		if (str_equal(index->names.items[i], name))
			return;
	array_append(&index->names, name);
}

static struct rule_bucket *make_bucket(struct rule_index *index, const struct need *need) {
	struct rule_bucket *bucket = MEM_NEW(struct rule_bucket);
	bucket->name = need->name;
	bucket->value = need->value;
	if (need->name.len == 0)
		return index->everywhere = bucket;
	hash_map_insert(&index->buckets, need_hash(need), bucket);
	note_name(index, need->name);
	return bucket;
}

// A label that must have a value for the matchers to match; empty when there is none. Of several the one with the fewest rules so far, with its
// bucket: zone="a" rather than the severity="warning" that all rules are about.
static struct need need_of(const struct rule_index *index, const struct matchers *matchers, struct rule_bucket **out_bucket) {
	struct need best = { 0 };
	size_t fewest = SIZE_MAX;
	for (size_t i = 0; i < matchers->count && fewest > 0; i++) {
		const struct matcher *matcher = &matchers->items[i];
		struct need need = { matcher->name, matcher->value };
		if (matcher->op != MATCH_EQUAL || matcher->value.len == 0)
			continue;
		struct rule_bucket *bucket = find_bucket(index, &need);
		size_t count = bucket == NULL ? 0 : bucket->rules.count;
		if (count >= fewest)
			continue;
		best = need;
		fewest = count;
		*out_bucket = bucket;
	}
	return best;
}

void rule_index_add(struct rule_index *index, size_t rule, const struct matchers *matchers) {
	struct rule_bucket *bucket = index->everywhere;
	struct need need = need_of(index, matchers, &bucket);
	if (bucket == NULL)
		bucket = make_bucket(index, &need);
	array_append(&bucket->rules, ((struct indexed_rule){ rule, matchers }));
}

static void free_bucket(struct rule_bucket *bucket) {
	if (bucket == NULL)
		return;
	array_finish(&bucket->rules);
	free(bucket);
}

void rule_index_finish(struct rule_index *index) {
	size_t at = 0;
	for (struct rule_bucket *bucket; (bucket = hash_map_next(&index->buckets, &at)) != NULL;)
		free_bucket(bucket);
	free_bucket(index->everywhere);
	hash_map_finish(&index->buckets);
	array_finish(&index->names);
}

static bool visit_bucket(const struct rule_bucket *bucket, const struct labels *labels, rule_visit *visit, void *context) {
	for (size_t i = 0; bucket != NULL && i < bucket->rules.count; i++)
		if (matchers_match(bucket->rules.items[i].matchers, labels) && !visit(context, bucket->rules.items[i].rule))
			return false;
	return true;
}

void rule_index_each(const struct rule_index *index, const struct labels *labels, rule_visit *visit, void *context) {
	if (!visit_bucket(index->everywhere, labels, visit, context))
		return;
	for (size_t i = 0; i < index->names.count; i++) {
		struct need need = { index->names.items[i], labels_get(labels, index->names.items[i]) };
		if (need.value.len > 0 && !visit_bucket(find_bucket(index, &need), labels, visit, context))
			return;
	}
}
