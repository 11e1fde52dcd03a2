# SPDX-License-Identifier: Apache-2.0
"""The HTTP API beside a real Prometheus with the same rule file, through the real amtool and promtool, and under a crowd of clients.

usage: api.py TOCSIN"""
import concurrent.futures
import hashlib
import html
import http.client
import json
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.parse

import rig
from rig import wait_until

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "harness"))
import schemas  # noqa: E402

PATIENCE = 60
RULES = r"""
groups:
- name: first
  interval: 1s
  rules:
  - alert: Hot
    expr: temperature{rack=~"r.+"} > 60 and on(rack) temperature
    labels: {severity: page, room: 'room-{{ $labels.rack }}'}
    annotations: {summary: 'rack {{ $labels.rack }} is at {{ $value }}', text: "quote \" and \\ and\ttab"}
  - alert: Waiting
    expr: temperature > bool 60 == 1
    for: 1h30m
    keep_firing_for: 10s
  - alert: Quiet
    expr: temperature > 999
    for: 90s
  - alert: Absent
    expr: absent(nothing{job="x"})
  - record: rack:temperature:avg
    expr: avg without (instance) (temperature)
    labels: {kind: recorded}
  - record: plain
    expr: vector(1)
- name: second
  interval: 2s
  limit: 10
  rules:
  - alert: Huge
    expr: temperature * 1000 ^ 90 > 0
"""
CONFIG = """
datasource: {{url: '{prometheus}'}}
rule_files: ['{rules}']
route:
  receiver: hook
  group_by: [alertname]
  group_wait: 50ms
  routes:
  - {{matchers: ['severity="page"'], receiver: pager}}
receivers:
- name: hook
  webhook_configs: [{{url: '{hook}', http_config: {{bearer_token: s3cret-token}}}}]
- name: pager
"""
TIMES = {"activeAt", "evaluationTime", "lastEvaluation"}
NEWER = {"keepFiringFor", "keepFiringSince", "limit"}  # fields that Prometheus 2.42 may not have

for program in ("amtool", "promtool"):
    if not shutil.which(program):
        print(f"{program} is not installed")
        sys.exit(rig.SKIPPED)
suite = rig.Suite("api")
exporter, hook = suite.exporter(), suite.receiver()
exporter.set_all({'temperature{rack="r1"}': 91, 'temperature{rack="r2"}': 61.5, 'temperature{rack="r3"}': 20})
rules = suite.directory / "shared.rules.yml"
rules.write_text(RULES)
(suite.directory / "prometheus").mkdir()
prometheus = suite.start_prometheus(exporter, extra=f"rule_files: ['{rules}']\n")
tocsin = suite.tocsin(sys.argv[1], CONFIG.format(prometheus=prometheus, rules=rules, hook=hook.url), start=False)
tocsin.start(arguments=["--web.external-url=http://tocsin.example"])


def comparable(value):
    """Without times, and with alerts in order: Prometheus lists them as they come out of a map."""
    if isinstance(value, dict):
        return {key: comparable(item) for key, item in value.items() if key not in TIMES | NEWER and not (key in ("labels", "annotations") and item == {})}
    if isinstance(value, list):
        items = [comparable(item) for item in value if not (isinstance(item, dict) and item.get("rules") == [])]  # 2.42 keeps groups a filter emptied
        return sorted(items, key=json.dumps) if items and "activeAt" in value[0] else items
    return value


def of_prometheus(path):
    status, body = rig.get(prometheus + path)
    assert status == 200, body
    return json.loads(body)


def both_are(path, seconds=PATIENCE):
    def equal():
        return comparable(of_prometheus(path)) == comparable(tocsin.api(path))
    try:
        wait_until(equal, seconds, path)
    except AssertionError:
        raise AssertionError(f"{path}:\nprometheus {json.dumps(comparable(of_prometheus(path)))}\ntocsin     {json.dumps(comparable(tocsin.api(path)))}") from None


def amtool(*arguments):
    done = subprocess.run(["amtool", f"--alertmanager.url={tocsin.url}", *arguments], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


def rules_are_those_of_prometheus():
    wait_until(lambda: all(rule["health"] == "ok" for group in tocsin.api("/api/v1/rules")["data"]["groups"] for rule in group["rules"]), PATIENCE, "all rules are evaluated")
    wait_until(lambda: len(tocsin.alerts()) == 8, PATIENCE, "eight alerts are active")
    both_are("/api/v1/rules")


def alerts_are_those_of_prometheus():
    both_are("/api/v1/alerts")


def types_are_filtered_as_prometheus_does():
    for kind in ("alert", "record"):
        both_are(f"/api/v1/rules?type={kind}")


def fields_come_in_the_same_order():
    ours, theirs = tocsin.api("/api/v1/rules"), of_prometheus("/api/v1/rules")
    for mine, his in zip(ours["data"]["groups"][0]["rules"], theirs["data"]["groups"][0]["rules"]):
        assert [key for key in mine if key in his] == [key for key in his if key in mine], (list(mine), list(his))


def times_are_written_as_go_does():
    for alert in tocsin.alerts():
        assert abs(rig.rfc3339(alert["activeAt"]) - time.time()) < 10 * PATIENCE
    assert abs(rig.rfc3339(tocsin.rule("Hot")["lastEvaluation"]) - time.time()) < PATIENCE


def errors_are_those_of_prometheus():
    for path in ("/api/v1/rules?type=bogus",):
        ours, theirs = rig.get(tocsin.url + path), rig.get(prometheus + path)
        assert ours[0] == theirs[0] == 400 and json.loads(ours[1])["errorType"] == json.loads(theirs[1])["errorType"], (ours, theirs)
    status, body = rig.get(tocsin.url + "/api/v1/rules?exclude_alerts=perhaps")
    assert status == 400 and json.loads(body)["errorType"] == "bad_data", body


def alerts_may_be_left_out():
    groups = tocsin.api("/api/v1/rules?exclude_alerts=true")["data"]["groups"]
    assert not any(rule.get("alerts") for group in groups for rule in group["rules"]) and groups[0]["rules"][0]["state"] == "firing"


def groups_of(query, status=200):
    given, body = rig.get(f"{tocsin.url}/api/v1/rules?{query}")
    assert given == status, (query, given, body)
    return json.loads(body) if status != 200 else [(group["name"], [rule["name"] for rule in group["rules"]]) for group in json.loads(body)["data"]["groups"]]


def rules_are_filtered():
    escaped = urllib.parse.quote
    for query, wanted in (
            ("rule_name[]=Hot&rule_name[]=Huge", [("first", ["Hot"]), ("second", ["Huge"])]),
            ("rule_name[]=Hot&rule_group[]=second", []),
            ("rule_group[]=second", [("second", ["Huge"])]),
            ("rule_group[]=second&rule_group[]=third", [("second", ["Huge"])]),
            (f"file[]={escaped(str(rules))}&type=RECORD", [("first", ["rack:temperature:avg", "plain"])]),
            ("file[]=other.yml", []),
            ("rule_name[]=", []),
            ("match[]=" + escaped('{severity="page"}'), [("first", ["Hot"])]),
            ("match[]=" + escaped('{room=~"room-{{.*"}'), [("first", ["Hot"])]),  # as configured, not as expanded
            ("match[]=" + escaped('{severity="page"}') + "&match[]=" + escaped('{kind=~"rec.+"}'), [("first", ["Hot", "rack:temperature:avg"])]),
            ("match[]=" + escaped('{severity="page",kind="recorded"}'), [])):
        assert groups_of(query) == wanted, (query, groups_of(query))


def rules_come_in_pages():
    whole = tocsin.api("/api/v1/rules?group_limit=2")["data"]
    assert "groupNextToken" not in whole and len(whole["groups"]) == 2
    page = tocsin.api("/api/v1/rules?group_limit=1")["data"]
    token = hashlib.sha256(f"{rules};second".encode()).hexdigest()
    assert [group["name"] for group in page["groups"]] == ["first"] and page["groupNextToken"] == token, page
    page = tocsin.api(f"/api/v1/rules?group_limit=1&group_next_token={token}")["data"]
    assert [group["name"] for group in page["groups"]] == ["second"] and "groupNextToken" not in page, page


def bad_parameters_say_what_prometheus_says():
    invalid = 'invalid parameter "%s": %s'
    for query, text in (
            ("type=F%22oO", invalid % ("type", r'not supported value "f\"oo"')),
            ("exclude_alerts=Perhaps", invalid % ("exclude_alerts", 'error converting exclude_alerts: strconv.ParseBool: parsing "perhaps": invalid syntax')),
            ("group_next_token=x", invalid % ("group_next_token", "group_limit needs to be present in order to paginate over the groups")),
            ("group_limit=1x", invalid % ("group_limit", 'group_limit needs to be a valid number: strconv.ParseInt: parsing "1x": invalid syntax')),
            ("group_limit=2147483648", invalid % ("group_limit", 'group_limit needs to be a valid number: strconv.ParseInt: parsing "2147483648": value out of range')),
            ("group_limit=0", invalid % ("group_limit", "group_limit needs to be greater than 0")),
            ("group_limit=-2147483648", invalid % ("group_limit", "group_limit needs to be greater than 0")),
            ("group_limit=1&group_next_token=x", invalid % ("group_next_token", "invalid group_next_token 'x'. were rule groups changed?")),
            ("match[]={a=~%22.*%22}", "match[] must contain at least one non-empty matcher"),
            ("type=alert&file[]=%zz", 'error parsing form values: invalid URL escape "%zz"'),
            ("type=alert;x", "error parsing form values: invalid semicolon separator in query"),
            ("match[]={&type=bogus", "1:2: parse error: unexpected end of input inside braces")):
        assert groups_of(query, 400) == {"status": "error", "errorType": "bad_data", "error": text}, (query, groups_of(query, 400))


def evaluations_of_a_rule_are_kept():
    def kept(name):
        return tocsin.api(f"/api/v1/rules/{name}/evaluations")["data"]["rules"]
    wait_until(lambda: len(kept("first/Hot")[0]["evaluations"]) == 10, PATIENCE, "ten evaluations are kept and no more")
    [rule] = kept("first/rack%3Atemperature%3Aavg")
    assert (rule["file"], rule["group"], rule["name"], rule["type"], rule["labels"]) == (str(rules), "first", "rack:temperature:avg", "recording", {"kind": "recorded"}), rule
    times = [rig.rfc3339(evaluation["time"]) for evaluation in rule["evaluations"]]
    assert times == sorted(times, reverse=True) and len(set(times)) == len(times), times
    assert rule["evaluations"][0]["samples"] == 3, rule
    assert all(evaluation["duration"] > 0 and "error" not in evaluation for evaluation in rule["evaluations"]), rule
    status, body = rig.get(tocsin.url + "/api/v1/rules/first/None/evaluations")
    assert status == 404 and json.loads(body)["errorType"] == "not_found", body


def a_failed_evaluation_is_kept_with_its_error():
    rules.write_text(RULES + "  - {alert: 'a/b', expr: temperature + on() temperature}\n")
    assert tocsin.reload()[0] == 200
    path = f"/api/v1/rules/{urllib.parse.quote('second/a/b')}/evaluations"
    last = wait_until(lambda: tocsin.api(path)["data"]["rules"][0]["evaluations"], PATIENCE, "it was evaluated")[0]
    assert "many-to-many" in last["error"] or "duplicate" in last["error"], last
    assert last["error"] == tocsin.rule("a/b")["lastError"] and last["samples"] == 0, last
    rules.write_text(RULES)
    assert tocsin.reload()[0] == 200 and rig.get(tocsin.url + path)[0] == 404


def the_status_of_prometheus_is_told():
    for path in ("runtimeinfo", "config", "flags", "buildinfo"):
        ours, theirs = (json.loads(rig.get(f"{url}/api/v1/status/{path}")[1]) for url in (tocsin.url, prometheus))
        assert ours["status"] == "success" and ours["data"] and set(ours["data"]) - set(theirs["data"]) <= {"application", "hostname", "serverTime"}, (ours, theirs)
        for key in set(ours["data"]) & set(theirs["data"]):
            assert type(ours["data"][key]) is type(theirs["data"][key]), (path, key)
    assert "s3cret-token" not in rig.get(tocsin.url + "/api/v1/status/config")[1]
    both_are("/api/v1/alertmanagers")


ANSWERS = [  # path of the schema, of a request for it, status
    ("/api/v1/rules", "", 200), ("/api/v1/rules", "?type=alert", 200), ("/api/v1/rules", "?type=bogus", 400), ("/api/v1/alerts", "", 200), ("/api/v1/alertmanagers", "", 200),
    ("/api/v1/status/buildinfo", "", 200), ("/api/v1/status/runtimeinfo", "", 200), ("/api/v1/status/config", "", 200), ("/api/v1/status/flags", "", 200),
    ("/api/v1/format_query", "?query=sum(up)", 200), ("/api/v1/format_query", "?query=sum(", 400)]
OUR_ANSWERS = [
    ("/api/v1/rules", "?exclude_alerts=true&group_limit=1", 200), ("/api/v1/rules/{group}/{rule}/evaluations", "/api/v1/rules/first/Hot/evaluations", 200),
    ("/api/v1/rules/{group}/{rule}/evaluations", "/api/v1/rules/first/None/evaluations", 404), ("/api/v1/notifications", "", 200), ("/api/v1/notifications/live", "", 204),
    ("/api/v1/parse_query", "?query=sum(rate(up[5m]))/on(a)b", 200), ("/api/v1/parse_query", "?query=(", 400),
    ("/api/v1/parse_matchers", '?matchers=%7Ba%3D"b",c!~"d"%7D', 200), ("/api/v1/parse_matchers", "?matchers=a", 400)]
GO_MEMBERS = {"GOGC", "GODEBUG", "GOMAXPROCS", "GOMEMLIMIT", "corruptionCount", "goroutineCount", "storageRetention"}
SINCE_2_42 = {"keepFiringFor", "limit", "hostname", "serverTime", "labels"}  # empty labels of a recording rule were left out


def answer_of(url, path, request):
    return rig.get(url + (request if request.startswith("/") else path + request))


def answers_are_as_the_schema_says():
    api = schemas.Api("api_v1.yaml")
    asked = set()
    for path, request, status in ANSWERS + OUR_ANSWERS:
        given, body = answer_of(tocsin.url, path, request)
        assert given == status, (path, request, given, body)
        asked.add(path)
        if api.answer(path, status) is None:
            assert body == "", (path, body)
        else:
            api.check(path, status, body)
    assert asked == set(api.document["paths"]), asked ^ set(api.document["paths"])


def answers_of_prometheus_are_too():
    api = schemas.Api("api_v1.yaml")
    for path, request, status in ANSWERS:
        given, body = answer_of(prometheus, path, request)
        value = json.loads(re.sub(r"(:\d\d(?:\.\d+)?)[+-]\d\d:\d\d\"", r"\1Z\"", body))  # its times are local ones
        if path.endswith("runtimeinfo"):
            value["data"] = {name: member for name, member in value["data"].items() if name not in GO_MEMBERS}
        found = [error for error in api.answer(path, status).iter_errors(value) if not lacks_what_is_new(error)]
        assert given == status and not found, (path, request, given, [error.message[:300] for error in found[:5]])


def lacks_what_is_new(error):
    """Within alternatives too: the one that is meant lacks only that."""
    if error.validator == "required":
        return any(error.message.startswith(f"'{name}' ") for name in SINCE_2_42)
    alternatives = {}
    for inner in error.context:
        alternatives.setdefault(inner.schema_path[0], []).append(inner)
    return any(all(lacks_what_is_new(inner) for inner in found) for found in alternatives.values())


def interfaces_find_what_they_read():
    """The members that Prometheus' own pages and Grafana's alerting read, with the types they take them for."""
    groups = tocsin.api("/api/v1/rules")["data"]["groups"]
    assert groups and all(isinstance(group["rules"], list) for group in groups)
    for group in groups:
        check_types(group, {"name": str, "file": str, "interval": (int, float), "evaluationTime": (int, float), "lastEvaluation": str, "limit": int})
        for rule in group["rules"]:
            check_types(rule, {"name": str, "query": str, "health": str, "type": str, "evaluationTime": (int, float), "lastEvaluation": str, "labels": dict})
            if rule["type"] == "alerting":
                check_types(rule, {"state": str, "duration": (int, float), "keepFiringFor": (int, float), "annotations": dict, "alerts": list})
                assert rule["state"] in ("firing", "pending", "inactive", "unknown") and rule["health"] in ("ok", "unknown", "err"), rule
            for alert in rule.get("alerts", []):
                check_types(alert, {"labels": dict, "annotations": dict, "state": str, "activeAt": str, "value": str})
                float(alert["value"])
    for name, value in tocsin.api("/api/v1/status/flags")["data"].items():
        assert isinstance(value, str), name
    file = urllib.parse.quote(str(rules))  # Grafana asks in Mimir's spelling too
    page = groups_of(f"file={file}&file[]={file}&rule_group=second&rule_group[]=second&rule_name=Huge&rule_name[]=Huge&exclude_alerts=true&group_limit=40")
    assert page == [("second", ["Huge"])], page
    for name, value in tocsin.api("/api/v1/status/buildinfo")["data"].items():  # Grafana tells flavours of Prometheus apart by it
        assert isinstance(value, str), name
    assert "features" not in tocsin.api("/api/v1/status/buildinfo")["data"]


def check_types(value, types):
    for name, wanted in types.items():
        assert isinstance(value[name], wanted) and not (wanted is int and isinstance(value[name], bool)), (name, value)


def a_failed_reload_is_a_notification():
    assert tocsin.api("/api/v1/notifications") == {"status": "success", "data": []}
    good = rules.read_text()
    rules.write_text("groups: 1\n")
    assert tocsin.reload()[0] == 500
    wait_until(lambda: tocsin.api("/api/v1/notifications")["data"], PATIENCE, "it is told")
    schemas.Api("api_v1.yaml").check("/api/v1/notifications", 200, rig.get(tocsin.url + "/api/v1/notifications")[1])
    [told] = tocsin.api("/api/v1/notifications")["data"]
    assert told["text"] == "Configuration reload has failed." and told["active"] is True and abs(rig.rfc3339(told["date"]) - time.time()) < PATIENCE, told
    rules.write_text(good)
    assert tocsin.reload()[0] == 200
    wait_until(lambda: tocsin.api("/api/v1/notifications")["data"] == [], PATIENCE, "it is over")


def buildinfo_names_a_version():
    data = tocsin.api("/api/v1/status/buildinfo")["data"]
    assert data["version"] and set(data) >= {"version", "revision", "branch", "buildUser", "buildDate", "goVersion"}, data


EXPRESSIONS = [
    "up", "  up  # comment", "sum(rate(x[5m]))by(job)", "a+b*c^d", 'x{a="<b>&\u2028",c!~"d|e"} offset -5m @ 12.5', "topk(3, max_over_time(a[1h:5m])) / on(x) group_left(y) b",
    'label_replace(up, "a", "$1", "b", ".*")', "sum without (instance, very_long_label_name_number_one, very_long_label_name_number_two) (rate(http_requests_total{code=~'5..'}[5m]))", "-(a)", "1e3", '"text"']
REFUSED = ["foo +", "sum(", "foo{", "rate(x)", "1 + "]


def ask_twice(url, path, expression):
    """By GET and by POST of a form; both answers are the same."""
    form = urllib.parse.urlencode({"query": expression})
    got, posted = rig.get(f"{url}{path}?{form}"), rig.post(url + path, form.encode(), "application/x-www-form-urlencoded")
    assert got == posted, (expression, got, posted)
    return got


def expressions_are_laid_out_as_prometheus_does():
    for expression in EXPRESSIONS:
        ours, theirs = (ask_twice(url, "/api/v1/format_query", expression) for url in (tocsin.url, prometheus))
        assert ours[0] == 200 and ours == theirs, (expression, ours, theirs)
    for expression in REFUSED:
        ours, theirs = (ask_twice(url, "/api/v1/format_query", expression) for url in (tocsin.url, prometheus))
        assert ours[0] == 400 and ours == theirs == (400, theirs[1]), (expression, ours, theirs)
        assert ask_twice(tocsin.url, "/api/v1/parse_query", expression) == ours


def expressions_become_trees():
    status, body = ask_twice(tocsin.url, "/api/v1/parse_query", "-up{a=\"<\"}[5m]")
    assert status == 400, body
    status, body = ask_twice(tocsin.url, "/api/v1/parse_query", "rate(up{a=\"<\"}[5m]) > bool 1")
    assert status == 200 and '"value":"\\u003c"' in body, body
    tree = json.loads(body)["data"]
    assert (tree["type"], tree["op"], tree["bool"], tree["lhs"]["func"]["name"], tree["lhs"]["args"][0]["range"], tree["rhs"]["val"]) == ("binaryExpr", ">", True, "rate", 300000, "1"), tree
    long = "a" + "+a" * 2000
    status, body = rig.post(tocsin.url + "/api/v1/parse_query", b"query=" + urllib.parse.quote(long).encode(), "application/x-www-form-urlencoded")
    assert status == 200 and body.count('"binaryExpr"') == 2000


def a_form_comes_before_the_query_string_and_has_a_limit():
    url = tocsin.url + "/api/v1/format_query"
    form = "application/x-www-form-urlencoded"
    assert json.loads(rig.post(url + "?query=a", b"query=b", form)[1])["data"] == "b"
    assert json.loads(rig.post(url + "?query=a", b"query=b", form + "; charset=utf-8")[1])["data"] == "b"
    assert json.loads(rig.post(url + "?query=a", b"query=b", "text/plain")[1])["data"] == "a"
    for length, chunked in ((5 << 20, False), (5 << 20, True)):
        connection = http.client.HTTPConnection("127.0.0.1", tocsin.port, timeout=20)
        body = b"query=" + b"a" * length
        try:
            connection.request("POST", "/api/v1/format_query", iter([body]) if chunked else body, {"Content-Type": form}, encode_chunked=chunked)
            assert connection.getresponse().status == 413, (length, chunked)
        except (BrokenPipeError, ConnectionResetError):
            assert not chunked  # refused by what was announced, and closed while the rest was on its way
        connection.close()


def amtool_queries_alerts():
    wait_until(lambda: len(tocsin.api("/api/v2/alerts")) >= 4, PATIENCE, "alerts are in dispatch")
    status, out, err = amtool("alert", "query", "-o", "json")
    assert status == 0 and {alert["labels"]["alertname"] for alert in json.loads(out)} >= {"Hot", "Absent", "Huge"}, (out, err)
    for filters, count in ((["alertname=Hot"], 2), (["alertname=Hot", "rack=r1"], 1), (["Hot", "rack=~r[12]"], 2), (["alertname!=Hot", "rack=r3"], 1), (["rack!~r.*"], 1), (["alertname=None"], 0)):
        status, out, err = amtool("alert", "query", "-o", "json", *filters)
        assert status == 0 and len(json.loads(out)) == count, (filters, out, err)
    status, out, err = amtool("alert", "query", "--receiver=pager", "-o", "json")
    assert status == 0 and {alert["labels"]["alertname"] for alert in json.loads(out)} == {"Hot"}, (out, err)
    status, out, err = amtool("alert", "query")
    assert status == 0 and "Hot" in out and "active" in out, (out, err)


def amtool_shows_configuration_without_secrets():
    status, out, err = amtool("config", "show")
    assert status == 0 and "receiver: hook" in out and "s3cret-token" not in out, (out, err)


def amtool_shows_and_tests_routes():
    given = (tocsin.directory / "tocsin.yml").read_text()
    tocsin.write(re.sub(r"  webhook_configs: .*\n", "", given))  # amtool 0.25 takes no <secret> for a URL
    assert tocsin.reload()[0] == 200
    status, out, err = amtool("config", "routes", "show")
    assert status == 0 and "receiver: hook" in out and 'severity="page"' in out, (out, err)
    status, out, err = amtool("config", "routes", "test", "severity=page")
    assert status == 0 and out.strip() == "pager", (out, err)
    tocsin.write(given)
    assert tocsin.reload()[0] == 200


def a_bad_filter_is_an_error():
    for query in ("filter=a", "filter=" + urllib.parse.quote('a=~"("'), "receiver=" + urllib.parse.quote("(")):
        status, body = rig.get(f"{tocsin.url}/api/v2/alerts?{query}")
        assert status == 400 and isinstance(json.loads(body), str), (query, status, body)
    assert rig.get(tocsin.url + "/api/v2/alerts?active=false")[1].strip() == "[]"


def promtool_accepts_the_metrics():
    done = subprocess.run(["promtool", "check", "metrics"], input=rig.get(tocsin.url + "/metrics")[1], capture_output=True, text=True, timeout=60)
    assert "error while linting" not in done.stderr and done.returncode in (0, 3), (done.returncode, done.stdout, done.stderr)


def a_real_prometheus_scrapes_the_metrics():
    scraper = rig.start_prometheus(suite.directory / "scraper", [f"127.0.0.1:{tocsin.port}"])
    suite.defer(scraper[0].kill)
    found = wait_until(lambda: rig.query(scraper[1], "prometheus_rule_group_rules"), PATIENCE, "the metrics are scraped")
    assert sorted(float(sample["value"][1]) for sample in found) == [1, 6], found
    assert rig.query(scraper[1], "up")[0]["value"][1] == "1"


def methods_and_paths_that_are_none_are_refused():
    for method, path, status in (("GET", "/nothing", 404), ("GET", "/api/v2/nothing", 404), ("POST", "/api/v1/rules", 405), ("DELETE", "/api/v2/status", 405), ("GET", "/-/reload", 405), ("HEAD", "/-/healthy", 200), ("HEAD", "/api/v1/rules", 200)):
        connection = http.client.HTTPConnection("127.0.0.1", tocsin.port, timeout=20)
        connection.request(method, path)
        reply = connection.getresponse()
        body = reply.read()
        assert reply.status == status, (method, path, reply.status)
        assert status != 405 or reply.headers["Allow"], (method, path, reply.headers.items())
        assert method != "HEAD" or body == b""
        connection.close()


def what_is_no_http_is_refused():
    for text in (b"\0\1\2\3\r\n\r\n", b"GET\r\n\r\n", b"GET /" + b"a" * 100000 + b" HTTP/1.1\r\n\r\n", b"GET /%00/../etc/passwd HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", tocsin.port), timeout=3) as client:
            try:
                client.sendall(text)
                reply = client.recv(100)
            except (ConnectionError, TimeoutError):
                reply = b""
            assert not reply.startswith(b"HTTP/1.1 200"), (text[:40], reply)
    assert rig.get(tocsin.url + "/-/healthy")[0] == 200


def a_hundred_clients_at_once_are_served():
    paths = ["/api/v1/rules", "/api/v1/alerts", "/api/v2/alerts", "/metrics", "/-/ready"]

    def ask(number):
        return [rig.get(tocsin.url + paths[(number + turn) % len(paths)], timeout=60)[0] for turn in range(5)]
    with concurrent.futures.ThreadPoolExecutor(100) as pool:
        statuses = [status for answers in pool.map(ask, range(100)) for status in answers]
    assert statuses == [200] * 500, [status for status in statuses if status != 200][:5]


def a_good_reload_takes_the_new_rules():
    rules.write_text(RULES.replace("alert: Quiet", "alert: Calm"))
    assert tocsin.reload()[0] == 200
    assert tocsin.rule("Calm") and not tocsin.rule("Quiet")
    for program in "alertmanager", "prometheus":
        assert tocsin.metric(f"{program}_config_last_reload_successful") == 1
        assert time.time() - 600 < tocsin.metric(f"{program}_config_last_reload_success_timestamp_seconds") <= time.time()


def a_bad_reload_says_all_and_changes_nothing():
    rules.write_text(RULES.replace("expr: temperature > 999", "expr: temperature >").replace("limit: 10", "limit: ten"))
    status, body = tocsin.reload()
    assert status == 500 and "shared.rules.yml:" in body and "parse error" in body and "ten" in body, (status, body)
    assert tocsin.rule("Calm") and tocsin.alerts("Hot")
    wait_until(lambda: tocsin.metric("alertmanager_config_last_reload_successful") == 0, PATIENCE, "the metric says so")
    assert tocsin.metric("prometheus_config_last_reload_successful") == 0


def sighup_reloads_too():
    tocsin.process.process.send_signal(signal.SIGHUP)
    wait_until(lambda: tocsin.output().count("reload refused") >= 2, PATIENCE, "the bad one is refused")
    assert tocsin.rule("Calm")
    rules.write_text(RULES)
    tocsin.process.process.send_signal(signal.SIGHUP)
    wait_until(lambda: tocsin.rule("Quiet"), PATIENCE, "the good one is taken")


def many_reloads_in_a_row_keep_what_fires():
    before = {alert["labels"]["rack"]: alert["activeAt"] for alert in tocsin.alerts("Hot")}
    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        statuses = list(pool.map(lambda _: tocsin.reload()[0], range(30)))
    assert statuses == [200] * 30, statuses
    assert {alert["labels"]["rack"]: alert["activeAt"] for alert in tocsin.alerts("Hot")} == before


def clients_that_leave_within_a_request_are_forgotten():
    for sent in (b"", b"GET", b"GET /api/v1/rules HTTP/1.1\r\nHost: a\r\n", b"POST /api/v2/alerts HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n[{"):
        for _ in range(5):
            with socket.create_connection(("127.0.0.1", tocsin.port), timeout=30) as client:
                client.sendall(sent)
    assert tocsin.alerts("Hot")
    assert tocsin.process.process.poll() is None


def it_stops_gracefully_with_clients_connected():
    clients = [socket.create_connection(("127.0.0.1", tocsin.port), timeout=30) for _ in range(20)]
    for client in clients[:10]:
        client.sendall(b"GET /api/v1/rules HTTP/1.1\r\nHost: a\r\n")  # half a request
    assert tocsin.process.stop(60) == 0
    for client in clients:
        client.close()


def links_name_host_and_port_without_an_external_url():
    tocsin.start()
    alerts = wait_until(lambda: tocsin.api("/api/v2/alerts"), PATIENCE, "alerts are back")
    exporter.set('temperature{rack="r4"}', 70)
    alerts = wait_until(lambda: [alert for alert in tocsin.api("/api/v2/alerts") if alert["labels"].get("rack") == "r4"], PATIENCE, "a new one fires")
    assert f":{tocsin.port}/graph?g0.expr=" in alerts[0]["generatorURL"], alerts[0]["generatorURL"]


def a_list_says_what_is_served_and_its_links_lead_there():
    status, page = rig.get(tocsin.url + "/api")
    assert status == 200
    links = re.findall(r'href="\.([^"]*)"', page)
    assert "/api/v1/rules" in links and "/metrics" in links
    for link in links:
        if link != "/graph":
            assert rig.get(tocsin.url + link)[0] == (400 if link.endswith("_query") else 204 if link.endswith("/live") else 200), link  # without an expression


def the_document_lists_what_is_served():
    rows = re.findall(r"<dt>(\w+) (?:<a [^>]*>)?([^<]*)(?:</a>)?</dt><dd>(.*)</dd>", rig.get(tocsin.url + "/api")[1])
    written = re.findall(r"^\| (\w+) \| `([^`]*)` \| (.*) \|$", (pathlib.Path(__file__).parents[2] / "docs" / "api.md").read_text(), re.M)
    assert [tuple(html.unescape(cell) for cell in row) for row in rows] == written, (rows, written)


def location_of(path):
    connection = http.client.HTTPConnection("127.0.0.1", tocsin.port, timeout=10)
    connection.request("GET", path)
    reply = connection.getresponse()
    reply.read()
    connection.close()
    assert reply.status == 302, (path, reply.status)
    return reply.headers["Location"]


def a_link_in_a_message_leads_to_the_graph_of_the_datasource():
    alert = next(alert for alert in tocsin.api("/api/v2/alerts") if alert["labels"].get("rack") == "r4")  # the others fired under another URL
    path = alert["generatorURL"].split(f":{tocsin.port}", 1)[1]
    location = location_of(path)
    wanted, given = (urllib.parse.parse_qs(urllib.parse.urlsplit(url).query) for url in (path, location))
    assert location.startswith(prometheus + "/graph?") and wanted == given


def a_prefix_of_the_external_url_is_served():
    assert tocsin.stop() == 0
    tocsin.start(wait=False, arguments=["--web.external-url=http://tocsin.example/base/"])
    wait_until(lambda: rig.is_ready(tocsin.url + "/base"), PATIENCE, "the prefix is served")
    assert rig.get(tocsin.url + "/base/api/v1/rules")[0] == 200
    for path in ("/api/v1/rules", "/-/healthy", "/basement", "/base-/healthy"):
        assert rig.get(tocsin.url + path)[0] == 404, path
    for path in ("/", "/base"):
        assert location_of(path) == "/base/", path
    assert tocsin.stop() == 0
    tocsin.start(wait=False, arguments=["--web.external-url=http://tocsin.example/base/", "--web.route-prefix=/"])
    wait_until(lambda: rig.is_ready(tocsin.url), PATIENCE, "the prefix may be another than that of the external URL")
    assert tocsin.stop() == 0


suite.run_all([
    rules_are_those_of_prometheus, alerts_are_those_of_prometheus, types_are_filtered_as_prometheus_does, fields_come_in_the_same_order, times_are_written_as_go_does,
    errors_are_those_of_prometheus, alerts_may_be_left_out, rules_are_filtered, rules_come_in_pages, bad_parameters_say_what_prometheus_says,
    evaluations_of_a_rule_are_kept, a_failed_evaluation_is_kept_with_its_error, the_status_of_prometheus_is_told, answers_are_as_the_schema_says, answers_of_prometheus_are_too,
    interfaces_find_what_they_read, a_failed_reload_is_a_notification, buildinfo_names_a_version, expressions_are_laid_out_as_prometheus_does,
    expressions_become_trees, a_form_comes_before_the_query_string_and_has_a_limit, amtool_queries_alerts, amtool_shows_configuration_without_secrets,
    amtool_shows_and_tests_routes, a_bad_filter_is_an_error, promtool_accepts_the_metrics, a_real_prometheus_scrapes_the_metrics,
    methods_and_paths_that_are_none_are_refused, what_is_no_http_is_refused, a_hundred_clients_at_once_are_served, a_good_reload_takes_the_new_rules,
    a_bad_reload_says_all_and_changes_nothing, sighup_reloads_too, many_reloads_in_a_row_keep_what_fires, clients_that_leave_within_a_request_are_forgotten,
    it_stops_gracefully_with_clients_connected,
    links_name_host_and_port_without_an_external_url, a_list_says_what_is_served_and_its_links_lead_there, the_document_lists_what_is_served,
    a_link_in_a_message_leads_to_the_graph_of_the_datasource, a_prefix_of_the_external_url_is_served])
sys.exit(suite.finish())
