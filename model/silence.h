// SPDX-License-Identifier: Apache-2.0
// A silence: matchers that mute the alerts they match for a time, who made it and why. Pure.
// Source: alertmanager silence/silence.go.
#pragma once
#include "base/clock.h"
#include "base/ref.h"
#include "model/matcher.h"

enum silence_state { SILENCE_ACTIVE, // in the order lists show them
	SILENCE_PENDING,
	SILENCE_EXPIRED };
const char *silence_state_name(enum silence_state state); // "active", "pending", "expired"

enum { SILENCE_ID_LEN = 36 };

// Immutable once it is in use; counted. Any thread may read it while holding a reference.
struct silence {
	struct ref ref;
	char id[SILENCE_ID_LEN + 1]; // a UUID; "" while it has none
	struct matchers matchers;    // all of them must match; as given, in that order; owned
	wall_ms starts_at, ends_at;  // active from the one until before the other
	wall_ms updated_at;
	char *created_by, *comment;       // owned
	const struct labels *annotations; // an owned reference, or NULL; may hold empty values
};

struct silence_limits {
	size_t max_silences;   // expired ones included; 0 = no limit
	size_t max_size_bytes; // of one, as silence_size counts; 0 = no limit
};

struct silence *silence_create(void); // all zero, one reference; the maker fills it, then it is immutable
struct silence *silence_ref(struct silence *silence);
void silence_unref(struct silence *silence); // NULL is fine
// A copy that is not in use yet, to be changed by the caller.
struct silence *silence_copy(const struct silence *silence);

enum silence_state silence_state_at(const struct silence *silence, wall_ms now);
bool silence_matches(const struct silence *silence, const struct labels *labels); // whatever its state
// Whether each of `filter` is one of its matchers: same name, operator and value.
bool silence_has_matchers(const struct silence *silence, const struct matchers *filter);
// Whether `next` may take the place of `silence` under the same id: nothing of what was muted until now is rewritten.
bool silence_can_become(const struct silence *silence, const struct silence *next, wall_ms now);
// Something must be matched that is not the empty text, and times must make sense. ERR_INVALID with upstream's text.
MUST_CHECK bool silence_check(const struct silence *silence, struct error *err);
// The size that limits count: of its protocol buffer form.
size_t silence_size(const struct silence *silence);
// The order of lists: active ones by end, pending ones by start, expired ones the latest first. `now` decides on states.
int silence_compare(const struct silence *a, const struct silence *b, wall_ms now);

struct json_writer;
struct json_reader;
// [{"isEqual":true,"isRegex":false,"name":"a","value":"b"},…]
void silence_write_matchers(struct json_writer *writer, const struct matchers *matchers);
// The same back, appended to *out. A matcher without isEqual is an equal one. False: the reader failed, or what it read is no matcher;
// then *err (position in the text for the former) says why, and *out holds those before it.
MUST_CHECK bool silence_read_matchers(struct json_reader *reader, struct matchers *out, struct error *err);

// The first member that a posted silence must have and has not, as go-openapi calls it: "comment", "matchers.0.isRegex"; "" when all are there.
struct silence_gap {
	char name[40];
};
// Reads what silence_write writes, or a silence as it is posted, into one that is all zero. Unknown members are skipped; a matcher that
// lacks members is left out. False as silence_read_matchers; the silence holds what was read until then.
MUST_CHECK bool silence_read(struct json_reader *reader, struct silence *out, struct silence_gap *gap, struct error *err);
// The object that the API shows.
void silence_write(struct json_writer *writer, const struct silence *silence, wall_ms now);
