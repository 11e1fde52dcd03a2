// SPDX-License-Identifier: Apache-2.0
// TLS for connections that come in: certificate, key and clients' authorities of a web configuration, put into each session as it begins,
// so that new files are used at the next handshake. One thread. Private to api/. The only file that knows GnuTLS.
#pragma once
#include "api/web_config.h"
#include "base/buf.h"

struct web_tls;

// Reads what the configuration names. ERR_IO, ERR_NOT_FOUND, ERR_INVALID.
struct web_tls *web_tls_create(const struct web_config *config, struct error *err);
struct web_tls *web_tls_ref(struct web_tls *tls);
void web_tls_unref(struct web_tls *tls); // NULL is fine; sessions hold a reference of their own
// Before the handshake; `session` is a gnutls_session_t. The caller keeps a reference until the session ends.
void web_tls_apply(struct web_tls *tls, void *session);
// Appends the certificate and key as PEM: for a library that wants some at its start.
MUST_CHECK bool web_tls_read_pair(const struct web_config *config, struct buf *cert, struct buf *key, struct error *err);
