// SPDX-License-Identifier: Apache-2.0
// One HTTP request on its way through the API: its parameters and body, what it waits for, and its reply, rendered piece by piece.
// Owned by the server's thread. Private to api/.
//
// Its way: the route is found when the headers are there; the body goes to the route as it comes; then the views that the route needs are
// asked for; when all have come the route's handler runs. A handler sets the reply, or awaits something (request_await) and says in `then`
// what runs when that has come. While anything is awaited the connection is suspended and costs no thread.
#pragma once
#include "api/parameters.h"
#include "api/server.h"
#include "base/buf.h"
#include "base/json_write.h"

struct MHD_Connection;
struct request;

enum { PIECE_BYTES = 64 << 10, // of a reply rendered at a time, about
	PREFETCHED = 4 };      // alerts that are loaded while one is written
// Appends the next piece of the reply to *out; false when that was the last.
typedef bool request_render(struct request *request, struct buf *out);
typedef void request_step(struct request *request);
// Moves what an answer brings into the request, or into its reply, and frees it.
typedef void request_take(struct request *request, struct message *answer);

struct request {
	struct server *server;
	struct MHD_Connection *connection;
	struct arena arena;        // lives as long as the request
	const struct route *route; // NULL: none fits, and there is a reply
	const char *method;
	const char *body_type;        // the Content-Type header; NULL: none
	const char *known_etag;       // the If-None-Match header; NULL: none
	struct str path;              // decoded
	bool is_path_broken;          // its escapes are
	struct str named;             // what stands for {…} in the route's path
	struct parameters parameters; // of the form, when the handler read one, then of the query string
	size_t body_bytes;            // seen so far
	struct buf body;              // where the route keeps it
	size_t body_admitted;         // of the bytes that all requests may hold together

	// What it waits for; suspended while awaited > 0.
	size_t awaited;
	request_step *then;                   // runs when all of it has come, unless there is a reply by then
	struct evaluation_view **evaluations; // one an evaluator, references
	size_t evaluation_count;
	struct dispatch_view *dispatch; // a reference
	struct outbound_view *outbound; // owned
	struct silence_view *silences;  // a reference
	bool is_closing;                // an owner is stopping: 503
	mono_ms deadline;               // of the waiting; 0: none. Then the reply is a 503
	bool is_left;                   // its connection is gone while something is awaited: it goes with the last answer
	bool is_counted_get;
	int64_t begun_ns;    // when it came, for metrics
	uint64_t bytes;      // of the reply's body that were handed over
	bool needs_password; // to be compared before it is served

	// The reply.
	unsigned status; // 0 while there is none
	const char *content_type;
	const char *location;  // the Location header of a redirect
	const char *allow;     // the Allow header of a 405
	const char *challenge; // the scheme of a 401
	const char *etag;      // of what is replied; NULL: none
	// More of them, ended by one without a name, where the web configuration does not have them; NULL: none.
	const struct reply_header {
		const char *name, *value;
	} * headers;
	struct buf text;        // what was rendered and not yet sent
	size_t sent;            // of text
	request_render *render; // NULL: text is all
	void *cursor;           // the renderer's, in the arena
};

// `target` is what follows the method: path and query string as they came. The caller destroys it.
struct request *request_create(struct server *server, struct MHD_Connection *connection, struct str target);
void request_destroy(struct request *request);

// The first value of a parameter; empty when absent.
struct str request_parameter(const struct request *request, const char *name);
bool request_has_parameter(const struct request *request, const char *name);
// What the Content-Type header says, without its parameters; empty when absent.
struct str request_body_type(const struct request *request);
bool request_is_json(const struct request *request);
// Puts the parameters of the body, when it is a form, before those of the query string, as Go's FormValue looks for them. For routes that
// keep their body.
void request_read_form(struct request *request);

// Each sets status, type and text at once.
void reply_text(struct request *request, unsigned status, const char *text);
void reply_json(struct request *request, unsigned status);         // text is to be appended to request->text by the caller
void reply_redirect(struct request *request, struct str location); // 302
// In the dialects of the two APIs. v1: {"status":"error",…}; v2: {"code":N,"message":…} from its router, a JSON string from its handlers.
PRINTF_LIKE(4, 5)
void reply_v1_error(struct request *request, unsigned status, const char *type, const char *format, ...);
PRINTF_LIKE(3, 4)
void reply_v2_message(struct request *request, unsigned status, const char *format, ...);
PRINTF_LIKE(4, 5)
void reply_v2_code(struct request *request, unsigned status, int code, const char *format, ...); // another code than the status
PRINTF_LIKE(3, 4)
void reply_v2_string(struct request *request, unsigned status, const char *format, ...);
// {"status":"success","data": the value that is written next; then json_v1_end. reply_v1_begin writes to request->text.
struct json_writer reply_v1_begin(struct request *request);
void json_v1_begin(struct json_writer *json);
void json_v1_end(struct json_writer *json);
// A member with labels or annotations as they are written in a rule file.
void json_texts(struct json_writer *json, const char *key, const struct rule_text *const *texts, size_t count);
// The reply is rendered step by step.
void reply_stream(struct request *request, unsigned status, const char *content_type, request_render *render, void *cursor);

// ---- waiting ----

// The kind that an answer must have when it is posted to server_inbox(): then `take` gets it. Counts as awaited from now on.
int request_await(struct request *request, request_take *take);
// The question could not be posted, since its taker is stopping: nothing is awaited, the reply will be 503.
void request_unawait(struct request *request, int kind);
// Posts a question (from the heap, `question` its first member) whose answer is awaited as `kind`. Where that fails it is freed and unawaited.
void request_post(struct request *request, struct inbox *inbox, struct message *question, int kind);
// Asks the owners for the views that the route needs. Those that are stopping make the reply a 503.
void request_ask_views(struct request *request);
// Runs the next step unless there is a reply, or something is awaited.
void request_go_on(struct request *request);

// Groups of all evaluators' views in the API's order: by file, then name. In the request's arena.
const struct group_view **request_groups(struct request *request, size_t *count);

// What handlers may use of the server.
const struct server_options *server_options(const struct server *server);
struct api_setup *server_setup(struct server *server); // the server thread's; borrowed until its next turn
struct web_guard *server_guard(struct server *server);
struct server_counts {
	unsigned gets;         // being served
	uint64_t gets_refused; // too many at a time
};
struct server_counts server_counts(const struct server *server); // the server thread's
struct http_metrics;
const struct http_metrics *server_http_metrics(const struct server *server); // the server thread's
bool server_admit_body(struct server *server, size_t bytes);                 // false: too many are held
void server_release_body(struct server *server, size_t bytes);
struct inbox *server_inbox(struct server *server); // where answers go
