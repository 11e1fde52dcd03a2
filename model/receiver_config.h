// SPDX-License-Identifier: Apache-2.0
// Who is told what: routes and receivers as the configuration file says, as data. Immutable once loaded; owned by the
// configuration's arena unless said otherwise. Sources of meaning and defaults: alertmanager.yml (reference: Alertmanager's docs).
#pragma once
#include "base/array.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/str.h"
#include "model/alertmanager_config.h"
#include "model/http_config.h"
#include "model/matcher.h"
#include "model/post_config.h"
#include "model/silence.h"
#include "model/time_interval.h"

struct webhook_config {
	bool send_resolved;         // default true
	const char *url, *url_file; // one of the two; the file is read at each send
	struct position url_at;     // for problems; zero when unknown
	struct http_config http;
	unsigned max_alerts;             // 0 = all
	dur_ms timeout;                  // 0 = the notifier's default
	const struct yaml_node *payload; // every text in it a template: sent instead of Alertmanager's payload; NULL: none
};

struct email_header {
	const char *name, *value; // value is a template
};

struct email_config {
	bool send_resolved;                   // default false
	const char *to;                       // template, comma list
	const char *from, *hello, *smarthost; // smarthost "host:port"
	const char *auth_username, *auth_password, *auth_password_file, *auth_secret, *auth_secret_file, *auth_identity;
	struct email_header *headers;
	size_t header_count;
	struct position *header_at;                       // of each header's value, or NULL
	struct position to_at, from_at, html_at, text_at; // for problems; zero when unknown
	const char *html, *text;                          // templates; "" = that part is left out
	bool require_tls;                                 // default true
	bool has_threads, has_daily_threads;              // mails of a group hang together: all, or those of a day
	int force_implicit_tls;                           // -1 = unset: implicit iff port 465; 0, 1
	struct tls_config tls;
};

struct security_agent_config {
	bool send_resolved; // default true
	const char *url;    // CloudEvents sink
	const char *secret; // Standard Webhooks signing secret ("whsec_…"), or NULL: unsigned
	struct http_config http;
	dur_ms timeout;
};

enum integration_kind {
	INTEGRATION_WEBHOOK,
	INTEGRATION_EMAIL,
	INTEGRATION_SECURITY_AGENT,
	// those that begin with a post_config
	INTEGRATION_SLACK,
	INTEGRATION_DISCORD,
	INTEGRATION_MSTEAMS,
	INTEGRATION_MSTEAMSV2,
	INTEGRATION_MATTERMOST,
	INTEGRATION_ROCKETCHAT,
	INTEGRATION_WEBEX,
	INTEGRATION_TELEGRAM,
	INTEGRATION_PAGERDUTY,
	INTEGRATION_VICTOROPS,
	INTEGRATION_INCIDENTIO,
	INTEGRATION_OPSGENIE,
	INTEGRATION_PUSHOVER,
	INTEGRATION_KIND_COUNT,
};

// A text of an integration that is a template, and where it stands.
struct template_place {
	const char *key, *text;
	struct position at;
};

struct integration_config {
	enum integration_kind kind;
	unsigned index;                         // position within its kind in the receiver: part of its identity
	struct position at;                     // where it is configured
	uint64_t content;                       // hash of what stands there; of kinds with a post_config
	const struct template_place *templates; // of these kinds too: what has to compile
	size_t template_count;
	union {
		struct webhook_config webhook;
		struct email_config email;
		struct security_agent_config security_agent;
		struct post_config post;
		struct slack_config slack;
		struct discord_config discord;
		struct msteams_config msteams;
		struct mattermost_config mattermost;
		struct rocketchat_config rocketchat;
		struct webex_config webex;
		struct telegram_config telegram;
		struct pagerduty_config pagerduty;
		struct victorops_config victorops;
		struct incidentio_config incidentio;
		struct opsgenie_config opsgenie;
		struct pushover_config pushover;
	};
};

struct receiver_config {
	const char *name;
	const struct named_text *labels; // as configured: the label "name" is not there unless it is written
	size_t label_count;
	ARRAY_OF(struct integration_config); // as configured, lists in the order in which their keys stand
};

struct interval_list {
	const struct named_interval *const *items;
	size_t count;
};

struct route_config {
	const struct receiver_config *receiver; // inherited already
	struct matchers matchers;               // match, match_re and matchers together, sorted; owned by the route
	struct str *group_by;                   // sorted, unique
	size_t group_by_count;
	bool group_by_all;                                     // ['...']
	dur_ms group_wait, group_interval, repeat_interval;    // inherited already
	struct interval_list mute_intervals, active_intervals; // not inherited
	const struct label *labels;                            // routeLabels: values are templates and may be empty; inherited already; sorted
	size_t label_count;
	struct position labels_at;    // for problems; zero where they are inherited
	bool continues;               // `continue`
	struct route_config **routes; // children
	size_t route_count;
	struct route_config *parent; // NULL at the root
	unsigned index;              // position among its siblings
};

struct inhibit_rule {
	const char *name;               // "" = none
	struct matchers source, target; // owned by the rule
	const struct str *equal;
	size_t equal_count;
};

// The part of a configuration that says who is told.
struct notify_config {
	struct alertmanagers_config alertmanagers;
	struct route_config *root;
	struct receiver_config *receivers;
	size_t receiver_count;
	struct inhibit_rule *inhibit_rules;
	size_t inhibit_rule_count;
	struct named_interval *intervals; // names unique
	size_t interval_count;
	dur_ms resolve_timeout;
	dur_ms data_retention; // ended silences are kept that long
	struct silence_limits silence_limits;
	size_t alerts_per_name; // external ones that fire; 0: no limit
	const char *external_url;
	const char **template_files; // expanded globs
	size_t template_file_count;
};
