# SPDX-License-Identifier: Apache-2.0
"""What system tests stand on: real peers on loopback, the real binary, cases with names. Everything started is stopped by pid."""
import contextlib
import datetime
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import urllib.error
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from xml.sax.saxutils import quoteattr, escape

SKIPPED = 77  # meson's exit code for a skipped test
QUICK_ROOM = 200 << 20


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition, seconds, what):
    """Polls until condition() is true; fails with `what` after `seconds`. Returns the condition's value."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.02)


def get(url, timeout=5):
    """(status, body text) of a GET; also for error statuses."""
    try:
        with urllib.request.urlopen(url, timeout=timeout) as reply:
            return reply.status, reply.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def post(url, body=b"", content_type="application/json", timeout=10):
    request = urllib.request.Request(url, data=body, headers={"Content-Type": content_type}, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=timeout) as reply:
            return reply.status, reply.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


class QuietServer(ThreadingHTTPServer):
    """A peer that is killed in mid-request is what the tests are about: no tracebacks for it."""
    daemon_threads = True
    request_queue_size = 128  # whoever finds no place comes back a second later

    def handle_error(self, request, client_address):
        pass


class Exporter:
    """A target whose metrics the test sets; Prometheus scrapes it."""

    def __init__(self):
        self.values, self.lock = {}, threading.Lock()
        exporter = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                with exporter.lock:
                    text = "".join(f"{series} {value}\n" for series, value in exporter.values.items())
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *args):
                pass

        self.server = QuietServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def set(self, series, value):
        with self.lock:
            self.values[series] = value

    def set_all(self, values):
        with self.lock:
            self.values.update(values)

    def replace(self, values):
        """These series and no others."""
        with self.lock:
            self.values = dict(values)

    def drop(self, series):
        with self.lock:
            self.values.pop(series, None)

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class Receiver:
    """A webhook receiver that records what it was sent. `behave(handler, body)` may answer otherwise and return True."""

    def __init__(self, behave=None, context=None):
        self.requests, self.lock, self.behave = [], threading.Lock(), behave
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                entry = {"at": time.time(), "path": self.path, "headers": dict(self.headers), "body": body, "answered": None}
                with receiver.lock:
                    receiver.requests.append(entry)
                if receiver.behave and receiver.behave(self, entry):
                    return
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()
                entry["answered"] = time.time()

            def log_message(self, *args):
                pass

        self.server = QuietServer(("127.0.0.1", 0), Handler)
        if context:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        self.url = f"http{'s' if context else ''}://127.0.0.1:{self.port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def all(self):
        with self.lock:
            return list(self.requests)

    def clear(self):
        with self.lock:
            self.requests.clear()

    def messages(self):
        """The JSON bodies of all requests, in order."""
        return [json.loads(request["body"]) for request in self.all()]

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class Process:
    """A program started by the test, with its output in a file."""

    def __init__(self, arguments, log, env=None):
        self.log_path = log
        self.log = open(log, "ab")
        self.process = subprocess.Popen(arguments, stdout=self.log, stderr=self.log, stdin=subprocess.DEVNULL, env={**os.environ, **(env or {})})

    def alive(self):
        return self.process.poll() is None

    def kill(self):
        if self.alive():
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.log.close()

    def stop(self, seconds=20):
        """SIGTERM; returns the exit status."""
        if self.alive():
            self.process.terminate()
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError("did not stop on SIGTERM") from None
        finally:
            self.log.close()
        return status

    def output(self):
        return pathlib.Path(self.log_path).read_text(errors="replace")


def start_prometheus(directory, targets=(), extra="", flags=()):
    """A real Prometheus scraping host:port targets every 200 ms. Returns (process, base URL)."""
    if not shutil.which("prometheus"):
        print("prometheus is not installed")
        sys.exit(SKIPPED)
    port = free_port()
    directory = pathlib.Path(directory)
    directory.mkdir(parents=True, exist_ok=True)
    listed = ", ".join(f"'{target}'" for target in targets)
    (directory / "prometheus.yml").write_text(
        "global: {scrape_interval: 200ms, scrape_timeout: 200ms, evaluation_interval: 1s}\n"
        f"scrape_configs:\n- job_name: test\n  static_configs: [{{targets: [{listed}]}}]\n{extra}")
    process = Process(["prometheus", f"--config.file={directory}/prometheus.yml", f"--storage.tsdb.path={directory}/tsdb", f"--web.listen-address=127.0.0.1:{port}",
                       "--web.enable-remote-write-receiver", "--log.level=warn", "--web.enable-lifecycle", *flags], directory / "prometheus.log")
    url = f"http://127.0.0.1:{port}"
    wait_until(lambda: is_ready(url), 20, "prometheus is ready")
    return process, url


def query(url, expression):
    """The result of an instant query, as Prometheus' API gives it."""
    status, body = get(f"{url}/api/v1/query?query={urllib.parse.quote(expression)}")
    assert status == 200, body
    return json.loads(body)["data"]["result"]


def fingerprint(labels):
    """What Alertmanager calls an alert: FNV-1a over names and values in order, each followed by 0xff."""
    value = 14695981039346656037
    for byte in b"".join(text.encode() + b"\xff" for pair in sorted(labels.items()) for text in pair):
        value = (value ^ byte) * 1099511628211 % 2**64
    return f"{value:016x}"


def rfc3339(text):
    """Seconds since 1970 of a time as Go writes it."""
    found = re.fullmatch(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?Z", text)
    assert found, f"not a time in UTC as Go writes it: {text!r}"
    seconds = datetime.datetime.fromisoformat(found[1]).replace(tzinfo=datetime.timezone.utc).timestamp()
    return seconds + float(found[2] or 0)


def is_ready(url):
    with contextlib.suppress(OSError):
        return get(url + "/-/ready", 1)[0] == 200
    return False


class Tocsin:
    """The binary under test, with a directory of its own for configuration, rules and state."""

    def __init__(self, binary, directory, config, rules=None):
        self.binary, self.directory = binary, pathlib.Path(directory)
        self.directory.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = None
        self.write(config, rules)

    def write(self, config=None, rules=None):
        if config is not None:
            (self.directory / "tocsin.yml").write_text(config)
        if rules is not None:
            (self.directory / "rules.yml").write_text(rules)

    def start(self, env=None, wait=True, arguments=()):
        self.process = Process([self.binary, "serve", f"--config.file={self.directory}/tocsin.yml", f"--storage.path={self.directory}/data",
                                f"--web.listen-address=127.0.0.1:{self.port}", *arguments], self.directory / "tocsin.log", env)
        if wait:
            wait_until(lambda: is_ready(self.url) or not self.process.alive(), 20, "tocsin is ready")
            assert self.process.alive(), "tocsin ended at start:\n" + self.process.output()[-2000:]
        return self

    def kill(self):
        self.process.kill()

    def stop(self):
        return self.process.stop()

    def output(self):
        return (self.directory / "tocsin.log").read_text(errors="replace")

    def api(self, path):
        status, body = get(self.url + path)
        assert status == 200, f"{path}: {status} {body}"
        return json.loads(body)

    def alerts(self, name=None):
        found = self.api("/api/v1/alerts")["data"]["alerts"]
        return found if name is None else [alert for alert in found if alert["labels"]["alertname"] == name]

    def alert(self, name):
        """The one alert of this name, or None."""
        found = self.alerts(name)
        assert len(found) < 2, found
        return found[0] if found else None

    def rule(self, name):
        for group in self.api("/api/v1/rules")["data"]["groups"]:
            for rule in group["rules"]:
                if rule["name"] == name:
                    return rule
        return None

    def reload(self):
        return post(self.url + "/-/reload")

    def metric(self, name):
        """The value of a sample of /metrics, named with its labels as written there."""
        for line in get(self.url + "/metrics")[1].splitlines():
            if line.startswith(name + " "):
                return float(line[len(name) + 1:])
        return None


def quick_directory():
    """In memory, if there is room: what a busy disk takes to write is not to be compared."""
    memory = "/dev/shm"
    return memory if os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > QUICK_ROOM else None


class Skip(Exception):
    """Raised by a case that cannot be judged here; says why."""


class Suite:
    """Named cases of one program; writes a JUnit file where TOCSIN_TEST_REPORTS says."""

    def __init__(self, name, parent=None):
        self.name, self.results = name, []
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix=f"tocsin-{name}-", dir=parent))
        self.cleanups = []

    def defer(self, cleanup):
        self.cleanups.append(cleanup)

    def start_prometheus(self, exporter=None, name="prometheus", extra="", flags=()):
        """A Prometheus that scrapes the exporter; its base URL."""
        process, url = start_prometheus(self.directory / name, [f"127.0.0.1:{exporter.port}"] if exporter else [], extra, flags)
        self.defer(process.kill)
        return url

    def exporter(self):
        exporter = Exporter()
        self.defer(exporter.stop)
        return exporter

    def receiver(self, behave=None, context=None):
        receiver = Receiver(behave, context)
        self.defer(receiver.stop)
        return receiver

    def tocsin(self, binary, config, rules=None, name="tocsin", start=True):
        tocsin = Tocsin(binary, self.directory / name, config, rules)
        self.defer(lambda: tocsin.process and tocsin.kill())
        return tocsin.start() if start else tocsin

    def case(self, name, function, *arguments):
        start, outcome, text = time.monotonic(), "ok", ""
        try:
            function(*arguments)
        except Skip as reason:
            outcome, text = "skipped", str(reason)
        except Exception:
            outcome, text = "failure", traceback.format_exc()
        self.results.append((name, outcome, text, time.monotonic() - start))
        print(f"{'FAIL' if outcome == 'failure' else outcome:4} {name} ({self.results[-1][3]:.1f} s)", flush=True)
        if text:
            print(text, flush=True)

    def run_all(self, cases, *arguments):
        for function in cases:
            self.case(function.__name__.replace("_", " "), function, *arguments)

    def write_report(self):
        reports = os.environ.get("TOCSIN_TEST_REPORTS")
        if not reports:
            return
        rows = "".join(f"<testcase name={quoteattr(name)} time=\"{seconds:.3f}\">" + (f"<{outcome}>{escape(text)}</{outcome}>" if text else "") + "</testcase>"
                       for name, outcome, text, seconds in self.results)
        pathlib.Path(reports, f"{self.name}@{os.getpid()}.xml").write_text(f'<testsuites><testsuite name="{self.name}">{rows}</testsuite></testsuites>')

    def finish(self):
        """Stops what was started, newest first; returns the exit status."""
        for cleanup in reversed(self.cleanups):
            with contextlib.suppress(Exception):
                cleanup()
        outcomes = [outcome for _, outcome, _, _ in self.results]
        failed, skipped = outcomes.count("failure"), outcomes.count("skipped")
        self.write_report()
        if not failed:
            shutil.rmtree(self.directory, ignore_errors=True)
        else:
            print(f"kept for inspection: {self.directory}")
        print(f"{outcomes.count('ok')} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
        return 1 if failed else 0
