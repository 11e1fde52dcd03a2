// SPDX-License-Identifier: Apache-2.0
// How notifiers that POST templated texts render: what is theirs alone (which texts, in which places of which body) stands in their files, as
// functions over a struct post and rows of texts. Pure: no I/O, no clock. Private to notifiers/. The table of them: post_notifiers.c.
#pragma once
#include "base/buf.h"
#include "base/json_write.h"
#include "notifiers/notifier.h"

enum { POST_REQUESTS_MAX = 3 };

// What is said before the requests exist. One rendering; owned by post_render.
struct post {
	const struct integration_config *config;
	const struct notification *notification; // only the alerts that are told of
	const struct notifier_context *context;
	struct arena *arena; // results live here
	struct template_env env;
	bool is_firing;
	struct str notice;   // what failed when this was rendered before: stands before the main text; empty: nothing did
	struct buf failures; // a line per template that failed
	const char *first_failure;
	struct rendered_request requests[POST_REQUESTS_MAX];
	size_t request_count;
	const char *about; // put before the reason of a refusal ("channel \"#x\""); NULL: nothing
};

// Adds the requests. ERR_INVALID where nothing can be sent at all: no address, no key.
typedef bool post_write(struct post *post, struct error *err);

// ---- texts: each is run as a template, borrowed by the arena. What fails is noted, and the set's template `fallback` (NULL: nothing) stands in for it.
struct str post_text(struct post *post, const char *what, const char *text, const char *fallback);
// The text that is read first: failures noted before come with it.
struct str post_main_text(struct post *post, const char *what, const char *text, const char *fallback);
struct str post_main_html(struct post *post, const char *what, const char *text, const char *fallback); // run and escaped as HTML
// One without which nothing can be sent. ERR_INVALID when it fails or gives nothing; does not quote it.
MUST_CHECK bool post_needed(struct post *post, const char *what, const char *text, struct str *out, struct error *err);
// The configured text or the file's content; "" when neither is there. Number as in post_config.keys.
const char *post_url(const struct post *post);
const char *post_key(const struct post *post, unsigned number);

// At most `max` code points, bytes: what is too long ends with "…". Source: Alertmanager notify/util.go, TruncateInRunes, TruncateInBytes.
struct str post_cut_runes(struct post *post, struct str text, size_t max);
struct str post_cut_bytes(struct post *post, struct str text, size_t max);
size_t post_count_runes(struct str text);

// ---- members of a JSON object
enum post_row_flags {
	POST_KEEPS_EMPTY = 1, // written though it is empty
	POST_IS_MAIN = 2,     // the text that is read first
	POST_IS_PLAIN = 4,    // no template
};

struct post_row {
	const char *key;
	size_t offset;        // of a const char * in the struct the rows are of
	const char *fallback; // the default template's name; NULL: none
	unsigned max_runes;   // 0: any number
	unsigned flags;
};
#define POST_ROW_COUNT(rows) (sizeof(rows) / sizeof *(rows))

void post_write_rows(struct post *post, struct json_writer *json, const struct post_row *rows, size_t count, const void *base);
void post_write_member(struct json_writer *json, const char *key, struct str text);    // not when it is empty
void post_write_constant(struct json_writer *json, const char *key, const char *text); // NULL: null
// "fields", where there are any. Whether `short` is said where nothing decides it: of Slack and Rocket.Chat.
void post_write_fields(struct post *post, struct json_writer *json, const struct chat_fields *fields, const bool *short_fields);

// ---- requests
// A POST of JSON; `url` and `body` are copied.
struct rendered_request *post_add_json(struct post *post, struct str url, const struct buf *body);
// Header lines "NAME: VALUE", up to two; NULL value: not said. ERR_INVALID when a value holds a line break; does not quote it.
MUST_CHECK bool post_set_headers(struct post *post, struct rendered_request *request, const struct named_text headers[2], struct error *err);
// `base`, `path`, and one slash between them.
struct str post_join_url(struct post *post, const char *base, const char *path);
void post_set_channel(struct post *post, struct str channel); // what refusals are about
struct str post_group_hash(struct post *post);                // what pagers know the incident by

// ---- answers
// A member of a JSON object that is asked for: where a text, a truth, or the texts of a list (with `between` them) go. What is of another type is passed over.
struct post_member {
	const char *name;
	struct str *text; // in the arena, or a part of the answer
	bool *truth;
	struct buf *list;
	const char *between;
};
// False when it is no whole JSON object; what came before the fault is there.
bool post_read_members(struct arena *arena, struct str json, const struct post_member *members, size_t count);

// ---- ops of all of them
bool post_send_resolved(const struct integration_config *config);
const struct http_config *post_http(const struct integration_config *config);
dur_ms post_timeout(const struct integration_config *config);
void post_secrets(const struct integration_config *config, struct secret_text out[NOTIFIER_SECRETS]);
void post_identity(const struct integration_config *config, struct buf *out);
bool post_render(const struct integration_config *config, const struct notification *notification, const struct notifier_context *context, struct arena *arena, struct rendered *out, struct error *err);

// ---- the notifiers: see their files
post_write slack_write, discord_write, msteams_write, msteamsv2_write, mattermost_write, rocketchat_write, webex_write, telegram_write, pagerduty_write,
    victorops_write, incidentio_write, opsgenie_write, pushover_write;
enum attempt_outcome slack_judge(const struct http_response *response, struct error *reason);
bool slack_remember(const struct integration_config *config, const struct http_response *response, struct buf *out);
enum attempt_outcome rocketchat_judge(const struct http_response *response, struct error *reason);
enum attempt_outcome pagerduty_judge(const struct http_response *response, struct error *reason);
enum attempt_outcome incidentio_judge(const struct http_response *response, struct error *reason);
enum attempt_outcome telegram_judge(const struct http_response *response, struct error *reason);
