#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tocsin check config: what it counts, and the files that are not there. Argument: tocsin."""
import os
import pathlib
import subprocess
import sys
import tempfile

TOCSIN = str(pathlib.Path(sys.argv[1]).resolve())
TREE = """route:
  receiver: r
  routes:
  - {match: {a: a}, routes: [{match: {b: b}}]}
  - {match: {a: b}}
  - {match: {a: c}}
  - {match: {a: d}}
receivers: [{name: r}, {name: s}]
"""
MORE = """inhibit_rules: [{source_matchers: [a=b], target_matchers: [c=d]}]
time_intervals: [{name: t, time_intervals: [{}]}, {name: u}]
templates: ['*.tmpl']
"""


def check(text, status, out, *errors):
    pathlib.Path("c.yml").write_text(text)
    done = subprocess.run([TOCSIN, "check", "config", "c.yml"], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (status, f"Checking c.yml\n  {out}\n\n"), (text, done)
    shown = [line for line in done.stderr.splitlines() if line.startswith("c.yml:")]
    assert shown == list(errors), (text, shown)


def everything_is_counted():
    check(TREE, 0, "SUCCESS: 2 receivers, 5 routes below the root, 0 rule files, 0 rules")
    pathlib.Path("x.tmpl").write_text('{{ define "x" }}x{{ end }}')
    check(TREE + MORE, 0, "SUCCESS: 2 receivers, 5 routes below the root, 1 inhibit rules, 2 time intervals, 1 template files, 0 rule files, 0 rules")
    pathlib.Path("x.tmpl").unlink()


CHECKS = [everything_is_counted]


def main():
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        for one in CHECKS:
            one()
        os.chdir("/")


main()
