// SPDX-License-Identifier: Apache-2.0
// What is known of the labels of one branch, and what operators do to it. Private to promql/. Everything grows in the arena given.
#pragma once
#include "promql/ast.h"
#include "promql/promql_labels.h"

enum promql_label_state label_set_find(const struct promql_label_set *set, struct str name, struct promql_label_reason *why);
// A set that is full forgets other facts, or else this one: it then says "maybe" more often, never something wrong.
void label_set_put(struct promql_label_set *set, struct arena *arena, struct promql_label label);
void label_set_remove(struct promql_label_set *set, struct arena *arena, struct str name, const struct promql_node *by);
void label_set_drop_name(struct promql_label_set *set, struct arena *arena, const struct promql_node *by);
// Only the labels named stay, as they were.
void label_set_keep(struct promql_label_set *set, struct arena *arena, const struct label_names *names, const struct promql_node *by);
// No label at all.
void label_set_clear(struct promql_label_set *set, const struct promql_node *by);
// Takes over that `other` is equal in all labels but `except` and the metric name: what either knows holds.
void label_set_meet(struct promql_label_set *set, struct arena *arena, const struct promql_label_set *other, const struct label_names *except);
// The same for those named only.
void label_set_meet_on(struct promql_label_set *set, struct arena *arena, const struct promql_label_set *other, const struct label_names *names);

struct promql_labels labels_none(struct arena *arena, const struct promql_node *by); // one branch without labels
struct promql_labels labels_open(struct arena *arena);                               // one branch of which nothing is known
void labels_append(struct promql_labels *labels, struct arena *arena, const struct promql_labels *more);
// All branches as one: what holds in each.
struct promql_label_set labels_join(struct arena *arena, const struct promql_labels *labels);
bool label_names_have(const struct label_names *names, struct str name);
