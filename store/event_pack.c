// SPDX-License-Identifier: Apache-2.0
// What the transitions of many alerts say, in few bytes. See event_pack.h.
#include "store/event_pack.h"

#include "base/varint.h"

#include <endian.h>

enum { PACK_VERSION = 1,
	PACK_HEAD_BYTES = 1 + VARINT_MAX, // version and count of names
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
	pack->known[pack->name_count] = (struct packed_name){ (uint32_t)pack->names.len, (uint32_t)name.len };
	buf_append_str(&pack->names, name);
	return pack->name_count++;
}

static bool put_labels(struct event_pack *pack, const struct labels *labels) {
	buf_append_varint(&pack->alerts, labels == NULL ? 0 : labels->count);
	if (labels == NULL)
		return true;
	size_t number = 0;
	struct label_walk walk = labels_walk(labels);
	for (struct label label; label_walk_next(&walk, &label); number++) {
		size_t found = find_name(pack, label.name, number);
		number = found == EVENT_PACK_NAMES ? add_name(pack, label.name) : found;
		if (number == EVENT_PACK_NAMES)
			return false;
		buf_append_varint(&pack->alerts, number);
		buf_append_varint(&pack->alerts, label.value.len);
		buf_append_str(&pack->alerts, label.value);
	}
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
	struct str url = str_of(record->origin->generator_url);
	buf_append_varint(&pack->alerts, url.len);
	buf_append_str(&pack->alerts, url);
	if (!put_labels(pack, record->identity) || !put_labels(pack, transition->annotations))
		return false;
	for (size_t i = 0; i < PACK_TIMES; i++)
		put_time(pack, times[i]);
	put_value(pack, record->value);
	return true;
}

static bool put_alert(struct event_pack *pack, const struct alert_event *transition) {
	size_t start = pack->alerts.len;
	uint16_t size = 0;
	uint64_t fingerprint = htole64(transition->record->identity->fingerprint);
	buf_append(&pack->alerts, &size, sizeof size);
	buf_append(&pack->alerts, &fingerprint, sizeof fingerprint);
	bool fits = put_said(pack, transition) && PACK_HEAD_BYTES + pack->names.len + pack->alerts.len <= EVENT_PACK_BYTES;
	size = htole16((uint16_t)(pack->alerts.len - start - sizeof size)); // of one that does not fit: anything
	memcpy(pack->alerts.data + start, &size, sizeof size);
	return fits;
}

bool event_pack_add(struct event_pack *pack, const struct alert_event *transition) {
	size_t alerts = pack->alerts.len, names = pack->names.len, name_count = pack->name_count;
	if (pack->count == 0)
		pack->at = alert_event_at(transition);
	if (pack->count == EVENT_PACK_ALERTS || pack->at != alert_event_at(transition))
		return false;
	if (put_alert(pack, transition)) {
		pack->count++;
		return true;
	}
	buf_truncate(&pack->alerts, alerts);
	buf_truncate(&pack->names, names);
	pack->name_count = name_count;
	return false;
}

void event_pack_write(const struct event_pack *pack, struct buf *out) {
	buf_append_char(out, PACK_VERSION);
	buf_append_varint(out, pack->name_count);
	buf_append_str(out, buf_str(&pack->names));
	buf_append_str(out, buf_str(&pack->alerts));
}

void event_pack_reset(struct event_pack *pack) {
	buf_reset(&pack->alerts);
	buf_reset(&pack->names);
	pack->count = pack->name_count = 0;
}

void event_pack_finish(struct event_pack *pack) {
	buf_finish(&pack->alerts);
	buf_finish(&pack->names);
	pack->count = pack->name_count = 0;
}

// ---- reading: each takes its part off the front of what is left; false when it is not there

static bool take_number(struct str *rest, uint64_t *out) {
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

static bool take_names(struct event_pack_reader *reader, struct arena *arena) {
	uint64_t count;
	struct str version;
	if (!take_bytes(&reader->rest, 1, &version) || version.data[0] != PACK_VERSION || !take_number(&reader->rest, &count) || count > EVENT_PACK_NAMES)
		return false;
	struct str *names = ARENA_NEW_ARRAY(arena, struct str, count);
	for (size_t i = 0; i < count; i++)
		if (!take_text(&reader->rest, &names[i]))
			return false;
	reader->names = names;
	reader->name_count = (size_t)count;
	return true;
}

void event_pack_read(struct event_pack_reader *reader, struct str bytes, wall_ms at, struct arena *arena) {
	*reader = (struct event_pack_reader){ .rest = bytes, .at = at };
	reader->is_broken = !take_names(reader, arena);
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

bool packed_alert_url(const struct packed_alert *alert, struct str *out) {
	struct str rest = alert->said;
	return take_text(&rest, out);
}

static bool take_label(const struct event_pack_reader *reader, struct str *rest, struct label *out) {
	uint64_t number;
	if (!take_number(rest, &number) || number >= reader->name_count)
		return false;
	out->name = reader->names[number];
	return take_text(rest, &out->value);
}

// A new reference, or NULL.
static const struct labels *take_labels(const struct event_pack_reader *reader, struct str *rest, struct arena *arena) {
	uint64_t count;
	if (!take_number(rest, &count) || count > reader->name_count)
		return NULL;
	struct label *items = ARENA_NEW_ARRAY(arena, struct label, count);
	for (size_t i = 0; i < count; i++)
		if (!take_label(reader, rest, &items[i]) || (i > 0 && str_compare(items[i - 1].name, items[i].name) >= 0))
			return NULL;
	return labels_from_sorted(items, (size_t)count);
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
	if (!take_text(&rest, &url))
		return NULL;
	struct alert_origin *its = origin == NULL ? alert_origin_create(STR(ALERT_SOURCE_EXTERNAL), url) : alert_origin_ref(origin);
	struct alert_record *record = take_record(reader, &rest, its, arena);
	alert_origin_unref(its);
	return record;
}
