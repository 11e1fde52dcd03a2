// SPDX-License-Identifier: Apache-2.0
// The life of one delivery: what one integration is being told about one group, attempt by attempt. Pure: no I/O, no clock, no randomness
// but what is passed in. Private to notifiers/.
#pragma once
#include "base/clock.h"
#include "notifiers/notifier.h"

#include <stdint.h>

enum delivery_state {
	DELIVERY_WAITING, // for next_attempt
	DELIVERY_STORING, // the row that says "this attempt began" is not committed yet
	DELIVERY_READY,   // committed; waits for a free slot
	DELIVERY_IN_FLIGHT,
	DELIVERY_JUDGED, // the answer is known, its outcome waits for room in the store
	DELIVERY_PARKED, // given up, but an earlier attempt may have arrived: kept until a flush replaces it (LAW 3)
};
const char *delivery_state_name(enum delivery_state state);

struct delivery_progress {
	int64_t attempts;     // that began
	int64_t refused;      // of these, the ones known not to have been taken
	wall_ms next_attempt; // while waiting
};

enum { DELIVERY_SAID_AGAIN_MS = 4 * 60 * 1000 };    // attempts are a minute apart at most: a line in the log every five
enum { DELIVERY_RETRY_AFTER_MAX_MS = 3600 * 1000 }; // a receiver may ask for an hour of quiet, not for a week
#define DELIVERY_NEVER INT64_MAX                    // next_attempt of a parked delivery

// The pause after `attempts` failed ones: 500 ms, growing by half each time, at most 60 s, less or more by up to half (`random`: any number).
dur_ms delivery_backoff(int64_t attempts, uint64_t random);
// Whether some attempt began whose outcome nobody knows.
bool delivery_is_maybe_told(const struct delivery_progress *progress);
void delivery_begin(struct delivery_progress *progress); // before the row of an attempt is written

// Whether an attempt that failed is worth a line in the log; `said_at`: when the last one was written, 0: none was.
bool delivery_is_worth_saying(wall_ms said_at, wall_ms now);

struct delivery_answer {
	enum attempt_outcome outcome;
	bool maybe_delivered; // it failed after (part of) it was written
	dur_ms retry_after;   // -1 = not said
};

enum delivery_verdict {
	DELIVERY_TOLD,  // the log says so from now on; the row goes
	DELIVERY_RETRY, // waits for next_attempt
	DELIVERY_ENDED, // given up and surely not told: the row goes; the next flush tries again if it is still owed
	DELIVERY_PARK,  // given up, maybe told: the row stays
};
// Counts the answer in and says what follows.
enum delivery_verdict delivery_judge(struct delivery_progress *progress, const struct delivery_answer *answer, wall_ms now, uint64_t random);

enum delivery_supersede {
	SUPERSEDE_REPLACE, // newer content now, attempts and back-off kept (LAW 4)
	SUPERSEDE_BEGIN,   // the same, and its next attempt begins with this flush
	SUPERSEDE_LATER,   // an attempt is under way: when its outcome is known, this flush is looked at again
};
enum delivery_supersede delivery_supersede(enum delivery_state state);
