# SPDX-License-Identifier: Apache-2.0
"""YAML as editors read it: plain scalars typed by YAML 1.2's core schema, merge keys resolved, keys as texts."""
import json
import re

import yaml


class CoreLoader(yaml.SafeLoader):
    yaml_implicit_resolvers = {}
    yaml_constructors = {}

    def construct_core_mapping(self, node, deep=True):
        self.flatten_mapping(node)
        return {key.value if isinstance(key, yaml.ScalarNode) else repr(key): self.construct_object(value, deep=True) for key, value in node.value}

    def construct_int(self, node):
        text = node.value
        return int(text, 16) if text.startswith("0x") else int(text[2:], 8) if text.startswith("0o") else int(text)

    def construct_float(self, node):
        return float(re.sub(r"^([-+]?)\.(inf|Inf|INF|nan|NaN|NAN)$", r"\1\2", node.value))


CORE = [
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", list("-+0123456789")),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)", list("-+.0123456789")),
    ("merge", r"<<", ["<"]),
]
for _tag, _pattern, _first in CORE:
    CoreLoader.add_implicit_resolver("tag:yaml.org,2002:" + _tag, re.compile(f"^(?:{_pattern})$"), _first)
for _kind in "null", "str", "seq":
    CoreLoader.add_constructor("tag:yaml.org,2002:" + _kind, yaml.SafeLoader.yaml_constructors["tag:yaml.org,2002:" + _kind])
CoreLoader.add_constructor("tag:yaml.org,2002:map", CoreLoader.construct_core_mapping)
CoreLoader.add_constructor("tag:yaml.org,2002:int", CoreLoader.construct_int)
CoreLoader.add_constructor("tag:yaml.org,2002:float", CoreLoader.construct_float)
CoreLoader.add_constructor("tag:yaml.org,2002:bool", lambda loader, node: node.value.lower() == "true")
CoreLoader.add_constructor(None, lambda loader, node: loader.construct_scalar(node))  # a tag editors do not know


def first_document(text):
    """The first document of a text as a JSON value, None without any. Raises yaml.YAMLError."""
    try:
        return next(yaml.load_all(text, CoreLoader), None)
    except yaml.YAMLError:
        try:
            return json.loads(text)  # with tabs, which PyYAML takes for none
        except ValueError:
            pass
        raise
