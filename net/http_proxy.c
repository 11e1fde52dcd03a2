// SPDX-License-Identifier: Apache-2.0
// Which proxy a request goes through. See http_proxy.h.
#include "net/http_proxy.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <strings.h>

static const char *read_environment(const char *upper, const char *lower) {
	const char *value = getenv(upper);
	if (value == NULL || value[0] == '\0')
		value = getenv(lower);
	return value == NULL || value[0] == '\0' ? NULL : value;
}

// Go's socks5 leaves the lookup of the name to the proxy, which curl calls socks5h; "host:port" alone is an http proxy.
static const char *make_url(struct arena *arena, const char *url) {
	if (url == NULL || url[0] == '\0')
		return NULL;
	if (strncasecmp(url, "socks5://", 9) == 0)
		return arena_format(arena, "socks5h://%s", url + 9).data;
	bool has_scheme = strstr(url, "://") != NULL;
	return arena_format(arena, "%s%s", has_scheme ? "" : "http://", url).data;
}

void http_proxy_init(struct http_proxy *proxy, struct arena *arena, const struct proxy_config *config) {
	*proxy = (struct http_proxy){ 0 };
	if (config->from_environment) {
		const char *no_proxy = read_environment("NO_PROXY", "no_proxy");
		proxy->for_http = make_url(arena, read_environment("HTTP_PROXY", "http_proxy"));
		proxy->for_https = make_url(arena, read_environment("HTTPS_PROXY", "https_proxy"));
		proxy->no_proxy = arena_cstr(arena, str_of(no_proxy));
		return;
	}
	proxy->for_http = proxy->for_https = make_url(arena, config->url);
	if (config->no_proxy != NULL && config->no_proxy[0] != '\0')
		proxy->no_proxy = arena_cstr(arena, str_of(config->no_proxy));
}

const char *http_proxy_find(const struct http_proxy *proxy, bool is_https, struct str host, unsigned port) {
	const char *url = is_https ? proxy->for_https : proxy->for_http;
	if (url == NULL || (proxy->no_proxy != NULL && http_proxy_is_bypassed(proxy->no_proxy, host, port)))
		return NULL;
	return url;
}

// ---- no_proxy ----

// An address in 16 bytes, IPv4 as ::ffff:a.b.c.d.
struct address {
	unsigned char bytes[16];
	bool is_ipv4;
};

static bool read_address(struct str text, struct address *out) {
	char copy[INET6_ADDRSTRLEN + 1];
	if (text.len == 0 || text.len >= sizeof copy)
		return false;
	memcpy(copy, text.data, text.len);
	copy[text.len] = '\0';
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };
	memcpy(out->bytes, mapped, sizeof mapped);
	out->is_ipv4 = inet_pton(AF_INET, copy, out->bytes + sizeof mapped) == 1;
	if (out->is_ipv4)
		return true;
	if (inet_pton(AF_INET6, copy, out->bytes) != 1)
		return false;
	out->is_ipv4 = memcmp(out->bytes, mapped, sizeof mapped) == 0;
	return true;
}

static bool is_loopback(const struct address *address) {
	static const unsigned char one[16] = { [15] = 1 };
	return address->is_ipv4 ? address->bytes[12] == 127 : memcmp(address->bytes, one, sizeof one) == 0;
}

static bool read_number(struct str text, unsigned max, unsigned *out) {
	unsigned number = 0;
	if (text.len == 0 || text.len > 5)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
		number = number * 10 + (unsigned)(text.data[i] - '0');
	}
	*out = number;
	return number <= max;
}

// "10.0.0.0/8". Networks of IPv4 hold addresses of IPv4 only.
static bool read_network(struct str entry, struct address *network, unsigned *bits) {
	ptrdiff_t slash = str_find_char(entry, '/');
	if (slash < 0 || !read_address(str_head(entry, (size_t)slash), network))
		return false;
	bool is_plain_ipv4 = str_find_char(entry, ':') < 0;
	if (!read_number(str_skip(entry, (size_t)slash + 1), is_plain_ipv4 ? 32 : 128, bits))
		return false;
	*bits += is_plain_ipv4 ? 96 : 0;
	return true;
}

static bool holds_address(const struct address *network, unsigned bits, const struct address *address) {
	if (network->is_ipv4 != address->is_ipv4)
		return false;
	unsigned whole = bits / 8, rest = bits % 8;
	if (memcmp(network->bytes, address->bytes, whole) != 0)
		return false;
	return rest == 0 || (network->bytes[whole] ^ address->bytes[whole]) >> (8 - rest) == 0;
}

// "host:port", "[ipv6]:port", "host", "ipv6". False when there is no host.
static bool split_entry(struct str entry, struct str *host, struct str *port) {
	*host = entry;
	*port = STR_NONE;
	ptrdiff_t colon = -1;
	size_t colons = 0;
	for (size_t i = 0; i < entry.len; i++)
		if (entry.data[i] == ':') {
			colon = (ptrdiff_t)i;
			colons++;
		}
	bool has_bracket = entry.len > 0 && entry.data[0] == '[';
	bool has_port = has_bracket ? colon > 0 && entry.data[colon - 1] == ']' : colons == 1;
	if (has_port) {
		*host = str_head(entry, (size_t)colon);
		*port = str_skip(entry, (size_t)colon + 1);
	}
	if (has_port && has_bracket)
		*host = str_make(host->data + 1, host->len - 2);
	return host->len > 0;
}

static bool is_domain_match(struct str pattern, struct str host) {
	if (str_has_prefix(pattern, STR("*.")))
		pattern = str_skip(pattern, 1);
	bool takes_itself = pattern.data[0] != '.';
	if (takes_itself && str_equal_nocase(pattern, host))
		return true;
	size_t length = pattern.len + takes_itself; // with the dot before it
	if (host.len < length || (takes_itself && host.data[host.len - length] != '.'))
		return false;
	return str_equal_nocase(str_skip(host, host.len - pattern.len), pattern);
}

static bool is_port_match(struct str port, unsigned wanted) {
	unsigned number = 0;
	return port.len == 0 || (read_number(port, 65535, &number) && number == wanted);
}

static bool is_entry_match(struct str entry, struct str host, unsigned port, const struct address *address) {
	struct address other;
	unsigned bits;
	struct str entry_host, entry_port;
	if (read_network(entry, &other, &bits))
		return address != NULL && holds_address(&other, bits, address);
	if (!split_entry(entry, &entry_host, &entry_port))
		return false;
	if (read_address(entry_host, &other))
		return address != NULL && memcmp(other.bytes, address->bytes, sizeof other.bytes) == 0 && is_port_match(entry_port, port);
	return address == NULL && is_domain_match(entry_host, host) && is_port_match(entry_port, port);
}

bool http_proxy_is_bypassed(const char *no_proxy, struct str host, unsigned port) {
	struct address address;
	bool is_address = read_address(host, &address);
	if (str_equal(host, STR("localhost")) || (is_address && is_loopback(&address)))
		return true;
	for (struct str rest = str_of(no_proxy); rest.len > 0;) {
		struct str entry = str_trim(str_cut(&rest, ','));
		if (str_equal(entry, STR("*")) || (entry.len > 0 && is_entry_match(entry, host, port, is_address ? &address : NULL)))
			return true;
	}
	return false;
}
