// SPDX-License-Identifier: Apache-2.0
// Names of labels, each kept once for the whole process: there are few of them, in hundreds of thousands of label sets. A name that was
// kept stays. Any thread, without waiting for others unless a name is new.
#pragma once
#include "base/str.h"

#include <stdatomic.h>
#include <stdint.h>

enum { LABEL_NAMES_MAX = 8192, // kept; whoever invents more writes them out
	LABEL_NAME_BYTES_MAX = 128 };

struct label_name {
	uint32_t len;
	char text[];
};
extern _Atomic(const struct label_name *) label_names[LABEL_NAMES_MAX + 1]; // by number; what was given out stands there

// The number of a name, kept from now on; 0: it is too long, or there are too many.
uint32_t label_name_number(struct str name);

static inline struct str label_name_of(uint32_t number) { // one that label_name_number gave; valid for ever
	const struct label_name *name = atomic_load_explicit(&label_names[number], memory_order_relaxed);
	return (struct str){ name->text, name->len };
}
