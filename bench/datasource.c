// SPDX-License-Identifier: Apache-2.0
// A datasource that costs almost nothing: answers every instant query with a canned vector, so that a benchmark measures who asks.
// The number of series stands in the query as "series_N" (1 without); with "idle" as second argument every answer is empty.
//   cc -O2 -o datasource datasource.c && ./datasource 19000 [idle]
// POST /api/v1/write takes samples. GET /stats tells how many queries were answered and writes taken. One thread, epoll, keep-alive; for loopback only.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { REQUEST_MAX = 1 << 20,
	EVENTS_MAX = 64,
	CACHED_MAX = 16 };

struct peer {
	int fd;
	char in[REQUEST_MAX];
	size_t in_len;
	const char *out; // an answer under way
	size_t out_len, sent;
};

struct answer {
	long series;
	char *text;
	size_t len;
};

static int poller;
static bool is_idle;
static unsigned long long queries, writes;
static struct answer cached[CACHED_MAX];

static char *http_answer(const char *body, size_t body_len, size_t *len) {
	char *text = malloc(body_len + 200);
	int head = sprintf(text, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n", body_len);
	memcpy(text + head, body, body_len);
	*len = (size_t)head + body_len;
	return text;
}

static void build(struct answer *answer, long series) {
	char *body = malloc((size_t)series * 300 + 200);
	size_t at = (size_t)sprintf(body, "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[");
	for (long i = 0; i < series; i++)
		at += (size_t)sprintf(body + at, "%s{\"metric\":{\"__name__\":\"bench_metric\",\"device\":\"/dev/sd%ld\",\"env\":\"prod\",\"idx\":\"%ld\",\"instance\":\"host-%ld.example.net:9100\",\"job\":\"node\"},\"value\":[1700000000.123,\"%ld.5\"]}",
		    i > 0 ? "," : "", i % 26, i, i, i % 90 + 1);
	at += (size_t)sprintf(body + at, "]}}");
	answer->series = series;
	answer->text = http_answer(body, at, &answer->len);
	free(body);
}

static const struct answer *answer_for(long series) {
	for (int i = 0; i < CACHED_MAX; i++) {
		if (cached[i].text == NULL)
			build(&cached[i], series);
		if (cached[i].series == series)
			return &cached[i];
	}
	return &cached[0];
}

static long wanted_series(const char *request) {
	const char *at = strstr(request, "series_");
	return is_idle ? 0 : at == NULL ? 1
	                                : strtol(at + 7, NULL, 10);
}

static void answer_stats(struct peer *peer) {
	static char *text; // replaced by the next one: one reader at a time
	char body[64];
	free(text);
	int len = sprintf(body, "{\"query\":%llu,\"write\":%llu}", queries, writes);
	text = http_answer(body, (size_t)len, &peer->out_len);
	peer->out = text;
}

// Length of the first whole request in the buffer, or 0.
static size_t request_length(struct peer *peer) {
	peer->in[peer->in_len] = '\0';
	const char *end = strstr(peer->in, "\r\n\r\n");
	if (end == NULL)
		return 0;
	const char *length = strcasestr(peer->in, "\r\ncontent-length:");
	size_t body = length != NULL && length < end ? strtoul(length + 17, NULL, 10) : 0;
	size_t total = (size_t)(end - peer->in) + 4 + body;
	return total <= peer->in_len ? total : 0;
}

static void drop(struct peer *peer) {
	close(peer->fd);
	free(peer);
}

// False when the peer is gone.
static bool flush(struct peer *peer) {
	while (peer->sent < peer->out_len) {
		ssize_t put = send(peer->fd, peer->out + peer->sent, peer->out_len - peer->sent, MSG_NOSIGNAL);
		if (put < 0 && errno == EAGAIN) {
			epoll_ctl(poller, EPOLL_CTL_MOD, peer->fd, &(struct epoll_event){ .events = EPOLLIN | EPOLLOUT, .data.ptr = peer });
			return true;
		}
		if (put < 0)
			return false;
		peer->sent += (size_t)put;
	}
	peer->out_len = peer->sent = 0;
	epoll_ctl(poller, EPOLL_CTL_MOD, peer->fd, &(struct epoll_event){ .events = EPOLLIN, .data.ptr = peer });
	return true;
}

static bool serve(struct peer *peer) {
	for (size_t len; peer->out_len == 0 && (len = request_length(peer)) > 0;) {
		char after = peer->in[len];
		peer->in[len] = '\0';
		if (strncmp(peer->in, "GET /stats", 10) == 0) {
			answer_stats(peer);
		} else if (strncmp(peer->in, "POST /api/v1/write", 18) == 0) {
			peer->out = "HTTP/1.1 204 No Content\r\n\r\n";
			peer->out_len = strlen(peer->out);
			writes++;
		} else {
			const struct answer *answer = answer_for(wanted_series(peer->in));
			peer->out = answer->text;
			peer->out_len = answer->len;
			queries++;
		}
		peer->in[len] = after;
		memmove(peer->in, peer->in + len, peer->in_len - len);
		peer->in_len -= len;
		if (!flush(peer))
			return false;
	}
	return true;
}

static bool take_input(struct peer *peer) {
	ssize_t got = recv(peer->fd, peer->in + peer->in_len, REQUEST_MAX - 1 - peer->in_len, 0);
	if (got == 0 || (got < 0 && errno != EAGAIN))
		return false;
	if (got > 0)
		peer->in_len += (size_t)got;
	return serve(peer);
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
		perror("datasource");
		exit(1);
	}
	return fd;
}

int main(int argc, char **argv) {
	int listener = open_listener(argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 19000);
	is_idle = argc > 2 && strcmp(argv[2], "idle") == 0;
	poller = epoll_create1(EPOLL_CLOEXEC);
	epoll_ctl(poller, EPOLL_CTL_ADD, listener, &(struct epoll_event){ .events = EPOLLIN, .data.ptr = NULL });
	for (;;) {
		struct epoll_event events[EVENTS_MAX];
		int count = epoll_wait(poller, events, EVENTS_MAX, -1);
		for (int i = 0; i < count; i++) {
			struct peer *peer = events[i].data.ptr;
			if (peer == NULL)
				accept_peer(listener);
			else if (((events[i].events & EPOLLOUT) != 0 && (!flush(peer) || !serve(peer))) || ((events[i].events & EPOLLIN) != 0 && !take_input(peer)))
				drop(peer);
		}
	}
}
