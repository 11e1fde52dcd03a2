// SPDX-License-Identifier: Apache-2.0
#include "net/http_outcome.h"
#include "tests/harness/test.h"

static const char *origin(const char *url) {
	static struct buf out;
	buf_reset(&out);
	http_origin_append(&out, str_of(url));
	return buf_cstr(&out);
}

TEST(an_origin_has_no_userinfo_path_or_query) {
	CHECK_CSTR(origin("https://user:pa@ss@host.test:81/secret?token=x"), "https://host.test:81");
	CHECK_CSTR(origin("http://host.test"), "http://host.test");
	CHECK_CSTR(origin("http://host.test?a=b@c"), "http://host.test");
	CHECK_CSTR(origin("http://[::1]:9/x"), "http://[::1]:9");
	CHECK_CSTR(origin("user:password"), "the configured URL");
}

TEST(retry_after_is_seconds_or_a_date) {
	wall_ms now = SECONDS(1445412480);
	CHECK_INT(http_retry_after_parse("7", now), SECONDS(7));
	CHECK_INT(http_retry_after_parse(" 0 ", now), 0);
	CHECK_INT(http_retry_after_parse("Wed, 21 Oct 2015 07:28:30 GMT", now), SECONDS(30));
	CHECK_INT(http_retry_after_parse("Wed, 21 Oct 2015 07:27:30 GMT", now), 0);
	CHECK_INT(http_retry_after_parse("999999999999999999999999", now), HOURS(7 * 24));
	CHECK_INT(http_retry_after_parse("7 apples", now), -1);
	CHECK_INT(http_retry_after_parse("", now), -1);
}

TEST(an_error_says_who_and_what_without_secrets) {
	struct error err;
	CHECK(!http_outcome_error(&err, CURLE_COULDNT_CONNECT, "Failed to connect", "POST", "http://u:p@h:1/secret", 10));
	CHECK_CSTR(err.text, "POST http://h:1: failed to connect");
	CHECK(err.code == ERR_UNAVAILABLE);
	http_outcome_error(&err, CURLE_OPERATION_TIMEDOUT, "Operation timed out", "GET", "http://h", 1500);
	CHECK_CSTR(err.text, "GET http://h: timed out after 1.5 s");
	CHECK(err.code == ERR_TIMEOUT);
	http_outcome_error(&err, CURLE_SSL_CONNECT_ERROR, "", "GET", "https://h", 1500);
	CHECK_CSTR(err.text, "GET https://h: SSL connect error");
	http_outcome_error(&err, CURLE_UNSUPPORTED_PROTOCOL, "Received HTTP/0.9 when not allowed", "GET", "http://h", 1500);
	CHECK_CSTR(err.text, "GET http://h: the answer is not HTTP");
	CHECK(err.code == ERR_UNAVAILABLE);
	http_outcome_error(&err, CURLE_UNSUPPORTED_PROTOCOL, "Protocol \"gopher\" not supported", "GET", "gopher://h", 1500);
	CHECK(err.code == ERR_INVALID);
}
