#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The whole pipeline on loopback: node-exporter and Prometheus, tocsin, and the three that are told: a mailbox behind a real SMTP
server, a webhook, a security agent. One alert goes pending, firing, resolved. Ctrl-C stops everything; --once ends after the story.

usage: demo.py TOCSIN [--once]"""
import email
import email.policy
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

STARTED = time.monotonic()
TELL = threading.Lock()
TTY = sys.stdout.isatty()

CONFIG = """\
# What make demo runs. Everything is on loopback.
global:
  smtp_smarthost: 127.0.0.1:{smtp}
  smtp_from: tocsin@demo.example
  smtp_require_tls: false          # this SMTP server speaks plain text to this machine only
  external_labels: {{domain: demo}}
datasource: {{url: 'http://127.0.0.1:{prometheus}'}}
rule_files: [rules.yml]
route:
  receiver: everyone
  group_by: [alertname]
  group_wait: 1s
  group_interval: 2s
  repeat_interval: 1h
receivers:
- name: everyone
  email_configs:
  - {{to: oncall@demo.example, send_resolved: true}}
  webhook_configs:
  - url: http://127.0.0.1:{webhook}/alert
  security_agent_configs:
  - url: http://127.0.0.1:{agent}/events
"""
RULES = """\
groups:
- name: demo
  interval: 1s
  rules:
  - alert: RackOnFire
    expr: rack_temperature_celsius > 60
    for: 4s
    labels: {severity: critical, category: security}
    annotations:
      summary: 'rack {{ $labels.rack }} is at {{ $value | humanize }} degrees'
      recommended_action: contain
  - alert: TargetDown
    expr: up == 0
    for: 1m
"""
PROMETHEUS = """\
global: {{scrape_interval: 1s}}
scrape_configs:
- job_name: prometheus
  static_configs: [{{targets: ['127.0.0.1:{prometheus}']}}]
- job_name: node
  static_configs: [{{targets: ['127.0.0.1:{exporter}']}}]
"""


def say(who, text, colour=""):
    with TELL:
        paint, plain = (f"\033[{colour}m", "\033[0m") if TTY and colour else ("", "")
        print(f"{time.monotonic() - STARTED:6.1f}s  {paint}{who:<15}{plain} {text}", flush=True)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def serve_http(on_body):
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(204)
            self.end_headers()
            on_body(self.headers, json.loads(body))

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


class Story:
    """Which scenes were seen."""

    def __init__(self):
        self.seen, self.changed = set(), threading.Condition()

    def mark(self, scene):
        with self.changed:
            self.seen.add(scene)
            self.changed.notify_all()

    def wait(self, scenes, seconds):
        with self.changed:
            return self.changed.wait_for(lambda: set(scenes) <= self.seen, seconds)


def start_webhook(story):
    def on_body(headers, body):
        names = ", ".join(alert["labels"]["alertname"] for alert in body["alerts"])
        say("webhook", f"Alertmanager v{body['version']} payload: {body['status']}: {names}: {body['alerts'][0]['annotations'].get('summary', '')}", "36")
        story.mark(("webhook", body["status"]))
    return serve_http(on_body)


def start_agent(story):
    def on_body(headers, event):
        finding = event["data"]
        say("security agent", f"CloudEvent {event['type']} #{event['id']} severity_id={finding.get('severity_id')} subject={event['subject']}", "35")
        story.mark(("agent", "resolved" if ".closed." in event["type"] else "firing"))
    return serve_http(on_body)


def start_mailbox(story):
    from aiosmtpd.controller import Controller

    class Mailbox:
        async def handle_DATA(self, server, session, envelope):
            message = email.message_from_bytes(envelope.content, policy=email.policy.default)
            say("mailbox", f"{envelope.mail_from} -> {', '.join(envelope.rcpt_tos)}: {message['Subject']}", "33")
            story.mark(("mail", "resolved" if "RESOLVED" in str(message["Subject"]).upper() else "firing"))
            return "250 taken"

    controller = Controller(Mailbox(), hostname="127.0.0.1", port=free_port())
    controller.start()
    return controller.port


class Stage:
    """The programs of the demo and their directory."""

    def __init__(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="tocsin-demo-"))
        self.programs = []

    def start(self, name, arguments):
        log = open(self.directory / f"{name}.log", "wb")
        self.programs.append((name, subprocess.Popen(arguments, stdout=log, stderr=log, stdin=subprocess.DEVNULL, preexec_fn=os.setpgrp)))
        say(name, f"started (pid {self.programs[-1][1].pid})")

    def wait_ready(self, name, url, seconds=30):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                urllib.request.urlopen(url, timeout=1).read()
                return
            except (OSError, urllib.error.URLError):
                time.sleep(0.1)
        raise SystemExit(f"{name} did not become ready; its log:\n{(self.directory / (name + '.log')).read_text(errors='replace')[-2000:]}")

    def stop(self):
        for name, program in reversed(self.programs):
            program.terminate()
        for name, program in reversed(self.programs):
            try:
                program.wait(15)
            except subprocess.TimeoutExpired:
                program.kill()
            say(name, f"stopped (status {program.returncode})")
        shutil.rmtree(self.directory, ignore_errors=True)


def watch(url, story):
    """Shows the alert's state as the API tells it."""
    before = None
    while True:
        try:
            with urllib.request.urlopen(url + "/api/v1/alerts", timeout=2) as reply:
                alerts = [alert for alert in json.load(reply)["data"]["alerts"] if alert["labels"]["alertname"] == "RackOnFire"]
        except (OSError, ValueError):
            alerts = []
        state = alerts[0]["state"] if alerts else "inactive"
        if state != before:
            say("alert", f"RackOnFire is {state}", {"pending": "33", "firing": "31"}.get(state, "32"))
            story.mark(("alert", state))
            before = state
        time.sleep(0.2)


def set_temperature(stage, celsius):
    partial = stage.directory / "textfile" / "rack.tmp"
    partial.write_text(f'# TYPE rack_temperature_celsius gauge\nrack_temperature_celsius{{rack="r7"}} {celsius}\n')
    partial.rename(stage.directory / "textfile" / "rack.prom")
    say("rack r7", f"is at {celsius} degrees", "1")


def set_stage(stage, binary, story):
    ports = {name: free_port() for name in ("prometheus", "exporter", "tocsin")}
    ports.update(webhook=start_webhook(story), agent=start_agent(story), smtp=start_mailbox(story))
    (stage.directory / "textfile").mkdir()
    (stage.directory / "tocsin.yml").write_text(CONFIG.format(**ports))
    (stage.directory / "rules.yml").write_text(RULES)
    (stage.directory / "prometheus.yml").write_text(PROMETHEUS.format(**ports))
    set_temperature(stage, 21)
    stage.start("node-exporter", ["prometheus-node-exporter", f"--web.listen-address=127.0.0.1:{ports['exporter']}", f"--collector.textfile.directory={stage.directory}/textfile"])
    stage.start("prometheus", ["prometheus", f"--config.file={stage.directory}/prometheus.yml", f"--storage.tsdb.path={stage.directory}/tsdb", f"--web.listen-address=127.0.0.1:{ports['prometheus']}"])
    stage.wait_ready("prometheus", f"http://127.0.0.1:{ports['prometheus']}/-/ready")
    stage.start("tocsin", [binary, "serve", f"--config.file={stage.directory}/tocsin.yml", f"--storage.path={stage.directory}/data", f"--web.listen-address=127.0.0.1:{ports['tocsin']}"])
    url = f"http://127.0.0.1:{ports['tocsin']}"
    stage.wait_ready("tocsin", url + "/-/ready")
    threading.Thread(target=watch, args=(url, story), daemon=True).start()
    return url, f"http://127.0.0.1:{ports['prometheus']}"


def tell_story(stage, story):
    """True when every scene was seen."""
    set_temperature(stage, 91)
    firing = [("alert", "pending"), ("alert", "firing"), ("mail", "firing"), ("webhook", "firing"), ("agent", "firing")]
    if not story.wait(firing, 60):
        return False
    set_temperature(stage, 22)
    return story.wait([("mail", "resolved"), ("webhook", "resolved"), ("agent", "resolved")], 60)


def main():
    binary, once = sys.argv[1], "--once" in sys.argv[2:]
    stage, story = Stage(), Story()
    signal.signal(signal.SIGTERM, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt()))
    status = 1
    try:
        url, prometheus = set_stage(stage, binary, story)
        if tell_story(stage, story):
            status = 0
            say("demo", "the alert was told by e-mail, webhook and policy event, and so was its end", "32")
        else:
            say("demo", f"something was not seen; seen: {sorted(story.seen)}", "31")
            print((stage.directory / "tocsin.log").read_text(errors="replace")[-3000:])
        if status == 0 and not once:
            say("demo", f"tocsin {url}/  prometheus {prometheus}  files {stage.directory}  Ctrl-C stops everything")
            signal.pause()
    except KeyboardInterrupt:
        print()
    finally:
        stage.stop()
    sys.exit(status)


if __name__ == "__main__":
    main()
