#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The kill loop: waves of alerts fire and resolve over a real Prometheus while tocsin is killed with SIGKILL again and again,
at seeded random times and at named fault points. Every transition must be told (lost = 0), and only what was in flight at a
kill may be told twice. An Alertmanager that fails now and then must hear of every transition too, as often as it likes.

usage: kill_loop.py TOCSIN [KILLS] [SEED]"""
import collections
import json
import random
import sys
import threading
import time

import rig

ALERTS, GROUPS = 60, 6
FAULT_POINTS = ["before-commit", "after-commit", "before-attempt", "after-write", "before-outcome"]
WAVE_SECONDS = 60       # a wave must be told within this, whatever is killed meanwhile
IN_FLIGHT_SECONDS = 1.0  # a kill this soon after an answer: its outcome may not have been committed

CONFIG = """
route:
  receiver: hook
  group_by: [shard]
  group_wait: 100ms
  group_interval: 300ms
  repeat_interval: 1h
receivers:
- name: hook
  webhook_configs: [{{url: '{hook}'}}]
rule_files: [rules.yml]
datasource: {{url: '{prometheus}'}}
alerting:
  alertmanagers: [{{static_configs: [{{targets: ['127.0.0.1:{alertmanager}']}}]}}]
"""
RULES = """
groups:
- name: waves
  interval: 100ms
  rules:
  - alert: Wave
    expr: wave > 0
    labels: {severity: page}
    annotations: {summary: 'series {{ $labels.series }} of shard {{ $labels.shard }}'}
"""


def series(index):
    return f'wave{{series="{index}",shard="{index % GROUPS}"}}'


class Told:
    """What the receiver was told, alert by alert and message by message."""

    def __init__(self, receiver):
        self.receiver, self.seen = receiver, 0
        self.state = {}                              # series -> last told status
        self.starts = {}                             # series -> startsAt of the life told last
        self.told = collections.Counter()            # status -> transitions told
        self.last = {}                               # group -> (content of its last message, when it was answered)
        self.repeats = []                            # (group, answered at, told again at)
        self.moved = []                              # lives whose startsAt changed between messages

    def take(self):
        requests = self.receiver.all()
        for request in requests[self.seen:]:
            self.take_message(json.loads(request["body"]), request)
        self.seen = len(requests)

    def take_message(self, message, request):
        group = message["groupKey"]
        content = sorted((alert["fingerprint"], alert["status"], alert["startsAt"]) for alert in message["alerts"])
        if group in self.last and self.last[group][0] == content:
            self.repeats.append((group, self.last[group][1], request["at"]))
        self.last[group] = (content, request["answered"] or request["at"])
        for alert in message["alerts"]:
            self.take_alert(alert)

    def take_alert(self, alert):
        name, status = int(alert["labels"]["series"]), alert["status"]
        if self.state.get(name) != status:
            self.told[status] += 1
        if status == "resolved" and self.starts.get(name) not in (None, alert["startsAt"]):
            self.moved.append((name, self.starts[name], alert["startsAt"]))
        self.state[name], self.starts[name] = status, alert["startsAt"]

    def all_are(self, status):
        self.take()
        return all(self.state.get(name) == status for name in range(ALERTS))


class Sent:
    """What the Alertmanager was sent: transitions, each as often as somebody was not sure."""

    def __init__(self, receiver):
        self.receiver, self.seen = receiver, 0
        self.state = {}                   # series -> status it was sent with last
        self.sent = collections.Counter() # status -> transitions sent

    def take(self):
        requests = self.receiver.all()
        for request in requests[self.seen:]:
            if request["answered"] is None and request["at"] > time.time() - 1:
                return                    # not decided yet
            self.seen += 1
            for alert in json.loads(request["body"]) if request["answered"] else []:
                self.take_alert(alert, request["at"])

    def take_alert(self, alert, at):
        name, status = int(alert["labels"]["series"]), "resolved" if rig.rfc3339(alert["endsAt"]) <= at else "firing"
        self.sent[status] += self.state.get(name) != status
        self.state[name] = status

    def all_are(self, status):
        self.take()
        return all(self.state.get(name) == status for name in range(ALERTS))


def fail_now_and_then(seed):
    chance = random.Random(seed)

    def behave(handler, entry):
        if chance.random() < 0.8:
            return False
        handler.send_error(chance.choice((500, 503, 429)))
        return True

    return behave


class Killer(threading.Thread):
    """Keeps tocsin running, and kills it."""

    def __init__(self, tocsin, kills, seed):
        super().__init__(daemon=True)
        self.tocsin, self.kills, self.random = tocsin, kills, random.Random(seed)
        self.times, self.by_fault, self.failure = [], collections.Counter(), None
        self.enough = threading.Event()

    def run(self):
        try:
            for number in range(self.kills):
                if number % 4 == 3:
                    self.kill_at_fault(FAULT_POINTS[number // 4 % len(FAULT_POINTS)])
                else:
                    self.kill_at_random()
            self.tocsin.start()
        except Exception as error:
            self.failure = error
        self.enough.set()

    def kill_at_random(self):
        self.tocsin.start(wait=False)
        time.sleep(self.random.uniform(0.05, 0.9))
        self.end()

    def kill_at_fault(self, point):
        """Dies by itself where the fault point is compiled in; is killed after a while where not, or where it is not passed."""
        self.tocsin.start(env={"TOCSIN_FAULT": f"{point}:{self.random.randint(1, 3)}"}, wait=False)
        end = time.monotonic() + self.random.uniform(1.5, 3.0)
        while time.monotonic() < end and self.tocsin.process.alive():
            time.sleep(0.005)
        if not self.tocsin.process.alive():
            self.by_fault[point] += 1
        self.end()

    def end(self):
        status = self.tocsin.process.process.poll()
        if status not in (None, -9):
            raise AssertionError(f"tocsin ended by itself with status {status}:\n" + self.tocsin.output()[-3000:])
        self.tocsin.kill()
        self.times.append(time.time())


def not_yet(told, status):
    return [name for name in range(ALERTS) if told.state.get(name) != status]


def waves(exporter, listeners, killer):
    """Fires and resolves all series until the kills are through, then once more. Returns how many waves ran."""
    count, last = 0, False
    while not last:
        last = killer.enough.is_set()
        for value, status in ((1, "firing"), (0, "resolved")):
            exporter.set_all({series(index): value for index in range(ALERTS)})
            what = f"wave {count} is told to be {status}"
            try:
                rig.wait_until(lambda: all(told.all_are(status) for told in listeners), WAVE_SECONDS, what)
            except AssertionError as error:
                raise AssertionError(f"{what}; lost: {[not_yet(told, status) for told in listeners]}") from error
        count += 1
    return count


def run(suite, binary, kills, seed):
    exporter, receiver, alertmanager = suite.exporter(), suite.receiver(), suite.receiver(fail_now_and_then(seed))
    exporter.set_all({series(index): 0 for index in range(ALERTS)})
    prometheus, url = rig.start_prometheus(suite.directory / "prometheus", [f"127.0.0.1:{exporter.port}"])
    suite.defer(prometheus.kill)
    tocsin = rig.Tocsin(binary, suite.directory / "tocsin", CONFIG.format(hook=receiver.url, alertmanager=alertmanager.port, prometheus=url), RULES)
    killer, told, sent = Killer(tocsin, kills, seed), Told(receiver), Sent(alertmanager)
    suite.defer(lambda: tocsin.process and tocsin.kill())
    killer.start()
    count = 0

    def every_transition_is_told():
        nonlocal count
        count = waves(exporter, [told, sent], killer)
        assert killer.failure is None, killer.failure

    def only_what_was_in_flight_is_told_again():
        stray = [repeat for repeat in told.repeats if not any(repeat[1] - 0.05 <= at <= repeat[2] and at - repeat[1] <= IN_FLIGHT_SECONDS for at in killer.times)]
        assert not stray, f"told again although nothing was in flight: {stray[:5]}"

    def a_life_keeps_its_start():
        assert not told.moved, f"startsAt moved: {told.moved[:5]}"

    def it_stops_gracefully():
        killer.join(60)
        assert tocsin.stop() == 0

    suite.run_all([every_transition_is_told, only_what_was_in_flight_is_told_again, a_life_keeps_its_start, it_stops_gracefully])
    lost = sum(1 for name in range(ALERTS) if told.state.get(name) != "resolved")
    print(f"kills: {len(killer.times)} (at fault points: {dict(killer.by_fault)}), waves: {count} of {ALERTS} alerts, seed {seed}")
    print(f"told: {told.told['firing']} firing, {told.told['resolved']} resolved in {len(receiver.all())} messages; lost: {lost}; messages repeated after a kill: {len(told.repeats)}")
    print(f"sent: {sent.sent['firing']} firing, {sent.sent['resolved']} resolved in {len(alertmanager.all())} requests; lost: {len(not_yet(sent, 'resolved'))}")


def main():
    suite = rig.Suite("kill_loop")
    kills = int(sys.argv[2]) if len(sys.argv) > 2 else 200
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 20
    run(suite, sys.argv[1], kills, seed)
    sys.exit(suite.finish())


if __name__ == "__main__":
    main()
