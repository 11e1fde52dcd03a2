// SPDX-License-Identifier: Apache-2.0
// What a silence is and when it may change. The texts are upstream's.
#include "base/json_read.h"
#include "base/json_write.h"
#include "model/silence.h"
#include "tests/harness/test.h"

static struct silence *make(const char *matchers, wall_ms starts_at, wall_ms ends_at) {
	struct silence *silence = silence_create();
	struct error err;
	CHECK(matchers_parse(&silence->matchers, str_of(matchers), MATCHER_FALLBACK, &err));
	silence->starts_at = starts_at;
	silence->ends_at = ends_at;
	return silence;
}

static void check_refused(const char *matchers, wall_ms starts_at, wall_ms ends_at, const char *wanted) {
	struct silence *silence = make(matchers, starts_at, ends_at);
	struct error err = { 0 };
	CHECK(!silence_check(silence, &err));
	CHECK_CSTR(err.text, wanted);
	silence_unref(silence);
}

TEST(a_silence_mutes_from_its_start_until_before_its_end) {
	struct silence *silence = make("a=\"b\"", 1000, 2000);
	CHECK(silence_state_at(silence, 999) == SILENCE_PENDING);
	CHECK(silence_state_at(silence, 1000) == SILENCE_ACTIVE);
	CHECK(silence_state_at(silence, 1999) == SILENCE_ACTIVE);
	CHECK(silence_state_at(silence, 2000) == SILENCE_EXPIRED);
	silence_unref(silence);
}

TEST(a_silence_that_would_mute_everything_or_nothing_is_refused) {
	check_refused("", 1, 2, "at least one matcher set required");
	check_refused("a=\"\"", 1, 2, "matcher set 0: at least one matcher must not match the empty string");
	check_refused("a=~\".*\",b=~\"x|\"", 1, 2, "matcher set 0: at least one matcher must not match the empty string");
	check_refused("a=\"b\"", 0, 2, "invalid zero start timestamp");
	check_refused("a=\"b\"", 1, 0, "invalid zero end timestamp");
	check_refused("a=\"b\"", 2, 1, "end time must not be before start time");
	struct silence *silence = make("a=~\".*\",b!=\"x\"", 1, 1);
	struct error err;
	CHECK(silence_check(silence, &err));
	silence_unref(silence);
}

static bool can(const char *matchers, wall_ms starts_at, wall_ms ends_at, wall_ms now) {
	struct silence *old = make("a=\"b\",c=~\"d\"", 10000, 20000), *next = make(matchers, starts_at, ends_at);
	bool can = silence_can_become(old, next, now);
	silence_unref(old);
	silence_unref(next);
	return can;
}

TEST(an_active_silence_changes_in_place_while_matchers_and_start_stay) {
	CHECK(can("a=\"b\",c=~\"d\"", 10000, 30000, 15000));
	CHECK(can("a=\"b\",c=~\"d\"", 10999, 15000, 15000)); // the same second
	CHECK(!can("a=\"b\",c=~\"d\"", 11000, 30000, 15000));
	CHECK(!can("a=\"b\",c=~\"d\"", 10000, 14999, 15000));
	CHECK(!can("a=\"b\"", 10000, 30000, 15000));
	CHECK(!can("a=\"b\",c!~\"d\"", 10000, 30000, 15000));
}

TEST(a_pending_silence_may_move_but_not_into_the_past_and_an_ended_one_stays) {
	CHECK(can("a=\"b\",c=~\"d\"", 9000, 30000, 5000));
	CHECK(!can("a=\"b\",c=~\"d\"", 4999, 30000, 5000));
	CHECK(!can("a=\"b\",c=~\"d\"", 10000, 30000, 20000));
}

TEST(a_filter_asks_for_matchers_not_for_what_they_match) {
	struct silence *silence = make("a=\"b\",c=~\"d.*\"", 1, 2);
	struct matchers filter = { 0 };
	struct error err;
	CHECK(silence_has_matchers(silence, &filter));
	CHECK(matchers_parse(&filter, STR("c=~\"d.*\""), MATCHER_FALLBACK, &err));
	CHECK(silence_has_matchers(silence, &filter));
	CHECK(matchers_parse(&filter, STR("a=~\"b\""), MATCHER_FALLBACK, &err));
	CHECK(!silence_has_matchers(silence, &filter));
	matchers_finish(&filter);
	silence_unref(silence);
}

TEST(lists_show_what_ends_next_first_then_what_begins_next_then_what_ended_last) {
	struct silence *active = make("a=\"b\"", 1, 5000), *later = make("a=\"b\"", 1, 6000), *pending = make("a=\"b\"", 4000, 9000), *far = make("a=\"b\"", 4500, 5000);
	struct silence *ended = make("a=\"b\"", 1, 2000), *long_ago = make("a=\"b\"", 1, 1000);
	struct silence *order[] = { active, later, pending, far, ended, long_ago };
	for (size_t i = 0; i < 6; i++)
		for (size_t j = 0; j < 6; j++) {
			int sign = silence_compare(order[i], order[j], 3000);
			CHECK(i == j || (sign < 0) == (i < j));
		}
	for (size_t i = 0; i < 6; i++)
		silence_unref(order[i]);
}

static bool read_matchers(const char *json, struct matchers *out, struct error *err) {
	autoarena struct arena arena = { 0 };
	struct json_reader reader;
	json_read_init(&reader, &arena, str_of(json));
	return silence_read_matchers(&reader, out, err);
}

TEST(matchers_survive_their_json) {
	struct silence *silence = make("a=\"b\",c=~\"d.*\",\"ü 1\"!=\"x\\ny\",e!~\"[<]\"", 1, 2);
	autobuf struct buf text = { 0 };
	silence_write_matchers(&(struct json_writer){ .out = &text }, &silence->matchers);
	struct matchers again = { 0 };
	struct error err;
	CHECK(read_matchers(buf_cstr(&text), &again, &err));
	CHECK(matchers_equal(&silence->matchers, &again));
	matchers_finish(&again);
	silence_unref(silence);
}

TEST(a_matcher_without_isEqual_is_an_equal_one_and_what_is_unknown_is_skipped) {
	struct matchers got = { 0 };
	struct error err = { 0 };
	CHECK(read_matchers("[{\"name\":\"a\",\"value\":\"b\",\"isRegex\":true,\"x\":[1]},{\"name\":\"c\",\"value\":\"d\",\"isRegex\":false,\"isEqual\":null}]", &got, &err));
	CHECK(got.count == 2 && got.items[0].op == MATCH_REGEX && got.items[1].op == MATCH_EQUAL);
	matchers_finish(&got);
	CHECK(!read_matchers("[{\"name\":\"a\",\"value\":\"b\",\"isRegex\":false},{\"name\":\"a\",\"value\":\"(\",\"isRegex\":true}]", &got, &err));
	CHECK(str_has_prefix(str_of(err.text), STR("invalid label matcher 1 in set 0: ")));
	matchers_finish(&got);
	CHECK(!read_matchers("[{\"name\":1}]", &got, &err));
	matchers_finish(&got);
}

static const char posted[] =
    "{\"id\":\"00000000-0000-4000-8000-000000000001\",\"status\":{\"state\":\"active\"},\"updatedAt\":\"2024-01-01T00:00:00.000Z\",\"annotations\":{\"k\":\"\"},"
    "\"comment\":\"why\",\"createdBy\":\"me\",\"endsAt\":\"2024-01-01T02:00:00.000Z\","
    "\"matchers\":[{\"isEqual\":false,\"isRegex\":false,\"name\":\"a\",\"value\":\"b\"}],\"startsAt\":\"2024-01-01T01:00:00.000Z\"}";

TEST(a_silence_survives_its_json) {
	autoarena struct arena arena = { 0 };
	autobuf struct buf again = { 0 };
	struct json_reader reader;
	struct silence *silence = silence_create();
	struct error err;
	struct silence_gap gap;
	json_read_init(&reader, &arena, str_of(posted));
	CHECK(silence_read(&reader, silence, &gap, &err) && json_read_end(&reader));
	CHECK_CSTR(gap.name, "");
	silence_write(&(struct json_writer){ .out = &again }, silence, silence->starts_at);
	CHECK_STR(buf_str(&again), posted);
	silence_unref(silence);
}

static void check_unread(const char *json, const char *wanted) {
	autoarena struct arena arena = { 0 };
	struct json_reader reader;
	struct silence *silence = silence_create();
	struct error err = { 0 };
	struct silence_gap gap;
	json_read_init(&reader, &arena, str_of(json));
	CHECK(!silence_read(&reader, silence, &gap, &err));
	CHECK_CSTR(err.text, wanted);
	silence_unref(silence);
}

TEST(a_silence_that_cannot_be_read_says_why) {
	check_unread("{\"startsAt\":\"now\"}", "expected a time like 2026-01-02T15:04:05Z, found \"now\"");
	check_unread("{\"matchers\":[{\"name\":\"\",\"value\":\"b\",\"isRegex\":false}],\"comment\":1}", "invalid label matcher 0 in set 0: invalid label name \"\"");
}

static void check_gap(const char *json, const char *wanted) {
	autoarena struct arena arena = { 0 };
	struct json_reader reader;
	struct silence *silence = silence_create();
	struct silence_gap gap;
	struct error err;
	json_read_init(&reader, &arena, str_of(json));
	CHECK(silence_read(&reader, silence, &gap, &err));
	CHECK_CSTR(gap.name, wanted);
	silence_unref(silence);
}

TEST(the_first_member_that_is_missing_or_null_is_told) {
	check_gap("{}", "comment");
	check_gap("{\"comment\":\"\",\"createdBy\":null}", "createdBy");
	check_gap("{\"comment\":\"\",\"createdBy\":\"\",\"startsAt\":\"2024-01-01\"}", "endsAt");
	check_gap("{\"comment\":\"\",\"createdBy\":\"\",\"endsAt\":\"2024-01-01\"}", "matchers");
	check_gap("{\"comment\":\"\",\"createdBy\":\"\",\"endsAt\":\"2024-01-01\",\"matchers\":[{\"name\":\"\"}]}", "matchers.0.isRegex");
	check_gap("{\"comment\":\"\",\"createdBy\":\"\",\"endsAt\":\"2024-01-01\",\"matchers\":[{\"name\":\"a\",\"value\":\"b\",\"isRegex\":true},{\"name\":\"a\",\"isRegex\":true}]}", "matchers.1.value");
	check_gap("{\"comment\":\"\",\"createdBy\":\"\",\"endsAt\":\"2024-01-01\",\"matchers\":[]}", "startsAt");
}

// The bytes of Alertmanager 0.34's own form of the same silence.
TEST(its_size_is_that_of_the_protocol_buffer) {
	struct silence *silence = make("a=\"b\",c!~\"d\"", 1700000000000, 1700003600500);
	memcpy(silence->id, "00000000-0000-4000-8000-000000000001", SILENCE_ID_LEN);
	silence->updated_at = 1700000000000;
	silence->created_by = mem_dup_cstr("me");
	silence->comment = mem_dup_cstr("why");
	struct label items[] = { { STR("k"), STR("v") } };
	silence->annotations = labels_from_sorted(items, 1);
	CHECK_INT(silence_size(silence), 121);
	silence_unref(silence);
}
