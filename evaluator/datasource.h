// SPDX-License-Identifier: Apache-2.0
// Where questions go: the URLs of one configured datasource, which of them is asked first, and the groups that wait in line for it.
// One evaluator owns it; counted, for a reload may replace it while questions are under way.
#pragma once
#include "base/buf.h"
#include "evaluator/evaluator.h"
#include "evaluator/query_permits.h"
#include "net/http_client.h"

struct group_state;

struct datasource_url {
	char *url;   // …/api/v1/query
	char *shown; // the same without what may be a secret
	bool takes_get_only;
};

struct datasource {
	unsigned references;
	struct evaluation_setup *setup; // a reference
	const struct datasource_config *config;
	struct http_endpoint *endpoint;
	struct datasource_url *urls; // in the order of preference
	size_t url_count;
	size_t current;   // the one that is asked first
	struct buf cause; // why it is not the first of all
	mono_ms probe_at; // when one before `current` is tried again
	size_t probed;    // the one tried last
	struct prometheus_query *probe;
	struct query_permits *permits; // a reference: for each evaluation under way one, and one while it is asked for ALERTS_FOR_STATE
	struct permit_waiter waiter;
	bool is_wanted;                               // somebody found no permit in this turn
	bool is_restoring;                            // it is asked for ALERTS_FOR_STATE
	struct group_state *first_ready, *last_ready; // groups in line
};

// Config is of the setup. `permits`: a reference of its own is taken. `wake`: its evaluator's inbox, woken when there is a permit for it.
struct datasource *datasource_create(struct evaluation_setup *setup, const struct datasource_config *config, struct query_permits *permits, struct inbox *wake);
struct datasource *datasource_ref(struct datasource *source);
void datasource_unref(struct datasource *source);                  // NULL is fine
void datasource_retire(struct datasource *source);                 // stops what it does by itself, and drops a reference
dur_ms datasource_timeout(const struct datasource_config *config); // of one query
// True: one question at a time may be asked, until datasource_leave. False: the evaluator is woken for another attempt.
bool datasource_enter(struct datasource *source);
void datasource_leave(struct datasource *source);
void datasource_settle(struct datasource *source); // at the end of a turn, and of all: who wanted nothing does not stand in line
// `from` failed where another one answered: that one is asked first from now on.
void datasource_move(struct datasource *source, size_t from, size_t to, struct str cause);
// Tries the URLs before the current one again, now and then.
void datasource_turn(struct datasource *source, struct http_client *client, wall_ms now, mono_ms mono);

// Appends a URL with further parameters; a group's replace the datasource's of that name.
void datasource_url_format(struct buf *out, const struct datasource *source, size_t url, const struct query_params *params);
// Header lines of a request, NULL-terminated, in the arena; a group's replace the datasource's of that name. NULL: none.
const char *const *datasource_headers(const struct datasource *source, const char *const *headers, struct arena *arena);
