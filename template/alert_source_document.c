// SPDX-License-Identifier: Apache-2.0
// What a template of an alert's link sees of the alert. Source: vmalert, app/vmalert/notifier, AlertTplData.
#include "template/value.h"

static const struct value_field source_fields[] = {
	{ "Type", NULL, NULL },
	{ "Labels", NULL, NULL },
	{ "Value", NULL, NULL },
	{ "Expr", NULL, NULL },
	{ "AlertID", NULL, NULL },
	{ "GroupID", NULL, NULL },
	{ "ActiveAt", NULL, NULL },
	{ "For", NULL, NULL },
	{ "Interval", NULL, NULL },
	{ "IsPartial", NULL, NULL },
	{ "ExternalLabels", NULL, NULL },
	{ "ExternalURL", NULL, NULL },
};
enum { FIELDS = sizeof source_fields / sizeof *source_fields };

static const struct value_type type_uint64 = { .name = "uint64", .kind = KIND_UINT };
static const struct value_type type_alert_source = {
	.name = "struct { Type string; Labels map[string]string; Value float64; Expr string; AlertID uint64; GroupID uint64; ActiveAt time.Time; For time.Duration; "
	        "Interval time.Duration; IsPartial bool; ExternalLabels map[string]string; ExternalURL string }",
	.kind = KIND_STRUCT,
	.fields = source_fields,
	.field_count = FIELDS,
};

const struct value *template_alert_source_data(struct arena *arena, const struct template_alert_source *alert) {
	const struct value fields[FIELDS] = {
		value_string(STR("prometheus")),
		value_of_set(arena, &type_map_string, alert->labels),
		value_float(alert->value),
		value_string(alert->expr),
		{ .type = &type_uint64, .natural = alert->alert_id },
		{ .type = &type_uint64, .natural = alert->group_id },
		value_time(alert->active_at),
		value_duration(alert->hold * 1000000),
		value_duration(alert->interval * 1000000),
		value_bool(false),
		value_of_set(arena, &type_map_string, alert->external_labels),
		value_string(alert->external_url),
	};
	struct value *document = ARENA_NEW(arena, struct value);
	*document = value_struct(&type_alert_source, arena_dup(arena, fields, sizeof fields));
	return document;
}
