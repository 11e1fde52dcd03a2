// SPDX-License-Identifier: Apache-2.0
// One Alertmanager: what it is sent, and what its answer means. One request at a time, so that it hears things in their order; each has its
// own pace. Source of the payload: Prometheus notifier/util.go.
#include "base/buf.h"
#include "base/fault.h"
#include "base/json_write.h"
#include "model/limits.h"
#include "notifiers/delivery.h"
#include "notifiers/outbound_state.h"

static void append_alert(struct json_writer *json, const struct outbound *o, const struct outbound_alert *alert, const struct labels *labels) {
	const struct alert_record *shown = dispatch_entry_shown(alert->entry);
	const struct labels *annotations = alert_record_annotations(shown);
	json_open_object(json);
	if (annotations->count > 0)
		labels_write(json, "annotations", annotations);
	json_key(json, "endsAt");
	json_time_millis(json, outbound_ends_at(o, alert));
	json_key(json, "startsAt");
	json_time_millis(json, dispatch_entry_starts_at(alert->entry));
	json_key(json, "generatorURL");
	json_cstr(json, shown->origin->generator_url);
	labels_write(json, "labels", labels);
	json_close_object(json);
	labels_unref(annotations);
}

// False: its alert_relabel_configs drop it.
static bool append_relabelled(struct json_writer *json, const struct outbound_target *target, const struct outbound_alert *alert) {
	const struct relabel *relabel = target->set->alert_relabel;
	const struct labels *labels = NULL;
	struct error ignored;
	enum relabel_result result = relabel == NULL ? RELABEL_FAILED : relabel_apply(relabel, dispatch_entry_labels(alert->entry), &labels, &ignored);
	if (result == RELABEL_DROPPED)
		return false;
	if (result == RELABEL_FAILED) // better told as it is than lost
		labels = labels_ref(dispatch_entry_labels(alert->entry));
	bool is_sent = labels->count > 0;
	if (is_sent)
		append_alert(json, target->outbound, alert, labels);
	labels_unref(labels);
	return is_sent;
}

static const struct outbound_alert *first_owed(const struct outbound_target *target) {
	const struct outbound_alert *first = NULL;
	for (const struct outbound_alert *alert = target->outbound->last; alert != NULL && alert->stamp > target->taken; alert = alert->before)
		first = alert;
	return first;
}

size_t outbound_pending(const struct outbound_target *target) {
	size_t count = 0;
	for (const struct outbound_alert *alert = target->outbound->last; alert != NULL && alert->stamp > target->taken; alert = alert->before)
		count++;
	return count;
}

// The next batch as JSON; batch_count says how many alerts are in it.
static void fill_batch(struct outbound_target *target, struct buf *out) {
	const struct outbound *o = target->outbound;
	const struct outbound_alert *alert = first_owed(target);
	struct json_writer json = { .out = out };
	target->batch_count = 0;
	json_open_array(&json);
	for (size_t i = 0; i < outbound_config(o)->batch_size && alert != NULL; i++, alert = alert->after) {
		target->batch_count += append_relabelled(&json, target, alert);
		target->batch_stamp = alert->stamp;
	}
	json_close_array(&json);
	target->batch_reaches = alert == NULL ? o->sequence : 0;
}

static void taken(struct outbound_target *target) {
	target->taken = target->batch_stamp;
	if (target->batch_reaches > 0)
		target->reached = target->batch_reaches;
}

// Alertmanager takes the good ones of a batch and says 400 for the others: sent again they would be no better.
static bool is_refusal(const struct http_response *response) {
	return response->status == 400 || response->status == 422;
}

static void failed(struct outbound_target *target, const struct http_response *response) {
	struct outbound *o = target->outbound;
	char status[64];
	dur_ms pause = delivery_backoff(++target->failures, o->random = o->random * 6364136223846793005u + 1442695040888963407u);
	if (response->retry_after > pause)
		pause = response->retry_after < DELIVERY_RETRY_AFTER_MAX_MS ? response->retry_after : DELIVERY_RETRY_AFTER_MAX_MS;
	target->pause = pause;
	target->counts.errors += target->batch_count;
	if (target->failures > 1)
		return;
	snprintf(status, sizeof status, "the server answered with status %d", response->status);
	outbound_log_failed(target, response->error.code != ERR_NONE ? response->error.text : status);
}

static void on_done(void *context, const struct http_response *response) {
	struct outbound_target *target = context;
	target->exchange = NULL;
	target->counts.requests++;
	target->counts.seconds += (double)(clock_mono_ns() - target->began_ns) / 1e9;
	fault_point("after-write");
	bool is_taken = response->error.code == ERR_NONE && response->status / 100 == 2;
	bool is_refused = response->error.code == ERR_NONE && is_refusal(response);
	if (!is_taken && !is_refused) {
		failed(target, response);
		return;
	}
	if (is_refused) {
		target->counts.errors += target->batch_count;
		target->counts.dropped += target->batch_count;
		outbound_log_refused(target, response->status, response->body);
	} else {
		target->counts.sent += target->batch_count;
	}
	if (target->failures > 0)
		outbound_log_works(target);
	target->failures = 0;
	target->retry_at = 0;
	taken(target);
}

static void post(struct outbound_target *target, struct str body) {
	struct http_request request = {
		.method = "POST",
		.url = target->url,
		.body = body,
		.content_type = "application/json",
		.endpoint = target->set->endpoint,
		.timeout = target->set->config->timeout,
		.max_body = LIMIT_NOTIFY_RESPONSE_BYTES,
		.on_done = on_done,
		.context = target,
	};
	target->began_ns = clock_mono_ns();
	fault_point("before-attempt");
	target->exchange = http_client_start(target->outbound->client, &request);
}

void outbound_send(struct outbound_target *target) {
	struct outbound *o = target->outbound;
	if (target->pause > 0)
		target->retry_at = o->mono + target->pause;
	target->pause = 0;
	if (target->exchange != NULL || o->mono < target->retry_at)
		return;
	while (o->last != NULL && o->last->stamp > target->taken) {
		autobuf struct buf body = { 0 };
		fill_batch(target, &body);
		if (target->batch_count > 0) {
			post(target, buf_str(&body));
			return;
		}
		taken(target);
	}
}
