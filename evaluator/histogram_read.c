// SPDX-License-Identifier: Apache-2.0
// A native histogram out of JSON. See histogram_read.h.
#include "evaluator/histogram_read.h"

#include "evaluator/vector_read.h"
#include "model/limits.h"

static bool read_number(struct json_reader *json, const char *what, double *out) {
	struct str text;
	if (!json_read_string(json, &text))
		return false;
	return vector_read_value(text, out) || json_read_fail(json, "bad %s \"%.*s\" of a histogram", what, STR_ARG(str_head(text, 64)));
}

static bool read_edges(struct json_reader *json, enum bucket_edges *out) {
	int64_t edges = 0;
	if (!json_read_int(json, &edges))
		return false;
	if (edges < 0 || edges >= BUCKET_EDGES_COUNT)
		return json_read_fail(json, "bad boundary rule %lld of a bucket", (long long)edges);
	*out = (enum bucket_edges)edges;
	return true;
}

static bool next(struct json_reader *json) {
	return json_read_array_next(json) || json_read_fail(json, "expected a boundary rule, two boundaries and a count");
}

static bool read_bucket(struct json_reader *json, struct histogram_bucket *out) {
	bool ok = json_read_array_begin(json) && next(json) && read_edges(json, &out->edges) && next(json) && read_number(json, "boundary", &out->lower) &&
	    next(json) && read_number(json, "boundary", &out->upper) && next(json) && read_number(json, "count", &out->count);
	if (ok && json_read_array_next(json))
		return json_read_fail(json, "expected only a boundary rule, two boundaries and a count");
	return !json->failed;
}

static bool read_buckets(struct histogram_reader *reader, struct json_reader *json) {
	if (!json_read_array_begin(json))
		return false;
	while (json_read_array_next(json)) {
		struct histogram_bucket bucket;
		if (!read_bucket(json, &bucket))
			return false;
		if (reader->count == LIMIT_HISTOGRAM_BUCKETS) {
			json_read_fail(json, "a histogram with more than %d buckets", LIMIT_HISTOGRAM_BUCKETS);
			json->error.code = ERR_LIMIT;
			return false;
		}
		array_append(reader, bucket);
	}
	return !json->failed;
}

// The members in any order, each at most once.
static bool read_member(struct histogram_reader *reader, struct json_reader *json, struct histogram *out, unsigned *seen) {
	static const struct str names[] = { { "count", 5 }, { "sum", 3 }, { "buckets", 7 } };
	struct str name;
	if (!json_read_object_next(json, &name))
		return false;
	size_t at = 0;
	while (at < 3 && !str_equal(name, names[at]))
		at++;
	if (at == 3)
		return json_read_skip(json);
	if ((*seen & 1U << at) != 0)
		return json_read_fail(json, "\"%.*s\" comes twice", STR_ARG(name));
	*seen |= 1U << at;
	return at == 2 ? read_buckets(reader, json) : read_number(json, names[at].data, at == 0 ? &out->count : &out->sum);
}

bool histogram_read(struct histogram_reader *reader, struct json_reader *json, const struct histogram **out) {
	struct histogram histogram = { 0 };
	unsigned seen = 0;
	array_clear(reader);
	if (!json_read_object_begin(json))
		return false;
	while (read_member(reader, json, &histogram, &seen))
		;
	if (json->failed)
		return false;
	if ((seen & 3) != 3)
		return json_read_fail(json, "a histogram without \"%s\"", (seen & 1) == 0 ? "count" : "sum");
	histogram.buckets = arena_dup(json->arena, reader->items, reader->count * sizeof *reader->items);
	histogram.bucket_count = reader->count;
	*out = arena_dup(json->arena, &histogram, sizeof histogram);
	return true;
}
