// SPDX-License-Identifier: Apache-2.0
// From a 64-bit hash to a pointer: open addressing, one owner, one thread at a time. The caller hashes its keys and says what is equal;
// the hash is mixed with a seed of the process, so that who chooses the keys does not choose the slots.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hash_slot {
	uint64_t hash; // as the caller gave it
	void *value;   // NULL: free
};

// A zeroed map is empty and valid. It holds pointers, it never frees what they point to.
struct hash_map {
	struct hash_slot *slots;
	size_t count;
	size_t cap; // a power of two, or 0
};

// Whether `value`, which is in the map under the hash asked for, is the one `key` means.
typedef bool hash_map_equal(const void *value, const void *key);

void hash_map_finish(struct hash_map *map);                // the map is empty and usable again
void hash_map_clear(struct hash_map *map);                 // empties, keeps the memory
void hash_map_reserve(struct hash_map *map, size_t count); // no growing until it holds that many
// NULL when there is none. equal NULL: the first value with this hash.
void *hash_map_find(const struct hash_map *map, uint64_t hash, const void *key, hash_map_equal *equal);
void hash_map_insert(struct hash_map *map, uint64_t hash, void *value);                             // not NULL; looks for no equal one
void *hash_map_remove(struct hash_map *map, uint64_t hash, const void *key, hash_map_equal *equal); // what was removed, or NULL

// Every value once, in no order: `for (size_t at = 0; (value = hash_map_next(&map, &at)) != NULL;)`. No insert or remove meanwhile.
void *hash_map_next(const struct hash_map *map, size_t *at);
// Removes the values for which `keep` says false; it may free them. Returns how many went.
size_t hash_map_sweep(struct hash_map *map, bool (*keep)(void *value, void *context), void *context);
