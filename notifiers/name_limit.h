// SPDX-License-Identifier: Apache-2.0
// How many alerts of one name there may be: those that others post and that fire. Owned by dispatcher. Private to notifiers/.
#pragma once
#include "base/hash_map.h"
#include "base/str.h"

struct name_limit {
	struct hash_map by_name; // struct name_count
	size_t max;              // 0: no limit, nothing is counted
};
void name_limit_finish(struct name_limit *limit);
bool name_limit_has_room(const struct name_limit *limit, struct str name);
void name_limit_enter(struct name_limit *limit, struct str name); // even above the limit: what there was before it
void name_limit_leave(struct name_limit *limit, struct str name); // one that entered
