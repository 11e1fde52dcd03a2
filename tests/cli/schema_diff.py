#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Broken files before the schemas and tocsin: schema_diff.py TOCSIN COUNT SEED
What a schema refuses tocsin refuses, always. What tocsin refuses for a fault that shows in one mapping, the schema refuses too."""
import collections
import itertools
import json
import pathlib
import random
import re
import subprocess
import sys
import tempfile

try:
    import jsonschema
    import yaml
except ImportError:
    print("python3-jsonschema or python3-yaml is missing")
    sys.exit(77)
from core_yaml import first_document

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
CONFIG = """
global:
  resolve_timeout: 5m
  http_config: {follow_redirects: true, tls_config: {insecure_skip_verify: false}}
  smtp_from: a@example.org
  smtp_smarthost: mail.example.org:587
  smtp_auth_username: u
  smtp_auth_password: p
  smtp_require_tls: no
  evaluation_interval: 15s
  rule_query_offset: 0
  external_labels: {cluster: a, n: 5, gone: ~}
route:
  receiver: all
  group_by: [alertname]
  group_wait: 30s
  routes:
  - {receiver: all, matchers: ['a="b"', c=~d], continue: true, group_interval: 1h30m}
  - {match: {a: b}, match_re: {c: d.*}, group_by: ['...'], repeat_interval: 1d, routes: [{receiver: all}, ~]}
receivers:
- name: all
  webhook_configs:
  - {url: 'http://127.0.0.1:1/', send_resolved: on, max_alerts: 0x10, timeout: 1.5s}
  - {url_file: /run/url, timeout: 0, http_config: {basic_auth: {username: u, password_file: p}}}
  - {url: 'http://{{ .Receiver }}/', http_config: {authorization: {type: Bearer, credentials: c}, enable_http2: n}}
  email_configs:
  - {to: b@example.org, headers: {X-A: 1}, html: '', text: t, require_tls: true, force_implicit_tls: false, smarthost: 'm:25'}
  security_agent_configs: [{url: 'https://agent/', timeout: 10s, http_config: {bearer_token: t}}]
- {name: 5}
templates: ['*.none']
rule_files: ['*.none']
datasource: {url: 'http://127.0.0.1:9090', timeout: 30s, max_concurrent_queries: 16, max_response_size: 1_048_576, http_config: {bearer_token_file: f}}
remote_write:
- {url: 'http://127.0.0.1:9090/api/v1/write', name: a, remote_timeout: 5s, headers: {X-A: 1}, basic_auth: {username: u, password: p}, queue_config: {capacity: 5, min_backoff: 1s}, send_exemplars: no}
- {url: 'https://b/w', write_relabel_configs: [{source_labels: [a], regex: b, action: drop}], follow_redirects: false, metadata_config: {send: off, send_interval: 1m}}
alerting:
  alert_relabel_configs: [{regex: replica, action: labeldrop}]
  resend_delay: 30s
  resolved_retention: 5m
  notification_batch_size: 64
  alertmanagers:
  - {static_configs: [{targets: ['am:9093'], labels: {a: b}}], basic_auth: {username: u, password: p}, scheme: https, path_prefix: /am, timeout: 5s}
  - {file_sd_configs: [{files: ['*.json'], refresh_interval: 1m}], relabel_configs: [{source_labels: [a], regex: b, action: keep}], api_version: v2, follow_redirects: no}
storage: {ballast_size: 0}
web: {listen_address: ':9093', external_url: 'https://example.org/x'}
"""

# As written; two spaces between. Not what only its spelling makes no number for us: 00, 1e3, 010, or a word in quotes.
SCALARS = re.split(r" {2,}|\n", """~  ''  0  5  -5  1.5  .5  0x10  0o17  0b11  1_000  -0x1  2000  9999999999999  true  False  yes  off  Y
5m  1h30m  30s  0s  0ms  0m  5min  5M  1m1h  1.5s  -5s  +1h  1h0  .5h  ms  '5m'  1y2w3d  0h1ms  5m5m
abc  a=b  'a!~b'  '{}'  ' '  'a:'  '...'  http://x  https://x:1/p  ftp://x  http://  HTTP://x  'http://a b'  'http://a:'  'http://a:p'  'http://a:1:2'  'http://[::1]:p'  'http://[::1]:9/'  'http://u:p@h:9'  'http://u:p@'  '{{ .X }}'
x:25  x:0  :25  'x:'  ':'  x:65535  x:65536  x:99999  '[::1]:9093'  x:http  __name__  'up == 0'  .inf  .nan  2001-01-01  null  up  'job:x'  '{a}'  ä""")
CONTAINERS = ["[]", "{}", "[a]", "[~]", "[[a]]", "{a: b}", "{a: ~}", "{a: [b]}", "{__name__: a}", "{'': a}", "[{}]"]
KEYS = """name alert record expr for keep_firing_for labels annotations interval limit rules groups receiver routes matchers match continue url url_file to timeout route receivers
nonsense For remote_write slack_configs inhibit_rules query_offset global group_by http_config send_resolved __name__ min_version headers""".split()

# Faults that a schema can see.
VISIBLE = re.compile(r"^(?!.*could not parse expression).*(unknown key|expected a (list|map|scalar), found|expected true or false|expected an integer|is missing|is not supported|not a valid duration string|unknown unit"
                     r"|empty duration|time: (invalid duration|missing unit|unknown unit)|\": (0x)?-?[0-9]+ is out of range, expected|must be greater than 0|port cannot be empty|one of url or url_file"
                     r"|at most one of url & url_file|bad address .* expected \"host:port\"|for URL|parse (\".*\"|a secret URL): |expected digits for a port|invalid label name: (__name__)?$|invalid annotation name: $|Groupname must not be empty"
                     r"|missing name in receiver|one of 'record' or 'alert'|only one of 'record' and 'alert'|invalid field|'expr' must be set|root route must|cannot have continue in root|no routes? provided|missing to address|expected http or https, found|expected v2, found)")


def parse(node):
    """A tree of ["map", [[key, value]…]], ["list", [value…]] and ["scalar", text as written in a flow]."""
    if isinstance(node, yaml.MappingNode):
        return ["map", [[parse(key)[1], parse(value)] for key, value in node.value]]
    if isinstance(node, yaml.SequenceNode):
        return ["list", [parse(item) for item in node.value]]
    is_plain = node.style is None and re.fullmatch(r"[\w.+~/-]([\w .+~/=@-]|:(?=\w))*", node.value)
    return ["scalar", node.value if is_plain else "" if node.style is None and node.value == "" else json.dumps(node.value)]


def write(tree):
    kind, content = tree
    if kind == "map":
        return "{" + ", ".join(f"{key}: {write(value)}" for key, value in content) + "}"
    return "[" + ", ".join(map(write, content)) + "]" if kind == "list" else content or "~"


def nodes(tree, found):
    found.append(tree)
    for item in tree[1] if tree[0] != "scalar" else []:
        nodes(item[1] if tree[0] == "map" else item, found)
    return found


def mutate(tree, chance):
    """One change, in place."""
    node = chance.choice(nodes(tree, []))
    kind, content = node
    if kind == "map" and content and chance.random() < 0.8:
        at = chance.randrange(len(content))
        what = chance.randrange(3)
        if what == 0:
            del content[at]
        elif what == 1:
            content[at][0] = chance.choice(KEYS)
        else:
            content.append([chance.choice(KEYS), ["scalar", chance.choice(SCALARS)]])
    elif kind == "list" and content and chance.random() < 0.4:
        content.append(json.loads(json.dumps(chance.choice(content)))) if chance.random() < 0.5 else content.pop()
    else:
        node[:] = ["scalar", chance.choice(SCALARS if chance.random() < 0.75 else CONTAINERS)]


def make(seeds, chance):
    """A file that both sides can read as YAML, without repeated keys."""
    while True:
        tree = json.loads(json.dumps(chance.choice(seeds)))
        for _ in range(chance.choice([1, 1, 1, 2, 3])):
            mutate(tree, chance)
        keys = [[key for key, _ in node[1]] for node in nodes(tree, []) if node[0] == "map"]
        text = write(tree)
        if any(len(set(of_one)) < len(of_one) for of_one in keys):
            continue
        try:
            return text, first_document(text)
        except yaml.YAMLError:
            continue


def judge(binary, command, directory, texts):
    """Of each text tocsin's errors."""
    paths = [directory / f"{i}.yml" for i in range(len(texts))]
    for path, text in zip(paths, texts):
        path.write_text(text + "\n")
    run = subprocess.run([binary, "check", command, *map(str, paths)], capture_output=True, text=True, timeout=100)
    refused = re.findall(r"^  (SUCCESS|FAILED)", run.stdout, re.M)
    assert len(refused) == len(texts), run.stderr[-500:]
    errors = collections.defaultdict(list)
    for number, message in re.findall(r"^\S*/(\d+)\.yml:(?:\d+:\d+:)? error: (.*)$", run.stderr, re.M):
        errors[int(number)].append(message)
    return [errors[i] if verdict == "FAILED" else [] for i, verdict in enumerate(refused)]


def compare(binary, command, schema, seeds, count, chance):
    validator = jsonschema.Draft202012Validator(json.loads((ROOT / "schemas" / schema).read_text()))
    made = [make(seeds, chance) for _ in range(count)]
    with tempfile.TemporaryDirectory() as directory:
        errors = [wrong for i in range(0, count, 250) for wrong in judge(binary, command, pathlib.Path(directory), [text for text, _ in made[i:i + 250]])]
    tally, differences = collections.Counter(), 0
    for (text, document), wrong in zip(made, errors):
        complaint = jsonschema.exceptions.best_match(validator.iter_errors(document))
        visible = [message for message in wrong if VISIBLE.search(message)]
        tally["refused by both" if complaint and wrong else "taken by both" if not complaint and not wrong else "refused by tocsin alone"] += 1
        if (complaint and not wrong) or (visible and not complaint):
            differences += 1
            print(f"DIFFERENCE in {command}: {text}\n  schema: {complaint.message if complaint else 'good'}\n  tocsin: {wrong or 'good'}")
    print(f"check {command}: {count} files,", ", ".join(f"{tally[what]} {what}" for what in sorted(tally)))
    assert tally["taken by both"] > count / 20 and tally["refused by both"] > count / 3, "the files made are too much alike"
    return differences


def spell(chance):
    """Spellings of booleans, integers and durations, each with a file that has it: what is good is the same for both."""
    words = {"".join(letters) for word in "true false yes no on off y n".split() for letters in itertools.product(*({c, c.upper()} for c in word))}
    numbers = "0 1 -1 +1 0x1F 0X1F 0o17 0b101 0b2 1_0 _1 1__0 -0x1f +0o7 -0b1 0x 0b 0o8 1.5 .5 abc 12a".split()
    spans = {"".join(str(chance.choice([0, 1, 30])) + unit for unit in chance.choices("y w d h m s ms x".split(), k=chance.randrange(1, 4))) for _ in range(300)}
    for word in sorted(words):
        yield f"global: {{smtp_require_tls: {word}}}"
    for number in numbers:
        yield f"receivers: [{{name: a, webhook_configs: [{{url: 'http://x', max_alerts: {number}}}]}}]" if not re.match("[-+]", number) else f"storage: {{ballast_size: {number.lstrip('-+')}}}"
    for span in sorted(spans | {"0", "0s", "1h30m", "m", "1", "''"}):
        yield f"global: {{resolve_timeout: {span}}}"
        yield f"global: {{evaluation_interval: {span}}}"


def compare_spellings(binary, schema, chance):
    validator = jsonschema.Draft202012Validator(json.loads((ROOT / "schemas" / schema).read_text()))
    texts = [f"route: {{receiver: a}}\n{text}" + ("" if "receivers" in text else "\nreceivers: [{name: a}]") for text in spell(chance)]
    with tempfile.TemporaryDirectory() as directory:
        errors = judge(binary, "config", pathlib.Path(directory), texts)
    differences = [text for text, wrong in zip(texts, errors) if bool(wrong) == validator.is_valid(first_document(text))]
    print(f"spellings: {len(texts)}, of which {sum(map(bool, errors))} are refused")
    for text in differences:
        print("DIFFERENCE:", repr(text))
    return len(differences)


def main():
    binary, count, chance = sys.argv[1], int(sys.argv[2]), random.Random(int(sys.argv[3]))
    texts = [path.read_text(encoding="utf-8-sig") for path in sorted((ROOT / "tests" / "cases" / "rules").glob("*.ok.yml"))]
    rules = [yaml.compose(text.split("\n---")[0]) for text in texts if not re.search("!!|kind|\t", text)]
    differences = compare(binary, "rules", "rules.schema.json", [parse(node) for node in rules if node is not None], count, chance)
    differences += compare(binary, "config", "tocsin.schema.json", [parse(yaml.compose(CONFIG))], count, chance)
    differences += compare_spellings(binary, "tocsin.schema.json", chance)
    print("differences:", differences)
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
