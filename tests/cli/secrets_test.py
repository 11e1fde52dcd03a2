#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""No output tells a secret of a configuration: one is planted at every key that holds one, beside every mistake, and looked for in what check
config says in all formats, in what serve says when it starts, in answers of reloads and of the API, and in the log. Ordinary mistakes, which hold
none, are shown with their lines."""
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request

TOCSIN = os.path.abspath(sys.argv.pop(1))
MARK = "s3kr1t"
# Every line that ends with an @ has a secret there.
HTTP = """basic_auth:
  username: u
  password: @
---
authorization:
  credentials: @
---
bearer_token: @
---
proxy_url: http://u:@@p:1
---
proxy_url: http://p:1
proxy_connect_header:
  X-Token:
    - @
---
http_headers:
  X-Token:
    secrets:
      - @
---
tls_config:
  cert: c
  key: @
---
oauth2:
  client_id: i
  token_url: http://t/
  client_secret: @
---
oauth2:
  client_id: i
  token_url: http://u:@@t/
  client_secret_file: /f
---
oauth2:
  client_id: i
  token_url: http://t/
  grant_type: urn:ietf:params:oauth:grant-type:jwt-bearer
  client_certificate_key: @
---
oauth2:
  client_id: i
  token_url: http://t/
  client_secret_file: /f
  proxy_url: http://u:@@p:1
"""
CONFIG = """global:
  smtp_from: a@b
  smtp_smarthost: x:25
  smtp_auth_password: @
  smtp_auth_secret: @
POSTS
datasource:
  url: http://u:@@127.0.0.1:1/
web:
  external_url: http://u:@@e/
remote_write:
  - url: http://u:@@127.0.0.1:1/
event_recorder:
  webhook_outputs:
    - url: http://h/@
route:
  receiver: r
receivers:
  - name: r
    webhook_configs:
      - url: http://h/@
        http_config:
HTTP
    email_configs:
      - to: a@b
        auth_password: @
        auth_secret: @
    security_agent_configs:
      - url: http://u:@@h/
        secret: @
"""
# What other receivers have in `global` and of their own, in one file each: not all goes together.
GLOBALS = ["""  slack_api_url: http://h/@
  opsgenie_api_key: @
  victorops_api_key: @
  telegram_bot_token: @
""", """  slack_app_token: @
  rocketchat_token: @
  rocketchat_token_id: @
  mattermost_webhook_url: http://h/@
  wechat_api_secret: @
"""]
RECEIVERS = ["""    slack_configs:
      - api_url: http://h/@
    discord_configs:
      - webhook_url: http://h/@
    msteams_configs:
      - webhook_url: http://h/@
    msteamsv2_configs:
      - webhook_url: http://h/@
    mattermost_configs:
      - webhook_url: http://h/@
    opsgenie_configs:
      - api_key: @
""", """    slack_configs:
      - app_token: @
    rocketchat_configs:
      - token: @
        token_id: @
    telegram_configs:
      - bot_token: @
        chat_id: 1
    pagerduty_configs:
      - service_key: @
      - routing_key: @
    victorops_configs:
      - api_key: @
        routing_key: x
    incidentio_configs:
      - alert_source_token: @
        url: http://h/
    pushover_configs:
      - token: @
        user_key: @
"""]
# What is made of the line of a secret: (indentation, "key: " or "- ", value) to text.
MISTAKES = {
    "a list": lambda indent, key, value: f"{indent}{key}[{value}, {value}]",
    "a map": lambda indent, key, value: f"{indent}{key}{{{value}: x}}",
    "keys without values": lambda indent, key, value: f"{indent}{key}{{'{value}', '{value}'}}",
    "a map within": lambda indent, key, value: f"{indent}{key}\n{indent}  a: {value}\n{indent}  b: [{value}]",
    "a colon too many": lambda indent, key, value: f"{indent}{key}x {value}: y",
    "no space": lambda indent, key, value: f"{indent}{key.rstrip()}{value}",
    "no space in a flow": lambda indent, key, value: f"{indent}? {{ {key.rstrip()}{value} }}",
    "an open quote": lambda indent, key, value: f'{indent}{key}"{value}',
    "a bad escape": lambda indent, key, value: f'{indent}{key}"{value}\\q{value}"',
    "an alias": lambda indent, key, value: f"{indent}{key}*{MARK}",
    "a tag": lambda indent, key, value: f"{indent}{key}!{MARK}!{MARK} {value}",
    "an anchor": lambda indent, key, value: f"{indent}{key}&{MARK} &{MARK} {value}",
    "a control character": lambda indent, key, value: f"{indent}{key}{value}\x01",
    "twice": lambda indent, key, value: f"{indent}{key}{value}\n{indent}{key}{value}",
    "misspelled": lambda indent, key, value: f"{indent}x{key}{value}",
    "a block": lambda indent, key, value: f"{indent}{key}|\n{indent}  {value}\n{indent}  {value}\n{indent} {value}: [",
    "a folded block": lambda indent, key, value: f"{indent}{key}>-\n{indent}  {value}\n\n\t{indent}{value}",
    "a tab": lambda indent, key, value: f"\t{indent}{key}{value}",
    "lines": lambda indent, key, value: f"{indent}{key}{value}\n{indent}   {value}\n{indent}{value}",
    "another scheme": lambda indent, key, value: f"{indent}{key}{value.replace('http', 'ftp', 1)}",
    "a broken scheme": lambda indent, key, value: f"{indent}{key}{value.replace('http:/', 'http:', 1)}",
    "a bad port": lambda indent, key, value: f"{indent}{key}'{value.rstrip('/')}:{MARK}/'",
    "a bad template": lambda indent, key, value: f"{indent}{key}'{value}{{{{ {MARK} }}}}'",
    "an open template": lambda indent, key, value: f"{indent}{key}'{{{{ \"{value}'",
    "a mistake elsewhere": lambda indent, key, value: f"{indent}{key}{value}",
}

# A good line, what is made of it, and what the caret stands under.
ORDINARY = [
    ("  receiver: r", "  receiver: nobody", "nobody"),
    ("  group_wait: 30s", "  group_wait: soon", "soon"),
    ("  group_wait: 30s", "  group_wiat: 30s", "group_wiat"),
    ("      receiver: r", "      receiver: 'nobody'", "'nobody'"),
    ('        - severity="page"', '        - severity=~"["', 'severity=~"["'),
    ("        team: 'a.*'", "        team: '['", "'['"),
    ("  - name: r", "  - nmae: r", "nmae"),
    ("        max_alerts: 1", "        max_alerts: many", "many"),
    ("          follow_redirects: true", "          follow_redirects: perhaps", "perhaps"),
    ("  url: http://127.0.0.1:1/", "  url: ftp://127.0.0.1:1/", "ftp://127.0.0.1:1/"),
]
GOOD = f"""global:
  external_labels:
    cluster: a
route:
  receiver: r
  group_wait: 30s
  routes:
    - matchers:
        - severity="page"
      receiver: r
    - match_re:
        team: 'a.*'
      receiver: r
receivers:
  - name: r
    webhook_configs:
      - url: http://h/{MARK}
        max_alerts: 1
        http_config:
          follow_redirects: true
          basic_auth:
            username: u
            password: {MARK}
datasource:
  url: http://127.0.0.1:1/
"""


def whole_files():
    """Good texts that have, together, all secrets."""
    for number, http in enumerate(HTTP.split("---\n")):
        block = "".join(" " * 10 + line + "\n" for line in http.splitlines())
        in_global, own = (GLOBALS[number], RECEIVERS[number]) if number < len(GLOBALS) else ("", "")
        text = CONFIG.replace("HTTP\n", block).replace("POSTS\n", in_global) + own
        yield re.sub(r"(?<!a)@", MARK, re.sub("@@", MARK + "@", text)).replace(f"u:{MARK}{MARK}", f"u:{MARK}@")


def with_mistake(text, mistake):
    """One text a secret, its line spoiled."""
    lines = text.splitlines()
    for number, line in enumerate(lines):
        parts = re.fullmatch(r"( *)((?:- )?(?:\w+: )?)(.*)", line)
        if MARK not in line:
            continue
        spoiled = MISTAKES[mistake](*parts.groups())
        tail = ["nonsense: 1"] if mistake == "a mistake elsewhere" else []
        yield "\n".join(lines[:number] + [spoiled] + lines[number + 1:] + tail) + "\n"


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Secrets(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.directory = pathlib.Path(holder.name)

    def run_tocsin(self, *words):
        done = subprocess.run([TOCSIN, *words], cwd=self.directory, capture_output=True, text=True, errors="replace", check=False, timeout=60)
        return done.returncode, done.stdout + done.stderr

    def tells_none(self, output, of):
        self.assertNotIn(MARK, output, of)

    def write(self, name, text):
        (self.directory / name).write_text(text, encoding="utf-8")

    def spoiled(self):
        """Writes all spoiled files; (mistake, their names)."""
        for number, mistake in enumerate(MISTAKES):
            texts = {text for whole in whole_files() for text in with_mistake(whole, mistake)}
            names = [f"{number}_{index}.yml" for index in range(len(texts))]
            for name, text in zip(names, sorted(texts)):
                self.write(name, text)
            yield mistake, names

    def test_every_secret_key_is_planted(self):
        keys = re.findall(r"^\| `([^`]+)` \| (?:secret|map of lists of secrets) \|", self.run_tocsin("check", "config", "--print-keys")[1], re.M)
        self.assertGreater(len(keys), 15)
        for key in keys:
            self.assertRegex(CONFIG + HTTP + "".join(GLOBALS + RECEIVERS), rf"\b{key.split('.')[-1]}:[^@]*@")

    def test_good_files_are_good(self):
        for number, text in enumerate(whole_files()):
            self.write(f"{number}.yml", text)
            status, output = self.run_tocsin("check", "config", f"{number}.yml")
            self.assertEqual(status, 0, output + text)
            self.tells_none(output, text)

    def test_check_config_tells_none(self):
        for mistake, names in self.spoiled():
            for form in ("text", "json", "github", "sarif"):
                status, output = self.run_tocsin("check", "config", f"--format={form}", *names)
                self.assertEqual(status, 1, f"{mistake}: all files are good")
                self.tells_none(output, mistake)

    def test_ordinary_mistakes_are_shown_with_their_lines(self):
        self.write("good.yml", GOOD)
        self.assertEqual(self.run_tocsin("check", "config", "good.yml")[0], 0)
        for good, bad, under in ORDINARY:
            self.assertIn(f"{good}\n", GOOD)
            self.write("bad.yml", GOOD.replace(f"{good}\n", f"{bad}\n", 1))
            status, output = self.run_tocsin("check", "config", "bad.yml")
            self.assertEqual(status, 1, bad)
            self.tells_none(output, bad)
            lines = output.splitlines()
            self.assertIn(f"  {bad}", lines)
            self.assertRegex(lines[lines.index(f"  {bad}") + 1], rf"^ {{{2 + bad.index(under)}}}\^")

    def test_check_rules_tells_none_of_its_configuration(self):
        self.write("rules.yml", "groups: []\n")
        for mistake, names in self.spoiled():
            for name in names[:3]:
                self.tells_none(self.run_tocsin("check", "rules", f"--config.file={name}", "rules.yml")[1], mistake)

    def test_a_configuration_among_its_own_rule_files_tells_none(self):
        text = next(whole_files())
        self.write("own.yml", text + "rule_files: ['*.yml']\n")
        status, output = self.run_tocsin("check", "config", "own.yml")
        self.assertEqual(status, 1)
        self.assertIn("own.yml:1:1: error: ", output)
        self.tells_none(output, text)

    def test_an_address_on_the_command_line_keeps_its_password(self):
        status, output = self.run_tocsin("serve", f"--web.external-url=ftp://u:{MARK}@h/")
        self.assertEqual(status, 2)
        self.tells_none(output, "--web.external-url")

    def ask(self, port, path, method="GET"):
        try:
            with urllib.request.urlopen(urllib.request.Request(f"http://127.0.0.1:{port}{path}", method=method), timeout=30) as reply:
                return reply.status, reply.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()

    def wait_ready(self, port):
        for _ in range(600):
            try:
                return self.ask(port, "/-/ready")
            except OSError:
                time.sleep(0.05)
        self.fail("not ready")

    def ask_all(self, port, broken):
        self.wait_ready(port)
        for path in ("/", "/api/v2/status", "/api/v1/status/config", "/api/v1/status/flags", "/metrics"):
            self.tells_none(self.ask(port, path)[1].replace(f"http://u:{MARK}@e", ""), path)  # what links are made of is public
        for mistake, name in broken:
            (self.directory / name).replace(self.directory / "tocsin.yml")
            status, answer = self.ask(port, "/-/reload", "POST")
            self.assertNotEqual(status, 200, mistake)
            self.tells_none(answer, mistake)

    def test_serve_tells_none(self):
        port = free_port()
        self.write("tocsin.yml", next(whole_files()))
        broken = []
        for mistake, names in self.spoiled():
            for name in names:
                if self.run_tocsin("check", "config", name)[0] == 1:
                    broken.append((mistake, name))
                    break
        for mistake, name in broken:
            status, output = self.run_tocsin("serve", f"--config.file={name}", "--storage.path=never", f"--web.listen-address=127.0.0.1:{port}")
            self.assertEqual(status, 1, mistake)
            self.tells_none(output, mistake)
        log = self.directory / "log"
        with open(log, "w", encoding="utf-8") as out:
            program = subprocess.Popen([TOCSIN, "serve", f"--web.listen-address=127.0.0.1:{port}", "--log.level=debug"], cwd=self.directory, stdout=out, stderr=out)
        try:
            self.ask_all(port, broken)
        finally:
            program.terminate()
            program.wait(30)
        self.assertIn("reload refused", log.read_text())
        self.tells_none(log.read_text(errors="replace"), "the log")


if __name__ == "__main__":
    unittest.main()
