// SPDX-License-Identifier: Apache-2.0
// Hosts and ports. See host_port.h.
#include "model/host_port.h"

#include <arpa/inet.h>
#include <stdint.h>
#include <string.h>

static const struct {
	const char *name;
	int number;
} mail_ports[] = {
	{ "smtp", 25 },
	{ "smtps", 465 },
	{ "submission", 587 },
	{ "submissions", 465 },
};

// NULL when it is of that shape, else what Go says.
static const char *split(struct str text, struct str *host, struct str *port) {
	ptrdiff_t last = str_find_last_char(text, ':');
	if (last < 0)
		return "missing port in address";
	size_t colon = (size_t)last, open = 0, close = 0; // where brackets may not be any more
	*host = str_head(text, colon);
	if (text.data[0] == '[') {
		ptrdiff_t end = str_find_char(text, ']');
		if (end < 0)
			return "missing ']' in address";
		close = (size_t)end + 1;
		if (close != colon)
			return close < text.len && text.data[close] == ':' ? "too many colons in address" : "missing port in address";
		*host = str_make(text.data + 1, (size_t)end - 1);
		open = 1;
	} else if (str_find_char(*host, ':') >= 0) {
		return "too many colons in address";
	}
	*port = str_skip(text, colon + 1);
	if (str_find_char(str_skip(text, open), '[') >= 0)
		return "unexpected '[' in address";
	return str_find_char(str_skip(text, close), ']') >= 0 ? "unexpected ']' in address" : NULL;
}

bool host_port_split(struct str text, struct str *host, struct str *port, struct error *err) {
	struct str parts[2];
	const char *wrong = split(text, &parts[0], &parts[1]);
	if (wrong != NULL)
		return error_set(err, ERR_INVALID, "address %.*s: %s", STR_ARG(text), wrong);
	*host = parts[0];
	*port = parts[1];
	return true;
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

// 0: there is none.
static int parse_port(struct str text) {
	int number = 0;
	for (size_t i = 0; i < sizeof mail_ports / sizeof *mail_ports; i++)
		if (str_equal_nocase(text, str_of(mail_ports[i].name)))
			return mail_ports[i].number;
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] < '0' || text.data[i] > '9' || number > UINT16_MAX)
			return 0;
		number = number * 10 + (text.data[i] - '0');
	}
	return number > UINT16_MAX ? 0 : number;
}

bool smarthost_split(struct str text, struct str *host, int *port, struct error *err) {
	struct str name = STR_NONE, service = STR_NONE;
	if (!host_port_split(text, &name, &service, err))
		return false;
	if (service.len == 0) // Alertmanager: config.go, HostPort
		return error_set(err, ERR_INVALID, "address \"%.*s\": port cannot be empty", STR_ARG(text));
	int number = parse_port(service);
	if (number == 0)
		return error_set(err, ERR_INVALID, "address \"%.*s\": bad port, expected 1 to 65535 or smtp, smtps, submission, submissions", STR_ARG(text));
	*host = name.len == 0 ? STR("localhost") : name;
	*port = number;
	return true;
}
