# SPDX-License-Identifier: Apache-2.0
"""The datasource is away: what fires stays active in a real Alertmanager, however long, whether queries fail or hang, over a restart too, and ends
there once the datasource says so. When tocsin is dead it ends there by itself.

usage: outage.py TOCSIN"""
import json
import shutil
import sys
import threading
import time

import rig
from rig import wait_until

PATIENCE = 60  # seconds; the machine may be busy
VALIDITY = 8  # seconds: four times resend_delay
PROGRAM = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")

CONFIG = """
datasource: {{url: 'http://127.0.0.1:{front}'}}
rule_files: [rules.yml]
alerting:
  resend_delay: 2s
  alertmanagers: [{{static_configs: [{{targets: ['127.0.0.1:{alertmanager}']}}]}}]
"""
RULES = """
groups:
- name: lamps
  interval: 1s
  rules: [{alert: Lamp, expr: lamp > 0}]
"""
ROUTES = """
route: {{receiver: hook, group_by: [alertname], group_wait: 0s, group_interval: 1s}}
receivers: [{{name: hook, webhook_configs: [{{url: '{hook}', send_resolved: true}}]}}]
"""


class Front:
    """The datasource: Prometheus behind a door that may be shut."""

    def __init__(self, prometheus):
        self.prometheus, self.mode, self.may_answer = prometheus, "open", threading.Event()

    def __call__(self, handler, entry):
        if self.mode == "hangs":
            self.may_answer.wait()
        if self.mode == "fails":
            handler.send_error(503)
            return True
        status, answer = rig.post(self.prometheus + entry["path"], entry["body"], entry["headers"]["Content-Type"])
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(answer.encode())))
        handler.end_headers()
        handler.wfile.write(answer.encode())
        return True

    def be(self, mode):
        self.mode = mode
        if mode == "hangs":
            self.may_answer.clear()
        else:
            self.may_answer.set()


def start_alertmanager(port, hook):
    (suite.directory / "am.yml").write_text(ROUTES.format(hook=hook.url))
    process = rig.Process([PROGRAM, f"--config.file={suite.directory}/am.yml", f"--storage.path={suite.directory}/am", f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="],
                          suite.directory / "am.log")
    suite.defer(process.kill)
    wait_until(lambda: rig.is_ready(f"http://127.0.0.1:{port}"), PATIENCE, "alertmanager is ready")


def active(url):
    """The alert, if it is active there."""
    found = json.loads(rig.get(url + "/api/v2/alerts")[1])
    assert len(found) < 2, found
    return found[0] if found else None


def there():
    return active(f"http://127.0.0.1:{port}")


def told():
    return [message["status"] for message in hook.messages()]


def it_stays_active_for(seconds):
    end = time.time() + seconds
    while time.time() < end:
        for where, url in (("in Alertmanager", f"http://127.0.0.1:{port}"), ("here", tocsin.url)):
            asked, alert = time.time(), active(url)
            assert alert, f"it is not active {where}, {end - time.time():.1f} s before the end"
            assert rig.rfc3339(alert["endsAt"]) > asked, f"its end has come {where}: {alert}"
        time.sleep(0.25)


def it_fires():
    exporter.set("lamp", 1)
    wait_until(there, PATIENCE, "it is active in Alertmanager")
    wait_until(lambda: told() == ["firing"], PATIENCE, "and told")


def queries_that_fail_end_nothing():
    front.be("fails")
    wait_until(lambda: tocsin.rule("Lamp")["health"] == "err", PATIENCE, "the error is shown")
    it_stays_active_for(2.5 * VALIDITY)


def queries_that_hang_end_nothing():
    front.be("hangs")
    it_stays_active_for(2.5 * VALIDITY)


def a_restart_meanwhile_ends_nothing():
    before = there()["startsAt"]
    front.be("fails")
    tocsin.kill()
    tocsin.start()
    it_stays_active_for(2.5 * VALIDITY)
    assert there()["startsAt"] == before
    assert told() == ["firing"], told()


def it_ends_when_the_datasource_says_so():
    exporter.set("lamp", 0)
    wait_until(lambda: not rig.query(prometheus, "lamp > 0"), PATIENCE, "the lamp is off")
    assert there(), "it ended before anybody could say so"
    front.be("open")
    wait_until(lambda: not there(), PATIENCE, "it ends in Alertmanager")
    wait_until(lambda: told() == ["firing", "resolved"], PATIENCE, "and that is told once")


def it_ends_by_itself_when_tocsin_is_dead():
    hook.clear()
    it_fires()
    assert rig.rfc3339(there()["endsAt"]) <= time.time() + VALIDITY, there()
    tocsin.kill()
    wait_until(lambda: not there(), PATIENCE, "it ends in Alertmanager")


if not PROGRAM:
    print("alertmanager is not installed")
    sys.exit(rig.SKIPPED)
suite = rig.Suite("outage")
exporter, hook, port = suite.exporter(), suite.receiver(), rig.free_port()
exporter.set("lamp", 0)
prometheus = suite.start_prometheus(exporter)
front = Front(prometheus)
start_alertmanager(port, hook)
door = suite.receiver(front)
suite.defer(lambda: front.be("open"))
tocsin = suite.tocsin(sys.argv[1], CONFIG.format(front=door.port, alertmanager=port), RULES)
suite.run_all([
    it_fires, queries_that_fail_end_nothing, queries_that_hang_end_nothing, a_restart_meanwhile_ends_nothing, it_ends_when_the_datasource_says_so,
    it_ends_by_itself_when_tocsin_is_dead])
sys.exit(suite.finish())
