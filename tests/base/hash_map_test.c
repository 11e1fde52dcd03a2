// SPDX-License-Identifier: Apache-2.0
// The hash map against an array that says what must be in it.
#include "base/hash_map.h"

#include "tests/harness/test.h"

struct entry {
	uint64_t hash;
	int key;
	bool is_in;
};

static bool entry_equal(const void *value, const void *key) {
	return ((const struct entry *)value)->key == *(const int *)key;
}

TEST(an_empty_map_has_nothing_and_may_be_finished_twice) {
	struct hash_map map = { 0 };
	size_t at = 0;
	CHECK(hash_map_find(&map, 1, NULL, NULL) == NULL && hash_map_remove(&map, 1, NULL, NULL) == NULL && hash_map_next(&map, &at) == NULL);
	hash_map_clear(&map);
	hash_map_finish(&map);
	hash_map_finish(&map);
}

TEST(values_of_one_hash_are_told_apart_by_equality) {
	struct hash_map map = { 0 };
	struct entry a = { .hash = 7, .key = 1 }, b = { .hash = 7, .key = 2 };
	const int one = 1, two = 2, three = 3;
	hash_map_insert(&map, 7, &a);
	hash_map_insert(&map, 7, &b);
	CHECK(hash_map_find(&map, 7, &one, entry_equal) == &a && hash_map_find(&map, 7, &two, entry_equal) == &b);
	CHECK(hash_map_find(&map, 7, &three, entry_equal) == NULL && hash_map_find(&map, 8, &one, entry_equal) == NULL);
	CHECK(hash_map_remove(&map, 7, &one, entry_equal) == &a && hash_map_find(&map, 7, NULL, NULL) == &b && map.count == 1);
	hash_map_finish(&map);
}

enum { ENTRIES = 3000 };

static void check_all(const struct hash_map *map, struct entry *entries) {
	size_t wanted = 0, met = 0;
	for (int i = 0; i < ENTRIES; i++) {
		CHECK(hash_map_find(map, entries[i].hash, &entries[i].key, entry_equal) == (entries[i].is_in ? &entries[i] : NULL));
		wanted += entries[i].is_in;
	}
	struct entry *entry;
	for (size_t at = 0; (entry = hash_map_next(map, &at)) != NULL; met++)
		CHECK(entry->is_in);
	CHECK(met == wanted && map->count == wanted);
}

static bool keep_even(void *value, void *context) {
	struct entry *entry = value;
	(*(int *)context)++;
	entry->is_in = entry->key % 2 == 0;
	return entry->is_in;
}

TEST(inserting_removing_and_sweeping_agree_with_the_list) {
	static struct entry entries[ENTRIES];
	struct hash_map map = { 0 };
	unsigned roll = 12345;
	for (int i = 0; i < ENTRIES; i++)
		entries[i] = (struct entry){ .key = i, .hash = (uint64_t)(i % 1000) * (i % 3 == 0 ? 1 : 0x100000001b3ULL) };
	for (int step = 0; step < 40000; step++) {
		roll = roll * 1664525 + 1013904223;
		struct entry *entry = &entries[(roll >> 8) % ENTRIES];
		if (entry->is_in)
			CHECK(hash_map_remove(&map, entry->hash, &entry->key, entry_equal) == entry);
		else
			hash_map_insert(&map, entry->hash, entry);
		entry->is_in = !entry->is_in;
		if (step % 8000 == 0)
			check_all(&map, entries);
	}
	check_all(&map, entries);
	int asked = 0;
	size_t before = map.count, removed = hash_map_sweep(&map, keep_even, &asked);
	CHECK(removed > 0 && before - removed == map.count && asked == (int)before);
	check_all(&map, entries);
	hash_map_clear(&map);
	CHECK(map.count == 0 && hash_map_find(&map, entries[0].hash, NULL, NULL) == NULL);
	hash_map_finish(&map);
}

TEST(a_reserved_map_does_not_grow_before_it_is_full) {
	struct hash_map map = { 0 };
	static int values[100];
	hash_map_reserve(&map, 100);
	const struct hash_slot *slots = map.slots;
	for (size_t i = 0; i < 100; i++)
		hash_map_insert(&map, i, &values[i]);
	CHECK(map.slots == slots && map.count == 100);
	hash_map_finish(&map);
}
