// SPDX-License-Identifier: Apache-2.0
// The silences of the dispatcher. See silence_set.h.
// They are numbered as they come. An alert is tried on each number once, for what a silence matches never changes; those that match stand in `known`.
#include "notifiers/silence_set.h"

#include "base/few.h"

#include <assert.h>
#include <stdlib.h>
#include <sys/random.h>

struct silence_bucket {                   // silences that need this label to have this value
	struct str name, value;           // owned
	ARRAY_OF(struct silence_entry *); // by number
};

struct silence_entry {
	struct silence *silence;       // a reference
	struct silence_bucket *bucket; // NULL once it has ended
	uint32_t number;               // while it is in a bucket
	struct heap_node due;          // in silence_set.due: when it begins, ends, is forgotten
};

// An alert that silences match, active or not.
struct known_alert {
	const struct labels *labels; // a reference
	FEW_OF(uint32_t)
	numbers; // of those; some may have ended
};

// ---- buckets

static uint64_t pair_hash(struct str name, struct str value) {
	return labels_hash(&(struct label){ name, value }, 1);
}

static bool is_bucket_of(const void *value, const void *key) {
	const struct silence_bucket *bucket = value;
	const struct label *label = key;
	return str_equal(bucket->name, label->name) && str_equal(bucket->value, label->value);
}

static struct silence_bucket *find_bucket(const struct silence_set *set, struct str name, struct str value) {
	struct label label = { name, value };
	return hash_map_find(&set->buckets, pair_hash(name, value), &label, is_bucket_of);
}

static struct silence_bucket *make_bucket(struct silence_set *set, struct str name, struct str value) {
	struct silence_bucket *bucket = MEM_NEW(struct silence_bucket);
	bucket->name = mem_dup_str(name);
	bucket->value = mem_dup_str(value);
	hash_map_insert(&set->buckets, pair_hash(name, value), bucket);
	return bucket;
}

static void free_bucket(struct silence_bucket *bucket) {
	if (bucket == NULL)
		return;
	mem_free_str(bucket->name);
	mem_free_str(bucket->value);
	array_finish(bucket);
	free(bucket);
}

// Of its equality matchers the one with the fewest silences so far: alertname="X" rather than severity="critical".
static struct silence_bucket *choose_bucket(struct silence_set *set, const struct silence *silence) {
	const struct matcher *best = NULL;
	struct silence_bucket *best_bucket = NULL;
	size_t fewest = SIZE_MAX;
	for (size_t i = 0; i < silence->matchers.count; i++) {
		const struct matcher *matcher = &silence->matchers.items[i];
		if (matcher->op != MATCH_EQUAL || matcher->value.len == 0)
			continue; // a missing label is "" too
		struct silence_bucket *bucket = find_bucket(set, matcher->name, matcher->value);
		size_t count = bucket == NULL ? 0 : bucket->count;
		if (count >= fewest)
			continue;
		best = matcher;
		best_bucket = bucket;
		fewest = count;
	}
	if (best != NULL)
		return best_bucket != NULL ? best_bucket : make_bucket(set, best->name, best->value);
	if (set->everywhere == NULL)
		set->everywhere = MEM_NEW(struct silence_bucket);
	return set->everywhere;
}

static void enter_bucket(struct silence_set *set, struct silence_entry *entry) {
	assert(set->last_number < UINT32_MAX); // a thousand a second, all day, for seven weeks
	entry->number = ++set->last_number;
	entry->bucket = choose_bucket(set, entry->silence);
	array_append(entry->bucket, entry);
	hash_map_insert(&set->by_number, entry->number, entry);
}

// Where the first one of this number or a larger one is.
static size_t place_of(const struct silence_bucket *bucket, uint32_t number) {
	size_t low = 0, high = bucket->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (bucket->items[middle]->number < number)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void leave_bucket(struct silence_set *set, struct silence_entry *entry) {
	struct silence_bucket *bucket = entry->bucket;
	entry->bucket = NULL;
	if (bucket == NULL)
		return;
	size_t at = place_of(bucket, entry->number);
	bucket->count--;
	memmove(&bucket->items[at], &bucket->items[at + 1], (bucket->count - at) * sizeof *bucket->items);
	hash_map_remove(&set->by_number, entry->number, NULL, NULL);
	if (bucket->count > 0 || bucket == set->everywhere)
		return;
	struct label label = { bucket->name, bucket->value };
	hash_map_remove(&set->buckets, pair_hash(label.name, label.value), &label, is_bucket_of);
	free_bucket(bucket);
}

// ---- entries

static uint64_t id_hash(struct str id) {
	return pair_hash(id, STR_NONE);
}

static bool has_id(const void *value, const void *key) {
	return str_equal(str_of(((const struct silence_entry *)value)->silence->id), *(const struct str *)key);
}

static struct silence_entry *find_entry(const struct silence_set *set, struct str id) {
	return hash_map_find(&set->by_id, id_hash(id), &id, has_id);
}

struct silence *silence_set_find(const struct silence_set *set, struct str id) {
	const struct silence_entry *entry = find_entry(set, id);
	return entry == NULL ? NULL : entry->silence;
}

struct silence *silence_set_next(const struct silence_set *set, size_t *at) {
	const struct silence_entry *entry = hash_map_next(&set->by_id, at);
	return entry == NULL ? NULL : entry->silence;
}

static void free_entry(struct silence_set *set, struct silence_entry *entry) {
	struct str id = str_of(entry->silence->id);
	leave_bucket(set, entry);
	heap_remove(&set->due, &entry->due);
	hash_map_remove(&set->by_id, id_hash(id), &id, has_id);
	silence_unref(entry->silence);
	free(entry);
}

static wall_ms next_change(const struct silence_set *set, const struct silence *silence, wall_ms now) {
	switch (silence_state_at(silence, now)) {
	case SILENCE_PENDING: return silence->starts_at;
	case SILENCE_ACTIVE: return silence->ends_at;
	case SILENCE_EXPIRED: return silence->ends_at + set->retention;
	}
	unreachable("silence state");
}

// The same conditions for another time: what is known of alerts stays true.
static bool stays_in_place(const struct silence_entry *entry, const struct silence *silence, wall_ms now) {
	return entry->bucket != NULL && silence_state_at(silence, now) != SILENCE_EXPIRED && matchers_equal(&entry->silence->matchers, &silence->matchers);
}

static void replace(struct silence_entry *entry, struct silence *silence) {
	struct silence *was = entry->silence;
	entry->silence = silence_ref(silence);
	silence_unref(was);
}

static struct silence_entry *make_entry(struct silence_set *set, struct silence *silence, wall_ms now) {
	struct silence_entry *entry = MEM_NEW(struct silence_entry);
	entry->silence = silence_ref(silence);
	hash_map_insert(&set->by_id, id_hash(str_of(silence->id)), entry);
	if (silence_state_at(silence, now) != SILENCE_EXPIRED)
		enter_bucket(set, entry);
	return entry;
}

void silence_set_add(struct silence_set *set, struct silence *silence, wall_ms now) {
	struct silence_entry *entry = find_entry(set, str_of(silence->id));
	set->version++;
	if (entry != NULL && stays_in_place(entry, silence, now)) {
		replace(entry, silence);
	} else {
		if (entry != NULL)
			free_entry(set, entry);
		entry = make_entry(set, silence, now);
	}
	heap_update(&set->due, &entry->due, next_change(set, silence, now));
}

void silence_set_rewind(struct silence_set *set, wall_ms now) {
	size_t at = 0;
	for (struct silence_entry *entry; (entry = hash_map_next(&set->by_id, &at)) != NULL;) {
		heap_update(&set->due, &entry->due, next_change(set, entry->silence, now));
		if (entry->bucket == NULL && silence_state_at(entry->silence, now) != SILENCE_EXPIRED)
			enter_bucket(set, entry); // as a new one: alerts are tried on it again
	}
	set->version++;
}

struct silence *silence_set_forget(struct silence_set *set, wall_ms now) {
	for (struct heap_node *node; (node = heap_peek(&set->due)) != NULL && node->due <= now;) {
		struct silence_entry *entry = HEAP_ENTRY(node, struct silence_entry, due);
		wall_ms next = next_change(set, entry->silence, now);
		set->version++;
		if (next <= now) { // there is none
			struct silence *silence = silence_ref(entry->silence);
			free_entry(set, entry);
			return silence;
		}
		if (silence_state_at(entry->silence, now) == SILENCE_EXPIRED)
			leave_bucket(set, entry);
		heap_update(&set->due, node, next);
	}
	return NULL;
}

wall_ms silence_set_due(const struct silence_set *set) {
	const struct heap_node *node = heap_peek(&set->due);
	return node == NULL ? INT64_MAX : node->due;
}

// ---- alerts

static bool is_about(const void *value, const void *key) {
	return labels_equal(((const struct known_alert *)value)->labels, key);
}

static struct known_alert *find_known(const struct silence_set *set, const struct labels *labels) {
	return set->known.count == 0 ? NULL : hash_map_find(&set->known, labels->fingerprint, labels, is_about);
}

static struct known_alert *make_known(struct silence_set *set, const struct labels *labels) {
	struct known_alert *known = MEM_NEW(struct known_alert);
	known->labels = labels_ref(labels);
	hash_map_insert(&set->known, labels->fingerprint, known);
	return known;
}

static void free_known(struct known_alert *known) {
	labels_unref(known->labels);
	few_finish(&known->numbers);
	free(known);
}

void silence_set_drop(struct silence_set *set, const struct labels *labels) {
	struct known_alert *known = set->known.count == 0 ? NULL : hash_map_remove(&set->known, labels->fingerprint, labels, is_about);
	if (known != NULL)
		free_known(known);
}

void silence_set_finish(struct silence_set *set) {
	size_t at = 0;
	heap_finish(&set->due);
	for (struct silence_entry *entry; (entry = hash_map_next(&set->by_id, &at)) != NULL;) {
		silence_unref(entry->silence);
		free(entry);
	}
	at = 0;
	for (struct silence_bucket *bucket; (bucket = hash_map_next(&set->buckets, &at)) != NULL;)
		free_bucket(bucket);
	at = 0;
	for (struct known_alert *known; (known = hash_map_next(&set->known, &at)) != NULL;)
		free_known(known);
	free_bucket(set->everywhere);
	hash_map_finish(&set->by_id);
	hash_map_finish(&set->buckets);
	hash_map_finish(&set->by_number);
	hash_map_finish(&set->known);
	*set = (struct silence_set){ 0 };
}

// ---- matching

// Before a list of numbers grows, those of silences that are gone make room.
static void add_number(struct silence_set *set, struct known_alert *known, uint32_t number) {
	bool is_full = known->numbers.count >= 4 && known->numbers.count == known->numbers.cap;
	for (uint32_t i = 0; is_full && i < known->numbers.count;)
		if (hash_map_find(&set->by_number, few_items(&known->numbers)[i], NULL, NULL) == NULL)
			few_swap_remove(&known->numbers, i);
		else
			i++;
	few_append(&known->numbers, number);
}

// Tries the alert on what came to the bucket after this number.
static void try_bucket(struct silence_set *set, const struct silence_bucket *bucket, const struct labels *labels, uint32_t after) {
	for (size_t i = place_of(bucket, after + 1); i < bucket->count; i++) {
		if (!silence_matches(bucket->items[i]->silence, labels))
			continue;
		struct known_alert *known = find_known(set, labels);
		if (known == NULL)
			known = make_known(set, labels);
		add_number(set, known, bucket->items[i]->number);
	}
}

void silence_set_try(struct silence_set *set, const struct labels *labels, uint32_t *tried) {
	uint32_t after = *tried;
	if (after == set->last_number)
		return;
	*tried = set->last_number;
	if (after == 0)
		silence_set_drop(set, labels); // of one that was forgotten
	if (set->everywhere != NULL)
		try_bucket(set, set->everywhere, labels, after);
	if (set->buckets.count == 0)
		return;
	struct label label;
	for (struct label_walk walk = labels_walk(labels); label_walk_next(&walk, &label);) {
		const struct silence_bucket *bucket = find_bucket(set, label.name, label.value);
		if (bucket != NULL)
			try_bucket(set, bucket, labels, after);
	}
}

// NULL for out: whether there is one. What has ended is left out for good.
static bool take_active(struct silence_set *set, struct known_alert *known, wall_ms now, struct silence_matches *out) {
	for (uint32_t i = 0; i < known->numbers.count;) {
		const struct silence_entry *entry = hash_map_find(&set->by_number, few_items(&known->numbers)[i], NULL, NULL);
		if (entry == NULL) {
			few_swap_remove(&known->numbers, i);
			continue;
		}
		i++;
		if (silence_state_at(entry->silence, now) != SILENCE_ACTIVE)
			continue;
		if (out == NULL)
			return true;
		array_append(out, entry->silence);
	}
	return false;
}

static bool take_alert(struct silence_set *set, const struct labels *labels, uint32_t *tried, wall_ms now, struct silence_matches *out) {
	silence_set_try(set, labels, tried);
	struct known_alert *known = find_known(set, labels);
	if (known == NULL)
		return false;
	bool mutes = take_active(set, known, now, out);
	if (known->numbers.count == 0)
		silence_set_drop(set, labels);
	return mutes;
}

void silence_set_match(struct silence_set *set, const struct labels *labels, uint32_t *tried, wall_ms now, struct silence_matches *out) {
	(void)take_alert(set, labels, tried, now, out);
}

bool silence_set_mutes(struct silence_set *set, const struct labels *labels, uint32_t *tried, wall_ms now) {
	return take_alert(set, labels, tried, now, NULL);
}

// ---- changes

void silence_plan_finish(struct silence_plan *plan) {
	for (size_t i = 0; i < plan->count; i++)
		silence_unref(plan->rows[i]);
	*plan = (struct silence_plan){ 0 };
}

void silence_id_make(char out[SILENCE_ID_LEN + 1]) {
	unsigned char bytes[16];
	if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes)
		unreachable("no random bytes");               // so few never fail
	bytes[6] = (unsigned char)((bytes[6] & 0x0f) | 0x40); // version 4
	bytes[8] = (unsigned char)((bytes[8] & 0x3f) | 0x80); // RFC 4122
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0, at = 0; i < sizeof bytes; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			out[at++] = '-';
		out[at++] = digits[bytes[i] >> 4];
		out[at++] = digits[bytes[i] & 0x0f];
	}
	out[SILENCE_ID_LEN] = '\0';
}

static struct silence *ended(const struct silence *silence, wall_ms now) {
	struct silence *copy = silence_copy(silence);
	if (copy->starts_at > now)
		copy->starts_at = now;
	copy->ends_at = now;
	copy->updated_at = now;
	return copy;
}

struct planning {
	const struct silence_set *set;
	wall_ms now;
	struct silence_plan *plan;
};

static bool is_within(const struct silence_limits *limits, const struct silence *silence, struct error *err) {
	size_t size = silence_size(silence);
	if (limits->max_size_bytes == 0 || size <= limits->max_size_bytes)
		return true;
	return error_set(err, ERR_LIMIT, "silence exceeded maximum size: %zu bytes (limit: %zu bytes)", size, limits->max_size_bytes);
}

static bool has_room(const struct planning *planning, struct error *err) {
	size_t count = planning->set->by_id.count, limit = planning->set->limits.max_silences;
	if (limit == 0 || count < limit)
		return true;
	return error_set(err, ERR_LIMIT, "exceeded maximum number of silences: %zu (limit: %zu)", count, limit);
}

static void add_row(struct silence_plan *plan, struct silence *silence) {
	plan->rows[plan->count++] = silence;
}

static bool plan_new(const struct planning *planning, struct silence *wanted, const struct silence *old, struct error *err) {
	if (!has_room(planning, err))
		return false;
	silence_id_make(wanted->id);
	if (wanted->starts_at < planning->now)
		wanted->starts_at = planning->now;
	if (!is_within(&planning->set->limits, wanted, err))
		return false;
	if (old != NULL && silence_state_at(old, planning->now) != SILENCE_EXPIRED)
		add_row(planning->plan, ended(old, planning->now));
	add_row(planning->plan, silence_ref(wanted));
	return true;
}

static bool plan_set(const struct planning *planning, struct silence *wanted, struct error *err) {
	if (wanted->starts_at == 0)
		wanted->starts_at = planning->now;
	wanted->updated_at = planning->now;
	if (!silence_check(wanted, err))
		return error_wrap(err, "invalid silence");
	const struct silence *old = silence_set_find(planning->set, str_of(wanted->id));
	if (old == NULL && wanted->id[0] != '\0')
		return error_set(err, ERR_NOT_FOUND, "silence not found");
	if (old == NULL || !silence_can_become(old, wanted, planning->now))
		return plan_new(planning, wanted, old, err);
	if (!is_within(&planning->set->limits, wanted, err))
		return false;
	add_row(planning->plan, silence_ref(wanted));
	return true;
}

bool silence_plan_set(const struct silence_set *set, struct silence *wanted, wall_ms now, struct silence_plan *plan, struct error *err) {
	struct planning planning = { set, now, plan };
	bool ok = plan_set(&planning, wanted, err);
	silence_unref(wanted);
	return ok;
}

bool silence_plan_expire(const struct silence_set *set, struct str id, wall_ms now, struct silence_plan *plan, struct error *err) {
	const struct silence *silence = silence_set_find(set, id);
	if (silence == NULL)
		return error_set(err, ERR_NOT_FOUND, "silence not found");
	if (silence_state_at(silence, now) != SILENCE_EXPIRED)
		add_row(plan, ended(silence, now));
	return true;
}

void silence_set_apply(struct silence_set *set, const struct silence_plan *plan, wall_ms now) {
	for (size_t i = 0; i < plan->count; i++)
		silence_set_add(set, plan->rows[i], now);
}
