// SPDX-License-Identifier: Apache-2.0
// The program's roles on a virtual clock: evaluator and dispatcher stepped turn by turn, the real store writer behind them.
// All functions fail the running test when something does not work. One thread, but for the store's.
#pragma once
#include "base/clock.h"
#include "daemon/setup.h"
#include "evaluator/evaluator_role.h"
#include "notifiers/dispatcher_state.h"
#include "notifiers/outbound_state.h"
#include "tests/scenario/outside.h"

struct roles {
	struct outside *outside;
	char *directory; // of this scenario: tocsin.yml, rules/, data/
	struct setup setup;
	struct store *store;
	struct dispatcher *dispatcher;
	struct outbound *outbound;
	struct evaluator_pool *pool; // one evaluator
	wall_ms wall;                // now, as the roles see it
	mono_ms mono;                // now, as no setting of the clock moves it
	mono_ms zero;                // the scenario's 0s: the first slot of the first group
	wall_ms zero_wall;
	struct inbox answers;    // to what is posted
	bool is_dispatcher_held; // it does not run, nor does the outbound role: told batches wait for them
};

// Writes configuration and rules that the next start or reload reads. `rules` may be called several times after roles_forget_rules.
void roles_write_config(struct roles *roles, struct str text); // {hook}, {write} and {datasource} stand for URLs; without a datasource it gets one
void roles_forget_rules(struct roles *roles);
void roles_write_rules(struct roles *roles, struct str name, struct str text);

void roles_open(struct roles *roles, const char *name); // an empty directory; then write, then roles_start
void roles_begin(struct roles *roles);                  // the first start: sets zero
void roles_start(struct roles *roles);                  // again, from the directory
void roles_kill(struct roles *roles);                   // without a word to anybody; what the store has taken stays
void roles_close(struct roles *roles);                  // after roles_kill

dur_ms roles_now(const struct roles *roles);          // scenario time
void roles_set_clock(struct roles *roles, dur_ms by); // the roles look at it at once
void roles_pass(struct roles *roles, dur_ms to);      // time passes without anything running
// Runs whatever is due before `to`, and at `to` when `also_at` is set; then it is `to`.
void roles_run(struct roles *roles, dur_ms to, bool also_at);
void roles_settle(struct roles *roles); // until nothing is left to do at this instant
void roles_reload(struct roles *roles);
void roles_post(struct roles *roles, struct str body); // to /api/v2/alerts; all of it is taken
// Sends the dispatcher a request that says to answer to `answers`, and waits for its answer, which is the caller's again.
struct message *roles_ask_dispatcher(struct roles *roles, struct message *request);
