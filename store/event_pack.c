// SPDX-License-Identifier: Apache-2.0
// What the transitions of many alerts say, in few bytes. See event_pack.h.
#include "store/event_pack.h"

#include "base/varint.h"

#include <endian.h>

#define NO_LABEL UINT32_MAX
enum { PACK_VERSION = 2,
	PACK_VERSION_LABELS_INSIDE = 1,
	PACK_HEAD_BYTES = 1 + 2 * VARINT_MAX, // version and counts
	PACK_TIMES = 6 };

// ---- writing

bool event_pack_is_for(const struct alert_event *transition) {
	const struct alert_record *record = transition->record;
	return transition->kind == ALERT_EVENT_FIRING && record->state == ALERT_FIRING && alert_record_is_external(record) && record->identity != NULL &&
	    labels_same(record->labels, record->identity) && alert_event_policy_name(record, transition->kind) == NULL;
}

static struct str name_at(const struct event_pack *pack, size_t number) {
	return str_make(pack->names.data + pack->known[number].at, pack->known[number].len);
}

// Names come in the same order again and again: the one after the last that was found is looked at first. EVENT_PACK_NAMES: it is not known.
static size_t find_name(const struct event_pack *pack, struct str name, size_t from) {
	for (size_t i = 0; i < pack->name_count; i++, from++) {
		if (from >= pack->name_count)
			from = 0;
		if (str_equal(name_at(pack, from), name))
			return from;
	}
	return EVENT_PACK_NAMES;
}

static size_t add_name(struct event_pack *pack, struct str name) {
	if (pack->name_count == EVENT_PACK_NAMES)
		return EVENT_PACK_NAMES;
	buf_append_varint(&pack->names, name.len);
	buf_append_str(&pack->names, name);
	pack->known[pack->name_count] = (struct packed_name){ .at = (uint32_t)(pack->names.len - name.len), .len = (uint32_t)name.len, .label = NO_LABEL };
	return pack->name_count++;
}

// The next label.
static void add_label(struct event_pack *pack, size_t name, struct str value) {
	struct packed_name *known = &pack->known[name];
	bool is_first = known->label == NO_LABEL;
	struct str first = is_first ? STR_NONE : str_make(pack->values.data + known->first_at, known->first_len);
	buf_append_varint(&pack->labels, name);
	buf_append_delta(&pack->labels, value, first);
	known->latest_at = (uint32_t)pack->values.len;
	known->latest_len = (uint32_t)value.len;
	known->label = (uint32_t)pack->label_count++;
	if (is_first)
		known->first_at = known->latest_at, known->first_len = known->latest_len;
	buf_append_str(&pack->values, value);
}

// *name is where to look for its name first, and becomes where it was; false: that is one name too many, or a value larger than any row.
static bool put_label(struct event_pack *pack, struct label label, size_t *name) {
	if (label.value.len > EVENT_PACK_BYTES)
		return false;
	size_t found = find_name(pack, label.name, *name);
	*name = found == EVENT_PACK_NAMES ? add_name(pack, label.name) : found;
	if (*name == EVENT_PACK_NAMES)
		return false;
	const struct packed_name *known = &pack->known[*name];
	if (known->label == NO_LABEL || !str_equal(str_make(pack->values.data + known->latest_at, known->latest_len), label.value))
		add_label(pack, *name, label.value);
	buf_append_varint(&pack->alerts, known->label);
	return true;
}

static bool put_labels(struct event_pack *pack, const struct labels *labels, size_t *name) {
	buf_append_varint(&pack->alerts, labels == NULL ? 0 : labels->count);
	if (labels == NULL)
		return true;
	struct label_walk walk = labels_walk(labels);
	for (struct label label; label_walk_next(&walk, &label); ++*name)
		if (!put_label(pack, label, name))
			return false;
	return true;
}

// 0: there is none; else one more than the distance, whose sign is the lowest bit.
static void put_time(struct event_pack *pack, wall_ms time) {
	uint64_t distance = (uint64_t)time - (uint64_t)pack->at;
	bool is_before = time < pack->at;
	buf_append_varint(&pack->alerts, time == 0 ? 0 : ((is_before ? 0 - distance : distance) << 1 | is_before) + 1);
}

static void put_value(struct event_pack *pack, double value) {
	uint64_t bits;
	memcpy(&bits, &value, sizeof bits);
	bits = htole64(bits);
	buf_append(&pack->alerts, &bits, sizeof bits);
}

static bool put_said(struct event_pack *pack, const struct alert_event *transition) {
	const struct alert_record *record = transition->record;
	const wall_ms times[PACK_TIMES] = { record->updated_at, record->active_at, record->fired_at, record->resolved_at, record->keep_firing_since, record->ends_at };
	struct label link = { .value = str_of(record->origin->generator_url) };
	size_t name = 0;
	if (!put_label(pack, link, &name) || !put_labels(pack, record->identity, &name) || !put_labels(pack, transition->annotations, &name))
		return false;
	for (size_t i = 0; i < PACK_TIMES; i++)
		put_time(pack, times[i]);
	put_value(pack, record->value);
	return true;
}

static size_t packed_size(const struct event_pack *pack) {
	return PACK_HEAD_BYTES + pack->names.len + pack->labels.len + pack->alerts.len;
}

static bool put_alert(struct event_pack *pack, const struct alert_event *transition) {
	size_t start = pack->alerts.len;
	uint16_t size = 0;
	uint64_t fingerprint = htole64(transition->record->identity->fingerprint);
	buf_append(&pack->alerts, &size, sizeof size);
	buf_append(&pack->alerts, &fingerprint, sizeof fingerprint);
	bool fits = put_said(pack, transition) && packed_size(pack) <= EVENT_PACK_BYTES;
	size = htole16((uint16_t)(pack->alerts.len - start - sizeof size)); // of one that does not fit: anything
	memcpy(pack->alerts.data + start, &size, sizeof size);
	return fits;
}

struct pack_mark { // how far a pack had come
	size_t names, labels, alerts, values, name_count, label_count;
	struct packed_name known[EVENT_PACK_NAMES];
};

static void mark(const struct event_pack *pack, struct pack_mark *out) {
	out->names = pack->names.len, out->labels = pack->labels.len, out->alerts = pack->alerts.len, out->values = pack->values.len;
	out->name_count = pack->name_count, out->label_count = pack->label_count;
	memcpy(out->known, pack->known, pack->name_count * sizeof *pack->known);
}

static void go_back(struct event_pack *pack, const struct pack_mark *to) {
	buf_truncate(&pack->names, to->names);
	buf_truncate(&pack->labels, to->labels);
	buf_truncate(&pack->alerts, to->alerts);
	buf_truncate(&pack->values, to->values);
	pack->name_count = to->name_count, pack->label_count = to->label_count;
	memcpy(pack->known, to->known, to->name_count * sizeof *to->known);
}

bool event_pack_add(struct event_pack *pack, const struct alert_event *transition) {
	if (pack->count == 0)
		pack->at = alert_event_at(transition);
	if (pack->count == EVENT_PACK_ALERTS || pack->at != alert_event_at(transition))
		return false;
	struct pack_mark before;
	mark(pack, &before);
	if (put_alert(pack, transition)) {
		pack->count++;
		return true;
	}
	go_back(pack, &before);
	return false;
}

void event_pack_write(const struct event_pack *pack, struct buf *out) {
	buf_append_char(out, PACK_VERSION);
	buf_append_varint(out, pack->name_count);
	buf_append_str(out, buf_str(&pack->names));
	buf_append_varint(out, pack->label_count);
	buf_append_str(out, buf_str(&pack->labels));
	buf_append_str(out, buf_str(&pack->alerts));
}

void event_pack_reset(struct event_pack *pack) {
	buf_reset(&pack->names);
	buf_reset(&pack->labels);
	buf_reset(&pack->alerts);
	buf_reset(&pack->values);
	pack->count = pack->name_count = pack->label_count = 0;
}

void event_pack_finish(struct event_pack *pack) {
	buf_finish(&pack->names);
	buf_finish(&pack->labels);
	buf_finish(&pack->alerts);
	buf_finish(&pack->values);
	pack->count = pack->name_count = pack->label_count = 0;
}

// ---- reading: each takes its part off the front of what is left; false when it is not there

static bool take_number(struct str *rest, uint64_t *out) {
	if (rest->len > 0 && (unsigned char)rest->data[0] < 0x80) { // nearly all
		*out = (unsigned char)rest->data[0];
		*rest = str_make(rest->data + 1, rest->len - 1);
		return true;
	}
	const char *end = rest->data + rest->len, *after = varint_get_checked(rest->data, end, out);
	if (after == NULL)
		return false;
	*rest = str_make(after, (size_t)(end - after));
	return true;
}

static bool take_bytes(struct str *rest, size_t size, struct str *out) {
	if (size > rest->len)
		return false;
	*out = str_make(rest->data, size);
	*rest = str_make(rest->data + size, rest->len - size);
	return true;
}

static bool take_fixed(struct str *rest, void *out, size_t size) {
	struct str bytes;
	if (!take_bytes(rest, size, &bytes))
		return false;
	memcpy(out, bytes.data, size);
	return true;
}

static bool take_text(struct str *rest, struct str *out) {
	uint64_t len;
	return take_number(rest, &len) && len <= rest->len && take_bytes(rest, (size_t)len, out) && str_is_utf8(*out);
}

static bool take_count(struct str *rest, size_t most, size_t *out) {
	uint64_t count;
	bool ok = take_number(rest, &count) && count <= most;
	*out = ok ? (size_t)count : 0;
	return ok;
}

static bool take_names(struct event_pack_reader *reader, struct arena *arena) {
	size_t count;
	if (!take_count(&reader->rest, EVENT_PACK_NAMES, &count))
		return false;
	struct str *names = ARENA_NEW_ARRAY(arena, struct str, count);
	for (size_t i = 0; i < count; i++)
		if (!take_text(&reader->rest, &names[i]))
			return false;
	reader->names = names;
	reader->name_count = count;
	return true;
}

static bool take_name(const struct event_pack_reader *reader, struct str *rest, size_t *out) {
	uint64_t number;
	bool ok = take_number(rest, &number) && number < reader->name_count;
	*out = ok ? (size_t)number : 0;
	return ok;
}

static bool take_new_label(struct event_pack_reader *reader, struct str *firsts, struct packed_label *out) {
	uint64_t front, back, len;
	struct str *rest = &reader->rest;
	if (!take_name(reader, rest, &out->name) || !take_number(rest, &front) || !take_number(rest, &back) || !take_number(rest, &len) || len > rest->len)
		return false;
	struct str *first = &firsts[out->name];
	if (!take_bytes(rest, (size_t)len, &out->between) || front > first->len || back > first->len - front)
		return false;
	out->front = (size_t)front;
	out->back = (size_t)back;
	if (first->data == NULL)
		*first = out->between;
	return true;
}

static bool take_new_labels(struct event_pack_reader *reader, struct arena *arena) {
	size_t count;
	if (!take_count(&reader->rest, reader->rest.len, &count))
		return false;
	struct packed_label *labels = ARENA_NEW_ARRAY(arena, struct packed_label, count);
	struct str *firsts = ARENA_NEW_ARRAY(arena, struct str, reader->name_count);
	for (size_t i = 0; i < count; i++)
		if (!take_new_label(reader, firsts, &labels[i]))
			return false;
	reader->firsts = firsts;
	reader->labels = labels;
	reader->label_count = count;
	return true;
}

static bool take_version(struct event_pack_reader *reader) {
	return take_fixed(&reader->rest, &reader->version, sizeof reader->version) && reader->version >= PACK_VERSION_LABELS_INSIDE && reader->version <= PACK_VERSION;
}

void event_pack_read(struct event_pack_reader *reader, struct str bytes, wall_ms at, struct arena *arena) {
	*reader = (struct event_pack_reader){ .rest = bytes, .at = at };
	bool ok = take_version(reader) && take_names(reader, arena) && (reader->version == PACK_VERSION_LABELS_INSIDE || take_new_labels(reader, arena));
	reader->is_broken = !ok;
}

static bool take_alert(struct str *rest, struct packed_alert *out) {
	uint16_t size;
	if (!take_fixed(rest, &size, sizeof size) || !take_bytes(rest, le16toh(size), &out->said) || !take_fixed(&out->said, &out->fingerprint, sizeof out->fingerprint))
		return false;
	out->fingerprint = le64toh(out->fingerprint);
	return true;
}

bool event_pack_next(struct event_pack_reader *reader, struct packed_alert *out) {
	if (reader->is_broken || reader->rest.len == 0)
		return false;
	reader->is_broken = !take_alert(&reader->rest, out);
	return !reader->is_broken;
}

static struct str put_together(struct arena *arena, struct str front, struct str between, struct str back) {
	struct str parts[] = { front, between, back };
	char *whole = arena_alloc_bytes(arena, front.len + between.len + back.len);
	size_t len = 0;
	for (size_t i = 0; i < 3; len += parts[i++].len)
		if (parts[i].len > 0)
			memcpy(whole + len, parts[i].data, parts[i].len);
	return str_make(whole, len);
}

static bool take_known_label(const struct event_pack_reader *reader, struct str *rest, struct arena *arena, struct label *out) {
	uint64_t number;
	if (!take_number(rest, &number) || number >= reader->label_count)
		return false;
	const struct packed_label *label = &reader->labels[number];
	struct str first = reader->firsts[label->name];
	out->name = reader->names[label->name];
	out->value = label->between;
	if (label->front != 0 || label->back != 0)
		out->value = put_together(arena, str_head(first, label->front), label->between, str_skip(first, first.len - label->back));
	return str_is_utf8(out->value);
}

static bool take_label(const struct event_pack_reader *reader, struct str *rest, struct arena *arena, struct label *out) {
	if (reader->version != PACK_VERSION_LABELS_INSIDE)
		return take_known_label(reader, rest, arena, out);
	size_t name;
	if (!take_name(reader, rest, &name))
		return false;
	out->name = reader->names[name];
	return take_text(rest, &out->value);
}

static bool take_link(const struct event_pack_reader *reader, struct str *rest, struct arena *arena, struct str *out) {
	if (reader->version == PACK_VERSION_LABELS_INSIDE)
		return take_text(rest, out);
	struct label link;
	bool ok = take_known_label(reader, rest, arena, &link);
	*out = ok ? link.value : STR_NONE;
	return ok;
}

bool packed_alert_url(const struct event_pack_reader *reader, const struct packed_alert *alert, struct arena *arena, struct str *out) {
	struct str rest = alert->said;
	return take_link(reader, &rest, arena, out);
}

// A new reference, or NULL.
static const struct labels *take_labels(const struct event_pack_reader *reader, struct str *rest, struct arena *arena) {
	size_t count;
	if (!take_count(rest, reader->name_count, &count))
		return NULL;
	struct label *items = ARENA_NEW_ARRAY(arena, struct label, count);
	for (size_t i = 0; i < count; i++)
		if (!take_label(reader, rest, arena, &items[i]) || (i > 0 && str_compare(items[i - 1].name, items[i].name) >= 0))
			return NULL;
	return labels_from_sorted(items, count);
}

static bool take_time(struct str *rest, wall_ms at, wall_ms *out) {
	uint64_t number;
	if (!take_number(rest, &number))
		return false;
	uint64_t distance = (number - 1) >> 1;
	bool is_before = ((number - 1) & 1) != 0;
	*out = number == 0 ? 0 : (wall_ms)((uint64_t)at + (is_before ? 0 - distance : distance));
	return true;
}

static bool take_rest(struct str *rest, wall_ms at, struct alert_record *record) {
	wall_ms *const times[PACK_TIMES] = { &record->updated_at, &record->active_at, &record->fired_at, &record->resolved_at, &record->keep_firing_since, &record->ends_at };
	uint64_t bits;
	for (size_t i = 0; i < PACK_TIMES; i++)
		if (!take_time(rest, at, times[i]))
			return false;
	if (!take_fixed(rest, &bits, sizeof bits) || rest->len != 0)
		return false;
	bits = le64toh(bits);
	memcpy(&record->value, &bits, sizeof bits);
	return true;
}

static struct alert_record *take_record(const struct event_pack_reader *reader, struct str *rest, struct alert_origin *origin, struct arena *arena) {
	const struct labels *identity = take_labels(reader, rest, arena), *annotations = identity == NULL ? NULL : take_labels(reader, rest, arena);
	if (annotations == NULL) {
		labels_unref(identity);
		return NULL;
	}
	struct alert_record *record = alert_record_create_row(origin, annotations);
	labels_unref(annotations);
	record->identity = identity;
	record->labels = labels_ref(identity);
	record->state = ALERT_FIRING;
	if (take_rest(rest, reader->at, record))
		return record;
	alert_record_unref(record);
	return NULL;
}

struct alert_record *packed_alert_record(const struct event_pack_reader *reader, const struct packed_alert *alert, struct alert_origin *origin, struct arena *arena) {
	struct str rest = alert->said, url;
	if (!take_link(reader, &rest, arena, &url))
		return NULL;
	struct alert_origin *its = origin == NULL ? alert_origin_create(STR(ALERT_SOURCE_EXTERNAL), url) : alert_origin_ref(origin);
	struct alert_record *record = take_record(reader, &rest, its, arena);
	alert_origin_unref(its);
	return record;
}

void packed_row_read(struct packed_row *row, struct str bytes, wall_ms at) {
	arena_reset(&row->arena);
	event_pack_read(&row->alerts, arena_dup_str(&row->arena, bytes), at, &row->arena);
}

void packed_row_finish(struct packed_row *row) {
	arena_finish(&row->arena);
	*row = (struct packed_row){ 0 };
}
