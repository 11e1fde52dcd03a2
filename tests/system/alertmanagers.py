# SPDX-License-Identifier: Apache-2.0
"""tocsin in front of Alertmanagers: what it posts beside what a real Prometheus posts for the same rules and the same `alerting`, a real
Alertmanager that is away for a while, kills, reloads that add and remove one, and targets in files.

usage: alertmanagers.py TOCSIN"""
import contextlib
import json
import os
import re
import shutil
import sqlite3
import sys
import time

import rig
from rig import wait_until

PATIENCE = 60  # seconds; the machine may be busy
PROGRAM = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")

ALERTING = """
  alert_relabel_configs:
  - {{source_labels: [shard], regex: dropped, action: drop}}
  - {{source_labels: [site], target_label: place, replacement: 'at $1'}}
  - {{regex: replica, action: labeldrop}}
  alertmanagers:
  - path_prefix: /some/where/
    timeout: 5s
    static_configs: [{{targets: ['127.0.0.1:{port}']}}]
    basic_auth: {{username: ann, password: secret}}
"""
RULES = """
groups:
- name: g
  interval: 1s
  rules:
  - alert: Down
    expr: 'down{job="test"} > 0 # <&>'
    labels: {severity: page, shard: '{{ $labels.shard }}'}
    annotations: {summary: 'shard <{{ $labels.shard }}> & {{ $value }}', empty: ''}
"""

suite = rig.Suite("alertmanagers")
exporter = suite.exporter()
theirs, ours = suite.receiver(), suite.receiver()
exporter.set_all({f'down{{shard="{shard}"}}': 0 for shard in ("a", "b", "dropped")})
EXTRA = f"""
rule_files: ['{suite.directory}/same.yml']
alerting:{ALERTING.format(port=theirs.port)}"""


def start_peer():
    """A Prometheus that evaluates the same rules, and is the datasource."""
    (suite.directory / "same.yml").write_text(RULES)
    directory = suite.directory / "prometheus"
    directory.mkdir()
    port = rig.free_port()
    (directory / "prometheus.yml").write_text(
        "global: {scrape_interval: 200ms, scrape_timeout: 200ms, external_labels: {site: lab, replica: one}}\n"
        f"scrape_configs:\n- job_name: test\n  static_configs: [{{targets: ['127.0.0.1:{exporter.port}']}}]\n{EXTRA}")
    process = rig.Process(["prometheus", f"--config.file={directory}/prometheus.yml", f"--storage.tsdb.path={directory}/tsdb", f"--web.listen-address=127.0.0.1:{port}",
                           "--web.external-url=http://rules.example/x", "--web.route-prefix=/", "--rules.alert.resend-delay=2s", "--log.level=warn"], directory / "prometheus.log")
    suite.defer(process.kill)
    url = f"http://127.0.0.1:{port}"
    wait_until(lambda: rig.is_ready(url), PATIENCE, "prometheus is ready")
    return url


def config(alerting):
    return (f"global: {{external_labels: {{site: lab, replica: one}}}}\nweb: {{external_url: 'http://rules.example/x', route_prefix: /}}\ndatasource: {{url: '{prometheus}'}}\n"
            f"rule_files: [rules.yml]\nalerting:\n  resend_delay: 2s{alerting}")


def sent(receiver, shard, since=0):
    """(request, alert) of each time an alert was posted, in order."""
    return [(request, alert) for request in receiver.all() if request["at"] >= since for alert in json.loads(request["body"]) if alert["labels"].get("shard") == shard]


def span(alert):
    return rig.rfc3339(alert["endsAt"]) - rig.rfc3339(alert["startsAt"])


def is_over(request, alert):
    return rig.rfc3339(alert["endsAt"]) <= request["at"]


def set_down(shard, value):
    exporter.set(f'down{{shard="{shard}"}}', value)


def without_times(alert):
    return {key: value for key, value in alert.items() if key not in ("startsAt", "endsAt")}


def what_is_posted_is_what_prometheus_posts():
    for shard in ("a", "b", "dropped"):
        set_down(shard, 1)
    for receiver in (theirs, ours):
        for shard in ("a", "b"):
            wait_until(lambda receiver=receiver, shard=shard: sent(receiver, shard), PATIENCE, f"{shard} is posted; log:\n{tocsin.output()[-1000:]}")
    for shard in ("a", "b"):
        (their_request, their_alert), (our_request, our_alert) = sent(theirs, shard)[0], sent(ours, shard)[0]
        assert without_times(our_alert) == without_times(their_alert), (our_alert, their_alert)
        assert list(our_alert) == list(their_alert), "members come in another order"
        assert span(our_alert) == span(their_alert) == 8, (our_alert, their_alert)
        assert all(re.search(r":\d\d\.\d{3}Z$", alert[key]) for alert in (our_alert, their_alert) for key in ("startsAt", "endsAt")), (our_alert, their_alert)
        assert our_request["path"] == their_request["path"] == "/some/where/api/v2/alerts"
        for header in ("Content-Type", "Authorization"):
            assert our_request["headers"][header] == their_request["headers"][header], header
    assert not sent(ours, "dropped") and not sent(theirs, "dropped")
    assert our_request["body"].startswith(their_request["body"][:30]), (our_request["body"], their_request["body"])


def what_stays_is_sent_again_after_resend_delay():
    times = [request["at"] for request, _ in wait_until(lambda: len(sent(ours, "a")) >= 4 and sent(ours, "a"), PATIENCE, "three times again")]
    gaps = [after - before for before, after in zip(times, times[1:])]
    assert all(1.5 <= gap <= 3.5 for gap in gaps), gaps
    ends = [rig.rfc3339(alert["endsAt"]) for _, alert in sent(ours, "a")]
    assert all(round(after - before, 3) == 2 for before, after in zip(ends, ends[1:])), ends
    assert len({alert["startsAt"] for _, alert in sent(ours, "a")}) == 1


def what_ended_is_sent_with_its_end_and_again():
    set_down("a", 0)
    for receiver in (theirs, ours):
        over = lambda receiver=receiver: [alert for request, alert in sent(receiver, "a") if is_over(request, alert)]
        wait_until(lambda over=over: len(over()) >= 2, PATIENCE, "the end is posted twice")
        assert len({alert["endsAt"] for alert in over()}) == 1
        assert {alert["startsAt"] for alert in over()} == {sent(receiver, "a")[0][1]["startsAt"]}
    assert without_times(sent(ours, "a")[-1][1]) == without_times(sent(theirs, "a")[-1][1])


def the_api_and_the_metrics_name_it():
    url = f"http://127.0.0.1:{ours.port}/some/where/api/v2/alerts"
    assert tocsin.api("/api/v1/alertmanagers") == {"status": "success", "data": {"activeAlertmanagers": [{"url": url}], "droppedAlertmanagers": []}}
    names = {line.split("{")[0].split(" ")[0] for line in rig.get(prometheus + "/metrics")[1].splitlines() if line.startswith("prometheus_notifications_")}
    missing = [name for name in names if f"\n{name}" not in rig.get(tocsin.url + "/metrics")[1] and not name.endswith("latency_seconds")]
    assert not missing, missing
    assert tocsin.metric(f'prometheus_notifications_sent_total{{alertmanager="{url}"}}') >= 4
    assert tocsin.metric("prometheus_notifications_alertmanagers_discovered") == 1


# ---- a real Alertmanager

def start_alertmanager(port, name):
    directory = suite.directory / name
    directory.mkdir(exist_ok=True)
    (directory / "am.yml").write_text("route: {receiver: r}\nreceivers: [{name: r}]\n")
    process = rig.Process([PROGRAM, f"--config.file={directory}/am.yml", f"--storage.path={directory}/data", f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="], directory / "log")
    suite.defer(process.kill)
    return process


def held(port):
    """The alerts an Alertmanager shows as active, by shard."""
    try:
        status, body = rig.get(f"http://127.0.0.1:{port}/api/v2/alerts")
    except OSError:
        return None
    return {alert["labels"]["shard"]: alert for alert in json.loads(body)} if status == 200 else None


def one_that_was_away_hears_what_it_missed():
    set_down("b", 0)
    port = rig.free_port()
    target = f"\n  alertmanagers: [{{static_configs: [{{targets: ['127.0.0.1:{port}', '127.0.0.1:{ours.port}']}}]}}]\n"
    tocsin.write(config(target))
    assert tocsin.reload()[0] == 200
    set_down("a", 2)
    began = time.time()
    wait_until(lambda: sent(ours, "a", began), PATIENCE, "the other one is not kept waiting")
    wait_until(lambda: f"127.0.0.1:{port}" in tocsin.output(), PATIENCE, "the failure is logged")
    process = start_alertmanager(port, "away")
    alerts = wait_until(lambda: (held(port) or {}).get("a"), PATIENCE, "it has the alert")
    assert alerts["annotations"]["summary"] == "shard <a> & 2", alerts
    process.kill()
    set_down("a", 0)
    wait_until(lambda: not [alert for alert in tocsin.alerts() if alert["labels"]["shard"] == "a"], PATIENCE, "the alert ends while the Alertmanager is away")
    tocsin.kill()  # and nobody tells it before tocsin is killed
    process = start_alertmanager(port, "away")
    tocsin.start()
    count = f'prometheus_notifications_sent_total{{alertmanager="http://127.0.0.1:{port}/api/v2/alerts"}}'
    wait_until(lambda: (tocsin.metric(count) or 0) >= 1, PATIENCE, "the end is sent after the restart")
    assert "a" not in held(port)
    process.kill()


def refuse(handler, entry):
    handler.send_error(503)
    return True


def an_end_outlives_its_row():
    """What the dispatcher does 15 minutes after the end, the test does to the database of a killed tocsin: it removes the row."""
    away = suite.receiver()
    tocsin.write(config(f"\n  alertmanagers: [{{static_configs: [{{targets: ['127.0.0.1:{away.port}']}}]}}]\n"))
    assert tocsin.reload()[0] == 200
    set_down("a", 4)
    began = wait_until(lambda: [alert for request, alert in sent(away, "a") if not is_over(request, alert)], PATIENCE, "it is told that it fires")[0]["startsAt"]
    away.behave = refuse
    set_down("a", 0)
    wait_until(lambda: sent(away, "a") and is_over(*sent(away, "a")[-1]), PATIENCE, "the end is refused")
    tocsin.kill()
    with contextlib.closing(sqlite3.connect(tocsin.directory / "data" / "tocsin.db")) as database:
        assert database.execute("""DELETE FROM alert WHERE state = 0 AND event_sequence IN (SELECT sequence FROM event WHERE labels LIKE '%"replica":"one"%"shard":"a"%')""").rowcount == 1
        database.commit()
    away.behave = None
    away.clear()
    tocsin.start()
    ends = wait_until(lambda: sent(away, "a"), PATIENCE, "the end is sent all the same")
    assert is_over(*ends[0]) and ends[0][1]["startsAt"] == began, ends
    assert ends[0][1]["annotations"]["summary"] == "shard <a> & 4" and ends[0][1]["labels"]["site"] == "lab", ends


def a_kill_amid_an_attempt_loses_nothing():
    hanging = suite.receiver()
    tocsin.write(config(f"\n  alertmanagers: [{{static_configs: [{{targets: ['127.0.0.1:{hanging.port}']}}]}}]\n"))
    assert tocsin.reload()[0] == 200
    wait_until(lambda: sent(hanging, "b"), PATIENCE, "it hears what ended lately")
    hanging.behave = lambda handler, entry: time.sleep(30) or True

    def fires():
        return [alert for request, alert in sent(hanging, "b") if not is_over(request, alert)]

    set_down("b", 3)
    before = wait_until(fires, PATIENCE, "the attempt begins")[0]
    tocsin.kill()
    hanging.behave = None
    hanging.clear()
    tocsin.start()
    alert = wait_until(fires, PATIENCE, "it is sent again")[0]
    assert alert["startsAt"] == before["startsAt"], (alert, before)
    assert alert["labels"]["site"] == "lab", alert
    set_down("b", 0)
    wait_until(lambda: is_over(*sent(hanging, "b")[-1]), PATIENCE, "it ends")


def files_of_targets_are_followed():
    one, two = suite.receiver(), suite.receiver()
    targets = tocsin.directory / "targets.json"

    def write(text):
        (tocsin.directory / "next").write_text(text)
        os.replace(tocsin.directory / "next", targets)

    def active():
        return sorted(found["url"] for found in tocsin.api("/api/v1/alertmanagers")["data"]["activeAlertmanagers"])

    def urls(*receivers):
        return sorted(f"http://127.0.0.1:{receiver.port}/api/v2/alerts" for receiver in receivers)

    def listed(*receivers, **labels):
        return [{"targets": [f"127.0.0.1:{receiver.port}" for receiver in receivers], "labels": labels}]

    write(json.dumps(listed(one)))
    tocsin.write(config("\n  alertmanagers: [{file_sd_configs: [{files: ['targets*.json']}], relabel_configs: [{source_labels: [use], regex: 'no', action: drop}]}]\n"))
    assert tocsin.reload()[0] == 200
    assert active() == urls(one)
    set_down("a", 1)
    wait_until(lambda: sent(one, "a"), PATIENCE, "the one hears of it")
    write(json.dumps(listed(one, two)))
    wait_until(lambda: active() == urls(one, two), PATIENCE, "the other is found")
    wait_until(lambda: sent(two, "a"), PATIENCE, "it hears what fires")
    write("[{broken")
    wait_until(lambda: "cannot be read" in tocsin.output(), PATIENCE, "a broken file is logged")
    assert active() == urls(one, two), "targets of a broken file were dropped"
    write(json.dumps(listed(two) + listed(one, use="no")))
    wait_until(lambda: active() == urls(two), PATIENCE, "one goes")
    assert [found["url"] for found in tocsin.api("/api/v1/alertmanagers")["data"]["droppedAlertmanagers"]] == urls(one)
    count = len(one.all())
    time.sleep(3)
    assert len(one.all()) == count, "one that is gone is told"
    targets.unlink()
    wait_until(lambda: not active(), PATIENCE, "no file, no targets")


def what_is_owed_is_sent_before_the_end():
    slow = suite.receiver(lambda handler, entry: time.sleep(1) and False)
    tocsin.write(config(f"\n  alertmanagers: [{{static_configs: [{{targets: ['127.0.0.1:{slow.port}']}}]}}]\n"))
    assert tocsin.reload()[0] == 200
    wait_until(lambda: sent(slow, "a"), PATIENCE, "it begins")
    assert tocsin.stop() == 0
    assert slow.all()[-1]["answered"], "the request under way was cut off"


if not PROGRAM:
    print("alertmanager is not installed")
    sys.exit(rig.SKIPPED)
prometheus = start_peer()
tocsin = suite.tocsin(sys.argv[1], config(ALERTING.format(port=ours.port)), RULES)
suite.run_all([
    what_is_posted_is_what_prometheus_posts, what_stays_is_sent_again_after_resend_delay, what_ended_is_sent_with_its_end_and_again,
    the_api_and_the_metrics_name_it, one_that_was_away_hears_what_it_missed, an_end_outlives_its_row, a_kill_amid_an_attempt_loses_nothing, files_of_targets_are_followed,
    what_is_owed_is_sent_before_the_end])
sys.exit(suite.finish())
