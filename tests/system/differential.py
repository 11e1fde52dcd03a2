# SPDX-License-Identifier: Apache-2.0
"""The same rule files over the same samples in a real Prometheus and in tocsin: what both show of rules and alerts, the series they write
and what they post to Alertmanagers must agree, alert by alert and instant by instant. Rules and series are invented from a seed.

Groups have names for which both evaluate at the same milliseconds, and every sample is there before either asks for it, so that nothing
depends on who is faster. The series live in epochs with a rest between them; where one of the two missed a slot (the machine is busy),
its group is not judged in that epoch, and where the machine stood still for a moment, none is: an evaluation that comes late may share its
post with the next. What may differ is in ACCEPTED, by its row in docs/compatibility.md.

usage: differential.py TOCSIN      TOCSIN_SEED=N for other rules and series"""
import collections
import json
import os
import pathlib
import re
import shutil
import sys
import threading
import time
import urllib.parse
import urllib.request

import invented_rules
import rig
import sample_writer
import slots
from invented_rules import BUSY, EPOCH
from rig import wait_until

LIVES, JUDGED = 2000, 2  # lives to judge, and epochs of each group
EPOCHS, MORE_EPOCHS = 4, 12  # at least, and at most until enough was judged
SIZES = {"load": 16, "wide": 300}  # series
SEED = os.environ.get("TOCSIN_SEED", "1")
WINDOW_MS = 250  # after each full second, in which all slots lie
LOOK_AT_MS = 700  # when both are looked at
RELOAD = (1, 8)  # epoch and second in which the rule file changes
NAP, STALL = 0.05, 0.4  # seconds: the machine stands still when so short a nap takes so long
RESEND_MS = 4500  # no multiple of an interval: both take the same evaluations for due
ALERTING = """
  alert_relabel_configs:
  - {{source_labels: [unit], regex: u13, action: drop}}
  - {{source_labels: [zone, site], target_label: place, replacement: 'at $1'}}
  - {{regex: replica|addr, action: labeldrop}}
  alertmanagers: [{{static_configs: [{{targets: ['127.0.0.1:{port}']}}]}}]
"""
GLOBAL = "external_labels: {site: lab, replica: one}"
STOOD_STILL = "the machine stood still"
WAITED = "not stored within"  # in the error of a recording rule whose reader was asked without its samples

# What differs on purpose: the row of docs/compatibility.md, and where this test looks away.
LIMIT, AWAY, REMOVED, RETOLD, DROPPED, AGAIN, TIMES, TYPES, NO_LABELS = ACCEPTED = [
    "`limit` exceeded",  # alerts of the group that exceeds its limit
    "query error",  # posts of an alert from where its evaluations fail for so long that tocsin sends it without any
    "removed rule or group",  # posts of the alert whose rule goes
    "rule changed while an alert fires",  # what posts of it say
    "an Alertmanager does not take alerts",  # posts after a reload: Prometheus has no Alertmanager until discovery has found it anew
    "an alert that ended is sent again",  # how often
    "times in /api/v1/rules and /api/v1/alerts",  # nanoseconds; lastEvaluation
    "types in messages of templates",
    "`labels` of a recording rule without labels",
]

suite = rig.Suite("differential", rig.quick_directory())
theirs, ours = suite.receiver(), suite.receiver()
rules_path = suite.directory / "same.yml"


class Group:
    def __init__(self, before, after):
        base, interval, self.limit, self.rules = before
        self.base, self.interval, self.changed = base, interval * 1000, after[3]
        self.name, self.offset = slots.name_for_both(rules_path, base, self.interval, WINDOW_MS)
        both = self.rules + self.changed
        self.alerts = sorted({rule["alert"] for rule in both if "alert" in rule})
        self.records = sorted({rule["record"] for rule in both if "record" in rule} - {"slot"})
        self.removed = set(self.alerts) - {rule.get("alert") for rule in self.changed}
        told = {rule["alert"]: (rule["annotations"], rule["expr"]) for rule in self.rules if "alert" in rule}
        self.retold = {rule["alert"] for rule in self.changed if rule.get("alert") in told and told[rule["alert"]] != (rule["annotations"], rule["expr"])}

    def slot(self, millis):
        """The newest at or before then."""
        return (millis - self.offset) // self.interval * self.interval + self.offset

    def period(self):
        """Between two posts of an alert that stays."""
        return max(RESEND_MS, self.interval)

    def sent_for(self, post):
        """The slot of the evaluation that an alert which fires was posted for; something else when it was posted without."""
        return post.ends - 4 * self.period()


groups = [Group(before, after) for before, after in zip(invented_rules.groups_of(SEED), invented_rules.groups_of(SEED, has_changed=True), strict=True)]
group_of_alert = {name: group for group in groups for name in group.alerts}


def write_rules(has_changed):
    text = invented_rules.rule_file([(group.name, group.interval // 1000, group.limit, group.changed if has_changed else group.rules) for group in groups])
    (suite.directory / "next").write_text(text)
    os.replace(suite.directory / "next", rules_path)


# ---- peers

def start_prometheus(name, extra, *arguments):
    directory = suite.directory / name
    directory.mkdir()
    port = rig.free_port()
    (directory / "prometheus.yml").write_text(f"global: {{{GLOBAL}}}\n{extra}")
    process = rig.Process(["prometheus", f"--config.file={directory}/prometheus.yml", f"--storage.tsdb.path={directory}/tsdb", f"--web.listen-address=127.0.0.1:{port}", "--web.enable-remote-write-receiver",
                           "--web.enable-lifecycle", "--query.lookback-delta=3s", "--log.level=error", "--web.external-url=http://rules.example/x", "--web.route-prefix=/", *arguments],
                          directory / "prometheus.log", {"TZ": "UTC"})
    suite.defer(process.kill)
    url = f"http://127.0.0.1:{port}"
    wait_until(lambda: rig.is_ready(url), 60, "prometheus is ready")
    return url


def start_tocsin(binary, store):
    config = (f"global: {{{GLOBAL}}}\nweb: {{external_url: 'http://rules.example/x', route_prefix: /}}\ndatasource: {{url: '{store}'}}\nremote_write: [{{url: '{store}/api/v1/write', name: store}}]\n"
              f"rule_files: ['{rules_path}']\nalerting:\n  resend_delay: {RESEND_MS}ms{ALERTING.format(port=ours.port)}")
    return suite.tocsin(binary, config)


def as_newer(text):
    """What Prometheus 2.42, made by Go 1.19, says in the words of a newer one (TYPES)."""
    text = re.sub(r"incompatible types for comparison(?!:)", "incompatible types for comparison: float64 and int", text)
    return text.replace("Value float64 }", "Value interface {} }")


def fetch(url, is_theirs=False):
    with urllib.request.urlopen(url, timeout=10) as reply:
        text = reply.read().decode()
    answer = json.loads(as_newer(text) if is_theirs else text)
    assert answer["status"] == "success", answer
    return answer["data"]


def to_millis(text):
    """Prometheus counts nanoseconds, tocsin milliseconds (TIMES)."""
    found = re.fullmatch(r"(.*:\d\d)(?:\.(\d{1,9}))?Z", text)
    return round(rig.rfc3339(found[1] + "Z")) * 1000 + int((found[2] or "").ljust(3, "0")[:3])


# ---- differences

Difference = collections.namedtuple("Difference", "kind group millis until what their our")


def where_they_part(their, our, path=""):
    """The first place at which two JSON values are not the same, as a sentence."""
    if isinstance(their, dict) and isinstance(our, dict):
        for key in sorted(their.keys() | our.keys(), key=str):
            if key not in their or key not in our or their[key] != our[key]:
                return where_they_part(their.get(key), our.get(key), f"{path}.{key}")
    if isinstance(their, (list, tuple)) and isinstance(our, (list, tuple)):
        if len(their) == len(our):
            number = next(number for number, (a, b) in enumerate(zip(their, our)) if a != b)
            return where_they_part(their[number], our[number], f"{path}[{number}]")
        path += f" ({len(their)} and {len(our)} of them; what only one has)"
        their, our = [item for item in their if item not in our], [item for item in our if item not in their]
    return f"{path or 'as a whole'}:\n      theirs {json.dumps(their, ensure_ascii=False)[:700]}\n      ours   {json.dumps(our, ensure_ascii=False)[:700]}"


class Differences:
    def __init__(self, start):
        self.start, self.found, self.compared, self.void, self.stalled = start, [], collections.Counter(), {}, 0

    def epoch(self, millis):
        return (millis - self.start) // (EPOCH * 1000)

    def compare(self, kind, group, millis, what, their, our, until=None):
        """What holds from `millis` `until` then, or at that instant."""
        self.compared[kind] += 1
        if their != our:
            self.found.append(Difference(kind, group, millis, until or millis, what, their, our))

    def spoil(self, group, epoch, why):
        self.void[group.base, epoch] = why

    def spoil_all(self, epoch):
        self.stalled += 1
        for group in groups:
            self.spoil(group, epoch, STOOD_STILL)

    def is_void(self, group, epoch):
        return (group.base, epoch) in self.void

    def is_judged(self, group, millis, until):
        return not any(self.is_void(group, epoch) for epoch in range(self.epoch(millis), self.epoch(until) + 1))

    def least_judged(self, epochs):
        """Of how many of the first epochs every group was judged."""
        return min(sum(not self.is_void(group, epoch) for epoch in range(epochs)) for group in groups)

    def check(self, *kinds):
        found = [difference for difference in self.found if difference.kind in kinds and self.is_judged(difference.group, difference.millis, difference.until)]
        if self.stalled and not all(self.compared[kind] for kind in kinds):
            raise rig.Skip(STOOD_STILL)
        assert all(self.compared[kind] for kind in kinds), f"nothing was compared: {self.compared}"
        shown = [*{difference.group.base: difference for difference in reversed(found)}.values()][:5]  # the first of a group
        lines = [f"{d.kind}, group {d.group.name}, epoch {self.epoch(d.millis)}, {d.millis}: {d.what}\n    {where_they_part(d.their, d.our)}" for d in shown]
        assert not found, f"{len(found)} differences (TOCSIN_SEED={SEED}) in {dict(collections.Counter(d.group.base for d in found))}:\n" + "\n".join(lines)


class Stalls(threading.Thread):
    """[(began, ended)]: when the machine stood still, in ms; seen by one who wants to sleep NAP and no more."""

    def __init__(self):
        super().__init__(daemon=True)
        self.seen = []

    def run(self):
        while True:
            began = time.time()
            time.sleep(NAP)
            ended = time.time()
            if ended - began > NAP + STALL:
                self.seen.append((round(began * 1000), round(ended * 1000)))

    def touch(self, begin, end):
        return any(began < end and ended > begin for began, ended in self.seen)


# ---- what is shown while it happens

def in_order(alerts):
    shown = [{key: to_millis(value) if key in ("activeAt", "keepFiringSince") else value for key, value in alert.items()} for alert in alerts]
    return sorted(shown, key=lambda alert: json.dumps(alert["labels"], sort_keys=True))


def shown_rule(rule, group):
    rule = {key: value for key, value in rule.items() if key not in ("evaluationTime", "lastEvaluation")}
    if "alerts" in rule:
        rule["alerts"] = in_order(rule["alerts"])
    if rule["type"] == "recording":
        rule.setdefault("labels", {})  # NO_LABELS
    if is_limited(group):
        rule = {key: value for key, value in rule.items() if key not in ("alerts", "state")}
    return rule


def is_limited(group):
    return group.limit > 0 and bool(group.alerts)  # LIMIT


class Watcher:
    """Looks at both while no slot is near."""

    def __init__(self, prometheus, tocsin, differences):
        self.sides, self.differences, self.seen = ((prometheus, True), (tocsin.url, False)), differences, collections.Counter()

    def look(self, second):
        """True when every rule was evaluated for its newest slot, and none for another meanwhile."""
        began = second * 1000
        shown = [{group["name"]: group for group in fetch(url + "/api/v1/rules", is_theirs)["groups"]} for url, is_theirs in self.sides]
        alerts = [fetch(url + "/api/v1/alerts", is_theirs)["alerts"] for url, is_theirs in self.sides]
        if time.time() >= second + 1:
            return False
        assert list(shown[0]) == list(shown[1]) and len(shown[0]) == len(groups), "groups come in another order"
        is_whole = all([self.compare_group(group, began, *[side[group.name] for side in shown]) for group in groups])
        if is_whole:
            self.compare_alerts(began, *alerts)
        return is_whole

    def compare_group(self, group, began, their, our):
        slot = group.slot(began + LOOK_AT_MS)
        is_whole = to_millis(their["lastEvaluation"]) >= slot  # when it began; that of a rule may lie after the next slot
        self.differences.compare("rules", group, began, "members", list(their), list(our))
        for key in ("name", "file", "interval", "limit"):
            self.differences.compare("rules", group, began, key, their[key], our[key])
        for number, (their_rule, our_rule) in enumerate(zip(their["rules"], our["rules"], strict=True)):
            if not is_whole or min(to_millis(their_rule["lastEvaluation"]), to_millis(our_rule["lastEvaluation"])) < slot:
                return False
            self.count(their_rule)
            if WAITED in our_rule.get("lastError", ""):
                self.differences.spoil(group, self.differences.epoch(began), WAITED)
            self.differences.compare("rules", group, began, f"rule {number}, {their_rule['name']}", shown_rule(their_rule, group), shown_rule(our_rule, group))
        return True

    def count(self, rule):
        """What must have happened for the comparison to say something."""
        if "lastError" in rule:
            self.seen[re.sub(r"[^a-z -].*", "", rule["lastError"])] += 1
        for alert in rule.get("alerts", []):
            self.seen[alert["state"]] += 1
            self.seen["kept firing"] += "keepFiringSince" in alert
            self.seen["not a number"] += alert["value"] == "NaN"
            self.seen["failed template"] += any("<error" in text for text in alert["annotations"].values())

    def compare_alerts(self, began, *sides):
        by_name = [collections.defaultdict(list) for _ in sides]
        for side, alerts in zip(by_name, sides):
            for alert in alerts:
                side[alert["labels"]["alertname"]].append(alert)
        assert not set(by_name[0]) - set(group_of_alert), "an alert of no rule"
        for name, group in group_of_alert.items():
            if not is_limited(group):
                self.differences.compare("alerts", group, began, name, in_order(by_name[0][name]), in_order(by_name[1][name]))


# ---- what was written

def labels_of(metric, *without):
    return json.dumps({name: value for name, value in metric.items() if name not in without}, sort_keys=True, ensure_ascii=False)


def by_series(result):
    return {labels_of(series["metric"]): {round(at * 1000): value for at, value in series["values"]} for series in result}


class Tsdb:
    def __init__(self, url, is_theirs):
        self.url, self.is_theirs = url, is_theirs

    def query(self, path, **parameters):
        return by_series(fetch(f"{self.url}/api/v1/{path}?" + urllib.parse.urlencode(parameters), self.is_theirs)["result"])

    def samples(self, selector, start, seconds):
        """{labels: {ms: value}}: each sample, without staleness markers."""
        return self.query("query", query=f"{selector}[{seconds}s]", time=start + seconds)

    def seen(self, selector, group, start, seconds):
        """{labels: {ms: value}}: what is there at each slot; a series without a marker at its end is there too long."""
        first = group.slot(start * 1000 + group.interval - 1)
        return self.query("query_range", query=selector, start=first / 1000, end=(first + seconds * 1000 - group.interval) / 1000, step=group.interval / 1000)


def selectors(group):
    if group.alerts and not is_limited(group):
        yield 'ALERTS{alertname=~"%s"}' % "|".join(group.alerts)
        yield 'ALERTS_FOR_STATE{alertname=~"%s"}' % "|".join(group.alerts)
    if group.records:
        yield '{__name__=~"%s"}' % "|".join(group.records)


def count_lives(seen, interval):
    """How many alerts live in what was seen of ALERTS: pending or firing without a gap."""
    instants = collections.defaultdict(set)
    for labels, values in seen.items():
        instants[labels_of(json.loads(labels), "alertstate")].update(values)
    return sum(1 for found in instants.values() for at in found if at - interval not in found)


# ---- what was posted

Post = collections.namedtuple("Post", "ends is_over others")


def posts_of(receiver, begin, end, is_theirs):
    """{(labels, startsAt): posts in order} of those that came between `begin` and `end`."""
    found = collections.defaultdict(list)
    for request in receiver.all():
        if not begin <= request["at"] < end:
            continue
        text = request["body"].decode()
        for alert in json.loads(as_newer(text) if is_theirs else text):
            ends = to_millis(alert["endsAt"])
            others = {key: value for key, value in alert.items() if key not in ("startsAt", "endsAt", "labels")}
            found[labels_of(alert["labels"]), to_millis(alert["startsAt"])].append(Post(ends, ends <= request["at"] * 1000, others))
    return found


def distinct(posts):
    return [post for number, post in enumerate(posts) if post not in posts[:number]]


def until_sent_without_evaluation(group, their, our):
    """Posts before the first that tocsin sends while Prometheus sends none, which it may when an evaluation is very late (AWAY)."""
    firing = [post for post in our if not post.is_over]
    late = next((post for post in firing if group.slot(group.sent_for(post)) != group.sent_for(post)), None)
    if late is None:
        return their, our
    before = max((group.sent_for(post) for post in firing if post.ends < late.ends), default=group.sent_for(late))
    if group.sent_for(late) - before < 2.5 * group.period():
        return their, our
    return ([post for post in posts if post.is_over or post.ends < late.ends] for posts in (their, our))


def wanted_times(their_ends, interval, until):
    """How often tocsin sends an end that Prometheus sends so often: each RESEND_MS, not only at evaluations, and good ones (AGAIN)."""
    step = -(-RESEND_MS // interval) * interval
    return range((len(their_ends) - 1) * step // RESEND_MS, (until - their_ends[0].ends) // RESEND_MS + 2)


# ---- the run

class Run:
    def __init__(self, binary):
        write_rules(has_changed=False)
        prometheus = start_prometheus("rules", f"rule_files: ['{rules_path}']\nalerting:{ALERTING.format(port=theirs.port)}", f"--rules.alert.resend-delay={RESEND_MS}ms")
        store = start_prometheus("store", "")
        self.tocsin, self.tsdbs = start_tocsin(binary, store), (Tsdb(prometheus, True), Tsdb(store, False))
        self.start = (int(time.time()) // 6 + 2) * 6  # a slot of all intervals; Prometheus shows alerts of its second evaluation first
        self.write(invented_rules.rest(self.start - 14, 14))
        self.differences, self.stalls = Differences(self.start * 1000), Stalls()
        self.stalls.start()
        self.watcher = Watcher(prometheus, self.tocsin, self.differences)
        self.looks = self.lives = self.epochs = 0
        self.changed_at, self.found_at = None, None  # ms: when the rules changed, and when Prometheus had found its Alertmanager again
        self.end = None

    def write(self, series):
        for tsdb in self.tsdbs:
            sample_writer.write(tsdb.url, series)

    def change_rules(self):
        write_rules(has_changed=True)
        for url in (self.tsdbs[0].url, self.tocsin.url):
            status, body = rig.post(url + "/-/reload")
            assert status == 200, body
        self.changed_at = round(time.time() * 1000)

    def change_if_due(self, start, second):
        if self.changed_at or (self.epochs, second - start) < RELOAD:
            return False
        self.change_rules()
        if time.time() > second + 1:
            self.differences.spoil(next(group for group in groups if group.base == "changing"), self.epochs, "changed around a slot")
        return True

    def watch(self, start):
        for second in range(start, start + BUSY + 4):
            pause = second + LOOK_AT_MS / 1000 - time.time()
            if pause < -0.1:
                continue
            time.sleep(max(pause, 0))
            if self.change_if_due(start, second):
                continue
            self.looks += self.watcher.look(second)
            if self.changed_at and not self.found_at and fetch(self.tsdbs[0].url + "/api/v1/alertmanagers")["activeAlertmanagers"]:
                self.found_at = round(time.time() * 1000)

    def compare_series(self, epoch):
        start = self.start + epoch * EPOCH
        if self.stalls.touch(start * 1000, (start + EPOCH) * 1000):
            self.differences.spoil_all(epoch)
        for group in groups:
            ran = [sum(map(len, tsdb.samples('{__name__="slot",of="%s"}' % group.base, start, EPOCH).values())) for tsdb in self.tsdbs]
            if min(ran) < EPOCH * 1000 // group.interval:
                self.differences.spoil(group, epoch, f"slots evaluated: {ran}")
            for selector in selectors(group):
                self.compare_selected(group, epoch, start, selector)

    def compare_selected(self, group, epoch, start, selector):
        samples = [tsdb.samples(selector, start, EPOCH) for tsdb in self.tsdbs]
        seen = [tsdb.seen(selector, group, start, EPOCH) for tsdb in self.tsdbs]
        for kind, (their, our) in (("samples", samples), ("what is seen at slots", seen)):
            for labels in their.keys() | our.keys():
                self.differences.compare(kind, group, start * 1000, labels, their.get(labels), our.get(labels))
        if selector.startswith("ALERTS{") and not self.differences.is_void(group, epoch):
            self.lives += count_lives(seen[0], group.interval)

    def wants_more(self):
        compared = self.epochs - 2
        if self.epochs < EPOCHS or self.epochs == MORE_EPOCHS:
            return self.epochs < EPOCHS
        return self.lives / compared * self.epochs < LIVES or self.differences.least_judged(compared) < JUDGED

    def go(self):
        self.write(invented_rules.epoch_of(SEED, 0, self.start, SIZES))
        more = True
        while more:
            start = self.start + self.epochs * EPOCH
            self.watch(start)
            self.epochs += 1
            more = self.wants_more()
            self.write(invented_rules.epoch_of(SEED, self.epochs, start + EPOCH, SIZES) if more else invented_rules.rest(start + EPOCH, 30))
            if self.epochs > 1:
                self.compare_series(self.epochs - 2)
        time.sleep(max(0, self.start + self.epochs * EPOCH - time.time()))
        self.end = time.time()
        time.sleep(2)
        self.compare_series(self.epochs - 1)
        assert self.found_at, "the rules were not changed, or Prometheus found no Alertmanager after that"
        self.compare_posts()

    def compare_posts(self):
        their_posts, our_posts = (posts_of(receiver, self.start, self.end, receiver is theirs) for receiver in (theirs, ours))
        for life in sorted(their_posts.keys() | our_posts.keys(), key=lambda life: life[1]):
            name = json.loads(life[0])["alertname"]
            group, is_of_run = group_of_alert[name], life[1] >= self.start * 1000
            if is_of_run and not is_limited(group) and name not in group.removed:  # LIMIT, REMOVED
                self.compare_life(group, life, their_posts.get(life, []), our_posts.get(life, []))

    def compare_life(self, group, life, their, our):
        labels, starts = life
        if starts < self.changed_at and json.loads(labels)["alertname"] in group.retold:  # RETOLD
            their, our = ([post._replace(others=None) for post in posts] for posts in (their, our))
        their, our = until_sent_without_evaluation(group, their, our)
        if starts < self.found_at and max(post.ends for post in their + our) > self.changed_at - 1000:  # DROPPED
            our = [post for post in our if post in their]
        what, end = f"{labels} since {starts}", round(self.end * 1000)
        until = max((post.ends if post.is_over else group.sent_for(post) for post in their + our), default=starts)
        self.differences.compare("posts while firing", group, starts, what, *[[post for post in posts if not post.is_over] for posts in (their, our)], until)
        ends = [[post for post in posts if post.is_over] for posts in (their, our)]
        self.differences.compare("posts of ends", group, starts, what, *map(distinct, ends), until)
        if ends[0] and starts > self.changed_at and self.differences.is_judged(group, starts, end):
            wanted = wanted_times(ends[0], group.interval, end)
            self.differences.compare("ends sent again", group, starts, what, str(wanted), str(wanted) if len(ends[1]) in wanted else len(ends[1]))


def both_ran_side_by_side():
    run.go()
    print(f"     seed {SEED}: {run.epochs} epochs, {run.lives} lives of alerts judged, {run.looks} looks, compared {dict(run.differences.compared)}")
    print(f"     seen {dict(run.watcher.seen)}; not judged {dict(collections.Counter(run.differences.void.values()))}", flush=True)


def enough_was_judged():
    judged, why = run.differences.least_judged(run.epochs), collections.Counter(run.differences.void.values())
    if run.differences.stalled > run.epochs - JUDGED and (judged < JUDGED or run.lives < LIVES):
        raise rig.Skip(f"the machine stood still in {run.differences.stalled} of {run.epochs} epochs")
    assert run.lives >= LIVES, f"{run.lives} lives only; not judged: {why}"
    assert judged >= JUDGED, f"a group was judged in {judged} epochs only; not judged: {why}"
    assert run.looks >= JUDGED * BUSY / 2, f"{run.looks} looks only"


def all_kinds_of_lives_were_lived():
    seen = run.watcher.seen
    wanted = ["pending", "firing", "kept firing", "not a number", "failed template", "found duplicate series for the match group ", "exceeded limit of ",
              "vector contains metrics with the same labelset after applying alert labels", "vector contains metrics with the same labelset after applying rule labels"]
    assert all(seen[kind] for kind in wanted), seen


def rules_are_shown_as_prometheus_shows_them():
    run.differences.check("rules")


def alerts_are_shown_as_prometheus_shows_them():
    run.differences.check("alerts")


def the_same_samples_are_written():
    run.differences.check("samples")


def series_end_when_those_of_prometheus_end():
    run.differences.check("what is seen at slots")


def what_fires_is_posted_at_the_same_evaluations():
    run.differences.check("posts while firing")


def what_ended_is_posted_with_the_same_end():
    run.differences.check("posts of ends")


def ends_are_posted_again():
    run.differences.check("ends sent again")


def no_end_is_posted_after_its_alert_fires_anew():
    newest = collections.defaultdict(int)
    for request in ours.all():
        for alert in json.loads(request["body"]):
            labels, starts = labels_of(alert["labels"]), to_millis(alert["startsAt"])
            assert starts >= newest[labels], f"{labels}: {starts} after {newest[labels]}"
            newest[labels] = starts


def what_may_differ_is_documented():
    text = (pathlib.Path(__file__).parents[2] / "docs" / "compatibility.md").read_text()
    missing = [row for row in ACCEPTED if f"\n| {row} |" not in text]
    assert not missing, missing


if __name__ == "__main__":
    if not shutil.which("prometheus"):
        print("prometheus is not installed")
        sys.exit(rig.SKIPPED)
    run = Run(sys.argv[1])
    suite.run_all([
        both_ran_side_by_side, enough_was_judged, all_kinds_of_lives_were_lived, rules_are_shown_as_prometheus_shows_them, alerts_are_shown_as_prometheus_shows_them,
        the_same_samples_are_written, series_end_when_those_of_prometheus_end, what_fires_is_posted_at_the_same_evaluations, what_ended_is_posted_with_the_same_end, ends_are_posted_again,
        no_end_is_posted_after_its_alert_fires_anew, what_may_differ_is_documented])
    sys.exit(suite.finish())
