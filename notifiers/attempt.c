// SPDX-License-Identifier: Apache-2.0
// One attempt of a delivery: renders what is to be sent, sends its requests one after the other (or its mail), and puts the delivery
// among the judged. Rows are written by others, before and after.
#include "base/fault.h"
#include "base/fs.h"
#include "model/limits.h"
#include "notifiers/dispatcher_state.h"

struct attempt {
	struct arena arena;
	struct rendered rendered;
	size_t at; // the request under way
	int64_t begun_ns;
	struct http_exchange *exchange;
};

enum { SECRET_FILE_BYTES = 64 << 10 };

static void attempt_free(struct attempt *attempt) {
	arena_finish(&attempt->arena);
	free(attempt);
}

static struct integration_metrics *metrics_of(const struct delivery *delivery) {
	return &delivery->dispatcher->metrics.integrations[delivery->integration->ops->kind];
}

// Source: Alertmanager's RetryStage: an attempt counts once, however many requests it takes, and one that fails before the first as well.
static void count_outcome(const struct delivery *delivery, int64_t took_ns, enum attempt_outcome outcome) {
	struct integration_metrics *metrics = metrics_of(delivery);
	bucket_counts_add(&metrics->latency, &notification_latency_bounds, (double)took_ns / 1e9);
	if (outcome != ATTEMPT_OK)
		atomic_fetch_add_explicit(&metrics->failed_requests, 1, memory_order_relaxed);
}

static int64_t took_until_now(const struct delivery *delivery) {
	return clock_mono_ns() - delivery->attempt->begun_ns;
}

static void end(struct delivery *delivery, int64_t took_ns, struct delivery_answer answer) {
	struct dispatcher *d = delivery->dispatcher;
	count_outcome(delivery, took_ns, answer.outcome);
	attempt_free(delivery->attempt);
	delivery->attempt = NULL;
	delivery->integration->in_flight--;
	d->in_flight--;
	if (answer.outcome == ATTEMPT_OK)
		delivery->reason = (struct error){ 0 };
	delivery->answer = answer;
	delivery->state = DELIVERY_JUDGED;
	delivery->next = NULL;
	if (d->last_judged == NULL)
		d->first_judged = delivery;
	else
		d->last_judged->next = delivery;
	d->last_judged = delivery;
}

static void give_up(struct delivery *delivery) {
	delivery->failure = FAILURE_OTHER;
	// What came before the request that could not be made was taken.
	end(delivery, took_until_now(delivery), (struct delivery_answer){ ATTEMPT_GIVE_UP, .maybe_delivered = delivery->attempt->at > 0, .retry_after = -1 });
}

static void answered(void *context, const struct http_response *response);

static void start_request(struct delivery *delivery) {
	struct attempt *attempt = delivery->attempt;
	struct dispatcher *d = delivery->dispatcher;
	const struct rendered_request *rendered = &attempt->rendered.requests[attempt->at];
	struct http_request request = {
		.method = rendered->method != NULL ? rendered->method : "POST",
		.url = rendered->url,
		.body = rendered->body,
		.is_body_borrowed = true, // the attempt's arena outlives the exchange
		.content_type = rendered->content_type,
		.headers = rendered->headers,
		.endpoint = delivery->integration->endpoint,
		.timeout = delivery->integration->ops->timeout(delivery->integration->config),
		.max_body = LIMIT_NOTIFY_RESPONSE_BYTES,
		.on_done = answered,
		.context = delivery,
	};
	fault_point("before-attempt");
	attempt->exchange = http_client_start(d->client, &request);
}

// Source: alertmanager notify/util.go, GetFailureReasonFromStatusCode.
static enum failure_reason classify(const struct http_response *response) {
	if (response->error.code != ERR_NONE)
		return response->error.code == ERR_TIMEOUT ? FAILURE_DEADLINE : FAILURE_OTHER;
	switch (response->status) {
	case 401:
	case 403: return FAILURE_AUTH;
	case 429: return FAILURE_RATE_LIMITED;
	default: break;
	}
	if (response->status / 100 == 5)
		return FAILURE_SERVER;
	return response->status / 100 == 4 || response->status / 100 == 2 ? FAILURE_CLIENT : FAILURE_OTHER; // 2xx: what was refused by its body
}

// What it says is in the log's row once the notification is told.
static void remember(struct delivery *delivery, const struct http_response *response) {
	const struct integration *integration = delivery->integration;
	autobuf struct buf data = { 0 };
	if (integration->ops->remember == NULL || delivery->target == NULL || !integration->ops->remember(integration->config, response, &data))
		return;
	free(delivery->target->told.receiver_data);
	delivery->target->told.receiver_data = data.len == 0 ? NULL : buf_take(&data);
}

static enum attempt_outcome judge(struct delivery *delivery, const struct http_response *response) {
	const char *about = delivery->attempt->rendered.about;
	enum attempt_outcome outcome = delivery->integration->ops->judge(response, &delivery->reason);
	if (outcome != ATTEMPT_OK && about != NULL && response->error.code == ERR_NONE)
		error_wrap(&delivery->reason, "%s", about);
	remember(delivery, response);
	return outcome;
}

static void answered(void *context, const struct http_response *response) {
	struct delivery *delivery = context;
	struct attempt *attempt = delivery->attempt;
	fault_point("after-write");
	attempt->exchange = NULL;
	enum attempt_outcome outcome = judge(delivery, response);
	if (outcome == ATTEMPT_OK && ++attempt->at < attempt->rendered.request_count) {
		start_request(delivery);
		return;
	}
	if (outcome != ATTEMPT_OK)
		delivery->failure = classify(response);
	delivery->taken = attempt->at;
	bool has_no_answer = response->error.code != ERR_NONE;
	struct delivery_answer answer = {
		.outcome = outcome,
		.maybe_delivered = attempt->at > 0 || (has_no_answer && response->maybe_delivered),
		.retry_after = has_no_answer ? -1 : response->retry_after,
	};
	end(delivery, took_until_now(delivery), answer);
}

static bool read_secret(struct arena *arena, const struct secret_text *secret, const char **out, struct error *err) {
	autobuf struct buf text = { 0 };
	*out = secret->text;
	if (secret->text != NULL || secret->file == NULL)
		return true;
	if (!fs_read_file(secret->file, SECRET_FILE_BYTES, &text, err))
		return false;
	*out = arena_cstr(arena, str_trim(buf_str(&text)));
	return (*out)[0] != '\0' || error_set(err, ERR_INVALID, "%s: the file is empty", secret->file);
}

static bool read_secrets(struct delivery *delivery, struct notifier_context *context) {
	const struct integration *integration = delivery->integration;
	struct secret_text secrets[NOTIFIER_SECRETS] = { 0 };
	if (integration->ops->secrets == NULL)
		return true;
	integration->ops->secrets(integration->config, secrets);
	for (size_t i = 0; i < NOTIFIER_SECRETS; i++)
		if (!read_secret(&delivery->attempt->arena, &secrets[i], &context->secrets[i], &delivery->reason))
			return false;
	return true;
}

static void start_http(struct delivery *delivery) {
	delivery->attempt->at = delivery->taken;
	if (delivery->taken >= delivery->attempt->rendered.request_count) // nothing in it concerns this receiver (any more)
		end(delivery, took_until_now(delivery), (struct delivery_answer){ ATTEMPT_OK, .retry_after = -1 });
	else
		start_request(delivery);
}

static void start_mail(struct delivery *delivery) {
	struct attempt *attempt = delivery->attempt;
	struct mail_job *job = MEM_NEW(struct mail_job);
	job->arena = attempt->arena; // moves
	attempt->arena = (struct arena){ 0 };
	job->mail = *attempt->rendered.mail;
	job->config = &delivery->integration->config->email;
	job->setup = notify_setup_ref(delivery->integration->setup);
	job->reply_to = &delivery->dispatcher->inbox;
	job->reply_kind = DISPATCHER_MAILED;
	job->timeout = delivery->integration->ops->timeout(delivery->integration->config);
	job->context = delivery;
	fault_point("before-attempt");
	mailers_post(delivery->dispatcher->mailers, job);
}

// In the log's row once the outcome is stored; of no use when the mail is done with.
static void remember_holders(struct delivery *delivery, struct mail_job *job) {
	if (delivery->target == NULL || (job->outcome == ATTEMPT_RETRY && job->holders == NULL))
		return;
	free(delivery->target->told.receiver_data);
	delivery->target->told.receiver_data = job->holders;
	job->holders = NULL;
}

void attempt_mailed(struct mail_job *job) {
	struct delivery *delivery = job->context;
	fault_point("after-write");
	remember_holders(delivery, job);
	delivery->reason = job->error;
	delivery->failure = FAILURE_OTHER;
	end(delivery, job->took_ns, (struct delivery_answer){ job->outcome, .maybe_delivered = job->maybe_delivered, .retry_after = -1 });
	mail_job_destroy(job);
}

bool attempt_is_mail(const struct delivery *delivery) {
	return delivery->integration->ops->is_mail;
}

void attempt_cancel(struct delivery *delivery) {
	http_exchange_cancel(delivery->attempt->exchange);
	attempt_free(delivery->attempt);
	delivery->attempt = NULL;
	delivery->integration->in_flight--;
	delivery->dispatcher->in_flight--;
}

// Said when it begins and when it ends, not at each attempt.
static void note_template(struct delivery *delivery) {
	struct integration *integration = delivery->integration;
	const char *failure = delivery->attempt->rendered.template_failure;
	if (integration->has_failing_template == (failure != NULL))
		return;
	integration->has_failing_template = failure != NULL;
	dispatcher_log_template(delivery, failure);
}

void attempt_start(struct delivery *delivery, wall_ms now) {
	struct dispatcher *d = delivery->dispatcher;
	struct integration *integration = delivery->integration;
	struct attempt *attempt = delivery->attempt = MEM_NEW(struct attempt);
	struct notifier_context context = {
		.text_templates = d->text_templates,
		.html_templates = d->html_templates,
		.external_url = d->setup->config->external_url,
		.instance = store_instance(d->store),
		.user_agent = DISPATCHER_USER_AGENT,
		.now = now,
		.receiver_data = delivery->target == NULL ? NULL : delivery->target->told.receiver_data,
	};
	attempt->begun_ns = clock_mono_ns();
	atomic_fetch_add_explicit(&metrics_of(delivery)->requests, 1, memory_order_relaxed);
	delivery->state = DELIVERY_IN_FLIGHT;
	integration->in_flight++;
	d->in_flight++;
	bool is_rendered = read_secrets(delivery, &context) && integration->ops->render(integration->config, delivery->content, &context, &attempt->arena, &attempt->rendered, &delivery->reason);
	if (is_rendered)
		note_template(delivery);
	if (!is_rendered)
		give_up(delivery);
	else if (integration->ops->is_mail)
		start_mail(delivery);
	else
		start_http(delivery);
}
