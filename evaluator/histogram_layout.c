// SPDX-License-Identifier: Apache-2.0
// What the listed buckets of a native histogram are. See histogram_layout.h.
#include "evaluator/histogram_layout.h"

#include <float.h>
#include <math.h>

// ---- exponential buckets ----

struct magnitudes { // of one side: absolute boundaries, ascending
	double *lower, *upper, *counts;
	size_t count;
};

struct fitting {
	struct magnitudes negative, positive;
	bool has_zero;
	double zero_threshold, zero_count;
};

static bool is_near(double a, double b) {
	// Prometheus' table of boundaries is up to 4 units in the last place off; subnormal ones are rounded. Neighbours differ by 0.0027 at least.
	return a == b || fabs(a - b) <= fabs(b) * 1e-14 + 1e-323;
}

// The upper boundary of a bucket. The last one of finite observations ends with the largest number, the one after it holds the infinite.
static double bound_at(double index, int schema) {
	double exponent = ldexp(index, -schema);
	return exponent == 1024 ? DBL_MAX : exponent > 1024 ? (double)INFINITY
	                                                    : exp2(exponent);
}

static bool index_of(double upper, int schema, double *out) {
	*out = isinf(upper) ? ldexp(1024, schema) + 1 : round(ldexp(log2(upper), schema));
	return is_near(upper, bound_at(*out, schema));
}

// A bucket that the zero bucket reaches into is listed from the zero threshold on.
static bool begins_at_zero_bucket(const struct fitting *fitting, double lower, double bound) {
	return fitting->has_zero && lower == fitting->zero_threshold && lower > bound;
}

static bool place_side(const struct fitting *fitting, const struct magnitudes *side, int schema, int32_t *indices) {
	for (size_t i = side->count; i-- > 0;) { // from the outside: the innermost one may be cut
		double index;
		if (!index_of(side->upper[i], schema, &index))
			return false;
		double bound = bound_at(index - 1, schema);
		if (!is_near(side->lower[i], bound) && (i > 0 || !begins_at_zero_bucket(fitting, side->lower[i], bound)))
			return false;
		indices[i] = (int32_t)index;
		if (i + 1 < side->count && indices[i] >= indices[i + 1])
			return false;
	}
	return side->count == 0 || !fitting->has_zero || side->lower[0] >= fitting->zero_threshold || is_near(side->lower[0], fitting->zero_threshold);
}

static struct magnitudes make_side(const struct histogram *histogram, struct arena *arena) {
	size_t bytes = histogram->bucket_count * sizeof(double);
	return (struct magnitudes){ .lower = arena_alloc_raw(arena, bytes), .upper = arena_alloc_raw(arena, bytes), .counts = arena_alloc_raw(arena, bytes) };
}

static void put(struct magnitudes *side, double lower, double upper, double count) {
	side->lower[side->count] = lower;
	side->upper[side->count] = upper;
	side->counts[side->count++] = count;
}

// False: such a bucket has no exponential histogram.
static bool take_bucket(struct fitting *fitting, const struct histogram_bucket *bucket) {
	switch (bucket->edges) {
	case BUCKET_LOWER_INCLUSIVE:
		put(&fitting->negative, -bucket->upper, -bucket->lower, bucket->count);
		return bucket->lower < bucket->upper && bucket->upper <= 0;
	case BUCKET_UPPER_INCLUSIVE:
		put(&fitting->positive, bucket->lower, bucket->upper, bucket->count);
		return bucket->lower < bucket->upper && bucket->lower >= 0;
	case BUCKET_CLOSED:
		if (fitting->has_zero || bucket->upper < 0 || isinf(bucket->upper) || bucket->lower != -bucket->upper)
			return false;
		fitting->has_zero = true;
		fitting->zero_threshold = bucket->upper;
		fitting->zero_count = bucket->count;
		return true;
	case BUCKET_OPEN:
	case BUCKET_EDGES_COUNT: break;
	}
	return false;
}

static void reverse(double *items, size_t count) {
	for (size_t i = 0; i < count / 2; i++) {
		double first = items[i];
		items[i] = items[count - 1 - i];
		items[count - 1 - i] = first;
	}
}

static bool split(struct fitting *fitting, const struct histogram *histogram, struct arena *arena) {
	*fitting = (struct fitting){ .negative = make_side(histogram, arena), .positive = make_side(histogram, arena) };
	for (size_t i = 0; i < histogram->bucket_count; i++)
		if (!take_bucket(fitting, &histogram->buckets[i]))
			return false;
	struct magnitudes *negative = &fitting->negative; // they are listed from the largest on
	reverse(negative->lower, negative->count);
	reverse(negative->upper, negative->count);
	reverse(negative->counts, negative->count);
	return true;
}

// The finest schema that has all buckets: where several do, the listed ones say nothing about it, and adding histograms takes the coarser.
static bool find_exponential(struct histogram_layout *out, const struct histogram *histogram, struct arena *arena) {
	struct fitting fitting;
	if (!split(&fitting, histogram, arena))
		return false;
	int32_t *negative = arena_alloc_raw(arena, histogram->bucket_count * sizeof *negative), *positive = arena_alloc_raw(arena, histogram->bucket_count * sizeof *positive);
	int schema = SCHEMA_MAX;
	while (schema >= SCHEMA_MIN && !(place_side(&fitting, &fitting.positive, schema, positive) && place_side(&fitting, &fitting.negative, schema, negative)))
		schema--;
	*out = (struct histogram_layout){
		.schema = schema,
		.zero_threshold = fitting.zero_threshold,
		.zero_count = fitting.zero_count,
		.negative = { negative, fitting.negative.counts, fitting.negative.count },
		.positive = { positive, fitting.positive.counts, fitting.positive.count },
	};
	return schema >= SCHEMA_MIN;
}

// ---- custom buckets ----

static bool is_custom(const struct histogram *histogram) {
	for (size_t i = 0; i < histogram->bucket_count; i++) {
		const struct histogram_bucket *bucket = &histogram->buckets[i];
		bool is_first = i == 0 && bucket->edges == BUCKET_CLOSED && bucket->lower == -(double)INFINITY;
		bool is_later = bucket->edges == BUCKET_UPPER_INCLUSIVE && bucket->lower > -(double)INFINITY;
		if (!(is_first || is_later) || !(bucket->lower < bucket->upper))
			return false;
		if (i > 0 && !(histogram->buckets[i - 1].upper <= bucket->lower))
			return false;
	}
	return histogram->bucket_count > 0;
}

// Where the first bound stands that is not less; the count when all are.
static size_t find_bound(const double *bounds, size_t count, double wanted) {
	size_t low = 0;
	while (low < count) {
		size_t middle = low + (count - low) / 2;
		if (bounds[middle] < wanted)
			low = middle + 1;
		else
			count = middle;
	}
	return low;
}

static bool is_bound(const struct histogram_bounds *bounds, double boundary) {
	size_t at = find_bound(bounds->items, bounds->count, boundary);
	return isinf(boundary) || (at < bounds->count && bounds->items[at] == boundary);
}

bool histogram_bounds_agree(const struct histogram_bounds *bounds, const struct histogram *histogram) {
	for (size_t i = 0; i < histogram->bucket_count; i++) {
		const struct histogram_bucket *bucket = &histogram->buckets[i];
		size_t at = find_bound(bounds->items, bounds->count, bucket->lower);
		at += at < bounds->count && bounds->items[at] == bucket->lower;
		if (at < bounds->count && bounds->items[at] < bucket->upper)
			return false;
	}
	return true;
}

bool histogram_bounds_hold(const struct histogram_bounds *bounds, const struct histogram *histogram) {
	if (bounds->count == 0 || !is_custom(histogram))
		return false;
	for (size_t i = 0; i < histogram->bucket_count; i++)
		if (!is_bound(bounds, histogram->buckets[i].lower) || !is_bound(bounds, histogram->buckets[i].upper))
			return false;
	return histogram_bounds_agree(bounds, histogram);
}

// Only the boundaries that are listed.
static struct histogram_bounds own_bounds(const struct histogram *histogram, struct arena *arena) {
	struct histogram_bounds own = { .items = arena_alloc_raw(arena, 2 * histogram->bucket_count * sizeof *own.items) };
	for (size_t i = 0; i < histogram->bucket_count; i++) {
		const struct histogram_bucket *bucket = &histogram->buckets[i];
		if (!isinf(bucket->lower) && (own.count == 0 || own.items[own.count - 1] < bucket->lower))
			own.items[own.count++] = bucket->lower;
		if (!isinf(bucket->upper))
			own.items[own.count++] = bucket->upper;
	}
	return own;
}

static void place_custom(struct histogram_layout *out, const struct histogram *histogram, const struct histogram_bounds *bounds, struct arena *arena) {
	int32_t *indices = arena_alloc_raw(arena, histogram->bucket_count * sizeof *indices);
	double *counts = arena_alloc_raw(arena, histogram->bucket_count * sizeof *counts);
	for (size_t i = 0; i < histogram->bucket_count; i++) {
		indices[i] = (int32_t)find_bound(bounds->items, bounds->count, histogram->buckets[i].upper);
		counts[i] = histogram->buckets[i].count;
	}
	*out = (struct histogram_layout){
		.schema = SCHEMA_CUSTOM,
		.positive = { indices, counts, histogram->bucket_count },
		.bounds = bounds->items,
		.bound_count = bounds->count,
	};
}

// ---- either ----

static bool check_counts(const struct histogram *histogram, struct error *err) {
	if (histogram->count < 0)
		return error_set(err, ERR_INVALID, "its count is negative");
	for (size_t i = 0; i < histogram->bucket_count; i++)
		if (histogram->buckets[i].count < 0)
			return error_set(err, ERR_INVALID, "the count of its bucket from %.9g to %.9g is negative", histogram->buckets[i].lower, histogram->buckets[i].upper);
	return true;
}

bool histogram_layout_find(struct histogram_layout *out, const struct histogram *histogram, const struct histogram_bounds *known, struct arena *arena, struct error *err) {
	if (!check_counts(histogram, err))
		return false;
	if (known != NULL && histogram_bounds_hold(known, histogram)) {
		place_custom(out, histogram, known, arena);
		return true;
	}
	if (find_exponential(out, histogram, arena))
		return true;
	if (!is_custom(histogram))
		return error_set(err, ERR_INVALID, "no schema has its buckets, the first of which is from %.9g to %.9g", histogram->buckets[0].lower, histogram->buckets[0].upper);
	struct histogram_bounds own = own_bounds(histogram, arena);
	place_custom(out, histogram, &own, arena);
	return true;
}
