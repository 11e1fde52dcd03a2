# SPDX-License-Identifier: Apache-2.0
"""Makes PromQL expressions at random, from a seed: right ones by a grammar, and broken ones by small changes to those."""
import random
import re

METRICS = ["up", "http_requests_total", "job:x:rate5m", "node_load1", "a", "b", "sum", "by", "offset", "start", "step", "fill", "or", "inf_x"]
LABELS = ["job", "instance", "code", "le", "by", "on", "and", "group_left", "__name__", "x1"]
QUOTED = ['"a.b"', '"héllo"', "'with space'", "`raw`", '"job"']
STRINGS = ['"x"', "'y'", "`z`", '"a\\nb"', '"\\u00e9\\x41\\101"', '"5.."', '""', '".*"', '"(a|b)+"', '"~"', '"日本"']
NUMBERS = ["0", "1", "2.5", ".5", "5.", "1e3", "1E-2", "0x1F", "017", "1_000", "Inf", "NaN", "nan", "+Inf", "12345678901234567890"]
DURATIONS = ["5m", "1h30m", "90s", "1d", "2w", "1y", "500ms", "1h1m1s1ms", "0s"]
SCALAR_FUNCTIONS = ["time", "pi"]
VECTOR_FUNCTIONS = ["abs", "absent", "ceil", "exp", "floor", "ln", "log2", "sgn", "sqrt", "sort", "sort_desc", "timestamp", "histogram_count", "acos", "rad"]
RANGE_FUNCTIONS = ["rate", "irate", "increase", "delta", "deriv", "changes", "resets", "avg_over_time", "max_over_time", "absent_over_time", "present_over_time"]
TIME_FUNCTIONS = ["hour", "minute", "month", "year", "day_of_week", "days_in_month"]
NEW_FUNCTIONS = ["histogram_avg", "histogram_stddev", "mad_over_time", "ts_of_max_over_time", "sort_by_label", "info", "double_exponential_smoothing", "holt_winters",
                 "limitk", "limit_ratio", "max_of", "min_of", "step", "range", "start", "end", "first_over_time", "start_timestamp", "histogram_quantiles"]
AGGREGATIONS = ["sum", "avg", "min", "max", "count", "group", "stddev", "stdvar", "SUM"]
ARITHMETIC = ["+", "-", "*", "/", "%", "^", "atan2"]
COMPARISONS = ["==", "!=", "<", "<=", ">", ">="]
SETS = ["and", "or", "unless", "OR"]
TOKEN = re.compile(r"""\s+|#[^\n]*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`|[A-Za-z_:][\w:]*|[\d.]+\w*|==|!=|<=|>=|=~|!~|.""", re.S)
FRAGMENTS = ["(", ")", "{", "}", "[", "]", ",", "+", "-", "*", "^", "==", "=~", "!~", "!=", "=", "@", ":", "by", "on", "without", "ignoring", "group_left", "bool", "offset",
             "5m", "1", '"s"', "x", "a:b", "sum", "rate", "start", "end()", "#", "\n", " ", "and", "[5m]", "[1h:1m]", "{a='b'}", "()", "atan2", "é", "!", "&", ";", "\\", "5x", "\"", "'"]


class Maker:
    """With modern=True also what Prometheus 3 added to the language."""

    def __init__(self, seed, modern):
        self.random = random.Random(seed)
        self.modern = modern

    def pick(self, items):
        return self.random.choice(items)

    def chance(self, part):
        return self.random.random() < part

    def gap(self):
        return self.pick([" ", " ", " ", "", "\n", "\t", " # note\n"]) if self.chance(0.3) else " "

    def several(self, make, least, most):
        return ", ".join(make() for _ in range(self.random.randint(least, most)))

    def label(self):
        return self.pick(QUOTED) if self.modern and self.chance(0.2) else self.pick(LABELS)

    def labels(self):
        tail = "," if self.chance(0.05) else ""
        inner = self.several(self.label, 0, 3)
        return "(" + inner + (tail if inner else "") + ")"

    def matcher(self):
        if self.modern and self.chance(0.1):
            return self.pick(QUOTED)
        return self.label() + self.pick(["=", "!=", "=~", "!~", " = "]) + self.pick(STRINGS)

    def braces(self):
        inner = self.several(self.matcher, 0, 3)
        return "{" + inner + ("," if inner and self.chance(0.1) else "") + "}"

    def duration(self, depth=2):
        if not self.modern or self.chance(0.6):
            return self.pick(DURATIONS)
        if depth == 0 or self.chance(0.3):
            return self.pick(["300", "0x10", "1.5", "step()", "range()", "1e3"])
        inner = lambda: self.duration(depth - 1)
        return self.pick([lambda: inner() + self.pick(["+", " - ", "*", " / ", "%", "^"]) + inner(), lambda: "(" + inner() + ")", lambda: "-" + inner(),
                          lambda: "max_of(" + inner() + ", " + inner() + ")", lambda: "+" + inner(), lambda: "min_of(" + inner() + "," + inner() + ")"])()

    def shift(self):
        out = ""
        if self.chance(0.15):
            out += " offset " + self.pick(["", "", "-", "+"]) + self.duration()
        if self.chance(0.1):
            out += " @ " + self.pick(["1.5", "start()", "end()", "-3", "1e9", "0x10"] + (["5m"] if self.modern else []))
        if self.modern and self.chance(0.03):
            out += self.pick([" anchored", " smoothed"])
        return out

    def selector(self):
        name = self.pick(METRICS)
        if self.chance(0.15):
            return "{" + self.matcher() + ", " + self.label() + '="x"}' + self.shift()
        return name + (self.braces() if self.chance(0.4) else "") + self.shift()

    def range_vector(self, depth):
        if depth > 0 and self.chance(0.25):
            step = self.duration() if self.chance(0.5) else ""
            return self.operand(depth - 1) + "[" + self.duration() + ":" + step + "]" + self.shift()
        return self.pick(METRICS) + (self.braces() if self.chance(0.3) else "") + "[" + self.duration() + "]" + self.shift()

    def aggregate(self, depth):
        grouping = self.pick(["", " by " + self.labels(), " without " + self.labels()])
        arguments = "(" + self.expression(depth - 1) + ")"
        op = self.pick(AGGREGATIONS)
        if self.chance(0.25):
            op = self.pick(["topk", "bottomk", "quantile", "count_values"] + (["limitk", "limit_ratio"] if self.modern else []))
            parameter = self.pick(STRINGS) if op == "count_values" else self.scalar(0)
            arguments = "(" + parameter + ", " + self.expression(depth - 1) + ")"
        return op + grouping + arguments if self.chance(0.5) else op + arguments + grouping

    def call(self, depth):
        vector, scalar = lambda: self.expression(depth - 1), lambda: self.scalar(depth - 1)
        forms = [lambda: self.pick(VECTOR_FUNCTIONS) + "(" + vector() + ")", lambda: self.pick(RANGE_FUNCTIONS) + "(" + self.range_vector(depth) + ")",
                 lambda: self.pick(TIME_FUNCTIONS) + "(" + (vector() if self.chance(0.5) else "") + ")", lambda: "clamp(" + vector() + ", " + scalar() + ", " + scalar() + ")",
                 lambda: "round(" + vector() + (", " + scalar() if self.chance(0.5) else "") + ")", lambda: "vector(" + scalar() + ")",
                 lambda: "histogram_quantile(" + scalar() + ", " + vector() + ")", lambda: "quantile_over_time(" + scalar() + ", " + self.range_vector(depth) + ")",
                 lambda: "label_replace(" + vector() + ", " + ", ".join(self.pick(STRINGS) for _ in range(4)) + ")",
                 lambda: "label_join(" + vector() + ", " + self.several(lambda: self.pick(STRINGS), 2, 4) + ")",
                 lambda: "predict_linear(" + self.range_vector(depth) + ", " + scalar() + ")"]
        if self.modern and self.chance(0.1):
            return self.pick(NEW_FUNCTIONS) + "(" + self.several(lambda: self.pick([vector, scalar, lambda: self.range_vector(depth)])(), 0, 3) + ")"
        return self.pick(forms)()

    def scalar(self, depth):
        if depth > 0 and self.chance(0.2):
            return self.scalar(depth - 1) + " " + self.pick(ARITHMETIC) + " " + self.scalar(depth - 1)
        if depth > 0 and self.chance(0.1):
            return "scalar(" + self.expression(depth - 1) + ")"
        if self.modern and self.chance(0.1):
            return self.pick(DURATIONS)
        return self.pick(NUMBERS) if self.chance(0.9) else self.pick(SCALAR_FUNCTIONS) + "()"

    def operand(self, depth):
        kinds = [self.selector, self.selector]
        if depth > 0:
            kinds += [lambda: self.aggregate(depth), lambda: self.call(depth), lambda: "(" + self.expression(depth - 1) + ")", lambda: self.pick("-+") + self.operand(depth - 1)]
        return self.pick(kinds)()

    def matching(self):
        out = ""
        if self.chance(0.4):
            out = " " + self.pick(["on", "ignoring"]) + self.labels()
            if self.chance(0.4):
                out += " " + self.pick(["group_left", "group_right"]) + (self.labels() if self.chance(0.7) else "")
        if self.modern and self.chance(0.05):
            out += self.pick([" fill(0)", " fill_left(-1)", " fill_right (5) fill_left(NaN)"])
        return out

    def binary(self, depth):
        kind = self.random.random()
        op = self.pick(ARITHMETIC) if kind < 0.5 else self.pick(COMPARISONS) if kind < 0.8 else self.pick(SETS)
        if self.modern and self.chance(0.03):
            op = self.pick(["</", ">/"])
        is_bool = " bool" if op in COMPARISONS and self.chance(0.4) else ""
        left = self.operand(depth - 1) if self.chance(0.85) else self.scalar(depth - 1)
        right = self.operand(depth - 1) if self.chance(0.8) else self.scalar(depth - 1)
        return left + self.gap() + op + is_bool + self.matching() + " " + right

    def expression(self, depth):
        if depth > 0 and self.chance(0.4):
            out = self.binary(depth)
            return out + " " + self.pick(ARITHMETIC) + " " + self.operand(depth - 1) if self.chance(0.2) else out
        return self.operand(depth) if self.chance(0.93) else self.pick([lambda: self.scalar(depth), lambda: self.range_vector(depth), lambda: self.pick(STRINGS)])()

    def broken(self, text):
        """One to three changes to the tokens or characters of a text."""
        for _ in range(self.random.randint(1, 3)):
            tokens = TOKEN.findall(text)
            at = self.random.randrange(len(tokens)) if tokens else 0
            change = self.random.randrange(7)
            if change == 0 and tokens:
                del tokens[at]
            elif change == 1 and tokens:
                tokens.insert(at, tokens[at])
            elif change == 2:
                tokens.insert(at, self.pick(FRAGMENTS))
            elif change == 3 and tokens:
                tokens[at] = self.pick(FRAGMENTS)
            elif change == 4 and len(tokens) > 1:
                other = self.random.randrange(len(tokens))
                tokens[at], tokens[other] = tokens[other], tokens[at]
            elif change == 5 and tokens:
                tokens = tokens[:at + 1]
            elif tokens:
                place = self.random.randrange(len(tokens[at]))
                tokens[at] = tokens[at][:place] + self.pick(["", "_", "0", " ", ".", ":", "é", '"']) + tokens[at][place + 1:]
            text = "".join(tokens)
        return text


def make_expressions(seed, count, modern):
    """`count` different texts, none empty; two of three are broken ones."""
    maker = Maker(seed, modern)
    seen = {}
    while len(seen) < count:
        text = maker.expression(maker.random.randint(0, 4))
        for item in [text, maker.broken(text), maker.broken(text)]:
            if item.strip() and len(item) < 2000:
                seen.setdefault(item)
    return list(seen)[:count]
