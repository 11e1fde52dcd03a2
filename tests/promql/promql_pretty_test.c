// SPDX-License-Identifier: Apache-2.0
// Expressions laid out in lines.
#include "base/buf.h"
#include "promql/promql.h"
#include "tests/harness/test.h"

static void check_lines(const char *text, const char *wanted) {
	autoarena struct arena arena = { 0 };
	autobuf struct buf got = { 0 };
	struct promql_result result = promql_parse(&arena, str_of(text), 0);
	CHECK(result.root != NULL);
	CHECK(promql_format_pretty(&got, result.root));
	CHECK_CSTR(buf_cstr(&got), wanted);
}

TEST(what_fits_in_a_line_stays_in_it) {
	check_lines("sum(rate(http_requests_total[5m])) by (job) > 1",
	    "sum by (job) (rate(http_requests_total[5m])) > 1");
}

TEST(an_operator_stands_in_a_line_of_its_own) {
	check_lines("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa{b=\"ccccccccccccccccccc\"} == bool on (ddddd) group_left (eeeee) fffffffffffffffffffff",
	    "  aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa{b=\"ccccccccccccccccccc\"}\n"
	    "== bool on (ddddd) group_left (eeeee)\n"
	    "  fffffffffffffffffffff");
	check_lines("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa + bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb * cccccccccccccccccccccccccccccccccc - ddddddddddddddddddddddd",
	    "    aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n"
	    "  +\n"
	    "    bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb * cccccccccccccccccccccccccccccccccc\n"
	    "-\n"
	    "  ddddddddddddddddddddddd");
}

TEST(arguments_stand_in_a_line_each) {
	check_lines("label_replace(some_metric_with_a_long_name{label_one=\"value one\"}, \"destination\", \"$1-$2\", \"source_label\", \"(.*):(.*)\")",
	    "label_replace(\n"
	    "  some_metric_with_a_long_name{label_one=\"value one\"},\n"
	    "  \"destination\",\n"
	    "  \"$1-$2\",\n"
	    "  \"source_label\",\n"
	    "  \"(.*):(.*)\"\n"
	    ")");
	check_lines("quantile without (aaaaaaaaaaaaaaaaaaaaaaa) (0.95, bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb{ccccccccccccccccccccc=\"dddddddddddddddddddddd\"})",
	    "quantile without (aaaaaaaaaaaaaaaaaaaaaaa) (\n"
	    "  0.95,\n"
	    "  bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb{ccccccccccccccccccccc=\"dddddddddddddddddddddd\"}\n"
	    ")");
}

TEST(a_sign_stands_before_what_it_belongs_to) {
	check_lines("-(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa + -bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb ^ 2)",
	    "-(\n"
	    "    aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n"
	    "  +\n"
	    "    -bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb ^ 2\n"
	    ")");
}

TEST(a_range_stands_behind_what_it_belongs_to) {
	check_lines("max_over_time(sum by (aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa) (rate(bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb[5m]))[1h:1m] offset 5m)",
	    "max_over_time(\n"
	    "  sum by (aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa) (rate(bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb[5m]))[1h:1m] offset 5m\n"
	    ")");
}

TEST(selectors_are_not_broken) {
	check_lines("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa{bbbbbbbbbbbbbbbbbbb=\"ccccccccccccccccccccccccccccccccc\",ddddd=\"eeeeeeeeee\"}",
	    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa{bbbbbbbbbbbbbbbbbbb=\"ccccccccccccccccccccccccccccccccc\",ddddd=\"eeeeeeeeee\"}");
}

TEST(comments_are_not_kept) {
	check_lines("a # why\n+ b",
	    "a + b");
}

// abs(aaa…): so many bytes in all.
static bool is_broken(size_t bytes) {
	autoarena struct arena arena = { 0 };
	autobuf struct buf text = { 0 }, got = { 0 };
	buf_append_cstr(&text, "abs(");
	while (text.len < bytes - 1)
		buf_append_char(&text, 'a');
	buf_append_char(&text, ')');
	struct promql_result result = promql_parse(&arena, buf_str(&text), 0);
	CHECK(promql_format_pretty(&got, result.root));
	return memchr(got.data, '\n', got.len) != NULL;
}

TEST(a_line_holds_100_bytes_and_no_more) {
	CHECK(!is_broken(100));
	CHECK(is_broken(101));
}
