# SPDX-License-Identifier: Apache-2.0
"""The life of alerts over a real Prometheus that scrapes a target of ours: pending, firing, told, changed, resolved, told;
what errors, restarts and changed rule files do to it.

usage: alert_life.py TOCSIN"""
import signal
import sys
import time

import rig
from rig import wait_until

PATIENCE = 60  # seconds; the machine may be busy

CONFIG = """
global: {{external_labels: {{site: lab, severity: never-this}}}}
web: {{external_url: 'http://tocsin.example:9093/base/', route_prefix: /}}
datasource: {{url: '{prometheus}'}}
rule_files: ['*.rules.yml']
route:
  receiver: 'hook (1+1)'
  group_by: [alertname]
  group_wait: 50ms
  group_interval: 200ms
  repeat_interval: 1h
receivers:
- name: 'hook (1+1)'
  webhook_configs: [{{url: '{hook}'}}]
"""
LIFE = """
groups:
- name: life
  interval: 200ms
  labels: {team: racks}
  rules:
  - alert: Hot
    expr: temperature_celsius > 60
    for: 2s
    labels: {severity: page, room: 'room-{{ $labels.rack | toUpper }}'}
    annotations:
      summary: 'rack {{ $labels.rack }} is at {{ $value | humanize }} degrees'
      site: 'site {{ $externalLabels.site }}'
      empty: ''
  - alert: Held
    expr: held > 0
    keep_firing_for: 3s
  - alert: Steady
    expr: steady > 0
  - record: rack:temperature:max
    expr: max(temperature_celsius)
    labels: {kind: recorded}
"""
TWINS = """
groups:
- name: twins
  interval: 200ms
  rules:
  - {alert: Twin, expr: twin > 0, labels: {id: same}}
- name: limited
  interval: 200ms
  limit: 2
  rules:
  - {alert: Many, expr: many > 0}
"""
QUIET = {'temperature_celsius{rack="r7"}': 20, "held": 0, "steady": 0, 'twin{id="a"}': 0, 'twin{id="b"}': 0, 'many{n="1"}': 0, 'many{n="2"}': 0, 'many{n="3"}': 0}

binary = sys.argv[1]
suite = rig.Suite("alert_life")
exporter, receiver = suite.exporter(), suite.receiver()
exporter.set_all(QUIET)
prometheus, url = rig.start_prometheus(suite.directory / "prometheus", [f"127.0.0.1:{exporter.port}"])
suite.defer(prometheus.kill)
tocsin = suite.tocsin(binary, CONFIG.format(prometheus=url, hook=receiver.url), start=False)
rule_file = tocsin.directory / "life.rules.yml"


def told(name, status=None):
    """The messages about alerts of this name, oldest first."""
    messages = [message for message in receiver.messages() if message["groupLabels"] == {"alertname": name}]
    return [message for message in messages if status is None or message["status"] == status]


def wait_told(name, status, count=1):
    return wait_until(lambda: len(told(name, status)) >= count and told(name, status), PATIENCE, f"{name} is told to be {status} {count} times: {receiver.messages()[-3:]}")


def wait_state(name, state):
    return wait_until(lambda: (alert := tocsin.alert(name)) and alert["state"] == state and alert, PATIENCE, f"{name} is {state}")


def wait_gone(name):
    wait_until(lambda: not tocsin.alerts(name), PATIENCE, f"{name} is no more")


def wait_evaluations(name, count=3):
    """Lets the rule be evaluated a few times more."""
    seen = set()
    wait_until(lambda: seen.add(tocsin.rule(name)["lastEvaluation"]) or len(seen) > count, PATIENCE, f"{name} is evaluated {count} times")


def an_alert_is_pending_before_it_fires():
    exporter.set('temperature_celsius{rack="r7"}', 91)
    pending = wait_state("Hot", "pending")
    assert not told("Hot"), "a pending alert was told"
    firing = wait_state("Hot", "firing")
    assert firing["activeAt"] == pending["activeAt"]
    assert tocsin.rule("Hot")["state"] == "firing"


def the_api_shows_labels_and_annotations_without_external_labels():
    alert = tocsin.alert("Hot")
    assert alert["labels"] == {"alertname": "Hot", "instance": f"127.0.0.1:{exporter.port}", "job": "test", "rack": "r7", "room": "room-R7", "severity": "page", "team": "racks"}, alert
    assert alert["annotations"] == {"summary": "rack r7 is at 91 degrees", "site": "site lab", "empty": ""}, alert
    assert alert["value"] == "9.1e+01", alert


def the_webhook_gets_the_payload_of_version_4():
    message = wait_told("Hot", "firing")[0]
    assert list(message) == ["receiver", "status", "alerts", "notification_reason", "groupLabels", "commonLabels", "commonAnnotations", "routeLabels", "externalURL", "version", "groupKey", "truncatedAlerts"], list(message)
    assert message["receiver"] == r"hook \(1\+1\)", message["receiver"]
    assert (message["version"], message["truncatedAlerts"], message["externalURL"]) == ("4", 0, "http://tocsin.example:9093/base"), message
    assert message["groupKey"] == '{}:{alertname="Hot"}', message["groupKey"]
    assert len(message["alerts"]) == 1
    alert = message["alerts"][0]
    assert list(alert) == ["status", "labels", "annotations", "startsAt", "endsAt", "generatorURL", "fingerprint"], list(alert)
    labels = {"alertname": "Hot", "instance": f"127.0.0.1:{exporter.port}", "job": "test", "rack": "r7", "room": "room-R7", "severity": "page", "site": "lab", "team": "racks"}
    assert alert["status"] == "firing" and alert["labels"] == labels, alert
    assert list(alert["labels"]) == sorted(labels)
    assert message["commonLabels"] == labels and message["commonAnnotations"] == alert["annotations"]
    assert alert["annotations"] == {"summary": "rack r7 is at 91 degrees", "site": "site lab", "empty": ""}, alert
    assert alert["endsAt"] == "0001-01-01T00:00:00Z"
    assert alert["fingerprint"] == rig.fingerprint(labels), (alert["fingerprint"], rig.fingerprint(labels))
    assert alert["generatorURL"] == "http://tocsin.example:9093/base/graph?g0.expr=temperature_celsius+%3E+60&g0.tab=1", alert["generatorURL"]


def the_alert_starts_when_it_fires():
    alert, started = tocsin.alert("Hot"), rig.rfc3339(told("Hot", "firing")[0]["alerts"][0]["startsAt"])
    assert started - rig.rfc3339(alert["activeAt"]) >= 2, (alert, started)
    assert abs(started - time.time()) < 3 * PATIENCE


def the_request_is_what_alertmanager_sends():
    request = receiver.all()[0]
    headers = {name.lower(): value for name, value in request["headers"].items()}
    assert headers["content-type"] == "application/json", headers
    assert headers["user-agent"], headers
    assert request["body"].endswith(b"}\n")


def a_new_value_shows_in_the_api_and_is_not_told():
    before = len(told("Hot"))
    exporter.set('temperature_celsius{rack="r7"}', 95.5)
    alert = wait_until(lambda: (alert := tocsin.alert("Hot"))["value"] == "9.55e+01" and alert, PATIENCE, "the new value shows")
    assert alert["annotations"]["summary"] == "rack r7 is at 95.5 degrees", alert
    wait_evaluations("Hot")
    assert len(told("Hot")) == before


def amtool_alike_reads_show_the_same_alert():
    shown = [alert for alert in tocsin.api("/api/v2/alerts") if alert["labels"]["alertname"] == "Hot"]
    message = told("Hot", "firing")[0]["alerts"][0]
    assert len(shown) == 1
    assert shown[0]["fingerprint"] == message["fingerprint"] and shown[0]["labels"] == message["labels"], shown
    assert abs(rig.rfc3339(shown[0]["startsAt"]) - rig.rfc3339(message["startsAt"])) < 0.01
    assert shown[0]["receivers"] == [{"name": "hook (1+1)"}], shown


def the_end_is_told_once():
    exporter.set('temperature_celsius{rack="r7"}', 20)
    message = wait_told("Hot", "resolved")[0]
    fired, ended = told("Hot", "firing")[0]["alerts"][0], message["alerts"][0]
    assert ended["status"] == "resolved" and ended["fingerprint"] == fired["fingerprint"] and ended["startsAt"] == fired["startsAt"], ended
    assert rig.rfc3339(ended["endsAt"]) > rig.rfc3339(ended["startsAt"])
    assert ended["annotations"]["summary"] == "rack r7 is at 95.5 degrees", ended
    wait_gone("Hot")
    wait_evaluations("Hot")
    assert len(told("Hot", "resolved")) == 1 and len(told("Hot", "firing")) == 1


def what_ends_before_for_is_over_is_never_told():
    before = len(told("Hot"))
    exporter.set('temperature_celsius{rack="r7"}', 99)
    wait_state("Hot", "pending")
    exporter.set('temperature_celsius{rack="r7"}', 20)
    wait_gone("Hot")
    wait_evaluations("Hot")
    assert len(told("Hot")) == before, told("Hot")[before:]


def keep_firing_for_holds_an_alert_up():
    exporter.set("held", 1)
    wait_told("Held", "firing")
    exporter.set("held", 0)
    wait_until(lambda: "keepFiringSince" in (tocsin.alert("Held") or {}), PATIENCE, "keepFiringSince shows")
    alert = tocsin.alert("Held")
    assert alert["state"] == "firing" and not told("Held", "resolved"), alert
    ended = wait_told("Held", "resolved")[0]["alerts"][0]
    assert rig.rfc3339(ended["endsAt"]) - rig.rfc3339(alert["keepFiringSince"]) >= 3, (ended, alert)


def a_recording_rule_is_evaluated():
    rule = wait_until(lambda: (rule := tocsin.rule("rack:temperature:max"))["health"] == "ok" and rule, PATIENCE, "the recording rule is evaluated")
    assert rule["type"] == "recording" and rule["query"] == "max(temperature_celsius)", rule
    assert tocsin.output().count("remote_write") == 1, "one warning about recording rules without remote_write"


def without_an_answer_alerts_keep_firing_and_the_error_shows():
    exporter.set("steady", 1)
    wait_told("Steady", "firing")
    prometheus.kill()
    rule = wait_until(lambda: (rule := tocsin.rule("Steady"))["health"] == "err" and rule, PATIENCE, "health is err")
    assert rule["lastError"] and rule["state"] == "firing", rule
    wait_evaluations("Steady")
    assert tocsin.alert("Steady")["state"] == "firing"
    assert not told("Steady", "resolved")


def when_the_answer_is_back_so_is_health():
    restart_prometheus()
    wait_until(lambda: (rule := tocsin.rule("Steady"))["health"] == "ok" and "lastError" not in rule, PATIENCE, "health is ok again")


def restart_prometheus():
    global prometheus
    directory = suite.directory / "prometheus"
    prometheus = rig.Process(["prometheus", f"--config.file={directory}/prometheus.yml", f"--storage.tsdb.path={directory}/tsdb",
                              f"--web.listen-address={url.removeprefix('http://')}", "--log.level=warn"], directory / "prometheus.log")
    suite.defer(prometheus.kill)
    wait_until(lambda: rig.is_ready(url), PATIENCE, "prometheus is back")
    wait_until(lambda: rig.query(url, "steady"), PATIENCE, "prometheus has scraped again")


def a_stalled_datasource_holds_nothing_else_up():
    prometheus.process.send_signal(signal.SIGSTOP)
    try:
        time.sleep(1)
        assert tocsin.alert("Steady")["state"] == "firing"
        assert rig.get(tocsin.url + "/-/ready")[0] == 200
    finally:
        prometheus.process.send_signal(signal.SIGCONT)
    wait_evaluations("Steady", 2)
    assert tocsin.alert("Steady")["state"] == "firing" and not told("Steady", "resolved")


def a_graceful_restart_keeps_the_start_and_tells_nothing_again():
    keeps_over_restart(tocsin.stop, [0])


def a_kill_keeps_the_start_and_tells_nothing_again():
    keeps_over_restart(tocsin.kill, [None])


def keeps_over_restart(end, statuses):
    before, messages = tocsin.alert("Steady"), len(told("Steady"))
    assert end() in statuses
    tocsin.start()
    after = wait_state("Steady", "firing")
    assert after["activeAt"] == before["activeAt"], (before, after)
    wait_evaluations("Steady")
    assert len(told("Steady")) == messages, told("Steady")[messages:]
    shown = [alert for alert in tocsin.api("/api/v2/alerts") if alert["labels"]["alertname"] == "Steady"]
    assert abs(rig.rfc3339(shown[0]["startsAt"]) - rig.rfc3339(told("Steady", "firing")[0]["alerts"][0]["startsAt"])) < 0.01, shown


def what_resolves_while_it_is_down_is_told_after_the_start():
    exporter.set("held", 1)
    wait_told("Held", "firing", 2)
    tocsin.kill()
    exporter.set("held", 0)
    wait_until(lambda: rig.query(url, "held")[0]["value"][1] == "0", PATIENCE, "prometheus knows")
    tocsin.start()
    assert wait_told("Held", "resolved", 2)[-1]["alerts"][0]["startsAt"] == told("Held", "firing")[-1]["alerts"][0]["startsAt"]


def a_renamed_rule_file_keeps_state():
    global rule_file
    before, messages = tocsin.alert("Steady"), len(told("Steady"))
    renamed = tocsin.directory / "renamed.rules.yml"
    rule_file.rename(renamed)
    rule_file = renamed
    assert tocsin.reload()[0] == 200
    assert tocsin.api("/api/v1/rules")["data"]["groups"][0]["file"].endswith("renamed.rules.yml")
    wait_evaluations("Steady")
    assert tocsin.alert("Steady")["activeAt"] == before["activeAt"]
    assert len(told("Steady")) == messages, told("Steady")[messages:]


def an_edited_expression_keeps_state():
    before, messages = tocsin.alert("Steady"), len(told("Steady"))
    rule_file.write_text(LIFE.replace("steady > 0", "steady >= 1"))
    assert tocsin.reload()[0] == 200
    wait_evaluations("Steady")
    assert tocsin.alert("Steady")["activeAt"] == before["activeAt"] and tocsin.rule("Steady")["query"] == "steady >= 1"
    assert len(told("Steady")) == messages, told("Steady")[messages:]


def the_alerts_of_a_removed_rule_resolve_and_are_told():
    text = LIFE.replace("  - alert: Steady\n    expr: steady > 0\n", "")
    assert text != LIFE
    rule_file.write_text(text)
    assert tocsin.reload()[0] == 200
    message = wait_told("Steady", "resolved")[0]
    assert message["alerts"][0]["startsAt"] == told("Steady", "firing")[0]["alerts"][0]["startsAt"]
    assert not tocsin.alerts("Steady") and tocsin.rule("Steady") is None


def a_rule_removed_while_it_was_down_is_told_too():
    rule_file.write_text(LIFE)
    assert tocsin.reload()[0] == 200
    wait_told("Steady", "firing", 2)
    assert tocsin.stop() == 0
    rule_file.write_text(LIFE.replace("  - alert: Steady\n    expr: steady > 0\n", ""))
    tocsin.start()
    wait_told("Steady", "resolved", 2)


def two_series_that_become_one_alert_are_an_error_that_changes_nothing():
    (tocsin.directory / "twins.rules.yml").write_text(TWINS)
    exporter.set('twin{id="a"}', 1)
    assert tocsin.reload()[0] == 200
    first = wait_state("Twin", "firing")
    exporter.set('twin{id="b"}', 1)
    rule = wait_until(lambda: (rule := tocsin.rule("Twin"))["health"] == "err" and rule, PATIENCE, "health is err")
    assert "labelset" in rule["lastError"], rule
    assert tocsin.alert("Twin")["activeAt"] == first["activeAt"] and not told("Twin", "resolved")
    exporter.set('twin{id="b"}', 0)
    wait_until(lambda: tocsin.rule("Twin")["health"] == "ok", PATIENCE, "health is ok again")


def more_alerts_than_the_limit_are_an_error_that_resolves_nothing():
    exporter.set_all({'many{n="1"}': 1, 'many{n="2"}': 1})
    wait_until(lambda: len(tocsin.alerts("Many")) == 2, PATIENCE, "two fire")
    exporter.set('many{n="3"}', 1)
    rule = wait_until(lambda: (rule := tocsin.rule("Many"))["health"] == "err" and rule, PATIENCE, "health is err")
    assert rule["lastError"] == "exceeded limit of 2 with 3 alerts", rule
    assert sorted(alert["labels"]["n"] for alert in tocsin.alerts("Many")) == ["1", "2"]
    assert not told("Many", "resolved")
    exporter.set_all({'many{n="1"}': 0, 'many{n="2"}': 0, 'many{n="3"}': 0})
    wait_told("Many", "resolved")


def a_graceful_stop_ends_with_zero():
    assert tocsin.stop() == 0


def main():
    rule_file.write_text(LIFE)
    tocsin.start()
    suite.run_all([
        an_alert_is_pending_before_it_fires, the_api_shows_labels_and_annotations_without_external_labels, the_webhook_gets_the_payload_of_version_4,
        the_alert_starts_when_it_fires, the_request_is_what_alertmanager_sends, a_new_value_shows_in_the_api_and_is_not_told,
        amtool_alike_reads_show_the_same_alert, the_end_is_told_once, what_ends_before_for_is_over_is_never_told, keep_firing_for_holds_an_alert_up,
        a_recording_rule_is_evaluated, without_an_answer_alerts_keep_firing_and_the_error_shows, when_the_answer_is_back_so_is_health,
        a_stalled_datasource_holds_nothing_else_up, a_graceful_restart_keeps_the_start_and_tells_nothing_again,
        a_kill_keeps_the_start_and_tells_nothing_again, what_resolves_while_it_is_down_is_told_after_the_start, a_renamed_rule_file_keeps_state,
        an_edited_expression_keeps_state, the_alerts_of_a_removed_rule_resolve_and_are_told, a_rule_removed_while_it_was_down_is_told_too,
        two_series_that_become_one_alert_are_an_error_that_changes_nothing, more_alerts_than_the_limit_are_an_error_that_resolves_nothing,
        a_graceful_stop_ends_with_zero])
    sys.exit(suite.finish())


main()
