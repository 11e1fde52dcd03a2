// SPDX-License-Identifier: Apache-2.0
// What /api/v1/rules was asked to show: its parameters, and which groups and rules fit them. Source: Prometheus web/api/v1, rules. Private to api/.
#pragma once
#include "api/request.h"
#include "base/sha256.h"
#include "model/matcher.h"

struct rules_filter {
	const struct request *request; // holds rule_name[], rule_group[] and file[]
	bool alerting, recording, with_alerts;
	bool has_names, has_groups, has_files;
	struct matchers *selectors; // of match[]: a rule fits when one of them does; empty: all fit
	size_t selector_count;
	int64_t group_limit;   // of a page; 0: no pages
	struct str next_token; // of the page's first group; empty: the first page
};

// Reads the parameters; false after the error reply is set. Finish it either way.
MUST_CHECK bool rules_filter_read(struct rules_filter *filter, struct request *request);
void rules_filter_finish(struct rules_filter *filter);
bool rules_filter_fits_group(const struct rules_filter *filter, const struct rule_group *group);
bool rules_filter_fits_rule(const struct rules_filter *filter, const struct rule *rule);

enum { PAGE_TOKEN_BYTES = 2 * SHA256_BYTES + 1 };
void rules_filter_token(const struct rule_group *group, char out[PAGE_TOKEN_BYTES]); // what names a page by its first group
