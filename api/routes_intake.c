// SPDX-License-Identifier: Apache-2.0
// POST /api/v2/alerts: the body is read here, on this thread; the dispatcher takes the alerts and answers when they are stored.
// POST /api/v1/alerts is the same in the words of Alertmanager before 0.27.
#include "api/routes.h"
#include "api/v2_filter.h"

static void take_answer(struct request *request, struct message *message) {
	struct dispatcher_post_request *answer = (struct dispatcher_post_request *)message;
	if (answer->is_closing)
		reply_text(request, 503, "shutting down\n");
	else if (answer->complaints.len > 0)
		reply_v2_string(request, 400, "%s", buf_cstr(&answer->complaints));
	else
		reply_json(request, 200);
	dispatcher_post_request_destroy(answer);
}

static void take_answer_v1(struct request *request, struct message *message) {
	struct dispatcher_post_request *answer = (struct dispatcher_post_request *)message;
	if (answer->is_closing) {
		reply_text(request, 503, "shutting down\n");
	} else if (answer->complaints.len > 0) {
		reply_v1_error(request, 400, "bad_data", "%s", buf_cstr(&answer->complaints));
	} else {
		reply_json(request, 200);
		buf_append_cstr(&request->text, "{\"status\":\"success\"}");
	}
	dispatcher_post_request_destroy(answer);
}

// The alerts' texts are slices of the request's body, which stays until the answer.
static void post_alerts(struct request *request, struct dispatcher_post_request *ask, request_take *take) {
	ask->message.kind = DISPATCHER_POST;
	ask->reply_to = server_inbox(request->server);
	ask->reply_kind = request_await(request, take);
	if (inbox_post(dispatcher_inbox(server_options(request->server)->dispatcher), &ask->message))
		return;
	request_unawait(request, ask->reply_kind);
	dispatcher_post_request_destroy(ask);
}

void serve_post_alerts(struct request *request) {
	struct posted_problem problem;
	if (request->body.len > 0 && !v2_wants_json(request))
		return;
	struct dispatcher_post_request *ask = MEM_NEW(struct dispatcher_post_request);
	if (posted_alerts_read(&ask->alerts, buf_str(&request->body), &problem)) {
		post_alerts(request, ask, take_answer);
		return;
	}
	reply_v2_code(request, (unsigned)problem.status, problem.code, "%s", problem.err.text);
	dispatcher_post_request_destroy(ask);
}

// Whatever it says it is. Source: Alertmanager 0.25, api/v1.
void serve_post_alerts_v1(struct request *request) {
	struct posted_problem problem;
	struct dispatcher_post_request *ask = MEM_NEW(struct dispatcher_post_request);
	if (posted_alerts_read(&ask->alerts, buf_str(&request->body), &problem)) {
		post_alerts(request, ask, take_answer_v1);
		return;
	}
	reply_v1_error(request, 400, "bad_data", "%s", problem.err.text);
	dispatcher_post_request_destroy(ask);
}
