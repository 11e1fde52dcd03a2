// SPDX-License-Identifier: Apache-2.0
// Hosts and ports. See host_port.h.
#include "template/host_port.h"

#include <arpa/inet.h>

bool host_port_split(struct str text, struct str *host, struct str *port) {
	size_t colon = text.len, open = 0, close = 0; // where brackets may not be any more
	while (colon > 0 && text.data[colon - 1] != ':')
		colon--;
	if (colon == 0)
		return false;
	colon--;
	*host = str_head(text, colon);
	if (text.data[0] == '[') {
		ptrdiff_t end = str_find_char(text, ']');
		if (end < 0 || (size_t)end + 1 != colon)
			return false;
		*host = str_make(text.data + 1, (size_t)end - 1);
		open = 1;
		close = (size_t)end + 1;
	} else if (str_find_char(*host, ':') >= 0) {
		return false;
	}
	*port = str_skip(text, colon + 1);
	return str_find_char(str_skip(text, open), '[') < 0 && str_find_char(str_skip(text, close), ']') < 0;
}

bool host_is_address(struct str host) {
	char text[INET6_ADDRSTRLEN + 1];
	unsigned char address[sizeof(struct in6_addr)];
	if (host.len >= sizeof text)
		return false;
	memcpy(text, host.data == NULL ? "" : host.data, host.len);
	text[host.len] = '\0';
	return inet_pton(AF_INET, text, address) == 1 || inet_pton(AF_INET6, text, address) == 1;
}
