// SPDX-License-Identifier: Apache-2.0
// Who holds back whom: by hand, and against a search through all pairs.
#include "notifiers/inhibitor.h"

#include "tests/harness/test.h"
#include "tests/notifiers/dispatch_rig.h"

enum { RULES_MAX = 8 };

struct made_rules {
	struct inhibit_rule rules[RULES_MAX];
	struct str equal[RULES_MAX][2];
	size_t count;
};

static void add_rule(struct made_rules *made, const char *source, const char *target, const char *equal) {
	struct inhibit_rule *rule = &made->rules[made->count];
	struct str names = str_of(equal);
	struct error err;
	*rule = (struct inhibit_rule){ .name = "", .equal = made->equal[made->count] };
	if (!matchers_parse(&rule->source, str_of(source), MATCHER_FALLBACK, &err) || !matchers_parse(&rule->target, str_of(target), MATCHER_FALLBACK, &err))
		FAIL_TEST("%s", err.text);
	while (names.len > 0)
		made->equal[made->count][rule->equal_count++] = str_cut(&names, ',');
	made->count++;
}

static void finish_rules(struct made_rules *made) {
	for (size_t i = 0; i < made->count; i++) {
		matchers_finish(&made->rules[i].source);
		matchers_finish(&made->rules[i].target);
	}
}

static void note(struct inhibitor *inhibitor, const char *text, bool is_firing) {
	const struct labels *labels = labels_of(text);
	inhibitor_note(inhibitor, labels, is_firing);
	labels_unref(labels);
}

// The labels of what holds the alert back, or "".
static const char *holder(const struct inhibitor *inhibitor, const char *text) {
	static struct buf out;
	const struct labels *labels = labels_of(text);
	struct inhibition inhibition;
	buf_reset(&out);
	buf_append_cstr(&out, "");
	if (inhibitor_find(inhibitor, labels, &inhibition))
		labels_format(&out, inhibition.source);
	labels_unref(labels);
	return buf_cstr(&out);
}

TEST(a_source_that_fires_holds_back_targets_of_equal_labels) {
	struct made_rules made = { 0 };
	add_rule(&made, "severity=critical", "severity=warning", "site,rack");
	struct inhibitor *inhibitor = inhibitor_create(made.rules, made.count);
	CHECK_CSTR(holder(inhibitor, "severity=warning,site=x"), "");
	note(inhibitor, "severity=critical,site=x", true);
	note(inhibitor, "severity=critical,site=x", true);                                               // again
	CHECK_CSTR(holder(inhibitor, "severity=warning,site=x"), "{severity=\"critical\", site=\"x\"}"); // rack is missing on both
	CHECK_CSTR(holder(inhibitor, "severity=warning,site=x,rack=1"), "");
	CHECK_CSTR(holder(inhibitor, "severity=warning,site=y"), "");
	CHECK_CSTR(holder(inhibitor, "severity=info,site=x"), "");
	note(inhibitor, "severity=critical,site=x", false);
	note(inhibitor, "severity=critical,site=x", false);
	CHECK_CSTR(holder(inhibitor, "severity=warning,site=x"), "");
	inhibitor_destroy(inhibitor);
	finish_rules(&made);
}

TEST(each_source_of_a_set_counts_until_its_own_end) {
	struct made_rules made = { 0 };
	add_rule(&made, "severity=critical", "severity=warning", "site");
	struct inhibitor *inhibitor = inhibitor_create(made.rules, made.count);
	note(inhibitor, "severity=critical,site=x,n=1", true);
	note(inhibitor, "severity=critical,site=x,n=2", true);
	note(inhibitor, "severity=critical,site=x,n=3", true);
	note(inhibitor, "severity=critical,site=x,n=1", false);
	CHECK(*holder(inhibitor, "severity=warning,site=x") != '\0');
	note(inhibitor, "severity=critical,site=x,n=3", false);
	CHECK_CSTR(holder(inhibitor, "severity=warning,site=x"), "{n=\"2\", severity=\"critical\", site=\"x\"}");
	note(inhibitor, "severity=critical,site=x,n=2", false);
	CHECK_CSTR(holder(inhibitor, "severity=warning,site=x"), "");
	inhibitor_destroy(inhibitor);
	finish_rules(&made);
}

TEST(alerts_on_both_sides_hold_back_only_what_is_on_one) {
	struct made_rules made = { 0 };
	add_rule(&made, "a=1", "b=1", "");
	struct inhibitor *inhibitor = inhibitor_create(made.rules, made.count);
	note(inhibitor, "a=1,b=1,n=1", true);
	note(inhibitor, "a=1,b=1,n=2", true);
	CHECK_CSTR(holder(inhibitor, "a=1,b=1,n=1"), ""); // neither itself nor each other
	CHECK(*holder(inhibitor, "b=1") != '\0');
	note(inhibitor, "a=1", true); // one that is a source only holds back all of them, although others of its set are not
	CHECK_CSTR(holder(inhibitor, "a=1,b=1,n=1"), "{a=\"1\"}");
	CHECK_CSTR(holder(inhibitor, "b=1"), "{a=\"1\"}");
	note(inhibitor, "a=1", false);
	CHECK_CSTR(holder(inhibitor, "a=1,b=1,n=1"), "");
	inhibitor_destroy(inhibitor);
	finish_rules(&made);
}

TEST(an_empty_rule_holds_back_nothing_and_a_rule_without_source_everything_else) {
	struct made_rules made = { 0 };
	add_rule(&made, "", "", "");
	struct inhibitor *inhibitor = inhibitor_create(made.rules, made.count);
	note(inhibitor, "a=1", true);
	note(inhibitor, "b=1", true);
	CHECK_CSTR(holder(inhibitor, "a=1"), ""); // all are on both sides
	inhibitor_destroy(inhibitor);
	add_rule(&made, "", "b=1", "");
	inhibitor = inhibitor_create(made.rules, made.count);
	note(inhibitor, "a=1", true);
	CHECK_CSTR(holder(inhibitor, "b=1"), "{a=\"1\"}");
	inhibitor_destroy(inhibitor);
	finish_rules(&made);
}

TEST(the_first_rule_that_does_is_named) {
	struct made_rules made = { 0 };
	struct inhibition inhibition;
	add_rule(&made, "x=1", "job=~\"a|b\"", "");
	add_rule(&made, "x=2", "job=a", "");
	struct inhibitor *inhibitor = inhibitor_create(made.rules, made.count);
	const struct labels *labels = labels_of("job=a");
	note(inhibitor, "x=2", true);
	CHECK(inhibitor_find(inhibitor, labels, &inhibition) && inhibition.rule == &made.rules[1]);
	note(inhibitor, "x=1", true);
	CHECK(inhibitor_find(inhibitor, labels, &inhibition) && inhibition.rule == &made.rules[0]);
	labels_unref(labels);
	inhibitor_destroy(inhibitor);
	finish_rules(&made);
}

// ---- against all pairs

enum { ALERTS = 60,
	STEPS = 4000 };

static bool are_equal(const struct inhibit_rule *rule, const struct labels *a, const struct labels *b) {
	for (size_t i = 0; i < rule->equal_count; i++)
		if (!str_equal(labels_get(a, rule->equal[i]), labels_get(b, rule->equal[i])))
			return false;
	return true;
}

static bool holds(const struct inhibit_rule *rule, const struct labels *source, const struct labels *target) {
	if (!matchers_match(&rule->source, source) || !matchers_match(&rule->target, target) || !are_equal(rule, source, target))
		return false;
	return !matchers_match(&rule->source, target) || !matchers_match(&rule->target, source);
}

static const struct inhibit_rule *searched(const struct made_rules *made, const struct labels **alerts, const bool *fires, const struct labels *target) {
	for (size_t r = 0; r < made->count; r++)
		for (size_t i = 0; i < ALERTS; i++)
			if (fires[i] && holds(&made->rules[r], alerts[i], target))
				return &made->rules[r];
	return NULL;
}

TEST(it_says_what_a_search_through_all_pairs_says) {
	struct made_rules made = { 0 };
	const struct labels *alerts[ALERTS];
	bool fires[ALERTS] = { 0 };
	unsigned random = 1;
	add_rule(&made, "severity=critical", "severity=warning", "site,job");
	add_rule(&made, "job=~\"a.*\"", "site!=x", "job");
	add_rule(&made, "site=y,severity!=info", "site=~\"x|y\"", "severity");
	add_rule(&made, "job=\"\"", "severity=critical", "");
	add_rule(&made, "", "job=b,severity=info", "site");
	add_rule(&made, "severity=info", "", "job,severity");
	struct inhibitor *inhibitor = inhibitor_create(made.rules, made.count);
	for (size_t i = 0; i < ALERTS; i++) {
		static const char *const severities[] = { "severity=critical", "severity=warning", "severity=info", "n=1" };
		static const char *const jobs[] = { ",job=a", ",job=a2", ",job=b", "" };
		static const char *const sites[] = { ",site=x", ",site=y", ",site=z", "" };
		autobuf struct buf text = { 0 };
		buf_format(&text, "%s%s%s,i=\"%zu\"", severities[i % 4], jobs[i / 4 % 4], sites[i / 16], i);
		alerts[i] = labels_of(buf_cstr(&text));
	}
	for (size_t step = 0; step < STEPS; step++) {
		size_t at = (random = random * 1103515245u + 12345u) / 65536 % ALERTS;
		struct inhibition found = { 0 };
		fires[at] = !fires[at];
		inhibitor_note(inhibitor, alerts[at], fires[at]);
		at = (random = random * 1103515245u + 12345u) / 65536 % ALERTS;
		const struct inhibit_rule *wanted = searched(&made, alerts, fires, alerts[at]);
		CHECK(inhibitor_find(inhibitor, alerts[at], &found) == (wanted != NULL));
		CHECK(found.rule == wanted);
		CHECK(wanted == NULL || holds(wanted, found.source, alerts[at]));
	}
	for (size_t i = 0; i < ALERTS; i++)
		labels_unref(alerts[i]);
	inhibitor_destroy(inhibitor);
	finish_rules(&made);
}
