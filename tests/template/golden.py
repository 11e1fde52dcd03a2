#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Renders what tests/cases/template holds and wants what stands there: results and messages of Go 1.26 with the template packages of
Prometheus 3.14 and Alertmanager 0.34. For what Debian's Go does not know yet (range over numbers, else with, template literals of scripts,
the types in messages) and for functions that Go's own packages do not have.

usage: golden.py RENDER FILE"""
import json
import pathlib
import subprocess
import sys


def main():
    cases = json.loads(pathlib.Path(sys.argv[2]).read_text())
    tests = [dict(case, data=cases["data"]) for case in cases["tests"]]
    answer = subprocess.run([sys.argv[1]], input=json.dumps(tests).encode(), capture_output=True, check=True).stdout
    bad = 0
    for test, ours in zip(tests, json.loads(answer), strict=True):
        if (ours["ok"], ours["out"]) == (test["ok"], test["out"]):
            continue
        bad += 1
        print(test["mode"], test["functions"], json.dumps(test["text"]), "\n  wanted", test["ok"], json.dumps(test["out"]), "\n  ours  ", ours["ok"], json.dumps(ours["out"]))
    print(f"{len(tests)} templates, {bad} differ")
    return 1 if bad or not tests else 0


if __name__ == "__main__":
    sys.exit(main())
