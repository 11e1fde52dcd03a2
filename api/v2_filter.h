// SPDX-License-Identifier: Apache-2.0
// Parameters of the API v2, as go-openapi and Alertmanager's handlers read them. Private to api/.
#pragma once
#include "api/request.h"
#include "model/matcher.h"

// The last value of a parameter that is no list, as go-openapi takes it; empty when absent.
struct str v2_parameter(const struct request *request, const char *name);
// Absent or empty: true. Some words are true, everything else is false; never an error.
bool v2_flag(const struct request *request, const char *name);
// Every value of a parameter as one matcher, appended to *out, which the caller finishes. False: the reply says what is wrong.
MUST_CHECK bool v2_matchers(struct request *request, const char *name, struct matchers *out);
// The labels of a receiver: those of the configuration and its name. A new reference.
const struct labels *v2_receiver_labels(const struct receiver_config *receiver);
bool v2_receiver_fits(const struct matchers *matchers, const struct receiver_config *receiver);
// A body must be JSON: else the reply is a 415.
MUST_CHECK bool v2_wants_json(struct request *request);
