// SPDX-License-Identifier: Apache-2.0
// Open addressing with linear probing; removal shifts the run back, so there are no tombstones. See hash_map.h.
#include "base/hash_map.h"

#include "base/mem.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

enum { HASH_MAP_SMALLEST = 16 };

static pthread_once_t seed_once = PTHREAD_ONCE_INIT;
static uint64_t seed;

static void make_seed(void) {
	// Without entropy (early boot, a sandbox) the address space's layout has to do.
	if (getrandom(&seed, sizeof seed, GRND_NONBLOCK) != (ssize_t)sizeof seed)
		seed = (uint64_t)(uintptr_t)&seed * 0x9e3779b97f4a7c15ULL;
}

// The finaliser of MurmurHash3: every bit of the hash and the seed reaches the low bits.
static size_t home_of(const struct hash_map *map, uint64_t hash) {
	uint64_t mixed = hash ^ seed;
	mixed = (mixed ^ mixed >> 33) * 0xff51afd7ed558ccdULL;
	mixed = (mixed ^ mixed >> 33) * 0xc4ceb9fe1a85ec53ULL;
	return (size_t)(mixed ^ mixed >> 33) & (map->cap - 1);
}

static size_t slot_after(const struct hash_map *map, size_t slot) {
	return (slot + 1) & (map->cap - 1);
}

static void place(struct hash_map *map, uint64_t hash, void *value) {
	size_t slot = home_of(map, hash);
	while (map->slots[slot].value != NULL)
		slot = slot_after(map, slot);
	map->slots[slot] = (struct hash_slot){ .hash = hash, .value = value };
}

static void rebuild(struct hash_map *map, size_t cap) {
	struct hash_slot *old = map->slots;
	size_t old_cap = map->cap;
	pthread_once(&seed_once, make_seed);
	map->slots = mem_zalloc(cap * sizeof *map->slots);
	map->cap = cap;
	for (size_t i = 0; i < old_cap; i++)
		if (old[i].value != NULL)
			place(map, old[i].hash, old[i].value);
	free(old);
}

// The slot of the value meant, or cap.
static size_t slot_of(const struct hash_map *map, uint64_t hash, const void *key, hash_map_equal *equal) {
	if (map->count == 0)
		return map->cap;
	for (size_t slot = home_of(map, hash); map->slots[slot].value != NULL; slot = slot_after(map, slot))
		if (map->slots[slot].hash == hash && (equal == NULL || equal(map->slots[slot].value, key)))
			return slot;
	return map->cap;
}

void hash_map_finish(struct hash_map *map) {
	free(map->slots);
	*map = (struct hash_map){ 0 };
}

void hash_map_clear(struct hash_map *map) {
	if (map->count > 0)
		memset(map->slots, 0, map->cap * sizeof *map->slots);
	map->count = 0;
}

void hash_map_reserve(struct hash_map *map, size_t count) {
	size_t cap = map->cap < HASH_MAP_SMALLEST ? HASH_MAP_SMALLEST : map->cap;
	while (cap / 5 * 4 < count) // then a search of what is not there looks at 13 slots, in neighbouring lines
		cap *= 2;
	if (cap != map->cap)
		rebuild(map, cap);
}

void *hash_map_find(const struct hash_map *map, uint64_t hash, const void *key, hash_map_equal *equal) {
	size_t slot = slot_of(map, hash, key, equal);
	return slot == map->cap ? NULL : map->slots[slot].value;
}

void hash_map_insert(struct hash_map *map, uint64_t hash, void *value) {
	assert(value != NULL);
	hash_map_reserve(map, map->count + 1);
	place(map, hash, value);
	map->count++;
}

// Moves back what was pushed past `hole` by the value that stood there.
static void close_hole(struct hash_map *map, size_t hole) {
	for (size_t slot = slot_after(map, hole); map->slots[slot].value != NULL; slot = slot_after(map, slot)) {
		size_t home = home_of(map, map->slots[slot].hash);
		if (((slot - home) & (map->cap - 1)) < ((slot - hole) & (map->cap - 1)))
			continue; // it would come before its home
		map->slots[hole] = map->slots[slot];
		hole = slot;
	}
	map->slots[hole] = (struct hash_slot){ 0 };
}

void *hash_map_remove(struct hash_map *map, uint64_t hash, const void *key, hash_map_equal *equal) {
	size_t slot = slot_of(map, hash, key, equal);
	if (slot == map->cap)
		return NULL;
	void *value = map->slots[slot].value;
	close_hole(map, slot);
	map->count--;
	return value;
}

void *hash_map_next(const struct hash_map *map, size_t *at) {
	while (*at < map->cap) {
		void *value = map->slots[(*at)++].value;
		if (value != NULL)
			return value;
	}
	return NULL;
}

size_t hash_map_sweep(struct hash_map *map, bool (*keep)(void *value, void *context), void *context) {
	size_t removed = 0;
	for (size_t i = 0; i < map->cap; i++) {
		if (map->slots[i].value == NULL || keep(map->slots[i].value, context))
			continue;
		map->slots[i].value = NULL;
		removed++;
	}
	map->count -= removed;
	if (removed > 0)
		rebuild(map, map->cap);
	return removed;
}
