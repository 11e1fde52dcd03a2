// SPDX-License-Identifier: Apache-2.0
// URLs. What is said of each is Alertmanager's, with our hint behind a scheme.
#include "model/http_url.h"
#include "base/buf.h"
#include "tests/harness/test.h"

static const struct {
	const char *url, *message; // NULL: taken
} rows[] = {
	{ "http://x.example/", NULL },
	{ "https://x:1/p?q=%zz#f", NULL },
	{ "HTTP://x/", NULL },
	{ "ftp://x/", "unsupported scheme \"ftp\" for URL, expected http or https" },
	{ "x", "unsupported scheme \"\" for URL, expected http or https" },
	{ "", "unsupported scheme \"\" for URL, expected http or https" },
	{ "*", "unsupported scheme \"\" for URL, expected http or https" },
	{ "http://", "missing host for URL" },
	{ "http:///p", "missing host for URL" },
	{ "://", "parse \"://\": missing protocol scheme" },
	{ "http:x", "missing host for URL" },
	{ "/p", "unsupported scheme \"\" for URL, expected http or https" },
	{ "//x/p", "unsupported scheme \"\" for URL, expected http or https" },
	{ "1http://x/", "parse \"1http://x/\": first path segment in URL cannot contain colon" },
	{ "a b:c", "parse \"a b:c\": first path segment in URL cannot contain colon" },
	{ " http://x/", "parse \" http://x/\": first path segment in URL cannot contain colon" },
	{ "http://u:p@x/", NULL },
	{ "http://u@v:p@x/", NULL },
	{ "http://u:p%zz@x/", "parse \"http://u:p%zz@x/\": invalid URL escape \"%zz\"" },
	{ "http://a b@x/", "parse \"http://a b@x/\": net/url: invalid userinfo" },
	{ "http://x:port/", "parse \"http://x:port/\": invalid port \":port\" after host" },
	{ "http://x:/", NULL },
	{ "http://x:99999/", NULL },
	{ "http://x:80:90/", NULL },
	{ "http://x:80:p/", "parse \"http://x:80:p/\": invalid port \":p\" after host" },
	{ "http://%zz/", "parse \"http://%zz/\": invalid URL escape \"%zz\"" },
	{ "http://x%41/", "parse \"http://x%41/\": invalid URL escape \"%41\"" },
	{ "http://x%c3%bc/", NULL },
	{ "http://%25/", NULL },
	{ "http://x/%zz", "parse \"http://x/%zz\": invalid URL escape \"%zz\"" },
	{ "http://x/%4", "parse \"http://x/%4\": invalid URL escape \"%4\"" },
	{ "http://x/%", "parse \"http://x/%\": invalid URL escape \"%\"" },
	{ "http://x/#%zz", "parse \"http://x/#%zz\": invalid URL escape \"%zz\"" },
	{ "http://x y/", "parse \"http://x y/\": invalid character \" \" in host name" },
	{ "http://x\\y/", "parse \"http://x\\\\y/\": invalid character \"\\\\\" in host name" },
	{ "http://x|y/", "parse \"http://x|y/\": invalid character \"|\" in host name" },
	{ "http://x{y}/", "parse \"http://x{y}/\": invalid character \"{\" in host name" },
	{ "http://x<y>/", NULL },
	{ "http://[::1]:90/", NULL },
	{ "http://[::1]/", NULL },
	{ "http://[::1/", "parse \"http://[::1/\": missing ']' in host" },
	{ "http://[::1]x/", "parse \"http://[::1]x/\": invalid port \"x\" after host" },
	{ "http://[::1]:x/", "parse \"http://[::1]:x/\": invalid port \":x\" after host" },
	{ "http://[fe80::1%25en0]/", NULL },
	{ "http://[127.0.0.1]/", "parse \"http://[127.0.0.1]/\": invalid IP-literal" },
	{ "http://[a]/", "parse \"http://[a]/\": invalid host: \"a\" is no address of IPv6" },
	{ "http://[]/", "parse \"http://[]/\": invalid host: \"\" is no address of IPv6" },
	{ "http://a[::1]/", "parse \"http://a[::1]/\": invalid IP-literal" },
	{ "http://x/a\tb", "parse \"http://x/a\\tb\": net/url: invalid control character in URL" },
	{ "http://é/ü", NULL },
	{ "http://x/<a>", NULL },
	{ "http://x/?a\"b", NULL },
	{ "http://x?y@z", NULL },
	{ "http://x#y@z:p", NULL },
	{ "mailto:a@b", "unsupported scheme \"mailto\" for URL, expected http or https" },
	{ "javascript:alert(1)", "unsupported scheme \"javascript\" for URL, expected http or https" },
	{ "http+x://y", "unsupported scheme \"http+x\" for URL, expected http or https" },
	{ "a.b:c", "unsupported scheme \"a.b\" for URL, expected http or https" },
};

TEST(urls_are_taken_and_refused_as_alertmanager_does) {
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct error err = { 0 };
		bool is_taken = http_url_check(str_of(rows[i].url), URL_SHOWN, &err);
		CHECK_CSTR(is_taken ? rows[i].url : err.text, rows[i].message == NULL ? rows[i].url : rows[i].message);
	}
}

TEST(spaces_and_a_port_without_a_host_reach_nobody) {
	struct error err;
	CHECK(!http_url_check(STR("http://x?a=b c"), URL_SHOWN, &err));
	CHECK_CSTR(err.text, "a space or control character in the URL, expected %20 and the like");
	CHECK(!http_url_check(STR("http://:80/"), URL_SHOWN, &err));
	CHECK_CSTR(err.text, "missing host for URL");
}

TEST(a_secret_url_is_never_quoted) {
	static const char *const urls[] = { "http://hunter2:p", "hunter2:x", "http://x/%hunter2", "http://hunter2{", "http://hunter2@/", "hunter2", "http://x/\thunter2" };
	for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
		struct error err;
		CHECK(!http_url_check(str_of(urls[i]), URL_HIDDEN, &err));
		CHECK(strstr(err.text, "hunter2") == NULL);
	}
	struct error err;
	CHECK(!http_url_check(STR("http://u:p@x:hunter2/"), URL_HIDDEN, &err));
	CHECK_CSTR(err.text, "parse a secret URL: invalid port after host");
}

TEST(a_url_of_any_scheme_is_taken_when_it_reads) {
	CHECK(url_check(STR("socks5://u:p@x:1"), URL_SHOWN, NULL));
	CHECK(url_check(STR("x"), URL_SHOWN, NULL));
	CHECK(url_check(STR(""), URL_SHOWN, NULL));
	CHECK(!url_check(STR("://"), URL_SHOWN, NULL));
}

// Right: what Go's http.NewRequest makes of it.
TEST(a_path_with_what_may_not_stand_there_is_sent_escaped) {
	static const struct {
		const char *url, *sent;
	} sent[] = {
		{ "http://x", "http://x" },
		{ "http://x/a/b;c,d!(e)*'f'$&+=:@[]~%2f?q=\xc3\xbc", "http://x/a/b;c,d!(e)*'f'$&+=:@[]~%2f?q=\xc3\xbc" },
		{ "http://x/\xc3\xbc", "http://x/%C3%BC" },
		{ "http://x/\xff", "http://x/%FF" },
		{ "http://x/\xc3\xbc/(a)%2f%62?q=(\xc3\xbc)#f", "http://x/%C3%BC/%28a%29/b?q=(\xc3\xbc)#f" },
		{ "http://u:p@x:1/a b\"<>\\^`{|}", "http://u:p@x:1/a%20b%22%3C%3E%5C%5E%60%7B%7C%7D" },
		{ "http://\xc3\xbc?a/\xc3\xbc", "http://\xc3\xbc?a/\xc3\xbc" },
		{ "http://x#/\xc3\xbc", "http://x#/\xc3\xbc" },
		{ "http://x/%\xc3", "http://x/%25%C3" }, // no URL
		{ "/\xc3", "/%C3" },
		{ "", "" },
	};
	for (size_t i = 0; i < sizeof sent / sizeof *sent; i++) {
		autobuf struct buf out = { 0 };
		http_url_append(&out, str_of(sent[i].url));
		CHECK_CSTR(buf_cstr(&out), sent[i].sent);
	}
}
