# SPDX-License-Identifier: Apache-2.0
"""A pending alert whose tocsin is killed every few seconds fires when it should: only slots that were missed between a kill and the next start do not
count for `for`.

usage: killed_pending.py TOCSIN"""
import sys
import time

import rig
from rig import wait_until

PATIENCE = 120  # seconds; the machine may be busy
INTERVAL, HOLD = 3, 20

CONFIG = """
datasource: {{url: '{datasource}'}}
rule_files: [rules.yml]
evaluation: {{for_grace_period: 1ms}}
route: {{receiver: hook, group_wait: 0s}}
receivers: [{{name: hook, webhook_configs: [{{url: '{hook}'}}]}}]
"""
RULES = f"""
groups:
- name: lamps
  interval: {INTERVAL}s
  rules: [{{alert: Lamp, expr: lamp > 0, for: {HOLD}s}}]
"""

suite = rig.Suite("killed_pending")
exporter, hook = suite.exporter(), suite.receiver()
exporter.set("lamp", 1)
prometheus = suite.start_prometheus(exporter)
wait_until(lambda: rig.query(prometheus, "lamp > 0"), PATIENCE, "the lamp is on")
tocsin = suite.tocsin(sys.argv[1], CONFIG.format(datasource=prometheus, hook=hook.url), RULES)


def evaluated():
    """The last slot that was evaluated by this process; None: there was none yet."""
    at = tocsin.rule("Lamp")["lastEvaluation"]
    return None if at.startswith("0001") else rig.rfc3339(at)


def newer_than(slot):
    return wait_until(lambda: (evaluated() or 0) > slot and evaluated(), PATIENCE, "the next evaluation")


def kill_between_slots():
    """The second evaluation of this life and the first of the next one."""
    before = newer_than(evaluated())
    time.sleep(INTERVAL / 3)
    before = max(before, evaluated())
    tocsin.kill()
    tocsin.start()
    return before, newer_than(0)


def state():
    return tocsin.alert("Lamp")["state"]


def it_fires_after_the_time_in_which_it_was_looked_at():
    newer_than(0)
    began, kills, missed = rig.rfc3339(tocsin.alert("Lamp")["activeAt"]), 0, 0
    while state() == "pending":
        before, after = kill_between_slots()
        kills += 1
        missed += after - before if after - before > INTERVAL + 0.5 else 0
        active = rig.rfc3339(tocsin.alert("Lamp")["activeAt"])
        print(f"     kill {kills}: slots {before - began:.0f} and {after - began:.0f}, active since {active - began:.3f}, {state()}")
        assert active - began <= missed + 0.001, f"{active - began:.3f} s do not count, {missed:.3f} s were missed"
    assert kills >= 3, "hardly anything was tried"
    assert evaluated() - active >= HOLD, "too soon"
    wait_until(lambda: [message["status"] for message in hook.messages()] == ["firing"], PATIENCE, "it is told")


suite.run_all([it_fires_after_the_time_in_which_it_was_looked_at])
sys.exit(suite.finish())
