#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""How much of each parser its fuzz corpus covers: builds the replays with coverage into build-coverage/, replays each corpus alone,
prints the lines covered of each source file and exits with 1 when a target's total is below 90 %.
   tools/fuzz_coverage.py [--missed] [target…]     --missed: also which lines no input reaches"""
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build-coverage"
LIMIT = 90

# The parser of each target of tests/fuzz/meson.build. Left out is what a target runs that does not read outside text:
# - base/: buf, arena, str, error, problems, json_write: every program runs them; their tests are in tests/base. (number.c prints, too.)
# - base/yaml_table: half of it prints the tables of keys for the documentation, the rest only looks up in a tree that yaml_doc made.
# - rules/: rule_set (files, globs, counted references), rule_lint and rule_pair (comparing sets that were read): no text comes in.
# - template/: template.c and function_table (keep what was parsed), and all that executes: exec, eval, functions, values, times, escapers.
#   What reads the HTML around the actions is in; it is a row of its own, since text templates would hide what it misses.
# - promql/expr_function: a table and its lookup.
# - model/labels and model/matcher: building, matching, sorting.
TARGETS = {
    "json": ["base/json_read.c", "base/number.c"],
    "yaml": ["base/yaml_doc.c", "base/yaml_position.c", "base/yaml_scalar.c"],
    "rule_file": ["rules/rule_input.c", "rules/rule_manifest.c", "rules/rule_parse.c", "rules/rule_body.c", "rules/rule_check.c", "rules/rule_builder.c",
                  "rules/rule_keys.c", "rules/rule_identity.c"],
    "promql": ["promql/promql.c", "promql/ast.c", "promql/expr_check.c", "promql/expr_duration.c", "promql/expr_format.c", "promql/expr_json.c",
               "promql/expr_lexer.c", "promql/expr_modifier.c", "promql/expr_parser.c", "promql/expr_pretty.c", "promql/expr_quote.c", "promql/expr_scan.c", "promql/expr_selector.c",
               "promql/expr_token.c"],
    "template": ["template/template_lex.c", "template/template_parse.c", "template/template_node.c", "template/template_classify.c",
                 "template/number_literal.c"],
    "template_html": ["template/html_attr.c", "template/html_context.c", "template/html_contextual.c", "template/html_entity.c", "template/html_markup.c",
                      "template/html_script.c", "template/html_strip.c", "template/html_style.c"],
    "request": ["api/parameters.c"],
    "response": ["evaluator/vector_decode.c", "evaluator/vector_read.c", "evaluator/histogram_read.c", "evaluator/histogram_layout.c", "evaluator/histogram_memory.c"],
    "matcher": ["model/matcher_parse.c"],
    "duration": ["model/duration.c"],
    "interval": ["model/time_interval.c", "base/zone_rule.c"],
    "regex": ["base/regex_syntax.c", "base/regex.c"],
}


def build(targets):
    if not (BUILD / "build.ninja").exists():
        subprocess.run(["meson", "setup", BUILD, ROOT, "-Dtests=enabled", "-Db_coverage=true", "-Dbuildtype=debug"],
                       check=True, env={**os.environ, "CC": "gcc"}, stdout=subprocess.DEVNULL)
    subprocess.run(["ninja", "-C", BUILD, *(f"tests/fuzz/{name}_replay" for name in targets)], check=True, stdout=subprocess.DEVNULL)


def replay(target):
    """Only this corpus: counts of earlier runs are removed first."""
    for counts in BUILD.rglob("*.gcda"):
        counts.unlink()
    corpus = ROOT / "tests" / "fuzz" / "corpus" / target
    subprocess.run([BUILD / "tests" / "fuzz" / f"{target}_replay", corpus], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def lines_of(source):
    """{line: times it ran} of one source file; a line of several parts ran when one of them did."""
    (notes,) = BUILD.glob(f"{source.split('/')[0]}/*.p/{pathlib.Path(source).name}.gcno")
    answer = subprocess.run(["gcov", "--json-format", "--stdout", notes], check=True, capture_output=True, cwd=BUILD).stdout
    lines = {}
    for file in json.loads(answer)["files"]:
        if file["file"].endswith(source):
            for line in file["lines"]:
                lines[line["line_number"]] = max(line["count"], lines.get(line["line_number"], 0))
    return lines


def row(indent, name, covered, total):
    print(f"{indent + name:32} {covered:5} of {total:5} lines {100 * covered / total:6.1f} %")


def measure(target, with_missed):
    """Prints the rows of one target; returns whether its total is enough."""
    replay(target)
    files = {source: lines_of(source) for source in TARGETS[target]}
    covered = sum(count > 0 for lines in files.values() for count in lines.values())
    total = sum(map(len, files.values()))
    row("", target, covered, total)
    for source, lines in files.items():
        missed = [number for number, count in sorted(lines.items()) if count == 0]
        row("  ", source, len(lines) - len(missed), len(lines))
        if with_missed and missed:
            print("     ", *missed)
    return 100 * covered >= LIMIT * total


def main():
    wanted = [name for name in sys.argv[1:] if name != "--missed"] or list(TARGETS)
    unknown = [name for name in wanted if name not in TARGETS]
    if unknown:
        print(f"no such target: {', '.join(unknown)}; there are {', '.join(TARGETS)}", file=sys.stderr)
        return 2
    build(wanted)
    short = [name for name in wanted if not measure(name, "--missed" in sys.argv)]
    if short:
        print(f"below {LIMIT} %: {', '.join(short)}")
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main())
