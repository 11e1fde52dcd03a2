// SPDX-License-Identifier: Apache-2.0
// Which routes an alert takes and which group it joins there. Pure. Source: Alertmanager dispatch/route.go.
#pragma once
#include "base/few.h"
#include "model/receiver_config.h"

struct buf;

struct route_list {
	FEW_OF(const struct route_config *);
};

// Appends the routes that take the alert, in order: depth first, the first matching child without `continue` ends a level,
// a node none of whose children matched takes it itself. Nothing when the root does not match.
void route_match(const struct route_config *root, const struct labels *labels, struct route_list *out);
// The labels of the alert that name its group on this route. A new reference.
const struct labels *route_group_labels(const struct route_config *route, const struct labels *labels);
// The same for every alert of a group: of the values that its labels have, and of the route. In memory only.
uint64_t route_group_hash(const struct route_config *route, const struct labels *labels);
// Whether an alert of `labels` belongs to the group of `route` that `group` names: route_group_labels would give the same.
bool route_is_group_of(const struct route_config *route, const struct labels *group, const struct labels *labels);
// `{}/{team="a"}`: the matchers from the root down, as Alertmanager prints them. Two siblings may have the same key.
void route_key(struct buf *out, const struct route_config *route);
// The route's key with what tells equal siblings apart (`#1` for the second one of the same matchers and receiver) and the receiver:
// unique in the tree, and unchanged when other routes are added or moved.
void route_identity(struct buf *out, const struct route_config *route);
