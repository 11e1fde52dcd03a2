// SPDX-License-Identifier: Apache-2.0
#include "evaluator/alert_table.h"

#include "evaluator/rule_template.h"
#include "tests/harness/test.h"

static void destroy_setup(struct evaluation_setup *setup) {
	labels_unref(setup->external_labels);
	free(setup);
}

static const struct rule_text pod_label = { .name = { "pod", 3 }, .text = { "", 0 } }, *const rule_labels[] = { &pod_label };
static const struct rule rule = { .kind = RULE_ALERTING, .name = { "Down", 4 }, .key = { "key", 3 }, .labels = rule_labels, .label_count = 1 };

static struct rule_context *make_context(void) {
	struct evaluation_setup *setup = mem_zalloc(sizeof *setup);
	ref_init(&setup->ref);
	setup->external_labels = labels_empty();
	setup->external_url = "http://here";
	setup->destroy = destroy_setup;
	struct rule_context *context = rule_context_create(setup, &rule);
	evaluation_setup_unref(setup);
	return context;
}

struct world {
	struct rule_context *context;
	struct alert_table table;
	size_t events[6];
	size_t strangers;
	wall_ms now;
};

static void on_changed(void *context, struct alert_instance *instance, const struct alert_step *step) {
	struct world *world = context;
	world->events[step->event]++;
	const struct labels *annotations = alert_instance_annotations(instance, NULL);
	alert_instance_tell(instance, &step->now, world->now, annotations, NULL);
	labels_unref(annotations);
}

static void world_init(struct world *world) {
	*world = (struct world){ .context = make_context() };
}

static void world_finish(struct world *world) {
	alert_table_finish(&world->table);
	rule_context_unref(world->context);
}

// An element {host=…, pod=…}; the rule removes pod.
static bool offer(struct world *world, const char *host, const char *pod, double value) {
	struct label labels[] = { { STR("host"), str_of(host) }, { STR("pod"), str_of(pod) } };
	uint64_t hash = labels_hash(labels, 2);
	enum alert_offer known = alert_table_offer(&world->table, hash, labels, 2, value);
	if (known != ALERT_OFFER_STRANGER)
		return known == ALERT_OFFER_KNOWN;
	world->strangers++;
	autoarena struct arena arena = { 0 };
	struct expansion expansion = { .context = world->context, .labels = labels, .label_count = 2, .arena = &arena };
	const struct labels *identity = expand_identity(&expansion);
	bool is_new = alert_table_admit(&world->table, world->context, identity, &(struct sample){ .hash = hash, .labels = labels, .label_count = 2, .value = value });
	labels_unref(identity);
	return is_new;
}

static void apply(struct world *world, wall_ms now) {
	world->now = now;
	memset(world->events, 0, sizeof world->events);
	alert_table_apply(&world->table, (struct alert_timing){ 0 }, now, on_changed, world);
}

TEST(a_series_fires_stays_without_a_word_and_resolves) {
	struct world world;
	world_init(&world);
	alert_table_begin(&world.table);
	CHECK(offer(&world, "a", "1", 5));
	apply(&world, 1000);
	CHECK_INT(world.events[ALERT_EVENT_FIRING], 1);
	struct alert_record *told = world.table.items[0]->record;
	CHECK_STR(labels_get(told->identity, STR("alertname")), "Down");
	CHECK(str_is_empty(labels_get(told->identity, STR("pod"))));

	alert_table_begin(&world.table);
	CHECK(offer(&world, "a", "1", 6));
	apply(&world, 2000);
	CHECK_INT(world.events[ALERT_EVENT_FIRING] + world.events[ALERT_EVENT_NONE], 0);
	CHECK(world.table.items[0]->record == told);
	wall_ms at;
	CHECK(alert_live_get(told->live, &at) == 6 && at == 2000);
	CHECK_INT(world.strangers, 1);

	alert_table_begin(&world.table);
	apply(&world, 3000);
	CHECK_INT(world.events[ALERT_EVENT_RESOLVED], 1);
	CHECK_INT(world.table.count, 0);
	world_finish(&world);
}

TEST(two_series_that_become_one_alert_are_an_error_that_changes_nothing) {
	struct world world;
	world_init(&world);
	alert_table_begin(&world.table);
	CHECK(offer(&world, "a", "1", 5));
	apply(&world, 1000);
	alert_table_begin(&world.table);
	CHECK(offer(&world, "b", "1", 5));
	CHECK(offer(&world, "a", "2", 9));
	CHECK(!offer(&world, "a", "1", 7));
	alert_table_abort(&world.table);
	CHECK_INT(world.table.count, 1);
	CHECK(alert_live_get(&world.table.items[0]->live, NULL) == 5);

	alert_table_begin(&world.table);
	CHECK(offer(&world, "a", "1", 7));
	apply(&world, 2000);
	CHECK_INT(world.table.count, 1);
	CHECK_INT(world.events[ALERT_EVENT_FIRING] + world.events[ALERT_EVENT_RESOLVED], 0);
	world_finish(&world);
}

TEST(the_same_series_twice_is_an_error) {
	struct world world;
	world_init(&world);
	alert_table_begin(&world.table);
	CHECK(offer(&world, "a", "1", 5));
	CHECK(!offer(&world, "a", "1", 5));
	alert_table_abort(&world.table);
	CHECK_INT(world.table.count, 0);
	world_finish(&world);
}

TEST(an_alert_goes_on_when_its_series_changes_only_in_a_removed_label) {
	struct world world;
	world_init(&world);
	alert_table_begin(&world.table);
	CHECK(offer(&world, "a", "1", 5));
	apply(&world, 1000);
	alert_table_begin(&world.table);
	CHECK(offer(&world, "a", "2", 6));
	apply(&world, 2000);
	CHECK_INT(world.table.count, 1);
	CHECK_INT(world.events[ALERT_EVENT_FIRING] + world.events[ALERT_EVENT_RESOLVED] + world.events[ALERT_EVENT_NONE], 0);
	size_t strangers = world.strangers;
	alert_table_begin(&world.table);
	CHECK(offer(&world, "a", "2", 7));
	apply(&world, 3000);
	CHECK_INT(world.strangers, strangers);
	world_finish(&world);
}

TEST(records_outlive_the_table_and_the_rule) {
	struct world world;
	world_init(&world);
	alert_table_begin(&world.table);
	CHECK(offer(&world, "a", "1", 5));
	apply(&world, 1000);
	struct alert_record *record = alert_record_ref(world.table.items[0]->record);
	world_finish(&world);
	CHECK(alert_record_value(record) == 5);
	const struct labels *annotations = alert_record_annotations(record);
	CHECK_INT(annotations->count, 0);
	labels_unref(annotations);
	alert_record_unref(record);
}

TEST(counting_ahead_says_what_applying_does) {
	struct world world;
	world_init(&world);
	unsigned random = 7;
	for (wall_ms now = 1000; now < 60000; now += 1000) {
		bool wanted[40] = { 0 };
		alert_table_begin(&world.table);
		for (size_t i = 0; i < 40; i++) {
			random = random * 1103515245 + 12345;
			char host[8], pod[8];
			snprintf(host, sizeof host, "h%zu", i);
			snprintf(pod, sizeof pod, "p%u", random >> 29);
			wanted[i] = (random >> 16 & 3) != 0;
			CHECK(!wanted[i] || offer(&world, host, pod, (double)i));
		}
		if ((random >> 20 & 7) == 0) { // a cut answer
			size_t settled = world.table.settled;
			alert_table_abort(&world.table);
			CHECK_INT(world.table.count, settled);
			continue;
		}
		size_t ahead = alert_table_count_after(&world.table, (struct alert_timing){ 0 }, now), count = 0;
		apply(&world, now);
		for (size_t i = 0; i < 40; i++)
			count += wanted[i];
		CHECK_INT(world.table.count, count);
		CHECK_INT(ahead, count);
		CHECK_INT(world.table.by_identity.count, 0); // only for an answer with strangers
		CHECK_INT(world.table.by_raw.count, count);
	}
	world_finish(&world);
}
