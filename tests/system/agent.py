# SPDX-License-Identifier: Apache-2.0
"""The security agent's side of policy events: CloudEvents in structured mode, their order, numbers and signatures, over retries and a kill.

usage: agent.py TOCSIN"""
import base64
import hashlib
import hmac
import json
import pathlib
import re
import sys
import time

import rig
from rig import wait_until

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "harness"))
import schemas  # noqa: E402

PATIENCE = 60
KEY = b"0123456789abcdef01234567"
SECRET = "whsec_" + base64.b64encode(KEY).decode()
CONFIG = """
global: {{external_labels: {{domain: umu}}}}
datasource: {{url: '{prometheus}'}}
rule_files: [rules.yml]
route:
  receiver: agent
  group_by: [alertname]
  group_wait: 50ms
  group_interval: 300ms
  repeat_interval: 1h
receivers:
- name: agent
  security_agent_configs: [{{url: '{agent}', secret: '{secret}'}}]
"""
RULES = """
groups:
- name: 'scans/100%'
  interval: 200ms
  rules:
  - alert: PortScan
    expr: scan > 0
    labels: {category: security, severity: critical}
    annotations:
      summary: '{{ $value }} ports of {{ $labels.node }}'
      description: 'a scan — "{{ $labels.node }}"'
      recommended_action: contain
  - alert: Plain
    expr: plain > 0
    labels: {severity: info}
  - alert: Policy
    expr: policy > 0
    labels: {policy: 'true', severity: odd}
"""
OPENED, CLOSED = "eu.fluidos.tocsin.policy.violation.opened.v1", "eu.fluidos.tocsin.policy.violation.closed.v1"

suite = rig.Suite("agent")
exporter = suite.exporter()
refuse = []  # statuses to answer next


def behave(handler, entry):
    if not refuse:
        return False
    handler.send_response(refuse.pop(0))
    handler.send_header("Content-Length", "0")
    handler.end_headers()
    entry["refused"] = True
    return True


agent = suite.receiver(behave)
NODES = [f"n{number}" for number in range(5)]
QUIET = {f'scan{{node="{node}"}}': 0 for node in NODES} | {"plain": 0, "policy": 0}
exporter.set_all(QUIET)
tocsin = suite.tocsin(sys.argv[1], CONFIG.format(prometheus=suite.start_prometheus(exporter), agent=agent.url, secret=SECRET), RULES)


def taken():
    """The events that were accepted, in order; one that comes again (its group was told again) counts once, by its id."""
    events = {}
    for request in agent.all():
        if "refused" not in request and request["answered"]:
            event = json.loads(request["body"])
            events.setdefault(event["id"], event)
    return list(events.values())


def wait_events(count, name=None, kind=None):
    def found():
        events = [event for event in taken() if (name is None or f"/{name}/" in event["subject"]) and (kind is None or event["type"] == kind)]
        return len(events) >= count and events
    return wait_until(found, PATIENCE, f"{count} events of {name} {kind}: {[(event['type'], event['subject']) for event in taken()]}")


def an_opening_is_a_cloud_event():
    exporter.set('scan{node="n0"}', 22)
    event = wait_events(1, "PortScan", OPENED)[0]
    request = agent.all()[0]
    headers = {name.lower(): value for name, value in request["headers"].items()}
    assert headers["content-type"] == "application/cloudevents+json; charset=utf-8", headers
    assert event["specversion"] == "1.0" and event["type"] == OPENED and event["datacontenttype"] == "application/json", event
    assert re.fullmatch(r"urn:fluidos:tocsin:[0-9a-f-]{36}", event["source"]), event["source"]
    assert isinstance(event["id"], str) and event["id"].isdigit() and event["sequence"] == event["id"].zfill(20), event
    assert abs(rig.rfc3339(event["time"]) - time.time()) < PATIENCE
    assert all(re.fullmatch(r"[a-z0-9]{1,20}", name) for name in event), "attribute names of CloudEvents"
    assert (event["severitynumber"], event["severitytext"], event["category"], event["domain"]) == (17, "ERROR", "security", "umu"), event


def the_subject_names_group_alert_and_fingerprint():
    event = wait_events(1, "PortScan", OPENED)[0]
    labels = {"alertname": "PortScan", "category": "security", "domain": "umu", "instance": f"127.0.0.1:{exporter.port}", "job": "test", "node": "n0", "severity": "critical"}
    assert event["subject"] == "rules/scans%2F100%25/PortScan/" + rig.fingerprint(labels), event["subject"]


def the_data_is_a_detection_finding():
    data = wait_events(1, "PortScan", OPENED)[0]["data"]
    assert (data["class_uid"], data["category_uid"], data["activity_id"], data["type_uid"], data["severity_id"], data["status_id"]) == (2004, 2, 1, 200401, 5, 1), data
    ours = data["unmapped"]["tocsin"]
    assert ours["group"] == "scans/100%" and ours["recommended_action"] == "contain", ours
    assert ours["labels"]["node"] == "n0" and ours["annotations"]["description"] == 'a scan — "n0"' and ours["value"] == 22, ours
    assert {"type": "node", "name": "n0"} in data["resources"], data


def a_signature_is_that_of_standard_webhooks():
    for request in agent.all():
        headers = {name.lower(): value for name, value in request["headers"].items()}
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + request["body"]
        assert headers["webhook-signature"] == "v1," + base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode(), headers
        assert headers["webhook-id"] == json.loads(request["body"])["id"]
        assert abs(int(headers["webhook-timestamp"]) - request["at"]) < PATIENCE


def its_end_is_a_closing_of_the_same_episode():
    opened = wait_events(1, "PortScan", OPENED)[0]
    exporter.set('scan{node="n0"}', 0)
    closed = wait_events(1, "PortScan", CLOSED)[0]
    assert closed["subject"] == opened["subject"] and closed["data"]["finding_info"]["uid"] == opened["data"]["finding_info"]["uid"]
    assert (closed["data"]["activity_id"], closed["data"]["status_id"], closed["data"]["type_uid"]) == (3, 4, 200403), closed
    assert int(closed["id"]) > int(opened["id"]) and closed["source"] == opened["source"]


def a_new_episode_has_a_new_name():
    exporter.set('scan{node="n0"}', 80)
    opened = wait_events(2, "PortScan", OPENED)
    assert opened[0]["data"]["finding_info"]["uid"] != opened[1]["data"]["finding_info"]["uid"]
    exporter.set('scan{node="n0"}', 0)
    wait_events(2, "PortScan", CLOSED)


def other_alerts_are_alert_events():
    exporter.set("plain", 1)
    event = wait_events(1, "Plain")[0]
    assert event["type"] == "eu.fluidos.tocsin.alert.firing.v1" and event["severitytext"] == "INFO" and event["data"]["labels"]["alertname"] == "Plain", event
    exporter.set("plain", 0)
    assert wait_events(2, "Plain")[1]["type"] == "eu.fluidos.tocsin.alert.resolved.v1"


def the_policy_label_makes_a_policy_event_too():
    exporter.set("policy", 1)
    event = wait_events(1, "Policy")[0]
    assert event["type"] == OPENED and event["severitytext"] == "WARN", event


def retries_carry_the_same_event():
    refuse.extend([500, 503, 429])
    before = len(agent.all())
    exporter.set('scan{node="n1"}', 1)
    wait_until(lambda: not refuse and '"n1"' in json.dumps(taken()[-1]), PATIENCE, "the fourth attempt is taken")
    bodies = [json.loads(request["body"]) for request in agent.all()[before:]]
    assert len(bodies) == 4 and len({(body["id"], body["time"], json.dumps(body["data"])) for body in bodies}) == 1, bodies


def a_kill_amid_retries_keeps_the_event():
    refuse.extend([500] * 1000)
    before = len(agent.all())
    exporter.set('scan{node="n2"}', 7)
    wait_until(lambda: len(agent.all()) >= before + 2, PATIENCE, "two attempts")
    tocsin.kill()
    refuse.clear()
    tocsin.start()
    wait_until(lambda: any('"n2"' in json.dumps(event) for event in taken()), PATIENCE, "the event is taken after the kill")
    bodies = [json.loads(request["body"]) for request in agent.all()[before:] if b'"n2"' in request["body"]]
    assert len({(body["id"], body["source"], body["time"]) for body in bodies}) == 1, bodies


def numbers_grow_alert_by_alert():
    for round in range(3):
        exporter.set_all({f'scan{{node="{node}"}}': round % 2 for node in NODES})
        time.sleep(1)
    exporter.set_all(QUIET)
    wait_until(lambda: not tocsin.alerts(), PATIENCE, "all end")
    wait_until(lambda: all(events_of(subject)[-1]["type"].split(".")[-2] in ("closed", "resolved") for subject in subjects()), PATIENCE, "all ends are told")
    for subject in subjects():
        numbers = [int(event["id"]) for event in events_of(subject)]
        assert numbers == sorted(set(numbers)), (subject, numbers)
        sequences = [event["sequence"] for event in events_of(subject)]
        assert sequences == sorted(sequences), sequences


def subjects():
    return {event["subject"] for event in taken()}


def events_of(subject):
    return [event for event in taken() if event["subject"] == subject]


def every_opening_has_its_closing():
    for subject in subjects():
        kinds = [event["type"].split(".")[-2] for event in events_of(subject)]
        assert kinds == ["opened", "closed"] * (len(kinds) // 2) or kinds == ["firing", "resolved"] * (len(kinds) // 2), (subject, kinds)


def no_number_names_two_events():
    seen = {}
    for request in agent.all():
        event = json.loads(request["body"])
        what = event["subject"], event["type"], event["time"], event["data"]["unmapped"]["tocsin"]["alert_sequence"] if "unmapped" in event["data"] else None
        assert seen.setdefault(event["id"], what) == what, (event["id"], what, seen[event["id"]])


def events_are_as_the_schema_says():
    validator = schemas.of_file("event.schema.json")
    for request in agent.all():
        found = schemas.problems(validator, json.loads(request["body"]))
        assert not found, (request["body"], found)
    assert {json.loads(request["body"])["type"].split(".")[-2] for request in agent.all()} == {"opened", "closed", "firing", "resolved"}


def the_secret_is_not_in_the_log():
    assert SECRET not in tocsin.output() and SECRET[6:] not in tocsin.output()
    assert tocsin.stop() == 0


suite.run_all([
    an_opening_is_a_cloud_event, the_subject_names_group_alert_and_fingerprint, the_data_is_a_detection_finding, a_signature_is_that_of_standard_webhooks,
    its_end_is_a_closing_of_the_same_episode, a_new_episode_has_a_new_name, other_alerts_are_alert_events, the_policy_label_makes_a_policy_event_too,
    retries_carry_the_same_event, a_kill_amid_retries_keeps_the_event, numbers_grow_alert_by_alert, every_opening_has_its_closing, no_number_names_two_events,
    events_are_as_the_schema_says, the_secret_is_not_in_the_log])
sys.exit(suite.finish())
