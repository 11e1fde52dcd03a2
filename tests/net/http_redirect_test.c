// SPDX-License-Identifier: Apache-2.0
#include "net/http_redirect.h"
#include "base/buf.h"
#include "tests/harness/test.h"

TEST(a_post_becomes_a_get_unless_the_status_forbids_it) {
	CHECK_INT(http_redirect_of(301), REDIRECT_AS_GET);
	CHECK_INT(http_redirect_of(302), REDIRECT_AS_GET);
	CHECK_INT(http_redirect_of(303), REDIRECT_AS_GET);
	CHECK_INT(http_redirect_of(307), REDIRECT_AGAIN);
	CHECK_INT(http_redirect_of(308), REDIRECT_AGAIN);
	CHECK_INT(http_redirect_of(300), REDIRECT_NONE);
	CHECK_INT(http_redirect_of(304), REDIRECT_NONE);
	CHECK_INT(http_redirect_of(200), REDIRECT_NONE);
}

TEST(secrets_go_to_the_host_and_its_subdomains) {
	CHECK(http_redirect_keeps_secrets(STR("a.test"), STR("A.TEST")));
	CHECK(http_redirect_keeps_secrets(STR("a.test"), STR("b.a.test")));
	CHECK(!http_redirect_keeps_secrets(STR("b.a.test"), STR("a.test")));
	CHECK(!http_redirect_keeps_secrets(STR("a.test"), STR("ba.test")));
	CHECK(!http_redirect_keeps_secrets(STR("a.test"), STR("::1%.a.test")));
	CHECK(!http_redirect_keeps_secrets(STR(""), STR(".")));
	CHECK(!http_redirect_keeps_secrets(STR("127.0.0.1"), STR("127.0.0.2")));
}

TEST(what_stays_behind_is_left_out) {
	autobuf struct buf out = { 0 };
	const struct str lines = STR("Expect:\nauthorization: a\nContent-Type: b\nX-Own: c:d\nCookie: e\n");
	http_redirect_filter(&out, lines, true, true);
	CHECK(str_equal(buf_str(&out), lines));
	buf_reset(&out);
	http_redirect_filter(&out, lines, false, true);
	CHECK_STR(buf_str(&out), "Expect:\nContent-Type: b\nX-Own: c:d\n");
	buf_reset(&out);
	http_redirect_filter(&out, lines, true, false);
	CHECK_STR(buf_str(&out), "Expect:\nauthorization: a\nX-Own: c:d\nCookie: e\n");
}
