// SPDX-License-Identifier: Apache-2.0
// What a vector selector demands of one label. See promql_selectors.h.
#include "promql/promql_selectors.h"

#include "base/mem.h"
#include "base/regex.h"
#include "promql/ast.h"

#include <stdlib.h>

struct promql_demand {
	bool is_negated;
	bool is_pattern;
	struct regex *regex; // NULL for a text, and for a pattern that does not compile
	struct str text;     // behind the struct
};

static struct promql_demand *demand_create(enum token_kind op, struct str text) {
	struct promql_demand *demand = mem_alloc(sizeof *demand + text.len);
	struct error err;
	char *copy = (char *)(demand + 1);
	if (text.len > 0)
		memcpy(copy, text.data, text.len);
	*demand = (struct promql_demand){
		.is_negated = op == TOKEN_NOT_EQUAL || op == TOKEN_NOT_REGEX,
		.is_pattern = op == TOKEN_EQUAL_REGEX || op == TOKEN_NOT_REGEX,
		.text = str_make(copy, text.len),
	};
	if (demand->is_pattern)
		demand->regex = regex_compile(text, REGEX_ANCHORED | REGEX_DOT_NEWLINE, &err);
	return demand;
}

struct promql_demand *promql_demand_of(const struct promql_node *selector, struct str label) {
	if (selector->selector.name.len > 0 && str_equal(label, STR("__name__")))
		return demand_create(TOKEN_EQUAL, selector->selector.name);
	for (size_t i = 0; i < selector->selector.count; i++) {
		const struct node_matcher *matcher = &selector->selector.matchers[i];
		if (str_equal(matcher->name, label))
			return demand_create(matcher->op, matcher->value);
	}
	return NULL;
}

void promql_demand_destroy(struct promql_demand *demand) {
	if (demand == NULL)
		return;
	regex_destroy(demand->regex);
	free(demand);
}

bool promql_demand_holds(const struct promql_demand *demand, struct str value) {
	if (demand == NULL)
		return true;
	if (!demand->is_pattern)
		return str_equal(demand->text, value) != demand->is_negated;
	if (demand->regex == NULL)
		return true;
	enum regex_match match = regex_test(demand->regex, value);
	return match == REGEX_LIMIT || (match == REGEX_MATCH) != demand->is_negated;
}
