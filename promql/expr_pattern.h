// SPDX-License-Identifier: Apache-2.0
// What a regular expression of a matcher comes to, as far as that is plain to see. Private to promql/. Pure.
#pragma once
#include "base/arena.h"

enum pattern_kind {
	PATTERN_OTHER,
	PATTERN_LITERALS,  // one of some texts
	PATTERN_ANYTHING,  // .*
	PATTERN_SOMETHING, // .+
};

enum { PATTERN_LITERALS_MAX = 64 };

struct pattern {
	enum pattern_kind kind;
	bool has_anchors;     // ^ at its beginning or $ at its end, which matchers add anyway
	struct str body;      // without those
	struct str *literals; // unescaped, in the arena
	size_t count;
};

struct pattern pattern_read(struct arena *arena, struct str text);
bool pattern_has(const struct pattern *pattern, struct str literal); // of PATTERN_LITERALS
