# SPDX-License-Identifier: Apache-2.0
"""Asks Debian's promtool 2.42 and tocsin about the same random rule files, right and broken. Both must accept the same ones with the same
number of rules, and refuse with the same words where the words are Prometheus' own. What Prometheus 3 changed is listed below.

rule_file_diff.py PROBE [COUNT [SEED]]      exit status: 0 the same, 1 different, 77 no promtool or another version of it
"""
import json
import random
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

# (what tocsin accepts as Prometheus 3 does, 2.42's words for refusing it)
NEWER = [
    ("groups have labels and query_offset", r"field (labels|query_offset) not found in type rulefmt\.RuleGroup"),
    ("a null name is no name", r', "~": '),
    ("durations can be computed", r"missing unit character in duration|bad duration syntax|not a valid duration string.*parse error|parse error: not a valid duration"),
    ("names are UTF-8", r"invalid (label|annotation) name|invalid recording rule name"),
]
# (what promtool accepts and tocsin refuses on purpose, tocsin's words)
STRICTER = [
    ("a null name is no name", r"one of 'record' or 'alert' must be set"),
    ("a null key is no known key", r'unknown key ""'),
    ("a limit is a whole number", r'"limit": expected an integer'),
    ("text after the first document is no rest to ignore", r"yaml: the document ends before this line"),
    ("an expression that is an alias is the anchor's text; 2.42 read the anchor's name", r"could not parse expression|field 'expr' must be set"),
]
OWN_WORDS = re.compile(r"group \"|Groupname must not|groupname: ")

EXPRESSIONS = ["up", "up == 0", "sum(rate(x[5m])) by (job) > 1", "1", "rate(x[5m])", '"text"', "up[5m]", "absent(up{job='a'})",
               "sum(", "up +", "rate(up)", "foo bar", "up{a=}", ")", "", " ", "nosuch(up)", "sum by (a", "1 and 2"]
TEXTS = ["plain", "'{{ $labels.job }}'", "'{{ $value | humanize }}'", "5", "true", "~", "''", "0x10", "2020-01-01", "!!binary aGk=",
         "'{{ $nope }}'", "'{{ nofunc }}'", "'{{ .x'", "'{{ end }}'", "'{{ if }}'", "[a]", "{a: b}", "'{{ range .Labels }}{{ . }}{{ end }}'"]
NAMES = ["severity", "team", "a", "job", "_x", "a1", "__name__", "9", "a-b", "''", "über"]
DURATIONS = ["5m", "0s", "0", "1h30m", "~", "''", "300", "5 min", "1m1h", "1.5h", "-1m", "1y", "'1d'", "[1m]", "x"]
LIMITS = ["0", "5", "-1", "x", "'5'", "~", "0x10", "1_000", "99999999999999999999", "[1]"]


def pick(choices, good):
    """One of the first `good`, mostly; then anything."""
    return random.choice(choices[:good]) if random.random() < 0.93 else random.choice(choices)


def mapping(values):
    return "{" + ", ".join(f"{pick(NAMES, 6)}: {pick(TEXTS, 10)}" for _ in range(values)) + "}"


def expression():
    text = pick(EXPRESSIONS, 8)
    style = random.choice(["plain", "quoted", "literal", "folded"])
    if style == "literal":
        return "|\n" + "".join(f"      {part}\n" for part in text.split(" "))
    if style == "folded":
        return ">-\n" + "".join(f"      {part}\n" for part in text.split(" "))
    return "'" + text.replace("'", "''") + "'\n"


def rule():
    kind = random.choices(["alert", "record"], [3, 2])[0]
    keys = [f"{kind}: {random.choice(['A', 'Bee', 'c_d', 'e:f'])}\n"]
    if random.random() < 0.97:
        keys.append("expr: " + expression())
    if random.random() < (0.6 if kind == "alert" else 0.04):
        keys.append(f"for: {pick(DURATIONS, 5)}\n")
    if random.random() < (0.3 if kind == "alert" else 0.04):
        keys.append(f"keep_firing_for: {pick(DURATIONS, 5)}\n")
    if random.random() < 0.5:
        keys.append(f"labels: {mapping(random.randint(0, 3))}\n")
    if random.random() < (0.6 if kind == "alert" else 0.04):
        keys.append(f"annotations: {mapping(random.randint(0, 3))}\n")
    if random.random() < 0.03:
        keys.append(random.choice(["alert: X\n", "record: y\n", "nosuch: 1\n", "alert: ~\n", "record: 'a{b=\"c\"}'\n"]))
    random.shuffle(keys)
    return "".join(("  - " if i == 0 else "    ") + key for i, key in enumerate(keys))


def group(number):
    name = f"group{number}" if random.random() < 0.97 else random.choice(["group0", "''", "~", "[a]"])
    lines = [f"- name: {name}\n"]
    if random.random() < 0.3:
        lines.append(f"  interval: {pick(DURATIONS, 5)}\n")
    if random.random() < 0.2:
        lines.append(f"  limit: {pick(LIMITS, 3)}\n")
    if random.random() < 0.02:
        lines.append("  labels: {a: b}\n")
    rules = "".join(rule() for _ in range(random.randint(0, 3)))
    lines.append("  rules:\n" + rules if rules or random.random() < 0.5 else "  rules: []\n")
    return "".join(lines)


def mutate(text):
    lines = text.splitlines(keepends=True)
    for _ in range(random.choice([0, 0, 0, 1, 2])):
        if not lines:
            break
        at = random.randrange(len(lines))
        kind = random.randrange(6)
        if kind == 0:
            del lines[at]
        elif kind == 1:
            lines.insert(at, lines[at])
        elif kind == 2:
            lines[at] = "  " + lines[at]
        elif kind == 3 and len(lines[at]) > 1:
            place = random.randrange(len(lines[at]) - 1)
            lines[at] = lines[at][:place] + random.choice("abz:-{}[],'\"|>#&*!% \t") + lines[at][place + 1:]
        elif kind == 4 and len(lines[at]) > 1:
            place = random.randrange(len(lines[at]) - 1)
            lines[at] = lines[at][:place] + lines[at][place + 1:]
        else:
            lines.insert(at, random.choice(["# comment\n", "\n", "---\n", "...\n", "x: 1\n", "groups:\n", "  - ~\n", "- {}\n"]))
    return "".join(lines)


def make_file():
    return mutate("groups:\n" + "".join(group(i) for i in range(random.randint(0, 3))))


def ask_promtool(paths):
    out = subprocess.run(["promtool", "check", "rules", "--lint=none", *paths], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout
    answers = {}
    for part in re.split(r"^Checking ", out, flags=re.M)[1:]:
        path, _, rest = part.partition("\n")
        found = re.search(r"SUCCESS: (\d+) rules found", rest)
        answers[path] = (int(found.group(1)) if found else -1, rest.replace(path + ": ", ""))
    return answers


def ask_tocsin(probe, paths):
    lines = subprocess.run([probe, *paths], stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines()
    return {path: json.loads(line) for path, line in zip(paths, lines)}


def excused(table, words):
    return any(re.search(pattern, words) for _, pattern in table)


def same_words(ours, theirs):
    """Every message of Prometheus' own that tocsin gives stands in promtool's output too, where that got as far as checking rules."""
    if "yaml:" in theirs or "duration string" in theirs or "unknown unit" in theirs:
        return True # it stopped at the types; tocsin goes on
    seen = set()
    for problem in ours["problems"]:
        place = problem.partition(" parse error: ")[0].rpartition(" ")[0]
        if OWN_WORDS.match(problem) and place not in seen and problem not in theirs:
            return False
        seen.add(place)  # promtool tells the first error of an expression only
    return True


def first_document(text):
    """What 2.42 looks at: the text up to a line that ends the first document. All of it when there is none."""
    lines = text.splitlines(keepends=True)
    for i, line in enumerate(lines):
        if re.match(r"\.\.\.(\s|$)", line) or (re.match(r"---(\s|$)", line) and any(re.match(r"[^#\s]", before) for before in lines[:i])):
            return "".join(lines[:i])
    return text


def compare(text, ours, theirs):
    count, words = theirs
    problems = "\n".join(ours["problems"])
    if ours["rules"] == count:
        return same_words(ours, words) or excused(NEWER, words)
    if count < 0 <= ours["rules"]:
        return excused(NEWER, words)
    return ours["rules"] < 0 and (excused(STRICTER[:4], problems) or ("*" in text and excused(STRICTER, problems)))


def main():
    probe = sys.argv[1]
    count, seed = (int(text) for text in (sys.argv[2:] + ["600", "1"][len(sys.argv) - 2:]))
    version = subprocess.run(["promtool", "--version"], capture_output=True, text=True).stdout if shutil.which("promtool") else ""
    if "version 2.42" not in version:
        print("needs promtool 2.42")
        return 77
    random.seed(seed)
    failed = accepted = 0
    with tempfile.TemporaryDirectory() as directory:
        texts = {}
        for i in range(count):
            path = Path(directory) / f"{i:05}.yml"
            texts[str(path)] = make_file()
            path.write_text(texts[str(path)])
        theirs, ours = ask_promtool(list(texts)), ask_tocsin(probe, list(texts))
        for path, text in texts.items():
            if first_document(text) != text and not compare(text, ours[path], theirs[path]):
                Path(path).write_text(first_document(text))  # tocsin reads all documents: compare what both read
                ours.update(ask_tocsin(probe, [path]))
            accepted += ours[path]["rules"] >= 0
            if compare(text, ours[path], theirs[path]):
                continue
            failed += 1
            if failed <= 20:
                print(f"---\n{text}\npromtool: {theirs[path]}\ntocsin: {ours[path]}\n")
    print(f"{count} files, {accepted} accepted, {failed} judged differently (seed {seed})")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
