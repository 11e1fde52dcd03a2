// SPDX-License-Identifier: Apache-2.0
// What the transitions of many alerts say, in few bytes: of posted alerts that begin to fire at one time, as one row of the outbox holds them.
// Writing trusts its input, reading trusts nothing: the bytes come from a disk. Pure.
//
// A version; the names of labels (how many, then each); the labels (likewise); then each alert: how many bytes follow, its fingerprint, its link, what it is
// known by, annotations, times, value. Alerts that are posted together say nearly the same, so that a label is there once for all that have it: the number
// of its name, how many bytes its value has in common with that of the first label of that name, at the front and at the end, and what is between them.
// Alerts have the numbers of their labels, sets of them how many there are before; the link is a label without a name. Bytes have their length first.
// Numbers are LEB128, times how far they lie from the transition's, 0 for none; what is fixed in size has its lowest byte first.
// Before (version 1, still read) alerts had their labels themselves, the number of the name and the value, and of the link the value.
#pragma once
#include "base/arena.h"
#include "base/buf.h"
#include "model/alert_event.h"

enum { EVENT_PACK_ALERTS = 64,   // a bit each
	EVENT_PACK_BYTES = 8000, // a row of them fits on a page of its table
	EVENT_PACK_NAMES = 200 };

struct event_pack { // a zeroed one is empty
	wall_ms at;
	size_t count;
	struct buf names, labels, alerts; // as they are written
	struct buf values;                // of labels, whole
	struct packed_name {
		uint32_t at, len;               // in names
		uint32_t first_at, first_len;   // in values: of the first label of that name,
		uint32_t latest_at, latest_len; // of the last one,
		uint32_t label;                 // whose number this is
	} known[EVENT_PACK_NAMES];
	size_t name_count, label_count;
};

// True for what a pack can hold, if there is room: a posted alert that begins to fire, told under the labels it is known by, with no other event beside it.
bool event_pack_is_for(const struct alert_event *transition);
// One more; false when there is no room for it, or it is of another time: nothing has changed then.
bool event_pack_add(struct event_pack *pack, const struct alert_event *transition);
void event_pack_write(const struct event_pack *pack, struct buf *out);
void event_pack_reset(struct event_pack *pack);
void event_pack_finish(struct event_pack *pack);

struct packed_label {
	size_t name, front, back;
	struct str between;
};

struct event_pack_reader {
	struct str rest;
	wall_ms at;
	unsigned char version;
	const struct str *names, *firsts; // value of the first label of each name
	const struct packed_label *labels;
	size_t name_count, label_count;
	bool is_broken; // what was read is not what event_pack_write wrote
};

struct packed_alert { // borrowed from the bytes
	uint64_t fingerprint;
	struct str said;
};

// `bytes` and the arena outlive the reader.
void event_pack_read(struct event_pack_reader *reader, struct str bytes, wall_ms at, struct arena *arena);
// The next one; false at the end, and when it is broken.
bool event_pack_next(struct event_pack_reader *reader, struct packed_alert *out);
// Its link, in the arena if not in the bytes; false: it is broken.
bool packed_alert_url(const struct event_pack_reader *reader, const struct packed_alert *alert, struct arena *arena, struct str *out);
// What it says, of the origin that has its link, or of one of its own for NULL. A new reference without a sequence; NULL: it is broken.
struct alert_record *packed_alert_record(const struct event_pack_reader *reader, const struct packed_alert *alert, struct alert_origin *origin, struct arena *arena);

struct packed_row {                      // one that was read and may be looked into again; a zeroed one is none
	int64_t first, last;             // sequences of its events
	struct event_pack_reader alerts; // before the first of them
	struct arena arena;              // of all it says
};
void packed_row_read(struct packed_row *row, struct str bytes, wall_ms at); // instead of the former one; the bytes are copied
void packed_row_finish(struct packed_row *row);
