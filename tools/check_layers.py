#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks every #include against the layering table of ARCHITECTURE.md.

The table names, for each folder, the folders it may include. A folder above model/ is entered by its doors only.
Third-party headers may appear in the folders (or files) the second table names, nowhere else. Basenames are unique."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^">]+)[">]', re.M)


def table(title):
    """Rows of the first markdown table after the line that holds `title`, as lists of cells."""
    lines = (ROOT / "ARCHITECTURE.md").read_text().splitlines()
    start = next(i for i, line in enumerate(lines) if title in line)
    rows = []
    for line in lines[start + 1:]:
        if line.startswith("|"):
            rows.append([cell.strip().strip("`") for cell in line.strip().strip("|").split("|")])
        elif rows:
            break
    return rows[2:]


def names(cell):
    return set(re.findall(r"[\w./-]+", cell))


def main():
    allowed, doors, problems = {}, {}, []
    for folder, may, door in table("Who may include whom"):
        allowed[folder.rstrip("/")] = {name.rstrip("/") for name in names(may)} | {folder.rstrip("/")}
        doors[folder.rstrip("/")] = names(door)
    third_party = {header: names(where) for header, where in table("Where a third-party header may appear")}
    seen = {}
    for path in sorted(ROOT.glob("*/**/*.[ch]")):
        relative = path.relative_to(ROOT)
        folder = relative.parts[0]
        if folder not in allowed:
            continue
        if relative.name in seen:
            problems.append(f"{relative}: basename also used by {seen[relative.name]}")
        seen[relative.name] = relative
        for kind, target in INCLUDE.findall(path.read_text()):
            if kind == "<":
                where = third_party.get(target)
                if where is not None and not any(str(relative).startswith(prefix) for prefix in where):
                    problems.append(f"{relative}: <{target}> belongs to {', '.join(sorted(where))}")
                continue
            if "/" not in target:
                problems.append(f'{relative}: "{target}" is not a full path from the root')
                continue
            other = target.split("/")[0]
            if other not in allowed[folder]:
                problems.append(f'{relative}: {folder}/ may not include "{target}"')
            elif other != folder and "all" not in doors[other] and target not in doors[other]:
                problems.append(f'{relative}: "{target}" is private to {other}/; its door is {", ".join(sorted(doors[other]))}')
    print("\n".join(problems) if problems else "layers: ok")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
