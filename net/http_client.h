// SPDX-License-Identifier: Apache-2.0
// Many concurrent HTTP requests over one curl multi, driven by its owner's loop. One thread owns a client.
// Never logs; errors carry neither credentials nor the userinfo of a URL.
#pragma once
#include "base/clock.h"
#include "base/error.h"
#include "base/str.h"
#include "model/http_config.h"

#include <poll.h>

struct http_client;
// A peer with its http_config resolved: reused by its requests. Its TLS files are read again on each connection, its other files on each request,
// the environment's proxies once. It keeps an OAuth2 token and so belongs to one client's thread.
struct http_endpoint;
struct http_exchange; // one request under way, through redirects

struct http_client_options {
	unsigned max_connections;          // kept open in all; 0 = 64
	unsigned max_connections_per_host; // 0 = 16
	const char *user_agent;
	size_t read_bytes; // taken from a connection at once, memory of each exchange; 0 = curl's 16 KiB, at least 1 KiB. Short answers need no more
};

struct http_client *http_client_create(const struct http_client_options *options);
void http_client_destroy(struct http_client *client); // cancels what is under way, without callbacks; NULL is fine

// Copies what it needs of config. Never fails: missing files fail the request that needs them.
struct http_endpoint *http_endpoint_create(const struct http_config *config);
void http_endpoint_destroy(struct http_endpoint *endpoint); // after its exchanges, before or after its client; NULL is fine

struct http_response {
	int status;              // 0 when no answer came
	dur_ms retry_after;      // from Retry-After (seconds or HTTP date); -1 when absent
	struct str content_type; // as answered; empty when absent
	struct str body;         // what was kept (at most max_body); empty when on_data took it
	bool is_body_cut;        // more came than max_body
	bool maybe_delivered;    // the request (or part of it) was written before it failed: the peer may have acted on it (LAW 3)
	struct error error;      // code ERR_NONE when a whole answer came, whatever its status
};

struct http_request {
	const char *method;                   // "GET", "POST"
	const char *url;                      // http or https only; copied
	struct str body;                      // empty = none
	bool is_body_borrowed;                // it stays where it is until the exchange has ended; else it is copied
	const char *content_type;             // NULL = none
	const char *const *headers;           // further "Name: value" lines, NULL-terminated, or NULL; copied
	const struct http_endpoint *endpoint; // NULL = defaults; outlives the exchange
	dur_ms timeout;                       // whole exchange, redirects and the wait for a token included; > 0
	size_t max_body;                      // bytes of the answer kept (beside on_data at most 2 MiB), or let through to on_data (more: ERR_LIMIT there)
	// Optional: takes the body of a 2xx answer piece by piece instead of keeping it; false aborts the exchange with ERR_INVALID.
	bool (*on_data)(void *context, struct str piece);
	// Exactly once, from http_client_poll, unless cancelled. `response` is borrowed for the call. May start further requests.
	void (*on_done)(void *context, const struct http_response *response);
	void *context;
};

struct http_exchange *http_client_start(struct http_client *client, const struct http_request *request);
void http_exchange_cancel(struct http_exchange *exchange);   // no callback follows; not from within its own callbacks
size_t http_client_active(const struct http_client *client); // fetches of tokens are among them

// One turn of the owner's loop: waits until there is traffic, one of `extra` is ready or timeout_ms passed; then runs callbacks.
// revents of `extra` are set. timeout_ms -1 = for ever.
void http_client_poll(struct http_client *client, struct pollfd *extra, size_t extra_count, int timeout_ms);
