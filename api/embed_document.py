# SPDX-License-Identifier: Apache-2.0
"""Makes C of a document that the API serves as it is. Usage: embed_document.py OUT NAME FILE."""
import pathlib
import sys

out, name, file = sys.argv[1:]
data = pathlib.Path(file).read_bytes()
# numbers: a string of that length is more than a compiler must take
lines = "\n".join("\t" + " ".join(f"{byte}," for byte in data[at:at + 32]) for at in range(0, len(data), 32))
pathlib.Path(out).write_text(f"// Made from schemas/{pathlib.Path(file).name}.\nextern const char {name}[];\nconst char {name}[] = {{\n{lines}\n\t0 }};\n")
