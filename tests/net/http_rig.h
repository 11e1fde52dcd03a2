// SPDX-License-Identifier: Apache-2.0
// What the tests of the HTTP client stand on: one client, the server of http_server.py, and what a callback was told.
#pragma once
#include "base/buf.h"
#include "net/http_client.h"
#include "tests/harness/fixture.h"

extern struct fixture rig_server;
extern struct http_client *rig_client;

void rig_begin(void); // a new client; starts the server where it is not running
void rig_end(void);
// The server's listener of that name. Borrowed until the next call.
const char *rig_url(const char *scheme, const char *host, const char *listener, const char *path);
const char *rig_plain(const char *path);
// A file in the test's directory, where the server writes its certificates. One of eight that are borrowed in turn.
const char *rig_file(const char *name);

struct answer {
	int calls, status;
	dur_ms retry_after;
	bool is_cut, maybe_delivered;
	struct error error;
	struct buf body, pieces;
	size_t refuse_after; // pieces' bytes; 0 = never
};

struct http_request rig_request(const char *method, const char *url, struct answer *answer); // answer: its context
bool rig_take_piece(void *context, struct str piece);                                        // on_data
struct answer rig_fresh(struct answer *old);                                                 // frees what it holds
void rig_run(void);                                                                          // until nothing is under way
struct answer *rig_ask(struct http_request request);                                         // one, to its end; borrowed until the next call
struct answer *rig_get(const struct http_endpoint *endpoint, const char *url);               // the same
// A POST of "hello" with an endpoint and a client of its own.
struct answer *rig_ask_with(const struct http_config *config, const char *url);
bool rig_has(const struct buf *text, const char *part);
