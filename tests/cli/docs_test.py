#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""docs/configuration.md is what the key tables say, and docs/lint.md ends with the table of findings. Regenerate: make generate"""
import difflib
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def printed_by(*words):
    return subprocess.run([sys.argv[1], *words], capture_output=True, text=True, check=True).stdout


def differs(name, written, printed):
    sys.stdout.writelines(difflib.unified_diff(written.splitlines(True), printed.splitlines(True), name, "the tables"))
    return written != printed


def main():
    keys = (ROOT / "docs" / "configuration.md").read_text()
    lint = (ROOT / "docs" / "lint.md").read_text()
    findings = lint[lint.index("| finding |"):]
    wrong = differs("docs/configuration.md", keys, printed_by("check", "config", "--print-keys"))
    wrong |= differs("docs/lint.md", findings, printed_by("check", "rules", "--list-lints"))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
