#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds base/regex against promtool (Go's regexp): which patterns are refused and in which words, and what the others match.
Patterns are made here from a seeded grammar of pieces; promtool is asked about all of them in one run each."""
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

SUBJECTS = ["", "a", "b", "ab", "aab", "A", "K", "\u212a", "k", "a\nb", "\n", "\v", " ", "\u00e9", "\u03b1", "_", "-", "0", "10", "a-b", "aaa", "\U0001f600", "]", "^", "x1y"]
PIECES = ["a", "b", "ab", "K", ".", "\\d", "\\w", "\\s", "\\S", "\\W", "\\D", "[a-c]", "[^a]", "[[:alpha:]]", "[^[:digit:]x]", "[\\w-]", "[]a]", "\\pL", "\\p{Lu}",
          "\\PL", "\\p{Greek}", "\\p{^Nd}", "\\v", "\\n", "\\x41", "\\x{3b1}", "\\141", "\\Qa.b\\E", "\\b", "\\B", "^", "$", "\\A", "\\z", "(?i)", "(?i:k)", "(?s:.)", "(?m:^a$)",
          "(?U:a+)", "(?-s:.)", "\\-", "\\_", "\u00e9", "-", "]", "}", "{", "a{2}", "b{0,2}", "{,3}", "\\]", "[\\d\\s]", "[^\\W_]", "[\\x00-\\x{10ffff}]", "()", "(?:)", "\\Q\\E"]
ODD = ["\\1", "(?=a)", "a++", "(?>a)", "(?P<n>", "(?'n'", "(?x)", "\\h", "\\K", "\\Z", "\\C", "\\e", "[b-a]", "[[:foo:]]", "a{1001}", "(a{100}){11}", "**", "\\p{grek}", "\\x{110000}", "\\x", "(",
       ")", "[", "\\"]
REPEATS = ["", "", "", "", "*", "+", "?", "*?", "{1,2}", "{2}", "{0}", "{1,}"]


def grow(rng, depth=0):
    branches = []
    for _ in range(rng.choice([1, 1, 1, 2])):
        text = ""
        for _ in range(rng.randrange(4)):
            if depth < 2 and rng.random() < 0.2:
                text += rng.choice(["(", "(?:", "(?i:", "(?P<n%d>" % depth]) + grow(rng, depth + 1) + ")"
            else:
                text += rng.choice(PIECES)
            text += rng.choice(REPEATS)
        branches.append(text)
    return "|".join(branches)


def make_patterns():
    rng = random.Random(20260104)
    patterns = PIECES + ODD + ["a%sb" % odd for odd in ODD] + ["x*" + odd for odd in ODD]
    while len(patterns) < 1500:
        text = grow(rng)
        if rng.random() < 0.15:
            at = rng.randrange(len(text) + 1)
            text = text[:at] + rng.choice(ODD) + text[at:]
        patterns.append(text)
    return sorted(set(patterns))


def ask_ours(probe, patterns):
    lines = "\n".join("\t".join(text.encode().hex() for text in [pattern] + SUBJECTS) for pattern in patterns)
    answer = subprocess.run([probe], input=lines + "\n", capture_output=True, text=True, check=True)
    return answer.stdout.splitlines()


def quote(text):
    return '"' + "".join(c if c.isalnum() and c.isascii() else "\\U%08x" % ord(c) for c in text) + '"'


def ask_promtool_verdicts(directory, patterns):
    """One rule a pattern; the errors come with the rule's name."""
    path = os.path.join(directory, "rules.yml")
    with open(path, "w", encoding="utf-8") as out:
        out.write("groups:\n- name: g\n  rules:\n")
        for i, pattern in enumerate(patterns):
            out.write("  - record: r%d\n    expr: '{a=~%s,b=\"1\"}'\n" % (i, quote(pattern)))
    answer = subprocess.run(["promtool", "check", "rules", path], capture_output=True, text=True)
    verdicts = {}
    for found in re.finditer(r'rule \d+, "r(\d+)": could not parse expression: [\d:]+ parse error: (.*)', answer.stderr + answer.stdout):
        verdicts[int(found.group(1))] = found.group(2)
    return verdicts


def ask_promtool_matches(directory, patterns, ours):
    """One instant query a pattern, whose expected samples are our answer: promtool prints what differs."""
    path = os.path.join(directory, "test.yml")
    with open(path, "w", encoding="utf-8") as out:
        out.write("tests:\n- interval: 1m\n  input_series:\n")
        for i, subject in enumerate(SUBJECTS):
            out.write("  - series: 's{i=\"%d\",t=%s}'\n    values: '1'\n" % (i, quote(subject)))
        out.write("  promql_expr_test:\n")
        for pattern, answer in zip(patterns, ours):
            out.write("  - expr: 'count by (i) (s{t=~%s})'\n    eval_time: 0m\n    exp_samples:\n" % quote(pattern))
            for i, verdict in enumerate(answer[1:]):
                if verdict == "1":
                    out.write("    - labels: '{i=\"%d\"}'\n      value: 1\n" % i)
    answer = subprocess.run(["promtool", "test", "rules", path], capture_output=True, text=True)
    return answer.returncode, answer.stdout + answer.stderr


def main():
    if shutil.which("promtool") is None:
        return 77
    patterns = make_patterns()
    ours = ask_ours(sys.argv[1], patterns)
    failures = []
    with tempfile.TemporaryDirectory() as directory:
        verdicts = ask_promtool_verdicts(directory, patterns)
        for i, (pattern, answer) in enumerate(zip(patterns, ours)):
            wanted = "E " + verdicts[i] if i in verdicts else "M"
            if "(?<" not in pattern and not (answer == wanted or (wanted == "M" and answer[0] == "M")):
                failures.append("%r: ours %s, promtool %s" % (pattern, answer, wanted))
        good = [(pattern, answer) for pattern, answer in zip(patterns, ours) if answer[0] == "M" and "L" not in answer]
        code, text = ask_promtool_matches(directory, [g[0] for g in good], [g[1] for g in good])
        if code != 0:
            failures.append(text)
    refused = sum(answer[0] == "E" for answer in ours)
    print("%d patterns, %d refused, %d matched against %d subjects each" % (len(patterns), refused, len(good), len(SUBJECTS)))
    print("\n".join(failures)[:8000])
    return 1 if failures or refused < 100 or len(good) < 700 else 0


if __name__ == "__main__":
    sys.exit(main())
