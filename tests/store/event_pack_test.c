// SPDX-License-Identifier: Apache-2.0
// What goes into a row that holds many alerts comes out again, and bytes from a damaged disk do no harm.
#include "store/event_pack.h"
#include "tests/store/store_fixture.h"

#include <math.h>
#include <stdlib.h>

static struct alert_record *posted(int number) {
	struct alert_record *record = record_make(ALERT_SOURCE_EXTERNAL, "X", number);
	record->ends_at = 300000 + number;
	return record;
}

static bool add(struct event_pack *pack, const struct alert_record *record) {
	struct alert_event transition = { .record = record, .annotations = record->annotations, .kind = ALERT_EVENT_FIRING, .at = 5000 };
	return event_pack_is_for(&transition) && event_pack_add(pack, &transition);
}

// One more, which the pack need not keep.
static bool add_new(struct event_pack *pack, struct alert_record *record) {
	bool is_added = add(pack, record);
	alert_record_unref(record);
	return is_added;
}

static uint64_t bits_of(double value) {
	uint64_t bits;
	memcpy(&bits, &value, sizeof bits);
	return bits;
}

static bool is_same(const struct alert_record *got, const struct alert_record *wanted) {
	const struct labels *annotations = alert_record_annotations(got);
	bool same = labels_equal(got->identity, wanted->identity) && labels_equal(got->labels, wanted->labels) && labels_equal(annotations, wanted->annotations) &&
	    strcmp(got->origin->generator_url, wanted->origin->generator_url) == 0 && got->state == wanted->state && got->active_at == wanted->active_at &&
	    got->fired_at == wanted->fired_at && got->resolved_at == wanted->resolved_at && got->keep_firing_since == wanted->keep_firing_since &&
	    got->ends_at == wanted->ends_at && got->updated_at == wanted->updated_at && bits_of(got->value) == bits_of(wanted->value);
	labels_unref(annotations);
	return same;
}

// Takes the records.
static void check_round_trip(struct alert_record **records, size_t count) {
	struct event_pack pack = { 0 };
	struct event_pack_reader reader;
	struct packed_alert alert;
	autobuf struct buf bytes = { 0 };
	autoarena struct arena arena = { 0 };
	for (size_t i = 0; i < count; i++)
		CHECK(add(&pack, records[i]));
	event_pack_write(&pack, &bytes);
	CHECK(bytes.len <= EVENT_PACK_BYTES);
	event_pack_read(&reader, buf_str(&bytes), 5000, &arena);
	for (size_t i = 0; i < count; i++) {
		CHECK(event_pack_next(&reader, &alert));
		CHECK(alert.fingerprint == records[i]->identity->fingerprint);
		struct alert_record *got = packed_alert_record(&reader, &alert, NULL, &arena);
		CHECK(got != NULL && is_same(got, records[i]));
		alert_record_unref(got);
		alert_record_unref(records[i]);
	}
	CHECK(!event_pack_next(&reader, &alert) && !reader.is_broken);
	event_pack_finish(&pack);
}

TEST(alerts_come_out_in_order_as_they_went_in) {
	struct alert_record *records[EVENT_PACK_ALERTS];
	for (int i = 0; i < EVENT_PACK_ALERTS; i++)
		records[i] = posted(i);
	check_round_trip(records, EVENT_PACK_ALERTS);
}

TEST(times_lie_before_and_after_the_transition_and_far_away) {
	struct alert_record *records[] = { posted(1), posted(2), posted(3) };
	records[0]->active_at = 1, records[0]->fired_at = 4999, records[0]->updated_at = 5000, records[0]->keep_firing_since = 5001;
	records[1]->active_at = -62135596800000, records[1]->ends_at = 253402300799999; // the years 1 and 9999
	records[2]->active_at = INT64_MIN / 4, records[2]->ends_at = INT64_MAX / 4;
	check_round_trip(records, 3);
}

TEST(values_and_odd_labels_are_kept_bit_by_bit) {
	struct alert_record *records[] = { posted(1), posted(2), posted(3) };
	records[0]->value = (double)NAN;
	records[1]->value = -(double)INFINITY;
	labels_unref(records[2]->annotations);
	struct label empty[] = { { STR("a"), STR_NONE }, { STR("b\n\"ü"), STR("\xf0\x9f\x98\x80") } };
	records[2]->annotations = labels_from_sorted(empty, 2);
	check_round_trip(records, 3);
}

static struct alert_record *said(int number, const char *summary) {
	struct alert_record *record = posted(number);
	labels_unref(record->annotations);
	record->annotations = labels_make("summary", summary, NULL);
	return record;
}

TEST(texts_that_are_alike_at_their_ends_come_out_whole) {
	struct alert_record *records[] = { said(1, "disk a is full"), said(2, "disk b is full"), said(3, "disk bb is full"), said(4, "disk is full"), said(5, "disk b is full"),
		said(6, "f\xc3\xa9"), said(7, "f\xc3\xa8"), said(8, "\xf0\x9f\x98\x80"), said(9, "\xf0\x9f\x98\x81"), said(10, ""), said(11, "a"), said(12, "aaaaaaaaaaaaaaaaaaa"),
		said(13, "aaaaaaaaaaaaaaaaaaaaaaaaa"), said(14, "aaaaaaaaaaaaaaaaaa") };
	check_round_trip(records, sizeof records / sizeof *records);
}

TEST(what_alerts_have_in_common_is_there_once) {
	struct event_pack pack = { 0 };
	autobuf struct buf one = { 0 }, all = { 0 };
	char text[600];
	for (int i = 0; i < EVENT_PACK_ALERTS; i++) {
		snprintf(text, sizeof text, "%0*d is what host %d says %0*d", 250, 0, i, 250, 0);
		CHECK(add_new(&pack, said(i, text)));
		if (i == 0)
			event_pack_write(&pack, &one);
	}
	event_pack_write(&pack, &all);
	CHECK(all.len < one.len + (EVENT_PACK_ALERTS - 1) * 64);
	event_pack_finish(&pack);
}

TEST(a_pack_takes_no_more_than_it_has_room_for) {
	struct event_pack pack = { 0 };
	for (int i = 0; i < EVENT_PACK_ALERTS; i++)
		CHECK(add_new(&pack, posted(i)));
	CHECK(!add_new(&pack, posted(EVENT_PACK_ALERTS)));
	CHECK_INT(pack.count, EVENT_PACK_ALERTS);
	event_pack_finish(&pack);
}

static struct alert_record *with_annotation(int number, const char *name, size_t size) {
	struct alert_record *record = posted(number);
	autobuf struct buf text = { 0 };
	for (size_t i = 0; i < size; i++)
		buf_append_char(&text, 'x');
	labels_unref(record->annotations);
	record->annotations = labels_make(name, buf_cstr(&text), NULL);
	return record;
}

TEST(one_that_does_not_fit_leaves_those_before_it_as_they_were) {
	struct event_pack pack = { 0 };
	autobuf struct buf before = { 0 }, after = { 0 };
	CHECK(add_new(&pack, with_annotation(1, "a", 4000)));
	event_pack_write(&pack, &before);
	CHECK(!add_new(&pack, with_annotation(2, "b", 4000)));
	CHECK(!add_new(&pack, with_annotation(3, "c", 100000)));
	event_pack_write(&pack, &after);
	CHECK(str_equal(buf_str(&before), buf_str(&after)));
	CHECK(add_new(&pack, with_annotation(4, "b", 3000)));
	event_pack_finish(&pack);
}

static struct alert_record *with_new_names(int number) {
	struct alert_record *record = posted(number);
	char names[4][16];
	for (int i = 0; i < 4; i++)
		snprintf(names[i], sizeof names[i], "n%d_%d", number, i);
	labels_unref(record->annotations);
	record->annotations = labels_make(names[0], "x", names[1], "x", names[2], "x", names[3], "x", NULL);
	return record;
}

TEST(names_that_are_too_many_leave_no_room) {
	struct event_pack pack = { 0 };
	int added = 0;
	while (added < EVENT_PACK_ALERTS && add_new(&pack, with_new_names(added)))
		added++;
	CHECK_INT(added, (EVENT_PACK_NAMES - 2) / 4); // alertname, n and four more each
	CHECK(add_new(&pack, posted(0)));
	event_pack_finish(&pack);
}

TEST(other_transitions_are_not_for_a_pack) {
	struct event_pack pack = { 0 };
	struct alert_record *record = posted(1);
	struct alert_event transition = { .record = record, .annotations = record->annotations, .kind = ALERT_EVENT_UPDATED };
	CHECK(!event_pack_is_for(&transition));
	record->state = ALERT_INACTIVE;
	CHECK(!add_new(&pack, record));
	CHECK(!add_new(&pack, record_make("rule", "X", 1)));
	record = posted(1);
	labels_unref(record->labels);
	record->labels = labels_make("alertname", "X", "told", "otherwise", NULL);
	CHECK(!add_new(&pack, record));
	record = posted(1);
	labels_unref(record->labels), labels_unref(record->identity);
	record->identity = labels_make("alertname", "X", "category", "security", NULL);
	record->labels = labels_ref(record->identity);
	CHECK(!add_new(&pack, record));
	event_pack_finish(&pack);
}

// What the first version wrote of posted(1) and posted(2).
static const char first_version[] =
    "\x01\x03\x09"
    "alertname\x01"
    "n\x07"
    "summary"
    "\x54\x00\x59\xee\xdf\x37\x1f\x81\x9b\x84\x12"
    "http://p/graph?a=b\x02\x00\x01"
    "X\x01\x01"
    "1\x01\x02\x1c"
    "something <is> wrong & \"bad\""
    "\xf2\x2e\xc2\x3e\xf2\x2e\x00\x00\xb3\x81\x24\x00\x00\x00\x00\x00\x00\xf8\x3f"
    "\x54\x00\xde\x42\xe8\x37\x1f\x81\xa5\x84\x12"
    "http://p/graph?a=b\x02\x00\x01"
    "X\x01\x01"
    "2\x01\x02\x1c"
    "something <is> wrong & \"bad\""
    "\xf2\x2e\xc2\x3e\xf2\x2e\x00\x00\xb5\x81\x24\x00\x00\x00\x00\x00\x00\xf8\x3f";

TEST(rows_of_the_first_version_are_read) {
	struct event_pack_reader reader;
	struct packed_alert alert;
	struct str url;
	autoarena struct arena arena = { 0 };
	event_pack_read(&reader, str_make(first_version, sizeof first_version - 1), 5000, &arena);
	for (int i = 1; i <= 2; i++) {
		struct alert_record *wanted = posted(i);
		CHECK(event_pack_next(&reader, &alert) && packed_alert_url(&reader, &alert, &arena, &url) && str_equal(url, STR("http://p/graph?a=b")));
		struct alert_record *got = packed_alert_record(&reader, &alert, NULL, &arena);
		CHECK(got != NULL && is_same(got, wanted));
		alert_record_unref(got);
		alert_record_unref(wanted);
	}
	CHECK(!event_pack_next(&reader, &alert) && !reader.is_broken);
}

TEST(a_version_that_is_not_known_is_refused) {
	struct event_pack_reader reader;
	struct packed_alert alert;
	autoarena struct arena arena = { 0 };
	event_pack_read(&reader, STR("\x03\x00\x00"), 5000, &arena);
	CHECK(!event_pack_next(&reader, &alert) && reader.is_broken);
	event_pack_read(&reader, STR("\x02\x00\x00"), 5000, &arena);
	CHECK(!event_pack_next(&reader, &alert) && !reader.is_broken);
}

static void read_whatever(struct str bytes) {
	autoarena struct arena arena = { 0 };
	struct event_pack_reader reader;
	struct packed_alert alert;
	event_pack_read(&reader, bytes, 5000, &arena);
	while (event_pack_next(&reader, &alert))
		alert_record_unref(packed_alert_record(&reader, &alert, NULL, &arena));
}

static void damage(struct buf *bytes) {
	for (size_t cut = 0; cut < bytes->len; cut++) {
		char *exact = malloc(cut + 1); // a byte too far is seen by a sanitizer
		memcpy(exact, bytes->data, cut);
		read_whatever(str_make(exact, cut));
		free(exact);
	}
	srand(1);
	for (int i = 0; i < 20000; i++) {
		size_t at = (size_t)rand() % bytes->len;
		char was = bytes->data[at];
		bytes->data[at] = (char)rand();
		read_whatever(buf_str(bytes));
		bytes->data[at] = was;
	}
}

TEST(damaged_bytes_are_refused_or_read_as_others) {
	struct event_pack pack = { 0 };
	autobuf struct buf bytes = { 0 }, old = { 0 };
	for (int i = 0; i < 5; i++)
		CHECK(add_new(&pack, posted(i)));
	event_pack_write(&pack, &bytes);
	damage(&bytes);
	buf_append(&old, first_version, sizeof first_version - 1);
	damage(&old);
	event_pack_finish(&pack);
}
