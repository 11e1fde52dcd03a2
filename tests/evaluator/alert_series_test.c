// SPDX-License-Identifier: Apache-2.0
#include "evaluator/alert_series.h"

#include "base/snappy_block.h"
#include "evaluator/remote_write_encode.h"
#include "tests/evaluator/write_request.h"
#include "tests/harness/test.h"

static void destroy_setup(struct evaluation_setup *setup) {
	labels_unref(setup->external_labels);
	free(setup);
}

static const struct rule_text severity = { .name = { "severity", 8 }, .text = { "{{ $value }}", 12 } }, *const rule_labels[] = { &severity };
static const struct rule rule = { .kind = RULE_ALERTING, .name = { "Down", 4 }, .key = { "key", 3 }, .labels = rule_labels, .label_count = 1 };

static struct alert_instance *make_alert(const struct label *labels, size_t count) {
	struct evaluation_setup *setup = mem_zalloc(sizeof *setup);
	ref_init(&setup->ref);
	setup->external_labels = labels_empty();
	setup->external_url = "http://here";
	setup->destroy = destroy_setup;
	struct rule_context *context = rule_context_create(setup, &rule);
	const struct labels *identity = labels_from_sorted(labels, count);
	struct alert_instance *alert = alert_instance_create(context, identity, NULL);
	labels_unref(identity);
	rule_context_unref(context);
	evaluation_setup_unref(setup);
	return alert;
}

static void set_state(struct alert_instance *alert, enum alert_state state) {
	const struct labels *annotations = labels_empty();
	alert_instance_tell(alert, &(struct alert_progress){ .state = state, .active_at = 1700000000999 }, 1700000001000, annotations, NULL);
	labels_unref(annotations);
}

// The time series in out, as `{labels} value`, one a line.
static void check_series(struct buf *out, const char *wanted) {
	autobuf struct buf body = { 0 }, text = { 0 };
	struct write_request request = { 0 };
	struct error err;
	CHECK(snappy_block_append(&body, buf_str(out), &err));
	CHECK(write_request_read(&request, buf_str(&body)));
	for (size_t i = 0; i < request.count; i++)
		buf_format(&text, "%s %s\n", request.items[i].series, request.items[i].value);
	CHECK_CSTR(buf_cstr(&text), wanted);
	write_request_finish(&request);
	buf_reset(out);
}

TEST(an_alert_has_two_series_and_a_change_of_state_ends_one) {
	struct label labels[] = { { STR("alertname"), STR("Down") }, { STR("host"), STR("h") }, { STR("severity"), STR("5") } };
	struct alert_instance *alert = make_alert(labels, 3);
	autobuf struct buf out = { 0 };
	CHECK_INT(alert_series_end(&out, alert, 1), 0); // nothing was written yet
	set_state(alert, ALERT_PENDING);
	CHECK_INT(alert_series_append(&out, alert, 1), 2);
	check_series(&out, "{__name__=\"ALERTS\",alertname=\"Down\",alertstate=\"pending\",host=\"h\",severity=\"5\"} 1\n"
	                   "{__name__=\"ALERTS_FOR_STATE\",alertname=\"Down\",host=\"h\",severity=\"5\"} 1700000000\n");
	set_state(alert, ALERT_FIRING);
	CHECK_INT(alert_series_append(&out, alert, 2), 3);
	check_series(&out, "{__name__=\"ALERTS\",alertname=\"Down\",alertstate=\"pending\",host=\"h\",severity=\"5\"} stale\n"
	                   "{__name__=\"ALERTS\",alertname=\"Down\",alertstate=\"firing\",host=\"h\",severity=\"5\"} 1\n"
	                   "{__name__=\"ALERTS_FOR_STATE\",alertname=\"Down\",host=\"h\",severity=\"5\"} 1700000000\n");
	CHECK_INT(alert_series_end(&out, alert, 3), 2);
	check_series(&out, "{__name__=\"ALERTS\",alertname=\"Down\",alertstate=\"firing\",host=\"h\",severity=\"5\"} stale\n"
	                   "{__name__=\"ALERTS_FOR_STATE\",alertname=\"Down\",host=\"h\",severity=\"5\"} stale\n");
	CHECK_INT(alert_series_end(&out, alert, 4), 0);
	alert_instance_unref(alert);
}

TEST(labels_are_sorted_wherever_they_fall_and_the_rules_fill_what_the_alert_lacks) {
	struct label labels[] = { { STR("Zone"), STR("z") }, { STR("_x"), STR("x") }, { STR("alertname"), STR("Down") }, { STR("alertstate2"), STR("2") } };
	struct alert_instance *alert = make_alert(labels, 4);
	autobuf struct buf out = { 0 };
	set_state(alert, ALERT_FIRING);
	alert_series_append(&out, alert, 1);
	check_series(&out, "{Zone=\"z\",__name__=\"ALERTS\",_x=\"x\",alertname=\"Down\",alertstate=\"firing\",alertstate2=\"2\",severity=\"{{ $value }}\"} 1\n"
	                   "{Zone=\"z\",__name__=\"ALERTS_FOR_STATE\",_x=\"x\",alertname=\"Down\",alertstate2=\"2\",severity=\"{{ $value }}\"} 1700000000\n");
	alert_instance_unref(alert);
}

TEST(a_state_the_element_brought_stays_where_none_is_set) {
	struct label labels[] = { { STR("alertname"), STR("Down") }, { STR("alertstate"), STR("mine") } };
	struct alert_instance *alert = make_alert(labels, 2);
	autobuf struct buf out = { 0 };
	set_state(alert, ALERT_FIRING);
	alert_series_append(&out, alert, 1);
	check_series(&out, "{__name__=\"ALERTS\",alertname=\"Down\",alertstate=\"firing\",severity=\"{{ $value }}\"} 1\n"
	                   "{__name__=\"ALERTS_FOR_STATE\",alertname=\"Down\",alertstate=\"mine\",severity=\"{{ $value }}\"} 1700000000\n");
	alert_instance_unref(alert);
}

TEST(of_an_alert_whose_rule_is_gone_the_row_says_what_ends) {
	struct label labels[] = { { STR("alertname"), STR("Down") }, { STR("host"), STR("h") } };
	struct alert_record *record = alert_record_create();
	autobuf struct buf out = { 0 };
	record->identity = labels_from_sorted(labels, 2);
	record->state = ALERT_PENDING;
	CHECK_INT(alert_series_end_record(&out, record, 1), 2);
	check_series(&out, "{__name__=\"ALERTS\",alertname=\"Down\",alertstate=\"pending\",host=\"h\"} stale\n"
	                   "{__name__=\"ALERTS_FOR_STATE\",alertname=\"Down\",host=\"h\"} stale\n");
	alert_record_unref(record);
}
