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
	const struct notifier_ops *post = post_notifier_find(kind);
	return post != NULL ? post : notifiers[kind];
}

const char *integration_kind_name(enum integration_kind kind) {
	return notifier_find(kind)->name;
}

const struct bucket_bounds notification_latency_bounds = { 5, { 1, 5, 10, 15, 20 } }; // Alertmanager's

const char *failure_reason_name(enum failure_reason reason) {
	static const char *const names[] = { "other", "authError", "clientError", "rateLimited", "serverError", "contextDeadlineExceeded" };
	return names[reason];
}

enum { QUOTED_ANSWER_BYTES = 160 };

enum attempt_outcome notifier_judge_with(const struct http_response *response, struct str details, struct error *reason) {
	if (response->error.code != ERR_NONE) {
		*reason = response->error;
		return response->error.code == ERR_INVALID ? ATTEMPT_GIVE_UP : ATTEMPT_RETRY;
	}
	if (response->status / 100 == 2)
		return ATTEMPT_OK;
	struct str shown = str_head(str_trim(details), QUOTED_ANSWER_BYTES);
	if (!str_is_utf8(shown))
		shown = STR_NONE;
	error_set(reason, ERR_UNAVAILABLE, "unexpected status code %d%s%.*s", response->status, shown.len > 0 ? ": " : "", STR_ARG(shown));
	return response->status >= 500 || response->status == 429 ? ATTEMPT_RETRY : ATTEMPT_GIVE_UP;
}

enum attempt_outcome notifier_judge_http(const struct http_response *response, struct error *reason) {
	return notifier_judge_with(response, response->body, reason);
}
