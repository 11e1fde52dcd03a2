# SPDX-License-Identifier: Apache-2.0
"""Webhook receivers of every temper: slow, failing, refusing, resetting, silent; with passwords and certificates; and when each is told.
One tocsin over a real Prometheus; an alert's label `to` says which receiver it goes to.

usage: webhook.py TOCSIN"""
import base64
import json
import pathlib
import socket
import ssl
import struct
import sys
import threading
import time

import rig
from rig import wait_until

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "harness"))
import certificates  # noqa: E402
import schemas  # noqa: E402

PATIENCE = 60
RULES = """
groups:
- name: g
  interval: 200ms
  rules:
  - {alert: Fire, expr: fire > 0}
"""
SECRETS = ["pass-w0rd-basic", "t0ken-bearer", "t0ken-from-file", "t0ken-custom", "t0ken-in-path"]

suite = rig.Suite("webhook")
exporter = suite.exporter()
certificates.make(str(suite.directory))
(suite.directory / "token").write_text("t0ken-from-file\n")
(suite.directory / "elsewhere.pem").write_text((suite.directory / "other_ca.pem").read_text())
routes, receivers, hooks = [], [], {}


def reply(handler, status, headers=()):
    handler.send_response(status)
    for name, value in headers:
        handler.send_header(name, value)
    handler.send_header("Content-Length", "0")
    handler.end_headers()
    return True


def reset(handler):
    """Ends the connection with a reset instead of an answer."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
    handler.close_connection = True
    return True


def at_first(count, behave):
    """Behaves so for the first requests, then well."""
    seen = []

    def decide(handler, entry):
        seen.append(1)
        return behave(handler) if len(seen) <= count else False
    return decide


def server(certificate="good", client_ca=None):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(suite.directory / f"{certificate}.pem", suite.directory / f"{certificate}.key")
    if client_ca:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(suite.directory / f"{client_ca}.pem")
    return context


def hook(name, keys="", behave=None, context=None, route="", path="/hook", receiver=None):
    """A receiver, a configuration of it and a route to it."""
    receiver = receiver or suite.receiver(behave, context)
    hooks[name] = receiver
    url = "" if "url_file" in keys else f"url: 'http{'s' if context else ''}://127.0.0.1:{receiver.port}{path}', "
    receivers.append(f"- name: {name}\n  webhook_configs: [{{{url}{keys}}}]\n")
    if route is not None:
        routes.append(f"  - {{matchers: ['to=\"{name}\"'], receiver: {name}, {route}}}\n")
    return receiver


def set_up():
    d = suite.directory
    hook("well")
    hook("slow", behave=at_first(1, lambda handler: time.sleep(8)))
    hook("failing", behave=at_first(4, lambda handler: reply(handler, 500)))
    hook("busy", behave=at_first(1, lambda handler: reply(handler, 429, [("Retry-After", "4")])))
    hook("refusing", behave=at_first(2, lambda handler: reply(handler, 400)), route="group_interval: 3s")
    hook("resetting", behave=at_first(2, reset))
    hook("silent", "timeout: 1s", behave=at_first(1, lambda handler: time.sleep(20) or True))
    hook("moved", behave=at_first(1, lambda handler: reply(handler, 307, [("Location", hooks["well"].url.replace("/hook", "/moved-here"))])))
    hook("basic", "http_config: {basic_auth: {username: ann, password: pass-w0rd-basic}}")
    hook("bearer", "http_config: {bearer_token: t0ken-bearer}")
    hook("bearer_file", f"http_config: {{authorization: {{credentials_file: '{d}/token'}}}}")
    hook("custom", "http_config: {authorization: {type: Secret, credentials: t0ken-custom}}")
    hook("path", path="/t0ken-in-path/{{ .GroupLabels.to }}", behave=at_first(3, lambda handler: reply(handler, 503)))
    tls = "http_config: {{tls_config: {{{}}}}}"
    hook("tls", tls.format(f"ca_file: '{d}/ca.pem'"), context=server())
    hook("tls_named", tls.format(f"ca_file: '{d}/ca.pem', server_name: elsewhere.test"), context=server("wrong"))
    hook("tls_wrong", tls.format(f"ca_file: '{d}/ca.pem'"), context=server("wrong"))
    hook("tls_unknown", tls.format(f"ca_file: '{d}/other_ca.pem'"), context=server())
    hook("tls_default", context=server())
    hook("tls_careless", tls.format("insecure_skip_verify: true"), context=server("wrong"))
    hook("tls_client", tls.format(f"ca_file: '{d}/ca.pem', cert_file: '{d}/client.pem', key_file: '{d}/client.key'"), context=server(client_ca="ca"))
    hook("tls_no_client", tls.format(f"ca_file: '{d}/ca.pem'"), context=server(client_ca="ca"))
    hook("few", "max_alerts: 1", route="group_by: [to], group_wait: 2s")
    hook("firing_only", "send_resolved: false")
    hook("file", f"url_file: '{d}/url'")
    hook("repeating", route="repeat_interval: 2s")
    hook("waiting", route="group_wait: 3s, group_interval: 4s")
    hook("sharded", route="group_by: [to, shard]")
    hook("everything", route="group_by: ['...']")
    hook("fan_one", route=None)
    hook("fan_two", route=None)
    hook("fan_child", route=None)
    routes.append("  - {matchers: ['to=\"fan\"'], receiver: fan_one, continue: true}\n"
                  "  - {matchers: ['to=\"fan\"'], receiver: fan_two, routes: [{matchers: ['shard=~\"x.*\"'], receiver: fan_child}]}\n")
    (d / "url").write_text(hooks["file"].url + "\n")


def config(prometheus):
    return (f"global: {{}}\ndatasource: {{url: '{prometheus}'}}\nrule_files: [rules.yml]\n"
            "route:\n  receiver: well\n  group_by: [to]\n  group_wait: 50ms\n  group_interval: 1s\n  repeat_interval: 1h\n  routes:\n"
            + "".join(routes) + "receivers:\n" + "".join(receivers))


def series(to, shard="1"):
    return f'fire{{to="{to}",shard="{shard}"}}'


def fire(to, shard="1"):
    exporter.set(series(to, shard), 1)


def resolve(to, shard="1"):
    exporter.set(series(to, shard), 0)


def wait_for(name, count=1, status=None):
    """The first requests to a receiver, once there are so many."""
    def found():
        requests = [request for request in hooks[name].all() if status is None or json.loads(request["body"])["status"] == status]
        return len(requests) >= count and requests
    return wait_until(found, PATIENCE, f"{name} is told {count} times ({status}): {[request['body'][:200] for request in hooks[name].all()]}; log:\n{tocsin.output()[-1500:]}")


def quiet(seconds=2.5):
    """Some ticks pass."""
    time.sleep(seconds)


def header(request, name):
    return {key.lower(): value for key, value in request["headers"].items()}.get(name.lower())


def gaps(requests):
    return [after["at"] - before["at"] for before, after in zip(requests, requests[1:])]


def a_slow_receiver_holds_no_other_up():
    fire("slow")
    wait_for("slow")
    fire("well")
    wait_for("well")
    assert hooks["slow"].all()[0]["answered"] is None, "the machine was too busy to tell"
    wait_until(lambda: hooks["slow"].all()[0]["answered"], PATIENCE, "the slow one answers")
    quiet()
    assert len(hooks["slow"].all()) == 1 and len(hooks["well"].all()) == 1


def a_failing_receiver_is_asked_again_with_pauses():
    fire("failing")
    requests = wait_for("failing", 5)
    assert len({json.loads(request["body"])["alerts"][0]["startsAt"] for request in requests}) == 1
    assert all(gap >= 0.2 for gap in gaps(requests)), gaps(requests)
    quiet()
    assert len(hooks["failing"].all()) == 5, "told again after success"


def retry_after_is_honoured():
    fire("busy")
    requests = wait_for("busy", 2)
    assert gaps(requests)[0] >= 3.9, gaps(requests)
    quiet()
    assert len(hooks["busy"].all()) == 2


def a_refusal_is_final_until_the_next_tick():
    fire("refusing")
    requests = wait_for("refusing", 3)
    assert all(gap >= 2.5 for gap in gaps(requests)), gaps(requests)
    quiet(4)
    assert len(hooks["refusing"].all()) == 3


def a_reset_connection_is_tried_again():
    fire("resetting")
    wait_for("resetting", 3)
    quiet()
    assert len(hooks["resetting"].all()) == 3


def a_receiver_that_does_not_answer_is_given_up_after_the_timeout():
    fire("silent")
    requests = wait_for("silent", 2)
    assert gaps(requests)[0] >= 1, gaps(requests)
    quiet()
    assert len(hooks["silent"].all()) == 2


def a_redirect_is_followed_with_the_body():
    fire("moved")
    wait_until(lambda: any(request["path"] == "/moved-here" for request in hooks["well"].all()), PATIENCE, "the other place is told")
    request = [request for request in hooks["well"].all() if request["path"] == "/moved-here"][0]
    assert json.loads(request["body"])["alerts"][0]["labels"]["to"] == "moved"
    quiet()
    assert len(hooks["moved"].all()) == 1


def each_kind_of_authorization_is_sent():
    wanted = {"basic": "Basic " + base64.b64encode(b"ann:pass-w0rd-basic").decode(), "bearer": "Bearer t0ken-bearer", "bearer_file": "Bearer t0ken-from-file", "custom": "Secret t0ken-custom"}
    for name, value in wanted.items():
        fire(name)
        assert header(wait_for(name)[0], "Authorization") == value, name
    assert header(hooks["well"].all()[0], "Authorization") is None


def a_token_file_is_read_again():
    (suite.directory / "token").write_text("t0ken-from-file-2")
    resolve("bearer_file")
    assert header(wait_for("bearer_file", 1, "resolved")[0], "Authorization") == "Bearer t0ken-from-file-2"


def a_url_is_a_template():
    fire("path")
    assert wait_for("path", 4)[0]["path"] == "/t0ken-in-path/path"


def the_right_certificates_are_accepted():
    for name in ("tls", "tls_named", "tls_careless", "tls_client"):
        fire(name)
        wait_for(name)


def wrong_certificates_are_refused():
    for name in ("tls_wrong", "tls_unknown", "tls_default", "tls_no_client"):
        fire(name)
    for name in ("tls_wrong", "tls_unknown", "tls_default", "tls_no_client"):
        wait_until(lambda: f"receiver={name}" in tocsin.output(), PATIENCE, f"the failure of {name} is logged")
    quiet()
    for name in ("tls_wrong", "tls_unknown", "tls_default", "tls_no_client"):
        assert not hooks[name].all(), f"{name} was told"
        resolve(name)


def max_alerts_cuts_and_says_so():
    for shard in "abc":
        exporter.set(series("few", shard), 1)
    message = json.loads(wait_for("few")[-1]["body"])
    wait_until(lambda: json.loads(hooks["few"].all()[-1]["body"])["truncatedAlerts"] == 2, PATIENCE, "two are cut")
    message = json.loads(hooks["few"].all()[-1]["body"])
    assert len(message["alerts"]) == 1 and message["alerts"][0]["labels"]["shard"] == "a", message


def without_send_resolved_an_end_is_not_told():
    fire("firing_only")
    wait_for("firing_only")
    resolve("firing_only")
    wait_until(lambda: not [alert for alert in tocsin.alerts() if alert["labels"]["to"] == "firing_only"], PATIENCE, "it ends")
    quiet()
    assert len(hooks["firing_only"].all()) == 1
    fire("firing_only")
    wait_for("firing_only", 2)


def a_url_file_is_read_at_each_send():
    fire("file")
    wait_for("file")
    (suite.directory / "url").write_text(hooks["well"].url.replace("/hook", "/from-file"))
    resolve("file")
    wait_until(lambda: any(request["path"] == "/from-file" for request in hooks["well"].all()), PATIENCE, "the new URL is told")
    assert len(hooks["file"].all()) == 1


def what_stays_is_told_again_after_repeat_interval():
    fire("repeating")
    requests = wait_for("repeating", 4)
    assert all(gap >= 1.8 for gap in gaps(requests)), gaps(requests)
    resolve("repeating")
    wait_for("repeating", 1, "resolved")
    count = len(hooks["repeating"].all())
    quiet(4)
    assert len(hooks["repeating"].all()) == count, "a resolved group was repeated"


def a_group_waits_and_then_keeps_its_interval():
    fire("waiting", "1")
    first = wait_for("waiting")[0]
    alert = json.loads(first["body"])["alerts"][0]
    assert first["at"] - rig.rfc3339(alert["startsAt"]) >= 2.9, (first["at"], alert)
    fire("waiting", "2")
    both = wait_for("waiting", 2)[1]
    assert len(json.loads(both["body"])["alerts"]) == 2
    assert both["at"] - first["at"] >= 3.8, both["at"] - first["at"]


def alerts_that_come_in_time_share_a_message():
    assert not [request for request in hooks["few"].all() if json.loads(request["body"])["truncatedAlerts"] == 1], "max_alerts saw them arrive one after the other"


def group_by_makes_a_message_a_label_set():
    fire("sharded", "1")
    fire("sharded", "2")
    messages = [json.loads(request["body"]) for request in wait_for("sharded", 2)]
    assert sorted(message["groupLabels"]["shard"] for message in messages) == ["1", "2"]
    assert sorted(message["groupKey"] for message in messages) == ['{}/{to="sharded"}:{shard="1", to="sharded"}', '{}/{to="sharded"}:{shard="2", to="sharded"}'], messages


def three_dots_group_by_everything():
    fire("everything")
    message = json.loads(wait_for("everything")[0]["body"])
    assert message["groupLabels"] == message["alerts"][0]["labels"] and "instance" in message["groupLabels"], message


def continue_tells_the_next_and_children_take_over():
    fire("fan", "y")
    wait_for("fan_one")
    wait_for("fan_two")
    fire("fan", "x1")
    child = json.loads(wait_for("fan_child")[0]["body"])
    assert child["groupKey"] == '{}/{to="fan"}/{shard=~"x.*"}:{to="fan"}', child["groupKey"]
    wait_until(lambda: any(len(json.loads(request["body"])["alerts"]) == 2 for request in hooks["fan_one"].all()), PATIENCE, "the first has both")
    assert all(alert["labels"]["shard"] == "y" for request in hooks["fan_two"].all() for alert in json.loads(request["body"])["alerts"])


def a_restart_amid_retries_goes_on_with_them():
    hooks["failing"].clear()
    broken = threading.Event()
    hooks["failing"].behave = lambda handler, entry: False if broken.is_set() else reply(handler, 500)
    resolve("failing")
    wait_for("failing", 2, "resolved")
    tocsin.kill()
    broken.set()
    before = len(hooks["failing"].all())
    tocsin.start()
    wait_until(lambda: len(hooks["failing"].all()) > before, PATIENCE, "the retry comes after the restart")
    quiet()
    assert len(hooks["failing"].all()) == before + 1, "told more than once after the restart"


def failures_are_counted():
    assert tocsin.metric('alertmanager_notification_requests_total{integration="webhook"}') >= 1
    assert tocsin.metric("tocsin_deliveries_open") is not None
    latency = "alertmanager_notification_latency_seconds"
    asked = tocsin.metric('alertmanager_notification_requests_total{integration="webhook"}')
    assert tocsin.metric(latency + '_count{integration="webhook"}') == tocsin.metric(latency + '_bucket{integration="webhook",le="+Inf"}') >= asked - 1
    assert 0 < tocsin.metric(latency + '_sum{integration="webhook"}') and tocsin.metric("alertmanager_nflog_queries_total") >= 1


def no_secret_is_in_the_log_or_the_api():
    shown = tocsin.output() + json.dumps(tocsin.api("/api/v2/status")) + rig.get(tocsin.url + "/metrics")[1]
    for secret in SECRETS:
        assert secret not in shown, f"{secret} shows"
    assert "receiver" in tocsin.output(), "failures are not logged at all"


def messages_are_as_the_schema_says():
    validator, kinds = schemas.of_file("webhook.schema.json"), set()
    for name, receiver in hooks.items():
        for message in receiver.messages():
            found = schemas.problems(validator, message)
            assert not found, (name, message, found)
            kinds.add((message["status"], message["truncatedAlerts"] > 0))
    assert kinds >= {("firing", False), ("resolved", False), ("firing", True)}, kinds


set_up()
exporter.set_all({series(name): 0 for name in hooks} | {series("fan", "y"): 0})
tocsin = suite.tocsin(sys.argv[1], config(suite.start_prometheus(exporter)), RULES)
suite.run_all([
    a_slow_receiver_holds_no_other_up, a_failing_receiver_is_asked_again_with_pauses, retry_after_is_honoured, a_refusal_is_final_until_the_next_tick,
    a_reset_connection_is_tried_again, a_receiver_that_does_not_answer_is_given_up_after_the_timeout, a_redirect_is_followed_with_the_body,
    each_kind_of_authorization_is_sent, a_token_file_is_read_again, a_url_is_a_template, the_right_certificates_are_accepted, wrong_certificates_are_refused,
    max_alerts_cuts_and_says_so, alerts_that_come_in_time_share_a_message, without_send_resolved_an_end_is_not_told, a_url_file_is_read_at_each_send,
    what_stays_is_told_again_after_repeat_interval, a_group_waits_and_then_keeps_its_interval, group_by_makes_a_message_a_label_set,
    three_dots_group_by_everything, continue_tells_the_next_and_children_take_over, a_restart_amid_retries_goes_on_with_them, failures_are_counted,
    messages_are_as_the_schema_says, no_secret_is_in_the_log_or_the_api])
sys.exit(suite.finish())
