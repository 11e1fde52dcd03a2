// SPDX-License-Identifier: Apache-2.0
// Annotations of rows in few bytes. See alert_rows.h.
// A row: ROW_LIKE_FIRST, then for each label of the first row how its value differs from that one's; or, where names are others, ROW_ALONE,
// how many labels, and they (model/label_pack.h). How a value differs: how many of its pieces do, times two, plus one where pieces are words
// and not the whole; then for each of these how many before it are the same, and of the piece how many bytes at its beginning and at its end,
// and what lies between. All numbers as LEB128.
#include "model/alert_rows.h"

#include "base/mem.h"

#include <stdlib.h>

enum { ROW_ALONE,
	ROW_LIKE_FIRST };

void alert_rows_destroy(struct alert_rows *rows) {
	if (rows == NULL)
		return;
	arena_finish(&rows->arena);
	buf_finish(&rows->room);
	free(rows);
}

// ---- pieces of a text

static size_t count_words(struct str text) {
	size_t count = 1;
	for (size_t i = 0; i < text.len; i++)
		count += text.data[i] == ' ';
	return count;
}

// What stands before the next space, or all the rest.
static struct str next_piece(struct str *rest, bool are_words) {
	struct str all = *rest;
	if (are_words)
		return str_cut(rest, ' ');
	*rest = STR_NONE;
	return all;
}

// ---- packing

static void put_text(struct buf *out, struct str text, struct str first) {
	size_t pieces = count_words(text), differing = 0, same = 0;
	bool are_words = pieces == count_words(first);
	pieces = are_words ? pieces : 1;
	struct str left = text, right = first;
	for (size_t i = 0; i < pieces; i++)
		differing += !str_equal(next_piece(&left, are_words), next_piece(&right, are_words));
	buf_append_varint(out, differing * 2 + are_words);
	for (size_t i = 0; i < pieces; i++) {
		struct str piece = next_piece(&text, are_words), other = next_piece(&first, are_words);
		if (str_equal(piece, other)) {
			same++;
			continue;
		}
		buf_append_varint(out, same);
		buf_append_delta(out, piece, other);
		same = 0;
	}
}

static bool has_names_of(const struct labels *labels, const struct labels *first) {
	struct label_walk left = labels_walk(labels), right = labels_walk(first);
	if (labels->count != first->count)
		return false;
	for (struct label a, b; label_walk_next(&left, &a) && label_walk_next(&right, &b);)
		if (!str_equal(a.name, b.name))
			return false;
	return true;
}

static void put_row(struct buf *out, const struct labels *annotations, const struct labels *first) {
	struct label_walk left = labels_walk(annotations), right = labels_walk(first);
	if (!has_names_of(annotations, first)) {
		buf_append_char(out, ROW_ALONE);
		buf_append_varint(out, annotations->count);
		buf_append(out, annotations->packed, labels_size(annotations) - sizeof *annotations);
		return;
	}
	buf_append_char(out, ROW_LIKE_FIRST);
	for (struct label a, b; label_walk_next(&left, &a) && label_walk_next(&right, &b);)
		put_text(out, a.value, b.value);
}

const char *alert_rows_pack(struct alert_rows *rows, const struct labels *annotations) {
	if (rows->first == NULL)
		rows->first = labels_copy_to(&rows->arena, annotations);
	buf_reset(&rows->room);
	put_row(&rows->room, annotations, rows->first);
	char *packed = arena_alloc_bytes(&rows->arena, rows->room.len);
	memcpy(packed, rows->room.data, rows->room.len);
	return packed;
}

// ---- unpacking: texts grow in a buf, since their length is known at their end

static const char *get_piece(const char *from, struct str first, struct buf *out) {
	size_t before, after, between;
	from = varint_get(varint_get(varint_get(from, &before), &after), &between);
	buf_append(out, first.data, before);
	buf_append(out, from, between);
	buf_append(out, first.data + first.len - after, after);
	return from + between;
}

static const char *get_text(const char *from, struct str first, struct buf *out) {
	size_t differing, same = SIZE_MAX;
	from = varint_get(from, &differing);
	bool are_words = (differing & 1) != 0;
	size_t pieces = are_words ? count_words(first) : 1;
	differing /= 2;
	if (differing > 0)
		from = varint_get(from, &same);
	for (size_t i = 0; i < pieces; i++) {
		struct str piece = next_piece(&first, are_words);
		if (i > 0)
			buf_append_char(out, ' ');
		if (same-- > 0) {
			buf_append_str(out, piece);
			continue;
		}
		from = get_piece(from, piece, out);
		same = SIZE_MAX;
		if (--differing > 0)
			from = varint_get(from, &same);
	}
	return from;
}

static const struct label *unpack_alone(const char *packed, struct arena *arena, size_t *count) {
	packed = varint_get(packed, count);
	struct label *items = ARENA_NEW_ARRAY(arena, struct label, *count);
	for (size_t i = 0; i < *count; i++) {
		struct label label;
		packed = label_unpack(packed, &label);
		items[i] = (struct label){ arena_dup_str(arena, label.name), arena_dup_str(arena, label.value) };
	}
	return items;
}

const struct label *alert_rows_unpack(const struct alert_rows *rows, const char *packed, struct arena *arena, size_t *count) {
	if (*packed++ == ROW_ALONE)
		return unpack_alone(packed, arena, count);
	*count = rows->first->count;
	autobuf struct buf room = { 0 };
	struct label *items = ARENA_NEW_ARRAY(arena, struct label, *count), label;
	struct label_walk walk = labels_walk(rows->first);
	for (size_t i = 0; label_walk_next(&walk, &label); i++) {
		buf_reset(&room);
		packed = get_text(packed, label.value, &room);
		items[i] = (struct label){ arena_dup_str(arena, label.name), arena_dup_str(arena, buf_str(&room)) };
	}
	return items;
}
