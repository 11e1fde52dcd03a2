// SPDX-License-Identifier: Apache-2.0
// What a vector selector demands of one label, for whoever asks which series an expression can read. A door of promql/.
// Source: Prometheus rules/group.go, buildDependencyMap: the first matcher on a label is the one that counts.
#pragma once
#include "promql/promql.h"

struct promql_demand; // immutable: any thread may ask it

// What `selector` (of promql_each_selector) demands of `label`; the metric name is the label __name__. NULL: nothing. Needs the tree no more.
struct promql_demand *promql_demand_of(const struct promql_node *selector, struct str label);
void promql_demand_destroy(struct promql_demand *demand); // NULL is fine
// A pattern that proves too expensive for the value is taken to hold: who asks must not miss what may be read. NULL holds for any value.
bool promql_demand_holds(const struct promql_demand *demand, struct str value);
