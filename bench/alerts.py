#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What active alerts take in memory, and what a restart with them costs. tocsin alone: vmalert keeps nothing over a restart by itself.

RSS is VmRSS some seconds after things are quiet; bytes an alert are what is above the start's; "ready" is until /metrics answers.

usage: alerts.py TOCSIN [--rules N] [--series N]"""
import argparse
import pathlib
import re
import subprocess
import tempfile
import time
import urllib.request

import rules


def metrics():
    try:
        return urllib.request.urlopen(f"http://127.0.0.1:{rules.PORT}/metrics", timeout=5).read().decode()
    except OSError:
        return ""


def wait_ready():
    start = time.monotonic()
    while not metrics():
        time.sleep(0.01)
    return time.monotonic() - start


def memory(pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return {key: int(re.search(key + r":\s+(\d+)", text)[1]) * 1024 for key in ("VmRSS", "VmHWM")}


def settle(pid, seconds):
    """Until memory has been what it is for six seconds, at least so long: a loaded machine takes longer to write the storm down."""
    deadline, same, last = time.monotonic() + 180, 0, 0
    time.sleep(seconds)
    while same < 6 and time.monotonic() < deadline:
        time.sleep(1)
        now = memory(pid)["VmRSS"]
        same = same + 1 if abs(now - last) < 1e6 else 0
        last = now


def run(command, alerts, what, seconds):
    process = subprocess.Popen(command)
    try:
        ready = wait_ready()
        base, cpu = memory(process.pid)["VmRSS"], rules.cpu_seconds(process.pid)
        settle(process.pid, seconds)
        now = memory(process.pid)
        print(f"{what}: ready after {ready:.2f} s and {cpu:.2f} s of CPU; RSS {now['VmRSS'] / 1e6:.0f} MB, at most {now['VmHWM'] / 1e6:.0f} MB; {(now['VmRSS'] - 6e6) / alerts:.0f} B an alert (RSS when ready {base / 1e6:.0f} MB)")
    finally:
        process.terminate()
        process.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("tocsin")
    parser.add_argument("--rules", type=int, default=10)
    parser.add_argument("--series", type=int, default=10000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as name:
        directory = pathlib.Path(name)
        subprocess.run(["cc", "-O2", "-o", directory / "datasource", rules.HERE / "datasource.c"], check=True)
        source = subprocess.Popen([directory / "datasource", str(rules.SOURCE_PORT)])
        try:
            (directory / "rules.yml").write_text(rules.rules_text(1, given.rules, given.series, "2s", "alert"))
            command = rules.tocsin_command(given.tocsin, directory, "alert")
            alerts = given.rules * given.series
            run(command, alerts, f"{alerts} alerts fire", 15)
            run(command, alerts, "after a restart", 12)
        finally:
            source.terminate()
            source.wait()


if __name__ == "__main__":
    main()
