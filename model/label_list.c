// SPDX-License-Identifier: Apache-2.0
// Labels on their way to a set. See label_list.h.
#include "model/label_list.h"

#include "base/json_read.h"

// Most names are told apart by their first byte.
static int compare_names(struct str a, struct str b) {
	unsigned char first = a.len > 0 ? (unsigned char)a.data[0] : 0, other = b.len > 0 ? (unsigned char)b.data[0] : 0;
	return first != other ? first - other : str_compare(a, b);
}

// Where it belongs: most senders sort, so that this is the end.
static uint32_t place_of(const struct label_list *list, struct str name, bool *is_there) {
	uint32_t at = list->count;
	int order = 1;
	while (at > 0 && (order = compare_names(list->items[at - 1].name, name)) > 0)
		at--;
	*is_there = at > 0 && order == 0;
	return *is_there ? at - 1 : at;
}

bool label_list_set(struct label_list *list, struct str name, struct str value) {
	bool is_there;
	uint32_t at = place_of(list, name, &is_there);
	if (is_there) {
		list->items[at].value = value;
		return true;
	}
	if (list->count == LIMIT_LABELS)
		return false;
	memmove(&list->items[at + 1], &list->items[at], (list->count - at) * sizeof *list->items);
	list->items[at] = (struct label){ name, value };
	list->count++;
	return true;
}

// null is an empty text, as Go reads it.
static bool read_value(struct json_reader *json, struct str *out) {
	*out = STR_NONE;
	return json_read_peek(json) == JSON_NULL ? json_read_null(json) : json_read_string(json, out);
}

bool label_list_read(struct label_list *list, struct json_reader *json) {
	struct str name, value;
	bool fits = true;
	size_t begin = json->at;
	json_read_object_begin(json);
	while (json_read_object_next(json, &name) && read_value(json, &value))
		fits = fits && label_list_set(list, name, value) && json->at - begin <= LIMIT_LABEL_BYTES;
	return fits;
}

void label_list_drop_empty(struct label_list *list) {
	uint32_t kept = 0;
	for (uint32_t i = 0; i < list->count; i++)
		if (list->items[i].value.len > 0)
			list->items[kept++] = list->items[i];
	list->count = kept;
}
