# SPDX-License-Identifier: Apache-2.0
"""Evaluates random comparisons and selectors in a real Prometheus where tocsin finds them impossible or useless: what is impossible must give
nothing, and without what is useless the result must be the same.

lint_property.py PROBE [COUNT [SEED]]     COUNT findings are looked at. Exit status: 0 all hold, 1 not, 77 no Prometheus
"""
import sys

from label_property import METRICS, Maker, run, tell

VALUES = ["-1", "0", "1", "2", "3", "4.5", "6", "12", "24", "31", "NaN", "Inf"]
OPERATORS = ["==", "!=", "<", "<=", ">", ">="]


class LintMaker(Maker):
    def bounded(self):
        metric = self.pick(list(METRICS))
        return self.pick([f"count({metric})", f"count by (a) ({metric} > 3)", "hour()", "day_of_week()", "minute()", "month()", f"absent(nix)", f"abs({metric})", f"-abs({metric})",
                          f"sgn({metric} - 2)", f"sum by (b) ({metric} > bool 2)", f"changes({metric}[3m])", f"count_over_time({metric}[3m])", f"vector({self.pick(VALUES)})",
                          f"max(count by (a) ({metric}))", f"stddev({metric})", f"sort({metric})", metric, f"({metric} or vector(0))", f"group({metric})", f"1 - count({metric})",
                          f"label_replace(count({metric}), \"x\", \"y\", \"\", \"\")", f"(hour() and on () {metric})", f"sqrt({metric})", f"exp({metric})", f"present_over_time({metric}[1m])"])

    def comparison(self):
        """An expression whose last comparison begins at the offset."""
        left = self.bounded()
        for _ in range(self.random.randint(0, 2)):
            left = f"({left} {self.pick(OPERATORS)} {self.pick(VALUES)})" if self.chance(0.8) else f"({self.pick(VALUES)} {self.pick(OPERATORS)} {left})"
        return f"{left} {self.pick(OPERATORS)} {self.pick(VALUES)}", len(left) + 1

    def crowded(self):
        label = self.pick(["a", "b", "c"])
        matchers = [f'{label}{self.pick(["=", "!="])}"{self.pick(["", "1", "2", "x"])}"' if self.chance(0.5)
                    else f'{label}{self.pick(["=~", "!~"])}"{self.pick(["1|2", "1", ".*", ".+", "x|", "[12]", "^1$", "(1|x)", "", "x.*", "1|1"])}"' for _ in range(self.random.randint(1, 3))]
        return f"{self.pick(['m', 'n', 'h_bucket'])}{{{','.join(matchers)}}}", matchers


def shape(found):
    return None if found is None else sorted(sorted(labels.items()) for labels in found)


def check_comparison(prometheus, text, at, findings):
    """How many claims were looked at, and how many are wrong."""
    claims = [finding for finding in findings if finding[0] == "comparison-impossible" and finding[1] == at]
    if not claims:
        return 0, 0
    found = prometheus.ask(text)
    if found:
        print(f"{text}\n  is said to be impossible, and gives {found}")
    return 1, 1 if found else 0


def check_selector(prometheus, text, matchers, findings):
    looked_at = wrong = 0
    for name, start, end in findings:
        if name == "matcher-impossible":
            looked_at += 1
            bad = bool(prometheus.ask(text))
        elif name == "matcher-useless" and len(matchers) > 1:
            looked_at += 1
            rest = (text[:start] + text[end:]).replace("{,", "{").replace(",,", ",")
            bad = shape(prometheus.ask(rest)) != shape(prometheus.ask(text))
        else:
            continue
        wrong += bad
        if bad:
            print(f"{text}\n  has {name} {text[start:end]}, which is wrong")
    return looked_at, wrong


def compare(probe, prometheus, count, maker):
    totals = [0, 0]
    while totals[0] < count:
        comparisons = [maker.comparison() for _ in range(100)]
        selectors = [maker.crowded() for _ in range(100)]
        for (text, at), told in zip(comparisons, tell(probe, [item[0] for item in comparisons])):
            totals = [a + b for a, b in zip(totals, check_comparison(prometheus, text, at, told["findings"] if told else []))]
        for (text, matchers), told in zip(selectors, tell(probe, [item[0] for item in selectors])):
            totals = [a + b for a, b in zip(totals, check_selector(prometheus, text, matchers, told["findings"] if told else []))]
    print(f"{totals[0]} findings, {totals[1]} wrong")
    return totals[1]


if __name__ == "__main__":
    sys.exit(run(compare, LintMaker))
