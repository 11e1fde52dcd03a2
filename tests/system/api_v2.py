# SPDX-License-Identifier: Apache-2.0
"""Alertmanager's API v2: every answer against its OpenAPI document, the real Alertmanager's too; the same alerts into both, their answers compared;
and what Karma and Grafana send.

usage: api_v2.py TOCSIN"""
import copy
import datetime
import json
import pathlib
import re
import shutil
import signal
import socket
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

import jsonschema

import rig

BINARY = str(pathlib.Path(sys.argv[1]).resolve())
suite = rig.Suite("api_v2")
DOCUMENT = json.loads((pathlib.Path(__file__).resolve().parents[2] / "schemas/alertmanager.swagger.json").read_text())
CONFIG = """
route:
  receiver: rest
  group_by: [cluster]
  group_wait: 1s
  group_interval: 1s
  routes:
  - {matchers: ['team="x"'], receiver: x, group_by: [alertname], continue: true}
  - {matchers: ['team=~"x|y"'], receiver: both, group_by: ['...']}
receivers: [{name: rest}, {name: x}, {name: both}]
"""
ALERTS = [
    {"labels": {"alertname": "A", "team": "x", "cluster": "1", "instance": "b", "job": "j"}, "annotations": {"summary": "<one> & two"}, "generatorURL": "http://prometheus.example/graph?a=b"},
    {"labels": {"alertname": "A", "team": "x", "cluster": "2", "instance": "a", "job": "j"}},
    {"labels": {"alertname": "B", "team": "y", "cluster": "1"}},
    {"labels": {"alertname": "C", "cluster": "1", "zone": "é"}},
    {"labels": {"alertname": "D", "team": "z"}},
    {"labels": {"alertname": "E", "cluster": "2", "job": "a", "silent": "yes"}}]

if not shutil.which("prometheus-alertmanager"):
    print("prometheus-alertmanager is not installed")
    sys.exit(rig.SKIPPED)


def start_alertmanager():
    directory, port = suite.directory / "alertmanager", rig.free_port()
    directory.mkdir()
    (directory / "alertmanager.yml").write_text(CONFIG)
    process = rig.Process(["prometheus-alertmanager", f"--config.file={directory}/alertmanager.yml", f"--storage.path={directory}/data", f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="],
                          directory / "log")
    suite.defer(process.kill)
    url = f"http://127.0.0.1:{port}"
    rig.wait_until(lambda: rig.is_ready(url), 20, "Alertmanager is ready")
    return url


def ask(url, method, path, body=None):
    """(status, content type, body text)"""
    request = urllib.request.Request(url + path, method=method, data=None if body is None else json.dumps(body).encode(), headers={"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=20) as reply:
            return reply.status, reply.headers.get_content_type(), reply.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers.get_content_type(), error.read().decode()


def document_of(is_old):
    """Of 0.25 what came later is not asked."""
    document = copy.deepcopy(DOCUMENT)
    later = {"alertStatus": "mutedBy", "alertGroup": "routeLabels"}
    for name, member in later.items() if is_old else ():
        document["definitions"][name]["required"].remove(member)
    return document


def check(url, method, path, body=None, is_old=False):
    """Sends a request and holds its answer against the document. Returns (status, the answer as it is)."""
    status, kind, text = ask(url, method, "/api/v2" + path, body)
    document, plain = document_of(is_old), path.split("?")[0]
    template = "/silence/{silenceID}" if plain.startswith("/silence/") else plain
    responses = document["paths"][template][method.lower()]["responses"]
    assert str(status) in responses, f"{method} {path}: {status} is not in the document: {text}"
    if "schema" not in responses[str(status)]:
        assert text == "", (path, text)
        return status, None
    assert kind == "application/json", (path, kind)
    schema = {**responses[str(status)]["schema"], "definitions": document["definitions"]}
    answer = json.loads(text)
    jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker()).validate(answer)
    return status, answer


def silence(**members):
    return {"matchers": [{"name": "silent", "value": "yes", "isRegex": False}], "startsAt": "2020-01-01T00:00:00Z", "endsAt": "2130-01-02T00:00:00Z", "createdBy": "m", "comment": "c", **members}


tocsin = suite.tocsin(BINARY, CONFIG)
alertmanager = start_alertmanager()
BOTH = [(tocsin.url, False), (alertmanager, True)]
for peer, old in BOTH:
    assert check(peer, "POST", "/silences", silence(), old)[0] == 200
    assert check(peer, "POST", "/alerts", ALERTS, old)[0] == 200
    rig.wait_until(lambda: len(check(peer, "GET", "/alerts/groups", None, old)[1]) >= 7, 10, "all alerts are in groups")


def answers_are_those_of_the_document():
    for url, is_old in BOTH:
        for path in ["/status", "/receivers", "/silences", "/alerts", "/alerts/groups", "/alerts?filter=a", "/alerts/groups?filter=a", "/alerts?receiver=(", "/silences?filter=%7B", "/silence/x", "/silence/00000000-0000-4000-8000-000000000001"]:
            check(url, "GET", path, None, is_old)
        identity = check(url, "POST", "/silences", silence(endsAt="2130-01-01T00:00:00Z", annotations={"a": "b"}), is_old)[1]["silenceID"]
        assert check(url, "GET", f"/silence/{identity}", None, is_old)[0] == 200
        assert check(url, "DELETE", f"/silence/{identity}", None, is_old)[0] == 200
        for body in [{}, silence(matchers=[]), silence(matchers=[{"name": "a", "value": "(", "isRegex": True}]), silence(endsAt="2019-01-01T00:00:00Z"), silence(id="00000000-0000-4000-8000-000000000001")]:
            assert check(url, "POST", "/silences", body, is_old)[0] in (400, 404, 422)
        for body in [[{}], [{"labels": {}}], [{"labels": {"a": "b"}, "generatorURL": ":"}], [{"labels": {"": "b"}}]]:
            assert check(url, "POST", "/alerts", body, is_old)[0] in (400, 422)


def the_document_is_served_and_names_every_path():
    status, kind, text = ask(tocsin.url, "GET", "/api/v2/swagger.json")
    assert (status, kind) == (200, "application/json") and json.loads(text) == DOCUMENT
    listed = ask(tocsin.url, "GET", "/api")[2]
    for path, methods in DOCUMENT["paths"].items():
        for method in methods:
            if method != "parameters":
                assert re.search(rf"\b{method.upper()}\b.*{re.escape('/api/v2' + path)}", listed), (method, path)


def members(alert):
    """What must be the same on both sides: no times, no ids, nothing that 0.25 does not know."""
    kept = {key: value for key, value in alert.items() if key not in ("startsAt", "endsAt", "updatedAt")}
    kept["status"] = {"state": alert["status"]["state"], "silencedBy": len(alert["status"]["silencedBy"]), "inhibitedBy": alert["status"]["inhibitedBy"]}
    kept["receivers"] = [receiver["name"] for receiver in alert["receivers"]]
    return kept


def groups_of(answer):
    return [(group["labels"], group["receiver"], [members(alert) for alert in group["alerts"]]) for group in answer]


QUERIES = ["", "?active=false", "?silenced=false", "?active=false&silenced=false", "?inhibited=false&unprocessed=false", "?receiver=x", "?receiver=x%7Cboth", "?receiver=", "?receiver=nobody",
           "?filter=" + urllib.parse.quote('team="x"'), "?filter=" + urllib.parse.quote('team!="x"'), "?filter=" + urllib.parse.quote('team=""'),
           "?receiver=x&receiver=rest", "?active=", "?active", "?active=true&active=false", "?silenced=T&inhibited=checked", "?filter=team%3Dx&nothing=1",
           "?filter=" + urllib.parse.quote('zone="\u00e9"'), "?filter=" + urllib.parse.quote(" team = 'x' "), "?filter=" + urllib.parse.quote('alertname=~"(?i)a"'),
           "?filter=" + urllib.parse.quote('alertname=~"A|B"') + "&filter=" + urllib.parse.quote('cluster="1"'), "?silenced=no&receiver=rest", "?muted=false"]


def order_free(group):
    """0.25 gives the receivers of a group's alerts in the order of a map."""
    labels, receiver, alerts = group
    return labels, receiver, [{**alert, "receivers": sorted(alert["receivers"])} for alert in alerts]


def queries_are_answered_as_alertmanager_answers_them():
    for query in QUERIES:
        ours, theirs = ([members(alert) for alert in check(url, "GET", "/alerts" + query, None, old)[1]] for url, old in BOTH)
        assert ours == theirs, f"{query}\n{ours}\n{theirs}"
        ours, theirs = ([order_free(group) for group in groups_of(check(url, "GET", "/alerts/groups" + query, None, old)[1])] for url, old in BOTH)
        assert ours == theirs, f"groups{query}\n{ours}\n{theirs}"
    assert len(groups_of(check(tocsin.url, "GET", "/alerts/groups")[1])) == 7
    for query in "?receiver=(", "?filter=a", "?filter=a%3D~(", "?filter=", "?filter=%3DA", '?filter=a%3D"x', "?filter=a%3D~%22a%7B1001%7D%22", "?filter=a%3Db,c%3Dd":
        for path in "/alerts", "/alerts/groups":
            ours, theirs = (ask(url, "GET", "/api/v2" + path + query) for url, old in BOTH)
            assert ours == theirs, (path + query, ours, theirs)


def answer_of(url, method, path, body, kind="application/json"):
    """(status, the body, ids apart): what must be the same on both sides; what a broken JSON text is, each says in its own words."""
    request = urllib.request.Request(url + path, method=method, data=body, headers={"Content-Type": kind} if kind else {})
    try:
        with urllib.request.urlopen(request, timeout=20) as reply:
            status, text = reply.status, reply.read().decode()
    except urllib.error.HTTPError as error:
        status, text = error.code, error.read().decode()
    text = re.sub(r'"silenceID":"[^"]*"', '"silenceID":""', text)
    text = re.sub(r"silence invalid: (invalid label matcher \d+)?", lambda found: "invalid silence: " + (found[1] + " in set 0" if found[1] else ""), text).replace("silence: at least", "silence: matcher set 0: at least")  # as 0.34 has it
    return status, text.split("because")[0].strip()


POSTED = [rb'[{"labels":{"alertname":"Odd","a":"x\ud800y"}}]', b'[{"labels":{"alertname":"Odd","a":"x\xff\xfey"}}]', rb'[{"labels":{"alertname":"Odd","a":"\udc00\ud83d\ude00\ud83d"}}]',
          b'[{"labels":{"alertname":"Odd"},"annotations":{"a":"\xe2\x82"}}]', b'[{"labels":{"alertname":"Odd","a":null}}]', b'[{"LABELS":{"alertname":"Odd"},"more":1}]', b"", b" ", b"null", b"[]", b"{}", b"[1]", b"[{}]",
          b'[{"labels":{}}]', b'[{"labels":{"a":""}}]', b'[{"labels":{"a":1}}]', b'[{"labels":{"a":null}}]', b'[{"labels":{"alertname":"Fine","a":"b"}},{"labels":{}}]', b'[{"labels":{"alertname":"Fine","a":"b"},"startsAt":"x"}]', b'[{"labels":{"alertname":"Fine","a":"b"},"startsAt":""}]',
          b'[{"labels":{"alertname":"Fine","a":"b"},"startsAt":"2130-01-01T00:00:00Z","endsAt":"2120-01-01T00:00:00Z"}]', b'[{"labels":{"alertname":"Fine","a":"b"},"endsAt":"2010-01-01T00:00:00Z"}]', b'[{"labels":{"alertname":"Fine","a":"b"},"generatorURL":"x"}]',
          b'[{"labels":{"alertname":"Fine","a":"b"},"generatorURL":null}]', b'[{"labels":{"alertname":"Fine","a":"b"}}', b'[{"labels":{"a":"\x01"}}]', rb'[{"labels":{"a":"\x"}}]', b'\xef\xbb\xbf[]']


def odd_bodies_are_taken_or_refused_as_by_alertmanager():
    for body in POSTED:
        ours, theirs = (answer_of(url, "POST", "/api/v2/alerts", body) for url, old in BOTH)
        assert ours == theirs, (body, ours, theirs)
    odd = "/api/v2/alerts?filter=alertname%3DOdd"
    ours, theirs = ([members(alert) for alert in json.loads(ask(url, "GET", odd)[2])] for url, old in BOTH)
    assert ours == theirs and len(ours) == 4, (ours, theirs)
    for kind in None, "", "text/plain", "application/json; charset=utf-8", "APPLICATION/JSON", "application/x-www-form-urlencoded":
        for path, body in ("alerts", b'[{"labels":{"alertname":"Fine"}}]'), ("silences", json.dumps(silence()).encode()):
            ours, theirs = (answer_of(url, "POST", "/api/v2/" + path, body, kind) for url, old in BOTH)
            assert ours == theirs, (path, kind, ours, theirs)


def odd_silences_are_taken_or_refused_as_by_alertmanager():
    matcher = lambda **members: [{"name": "odd", "value": "b", "isRegex": False, **members}]
    none = "0001-01-01T00:00:00Z"
    changes = [{"comment": ""}, {"comment": None}, {"createdBy": ""}, {"startsAt": none}, {"startsAt": ""}, {"endsAt": none}, {"startsAt": none, "endsAt": none}, {"startsAt": "2120-01-02T00:00:00Z", "endsAt": "2120-01-01T00:00:00Z"},
               {"startsAt": "2120-01-01T00:00:00Z", "endsAt": "2120-01-01T00:00:00Z"}, {"endsAt": "2130-01-01T00:00:00"}, {"endsAt": "soon"},
               {"matchers": []}, {"matchers": None}, {"matchers": [{}]}, {"matchers": matcher(isRegex=None)}, {"matchers": matcher(name="")}, {"matchers": matcher(value="")},
               {"matchers": matcher(value=".*", isRegex=True)}, {"matchers": matcher(value="(", isRegex=True)}, {"matchers": matcher(value="", isEqual=False)}, {"matchers": matcher(value=".*", isRegex=True, isEqual=False)},
               {"matchers": matcher(isEqual=None)}, {"matchers": matcher() * 2}, {"id": "xx"}, {"id": ""}, {"id": None}, {"more": 1}]
    bodies = [json.dumps(silence(**{"matchers": matcher(), **change})).encode() for change in changes]
    bodies += [b"null", b"[]", b"1", b"{", b"", json.dumps(silence(matchers=matcher())).replace('"comment"', '"COMMENT"').encode()]
    for body in bodies:
        ours, theirs = (answer_of(url, "POST", "/api/v2/silences", body) for url, old in BOTH)
        assert ours == theirs, (body, ours, theirs)
    odd = [[found for found in json.loads(ask(url, "GET", "/api/v2/silences")[2]) if found["matchers"][0]["name"] == "odd"] for url, old in BOTH]
    shown = [sorted(json.dumps([found["matchers"], found["comment"], found["createdBy"], found["endsAt"], found["status"]]) for found in side) for side in odd]
    assert shown[0] == shown[1] and len(shown[0]) > 8, shown
    for found, (url, old) in [(found, peer) for side, peer in zip(odd, BOTH) for found in side]:
        assert ask(url, "DELETE", "/api/v2/silence/" + found["id"])[0] == 200


def requests_are_read_as_they_are_written():
    """Bytes on the wire: several requests at once, pieces, forms that proxies send, two lengths."""
    host, port = tocsin.url.split("//")[1].split(":")
    def statuses(data):
        with socket.create_connection((host, int(port)), timeout=20) as connection:
            connection.sendall(data)
            connection.shutdown(socket.SHUT_WR)
            return re.findall(rb"HTTP/1\.1 (\d+)", b"".join(iter(lambda: connection.recv(65536), b"")))
    get = b"GET /api/v2/receivers HTTP/1.1\r\nHost: x\r\n\r\n"
    post = b"POST /api/v2/alerts HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    assert statuses(get * 5) == [b"200"] * 5
    assert statuses(get + post + b"Content-Length: 2\r\n\r\n[]" + get) == [b"200"] * 3
    assert statuses(post + b"Transfer-Encoding: chunked\r\n\r\n1\r\n[\r\n1\r\n]\r\n0\r\n\r\n") == [b"200"]
    assert statuses(post + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n[]") == [b"100", b"200"]
    assert statuses(post + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n[] ") == [b"400"]
    assert statuses(post + b"Transfer-Encoding: gzip\r\n\r\n[]") == [b"501"]
    for hosts, status in (b"", b"400"), (b"Host: x\r\nHost: y\r\n", b"400"), (b"Host:\r\n", b"200"):
        assert statuses(get.replace(b"Host: x\r\n", hosts)) == [status], hosts
    assert statuses(b"GET /api/v2/receivers HTTP/1.0\r\n\r\n") == [b"200"]
    for path in b"//api/v2//receivers", b"/api/v2/receivers/", b"http://elsewhere/api/v2/receivers":
        assert statuses(get.replace(b"/api/v2/receivers", path)) == [b"200"], path
    large = json.dumps([{"labels": {"alertname": "Large", "n": str(n)}, "annotations": {"text": "x" * 4000}} for n in range(900)]).encode()
    assert answer_of(tocsin.url, "POST", "/api/v2/alerts", large) == (200, "")


def whoever_says_no_more_is_not_kept_waiting():
    """A request and the end of what its client says are there before either is read."""
    host, port = tocsin.url.split("//")[1].split(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        tocsin.process.process.send_signal(signal.SIGSTOP)
        try:
            connection.sendall(b"GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n")
            connection.shutdown(socket.SHUT_WR)
        finally:
            tocsin.process.process.send_signal(signal.SIGCONT)
        assert b"".join(iter(lambda: connection.recv(65536), b"")).endswith(b"OK")


def receivers_are_chosen_by_their_labels():
    chosen = lambda path, text: check(tocsin.url, "GET", f"{path}?receiver_matchers={urllib.parse.quote(text)}")
    assert [receiver["name"] for receiver in chosen("/receivers", 'name=~"x|both"')[1]] == ["x", "both"]
    assert {alert["labels"]["alertname"] for alert in chosen("/alerts", 'name="both"')[1]} == {"A", "B"}
    assert {group["receiver"]["name"] for group in chosen("/alerts/groups", 'name!="rest"')[1]} == {"x", "both"}
    other = urllib.parse.urlencode({"receiver": "x", "receiver_matchers": 'name="both"'})  # of an alert one receiver may have the name, another the labels
    assert {alert["labels"]["alertname"] for alert in check(tocsin.url, "GET", "/alerts?" + other)[1]} == {"A"} and check(tocsin.url, "GET", "/alerts/groups?" + other)[1] == []
    for path in "/receivers", "/alerts", "/alerts/groups":
        status, text = chosen(path, "a")
        assert status == 400 and text.startswith("failed to parse receiver_matchers param: "), (path, text)


def a_group_of_thousands_comes_in_pieces():
    alerts = [{"labels": {"alertname": "Many", "cluster": "many", "n": f"{n:05}"}, "annotations": {"text": "x" * 200}} for n in range(3000)]
    assert check(tocsin.url, "POST", "/alerts", alerts)[0] == 200
    group = check(tocsin.url, "GET", "/alerts/groups?filter=" + urllib.parse.quote('alertname="Many"'))[1]
    assert len(group) == 1 and [alert["labels"]["n"] for alert in group[0]["alerts"]] == [f"{n:05}" for n in range(3000)]


def karma_finds_what_it_reads():
    metrics = rig.get(tocsin.url + "/metrics")[1]
    version = re.search(r'^alertmanager_build_info\{.*?version="(\d+)\.(\d+)\.(\d+)".*\} 1$', metrics, re.M)
    assert version and tuple(int(part) for part in version.groups()) >= (0, 22, 0), metrics[:500]
    for group in check(tocsin.url, "GET", "/alerts/groups")[1]:
        assert isinstance(group["labels"], dict) and group["receiver"]["name"]
        for alert in group["alerts"]:
            assert alert["startsAt"] and re.fullmatch("[0-9a-f]{16}", alert["fingerprint"]) and {"annotations", "labels"} <= alert.keys()
            assert alert["status"]["state"] in ("active", "suppressed") and isinstance(alert["status"]["silencedBy"], list) and isinstance(alert["status"]["inhibitedBy"], list)
    ids = {found["id"] for found in check(tocsin.url, "GET", "/silences")[1]}
    assert {identity for alert in check(tocsin.url, "GET", "/alerts")[1] for identity in alert["status"]["silencedBy"]} <= ids
    # a silence as its form posts it, with times as JavaScript writes them
    now = datetime.datetime.now(datetime.timezone.utc)
    stamp = lambda seconds: (now + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    made = check(tocsin.url, "POST", "/silences", {"matchers": [{"name": "alertname", "value": "(A|B)", "isRegex": True, "isEqual": True}], "startsAt": stamp(0), "endsAt": stamp(3600), "createdBy": "me@example.com",
                                                   "comment": "from a page", "id": ""})
    assert made[0] == 200
    rig.wait_until(lambda: all(alert["status"]["state"] == "suppressed" for alert in check(tocsin.url, "GET", "/alerts")[1] if alert["labels"]["alertname"] in "AB"), 5, "it silences")
    assert check(tocsin.url, "DELETE", "/silence/" + made[1]["silenceID"])[0] == 200


def grafana_takes_it_for_an_alertmanager():
    assert ask(tocsin.url, "GET", "/alertmanager/api/v2/status")[0] != 200, "that would be Mimir"
    status, text = rig.get(tocsin.url + "/api/v1/status/buildinfo")
    assert status == 404 or json.loads(text)["data"].get("application") != "Grafana Mimir"
    assert check(tocsin.url, "GET", "/status")[1]["config"]["original"]
    exact = "?filter=" + urllib.parse.quote('alertname="A"') + "&filter=" + urllib.parse.quote('cluster=~"1"') + "&silenced=true&inhibited=true&active=true&unprocessed=true"
    assert [alert["labels"]["cluster"] for alert in check(tocsin.url, "GET", "/alerts" + exact)[1]] == ["1"]
    assert {alert["labels"]["cluster"] for group in check(tocsin.url, "GET", "/alerts/groups" + exact)[1] for alert in group["alerts"]} == {"1"}
    # an alert of its own, forwarded
    forwarded = {"annotations": {"__value_string__": "[ var='A' labels={} value=1 ]"}, "endsAt": "2130-01-01T00:00:00.000Z", "startsAt": "2024-01-01T00:00:00.000Z", "generatorURL": "http://grafana.example/alerting/grafana/abc/view",
                 "labels": {"alertname": "FromGrafana", "grafana_folder": "a folder", "__alert_rule_uid__": "abc"}}
    assert check(tocsin.url, "POST", "/alerts", [forwarded])[0] == 200
    found = check(tocsin.url, "GET", "/alerts?filter=" + urllib.parse.quote('alertname="FromGrafana"'))[1]
    assert len(found) == 1 and found[0]["generatorURL"] == forwarded["generatorURL"] and found[0]["startsAt"] == forwarded["startsAt"]


HOLDING = """
route:
  receiver: all
  labels: {area: power, tone: '{{ .Status }}'}
  routes: [{matchers: ['time="closed"'], receiver: all, group_by: [time], mute_time_intervals: [always], labels: {area: water}}]
time_intervals: [{name: always, time_intervals: [{}]}]
inhibit_rules: [{source_matchers: ['kind="source"'], target_matchers: ['kind="target"'], equal: [site]}]
receivers: [{name: all, labels: {owner: us, zone: a}}]
"""


def what_holds_alerts_back_is_shown():
    tocsin = suite.tocsin(BINARY, HOLDING, name="holding")
    labels = [{"alertname": "S", "kind": "source", "site": "1"}, {"alertname": "T", "kind": "target", "site": "1"}, {"alertname": "C", "time": "closed"}]
    assert check(tocsin.url, "POST", "/alerts", [{"labels": each} for each in labels])[0] == 200
    rig.wait_until(lambda: len(check(tocsin.url, "GET", "/alerts/groups")[1]) == 2, 10, "all are in groups")
    names = lambda query: "".join(sorted(alert["labels"]["alertname"] for alert in check(tocsin.url, "GET", "/alerts" + query)[1]))
    assert [names(query) for query in ("", "?inhibited=false", "?active=false", "?active=false&inhibited=false", "?silenced=false")] == ["CST", "CS", "T", "", "CST"]
    status = {alert["labels"]["alertname"]: alert["status"] for alert in check(tocsin.url, "GET", "/alerts")[1]}
    assert status["T"] == {"state": "suppressed", "silencedBy": [], "mutedBy": [], "inhibitedBy": [rig.fingerprint(labels[0])]} and status["C"]["state"] == "active", status
    groups = {group["routeLabels"]["area"]: group for group in check(tocsin.url, "GET", "/alerts/groups")[1]}
    assert groups["power"]["routeLabels"]["tone"] == "{{ .Status }}"
    assert [alert["status"]["mutedBy"] for alert in groups["power"]["alerts"]] == [[], []]
    assert [alert["status"] for alert in groups["water"]["alerts"]] == [{"state": "suppressed", "silencedBy": [], "mutedBy": ["always"], "inhibitedBy": []}], groups
    assert [group["routeLabels"]["area"] for group in check(tocsin.url, "GET", "/alerts/groups?muted=false")[1]] == ["power"]
    assert check(tocsin.url, "GET", "/receivers")[1] == [{"name": "all", "labels": {"name": "all", "owner": "us", "zone": "a"}}]
    assert len(check(tocsin.url, "GET", "/alerts/groups?receiver_matchers=owner%3Dus")[1]) == 2 and check(tocsin.url, "GET", "/alerts/groups?receiver_matchers=owner%3Dyou")[1] == []


def metrics_of_alerts_and_silences_are_what_is_shown():
    def agree():
        alerts = check(tocsin.url, "GET", "/alerts")[1]
        return all(tocsin.metric(f'alertmanager_alerts{{state="{state}"}}') == sum(1 for alert in alerts if alert["status"]["state"] == state) for state in ("active", "suppressed"))
    rig.wait_until(agree, 10, "flushes have counted them")
    silences = check(tocsin.url, "GET", "/silences")[1]
    for state in "active", "pending", "expired":
        assert tocsin.metric(f'alertmanager_silences{{state="{state}"}}') == sum(1 for found in silences if found["status"]["state"] == state), state
    assert tocsin.metric('alertmanager_alerts_received_total{status="firing",version="v2"}') >= len(ALERTS)
    assert tocsin.metric("alertmanager_receivers") == 3 and tocsin.metric("alertmanager_integrations") == 0


# What Alertmanager measures and we do not, see docs/compatibility.md; and what 0.34 has no more.
UNMEASURED = {"alertmanager_nflog_query_duration_seconds", "alertmanager_silences_query_duration_seconds", "alertmanager_dispatcher_alert_processing_duration_seconds", "alertmanager_marked_alerts"}


def metrics_are_there_under_the_names_that_alertmanager_has():
    kinds = lambda url: dict(re.findall(r"^# TYPE ((?:alertmanager|process)_\w+) (\w+)$", rig.get(url + "/metrics")[1], re.M))
    ours, theirs = kinds(tocsin.url), kinds(alertmanager)
    assert len(theirs) > 30 and {name: ours.get(name) for name in theirs if name not in UNMEASURED} == {name: kind for name, kind in theirs.items() if name not in UNMEASURED}
    assert not UNMEASURED & ours.keys()


def the_process_is_measured_as_the_system_sees_it():
    of_system = pathlib.Path(f"/proc/{tocsin.process.process.pid}")
    limit = re.search(r"^Max open files\s+(\d+)", (of_system / "limits").read_text(), re.M)[1]
    assert tocsin.metric("process_max_fds") == int(limit)
    assert abs(tocsin.metric("process_open_fds") - len(list((of_system / "fd").iterdir()))) <= 8  # connections come and go
    assert tocsin.metric("process_virtual_memory_max_bytes") >= tocsin.metric("process_virtual_memory_bytes") > tocsin.metric("process_resident_memory_bytes") > 0


def requests_are_measured_by_route_and_status():
    text = rig.get(tocsin.url + "/metrics")[1]
    labels = 'code="200",handler="/api/v2/alerts",method="post"'
    buckets = [float(value) for value in re.findall(rf'^alertmanager_http_request_duration_seconds_bucket{{{re.escape(labels)},le="[^"]+"}} (\d+)$', text, re.M)]
    count = tocsin.metric(f"alertmanager_http_request_duration_seconds_count{{{labels}}}")
    assert len(buckets) == 12 and buckets == sorted(buckets) and buckets[-1] == count >= 2, text
    assert 'code="422",handler="/api/v2/alerts",method="post",le="0.005"}' in text and 'handler="/api/v2/silence/{silenceID}",method="delete",le="1e+06"}' in text
    body = rig.get(tocsin.url + "/api/v2/receivers")[1]
    size = 'alertmanager_http_response_size_bytes_sum{handler="/api/v2/receivers",method="get"}'
    before = tocsin.metric(size)
    rig.get(tocsin.url + "/api/v2/receivers")
    assert tocsin.metric(size) == before + len(body.encode())


suite.run_all([answers_are_those_of_the_document, the_document_is_served_and_names_every_path, queries_are_answered_as_alertmanager_answers_them, odd_bodies_are_taken_or_refused_as_by_alertmanager,
               odd_silences_are_taken_or_refused_as_by_alertmanager, requests_are_read_as_they_are_written, whoever_says_no_more_is_not_kept_waiting, receivers_are_chosen_by_their_labels,
               a_group_of_thousands_comes_in_pieces, karma_finds_what_it_reads, grafana_takes_it_for_an_alertmanager, what_holds_alerts_back_is_shown,
               metrics_of_alerts_and_silences_are_what_is_shown, metrics_are_there_under_the_names_that_alertmanager_has, the_process_is_measured_as_the_system_sees_it,
               requests_are_measured_by_route_and_status])
sys.exit(suite.finish())
