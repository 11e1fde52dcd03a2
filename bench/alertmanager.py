#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What routing alerts costs: tocsin beside Alertmanager in one run, over the same configuration, the same posts and a receiver that costs almost nothing.

CPU is the process's own clock; RSS is VmRSS. Systems take turns, each on one CPU and what loads it on the other; medians are printed with their ratio: absolute
figures say something about the machine, ratios about the programs. What arrived is counted: a system that did not deliver everything, and nothing else, has no figure.

usage: alertmanager.py TOCSIN [--runs N] [--case NAME…]"""
import argparse
import http.client
import io
import json
import pathlib
import shutil
import socket
import statistics
import subprocess
import tempfile
import time

import rules

HOOK_PORT, PORT = rules.free_port(), rules.free_port()
ALERTS = 10000
WAIT = 8  # seconds: group_wait where something is told; whoever is posted to for longer has no figure


class Wrong(Exception):
    """It did not do what was asked."""


# ---- systems

def tocsin_command(binary, directory):
    return [binary, "serve", f"--config.file={directory}/alertmanager.yml", f"--storage.path={directory}/data", f"--web.listen-address=127.0.0.1:{PORT}", "--log.level=error"]


def alertmanager_command(_, directory):
    return ["prometheus-alertmanager", f"--config.file={directory}/alertmanager.yml", f"--storage.path={directory}/data", f"--web.listen-address=127.0.0.1:{PORT}",
            "--cluster.listen-address=", "--log.level=error"]


SYSTEMS = {"tocsin": tocsin_command, "alertmanager": alertmanager_command}


def config_text(wait, inhibit_rules):
    lines = ["route:", "  receiver: hook", "  group_by: [alertname]", f"  group_wait: {wait}", "  group_interval: 1h", "  repeat_interval: 4h", "receivers:", "- name: hook",
             f"  webhook_configs: [{{url: 'http://127.0.0.1:{HOOK_PORT}/hook'}}]"]
    if inhibit_rules > 0:
        lines += ["inhibit_rules:"]
    for number in range(inhibit_rules):
        lines += [f"- source_matchers: ['severity=\"critical\"', 'zone=\"z{number}\"']", f"  target_matchers: ['severity=\"warning\"', 'zone=\"z{number}\"']", "  equal: [dc]"]
    return "\n".join(lines) + "\n"


class Received:
    """What came over a socket, for whoever reads from one."""

    def __init__(self, data):
        self.data = data

    def makefile(self, *_):
        return io.BytesIO(self.data)


def timed_get(path):
    """The answer's text, and the seconds until its last byte was there: it is taken apart afterwards."""
    began, pieces = time.monotonic(), []
    with socket.create_connection(("127.0.0.1", PORT), timeout=120) as connection:
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        while piece := connection.recv(1 << 20):
            pieces.append(piece)
    seconds = time.monotonic() - began
    reply = http.client.HTTPResponse(Received(b"".join(pieces)))
    reply.begin()
    if reply.status != 200:
        raise Wrong(f"GET {path}: {reply.status}")
    return reply.read(), seconds


def request(port, method, path, body=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
        reply = connection.getresponse()
        text = reply.read()
        if reply.status != 200:
            raise Wrong(f"{path} answered {reply.status}")
        return text
    finally:
        connection.close()


class Run:
    """One system, pinned to one CPU, and a receiver on the other, for the length of a with."""

    def __init__(self, system, binaries, wait="1h", inhibit_rules=0):
        self.system, self.binaries, self.config = system, binaries, config_text(wait, inhibit_rules)

    def __enter__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="tocsin-bench-"))
        (self.directory / "alertmanager.yml").write_text(self.config)
        self.hooks = subprocess.Popen(["taskset", "-c", "1", self.binaries["webhooks"], str(HOOK_PORT)])
        started = time.monotonic()
        self.program = subprocess.Popen(["taskset", "-c", "0", *SYSTEMS[self.system](self.binaries["tocsin"], self.directory)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            self.wait_ready(started)
            self.ready_ms = (time.monotonic() - started) * 1000
            self.settle()
            self.ready_cpu_ms = self.cpu() * 1000
            self.rest_mb = rules.rss_mb(self.program.pid)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.program.terminate()
        self.program.wait(60)
        self.hooks.kill()
        self.hooks.wait()
        shutil.rmtree(self.directory, ignore_errors=True)

    def wait_ready(self, started):
        while time.monotonic() - started < 60:
            try:
                request(PORT, "GET", "/-/ready")
                return
            except (OSError, Wrong):
                time.sleep(0.002)
        raise Wrong("not ready")

    def cpu(self):
        return time.clock_gettime((~self.program.pid << 3) | 2)  # the clock of another process: clock_getcpuclockid(3)

    def settle(self, idle=0.02):
        """Until it does nothing that counts for half a second."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            was = self.cpu()
            time.sleep(0.5)
            if self.cpu() - was < idle * 0.5:
                return

    def resting_mb(self):
        """RSS once it has been the same for four seconds: both give back what a storm took, some seconds later."""
        same, last, end = 0, 0, time.monotonic() + 40
        while same < 4 and time.monotonic() < end:
            time.sleep(1)
            now = rules.rss_mb(self.program.pid)
            same = same + 1 if abs(now - last) < 1 else 0
            last = now
        return last

    def post(self, count, groups, rounds=1, severity="warning", first=0, age=0):
        """CPU µs an alert."""
        was = self.cpu()
        command = ["taskset", "-c", "1", self.binaries["post_alerts"], str(PORT), str(count), str(groups), str(rounds), severity, str(first), str(age)]
        answer = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        if answer != {"accepted": count * rounds, "refused": 0}:
            raise Wrong(f"posts: {answer}")
        self.settle()
        return (self.cpu() - was) * 1e6 / count / rounds

    def arrived(self):
        return json.loads(request(HOOK_PORT, "GET", "/stats"))

    def told(self, posted_at, distinct, requests):
        """CPU seconds from now, after the posts and before the first flush, until all flushes are over and all has arrived."""
        if time.monotonic() - posted_at > WAIT:
            raise Wrong("posted for too long")
        was = self.cpu()
        time.sleep(WAIT + 0.5)
        end = time.monotonic() + 60
        while self.arrived()["distinct"] < distinct and time.monotonic() < end:
            time.sleep(0.1)
        self.settle()
        arrived = self.arrived()
        if arrived["distinct"] != distinct or arrived["requests"] < requests:
            raise Wrong(f"{arrived} arrived, expected {distinct} of {requests} requests")
        return self.cpu() - was


# ---- cases: each yields figures by name

def posted(run_of):
    with run_of() as run:
        first = run.post(ALERTS, 100, age=600)
        yield {"first_us": first, "again_us": run.post(ALERTS, 100, rounds=5, age=600), "ready_ms": run.ready_ms, "ready_cpu_ms": run.ready_cpu_ms, "rest_mb": run.rest_mb}


def many(run_of):
    with run_of() as run:
        first = run.post(10 * ALERTS, 100, age=600)
        again = run.post(10 * ALERTS, 100, age=600)
        yield {"first_us": first, "again_us": again, "alert_b": (run.resting_mb() - run.rest_mb) * 1048576 / (10 * ALERTS)}


def fan_out(run_of, groups):
    with run_of(wait=f"{WAIT}s") as run:
        posted_at = time.monotonic()
        run.post(ALERTS, groups)
        cpu = run.told(posted_at, ALERTS, groups)
        yield {"alert_us": cpu * 1e6 / ALERTS, "rss_mb": rules.rss_mb(run.program.pid)}


def inhibited(run_of):
    with run_of(wait=f"{WAIT}s", inhibit_rules=100) as run:
        posted_at = time.monotonic()
        run.post(100, 1, severity="critical", first=1000000)
        run.post(ALERTS, 100)
        yield {"alert_us": run.told(posted_at, 100, 1) * 1e6 / ALERTS}


def silence_text(number):
    matchers = [{"name": "idx", "value": str(number * 10), "isRegex": False, "isEqual": True}, {"name": "team", "value": f"infra|x{number}", "isRegex": True, "isEqual": True}]
    return json.dumps({"matchers": matchers, "startsAt": "2020-01-01T00:00:00Z", "endsAt": "2099-01-01T00:00:00Z", "createdBy": "bench", "comment": "c"})


def post_silences(run, count):
    """CPU µs a silence."""
    was, connection = run.cpu(), http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
    for number in range(count):
        connection.request("POST", "/api/v2/silences", silence_text(number), {"Content-Type": "application/json"})
        reply = connection.getresponse()
        reply.read()
        if reply.status != 200:
            raise Wrong(f"a silence was answered {reply.status}")
    connection.close()
    return (run.cpu() - was) * 1e6 / count


def silenced(run_of):
    costs = {}
    for silences in (0, 1000):
        with run_of(wait=f"{WAIT}s") as run:
            if silences > 0:
                costs["silence_us"] = post_silences(run, silences)
            posted_at = time.monotonic()
            run.post(ALERTS, 100)
            costs[silences] = run.told(posted_at, ALERTS - silences, 100 if silences == 0 else 90)
    yield {"silence_us": costs["silence_us"], "alert_us": max(costs[1000] - costs[0], 0) * 1e6 / ALERTS}


PATHS = {"alerts": ("/api/v2/alerts", ALERTS), "groups": ("/api/v2/alerts/groups", 100), "one": ("/api/v2/alerts?filter=idx%3D%2277%22", 1)}


def read(run_of):
    """With some alerts posted again before each request: what was answered before helps nobody."""
    with run_of() as run:
        run.post(ALERTS, 100, age=600)
        figures = {}
        for name, (path, count) in PATHS.items():
            walls, cpus = [], []
            for _ in range(5):
                run.post(64, 100, age=600)
                was = run.cpu()
                text, seconds = timed_get(path)
                walls.append(seconds * 1000)
                cpus.append((run.cpu() - was) * 1000)
                if len(json.loads(text)) != count:
                    raise Wrong(f"{path} tells of {len(json.loads(text))}")
            figures |= {f"{name}_ms": statistics.median(walls), f"{name}_cpu_ms": statistics.median(cpus)}
        yield figures


CASES = {
    "posted": posted,
    "100,000 alerts": many,
    "10,000 groups of one": lambda run_of: fan_out(run_of, ALERTS),
    "one group of 10,000": lambda run_of: fan_out(run_of, 1),
    "silences": silenced,
    "inhibition": inhibited,
    "read": read,
}

# (figure, case, key of its result, goal)
FIGURES = [
    ("posted again, 10,000 alerts, CPU µs each", "posted", "again_us", "≥ 10×"),
    ("posted first, 10,000 alerts, CPU µs each", "posted", "first_us", "≥ 6×"),
    ("ready after ms", "posted", "ready_ms", ""),
    ("CPU ms until ready", "posted", "ready_cpu_ms", ""),
    ("at rest, RSS MB", "posted", "rest_mb", ""),
    ("posted again, 100,000 alerts, CPU µs each", "100,000 alerts", "again_us", "≥ 10×"),
    ("posted first, 100,000 alerts, CPU µs each", "100,000 alerts", "first_us", "≥ 6×"),
    ("100,000 alerts, RSS B each", "100,000 alerts", "alert_b", "≤ 900 B"),
    ("10,000 groups of one, CPU µs a notification", "10,000 groups of one", "alert_us", "≥ 7×"),
    ("10,000 groups of one, all told, RSS MB", "10,000 groups of one", "rss_mb", "≤ 60 MB"),
    ("one group of 10,000, CPU µs an alert told", "one group of 10,000", "alert_us", "≥ 7×"),
    ("one group of 10,000, told, RSS MB", "one group of 10,000", "rss_mb", ""),
    ("1,000 silences, 10,000 alerts, CPU µs an alert more than without", "silences", "alert_us", "≥ 40×"),
    ("a silence posted, CPU µs", "silences", "silence_us", ""),
    ("100 inhibit rules, 10,000 targets, CPU µs an alert held back", "inhibition", "alert_us", "≥ 6×"),
    ("GET /api/v2/alerts, 10,000, ms", "read", "alerts_ms", "≤ 30 ms"),
    ("GET /api/v2/alerts, 10,000, CPU ms", "read", "alerts_cpu_ms", ""),
    ("GET /api/v2/alerts/groups, 10,000 in 100, ms", "read", "groups_ms", ""),
    ("GET /api/v2/alerts, one of 10,000, ms", "read", "one_ms", "≤ 2 ms"),
    ("GET /api/v2/alerts, one of 10,000, CPU ms", "read", "one_cpu_ms", ""),
]


# ---- output

def measure(case, system, binaries, runs, results):
    def run_of(**options):
        return Run(system, binaries, **options)
    try:
        for figures in CASES[case](run_of):
            results.append(figures)
    except Wrong as wrong:
        print(f"<!-- {system}, {case}: {wrong} -->", flush=True)


def median(results, runs, key):
    return statistics.median(result[key] for result in results) if len(results) == runs else None  # a run without figures has none at all


def print_row(figure, values, goal):
    ratio = f"{values[1] / max(values[0], 1e-2):.3g}×" if len(values) > 1 and None not in values else ""
    shown = ["none" if value is None else f"{value:.0f}" if value >= 100 else f"{value:.3g}" for value in values]
    print(f"| {figure} | " + " | ".join(shown) + f" | {ratio} | {goal} |", flush=True)


def print_table(binaries, systems, runs, cases):
    print("| figure | " + " | ".join(systems) + " | ratio | goal |\n|---|" + "---|" * (len(systems) + 2))
    for case in cases:
        results = {system: [] for system in systems}
        for _ in range(runs):
            for system in systems:
                measure(case, system, binaries, runs, results[system])
        for figure, of_case, key, goal in FIGURES:
            if of_case == case:
                print_row(figure, [median(results[system], runs, key) for system in systems], goal)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("tocsin")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--case", action="append", choices=list(CASES))
    parser.add_argument("--alone", action="store_true", help="without Alertmanager")
    arguments = parser.parse_args()
    systems = [system for system in SYSTEMS if system == "tocsin" or (not arguments.alone and shutil.which("prometheus-alertmanager"))]
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as directory:
        binaries = {"tocsin": arguments.tocsin}
        for name in ("post_alerts", "webhooks"):
            binaries[name] = f"{directory}/{name}"
            subprocess.run(["cc", "-O2", "-o", binaries[name], str(rules.HERE / f"{name}.c")], check=True)
        print_table(binaries, systems, arguments.runs, arguments.case or CASES)


if __name__ == "__main__":
    main()
