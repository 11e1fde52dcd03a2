// SPDX-License-Identifier: Apache-2.0
// GET /api/v2/receivers: those of the configuration, in its order.
#include "api/routes.h"
#include "api/v2_filter.h"

static void write_receiver(struct json_writer *json, const struct receiver_config *receiver, const struct matchers *filter) {
	const struct labels *labels = v2_receiver_labels(receiver);
	if (matchers_match(filter, labels)) {
		json_open_object(json);
		labels_write(json, "labels", labels);
		json_key(json, "name");
		json_cstr(json, receiver->name);
		json_close_object(json);
	}
	labels_unref(labels);
}

void serve_receivers(struct request *request) {
	const struct notify_config *config = request->dispatch->setup->config;
	struct matchers filter = { 0 };
	if (v2_matchers(request, "receiver_matchers", &filter)) {
		struct json_writer json = { .out = &request->text };
		reply_json(request, 200);
		json_open_array(&json);
		for (size_t i = 0; i < config->receiver_count; i++)
			write_receiver(&json, &config->receivers[i], &filter);
		json_close_array(&json);
		buf_append_char(&request->text, '\n');
	}
	matchers_finish(&filter);
}
