// SPDX-License-Identifier: Apache-2.0
// A query API on loopback for tests: one thread a connection. See scripted_datasource.h.
#include "tests/evaluator/scripted_datasource.h"

#include "base/array.h"
#include "base/buf.h"

#include <arpa/inet.h>
#include <assert.h>
#include <pthread.h>
#include <stdio.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

struct script {
	char *expr;
	struct scripted_answer answer;
	size_t asked;
};

struct connection {
	struct scripted_datasource *source;
	pthread_t thread;
	int fd;
};

struct scripted_datasource {
	pthread_mutex_t lock;
	pthread_t thread;
	int fd, port;
	struct {
		ARRAY_OF(struct script);
	} scripts; // under lock
	struct {
		ARRAY_OF(struct connection *);
	} connections;                // under lock
	size_t at_once, most_at_once; // under lock
	bool is_stopping;             // under lock
};

static const char empty_vector[] = "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[]}}";

static struct script *script_of(struct scripted_datasource *source, const char *expr) {
	for (size_t i = 0; i < source->scripts.count; i++)
		if (strcmp(source->scripts.items[i].expr, expr) == 0)
			return &source->scripts.items[i];
	return array_append(&source->scripts, ((struct script){ .expr = mem_dup_cstr(expr), .answer.body = empty_vector })), &source->scripts.items[source->scripts.count - 1];
}

static int hex(char c) {
	return c <= '9' ? c - '0' : (c | 32) - 'a' + 10;
}

// The value of query= in a form.
static void read_expr(const char *form, struct buf *expr) {
	const char *at = strstr(form, "query=");
	for (at = at == NULL ? "" : at + 6; *at != '\0' && *at != '&'; at++) {
		if (*at == '%') {
			buf_append_char(expr, (char)(hex(at[1]) * 16 + hex(at[2])));
			at += 2;
		} else {
			buf_append_char(expr, *at == '+' ? ' ' : *at);
		}
	}
}

static struct scripted_answer begin_answer(struct scripted_datasource *source, const char *form) {
	autobuf struct buf expr = { 0 };
	read_expr(form, &expr);
	pthread_mutex_lock(&source->lock);
	struct script *script = script_of(source, buf_cstr(&expr));
	script->asked++;
	struct scripted_answer answer = script->answer;
	if (++source->at_once > source->most_at_once)
		source->most_at_once = source->at_once;
	pthread_mutex_unlock(&source->lock);
	return answer;
}

static bool send_answer(struct connection *connection, const char *form) {
	struct scripted_answer answer = begin_answer(connection->source, form);
	for (int slept = 0; slept < answer.delay_ms; slept += 10)
		usleep(10000);
	pthread_mutex_lock(&connection->source->lock);
	connection->source->at_once--;
	pthread_mutex_unlock(&connection->source->lock);
	autobuf struct buf reply = { 0 };
	buf_format(&reply, "HTTP/1.1 %d Status\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n", answer.status == 0 ? 200 : answer.status, strlen(answer.body));
	buf_append(&reply, answer.body, answer.cut_after > 0 ? answer.cut_after : strlen(answer.body));
	return send(connection->fd, reply.data, reply.len, MSG_NOSIGNAL) == (ssize_t)reply.len && answer.cut_after == 0;
}

// The body of a whole request at the front of `in`, or NULL; *size is the request's.
static char *whole_request(struct buf *in, size_t *size) {
	char *end = in->len == 0 ? NULL : strstr(in->data, "\r\n\r\n");
	if (end == NULL)
		return NULL;
	const char *length = strcasestr(in->data, "content-length:");
	*size = (size_t)(end + 4 - in->data) + (length != NULL && length < end ? strtoul(length + 15, NULL, 10) : 0);
	return in->len < *size ? NULL : end + 4;
}

static void *serve(void *context) {
	struct connection *connection = context;
	struct buf in = { 0 };
	char piece[4096];
	for (ssize_t got; (got = recv(connection->fd, piece, sizeof piece, 0)) > 0;) {
		buf_append(&in, piece, (size_t)got);
		size_t size;
		char *body = whole_request(&in, &size);
		if (body == NULL)
			continue;
		if (!send_answer(connection, body))
			break;
		buf_reset(&in);
	}
	buf_finish(&in);
	shutdown(connection->fd, SHUT_RDWR);
	return NULL;
}

static void *listen_for_all(void *context) {
	struct scripted_datasource *source = context;
	for (int fd; (fd = accept(source->fd, NULL, NULL)) >= 0;) {
		pthread_mutex_lock(&source->lock);
		if (source->is_stopping) {
			close(fd);
		} else {
			struct connection *connection = MEM_NEW(struct connection);
			*connection = (struct connection){ .source = source, .fd = fd };
			array_append(&source->connections, connection);
			pthread_create(&connection->thread, NULL, serve, connection);
		}
		pthread_mutex_unlock(&source->lock);
	}
	return NULL;
}

struct scripted_datasource *scripted_datasource_start(void) {
	struct scripted_datasource *source = MEM_NEW(struct scripted_datasource);
	pthread_mutex_init(&source->lock, NULL);
	source->fd = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof address;
	int rc = bind(source->fd, (struct sockaddr *)&address, sizeof address);
	assert(rc == 0);
	rc = listen(source->fd, 64);
	assert(rc == 0);
	getsockname(source->fd, (struct sockaddr *)&address, &size);
	source->port = ntohs(address.sin_port);
	rc = pthread_create(&source->thread, NULL, listen_for_all, source);
	assert(rc == 0);
	(void)rc;
	return source;
}

void scripted_datasource_stop(struct scripted_datasource *source) {
	pthread_mutex_lock(&source->lock);
	source->is_stopping = true;
	for (size_t i = 0; i < source->connections.count; i++)
		shutdown(source->connections.items[i]->fd, SHUT_RDWR);
	pthread_mutex_unlock(&source->lock);
	shutdown(source->fd, SHUT_RDWR);
	pthread_join(source->thread, NULL);
	for (size_t i = 0; i < source->connections.count; i++) {
		pthread_join(source->connections.items[i]->thread, NULL);
		close(source->connections.items[i]->fd);
		free(source->connections.items[i]);
	}
	for (size_t i = 0; i < source->scripts.count; i++)
		free(source->scripts.items[i].expr);
	array_finish(&source->connections);
	array_finish(&source->scripts);
	close(source->fd);
	pthread_mutex_destroy(&source->lock);
	free(source);
}

int scripted_datasource_port(const struct scripted_datasource *source) {
	return source->port;
}

void scripted_datasource_say(struct scripted_datasource *source, const char *expr, struct scripted_answer answer) {
	pthread_mutex_lock(&source->lock);
	struct script *script = script_of(source, expr);
	script->answer = answer;
	if (answer.body == NULL)
		script->answer.body = empty_vector;
	pthread_mutex_unlock(&source->lock);
}

size_t scripted_datasource_asked(struct scripted_datasource *source, const char *expr) {
	pthread_mutex_lock(&source->lock);
	size_t asked = script_of(source, expr)->asked;
	pthread_mutex_unlock(&source->lock);
	return asked;
}

size_t scripted_datasource_most_at_once(struct scripted_datasource *source) {
	pthread_mutex_lock(&source->lock);
	size_t most = source->most_at_once;
	pthread_mutex_unlock(&source->lock);
	return most;
}

void scripted_datasource_forget_most(struct scripted_datasource *source) {
	pthread_mutex_lock(&source->lock);
	source->most_at_once = source->at_once;
	pthread_mutex_unlock(&source->lock);
}
