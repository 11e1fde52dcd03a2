// SPDX-License-Identifier: Apache-2.0
// Histograms for tests. See listed_histogram.h.
#include "tests/evaluator/listed_histogram.h"

#include "evaluator/histogram_read.h"
#include "tests/harness/test.h"

const struct histogram *listed_histogram_of(struct arena *arena, const char *json) {
	struct histogram_reader reader = { 0 };
	struct json_reader text;
	const struct histogram *histogram = NULL;
	json_read_init(&text, arena, str_of(json));
	if (!histogram_read(&reader, &text, &histogram) || !json_read_end(&text))
		FAIL_TEST("%s: %s", json, text.error.text);
	array_finish(&reader);
	return histogram;
}

const struct histogram *listed_histogram(struct arena *arena, const char *buckets) {
	return listed_histogram_of(arena, arena_format(arena, "{\"count\":\"100\",\"sum\":\"7\",\"buckets\":%s}", buckets).data);
}
