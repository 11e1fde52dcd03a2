// SPDX-License-Identifier: Apache-2.0
// The careful reader of a whole answer, on base/json_read. See vector_read.h.
#include "evaluator/vector_read.h"

#include "base/json_read.h"
#include "base/number.h"
#include "evaluator/histogram_read.h"
#include "model/limits.h"

#include <math.h>

struct answer_reader {
	struct sample_vector *out;
	struct json_reader json;
	struct str result; // the text of the "result" member; empty while there was none
	struct label labels[LIMIT_LABELS];
	struct histogram_reader histogram;
	bool has_status, has_kind, has_data, has_warnings, has_infos, has_error_type, has_error;
};

bool vector_read_value(struct str text, double *out) {
	double number = 0;
	if (text.len == 0 || !number_parse_go(text, &number))
		return false;
	bool is_word = (text.data[text.len - 1] | 0x20) > '9'; // Inf, NaN
	if (isinf(number) && !is_word)
		return false; // a number too large, which Go's ParseFloat refuses
	*out = number;
	return true;
}

bool vector_read_time(struct str number, wall_ms *out) {
	double seconds = 0;
	if (!number_parse(number, &seconds) || fabs(seconds) > 9e15)
		return false;
	*out = llround(seconds * 1000);
	return true;
}

static int compare_labels(const void *a, const void *b) {
	return str_compare(((const struct label *)a)->name, ((const struct label *)b)->name);
}

bool vector_sort_labels(struct label *labels, size_t count) {
	if (count > 1)
		qsort(labels, count, sizeof *labels, compare_labels);
	for (size_t i = 1; i < count; i++)
		if (str_equal(labels[i - 1].name, labels[i].name))
			return false;
	return true;
}

static bool fail_limit(struct answer_reader *reader, const char *what, int limit) {
	bool was_failed = reader->json.failed;
	json_read_fail(&reader->json, "an element with more than %d %s", limit, what);
	if (!was_failed)
		reader->json.error.code = ERR_LIMIT;
	return false;
}

// Marks that a member was met; a second one is an error.
static bool note(struct answer_reader *reader, bool *has, const char *name) {
	if (*has)
		return json_read_fail(&reader->json, "\"%s\" comes twice", name);
	*has = true;
	return true;
}

// Servers written in Go say null for what is empty and was never made, and Go's clients read it so.
static bool pass_null(struct json_reader *json) {
	return json_read_peek(json) == JSON_NULL && json_read_null(json);
}

static bool read_labels(struct answer_reader *reader, size_t *count) {
	struct str name, value;
	size_t bytes = 0;
	if (pass_null(&reader->json))
		return true;
	if (!json_read_object_begin(&reader->json))
		return false;
	while (json_read_object_next(&reader->json, &name)) {
		if (!json_read_string(&reader->json, &value))
			return false;
		if (name.len == 0)
			return json_read_fail(&reader->json, "an empty label name");
		if (*count == LIMIT_LABELS)
			return fail_limit(reader, "labels", LIMIT_LABELS);
		bytes += name.len + value.len;
		if (bytes > LIMIT_LABEL_BYTES)
			return fail_limit(reader, "bytes of labels", LIMIT_LABEL_BYTES);
		reader->labels[(*count)++] = (struct label){ name, value };
	}
	if (!reader->json.failed && !vector_sort_labels(reader->labels, *count))
		return json_read_fail(&reader->json, "a label name comes twice");
	return !reader->json.failed;
}

static size_t drop_empty(struct label *labels, size_t count) {
	size_t kept = 0;
	for (size_t i = 0; i < count; i++)
		if (labels[i].value.len > 0)
			labels[kept++] = labels[i];
	return kept;
}

static bool array_item(struct json_reader *json, const char *what) {
	return json_read_array_next(json) || json_read_fail(json, "expected %s", what);
}

static bool array_end(struct json_reader *json) {
	if (json_read_array_next(json))
		return json_read_fail(json, "expected only a time and a value");
	return !json->failed;
}

// [time, and then the value is next.
static bool begin_point(struct answer_reader *reader, wall_ms *at) {
	struct json_reader *json = &reader->json;
	struct str time;
	if (!json_read_array_begin(json) || !array_item(json, "a time") || !json_read_number_text(json, &time))
		return false;
	if (!vector_read_time(time, at))
		return json_read_fail(json, "time %.*s is out of range", STR_ARG(str_head(time, 64)));
	return array_item(json, "a value");
}

// [time, "value"]: leaves the value's text.
static bool read_point(struct answer_reader *reader, wall_ms *at, struct str *text) {
	return begin_point(reader, at) && json_read_string(&reader->json, text) && array_end(&reader->json);
}

static bool read_value(struct answer_reader *reader, struct sample *sample) {
	struct str text = STR_NONE;
	if (!read_point(reader, &sample->at, &text))
		return false;
	return vector_read_value(text, &sample->value) || json_read_fail(&reader->json, "bad sample value \"%.*s\"", STR_ARG(str_head(text, 64)));
}

static bool read_histogram(struct answer_reader *reader, struct sample *sample) {
	return begin_point(reader, &sample->at) && histogram_read(&reader->histogram, &reader->json, &sample->histogram) && array_end(&reader->json);
}

// Points of a series in their order: the last one stays.
static bool read_values(struct answer_reader *reader, struct sample *sample) {
	struct json_reader *json = &reader->json;
	if (!json_read_array_begin(json) || !array_item(json, "a point") || !read_value(reader, sample))
		return false;
	while (json_read_array_next(json))
		if (!read_value(reader, sample))
			return false;
	return !json->failed;
}

// Of a vector one value, of a matrix several.
static bool read_element(struct answer_reader *reader) {
	struct json_reader *json = &reader->json;
	bool is_series = reader->out->kind == RESULT_MATRIX;
	const char *value = is_series ? "values" : "value", *histogram = is_series ? "histograms" : "histogram";
	struct sample sample = { 0 };
	struct str name;
	bool has_metric = false, has_value = false, has_histogram = false, ok = json_read_object_begin(json);
	while (ok && json_read_object_next(json, &name)) {
		if (str_equal(name, STR("metric")))
			ok = note(reader, &has_metric, "metric") && read_labels(reader, &sample.label_count);
		else if (str_equal_cstr(name, value))
			ok = note(reader, &has_value, value) && (is_series ? read_values(reader, &sample) : read_value(reader, &sample));
		else if (str_equal_cstr(name, histogram))
			ok = note(reader, &has_histogram, histogram) && (is_series ? json_read_skip(json) : read_histogram(reader, &sample));
		else
			ok = json_read_skip(json);
	}
	if (json->failed)
		return false;
	if (!has_metric || (!has_value && !has_histogram))
		return json_read_fail(json, "an element without \"%s\"", has_metric ? value : "metric");
	if (has_value && has_histogram && !is_series)
		return json_read_fail(json, "an element with a value and a histogram");
	reader->out->histograms += !has_value;
	if (!has_value && is_series)
		return true;
	sample.label_count = drop_empty(reader->labels, sample.label_count);
	sample.labels = arena_dup(&reader->out->arena, reader->labels, sample.label_count * sizeof *reader->labels);
	sample.hash = labels_hash(sample.labels, sample.label_count);
	array_append(reader->out, sample);
	return true;
}

static bool read_vector(struct answer_reader *reader) {
	if (pass_null(&reader->json))
		return true;
	if (!json_read_array_begin(&reader->json))
		return false;
	while (json_read_array_next(&reader->json))
		if (!read_element(reader))
			return false;
	return !reader->json.failed;
}

static bool read_scalar(struct answer_reader *reader) {
	struct sample sample = { .hash = labels_hash(NULL, 0) };
	sample.labels = arena_alloc(&reader->out->arena, 0);
	if (!read_value(reader, &sample))
		return false;
	array_append(reader->out, sample);
	return true;
}

static bool read_result(struct answer_reader *reader) {
	wall_ms at = 0;
	switch (reader->out->kind) {
	case RESULT_VECTOR:
	case RESULT_MATRIX: return read_vector(reader);
	case RESULT_SCALAR: return read_scalar(reader);
	case RESULT_STRING: return read_point(reader, &at, &reader->out->text);
	case RESULT_NONE: break;
	}
	return json_read_skip(&reader->json);
}

// The result may come before its type: its text is passed over, and read when the type is known.
static bool read_result_again(struct answer_reader *reader) {
	if (!reader->has_kind || reader->result.len == 0)
		return json_read_fail(&reader->json, "\"data\" without \"%s\"", reader->has_kind ? "result" : "resultType");
	struct json_reader after = reader->json;
	reader->json.at = (size_t)(reader->result.data - after.text.data);
	if (!read_result(reader))
		return false;
	reader->json = after;
	return true;
}

static bool read_kind(struct answer_reader *reader) {
	static const struct {
		const char *name;
		enum result_kind kind;
	} kinds[] = {
		{ "vector", RESULT_VECTOR },
		{ "scalar", RESULT_SCALAR },
		{ "string", RESULT_STRING },
		{ "matrix", RESULT_MATRIX },
	};
	struct str name;
	if (!note(reader, &reader->has_kind, "resultType") || !json_read_string(&reader->json, &name))
		return false;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (!str_equal_cstr(name, kinds[i].name))
			continue;
		reader->out->kind = kinds[i].kind;
		return true;
	}
	return json_read_fail(&reader->json, "unknown result type \"%.*s\"", STR_ARG(str_head(name, 64)));
}

static bool pass_result(struct answer_reader *reader) {
	bool has_result = reader->result.len > 0;
	json_read_peek(&reader->json);
	size_t start = reader->json.at;
	if (!note(reader, &has_result, "result") || !json_read_skip(&reader->json))
		return false;
	reader->result = str_make(reader->json.text.data + start, reader->json.at - start);
	return true;
}

static bool read_data(struct answer_reader *reader) {
	struct json_reader *json = &reader->json;
	struct str name;
	if (json_read_peek(json) == JSON_NULL) // beside an error
		return json_read_null(json);
	bool ok = json_read_object_begin(json);
	while (ok && json_read_object_next(json, &name)) {
		if (str_equal(name, STR("resultType")))
			ok = read_kind(reader);
		else if (str_equal(name, STR("result")))
			ok = pass_result(reader);
		else
			ok = json_read_skip(json);
	}
	return !json->failed && read_result_again(reader);
}

static bool read_texts(struct answer_reader *reader, struct sample_texts *out) {
	struct json_reader *json = &reader->json;
	if (pass_null(json))
		return true;
	bool ok = json_read_array_begin(json);
	while (ok && json_read_array_next(json)) {
		struct str text;
		ok = json_read_string(json, &text);
		if (ok)
			array_append(out, text);
	}
	return !json->failed;
}

static bool read_text(struct answer_reader *reader, struct str *out) {
	return pass_null(&reader->json) || json_read_string(&reader->json, out);
}

static bool read_status(struct answer_reader *reader) {
	struct str status;
	if (!note(reader, &reader->has_status, "status") || !json_read_string(&reader->json, &status))
		return false;
	reader->out->is_error = str_equal_cstr(status, "error");
	return reader->out->is_error || str_equal_cstr(status, "success") ||
	    json_read_fail(&reader->json, "unknown status \"%.*s\"", STR_ARG(str_head(status, 64)));
}

static bool read_member(struct answer_reader *reader, struct str name) {
	struct sample_vector *out = reader->out;
	if (str_equal_cstr(name, "status"))
		return read_status(reader);
	if (str_equal_cstr(name, "data"))
		return note(reader, &reader->has_data, "data") && read_data(reader);
	if (str_equal_cstr(name, "warnings"))
		return note(reader, &reader->has_warnings, "warnings") && read_texts(reader, &out->warnings);
	if (str_equal_cstr(name, "infos"))
		return note(reader, &reader->has_infos, "infos") && read_texts(reader, &out->infos);
	if (str_equal_cstr(name, "errorType"))
		return note(reader, &reader->has_error_type, "errorType") && read_text(reader, &out->error_type);
	if (str_equal_cstr(name, "error"))
		return note(reader, &reader->has_error, "error") && read_text(reader, &out->error_text);
	return json_read_skip(&reader->json);
}

static bool read_answer(struct answer_reader *reader) {
	struct str name;
	bool ok = json_read_object_begin(&reader->json);
	while (ok && json_read_object_next(&reader->json, &name))
		ok = read_member(reader, name);
	if (!ok || !json_read_end(&reader->json))
		return false;
	if (!reader->has_status)
		return json_read_fail(&reader->json, "no \"status\"");
	return reader->out->is_error || reader->out->kind != RESULT_NONE || json_read_fail(&reader->json, "success without \"data\"");
}

bool vector_read_answer(struct sample_vector *out, struct str text, struct error *err) {
	struct answer_reader reader = { .out = out };
	json_read_init(&reader.json, &out->arena, text);
	bool ok = read_answer(&reader);
	array_finish(&reader.histogram);
	if (!ok && err != NULL)
		*err = reader.json.error;
	return ok;
}
