#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What evaluating rules costs: tocsin beside vmalert in one run, over the same rules and a datasource that costs almost nothing.

CPU is user and system time of the process in a window; RSS is VmRSS at its end. Systems take turns, medians are printed with their
ratio: absolute figures say something about the machine, ratios about the programs.

usage: rules.py TOCSIN [--runs N] [--case NAME]…"""
import argparse
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import tempfile
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
TICKS = os.sysconf("SC_CLK_TCK")
SOURCE_PORT, PORT = 19000, 19100
# name: (groups, rules a group, series a rule, interval, seconds measured, datasource mode, kind of rule)
CASES = {
    "10,000 rules, empty results": (100, 100, 1, "100ms", 6, "idle", "alert"),
    "10,000 active series of one rule": (1, 1, 10000, "100ms", 8, "active", "alert"),
    "1,000 active series of ten rules": (1, 10, 1000, "100ms", 8, "active", "alert"),
    "10,000 rules at rest": (100, 100, 1, "1h", 3, "idle", "alert"),
    "10,000 recording rules of one series, written": (100, 100, 1, "100ms", 6, "active", "record"),
    "1,000 series of ten recording rules, written": (1, 10, 1000, "100ms", 8, "active", "record"),
}


def rules_text(groups, rules, series, interval, kind):
    lines = ["groups:"]
    for group in range(groups):
        lines += [f"- name: group_{group}", f"  interval: {interval}", "  rules:"]
        for rule in range(rules):
            number = group * rules + rule
            if kind == "record":
                lines += [f"  - record: bench:record_{number}", f"    expr: 'bench_series_{series} > {number / 1e6:.6f}'", "    labels: {severity: warning, team: infra}"]
                continue
            lines += [f"  - alert: Bench_{number}", f"    expr: 'bench_series_{series} > {number / 1e6:.6f}'",
                      "    labels: {severity: warning, team: infra, tier: '{{ $labels.env }}'}", "    annotations:",
                      "      summary: 'Disk {{ $labels.device }} on {{ $labels.instance }} is {{ $value | humanize }}% full'",
                      "      description: 'Filesystem on {{ $labels.device }} at {{ $labels.instance }} has only {{ printf \"%.2f\" $value }} left.'",
                      f"      runbook_url: 'https://runbooks.example.net/disk/{number}'"]
    return "\n".join(lines) + "\n"


def tocsin_command(binary, directory, kind):
    write = f"remote_write: [{{url: 'http://127.0.0.1:{SOURCE_PORT}/api/v1/write'}}]\n" if kind == "record" else ""
    (directory / "tocsin.yml").write_text(f"{write}datasource: {{url: 'http://127.0.0.1:{SOURCE_PORT}'}}\nrule_files: [rules.yml]\nroute: {{receiver: none}}\nreceivers: [{{name: none}}]\n")
    return [binary, "serve", f"--config.file={directory}/tocsin.yml", f"--storage.path={directory}/data", f"--web.listen-address=127.0.0.1:{PORT}", "--log.level=error"]


def vmalert_command(_, directory, kind):
    write = [f"-remoteWrite.url=http://127.0.0.1:{SOURCE_PORT}", "-remoteWrite.maxQueueSize=2000000"] if kind == "record" else []
    return ["vmalert", f"-rule={directory}/rules.yml", f"-datasource.url=http://127.0.0.1:{SOURCE_PORT}", f"-notifier.url=http://127.0.0.1:{SOURCE_PORT}",
            f"-httpListenAddr=127.0.0.1:{PORT}", "-loggerLevel=ERROR", "-rule.resendDelay=1h", *write]


SYSTEMS = {"tocsin": tocsin_command, "vmalert": vmalert_command}


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def rss_mb(pid):
    return int(re.search(r"VmRSS:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text()).group(1)) / 1024


def queries():
    with urllib.request.urlopen(f"http://127.0.0.1:{SOURCE_PORT}/stats", timeout=30) as reply:
        return json.load(reply)["query"]


def wait_ready(started, seconds=120):
    while time.monotonic() - started < seconds:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{PORT}/metrics", timeout=30).read()
            return time.monotonic() - started
        except OSError:
            time.sleep(0.01)
    raise SystemExit("not ready")


def measure(system, binary, case, source_binary):
    groups, rules, series, interval, seconds, mode, kind = CASES[case]
    directory = pathlib.Path(tempfile.mkdtemp(prefix="tocsin-bench-"))
    (directory / "rules.yml").write_text(rules_text(groups, rules, series, interval, kind))
    source = subprocess.Popen(["taskset", "-c", "1", source_binary, str(SOURCE_PORT), mode])
    time.sleep(0.2)
    started = time.monotonic()
    program = subprocess.Popen(["taskset", "-c", "0", *SYSTEMS[system](binary, directory, kind)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        ready = wait_ready(started)
        time.sleep(3)
        asked, used = queries(), cpu_seconds(program.pid)
        time.sleep(seconds)
        asked, used = queries() - asked, cpu_seconds(program.pid) - used
        return {"ready_s": ready, "cpu_us_per_evaluation": used * 1e6 / asked if asked else 0, "cpu_us_per_series": used * 1e6 / asked / series if asked else 0, "cpu_share": used / seconds, "rss_mb": rss_mb(program.pid)}
    finally:
        program.terminate()
        program.wait(30)
        source.kill()
        source.wait()
        shutil.rmtree(directory, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tocsin")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--case", action="append", choices=list(CASES))
    arguments = parser.parse_args()
    source = tempfile.mktemp(prefix="tocsin-datasource-")
    subprocess.run(["cc", "-O2", "-o", source, str(HERE / "datasource.c")], check=True)
    systems = [name for name in SYSTEMS if name == "tocsin" or shutil.which(name)]
    print("| case | figure | " + " | ".join(systems) + " | ratio |\n|---|---|" + "---|" * (len(systems) + 1))
    for case in arguments.case or CASES:
        results = {system: [] for system in systems}
        for _ in range(arguments.runs):
            for system in systems:
                results[system].append(measure(system, arguments.tocsin, case, source))
        for figure in results["tocsin"][0]:
            medians = [statistics.median(result[figure] for result in results[system]) for system in systems]
            ratio = f"{medians[1] / medians[0]:.1f}" if len(medians) > 1 and medians[0] > 0 else ""
            print(f"| {case} | {figure} | " + " | ".join(f"{median:.3g}" for median in medians) + f" | {ratio} |", flush=True)
    os.unlink(source)


if __name__ == "__main__":
    main()
