# SPDX-License-Identifier: Apache-2.0
"""How much a datasource is asked at a time: by all evaluators together never more than its bound, by one busy group all of it.
The datasource counts what it has not answered yet; each answer takes longer than there is time for all.

usage: query_bound.py TOCSIN"""
import http.server
import json
import sys
import threading
import time
import urllib.parse

import rig
from rig import wait_until

PATIENCE = 60  # seconds; the machine may be busy
GROUPS = 8

CONFIG = """
datasource: {{url: '{url}', timeout: 30s, max_concurrent_queries: {bound}}}
rule_files: [rules.yml]
route: {{receiver: none}}
receivers: [{{name: none}}]
"""
TEMPLATE = "annotations: {seen: '{{ range query \"seen\" }}{{ .Value }}{{ end }}'}"


class Datasource:
    """Answers everything with one series after a while, or, while `hangs`, once it is let go."""

    def __init__(self):
        self.lock, self.let_go, self.hangs = threading.Lock(), threading.Condition(), False
        self.at_once, self.most, self.asked = 0, 0, {}
        source = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                form = urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                source.begin(form["query"][0])
                with source.let_go:
                    source.let_go.wait_for(lambda: not source.hangs, PATIENCE)
                time.sleep(0.03)
                with source.lock:
                    source.at_once -= 1  # before the answer: who has it may ask anew
                body = json.dumps({"status": "success", "data": {"resultType": "vector", "result": [{"metric": {"host": "a"}, "value": [float(form["time"][0]), "1"]}]}}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):
                pass

        self.server = rig.QuietServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def begin(self, expression):
        with self.lock:
            self.asked[expression] = self.asked.get(expression, 0) + 1
            self.at_once += 1
            self.most = max(self.most, self.at_once)

    def hang(self, does_hang):
        with self.let_go:
            self.hangs = does_hang
            self.let_go.notify_all()

    def count(self, expression):
        with self.lock:
            return self.asked.get(expression, 0)

    def forget_most(self):
        with self.lock:
            self.most = self.at_once

    def stop(self):
        self.hang(False)
        self.server.shutdown()
        self.server.server_close()


def many_groups():
    return "groups:\n" + "".join(f"- {{name: g{i}, interval: 100ms, rules: [{{alert: A{i}, expr: m > {i}, {TEMPLATE}}}, {{record: 'r{i}', expr: n > {i}}}]}}\n" for i in range(GROUPS))


def one_group(concurrency):
    return f"groups:\n- name: busy\n  interval: 100ms\n  concurrency: {concurrency}\n  rules:\n" + "".join(f"  - {{alert: A{i}, expr: m > {i}, {TEMPLATE}}}\n" for i in range(GROUPS))


def start(name, bound, rules):
    source = Datasource()
    suite.defer(source.stop)
    return source, suite.tocsin(binary, CONFIG.format(url=source.url, bound=bound), rules, name=name)


def wait_for_all(source, more, letters="mn"):
    before = {expression: source.count(expression) for expression in [f"{letter} > {i}" for letter in letters for i in range(GROUPS)]}
    for expression, count in before.items():
        wait_until(lambda: source.count(expression) >= count + more, PATIENCE, f"{expression} is asked for")


def check_most(source, bound):
    """As many as may ask at a time do sooner or later, and no more."""
    wait_until(lambda: source.most >= bound, PATIENCE, f"{bound} ask at a time")
    assert source.most == bound, (source.most, bound)


def check_bound(bound):
    source, tocsin = start(f"bound{bound}", bound, many_groups())
    wait_for_all(source, 2)
    assert source.count("seen") > 0, "templates ask as well"
    check_most(source, bound)
    wait_until(lambda: tocsin.metric("tocsin_datasource_queries_in_flight") > 0, PATIENCE, "the metric counts them")
    assert tocsin.metric("tocsin_datasource_queries_in_flight") <= bound
    tocsin.stop()


def many_groups_ask_one_thing_at_a_time():
    check_bound(1)


def many_groups_ask_three_things_at_a_time():
    check_bound(3)


def one_busy_group_may_ask_as_much_as_all():
    source, tocsin = start("busy", 3, one_group(8))
    wait_for_all(source, 2, "m")
    check_most(source, 3)
    tocsin.stop()


def concurrency_bounds_a_group_within():
    source, tocsin = start("within", 8, one_group(2))
    wait_for_all(source, 2, "m")
    check_most(source, 2)
    tocsin.stop()


def a_reload_while_all_hang_changes_what_is_let_through():
    source, tocsin = start("reloaded", 4, many_groups())
    source.hang(True)
    wait_until(lambda: source.at_once == 4, PATIENCE, "four hang")
    tocsin.write(config=CONFIG.format(url=source.url, bound=2))
    assert tocsin.reload()[0] == 200
    tocsin.write(rules=many_groups().replace("host", "instance").replace("record: 'r", "record: 's"))  # groups begin anew; what they asked is given up
    assert tocsin.reload()[0] == 200
    source.hang(False)
    wait_for_all(source, 2)
    source.forget_most()
    wait_for_all(source, 2)
    check_most(source, 2)
    source.hang(True)
    wait_until(lambda: source.at_once == 2, PATIENCE, "two hang")
    began = time.monotonic()
    tocsin.stop()
    assert time.monotonic() - began < 20, "it does not wait for them"


binary = sys.argv[1]
suite = rig.Suite("query_bound")
suite.run_all([many_groups_ask_one_thing_at_a_time, many_groups_ask_three_things_at_a_time, one_busy_group_may_ask_as_much_as_all, concurrency_bounds_a_group_within,
               a_reload_while_all_hang_changes_what_is_let_through])
sys.exit(suite.finish())
