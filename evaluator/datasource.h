// SPDX-License-Identifier: Apache-2.0
// Where questions go: the URLs of one configured datasource, which of them is asked first, and the groups that wait in line for it.
// One evaluator owns it; counted, for a reload may replace it while questions are under way.
#pragma once
#include "base/buf.h"
#include "evaluator/evaluator.h"
#include "net/http_client.h"

struct group_state;

struct datasource_url {
	char *url;   // …/api/v1/query
	char *shown; // the same without what may be a secret
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
	unsigned limit, in_flight;                    // evaluations that may be, and are, under way
	bool is_restoring;                            // beside them: it is asked for ALERTS_FOR_STATE
	struct group_state *first_ready, *last_ready; // groups in line
};

// `limit`: evaluations at a time. Config is of the setup.
struct datasource *datasource_create(struct evaluation_setup *setup, const struct datasource_config *config, unsigned limit);
struct datasource *datasource_ref(struct datasource *source);
void datasource_unref(struct datasource *source);                  // NULL is fine
void datasource_retire(struct datasource *source);                 // stops what it does by itself, and drops a reference
dur_ms datasource_timeout(const struct datasource_config *config); // of one query
// `from` failed where another one answered: that one is asked first from now on.
void datasource_move(struct datasource *source, size_t from, size_t to, struct str cause);
// Tries the URLs before the current one again, now and then.
void datasource_turn(struct datasource *source, struct http_client *client, wall_ms now, mono_ms mono);

// Appends a URL with further parameters; a group's replace the datasource's of that name.
void datasource_url_format(struct buf *out, const struct datasource *source, size_t url, const struct query_params *params);
// Header lines of a request, NULL-terminated, in the arena; a group's replace the datasource's of that name. NULL: none.
const char *const *datasource_headers(const struct datasource *source, const char *const *headers, struct arena *arena);
