// SPDX-License-Identifier: Apache-2.0
// The document of notification templates. See value.h. Source: alertmanager/template/template.go, Data.
#include "template/alert_document.h"

#include "template/value_methods.h"
#include "template/value_query.h"
#include "template/value_unmarshal.h"

static const struct value_field alert_fields[] = {
	{ "Status", "status", &type_string },
	{ "Labels", "labels", &type_kv },
	{ "Annotations", "annotations", &type_kv },
	{ "StartsAt", "startsAt", &type_time },
	{ "EndsAt", "endsAt", &type_time },
	{ "GeneratorURL", "generatorURL", &type_string },
	{ "Fingerprint", "fingerprint", &type_string },
};
enum { ALERT_FIELDS = sizeof alert_fields / sizeof *alert_fields };
static const struct value_type type_alert = { .name = "template.Alert", .kind = KIND_STRUCT, .is_defined = true, .fields = alert_fields, .field_count = ALERT_FIELDS };
static const struct value_type type_alert_list = { .name = "[]template.Alert", .kind = KIND_LIST, .element = &type_alert };
static const struct value_type type_alerts = { .name = "template.Alerts", .kind = KIND_LIST, .is_defined = true, .underlying = &type_alert_list, .element = &type_alert, .methods = methods_alerts };

static const struct value_field data_fields[] = {
	{ "Receiver", "receiver", &type_string },
	{ "Status", "status", &type_string },
	{ "Alerts", "alerts", &type_alerts },
	{ "NotificationReason", "notification_reason", &type_string },
	{ "GroupLabels", "groupLabels", &type_kv },
	{ "CommonLabels", "commonLabels", &type_kv },
	{ "CommonAnnotations", "commonAnnotations", &type_kv },
	{ "RouteLabels", "routeLabels", &type_kv },
	{ "ExternalURL", "externalURL", &type_string },
};
enum { DATA_FIELDS = sizeof data_fields / sizeof *data_fields,
	DATA_ROUTE_LABELS = 7 };
// What was read from JSON is no pointer.
static const struct value_type type_data_value = { .name = "template.Data", .kind = KIND_STRUCT, .is_defined = true, .fields = data_fields, .field_count = DATA_FIELDS };
// Two pointers to it: the type tells whether the route labels are templates still.
static const struct value_type type_data = { .name = "*template.Data", .kind = KIND_STRUCT, .is_pointer = true, .element = &type_data_value, .fields = data_fields, .field_count = DATA_FIELDS };
static const struct value_type type_data_rendered = { .name = "*template.Data", .kind = KIND_STRUCT, .is_pointer = true, .element = &type_data_value, .fields = data_fields, .field_count = DATA_FIELDS };

static bool with_status(struct template_call *call, const struct value *alerts, struct str status, struct value *out) {
	struct value *items = ARENA_NEW_ARRAY(call->arena, struct value, alerts->count);
	size_t count = 0;
	for (size_t i = 0; i < alerts->count; i++)
		if (str_equal(alerts->items[i].items[0].text, status))
			items[count++] = alerts->items[i];
	*out = value_list(&type_alert_list, items, count);
	return true;
}

static bool alerts_firing(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	(void)count;
	return with_status(call, &args[0], STR("firing"), out);
}

static bool alerts_resolved(struct template_call *call, const struct value *args, size_t count, struct value *out) {
	(void)count;
	return with_status(call, &args[0], STR("resolved"), out);
}

const struct template_callable methods_alerts[] = {
	{ "Firing", alerts_firing, false, 0, { NULL } },
	{ "Resolved", alerts_resolved, false, 0, { NULL } },
	{ 0 },
};

static struct value status_value(bool is_firing) {
	return value_string(is_firing ? STR("firing") : STR("resolved"));
}

static struct value alert_value(struct arena *arena, const struct template_alert *alert) {
	struct value *fields = ARENA_NEW_ARRAY(arena, struct value, ALERT_FIELDS);
	fields[0] = status_value(alert->is_firing);
	fields[1] = value_kv(arena, alert->labels);
	fields[2] = value_kv(arena, alert->annotations);
	fields[3] = value_time(alert->starts_at);
	fields[4] = alert->has_ended ? value_time(alert->ends_at) : value_time_zero();
	fields[5] = value_string(alert->generator_url);
	fields[6] = value_string(alert->fingerprint);
	return value_struct(&type_alert, fields);
}

const struct value *template_notification_data(struct arena *arena, const struct template_notification *notification) {
	struct value *alerts = ARENA_NEW_ARRAY(arena, struct value, notification->alert_count);
	struct value *fields = ARENA_NEW_ARRAY(arena, struct value, DATA_FIELDS);
	struct value *document = ARENA_NEW(arena, struct value);
	for (size_t i = 0; i < notification->alert_count; i++)
		alerts[i] = alert_value(arena, &notification->alerts[i]);
	fields[0] = value_string(notification->receiver);
	fields[1] = status_value(notification->is_firing);
	fields[2] = value_list(&type_alerts, alerts, notification->alert_count);
	fields[3] = value_string(notification->reason);
	fields[4] = value_kv(arena, notification->group_labels);
	fields[5] = value_kv(arena, notification->common_labels);
	fields[6] = value_kv(arena, notification->common_annotations);
	fields[DATA_ROUTE_LABELS] = value_kv(arena, notification->route_labels);
	fields[8] = value_string(notification->external_url);
	*document = value_struct(notification->route_labels_are_rendered ? &type_data_rendered : &type_data, fields);
	return document;
}

// Members of a webhook's payload that templates do not see.
static bool is_payload_member(struct str name) {
	return str_equal(name, STR("version")) || str_equal(name, STR("groupKey")) || str_equal(name, STR("truncatedAlerts"));
}

bool template_is_notification(const struct value *json) {
	if (!value_is_kind(json, KIND_MAP))
		return false;
	const struct value *alerts = map_find(json, STR("alerts"));
	if (alerts != NULL && value_is_kind(alerts, KIND_LIST))
		return true;
	for (size_t i = 0; i < json->pair_count; i++)
		if (value_field_find(&type_data_value, json->pairs[i].key) < 0 && !is_payload_member(json->pairs[i].key))
			return false;
	return true;
}

bool template_notification_unmarshal(struct arena *arena, const struct value *json, const struct value **out, struct error *err) {
	struct value *document = ARENA_NEW(arena, struct value);
	if (!value_unmarshal(arena, json, &type_data_value, document, err))
		return false;
	*out = document;
	return true;
}

const struct value *notification_route_labels(const struct value *document, bool *are_rendered) {
	if (document == NULL || (document->type != &type_data && document->type != &type_data_rendered && document->type != &type_data_value))
		return NULL;
	*are_rendered = document->type == &type_data_rendered;
	return &document->items[DATA_ROUTE_LABELS];
}
