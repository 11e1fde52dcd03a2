// SPDX-License-Identifier: Apache-2.0
// Many concurrent HTTP requests over one curl multi. See http_client.h.
// Handles are kept configured for their endpoint, so that a further request sets only what differs.
#include "net/http_client.h"

#include "base/mem.h"
#include "net/http_endpoint.h"
#include "net/http_outcome.h"
#include "net/tls_options.h"

#include <assert.h>
#include <limits.h>

enum {
	IDLE_HANDLES_MAX = 64,
	FRESH_HANDLES = 16,      // idle handles of other endpoints before one of them is taken over
	DISCARD_MAX = 256 << 10, // bytes beyond max_body read to keep the connection
	EXTRA_ON_STACK = 16,
};

// An easy handle and what it is set to. owned by its client
struct http_handle {
	CURL *easy;
	uint64_t endpoint_id;
	struct curl_slist *headers;
	struct buf lines; // the headers as text, to see whether they changed
	struct curl_slist *connect_to;
	char detail[CURL_ERROR_SIZE];
};

enum stop_reason { STOP_NONE,
	STOP_CUT,
	STOP_LIMIT,
	STOP_REFUSED };

struct http_exchange {
	struct http_client *client;
	struct http_exchange *next, *prev;
	struct http_handle *handle; // NULL when it could not even begin
	struct error error;         // then: why
	bool (*on_data)(void *context, struct str piece);
	void (*on_done)(void *context, const struct http_response *response);
	void *context;
	dur_ms timeout;
	size_t max_body, received;
	enum stop_reason stopped;
	struct buf kept;
	const char *method, *url; // behind this struct, as is the body
};

struct exchange_list { // oldest first
	struct http_exchange *first, *last;
};

struct http_client {
	CURLM *multi;
	char *user_agent;
	struct exchange_list exchanges; // those in curl's hands
	struct exchange_list refused;   // those that could not begin; told by the next poll
	size_t active;
	struct http_handle *idle[IDLE_HANDLES_MAX]; // least recently used first
	size_t idle_count;
	bool is_started; // something was added since curl last ran
};

struct http_client *http_client_create(const struct http_client_options *options) {
	curl_init_once();
	struct http_client *client = MEM_NEW(struct http_client);
	client->multi = curl_multi_init();
	if (client->multi == NULL)
		abort(); // out of memory
	client->user_agent = mem_dup_cstr(options->user_agent == NULL ? "tocsin" : options->user_agent);
	unsigned per_host = options->max_connections_per_host == 0 ? 16 : options->max_connections_per_host;
	unsigned kept = options->max_connections == 0 ? 64 : options->max_connections;
	curl_multi_setopt(client->multi, CURLMOPT_MAXCONNECTS, (long)(kept < per_host ? per_host : kept));
	curl_multi_setopt(client->multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)per_host);
	curl_multi_setopt(client->multi, CURLMOPT_PIPELINING, CURLPIPE_NOTHING);
	return client;
}

static void handle_destroy(struct http_handle *handle) {
	curl_easy_cleanup(handle->easy);
	curl_slist_free_all(handle->headers);
	curl_slist_free_all(handle->connect_to);
	buf_finish(&handle->lines);
	free(handle);
}

static struct http_handle *idle_take(struct http_client *client, size_t index) {
	struct http_handle *handle = client->idle[index];
	client->idle_count--;
	memmove(client->idle + index, client->idle + index + 1, (client->idle_count - index) * sizeof *client->idle);
	return handle;
}

static void handle_release(struct http_client *client, struct http_handle *handle) {
	if (client->idle_count == IDLE_HANDLES_MAX)
		handle_destroy(idle_take(client, 0));
	client->idle[client->idle_count++] = handle;
}

static size_t take_body(char *data, size_t size, size_t count, void *context) {
	struct http_exchange *exchange = context;
	size_t len = size * count;
	long status = 0;
	curl_easy_getinfo(exchange->handle->easy, CURLINFO_RESPONSE_CODE, &status);
	bool is_streamed = exchange->on_data != NULL && status / 100 == 2;
	size_t room = exchange->max_body - (exchange->received < exchange->max_body ? exchange->received : exchange->max_body);
	exchange->received += len;
	if (!is_streamed) {
		buf_append(&exchange->kept, data, len < room ? len : room);
		bool is_far = exchange->received > exchange->max_body && exchange->received - exchange->max_body > DISCARD_MAX;
		exchange->stopped = is_far ? STOP_CUT : STOP_NONE;
		return is_far ? 0 : len;
	}
	if (len > room)
		exchange->stopped = STOP_LIMIT;
	else if (!exchange->on_data(exchange->context, str_make(data, len)))
		exchange->stopped = STOP_REFUSED;
	return exchange->stopped == STOP_NONE ? len : 0;
}

static void handle_configure(struct http_client *client, struct http_handle *handle, const struct http_endpoint *endpoint) {
	curl_slist_free_all(handle->headers);
	handle->headers = NULL;
	buf_reset(&handle->lines);
	handle->endpoint_id = http_endpoint_id(endpoint);
	http_endpoint_apply(endpoint, handle->easy);
	curl_easy_setopt(handle->easy, CURLOPT_USERAGENT, client->user_agent);
	curl_easy_setopt(handle->easy, CURLOPT_ERRORBUFFER, handle->detail);
	curl_easy_setopt(handle->easy, CURLOPT_WRITEFUNCTION, take_body);
}

static struct http_handle *handle_acquire(struct http_client *client, const struct http_endpoint *endpoint) {
	for (size_t i = client->idle_count; i > 0; i--)
		if (client->idle[i - 1]->endpoint_id == http_endpoint_id(endpoint))
			return idle_take(client, i - 1);
	struct http_handle *handle;
	if (client->idle_count >= FRESH_HANDLES) {
		handle = idle_take(client, 0);
		curl_easy_reset(handle->easy);
	} else {
		handle = MEM_NEW(struct http_handle);
		handle->easy = curl_easy_init();
		if (handle->easy == NULL)
			abort(); // out of memory
	}
	handle_configure(client, handle, endpoint);
	return handle;
}

static struct curl_slist *list_append(struct curl_slist *list, const char *line) {
	struct curl_slist *longer = curl_slist_append(list, line);
	if (longer == NULL)
		abort(); // out of memory
	return longer;
}

static bool add_line(struct buf *lines, const char *name, const char *text, struct error *err) {
	if (strpbrk(text, "\r\n") != NULL)
		return error_set(err, ERR_INVALID, "a line break inside a request header");
	buf_format(lines, "%s%s\n", name, text);
	return true;
}

static bool compose_lines(const struct http_request *request, struct buf *lines, struct error *err) {
	buf_append_cstr(lines, "Expect:\n"); // no "100-continue" round trip
	if (request->content_type == NULL)
		buf_append_cstr(lines, "Content-Type:\n");
	else if (!add_line(lines, "Content-Type: ", request->content_type, err))
		return false;
	for (const char *const *header = request->headers; header != NULL && *header != NULL; header++)
		if (!add_line(lines, "", *header, err))
			return false;
	return http_endpoint_authorize(request->endpoint, lines, err);
}

// Sets the headers unless the handle has them already. Consumes lines.
static void set_headers(struct http_handle *handle, struct buf *lines) {
	if (handle->headers != NULL && str_equal(buf_str(lines), buf_str(&handle->lines))) {
		buf_finish(lines);
		return;
	}
	curl_slist_free_all(handle->headers);
	handle->headers = NULL;
	buf_finish(&handle->lines);
	handle->lines = *lines;
	*lines = (struct buf){ 0 };
	struct str rest = buf_str(&handle->lines);
	while (rest.len > 0) {
		char line[1024];
		struct str one = str_cut(&rest, '\n');
		autofree char *longer = one.len < sizeof line ? NULL : mem_alloc(one.len + 1);
		char *text = longer == NULL ? line : longer;
		memcpy(text, one.data, one.len);
		text[one.len] = '\0';
		handle->headers = list_append(handle->headers, text);
	}
	curl_easy_setopt(handle->easy, CURLOPT_HTTPHEADER, handle->headers);
}

static void set_url(struct http_handle *handle, const struct http_request *request, struct buf *lines) {
	char *other = NULL;
	autobuf struct buf connect_to = { 0 };
	curl_slist_free_all(handle->connect_to);
	handle->connect_to = NULL;
	bool is_detour = http_endpoint_detour(request->endpoint, request->url, &other, &connect_to, lines);
	if (is_detour)
		handle->connect_to = list_append(NULL, buf_cstr(&connect_to));
	curl_easy_setopt(handle->easy, CURLOPT_URL, is_detour ? other : request->url);
	curl_easy_setopt(handle->easy, CURLOPT_CONNECT_TO, handle->connect_to);
	curl_free(other);
}

static void set_method(CURL *easy, const struct http_request *request, const char *body) {
	bool is_get = strcmp(request->method, "GET") == 0;
	bool is_post = strcmp(request->method, "POST") == 0;
	curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, is_post || (is_get && request->body.len == 0) ? NULL : request->method);
	if (request->body.len == 0 && !is_post) {
		curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
		return;
	}
	curl_easy_setopt(easy, CURLOPT_POST, 1L);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.len);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body);
}

// One block: the exchange, its method, its URL, its body.
static struct http_exchange *exchange_create(struct http_client *client, const struct http_request *request, char **body) {
	size_t method_size = strlen(request->method) + 1, url_size = strlen(request->url) + 1;
	struct http_exchange *exchange = mem_alloc(sizeof *exchange + method_size + url_size + request->body.len);
	char *texts = (char *)(exchange + 1);
	*exchange = (struct http_exchange){ .client = client, .on_data = request->on_data, .on_done = request->on_done, .context = request->context, .timeout = request->timeout, .max_body = request->max_body, .method = texts, .url = texts + method_size };
	memcpy(texts, request->method, method_size);
	memcpy(texts + method_size, request->url, url_size);
	*body = texts + method_size + url_size;
	if (request->body.len > 0)
		memcpy(*body, request->body.data, request->body.len);
	return exchange;
}

static void link_last(struct exchange_list *list, struct http_exchange *exchange) {
	exchange->next = NULL;
	exchange->prev = list->last;
	*(list->last == NULL ? &list->first : &list->last->next) = exchange;
	list->last = exchange;
}

static void exchange_unlink(struct http_client *client, struct http_exchange *exchange) {
	struct exchange_list *list = exchange->handle == NULL ? &client->refused : &client->exchanges;
	*(exchange->prev == NULL ? &list->first : &exchange->prev->next) = exchange->next;
	*(exchange->next == NULL ? &list->last : &exchange->next->prev) = exchange->prev;
	client->active--;
}

static void exchange_free(struct http_exchange *exchange) {
	buf_finish(&exchange->kept);
	free(exchange);
}

struct http_exchange *http_client_start(struct http_client *client, const struct http_request *request) {
	assert(request->timeout > 0 && request->on_done != NULL);
	char *body = NULL;
	struct http_exchange *exchange = exchange_create(client, request, &body);
	autobuf struct buf lines = { 0 };
	client->active++;
	if (!compose_lines(request, &lines, &exchange->error)) {
		link_last(&client->refused, exchange);
		return exchange;
	}
	struct http_handle *handle = handle_acquire(client, request->endpoint);
	exchange->handle = handle;
	handle->detail[0] = '\0';
	set_url(handle, request, &lines);
	set_headers(handle, &lines);
	set_method(handle->easy, request, body);
	curl_easy_setopt(handle->easy, CURLOPT_TIMEOUT_MS, (long)(request->timeout < LONG_MAX ? request->timeout : LONG_MAX));
	curl_easy_setopt(handle->easy, CURLOPT_PRIVATE, exchange);
	curl_easy_setopt(handle->easy, CURLOPT_WRITEDATA, exchange);
	link_last(&client->exchanges, exchange);
	CURLMcode added = curl_multi_add_handle(client->multi, handle->easy);
	assert(added == CURLM_OK);
	(void)added;
	client->is_started = true;
	return exchange;
}

void http_exchange_cancel(struct http_exchange *exchange) {
	struct http_client *client = exchange->client;
	exchange_unlink(client, exchange);
	if (exchange->handle != NULL) {
		curl_multi_remove_handle(client->multi, exchange->handle->easy);
		handle_release(client, exchange->handle);
	}
	exchange_free(exchange);
}

size_t http_client_active(const struct http_client *client) {
	return client->active;
}

static void cancel_all(struct http_exchange *first) {
	for (struct http_exchange *exchange = first, *next; exchange != NULL; exchange = next) {
		next = exchange->next;
		http_exchange_cancel(exchange);
	}
}

void http_client_destroy(struct http_client *client) {
	if (client == NULL)
		return;
	cancel_all(client->exchanges.first);
	cancel_all(client->refused.first);
	while (client->idle_count > 0)
		handle_destroy(idle_take(client, client->idle_count - 1));
	curl_multi_cleanup(client->multi);
	free(client->user_agent);
	free(client);
}

static dur_ms read_retry_after(CURL *easy) {
	struct curl_header *header;
	if (curl_easy_header(easy, "Retry-After", 0, CURLH_HEADER, -1, &header) != CURLHE_OK)
		return -1;
	return http_retry_after_parse(header->value, clock_wall());
}

static void response_fill_error(struct http_response *response, const struct http_exchange *exchange, CURLcode code) {
	autobuf struct buf origin = { 0 };
	http_origin_append(&origin, str_of(exchange->url));
	switch (exchange->stopped) {
	case STOP_CUT: // its beginning is all we wanted
		return;
	case STOP_LIMIT:
		error_set(&response->error, ERR_LIMIT, "%s %s: the answer is larger than %zu bytes", exchange->method, buf_cstr(&origin), exchange->max_body);
		return;
	case STOP_REFUSED:
		error_set(&response->error, ERR_INVALID, "%s %s: the answer cannot be read", exchange->method, buf_cstr(&origin));
		return;
	case STOP_NONE:
		http_outcome_error(&response->error, code, exchange->handle->detail, exchange->method, exchange->url, exchange->timeout);
		return;
	}
	unreachable("stop reason");
}

static void response_fill(struct http_response *response, const struct http_exchange *exchange, CURLcode code) {
	CURL *easy = exchange->handle->easy;
	long status = 0, written = 0;
	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	response->status = (int)status;
	response->retry_after = status >= 300 ? read_retry_after(easy) : -1;
	response->body = buf_str(&exchange->kept);
	response->is_body_cut = exchange->received > exchange->kept.len && exchange->received > exchange->max_body;
	if (code == CURLE_OK)
		return;
	response_fill_error(response, exchange, code);
	curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &written);
	response->maybe_delivered = response->error.code != ERR_NONE && written > 0;
}

static void exchange_finish(struct http_exchange *exchange, CURLcode code) {
	struct http_client *client = exchange->client;
	struct http_response response = { .retry_after = -1 };
	response_fill(&response, exchange, code);
	curl_multi_remove_handle(client->multi, exchange->handle->easy);
	exchange_unlink(client, exchange);
	handle_release(client, exchange->handle);
	exchange->on_done(exchange->context, &response);
	exchange_free(exchange);
}

static bool tell_finished(struct http_client *client) {
	bool is_any = false;
	int left;
	for (CURLMsg *message; (message = curl_multi_info_read(client->multi, &left)) != NULL;) {
		if (message->msg != CURLMSG_DONE)
			continue;
		char *exchange = NULL;
		CURLcode code = message->data.result;
		curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &exchange);
		exchange_finish((struct http_exchange *)(void *)exchange, code);
		is_any = true;
	}
	return is_any;
}

// Only those refused before this turn: a callback that starts the same request again must not keep us here.
static bool tell_refused(struct http_client *client) {
	size_t count = 0;
	for (struct http_exchange *at = client->refused.first; at != NULL; at = at->next)
		count++;
	for (size_t i = 0; i < count && client->refused.first != NULL; i++) {
		struct http_exchange *exchange = client->refused.first;
		assert(exchange->handle == NULL && exchange->prev == NULL);
		struct http_response response = { .retry_after = -1, .error = exchange->error };
		exchange_unlink(client, exchange);
		exchange->on_done(exchange->context, &response);
		exchange_free(exchange);
	}
	return count > 0;
}

static void perform(struct http_client *client) {
	int running;
	client->is_started = false;
	curl_multi_perform(client->multi, &running);
}

static void wait_for_traffic(struct http_client *client, struct pollfd *extra, size_t extra_count, int timeout_ms) {
	struct curl_waitfd on_stack[EXTRA_ON_STACK];
	autofree struct curl_waitfd *longer = extra_count <= EXTRA_ON_STACK ? NULL : mem_alloc(extra_count * sizeof *longer);
	struct curl_waitfd *fds = longer == NULL ? on_stack : longer;
	for (size_t i = 0; i < extra_count; i++)
		fds[i] = (struct curl_waitfd){ .fd = extra[i].fd, .events = extra[i].events }; // CURL_WAIT_POLLIN and so on are POLLIN and so on
	curl_multi_poll(client->multi, fds, (unsigned)extra_count, timeout_ms < 0 ? INT_MAX : timeout_ms, NULL);
	for (size_t i = 0; i < extra_count; i++)
		extra[i].revents = fds[i].revents;
}

void http_client_poll(struct http_client *client, struct pollfd *extra, size_t extra_count, int timeout_ms) {
	bool is_any = tell_refused(client);
	if (client->is_started) {
		perform(client);
		is_any |= tell_finished(client);
	}
	wait_for_traffic(client, extra, extra_count, is_any ? 0 : timeout_ms);
	perform(client);
	tell_finished(client);
}
