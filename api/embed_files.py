# SPDX-License-Identifier: Apache-2.0
"""Makes C of files that the API serves as they are: a table of struct embedded_file (api/embedded_file.h), ended by one without a name.
usage: embed_files.py OUT NAME FILE…"""
import hashlib
import pathlib
import sys

TYPES = {".css": "text/css; charset=utf-8", ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".json": "application/json", ".svg": "image/svg+xml"}


def bytes_of(data):
    # numbers: a string of that length is more than a compiler must take
    return "\n".join("\t" + " ".join(f"{byte}," for byte in data[at:at + 32]) for at in range(0, len(data), 32))


out, name, *files = sys.argv[1:]
arrays, rows = [], []
for number, file in enumerate(sorted(map(pathlib.Path, files), key=lambda path: path.name)):
    data = file.read_bytes()
    arrays.append(f"// {file.parent.name}/{file.name}\nstatic const unsigned char file_{number}[] = {{\n{bytes_of(data)}\n}};\n")
    rows.append(f'\t{{ "{file.name}", "{TYPES[file.suffix]}", "\\"{hashlib.sha256(data).hexdigest()[:16]}\\"", {{ (const char *)file_{number}, sizeof file_{number} }} }},\n')
pathlib.Path(out).write_text('#include "api/embedded_file.h"\n' + "".join(arrays) + f"const struct embedded_file {name}[] = {{\n{''.join(rows)}\t{{ 0 }},\n}};\n")
