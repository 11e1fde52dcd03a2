#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compiles every header alone: each must include what it needs."""
import os
import pathlib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDERS = "base model promql template net rules evaluator store notifiers api daemon cli".split()


def check(header):
    command = [os.environ.get("CC", "cc"), "-std=gnu11", "-D_GNU_SOURCE", "-I.", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-x", "c", "-"]
    done = subprocess.run(command, input=f'#include "{header}"\n', text=True, capture_output=True, cwd=ROOT)
    return done.stderr


def main():
    headers = [str(path.relative_to(ROOT)) for folder in FOLDERS for path in sorted((ROOT / folder).glob("*.h"))]
    missing = [h for h in headers if "#pragma once" not in (ROOT / h).read_text()]
    with ThreadPoolExecutor(2) as pool:
        errors = [text for text in pool.map(check, headers) if text]
    print("".join(errors) + "".join(f"{h}: no #pragma once\n" for h in missing) or f"headers: {len(headers)} compile alone")
    return 1 if errors or missing else 0


if __name__ == "__main__":
    sys.exit(main())
