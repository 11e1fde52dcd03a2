// SPDX-License-Identifier: Apache-2.0
// The world outside of a scenario. See outside.h.
#include "tests/scenario/outside.h"

#include "base/array.h"
#include "base/buf.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define HOOK "/hook/"
#define WRITE "/write/"
#define NOTHING "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[]}}"

struct connection {
	int fd;
	struct buf in;
	char *query;   // the expression that hangs here, or NULL
	char *to;      // the receiver that hangs here, or NULL
	size_t notice; // its index; of a write: among the writes
	bool is_write;
};

struct script {
	char *expr, *body;
	int status;
};

struct plan {
	char *to;
	struct {
		ARRAY_OF(struct outside_answer);
	} answers;
	size_t used;
	char *refused; // a metric, or NULL
};

struct outside {
	int fd;
	unsigned port;
	dur_ms at;
	struct {
		ARRAY_OF(struct connection *);
	} connections;
	struct {
		ARRAY_OF(struct script);
	} scripts;
	struct {
		ARRAY_OF(struct plan);
	} plans;
	struct {
		ARRAY_OF(struct notice *);
	} notices;
	struct {
		ARRAY_OF(struct write_attempt *);
	} writes;
};

static char *copy(struct str text) {
	struct buf out = { 0 };
	buf_append_str(&out, text);
	buf_append_char(&out, '\0');
	return buf_take(&out);
}

struct outside *outside_create(void) {
	struct outside *outside = MEM_NEW(struct outside);
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof address;
	outside->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (bind(outside->fd, (struct sockaddr *)&address, size) != 0 || listen(outside->fd, 256) != 0 || getsockname(outside->fd, (struct sockaddr *)&address, &size) != 0)
		abort();
	outside->port = ntohs(address.sin_port);
	return outside;
}

static void connection_close(struct connection *connection) {
	close(connection->fd);
	buf_finish(&connection->in);
	free(connection->query);
	free(connection->to);
	free(connection);
}

void outside_destroy(struct outside *outside) {
	for (size_t i = 0; i < outside->connections.count; i++)
		connection_close(outside->connections.items[i]);
	for (size_t i = 0; i < outside->scripts.count; i++) {
		free(outside->scripts.items[i].expr);
		free(outside->scripts.items[i].body);
	}
	for (size_t i = 0; i < outside->plans.count; i++) {
		free(outside->plans.items[i].to);
		free(outside->plans.items[i].refused);
		array_finish(&outside->plans.items[i].answers);
	}
	for (size_t i = 0; i < outside->notices.count; i++) {
		free(outside->notices.items[i]->to);
		free(outside->notices.items[i]->body);
		free(outside->notices.items[i]);
	}
	for (size_t i = 0; i < outside->writes.count; i++) {
		free(outside->writes.items[i]->to);
		write_request_finish(&outside->writes.items[i]->request);
		free(outside->writes.items[i]);
	}
	array_finish(&outside->writes);
	array_finish(&outside->connections);
	array_finish(&outside->scripts);
	array_finish(&outside->plans);
	array_finish(&outside->notices);
	close(outside->fd);
	free(outside);
}

unsigned outside_port(const struct outside *outside) {
	return outside->port;
}

// ---- scripts and plans

static struct script *script_of(struct outside *outside, struct str expr) {
	for (size_t i = 0; i < outside->scripts.count; i++)
		if (str_equal_cstr(expr, outside->scripts.items[i].expr))
			return &outside->scripts.items[i];
	struct script *script = array_push(&outside->scripts);
	*script = (struct script){ .expr = copy(expr), .body = copy(STR(NOTHING)), .status = 200 };
	return script;
}

static struct plan *plan_of(struct outside *outside, struct str to) {
	for (size_t i = 0; i < outside->plans.count; i++)
		if (str_equal_cstr(to, outside->plans.items[i].to))
			return &outside->plans.items[i];
	struct plan *plan = array_push(&outside->plans);
	*plan = (struct plan){ .to = copy(to) };
	return plan;
}

static struct outside_answer next_answer(struct outside *outside, struct str to) {
	struct plan *plan = plan_of(outside, to);
	if (plan->used < plan->answers.count)
		return plan->answers.items[plan->used++];
	return (struct outside_answer){ .status = 200 };
}

static void reply(struct connection *connection, int status, int64_t retry_after, struct str body) {
	autobuf struct buf out = { 0 };
	buf_format(&out, "HTTP/1.1 %d Scripted\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n", status, body.len);
	if (retry_after > 0)
		buf_format(&out, "Retry-After: %lld\r\n", (long long)retry_after);
	buf_append_cstr(&out, "\r\n");
	buf_append_str(&out, body);
	for (size_t sent = 0; sent < out.len;) {
		ssize_t count = send(connection->fd, out.data + sent, out.len - sent, MSG_NOSIGNAL);
		if (count < 0)
			return;
		sent += (size_t)count;
	}
}

void outside_script_query(struct outside *outside, struct str expr, int status, struct str body) {
	struct script *script = script_of(outside, expr);
	free(script->body);
	script->body = copy(body);
	script->status = status;
	for (size_t i = 0; status != 0 && i < outside->connections.count; i++) {
		struct connection *connection = outside->connections.items[i];
		if (connection->query == NULL || !str_equal_cstr(expr, connection->query))
			continue;
		reply(connection, status, 0, body);
		free(connection->query);
		connection->query = NULL;
	}
}

void outside_plan(struct outside *outside, struct str to, struct outside_answer answer) {
	array_append(&plan_of(outside, to)->answers, answer);
}

void outside_forget_plan(struct outside *outside, struct str to) {
	struct plan *plan = plan_of(outside, to);
	plan->used = plan->answers.count;
}

void outside_release(struct outside *outside, struct str to, int status) {
	for (size_t i = 0; i < outside->connections.count; i++) {
		struct connection *connection = outside->connections.items[i];
		if (connection->to == NULL || !str_equal_cstr(to, connection->to))
			continue;
		reply(connection, status, 0, STR_NONE);
		if (connection->is_write)
			outside->writes.items[connection->notice]->answered = status;
		else
			outside->notices.items[connection->notice]->answered = status;
		free(connection->to);
		connection->to = NULL;
	}
}

size_t outside_hanging_queries(const struct outside *outside) {
	size_t count = 0;
	for (size_t i = 0; i < outside->connections.count; i++)
		count += outside->connections.items[i]->query != NULL;
	return count;
}

static size_t count_hanging(const struct outside *outside, bool writes) {
	size_t count = 0;
	for (size_t i = 0; i < outside->connections.count; i++)
		count += outside->connections.items[i]->to != NULL && outside->connections.items[i]->is_write == writes;
	return count;
}

size_t outside_hanging_notices(const struct outside *outside) {
	return count_hanging(outside, false);
}

size_t outside_hanging_writes(const struct outside *outside) {
	return count_hanging(outside, true);
}

size_t outside_write_count(const struct outside *outside) {
	return outside->writes.count;
}

struct write_attempt *outside_write(struct outside *outside, size_t index) {
	return outside->writes.items[index];
}

void outside_refuse(struct outside *outside, struct str to, struct str metric) {
	struct plan *plan = plan_of(outside, to);
	free(plan->refused);
	plan->refused = metric.len == 0 ? NULL : copy(metric);
}

size_t outside_notice_count(const struct outside *outside) {
	return outside->notices.count;
}

struct notice *outside_notice(struct outside *outside, size_t index) {
	return outside->notices.items[index];
}

// ---- requests

static int hex(char c) {
	return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

// The value of `query` in a form.
static void read_query(struct str form, struct buf *out) {
	while (form.len > 0) {
		struct str pair = str_cut(&form, '&');
		if (!str_has_prefix(pair, STR("query=")))
			continue;
		for (size_t i = 6; i < pair.len; i++) {
			bool is_coded = pair.data[i] == '%' && i + 2 < pair.len;
			buf_append_char(out, is_coded ? (char)(hex(pair.data[i + 1]) << 4 | hex(pair.data[i + 2])) : pair.data[i] == '+' ? ' '
			                                                                                                                 : pair.data[i]);
			i += is_coded ? 2 : 0;
		}
	}
}

// False: the connection is to be closed.
static bool take_query(struct outside *outside, struct connection *connection, struct str form) {
	autobuf struct buf expr = { 0 };
	read_query(form, &expr);
	const struct script *script = script_of(outside, buf_str(&expr));
	if (script->status == 0)
		connection->query = copy(buf_str(&expr));
	else
		reply(connection, script->status, 0, str_of(script->body));
	return true;
}

static bool give_answer(struct connection *connection, const struct outside_answer *answer, struct str to, struct str body) {
	switch (answer->how) {
	case OUTSIDE_ANSWERS:
		reply(connection, answer->status, answer->retry_after, body);
		return true;
	case OUTSIDE_HANGS:
		connection->to = copy(to);
		return true;
	case OUTSIDE_DROPS:
		return false;
	}
	abort();
}

static bool is_refused(const struct write_request *request, const char *metric) {
	autobuf struct buf name = { 0 };
	buf_format(&name, "__name__=\"%s\"", metric == NULL ? "" : metric);
	for (size_t i = 0; metric != NULL && i < request->count; i++)
		if (strstr(request->items[i].series, buf_cstr(&name)) != NULL)
			return true;
	return false;
}

static bool take_write(struct outside *outside, struct connection *connection, struct str to, struct str body) {
	struct outside_answer answer = next_answer(outside, to);
	struct write_attempt *write = MEM_NEW(struct write_attempt);
	*write = (struct write_attempt){ .to = copy(to), .at = outside->at };
	if (!write_request_read(&write->request, body) || is_refused(&write->request, plan_of(outside, to)->refused))
		answer = (struct outside_answer){ .status = 400 };
	write->answered = answer.how == OUTSIDE_ANSWERS ? answer.status : 0;
	connection->notice = outside->writes.count;
	connection->is_write = true;
	array_append(&outside->writes, write);
	return give_answer(connection, &answer, to, answer.status == 400 ? STR("out of order sample\n") : STR_NONE);
}

static bool take_notice(struct outside *outside, struct connection *connection, struct str to, struct str body) {
	struct outside_answer answer = next_answer(outside, to);
	struct notice *notice = MEM_NEW(struct notice);
	*notice = (struct notice){ .to = copy(to), .body = copy(body), .answered = answer.how == OUTSIDE_ANSWERS ? answer.status : 0, .at = outside->at };
	connection->notice = outside->notices.count;
	connection->is_write = false;
	array_append(&outside->notices, notice);
	return give_answer(connection, &answer, to, STR_NONE);
}

static bool take_request(struct outside *outside, struct connection *connection, struct str head, struct str body) {
	str_cut(&head, ' ');
	struct str path = str_cut(&head, ' ');
	if (str_has_prefix(path, STR(HOOK)))
		return take_notice(outside, connection, str_skip(path, sizeof HOOK - 1), body);
	if (str_has_prefix(path, STR(WRITE)))
		return take_write(outside, connection, str_skip(path, sizeof WRITE - 1), body);
	return take_query(outside, connection, body);
}

static size_t content_length(struct str head) {
	while (head.len > 0) {
		struct str line = str_cut(&head, '\n');
		if (line.len > 15 && str_equal_nocase(str_head(line, 15), STR("content-length:")))
			return strtoul(line.data + 15, NULL, 10);
	}
	return 0;
}

// Takes the request at the front, if it is whole.
static bool take_input(struct outside *outside, struct connection *connection) {
	struct buf *in = &connection->in;
	ptrdiff_t end = in->len == 0 ? -1 : str_find(buf_str(in), STR("\r\n\r\n"));
	if (end < 0)
		return true;
	struct str head = str_head(buf_str(in), (size_t)end + 4);
	size_t length = content_length(head);
	if (in->len < head.len + length)
		return true;
	bool stays = take_request(outside, connection, head, str_make(in->data + head.len, length));
	buf_reset(in); // nobody pipelines
	return stays;
}

static bool read_connection(struct outside *outside, struct connection *connection) {
	char piece[16384];
	ssize_t got = recv(connection->fd, piece, sizeof piece, MSG_DONTWAIT);
	if (got <= 0)
		return false;
	buf_append(&connection->in, piece, (size_t)got);
	return take_input(outside, connection);
}

static void accept_all(struct outside *outside) {
	for (int fd; (fd = accept4(outside->fd, NULL, NULL, SOCK_CLOEXEC)) >= 0;) {
		struct connection *connection = MEM_NEW(struct connection);
		connection->fd = fd;
		array_append(&outside->connections, connection);
	}
}

void outside_step(struct outside *outside, dur_ms at, int timeout_ms) {
	size_t count = outside->connections.count;
	struct pollfd *fds = mem_zalloc((count + 1) * sizeof *fds);
	outside->at = at;
	for (size_t i = 0; i < count; i++)
		fds[i] = (struct pollfd){ .fd = outside->connections.items[i]->fd, .events = POLLIN };
	fds[count] = (struct pollfd){ .fd = outside->fd, .events = POLLIN };
	if (poll(fds, count + 1, timeout_ms) > 0) {
		for (size_t i = count; i-- > 0;) {
			if (fds[i].revents == 0 || read_connection(outside, outside->connections.items[i]))
				continue;
			connection_close(outside->connections.items[i]);
			array_swap_remove(&outside->connections, i);
		}
		accept_all(outside);
	}
	free(fds);
}
