// SPDX-License-Identifier: Apache-2.0
// The door of api/: HTTP in, on a thread of its own. Reads come from views that the owners of the data build on request;
// changes are commands posted to the owner. Sources of the replies: Prometheus' API v1, Alertmanager's API v2.
#pragma once
#include "base/clock.h"
#include "base/error.h"
#include "base/inbox.h"
#include "base/ref.h"
#include "base/regex.h"
#include "evaluator/evaluator.h"
#include "notifiers/dispatcher.h"
#include "notifiers/outbound.h"
#include "store/store.h"

struct server;

// What a bearer token is good for.
enum api_scope { SCOPE_READ = 1 << 0,
	SCOPE_ALERTS = 1 << 1,   // to post alerts
	SCOPE_SILENCES = 1 << 2, // to make, change and end silences
	SCOPE_ADMIN = 1 << 3 };  // all of it, and to reload

struct api_token {
	unsigned char digest[32]; // SHA-256 of the token: the token itself is not kept
	unsigned scopes;
};

// What a reload changes and the API shows. Immutable and counted; main posts a new one.
struct api_setup {
	struct ref ref;
	char *config_original;     // Alertmanager's part of the configuration as YAML, secrets as <secret>; owned
	char *datasource_url;      // without userinfo and parameters: where /graph leads; owned; NULL without a datasource
	char *external_url;        // as shown in links; owned; NULL: none
	char *route_prefix;        // below which all is served: "/alerts"; owned; NULL or "": everywhere
	struct api_token *tokens;  // owned
	size_t token_count;        // 0, and no users: everybody is let in
	struct regex *cors_origin; // whose pages may ask; owned; NULL: none
	size_t receiver_count, integration_count;
	uint64_t config_hash;
	enum matcher_mode matcher_mode; // of filters
	bool reload_succeeded;          // of the last attempt
	wall_ms attempt_at;             // when that was
	wall_ms reload_at;              // of the last success
};
struct api_setup *api_setup_create(void); // zeroed, one reference
struct api_setup *api_setup_ref(struct api_setup *setup);
void api_setup_unref(struct api_setup *setup);

// Asks main to reload (POST /-/reload). Goes to `control` and comes back to the server with the outcome.
struct reload_request {
	struct message message;
	struct inbox *reply_to;
	int reply_kind;
	bool ok;
	char *problems; // why not, one problem a line; owned by the request; NULL when ok
};

// What the API shows in the place of a cluster: this program alone.
struct shown_cluster {
	const char *name, *address; // NULL: there is none
};

enum { LISTEN_ADDRESSES_MAX = 16 };

struct server_options {
	const char *const *listen_addresses; // "host:port", ":port" or "[v6]:port"; at most LISTEN_ADDRESSES_MAX, borrowed
	size_t listen_count;
	const char *web_config_file; // TLS, users and headers, as Prometheus' toolkit takes it; NULL or "": none. Read again when it changes
	struct shown_cluster cluster;
	unsigned get_max;                  // GETs at a time, more are a 503; 0: as many as there are connections
	unsigned idle_seconds;             // how long a connection may be silent between requests; 0: longer than Prometheus' clients keep one
	dur_ms timeout;                    // of what a request waits for, then it is a 503; 0: none
	const char *version, *revision;    // of this program
	unsigned promql_features;          // enum promql_feature: how expressions are read
	struct evaluator_pool *evaluators; // NULL without a datasource
	struct dispatcher *dispatcher;
	struct outbound *outbound;
	struct store *store;
	struct inbox *control;   // takes struct reload_request
	int reload_kind;         // its message.kind there
	struct api_setup *setup; // takes a reference
	wall_ms started_at;
};

// Binds at once, so that a taken port fails here. ERR_IO, ERR_INVALID (address).
// Says what is wrong with a web configuration and the files it names. True when it asks for TLS.
struct problems;
bool server_check_web_config(const char *file, struct problems *problems);
struct server *server_create(const struct server_options *options, struct error *err);
MUST_CHECK bool server_start(struct server *server, struct error *err);
void server_set_setup(struct server *server, struct api_setup *setup); // any thread; takes a reference
void server_stop(struct server *server);                               // answers what waits with 503, joins; the owners of views must still run
void server_destroy(struct server *server);                            // NULL is fine
unsigned server_port(const struct server *server);                     // of the first address
