# SPDX-License-Identifier: Apache-2.0
"""Mail to real SMTP servers: plain, STARTTLS, implicit TLS, AUTH; refusing, greylisting, stalling and injecting ones.
One tocsin over a real Prometheus; an alert's label `to` says which receiver it goes to.

usage: mail.py TOCSIN"""
import contextlib
import email
import email.policy
import json
import logging
import pathlib
import re
import sqlite3
import ssl
import subprocess
import sys
import warnings

import rig
from rig import wait_until

try:
    from aiosmtpd.controller import Controller
    from aiosmtpd.smtp import SMTP, AuthResult
except ImportError:
    print("aiosmtpd is not installed")
    sys.exit(rig.SKIPPED)

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "harness"))
import certificates  # noqa: E402

logging.disable()
warnings.simplefilter("ignore")
PATIENCE = 90
PASSWORD, WRONG = "c0rrect-horse", "wr0ng-horse"
RULES = r"""
groups:
- name: g
  interval: 200ms
  rules:
  - alert: Mail
    expr: fire > 0
    annotations:
      summary: 'Zu heiß — 溫度 {{ $value }} <b>&</b>'
      description: |
        first
        .
        ..two dots
        From nobody
"""

suite = rig.Suite("mail")
exporter = suite.exporter()
certificates.make(str(suite.directory))
receivers, routes, boxes = [], [], {}


class Box:
    """What one SMTP server was sent."""

    def __init__(self, rcpt=(), data=()):
        self.mails, self.rcpt, self.data, self.attempts, self.auth = [], list(rcpt), list(data), [], []
        self.later = set()  # recipients that are to come back
        self.senders, self.logins = [], []  # of each MAIL FROM; the client's address at each login

    async def handle_MAIL(self, server, session, envelope, address, options):
        self.senders.append(address)
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.rcpt:
            return self.rcpt.pop(0)
        if address in self.later:
            return "451 4.7.1 greylisted, come back"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.attempts.append(envelope.original_content)
        if self.data:
            return self.data.pop(0)
        self.mails.append((envelope.mail_from, list(envelope.rcpt_tos), bool(session.ssl), envelope.original_content))
        return "250 taken"

    def authenticate(self, server, session, envelope, mechanism, data):
        self.auth.append((mechanism, data.login, data.password))
        self.logins.append(session.peer)
        return AuthResult(success=data.login == b"ann" and data.password == PASSWORD.encode(), handled=False)

    def last(self):
        return email.message_from_bytes(self.mails[-1][3], policy=email.policy.default)


def context(name):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(suite.directory / f"{name}.pem", suite.directory / f"{name}.key")
    return made


class Server(Controller):
    def __init__(self, box, implicit=None, **options):
        self.options = options
        super().__init__(box, hostname="127.0.0.1", port=rig.free_port(), ssl_context=implicit)

    def factory(self):
        return SMTP(self.handler, hostname="mail.test", **self.options)


def receiver(name, port, keys=""):
    to = keys if "to:" in keys else f"to: '{name}@example.org'" + (f", {keys}" if keys else "")
    receivers.append(f"- name: {name}\n  email_configs: [{{send_resolved: true, smarthost: 'localhost:{port}', {to}}}]\n")
    routes.append(f"  - {{matchers: ['to=\"{name}\"'], receiver: {name}}}\n")


def server(name, keys="", box=None, implicit=None, **options):
    box = boxes[name] = box or Box()
    started = Server(box, implicit, **options)
    if "authenticator" in options:
        started.options["authenticator"] = box.authenticate
    started.start()
    suite.defer(started.stop)
    receiver(name, started.port, keys)


def evil_servers():
    process = subprocess.Popen([sys.executable, str(HERE / "smtp_evil.py"), str(suite.directory)], stdout=subprocess.PIPE, text=True)
    suite.defer(process.kill)
    ports = {}
    for line in process.stdout:
        if line.strip() == "ready":
            return ports
        name, port = line.split()
        ports[name] = int(port)
    raise AssertionError("the misbehaving servers did not start")


def set_up():
    clear, ca = "require_tls: false", f"tls_config: {{ca_file: '{suite.directory}/ca.pem'}}"
    login = {"authenticator": True, "auth_required": True}
    server("plain", clear)
    server("starttls", ca, tls_context=context("good"), require_starttls=True)
    server("implicit", f"force_implicit_tls: true, {ca}", implicit=context("good"))
    server("wrong_name", ca, tls_context=context("wrong"), require_starttls=True)
    server("untrusted", f"tls_config: {{ca_file: '{suite.directory}/other_ca.pem'}}", tls_context=context("good"), require_starttls=True)
    server("no_tls")
    for mechanism, excluded in (("PLAIN", ["LOGIN", "CRAM-MD5"]), ("LOGIN", ["PLAIN", "CRAM-MD5"])):
        name = "auth_" + mechanism.lower()
        server(name, f"auth_username: ann, auth_password: {PASSWORD}, {ca}", tls_context=context("good"), require_starttls=True, auth_exclude_mechanism=excluded, **login)
    server("auth_wrong", f"auth_username: ann, auth_password: {WRONG}, {ca}", tls_context=context("good"), require_starttls=True, **login)
    server("auth_clear", f"auth_username: ann, auth_password: {PASSWORD}, {clear}", auth_require_tls=False, **login)
    server("auth_refused", f"auth_username: ann, auth_password: {WRONG}, {clear}", authenticator=True, auth_require_tls=False)
    server("auth_unasked", f"auth_username: ann, auth_password: {PASSWORD}, {clear}")
    server("refusing", clear, box=Box(rcpt=["550 5.1.1 no such user"] * 2))
    server("greylisting", clear, box=Box(data=["451 4.7.1 greylisted, come back"] * 2))
    server("several", "require_tls: false, to: 'A. Nn <a@example.org>, b@example.org, \"c, d\" <c@example.org>'")
    server("partly", "require_tls: false, to: 'a@example.org, b@example.org'")
    server("headers", clear + ", headers: {Subject: 'about {{ .CommonLabels.evil }}', X-Evil: '{{ .CommonLabels.evil }}'}, text: '{{ range .Alerts }}{{ .Annotations.description }}{{ end }}'")
    ports = evil_servers()
    receiver("stall_data", ports["stall_text"], clear)
    receiver("inject", ports["inject"], f"auth_username: ann, auth_password: {PASSWORD}, {ca}")
    receiver("never", ports["never"], clear)


def fire(to):
    exporter.set(f'fire{{to="{to}"}}', 21.5)


def wait_mail(name, count=1):
    box = boxes[name]
    wait_until(lambda: len(box.mails) >= count, PATIENCE, f"{name} has {count} mails; log:\n{tocsin.output()[-1500:]}")
    return box.last()


def wait_failure(name):
    return wait_until(lambda: [line for line in tocsin.output().splitlines() if f"receiver={name} " in line and "err=" in line], PATIENCE, f"the failure of {name} is logged")


def a_mail_has_a_text_and_an_html_part():
    fire("plain")
    mail = wait_mail("plain")
    assert mail.get_content_type() == "multipart/alternative" and mail["MIME-Version"] == "1.0", mail
    kinds = [part.get_content_type() for part in mail.iter_parts()]
    assert kinds == ["text/html"] or kinds == ["text/plain", "text/html"], kinds
    html = list(mail.iter_parts())[-1].get_content()
    assert "Zu heiß — 溫度 21.5 &lt;b&gt;&amp;&lt;/b&gt;" in html, html[-1500:]
    assert not mail.defects, mail.defects


def its_headers_are_those_of_a_mail():
    mail, (sender, recipients, _, raw) = boxes["plain"].last(), boxes["plain"].mails[-1]
    assert sender == "tocsin@example.org" and recipients == ["plain@example.org"], (sender, recipients)
    assert mail["From"] and mail["To"] == "plain@example.org" and mail["Date"].datetime.tzinfo, mail.items()
    assert re.fullmatch(r"<[^<>@\s]+@[^<>@\s]+>", mail["Message-Id"]), mail["Message-Id"]
    assert mail["Subject"].startswith("[FIRING:1] plain"), mail["Subject"]
    assert raw.count(b"\n") == raw.count(b"\r\n") and max(map(len, raw.split(b"\r\n"))) <= 998
    assert all(byte < 128 for byte in raw.split(b"\r\n\r\n")[0])


def an_end_is_told_with_another_message_id():
    first = boxes["plain"].last()["Message-Id"]
    exporter.set('fire{to="plain"}', 0)
    mail = wait_mail("plain", 2)
    assert mail["Subject"].startswith("[RESOLVED] plain") and mail["Message-Id"] != first, mail["Subject"]


def starttls_and_implicit_tls_are_spoken():
    for name in ("starttls", "implicit"):
        fire(name)
        wait_mail(name)
    assert boxes["starttls"].mails[0][2], "the mail came in clear text"


def certificates_are_verified():
    for name in ("wrong_name", "untrusted"):
        fire(name)
    for name in ("wrong_name", "untrusted"):
        wait_failure(name)
        assert not boxes[name].attempts


def a_server_without_starttls_gets_nothing_when_tls_is_required():
    fire("no_tls")
    wait_failure("no_tls")
    assert not boxes["no_tls"].attempts


def the_right_password_opens():
    for name, mechanism in (("auth_plain", "PLAIN"), ("auth_login", "LOGIN"), ("auth_clear", "PLAIN")):
        fire(name)
        wait_mail(name)
        assert boxes[name].auth[0] == (mechanism, b"ann", PASSWORD.encode()), boxes[name].auth


def the_wrong_password_does_not():
    fire("auth_wrong")
    wait_failure("auth_wrong")
    assert boxes["auth_wrong"].auth[0][1:] == (b"ann", WRONG.encode()) and not boxes["auth_wrong"].attempts, boxes["auth_wrong"].auth


def nothing_follows_a_refused_login_even_where_none_is_needed():
    box = boxes["auth_refused"]
    fire("auth_refused")
    assert any("535 5.7.8 Authentication credentials invalid" in line for line in wait_failure("auth_refused")), tocsin.output()[-1500:]
    assert not box.senders and not box.attempts, (box.senders, box.auth)
    assert len(set(box.logins)) == len(box.logins), f"two logins in one session: {box.auth}"


def a_server_that_asks_for_no_login_gets_the_mail_without():
    fire("auth_unasked")
    wait_mail("auth_unasked")
    assert not boxes["auth_unasked"].auth


def a_refused_recipient_is_final_until_the_next_tick():
    fire("refusing")
    wait_failure("refusing")
    wait_mail("refusing")
    assert not boxes["refusing"].rcpt


def greylisting_is_waited_out_with_the_same_message_id():
    fire("greylisting")
    wait_mail("greylisting")
    attempts = [email.message_from_bytes(raw, policy=email.policy.default) for raw in boxes["greylisting"].attempts]
    assert len(attempts) == 3 and len({mail["Message-Id"] for mail in attempts}) == 1, [mail["Message-Id"] for mail in attempts]


def several_recipients_share_a_mail():
    fire("several")
    mail = wait_mail("several")
    assert boxes["several"].mails[0][1] == ["a@example.org", "b@example.org", "c@example.org"], boxes["several"].mails[0][1]
    assert [address.display_name for address in mail["To"].addresses] == ["A. Nn", "", "c, d"], mail["To"]


def who_has_a_mail_gets_it_once_over_a_kill():
    box = boxes["partly"]
    box.later = {"b@example.org"}
    fire("partly")
    wait_mail("partly")
    def is_stored():
        with contextlib.closing(sqlite3.connect(tocsin.directory / "data" / "tocsin.db")) as database:
            return database.execute("SELECT count(*) FROM notification_log WHERE receiver_data LIKE '%a@example.org%'").fetchone()[0] == 1
    wait_until(is_stored, PATIENCE, "it is stored who has it")
    tocsin.kill()
    box.later = set()
    tocsin.start()
    wait_mail("partly", 2)
    assert [recipients for _, recipients, _, _ in box.mails] == [["a@example.org"], ["b@example.org"]], [mail[1] for mail in box.mails]
    assert len({email.message_from_bytes(mail[3])["Message-Id"] for mail in box.mails}) == 1
    wait_until(lambda: not is_stored(), PATIENCE, "that is forgotten once all have it")


def labels_inject_no_header_and_dots_stay():
    exporter.set(r'fire{to="headers",evil="x\nBcc: victim@example.org\n\nbody"}', 1)
    mail = wait_mail("headers")
    raw_headers = boxes["headers"].mails[0][3].split(b"\r\n\r\n")[0]
    assert boxes["headers"].mails[0][1] == ["headers@example.org"]
    assert mail["Bcc"] is None and b"\r\nBcc:" not in raw_headers and "victim" in mail["Subject"], raw_headers
    text = next(part for part in mail.iter_parts() if part.get_content_type() == "text/plain").get_content()
    assert text.replace("\r\n", "\n").startswith("first\n.\n..two dots\nFrom nobody\n"), text


def a_stalling_server_holds_no_other_up():
    fire("stall_data")
    before = len(boxes["starttls"].mails)
    exporter.set('fire{to="starttls"}', 0)
    wait_mail("starttls", before + 1)
    assert rig.get(tocsin.url + "/-/ready")[0] == 200


def what_is_injected_before_tls_is_not_believed():
    fire("inject")
    wait_failure("inject")
    log = suite.directory / "evil.log"
    assert not log.exists() or PASSWORD.encode() not in log.read_bytes()


def spam_is_refused_for_good():
    fire("never")
    assert any("spam" in line or "554" in line for line in wait_failure("never"))


def passwords_are_not_in_the_log():
    shown = tocsin.output() + json.dumps(tocsin.api("/api/v2/status"))
    assert PASSWORD not in shown and WRONG not in shown


def it_stops_while_a_server_stalls():
    assert tocsin.process.stop(60) == 0


set_up()
exporter.set_all({f'fire{{to="{name}"}}': 0 for name in boxes})
prometheus = suite.start_prometheus(exporter)
tocsin = suite.tocsin(sys.argv[1], f"global: {{smtp_from: tocsin@example.org}}\ndatasource: {{url: '{prometheus}'}}\nrule_files: [rules.yml]\n"
                      "route:\n  receiver: plain\n  group_by: [to]\n  group_wait: 50ms\n  group_interval: 2s\n  repeat_interval: 1h\n  routes:\n"
                      + "".join(routes) + "receivers:\n" + "".join(receivers), RULES)
suite.run_all([
    a_mail_has_a_text_and_an_html_part, its_headers_are_those_of_a_mail, an_end_is_told_with_another_message_id, starttls_and_implicit_tls_are_spoken,
    certificates_are_verified, a_server_without_starttls_gets_nothing_when_tls_is_required, the_right_password_opens, the_wrong_password_does_not,
    nothing_follows_a_refused_login_even_where_none_is_needed, a_server_that_asks_for_no_login_gets_the_mail_without,
    a_refused_recipient_is_final_until_the_next_tick, greylisting_is_waited_out_with_the_same_message_id, several_recipients_share_a_mail,
    who_has_a_mail_gets_it_once_over_a_kill,
    labels_inject_no_header_and_dots_stay, a_stalling_server_holds_no_other_up, what_is_injected_before_tls_is_not_believed, spam_is_refused_for_good,
    passwords_are_not_in_the_log, it_stops_while_a_server_stalls])
sys.exit(suite.finish())
