// SPDX-License-Identifier: Apache-2.0
// How the parts of a configuration file are read: one function a part, all reporting into one list. Private to daemon/.
#pragma once
#include "base/yaml_table.h"
#include "daemon/config.h"
#include "model/relabel.h"

// global.smtp_* and what else receivers inherit.
struct global_keys {
	dur_ms resolve_timeout;
	struct http_config http;
	bool has_http;
	const char *smtp_from, *smtp_hello, *smtp_smarthost, *smtp_auth_username, *smtp_auth_password, *smtp_auth_password_file;
	const char *smtp_auth_secret, *smtp_auth_secret_file, *smtp_auth_identity;
	bool smtp_require_tls, smtp_force_implicit_tls, has_force_implicit_tls;
	struct tls_config smtp_tls;
	struct secret_text slack_api_url, slack_app_token, opsgenie_api_key, victorops_api_key, telegram_bot_token, rocketchat_token, rocketchat_token_id, mattermost_webhook_url, wechat_api_secret;
	const char *slack_app_url, *pagerduty_url, *opsgenie_api_url, *victorops_api_url, *telegram_api_url, *webex_api_url, *rocketchat_api_url, *jira_api_url, *wechat_api_url, *wechat_api_corp_id;
	dur_ms evaluation_interval, rule_query_offset;
	int64_t evaluation_history;
	enum name_scheme names;
	struct yaml_string_map external_labels;
};

// What a configuration is read for.
enum config_use { USE_SERVE,
	USE_POLICY, // nothing needs a route
	USE_ROUTES, // it came from another machine: the files it names are not here, and its texts are not looked at
};

struct config_reader {
	struct yaml_reader yaml; // first: custom handlers get at the rest through it
	struct config *config;
	enum config_use use;
	struct global_keys global;
	const struct yaml_node *global_node; // where global's values stand; NULL when there is none
};

extern const struct yaml_table alerting_table, http_config_table, tls_config_table, oauth2_table, http_header_table, relabel_config_table, datasource_table, named_datasource_table, remote_write_table, inhibit_rule_table, interval_table, named_interval_table, route_table, root_route_table, receiver_table, lint_table, web_token_table, tracing_table, event_recorder_table;

// Of a row that read_relabel_configs reads.
#define RELABEL_CONFIGS .read = read_relabel_configs, .shape = "list, see relabel_config", .table = &relabel_config_table, .is_list = true
// Texts of matchers, with their places.
struct matcher_texts {
	struct yaml_strings texts;
	const struct yaml_node *list;
};
// The three forms of conditions.
struct matcher_keys {
	struct yaml_string_map match, match_re;
	struct matcher_texts matchers;
};
// Of a row that reads a struct matcher_texts.
#define MATCHER_TEXTS .read = read_matcher_texts, .shape = "list of matchers", .as = YAML_STRING_LIST, .pattern = MATCHERS_PATTERN, .example = "severity=\"page\""
// Of a row that read_http_config or read_tls_config reads.
#define HTTP_CONFIG .read = read_http_config, .shape = "map, see http_config", .table = &http_config_table
#define TLS_CONFIG .read = read_tls_config, .shape = "map, see tls_config", .table = &tls_config_table

// The rows of a struct proxy_config, which upstream has inline in http_config and in oauth2.
// clang-format off
#define PROXY_CONFIG_KEYS(type, member) \
	{ "proxy_url", YAML_CSTRING, .is_secret = true, .offset = offsetof(type, member.url), .help = "http, https or socks5 proxy requests go through, with its user name and password." }, \
	{ "no_proxy", YAML_CSTRING, .offset = offsetof(type, member.no_proxy), .help = "Comma list of hosts spoken to directly: domains, addresses, networks, each with a port if wished; *." }, \
	{ "proxy_from_environment", YAML_BOOL, .offset = offsetof(type, member.from_environment), .preset = "false", .help = "Take the proxy from HTTP_PROXY, HTTPS_PROXY and NO_PROXY." }, \
	{ "proxy_connect_header", YAML_CUSTOM, .offset = offsetof(type, member.connect_headers), .help = "Headers said to the proxy when it is asked for a tunnel.", CONNECT_HEADERS }
#define CONNECT_HEADERS .read = read_connect_headers, .shape = "map of lists of secrets"
// clang-format on

// Reads an http_config block into a struct http_config and checks what belongs together. yaml_read.
bool read_http_config(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field);
// For a block that has these keys beside its own, as prometheus.yml does: the rows of both (http_config's `offset` within the block's struct),
// and what is checked once they were read.
size_t http_config_rows_beside(struct yaml_key rows[YAML_KEYS_MAX], const struct yaml_key *own, size_t own_count, size_t offset);
bool finish_http_config(struct yaml_reader *reader, const struct yaml_node *value, struct http_config *http);
bool read_tls_config(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field);
// The parts of it. yaml_read, into a const struct oauth2_config *, and into a struct http_headers twice.
bool read_oauth2(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field);
bool read_http_headers(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field);
bool read_connect_headers(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field);
// What belongs together in the rows of PROXY_CONFIG_KEYS.
bool check_proxy_config(struct yaml_reader *reader, const struct yaml_node *at, const struct proxy_config *proxy);
// Makes *path, unless NULL, one seen from the directory of the configuration file.
void config_beside_file(struct yaml_reader *reader, const char **path);
// Reads a list of relabel_configs into a struct relabel_configs, checked; texts in the reader's arena. yaml_read.
bool read_relabel_configs(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field);
// A header that may be configured, and a text that fits into its line. They report and return false otherwise; the value is not quoted.
bool check_header_name(struct yaml_reader *reader, const struct yaml_node *name);
bool check_header_value(struct yaml_reader *reader, const struct yaml_node *at, struct str name, struct str value);
// What check_url, check_smarthost and check_listen_address take, as regular expressions of ECMA 262.
#define URL_PATTERN "^[Hh][Tt][Tt][Pp][Ss]?://([^/?#\\x00-\\x20\\x7f]*@)?"                                                                                      \
	            "(\\[[^\\]/?#@\\x00-\\x20\\x7f]*\\](:[0-9]*)?|[^\\[:/?#@\\x00-\\x20\\x7f][^:/?#@\\x00-\\x20\\x7f]*((:[^:/?#@\\x00-\\x20\\x7f]*)*:[0-9]*)?)" \
	            "([/?#][^\\x00-\\x20\\x7f]*)?$"
#define PORT_PATTERN "[0-9]{1,4}|[0-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]"
#define SMARTHOST_PATTERN "^.*:((?!0+$)(" PORT_PATTERN ")|[Ss][Mm][Tt][Pp][Ss]?|[Ss][Uu][Bb][Mm][Ii][Ss][Ss][Ii][Oo][Nn][Ss]?)$"
#define LISTEN_ADDRESS_PATTERN ":(" PORT_PATTERN "|[A-Za-z][^:]*)$"
// An http or https URL with a host. Reports and returns false otherwise; a secret one is not quoted.
bool check_url(struct yaml_reader *reader, const char *name, const struct yaml_node *value, const char *url, bool is_secret);
// A mail server, see smarthost_split. Reports and returns false otherwise.
bool check_smarthost(struct yaml_reader *reader, const struct yaml_node *value, const char *address);
// "host:port" or ":port", as a listening socket takes it. Reports and returns false otherwise.
bool check_listen_address(struct yaml_reader *reader, const struct yaml_node *value, const char *address);
// Reports "at most one of A & B must be configured" when both are set.
bool check_one_of(struct yaml_reader *reader, const struct yaml_node *at, const char *a, bool has_a, const char *b, bool has_b);

// What global says of mail is checked once, where it stands.
bool global_mail_check(struct config_reader *reader);
// The same of what it says of other receivers.
bool global_posts_check(struct config_reader *reader);
// The list of bearer tokens, or NULL, into config->tokens.
void web_tokens_read(struct config_reader *reader, const struct yaml_node *list);
// Reports and returns false when it is no regular expression.
bool check_cors_origin(struct yaml_reader *reader, const struct yaml_node *value, const char *pattern);
bool receivers_read(struct config_reader *reader, const struct yaml_node *list);
// The lint block, or NULL, into config->lint.
void lint_read(struct config_reader *reader, const struct yaml_node *mapping);
// Checked, and kept nowhere. yaml_read.
bool read_tracing(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field);
bool read_event_recorder(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field);
bool read_matcher_texts(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field);
// All conditions of the three forms together, sorted, as the features of the configuration have them. False after reporting what is wrong.
bool matchers_take(struct config_reader *reader, const struct matcher_keys *keys, struct matchers *out);
// Reports "invalid label name "X" in WHERE" and returns false for one that is none.
bool check_label_name(struct config_reader *reader, const struct yaml_node *at, struct str name, const char *where);
bool complain_at(struct config_reader *reader, const struct yaml_node *at, const char *text);                  // an error there; false
void inhibit_rules_read(struct config_reader *reader, const struct yaml_node *list);                           // NULL is fine
void intervals_read(struct config_reader *reader, const struct yaml_node *mute, const struct yaml_node *time); // before routes; either may be NULL
const struct named_interval *interval_find(const struct notify_config *notify, struct str name);               // NULL: there is none
void intervals_format_keys(struct buf *out);
bool routes_read(struct config_reader *reader, const struct yaml_node *root);
// The default one and the list of those with names, either NULL.
void datasources_read(struct config_reader *reader, const struct yaml_node *datasource, const struct yaml_node *list);
// Header lines of a map of names and values, NULL-terminated, in the reader's arena. False after reporting what may not be one.
bool header_map_take(struct yaml_reader *reader, const struct yaml_string_map *map, const char *const **out);
void remote_writes_read(struct config_reader *reader, const struct yaml_node *list); // NULL is fine
// The alerting block, or NULL, into config->notify.alertmanagers and config->alert_relabel_configs.
void alerting_read(struct config_reader *reader, const struct yaml_node *mapping);
// Warns of files that receivers read on use and that are not there now.
void used_files_check(struct config_reader *reader, const struct yaml_node *root);
// Appends Alertmanager's keys of the document as YAML, secrets as <secret>.
void original_format(struct buf *out, const struct yaml_node *root);
// Appends a table as a section of the documentation.
void table_format_keys(struct buf *out, const char *title, const struct yaml_table *table);
void receivers_format_keys(struct buf *out);
void alerting_format_keys(struct buf *out);
void telemetry_format_keys(struct buf *out);
