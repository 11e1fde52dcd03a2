// SPDX-License-Identifier: Apache-2.0
// Hosts and ports. Messages are those of Go's net.SplitHostPort.
#include "model/host_port.h"
#include "tests/harness/test.h"

static void check_split(const char *text, const char *host, const char *port) {
	struct str got_host, got_port;
	struct error err;
	CHECK(host_port_split(str_of(text), &got_host, &got_port, &err));
	CHECK_STR(got_host, host);
	CHECK_STR(got_port, port);
}

static void check_split_fails(const char *text, const char *message) {
	struct str host, port;
	struct error err;
	CHECK(!host_port_split(str_of(text), &host, &port, &err));
	CHECK_CSTR(err.text, message);
}

TEST(a_host_and_a_port_are_split_at_the_last_colon_and_brackets_fall) {
	check_split("a:25", "a", "25");
	check_split(":25", "", "25");
	check_split("a:", "a", "");
	check_split("[::1]:25", "::1", "25");
	check_split("[]:25", "", "25");
}

TEST(what_is_no_host_and_port_is_told_as_go_does) {
	check_split_fails("", "address : missing port in address");
	check_split_fails("a", "address a: missing port in address");
	check_split_fails("[::1]", "address [::1]: missing port in address");
	check_split_fails("[::1]25", "address [::1]25: missing port in address");
	check_split_fails("[a]:b:25", "address [a]:b:25: too many colons in address");
	check_split_fails("a:b:c", "address a:b:c: too many colons in address");
	check_split_fails("[a:25", "address [a:25: missing ']' in address");
	check_split_fails("a]:25", "address a]:25: unexpected ']' in address");
	check_split_fails("x[y]:25", "address x[y]:25: unexpected '[' in address");
}

TEST(ports_of_mail_servers_have_names_and_bounds) {
	static const struct {
		const char *text;
		int port; // 0: refused
	} rows[] = { { "m:25", 25 }, { "m:smtp", 25 }, { "m:SMTPS", 465 }, { "m:submission", 587 }, { "m:submissions", 465 }, { "m:1", 1 }, { "m:65535", 65535 },
		{ "m:0", 0 }, { "m:65536", 0 }, { "m:-1", 0 }, { "m:25 ", 0 }, { "m:", 0 }, { "m:http", 0 }, { "m:99999999999999999999", 0 } };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct str host;
		int port = 0;
		CHECK(smarthost_split(str_of(rows[i].text), &host, &port, NULL) == (rows[i].port > 0));
		CHECK_INT(port, rows[i].port);
	}
}

TEST(a_mail_server_without_a_host_is_this_machine) {
	struct str host;
	int port;
	CHECK(smarthost_split(STR(":25"), &host, &port, NULL));
	CHECK_STR(host, "localhost");
}
