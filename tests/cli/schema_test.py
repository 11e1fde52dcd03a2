#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""schemas/*.schema.json are what the key tables say, are valid themselves, and take every good file we have: schema_test.py TOCSIN
Regenerate: make generate"""
import ast
import difflib
import json
import pathlib
import re
import subprocess
import sys
import textwrap

try:
    import jsonschema
    import yaml
except ImportError:
    print("python3-jsonschema or python3-yaml is missing")
    sys.exit(77)
from core_yaml import first_document

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
RULE_CASES = ROOT / "tests" / "cases" / "rules"

# Broken rule files whose fault is seen without knowing PromQL, templates or other mappings.
SEEN = """bad_durations bad_label_names bad_limit file_is_a_list file_is_a_word group_is_a_word groups_is_a_map
neither_record_nor_alert no_expression no_group_name record_and_alert recording_rule_with_alert_fields rule_is_a_word unknown_keys wrong_types""".split()

failures = []


def check(holds, *what):
    if not holds:
        failures.append(what)
        print("FAILED:", *what)


def check_written(binary, command, path):
    printed = subprocess.run([binary, "check", command, "--print-schema"], capture_output=True, text=True, check=True).stdout
    written = path.read_text() if path.exists() else ""
    sys.stdout.writelines(difflib.unified_diff(written.splitlines(True), printed.splitlines(True), str(path), "the key tables"))
    check(printed == written, path.name, "is not what the key tables say")
    schema = json.loads(printed)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def complaints(validator, text):
    return [f"{list(error.absolute_path)}: {error.message}" for error in validator.iter_errors(first_document(text))]


def check_rule_cases(validator):
    for path in sorted(RULE_CASES.glob("*.yml")):
        name, verdict = path.name.split(".")[:2]
        try:
            text = path.read_text(encoding="utf-8-sig")
            document, found = first_document(text), complaints(validator, text)
        except yaml.YAMLError:
            check(verdict == "fail", path.name, "cannot be read")
            continue
        if isinstance(document, dict) and "kind" in document:
            continue  # a Kubernetes object around rules has a schema of its own
        if verdict == "ok":
            check(not found, path.name, "is refused:", found[:3])
        elif name in SEEN:
            check(found, path.name, "is taken")
    check(all((RULE_CASES / f"{name}.fail.yml").exists() for name in SEEN), "a case is gone")


def check_examples(rules, config):
    """The YAML of the documentation: what has groups is a rule file, all else a configuration or a part of one."""
    seen = set()
    for path in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        for block in re.findall(r"^```ya?ml\n(.*?)^```", path.read_text(), re.M | re.S):
            kind, validator = ("rules", rules) if re.search("^groups:", block, re.M) else ("config", config)
            seen.add(kind)
            if kind == "config" and not re.search("^route:", block, re.M):
                block += "route: {receiver: of the rest}\n"  # a part is shown
            check(not complaints(validator, block), path.name, complaints(validator, block)[:3], block)
    check(seen == {"rules", "config"}, "README.md has no examples of", {"rules", "config"} - seen)


def check_lint_words(config):
    """Findings and severities are words of the program's own tables."""
    part = "route: {receiver: a}\nreceivers: [{name: a}]\nlint: %s\n"
    for good in "{disabled: [rule-order]}", "{severity: {rule-order: info}}":
        check(not complaints(config, part % good), good, "is refused")
    for bad in "{disabled: [rule-ordr]}", "{disabled: [null]}", "{severity: {rule-ordr: info}}", "{severity: {rule-order: fatal}}":
        check(complaints(config, part % bad), bad, "is taken")


def string_constants(path):
    """Texts of a script, with what is still to be filled in left as it is."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value.replace("{{", "{").replace("}}", "}") if "{{" in node.value and "{{ $" not in node.value else node.value


def check_scripts(rules, config):
    """The configurations and rule files that the demo and the system tests write, where they stand as a whole."""
    seen = 0
    for path in [ROOT / "tools" / "demo.py", *sorted((ROOT / "tests" / "system").glob("*.py"))]:
        for text in string_constants(path):
            text = textwrap.dedent(re.sub(r"\{[a-z_.]+\}", "http://h:1", text))
            is_rules, is_config = text.startswith("groups:\n"), re.search(r"^route:", text, re.M) and re.search(r"^receivers:\n", text, re.M)
            if not is_rules and not is_config:
                continue
            seen += 1
            found = complaints(rules if is_rules else config, text)
            check(not found, path.name, found[:3], text)
    check(seen >= 5, "only", seen, "files found in scripts")


def main():
    rules = check_written(sys.argv[1], "rules", ROOT / "schemas" / "rules.schema.json")
    config = check_written(sys.argv[1], "config", ROOT / "schemas" / "tocsin.schema.json")
    check_rule_cases(rules)
    check_examples(rules, config)
    check_lint_words(config)
    check_scripts(rules, config)
    print("schemas:", f"{len(failures)} failures" if failures else "all good")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
