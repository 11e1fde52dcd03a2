// SPDX-License-Identifier: Apache-2.0
// route: the tree that decides who is told. Children inherit receiver, grouping and timers, as in Alertmanager.
#include "base/buf.h"
#include "daemon/config_read.h"
#include "model/limits.h"

// A route as written: what is absent is inherited.
struct route_keys {
	const char *receiver;
	struct yaml_strings group_by;
	bool has_group_by, continues;
	struct matcher_keys conditions;
	struct yaml_strings mute_time_intervals, active_time_intervals;
	struct yaml_string_map labels;
	dur_ms group_wait, group_interval, repeat_interval;
	bool has_group_wait, has_group_interval, has_repeat_interval;
	const struct yaml_node *routes;
};

static bool keep_routes(struct yaml_reader *reader, const struct yaml_key *key, const struct yaml_node *value, void *field) {
	*(const struct yaml_node **)field = value;
	return yaml_expect(reader, key->name, value, YAML_SEQUENCE);
}

static const struct yaml_key route_rows[] = {
	{ "receiver", YAML_CSTRING, .offset = offsetof(struct route_keys, receiver), .help = "Who is told; inherited." },
	{ "group_by", YAML_STRING_LIST, .is_harmless = true, .offset = offsetof(struct route_keys, group_by), .has = YAML_HAS(struct route_keys, has_group_by), .help = "Labels that alerts of one message share; ['...'] = all; inherited." },
	{ "continue", YAML_BOOL, .offset = offsetof(struct route_keys, continues), .preset = "false", .help = "Go on with the next sibling after a match." },
	{ "match", YAML_STRING_MAP, .is_harmless = true, .offset = offsetof(struct route_keys, conditions.match), .help = "Labels and their values (old form of matchers)." },
	{ "match_re", YAML_STRING_MAP, .is_harmless = true, .offset = offsetof(struct route_keys, conditions.match_re), .help = "Labels and regular expressions (old form of matchers)." },
	{ "matchers", YAML_CUSTOM, .is_harmless = true, .offset = offsetof(struct route_keys, conditions.matchers), .help = "Conditions an alert must meet, like severity=\"page\".", MATCHER_TEXTS },
	{ "group_wait", YAML_DURATION, .offset = offsetof(struct route_keys, group_wait), .has = YAML_HAS(struct route_keys, has_group_wait), .help = "How long a new group waits for more alerts; inherited, 30s at the root." },
	{ "group_interval", YAML_DURATION, .offset = offsetof(struct route_keys, group_interval), .has = YAML_HAS(struct route_keys, has_group_interval), .help = "Time between messages of a group that changes; inherited, 5m at the root." },
	{ "repeat_interval", YAML_DURATION, .offset = offsetof(struct route_keys, repeat_interval), .has = YAML_HAS(struct route_keys, has_repeat_interval), .help = "When an unchanged group is told again; inherited, 4h at the root." },
	{ "routes", YAML_CUSTOM, .offset = offsetof(struct route_keys, routes), .help = "Children, tried in order.", .read = keep_routes, .shape = "list of routes", .table = &route_table, .is_list = true },
	{ "mute_time_intervals", YAML_STRING_LIST, .is_harmless = true, .offset = offsetof(struct route_keys, mute_time_intervals), .help = "Names of time intervals in which nothing is sent; not inherited." },
	{ "active_time_intervals", YAML_STRING_LIST, .is_harmless = true, .offset = offsetof(struct route_keys, active_time_intervals), .help = "Names of time intervals outside of all of which nothing is sent; not inherited." },
	{ "labels", YAML_STRING_MAP, .is_harmless = true, .offset = offsetof(struct route_keys, labels), .help = "What templates get by `routeLabels`; values are templates; inherited, one by one." },
};

static const struct yaml_variant root_variant = { .set = { "receiver" }, .unset = { "match", "match_re", "matchers", "continue", "mute_time_intervals", "active_time_intervals" } };

const struct yaml_table route_table = { .name = "route", .help = "Alerts that meet its conditions go to its receiver.", .keys = route_rows, .count = YAML_KEY_COUNT(route_rows) };
const struct yaml_table root_route_table = {
	.name = "root_route",
	.help = "The route of all alerts that meet the conditions of no other.",
	.keys = route_rows,
	.count = YAML_KEY_COUNT(route_rows),
	.variants = &root_variant,
	.variant_count = 1,
};

// ---- grouping ----

static int compare_names(const void *a, const void *b) {
	return str_compare(*(const struct str *)a, *(const struct str *)b);
}

static bool check_group_by(struct config_reader *reader, const struct yaml_node *at, const struct route_config *route) {
	for (size_t i = 0; i < route->group_by_count; i++) {
		struct str name = route->group_by[i];
		if (!check_label_name(reader, at, name, "group_by list"))
			return false;
		if (i > 0 && str_equal(name, route->group_by[i - 1])) {
			problem_error(reader->yaml.problems, yaml_reader_at(&reader->yaml, at), "duplicated label \"%.*s\" in group_by", STR_ARG(name));
			return false;
		}
	}
	return true;
}

// An explicit group_by replaces the parent's, `...` included.
static bool take_group_by(struct config_reader *reader, const struct yaml_node *node, const struct route_keys *keys, struct route_config *route) {
	const struct yaml_node *at = yaml_find(node, "group_by");
	route->group_by_all = false;
	route->group_by_count = 0;
	route->group_by = ARENA_NEW_ARRAY(reader->yaml.arena, struct str, keys->group_by.count + 1);
	for (size_t i = 0; i < keys->group_by.count; i++) {
		if (str_equal(keys->group_by.items[i], STR("...")))
			route->group_by_all = true;
		else
			route->group_by[route->group_by_count++] = keys->group_by.items[i];
	}
	if (route->group_by_all && route->group_by_count > 0)
		return complain_at(reader, at, "cannot have wildcard group_by (`...`) and other labels at the same time");
	qsort(route->group_by, route->group_by_count, sizeof *route->group_by, compare_names);
	return check_group_by(reader, at, route);
}

// ---- the tree ----

static const struct receiver_config *find_receiver(const struct config_reader *reader, const char *name) {
	const struct notify_config *notify = &reader->config->notify;
	for (size_t i = 0; i < notify->receiver_count; i++)
		if (strcmp(notify->receivers[i].name, name) == 0)
			return &notify->receivers[i];
	return NULL;
}

static bool take_receiver(struct config_reader *reader, const struct yaml_node *node, const struct route_keys *keys, struct route_config *route) {
	if (keys->receiver == NULL || *keys->receiver == '\0')
		return true;
	route->receiver = find_receiver(reader, keys->receiver);
	if (route->receiver != NULL)
		return true;
	problem_error(reader->yaml.problems, yaml_reader_at(&reader->yaml, yaml_find(node, "receiver")), "undefined receiver \"%s\" used in route", keys->receiver);
	return false;
}

static bool take_timers(struct config_reader *reader, const struct yaml_node *node, const struct route_keys *keys, struct route_config *route) {
	if (keys->has_group_wait)
		route->group_wait = keys->group_wait;
	if (keys->has_group_interval)
		route->group_interval = keys->group_interval;
	if (keys->has_repeat_interval)
		route->repeat_interval = keys->repeat_interval;
	bool ok = true; // what is inherited was told where it stands
	if (keys->has_group_interval && keys->group_interval == 0)
		ok = complain_at(reader, yaml_find(node, "group_interval"), "group_interval cannot be zero");
	if (keys->has_repeat_interval && keys->repeat_interval == 0)
		ok = complain_at(reader, yaml_find(node, "repeat_interval"), "repeat_interval cannot be zero");
	return ok;
}

// ---- time intervals and labels ----

static bool take_intervals(struct config_reader *reader, const struct yaml_node *list, const struct yaml_strings *names, struct interval_list *out) {
	const struct named_interval **items = ARENA_NEW_ARRAY(reader->yaml.arena, const struct named_interval *, names->count + 1);
	bool ok = true;
	out->items = items;
	for (size_t i = 0; i < names->count; i++) {
		const struct named_interval *found = interval_find(&reader->config->notify, names->items[i]);
		if (found != NULL) {
			items[out->count++] = found;
			continue;
		}
		problem_error(reader->yaml.problems, yaml_reader_at(&reader->yaml, list->items[i]), "undefined time interval \"%.*s\" used in route", STR_ARG(names->items[i]));
		ok = false;
	}
	return ok;
}

static bool has_name(const struct yaml_string_map *map, struct str name) {
	for (size_t i = 0; i < map->count; i++)
		if (str_equal(map->items[i].name, name))
			return true;
	return false;
}

static int compare_labels(const void *a, const void *b) {
	return str_compare(((const struct label *)a)->name, ((const struct label *)b)->name);
}

// The parent's and its own, which win; empty values stay.
static bool take_labels(struct config_reader *reader, const struct yaml_node *node, const struct yaml_string_map *map, struct route_config *route) {
	const struct route_config *parent = route->parent;
	size_t count = 0, inherited = parent == NULL ? 0 : parent->label_count;
	struct label *items = ARENA_NEW_ARRAY(reader->yaml.arena, struct label, map->count + inherited + 1);
	bool ok = true;
	for (size_t i = 0; i < inherited; i++)
		if (!has_name(map, parent->labels[i].name))
			items[count++] = parent->labels[i];
	for (size_t i = 0; i < map->count; i++) {
		if (map->items[i].name.len == 0)
			ok = complain_at(reader, map->items[i].name_node, "\"\" is not a valid label name");
		else
			ok &= check_label_name(reader, map->items[i].name_node, map->items[i].name, "route labels");
		items[count++] = (struct label){ map->items[i].name, map->items[i].value };
	}
	qsort(items, count, sizeof *items, compare_labels);
	route->labels = items;
	route->label_count = count;
	if (map->count > 0)
		route->labels_at = yaml_reader_at(&reader->yaml, yaml_find(node, "labels"));
	return ok;
}

// ---- the root ----

static const struct yaml_node *find_conditions(const struct yaml_node *node, const struct matcher_keys *keys) {
	return yaml_find_key(node, keys->matchers.texts.count > 0 ? "matchers" : keys->match.count > 0 ? "match"
	                                                                                               : "match_re");
}

static bool check_root(struct config_reader *reader, const struct yaml_node *node, const struct route_keys *keys) {
	const struct matcher_keys *conditions = &keys->conditions;
	bool ok = true;
	if (keys->receiver == NULL || *keys->receiver == '\0')
		ok = complain_at(reader, node, "root route must specify a default receiver");
	if (conditions->match.count + conditions->match_re.count + conditions->matchers.texts.count > 0)
		ok = complain_at(reader, find_conditions(node, conditions), "root route must not have any matchers");
	if (keys->mute_time_intervals.count > 0)
		ok = complain_at(reader, yaml_find_key(node, "mute_time_intervals"), "root route must not have any mute time intervals");
	if (keys->active_time_intervals.count > 0)
		ok = complain_at(reader, yaml_find_key(node, "active_time_intervals"), "root route must not have any active time intervals");
	if (keys->continues)
		ok = complain_at(reader, yaml_find_key(node, "continue"), "cannot have continue in root route");
	return ok;
}

// A zero is an error, here or where it is inherited from: nothing more is said about it.
static void warn_of_repeat(struct config_reader *reader, const struct yaml_node *node, const struct route_config *route) {
	if (route->repeat_interval > 0 && route->repeat_interval < route->group_interval)
		problem_warning(reader->yaml.problems, yaml_reader_at(&reader->yaml, node), "repeat_interval is shorter than group_interval: repeats happen every group_interval");
}

static struct route_config *read_route(struct config_reader *reader, const struct yaml_node *node, struct route_config *parent, unsigned index, bool *ok);

static void read_children(struct config_reader *reader, const struct yaml_node *list, struct route_config *route, bool *ok) {
	if (list == NULL)
		return;
	route->routes = ARENA_NEW_ARRAY(reader->yaml.arena, struct route_config *, list->count + 1);
	for (uint32_t i = 0; i < list->count; i++)
		route->routes[route->route_count++] = read_route(reader, list->items[i], route, i, ok);
}

// Depth is bounded by that of the document.
static struct route_config *read_route(struct config_reader *reader, const struct yaml_node *node, struct route_config *parent, unsigned index, bool *ok) {
	struct route_config *route = ARENA_NEW(reader->yaml.arena, struct route_config);
	struct route_keys keys = { 0 };
	if (parent == NULL)
		*route = (struct route_config){ .group_wait = SECONDS(30), .group_interval = MINUTES(5), .repeat_interval = HOURS(4) };
	else
		*route = (struct route_config){ .receiver = parent->receiver, .group_by = parent->group_by, .group_by_count = parent->group_by_count, .group_by_all = parent->group_by_all, .group_wait = parent->group_wait, .group_interval = parent->group_interval, .repeat_interval = parent->repeat_interval };
	route->parent = parent;
	route->index = index;
	*ok &= yaml_table_read(&reader->yaml, route_rows, YAML_KEY_COUNT(route_rows), node, &keys);
	if (parent == NULL)
		*ok &= check_root(reader, node, &keys);
	if (keys.has_group_by)
		*ok &= take_group_by(reader, node, &keys, route);
	*ok &= take_receiver(reader, node, &keys, route);
	*ok &= take_timers(reader, node, &keys, route);
	*ok &= matchers_take(reader, &keys.conditions, &route->matchers);
	*ok &= take_intervals(reader, yaml_find(node, "mute_time_intervals"), &keys.mute_time_intervals, &route->mute_intervals);
	*ok &= take_intervals(reader, yaml_find(node, "active_time_intervals"), &keys.active_time_intervals, &route->active_intervals);
	*ok &= take_labels(reader, node, &keys.labels, route);
	route->continues = keys.continues;
	warn_of_repeat(reader, node, route);
	read_children(reader, keys.routes, route, ok);
	return route;
}

bool routes_read(struct config_reader *reader, const struct yaml_node *root) {
	bool ok = true;
	reader->config->notify.root = read_route(reader, root, NULL, 0, &ok);
	return ok;
}
