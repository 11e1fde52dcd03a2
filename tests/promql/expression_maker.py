# SPDX-License-Identifier: Apache-2.0
"""Makes PromQL expressions at random, from a seed: right ones by a grammar, and broken ones by small changes to those."""
import random
import re

METRICS = ["up", "http_requests_total", "job:x:rate5m", "node_load1", "a", "b", ":x", "inf_x", "nano", "sum", "by", "offset", "without", "topk", "or", "Count", "start", "end"]
NEW_METRICS = ["step", "range", "fill", "fill_left", "fill_right", "limitk", "limit_ratio", "anchored", "smoothed", "max_of", "min_of"]
NOT_METRICS = ["on", "bool", "ignoring", "group_left", "group_right", "atan2", "inf", "NaN"]
LABELS = ["job", "instance", "code", "le", "by", "on", "and", "group_left", "__name__", "x1", "bool", "atan2", "offset", "sum", "start", "ignoring", "Unless"]
QUOTED = ['"a.b"', '"héllo"', "'with space'", "`raw`", '"job"', '"\\u00e9\\n"', '"{"', '"日本"', '""', "`back\\slash`", '"__name__"']
STRINGS = ['"x"', "'y'", "`z`", '"a\\nb"', '"\\u00e9\\x41\\101"', '"5.."', '""', '".*"', '"(a|b)+"', '"~"', '"日本"', '"\\a\\b\\f\\r\\t\\v\\\\"', '"\\""', "'\\''", "'\"'", '"\'"',
           '"\\U0001f525"', "`\\n\"'`", "`two\nlines`", '"#not a comment"', '"x|y|z"', '"[a-z]+[0-9]{2}"', '"(?i)up"', '".+"', '"\\\\d+\\\\.x$"', '"\\x00"']
BAD_STRINGS = ['"\\q"', '"\\xg0"', '"\\u12"', '"\\400"', '"\\ud800"', '"\\U00110000"', '"\\\'"', "'\\\"'", '"open', "'open", "`open", '"a\nb"', '"("', '"*"', '"a{2,1}"', '"\\xff"', '"[z-a]"', '"\\']
NUMBERS = ["0", "1", "2.5", ".5", "5.", "1e3", "1E-2", "0x1F", "017", "1_000", "Inf", "NaN", "nan", "+Inf", "12345678901234567890", "-0", "1e+06", "0X_f", "9223372036854775807",
           "1e308", "1e-320", "0.1", "100000", "1234567", "0b1", "0o17", "08", "INF", "iNf", "3.14159"]
BAD_NUMBERS = ["1__0", "1_", "0x", "1e", "1e400", "1.2.3", "1.e", "0x1.8", "0x1p4", "1a", "0_1", "1._5", "1e+", "..", "1_000.5_5", "Infx", "0xg"]
DURATIONS = ["5m", "1h30m", "90s", "1d", "2w", "1y", "500ms", "1h1m1s1ms", "0s", "1y2w3d4h5m6s7ms"]
BAD_DURATIONS = ["5", "5x", "5m1h", "1m1m", "300y", "1d1w", "5mm", "5m3", "1.5m", "-5m", "1e3s", "0", "", "5M", "10000000000y", "1ms1s"]
SCALAR_FUNCTIONS = ["time", "pi"]
VECTOR_FUNCTIONS = ["abs", "absent", "acos", "acosh", "asin", "asinh", "atan", "atanh", "ceil", "cos", "cosh", "deg", "exp", "floor", "histogram_count", "histogram_sum", "ln", "log10",
                    "log2", "rad", "sgn", "sin", "sinh", "sort", "sort_desc", "sqrt", "tan", "tanh", "timestamp"]
RANGE_FUNCTIONS = ["rate", "irate", "increase", "delta", "idelta", "deriv", "changes", "resets", "avg_over_time", "max_over_time", "min_over_time", "sum_over_time", "count_over_time",
                   "stddev_over_time", "stdvar_over_time", "last_over_time", "absent_over_time", "present_over_time"]
TIME_FUNCTIONS = ["hour", "minute", "month", "year", "day_of_week", "days_in_month", "day_of_month", "day_of_year"]
NEW_VECTOR_FUNCTIONS = ["histogram_avg", "histogram_stddev", "histogram_stdvar", "start_timestamp"]
NEW_RANGE_FUNCTIONS = ["first_over_time", "mad_over_time", "ts_of_max_over_time", "ts_of_min_over_time", "ts_of_first_over_time", "ts_of_last_over_time"]
NEW_SCALAR_FUNCTIONS = ["start", "end", "step", "range"]
# Called with anything. holt_winters is no more, and Rate never was: names of functions have a case.
ODD_FUNCTIONS = ["histogram_avg", "mad_over_time", "sort_by_label", "info", "double_exponential_smoothing", "holt_winters", "limitk", "limit_ratio", "max_of", "min_of", "step", "range",
                 "start", "end", "first_over_time", "start_timestamp", "histogram_quantiles", "label_join", "clamp", "round", "Rate", "time", "nosuch"]
AGGREGATIONS = ["sum", "avg", "min", "max", "count", "group", "stddev", "stdvar", "SUM"]
ARITHMETIC = ["+", "-", "*", "/", "%", "^", "atan2"]
COMPARISONS = ["==", "!=", "<", "<=", ">", ">="]
SETS = ["and", "or", "unless", "OR"]
TOKEN = re.compile(r"""\s+|#[^\n]*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`[^`]*`|[A-Za-z_:][\w:]*|[\d.]+\w*|==|!=|<=|>=|=~|!~|.""", re.S)
FRAGMENTS = ["(", ")", "{", "}", "[", "]", ",", "+", "-", "*", "^", "==", "=~", "!~", "!=", "=", "@", ":", "by", "on", "without", "ignoring", "group_left", "bool", "offset",
             "5m", "1", '"s"', "x", "a:b", "sum", "rate", "start", "end()", "#", "\n", " ", "and", "[5m]", "[1h:1m]", "{a='b'}", "()", "atan2", "é", "!", "&", ";", "\\", "5x", "\"", "'",
             "</", ">/", "fill(1)", "fill_left", "step()", "max_of(1,2)", "anchored", "smoothed", "group_right", "info", "[step()]", "{\"a b\"}", "# c\n", "limitk", "inf", "0", "\ufeff", "~", "$"]


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
        return self.pick([" ", " ", " ", "", "\n", "\t", "\r\n", " # note\n", "#[({\"\n"]) if self.chance(0.3) else " "

    def metric(self):
        if self.chance(0.01):
            return self.pick(NOT_METRICS)
        return self.pick(NEW_METRICS) if self.modern and self.chance(0.1) else self.pick(METRICS)

    def string(self):
        return self.pick(BAD_STRINGS) if self.chance(0.01) else self.pick(STRINGS)

    def number(self):
        return self.pick(BAD_NUMBERS) if self.chance(0.02) else self.pick(NUMBERS)

    def plain_duration(self):
        return self.pick(BAD_DURATIONS) if self.chance(0.02) else self.pick(DURATIONS)

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
        return self.label() + self.pick(["=", "!=", "=~", "!~", " = "]) + self.string()

    def braces(self):
        inner = self.several(self.matcher, 0, 3 if self.chance(0.95) else 9)
        return "{" + self.gap().strip(" ") + inner + ("," if inner and self.chance(0.1) else "") + "}"

    def duration(self, depth=2):
        if not self.modern or self.chance(0.6):
            return self.plain_duration()
        if depth == 0 or self.chance(0.3):
            return self.pick(["300", "0x10", "1.5", "step()", "range()", "1e3", "0", "-1", "STEP ( )", "Inf", "1_0"])
        inner = lambda: self.duration(depth - 1)
        return self.pick([lambda: inner() + self.pick(["+", " - ", "*", " / ", "%", "^"]) + inner(), lambda: "(" + inner() + ")", lambda: "-" + inner(),
                          lambda: "max_of(" + inner() + ", " + inner() + ")", lambda: "+" + inner(), lambda: "min_of(" + inner() + "," + inner() + ")"])()

    def shift(self):
        out = ""
        if self.chance(0.15):
            out += " offset " + self.pick(["", "", "-", "+"]) + self.duration()
        if self.chance(0.1):
            out += " @ " + self.pick(["1.5", "start()", "end()", "-3", "1e9", "0x10", "+ 7", "END ( )", "NaN", "1e400", "1e19", "start"] + (["5m", "-1d"] if self.modern else []))
        if self.modern and self.chance(0.06):
            out += self.pick([" anchored", " smoothed", " Smoothed"])
        if self.chance(0.03):
            out += " offset " + self.pick(["5m", "-5m", "0s"]) + self.pick(["", " @ 7", " @ end()"])
        return out

    def selector(self):
        name = self.metric()
        if self.chance(0.15):
            return "{" + self.matcher() + ", " + self.label() + '="x"}' + self.shift()
        return name + (self.braces() if self.chance(0.4) else "") + self.shift()

    def range_vector(self, depth):
        if depth > 0 and self.chance(0.25):
            step = self.duration() if self.chance(0.5) else ""
            return self.operand(depth - 1) + "[" + self.duration() + ":" + step + "]" + self.shift()
        return self.metric() + (self.braces() if self.chance(0.3) else "") + "[" + self.duration() + "]" + self.shift()

    def aggregate(self, depth):
        grouping = self.pick(["", " by " + self.labels(), " without " + self.labels()])
        arguments = "(" + self.expression(depth - 1) + ")"
        op = self.pick(AGGREGATIONS)
        if self.chance(0.25):
            op = self.pick(["topk", "bottomk", "quantile", "count_values"] + (["limitk", "limit_ratio"] if self.modern else []))
            parameter = self.string() if op == "count_values" else self.scalar(0)
            arguments = "(" + parameter + ", " + self.expression(depth - 1) + ")"
        return op + grouping + arguments if self.chance(0.5) else op + arguments + grouping

    def odd_call(self, depth):
        kinds = [lambda: self.expression(depth - 1), lambda: self.scalar(depth - 1), lambda: self.range_vector(depth), self.string, self.braces]
        return self.pick(ODD_FUNCTIONS) + "(" + self.several(lambda: self.pick(kinds)(), 0, 4) + ("," if self.chance(0.05) else "") + ")"

    def new_call(self, depth):
        vector, scalar = lambda: self.expression(depth - 1), lambda: self.scalar(depth - 1)
        forms = [lambda: self.pick(NEW_VECTOR_FUNCTIONS) + "(" + vector() + ")", lambda: self.pick(NEW_RANGE_FUNCTIONS) + "(" + self.range_vector(depth) + ")",
                 lambda: "vector(" + self.pick(NEW_SCALAR_FUNCTIONS) + "())", lambda: "vector(" + self.pick(["max_of", "min_of"]) + "(" + scalar() + ", " + scalar() + "))",
                 lambda: self.pick(["sort_by_label", "sort_by_label_desc"]) + "(" + vector() + ", " + self.several(self.string, 1, 3) + ")",
                 lambda: "info(" + vector() + (", " + self.braces() if self.chance(0.7) else "") + ")",
                 lambda: "double_exponential_smoothing(" + self.range_vector(depth) + ", " + scalar() + ", " + scalar() + ")",
                 lambda: "histogram_quantiles(" + vector() + ", " + self.string() + ", " + self.several(scalar, 1, 11) + ")"]
        return self.pick(forms)()

    def call(self, depth):
        vector, scalar = lambda: self.expression(depth - 1), lambda: self.scalar(depth - 1)
        forms = [lambda: self.pick(VECTOR_FUNCTIONS) + "(" + vector() + ")", lambda: self.pick(RANGE_FUNCTIONS) + "(" + self.range_vector(depth) + ")",
                 lambda: self.pick(TIME_FUNCTIONS) + "(" + (vector() if self.chance(0.5) else "") + ")", lambda: "clamp(" + vector() + ", " + scalar() + ", " + scalar() + ")",
                 lambda: self.pick(["clamp_min", "clamp_max"]) + "(" + vector() + ", " + scalar() + ")",
                 lambda: "round(" + vector() + (", " + scalar() if self.chance(0.5) else "") + ")", lambda: "vector(" + scalar() + ")",
                 lambda: "histogram_quantile(" + scalar() + ", " + vector() + ")", lambda: "quantile_over_time(" + scalar() + ", " + self.range_vector(depth) + ")",
                 lambda: "histogram_fraction(" + scalar() + ", " + scalar() + ", " + vector() + ")",
                 lambda: "label_replace(" + vector() + ", " + ", ".join(self.string() for _ in range(4)) + ")",
                 lambda: "label_join(" + vector() + ", " + self.several(self.string, 2, 4) + ")",
                 lambda: "predict_linear(" + self.range_vector(depth) + ", " + scalar() + ")"]
        if self.modern and self.chance(0.2):
            return self.odd_call(depth) if self.chance(0.4) else self.new_call(depth)
        return self.pick(forms)()

    def scalar(self, depth):
        if depth > 0 and self.chance(0.2):
            return self.scalar(depth - 1) + " " + self.pick(ARITHMETIC) + " " + self.scalar(depth - 1)
        if depth > 0 and self.chance(0.1):
            return "scalar(" + self.expression(depth - 1) + ")"
        if self.modern and self.chance(0.1):
            return self.pick(DURATIONS)
        return self.number() if self.chance(0.9) else self.pick(SCALAR_FUNCTIONS) + "()"

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
            out += self.pick([" fill(0)", " fill_left(-1)", " fill_right (5) fill_left(NaN)", " fill (5m)", " fill_left(1e6) fill_right(1e6)", " fill(-Inf)", " fill_right(+0x1f)",
                              " fill(1) fill_left(2)", " fill", " fill(up)"])
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
        return self.operand(depth) if self.chance(0.93) else self.pick([lambda: self.scalar(depth), lambda: self.range_vector(depth), self.string])()

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
