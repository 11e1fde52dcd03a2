// SPDX-License-Identifier: Apache-2.0
#include "daemon/config.h"
#include "base/buf.h"
#include "tests/harness/test.h"

// Loads `text` as a configuration file; appends its problems to *out.
static struct config *load(const char *text, struct buf *out) {
	char path[300];
	struct error err;
	struct problems problems = { 0 };
	snprintf(path, sizeof path, "%s/c.yml", test_directory());
	CHECK(fs_write_file(path, str_of(text), &err));
	struct config *config = config_load(path, (struct config_features){ 0 }, &problems);
	for (size_t i = 0; i < problems.count; i++) {
		problems.items[i].at.file = "c.yml";
		problem_format(out, &problems.items[i], STR_NONE);
	}
	problems_finish(&problems);
	return config;
}

static struct config *load_good(const char *text) {
	autobuf struct buf problems = { 0 };
	struct config *config = load(text, &problems);
	if (config == NULL)
		print_error("%s\n%s", text, buf_cstr(&problems));
	CHECK(config != NULL);
	CHECK_CSTR(buf_cstr(&problems), "");
	return config;
}

// Refused with this message and no other.
static void check_only(const char *text, const char *message) {
	autobuf struct buf problems = { 0 };
	CHECK(load(text, &problems) == NULL);
	CHECK_CSTR(buf_cstr(&problems), message);
}

static void check_refused(const char *text, const char *message) {
	autobuf struct buf problems = { 0 };
	struct config *config = load(text, &problems);
	CHECK(config == NULL);
	if (strstr(buf_cstr(&problems), message) == NULL)
		print_error("%s\ngot:    %swanted: %s\n", text, buf_cstr(&problems), message);
	CHECK(strstr(buf_cstr(&problems), message) != NULL);
}

#define BASE "route: {receiver: r}\nreceivers: [{name: r}]\n"

// The value of one accepted key, seen where it has an effect.
#define ACCEPTS(name, text, condition)                   \
	TEST(name) {                                     \
		struct config *config = load_good(text); \
		CHECK(condition);                        \
		config_unref(config);                    \
	}

#define ROOT config->notify.root
#define CHILD config->notify.root->routes[0]
#define INTEGRATION config->notify.receivers[0].items[0]
#define WEBHOOK INTEGRATION.webhook
#define EMAIL INTEGRATION.email
#define AGENT INTEGRATION.security_agent

ACCEPTS(defaults_are_alertmanagers, BASE, config->notify.resolve_timeout == MINUTES(5) && ROOT->group_wait == SECONDS(30) && ROOT->group_interval == MINUTES(5) && ROOT->repeat_interval == HOURS(4) && ROOT->group_by_count == 0 && !ROOT->group_by_all)
ACCEPTS(global_resolve_timeout, BASE "global: {resolve_timeout: 7m}", config->notify.resolve_timeout == MINUTES(7))
ACCEPTS(global_evaluation_history, BASE "global: {evaluation_history: 25}", config->evaluation_history == 25)
ACCEPTS(global_evaluation_interval, BASE "global: {evaluation_interval: 15s}", config->evaluation_interval == SECONDS(15) && config_rule_options(config).default_interval == SECONDS(15))
ACCEPTS(global_rule_query_offset, BASE "global: {rule_query_offset: 30s}", config_rule_options(config).default_query_offset == SECONDS(30))
ACCEPTS(global_external_labels, BASE "global: {external_labels: {cluster: a, n: 010}}", str_equal_cstr(labels_get(config->external_labels, STR("cluster")), "a") && str_equal_cstr(labels_get(config->external_labels, STR("n")), "010"))
ACCEPTS(global_names, BASE "global: {metric_name_validation_scheme: legacy, external_labels: {a_1: b}}", config_rule_options(config).names == NAME_LEGACY)
ACCEPTS(global_names_by_default, BASE "global: {metric_name_validation_scheme: '', external_labels: {a.b: c}}", config_rule_options(config).names == NAME_UTF8)
ACCEPTS(datasource_url, BASE "datasource: {url: 'http://p:9090/x'}", config->has_datasource &&strcmp(config->datasource.url, "http://p:9090/x") == 0)
ACCEPTS(datasource_urls, BASE "datasource: {urls: ['http://p', 'http://q']}", strcmp(config->datasource.url, "http://p") == 0 && strcmp(config->datasource.further_urls[0], "http://q") == 0 && config->datasource.further_urls[1] == NULL)
ACCEPTS(datasource_params, BASE "datasource: {url: 'http://p', params: {a: [x, y], b: z}}", config->datasource.params.count == 3 && str_equal(config->datasource.params.items[1].value, STR("y")) && str_equal(config->datasource.params.items[2].name, STR("b")))
ACCEPTS(datasource_headers, BASE "datasource: {url: 'http://p', headers: {X-Scope-OrgID: a}}", strcmp(config->datasource.headers[0], "X-Scope-OrgID: a") == 0 && config->datasource.headers[1] == NULL)
ACCEPTS(datasources, BASE "datasource: {url: 'http://p'}\ndatasources: [{name: q, url: 'http://q'}]", config->datasource_count == 1 && strcmp(config->datasources[0].name, "q") == 0 && strcmp(config->datasource.url, "http://p") == 0)
ACCEPTS(datasources_alone, BASE "datasources: [{name: q, url: 'http://q'}, {name: r, url: 'http://r'}]", config->has_datasource &&strcmp(config->datasource.url, "http://q") == 0 && str_equal(config->datasource_names[1], STR("r")))
ACCEPTS(datasource_timeout, BASE "datasource: {url: 'http://p', timeout: 3s}", config->datasource.timeout == SECONDS(3))
ACCEPTS(datasource_queries, BASE "datasource: {url: 'http://p', max_concurrent_queries: 3}", config->datasource.max_concurrent_queries == 3)
ACCEPTS(datasource_response_size, BASE "datasource: {url: 'http://p', max_response_size: 4096}", config->datasource.max_response_bytes == 4096)
ACCEPTS(datasource_http_config, BASE "datasource: {url: 'http://p', http_config: {bearer_token: t}}", strcmp(config->datasource.http.bearer_token, "t") == 0)
ACCEPTS(for_outage_tolerance, BASE "evaluation: {for_outage_tolerance: 2h}", config->evaluation.for_outage_tolerance == HOURS(2) && config->evaluation.for_grace_period == MINUTES(10))
ACCEPTS(restore_for_state, BASE "evaluation: {restore_for_state: false}", !config->evaluation.restore_for_state)
ACCEPTS(restore_for_state_by_default, BASE, config->evaluation.restore_for_state)
ACCEPTS(for_grace_period, BASE "evaluation: {for_grace_period: 90s}", config->evaluation.for_grace_period == SECONDS(90) && config->evaluation.for_outage_tolerance == HOURS(1))
ACCEPTS(storage_ballast, BASE "storage: {ballast_size: 0}", config->ballast_bytes == 0)
ACCEPTS(web_listen_address, BASE "web: {listen_address: '127.0.0.1:1'}", strcmp(config->listen_address, "127.0.0.1:1") == 0)
ACCEPTS(web_external_alert_source, BASE "web: {external_alert_source: 'd/{{ $labels.job | pathEscape }}'}", config->alert_source != NULL)
ACCEPTS(web_external_alert_source_empty, BASE "web: {external_alert_source: ''}", config->alert_source == NULL)
ACCEPTS(web_external_url, BASE "web: {external_url: 'https://a/b'}", strcmp(config->external_url, "https://a/b") == 0)
ACCEPTS(web_cors_origin, BASE "web: {cors_origin: 'https://a'}", strcmp(config->cors_origin, "https://a") == 0)
ACCEPTS(web_tokens, BASE "web: {tokens: [{token: 0123456789abcdef, scopes: [read, alerts]}, {token: fedcba9876543210, scopes: [admin]}]}",
    config->token_count == 2 && config->tokens[0].scopes == (SCOPE_READ | SCOPE_ALERTS) && config->tokens[1].scopes == SCOPE_ADMIN && memcmp(config->tokens[0].digest, config->tokens[1].digest, 32) != 0)
ACCEPTS(web_route_prefix, BASE "web: {route_prefix: '/a/b'}", strcmp(config->route_prefix, "/a/b") == 0)

#define REMOTE config->remote_writes[0]
#define WITH_REMOTE(text) BASE "remote_write: [{url: 'http://p/api/v1/write', " text "}]"
ACCEPTS(remote_write_none, BASE "remote_write: []", config->remote_write_count == 0)
ACCEPTS(remote_write_defaults, WITH_REMOTE(""),
    config->remote_write_count == 1 && strcmp(REMOTE.url, "http://p/api/v1/write") == 0 && strlen(REMOTE.name) == 6 && REMOTE.timeout == SECONDS(30) && REMOTE.capacity == 500000 && REMOTE.max_samples_per_send == 2000 &&
        REMOTE.batch_send_deadline == SECONDS(5) && REMOTE.min_backoff == 30 && REMOTE.max_backoff == SECONDS(5) && REMOTE.sample_age_limit == 0 && REMOTE.retry_on_http_429 && REMOTE.send_native_histograms && REMOTE.relabel.count == 0 && REMOTE.headers[0] == NULL)
ACCEPTS(remote_write_name, WITH_REMOTE("name: n"), strcmp(REMOTE.name, "n") == 0)
ACCEPTS(remote_write_several, BASE "remote_write: [{url: 'http://p', name: a}, {url: 'http://p', name: b}, {url: 'http://q'}]", config->remote_write_count == 3 && strcmp(config->remote_writes[1].name, "b") == 0)
ACCEPTS(remote_write_timeout, WITH_REMOTE("remote_timeout: 3s"), REMOTE.timeout == SECONDS(3))
ACCEPTS(remote_write_headers, WITH_REMOTE("headers: {X-Scope-OrgID: team, X-B: 'c d'}"), strcmp(REMOTE.headers[0], "X-Scope-OrgID: team") == 0 && strcmp(REMOTE.headers[1], "X-B: c d") == 0 && REMOTE.headers[2] == NULL)
ACCEPTS(remote_write_http_keys_stand_beside_the_others, WITH_REMOTE("basic_auth: {username: u, password_file: pw}, tls_config: {server_name: n}, follow_redirects: false"),
    strcmp(REMOTE.http.basic_username, "u") == 0 && strstr(REMOTE.http.basic_password_file, "/pw") != NULL && strcmp(REMOTE.http.tls.server_name, "n") == 0 && !REMOTE.http.follow_redirects && REMOTE.http.enable_http2)
ACCEPTS(remote_write_authorization, WITH_REMOTE("authorization: {credentials: c}"), strcmp(REMOTE.http.authorization_type, "Bearer") == 0 && strcmp(REMOTE.http.authorization_credentials, "c") == 0)
ACCEPTS(remote_write_oauth2, WITH_REMOTE("oauth2: {client_id: i, client_secret: s, token_url: 'http://t/'}"), REMOTE.http.oauth2 != NULL && !REMOTE.http.has_basic_auth)
ACCEPTS(remote_write_proxy, WITH_REMOTE("proxy_url: 'http://p:3128', no_proxy: x"), strcmp(REMOTE.http.proxy.url, "http://p:3128") == 0 && strcmp(REMOTE.http.proxy.no_proxy, "x") == 0)
ACCEPTS(remote_write_relabel, WITH_REMOTE("write_relabel_configs: [{regex: a, action: labeldrop}, {source_labels: [x], regex: y, action: drop}]"), REMOTE.relabel.count == 2 && REMOTE.relabel.items[1].action == RELABEL_DROP)
ACCEPTS(remote_write_capacity, WITH_REMOTE("queue_config: {capacity: 7, max_shards: 3, min_shards: 2}"), REMOTE.capacity == 21)
ACCEPTS(remote_write_batches, WITH_REMOTE("queue_config: {max_samples_per_send: 9, batch_send_deadline: 1s}"), REMOTE.max_samples_per_send == 9 && REMOTE.batch_send_deadline == SECONDS(1))
ACCEPTS(remote_write_backoff, WITH_REMOTE("queue_config: {min_backoff: 1s, max_backoff: 2s, retry_on_http_429: false}"), REMOTE.min_backoff == SECONDS(1) && REMOTE.max_backoff == SECONDS(2) && !REMOTE.retry_on_http_429)
ACCEPTS(remote_write_age_limit, WITH_REMOTE("queue_config: {sample_age_limit: 4m}"), REMOTE.sample_age_limit == MINUTES(4))
ACCEPTS(remote_write_native_histograms, WITH_REMOTE("send_native_histograms: false"), !REMOTE.send_native_histograms)
ACCEPTS(remote_write_keys_without_effect, WITH_REMOTE("send_exemplars: true, round_robin_dns: true, failed_request_logging: true, protobuf_message: prometheus.WriteRequest, metadata_config: {send: false, send_interval: 2m, max_samples_per_send: 5}"), config->remote_write_count == 1)

#define CHILD_ROUTE(text) "route:\n  receiver: r\n  group_by: [job]\n  routes: [{" text "}]\nreceivers: [{name: r}, {name: s}]\n"
ACCEPTS(route_receiver, CHILD_ROUTE("receiver: s"), strcmp(CHILD->receiver->name, "s") == 0 && strcmp(ROOT->receiver->name, "r") == 0)
ACCEPTS(route_inherits, CHILD_ROUTE(""), CHILD->receiver == ROOT->receiver && CHILD->group_by_count == 1 && CHILD->group_wait == ROOT->group_wait && CHILD->parent == ROOT)
ACCEPTS(route_group_by, CHILD_ROUTE("group_by: [b, a]"), CHILD->group_by_count == 2 && str_equal_cstr(CHILD->group_by[0], "a"))
ACCEPTS(route_group_by_all, CHILD_ROUTE("group_by: ['...']"), CHILD->group_by_all && CHILD->group_by_count == 0)
ACCEPTS(route_group_by_nothing, CHILD_ROUTE("group_by: []"), CHILD->group_by_count == 0 && !CHILD->group_by_all)
ACCEPTS(route_continue, CHILD_ROUTE("continue: true"), CHILD->continues && !ROOT->continues)
ACCEPTS(route_timers, CHILD_ROUTE("group_wait: 0s, group_interval: 2s, repeat_interval: 3s"), CHILD->group_wait == 0 && CHILD->group_interval == SECONDS(2) && CHILD->repeat_interval == SECONDS(3))
ACCEPTS(route_match, CHILD_ROUTE("match: {a: b}"), CHILD->matchers.count == 1 && CHILD->matchers.items[0].op == MATCH_EQUAL)
ACCEPTS(route_match_re, CHILD_ROUTE("match_re: {a: 'b.*'}"), CHILD->matchers.count == 1 && CHILD->matchers.items[0].op == MATCH_REGEX)
ACCEPTS(route_matchers, CHILD_ROUTE("matchers: ['b!=\"x\"', 'a=~\"y\", c!~z']"), CHILD->matchers.count == 3 && str_equal_cstr(CHILD->matchers.items[0].name, "a"))

#define WITH_WEBHOOK(text) "route: {receiver: r}\nreceivers: [{name: r, webhook_configs: [{" text "}]}]\n"
ACCEPTS(webhook_url, WITH_WEBHOOK("url: 'http://x/'"), INTEGRATION.kind == INTEGRATION_WEBHOOK && strcmp(WEBHOOK.url, "http://x/") == 0 && WEBHOOK.send_resolved && WEBHOOK.max_alerts == 0 && INTEGRATION.at.line == 2)
ACCEPTS(webhook_templated_url, WITH_WEBHOOK("url: '{{ .ExternalURL }}/x'"), WEBHOOK.url[0] == '{')
ACCEPTS(webhook_url_file, WITH_WEBHOOK("url_file: /run/url"), WEBHOOK.url == NULL && strcmp(WEBHOOK.url_file, "/run/url") == 0)
ACCEPTS(webhook_send_resolved, WITH_WEBHOOK("url: 'http://x', send_resolved: false"), !WEBHOOK.send_resolved)
ACCEPTS(webhook_max_alerts, WITH_WEBHOOK("url: 'http://x', max_alerts: 7"), WEBHOOK.max_alerts == 7)
ACCEPTS(webhook_timeout, WITH_WEBHOOK("url: 'http://x', timeout: 1.5s"), WEBHOOK.timeout == 1500)
ACCEPTS(webhook_http_config_replaces_the_global_one, "global: {http_config: {bearer_token: g, follow_redirects: false}}\n" WITH_WEBHOOK("url: 'http://x', http_config: {basic_auth: {username: u, password: p}}"),
    WEBHOOK.http.bearer_token == NULL && WEBHOOK.http.follow_redirects && strcmp(WEBHOOK.http.basic_username, "u") == 0 && strcmp(WEBHOOK.http.basic_password, "p") == 0)
ACCEPTS(global_http_config, "global: {http_config: {bearer_token: g, follow_redirects: false, enable_http2: false}}\n" WITH_WEBHOOK("url: 'http://x'"),
    strcmp(WEBHOOK.http.bearer_token, "g") == 0 && !WEBHOOK.http.follow_redirects && !WEBHOOK.http.enable_http2)
ACCEPTS(http_bearer_file, WITH_WEBHOOK("url: 'http://x', http_config: {bearer_token_file: /t}"), strcmp(WEBHOOK.http.bearer_token_file, "/t") == 0)
ACCEPTS(http_authorization, WITH_WEBHOOK("url: 'http://x', http_config: {authorization: {type: T, credentials: c}}"), strcmp(WEBHOOK.http.authorization_type, "T") == 0 && strcmp(WEBHOOK.http.authorization_credentials, "c") == 0)
ACCEPTS(http_authorization_file, WITH_WEBHOOK("url: 'http://x', http_config: {authorization: {credentials_file: /c}}"), strcmp(WEBHOOK.http.authorization_type, "Bearer") == 0 && strcmp(WEBHOOK.http.authorization_credentials_file, "/c") == 0)
ACCEPTS(http_authorization_of_no_type, WITH_WEBHOOK("url: 'http://x', http_config: {authorization: {type: '', credentials: c}}"), strcmp(WEBHOOK.http.authorization_type, "Bearer") == 0)
ACCEPTS(http_password_file, WITH_WEBHOOK("url: 'http://x', http_config: {basic_auth: {username: u, password_file: /p}}"), strcmp(WEBHOOK.http.basic_password_file, "/p") == 0)
ACCEPTS(tls_config, WITH_WEBHOOK("url: 'http://x', http_config: {tls_config: {ca_file: /ca, cert_file: /c, key_file: /k, server_name: n, insecure_skip_verify: true}}"),
    strcmp(WEBHOOK.http.tls.ca_file, "/ca") == 0 && strcmp(WEBHOOK.http.tls.cert_file, "/c") == 0 && strcmp(WEBHOOK.http.tls.key_file, "/k") == 0 && strcmp(WEBHOOK.http.tls.server_name, "n") == 0 && WEBHOOK.http.tls.insecure_skip_verify)

#define WITH_HTTP(text) WITH_WEBHOOK("url: 'http://x', http_config: {" text "}")
#define HTTP WEBHOOK.http
static bool is(const char *text, const char *wanted) {
	return text != NULL && strcmp(text, wanted) == 0;
}

ACCEPTS(http_username_file, WITH_HTTP("basic_auth: {username_file: /u}"), is(HTTP.basic_username_file, "/u") && HTTP.has_basic_auth)
ACCEPTS(http_proxy, WITH_HTTP("proxy_url: 'http://u:p@p:1', no_proxy: 'a,b', proxy_connect_header: {X-A: [a, b], X-B: [c]}"),
    is(HTTP.proxy.url, "http://u:p@p:1") && is(HTTP.proxy.no_proxy, "a,b") && HTTP.proxy.connect_headers.count == 3 && is(HTTP.proxy.connect_headers.items[1].name, "X-A") && is(HTTP.proxy.connect_headers.items[1].value, "b"))
ACCEPTS(http_proxy_from_environment, WITH_HTTP("proxy_from_environment: true, proxy_connect_header: {A: [b]}"), HTTP.proxy.from_environment &&HTTP.proxy.connect_headers.count == 1)
ACCEPTS(http_socks_proxy, WITH_HTTP("proxy_url: 'socks5://p:1'"), is(HTTP.proxy.url, "socks5://p:1"))
ACCEPTS(http_headers, WITH_HTTP("http_headers: {X-A: {values: [v], secrets: [s, t], files: [/f]}, X-B: {values: ['']}, X-C: }"),
    HTTP.headers.count == 5 && is(HTTP.headers.items[0].value, "v") && is(HTTP.headers.items[2].value, "t") && is(HTTP.headers.items[3].file, "/f") && HTTP.headers.items[3].value == NULL && is(HTTP.headers.items[4].name, "X-B"))
ACCEPTS(http_oauth2, WITH_HTTP("oauth2: {client_id: i, client_secret: s, token_url: 'http://t/x', scopes: [a, b], endpoint_params: {audience: z}, grant_type: client_credentials, tls_config: {server_name: n}, proxy_url: 'http://p:1'}"),
    is(HTTP.oauth2->client_id, "i") && is(HTTP.oauth2->client_secret, "s") && is(HTTP.oauth2->token_url, "http://t/x") && is(HTTP.oauth2->scopes, "a b") && HTTP.oauth2->param_count == 1 && is(HTTP.oauth2->params[0].value, "z") &&
        is(HTTP.oauth2->tls.server_name, "n") && is(HTTP.oauth2->proxy.url, "http://p:1"))
ACCEPTS(http_oauth2_secret_file, WITH_HTTP("oauth2: {client_id: i, client_secret_file: /s, token_url: 'http://t'}"), is(HTTP.oauth2->client_secret_file, "/s") && HTTP.oauth2->client_secret == NULL)
#define JWT "client_id: i, token_url: 'http://t', grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer'"
#define ASSERTION HTTP.oauth2->assertion
ACCEPTS(http_oauth2_assertion, WITH_HTTP("oauth2: {" JWT ", client_certificate_key: k, client_certificate_key_id: n, signature_algorithm: RS512, iss: s, audience: a, claims: {x: [1, 2.5, 'yes', true, ~, b], y: {z: {}}}}"),
    HTTP.oauth2->is_assertion &&is(ASSERTION.key, "k") && is(ASSERTION.key_id, "n") && is(ASSERTION.algorithm, "RS512") && is(ASSERTION.issuer, "s") && is(ASSERTION.audience, "a") && ASSERTION.claim_count == 2 &&
        is(ASSERTION.claims[0].value, "[1,2.5,\"yes\",true,null,\"b\"]") && is(ASSERTION.claims[1].value, "{\"z\":{}}"))
ACCEPTS(http_oauth2_assertion_defaults, WITH_HTTP("oauth2: {" JWT ", client_certificate_key_file: /k, iss: '', audience: ''}"), is(ASSERTION.key_file, "/k") && ASSERTION.issuer == NULL && ASSERTION.audience == NULL && is(ASSERTION.algorithm, "RS256"))
ACCEPTS(tls_texts_and_versions, WITH_HTTP("tls_config: {ca: a, cert: b, key: c, min_version: TLS11, max_version: TLS13}"), is(HTTP.tls.ca, "a") && is(HTTP.tls.cert, "b") && is(HTTP.tls.key, "c") && HTTP.tls.min_version == TLS_1_1 && HTTP.tls.max_version == TLS_1_3)
ACCEPTS(http_empty_texts_are_none, WITH_HTTP("bearer_token: '', authorization: {credentials: c, credentials_file: ''}, tls_config: {ca_file: '', cert_file: ''}"),
    HTTP.bearer_token == NULL && HTTP.authorization_credentials_file == NULL && HTTP.tls.ca_file == NULL)

#define WITH_EMAIL(global, text) "global: {" global "}\nroute: {receiver: r}\nreceivers: [{name: r, email_configs: [{" text "}]}]\n"
#define SMTP "smtp_smarthost: 'm:25', smtp_from: a@x"
ACCEPTS(email_inherits_from_global, WITH_EMAIL(SMTP ", smtp_hello: h, smtp_auth_username: u, smtp_auth_password: p, smtp_auth_secret: s, smtp_auth_identity: i, smtp_require_tls: false, smtp_tls_config: {server_name: n}, smtp_force_implicit_tls: true", "to: b@x"),
    strcmp(EMAIL.to, "b@x") == 0 && strcmp(EMAIL.from, "a@x") == 0 && strcmp(EMAIL.smarthost, "m:25") == 0 && strcmp(EMAIL.hello, "h") == 0 && strcmp(EMAIL.auth_username, "u") == 0 && strcmp(EMAIL.auth_password, "p") == 0 &&
        strcmp(EMAIL.auth_secret, "s") == 0 && strcmp(EMAIL.auth_identity, "i") == 0 && !EMAIL.require_tls && strcmp(EMAIL.tls.server_name, "n") == 0 && EMAIL.force_implicit_tls == 1 && !EMAIL.send_resolved)
ACCEPTS(email_files_from_global, WITH_EMAIL(SMTP ", smtp_auth_password_file: /p, smtp_auth_secret_file: /s", "to: b@x"), strcmp(EMAIL.auth_password_file, "/p") == 0 && strcmp(EMAIL.auth_secret_file, "/s") == 0)
ACCEPTS(email_defaults, WITH_EMAIL(SMTP, "to: b@x"), EMAIL.require_tls &&strcmp(EMAIL.hello, "localhost") == 0 && EMAIL.force_implicit_tls == -1 && strcmp(EMAIL.text, "") == 0 && strstr(EMAIL.html, "email.default.html") != NULL)
ACCEPTS(email_keys_of_its_own, WITH_EMAIL("", "to: b@x, from: c@x, smarthost: 's:465', hello: h, auth_username: u, auth_password: p, auth_secret: s, auth_identity: i, html: H, text: T, require_tls: false, force_implicit_tls: false, send_resolved: true, tls_config: {insecure_skip_verify: true}, headers: {Subject: S, X-A: b}"),
    strcmp(EMAIL.from, "c@x") == 0 && strcmp(EMAIL.smarthost, "s:465") == 0 && strcmp(EMAIL.hello, "h") == 0 && strcmp(EMAIL.auth_username, "u") == 0 && strcmp(EMAIL.auth_password, "p") == 0 && strcmp(EMAIL.auth_secret, "s") == 0 &&
        strcmp(EMAIL.auth_identity, "i") == 0 && strcmp(EMAIL.html, "H") == 0 && strcmp(EMAIL.text, "T") == 0 && !EMAIL.require_tls && EMAIL.force_implicit_tls == 0 && EMAIL.send_resolved && EMAIL.tls.insecure_skip_verify &&
        EMAIL.header_count == 2 && strcmp(EMAIL.headers[1].name, "X-A") == 0 && strcmp(EMAIL.headers[1].value, "b") == 0)
ACCEPTS(email_files_of_its_own, WITH_EMAIL(SMTP ", smtp_auth_password: g", "to: b@x, auth_password_file: /p, auth_secret_file: /s"), strcmp(EMAIL.auth_password_file, "/p") == 0 && EMAIL.auth_password == NULL && strcmp(EMAIL.auth_secret_file, "/s") == 0)

#define WITH_AGENT(text) "route: {receiver: r}\nreceivers: [{name: r, security_agent_configs: [{" text "}]}]\n"
ACCEPTS(security_agent, WITH_AGENT("url: 'http://a/', secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw, timeout: 3s, send_resolved: false, http_config: {bearer_token: t}"),
    INTEGRATION.kind == INTEGRATION_SECURITY_AGENT && strcmp(AGENT.url, "http://a/") == 0 && strncmp(AGENT.secret, "whsec_", 6) == 0 && AGENT.timeout == SECONDS(3) && !AGENT.send_resolved && strcmp(AGENT.http.bearer_token, "t") == 0)

TEST(rule_files_and_templates_are_globs_beside_the_file) {
	char path[300];
	struct error err;
	snprintf(path, sizeof path, "%s/one.rules", test_directory());
	CHECK(fs_write_file(path, STR("groups: []"), &err));
	snprintf(path, sizeof path, "%s/one.tmpl", test_directory());
	CHECK(fs_write_file(path, STR("{{ define \"x\" }}{{ end }}"), &err));
	struct config *config = load_good(BASE "datasource: {url: 'http://p'}\nrule_files: ['*.rules', one.rules]\ntemplates: ['*.tmpl']");
	CHECK(config->rule_files.count == 1);
	CHECK(strstr(config->rule_files.items[0], "/one.rules") != NULL);
	CHECK(config->notify.template_file_count == 1);
	config_unref(config);
}

TEST(mistakes_are_told_with_their_place) {
	check_refused("", "c.yml: error: no route provided in config");
	check_refused("receivers: []", "no routes provided");
	check_refused("~", "no route provided in config");
	check_refused("route: {}\nreceivers: [{name: r}]", "c.yml:1:8: error: root route must specify a default receiver");
	check_refused("route: {receiver: x}\nreceivers: [{name: r}]", "c.yml:1:19: error: undefined receiver \"x\" used in route");
	check_refused("route: {receiver: r, continue: true}\nreceivers: [{name: r}]", "cannot have continue in root route");
	check_refused("route: {receiver: r, matchers: [a=b]}\nreceivers: [{name: r}]", "root route must not have any matchers");
	check_refused("route: {receiver: r, group_by: [a, a]}\nreceivers: [{name: r}]", "duplicated label \"a\" in group_by");
	check_refused("route: {receiver: r, group_by: [a, '...']}\nreceivers: [{name: r}]", "cannot have wildcard group_by");
	check_refused("route: {receiver: r, group_interval: 0s}\nreceivers: [{name: r}]", "group_interval cannot be zero");
	check_refused("route: {receiver: r, repeat_interval: 0s}\nreceivers: [{name: r}]", "repeat_interval cannot be zero");
	check_refused("route: {receiver: r, group_wait: 5 min}\nreceivers: [{name: r}]", "c.yml:1:34: error: \"group_wait\": ");
	check_refused("route: {receiver: r}\nreceivers: [{name: r}, {name: r}]", "notification config name \"r\" is not unique");
	check_refused("route: {receiver: r}\nreceivers: [{}]", "missing name in receiver");
	check_refused(BASE "unheard: 1", "c.yml:3:1: error: unknown key \"unheard\"");
	check_refused(BASE "global: {resolve_timeout: 1m, resolve_timeout: 2m}", "c.yml:3:31: error: mapping key already defined at line 3");
	check_refused(BASE "rule_files: [a.yml]", "rule files need a datasource");
	check_refused(BASE "datasource: {url: 'http://p'}\nrule_files: [missing.yml]", "does not exist");
	check_refused(BASE "datasource: {timeout: 1s}", "\"url\" is missing");
	check_refused(BASE "datasource: {url: 'ftp://x'}", "\"url\": unsupported scheme \"ftp\" for URL");
	check_refused(BASE "datasource: {urls: ['http://x', 'ftp://y']}", "\"urls\": unsupported scheme \"ftp\" for URL");
	check_refused(BASE "datasource: {url: 'http://x', urls: ['http://y']}", "\"url\" and \"urls\": expected one of them");
	check_refused(BASE "datasource: {url: 'http://x', params: {query: up}}", "setting parameter \"query\" is not allowed");
	check_refused(BASE "datasource: {url: 'http://x', headers: {Host: a}}", "setting header \"Host\" is not allowed");
	check_refused(BASE "datasources: [{url: 'http://x'}]", "\"name\" is missing");
	check_refused(BASE "datasources: [{name: a, url: 'http://x'}, {name: a, url: 'http://y'}]", "datasource \"a\" is repeated");
	check_refused(CHILD_ROUTE("matchers: ['a=~\"(\"']"), "c.yml:4:");
	check_refused(CHILD_ROUTE("match_re: {a: '('}"), "c.yml:4:");
}

TEST(receivers_are_checked) {
	check_refused(WITH_WEBHOOK(""), "one of url or url_file must be configured");
	check_refused(WITH_WEBHOOK("url: 'http://x', url_file: /f"), "at most one of url & url_file must be configured");
	check_refused(WITH_WEBHOOK("url_file: ''"), "one of url or url_file must be configured");
	check_refused(WITH_WEBHOOK("url: 'x'"), "unsupported scheme \"\" for URL");
	check_refused(WITH_WEBHOOK("url: 'http://x', timeout: 5"), "missing unit in duration");
	check_refused(WITH_WEBHOOK("url: 'http://x', http_config: {bearer_token: a, basic_auth: {username: u}}"), "at most one of basic_auth, oauth2, bearer_token & bearer_token_file must be configured");
	check_refused(WITH_WEBHOOK("url: 'http://x', http_config: {bearer_token: a, bearer_token_file: b}"), "at most one of bearer_token & bearer_token_file must be configured");
	check_refused(WITH_WEBHOOK("url: 'http://x', http_config: {authorization: {type: basic}}"), "use \"basic_auth\" instead");
	check_refused(WITH_WEBHOOK("url: 'http://x', http_config: {tls_config: {cert_file: a}}"), "exactly one of key or key_file must be configured when a client certificate is configured");
	check_refused(WITH_EMAIL("", "to: a@x"), "no global SMTP smarthost set");
	check_refused(WITH_EMAIL("smtp_smarthost: 'm:25'", "to: a@x"), "no global SMTP from set");
	check_refused(WITH_EMAIL(SMTP, ""), "missing to address in email config");
	check_refused(WITH_EMAIL("smtp_smarthost: m, smtp_from: a@x", "to: a@x"), "address m: missing port in address");
	check_refused(WITH_EMAIL(SMTP, "to: a@x, headers: {subject: a, Subject: b}"), "duplicate header \"Subject\" in email config");
	check_refused(WITH_AGENT("timeout: 1s"), "\"url\" is missing");
	check_refused("route: {receiver: r}\nreceivers: [{name: r, webhook_configs: [null]}]", "missing webhook config");
}

TEST(a_zero_interval_is_told_once_where_it_stands) {
	check_only("route: {receiver: r, group_interval: 0s, routes: [{receiver: r}, {routes: [{receiver: r}]}]}\nreceivers: [{name: r}]", "c.yml:1:38: error: group_interval cannot be zero\n");
	check_only("route: {receiver: r, repeat_interval: 0s, routes: [{receiver: r}]}\nreceivers: [{name: r}]", "c.yml:1:39: error: repeat_interval cannot be zero\n");
	check_only("x: &x {group_interval: 0s, repeat_interval: 0s}\nroute: {receiver: r, routes: [{<<: *x}]}\nreceivers: [{name: r}]",
	    "c.yml:1:1: error: unknown key \"x\"; expected one of global, route, receivers, inhibit_rules, time_intervals, mute_time_intervals, templates, rule_files, alerting, datasource, datasources, remote_write, evaluation, storage, web, lint, tracing, event_recorder\n"
	    "c.yml:1:24: error: group_interval cannot be zero\nc.yml:1:45: error: repeat_interval cannot be zero\n");
}

TEST(what_the_root_may_not_have_is_told_at_its_key) {
	check_only("route:\n  receiver: r\n  continue: true\nreceivers: [{name: r}]", "c.yml:3:3: error: cannot have continue in root route\n");
	check_only("route:\n  receiver: r\n  matchers: [a=b]\nreceivers: [{name: r}]", "c.yml:3:3: error: root route must not have any matchers\n");
	check_only("route:\n  receiver: r\n  match: {a: b}\nreceivers: [{name: r}]", "c.yml:3:3: error: root route must not have any matchers\n");
	check_only("route:\n  receiver: r\n  match_re: {a: b}\nreceivers: [{name: r}]", "c.yml:3:3: error: root route must not have any matchers\n");
}

TEST(a_file_that_is_no_map_has_one_problem) {
	check_only("hello", "c.yml:1:1: error: expected a map, found a scalar\n");
	check_only("[a]", "c.yml:1:1: error: expected a map, found a list\n");
	check_only("# nothing", "c.yml: error: no route provided in config\n");
}

TEST(a_template_of_links_is_checked_where_it_stands) {
	check_only(BASE "web:\n  external_alert_source: |\n    explore?x=1\n    &y={{ $expr | nope }}\n", "c.yml:6:19: error: external_alert_source: template: :2: function \"nope\" not defined\n");
	check_only(BASE "web: {external_alert_source: 'a\\{{ $lables }}'}", "c.yml:3:36: error: external_alert_source: template: :1: undefined variable \"$lables\"\n");
	check_only(BASE "web: {external_alert_source: '{{ query \"up\" }}'}", "c.yml:3:30: error: external_alert_source: a link may not ask queries\n");
}

TEST(a_template_of_links_that_fails_without_labels_is_warned_of) {
	autobuf struct buf problems = { 0 };
	struct config *config = load(BASE "web: {external_alert_source: '{{ slice $labels.job 0 3 }}'}", &problems);
	CHECK(config != NULL);
	CHECK(strstr(buf_cstr(&problems), "c.yml:3:30: warning: external_alert_source fails for an alert without labels, which then gets the default link: ") != NULL);
	config_unref(config);
}

TEST(an_interval_of_zero_is_told_without_a_range) {
	check_only(BASE "global: {evaluation_interval: 0s}", "c.yml:3:31: error: \"evaluation_interval\": must be greater than 0\n");
}

static void write_beside(const char *name, const char *text) {
	char path[300];
	struct error err;
	snprintf(path, sizeof path, "%s/%s", test_directory(), name);
	CHECK(fs_write_file(path, str_of(text), &err));
}

// As check_refused, positions naming their own files.
static void check_shown(const char *text, const char *const *messages, size_t count) {
	char path[300];
	struct problems problems = { 0 };
	autobuf struct buf shown = { 0 };
	write_beside("c.yml", text);
	snprintf(path, sizeof path, "%s/c.yml", test_directory());
	config_unref(config_load(path, (struct config_features){ 0 }, &problems));
	problems_format(&shown, &problems);
	for (size_t i = 0; i < count; i++) {
		if (strstr(buf_cstr(&shown), messages[i]) == NULL)
			print_error("%s\ngot:    %swanted: %s\n", text, buf_cstr(&shown), messages[i]);
		CHECK(strstr(buf_cstr(&shown), messages[i]) != NULL);
	}
	problems_finish(&problems);
}

TEST(a_url_is_refused_as_go_refuses_it_and_without_its_password) {
	check_refused(WITH_WEBHOOK("url: 'http://h:notaport/'"), "error: \"url\": parse a secret URL: invalid port after host");
	check_refused(WITH_WEBHOOK("url: 'http://[::1]:x/'"), "error: \"url\": parse a secret URL: invalid port after host");
	check_refused(WITH_WEBHOOK("url: 'http://[::1/'"), "error: \"url\": parse a secret URL: missing ']' in host");
	check_refused(WITH_WEBHOOK("url: 'http://u:p@/'"), "error: \"url\": missing host for URL");
	check_refused(BASE "datasource: {url: 'ftp://user:pa55w@host/'}", "error: \"url\": unsupported scheme for URL, expected http or https");
	check_refused(BASE "datasource: {url: 'http://h:x/'}", "error: \"url\": parse \"http://h:x/\": invalid port \":x\" after host");
}

// Alertmanager leaves a port's range to whoever connects.
ACCEPTS(webhook_port, WITH_WEBHOOK("url: 'http://user:p@h:99999/'"), WEBHOOK.url != NULL)
ACCEPTS(webhook_port_of_six, WITH_WEBHOOK("url: 'http://[::1]:9/'"), WEBHOOK.url != NULL)

TEST(a_broken_template_file_is_shown_at_its_line_and_hides_nothing) {
	static const char *const messages[] = {
		"/frob.tmpl:2:1: error: template: frob.tmpl:2: function \"frob\" not defined\n  {{ frob }}\n  ^\n",
		"/open.tmpl:1:1: error: template: open.tmpl:1: ",
		"/c.yml:5:44: error: to: bad address \"nobody\"",
		"/bad.rules:3:34: error: group \"g\", rule 1, \"A\": could not parse expression",
	};
	write_beside("frob.tmpl", "{{ define \"a\" }}{{ end }}\n{{ frob }}\n");
	write_beside("open.tmpl", "{{ if");
	write_beside("bad.rules", "groups:\n- name: g\n  rules: [{alert: A, expr: 'up =='}]\n");
	check_shown("route: {receiver: r}\ndatasource: {url: 'http://p'}\ntemplates: [frob.tmpl, open.tmpl]\nrule_files: [bad.rules]\n"
	            "receivers: [{name: r, email_configs: [{to: nobody, smarthost: 'm:25', from: a@x}]}]\n",
	    messages, sizeof messages / sizeof *messages);
}

TEST(a_broken_configuration_does_not_hide_its_broken_rules) {
	static const char *const messages[] = { "/c.yml:1:19: error: undefined receiver \"x\"", "/hidden.rules:1:1: error: " };
	write_beside("hidden.rules", "[]\n");
	check_shown("route: {receiver: x}\ndatasource: {url: 'http://p'}\nrule_files: [hidden.rules]\n", messages, sizeof messages / sizeof *messages);
}

TEST(mistakes_of_mail_are_told_at_their_keys) {
	check_only("route: {receiver: r}\nglobal: {smtp_smarthost: 'm:25', smtp_from: a@x}\nreceivers:\n- name: r\n  email_configs:\n  - to: nobody\n    headers:\n      X-A: '{{ a }}'\n    text: '{{ b }}'\n    html: '{{ c }}'\n",
	    "c.yml:6:9: error: to: bad address \"nobody\", expected like \"Name <user@example.org>\"\n"
	    "c.yml:9:11: error: text: template: text:1: function \"b\" not defined\n"
	    "c.yml:10:11: error: html: template: html:1: function \"c\" not defined\n"
	    "c.yml:8:12: error: X-A: template: X-A:1: function \"a\" not defined\n");
	check_only("route: {receiver: r}\nglobal:\n  smtp_from: 'a@x, b@x'\n  smtp_smarthost: mail\n  smtp_auth_password: p\n  smtp_auth_password_file: f\nreceivers: [{name: r, email_configs: [{to: a@x}, {to: b@x}]}]\n",
	    "c.yml:4:19: error: address mail: missing port in address\n"
	    "c.yml:6:3: error: at most one of smtp_auth_password & smtp_auth_password_file must be configured\n"
	    "c.yml:3:14: error: from: expected one address, got 2\n");
	check_refused(WITH_EMAIL(SMTP, "to: a@x, smarthost: 'm:65536'"), "address \"m:65536\": bad port, expected 1 to 65535 or smtp, smtps, submission, submissions");
	check_refused(WITH_EMAIL(SMTP, "to: a@x, smarthost: 'm:nntp'"), "address \"m:nntp\": bad port");
	check_refused(WITH_EMAIL("smtp_from: a@x, smtp_smarthost: 'm:0'", "to: a@x"), "address \"m:0\": bad port");
	check_refused(WITH_EMAIL(SMTP, "to: a@x, smarthost: 'm:'"), "address \"m:\": port cannot be empty");
	check_refused(WITH_EMAIL(SMTP, "to: a@x, smarthost: '::1:25'"), "address ::1:25: too many colons in address");
}

TEST(empty_texts_about_mail_say_nothing) {
	static const char text[] = WITH_EMAIL("smtp_smarthost: '', smtp_from: '', smtp_auth_password: '', smtp_auth_password_file: f, smtp_auth_secret: s, smtp_auth_secret_file: ''", "to: a@x, from: b@x, smarthost: 'm:submission', auth_password: '', auth_secret_file: ''");
	struct config *config = load_good(text);
	CHECK_CSTR(EMAIL.auth_password_file, "f");
	CHECK_CSTR(EMAIL.auth_secret, "s");
	CHECK(EMAIL.auth_password == NULL && EMAIL.auth_secret_file == NULL);
	config_unref(config);
	check_refused(WITH_EMAIL("smtp_smarthost: 'm:25', smtp_from: ''", "to: a@x"), "no global SMTP from set");
	check_refused(WITH_EMAIL("smtp_smarthost: '', smtp_from: a@x", "to: a@x"), "no global SMTP smarthost set");
}

TEST(of_a_password_and_its_file_both_may_be_given) {
	struct config *config = load_good(WITH_EMAIL(SMTP, "to: a@x, auth_password: p, auth_password_file: f, auth_secret: s, auth_secret_file: g"));
	CHECK_CSTR(EMAIL.auth_password_file, "f");
	CHECK_CSTR(EMAIL.auth_secret_file, "g");
	config_unref(config);
}

TEST(receivers_that_are_not_built_may_be_listed_empty) {
	config_unref(load_good("route: {receiver: r}\nreceivers: [{name: r, wechat_configs: [], sns_configs: null, jira_configs: }]\n"));
	check_refused("route: {receiver: r}\nreceivers: [{name: r, wechat_configs: [{}]}]\n", "\"wechat_configs\" is not supported: receiver type wechat is not built");
}

TEST(an_empty_url_beside_its_file_says_nothing) {
	config_unref(load_good(WITH_WEBHOOK("url: '', url_file: /f")));
	check_refused(WITH_WEBHOOK("url: ''"), "one of url or url_file must be configured");
}

TEST(a_listen_address_has_a_port) {
	static const char *const bad[] = { "foo", "foo:", ":99999", "127.0.0.1:-1", "127.0.0.1:12x" };
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		autobuf struct buf text = { 0 }, message = { 0 };
		buf_format(&text, BASE "web: {listen_address: '%s'}", bad[i]);
		buf_format(&message, "c.yml:3:23: error: \"listen_address\": bad address \"%s\", expected \"host:port\" or \":port\"\n", bad[i]);
		check_only(buf_cstr(&text), buf_cstr(&message));
	}
	config_unref(load_good(BASE "web: {listen_address: '[::1]:http'}"));
}

TEST(a_glob_without_files_is_a_warning) {
	autobuf struct buf problems = { 0 };
	struct config *config = load(BASE "datasource: {url: 'http://p'}\nrule_files: ['none/*.yml']", &problems);
	CHECK(config != NULL);
	CHECK(strstr(buf_cstr(&problems), "c.yml:4:14: warning: \"") != NULL && strstr(buf_cstr(&problems), "none/*.yml\" matches no file\n") != NULL);
	config_unref(config);
}

TEST(rules_whose_results_go_nowhere_are_a_warning) {
	struct problems problems = { 0 };
	write_beside("r.rules", "groups: [{name: g, rules: [{record: a, expr: b}, {record: c, expr: d}, {alert: A, expr: b}]}]");
	struct config *config = load_good(BASE "datasource: {url: 'http://p'}\nrule_files: [r.rules]");
	struct rule_set *rules = config_load_rules(config, NULL, &problems);
	CHECK(rules != NULL && problems.count == 1 && problems.errors == 0);
	CHECK(str_equal(problems.items[0].text, STR("recording rules are evaluated but not written: there is no remote_write (2 of them)")));
	rule_set_unref(rules);
	config_unref(config);
	problems_finish(&problems);
}

TEST(what_an_http_config_cannot_have_together_is_told_in_upstreams_words) {
#define OAUTH2 "client_id: i, token_url: 'http://t'"
	static const struct {
		const char *text, *message;
	} cases[] = {
		{ WITH_HTTP("oauth2: {" OAUTH2 "}, bearer_token: a"), "c.yml:2:72: error: at most one of basic_auth, oauth2, bearer_token & bearer_token_file must be configured" },
		{ WITH_HTTP("oauth2: {" OAUTH2 "}, basic_auth: {}"), "at most one of basic_auth, oauth2 & authorization must be configured" },
		{ WITH_HTTP("authorization: {}, basic_auth: {}"), "at most one of basic_auth, oauth2 & authorization must be configured" },
		{ WITH_HTTP("authorization: {credentials: a}, bearer_token: a"), "authorization is not compatible with bearer_token & bearer_token_file" },
		{ WITH_HTTP("authorization: {credentials: a, credentials_file: b}"), "at most one of authorization credentials & credentials_file must be configured" },
		{ WITH_HTTP("authorization: {type: ' Basic '}"), "authorization type cannot be set to" },
		{ WITH_HTTP("basic_auth: {username: a, username_file: b}"), "at most one of basic_auth username, username_file & username_ref must be configured" },
		{ WITH_HTTP("basic_auth: {password: a, password_file: b}"), "at most one of basic_auth password, password_file & password_ref must be configured" },
		{ WITH_HTTP("oauth2: {token_url: 'http://t'}"), "oauth2 client_id must be configured" },
		{ WITH_HTTP("oauth2: {client_id: i}"), "oauth2 token_url must be configured" },
		{ WITH_HTTP("oauth2: {client_id: i, token_url: 't'}"), "\"token_url\": unsupported scheme \"\" for URL" },
		{ WITH_HTTP("oauth2: {" OAUTH2 ", client_secret: a, client_secret_file: b}"), "at most one of oauth2 client_secret, client_secret_file & client_secret_ref must be configured" },
		{ WITH_HTTP("oauth2: {" JWT ", client_certificate_key: a, client_certificate_key_file: b}"), "at most one of oauth2 client_certificate_key, client_certificate_key_file & client_certificate_key_ref must be configured using grant-type=urn:ietf:params:oauth:grant-type:jwt-bearer" },
		{ WITH_HTTP("oauth2: {" JWT ", signature_algorithm: HS256}"), "valid signature algorithms are RS256, RS384 and RS512" },
		{ WITH_HTTP("oauth2: {" JWT ", endpoint_params: {assertion: b}}"), "oauth2: cannot overwrite parameter \"assertion\"" },
		{ WITH_HTTP("oauth2: {" OAUTH2 ", scopes: [a], endpoint_params: {scope: b}}"), "oauth2: cannot overwrite parameter \"scope\"" },
		{ WITH_HTTP("oauth2: {" OAUTH2 ", no_proxy: a}"), "if no_proxy is configured, proxy_url must also be configured" },
		{ WITH_HTTP("proxy_connect_header: {a: [b]}"), "if proxy_connect_header is configured, proxy_url or proxy_from_environment must also be configured" },
		{ WITH_HTTP("proxy_url: 'http://p', proxy_from_environment: true"), "if proxy_from_environment is configured, proxy_url must not be configured" },
		{ WITH_HTTP("no_proxy: a, proxy_from_environment: true"), "if proxy_from_environment is configured, no_proxy must not be configured" },
		{ WITH_HTTP("no_proxy: a"), "if no_proxy is configured, proxy_url must also be configured" },
		{ WITH_HTTP("http_headers: {content-TYPE: {values: [a]}}"), "setting header \"Content-Type\" is not allowed" },
		{ WITH_HTTP("http_headers: {'a b': {values: [a]}}"), "\"a b\" is not a valid header name" },
		{ WITH_HTTP("http_headers: {a: {values: [\"x\\ny\"]}}"), "header \"a\": a line break inside the value" },
		{ WITH_HTTP("http_headers: {a: {value: [a]}}"), "unknown key \"value\"; expected one of values, secrets, files" },
		{ WITH_HTTP("tls_config: {ca: a, ca_file: b}"), "at most one of ca, ca_file & ca_ref must be configured" },
		{ WITH_HTTP("tls_config: {cert: a, cert_file: b}"), "at most one of cert, cert_file & cert_ref must be configured" },
		{ WITH_HTTP("tls_config: {key: a, key_file: b}"), "at most one of key and key_file must be configured" },
		{ WITH_HTTP("tls_config: {key: a}"), "exactly one of cert or cert_file must be configured when a client key is configured" },
		{ WITH_HTTP("tls_config: {min_version: TLS13, max_version: TLS12}"), "tls_config.max_version must be greater than or equal to tls_config.min_version" },
		{ WITH_HTTP("tls_config: {min_version: '1.2'}"), "unknown TLS version: 1.2, expected TLS10, TLS11, TLS12 or TLS13" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		check_refused(cases[i].text, cases[i].message);
}

TEST(a_proxy_url_that_cannot_work_is_warned_of_and_not_quoted) {
	autobuf struct buf text = { 0 };
	struct config *config = load(WITH_HTTP("proxy_url: 'gopher://user:hunter2@p'"), &text);
	CHECK(config != NULL && strstr(buf_cstr(&text), "warning: \"proxy_url\": expected an http, https, socks5 or socks5h URL with a host") != NULL);
	CHECK(strstr(buf_cstr(&text), "hunter2") == NULL);
	config_unref(config);
}

TEST(a_url_of_nothing_but_a_scheme_is_refused) {
	check_refused(BASE "web: {external_url: 'http://'}", "missing host for URL");
	check_refused(BASE "web: {external_url: 'https://'}", "missing host for URL");
	check_refused(BASE "web: {external_url: ''}", "unsupported scheme \"\" for URL");
}

#define LEGACY BASE "global: {metric_name_validation_scheme: legacy}\n"

TEST(legacy_names_are_all_that_a_configuration_may_give_then) {
	check_refused(BASE "global:\n  external_labels: {a: b, c.d: e}\n  metric_name_validation_scheme: legacy\n", ":4:27: error: \"c.d\" is not a valid label name");
	check_refused(LEGACY "alerting:\n  alert_relabel_configs:\n  - {source_labels: [a.b], target_label: c-d}\n", ":6:42: error: \"c-d\" is invalid 'target_label' for replace action");
	check_refused(LEGACY "alerting: {alertmanagers: [{static_configs: [{targets: ['a:1']}], alert_relabel_configs: [{regex: a, action: labelmap, replacement: a.b}]}]}", "\"a.b\" is invalid 'replacement' for labelmap action");
	check_refused(LEGACY "alerting: {alertmanagers: [{static_configs: [{targets: ['a:1']}], relabel_configs: [{target_label: a.b}]}]}", "\"a.b\" is invalid 'target_label' for replace action");
	check_refused(LEGACY "remote_write: [{url: 'http://p', write_relabel_configs: [{target_label: 'a b'}]}]", "\"a b\" is invalid 'target_label' for replace action");
	check_refused(BASE "global: {metric_name_validation_scheme: old}", "\"metric_name_validation_scheme\": expected utf8 or legacy, found \"old\"");
}

TEST(what_is_not_built_is_refused_by_name) {
	static const char *const top[] = { "remote_read: [{url: 'http://x'}]", "otlp: {}", "runtime: {gogc: 75}", "scrape_config_files: [f]", "storage: {tsdb: {}}", "global: {metric_name_escaping_scheme: dots}", "global: {query_log_file: f}", "global: {label_limit: 3}" };
	for (size_t i = 0; i < sizeof top / sizeof *top; i++) {
		autobuf struct buf text = { 0 };
		buf_format(&text, BASE "%s", top[i]);
		check_refused(buf_cstr(&text), "is not supported");
	}
	check_refused("route: {receiver: r}\nreceivers: [{name: r, wechat_configs: [null]}]", "\"wechat_configs\" is not supported: receiver type wechat is not built");
}

#define TRACING(text) BASE "tracing: {endpoint: 'o:4317'" text "}"
#define RECORDER(text) BASE "event_recorder: {" text "}"
#define KAFKA(text) RECORDER("kafka_outputs: [{" text "}]")

TEST(tracing_and_the_event_recorder_are_taken_and_said_to_have_no_effect) {
	static const struct {
		const char *config, *said;
	} rows[] = {
		{ TRACING(", client_type: http, sampling_fraction: 0.5, insecure: true, headers: {X-A: {secrets: [a]}}, compression: gzip, timeout: 5s, tls_config: {server_name: n}"), "c.yml:3:10: warning: \"tracing\" has no effect here\n" },
		{ RECORDER("file_outputs: [{path: e}], stdout_outputs: [{}]"), "c.yml:3:17: warning: \"event_recorder\" has no effect here\n" },
		{ RECORDER("webhook_outputs: [{url: 'http://w', http_config: {bearer_token: t}, timeout: 1s, workers: 2, max_retries: 3, retry_backoff: 1s, batch: true, batch_max_events: 1, batch_max_bytes: 2, batch_flush_interval: 1s}]"),
		    "warning: \"event_recorder\"" },
		{ KAFKA("brokers: ['b:9092'], topic: t, client_id: c, format: protobuf, acks: all, compression: zstd, buffer_size: 9, tls_config: {}"), "warning: \"event_recorder\"" },
		{ RECORDER(""), "" },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		autobuf struct buf text = { 0 };
		struct config *config = load(rows[i].config, &text);
		CHECK(config != NULL);
		CHECK(strstr(buf_cstr(&text), rows[i].said) != NULL && (*rows[i].said != '\0' || text.len == 0));
		config_unref(config);
	}
}

TEST(tracing_and_the_event_recorder_are_checked_as_alertmanager_does) {
	check_only(BASE "tracing: {}", "c.yml:3:10: error: tracing endpoint must be set\n");
	check_only(TRACING(", client_type: udp"), "c.yml:3:44: error: expected tracing client type to be to be http or grpc, but got udp\n");
	check_only(TRACING(", compression: zstd"), "c.yml:3:44: error: invalid compression type zstd provided, valid options: gzip\n");
	check_refused(TRACING(", sampling_fraction: most"), "\"sampling_fraction\": expected a number, found \"most\"");
	check_refused(TRACING(", exporter: x"), "unknown key \"exporter\"");
	check_only(RECORDER("file_outputs: [{}]"), "c.yml:3:33: error: event_recorder file output requires a path\n");
	check_only(RECORDER("webhook_outputs: [{}]"), "c.yml:3:36: error: event_recorder webhook output requires a url\n");
	check_refused(RECORDER("webhook_outputs: [{url: '<secret>'}]"), "event_recorder webhook output requires an absolute http(s) url");
	check_refused(RECORDER("webhook_outputs: [{url: 'http://w', batch_max_events: -1}]"), "event_recorder webhook batch settings cannot be negative");
	check_refused(RECORDER("webhook_outputs: [{url: 'http://w', batch_max_bytes: 1}]"), "event_recorder webhook batch settings require batch: true");
	check_refused(KAFKA("topic: t"), "event_recorder kafka: at least one broker is required");
	check_refused(KAFKA("topic: t, brokers: ['']"), "event_recorder kafka: broker entries must be non-empty");
	check_refused(KAFKA("brokers: [b]"), "event_recorder kafka output requires a topic");
	check_refused(KAFKA("brokers: [b], topic: t, acks: some"), "event_recorder kafka: unknown acks \"some\", must be \"none\", \"leader\", or \"all\"");
	check_refused(KAFKA("brokers: [b], topic: t, compression: zip"), "event_recorder kafka: unknown compression \"zip\"");
	check_refused(KAFKA("brokers: [b], topic: t, format: xml"), "event_recorder kafka: unknown format \"xml\", must be \"json\" or \"protobuf\"");
}

TEST(a_remote_write_that_cannot_work_is_refused_where_it_stands) {
	check_only(BASE "remote_write: [{name: a}]", "c.yml:3:16: error: \"url\" is missing\n");
	check_refused(BASE "remote_write: [{url: p}]", "c.yml:3:22: error: \"url\": unsupported scheme \"\" for URL, expected http or https");
	check_refused(BASE "remote_write: {url: 'http://p'}", "\"remote_write\": expected a list");
	check_only(BASE "remote_write: [{url: 'http://p', name: a}, {url: 'http://q', name: a}]", "c.yml:3:68: error: found multiple remote write configs with job name \"a\"\n");
	check_refused(BASE "remote_write: [{url: 'http://p'}, {url: 'http://p'}]", "c.yml:3:35: error: found multiple remote write configs with job name");
	check_refused(WITH_REMOTE("headers: {Authorization: x}"), "setting header \"Authorization\" is not allowed");
	check_refused(WITH_REMOTE("headers: {content-TYPE: x}"), "setting header \"Content-Type\" is not allowed");
	check_refused(WITH_REMOTE("headers: {'a b': x}"), "\"a b\" is not a valid header name");
	check_refused(WITH_REMOTE("headers: {a: \"x\\ny\"}"), "header \"a\": a line break inside the value");
	check_refused(WITH_REMOTE("queue_config: {capacity: 0}"), "\"capacity\"");
	check_refused(WITH_REMOTE("queue_config: {min_shards: 60}"), "remote write queue min_shards must not be greater than max_shards");
	check_refused(WITH_REMOTE("queue_config: {min_backoff: 6s}"), "remote write queue min_backoff must not be greater than max_backoff");
	check_refused(WITH_REMOTE("protobuf_message: io.prometheus.write.v2.Request"), "\"protobuf_message\": not supported: \"io.prometheus.write.v2.Request\", expected \"prometheus.WriteRequest\"");
	check_refused(WITH_REMOTE("protobuf_message: x"), "\"protobuf_message\": unknown message \"x\"");
	check_refused(WITH_REMOTE("write_relabel_configs: [{action: x}]"), "unknown relabel action");
	check_refused(WITH_REMOTE("basic_auth: {username: u}, bearer_token: t"), "at most one of basic_auth, oauth2, bearer_token & bearer_token_file must be configured");
	check_refused(WITH_REMOTE("sigv4: {}"), "\"sigv4\" is not supported");
	check_refused(WITH_REMOTE("azuread: {}"), "\"azuread\" is not supported");
	check_refused(WITH_REMOTE("google_iam: {}"), "\"google_iam\" is not supported");
	check_refused(WITH_REMOTE("urll: x"), "urll");
}

#define ALERTMANAGERS config->notify.alertmanagers
#define WITH_ALERTING(text) "alerting: {" text "}"
#define WITH_ALERTMANAGER(text) WITH_ALERTING("alertmanagers: [{" text "}]")

ACCEPTS(alerting_is_prometheus, WITH_ALERTMANAGER(""), ALERTMANAGERS.count == 1 && ALERTMANAGERS.resend_delay == MINUTES(1) && ALERTMANAGERS.resolved_retention == MINUTES(15) && ALERTMANAGERS.batch_size == 256 && ALERTMANAGERS.queue_capacity == 10000)
ACCEPTS(an_alertmanager_has_prometheus_defaults, WITH_ALERTMANAGER(""), strcmp(ALERTMANAGERS.items[0].scheme, "http") == 0 && strcmp(ALERTMANAGERS.items[0].path_prefix, "/") == 0 && ALERTMANAGERS.items[0].timeout == SECONDS(10) && ALERTMANAGERS.items[0].http.follow_redirects)
ACCEPTS(with_alerting_a_file_may_do_without_receivers, WITH_ALERTMANAGER(""), config->notify.receiver_count == 1 && config->notify.receivers[0].count == 0 && ROOT->route_count == 0)
ACCEPTS(alerting_and_receivers_go_together, BASE WITH_ALERTMANAGER(""), ALERTMANAGERS.count == 1 && strcmp(ROOT->receiver->name, "r") == 0)
ACCEPTS(resend_delay_is_read, WITH_ALERTING("resend_delay: 2s"), ALERTMANAGERS.resend_delay == SECONDS(2))
ACCEPTS(resolved_retention_is_read, WITH_ALERTING("resolved_retention: 3s"), ALERTMANAGERS.resolved_retention == SECONDS(3))
ACCEPTS(notification_batch_size_is_read, WITH_ALERTING("notification_batch_size: 5"), ALERTMANAGERS.batch_size == 5)
ACCEPTS(notification_queue_capacity_is_read, WITH_ALERTING("notification_queue_capacity: 6"), ALERTMANAGERS.queue_capacity == 6)
ACCEPTS(alert_relabel_configs_are_read, WITH_ALERTING("alert_relabel_configs: [{action: labeldrop, regex: x}]"), config->alert_relabel_configs.count == 1)
ACCEPTS(an_alertmanagers_scheme_is_read, WITH_ALERTMANAGER("scheme: https"), strcmp(ALERTMANAGERS.items[0].scheme, "https") == 0)
ACCEPTS(an_alertmanagers_path_prefix_is_read, WITH_ALERTMANAGER("path_prefix: /am"), strcmp(ALERTMANAGERS.items[0].path_prefix, "/am") == 0)
ACCEPTS(an_alertmanagers_timeout_is_read, WITH_ALERTMANAGER("timeout: 7s, api_version: v2"), ALERTMANAGERS.items[0].timeout == SECONDS(7))
ACCEPTS(an_alertmanagers_http_keys_stand_beside_the_others, WITH_ALERTMANAGER("bearer_token: t"), strcmp(ALERTMANAGERS.items[0].http.bearer_token, "t") == 0)
ACCEPTS(an_alertmanagers_relabel_configs_are_read, WITH_ALERTMANAGER("relabel_configs: [{target_label: a}], alert_relabel_configs: [{target_label: a}, {target_label: b}]"), ALERTMANAGERS.items[0].relabel_configs.count == 1 && ALERTMANAGERS.items[0].alert_relabel_configs.count == 2)
ACCEPTS(static_configs_are_read, WITH_ALERTMANAGER("static_configs: [{targets: ['a:1', 'b:2'], labels: {x: y}}, {}]"), ALERTMANAGERS.items[0].group_count == 2 && str_equal(ALERTMANAGERS.items[0].groups[0].targets[1], STR("b:2")) && str_equal(ALERTMANAGERS.items[0].groups[0].labels[0].value, STR("y")))
ACCEPTS(file_sd_configs_are_seen_from_the_file, WITH_ALERTMANAGER("file_sd_configs: [{files: [d/*.json, /x.yml], refresh_interval: 2m}]"), ALERTMANAGERS.items[0].discoveries[0].refresh_interval == MINUTES(2) && strstr(ALERTMANAGERS.items[0].discoveries[0].files[0], "/d/*.json") != NULL && strcmp(ALERTMANAGERS.items[0].discoveries[0].files[1], "/x.yml") == 0)

TEST(what_alertmanagers_cannot_be_is_said) {
	static const struct {
		const char *text, *message;
	} cases[] = {
		{ WITH_ALERTMANAGER("api_version: v1"), "c.yml:1:42: error: \"api_version\": expected v2, found \"v1\", which Alertmanager no longer has\n" },
		{ WITH_ALERTMANAGER("scheme: gopher"), "c.yml:1:37: error: \"scheme\": expected http or https, found \"gopher\"\n" },
		{ WITH_ALERTMANAGER("static_configs: [{targets: ['http://a:1']}]"), "c.yml:1:57: error: \"http://a:1\" is not a valid hostname\n" },
		{ WITH_ALERTMANAGER("static_configs: [{labels: {'': a}}]"), "\"\" is not a valid label name" },
		{ WITH_ALERTMANAGER("file_sd_configs: [{files: [x.txt]}]"), "path name \"x.txt\" is not valid for file discovery" },
		{ WITH_ALERTMANAGER("file_sd_configs: [{files: ['*/x.yml']}]"), "path name \"*/x.yml\" is not valid for file discovery" },
		{ WITH_ALERTMANAGER("file_sd_configs: [{}]"), "must contain at least one path name" },
		{ WITH_ALERTMANAGER("kubernetes_sd_configs: [{role: pod}]"), "\"kubernetes_sd_configs\" is not supported" },
		{ WITH_ALERTMANAGER("sigv4: {}"), "\"sigv4\" is not supported" },
		{ WITH_ALERTMANAGER("basic_auth: {username: a}, bearer_token: b"), "at most one of basic_auth" },
		{ WITH_ALERTING("alert_relabel_configs: [{action: hashmod}]"), "relabel configuration for hashmod" },
		{ WITH_ALERTING("resend_delay: 0s"), "0s is out of range" },
		{ "alerting: {}", "no routes provided" },
		{ "receivers: [{name: r}]\n" WITH_ALERTMANAGER(""), "no routes provided" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		check_refused(cases[i].text, cases[i].message);
}

TEST(all_problems_are_collected) {
	autobuf struct buf problems = { 0 };
	CHECK(load("global: {resolve_timeout: x}\nroute: {receiver: q, group_wait: y}\nreceivers: [{name: r, webhook_configs: [{}]}]\nz: 1", &problems) == NULL);
	size_t lines = 0;
	for (size_t i = 0; i < problems.len; i++)
		lines += problems.data[i] == '\n';
	CHECK_INT(lines, 5);
}

TEST(the_original_is_alertmanagers_yaml_without_secrets) {
	struct config *config = load_good("global:\n  smtp_smarthost: 'm:25'\n  smtp_from: a@x\n  smtp_auth_password: hunter2\n  evaluation_interval: 1m\ndatasource: {url: 'http://p'}\n"
	                                  "route:\n  receiver: r\n  group_by: ['...']\n  routes:\n  - matchers: ['a=\"b c\"']\n    continue: true\n"
	                                  "receivers:\n- name: r\n  webhook_configs:\n  - url: http://user:tok@x/\n    send_resolved: false\n  email_configs:\n  - to: b@x\n    headers: {}\n  security_agent_configs: [{url: 'http://s'}]\n");
	CHECK_CSTR(config->original, "global:\n  smtp_smarthost: \"m:25\"\n  smtp_from: \"a@x\"\n  smtp_auth_password: <secret>\n"
	                             "route:\n  receiver: r\n  group_by:\n    - \"...\"\n  routes:\n    - matchers:\n        - \"a=\\\"b c\\\"\"\n      continue: true\n"
	                             "receivers:\n  - name: r\n    webhook_configs:\n      - url: <secret>\n        send_resolved: false\n    email_configs:\n      - to: \"b@x\"\n        headers: {}\n");
	config_unref(config);
}

TEST(the_original_hides_the_secrets_of_an_http_config) {
	struct config *config = load_good("route: {receiver: r}\nreceivers: [{name: r}]\nglobal:\n  http_config:\n    proxy_url: http://u:hunter2@p:1/\n    proxy_connect_header: {X-P: [hunter2]}\n"
	                                  "    tls_config: {cert: c, key: hunter2}\n    http_headers: {X-A: {values: [v], secrets: [hunter2, hunter2]}}\n"
	                                  "    oauth2: {client_id: i, client_secret: hunter2, token_url: 'http://t'}\n");
	CHECK(strstr(config->original, "hunter2") == NULL);
	CHECK(strstr(config->original, "    proxy_url: \"http://u:xxxxx@p:1/\"\n    proxy_connect_header:\n      X-P:\n        - <secret>\n") != NULL);
	CHECK(strstr(config->original, "        values:\n          - v\n        secrets:\n          - <secret>\n          - <secret>\n") != NULL);
	config_unref(config);
}

TEST(the_original_hides_the_secrets_of_every_receiver) {
	struct config *config = load_good(
	    "global:\n"
	    "  slack_api_url: https://hunter2.example/x\n"
	    "  opsgenie_api_key: hunter2\n"
	    "  victorops_api_key: hunter2\n"
	    "  telegram_bot_token: hunter2\n"
	    "  rocketchat_token: hunter2\n"
	    "  rocketchat_token_id: hunter2\n"
	    "  mattermost_webhook_url: https://hunter2.example/x\n"
	    "  pagerduty_url: https://u:hunter2@pagerduty.example/\n"
	    "route: {receiver: r}\n"
	    "receivers:\n"
	    "- name: r\n"
	    "  labels: {team: a}\n"
	    "  slack_configs: [{api_url: 'https://hunter2.example', channel: c}, {app_token: hunter2}]\n"
	    "  discord_configs: [{webhook_url: 'https://hunter2.example'}]\n"
	    "  msteams_configs: [{webhook_url: 'https://hunter2.example'}]\n"
	    "  msteamsv2_configs: [{webhook_url: 'https://hunter2.example'}]\n"
	    "  mattermost_configs: [{webhook_url: 'https://hunter2.example'}]\n"
	    "  rocketchat_configs: [{token: hunter2, token_id: hunter2}]\n"
	    "  telegram_configs: [{bot_token: hunter2, chat_id: 1}]\n"
	    "  pagerduty_configs: [{routing_key: hunter2}, {service_key: hunter2}]\n"
	    "  victorops_configs: [{api_key: hunter2, routing_key: shown}]\n"
	    "  incidentio_configs: [{url: 'https://shown.example', alert_source_token: hunter2}]\n"
	    "  opsgenie_configs: [{api_key: hunter2}]\n"
	    "  pushover_configs: [{token: hunter2, user_key: hunter2}]\n"
	    "  webhook_configs: [{url: 'https://hunter2.example'}]\n");
	CHECK(strstr(config->original, "hunter2") == NULL);
	CHECK(strstr(config->original, "  pagerduty_url: \"https://u:xxxxx@pagerduty.example/\"\n") != NULL);
	CHECK(strstr(config->original, "routing_key: shown") != NULL);
	CHECK(strstr(config->original, "url: \"https://shown.example\"") != NULL);
	CHECK(strstr(config->original, "- api_url: <secret>\n        channel: c\n") != NULL);
	struct config *again = load_good(config->original); // as amtool does
	config_unref(again);
	config_unref(config);
}

TEST(secrets_are_not_in_messages) {
	autobuf struct buf problems = { 0 };
	CHECK(load(WITH_WEBHOOK("url: 'hunter2'"), &problems) == NULL);
	CHECK(strstr(buf_cstr(&problems), "hunter2") == NULL);
}
