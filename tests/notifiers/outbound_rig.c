// SPDX-License-Identifier: Apache-2.0
// An outbound role without a thread. See outbound_rig.h.
#include "tests/notifiers/outbound_rig.h"

#include "tests/harness/test.h"

static const struct str nobody[] = { { "nobody.invalid:1", 16 }, { "nobody.invalid:2", 16 } };

static void fill_set(struct outbound_rig *rig, size_t i) {
	struct alertmanager_config *set = &rig->sets[i];
	if (rig->addresses[i].len == 0)
		rig->addresses[i] = nobody[i];
	rig->groups[i] = (struct target_group){ .targets = &rig->addresses[i], .target_count = 1 };
	set->scheme = "http";
	set->path_prefix = "";
	set->http = HTTP_CONFIG_DEFAULT;
	set->timeout = SECONDS(5);
	set->groups = &rig->groups[i];
	set->group_count = 1;
}

struct outbound *outbound_rig_open(struct outbound_rig *rig, size_t targets) {
	struct outbound *o = &rig->outbound;
	for (size_t i = 0; i < targets; i++)
		fill_set(rig, i);
	rig->config.alertmanagers = (struct alertmanagers_config){ rig->sets, targets, MINUTES(1), MINUTES(15), 2, 2 };
	rig->setup.config = &rig->config;
	o->setup = &rig->setup;
	o->now = OUTBOUND_RIG_START;
	o->mono = 1000;
	o->random = 1;
	o->client = http_client_create(&(struct http_client_options){ .max_connections = 4, .max_connections_per_host = 4, .user_agent = "test" });
	outbound_open_sets(o);
	outbound_discover(o);
	CHECK_INT(o->targets.count, targets);
	return o;
}

void outbound_rig_close(struct outbound_rig *rig) {
	struct outbound *o = &rig->outbound;
	for (size_t i = 0; i < o->targets.count; i++)
		outbound_target_destroy(o->targets.items[i]);
	array_finish(&o->targets);
	array_finish(&o->dropped);
	outbound_close_sets(o);
	outbound_alerts_clear(o);
	hash_map_finish(&o->alerts);
	heap_finish(&o->due);
	http_client_destroy(o->client);
}

void outbound_rig_pass(struct outbound_rig *rig, dur_ms to) {
	struct outbound *o = &rig->outbound;
	struct heap_node *node;
	o->mono += OUTBOUND_RIG_START + to - o->now;
	o->now = OUTBOUND_RIG_START + to;
	while ((node = heap_pop_due(&o->due, o->now)) != NULL)
		outbound_alert_due(o, HEAP_ENTRY(node, struct outbound_alert, due));
}

static const struct label *live_annotations(const struct alert_live *live, struct arena *arena, size_t *count) {
	struct label *item = ARENA_NEW(arena, struct label);
	*item = (struct label){ STR("value"), arena_format(arena, "%g", alert_live_get(live, NULL)) };
	*count = 1;
	return item;
}

static dur_ms live_validity(const struct alert_live *live) {
	(void)live;
	return MINUTES(4);
}

static void live_destroy(struct alert_live *live) {
	free(live);
}

struct alert_live *outbound_rig_live(dur_ms at) {
	static const struct alert_live_ops ops = { live_annotations, live_validity, live_destroy };
	struct alert_live *live = MEM_NEW(struct alert_live);
	alert_live_init(live, &ops);
	outbound_rig_evaluate(live, at);
	return live;
}

void outbound_rig_evaluate(struct alert_live *live, dur_ms at) {
	alert_live_set(live, 7, OUTBOUND_RIG_START + at);
}

void outbound_rig_enliven(struct alert_record *record, struct alert_live *live) {
	labels_unref(record->annotations); // in the same place
	record->live = alert_live_ref(live);
	record->is_living = true;
}

void outbound_rig_take(struct outbound_rig *rig, const char *labels, enum alert_state state, struct alert_live *live, dur_ms at, int64_t sequence) {
	static const enum alert_event_kind events[] = { [ALERT_INACTIVE] = ALERT_EVENT_RESOLVED, [ALERT_PENDING] = ALERT_EVENT_PENDING, [ALERT_FIRING] = ALERT_EVENT_FIRING };
	struct alert_record *record = rig_record("rule", labels, state, "said", OUTBOUND_RIG_START + at);
	record->event_sequence = sequence;
	if (live != NULL)
		outbound_rig_enliven(record, live);
	outbound_take(&rig->outbound, record, events[state]);
	alert_record_unref(record);
}

const char *outbound_rig_list(const struct outbound_rig *rig) {
	static char text[200];
	size_t len = 0;
	text[0] = '\0';
	for (const struct outbound_alert *alert = rig->outbound.first; alert != NULL; alert = alert->after)
		len += (size_t)snprintf(text + len, sizeof text - len, "%s%.*s", len == 0 ? "" : " ", STR_ARG(labels_get(dispatch_entry_labels(alert->entry), STR("n"))));
	return text;
}
