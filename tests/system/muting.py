# SPDX-License-Identifier: Apache-2.0
"""Inhibition, time intervals and routes: the same configuration in a real Alertmanager and in tocsin, the same alerts posted to the one and made
by rules of the other, what their receivers get compared. One test says where tocsin does more on purpose.

usage: muting.py TOCSIN"""
import datetime
import json
import shutil
import sys
import time

import rig
from rig import wait_until

PATIENCE = 60
PROGRAM = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
if PROGRAM is None:
    print("alertmanager is not installed")
    sys.exit(rig.SKIPPED)

# The day is named in each way a time interval can: all of `today` hold, none of `other` does.
NOW = datetime.datetime.now(datetime.timezone.utc)
DAY = NOW.strftime("%A").lower()
OTHER_DAY = (NOW + datetime.timedelta(days=3)).strftime("%A").lower()
LAST = (NOW.replace(day=28) + datetime.timedelta(days=4)).replace(day=1) - datetime.timedelta(days=1)  # of this month
TODAY = f"weekdays: [{DAY}], days_of_month: ['{NOW.day - LAST.day - 1}'], months: [{NOW.strftime('%B')}, 13], years: ['{NOW.year}:{NOW.year + 1}'], location: UTC"
CONFIG = """
route:
  receiver: all
  group_by: [alertname, kind, site]
  group_wait: 1s
  group_interval: 2s
  repeat_interval: 1h
  routes:
  - {{match_re: {{kind: "never|closed"}}, receiver: all, routes: [
      {{matchers: [kind="never"], mute_time_intervals: [other, today]}}, {{matchers: [kind="closed"], active_time_intervals: [other]}}]}}
  - {{match: {{kind: open}}, active_time_intervals: [other, today], mute_time_intervals: [other], continue: true}}
  - {{match_re: {{kind: op.*}}, receiver: also, group_by: ['...']}}
inhibit_rules:
- {{source_match: {{kind: source}}, target_matchers: ['kind=~"target|both"'], equal: [site]}}
- {{source_matchers: [kind="both"], target_match: {{kind: both}}, equal: [site, kind]}}
receivers:
- {{name: all, webhook_configs: [{{url: '{url}/all'}}]}}
- {{name: also, webhook_configs: [{{url: '{url}/also'}}]}}
mute_time_intervals:
- {{name: other, time_intervals: [{{weekdays: [saturday]}}, {{years: ['1999']}}]}}
time_intervals:
- {{name: today, time_intervals: [{{months: [13]}}]}}
"""
RULES = """
groups:
- name: g
  interval: 500ms
  rules:
  - {alert: Thing, expr: 'sum by (kind, site, n) (fire) > 0'}
"""

suite = rig.Suite("muting")
exporter = suite.exporter()
theirs, ours = suite.receiver(), suite.receiver()


def config(receiver):
    return CONFIG.format(url=f"http://127.0.0.1:{receiver.port}").replace("saturday", OTHER_DAY).replace("months: [13]", TODAY)


def start_alertmanager():
    port = rig.free_port()
    (suite.directory / "am.yml").write_text(config(theirs))
    process = rig.Process([PROGRAM, f"--config.file={suite.directory}/am.yml", f"--storage.path={suite.directory}/am", f"--web.listen-address=127.0.0.1:{port}",
                           "--cluster.listen-address="], suite.directory / "am.log")
    suite.defer(process.kill)
    url = f"http://127.0.0.1:{port}"
    wait_until(lambda: rig.is_ready(url), PATIENCE, "alertmanager is ready")
    return url


def tell(fires, **labels):
    """Both are told that the alert fires, or does no more."""
    now = datetime.datetime.now(datetime.timezone.utc)
    end = now + datetime.timedelta(hours=1) if fires else now
    alert = {"labels": {"alertname": "Thing", **labels}, "endsAt": end.isoformat()}
    if fires:
        alert["startsAt"] = now.isoformat()
    status, body = rig.post(peer + "/api/v2/alerts", json.dumps([alert]).encode())
    assert status == 200, body
    exporter.set("fire{" + ",".join(f'{name}="{value}"' for name, value in labels.items()) + "}", int(fires))


def notices(receiver):
    """What came: by path and group, in order, without what differs by nature."""
    found = {}
    for request in receiver.all():
        body = json.loads(request["body"])
        alerts = sorted((tuple(sorted(alert["labels"].items())), alert["status"], alert["fingerprint"]) for alert in body["alerts"])
        rest = {key: body[key] for key in ("receiver", "status", "groupLabels", "commonLabels", "truncatedAlerts", "version")}
        found.setdefault((request["path"], body["groupKey"]), []).append((rest, alerts))
    return found


def settle(count):
    """Both receivers have got so many notices, and get no more for two group intervals."""
    for receiver, name in ((theirs, "alertmanager"), (ours, "tocsin")):
        wait_until(lambda receiver=receiver: len(receiver.all()) >= count, PATIENCE, f"{count} notices of {name}, not {[body['alerts'] for body in receiver.messages()]}")
    time.sleep(5)
    for receiver, name in ((theirs, "alertmanager"), (ours, "tocsin")):
        assert len(receiver.all()) == count, f"{name}: {len(receiver.all())} notices instead of {count}: {notices(receiver)}"
    assert notices(ours) == notices(theirs), f"alertmanager: {notices(theirs)}\ntocsin: {notices(ours)}"
    theirs.clear()
    ours.clear()


def routes_that_are_closed_say_nothing():
    for kind in ("never", "closed", "open", "opposite"):
        tell(True, kind=kind, site="x", n="1")
    settle(3)  # open twice, opposite once
    for kind in ("never", "closed", "open", "opposite"):
        tell(False, kind=kind, site="x", n="1")
    settle(3)


def a_source_holds_back_targets_of_its_site():
    tell(True, kind="source", site="x", n="1")
    settle(1)
    tell(True, kind="target", site="x", n="1")
    tell(True, kind="target", site="y", n="1")
    settle(1)
    tell(False, kind="source", site="x", n="1")
    settle(2)  # its end, and the target that nothing holds back any more
    tell(False, kind="target", site="x", n="1")
    tell(False, kind="target", site="y", n="1")
    settle(2)


def alerts_on_both_sides_do_not_hold_back_each_other():
    tell(True, kind="both", site="x", n="1")
    tell(True, kind="both", site="x", n="2")
    for receiver in (theirs, ours):  # in one notice or in two
        wait_until(lambda receiver=receiver: any(len(body["alerts"]) == 2 for body in receiver.messages()), PATIENCE, "both are told")
    theirs.clear()
    ours.clear()
    tell(True, kind="source", site="x", n="1")
    settle(1)
    tell(True, kind="both", site="x", n="3")
    time.sleep(5)
    assert not theirs.all() and not ours.all(), (notices(theirs), notices(ours))


def tocsin_tells_the_end_of_what_was_told_although_it_is_held_back():
    tell(False, kind="both", site="x", n="1")
    wait_until(ours.all, PATIENCE, "the end is told")
    time.sleep(5)
    assert not theirs.all(), notices(theirs)
    [body] = ours.messages()
    assert [(alert["labels"]["n"], alert["status"]) for alert in body["alerts"]] == [("1", "resolved")], body
    ours.clear()
    alerts = tocsin.api("/api/v2/alerts")
    source = rig.fingerprint({"alertname": "Thing", "kind": "source", "site": "x", "n": "1"})
    status = {alert["labels"]["n"]: alert["status"] for alert in alerts if alert["labels"]["kind"] == "both"}
    assert status["2"] == {"inhibitedBy": [source], "mutedBy": [], "silencedBy": [], "state": "suppressed"}, status
    assert tocsin.metric('alertmanager_alerts{state="suppressed"}') == 2
    assert tocsin.metric("alertmanager_inhibition_rules") == 2
    assert tocsin.metric('alertmanager_notifications_suppressed_total{reason="inhibition"}') >= 4


prometheus = suite.start_prometheus(exporter)
peer = start_alertmanager()
tocsin = suite.tocsin(sys.argv[1], f"datasource: {{url: '{prometheus}'}}\nrule_files: [rules.yml]\n{config(ours)}", RULES)
suite.run_all([routes_that_are_closed_say_nothing, a_source_holds_back_targets_of_its_site, alerts_on_both_sides_do_not_hold_back_each_other,
               tocsin_tells_the_end_of_what_was_told_although_it_is_held_back])
sys.exit(suite.finish())
