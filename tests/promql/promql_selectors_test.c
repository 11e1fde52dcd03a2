// SPDX-License-Identifier: Apache-2.0
#include "promql/promql_selectors.h"

#include "tests/harness/test.h"

struct asked {
	const char *label, *value;
	bool is_demanded, holds;
	size_t selectors;
};

static void ask(void *context, struct str name, const struct promql_node *selector) {
	struct asked *asked = context;
	struct promql_demand *demand = promql_demand_of(selector, str_of(asked->label));
	(void)name;
	asked->is_demanded = demand != NULL;
	asked->holds = promql_demand_holds(demand, str_of(asked->value));
	asked->selectors++;
	promql_demand_destroy(demand);
}

// What the only selector of the expression demands of the label: 'n'othing, that the value 'h'olds or is 'r'efused.
static char demanded(const char *expr, const char *label, const char *value) {
	autoarena struct arena arena = { 0 };
	struct asked asked = { .label = label, .value = value };
	struct promql_result parsed = promql_parse(&arena, str_of(expr), 0);
	CHECK(parsed.root != NULL);
	promql_each_selector(parsed.root, ask, &asked);
	CHECK_INT(asked.selectors, 1);
	CHECK(asked.is_demanded || asked.holds);
	return !asked.is_demanded ? 'n' : asked.holds ? 'h'
	                                              : 'r';
}

TEST(a_name_before_the_braces_is_a_demand) {
	CHECK_INT(demanded("sum(rate(up{job='x'}[5m]))", "__name__", "up"), 'h');
	CHECK_INT(demanded("up{job='x'}", "__name__", "upp"), 'r');
	CHECK_INT(demanded("{'my name'}", "__name__", "my name"), 'h');
	CHECK_INT(demanded("{job='x'}", "__name__", "up"), 'n');
}

TEST(each_operator_demands_what_it_says) {
	CHECK_INT(demanded("m{a='x'}", "a", "x"), 'h');
	CHECK_INT(demanded("m{a='x'}", "a", "y"), 'r');
	CHECK_INT(demanded("m{a!='x'}", "a", "y"), 'h');
	CHECK_INT(demanded("m{a!='x'}", "a", "x"), 'r');
	CHECK_INT(demanded("m{a=~'x|y.*'}", "a", "yes"), 'h');
	CHECK_INT(demanded("m{a=~'x|y.*'}", "a", "oxo"), 'r');
	CHECK_INT(demanded("m{a!~'x|y.*'}", "a", "yes"), 'r');
	CHECK_INT(demanded("m{a!~'x|y.*'}", "a", "oxo"), 'h');
	CHECK_INT(demanded("m{a=~'x.y'}", "a", "x\ny"), 'h'); // Prometheus 3: a dot is any character
	CHECK_INT(demanded("m{b='x'}", "a", "x"), 'n');
}

TEST(the_first_matcher_on_a_label_counts) {
	CHECK_INT(demanded("m{a=~'x.*',a!='xy'}", "a", "xy"), 'h');
	CHECK_INT(demanded("m{a!='xy',a=~'x.*'}", "a", "xy"), 'r');
}

TEST(a_pattern_that_is_too_expensive_may_hold) {
	CHECK_INT(demanded("m{a=~'(a|aa)+c?'}", "a", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"), 'h');
}
