// SPDX-License-Identifier: Apache-2.0
// How the parts of a configuration file are read: one function a part, all reporting into one list. Private to daemon/.
#pragma once
#include "base/yaml_table.h"
#include "daemon/config.h"

// global.smtp_* and what else receivers inherit.
struct global_keys {
	dur_ms resolve_timeout;
	struct http_config http;
	bool has_http;
	const char *smtp_from, *smtp_hello, *smtp_smarthost, *smtp_auth_username, *smtp_auth_password, *smtp_auth_password_file;
	const char *smtp_auth_secret, *smtp_auth_secret_file, *smtp_auth_identity;
	bool smtp_require_tls, smtp_force_implicit_tls, has_force_implicit_tls;
	struct tls_config smtp_tls;
	dur_ms evaluation_interval, rule_query_offset;
	int64_t evaluation_history;
	struct yaml_string_map external_labels;
};

struct config_reader {
	struct yaml_reader yaml; // first: custom handlers get at the rest through it
	struct config *config;
	struct global_keys global;
	const struct yaml_node *global_node; // where global's values stand; NULL when there is none
};

extern const struct yaml_key http_config_keys[], tls_config_keys[];
extern const size_t http_config_key_count, tls_config_key_count;

// Reads an http_config block into a struct http_config and checks what belongs together. yaml_read.
bool read_http_config(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field);
bool read_tls_config(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field);
// An http or https URL with a host. Reports and returns false otherwise; a secret one is not quoted.
bool check_url(struct yaml_reader *reader, const char *name, const struct yaml_node *value, const char *url, bool is_secret);
// "host:port" with a port of 1 to 65535. Reports and returns false otherwise.
bool check_smarthost(struct yaml_reader *reader, const struct yaml_node *value, const char *address);
// "host:port" or ":port", as a listening socket takes it. Reports and returns false otherwise.
bool check_listen_address(struct yaml_reader *reader, const struct yaml_node *value, const char *address);
// Reports "at most one of A & B must be configured" when both are set.
bool check_one_of(struct yaml_reader *reader, const struct yaml_node *at, const char *a, bool has_a, const char *b, bool has_b);

// What global says of mail is checked once, where it stands.
bool global_mail_check(struct config_reader *reader);
bool receivers_read(struct config_reader *reader, const struct yaml_node *list);
bool routes_read(struct config_reader *reader, const struct yaml_node *root);
// Appends Alertmanager's keys of the document as YAML, secrets as <secret>.
void original_format(struct buf *out, const struct yaml_node *root);
void receivers_format_keys(struct buf *out);
void routes_format_keys(struct buf *out);
