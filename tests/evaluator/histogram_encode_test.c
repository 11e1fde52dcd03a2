// SPDX-License-Identifier: Apache-2.0
#include "evaluator/histogram_encode.h"

#include "base/snappy_block.h"
#include "evaluator/remote_write_encode.h"
#include "tests/evaluator/listed_histogram.h"
#include "tests/evaluator/write_request.h"
#include "tests/harness/test.h"

static void append(struct buf *out, const char *json, enum histogram_hint hint, wall_ms at) {
	autoarena struct arena arena = { 0 };
	autobuf struct buf labels = { 0 }, field = { 0 };
	struct histogram_layout layout;
	struct error err;
	const struct histogram *histogram = listed_histogram_of(&arena, json);
	CHECK(histogram_layout_find(&layout, histogram, NULL, &arena, &err));
	histogram_encode(&field, histogram, &layout, hint, at);
	remote_write_label(&labels, STR("__name__"), STR("h"));
	remote_write_series_again(out, buf_str(&labels), buf_str(&field));
}

static void expect(const char *json, enum histogram_hint hint, const char *wanted) {
	autobuf struct buf raw = { 0 }, body = { 0 };
	struct write_request request = { 0 };
	struct error err;
	append(&raw, json, hint, 1700000000123);
	CHECK(snappy_block_append(&body, buf_str(&raw), &err));
	CHECK(write_request_read(&request, buf_str(&body)));
	CHECK_INT(request.count, 1);
	CHECK_CSTR(request.items[0].series, "{__name__=\"h\"}");
	CHECK_CSTR(request.items[0].value, wanted);
	CHECK_INT(request.items[0].at, 1700000000123);
	write_request_finish(&request);
}

TEST(the_bytes_are_those_of_the_specification) {
	autobuf struct buf raw = { 0 };
	append(&raw, "{\"count\":\"2\",\"sum\":\"1.5\",\"buckets\":[[0,\"0.5\",\"1\",\"2\"]]}", HISTOGRAM_HINT_GAUGE, 300);
	static const unsigned char bytes[] = {
		0x0a, 0x4c,                                                                      // WriteRequest.timeseries
		0x0a, 0x0d, 0x0a, 0x08, '_', '_', 'n', 'a', 'm', 'e', '_', '_', 0x12, 0x01, 'h', // TimeSeries.labels
		0x22, 0x3b,                                                                      // TimeSeries.histograms
		0x11, 0, 0, 0, 0, 0, 0, 0, 0x40,                                                 // count_float
		0x19, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f,                                              // sum
		0x20, 0,                                                                         // schema 0
		0x29, 0, 0, 0, 0, 0, 0, 0, 0,                                                    // zero_threshold
		0x39, 0, 0, 0, 0, 0, 0, 0, 0,                                                    // zero_count_float
		0x5a, 0x04, 0x08, 0x00, 0x10, 0x01,                                              // positive_spans
		0x6a, 0x08, 0, 0, 0, 0, 0, 0, 0, 0x40,                                           // positive_counts
		0x70, 0x03, 0x78, 0xac, 0x02,                                                    // reset_hint, timestamp
	};
	if (!str_equal(buf_str(&raw), str_make((const char *)bytes, sizeof bytes)))
		for (size_t i = 0; i < raw.len; i++)
			if (i >= sizeof bytes || (unsigned char)raw.data[i] != bytes[i])
				FAIL_TEST("byte %zu of %zu is %02x", i, raw.len, (unsigned char)raw.data[i]);
	CHECK_INT(raw.len, sizeof bytes);
}

TEST(neighbours_share_a_span_and_gaps_are_counted_from_its_end) {
	expect("{\"count\":\"15\",\"sum\":\"-Inf\",\"buckets\":[[1,\"-4\",\"-2\",\"1\"],[1,\"-1\",\"-0.5\",\"2\"],[3,\"-0.001\",\"0.001\",\"3\"],[0,\"0.125\",\"0.25\",\"4\"],[0,\"0.25\",\"0.5\",\"5\"],[0,\"2\",\"4\",\"0.5\"]]}", HISTOGRAM_HINT_NONE,
	    "count 15, sum -inf, schema 0, zero_threshold 0.001, zero_count 3, negative_spans +0*1, negative_spans +1*1, negative_counts 2 1, "
	    "positive_spans -2*2, positive_spans +2*1, positive_counts 4 5 0.5, hint 0");
}

TEST(custom_buckets_bring_their_boundaries) {
	expect("{\"sum\":\"1\",\"count\":\"3\",\"buckets\":[[3,\"-Inf\",\"0.1\",\"1\"],[0,\"0.5\",\"+Inf\",\"2\"]],\"later\":{}}", HISTOGRAM_HINT_GAUGE,
	    "count 3, sum 1, schema -53, zero_threshold 0, zero_count 0, positive_spans +0*1, positive_spans +1*1, positive_counts 1 2, hint 3, custom 0.10000000000000001 0.5");
	expect("{\"sum\":\"1\",\"count\":\"3\",\"buckets\":[[3,\"-Inf\",\"+Inf\",\"1\"]]}", HISTOGRAM_HINT_GAUGE,
	    "count 3, sum 1, schema -53, zero_threshold 0, zero_count 0, positive_spans +0*1, positive_counts 1, hint 3");
}

TEST(an_empty_one_has_no_buckets) {
	expect("{\"count\":\"0\",\"sum\":\"NaN\"}", HISTOGRAM_HINT_NONE, "count 0, sum nan, schema 8, zero_threshold 0, zero_count 0, hint 0");
}

TEST(series_with_histograms_are_told_from_others) {
	autobuf struct buf raw = { 0 }, labels = { 0 };
	struct write_amount amount;
	remote_write_label(&labels, STR("__name__"), STR("m"));
	remote_write_series(&raw, buf_str(&labels), remote_write_bits(1), 1);
	append(&raw, "{\"count\":\"0\",\"sum\":\"0\"}", HISTOGRAM_HINT_NONE, 1);
	append(&raw, "{\"count\":\"0\",\"sum\":\"0\"}", HISTOGRAM_HINT_NONE, 1);
	remote_write_series(&raw, buf_str(&labels), remote_write_bits(1), 2);
	CHECK_INT(remote_write_span(buf_str(&raw), SIZE_MAX, SIZE_MAX, &amount), raw.len);
	CHECK(amount.series == 4 && amount.histograms == 2);
	struct str rest = buf_str(&raw);
	for (int i = 0; i < 4; i++) {
		bool is_histogram;
		CHECK(remote_write_cut(&rest, &is_histogram).len > 0);
		CHECK(is_histogram == (i == 1 || i == 2));
	}
	CHECK_INT(rest.len, 0);
}
