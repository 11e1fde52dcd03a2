// SPDX-License-Identifier: Apache-2.0
// Who is let in: users of the web configuration, bearer tokens of the configuration, clients with certificates. Reads files again when they
// have changed; while the new ones are broken the old ones count. Owned by the server's thread. Private to api/.
#pragma once
#include "api/request.h"
#include "api/web_config.h"

struct web_guard;
struct password_checker;

// `file`: the web configuration; NULL: none. ERR_*: what is wrong with it, or with the files it names.
struct web_guard *web_guard_create(const char *file, struct error *err);
void web_guard_destroy(struct web_guard *guard);                          // NULL is fine
const struct web_config *web_guard_config(const struct web_guard *guard); // NULL: there is none
bool web_guard_has_tls(const struct web_guard *guard);
struct web_tls *web_guard_tls(struct web_guard *guard); // borrowed
// Looks at the files. False when they have changed and are broken: said once a change.
MUST_CHECK bool web_guard_look(struct web_guard *guard, struct error *err);

// Whether one request more is within rate_limit; counts it.
MUST_CHECK bool web_guard_admits(struct web_guard *guard, mono_ms now);

enum guard_verdict {
	GUARD_OPEN,      // let in
	GUARD_UNKNOWN,   // nobody has shown who he is, or he is not: 401
	GUARD_FORBIDDEN, // known, but not for this: 403
	GUARD_ASK,       // a password must be compared: web_guard_ask
};
// By the request's headers, its route and the setup in force. Later the same again for GUARD_ASK, once the password is known.
enum guard_verdict web_guard_judge(struct web_guard *guard, struct request *request);
// Has the password of the request compared; then the request goes on by `then`, or is answered. The caller looks at request->awaited.
void web_guard_ask(struct web_guard *guard, struct password_checker *checker, struct request *request);
void web_guard_refuse(struct web_guard *guard, struct request *request, enum guard_verdict verdict); // sets the reply
