# SPDX-License-Identifier: Apache-2.0
"""The web configuration of Prometheus' toolkit (TLS, clients' certificates, users), bearer tokens, CORS, limits, and the command lines of Alertmanager.

usage: web.py TOCSIN"""
import base64
import json
import pathlib
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import warnings

import rig

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import crypt

BINARY = str(pathlib.Path(sys.argv[1]).resolve())
suite = rig.Suite("web")
CONFIG = "route: {receiver: r}\nreceivers: [{name: r}]\n"
ALERT = json.dumps([{"labels": {"alertname": "A"}}]).encode()
READ, POST = "r" * 16, "p" * 16
ADMIN, SILENCER = "a" * 16, "s" * 16


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, capture_output=True, timeout=60)


def make_authority(directory):
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{directory}/ca.key", "-out", f"{directory}/ca.pem", "-subj", "/CN=ca", "-days", "2")


def make_certificate(directory, name, names, usage):
    (directory / "extensions").write_text(f"subjectAltName={names}\nextendedKeyUsage={usage}\n")
    openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{directory}/{name}.key", "-out", f"{directory}/{name}.csr", "-subj", f"/CN={name}")
    openssl("x509", "-req", "-in", f"{directory}/{name}.csr", "-CA", f"{directory}/ca.pem", "-CAkey", f"{directory}/ca.key", "-CAcreateserial", "-out", f"{directory}/{name}.pem", "-days", "2",
            "-extfile", f"{directory}/extensions")


def bcrypt(password):
    return crypt.crypt(password, crypt.mksalt(crypt.METHOD_BLOWFISH, rounds=1 << 10))


def ask(url, path="/api/v2/status", headers=None, method="GET", body=None, context=None):
    """(status, headers, body text)"""
    request = urllib.request.Request(url + path, method=method, data=body, headers={"Content-Type": "application/json", **(headers or {})})
    try:
        with urllib.request.urlopen(request, timeout=10, context=context) as reply:
            return reply.status, dict(reply.headers), reply.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read().decode()


def basic(user, password):
    return {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def start(name, web, config=CONFIG, arguments=()):
    """A tocsin with this web configuration, once it takes connections."""
    tocsin = suite.tocsin(BINARY, config, name=name, start=False)
    flags = list(arguments)
    if web is not None:
        (tocsin.directory / "web.yml").write_text(web)
        flags.append(f"--web.config.file={tocsin.directory}/web.yml")
    tocsin.start(wait=False, arguments=flags)
    rig.wait_until(lambda: "msg=serving" in tocsin.output() or not tocsin.process.alive(), 20, "tocsin serves")
    assert tocsin.process.alive(), tocsin.output()
    return tocsin


def users_are_let_in_and_others_are_not():
    tocsin = start("users", f"basic_auth_users: {{bob: '{bcrypt('s3cret')}', 'a b': '{bcrypt('')}'}}\nhttp_server_config: {{headers: {{X-Frame-Options: deny}}}}\n")
    status, headers, body = ask(tocsin.url)
    assert (status, headers["WWW-Authenticate"], headers["X-Frame-Options"], body) == (401, "Basic", "deny", "Unauthorized\n"), (status, headers, body)
    for user, password, wanted in [("bob", "s3cret", 200), ("bob", "s3cretx", 401), ("bob", "", 401), ("eve", "s3cret", 401), ("a b", "", 200), ("bob", "s3cret", 200), ("bob", "s3cretx", 401)]:
        assert ask(tocsin.url, headers=basic(user, password))[0] == wanted, (user, password)
    for path in "/-/healthy", "/", "/web/main.js", "/metrics", "/nowhere":
        assert ask(tocsin.url, path)[0] == 401, path
    assert ask(tocsin.url, "/api/v2/alerts", basic("bob", "s3cret"), "POST", ALERT)[0] == 200
    assert ask(tocsin.url, "/api/v2/alerts", None, "POST", ALERT)[0] == 401
    assert ask(tocsin.url, headers={"Authorization": "Basic !"})[0] == 401
    assert "s3cret" not in tocsin.output()


def a_password_is_compared_beside_the_loop_and_once():
    tocsin = start("beside", f"basic_auth_users: {{bob: '{crypt.crypt('s3cret', crypt.mksalt(crypt.METHOD_BLOWFISH, rounds=1 << 13))}'}}\n")
    times, threads = [], []

    def measure(password):
        begin = time.monotonic()
        assert ask(tocsin.url, headers=basic("bob", password))[0] in (200, 401)
        times.append(time.monotonic() - begin)

    measure("s3cret")
    first = times.pop()
    threads.append(threading.Thread(target=measure, args=("wrong",)))
    threads[0].start()
    time.sleep(first / 10)
    begin = time.monotonic()
    assert ask(tocsin.url, headers=basic("bob", "s3cret"))[0] == 200
    known = time.monotonic() - begin
    threads[0].join()
    assert known < times[0] and known < first / 2, f"a known password took {known:.3f} s while another one took {times[0]:.3f} s; the first {first:.3f} s"


def users_change_with_the_file_and_a_broken_one_changes_nothing():
    tocsin = start("change", f"basic_auth_users: {{bob: '{bcrypt('one')}'}}\n")
    web = tocsin.directory / "web.yml"
    assert ask(tocsin.url, headers=basic("bob", "one"))[0] == 200
    web.write_text(f"basic_auth_users: {{bob: '{bcrypt('two')}'}}\n")
    assert ask(tocsin.url, headers=basic("bob", "one"))[0] == 401
    assert ask(tocsin.url, headers=basic("bob", "two"))[0] == 200
    web.write_text("basic_auth_users: {bob: plain}\n")
    assert ask(tocsin.url, headers=basic("bob", "two"))[0] == 200
    assert ask(tocsin.url, headers=basic("bob", "plain"))[0] == 401
    assert tocsin.output().count("the web configuration has changed and is broken") == 1 and "no hash of bcrypt" in tocsin.output(), tocsin.output()
    web.write_text("{}\n")
    assert ask(tocsin.url)[0] == 200


def tls_context(directory, client=None):
    context = ssl.create_default_context(cafile=f"{directory}/ca.pem")
    if client:
        context.load_cert_chain(f"{directory}/{client}.pem", f"{directory}/{client}.key")
    return context


def is_refused(url, context):
    try:
        ask(url, context=context)
    except (urllib.error.URLError, ssl.SSLError, ConnectionError):
        return True
    return False


def subject(port):
    with socket.create_connection(("127.0.0.1", port), 10) as plain, ssl._create_unverified_context().wrap_socket(plain) as session:
        certificate = session.getpeercert(binary_form=True)
    return subprocess.run(["openssl", "x509", "-inform", "der", "-noout", "-subject"], input=certificate, capture_output=True, timeout=20).stdout.decode()


def certificates_are_served_asked_for_and_renewed():
    directory = suite.directory / "certificates"
    directory.mkdir()
    make_authority(directory)
    for name, names, usage in [("one", "IP:127.0.0.1", "serverAuth"), ("two", "IP:127.0.0.1", "serverAuth"), ("alice", "DNS:alice", "clientAuth"), ("mallory", "DNS:mallory", "clientAuth")]:
        make_certificate(directory, name, names, usage)
    for suffix in "pem", "key":
        shutil.copy(directory / f"one.{suffix}", directory / f"used.{suffix}")
    served = f"cert_file: {directory}/used.pem, key_file: {directory}/used.key"
    tocsin = start("tls", f"tls_server_config: {{{served}}}\n")
    url = tocsin.url.replace("http:", "https:")
    assert ask(url, context=tls_context(directory))[0] == 200
    assert is_refused(tocsin.url, None), "plain HTTP was answered"
    assert json.loads(ask(url, "/api/v1/status/flags", context=tls_context(directory))[2])["data"]["web.external-url"].startswith("https://")
    assert "one" in subject(tocsin.port)
    for suffix in "pem", "key":
        shutil.copy(directory / f"two.{suffix}", directory / f"used.{suffix}")
    assert "two" in subject(tocsin.port)
    (tocsin.directory / "web.yml").write_text(f"tls_server_config: {{{served}, client_auth_type: RequireAndVerifyClientCert, client_ca_file: {directory}/ca.pem, client_allowed_sans: [bob, alice]}}\n")
    assert ask(url, context=tls_context(directory, "alice"))[0] == 200
    assert is_refused(url, tls_context(directory)), "nobody was let in"
    assert is_refused(url, tls_context(directory, "mallory")), "another name was let in"
    assert is_refused(url, tls_context(directory, "one")), "a server's certificate was let in"
    (tocsin.directory / "web.yml").write_text(f"tls_server_config: {{{served}, max_version: TLS12, cipher_suites: [TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384]}}\n")
    with socket.create_connection(("127.0.0.1", tocsin.port), 10) as plain, ssl._create_unverified_context().wrap_socket(plain) as session:
        assert (session.version(), session.cipher()[0]) == ("TLSv1.2", "ECDHE-RSA-AES256-GCM-SHA384")
    body = b"[" + b",".join(json.dumps({"labels": {"alertname": "A", "n": str(n)}}).encode() for n in range(20000)) + b"]"
    assert ask(url, "/api/v2/alerts", method="POST", body=body, context=tls_context(directory))[0] == 200
    assert len(json.loads(ask(url, "/api/v2/alerts", context=tls_context(directory))[2])) == 20000


def what_is_wrong_with_a_web_configuration_is_said_at_start():
    tocsin = suite.tocsin(BINARY, CONFIG, name="wrong", start=False)
    for text, wanted in [("tls_server_config: {key_file: k}", "missing one of cert or cert_file"), ("tls_server_config: {cert_file: c, key_file: k}", "failed to read cert_file"),
                         ("tls_server_config: {cert_file: c, key_file: k, client_auth_type: Maybe}", "invalid ClientAuth: Maybe"),
                         ("tls_server_config: {cert_file: c, key_file: k, client_ca_file: c}", "without a Client Auth Policy"),
                         ("http_server_config: {headers: {X-Own: a}}", 'HTTP header "X-Own" can not be configured'), ("basic_auth_users: {bob: s3cret}", 'web.yml:1:25: error: "basic_auth_users": the password of "bob" is no hash'),
                         ("rate_limit: {burst: -1}", '"burst"'), ("users: {}", '"users"')]:
        (tocsin.directory / "web.yml").write_text(text + "\n")
        tocsin.start(wait=False, arguments=[f"--web.config.file={tocsin.directory}/web.yml"])
        assert tocsin.process.process.wait(20) == 1, text
        assert wanted in tocsin.output() and "s3cret" not in tocsin.output(), (text, tocsin.output())
        (tocsin.directory / "tocsin.log").unlink()


def tokens_open_what_their_scopes_say():
    token_file = suite.directory / "token"
    token_file.write_text(POST + "\n")
    tokens = f"web: {{tokens: [{{token: {READ}, scopes: [read]}}, {{token_file: {token_file}, scopes: [alerts]}}, {{token: {SILENCER}, scopes: [read, silences]}}, {{token: {ADMIN}, scopes: [admin]}}]}}\n"
    tocsin = start("tokens", None, CONFIG + tokens)
    silence = json.dumps({"matchers": [{"name": "a", "value": "b", "isRegex": False}], "startsAt": "2130-01-01T00:00:00Z", "endsAt": "2130-01-02T00:00:00Z", "createdBy": "m", "comment": "c"}).encode()
    requests = [("GET", "/api/v2/alerts", None), ("POST", "/api/v2/alerts", ALERT), ("POST", "/api/v2/silences", silence), ("POST", "/-/reload", b"")]
    for token, wanted in [(READ, [200, 403, 403, 403]), (POST, [403, 200, 403, 403]), (SILENCER, [200, 403, 200, 403]), (ADMIN, [200, 200, 200, 200]), ("x" * 16, [401] * 4)]:
        assert [ask(tocsin.url, path, bearer(token), method, body)[0] for method, path, body in requests] == wanted, token
    status, headers, _ = ask(tocsin.url)
    assert (status, headers["WWW-Authenticate"]) == (401, "Bearer")
    for path in "/", "/web/main.js":  # a browser has no token before it has the pages
        assert ask(tocsin.url, path)[0] == ask(tocsin.url, path, bearer("x" * 16))[0] == 200, path
    for path in "/web/none.js", "/api", "/metrics", "/-/healthy", "/nowhere":
        assert ask(tocsin.url, path)[0] == (404 if path == "/web/none.js" else 401), path
    shown = ask(tocsin.url, "/api/v2/status", bearer(ADMIN))[2] + ask(tocsin.url, "/api/v1/status/config", bearer(ADMIN))[2] + tocsin.output()
    assert not any(token in shown for token in (READ, POST, SILENCER, ADMIN))
    tocsin.write(CONFIG)
    assert ask(tocsin.url, "/-/reload", bearer(ADMIN), "POST", b"")[0] == 200
    rig.wait_until(lambda: ask(tocsin.url)[0] == 200, 5, "all are let in")


def pages_of_other_origins_may_ask_where_that_is_said():
    closed, tocsin = start("closed", None), start("cors", None, CONFIG + "web: {cors_origin: 'https://(a|b)[.]example'}\n")
    for origin, allowed in [("https://a.example", True), ("https://b.example", True), ("https://a.example.org", False), ("http://a.example", False)]:
        assert ask(tocsin.url, headers={"Origin": origin})[1].get("Access-Control-Allow-Origin") == (origin if allowed else None), origin
        assert ask(closed.url, headers={"Origin": origin})[1].get("Access-Control-Allow-Origin") is None
        status, headers, _ = ask(tocsin.url, "/api/v2/silences", {"Origin": origin, "Access-Control-Request-Method": "DELETE"}, "OPTIONS")
        assert status == (204 if allowed else 405) and ("DELETE" in headers.get("Access-Control-Allow-Methods", "")) == allowed, (origin, status)


def alerts_of_one_name_have_a_limit():
    tocsin = start("limit", None, arguments=["--alerts.per-alertname-limit=2"])
    post = lambda name, n, **more: ask(tocsin.url, "/api/v2/alerts", None, "POST", json.dumps([{"labels": {"alertname": name, "n": str(n)}, **more}]).encode())[0]
    shown = lambda: sorted((found["labels"]["alertname"], found["labels"]["n"]) for found in json.loads(ask(tocsin.url, "/api/v2/alerts")[2]))
    for n in 1, 2, 3:
        assert post("A", n) == 200
    assert post("B", 1) == post("A", 1) == 200
    assert shown() == [("A", "1"), ("A", "2"), ("B", "1")] and tocsin.metric("alertmanager_alerts_limited_total") == 1
    assert post("A", 1, endsAt="2020-01-01T00:00:00Z", startsAt="2019-01-01T00:00:00Z") == 200
    rig.wait_until(lambda: ("A", "1") not in shown(), 5, "it has ended")
    assert post("A", 3) == 200 and shown() == [("A", "2"), ("A", "3"), ("B", "1")]


def command_lines_of_alertmanager_start_it():
    port = rig.free_port()
    # Debian's unit gives no arguments; these are the Prometheus operator's.
    tocsin = start("operator", "{}\n", arguments=[
        "--data.retention=120h", "--cluster.listen-address=[127.0.0.1]:9094", f"--web.listen-address=127.0.0.1:{port}", "--web.external-url=http://alertmanager-main.monitoring:9093", "--web.route-prefix=/",
        "--cluster.label=monitoring/main", "--cluster.peer=alertmanager-main-0.alertmanager-operated:9094", "--cluster.peer=alertmanager-main-1.alertmanager-operated:9094", "--cluster.reconnect-timeout=5m",
        "--alerts.gc-interval=30m", "--data.maintenance-interval=15m", "--web.get-concurrency=0", "--web.timeout=30s", "--enable-feature=classic-mode", "--log.level=info", "--log.format=logfmt"])
    for url in tocsin.url, f"http://127.0.0.1:{port}":
        cluster = json.loads(ask(url)[2])["cluster"]
        assert cluster["status"] == "ready" and [peer["address"] for peer in cluster["peers"]] == ["[127.0.0.1]:9094"] and cluster["peers"][0]["name"] == cluster["name"], cluster
    assert "level=warn component=main msg=\"no peers are joined: two instances that are posted the same alerts tell everybody twice, and a silence" in tocsin.output()
    assert "flag=--alerts.gc-interval" in tocsin.output()
    assert (tocsin.metric("alertmanager_cluster_enabled"), tocsin.metric("alertmanager_cluster_members"), tocsin.metric("alertmanager_cluster_failed_peers")) == (1, 1, 0)
    single = start("single", None, arguments=["--cluster.listen-address=", "--silences.max-silences=-1", "--silences.max-silence-size-bytes=-1", "--alerts.per-alertname-limit=-1", "--web.get-concurrency=-1",
                                              "--web.timeout=-1s", "--data.retention=1.5h", "--log.level=INFO"])
    assert json.loads(ask(single.url)[2])["cluster"] == {"peers": [], "status": "disabled"} and single.metric("alertmanager_cluster_enabled") == 0


def matchers_are_read_as_the_features_say():
    modes = {"fallback": [], "classic": ["--enable-feature=classic-mode"], "strict": ["--enable-feature=promql-experimental-functions,utf8-strict-mode"]}
    urls = {name: start(name, None, arguments=flags).url for name, flags in modes.items()}
    answers = {name: [ask(url, f"/api/v2/alerts?filter={text}")[0] for text in ("a%3Db", "%F0%9F%99%82%3Db", "a%3D%7Bb")] for name, url in urls.items()}
    assert answers == {"fallback": [200, 200, 200], "classic": [200, 400, 200], "strict": [200, 200, 400]}, answers
    both = suite.tocsin(BINARY, CONFIG, name="both", start=False).start(wait=False, arguments=["--enable-feature=classic-mode,utf8-strict-mode"])
    assert both.process.process.wait(20) == 2 and "cannot have both classic and UTF-8 modes enabled" in both.output()


def requests_above_the_limits_are_refused():
    tocsin = start("limits", None, arguments=["--web.get-concurrency=1", "--web.timeout=1m"])
    alerts = json.dumps([{"labels": {"alertname": "A", "n": str(n)}, "annotations": {"text": "x" * 1000}} for n in range(10000)]).encode()
    assert ask(tocsin.url, "/api/v2/alerts", None, "POST", alerts)[0] == 200
    with socket.create_connection(("127.0.0.1", tocsin.port), 10) as slow:  # does not read its answer
        slow.sendall(b"GET /api/v2/alerts HTTP/1.1\r\nHost: a\r\n\r\n")
        slow.recv(1)
        status, headers, body = ask(tocsin.url)
        assert (status, body) == (503, "Limit of concurrent GET requests reached (1), try again later.\n\n") and "Retry-After" in headers, (status, body)
        assert ask(tocsin.url, "/web/main.js")[0] == 200, "a browser asks for several files of the pages at a time"
    rig.wait_until(lambda: ask(tocsin.url)[0] == 200, 10, "the place is free again")
    assert tocsin.metric('alertmanager_http_concurrency_limit_exceeded_total{method="get"}') >= 1
    assert tocsin.metric('alertmanager_http_requests_in_flight{method="get"}') == 1, "the one that asks"


def requests_come_no_faster_than_the_file_says():
    tocsin = start("rate", "rate_limit: {interval: 1s, burst: 3}\n")
    answers = [ask(tocsin.url, "/-/healthy")[::2] for _ in range(6)]
    assert answers[:3] == [(200, "OK")] * 3 and answers[-1] == (429, "Too Many Requests\n"), answers
    rig.wait_until(lambda: ask(tocsin.url, "/-/healthy")[0] == 200, 5, "one more may come")


def stopping_waits_for_nobody_who_is_compared():
    tocsin = start("stop", f"basic_auth_users: {{bob: '{crypt.crypt('s3cret', crypt.mksalt(crypt.METHOD_BLOWFISH, rounds=1 << 12))}'}}\n")
    sockets = [socket.create_connection(("127.0.0.1", tocsin.port), 10) for _ in range(20)]
    for number, connection in enumerate(sockets):
        word = base64.b64encode(f"bob:{number}".encode()).decode()
        connection.sendall(f"GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Basic {word}\r\n\r\n".encode())
    tocsin.process.process.send_signal(signal.SIGTERM)
    begin = time.monotonic()
    assert tocsin.process.process.wait(30) == 0
    assert time.monotonic() - begin < 3
    for connection in sockets:
        connection.close()


suite.run_all([users_are_let_in_and_others_are_not, a_password_is_compared_beside_the_loop_and_once, users_change_with_the_file_and_a_broken_one_changes_nothing, certificates_are_served_asked_for_and_renewed,
               what_is_wrong_with_a_web_configuration_is_said_at_start, tokens_open_what_their_scopes_say, pages_of_other_origins_may_ask_where_that_is_said, alerts_of_one_name_have_a_limit,
               command_lines_of_alertmanager_start_it, matchers_are_read_as_the_features_say, requests_above_the_limits_are_refused, requests_come_no_faster_than_the_file_says, stopping_waits_for_nobody_who_is_compared])
sys.exit(suite.finish())
