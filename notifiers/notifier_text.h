// SPDX-License-Identifier: Apache-2.0
// Pieces of text that several notifiers write: quoted names, templated URLs, configurations as identities. Pure. Private to notifiers/.
#pragma once
#include "base/buf.h"
#include "notifiers/notifier.h"

// Go's regexp.QuoteMeta: payloads show the receiver so.
void notifier_text_quote_regexp(struct buf *out, struct str text);
// SHA-256 of the group key in hexadecimal: what others know the group by.
struct str notifier_text_group_hash(struct arena *arena, const struct notification *notification);
// Text within HTML: <, > and & as numbers.
void notifier_text_escape_html(struct buf *out, struct str text);
// What a configured text is run with. All borrowed.
struct text_run {
	const struct template_set *set;
	const struct template_env *env;
	struct arena *arena; // for values on the way, and results
};

// Appends the text, run as a template where it holds actions. ERR_INVALID with Go's message when it fails: then *out is unchanged.
MUST_CHECK bool notifier_text_expand(const struct text_run *run, const char *text, struct buf *out, struct error *err);
// The same of a URL, white space around it cut off. ERR_INVALID also when nothing is left; never quotes the URL.
MUST_CHECK bool notifier_text_url(const struct text_run *run, const char *text, const char **out, struct error *err);
// A hash instead of a text that may hold a secret; NULL differs from "".
void notifier_text_secret(struct buf *out, const char *text);
void notifier_text_tls(struct buf *out, const struct tls_config *tls);
void notifier_text_http(struct buf *out, const struct http_config *http); // all of it, secrets hashed
