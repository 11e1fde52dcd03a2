// SPDX-License-Identifier: Apache-2.0
// The table of findings is what people see: in files, in documentation, in other programs' lists.
#include "base/buf.h"
#include "model/lint_finding.h"
#include "tests/harness/test.h"

TEST(every_finding_has_a_name_of_its_own_and_is_found_by_it) {
	for (enum lint_id id = 0; id < LINT_ID_COUNT; id++) {
		struct str name = str_of(lint_finding(id)->id);
		enum lint_id found = LINT_ID_COUNT;
		CHECK(name.len > 0 && lint_id_parse(name, &found));
		CHECK_INT(found, id);
		for (size_t i = 0; i < name.len; i++)
			CHECK((name.data[i] >= 'a' && name.data[i] <= 'z') || (name.data[i] >= '0' && name.data[i] <= '9') || (name.data[i] == '-' && i > 0 && i + 1 < name.len));
	}
}

TEST(a_name_that_is_none_is_not_found) {
	enum lint_id id = LINT_DUPLICATE_RULES;
	CHECK(!lint_id_parse(STR_NONE, &id) && !lint_id_parse(STR("duplicate"), &id) && !lint_id_parse(STR("all"), &id) && !lint_id_parse(STR("Duplicate-rules"), &id));
	CHECK_INT(id, LINT_DUPLICATE_RULES);
}

TEST(help_is_one_sentence_without_a_full_stop_that_fits_a_table) {
	autobuf struct buf table = { 0 };
	for (enum lint_id id = 0; id < LINT_ID_COUNT; id++) {
		struct str help = str_of(lint_finding(id)->help);
		CHECK(help.len > 20 && !str_has_suffix(help, STR(".")));
		CHECK(str_find_char(help, '|') < 0 && str_find_char(help, '\n') < 0);
	}
	lint_findings_format(&table);
	CHECK(str_find(buf_str(&table), STR("\n| `duplicate-rules` | warning | two rules of a file ")) > 0);
}
