# SPDX-License-Identifier: Apache-2.0
"""What schemas/ says of answers and messages. For tests in Python; without python3-jsonschema or python3-yaml they are skipped."""
import json
import pathlib
import sys

try:
    import jsonschema
    import yaml
except ImportError:
    print("python3-jsonschema or python3-yaml is missing")
    sys.exit(77)

SCHEMAS = pathlib.Path(__file__).resolve().parents[2] / "schemas"


def problems(validator, value):
    """What is wrong with a value, one text each: where, and what."""
    return [f"{'/'.join(str(step) for step in error.absolute_path) or '.'}: {error.message[:300]}" for error in validator.iter_errors(value)]


def of_file(name):
    """The validator of a JSON Schema: webhook.schema.json."""
    schema = json.loads((SCHEMAS / name).read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


class Api:
    """An OpenAPI document: api_v1.yaml."""

    def __init__(self, name):
        self.document = yaml.safe_load((SCHEMAS / name).read_text())
        self.resolver = jsonschema.RefResolver.from_schema(self.document)

    def validator(self, schema):
        return jsonschema.Draft202012Validator(schema, resolver=self.resolver)

    def component(self, name):
        return self.validator({"$ref": f"#/components/schemas/{name}"})

    def resolved(self, value):
        return self.resolver.resolve(value["$ref"])[1] if "$ref" in value else value

    def answer(self, path, status, method="get"):
        """What is said of the JSON of an answer; None where the status has none. KeyError where the document does not know it."""
        answer = self.resolved(self.document["paths"][path][method]["responses"][str(status)])
        content = answer.get("content", {}).get("application/json")
        return None if content is None else self.validator(content["schema"])

    def check(self, path, status, body, method="get"):
        """Fails unless the body is as the document says."""
        found = problems(self.answer(path, status, method), json.loads(body))
        assert not found, (path, status, found[:5])
