// SPDX-License-Identifier: Apache-2.0
#include "evaluator/prometheus.h"

#include "tests/harness/test.h"

static void check_url(const char *base, const char *wanted) {
	autofree char *url = prometheus_query_url(base);
	CHECK_CSTR(url, wanted);
}

TEST(the_query_path_goes_to_the_end_of_the_path_and_parameters_stay) {
	check_url("http://prom:9090", "http://prom:9090/api/v1/query");
	check_url("http://prom:9090/", "http://prom:9090/api/v1/query");
	check_url("https://x/select/0/prometheus/", "https://x/select/0/prometheus/api/v1/query");
	check_url("http://x/p?extra_label=team%3Dnet&b=1", "http://x/p/api/v1/query?extra_label=team%3Dnet&b=1");
}

static void check_shown(const char *url, const char *wanted) {
	autofree char *shown = prometheus_shown_url(url);
	CHECK_CSTR(shown, wanted);
}

TEST(a_shown_url_holds_no_secrets) {
	check_shown("http://127.0.0.1:9090/x/api/v1/query", "http://127.0.0.1:9090/x/api/v1/query");
	check_shown("https://ann:pass@word@prom/api/v1/query?token=secret", "https://prom/api/v1/query");
	check_shown("http://prom/@team/api/v1/query#secret", "http://prom/@team/api/v1/query");
	check_shown("http://ann:secret@prom?token=a/b", "http://prom");
}

TEST(a_question_is_a_form_with_the_time_in_milliseconds) {
	autobuf struct buf form = { 0 };
	prometheus_form(&form, STR("up{a=\"ä b\"} == 0"), MINUTES(2), 1700000000042);
	CHECK_CSTR(buf_cstr(&form), "query=up%7Ba%3D%22%C3%A4+b%22%7D+%3D%3D+0&timeout=2m&time=1700000000.042");
}

TEST(times_before_1970_are_negative) {
	autobuf struct buf form = { 0 };
	prometheus_form(&form, STR("up"), MINUTES(2), -1500);
	CHECK_CSTR(buf_cstr(&form), "query=up&timeout=2m&time=-1.500");
}
