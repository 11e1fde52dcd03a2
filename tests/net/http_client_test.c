// SPDX-License-Identifier: Apache-2.0
#include "base/buf.h"
#include "base/fs.h"
#include "base/mem.h"
#include "net/http_client.h"
#include "tests/harness/test.h"
#include "tests/net/http_rig.h"

TEST(a_post_carries_its_body_and_headers) {
	rig_begin();
	struct http_request request = rig_request("POST", rig_plain("/echo?a=b"), NULL);
	request.body = STR("{\"a\":1}");
	request.content_type = "application/json";
	request.headers = (const char *const[]){ "X-One: 1", "X-Two: 2", NULL };
	struct answer *answer = rig_ask(request);
	CHECK_INT(answer->error.code, ERR_NONE);
	CHECK_INT(answer->status, 200);
	CHECK(rig_has(&answer->body, "POST /echo?a=b HTTP/1.1\n"));
	CHECK(rig_has(&answer->body, "\nContent-Type: application/json\n"));
	CHECK(rig_has(&answer->body, "\nX-One: 1\nX-Two: 2\n"));
	CHECK(rig_has(&answer->body, "\nUser-Agent: tocsin-test\n"));
	CHECK(rig_has(&answer->body, "\n\n{\"a\":1}"));
	CHECK(!rig_has(&answer->body, "Expect"));
	CHECK_INT(answer->retry_after, -1);
	CHECK(!answer->maybe_delivered);
}

TEST(a_handle_forgets_the_request_before) {
	rig_begin();
	struct http_request post = rig_request("POST", rig_plain("/echo"), NULL);
	post.body = STR("first");
	post.headers = (const char *const[]){ "X-One: 1", NULL };
	rig_ask(post);
	struct answer *answer = rig_ask(rig_request("GET", rig_plain("/echo"), NULL));
	CHECK(rig_has(&answer->body, "GET /echo HTTP/1.1\n"));
	CHECK(!rig_has(&answer->body, "X-One"));
	CHECK(!rig_has(&answer->body, "Content-Length"));
	CHECK(!rig_has(&answer->body, "Content-Type"));
	answer = rig_ask(rig_request("DELETE", rig_plain("/echo"), NULL));
	CHECK(rig_has(&answer->body, "DELETE /echo HTTP/1.1\n"));
	answer = rig_ask(rig_request("POST", rig_plain("/echo"), NULL));
	CHECK(rig_has(&answer->body, "POST /echo HTTP/1.1\n"));
	CHECK(rig_has(&answer->body, "\nContent-Length: 0\n"));
}

TEST(a_status_is_an_answer_and_tells_when_to_come_back) {
	rig_begin();
	struct answer *answer = rig_ask(rig_request("GET", rig_plain("/500"), NULL));
	CHECK_INT(answer->status, 500);
	CHECK_INT(answer->error.code, ERR_NONE);
	CHECK_STR(buf_str(&answer->body), "it broke");
	CHECK_INT(answer->retry_after, -1);
	answer = rig_ask(rig_request("GET", rig_plain("/429"), NULL));
	CHECK_INT(answer->status, 429);
	CHECK_INT(answer->retry_after, SECONDS(7));
	answer = rig_ask(rig_request("GET", rig_plain("/503"), NULL));
	CHECK(answer->retry_after > SECONDS(95) && answer->retry_after <= SECONDS(101));
}

TEST(only_the_beginning_of_a_long_answer_is_kept) {
	rig_begin();
	const char *paths[] = { "/big", "/huge" };
	for (int i = 0; i < 2; i++) {
		struct http_request request = rig_request("GET", rig_plain(paths[i]), NULL);
		request.max_body = 1000;
		struct answer *answer = rig_ask(request);
		CHECK_INT(answer->error.code, ERR_NONE);
		CHECK_INT(answer->status, 200);
		CHECK(answer->is_cut);
		CHECK_INT(answer->body.len, 1000);
	}
}

TEST(a_streamed_body_comes_in_pieces_and_has_its_limit) {
	rig_begin();
	struct http_request request = rig_request("GET", rig_plain("/chunked"), NULL);
	request.on_data = rig_take_piece;
	struct answer *answer = rig_ask(request);
	CHECK_INT(answer->error.code, ERR_NONE);
	CHECK_STR(buf_str(&answer->pieces), "first,second,third");
	CHECK_INT(answer->body.len, 0);
	request = rig_request("GET", rig_plain("/huge"), NULL);
	request.on_data = rig_take_piece;
	answer = rig_ask(request);
	CHECK_INT(answer->error.code, ERR_LIMIT);
	CHECK(answer->pieces.len <= request.max_body);
	request = rig_request("GET", rig_plain("/500"), NULL);
	request.on_data = rig_take_piece;
	answer = rig_ask(request);
	CHECK_INT(answer->pieces.len, 0);
	CHECK_STR(buf_str(&answer->body), "it broke");
}

TEST(a_reader_may_refuse_an_answer) {
	rig_begin();
	struct answer answer = { .refuse_after = 100 };
	struct http_request request = rig_request("GET", rig_plain("/big"), &answer);
	request.on_data = rig_take_piece;
	http_client_start(rig_client, &request);
	rig_run();
	CHECK_INT(answer.error.code, ERR_INVALID);
	CHECK_INT(answer.calls, 1);
	rig_fresh(&answer);
}

TEST(a_broken_answer_is_an_error_and_maybe_delivered) {
	rig_begin();
	const char *paths[] = { "/reset", "/cut", "/close" };
	for (int i = 0; i < 3; i++) {
		struct http_request request = rig_request("POST", rig_plain(paths[i]), NULL);
		request.body = STR("x");
		struct answer *answer = rig_ask(request);
		CHECK_INT(answer->error.code, ERR_UNAVAILABLE);
		CHECK(answer->maybe_delivered);
	}
}

TEST(nobody_at_the_door_is_not_delivered) {
	rig_begin();
	struct answer *answer = rig_ask(rig_request("POST", "http://user:secret@127.0.0.1:1/hook", NULL));
	CHECK_INT(answer->error.code, ERR_UNAVAILABLE);
	CHECK_INT(answer->status, 0);
	CHECK(!answer->maybe_delivered);
	CHECK(strstr(answer->error.text, "secret") == NULL);
	CHECK(strstr(answer->error.text, "hook") == NULL);
	CHECK(strstr(answer->error.text, "POST http://127.0.0.1:1: ") == answer->error.text);
}

TEST(a_slow_server_times_out) {
	rig_begin();
	const char *paths[] = { "/slow", "/drip" };
	for (int i = 0; i < 2; i++) {
		struct http_request request = rig_request("GET", rig_plain(paths[i]), NULL);
		request.timeout = 150;
		mono_ms start = clock_mono();
		struct answer *answer = rig_ask(request);
		CHECK_INT(answer->error.code, ERR_TIMEOUT);
		CHECK(answer->maybe_delivered);
		CHECK(clock_mono() - start >= 140 && clock_mono() - start < 2000);
	}
}

TEST(a_long_answer_comes_whole_in_short_reads) {
	rig_begin();
	struct answer *answer = rig_ask(rig_request("GET", rig_plain("/big"), NULL));
	autobuf struct buf wanted = { 0 };
	buf_append_str(&wanted, buf_str(&answer->body));
	CHECK(wanted.len > 16 << 10);
	http_client_destroy(rig_client);
	rig_client = http_client_create(&(struct http_client_options){ .read_bytes = 1024 });
	answer = rig_ask(rig_request("GET", rig_plain("/big"), NULL));
	CHECK_INT(answer->status, 200);
	CHECK_STR(buf_str(&answer->body), buf_cstr(&wanted));
}

TEST(a_request_that_waits_for_a_connection_times_out_undelivered) {
	rig_begin();
	http_client_destroy(rig_client);
	rig_client = http_client_create(&(struct http_client_options){ .max_connections_per_host = 1 });
	struct answer first = { 0 }, second = { 0 };
	struct http_request request = rig_request("GET", rig_plain("/slow"), &first);
	request.timeout = 600;
	http_client_start(rig_client, &request);
	http_client_poll(rig_client, NULL, 0, 20);
	request.timeout = 150;
	request.context = &second;
	http_client_start(rig_client, &request);
	rig_run();
	CHECK_INT(first.error.code, ERR_TIMEOUT);
	CHECK_INT(second.error.code, ERR_TIMEOUT);
	CHECK(first.maybe_delivered);
	CHECK(!second.maybe_delivered);
	rig_fresh(&first);
	rig_fresh(&second);
}

TEST(a_cancelled_request_says_nothing) {
	rig_begin();
	struct answer answer = { 0 };
	struct http_request request = rig_request("GET", rig_plain("/slow"), &answer);
	struct http_exchange *exchange = http_client_start(rig_client, &request);
	http_client_poll(rig_client, NULL, 0, 50);
	mono_ms start = clock_mono();
	http_exchange_cancel(exchange);
	CHECK_INT(http_client_active(rig_client), 0);
	CHECK(clock_mono() - start < 1000);
	http_client_start(rig_client, &request); // left to http_client_destroy
	rig_begin();
	http_client_poll(rig_client, NULL, 0, 20);
	CHECK_INT(answer.calls, 0);
}

TEST(redirects_are_followed_as_configured) {
	rig_begin();
	struct http_request request = rig_request("POST", rig_plain("/307?to=/echo"), NULL);
	request.body = STR("again");
	struct answer *answer = rig_ask(request);
	CHECK(rig_has(&answer->body, "POST /echo"));
	CHECK(rig_has(&answer->body, "\n\nagain"));
	request.url = rig_plain("/302?to=/echo");
	answer = rig_ask(request);
	CHECK(rig_has(&answer->body, "GET /echo"));
	struct http_config stays = HTTP_CONFIG_DEFAULT;
	stays.follow_redirects = false;
	answer = rig_ask_with(&stays, rig_plain("/302?to=/echo"));
	CHECK_INT(answer->status, 302);
	struct http_config follows = HTTP_CONFIG_DEFAULT;
	answer = rig_ask_with(&follows, rig_plain("/302?to=/302?to=/302?to=file:///etc/passwd"));
	CHECK(answer->error.code != ERR_NONE);
}

TEST(a_path_in_another_script_is_asked_for_as_escaped_dots_and_a_query_as_they_are) {
	rig_begin();
	CHECK(rig_has(&rig_get(NULL, rig_plain("/\xc3\xbc?a=\xc3\xbc"))->body, "GET /%C3%BC?a=\xc3\xbc HTTP"));
	CHECK(rig_has(&rig_get(NULL, rig_plain("/302?to=/{"))->body, "GET /%7B HTTP"));
	CHECK(rig_has(&rig_get(NULL, rig_plain("/a/../b"))->body, "GET /a/../b HTTP"));
}

TEST(credentials_are_sent_but_not_to_another_host) {
	rig_begin();
	struct http_config basic = HTTP_CONFIG_DEFAULT;
	basic.basic_username = "bob";
	basic.basic_password = "s3cret";
	CHECK(rig_has(&rig_ask_with(&basic, rig_plain("/echo"))->body, "\nAuthorization: Basic Ym9iOnMzY3JldA==\n"));
	char other[200];
	snprintf(other, sizeof other, "/302?to=http://localhost:%d/echo", fixture_port(&rig_server, "other"));
	struct answer *answer = rig_ask_with(&basic, rig_plain(other));
	CHECK_INT(answer->status, 200);
	CHECK(!rig_has(&answer->body, "Authorization"));
	struct http_config typed = HTTP_CONFIG_DEFAULT;
	typed.authorization_type = "Token";
	typed.authorization_credentials = "abc";
	CHECK(rig_has(&rig_ask_with(&typed, rig_plain("/echo"))->body, "\nAuthorization: Token abc\n"));
}

TEST(secrets_in_files_are_read_at_each_use) {
	rig_begin();
	struct http_config config = HTTP_CONFIG_DEFAULT;
	config.bearer_token_file = rig_file("token");
	struct http_endpoint *endpoint = http_endpoint_create(&config);
	struct http_request request = rig_request("GET", rig_plain("/echo"), NULL);
	request.endpoint = endpoint;
	CHECK_INT(rig_ask(request)->error.code, ERR_NOT_FOUND);
	struct error err;
	CHECK(fs_write_file(config.bearer_token_file, STR("one\n"), &err));
	CHECK(rig_has(&rig_ask(request)->body, "\nAuthorization: Bearer one\n"));
	CHECK(fs_write_file(config.bearer_token_file, STR("two"), &err));
	CHECK(rig_has(&rig_ask(request)->body, "\nAuthorization: Bearer two\n"));
	CHECK(fs_write_file(config.bearer_token_file, STR("three\r\nX-Evil: 1"), &err));
	struct answer *answer = rig_ask(request);
	CHECK_INT(answer->error.code, ERR_INVALID);
	CHECK(strstr(answer->error.text, "three") == NULL);
	CHECK(!answer->maybe_delivered);
	http_client_destroy(rig_client);
	rig_client = NULL;
	http_endpoint_destroy(endpoint);
}

TEST(tls_needs_a_known_authority_and_the_right_name) {
	rig_begin();
	struct http_config config = HTTP_CONFIG_DEFAULT;
	struct answer *answer = rig_ask_with(&config, rig_url("https", "localhost", "tls", "/echo"));
	CHECK_INT(answer->error.code, ERR_UNAVAILABLE);
	CHECK(!answer->maybe_delivered);
	config.tls.ca_file = rig_file("other_ca.pem");
	CHECK_INT(rig_ask_with(&config, rig_url("https", "localhost", "tls", "/echo"))->error.code, ERR_UNAVAILABLE);
	config.tls.ca_file = rig_file("missing.pem");
	CHECK_INT(rig_ask_with(&config, rig_url("https", "localhost", "tls", "/echo"))->error.code, ERR_IO);
	config.tls.ca_file = rig_file("ca.pem");
	CHECK_INT(rig_ask_with(&config, rig_url("https", "localhost", "tls", "/echo"))->status, 200);
	CHECK_INT(rig_ask_with(&config, rig_url("https", "127.0.0.1", "tls", "/echo"))->status, 200);
	CHECK_INT(rig_ask_with(&config, rig_url("https", "localhost", "wrong", "/echo"))->status, 0);
	config = HTTP_CONFIG_DEFAULT;
	config.tls.insecure_skip_verify = true;
	CHECK_INT(rig_ask_with(&config, rig_url("https", "localhost", "wrong", "/echo"))->status, 200);
}

TEST(a_server_name_replaces_the_name_checked_but_not_the_host_asked) {
	rig_begin();
	struct http_config config = HTTP_CONFIG_DEFAULT;
	config.tls.ca_file = rig_file("ca.pem");
	config.tls.server_name = "elsewhere.test";
	struct answer *answer = rig_ask_with(&config, rig_url("https", "localhost", "wrong", "/echo"));
	CHECK_INT(answer->status, 200);
	char host[64];
	snprintf(host, sizeof host, "\nHost: localhost:%d\n", fixture_port(&rig_server, "wrong"));
	CHECK(rig_has(&answer->body, host));
	CHECK_INT(rig_ask_with(&config, rig_url("https", "localhost", "tls", "/echo"))->status, 0);
	CHECK_INT(rig_ask_with(&config, rig_url("http", "localhost", "plain", "/echo"))->status, 200);
}

TEST(a_client_certificate_is_shown) {
	rig_begin();
	struct http_config config = HTTP_CONFIG_DEFAULT;
	config.tls.ca_file = rig_file("ca.pem");
	CHECK_INT(rig_ask_with(&config, rig_url("https", "localhost", "mutual", "/echo"))->status, 0);
	config.tls.cert_file = rig_file("client.pem");
	config.tls.key_file = rig_file("client.key");
	CHECK_INT(rig_ask_with(&config, rig_url("https", "localhost", "mutual", "/echo"))->status, 200);
	config.tls.key_file = rig_file("missing.key");
	CHECK_INT(rig_ask_with(&config, rig_url("https", "localhost", "mutual", "/echo"))->error.code, ERR_IO);
}

TEST(bad_urls_and_headers_are_refused_by_a_callback) {
	rig_begin();
	CHECK_INT(rig_ask(rig_request("GET", "ftp://127.0.0.1/x", NULL))->error.code, ERR_INVALID);
	CHECK_INT(rig_ask(rig_request("GET", "http://[", NULL))->error.code, ERR_INVALID);
	CHECK_INT(rig_ask(rig_request("GET", "", NULL))->error.code, ERR_INVALID);
	struct http_request request = rig_request("GET", rig_plain("/echo"), NULL);
	request.headers = (const char *const[]){ "X: 1\r\nY: 2", NULL };
	CHECK_INT(rig_ask(request)->error.code, ERR_INVALID);
}

TEST(the_owners_descriptors_end_the_wait) {
	rig_begin();
	int ends[2];
	CHECK(pipe(ends) == 0);
	struct pollfd extra[2] = { { .fd = ends[0], .events = POLLIN }, { .fd = ends[1], .events = 0 } };
	mono_ms start = clock_mono();
	http_client_poll(rig_client, extra, 2, 50);
	CHECK(clock_mono() - start >= 40);
	CHECK_INT(extra[0].revents, 0);
	CHECK(write(ends[1], "x", 1) == 1);
	http_client_poll(rig_client, extra, 2, -1);
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
		http_client_start(rig_client, &relay->request);
}

TEST(connections_are_kept_and_a_callback_may_start_the_next_request) {
	rig_begin();
	struct answer *answer = rig_ask(rig_request("GET", rig_url("http", "127.0.0.1", "other", "/count"), NULL));
	int before = atoi(buf_cstr(&answer->body));
	char url[200];
	snprintf(url, sizeof url, "%s", rig_url("http", "127.0.0.1", "other", "/echo"));
	struct relay relays[8];
	for (int i = 0; i < 8; i++) {
		relays[i] = (struct relay){ .left = 50 };
		relays[i].request = (struct http_request){ .method = "POST", .url = url, .body = STR("{}"), .content_type = "application/json", .timeout = 5000, .max_body = 1000, .on_done = relay_on, .context = &relays[i] };
		http_client_start(rig_client, &relays[i].request);
	}
	rig_run();
	answer = rig_ask(rig_request("GET", rig_url("http", "127.0.0.1", "other", "/count"), NULL));
	CHECK(atoi(buf_cstr(&answer->body)) <= before + 8);
	rig_end();
}
