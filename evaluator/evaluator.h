// SPDX-License-Identifier: Apache-2.0
// The door of evaluator/: roles that ask a Prometheus-compatible API on schedule and decide what each rule's alerts become.
// Each evaluator owns the groups that hash to it, their alert instances and its HTTP client.
#pragma once
#include "base/error.h"
#include "base/inbox.h"
#include "base/ref.h"
#include "model/alert.h"
#include "model/http_config.h"
#include "model/relabel.h"
#include "rules/rules.h"
#include "store/store.h"

struct evaluator_pool; // all evaluators of the process

// Kinds of messages an evaluator's inbox takes.
enum evaluator_message {
	EVALUATOR_RELOAD,
	EVALUATOR_VIEW,
	EVALUATOR_STOP,
};

struct datasource_config {               // texts owned by the configuration's arena
	const char *name;                // groups give it; NULL: the default one
	const char *url;                 // base URL; "/api/v1/query" is appended to its path, its query parameters are kept
	const char *const *further_urls; // of the same data, asked in this order when those before fail; NULL-terminated, or NULL
	struct query_params params;
	const char *const *headers; // further "Name: value" lines, NULL-terminated, or NULL
	struct http_config http;
	dur_ms timeout;                  // of one query; 0 = 2m
	unsigned max_concurrent_queries; // by all evaluators together; 0 = 16
	size_t max_response_bytes;       // 0 = LIMIT_RESPONSE_BYTES
};

// Where samples of recording rules and the ALERTS series go. Texts owned by the configuration's arena.
struct remote_write_config {
	const char *name; // unique; shown in logs, metrics and errors
	const char *url;
	struct http_config http;
	struct relabel_configs relabel; // applied to each series
	const char *const *headers;     // further "Name: value" lines, NULL-terminated, or NULL
	dur_ms timeout;                 // of one request
	size_t capacity;                // samples of one evaluator that may wait
	size_t max_samples_per_send;
	dur_ms batch_send_deadline; // how long samples nobody waits for may wait for others
	dur_ms min_backoff, max_backoff;
	dur_ms sample_age_limit; // 0 = none
	bool retry_on_http_429;
	bool send_native_histograms; // else they are left out
};

// How links to alerts (generatorURL) are made: a template with vmalert's data and functions. Immutable.
struct alert_source;
// ERR_INVALID with Go's message; err->at says where in the text. What it gives for an alert goes after external_url and a slash, unless it is
// an http or https URL of its own.
struct alert_source *alert_source_create(struct str text, struct error *err);
void alert_source_destroy(struct alert_source *source); // NULL is fine
// Expands it for an alert that has nothing. False with err set: it fails for such a one, perhaps for all.
bool alert_source_try(const struct alert_source *source, struct error *err);
bool alert_source_equal(const struct alert_source *a, const struct alert_source *b); // NULL is fine

// Everything a reload may change, with what keeps it alive. Immutable and counted.
struct evaluation_setup {
	struct ref ref;
	struct rule_set *rules;                      // a reference
	struct datasource_config datasource;         // the default one
	const struct datasource_config *datasources; // those with a name
	size_t datasource_count;
	const struct remote_write_config *remote_writes; // only the first is waited for (LAW 16)
	size_t remote_write_count;
	const struct labels *external_labels;    // a reference
	const char *external_url;                // "http://host:9090/prometheus": without a trailing slash
	const struct alert_source *alert_source; // NULL: links show the expression's graph, as Prometheus'
	dur_ms resend_delay;                     // for the endsAt shown (LAW 13); default 1m
	unsigned history;                        // evaluations kept of each rule
	dur_ms for_outage_tolerance;             // after a longer outage pending alerts begin anew; default 1h
	dur_ms for_grace_period;                 // after an outage `for` has at least this left; default 10m
	bool restore_for_state;                  // rules without rows ask for ALERTS_FOR_STATE after the start
	struct relabel_configs alert_relabel_configs;
	struct relabel *alert_relabel; // made of them, owned; NULL = none. What it drops is told to nobody (LAW 11)
	void *keeps;                   // whatever owns the texts
	void (*destroy)(struct evaluation_setup *setup);
};
struct evaluation_setup *evaluation_setup_ref(struct evaluation_setup *setup);
void evaluation_setup_unref(struct evaluation_setup *setup);

struct evaluator_options {
	struct store *store;
	struct inbox *told;             // where committed batches go: the outbound role's inbox, and from there to the dispatcher
	int told_kind;                  // message.kind to give them there (OUTBOUND_ALERTS)
	struct evaluation_setup *setup; // takes a reference
	unsigned evaluators;            // 0 = min(CPUs we may run on, 4)
	wall_ms now;                    // 0 = the clock's
};

// Loads the alert instances of its rules from the store (pairing changed keys, LAW 20). Rows whose rule is gone are resolved once started.
struct evaluator_pool *evaluator_pool_create(const struct evaluator_options *options, struct error *err);
MUST_CHECK bool evaluator_pool_start(struct evaluator_pool *pool, struct error *err);
// Unchanged groups keep running untouched, even their slot; changed ones keep the state of paired rules; removed rules' alerts resolve.
// Main thread only; returns once every evaluator has taken it over.
void evaluator_pool_reload(struct evaluator_pool *pool, struct evaluation_setup *setup);
void evaluator_pool_stop(struct evaluator_pool *pool); // lets nothing new begin, abandons queries, joins
// After the store and the dispatcher have ended: batches come home until then. NULL is fine.
void evaluator_pool_destroy(struct evaluator_pool *pool);

// ---- what the API reads (LAW 18) ----

enum rule_health { RULE_UNKNOWN,
	RULE_OK,
	RULE_ERR };

struct alert_view {
	struct alert_record *record; // a reference: state, times, labels (record->identity is what API v1 shows), alert_record_annotations, alert_record_value
};

struct evaluation_past { // one evaluation
	wall_ms at;
	double seconds;
	uint32_t samples;
	const char *error; // "" when none; in the view's arena
};

struct rule_view {
	const struct rule *rule; // borrowed from the group view's setup
	enum rule_health health;
	const char *last_error;      // "" when none; in the view's arena
	const char *const *warnings; // of the last answer; in the arena
	size_t warning_count;
	double evaluation_seconds; // of the last evaluation
	wall_ms last_evaluation;   // 0 = never
	struct alert_view *alerts; // pending and firing, sorted by labels
	size_t alert_count;
	bool was_evaluated;
	bool has_history;                // it is one of those whose history was asked for
	struct evaluation_past *history; // newest first, in the arena
	size_t history_count;
};

struct group_view {
	const struct rule_group *group; // borrowed from the setup
	double evaluation_seconds;
	wall_ms last_evaluation;
	struct rule_view *rules;                            // in file order
	uint64_t iterations, missed, failures, evaluations; // counters since start
	uint64_t skipped_no_credit;                         // slots skipped because the store was behind
	int64_t last_samples;
};

struct write_tally { // of samples, since start
	uint64_t given, failed, retried, dropped;
	size_t pending; // now
};

struct remote_write_counts {          // of one evaluator and one receiver
	const char *name, *shown_url; // of the setup, and in the view's arena; the URL is without what may be a secret
	struct write_tally floats, histograms;
	uint64_t requests, bytes;
	double seconds;       // sum over requests that were taken
	wall_ms highest_sent; // newest sample time that was taken; 0 = none yet
	size_t capacity;
	bool is_failing;
};

struct evaluation_view { // of one evaluator or, merged by evaluator_views_merge, of all
	struct ref ref;
	struct arena arena;
	struct evaluation_setup *setup;
	struct group_view *groups; // ordered by file, then name
	size_t group_count;
	struct remote_write_counts *remote_writes; // one for each of the setup's
	size_t remote_write_count;
};
void evaluation_view_unref(struct evaluation_view *view); // NULL is fine

struct evaluator_view_request {
	struct message message; // comes back through reply_to with the view set
	struct inbox *reply_to;
	int reply_kind;
	bool wants_alerts;            // false: rules and health only
	struct str history_of;        // GROUP/RULE whose evaluations are wanted instead; borrowed until answered; empty: none
	struct evaluation_view *view; // the answer; the request's reference
};
size_t evaluator_pool_size(const struct evaluator_pool *pool);
// Asks evaluator number `index`. Any thread. False when it is stopping.
bool evaluator_pool_ask(struct evaluator_pool *pool, size_t index, struct evaluator_view_request *request);

// ---- metrics, any thread ----

struct evaluator_metrics {
	_Atomic uint64_t evaluations, evaluation_failures, iterations, iterations_missed, queries_in_flight;
	_Atomic uint64_t evaluation_ns; // sum over rule evaluations
	_Atomic uint64_t group_ns;      // sum over group iterations
	_Atomic uint64_t template_expansions, template_failures;
	_Atomic uint64_t response_bytes;
};
const struct evaluator_metrics *evaluator_pool_metrics(const struct evaluator_pool *pool);
