// SPDX-License-Identifier: Apache-2.0
// /api/v1/parse_matchers: a list of matchers in its parts, as filters and routes read it. So that nobody else has to.
#include "api/routes.h"
#include "model/silence.h"

void serve_parse_matchers(struct request *request) {
	struct matchers matchers = { 0 };
	struct error err = { 0 };
	if (matchers_parse(&matchers, request_parameter(request, "matchers"), server_setup(request->server)->matcher_mode, &err)) {
		struct json_writer json = reply_v1_begin(request);
		silence_write_matchers(&json, &matchers);
		json_v1_end(&json);
	} else {
		reply_v1_error(request, 400, "bad_data", "invalid parameter \"matchers\": %s", err.text);
	}
	matchers_finish(&matchers);
}
