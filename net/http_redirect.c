// SPDX-License-Identifier: Apache-2.0
// What becomes of a request that is answered by a redirect. See http_redirect.h.
#include "net/http_redirect.h"

#include "base/buf.h"

enum http_redirect http_redirect_of(int status) {
	switch (status) {
	case 301:
	case 302:
	case 303: return REDIRECT_AS_GET;
	case 307:
	case 308: return REDIRECT_AGAIN;
	default: return REDIRECT_NONE;
	}
}

bool http_redirect_keeps_secrets(struct str origin, struct str host) {
	if (str_equal_nocase(origin, host))
		return true;
	bool is_name = str_find_char(host, ':') < 0 && str_find_char(host, '%') < 0; // no address, and no zone that ends like a name
	if (!is_name || origin.len == 0 || host.len <= origin.len || host.data[host.len - origin.len - 1] != '.')
		return false;
	return str_equal_nocase(str_skip(host, host.len - origin.len), origin);
}

static bool is_one_of(struct str name, const char *const *names, size_t count) {
	for (size_t i = 0; i < count; i++)
		if (str_equal_nocase(name, str_of(names[i])))
			return true;
	return false;
}

void http_redirect_filter(struct buf *out, struct str lines, bool keeps_secrets, bool keeps_body) {
	static const char *const secrets[] = { "Authorization", "Www-Authenticate", "Cookie", "Cookie2", "Proxy-Authorization", "Proxy-Authenticate" };
	static const char *const of_body[] = { "Content-Type", "Content-Encoding", "Content-Language", "Content-Location" };
	while (lines.len > 0) {
		struct str line = str_cut(&lines, '\n'), rest = line;
		struct str name = str_cut(&rest, ':');
		if (!keeps_secrets && is_one_of(name, secrets, sizeof secrets / sizeof *secrets))
			continue;
		if (!keeps_body && is_one_of(name, of_body, sizeof of_body / sizeof *of_body))
			continue;
		buf_append_str(out, line);
		buf_append_char(out, '\n');
	}
}
