// SPDX-License-Identifier: Apache-2.0
// Labels or annotations of others' JSON on their way to a set: in any order, a name twice, values empty. On the stack. Pure.
#pragma once
#include "base/cleanup.h"
#include "model/labels.h"
#include "model/limits.h"

struct json_reader;

struct label_list {
	struct label items[LIMIT_LABELS]; // sorted by name, names unique; texts are borrowed
	uint32_t count;
};

// Of the same name the last one stands, as in Go's maps. False: the list is full.
bool label_list_set(struct label_list *list, struct str name, struct str value);
// Reads an object of texts into the list. False: there are too many, or more than LIMIT_LABEL_BYTES; all of it is read, not all of it kept.
MUST_CHECK bool label_list_read(struct label_list *list, struct json_reader *json);
void label_list_drop_empty(struct label_list *list);
