// SPDX-License-Identifier: Apache-2.0
#include "model/name_scheme.h"

#include "tests/harness/test.h"

TEST(schemes_have_names_and_none_leaves_the_default) {
	enum name_scheme scheme = NAME_UTF8;
	CHECK(name_scheme_parse(STR("legacy"), &scheme) && scheme == NAME_LEGACY);
	CHECK(name_scheme_parse(STR(""), &scheme) && scheme == NAME_LEGACY);
	CHECK(!name_scheme_parse(STR("Legacy"), &scheme) && !name_scheme_parse(STR("unset"), &scheme) && scheme == NAME_LEGACY);
	CHECK(name_scheme_parse(STR("utf8"), &scheme) && scheme == NAME_UTF8);
}

TEST(any_text_that_is_not_empty_is_a_name_in_utf8) {
	CHECK(name_is_label(STR("a.b"), NAME_UTF8) && name_is_label(STR("1"), NAME_UTF8) && name_is_metric(STR("ä b"), NAME_UTF8));
	CHECK(!name_is_label(STR_NONE, NAME_UTF8) && !name_is_metric(STR("\xff"), NAME_UTF8));
}

TEST(legacy_names_are_letters_digits_and_underscores) {
	static const char *const good[] = { "a", "_", "A9", "__name__", "a_b_1" };
	static const char *const bad[] = { "", "9a", "a.b", "a-b", "ä", "a b", "$a" };
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		CHECK(name_is_label(str_of(good[i]), NAME_LEGACY) && name_is_metric(str_of(good[i]), NAME_LEGACY));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		CHECK(!name_is_label(str_of(bad[i]), NAME_LEGACY) && !name_is_metric(str_of(bad[i]), NAME_LEGACY));
	CHECK(name_is_metric(STR(":a:b"), NAME_LEGACY) && !name_is_label(STR("a:b"), NAME_LEGACY));
}

// Prometheus: ^(?:(?:[a-zA-Z_]|\$(?:\{\w+\}|\w+))+\w*)+$
TEST(legacy_targets_may_have_variables) {
	static const char *const good[] = { "a", "$1", "${1}", "a_$1_b", "a${name}9", "$1$2", "${a}b", "$a9" };
	static const char *const bad[] = { "", "9$1", "$", "a$", "${}", "${a", "$-", "a.$1", "${a-b}", "a$ä", "${1}.b", "$1}" };
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		CHECK(name_is_label_target(str_of(good[i]), NAME_LEGACY));
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		CHECK(!name_is_label_target(str_of(bad[i]), NAME_LEGACY));
	CHECK(name_is_label_target(STR("a.$1"), NAME_UTF8) && !name_is_label_target(STR_NONE, NAME_UTF8));
}
