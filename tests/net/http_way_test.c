// SPDX-License-Identifier: Apache-2.0
// How a request reaches its peer: through proxies, with configured headers, over TLS from texts and within versions, along redirects.
#include "base/fs.h"
#include "tests/harness/test.h"
#include "tests/net/http_rig.h"

static const char *proxy_url(const char *scheme, const char *user, const char *listener) {
	static char urls[4][100];
	static int next;
	char *url = urls[next++ % 4];
	snprintf(url, sizeof urls[0], "%s://%s127.0.0.1:%d", scheme, user, fixture_port(&rig_server, listener));
	return url;
}

static char *read_file(const char *name) {
	struct buf text = { 0 };
	struct error err;
	CHECK(fs_read_file(rig_file(name), 1 << 20, &text, &err));
	return buf_take(&text);
}

TEST(a_plain_request_goes_whole_through_the_proxy) {
	rig_begin();
	struct http_config config = HTTP_CONFIG_DEFAULT;
	config.bearer_token = "t0ken";
	config.proxy.url = proxy_url("http", "", "proxy");
	config.proxy.connect_headers = (struct http_headers){ &(struct http_header){ "X-Connect", "only", NULL }, 1 };
	struct answer *answer = rig_ask_with(&config, rig_url("http", "far.test", "plain", "/echo?a=b"));
	CHECK_INT(answer->status, 200);
	CHECK(rig_has(&answer->body, "POST /echo?a=b HTTP/1.1\n"));
	CHECK(rig_has(&answer->body, "\nX-Proxied-Line: POST http://far.test:"));
	CHECK(rig_has(&answer->body, "\nAuthorization: Bearer t0ken\n"));
	CHECK(rig_has(&answer->body, "\n\nhello"));
	CHECK(!rig_has(&answer->body, "X-Connect")); // said to ask for a tunnel
}

TEST(the_environments_exceptions_are_not_those_of_a_configured_proxy) {
	rig_begin();
	struct http_config config = HTTP_CONFIG_DEFAULT;
	config.proxy.url = proxy_url("http", "", "proxy");
	setenv("no_proxy", "far.test", 1);
	struct answer *answer = rig_ask_with(&config, rig_url("http", "far.test", "plain", "/echo"));
	unsetenv("no_proxy");
	CHECK_INT(answer->status, 200);
	CHECK(rig_has(&answer->body, "\nX-Proxied-Line: POST http://far.test:"));
}

TEST(a_tls_request_goes_through_a_tunnel_and_tells_the_proxy_nothing) {
	rig_begin();
	struct http_header said[] = { { "X-Connect", "one", NULL }, { "X-Connect", "two", NULL } };
	struct http_config config = HTTP_CONFIG_DEFAULT;
	config.bearer_token = "t0ken";
	config.tls.ca_file = rig_file("ca.pem");
	config.headers = (struct http_headers){ &(struct http_header){ "X-Own", "own", NULL }, 1 };
	config.proxy.url = proxy_url("http", "bob:hunter2@", "strict_proxy");
	config.proxy.connect_headers = (struct http_headers){ said, 2 };
	struct answer *answer = rig_ask_with(&config, rig_url("https", "localhost", "tls", "/echo"));
	CHECK_INT(answer->status, 200);
	CHECK(rig_has(&answer->body, "\nAuthorization: Bearer t0ken\n"));
	CHECK(rig_has(&answer->body, "\nX-Own: own\n"));
	CHECK(!rig_has(&answer->body, "X-Connect"));
	CHECK(!rig_has(&answer->body, "Proxy-"));
	answer = rig_ask(rig_request("GET", rig_plain("/connects"), NULL));
	CHECK(rig_has(&answer->body, "CONNECT localhost:"));
	CHECK(rig_has(&answer->body, "\nX-Connect: one\nX-Connect: two\n"));
	CHECK(rig_has(&answer->body, "\nProxy-Authorization: Basic "));
	CHECK(!rig_has(&answer->body, "t0ken"));
	CHECK(!rig_has(&answer->body, "X-Own"));
}

TEST(a_server_name_is_checked_through_a_tunnel_too) {
	rig_begin();
	struct http_config config = HTTP_CONFIG_DEFAULT;
	config.tls.ca_file = rig_file("ca.pem");
	config.tls.server_name = "elsewhere.test";
	config.proxy.url = proxy_url("http", "", "proxy");
	struct answer *answer = rig_ask_with(&config, rig_url("https", "far.test", "wrong", "/echo"));
	CHECK_INT(answer->status, 200);
	CHECK(rig_has(&answer->body, "\nHost: far.test:"));
	CHECK(rig_has(&rig_ask(rig_request("GET", rig_plain("/connects"), NULL))->body, "CONNECT far.test:"));
}

TEST(a_proxy_may_be_spoken_to_over_tls) {
	rig_begin();
	struct http_config config = HTTP_CONFIG_DEFAULT;
	config.tls.ca_file = rig_file("ca.pem");
	config.proxy.url = proxy_url("https", "", "tls_proxy");
	CHECK_INT(rig_ask_with(&config, rig_url("https", "localhost", "tls", "/echo"))->status, 200);
	CHECK_INT(rig_ask_with(&config, rig_url("http", "far.test", "plain", "/echo"))->status, 200);
	config.tls.ca_file = NULL;
	CHECK_INT(rig_ask_with(&config, rig_url("http", "far.test", "plain", "/echo"))->status, 0);
}

static const char *socks_url(const char *user) {
	for (int i = 0; i < rig_server.port_count; i++)
		if (strcmp(rig_server.ports[i].name, "socks") == 0)
			return proxy_url("socks5", user, "socks");
	return NULL; // none is installed
}

TEST(a_socks_proxy_looks_up_the_name_and_passes_everything_on) {
	rig_begin();
	struct http_config config = HTTP_CONFIG_DEFAULT;
	char connected[40];
	config.bearer_token = "t0ken";
	config.tls.ca_file = rig_file("ca.pem");
	config.proxy.url = socks_url("bob:hunter2@");
	if (config.proxy.url == NULL)
		skip();
	struct answer *answer = rig_ask_with(&config, rig_url("http", "localhost", "plain", "/echo"));
	CHECK_INT(answer->status, 200);
	CHECK(rig_has(&answer->body, "POST /echo HTTP/1.1\n") && rig_has(&answer->body, "\nAuthorization: Bearer t0ken\n"));
	CHECK(!rig_has(&answer->body, "Proxy-"));
	CHECK_INT(rig_ask_with(&config, rig_url("https", "localhost", "tls", "/echo"))->status, 200);
	CHECK_STR(buf_str(&rig_ask_with(&config, rig_url("https", "localhost", "http2", "/echo"))->body), "spoke HTTP/2");
	static const char *const listeners[] = { "plain", "tls", "http2" };
	autofree char *log = read_file("socks.log");
	for (size_t i = 0; i < sizeof listeners / sizeof *listeners; i++) {
		snprintf(connected, sizeof connected, "connected to localhost:%d", fixture_port(&rig_server, listeners[i]));
		CHECK(strstr(log, connected) != NULL);
	}
}

TEST(a_socks_proxy_that_refuses_is_an_error_without_secrets) {
	rig_begin();
	struct http_config config = HTTP_CONFIG_DEFAULT;
	config.proxy.url = socks_url("bob:wr0ng@");
	if (config.proxy.url == NULL)
		skip();
	struct answer *answer = rig_ask_with(&config, rig_url("http", "localhost", "plain", "/echo"));
	CHECK_INT(answer->status, 0);
	CHECK(!answer->maybe_delivered);
	CHECK(answer->error.code != ERR_NONE && strstr(answer->error.text, "wr0ng") == NULL);
}

TEST(a_proxy_that_refuses_is_an_error_without_secrets_and_nothing_was_delivered) {
	rig_begin();
	struct http_config config = HTTP_CONFIG_DEFAULT;
	config.tls.ca_file = rig_file("ca.pem");
	config.proxy.url = proxy_url("http", "bob:wr0ng@", "strict_proxy");
	struct answer *answer = rig_ask_with(&config, rig_url("https", "localhost", "tls", "/echo"));
	CHECK_INT(answer->error.code, ERR_UNAVAILABLE);
	CHECK(strstr(answer->error.text, "407") != NULL);
	CHECK(strstr(answer->error.text, "wr0ng") == NULL);
	CHECK(!answer->maybe_delivered);
	CHECK_INT(rig_ask_with(&config, rig_url("http", "far.test", "plain", "/echo"))->status, 407);
	config.proxy.url = "http://bob:wr0ng@127.0.0.1:1";
	answer = rig_ask_with(&config, rig_url("http", "far.test", "plain", "/echo"));
	CHECK_INT(answer->error.code, ERR_UNAVAILABLE);
	CHECK(strstr(answer->error.text, "wr0ng") == NULL);
	CHECK(!answer->maybe_delivered);
	config.proxy.url = proxy_url("http", "", "proxy");
	answer = rig_ask_with(&config, rig_url("https", "localhost", "wrong", "/echo")); // a tunnel to a peer that is not the right one
	CHECK_INT(answer->error.code, ERR_UNAVAILABLE);
	CHECK(!answer->maybe_delivered);
}

TEST(no_proxy_is_asked_at_every_hop) {
	rig_begin();
	struct http_config config = HTTP_CONFIG_DEFAULT;
	config.proxy.url = proxy_url("http", "", "proxy");
	config.proxy.no_proxy = "direct.test";
	CHECK(!rig_has(&rig_ask_with(&config, rig_plain("/echo"))->body, "X-Proxied"));
	char inward[200];
	snprintf(inward, sizeof inward, "/307?to=http://127.0.0.1:%d/echo", fixture_port(&rig_server, "other"));
	struct answer *answer = rig_ask_with(&config, rig_url("http", "far.test", "plain", inward));
	CHECK(rig_has(&answer->body, "POST /echo"));
	CHECK(!rig_has(&answer->body, "X-Proxied"));
	char outward[200];
	snprintf(outward, sizeof outward, "/307?to=http://far.test:%d/echo", fixture_port(&rig_server, "other"));
	answer = rig_ask_with(&config, rig_plain(outward));
	CHECK(rig_has(&answer->body, "\nX-Proxied-Line: POST http://far.test:"));
	CHECK(rig_has(&answer->body, "\n\nhello"));
}

TEST(a_handle_forgets_the_proxy_of_the_request_before) {
	rig_begin();
	struct http_config config = HTTP_CONFIG_DEFAULT;
	config.proxy.url = proxy_url("http", "", "proxy");
	config.proxy.no_proxy = "none.test";
	struct http_endpoint *endpoint = http_endpoint_create(&config);
	CHECK(rig_has(&rig_get(endpoint, rig_url("http", "far.test", "plain", "/echo"))->body, "X-Proxied"));
	CHECK(!rig_has(&rig_get(endpoint, rig_plain("/echo"))->body, "X-Proxied"));
	CHECK(rig_has(&rig_get(endpoint, rig_url("http", "far.test", "plain", "/echo"))->body, "X-Proxied"));
	http_client_destroy(rig_client);
	rig_client = NULL;
	http_endpoint_destroy(endpoint);
}

TEST(configured_headers_are_sent_and_their_files_read_at_each_use) {
	rig_begin();
	struct error err;
	struct http_header lines[] = { { "X-A", "one", NULL }, { "X-A", "two", NULL }, { "X-Empty", "", NULL }, { "X-File", NULL, rig_file("header") } };
	struct http_config config = HTTP_CONFIG_DEFAULT;
	config.headers = (struct http_headers){ lines, 4 };
	struct http_endpoint *endpoint = http_endpoint_create(&config);
	struct answer *answer = rig_get(endpoint, rig_plain("/echo"));
	CHECK_INT(answer->error.code, ERR_NOT_FOUND);
	CHECK(strstr(answer->error.text, "http header X-File: ") == answer->error.text);
	CHECK(fs_write_file(rig_file("header"), STR(" first \n"), &err));
	CHECK(rig_has(&rig_get(endpoint, rig_plain("/echo"))->body, "\nX-A: one\nX-A: two\nX-Empty:\nX-File: first\n"));
	CHECK(fs_write_file(rig_file("header"), STR("second"), &err));
	CHECK(rig_has(&rig_get(endpoint, rig_plain("/echo"))->body, "\nX-File: second\n"));
	CHECK(fs_write_file(rig_file("header"), STR("s3cret\nX-Evil: 1"), &err));
	answer = rig_get(endpoint, rig_plain("/echo"));
	CHECK_INT(answer->error.code, ERR_INVALID);
	CHECK(strstr(answer->error.text, "s3cret") == NULL);
	http_client_destroy(rig_client);
	rig_client = NULL;
	http_endpoint_destroy(endpoint);
}

TEST(a_header_of_the_request_stands_in_for_the_configured_one) {
	rig_begin();
	struct http_header lines[] = { { "X-Tenant", "all", NULL }, { "X-Tenant", "both", NULL }, { "X-Ten", "10", NULL } };
	struct http_config config = HTTP_CONFIG_DEFAULT;
	config.headers = (struct http_headers){ lines, 3 };
	struct http_endpoint *endpoint = http_endpoint_create(&config);
	struct http_request request = rig_request("GET", rig_plain("/echo"), NULL);
	request.endpoint = endpoint;
	CHECK(rig_has(&rig_ask(request)->body, "\nX-Tenant: all\nX-Tenant: both\nX-Ten: 10\n"));
	request.headers = (const char *const[]){ "x-tenant: one", NULL };
	struct answer *answer = rig_ask(request);
	CHECK(rig_has(&answer->body, "\nx-tenant: one\n") && rig_has(&answer->body, "\nX-Ten: 10\n"));
	CHECK(!rig_has(&answer->body, "X-Tenant"));
	http_client_destroy(rig_client);
	rig_client = NULL;
	http_endpoint_destroy(endpoint);
}

TEST(a_request_may_say_by_itself_who_asks) {
	rig_begin();
	struct http_config config = HTTP_CONFIG_DEFAULT;
	config.bearer_token = "t0ken";
	struct http_endpoint *endpoint = http_endpoint_create(&config);
	struct http_request request = rig_request("GET", rig_plain("/echo"), NULL);
	request.endpoint = endpoint;
	CHECK(rig_has(&rig_ask(request)->body, "\nAuthorization: Bearer t0ken\n"));
	request.headers = (const char *const[]){ "X-A: 1", "authorization: Basic b3du", NULL };
	struct answer *answer = rig_ask(request);
	CHECK(rig_has(&answer->body, "\nauthorization: Basic b3du\n"));
	CHECK(!rig_has(&answer->body, "t0ken"));
	http_client_destroy(rig_client);
	rig_client = NULL;
	http_endpoint_destroy(endpoint);
}

TEST(user_name_and_password_come_from_files) {
	rig_begin();
	struct error err;
	struct http_config config = HTTP_CONFIG_DEFAULT;
	config.basic_username_file = rig_file("name");
	config.basic_password_file = rig_file("password");
	config.has_basic_auth = true;
	CHECK(fs_write_file(config.basic_username_file, STR("bob\n"), &err));
	CHECK(strstr(rig_ask_with(&config, rig_plain("/echo"))->error.text, "basic_auth password_file: ") != NULL);
	CHECK(fs_write_file(config.basic_password_file, STR("s3cret\n"), &err));
	CHECK(rig_has(&rig_ask_with(&config, rig_plain("/echo"))->body, "\nAuthorization: Basic Ym9iOnMzY3JldA==\n"));
}

TEST(certificates_may_be_texts) {
	rig_begin();
	struct http_config config = HTTP_CONFIG_DEFAULT;
	char *ca = read_file("ca.pem"), *other = read_file("other_ca.pem"), *cert = read_file("client.pem"), *key = read_file("client.key");
	config.tls.ca = other;
	CHECK_INT(rig_ask_with(&config, rig_url("https", "localhost", "tls", "/echo"))->status, 0);
	config.tls.ca = ca;
	CHECK_INT(rig_ask_with(&config, rig_url("https", "localhost", "tls", "/echo"))->status, 200);
	CHECK_INT(rig_ask_with(&config, rig_url("https", "localhost", "mutual", "/echo"))->status, 0);
	config.tls.cert = cert;
	config.tls.key = key;
	CHECK_INT(rig_ask_with(&config, rig_url("https", "localhost", "mutual", "/echo"))->status, 200);
	config.tls.key = "no key at all: s3cret";
	struct answer *answer = rig_ask_with(&config, rig_url("https", "localhost", "mutual", "/echo"));
	CHECK_INT(answer->error.code, ERR_IO);
	CHECK(strstr(answer->error.text, "s3cret") == NULL);
	config = HTTP_CONFIG_DEFAULT;
	config.tls.ca = "garbage";
	CHECK_INT(rig_ask_with(&config, rig_url("https", "localhost", "tls", "/echo"))->status, 0);
	free(ca);
	free(other);
	free(cert);
	free(key);
}

TEST(tls_versions_are_kept_within_bounds) {
	rig_begin();
	struct http_config config = HTTP_CONFIG_DEFAULT;
	config.tls.ca_file = rig_file("ca.pem");
	CHECK_INT(rig_ask_with(&config, rig_url("https", "localhost", "tls13", "/echo"))->status, 200);
	CHECK_INT(rig_ask_with(&config, rig_url("https", "localhost", "tls11", "/echo"))->status, 0);
	config.tls.max_version = TLS_1_2;
	CHECK_INT(rig_ask_with(&config, rig_url("https", "localhost", "tls13", "/echo"))->status, 0);
	CHECK_INT(rig_ask_with(&config, rig_url("https", "localhost", "tls", "/echo"))->status, 200);
	config.tls.max_version = TLS_ANY;
	config.tls.min_version = TLS_1_1;
	CHECK_INT(rig_ask_with(&config, rig_url("https", "localhost", "tls11", "/echo"))->status, 200);
	config.tls.min_version = TLS_1_3;
	CHECK_INT(rig_ask_with(&config, rig_url("https", "localhost", "tls13", "/echo"))->status, 200);
}

TEST(http2_is_spoken_where_tls_agrees_on_it) {
	rig_begin();
	struct http_config config = HTTP_CONFIG_DEFAULT;
	config.tls.ca_file = rig_file("ca.pem");
	CHECK_STR(buf_str(&rig_ask_with(&config, rig_url("https", "localhost", "http2", "/echo"))->body), "spoke HTTP/2");
	CHECK(rig_has(&rig_ask_with(&config, rig_url("https", "localhost", "tls", "/echo"))->body, "POST /echo HTTP/1.1\n"));
	config.proxy.url = proxy_url("http", "", "proxy");
	CHECK_STR(buf_str(&rig_ask_with(&config, rig_url("https", "localhost", "http2", "/echo"))->body), "spoke HTTP/2");
	config.proxy.url = proxy_url("https", "", "tls_proxy");
	CHECK_STR(buf_str(&rig_ask_with(&config, rig_url("https", "localhost", "http2", "/echo"))->body), "spoke HTTP/2");
	config = HTTP_CONFIG_DEFAULT;
	config.tls.ca_file = rig_file("ca.pem");
	config.enable_http2 = false;
	CHECK(rig_has(&rig_ask_with(&config, rig_url("https", "localhost", "http2", "/echo"))->body, "POST /echo HTTP/1.1\n"));
}

TEST(secrets_stay_behind_once_a_redirect_left_the_host) {
	rig_begin();
	struct http_config config = HTTP_CONFIG_DEFAULT;
	config.basic_username = "bob";
	config.basic_password = "s3cret";
	config.headers = (struct http_headers){ (struct http_header[]){ { "Cookie", "c00kie", NULL }, { "X-Own", "own", NULL } }, 2 };
	char there_and_back[300];
	snprintf(there_and_back, sizeof there_and_back, "/307?to=http://localhost:%d/307?to=http://127.0.0.1:%d/echo", fixture_port(&rig_server, "other"), fixture_port(&rig_server, "plain"));
	struct answer *answer = rig_ask_with(&config, rig_plain(there_and_back));
	CHECK_INT(answer->status, 200);
	CHECK(!rig_has(&answer->body, "Authorization"));
	CHECK(!rig_has(&answer->body, "c00kie"));
	CHECK(rig_has(&answer->body, "\nX-Own: own\n"));
	answer = rig_ask_with(&config, rig_plain("/307?to=/echo"));
	CHECK(rig_has(&answer->body, "\nAuthorization: Basic "));
	CHECK(rig_has(&answer->body, "\nCookie: c00kie\n"));
}

TEST(a_redirect_to_a_get_leaves_body_and_type_behind) {
	rig_begin();
	struct http_config config = HTTP_CONFIG_DEFAULT;
	struct answer *answer = rig_ask_with(&config, rig_plain("/302?to=/echo"));
	CHECK(rig_has(&answer->body, "GET /echo"));
	CHECK(!rig_has(&answer->body, "Content-Type"));
	CHECK(!rig_has(&answer->body, "hello"));
}

TEST(redirects_end_somewhere) {
	rig_begin();
	struct http_config config = HTTP_CONFIG_DEFAULT;
	char url[600] = "";
	for (int i = 0; i < 10; i++)
		strcat(url, "/307?to=");
	strcat(url, "/echo");
	CHECK_INT(rig_ask_with(&config, rig_plain(url))->status, 200);
	char longer[600];
	snprintf(longer, sizeof longer, "/307?to=%s", url);
	struct answer *answer = rig_ask_with(&config, rig_plain(longer));
	CHECK_INT(answer->error.code, ERR_INVALID);
	CHECK(strstr(answer->error.text, "too many redirects") != NULL);
	answer = rig_ask_with(&config, rig_plain("/307?to=file:///etc/passwd"));
	CHECK_INT(answer->error.code, ERR_INVALID);
	CHECK(strstr(answer->error.text, "only http and https") != NULL);
	rig_end();
}
