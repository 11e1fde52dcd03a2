// SPDX-License-Identifier: Apache-2.0
// Alerts of rules as the rows have them, at start: what was pending or firing goes on where it was (LAW 1).
#include "evaluator/evaluator_role.h"

struct loading {
	struct handover *handover;
	struct hash_map by_source; // struct rule_state
};

static uint64_t hash_source(struct str source) {
	return labels_hash(&(struct label){ .name = source }, 1);
}

static bool has_key(const void *value, const void *key) {
	return strcmp(rule_state_key(value), key) == 0;
}

static struct rule_state *state_of(struct loading *loading, const char *source) {
	uint64_t hash = hash_source(str_of(source));
	struct rule_state *state = hash_map_find(&loading->by_source, hash, source, has_key);
	if (state != NULL)
		return state;
	state = rule_state_create_past(str_of(source));
	hash_map_insert(&loading->by_source, hash, state);
	array_append(&loading->handover->released, state);
	return state;
}

static bool take_row(void *context, struct alert_record *record) {
	bool is_mine = !alert_record_is_external(record);
	if (is_mine && record->state != ALERT_INACTIVE)
		array_append(state_of(context, record->origin->source)->past, alert_record_ref(record));
	return true;
}

bool load_alerts(struct store *store, struct handover *handover, struct error *err) {
	struct loading loading = { .handover = handover };
	bool is_loaded = store_each_alert(store, take_row, &loading, err);
	hash_map_finish(&loading.by_source);
	for (size_t i = 0; !is_loaded && i < handover->released.count; i++)
		rule_state_destroy(handover->released.items[i]);
	return is_loaded;
}
