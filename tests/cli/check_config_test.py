#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tocsin check config: what it counts, and the files that are not there. Argument: tocsin."""
import os
import pathlib
import subprocess
import sys
import tempfile

TOCSIN = str(pathlib.Path(sys.argv[1]).resolve())
TREE = """route:
  receiver: r
  routes:
  - {match: {a: a}, routes: [{match: {b: b}}]}
  - {match: {a: b}}
  - {match: {a: c}}
  - {match: {a: d}}
receivers: [{name: r}, {name: s}]
"""
MORE = """inhibit_rules: [{source_matchers: [a=b], target_matchers: [c=d]}]
time_intervals: [{name: t, time_intervals: [{}]}, {name: u}]
templates: ['*.tmpl']
"""


def check(text, status, out, *errors):
    pathlib.Path("c.yml").write_text(text)
    done = subprocess.run([TOCSIN, "check", "config", "c.yml"], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (status, f"Checking c.yml\n  {out}\n\n"), (text, done)
    shown = [line for line in done.stderr.splitlines() if line.startswith("c.yml:")]
    assert shown == list(errors), (text, shown)


def everything_is_counted():
    check(TREE, 0, "SUCCESS: 2 receivers, 5 routes below the root, 0 rule files, 0 rules")
    pathlib.Path("x.tmpl").write_text('{{ define "x" }}x{{ end }}')
    check(TREE + MORE, 0, "SUCCESS: 2 receivers, 5 routes below the root, 1 inhibit rules, 2 time intervals, 1 template files, 0 rule files, 0 rules")
    pathlib.Path("x.tmpl").unlink()


FILES = """global: {smtp_auth_password_file: /not/there, http_config: {tls_config: {ca_file: there.pem}}}
route: {receiver: r}
receivers:
- name: r
  webhook_configs:
  - url_file: ''
    url: http://127.0.0.1:1
    http_config:
      basic_auth: {username: u, password_file: sub/gone}
      http_headers: {X-A: {files: [there.pem, gone]}}
  slack_configs:
  - {api_url_file: there.pem/x, channel: c}
  telegram_configs:
  - {bot_token_file: there.pem, chat_id: 1}
"""


def files_that_are_not_there_now_are_warned_of():
    pathlib.Path("there.pem").write_text("x")
    check(FILES, 0, "SUCCESS: 1 receivers, 0 routes below the root, 0 rule files, 0 rules",
          'c.yml:1:35: warning: "smtp_auth_password_file": there is no file "/not/there" now',
          'c.yml:9:48: warning: "password_file": there is no file "sub/gone" now',
          'c.yml:10:47: warning: "files": there is no file "gone" now',
          'c.yml:12:20: warning: "api_url_file": there is no file "there.pem/x" now')


def globs_of_templates_that_match_nothing_come_before_what_follows():
    mail = "  email_configs: [{to: a@x, from: b@x, smarthost: 'm:25', html: '{{ template \"my.html\" . }}'}]\n"
    text = "route: {receiver: r}\nreceivers:\n- name: r\n" + mail + "templates: ['gone/*.tmpl', gone.tmpl]\n"
    check(text, 1, "FAILED", 'c.yml:5:13: warning: "gone/*.tmpl" matches no file', 'c.yml:5:28: warning: "gone.tmpl" matches no file',
          'c.yml:4:65: error: html: html/template:html:1:12: no such template "my.html"')
    check(text.replace(mail, ""), 0, "SUCCESS: 1 receivers, 0 routes below the root, 0 rule files, 0 rules",
          'c.yml:4:13: warning: "gone/*.tmpl" matches no file', 'c.yml:4:28: warning: "gone.tmpl" matches no file')


CHECKS = [everything_is_counted, files_that_are_not_there_now_are_warned_of, globs_of_templates_that_match_nothing_come_before_what_follows]


def main():
    with tempfile.TemporaryDirectory() as directory:
        os.chdir(directory)
        for one in CHECKS:
            one()
        os.chdir("/")


main()
