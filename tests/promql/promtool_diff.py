# SPDX-License-Identifier: Apache-2.0
"""Asks Debian's Prometheus 2.42 (promtool, and the rules API for normal forms) and tocsin about the same random expressions, right and broken.
Both must refuse the same ones and print the others alike. What Prometheus 3 changed is listed below, each with the words by which it shows.

promtool_diff.py PROBE [COUNT [SEED]]      exit status: 0 the same, 1 different, 77 no promtool or another version of it
"""
import json
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from expression_maker import make_expressions

LENGTH = r"(?:\d+(?:ms|[smhdwy]))+"
SPAN = r"(?i:step|range|max_of|min_of)\b"
NOTE = r"(?:\s|#[^\n]*\n)*"
# (what Prometheus 3 takes and 2.42 refuses, 2.42's words for that, what stands around the place it names, which is the |)
NEWER = [
    ("durations are numbers", r'unexpected duration "[^"]*"(\.\.\.)?( in (aggregation|@, expected timestamp|grouping opts, expected "\("))?', rf"\|{LENGTH}"),
    ("a duration is an argument", r"trailing commas not allowed in function call args", rf"\|,{NOTE}[+-]*{NOTE}{LENGTH}"),
    ("numbers are durations", r'unexpected number "[^"]*"(\.\.\.)? in (offset, expected duration|subquery selector, expected duration or "]")', rf"(?i:offset){NOTE}-?{NOTE}\|[\d.]|:{NOTE}\|[\d.]"),
    ("brackets hold more than a duration", r"missing unit character in duration", rf"[\[:]{NOTE}\|[\d.(+-]"),
    ("numbers have exponents and prefixes in brackets", r"bad duration syntax: .*", r"\|(\d+[eE]|0[xXbo]|\d*\.)"),
    ("offsets have a plus", r"unexpected <op:\+> in offset, expected duration", rf"(?i:offset){NOTE}\|\+"),
    ("offsets are computed", r'unexpected ("\("|<op:[+-]>|identifier ".*"(\.\.\.)?) in offset, expected duration', rf"(?i:offset){NOTE}[+-]*{NOTE}\|(\(|[+-]|{SPAN})"),
    ("offsets are zero", r"duration must be greater than 0", rf"(?i:offset){NOTE}-?{NOTE}\|(0+(ms|[smhdwy]))+"),
    ("durations are computed from others", r'unexpected (<op:[-+*/%^]>|"\(") in subquery (or range, expected ":" or "]"|selector, expected (duration or )?"]")', r"\|[-+*/%^(]"),
    ("durations are computed from zero", r"duration must be greater than 0", rf"[\[:]{NOTE}\|0+(ms|[smhdwy]){NOTE}[-+*/%^]"),
    ("durations are computed from functions", r"""bad duration syntax: ".*"|unexpected colon '.'""", rf"[\[:]{NOTE}\|{SPAN}"),
    ("names can be quoted", r'unexpected string .* in (label matching, expected identifier or "}"|grouping opts, expected label)', r"""[{(,]\s*(#[^\n]*\n\s*)*\|["'`]"""),
    ("numbers can have underscores", r"bad (number or )?duration syntax: .*", r"\|[\d.xXa-fA-F+-]*_"),
    ("new functions", r'unknown function with name "(histogram_avg|histogram_stddev|histogram_stdvar|first_over_time)"', r"\|[a-z]"),
    ("trim operators", r"unexpected <op:/>( in aggregation)?", r"[<>]\|/"),
    ("patterns without special characters are not compiled", r"error parsing regexp: invalid UTF-8: .*", r"""\|[^|]*~\s*["'][^"']*\\x"""),
    ("label lists take colons", r'unexpected metric identifier .* in grouping opts, expected label', rf"[(,]{NOTE}\|\w*:"),
]
# (what 2.42 takes and Prometheus 3 refuses, tocsin's words for that, as above)
GONE = [
    ("holt_winters was renamed", r'unknown function with name "holt_winters"', r"\|holt_winters\b"),
    ("a unit may not stand alone", r"unexpected character: '[smhdwy]', expected ':'", r"\[\w+\s+\|[smhdwy]\b"),
]
# What prints differently: Prometheus 3 keeps ignoring () with its group_left where 2.42 prints neither, keeps an empty __name__, and writes
# large numbers out (not those in strings).
STRING = re.compile(r'("(?:\\.|[^"\\])*")')
EMPTY_IGNORING = re.compile(r" ignoring \(\) group_(left|right) \([^)]*\)")
EMPTY_NAME = re.compile(r'(?<=[{,])__name__="",|,?__name__=""(?=})')
NUMBER = re.compile(r"\b\d+(\.\d+)?(e[+-]\d+)?\b")


def ask_promtool(expressions, directory):
    """The refusals: number of the rule (from 0) -> promtool's message."""
    path = Path(directory) / "rules.yml"
    rules = "".join(f"  - {{record: r, expr: {json.dumps(text)}}}\n" for text in expressions)
    path.write_text("groups:\n- name: g\n  rules:\n" + rules, encoding="utf-8")
    done = subprocess.run(["promtool", "check", "rules", str(path)], capture_output=True, encoding="utf-8", errors="replace", check=False)
    refused = {int(at) - 1: why for at, why in re.findall(r'group "g", rule (\d+), "r": could not parse expression: (.*)', done.stderr)}
    if done.returncode != 0 and not refused:
        sys.exit("promtool refused the file: " + done.stderr[:500])
    return refused


def ask_tocsin(probe, expressions):
    data = b"".join(b"0" + text.encode() + b"\0" for text in expressions)
    lines = subprocess.run([probe], input=data, stdout=subprocess.PIPE, check=True).stdout.decode().splitlines()
    return [json.loads(line) for line in lines]


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def fetch_rules(port, server):
    for _ in range(200):
        if server.poll() is not None:
            return None
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/rules", timeout=10) as reply:
                groups = json.load(reply)["data"]["groups"]
            if groups:
                return [rule["query"] for rule in groups[0]["rules"]]
        except OSError:
            pass
        time.sleep(0.1)
    return None


def ask_prometheus(expressions, directory):
    """Their normal forms, or None when there is no server to ask."""
    if shutil.which("prometheus") is None:
        return None
    rules = "".join(f"  - {{record: r, expr: {json.dumps(text)}}}\n" for text in expressions)
    (Path(directory) / "good.yml").write_text("groups:\n- name: g\n  interval: 10h\n  rules:\n" + rules, encoding="utf-8")
    config = Path(directory) / "prometheus.yml"
    config.write_text("rule_files: [good.yml]\n", encoding="utf-8")
    port = free_port()
    server = subprocess.Popen(["prometheus", f"--config.file={config}", f"--web.listen-address=127.0.0.1:{port}", f"--storage.tsdb.path={directory}/data"],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        return fetch_rules(port, server)
    finally:
        server.kill()
        server.wait()


def around(text, line, column):
    """The text with a | at the place that a message names, in bytes from 1."""
    data = text.encode()
    start = sum(len(before) + 1 for before in data.split(b"\n")[:line - 1])
    at = start + column - 1
    return data[:at].decode(errors="replace") + "|" + data[at:].decode(errors="replace")


def excuse(rows, text, message):
    found = re.fullmatch(r"(\d+):(\d+): parse error: (.*)", message, re.S)
    if not found:
        return None
    place = around(text, int(found.group(1)), int(found.group(2)))
    return next((name for name, words, there in rows if re.fullmatch(words, found.group(3), re.S) and re.search(there, place)), None)


def compare_refusals(expressions, answers, refused):
    different, excused = 0, {}
    for at, (text, answer) in enumerate(zip(expressions, answers)):
        if answer["ok"] != (at in refused):
            continue
        reason = excuse(NEWER, text, refused[at]) if answer["ok"] else excuse(GONE, text, answer["errors"][0])
        if reason is None:
            different += 1
            print(f"{text!r}\n  tocsin:   {answer.get('text') or answer['errors'][0]}\n  promtool: {refused.get(at, 'accepts')}")
        else:
            excused[reason] = excused.get(reason, 0) + 1
    for reason, count in sorted(excused.items()):
        print(f"excused {count}: {reason}")
    return different


def as_older(form):
    """How 2.42 would print what tocsin prints."""
    return EMPTY_NAME.sub("", EMPTY_IGNORING.sub("", form))


def with_plain_numbers(form):
    parts = STRING.split(form) # strings are the odd ones
    return "".join(part if at % 2 else NUMBER.sub(lambda number: repr(float(number.group())), part) for at, part in enumerate(parts))


def compare_forms(expressions, answers, forms):
    different = 0
    for text, answer, form in zip(expressions, answers, forms):
        if with_plain_numbers(as_older(answer["text"])) != with_plain_numbers(form):
            different += 1
            print(f"{text!r}\n  tocsin:     {answer['text']}\n  Prometheus: {form}")
    return different


def main():
    probe, count, seed = sys.argv[1], int((sys.argv[2:3] or [3000])[0]), int((sys.argv[3:4] or [1])[0])
    version = subprocess.run(["promtool", "--version"], capture_output=True, text=True, check=False).stdout if shutil.which("promtool") else ""
    if "version 2.42" not in version:
        print("no promtool 2.42")
        return 77
    expressions = make_expressions(seed, count, False) + make_expressions(seed, count // 3, True)
    expressions = [text for text in dict.fromkeys(expressions) if "\0" not in text]
    answers = ask_tocsin(probe, expressions)
    with tempfile.TemporaryDirectory() as directory:
        refused = ask_promtool(expressions, directory)
        good = [at for at, answer in enumerate(answers) if answer["ok"] and at not in refused]
        forms = ask_prometheus([expressions[at] for at in good], directory)
    different = compare_refusals(expressions, answers, refused)
    if forms is None:
        print("no Prometheus to compare normal forms with")
    else:
        different += compare_forms([expressions[at] for at in good], [answers[at] for at in good], forms)
    print(f"{len(expressions)} expressions, {len(refused)} refused by promtool, {len(forms or [])} normal forms compared, {different} unexplained differences")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
