# SPDX-License-Identifier: Apache-2.0
"""Native histograms that recording rules give, against a real Prometheus that is datasource and receiver: what is recorded is what
Prometheus itself says of the rule's expression at that instant, bucket by bucket.

usage: native_histograms.py TOCSIN"""
import json
import math
import struct
import sys
import time
import urllib.parse

import rig
from rig import wait_until

PATIENCE = 60  # seconds; the machine may be busy
STALE = struct.unpack("<d", struct.pack("<Q", 0x7ff0000000000002))[0]

CONFIG = """
datasource: {{url: '{prometheus}'}}
remote_write:
- {{url: '{prometheus}/api/v1/write', name: prometheus}}
rule_files: ['*.rules.yml']
route: {{receiver: hook}}
receivers: [{{name: hook, webhook_configs: [{{url: '{hook}'}}]}}]
"""
EXPRESSIONS = {
    "nh:same": "h",
    "nh:rate": "rate(h[10s])",
    "nh:sum": 'sum by (group) (rate(h{group="many"}[10s]))',
    "nh:gone": "gone",
}
RULES = "groups:\n- name: histograms\n  interval: 1s\n  rules:\n" + "".join(f"  - {{record: '{name}', expr: '{expr}'}}\n" for name, expr in EXPRESSIONS.items()) + """
  - {record: nh:twice, expr: nh:same, labels: {reader: ''}}
  - {alert: OfHistograms, expr: h >= 0 or h}
"""

binary = sys.argv[1]
suite = rig.Suite("native_histograms")
hook = suite.receiver()
prometheus = suite.start_prometheus(flags=["--enable-feature=native-histograms"])
start = int(time.time()) - 60
END = 180  # seconds after the start up to which series go on: what comes is there before anybody asks


# ---- a remote write, by hand ----

def varint(number):
    out = b""
    number &= 2**64 - 1
    while number >= 0x80:
        out += bytes([number & 0x7f | 0x80])
        number >>= 7
    return out + bytes([number])


def field(number, body):
    return varint(number << 3 | 2) + varint(len(body)) + body


def double(number, value):
    return varint(number << 3 | 1) + struct.pack("<d", value)


def whole(number, value):
    return varint(number << 3) + varint(value)


def signed(number, value):
    return whole(number, value << 1 if value >= 0 else (-value << 1) - 1)


def side(spans_number, counts_number, buckets):
    """{index: count} as spans, each of one bucket, and counts."""
    spans, end = b"", 0
    for index in sorted(buckets):
        spans += field(spans_number, signed(1, index - end) + whole(2, 1))
        end = index + 1
    return spans + (field(counts_number, struct.pack(f"<{len(buckets)}d", *(buckets[index] for index in sorted(buckets)))) if buckets else b"")


def histogram(at, schema, positive, negative=None, zero=(0.0, 0.0), total=1.5, count=None):
    negative = negative or {}
    count = sum(positive.values()) + sum(negative.values()) + zero[1] if count is None else count
    body = double(2, count) + double(3, total) + signed(4, schema) + double(5, zero[0]) + double(7, zero[1])
    return field(4, body + side(8, 10, negative) + side(11, 13, positive) + whole(15, at))


def sample(at, value):
    return field(2, double(1, value) + whole(2, at))


def snappy(text):
    """A block of literals, for whoever has nothing to compress with."""
    out = varint(len(text))
    for at in range(0, len(text), 60000):
        part = text[at:at + 60000]
        out += b"\xf4" + struct.pack("<H", len(part) - 1) + part
    return out


def write(labels, samples):
    """Each in a time series of its own: of one that has both, floats would be taken first."""
    fields = b"".join(field(1, field(1, name.encode()) + field(2, value.encode())) for name, value in sorted(labels.items()))
    status, text = rig.post(f"{prometheus}/api/v1/write", snappy(b"".join(field(1, fields + one) for one in samples)), "application/x-protobuf")
    assert status in (200, 204), (labels, status, text)


# ---- series ----

def grow(second, buckets, step=1.0):
    """Counters: each has grown a little, none as fast as its neighbour."""
    return {index: count + step * second * (place + 1) for place, (index, count) in enumerate(buckets.items())}


SHAPES = {
    "coarse": lambda n: dict(schema=-4, positive=grow(n, {0: 1, 1: 2, 5: 1})),
    "powers": lambda n: dict(schema=0, positive=grow(n, {-3: 1, -2: 5, 4: 2.5})),
    "usual": lambda n: dict(schema=3, positive=grow(n, {-20: 1, -19: 2, -18: 1, 0: 7, 1: 1, 30: 2}), zero=(2.938735877055719e-39, 3 + n)),
    "finest": lambda n: dict(schema=8, positive=grow(n, {index: 1 for index in range(-400, 400, 3)})),
    "both": lambda n: dict(schema=1, positive=grow(n, {0: 3, 1: 1}), negative=grow(n, {-2: 2, 0: 1, 3: 4}), zero=(0.001, 2 + n), total=-17.25),
    "negative": lambda n: dict(schema=2, positive={}, negative=grow(n, {-1: 2, 2: 1}), total=-math.inf),
    "zero": lambda n: dict(schema=4, positive={}, zero=(0.5, 1 + n)),
    "cut": lambda n: dict(schema=0, positive=grow(n, {-1: 2, 0: 1}), negative=grow(n, {-1: 3}), zero=(0.3, 1 + n)),
    "huge": lambda n: dict(schema=0, positive=grow(n, {1023: 1, 1024: 2, 1025: 3}), total=math.inf),
    "tiny": lambda n: dict(schema=5, positive=grow(n, {-32 * 1022: 1, -32 * 1021: 2}), total=5e-324),
    "nan": lambda n: dict(schema=0, positive=grow(n, {0: 1}), total=math.nan, count=100.0 + 3 * n),
}


def write_series():
    seconds = range(0, END)
    for shape, make in SHAPES.items():
        write({"__name__": "h", "shape": shape, "group": "odd"}, [histogram(1000 * (start + n), **make(n)) for n in seconds])
    for member in range(5):
        write({"__name__": "h", "group": "many", "member": str(member)},
              [histogram(1000 * (start + n), schema=member % 3, positive=grow(n, {index: 1 for index in range(-member, 3 * member + 1, 2)}, 0.5), total=0.1 * n) for n in seconds])


def ask(expr, at):
    status, body = rig.get(f"{prometheus}/api/v1/query?query={urllib.parse.quote(expr)}&time={at / 1000:.3f}")
    assert status == 200, (expr, body)
    return json.loads(body)["data"]["result"]


def by_labels(result, without=("__name__",)):
    return {json.dumps({name: value for name, value in element["metric"].items() if name not in without}, sort_keys=True): element.get("histogram", element.get("value"))[1] for element in result}


def slots(name):
    """Times in ms of what was recorded under the name since this was first asked."""
    status, body = rig.get(f"{prometheus}/api/v1/query?query={urllib.parse.quote(name)}[120s]")
    assert status == 200, body
    times = set()
    for series in json.loads(body)["data"]["result"]:
        times |= {round(1000 * at) for at, _ in series.get("values", []) + series.get("histograms", [])}
    return sorted(times)


def recorded_slots(name, count=4):
    return wait_until(lambda: (times := slots(name)) and len(times) >= count and times, PATIENCE, f"{count} slots of {name}")


# ---- cases ----

def what_is_recorded_is_what_prometheus_says():
    for name in ("nh:same", "nh:rate", "nh:sum"):
        times = recorded_slots(name)
        for at in times:
            expected, got = by_labels(ask(EXPRESSIONS[name], at)), by_labels(ask(name, at))
            assert expected and expected == got, (name, at, {key: (expected.get(key), got.get(key)) for key in expected.keys() | got.keys() if expected.get(key) != got.get(key)})
    shapes = {json.loads(labels).get("shape") for labels in by_labels(ask("nh:same", recorded_slots("nh:same")[-1]))}
    assert shapes >= set(SHAPES), set(SHAPES) - shapes


def quantiles_of_it_are_the_same():
    for name in ("nh:same", "nh:rate", "nh:sum"):
        at = recorded_slots(name)[-1]
        for quantile in (0, 0.1, 0.5, 0.9, 0.99, 1):
            expected = by_labels(ask(f"histogram_quantile({quantile}, {EXPRESSIONS[name]})", at))
            assert expected and expected == by_labels(ask(f"histogram_quantile({quantile}, {name})", at)), (name, quantile)


def a_rule_reads_what_an_earlier_one_recorded_in_the_same_slot():
    for at in recorded_slots("nh:twice"):
        assert by_labels(ask("nh:twice", at)) == by_labels(ask("nh:same", at)), at


def a_series_ends_with_a_marker():
    now = int(1000 * time.time())
    write({"__name__": "gone"}, [histogram(now - 1000, schema=0, positive={0: 5})])
    wait_until(lambda: rig.query(prometheus, "nh:gone"), PATIENCE, "it is recorded")
    write({"__name__": "gone"}, [sample(int(1000 * time.time()), STALE)])
    wait_until(lambda: not rig.query(prometheus, "nh:gone"), 20, "it is stale: within the lookback of five minutes it would show")


def a_rule_says_what_it_cannot_record():
    assert tocsin.rule("nh:same")["health"] == "ok" and not tocsin.api("/api/v1/rules")["data"].get("warnings"), tocsin.rule("nh:same")
    alert = tocsin.rule("OfHistograms")
    assert alert["health"] == "ok" and all(float(one["value"]) == 0 for one in alert["alerts"]), alert


def histograms_are_counted():
    def metric(name):
        return tocsin.metric(f'prometheus_remote_storage_{name}{{remote_name="prometheus",url="{prometheus}/api/v1/write"}}')
    assert metric("histograms_total") > 50 and metric("histograms_failed_total") == 0 and metric("histograms_dropped_total") == 0
    assert metric("samples_total") > 0 and metric("samples_failed_total") == 0


def a_receiver_that_has_them_switched_off_gets_the_floats():
    other = suite.start_prometheus(name="without")
    tocsin.write(CONFIG.format(prometheus=prometheus, hook=hook.url).replace(f"'{prometheus}/api/v1/write'", f"'{other}/api/v1/write'"), None)
    assert tocsin.reload()[0] == 200
    wait_until(lambda: rig.query(other, "ALERTS"), PATIENCE, "floats come through between what is refused")
    rule = wait_until(lambda: (rule := tocsin.rule("nh:same")) and rule["health"] == "err" and rule, PATIENCE, "the rule says why")
    assert "native histograms are disabled" in rule["lastError"], rule
    config = tocsin.directory / "tocsin.yml"
    config.write_text(config.read_text().replace("name: prometheus", "name: prometheus, send_native_histograms: false"))
    assert tocsin.reload()[0] == 200
    wait_until(lambda: tocsin.rule("nh:same")["health"] == "ok", PATIENCE, "nothing is refused any more")
    assert rig.query(other, "ALERTS")


tocsin = suite.tocsin(binary, CONFIG.format(prometheus=prometheus, hook=hook.url), start=False)
CASES = [
    what_is_recorded_is_what_prometheus_says,
    quantiles_of_it_are_the_same,
    a_rule_reads_what_an_earlier_one_recorded_in_the_same_slot,
    a_series_ends_with_a_marker,
    a_rule_says_what_it_cannot_record,
    histograms_are_counted,
    a_receiver_that_has_them_switched_off_gets_the_floats,
]

if __name__ == "__main__":
    write_series()
    (tocsin.directory / "histograms.rules.yml").write_text(RULES)
    tocsin.start()
    suite.run_all(CASES)
    sys.exit(suite.finish())
