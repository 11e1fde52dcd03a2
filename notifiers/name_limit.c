// SPDX-License-Identifier: Apache-2.0
// See name_limit.h.
#include "notifiers/name_limit.h"

#include "base/hash.h"
#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

struct name_count {
	size_t count, len;
	char name[];
};

static bool has_name(const void *value, const void *key) {
	const struct name_count *counted = value;
	return str_equal(str_make(counted->name, counted->len), *(const struct str *)key);
}

static struct name_count *find(const struct name_limit *limit, struct str name) {
	return hash_map_find(&limit->by_name, hash_bytes(HASH_START, name), &name, has_name);
}

static bool free_each(void *value, void *context) {
	(void)context;
	free(value);
	return false;
}

void name_limit_finish(struct name_limit *limit) {
	hash_map_sweep(&limit->by_name, free_each, NULL);
	hash_map_finish(&limit->by_name);
}

bool name_limit_has_room(const struct name_limit *limit, struct str name) {
	const struct name_count *counted = limit->max == 0 ? NULL : find(limit, name);
	return counted == NULL || counted->count < limit->max;
}

void name_limit_enter(struct name_limit *limit, struct str name) {
	if (limit->max == 0)
		return;
	struct name_count *counted = find(limit, name);
	if (counted == NULL) {
		counted = mem_zalloc(sizeof *counted + name.len + 1);
		counted->len = name.len;
		memcpy(counted->name, name.data == NULL ? "" : name.data, name.len);
		hash_map_insert(&limit->by_name, hash_bytes(HASH_START, name), counted);
	}
	counted->count++;
}

void name_limit_leave(struct name_limit *limit, struct str name) {
	if (limit->max == 0)
		return;
	struct name_count *counted = find(limit, name);
	assert(counted != NULL);
	if (--counted->count > 0)
		return;
	hash_map_remove(&limit->by_name, hash_bytes(HASH_START, name), &name, has_name);
	free(counted);
}
