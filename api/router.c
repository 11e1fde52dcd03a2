// SPDX-License-Identifier: Apache-2.0
// The routes of the API: a table, and the two ways to miss it.
#include "api/routes.h"

#include "model/limits.h"

static const struct route routes[] = {
	{ "GET", "/-/healthy", NEEDS_NOTHING, serve_healthy, "200 while the process serves." },
	{ "GET", "/-/ready", NEEDS_NOTHING, serve_ready, "200 when state is loaded and durable, else 503 with the reason." },
	{ "POST", "/-/reload", NEEDS_NOTHING, serve_reload, "Reads configuration and rules again; 500 with all problems when they are broken.", .scope = SCOPE_ADMIN },
	{ "PUT", "/-/reload", NEEDS_NOTHING, serve_reload, "The same.", .scope = SCOPE_ADMIN },
	{ "GET", "/", NEEDS_NOTHING, serve_page, "The pages: alerts, silences, rules and status, for people.", .is_page = true },
	{ "GET", "/web/{file}", NEEDS_NOTHING, serve_page_file, "What the pages are made of.", .is_page = true },
	{ "GET", "/api", NEEDS_NOTHING, serve_route_list, "This list." },
	{ "GET", "/graph", NEEDS_NOTHING, serve_graph, "Leads to the datasource's graph page: where the links in messages point." },
	{ "GET", "/metrics", NEEDS_RULES | NEEDS_OUTBOUND | NEEDS_SILENCES, serve_metrics, "This program's metrics; those of rules and alerts under the names of Prometheus and Alertmanager." },
	{ "GET", "/api/v1/rules", NEEDS_RULES | NEEDS_RULE_ALERTS, serve_rules, "Groups, rules and their alerts, as Prometheus." },
	{ "GET", "/api/v1/rules/{group}/{rule}/evaluations", NEEDS_HISTORY, serve_evaluations, "The last evaluations of the rules of that name, newest first." },
	{ "GET", "/api/v1/alerts", NEEDS_RULES | NEEDS_RULE_ALERTS, serve_alerts_v1, "Pending and firing alerts of rules, as Prometheus." },
	{ "POST", "/api/v1/alerts", NEEDS_NOTHING, serve_post_alerts_v1, "Takes alerts of others, as Alertmanager did before 0.27.", route_keep_body, .scope = SCOPE_ALERTS },
	{ "GET", "/api/v1/alertmanagers", NEEDS_OUTBOUND, serve_alertmanagers, "Alertmanagers that alerts of rules are sent to, as Prometheus." },
	{ "GET", "/api/v1/format_query", NEEDS_NOTHING, serve_format_query, "The expression `query`, laid out in lines, as Prometheus." },
	{ "POST", "/api/v1/format_query", NEEDS_NOTHING, serve_format_query, "The same with a form.", route_keep_body, LIMIT_FORM_BYTES },
	{ "GET", "/api/v1/parse_query", NEEDS_NOTHING, serve_parse_query, "The expression `query` as a tree, as Prometheus." },
	{ "POST", "/api/v1/parse_query", NEEDS_NOTHING, serve_parse_query, "The same with a form.", route_keep_body, LIMIT_FORM_BYTES },
	{ "GET", "/api/v1/parse_matchers", NEEDS_NOTHING, serve_parse_matchers, "The matchers `matchers`, with or without braces, in their parts." },
	{ "GET", "/api/v1/status/buildinfo", NEEDS_NOTHING, serve_buildinfo, "Version, as Prometheus." },
	{ "GET", "/api/v1/status/runtimeinfo", NEEDS_NOTHING, serve_runtimeinfo, "Start, directory, host and the last reload, as Prometheus." },
	{ "GET", "/api/v1/status/config", NEEDS_NOTHING, serve_config_v1, "Alertmanager's part of the configuration in force, secrets hidden, as Prometheus." },
	{ "GET", "/api/v1/status/flags", NEEDS_NOTHING, serve_flags, "Listen address and external URL, under Prometheus' names." },
	{ "GET", "/api/v1/notifications", NEEDS_NOTHING, serve_notifications, "What is wrong with this program, as Prometheus." },
	{ "GET", "/api/v1/notifications/live", NEEDS_NOTHING, serve_no_live_notifications, "204: clients poll the list instead, as with Prometheus when too many listen." },
	{ "GET", "/api/v2/alerts", NEEDS_DISPATCH, serve_alerts_v2, "Alerts being told, as Alertmanager." },
	{ "POST", "/api/v2/alerts", NEEDS_NOTHING, serve_post_alerts, "Takes alerts of others, as Alertmanager; answers when they are stored.", route_keep_body, .scope = SCOPE_ALERTS },
	{ "GET", "/api/v2/alerts/groups", NEEDS_DISPATCH | NEEDS_GROUPS, serve_groups, "Alerts being told by the groups they are told in, as Alertmanager." },
	{ "GET", "/api/v2/receivers", NEEDS_DISPATCH, serve_receivers, "Receivers of the configuration, as Alertmanager." },
	{ "GET", "/api/v2/silences", NEEDS_SILENCES, serve_silences, "Silences, ended ones that are kept included, as Alertmanager." },
	{ "POST", "/api/v2/silences", NEEDS_NOTHING, serve_post_silence, "Makes or changes a silence, as Alertmanager.", route_keep_body, LIMIT_SILENCE_BYTES, SCOPE_SILENCES },
	{ "GET", "/api/v2/silence/{silenceID}", NEEDS_SILENCES, serve_silence, "One silence, as Alertmanager." },
	{ "DELETE", "/api/v2/silence/{silenceID}", NEEDS_NOTHING, serve_delete_silence, "Ends a silence now, as Alertmanager.", .scope = SCOPE_SILENCES },
	{ "GET", "/api/v2/swagger.json", NEEDS_NOTHING, serve_swagger, "The API v2 as an OpenAPI 2.0 document." },
	{ "GET", "/api/v2/status", NEEDS_NOTHING, serve_status_v2, "Version and configuration, as Alertmanager." },
};
enum { ROUTE_COUNT = sizeof routes / sizeof *routes };

const struct route *route_list(size_t *count) {
	*count = ROUTE_COUNT;
	return routes;
}

unsigned route_scope(const struct route *route) {
	return route->scope == 0 ? SCOPE_READ : route->scope;
}

size_t route_body_max(const struct route *route) {
	return route == NULL || route->body_max == 0 ? LIMIT_REQUEST_BYTES : route->body_max;
}

void route_keep_body(struct request *request, struct str piece) {
	buf_append_str(&request->body, piece);
}

// False when the path is not below the prefix. *below begins with a slash, or is empty for the prefix itself.
static bool cut_prefix(const struct request *request, struct str prefix, struct str *below) {
	if (!str_has_prefix(request->path, prefix))
		return false;
	*below = str_skip(request->path, prefix.len);
	return below->len == 0 || below->data[0] == '/';
}

static bool method_fits(const struct request *request, const struct route *route) {
	return strcmp(request->method, route->method) == 0 || (strcmp(request->method, "HEAD") == 0 && strcmp(route->method, "GET") == 0);
}

// Literally, or with something in the place of {…}: that becomes *named.
static bool path_fits(struct str path, const char *pattern, struct str *named) {
	const char *open = strchr(pattern, '{'), *close = strrchr(pattern, '}');
	if (open == NULL)
		return str_equal_cstr(path, pattern);
	struct str before = str_make(pattern, (size_t)(open - pattern)), after = str_of(close + 1);
	if (path.len <= before.len + after.len || !str_has_prefix(path, before) || !str_has_suffix(path, after))
		return false;
	struct str part = str_make(path.data + before.len, path.len - before.len - after.len);
	bool is_one = strchr(pattern, '}') == close;
	if (is_one && str_find_char(part, '/') >= 0)
		return false;
	*named = part;
	return true;
}

static void reply_not_found(struct request *request, struct str path) {
	if (str_has_prefix(path, STR("/api/v2/")))
		reply_v2_message(request, 404, "path %.*s was not found", STR_ARG(path));
	else
		reply_text(request, 404, "404 page not found\n");
}

static void reply_wrong_method(struct request *request, struct str path, const char *allowed) {
	if (str_has_prefix(path, STR("/api/v2/")))
		reply_v2_message(request, 405, "method %s is not allowed, but [%s] are", request->method, allowed);
	else if (strcmp(request->method, "OPTIONS") == 0)
		reply_text(request, 200, ""); // what is allowed is the answer
	else
		reply_text(request, 405, "Method Not Allowed\n");
	request->allow = allowed;
}

static const struct route *find_below(struct request *request, struct str path) {
	autobuf struct buf allowed = { 0 };
	if (str_has_prefix(path, STR("/api/v2/")) && path.len > strlen("/api/v2/") && str_has_suffix(path, STR("/")))
		path.len--; // as go-openapi has it
	for (size_t i = 0; i < ROUTE_COUNT; i++) {
		if (!path_fits(path, routes[i].path, &request->named))
			continue;
		if (method_fits(request, &routes[i]))
			return &routes[i];
		buf_format(&allowed, "%s%s", allowed.len > 0 ? "," : "", routes[i].method);
	}
	if (allowed.len == 0)
		reply_not_found(request, path);
	else
		reply_wrong_method(request, path, arena_cstr(&request->arena, buf_str(&allowed)));
	return NULL;
}

const struct route *route_find(struct request *request) {
	struct str prefix = str_of(server_setup(request->server)->route_prefix), below;
	if (request->is_path_broken) {
		reply_text(request, 400, "400 Bad Request\n");
		return NULL;
	}
	bool is_below = cut_prefix(request, prefix, &below);
	if (is_below && below.len > 0)
		return find_below(request, below);
	if (is_below || str_equal(request->path, STR("/")))
		reply_redirect(request, arena_format(&request->arena, "%.*s/", STR_ARG(prefix)));
	else
		reply_not_found(request, request->path);
	return NULL;
}
