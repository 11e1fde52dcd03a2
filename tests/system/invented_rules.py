# SPDX-License-Identifier: Apache-2.0
"""Rule groups and the lives of the series they look at, invented from a seed. Series live in epochs of EPOCH seconds, at whose ends all
of them rest, so that every alert is over before the next epoch begins: what goes wrong in one does not follow into others."""
import json
import random

from sample_writer import STALE

EPOCH, BUSY = 30, 20  # seconds of an epoch, and those of them in which series live

# ---- series

ODD_NUMBERS = [1e300, 1.7976931348623157e308, 5e-324, -0.0, 1e21, 1e20, 123456789.12345679, -42.5, 0.000001234, 1795714611.5, 1e-7, -1e6]
ODD_VALUES = ["<&>", 'say "no"', "back\\slash", "two\nlines", "grün", "日本", "{{ $value }}", "$1", "a,b;c", " spaced "]


def load_value(random, segment, second):
    kind, level = segment
    if kind == "steady":
        return level
    if kind == "wild":
        return round(random.uniform(0, 100), 3)
    if kind == "odd":
        return random.choice(ODD_NUMBERS)
    if kind == "flap":
        return level if second % 2 else 5
    return {"nan": float("nan"), "inf": float("inf"), "-inf": float("-inf")}[kind]


def live(random, start, kinds, lengths):
    """Samples of one series in the epoch from `start`, one a second: segments of `lengths` seconds. "gone" ends with a staleness marker, as
    when a target no longer shows the series; "silent" has no samples and no marker, as when nobody scrapes."""
    samples, second, is_there = [], 0, False
    while second < BUSY:
        segment, length = (random.choice(kinds), round(random.uniform(0, 100), random.randrange(4))), random.randint(*lengths)
        for at in range(second, min(second + length, BUSY)):
            millis = (start + at) * 1000
            if segment[0] == "gone":
                if is_there:
                    samples.append((millis, STALE))
                is_there = False
            elif segment[0] != "silent":
                samples.append((millis, load_value(random, segment, at)))
                is_there = True
        second += length
    return samples + [((start + BUSY) * 1000, STALE)] if samples else samples


KINDS = ["steady"] * 4 + ["wild"] * 2 + ["flap", "odd", "odd", "gone", "gone", "gone", "silent", "nan", "inf", "-inf"]


def rest(start, seconds):
    """What is there while all others rest: rules ask for its absence."""
    return [({"__name__": "beacon", "n": str(i)}, [((start + at) * 1000, 1) for at in range(seconds)]) for i in range(2)]


def epoch_of(seed, number, start, sizes):
    """(labels, samples) of all series in one epoch."""
    chance = random.Random(f"{seed}/{number}")
    found = []
    for i in range(sizes["load"]):
        labels = {"__name__": "load", "unit": f"u{i}", "zone": f"z{i % 4}", "addr": f"host{i}:{9000 + i}"}
        found.append((labels, live(chance, start, KINDS, (1, 7))))
    for i in range(sizes["wide"]):
        found.append(({"__name__": "wide", "n": str(i)}, live(chance, start, ["steady", "gone"], (6, 15))))
    for i, value in enumerate(ODD_VALUES):
        labels = {"__name__": "odd", "text": value, "n": str(i), "site": "elsewhere" if i % 2 else "", "alertstate": "mine" if i % 3 == 0 else ""}
        found.append(({name: text for name, text in labels.items() if text}, live(chance, start, ["steady", "gone"], (3, 8))))
    for i in range(8):  # two owners of a zone at times
        found.append(({"__name__": "owner", "zone": f"z{i % 4}", "name": f"o{i}"}, live(chance, start, ["steady", "steady", "gone"], (2, 6))))
    for labels, samples in rest(start + BUSY, EPOCH - BUSY):
        found.append((labels, live(chance, start, ["steady", "gone"], (2, 6))[:-1] + samples))
    return [(labels, samples) for labels, samples in found if samples]


# ---- rules

LABELS = {
    "severity": ["page", "{{ if gt $value 75.0 }}critical{{ else }}warning{{ end }}", "{{ if gt $value 5 }}types{{ end }}"],
    "where": ["{{ $externalLabels.site }}/{{ $labels.zone | toUpper }}", "zone {{ $labels.zone }}", "{{ $labels.nothing }}"],
    "band": ["{{ with $labels.nothing }}x{{ end }}", '{{ printf "%.0f" $value }}', '{{ reReplaceAll "u(.)(.*)" "${2}-$1" $labels.unit }}'],
    "total": ['{{ with query "count(load > 50)" }}{{ . | first | value }}{{ end }}', '{{ query "nosuch" | first | value }}'],
    "zone": ["", "same", "{{ $labels.zone | title }}"],
    "alertname": ["ignored"],
    "addr": ["", "{{ stripPort $labels.addr }}", "{{ stripDomain $labels.addr }}"],
    "site": ["{{ $labels.zone }}", "here"],
}
ANNOTATIONS = [
    "plain text <&> \"quoted\"", "", "{{ $value }}", '{{ printf "%.2f" $value }} of {{ $labels.unit }} & {{ $labels.zone }}', "{{ $value | humanize }}", "{{ $value | humanize1024 }}B",
    "{{ $value | humanizeDuration }}", "{{ $value | humanizePercentage }}", "{{ $value | humanizeTimestamp }}", "{{ $labels }}", "{{ . }}", "{{ $externalLabels }} {{ $externalURL }}",
    '{{ range query "sort_desc(load > 60)" }}{{ .Labels.unit }}={{ .Value }};{{ end }}', '{{ with query "sum(load > 0 < 1000)" }}{{ . | first | value | humanize }}{{ end }}',
    '{{ query "nosuch" | first | value }}', '{{ query "load{" }}', "{{ gt $value 5 }}", '{{ template "nowhere" }}', '{{ define "x" }}[{{ .Value }}]{{ end }}{{ template "x" . }}',
    '{{ range $i, $e := query "count by (zone) (load)" | sortByLabel "zone" }}{{ $i }}:{{ $e.Labels.zone }}{{ end }}', '{{ graphLink "up > 0" }} {{ tableLink "up" }} {{ pathPrefix }} {{ externalURL }}',
    '{{ if match "u1.*" $labels.unit }}one{{ else }}other{{ end }}', '{{ $labels.zone | toUpper | printf "%q" }}', '{{ len (query "load") }}', '{{ parseDuration "1h5m" }} {{ $value | toTime }}',
    '{{ (query "load" | first).Labels.__name__ }}', '{{ index $labels "unit" }}', "{{ $labels.unit.deeper }}", '{{ label "unit" . }}', '{{ args 1 2 }}', '{{ html $labels.unit }} {{ js "a<b" }} {{ urlquery "a b" }}',
    "line one\nline two {{ $labels.alertname }}{{/* none yet */}}", '{{ strvalue (query "load" | first) }}', "{{ slice $labels.zone 1 }} {{ not true }} {{ eq $labels.zone `z1` }}",
]
EXPRESSIONS = [
    "load > {t}", "load{{zone=\"z1\"}} > {t} or load{{zone=\"z2\"}} < {u}", "load >= {t} unless load > 95", "load{{unit=~\"u1?[0-5]\"}} != bool 0 > 0", "avg_over_time(load[3s]) > {t}",
    "changes(load[4s]) >= 2", "load != load", "load == Inf", "- load == Inf", "deriv(load[4s]) > 1", "label_replace(load > {t}, \"who\", \"$1-x\", \"unit\", \"u(.*)\")", "load * on (zone) group_left (name) (owner > {u}) > {t}",
    "(load > {t}) / 0", "abs(load - {t}) < 20", "clamp_max(load, {t}) == {t}", "time() - timestamp(load) > 1", "last_over_time(load[2s])", "sqrt(load) > 7", "load offset 2s > {t}",
]
AGGREGATED = [
    "max by (zone) (load) > {t}", "count by (zone) (load > {t}) > 2", "count_values(\"v\", round(load / 25))", "quantile by (zone) (0.5, load) > {u}", "topk(3, load < Inf)", "stddev(load < Inf) > 20", "sum(load > 0 < 1000) > 1000",
    "absent(beacon{{n=\"0\"}})", "absent(beacon{{n=\"1\",job=\"x\"}} or beacon{{n=\"1\"}})", "vector(scalar(load{{unit=\"u1\"}})) > {t}", "sort(sum without (unit, addr) (load) > {t})", "bottomk by (zone) (1, load > -Inf)",
    "group by (zone) (load)", "histogram_quantile(0.9, load) > 1 or max(load) > {t}", "count(wide) > 100",
]
SLOW_TIMES = [(0, 0), (2, 0), (3, 0), (0, 2)]
TIMES = [(0, 0), (1, 0), (2, 0), (2.5, 0), (4, 0), (0, 1), (0, 2.5), (0, 4), (2, 3), (1.5, 1.5)]


def duration(seconds):
    return f"{round(seconds * 1000)}ms"


class Inventor:
    def __init__(self, seed):
        self.chance, self.count = random.Random(f"{seed}/rules"), 0

    def threshold(self, text):
        return text.format(t=self.chance.choice([30, 50, 70, 90]), u=self.chance.choice([10, 20, 40]))

    def alert(self, expr, times=(0, 0), labels=None, annotations=None):
        self.count += 1
        rule = {"alert": f"A{self.count}", "expr": self.threshold(expr), "labels": labels or {}, "annotations": annotations or {}}
        for key, value in zip(("for", "keep_firing_for"), times):
            if value:
                rule[key] = duration(value)
        return rule

    def texts(self):
        picked = self.chance.sample(sorted(LABELS), self.chance.randint(0, 3))
        return {name: self.chance.choice(LABELS[name]) for name in picked}, {f"a{i}": text for i, text in enumerate(self.chance.sample(ANNOTATIONS, self.chance.randint(1, 6)))}

    def some(self, expressions, count, times=TIMES):
        """Alerts of random expressions, times and texts."""
        return [self.alert(self.chance.choice(expressions), self.chance.choice(times), *self.texts()) for _ in range(count)]

    def plain(self):
        return [self.alert("load > {t}", times, {"severity": "page"}, {"summary": "{{ $labels.unit }} is at {{ $value }}"}) for times in TIMES]

    def texted(self):
        """Every text once at least."""
        rules = []
        for i, text in enumerate(ANNOTATIONS):
            name = sorted(LABELS)[i % len(LABELS)]
            labels = {name: LABELS[name][i // len(LABELS) % len(LABELS[name])]}
            rules.append(self.alert("load > {t}", (i % 3, 0), labels, {"text": text}))
        return rules

    def chained(self):
        x, y = self.alert("chain:max > {t}", (1, 0)), self.alert("load > {t}", (2, 2), {"to": "{{ $labels.unit }}"})
        return [
            {"record": "chain:max", "expr": "max by (zone) (load)", "labels": {"level": "zone"}},
            x, y,
            {"record": "chain:firing", "expr": 'count by (alertname, alertstate) (ALERTS{alertname=~"%s|%s"})' % (x["alert"], y["alert"])},
            self.alert('chain:firing{{alertstate="firing"}} > 2', (0, 0), {}, {"n": "{{ $value }} of {{ $labels.alertname }}"}),
            self.alert('ALERTS{{alertname="%s",alertstate="pending"}}' % y["alert"]),
            self.alert('time() - ALERTS_FOR_STATE{{alertname="%s"}} > 3' % y["alert"], (0, 1), {"alertstate": "late"}),
            {"record": "chain:rate", "expr": "delta(chain:max[4s])"},
            self.alert("abs(chain:rate) > {u}", (1, 0)),
            {"record": "chain:max", "expr": "min by (zone) (load)", "labels": {"level": "low", "zone": ""}},
        ]

    def clashing(self):
        """Evaluations that fail now and then."""
        return [
            self.alert("load > 80", (1, 0), {"unit": "", "addr": ""}), self.alert("load > {t}", (0, 2), {"unit": "one", "addr": ""}),
            {"record": "clash:load", "expr": "load > 85", "labels": {"unit": "", "addr": ""}},
            self.alert("load * on (zone) group_left (name) owner > {t}", (2, 0)), {"record": "clash:owned", "expr": "load * on (zone) group_left (name) owner"},
            self.alert("load > {t}", (0, 0), {"unit": '{{ if lt $value 95.0 }}{{ $labels.unit }}{{ end }}', "addr": "", "zone": ""}),
            {"record": "clash:named", "expr": '{__name__=~"load|owner"}', "labels": {"unit": "x"}},
        ]

    def recorded(self):
        return [
            {"record": "rec:time", "expr": "time()"}, {"record": "rec:const", "expr": "1.5", "labels": {"of": "const"}}, {"record": "rec:load", "expr": "load"}, {"record": "rec:renamed", "expr": "load > 50", "labels": {"zone": "", "unit": "u", "addr": "{{ $value }}"}},
            {"record": "rec:sum", "expr": "sum by (zone) (load)"}, {"record": "rec:scalar", "expr": "scalar(count(load))"}, {"record": "rec:values", "expr": 'count_values("v", round(load / 10))'}, {"record": "rec:nan", "expr": "load / 0"},
            {"record": "rec:old", "expr": "load offset 3s"}, {"record": "rec:wide", "expr": "wide > 20"}, {"record": "rec:odd", "expr": "odd"}, {"record": "rec:none", "expr": "nosuch"},
        ]

    def odd(self):
        return [self.alert("odd", times, labels, {"text": "{{ $labels.text }} {{ $labels }}"}) for times, labels in
                (((0, 0), {}), ((2, 2), {"text": "<{{ $labels.text }}>", "alertstate": ""}), ((1, 0), {"site": "", "alertstate": "own"}))]

    def changing(self):
        """A group before and after its file changes: of its alerts one goes, one comes and one stays, others get another text, expression or
        patience."""
        times = ((2, 2), (1, 0), (0, 2), (4, 0), (1, 0), (1, 1))
        stays, reworded, asks, hasty, goes, comes = (self.alert("load > {t}", some, {"severity": "page"}, {"is": "{{ $value }}"}) for some in times)
        before = [stays, {"record": "change:old", "expr": "load > 40"}, reworded, asks, goes, hasty]
        after = [{**reworded, "annotations": {"was": "{{ $value | humanize }}"}}, {**asks, "expr": "load > 42"}, {**hasty, "for": duration(1)}, comes]
        return before, [{"record": "change:new", "expr": "load > 40"}, *after, stays]

    def groups(self, has_changed):
        """(name, interval in seconds, limit, rules)"""
        return [
            ("changing", 1, 0, self.changing()[has_changed]),
            ("plain", 1, 0, self.plain()), ("texted", 1, 0, self.texted()), ("various", 1, 0, self.some(EXPRESSIONS, 16)), ("aggregated", 1, 0, self.some(AGGREGATED, 14)),
            ("chained", 1, 0, self.chained()), ("clashing", 1, 0, self.clashing()), ("recorded", 1, 0, self.recorded()), ("odd", 1, 0, self.odd()),
            ("wide", 1, 0, [self.alert("wide > 20", (2, 0), {"n": "{{ $labels.n }}th"}, {"summary": "{{ $labels.n }} is {{ $value | humanize }}"})]),
            ("slow", 2, 0, self.some(EXPRESSIONS, 8, SLOW_TIMES)), ("slower", 3, 0, self.some(EXPRESSIONS + AGGREGATED, 6, SLOW_TIMES)),
            ("recorded at most", 1, 9, [{"record": "most:load", "expr": "load > 60"}, {"record": "most:zone", "expr": "max by (zone) (load)"}]),
            ("alerting at most", 1, 4, [self.alert("load > 75", (1, 0))]),
        ]


def groups_of(seed, has_changed=False):
    """As groups(), each with a rule that shows when it was evaluated."""
    groups = Inventor(seed).groups(has_changed)
    return [(name, interval, limit, [{"record": "slot", "expr": "time()", "labels": {"of": name}}, *rules]) for name, interval, limit, rules in groups]


def rule_file(groups):
    """JSON is YAML."""
    document = {"groups": [{"name": name, "interval": duration(interval), "limit": limit, "rules": rules} for name, interval, limit, rules in groups]}
    return json.dumps(document, ensure_ascii=False, indent=1)
