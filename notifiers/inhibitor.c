// SPDX-License-Identifier: Apache-2.0
// Which alerts hold which back. See inhibitor.h.
#include "notifiers/inhibitor.h"

#include "base/hash.h"
#include "base/hash_map.h"
#include "notifiers/rule_index.h"

struct source_set;

struct rule_state {
	const struct inhibit_rule *rule;
	struct hash_map sets; // struct source_set, by the hash of their equal labels
};

// An alert as a source of one rule.
struct source {
	struct rule_state *state;
	struct source_set *set;
	size_t at; // in its side of the set
	const struct labels *labels;
	bool is_target; // of the same rule: it holds back only what is no source of it
};

// Sources of one rule whose `equal` labels have the same values.
struct source_set {
	uint64_t hash;
	ARRAY_OF(struct source *)
	sides[2]; // by is_target
};

struct source_alert {
	const struct labels *labels; // a reference
	struct source **sources;     // one a rule that it is a source of
	size_t count;
};

struct inhibitor {
	struct rule_state *rules;
	size_t rule_count;
	struct rule_index sources, targets;
	struct hash_map alerts; // struct source_alert, by fingerprint
};

struct inhibitor *inhibitor_create(const struct inhibit_rule *rules, size_t count) {
	struct inhibitor *inhibitor = MEM_NEW(struct inhibitor);
	inhibitor->rules = mem_zalloc(count * sizeof *inhibitor->rules);
	inhibitor->rule_count = count;
	for (size_t i = 0; i < count; i++) {
		inhibitor->rules[i].rule = &rules[i];
		rule_index_add(&inhibitor->sources, i, &rules[i].source);
		rule_index_add(&inhibitor->targets, i, &rules[i].target);
	}
	return inhibitor;
}

// ---- sets

static uint64_t equal_hash(const struct inhibit_rule *rule, const struct labels *labels) {
	uint64_t hash = HASH_START;
	for (size_t i = 0; i < rule->equal_count; i++)
		hash = hash_text(hash, labels_get(labels, rule->equal[i]));
	return hash;
}

struct set_key {
	const struct inhibit_rule *rule;
	const struct labels *labels;
};

static const struct source *any_source(const struct source_set *set) {
	return set->sides[set->sides[false].count == 0].items[0];
}

static bool is_equal_set(const void *value, const void *key) {
	const struct set_key *wanted = key;
	const struct labels *labels = any_source(value)->labels;
	for (size_t i = 0; i < wanted->rule->equal_count; i++)
		if (!str_equal(labels_get(labels, wanted->rule->equal[i]), labels_get(wanted->labels, wanted->rule->equal[i])))
			return false;
	return true;
}

static struct source_set *find_set(const struct rule_state *state, const struct labels *labels, uint64_t *hash) {
	const struct set_key key = { state->rule, labels };
	*hash = equal_hash(state->rule, labels);
	return hash_map_find(&state->sets, *hash, &key, is_equal_set);
}

static struct source *join_set(struct rule_state *state, const struct labels *labels) {
	struct source *source = MEM_NEW(struct source);
	uint64_t hash;
	source->state = state;
	source->labels = labels;
	source->is_target = matchers_match(&state->rule->target, labels);
	source->set = find_set(state, labels, &hash);
	if (source->set == NULL) {
		source->set = MEM_NEW(struct source_set);
		source->set->hash = hash;
		hash_map_insert(&state->sets, hash, source->set);
	}
	source->at = source->set->sides[source->is_target].count;
	array_append(&source->set->sides[source->is_target], source);
	return source;
}

static void free_set(struct source_set *set) {
	array_finish(&set->sides[false]);
	array_finish(&set->sides[true]);
	free(set);
}

static bool is_same(const void *value, const void *key) {
	return value == key;
}

static void leave_set(struct source *source) {
	struct source_set *set = source->set;
	array_swap_remove(&set->sides[source->is_target], source->at);
	if (source->at < set->sides[source->is_target].count)
		set->sides[source->is_target].items[source->at]->at = source->at;
	if (set->sides[false].count + set->sides[true].count == 0) {
		hash_map_remove(&source->state->sets, set->hash, set, is_same);
		free_set(set);
	}
	free(source);
}

// ---- sources

static bool has_labels(const void *value, const void *key) {
	const struct source_alert *alert = value;
	return labels_equal(alert->labels, key);
}

struct rule_list {
	ARRAY_OF(size_t);
};

static bool collect(void *context, size_t rule) {
	array_append((struct rule_list *)context, rule);
	return true;
}

// False: it is no source.
static bool add_alert(struct inhibitor *inhibitor, const struct labels *labels) {
	struct rule_list rules = { 0 };
	rule_index_each(&inhibitor->sources, labels, collect, &rules);
	bool is_source = rules.count > 0;
	if (is_source) {
		struct source_alert *alert = MEM_NEW(struct source_alert);
		alert->labels = labels_ref(labels);
		alert->sources = mem_zalloc(rules.count * sizeof *alert->sources);
		for (size_t i = 0; i < rules.count; i++)
			alert->sources[alert->count++] = join_set(&inhibitor->rules[rules.items[i]], labels);
		hash_map_insert(&inhibitor->alerts, labels->fingerprint, alert);
	}
	array_finish(&rules);
	return is_source;
}

static void free_alert(struct source_alert *alert) {
	labels_unref(alert->labels);
	free(alert->sources);
	free(alert);
}

static void drop_alert(struct inhibitor *inhibitor, struct source_alert *alert) {
	for (size_t i = 0; i < alert->count; i++)
		leave_set(alert->sources[i]);
	hash_map_remove(&inhibitor->alerts, alert->labels->fingerprint, alert->labels, has_labels);
	free_alert(alert);
}

bool inhibitor_note(struct inhibitor *inhibitor, const struct labels *labels, bool is_firing) {
	if (inhibitor->rule_count == 0)
		return false;
	struct source_alert *alert = hash_map_find(&inhibitor->alerts, labels->fingerprint, labels, has_labels);
	if (is_firing)
		return alert == NULL && add_alert(inhibitor, labels);
	if (alert != NULL)
		drop_alert(inhibitor, alert);
	return alert != NULL;
}

void inhibitor_destroy(struct inhibitor *inhibitor) {
	size_t at = 0;
	if (inhibitor == NULL)
		return;
	for (struct source_alert *alert; (alert = hash_map_next(&inhibitor->alerts, &at)) != NULL;) {
		for (size_t i = 0; i < alert->count; i++)
			leave_set(alert->sources[i]);
		free_alert(alert);
	}
	for (size_t i = 0; i < inhibitor->rule_count; i++)
		hash_map_finish(&inhibitor->rules[i].sets); // they went with their last source
	hash_map_finish(&inhibitor->alerts);
	rule_index_finish(&inhibitor->sources);
	rule_index_finish(&inhibitor->targets);
	free(inhibitor->rules);
	free(inhibitor);
}

// ---- targets

struct finding {
	const struct inhibitor *inhibitor;
	const struct labels *labels;
	size_t rule; // the first one that holds it back
	const struct source *source;
};

// An alert on both sides of the rule is held back by those on one side only.
static const struct source *find_source(const struct rule_state *state, const struct labels *labels) {
	uint64_t hash;
	const struct source_set *set = find_set(state, labels, &hash);
	if (set == NULL)
		return NULL;
	if (set->sides[false].count > 0)
		return set->sides[false].items[0];
	return matchers_match(&state->rule->source, labels) ? NULL : set->sides[true].items[0];
}

static bool try_rule(void *context, size_t rule) {
	struct finding *finding = context;
	const struct source *source = rule < finding->rule ? find_source(&finding->inhibitor->rules[rule], finding->labels) : NULL;
	if (source == NULL)
		return true;
	finding->rule = rule;
	finding->source = source;
	return rule > 0;
}

bool inhibitor_find(const struct inhibitor *inhibitor, const struct labels *labels, struct inhibition *out) {
	struct finding finding = { inhibitor, labels, SIZE_MAX, NULL };
	if (inhibitor->alerts.count == 0)
		return false;
	rule_index_each(&inhibitor->targets, labels, try_rule, &finding);
	if (finding.source == NULL)
		return false;
	*out = (struct inhibition){ inhibitor->rules[finding.rule].rule, finding.source->labels };
	return true;
}
