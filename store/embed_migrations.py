#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes migrations.c from schemas/sql/NNNN_name.sql: embed_migrations.py OUTPUT INPUT..."""
import os
import re
import sys


def c_lines(text):
    for line in text.splitlines():
        escaped = line.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t").replace("?", "\\?")
        yield f'\t\t"{escaped}\\n"'


def main():
    output, inputs = sys.argv[1], sorted(sys.argv[2:], key=os.path.basename)
    rows = []
    for number, path in enumerate(inputs, 1):
        match = re.fullmatch(r"(\d{4})_([a-z0-9_]+)\.sql", os.path.basename(path))
        if match is None or int(match[1]) != number:
            sys.exit(f"{path}: expected a file named {number:04}_<name>.sql")
        with open(path, encoding="utf-8") as file:
            rows.append(f'\t{{ {number}, "{match[2]}",\n' + "\n".join(c_lines(file.read())) + " },")
    with open(output, "w", encoding="utf-8") as file:
        file.write("// Made by store/embed_migrations.py from schemas/sql; do not edit.\n#include \"store/migration.h\"\n\n")
        file.write("const struct migration migrations[] = {\n" + "\n".join(rows) + "\n};\n")
        file.write("const size_t migration_count = sizeof migrations / sizeof migrations[0];\n")


main()
