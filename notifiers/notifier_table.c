// SPDX-License-Identifier: Apache-2.0
// The list of notifiers, and how HTTP answers are judged.
#include "notifiers/dispatcher.h"
#include "notifiers/notifier.h"

static const struct notifier_ops *const notifiers[INTEGRATION_KIND_COUNT] = {
	[INTEGRATION_WEBHOOK] = &webhook_notifier,
	[INTEGRATION_EMAIL] = &email_notifier,
	[INTEGRATION_SECURITY_AGENT] = &security_agent_notifier,
};

const struct notifier_ops *notifier_find(enum integration_kind kind) {
	return notifiers[kind];
}

const char *integration_kind_name(enum integration_kind kind) {
	return notifiers[kind]->name;
}

const char *failure_reason_name(enum failure_reason reason) {
	static const char *const names[] = { "other", "authError", "clientError", "rateLimited", "serverError", "contextDeadlineExceeded" };
	return names[reason];
}

enum { QUOTED_ANSWER_BYTES = 160 };

static enum attempt_outcome refused(const struct http_response *response, struct error *reason) {
	struct str body = str_head(str_trim(response->body), QUOTED_ANSWER_BYTES);
	bool is_shown = body.len > 0 && str_is_utf8(body);
	error_set(reason, ERR_UNAVAILABLE, "unexpected status code %d%s%.*s", response->status, is_shown ? ": " : "", is_shown ? (int)body.len : 0, is_shown ? body.data : "");
	return response->status >= 500 || response->status == 429 ? ATTEMPT_RETRY : ATTEMPT_GIVE_UP;
}

enum attempt_outcome notifier_judge_http(const struct http_response *response, struct error *reason) {
	if (response->error.code != ERR_NONE) {
		*reason = response->error;
		return response->error.code == ERR_INVALID ? ATTEMPT_GIVE_UP : ATTEMPT_RETRY;
	}
	return response->status / 100 == 2 ? ATTEMPT_OK : refused(response, reason);
}
