#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What checking 10,000 rules costs: CPU seconds of `tocsin check rules`, medians; promtool beside it, where it is installed.

usage: check_rules.py TOCSIN [RUNS]"""
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

EXPRESSIONS = {
    "simple": "rate(m{n}{{job=\"a{n}\"}}[5m]) > {n}",
    "four patterns": "rate(m{n}{{job=~\"a{n}|b.*|c\",instance=~\".*prod-[0-9]+\",code!~\"2..|3..\",path=~\"/api/(v1|v2)/.+\"}}[5m]) > {n}",
}


def rules_text(expression):
    groups = []
    for group in range(100):
        groups.append(f"- name: g{group}\n  rules:\n")
        groups += [f"  - alert: A{n}\n    expr: '{expression.format(n=n)}'\n" for n in range(group * 100, group * 100 + 100)]
    return "groups:\n" + "".join(groups)


def cpu_seconds(command):
    before = os.times()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def main():
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 9
    programs = [sys.argv[1]] + [name for name in ("promtool",) if shutil.which(name)]
    with tempfile.TemporaryDirectory() as directory:
        file = pathlib.Path(directory, "rules.yml")
        for name, expression in EXPRESSIONS.items():
            file.write_text(rules_text(expression), encoding="utf-8")
            for program in programs:
                median = statistics.median(cpu_seconds([program, "check", "rules", str(file)]) for _ in range(runs))
                print(f"10,000 rules, {name}: {median:.2f} s  {pathlib.Path(program).name}")


if __name__ == "__main__":
    main()
