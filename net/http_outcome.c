// SPDX-License-Identifier: Apache-2.0
// What a finished curl transfer means. See http_outcome.h.
#include "net/http_outcome.h"

#include <ctype.h>

enum { RETRY_AFTER_MAX_SECONDS = 7 * 24 * 3600 };

void http_origin_append(struct buf *out, struct str url) {
	ptrdiff_t colon = str_find(url, STR("://"));
	if (colon < 0) {
		buf_append_cstr(out, "the configured URL");
		return;
	}
	struct str authority = str_skip(url, (size_t)colon + 3);
	size_t end = 0;
	while (end < authority.len && strchr("/?#\\", authority.data[end]) == NULL)
		end++;
	authority.len = end;
	for (size_t i = authority.len; i > 0; i--)
		if (authority.data[i - 1] == '@') {
			authority = str_skip(authority, i);
			break;
		}
	buf_append_str(out, str_head(url, (size_t)colon + 3));
	buf_append_str(out, authority);
}

dur_ms http_retry_after_parse(const char *value, wall_ms now) {
	while (*value == ' ' || *value == '\t')
		value++;
	if (isdigit((unsigned char)*value)) {
		char *end;
		long long seconds = strtoll(value, &end, 10);
		while (*end == ' ' || *end == '\t')
			end++;
		if (*end != '\0')
			return -1;
		return SECONDS(seconds < RETRY_AFTER_MAX_SECONDS ? seconds : RETRY_AFTER_MAX_SECONDS);
	}
	time_t at = curl_getdate(value, NULL);
	if (at == -1)
		return -1;
	dur_ms delay = SECONDS(at) - now;
	if (delay < 0)
		return 0;
	return delay < SECONDS(RETRY_AFTER_MAX_SECONDS) ? delay : SECONDS(RETRY_AFTER_MAX_SECONDS);
}

static const struct outcome {
	CURLcode code;
	enum error_code error;
	const char *text; // NULL = curl's own
} outcomes[] = {
	{ CURLE_OPERATION_TIMEDOUT, ERR_TIMEOUT, NULL },
	{ CURLE_URL_MALFORMAT, ERR_INVALID, "bad URL" },
	{ CURLE_UNSUPPORTED_PROTOCOL, ERR_INVALID, "only http and https URLs are spoken" },
	{ CURLE_TOO_MANY_REDIRECTS, ERR_INVALID, "too many redirects" },
	{ CURLE_SSL_CACERT_BADFILE, ERR_IO, NULL },
	{ CURLE_SSL_CERTPROBLEM, ERR_IO, NULL },
	{ CURLE_GOT_NOTHING, ERR_UNAVAILABLE, "the connection was closed without an answer" },
	{ CURLE_PARTIAL_FILE, ERR_UNAVAILABLE, "the connection was closed in the middle of the answer" },
};

static struct outcome outcome_find(CURLcode code) {
	for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++)
		if (outcomes[i].code == code)
			return outcomes[i];
	return (struct outcome){ code, ERR_UNAVAILABLE, NULL };
}

bool http_outcome_error(struct error *err, CURLcode code, const char *detail, const char *method, const char *url, dur_ms timeout) {
	autobuf struct buf text = { 0 };
	struct outcome outcome = outcome_find(code);
	if (code == CURLE_UNSUPPORTED_PROTOCOL && strstr(detail, "HTTP/0.9") != NULL) // so curl calls whatever does not begin as an answer of HTTP
		outcome = (struct outcome){ code, ERR_UNAVAILABLE, "the answer is not HTTP" };
	if (outcome.text != NULL)
		buf_append_cstr(&text, outcome.text);
	else if (code == CURLE_OPERATION_TIMEDOUT)
		buf_format(&text, "timed out after %g s", (double)timeout / 1000);
	else
		buf_append_cstr(&text, detail[0] == '\0' ? curl_easy_strerror(code) : detail);
	char *first = text.data;
	if (isupper((unsigned char)first[0]) && islower((unsigned char)first[1]))
		first[0] = (char)tolower((unsigned char)first[0]);
	autobuf struct buf origin = { 0 };
	http_origin_append(&origin, str_of(url));
	return error_set(err, outcome.error, "%s %s: %s", method, buf_cstr(&origin), buf_cstr(&text));
}
