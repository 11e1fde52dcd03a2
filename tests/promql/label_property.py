# SPDX-License-Identifier: Apache-2.0
"""Evaluates random expressions in a real Prometheus and holds what tocsin says of their labels against the series that come back: each must fit
a branch, with no label that is called impossible and every label that is called certain.

label_property.py PROBE [COUNT [SEED]]     COUNT expressions with results are looked at. Exit status: 0 all fit, 1 not, 77 no Prometheus
"""
import http.client
import json
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
from pathlib import Path

NOW = 1_600_000_000
LABELS = ["a", "b", "c", "le", "d"]
METRICS = {
    "m": ["a b c", "a b", "a", "b c"],
    "n": ["a b", "a"],
    "one": ["a"],
    "none": [""],
    "full": ["a b c d"],
    "h_bucket": ["a le", "a b le", "le"],
}
VALUES = {"a": ["1", "2"], "b": ["1", "x"], "c": ["1"], "d": ["1"], "le": ["0.1", "1", "+Inf"]}
KEEPING = ["abs", "ceil", "sort", "sort_desc", "timestamp", "sgn", "-", "+", "exp", "hour"]
RANGES = ["rate", "last_over_time", "avg_over_time", "changes", "present_over_time", "deriv", "count_over_time", "increase"]
PATTERNS = [".*", ".+", "1|2", "1?", "x|", "(1)", "", "^1$"]
REPLACEMENTS = ["$1", "", "x", "y$1", "$9"]


def series():
    for name, shapes in METRICS.items():
        for shape in shapes:
            sets = [{}]
            for label in shape.split():
                sets = [{**held, label: value} for held in sets for value in VALUES[label]]
            yield from ((name, held) for held in sets)


def open_metrics():
    lines = []
    for at, (name, labels) in enumerate(series()):
        text = ",".join(f'{key}="{value}"' for key, value in labels.items())
        for step in range(12):
            lines.append(f"{name}{{{text}}} {(at * 7 + step) % 5 + step} {NOW - 300 + step * 30}")
    names = {}
    for line in lines:
        names.setdefault(line.split("{")[0], []).append(line)
    return "".join(f"# TYPE {name} unknown\n" + "\n".join(rows) + "\n" for name, rows in names.items()) + "# EOF\n"


class Maker:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def pick(self, items):
        return self.random.choice(items)

    def chance(self, part):
        return self.random.random() < part

    def names(self, most=3):
        return ", ".join(self.random.sample(LABELS + ["__name__"], self.random.randint(0, most)))

    def matcher(self):
        op = self.pick(["=", "!=", "=~", "!~", "=", "!="])
        value = self.pick(PATTERNS) if "~" in op else self.pick(["", "1", "2", "x", "1"])
        return f'{self.pick(LABELS)}{op}"{value}"'

    def selector(self):
        matchers = [self.matcher() for _ in range(self.pick([0, 0, 1, 1, 2]))]
        if self.chance(0.1):
            return "{" + ",".join(['__name__=~"m|n|one"'] + matchers) + "}"
        return self.pick(list(METRICS)) + ("{" + ",".join(matchers) + "}" if matchers else "")

    def range(self, depth):
        if depth > 0 and self.chance(0.3):
            return f"({self.vector(depth - 1)})[3m:30s]"
        return f"{self.selector()}[3m]"

    def aggregate(self, depth):
        op = self.pick(["sum", "max", "count", "group", "stddev", "topk", "bottomk", "quantile", "count_values"])
        first = {"topk": "2, ", "bottomk": "2, ", "quantile": "0.5, ", "count_values": f'"{self.pick(LABELS)}", '}.get(op, "")
        clause = self.pick(["", f" by ({self.names()}) ", f" by ({self.names()}) ", f" without ({self.names()}) "])
        return f"{op}{clause}({first}{self.vector(depth - 1)})"

    def call(self, depth):
        forms = [lambda: f"{self.pick(RANGES)}({self.range(depth)})",
                 lambda: f"{self.pick(KEEPING)}({self.vector(depth - 1)})",
                 lambda: f"absent({self.pick(['nix', 'm', 'n', self.vector(depth - 1)])}{{{self.matcher()}, {self.matcher()}, a!=\"7\"}})",
                 lambda: f'absent(nix{{{self.matcher()}, {self.matcher()}}})',
                 lambda: f"absent_over_time(nix{{{self.matcher()}}}[3m])",
                 lambda: f"absent({self.vector(depth - 1)} == 99)",
                 lambda: f"histogram_quantile(0.9, {self.vector(depth - 1)})",
                 lambda: f'label_replace({self.vector(depth - 1)}, "{self.pick(LABELS)}", "{self.pick(REPLACEMENTS)}", "{self.pick(LABELS + [""])}", "{self.pick(PATTERNS)}")',
                 lambda: f'label_join({self.vector(depth - 1)}, "{self.pick(LABELS)}", "{self.pick(["", "-"])}"{self.sources()})',
                 lambda: f"clamp_max({self.vector(depth - 1)}, 3)", lambda: "vector(1)", lambda: f"vector(scalar({self.vector(depth - 1)}))"]
        return self.pick(forms)()

    def sources(self):
        return "".join(f', "{self.pick(LABELS)}"' for _ in range(self.random.randint(0, 3)))

    def matching(self, is_set):
        if self.chance(0.3):
            return ""
        out = self.pick([f" on ({self.names()})", f" ignoring ({self.names()})"])
        if not is_set and self.chance(0.5):
            out += f" {self.pick(['group_left', 'group_right'])} ({self.names(2)})"
        return out

    def binary(self, depth):
        op = self.pick(["+", "*", "/", ">", "== bool", "!=", "<=", "and", "or", "unless", "and", "or"])
        if op not in ("and", "or", "unless") and self.chance(0.2):
            return self.pick([f"({self.vector(depth - 1)}) {op} 1", f"1 {op} ({self.vector(depth - 1)})"])
        return f"({self.vector(depth - 1)}) {op}{self.matching(op in ('and', 'or', 'unless'))} ({self.vector(depth - 1)})"

    def vector(self, depth):
        if depth <= 0:
            return self.selector()
        return self.pick([self.selector, lambda: self.aggregate(depth), lambda: self.call(depth), lambda: self.binary(depth), lambda: self.binary(depth)])()


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class Prometheus:
    def __init__(self, directory):
        self.port = free_port()
        text = Path(directory) / "series.om"
        text.write_text(open_metrics())
        data = f"{directory}/data"
        subprocess.run(["promtool", "tsdb", "create-blocks-from", "openmetrics", str(text), data], check=True, stdout=subprocess.DEVNULL)
        config = Path(directory) / "prometheus.yml"
        config.write_text("global: {}\n")
        self.process = subprocess.Popen(["prometheus", f"--config.file={config}", f"--web.listen-address=127.0.0.1:{self.port}", f"--storage.tsdb.path={data}",
                                         "--storage.tsdb.retention.time=100y"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.connection = None

    def wait(self):
        for _ in range(300):
            try:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
                self.connection.request("GET", "/-/ready")
                reply = self.connection.getresponse()
                reply.read()
                if reply.status == 200:
                    return
            except OSError:
                pass
            time.sleep(0.1)
        sys.exit("Prometheus did not start")

    def ask(self, expression):
        """The label sets of the result, or None where the expression fails."""
        self.connection.request("GET", "/api/v1/query?" + urllib.parse.urlencode({"query": expression, "time": NOW}))
        reply = json.loads(self.connection.getresponse().read())
        if reply["status"] != "success" or reply["data"]["resultType"] != "vector":
            return None
        return [item["metric"] for item in reply["data"]["result"]]


def fits(branch, labels):
    known = branch["labels"]
    for name, state in known.items():
        if (state == "never" and name in labels) or (state == "always" and name not in labels):
            return False
    return not branch["closed"] or all(name in known for name in labels)


def tell(probe, expressions):
    data = b"".join(text.encode() + b"\0" for text in expressions)
    lines = subprocess.run([probe], input=data, stdout=subprocess.PIPE, check=True).stdout.decode().splitlines()
    return [json.loads(line) for line in lines]


def compare(probe, prometheus, count, maker):
    looked_at = wrong = claims = failed = 0
    while looked_at < count:
        batch = [maker.vector(maker.random.randint(1, 4)) for _ in range(200)]
        for text, told in zip(batch, tell(probe, batch)):
            branches = told and told["branches"]
            series_found = None if branches is None else prometheus.ask(text)
            failed += series_found is None
            if not series_found:
                continue
            looked_at += 1
            claims += sum(state != "maybe" for branch in branches for state in branch["labels"].values()) + sum(branch["closed"] for branch in branches)
            for labels in series_found:
                if not any(fits(branch, labels) for branch in branches):
                    wrong += 1
                    print(f"{text}\n  gave {labels}\n  told {branches}")
                    break
    print(f"{looked_at} expressions with results, {claims} claims about their labels, {wrong} wrong ({failed} more failed)")
    return wrong


def run(compare_with, make_maker):
    """The exit status of a property: compare_with(probe, prometheus, count, maker) counts what is wrong, for PROBE [COUNT [SEED]]."""
    probe, count, seed = sys.argv[1], int((sys.argv[2:3] or [600])[0]), int((sys.argv[3:4] or [1])[0])
    if shutil.which("prometheus") is None or shutil.which("promtool") is None:
        print("no Prometheus")
        return 77
    with tempfile.TemporaryDirectory() as directory:
        prometheus = Prometheus(directory)
        try:
            prometheus.wait()
            return 1 if compare_with(probe, prometheus, count, make_maker(seed)) else 0
        finally:
            prometheus.process.kill()
            prometheus.process.wait()


if __name__ == "__main__":
    sys.exit(run(compare, Maker))
