#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Counts test cases over the build directories given: in the JUnit files that test programs wrote to BUILD/reports, else one
case a program by its exit code. Prints "N passed, N failed, N skipped"; exits with 1 when anything failed."""
import json
import pathlib
import sys
import xml.etree.ElementTree as xml


def cases_of(report):
    """[passed, failed, skipped] of one JUnit file; a file cut off by a crash counts as one failure."""
    counts = [0, 0, 0]
    try:
        cases = list(xml.parse(report).iter("testcase"))
    except xml.ParseError:
        return [0, 1, 0]
    for case in cases:
        outcome = 1 if case.find("failure") is not None or case.find("error") is not None else 2 if case.find("skipped") is not None else 0
        counts[outcome] += 1
    return counts


def cases_of_program(result, reports):
    total = [sum(column) for column in zip([0, 0, 0], *map(cases_of, reports))]
    if sum(total) == 0:
        return {"OK": [1, 0, 0], "SKIP": [0, 0, 1]}.get(result, [0, 1, 0])
    if result not in ("OK", "SKIP") and total[1] == 0:
        total[1] = 1  # ended badly after its last case: a leak, a crash
    return total


def main():
    total, broken = [0, 0, 0], []
    for build in map(pathlib.Path, sys.argv[1:]):
        reports = {}
        for path in (build / "reports").glob("*.xml"):
            reports.setdefault(path.name.split("@")[0].removesuffix("_test"), []).append(path)
        for line in (build / "meson-logs" / "testlog.json").read_text().splitlines():
            entry = json.loads(line)
            name = entry["name"].split("/")[-1].strip()
            counts = cases_of_program(entry["result"], reports.get(name, []))
            total = [a + b for a, b in zip(total, counts)]
            if counts[1]:
                broken.append(f"{build}: {name}")
    print("".join(f"failed: {name}\n" for name in broken), end="")
    print("{} passed, {} failed, {} skipped".format(*total))
    return 1 if total[1] else 0


if __name__ == "__main__":
    sys.exit(main())
