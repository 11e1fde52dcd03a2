// SPDX-License-Identifier: Apache-2.0
// Posts alerts as Prometheus does, 64 a request over one connection, and asks for nothing else, so that a benchmark measures who takes them.
//   cc -O2 -o post_alerts post_alerts.c && ./post_alerts PORT COUNT GROUPS ROUNDS SEVERITY FIRST AGE
// COUNT alerts of GROUPS alertnames in turn, numbered from FIRST on, which began AGE seconds ago. A round posts each of them once, ending four
// minutes from now as Prometheus has it; the next one ends a second later. Prints what was accepted, what refused: alerts, not requests. One thread; for loopback only.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { PER_REQUEST = 64,
	ALERT_MAX = 1024,
	ANSWER_MAX = 1 << 16 };

struct load {
	long count, groups, first;
	const char *severity;
	char starts_at[40], ends_at[40];
};

static void format_time(char out[40], time_t at) {
	struct tm parts;
	gmtime_r(&at, &parts);
	strftime(out, 40, "%Y-%m-%dT%H:%M:%S.000Z", &parts);
}

static size_t put_alert(char *out, const struct load *load, long number) {
	return (size_t)snprintf(out, ALERT_MAX,
	    "{\"annotations\":{\"description\":\"Filesystem on /dev/sda1 at host-%06ld.dc1.example.net:9100 (job node) has only 8.75 %% left; act before it is full.\","
	    "\"runbook_url\":\"https://runbooks.example.net/disk/%ld\",\"summary\":\"Disk /dev/sda1 of host-%06ld.dc1.example.net:9100 is 91.25 %% full\"},"
	    "\"startsAt\":\"%s\",\"endsAt\":\"%s\",\"generatorURL\":\"http://prometheus.example.net:9090/graph?g0.expr=disk_used_percent+%%3E+90&g0.tab=1\","
	    "\"labels\":{\"alertname\":\"Bench%ld\",\"dc\":\"dc1\",\"device\":\"/dev/sda1\",\"env\":\"production\",\"idx\":\"%ld\","
	    "\"instance\":\"host-%06ld.dc1.example.net:9100\",\"job\":\"node\",\"severity\":\"%s\",\"team\":\"infra\",\"zone\":\"z%ld\"}}",
	    number, number, number, load->starts_at, load->ends_at, number % load->groups, load->first + number, number, load->severity, number % 100);
}

static size_t put_request(char *out, const struct load *load, long from, long until) {
	static char body[PER_REQUEST * ALERT_MAX + 2];
	size_t len = 0;
	for (long number = from; number < until; number++) {
		body[len++] = number == from ? '[' : ',';
		len += put_alert(body + len, load, number);
	}
	body[len++] = ']';
	int head = sprintf(out, "POST /api/v2/alerts HTTP/1.1\r\nHost: localhost\r\nUser-Agent: Prometheus/2.42.0\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n\r\n", len);
	memcpy(out + head, body, len);
	return (size_t)head + len;
}

static void stop(const char *what) {
	perror(what);
	exit(1);
}

static int connect_to(unsigned port) {
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons((unsigned short)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
	if (connect(fd, (struct sockaddr *)&at, sizeof at) != 0)
		stop("connect");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	return fd;
}

// The status of the answer, whose body is read and forgotten.
static int read_answer(int fd) {
	static char text[ANSWER_MAX];
	size_t len = 0;
	for (;;) {
		ssize_t got = read(fd, text + len, sizeof text - 1 - len);
		if (got <= 0)
			stop("read");
		len += (size_t)got;
		text[len] = '\0';
		const char *end = strstr(text, "\r\n\r\n"), *length = strcasestr(text, "\r\ncontent-length:");
		if (end == NULL)
			continue;
		size_t body = length != NULL && length < end ? strtoul(length + 17, NULL, 10) : 0;
		if (len >= (size_t)(end - text) + 4 + body)
			return atoi(text + 9);
	}
}

static bool post(int fd, const char *request, size_t len) {
	for (size_t sent = 0; sent < len;) {
		ssize_t put = write(fd, request + sent, len - sent);
		if (put <= 0)
			stop("write");
		sent += (size_t)put;
	}
	return read_answer(fd) == 200;
}

int main(int argc, char **argv) {
	static char request[PER_REQUEST * ALERT_MAX + 512];
	if (argc < 8) {
		fprintf(stderr, "usage: post_alerts PORT COUNT GROUPS ROUNDS SEVERITY FIRST AGE\n");
		return 2;
	}
	struct load load = { .count = atol(argv[2]), .groups = atol(argv[3]), .severity = argv[5], .first = atol(argv[6]) };
	int fd = connect_to((unsigned)strtoul(argv[1], NULL, 10));
	long rounds = atol(argv[4]), accepted = 0, refused = 0;
	time_t now = time(NULL);
	format_time(load.starts_at, now - atol(argv[7]));
	for (long round = 0; round < rounds; round++) {
		format_time(load.ends_at, now + 240 + round);
		for (long from = 0; from < load.count; from += PER_REQUEST) {
			long until = from + PER_REQUEST < load.count ? from + PER_REQUEST : load.count;
			*(post(fd, request, put_request(request, &load, from, until)) ? &accepted : &refused) += until - from;
		}
	}
	printf("{\"accepted\":%ld,\"refused\":%ld}\n", accepted, refused);
	return 0;
}
