// SPDX-License-Identifier: Apache-2.0
// What the event stream says about an alert's transition: subject and JSON data, without the envelope. Pure.
#pragma once
#include "base/buf.h"
#include "model/alert.h"

struct alert_event { // all borrowed
	const struct alert_record *record;
	const struct labels *annotations; // as rendered at this transition; NULL: none
	enum alert_event_kind kind;
	wall_ms at; // of the event; 0: when the transition was decided
};
wall_ms alert_event_at(const struct alert_event *event);

// "rules/<group>/<alertname>/<fingerprint, 16 hex digits>" of the dispatch labels; "external/…" without the group for posted alerts.
// '/', '%' and control characters of names are percent-encoded, so that the parts can be told apart.
void alert_event_subject(struct buf *out, const struct alert_record *record);

// {"labels":{…},"annotations":{…},"value":1.5,"startsAt":"…","endsAt":"…","activeAt":"…","generatorURL":"…","fingerprint":"…","source":"…"}
// value: a number, or "NaN", "+Inf", "-Inf"; a time that is not there is null. endsAt is the resolution, or an external alert's expiry.
void alert_event_data(struct buf *out, const struct alert_event *event);

// Security-relevant alerts open and close a policy violation beside their own event: label category="security" or policy="true".
bool alert_is_security_relevant(const struct alert_record *record);
// "policy.violation.opened" or "policy.violation.closed"; NULL when this transition writes none.
const char *alert_event_policy_name(const struct alert_record *record, enum alert_event_kind kind);
// An OCSF Detection Finding (class 2004): finding_info.uid is the same from opened to closed. alert_sequence: of the alert's own event.
// https://schema.ocsf.io/classes/detection_finding
void alert_event_policy_data(struct buf *out, const struct alert_event *event, int64_t alert_sequence);
