// SPDX-License-Identifier: Apache-2.0
// A tls_config as curl options. See tls_options.h.
#include "net/tls_options.h"

#include <pthread.h>
#include <stdint.h>
#include <string.h>

static void init_curl(void) {
	curl_global_init(CURL_GLOBAL_ALL);
}

void curl_init_once(void) {
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, init_curl);
}

// What is said to the peer and what to its proxy are options of their own.
struct tls_option_names {
	CURLoption verify_peer, verify_host, ca_file, ca_text, ca_path, cert_file, cert_text, key_file, key_text, version, ciphers;
};

static const struct tls_option_names peer_options = { CURLOPT_SSL_VERIFYPEER, CURLOPT_SSL_VERIFYHOST, CURLOPT_CAINFO, CURLOPT_CAINFO_BLOB, CURLOPT_CAPATH, CURLOPT_SSLCERT, CURLOPT_SSLCERT_BLOB,
	CURLOPT_SSLKEY, CURLOPT_SSLKEY_BLOB, CURLOPT_SSLVERSION, CURLOPT_SSL_CIPHER_LIST };
static const struct tls_option_names proxy_options = { CURLOPT_PROXY_SSL_VERIFYPEER, CURLOPT_PROXY_SSL_VERIFYHOST, CURLOPT_PROXY_CAINFO, CURLOPT_PROXY_CAINFO_BLOB, CURLOPT_PROXY_CAPATH,
	CURLOPT_PROXY_SSLCERT, CURLOPT_PROXY_SSLCERT_BLOB, CURLOPT_PROXY_SSLKEY, CURLOPT_PROXY_SSLKEY_BLOB, CURLOPT_PROXY_SSLVERSION, CURLOPT_PROXY_SSL_CIPHER_LIST };

static void set_pem(CURL *easy, CURLoption file_option, const char *file, CURLoption text_option, const char *text) {
	if (file != NULL)
		curl_easy_setopt(easy, file_option, file);
	if (text == NULL)
		return;
	struct curl_blob blob = { .data = (void *)(uintptr_t)text, .len = strlen(text), .flags = CURL_BLOB_COPY };
	curl_easy_setopt(easy, text_option, &blob);
}

static void apply_versions(const struct tls_config *config, const struct tls_option_names *names, CURL *easy) {
	static const long lowest[] = { CURL_SSLVERSION_TLSv1_2, CURL_SSLVERSION_TLSv1_0, CURL_SSLVERSION_TLSv1_1, CURL_SSLVERSION_TLSv1_2, CURL_SSLVERSION_TLSv1_3 };
	static const long highest[] = { CURL_SSLVERSION_MAX_DEFAULT, CURL_SSLVERSION_MAX_TLSv1_0, CURL_SSLVERSION_MAX_TLSv1_1, CURL_SSLVERSION_MAX_TLSv1_2, CURL_SSLVERSION_MAX_TLSv1_3 };
	curl_easy_setopt(easy, names->version, lowest[config->min_version] | highest[config->max_version]);
	if (config->min_version == TLS_1_0 || config->min_version == TLS_1_1) // asked for by name: OpenSSL's usual level forbids what they sign with
		curl_easy_setopt(easy, names->ciphers, "DEFAULT@SECLEVEL=0");
}

static void apply(const struct tls_config *config, const struct tls_option_names *names, CURL *easy) {
	if (config->insecure_skip_verify) {
		curl_easy_setopt(easy, names->verify_peer, 0L);
		curl_easy_setopt(easy, names->verify_host, 0L);
	}
	if (config->ca_file != NULL || config->ca != NULL) {
		set_pem(easy, names->ca_file, config->ca_file, names->ca_text, config->ca);
		curl_easy_setopt(easy, names->ca_path, NULL);         // the system's authorities do not count any more
		curl_easy_setopt(easy, CURLOPT_CA_CACHE_TIMEOUT, 0L); // or a replaced file would go unnoticed for a day
	}
	set_pem(easy, names->cert_file, config->cert_file, names->cert_text, config->cert);
	set_pem(easy, names->key_file, config->key_file, names->key_text, config->key);
	apply_versions(config, names, easy);
}

void tls_options_apply(const struct tls_config *config, CURL *easy) {
	apply(config, &peer_options, easy);
}

void tls_options_apply_proxy(const struct tls_config *config, CURL *easy) {
	apply(config, &proxy_options, easy);
}
