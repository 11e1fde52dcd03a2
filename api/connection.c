// SPDX-License-Identifier: Apache-2.0
// Requests as microhttpd brings them, replies as it takes them. See connection.h.
#include "api/connection.h"

#include "api/routes.h"
#include "api/web_guard.h"
#include "api/web_tls.h"
#include "model/limits.h"

enum { SENT_PIECE_BYTES = 64 << 10 };

// ---- the reply ----

// What is rendered and not yet sent; empty at the end.
static struct str next_piece(struct request *request) {
	if (request->sent == request->text.len && request->render != NULL) {
		buf_reset(&request->text);
		request->sent = 0;
		if (!request->render(request, &request->text))
			request->render = NULL;
	}
	return str_skip(buf_str(&request->text), request->sent);
}

// Body pieces of a streamed reply: each is a chunk and a write, so it takes all the room.
static ssize_t send_piece(void *context, uint64_t position, char *to, size_t room) {
	(void)position;
	struct request *request = context;
	size_t filled = 0;
	for (struct str piece; filled < room && (piece = next_piece(request)).len > 0;) {
		piece = str_head(piece, room - filled);
		memcpy(to + filled, piece.data, piece.len);
		request->sent += piece.len;
		filled += piece.len;
	}
	request->bytes += filled;
	return filled > 0 ? (ssize_t)filled : MHD_CONTENT_READER_END_OF_STREAM;
}

static struct MHD_Response *make_response(struct request *request) {
	if (request->render != NULL && !request->render(request, &request->text))
		request->render = NULL; // all of it came at once: it gets a Content-Length
	if (request->render != NULL)
		return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, SENT_PIECE_BYTES, send_piece, request, NULL);
	request->bytes = request->text.len;
	return MHD_create_response_from_buffer(request->text.len, (void *)(uintptr_t)buf_cstr(&request->text), MHD_RESPMEM_MUST_COPY);
}

static void add_unless_there(struct MHD_Response *response, const char *name, const char *value) {
	if (value != NULL && MHD_get_response_header(response, name) == NULL)
		MHD_add_response_header(response, name, value);
}

static void add_configured(const struct request *request, struct MHD_Response *response) {
	const struct web_config *config = web_guard_config(server_guard(request->server));
	for (size_t i = 0; config != NULL && i < config->headers.count; i++)
		MHD_add_response_header(response, config->headers.items[i].name.data, config->headers.items[i].value.data);
}

// The origin of the page that asks, when it may; else NULL.
static const char *allowed_origin(const struct request *request) {
	const struct regex *allowed = server_setup(request->server)->cors_origin;
	const char *origin = allowed == NULL ? NULL : MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_ORIGIN);
	return origin != NULL && str_is_utf8(str_of(origin)) && regex_test(allowed, str_of(origin)) == REGEX_MATCH ? origin : NULL;
}

// A page of another origin posts what a form may hold, or a body without a type, without asking whether it may, and the browser adds the user's password.
// What is JSON it asks for before, and then allowed_origin counts.
static bool may_be_forged(const struct request *request) {
	const char *origin = MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_ORIGIN);
	bool changes = request->route != NULL && route_scope(request->route) != SCOPE_READ;
	if (origin == NULL || !changes || strcmp(request->method, MHD_HTTP_METHOD_POST) != 0 || request_is_json(request))
		return false;
	const char *host = MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_HOST), *own = strstr(origin, "://");
	bool is_own = host != NULL && own != NULL && strcasecmp(own + 3, host) == 0;
	return !is_own && allowed_origin(request) == NULL;
}

static void add_cors(const struct request *request, struct MHD_Response *response) {
	const char *origin = allowed_origin(request);
	if (server_setup(request->server)->cors_origin != NULL)
		MHD_add_response_header(response, MHD_HTTP_HEADER_VARY, "Origin");
	if (origin == NULL)
		return;
	MHD_add_response_header(response, MHD_HTTP_HEADER_ACCESS_CONTROL_ALLOW_ORIGIN, origin);
	MHD_add_response_header(response, "Access-Control-Allow-Headers", "Accept, Authorization, Content-Type, Origin");
	MHD_add_response_header(response, "Access-Control-Allow-Methods", "GET, POST, DELETE, OPTIONS");
}

static enum MHD_Result send_reply(struct request *request) {
	struct MHD_Response *response = make_response(request);
	if (response == NULL)
		return MHD_NO;
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, request->content_type);
	if (request->allow != NULL)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, request->allow);
	if (request->location != NULL)
		MHD_add_response_header(response, MHD_HTTP_HEADER_LOCATION, request->location);
	if (request->status == 503)
		MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, "1");
	if (request->challenge != NULL)
		MHD_add_response_header(response, MHD_HTTP_HEADER_WWW_AUTHENTICATE, request->challenge);
	add_configured(request, response);
	for (const struct reply_header *header = request->headers; header != NULL && header->name != NULL; header++)
		add_unless_there(response, header->name, header->value);
	add_unless_there(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	add_unless_there(response, MHD_HTTP_HEADER_ETAG, request->etag);
	add_cors(request, response);
	enum MHD_Result rc = MHD_queue_response(request->connection, request->status, response);
	MHD_destroy_response(response);
	return rc;
}

// ---- the request ----

// What was announced and is above the limit is refused before it is read.
static bool announces_too_much(const struct request *request) {
	const char *length = MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
	return length != NULL && strtoull(length, NULL, 10) > route_body_max(request->route);
}

// What the library lets pass: two lengths are how a request hides behind another one where a proxy takes the other of them, and of a body in
// an encoding that nobody knows the end is not to be found. Source: Go's net/http.
struct framing {
	unsigned lengths, hosts;
	bool has_unknown_encoding;
};

static enum MHD_Result look_at_header(void *context, enum MHD_ValueKind kind, const char *name, const char *value) {
	(void)kind;
	struct framing *framing = context;
	framing->lengths += strcasecmp(name, MHD_HTTP_HEADER_CONTENT_LENGTH) == 0;
	framing->hosts += strcasecmp(name, MHD_HTTP_HEADER_HOST) == 0;
	if (strcasecmp(name, MHD_HTTP_HEADER_TRANSFER_ENCODING) == 0 && strcasecmp(value, "chunked") != 0)
		framing->has_unknown_encoding = true;
	return MHD_YES;
}

// The status of a request that cannot be told from what follows it, or 0.
static unsigned bad_framing(const struct request *request, const char *version) {
	struct framing framing = { 0 };
	MHD_get_connection_values(request->connection, MHD_HEADER_KIND, look_at_header, &framing);
	if (framing.lengths > 1 || framing.hosts > 1 || (framing.hosts == 0 && strcmp(version, MHD_HTTP_VERSION_1_0) != 0))
		return 400;
	return framing.has_unknown_encoding ? 501 : 0;
}

static enum MHD_Result refuse_framing(struct request *request, unsigned status) {
	reply_text(request, status, status == 501 ? "Unsupported transfer encoding\n" : "400 Bad Request\n");
	return send_reply(request);
}

static enum MHD_Result take_headers(struct request *request, const char *method, const char *version) {
	request->method = arena_cstr(&request->arena, str_of(method));
	request->body_type = MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_TYPE); // lives as long
	request->known_etag = MHD_lookup_connection_value(request->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_IF_NONE_MATCH);
	request->route = route_find(request);
	if (strcmp(method, MHD_HTTP_METHOD_OPTIONS) == 0 && allowed_origin(request) != NULL) {
		reply_text(request, 204, ""); // a browser asks before it asks
		return send_reply(request);
	}
	unsigned refused = bad_framing(request, version);
	if (refused != 0)
		return refuse_framing(request, refused);
	struct web_guard *guard = server_look_at_guard(request->server);
	if (!web_guard_admits(guard, clock_mono())) {
		reply_text(request, 429, "Too Many Requests\n");
		return send_reply(request);
	}
	enum guard_verdict verdict = web_guard_judge(guard, request);
	request->needs_password = verdict == GUARD_ASK;
	if (verdict == GUARD_UNKNOWN || verdict == GUARD_FORBIDDEN)
		web_guard_refuse(guard, request, verdict);
	else if (may_be_forged(request))
		reply_text(request, 403, "a page of another origin may not ask for this\n");
	else if (announces_too_much(request))
		reply_text(request, 413, "request body too large\n");
	else
		return MHD_YES;
	return send_reply(request);
}

static void hold_piece(struct request *request, struct str piece) {
	if (!server_admit_body(request->server, piece.len)) {
		reply_text(request, 503, "too many request bodies at a time\n");
		return;
	}
	request->body_admitted += piece.len;
	request->route->take_body(request, piece);
}

// Nothing can be replied in the middle of a body: what is above the limit is read and dropped, up to as much again.
static enum MHD_Result take_body(struct request *request, struct str piece) {
	size_t max = route_body_max(request->route);
	request->body_bytes += piece.len;
	if (request->body_bytes > 2 * max)
		return MHD_NO;
	if (request->body_bytes > max)
		reply_text(request, 413, "request body too large\n");
	else if (request->status == 0 && request->route != NULL && request->route->take_body != NULL)
		hold_piece(request, piece);
	return MHD_YES;
}

// Whoever asks may.
static void enter(struct request *request) {
	if (!request->route->is_page && !server_enter_get(request))
		return;
	request->then = request->route->handle;
	request_ask_views(request);
	request_go_on(request);
}

static enum MHD_Result take_end(struct request *request) {
	if (request->status == 0 && server_is_stopping(request->server))
		reply_text(request, 503, "shutting down\n");
	if (request->needs_password) {
		request->needs_password = false;
		request->then = enter;
		server_ask_password(request);
	} else if (request->status == 0) {
		enter(request);
	}
	if (request->status != 0) // some of it may still be awaited, when that took too long
		return send_reply(request);
	MHD_suspend_connection(request->connection);
	return MHD_YES;
}

void connection_resume(struct request *request) {
	MHD_resume_connection(request->connection);
}

// ---- the callbacks ----

void *connection_begin(void *server, const char *target, struct MHD_Connection *connection) {
	server_expect_rest(connection);
	return request_create(server, connection, str_of(target));
}

// NOLINTNEXTLINE(readability-function-size): the library chose the parameters
enum MHD_Result connection_serve(void *server, struct MHD_Connection *connection, const char *url, const char *method, const char *version, const char *body, size_t *body_len, void **slot) {
	(void)server, (void)connection, (void)url;
	struct request *request = *slot;
	if (request->method == NULL)
		return take_headers(request, method, version);
	if (*body_len == 0)
		return take_end(request);
	struct str piece = str_make(body, *body_len);
	*body_len = 0;
	return take_body(request, piece);
}

// The library does not see the end of what a client says when it comes together with a request: it is made to look once more.
static void look_for_end(struct MHD_Connection *connection) {
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	char next;
	if (info != NULL && recv(info->connect_fd, &next, 1, MSG_PEEK | MSG_DONTWAIT) == 0)
		shutdown(info->connect_fd, SHUT_RD);
}

void connection_completed(void *server, struct MHD_Connection *connection, void **slot, enum MHD_RequestTerminationCode why) {
	struct request *request = *slot;
	*slot = NULL;
	if (why == MHD_REQUEST_TERMINATED_COMPLETED_OK) {
		server_expect_request(server, connection);
		look_for_end(connection);
	}
	if (request == NULL)
		return;
	server_leave_get(request);
	server_observe(request);
	request->is_left = request->awaited > 0;
	if (!request->is_left)
		request_destroy(request);
}

// A TLS session gets the certificates there are now, and keeps them.
void connection_change(void *server, struct MHD_Connection *connection, void **slot, enum MHD_ConnectionNotificationCode what) {
	if (what == MHD_CONNECTION_NOTIFY_CLOSED) {
		web_tls_unref(*slot);
		*slot = NULL;
		return;
	}
	struct web_tls *tls = web_guard_tls(server_look_at_guard(server));
	const union MHD_ConnectionInfo *info = tls == NULL ? NULL : MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
	if (info == NULL)
		return;
	*slot = web_tls_ref(tls);
	web_tls_apply(tls, info->tls_session);
}

// The target was read as it came (connection_begin): nobody looks at what the library makes of it.
size_t connection_unescape(void *server, struct MHD_Connection *connection, char *text) {
	(void)server, (void)connection;
	return strlen(text);
}
