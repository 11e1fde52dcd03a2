// SPDX-License-Identifier: Apache-2.0
// See evaluation_history.h.
#include "evaluator/evaluation_history.h"

#include "base/mem.h"

#include <assert.h>
#include <stdlib.h>

struct evaluation_history {
	uint16_t room, count, next; // next: where the one to come goes
	char **errors;              // one a place, owned; NULL while there was none
	struct evaluation_entry entries[];
};

static struct evaluation_history *create(unsigned room) {
	struct evaluation_history *history = mem_zalloc(sizeof *history + room * sizeof history->entries[0]);
	history->room = (uint16_t)room;
	return history;
}

static size_t place(const struct evaluation_history *history, size_t back) {
	return (history->next + history->room - 1 - back) % history->room;
}

// There is room for errors once there was one.
static void put_error(struct evaluation_history *history, size_t at, struct str error) {
	if (history->errors == NULL && error.len == 0)
		return;
	if (history->errors == NULL)
		history->errors = mem_zalloc(history->room * sizeof *history->errors);
	free(history->errors[at]);
	history->errors[at] = NULL;
	if (error.len == 0)
		return;
	history->errors[at] = mem_zalloc(error.len + 1);
	memcpy(history->errors[at], error.data, error.len);
}

static void put(struct evaluation_history *history, struct evaluation_entry entry, struct str error) {
	size_t at = history->next;
	put_error(history, at, error);
	history->entries[at] = entry;
	history->next = (uint16_t)((at + 1) % history->room);
	if (history->count < history->room)
		history->count++;
}

// A reload chose another size: the newest come along.
static struct evaluation_history *resize(struct evaluation_history *old, unsigned room) {
	struct evaluation_history *history = create(room);
	for (size_t back = evaluation_history_count(old); back-- > 0;) {
		const char *error;
		struct evaluation_entry entry = evaluation_history_get(old, back, &error);
		put(history, entry, str_of(error));
	}
	evaluation_history_destroy(old);
	return history;
}

void evaluation_history_add(struct evaluation_history **history, unsigned room, struct evaluation_entry entry, struct str error) {
	assert(room <= UINT16_MAX / 2);
	if (room == 0) {
		evaluation_history_destroy(*history);
		*history = NULL;
		return;
	}
	if (*history == NULL || (*history)->room != room)
		*history = resize(*history, room);
	put(*history, entry, error);
}

size_t evaluation_history_count(const struct evaluation_history *history) {
	return history == NULL ? 0 : history->count;
}

struct evaluation_entry evaluation_history_get(const struct evaluation_history *history, size_t back, const char **error) {
	assert(back < evaluation_history_count(history));
	size_t at = place(history, back);
	*error = history->errors == NULL || history->errors[at] == NULL ? "" : history->errors[at];
	return history->entries[at];
}

void evaluation_history_destroy(struct evaluation_history *history) {
	if (history == NULL)
		return;
	for (size_t i = 0; history->errors != NULL && i < history->room; i++)
		free(history->errors[i]);
	free(history->errors);
	free(history);
}
