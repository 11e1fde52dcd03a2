// SPDX-License-Identifier: Apache-2.0
// A webhook receiver that costs almost nothing: takes every notification and counts the alerts in it, each fingerprint once.
//   cc -O2 -o webhooks webhooks.c && ./webhooks 19000
// GET /stats tells requests, alerts and distinct alerts so far. One thread, epoll, keep-alive; for loopback only.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { EVENTS_MAX = 64,
	SEEN_SLOTS = 1 << 20,
	ROOM = 1 << 16 };

struct peer {
	int fd;
	char *in;
	size_t len, cap;
	bool was_continued; // told to go on with the body of this request
};

static int poller;
static unsigned long long requests, alerts, distinct;
static uint64_t seen[SEEN_SLOTS]; // fingerprints; 0: free

static void note_fingerprint(uint64_t fingerprint) {
	alerts++;
	size_t at = fingerprint % SEEN_SLOTS;
	while (seen[at] != 0 && seen[at] != fingerprint)
		at = (at + 1) % SEEN_SLOTS;
	distinct += seen[at] == 0;
	seen[at] = fingerprint;
}

static void count_alerts(const char *body, const char *end) {
	static const char member[] = "\"fingerprint\":\"";
	requests++;
	for (const char *at = body; (at = memmem(at, (size_t)(end - at), member, sizeof member - 1)) != NULL;) {
		at += sizeof member - 1;
		note_fingerprint(strtoull(at, NULL, 16));
	}
}

static bool say(const struct peer *peer, const char *text) {
	size_t len = strlen(text);
	return send(peer->fd, text, len, MSG_NOSIGNAL) == (ssize_t)len; // short: always fits
}

static bool answer(const struct peer *peer, const char *body, const char *end) {
	char stats[96], text[256];
	if (strncmp(peer->in, "GET ", 4) != 0) {
		count_alerts(body, end);
		return say(peer, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
	}
	int len = snprintf(stats, sizeof stats, "{\"requests\":%llu,\"alerts\":%llu,\"distinct\":%llu}", requests, alerts, distinct);
	snprintf(text, sizeof text, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", len, stats);
	return say(peer, text);
}

static bool expects_leave(const char *head, const char *end) {
	const char *expect = strcasestr(head, "\r\nexpect: 100-continue");
	return expect != NULL && expect < end;
}

// Answers the requests that are whole; false when the peer is gone.
static bool serve(struct peer *peer) {
	for (;;) {
		peer->in[peer->len] = '\0';
		const char *end = strstr(peer->in, "\r\n\r\n"), *length = strcasestr(peer->in, "\r\ncontent-length:");
		if (end == NULL)
			return true;
		size_t body = length != NULL && length < end ? strtoul(length + 17, NULL, 10) : 0, total = (size_t)(end - peer->in) + 4 + body;
		if (total > peer->len && !peer->was_continued && expects_leave(peer->in, end)) {
			peer->was_continued = true;
			return say(peer, "HTTP/1.1 100 Continue\r\n\r\n");
		}
		if (total > peer->len)
			return true;
		if (!answer(peer, end + 4, peer->in + total))
			return false;
		memmove(peer->in, peer->in + total, peer->len - total);
		peer->len -= total;
		peer->was_continued = false;
	}
}

static bool take_input(struct peer *peer) {
	if (peer->cap - peer->len < ROOM)
		peer->in = realloc(peer->in, peer->cap = 2 * peer->cap + 2 * ROOM);
	ssize_t got = recv(peer->fd, peer->in + peer->len, peer->cap - peer->len - 1, 0);
	if (got < 0 && errno == EAGAIN)
		return true;
	if (got <= 0)
		return false;
	peer->len += (size_t)got;
	return serve(peer);
}

static void drop(struct peer *peer) {
	close(peer->fd);
	free(peer->in);
	free(peer);
}

static void accept_peer(int listener) {
	int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC), on = 1;
	if (fd < 0)
		return;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	struct peer *peer = calloc(1, sizeof *peer);
	peer->fd = fd;
	epoll_ctl(poller, EPOLL_CTL_ADD, fd, &(struct epoll_event){ .events = EPOLLIN, .data.ptr = peer });
} // NOLINT(clang-analyzer-unix.Malloc): the poller holds it

static int open_listener(unsigned port) {
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((unsigned short)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(fd, (struct sockaddr *)&at, sizeof at) != 0 || listen(fd, 512) != 0) {
		perror("webhooks");
		exit(1);
	}
	return fd;
}

int main(int argc, char **argv) {
	int listener = open_listener(argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 19000);
	poller = epoll_create1(EPOLL_CLOEXEC);
	epoll_ctl(poller, EPOLL_CTL_ADD, listener, &(struct epoll_event){ .events = EPOLLIN, .data.ptr = NULL });
	for (;;) {
		struct epoll_event events[EVENTS_MAX];
		int count = epoll_wait(poller, events, EVENTS_MAX, -1);
		for (int i = 0; i < count; i++) {
			struct peer *peer = events[i].data.ptr;
			if (peer == NULL)
				accept_peer(listener);
			else if (!take_input(peer))
				drop(peer);
		}
	}
}
