// SPDX-License-Identifier: Apache-2.0
// The API's role: one thread that drives microhttpd by epoll and takes answers from its inbox. A request that waits for answers is suspended
// until every one has come. External epoll, since microhttpd's own epoll thread stalls at 128 ready connections.
#include "api/connection.h"
#include "api/http_metrics.h"
#include "api/listen.h"
#include "api/password_checker.h"
#include "api/web_guard.h"
#include "api/web_tls.h"
#include "base/log.h"
#include "base/role.h"
#include "model/duration.h"
#include "model/limits.h"

#include <assert.h>
#include <poll.h>

enum {
	CONNECTIONS_MAX = 1000,
	CONNECTIONS_PER_ADDRESS_MAX = 900,
	SILENT_SECONDS = 60, // within a request, and before the first
	IDLE_SECONDS = 330,  // between requests: clients of Prometheus let go after 300, and whoever lets go first loses no request
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

struct listener {
	int socket;                // the daemon's once started
	struct MHD_Daemon *daemon; // owned by the server thread once started
};

struct server {
	struct server_options options;
	struct listener listeners[LISTEN_ADDRESSES_MAX];
	size_t listener_count;
	struct web_guard *guard;
	struct password_checker passwords; // runs where there is a web configuration
	struct http_metrics http_metrics;
	unsigned gets;         // being served
	uint64_t gets_refused; // too many at a time
	struct inbox inbox;
	struct role_thread thread;
	struct message stop;
	ARRAY_OF(struct place); // as many as were ever awaited at a time
	size_t first_free;      // place; count: none
	size_t awaited;         // answers under way, of all requests
	size_t body_bytes;      // held, of all requests
	bool is_stopping;
	pthread_mutex_t setup_lock;
	struct api_setup *next_setup; // under setup_lock: what server_set_setup left
	struct api_setup *setup;      // the server thread's
};

// ---- bodies ----

bool server_admit_body(struct server *server, size_t bytes) {
	if (server->body_bytes + bytes > LIMIT_BODIES_BYTES)
		return false;
	server->body_bytes += bytes;
	return true;
}

void server_release_body(struct server *server, size_t bytes) {
	server->body_bytes -= bytes;
}

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

void server_expect_request(const struct server *server, struct MHD_Connection *connection) {
	unsigned seconds = server->options.idle_seconds > 0 ? server->options.idle_seconds : IDLE_SECONDS;
	MHD_set_connection_option(connection, MHD_CONNECTION_OPTION_TIMEOUT, seconds);
}

void server_expect_rest(struct MHD_Connection *connection) {
	MHD_set_connection_option(connection, MHD_CONNECTION_OPTION_TIMEOUT, (unsigned)SILENT_SECONDS);
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
	struct request *request = place.request;
	bool was_late = request->status != 0;
	place.take(request, message);
	if (request->is_left && request->awaited == 0) {
		request_destroy(request);
		return;
	}
	if (was_late) // replied already
		return;
	request_go_on(request);
	if (request->awaited == 0)
		connection_resume(request);
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

// ---- who is let in ----

struct web_guard *server_guard(struct server *server) {
	return server->guard;
}

struct web_guard *server_look_at_guard(struct server *server) {
	struct error err = { 0 };
	if (!web_guard_look(server->guard, &err))
		log_line(LOG_ERROR, "api", "the web configuration has changed and is broken: the old one counts", "err", err.text, NULL);
	return server->guard;
}

void server_ask_password(struct request *request) {
	web_guard_ask(request->server->guard, &request->server->passwords, request);
}

// ---- limits ----

bool server_enter_get(struct request *request) {
	struct server *server = request->server;
	if (server->options.timeout > 0)
		request->deadline = clock_mono() + server->options.timeout;
	if (strcmp(request->method, "GET") != 0)
		return true;
	if (server->options.get_max == 0 || server->gets < server->options.get_max) {
		server->gets++;
		request->is_counted_get = true;
		return true;
	}
	server->gets_refused++;
	reply_text(request, 503, "");
	buf_format(&request->text, "Limit of concurrent GET requests reached (%u), try again later.\n\n", server->options.get_max);
	return false;
}

void server_leave_get(struct request *request) {
	request->server->gets -= request->is_counted_get;
	request->is_counted_get = false;
}

// Paths that no route has are nobody's, nor is a request whose head never came whole: it has no method.
void server_observe(struct request *request) {
	if (request->route == NULL || request->status == 0)
		return;
	struct http_observation observation = { request->route, request->status, .ns = clock_mono_ns() - request->begun_ns, .bytes = request->bytes };
	observation.is_head = strcmp(request->method, "HEAD") == 0;
	http_metrics_observe(&request->server->http_metrics, &observation);
}

const struct http_metrics *server_http_metrics(const struct server *server) {
	return &server->http_metrics;
}

struct server_counts server_counts(const struct server *server) {
	return (struct server_counts){ .gets = server->gets, .gets_refused = server->gets_refused };
}

static bool is_waiting(const struct place *place) {
	return place->request != NULL && place->request->deadline != 0 && place->request->status == 0;
}

static void refuse_late(struct request *request) {
	autobuf struct buf span = { 0 };
	duration_format(&span, request->server->options.timeout);
	reply_text(request, 503, "");
	buf_format(&request->text, "Exceeded configured timeout of %s.\n", buf_cstr(&span));
	connection_resume(request);
}

// Until the next one has waited too long; -1: none will.
static int next_deadline(const struct server *server) {
	mono_ms next = INT64_MAX, now = server->options.timeout > 0 ? clock_mono() : 0;
	for (size_t i = 0; server->options.timeout > 0 && i < server->count; i++)
		if (is_waiting(&server->items[i]) && server->items[i].request->deadline < next)
			next = server->items[i].request->deadline;
	if (next == INT64_MAX)
		return -1;
	return next <= now ? 0 : (int)(next - now > 60000 ? 60000 : next - now);
}

// Right before the library's turn, which would not wake for those that go on.
static void refuse_those_late(struct server *server) {
	mono_ms now = server->options.timeout > 0 ? clock_mono() : 0;
	for (size_t i = 0; server->options.timeout > 0 && i < server->count; i++)
		if (is_waiting(&server->items[i]) && server->items[i].request->deadline <= now)
			refuse_late(server->items[i].request);
}

// ---- the loop ----

static int sooner(int a, int b) {
	return a < 0 || (b >= 0 && b < a) ? b : a;
}

static int poll_timeout(const struct server *server) {
	int soonest = -1;
	for (size_t i = 0; i < server->listener_count; i++) {
		MHD_UNSIGNED_LONG_LONG timeout = 0;
		if (MHD_get_timeout(server->listeners[i].daemon, &timeout) == MHD_YES)
			soonest = sooner(soonest, timeout > 60000 ? 60000 : (int)timeout);
	}
	return soonest;
}

// Whether there may be messages. While the library has work the system is not asked: it would be, again, at each piece of a request.
static bool wait_for_work(struct server *server, int longest_ms) {
	struct pollfd fds[1 + LISTEN_ADDRESSES_MAX] = { { .fd = inbox_fd(&server->inbox), .events = POLLIN } };
	int timeout = sooner(sooner(poll_timeout(server), longest_ms), next_deadline(server));
	if (timeout == 0)
		return inbox_has_messages(&server->inbox);
	for (size_t i = 0; i < server->listener_count; i++)
		fds[1 + i] = (struct pollfd){ .fd = MHD_get_daemon_info(server->listeners[i].daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd, .events = POLLIN };
	poll(fds, 1 + server->listener_count, timeout);
	return fds[0].revents != 0;
}

static void turn(struct server *server, int longest_ms) {
	bool is_woken = wait_for_work(server, longest_ms);
	take_setup(server);
	if (is_woken)
		take_messages(server);
	refuse_those_late(server);
	for (size_t i = 0; i < server->listener_count; i++)
		MHD_run(server->listeners[i].daemon);
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

static void close_sockets(struct server *server) {
	for (size_t i = 0; i < server->listener_count; i++)
		close(server->listeners[i].socket);
}

static bool open_sockets(struct server *server, struct error *err) {
	assert(server->options.listen_count > 0 && server->options.listen_count <= LISTEN_ADDRESSES_MAX);
	for (size_t i = 0; i < server->options.listen_count; i++) {
		int socket = listen_open(server->options.listen_addresses[i], err);
		if (socket < 0) {
			close_sockets(server);
			return false;
		}
		server->listeners[server->listener_count++].socket = socket;
	}
	return true;
}

bool server_check_web_config(const char *file, struct problems *problems) {
	struct error err = { 0 };
	struct web_config *config = web_config_load(file, problems);
	struct web_tls *tls = config == NULL || !config->has_tls ? NULL : web_tls_create(config, &err);
	if (err.code != ERR_NONE)
		problem_from_error(problems, &err);
	bool has_tls = tls != NULL;
	web_tls_unref(tls);
	web_config_destroy(config);
	return has_tls;
}

struct server *server_create(const struct server_options *options, struct error *err) {
	struct server *server = MEM_NEW(struct server);
	server->options = *options;
	server->guard = web_guard_create(options->web_config_file, err);
	if (server->guard == NULL || !open_sockets(server, err)) {
		web_guard_destroy(server->guard);
		free(server);
		return NULL;
	}
	server->setup = api_setup_ref(options->setup);
	pthread_mutex_init(&server->setup_lock, NULL);
	inbox_init(&server->inbox, 0);
	return server;
}

unsigned server_port(const struct server *server) {
	return listen_port(server->listeners[0].socket);
}

// `cert` and `key`: PEM; the library wants some to begin with. Sessions get theirs in connection_change.
static bool start_listener(struct server *server, struct listener *listener, const char *cert, const char *key) {
	bool has_tls = web_guard_has_tls(server->guard);
	const struct MHD_OptionItem pair[] = { { MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)cert }, { MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)key }, { MHD_OPTION_END, 0, NULL } };
	unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | (has_tls ? MHD_USE_TLS : 0);
	listener->daemon = MHD_start_daemon(flags, 0, NULL, NULL, connection_serve, server,
	    MHD_OPTION_LISTEN_SOCKET, listener->socket,
	    MHD_OPTION_URI_LOG_CALLBACK, connection_begin, server,
	    MHD_OPTION_NOTIFY_COMPLETED, connection_completed, server,
	    MHD_OPTION_NOTIFY_CONNECTION, connection_change, server,
	    MHD_OPTION_ARRAY, has_tls ? pair : pair + 2,
	    MHD_OPTION_UNESCAPE_CALLBACK, connection_unescape, server,
	    MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX,
	    MHD_OPTION_PER_IP_CONNECTION_LIMIT, (unsigned)CONNECTIONS_PER_ADDRESS_MAX,
	    MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)SILENT_SECONDS,
	    MHD_OPTION_END);
	return listener->daemon != NULL;
}

bool server_start(struct server *server, struct error *err) {
	autobuf struct buf cert = { 0 }, key = { 0 };
	if (web_guard_has_tls(server->guard) && !web_tls_read_pair(web_guard_config(server->guard), &cert, &key, err))
		return false;
	if (web_guard_config(server->guard) != NULL && !password_checker_start(&server->passwords, err))
		return false;
	for (size_t i = 0; i < server->listener_count; i++)
		if (!start_listener(server, &server->listeners[i], buf_cstr(&cert), buf_cstr(&key)))
			return error_set(err, ERR_UNAVAILABLE, "cannot start the HTTP server on \"%s\"", server->options.listen_addresses[i]);
	return role_start(&server->thread, "api", serve, server, err);
}

void server_stop(struct server *server) {
	if (server == NULL || !server->thread.is_running)
		return;
	password_checker_stop(&server->passwords);
	server->stop.kind = SERVER_STOP;
	inbox_post(&server->inbox, &server->stop);
	role_join(&server->thread);
	for (size_t i = 0; server->awaited == 0 && i < server->listener_count; i++) // microhttpd aborts when something is still suspended: then an owner is stuck, and the process ends anyway
		MHD_stop_daemon(server->listeners[i].daemon);
}

void server_destroy(struct server *server) {
	if (server == NULL)
		return;
	server_stop(server);
	if (server->awaited > 0)
		return; // an owner was stuck and may have answered since: all that ends with the process
	if (server->thread.main == NULL)
		close_sockets(server);             // never started
	password_checker_stop(&server->passwords); // when it alone was started
	password_checker_finish(&server->passwords);
	web_guard_destroy(server->guard);
	http_metrics_finish(&server->http_metrics);
	api_setup_unref(server->setup);
	api_setup_unref(server->next_setup);
	pthread_mutex_destroy(&server->setup_lock);
	inbox_finish(&server->inbox);
	array_finish(server);
	free(server);
}
