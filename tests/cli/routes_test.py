#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tocsin routes show and routes test against amtool: random trees and labels; and what amtool has not. Arguments: tocsin, trees, seed."""
import pathlib
import random
import subprocess
import sys
import tempfile

NAMES = ["team", "severity", "job"]
VALUES = ["a", "b", "c"]


def matchers(rng):
    keys = {}
    for name in rng.sample(NAMES, rng.randint(1, 2)):
        form = rng.randrange(4)
        if form == 0:
            keys.setdefault("match", {})[name] = rng.choice(VALUES)
        elif form == 1:
            keys.setdefault("match_re", {})[name] = rng.choice(["a|b", "[bc]", ".*", "c?"])
        else:
            keys.setdefault("matchers", []).append(name + rng.choice(['="a"', "!=b", '=~"a|c"', '!~"b.*"', '=""']))
    return keys


def route(rng, depth):
    made = matchers(rng)
    if rng.random() < 0.4:
        made["continue"] = True
    if rng.random() < 0.7:
        made["receiver"] = f"r{rng.randrange(6)}"
    if depth < 4 and rng.random() < 0.5:
        made["routes"] = [route(rng, depth + 1) for _ in range(rng.randint(1, 3))]
    return made


def flow(value):
    """As YAML in flow style: JSON's subset of it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    return {True: "true", False: "false"}.get(value) or "'" + value + "'"


def tree(rng):
    root = {"receiver": "r0", "routes": [route(rng, 1) for _ in range(rng.randint(1, 4))]}
    receivers = [{"name": f"r{i}"} for i in range(6)]
    return f"route: {flow(root)}\nreceivers: {flow(receivers)}\n"


def said(*words):
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout.replace("\u00a0", " ")  # so amtool 0.25 draws trees


def compare(tocsin, path, rng):
    file = f"--config.file={path}"
    asked = [("show",)]
    for _ in range(6):
        labels = [f"{name}={rng.choice(VALUES)}" for name in rng.sample(NAMES, rng.randint(0, 3))]
        asked.append(("test", "--tree", f"--verify.receivers={rng.choice(['r1', 'r2', 'r0'])}", *labels))
    for words in asked:
        theirs, ours = said("amtool", "config", "routes", *words[:1], file, *words[1:]), said(tocsin, "routes", *words[:1], file, *words[1:])
        if theirs != ours:
            print(f"{path.read_text()}{words}\namtool {theirs[0]}\n{theirs[1]}\ntocsin {ours[0]}\n{ours[1]}")
            return False
    return True


INTERVALS = """route: {receiver: r}
receivers: [{name: r}]
time_intervals:
- {name: work, time_intervals: [{times: [{start_time: '09:00', end_time: '17:00'}], weekdays: ['monday:friday'], location: Europe/Madrid}]}
- {name: always, time_intervals: [{}]}
- {name: never}
"""
# (arguments, exit status, standard output, the beginning of standard error)
CASES = [
    (["intervals", "test", "--time=2026-06-05T12:00:00Z"], 0,
     "work: active until 2026-06-05T15:00:00Z\nalways: active for at least 400 days\nnever: inactive for at least 400 days\n", ""),
    (["intervals", "test", "--time=2026-06-05T17:00:00+02:00", "work"], 0, "work: inactive until 2026-06-08T07:00:00Z\n", ""),
    (["intervals", "test", "--time=2026-10-23T17:00:00+02:00", "work"], 0, "work: inactive until 2026-10-26T08:00:00Z\n", ""),  # clocks went back
    (["intervals", "test", "--time=2026-06-05T12:00:00Z", "--verify.active=work,always", "work", "always"], 0,
     "work: active until 2026-06-05T15:00:00Z\nalways: active for at least 400 days\n", ""),
    (["intervals", "test", "--time=2026-06-06T12:00:00Z", "--verify.active=work", "work"], 1,
     "work: inactive until 2026-06-08T07:00:00Z\nWARNING: Expected active intervals did not match: \n", ""),
    (["intervals", "test", "none"], 1, "", 'tocsin intervals test: there is no time interval "none"\n'),
    (["intervals", "test", "--time=noon"], 2, "", "tocsin intervals test: --time: expected one like"),
    (["routes", "test", "a=~b"], 1, "", "tocsin routes test: failed to parse labels: labels must be specified as key=value pairs\n"),
    (["routes", "test", "{a=b}"], 1, "", "tocsin routes test: failed to parse labels: unexpected open or close brace: {a=b}\n"),
    (["routes", "test", "--enable-feature=utf8-strict-mode", "a=b c"], 1, "", "tocsin routes test: failed to parse labels: 4:5: unexpected c"),
    (["routes", "test", "--enable-feature=classic-mode,utf8-strict-mode"], 2, "", "tocsin routes test: --enable-feature: cannot have both"),
    (["routes", "test", "a.b=c"], 0, "r\n", ""),
]
MATCHERS = [
    (["a=b"], 0, '{a="b"}\n  read by the UTF-8 parser\n', ""),
    (["{a=b, \"c d\"!~'e}"], 1, "", "{a=b, \"c d\"!~'e}\n  error: bad matcher format"),
    (["a=b c"], 0, '{a="b c"}\n  read by the classic parser\n  UTF-8 parser: 4:5: unexpected c: expected a comma or close brace\n', ""),
    (['a="\\t"'], 0, '{a="\\\\t"}\n  read by the classic parser\n  warning: the UTF-8 parser understands something else\n', ""),
    (["--enable-feature=utf8-strict-mode", 'a="\\t"'], 0, '{a="\t"}\n  read by the UTF-8 parser\n', ""),
    (["--enable-feature=classic-mode", "a.b=c"], 1, "", "a.b=c\n  error: bad matcher format: a.b=c\n  classic parser: bad matcher format: a.b=c\n"),
    ([], 2, "", "tocsin check matchers: expected matchers"),
]


def check(words, status, out, err):
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if (done.returncode, done.stdout) == (status, out) and done.stderr.startswith(err) and bool(done.stderr) == bool(err):
        return True
    print(f"{words[1:]}: {done.returncode}\n{done.stdout}{done.stderr}--- wanted {status}\n{out}{err}")
    return False


def main():
    tocsin, trees, rng = sys.argv[1], int(sys.argv[2]), random.Random(int(sys.argv[3]))
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory) / "c.yml"
        good = True
        for _ in range(trees):
            path.write_text(tree(rng))
            good &= compare(tocsin, path, rng)
        path.write_text(INTERVALS)
        for words, status, out, err in CASES:
            good &= check([tocsin, *words[:2], f"--config.file={path}", *words[2:]], status, out, err)
    for words, status, out, err in MATCHERS:
        good &= check([tocsin, "check", "matchers", *words], status, out, err)
    sys.exit(not good)


main()
