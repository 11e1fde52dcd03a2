#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""check rules and check config as a program: exit statuses with Debian's promtool as the oracle, policy from a configuration, and the
documents for machines (tests/cases/reports, made anew with TOCSIN_REGENERATE=1)."""
import itertools
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

CASES = pathlib.Path(__file__).resolve().parent.parent / "cases" / "reports"
TOCSIN = os.path.abspath(sys.argv.pop(1))
GROUP = "groups: [{name: g, rules: [%s]}]\n"
FILES = {
    "good.yml": GROUP % "{record: a, expr: up}, {alert: A, expr: up == 0}",
    "duplicate.yml": GROUP % "{record: a, expr: up}, {record: a, expr: down}",
    "broken.yml": GROUP % "{record: a, expr: 'up ('}",
    "broken_duplicate.yml": GROUP % "{record: a, expr: 'up ('}, {record: b, expr: up}, {record: b, expr: up}",
}


class Checks(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)
        for name, text in FILES.items():
            self.write(name, text)

    def write(self, name, text):
        pathlib.Path(self.directory.name, name).write_text(text, encoding="utf-8")

    def run_in(self, directory, *words, stdin=""):
        return subprocess.run(words, cwd=directory, capture_output=True, text=True, input=stdin, check=False)

    def check(self, *words, stdin=""):
        return self.run_in(self.directory.name, TOCSIN, "check", *words, stdin=stdin)

    def problems(self, *words, stdin=""):
        return json.loads(self.check(*words, "--format=json", stdin=stdin).stdout)["problems"]

    def ids(self, *words):
        return [problem["id"] for problem in self.problems(*words)]

    # ---- features ----

    def test_features_are_accepted_where_they_are_asked_for(self):
        self.write("limitk.yml", GROUP % "{record: a, expr: 'limitk(1, up)'}")
        self.write("tocsin.yml", "route: {receiver: r}\nreceivers: [{name: r}]\ndatasource: {url: 'http://127.0.0.1:9'}\nrule_files: [limitk.yml]\n")
        feature = "--enable-feature=promql-experimental-functions"
        for words in (["rules", "limitk.yml"], ["config", "tocsin.yml"]):
            self.assertEqual(self.check(*words).returncode, 1, words)
            self.assertEqual(self.check(*words, feature).returncode, 0, words)
            self.assertEqual(self.check(*words, "--enable-feature=nothing").returncode, 2, words)

    # ---- exit statuses ----

    @unittest.skipIf(shutil.which("promtool") is None, "no promtool")
    def test_exit_statuses_are_promtools(self):
        lints = [[], ["--lint=all"], ["--lint=duplicate-rules"], ["--lint=none"], ["--lint="], ["--lint=other"], ["--lint=none,duplicate-rules"], ["--lint=other,all"]]
        runs = [[name] for name in FILES] + [["good.yml", "duplicate.yml"], ["duplicate.yml", "broken.yml"], ["broken.yml", "good.yml"]]
        seen = set()
        for lint, fatal, files in itertools.product(lints, [[], ["--lint-fatal"]], runs):
            words = ["rules", *lint, *fatal, *files]
            theirs = self.run_in(self.directory.name, "promtool", "check", *words)
            ours = self.check(*words)
            self.assertEqual(ours.returncode, theirs.returncode, (words, ours.stderr, theirs.stderr))
            seen.add(ours.returncode)
        self.assertEqual(seen, {0, 1, 3})

    def test_any_finding_counts_when_all_do(self):
        self.write("empty.yml", "groups: [{name: g}]")
        self.assertEqual(self.check("rules", "--lint-fatal", "empty.yml").returncode, 0)
        self.assertEqual(self.check("rules", "--lint-fatal", "--lint=all", "empty.yml").returncode, 3)
        self.assertEqual(self.check("rules", "--lint=all", "empty.yml").returncode, 0)
        self.assertEqual(self.ids("rules", "empty.yml"), ["group-empty"])
        self.assertEqual(self.ids("rules", "--lint=none", "empty.yml"), [])

    def test_duplicates_across_files_are_warned_about_only(self):
        self.write("again.yml", FILES["good.yml"])
        self.assertEqual(self.check("rules", "--lint-fatal", "good.yml", "again.yml").returncode, 0)
        self.assertEqual(self.ids("rules", "good.yml", "again.yml"), ["duplicate-rules-across-files"] * 2)
        self.assertEqual(self.ids("rules", "good.yml", "good.yml"), [])

    def test_an_unknown_lint_option_is_warned_about(self):
        self.assertIn('WARNING: unknown lint option: "other", expected all, none, names of findings', self.check("rules", "--lint=other", "good.yml").stderr)

    def test_named_findings_count_and_the_others_are_shown_all_the_same(self):
        self.write("two.yml", GROUP % "{alert: A, expr: up}, {record: b, expr: 'up[5m]'}")
        self.assertEqual(self.ids("rules", "two.yml"), ["alert-condition", "expression-type"])
        self.assertEqual(self.ids("rules", "--lint=alert-condition", "two.yml"), ["alert-condition", "expression-type"])
        for lint, status in (("alert-condition", 3), ("rule-order", 0), ("rule-order,expression-type", 3), ("duplicate-rules", 0), ("none,alert-condition", 3)):
            self.assertEqual(self.check("rules", "--lint-fatal", "--lint=" + lint, "two.yml").returncode, status, lint)

    def test_findings_below_the_least_severity_are_neither_shown_nor_counted(self):
        self.write("info.yml", GROUP % "{alert: A, expr: 'a{b=~\"c\"} > 1'}")
        self.write("tocsin.yml", "route: {receiver: r}\nreceivers: [{name: r}]\ndatasource: {url: 'http://127.0.0.1:9'}\nrule_files: [info.yml]\n")
        for words in (["rules", "info.yml"], ["config", "tocsin.yml"]):
            for least, ids, status in (("info", ["regex-needless"], 3), ("warning", [], 0), ("error", [], 0)):
                options = ["--lint=all", "--lint-fatal", "--min-severity=" + least]
                self.assertEqual(self.ids(*words, *options), ids, (words, least))
                self.assertEqual(self.check(*words, *options).returncode, status, (words, least))
            wrong = self.check(*words, "--min-severity=fatal")
            self.assertEqual((wrong.returncode, wrong.stdout), (2, ""))
            self.assertIn('unknown severity "fatal", expected error, warning or info', wrong.stderr)

    def test_a_dash_is_standard_input_beside_files(self):
        done = self.check("rules", "good.yml", "-", stdin=FILES["broken.yml"])
        self.assertEqual(done.returncode, 1)
        self.assertIn("stdin:1:51: error: ", done.stderr)
        self.assertEqual(self.check("rules", "-", stdin=FILES["good.yml"]).returncode, 0)

    def test_an_unknown_format_is_refused(self):
        self.assertEqual(self.check("rules", "--format=xml", "good.yml").returncode, 2)
        self.assertEqual(self.check("config", "--format=xml", "good.yml").returncode, 2)

    # ---- input ----

    def test_standard_input_is_checked_and_shown(self):
        done = self.check("rules", stdin=FILES["broken.yml"])
        self.assertEqual(done.returncode, 1)
        self.assertIn("Checking standard input\n  FAILED\n", done.stdout)
        self.assertIn("stdin:1:51: error: ", done.stderr)
        self.assertIn("\n  " + FILES["broken.yml"], done.stderr)

    def test_unknown_fields_are_passed_over_when_asked(self):
        self.write("more.yml", "more: 1\n" + GROUP.replace("name", "more: 1, name") % "{record: a, expr: up, more: {a: b}}")
        self.assertEqual(self.check("rules", "more.yml").returncode, 1)
        self.assertEqual(self.check("rules", "--ignore-unknown-fields", "more.yml").returncode, 0)

    def test_ten_thousand_problems_are_kept_and_the_others_counted(self):
        self.write("many.yml", GROUP % ", ".join("{record: a, expr: up}" for _ in range(10101)))
        done = self.check("rules", "many.yml")
        self.assertEqual(done.stderr.count("duplicate rule: "), 10000)
        self.assertTrue(done.stderr.endswith("… and 100 more\n"))
        self.assertEqual(json.loads(self.check("rules", "--format=json", "many.yml").stdout)["dropped"], 100)
        self.assertIn("::100 more problems are not shown", self.check("rules", "--format=github", "many.yml").stdout)

    # ---- policy ----

    def write_config(self, lint):
        self.write("c.yml", f"route: {{receiver: r}}\nreceivers: [{{name: r}}]\ndatasource: {{url: 'http://p'}}\nrule_files: [duplicate.yml]\nlint: {lint}\n")

    def test_the_policy_of_a_configuration_holds_for_rules(self):
        self.write_config("{disabled: [duplicate-rules], required_labels: [team], severity: {label-required: info}}")
        problems = self.problems("rules", "--config.file=c.yml", "good.yml", "duplicate.yml")
        self.assertEqual([(problem["severity"], problem["id"]) for problem in problems], [("warning", "duplicate-rules-across-files"), ("info", "label-required")])
        self.write_config("{severity: {duplicate-rules: error}}")
        self.assertEqual(self.check("rules", "--config.file=c.yml", "duplicate.yml").returncode, 1)

    def test_a_broken_configuration_checks_nothing(self):
        self.write_config("{disabled: [nothing]}")
        done = self.check("rules", "--config.file=c.yml", "good.yml")
        self.assertEqual(done.returncode, 1)
        self.assertIn('c.yml:5:19: error: unknown finding "nothing"', done.stderr)
        self.assertNotIn("good.yml", done.stdout)

    def test_a_configuration_lints_its_rules_by_its_own_policy(self):
        self.write_config("{}")
        self.assertEqual(self.check("config", "c.yml").returncode, 0)
        self.assertEqual(self.check("config", "--lint-fatal", "c.yml").returncode, 3)
        self.assertIn("[duplicate-rules]", self.check("config", "c.yml").stderr)
        self.assertEqual([problem["id"] for problem in self.problems("config", "c.yml") if "id" in problem], ["duplicate-rules"])
        self.write_config("{disabled: [duplicate-rules]}")
        self.assertEqual(self.check("config", "--lint-fatal", "c.yml").returncode, 0)
        self.assertNotIn("[duplicate-rules]", self.check("config", "c.yml").stderr)

    # ---- documents ----

    def report(self, name):
        done = self.run_in(CASES, TOCSIN, "check", "rules", f"--format={name}", "broken, 100%.yml", "findings.yml", "missing.yml")
        self.assertEqual(done.stderr, "")
        self.assertEqual(done.returncode, 1)
        return done.stdout

    def compare(self, name, got):
        if "TOCSIN_REGENERATE" in os.environ:
            (CASES / name).write_text(got, encoding="utf-8")
        self.assertEqual(got, (CASES / name).read_text(encoding="utf-8"))

    def test_text_has_carets_under_ranges(self):
        done = self.run_in(CASES, TOCSIN, "check", "rules", "broken, 100%.yml", "findings.yml", "missing.yml")
        self.compare("report.txt", done.stdout + "--- standard error\n" + done.stderr)

    def test_json_is_one_document(self):
        self.compare("report.json", json.dumps(json.loads(self.report("json")), indent=1, ensure_ascii=False) + "\n")

    def test_github_commands_are_escaped(self):
        self.compare("report.github", self.report("github"))

    def test_sarif_sees_files_from_the_working_directory(self):
        inside = pathlib.Path(self.directory.name).name
        for name in "broken.yml", "./broken.yml", f"../{inside}/broken.yml", f"{self.directory.name}/broken.yml":
            result = json.loads(self.check("rules", "--format=sarif", name).stdout)["runs"][0]["results"][0]
            self.assertEqual(result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "broken.yml", name)

    def test_a_file_that_cannot_be_read_is_a_place(self):
        self.assertEqual([problem["file"] for problem in self.problems("rules", "none.yml", "broken.yml")], ["broken.yml", "none.yml"])
        self.assertIn("::error file=none.yml,title=tocsin::", self.check("rules", "--format=github", "none.yml").stdout)
        result = json.loads(self.check("rules", "--format=sarif", "./none.yml").stdout)["runs"][0]["results"][0]
        self.assertEqual(result["locations"][0]["physicalLocation"], {"artifactLocation": {"uri": "none.yml"}})

    def test_a_policy_needs_no_route(self):
        for text in "lint: {required_labels: [severity]}\n", "lint: {severity: {duplicate-rules: error}}\nglobal: {evaluation_interval: 30s}\n":
            self.write("policy.yml", text)
            done = self.check("rules", "--config.file=policy.yml", "--lint=all", "--lint-fatal", "good.yml", "duplicate.yml")
            self.assertEqual(done.returncode, 3 if "required" in text else 1, done.stderr)
            self.assertIn("no routes provided", self.check("config", "policy.yml").stderr)
        self.write("policy.yml", "")
        self.assertEqual(self.check("rules", "--config.file=policy.yml", "good.yml").returncode, 0)
        self.write("policy.yml", "lint: {disabled: [nothing]}\n")
        self.assertEqual(self.check("rules", "--config.file=policy.yml", "good.yml").returncode, 1)

    def test_sarif_names_the_rule_of_every_result(self):
        log = json.loads(self.report("sarif"))
        self.assertEqual(log["version"], "2.1.0")
        self.assertEqual(len(log["runs"]), 1)
        run = log["runs"][0]
        rules = run["tool"]["driver"].pop("rules")
        self.assertTrue(all(rule["help"]["text"] and rule["defaultConfiguration"]["level"] in ("error", "warning", "note") for rule in rules))
        self.assertEqual(len({rule["id"] for rule in rules}), len(rules))
        for result in run["results"]:
            self.assertEqual(rules[result.pop("ruleIndex")]["id"], result["ruleId"])
        run["tool"]["driver"].pop("version")
        self.compare("report.sarif", json.dumps(log, indent=1, ensure_ascii=False) + "\n")

    def test_a_document_of_nothing_wrong_is_still_one(self):
        self.assertEqual(json.loads(self.check("rules", "--format=json", "good.yml").stdout), {"files": [{"file": "good.yml", "ok": True}], "problems": [], "errors": 0, "dropped": 0})
        self.assertEqual(self.check("rules", "--format=github", "good.yml").stdout, "")
        self.assertEqual(json.loads(self.check("rules", "--format=sarif", "good.yml").stdout)["runs"][0]["results"], [])


if __name__ == "__main__":
    unittest.main()
