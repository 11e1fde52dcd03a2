// SPDX-License-Identifier: Apache-2.0
// Instant queries to a Prometheus-compatible API: a question in, an answer out, decoded while it arrives.
// One thread owns all of this. Source: Prometheus' HTTP API, /api/v1/query.
#pragma once
#include "base/arena.h"
#include "base/buf.h"
#include "evaluator/datasource.h"
#include "evaluator/vector_decode.h"

char *prometheus_query_url(const char *base);                                        // "/api/v1/query" put at the end of the path; freed by the caller
char *prometheus_shown_url(const char *url);                                         // without userinfo, query and fragment, for errors; freed by the caller
void prometheus_form(struct buf *form, struct str expr, dur_ms timeout, wall_ms at); // appends a request's body

struct prometheus_answer {
	bool is_good;                 // a whole answer with a vector or a scalar, or with series where those were asked for
	struct str error;             // when it was not; borrowed for the call
	struct sample_vector *vector; // the query's, until it is started again or cleared
	size_t bytes;
};

struct prometheus_question {
	struct str expr; // borrowed for the call
	wall_ms at;
	const char *const *headers;        // of the group, or NULL; they and params live as long as the datasource's setup
	const struct query_params *params; // likewise
	bool is_pinned;                    // only `url` is asked; else those from the current one on until one answers
	size_t url;
	struct vector_taker taker;                                              // may be empty; of an answer that another URL is asked for again too
	bool takes_series;                                                      // of a range selector: the last sample of each
	void (*on_done)(void *context, const struct prometheus_answer *answer); // once, unless cancelled; may start the query anew
	void *context;
};

struct prometheus_query {               // zeroed = idle
	struct http_exchange *exchange; // NULL while idle
	struct datasource *source;      // a reference, while under way
	struct prometheus_question question;
	size_t url, first_url; // of the datasource: being asked or answered last, and asked first
	bool is_get;           // asked so
	struct http_client *client;
	struct buf cause;            // what those said that were no good
	bool is_moving;              // the first one should not be asked first any more
	struct sample_vector vector; // of the last answer
	struct vector_decoder decoder;
	struct error error; // of the decoder while the answer arrives
	struct buf form;
};

void prometheus_query_start(struct prometheus_query *query, struct http_client *client, struct datasource *source, const struct prometheus_question *question);
void prometheus_query_cancel(struct prometheus_query *query); // idle is fine; not from within its callbacks
void prometheus_query_clear(struct prometheus_query *query);  // of an idle one: the answer is not needed any more
void prometheus_query_finish(struct prometheus_query *query); // of an idle one
