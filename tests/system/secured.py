# SPDX-License-Identifier: Apache-2.0
"""Peers that want to know who asks: a real Prometheus behind TLS, client certificates and passwords; a receiver behind a proxy and OAuth2.

usage: secured.py TOCSIN"""
import json
import os
import pathlib
import socket
import subprocess
import sys

import rig

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "harness"))
import certificates  # noqa: E402

BINARY = str(pathlib.Path(sys.argv[1]).resolve())
suite = rig.Suite("secured")
RULES = "groups:\n- name: g\n  interval: 1s\n  rules:\n  - {alert: Always, expr: vector(1)}\n"
HASH = "$2b$12$hNf2lSsxfm0.i4a.1kVpSOVyBCfIB51VRjgBUyv6kdnyTlgWj81Ay"  # of "test"


def accepts(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def secured_prometheus(keys):
    directory = suite.directory / "prometheus"
    directory.mkdir()
    port = rig.free_port()
    (directory / "prometheus.yml").write_text("global: {}\n")
    (directory / "web.yml").write_text(
        f"tls_server_config: {{cert_file: {keys}/good.pem, key_file: {keys}/good.key, client_auth_type: RequireAndVerifyClientCert, client_ca_file: {keys}/ca.pem}}\n"
        f"basic_auth_users: {{bob: {HASH}}}\n")
    process = rig.Process(["prometheus", f"--config.file={directory}/prometheus.yml", f"--storage.tsdb.path={directory}/tsdb", f"--web.listen-address=127.0.0.1:{port}",
                           f"--web.config.file={directory}/web.yml", "--log.level=warn"], directory / "prometheus.log")
    suite.defer(process.kill)
    rig.wait_until(lambda: accepts(port), 20, "prometheus listens")
    return f"https://localhost:{port}"


def tocsin_with(name, datasource, http):
    config = f"route: {{receiver: r}}\nreceivers: [{{name: r}}]\nrule_files: [rules.yml]\ndatasource:\n  url: {datasource}\n  http_config: {json.dumps(http)}\n"
    return suite.tocsin(BINARY, config, RULES, name)


def fires(tocsin):
    return (tocsin.alert("Always") or {}).get("state") == "firing"


def health(tocsin):
    return tocsin.rule("Always")["health"]


def tls(keys):
    return {"ca_file": f"{keys}/ca.pem", "cert_file": f"{keys}/client.pem", "key_file": f"{keys}/client.key"}


def a_datasource_behind_tls_a_certificate_and_a_password_is_asked(keys, prometheus):
    for http2 in (True, False):
        tocsin = tocsin_with(f"tls-{http2}", prometheus, {"basic_auth": {"username": "bob", "password": "test"}, "tls_config": tls(keys), "enable_http2": http2})
        rig.wait_until(lambda: fires(tocsin), 20, "the alert fires")
        assert health(tocsin) == "ok"
        tocsin.stop()


def certificates_may_stand_in_the_configuration(keys, prometheus):
    texts = {name: (keys / file).read_text() for name, file in (("ca", "ca.pem"), ("cert", "client.pem"), ("key", "client.key"))}
    tocsin = tocsin_with("inline", prometheus, {"basic_auth": {"username": "bob", "password": "test"}, "tls_config": {**texts, "min_version": "TLS12", "server_name": "localhost"}})
    rig.wait_until(lambda: fires(tocsin), 20, "the alert fires")
    tocsin.stop()


def a_password_file_is_read_again_without_a_reload(keys, prometheus):
    secret = suite.directory / "password.txt"
    secret.write_text("wr0ng\n")
    tocsin = tocsin_with("password", prometheus, {"basic_auth": {"username": "bob", "password_file": str(secret)}, "tls_config": tls(keys)})
    rig.wait_until(lambda: health(tocsin) == "err", 20, "the wrong password shows")
    assert "401" in tocsin.rule("Always")["lastError"], tocsin.rule("Always")
    secret.write_text("test\n")
    rig.wait_until(lambda: fires(tocsin) and health(tocsin) == "ok", 20, "the right password is taken")
    assert "wr0ng" not in tocsin.output()
    tocsin.stop()


def without_a_certificate_nothing_is_answered(keys, prometheus):
    tocsin = tocsin_with("nobody", prometheus, {"basic_auth": {"username": "bob", "password": "test"}, "tls_config": {"ca_file": f"{keys}/ca.pem"}})
    rig.wait_until(lambda: health(tocsin) == "err", 20, "the refusal shows")
    assert "localhost" in tocsin.rule("Always")["lastError"], tocsin.rule("Always")
    tocsin.stop()


def start_peers():
    """tests/net/http_server.py: its listeners' ports by name."""
    directory = suite.directory / "peers"
    directory.mkdir(exist_ok=True)
    process = subprocess.Popen([sys.executable, "-B", str(HERE.parent / "net" / "http_server.py"), str(directory)], stdout=subprocess.PIPE, text=True)
    suite.defer(process.wait)
    suite.defer(process.kill)
    ports = {}
    for line in process.stdout:
        if line.strip() == "ready":
            return ports
        name, port = line.split()
        ports[name] = int(port)
    raise AssertionError("the peers did not start")


def a_webhook_behind_a_proxy_gets_a_token(keys, prometheus):
    ports, receiver = start_peers(), suite.receiver()
    http = {"oauth2": {"client_id": "me & you", "client_secret": "s3cret%", "token_url": f"http://127.0.0.1:{ports['plain']}/token", "scopes": ["alerts"]},
            "proxy_url": f"http://bob:hunter2@127.0.0.1:{ports['strict_proxy']}", "http_headers": {"X-Team": {"secrets": ["t0psecret"]}}}
    config = (f"route: {{receiver: r, group_wait: 0s, group_interval: 1s}}\nrule_files: [rules.yml]\n"
              f"datasource:\n  url: {prometheus}\n  http_config: {json.dumps({'basic_auth': {'username': 'bob', 'password': 'test'}, 'tls_config': tls(keys)})}\n"
              f"receivers:\n- name: r\n  webhook_configs:\n  - url: http://hooks.test:{receiver.port}/hook\n    http_config: {json.dumps(http)}\n")
    tocsin = suite.tocsin(BINARY, config, RULES, "webhook")
    rig.wait_until(receiver.all, 20, "the webhook is told")
    headers = receiver.all()[0]["headers"]
    assert headers["Authorization"] == "Bearer token1", headers
    assert headers["X-Team"] == "t0psecret", headers
    assert headers["X-Proxied-Line"].startswith(f"POST http://hooks.test:{receiver.port}/hook"), headers
    shown = rig.get(tocsin.url + "/api/v2/status")[1] + tocsin.output()
    for secret in ("s3cret%", "hunter2", "t0psecret", "token1"):
        assert secret not in shown, f"{secret} is shown"
    tocsin.stop()


def answer_one(handler, entry):
    """An instant query's answer: a vector of one element."""
    body = json.dumps({"status": "success", "data": {"resultType": "vector", "result": [{"metric": {"far": "yes"}, "value": [0, "1"]}]}}).encode()
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)
    return True


def each_datasource_has_its_own_ways(keys, prometheus):
    """By name: one behind TLS, a certificate and a password; one behind a proxy and OAuth2 over TLS; one that wants nothing."""
    ports, far, plain = start_peers(), suite.receiver(answer_one), suite.receiver(answer_one)
    own = suite.directory / "peers"
    oauth2 = {"client_id": "me & you", "client_secret": "s3cret%", "token_url": f"https://localhost:{ports['tls']}/token", "tls_config": {"ca_file": f"{own}/ca.pem"}}
    sources = [{"name": "tls", "url": prometheus, "http_config": {"basic_auth": {"username": "bob", "password": "test"}, "tls_config": tls(keys)}},
               {"name": "far", "url": f"http://far.test:{far.port}/prom", "http_config": {"oauth2": oauth2, "proxy_url": f"http://bob:hunter2@127.0.0.1:{ports['strict_proxy']}"}}]
    config = (f"route: {{receiver: r}}\nreceivers: [{{name: r}}]\nrule_files: [rules.yml]\ndatasource: {{url: 'http://127.0.0.1:{plain.port}'}}\ndatasources: {json.dumps(sources)}\n")
    rules = "groups:\n" + "".join(f"- {{name: {name}, interval: 1s, {'' if name == 'plain' else f'datasource: {name}, '}rules: [{{alert: {name}, expr: vector(1)}}]}}\n" for name in ("tls", "far", "plain"))
    tocsin = suite.tocsin(BINARY, config, rules, "named")
    for name in ("tls", "far", "plain"):
        rig.wait_until(lambda name=name: (tocsin.alert(name) or {}).get("state") == "firing", 20, f"{name} fires")
        assert tocsin.rule(name)["health"] == "ok", tocsin.rule(name)
    asked = far.all()[0]
    assert asked["path"] == "/prom/api/v1/query" and asked["headers"]["Authorization"].startswith("Bearer token"), asked
    assert asked["headers"]["X-Proxied-Line"].startswith(f"POST http://far.test:{far.port}/prom/api/v1/query"), asked
    assert "Authorization" not in plain.all()[0]["headers"], plain.all()[0]
    shown = rig.get(tocsin.url + "/api/v2/status")[1] + tocsin.output()
    assert "s3cret" not in shown and "hunter2" not in shown
    tocsin.stop()


def main():
    if not os.access("/usr/bin/prometheus", os.X_OK):
        print("prometheus is not installed")
        return rig.SKIPPED
    keys = suite.directory / "keys"
    keys.mkdir()
    certificates.make(str(keys))
    suite.run_all([a_datasource_behind_tls_a_certificate_and_a_password_is_asked, certificates_may_stand_in_the_configuration, a_password_file_is_read_again_without_a_reload,
                   without_a_certificate_nothing_is_answered, a_webhook_behind_a_proxy_gets_a_token, each_datasource_has_its_own_ways], keys, secured_prometheus(keys))
    return suite.finish()


if __name__ == "__main__":
    sys.exit(main())
