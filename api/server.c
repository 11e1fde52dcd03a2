// SPDX-License-Identifier: Apache-2.0
// The API's role: one thread that drives microhttpd by epoll and takes views from its inbox. A request that needs a view is suspended
// until every owner has answered. External epoll, since microhttpd's own epoll thread stalls at 128 ready connections.
#include "api/server.h"

#include "api/listen.h"
#include "api/request.h"
#include "base/log.h"
#include "base/role.h"
#include "model/limits.h"

#include <microhttpd.h>

#include <poll.h>

enum {
	CONNECTIONS_MAX = 1000,
	CONNECTIONS_PER_ADDRESS_MAX = 900,
	IDLE_SECONDS = 60,
	STOP_WAIT_MS = 5000,
	SENT_PIECE_BYTES = 64 << 10,
};

enum server_message { SERVER_EVALUATION,
	SERVER_DISPATCH,
	SERVER_RELOADED,
	SERVER_STOP };

struct server {
	struct server_options options;
	struct MHD_Daemon *daemon; // owned by the server thread once started
	int listen_socket;         // the daemon's once started
	struct inbox inbox;
	struct role_thread thread;
	struct message stop;
	size_t awaited; // views and reloads under way, of all requests
	bool is_stopping;
	pthread_mutex_t setup_lock;
	struct api_setup *next_setup; // under setup_lock: what server_set_setup left
	struct api_setup *setup;      // the server thread's
};

// ---- setup ----

struct api_setup *api_setup_create(void) {
	struct api_setup *setup = MEM_NEW(struct api_setup);
	ref_init(&setup->ref);
	return setup;
}

struct api_setup *api_setup_ref(struct api_setup *setup) {
	ref_take(&setup->ref);
	return setup;
}

void api_setup_unref(struct api_setup *setup) {
	if (setup == NULL || !ref_drop(&setup->ref))
		return;
	free(setup->config_original);
	free(setup->datasource_url);
	free(setup->external_url);
	free(setup);
}

void server_set_setup(struct server *server, struct api_setup *setup) {
	pthread_mutex_lock(&server->setup_lock);
	api_setup_unref(server->next_setup);
	server->next_setup = api_setup_ref(setup);
	pthread_mutex_unlock(&server->setup_lock);
}

static void take_setup(struct server *server) {
	pthread_mutex_lock(&server->setup_lock);
	struct api_setup *next = server->next_setup;
	server->next_setup = NULL;
	pthread_mutex_unlock(&server->setup_lock);
	if (next == NULL)
		return;
	api_setup_unref(server->setup);
	server->setup = next;
}

const struct server_options *server_options(const struct server *server) {
	return &server->options;
}

struct api_setup *server_setup(struct server *server) {
	return server->setup;
}

// ---- views ----

static void ask_evaluators(struct request *request) {
	struct server *server = request->server;
	struct evaluator_pool *pool = server->options.evaluators;
	size_t count = pool == NULL ? 0 : evaluator_pool_size(pool);
	request->evaluations = arena_alloc(&request->arena, (count + 1) * sizeof(struct evaluation_view *));
	for (size_t i = 0; i < count; i++) {
		struct evaluator_view_request *ask = MEM_NEW(struct evaluator_view_request);
		*ask = (struct evaluator_view_request){ .reply_to = &server->inbox, .reply_kind = SERVER_EVALUATION, .wants_alerts = (request->route->needs & NEEDS_RULE_ALERTS) != 0, .history_of = request->named, .context = request };
		if (evaluator_pool_ask(pool, i, ask)) {
			request->awaited++;
			continue;
		}
		request->is_closing = true;
		free(ask);
	}
}

static void ask_dispatcher(struct request *request) {
	struct server *server = request->server;
	struct dispatcher_view_request *ask = MEM_NEW(struct dispatcher_view_request);
	*ask = (struct dispatcher_view_request){ .message.kind = DISPATCHER_VIEW, .reply_to = &server->inbox, .reply_kind = SERVER_DISPATCH, .context = request };
	if (inbox_post(dispatcher_inbox(server->options.dispatcher), &ask->message)) {
		request->awaited++;
		return;
	}
	request->is_closing = true;
	free(ask);
}

static void ask_reload(struct request *request) {
	struct server *server = request->server;
	struct reload_request *ask = MEM_NEW(struct reload_request);
	*ask = (struct reload_request){ .message.kind = server->options.reload_kind, .reply_to = &server->inbox, .reply_kind = SERVER_RELOADED, .context = request };
	if (inbox_post(server->options.control, &ask->message)) {
		request->awaited++;
		return;
	}
	request->is_closing = true;
	free(ask);
}

static void ask_for_views(struct request *request) {
	unsigned needs = request->route->needs;
	if (needs & (NEEDS_RULES | NEEDS_RULE_ALERTS | NEEDS_HISTORY))
		ask_evaluators(request);
	if (needs & NEEDS_DISPATCH)
		ask_dispatcher(request);
	if (needs & NEEDS_RELOAD)
		ask_reload(request);
	request->server->awaited += request->awaited;
}

static void run_handler(struct request *request) {
	if (request->status != 0)
		return; // a reload has answered already
	if (request->is_closing)
		reply_text(request, 503, "shutting down\n");
	else
		request->route->handle(request);
}

static void answer_came(struct request *request) {
	request->server->awaited--;
	if (--request->awaited > 0)
		return;
	run_handler(request);
	MHD_resume_connection(request->connection);
}

static void take_evaluation(struct message *message) {
	struct evaluator_view_request *answer = (struct evaluator_view_request *)message;
	struct request *request = answer->context;
	if (answer->view != NULL)
		request->evaluations[request->evaluation_count++] = answer->view;
	else
		request->is_closing = true;
	free(answer);
	answer_came(request);
}

static void take_dispatch(struct message *message) {
	struct dispatcher_view_request *answer = (struct dispatcher_view_request *)message;
	struct request *request = answer->context;
	request->dispatch = answer->view;
	request->is_closing |= answer->view == NULL;
	free(answer);
	answer_came(request);
}

static void take_reload(struct message *message) {
	struct reload_request *answer = (struct reload_request *)message;
	struct request *request = answer->context;
	reply_text(request, answer->ok ? 200 : 500, answer->ok ? "" : "failed to reload config: ");
	if (!answer->ok)
		buf_append_cstr(&request->text, answer->problems == NULL ? "shutting down\n" : answer->problems);
	free(answer->problems);
	free(answer);
	answer_came(request);
}

static void take_messages(struct server *server) {
	for (struct message *message = inbox_take(&server->inbox), *next; message != NULL; message = next) {
		next = message->next;
		switch ((enum server_message)message->kind) {
		case SERVER_EVALUATION:
			take_evaluation(message);
			break;
		case SERVER_DISPATCH:
			take_dispatch(message);
			break;
		case SERVER_RELOADED:
			take_reload(message);
			break;
		case SERVER_STOP:
			server->is_stopping = true;
			break;
		}
	}
}

// ---- microhttpd's callbacks ----

static enum MHD_Result add_parameter(void *context, enum MHD_ValueKind kind, const char *key, const char *value) {
	(void)kind;
	struct request *request = context;
	struct parameter parameter = {
		.name = arena_dup_str(&request->arena, str_of(key)),
		.value = arena_dup_str(&request->arena, str_of(value)),
	};
	array_append(request, parameter);
	return MHD_YES;
}

static struct request *request_create(struct server *server, struct MHD_Connection *connection, const char *method, const char *path) {
	struct request *request = MEM_NEW(struct request);
	request->server = server;
	request->connection = connection;
	request->method = arena_cstr(&request->arena, str_of(method));
	request->path = arena_dup_str(&request->arena, str_of(path));
	MHD_get_connection_values(connection, MHD_GET_ARGUMENT_KIND, add_parameter, request);
	return request;
}

static void request_destroy(struct request *request) {
	for (size_t i = 0; i < request->evaluation_count; i++)
		evaluation_view_unref(request->evaluations[i]);
	if (request->dispatch != NULL)
		dispatch_view_unref(request->dispatch);
	array_finish(request);
	buf_finish(&request->text);
	arena_finish(&request->arena);
	free(request);
}

static void on_completed(void *context, struct MHD_Connection *connection, void **slot, enum MHD_RequestTerminationCode why) {
	(void)context, (void)connection, (void)why;
	if (*slot != NULL)
		request_destroy(*slot);
	*slot = NULL;
}

// Body pieces of a streamed reply.
static ssize_t send_piece(void *context, uint64_t position, char *to, size_t room) {
	(void)position;
	struct request *request = context;
	if (request->sent == request->text.len && request->render != NULL) {
		buf_reset(&request->text);
		request->sent = 0;
		if (!request->render(request, &request->text))
			request->render = NULL;
	}
	size_t left = request->text.len - request->sent;
	if (left == 0)
		return MHD_CONTENT_READER_END_OF_STREAM;
	size_t count = left < room ? left : room;
	memcpy(to, request->text.data + request->sent, count);
	request->sent += count;
	return (ssize_t)count;
}

static struct MHD_Response *make_response(struct request *request) {
	if (request->render != NULL && !request->render(request, &request->text))
		request->render = NULL; // all of it came at once: it gets a Content-Length
	if (request->render != NULL)
		return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, SENT_PIECE_BYTES, send_piece, request, NULL);
	return MHD_create_response_from_buffer(request->text.len, (void *)(uintptr_t)buf_cstr(&request->text), MHD_RESPMEM_MUST_COPY);
}

static enum MHD_Result send_reply(struct request *request) {
	struct MHD_Response *response = make_response(request);
	if (response == NULL)
		return MHD_NO;
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, request->content_type);
	MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	if (request->allow != NULL)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, request->allow);
	if (request->location != NULL)
		MHD_add_response_header(response, MHD_HTTP_HEADER_LOCATION, request->location);
	if (request->status == 503)
		MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, "1");
	enum MHD_Result rc = MHD_queue_response(request->connection, request->status, response);
	MHD_destroy_response(response);
	return rc;
}

// Content-Length above the limit is refused before the body is read.
static bool announces_too_much(struct MHD_Connection *connection) {
	const char *length = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_CONTENT_LENGTH);
	return length != NULL && strtoull(length, NULL, 10) > LIMIT_REQUEST_BYTES;
}

static enum MHD_Result on_begin(struct server *server, struct MHD_Connection *connection, const char *url, const char *method, void **slot) {
	struct request *request = request_create(server, connection, method, url);
	*slot = request;
	if (!announces_too_much(connection))
		return MHD_YES;
	reply_text(request, 413, "request body too large\n");
	return send_reply(request);
}

static enum MHD_Result on_complete_request(struct request *request) {
	if (request->status != 0)
		return send_reply(request);
	if (request->body_too_large)
		reply_text(request, 413, "request body too large\n");
	else if (request->server->is_stopping)
		reply_text(request, 503, "shutting down\n");
	else
		request->route = route_find(request);
	if (request->route == NULL)
		return send_reply(request);
	ask_for_views(request);
	if (request->awaited > 0) {
		MHD_suspend_connection(request->connection);
		return MHD_YES;
	}
	run_handler(request);
	return send_reply(request);
}

// NOLINTNEXTLINE(readability-function-size): the library chose the parameters
static enum MHD_Result on_request(void *context, struct MHD_Connection *connection, const char *url, const char *method, const char *version, const char *body, size_t *body_len, void **slot) {
	(void)version, (void)body;
	if (*slot == NULL)
		return on_begin(context, connection, url, method, slot);
	struct request *request = *slot;
	if (*body_len == 0)
		return on_complete_request(request);
	request->body_bytes += *body_len;
	request->body_too_large |= request->body_bytes > LIMIT_REQUEST_BYTES;
	*body_len = 0;
	return MHD_YES;
}

// An escaped NUL would end a path or a value early: it becomes a character that no route and no name has.
static size_t unescape(void *context, struct MHD_Connection *connection, char *text) {
	(void)context, (void)connection;
	size_t len = MHD_http_unescape(text);
	for (size_t i = 0; i < len; i++)
		if (text[i] == '\0')
			text[i] = '\x01';
	return len;
}

// ---- the loop ----

static int poll_timeout(struct server *server) {
	MHD_UNSIGNED_LONG_LONG timeout = 0;
	if (MHD_get_timeout(server->daemon, &timeout) != MHD_YES)
		return -1;
	return timeout > 60000 ? 60000 : (int)timeout;
}

static void turn(struct server *server, int longest_ms) {
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);
	struct pollfd fds[] = {
		{ .fd = info->epoll_fd, .events = POLLIN },
		{ .fd = inbox_fd(&server->inbox), .events = POLLIN },
	};
	int timeout = poll_timeout(server);
	if (longest_ms >= 0 && (timeout < 0 || timeout > longest_ms))
		timeout = longest_ms;
	poll(fds, 2, timeout);
	take_setup(server);
	take_messages(server);
	MHD_run(server->daemon);
}

static void serve(void *role) {
	struct server *server = role;
	while (!server->is_stopping)
		turn(server, -1);
	mono_ms until = clock_mono() + STOP_WAIT_MS;
	while (server->awaited > 0 && clock_mono() < until)
		turn(server, 50);
	if (server->awaited > 0)
		log_line(LOG_WARN, "api", "stopping although views are still awaited", NULL);
	for (int i = 0; i < 10; i++) // lets the last replies out
		turn(server, 5);
}

// ---- life ----

struct server *server_create(const struct server_options *options, struct error *err) {
	int socket = listen_open(options->listen_address, err);
	if (socket < 0)
		return NULL;
	struct server *server = MEM_NEW(struct server);
	server->options = *options;
	server->listen_socket = socket;
	server->setup = api_setup_ref(options->setup);
	pthread_mutex_init(&server->setup_lock, NULL);
	inbox_init(&server->inbox, 0);
	return server;
}

unsigned server_port(const struct server *server) {
	return listen_port(server->listen_socket);
}

bool server_start(struct server *server, struct error *err) {
	server->daemon = MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, on_request, server,
	    MHD_OPTION_LISTEN_SOCKET, server->listen_socket,
	    MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL,
	    MHD_OPTION_UNESCAPE_CALLBACK, unescape, NULL,
	    MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX,
	    MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned)CONNECTIONS_PER_ADDRESS_MAX,
	    MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS,
	    MHD_OPTION_END);
	if (server->daemon == NULL)
		return error_set(err, ERR_UNAVAILABLE, "cannot start the HTTP server on \"%s\"", server->options.listen_address);
	return role_start(&server->thread, "api", serve, server, err);
}

void server_stop(struct server *server) {
	if (server == NULL || !server->thread.is_running)
		return;
	server->stop.kind = SERVER_STOP;
	inbox_post(&server->inbox, &server->stop);
	role_join(&server->thread);
	if (server->awaited == 0) // microhttpd aborts when something is still suspended: then an owner is stuck, and the process ends anyway
		MHD_stop_daemon(server->daemon);
	server->daemon = NULL;
}

void server_destroy(struct server *server) {
	if (server == NULL)
		return;
	server_stop(server);
	if (server->awaited > 0)
		return; // an owner was stuck and may have answered since: all that ends with the process
	if (server->daemon == NULL && server->thread.main == NULL)
		close(server->listen_socket); // never started
	api_setup_unref(server->setup);
	api_setup_unref(server->next_setup);
	pthread_mutex_destroy(&server->setup_lock);
	inbox_finish(&server->inbox);
	free(server);
}
