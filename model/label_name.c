// SPDX-License-Identifier: Apache-2.0
// Names of labels, each kept once. See label_name.h.
#include "model/label_name.h"

#include "base/hash.h"
#include "base/mem.h"

#include <pthread.h>

enum { SLOTS = 4 * LABEL_NAMES_MAX, // a power of two
	PROBES = 32 };              // a name that finds no place so near is not kept: whoever chooses names chooses no long searches

_Atomic(const struct label_name *) label_names[LABEL_NAMES_MAX + 1];

static _Atomic uint16_t slots[SLOTS]; // numbers by hash, linear probing; 0: free. Filled once, never emptied
static pthread_mutex_t adding = PTHREAD_MUTEX_INITIALIZER;
static _Atomic uint32_t count; // changed under adding

// Its number; or 0 and the slot where it belongs, SLOTS when there is none.
static uint32_t find(struct str name, size_t *slot) {
	uint64_t hash = hash_quickly(name);
	size_t home = (size_t)(hash * UINT64_C(0x9e3779b97f4a7c15) >> 32);
	for (size_t i = 0; i < PROBES; i++) {
		*slot = (home + i) & (SLOTS - 1);
		uint32_t number = atomic_load_explicit(&slots[*slot], memory_order_acquire);
		if (number == 0 || str_equal(label_name_of(number), name))
			return number;
	}
	*slot = SLOTS;
	return 0;
}

static uint32_t add(struct str name) {
	size_t slot;
	uint32_t number = find(name, &slot), last = atomic_load_explicit(&count, memory_order_relaxed);
	if (number != 0 || slot == SLOTS || last == LABEL_NAMES_MAX) // somebody was faster
		return number;
	struct label_name *kept = mem_alloc(sizeof *kept + name.len);
	kept->len = (uint32_t)name.len;
	memcpy(kept->text, name.data, name.len);
	number = last + 1;
	atomic_store_explicit(&count, number, memory_order_relaxed);
	atomic_store_explicit(&label_names[number], kept, memory_order_relaxed);
	atomic_store_explicit(&slots[slot], (uint16_t)number, memory_order_release);
	return number;
}

uint32_t label_name_number(struct str name) {
	size_t slot;
	if (name.len == 0 || name.len > LABEL_NAME_BYTES_MAX)
		return 0;
	uint32_t number = find(name, &slot);
	if (number != 0 || slot == SLOTS || atomic_load_explicit(&count, memory_order_relaxed) == LABEL_NAMES_MAX)
		return number;
	pthread_mutex_lock(&adding);
	number = add(name);
	pthread_mutex_unlock(&adding);
	return number;
}
