#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures the length of every function by its braces; prints the distribution and the ten longest. Fails above the limit."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDERS = "base model promql template net rules evaluator store notifiers api daemon cli".split()
LIMIT = 60
START = re.compile(r"^[A-Za-z_][^;=#]*\)\s*\{$")
NAME = re.compile(r"(\w+)\(")


def functions(path):
    name, start = None, 0
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if name is None and START.match(line):
            name, start = NAME.search(line).group(1), number
        elif name is not None and line == "}":
            yield number - start + 1, f"{path.relative_to(ROOT)}:{start}", name
            name = None


def main():
    found = sorted((f for folder in FOLDERS for path in (ROOT / folder).glob("*.c") for f in functions(path)), reverse=True)
    lengths = sorted(length for length, _, _ in found)
    if not lengths:
        return 1
    print(f"functions: {len(lengths)}, median {lengths[len(lengths) // 2]}, p90 {lengths[len(lengths) * 9 // 10]}, longest {lengths[-1]} lines")
    for length, place, name in found[:10]:
        print(f"{length:5} {place} {name}")
    return 1 if lengths[-1] > LIMIT else 0


if __name__ == "__main__":
    sys.exit(main())
