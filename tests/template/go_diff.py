#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Generates templates and documents, renders them with Go and with us, and wants the same results: outputs, and texts of errors.

usage: go_diff.py RENDER [COUNT [SEED]]      Exit 77 (skipped) without a Go compiler.
"""
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
DATA = {
    "s": "text", "e": "", "h": "<b class=\"x\">'&+", "u": "https://h.example/p?a=1&b=ü", "j": "javascript:alert(1)",
    "n": 7, "z": 0, "neg": -42, "f": 2.5, "big": 1234567.875, "tiny": 0.00000125, "t": True, "no": False, "nil": None,
    "list": [3, 1, 2], "words": ["b", "a", "c d"], "empty": [], "map": {"k": "v", "a": "b", "n": 1}, "none": {},
    "deep": {"x": {"y": {"z": "found"}}}, "rows": [{"name": "one", "v": 1}, {"name": "two", "v": 2.5}],
}
FIELDS = [".s", ".e", ".h", ".u", ".n", ".z", ".neg", ".f", ".big", ".tiny", ".t", ".no", ".nil", ".list", ".words", ".empty", ".map",
          ".none", ".deep.x.y.z", ".deep.x", ".missing", ".missing.more", ".map.k", ".map.q", ".s.x", "$.s", ".rows"]
LITERALS = ['"str"', '`raw`', '"q\\"\\n\\u00e9"', "1", "0", "-3", "1.5", "1e6", "1e21", "0x1F", "0b11", "0o17", "1_000", "'a'", "true", "false", "1+2i",
            ".5", "1e-7", "nil"]
VERBS = ["%v", "%d", "%s", "%q", "%x", "%X", "%t", "%f", "%.2f", "%e", "%g", "%8.3f", "%-8v|", "%08d", "%+d", "% d", "%5s|", "%-5s|", "%.2s", "%T", "%c", "%U",
         "%o", "%b", "%#x", "%#v", "%+v", "%%", "%", "%!", "%[2]v %[1]v", "%*d", "%.*f", "%6.2f%%", "%+.1e", "%#q", "%z", "%05.1f", "%+q"]
COMPARE = ["eq", "ne", "lt", "le", "gt", "ge"]


class Generator:
    def __init__(self, rng, mode):
        self.rng, self.mode, self.vars, self.depth = rng, mode, [], 0

    def pick(self, options):
        return self.rng.choice(options)

    def operand(self, depth=0):
        roll = self.rng.random()
        if roll < 0.5:
            return self.pick(FIELDS + (["."] if depth else []))
        if roll < 0.62 and self.vars:
            return self.pick(self.vars)
        if roll < 0.8 or depth > 2:
            return self.pick(LITERALS)
        return "(" + self.pipeline(depth + 1) + ")" + self.pick(["", "", "", ".k", ".x"])

    def call(self, depth):
        o = lambda: self.operand(depth + 1)
        return self.pick([
            lambda: f"{self.pick(COMPARE)} {o()} {o()}",
            lambda: f"eq {o()} {o()} {o()}",
            lambda: f"and {o()} {o()}", lambda: f"or {o()} {o()} {o()}", lambda: f"not {o()}",
            lambda: f"len {o()}", lambda: f"index {o()} {o()}", lambda: f"index .map \"k\"", lambda: f"index .list {self.pick(['0', '2', '3', '-1', '.z'])}",
            lambda: f"slice {o()} {self.pick(['0', '1', '2'])} {self.pick(['1', '2', '3', '9'])}", lambda: f"slice .words {self.pick(['1', '1 2', '0 1 2', '2 1'])}",
            lambda: f"print {o()} {o()} {o()}", lambda: f"println {o()}", lambda: f"printf {json.dumps(self.pick(VERBS) + ' ' + self.pick(VERBS))} {o()} {o()}",
            lambda: f"printf {json.dumps(self.pick(VERBS))} {o()}", lambda: f"js {o()}", lambda: f"toUpper {o()}", lambda: f"toLower .h",
            lambda: 'join ' + self.pick(['","', '.s']) + ' (stringSlice "a" .s)', lambda: f"list {o()} {o()}", lambda: f"dict \"a\" {o()} \"b\" {o()}",
            lambda: f"toJson {o()}", lambda: f"base64encode {o()}", lambda: f"trimSpace {o()}", lambda: f"reReplaceAll \"(.)t\" \"$1-\" .s",
            lambda: f"append (list 1) {o()}", lambda: f"match \"^t\" .s",
        ] + ([lambda: f"html {o()}", lambda: f"urlquery {o()}"] if self.mode == "text" else []))()

    def pipeline(self, depth=0):
        head = self.call(depth) if self.rng.random() < 0.55 else self.operand(depth)
        tail = ""
        while self.rng.random() < 0.2:
            tail += " | " + self.pick(["toUpper", "len", "print", "printf \"%v-%v\" 1", "not", "toJson", "eq 1", "or .s", "index .map", "and 1", "base64encode"])
        return head + tail

    def text(self):
        return self.pick(["", " ", "\n", "a ", " b\n", "{ }", "-", "x < y & z"]) if self.mode == "text" else self.pick(["", " ", "\n", "a ", "<b>c</b>", "&amp;", "<!-- c -->"])

    def action(self):
        left, right = self.pick(["{{", "{{", "{{- "]), self.pick(["}}", "}}", " -}}"])
        body = self.pipeline()
        if self.rng.random() < 0.15:
            name = f"$v{len(self.vars)}"
            self.vars.append(name)
            return f"{left}{name} := {body}{right}"
        if self.rng.random() < 0.05 and self.vars:
            return f"{left}{self.pick(self.vars)} = {body}{right}"
        if self.mode == "html":
            return self.pick(["{{%s}}", "<p title=\"{{%s}}\">", "<a href=\"{{%s}}\">", "<a href='/p?q={{%s}}'>", "<title>{{%s}}</title>", "<i class={{%s}}>",
                              "<a href=\"/{{%s}}/x\">", "<textarea>{{%s}}</textarea>"]) % body
        return left + body + right

    def block(self):
        keep = len(self.vars)
        self.depth += 1
        kind = self.pick(["if", "with", "range", "range2", "define"])
        otherwise = self.pick(["", "", "{{else}}" + self.text(), "{{else}}{{.s}}"])
        if kind == "if":
            head, otherwise = "{{if %s}}" % self.pipeline(), self.pick([otherwise, "{{else if .t}}x{{else}}y"])
        elif kind == "with":
            head = "{{with %s}}" % self.pipeline()
        elif kind == "range":
            head = "{{range %s}}" % self.pick([".list", ".words", ".map", ".rows", ".empty", self.pipeline()])
        elif kind == "range2":
            self.vars += [f"$i{keep}", f"$e{keep}"]
            head = "{{range $i%d, $e%d := %s}}" % (keep, keep, self.pick([".list", ".map", ".rows", self.pipeline()]))
        else:
            self.depth -= 1
            return "{{block \"b%d\" .}}{{.s}}{{end}}" % self.rng.randrange(10**9)
        body = self.nodes(3)
        if kind.startswith("range") and self.rng.random() < 0.2:
            body += "{{if %s}}{{%s}}{{end}}" % (self.pipeline(), self.pick(["break", "continue"]))
        if kind.startswith("range") and self.rng.random() < 0.5:
            body += "{{.}},"
        del self.vars[keep:]
        self.depth -= 1
        return head + body + otherwise + "{{end}}"

    def nodes(self, count):
        out = ""
        for _ in range(self.rng.randrange(1, count + 1)):
            out += self.text() + (self.block() if self.depth < 3 and self.rng.random() < 0.3 else self.action())
        return out

    def mutate(self, text):
        at = self.rng.randrange(len(text) + 1)
        return self.pick([text[:at] + text[at + 1:], text[:at] + self.pick("{}|()$.\"`' :=,!x1-") + text[at:], text[:at]])


def normalized(out):
    # Newer Go names the types that cannot be compared; addresses and internals of Go's reflection are not ours to show.
    out = re.sub(r"(incompatible types for comparison)(: .* and .*)?", r"\1", out)
    out = re.sub(r"non-comparable types? .*", "non-comparable", out)
    out = re.sub(r"reflect: (slice|string) index out of range|index out of range \[\d+\] with length \d+", "index out of range", out)
    out = re.sub(r"error calling (len|index): reflect: call of .*", r"error calling \1: nothing", out)
    return out.encode()[:470].decode(errors="ignore")


def same(ours, theirs, mode):
    if ours["ok"] != theirs["ok"]:
        return False
    if mode == "html" and not ours["ok"]:
        return True
    return normalized(ours["out"]) == normalized(theirs["out"])


def go_results(tests):
    with tempfile.TemporaryDirectory() as folder:
        env = dict(os.environ, GO111MODULE="off", GOFLAGS="-mod=mod", GOPROXY="off", CGO_ENABLED="0")
        if "HOME" not in env:
            env.setdefault("GOCACHE", folder + "/cache")
        program = folder + "/render"
        subprocess.run(["go", "build", "-o", program, str(HERE / "go/render.go")], check=True, env=env, cwd=folder)
        return json.loads(subprocess.run([program], input=tests, capture_output=True, check=True).stdout)


def is_new_go():
    version = subprocess.run(["go", "version"], capture_output=True, text=True).stdout
    found = re.search(r"go1\.(\d+)", version)
    return found and int(found.group(1)) >= 24


def main():
    if shutil.which("go") is None:
        print("no Go compiler")
        return 77
    count, seed = int(sys.argv[2]) if len(sys.argv) > 2 else 600, int(sys.argv[3]) if len(sys.argv) > 3 else 1
    rng = random.Random(seed)
    tests = []
    for i in range(count):
        mode = "html" if i % 4 == 3 else "text"
        generator = Generator(rng, mode)
        text = generator.nodes(4)
        if mode == "text" and rng.random() < 0.25:
            text = generator.mutate(text)
        tests.append({"mode": mode, "text": text, "data": DATA})
    encoded = json.dumps(tests).encode()
    theirs = go_results(encoded)
    ours = json.loads(subprocess.run([sys.argv[1]], input=encoded, capture_output=True, check=True).stdout)
    bad = [i for i in range(count) if not same(ours[i], theirs[i], tests[i]["mode"])]
    for i in bad[:int(os.environ.get("SHOW", "20"))]:
        print(json.dumps(tests[i]["text"]), "\n  go  ", theirs[i], "\n  ours", ours[i])
    print(f"{count} templates, {sum(t['ok'] for t in theirs)} of them render, {len(bad)} differ (seed {seed})")
    return 1 if bad and is_new_go() else 0


if __name__ == "__main__":
    sys.exit(main())
