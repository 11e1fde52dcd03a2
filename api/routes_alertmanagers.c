// SPDX-License-Identifier: Apache-2.0
// /api/v1/alertmanagers: where alerts of rules are sent, and what relabelling dropped.
#include "api/routes.h"

static void write_urls(struct json_writer *json, const char *name, const struct outbound_view *view, bool is_active) {
	size_t count = is_active ? view->target_count : view->dropped_count;
	json_key(json, name);
	json_open_array(json);
	for (size_t i = 0; i < count; i++) {
		json_open_object(json);
		json_key(json, "url");
		json_cstr(json, is_active ? view->targets[i].url : view->dropped[i]);
		json_close_object(json);
	}
	json_close_array(json);
}

void serve_alertmanagers(struct request *request) {
	struct json_writer json = reply_v1_begin(request);
	json_open_object(&json);
	write_urls(&json, "activeAlertmanagers", request->outbound, true);
	write_urls(&json, "droppedAlertmanagers", request->outbound, false);
	json_close_object(&json);
	json_v1_end(&json);
}
