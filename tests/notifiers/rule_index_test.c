// SPDX-License-Identifier: Apache-2.0
// The index of one side of inhibit rules: each that matches is visited, once.
#include "notifiers/rule_index.h"

#include "tests/harness/test.h"
#include "tests/notifiers/dispatch_rig.h"

struct visits {
	unsigned rules; // bits
	size_t count, most;
};

static bool visit(void *context, size_t rule) {
	struct visits *visits = context;
	CHECK((visits->rules & 1u << rule) == 0);
	visits->rules |= 1u << rule;
	return ++visits->count < visits->most;
}

static struct visits visited(const struct rule_index *index, const char *text, size_t most) {
	struct visits visits = { .most = most };
	const struct labels *labels = labels_of(text);
	rule_index_each(index, labels, visit, &visits);
	labels_unref(labels);
	return visits;
}

TEST(rules_are_found_by_the_labels_they_need) {
	static const char *const texts[] = { "a=1", "a=1,b=~\"x.*\"", "b=~\"x.*\",a=2", "a=\"\"", "", "a!=1,c=3" };
	struct matchers matchers[6] = { 0 };
	struct rule_index index = { 0 };
	for (size_t i = 0; i < 6; i++) {
		CHECK(matchers_parse(&matchers[i], str_of(texts[i]), MATCHER_FALLBACK, NULL));
		rule_index_add(&index, i, &matchers[i]);
	}
	CHECK_INT(visited(&index, "a=1", 9).rules, 1 << 0 | 1 << 4);
	CHECK_INT(visited(&index, "a=1,b=xy", 9).rules, 1 << 0 | 1 << 1 | 1 << 4);
	CHECK_INT(visited(&index, "a=2,b=x", 9).rules, 1 << 2 | 1 << 4);
	CHECK_INT(visited(&index, "b=x", 9).rules, 1 << 3 | 1 << 4);
	CHECK_INT(visited(&index, "c=3", 9).rules, 1 << 3 | 1 << 4 | 1 << 5);
	CHECK_INT(visited(&index, "c=3", 1).count, 1);
	CHECK_INT(visited(&index, "a=1,b=xy", 2).count, 2);
	rule_index_finish(&index);
	for (size_t i = 0; i < 6; i++)
		matchers_finish(&matchers[i]);
}

// What all rules are about says nothing of one: each is found by what only some need, wherever that stands among its matchers.
TEST(a_rule_is_found_by_the_label_that_fewest_need) {
	enum { RULES = 30 };
	struct matchers matchers[RULES] = { 0 };
	struct rule_index index = { 0 };
	char text[64];
	for (int i = 0; i < RULES; i++) {
		snprintf(text, sizeof text, i % 2 == 0 ? "severity=\"warning\",zone=\"z%d\"" : "zone=\"z%d\",severity=\"warning\"", i);
		CHECK(matchers_parse(&matchers[i], str_of(text), MATCHER_FALLBACK, NULL));
		rule_index_add(&index, (size_t)i, &matchers[i]);
	}
	CHECK_INT(index.buckets.count, RULES); // one a zone, but for the first, which took what it had first
	for (int i = 0; i < RULES; i++) {
		snprintf(text, sizeof text, "severity=warning,zone=z%d", i);
		CHECK_INT(visited(&index, text, 9).rules, 1u << i);
	}
	rule_index_finish(&index);
	for (int i = 0; i < RULES; i++)
		matchers_finish(&matchers[i]);
}
