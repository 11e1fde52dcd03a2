// SPDX-License-Identifier: Apache-2.0
// The assertion of OAuth2's JWT bearer grant. See jwt.h. The only place that calls OpenSSL itself.
#include "net/jwt.h"

#include "base/json_write.h"
#include "net/signature.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <sys/random.h>

enum { GOOD_FOR_SECONDS = 600,
	SIGNATURE_MAX = 2048 }; // of a key of 16,384 bits

static const EVP_MD *digest_of(const char *algorithm) {
	if (algorithm != NULL && strcmp(algorithm, "RS384") == 0)
		return EVP_sha384();
	return algorithm != NULL && strcmp(algorithm, "RS512") == 0 ? EVP_sha512() : EVP_sha256();
}

// base64url without padding.
static void append_part(struct buf *out, const void *data, size_t size) {
	size_t start = out->len;
	base64_append(out, data, size);
	while (out->len > start && out->data[out->len - 1] == '=')
		buf_truncate(out, out->len - 1);
	for (size_t i = start; i < out->len; i++)
		out->data[i] = out->data[i] == '+' ? '-' : out->data[i] == '/' ? '_'
		                                                               : out->data[i];
}

static bool is_replaced(const struct oauth2_assertion *assertion, const char *name) {
	for (size_t i = 0; i < assertion->claim_count; i++)
		if (strcmp(assertion->claims[i].name, name) == 0)
			return true;
	return false;
}

static void append_member(struct buf *out, const char *name, struct str json) {
	if (out->data[out->len - 1] != '{')
		buf_append_char(out, ',');
	json_append_string(out, str_of(name));
	buf_append_char(out, ':');
	buf_append_str(out, json);
}

static void add_text(struct buf *out, const struct oauth2_assertion *assertion, const char *name, const char *text) {
	autobuf struct buf quoted = { 0 };
	if (is_replaced(assertion, name))
		return;
	json_append_string(&quoted, str_of(text));
	append_member(out, name, buf_str(&quoted));
}

static void add_time(struct buf *out, const struct oauth2_assertion *assertion, const char *name, int64_t seconds) {
	autobuf struct buf digits = { 0 };
	buf_append_int(&digits, seconds);
	if (!is_replaced(assertion, name))
		append_member(out, name, buf_str(&digits));
}

// A random UUID (RFC 9562, version 4).
static void make_id(char out[37]) {
	unsigned char bytes[16];
	if (getrandom(bytes, sizeof bytes, 0) != sizeof bytes)
		abort(); // does not happen for so few
	bytes[6] = (unsigned char)(0x40 | (bytes[6] & 0x0f));
	bytes[8] = (unsigned char)(0x80 | (bytes[8] & 0x3f));
	for (size_t i = 0, at = 0; i < sizeof bytes; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			out[at++] = '-';
		at += (size_t)snprintf(out + at, 3, "%02x", bytes[i]);
	}
}

static void compose_claims(struct buf *out, const struct oauth2_config *config, wall_ms now) {
	const struct oauth2_assertion *assertion = &config->assertion;
	char id[37];
	make_id(id);
	buf_append_char(out, '{');
	add_text(out, assertion, "iss", assertion->issuer == NULL ? config->client_id : assertion->issuer);
	add_text(out, assertion, "sub", config->client_id);
	add_text(out, assertion, "jti", id);
	add_text(out, assertion, "aud", assertion->audience == NULL ? config->token_url : assertion->audience);
	add_time(out, assertion, "iat", now / 1000);
	add_time(out, assertion, "exp", now / 1000 + GOOD_FOR_SECONDS);
	if (config->scopes != NULL && config->scopes[0] != '\0')
		add_text(out, assertion, "scope", config->scopes);
	for (size_t i = 0; i < assertion->claim_count; i++)
		append_member(out, assertion->claims[i].name, str_of(assertion->claims[i].value));
	buf_append_char(out, '}');
}

static void compose_header(struct buf *out, const struct oauth2_assertion *assertion) {
	buf_format(out, "{\"alg\":\"%s\",\"typ\":\"JWT\"", assertion->algorithm == NULL ? "RS256" : assertion->algorithm);
	if (assertion->key_id != NULL) {
		append_member(out, "kid", STR_NONE);
		json_append_string(out, str_of(assertion->key_id));
	}
	buf_append_char(out, '}');
}

// No passphrase is asked for on a terminal.
static int no_passphrase(char *buffer, int size, int is_writing, void *context) {
	(void)buffer, (void)size, (void)is_writing, (void)context;
	return -1;
}

static EVP_PKEY *read_key(struct str pem) {
	BIO *text = BIO_new_mem_buf(pem.len == 0 ? "" : pem.data, (int)pem.len);
	EVP_PKEY *key = text == NULL ? NULL : PEM_read_bio_PrivateKey(text, NULL, no_passphrase, NULL);
	BIO_free(text);
	if (key != NULL && EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA)
		return key;
	EVP_PKEY_free(key);
	return NULL;
}

static bool sign(struct buf *out, EVP_PKEY *key, const EVP_MD *digest) {
	unsigned char signature[SIGNATURE_MAX];
	size_t size = sizeof signature;
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool ok = context != NULL && EVP_DigestSignInit(context, NULL, digest, NULL, key) == 1 &&
	    EVP_DigestSign(context, signature, &size, (const unsigned char *)out->data, out->len) == 1;
	EVP_MD_CTX_free(context);
	if (!ok)
		return false;
	buf_append_char(out, '.');
	append_part(out, signature, size);
	return true;
}

bool jwt_append(struct buf *out, const struct oauth2_config *config, struct str pem, wall_ms now, struct error *err) {
	autobuf struct buf header = { 0 }, claims = { 0 }, token = { 0 };
	EVP_PKEY *key = read_key(pem);
	compose_header(&header, &config->assertion);
	compose_claims(&claims, config, now);
	append_part(&token, header.data, header.len);
	buf_append_char(&token, '.');
	append_part(&token, claims.data, claims.len);
	bool ok = key != NULL && sign(&token, key, digest_of(config->assertion.algorithm));
	EVP_PKEY_free(key);
	ERR_clear_error(); // curl and libesmtp look at the same queue
	if (!ok)
		return error_set(err, ERR_INVALID, "the client's key is not a private RSA key in PEM");
	buf_append_str(out, buf_str(&token));
	return true;
}
