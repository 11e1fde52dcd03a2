// SPDX-License-Identifier: Apache-2.0
// Which silences mute an alert, and how they change.
#include "notifiers/silence_set.h"
#include "tests/harness/test.h"

#include <malloc.h>

static struct silence *make(const char *matchers, wall_ms starts_at, wall_ms ends_at) {
	struct silence *silence = silence_create();
	struct error err;
	CHECK(matchers_parse(&silence->matchers, str_of(matchers), MATCHER_FALLBACK, &err));
	silence->starts_at = starts_at;
	silence->ends_at = ends_at;
	return silence;
}

static const struct labels *labels_of(const char *a, const char *b) {
	struct label_builder builder = { 0 };
	label_builder_set(&builder, STR("a"), str_of(a));
	label_builder_set(&builder, STR("b"), str_of(b));
	const struct labels *labels = label_builder_build(&builder);
	label_builder_finish(&builder);
	return labels;
}

static bool mutes(struct silence_set *set, const char *a, const char *b, wall_ms now) {
	const struct labels *labels = labels_of(a, b);
	struct silence_matches matches = { 0 };
	uint32_t tried = 0;
	silence_set_match(set, labels, &tried, now, &matches);
	bool mutes = silence_set_mutes(set, labels, &tried, now);
	CHECK(mutes == (matches.count > 0));
	array_finish(&matches);
	labels_unref(labels);
	return mutes;
}

// The id of the silence that was asked for; lives until the next call. NULL: refused, *err says why.
static const char *set_it(struct silence_set *set, struct silence *wanted, const char *id, wall_ms now, struct error *err) {
	static char got[SILENCE_ID_LEN + 1];
	struct silence_plan plan = { 0 };
	snprintf(wanted->id, sizeof wanted->id, "%s", id);
	if (!silence_plan_set(set, wanted, now, &plan, err)) {
		CHECK_INT(plan.count, 0);
		return NULL;
	}
	memcpy(got, plan.rows[plan.count - 1]->id, sizeof got);
	silence_set_apply(set, &plan, now);
	silence_plan_finish(&plan);
	return got;
}

static void add(struct silence_set *set, const char *matchers, wall_ms starts_at, wall_ms ends_at) {
	struct error err;
	CHECK(set_it(set, make(matchers, starts_at, ends_at), "", 0, &err) != NULL);
}

TEST(an_alert_is_muted_by_every_silence_that_matches_and_is_active) {
	struct silence_set set = { 0 };
	add(&set, "a=\"1\"", 10, 100);
	add(&set, "a=~\"1|2\"", 50, 100);
	add(&set, "a=\"1\",b=\"2\"", 10, 60);
	add(&set, "b!=\"2\",a=\"3\"", 10, 60);
	CHECK(!mutes(&set, "1", "2", 9));
	CHECK(mutes(&set, "1", "2", 10));
	CHECK(!mutes(&set, "2", "2", 49));
	CHECK(mutes(&set, "2", "2", 50));
	CHECK(!mutes(&set, "2", "2", 100));
	CHECK(!mutes(&set, "3", "2", 20) && mutes(&set, "3", "", 20));
	const struct labels *labels = labels_of("1", "2");
	struct silence_matches matches = { 0 };
	uint32_t tried = 0;
	silence_set_match(&set, labels, &tried, 50, &matches);
	CHECK_INT(matches.count, 3);
	array_finish(&matches);
	labels_unref(labels);
	silence_set_finish(&set);
}

TEST(a_silence_for_an_absent_label_is_found_too) {
	struct silence_set set = { 0 };
	add(&set, "a=\"\",b=\"2\"", 10, 100);
	add(&set, "a=\"\",b=~\".+3\"", 10, 100);
	CHECK(mutes(&set, "", "2", 10) && mutes(&set, "", "13", 10));
	CHECK(!mutes(&set, "1", "2", 10) && !mutes(&set, "1", "13", 10));
	silence_set_finish(&set);
}

TEST(one_without_id_is_new_and_does_not_begin_in_the_past) {
	struct silence_set set = { 0 };
	struct error err;
	const char *id = set_it(&set, make("a=\"1\"", 5, 100), "", 10, &err);
	CHECK(id != NULL && strlen(id) == SILENCE_ID_LEN && id[14] == '4' && strchr("89ab", id[19]) != NULL);
	const struct silence *silence = silence_set_find(&set, str_of(id));
	CHECK(silence->starts_at == 10 && silence->ends_at == 100 && silence->updated_at == 10);
	silence_set_finish(&set);
}

TEST(an_id_that_nobody_has_is_not_found) {
	struct silence_set set = { 0 };
	struct silence_plan plan = { 0 };
	struct error err = { 0 };
	CHECK(set_it(&set, make("a=\"1\"", 5, 100), "00000000-0000-4000-8000-000000000000", 10, &err) == NULL);
	CHECK(err.code == ERR_NOT_FOUND && strcmp(err.text, "silence not found") == 0);
	CHECK(!silence_plan_expire(&set, STR("x"), 10, &plan, &err) && err.code == ERR_NOT_FOUND);
	silence_set_finish(&set);
}

TEST(a_new_end_changes_it_in_place_and_other_matchers_make_another_one) {
	struct silence_set set = { 0 };
	struct error err;
	char first[SILENCE_ID_LEN + 1];
	snprintf(first, sizeof first, "%s", set_it(&set, make("a=\"1\"", 10, 100), "", 10, &err));
	CHECK_CSTR(set_it(&set, make("a=\"1\"", 10, 200), first, 50, &err), first);
	CHECK_INT(set.by_id.count, 1);
	CHECK(mutes(&set, "1", "", 150));
	const char *second = set_it(&set, make("a=\"2\"", 10, 200), first, 150, &err);
	CHECK(strcmp(second, first) != 0);
	CHECK_INT(set.by_id.count, 2);
	CHECK_INT(silence_set_find(&set, str_of(first))->ends_at, 150);
	CHECK(!mutes(&set, "1", "", 150) && mutes(&set, "2", "", 150));
	silence_set_finish(&set);
}

TEST(expiring_ends_it_now_and_again_is_nothing) {
	struct silence_set set = { 0 };
	struct error err;
	struct silence_plan plan = { 0 };
	char active[SILENCE_ID_LEN + 1], pending[SILENCE_ID_LEN + 1];
	snprintf(active, sizeof active, "%s", set_it(&set, make("a=\"1\"", 10, 100), "", 10, &err));
	snprintf(pending, sizeof pending, "%s", set_it(&set, make("a=\"2\"", 80, 100), "", 10, &err));
	CHECK(silence_plan_expire(&set, str_of(active), 20, &plan, &err) && plan.count == 1);
	silence_set_apply(&set, &plan, 20);
	silence_plan_finish(&plan);
	CHECK(!mutes(&set, "1", "", 20));
	CHECK(silence_plan_expire(&set, str_of(active), 30, &plan, &err) && plan.count == 0);
	CHECK(silence_plan_expire(&set, str_of(pending), 30, &plan, &err) && plan.count == 1);
	CHECK(plan.rows[0]->starts_at == 30 && plan.rows[0]->ends_at == 30);
	silence_set_apply(&set, &plan, 30);
	silence_plan_finish(&plan);
	CHECK(!mutes(&set, "2", "", 90));
	silence_set_finish(&set);
}

TEST(limits_refuse_in_upstreams_words_and_leave_all_as_it_was) {
	struct silence_set set = { .limits = { .max_silences = 1, .max_size_bytes = 150 } };
	struct error err = { 0 };
	char first[SILENCE_ID_LEN + 1];
	snprintf(first, sizeof first, "%s", set_it(&set, make("a=\"1\"", 10, 100), "", 10, &err));
	CHECK(set_it(&set, make("a=\"2\"", 10, 100), first, 10, &err) == NULL);
	CHECK_CSTR(err.text, "exceeded maximum number of silences: 1 (limit: 1)");
	struct silence *large = make("a=\"1\"", 10, 200);
	large->comment = mem_dup_cstr("a comment of a hundred characters: .................................................................");
	CHECK(set_it(&set, large, first, 10, &err) == NULL);
	CHECK(str_has_prefix(str_of(err.text), STR("silence exceeded maximum size: ")) && str_has_suffix(str_of(err.text), STR(" bytes (limit: 150 bytes)")));
	CHECK_INT(silence_set_find(&set, str_of(first))->ends_at, 100);
	CHECK(set_it(&set, make("a=\"\"", 10, 100), "", 10, &err) == NULL);
	CHECK_CSTR(err.text, "invalid silence: matcher set 0: at least one matcher must not match the empty string");
	silence_set_finish(&set);
}

TEST(an_ended_one_is_kept_for_a_while) {
	struct silence_set set = { .retention = 1000 };
	struct error err;
	char id[SILENCE_ID_LEN + 1];
	snprintf(id, sizeof id, "%s", set_it(&set, make("a=\"1\"", 10, 100), "", 10, &err));
	CHECK_INT(silence_set_due(&set), 100);
	uint64_t version = set.version;
	CHECK(silence_set_forget(&set, 99) == NULL && set.version == version);
	CHECK(silence_set_forget(&set, 100) == NULL);
	CHECK_INT(silence_set_due(&set), 1100);
	CHECK(set.version != version); // views are built anew
	CHECK(silence_set_forget(&set, 1099) == NULL && silence_set_find(&set, str_of(id)) != NULL);
	struct silence *gone = silence_set_forget(&set, 1100);
	CHECK(gone != NULL && strcmp(gone->id, id) == 0);
	silence_unref(gone);
	CHECK(silence_set_find(&set, str_of(id)) == NULL && silence_set_due(&set) == INT64_MAX);
	silence_set_finish(&set);
}

// The index finds what trying all of them finds.
TEST(the_index_never_misses_one) {
	static const char *const matchers[] = { "a=\"%d\"", "b=\"%d\"", "a=\"%d\",b=\"1\"", "a=~\"[%d]\"", "a!=\"%d\",b=\"2\"", "a=\"\",b=\"%d\"", "b!~\"%d\",a=\"2\"" };
	struct silence_set set = { .retention = 50 };
	struct silence *all[300];
	unsigned seed = 1;
	struct error err;
	for (int i = 0; i < 300; i++) {
		char text[64];
		snprintf(text, sizeof text, matchers[rand_r(&seed) % 7], rand_r(&seed) % 4); // NOLINT: the formats above
		int starts_at = rand_r(&seed) % 500;
		const char *id = set_it(&set, make(text, 1 + starts_at, 2 + starts_at + rand_r(&seed) % 500), "", 1, &err);
		all[i] = silence_ref(silence_set_find(&set, str_of(id)));
	}
	for (wall_ms now = 1; now < 1000; now += 13) {
		for (int n = 0; n < 25; n++) {
			char a[4], b[4];
			snprintf(a, sizeof a, "%.*s", n / 5 == 4 ? 0 : 1, &"0123"[n / 5 % 4]);
			snprintf(b, sizeof b, "%.*s", n % 5 == 4 ? 0 : 1, &"0123"[n % 5 % 4]);
			const struct labels *labels = labels_of(a, b);
			struct silence_matches matches = { 0 };
			uint32_t tried = 0;
			silence_set_match(&set, labels, &tried, now, &matches);
			size_t wanted = 0;
			for (int i = 0; i < 300; i++)
				wanted += silence_state_at(all[i], now) == SILENCE_ACTIVE && silence_matches(all[i], labels);
			CHECK_INT(matches.count, wanted);
			array_finish(&matches);
			labels_unref(labels);
		}
		for (struct silence *gone; (gone = silence_set_forget(&set, now)) != NULL;)
			silence_unref(gone);
	}
	for (int i = 0; i < 300; i++)
		silence_unref(all[i]);
	silence_set_finish(&set);
}

// ---- what is known of alerts

enum { ALERTS = 36 };

// Alerts as the dispatcher has them, and a set whose silences change.
struct world {
	struct silence_set set;
	const struct labels *labels[ALERTS];
	uint32_t tried[ALERTS];
	wall_ms now;
	unsigned seed;
};

static int dice(struct world *world, int sides) {
	return rand_r(&world->seed) % sides;
}

static void make_world(struct world *world, unsigned seed) {
	*world = (struct world){ .set.retention = 40, .now = 1, .seed = seed };
	for (int i = 0; i < ALERTS; i++) {
		char a[2] = { "012345"[i / 6], '\0' }, b[2] = { "012345"[i % 6], '\0' };
		world->labels[i] = labels_of(i / 6 == 5 ? "" : a, i % 6 == 5 ? "" : b);
	}
}

static void end_world(struct world *world) {
	for (int i = 0; i < ALERTS; i++)
		labels_unref(world->labels[i]);
	silence_set_finish(&world->set);
}

static struct silence *random_silence(struct world *world) {
	static const char *const matchers[] = { "a=\"%d\"", "b=\"%d\"", "a=\"%d\",b=\"1\"", "a=~\"[%d]\"", "a!=\"%d\",b=\"2\"", "a=\"\",b=\"%d\"", "b!~\"%d\",a=\"2\"", "a=~\".\",b=~\"%d|3\"" };
	char text[64];
	snprintf(text, sizeof text, matchers[dice(world, 8)], dice(world, 5)); // NOLINT: the formats above
	wall_ms starts_at = world->now + dice(world, 20);
	return make(text, starts_at, starts_at + 1 + dice(world, 60));
}

static struct silence *any_silence(struct world *world) {
	size_t at = 0;
	struct silence *found = NULL;
	for (int left = 1 + dice(world, 10); left > 0; left--) {
		struct silence *next = silence_set_next(&world->set, &at);
		found = next == NULL ? found : next;
	}
	return found;
}

static void change_one(struct world *world, bool has_same_matchers) {
	const struct silence *known = any_silence(world);
	struct error err;
	char id[SILENCE_ID_LEN + 1];
	if (known == NULL)
		return;
	struct silence *wanted = has_same_matchers ? silence_copy(known) : random_silence(world);
	wanted->ends_at = (wanted->starts_at > world->now ? wanted->starts_at : world->now) + 1 + dice(world, 60);
	memcpy(id, known->id, sizeof id);
	CHECK(set_it(&world->set, wanted, id, world->now, &err) != NULL);
}

static void expire_one(struct world *world) {
	const struct silence *known = any_silence(world);
	struct silence_plan plan = { 0 };
	struct error err;
	if (known == NULL)
		return;
	CHECK(silence_plan_expire(&world->set, str_of(known->id), world->now, &plan, &err));
	silence_set_apply(&world->set, &plan, world->now);
	silence_plan_finish(&plan);
}

static void go_on(struct world *world) {
	world->now += dice(world, 15);
	for (struct silence *gone; (gone = silence_set_forget(&world->set, world->now)) != NULL;)
		silence_unref(gone);
}

static void forget_alert(struct world *world) {
	int which = dice(world, ALERTS);
	if (dice(world, 4) > 0) // the others are forgotten without a word: the zero says it
		silence_set_drop(&world->set, world->labels[which]);
	world->tried[which] = 0;
}

static bool is_in(const struct silence_matches *matches, const struct silence *silence) {
	size_t times = 0;
	for (size_t i = 0; i < matches->count; i++)
		times += matches->items[i] == silence;
	CHECK(times <= 1);
	return times == 1;
}

static void check_alert(struct world *world, int which) {
	struct silence_matches matches = { 0 };
	size_t at = 0, wanted = 0;
	silence_set_match(&world->set, world->labels[which], &world->tried[which], world->now, &matches);
	for (const struct silence *silence; (silence = silence_set_next(&world->set, &at)) != NULL;) {
		bool mutes = silence_state_at(silence, world->now) == SILENCE_ACTIVE && silence_matches(silence, world->labels[which]);
		CHECK(is_in(&matches, silence) == mutes);
		wanted += mutes;
	}
	CHECK_INT(matches.count, wanted);
	CHECK(silence_set_mutes(&world->set, world->labels[which], &world->tried[which], world->now) == (wanted > 0));
	array_finish(&matches);
}

// Silences come, change, end and are forgotten, alerts too, time goes on: each alert is muted by what trying every silence says.
TEST(what_is_known_of_an_alert_stays_right) {
	for (unsigned seed = 1; seed <= 20; seed++) {
		struct world world;
		struct error err;
		make_world(&world, seed);
		for (int step = 0; step < 600; step++) {
			switch (dice(&world, 8)) {
			case 0:
			case 1: CHECK(set_it(&world.set, random_silence(&world), "", world.now, &err) != NULL); break;
			case 2: change_one(&world, true); break;
			case 3: change_one(&world, false); break;
			case 4: expire_one(&world); break;
			case 5: go_on(&world); break;
			case 6: forget_alert(&world); break;
			case 7: silence_set_try(&world.set, world.labels[step % ALERTS], &world.tried[step % ALERTS]); break;
			}
			check_alert(&world, dice(&world, ALERTS));
		}
		for (int i = 0; i < ALERTS; i++)
			check_alert(&world, i);
		end_world(&world);
	}
}

TEST(nothing_is_kept_of_alerts_that_no_silence_matches_any_more) {
	struct silence_set set = { .retention = 1000 };
	const struct labels *labels = labels_of("1", "2");
	uint32_t tried = 0, other = 0;
	add(&set, "a=~\"1|2\"", 10, 100);
	add(&set, "b=\"3\"", 10, 100);
	CHECK(silence_set_mutes(&set, labels, &tried, 50));
	CHECK_INT(set.known.count, 1);
	CHECK(silence_set_forget(&set, 100) == NULL); // both have ended
	CHECK(!silence_set_mutes(&set, labels, &tried, 100));
	CHECK_INT(set.known.count, 0);
	add(&set, "b=\"2\"", 200, 300);
	silence_set_try(&set, labels, &tried);
	CHECK_INT(set.known.count, 1); // it begins later
	silence_set_drop(&set, labels);
	CHECK_INT(set.known.count, 0);
	CHECK(silence_set_mutes(&set, labels, &other, 200));
	labels_unref(labels);
	silence_set_finish(&set);
}

// A long one that mutes hides those that come and go behind it from who only asks whether there is one.
TEST(silences_that_come_and_go_leave_nothing_with_an_alert) {
	struct silence_set set = { .retention = 1 };
	const struct labels *labels = labels_of("1", "2");
	uint32_t tried = 0;
	size_t before = 0;
	add(&set, "a=1", 1, INT64_MAX);
	for (wall_ms now = 10; now <= 50000; now += 10) {
		add(&set, "a=1", now, now + 5);
		CHECK(silence_set_mutes(&set, labels, &tried, now + 2));
		for (struct silence *gone; (gone = silence_set_forget(&set, now + 8)) != NULL;)
			silence_unref(gone);
		before = now == 1000 ? mallinfo2().uordblks : before;
	}
	CHECK_INT(set.by_id.count, 1);
	CHECK(mallinfo2().uordblks <= before + 2048); // a number would be 4 bytes, twenty thousand of them; sanitizers count nothing
	labels_unref(labels);
	silence_set_finish(&set);
}

// In place it keeps its number: no alert is tried again because an end moved.
TEST(a_silence_that_changes_in_place_is_not_tried_again) {
	struct silence_set set = { 0 };
	struct error err;
	char id[SILENCE_ID_LEN + 1];
	snprintf(id, sizeof id, "%s", set_it(&set, make("a=~\"1|2\"", 10, 100), "", 10, &err));
	uint32_t number = set.last_number;
	CHECK(set_it(&set, make("a=~\"1|2\"", 10, 200), id, 50, &err) != NULL);
	CHECK_INT(set.last_number, number);
	CHECK(mutes(&set, "2", "", 150));
	CHECK(set_it(&set, make("a=~\"1|3\"", 10, 200), id, 50, &err) != NULL);
	CHECK(set.last_number > number);
	CHECK(!mutes(&set, "2", "", 150) && mutes(&set, "3", "", 150));
	silence_set_finish(&set);
}
