// SPDX-License-Identifier: Apache-2.0
// What the files of the outbound role share. All of it is owned by its thread. Private to notifiers/.
//
// Alerts stand in one list, ordered by stamps: whoever is to be sent, because it changed or because it is time again, gets the next stamp and
// goes to the end. A target has taken everything up to some stamp, so what it owes is the rest of the list: each alert once, as it is now.
#pragma once
#include "base/role.h"
#include "net/http_client.h"
#include "notifiers/dispatch_table.h"
#include "notifiers/outbound.h"

struct outbound_alert {
	struct dispatch_entry *entry;          // in outbound->table
	struct heap_node due;                  // in outbound->due: when it is looked at, wall
	struct outbound_alert *before, *after; // in the list
	uint64_t stamp;
	wall_ms sent_for; // the evaluation it was stamped for last, or the instant when there was none; of one that ended: the instant
	dur_ms period;    // between two sends while nothing changes: the longer of interval and resend_delay
	bool is_overdue;  // it ended, its retention is over, and not every target has taken that
	bool is_live;     // its evaluations can be seen
	bool is_pending;  // it ended and is pending again: its end is not sent again
};

struct outbound_file { // read by file_sd_configs
	char *path;
	struct arena arena;
	struct target_group *groups;
	size_t group_count;
};

struct outbound_set { // one entry of alerting.alertmanagers
	const struct alertmanager_config *config;
	struct relabel *relabel, *alert_relabel; // NULL = none
	struct http_endpoint *endpoint;
	struct {
		ARRAY_OF(struct outbound_file);
	} files;
	uint64_t signature; // of the files as they were read
	mono_ms refresh_at;
};

struct outbound_target {
	struct outbound *outbound;
	struct outbound_set *set;
	char *url, *key;                // key: in the store; the URL, told apart where several sets have it
	uint64_t taken;                 // stamp
	int64_t reached, cursor;        // events: every transition up to it was taken; as the store was told, -1: nothing
	int64_t since;                  // the newest event when it was found
	struct http_exchange *exchange; // the request under way, or NULL
	uint64_t batch_stamp;           // of the last alert in it
	int64_t batch_reaches;          // the event up to which everything is taken once it is; 0: not all
	size_t batch_count;
	int64_t began_ns;
	int64_t failures;                   // in a row
	dur_ms pause;                       // before the next attempt, from the next turn on
	mono_ms retry_at;                   // 0: at once
	bool is_found;                      // by the discovery under way
	struct outbound_target_view counts; // url: borrowed
};

struct outbound {
	struct inbox inbox;
	struct role_thread thread;
	struct store *store;
	struct dispatcher *dispatcher;
	struct notify_setup *setup; // a reference
	struct http_client *client;
	struct dispatch_table table; // empty without Alertmanagers
	struct hash_map alerts;      // by entry
	struct outbound_alert *first, *last;
	uint64_t last_stamp;
	size_t overdue;   // alerts that are
	int64_t sequence; // of the newest transition taken in
	struct heap due;
	struct outbound_set *sets;
	size_t set_count;
	struct {
		ARRAY_OF(struct outbound_target *);
	} targets;
	struct {
		ARRAY_OF(char *);
	} dropped;         // URLs
	mono_ms look_at;   // when the files are looked at next
	mono_ms cursor_at; // when cursors may be written next
	bool is_writing, awaits_firing, is_stopping;
	struct message stop;
	_Atomic int64_t stop_deadline; // mono
	int64_t clock_offset;          // wall - mono as last seen; 0 = not yet
	wall_ms now;                   // of this turn
	mono_ms mono;
	uint64_t random;
};

// ---- outbound_alerts.c
void outbound_take(struct outbound *o, struct alert_record *record, enum alert_event_kind event);
void outbound_take_row(struct outbound *o, struct alert_record *record);          // at start, in the order of their events
void outbound_pend_again(struct outbound *o, const struct alert_record *pending); // an ended one is not sent its end again
void outbound_alert_due(struct outbound *o, struct outbound_alert *alert);
void outbound_alerts_clear(struct outbound *o);
void outbound_alerts_reschedule(struct outbound *o);                 // the clock was set, or the delay is another
uint64_t outbound_stamp_after(struct outbound *o, int64_t sequence); // of the last alert whose transitions are up to this event
const struct alertmanagers_config *outbound_config(const struct outbound *o);
wall_ms outbound_ends_at(const struct outbound *o, const struct outbound_alert *alert); // as it is sent
// ---- outbound_load.c
bool outbound_load(struct outbound *o, struct error *err); // fails with the store's errors

// ---- outbound_discovery.c
void outbound_open_sets(struct outbound *o);
void outbound_close_sets(struct outbound *o);
bool outbound_files_changed(struct outbound *o); // reads again those that have
void outbound_discover(struct outbound *o);      // targets that came and went
void outbound_target_destroy(struct outbound_target *target);

// ---- outbound_send.c
void outbound_send(struct outbound_target *target); // what it is owed, if it may be asked now
size_t outbound_pending(const struct outbound_target *target);

// ---- outbound.c: the only file that logs
void outbound_delete_cursor(struct outbound *o, struct str key);
void outbound_turn(struct outbound *o, wall_ms now, mono_ms mono);
void outbound_poll(struct outbound *o, int timeout_ms);
size_t outbound_requests(const struct outbound *o); // under way
dur_ms outbound_pause(const struct outbound *o);    // until something is due
void outbound_log_failed(const struct outbound_target *target, const char *text);
void outbound_log_refused(const struct outbound_target *target, int status, struct str body);
void outbound_log_works(const struct outbound_target *target);
void outbound_log_target(const struct outbound_target *target, const char *message);
void outbound_log_file(const char *path, const char *text);
