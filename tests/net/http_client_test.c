// SPDX-License-Identifier: Apache-2.0
#include "base/buf.h"
#include "base/fs.h"
#include "base/mem.h"
#include "net/http_client.h"
#include "tests/harness/fixture.h"
#include "tests/harness/test.h"

#include <signal.h>

static struct fixture server;
static struct http_client *client;

__attribute__((constructor)) static void ignore_broken_pipes(void) {
	signal(SIGPIPE, SIG_IGN);
}

static void begin(void) {
	if (server.pid == 0)
		CHECK(fixture_start(&server, "net/http_server.py", test_directory()));
	http_client_destroy(client);
	client = http_client_create(&(struct http_client_options){ .user_agent = "tocsin-test" });
}

static const char *url_of(const char *scheme, const char *host, const char *server_name, const char *path) {
	static struct buf url;
	buf_reset(&url);
	buf_format(&url, "%s://%s:%d%s", scheme, host, fixture_port(&server, server_name), path);
	return buf_cstr(&url);
}

static const char *plain(const char *path) {
	return url_of("http", "127.0.0.1", "plain", path);
}

// What a request's callback was told.
struct answer {
	int calls, status;
	dur_ms retry_after;
	bool is_cut, maybe_delivered;
	struct error error;
	struct buf body, pieces;
	size_t refuse_after; // pieces' bytes; 0 = never
};

static void keep(void *context, const struct http_response *response) {
	struct answer *answer = context;
	answer->calls++;
	answer->status = response->status;
	answer->retry_after = response->retry_after;
	answer->is_cut = response->is_body_cut;
	answer->maybe_delivered = response->maybe_delivered;
	answer->error = response->error;
	buf_append_str(&answer->body, response->body);
}

static bool take_piece(void *context, struct str piece) {
	struct answer *answer = context;
	buf_append_str(&answer->pieces, piece);
	return answer->refuse_after == 0 || answer->pieces.len < answer->refuse_after;
}

static struct answer fresh(struct answer *old) {
	buf_finish(&old->body);
	buf_finish(&old->pieces);
	return (struct answer){ 0 };
}

static struct http_request request_of(const char *method, const char *url, struct answer *answer) {
	return (struct http_request){ .method = method, .url = url, .timeout = 5000, .max_body = 1 << 20, .on_done = keep, .context = answer };
}

static void run(void) {
	while (http_client_active(client) > 0)
		http_client_poll(client, NULL, 0, 1000);
}

static struct answer *ask(struct http_request request) {
	static struct answer answer;
	answer = fresh(&answer);
	request.context = &answer;
	http_client_start(client, &request);
	run();
	CHECK_INT(answer.calls, 1);
	return &answer;
}

static struct answer *ask_with(const struct http_config *config, const char *url) {
	struct http_endpoint *endpoint = http_endpoint_create(config);
	struct http_request request = request_of("POST", url, NULL);
	request.body = STR("hello");
	request.content_type = "text/plain";
	request.endpoint = endpoint;
	struct answer *answer = ask(request);
	http_client_destroy(client); // kept connections must not answer for the next configuration
	client = http_client_create(&(struct http_client_options){ 0 });
	http_endpoint_destroy(endpoint);
	return answer;
}

static bool has(const struct buf *text, const char *part) {
	return str_find(buf_str(text), str_of(part)) >= 0;
}

static const char *file_of(const char *name) {
	static char paths[4][200];
	static int next;
	char *path = paths[next++ % 4];
	snprintf(path, sizeof paths[0], "%s/%s", test_directory(), name);
	return path;
}

TEST(a_post_carries_its_body_and_headers) {
	begin();
	struct http_request request = request_of("POST", plain("/echo?a=b"), NULL);
	request.body = STR("{\"a\":1}");
	request.content_type = "application/json";
	request.headers = (const char *const[]){ "X-One: 1", "X-Two: 2", NULL };
	struct answer *answer = ask(request);
	CHECK_INT(answer->error.code, ERR_NONE);
	CHECK_INT(answer->status, 200);
	CHECK(has(&answer->body, "POST /echo?a=b HTTP/1.1\n"));
	CHECK(has(&answer->body, "\nContent-Type: application/json\n"));
	CHECK(has(&answer->body, "\nX-One: 1\nX-Two: 2\n"));
	CHECK(has(&answer->body, "\nUser-Agent: tocsin-test\n"));
	CHECK(has(&answer->body, "\n\n{\"a\":1}"));
	CHECK(!has(&answer->body, "Expect"));
	CHECK_INT(answer->retry_after, -1);
	CHECK(!answer->maybe_delivered);
}

TEST(a_handle_forgets_the_request_before) {
	begin();
	struct http_request post = request_of("POST", plain("/echo"), NULL);
	post.body = STR("first");
	post.headers = (const char *const[]){ "X-One: 1", NULL };
	ask(post);
	struct answer *answer = ask(request_of("GET", plain("/echo"), NULL));
	CHECK(has(&answer->body, "GET /echo HTTP/1.1\n"));
	CHECK(!has(&answer->body, "X-One"));
	CHECK(!has(&answer->body, "Content-Length"));
	CHECK(!has(&answer->body, "Content-Type"));
	answer = ask(request_of("DELETE", plain("/echo"), NULL));
	CHECK(has(&answer->body, "DELETE /echo HTTP/1.1\n"));
	answer = ask(request_of("POST", plain("/echo"), NULL));
	CHECK(has(&answer->body, "POST /echo HTTP/1.1\n"));
	CHECK(has(&answer->body, "\nContent-Length: 0\n"));
}

TEST(a_status_is_an_answer_and_tells_when_to_come_back) {
	begin();
	struct answer *answer = ask(request_of("GET", plain("/500"), NULL));
	CHECK_INT(answer->status, 500);
	CHECK_INT(answer->error.code, ERR_NONE);
	CHECK_STR(buf_str(&answer->body), "it broke");
	CHECK_INT(answer->retry_after, -1);
	answer = ask(request_of("GET", plain("/429"), NULL));
	CHECK_INT(answer->status, 429);
	CHECK_INT(answer->retry_after, SECONDS(7));
	answer = ask(request_of("GET", plain("/503"), NULL));
	CHECK(answer->retry_after > SECONDS(95) && answer->retry_after <= SECONDS(101));
}

TEST(only_the_beginning_of_a_long_answer_is_kept) {
	begin();
	const char *paths[] = { "/big", "/huge" };
	for (int i = 0; i < 2; i++) {
		struct http_request request = request_of("GET", plain(paths[i]), NULL);
		request.max_body = 1000;
		struct answer *answer = ask(request);
		CHECK_INT(answer->error.code, ERR_NONE);
		CHECK_INT(answer->status, 200);
		CHECK(answer->is_cut);
		CHECK_INT(answer->body.len, 1000);
	}
}

TEST(a_streamed_body_comes_in_pieces_and_has_its_limit) {
	begin();
	struct http_request request = request_of("GET", plain("/chunked"), NULL);
	request.on_data = take_piece;
	struct answer *answer = ask(request);
	CHECK_INT(answer->error.code, ERR_NONE);
	CHECK_STR(buf_str(&answer->pieces), "first,second,third");
	CHECK_INT(answer->body.len, 0);
	request = request_of("GET", plain("/huge"), NULL);
	request.on_data = take_piece;
	answer = ask(request);
	CHECK_INT(answer->error.code, ERR_LIMIT);
	CHECK(answer->pieces.len <= request.max_body);
	request = request_of("GET", plain("/500"), NULL);
	request.on_data = take_piece;
	answer = ask(request);
	CHECK_INT(answer->pieces.len, 0);
	CHECK_STR(buf_str(&answer->body), "it broke");
}

TEST(a_reader_may_refuse_an_answer) {
	begin();
	struct answer answer = { .refuse_after = 100 };
	struct http_request request = request_of("GET", plain("/big"), &answer);
	request.on_data = take_piece;
	http_client_start(client, &request);
	run();
	CHECK_INT(answer.error.code, ERR_INVALID);
	CHECK_INT(answer.calls, 1);
	fresh(&answer);
}

TEST(a_broken_answer_is_an_error_and_maybe_delivered) {
	begin();
	const char *paths[] = { "/reset", "/cut", "/close" };
	for (int i = 0; i < 3; i++) {
		struct http_request request = request_of("POST", plain(paths[i]), NULL);
		request.body = STR("x");
		struct answer *answer = ask(request);
		CHECK_INT(answer->error.code, ERR_UNAVAILABLE);
		CHECK(answer->maybe_delivered);
	}
}

TEST(nobody_at_the_door_is_not_delivered) {
	begin();
	struct answer *answer = ask(request_of("POST", "http://user:secret@127.0.0.1:1/hook", NULL));
	CHECK_INT(answer->error.code, ERR_UNAVAILABLE);
	CHECK_INT(answer->status, 0);
	CHECK(!answer->maybe_delivered);
	CHECK(strstr(answer->error.text, "secret") == NULL);
	CHECK(strstr(answer->error.text, "hook") == NULL);
	CHECK(strstr(answer->error.text, "POST http://127.0.0.1:1: ") == answer->error.text);
}

TEST(a_slow_server_times_out) {
	begin();
	const char *paths[] = { "/slow", "/drip" };
	for (int i = 0; i < 2; i++) {
		struct http_request request = request_of("GET", plain(paths[i]), NULL);
		request.timeout = 150;
		mono_ms start = clock_mono();
		struct answer *answer = ask(request);
		CHECK_INT(answer->error.code, ERR_TIMEOUT);
		CHECK(answer->maybe_delivered);
		CHECK(clock_mono() - start >= 140 && clock_mono() - start < 2000);
	}
}

TEST(a_request_that_waits_for_a_connection_times_out_undelivered) {
	begin();
	http_client_destroy(client);
	client = http_client_create(&(struct http_client_options){ .max_connections_per_host = 1 });
	struct answer first = { 0 }, second = { 0 };
	struct http_request request = request_of("GET", plain("/slow"), &first);
	request.timeout = 600;
	http_client_start(client, &request);
	http_client_poll(client, NULL, 0, 20);
	request.timeout = 150;
	request.context = &second;
	http_client_start(client, &request);
	run();
	CHECK_INT(first.error.code, ERR_TIMEOUT);
	CHECK_INT(second.error.code, ERR_TIMEOUT);
	CHECK(first.maybe_delivered);
	CHECK(!second.maybe_delivered);
	fresh(&first);
	fresh(&second);
}

TEST(a_cancelled_request_says_nothing) {
	begin();
	struct answer answer = { 0 };
	struct http_request request = request_of("GET", plain("/slow"), &answer);
	struct http_exchange *exchange = http_client_start(client, &request);
	http_client_poll(client, NULL, 0, 50);
	mono_ms start = clock_mono();
	http_exchange_cancel(exchange);
	CHECK_INT(http_client_active(client), 0);
	CHECK(clock_mono() - start < 1000);
	http_client_start(client, &request); // left to http_client_destroy
	begin();
	http_client_poll(client, NULL, 0, 20);
	CHECK_INT(answer.calls, 0);
}

TEST(redirects_are_followed_as_configured) {
	begin();
	struct http_request request = request_of("POST", plain("/307?to=/echo"), NULL);
	request.body = STR("again");
	struct answer *answer = ask(request);
	CHECK(has(&answer->body, "POST /echo"));
	CHECK(has(&answer->body, "\n\nagain"));
	request.url = plain("/302?to=/echo");
	answer = ask(request);
	CHECK(has(&answer->body, "GET /echo"));
	struct http_config stays = HTTP_CONFIG_DEFAULT;
	stays.follow_redirects = false;
	answer = ask_with(&stays, plain("/302?to=/echo"));
	CHECK_INT(answer->status, 302);
	struct http_config follows = HTTP_CONFIG_DEFAULT;
	answer = ask_with(&follows, plain("/302?to=/302?to=/302?to=file:///etc/passwd"));
	CHECK(answer->error.code != ERR_NONE);
}

TEST(credentials_are_sent_but_not_to_another_host) {
	begin();
	struct http_config basic = HTTP_CONFIG_DEFAULT;
	basic.basic_username = "bob";
	basic.basic_password = "s3cret";
	CHECK(has(&ask_with(&basic, plain("/echo"))->body, "\nAuthorization: Basic Ym9iOnMzY3JldA==\n"));
	char other[200];
	snprintf(other, sizeof other, "/302?to=http://localhost:%d/echo", fixture_port(&server, "other"));
	struct answer *answer = ask_with(&basic, plain(other));
	CHECK_INT(answer->status, 200);
	CHECK(!has(&answer->body, "Authorization"));
	struct http_config typed = HTTP_CONFIG_DEFAULT;
	typed.authorization_type = "Token";
	typed.authorization_credentials = "abc";
	CHECK(has(&ask_with(&typed, plain("/echo"))->body, "\nAuthorization: Token abc\n"));
}

TEST(secrets_in_files_are_read_at_each_use) {
	begin();
	struct http_config config = HTTP_CONFIG_DEFAULT;
	config.bearer_token_file = file_of("token");
	struct http_endpoint *endpoint = http_endpoint_create(&config);
	struct http_request request = request_of("GET", plain("/echo"), NULL);
	request.endpoint = endpoint;
	CHECK_INT(ask(request)->error.code, ERR_NOT_FOUND);
	struct error err;
	CHECK(fs_write_file(config.bearer_token_file, STR("one\n"), &err));
	CHECK(has(&ask(request)->body, "\nAuthorization: Bearer one\n"));
	CHECK(fs_write_file(config.bearer_token_file, STR("two"), &err));
	CHECK(has(&ask(request)->body, "\nAuthorization: Bearer two\n"));
	CHECK(fs_write_file(config.bearer_token_file, STR("three\r\nX-Evil: 1"), &err));
	struct answer *answer = ask(request);
	CHECK_INT(answer->error.code, ERR_INVALID);
	CHECK(strstr(answer->error.text, "three") == NULL);
	CHECK(!answer->maybe_delivered);
	http_client_destroy(client);
	client = NULL;
	http_endpoint_destroy(endpoint);
}

TEST(tls_needs_a_known_authority_and_the_right_name) {
	begin();
	struct http_config config = HTTP_CONFIG_DEFAULT;
	struct answer *answer = ask_with(&config, url_of("https", "localhost", "tls", "/echo"));
	CHECK_INT(answer->error.code, ERR_UNAVAILABLE);
	CHECK(!answer->maybe_delivered);
	config.tls.ca_file = file_of("other_ca.pem");
	CHECK_INT(ask_with(&config, url_of("https", "localhost", "tls", "/echo"))->error.code, ERR_UNAVAILABLE);
	config.tls.ca_file = file_of("missing.pem");
	CHECK_INT(ask_with(&config, url_of("https", "localhost", "tls", "/echo"))->error.code, ERR_IO);
	config.tls.ca_file = file_of("ca.pem");
	CHECK_INT(ask_with(&config, url_of("https", "localhost", "tls", "/echo"))->status, 200);
	CHECK_INT(ask_with(&config, url_of("https", "127.0.0.1", "tls", "/echo"))->status, 200);
	CHECK_INT(ask_with(&config, url_of("https", "localhost", "wrong", "/echo"))->status, 0);
	config = HTTP_CONFIG_DEFAULT;
	config.tls.insecure_skip_verify = true;
	CHECK_INT(ask_with(&config, url_of("https", "localhost", "wrong", "/echo"))->status, 200);
}

TEST(a_server_name_replaces_the_name_checked_but_not_the_host_asked) {
	begin();
	struct http_config config = HTTP_CONFIG_DEFAULT;
	config.tls.ca_file = file_of("ca.pem");
	config.tls.server_name = "elsewhere.test";
	struct answer *answer = ask_with(&config, url_of("https", "localhost", "wrong", "/echo"));
	CHECK_INT(answer->status, 200);
	char host[64];
	snprintf(host, sizeof host, "\nHost: localhost:%d\n", fixture_port(&server, "wrong"));
	CHECK(has(&answer->body, host));
	CHECK_INT(ask_with(&config, url_of("https", "localhost", "tls", "/echo"))->status, 0);
	CHECK_INT(ask_with(&config, url_of("http", "localhost", "plain", "/echo"))->status, 200);
}

TEST(a_client_certificate_is_shown) {
	begin();
	struct http_config config = HTTP_CONFIG_DEFAULT;
	config.tls.ca_file = file_of("ca.pem");
	CHECK_INT(ask_with(&config, url_of("https", "localhost", "mutual", "/echo"))->status, 0);
	config.tls.cert_file = file_of("client.pem");
	config.tls.key_file = file_of("client.key");
	CHECK_INT(ask_with(&config, url_of("https", "localhost", "mutual", "/echo"))->status, 200);
	config.tls.key_file = file_of("missing.key");
	CHECK_INT(ask_with(&config, url_of("https", "localhost", "mutual", "/echo"))->error.code, ERR_IO);
}

TEST(bad_urls_and_headers_are_refused_by_a_callback) {
	begin();
	CHECK_INT(ask(request_of("GET", "ftp://127.0.0.1/x", NULL))->error.code, ERR_INVALID);
	CHECK_INT(ask(request_of("GET", "http://[", NULL))->error.code, ERR_INVALID);
	CHECK_INT(ask(request_of("GET", "", NULL))->error.code, ERR_INVALID);
	struct http_request request = request_of("GET", plain("/echo"), NULL);
	request.headers = (const char *const[]){ "X: 1\r\nY: 2", NULL };
	CHECK_INT(ask(request)->error.code, ERR_INVALID);
}

TEST(the_owners_descriptors_end_the_wait) {
	begin();
	int ends[2];
	CHECK(pipe(ends) == 0);
	struct pollfd extra[2] = { { .fd = ends[0], .events = POLLIN }, { .fd = ends[1], .events = 0 } };
	mono_ms start = clock_mono();
	http_client_poll(client, extra, 2, 50);
	CHECK(clock_mono() - start >= 40);
	CHECK_INT(extra[0].revents, 0);
	CHECK(write(ends[1], "x", 1) == 1);
	http_client_poll(client, extra, 2, -1);
	CHECK_INT(extra[0].revents, POLLIN);
	CHECK_INT(extra[1].revents, 0);
	close(ends[0]);
	close(ends[1]);
}

// Starts the next one from the callback of the last.
struct relay {
	int left;
	struct http_request request;
};

static void relay_on(void *context, const struct http_response *response) {
	struct relay *relay = context;
	CHECK_INT(response->status, 200);
	if (--relay->left > 0)
		http_client_start(client, &relay->request);
}

TEST(connections_are_kept_and_a_callback_may_start_the_next_request) {
	begin();
	struct answer *answer = ask(request_of("GET", url_of("http", "127.0.0.1", "other", "/count"), NULL));
	int before = atoi(buf_cstr(&answer->body));
	char url[200];
	snprintf(url, sizeof url, "%s", url_of("http", "127.0.0.1", "other", "/echo"));
	struct relay relays[8];
	for (int i = 0; i < 8; i++) {
		relays[i] = (struct relay){ .left = 50 };
		relays[i].request = (struct http_request){ .method = "POST", .url = url, .body = STR("{}"), .content_type = "application/json", .timeout = 5000, .max_body = 1000, .on_done = relay_on, .context = &relays[i] };
		http_client_start(client, &relays[i].request);
	}
	run();
	answer = ask(request_of("GET", url_of("http", "127.0.0.1", "other", "/count"), NULL));
	CHECK(atoi(buf_cstr(&answer->body)) <= before + 8);
	http_client_destroy(client);
	client = NULL;
	fixture_stop(&server);
}
