// SPDX-License-Identifier: Apache-2.0
// What one evaluator owns: groups, rules, the queries under way and the batches on their way. Only its thread touches it while it runs.
#pragma once
#include "base/buf.h"
#include "base/heap.h"
#include "base/role.h"
#include "evaluator/alert_table.h"
#include "evaluator/datasource_permits.h"
#include "evaluator/evaluation_history.h"
#include "evaluator/evaluator.h"
#include "evaluator/group_schedule.h"
#include "evaluator/histogram_memory.h"
#include "evaluator/prometheus.h"
#include "evaluator/rule_order.h"
#include "evaluator/rule_twins.h"
#include "evaluator/series_set.h"
#include "evaluator/write_queue.h"
#include "model/limits.h"

enum {
	EVALUATOR_BATCHES = 8,      // credits: batches on their way to the store, the dispatcher and back; meanwhile the open one collects
	EVALUATOR_OPEN_OPS = 16384, // in the open batch when all credits are used: no slot begins until one is back
};

// What rows read at start say of a rule, until a rule takes them over.
struct rule_past {
	char *key;                       // their source
	ARRAY_OF(struct alert_record *); // references
};

// What was wrong with the last evaluation.
struct rule_trouble {
	struct buf error;
	struct {
		ARRAY_OF(char *);
	} warnings;
};

struct alert_restore;

// One rule's living side. Moves to another group (or evaluator) when a reload pairs it with a rule there.
// There are tens of thousands, nearly all without alerts: what only few need is made when they need it.
struct rule_state {
	const struct rule *rule;            // in the setup of its group; NULL while there are only rows
	struct rule_past *past;             // NULL once it has its rule
	struct rule_context *context;       // a reference; made with the table
	struct alert_table *table;          // NULL: no alerts
	struct rule_trouble *trouble;       // NULL: none
	struct evaluation_history *history; // NULL: none
	struct series_set *series;          // of a recording rule that is written; NULL: none
	struct histogram_bounds *bounds;    // of custom buckets it gave; NULL: none
	struct rule_writer *writer;         // a reference; made with the first samples written
	struct alert_restore *restore;      // owned; asks, or is to ask, since when its alerts are active; NULL: none
	int64_t evaluation_ns;
	wall_ms last_evaluation;
	uint32_t last_samples;
	enum rule_health health : 8;
	bool was_evaluated;
	bool has_failing_labels, has_failing_annotations; // templates, when last expanded
	bool is_started, is_done;                         // in the iteration under way
	uint8_t restore_evaluations;                      // its next ones, after which alerts may be restored
	bool is_unwritten;                                // evaluated, but what it wrote was not stored: its health is the receiver's
};

struct rule_run;

struct departure;

struct group_state {
	struct heap_node due;           // in evaluator->due while idle
	struct heap_node patience;      // in evaluator->waiting while the next rule needs what others have not stored yet
	struct group_state *next_ready; // in evaluator's queue of those waiting for a run
	bool is_queued;
	struct evaluator *evaluator;
	const struct rule_group *group; // in evaluator->setup
	struct rule_state **rules;      // in file order; rule_count of group
	struct group_schedule schedule;
	struct group_slot slot;  // of the iteration under way or done last
	struct rule_order order; // which of its rules need what others write; of no use without receivers
	bool has_order;
	uint32_t *twins;              // rules that ask the same, see rule_twins.h; owned
	struct datasource *source;    // what they ask; one of the evaluator's
	size_t next_rule;             // of the iteration under way: next in line
	size_t first_undone;          // of the iteration under way
	dur_ms patience_left;         // it waits no longer than that, in all
	mono_ms waiting_since;        // while it waits
	struct rule_run *runs;        // rules being evaluated; linked
	unsigned running;             // so many
	bool is_running;              // between the first rule and the last
	struct buf logged_error;      // of a rule; others that fail the same way are not logged
	size_t recovered;             // rules that work again, of this iteration
	struct departure *departures; // of rules it had: after its next iteration
	int64_t started_ns, iteration_ns;
	uint64_t iterations, missed, failures, evaluations, skipped_no_credit;
};

struct evaluator {
	struct evaluator_pool *pool;
	size_t index;
	struct role_thread thread;
	struct inbox inbox; // enum evaluator_message; senders bound themselves
	struct inbox home;  // its own batches coming back: at most EVALUATOR_BATCHES
	struct message stop;
	bool is_stopping;

	struct evaluation_setup *setup; // a reference
	struct datasource **sources;    // of the setup: the default one, then those with a name; references
	size_t source_count;
	struct http_client *client;
	struct {
		ARRAY_OF(struct group_state *);
	} groups;        // by file, then name
	struct heap due; // idle groups by wall clock
	struct rule_run *free_runs;

	struct store_batch *open;     // transitions not posted yet
	struct message *free_batches; // linked by next
	unsigned batches_out;
	bool is_behind;              // slots are being skipped: said once
	struct write_queue **queues; // one for each of the setup's remote writes
	size_t queue_count;
	struct heap waiting;                           // groups whose next rule waits for the first of these, by monotonic clock
	struct heap departures;                        // series of groups that are gone, by wall clock
	struct alert_restore *restores, *last_restore; // in line to ask
	size_t restoring;                              // those that ask
	struct buf restore_error;                      // of the one that was logged last

	mono_ms mono;                     // at the last turn
	bool has_pending;                 // among the alerts of groups evaluated since the last mark
	int64_t clock_skew;               // wall - mono at the last turn
	uint64_t version;                 // counts what views show
	struct evaluation_view *views[2]; // the last ones built, with and without alerts; references
	uint64_t view_versions[2];
};

struct past_mark {
	struct store_mark mark;
	bool is_needed; // a pending alert was looked at last by that process
};

struct evaluator_pool {
	struct evaluator *evaluators;
	size_t count;
	struct store *store;
	struct inbox *told;
	int told_kind;
	wall_ms began_at;        // this process, by its marks
	_Atomic mono_ms mark_at; // the next one, where it takes a commit of its own
	struct {
		ARRAY_OF(struct past_mark);
	} marks; // of processes before it, by when they began; while rows are taken over
	struct evaluator_metrics metrics;
	struct datasource_permits permits;                    // of the setup that counts
	_Atomic unsigned failing_writes[LIMIT_REMOTE_WRITES]; // evaluators whose queue to that entry fails
};

// ---- rule_state.c ----
struct rule_state *rule_state_create(void);
struct rule_state *rule_state_create_past(struct str key); // of rows
void rule_state_destroy(struct rule_state *state);
const char *rule_state_key(const struct rule_state *state); // what its rows carry as source; borrowed from the rule
size_t rule_state_alerts(const struct rule_state *state);
// Its table, made with its context for the first alert of an evaluation that has begun.
struct alert_table *rule_state_open(struct rule_state *state, struct evaluation_setup *setup);
struct series_set *rule_state_series(struct rule_state *state); // what it wrote last, for one more evaluation
struct histogram_bounds *rule_state_bounds(struct rule_state *state);
void rule_state_rest(struct rule_state *state); // after an evaluation: what is empty goes
// Its rows, which it has, become alerts of the rule it is bound to, last evaluated at down_at.
void rule_state_take_past(struct rule_state *state, struct evaluation_setup *setup, wall_ms down_at);
// Gives it its rule and setup (again). The alerts' templates are the rule's from now on.
void rule_state_bind(struct rule_state *state, struct evaluation_setup *setup, const struct rule *rule);
void rule_state_set_health(struct rule_state *state, enum rule_health health, struct str error);
struct str rule_state_error(const struct rule_state *state);
void rule_state_set_warnings(struct rule_state *state, const struct str *warnings, size_t count);

// ---- transitions.c: what is told, through the store ----
void transitions_put(struct evaluator *evaluator, struct alert_record *record, const struct labels *annotations, enum alert_event_kind event);
// The event is of `at`, though the alert was looked at last when its record says.
void transitions_put_at(struct evaluator *evaluator, struct alert_record *record, const struct labels *annotations, enum alert_event_kind event, wall_ms at);
// Its rule or its labels are gone.
void transitions_resolve(struct evaluator *evaluator, const char *source, struct alert_record *record, wall_ms now);
void transitions_mark(struct evaluator *evaluator, wall_ms now); // that rules were evaluated up to now, for the next process
bool transitions_have_credit(const struct evaluator *evaluator); // what is open would be posted
bool transitions_have_room(const struct evaluator *evaluator);   // else the store is behind and no slot may begin
void transitions_flush(struct evaluator *evaluator);             // posts what is open, if there is credit
void transitions_take_home(struct evaluator *evaluator);         // batches that came back
void transitions_finish(struct evaluator *evaluator);            // posts what is left, credit or not; for the end
void transitions_free(struct evaluator *evaluator);

// ---- marks.c ----
MUST_CHECK bool marks_load(struct evaluator_pool *pool, struct error *err); // at start; fails with the store's errors
// When the alerts of these rows were evaluated last: by the process that told of them last, up to its mark.
wall_ms marks_last_look(struct evaluator_pool *pool, const struct rule_past *past, const struct group_schedule *schedule);
void marks_forget_unneeded(struct evaluator_pool *pool);                          // rows are taken over
void marks_turn(struct evaluator *evaluator, wall_ms now, mono_ms mono);          // leaves one, if it is time and something is pending
void marks_end(struct evaluator *evaluator, wall_ms now);                         // at a graceful stop
dur_ms marks_sleep(const struct evaluator *evaluator, mono_ms mono, dur_ms most); // until then

// ---- group_run.c ----
struct group_state *group_state_create(struct evaluator *evaluator, const struct rule_group *group);
void group_state_destroy(struct group_state *group);                                               // its rules that are still there too
bool group_state_has_pending(const struct group_state *group);                                     // after its rules' last evaluations
void group_run_begin(struct group_state *group, wall_ms now);                                      // its slot is due
void group_run_continue(struct group_state *group);                                                // a rule is decided: the next one, or the end
void group_run_failed(struct group_state *group, const struct rule_state *rule, struct str error); // before the rule's health says so
void group_run_recovered(struct group_state *group);                                               // one more rule
void group_run_wake(struct group_state *group);                                                    // what its next rule waits for may be there
void group_run_expire(struct evaluator *evaluator, mono_ms mono);                                  // those that have waited long enough go on
void group_run_learn_order(struct group_state *group);                                             // once, when there are receivers
void group_run_start_ready(struct evaluator *evaluator);                                           // as many as their datasources may be asked
void group_run_find_source(struct group_state *group);                                             // its datasource in the evaluator's setup; it gets in line anew
bool group_run_may_share(const struct group_state *group, size_t rule);                            // nothing under way could change what it is about to ask
void group_run_cancel(struct group_state *group);                                                  // forgets the iteration; nothing changes

// ---- evaluator_reload.c ----
struct arrival {
	struct rule_state *state;
	const struct rule *rule; // NULL: gone
};
struct handover { // main to an evaluator and back
	struct message message;
	struct inbox *reply_to;
	bool is_second;                 // false: give up what changed; second: take what came
	struct evaluation_setup *setup; // borrowed: main holds it
	struct {
		ARRAY_OF(struct rule_state *);
	} released, kept; // kept stay the evaluator's
	struct {
		ARRAY_OF(struct arrival);
	} arrivals;
};
void handover_first(struct evaluator *evaluator, struct handover *handover);
void handover_second(struct evaluator *evaluator, struct handover *handover, wall_ms now);
// Pairs released rules with the new ones and fills the arrivals of each evaluator.
void handover_pair(struct evaluator_pool *pool, struct handover *handovers);
// Rows follow their rules to new keys: all in one batch, before anything is told under a new key.
void handover_rename(struct evaluator_pool *pool, const struct handover *handovers);

// ---- evaluator_load.c ----
MUST_CHECK bool load_alerts(struct store *store, struct handover *handover, struct error *err); // as released states of the first handover

// ---- group_view.c ----
struct evaluation_view *evaluation_view_of(struct evaluator *evaluator, bool wants_alerts); // a reference
// Rules only, and the history of those whose group and name joined by a slash are `history_of`. Not kept. A reference.
struct evaluation_view *evaluation_view_history(struct evaluator *evaluator, struct str history_of);

// ---- evaluator.c ----
void evaluator_init(struct evaluator *evaluator, struct evaluator_pool *pool, size_t index);
void evaluator_finish(struct evaluator *evaluator);
void evaluator_take_sources(struct evaluator *evaluator); // those of its setup; its groups find theirs afterwards
// One turn of the loop: messages, due groups, queries that may start, what was decided to the store. Answers come in evaluator_poll.
void evaluator_turn(struct evaluator *evaluator, wall_ms now, mono_ms mono);
void evaluator_poll(struct evaluator *evaluator, int timeout_ms); // waits for answers and messages
void evaluator_main(void *evaluator);                             // turns and polls by the clock until it is told to stop
