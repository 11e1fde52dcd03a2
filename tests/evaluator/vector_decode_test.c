// SPDX-License-Identifier: Apache-2.0
// Answers of a query API, whole and cut in every way: the fast reader must say what the careful one says.
#include "evaluator/vector_decode.h"

#include "base/buf.h"
#include "evaluator/vector_read.h"
#include "tests/harness/test.h"

#include <math.h>

#define VECTOR(elements) "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[" elements "]}}"
#define VECTOR_AND(elements, rest) "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[" elements "]}," rest "}"

static void print_histogram(struct buf *out, const struct histogram *histogram) {
	if (histogram == NULL)
		return;
	buf_format(out, "count %.17g, sum %.17g\n", histogram->count, histogram->sum);
	for (size_t i = 0; i < histogram->bucket_count; i++)
		buf_format(out, "%d %.17g %.17g %.17g\n", histogram->buckets[i].edges, histogram->buckets[i].lower, histogram->buckets[i].upper, histogram->buckets[i].count);
}

static void print_vector(struct buf *out, const struct sample_vector *vector) {
	buf_format(out, "kind %d, error %d %.*s %.*s, text %.*s, histograms %zu\n", vector->kind, vector->is_error, STR_ARG(vector->error_type),
	    STR_ARG(vector->error_text), STR_ARG(vector->text), vector->histograms);
	for (size_t i = 0; i < vector->count; i++) {
		const struct sample *sample = &vector->items[i];
		CHECK(sample->hash == labels_hash(sample->labels, sample->label_count));
		for (size_t k = 0; k < sample->label_count; k++)
			buf_format(out, "%.*s=\"%.*s\" ", STR_ARG(sample->labels[k].name), STR_ARG(sample->labels[k].value));
		buf_format(out, "%.17g @ %lld\n", sample->value, (long long)sample->at);
		print_histogram(out, sample->histogram);
	}
	for (size_t i = 0; i < vector->warnings.count; i++)
		buf_format(out, "warning: %.*s\n", STR_ARG(vector->warnings.items[i]));
	for (size_t i = 0; i < vector->infos.count; i++)
		buf_format(out, "info: %.*s\n", STR_ARG(vector->infos.items[i]));
}

static void print_failure(struct buf *out, const struct error *err) {
	buf_format(out, "! %d %d:%d: %s\n", err->code, err->at.line, err->at.column, err->text);
}

static void read_carefully(struct str text, struct buf *out) {
	struct sample_vector vector = { 0 };
	struct error err = { 0 };
	if (vector_read_answer(&vector, text, &err))
		print_vector(out, &vector);
	else
		print_failure(out, &err);
	sample_vector_finish(&vector);
}

// Decodes text in pieces that end at `cut` and then after every `step` bytes. Returns whether the fast reader came to the end.
static bool decode(struct sample_vector *vector, struct str text, size_t cut, size_t step, struct buf *out) {
	struct vector_decoder decoder;
	struct error err = { 0 };
	vector_decoder_init(&decoder, vector, 0);
	// each piece in memory of its own, so that a look past its end is seen by the sanitizer
	for (size_t at = 0, len = cut; at < text.len; at += len, len = step) {
		len = len > text.len - at ? text.len - at : len;
		char *piece = mem_dup(text.data + at, len);
		CHECK(vector_decoder_feed(&decoder, piece, len, &err));
		memset(piece, 'X', len);
		free(piece);
	}
	bool is_fast = decoder.stage == VECTOR_TAIL;
	if (vector_decoder_finish(&decoder, &err))
		print_vector(out, vector);
	else
		print_failure(out, &err);
	return is_fast;
}

static void check_all_cuts(struct sample_vector *vector, const char *text, bool wants_fast) {
	autobuf struct buf wanted = { 0 };
	read_carefully(str_of(text), &wanted);
	for (size_t cut = 0; cut <= strlen(text); cut++) {
		autobuf struct buf got = { 0 };
		bool is_fast = decode(vector, str_of(text), cut, SIZE_MAX / 2, &got);
		CHECK_CSTR(buf_cstr(&got), buf_cstr(&wanted));
		CHECK(is_fast == wants_fast);
	}
	autobuf struct buf got = { 0 };
	decode(vector, str_of(text), 1, 1, &got);
	CHECK_CSTR(buf_cstr(&got), buf_cstr(&wanted));
}

// clang-format off: packed rows
static const char *const usual[] = {
	VECTOR(""),
	VECTOR("{\"metric\":{},\"value\":[1435781451.781,\"1\"]}"),
	VECTOR("{\"metric\":{\"__name__\":\"up\",\"instance\":\"a:9090\",\"job\":\"x\"},\"value\":[1435781451.781,\"1.5\"]},{\"metric\":{\"job\":\"y\"},\"value\":[0,\"-0\"]}"),
	VECTOR("{\"value\":[1435781451,\"NaN\"],\"metric\":{\"a\":\"b\"}},{\"metric\":{\"a\":\"c\"},\"value\":[1.5,\"+Inf\"]},{\"metric\":{\"a\":\"d\"},\"value\":[1.05,\"-Inf\"]}"),
	VECTOR("{\"metric\":{\"b\":\"1\",\"a\":\"2\",\"c\":\"\"},\"value\":[1,\"1e-7\"]},{\"metric\":{\"e\":\"\"},\"value\":[1,\"1e+21\"]}"),
	VECTOR("{\"metric\":{\"path\":\"C:\\\\x \\\"q\\\" \\u003ctag\\u003e \\ud83d\\ude00\",\"z\\u00e9\":\"\xc3\xa9\"},\"value\":[1,\"12345678901234567890\"]}"),
	VECTOR_AND("{\"metric\":{\"a\":\"b\"},\"value\":[1,\"2\"]}", "\"warnings\":[\"w1\",\"w\\n2\"],\"infos\":[\"i\"]"),
	VECTOR_AND("", "\"stats\":{\"seriesFetched\":\"0\"},\"warnings\":null"),
	"{\"status\":\"success\",\"isPartial\":false,\"data\":{\"resultType\":\"vector\",\"result\":[{\"metric\":{\"a\":\"b\"},\"value\":[1,\"2\"]}]},\"stats\":{\"x\":[1,{}]}}\n",
};
// clang-format on

// clang-format off: packed rows
static const char *const odd[] = {
	"{\"status\":\"success\",\"data\":{\"resultType\":\"scalar\",\"result\":[1435781451.781,\"1\"]}}",
	"{\"status\":\"success\",\"data\":{\"resultType\":\"string\",\"result\":[1435781451.781,\"te\\\"xt\"]}}",
	"{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[{\"metric\":{},\"values\":[[1,\"2\"]]}]}}",
	"{\"data\":{\"result\":[{\"metric\":{\"a\":\"b\"},\"value\":[1,\"2\"]}],\"resultType\":\"vector\"},\"status\":\"success\"}",
	"{\"status\":\"error\",\"errorType\":\"bad_data\",\"error\":\"invalid parameter \\\"query\\\"\"}",
	"{\"status\":\"error\",\"data\":null,\"errorType\":\"timeout\",\"error\":\"query timed out\",\"warnings\":[\"w\"]}",
	" { \"status\" : \"success\" , \"data\" : { \"resultType\" : \"vector\" , \"result\" : [ { \"metric\" : { \"b\" : \"1\" , \"a\" : \"2\" } , \"value\" : [ 1 , \"2\" ] } ] } } ",
	VECTOR("{\"metric\":{\"a\":\"b\"},\"value\":[1,\"2\"],\"extra\":[{}]}"),
	VECTOR("{\"metric\":{\"a\":\"b\"},\"value\":[1,\"2\"]}, {\"metric\":{\"a\":\"c\"},\"value\":[1,\"2\"]}"),
	VECTOR("{\"metric\":{\"a\":\"b\"},\"value\":[-1.5,\"2\"]},{\"metric\":{\"a\":\"c\"},\"value\":[1.5e3,\"2\"]},{\"metric\":{\"a\":\"d\"},\"value\":[1.0004,\"2\"]}"),
	VECTOR("{\"metric\":{\"a\":\"b\"},\"value\":[1,\"2\"]},{\"metric\":{\"a\":\"c\"},\"histogram\":[1,{\"count\":\"1\",\"sum\":\"2\",\"buckets\":[[0,\"1\",\"2\",\"3\"]]}]}"),
	VECTOR("{\"histogram\":[1.5,{\"sum\":\"NaN\",\"x\":[],\"buckets\":[[3,\"-Inf\",\"+Inf\",\"1e3\"],[0,\"1\",\"2\",\"3\"]],\"count\":\"1\"}],\"metric\":{\"a\":\"b\"}},{\"metric\":{},\"histogram\":[1,{\"count\":\"0\",\"sum\":\"0\"}]}"),
	VECTOR("{\"metric\":{\"a\":\"b\"},\"value\":[1,\"\\u0031\"]}"),
	"{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[{\"values\":[[1,\"2\"],[2.5,\"3\"]],\"metric\":{\"a\":\"b\"}},{\"metric\":{\"a\":\"c\"},\"histograms\":[[1,{}]]}]}}",
	VECTOR("{\"metric\":null,\"value\":[1,\"2\"]}"),
	"{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":null},\"errorType\":null,\"error\":null,\"warnings\":null}",
};
// clang-format on

// clang-format off: packed rows
static const char *const broken[] = {
	"",
	" ",
	"<html>",
	"null",
	"[]",
	"{}",
	"{\"status\":\"success\"}",
	"{\"status\":\"fine\"}",
	"{\"status\":1}",
	"{\"status\":\"success\",\"data\":{}}",
	"{\"status\":\"success\",\"data\":{\"resultType\":\"vector\"}}",
	"{\"status\":\"success\",\"data\":{\"result\":[]}}",
	"{\"status\":\"success\",\"data\":{\"resultType\":\"tensor\",\"result\":[]}}",
	"{\"status\":\"success\",\"data\":null}",
	"{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":{}}}",
	"{\"status\":\"success\",\"data\":{\"resultType\":\"scalar\",\"result\":[1,\"x\"]}}",
	"{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[{\"metric\":{\"a\":\"b\"},\"value\":[1,\"2\"]}",
	"{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[{\"metric\":{\"a\":\"b\"},\"value\":[1,\"2\"]},",
	"{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[{\"metric\":{\"a\":\"b",
	VECTOR("{\"metric\":{\"a\":\"b\",\"a\":\"c\"},\"value\":[1,\"2\"]}"),
	VECTOR("{\"metric\":{\"a\":\"1\",\"b\":\"2\",\"a\":\"\"},\"value\":[1,\"2\"]}"),
	VECTOR("{\"metric\":{\"\":\"b\"},\"value\":[1,\"2\"]}"),
	VECTOR("{\"metric\":{\"a\":1},\"value\":[1,\"2\"]}"),
	VECTOR("{\"metric\":[],\"value\":[1,\"2\"]}"),
	VECTOR("{\"metric\":{\"a\":\"b\"}}"),
	VECTOR("{\"value\":[1,\"2\"]}"),
	VECTOR("{\"metric\":{},\"metric\":{},\"value\":[1,\"2\"]}"),
	VECTOR("{\"metric\":{},\"value\":[1,\"2\"],\"value\":[1,\"2\"]}"),
	VECTOR("{\"metric\":{},\"value\":[1,2]}"),
	VECTOR("{\"metric\":{},\"value\":[1,\"\"]}"),
	VECTOR("{\"metric\":{},\"value\":[1,\"0x1\"]}"),
	VECTOR("{\"metric\":{},\"value\":[1,\"1e999\"]}"),
	VECTOR("{\"metric\":{},\"value\":[1,\"1 \"]}"),
	VECTOR("{\"metric\":{},\"value\":[\"1\",\"1\"]}"),
	VECTOR("{\"metric\":{},\"value\":[1]}"),
	VECTOR("{\"metric\":{},\"histogram\":[1,{\"count\":\"1\"}]}"),
	VECTOR("{\"metric\":{},\"histogram\":[1,{\"sum\":\"1\"}]}"),
	VECTOR("{\"metric\":{},\"histogram\":[1,{\"count\":\"1\",\"count\":\"1\",\"sum\":\"1\"}]}"),
	VECTOR("{\"metric\":{},\"histogram\":[1,{\"count\":1,\"sum\":\"1\"}]}"),
	VECTOR("{\"metric\":{},\"histogram\":[1,{\"count\":\"x\",\"sum\":\"1\"}]}"),
	VECTOR("{\"metric\":{},\"histogram\":[1,{\"count\":\"1\",\"sum\":\"1\",\"buckets\":[[4,\"1\",\"2\",\"3\"]]}]}"),
	VECTOR("{\"metric\":{},\"histogram\":[1,{\"count\":\"1\",\"sum\":\"1\",\"buckets\":[[0,\"1\",\"2\"]]}]}"),
	VECTOR("{\"metric\":{},\"histogram\":[1,{\"count\":\"1\",\"sum\":\"1\",\"buckets\":[[0,\"1\",\"2\",\"3\",\"4\"]]}]}"),
	VECTOR("{\"metric\":{},\"histogram\":[1,{\"count\":\"1\",\"sum\":\"1\",\"buckets\":{}}]}"),
	VECTOR("{\"metric\":{},\"histogram\":[1,{\"count\":\"1\",\"sum\":\"1\",\"buckets\":[[0,\"1\",\"y\",\"3\"]]}]}"),
	VECTOR("{\"metric\":{},\"histogram\":[1,[]]}"),
	VECTOR("{\"metric\":{},\"histogram\":[{\"count\":\"1\",\"sum\":\"1\"}]}"),
	VECTOR("{\"metric\":{},\"histogram\":[1,{\"count\":\"1\",\"sum\":\"1\"},2]}"),
	VECTOR("{\"metric\":{},\"histogram\":[1,{\"count\":\"1\",\"sum\":\"1\"}],\"value\":[1,\"2\"]}"),
	VECTOR("{\"metric\":{},\"value\":[]}"),
	VECTOR("{\"metric\":{},\"value\":[1,\"1\",2]}"),
	VECTOR("{\"metric\":{},\"value\":[01,\"1\"]}"),
	VECTOR("{\"metric\":{},\"value\":[1.,\"1\"]}"),
	VECTOR("{\"metric\":{},\"value\":[1e300,\"1\"]}"),
	VECTOR("{\"metric\":{\"a\":\"\xff\"},\"value\":[1,\"2\"]}"),
	VECTOR("{\"metric\":{\"a\xc3\":\"b\"},\"value\":[1,\"2\"]}"),
	VECTOR("{\"metric\":{\"a\":\"\\ud800\"},\"value\":[1,\"2\"]}"),
	VECTOR("{\"metric\":{\"a\":\"b\nc\"},\"value\":[1,\"2\"]}"),
	VECTOR("{\"metric\":{\"a\":\"\\x\"},\"value\":[1,\"2\"]}"),
	VECTOR("{\"metric\":{\"a\":\"b\",},\"value\":[1,\"2\"]}"),
	VECTOR("{\"metric\":{},\"value\":[1,\"2\"]},"),
	VECTOR(","),
	VECTOR("1"),
	VECTOR("{\"metric\":{},\"value\":[1,\"2\"]}{\"metric\":{},\"value\":[1,\"2\"]}"),
	VECTOR("") "x",
	VECTOR_AND("", "\"status\":\"success\""),
	VECTOR_AND("", "\"data\":{}"),
	VECTOR_AND("", "\"warnings\":[1]"),
	VECTOR_AND("", "\"warnings\":[],\"warnings\":[]"),
	"{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[]],\"x\":1}",
};
// clang-format on

#define COUNT(array) (sizeof(array) / sizeof *(array))

TEST(the_usual_shapes_are_decoded_as_they_arrive_however_they_are_cut) {
	struct sample_vector vector = { 0 };
	for (size_t i = 0; i < COUNT(usual); i++)
		check_all_cuts(&vector, usual[i], true);
	sample_vector_finish(&vector);
}

TEST(odd_shapes_are_read_at_the_end_and_mean_the_same) {
	struct sample_vector vector = { 0 };
	for (size_t i = 0; i < COUNT(odd); i++)
		check_all_cuts(&vector, odd[i], false);
	sample_vector_finish(&vector);
}

static bool is_refused(struct str text) {
	struct sample_vector vector = { 0 };
	bool ok = vector_read_answer(&vector, text, NULL);
	sample_vector_finish(&vector);
	return !ok;
}

TEST(broken_answers_are_refused_with_the_same_words_however_they_are_cut) {
	struct sample_vector vector = { 0 };
	for (size_t i = 0; i < COUNT(broken); i++) {
		if (!is_refused(str_of(broken[i])))
			FAIL_TEST("accepted %s", broken[i]);
		autobuf struct buf wanted = { 0 };
		read_carefully(str_of(broken[i]), &wanted);
		for (size_t cut = 0; cut <= strlen(broken[i]); cut++) {
			autobuf struct buf got = { 0 };
			decode(&vector, str_of(broken[i]), cut, SIZE_MAX / 2, &got);
			CHECK_CSTR(buf_cstr(&got), buf_cstr(&wanted));
			CHECK(vector.count == 0 && vector.kind == RESULT_NONE);
		}
	}
	sample_vector_finish(&vector);
}

static bool may_go_on(const char *text, size_t step) {
	struct sample_vector vector = { 0 };
	struct vector_decoder decoder;
	struct error err = { 0 };
	vector_decoder_init(&decoder, &vector, 0);
	bool may = true;
	for (size_t at = 0, left = strlen(text); may && at < strlen(text); at += step, left = strlen(text) - at) {
		CHECK(vector_decoder_feed(&decoder, text + at, left < step ? left : step, &err));
		may = vector_decoder_may_go_on(&decoder, &err);
	}
	CHECK(may == (err.code == ERR_NONE));
	sample_vector_finish(&vector);
	return may;
}

TEST(a_page_is_known_by_its_first_byte_and_not_waited_for) {
	static char page[100000];
	memset(page, ' ', sizeof page - 1);
	CHECK(may_go_on(page, 50000) && may_go_on(page, 1000));
	page[70000] = '<';
	CHECK(!may_go_on(page, 50000) && !may_go_on(page, sizeof page));
	page[70000] = '{';
	CHECK(may_go_on(page, 50000) && may_go_on(page, sizeof page));
	CHECK(!may_go_on("[]", 1) && !may_go_on("\xef\xbb\xbf{}", 1) && !may_go_on("no healthy upstream", 4));
	for (size_t i = 0; i < COUNT(usual); i++)
		CHECK(may_go_on(usual[i], 1));
}

TEST(an_answer_that_was_cut_off_anywhere_is_refused) {
	for (size_t i = 0; i < COUNT(usual); i++) {
		size_t len = strlen(usual[i]) - (usual[i][strlen(usual[i]) - 1] == '\n');
		for (size_t kept = 0; kept < len; kept++) {
			struct sample_vector vector = { 0 };
			autobuf struct buf got = { 0 };
			decode(&vector, str_make(usual[i], kept), 7, 7, &got);
			CHECK(buf_cstr(&got)[0] == '!');
			sample_vector_finish(&vector);
		}
	}
}

TEST(values_times_and_labels_are_as_written) {
	struct sample_vector vector = { 0 };
	autobuf struct buf got = { 0 };
	CHECK(decode(&vector, str_of(usual[2]), 0, 1, &got));
	CHECK(vector.kind == RESULT_VECTOR && vector.count == 2);
	CHECK(vector.items[0].label_count == 3 && vector.items[0].value == 1.5 && vector.items[0].at == 1435781451781);
	CHECK_STR(vector.items[0].labels[1].name, "instance");
	CHECK_STR(vector.items[0].labels[1].value, "a:9090");
	CHECK(vector.items[1].value == 0 && signbit(vector.items[1].value) && vector.items[1].at == 0);
	decode(&vector, str_of(usual[3]), 0, 100, &got);
	CHECK(isnan(vector.items[0].value) && isinf(vector.items[1].value) && vector.items[1].at == 1500 && vector.items[2].at == 1050);
	decode(&vector, str_of(usual[4]), 0, 100, &got);
	CHECK(vector.items[0].label_count == 2 && vector.items[1].label_count == 0 && vector.items[1].hash == labels_hash(NULL, 0));
	CHECK_STR(vector.items[0].labels[0].value, "2");
	decode(&vector, str_of(usual[5]), 0, 100, &got);
	CHECK_STR(vector.items[0].labels[0].value, "C:\\x \"q\" <tag> \xf0\x9f\x98\x80");
	decode(&vector, str_of(odd[0]), 0, 100, &got);
	CHECK(vector.kind == RESULT_SCALAR && vector.count == 1 && vector.items[0].value == 1 && vector.items[0].label_count == 0);
	decode(&vector, str_of(odd[9]), 0, 100, &got);
	CHECK(vector.items[0].at == -1500 && vector.items[1].at == 1500000 && vector.items[2].at == 1000);
	decode(&vector, str_of(odd[10]), 0, 100, &got);
	CHECK(vector.count == 2 && vector.histograms == 1 && vector.warnings.count == 0);
	CHECK(vector.items[0].histogram == NULL && vector.items[1].histogram != NULL && vector.items[1].value == 0 && vector.items[1].at == 1000);
	decode(&vector, str_of(odd[11]), 0, 100, &got);
	const struct histogram *histogram = vector.items[0].histogram;
	CHECK(histogram->count == 1 && isnan(histogram->sum) && histogram->bucket_count == 2 && vector.items[0].at == 1500);
	CHECK(histogram->buckets[0].edges == BUCKET_CLOSED && isinf(histogram->buckets[0].lower) && histogram->buckets[0].count == 1000);
	CHECK(histogram->buckets[1].edges == BUCKET_UPPER_INCLUSIVE && histogram->buckets[1].lower == 1 && histogram->buckets[1].upper == 2);
	CHECK(vector.items[1].histogram->count == 0 && vector.items[1].histogram->bucket_count == 0);
	decode(&vector, str_of(odd[4]), 0, 100, &got);
	CHECK(vector.is_error && vector.count == 0);
	CHECK_STR(vector.error_type, "bad_data");
	CHECK_STR(vector.error_text, "invalid parameter \"query\"");
	sample_vector_finish(&vector);
}

static void append_series(struct buf *out, size_t labels, size_t value_len, unsigned number) {
	buf_append_cstr(out, "{\"metric\":{");
	for (size_t i = 0; i < labels; i++) {
		buf_format(out, "%s\"label%03zu\":\"", i > 0 ? "," : "", i);
		for (size_t k = 0; k < value_len; k++)
			buf_append_char(out, (char)('a' + (number + k * k) % 26));
		buf_append_char(out, '"');
	}
	buf_format(out, "},\"value\":[1435781451.%u,\"%u\"]}", number % 1000, number);
}

static void make_answer(struct buf *out, size_t series, size_t labels, size_t value_len) {
	buf_append_cstr(out, "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[");
	for (size_t i = 0; i < series; i++) {
		buf_append_cstr(out, i > 0 ? "," : "");
		append_series(out, labels, value_len, (unsigned)i);
	}
	buf_append_cstr(out, "]}}");
}

TEST(of_a_series_the_last_sample_counts) {
	struct sample_vector vector = { 0 };
	struct error err = { 0 };
	CHECK(vector_read_answer(&vector, STR("{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[{\"metric\":{\"a\":\"b\"},\"values\":[[1,\"7\"],[2.5,\"8\"]]}]}}"), &err));
	CHECK(vector.kind == RESULT_MATRIX && vector.count == 1 && vector.items[0].at == 2500 && vector.items[0].value == 8);
	sample_vector_reset(&vector);
	CHECK(!vector_read_answer(&vector, STR("{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[{\"metric\":{},\"values\":[]}]}}"), &err));
	CHECK_CSTR(err.text, "expected a point");
	sample_vector_finish(&vector);
}

TEST(many_elements_over_many_windows_are_all_there) {
	struct sample_vector vector = { 0 };
	autobuf struct buf text = { 0 }, wanted = { 0 };
	make_answer(&text, 9000, 6, 20);
	read_carefully(buf_str(&text), &wanted);
	static const size_t steps[] = { 1000, 16384, 100000, 5000000 };
	for (size_t i = 0; i < COUNT(steps); i++) {
		autobuf struct buf got = { 0 };
		CHECK(decode(&vector, buf_str(&text), 17, steps[i], &got) && vector.count == 9000);
		CHECK(str_equal(buf_str(&got), buf_str(&wanted)));
	}
	sample_vector_finish(&vector);
}

static enum error_code code_of(size_t labels, size_t value_len) {
	struct sample_vector vector = { 0 };
	struct vector_decoder decoder;
	struct error err = { 0 };
	autobuf struct buf text = { 0 };
	make_answer(&text, 1, labels, value_len);
	vector_decoder_init(&decoder, &vector, 0);
	CHECK(vector_decoder_feed(&decoder, text.data, text.len, &err));
	bool ok = vector_decoder_finish(&decoder, &err);
	CHECK(vector.count == (ok ? 1 : 0));
	sample_vector_finish(&vector);
	return ok ? ERR_NONE : err.code;
}

TEST(labels_are_bounded_in_number_and_bytes) {
	CHECK(code_of(LIMIT_LABELS, 3) == ERR_NONE && code_of(LIMIT_LABELS + 1, 3) == ERR_LIMIT);
	CHECK(code_of(1, LIMIT_LABEL_BYTES - 8) == ERR_NONE && code_of(1, LIMIT_LABEL_BYTES - 7) == ERR_LIMIT);
	CHECK(code_of(1, 3 << 20) == ERR_LIMIT);
}

TEST(an_answer_over_its_bound_is_refused_when_the_bound_is_passed) {
	struct sample_vector vector = { 0 };
	struct vector_decoder decoder;
	struct error err = { 0 };
	vector_decoder_init(&decoder, &vector, 10);
	CHECK(vector_decoder_feed(&decoder, "0123456789", 10, &err));
	CHECK(!vector_decoder_feed(&decoder, "x", 1, &err) && err.code == ERR_LIMIT);
	CHECK(vector_decoder_feed(&decoder, NULL, 0, &err));
	sample_vector_finish(&vector);
}

static unsigned next_random(unsigned *state) {
	return (*state = *state * 1664525 + 1013904223) >> 8;
}

TEST(answers_with_flipped_bytes_are_read_alike_by_both) {
	struct sample_vector vector = { 0 };
	unsigned state = 42, accepted = 0;
	static const char bytes[] = "{}[]\",:\\0129.eE-+nuaN \n\x80\xc3\xff";
	for (int i = 0; i < 20000; i++) {
		autobuf struct buf text = { 0 }, wanted = { 0 }, got = { 0 };
		buf_append_cstr(&text, usual[next_random(&state) % COUNT(usual)]);
		for (unsigned flips = next_random(&state) % 3; flips > 0; flips--)
			text.data[next_random(&state) % text.len] = bytes[next_random(&state) % (sizeof bytes - 1)];
		read_carefully(buf_str(&text), &wanted);
		decode(&vector, buf_str(&text), next_random(&state) % text.len, 1 + next_random(&state) % 60, &got);
		if (strcmp(buf_cstr(&got), buf_cstr(&wanted)) != 0)
			FAIL_TEST("%s\ngot %s\nwanted %s", buf_cstr(&text), buf_cstr(&got), buf_cstr(&wanted));
		accepted += buf_cstr(&got)[0] != '!';
	}
	CHECK(accepted > 5000 && accepted < 19000);
	sample_vector_finish(&vector);
}

struct taken {
	size_t taken, restarts;
};

static bool take_known(void *context, const struct sample *element) {
	bool is_known = str_equal(element->labels[0].value, STR("known"));
	((struct taken *)context)->taken += is_known;
	return is_known;
}

static void take_again(void *context) {
	*(struct taken *)context = (struct taken){ .restarts = ((struct taken *)context)->restarts + 1 };
}

static bool decode_taking(struct sample_vector *vector, const char *text, struct taken *taken) {
	struct vector_decoder decoder;
	struct error err = { 0 };
	vector_decoder_init(&decoder, vector, 0);
	decoder.taker = (struct vector_taker){ take_known, take_again, taken };
	CHECK(vector_decoder_feed(&decoder, text, strlen(text), &err));
	return vector_decoder_finish(&decoder, &err);
}

#define KNOWN "{\"metric\":{\"a\":\"known\"},\"value\":[1,\"2\"]}"
#define STRANGER "{\"metric\":{\"a\":\"stranger\"},\"value\":[1,\"3\"]}"

TEST(what_is_taken_as_it_comes_is_not_kept) {
	struct sample_vector vector = { 0 };
	struct taken taken = { 0 };
	CHECK(decode_taking(&vector, VECTOR(KNOWN "," STRANGER "," KNOWN), &taken));
	CHECK(taken.taken == 2 && taken.restarts == 0 && vector.taken == 2 && vector.kind == RESULT_VECTOR);
	CHECK(vector.count == 1 && vector.items[0].value == 3);
	sample_vector_finish(&vector);
}

TEST(an_answer_that_turns_out_odd_is_kept_whole_and_nothing_of_it_is_taken) {
	struct sample_vector vector = { 0 };
	struct taken taken = { 0 };
	CHECK(decode_taking(&vector, VECTOR(KNOWN "," STRANGER ", " KNOWN), &taken)); // a space
	CHECK(taken.taken == 0 && taken.restarts == 1 && vector.taken == 0 && vector.count == 3);
	CHECK(!decode_taking(&vector, VECTOR(KNOWN "," STRANGER ",{}"), &taken));
	CHECK(taken.taken == 0 && taken.restarts == 2 && vector.taken == 0 && vector.count == 0);
	sample_vector_finish(&vector);
}
