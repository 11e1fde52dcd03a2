// SPDX-License-Identifier: Apache-2.0
// What is held back, as the dispatcher counts and shows it; labels of routes in what is sent.
#include "tests/harness/test.h"
#include "tests/notifiers/dispatch_rig.h"
#include "tests/notifiers/http_receiver.h"

static struct inhibit_rule rule_of(const char *source, const char *target) {
	struct inhibit_rule rule = { .name = "" };
	struct error err;
	CHECK(matchers_parse(&rule.source, str_of(source), MATCHER_FALLBACK, &err) && matchers_parse(&rule.target, str_of(target), MATCHER_FALLBACK, &err));
	return rule;
}

static void rule_finish(struct inhibit_rule *rule) {
	matchers_finish(&rule->source);
	matchers_finish(&rule->target);
}

static struct dispatch_view *view_of(struct rig *rig) {
	struct inbox answers;
	inbox_init(&answers, 0);
	struct dispatcher_view_request request = { .message.kind = DISPATCHER_VIEW, .reply_to = &answers };
	CHECK(inbox_post(dispatcher_inbox(rig->dispatcher), &request.message));
	inbox_wait(&answers, 5000);
	CHECK(inbox_take(&answers) == &request.message);
	inbox_finish(&answers);
	return request.view;
}

TEST(an_inhibited_alert_is_shown_with_its_source_and_counted) {
	struct http_receiver *receiver = http_receiver_start();
	struct made_setup *made = made_setup_create(50, 150, HOURS(4));
	struct inhibit_rule rule = rule_of("alertname=Root", "alertname=Down");
	struct rig rig;
	made->config.inhibit_rules = &rule;
	made->config.inhibit_rule_count = 1;
	made_setup_webhook(made, 0, http_receiver_url(receiver));
	rig_start(&rig, "inhibited", made);
	rig_tell(&rig, "alertname=\"Root\"", ALERT_FIRING, "root");
	rig_tell(&rig, "alertname=\"Down\"", ALERT_FIRING, "down");
	CHECK(http_receiver_wait(receiver, 1, 3000));
	sleep_for(400);
	CHECK_INT(http_receiver_count(receiver), 1);
	CHECK(strstr(http_receiver_get(receiver, 0)->body, "\"alertname\":\"Root\"") != NULL);
	const struct dispatcher_metrics *metrics = dispatcher_metrics(rig.dispatcher);
	CHECK(metrics->suppressed[SUPPRESSED_BY_INHIBITION] >= 2); // at each flush
	CHECK_INT(metrics->alerts_muted, 1);
	struct dispatch_view *view = view_of(&rig);
	CHECK_INT(view->alert_count, 2);
	const struct dispatch_alert *down = view->alerts[view->alerts[0]->is_inhibited ? 0 : 1], *root = view->alerts[view->alerts[0]->is_inhibited ? 1 : 0];
	CHECK(down->is_inhibited && !root->is_inhibited);
	CHECK(down->inhibited_by == root->record->labels->fingerprint);
	dispatch_view_unref(view);
	rig_tell(&rig, "alertname=\"Root\"", ALERT_INACTIVE, "root");
	CHECK(http_receiver_wait(receiver, 3, 3000));
	sleep_for(50);
	CHECK_INT(metrics->alerts_muted, 0);
	view = view_of(&rig);
	CHECK(view->alert_count == 1 && !view->alerts[0]->is_inhibited);
	dispatch_view_unref(view);
	rig_stop(&rig);
	rule_finish(&rule);
	http_receiver_stop(receiver);
}

TEST(a_closed_route_counts_what_it_holds_back) {
	static const struct time_interval always, never = { .years = { .is_given = true } };
	static const struct named_interval yes = { "yes", &always, 1 }, no = { "no", &never, 1 };
	static const struct named_interval *const yes_list[] = { &yes }, *const no_list[] = { &no };
	struct http_receiver *receiver = http_receiver_start();
	struct made_setup *made = made_setup_create(50, HOURS(1), HOURS(4));
	struct rig rig;
	made_setup_webhook(made, 0, http_receiver_url(receiver));
	made_setup_child(made, "alertname=Muted", 0)->mute_intervals = (struct interval_list){ yes_list, 1 };
	made_setup_child(made, "alertname=Inactive", 0)->active_intervals = (struct interval_list){ no_list, 1 };
	rig_start(&rig, "closed", made);
	rig_tell(&rig, "alertname=\"Muted\",n=\"1\"", ALERT_FIRING, "");
	rig_tell(&rig, "alertname=\"Muted\",n=\"2\"", ALERT_FIRING, "");
	rig_tell(&rig, "alertname=\"Inactive\"", ALERT_FIRING, "");
	rig_tell(&rig, "alertname=\"Down\"", ALERT_FIRING, "");
	CHECK(http_receiver_wait(receiver, 1, 3000));
	sleep_for(200);
	CHECK_INT(http_receiver_count(receiver), 1);
	CHECK(strstr(http_receiver_get(receiver, 0)->body, "Down") != NULL);
	const struct dispatcher_metrics *metrics = dispatcher_metrics(rig.dispatcher);
	CHECK_INT(metrics->suppressed[SUPPRESSED_BY_MUTE_INTERVAL], 2);
	CHECK_INT(metrics->suppressed[SUPPRESSED_BY_ACTIVE_INTERVAL], 1);
	CHECK_INT(metrics->suppressed[SUPPRESSED_BY_INHIBITION], 0);
	CHECK_INT(metrics->alerts_muted, 0); // the alerts are not, their route is
	rig_stop(&rig);
	http_receiver_stop(receiver);
}

TEST(labels_of_the_route_are_expanded_for_each_notification) {
	const struct label labels[] = {
		{ STR("bad"), STR("{{ template \"none\" . }}") },
		{ STR("empty"), STR("") },
		{ STR("loop"), STR("{{ routeLabels \"loop\" }}") },
		{ STR("team"), STR("{{ .GroupLabels.alertname }} {{ len .Alerts }}{{ .NotificationReason }}") },
		{ STR("who"), STR("{{ routeLabels \"team\" }}!") },
	};
	struct http_receiver *receiver = http_receiver_start();
	struct made_setup *made = made_setup_create(50, HOURS(1), HOURS(4));
	struct rig rig;
	made_setup_webhook(made, 0, http_receiver_url(receiver));
	made->root.labels = labels;
	made->root.label_count = sizeof labels / sizeof *labels;
	rig_start(&rig, "labels", made);
	rig_tell(&rig, "alertname=\"Down\"", ALERT_FIRING, "");
	CHECK(http_receiver_wait(receiver, 1, 3000));
	CHECK(strstr(http_receiver_get(receiver, 0)->body, "\"routeLabels\":{\"empty\":\"\",\"team\":\"Down 1unknown\",\"who\":\"Down 1unknown!\"},") != NULL);
	rig_stop(&rig);
	http_receiver_stop(receiver);
}

static void add_silence(struct dispatcher *d, const char *matchers) {
	struct silence *silence = silence_create();
	struct error err;
	CHECK(matchers_parse(&silence->matchers, str_of(matchers), MATCHER_FALLBACK, &err));
	silence->starts_at = 1;
	silence->ends_at = INT64_MAX;
	snprintf(silence->id, sizeof silence->id, "%s", matchers);
	silence_set_add(&d->silences, silence, clock_wall());
	silence_unref(silence);
}

static size_t slices_of_all(struct dispatcher *d) {
	size_t slices = 1;
	while (!dispatcher_try_silences_for_view(d, 0)) // the time is always over
		slices++;
	return slices;
}

static size_t slices_of(struct dispatcher *d, struct dispatch_group *group) {
	size_t slices = 1;
	while (!dispatcher_try_silences(d, group, 0))
		slices++;
	return slices;
}

// However many silences came and alerts there are, a turn tries what it has time for, and each alert once. What is shown is right in between, too.
TEST(alerts_are_tried_on_new_silences_a_turns_time_at_once) {
	struct made_setup *made = made_setup_create(HOURS(1), HOURS(1), HOURS(4));
	struct rig rig;
	rig_start(&rig, "slices", made);
	for (int i = 0; i < 5; i++) {
		char labels[64];
		snprintf(labels, sizeof labels, "alertname=\"%s\",n=\"%d\"", i < 3 ? "Down" : "Up", i);
		rig_tell(&rig, labels, ALERT_FIRING, "");
	}
	for (int i = 0; i < 500 && dispatcher_metrics(rig.dispatcher)->alerts_firing < 5; i++)
		sleep_for(20);
	struct dispatcher *d = rig.dispatcher;
	size_t at = 0;
	dispatcher_stop(d, 1000); // it is ours now
	CHECK_INT(slices_of_all(d), 1);
	add_silence(d, "n=~\"[0-3]\"");
	struct dispatch_group *group = hash_map_next(&d->groups, &at);
	CHECK_INT(slices_of(d, group), 1 + group->members.count);
	CHECK_INT(slices_of(d, group), 1);
	CHECK_INT(slices_of_all(d), 1 + 5 - group->members.count);
	add_silence(d, "n!=\"0\"");
	CHECK(!dispatcher_try_silences_for_view(d, 0));
	at = 0;
	for (struct dispatch_entry *entry; (entry = hash_map_next(&d->table.by_labels, &at)) != NULL;)
		CHECK(dispatcher_muting(d, entry, clock_wall()).is_silenced);
	CHECK_INT(slices_of_all(d), 1);
	rig_stop(&rig);
}
