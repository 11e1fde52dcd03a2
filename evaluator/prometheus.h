// SPDX-License-Identifier: Apache-2.0
// Instant queries to a Prometheus-compatible API: a question in, an answer out, decoded while it arrives.
// One thread owns all of this. Source: Prometheus' HTTP API, /api/v1/query.
#pragma once
#include "base/arena.h"
#include "base/buf.h"
#include "evaluator/evaluator.h"
#include "evaluator/vector_decode.h"
#include "net/http_client.h"

// Where questions go. Counted, for a reload may change it while some are under way; not across threads.
struct datasource {
	unsigned references;
	struct evaluation_setup *setup; // a reference
	char *url;                      // …/api/v1/query
	char *shown_url;                // the same without what may be a secret
	struct http_endpoint *endpoint;
};

struct datasource *datasource_create(struct evaluation_setup *setup);
struct datasource *datasource_ref(struct datasource *source);
void datasource_unref(struct datasource *source); // NULL is fine

dur_ms datasource_timeout(const struct datasource_config *config); // of one query

char *prometheus_query_url(const char *base);                                        // "/api/v1/query" put at the end of the path; freed by the caller
char *prometheus_shown_url(const char *url);                                         // without userinfo, query and fragment, for errors; freed by the caller
void prometheus_form(struct buf *form, struct str expr, dur_ms timeout, wall_ms at); // appends a request's body

struct prometheus_answer {
	bool is_good;                 // a whole answer with a vector or a scalar
	struct str error;             // when it was not; borrowed for the call
	struct sample_vector *vector; // the query's, until it is started again or cleared
	size_t bytes;
};

struct prometheus_question {
	struct str expr; // borrowed for the call
	wall_ms at;
	void (*on_done)(void *context, const struct prometheus_answer *answer); // once, unless cancelled; may start the query anew
	void *context;
};

struct prometheus_query {               // zeroed = idle
	struct http_exchange *exchange; // NULL while idle
	struct datasource *source;      // a reference, while under way
	struct prometheus_question question;
	struct sample_vector vector; // of the last answer
	struct vector_decoder decoder;
	struct error error; // of the decoder while the answer arrives
	struct buf form;
};

void prometheus_query_start(struct prometheus_query *query, struct http_client *client, struct datasource *source, const struct prometheus_question *question);
void prometheus_query_cancel(struct prometheus_query *query); // idle is fine; not from within its callbacks
void prometheus_query_clear(struct prometheus_query *query);  // of an idle one: the answer is not needed any more
void prometheus_query_finish(struct prometheus_query *query); // of an idle one
