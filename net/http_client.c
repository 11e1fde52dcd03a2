// SPDX-License-Identifier: Apache-2.0
// Many concurrent HTTP requests over one curl multi. See http_client.h.
// Handles are kept configured for their endpoint, so that a further request sets only what differs. An exchange may take several requests:
// after a redirect, and after a 401 that another OAuth2 token may cure. While its token is fetched it waits without a handle.
#include "net/http_client.h"

#include "base/mem.h"
#include "model/http_url.h"
#include "net/http_endpoint.h"
#include "net/http_exchange.h"
#include "net/http_outcome.h"
#include "net/http_redirect.h"
#include "net/oauth2.h"
#include "net/tls_options.h"

#include <assert.h>
#include <limits.h>

enum {
	IDLE_HANDLES_MAX = 64,
	FRESH_HANDLES = 16,      // idle handles of other endpoints before one of them is taken over
	DISCARD_MAX = 256 << 10, // bytes beyond max_body read to keep the connection
	KEPT_MAX = 2 << 20,      // bytes kept where on_data takes what is wanted: only an error's text
	EXTRA_ON_STACK = 16,
};

// An easy handle and what it is set to. owned by its client
struct http_handle {
	CURL *easy;
	uint64_t endpoint_id;
	struct curl_slist *headers;
	struct buf lines; // the headers as text, to see whether they changed
	struct curl_slist *connect_to, *connect_headers;
	char detail[CURL_ERROR_SIZE];
};

enum stop_reason { STOP_NONE,
	STOP_CUT,
	STOP_LIMIT,
	STOP_REFUSED };

enum exchange_state { EXCHANGE_REFUSED, // could not begin: told by the next poll
	EXCHANGE_WAITING,               // for a token
	EXCHANGE_RUNNING };             // in curl's hands

struct http_exchange {
	struct http_client *client;
	enum exchange_state state; // which list it is in
	struct http_exchange *next, *prev;
	struct http_handle *handle; // while running
	struct error error;         // when refused: why
	bool (*on_data)(void *context, struct str piece);
	void (*on_done)(void *context, const struct http_response *response);
	void *context;
	const struct http_endpoint *endpoint;
	struct oauth2_source *watcher; // whose token this one fetches; NULL = nobody's
	dur_ms timeout;
	mono_ms deadline;
	size_t max_body, received;
	enum stop_reason stopped;
	struct buf kept;
	struct buf lines; // headers of the request, without credentials
	struct buf url;   // where it is now
	unsigned redirects;
	bool is_away;                   // left the first host: secrets stay behind, from then on
	bool was_refused;               // 401: once more with a new token, not twice
	struct str body;                // behind this struct or borrowed
	const char *method, *first_url; // behind it
};

struct exchange_list { // oldest first
	struct http_exchange *first, *last;
};

struct http_client {
	CURLM *multi;
	char *user_agent;
	size_t read_bytes;
	struct exchange_list lists[EXCHANGE_RUNNING + 1]; // by state
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
	client->read_bytes = options->read_bytes;
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
	curl_slist_free_all(handle->connect_headers);
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

static size_t kept_max(const struct http_exchange *exchange) {
	return exchange->on_data != NULL && exchange->max_body > KEPT_MAX ? KEPT_MAX : exchange->max_body;
}

static size_t take_body(char *data, size_t size, size_t count, void *context) {
	struct http_exchange *exchange = context;
	size_t len = size * count;
	long status = 0;
	curl_easy_getinfo(exchange->handle->easy, CURLINFO_RESPONSE_CODE, &status);
	bool is_streamed = exchange->on_data != NULL && status / 100 == 2;
	size_t most = is_streamed ? exchange->max_body : kept_max(exchange);
	size_t room = most - (exchange->received < most ? exchange->received : most);
	exchange->received += len;
	if (!is_streamed) {
		buf_append(&exchange->kept, data, len < room ? len : room);
		bool is_far = exchange->received > most && exchange->received - most > DISCARD_MAX;
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
	curl_easy_setopt(handle->easy, CURLOPT_PATH_AS_IS, 1L); // as Go sends it, with its dots
	if (client->read_bytes > 0)
		curl_easy_setopt(handle->easy, CURLOPT_BUFFERSIZE, (long)client->read_bytes);
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

// "a\nb\n" as a list.
static struct curl_slist *list_of(struct str lines) {
	struct curl_slist *list = NULL;
	while (lines.len > 0) {
		char line[1024];
		struct str one = str_cut(&lines, '\n');
		autofree char *longer = one.len < sizeof line ? NULL : mem_alloc(one.len + 1);
		char *text = longer == NULL ? line : longer;
		memcpy(text, one.data, one.len);
		text[one.len] = '\0';
		list = list_append(list, text);
	}
	return list;
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
	return http_endpoint_add_headers(request->endpoint, request->headers, lines, err);
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
	handle->headers = list_of(buf_str(&handle->lines));
	curl_easy_setopt(handle->easy, CURLOPT_HTTPHEADER, handle->headers);
}

static bool set_way(struct http_handle *handle, const struct http_exchange *exchange, const struct http_way *way, struct error *err) {
	autobuf struct buf lines = { 0 };
	if (way->is_tunnel && !http_endpoint_add_connect_headers(exchange->endpoint, &lines, err))
		return false;
	curl_slist_free_all(handle->connect_to);
	curl_slist_free_all(handle->connect_headers);
	handle->connect_to = way->connect_to.len == 0 ? NULL : list_append(NULL, buf_cstr(&way->connect_to));
	handle->connect_headers = list_of(buf_str(&lines));
	curl_easy_setopt(handle->easy, CURLOPT_URL, buf_cstr(way->url.len == 0 ? &exchange->url : &way->url));
	curl_easy_setopt(handle->easy, CURLOPT_CONNECT_TO, handle->connect_to);
	curl_easy_setopt(handle->easy, CURLOPT_PROXY, way->proxy == NULL ? "" : way->proxy);
	curl_easy_setopt(handle->easy, CURLOPT_PROXYHEADER, handle->connect_headers);
	return true;
}

static void set_method(CURL *easy, const struct http_exchange *exchange) {
	bool is_get = strcmp(exchange->method, "GET") == 0;
	bool is_post = strcmp(exchange->method, "POST") == 0;
	curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, is_post || (is_get && exchange->body.len == 0) ? NULL : exchange->method);
	if (exchange->body.len == 0 && !is_post) {
		curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
		return;
	}
	curl_easy_setopt(easy, CURLOPT_POST, 1L);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)exchange->body.len);
	curl_easy_setopt(easy, CURLOPT_POSTFIELDS, exchange->body.len == 0 ? "" : exchange->body.data);
}

// One block: the exchange, its method, its URL, its body unless that is borrowed.
static struct http_exchange *exchange_create(struct http_client *client, const struct http_request *request) {
	size_t method_size = strlen(request->method) + 1, url_size = strlen(request->url) + 1, body_size = request->is_body_borrowed ? 0 : request->body.len;
	struct http_exchange *exchange = mem_alloc(sizeof *exchange + method_size + url_size + body_size);
	char *texts = (char *)(exchange + 1), *body = texts + method_size + url_size;
	*exchange = (struct http_exchange){ .client = client, .on_data = request->on_data, .on_done = request->on_done, .context = request->context, .endpoint = request->endpoint, .timeout = request->timeout, .max_body = request->max_body, .body = request->is_body_borrowed ? request->body : str_make(body, body_size), .method = texts, .first_url = texts + method_size };
	exchange->deadline = clock_mono() + (request->timeout < INT32_MAX ? request->timeout : INT32_MAX);
	memcpy(texts, request->method, method_size);
	memcpy(texts + method_size, request->url, url_size);
	if (body_size > 0)
		memcpy(body, request->body.data, body_size);
	http_url_append(&exchange->url, str_make(request->url, url_size - 1));
	return exchange;
}

static void exchange_link(struct http_exchange *exchange, enum exchange_state state) {
	struct exchange_list *list = &exchange->client->lists[state];
	exchange->state = state;
	exchange->next = NULL;
	exchange->prev = list->last;
	*(list->last == NULL ? &list->first : &list->last->next) = exchange;
	list->last = exchange;
}

static void list_remove(struct exchange_list *list, struct http_exchange *exchange) {
	*(exchange->prev == NULL ? &list->first : &exchange->prev->next) = exchange->next;
	*(exchange->next == NULL ? &list->last : &exchange->next->prev) = exchange->prev;
}

static void exchange_unlink(struct http_exchange *exchange) {
	list_remove(&exchange->client->lists[exchange->state], exchange);
}

static void exchange_free(struct http_exchange *exchange) {
	buf_finish(&exchange->kept);
	buf_finish(&exchange->lines);
	buf_finish(&exchange->url);
	free(exchange);
}

void http_exchange_watch(struct http_exchange *exchange, struct oauth2_source *source) {
	exchange->watcher = source;
}

static void exchange_give_back(struct http_exchange *exchange) {
	struct http_client *client = exchange->client;
	curl_multi_remove_handle(client->multi, exchange->handle->easy);
	handle_release(client, exchange->handle);
	exchange->handle = NULL;
}

// The request says by itself who asks.
static bool has_authorization(struct str lines) {
	for (struct str line; lines.len > 0;) {
		line = str_cut(&lines, '\n');
		if (str_equal_nocase(str_cut(&line, ':'), STR("authorization")))
			return true;
	}
	return false;
}

// The headers of one request, credentials included.
static bool compose_request(const struct http_exchange *exchange, struct buf *lines, struct error *err) {
	struct oauth2_source *oauth2 = http_endpoint_oauth2(exchange->endpoint);
	buf_append_str(lines, buf_str(&exchange->lines));
	if (exchange->is_away || has_authorization(buf_str(&exchange->lines)))
		return true;
	return oauth2 == NULL ? http_endpoint_authorize(exchange->endpoint, lines, err) : oauth2_source_authorize(oauth2, lines, err);
}

static bool exchange_set_up(struct http_exchange *exchange, struct http_handle *handle, struct error *err) {
	autobuf struct buf lines = { 0 };
	struct http_way way;
	if (!compose_request(exchange, &lines, err))
		return false;
	http_endpoint_find_way(exchange->endpoint, buf_cstr(&exchange->url), &way);
	buf_append_str(&lines, buf_str(&way.host_line));
	bool ok = set_way(handle, exchange, &way, err);
	if (ok)
		set_headers(handle, &lines);
	http_way_finish(&way);
	return ok;
}

// Puts the exchange, which is in no list, into one: running when all is well.
static void exchange_begin(struct http_exchange *exchange) {
	struct http_client *client = exchange->client;
	struct http_handle *handle = handle_acquire(client, exchange->endpoint);
	if (!exchange_set_up(exchange, handle, &exchange->error)) {
		handle_release(client, handle);
		exchange_link(exchange, EXCHANGE_REFUSED);
		return;
	}
	dur_ms left = exchange->deadline - clock_mono();
	exchange->handle = handle;
	handle->detail[0] = '\0';
	set_method(handle->easy, exchange);
	curl_easy_setopt(handle->easy, CURLOPT_TIMEOUT_MS, (long)(left < 1 ? 1 : left));
	curl_easy_setopt(handle->easy, CURLOPT_PRIVATE, exchange);
	curl_easy_setopt(handle->easy, CURLOPT_WRITEDATA, exchange);
	exchange_link(exchange, EXCHANGE_RUNNING);
	CURLMcode added = curl_multi_add_handle(client->multi, handle->easy);
	assert(added == CURLM_OK);
	(void)added;
	client->is_started = true;
}

// The same, by way of the list of those that wait where a token has to be fetched first.
static void exchange_dispatch(struct http_exchange *exchange) {
	struct oauth2_source *oauth2 = exchange->is_away ? NULL : http_endpoint_oauth2(exchange->endpoint);
	enum oauth2_state state = oauth2 == NULL ? OAUTH2_READY : oauth2_source_check(oauth2, clock_mono(), &exchange->error);
	switch (state) {
	case OAUTH2_READY: exchange_begin(exchange); return;
	case OAUTH2_FAILED: exchange_link(exchange, EXCHANGE_REFUSED); return;
	case OAUTH2_NEEDED:
		exchange_link(exchange, EXCHANGE_WAITING);
		oauth2_source_fetch(oauth2, exchange->client);
		return;
	}
	unreachable("oauth2 state");
}

struct http_exchange *http_client_start(struct http_client *client, const struct http_request *request) {
	assert(request->timeout > 0 && request->on_done != NULL);
	struct http_exchange *exchange = exchange_create(client, request);
	client->active++;
	if (compose_lines(request, &exchange->lines, &exchange->error))
		exchange_dispatch(exchange);
	else
		exchange_link(exchange, EXCHANGE_REFUSED);
	return exchange;
}

void http_exchange_cancel(struct http_exchange *exchange) {
	exchange_unlink(exchange);
	exchange->client->active--;
	if (exchange->watcher != NULL)
		oauth2_source_detach(exchange->watcher);
	if (exchange->handle != NULL)
		exchange_give_back(exchange);
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
	for (size_t state = 0; state < sizeof client->lists / sizeof *client->lists; state++)
		cancel_all(client->lists[state].first);
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
	http_origin_append(&origin, buf_str(&exchange->url));
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
		http_outcome_error(&response->error, code, exchange->handle->detail, exchange->method, buf_cstr(&exchange->url), exchange->timeout);
		return;
	}
	unreachable("stop reason");
}

// A request to a proxy for a tunnel is counted as written, but only once the tunnel stands something is on its way to the peer.
static bool was_written(CURL *easy) {
	long written = 0;
	curl_off_t began = 0;
	curl_easy_getinfo(easy, CURLINFO_REQUEST_SIZE, &written);
	curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &began);
	return written > 0 && began > 0;
}

static void response_fill(struct http_response *response, const struct http_exchange *exchange, CURLcode code) {
	CURL *easy = exchange->handle->easy;
	long status = 0;
	char *type = NULL;
	curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &type);
	response->status = (int)status;
	response->content_type = str_of(type);
	response->retry_after = status >= 300 ? read_retry_after(easy) : -1;
	response->body = buf_str(&exchange->kept);
	response->is_body_cut = exchange->received > exchange->kept.len && exchange->received > kept_max(exchange);
	if (code == CURLE_OK)
		return;
	response_fill_error(response, exchange, code);
	response->maybe_delivered = response->error.code != ERR_NONE && was_written(easy);
}

// ---- further requests of one exchange ----

// The handle goes back, and what the last answer left is forgotten.
static void exchange_rewind(struct http_exchange *exchange) {
	exchange_give_back(exchange);
	exchange_unlink(exchange);
	buf_reset(&exchange->kept);
	exchange->received = 0;
	exchange->stopped = STOP_NONE;
}

static void exchange_redirect(struct http_exchange *exchange, enum http_redirect redirect, const char *target) {
	autobuf struct buf origin = { 0 }, host = { 0 }, lines = { 0 };
	http_host_append(&origin, exchange->first_url);
	http_host_append(&host, target);
	exchange->is_away |= !http_redirect_keeps_secrets(buf_str(&origin), buf_str(&host));
	bool becomes_get = redirect == REDIRECT_AS_GET && strcmp(exchange->method, "GET") != 0 && strcmp(exchange->method, "HEAD") != 0;
	http_redirect_filter(&lines, buf_str(&exchange->lines), !exchange->is_away, !becomes_get);
	if (becomes_get) {
		exchange->method = "GET";
		exchange->body = STR_NONE;
		buf_append_cstr(&lines, "Content-Type:\n");
	}
	buf_reset(&exchange->lines);
	buf_append_str(&exchange->lines, buf_str(&lines));
	buf_reset(&exchange->url);
	http_url_append(&exchange->url, str_of(target));
	exchange->redirects++;
}

// True when the answer leads elsewhere, and the exchange with it.
static bool follow(struct http_exchange *exchange, int status, struct error *err) {
	char *target = NULL;
	enum http_redirect redirect = http_redirect_of(status);
	if (redirect == REDIRECT_NONE || !http_endpoint_follows_redirects(exchange->endpoint))
		return false;
	curl_easy_getinfo(exchange->handle->easy, CURLINFO_REDIRECT_URL, &target);
	if (target == NULL)
		return false;
	if (exchange->redirects == HTTP_REDIRECTS_MAX) {
		autobuf struct buf origin = { 0 };
		http_origin_append(&origin, buf_str(&exchange->url));
		error_set(err, ERR_INVALID, "%s %s: too many redirects", exchange->method, buf_cstr(&origin));
		return false;
	}
	exchange_redirect(exchange, redirect, target);
	exchange_rewind(exchange);
	exchange_dispatch(exchange);
	return true;
}

static bool ask_with_new_token(struct http_exchange *exchange, int status) {
	struct oauth2_source *oauth2 = http_endpoint_oauth2(exchange->endpoint);
	if (status != 401 || oauth2 == NULL || exchange->is_away || exchange->was_refused)
		return false;
	exchange->was_refused = true;
	if (!oauth2_source_refused(oauth2, clock_mono()))
		return false;
	exchange_rewind(exchange);
	exchange_dispatch(exchange);
	return true;
}

// The exchange is in no list any more.
static void exchange_tell(struct http_exchange *exchange, const struct http_response *response) {
	exchange->client->active--;
	if (exchange->watcher != NULL)
		oauth2_source_detach(exchange->watcher);
	exchange->on_done(exchange->context, response);
	exchange_free(exchange);
}

static void exchange_finish(struct http_exchange *exchange, CURLcode code) {
	struct http_response response = { .retry_after = -1 };
	response_fill(&response, exchange, code);
	bool is_answer = response.error.code == ERR_NONE;
	if (is_answer && (follow(exchange, response.status, &response.error) || ask_with_new_token(exchange, response.status)))
		return;
	exchange_give_back(exchange);
	exchange_unlink(exchange);
	exchange_tell(exchange, &response);
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
	struct exchange_list *refused = &client->lists[EXCHANGE_REFUSED];
	size_t count = 0;
	for (struct http_exchange *at = refused->first; at != NULL; at = at->next)
		count++;
	for (size_t i = 0; i < count && refused->first != NULL; i++) {
		struct http_exchange *exchange = refused->first;
		assert(exchange->handle == NULL && exchange->prev == NULL);
		struct http_response response = { .retry_after = -1, .error = exchange->error };
		list_remove(refused, exchange);
		exchange_tell(exchange, &response);
	}
	return count > 0;
}

// Those whose token is there, those whose token will not come, those that cannot wait longer. Begun or refused: callbacks come later.
static void resume_waiting(struct http_client *client) {
	mono_ms now = client->lists[EXCHANGE_WAITING].first == NULL ? 0 : clock_mono();
	for (struct http_exchange *exchange = client->lists[EXCHANGE_WAITING].first, *next; exchange != NULL; exchange = next) {
		next = exchange->next;
		bool is_over = now >= exchange->deadline;
		if (!is_over && oauth2_source_is_fetching(http_endpoint_oauth2(exchange->endpoint)))
			continue;
		exchange_unlink(exchange);
		if (!is_over) {
			exchange_begin(exchange);
			continue;
		}
		http_outcome_error(&exchange->error, CURLE_OPERATION_TIMEDOUT, "", exchange->method, buf_cstr(&exchange->url), exchange->timeout);
		exchange_link(exchange, EXCHANGE_REFUSED);
	}
}

static int until_deadline(const struct http_client *client, int timeout_ms) {
	mono_ms now = client->lists[EXCHANGE_WAITING].first == NULL ? 0 : clock_mono();
	int least = timeout_ms < 0 ? INT_MAX : timeout_ms;
	for (const struct http_exchange *at = client->lists[EXCHANGE_WAITING].first; at != NULL; at = at->next)
		least = at->deadline - now < least ? (int)(at->deadline - now < 0 ? 0 : at->deadline - now) : least;
	return client->lists[EXCHANGE_REFUSED].first != NULL ? 0 : least;
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
	curl_multi_poll(client->multi, fds, (unsigned)extra_count, until_deadline(client, timeout_ms), NULL);
	for (size_t i = 0; i < extra_count; i++)
		extra[i].revents = fds[i].revents;
}

void http_client_poll(struct http_client *client, struct pollfd *extra, size_t extra_count, int timeout_ms) {
	bool is_any = tell_refused(client);
	if (client->is_started) {
		perform(client);
		is_any |= tell_finished(client);
	}
	resume_waiting(client);
	wait_for_traffic(client, extra, extra_count, is_any ? 0 : timeout_ms);
	perform(client);
	tell_finished(client);
	resume_waiting(client);
}
