// SPDX-License-Identifier: Apache-2.0
// A listening socket from an address text. See listen.h.
#include "api/listen.h"

#include "base/mem.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { BACKLOG = 512 };

static int open_one(const struct addrinfo *at) {
	int fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	int on = 1, off = 0;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (at->ai_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
	if (bind(fd, at->ai_addr, at->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	int kept = errno;
	close(fd);
	errno = kept;
	return -1;
}

// A number of 16 bits, or a service's name: getaddrinfo takes any number and cuts it down.
static bool is_port(const char *port) {
	size_t digits = strspn(port, "0123456789");
	if (port[digits] != '\0')
		return digits == 0 && port[0] != '-' && port[0] != '+';
	return digits <= 5 && atoi(port) <= 65535;
}

// Cuts "host:port" in two; host loses its brackets. False when there is no port.
static bool split_address(char *address, char **host, char **port) {
	char *colon = strrchr(address, ':');
	if (colon == NULL || colon[1] == '\0')
		return false;
	*colon = '\0';
	*port = colon + 1;
	*host = address;
	size_t len = strlen(address);
	if (address[0] == '[' && address[len - 1] == ']') {
		address[len - 1] = '\0';
		*host = address + 1;
	}
	return true;
}

int listen_open(const char *address, struct error *err) {
	autofree char *copy = mem_dup_cstr(address);
	char *host = NULL, *port = NULL;
	if (!split_address(copy, &host, &port)) {
		error_set(err, ERR_INVALID, "listen address \"%s\": expected \"host:port\" or \":port\"", address);
		return -1;
	}
	if (!is_port(port)) {
		error_set(err, ERR_INVALID, "listen address \"%s\": bad port \"%s\"", address, port);
		return -1;
	}
	struct addrinfo hints = { .ai_family = host[0] == '\0' ? AF_INET6 : AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE };
	struct addrinfo *found = NULL;
	int rc = getaddrinfo(host[0] == '\0' ? "::" : host, port, &hints, &found);
	if (rc != 0) {
		error_set(err, ERR_INVALID, "listen address \"%s\": %s", address, gai_strerror(rc));
		return -1;
	}
	int fd = open_one(found);
	freeaddrinfo(found);
	if (fd < 0 && host[0] == '\0') { // no IPv6 on this host
		struct sockaddr_in any = { .sin_family = AF_INET, .sin_port = htons((uint16_t)strtoul(port, NULL, 10)) };
		fd = open_one(&(struct addrinfo){ .ai_family = AF_INET, .ai_addr = (struct sockaddr *)&any, .ai_addrlen = sizeof any });
	}
	if (fd < 0)
		error_set(err, ERR_IO, "cannot listen on \"%s\": %s", address, strerror(errno));
	return fd;
}

unsigned listen_port(int socket) {
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} at = { 0 };
	socklen_t size = sizeof at;
	if (getsockname(socket, &at.any, &size) != 0)
		return 0;
	return ntohs(at.any.sa_family == AF_INET6 ? at.v6.sin6_port : at.v4.sin_port);
}
