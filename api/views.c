// SPDX-License-Identifier: Apache-2.0
// Asks the owners of the data for the views a route needs, and takes them.
#include "api/routes.h"

static void take_evaluation(struct request *request, struct message *message) {
	struct evaluator_view_request *answer = (struct evaluator_view_request *)message;
	if (answer->view != NULL)
		request->evaluations[request->evaluation_count++] = answer->view;
	else
		request->is_closing = true;
	free(answer);
}

static void ask_evaluators(struct request *request) {
	struct evaluator_pool *pool = server_options(request->server)->evaluators;
	size_t count = pool == NULL ? 0 : evaluator_pool_size(pool);
	request->evaluations = arena_alloc(&request->arena, (count + 1) * sizeof(struct evaluation_view *));
	for (size_t i = 0; i < count; i++) {
		int kind = request_await(request, take_evaluation);
		struct evaluator_view_request *ask = MEM_NEW(struct evaluator_view_request);
		*ask = (struct evaluator_view_request){ .reply_to = server_inbox(request->server), .reply_kind = kind, .wants_alerts = (request->route->needs & NEEDS_RULE_ALERTS) != 0, .history_of = request->named };
		if (evaluator_pool_ask(pool, i, ask))
			continue;
		request_unawait(request, kind);
		free(ask);
	}
}

static void take_dispatch(struct request *request, struct message *message) {
	struct dispatcher_view_request *answer = (struct dispatcher_view_request *)message;
	request->dispatch = answer->view;
	request->is_closing |= answer->view == NULL;
	free(answer);
}

static void ask_dispatcher(struct request *request) {
	int kind = request_await(request, take_dispatch);
	struct dispatcher_view_request *ask = MEM_NEW(struct dispatcher_view_request);
	*ask = (struct dispatcher_view_request){ .message.kind = DISPATCHER_VIEW, .reply_to = server_inbox(request->server), .reply_kind = kind, .wants_groups = (request->route->needs & NEEDS_GROUPS) != 0 };
	request_post(request, dispatcher_inbox(server_options(request->server)->dispatcher), &ask->message, kind);
}

static void take_outbound(struct request *request, struct message *message) {
	struct outbound_view_request *answer = (struct outbound_view_request *)message;
	request->outbound = answer->view;
	request->is_closing |= answer->view == NULL;
	free(answer);
}

static void ask_outbound(struct request *request) {
	int kind = request_await(request, take_outbound);
	struct outbound_view_request *ask = MEM_NEW(struct outbound_view_request);
	*ask = (struct outbound_view_request){ .message.kind = OUTBOUND_VIEW, .reply_to = server_inbox(request->server), .reply_kind = kind };
	request_post(request, outbound_inbox(server_options(request->server)->outbound), &ask->message, kind);
}

static void take_silences(struct request *request, struct message *message) {
	struct dispatcher_silences_request *answer = (struct dispatcher_silences_request *)message;
	request->silences = answer->view;
	request->is_closing |= answer->view == NULL;
	free(answer);
}

static void ask_silences(struct request *request) {
	int kind = request_await(request, take_silences);
	struct dispatcher_silences_request *ask = MEM_NEW(struct dispatcher_silences_request);
	*ask = (struct dispatcher_silences_request){ .message.kind = DISPATCHER_SILENCES, .reply_to = server_inbox(request->server), .reply_kind = kind };
	request_post(request, dispatcher_inbox(server_options(request->server)->dispatcher), &ask->message, kind);
}

void request_ask_views(struct request *request) {
	static const struct {
		unsigned needs;
		request_step *ask;
	} rows[] = {
		{ NEEDS_RULES | NEEDS_RULE_ALERTS | NEEDS_HISTORY, ask_evaluators },
		{ NEEDS_DISPATCH, ask_dispatcher },
		{ NEEDS_OUTBOUND, ask_outbound },
		{ NEEDS_SILENCES, ask_silences },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (request->route->needs & rows[i].needs)
			rows[i].ask(request);
}
