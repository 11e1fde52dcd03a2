# SPDX-License-Identifier: Apache-2.0
"""Several datasources: two real Prometheus and a VictoriaMetrics, each behind a proxy that records what it is asked; one is killed.

usage: datasources.py TOCSIN"""
import http.server
import shutil
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

import rig
from rig import wait_until

PATIENCE = 60  # seconds; the machine may be busy

CONFIG = """
datasource:
  urls: ['{near}', '{spare}']
  params: {{stage: test}}
  headers: {{X-Scope-OrgID: all}}
  timeout: 5s
datasources:
- {{name: victoria, url: '{victoria}/?nocache=1', max_concurrent_queries: 2}}
rule_files: ['*.rules.yml']
web: {{external_url: 'http://tocsin.test'}}
route: {{receiver: hook, group_by: [alertname], group_wait: 0s, group_interval: 200ms}}
receivers: [{{name: hook, webhook_configs: [{{url: '{hook}'}}]}}]
"""
RULES = """
groups:
- name: near
  interval: 500ms
  eval_offset: 100ms
  rules:
  - {alert: Lamp, expr: lamp > 0}
  - {alert: LampToo, expr: lamp > 0, labels: {severity: page}}
- name: tenant
  interval: 500ms
  concurrency: 2
  headers: ['X-Scope-OrgID: one', 'X-Extra: e']
  params: {stage: [tenant], more: ['a b', c]}
  rules:
  - {alert: Tenant, expr: lamp > 1}
  - {alert: TenantToo, expr: lamp > 2}
- name: far
  interval: 500ms
  datasource: victoria
  rules:
  - {alert: Far, expr: vector(7) > 1, annotations: {seen: '{{ $value }}'}}
"""


PAGE = b"<html><title>Sign in</title></html>"
WORD = b'{"status":"error","errorType":"execution","error":"not today"}'
# What else a server may say than an answer: status, body, header lines.
OTHERS = {
    "page": (200, PAGE, {"Content-Type": "text/html"}),
    "torn": (200, b'{"status":"success","data":{"resultType":"vector","result":[{"metric":{"a"', {"Content-Type": "application/json"}),
    "other": (200, b'{"message":"no route matches","code":200}', {"Content-Type": "application/json"}),
    "empty": (204, b"", {}),
    "login": (302, PAGE, {"Location": "/login"}),
    "nowhere": (302, PAGE, {}),
    "bad request": (400, PAGE, {}),
    "unauthorized": (401, PAGE, {"WWW-Authenticate": "Basic"}),
    "forbidden": (403, WORD, {}),
    "not found": (404, b"404 page not found\n", {}),
    "late": (408, PAGE, {}),
    "too large": (413, PAGE, {}),
    "too many": (429, WORD.replace(b"execution", b"too_many_requests"), {"Retry-After": "60"}),
    "slow": (503, WORD.replace(b"execution", b"timeout"), {}),
}


class Proxy:
    """Passes on what it is asked, and remembers it. `behave`: what it does instead: "hang", "cut", a status, one of OTHERS, or "get only"."""

    def __init__(self, target):
        self.asked, self.lock, self.behave = [], threading.Lock(), None
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                if self.path == "/login":
                    self.reply(200, PAGE, {})
                    return
                parts = urllib.parse.urlsplit(self.path)
                with proxy.lock:
                    proxy.asked.append({"method": "GET", "form": urllib.parse.parse_qs(parts.query)})
                with urllib.request.urlopen(target + self.path, timeout=10) as reply:
                    self.reply(reply.status, reply.read(), {})

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                parts = urllib.parse.urlsplit(self.path)
                with proxy.lock:
                    proxy.asked.append({"path": parts.path, "params": urllib.parse.parse_qs(parts.query), "headers": dict(self.headers), "lines": self.headers.items(),
                                        "form": urllib.parse.parse_qs(body.decode())})
                if proxy.behave:
                    self.misbehave(proxy.behave)
                    return
                request = urllib.request.Request(target + self.path, data=body, headers={"Content-Type": self.headers["Content-Type"]})
                try:
                    with urllib.request.urlopen(request, timeout=10) as reply:
                        status, answer = reply.status, reply.read()
                except urllib.error.HTTPError as error:
                    status, answer = error.code, error.read()
                except OSError:
                    status, answer = 502, b"no answer"
                self.reply(status, answer, {})

            def reply(self, status, answer, headers):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if status != 204:
                    self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def misbehave(self, how):
                if how == "get only":
                    self.reply(405, PAGE, {"Allow": "GET"})
                    return
                if how in OTHERS:
                    self.reply(*OTHERS[how])
                    return
                self.close_connection = True
                if how == "hang":
                    time.sleep(3)
                    return
                answer = WORD if how != "cut" else b'{"status":"success","data":{"resultType":"vector","result":[]}}'
                self.send_response(how if how != "cut" else 200)
                self.send_header("Content-Length", str(len(answer) + (how == "cut")))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *args):
                pass

        self.server = rig.QuietServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def of(self, expression):
        with self.lock:
            return [one for one in self.asked if one["form"]["query"] == [expression]]

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


def start_victoria(directory):
    if not shutil.which("victoria-metrics"):
        print("victoria-metrics is not installed")
        sys.exit(rig.SKIPPED)
    port = rig.free_port()
    directory.mkdir()
    process = rig.Process(["victoria-metrics", f"-storageDataPath={directory}/data", f"-httpListenAddr=127.0.0.1:{port}"], directory / "log")
    suite.defer(process.kill)
    wait_until(lambda: victoria_answers(port), 30, "victoria-metrics is ready")
    return f"http://127.0.0.1:{port}"


def victoria_answers(port):
    try:
        return rig.get(f"http://127.0.0.1:{port}/health", 1)[0] == 200
    except OSError:
        return False


def proxied(target):
    proxy = Proxy(target)
    suite.defer(proxy.stop)
    return proxy


binary = sys.argv[1]
suite = rig.Suite("datasources")
exporter, hook = suite.exporter(), suite.receiver()
exporter.set("lamp", 3)
first, first_url = rig.start_prometheus(suite.directory / "first", [f"127.0.0.1:{exporter.port}"])
suite.defer(first.kill)
near, spare = proxied(first_url), proxied(suite.start_prometheus(exporter, "second"))
victoria = proxied(start_victoria(suite.directory / "victoria"))
tocsin = suite.tocsin(binary, CONFIG.format(near=near.url, spare=spare.url, victoria=victoria.url, hook=hook.url), start=False)
(tocsin.directory / "a.rules.yml").write_text(RULES)
tocsin.start()


def all_groups_find_their_datasource():
    for name in ("Lamp", "LampToo", "Tenant", "TenantToo", "Far"):
        wait_until(lambda: tocsin.alert(name), PATIENCE, f"{name} fires")
    assert tocsin.alert("Far")["annotations"]["seen"] == "7"
    assert not spare.asked, spare.asked[:1]
    assert not near.of("vector(7) > 1") and not victoria.of("lamp > 0")
    assert victoria.of("vector(7) > 1")[0]["params"] == {"nocache": ["1"]}


def headers_and_parameters_of_datasource_and_group_are_sent():
    plain, tenant = near.of("lamp > 0")[0], near.of("lamp > 1")[0]
    assert plain["params"] == {"stage": ["test"]}, plain
    assert plain["headers"]["X-Scope-OrgID"] == "all", plain
    assert tenant["params"] == {"stage": ["tenant"], "more": ["a b", "c"]}, tenant
    assert tenant["headers"]["X-Scope-OrgID"] == "one" and tenant["headers"]["X-Extra"] == "e", tenant


def equal_expressions_of_a_group_are_asked_once_a_slot():
    times = [one["form"]["time"][0] for one in near.of("lamp > 0")]
    assert len(times) == len(set(times)) > 1, times
    assert all(float(time) * 1000 % 500 == 100 for time in times), times


def start_small(name="small"):
    """tocsin with two URLs of its own for one rule."""
    one, two = proxied(first_url), proxied(first_url)
    config = (f"datasource:\n  urls: ['{one.url}/?token=hush', '{two.url}']\n  timeout: 1s\n"
              "  http_config: {http_headers: {X-Scope-OrgID: {values: [all]}, X-Only: {values: [only]}}}\n"
              "rule_files: [rules.yml]\nroute: {receiver: r}\nreceivers: [{name: r}]\n")
    rules = "groups: [{name: g, interval: 500ms, headers: ['x-scope-orgid: mine'], rules: [{alert: Small, expr: lamp > 0}]}, {name: plain, interval: 500ms, rules: [{alert: Plain, expr: lamp > 1}]}]\n"
    small = suite.tocsin(binary, config, rules, name=name)
    wait_until(lambda: small.alert("Small"), PATIENCE, "it fires")
    return small, one, two


def an_answer_that_is_late_cut_or_an_error_of_the_server_moves_on():
    small, one, two = start_small()
    for how in ("hang", "cut", 503):
        count = len(two.of("lamp > 0"))
        one.behave = how
        wait_until(lambda: len(two.of("lamp > 0")) > count + 3, PATIENCE, f"{how}: the other one is asked")
        rule = small.rule("Small")
        assert rule["health"] == "ok" and rule["alerts"], (how, rule)
        one.behave = None
        count = len(one.of("lamp > 0"))
        wait_until(lambda: len(one.of("lamp > 0")) > count + 2, PATIENCE, f"{how}: the first one is asked again")
    began = small.alert("Small")["activeAt"]
    one.behave = 422  # the query's fault: another one would say the same
    count = len(two.of("lamp > 0"))
    wait_until(lambda: small.rule("Small")["health"] == "err", PATIENCE, "a bad query is an error")
    assert "not today" in small.rule("Small")["lastError"]
    assert len(two.of("lamp > 0")) == count, "another one was asked for an error of ours"
    one.behave = None
    wait_until(lambda: small.rule("Small")["health"] == "ok", PATIENCE, "it is well again")
    assert small.alert("Small")["activeAt"] == began
    lines = [(name.lower(), value) for name, value in one.of("lamp > 0")[0]["lines"]]
    assert [value for name, value in lines if name == "x-scope-orgid"] == ["mine"], lines
    assert ("x-only", "only") in lines, lines
    small.stop()


def what_a_server_says_about_itself_moves_on():
    small, one, two = start_small("moving")
    began = small.alert("Small")["activeAt"]
    for how, (status, body, _) in OTHERS.items():
        count = {name: len(two.of(name)) for name in ("lamp > 0", "lamp > 1")}
        one.behave = how
        for name in count:
            wait_until(lambda: len(two.of(name)) > count[name] + 1, PATIENCE, f"{how}: the other one is asked for {name}")
        for name in ("Small", "Plain"):
            rule = wait_until(lambda: (found := small.rule(name)) and found.get("warnings") and found, PATIENCE, f"{how}: {name} says who answered")
            assert rule["health"] == "ok" and rule["alerts"], (how, rule)
            warning = rule["warnings"][0]
            says = f"status {status}" if status // 100 in (3, 4) and body in (PAGE, b"404 page not found\n") and how != "login" else "not today" if b"not today" in body else "not what a query API says"
            assert warning.startswith(f"answered by {two.url}/api/v1/query: ") and one.url in warning and says in warning, (how, warning)
            assert "hush" not in str(rule), rule
        one.behave = None
        wait_until(lambda: not small.rule("Small").get("warnings") and not small.rule("Plain").get("warnings"), PATIENCE, f"{how}: the first one is asked again")
    one.behave, two.behave = "not found", "page"
    rule = wait_until(lambda: (found := small.rule("Plain")) and found["health"] == "err" and found, PATIENCE, "nobody answers")
    assert f"POST {one.url}/api/v1/query: server returned HTTP status 404" in rule["lastError"] and f"POST {two.url}/api/v1/query: the answer is not" in rule["lastError"], rule
    one.behave = two.behave = None
    wait_until(lambda: small.rule("Plain")["health"] == "ok", PATIENCE, "both are well again")
    assert small.alert("Small")["activeAt"] == began, "it fired all the time"
    assert "hush" not in small.output()
    small.stop()


def a_server_that_takes_only_get_is_asked_so():
    small, one, two = start_small("by_get")
    one.behave = "get only"
    wait_until(lambda: len([asked for asked in one.of("lamp > 0") if asked.get("method") == "GET"]) > 3, PATIENCE, "it is asked by GET")
    rule = small.rule("Small")
    assert rule["health"] == "ok" and rule["alerts"] and not rule.get("warnings") and not two.of("lamp > 0"), rule
    posted = len([asked for asked in one.asked if "method" not in asked])
    count = len(one.asked)
    wait_until(lambda: len(one.asked) > count + 4, PATIENCE, "it is asked on")
    assert len([asked for asked in one.asked if "method" not in asked]) == posted, "POST is not tried each time"
    small.stop()


def a_killed_prometheus_is_stood_in_for_and_comes_back():
    first.kill()
    wait_until(lambda: len(spare.of("lamp > 0")) > 3, PATIENCE, "the spare one is asked")
    rule = wait_until(lambda: (found := tocsin.rule("Lamp")) and found["health"] == "ok" and found, PATIENCE, "the rule is well")
    assert rule["alerts"], rule
    asked = len(near.of("lamp > 0"))
    before = len(spare.of("lamp > 0"))
    wait_until(lambda: len(spare.of("lamp > 0")) >= before + 4, PATIENCE, "the spare one stays")
    assert len(near.of("lamp > 0")) == asked, "the dead one is asked only by probes"
    assert not any(message["status"] == "resolved" for message in hook.messages())
    port = first_url.rsplit(":", 1)[1]
    directory = suite.directory / "first"
    again = rig.Process(["prometheus", f"--config.file={directory}/prometheus.yml", f"--storage.tsdb.path={directory}/tsdb", f"--web.listen-address=127.0.0.1:{port}", "--log.level=warn"],
                        directory / "again.log")
    suite.defer(again.kill)
    wait_until(lambda: len(near.of("lamp > 0")) > asked + 2, PATIENCE, "the first one is asked again")
    assert tocsin.alert("Lamp")["activeAt"], "it fired all the time"
    assert not any(message["status"] == "resolved" for message in hook.messages())


def an_unknown_datasource_is_an_error_with_its_place():
    (tocsin.directory / "a.rules.yml").write_text(RULES.replace("datasource: victoria", "datasource: nowhere"))
    status, body = tocsin.reload()
    assert status != 200 and "nowhere" in body + tocsin.output(), (status, body)
    assert 'there is no datasource' in tocsin.output() + body
    (tocsin.directory / "a.rules.yml").write_text(RULES)
    assert tocsin.reload()[0] == 200
    time.sleep(1)
    assert tocsin.alert("Far")


suite.run_all([all_groups_find_their_datasource, headers_and_parameters_of_datasource_and_group_are_sent, equal_expressions_of_a_group_are_asked_once_a_slot,
               an_answer_that_is_late_cut_or_an_error_of_the_server_moves_on, what_a_server_says_about_itself_moves_on, a_server_that_takes_only_get_is_asked_so, a_killed_prometheus_is_stood_in_for_and_comes_back, an_unknown_datasource_is_an_error_with_its_place])
sys.exit(suite.finish())
