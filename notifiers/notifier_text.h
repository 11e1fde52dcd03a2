// SPDX-License-Identifier: Apache-2.0
// Pieces of text that several notifiers write: quoted names, templated URLs, configurations as identities. Pure. Private to notifiers/.
#pragma once
#include "base/buf.h"
#include "notifiers/notifier.h"

// Go's regexp.QuoteMeta: payloads show the receiver so.
void notifier_text_quote_regexp(struct buf *out, struct str text);
// A configured URL that may be a template, and what it is run with. All borrowed.
struct url_template {
	const char *text;
	const struct notification *notification;
	bool with_resolved;
	const struct notifier_context *context;
};

// The result lives in arena. ERR_INVALID when the template fails or gives nothing; never quotes the URL.
MUST_CHECK bool notifier_text_url(const struct url_template *url, struct arena *arena, const char **out, struct error *err);
// A hash instead of a text that may hold a secret; NULL differs from "".
void notifier_text_secret(struct buf *out, const char *text);
void notifier_text_tls(struct buf *out, const struct tls_config *tls);
void notifier_text_http(struct buf *out, const struct http_config *http); // all of it, secrets hashed
