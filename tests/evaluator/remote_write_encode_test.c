// SPDX-License-Identifier: Apache-2.0
#include "evaluator/remote_write_encode.h"

#include "base/snappy_block.h"
#include "model/labels.h"
#include "tests/evaluator/write_request.h"
#include "tests/harness/test.h"

#include <math.h>

static void add(struct buf *out, const char *name, const char *value, double sample, wall_ms at) {
	autobuf struct buf labels = { 0 };
	remote_write_label(&labels, STR("__name__"), str_of(name));
	if (value != NULL)
		remote_write_label(&labels, STR("l"), str_of(value));
	remote_write_series(out, buf_str(&labels), remote_write_bits(sample), at);
}

static void read_back(struct write_request *request, const struct buf *raw) {
	autobuf struct buf body = { 0 };
	struct error err;
	CHECK(snappy_block_append(&body, buf_str(raw), &err));
	CHECK(write_request_read(request, buf_str(&body)));
}

TEST(the_bytes_are_those_of_the_specification) {
	autobuf struct buf raw = { 0 };
	add(&raw, "m", "v", 1.5, 300);
	static const unsigned char bytes[] = {
		0x0a, 0x25,                                                                      // WriteRequest.timeseries, 37 bytes
		0x0a, 0x0d, 0x0a, 0x08, '_', '_', 'n', 'a', 'm', 'e', '_', '_', 0x12, 0x01, 'm', // TimeSeries.labels
		0x0a, 0x06, 0x0a, 0x01, 'l', 0x12, 0x01, 'v',
		0x12, 0x0c, 0x09, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f, 0x10, 0xac, 0x02 // TimeSeries.samples: 1.5 at 300
	};
	CHECK(str_equal(buf_str(&raw), str_make((const char *)bytes, sizeof bytes)));
}

TEST(values_and_times_of_all_kinds_arrive_as_they_are) {
	static const struct {
		double value;
		wall_ms at;
		const char *shown;
	} cases[] = {
		{ 0, 0, "0" },
		{ -0.0, 1, "-0" },
		{ 1e308, 1700000000123, "1e+308" },
		{ -5e-324, INT64_MAX, "-4.9406564584124654e-324" },
		{ INFINITY, -1, "inf" },
		{ -INFINITY, INT64_MIN, "-inf" },
		{ NAN, 127, "NaN" },
		{ 3, 128, "3" },
	};
	autobuf struct buf raw = { 0 };
	struct write_request request = { 0 };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		add(&raw, "m", NULL, cases[i].value, cases[i].at);
	read_back(&request, &raw);
	CHECK_INT(request.count, sizeof cases / sizeof *cases);
	for (size_t i = 0; i < request.count; i++) {
		CHECK_CSTR(request.items[i].value, cases[i].shown);
		CHECK_INT(request.items[i].at, cases[i].at);
	}
	write_request_finish(&request);
}

TEST(a_staleness_marker_keeps_its_bits) {
	autobuf struct buf raw = { 0 }, labels = { 0 };
	struct write_request request = { 0 };
	remote_write_label(&labels, STR("__name__"), STR("m"));
	remote_write_series(&raw, buf_str(&labels), REMOTE_WRITE_STALE, 5);
	read_back(&request, &raw);
	CHECK_CSTR(request.items[0].value, "stale");
	write_request_finish(&request);
}

TEST(long_labels_have_long_lengths) {
	autobuf struct buf raw = { 0 }, value = { 0 };
	struct write_request request = { 0 };
	for (size_t len = 100; len < 70000; len = len * 3 / 2) {
		buf_reset(&value);
		for (size_t i = 0; i < len; i++)
			buf_append_char(&value, (char)('a' + i % 26));
		add(&raw, "m", buf_cstr(&value), 1, 1);
	}
	read_back(&request, &raw);
	CHECK(strstr(request.items[request.count - 1].series, buf_cstr(&value)) != NULL);
	write_request_finish(&request);
}

TEST(a_request_is_cut_between_its_series) {
	autobuf struct buf raw = { 0 };
	size_t ends[5] = { 0 };
	for (int i = 1; i < 5; i++) {
		autobuf struct buf value = { 0 };
		for (int k = 0; k < i * 60; k++)
			buf_append_char(&value, 'x');
		add(&raw, "m", buf_cstr(&value), i, i);
		ends[i] = raw.len;
	}
	struct write_amount amount;
	for (size_t i = 0; i < 5; i++) {
		CHECK_INT(remote_write_span(buf_str(&raw), i, SIZE_MAX, &amount), ends[i]);
		CHECK(amount.series == i && amount.histograms == 0);
	}
	CHECK_INT(remote_write_span(buf_str(&raw), 99, SIZE_MAX, &amount), raw.len);
	CHECK_INT(amount.series, 4);
	CHECK_INT(remote_write_span(buf_str(&raw), 99, ends[3] - 1, &amount), ends[2]);
	CHECK_INT(remote_write_span(buf_str(&raw), 99, ends[3], &amount), ends[3]);
	CHECK_INT(remote_write_span(buf_str(&raw), 99, 1, &amount), ends[1]); // one at least
	CHECK_INT(amount.series, 1);
}

TEST(series_are_taken_apart_and_put_together_again) {
	autobuf struct buf raw = { 0 }, again = { 0 };
	struct label labels[2];
	size_t count;
	struct str samples;
	add(&raw, "m", "v", 1, 1);
	add(&raw, "n", NULL, 2, 2);
	struct str rest = buf_str(&raw);
	for (int i = 0; remote_write_take(&rest, labels, 2, &count, &samples); i++) {
		autobuf struct buf fields = { 0 };
		CHECK_INT(count, i == 0 ? 2 : 1);
		CHECK_STR(labels[0].value, i == 0 ? "m" : "n");
		for (size_t k = 0; k < count; k++)
			remote_write_label(&fields, labels[k].name, labels[k].value);
		remote_write_series_again(&again, buf_str(&fields), samples);
	}
	CHECK(str_equal(buf_str(&raw), buf_str(&again)));
}

TEST(labels_in_pieces_are_the_same_labels) {
	autobuf struct buf whole = { 0 }, pieces = { 0 }, one = { 0 }, two = { 0 };
	remote_write_label(&one, STR("__name__"), STR("m"));
	remote_write_label(&two, STR("l"), STR("v"));
	struct str both[] = { buf_str(&one), STR_NONE, buf_str(&two) };
	add(&whole, "m", "v", 7, 9);
	remote_write_series_of(&pieces, both, 3, remote_write_bits(7), 9);
	CHECK(str_equal(buf_str(&whole), buf_str(&pieces)));
}
