// SPDX-License-Identifier: Apache-2.0
// A configuration file read, checked and frozen. See config.h.
#include "daemon/config.h"

#include "base/buf.h"
#include "base/yaml_schema.h"
#include "daemon/config_read.h"
#include "model/duration.h"
#include "model/limits.h"
#include "notifiers/dispatcher.h"

#define SCRAPES_NOTHING "tocsin asks a datasource, it scrapes nothing"

static bool read_name_scheme(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field) {
	struct str text;
	if (!yaml_read_string(reader, key->name, value, &text))
		return false;
	if (name_scheme_parse(text, field))
		return true;
	problem_error(reader->problems, yaml_reader_at(reader, value), "\"%s\": expected utf8 or legacy, found \"%.*s\"", key->name, STR_ARG(text));
	return false;
}

static const struct yaml_key global_rows[] = {
	{ "resolve_timeout", YAML_DURATION, .offset = offsetof(struct global_keys, resolve_timeout), .preset = "5m", .help = "When a posted alert without an end is taken for resolved." },
	{ "http_config", YAML_CUSTOM, .offset = offsetof(struct global_keys, http), .has = YAML_HAS(struct global_keys, has_http), .help = "How to speak to receivers that say nothing else.", HTTP_CONFIG },
	{ "smtp_from", YAML_CSTRING, .offset = offsetof(struct global_keys, smtp_from), .help = "Sender of mail." },
	{ "smtp_hello", YAML_CSTRING, .offset = offsetof(struct global_keys, smtp_hello), .preset = "localhost", .help = "Name said in EHLO." },
	{ "smtp_smarthost", YAML_CSTRING, .offset = offsetof(struct global_keys, smtp_smarthost), .help = "SMTP server as host:port.", .pattern = "^$|" SMARTHOST_PATTERN, .example = "mail.example.org:587" },
	{ "smtp_auth_username", YAML_CSTRING, .offset = offsetof(struct global_keys, smtp_auth_username), .help = "User name for AUTH." },
	{ "smtp_auth_password", YAML_CSTRING, .is_secret = true, .offset = offsetof(struct global_keys, smtp_auth_password), .help = "Password for PLAIN and LOGIN." },
	{ "smtp_auth_password_file", YAML_CSTRING, .offset = offsetof(struct global_keys, smtp_auth_password_file), .help = "File that holds the password, read on use." },
	{ "smtp_auth_secret", YAML_CSTRING, .is_secret = true, .offset = offsetof(struct global_keys, smtp_auth_secret), .help = "Secret for CRAM-MD5." },
	{ "smtp_auth_secret_file", YAML_CSTRING, .offset = offsetof(struct global_keys, smtp_auth_secret_file), .help = "File that holds the secret, read on use." },
	{ "smtp_auth_identity", YAML_CSTRING, .offset = offsetof(struct global_keys, smtp_auth_identity), .help = "Identity for PLAIN." },
	{ "smtp_require_tls", YAML_BOOL, .offset = offsetof(struct global_keys, smtp_require_tls), .preset = "true", .help = "Refuse servers without STARTTLS." },
	{ "smtp_force_implicit_tls", YAML_BOOL, .offset = offsetof(struct global_keys, smtp_force_implicit_tls), .has = YAML_HAS(struct global_keys, has_force_implicit_tls), .help = "TLS from the first byte; by default on port 465 only." },
	{ "smtp_tls_config", YAML_CUSTOM, .offset = offsetof(struct global_keys, smtp_tls), .help = "Certificates for mail.", TLS_CONFIG },
	{ "evaluation_interval", YAML_DURATION, .offset = offsetof(struct global_keys, evaluation_interval), .preset = "1m", .min = 1, .max = INT64_MAX, .help = "How often groups without an interval of their own are evaluated." },
	{ "rule_query_offset", YAML_DURATION, .offset = offsetof(struct global_keys, rule_query_offset), .preset = "0s", .help = "How far in the past rules ask." },
	{ "external_labels", YAML_STRING_MAP, .is_harmless = true, .offset = offsetof(struct global_keys, external_labels), .help = "Labels added to every alert told, where absent.", .pattern = LABEL_NAME_PATTERN },
	{ "metric_name_validation_scheme", YAML_CUSTOM, .offset = offsetof(struct global_keys, names), .preset = "utf8", .help = "Which names rules, external labels and relabelling may give: utf8, any; legacy, letters, digits and underscores, of metrics colons too. Expressions may read any.", .read = read_name_scheme, .shape = "utf8 or legacy", .as = YAML_STRING, .pattern = "^(utf8|legacy|)$" },
	{ "evaluation_history", YAML_INT, .offset = offsetof(struct global_keys, evaluation_history), .preset = "10", .min = 0, .max = 1000, .help = "How many evaluations of each rule are kept in memory for the API; 16 bytes each." },
	{ "slack_api_url", YAML_CSTRING, .is_secret = true, .offset = offsetof(struct global_keys, slack_api_url.text), .help = "Incoming webhook of Slack.", .pattern = URL_PATTERN },
	{ "slack_api_url_file", YAML_CSTRING, .offset = offsetof(struct global_keys, slack_api_url.file), .help = "File that holds it, read on use." },
	{ "slack_app_token", YAML_CSTRING, .is_secret = true, .offset = offsetof(struct global_keys, slack_app_token.text), .help = "Token of a Slack app, instead of a webhook." },
	{ "slack_app_token_file", YAML_CSTRING, .offset = offsetof(struct global_keys, slack_app_token.file), .help = "File that holds it, read on use." },
	{ "slack_app_url", YAML_CSTRING, .offset = offsetof(struct global_keys, slack_app_url), .preset = "https://slack.com/api/chat.postMessage", .help = "Where Slack apps post.", .pattern = URL_PATTERN },
	{ "pagerduty_url", YAML_CSTRING, .offset = offsetof(struct global_keys, pagerduty_url), .preset = "https://events.pagerduty.com/v2/enqueue", .help = "Where events of PagerDuty go.", .pattern = URL_PATTERN },
	{ "opsgenie_api_url", YAML_CSTRING, .offset = offsetof(struct global_keys, opsgenie_api_url), .preset = "https://api.opsgenie.com/", .help = "Opsgenie's API.", .pattern = URL_PATTERN },
	{ "opsgenie_api_key", YAML_CSTRING, .is_secret = true, .offset = offsetof(struct global_keys, opsgenie_api_key.text), .help = "Key for it; a template." },
	{ "opsgenie_api_key_file", YAML_CSTRING, .offset = offsetof(struct global_keys, opsgenie_api_key.file), .help = "File that holds it, read on use." },
	{ "victorops_api_url", YAML_CSTRING, .offset = offsetof(struct global_keys, victorops_api_url), .preset = "https://alert.victorops.com/integrations/generic/20131114/alert/", .help = "VictorOps' API.", .pattern = URL_PATTERN },
	{ "victorops_api_key", YAML_CSTRING, .is_secret = true, .offset = offsetof(struct global_keys, victorops_api_key.text), .help = "Key for it." },
	{ "victorops_api_key_file", YAML_CSTRING, .offset = offsetof(struct global_keys, victorops_api_key.file), .help = "File that holds it, read on use." },
	{ "telegram_api_url", YAML_CSTRING, .offset = offsetof(struct global_keys, telegram_api_url), .preset = "https://api.telegram.org", .help = "Telegram's API.", .pattern = URL_PATTERN },
	{ "telegram_bot_token", YAML_CSTRING, .is_secret = true, .offset = offsetof(struct global_keys, telegram_bot_token.text), .help = "Token of a bot." },
	{ "telegram_bot_token_file", YAML_CSTRING, .offset = offsetof(struct global_keys, telegram_bot_token.file), .help = "File that holds it, read on use." },
	{ "webex_api_url", YAML_CSTRING, .offset = offsetof(struct global_keys, webex_api_url), .preset = "https://webexapis.com/v1/messages", .help = "Webex' API.", .pattern = URL_PATTERN },
	{ "rocketchat_api_url", YAML_CSTRING, .offset = offsetof(struct global_keys, rocketchat_api_url), .preset = "https://open.rocket.chat/", .help = "The server of Rocket.Chat.", .pattern = URL_PATTERN },
	{ "rocketchat_token", YAML_CSTRING, .is_secret = true, .offset = offsetof(struct global_keys, rocketchat_token.text), .help = "Token of a user of it." },
	{ "rocketchat_token_file", YAML_CSTRING, .offset = offsetof(struct global_keys, rocketchat_token.file), .help = "File that holds it, read on use." },
	{ "rocketchat_token_id", YAML_CSTRING, .is_secret = true, .offset = offsetof(struct global_keys, rocketchat_token_id.text), .help = "Id of that user." },
	{ "rocketchat_token_id_file", YAML_CSTRING, .offset = offsetof(struct global_keys, rocketchat_token_id.file), .help = "File that holds it, read on use." },
	{ "mattermost_webhook_url", YAML_CSTRING, .is_secret = true, .offset = offsetof(struct global_keys, mattermost_webhook_url.text), .help = "Incoming webhook of Mattermost.", .pattern = URL_PATTERN },
	{ "mattermost_webhook_url_file", YAML_CSTRING, .offset = offsetof(struct global_keys, mattermost_webhook_url.file), .help = "File that holds it, read on use." },
	{ "jira_api_url", YAML_CSTRING, .offset = offsetof(struct global_keys, jira_api_url), .help = "Accepted; there are no receivers of Jira.", .pattern = URL_PATTERN },
	{ "wechat_api_url", YAML_CSTRING, .offset = offsetof(struct global_keys, wechat_api_url), .preset = "https://qyapi.weixin.qq.com/cgi-bin/", .help = "Accepted, as the next ones; there are no receivers of WeChat.", .pattern = URL_PATTERN },
	{ "wechat_api_secret", YAML_CSTRING, .is_secret = true, .offset = offsetof(struct global_keys, wechat_api_secret.text), .help = "Accepted." },
	{ "wechat_api_secret_file", YAML_CSTRING, .offset = offsetof(struct global_keys, wechat_api_secret.file), .help = "Accepted." },
	{ "wechat_api_corp_id", YAML_CSTRING, .offset = offsetof(struct global_keys, wechat_api_corp_id), .help = "Accepted." },
	{ "scrape_interval", YAML_REFUSED, .help = SCRAPES_NOTHING },
	{ "scrape_timeout", YAML_REFUSED, .help = SCRAPES_NOTHING },
	{ "scrape_protocols", YAML_REFUSED, .help = SCRAPES_NOTHING },
	{ "scrape_failure_log_file", YAML_REFUSED, .help = SCRAPES_NOTHING },
	{ "body_size_limit", YAML_REFUSED, .help = SCRAPES_NOTHING },
	{ "sample_limit", YAML_REFUSED, .help = SCRAPES_NOTHING },
	{ "target_limit", YAML_REFUSED, .help = SCRAPES_NOTHING },
	{ "label_limit", YAML_REFUSED, .help = SCRAPES_NOTHING },
	{ "label_name_length_limit", YAML_REFUSED, .help = SCRAPES_NOTHING },
	{ "label_value_length_limit", YAML_REFUSED, .help = SCRAPES_NOTHING },
	{ "keep_dropped_targets", YAML_REFUSED, .help = SCRAPES_NOTHING },
	{ "metric_name_escaping_scheme", YAML_REFUSED, .help = SCRAPES_NOTHING },
	{ "scrape_native_histograms", YAML_REFUSED, .help = SCRAPES_NOTHING },
	{ "convert_classic_histograms_to_nhcb", YAML_REFUSED, .help = SCRAPES_NOTHING },
	{ "always_scrape_classic_histograms", YAML_REFUSED, .help = SCRAPES_NOTHING },
	{ "extra_scrape_metrics", YAML_REFUSED, .help = SCRAPES_NOTHING },
	{ "query_log_file", YAML_REFUSED, .help = "queries run in the datasource, which can log them" },
};

struct storage_keys {
	int64_t ballast_size;
};

static const struct yaml_key storage_rows[] = {
	{ "ballast_size", YAML_INT, .offset = offsetof(struct storage_keys, ballast_size), .preset = "16777216", .min = 0, .max = INT64_C(1) << 40, .unit = "bytes", .help = "A file given back when the disk is full, so that state can still be written." },
	{ "tsdb", YAML_REFUSED, .help = "there is no TSDB" },
	{ "exemplars", YAML_REFUSED, .help = "there is no TSDB" },
};

static const struct yaml_key evaluation_rows[] = {
	{ "for_outage_tolerance", YAML_DURATION, .offset = offsetof(struct evaluation_keys, for_outage_tolerance), .preset = "1h", .help = "After a longer outage pending alerts begin anew; --rules.alert.for-outage-tolerance has precedence." },
	{ "for_grace_period", YAML_DURATION, .offset = offsetof(struct evaluation_keys, for_grace_period), .preset = "10m", .help = "Least time a pending alert waits after an outage; --rules.alert.for-grace-period has precedence." },
	{ "restore_for_state", YAML_BOOL, .offset = offsetof(struct evaluation_keys, restore_for_state), .preset = "true", .help = "After a start, pending alerts of rules that the database knows none of go on where the datasource's ALERTS_FOR_STATE has them." },
};

struct web_keys {
	const char *listen_address, *external_url, *external_alert_source, *route_prefix, *cors_origin;
	const struct yaml_node *tokens;
};

static bool keep_node(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field) {
	(void)reader, (void)key;
	*(const struct yaml_node **)field = value;
	return true;
}

static const struct yaml_key web_rows[] = {
	{ "listen_address", YAML_CSTRING, .offset = offsetof(struct web_keys, listen_address), .help = "host:port to serve on; --web.listen-address has precedence; :9093 by default.", .pattern = LISTEN_ADDRESS_PATTERN, .example = "127.0.0.1:9093" },
	{ "external_url", YAML_CSTRING, .offset = offsetof(struct web_keys, external_url), .help = "URL under which this program is reached from outside, for links; --web.external-url has precedence.", .pattern = URL_PATTERN, .example = "https://alerts.example.org" },
	{ "external_alert_source", YAML_CSTRING, .offset = offsetof(struct web_keys, external_alert_source), .help = "Template of an alert's generatorURL, after external_url and a slash unless it makes a whole URL; --external.alert.source has precedence. By default the graph of its expression.", .example = "explore?expr={{ $expr | queryEscape }}" },
	{ "route_prefix", YAML_CSTRING, .offset = offsetof(struct web_keys, route_prefix), .help = "Path below which all is served, and nothing elsewhere; --web.route-prefix has precedence; the path of the external URL by default.", .example = "/alerts" },
	{ "cors_origin", YAML_CSTRING, .offset = offsetof(struct web_keys, cors_origin), .help = "Web pages of these origins may ask, by a regular expression of the whole origin; none by default.", .example = "https?://(karma|grafana)\\.example\\.org" },
	{ "tokens", YAML_CUSTOM, .offset = offsetof(struct web_keys, tokens), .help = "Bearer tokens that let in.", .read = keep_node, .shape = "list, see web.tokens", .table = &web_token_table, .is_list = true },
};

// The document, its larger parts kept as nodes: receivers are read before routes, whatever their order in the file.
struct document_keys {
	struct global_keys global;
	const struct yaml_node *receivers, *route, *inhibit_rules, *time_intervals, *mute_time_intervals, *alerting, *datasource, *datasources, *remote_write, *lint;
	struct yaml_strings rule_files, templates;
	struct evaluation_keys evaluation;
	struct storage_keys storage;
	struct web_keys web;
};

static const struct yaml_key document_rows[] = {
	{ "global", YAML_STRUCT, .offset = offsetof(struct document_keys, global), .help = "Defaults.", .nested = global_rows, .nested_count = YAML_KEY_COUNT(global_rows) },
	{ "route", YAML_CUSTOM, .offset = offsetof(struct document_keys, route), .help = "The root of the tree that decides who is told.", .read = keep_node, .shape = "map, see route", .table = &root_route_table },
	{ "receivers", YAML_CUSTOM, .offset = offsetof(struct document_keys, receivers), .help = "Who can be told.", .read = keep_node, .shape = "list, see receivers", .table = &receiver_table, .is_list = true },
	{ "inhibit_rules", YAML_CUSTOM, .offset = offsetof(struct document_keys, inhibit_rules), .help = "Which alerts hold which back.", .read = keep_node, .shape = "list, see inhibit_rule", .table = &inhibit_rule_table, .is_list = true },
	{ "time_intervals", YAML_CUSTOM, .offset = offsetof(struct document_keys, time_intervals), .help = "Spans of time in which routes speak or are silent.", .read = keep_node, .shape = "list, see time_intervals", .table = &named_interval_table, .is_list = true },
	{ "mute_time_intervals", YAML_CUSTOM, .offset = offsetof(struct document_keys, mute_time_intervals), .help = "The same (old name).", .read = keep_node, .shape = "list, see time_intervals", .table = &named_interval_table, .is_list = true },
	{ "templates", YAML_STRING_LIST, .is_harmless = true, .offset = offsetof(struct document_keys, templates), .help = "Files of notification templates; globs." },
	{ "rule_files", YAML_STRING_LIST, .is_harmless = true, .offset = offsetof(struct document_keys, rule_files), .help = "Rule files; globs." },
	{ "alerting", YAML_CUSTOM, .offset = offsetof(struct document_keys, alerting), .help = "What becomes of alerts of rules on their way out, and the Alertmanagers they are sent to.", .read = keep_node, .shape = "map, see alerting", .table = &alerting_table },
	{ "datasource", YAML_CUSTOM, .offset = offsetof(struct document_keys, datasource), .help = "Where rules are asked whose group names no other.", .read = keep_node, .shape = "map, see datasource", .table = &datasource_table },
	{ "datasources", YAML_CUSTOM, .offset = offsetof(struct document_keys, datasources), .help = "Further ones, each with a name that groups may give. Without `datasource` the first is the default one.", .read = keep_node, .shape = "list, see datasource", .table = &named_datasource_table, .is_list = true },
	{ "remote_write", YAML_CUSTOM, .offset = offsetof(struct document_keys, remote_write), .help = "Where results of recording rules and the ALERTS series are written. Rules wait for the first.", .read = keep_node, .shape = "list, see remote_write", .table = &remote_write_table, .is_list = true },
	{ "evaluation", YAML_STRUCT, .offset = offsetof(struct document_keys, evaluation), .help = "How rules are evaluated.", .nested = evaluation_rows, .nested_count = YAML_KEY_COUNT(evaluation_rows) },
	{ "storage", YAML_STRUCT, .offset = offsetof(struct document_keys, storage), .help = "State on disk.", .nested = storage_rows, .nested_count = YAML_KEY_COUNT(storage_rows) },
	{ "web", YAML_STRUCT, .offset = offsetof(struct document_keys, web), .help = "HTTP served.", .nested = web_rows, .nested_count = YAML_KEY_COUNT(web_rows) },
	{ "lint", YAML_CUSTOM, .offset = offsetof(struct document_keys, lint), .help = "What check says about rules.", .read = keep_node, .shape = "map, see lint", .table = &lint_table },
	{ "tracing", YAML_CUSTOM, .help = "Accepted, without effect.", .read = read_tracing, .shape = "map, see tracing", .table = &tracing_table },
	{ "event_recorder", YAML_CUSTOM, .help = "Accepted, without effect.", .read = read_event_recorder, .shape = "map, see event_recorder", .table = &event_recorder_table },
	{ "remote_read", YAML_REFUSED },
	{ "scrape_configs", YAML_REFUSED, .help = SCRAPES_NOTHING },
	{ "scrape_config_files", YAML_REFUSED, .help = SCRAPES_NOTHING },
	{ "otlp", YAML_REFUSED, .help = "tocsin takes no samples in" },
	{ "runtime", YAML_REFUSED, .help = "there is no runtime of Go" },
	{ "events", YAML_REFUSED },
};

static const struct yaml_variant document_variants[] = {
	{ .title = "receivers of its own", .set = { "route" } },
	{ .title = "as prometheus.yml: others tell", .set = { "alerting" }, .unset = { "route", "receivers" } },
};

static const struct yaml_table document_table = {
	.name = "document",
	.help = "An alertmanager.yml, with prometheus.yml's keys for rules and tocsin's own.",
	.keys = document_rows,
	.count = YAML_KEY_COUNT(document_rows),
	.variants = document_variants,
	.variant_count = sizeof document_variants / sizeof *document_variants,
};

// ---- parts ----

static const struct labels *make_external_labels(struct config_reader *reader, const struct yaml_string_map *map) {
	struct label_builder builder = { 0 };
	for (size_t i = 0; i < map->count; i++) {
		if (!name_is_label(map->items[i].name, reader->global.names) || str_equal(map->items[i].name, STR("__name__")))
			problem_error(reader->yaml.problems, yaml_reader_at(&reader->yaml, map->items[i].name_node), "\"%.*s\" is not a valid label name", STR_ARG(map->items[i].name));
		label_builder_set(&builder, map->items[i].name, map->items[i].value);
	}
	const struct labels *labels = label_builder_build(&builder);
	label_builder_finish(&builder);
	return labels;
}

// Globs are seen from the configuration's directory.
static void take_globs(const struct config *config, const struct yaml_strings *globs, struct fs_paths *out) {
	for (size_t i = 0; i < globs->count; i++)
		array_append(out, fs_join_beside(config->file, globs->items[i].len == 0 ? "" : globs->items[i].data));
}

// Where files must exist, a pattern without any is a warning, a plain name an error.
static bool expand_globs(struct config_reader *reader, const struct fs_paths *patterns, const struct yaml_node *list, bool must_exist, struct fs_paths *out) {
	bool ok = true;
	for (size_t i = 0; i < patterns->count; i++) {
		struct error err = { 0 };
		const char *pattern = patterns->items[i];
		size_t before = out->count;
		if (!fs_glob(pattern, out, &err)) {
			problem_error(reader->yaml.problems, yaml_reader_at(&reader->yaml, list->items[i]), "%s", err.text);
			ok = false;
		} else if (out->count == before && must_exist && strpbrk(pattern, "*?[") == NULL) {
			problem_error(reader->yaml.problems, yaml_reader_at(&reader->yaml, list->items[i]), "\"%s\" does not exist", pattern);
			ok = false;
		} else if (out->count == before && must_exist) {
			problem_warning(reader->yaml.problems, yaml_reader_at(&reader->yaml, list->items[i]), "\"%s\" matches no file", pattern);
		}
	}
	return ok;
}

static int compare_paths(const void *a, const void *b) {
	return strcmp(*(char *const *)a, *(char *const *)b);
}

// A file that several globs match is read once.
static void drop_repeated(struct fs_paths *paths) {
	size_t kept = 0;
	if (paths->count > 1)
		qsort(paths->items, paths->count, sizeof *paths->items, compare_paths);
	for (size_t i = 0; i < paths->count; i++) {
		if (kept > 0 && strcmp(paths->items[kept - 1], paths->items[i]) == 0)
			free(paths->items[i]);
		else
			paths->items[kept++] = paths->items[i];
	}
	paths->count = kept;
}

static void take_templates(struct config_reader *reader, struct fs_paths *paths) {
	struct notify_config *notify = &reader->config->notify;
	notify->template_files = ARENA_NEW_ARRAY(reader->yaml.arena, const char *, paths->count + 1);
	for (size_t i = 0; i < paths->count; i++)
		notify->template_files[notify->template_file_count++] = arena_cstr(reader->yaml.arena, str_of(paths->items[i]));
	fs_paths_finish(paths);
}

static bool read_files(struct config_reader *reader, const struct document_keys *keys, const struct yaml_node *root) {
	struct config *config = reader->config;
	struct fs_paths templates = { 0 };
	take_globs(config, &keys->rule_files, &config->rule_patterns);
	take_globs(config, &keys->templates, &config->template_patterns);
	bool ok = expand_globs(reader, &config->rule_patterns, yaml_find(root, "rule_files"), true, &config->rule_files);
	ok &= expand_globs(reader, &config->template_patterns, yaml_find(root, "templates"), false, &templates);
	drop_repeated(&config->rule_files);
	take_templates(reader, &templates);
	return ok;
}

static void check_datasource(struct config_reader *reader, const struct document_keys *keys, const struct yaml_node *root) {
	if (keys->rule_files.count > 0 && keys->datasource == NULL && keys->datasources == NULL)
		problem_error(reader->yaml.problems, yaml_reader_at(&reader->yaml, yaml_find(root, "rule_files")), "rule files need a datasource: add \"datasource: {url: http://…}\"");
}

// With `alerting`, as in prometheus.yml, a file may do without receivers of its own: alerts are routed to one that tells nobody.
static void route_nowhere(struct config_reader *reader) {
	struct notify_config *notify = &reader->config->notify;
	struct arena *arena = reader->yaml.arena;
	notify->receivers = ARENA_NEW(arena, struct receiver_config);
	notify->receivers[0].name = "none";
	notify->receiver_count = 1;
	notify->root = ARENA_NEW(arena, struct route_config);
	notify->root->receiver = &notify->receivers[0];
	notify->root->group_wait = SECONDS(30);
	notify->root->group_interval = MINUTES(5);
	notify->root->repeat_interval = HOURS(4);
}

static void read_dispatch(struct config_reader *reader, const struct document_keys *keys, const struct yaml_node *root) {
	reader->config->notify.resolve_timeout = reader->global.resolve_timeout;
	alerting_read(reader, keys->alerting);
	intervals_read(reader, keys->mute_time_intervals, keys->time_intervals);
	inhibit_rules_read(reader, keys->inhibit_rules);
	bool has_alerting = keys->alerting != NULL && keys->alerting->kind == YAML_MAPPING && keys->alerting->count > 0;
	bool has_receivers = keys->receivers != NULL && (keys->receivers->kind != YAML_SEQUENCE || keys->receivers->count > 0);
	if (keys->route == NULL && !has_receivers && has_alerting) {
		route_nowhere(reader);
		return;
	}
	receivers_read(reader, keys->receivers);
	if (keys->route == NULL && reader->use != USE_POLICY)
		problem_error(reader->yaml.problems, yaml_reader_at(&reader->yaml, root), yaml_is_null(root) ? "no route provided in config" : "no routes provided");
	if (keys->route != NULL)
		routes_read(reader, keys->route);
}

// What it says of an alert without labels may fail where others do not.
static void read_alert_source(struct config_reader *reader, const struct yaml_node *node, const char *text) {
	struct error err = { 0 };
	struct config *config = reader->config;
	if (text == NULL || *text == '\0')
		return;
	config->alert_source = alert_source_create(str_of(text), &err);
	if (config->alert_source == NULL)
		problem_error(reader->yaml.problems, err.at.line == 0 ? yaml_reader_at(&reader->yaml, node) : yaml_place_at(reader->yaml.doc, node, err.at), "external_alert_source: %s", err.text);
	else if (!alert_source_try(config->alert_source, &err))
		problem_warning(reader->yaml.problems, yaml_reader_at(&reader->yaml, node), "external_alert_source fails for an alert without labels, which then gets the default link: %s", err.text);
}

// It is no error, as it is none with Alertmanager, but mistakes in texts may follow from it.
static void warn_of_no_templates(struct config_reader *reader, const struct yaml_node *list) {
	const struct fs_paths *patterns = &reader->config->template_patterns;
	for (size_t i = 0; i < patterns->count; i++) {
		struct fs_paths found = { 0 };
		autobuf struct buf text = { 0 };
		buf_format(&text, "\"%s\" matches no file", patterns->items[i]);
		const struct problem problem = { .severity = SEVERITY_WARNING, .at = yaml_reader_at(&reader->yaml, list->items[i]), .text = buf_str(&text), .is_cause = true };
		if (fs_glob(patterns->items[i], &found, NULL) && found.count == 0)
			problem_put(reader->yaml.problems, &problem);
		fs_paths_finish(&found);
	}
}

// Of the receivers that were read well.
static void check_texts(struct config_reader *reader, const struct yaml_node *templates) {
	size_t errors_before = reader->yaml.problems->errors;
	notify_config_check(&reader->config->notify, reader->yaml.problems);
	if (reader->config->features.looks_for_files || reader->yaml.problems->errors > errors_before)
		warn_of_no_templates(reader, templates);
}

static void read_document(struct config_reader *reader, const struct yaml_node *root) {
	struct document_keys keys = { .global.http = HTTP_CONFIG_DEFAULT };
	struct config *config = reader->config;
	yaml_table_read(&reader->yaml, document_rows, YAML_KEY_COUNT(document_rows), root, &keys);
	if (root->kind != YAML_MAPPING && !yaml_is_null(root))
		return; // nothing else can be said about it
	reader->global = keys.global;
	reader->global_node = yaml_find(root, "global");
	global_mail_check(reader);
	global_posts_check(reader);
	config->evaluation_interval = keys.global.evaluation_interval;
	config->rule_query_offset = keys.global.rule_query_offset;
	config->names = keys.global.names;
	config->evaluation_history = (unsigned)keys.global.evaluation_history;
	config->external_labels = make_external_labels(reader, &keys.global.external_labels);
	config->evaluation = keys.evaluation;
	config->ballast_bytes = (size_t)keys.storage.ballast_size;
	config->listen_address = keys.web.listen_address;
	config->external_url = keys.web.external_url;
	config->route_prefix = keys.web.route_prefix;
	config->cors_origin = keys.web.cors_origin;
	web_tokens_read(reader, keys.web.tokens);
	if (config->cors_origin != NULL)
		check_cors_origin(&reader->yaml, yaml_find(yaml_find(root, "web"), "cors_origin"), config->cors_origin);
	if (reader->use != USE_ROUTES)
		read_files(reader, &keys, root);
	remote_writes_read(reader, keys.remote_write);
	datasources_read(reader, keys.datasource, keys.datasources);
	check_datasource(reader, &keys, root);
	if (config->external_url != NULL)
		check_url(&reader->yaml, "external_url", yaml_find(yaml_find(root, "web"), "external_url"), config->external_url, false);
	if (config->listen_address != NULL)
		check_listen_address(&reader->yaml, yaml_find(yaml_find(root, "web"), "listen_address"), config->listen_address);
	read_alert_source(reader, yaml_find(yaml_find(root, "web"), "external_alert_source"), keys.web.external_alert_source);
	lint_read(reader, keys.lint);
	read_dispatch(reader, &keys, root);
	if (config->features.looks_for_files)
		used_files_check(reader, root);
	if (reader->use != USE_ROUTES)
		check_texts(reader, yaml_find(root, "templates"));
}

// ---- the whole ----

uint64_t config_hash_bytes(struct str text) {
	struct label whole = { .name = text };
	return labels_hash(&whole, 1);
}

static void parse(struct config *config, struct str text, enum config_use use, struct problems *problems) {
	struct yaml_doc doc;
	const struct yaml_node *root = yaml_doc_load(&doc, config->file, text, problems);
	struct config_reader reader = {
		.yaml = { .doc = &doc, .arena = &config->arena, .problems = problems, .parse_duration = duration_parse },
		.config = config,
		.use = use,
	};
	if (root == NULL && use != USE_POLICY && problems->errors == 0)
		problem_error(problems, (struct position){ .file = config->file }, "no route provided in config");
	if (root != NULL) {
		autobuf struct buf original = { 0 };
		read_document(&reader, root);
		original_format(&original, root);
		config->original = buf_take(&original);
	}
	yaml_doc_finish(&doc);
}

struct rule_options config_rule_options(const struct config *config) {
	return (struct rule_options){
		.default_interval = config->evaluation_interval,
		.default_query_offset = config->rule_query_offset,
		.promql_features = config->features.promql,
		.names = config->names,
		.datasources = config->datasource_names,
		.datasource_count = config->datasource_count,
		.knows_datasources = true,
	};
}

// Recording rules are evaluated, but their results have nowhere to go.
static void warn_of_recording(const struct config *config, const struct rule_set *rules, struct problems *problems) {
	size_t recording = 0;
	for (size_t i = 0; i < rules->group_count; i++)
		for (size_t k = 0; k < rules->groups[i].rule_count; k++)
			recording += rules->groups[i].rules[k].kind == RULE_RECORDING;
	if (recording > 0 && config->remote_write_count == 0)
		problem_warning(problems, (struct position){ .file = config->file }, "recording rules are evaluated but not written: there is no remote_write (%zu of them)", recording);
}

static struct rule_set *load_rules(const struct config *config, const struct fs_paths *files, struct linter *linter, struct problems *problems) {
	struct rule_options options = config_rule_options(config);
	options.linter = linter;
	struct rule_set *rules = rule_set_load(files, &options, problems);
	if (rules != NULL)
		warn_of_recording(config, rules, problems);
	return rules;
}

struct rule_set *config_load_rules(const struct config *config, struct linter *linter, struct problems *problems) {
	return load_rules(config, &config->rule_files, linter, problems);
}

bool config_find_rules(const struct config *config, struct fs_paths *out, struct problems *problems) {
	size_t errors_before = problems->errors;
	for (size_t i = 0; i < config->rule_patterns.count; i++) {
		const char *pattern = config->rule_patterns.items[i];
		struct error err = { 0 };
		size_t before = out->count;
		if (!fs_glob(pattern, out, &err))
			problem_from_error(problems, &err);
		else if (out->count == before && strpbrk(pattern, "*?[") == NULL)
			problem_error(problems, (struct position){ .file = config->file }, "\"%s\" does not exist", pattern);
	}
	drop_repeated(out);
	return problems->errors == errors_before;
}

struct rule_set *config_reload_rules(const struct config *config, struct problems *problems) {
	struct fs_paths files = { 0 };
	struct rule_set *rules = config_find_rules(config, &files, problems) ? load_rules(config, &files, NULL, problems) : NULL;
	fs_paths_finish(&files);
	return rules;
}

static struct config *load_text(const char *file, struct str text, struct config_features features, enum config_use use, struct problems *problems) {
	struct config *config = MEM_NEW(struct config);
	ref_init(&config->ref);
	lint_policy_init(&config->lint);
	config->file = arena_cstr(&config->arena, str_of(file));
	config->hash = config_hash_bytes(text);
	config->features = features;
	size_t errors_before = problems->errors;
	parse(config, text, use, problems);
	if (problems->errors == errors_before)
		return config;
	if (use == USE_SERVE)
		rule_set_unref(config_load_rules(config, NULL, problems)); // one run shows the mistakes of all files
	config_unref(config);
	return NULL;
}

static struct config *load(const char *file, struct config_features features, enum config_use use, struct problems *problems) {
	struct error err;
	autobuf struct buf text = { 0 };
	problems_hide_source(problems, file);
	if (fs_read_file(file, LIMIT_CONFIG_BYTES, &text, &err))
		return load_text(file, buf_str(&text), features, use, problems);
	problem_from_error(problems, &err);
	return NULL;
}

struct config *config_load_original(const char *name, struct str text, struct config_features features, struct problems *problems) {
	problems_hide_source(problems, name);
	return load_text(name, text, features, USE_ROUTES, problems);
}

struct config *config_load(const char *file, struct config_features features, struct problems *problems) {
	return load(file, features, USE_SERVE, problems);
}

struct config *config_load_policy(const char *file, struct config_features features, struct problems *problems) {
	return load(file, features, USE_POLICY, problems);
}

struct config *config_ref(struct config *config) {
	ref_take(&config->ref);
	return config;
}

static void finish_route(struct route_config *route) {
	if (route == NULL)
		return;
	for (size_t i = 0; i < route->route_count; i++)
		finish_route(route->routes[i]);
	matchers_finish(&route->matchers);
}

static void finish_inhibit_rules(struct notify_config *notify) {
	for (size_t i = 0; i < notify->inhibit_rule_count; i++) {
		matchers_finish(&notify->inhibit_rules[i].source);
		matchers_finish(&notify->inhibit_rules[i].target);
	}
}

void config_unref(struct config *config) {
	if (config == NULL || !ref_drop(&config->ref))
		return;
	finish_route(config->notify.root);
	finish_inhibit_rules(&config->notify);
	for (size_t i = 0; i < config->notify.receiver_count; i++)
		array_finish(&config->notify.receivers[i]);
	labels_unref(config->external_labels);
	alert_source_destroy(config->alert_source);
	fs_paths_finish(&config->rule_files);
	fs_paths_finish(&config->rule_patterns);
	fs_paths_finish(&config->template_patterns);
	lint_policy_finish(&config->lint);
	free(config->original);
	arena_finish(&config->arena);
	free(config);
}

void table_format_keys(struct buf *out, const char *title, const struct yaml_table *table) {
	buf_format(out, "\n## %s\n| key | type | default | meaning |\n|---|---|---|---|\n", title);
	yaml_table_format(out, table->keys, table->count);
}

void config_format_keys(struct buf *out) {
	buf_append_cstr(out, "# Configuration keys\nMade from the tables that read the file. Keys marked \"not supported\" are refused by name.\n");
	table_format_keys(out, "The file", &document_table);
	table_format_keys(out, "route", &route_table);
	receivers_format_keys(out);
	table_format_keys(out, "inhibit_rule", &inhibit_rule_table);
	intervals_format_keys(out);
	table_format_keys(out, "datasource", &named_datasource_table);
	table_format_keys(out, "remote_write", &remote_write_table);
	table_format_keys(out, "relabel_config", &relabel_config_table);
	alerting_format_keys(out);
	table_format_keys(out, "http_config", &http_config_table);
	table_format_keys(out, "tls_config", &tls_config_table);
	table_format_keys(out, "oauth2", &oauth2_table);
	table_format_keys(out, "http_headers", &http_header_table);
	table_format_keys(out, "web.tokens", &web_token_table);
	table_format_keys(out, "lint", &lint_table);
	telemetry_format_keys(out);
}

void config_format_schema(struct buf *out) {
	static const struct yaml_schema schema = { "Configuration file of tocsin", &document_table, DURATION_PATTERN };
	yaml_schema_format(out, &schema);
}
