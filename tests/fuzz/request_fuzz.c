// SPDX-License-Identifier: Apache-2.0
// Any bytes as the target of a request, up to a line end, and a form behind it: reading ends with parameters that are no longer than what was
// read, and what filters rules is read or refused with a reply.
#include "api/rules_filter.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_parameters(const struct request *request, size_t size) {
	size_t total = 0;
	for (size_t i = 0; i < request->parameters.count; i++)
		total += request->parameters.items[i].name.len + request->parameters.items[i].value.len;
	if (total > size)
		unreachable("parameters are shorter than their text");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
	struct str body = str_make((const char *)data, size), target = str_cut(&body, '\n');
	struct request *request = request_create(NULL, NULL, target);
	struct rules_filter filter;
	request->body_type = "application/x-www-form-urlencoded";
	buf_append_str(&request->body, body);
	request_read_form(request);
	check_parameters(request, size);
	bool is_read = rules_filter_read(&filter, request);
	if (is_read == (request->status != 0))
		unreachable("a filter is read or refused");
	rules_filter_finish(&filter);
	request_destroy(request);
	return 0;
}
