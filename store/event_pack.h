// SPDX-License-Identifier: Apache-2.0
// What the transitions of many alerts say, in few bytes: of posted alerts that begin to fire at one time, as one row of the outbox holds them.
// Writing trusts its input, reading trusts nothing: the bytes come from a disk. Pure.
//
// A version, then the names of labels (how many, then each); then each alert: how many bytes follow, its fingerprint, what it is known by,
// annotations, link, times, value. A set of labels is how many there are, then of each the number of its name, and its value. Texts have their
// length first. Numbers are LEB128, times how far they lie from the transition's, 0 for none; what is fixed in size has its lowest byte first.
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
	struct buf alerts, names; // as they are written
	struct packed_name {
		uint32_t at, len; // in names
	} known[EVENT_PACK_NAMES];
	size_t name_count;
};

// True for what a pack can hold, if there is room: a posted alert that begins to fire, told under the labels it is known by, with no other event beside it.
bool event_pack_is_for(const struct alert_event *transition);
// One more; false when there is no room for it, or it is of another time: nothing has changed then.
bool event_pack_add(struct event_pack *pack, const struct alert_event *transition);
void event_pack_write(const struct event_pack *pack, struct buf *out);
void event_pack_reset(struct event_pack *pack);
void event_pack_finish(struct event_pack *pack);

struct event_pack_reader {
	struct str rest;
	wall_ms at;
	const struct str *names;
	size_t name_count;
	bool is_broken; // what was read is not what event_pack_write wrote
};

struct packed_alert { // borrowed from the bytes
	uint64_t fingerprint;
	struct str said;
};

// `bytes` outlive the reader; the names are in the arena.
void event_pack_read(struct event_pack_reader *reader, struct str bytes, wall_ms at, struct arena *arena);
// The next one; false at the end, and when it is broken.
bool event_pack_next(struct event_pack_reader *reader, struct packed_alert *out);
bool packed_alert_url(const struct packed_alert *alert, struct str *out); // its link; false: it is broken
// What it says, of the origin that has its link, or of one of its own for NULL. A new reference without a sequence; NULL: it is broken.
struct alert_record *packed_alert_record(const struct event_pack_reader *reader, const struct packed_alert *alert, struct alert_origin *origin, struct arena *arena);
