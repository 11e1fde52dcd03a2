// SPDX-License-Identifier: Apache-2.0
// Selectors that stand alone: texts and errors as Prometheus 3.14's ParseMetricSelector has them.
#include "tests/harness/test.h"

#include "base/buf.h"
#include "model/matcher.h"
#include "promql/promql.h"

static void check_reads(const char *text, const char *wanted) {
	struct arena arena = { 0 };
	struct matchers matchers = { 0 };
	struct error err = { 0 };
	autobuf struct buf out = { 0 };
	CHECK(promql_selector_parse(&arena, str_of(text), &matchers, &err));
	matchers_format(&out, &matchers);
	CHECK_CSTR(buf_cstr(&out), wanted);
	matchers_finish(&matchers);
	arena_finish(&arena);
}

static void check_refuses(const char *text, const char *wanted) {
	struct arena arena = { 0 };
	struct matchers matchers = { 0 };
	struct error err = { 0 };
	CHECK(!promql_selector_parse(&arena, str_of(text), &matchers, &err));
	CHECK_CSTR(err.text, wanted);
	CHECK_INT(matchers.count, 0);
	arena_finish(&arena);
}

TEST(names_and_matchers_are_read) {
	check_reads("{}", "{}");
	check_reads("up", "{__name__=\"up\"}");
	check_reads("sum", "{__name__=\"sum\"}");
	check_reads("up{a=\"b\"}", "{__name__=\"up\",a=\"b\"}");
	check_reads("{a=\"b\",}", "{a=\"b\"}");
	check_reads("{\"up\"}", "{__name__=\"up\"}");
	check_reads("{a!=\"b\",c=~'d.*',e!~`f`}", "{a!=\"b\",c=~\"d.*\",e!~\"f\"}");
}

TEST(anything_else_is_refused_with_upstreams_texts) {
	check_refuses("", "unknown position: parse error: unexpected end of input");
	check_refuses("1", "1:1: parse error: unexpected number \"1\"");
	check_refuses("(up)", "1:1: parse error: unexpected \"(\"");
	check_refuses("sum(up)", "1:4: parse error: unexpected \"(\"");
	check_refuses("up offset 5m", "1:4: parse error: unexpected <offset>");
	check_refuses("up[5m]", "1:3: parse error: unexpected \"[\"");
	check_refuses("up up", "1:4: parse error: unexpected identifier \"up\"");
	check_refuses("up +", "1:4: parse error: unexpected <op:+>");
	check_refuses("up{a}", "1:5: parse error: unexpected \"}\" in label matching, expected label matching operator");
	check_refuses("up{a=}", "1:6: parse error: unexpected \"}\" in label matching, expected string");
	check_refuses("{=\"a\"}", "1:2: parse error: unexpected \"=\" in label matching, expected identifier or \"}\"");
	check_refuses("{a=\"b\"", "1:7: parse error: unexpected end of input inside braces");
	check_refuses("{a=~\"(\"}", "1:2: parse error: error parsing regexp: missing closing ): `(`");
}
