#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tocsin template render by its command line: what it prints, where, and its exit status.      usage: template_render.py TOCSIN"""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

TOCSIN = sys.argv.pop(1)
PAYLOAD = {
    "receiver": "ops", "status": "firing", "externalURL": "http://am.example.org", "version": "4",
    "alerts": [{"status": "firing", "labels": {"alertname": "Disk <full>", "b": "1"}, "annotations": {}, "startsAt": "2024-01-01T08:15:30Z",
                "endsAt": "0001-01-01T00:00:00Z", "generatorURL": "http://prom/graph?a=1&b=2", "fingerprint": "0123456789abcdef"}],
    "groupLabels": {"alertname": "Disk <full>"}, "commonLabels": {"alertname": "Disk <full>", "b": "1"}, "commonAnnotations": {},
}


class TemplateRender(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def file(self, name, content):
        path = pathlib.Path(self.folder.name) / name
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return str(path)

    def test_small_names_are_a_rules_members_too(self):
        text = "{{ $labels.a }} {{ .Value }} {{ $externalURL }}"
        for data in {"labels": {"a": "b"}, "value": 3}, {"Labels": {"a": "b"}, "Value": 3}:
            done = subprocess.run([TOCSIN, "template", "render", "--functions=rule", "--external.url=http://x", "--template.data", self.file("d.json", data), "--template.text", text],
                                  capture_output=True, text=True, check=False)
            self.assertEqual(done.stdout, "b 3 http://x", (data, done.stderr))

    def run_it(self, text, *flags, **options):
        done = subprocess.run([TOCSIN, "template", "render", "--template.text", text, *flags], capture_output=True, text=True, **options)
        return done.returncode, done.stdout, done.stderr

    def good(self, wanted, text, *flags, **options):
        self.assertEqual(self.run_it(text, *flags, **options), (0, wanted, ""))

    def bad(self, wanted, text, *flags):
        self.assertEqual(self.run_it(text, *flags), (1, "", f"tocsin: error: {wanted}\n"))

    def test_without_data_there_are_two_alerts(self):
        self.good("receiver alertstatus 2 1 foo.bar:1234", "{{ .Receiver }} {{ .Status }} {{ len .Alerts }} {{ len .Alerts.Resolved }} {{ (index .Alerts 0).Labels.instance }}")
        self.good("5m0s", '{{ with index .Alerts 0 }}{{ .EndsAt.Sub .StartsAt }}{{ end }}')

    def test_default_templates_are_there_and_globs_define_them_anew(self):
        data = self.file("data.json", PAYLOAD)
        self.good("[FIRING:1] Disk <full> (1)", '{{ template "__subject" . }}', "--template.data", data)
        self.file("a.tmpl", '{{ define "__subject" }}mine{{ end }}{{ define "one" }}1{{ end }}')
        self.file("b.tmpl", '{{ define "two" }}{{ template "one" }}2{{ end }}')
        self.file("c.txt", '{{ define "three" }}3{{ end }}')
        globs = [f"--template.glob={self.folder.name}/*.tmpl", f"--template.glob={self.folder.name}/*.txt"]
        self.good("mine 12 3", '{{ template "__subject" . }} {{ template "two" }} {{ template "three" }}', *globs)
        self.good("", '{{ template "b.tmpl" }}', *globs)

    def test_lists_defined_anew_stand_on_lines_of_their_own(self):
        both = dict(PAYLOAD, alerts=PAYLOAD["alerts"] + [dict(PAYLOAD["alerts"][0], status="resolved", endsAt="2024-01-01T09:00:00Z")])
        data = self.file("both.json", both)
        self.file("lists.tmpl", '{{ define "__text_alert_list" }}{{ len . }} of them{{ end }}{{ define "__text_alert_list_markdown" }}{{ len . }} *of* them{{ end }}')
        flags = [f"--template.glob={self.folder.name}/*.tmpl", "--template.data", data]
        self.good("Firing:\n1 of them\nResolved:\n1 of them", '{{ template "discord.default.message" . }}', *flags)
        self.good("**Firing**\n1 *of* them\n**Resolved**\n1 *of* them", '{{ template "msteams.default.text" . }}', *flags)

    def test_a_payload_has_its_methods(self):
        data = self.file("data.json", PAYLOAD)
        self.good("alertname=Disk <full>, b=1 2024 true", "{{ .CommonLabels.SortedPairs }} {{ (index .Alerts 0).StartsAt.Year }} {{ (index .Alerts 0).EndsAt.IsZero }}", "--template.data", data)
        self.bad('template: :1:3: executing "" at <.Nope>: can\'t evaluate field Nope in type template.Data', "{{ .Nope }}", "--template.data", data)

    def test_html_escapes_by_place(self):
        data = self.file("data.json", PAYLOAD)
        self.good('<a style="color: red" href="http://prom/graph?a=1&amp;b=2">Disk &lt;full&gt;</a>', '<a style="color: {{ "red" }}" href="{{ (index .Alerts 0).GeneratorURL }}">{{ .GroupLabels.alertname }}</a>', "--template.type=html", "--template.data", data)
        self.bad("html/template: ends in a non-text context: {stateTag delimNone urlPartNone jsCtxRegexp [] attrNone elementNone <nil>}", "<a ", "--template.type=html", "--template.data", data)

    def test_documents_keep_the_types_of_json(self):
        data = self.file("data.json", {"n": 7, "f": 7.0, "e": 1e3, "list": [1, "x", None], "map": {"k": "v"}})
        self.good("int float64 float64 map[string]interface {} 1xv", '{{ printf "%T %T %T %T" .n .f .e .map }} {{ index .list 0 }}{{ index .list 1 }}{{ .map.k }}', "--template.data", data)

    def test_rules_have_their_variables_functions_and_queries(self):
        data = self.file("data.json", {"Labels": {"instance": "db:9100"}, "Value": 1234.5, "ExternalLabels": {"dc": "x"}})
        query = self.file("query.json", {"up": [{"labels": {"job": "a"}, "value": 1}, {"labels": {"job": "b"}, "value": "NaN"}], "none": []})
        flags = ["--functions=rule", "--template.data", data, "--query", query, "--external.url=http://x/y", "--now=2026-01-02T03:04:05Z"]
        self.good("db:9100 1.234k x http://x/y  /y", "{{ $labels.instance }} {{ $value | humanize }} {{ $externalLabels.dc }} {{ $externalURL }} {{ $labels.none }} {{ pathPrefix }}", *flags)
        self.good("a=1 b=NaN 1.767323045e+09", '{{ range query "up" }}{{ .Labels.job }}={{ . | value }} {{ end }}{{ now }}', *flags)
        self.bad('template: :1:3: executing "" at <query "down">: error calling query: no answer for "down" in ' + query, '{{ query "down" }}', *flags)
        self.bad('template: :1:18: executing "" at <first>: error calling first: first() called on vector with no elements', '{{ query "none" | first }}', *flags)
        self.bad('template: :1: function "tmpl" not defined', '{{ tmpl "x" . }}', *flags)

    def test_consoles_have_tmpl_and_their_variables(self):
        data = self.file("data.json", {"RawParams": "a=1", "Params": {"a": "1"}, "Path": "p.html"})
        self.good("<b>&lt;i&gt;</b> 1 a=1 p.html", '{{ define "x" }}<b>{{ . }}</b>{{ end }}{{ tmpl "x" "<i>" }} {{ .Params.a }} {{ $rawParams }} {{ $path }}', "--functions=rule", "--template.type=html", "--template.data", data)

    def test_text_may_come_from_standard_input(self):
        self.good("receiver", "-", input="{{ .Receiver }}")

    def test_broken_files_are_named(self):
        broken = self.file("broken.json", "{\n  1}")
        code, out, err = self.run_it("x", "--template.data", broken)
        self.assertEqual((code, out), (1, ""))
        self.assertTrue(err.startswith(f"tocsin: error: {broken}:2:3: "), err)
        code, _, err = self.run_it("x", "--template.data", broken + ".none")
        self.assertEqual(code, 1)
        self.assertIn(broken + ".none", err)
        self.file("bad.tmpl", "\n{{ nope }}")
        self.bad('template: bad.tmpl:2: function "nope" not defined', "x", f"--template.glob={self.folder.name}/*.tmpl")
        answers = self.file("answers.json", {"up": [{"labels": {"a": 1}, "value": 1}]})
        self.bad(answers + ': "up": expected a list of {"labels": {…}, "value": number}', "x", "--query", answers)

    def test_flags_that_make_no_sense_are_refused(self):
        for flags in (["--template.type=xml"], ["--functions=any"], ["--now=yesterday"], ["--nope"]):
            code, out, err = self.run_it("x", *flags)
            self.assertEqual((code, out), (2, ""))
            self.assertIn(flags[0].split("=")[0], err)
        done = subprocess.run([TOCSIN, "template", "render"], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (2, "tocsin template render: --template.text: is required\n"))


if __name__ == "__main__":
    unittest.main()
