// SPDX-License-Identifier: Apache-2.0
// The API's role: one thread that drives microhttpd by epoll and takes answers from its inbox. A request that waits for answers is suspended
// until every one has come. External epoll, since microhttpd's own epoll thread stalls at 128 ready connections.
#include "api/connection.h"
#include "api/listen.h"
#include "base/log.h"
#include "base/role.h"

#include <assert.h>
#include <poll.h>

enum {
	CONNECTIONS_MAX = 1000,
	CONNECTIONS_PER_ADDRESS_MAX = 900,
	IDLE_SECONDS = 60,
	STOP_WAIT_MS = 5000,
};

// Of messages to the server. From SERVER_ANSWER on: the place of what is awaited in `places`.
enum server_message { SERVER_STOP,
	SERVER_ANSWER };

// Where one answer goes.
struct place {
	struct request *request; // NULL: free
	request_take *take;
	size_t next_free;
};

struct server {
	struct server_options options;
	struct MHD_Daemon *daemon; // owned by the server thread once started
	int listen_socket;         // the daemon's once started
	struct inbox inbox;
	struct role_thread thread;
	struct message stop;
	ARRAY_OF(struct place); // as many as were ever awaited at a time
	size_t first_free;      // place; count: none
	size_t awaited;         // answers under way, of all requests
	bool is_stopping;
	pthread_mutex_t setup_lock;
	struct api_setup *next_setup; // under setup_lock: what server_set_setup left
	struct api_setup *setup;      // the server thread's
};

// ---- setup ----

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

struct inbox *server_inbox(struct server *server) {
	return &server->inbox;
}

bool server_is_stopping(const struct server *server) {
	return server->is_stopping;
}

// ---- answers ----

int request_await(struct request *request, request_take *take) {
	struct server *server = request->server;
	size_t at = server->first_free;
	if (at == server->count)
		array_append(server, ((struct place){ .next_free = at + 1 }));
	server->first_free = server->items[at].next_free;
	server->items[at] = (struct place){ .request = request, .take = take };
	server->awaited++;
	request->awaited++;
	return SERVER_ANSWER + (int)at;
}

static struct place leave_place(struct server *server, int kind) {
	size_t at = (size_t)(kind - SERVER_ANSWER);
	assert(at < server->count && server->items[at].request != NULL);
	struct place place = server->items[at];
	server->items[at] = (struct place){ .next_free = server->first_free };
	server->first_free = at;
	server->awaited--;
	place.request->awaited--;
	return place;
}

void request_unawait(struct request *request, int kind) {
	leave_place(request->server, kind);
	request->is_closing = true;
}

void request_post(struct request *request, struct inbox *inbox, struct message *question, int kind) {
	if (inbox_post(inbox, question))
		return;
	request_unawait(request, kind);
	free(question);
}

void request_go_on(struct request *request) {
	if (request->status != 0 || request->awaited > 0)
		return;
	if (request->is_closing)
		reply_text(request, 503, "shutting down\n");
	else
		request->then(request);
	if (request->is_closing && request->status == 0 && request->awaited == 0) // the step could not ask
		reply_text(request, 503, "shutting down\n");
	assert(request->status != 0 || request->awaited > 0);
}

static void take_answer(struct server *server, struct message *message) {
	struct place place = leave_place(server, message->kind);
	place.take(place.request, message);
	request_go_on(place.request);
	if (place.request->awaited == 0)
		connection_resume(place.request);
}

static void take_messages(struct server *server) {
	for (struct message *message = inbox_take(&server->inbox), *next; message != NULL; message = next) {
		next = message->next;
		if (message->kind == SERVER_STOP)
			server->is_stopping = true;
		else
			take_answer(server, message);
	}
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
		log_line(LOG_WARN, "api", "stopping although answers are still awaited", NULL);
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
	server->daemon = MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, connection_serve, server,
	    MHD_OPTION_LISTEN_SOCKET, server->listen_socket,
	    MHD_OPTION_URI_LOG_CALLBACK, connection_begin, server,
	    MHD_OPTION_NOTIFY_COMPLETED, connection_completed, server,
	    MHD_OPTION_UNESCAPE_CALLBACK, connection_unescape, server,
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
	array_finish(server);
	free(server);
}
