// SPDX-License-Identifier: Apache-2.0
// A silence. See silence.h.
#include "model/silence.h"

#include "base/json_read.h"
#include "base/json_write.h"
#include "base/varint.h"
#include "model/label_list.h"

#include <stdlib.h>

const char *silence_state_name(enum silence_state state) {
	switch (state) {
	case SILENCE_ACTIVE: return "active";
	case SILENCE_PENDING: return "pending";
	case SILENCE_EXPIRED: return "expired";
	}
	unreachable("silence state");
}

struct silence *silence_create(void) {
	struct silence *silence = MEM_NEW(struct silence);
	ref_init(&silence->ref);
	return silence;
}

struct silence *silence_ref(struct silence *silence) {
	ref_take(&silence->ref);
	return silence;
}

void silence_unref(struct silence *silence) {
	if (silence == NULL || !ref_drop(&silence->ref))
		return;
	matchers_finish(&silence->matchers);
	labels_unref(silence->annotations);
	free(silence->created_by);
	free(silence->comment);
	free(silence);
}

static void copy_matchers(struct matchers *out, const struct matchers *from) {
	struct error err;
	for (size_t i = 0; i < from->count; i++) {
		bool ok = matchers_add(out, from->items[i].op, from->items[i].name, from->items[i].value, &err);
		assert(ok); // it was taken before
		(void)ok;
	}
}

struct silence *silence_copy(const struct silence *silence) {
	struct silence *copy = silence_create();
	memcpy(copy->id, silence->id, sizeof copy->id);
	copy_matchers(&copy->matchers, &silence->matchers);
	copy->starts_at = silence->starts_at;
	copy->ends_at = silence->ends_at;
	copy->updated_at = silence->updated_at;
	copy->created_by = mem_dup_cstr(silence->created_by);
	copy->comment = mem_dup_cstr(silence->comment);
	copy->annotations = silence->annotations == NULL ? NULL : labels_ref(silence->annotations);
	return copy;
}

// ---- what it means

enum silence_state silence_state_at(const struct silence *silence, wall_ms now) {
	if (now < silence->starts_at)
		return SILENCE_PENDING;
	return now < silence->ends_at ? SILENCE_ACTIVE : SILENCE_EXPIRED;
}

bool silence_matches(const struct silence *silence, const struct labels *labels) {
	return matchers_match(&silence->matchers, labels);
}

static bool has_matcher(const struct silence *silence, const struct matcher *wanted) {
	for (size_t i = 0; i < silence->matchers.count; i++) {
		const struct matcher *matcher = &silence->matchers.items[i];
		if (matcher->op == wanted->op && str_equal(matcher->name, wanted->name) && str_equal(matcher->value, wanted->value))
			return true;
	}
	return false;
}

bool silence_has_matchers(const struct silence *silence, const struct matchers *filter) {
	for (size_t i = 0; i < filter->count; i++)
		if (!has_matcher(silence, &filter->items[i]))
			return false;
	return true;
}

bool silence_can_become(const struct silence *silence, const struct silence *next, wall_ms now) {
	if (!matchers_equal(&silence->matchers, &next->matchers))
		return false;
	switch (silence_state_at(silence, now)) {
	case SILENCE_ACTIVE:
		return silence->starts_at / 1000 == next->starts_at / 1000 && next->ends_at >= now; // clients send whole seconds
	case SILENCE_PENDING:
		return next->starts_at >= now;
	case SILENCE_EXPIRED:
		return false;
	}
	unreachable("silence state");
}

static bool matches_empty(const struct matcher *matcher) {
	return (matcher->op == MATCH_EQUAL || matcher->op == MATCH_REGEX) && matcher_matches_value(matcher, STR_NONE);
}

static bool all_match_empty(const struct matchers *matchers) {
	for (size_t i = 0; i < matchers->count; i++)
		if (!matches_empty(&matchers->items[i]))
			return false;
	return true;
}

bool silence_check(const struct silence *silence, struct error *err) {
	if (silence->matchers.count == 0)
		return error_set(err, ERR_INVALID, "at least one matcher set required");
	if (all_match_empty(&silence->matchers))
		return error_set(err, ERR_INVALID, "matcher set 0: at least one matcher must not match the empty string");
	if (silence->starts_at == 0)
		return error_set(err, ERR_INVALID, "invalid zero start timestamp");
	if (silence->ends_at == 0)
		return error_set(err, ERR_INVALID, "invalid zero end timestamp");
	if (silence->ends_at < silence->starts_at)
		return error_set(err, ERR_INVALID, "end time must not be before start time");
	return true;
}

// ---- its size as a protocol buffer: message MeshSilence of alertmanager silence/silencepb/silence.proto

// A field with a number below 16; empty ones are not written.
static size_t bytes_field(size_t len) {
	return len == 0 ? 0 : 1 + varint_size(len) + len;
}

static size_t time_field(wall_ms at) {
	size_t nanoseconds = at % 1000 == 0 ? 0 : 1 + varint_size((uint64_t)(at % 1000) * 1000000);
	return bytes_field(1 + varint_size((uint64_t)(at / 1000)) + nanoseconds);
}

static size_t matchers_size(const struct matchers *matchers) {
	size_t size = 0;
	for (size_t i = 0; i < matchers->count; i++) {
		const struct matcher *matcher = &matchers->items[i];
		size += bytes_field((matcher->op == MATCH_EQUAL ? 0 : 2) + bytes_field(matcher->name.len) + bytes_field(matcher->value.len));
	}
	return size;
}

static size_t annotations_size(const struct labels *annotations) {
	size_t size = 0;
	struct label item;
	if (annotations == NULL)
		return 0;
	for (struct label_walk walk = labels_walk(annotations); label_walk_next(&walk, &item);)
		size += bytes_field(1 + varint_size(item.name.len) + item.name.len + 1 + varint_size(item.value.len) + item.value.len);
	return size;
}

size_t silence_size(const struct silence *silence) {
	size_t matchers = matchers_size(&silence->matchers);
	size_t inner = bytes_field(strlen(silence->id)) + bytes_field(matchers) + time_field(silence->starts_at) + time_field(silence->ends_at) +
	    time_field(silence->updated_at) + bytes_field(str_of(silence->created_by).len) + bytes_field(str_of(silence->comment).len) + annotations_size(silence->annotations);
	return bytes_field(inner) + time_field(silence->ends_at);
}

// ---- lists

static int compare_times(wall_ms a, wall_ms b) {
	return (a > b) - (a < b);
}

int silence_compare(const struct silence *a, const struct silence *b, wall_ms now) {
	enum silence_state state = silence_state_at(a, now), other = silence_state_at(b, now);
	if (state != other)
		return (int)state - (int)other;
	int order = 0;
	switch (state) {
	case SILENCE_ACTIVE:
		order = compare_times(a->ends_at, b->ends_at);
		break;
	case SILENCE_PENDING:
		order = compare_times(a->starts_at, b->starts_at);
		break;
	case SILENCE_EXPIRED:
		order = compare_times(b->ends_at, a->ends_at);
		break;
	}
	return order != 0 ? order : strcmp(a->id, b->id);
}

// ---- JSON

void silence_write_matchers(struct json_writer *writer, const struct matchers *matchers) {
	json_open_array(writer);
	for (size_t i = 0; i < matchers->count; i++) {
		const struct matcher *matcher = &matchers->items[i];
		json_open_object(writer);
		json_key(writer, "isEqual");
		json_bool(writer, matcher->op == MATCH_EQUAL || matcher->op == MATCH_REGEX);
		json_key(writer, "isRegex");
		json_bool(writer, matcher->op == MATCH_REGEX || matcher->op == MATCH_NOT_REGEX);
		json_key(writer, "name");
		json_string(writer, matcher->name);
		json_key(writer, "value");
		json_string(writer, matcher->value);
		json_close_object(writer);
	}
	json_close_array(writer);
}

struct read_matcher {
	struct str name, value;
	bool is_equal, is_regex;
	bool has_name, has_value, has_regex;
};

static struct read_matcher read_matcher(struct json_reader *reader) {
	struct read_matcher read = { .is_equal = true };
	struct str member;
	json_read_object_begin(reader);
	while (json_read_object_next(reader, &member)) {
		if (json_read_peek(reader) == JSON_NULL)
			json_read_skip(reader);
		else if (str_equal(member, STR("name")))
			read.has_name = json_read_string(reader, &read.name);
		else if (str_equal(member, STR("value")))
			read.has_value = json_read_string(reader, &read.value);
		else if (str_equal(member, STR("isRegex")))
			read.has_regex = json_read_bool(reader, &read.is_regex);
		else if (str_equal(member, STR("isEqual")))
			json_read_bool(reader, &read.is_equal);
		else
			json_read_skip(reader);
	}
	return read;
}

static enum matcher_op op_of(const struct read_matcher *read) {
	if (read->is_regex)
		return read->is_equal ? MATCH_REGEX : MATCH_NOT_REGEX;
	return read->is_equal ? MATCH_EQUAL : MATCH_NOT_EQUAL;
}

static bool add_matcher(struct matchers *out, const struct read_matcher *read, struct error *err) {
	if (matchers_add(out, op_of(read), read->name, read->value, err))
		return true;
	if (read->is_regex && !regex_check(read->value, err)) // its text: upstream tries it without anchors
		(void)error_wrap(err, "invalid regular expression \"%.*s\"", STR_ARG(read->value));
	return error_wrap(err, "invalid label matcher %zu in set 0", out->count);
}

static const char *missing_member(const struct read_matcher *read) {
	if (!read->has_regex)
		return "isRegex";
	if (!read->has_name)
		return "name";
	return read->has_value ? NULL : "value";
}

static void note_gap(struct silence_gap *gap, size_t at, const char *member) {
	if (gap->name[0] == '\0')
		snprintf(gap->name, sizeof gap->name, "matchers.%zu.%s", at, member);
}

// gap NULL: members that are missing are empty.
static bool read_matchers(struct json_reader *reader, struct matchers *out, struct silence_gap *gap, struct error *err) {
	json_read_array_begin(reader);
	for (size_t at = 0; json_read_array_next(reader); at++) {
		struct read_matcher read = read_matcher(reader);
		const char *missing = gap == NULL ? NULL : missing_member(&read);
		if (missing != NULL)
			note_gap(gap, at, missing);
		else if (!reader->failed && !add_matcher(out, &read, err))
			return false;
	}
	if (reader->failed)
		*err = reader->error;
	return !reader->failed;
}

bool silence_read_matchers(struct json_reader *reader, struct matchers *out, struct error *err) {
	return read_matchers(reader, out, NULL, err);
}

static bool read_text(struct json_reader *reader, char **out) {
	struct str text = { 0 };
	if (!json_read_string(reader, &text))
		return false;
	free(*out);
	*out = mem_alloc(text.len + 1);
	memcpy(*out, text.data, text.len);
	(*out)[text.len] = '\0';
	return true;
}

static bool read_time(struct json_reader *reader, wall_ms *out) {
	struct str text;
	if (!json_read_string(reader, &text))
		return false;
	if (text.len > 0 && !clock_parse_rfc3339(text, out)) // an empty one is Go's zero
		return json_read_fail(reader, "expected a time like 2026-01-02T15:04:05Z, found \"%.*s\"", STR_ARG(text));
	if (*out == CLOCK_GO_ZERO)
		*out = 0;
	return true;
}

struct silence_reading {
	struct silence *silence;
	struct silence_gap matchers_gap;
	struct error *err;
};

static bool read_id(struct json_reader *reader, struct silence_reading *out) {
	struct str text;
	if (!json_read_string(reader, &text))
		return false;
	if (text.len > SILENCE_ID_LEN)
		return json_read_fail(reader, "expected the id of a silence, found \"%.*s\"", STR_ARG(text));
	snprintf(out->silence->id, sizeof out->silence->id, "%.*s", STR_ARG(text));
	return true;
}

static bool read_matcher_list(struct json_reader *reader, struct silence_reading *out) {
	return read_matchers(reader, &out->silence->matchers, &out->matchers_gap, out->err);
}

static bool read_starts_at(struct json_reader *reader, struct silence_reading *out) {
	return read_time(reader, &out->silence->starts_at);
}

static bool read_ends_at(struct json_reader *reader, struct silence_reading *out) {
	return read_time(reader, &out->silence->ends_at);
}

static bool read_updated_at(struct json_reader *reader, struct silence_reading *out) {
	return read_time(reader, &out->silence->updated_at);
}

static bool read_created_by(struct json_reader *reader, struct silence_reading *out) {
	return read_text(reader, &out->silence->created_by);
}

static bool read_comment(struct json_reader *reader, struct silence_reading *out) {
	return read_text(reader, &out->silence->comment);
}

static bool read_annotations(struct json_reader *reader, struct silence_reading *out) {
	struct label_list list;
	list.count = 0;
	if (!label_list_read(&list, reader))
		return json_read_fail(reader, "more than %d annotations, or more than %d bytes of them", LIMIT_LABELS, LIMIT_LABEL_BYTES);
	labels_unref(out->silence->annotations);
	out->silence->annotations = labels_from_sorted(list.items, list.count);
	return !reader->failed;
}

static const struct {
	const char *name;
	bool (*read)(struct json_reader *reader, struct silence_reading *out);
	bool is_required;
} silence_members[] = {
	{ "annotations", read_annotations, false },
	{ "comment", read_comment, true },
	{ "createdBy", read_created_by, true },
	{ "endsAt", read_ends_at, true },
	{ "id", read_id, false },
	{ "matchers", read_matcher_list, true },
	{ "startsAt", read_starts_at, true },
	{ "updatedAt", read_updated_at, false },
};
enum { SILENCE_MEMBERS = sizeof silence_members / sizeof *silence_members };

// False: err is set, or the reader has failed.
static bool read_member(struct json_reader *reader, struct str name, struct silence_reading *out, bool is_there[SILENCE_MEMBERS]) {
	for (size_t i = 0; json_read_peek(reader) != JSON_NULL && i < SILENCE_MEMBERS; i++)
		if (str_equal_nocase(name, str_of(silence_members[i].name))) { // as Go reads JSON
			is_there[i] = true;
			return silence_members[i].read(reader, out);
		}
	return json_read_skip(reader);
}

static struct silence_gap first_gap(const struct silence_reading *reading, const bool is_there[SILENCE_MEMBERS]) {
	struct silence_gap gap = { 0 };
	for (size_t i = 0; i < SILENCE_MEMBERS && gap.name[0] == '\0'; i++) {
		if (silence_members[i].is_required && !is_there[i])
			snprintf(gap.name, sizeof gap.name, "%s", silence_members[i].name);
		else if (silence_members[i].read == read_matcher_list)
			gap = reading->matchers_gap;
	}
	return gap;
}

bool silence_read(struct json_reader *reader, struct silence *out, struct silence_gap *gap, struct error *err) {
	struct silence_reading reading = { .silence = out, .err = err };
	bool is_there[SILENCE_MEMBERS] = { 0 };
	struct str name;
	bool is_null = json_read_peek(reader) == JSON_NULL && json_read_skip(reader); // all is missing
	if (!is_null)
		json_read_object_begin(reader);
	while (!is_null && json_read_object_next(reader, &name))
		if (!read_member(reader, name, &reading, is_there) && !reader->failed)
			return false;
	if (reader->failed) {
		*err = reader->error;
		return false;
	}
	*gap = first_gap(&reading, is_there);
	return true;
}

static void write_text(struct json_writer *writer, const char *key, const char *text) {
	json_key(writer, key);
	json_cstr(writer, text == NULL ? "" : text);
}

static void write_time(struct json_writer *writer, const char *key, wall_ms at) {
	json_key(writer, key);
	json_time_millis(writer, at);
}

void silence_write(struct json_writer *writer, const struct silence *silence, wall_ms now) {
	json_open_object(writer);
	write_text(writer, "id", silence->id);
	json_key(writer, "status");
	json_open_object(writer);
	write_text(writer, "state", silence_state_name(silence_state_at(silence, now)));
	json_close_object(writer);
	write_time(writer, "updatedAt", silence->updated_at);
	if (silence->annotations != NULL && silence->annotations->count > 0)
		labels_write(writer, "annotations", silence->annotations);
	write_text(writer, "comment", silence->comment);
	write_text(writer, "createdBy", silence->created_by);
	write_time(writer, "endsAt", silence->ends_at);
	json_key(writer, "matchers");
	silence_write_matchers(writer, &silence->matchers);
	write_time(writer, "startsAt", silence->starts_at);
	json_close_object(writer);
}
