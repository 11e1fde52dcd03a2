// SPDX-License-Identifier: Apache-2.0
// The webhook payload beside that of a real Alertmanager for the same alerts.
#include "tests/harness/fixture.h"
#include "tests/harness/test.h"
#include "tests/notifiers/dispatch_rig.h"
#include "tests/notifiers/http_receiver.h"

#include "base/buf.h"

static struct alert_record *alert(wall_ms at, const struct label *labels, size_t label_count, const struct label *annotations, size_t annotation_count) {
	struct label_builder builder = { 0 };
	struct alert_record *record = rig_record("rule", "x=\"y\"", ALERT_FIRING, "", at);
	labels_unref(record->identity);
	labels_unref(record->labels);
	labels_unref(record->annotations);
	for (size_t i = 0; i < label_count; i++)
		label_builder_set(&builder, labels[i].name, labels[i].value);
	record->labels = label_builder_build(&builder);
	record->identity = labels_ref(record->labels);
	for (size_t i = 0; i < annotation_count; i++)
		label_builder_set(&builder, annotations[i].name, annotations[i].value);
	record->annotations = label_builder_build(&builder);
	label_builder_finish(&builder);
	return record;
}

#define ALERT(at, labels, annotations) alert(at, labels, sizeof(labels) / sizeof *(labels), annotations, sizeof(annotations) / sizeof *(annotations))

// The alerts of alertmanager_peer.py.
static void tell_all(struct rig *rig, wall_ms at) {
	const struct label first[] = { { STR("alertname"), STR("Disk") }, { STR("job"), STR("node") }, { STR("instance"), STR("b:9100") }, { STR("path"), STR("/<root> & \"more\"") } };
	const struct label first_said[] = { { STR("summary"), STR("disk \xc3\xa9 is full\n2nd line") }, { STR("same"), STR("x") } };
	const struct label second[] = { { STR("alertname"), STR("Disk") }, { STR("job"), STR("node") }, { STR("instance"), STR("a:9100") } };
	const struct label second_said[] = { { STR("same"), STR("x") }, { STR("only"), STR("here\xe2\x80\xa8") } };
	const struct label third[] = { { STR("alertname"), STR("Disk") }, { STR("instance"), STR("c") }, { STR("severity"), STR("critical") } };
	const struct label fourth[] = { { STR("alertname"), STR("Disk") }, { STR("a"), STR("1") } };
	const struct label said[] = { { STR("same"), STR("x") } };
	struct alert_record *records[] = { ALERT(at, first, first_said), ALERT(at, second, second_said), ALERT(at, third, said), ALERT(at, fourth, said) };
	rig_tell_records(rig, records, sizeof records / sizeof *records); // together, for they have waited group_wait already
}

// Without what Alertmanager learned to say after the version Debian has.
static struct str without_newer(struct buf *out, const char *body) {
	const struct str newer[] = { STR("\"notification_reason\":\"first notification\","), STR("\"routeLabels\":{},") };
	buf_append_cstr(out, body);
	for (size_t i = 0; i < 2; i++) {
		ptrdiff_t at = str_find(buf_str(out), newer[i]);
		if (at < 0)
			continue;
		memmove(out->data + at, out->data + at + newer[i].len, out->len - (size_t)at - newer[i].len);
		buf_truncate(out, out->len - newer[i].len);
	}
	return buf_str(out);
}

TEST(the_payload_is_what_alertmanager_sends_for_the_same_alerts) {
	struct http_receiver *theirs = http_receiver_start(), *ours = http_receiver_start();
	struct fixture peer;
	autobuf struct buf argument = { 0 }, our_body = { 0 }, their_body = { 0 };
	wall_ms at = clock_wall() - 100;
	buf_format(&argument, "%s ", http_receiver_url(theirs));
	clock_append_rfc3339(&argument, at);
	if (!fixture_start(&peer, "notifiers/alertmanager_peer.py", buf_cstr(&argument))) {
		http_receiver_stop(theirs);
		http_receiver_stop(ours);
		skip();
	}
	struct made_setup *made = made_setup_create(300, HOURS(1), HOURS(4));
	struct rig rig;
	made->receivers[0].name = "team.a";
	made_setup_webhook(made, 0, http_receiver_url(ours));
	rig_start(&rig, "alertmanager", made);
	tell_all(&rig, at);
	CHECK(http_receiver_wait(theirs, 1, 20000) && http_receiver_wait(ours, 1, 5000));
	struct str wanted = without_newer(&their_body, http_receiver_get(theirs, 0)->body);
	CHECK_STR(without_newer(&our_body, http_receiver_get(ours, 0)->body), wanted.data);
	CHECK(strstr(http_receiver_get(ours, 0)->head, "Content-Type: application/json\r\n") != NULL);
	CHECK(strstr(http_receiver_get(ours, 0)->head, "User-Agent: Alertmanager/") != NULL);
	rig_stop(&rig);
	fixture_stop(&peer);
	http_receiver_stop(theirs);
	http_receiver_stop(ours);
}
