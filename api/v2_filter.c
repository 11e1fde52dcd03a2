// SPDX-License-Identifier: Apache-2.0
// Parameters of the API v2. See v2_filter.h.
#include "api/v2_filter.h"

static bool is_true(struct str text) {
	static const char *const words[] = { "true", "1", "yes", "ok", "y", "on", "selected", "checked", "t", "enabled" };
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_equal_nocase(text, str_of(words[i])))
			return true;
	return false;
}

struct str v2_parameter(const struct request *request, const char *name) {
	struct str last = STR_NONE;
	for (size_t i = 0; i < request->parameters.count; i++)
		if (str_equal_cstr(request->parameters.items[i].name, name))
			last = request->parameters.items[i].value;
	return last;
}

bool v2_flag(const struct request *request, const char *name) {
	struct str text = v2_parameter(request, name);
	return text.len == 0 || is_true(text);
}

bool v2_matchers(struct request *request, const char *name, struct matchers *out) {
	bool is_filter = strcmp(name, "filter") == 0;
	for (size_t i = 0; i < request->parameters.count; i++) {
		struct error err = { 0 };
		if (!str_equal_cstr(request->parameters.items[i].name, name))
			continue;
		if (matchers_parse_one(out, request->parameters.items[i].value, server_setup(request->server)->matcher_mode, &err))
			continue;
		reply_v2_string(request, 400, "%s%s%s%s", is_filter ? "" : "failed to parse ", is_filter ? "" : name, is_filter ? "" : " param: ", err.text);
		return false;
	}
	return true;
}

const struct labels *v2_receiver_labels(const struct receiver_config *receiver) {
	struct label_builder builder = { 0 };
	for (size_t i = 0; i < receiver->label_count; i++)
		label_builder_set(&builder, str_of(receiver->labels[i].name), str_of(receiver->labels[i].value));
	label_builder_set(&builder, STR("name"), str_of(receiver->name));
	const struct labels *labels = label_builder_build(&builder);
	label_builder_finish(&builder);
	return labels;
}

bool v2_receiver_fits(const struct matchers *matchers, const struct receiver_config *receiver) {
	const struct labels *labels = v2_receiver_labels(receiver);
	bool fits = matchers_match(matchers, labels);
	labels_unref(labels);
	return fits;
}

bool v2_wants_json(struct request *request) {
	struct str type = request_body_type(request);
	if (request_is_json(request))
		return true;
	if (type.len == 0)
		type = STR("application/octet-stream"); // what nobody named
	reply_v2_message(request, 415, "unsupported media type \"%.*s\", only [application/json] are allowed", STR_ARG(type));
	return false;
}
