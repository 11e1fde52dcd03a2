// SPDX-License-Identifier: Apache-2.0
// A real HTTP server on loopback for tests. See http_receiver.h.
#include "tests/notifiers/http_receiver.h"

#include "base/array.h"
#include "base/buf.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <time.h>

struct connection {
	struct http_receiver *receiver;
	pthread_t thread;
	int fd;
};

struct http_receiver {
	int fd;
	char url[64];
	pthread_t thread;
	pthread_mutex_t lock;
	bool is_stopping; // under lock, as all below
	ARRAY_OF(struct http_answer)
	plan;
	size_t planned;
	struct http_answer always;
	ARRAY_OF(struct received *)
	received;
	ARRAY_OF(struct connection *)
	connections;
	size_t parallel, max_parallel;
};

static bool is_stopping(struct http_receiver *receiver) {
	pthread_mutex_lock(&receiver->lock);
	bool stopping = receiver->is_stopping;
	pthread_mutex_unlock(&receiver->lock);
	return stopping;
}

static void sleep_ms(dur_ms span) {
	nanosleep(&(struct timespec){ span / 1000, span % 1000 * 1000000 }, NULL);
}

// Reads until the buffer holds `want` bytes, or a whole head when want is 0. False at the end of the stream.
static bool read_more(struct connection *connection, struct buf *in, size_t want) {
	char piece[65536];
	while (want == 0 ? str_find(buf_str(in), STR("\r\n\r\n")) < 0 : in->len < want) {
		struct pollfd fd = { .fd = connection->fd, .events = POLLIN };
		if (poll(&fd, 1, 50) == 0) {
			if (is_stopping(connection->receiver))
				return false;
			continue;
		}
		ssize_t got = read(connection->fd, piece, sizeof piece);
		if (got <= 0)
			return false;
		buf_append(in, piece, (size_t)got);
	}
	return true;
}

static size_t content_length(struct str head) {
	for (struct str line; head.len > 0;) {
		line = str_cut(&head, '\n');
		if (line.len > 15 && str_equal_nocase(str_head(line, 15), STR("content-length:")))
			return strtoul(line.data + 15, NULL, 10);
	}
	return 0;
}

static char *copy(struct str text) {
	char *out = mem_alloc(text.len + 1);
	memcpy(out, text.data, text.len);
	out[text.len] = '\0';
	return out;
}

static struct http_answer note(struct http_receiver *receiver, struct str head, struct str body) {
	struct received *received = MEM_NEW(struct received);
	*received = (struct received){ copy(head), copy(body), clock_mono() };
	pthread_mutex_lock(&receiver->lock);
	array_append(&receiver->received, received);
	struct http_answer answer = receiver->planned < receiver->plan.count ? receiver->plan.items[receiver->planned++] : receiver->always;
	if (++receiver->parallel > receiver->max_parallel)
		receiver->max_parallel = receiver->parallel;
	pthread_mutex_unlock(&receiver->lock);
	return answer;
}

static bool send_answer(struct connection *connection, struct http_answer answer) {
	autobuf struct buf out = { 0 };
	for (mono_ms until = clock_mono() + answer.delay; clock_mono() < until && !is_stopping(connection->receiver);)
		sleep_ms(5);
	pthread_mutex_lock(&connection->receiver->lock);
	connection->receiver->parallel--;
	pthread_mutex_unlock(&connection->receiver->lock);
	if (answer.status == 0)
		return false;
	const char *body = answer.body == NULL ? "ok" : answer.body;
	buf_format(&out, "HTTP/1.1 %d Planned\r\nContent-Length: %zu\r\n%s\r\n%s", answer.status, strlen(body), answer.headers == NULL ? "" : answer.headers, body);
	return send(connection->fd, out.data, out.len, MSG_NOSIGNAL) == (ssize_t)out.len;
}

static bool serve_one(struct connection *connection, struct buf *in) {
	if (!read_more(connection, in, 0))
		return false;
	size_t head = (size_t)str_find(buf_str(in), STR("\r\n\r\n")) + 4;
	size_t body = content_length(str_head(buf_str(in), head));
	if (!read_more(connection, in, head + body))
		return false;
	struct http_answer answer = note(connection->receiver, str_head(buf_str(in), head), str_head(str_skip(buf_str(in), head), body));
	memmove(in->data, in->data + head + body, in->len - head - body);
	buf_truncate(in, in->len - head - body);
	return send_answer(connection, answer);
}

static void *serve(void *argument) {
	struct connection *connection = argument;
	autobuf struct buf in = { 0 };
	while (serve_one(connection, &in))
		continue;
	shutdown(connection->fd, SHUT_RDWR);
	return NULL;
}

static void *accept_all(void *argument) {
	struct http_receiver *receiver = argument;
	while (!is_stopping(receiver)) {
		struct pollfd fd = { .fd = receiver->fd, .events = POLLIN };
		if (poll(&fd, 1, 50) <= 0)
			continue;
		struct connection *connection = MEM_NEW(struct connection);
		connection->receiver = receiver;
		connection->fd = accept4(receiver->fd, NULL, NULL, SOCK_CLOEXEC);
		pthread_mutex_lock(&receiver->lock);
		array_append(&receiver->connections, connection);
		pthread_mutex_unlock(&receiver->lock);
		pthread_create(&connection->thread, NULL, serve, connection);
	}
	return NULL;
}

struct http_receiver *http_receiver_start(void) {
	struct http_receiver *receiver = MEM_NEW(struct http_receiver);
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof address;
	receiver->always.status = 200;
	receiver->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(receiver->fd, (struct sockaddr *)&address, size) != 0 || listen(receiver->fd, 512) != 0 || getsockname(receiver->fd, (struct sockaddr *)&address, &size) != 0)
		abort();
	snprintf(receiver->url, sizeof receiver->url, "http://127.0.0.1:%d/hook", ntohs(address.sin_port));
	pthread_mutex_init(&receiver->lock, NULL);
	pthread_create(&receiver->thread, NULL, accept_all, receiver);
	return receiver;
}

void http_receiver_stop(struct http_receiver *receiver) {
	pthread_mutex_lock(&receiver->lock);
	receiver->is_stopping = true;
	pthread_mutex_unlock(&receiver->lock);
	pthread_join(receiver->thread, NULL);
	for (size_t i = 0; i < receiver->connections.count; i++) {
		pthread_join(receiver->connections.items[i]->thread, NULL);
		close(receiver->connections.items[i]->fd);
		free(receiver->connections.items[i]);
	}
	for (size_t i = 0; i < receiver->received.count; i++) {
		free(receiver->received.items[i]->head);
		free(receiver->received.items[i]->body);
		free(receiver->received.items[i]);
	}
	array_finish(&receiver->connections);
	array_finish(&receiver->received);
	array_finish(&receiver->plan);
	close(receiver->fd);
	pthread_mutex_destroy(&receiver->lock);
	free(receiver);
}

const char *http_receiver_url(const struct http_receiver *receiver) {
	return receiver->url;
}

void http_receiver_plan(struct http_receiver *receiver, const struct http_answer *answers, size_t count) {
	pthread_mutex_lock(&receiver->lock);
	for (size_t i = 0; i < count; i++)
		array_append(&receiver->plan, answers[i]);
	pthread_mutex_unlock(&receiver->lock);
}

void http_receiver_always(struct http_receiver *receiver, struct http_answer answer) {
	pthread_mutex_lock(&receiver->lock);
	receiver->always = answer;
	pthread_mutex_unlock(&receiver->lock);
}

size_t http_receiver_count(struct http_receiver *receiver) {
	pthread_mutex_lock(&receiver->lock);
	size_t count = receiver->received.count;
	pthread_mutex_unlock(&receiver->lock);
	return count;
}

bool http_receiver_wait(struct http_receiver *receiver, size_t count, dur_ms timeout) {
	for (mono_ms until = clock_mono() + timeout; http_receiver_count(receiver) < count;) {
		if (clock_mono() > until)
			return false;
		sleep_ms(5);
	}
	return true;
}

const struct received *http_receiver_get(struct http_receiver *receiver, size_t index) {
	pthread_mutex_lock(&receiver->lock);
	const struct received *received = receiver->received.items[index];
	pthread_mutex_unlock(&receiver->lock);
	return received;
}

size_t http_receiver_max_parallel(struct http_receiver *receiver) {
	pthread_mutex_lock(&receiver->lock);
	size_t parallel = receiver->max_parallel;
	pthread_mutex_unlock(&receiver->lock);
	return parallel;
}
