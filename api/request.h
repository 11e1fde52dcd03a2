// SPDX-License-Identifier: Apache-2.0
// One HTTP request on its way through the API: its parameters, the views it waits for, and its reply, rendered piece by piece.
// Owned by the server's thread. Private to api/.
#pragma once
#include "api/server.h"
#include "base/arena.h"
#include "base/array.h"
#include "base/buf.h"
#include "base/json_write.h"

struct MHD_Connection;
struct request;

enum { PIECE_BYTES = 64 << 10 }; // of a reply rendered at a time, about
// Appends the next piece of the reply to *out; false when that was the last.
typedef bool request_render(struct request *request, struct buf *out);

struct parameter {
	struct str name, value;
};

struct request {
	struct server *server;
	struct MHD_Connection *connection;
	struct arena arena; // lives as long as the request
	const struct route *route;
	const char *method;
	struct str path;
	struct str named;           // what stands for {…} in the route's path, decoded
	ARRAY_OF(struct parameter); // of the query string, decoded, in order
	size_t body_bytes;          // seen so far: bodies are counted and dropped
	bool body_too_large;

	// What it waits for; suspended while awaited > 0.
	size_t awaited;
	struct evaluation_view **evaluations; // one an evaluator, references
	size_t evaluation_count;
	struct dispatch_view *dispatch; // a reference
	bool is_closing;                // an owner is stopping: 503

	// The reply.
	unsigned status; // 0 while there is none
	const char *content_type;
	const char *location;   // the Location header of a redirect
	const char *allow;      // the Allow header of a 405
	struct buf text;        // what was rendered and not yet sent
	size_t sent;            // of text
	request_render *render; // NULL: text is all
	void *cursor;           // the renderer's, in the arena
};

// The first value of a parameter; empty when absent.
struct str request_parameter(const struct request *request, const char *name);
bool request_has_parameter(const struct request *request, const char *name);

// Each sets status, type and text at once.
void reply_text(struct request *request, unsigned status, const char *text);
void reply_json(struct request *request, unsigned status); // text is to be appended to request->text by the caller
PRINTF_LIKE(4, 5)
void reply_v1_error(struct request *request, unsigned status, const char *type, const char *format, ...);
PRINTF_LIKE(3, 4)
void reply_v2_message(struct request *request, unsigned status, const char *format, ...); // {"code":N,"message":…}
PRINTF_LIKE(3, 4)
void reply_v2_string(struct request *request, unsigned status, const char *format, ...); // a JSON string
// The reply is rendered step by step.
void reply_stream(struct request *request, unsigned status, const char *content_type, request_render *render, void *cursor);

// Groups of all evaluators' views in the API's order: by file, then name. In the request's arena.
const struct group_view **request_groups(struct request *request, size_t *count);

// ---- routes ----

enum route_needs { NEEDS_NOTHING = 0,
	NEEDS_RULES = 1 << 0,
	NEEDS_RULE_ALERTS = 1 << 1,
	NEEDS_DISPATCH = 1 << 2,
	NEEDS_RELOAD = 1 << 3,
	NEEDS_HISTORY = 1 << 4 };

struct route {
	const char *method; // "GET" (serves HEAD too) or "POST"
	const char *path;   // below the route prefix; from { to the last } anything may stand, slashes too
	unsigned needs;     // views to be had before the handler runs
	void (*handle)(struct request *request);
	const char *help; // one sentence
};

// Finds the route; without one sets the reply (404, 405) and returns NULL.
const struct route *route_find(struct request *request);

const struct route *route_list(size_t *count); // all of them, for the front page

void serve_front_page(struct request *request);
void serve_graph(struct request *request);
void serve_healthy(struct request *request);
void serve_ready(struct request *request);
void serve_buildinfo(struct request *request);
void serve_runtimeinfo(struct request *request);
void serve_config_v1(struct request *request);
void serve_flags(struct request *request);
void serve_alertmanagers(struct request *request);
void serve_rules(struct request *request);
void serve_alerts_v1(struct request *request);
void serve_evaluations(struct request *request);
void serve_alerts_v2(struct request *request);
void serve_status_v2(struct request *request);
void serve_metrics(struct request *request);

// What handlers may read of the server.
const struct server_options *server_options(const struct server *server);
struct api_setup *server_setup(struct server *server); // the server thread's; borrowed until its next turn
// The release of Alertmanager whose API v2 we speak: clients compare it (Karma wants semver >= 0.22).
#define ALERTMANAGER_COMPATIBLE_VERSION "0.28.0"
