// SPDX-License-Identifier: Apache-2.0
#include "evaluator/raw_labels.h"

#include "tests/harness/test.h"

static char long_text[40000];
static const struct label items[] = {
	{ { "__name__", 8 }, { "up", 2 } },
	{ { "instance", 8 }, { "host:9090", 9 } },
	{ { "severity", 8 }, { "none", 4 } },
	{ { "text", 4 }, { long_text, 200 } },
	{ { "text2", 5 }, { long_text, sizeof long_text } },
};
enum { COUNT = sizeof items / sizeof *items };

// As rules make them of these items: without the name, with labels of their own before, between and after, some in place of the element's.
static const struct labels *identities[5];

static void make_identities(void) {
	memset(long_text, 'x', sizeof long_text);
	struct label alike[] = { { STR("alertname"), STR("A") }, items[1], { STR("severity"), STR("page") }, items[3], items[4], { STR("zone"), STR("z") } };
	identities[0] = labels_from_sorted(alike, 6);
	identities[1] = labels_empty();
	identities[2] = labels_from_sorted(items, COUNT);
	identities[3] = labels_from_sorted(items + 4, 1);
	struct label other = { STR("text2"), STR("x") };
	identities[4] = labels_from_sorted(&other, 1);
}

static void drop_identities(void) {
	for (size_t i = 0; i < 5; i++)
		labels_unref(identities[i]);
}

TEST(raw_labels_come_back_as_they_were_whatever_the_rule_made_of_them) {
	make_identities();
	for (size_t i = 0; i < 5; i++)
		for (size_t count = 0; count <= COUNT; count++) {
			autoarena struct arena arena = { 0 };
			struct raw_labels *raw = raw_labels_create(identities[i], items, count);
			const struct label *back = raw_labels_unpack(raw, identities[i], &arena);
			for (size_t k = 0; k < count; k++)
				CHECK(str_equal(back[k].name, items[k].name) && str_equal(back[k].value, items[k].value));
			CHECK(raw_labels_equal(raw, identities[i], items, count));
			CHECK(raw_labels_hash(raw, identities[i]) == labels_hash(items, count));
			free(raw);
		}
	drop_identities();
}

TEST(raw_labels_write_out_what_the_alert_does_not_have) {
	make_identities();
	static const uint8_t own[] = { 2, 5, 0, 4, 5 };
	for (size_t i = 0; i < 5; i++) {
		struct raw_labels *raw = raw_labels_create(identities[i], items, COUNT);
		CHECK_INT(raw->own, own[i]);
		free(raw);
	}
	drop_identities();
}

TEST(raw_labels_differ_by_count_name_and_value) {
	make_identities();
	for (size_t i = 0; i < 5; i++) {
		struct raw_labels *raw = raw_labels_create(identities[i], items, 3);
		struct label other[3] = { items[0], items[1], items[2] };
		CHECK(!raw_labels_equal(raw, identities[i], items, 2) && !raw_labels_equal(raw, identities[i], items, 4));
		other[1].value = STR("host:9091");
		CHECK(!raw_labels_equal(raw, identities[i], other, 3));
		other[1] = (struct label){ STR("instances"), STR("host:9090") };
		CHECK(!raw_labels_equal(raw, identities[i], other, 3));
		free(raw);
	}
	drop_identities();
}

TEST(an_alert_of_many_labels_marks_each_of_them) {
	struct label many[128];
	char names[128][8];
	for (size_t i = 0; i < 128; i++) {
		snprintf(names[i], sizeof names[i], "l%03zu", i);
		many[i] = (struct label){ str_of(names[i]), STR("v") };
	}
	const struct labels *identity = labels_from_sorted(many, 128);
	struct label every_third[43];
	for (size_t i = 0; i < 43; i++)
		every_third[i] = many[i * 3];
	struct raw_labels *raw = raw_labels_create(identity, every_third, 43);
	CHECK(raw->own == 0 && raw_labels_equal(raw, identity, every_third, 43));
	CHECK(!raw_labels_equal(raw, identity, many, 43));
	free(raw);
	labels_unref(identity);
}
