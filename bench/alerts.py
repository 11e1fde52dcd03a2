#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What active alerts take in memory, what a start with them costs, and what it costs to read them all. tocsin alone: vmalert keeps nothing over
a restart by itself.

RSS is VmRSS once it has been still for some seconds; bytes an alert are what is above 6 MB, which a start without any takes; "ready" is until
/metrics answers. Where it says "not evaluated yet" the group's interval is an hour. Of a GET it is the CPU of the API's thread, the median of
five, and how much RSS grew meanwhile at most.

usage: alerts.py TOCSIN [--rules N] [--series N]"""
import argparse
import pathlib
import re
import signal
import statistics
import subprocess
import tempfile
import threading
import time
import urllib.request

import rules

EMPTY_BYTES = 6e6  # RSS of a start without alerts
READS = ["/api/v1/alerts", "/api/v2/alerts", "/api/v2/alerts?filter=idx%3D%2277%22", "/api/v2/alerts/groups"]


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


def figure(text, name):
    found = re.search("^" + re.escape(name) + r" (\S+)", text, re.MULTILINE)
    return float(found[1]) if found else 0


def settle(pid, alerts, written):
    """Until all alerts fire, so many rows at least are written and nothing waits to be, and all of this and memory have been so for eight seconds,
    in 14 seconds at least: a loaded machine takes longer to write the storm down."""
    start, same, last = time.monotonic(), 0, (0, 0)
    while same < 8 or time.monotonic() - start < 14:
        time.sleep(1)
        if time.monotonic() - start > 300:
            raise SystemExit("memory is not still after five minutes")
        text = metrics()
        rows, waiting = figure(text, "tocsin_store_operations_total"), figure(text, "tocsin_store_queued_batches")
        is_done = figure(text, 'alertmanager_alerts{state="active"}') == alerts and rows >= written and waiting == 0
        now = (rows, memory(pid)["VmRSS"])
        same = same + 1 if is_done and rows == last[0] and abs(now[1] - last[1]) < 1e6 else 0
        last = now


def run(command, alerts, what, ending, is_evaluated=True, then=None):
    """One life of the program, ended by that signal; `then` is called with its pid once memory is still. Each alert is a row written when it is
    evaluated first."""
    process = subprocess.Popen(command)
    try:
        wait_ready()
        cpu = rules.cpu_seconds(process.pid)
        settle(process.pid, alerts, alerts if is_evaluated else 0)
        now = memory(process.pid)
        print(f"| {what} | {cpu:.2f} | {now['VmRSS'] / 1e6:.0f} | {now['VmHWM'] / 1e6:.0f} | {(now['VmRSS'] - EMPTY_BYTES) / alerts:.0f} |", flush=True)
        if then is not None:
            then(process.pid)
    finally:
        process.send_signal(ending)
        process.wait()


# ---- reading

def api_cpu(pid):
    """Seconds of CPU of the thread that answers."""
    for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
        if (task / "comm").read_text().strip() == "api":
            return int((task / "schedstat").read_text().split()[0]) / 1e9
    raise SystemExit("no thread is called api")


def fetch(path):
    with urllib.request.urlopen(f"http://127.0.0.1:{rules.PORT}{path}", timeout=60) as reply:
        return sum(len(piece) for piece in iter(lambda: reply.read(1 << 20), b""))


def read_once(pid, path):
    """(CPU, bytes, most RSS above what it was)"""
    before, cpu, most, done = memory(pid)["VmRSS"], api_cpu(pid), [0], threading.Event()

    def watch():
        while not done.wait(0.01):
            most[0] = max(most[0], memory(pid)["VmRSS"] - before)

    watcher = threading.Thread(target=watch)
    watcher.start()
    size = fetch(path)
    done.set()
    watcher.join()
    return api_cpu(pid) - cpu, size, most[0]


def read_all(pid):
    print("\n| GET | CPU ms | MB | RSS grew by MB at most |\n|---|---|---|---|")
    for path in READS:
        fetch(path)  # makes the view, which the others share
        took = [read_once(pid, path) for _ in range(5)]
        print(f"| {path} | {statistics.median(one[0] for one in took) * 1e3:.3g} | {took[0][1] / 1e6:.3g} | {max(one[2] for one in took) / 1e6:.1f} |", flush=True)


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
            command = rules.tocsin_command(given.tocsin, directory, "alert")
            alerts = given.rules * given.series
            every = lambda interval: (directory / "rules.yml").write_text(rules.rules_text(1, given.rules, given.series, interval, "alert"))
            print("| case | CPU s until ready | RSS MB | at most MB | B an alert |\n|---|---|---|---|---|")
            every("2s")
            run(command, alerts, f"{alerts:,} alerts fire", signal.SIGTERM)
            run(command, alerts, "after a restart", signal.SIGKILL)
            run(command, alerts, "after kill -9", signal.SIGKILL)
            every("1h")
            run(command, alerts, "after kill -9, not evaluated yet", signal.SIGTERM, is_evaluated=False)
            every("2s")
            run(command, alerts, "after a restart once more", signal.SIGTERM, then=read_all)
        finally:
            source.terminate()
            source.wait()


if __name__ == "__main__":
    main()
