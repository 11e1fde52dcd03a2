#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs a real Alertmanager that tells a webhook about a few alerts: alertmanager_peer.py "URL STARTS_AT".
Says "ready" once they are posted; ends with 77 where no Alertmanager is installed."""
import ctypes
import json
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

ALERTS = [
    ({"alertname": "Disk", "job": "node", "instance": "b:9100", "path": "/<root> & \"more\""}, {"summary": "disk é is full\n2nd line", "same": "x"}),
    ({"alertname": "Disk", "job": "node", "instance": "a:9100"}, {"same": "x", "only": "here\u2028"}),
    ({"alertname": "Disk", "instance": "c", "severity": "critical"}, {"same": "x"}),
    ({"alertname": "Disk", "a": "1"}, {"same": "x"}),
]


def die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def main():
    url, starts_at = sys.argv[1].split()
    program = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
    if program is None:
        sys.exit(77)
    directory = tempfile.mkdtemp(prefix="tocsin-alertmanager-")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = {"route": {"receiver": "team.a", "group_by": ["alertname"], "group_wait": "500ms"},
              "receivers": [{"name": "team.a", "webhook_configs": [{"url": url}]}]}
    with open(directory + "/config.yml", "w") as out:
        json.dump(config, out)
    die_with_parent()
    subprocess.Popen([program, "--config.file=" + directory + "/config.yml", "--storage.path=" + directory, "--cluster.listen-address=",
                      f"--web.listen-address=127.0.0.1:{port}", "--web.external-url=http://tocsin.example:9093", "--web.route-prefix=/"],
                     preexec_fn=die_with_parent, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    body = json.dumps([{"labels": labels, "annotations": annotations, "startsAt": starts_at, "generatorURL": "http://prometheus.example/graph?g0.expr=up"}
                       for labels, annotations in ALERTS]).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{port}/api/v2/alerts", body, {"Content-Type": "application/json"})
    for attempt in range(100):
        try:
            urllib.request.urlopen(request, timeout=5).read()
            break
        except OSError:
            time.sleep(0.1)
    else:
        sys.exit("no Alertmanager after 10 s")
    print("ready", flush=True)
    time.sleep(60)
    shutil.rmtree(directory, ignore_errors=True)


main()
