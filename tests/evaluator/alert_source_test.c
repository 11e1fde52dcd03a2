// SPDX-License-Identifier: Apache-2.0
#include "evaluator/alert_source.h"

#include "base/buf.h"
#include "model/limits.h"
#include "tests/harness/test.h"

static const struct rule_group group = { .hash = 77, .interval = SECONDS(30) };
static const struct rule rule = { .expr = { "up == 0", 7 }, .hold = MINUTES(5), .group = &group };

// Whether the template did; the link either way.
static bool link_of(const char *text, struct buf *out, struct error *err) {
	struct error compile = { 0 };
	struct alert_source *source = text == NULL ? NULL : alert_source_create(str_of(text), &compile);
	CHECK(text == NULL || source != NULL);
	struct label external = { STR("dc"), STR("x") };
	const struct label items[] = { { STR("alertname"), STR("Down") }, { STR("job"), STR("a/b c") } };
	const struct labels *labels = labels_from_sorted(items, 2), *externals = labels_from_sorted(&external, 1);
	struct evaluation_setup setup = { .alert_source = source, .external_url = "http://here/p", .external_labels = externals };
	bool is_made = alert_source_link(out, &setup, &rule, &(struct alert_facts){ .labels = labels, .value = 1.5, .active_at = 1700000000000, .now = 1700000060000 }, err);
	labels_unref(labels);
	labels_unref(externals);
	alert_source_destroy(source);
	return is_made;
}

static void expect(const char *text, const char *link) {
	autobuf struct buf out = { 0 };
	struct error err = { 0 };
	CHECK(link_of(text, &out, &err));
	CHECK_CSTR(buf_cstr(&out), link);
}

static void expect_default(const char *text, const char *message) {
	autobuf struct buf out = { 0 };
	struct error err = { 0 };
	CHECK(!link_of(text, &out, &err));
	CHECK_CSTR(buf_cstr(&out), "http://here/p/graph?g0.expr=up+%3D%3D+0&g0.tab=1");
	if (strstr(err.text, message) == NULL)
		FAIL_TEST("%s", err.text);
}

static void expect_refused(const char *text, const char *message) {
	struct error err = { 0 };
	CHECK(alert_source_create(str_of(text), &err) == NULL);
	CHECK_CSTR(err.text, message);
}

TEST(without_a_template_the_link_shows_the_graph_of_the_expression) {
	expect(NULL, "http://here/p/graph?g0.expr=up+%3D%3D+0&g0.tab=1");
}

TEST(what_the_template_gives_follows_the_external_url) {
	expect("explore?q={{ $expr | queryEscape }}", "http://here/p/explore?q=up+%3D%3D+0");
	expect("plain", "http://here/p/plain");
	expect("a\n", "http://here/p/a");
	expect("/a", "http://here/p//a");
}

TEST(a_whole_url_stands_for_itself) {
	expect("https://grafana/d?j={{ $labels.job | queryEscape }}", "https://grafana/d?j=a%2Fb+c");
	expect("{{ externalURL }}/x", "http://here/p/x");
	expect("httpd/x", "http://here/p/httpd/x");
}

TEST(the_template_sees_what_vmalert_shows) {
	expect("{{ .Labels.alertname }} {{ $labels.job }} {{ $labels.none }}.", "http://here/p/Down a/b c .");
	expect("{{ .Value }} {{ $value }} {{ .Expr }} {{ $type }}", "http://here/p/1.5 1.5 up == 0 prometheus");
	expect("{{ .For }} {{ $for }} {{ $interval }} {{ $isPartial }}", "http://here/p/5m0s 5m0s 30s false");
	expect("{{ .ActiveAt }} {{ $activeAt.Unix }}", "http://here/p/2023-11-14 22:13:20 +0000 UTC 1700000000");
	expect("{{ .GroupID }} {{ $groupID | printf \"%T\" }}", "http://here/p/77 uint64");
	expect("{{ $externalLabels.dc }} {{ .ExternalURL }} {{ pathPrefix }} {{ now }}", "http://here/p/x http://here/p /p 1.70000006e+09");
	expect("{{ eq (printf \"%x\" .AlertID) (printf \"%x\" $alertID) }}", "http://here/p/true");
}

TEST(escapes_are_those_of_vmalert) {
	expect("{{ \"<\\\"q'\\\\&\\x01\\n\\r\\t\\f>\" | quotesEscape }}", "http://here/p/\\u003c\\\"q\\u0027\\\\&\\u0001\\n\\r\\t\\u000c>");
	expect("{{ \"a\\\"b\" | jsonEscape }}{{ \"\" | jsonEscape }}", "http://here/p/\"a\\\"b\"\"\"");
	expect("{{ \"<a href=\\\"x\\\">'&\" | htmlEscape }}", "http://here/p/&lt;a href=&quot;x&quot;&gt;&#39;&amp;");
	expect("{{ \"a\\nb\\rc\" | crlfEscape }}", "http://here/p/a\\nb\\rc");
	expect("{{ $labels.job | pathEscape }} {{ $labels.job | queryEscape }}", "http://here/p/a%2Fb%20c a%2Fb+c");
}

TEST(a_template_that_fails_leaves_the_default_link) {
	expect_default("x{{ slice $labels.job 99 }}", "out of range");
	expect_default("{{ .Nope }}", "can't evaluate field Nope");
	expect_default("{{ $value | queryEscape }}", "wrong type for value");
}

TEST(a_link_without_end_leaves_the_default_one) {
	expect_default("{{ printf \"%65536d\" 1 }}{{ printf \"%1d\" 1 }}", "the link has more than 65536 bytes");
}

TEST(a_template_that_cannot_work_is_refused) {
	struct error err = { 0 };
	expect_refused("{{ $x }}", "template: :1: undefined variable \"$x\"");
	expect_refused("{{ query \"up\" | first }}", "a link may not ask queries");
	CHECK(alert_source_create(STR("ab\nc{{ nope }}"), &err) == NULL);
	CHECK(err.at.line == 2 && err.at.column == 5);
}

TEST(a_template_is_tried_on_an_alert_that_has_nothing) {
	struct error err = { 0 };
	struct alert_source *good = alert_source_create(STR("{{ $labels.job }}"), &err), *bad = alert_source_create(STR("{{ .Nope }}"), &err);
	CHECK(alert_source_try(good, &err));
	CHECK(!alert_source_try(bad, &err));
	CHECK(!alert_source_equal(good, bad) && !alert_source_equal(good, NULL) && alert_source_equal(NULL, NULL) && alert_source_equal(good, good));
	alert_source_destroy(good);
	alert_source_destroy(bad);
}
