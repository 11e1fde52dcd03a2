// SPDX-License-Identifier: Apache-2.0
// How fast expressions are parsed and checked: those of a file, a blank line between two, again and again.
// Prints MB of text a second of CPU time, the median of several turns. See README.md.
//   parse_expressions FILE
#include "base/buf.h"
#include "base/error.h"
#include "base/fs.h"
#include "promql/promql.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { EXPRESSIONS_MAX = 1000,
	FILE_BYTES_MAX = 1 << 20,
	TURNS = 9 };
static const double TURN_SECONDS = 0.5;

struct work {
	struct str expressions[EXPRESSIONS_MAX];
	size_t count, bytes;
};

static double cpu_seconds(void) {
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void split(struct str text, struct work *work) {
	while (text.len > 0 && work->count < EXPRESSIONS_MAX) {
		const char *blank = memmem(text.data, text.len, "\n\n", 2);
		size_t len = blank == NULL ? text.len : (size_t)(blank - text.data) + 2;
		work->expressions[work->count++] = str_head(text, len);
		work->bytes += len;
		text = str_skip(text, len);
	}
}

static void parse_all(struct arena *arena, const struct work *work) {
	for (size_t i = 0; i < work->count; i++) {
		if (promql_parse(arena, work->expressions[i], 0).root == NULL)
			exit((fprintf(stderr, "refused: %.*s\n", STR_ARG(work->expressions[i])), 1));
		arena_reset(arena);
	}
}

static double turn(struct arena *arena, const struct work *work) {
	double start = cpu_seconds(), spent = 0, bytes = 0;
	do {
		parse_all(arena, work);
		bytes += (double)work->bytes;
		spent = cpu_seconds() - start;
	} while (spent < TURN_SECONDS);
	return bytes / spent / 1e6;
}

static int compare(const void *a, const void *b) {
	double left = *(const double *)a, right = *(const double *)b;
	return (left > right) - (left < right);
}

int main(int argc, char **argv) {
	static struct work work;
	autobuf struct buf text = { 0 };
	autoarena struct arena arena = { 0 };
	struct error err = { 0 };
	double rates[TURNS];
	if (argc < 2 || !fs_read_file(argv[1], FILE_BYTES_MAX, &text, &err))
		exit((fprintf(stderr, "usage: parse_expressions FILE\n%s\n", err.text), 2));
	split(buf_str(&text), &work);
	for (int i = 0; i < TURNS; i++)
		rates[i] = turn(&arena, &work);
	qsort(rates, TURNS, sizeof *rates, compare);
	printf("%zu expressions, %zu bytes: %.1f MB/s (%.1f to %.1f)\n", work.count, work.bytes, rates[TURNS / 2], rates[0], rates[TURNS - 1]);
	return 0;
}
