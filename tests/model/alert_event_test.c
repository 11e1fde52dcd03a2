// SPDX-License-Identifier: Apache-2.0
// What an alert's transition says on the event stream.
#include "model/alert_event.h"
#include "tests/harness/test.h"

#include "base/json_read.h"
#include "base/mem.h"

#include <math.h>

static const struct labels *labels_make(const char *name, const char *value, const char *other, const char *other_value) {
	struct label_builder builder = { 0 };
	label_builder_set(&builder, str_of(name), str_of(value));
	label_builder_set(&builder, str_of(other), str_of(other_value));
	const struct labels *labels = label_builder_build(&builder);
	label_builder_finish(&builder);
	return labels;
}

static struct alert_record *record_make(const char *source, const char *category) {
	struct alert_record *record = alert_record_create();
	record->origin = alert_origin_create(str_of(source), STR("http://p/"));
	record->labels = labels_make("alertname", "Port/Scan", "category", category);
	record->identity = labels_ref(record->labels);
	record->annotations = labels_make("mitre_attack", "T1046, T1595", "summary", "scanned");
	record->state = ALERT_FIRING;
	record->active_at = 1000;
	record->fired_at = 2000;
	record->updated_at = 2000;
	record->value = 0.5;
	return record;
}

static void check_text(struct buf *got, const char *wanted) {
	CHECK_CSTR(buf_cstr(got), wanted);
	buf_finish(got);
}

TEST(a_subject_names_group_alert_and_fingerprint) {
	struct buf out = { 0 };
	struct alert_record *record = record_make("f.yml\x1fhosts 100%25\x1fPort/Scan\x1f"
	                                          "ab\x1f"
	                                          "0",
	    "network");
	alert_event_subject(&out, record);
	char wanted[100];
	snprintf(wanted, sizeof wanted, "rules/hosts 100%%25/Port%%2FScan/%016llx", (unsigned long long)record->labels->fingerprint);
	check_text(&out, wanted);
	alert_record_unref(record);
	record = record_make(ALERT_SOURCE_EXTERNAL, "network");
	alert_event_subject(&out, record);
	CHECK(str_has_prefix(buf_str(&out), STR("external/Port%2FScan/")));
	buf_finish(&out);
	alert_record_unref(record);
}

TEST(data_holds_the_alert_and_null_for_times_that_are_not) {
	struct buf out = { 0 };
	struct alert_record *record = record_make("f\x1fg\x1fx", "network");
	alert_event_data(&out, &(struct alert_event){ record, record->annotations, ALERT_EVENT_FIRING });
	char wanted[600];
	snprintf(wanted, sizeof wanted,
	    "{\"labels\":{\"alertname\":\"Port/Scan\",\"category\":\"network\"},\"annotations\":{\"mitre_attack\":\"T1046, T1595\",\"summary\":\"scanned\"},"
	    "\"value\":0.5,\"startsAt\":\"1970-01-01T00:00:02Z\",\"endsAt\":null,\"activeAt\":\"1970-01-01T00:00:01Z\",\"generatorURL\":\"http://p/\","
	    "\"fingerprint\":\"%016llx\",\"source\":\"f\\u001fg\\u001fx\"}",
	    (unsigned long long)record->labels->fingerprint);
	check_text(&out, wanted);
	record->resolved_at = 3000;
	record->value = (double)-INFINITY;
	alert_event_data(&out, &(struct alert_event){ record, record->annotations, ALERT_EVENT_FIRING });
	CHECK(strstr(buf_cstr(&out), "\"value\":\"-Inf\"") != NULL && strstr(buf_cstr(&out), "\"endsAt\":\"1970-01-01T00:00:03Z\"") != NULL);
	buf_finish(&out);
	alert_record_unref(record);
}

TEST(only_security_alerts_that_fired_open_and_close_a_violation) {
	struct alert_record *record = record_make("s", "security");
	CHECK_CSTR(alert_event_policy_name(record, ALERT_EVENT_FIRING), "policy.violation.opened");
	CHECK_CSTR(alert_event_policy_name(record, ALERT_EVENT_RESOLVED), "policy.violation.closed");
	CHECK_CSTR(alert_event_policy_name(record, ALERT_EVENT_PENDING), "policy.violation.closed"); // a raised `for` ended it
	CHECK(alert_event_policy_name(record, ALERT_EVENT_UPDATED) == NULL);
	record->fired_at = 0;
	CHECK(alert_event_policy_name(record, ALERT_EVENT_PENDING) == NULL);
	CHECK(alert_event_policy_name(record, ALERT_EVENT_RESOLVED) == NULL);
	alert_record_unref(record);
	record = record_make("s", "network");
	CHECK(!alert_is_security_relevant(record));
	labels_unref(record->labels);
	record->labels = labels_make("alertname", "X", "policy", "true");
	CHECK(alert_is_security_relevant(record));
	alert_record_unref(record);
}

// The value of finding_info.uid, after checking that the whole is JSON.
static void finding_uid(const struct alert_record *record, enum alert_event_kind kind, char uid[64]) {
	autobuf struct buf out = { 0 };
	alert_event_policy_data(&out, &(struct alert_event){ record, record->annotations, kind }, 41);
	autoarena struct arena arena = { 0 };
	struct json_reader reader;
	json_read_init(&reader, &arena, buf_str(&out));
	CHECK(json_read_skip(&reader) && json_read_end(&reader));
	const char *at = strstr(buf_cstr(&out), "\"uid\":\"");
	CHECK(at != NULL);
	snprintf(uid, 64, "%.*s", (int)strcspn(at + 7, "\""), at + 7);
	CHECK(strstr(buf_cstr(&out), "\"attacks\":[{\"technique\":{\"uid\":\"T1046\"}},{\"technique\":{\"uid\":\"T1595\"}}]") != NULL);
	CHECK(strstr(buf_cstr(&out), "\"alert_sequence\":41") != NULL);
	CHECK(strstr(buf_cstr(&out), kind == ALERT_EVENT_FIRING ? "\"type_uid\":200401" : "\"type_uid\":200403") != NULL);
}

TEST(a_violation_is_one_finding_from_opened_to_closed) {
	struct alert_record *record = record_make("f\x1fg\x1fx", "security");
	char opened[64], closed[64];
	finding_uid(record, ALERT_EVENT_FIRING, opened);
	record->resolved_at = record->updated_at = 9000;
	record->state = ALERT_INACTIVE;
	finding_uid(record, ALERT_EVENT_RESOLVED, closed);
	CHECK_CSTR(closed, opened);
	alert_record_unref(record);
}
