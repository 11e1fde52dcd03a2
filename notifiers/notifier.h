// SPDX-License-Identifier: Apache-2.0
// The ops table of notifiers: each kind turns a notification into requests or a mail, and judges the answers. Pure: no I/O, no clock.
// Private to notifiers/. Adding a kind = a file and a row in notifier_table.c.
#pragma once
#include "model/receiver_config.h"
#include "net/http_client.h"
#include "notifiers/mail_holders.h"
#include "notifiers/notification.h"

enum attempt_outcome { ATTEMPT_OK,
	ATTEMPT_RETRY,
	ATTEMPT_GIVE_UP };

struct post;

struct rendered_request {   // sent in order; the next only after the one before was taken
	const char *method; // NULL: POST
	const char *url;    // in the arena
	const char *content_type;
	const char *const *headers; // "Name: value", NULL-terminated; in the arena; may be NULL
	struct str body;
};

struct mail {                   // one message for one session; texts in the arena
	struct str from;        // bare address of MAIL FROM
	struct str *recipients; // bare addresses, no CR, LF, NUL, < or >; those of holders are left out
	size_t recipient_count;
	struct mail_holders holders; // who got it at an earlier attempt
	struct str text;             // whole message, CRLF throughout, 7 bit, not dot-stuffed
	struct str id;               // its Message-Id: the same at each attempt of one delivery
};

struct rendered {
	struct rendered_request *requests; // HTTP kinds
	size_t request_count;
	struct mail *mail;            // mail kinds
	const char *about;            // what an answer that refuses is about, put before the reason: "channel \"#x\""; NULL: nothing; in the arena
	const char *template_failure; // why a default text stands in for a configured one (LAW 21); NULL: all is as configured; in the arena
};

enum { NOTIFIER_SECRETS = 1 + POST_KEYS }; // the URL and what the receiver is asked with

struct notifier_context {
	const struct template_set *text_templates; // notification functions; default templates and the users'
	const struct template_set *html_templates;
	const char *external_url;
	const char *instance;                  // the store's UUID: CloudEvents source urn:fluidos:tocsin:<uuid>
	const char *user_agent;                // "Alertmanager/0.34.0 tocsin/x.y.z"
	wall_ms now;                           // of this attempt
	const char *secrets[NOTIFIER_SECRETS]; // as ops->secrets names them, files read; NULL: nothing was configured, or nobody read it
	const char *receiver_data;             // what `remember` made of an earlier answer about this group; NULL: nothing
};

struct notifier_ops {
	enum integration_kind kind;
	const char *name; // "webhook"
	const char *help; // one sentence
	bool is_mail;
	bool (*send_resolved)(const struct integration_config *config);
	const struct http_config *(*http)(const struct integration_config *config); // NULL for mail
	dur_ms (*timeout)(const struct integration_config *config);                 // of one attempt
	// Texts that may be in files, which the loop reads at each attempt: render is given them. NULL: none. *out is zeroed.
	void (*secrets)(const struct integration_config *config, struct secret_text out[NOTIFIER_SECRETS]);
	// Text identity of the configuration without secrets' plain text (hashes are fine): an integration with an equal identity is the same (LAW 20).
	void (*identity)(const struct integration_config *config, struct buf *out);
	// ERR_INVALID (a template failed for good, no recipient): gives up this flush. Results live in arena.
	bool (*render)(const struct integration_config *config, const struct notification *notification, const struct notifier_context *context, struct arena *arena, struct rendered *out, struct error *err);
	bool (*write)(struct post *post, struct error *err); // of those that post_render renders: see post.h
	// What an HTTP answer means; fills reason with a text for the log, without secrets.
	enum attempt_outcome (*judge)(const struct http_response *response, struct error *reason);
	// What of an answer is kept with the group, for later renderings: true with the text in *out (empty: nothing any more). NULL: nothing ever.
	bool (*remember)(const struct integration_config *config, const struct http_response *response, struct buf *out);
};

extern const struct notifier_ops webhook_notifier, email_notifier, security_agent_notifier;
const struct notifier_ops *notifier_find(enum integration_kind kind);
const struct notifier_ops *post_notifier_find(enum integration_kind kind); // of those that begin with a post_config; else NULL
// For HTTP kinds: 2xx is taken; no answer, 429 and 5xx are tried again; anything else is final.
enum attempt_outcome notifier_judge_http(const struct http_response *response, struct error *reason);
// The same with `details` in the reason instead of the beginning of the answer.
enum attempt_outcome notifier_judge_with(const struct http_response *response, struct str details, struct error *reason);
