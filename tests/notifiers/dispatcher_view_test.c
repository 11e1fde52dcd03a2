// SPDX-License-Identifier: Apache-2.0
// Views of what is in dispatch: each shows all of it at one instant, and takes over from the one before what has not changed.
#include "tests/harness/test.h"
#include "tests/notifiers/dispatch_rig.h"

enum { DCS = 4,
	PER_DC = 6,
	ALERTS = DCS * PER_DC,
	STEPS = 3000 };

// ---- a dispatcher without a thread: the test is its owner

struct own {
	struct rig rig;
	struct dispatcher *d;
	wall_ms now;
};

static void own_start(struct own *own, const char *directory, struct made_setup *made) {
	rig_start(&own->rig, directory, made);
	own->d = own->rig.dispatcher;
	dispatcher_stop(own->d, 1000);
	own->now = clock_wall();
	CHECK(dispatcher_batch_open(own->d));
}

static struct dispatch_view *own_view(struct own *own, bool wants_groups) {
	struct inbox answers;
	inbox_init(&answers, 0);
	struct dispatcher_view_request request = { .reply_to = &answers, .wants_groups = wants_groups };
	dispatcher_view(own->d, &request);
	dispatcher_answer_views(own->d, own->now, INT64_MAX);
	CHECK(inbox_take(&answers) == &request.message);
	inbox_finish(&answers);
	return request.view;
}

static void own_tell(struct own *own, const char *labels, enum alert_state state, const char *summary) {
	struct alert_record *record = rig_record("rule", labels, state, summary, own->now);
	dispatcher_take_record(own->d, record, own->now);
	alert_record_unref(record);
}

static void own_silence(struct own *own, const char *matchers, wall_ms starts_at, wall_ms ends_at) {
	struct silence *silence = silence_create();
	struct error err;
	CHECK(matchers_parse(&silence->matchers, str_of(matchers), MATCHER_FALLBACK, &err));
	silence->starts_at = starts_at;
	silence->ends_at = ends_at;
	snprintf(silence->id, sizeof silence->id, "%s", matchers);
	silence_set_add(&own->d->silences, silence, own->now);
	silence_unref(silence);
}

static const struct dispatch_alert *find(const struct dispatch_view *view, const char *text) {
	const struct labels *labels = labels_of(text);
	const struct dispatch_alert *found = NULL;
	for (size_t i = 0; i < view->alert_count; i++)
		if (labels_equal(view->alerts[i]->record->labels, labels))
			found = view->alerts[i];
	labels_unref(labels);
	return found;
}

static bool shows(const struct dispatch_alert *alert, const char *summary) {
	return str_equal_cstr(labels_get(alert->record->annotations, STR("summary")), summary);
}

TEST(a_view_takes_over_what_did_not_change) {
	struct own own;
	own_start(&own, "taken_over", made_setup_create(HOURS(1), HOURS(1), HOURS(4)));
	own_tell(&own, "n=\"a\"", ALERT_FIRING, "a");
	own_tell(&own, "n=\"b\"", ALERT_FIRING, "b");
	own_tell(&own, "n=\"c\"", ALERT_FIRING, "c");
	struct dispatch_view *first = own_view(&own, false), *again = own_view(&own, false);
	CHECK(again == first);
	own_tell(&own, "n=\"b\"", ALERT_FIRING, "b anew");
	own_tell(&own, "n=\"c\"", ALERT_INACTIVE, "c");
	own_tell(&own, "n=\"d\"", ALERT_FIRING, "d");
	struct dispatch_view *second = own_view(&own, false);
	CHECK_INT(own.d->metrics.silence_queries, 3 + 2);
	CHECK_INT(second->alert_count, 3);
	CHECK(find(second, "n=\"a\"") == find(first, "n=\"a\""));
	CHECK(shows(find(second, "n=\"b\""), "b anew") && shows(find(first, "n=\"b\""), "b"));
	CHECK(find(second, "n=\"c\"") == NULL && shows(find(first, "n=\"c\""), "c"));
	CHECK(find(first, "n=\"d\"") == NULL && shows(find(second, "n=\"d\""), "d"));
	struct dispatch_view *grouped = own_view(&own, true);
	CHECK(grouped != second && find(grouped, "n=\"b\"") == find(second, "n=\"b\""));
	dispatch_view_unref(first);
	dispatch_view_unref(again);
	dispatch_view_unref(second);
	dispatch_view_unref(grouped);
	rig_stop(&own.rig);
}

static void tell_many(struct own *own, int from, int to) {
	for (int i = from; i < to; i++) {
		char labels[24];
		snprintf(labels, sizeof labels, "n=\"%d\"", i);
		own_tell(own, labels, ALERT_FIRING, "");
	}
}

TEST(a_view_most_of_which_has_changed_is_given_up) {
	struct own own;
	own_start(&own, "given_up", made_setup_create(HOURS(1), HOURS(1), HOURS(4)));
	tell_many(&own, 0, 200);
	dispatch_view_unref(own_view(&own, false));
	tell_many(&own, 0, 100);
	tell_many(&own, 0, 100);
	CHECK(own.d->view != NULL && own.d->changed.count == 100);
	tell_many(&own, 100, 101);
	CHECK(own.d->view == NULL && own.d->changed.count == 0);
	struct dispatch_view *view = own_view(&own, false);
	CHECK_INT(view->alert_count, 200);
	dispatch_view_unref(view);
	rig_stop(&own.rig);
}

TEST(an_alert_that_changed_and_is_forgotten_is_in_no_view) {
	struct own own;
	size_t at = 0;
	own_start(&own, "forgotten", made_setup_create(HOURS(1), HOURS(1), HOURS(4)));
	own_tell(&own, "n=\"a\"", ALERT_FIRING, "a");
	own_tell(&own, "n=\"b\"", ALERT_FIRING, "b");
	struct dispatch_view *first = own_view(&own, false);
	own_tell(&own, "n=\"a\"", ALERT_INACTIVE, "a");
	const struct labels *labels = labels_of("n=\"a\"");
	struct dispatch_entry *entry = dispatch_table_find(&own.d->table, labels);
	labels_unref(labels);
	dispatch_entry_leave(own.d, entry, hash_map_next(&own.d->groups, &at), own.now);
	dispatcher_forget(own.d, entry, own.now + HOURS(1));
	struct dispatch_view *second = own_view(&own, false);
	CHECK(find(second, "n=\"a\"") == NULL && second->alert_count == 1);
	CHECK(shows(find(first, "n=\"a\""), "a"));
	dispatch_view_unref(first);
	dispatch_view_unref(second);
	rig_stop(&own.rig);
}

TEST(a_group_is_shown_as_muted_for_as_long_as_its_route_is_and_no_other_event_is_needed) {
	static const struct value_range second_minute = { 1, 1 };
	static const struct time_interval at_night = { .minutes = { &second_minute, 1, true } };
	static const struct named_interval night = { "night", &at_night, 1 };
	static const struct named_interval *const nights[] = { &night };
	struct made_setup *made = made_setup_create(HOURS(48), HOURS(1), HOURS(4));
	struct own own;
	made_setup_child(made, "n=a", 0)->mute_intervals = (struct interval_list){ nights, 1 };
	own_start(&own, "muted_for_a_while", made);
	own_tell(&own, "n=\"a\"", ALERT_FIRING, "");
	wall_ms midnight = own.now - own.now % HOURS(24) + HOURS(24);
	for (int minute = 0; minute < 3; minute++) {
		own.now = midnight + MINUTES(minute);
		struct dispatch_view *view = own_view(&own, true);
		CHECK(view->group_count == 1 && view->groups[0].muted_by_count == (minute == 1));
		own.now += MINUTES(1) - 1;
		struct dispatch_view *again = own_view(&own, true);
		CHECK(again == view);
		dispatch_view_unref(again);
		dispatch_view_unref(view);
	}
	rig_stop(&own.rig);
}

TEST(after_a_reload_views_name_the_new_receivers_and_old_ones_the_old) {
	struct own own;
	struct made_setup *other = made_setup_create(HOURS(1), HOURS(1), HOURS(4));
	other->receivers[0].name = "other";
	own_start(&own, "renamed", made_setup_create(HOURS(1), HOURS(1), HOURS(4)));
	own_tell(&own, "n=\"a\"", ALERT_FIRING, "a");
	struct dispatch_view *first = own_view(&own, false);
	dispatcher_reload(own.d, &other->setup, own.now);
	notify_setup_unref(&other->setup);
	struct dispatch_view *second = own_view(&own, false);
	CHECK_CSTR(second->alerts[0]->receivers[0], "other");
	CHECK_CSTR(first->alerts[0]->receivers[0], "hook");
	dispatch_view_unref(first);
	dispatch_view_unref(second);
	rig_stop(&own.rig);
}

// ---- any history

// The alerts of a place: the first one is critical and holds back the others, which are warnings.
struct history {
	struct own own;
	struct {
		char labels[80], summary[24];
		wall_ms starts_at; // 0: it does not fire
	} alerts[ALERTS];
	wall_ms silence_starts_at, silence_ends_at; // of the last place
	uint64_t random;
};

static size_t pick(struct history *history, size_t count) {
	history->random = history->random * 6364136223846793005u + 1442695040888963407u;
	return (size_t)(history->random >> 33) % count;
}

static void make_alerts(struct history *history) {
	for (int i = 0; i < ALERTS; i++)
		snprintf(history->alerts[i].labels, sizeof history->alerts[i].labels, "alertname=\"%s\",dc=\"%d\",n=\"%d\"", i % PER_DC == 0 ? "Root" : i % 2 == 0 ? "Down"
		                                                                                                                                                   : "Slow",
		    i / PER_DC, i);
}

static void step(struct history *history, size_t number) {
	size_t at = pick(history, ALERTS);
	bool fires = pick(history, 3) > 0;
	if (!fires && history->alerts[at].starts_at == 0)
		return;
	history->own.now += (dur_ms)pick(history, 20);
	history->alerts[at].starts_at = fires ? history->own.now : 0;
	snprintf(history->alerts[at].summary, sizeof history->alerts[at].summary, "of step %zu", number);
	own_tell(&history->own, history->alerts[at].labels, fires ? ALERT_FIRING : ALERT_INACTIVE, history->alerts[at].summary);
}

static void check_alert(const struct history *history, const struct dispatch_alert *alert, int at) {
	bool is_held_back = at % PER_DC > 0 && history->alerts[at - at % PER_DC].starts_at != 0;
	bool is_silenced = at / PER_DC == DCS - 1 && history->silence_starts_at <= history->own.now && history->own.now < history->silence_ends_at;
	CHECK(shows(alert, history->alerts[at].summary));
	CHECK(alert->starts_at == history->alerts[at].starts_at);
	CHECK(alert->is_inhibited == is_held_back);
	CHECK_INT(alert->silence_count, is_silenced ? 1 : 0);
	CHECK_INT(alert->receiver_count, 1);
}

static void check_view(const struct history *history, const struct dispatch_view *view) {
	size_t firing = 0;
	for (int i = 0; i < ALERTS; i++) {
		const struct dispatch_alert *alert = find(view, history->alerts[i].labels);
		CHECK((alert != NULL) == (history->alerts[i].starts_at != 0));
		if (alert != NULL)
			check_alert(history, alert, i);
		firing += alert != NULL;
	}
	CHECK_INT(view->alert_count, firing);
	for (size_t i = 1; i < view->alert_count; i++)
		CHECK(view->alerts[i - 1]->record->labels->fingerprint < view->alerts[i]->record->labels->fingerprint);
}

static void check_groups(const struct dispatch_view *view) {
	size_t members = 0;
	for (size_t i = 0; i < view->group_count; i++)
		for (size_t k = 0; k < view->groups[i].member_count; k++, members++) {
			const struct labels *labels = view->groups[i].members[k]->record->labels;
			CHECK(str_equal(labels_get(labels, STR("alertname")), labels_get(view->groups[i].labels, STR("alertname"))));
		}
	CHECK_INT(members, view->alert_count);
}

// What a view shows, as one text.
static void describe(struct buf *out, const struct dispatch_view *view) {
	buf_reset(out);
	for (size_t i = 0; i < view->alert_count; i++) {
		const struct dispatch_alert *alert = view->alerts[i];
		labels_format(out, alert->record->labels);
		labels_format(out, alert->record->annotations);
		buf_format(out, "%lld %d %zu\n", (long long)alert->starts_at, alert->is_inhibited, alert->silence_count);
	}
}

TEST(whatever_happened_a_view_shows_what_is_so_and_stays_as_it_was) {
	struct made_setup *made = made_setup_create(HOURS(1), HOURS(1), HOURS(4));
	struct inhibit_rule rule = { .name = "", .equal = (struct str[]){ STR("dc") }, .equal_count = 1 };
	struct history history = { .random = 7 };
	struct error err;
	autobuf struct buf before = { 0 }, after = { 0 };
	CHECK(matchers_parse(&rule.source, STR("alertname=Root"), MATCHER_FALLBACK, &err) && matchers_parse(&rule.target, STR("alertname!=Root"), MATCHER_FALLBACK, &err));
	made->config.inhibit_rules = &rule;
	made->config.inhibit_rule_count = 1;
	own_start(&history.own, "history", made);
	make_alerts(&history);
	history.silence_starts_at = history.own.now + 3000;
	history.silence_ends_at = history.own.now + 9000;
	own_silence(&history.own, "dc=\"3\"", history.silence_starts_at, history.silence_ends_at);
	struct dispatch_view *held = own_view(&history.own, false);
	for (size_t i = 0; i < STEPS; i++) {
		step(&history, i);
		if (pick(&history, 4) > 0)
			continue;
		struct dispatch_view *view = own_view(&history.own, pick(&history, 4) == 0);
		check_view(&history, view);
		if (view->has_groups)
			check_groups(view);
		dispatch_view_unref(view);
		if (pick(&history, 8) > 0)
			continue;
		describe(&after, held);
		CHECK_CSTR(buf_cstr(&after), buf_cstr(&before));
		dispatch_view_unref(held);
		held = own_view(&history.own, false);
		describe(&before, held);
	}
	CHECK(history.own.now > history.silence_ends_at);
	dispatch_view_unref(held);
	rig_stop(&history.own.rig);
	matchers_finish(&rule.source);
	matchers_finish(&rule.target);
}

// ---- posted alerts, with the thread

static void post(struct rig *rig, struct inbox *answers, const char *body) {
	struct dispatcher_post_request *request = MEM_NEW(struct dispatcher_post_request);
	struct posted_problem problem;
	request->message.kind = DISPATCHER_POST;
	request->reply_to = answers;
	CHECK(posted_alerts_read(&request->alerts, str_of(body), &problem));
	CHECK(inbox_post(dispatcher_inbox(rig->dispatcher), &request->message));
	inbox_wait(answers, 5000);
	CHECK(inbox_take(answers) == &request->message && request->complaints.len == 0);
	dispatcher_post_request_destroy(request);
}

static struct dispatch_view *view_of(struct rig *rig, struct inbox *answers) {
	struct dispatcher_view_request request = { .message.kind = DISPATCHER_VIEW, .reply_to = answers };
	CHECK(inbox_post(dispatcher_inbox(rig->dispatcher), &request.message));
	inbox_wait(answers, 5000);
	CHECK(inbox_take(answers) == &request.message);
	return request.view;
}

TEST(an_alert_that_is_posted_again_is_shown_with_its_new_end) {
	struct inbox answers;
	struct rig rig;
	inbox_init(&answers, 0);
	rig_start(&rig, "posted", made_setup_create(HOURS(1), HOURS(1), HOURS(4)));
	post(&rig, &answers, "[{\"labels\":{\"n\":\"a\"},\"endsAt\":\"2090-01-01T00:00:00Z\"},{\"labels\":{\"n\":\"b\"},\"endsAt\":\"2090-01-01T00:00:00Z\"}]");
	struct dispatch_view *first = view_of(&rig, &answers);
	post(&rig, &answers, "[{\"labels\":{\"n\":\"a\"},\"endsAt\":\"2091-01-01T00:00:00Z\"}]");
	struct dispatch_view *second = view_of(&rig, &answers);
	CHECK(find(second, "n=\"a\"")->ends_at == find(first, "n=\"a\"")->ends_at + HOURS(365 * 24));
	CHECK(find(second, "n=\"b\"") == find(first, "n=\"b\""));
	dispatch_view_unref(first);
	dispatch_view_unref(second);
	rig_stop(&rig);
	inbox_finish(&answers);
}
