// SPDX-License-Identifier: Apache-2.0
// Sets of facts about labels. See label_set.h.
#include "promql/label_set.h"

#include "model/limits.h"

enum { BRANCHES_MAX = 16 }; // further branches of `or` are joined with the last one

static const struct str metric_name = { "__name__", 8 };

bool label_names_have(const struct label_names *names, struct str name) {
	for (size_t i = 0; names != NULL && i < names->count; i++) {
		if (str_equal(names->items[i], name))
			return true;
	}
	return false;
}

static struct promql_label_reason reason_of(const struct promql_node *node) {
	return (struct promql_label_reason){ node, node->start };
}

static struct promql_label *find_item(const struct promql_label_set *set, struct str name) {
	for (uint32_t i = 0; i < set->count; i++) {
		if (str_equal(set->items[i].name, name))
			return &set->items[i];
	}
	return NULL;
}

enum promql_label_state label_set_find(const struct promql_label_set *set, struct str name, struct promql_label_reason *why) {
	const struct promql_label *found = find_item(set, name);
	if (why != NULL)
		*why = found != NULL ? found->why : set->others;
	if (found != NULL)
		return found->state;
	return set->is_closed ? PROMQL_LABEL_NEVER : PROMQL_LABEL_MAYBE;
}

static void grow(struct promql_label_set *set, struct arena *arena) {
	if (set->count < set->cap)
		return;
	uint32_t cap = set->cap == 0 ? 4 : 2 * set->cap;
	struct promql_label *items = ARENA_NEW_ARRAY(arena, struct promql_label, cap);
	if (set->count > 0)
		memcpy(items, set->items, set->count * sizeof *items);
	set->items = items;
	set->cap = cap;
}

void label_set_put(struct promql_label_set *set, struct arena *arena, struct promql_label label) {
	struct promql_label *found = find_item(set, label.name);
	if (found != NULL) {
		*found = label;
		return;
	}
	if (set->count >= LIMIT_LABELS) {
		set->is_closed = set->is_closed && label.state == PROMQL_LABEL_NEVER;
		return;
	}
	grow(set, arena);
	set->items[set->count++] = label;
}

void label_set_remove(struct promql_label_set *set, struct arena *arena, struct str name, const struct promql_node *by) {
	if (label_set_find(set, name, NULL) != PROMQL_LABEL_NEVER)
		label_set_put(set, arena, (struct promql_label){ name, PROMQL_LABEL_NEVER, reason_of(by) });
}

// Type and unit go with the name in Prometheus 3 and stay in 2.x.
void label_set_drop_name(struct promql_label_set *set, struct arena *arena, const struct promql_node *by) {
	static const struct str with_it[] = { { "__type__", 8 }, { "__unit__", 8 } };
	label_set_remove(set, arena, metric_name, by);
	for (size_t i = 0; i < sizeof with_it / sizeof *with_it; i++) {
		struct promql_label *found = find_item(set, with_it[i]);
		if (found != NULL && found->state == PROMQL_LABEL_ALWAYS)
			found->state = PROMQL_LABEL_MAYBE;
	}
}

void label_set_keep(struct promql_label_set *set, struct arena *arena, const struct label_names *names, const struct promql_node *by) {
	struct promql_label_set kept = { .is_closed = true, .others = reason_of(by) };
	for (size_t i = 0; names != NULL && i < names->count; i++) {
		struct promql_label label = { .name = names->items[i] };
		label.state = label_set_find(set, label.name, &label.why);
		label_set_put(&kept, arena, label);
	}
	*set = kept;
}

void label_set_clear(struct promql_label_set *set, const struct promql_node *by) {
	*set = (struct promql_label_set){ .is_closed = true, .others = reason_of(by) };
}

static void meet_one(struct promql_label_set *set, struct arena *arena, const struct promql_label_set *other, struct str name) {
	struct promql_label theirs = { .name = name };
	theirs.state = label_set_find(other, name, &theirs.why);
	enum promql_label_state ours = label_set_find(set, name, NULL);
	bool is_news = theirs.state == PROMQL_LABEL_NEVER || (theirs.state == PROMQL_LABEL_ALWAYS && ours == PROMQL_LABEL_MAYBE);
	if (is_news && ours != PROMQL_LABEL_NEVER)
		label_set_put(set, arena, theirs);
}

void label_set_meet_on(struct promql_label_set *set, struct arena *arena, const struct promql_label_set *other, const struct label_names *names) {
	for (size_t i = 0; i < names->count; i++)
		meet_one(set, arena, other, names->items[i]);
}

static bool is_exempt(const struct label_names *except, struct str name) {
	return str_equal(name, metric_name) || label_names_have(except, name);
}

// What is exempt keeps its state when the rest of the set closes.
static void close_set(struct promql_label_set *set, struct arena *arena, const struct promql_label_set *other, const struct label_names *except) {
	for (size_t i = 0; except != NULL && i < except->count; i++) {
		if (find_item(set, except->items[i]) == NULL)
			label_set_put(set, arena, (struct promql_label){ .name = except->items[i] });
	}
	if (find_item(set, metric_name) == NULL)
		label_set_put(set, arena, (struct promql_label){ .name = metric_name });
	bool is_full = set->count >= LIMIT_LABELS; // something may have been forgotten
	set->is_closed = !is_full;
	set->others = other->others;
}

void label_set_meet(struct promql_label_set *set, struct arena *arena, const struct promql_label_set *other, const struct label_names *except) {
	for (uint32_t i = 0; i < other->count; i++) {
		if (!is_exempt(except, other->items[i].name))
			meet_one(set, arena, other, other->items[i].name);
	}
	for (uint32_t i = 0; other->is_closed && i < set->count; i++) {
		if (!is_exempt(except, set->items[i].name))
			meet_one(set, arena, other, set->items[i].name);
	}
	// a label of theirs that we did not know of stays possible: it is among our items by now, or we were closed before
	for (uint32_t i = 0; other->is_closed && !set->is_closed && i < other->count; i++) {
		if (find_item(set, other->items[i].name) == NULL)
			label_set_put(set, arena, (struct promql_label){ .name = other->items[i].name });
	}
	if (other->is_closed && !set->is_closed)
		close_set(set, arena, other, except);
}

struct promql_labels labels_open(struct arena *arena) {
	struct promql_label_set *set = ARENA_NEW(arena, struct promql_label_set);
	return (struct promql_labels){ .branches = set, .count = 1, .cap = 1 };
}

struct promql_labels labels_none(struct arena *arena, const struct promql_node *by) {
	struct promql_labels labels = labels_open(arena);
	label_set_clear(labels.branches, by);
	return labels;
}

static enum promql_label_state join_state(enum promql_label_state a, enum promql_label_state b) {
	return a == b ? a : PROMQL_LABEL_MAYBE;
}

// What holds in both.
static struct promql_label_set join_two(struct arena *arena, const struct promql_label_set *a, const struct promql_label_set *b) {
	struct promql_label_set both = { .is_closed = a->is_closed && b->is_closed, .others = a->others };
	for (int side = 0; side < 2; side++) {
		const struct promql_label_set *from = side == 0 ? a : b;
		for (uint32_t i = 0; i < from->count; i++) {
			struct promql_label label = { .name = from->items[i].name };
			label.state = join_state(label_set_find(a, label.name, &label.why), label_set_find(b, label.name, NULL));
			label_set_put(&both, arena, label);
		}
	}
	return both;
}

struct promql_label_set labels_join(struct arena *arena, const struct promql_labels *labels) {
	struct promql_label_set all = labels->branches[0];
	for (uint32_t i = 1; i < labels->count; i++)
		all = join_two(arena, &all, &labels->branches[i]);
	return all;
}

static void append_branch(struct promql_labels *labels, struct arena *arena, const struct promql_label_set *branch) {
	if (labels->count == BRANCHES_MAX) {
		labels->branches[BRANCHES_MAX - 1] = join_two(arena, &labels->branches[BRANCHES_MAX - 1], branch);
		return;
	}
	if (labels->count == labels->cap) {
		struct promql_label_set *grown = ARENA_NEW_ARRAY(arena, struct promql_label_set, BRANCHES_MAX);
		memcpy(grown, labels->branches, labels->count * sizeof *grown);
		labels->branches = grown;
		labels->cap = BRANCHES_MAX;
	}
	labels->branches[labels->count++] = *branch;
}

void labels_append(struct promql_labels *labels, struct arena *arena, const struct promql_labels *more) {
	for (uint32_t i = 0; i < more->count; i++)
		append_branch(labels, arena, &more->branches[i]);
}
