#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Counts test cases over the build directories given: in the JUnit files that test programs wrote to BUILD/reports, else one
case a program by its exit code. Prints "N passed, N failed, N skipped"; exits with 1 when anything failed."""
import json
import pathlib
import sys
import xml.etree.ElementTree as xml


def end_of(text):
    """What a failure says, in one line that is not too long: of a traceback the exception."""
    lines = (text or "").split("\n")
    traceback = [number for number, line in enumerate(lines) if line.startswith("  ")]
    return " ".join(" ".join(lines[traceback[-1] + 1 if traceback else 0:]).split())[:300]


def cases_of(report, failures):
    """[passed, failed, skipped] of one JUnit file; a file cut off by a crash counts as one failure."""
    counts = [0, 0, 0]
    try:
        cases = list(xml.parse(report).iter("testcase"))
    except xml.ParseError:
        failures.append("cut off")
        return [0, 1, 0]
    for case in cases:
        failure = case.find("failure") if case.find("failure") is not None else case.find("error")
        counts[1 if failure is not None else 2 if case.find("skipped") is not None else 0] += 1
        if failure is not None:
            failures.append(f"{case.get('name')}: {end_of(failure.text)}")
    return counts


def cases_of_program(result, reports, failures):
    total = [sum(column) for column in zip([0, 0, 0], *(cases_of(report, failures) for report in reports))]
    if sum(total) == 0:
        total = {"OK": [1, 0, 0], "SKIP": [0, 0, 1]}.get(result, [0, 1, 0])
    if result not in ("OK", "SKIP") and total[1] == 0:
        total[1] = 1  # ended badly after its last case: a leak, a crash
    if total[1] and not failures:
        failures.append(result)
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
            failures = []
            counts = cases_of_program(entry["result"], reports.get(name, []), failures)
            total = [a + b for a, b in zip(total, counts)]
            broken += [f"{build}: {name}: {failure}" for failure in failures]
    print("".join(f"failed: {name}\n" for name in broken), end="")
    print("{} passed, {} failed, {} skipped".format(*total))
    return 1 if total[1] else 0


if __name__ == "__main__":
    sys.exit(main())
