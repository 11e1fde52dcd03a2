// SPDX-License-Identifier: Apache-2.0
// The server on a real socket: replies that come later, bodies and their limits, stopping.
#include "tests/api/api_rig.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

enum { RELOAD = 5 };

struct live {
	struct inbox control;
	struct api_setup *setup;
	struct server *server;
};

static void start_with(struct live *live, const struct server_options *more) {
	struct error err;
	inbox_init(&live->control, 0);
	live->setup = api_setup_create();
	const struct server_options options = { .listen_addresses = &(const char *const){ "127.0.0.1:0" }, .listen_count = 1, .version = "1", .revision = "", .setup = live->setup, .control = &live->control, .reload_kind = RELOAD };
	struct server_options all = options;
	all.timeout = more->timeout;
	all.get_max = more->get_max;
	all.web_config_file = more->web_config_file;
	all.idle_seconds = more->idle_seconds;
	live->server = server_create(&all, &err);
	CHECK(live->server != NULL && server_start(live->server, &err));
}

static void start(struct live *live) {
	start_with(live, &(const struct server_options){ 0 });
}

static void finish(struct live *live) {
	server_destroy(live->server);
	api_setup_unref(live->setup);
	inbox_finish(&live->control);
}

static int dial(const struct live *live) {
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((uint16_t)server_port(live->server)), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	const struct timeval patience = { .tv_sec = 20 };
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	CHECK(connect(fd, (const struct sockaddr *)&at, sizeof at) == 0);
	return fd;
}

static int send_request(const struct live *live, const char *text) {
	int fd = dial(live);
	CHECK(send(fd, text, strlen(text), MSG_NOSIGNAL) == (ssize_t)strlen(text));
	return fd;
}

// All until the server closes the connection.
static void read_all(int fd, struct buf *out) {
	char piece[4096];
	for (ssize_t got; (got = recv(fd, piece, sizeof piece, 0)) > 0;)
		buf_append(out, piece, (size_t)got);
	close(fd);
}

static size_t count_of(const struct buf *text, const char *needle) {
	size_t count = 0;
	for (const char *at = buf_cstr(text); (at = strstr(at, needle)) != NULL; at++)
		count++;
	return count;
}

#define REQUEST(method, target) method " " target " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"

static struct reload_request *take_reload(struct live *live) {
	inbox_wait(&live->control, 20000);
	struct message *message = inbox_take(&live->control);
	CHECK(message != NULL && message->kind == RELOAD && message->next == NULL);
	return (struct reload_request *)message;
}

static void answer(struct reload_request *request, const char *problems) {
	request->ok = problems == NULL;
	request->problems = mem_dup_cstr(problems);
	request->message.kind = request->reply_kind;
	CHECK(inbox_post(request->reply_to, &request->message));
}

TEST(a_reply_waits_for_its_answer_and_others_do_not_wait_for_it) {
	struct live live;
	autobuf struct buf late = { 0 }, other = { 0 };
	start(&live);
	int waiting = send_request(&live, REQUEST("POST", "/-/reload") "Content-Length: 0\r\n\r\n");
	struct reload_request *request = take_reload(&live);
	read_all(send_request(&live, REQUEST("GET", "/-/healthy") "\r\n"), &other);
	CHECK(count_of(&other, "200 OK") == 1);
	CHECK(poll(&(struct pollfd){ .fd = waiting, .events = POLLIN }, 1, 50) == 0);
	answer(request, "rules.yml:1: bad\n");
	read_all(waiting, &late);
	CHECK(count_of(&late, "HTTP/1.1 500") == 1 && count_of(&late, "failed to reload config: rules.yml:1: bad\n") == 1);
	finish(&live);
}

TEST(many_wait_at_once_and_each_gets_its_own_answer) {
	enum { MANY = 20 };
	struct live live;
	int fds[MANY];
	start(&live);
	struct reload_request *requests[MANY];
	for (int i = 0; i < MANY; i++) {
		fds[i] = send_request(&live, REQUEST("POST", "/-/reload") "Content-Length: 0\r\n\r\n");
		requests[i] = take_reload(&live);
	}
	for (int i = MANY; i-- > 0;) {
		char text[20];
		snprintf(text, sizeof text, "problem %d.", i);
		answer(requests[i], text);
	}
	for (int i = 0; i < MANY; i++) {
		autobuf struct buf reply = { 0 };
		char text[20];
		snprintf(text, sizeof text, "problem %d.", i);
		read_all(fds[i], &reply);
		CHECK(count_of(&reply, text) == 1);
	}
	finish(&live);
}

TEST(who_waits_for_too_long_is_answered_and_the_answer_that_comes_later_goes_nowhere) {
	struct live live;
	autobuf struct buf late = { 0 }, after = { 0 };
	start_with(&live, &(const struct server_options){ .timeout = 150 });
	int waiting = send_request(&live, REQUEST("POST", "/-/reload") "Content-Length: 0\r\n\r\n");
	struct reload_request *first = take_reload(&live);
	read_all(waiting, &late);
	CHECK(count_of(&late, "HTTP/1.1 503") == 1 && count_of(&late, "Exceeded configured timeout of 150ms.\n") == 1);
	close(send_request(&live, REQUEST("POST", "/-/reload") "Content-Length: 0\r\n\r\n")); // nobody waits for this one
	struct reload_request *second = take_reload(&live);
	answer(first, NULL);
	answer(second, "a: bad\n");
	int third = send_request(&live, REQUEST("POST", "/-/reload") "Content-Length: 0\r\n\r\n");
	answer(take_reload(&live), NULL);
	read_all(third, &after);
	CHECK(count_of(&after, "HTTP/1.1 200") == 1);
	finish(&live);
}

TEST(what_cannot_be_asked_is_a_503_to_be_tried_again) {
	struct live live;
	autobuf struct buf reply = { 0 };
	start(&live);
	inbox_close(&live.control);
	read_all(send_request(&live, REQUEST("POST", "/-/reload") "Content-Length: 0\r\n\r\n"), &reply);
	CHECK(count_of(&reply, "HTTP/1.1 503") == 1 && count_of(&reply, "Retry-After: 1") == 1);
	finish(&live);
}

TEST(a_body_that_nobody_wants_is_passed_over) {
	struct live live;
	autobuf struct buf reply = { 0 };
	start(&live);
	int fd = send_request(&live, "POST /nothing HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nabcde" REQUEST("GET", "/-/healthy") "\r\n");
	read_all(fd, &reply);
	CHECK(count_of(&reply, "HTTP/1.1 404") == 1 && count_of(&reply, "HTTP/1.1 200") == 1);
	finish(&live);
}

TEST(a_form_may_come_in_pieces) {
	struct live live;
	autobuf struct buf reply = { 0 };
	start(&live);
	int fd = send_request(&live, REQUEST("POST", "/api/v1/format_query") "Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nquery\r\n");
	poll(NULL, 0, 50);
	static const char rest[] = "5\r\n=a%2B\r\n1\r\nb\r\n0\r\n\r\n";
	CHECK(send(fd, rest, sizeof rest - 1, MSG_NOSIGNAL) == sizeof rest - 1);
	read_all(fd, &reply);
	CHECK(count_of(&reply, "{\"status\":\"success\",\"data\":\"a + b\"}") == 1);
	finish(&live);
}

TEST(a_body_announced_too_long_is_refused_unread) {
	struct live live;
	autobuf struct buf reply = { 0 };
	start(&live);
	read_all(send_request(&live, REQUEST("POST", "/api/v1/format_query") "Content-Length: 99999999\r\n\r\n"), &reply);
	CHECK(count_of(&reply, "HTTP/1.1 413") == 1);
	finish(&live);
}

static void *answer_later(void *request) {
	poll(NULL, 0, 100);
	answer(request, NULL);
	return NULL;
}

// The library's own bound is 60 seconds; what is asked for is what counts.
TEST(a_connection_is_kept_between_requests_as_long_as_is_asked_for) {
	struct live live;
	start_with(&live, &(const struct server_options){ .idle_seconds = 1 });
	autobuf struct buf answer = { 0 };
	int fd = send_request(&live, "GET /-/healthy HTTP/1.1\r\nHost: a\r\n\r\n");
	mono_ms begin = clock_mono();
	read_all(fd, &answer);
	CHECK(answer.len > 0 && clock_mono() - begin >= 900);
	close(fd);
	finish(&live);
}

static void get(const struct live *live, const char *request, struct buf *out) {
	buf_reset(out);
	read_all(send_request(live, request), out);
}

TEST(a_page_comes_with_its_headers_and_is_not_sent_again) {
	struct live live;
	autobuf struct buf whole = { 0 }, again = { 0 }, ask = { 0 };
	start(&live);
	get(&live, REQUEST("GET", "/") "\r\n", &whole);
	CHECK(count_of(&whole, "HTTP/1.1 200 ") == 1 && count_of(&whole, "<!DOCTYPE html>") == 1 && count_of(&whole, "Content-Security-Policy: default-src 'none';") == 1);
	CHECK(count_of(&whole, "Cache-Control: no-cache\r\n") == 1 && count_of(&whole, "Cache-Control") == 1);
	const char *etag = strstr(buf_cstr(&whole), "ETag: \"");
	CHECK(etag != NULL);
	buf_format(&ask, REQUEST("GET", "/") "If-None-Match: %.*s\r\n\r\n", (int)strcspn(etag + 6, "\r"), etag + 6);
	get(&live, buf_cstr(&ask), &again);
	CHECK(count_of(&again, "HTTP/1.1 304 ") == 1 && count_of(&again, "ETag: \"") == 1 && str_has_suffix(buf_str(&again), STR("\r\n\r\n")));
	get(&live, REQUEST("HEAD", "/web/main.js") "\r\n", &again);
	CHECK(count_of(&again, "HTTP/1.1 200 ") == 1 && count_of(&again, "Content-Type: text/javascript; charset=utf-8\r\n") == 1 && str_has_suffix(buf_str(&again), STR("\r\n\r\n")));
	get(&live, REQUEST("POST", "/") "Content-Length: 0\r\n\r\n", &again);
	CHECK(count_of(&again, "HTTP/1.1 405 ") == 1 && count_of(&again, "Allow: GET\r\n") == 1);
	get(&live, REQUEST("GET", "/-/healthy") "\r\n", &again);
	CHECK(count_of(&again, "Cache-Control: no-store\r\n") == 1 && count_of(&again, "ETag") == 0 && count_of(&again, "Content-Security-Policy") == 0);
	finish(&live);
}

#define FROM(origin) "Origin: " origin "\r\nContent-Length: 2\r\n"

TEST(a_page_of_another_origin_changes_nothing_unasked) {
	static const char *const forged[] = {
		REQUEST("POST", "/api/v1/alerts") FROM("https://evil.example") "Content-Type: text/plain\r\n\r\n[]",
		REQUEST("POST", "/api/v1/alerts") FROM("null") "Content-Type: application/x-www-form-urlencoded\r\n\r\n[]",
		REQUEST("POST", "/api/v1/alerts") FROM("http://a.example") "\r\n[]",
		REQUEST("POST", "/api/v2/silences") FROM("http://a:1") "Content-Type: text/plain;application/json\r\n\r\n{}",
		REQUEST("POST", "/-/reload") FROM("https://evil.example") "\r\n{}",
	};
	struct live live;
	autobuf struct buf reply = { 0 };
	start(&live);
	inbox_close(&live.control); // who comes as far gets a 503
	for (size_t i = 0; i < sizeof forged / sizeof *forged; i++) {
		get(&live, forged[i], &reply);
		CHECK(count_of(&reply, "HTTP/1.1 403 ") == 1 && count_of(&reply, "another origin") == 1);
	}
	get(&live, REQUEST("POST", "/-/reload") FROM("https://A") "\r\n{}", &reply); // its own
	CHECK(count_of(&reply, "HTTP/1.1 503 ") == 1);
	get(&live, REQUEST("POST", "/-/reload") FROM("https://evil.example") "Content-Type: application/json\r\n\r\n{}", &reply); // no browser sends it unasked
	CHECK(count_of(&reply, "HTTP/1.1 503 ") == 1);
	get(&live, REQUEST("POST", "/-/reload") "Content-Length: 2\r\n\r\n{}", &reply); // no browser at all
	CHECK(count_of(&reply, "HTTP/1.1 503 ") == 1);
	get(&live, REQUEST("POST", "/api/v1/format_query") FROM("https://evil.example") "\r\n{}", &reply); // changes nothing
	CHECK(count_of(&reply, "HTTP/1.1 400 ") == 1);
	finish(&live);
}

TEST(stopping_waits_for_answers_under_way) {
	struct live live;
	pthread_t thread;
	autobuf struct buf reply = { 0 };
	start(&live);
	int fd = send_request(&live, REQUEST("POST", "/-/reload") "Content-Length: 0\r\n\r\n");
	struct reload_request *request = take_reload(&live);
	CHECK(pthread_create(&thread, NULL, answer_later, request) == 0);
	server_stop(live.server);
	pthread_join(thread, NULL);
	read_all(fd, &reply);
	CHECK(count_of(&reply, "HTTP/1.1 200") == 1);
	finish(&live);
}
