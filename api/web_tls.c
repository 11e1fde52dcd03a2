// SPDX-License-Identifier: Apache-2.0
// See web_tls.h.
#include "api/web_tls.h"

#include "base/fs.h"
#include "base/mem.h"
#include "base/ref.h"
#include "model/limits.h"

#include <arpa/inet.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

struct web_tls {
	struct ref ref;
	gnutls_certificate_credentials_t credentials;
	gnutls_priority_t priorities;
	enum client_auth client_auth;
	char **allowed; // subject alternative names; NULL: any
	size_t allowed_count;
};

// ---- what is offered

// Go's name and what GnuTLS calls its parts; it knows no pairs of them, so that parts of several suites combine.
static const struct suite_row {
	const char *name, *parts;
} suite_rows[] = {
	{ "TLS_AES_128_GCM_SHA256", "" }, // of TLS 1.3, where Go lets nobody choose
	{ "TLS_AES_256_GCM_SHA384", "" },
	{ "TLS_CHACHA20_POLY1305_SHA256", "" },
	{ "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", ":+ECDHE-ECDSA:+AES-128-CBC:+SHA1" },
	{ "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", ":+ECDHE-ECDSA:+AES-256-CBC:+SHA1" },
	{ "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", ":+ECDHE-RSA:+AES-128-CBC:+SHA1" },
	{ "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", ":+ECDHE-RSA:+AES-256-CBC:+SHA1" },
	{ "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", ":+ECDHE-ECDSA:+AES-128-GCM:+AEAD" },
	{ "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", ":+ECDHE-ECDSA:+AES-256-GCM:+AEAD" },
	{ "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", ":+ECDHE-RSA:+AES-128-GCM:+AEAD" },
	{ "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", ":+ECDHE-RSA:+AES-256-GCM:+AEAD" },
	{ "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", ":+ECDHE-RSA:+CHACHA20-POLY1305:+AEAD" },
	{ "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", ":+ECDHE-ECDSA:+CHACHA20-POLY1305:+AEAD" },
};

static const struct suite_row curve_rows[] = {
	{ "CurveP256", ":+GROUP-SECP256R1" },
	{ "CurveP384", ":+GROUP-SECP384R1" },
	{ "CurveP521", ":+GROUP-SECP521R1" },
	{ "X25519", ":+GROUP-X25519" },
};

static const char *const versions[] = { "TLS10", "TLS11", "TLS12", "TLS13" };
static const char *const version_parts[] = { ":+VERS-TLS1.0", ":+VERS-TLS1.1", ":+VERS-TLS1.2", ":+VERS-TLS1.3" };
enum { VERSION_COUNT = sizeof versions / sizeof *versions };

static bool append_parts(struct buf *out, const struct suite_row *rows, size_t count, struct str name) {
	for (size_t i = 0; i < count; i++)
		if (str_equal_cstr(name, rows[i].name)) {
			buf_append_cstr(out, rows[i].parts);
			return true;
		}
	return false;
}

static size_t version_of(const char *name) {
	size_t at = 0;
	while (at < VERSION_COUNT && strcmp(versions[at], name) != 0)
		at++;
	return at;
}

static bool append_versions(struct buf *out, const struct web_tls_keys *keys, struct error *err) {
	size_t first = version_of(keys->min_version), last = version_of(keys->max_version);
	if (first == VERSION_COUNT || last == VERSION_COUNT)
		return error_set(err, ERR_INVALID, "unknown TLS version: %s", first == VERSION_COUNT ? keys->min_version : keys->max_version);
	buf_append_cstr(out, ":-VERS-ALL");
	for (size_t i = last + 1; i-- > first;)
		buf_append_cstr(out, version_parts[i]);
	return true;
}

static bool append_suites(struct buf *out, const struct web_tls_keys *keys, struct error *err) {
	size_t before = out->len;
	for (size_t i = 0; i < keys->cipher_suites.count; i++)
		if (!append_parts(out, suite_rows, sizeof suite_rows / sizeof *suite_rows, keys->cipher_suites.items[i]))
			return error_set(err, ERR_INVALID, "unknown cipher: %.*s", STR_ARG(keys->cipher_suites.items[i]));
	if (out->len == before)
		return true;
	autobuf struct buf parts = { 0 };
	buf_append_cstr(&parts, buf_cstr(out) + before);
	buf_truncate(out, before);
	buf_append_cstr(out, ":-KX-ALL:-CIPHER-ALL:-MAC-ALL");
	buf_append_str(out, buf_str(&parts));
	return true;
}

static bool append_curves(struct buf *out, const struct web_tls_keys *keys, struct error *err) {
	if (keys->curve_preferences.count > 0)
		buf_append_cstr(out, ":-GROUP-ALL");
	for (size_t i = 0; i < keys->curve_preferences.count; i++)
		if (!append_parts(out, curve_rows, sizeof curve_rows / sizeof *curve_rows, keys->curve_preferences.items[i]))
			return error_set(err, ERR_INVALID, "unknown curve: %.*s", STR_ARG(keys->curve_preferences.items[i]));
	return true;
}

static bool make_priorities(struct web_tls *tls, const struct web_tls_keys *keys, struct error *err) {
	autobuf struct buf text = { 0 };
	buf_append_cstr(&text, "NORMAL");
	if (!append_versions(&text, keys, err) || !append_suites(&text, keys, err) || !append_curves(&text, keys, err))
		return false;
	int rc = gnutls_priority_init(&tls->priorities, buf_cstr(&text), NULL);
	return rc == GNUTLS_E_SUCCESS || error_set(err, ERR_INVALID, "TLS versions, cipher suites and curves leave nothing: %s", gnutls_strerror(rc));
}

// ---- who may come

static bool is_allowed(const struct web_tls *tls, const char *name) {
	for (size_t i = 0; i < tls->allowed_count; i++)
		if (strcmp(tls->allowed[i], name) == 0)
			return true;
	return false;
}

// `name` as Go writes it; an address comes as its bytes.
static bool is_allowed_name(const struct web_tls *tls, int type, const char *name, size_t size) {
	char address[INET6_ADDRSTRLEN];
	if (type == GNUTLS_SAN_IPADDRESS)
		return inet_ntop(size == 4 ? AF_INET : AF_INET6, name, address, sizeof address) != NULL && is_allowed(tls, address);
	return (type == GNUTLS_SAN_DNSNAME || type == GNUTLS_SAN_RFC822NAME || type == GNUTLS_SAN_URI) && strlen(name) == size && is_allowed(tls, name);
}

static bool has_allowed_name(const struct web_tls *tls, const gnutls_datum_t *certificate) {
	gnutls_x509_crt_t parsed;
	bool found = false;
	if (gnutls_x509_crt_init(&parsed) < 0)
		return false;
	if (gnutls_x509_crt_import(parsed, certificate, GNUTLS_X509_FMT_DER) >= 0)
		for (unsigned at = 0; !found; at++) {
			char name[1024];
			size_t size = sizeof name - 1;
			int type = gnutls_x509_crt_get_subject_alt_name(parsed, at, name, &size, NULL);
			if (type == GNUTLS_E_SHORT_MEMORY_BUFFER)
				continue;
			if (type < 0)
				break;
			name[size] = '\0';
			found = is_allowed_name(tls, type, name, size);
		}
	gnutls_x509_crt_deinit(parsed);
	return found;
}

static bool is_signed(gnutls_session_t session) {
	gnutls_typed_vdata_st purpose = { .type = GNUTLS_DT_KEY_PURPOSE_OID, .data = (void *)(uintptr_t)GNUTLS_KP_TLS_WWW_CLIENT };
	unsigned status = 0;
	return gnutls_certificate_verify_peers(session, &purpose, 1, &status) == GNUTLS_E_SUCCESS && status == 0;
}

// GnuTLS calls it once the client's certificate is there, or has not been sent.
static int verify(gnutls_session_t session) {
	const struct web_tls *tls = gnutls_db_get_ptr(session);
	unsigned count = 0;
	const gnutls_datum_t *chain = gnutls_certificate_get_peers(session, &count);
	if (chain == NULL || count == 0)
		return tls->client_auth == CLIENT_AUTH_REQUIRE_ANY || tls->client_auth == CLIENT_AUTH_REQUIRE_AND_VERIFY ? GNUTLS_E_CERTIFICATE_ERROR : 0;
	if (tls->client_auth >= CLIENT_AUTH_VERIFY_IF_GIVEN && !is_signed(session))
		return GNUTLS_E_CERTIFICATE_ERROR;
	return tls->allowed == NULL || has_allowed_name(tls, &chain[0]) ? 0 : GNUTLS_E_CERTIFICATE_ERROR;
}

static gnutls_certificate_request_t request_of(enum client_auth auth) {
	switch (auth) {
	case CLIENT_AUTH_NONE: return GNUTLS_CERT_IGNORE;
	case CLIENT_AUTH_REQUEST:
	case CLIENT_AUTH_VERIFY_IF_GIVEN: return GNUTLS_CERT_REQUEST;
	case CLIENT_AUTH_REQUIRE_ANY:
	case CLIENT_AUTH_REQUIRE_AND_VERIFY: return GNUTLS_CERT_REQUIRE;
	}
	unreachable("client auth");
}

// ---- files

static bool read_pem(const char *text, const char *file, const char *key, struct buf *out, struct error *err) {
	if (file == NULL) {
		buf_append_cstr(out, text);
		return true;
	}
	return fs_read_file(file, LIMIT_CONFIG_BYTES, out, err) || error_wrap(err, "failed to read %s", key);
}

bool web_tls_read_pair(const struct web_config *config, struct buf *cert, struct buf *key, struct error *err) {
	return read_pem(config->tls.cert, config->tls.cert_file, "cert_file", cert, err) && read_pem(config->tls.key, config->tls.key_file, "key_file", key, err);
}

static gnutls_datum_t datum_of(struct buf *text) {
	return (gnutls_datum_t){ .data = (unsigned char *)(uintptr_t)buf_cstr(text), .size = (unsigned)text->len };
}

static bool load_pair(struct web_tls *tls, const struct web_config *config, struct error *err) {
	autobuf struct buf cert = { 0 }, key = { 0 };
	if (!web_tls_read_pair(config, &cert, &key, err))
		return false;
	gnutls_datum_t cert_datum = datum_of(&cert), key_datum = datum_of(&key);
	int rc = gnutls_certificate_set_x509_key_mem(tls->credentials, &cert_datum, &key_datum, GNUTLS_X509_FMT_PEM);
	explicit_bzero(key_datum.data, key_datum.size);
	return rc >= 0 || error_set(err, ERR_INVALID, "failed to load certificate and key: %s", gnutls_strerror(rc));
}

// Without authorities of its own those of the system count, as in Go.
static bool load_authorities(struct web_tls *tls, const struct web_tls_keys *keys, struct error *err) {
	autobuf struct buf text = { 0 };
	if (keys->client_auth < CLIENT_AUTH_VERIFY_IF_GIVEN)
		return true;
	if (keys->client_ca == NULL && keys->client_ca_file == NULL) {
		gnutls_certificate_set_x509_system_trust(tls->credentials);
		return true;
	}
	if (!read_pem(keys->client_ca, keys->client_ca_file, "client_ca_file", &text, err))
		return false;
	gnutls_datum_t datum = datum_of(&text);
	int rc = gnutls_certificate_set_x509_trust_mem(tls->credentials, &datum, GNUTLS_X509_FMT_PEM);
	return rc > 0 || error_set(err, ERR_INVALID, "client_ca: no certificate in it");
}

static void copy_allowed(struct web_tls *tls, const struct yaml_strings *names) {
	if (names->count == 0)
		return;
	tls->allowed = mem_zalloc(names->count * sizeof(char *));
	for (size_t i = 0; i < names->count; i++)
		tls->allowed[tls->allowed_count++] = mem_dup_cstr(names->items[i].data);
}

struct web_tls *web_tls_create(const struct web_config *config, struct error *err) {
	struct web_tls *tls = MEM_NEW(struct web_tls);
	ref_init(&tls->ref);
	tls->client_auth = config->tls.client_auth;
	copy_allowed(tls, &config->tls.client_allowed_sans);
	if (gnutls_certificate_allocate_credentials(&tls->credentials) < 0)
		abort(); // no memory
	gnutls_certificate_set_verify_function(tls->credentials, verify);
	if (load_pair(tls, config, err) && load_authorities(tls, &config->tls, err) && make_priorities(tls, &config->tls, err))
		return tls;
	web_tls_unref(tls);
	return NULL;
}

struct web_tls *web_tls_ref(struct web_tls *tls) {
	ref_take(&tls->ref);
	return tls;
}

void web_tls_unref(struct web_tls *tls) {
	if (tls == NULL || !ref_drop(&tls->ref))
		return;
	for (size_t i = 0; i < tls->allowed_count; i++)
		free(tls->allowed[i]);
	free(tls->allowed);
	gnutls_certificate_free_credentials(tls->credentials);
	if (tls->priorities != NULL)
		gnutls_priority_deinit(tls->priorities);
	free(tls);
}

void web_tls_apply(struct web_tls *tls, void *session) {
	gnutls_session_t handle = session;
	gnutls_db_set_ptr(handle, tls);
	gnutls_priority_set(handle, tls->priorities);
	gnutls_credentials_set(handle, GNUTLS_CRD_CERTIFICATE, tls->credentials);
	gnutls_certificate_server_set_request(handle, request_of(tls->client_auth));
}
