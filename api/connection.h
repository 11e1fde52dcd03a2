// SPDX-License-Identifier: Apache-2.0
// microhttpd's callbacks: HTTP to struct request and back. All on the server's thread. Private to api/.
#pragma once
#include "api/request.h"

#include <microhttpd.h>

void *connection_begin(void *server, const char *target, struct MHD_Connection *connection); // the request, which goes round as *slot
enum MHD_Result connection_serve(void *server, struct MHD_Connection *connection, const char *url, const char *method, const char *version, const char *body, size_t *body_len, void **slot);
void connection_completed(void *server, struct MHD_Connection *connection, void **slot, enum MHD_RequestTerminationCode why);
size_t connection_unescape(void *server, struct MHD_Connection *connection, char *text);
void connection_change(void *server, struct MHD_Connection *connection, void **slot, enum MHD_ConnectionNotificationCode what); // begins, ends
void connection_resume(struct request *request);                                                                                // there is a reply now

bool server_is_stopping(const struct server *server);
// A GET more is served. False when there are as many as may be; then the reply is set.
MUST_CHECK bool server_enter_get(struct request *request);
struct web_guard *server_look_at_guard(struct server *server); // its files looked at
void server_ask_password(struct request *request);
void server_expect_request(const struct server *server, struct MHD_Connection *connection); // the next one may be long in coming
void server_expect_rest(struct MHD_Connection *connection);                                 // one has begun
void server_observe(struct request *request);                                               // it is answered, or its client is gone
void server_leave_get(struct request *request);                                             // accepts one that did not enter
