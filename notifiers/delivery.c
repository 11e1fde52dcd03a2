// SPDX-License-Identifier: Apache-2.0
// The life of one delivery. See delivery.h.
#include "notifiers/delivery.h"

enum { FIRST_PAUSE_MS = 500,
	LONGEST_PAUSE_MS = 60 * 1000 };

const char *delivery_state_name(enum delivery_state state) {
	static const char *const names[] = {
		[DELIVERY_WAITING] = "waiting",
		[DELIVERY_STORING] = "storing",
		[DELIVERY_READY] = "ready",
		[DELIVERY_IN_FLIGHT] = "in flight",
		[DELIVERY_JUDGED] = "judged",
		[DELIVERY_PARKED] = "parked",
	};
	return names[state];
}

dur_ms delivery_backoff(int64_t attempts, uint64_t random) {
	double pause = FIRST_PAUSE_MS;
	for (int64_t i = 1; i < attempts && pause < LONGEST_PAUSE_MS; i++)
		pause *= 1.5;
	if (pause > LONGEST_PAUSE_MS)
		pause = LONGEST_PAUSE_MS;
	pause *= 0.5 + (double)(random >> 11) / (double)(UINT64_C(1) << 53);
	return pause > LONGEST_PAUSE_MS ? LONGEST_PAUSE_MS : (dur_ms)pause;
}

bool delivery_is_maybe_told(const struct delivery_progress *progress) {
	return progress->attempts > progress->refused;
}

void delivery_begin(struct delivery_progress *progress) {
	progress->attempts++;
}

// After the clock was set back it is not known how long ago it was.
bool delivery_is_worth_saying(wall_ms said_at, wall_ms now) {
	return said_at == 0 || now < said_at || now - said_at >= DELIVERY_SAID_AGAIN_MS;
}

static wall_ms next_attempt(const struct delivery_progress *progress, dur_ms retry_after, wall_ms now, uint64_t random) {
	dur_ms pause = delivery_backoff(progress->attempts, random);
	if (retry_after > DELIVERY_RETRY_AFTER_MAX_MS)
		retry_after = DELIVERY_RETRY_AFTER_MAX_MS;
	return now + (retry_after > pause ? retry_after : pause);
}

enum delivery_verdict delivery_judge(struct delivery_progress *progress, const struct delivery_answer *answer, wall_ms now, uint64_t random) {
	if (answer->outcome != ATTEMPT_OK && !answer->maybe_delivered)
		progress->refused++;
	switch (answer->outcome) {
	case ATTEMPT_OK:
		return DELIVERY_TOLD;
	case ATTEMPT_RETRY:
		progress->next_attempt = next_attempt(progress, answer->retry_after, now, random);
		return DELIVERY_RETRY;
	case ATTEMPT_GIVE_UP:
		if (!delivery_is_maybe_told(progress))
			return DELIVERY_ENDED;
		progress->next_attempt = DELIVERY_NEVER;
		return DELIVERY_PARK;
	}
	unreachable("attempt outcome");
}

enum delivery_supersede delivery_supersede(enum delivery_state state) {
	switch (state) {
	case DELIVERY_WAITING:
		return SUPERSEDE_REPLACE;
	case DELIVERY_READY:
	case DELIVERY_PARKED:
		return SUPERSEDE_BEGIN;
	case DELIVERY_STORING:
	case DELIVERY_IN_FLIGHT:
	case DELIVERY_JUDGED:
		return SUPERSEDE_LATER;
	}
	unreachable("delivery state");
}
