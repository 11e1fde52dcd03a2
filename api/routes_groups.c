// SPDX-License-Identifier: Apache-2.0
// GET /api/v2/alerts/groups: the dispatcher's groups and their alerts in Alertmanager's JSON, an alert at a time.
#include "api/routes.h"
#include "api/v2_alert.h"
#include "api/v2_filter.h"

struct groups_cursor {
	struct alerts_filter filter;          // without its matchers, once the alerts are chosen
	const struct dispatch_alert **alerts; // those that pass the filter, group by group
	size_t alert_count;
	struct shown_group {
		const struct dispatch_group_view *group;
		size_t end; // of its alerts, in `alerts`
	} * groups;
	size_t group_count, group_at, alert_at;
	bool is_in_group;
	struct json_writer json;
};

// As they are configured: their templates are run for a notification.
static void write_route_labels(struct json_writer *json, const struct route_config *route) {
	const struct labels *labels = labels_from_sorted(route->labels, route->label_count);
	labels_write(json, "routeLabels", labels);
	labels_unref(labels);
}

static void begin_group(struct json_writer *json, const struct dispatch_group_view *group) {
	json_open_object(json);
	labels_write(json, "labels", group->labels);
	json_key(json, "receiver");
	json_open_object(json);
	json_key(json, "name");
	json_cstr(json, group->route->receiver->name);
	json_close_object(json);
	write_route_labels(json, group->route);
	json_key(json, "alerts");
	json_open_array(json);
}

static void end_group(struct json_writer *json) {
	json_close_array(json);
	json_close_object(json);
}

// As much of the group the cursor stands in as has room; then it stands at the next one.
static void write_group(struct groups_cursor *cursor, struct buf *out, struct arena *scratch) {
	const struct shown_group *shown = &cursor->groups[cursor->group_at];
	const struct v2_alert_context context = { &cursor->filter, shown->group->muted_by, shown->group->muted_by_count };
	if (!cursor->is_in_group)
		begin_group(&cursor->json, shown->group);
	cursor->is_in_group = true;
	for (; cursor->alert_at < shown->end && out->len < PIECE_BYTES; cursor->alert_at++) {
		v2_alert_look_ahead(cursor->alerts, cursor->alert_at, cursor->alert_count);
		v2_alert_write(&cursor->json, cursor->alerts[cursor->alert_at], &context, scratch);
	}
	if (cursor->alert_at < shown->end)
		return;
	end_group(&cursor->json);
	cursor->is_in_group = false;
	cursor->group_at++;
}

static bool render(struct request *request, struct buf *out) {
	struct groups_cursor *cursor = request->cursor;
	autoarena struct arena scratch = { 0 };
	cursor->json.out = out;
	if (cursor->json.depth == 0)
		json_open_array(&cursor->json);
	while (cursor->group_at < cursor->group_count && out->len < PIECE_BYTES)
		write_group(cursor, out, &scratch);
	if (cursor->group_at < cursor->group_count)
		return true;
	json_close_array(&cursor->json);
	buf_append_char(out, '\n');
	return false;
}

static size_t count_members(const struct dispatch_view *view) {
	size_t count = 0;
	for (size_t i = 0; i < view->group_count; i++)
		count += view->groups[i].member_count;
	return count;
}

static void select_groups(struct request *request, const struct alerts_filter *filter, struct groups_cursor *cursor) {
	const struct dispatch_view *view = request->dispatch;
	bool shows_muted = v2_flag(request, "muted");
	cursor->alerts = arena_alloc(&request->arena, (count_members(view) + 1) * sizeof(struct dispatch_alert *));
	cursor->groups = arena_alloc(&request->arena, (view->group_count + 1) * sizeof(struct shown_group));
	for (size_t i = 0; i < view->group_count; i++) {
		const struct dispatch_group_view *group = &view->groups[i];
		size_t before = cursor->alert_count;
		if (!alerts_filter_takes(filter, group->route->receiver->name) || (group->muted_by_count > 0 && !shows_muted))
			continue;
		for (size_t k = 0; k < group->member_count; k++)
			if (alerts_filter_fits(filter, group->members[k]))
				cursor->alerts[cursor->alert_count++] = group->members[k];
		if (cursor->alert_count > before)
			cursor->groups[cursor->group_count++] = (struct shown_group){ group, cursor->alert_count };
	}
}

void serve_groups(struct request *request) {
	struct groups_cursor *cursor = ARENA_NEW(&request->arena, struct groups_cursor);
	if (alerts_filter_read(request, &cursor->filter)) {
		select_groups(request, &cursor->filter, cursor);
		reply_stream(request, 200, "application/json", render, cursor);
	}
	alerts_filter_finish(&cursor->filter);
}
