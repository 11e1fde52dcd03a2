# SPDX-License-Identifier: Apache-2.0
"""Alerts that others post: a real Prometheus, the real amtool, and every answer that Alertmanager 0.34 gave to the same body; over kills.

usage: intake.py TOCSIN"""
import concurrent.futures
import datetime
import json
import pathlib
import resource
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import rig

BINARY = str(pathlib.Path(sys.argv[1]).resolve())
suite = rig.Suite("intake")

for program in ("amtool", "prometheus"):
    if not shutil.which(program):
        print(f"{program} is not installed")
        sys.exit(rig.SKIPPED)
receiver = suite.receiver()
CONFIG = f"""
global: {{resolve_timeout: 3s}}
route: {{receiver: hook, group_by: [alertname], group_wait: 0s, group_interval: 1s, repeat_interval: 1h}}
receivers: [{{name: hook, webhook_configs: [{{url: '{receiver.url}'}}]}}]
"""
tocsin = suite.tocsin(BINARY, CONFIG)


def ask(method, path, body=None, content_type="application/json"):
    request = urllib.request.Request(tocsin.url + path, method=method, data=None if body is None else body.encode(), headers={"Content-Type": content_type})
    try:
        with urllib.request.urlopen(request, timeout=20) as reply:
            return reply.status, reply.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def post(*alerts):
    status, body = ask("POST", "/api/v2/alerts", json.dumps(alerts))
    assert status == 200 and body == "", (status, body)


def alert(name, **members):
    labels = {"alertname": name, **members.pop("labels", {})}
    return {"labels": labels, **members}


def at(seconds):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def shown(name):
    return [found for found in json.loads(rig.get(tocsin.url + "/api/v2/alerts")[1]) if found["labels"]["alertname"] == name]


def told(name, status=None):
    return [message for message in receiver.messages() if message["groupLabels"].get("alertname") == name and status in (None, message["status"])]


def wait_told(name, status, count=1, seconds=15):
    rig.wait_until(lambda: len(told(name, status)) >= count, seconds, f"{count} message(s) of {name} that say {status}")
    return told(name, status)[-1]


def events(name):
    found = []
    for line in subprocess.run(["sqlite3", f"file:{tocsin.directory}/data/tocsin.db?mode=ro", f"SELECT type FROM event WHERE source = 'external' AND (identity LIKE '%\"alertname\":\"{name}\"%' OR instr(packed, CAST('{name}' AS BLOB))) ORDER BY sequence"],
                               capture_output=True, text=True, timeout=20).stdout.split():
        found.append(line)
    return found


def bodies_are_answered_as_alertmanager_answers_them():
    for body, status, answer in [
            ("", 422, '{"code":602,"message":"alerts in body is required"}'),
            ("null", 200, ""), ("[]", 200, ""),
            ("[{}]", 422, '{"code":602,"message":"0.labels in body is required"}'),
            ('[{"labels":null}]', 422, '{"code":602,"message":"0.labels in body is required"}'),
            ('[{"labels":{}}]', 400, '"at least one label pair required"\n'),
            ('[{"labels":{"a":"b"},"generatorURL":"x"}]', 422, '{"code":601,"message":"0.generatorURL in body must be of type uri: \\"x\\""}'),
            ('[{"labels":{"a":"b"}},{},{"generatorURL":"x"}]', 422, '{"code":602,"message":"1.labels in body is required"}'),
            ('[{"labels":{"":"b"}},{"labels":{"a":""}},{"labels":{"a":"b"},"startsAt":"2024-01-02T00:00:00Z","endsAt":"2024-01-01T00:00:00Z"}]', 400,
             '"invalid label set: invalid name \\"\\"\\nat least one label pair required\\nstart time must be before end time"\n'),
            ('[{"labels":{"a":"b"},"annotations":{"":"x"}}]', 400, '"invalid annotations: invalid name \\"\\""\n')]:
        assert ask("POST", "/api/v2/alerts", body) == (status, answer), (body, ask("POST", "/api/v2/alerts", body))
    for body in "x", "{}", '[{"labels":{"a":1}}]', '[{"labels":{"a":"b"},"startsAt":"x"}]':
        status, answer = ask("POST", "/api/v2/alerts", body)
        assert status == 400 and json.loads(answer)["message"].startswith('parsing alerts body from "" failed, because '), answer
    assert ask("POST", "/api/v2/alerts", "[]", "text/plain") == (415, '{"code":415,"message":"unsupported media type \\"text/plain\\", only [application/json] are allowed"}')
    assert ask("POST", "/api/v2/alerts", "[]", "application/json; charset=utf-8")[0] == 200


def what_falcosidekick_posts_where_it_does_is_taken():
    event = {"labels": {"alertname": "Shell", "rule": "Terminal shell in container", "source": "falco", "priority": "Notice"}, "annotations": {"info": "a shell"}, "endsAt": "0001-01-01T00:00:00Z"}
    assert ask("POST", "/api/v1/alerts", json.dumps([event]), "application/json; charset=utf-8") == (200, '{"status":"success"}')
    wait_told("Shell", "firing")
    assert ask("POST", "/api/v1/alerts", "[]", "application/x-www-form-urlencoded") == (200, '{"status":"success"}')
    for body, error in ('[{"labels":{}}]', "at least one label pair required"), ("[{}]", "0.labels in body is required"):
        assert ask("POST", "/api/v1/alerts", body) == (400, json.dumps({"status": "error", "errorType": "bad_data", "error": error}, separators=(",", ":")))


def the_good_ones_of_a_batch_are_taken():
    status, _ = ask("POST", "/api/v2/alerts", json.dumps([{"labels": {"alertname": ""}}, alert("Good", endsAt=at(60))]))
    assert status == 400 and len(shown("Good")) == 1
    post(alert("Good", endsAt=at(-1)))


def an_alert_is_told_shown_and_resolved():
    start = at(-100)
    post(alert("Disk", labels={"node": "a<b>", "empty": ""}, annotations={"summary": "full"}, startsAt=start, endsAt=at(60), generatorURL="http://g/x?a=b"))
    [found] = shown("Disk")
    assert found["labels"] == {"alertname": "Disk", "node": "a<b>"} and found["annotations"] == {"summary": "full"} and found["startsAt"] == start
    assert found["generatorURL"] == "http://g/x?a=b" and found["fingerprint"] == rig.fingerprint(found["labels"]) and found["receivers"] == [{"name": "hook"}]
    message = wait_told("Disk", "firing")
    assert message["alerts"][0]["annotations"] == {"summary": "full"} and rig.rfc3339(message["alerts"][0]["startsAt"]) == rig.rfc3339(start) and message["alerts"][0]["endsAt"] == "0001-01-01T00:00:00Z"
    post(alert("Disk", labels={"node": "a<b>"}, annotations={"summary": "full"}, startsAt=start, endsAt=at(-0.001), generatorURL="http://g/x?a=b"))
    assert rig.rfc3339(wait_told("Disk", "resolved")["alerts"][0]["startsAt"]) == rig.rfc3339(start) and shown("Disk") == []
    assert events("Disk") == ["alert.firing", "alert.resolved"], events("Disk")


def the_same_again_is_no_transition_and_another_start_is():
    for i in range(5):
        post(alert("Again", annotations={"summary": "one"}, startsAt=at(-5) if i == 0 else shown("Again")[0]["startsAt"], endsAt=at(60 + i)))
    end = shown("Again")[0]["endsAt"]
    assert rig.rfc3339(end) > time.time() + 62
    assert events("Again") == ["alert.firing"]
    post(alert("Again", annotations={"summary": "two"}, startsAt=shown("Again")[0]["startsAt"], endsAt=at(70)))
    assert events("Again") == ["alert.firing"] and shown("Again")[0]["annotations"] == {"summary": "two"}, "texts with values in them change all the time"
    start = shown("Again")[0]["startsAt"]
    post(alert("Again", annotations={"summary": "two"}, startsAt=at(-500), endsAt=at(60)))
    assert events("Again") == ["alert.firing", "alert.updated"] and shown("Again")[0]["startsAt"] < start
    time.sleep(2.2)
    assert len(told("Again")) == 1, "a tick tells nothing new"
    post(alert("Again", endsAt=at(-1)))


def an_alert_without_an_end_times_out():
    post(alert("Silent"))
    assert 0 < rig.rfc3339(shown("Silent")[0]["endsAt"]) - time.time() < 3.5
    wait_told("Silent", "firing")
    message = wait_told("Silent", "resolved")
    assert 2.5 < rig.rfc3339(message["alerts"][0]["endsAt"]) - rig.rfc3339(message["alerts"][0]["startsAt"]) < 3.5
    assert shown("Silent") == [] and events("Silent") == ["alert.firing", "alert.expired"]


def one_that_ended_unknown_is_told_to_nobody():
    post(alert("Past", startsAt=at(-10), endsAt=at(-5)))
    time.sleep(1.5)
    assert shown("Past") == [] and told("Past") == [] and events("Past") == []


def times_are_merged_as_alertmanager_merges_them():
    first, end = at(-100), at(100)
    post(alert("Merge", startsAt=first, endsAt=end))
    post(alert("Merge", startsAt=at(-50), endsAt=at(50)))  # within what is known: the longer span stays
    assert (shown("Merge")[0]["startsAt"], shown("Merge")[0]["endsAt"]) == (first, end)
    later = at(-20)
    post(alert("Merge", startsAt=later, endsAt=at(200)))
    assert shown("Merge")[0]["startsAt"] == first, "the earliest start stays"
    post(alert("Merge", endsAt=at(-1)))
    post(alert("Merge", startsAt=at(-0.5), endsAt=at(60)))
    assert rig.rfc3339(shown("Merge")[0]["startsAt"]) > time.time() - 5, "it fires anew"
    post(alert("Merge", endsAt=at(0)))


def what_was_answered_survives_a_kill():
    post(*[alert("Kept", labels={"n": str(i)}, annotations={"summary": f"number {i}"}, startsAt=at(-60), endsAt=at(600)) for i in range(200)])
    wait_told("Kept", "firing")
    before = [{**found, "updatedAt": None} for found in shown("Kept")]
    tocsin.kill()
    tocsin.start()
    assert [{**found, "updatedAt": None} for found in shown("Kept")] == before
    time.sleep(2.2)
    assert len(told("Kept")) == 1, "what was told is not told again"
    post(*[alert("Kept", labels={"n": str(i)}, startsAt=before[0]["startsAt"], endsAt=at(-0.001)) for i in range(200)])
    assert len(wait_told("Kept", "resolved")["alerts"]) == 200


def an_alert_that_ends_while_nobody_runs_ends_afterwards_with_some_grace():
    post(alert("Away", annotations={"summary": "kept"}, endsAt=at(1), generatorURL="http://only/here"))  # its texts came with a row
    tocsin.kill()
    time.sleep(1.5)
    tocsin.start()
    started = time.monotonic()
    assert len(shown("Away")) == 1
    rig.wait_until(lambda: not shown("Away"), 10, "it ends")
    assert 1.5 < time.monotonic() - started < 6


def a_far_end_survives_a_kill():
    post(alert("Far", endsAt=at(30)))
    post(alert("Far", startsAt=shown("Far")[0]["startsAt"], endsAt=at(3600)))
    end = shown("Far")[0]["endsAt"]
    tocsin.kill()
    tocsin.start()
    assert shown("Far")[0]["endsAt"] == end
    post(alert("Far", endsAt=at(-0.001)))


def one_that_is_too_large_costs_the_others_nothing():
    status, answer = ask("POST", "/api/v2/alerts", json.dumps([alert("Beside", endsAt=at(60)), alert("Large", annotations={"text": "x" * 70000})]))
    assert status == 400 and "more than 65536 bytes" in answer and len(shown("Beside")) == 1 and shown("Large") == []


def amtool_adds_alerts():
    done = subprocess.run(["amtool", f"--alertmanager.url={tocsin.url}", "alert", "add", "FromAmtool", "node=x", "--annotation=summary=a b"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert shown("FromAmtool")[0]["annotations"] == {"summary": "a b"}


def a_real_prometheus_points_at_us():
    rules = suite.directory / "prometheus.rules.yml"
    exporter = suite.exporter()
    exporter.set('up_or_down{node="n1"}', 1)
    rules.write_text('groups:\n- name: g\n  interval: 1s\n  rules:\n  - {alert: FromPrometheus, expr: up_or_down == 0, annotations: {summary: "{{ $labels.node }} is down"}}\n')
    suite.start_prometheus(exporter, "alerting", f"rule_files: ['{rules}']\nalerting: {{alertmanagers: [{{static_configs: [{{targets: ['127.0.0.1:{tocsin.port}']}}]}}]}}\n")
    exporter.set('up_or_down{node="n1"}', 0)
    message = wait_told("FromPrometheus", "firing")
    assert message["alerts"][0]["annotations"]["summary"] == "n1 is down"
    exporter.set('up_or_down{node="n1"}', 1)
    wait_told("FromPrometheus", "resolved")


def many_senders_at_once_lose_nothing():
    def send(sender):
        for batch in range(10):
            post(*[alert("Crowd", labels={"sender": str(sender), "n": str(batch * 64 + i)}, endsAt=at(120)) for i in range(64)])
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(send, range(8)))
    assert len(shown("Crowd")) == 8 * 640
    rig.wait_until(lambda: told("Crowd") and max(len(message["alerts"]) for message in told("Crowd")) == 8 * 640, 20, "all are told")


def a_disk_that_refuses_is_an_alert():
    """No file of its own may grow any more, as on a full disk: that is told, like what else is posted meanwhile, and ends when there is room."""
    limit = resource.prlimit(tocsin.process.process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(tocsin.process.process.pid, resource.RLIMIT_FSIZE, (4096, limit[1]))
    try:
        post(alert("WhileFull"))
        rig.wait_until(lambda: told("TocsinNotDurable", "firing"), 30, "it is told that the disk refuses")
        rig.wait_until(lambda: told("WhileFull", "firing"), 30, "what was posted is told")
        assert ask("GET", "/-/ready")[0] == 503
        labels = told("TocsinNotDurable", "firing")[0]["commonLabels"]
        assert labels == {"alertname": "TocsinNotDurable", "severity": "critical", "instance": f"http://{socket.gethostname()}:{tocsin.port}"}, labels
        assert "tocsin.db" in shown("TocsinNotDurable")[0]["annotations"]["description"]
    finally:
        resource.prlimit(tocsin.process.process.pid, resource.RLIMIT_FSIZE, limit)
    rig.wait_until(lambda: told("TocsinNotDurable", "resolved"), 60, "it is told that there is room again")
    assert ask("GET", "/-/ready")[0] == 200 and shown("TocsinNotDurable") == [] and len(told("TocsinNotDurable", "firing")) == 1


suite.run_all([bodies_are_answered_as_alertmanager_answers_them, what_falcosidekick_posts_where_it_does_is_taken, the_good_ones_of_a_batch_are_taken, an_alert_is_told_shown_and_resolved,
               the_same_again_is_no_transition_and_another_start_is, an_alert_without_an_end_times_out, one_that_ended_unknown_is_told_to_nobody,
               times_are_merged_as_alertmanager_merges_them, what_was_answered_survives_a_kill, an_alert_that_ends_while_nobody_runs_ends_afterwards_with_some_grace,
               a_far_end_survives_a_kill, one_that_is_too_large_costs_the_others_nothing, amtool_adds_alerts, a_real_prometheus_points_at_us, many_senders_at_once_lose_nothing, a_disk_that_refuses_is_an_alert])
sys.exit(suite.finish())
