// SPDX-License-Identifier: Apache-2.0
// Route matching and keys, on trees made by hand.
#include "tests/harness/test.h"
#include "tests/notifiers/dispatch_rig.h"

#include "base/buf.h"

// The receivers of the routes that take `labels`, joined by commas.
static struct str taken(struct made_setup *made, const char *text) {
	static struct buf out;
	struct route_list routes = { 0 };
	const struct labels *labels = labels_of(text);
	buf_reset(&out);
	route_match(&made->root, labels, &routes);
	for (size_t i = 0; i < routes.count; i++)
		buf_format(&out, "%s%s", i == 0 ? "" : ",", few_items(&routes)[i]->receiver->name);
	few_finish(&routes);
	labels_unref(labels);
	return buf_str(&out);
}

static struct made_setup *tree(void) {
	struct made_setup *made = made_setup_create(1, 2, 3);
	made_setup_receiver(made, "a");
	made_setup_receiver(made, "b");
	made_setup_receiver(made, "c");
	return made;
}

TEST(an_alert_no_child_takes_stays_at_the_root) {
	struct made_setup *made = tree();
	made_setup_child(made, "team=\"a\"", 1);
	CHECK_STR(taken(made, "x=\"1\""), "hook");
	CHECK_STR(taken(made, "team=\"a\""), "a");
	notify_setup_unref(&made->setup);
}

TEST(the_first_matching_child_ends_a_level_unless_it_continues) {
	struct made_setup *made = tree();
	made_setup_child(made, "team=~\"a|b\"", 1);
	made_setup_child(made, "team=\"a\"", 2);
	CHECK_STR(taken(made, "team=\"a\""), "a");
	made->children[0].continues = true;
	CHECK_STR(taken(made, "team=\"a\""), "a,b");
	CHECK_STR(taken(made, "team=\"b\""), "a");
	notify_setup_unref(&made->setup);
}

TEST(continue_at_the_last_child_changes_nothing) {
	struct made_setup *made = tree();
	made_setup_child(made, "team=\"a\"", 1)->continues = true;
	CHECK_STR(taken(made, "team=\"a\""), "a");
	notify_setup_unref(&made->setup);
}

TEST(a_deeper_route_takes_what_it_matches_and_its_parent_the_rest) {
	struct made_setup *made = tree();
	struct route_config *parent = made_setup_child(made, "team=\"a\"", 1);
	struct route_config child = *parent, *children[] = { &child };
	struct error err;
	child.matchers = (struct matchers){ 0 };
	CHECK(matchers_parse(&child.matchers, STR("severity=\"critical\""), MATCHER_FALLBACK, &err));
	child.parent = parent;
	child.index = 0;
	child.receiver = &made->receivers[2];
	parent->routes = children;
	parent->route_count = 1;
	CHECK_STR(taken(made, "team=\"a\""), "a");
	CHECK_STR(taken(made, "team=\"a\",severity=\"critical\""), "b");
	autobuf struct buf key = { 0 };
	route_key(&key, &child);
	CHECK_STR(buf_str(&key), "{}/{team=\"a\"}/{severity=\"critical\"}");
	matchers_finish(&child.matchers);
	parent->routes = NULL;
	parent->route_count = 0;
	notify_setup_unref(&made->setup);
}

TEST(nothing_takes_what_the_root_does_not_match) {
	struct made_setup *made = tree();
	struct error err;
	CHECK(matchers_parse(&made->root.matchers, STR("env=\"prod\""), MATCHER_FALLBACK, &err));
	CHECK_STR(taken(made, "env=\"test\""), "");
	CHECK_STR(taken(made, "env=\"prod\""), "hook");
	matchers_finish(&made->root.matchers);
	notify_setup_unref(&made->setup);
}

static struct str identity(const struct route_config *route) {
	static struct buf out;
	buf_reset(&out);
	route_identity(&out, route);
	return buf_str(&out);
}

TEST(equal_siblings_have_one_key_but_identities_of_their_own) {
	struct made_setup *made = tree();
	made_setup_child(made, "team=\"a\"", 1)->continues = true;
	made_setup_child(made, "team=\"a\"", 1)->continues = true;
	made_setup_child(made, "team=\"a\"", 2);
	autobuf struct buf first = { 0 }, second = { 0 };
	route_key(&first, &made->children[0]);
	route_key(&second, &made->children[1]);
	CHECK_STR(buf_str(&first), "{}/{team=\"a\"}");
	CHECK(str_equal(buf_str(&first), buf_str(&second)));
	CHECK_STR(identity(&made->children[0]), "{}/{team=\"a\"}@a");
	CHECK_STR(identity(&made->children[1]), "{}/{team=\"a\"}#1@a");
	CHECK_STR(identity(&made->children[2]), "{}/{team=\"a\"}@b");
	notify_setup_unref(&made->setup);
}

TEST(an_identity_does_not_change_when_another_route_is_put_before_it) {
	struct made_setup *made = tree(), *longer = tree();
	made_setup_child(made, "team=\"a\"", 1);
	made_setup_child(longer, "team=\"b\"", 2);
	made_setup_child(longer, "team=\"a\"", 1);
	autobuf struct buf before = { 0 };
	buf_append_str(&before, identity(&made->children[0]));
	CHECK(str_equal(buf_str(&before), identity(&longer->children[1])));
	notify_setup_unref(&made->setup);
	notify_setup_unref(&longer->setup);
}

// Both ways to say that two alerts are of one group: by what names it, and without making that.
static bool are_of_one_group(const struct route_config *route, const char *one, const char *other) {
	const struct labels *first = labels_of(one), *second = labels_of(other);
	const struct labels *group = route_group_labels(route, first), *other_group = route_group_labels(route, second);
	bool are = route_is_group_of(route, group, second);
	CHECK(route_is_group_of(route, group, first));
	CHECK(are == labels_equal(group, other_group));
	CHECK(!are || route_group_hash(route, first) == route_group_hash(route, second));
	labels_unref(first);
	labels_unref(second);
	labels_unref(group);
	labels_unref(other_group);
	return are;
}

TEST(alerts_are_of_one_group_when_they_have_the_values_grouped_by_and_no_others) {
	struct made_setup *made = tree();
	struct str names[] = { STR("alertname"), STR("cluster") };
	made->root.group_by = names;
	made->root.group_by_count = 2;
	CHECK(are_of_one_group(&made->root, "alertname=\"Down\",cluster=\"x\",job=\"a\"", "alertname=\"Down\",cluster=\"x\",job=\"b\""));
	CHECK(are_of_one_group(&made->root, "alertname=\"Down\",job=\"a\"", "alertname=\"Down\",job=\"b\""));
	CHECK(!are_of_one_group(&made->root, "alertname=\"Down\",cluster=\"x\"", "alertname=\"Down\",cluster=\"y\""));
	CHECK(!are_of_one_group(&made->root, "alertname=\"Down\",cluster=\"x\"", "alertname=\"Down\""));
	CHECK(!are_of_one_group(&made->root, "alertname=\"x\"", "cluster=\"x\""));
	made->root.group_by_count = 0;
	CHECK(are_of_one_group(&made->root, "alertname=\"Down\"", "alertname=\"Up\""));
	made->root.group_by_all = true;
	CHECK(are_of_one_group(&made->root, "alertname=\"Down\"", "alertname=\"Down\""));
	CHECK(!are_of_one_group(&made->root, "alertname=\"Down\"", "alertname=\"Down\",job=\"a\""));
	notify_setup_unref(&made->setup);
}

TEST(group_labels_are_those_grouped_by_that_the_alert_has) {
	struct made_setup *made = tree();
	struct str names[] = { STR("alertname"), STR("cluster") };
	const struct labels *labels = labels_of("alertname=\"Down\",job=\"a\"");
	autobuf struct buf text = { 0 };
	made->root.group_by = names;
	made->root.group_by_count = 2;
	const struct labels *group = route_group_labels(&made->root, labels);
	labels_format(&text, group);
	CHECK_STR(buf_str(&text), "{alertname=\"Down\"}");
	labels_unref(group);
	made->root.group_by_all = true;
	group = route_group_labels(&made->root, labels);
	CHECK(labels_equal(group, labels));
	labels_unref(group);
	labels_unref(labels);
	notify_setup_unref(&made->setup);
}
