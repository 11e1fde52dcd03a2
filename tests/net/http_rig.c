// SPDX-License-Identifier: Apache-2.0
// What the tests of the HTTP client stand on. See http_rig.h.
#include "tests/net/http_rig.h"

#include "tests/harness/test.h"

#include <signal.h>

struct fixture rig_server;
struct http_client *rig_client;

__attribute__((constructor)) static void ignore_broken_pipes(void) {
	signal(SIGPIPE, SIG_IGN);
}

void rig_begin(void) {
	if (rig_server.pid == 0)
		CHECK(fixture_start(&rig_server, "net/http_server.py", test_directory()));
	http_client_destroy(rig_client);
	rig_client = http_client_create(&(struct http_client_options){ .user_agent = "tocsin-test" });
}

void rig_end(void) {
	http_client_destroy(rig_client);
	rig_client = NULL;
	if (rig_server.pid != 0)
		fixture_stop(&rig_server);
	rig_server = (struct fixture){ 0 };
}

const char *rig_url(const char *scheme, const char *host, const char *listener, const char *path) {
	static struct buf url;
	buf_reset(&url);
	buf_format(&url, "%s://%s:%d%s", scheme, host, fixture_port(&rig_server, listener), path);
	return buf_cstr(&url);
}

const char *rig_plain(const char *path) {
	return rig_url("http", "127.0.0.1", "plain", path);
}

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

bool rig_take_piece(void *context, struct str piece) {
	struct answer *answer = context;
	buf_append_str(&answer->pieces, piece);
	return answer->refuse_after == 0 || answer->pieces.len < answer->refuse_after;
}

struct answer rig_fresh(struct answer *old) {
	buf_finish(&old->body);
	buf_finish(&old->pieces);
	return (struct answer){ 0 };
}

struct http_request rig_request(const char *method, const char *url, struct answer *answer) {
	return (struct http_request){ .method = method, .url = url, .timeout = 5000, .max_body = 1 << 20, .on_done = keep, .context = answer };
}

void rig_run(void) {
	while (http_client_active(rig_client) > 0)
		http_client_poll(rig_client, NULL, 0, 1000);
}

struct answer *rig_ask(struct http_request request) {
	static struct answer answer;
	answer = rig_fresh(&answer);
	request.context = &answer;
	http_client_start(rig_client, &request);
	rig_run();
	CHECK_INT(answer.calls, 1);
	return &answer;
}

struct answer *rig_get(const struct http_endpoint *endpoint, const char *url) {
	struct http_request request = rig_request("GET", url, NULL);
	request.endpoint = endpoint;
	return rig_ask(request);
}

struct answer *rig_ask_with(const struct http_config *config, const char *url) {
	struct http_endpoint *endpoint = http_endpoint_create(config);
	struct http_request request = rig_request("POST", url, NULL);
	request.body = STR("hello");
	request.content_type = "text/plain";
	request.endpoint = endpoint;
	struct answer *answer = rig_ask(request);
	http_client_destroy(rig_client); // kept connections must not answer for the next configuration
	rig_client = http_client_create(&(struct http_client_options){ 0 });
	http_endpoint_destroy(endpoint);
	return answer;
}

bool rig_has(const struct buf *text, const char *part) {
	return str_find(buf_str(text), str_of(part)) >= 0;
}

const char *rig_file(const char *name) {
	static char paths[8][200];
	static int next;
	char *path = paths[next++ % 8];
	snprintf(path, sizeof paths[0], "%s/%s", test_directory(), name);
	return path;
}
