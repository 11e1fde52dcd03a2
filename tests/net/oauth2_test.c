// SPDX-License-Identifier: Apache-2.0
#include "base/fs.h"
#include "tests/harness/test.h"
#include "tests/net/http_rig.h"

static char token_url[100];

// An endpoint whose token comes from `page`; the config lives until the next call.
static struct http_endpoint *endpoint_with(const char *page, struct oauth2_config *oauth2) {
	struct http_config config = HTTP_CONFIG_DEFAULT;
	snprintf(token_url, sizeof token_url, "%s", rig_plain(page));
	oauth2->token_url = token_url;
	if (oauth2->client_id == NULL)
		oauth2->client_id = "me & you";
	if (oauth2->client_secret == NULL && oauth2->client_secret_file == NULL)
		oauth2->client_secret = "s3cret%";
	config.oauth2 = oauth2;
	return http_endpoint_create(&config);
}

static struct http_endpoint *plain_endpoint(const char *page) {
	return endpoint_with(page, &(struct oauth2_config){ 0 });
}

static int tokens_issued(void) {
	return atoi(buf_cstr(&rig_get(NULL, rig_plain("/tokens"))->body));
}

static void finish(struct http_endpoint *endpoint) {
	http_client_destroy(rig_client);
	rig_client = NULL;
	http_endpoint_destroy(endpoint);
}

TEST(a_token_is_asked_for_once_and_kept) {
	rig_begin();
	int before = tokens_issued();
	struct oauth2_config oauth2 = { .scopes = "a b", .params = &(struct oauth2_param){ "audience", "x/y" }, .param_count = 1 };
	struct http_endpoint *endpoint = endpoint_with("/token", &oauth2);
	for (int i = 0; i < 3; i++)
		CHECK_INT(rig_get(endpoint, rig_plain("/guarded"))->status, 200);
	CHECK_INT(tokens_issued(), before + 1);
	CHECK_STR(buf_str(&rig_get(NULL, rig_plain("/last-form"))->body), "{\"audience\": \"x/y\", \"grant_type\": \"client_credentials\", \"scope\": \"a b\"}");
	finish(endpoint);
}

TEST(requests_that_come_together_wait_for_one_token) {
	rig_begin();
	int before = tokens_issued();
	struct http_endpoint *endpoint = plain_endpoint("/token-slow");
	struct answer answers[5] = { 0 };
	for (int i = 0; i < 5; i++) {
		struct http_request request = rig_request("POST", rig_plain("/guarded"), &answers[i]);
		request.body = STR("body");
		request.endpoint = endpoint;
		http_client_start(rig_client, &request);
	}
	rig_run();
	for (int i = 0; i < 5; i++) {
		CHECK_INT(answers[i].status, 200);
		CHECK(rig_has(&answers[i].body, " body"));
		rig_fresh(&answers[i]);
	}
	CHECK_INT(tokens_issued(), before + 1);
	finish(endpoint);
}

TEST(credentials_go_into_the_form_where_the_header_does_not_do) {
	rig_begin();
	int before = tokens_issued();
	struct http_endpoint *endpoint = plain_endpoint("/token-in-form");
	CHECK_INT(rig_get(endpoint, rig_plain("/guarded"))->status, 200);
	CHECK_STR(buf_str(&rig_get(NULL, rig_plain("/last-form"))->body), "{\"client_id\": \"me & you\", \"client_secret\": \"s3cret%\", \"grant_type\": \"client_credentials\"}");
	CHECK_INT(tokens_issued(), before + 1);
	finish(endpoint);
}

TEST(a_token_is_given_up_before_it_expires) {
	rig_begin();
	int before = tokens_issued();
	struct http_endpoint *endpoint = plain_endpoint("/token-short"); // 11 s, less 10
	CHECK_INT(rig_get(endpoint, rig_plain("/guarded"))->status, 200);
	CHECK_INT(rig_get(endpoint, rig_plain("/guarded"))->status, 200);
	CHECK_INT(tokens_issued(), before + 1);
	usleep(1100 * 1000);
	CHECK_INT(rig_get(endpoint, rig_plain("/guarded"))->status, 200);
	CHECK_INT(tokens_issued(), before + 2);
	finish(endpoint);
}

TEST(an_answer_may_be_a_form_and_name_another_scheme) {
	rig_begin();
	struct http_endpoint *endpoint = plain_endpoint("/token-text");
	CHECK_INT(rig_get(endpoint, rig_plain("/guarded"))->status, 200);
	finish(endpoint);
	rig_begin();
	endpoint = plain_endpoint("/token-mac");
	CHECK(rig_has(&rig_get(endpoint, rig_plain("/echo"))->body, "\nAuthorization: MAC token"));
	finish(endpoint);
}

TEST(a_refused_token_is_replaced_and_the_request_repeated_once) {
	rig_begin();
	int before = tokens_issued();
	struct http_endpoint *endpoint = plain_endpoint("/token");
	CHECK_INT(rig_get(endpoint, rig_plain("/guarded"))->status, 200);
	rig_get(NULL, rig_plain("/revoke"));
	CHECK_INT(rig_get(endpoint, rig_plain("/guarded"))->status, 401); // a young one is not to blame
	CHECK_INT(tokens_issued(), before + 1);
	usleep(5100 * 1000);
	struct http_request request = rig_request("POST", rig_plain("/guarded"), NULL);
	request.body = STR("again");
	request.endpoint = endpoint;
	struct answer *answer = rig_ask(request);
	CHECK_INT(answer->status, 200);
	CHECK(rig_has(&answer->body, " again"));
	CHECK_INT(tokens_issued(), before + 2);
	finish(endpoint);
}

TEST(another_secret_in_the_file_asks_for_another_token) {
	rig_begin();
	struct error err;
	int before = tokens_issued();
	struct oauth2_config oauth2 = { .client_secret_file = rig_file("client_secret") };
	struct http_endpoint *endpoint = endpoint_with("/token", &oauth2);
	struct answer *answer = rig_get(endpoint, rig_plain("/guarded"));
	CHECK_INT(answer->error.code, ERR_NOT_FOUND);
	CHECK(strstr(answer->error.text, "oauth2 client_secret_file: ") == answer->error.text);
	CHECK(fs_write_file(rig_file("client_secret"), STR("s3cret%\n"), &err));
	CHECK_INT(rig_get(endpoint, rig_plain("/guarded"))->status, 200);
	CHECK_INT(tokens_issued(), before + 1);
	CHECK(fs_write_file(rig_file("client_secret"), STR("wrong"), &err));
	answer = rig_get(endpoint, rig_plain("/guarded"));
	CHECK_INT(answer->error.code, ERR_UNAVAILABLE);
	CHECK(strstr(answer->error.text, "invalid_client") != NULL);
	CHECK(fs_write_file(rig_file("client_secret"), STR("s3cret%"), &err));
	CHECK_INT(rig_get(endpoint, rig_plain("/guarded"))->status, 200);
	finish(endpoint);
}

TEST(a_token_that_does_not_come_fails_the_requests_that_need_it_without_telling_secrets) {
	static const struct {
		const char *page, *message;
	} cases[] = {
		{ "/token-500", "oauth2: cannot fetch token: HTTP status 500" },
		{ "/token-200-error", "oauth2: \"slow_down\"" },
		{ "/token-empty", "oauth2: server response missing access_token" },
		{ "/token-broken", "oauth2: cannot read the answer" },
		{ "/token-evil", "oauth2: server response missing access_token" },
		{ "/close", "oauth2: cannot fetch token: POST http://127.0.0.1" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		rig_begin();
		struct http_endpoint *endpoint = plain_endpoint(cases[i].page);
		struct answer *answer = rig_get(endpoint, rig_plain("/guarded"));
		CHECK_INT(answer->error.code, ERR_UNAVAILABLE);
		if (strstr(answer->error.text, cases[i].message) == NULL)
			print_error("%s\n", answer->error.text);
		CHECK(strstr(answer->error.text, cases[i].message) != NULL);
		CHECK(strstr(answer->error.text, "s3cret") == NULL);
		CHECK(!answer->maybe_delivered);
		CHECK_INT(answer->status, 0);
		finish(endpoint);
	}
}

TEST(a_server_that_repeats_the_secret_is_not_quoted) {
	rig_begin();
	struct oauth2_config oauth2 = { .client_secret = "hunter2" };
	struct http_endpoint *endpoint = endpoint_with("/token", &oauth2);
	struct answer *answer = rig_get(endpoint, rig_plain("/guarded"));
	CHECK(strstr(answer->error.text, "oauth2: \"invalid_client\" <secret>") != NULL);
	CHECK(strstr(answer->error.text, "hunter2") == NULL);
	finish(endpoint);
}

TEST(who_waits_for_a_token_times_out_in_his_own_time) {
	rig_begin();
	struct http_endpoint *endpoint = plain_endpoint("/token-never");
	struct http_request request = rig_request("GET", rig_plain("/guarded"), NULL);
	struct answer answer = { 0 };
	request.endpoint = endpoint;
	request.timeout = 200;
	request.context = &answer;
	http_client_start(rig_client, &request);
	mono_ms start = clock_mono();
	while (answer.calls == 0)
		http_client_poll(rig_client, NULL, 0, 5000);
	CHECK_INT(answer.error.code, ERR_TIMEOUT);
	CHECK(!answer.maybe_delivered);
	CHECK(clock_mono() - start >= 190 && clock_mono() - start < 2000);
	http_endpoint_destroy(endpoint); // ends the fetch
	CHECK_INT(http_client_active(rig_client), 0);
	rig_fresh(&answer);
}

TEST(a_cancelled_request_does_not_end_the_fetch_others_wait_for) {
	rig_begin();
	struct http_endpoint *endpoint = plain_endpoint("/token-slow");
	struct answer first = { 0 }, second = { 0 };
	struct http_request request = rig_request("GET", rig_plain("/guarded"), &first);
	request.endpoint = endpoint;
	struct http_exchange *exchange = http_client_start(rig_client, &request);
	request.context = &second;
	http_client_start(rig_client, &request);
	http_client_poll(rig_client, NULL, 0, 20);
	http_exchange_cancel(exchange);
	rig_run();
	CHECK_INT(first.calls, 0);
	CHECK_INT(second.status, 200);
	finish(endpoint);
	rig_fresh(&second);
}

TEST(a_client_that_ends_leaves_the_endpoint_whole) {
	rig_begin();
	struct answer answer = { 0 };
	struct http_endpoint *endpoint = plain_endpoint("/token-slow");
	struct http_request request = rig_request("GET", rig_plain("/guarded"), &answer);
	request.endpoint = endpoint;
	http_client_start(rig_client, &request);
	http_client_poll(rig_client, NULL, 0, 20);
	rig_begin(); // another client
	CHECK_INT(answer.calls, 0);
	CHECK_INT(rig_get(endpoint, rig_plain("/guarded"))->status, 200);
	finish(endpoint);
}

TEST(the_token_server_has_a_proxy_and_tls_of_its_own) {
	rig_begin();
	char proxy[100];
	struct oauth2_config oauth2 = { .tls = { .ca_file = rig_file("ca.pem") } };
	snprintf(proxy, sizeof proxy, "http://127.0.0.1:%d", fixture_port(&rig_server, "proxy"));
	oauth2.proxy.url = proxy;
	struct http_config config = HTTP_CONFIG_DEFAULT;
	snprintf(token_url, sizeof token_url, "%s", rig_url("https", "localhost", "tls", "/token"));
	oauth2.token_url = token_url;
	oauth2.client_id = "me & you";
	oauth2.client_secret = "s3cret%";
	config.oauth2 = &oauth2;
	struct http_endpoint *endpoint = http_endpoint_create(&config);
	CHECK_INT(rig_get(endpoint, rig_plain("/guarded"))->status, 200);
	CHECK(rig_has(&rig_get(NULL, rig_plain("/connects"))->body, "CONNECT localhost:"));
	finish(endpoint);
}

TEST(an_assertion_signed_with_the_clients_key_is_worth_a_token) {
	static const char *const algorithms[] = { NULL, "RS384", "RS512" };
	for (size_t i = 0; i < 3; i++) {
		rig_begin();
		struct oauth2_param claims[] = { { "team", "[1,{\"a\":true}]" }, { "sub", "\"robot\"" } };
		struct oauth2_config oauth2 = { .is_assertion = true, .scopes = "a b", .assertion = { .key_file = rig_file("jwt.key"), .key_id = "k1", .algorithm = algorithms[i], .claims = claims, .claim_count = 2 } };
		struct http_endpoint *endpoint = endpoint_with("/token-jwt", &oauth2);
		CHECK_INT(rig_get(endpoint, rig_plain("/guarded"))->status, 200);
		CHECK_STR(buf_str(&rig_get(NULL, rig_plain("/last-form"))->body), "{\"grant_type\": \"urn:ietf:params:oauth:grant-type:jwt-bearer\", \"scope\": \"a b\"}");
		const struct buf *said = &rig_get(NULL, rig_plain("/last-claims"))->body;
		CHECK(rig_has(said, "\"iss\": \"me & you\""));
		CHECK(rig_has(said, "\"sub\": \"robot\""));
		CHECK(rig_has(said, "\"scope\": \"a b\""));
		CHECK(rig_has(said, "\"team\": [1, {\"a\": true}]"));
		CHECK(rig_has(said, "\"kid\": \"k1\", \"typ\": \"JWT\""));
		CHECK(rig_has(said, "/token-jwt\", \"exp\": ")); // the audience is the token's URL
		finish(endpoint);
	}
}

TEST(a_key_that_cannot_sign_fails_the_request_without_being_shown) {
	static const char *const keys[] = { "no key: s3cret", "" };
	for (size_t i = 0; i < 2; i++) {
		rig_begin();
		struct oauth2_config oauth2 = { .is_assertion = true, .assertion = { .key = keys[i] } };
		struct http_endpoint *endpoint = endpoint_with("/token-jwt", &oauth2);
		struct answer *answer = rig_get(endpoint, rig_plain("/guarded"));
		CHECK_INT(answer->error.code, ERR_INVALID);
		CHECK_CSTR(answer->error.text, "oauth2: the client's key is not a private RSA key in PEM");
		finish(endpoint);
	}
	rig_begin();
	struct oauth2_config oauth2 = { .is_assertion = true, .assertion = { .key_file = rig_file("client.key") } }; // an elliptic curve's
	struct http_endpoint *endpoint = endpoint_with("/token-jwt", &oauth2);
	CHECK_INT(rig_get(endpoint, rig_plain("/guarded"))->error.code, ERR_INVALID);
	finish(endpoint);
	rig_begin();
	oauth2.assertion.key_file = rig_file("other_jwt.key"); // not the client's
	endpoint = endpoint_with("/token-jwt", &oauth2);
	CHECK(strstr(rig_get(endpoint, rig_plain("/guarded"))->error.text, "oauth2: \"invalid_grant\"") != NULL);
	finish(endpoint);
}

TEST(a_token_is_not_told_to_another_host) {
	rig_begin();
	struct http_endpoint *endpoint = plain_endpoint("/token");
	char path[100];
	snprintf(path, sizeof path, "/307?to=http://localhost:%d/echo", fixture_port(&rig_server, "other"));
	struct answer *answer = rig_get(endpoint, rig_plain(path));
	CHECK_INT(answer->status, 200);
	CHECK(!rig_has(&answer->body, "Authorization"));
	finish(endpoint);
	rig_end();
}
