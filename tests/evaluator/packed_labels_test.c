// SPDX-License-Identifier: Apache-2.0
#include "evaluator/packed_labels.h"

#include "tests/harness/test.h"

static char long_text[40000];
static const struct label items[] = {
	{ { "__name__", 8 }, { "up", 2 } },
	{ { "instance", 8 }, { "host:9090", 9 } },
	{ { "text", 4 }, { long_text, 200 } },
	{ { "text2", 5 }, { long_text, sizeof long_text } },
};

TEST(packed_labels_come_back_as_they_were) {
	memset(long_text, 'x', sizeof long_text);
	autoarena struct arena arena = { 0 };
	struct packed_labels *packed = packed_labels_create(items, 4);
	const struct label *back = packed_labels_unpack(packed, &arena);
	for (size_t i = 0; i < 4; i++)
		CHECK(str_equal(back[i].name, items[i].name) && str_equal(back[i].value, items[i].value));
	CHECK(packed_labels_equal(packed, items, 4));
	free(packed);
}

TEST(packed_labels_differ_by_count_name_and_value) {
	struct packed_labels *packed = packed_labels_create(items, 2);
	struct label other[2] = { items[0], items[1] };
	CHECK(!packed_labels_equal(packed, items, 1));
	other[1].value = STR("host:9091");
	CHECK(!packed_labels_equal(packed, other, 2));
	other[1] = (struct label){ STR("instances"), STR("host:9090") };
	CHECK(!packed_labels_equal(packed, other, 2));
	free(packed);
}

TEST(no_labels_are_a_set_too) {
	struct packed_labels *packed = packed_labels_create(NULL, 0);
	CHECK(packed_labels_equal(packed, NULL, 0));
	CHECK(!packed_labels_equal(packed, items, 1));
	free(packed);
}
