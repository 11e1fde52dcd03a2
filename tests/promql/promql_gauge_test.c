// SPDX-License-Identifier: Apache-2.0
#include "promql/promql.h"
#include "tests/harness/test.h"

static void expect(const char *expr, bool is_gauge) {
	autoarena struct arena arena = { 0 };
	struct promql_result parsed = promql_parse(&arena, str_of(expr), PROMQL_ALL_FEATURES);
	CHECK(parsed.root != NULL);
	if (promql_is_gauge(parsed.root) != is_gauge)
		FAIL_TEST("%s: wanted %d", expr, is_gauge);
}

TEST(differences_and_what_rules_recorded_are_gauges) {
	static const char *const gauges[] = { "rate(h[5m])", "sum by (job) (increase(h[5m]))", "a + irate(h[5m]) * 2", "delta(h[5m]) or h", "(idelta(h[5m]))", "h - h offset 5m", "-h",
		"a and b and (c - d) and e", "sum(job:h:rate5m)", "last_over_time(job:h:rate5m[1h])", "max_over_time(rate(h[1m])[5m:1m])", "{__name__='job:h:sum'}", "topk(3, rate(h[1m]))" };
	for (size_t i = 0; i < sizeof gauges / sizeof *gauges; i++)
		expect(gauges[i], true);
}

TEST(others_are_counters) {
	static const char *const counters[] = { "h", "sum by (job) (h)", "h * 2 + other", "last_over_time(h[5m])", "{job='a:b'}", "+h", "h or vector(1)", "h{le=~'a:b'} unless on () up" };
	for (size_t i = 0; i < sizeof counters / sizeof *counters; i++)
		expect(counters[i], false);
}
