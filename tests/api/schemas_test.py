#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""schemas/: whole, as wide as the examples and Prometheus' trees, and no wider: an example that lacks a required member or has an unknown one
is refused.   schemas_test.py"""
import copy
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "harness"))
import schemas  # noqa: E402

METHODS = {"get", "put", "post", "delete"}


def references(value):
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        value = list(value.values())
    for item in value if isinstance(value, list) else []:
        yield from references(item)


def check_document(api):
    for name, schema in api.document["components"]["schemas"].items():
        schemas.jsonschema.Draft202012Validator.check_schema(schema)
        assert re.fullmatch(r"[A-Z][A-Za-z]+", name), name
    used = set(references(api.document))
    for reference in used:
        api.resolver.resolve(reference)
    kept = {f"#/components/{kind}/{name}" for kind, parts in api.document["components"].items() for name in parts}
    assert kept == used, kept ^ used
    names = [operation["operationId"] for path in api.document["paths"].values() for operation in path.values()]
    assert len(names) == len(set(names)), names


def check_routes(api, prefix):
    """The document has the routes of docs/api.md, which a test of the running program compares with its own list."""
    rows = re.findall(r"^\| (\w+) \| `([^`]*)` \| (.*) \|$", (ROOT / "docs" / "api.md").read_text(), re.M)
    wanted = {(method.lower(), path) for method, path, _ in rows if path.startswith(prefix)}
    given = {(method, path) for path, item in api.document["paths"].items() for method in item if method in METHODS}
    assert wanted and given == wanted, given ^ wanted


def objects(value):
    if isinstance(value, dict):
        yield value
    for item in value.values() if isinstance(value, dict) else value if isinstance(value, list) else []:
        yield from objects(item)


def check_strictness(validator, example, is_map):
    """Each object of an example, with a member more."""
    for at, before in enumerate(objects(example)):
        changed = copy.deepcopy(example)
        if is_map(before):
            continue
        list(objects(changed))[at]["unheard-of"] = 1
        assert not validator.is_valid(changed), f"an unknown member is taken: {before}"


def check_required(validator, example, optional):
    """Each member of each object of an example left out: those that may be are named by the test."""
    for at, before in enumerate(objects(example)):
        for name in before:
            changed = copy.deepcopy(example)
            del list(objects(changed))[at][name]
            if validator.is_valid(changed):
                assert name in optional, f"{name} may be left out of {before}"


def is_map(value):
    """Label sets, resources by name: any member is fine."""
    return all(isinstance(item, str) for item in value.values()) and not {"status", "type", "url", "name", "yaml", "version", "uid"} & set(value)


def check_examples(validators):
    seen = set()
    for path in sorted((schemas.SCHEMAS / "examples").glob("*.json")):
        kind = path.name.split(".")[0]
        example = json.loads(path.read_text())
        found = schemas.problems(validators[kind], example)
        assert not found, (path.name, found)
        check_strictness(validators[kind], example, is_map)
        check_required(validators[kind], example, OPTIONAL)
        seen.add(kind)
    assert seen == set(validators), seen ^ set(validators)


def check_trees(api):
    """All of Prometheus' trees are taken; the shortest of each kind is changed."""
    node, shortest = api.component("Node"), {}
    for line in (ROOT / "tests" / "cases" / "promql" / "trees.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        tree = json.loads(row["tree"])
        assert node.is_valid(tree), (row["expr"], schemas.problems(node, tree))
        for kind in (tree["type"], "durationExpr" if "durationExpr" in row["tree"] else tree["type"]):
            if len(row["tree"]) < len(shortest.get(kind, row)["tree"]) or kind not in shortest:
                shortest[kind] = row
    for row in shortest.values():
        check_strictness(node, json.loads(row["tree"]), lambda value: False)
        check_required(node, json.loads(row["tree"]), set())
    return len(shortest)


# What an example may lack: labels, and members that are there only when there is something to say.
OPTIONAL = {"alertname", "severity", "category", "policy", "domain", "cluster", "node", "instance", "job", "rack", "room", "kind", "summary", "description", "recommended_action",
            "text", "to", "shard", "web.external-url", "web.listen-address", "groupNextToken", "keepFiringSince", "lastError", "warnings", "error", "application", "sequence", "attacks"}


def main():
    api = schemas.Api("api_v1.yaml")
    check_document(api)
    check_routes(api, "/api/v1/")
    validators = {"webhook": schemas.of_file("webhook.schema.json"), "event": schemas.of_file("event.schema.json")}
    validators |= {f"api_v1_{name}": api.component(name) for name in api.document["components"]["schemas"] if name.endswith("Answer")} | {"api_v1_Error": api.component("Error")}
    check_examples(validators)
    print(f"schemas: {len(validators)} with examples, {check_trees(api)} kinds of nodes")


if __name__ == "__main__":
    main()
