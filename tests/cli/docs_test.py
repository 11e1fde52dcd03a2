#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""docs/configuration.md is what the key tables say. Regenerate: make generate"""
import difflib
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def main():
    printed = subprocess.run([sys.argv[1], "check", "config", "--print-keys"], capture_output=True, text=True, check=True).stdout
    written = (ROOT / "docs" / "configuration.md").read_text()
    sys.stdout.writelines(difflib.unified_diff(written.splitlines(True), printed.splitlines(True), "docs/configuration.md", "the key tables"))
    return 0 if printed == written else 1


if __name__ == "__main__":
    sys.exit(main())
