# SPDX-License-Identifier: Apache-2.0
"""remote_write into a real Prometheus that is the datasource too: chains inside a group, ALERTS, staleness, and a receiver (in front of
the Prometheus) that is down, slow or refuses.

usage: remote_write.py TOCSIN"""
import http.client
import json
import sys
import time
import urllib.parse

import rig
from rig import wait_until

PATIENCE = 60  # seconds; the machine may be busy

CONFIG = """
datasource: {{url: '{prometheus}'}}
remote_write:
- {{url: '{front}', name: front, remote_timeout: 2s, queue_config: {{max_backoff: 300ms}}}}
rule_files: ['*.rules.yml']
route: {{receiver: hook, group_by: [alertname], group_wait: 0s, group_interval: 200ms}}
receivers: [{{name: hook, webhook_configs: [{{url: '{hook}'}}]}}]
"""
CHAIN = """
groups:
- name: chain
  interval: 500ms
  rules:
  - {record: chain:a, expr: vector(time())}
  - {alert: Chained, expr: chain:c == chain:a + 2, labels: {severity: page}}
  - {record: chain:b, expr: chain:a + 1}
  - {record: chain:c, expr: chain:b + 1, labels: {kind: last}}
  - {alert: OnAlert, expr: 'ALERTS{alertname="Independent",alertstate="firing"}'}
  - {alert: Independent, expr: lamp > 0}
  - {record: chain:read, expr: 'count(ALERTS{alertname="Independent",alertstate="firing"}) or vector(0)'}
"""
LIVES = """
groups:
- name: lives
  interval: 500ms
  rules:
  - {alert: Life, expr: lamp > 0, for: 1500ms, labels: {severity: page}}
  - {record: lives:lamps, expr: 'lamp > 0', labels: {host: ''}}
"""
BAD = """
groups:
- name: bad
  interval: 500ms
  rules:
  - {record: bad:twice, expr: vector(time()), labels: {l: same}}
  - {record: bad:reader, expr: bad:twice}
  - {record: bad:twice, expr: vector(1), labels: {l: same}}
  - {record: bad:good, expr: vector(7)}
"""

binary = sys.argv[1]
suite = rig.Suite("remote_write")
exporter, hook = suite.exporter(), suite.receiver()
exporter.set_all({'lamp{host="a"}': 0, 'lamp{host="b"}': 0})
prometheus = suite.start_prometheus(exporter)
mode = {"status": None, "delay": 0, "headers": None}


def forward(handler, entry):
    """Passes a write on to Prometheus, unless the mode says otherwise."""
    time.sleep(mode["delay"])
    entry["mode"] = dict(mode)
    if mode["status"] is None:
        host = urllib.parse.urlparse(prometheus).netloc
        connection = http.client.HTTPConnection(host, timeout=10)
        connection.request("POST", "/api/v1/write", entry["body"], {name: value for name, value in entry["headers"].items() if name.lower() not in ("host", "connection")})
        answer = connection.getresponse()
        status, text = answer.status, answer.read()
        connection.close()
    else:
        status, text = mode["status"], b"as planned\n"
    entry["status"] = status
    handler.send_response(status)
    if mode["headers"]:
        handler.send_header(*mode["headers"])
    if status != 204:
        handler.send_header("Content-Length", str(len(text)))
    handler.end_headers()
    if status != 204:
        handler.wfile.write(text)
    return True


front = suite.receiver(forward)
tocsin = suite.tocsin(binary, CONFIG.format(prometheus=prometheus, front=front.url, hook=hook.url), start=False)


def behave(status=None, delay=0, headers=None):
    mode.update(status=status, delay=delay, headers=headers)


def rules(**files):
    """Only these rule files, by name."""
    for path in tocsin.directory.glob("*.rules.yml"):
        path.unlink()
    for name, text in files.items():
        (tocsin.directory / f"{name}.rules.yml").write_text(text)


def samples(selector, seconds=120):
    """{series labels: {time in ms: value}} of the raw samples; staleness markers are not among them."""
    found = {}
    for series in rig.query(prometheus, f"{selector}[{seconds}s]"):
        found[json.dumps(series["metric"], sort_keys=True)] = {round(at * 1000): value for at, value in series["values"]}
    return found


def only(selector):
    found = samples(selector)
    assert len(found) == 1, (selector, found.keys())
    return next(iter(found.values()))


def metric(name):
    return tocsin.metric(f'{name}{{remote_name="front",url="{front.url}"}}')


def states(alertname):
    """Which series ALERTS has now, and ALERTS_FOR_STATE."""
    alerts = sorted((s["metric"]["host"], s["metric"]["alertstate"], s["value"][1]) for s in rig.query(prometheus, f'ALERTS{{alertname="{alertname}"}}'))
    since = sorted(s["metric"]["host"] for s in rig.query(prometheus, f'ALERTS_FOR_STATE{{alertname="{alertname}"}}'))
    return alerts, since


def told(name, status):
    return [m for m in hook.messages() if m["groupLabels"] == {"alertname": name} and m["status"] == status]


def requests_are_what_the_specification_asks_for():
    rules(chain=CHAIN)
    tocsin.start()
    wait_until(lambda: metric("prometheus_remote_storage_sent_batch_duration_seconds_count"), PATIENCE, "something was written")
    headers = {name.lower(): value for name, value in front.all()[0]["headers"].items()}
    assert headers["content-type"] == "application/x-protobuf" and headers["content-encoding"] == "snappy", headers
    assert headers["x-prometheus-remote-write-version"] == "0.1.0" and headers["user-agent"] and "expect" not in headers, headers
    assert all(request.get("status", 204) == 204 for request in front.all())


def a_chain_is_exact_at_every_instant():
    wait_until(lambda: len(samples("chain:c")) and len(only("chain:c")) >= 8, PATIENCE, "the chain went round eight times")
    a, b, c = only("chain:a"), only("chain:b"), only("chain:c")
    first = min(a)
    for at in sorted(c):
        if at == first:
            continue
        assert float(a[at]) == at / 1000, (at, a[at])
        assert float(b[at]) == float(a[at]) + 1 and float(c[at]) == float(a[at]) + 2, (at, a[at], b[at], c[at])
    times = sorted(a)
    assert all(later - earlier == 500 for earlier, later in zip(times, times[1:])), "a slot is missing"
    rule = tocsin.rule("chain:c")
    assert rule["health"] == "ok" and "lastError" not in rule, rule


def an_alert_in_the_middle_of_a_chain_sees_its_end():
    # It stands before what it reads: it sees the slot before, as in Prometheus, and never this one.
    assert tocsin.alert("Chained") is None, tocsin.alert("Chained")


def an_alert_is_seen_by_a_later_rule_of_its_group_in_the_same_evaluation():
    exporter.set('lamp{host="a"}', 1)
    wait_until(lambda: told("OnAlert", "firing"), PATIENCE, "OnAlert is told")
    first, second = told("Independent", "firing")[0]["alerts"][0], told("OnAlert", "firing")[0]["alerts"][0]
    # OnAlert stands before Independent: one slot later. chain:read stands after it: the same slot.
    assert round(1000 * (rig.rfc3339(second["startsAt"]) - rig.rfc3339(first["startsAt"]))) == 500, (first, second)
    started = round(1000 * rig.rfc3339(first["startsAt"]))
    wait_until(lambda: any(value == "1" for value in only("chain:read").values()), PATIENCE, "the count shows")
    read = only("chain:read")
    assert min(at for at, value in read.items() if value == "1") == started, (started, read)
    exporter.set('lamp{host="a"}', 0)
    wait_until(lambda: told("OnAlert", "resolved"), PATIENCE, "OnAlert resolves")


def alerts_have_the_series_of_their_state_and_no_others():
    rules(lives=LIVES)
    assert tocsin.reload()[0] == 200
    exporter.set_all({'lamp{host="a"}': 1, 'lamp{host="b"}': 1})
    wait_until(lambda: states("Life")[0], PATIENCE, "ALERTS is there")
    seen = set()

    def settles():
        alerts, since = states("Life")
        seen.add(tuple(state for _, state, _ in alerts))
        hosts = [host for host, _, _ in alerts]
        assert len(set(hosts)) == len(hosts), f"two states at once: {alerts}"
        assert all(value == "1" for _, _, value in alerts), alerts
        return ([(host, state) for host, state, _ in alerts], since) == ([("a", "firing"), ("b", "firing")], ["a", "b"])

    wait_until(settles, PATIENCE, "both fire")
    assert ("pending", "pending") in seen, seen
    exporter.set('lamp{host="b"}', 0)
    wait_until(lambda: states("Life") == ([("a", "firing", "1")], ["a"]), PATIENCE, "only a fires")
    fired = rig.rfc3339(tocsin.alert("Life")["activeAt"])
    since = rig.query(prometheus, 'ALERTS_FOR_STATE{alertname="Life"}')[0]["value"][1]
    assert int(since) == int(fired), (since, fired)


def a_recorded_series_ends_with_its_element():
    # two elements differ in host only, which the rule removes
    exporter.set('lamp{host="b"}', 1)
    wait_until(lambda: tocsin.rule("lives:lamps")["health"] == "err", PATIENCE, "the duplicate shows")
    assert tocsin.rule("lives:lamps")["lastError"] == "vector contains metrics with the same labelset after applying rule labels"
    exporter.set('lamp{host="b"}', 0)
    wait_until(lambda: len(rig.query(prometheus, "lives:lamps")) == 1, PATIENCE, "one is left")
    exporter.set('lamp{host="a"}', 0)
    wait_until(lambda: not rig.query(prometheus, "lives:lamps"), 10, "it is stale: within the lookback of five minutes it would show")


def a_removed_rule_leaves_no_series():
    exporter.set('lamp{host="a"}', 1)
    wait_until(lambda: states("Life")[0] == [("a", "firing", "1")] and rig.query(prometheus, "lives:lamps"), PATIENCE, "both rules have series")
    rules(lives=LIVES.split("  - {record")[0])
    assert tocsin.reload()[0] == 200
    wait_until(lambda: not rig.query(prometheus, "lives:lamps"), 10, "a rule that left its group")
    assert states("Life")[0] == [("a", "firing", "1")], "the rule that stayed was disturbed"
    rules(chain=CHAIN)
    assert tocsin.reload()[0] == 200
    wait_until(lambda: states("Life") == ([], []), 10, "a group that is gone")


def a_kill_loses_no_staleness_of_alerts():
    rules(lives=LIVES)
    assert tocsin.reload()[0] == 200
    exporter.set('lamp{host="b"}', 1)
    wait_until(lambda: len([1 for _, state, _ in states("Life")[0] if state == "firing"]) == 2, PATIENCE, "both fire")
    tocsin.kill()
    exporter.set('lamp{host="b"}', 0)
    wait_until(lambda: rig.query(prometheus, 'lamp{host="b"} == 0'), PATIENCE, "the lamp is off")
    tocsin.start()
    wait_until(lambda: states("Life") == ([("a", "firing", "1")], ["a"]), 10, "what ended while it was dead is stale")


def a_receiver_that_is_down_delays_no_alert_and_misses_nothing():
    rules(chain=CHAIN)
    assert tocsin.reload()[0] == 200
    exporter.set('lamp{host="a"}', 0)
    wait_until(lambda: tocsin.alert("Independent") is None and tocsin.rule("chain:a")["health"] == "ok", PATIENCE, "quiet")
    hook.clear()
    down_since = time.time() * 1000
    behave(status=503)
    wait_until(lambda: tocsin.rule("chain:a")["health"] == "err", PATIENCE, "the recording rule's health says so")
    assert tocsin.rule("chain:a")["lastError"] == f"remote_write: POST {front.url}: server returned HTTP status 503: as planned", tocsin.rule("chain:a")
    assert tocsin.rule("Independent")["health"] == "ok"
    assert metric("tocsin_remote_write_failing") == 1
    missed = tocsin.metric('prometheus_rule_group_iterations_missed_total{rule_group="' + str(tocsin.directory) + '/chain.rules.yml;chain"}')
    exporter.set('lamp{host="a"}', 1)
    wait_until(lambda: told("Independent", "firing"), 5, "an alert while the receiver is down")
    time.sleep(2)
    assert tocsin.metric('prometheus_rule_group_iterations_missed_total{rule_group="' + str(tocsin.directory) + '/chain.rules.yml;chain"}') == missed, "slots were missed"
    assert tocsin.output().count('msg="remote_write fails"') == 1, "logged once"
    retried = metric("prometheus_remote_storage_samples_retried_total")
    assert retried > 0
    behave()
    wait_until(lambda: tocsin.rule("chain:a")["health"] == "ok", PATIENCE, "healthy again")
    wait_until(lambda: metric("prometheus_remote_storage_samples_pending") < 10, PATIENCE, "it has caught up")
    times = sorted(at for at in only("chain:a") if at > down_since - 1000)
    assert len(times) > 4 and all(later - earlier == 500 for earlier, later in zip(times, times[1:])), times
    assert metric("prometheus_remote_storage_samples_dropped_total") == 0


def a_slow_receiver_is_waited_for_half_an_interval():
    behave(delay=0.4)
    wait_until(lambda: "not stored within 250ms" in (tocsin.rule("chain:a").get("lastError") or ""), PATIENCE, "the recording rule's health says so")
    assert tocsin.rule("OnAlert")["health"] == "ok"
    behave()
    wait_until(lambda: tocsin.rule("chain:a")["health"] == "ok", PATIENCE, "healthy again")


def a_receiver_that_asks_for_a_pause_gets_it():
    behave(status=429, headers=("Retry-After", "2"))
    wait_until(lambda: any(request.get("status") == 429 for request in front.all()[-1:]), PATIENCE, "429 was answered")
    asked = front.all()[-1]["at"]
    behave()
    wait_until(lambda: front.all()[-1]["at"] > asked, PATIENCE, "it tries again")
    pause = [request["at"] for request in front.all() if request["at"] > asked][0] - asked
    assert pause >= 1.9, pause
    wait_until(lambda: tocsin.rule("chain:a")["health"] == "ok", PATIENCE, "healthy again")


def one_bad_series_does_not_take_others_with_it():
    failed = metric("prometheus_remote_storage_samples_failed_total")
    rules(bad=BAD)
    assert tocsin.reload()[0] == 200
    bad = wait_until(lambda: (rule := tocsin.rule("bad:twice")) and [r for g in tocsin.api("/api/v1/rules")["data"]["groups"] for r in g["rules"] if r["health"] == "err"], PATIENCE, "the refusal shows")
    assert [rule["name"] for rule in bad] == ["bad:twice"] and "server returned HTTP status 400" in bad[0]["lastError"], bad
    wait_until(lambda: len(samples("bad:good")) and len(only("bad:good")) >= 4, PATIENCE, "its neighbour is written")
    assert tocsin.rule("bad:good")["health"] == "ok"
    assert metric("prometheus_remote_storage_samples_failed_total") > failed
    times = sorted(only("bad:good"))
    assert all(later - earlier == 500 for earlier, later in zip(times, times[1:])), times


def what_was_evaluated_is_written_before_it_stops():
    rules(chain=CHAIN)
    assert tocsin.reload()[0] == 200
    behave(delay=0.9)
    time.sleep(1)
    before = len(front.all())
    wait_until(lambda: len(front.all()) > before, PATIENCE, "a request has just begun")
    time.sleep(0.7)  # a slot passes whose samples wait behind it
    stopped = time.time() * 1000
    assert tocsin.stop() == 0
    assert max(only("chain:a")) > stopped - 600, (max(only("chain:a")), stopped)


CASES = [
    requests_are_what_the_specification_asks_for,
    a_chain_is_exact_at_every_instant,
    an_alert_in_the_middle_of_a_chain_sees_its_end,
    an_alert_is_seen_by_a_later_rule_of_its_group_in_the_same_evaluation,
    alerts_have_the_series_of_their_state_and_no_others,
    a_recorded_series_ends_with_its_element,
    a_removed_rule_leaves_no_series,
    a_kill_loses_no_staleness_of_alerts,
    a_receiver_that_is_down_delays_no_alert_and_misses_nothing,
    a_slow_receiver_is_waited_for_half_an_interval,
    a_receiver_that_asks_for_a_pause_gets_it,
    one_bad_series_does_not_take_others_with_it,
    what_was_evaluated_is_written_before_it_stops,
]

if __name__ == "__main__":
    suite.run_all(CASES)
    sys.exit(suite.finish())
