// SPDX-License-Identifier: Apache-2.0
// GET /api/v2/alerts in Alertmanager's JSON, an alert at a time.
#include "api/routes.h"
#include "api/v2_alert.h"

struct alerts_v2_cursor {
	const struct dispatch_alert **alerts; // those that pass the filter
	size_t count, next;
	struct json_writer json;
};

static bool render(struct request *request, struct buf *out) {
	static const struct v2_alert_context context = { 0 };
	struct alerts_v2_cursor *cursor = request->cursor;
	autoarena struct arena scratch = { 0 };
	cursor->json.out = out;
	if (cursor->json.depth == 0)
		json_open_array(&cursor->json);
	for (; cursor->next < cursor->count && out->len < PIECE_BYTES; cursor->next++) {
		v2_alert_look_ahead(cursor->alerts, cursor->next, cursor->count);
		v2_alert_write(&cursor->json, cursor->alerts[cursor->next], &context, &scratch);
	}
	if (cursor->next < cursor->count)
		return true;
	json_close_array(&cursor->json);
	buf_append_char(out, '\n');
	return false;
}

static void select_alerts(struct request *request, const struct alerts_filter *filter, struct alerts_v2_cursor *cursor) {
	const struct dispatch_view *view = request->dispatch;
	cursor->alerts = arena_alloc(&request->arena, (view->alert_count + 1) * sizeof(struct dispatch_alert *));
	for (size_t i = 0; i < view->alert_count; i++) {
		const struct dispatch_alert *alert = view->alerts[i];
		if (i + 6 * PREFETCHED < view->alert_count) {
			prefetch(view->alerts[i + 6 * PREFETCHED], sizeof *alert);
			prefetch(view->alerts[i + 4 * PREFETCHED]->record, sizeof *alert->record);
			alert_labels_prefetch(view->alerts[i + 2 * PREFETCHED]->record);
		}
		if (alerts_filter_fits(filter, alert) && alerts_filter_fits_receiver(filter, alert))
			cursor->alerts[cursor->count++] = alert;
	}
}

void serve_alerts_v2(struct request *request) {
	struct alerts_filter filter = { 0 };
	if (alerts_filter_read(request, &filter)) {
		struct alerts_v2_cursor *cursor = ARENA_NEW(&request->arena, struct alerts_v2_cursor);
		select_alerts(request, &filter, cursor);
		reply_stream(request, 200, "application/json", render, cursor);
	}
	alerts_filter_finish(&filter);
}
