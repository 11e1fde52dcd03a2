#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Generates templates and documents, renders them with Go and with us, and wants the same results: outputs, and texts of errors.

usage: go_diff.py RENDER [COUNT [SEED]]      COUNT templates as text and COUNT as HTML. Exit 77 (skipped) without a Go compiler.
SHOW=N shows the first N differences. A Go older than what we follow differs where EXPLAINED says so, and nowhere else.
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
    "s": "text", "e": "", "h": "<b class=\"x\">'&+", "u": "https://h.example/p?a=1&b=ü", "j": "javascript:alert(1)", "css": "red; x: expression(1)", "srcs": "/a.png 2x, javascript:b 3x,/c?d=e 1w",
    "n": 7, "z": 0, "neg": -42, "f": 2.5, "big": 1234567.875, "tiny": 0.00000125, "t": True, "no": False, "nil": None,
    "list": [3, 1, 2], "words": ["b", "a", "c d"], "empty": [], "map": {"k": "v", "a": "b", "n": 1}, "none": {},
    "Labels": {"a": "b"}, "Value": 1.5, "deep": {"x": {"y": {"z": "found"}}}, "rows": [{"name": "one", "v": 1}, {"name": "two", "v": 2.5}],
}
FIELDS = [".s", ".e", ".h", ".u", ".n", ".z", ".neg", ".f", ".big", ".tiny", ".t", ".no", ".nil", ".list", ".words", ".empty", ".map",
          ".none", ".deep.x.y.z", ".deep.x", ".missing", ".missing.more", ".map.k", ".map.q", ".s.x", "$.s", ".rows"]
LITERALS = ['"str"', '`raw`', '"q\\"\\n\\u00e9"', "1", "0", "-3", "1.5", "1e6", "1e21", "0x1F", "0b11", "0o17", "1_000", "'a'", "true", "false", "1+2i",
            ".5", "1e-7", "nil"]
VERBS = ["%v", "%d", "%s", "%q", "%x", "%X", "%t", "%f", "%.2f", "%e", "%g", "%8.3f", "%-8v|", "%08d", "%+d", "% d", "%5s|", "%-5s|", "%.2s", "%T", "%c", "%U",
         "%o", "%b", "%#x", "%#v", "%+v", "%%", "%", "%!", "%[2]v %[1]v", "%*d", "%.*f", "%6.2f%%", "%+.1e", "%#q", "%z", "%05.1f", "%+q"]
# Places of HTML, each action in one of them. The comment before a line names the context.
PLACES = [
    # text, comments
    "{{%s}}", "<b>{{%s}}</b>", "<!-- {{%s}} -->", "a < b {{%s}}", "<!DOCTYPE html>{{%s}}",
    # RCDATA
    "<title>{{%s}}</title>", "<textarea>{{%s}}</textarea>", "<textarea></title>{{%s}}</textarea>",
    # attributes: quoted, not quoted, names
    "<p title=\"{{%s}}\">", "<p title='x {{%s}} y'>", "<i class={{%s}}>", "<i class=a{{%s}}>", "<i {{%s}}=\"x\">", "<i data-x='{{%s}}' b>", "<input {{%s}} checked>",
    # URLs
    "<a href=\"{{%s}}\">", "<a href='/p?q={{%s}}'>", "<a href=\"/{{%s}}/x\">", "<a href={{%s}}>", "<a href=\"#{{%s}}\">", "<form action='{{%s}}'>", "<img data-src=\"{{%s}}\">",
    "<a xlink:href='{{%s}}'>", "<a href=\"a&#63;b={{%s}}\">", "<a href=\"mailto:{{%s}}\">", "<a href=\"{{%s}}{{.s}}?{{.h}}\">",
    # srcset
    "<img srcset=\"{{%s}}\">", "<img srcset='{{%s}} 2x, /b.png 3x'>", "<img srcset={{%s}}>",
    # script: values, strings, comments, regular expressions, handlers
    "<script>var x = {{%s}};</script>", "<script>f(\"{{%s}}\", '{{%s}}')</script>", "<script>/* {{%s}} */ x // {{%s}}\ny</script>", "<script>x = /{{%s}}/.test(y)</script>",
    "<script>a = b / {{%s}} / c</script>", "<p onclick=\"f({{%s}})\">", "<p onclick='f(\"{{%s}}\")'>", "<p onclick=\"x='&quot;{{%s}}'\">", "<script type=\"text/x-template\"><b>{{%s}}</b></script>",
    "<script type='application/json'>{\"a\":{{%s}}}</script>", "<p onload=f({{%s}})>",
    # style: values, strings, addresses, comments
    "<style>p { color: {{%s}} }</style>", "<p style=\"color: {{%s}}; width: {{%s}}px\">", "<p style='background: url(\"{{%s}}\")'>", "<style>p { background: url({{%s}}) }</style>",
    "<style>p { font: '{{%s}}' }</style>", "<style>/* {{%s}} */ p // {{%s}}\n{}</style>", "<p style=\"background: url('/x?{{%s}}')\">", "<style>p { content: \"a\\{{%s}}\" }</style>",
    # html and urlquery where an escaper would be
    "{{%s | html}}", "<a href=\"/x?{{%s | urlquery}}\">", "<a href=\"{{%s | urlquery}}\">", "<p title='{{%s | html}}'>", "{{html %s}}", "<a b={{%s | html}}>", "{{%s | html | len}}",
    # markup in an attribute
    "<iframe srcdoc=\"{{%s}}\"></iframe>",
]
VALUES = [".h", ".u", ".j", ".css", ".srcs", ".s", ".n", ".f", ".t", ".nil", ".e", ".list", ".map", ".words", "safeHtml .h", "safeUrl .j", '"a\\"b\'c`d\\\\e"', '"</script>"', '"\\u2028"', '"a--b"', '"10%"', ".neg"]
# Pieces that are put together at random: whether it is refused, and why, must be the same.
PIECES = ["<a", "<b ", "<p>", "</p>", " href=", " title=", " style=", " onclick=", " srcset=", "\"", "'", ">", "<script>", "</script>", "<style>", "</style>", "<title>", "</title>", "<textarea>",
          "</textarea>", "/", "*/", "/*", "//", "\n", " ", "x", "=", "(", ")", "[", "]", "{", "}", "url(", "url('", ";", ":", "?", "#", "&amp;", "&quot;", "&#39;", "+", "-", "++", "return ", ".5",
          "\\", "<", "<!--", "-->", "{{.h}}", "{{.s}}", "{{.n}}", "{{.u}}", "{{if .t}}", "{{else}}", "{{end}}", "{{range .list}}", "{{break}}", "{{with .s}}", "{{template \"t\" .}}"]
# Of rules: samples, which are pointers, and the variables that rules have. Placed as the other values are.
SAMPLES = ["query \"up\"", "query \"up\" | first", "index (query \"up\") 1", "(query \"up\" | first).Labels", "(query \"up\" | first).Value", "$s", "$s.Labels.a", "$s.x", "query \"none\"",
           "query \"none\" | first", "first (query \"up\")", "$externalURL", "$externalLabels.x", ".Value.x", ".Labels.a.x", "slice (query \"up\") 1"]
OF_SAMPLES = ["%s", "%s | html", "js (%s)", "urlquery (%s)", "print (%s)", "printf \"%%v %%T\" (%s) 1", "len (%s)", "index (%s) 0", "index (query \"up\") (%s)", "index .map (%s)", "slice (%s) 1",
              "eq (%s) $s", "eq (%s) 1", "lt (%s) 1.5", "not (%s)", "and (%s) 1", "or (%s) 1", "(%s).x", "(%s).Value", "value (%s)", "label \"a\" (%s)", "first (%s)", "toUpper (%s)", "call (%s)", "query (%s)"]
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
            place = self.pick(PLACES)
            values = [body] + [self.pick(VALUES) for _ in range(place.count("%s") - 1)]
            return place % tuple(self.pick(VALUES) if self.rng.random() < 0.5 else value for value in values)
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

    def pieces(self):
        return "".join(self.pick(PIECES) for _ in range(self.rng.randrange(2, 14))) + "{{define \"t\"}}%s{{end}}" % "".join(self.pick(PIECES[:60]) for _ in range(self.rng.randrange(3)))

    def calls(self):
        """One template called in several places, and one that calls itself."""
        bodies = ["{{.}}", "{{.}}?", "\"{{.}}\"", "{{if .}}x{{else}}?{{end}}", "{{range .}}{{template \"t\" .}},{{end}}", "' b='", ">", "<b>{{.}}"]
        places = [place.split("{{")[0] + "{{template \"t\" .words}}" + place.split("}}")[-1] for place in PLACES if place.count("{{") == 1 and place.count("%s") == 1 and "|" not in place]
        return "{{define \"t\"}}%s{{end}}" % self.pick(bodies) + "".join(self.pick(places) for _ in range(self.rng.randrange(1, 4)))

    def samples(self):
        """What a rule does with the samples of its queries."""
        place = lambda: self.pick(PLACES if self.mode == "html" else ["{{%s}}", "{{range %s}}{{.}},{{.x}}{{end}}", "{{with %s}}{{.}}{{end}}", "{{if %s}}y{{end}}", "{{range $i, $e := %s}}{{$i}}={{$e}}{{else}}none{{end}}"])
        values = SAMPLES + (["$value", "$value.x", "$labels", "$labels.a.x"] if self.mode == "text" else [])
        value = lambda: self.pick(OF_SAMPLES) % self.pick(values)
        texts = [place() for _ in range(self.rng.randrange(1, 3))]
        return "{{$s := query \"up\" | first}}" + "".join(text % tuple(value() for _ in range(text.count("%s"))) for text in texts)

    def mutate(self, text):
        at = self.rng.randrange(len(text) + 1)
        return self.pick([text[:at] + text[at + 1:], text[:at] + self.pick("{}|()$.\"`' :=,!x1-") + text[at:], text[:at]])


def changes_context(text):
    body = re.search(r'\{\{define "t"\}\}(.*?)\{\{end\}\}', text, re.S)
    names_attribute = re.search(r'<\w+ \{\{template "t"', text)
    return body and text.count('{{template "t"') > 1 and (names_attribute or re.search("[\"'?/<>=.({]", body.group(1).replace("{{.}}", "")))


def tells_loop_again(out):
    """Nothing but the number of these prefixes differs; and the line, which Go takes from the last of them."""
    theirs, _, ours = out.partition("\n")
    once = lambda line: re.sub(r"(at range loop (break|continue): )+", "at range loop: ", re.sub(r"^html/template::\d+", "html/template:", line))
    return "at range loop " in theirs and once(theirs) == once(ours)


# Where an older Go differs from the one we follow (1.26) (99: every Go does): what a template or its message must hold for it.
EXPLAINED = [
    (99, "a template that changes the context, called twice from one: Go takes it to end where it began the second time", lambda text, out: changes_context(text)),
    (99, "Go says where in a loop it was for each walk that it makes after an error, we for the first", lambda text, out: tells_loop_again(out)),
    (99, "the address of a sample: we have none, and show what is there", lambda text, out: re.search(r"0x[0-9a-f]{8,}", out)),
    (99, "a slice of a slice reaches to the capacity of the first one", lambda text, out: "slice (slice" in text),
    (21, "an empty value without quotes", lambda text, out: re.search(r"=[^\"'\s>]*ZgotmplZ", out)),
    (20, "a parenthesis too many in a range", lambda text, out: 'unexpected ")" in range' in out),
    (22, "range over a whole number", lambda text, out: re.search(r"range can't iterate over -?\d+$", out, re.M)),
    (22, "<!--, --> and #! in scripts; tags in their strings", lambda text, out: "<script" in text and re.search(r"<!--|-->|#!|<script.*<script|</script.*</script", text, re.S)),
    (22, "a script ends in what one of the two takes for a string or a regular expression", lambda text, out: re.search(r"\{stateJS(Regexp|[DS]qStr) ", out)),
]


def normalized(out, version):
    out = out.encode()[:470].decode(errors="ignore")
    if version >= 26:
        return out
    out = re.sub(r"(incompatible types for comparison)(: .* and .*)?", r"\1", out)
    out = re.sub(r"non-comparable types? .*", "non-comparable", out)
    out = re.sub(r"(jsCtx\w+) \[[\d ]*\] attr", r"\1 attr", out)
    out = re.sub(r'unexpected "\)" in [\w ]+$', "unexpected right paren", out)
    out = out.replace("can't slice item of type *", "can't slice item of type ")
    return re.sub(r"non-function .* of type", "non-function of type", out)


def same(ours, theirs, version):
    return ours["ok"] == theirs["ok"] and normalized(ours["out"], version) == normalized(theirs["out"], version)


def explained(test, ours, theirs, version):
    return any(version < since and when(test["text"], theirs["out"] + "\n" + ours["out"]) for since, _, when in EXPLAINED)


def go_results(tests):
    with tempfile.TemporaryDirectory() as folder:
        env = dict(os.environ, GO111MODULE="off", GOFLAGS="-mod=mod", GOPROXY="off", CGO_ENABLED="0")
        if "HOME" not in env:
            env.setdefault("GOCACHE", folder + "/cache")
        program = folder + "/render"
        subprocess.run(["go", "build", "-o", program, str(HERE / "go/render.go")], check=True, env=env, cwd=folder)
        return json.loads(subprocess.run([program], input=tests, capture_output=True, check=True).stdout)


def go_version():
    version = subprocess.run(["go", "version"], capture_output=True, text=True).stdout
    return int(re.search(r"go1\.(\d+)", version).group(1))


def generate(rng, mode):
    generator = Generator(rng, mode)
    roll = rng.random()
    functions = "rule" if roll > 0.85 else "notification"
    if functions == "rule":
        text = generator.samples()
    elif mode == "html" and roll < 0.3:
        text = generator.pieces()
    elif mode == "html" and roll < 0.4:
        text = generator.calls()
    else:
        text = generator.nodes(4)
    if rng.random() < (0.25 if mode == "text" else 0.1):
        text = generator.mutate(text)
    return {"mode": mode, "functions": functions, "text": text, "data": DATA}


def main():
    if shutil.which("go") is None:
        print("no Go compiler")
        return 77
    count, seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1000, int(sys.argv[3]) if len(sys.argv) > 3 else 1
    rng, version = random.Random(seed), go_version()
    tests = [generate(rng, mode) for mode in ("text", "html") for _ in range(count)]
    encoded = json.dumps(tests).encode()
    theirs = go_results(encoded)
    ours = json.loads(subprocess.run([sys.argv[1]], input=encoded, capture_output=True, check=True).stdout)
    differ = [i for i in range(len(tests)) if not same(ours[i], theirs[i], version)]
    bad = [i for i in differ if not explained(tests[i], ours[i], theirs[i], version)]
    for i in bad[:int(os.environ.get("SHOW", "20"))]:
        print(tests[i]["mode"], json.dumps(tests[i]["text"]), "\n  go  ", theirs[i], "\n  ours", ours[i])
    rendered = [sum(theirs[i]["ok"] for i in range(len(tests)) if tests[i]["mode"] == mode) for mode in ("text", "html")]
    print(f"Go 1.{version}: {count} templates as text ({rendered[0]} of them render), {count} as HTML ({rendered[1]}), "
          f"{len(bad)} differ, {len(differ) - len(bad)} as explained (seed {seed})")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
