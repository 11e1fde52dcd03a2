// SPDX-License-Identifier: Apache-2.0
// The other door of notifiers/: the role that sends alerts of rules to Alertmanagers (alerting.alertmanagers), as Prometheus does, but what
// changed is sent until it is taken (LAW 17). It stands between store and dispatcher: committed batches pass through it.
#pragma once
#include "base/arena.h"
#include "notifiers/dispatcher.h"

struct outbound;

// Kinds of messages its inbox takes.
enum outbound_message {
	OUTBOUND_ALERTS, // struct store_batch, committed; posted on to the dispatcher when taken in
	OUTBOUND_STORED, // its own struct store_batch, committed
	OUTBOUND_FIRING, // struct dispatcher_view_request, answered
	OUTBOUND_RELOAD, // struct dispatcher_reload, owned by the role once posted
	OUTBOUND_VIEW,   // struct outbound_view_request
	OUTBOUND_STOP,
};

struct outbound_options {
	struct store *store; // opened, not necessarily started
	struct dispatcher *dispatcher;
	struct notify_setup *setup; // takes a reference
	wall_ms now;                // 0 = the clock's
};

// Takes up from the rows: what fires, what ended lately, what each Alertmanager has taken. Fails with the store's errors.
struct outbound *outbound_create(const struct outbound_options *options, struct error *err);
MUST_CHECK bool outbound_start(struct outbound *outbound, struct error *err);
// Gives what is under way and what was never tried until deadline_ms; the rest is owed at the next start. Joins. The dispatcher still runs.
void outbound_stop(struct outbound *outbound, int deadline_ms);
void outbound_destroy(struct outbound *outbound); // before the dispatcher, which gets the batches left; NULL is fine
struct inbox *outbound_inbox(struct outbound *outbound);

// ---- what the API reads ----

struct outbound_target_view {
	const char *url;
	uint64_t sent, errors, dropped; // alerts, since start
	uint64_t pending;               // alerts not taken yet
	uint64_t requests;
	double seconds; // sum over requests
};

struct outbound_view { // owned by whoever asked
	struct arena arena;
	struct outbound_target_view *targets; // in the order of the configuration
	size_t target_count;
	const char **dropped; // URLs that relabelling dropped
	size_t dropped_count;
	size_t queue_capacity;
};
void outbound_view_destroy(struct outbound_view *view); // NULL is fine

struct outbound_view_request {
	struct message message; // kind OUTBOUND_VIEW; comes back through reply_to with the view set
	struct inbox *reply_to;
	int reply_kind;
	struct outbound_view *view; // NULL: it is stopping
};
