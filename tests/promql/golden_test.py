#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The answers of Prometheus 3.14's parser that are kept in tests/cases/promql, beside tocsin's.   golden_test.py PROBE FILE…"""
import json
import subprocess
import sys
from pathlib import Path


def ask(probe, rows):
    data = b"".join(str(row["features"]).encode() + row["expr"].encode() + b"\0" for row in rows)
    lines = subprocess.run([probe], input=data, stdout=subprocess.PIPE, check=True).stdout.decode().splitlines()
    return [json.loads(line) for line in lines]


def wanted_of(row):
    if "errors" in row:
        return {"errors": row["errors"]}
    if "tree" in row:
        return {"errors": [], "tree": row["tree"]}
    return {"errors": [], "text": row["text"], "pretty": row.get("pretty", row["text"]), "nodes": row["nodes"]}


def given_by(answer):
    nodes = [node for node in answer.get("nodes", []) if not node.startswith("duration ")]
    return {**answer, "nodes": nodes}


def main():
    probe, different, count = sys.argv[1], 0, 0
    for path in sys.argv[2:]:
        rows = [json.loads(line) for line in Path(path).read_text(encoding="utf-8").splitlines()]
        answers = ask(probe, rows)
        count += len(answers)
        if len(answers) != len(rows):
            sys.exit(f"{path}: {len(rows)} expressions, {len(answers)} answers")
        for number, (row, answer) in enumerate(zip(rows, answers), 1):
            given = given_by(answer)
            for key, wanted in wanted_of(row).items():
                if given.get(key) != wanted:
                    different += 1
                    print(f"{path}:{number}: {row['expr']!r}\n  {key} of Prometheus: {wanted}\n  {key} of tocsin:     {given.get(key)}")
    print(f"{count} expressions, {different} differences")
    return 1 if different or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
