# SPDX-License-Identifier: Apache-2.0
"""What the Prometheus project's alert-generator compliance suite asks, thirty times as fast: its four rule groups, its series, and its checks
of the rules and alerts in the API, of the series ALERTS, and of what an Alertmanager is sent. Upstream takes 38 minutes; this, 80 seconds.

All samples are stored before the first slot: a query at a slot sees those up to it and no others, so what each slot must find is known
to the millisecond however busy the machine is. Only the hours at which something is seen or received have tolerances, and a slot that was
missed, which is counted, may make what depends on it that much later.

usage: compliance.py TOCSIN | compliance.py --prometheus (Prometheus' own rule manager in tocsin's place: that tests the test)"""
import functools
import json
import re
import sys
import time
import types
import urllib.parse
from typing import Callable, NamedTuple

import rig
import sample_writer
from rig import wait_until

# All times are in ms. What is 1 s here is 30 s upstream.
SLOT = 1000  # the interval of the groups
STEP = SLOT // 2  # between two samples
RESEND = 2 * SLOT
RETENTION = 30 * SLOT
LOOKBACK = 10 * SLOT  # Prometheus', for how long a sample stands for its series
VALIDITY = 4 * RESEND  # an alert that fires ends this long after its last evaluation, unless it is sent again
END = 152  # the sample at which the recording ends

PATIENCE = 60  # seconds
SHOWN_WITHIN = 1000  # after its slot an evaluation shows in the API
SENT_WITHIN = 2000  # after its slot a post arrives
JITTER = 1000  # between the times at which two posts arrive
MISSED = 3  # slots a group may miss before the machine is too busy to tell anything


# ---- the groups, their series and the lives of their alerts

class Life(NamedTuple):
    """A life of an alert. Numbers are those of samples: a thing happens at the first slot that is not before its sample."""
    labels: dict  # beyond those of the rule
    values: list  # (since which sample, value)
    over: int
    pending: int | None = None
    firing: int | None = None

    def begin(self):
        return self.firing if self.pending is None else self.pending


class Rule(NamedTuple):
    group: str
    alert: str
    expr: str
    hold: int
    labels: dict
    annotations: dict
    expand: Callable  # the annotations of an alert with this value
    lives: list


def selector(group, alert):
    return f'{{__name__="compliance_input",alertname="{alert}",rulegroup="{group}"}}'


LIFE, BRIEF, QUICK, ORDER = "PendingFiringResolved", "PendingResolved", "ZeroAndSmallFor", "NewAlertsInOrder"
CHAINED = " + ignoring(variant) ".join(f'ALERTS{{alertname="Joined",alertstate="firing",foo="bar",rulegroup="{ORDER}",variant="{variant}"}}' for variant in ("one", "two"))
ASKING = ('{{ define "t" }}{{ .arg0 }} {{ .arg1 }} {{ .arg2 }}:{{ with query "compliance_input{rulegroup=\'ZeroAndSmallFor\',for=\'template\'}" }}'
          ' first {{ . | sortByLabel "id" | first | label "id" }}{{ range $v := sortByLabel "id" . }}, {{ . | label "id" }} {{ . | value }}{{ end }}{{ end }}{{ end }}'
          '{{ template "t" (args "foo" "bar" 99) }}')
NUMBERS = "{{ humanize 1048576 }} {{ humanize1024 1048576 }} {{ humanizeDuration 135.3563 }} {{ humanizePercentage 0.959 }} {{ humanizeTimestamp 1643114203 }}"
TEXTS = ('{{ title "some words" }} {{ toUpper "some words" }} {{ toLower "SOME WORDS" }} {{ stripPort "[::1]:6006" }} {{ stripPort "127.0.0.1:4004" }} {{ parseDuration "2h10m15s" }}'
         ' {{ if match "[0-9]+" "1234" }}{{ reReplaceAll "w.*d" "word" "one wild wood" }}{{ end }}{{ if match "[0-9]+$" "1234a" }}wrong{{ end }}')
ASKED = {15: "foo bar 99: first 101, 101 1, 102 2, 103 3", 11: "foo bar 99: first 101, 101 2, 102 4, 103 6"}


def always(annotations):
    return lambda value: annotations


RULES = [
    # Pending and firing with annotations that change; pending again while its end is still being sent.
    Rule(LIFE, "Simple", f"{selector(LIFE, 'Simple')} > 10", 12 * SLOT, {"foo": "bar"}, {"description": "it is so", "summary": "the value is {{$value}} {{.Value}}"},
         lambda value: {"description": "it is so", "summary": f"the value is {value} {value}"},
         [Life({}, [(8, 11), (21, 15), (53, 19)], pending=8, firing=32, over=69), Life({}, [(89, 15)], pending=89, firing=113, over=134)]),
    # What was only pending is never sent.
    Rule(BRIEF, "Pending", f"{selector(BRIEF, 'Pending')} > 10", 6 * SLOT, {"foo": "bar"}, {"description": "it is so"}, always({"description": "it is so"}),
         [Life({}, [(8, 11)], pending=8, over=19)]),
    Rule(BRIEF, "Never", f"{selector(BRIEF, 'Never')} > 99", 6 * SLOT, {"ba_dum": "tss"}, {"description": "it never is"}, always({"description": "it never is"}), []),
    # Firing at once, and again when its end is no longer sent; a `for` below the interval.
    Rule(QUICK, "ZeroFor", f"{selector(QUICK, 'ZeroFor')} > 10", 0, {"foo": "bar"}, {"description": "at once", "numbers": NUMBERS, "asked": ASKING},
         lambda value: {"description": "at once", "numbers": "1.049M 1Mi 2m 15s 95.9% 2022-01-25 12:36:43 +0000 UTC", "asked": ASKED[value]},
         [Life({}, [(8, 15)], firing=8, over=21), Life({}, [(93, 11)], firing=93, over=106)]),
    Rule(QUICK, "SmallFor", f"{selector(QUICK, 'SmallFor')} > 13", SLOT // 2, {"ba_dum": "tss"}, {"description": "at the second slot", "texts": TEXTS},
         always({"description": "at the second slot", "texts": "Some Words SOME WORDS some words ::1 127.0.0.1 7815 one word"}),
         [Life({}, [(8, 15)], pending=8, firing=10, over=21)]),
    # A second alert joins the first of its rule; a rule reads what the one before it writes at the same slot.
    Rule(ORDER, "Joined", f"{selector(ORDER, 'Joined')} > 10", 6 * SLOT, {"foo": "bar"}, {"description": "more may come"}, always({"description": "more may come"}),
         [Life({"variant": "one"}, [(8, 11)], pending=8, firing=20, over=73), Life({"variant": "two"}, [(32, 11)], pending=32, firing=44, over=65)]),
    Rule(ORDER, "Chained", f"({CHAINED}) == 2", 0, {"foo": "baz", "ba_dum": "tss"}, {"description": "from {{$labels.alertname}}, foo was {{.Labels.foo}}"},
         always({"description": "from Joined, foo was bar"}),
         [Life({"alertstate": "firing"}, [(44, 2)], firing=44, over=65)]),
]
GROUPS = [LIFE, BRIEF, QUICK, ORDER]

# (labels, [(value, how many samples)])
PENDING = [(3, 1), (5, 3), (9, 4), (11, 11), (9, 1)]
TWICE = [(3, 1), (5, 3), (9, 4), (15, 13), (9, 72), (11, 13), (9, 1)]
INPUT = [
    ({"rulegroup": LIFE, "alertname": "Simple"}, [(3, 1), (5, 3), (9, 4), (11, 13), (15, 32), (19, 16), (9, 20), (15, 45), (8, 16)]),
    ({"rulegroup": BRIEF, "alertname": "Pending"}, PENDING),
    ({"rulegroup": BRIEF, "alertname": "Never"}, PENDING),
    ({"rulegroup": QUICK, "alertname": "ZeroFor"}, TWICE),
    ({"rulegroup": QUICK, "alertname": "SmallFor"}, TWICE),
    *[({"rulegroup": QUICK, "for": "template", "id": str(100 + i), "__value__": f"val{i}"}, [(i, 28), (2 * i, 201)]) for i in (1, 2, 3)],
    ({"rulegroup": ORDER, "alertname": "Joined", "variant": "one"}, [(1, 8), (11, 65), (9, 21)]),
    ({"rulegroup": ORDER, "alertname": "Joined", "variant": "two"}, [(1, 32), (11, 33), (9, 21)]),
]


def samples(runs, zero):
    values = [value for value, count in runs for _ in range(count)]
    return [(zero + i * STEP, value) for i, value in enumerate(values)]


def rule_file():
    def written(rule):
        out = {"alert": rule.alert, "expr": rule.expr, "labels": {**rule.labels, "rulegroup": rule.group}, "annotations": rule.annotations}
        return {**out, "for": f"{rule.hold}ms"} if rule.hold else out

    return json.dumps({"groups": [{"name": group, "interval": f"{SLOT}ms", "rules": [written(rule) for rule in RULES if rule.group == group]} for group in GROUPS]})


# ---- who is asked

suite = rig.Suite("compliance")
receiver = suite.receiver()
run = types.SimpleNamespace()  # who is asked (start_tocsin, start_peer), what was seen (record)
LOOKBACK_FLAG = f"--query.lookback-delta={LOOKBACK}ms"
ALERTING = f"""
alerting:
  alertmanagers: [{{static_configs: [{{targets: ['127.0.0.1:{receiver.port}']}}]}}]
"""


def start_tocsin(binary):
    prometheus = suite.start_prometheus(flags=[LOOKBACK_FLAG])
    config = (f"datasource: {{url: '{prometheus}'}}\nremote_write: [{{url: '{prometheus}/api/v1/write'}}]\nrule_files: [rules.yml]\n"
              f"{ALERTING}  resend_delay: {RESEND}ms\n  resolved_retention: {RETENTION}ms\n")
    run.datasource, run.manager = prometheus, suite.tocsin(binary, config, rule_file()).url
    run.gap, run.retention = RESEND, RETENTION  # between two sends, and for how long an end is sent


def start_peer():
    """Prometheus asks that *more* than the delay has passed: three slots. Upstream's tolerance has room for both. Its retention is fixed."""
    (suite.directory / "rules.yml").write_text(rule_file())
    extra = f"rule_files: ['{suite.directory}/rules.yml']{ALERTING}"
    run.datasource = run.manager = suite.start_prometheus(extra=extra, flags=[LOOKBACK_FLAG, f"--rules.alert.resend-delay={RESEND}ms"])
    run.gap, run.retention = RESEND + SLOT, 900_000


def manager_api(path):
    status, body = rig.get(run.manager + path)
    assert status == 200, (path, status, body)
    return json.loads(body)["data"]


def missed_slots():
    """{group: slots it has missed since its start}"""
    found = re.findall(r'^prometheus_rule_group_iterations_missed_total\{rule_group="[^"]*;(\w+)"\} (\S+)$', rig.get(run.manager + "/metrics")[1], re.MULTILINE)
    return {group: float(value) for group, value in found}


# ---- what was seen

def now():
    return round(1000 * time.time())


def ms(text):
    """The whole ms of a time as Go writes it: Prometheus shows ns, and stamps samples with what is left without them."""
    seconds, _, fraction = text.removesuffix("Z").partition(".")
    return 1000 * round(rig.rfc3339(seconds + "Z")) + int(fraction[:3].ljust(3, "0"))


def is_evaluated():
    groups = manager_api("/api/v1/rules")["groups"]
    return len(groups) == len(GROUPS) and all(rule["health"] == "ok" for group in groups for rule in group["rules"])


def feed():
    """Stores all samples; the time of the first."""
    zero = now() + SLOT
    sample_writer.write(run.datasource, [({"__name__": "compliance_input", **labels}, samples(runs, zero)) for labels, runs in INPUT])
    assert now() < zero, "the samples were not stored in time"
    return zero


def polls(until):
    """(before, after, groups, alerts) of the API, again and again."""
    out = []
    while now() < until:
        before = now()
        groups, alerts = manager_api("/api/v1/rules")["groups"], manager_api("/api/v1/alerts")["alerts"]
        out.append((before, now(), groups, alerts))
        time.sleep(0.2)
    return out


def raw_series():
    """{labels: times of its samples}; staleness markers are not among them."""
    span = now() - run.zero + 2 * SLOT
    return {key(found["metric"]): [round(1000 * at) for at, _ in found["values"]] for found in rig.query(run.datasource, f"ALERTS[{span}ms]")}


def seen_series():
    """{time: labels of what a query at that time finds}, every quarter of a slot."""
    first, last = run.zero, run.zero + END * STEP
    status, body = rig.get(f"{run.datasource}/api/v1/query_range?query=ALERTS&start={first / 1000}&end={last / 1000}&step={SLOT / 4000}")
    assert status == 200, body
    out = {at: set() for at in range(first, last + 1, SLOT // 4)}
    for found in json.loads(body)["data"]["result"]:
        for at, value in found["values"]:
            assert value == "1", found["metric"]
            out[round(1000 * at)].add(key(found["metric"]))
    return out


def record():
    """Everything that is judged afterwards."""
    wait_until(is_evaluated, PATIENCE, "each rule was evaluated")
    missed = missed_slots()
    run.zero = feed()
    run.polls = polls(run.zero + END * STEP)
    times = [before for before, *_ in run.polls]
    assert all(after - before < MISSED * SLOT for before, after in zip(times, times[1:])), f"the API was silent: {times}"
    run.raw, run.seen = raw_series(), seen_series()
    run.phases = {group: {at % SLOT for series, times in run.raw.items() if json.loads(series)["rulegroup"] == group for at in times} for group in GROUPS}
    run.late = {group: round(count - missed[group]) * SLOT for group, count in missed_slots().items()}


def key(labels):
    """What an alert or series is known by, to be shown in messages too."""
    return json.dumps(labels, sort_keys=True)


# ---- what was to be seen

def rules_of(group):
    return [rule for rule in RULES if rule.group == group]


def final_labels(rule, life):
    return {"alertname": rule.alert, "rulegroup": rule.group, **rule.labels, **life.labels}


def alerts_of(group):
    """{labels: (rule, its lives)} of all alerts that the group ever has."""
    out = {}
    for rule in rules_of(group):
        for life in rule.lives:
            out.setdefault(key(final_labels(rule, life)), (rule, []))[1].append(life)
    return out


def phase(group):
    """Its slots are this long after whole intervals."""
    return min(run.phases[group], default=0)


def slot_of(group, sample):
    """The first slot that is not before the sample."""
    at = run.zero + sample * STEP
    return at + (phase(group) - at) % SLOT


def value_at(group, life, slot):
    return [value for since, value in life.values if slot >= slot_of(group, since)][-1]


class State(NamedTuple):
    state: str
    value: float
    since: int


def state_at(group, lives, slot):
    """What the alert is after the evaluation of this slot; None: there is none."""
    for life in lives:
        begin = slot_of(group, life.begin())
        if begin <= slot < slot_of(group, life.over):
            fires = life.firing is not None and slot >= slot_of(group, life.firing)
            return State("firing" if fires else "pending", value_at(group, life, slot), begin)
    return None


def slots_between(group, since, until):
    """The slot that stands at `since` and those after it up to `until`."""
    return range(since - (since - phase(group)) % SLOT, until + 1, SLOT)


def shown_slots(group, before, after):
    """Whose evaluations a request between these times may show."""
    return slots_between(group, before - SHOWN_WITHIN - run.late[group], after)


# ---- the checks

def check_alerts(group, alerts, slots):
    """`alerts` of the API are what one of the slots leaves, each by itself."""
    expected = alerts_of(group)
    shown = {key(alert["labels"]): alert for alert in alerts}
    assert len(shown) == len(alerts), f"twice the same: {alerts}"
    assert shown.keys() <= expected.keys(), f"not of this group: {shown.keys() - expected.keys()}"
    for labels, (rule, lives) in expected.items():
        states, alert = [state_at(group, lives, slot) for slot in slots], shown.get(labels)
        if alert is None:
            assert None in states, f"not there: {labels}, expected {states}"
            continue
        since, value = ms(alert["activeAt"]), float(alert["value"])
        assert any(state and (alert["state"], value) == (state.state, state.value) and 0 <= since - state.since <= run.late[group] for state in states), (alert, states)
        assert alert["annotations"] == rule.expand(int(value)), alert


def check_rule(rule, shown, slots, before):
    strength = ["inactive", "pending", "firing"]
    lives = [lives for other, lives in alerts_of(rule.group).values() if other is rule]
    states = {max((state.state for one in lives if (state := state_at(rule.group, one, slot))), key=strength.index, default="inactive") for slot in slots}
    assert shown["state"] in states, (shown, states)
    assert {name: shown[name] for name in ("type", "name", "health", "labels", "annotations", "duration")} == {
        "type": "alerting", "name": rule.alert, "health": "ok", "labels": {**rule.labels, "rulegroup": rule.group}, "annotations": rule.annotations, "duration": rule.hold / 1000}, shown
    assert not shown.get("lastError") and shown["evaluationTime"] >= 0, shown
    assert formatted(shown["query"]) == formatted(rule.expr), shown
    assert ms(shown["lastEvaluation"]) >= before - SLOT - SHOWN_WITHIN - run.late[rule.group], (shown, before)


@functools.cache
def formatted(expr):
    """The expression as Prometheus prints it."""
    return json.loads(rig.get(f"{run.datasource}/api/v1/format_query?query={urllib.parse.quote(expr)}")[1])["data"]


def the_rules_of_the_api_are_as_expected(group):
    for before, after, groups, _ in run.polls:
        shown = [one for one in groups if one["name"] == group]
        assert len(shown) == 1 and shown[0]["interval"] == SLOT / 1000, shown
        slots, rules = shown_slots(group, before, after), rules_of(group)
        assert ms(shown[0]["lastEvaluation"]) >= before - SLOT - SHOWN_WITHIN - run.late[group], (shown[0]["lastEvaluation"], before)
        assert len(shown[0]["rules"]) == len(rules), shown
        for rule, found in zip(rules, shown[0]["rules"]):
            check_rule(rule, found, slots, before)
        check_alerts(group, [alert for found in shown[0]["rules"] for alert in found["alerts"]], slots)


def the_alerts_of_the_api_are_as_expected(group):
    for before, after, _, alerts in run.polls:
        check_alerts(group, [alert for alert in alerts if alert["labels"]["rulegroup"] == group], shown_slots(group, before, after))


def series_of(labels, state):
    return key({**json.loads(labels), "__name__": "ALERTS", "alertstate": state})


def alerts_has_a_sample_of_each_state_at_each_slot(group):
    for labels, (_, lives) in alerts_of(group).items():
        for state in ("pending", "firing"):
            times = run.raw.get(series_of(labels, state), [])
            wanted = [slot for slot in slots_between(group, run.zero, run.zero + END * STEP - SLOT) if (found := state_at(group, lives, slot)) and found.state == state]
            assert set(times) <= {slot for first in wanted for slot in range(first, first + run.late[group] + 1, SLOT)}, (labels, state, times, wanted)
            assert len(wanted) - len(times) <= run.late[group] // SLOT, (labels, state, times, wanted)


def alerts_shows_no_state_longer_than_it_lasts(group):
    for at, found in run.seen.items():
        wanted = set()
        for slot in slots_between(group, at - run.late[group], at):
            wanted.add(frozenset(series_of(labels, state.state) for labels, (_, lives) in alerts_of(group).items() if (state := state_at(group, lives, slot))))
        shown = {series for series in found if json.loads(series)["rulegroup"] == group}
        assert shown in wanted, (at - run.zero, shown, wanted)


class Post(NamedTuple):
    at: int
    starts: int
    ends: int
    annotations: dict


def check_firing(group, rule, life, sent):
    """Once when it fires, then as often as it is to be sent again: which slot each was sent for is to be seen from its end."""
    slots = [post.ends - VALIDITY for post in sent]
    assert slots and 0 <= slots[0] - slot_of(group, life.firing) <= run.late[group], (rule.alert, slots)
    gaps = [after - before for before, after in zip(slots, slots[1:])]
    assert all(0 <= found - run.gap <= run.late[group] for found in gaps), (rule.alert, gaps)
    assert slots[-1] < slot_of(group, life.over) + run.late[group] and slots[-1] + run.gap + run.late[group] >= slot_of(group, life.over), (rule.alert, slots)
    for slot, post in zip(slots, sent):
        assert 0 <= post.at - slot <= SENT_WITHIN, (rule.alert, post, slot)
        earlier = max(slot - run.late[group], slot_of(group, life.firing))
        assert post.annotations in [rule.expand(value_at(group, life, one)) for one in (slot, earlier)], (rule.alert, post)


def check_ended(group, rule, life, sent, following):
    """Once when it ends, then again for a while, always with the same end, and not at the slot at which it is pending anew."""
    over = slot_of(group, life.over)
    until = min(over + run.retention, slot_of(group, following.begin() if following else END))
    assert sent and all(0 <= post.ends - over <= run.late[group] for post in sent), (rule.alert, over, sent)
    assert all(post.annotations == rule.expand(life.values[-1][1]) for post in sent), (rule.alert, sent)
    assert 0 <= sent[0].at - over <= SENT_WITHIN + run.late[group], (rule.alert, over, sent)
    gaps = [after.at - before.at for before, after in zip(sent, sent[1:])]
    assert all(abs(found - run.gap) <= JITTER + run.late[group] for found in gaps), (rule.alert, gaps)
    patience = 0 if following and until < over + run.retention else JITTER
    assert until - run.gap - JITTER - run.late[group] <= sent[-1].at <= until + patience + run.late[group], (rule.alert, until - run.zero, [post.at - run.zero for post in sent])


def posts_of(group):
    """{labels: what was sent of it until the recording ended}"""
    out = {}
    for request in receiver.all():
        if 1000 * request["at"] > run.zero + END * STEP:
            break
        assert request["path"] == "/api/v2/alerts", request
        for alert in json.loads(request["body"]):
            if alert["labels"]["rulegroup"] == group:
                assert urllib.parse.parse_qs(urllib.parse.urlsplit(alert["generatorURL"]).query)["g0.expr"][0], alert
                out.setdefault(key(alert["labels"]), []).append(Post(round(1000 * request["at"]), ms(alert["startsAt"]), ms(alert["endsAt"]), alert["annotations"]))
    return out


def an_alertmanager_is_sent_what_fires_and_what_ended(group):
    posts = posts_of(group)
    for labels, (rule, lives) in alerts_of(group).items():
        for life, following in zip(lives, lives[1:] + [None]):
            if life.firing is None:
                continue
            sent = [post for post in posts.get(labels, []) if 0 <= post.starts - slot_of(group, life.firing) <= run.late[group]]
            check_firing(group, rule, life, [post for post in sent if post.ends > post.at])
            check_ended(group, rule, life, [post for post in sent if post.ends <= post.at], following)
            posts[labels] = [post for post in posts[labels] if post not in sent]
    assert not any(posts.values()), f"nobody expected {posts}"


def the_slots_were_kept(group):
    assert len(run.phases[group]) == 1, run.phases
    assert run.late[group] <= MISSED * SLOT, f"the machine is too busy: {run.late[group] // SLOT} slots missed"


CHECKS = [
    the_slots_were_kept, the_rules_of_the_api_are_as_expected, the_alerts_of_the_api_are_as_expected, alerts_has_a_sample_of_each_state_at_each_slot,
    alerts_shows_no_state_longer_than_it_lasts, an_alertmanager_is_sent_what_fires_and_what_ended]

if len(sys.argv) != 2:
    sys.exit(__doc__)
if sys.argv[1] == "--prometheus":
    start_peer()
else:
    start_tocsin(sys.argv[1])
suite.case("record", record)
for name in GROUPS if hasattr(run, "late") else []:
    for check in CHECKS:
        suite.case(f"{name}: {check.__name__.replace('_', ' ')}", check, name)
sys.exit(suite.finish())
