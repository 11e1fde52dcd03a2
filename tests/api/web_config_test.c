// SPDX-License-Identifier: Apache-2.0
// Web configurations: what is read, what is refused and where. TLS itself: tests/system/web.py.
#include "api/web_config.h"
#include "base/buf.h"
#include "base/fs.h"
#include "tests/harness/test.h"

#define HASH "$2b$10$abcdefghijklmnopqrstuuGhRo8lZrZpHI0IjHXzQCTkuyQFD2IaS"

static struct web_config *load(const char *text, struct problems *problems) {
	autobuf struct buf path = { 0 };
	struct error err;
	buf_format(&path, "%s/web.yml", test_directory());
	CHECK(fs_write_file(buf_cstr(&path), str_of(text), &err));
	return web_config_load(buf_cstr(&path), problems);
}

static void check_refused(const char *text, int line, int column, const char *wanted) {
	struct problems problems = { 0 };
	CHECK(load(text, &problems) == NULL);
	bool found = false;
	for (size_t i = 0; i < problems.count; i++)
		found |= problems.items[i].at.line == line && problems.items[i].at.column == column && str_find(problems.items[i].text, str_of(wanted)) >= 0;
	if (!found)
		FAIL_TEST("%s: %zu problems, not \"%s\" at %d:%d", text, problems.count, wanted, line, column);
	problems_finish(&problems);
}

TEST(an_empty_file_asks_for_nothing) {
	struct problems problems = { 0 };
	struct web_config *config = load("", &problems);
	CHECK(config != NULL && !config->has_tls && config->users.count == 0 && config->headers.count == 0);
	web_config_destroy(config);
	problems_finish(&problems);
}

TEST(users_have_hashes) {
	struct problems problems = { 0 };
	struct web_config *config = load("basic_auth_users:\n  bob: " HASH "\n", &problems);
	CHECK(config != NULL && strcmp(web_config_hash(config, STR("bob")), HASH) == 0 && web_config_hash(config, STR("eve")) == NULL);
	web_config_destroy(config);
	problems_finish(&problems);
	check_refused("basic_auth_users:\n  bob: s3cret\n", 2, 8, "the password of \"bob\" is no hash of bcrypt");
	check_refused("basic_auth_users:\n  bob: $2x$10$abcdefghijklmnopqrstuuGhRo8lZrZpHI0IjHXzQCTkuyQFD2IaS\n", 2, 8, "no hash of bcrypt");
	check_refused("basic_auth_users:\n  bob: $2b$99$abcdefghijklmnopqrstuuGhRo8lZrZpHI0IjHXzQCTkuyQFD2IaS\n", 2, 8, "no hash of bcrypt");
}

TEST(tls_has_the_keys_of_the_toolkit) {
	struct problems problems = { 0 };
	struct web_config *config = load("tls_server_config: {cert_file: c.pem, key: k, client_auth_type: VerifyClientCertIfGiven, client_ca_file: /ca.pem, client_allowed_sans: [a, b], min_version: TLS13,\n"
	                                 "  cipher_suites: [x], curve_preferences: [X25519], prefer_server_cipher_suites: false}\nhttp_server_config: {http2: true, headers: {X-Frame-Options: sameorigin}}\n",
	    &problems);
	CHECK(config != NULL && config->has_tls && config->tls.client_auth == CLIENT_AUTH_VERIFY_IF_GIVEN && config->tls.client_allowed_sans.count == 2);
	CHECK(strstr(config->tls.cert_file, "/c.pem") != NULL && config->tls.cert_file[0] == '/' && strcmp(config->tls.client_ca_file, "/ca.pem") == 0);
	CHECK(strcmp(config->tls.min_version, "TLS13") == 0 && strcmp(config->tls.max_version, "TLS13") == 0 && config->headers.count == 1);
	web_config_destroy(config);
	problems_finish(&problems);
	check_refused("tls_server_config: {key_file: k}", 1, 20, "missing one of cert or cert_file");
	check_refused("tls_server_config: {cert_file: c}", 1, 20, "missing one of key or key_file");
	check_refused("tls_server_config: {cert_file: c, key_file: k, client_auth_type: Some}", 1, 66, "invalid ClientAuth: Some");
	check_refused("tls_server_config: {cert_file: c, key_file: k, client_ca_file: c}", 1, 20, "without a Client Auth Policy");
}

TEST(other_headers_and_keys_are_refused) {
	check_refused("http_server_config: {headers: {X-Own: a}}", 1, 32, "HTTP header \"X-Own\" can not be configured");
	check_refused("http_server_config: {headers: {X-Frame-Options: allow}}", 1, 49, "invalid value for X-Frame-Options");
	check_refused("http_server_config: {headers: {X-XSS-Protection: \"a\\nb\"}}", 1, 50, "a line end");
	check_refused("rate_limit: {burst: many}", 1, 21, "\"burst\"");
}
