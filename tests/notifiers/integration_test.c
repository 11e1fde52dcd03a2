// SPDX-License-Identifier: Apache-2.0
// Which integration of a new configuration is which of the old one.
#include "tests/harness/test.h"

#include "notifiers/integration.h"

#define PAIR(was, now, to) integration_pair(was, sizeof(was) / sizeof *(was), now, sizeof(now) / sizeof *(now), to)

TEST(the_order_does_not_matter) {
	const struct str was[] = { STR("hook/webhook/0/aa"), STR("hook/webhook/1/bb") };
	const struct str now[] = { STR("hook/webhook/0/bb"), STR("hook/webhook/1/aa") };
	ptrdiff_t to[2];
	PAIR(was, now, to);
	CHECK_INT(to[0], 1);
	CHECK_INT(to[1], 0);
}

TEST(one_with_another_content_is_known_by_its_position) {
	const struct str was[] = { STR("hook/webhook/0/aa"), STR("hook/webhook/1/bb") };
	const struct str now[] = { STR("hook/webhook/0/cc"), STR("hook/webhook/1/bb") };
	ptrdiff_t to[2];
	PAIR(was, now, to);
	CHECK_INT(to[0], 0);
	CHECK_INT(to[1], 1);
}

TEST(content_goes_before_position) {
	const struct str was[] = { STR("hook/webhook/0/aa") };
	const struct str now[] = { STR("hook/webhook/0/new"), STR("hook/webhook/1/aa") };
	ptrdiff_t to[1];
	PAIR(was, now, to);
	CHECK_INT(to[0], 1);
}

TEST(another_kind_or_receiver_is_another_integration) {
	const struct str was[] = { STR("hook/webhook/0/aa"), STR("x/webhook/0/aa") };
	const struct str now[] = { STR("hook/email/0/aa"), STR("y/webhook/0/aa") };
	ptrdiff_t to[2];
	PAIR(was, now, to);
	CHECK_INT(to[0], -1);
	CHECK_INT(to[1], -1);
}

TEST(a_receiver_may_have_slashes_in_its_name_and_twins_among_its_integrations) {
	const struct str was[] = { STR("team/a/b/webhook/0/aa"), STR("team/a/b/webhook/1/aa") };
	const struct str now[] = { STR("team/a/b/webhook/0/aa"), STR("team/a/b/webhook/1/aa"), STR("a/b/webhook/0/aa") };
	ptrdiff_t to[2];
	PAIR(was, now, to);
	CHECK_INT(to[0], 0);
	CHECK_INT(to[1], 1);
}

TEST(each_is_paired_at_most_once) {
	const struct str was[] = { STR("hook/webhook/0/aa"), STR("hook/webhook/1/aa") };
	const struct str now[] = { STR("hook/webhook/0/aa") };
	ptrdiff_t to[2];
	PAIR(was, now, to);
	CHECK_INT(to[0], 0);
	CHECK_INT(to[1], -1);
}

TEST(an_identity_changes_with_each_setting_and_shows_no_secret) {
	struct integration_config config = { .kind = INTEGRATION_WEBHOOK };
	autobuf struct buf one = { 0 }, two = { 0 }, three = { 0 };
	config.webhook = (struct webhook_config){ .url = "http://user:hidden@example/x", .http = { .basic_password = "hidden" } };
	integration_identity(&one, "hook", &config, notifier_find(INTEGRATION_WEBHOOK));
	config.webhook.max_alerts = 5;
	integration_identity(&two, "hook", &config, notifier_find(INTEGRATION_WEBHOOK));
	config.webhook.http.basic_password = "other";
	integration_identity(&three, "hook", &config, notifier_find(INTEGRATION_WEBHOOK));
	CHECK(!str_equal(buf_str(&one), buf_str(&two)) && !str_equal(buf_str(&two), buf_str(&three)));
	CHECK(str_find(buf_str(&one), STR("hidden")) < 0);
	CHECK(str_has_prefix(buf_str(&one), STR("hook/webhook/0/")));
}
