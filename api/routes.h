// SPDX-License-Identifier: Apache-2.0
// The routes of the API and what each is made of. A new one is a function in a routes_*.c, its line here and its row in router.c.
// Private to api/.
#pragma once
#include "api/request.h"

enum route_needs { NEEDS_NOTHING = 0,
	NEEDS_RULES = 1 << 0,
	NEEDS_RULE_ALERTS = 1 << 1,
	NEEDS_DISPATCH = 1 << 2,
	NEEDS_HISTORY = 1 << 3,
	NEEDS_OUTBOUND = 1 << 4,
	NEEDS_SILENCES = 1 << 5,
	NEEDS_GROUPS = 1 << 6 }; // those of dispatch, with NEEDS_DISPATCH

// Gets the body's pieces as they come, before the handler runs; none when there is no body. At most the route's body_max in all.
typedef void route_take_body(struct request *request, struct str piece);
route_take_body route_keep_body; // appends to request->body

struct route {
	const char *method; // "GET" serves HEAD too
	const char *path;   // below the route prefix; {one} stands for a part without slashes, {several}/{parts} for anything
	unsigned needs;     // views to be had before the handler runs
	request_step *handle;
	const char *help;           // one sentence
	route_take_body *take_body; // NULL: a body is counted and dropped
	size_t body_max;            // 0: LIMIT_REQUEST_BYTES. A longer body is a 413
	unsigned scope;             // enum api_scope that a token needs; 0: SCOPE_READ
	bool is_page;               // the same for everybody: no token is needed (a browser has none before it has the pages) and no place among the GETs
};

// Finds the route; without one sets the reply (400, 404, 405, or a redirect to below the prefix) and returns NULL.
const struct route *route_find(struct request *request);
const struct route *route_list(size_t *count); // all of them
unsigned route_scope(const struct route *route);
size_t route_body_max(const struct route *route); // NULL: what is read of a body that nobody wants

void serve_page(struct request *request);
void serve_page_file(struct request *request);
void serve_route_list(struct request *request);
void serve_graph(struct request *request);
void serve_healthy(struct request *request);
void serve_ready(struct request *request);
void serve_reload(struct request *request);
void serve_metrics(struct request *request);

void serve_rules(struct request *request);
void serve_evaluations(struct request *request);
void serve_alerts_v1(struct request *request);
void serve_alertmanagers(struct request *request);
void serve_format_query(struct request *request);
void serve_parse_query(struct request *request);
void serve_parse_matchers(struct request *request);
void serve_buildinfo(struct request *request);
void serve_runtimeinfo(struct request *request);
void serve_config_v1(struct request *request);
void serve_flags(struct request *request);
void serve_notifications(struct request *request);
void serve_no_live_notifications(struct request *request);

void serve_alerts_v2(struct request *request);
void serve_groups(struct request *request);
void serve_post_alerts(struct request *request);
void serve_post_alerts_v1(struct request *request);
void serve_swagger(struct request *request);
void serve_status_v2(struct request *request);
void serve_receivers(struct request *request);
void serve_silences(struct request *request);
void serve_silence(struct request *request);
void serve_post_silence(struct request *request);
void serve_delete_silence(struct request *request);

// The release of Alertmanager whose API v2 we speak: clients compare it (Karma wants semver >= 0.22).
#define ALERTMANAGER_COMPATIBLE_VERSION "0.34.0"
