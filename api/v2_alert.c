// SPDX-License-Identifier: Apache-2.0
// See v2_alert.h.
#include "api/v2_alert.h"

#include "api/v2_filter.h"

// ---- which

static bool takes(const struct receiver_choice *choice, const char *receiver) {
	for (size_t i = 0; i < choice->count; i++)
		if (strcmp(choice->names[i], receiver) == 0)
			return true;
	return choice->takes_all;
}

bool alerts_filter_takes(const struct alerts_filter *filter, const char *receiver) {
	return takes(&filter->by_name, receiver) && takes(&filter->by_labels, receiver);
}

static void choose(struct request *request, struct receiver_choice *choice, const char *receiver) {
	if (choice->names == NULL)
		choice->names = arena_alloc(&request->arena, request->dispatch->setup->config->receiver_count * sizeof(const char *));
	choice->names[choice->count++] = receiver;
}

// The receivers that the parameters name, once for all alerts.
static void select_receivers(struct request *request, const struct regex *name, const struct matchers *matchers, struct alerts_filter *filter) {
	const struct notify_config *config = request->dispatch->setup->config;
	filter->by_name.takes_all = name == NULL;
	filter->by_labels.takes_all = matchers->count == 0;
	for (size_t i = 0; i < config->receiver_count; i++) {
		const struct receiver_config *receiver = &config->receivers[i];
		if (name != NULL && regex_test(name, str_of(receiver->name)) == REGEX_MATCH)
			choose(request, &filter->by_name, receiver->name);
		if (matchers->count > 0 && v2_receiver_fits(matchers, receiver))
			choose(request, &filter->by_labels, receiver->name);
	}
}

static bool read_receivers(struct request *request, struct alerts_filter *filter) {
	struct error err = { 0 };
	struct matchers matchers = { 0 };
	struct str receiver = v2_parameter(request, "receiver");
	struct regex *name = receiver.len == 0 ? NULL : regex_compile(receiver, REGEX_ANCHORED, &err);
	bool ok = receiver.len == 0 || name != NULL;
	if (!ok)
		reply_v2_string(request, 400, "failed to parse receiver param: %s", err.text);
	ok = ok && v2_matchers(request, "receiver_matchers", &matchers);
	if (ok)
		select_receivers(request, name, &matchers, filter);
	regex_destroy(name);
	matchers_finish(&matchers);
	return ok;
}

bool alerts_filter_read(struct request *request, struct alerts_filter *filter) {
	filter->shows_active = v2_flag(request, "active");
	filter->shows_silenced = v2_flag(request, "silenced");
	filter->shows_inhibited = v2_flag(request, "inhibited");
	return v2_matchers(request, "filter", &filter->matchers) && read_receivers(request, filter);
}

void alerts_filter_finish(struct alerts_filter *filter) {
	matchers_finish(&filter->matchers);
}

static bool is_suppressed(const struct dispatch_alert *alert) {
	return alert->is_inhibited || alert->silence_count > 0;
}

bool alerts_filter_fits(const struct alerts_filter *filter, const struct dispatch_alert *alert) {
	if (!filter->shows_active && !is_suppressed(alert))
		return false;
	if (!filter->shows_silenced && alert->silence_count > 0)
		return false;
	if (!filter->shows_inhibited && alert->is_inhibited)
		return false;
	return matchers_match(&filter->matchers, alert->record->labels);
}

static bool takes_one(const struct receiver_choice *choice, const struct dispatch_alert *alert) {
	for (size_t i = 0; i < alert->receiver_count; i++)
		if (takes(choice, alert->receivers[i]))
			return true;
	return choice->takes_all;
}

bool alerts_filter_fits_receiver(const struct alerts_filter *filter, const struct dispatch_alert *alert) {
	return takes_one(&filter->by_name, alert) && takes_one(&filter->by_labels, alert);
}

// ---- its JSON

static void write_time(struct json_writer *json, const char *key, wall_ms at) {
	json_key(json, key);
	json_time_millis(json, at);
}

static void write_receivers(struct json_writer *json, const struct dispatch_alert *alert, const struct alerts_filter *filter) {
	json_key(json, "receivers");
	json_open_array(json);
	for (size_t i = 0; i < alert->receiver_count; i++) {
		if (filter != NULL && !alerts_filter_takes(filter, alert->receivers[i]))
			continue;
		json_open_object(json);
		json_key(json, "name");
		json_cstr(json, alert->receivers[i]);
		json_close_object(json);
	}
	json_close_array(json);
}

static void write_muted_by(struct json_writer *json, const struct v2_alert_context *context) {
	json_key(json, "mutedBy");
	json_open_array(json);
	for (size_t i = 0; i < context->muted_by_count; i++)
		json_cstr(json, context->muted_by[i]);
	json_close_array(json);
}

static void write_status(struct json_writer *json, const struct dispatch_alert *alert, const struct v2_alert_context *context) {
	json_key(json, "status");
	json_open_object(json);
	json_key(json, "inhibitedBy");
	json_open_array(json);
	if (alert->is_inhibited)
		json_hex16(json, alert->inhibited_by);
	json_close_array(json);
	write_muted_by(json, context);
	json_key(json, "silencedBy");
	json_open_array(json);
	for (size_t i = 0; i < alert->silence_count; i++)
		json_cstr(json, alert->silences[i]->id);
	json_close_array(json);
	json_key(json, "state");
	json_cstr(json, is_suppressed(alert) || context->muted_by_count > 0 ? "suppressed" : "active");
	json_close_object(json);
}

void v2_alert_write(struct json_writer *json, const struct dispatch_alert *alert, const struct v2_alert_context *context, struct arena *scratch) {
	const struct alert_record *record = alert->record;
	size_t count;
	arena_reset(scratch);
	const struct label *annotations = alert_record_annotation_items(record, scratch, &count);
	json_open_object(json);
	labels_write_items(json, "annotations", annotations, count);
	write_time(json, "endsAt", alert->ends_at != 0 ? alert->ends_at : alert_record_ends_at(record, clock_wall()));
	json_key(json, "fingerprint");
	json_hex16(json, record->labels->fingerprint);
	write_receivers(json, alert, context->filter);
	write_time(json, "startsAt", alert->starts_at);
	write_status(json, alert, context);
	write_time(json, "updatedAt", alert->updated_at != 0 ? alert->updated_at : record->updated_at);
	if (record->origin->generator_url[0] != '\0') {
		json_key(json, "generatorURL");
		json_cstr(json, record->origin->generator_url);
	}
	labels_write(json, "labels", record->labels);
	json_close_object(json);
}
