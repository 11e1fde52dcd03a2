// SPDX-License-Identifier: Apache-2.0
// A tls_config as curl options. See tls_options.h.
#include "net/tls_options.h"

#include <pthread.h>

static void init_curl(void) {
	curl_global_init(CURL_GLOBAL_ALL);
}

void curl_init_once(void) {
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	pthread_once(&once, init_curl);
}

void tls_options_apply(const struct tls_config *config, CURL *easy) {
	if (config->insecure_skip_verify) {
		curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, 0L);
		curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, 0L);
	}
	if (config->ca_file != NULL) {
		curl_easy_setopt(easy, CURLOPT_CAINFO, config->ca_file);
		curl_easy_setopt(easy, CURLOPT_CAPATH, NULL);         // the system's authorities do not count any more
		curl_easy_setopt(easy, CURLOPT_CA_CACHE_TIMEOUT, 0L); // or a replaced file would go unnoticed for a day
	}
	if (config->cert_file != NULL) {
		curl_easy_setopt(easy, CURLOPT_SSLCERT, config->cert_file);
		curl_easy_setopt(easy, CURLOPT_SSLKEY, config->key_file == NULL ? config->cert_file : config->key_file);
	}
}
