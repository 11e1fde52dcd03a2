// SPDX-License-Identifier: Apache-2.0
// The labels of a route for one notification: templates run with its data. Source: Alertmanager dispatch.go, renderRouteLabels.
#include "base/go_text.h"
#include "notifiers/dispatcher_state.h"
#include "template/template.h"

// By routeLabels itself, which knows labels that use each other, and those that go in circles.
static bool expand(const struct dispatcher *d, const struct template_env *env, struct str name, struct arena *arena, struct str *out, struct error *err) {
	autobuf struct buf call = { 0 }, text = { 0 };
	struct str needed;
	buf_append_cstr(&call, "{{ routeLabels ");
	go_quote(&call, name);
	buf_append_cstr(&call, " }}");
	struct template *template = template_compile(d->text_templates, STR(""), buf_str(&call), err);
	if (template == NULL)
		return false;
	bool ok = template_execute(template, env, arena, &text, &needed, err) == TEMPLATE_OK;
	template_destroy(template);
	*out = arena_dup_str(arena, buf_str(&text));
	return ok;
}

void dispatcher_expand_route_labels(const struct dispatcher *d, const struct dispatch_group *group, struct notification *notification) {
	const struct route_config *route = group->route;
	autoarena struct arena arena = { 0 };
	size_t count = 0;
	if (route->label_count == 0)
		return;
	struct label *expanded = ARENA_NEW_ARRAY(&arena, struct label, route->label_count);
	notification->route_labels = labels_from_sorted(route->labels, route->label_count);
	notification->has_raw_route_labels = true;
	struct str reason = notification->reason;
	notification->reason = STR("unknown"); // they are of the group, whatever it is told for
	const struct template_env env = { .now = notification->at, .external_url = notification->external_url, .data = notification_data(&arena, notification, true) };
	for (size_t i = 0; i < route->label_count; i++) {
		struct error err = { 0 };
		expanded[count].name = route->labels[i].name;
		if (expand(d, &env, route->labels[i].name, &arena, &expanded[count].value, &err))
			count++;
		else
			dispatcher_log_route_label(group->group_key, route->labels[i].name, err.text);
	}
	notification->reason = reason;
	labels_unref(notification->route_labels);
	notification->route_labels = labels_from_sorted(expanded, count);
	notification->has_raw_route_labels = false;
}
