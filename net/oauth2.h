// SPDX-License-Identifier: Apache-2.0
// OAuth2's grants for machines, client credentials (RFC 6749, 4.4) and JWT bearer (RFC 7523): the token of one endpoint, asked for when needed over its client, kept until it is
// about to expire. Private to net/. One thread. Source of the details: golang.org/x/oauth2, as prometheus/common uses it.
#pragma once
#include "base/buf.h"
#include "net/http_client.h"

struct oauth2_source;

enum oauth2_state { OAUTH2_READY,
	OAUTH2_NEEDED,   // to be fetched
	OAUTH2_FAILED }; // the secret cannot be read

struct oauth2_source *oauth2_source_create(const struct oauth2_config *config); // config outlives it
void oauth2_source_destroy(struct oauth2_source *source);                       // ends a fetch; NULL is fine
// Reads the secret's file again: another secret needs another token.
enum oauth2_state oauth2_source_check(struct oauth2_source *source, mono_ms now, struct error *err);
void oauth2_source_fetch(struct oauth2_source *source, struct http_client *client); // unless it is under way
bool oauth2_source_is_fetching(const struct oauth2_source *source);
// Appends "Authorization: TYPE TOKEN\n" with the token that was fetched last, however old; or fails with what the fetch failed with.
MUST_CHECK bool oauth2_source_authorize(const struct oauth2_source *source, struct buf *lines, struct error *err);
// The peer answered 401. True when the token is forgotten and a new one may help; a young one is kept, it is not its fault.
bool oauth2_source_refused(struct oauth2_source *source, mono_ms now);
// The fetch is over or cancelled by its client.
void oauth2_source_detach(struct oauth2_source *source);
