// SPDX-License-Identifier: Apache-2.0
// The evaluators as a whole: real threads, a real store, a scripted query API. The test plays the dispatcher.
#include "evaluator/evaluator.h"

#include "base/buf.h"
#include "base/mem.h"
#include "tests/harness/log_capture.h"
#include "tests/harness/test.h"
#include "tests/evaluator/scripted_datasource.h"
#include "tests/evaluator/write_request.h"
#include "tests/notifiers/http_receiver.h"

#define VECTOR(elements) "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[" elements "]}}"
#define SERIES(host, value) "{\"metric\":{\"__name__\":\"m\",\"host\":\"" host "\"},\"value\":[1700000000," \
	                    "\"" value "\"]}"

enum { TOLD = 7,
	VIEWED = 9,
	PATIENCE_MS = 5000 };

struct told {
	struct alert_record *record;
	enum alert_event_kind event;
	const struct labels *annotations;
};

struct world {
	struct scripted_datasource *source;
	struct store *store;
	struct inbox inbox;
	struct evaluator_pool *pool;
	char url[64], directory[512];
	struct {
		ARRAY_OF(struct told);
	} told;
	size_t looked_at;
	struct remote_write_config writes;  // url NULL: samples go nowhere
	struct scripted_datasource *second; // NULL: none
	char second_url[64];
	const char *further_urls[2];    // of the default datasource
	struct datasource_config named; // "far"; name NULL: none
	unsigned queries;               // max_concurrent_queries of the default one; 0 = 4
};

static void destroy_setup(struct evaluation_setup *setup) {
	rule_set_unref(setup->rules);
	labels_unref(setup->external_labels);
	free(setup);
}

static struct evaluation_setup *make_setup(struct world *world, const char *rules, const char *zone) {
	struct problems problems = { 0 };
	struct evaluation_setup *setup = MEM_NEW(struct evaluation_setup);
	ref_init(&setup->ref);
	setup->rules = rule_set_parse("rules.yml", str_of(rules), &(struct rule_options){ .default_interval = 100 }, &problems);
	struct buf text = { 0 };
	problems_format(&text, &problems);
	if (setup->rules == NULL)
		FAIL_TEST("%s", buf_cstr(&text));
	buf_finish(&text);
	problems_finish(&problems);
	struct label external = { STR("zone"), str_of(zone) };
	setup->external_labels = labels_from_sorted(&external, zone == NULL ? 0 : 1);
	setup->external_url = "http://here";
	setup->datasource = (struct datasource_config){ .url = world->url, .http = HTTP_CONFIG_DEFAULT, .timeout = 2000, .max_concurrent_queries = world->queries > 0 ? world->queries : 4, .max_response_bytes = 1 << 20 };
	setup->datasource.further_urls = world->further_urls;
	setup->datasources = &world->named;
	setup->datasource_count = world->named.name != NULL;
	setup->resend_delay = MINUTES(1);
	setup->remote_writes = &world->writes;
	setup->remote_write_count = world->writes.url != NULL;
	setup->for_outage_tolerance = HOURS(1);
	setup->for_grace_period = MINUTES(10);
	setup->restore_for_state = true;
	setup->destroy = destroy_setup;
	return setup;
}

static void start(struct world *world, struct evaluation_setup *setup) {
	struct error err = { 0 };
	world->store = store_open(&(struct store_options){ .directory = world->directory }, &err);
	if (world->store == NULL)
		FAIL_TEST("%s", err.text);
	inbox_init(&world->inbox, 0);
	struct evaluator_options options = { .store = world->store, .told = &world->inbox, .told_kind = TOLD, .setup = setup, .evaluators = 2 };
	world->pool = evaluator_pool_create(&options, &err);
	CHECK(world->pool != NULL);
	evaluation_setup_unref(setup);
	CHECK(store_start(world->store, &err));
	CHECK(evaluator_pool_start(world->pool, &err));
}

static void open_world(struct world *world, const char *name, const char *rules) {
	*world = (struct world){ .source = scripted_datasource_start() };
	snprintf(world->url, sizeof world->url, "http://127.0.0.1:%d/", scripted_datasource_port(world->source));
	snprintf(world->directory, sizeof world->directory, "%s/%s", test_directory(), name);
	start(world, make_setup(world, rules, NULL));
}

static struct told told_of(const struct store_op *op) {
	const struct labels *annotations = op->alert.annotations != NULL ? op->alert.annotations : op->alert.record->annotations;
	return (struct told){ alert_record_ref(op->alert.record), op->alert.event, labels_copy(annotations) };
}

static void take_batch(struct world *world, struct store_batch *batch) {
	CHECK_INT(batch->message.kind, TOLD);
	for (size_t i = 0; i < batch->count; i++)
		if (batch->items[i].kind == STORE_PUT_ALERT)
			array_append(&world->told, told_of(&batch->items[i]));
	inbox_post(batch->home, &batch->message);
}

static void take_batches(struct world *world) {
	for (struct message *message = inbox_take(&world->inbox), *next; message != NULL; message = next) {
		next = message->next;
		take_batch(world, (struct store_batch *)message);
	}
}

static void stop(struct world *world) {
	evaluator_pool_stop(world->pool);
	store_stop(world->store);
	take_batches(world);
	evaluator_pool_destroy(world->pool);
	store_close(world->store);
	inbox_finish(&world->inbox);
}

static void forget_told(struct world *world) {
	for (size_t i = 0; i < world->told.count; i++) {
		alert_record_unref(world->told.items[i].record);
		labels_unref(world->told.items[i].annotations);
	}
	array_finish(&world->told);
	world->looked_at = 0;
}

static void close_world(struct world *world) {
	stop(world);
	scripted_datasource_stop(world->source);
	if (world->second != NULL)
		scripted_datasource_stop(world->second);
	forget_told(world);
}

// Waits for the next thing told of that kind (others are passed over) and yields its record.
static struct alert_record *wait_event(struct world *world, enum alert_event_kind event) {
	for (mono_ms until = clock_mono() + PATIENCE_MS; clock_mono() < until;) {
		while (world->looked_at < world->told.count) {
			struct told *told = &world->told.items[world->looked_at++];
			if (told->event == event)
				return told->record;
		}
		inbox_wait(&world->inbox, 100);
		take_batches(world);
	}
	FAIL_TEST("nothing came: %s", event == ALERT_EVENT_NONE ? "none" : alert_event_name(event));
	return NULL;
}

// What its annotation says that came last.
static struct str told_text(const struct world *world) {
	return labels_get(world->told.items[world->looked_at - 1].annotations, STR("text"));
}

static size_t count_events(const struct world *world, enum alert_event_kind event) {
	size_t count = 0;
	for (size_t i = 0; i < world->told.count; i++)
		count += world->told.items[i].event == event;
	return count;
}

static void say(struct world *world, const char *expr, const char *body) {
	scripted_datasource_say(world->source, expr, (struct scripted_answer){ .body = body });
}

static void wait_asked(struct world *world, const char *expr, size_t more) {
	size_t before = scripted_datasource_asked(world->source, expr);
	for (mono_ms until = clock_mono() + PATIENCE_MS; clock_mono() < until && scripted_datasource_asked(world->source, expr) < before + more;)
		usleep(5000);
	CHECK(scripted_datasource_asked(world->source, expr) >= before + more);
	take_batches(world);
}

// The view of the one group that there is, whoever owns it.
static struct evaluation_view *view_of(struct world *world, struct group_view **group) {
	*group = NULL;
	struct evaluation_view *found = NULL;
	struct inbox replies;
	inbox_init(&replies, 0);
	for (size_t i = 0; i < evaluator_pool_size(world->pool); i++) {
		struct evaluator_view_request request = { .reply_to = &replies, .reply_kind = VIEWED, .wants_alerts = true };
		CHECK(evaluator_pool_ask(world->pool, i, &request));
		inbox_wait(&replies, PATIENCE_MS);
		CHECK(inbox_take(&replies) == &request.message && request.message.kind == VIEWED);
		if (request.view->group_count == 0) {
			evaluation_view_unref(request.view);
			continue;
		}
		CHECK(found == NULL);
		found = request.view;
		*group = &found->groups[0];
	}
	inbox_finish(&replies);
	return found;
}

static void check_error(struct world *world, const char *expr, const char *wanted) {
	wait_asked(world, expr, 3);
	struct group_view *group;
	struct evaluation_view *view = view_of(world, &group);
	CHECK(group->rules[0].health == RULE_ERR);
	CHECK_CSTR(group->rules[0].last_error, wanted);
	CHECK(group->failures > 0);
	evaluation_view_unref(view);
}

static const char plain_rule[] = "groups:\n- name: g\n  rules:\n  - alert: Down\n    expr: m == 1\n    labels: {team: net}\n    annotations: {text: \"host {{ $labels.host }} has {{ $value }}\"}\n";

TEST(an_alert_fires_is_told_once_shows_its_last_value_and_resolves) {
	struct world world;
	open_world(&world, "fires", plain_rule);
	say(&world, "m == 1", VECTOR(SERIES("a", "1")));
	struct alert_record *record = wait_event(&world, ALERT_EVENT_FIRING);
	CHECK(record->state == ALERT_FIRING && record->fired_at == record->active_at && record->event_sequence > 0);
	CHECK_STR(labels_get(record->identity, STR("alertname")), "Down");
	CHECK_STR(labels_get(record->identity, STR("team")), "net");
	CHECK_STR(labels_get(record->identity, STR("host")), "a");
	CHECK_STR(labels_get(record->identity, STR("__name__")), "");
	CHECK_STR(told_text(&world), "host a has 1");
	CHECK_CSTR(record->origin->generator_url, "http://here/graph?g0.expr=m+%3D%3D+1&g0.tab=1");

	say(&world, "m == 1", VECTOR(SERIES("a", "2")));
	wait_asked(&world, "m == 1", 3);
	const struct labels *now = alert_record_annotations(record);
	CHECK_STR(labels_get(now, STR("text")), "host a has 2");
	labels_unref(now);
	CHECK_INT(world.told.count, 1);

	say(&world, "m == 1", NULL);
	struct alert_record *resolved = wait_event(&world, ALERT_EVENT_RESOLVED);
	CHECK(resolved->state == ALERT_INACTIVE && resolved->resolved_at > resolved->fired_at && resolved->fired_at == record->fired_at);
	CHECK_STR(labels_get(resolved->annotations, STR("text")), "host a has 2");
	close_world(&world);
}

TEST(a_pending_alert_that_vanishes_expires_and_is_forgotten) {
	struct world world;
	open_world(&world, "expires", "groups:\n- name: g\n  rules:\n  - alert: Down\n    expr: m\n    for: 1h\n");
	say(&world, "m", VECTOR(SERIES("a", "1")));
	CHECK(wait_event(&world, ALERT_EVENT_PENDING)->state == ALERT_PENDING);
	say(&world, "m", NULL);
	wait_event(&world, ALERT_EVENT_EXPIRED);
	stop(&world);
	forget_told(&world);
	start(&world, make_setup(&world, plain_rule, NULL));
	wait_asked(&world, "m == 1", 2);
	CHECK_INT(world.told.count, 0);
	close_world(&world);
}

static bool count_row(void *context, struct alert_record *record) {
	*(size_t *)context += record->state == ALERT_INACTIVE;
	return true;
}

TEST(an_alert_that_came_back_and_expired_keeps_its_row_for_whoever_still_owes_its_end) {
	struct world world;
	struct error err;
	size_t rows = 0;
	open_world(&world, "owed", "groups:\n- name: g\n  rules:\n  - alert: Down\n    expr: m\n    for: 300ms\n");
	say(&world, "m", VECTOR(SERIES("a", "1")));
	wait_event(&world, ALERT_EVENT_FIRING);
	say(&world, "m", NULL);
	wait_event(&world, ALERT_EVENT_RESOLVED);
	say(&world, "m", VECTOR(SERIES("a", "1")));
	wait_event(&world, ALERT_EVENT_PENDING);
	say(&world, "m", NULL);
	wait_event(&world, ALERT_EVENT_EXPIRED);
	CHECK(store_each_alert(world.store, count_row, &rows, &err));
	CHECK_INT(rows, 1);
	close_world(&world);
}

static void check_answer_keeps_firing(const char *name, struct scripted_answer answer, const char *error) {
	struct world world;
	open_world(&world, name, plain_rule);
	say(&world, "m == 1", VECTOR(SERIES("a", "1") "," SERIES("b", "1")));
	wait_event(&world, ALERT_EVENT_FIRING);
	wait_event(&world, ALERT_EVENT_FIRING);
	scripted_datasource_say(world.source, "m == 1", answer);
	if (error != NULL)
		check_error(&world, "m == 1", error);
	else
		wait_asked(&world, "m == 1", 3);
	CHECK_INT(world.told.count, 2);
	say(&world, "m == 1", VECTOR(SERIES("b", "1")));
	CHECK_STR(labels_get(wait_event(&world, ALERT_EVENT_RESOLVED)->identity, STR("host")), "a");
	close_world(&world);
}

TEST(an_error_of_the_query_keeps_firing_alerts_firing_and_is_shown) {
	check_answer_keeps_firing("fails", (struct scripted_answer){ .status = 422, .body = "{\"status\":\"error\",\"errorType\":\"execution\",\"error\":\"query processing would load too many samples\"}" },
	    "query processing would load too many samples");
}

TEST(an_expression_that_does_not_parse_is_shown_as_prometheus_shows_it) {
	check_answer_keeps_firing("unparsed", (struct scripted_answer){ .status = 400, .body = "{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"invalid parameter \\\"query\\\": 1:6: parse error: no\"}" },
	    "1:6: parse error: no");
}

TEST(an_answer_that_is_no_json_keeps_firing_alerts_firing) {
	check_answer_keeps_firing("nonsense", (struct scripted_answer){ .body = "<html>" }, NULL);
	check_answer_keeps_firing("gateway", (struct scripted_answer){ .status = 502, .body = "<html>" }, NULL);
}

TEST(an_http_error_names_the_url_that_was_asked) {
	struct world world;
	char wanted[160];
	open_world(&world, "lost", plain_rule);
	scripted_datasource_say(world.source, "m == 1", (struct scripted_answer){ .status = 404, .body = "404 page not found\n" });
	snprintf(wanted, sizeof wanted, "POST %sapi/v1/query: server returned HTTP status 404", world.url);
	check_error(&world, "m == 1", wanted);
	close_world(&world);
}

TEST(a_cut_answer_changes_nothing) {
	check_answer_keeps_firing("cut", (struct scripted_answer){ .body = VECTOR(SERIES("b", "1") "," SERIES("c", "1")), .cut_after = 150 }, NULL);
	check_answer_keeps_firing("truncated", (struct scripted_answer){ .body = "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[" SERIES("b", "1") "," }, NULL);
}

TEST(a_range_vector_is_an_error) {
	check_answer_keeps_firing("matrix", (struct scripted_answer){ .body = "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[]}}" }, "rule result is not a vector or scalar");
}

TEST(two_series_that_give_one_alert_are_an_error_and_change_nothing) {
	check_answer_keeps_firing("duplicate",
	    (struct scripted_answer){ .body = VECTOR(SERIES("c", "1") ",{\"metric\":{\"__name__\":\"other\",\"host\":\"a\"},\"value\":[1,\"1\"]}," SERIES("a", "1")) },
	    "vector contains metrics with the same labelset after applying alert labels");
}

TEST(a_scalar_fires_an_alert_without_labels_of_its_own) {
	struct world world;
	open_world(&world, "scalar", "groups:\n- name: g\n  rules:\n  - alert: Always\n    expr: 1\n");
	say(&world, "1", "{\"status\":\"success\",\"data\":{\"resultType\":\"scalar\",\"result\":[1700000000,\"1\"]}}");
	CHECK_INT(wait_event(&world, ALERT_EVENT_FIRING)->identity->count, 1);
	close_world(&world);
}

TEST(a_limit_reports_and_wipes_nothing) {
	struct world world;
	open_world(&world, "limit", "groups:\n- name: g\n  limit: 1\n  rules:\n  - alert: Down\n    expr: m\n");
	say(&world, "m", VECTOR(SERIES("a", "1")));
	wait_event(&world, ALERT_EVENT_FIRING);
	say(&world, "m", VECTOR(SERIES("a", "1") "," SERIES("b", "1")));
	check_error(&world, "m", "exceeded limit of 1 with 2 alerts");
	CHECK_INT(world.told.count, 1);
	say(&world, "m", NULL);
	wait_event(&world, ALERT_EVENT_RESOLVED);
	close_world(&world);
}

TEST(a_template_that_fails_shows_why_in_the_annotation) {
	struct world world;
	open_world(&world, "template", "groups:\n- name: g\n  rules:\n  - alert: Down\n    expr: m\n    annotations: {text: \"{{ first nil }}\"}\n");
	say(&world, "m", VECTOR(SERIES("a", "1")));
	wait_event(&world, ALERT_EVENT_FIRING);
	CHECK(str_has_prefix(told_text(&world), STR("<error expanding template: error executing template __alert_Down: template: __alert_Down:1:")));
	close_world(&world);
}

TEST(a_failing_template_is_logged_once_and_once_more_when_it_works_again) {
	struct world world;
	struct log_capture capture;
	autobuf struct buf log = { 0 };
	log_capture_begin(&capture);
	open_world(&world, "template_log", "groups:\n- name: g\n  rules:\n  - alert: Down\n    expr: m\n    annotations: {text: \"{{ if gt $value 1.0 }}{{ first nil }}{{ end }}\"}\n");
	say(&world, "m", VECTOR(SERIES("a", "2") "," SERIES("b", "2")));
	wait_event(&world, ALERT_EVENT_FIRING);
	say(&world, "m", VECTOR(SERIES("a", "2") "," SERIES("b", "2") "," SERIES("c", "2")));
	wait_asked(&world, "m", 3);
	say(&world, "m", VECTOR(SERIES("a", "1") "," SERIES("b", "1") "," SERIES("c", "1") "," SERIES("d", "1")));
	wait_asked(&world, "m", 3);
	close_world(&world);
	log_capture_end(&capture, &log);
	CHECK_INT(log_lines_with(&log, "level=warn component=evaluator msg=\"a template failed\" group=g rule=Down of=annotations err=", "first"), 1);
	CHECK_INT(log_lines_with(&log, "level=info component=evaluator msg=\"templates work again\" group=g rule=Down of=annotations", ""), 1);
}

TEST(a_datasource_that_is_down_is_one_line_a_group_and_one_when_it_is_back) {
	static const struct scripted_answer down = { .status = 503, .body = "down" };
	struct world world;
	struct log_capture capture;
	autobuf struct buf log = { 0 };
	log_capture_begin(&capture);
	open_world(&world, "outage", "groups:\n- name: g\n  rules:\n  - {alert: A, expr: a}\n  - {alert: B, expr: b}\n  - {record: c, expr: c}\n");
	for (int i = 0; i < 2; i++) {
		scripted_datasource_say(world.source, "a", down);
		scripted_datasource_say(world.source, "b", down);
		scripted_datasource_say(world.source, "c", down);
		wait_asked(&world, "c", 4);
		say(&world, "a", NULL);
		say(&world, "b", NULL);
		say(&world, "c", NULL);
		wait_asked(&world, "c", 4);
	}
	close_world(&world);
	log_capture_end(&capture, &log);
	CHECK_INT(log_lines_with(&log, "level=warn", "rule evaluation failed"), 2);
	size_t lines = log_lines_with(&log, "level=info", "msg=\"rule evaluation works again\" group=g rules=");
	CHECK(lines >= 2 && lines <= 4); // the answers change one after the other
}

TEST(a_template_may_ask_and_shows_what_the_answer_was) {
	struct world world;
	open_world(&world, "query",
	    "groups:\n- name: g\n  rules:\n  - alert: Down\n    expr: m\n    labels: {owner: '{{ with query \"owners\" }}{{ . | first | label \"owner\" }}{{ end }}'}\n"
	    "    annotations: {text: '{{ query \"load\" | first | value }}'}\n");
	say(&world, "owners", VECTOR("{\"metric\":{\"owner\":\"ann\"},\"value\":[1,\"1\"]}"));
	say(&world, "load", VECTOR(SERIES("x", "7")));
	say(&world, "m", VECTOR(SERIES("a", "1")));
	struct alert_record *record = wait_event(&world, ALERT_EVENT_FIRING);
	CHECK_STR(labels_get(record->identity, STR("owner")), "ann");
	CHECK_STR(told_text(&world), "7");
	say(&world, "load", VECTOR(SERIES("x", "8")));
	wait_asked(&world, "m", 3);
	const struct labels *now = alert_record_annotations(record);
	CHECK_STR(labels_get(now, STR("text")), "8");
	labels_unref(now);
	CHECK_INT(world.told.count, 1);
	close_world(&world);
}

TEST(after_a_restart_alerts_go_on_where_they_were) {
	static const char rules[] = "groups:\n- name: g\n  rules:\n  - alert: Down\n    expr: m\n    annotations: {text: \"{{ $value }}\"}\n  - alert: Slow\n    expr: n\n    for: 1h\n";
	struct world world;
	open_world(&world, "restart", rules);
	say(&world, "m", VECTOR(SERIES("a", "1")));
	say(&world, "n", VECTOR(SERIES("a", "1")));
	wall_ms fired_at = wait_event(&world, ALERT_EVENT_FIRING)->fired_at;
	wall_ms active_at = wait_event(&world, ALERT_EVENT_PENDING)->active_at;
	stop(&world);
	forget_told(&world);
	say(&world, "m", VECTOR(SERIES("a", "5")));
	start(&world, make_setup(&world, rules, NULL));
	struct alert_record *firing = wait_event(&world, ALERT_EVENT_NONE), *pending = wait_event(&world, ALERT_EVENT_NONE);
	CHECK(firing->state == ALERT_FIRING && firing->fired_at == fired_at && firing->is_living && alert_record_value(firing) == 5);
	CHECK(pending->state == ALERT_PENDING && pending->active_at == active_at);
	wait_asked(&world, "m", 3);
	CHECK_INT(world.told.count, 2);
	say(&world, "m", NULL);
	CHECK(wait_event(&world, ALERT_EVENT_RESOLVED)->fired_at == fired_at);
	close_world(&world);
}

static bool take_mark(void *context, const struct store_mark *mark) {
	CHECK(*(wall_ms *)context == 0); // one process left one
	*(wall_ms *)context = mark->evaluated_at;
	return true;
}

// 0: there is none.
static wall_ms marked_until(const struct world *world) {
	wall_ms until = 0;
	struct error err;
	CHECK(store_each_mark(world->store, take_mark, &until, &err));
	return until;
}

static wall_ms wait_marked(struct world *world, wall_ms after) {
	for (mono_ms until = clock_mono() + PATIENCE_MS; clock_mono() < until && marked_until(world) <= after; usleep(5000))
		take_batches(world);
	CHECK(marked_until(world) > after);
	return marked_until(world);
}

TEST(marks_say_until_when_rules_were_evaluated_as_long_as_something_is_pending) {
	struct world world;
	open_world(&world, "marks", "groups:\n- name: g\n  rules:\n  - alert: Slow\n    expr: n\n    for: 1h\n");
	wait_asked(&world, "n", 4);
	CHECK_INT(marked_until(&world), 0);
	say(&world, "n", VECTOR(SERIES("a", "1")));
	wall_ms active_at = wait_event(&world, ALERT_EVENT_PENDING)->active_at;
	wall_ms first = wait_marked(&world, active_at);
	wait_marked(&world, wait_marked(&world, first));
	size_t told = world.told.count; // of a mark nobody is told
	CHECK_INT(told, 1);
	say(&world, "n", NULL);
	wait_event(&world, ALERT_EVENT_EXPIRED);
	wall_ms last = marked_until(&world);
	wait_asked(&world, "n", 15); // more than a second
	CHECK_INT(marked_until(&world), last);
	close_world(&world);
}

TEST(a_mark_nothing_pending_needs_is_forgotten_at_the_next_start) {
	static const char rules[] = "groups:\n- name: g\n  rules:\n  - alert: Slow\n    expr: n\n    for: 1h\n";
	struct world world;
	open_world(&world, "old-marks", rules);
	say(&world, "n", VECTOR(SERIES("a", "1")));
	wall_ms marked = wait_marked(&world, 0);
	say(&world, "n", "not even wrong"); // the next process never looks
	stop(&world);
	forget_told(&world);
	start(&world, make_setup(&world, rules, NULL));
	wait_asked(&world, "n", 3);
	CHECK(marked_until(&world) >= marked);
	say(&world, "n", NULL);
	wait_event(&world, ALERT_EVENT_EXPIRED);
	stop(&world);
	forget_told(&world);
	start(&world, make_setup(&world, rules, NULL));
	wait_asked(&world, "n", 3);
	CHECK_INT(marked_until(&world), 0);
	close_world(&world);
}

TEST(alerts_of_a_rule_that_is_gone_after_a_restart_resolve) {
	struct world world;
	open_world(&world, "gone", plain_rule);
	say(&world, "m == 1", VECTOR(SERIES("a", "1")));
	wait_event(&world, ALERT_EVENT_FIRING);
	stop(&world);
	forget_told(&world);
	start(&world, make_setup(&world, "groups: []\n", NULL));
	struct alert_record *resolved = wait_event(&world, ALERT_EVENT_RESOLVED);
	CHECK_STR(labels_get(resolved->annotations, STR("text")), "host a has 1");
	CHECK(resolved->resolved_at > 0);
	close_world(&world);
}

static void reload(struct world *world, const char *rules, const char *zone) {
	struct evaluation_setup *setup = make_setup(world, rules, zone);
	evaluator_pool_reload(world->pool, setup);
	evaluation_setup_unref(setup);
}

TEST(a_reload_that_changes_nothing_touches_nothing) {
	struct world world;
	open_world(&world, "same", plain_rule);
	say(&world, "m == 1", VECTOR(SERIES("a", "1")));
	wait_event(&world, ALERT_EVENT_FIRING);
	for (size_t i = 0; i < 20; i++) {
		reload(&world, plain_rule, NULL);
		usleep(7000);
	}
	struct group_view *group;
	struct evaluation_view *view = view_of(&world, &group);
	CHECK(group->iterations > 0 && group->rules[0].alert_count == 1);
	CHECK(group->rules[0].alerts[0].record == world.told.items[0].record);
	evaluation_view_unref(view);
	wait_asked(&world, "m == 1", 3);
	CHECK_INT(world.told.count, 1);
	close_world(&world);
}

// Nothing but that the alert shows another expression now.
static void check_relinked(struct world *world) {
	CHECK_INT(world->told.count, 2);
	CHECK(world->told.items[1].event == ALERT_EVENT_NONE);
	CHECK_CSTR(world->told.items[0].record->origin->generator_url, "http://here/graph?g0.expr=m+%3D%3D+1&g0.tab=1");
	CHECK_CSTR(world->told.items[1].record->origin->generator_url, "http://here/graph?g0.expr=m+%3D%3D+2&g0.tab=1");
	CHECK(world->told.items[1].record->fired_at == world->told.items[0].record->fired_at);
}

TEST(a_changed_group_keeps_the_state_of_its_rules) {
	struct world world;
	open_world(&world, "changed", plain_rule);
	say(&world, "m == 1", VECTOR(SERIES("a", "1")));
	say(&world, "m == 2", VECTOR(SERIES("a", "2")));
	struct alert_record *record = wait_event(&world, ALERT_EVENT_FIRING);
	reload(&world, "groups:\n- name: g\n  rules:\n  - alert: Down\n    expr: m == 2\n    labels: {team: net}\n    annotations: {text: \"now {{ $value }}\"}\n", NULL);
	wait_asked(&world, "m == 2", 3);
	check_relinked(&world);
	const struct labels *now = alert_record_annotations(record);
	CHECK_STR(labels_get(now, STR("text")), "now 2");
	labels_unref(now);
	close_world(&world);
}

TEST(a_rule_that_moved_to_another_group_keeps_its_alerts_and_its_rows_follow) {
	static const char moved[] = "groups:\n- name: %s\n  rules:\n  - alert: Down\n    expr: m == 1\n    labels: {team: net}\n    annotations: {text: \"host {{ $labels.host }} has {{ $value }}\"}\n";
	struct world world;
	open_world(&world, "moved", plain_rule);
	say(&world, "m == 1", VECTOR(SERIES("a", "1")));
	wait_event(&world, ALERT_EVENT_FIRING);
	char rules[512];
	for (int i = 0; i < 4; i++) { // over both evaluators
		char name[16];
		snprintf(name, sizeof name, "h%d", i);
		snprintf(rules, sizeof rules, moved, name);
		reload(&world, rules, NULL);
		wait_asked(&world, "m == 1", 3);
	}
	CHECK_INT(count_events(&world, ALERT_EVENT_FIRING), 1);
	CHECK_INT(count_events(&world, ALERT_EVENT_RESOLVED), 0);
	stop(&world);
	forget_told(&world);
	start(&world, make_setup(&world, rules, NULL));
	CHECK(wait_event(&world, ALERT_EVENT_NONE)->state == ALERT_FIRING);
	say(&world, "m == 1", NULL);
	wait_event(&world, ALERT_EVENT_RESOLVED);
	stop(&world);
	forget_told(&world);
	start(&world, make_setup(&world, "groups: []\n", NULL)); // no row was left behind
	usleep(300000);
	take_batches(&world);
	CHECK_INT(world.told.count, 0);
	close_world(&world);
}

TEST(a_removed_rules_alerts_resolve_and_are_told) {
	struct world world;
	open_world(&world, "removed", plain_rule);
	say(&world, "m == 1", VECTOR(SERIES("a", "1") "," SERIES("b", "1")));
	wait_event(&world, ALERT_EVENT_FIRING);
	wait_event(&world, ALERT_EVENT_FIRING);
	reload(&world, "groups: []\n", NULL);
	wait_event(&world, ALERT_EVENT_RESOLVED);
	wait_event(&world, ALERT_EVENT_RESOLVED);
	close_world(&world);
}

TEST(changed_external_labels_end_the_old_alert_and_begin_the_new_one) {
	struct world world;
	open_world(&world, "external", plain_rule);
	say(&world, "m == 1", VECTOR(SERIES("a", "1")));
	wall_ms fired_at = wait_event(&world, ALERT_EVENT_FIRING)->fired_at;
	reload(&world, plain_rule, "north");
	CHECK_STR(labels_get(wait_event(&world, ALERT_EVENT_RESOLVED)->labels, STR("zone")), "");
	struct alert_record *record = wait_event(&world, ALERT_EVENT_FIRING);
	CHECK_STR(labels_get(record->labels, STR("zone")), "north");
	CHECK_STR(labels_get(record->identity, STR("zone")), "");
	CHECK(record->fired_at == fired_at);
	wait_asked(&world, "m == 1", 3);
	CHECK_INT(count_events(&world, ALERT_EVENT_FIRING), 2);
	CHECK_INT(count_events(&world, ALERT_EVENT_RESOLVED), 1);
	close_world(&world);
}

static bool note_firing(void *context, const struct store_event *event) {
	if (strcmp(event->type, "alert.firing") == 0)
		*(wall_ms *)context = event->at;
	return true;
}

// Else it could be removed as an old one as soon as it is written. The record goes on saying when the alert was looked at.
TEST(an_alert_that_is_told_anew_before_it_was_looked_at_is_an_event_of_now) {
	struct world world;
	struct error err;
	open_world(&world, "anew", plain_rule);
	say(&world, "m == 1", VECTOR(SERIES("a", "1")));
	wall_ms looked_at = wait_event(&world, ALERT_EVENT_FIRING)->updated_at, at = 0;
	stop(&world);
	forget_told(&world);
	say(&world, "m == 1", NULL);
	while (clock_wall() <= looked_at)
		continue;
	wall_ms began = clock_wall();
	start(&world, make_setup(&world, plain_rule, "north"));
	CHECK(wait_event(&world, ALERT_EVENT_FIRING)->updated_at == looked_at);
	CHECK(store_each_event(world.store, 0, 100, note_firing, &at, &err)); // the last one
	CHECK(at >= began);
	close_world(&world);
}

static bool note_zone(void *context, struct alert_record *record) {
	struct str zone = labels_get(record->labels, STR("zone"));
	buf_format(context, "%s in \"%.*s\";", alert_state_name(record->state), STR_ARG(zone));
	return true;
}

TEST(the_end_of_an_alert_under_former_external_labels_has_a_row_until_it_is_told) {
	struct world world;
	struct error err;
	autobuf struct buf rows = { 0 };
	open_world(&world, "former", plain_rule);
	say(&world, "m == 1", VECTOR(SERIES("a", "1")));
	wait_event(&world, ALERT_EVENT_FIRING);
	reload(&world, plain_rule, "north");
	reload(&world, plain_rule, "south");
	stop(&world);
	start(&world, make_setup(&world, plain_rule, "south")); // only rows are left
	CHECK(store_each_alert(world.store, note_zone, &rows, &err));
	CHECK(strstr(buf_cstr(&rows), "firing in \"south\";") != NULL);
	CHECK(strstr(buf_cstr(&rows), "inactive in \"north\";") != NULL);
	CHECK(strstr(buf_cstr(&rows), "inactive in \"\";") != NULL);
	close_world(&world);
}

TEST(a_recording_rule_counts_what_it_gives_and_reports_duplicates) {
	struct world world;
	open_world(&world, "recording", "groups:\n- name: g\n  rules:\n  - record: r\n    expr: m\n    labels: {host: \"\"}\n");
	say(&world, "m", VECTOR(SERIES("a", "1")));
	wait_asked(&world, "m", 3);
	struct group_view *group;
	struct evaluation_view *view = view_of(&world, &group);
	CHECK(group->rules[0].health == RULE_OK);
	CHECK_INT(group->last_samples, 1);
	evaluation_view_unref(view);
	say(&world, "m", VECTOR(SERIES("a", "1") "," SERIES("b", "1")));
	check_error(&world, "m", "vector contains metrics with the same labelset after applying rule labels");
	close_world(&world);
}

TEST(slow_answers_never_overlap_within_a_group_and_stay_within_the_bound) {
	struct world world;
	open_world(&world, "slow",
	    "groups:\n- {name: a, rules: [{alert: A, expr: slow}, {alert: B, expr: after}]}\n- {name: b, rules: [{alert: A, expr: slow}]}\n- {name: c, rules: [{alert: A, expr: slow}]}\n"
	    "- {name: d, rules: [{alert: A, expr: slow}]}\n- {name: e, rules: [{alert: A, expr: slow}]}\n- {name: f, rules: [{alert: A, expr: slow}]}\n- {name: g, rules: [{alert: A, expr: slow}]}\n");
	scripted_datasource_say(world.source, "slow", (struct scripted_answer){ .delay_ms = 150 });
	wait_asked(&world, "after", 2);
	CHECK(scripted_datasource_most_at_once(world.source) <= 4);
	close_world(&world);
}

TEST(stopping_does_not_wait_for_answers) {
	struct world world;
	open_world(&world, "stop", plain_rule);
	scripted_datasource_say(world.source, "m == 1", (struct scripted_answer){ .delay_ms = 1500 });
	wait_asked(&world, "m == 1", 1);
	mono_ms before = clock_mono();
	stop(&world);
	CHECK(clock_mono() - before < 1000);
	scripted_datasource_stop(world.source);
}

// {"a0",…,"a1499"}, all at 1.
static char *many_series(void) {
	struct buf body = { 0 };
	buf_append_cstr(&body, "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[");
	for (int i = 0; i < 1500; i++)
		buf_format(&body, "%s{\"metric\":{\"host\":\"a%d\"},\"value\":[1,\"1\"]}", i > 0 ? "," : "", i);
	buf_append_cstr(&body, "]}}");
	return buf_take(&body);
}

// The last thing told of host a7; fails when it was told the same twice in a row: something in between was lost.
static enum alert_event_kind last_of_a7(struct world *world) {
	enum alert_event_kind last = ALERT_EVENT_RESOLVED;
	for (size_t i = 0; i < world->told.count; i++) {
		if (!str_equal(labels_get(world->told.items[i].record->identity, STR("host")), STR("a7")))
			continue;
		CHECK(world->told.items[i].event == (last == ALERT_EVENT_FIRING ? ALERT_EVENT_RESOLVED : ALERT_EVENT_FIRING));
		last = world->told.items[i].event;
	}
	return last;
}

static uint64_t skipped_slots(struct world *world) {
	struct group_view *group;
	struct evaluation_view *view = view_of(world, &group);
	uint64_t skipped = group->skipped_no_credit;
	evaluation_view_unref(view);
	return skipped;
}

TEST(without_credit_no_slot_begins_and_nothing_told_is_lost) {
	struct world world;
	autofree char *many = many_series();
	open_world(&world, "credit", plain_rule);
	for (int i = 0; i < 300 && skipped_slots(&world) == 0; i++) { // nobody takes the batches
		say(&world, "m == 1", i % 2 == 0 ? many : NULL);
		usleep(101000);
	}
	CHECK(skipped_slots(&world) > 0);
	say(&world, "m == 1", NULL);
	wait_event(&world, ALERT_EVENT_FIRING);
	wait_asked(&world, "m == 1", 3);
	for (mono_ms until = clock_mono() + 6 * PATIENCE_MS; clock_mono() < until && last_of_a7(&world) != ALERT_EVENT_RESOLVED;) {
		inbox_wait(&world.inbox, 100);
		take_batches(&world);
	}
	CHECK(last_of_a7(&world) == ALERT_EVENT_RESOLVED);
	close_world(&world);
}

TEST(slots_overrun_by_a_slow_answer_are_missed_and_counted) {
	struct world world;
	open_world(&world, "overrun", plain_rule);
	scripted_datasource_say(world.source, "m == 1", (struct scripted_answer){ .delay_ms = 350 });
	wait_asked(&world, "m == 1", 3);
	struct group_view *group;
	struct evaluation_view *view = view_of(&world, &group);
	CHECK(group->iterations >= 2 && group->missed >= group->iterations);
	CHECK_INT(group->last_evaluation % 100, (wall_ms)(group->group->hash % 100));
	evaluation_view_unref(view);
	close_world(&world);
}

TEST(a_reload_in_the_middle_of_a_question_forgets_it_and_keeps_the_alerts) {
	static const char changed[] = "groups:\n- name: g\n  rules:\n  - alert: Down\n    expr: m == 2\n    labels: {team: net}\n";
	struct world world;
	open_world(&world, "middle", plain_rule);
	say(&world, "m == 1", VECTOR(SERIES("a", "1")));
	say(&world, "m == 2", VECTOR(SERIES("a", "2")));
	wait_event(&world, ALERT_EVENT_FIRING);
	scripted_datasource_say(world.source, "m == 1", (struct scripted_answer){ .delay_ms = 1500 });
	wait_asked(&world, "m == 1", 1);
	reload(&world, changed, NULL);
	wait_asked(&world, "m == 2", 3);
	check_relinked(&world);
	close_world(&world);
}

TEST(rules_that_swap_their_groups_keep_each_its_own_alerts) {
	static const char before[] = "groups:\n- {name: a, rules: [{alert: X, expr: x, labels: {k: '1'}}]}\n- {name: b, rules: [{alert: X, expr: y, labels: {k: '2'}}]}\n";
	static const char after[] = "groups:\n- {name: a, rules: [{alert: X, expr: y, labels: {k: '2'}}]}\n- {name: b, rules: [{alert: X, expr: x, labels: {k: '1'}}]}\n";
	struct world world;
	open_world(&world, "swap", before);
	say(&world, "x", VECTOR(SERIES("a", "1")));
	say(&world, "y", VECTOR(SERIES("b", "1")));
	wait_event(&world, ALERT_EVENT_FIRING);
	wait_event(&world, ALERT_EVENT_FIRING);
	reload(&world, after, NULL);
	wait_asked(&world, "x", 2);
	wait_asked(&world, "y", 2);
	CHECK_INT(world.told.count, 2);
	stop(&world);
	forget_told(&world);
	start(&world, make_setup(&world, after, NULL));
	CHECK(wait_event(&world, ALERT_EVENT_NONE)->state == ALERT_FIRING && wait_event(&world, ALERT_EVENT_NONE)->state == ALERT_FIRING);
	wait_asked(&world, "x", 2);
	wait_asked(&world, "y", 2);
	CHECK_INT(world.told.count, 2);
	close_world(&world);
}

// Groups r0 … r7, each with a chain of two recording rules; `round` shifts which group has which, so that rules change groups and evaluators.
static void write_chains(struct buf *out, int round) {
	buf_append_cstr(out, "groups:\n");
	for (int i = 0; i < 8; i++) {
		int rule = (i + round * 3) % 8;
		buf_format(out, "- {name: r%d, rules: [{record: a%d, expr: m%d}, {record: b%d, expr: a%d}, {alert: A%d, expr: b%d}]}\n", i, rule, rule, rule, rule, rule, rule);
	}
}

TEST(what_rules_write_goes_out_while_they_move_between_evaluators) {
	struct world world = { .source = scripted_datasource_start() };
	struct http_receiver *receiver = http_receiver_start();
	world.writes = (struct remote_write_config){ .name = "r", .url = http_receiver_url(receiver), .http = HTTP_CONFIG_DEFAULT, .timeout = 2000, .capacity = 1000, .max_samples_per_send = 5, .batch_send_deadline = 50, .min_backoff = 5, .max_backoff = 20 };
	snprintf(world.url, sizeof world.url, "http://127.0.0.1:%d/", scripted_datasource_port(world.source));
	snprintf(world.directory, sizeof world.directory, "%s/moving", test_directory());
	for (int i = 0; i < 8; i++) {
		char expr[8];
		snprintf(expr, sizeof expr, "m%d", i);
		say(&world, expr, VECTOR(SERIES("a", "1") "," SERIES("b", "2")));
		snprintf(expr, sizeof expr, "b%d", i);
		say(&world, expr, VECTOR(SERIES("a", "1")));
	}
	for (int round = 0; round < 6; round++) {
		autobuf struct buf rules = { 0 };
		write_chains(&rules, round);
		http_receiver_always(receiver, (struct http_answer){ .status = round % 3 == 1 ? 503 : 204, .delay = 5 });
		if (round == 0)
			start(&world, make_setup(&world, buf_cstr(&rules), NULL));
		else
			reload(&world, buf_cstr(&rules), NULL);
		CHECK(http_receiver_wait(receiver, http_receiver_count(receiver) + 20, PATIENCE_MS));
		take_batches(&world);
	}
	CHECK(http_receiver_max_parallel(receiver) <= 4); // one request an evaluator, and one that the reload before called off
	http_receiver_always(receiver, (struct http_answer){ .status = 204 });
	wait_asked(&world, "b0", 2);
	stop(&world);
	forget_told(&world);
	scripted_datasource_stop(world.source);
	http_receiver_stop(receiver);
}

// Groups of one recording rule each; another prefix gives most of them to another evaluator.
static void write_records(struct buf *out, const char *prefix) {
	buf_append_cstr(out, "groups:\n");
	for (int i = 0; i < 8; i++)
		buf_format(out, "- {name: %s%d, rules: [{record: a%d, expr: m%d}]}\n", prefix, i, i, i);
}

static void read_request(const struct received *received, struct write_request *out) {
	const char *length = strstr(received->head, "Content-Length: ");
	CHECK(length != NULL && write_request_read(out, str_make(received->body, strtoul(length + 16, NULL, 10))));
}

// Of the requests from `first` on: the samples of a series come in the order of their times, and none begins after `since`.
static void check_order(struct http_receiver *receiver, size_t first, wall_ms since) {
	struct write_request all = { 0 };
	wall_ms last[8] = { 0 };
	for (size_t i = first; i < http_receiver_count(receiver); i++)
		read_request(http_receiver_get(receiver, i), &all);
	for (size_t i = 0; i < all.count; i++) {
		int number;
		CHECK(sscanf(all.items[i].series, "{__name__=\"a%d\"", &number) == 1);
		if (last[number] == 0)
			CHECK(all.items[i].at < since);
		if (all.items[i].at < last[number])
			FAIL_TEST("%s: %lld after %lld", all.items[i].series, (long long)all.items[i].at, (long long)last[number]);
		last[number] = all.items[i].at;
	}
	for (int i = 0; i < 8; i++)
		CHECK(last[i] > since);
	write_request_finish(&all);
}

TEST(samples_that_wait_travel_with_their_rule_to_another_evaluator) {
	struct world world = { .source = scripted_datasource_start() };
	struct http_receiver *receiver = http_receiver_start();
	autobuf struct buf before = { 0 }, after = { 0 };
	world.writes = (struct remote_write_config){ .name = "r", .url = http_receiver_url(receiver), .http = HTTP_CONFIG_DEFAULT, .timeout = 2000, .capacity = 100000, .max_samples_per_send = 3, .batch_send_deadline = 50, .min_backoff = 5, .max_backoff = 50 };
	snprintf(world.url, sizeof world.url, "http://127.0.0.1:%d/", scripted_datasource_port(world.source));
	snprintf(world.directory, sizeof world.directory, "%s/luggage", test_directory());
	for (int i = 0; i < 8; i++) {
		char expr[8];
		snprintf(expr, sizeof expr, "m%d", i);
		say(&world, expr, VECTOR("{\"metric\":{},\"value\":[1700000000,\"1\"]}"));
	}
	http_receiver_always(receiver, (struct http_answer){ .status = 503, .delay = 5 });
	write_records(&before, "r");
	write_records(&after, "s");
	start(&world, make_setup(&world, buf_cstr(&before), NULL));
	for (int i = 0; i < 3; i++)
		wait_asked(&world, "m0", 2);
	wall_ms reloaded_at = clock_wall();
	reload(&world, buf_cstr(&after), NULL);
	wait_asked(&world, "m0", 2);
	http_receiver_always(receiver, (struct http_answer){ .status = 204 });
	size_t first = http_receiver_count(receiver);
	for (int i = 0; i < 3; i++)
		wait_asked(&world, "m0", 2);
	stop(&world);
	check_order(receiver, first, reloaded_at);
	forget_told(&world);
	scripted_datasource_stop(world.source);
	http_receiver_stop(receiver);
}

// ---- native histograms ----

#define HISTOGRAM_AND_FLOAT VECTOR("{\"metric\":{\"k\":\"a\"},\"histogram\":[1700000000,{\"count\":\"3\",\"sum\":\"1\",\"buckets\":[[0,\"1\",\"2\",\"3\"]]}]},{\"metric\":{\"k\":\"b\"},\"value\":[1700000000,\"7\"]}")

// A rule that records both, and its first `count` requests.
static void write_histograms(const char *name, bool is_sent, const struct http_answer *answers, size_t count, struct write_request *requests) {
	struct world world = { .source = scripted_datasource_start() };
	struct http_receiver *receiver = http_receiver_start();
	world.writes = (struct remote_write_config){ .name = "r", .url = http_receiver_url(receiver), .http = HTTP_CONFIG_DEFAULT, .timeout = 2000, .capacity = 1000, .max_samples_per_send = 2, .batch_send_deadline = 50, .min_backoff = 5, .max_backoff = 20 };
	world.writes.send_native_histograms = is_sent;
	snprintf(world.url, sizeof world.url, "http://127.0.0.1:%d/", scripted_datasource_port(world.source));
	snprintf(world.directory, sizeof world.directory, "%s/%s", test_directory(), name);
	say(&world, "m", HISTOGRAM_AND_FLOAT);
	http_receiver_plan(receiver, answers, count);
	start(&world, make_setup(&world, "groups: [{name: g, rules: [{record: r, expr: m}]}]", NULL));
	CHECK(http_receiver_wait(receiver, count, PATIENCE_MS));
	for (size_t i = 0; i < count; i++)
		read_request(http_receiver_get(receiver, i), &requests[i]);
	stop(&world);
	forget_told(&world);
	scripted_datasource_stop(world.source);
	http_receiver_stop(receiver);
}

TEST(a_histogram_that_is_refused_with_500_costs_the_floats_beside_it_nothing) {
	const struct http_answer refused = { .status = 500, .body = "native histograms are disabled" }, answers[] = { refused, refused, { .status = 204 } };
	struct write_request requests[3] = { 0 };
	write_histograms("refused_histograms", true, answers, 3, requests);
	CHECK(requests[0].count == 2 && requests[1].count == 1 && requests[2].count == 1);
	CHECK_CSTR(requests[1].items[0].series, "{__name__=\"r\",k=\"a\"}");
	CHECK_CSTR(requests[2].items[0].series, "{__name__=\"r\",k=\"b\"}");
	CHECK_CSTR(requests[2].items[0].value, "7");
	CHECK_INT(requests[2].items[0].at, requests[0].items[1].at); // of the same slot
	for (size_t i = 0; i < 3; i++)
		write_request_finish(&requests[i]);
}

TEST(histograms_are_left_out_for_a_receiver_that_is_not_to_have_them) {
	static const struct http_answer answers[] = { { .status = 204 }, { .status = 204 } };
	struct write_request requests[2] = { 0 };
	write_histograms("left_out_histograms", false, answers, 2, requests);
	for (size_t i = 0; i < 2; i++) {
		CHECK(requests[i].count > 0);
		for (size_t k = 0; k < requests[i].count; k++)
			CHECK_CSTR(requests[i].items[k].value, "7");
		write_request_finish(&requests[i]);
	}
}

// ---- several datasources ----

// The second one is a further URL of the default datasource, or "far".
static void open_two(struct world *world, const char *name, const char *rules, bool is_named) {
	*world = (struct world){ .source = scripted_datasource_start(), .second = scripted_datasource_start() };
	snprintf(world->url, sizeof world->url, "http://127.0.0.1:%d/", scripted_datasource_port(world->source));
	snprintf(world->second_url, sizeof world->second_url, "http://127.0.0.1:%d", scripted_datasource_port(world->second));
	snprintf(world->directory, sizeof world->directory, "%s/%s", test_directory(), name);
	if (is_named)
		world->named = (struct datasource_config){ .name = "far", .url = world->second_url, .http = HTTP_CONFIG_DEFAULT, .timeout = 2000 };
	else
		world->further_urls[0] = world->second_url;
	start(world, make_setup(world, rules, NULL));
}

static const struct scripted_answer unavailable = { .status = 503, .body = "<html>" };

static void break_first(struct world *world) {
	scripted_datasource_say(world->source, "m == 1", unavailable);
	scripted_datasource_say(world->source, "vector(1)", unavailable);
}

TEST(a_url_that_fails_hands_over_to_the_next_and_is_asked_again_once_it_works) {
	struct world world;
	struct group_view *group;
	char wanted[400];
	open_two(&world, "hands_over", plain_rule, false);
	break_first(&world);
	scripted_datasource_say(world.second, "m == 1", (struct scripted_answer){ .body = VECTOR(SERIES("a", "1")) });
	wait_event(&world, ALERT_EVENT_FIRING);
	for (size_t before = scripted_datasource_asked(world.second, "m == 1"); scripted_datasource_asked(world.second, "m == 1") < before + 3;)
		usleep(5000);
	size_t asked = scripted_datasource_asked(world.source, "m == 1");
	CHECK(asked <= 2); // it stays with the one that works
	struct evaluation_view *view = view_of(&world, &group);
	snprintf(wanted, sizeof wanted, "answered by %s/api/v1/query: POST %sapi/v1/query: server returned HTTP status 503", world.second_url, world.url);
	CHECK(group->rules[0].health == RULE_OK);
	CHECK_INT(group->rules[0].warning_count, 1);
	CHECK_CSTR(group->rules[0].warnings[0], wanted);
	evaluation_view_unref(view);

	say(&world, "m == 1", VECTOR(SERIES("a", "1")));
	say(&world, "vector(1)", NULL);
	for (mono_ms until = clock_mono() + 3 * PATIENCE_MS; clock_mono() < until && scripted_datasource_asked(world.source, "m == 1") < asked + 3;)
		usleep(5000);
	wait_asked(&world, "m == 1", 2);
	view = view_of(&world, &group);
	CHECK_INT(group->rules[0].warning_count, 0);
	evaluation_view_unref(view);
	close_world(&world);
}

TEST(an_error_of_the_query_itself_hands_nothing_over) {
	struct world world;
	open_two(&world, "keeps_asking", plain_rule, false);
	scripted_datasource_say(world.source, "m == 1", (struct scripted_answer){ .status = 422, .body = "{\"status\":\"error\",\"errorType\":\"execution\",\"error\":\"too many samples\"}" });
	check_error(&world, "m == 1", "too many samples");
	CHECK_INT(scripted_datasource_asked(world.second, "m == 1"), 0);
	close_world(&world);
}

TEST(with_every_url_failing_firing_alerts_keep_firing) {
	struct world world;
	struct group_view *group;
	open_two(&world, "all_fail", plain_rule, false);
	say(&world, "m == 1", VECTOR(SERIES("a", "1")));
	wait_event(&world, ALERT_EVENT_FIRING);
	scripted_datasource_say(world.second, "m == 1", unavailable);
	break_first(&world);
	wait_asked(&world, "m == 1", 3);
	struct evaluation_view *view = view_of(&world, &group);
	CHECK(group->rules[0].health == RULE_ERR && group->rules[0].alert_count == 1);
	evaluation_view_unref(view);
	CHECK_INT(count_events(&world, ALERT_EVENT_RESOLVED), 0);
	close_world(&world);
}

TEST(templates_ask_who_answered_the_rule) {
	struct world world;
	open_two(&world, "no_mixing", "groups:\n- name: g\n  rules:\n  - alert: Down\n    expr: m == 1\n    annotations: {text: '{{ range query \"other\" }}{{ .Value }}{{ end }}'}\n", false);
	scripted_datasource_say(world.source, "other", unavailable);
	scripted_datasource_say(world.second, "other", (struct scripted_answer){ .body = VECTOR(SERIES("b", "5")) });
	say(&world, "m == 1", VECTOR(SERIES("a", "1")));
	wait_event(&world, ALERT_EVENT_FIRING);
	CHECK(strstr(told_text(&world).data, "error") != NULL);
	CHECK_INT(scripted_datasource_asked(world.second, "other"), 0);
	close_world(&world);
}

TEST(a_group_asks_the_datasource_it_names) {
	struct world world;
	open_two(&world, "named", "groups:\n- name: g\n  datasource: far\n  rules:\n  - alert: Down\n    expr: m == 1\n", true);
	scripted_datasource_say(world.second, "m == 1", (struct scripted_answer){ .body = VECTOR(SERIES("a", "1")) });
	wait_event(&world, ALERT_EVENT_FIRING);
	CHECK_INT(scripted_datasource_asked(world.source, "m == 1"), 0);
	close_world(&world);
}

// ---- questions of one group ----

TEST(rules_that_ask_the_same_share_one_answer) {
	struct world world;
	struct group_view *group;
	open_world(&world, "twins", "groups:\n- name: g\n  rules:\n  - {alert: A, expr: m == 1}\n  - {alert: X, expr: other}\n  - {alert: B, expr: m==1, labels: {l: x}}\n  - {alert: C, expr: m  ==  1, for: 1h}\n");
	say(&world, "m == 1", VECTOR(SERIES("a", "1")));
	wait_event(&world, ALERT_EVENT_FIRING);
	wait_event(&world, ALERT_EVENT_FIRING);
	wait_asked(&world, "other", 3);
	struct evaluation_view *view = view_of(&world, &group);
	size_t same = scripted_datasource_asked(world.source, "m == 1"), other = scripted_datasource_asked(world.source, "other");
	CHECK(same <= other + 1);
	CHECK(group->evaluations >= 4 * group->iterations);
	CHECK_INT(group->rules[2].alert_count, 1);
	evaluation_view_unref(view);
	scripted_datasource_say(world.source, "m == 1", (struct scripted_answer){ .status = 422, .body = "{\"status\":\"error\",\"errorType\":\"execution\",\"error\":\"no\"}" });
	check_error(&world, "m == 1", "no");
	view = view_of(&world, &group);
	CHECK_CSTR(group->rules[2].last_error, "no");
	evaluation_view_unref(view);
	close_world(&world);
}

static size_t most_at_once(const char *name, const char *key) {
	struct world world;
	autobuf struct buf rules = { 0 };
	buf_format(&rules, "groups:\n- name: g\n  %s\n  rules:\n", key);
	for (int i = 0; i < 6; i++)
		buf_format(&rules, "  - {alert: A%d, expr: m > %d}\n", i, i);
	open_world(&world, name, buf_cstr(&rules));
	for (int i = 0; i < 6; i++) {
		char expr[16];
		snprintf(expr, sizeof expr, "m > %d", i);
		scripted_datasource_say(world.source, expr, (struct scripted_answer){ .delay_ms = 40 });
	}
	wait_asked(&world, "m > 5", 2);
	size_t most = scripted_datasource_most_at_once(world.source);
	close_world(&world);
	return most;
}

TEST(a_group_evaluates_as_many_rules_at_a_time_as_it_wants_and_the_datasource_bears) {
	CHECK_INT(most_at_once("one_by_one", "limit: 0"), 1);
	CHECK_INT(most_at_once("two", "concurrency: 2"), 2);
	CHECK_INT(most_at_once("bounded", "concurrency: 6"), 4); // one evaluator alone
}

enum { BUSY_GROUPS = 8 };

// Each group asks for its rule and for its annotations; each answer takes longer than there is time, so that all evaluators want more than they get.
static void open_busy(struct world *world, const char *name, unsigned queries) {
	autobuf struct buf rules = { 0 };
	*world = (struct world){ .source = scripted_datasource_start(), .queries = queries };
	snprintf(world->url, sizeof world->url, "http://127.0.0.1:%d/", scripted_datasource_port(world->source));
	snprintf(world->directory, sizeof world->directory, "%s/%s", test_directory(), name);
	buf_append_cstr(&rules, "groups:\n");
	scripted_datasource_say(world->source, "asked", (struct scripted_answer){ .delay_ms = 20, .body = VECTOR(SERIES("b", "5")) });
	for (int i = 0; i < BUSY_GROUPS; i++) {
		char expr[16];
		snprintf(expr, sizeof expr, "m > %d", i);
		scripted_datasource_say(world->source, expr, (struct scripted_answer){ .delay_ms = 20, .body = VECTOR(SERIES("a", "9")) });
		buf_format(&rules, "- {name: g%d, rules: [{alert: A%d, expr: m > %d, annotations: {text: '{{ range query \"asked\" }}{{ .Value }}{{ end }}'}}]}\n", i, i, i);
	}
	start(world, make_setup(world, buf_cstr(&rules), NULL));
}

// Both evaluators have some of them, and every one is asked for: nobody starves.
static void check_all_are_asked(struct world *world) {
	char last[16] = "m > 0";
	size_t before[BUSY_GROUPS];
	for (int i = 0; i < BUSY_GROUPS; i++) {
		last[4] = (char)('0' + i);
		before[i] = scripted_datasource_asked(world->source, last);
	}
	for (int i = 0; i < BUSY_GROUPS; i++) {
		last[4] = (char)('0' + i);
		for (mono_ms until = clock_mono() + PATIENCE_MS; clock_mono() < until && scripted_datasource_asked(world->source, last) < before[i] + 2; take_batches(world))
			usleep(5000);
		CHECK(scripted_datasource_asked(world->source, last) >= before[i] + 2);
	}
}

static void check_bound(const char *name, unsigned queries) {
	struct world world;
	open_busy(&world, name, queries);
	check_all_are_asked(&world);
	CHECK_INT(scripted_datasource_most_at_once(world.source), queries);
	CHECK(scripted_datasource_asked(world.source, "asked") > 0);
	close_world(&world);
}

TEST(all_evaluators_together_ask_no_more_at_a_time_than_the_datasource_bears) {
	check_bound("bound_1", 1);
	check_bound("bound_3", 3);
}

TEST(a_reload_lowers_the_bound_of_what_is_in_flight_already) {
	struct world world;
	open_busy(&world, "bound_lowered", 4);
	check_all_are_asked(&world);
	CHECK_INT(scripted_datasource_most_at_once(world.source), 4);
	world.queries = 2;
	for (int i = 0; i < 5; i++) {
		struct evaluation_setup *setup = make_setup(&world, i % 2 == 0 ? plain_rule : "groups:\n- name: g\n  concurrency: 8\n  rules:\n  - {alert: A, expr: m > 1}\n  - {alert: B, expr: m > 2}\n  - {alert: C, expr: m > 3}\n", NULL);
		evaluator_pool_reload(world.pool, setup);
		evaluation_setup_unref(setup);
		wait_asked(&world, i % 2 == 0 ? "m == 1" : "m > 3", 2);
		if (i == 1)
			scripted_datasource_forget_most(world.source); // what was in flight has been answered
	}
	CHECK_INT(scripted_datasource_most_at_once(world.source), 2);
	close_world(&world);
}

TEST(a_debugged_rule_logs_its_evaluations_and_changes) {
	struct world world;
	struct log_capture capture;
	autobuf struct buf out = { 0 };
	log_capture_begin(&capture);
	open_world(&world, "debug", "groups:\n- name: g\n  rules:\n  - {alert: Seen, expr: m == 1, debug: true}\n  - {alert: Unseen, expr: m == 2}\n");
	say(&world, "m == 1", VECTOR(SERIES("a", "1")));
	wait_event(&world, ALERT_EVENT_FIRING);
	wait_asked(&world, "m == 2", 2);
	close_world(&world);
	log_capture_end(&capture, &out);
	const char *log = buf_cstr(&out);
	CHECK(strstr(log, "rule=Seen query=\"m == 1\"") != NULL && strstr(log, "samples=1") != NULL);
	CHECK(strstr(log, "event=alert.firing") != NULL);
	CHECK(strstr(log, "Unseen") == NULL);
}
