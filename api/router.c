// SPDX-License-Identifier: Apache-2.0
// The routes of the API: a table, and the two ways to miss it.
#include "api/request.h"

static const struct route routes[] = {
	{ "GET", "/-/healthy", NEEDS_NOTHING, serve_healthy, "200 while the process serves." },
	{ "GET", "/-/ready", NEEDS_NOTHING, serve_ready, "200 when state is loaded and durable, else 503 with the reason." },
	{ "POST", "/-/reload", NEEDS_RELOAD, NULL, "Reads configuration and rules again; 500 with all problems when they are broken." },
	{ "PUT", "/-/reload", NEEDS_RELOAD, NULL, "The same." },
	{ "GET", "/", NEEDS_NOTHING, serve_front_page, "This list." },
	{ "GET", "/graph", NEEDS_NOTHING, serve_graph, "Leads to the datasource's graph page: where the links in messages point." },
	{ "GET", "/metrics", NEEDS_RULES, serve_metrics, "This program's metrics, and Prometheus' names for those of rules." },
	{ "GET", "/api/v1/rules", NEEDS_RULES | NEEDS_RULE_ALERTS, serve_rules, "Groups, rules and their alerts, as Prometheus." },
	{ "GET", "/api/v1/rules/{group}/{rule}/evaluations", NEEDS_HISTORY, serve_evaluations, "The last evaluations of the rules of that name, newest first." },
	{ "GET", "/api/v1/alerts", NEEDS_RULES | NEEDS_RULE_ALERTS, serve_alerts_v1, "Pending and firing alerts of rules, as Prometheus." },
	{ "GET", "/api/v1/status/buildinfo", NEEDS_NOTHING, serve_buildinfo, "Version, as Prometheus." },
	{ "GET", "/api/v1/status/runtimeinfo", NEEDS_NOTHING, serve_runtimeinfo, "Start, directory, host and the last reload, as Prometheus." },
	{ "GET", "/api/v1/status/config", NEEDS_NOTHING, serve_config_v1, "Alertmanager's part of the configuration in force, secrets hidden, as Prometheus." },
	{ "GET", "/api/v1/status/flags", NEEDS_NOTHING, serve_flags, "Listen address and external URL, under Prometheus' names." },
	{ "GET", "/api/v1/alertmanagers", NEEDS_NOTHING, serve_alertmanagers, "No Alertmanager is sent to: two empty lists, as Prometheus." },
	{ "GET", "/api/v2/alerts", NEEDS_DISPATCH, serve_alerts_v2, "Alerts being told, as Alertmanager." },
	{ "GET", "/api/v2/status", NEEDS_NOTHING, serve_status_v2, "Version and configuration, as Alertmanager." },
};
enum { ROUTE_COUNT = sizeof routes / sizeof *routes };

const struct route *route_list(size_t *count) {
	*count = ROUTE_COUNT;
	return routes;
}

static const char *route_prefix(const struct request *request) {
	const char *url = server_setup(request->server)->external_url;
	const char *host = url == NULL ? NULL : strstr(url, "://");
	const char *path = host == NULL ? NULL : strchr(host + 3, '/');
	return path == NULL || strcmp(path, "/") == 0 ? "" : path;
}

static struct str below_prefix(const struct request *request) {
	struct str prefix = str_of(route_prefix(request));
	while (str_has_suffix(prefix, STR("/")))
		prefix.len--;
	struct str path = str_has_prefix(request->path, prefix) ? str_skip(request->path, prefix.len) : request->path;
	return path.len == 0 ? STR("/") : path;
}

static bool method_fits(const struct request *request, const struct route *route) {
	return strcmp(request->method, route->method) == 0 || (strcmp(request->method, "HEAD") == 0 && strcmp(route->method, "GET") == 0);
}

// Literally, or with something in the place of {…}: that becomes the request's name.
static bool path_fits(struct request *request, struct str path, const char *pattern) {
	const char *open = strchr(pattern, '{'), *close = strrchr(pattern, '}');
	if (open == NULL)
		return str_equal_cstr(path, pattern);
	struct str before = str_make(pattern, (size_t)(open - pattern)), after = str_of(close + 1);
	if (path.len <= before.len + after.len || !str_has_prefix(path, before) || !str_has_suffix(path, after))
		return false;
	request->named = str_make(path.data + before.len, path.len - before.len - after.len);
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
	else
		reply_text(request, 405, "Method Not Allowed\n");
	request->allow = allowed;
}

const struct route *route_find(struct request *request) {
	struct str path = below_prefix(request);
	autobuf struct buf allowed = { 0 };
	for (size_t i = 0; i < ROUTE_COUNT; i++) {
		if (!path_fits(request, path, routes[i].path))
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
