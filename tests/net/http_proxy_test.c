// SPDX-License-Identifier: Apache-2.0
#include "net/http_proxy.h"
#include "tests/harness/test.h"

#include <stdlib.h>

static bool bypassed(const char *no_proxy, const char *host, unsigned port) {
	return http_proxy_is_bypassed(no_proxy, str_of(host), port);
}

TEST(the_loopback_is_always_spoken_to_directly) {
	static const char *const hosts[] = { "localhost", "127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1" };
	for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++)
		CHECK(bypassed("", hosts[i], 80));
	CHECK(!bypassed("", "localhost.test", 80));
	CHECK(!bypassed("", "128.0.0.1", 80));
}

TEST(a_domain_stands_for_its_subdomains) {
	CHECK(bypassed("a.test", "a.test", 80));
	CHECK(bypassed("x, A.test ,y", "B.a.TEST", 80));
	CHECK(!bypassed("a.test", "ba.test", 80));
	CHECK(!bypassed("a.test", "test", 80));
	CHECK(!bypassed(".a.test", "a.test", 80));
	CHECK(bypassed(".a.test", "b.a.test", 80));
	CHECK(!bypassed("*.a.test", "a.test", 80));
	CHECK(bypassed("*.a.test", "b.a.test", 80));
	CHECK(bypassed("*", "any", 80));
	CHECK(!bypassed(",,:80,", "any", 80));
}

TEST(a_port_narrows_an_entry) {
	CHECK(bypassed("a.test:8080", "a.test", 8080));
	CHECK(!bypassed("a.test:8080", "a.test", 80));
	CHECK(bypassed("10.0.0.1:1", "10.0.0.1", 1));
	CHECK(!bypassed("10.0.0.1:1", "10.0.0.1", 2));
	CHECK(bypassed("[fe80::1]:1", "fe80::1", 1));
	CHECK(!bypassed("[fe80::1]:1", "fe80::1", 2));
	CHECK(!bypassed("a.test:http", "a.test", 80));
}

TEST(addresses_and_networks_match_addresses) {
	CHECK(bypassed("10.0.0.1", "10.0.0.1", 80));
	CHECK(bypassed("fe80::1", "fe80:0::1", 80));
	CHECK(bypassed("10.0.0.0/8", "10.255.0.1", 80));
	CHECK(!bypassed("10.0.0.0/8", "11.0.0.1", 80));
	CHECK(bypassed("10.1.2.200/25", "10.1.2.128", 80));
	CHECK(!bypassed("10.1.2.200/25", "10.1.2.127", 80));
	CHECK(bypassed("0.0.0.0/0", "1.2.3.4", 80));
	CHECK(!bypassed("0.0.0.0/0", "fe80::1", 80));
	CHECK(bypassed("fe80::/10", "febf::1", 80));
	CHECK(!bypassed("fe80::/10", "fec0::1", 80));
	CHECK(!bypassed("10.0.0.0/33", "10.0.0.0", 80));
	CHECK(!bypassed("0.1", "10.0.0.1", 80)); // no suffix of an address
}

static struct http_proxy made(struct proxy_config config, struct arena *arena) {
	struct http_proxy proxy;
	http_proxy_init(&proxy, arena, &config);
	return proxy;
}

TEST(a_configured_proxy_takes_everything_but_what_no_proxy_names) {
	autoarena struct arena arena = { 0 };
	struct http_proxy proxy = made((struct proxy_config){ .url = "http://p:1" }, &arena);
	CHECK_CSTR(http_proxy_find(&proxy, false, STR("127.0.0.1"), 80), "http://p:1");
	CHECK_CSTR(http_proxy_find(&proxy, true, STR("a"), 443), "http://p:1");
	proxy = made((struct proxy_config){ .url = "socks5://p:1", .no_proxy = "a" }, &arena);
	CHECK(http_proxy_find(&proxy, false, STR("127.0.0.1"), 80) == NULL);
	CHECK(http_proxy_find(&proxy, true, STR("a"), 443) == NULL);
	CHECK_CSTR(http_proxy_find(&proxy, true, STR("b"), 443), "socks5h://p:1"); // Go leaves the lookup to the proxy
	proxy = made((struct proxy_config){ 0 }, &arena);
	CHECK(http_proxy_find(&proxy, false, STR("a"), 80) == NULL);
}

TEST(the_environment_names_proxies_by_scheme) {
	autoarena struct arena arena = { 0 };
	setenv("HTTP_PROXY", "plain:1", 1);
	setenv("http_proxy", "http://ignored:1", 1);
	setenv("https_proxy", "https://secure:2", 1);
	setenv("no_proxy", "direct.test", 1);
	unsetenv("HTTPS_PROXY");
	unsetenv("NO_PROXY");
	struct http_proxy proxy = made((struct proxy_config){ .from_environment = true }, &arena);
	CHECK_CSTR(http_proxy_find(&proxy, false, STR("a"), 80), "http://plain:1");
	CHECK_CSTR(http_proxy_find(&proxy, true, STR("a"), 443), "https://secure:2");
	CHECK(http_proxy_find(&proxy, true, STR("direct.test"), 443) == NULL);
	CHECK(http_proxy_find(&proxy, true, STR("localhost"), 443) == NULL);
	proxy = made((struct proxy_config){ 0 }, &arena);
	CHECK(http_proxy_find(&proxy, false, STR("a"), 80) == NULL);
}
