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

NEW_FUNCTIONS = "histogram_avg|histogram_stddev|histogram_stdvar|first_over_time"
# (what Prometheus 3 takes and 2.42 refuses, 2.42's words for that)
NEWER = [
    ("durations are numbers", r'unexpected duration "'),
    ("a duration is an argument", r"trailing commas not allowed in function call args"),
    ("numbers are durations", r"missing unit character in duration|bad duration syntax|unexpected number .* in (offset|subquery|range|subquery selector|subquery or range)"),
    ("numbers and durations may have a dot or exponent in brackets", r'not a valid duration string: "[^"]*[.eExX_]'),
    ("offsets can be computed, signed and zero", r"in offset, expected duration|duration must be greater than 0"),
    ("durations can be computed", r"unexpected colon|unexpected (character: '.', expected ':'|left parenthesis|.* in (subquery|range|subquery selector|subquery or range))|unexpected <op:.> in"),
    ("names can be quoted", r"unexpected string .* in (label matching|grouping opts)"),
    ("numbers can have underscores", r"bad number or duration syntax"),
    ("new functions", rf'unknown function with name "({NEW_FUNCTIONS})"'),
    ("trim operators", r'unexpected <op:[/<>]>'),
    ("label lists take colons", r"unexpected metric identifier .* in grouping opts, expected label"),
    ("dots match newlines, and more is allowed in a pattern", r"error parsing regexp"),
]
# (what 2.42 takes and Prometheus 3 refuses, tocsin's words for that)
GONE = [
    ("holt_winters was renamed", r'unknown function with name "holt_winters"'),
]
# What prints differently: Prometheus 3 puts a space before label lists, keeps ignoring () before group_left
# and an empty __name__, and writes large numbers out.
SPACED = re.compile(r"\b(by|without|on|ignoring|group_left|group_right) \(")
EMPTY_IGNORING = re.compile(r" ignoring\(\) group_(left|right)\([^)]*\)")
NUMBER = re.compile(r"\b\d+(\.\d+)?(e[+-]\d+)?\b")


def ask_promtool(expressions, directory):
    """The refusals: number of the rule (from 0) -> promtool's message."""
    path = Path(directory) / "rules.yml"
    rules = "".join(f"  - {{record: r, expr: {json.dumps(text)}}}\n" for text in expressions)
    path.write_text("groups:\n- name: g\n  rules:\n" + rules, encoding="utf-8")
    done = subprocess.run(["promtool", "check", "rules", str(path)], capture_output=True, text=True, check=False)
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


def excuse(rows, message):
    return next((name for name, words in rows if re.search(words, message)), None)


def compare_refusals(expressions, answers, refused):
    different, excused = 0, {}
    for at, (text, answer) in enumerate(zip(expressions, answers)):
        if answer["ok"] != (at in refused):
            continue
        reason = excuse(NEWER, refused[at]) if answer["ok"] else excuse(GONE, answer["errors"][0])
        if reason is None:
            different += 1
            print(f"{text!r}\n  tocsin:   {answer.get('text') or answer['errors'][0]}\n  promtool: {refused.get(at, 'accepts')}")
        else:
            excused[reason] = excused.get(reason, 0) + 1
    for reason, count in sorted(excused.items()):
        print(f"excused {count}: {reason}")
    return different


def comparable(form):
    form = EMPTY_IGNORING.sub("", SPACED.sub(r"\1(", form)).replace('__name__="",', "")
    return NUMBER.sub(lambda number: repr(float(number.group())), form)


def compare_forms(expressions, answers, forms):
    different = 0
    for text, answer, form in zip(expressions, answers, forms):
        if comparable(answer["text"]) != comparable(form):
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
