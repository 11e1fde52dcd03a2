// SPDX-License-Identifier: Apache-2.0
// An outbound role without a thread, on a clock of the test's, and living alerts for it.
#pragma once
#include "notifiers/outbound_state.h"
#include "tests/notifiers/dispatch_rig.h"

enum { OUTBOUND_RIG_TARGETS = 2 };
#define OUTBOUND_RIG_START INT64_C(1700000000000) // its first now, wall; what is said in ms below counts from it

struct outbound_rig {
	struct notify_config config;
	struct notify_setup setup;
	struct alertmanager_config sets[OUTBOUND_RIG_TARGETS]; // one a target; relabelling may be set before it is opened
	struct target_group groups[OUTBOUND_RIG_TARGETS];
	struct str addresses[OUTBOUND_RIG_TARGETS];
	struct outbound outbound;
};

// resend_delay 1m, resolved_retention 15m, batches of 2, 2 overdue ends. Addresses left empty are nobody's.
struct outbound *outbound_rig_open(struct outbound_rig *rig, size_t targets);
void outbound_rig_close(struct outbound_rig *rig);
void outbound_rig_pass(struct outbound_rig *rig, dur_ms to); // now is `to` after the start; runs what is due
// One that runs: evaluated at `at` with an interval of 1m.
struct alert_live *outbound_rig_live(dur_ms at);
void outbound_rig_evaluate(struct alert_live *live, dur_ms at);
// Takes in a transition at `at` with the number `sequence`; a reference to live is taken, NULL is fine.
void outbound_rig_enliven(struct alert_record *record, struct alert_live *live); // gives it a living side
void outbound_rig_take(struct outbound_rig *rig, const char *labels, enum alert_state state, struct alert_live *live, dur_ms at, int64_t sequence);
const char *outbound_rig_list(const struct outbound_rig *rig); // the label n of each in the list, in its order; valid until the next call
