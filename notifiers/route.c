// SPDX-License-Identifier: Apache-2.0
// Which routes an alert takes and which group it joins there. See route.h.
#include "notifiers/route.h"

#include "base/buf.h"
#include "base/hash.h"

static void match_below(const struct route_config *route, const struct labels *labels, struct route_list *out) {
	size_t before = out->count;
	for (size_t i = 0; i < route->route_count; i++) {
		const struct route_config *child = route->routes[i];
		if (!matchers_match(&child->matchers, labels))
			continue;
		match_below(child, labels, out);
		if (!child->continues)
			break;
	}
	if (out->count == before)
		few_append(out, route);
}

void route_match(const struct route_config *root, const struct labels *labels, struct route_list *out) {
	if (matchers_match(&root->matchers, labels))
		match_below(root, labels, out);
}

const struct labels *route_group_labels(const struct route_config *route, const struct labels *labels) {
	if (route->group_by_all)
		return labels_ref(labels);
	struct label_builder builder = { 0 };
	for (size_t i = 0; i < route->group_by_count; i++) {
		struct str value = labels_get(labels, route->group_by[i]);
		if (value.len > 0)
			label_builder_set(&builder, route->group_by[i], value);
	}
	const struct labels *group = label_builder_build(&builder);
	label_builder_finish(&builder);
	return group;
}

uint64_t route_group_hash(const struct route_config *route, const struct labels *labels) {
	uint64_t hash = (uint64_t)(uintptr_t)route;
	if (route->group_by_all)
		return hash ^ labels->fingerprint;
	for (size_t i = 0; i < route->group_by_count; i++)
		hash = hash_byte(hash, 0xff) ^ hash_quickly(labels_get(labels, route->group_by[i]));
	return hash;
}

bool route_is_group_of(const struct route_config *route, const struct labels *group, const struct labels *labels) {
	if (route->group_by_all)
		return labels_equal(group, labels);
	for (size_t i = 0; i < route->group_by_count; i++)
		if (!str_equal(labels_get(group, route->group_by[i]), labels_get(labels, route->group_by[i])))
			return false;
	return true;
}

void route_key(struct buf *out, const struct route_config *route) {
	if (route->parent != NULL) {
		route_key(out, route->parent);
		buf_append_char(out, '/');
	}
	matchers_format(out, &route->matchers);
}

static bool is_twin(const struct route_config *a, const struct route_config *b) {
	return strcmp(a->receiver->name, b->receiver->name) == 0 && matchers_equal(&a->matchers, &b->matchers);
}

// How many siblings before it look the same.
static unsigned twins_before(const struct route_config *route) {
	unsigned count = 0;
	for (unsigned i = 0; route->parent != NULL && i < route->index; i++)
		count += is_twin(route->parent->routes[i], route);
	return count;
}

static void identity_path(struct buf *out, const struct route_config *route) {
	if (route->parent != NULL) {
		identity_path(out, route->parent);
		buf_append_char(out, '/');
	}
	matchers_format(out, &route->matchers);
	unsigned nth = twins_before(route);
	if (nth > 0)
		buf_format(out, "#%u", nth);
}

void route_identity(struct buf *out, const struct route_config *route) {
	identity_path(out, route);
	buf_append_char(out, '@');
	buf_append_cstr(out, route->receiver->name);
}
