// SPDX-License-Identifier: Apache-2.0
// A configuration file read, checked and frozen: an alertmanager.yml, plus prometheus.yml's keys for rules, plus our own.
// Reads files and compiles rules' templates nowhere else; opens no socket.
#pragma once
#include "api/server.h"
#include "base/arena.h"
#include "base/fs.h"
#include "base/problems.h"
#include "base/ref.h"
#include "evaluator/evaluator.h"
#include "model/lint_policy.h"
#include "model/receiver_config.h"

// What a file is read with that it does not say itself. Zeroed: nothing experimental, matchers of either form, secrets' files are
// looked for on use only.
struct config_features {
	unsigned promql; // of its rules, enum promql_feature
	enum matcher_mode matchers;
	bool looks_for_files; // warns of files of Alertmanager's part that are not there now, globs of templates that match none too
};

struct evaluation_keys {
	dur_ms for_outage_tolerance, for_grace_period; // as in struct evaluation_setup
	bool restore_for_state;
};

// Immutable once loaded, counted: its parts are borrowed by setups that hold a reference.
struct config {
	struct ref ref;
	struct arena arena; // owns all texts
	const char *file;
	// as prometheus.yml
	dur_ms evaluation_interval; // default 1m
	dur_ms rule_query_offset;
	unsigned evaluation_history;          // evaluations kept of each rule
	const struct labels *external_labels; // a reference
	enum name_scheme names;
	struct fs_paths rule_files;                       // globs expanded, in order, each once
	struct fs_paths rule_patterns, template_patterns; // the globs, seen from here
	struct config_features features;
	struct remote_write_config *remote_writes;
	size_t remote_write_count;
	struct relabel_configs alert_relabel_configs;
	// ours
	bool has_datasource;
	struct evaluation_keys evaluation;
	struct datasource_config datasource;   // the default one
	struct datasource_config *datasources; // those with a name
	const struct str *datasource_names;    // theirs
	size_t datasource_count;
	size_t ballast_bytes;              // storage.ballast_size
	const char *external_url;          // web.external_url; NULL = made from the listen address
	struct alert_source *alert_source; // web.external_alert_source; owned; NULL = none
	const char *route_prefix;          // web.route_prefix; NULL = the external URL's path
	const char *listen_address;        // web.listen_address; NULL = the flag's
	const char *cors_origin;           // web.cors_origin, a pattern; NULL: nobody's
	struct api_token *tokens;          // web.tokens
	size_t token_count;
	struct lint_policy lint; // for check; serve reads none of it
	// as alertmanager.yml
	struct notify_config notify;
	char *original; // Alertmanager's keys as YAML, secrets as <secret>; owned
	uint64_t hash;  // of the file's bytes, as config_hash_bytes
};

// Reads and checks the file wholly; all problems are collected. NULL when one of them is an error: the rule files it names are checked then too,
// for their problems. A new reference.
struct config *config_load(const char *file, struct config_features features, struct problems *problems);
// What a running Alertmanager says it runs with, for its routes: files it names are those of another machine, none is read, and texts with templates
// are not checked. `name` stands for the file in places.
struct config *config_load_original(const char *name, struct str text, struct config_features features, struct problems *problems);
uint64_t config_hash_bytes(struct str text);
struct config *config_ref(struct config *config);
void config_unref(struct config *config); // NULL is fine
// The same of a file that need not route anything: for its lint block and intervals.
struct config *config_load_policy(const char *file, struct config_features features, struct problems *problems);
// The options rules are loaded with under this configuration.
struct rule_options config_rule_options(const struct config *config);
// Loads its rules; what can only be said of them together with the configuration is a warning. NULL when there are errors. A new reference.
// A linter, made with config->lint or a copy of it, makes findings of them; NULL: nobody asks.
struct rule_set *config_load_rules(const struct config *config, struct linter *linter, struct problems *problems);
// Appends the files its globs match now, sorted, each once. False when `problems` gained an error: a plain name that is there no more.
bool config_find_rules(const struct config *config, struct fs_paths *out, struct problems *problems);
// As config_load_rules, of the files its globs match now. For rules that changed while the configuration stays.
struct rule_set *config_reload_rules(const struct config *config, struct problems *problems);
// Whether keys like web.external_url take it: http or https, with a host, a port in digits. The error quotes neither a secret nor user names and passwords.
bool config_check_url(const char *url, bool is_secret, struct error *err);
// Reads a file with the keys of http_config, as amtool's --http.config.file. Texts live in the arena. False: an error was reported.
bool config_load_http(const char *file, struct arena *arena, struct http_config *out, struct problems *problems);
// Appends the reference of all keys as Markdown tables, made from the rows that read them.
void config_format_keys(struct buf *out);
// Appends the JSON Schema of a configuration file, made from the same rows.
void config_format_schema(struct buf *out);
