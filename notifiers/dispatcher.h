// SPDX-License-Identifier: Apache-2.0
// The door of notifiers/: the role that owns routes, alert groups and deliveries, and turns told transitions into messages.
// It is told by committed batches only (LAW 2) and writes its own through the store.
#pragma once
#include "base/error.h"
#include "base/bucket_counts.h"
#include "base/inbox.h"
#include "base/ref.h"
#include "base/buf.h"
#include "model/alert.h"
#include "model/posted_alert.h"
#include "model/receiver_config.h"
#include "store/store.h"

struct dispatcher;

// Kinds of messages the dispatcher's inbox takes.
enum dispatcher_message {
	DISPATCHER_ALERTS,   // struct store_batch with STORE_PUT_ALERT ops, committed; sent on to batch->home when taken in
	DISPATCHER_STORED,   // its own struct store_batch, committed
	DISPATCHER_RELOAD,   // struct dispatcher_reload
	DISPATCHER_VIEW,     // struct dispatcher_view_request
	DISPATCHER_SILENCE,  // struct dispatcher_silence_request
	DISPATCHER_SILENCES, // struct dispatcher_silences_request
	DISPATCHER_POST,     // struct dispatcher_post_request
	DISPATCHER_MAILED,   // a mailer's result
	DISPATCHER_STOP,
};

// A configuration that several threads read, with what keeps it alive.
struct notify_setup {
	struct ref ref;
	const struct notify_config *config;
	void (*destroy)(struct notify_setup *setup); // after the last reference
};
struct notify_setup *notify_setup_ref(struct notify_setup *setup);
void notify_setup_unref(struct notify_setup *setup);

// Checks what daemon/ cannot: templates of receivers compile, addresses parse. All problems are collected.
struct problems;
void notify_config_check(const struct notify_config *config, struct problems *problems);

struct dispatcher_options {
	struct store *store;        // opened, not necessarily started
	struct notify_setup *setup; // takes a reference
	unsigned smtp_mailers;      // threads for TLS mail; plain mail always has one
	wall_ms now;                // 0 = the clock's
};

// Rebuilds itself from rows (LAW 1): alerts, groups, log, deliveries. Fails with the store's errors.
struct dispatcher *dispatcher_create(const struct dispatcher_options *options, struct error *err);
MUST_CHECK bool dispatcher_start(struct dispatcher *dispatcher, struct error *err);
// Stops taking in, gives deliveries under way until deadline_ms, then leaves the rest to the rows. Joins its threads.
void dispatcher_stop(struct dispatcher *dispatcher, int deadline_ms);
void dispatcher_destroy(struct dispatcher *dispatcher);        // NULL is fine
struct inbox *dispatcher_inbox(struct dispatcher *dispatcher); // any thread

struct dispatcher_reload {
	struct message message;     // kind DISPATCHER_RELOAD; owned by the dispatcher once posted
	struct notify_setup *setup; // the message's reference
};

// ---- what the API reads: built by the dispatcher on request, immutable, counted (LAW 18) ----

// Shared by the views that show it so.
struct dispatch_alert {
	struct ref ref; // one a view
	bool is_inhibited;
	struct alert_record *record; // a reference: labels, annotations, times
	wall_ms starts_at;           // earliest start of its sources; its end: alert_record_ends_at(record, now)
	wall_ms ends_at, updated_at; // of an external one, as it was posted last; 0: what the record says
	uint64_t inhibited_by;       // fingerprint of the alert that does
	struct silence **silences;   // that mute it; references
	size_t silence_count;
	size_t receiver_count;
	const char *receivers[]; // names, unique, in route order; borrowed from the setup of its views
};

struct dispatch_group_view {
	const struct labels *labels;           // a reference
	const struct route_config *route;      // borrowed from the view's setup
	const struct dispatch_alert **members; // of the view, by job, instance, labels; those that fire, so there may be none
	size_t member_count;
	const char **muted_by; // names of the intervals that keep its route closed; names borrowed likewise
	size_t muted_by_count;
};

struct dispatch_view {
	struct ref ref;
	struct notify_setup *setup;
	struct dispatch_alert **alerts; // by fingerprint; firing ones only
	size_t alert_count;
	bool has_groups;                    // else there are none below
	struct dispatch_group_view *groups; // by labels, then the receiver's name
	size_t group_count;
	const struct dispatch_alert **members; // of all groups
};
void dispatch_view_unref(struct dispatch_view *view);

struct dispatcher_view_request {
	struct message message; // kind DISPATCHER_VIEW; comes back through reply_to with the view set
	struct inbox *reply_to;
	int reply_kind; // message.kind of the answer
	bool wants_groups;
	struct dispatch_view *view; // the answer; the request's reference
};

struct silence_view {
	struct ref ref;
	struct silence **silences; // in no order
	size_t count;
};
void silence_view_unref(struct silence_view *view); // NULL is fine

struct dispatcher_silences_request {
	struct message message; // kind DISPATCHER_SILENCES; comes back through reply_to with the view set
	struct inbox *reply_to;
	int reply_kind;
	struct silence_view *view; // the answer; the request's reference; NULL: shutting down
	void *context;
};

// Makes, changes or ends a silence. Answered once that is stored.
struct dispatcher_silence_request {
	struct message message; // kind DISPATCHER_SILENCE; comes back through reply_to
	struct inbox *reply_to;
	int reply_kind;
	struct silence *wanted;      // the request's reference; its id "" makes a new one; NULL ends the one of `id`
	char id[SILENCE_ID_LEN + 1]; // to be ended; in the answer: of the silence there is now
	bool ok;
	struct error err; // why not: ERR_NOT_FOUND, ERR_INVALID, ERR_LIMIT, ERR_UNAVAILABLE (shutting down)
	void *context;
};

// Alerts that others post. Answered once what they change is stored.
struct dispatcher_post_request {
	struct message message; // kind DISPATCHER_POST; comes back through reply_to
	struct inbox *reply_to;
	int reply_kind;
	struct posted_alerts alerts; // owned; their texts must stay until the answer
	struct buf complaints;       // the answer: why some were not taken, a line each; empty: all were. Owned
	bool is_closing;             // the answer: shutting down, some may not have been taken
	void *context;
};
void dispatcher_post_request_destroy(struct dispatcher_post_request *request);

// ---- metrics, any thread ----

// Why a notification failed, as Alertmanager groups it.
enum failure_reason { FAILURE_OTHER, // mail too
	FAILURE_AUTH,                // 401, 403
	FAILURE_CLIENT,              // other 4xx; a 2xx whose body refuses
	FAILURE_RATE_LIMITED,        // 429
	FAILURE_SERVER,              // 5xx
	FAILURE_DEADLINE,            // no answer in time
	FAILURE_REASON_COUNT };
const char *failure_reason_name(enum failure_reason reason); // "authError", …

// Which stage held an alert back at a flush, in their order.
enum suppression { SUPPRESSED_BY_INHIBITION,
	SUPPRESSED_BY_ACTIVE_INTERVAL,
	SUPPRESSED_BY_MUTE_INTERVAL,
	SUPPRESSED_BY_SILENCE,
	SUPPRESSION_COUNT,
	SUPPRESSED_NOT = SUPPRESSION_COUNT };
const char *suppression_name(enum suppression suppression); // "inhibition", "mute_time_interval", …: as in metrics

struct integration_metrics {
	_Atomic uint64_t notifications;                              // flushes that were told or failed
	_Atomic uint64_t failed_notifications[FAILURE_REASON_COUNT]; // given up, or failed at least once and not told by the next tick: once a flush, by the last reason
	_Atomic uint64_t requests, failed_requests;                  // attempts
	struct bucket_counts latency;                                // seconds that attempts took; of mail, sessions. By notification_latency_bounds
};
extern const struct bucket_bounds notification_latency_bounds;

struct dispatcher_metrics {
	_Atomic uint64_t alerts_firing, alerts_muted, groups, deliveries_open, flushes;
	_Atomic uint64_t posted_firing, posted_resolved, posted_invalid, posted_limited;
	_Atomic uint64_t inhibit_rules;                 // configured
	_Atomic uint64_t suppressed[SUPPRESSION_COUNT]; // alerts held back, at each flush
	_Atomic uint64_t log_queries;                   // how often it was looked up what an integration was told
	_Atomic uint64_t silence_queries;               // how often silences were looked up: for an alert, or all of them
	_Atomic uint64_t posted_per_name_max;           // configured; 0: any number
	_Atomic uint64_t repeats;                       // sent again without change (repeat_interval)
	struct integration_metrics integrations[INTEGRATION_KIND_COUNT];
};
const struct dispatcher_metrics *dispatcher_metrics(const struct dispatcher *dispatcher);
const char *integration_kind_name(enum integration_kind kind); // "webhook", "email", "security_agent"
