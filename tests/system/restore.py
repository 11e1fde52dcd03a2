# SPDX-License-Identifier: Apache-2.0
"""An empty database: rules move from a real Prometheus to tocsin, or tocsin lost its data; since when alerts are active is read from ALERTS_FOR_STATE,
in a Prometheus and in a VictoriaMetrics.

usage: restore.py TOCSIN"""
import shutil
import sys
import time
import urllib.parse

import rig
from rig import wait_until

PATIENCE = 60  # seconds; the machine may be busy

CONFIG = """
datasource: {{url: '{datasource}'}}
rule_files: ['*.rules.yml']
evaluation: {{for_grace_period: 1m}}
route: {{receiver: hook, group_wait: 0s, group_interval: 200ms}}
receivers: [{{name: hook, webhook_configs: [{{url: '{hook}'}}]}}]
"""
RULES = """
groups:
- name: lamps
  interval: 1s
  rules:
  - {{alert: Lamp, expr: lamp > 0, for: {hold}, labels: {{severity: page, where: 'at {{{{ $labels.host }}}}'}}}}
"""
SELECTOR = 'ALERTS_FOR_STATE{alertname="Lamp"}'


class Tocsin(rig.Tocsin):
    def write(self, config=None, rules=None):
        super().write(config)
        (self.directory / "lamps.rules.yml").write_text(rules)


def fresh(name, hold="1h", datasource=None, more=""):
    tocsin = Tocsin(sys.argv[1], suite.directory / name, CONFIG.format(datasource=datasource or prometheus, hook=hook.url) + more, RULES.format(hold=hold))
    suite.defer(lambda: tocsin.process and tocsin.kill())
    return tocsin


def prometheus_evaluates(hold="1h"):
    rules.write_text(RULES.format(hold=hold))
    assert rig.post(prometheus + "/-/reload")[0] == 200


def prometheus_forgets():
    rules.unlink()
    assert rig.post(prometheus + "/-/reload")[0] == 200
    wait_until(lambda: not rig.query(prometheus, SELECTOR), PATIENCE, "Prometheus ended the series of the rule")


def samples(url):
    """By host: the samples of the last minutes, [time, value]."""
    return {series["metric"]["host"]: [(float(at), float(value)) for at, value in series["values"]] for series in rig.query(url, SELECTOR + "[5m]")}


def since(tocsin, host):
    found = [rig.rfc3339(alert["activeAt"]) for alert in tocsin.alerts("Lamp") if alert["labels"]["host"] == host]
    return found[0] if found else None


def shown(tocsin, host):
    """Its activeAt, once it was asked for: the second evaluation is over."""
    wait_until(lambda: since(tocsin, host), PATIENCE, "the alert is there")
    iterations = 'prometheus_rule_group_iterations_total{rule_group="' + str(tocsin.directory) + '/lamps.rules.yml;lamps"}'
    wait_until(lambda: tocsin.metric(iterations) >= 3, PATIENCE, "three evaluations")
    return since(tocsin, host)


def both_evaluate_and_say_the_same():
    exporter.replace({'lamp{host="a"}': 1})
    prometheus_evaluates()
    wait_until(lambda: len(samples(prometheus).get("a", [])) > 4, PATIENCE, "Prometheus has evaluated the rule for a while")
    tocsin = fresh("both").start()
    assert int(shown(tocsin, "a")) == samples(prometheus)["a"][-1][1], (since(tocsin, "a"), samples(prometheus))
    tocsin.kill()
    tocsin.start()
    wait_until(lambda: since(tocsin, "a"), PATIENCE, "the row is there")
    assert int(since(tocsin, "a")) == samples(prometheus)["a"][-1][1]
    tocsin.stop()


def a_rule_that_moved_goes_on():
    prometheus_forgets()
    last, value = samples(prometheus)["a"][-1]
    spent = last - value
    time.sleep(2)
    started = time.time()
    tocsin = fresh("moved").start()
    active = shown(tocsin, "a")
    # the time between the two does not count: at its first evaluation here it had been active for as long as at the last one there
    assert started - 1 <= active + spent <= started + PATIENCE and (active + spent) % 1 < 1, (active, spent, started)
    assert active < started - spent + 10, (active, spent, started)
    assert "alerts go on where ALERTS_FOR_STATE has them" in tocsin.output(), tocsin.output()
    tocsin.stop()


def pass_on(handler, entry):
    status, answer = rig.post(prometheus + entry["path"], entry["body"], entry["headers"]["Content-Type"])
    handler.send_response(status)
    handler.send_header("Content-Length", str(len(answer.encode())))
    handler.end_headers()
    handler.wfile.write(answer.encode())
    return True


def what_is_asked_and_how_often():
    """Prometheus has ended the series; the questions of the group carry what it wants, and come once."""
    front = suite.receiver(pass_on)
    tocsin = fresh("asked", datasource=f"http://127.0.0.1:{front.port}")
    tocsin.write(rules=RULES.format(hold="1h").replace("  interval: 1s", "  interval: 1s\n  query_offset: 200ms\n  headers: ['X-Scope-OrgID: one']\n  params: {more: [x]}"))
    tocsin.start()
    shown(tocsin, "a")
    selector = 'ALERTS_FOR_STATE{alertname="Lamp",severity="page"}'

    def asked(expression):
        return [(one, float(form["time"][0])) for one in front.all() for form in [urllib.parse.parse_qs(one["body"].decode())] if form["query"] == [expression]]

    first, second = asked(selector + "[1h]"), asked(f"{selector} offset 1ms unless {selector}")
    slot = min(at for _, at in asked("lamp > 0"))
    assert len(first) == len(second) == 1, (first, second)
    assert all(one["headers"]["X-Scope-OrgID"] == "one" and one["path"] == "/api/v1/query?more=x" for one, _ in first + second), (first, second)
    assert abs(first[0][1] - (slot - 0.001)) < 1e-6, (first, slot)
    assert abs(second[0][1] - (samples(prometheus)["a"][-1][0] + 1)) < 1e-6, (second, samples(prometheus))
    time.sleep(2)
    assert len(asked(selector + "[1h]")) == 1
    tocsin.stop()


def an_alert_that_ended_begins_anew():
    exporter.replace({'lamp{host="a"}': 1, 'lamp{host="b"}': 1})
    prometheus_evaluates()
    wait_until(lambda: len(rig.query(prometheus, SELECTOR)) == 2, PATIENCE, "both are pending")
    exporter.set('lamp{host="b"}', 0)
    wait_until(lambda: len(rig.query(prometheus, SELECTOR)) == 1, PATIENCE, "b ended")
    time.sleep(2)
    exporter.set('lamp{host="a"}', 0)
    wait_until(lambda: not rig.query(prometheus, SELECTOR), PATIENCE, "a ended")
    prometheus_forgets()
    exporter.set_all({'lamp{host="a"}': 1, 'lamp{host="b"}': 1})
    wait_until(lambda: len(rig.query(prometheus, "lamp > 0")) == 2, PATIENCE, "the lamps are on again")
    started = time.time()
    tocsin = fresh("ended").start()
    assert shown(tocsin, "a") > started - 1 and shown(tocsin, "b") > started - 1, (tocsin.alerts(), started)
    tocsin.stop()


def what_fired_there_fires_here_at_once():
    hook.clear()
    prometheus_evaluates("15s")
    wait_until(lambda: rig.query(prometheus, 'ALERTS{alertname="Lamp",alertstate="firing",host="a"}'), PATIENCE, "it fires in Prometheus")
    started = time.time()
    tocsin = fresh("fired", "15s").start()
    wait_until(lambda: any(alert["state"] == "firing" for alert in tocsin.alerts("Lamp")), 10, "it fires here, long before `for` has passed again")
    assert time.time() < started + 12
    wait_until(lambda: [message["status"] for message in hook.messages()] == ["firing"], PATIENCE, "told once")
    time.sleep(1)
    assert len(hook.messages()) == 1, hook.messages()
    tocsin.stop()
    prometheus_forgets()


def a_lost_database(url, name):
    """Its own series are as good as another program's."""
    tocsin = fresh(name, datasource=url, more=f"remote_write: [{{url: '{url}/api/v1/write'}}]\n")
    tocsin.write(rules=RULES.format(hold="1h").replace("lamp > 0", "'label_replace(vector(1), \"host\", \"z\", \"\", \"\")'"))
    tocsin.start()
    written = wait_until(lambda: len(samples(url).get("z", [])) > 4 and samples(url)["z"], PATIENCE, "some samples of ALERTS_FOR_STATE")
    tocsin.kill()
    shutil.rmtree(tocsin.directory / "data")
    last = samples(url)["z"][-1][0]
    tocsin.start()
    active = shown(tocsin, "z")
    began = wait_until(lambda: samples(url)["z"][-1][0] > last and samples(url)["z"][-1], PATIENCE, "it writes again")
    assert active < last, (active, written)
    assert int(active) == began[1] and began[1] >= written[0][1], (active, began, written)
    tocsin.stop()


def a_lost_database_over_prometheus():
    a_lost_database(prometheus, "lost")


def a_lost_database_over_victoria_metrics():
    if not shutil.which("victoria-metrics"):
        print("victoria-metrics is not installed")
        return
    port = rig.free_port()
    process = rig.Process(["victoria-metrics", f"-storageDataPath={suite.directory}/victoria", f"-httpListenAddr=127.0.0.1:{port}", "-search.latencyOffset=1s"], suite.directory / "victoria.log")
    suite.defer(process.kill)

    def answers():
        try:
            return rig.get(f"http://127.0.0.1:{port}/health")[0] == 200
        except OSError:
            return False

    wait_until(answers, 30, "victoria-metrics is ready")
    a_lost_database(f"http://127.0.0.1:{port}", "lost-victoria")


CASES = [
    both_evaluate_and_say_the_same,
    a_rule_that_moved_goes_on,
    what_is_asked_and_how_often,
    an_alert_that_ended_begins_anew,
    what_fired_there_fires_here_at_once,
    a_lost_database_over_prometheus,
    a_lost_database_over_victoria_metrics,
]

if __name__ == "__main__":
    suite = rig.Suite("restore")
    exporter, hook = suite.exporter(), suite.receiver()
    rules = suite.directory / "moved.rules.yml"
    prometheus = suite.start_prometheus(exporter, extra=f"rule_files: ['{suite.directory}/moved.rules.yml']\n")
    suite.run_all(CASES)
    sys.exit(suite.finish())
