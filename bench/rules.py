#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What evaluating rules costs: tocsin beside vmalert in one run, over the same rules and a datasource that costs almost nothing.

CPU is user and system time of the process in a window; RSS is VmRSS at its end. Systems take turns, medians are printed with their
ratio: absolute figures say something about the machine, ratios about the programs. --table prints the figures that are promised, with
their goals; that takes five minutes a run.

usage: rules.py TOCSIN [--runs N] [--table | --case NAME…]"""
import argparse
import json
import math
import os
import pathlib
import re
import shutil
import signal
import socket
import statistics
import subprocess
import tempfile
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
TICKS = os.sysconf("SC_CLK_TCK")
WARM_UP = 3  # seconds


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


SOURCE_PORT, PORT = free_port(), free_port()
# name: (groups, rules a group, series a rule, interval, seconds measured, datasource mode, kind of rule)
CASES = {
    "10,000 rules, empty results": (100, 100, 1, "100ms", 6, "idle", "alert"),
    "10,000 active series of one rule": (1, 1, 10000, "100ms", 8, "active", "alert"),
    "1,000 active series of ten rules": (1, 10, 1000, "100ms", 8, "active", "alert"),
    "1,000 active series of one rule": (1, 1, 1000, "100ms", 8, "active", "alert"),
    "10,000 rules at rest": (100, 100, 1, "1h", 3, "idle", "alert"),
    "10,000 recording rules of one series, written": (100, 100, 1, "100ms", 6, "active", "record"),
    "1,000 series of ten recording rules, written": (1, 10, 1000, "100ms", 8, "active", "record"),
    "1,000 series of ten recording rules, refused": (1, 10, 1000, "100ms", 8, "active", "refused"),
    "1,000 rules, one active series each": (10, 100, 1, "1s", 10, "active", "alert"),
    "1,000 rules, one pending alert each": (10, 100, 1, "1s", 10, "active", "pending"),
}
WRITING = ("record", "refused")  # kinds
# series a rule: (groups, rules a group), with which a round is some 10,000 series; the rest is as in CASES
GROWTH = {1: (100, 100), 10: (10, 100), 100: (1, 100), 1000: (1, 10), 10000: (1, 1)}


def rules_text(groups, rules, series, interval, kind="alert", prefix="group"):
    lines = ["groups:"]
    for group in range(groups):
        lines += [f"- name: {prefix}_{group}", f"  interval: {interval}", "  rules:"]
        for rule in range(rules):
            number = group * rules + rule
            if kind in WRITING:
                lines += [f"  - record: bench:record_{number}", f"    expr: 'bench_series_{series} > {number / 1e6:.6f}'", "    labels: {severity: warning, team: infra}"]
                continue
            lines += [f"  - alert: Bench_{number}", f"    expr: 'bench_series_{series} > {number / 1e6:.6f}'", f"    for: {'24h' if kind == 'pending' else '0s'}",
                      "    labels: {severity: warning, team: infra, tier: '{{ $labels.env }}'}", "    annotations:",
                      "      summary: 'Disk {{ $labels.device }} on {{ $labels.instance }} is {{ $value | humanize }}% full'",
                      "      description: 'Filesystem on {{ $labels.device }} at {{ $labels.instance }} has only {{ printf \"%.2f\" $value }} left.'",
                      f"      runbook_url: 'https://runbooks.example.net/disk/{number}'"]
    return "\n".join(lines) + "\n"


def write_port(kind):
    return 1 if kind == "refused" else SOURCE_PORT


def tocsin_command(binary, directory, kind="alert"):
    write = "" if kind not in WRITING else f"remote_write: [{{url: 'http://127.0.0.1:{write_port(kind)}/api/v1/write'}}]\n"
    (directory / "tocsin.yml").write_text(f"{write}datasource: {{url: 'http://127.0.0.1:{SOURCE_PORT}'}}\nrule_files: [rules.yml]\nroute: {{receiver: none}}\nreceivers: [{{name: none}}]\n")
    return [binary, "serve", f"--config.file={directory}/tocsin.yml", f"--storage.path={directory}/data", f"--web.listen-address=127.0.0.1:{PORT}", "--log.level=error"]


def vmalert_command(_, directory, kind="alert"):
    write = [] if kind not in WRITING else [f"-remoteWrite.url=http://127.0.0.1:{write_port(kind)}", "-remoteWrite.maxQueueSize=2000000"]
    return ["vmalert", f"-rule={directory}/rules.yml", f"-datasource.url=http://127.0.0.1:{SOURCE_PORT}", f"-notifier.url=http://127.0.0.1:{SOURCE_PORT}",
            f"-httpListenAddr=127.0.0.1:{PORT}", "-loggerLevel=ERROR", "-rule.resendDelay=1h", *write]


SYSTEMS = {"tocsin": tocsin_command, "vmalert": vmalert_command}


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def rss_mb(pid):
    return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text()).group(1)) / 1024


def get(port, path):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as reply:
        return reply.read().decode()


def queries():
    return json.loads(get(SOURCE_PORT, "/stats"))["query"]


def wait_ready(started, seconds=120):
    while time.monotonic() - started < seconds:
        try:
            get(PORT, "/metrics")
            return time.monotonic() - started
        except OSError:
            time.sleep(0.01)
    raise SystemExit("not ready")


class Run:
    """One system with rules of its own, pinned to one CPU, and a datasource on the other, for the length of a with."""

    def __init__(self, system, binary, source_binary, text, mode, kind):
        self.command = [system, binary, kind]
        self.text, self.source_command = text, ["taskset", "-c", "1", source_binary, str(SOURCE_PORT), mode]

    def __enter__(self):
        system, binary, kind = self.command
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="tocsin-bench-"))
        self.write(self.text)
        self.source = subprocess.Popen(self.source_command)
        time.sleep(0.2)
        started = time.monotonic()
        self.program = subprocess.Popen(["taskset", "-c", "0", *SYSTEMS[system](binary, self.directory, kind)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            self.ready = wait_ready(started)
            self.ready_cpu = cpu_seconds(self.program.pid)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.program.terminate()
        self.program.wait(30)
        self.source.kill()
        self.source.wait()
        shutil.rmtree(self.directory, ignore_errors=True)

    def write(self, text):
        (self.directory / "rules.yml").write_text(text)

    def window(self, seconds):
        """(evaluations, CPU seconds) of a window."""
        time.sleep(WARM_UP)
        asked, used = queries(), cpu_seconds(self.program.pid)
        time.sleep(seconds)
        return queries() - asked, cpu_seconds(self.program.pid) - used


def measure(system, binary, shape, source_binary):
    groups, rules, series, interval, seconds, mode, kind = shape
    with Run(system, binary, source_binary, rules_text(groups, rules, series, interval, kind), mode, kind) as run:
        asked, used = run.window(seconds)
        cost = used * 1e6 / asked if asked else 0
        return {"ready_s": run.ready, "ready_cpu_s": run.ready_cpu, "cpu_us_per_evaluation": cost, "cpu_us_per_series": cost / series, "cpu_share": used / seconds, "rss_mb": rss_mb(run.program.pid)}


# ---- reload

RELOAD_SECONDS = 60  # then it is given up


def reload_tocsin(_):
    request = urllib.request.Request(f"http://127.0.0.1:{PORT}/-/reload", data=b"", method="POST")
    with urllib.request.urlopen(request, timeout=120):
        pass


def reloaded_at():
    return re.search(r"^vmalert_config_last_reload_success_timestamp_seconds (\S+)", get(PORT, "/metrics"), re.MULTILINE)[1]


def reload_vmalert(pid):
    """vmalert says of a reload only in which second it ended, and asking it is not cheap."""
    before, end = reloaded_at(), time.monotonic() + RELOAD_SECONDS
    os.kill(pid, signal.SIGHUP)
    while reloaded_at() == before and time.monotonic() < end:
        time.sleep(0.5)


RELOADS = {"tocsin": reload_tocsin, "vmalert": reload_vmalert}


def measure_reload(system, binary, source_binary):
    """(seconds, of CPU) of a reload of 10,000 rules at rest: unchanged, and with all groups renamed."""
    with Run(system, binary, source_binary, rules_text(100, 100, 1, "1h"), "idle", "alert") as run:
        took = {}
        for name, prefix in (("unchanged", "group"), ("renamed", "other")):
            time.sleep(1.1)
            run.write(rules_text(100, 100, 1, "1h", prefix=prefix))
            started, used = time.monotonic(), cpu_seconds(run.program.pid)
            if system == "tocsin" or name == "renamed":  # vmalert sees that nothing changed and says nothing
                RELOADS[system](run.program.pid)
                took[name] = (time.monotonic() - started, cpu_seconds(run.program.pid) - used)
        return took


# ---- growth

def exponent(costs, empty):
    """The slope of log cost over log series from 10 on, by least squares, without what an empty evaluation costs."""
    points = [(math.log(series), math.log(max(cost - empty, 1e-3))) for series, cost in costs.items() if series >= 10]
    mean_x, mean_y = (statistics.mean(values) for values in zip(*points))
    return sum((x - mean_x) * (y - mean_y) for x, y in points) / sum((x - mean_x) ** 2 for x, _ in points)


def growth(binary, source_binary, runs):
    costs = {}
    for series, (groups, rules) in GROWTH.items():
        shape = (groups, rules, series, "100ms", 5, "active", "alert")
        costs[series] = statistics.median(measure("tocsin", binary, shape, source_binary)["cpu_us_per_evaluation"] for _ in range(runs))
    return costs


# ---- output

# (figure, case, key of its result, goal)
PROMISES = [
    ("empty evaluation, CPU µs", "10,000 rules, empty results", "cpu_us_per_evaluation", "≥ 2.2×"),
    ("recording rule of one series, written, CPU µs", "10,000 recording rules of one series, written", "cpu_us_per_evaluation", "≥ 1.7×"),
    ("recording rule of 1,000 series, written, CPU µs a series", "1,000 series of ten recording rules, written", "cpu_us_per_series", "≥ 8×"),
    ("1,000 active templated series, unchanged, CPU µs a series", "1,000 active series of one rule", "cpu_us_per_series", "≥ 150×"),
    ("10,000 rules at rest, RSS MB", "10,000 rules at rest", "rss_mb", "≤ 15 MB"),
    ("10,000 rules at rest, ready after s", "10,000 rules at rest", "ready_s", "≤ 0.3 s"),
    ("10,000 rules at rest, ready after s of CPU", "10,000 rules at rest", "ready_cpu_s", ""),
]


def print_row(figure, values, goal):
    ratio = f"{values[1] / values[0]:.3g}×" if len(values) > 1 and values[1] is not None and values[0] > 0 else ""
    shown = ["" if value is None else f"{value:.0f}" if value >= 1000 else f"{value:.3g}" for value in values]
    print(f"| {figure} | " + " | ".join(shown) + f" | {ratio} | {goal} |", flush=True)


def print_table(binary, source_binary, systems, runs):
    print("| figure | " + " | ".join(systems) + " | ratio | goal |\n|---|" + "---|" * (len(systems) + 2))
    results = {}
    for case in dict.fromkeys(promise[1] for promise in PROMISES):
        results[case] = {system: [] for system in systems}
        for _ in range(runs):
            for system in systems:
                results[case][system].append(measure(system, binary, CASES[case], source_binary))
    median = lambda case, system, key: statistics.median(result[key] for result in results[case][system])
    for figure, case, key, goal in PROMISES:
        print_row(figure, [median(case, system, key) for system in systems], goal)
    reloads = {system: [measure_reload(system, binary, source_binary) for _ in range(runs)] for system in systems}
    for name, figure in (("unchanged", "10,000 rules, reload, nothing changed, s"), ("renamed", "10,000 rules, reload, all groups renamed, s")):
        for part, (unit, goal) in enumerate((("", "≤ 0.3 s"), (" of CPU", ""))):
            print_row(figure + unit, [statistics.median(took[name][part] for took in reloads[system]) if name in reloads[system][0] else None for system in systems], goal)
    costs = growth(binary, source_binary, runs)
    for series, cost in costs.items():
        print_row(f"rule of {series:,} active templated series, CPU µs an evaluation", [cost, None][:len(systems)], "")
    print_row("exponent of that cost, 10 to 10,000 series", [exponent(costs, median("10,000 rules, empty results", "tocsin", "cpu_us_per_evaluation")), None][:len(systems)], "≤ 1.05")


def print_cases(binary, source_binary, systems, runs, cases):
    print("| case | figure | " + " | ".join(systems) + " | ratio |\n|---|---|" + "---|" * (len(systems) + 1))
    for case in cases:
        results = {system: [] for system in systems}
        for _ in range(runs):
            for system in systems:
                results[system].append(measure(system, binary, CASES[case], source_binary))
        for figure in results["tocsin"][0]:
            medians = [statistics.median(result[figure] for result in results[system]) for system in systems]
            ratio = f"{medians[1] / medians[0]:.1f}" if len(medians) > 1 and medians[0] > 0 else ""
            print(f"| {case} | {figure} | " + " | ".join(f"{median:.3g}" for median in medians) + f" | {ratio} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("tocsin")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--table", action="store_true", help="the figures that are promised, with their goals")
    parser.add_argument("--case", action="append", choices=list(CASES))
    arguments = parser.parse_args()
    systems = [name for name in SYSTEMS if name == "tocsin" or shutil.which(name)]
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as directory:
        source = os.path.join(directory, "datasource")
        subprocess.run(["cc", "-O2", "-o", source, str(HERE / "datasource.c")], check=True)
        if arguments.table:
            print_table(arguments.tocsin, source, systems, arguments.runs)
        else:
            print_cases(arguments.tocsin, source, systems, arguments.runs, arguments.case or CASES)


if __name__ == "__main__":
    main()
