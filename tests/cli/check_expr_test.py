#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tocsin check expr as people call it: arguments, exit status, what goes to which stream."""
import subprocess
import sys

LONG = 'sum by (job) (rate(http_requests_total{code=~"5.."}[5m])) / sum by (job) (rate(http_requests_total[5m])) > 0.05'
IN_LINES = """    sum by (job) (rate(http_requests_total{code=~"5.."}[5m]))
  /
    sum by (job) (rate(http_requests_total[5m]))
>
  0.05
"""
FILL, FUNCTIONS, NOTHING = "promql-binop-fill-modifiers", "promql-experimental-functions", "promql-at-modifier,promql-duration-expr"
# (arguments, standard input, exit status, standard output, the beginning of standard error)
CASES = [
    (["sum(x)by(a)"], "", 0, "sum by (a) (x)\n", ""),
    (["-"], "a # why\n+b\n", 0, "a + b\n", ""),
    (["--format", LONG], "", 0, IN_LINES, ""),
    (["--format", "-"], IN_LINES, 0, IN_LINES, ""),
    (["--format", "a+b"], "", 0, "a + b\n", ""),
    (["x{a b}"], "", 1, "", "1:5: parse error: unexpected identifier \"b\" in label matching, expected label matching operator\n  x{a b}\n      ^\n"),
    (["sum(a b)"], "", 1, "", "1:7: parse error: unexpected identifier \"b\" in aggregation\n  sum(a b)\n        ^\n"),
    (["a + fill(1) limitk(1, b)"], "", 1, "", "1:13: parse error: limitk() is experimental"),
    ([f"--enable-feature={FILL},{FUNCTIONS}", "a + fill(1) limitk(1, b)"], "", 0, "a + fill (1) limitk(1, b)\n", ""),
    (["--enable-feature", FILL, f"--enable-feature={FUNCTIONS}", "--enable-feature", NOTHING, "a + fill(1) limitk(1, b)"], "", 0, "a + fill (1) limitk(1, b)\n", ""),
    (["--enable-feature=nix", "a"], "", 2, "", 'tocsin check expr: --enable-feature: unknown feature "nix", expected one like "promql-experimental-functions"\n'),
    (["--enable-feature=a"] * 33 + ["a"], "", 2, "", "tocsin check expr: --enable-feature=a: given too many times"),
    (["--format", "+".join(["a"] * 20000)], "", 1, "", "the expression in lines is longer than 16777216 bytes\n"),
    ([], "", 2, "", "tocsin check expr: expected one expression"),
]


def check(tocsin, arguments, text, status, out, err):
    done = subprocess.run([tocsin, "check", "expr", *arguments], input=text, capture_output=True, text=True, check=False)
    if (done.returncode, done.stdout) == (status, out) and done.stderr.startswith(err) and bool(done.stderr) == bool(err):
        return True
    print(f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}--- wanted {status}\n{out}{err}")
    return False


def main():
    results = [check(sys.argv[1], *case) for case in CASES]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
