# SPDX-License-Identifier: Apache-2.0
"""Chats and pagers beside a real Alertmanager: the same configuration and the same alerts, and what their receivers were sent compared.
Then Slack's edited messages over a kill.

usage: receivers.py TOCSIN"""
import datetime
import json
import re
import shutil
import sys

import rig
from rig import wait_until

PATIENCE = 40
RULES = """
groups:
- name: g
  interval: 200ms
  rules:
  - alert: Disk
    expr: disk > 0
    labels: {severity: critical}
    annotations: {summary: "disk of {{ $labels.host }} is <full> & hot", runbook: https://runbooks.example/disk}
"""
# Every text with a default, so that both sides say the same.
TEMPLATES = "".join('{{ define "%s" }}%s: {{ .Status }} {{ .GroupLabels.alertname }} {{ range .Alerts }}[{{ .Labels.host }} {{ .Annotations.summary }}]{{ end }}{{ end }}\n' % (name, name) for name in """
slack.default.title slack.default.username slack.default.titlelink slack.default.fallback slack.default.text slack.default.footer slack.default.pretext
discord.default.title discord.default.message opsgenie.default.message opsgenie.default.description opsgenie.default.source pagerduty.default.description
pagerduty.default.client pagerduty.default.clientURL victorops.default.state_message victorops.default.entity_display_name victorops.default.monitoring_tool
telegram.default.message webex.default.message""".split())

RECEIVERS = """receivers:
- name: all
  slack_configs:
  - {api_url: 'http://HOST/slack', channel: '#ops', send_resolved: true}
  - api_url: 'http://HOST/slack-all'
    send_resolved: true
    channel: '#{{ .CommonLabels.severity }}'
    username: 'bot'
    color: '{{ if eq .Status "firing" }}#ff0000{{ else }}#00ff00{{ end }}'
    title: '{{ .CommonLabels.alertname }} & <co>'
    text: '{{ range .Alerts }}{{ .Annotations.summary }}{{ end }}'
    short_fields: true
    fields: [{title: 'T {{ .Status }}', value: 'V {{ .CommonLabels.host }}'}, {title: a, value: b, short: false}]
    actions: [{type: button, text: 'go', url: 'http://x/{{ .Status }}', style: primary}, {type: button, text: ack, name: ack, value: v, confirm: {text: 'sure?', ok_text: y}}]
    link_names: true
    mrkdwn_in: [text]
    image_url: 'http://x/i'
  discord_configs: [{webhook_url: 'http://HOST/discord'}]
  opsgenie_configs: [{api_url: 'http://HOST/opsgenie', api_key: k, update_alerts: true, tags: 'a,{{ .Status }}', responders: [{name: ops, type: team}], details: {x: 'y {{ .Status }}'}}]
  pagerduty_configs: [{url: 'http://HOST/pagerduty', routing_key: r, details: {firing: f, resolved: r, note: 'n {{ .Status }}'}, images: [{src: s, alt: a, href: h}], links: [{href: h, text: t}]}]
  victorops_configs: [{api_url: 'http://HOST/victorops', api_key: k, routing_key: team, custom_fields: {one: '{{ .Status }}'}}]
  telegram_configs: [{api_url: 'http://HOST/telegram', bot_token: '1:t', chat_id: 5}]
  webex_configs: [{api_url: 'http://HOST/webex', room_id: r, http_config: {authorization: {credentials: c}}}]
"""
SENT = 2 + 1 + 3 + 1 + 1 + 1 + 1  # requests of one notification that fires

suite = rig.Suite("receivers")
exporter = suite.exporter()


def answer(handler, entry):
    body = json.dumps({"ok": True, "channel": "C1", "ts": "17.5", "result": {"message_id": 1, "chat": {"id": 5}}}).encode() if "slack" not in entry["path"] or "api" in entry["path"] else b"ok"
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json" if body != b"ok" else "text/plain")
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)
    return True


def recorder():
    receiver = suite.receiver(answer)
    handler = receiver.server.RequestHandlerClass
    handler.do_PUT = handler.do_POST
    return receiver


ours, theirs = recorder(), recorder()
(suite.directory / "own.tmpl").write_text(TEMPLATES)


def routing(receiver):
    return (f"templates: ['{suite.directory}/own.tmpl']\nroute: {{receiver: all, group_by: [alertname], group_wait: 1s, group_interval: 2s, repeat_interval: 1h}}\n"
            + RECEIVERS.replace("HOST", f"127.0.0.1:{receiver.port}"))


def start_alertmanager():
    program = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
    if program is None:
        return None
    directory = suite.directory / "alertmanager"
    directory.mkdir()
    (directory / "config.yml").write_text(routing(theirs))
    port = rig.free_port()
    process = rig.Process([program, f"--config.file={directory}/config.yml", f"--storage.path={directory}/data", "--cluster.listen-address=",
                           f"--web.listen-address=127.0.0.1:{port}", "--web.external-url=http://tocsin.example:9093", "--web.route-prefix=/"], directory / "log")
    suite.defer(process.kill)
    url = f"http://127.0.0.1:{port}"
    wait_until(lambda: rig.is_ready(url), 30, "the Alertmanager is ready")
    return url


def post_alert(url, ends_at=None):
    alert = {"labels": {"alertname": "Disk", "severity": "critical", "host": "a", "instance": f"127.0.0.1:{exporter.port}", "job": "exporter"},
             "annotations": {"summary": "disk of a is <full> & hot", "runbook": "https://runbooks.example/disk"}}
    mine = tocsin.alerts("Disk") or [{"labels": alert["labels"]}]
    alert["labels"] = mine[0]["labels"]
    rig.post(url + "/api/v2/alerts", json.dumps([alert | ({"endsAt": ends_at} if ends_at else {})]).encode())


def comparable(entry):
    """Without what a version or the clock says."""
    headers = {name.lower(): value for name, value in entry["headers"].items()}
    body = json.loads(entry["body"])
    if "payload" in body:  # the version Debian has knows texts only
        body["payload"]["custom_details"] = {name: str(value) for name, value in body["payload"]["custom_details"].items()}
    return entry["path"], headers["content-type"], headers.get("authorization"), body


def compare(count, what):
    def both():
        return len(ours.all()) >= count and len(theirs.all()) >= count
    wait_until(both, PATIENCE, f"{what}: {len(ours.all())} and {len(theirs.all())} requests of {count}; log:\n{tocsin.output()[-1500:]}")
    mine, others = [sorted(map(comparable, receiver.all()), key=lambda entry: (entry[0], json.dumps(entry[3], sort_keys=True))) for receiver in (ours, theirs)]
    for one, other in zip(mine, others):
        assert one == other, f"{what}:\nours   {one}\ntheirs {other}"
    assert len(mine) == len(others)
    ours.clear()
    theirs.clear()


def what_fires_is_told_as_alertmanager_tells_it():
    exporter.set('disk{host="a"}', 1)
    wait_until(lambda: tocsin.alerts("Disk"), PATIENCE, "the alert fires")
    post_alert(alertmanager)
    compare(SENT, "firing")


def what_ends_is_told_as_alertmanager_tells_it():
    post_alert(alertmanager, datetime.datetime.now(datetime.timezone.utc).isoformat())
    exporter.set('disk{host="a"}', 0)
    compare(SENT - 2, "resolved")  # Opsgenie's is closed, not updated


def attempts_are_counted_as_alertmanager_counts_them():
    def counted(url):
        text = rig.get(url + "/metrics")[1]
        return {name: int(float(count)) for name, count in re.findall(r'^(alertmanager_notification_(?:requests_total|latency_seconds_count)\{integration="\w+"\}) (\S+)$', text, re.M) if float(count) > 0}
    wait_until(lambda: counted(tocsin.url) == counted(alertmanager), PATIENCE, f"{counted(tocsin.url)} and {counted(alertmanager)}")
    assert counted(tocsin.url)['alertmanager_notification_requests_total{integration="opsgenie"}'] == 2  # in four requests


def edits(receiver):
    return [(re.sub(r"^/api/", "", entry["path"]), json.loads(entry["body"]).get("ts")) for entry in receiver.all() if entry["path"].startswith("/api/")]


def a_message_of_slack_is_edited_after_a_kill():
    receiver = recorder()
    config = (f"datasource: {{url: '{prometheus}'}}\nrule_files: [rules.yml]\nglobal: {{slack_app_token: hunter2, slack_app_url: 'http://127.0.0.1:{receiver.port}/api/chat.postMessage'}}\n"
              "route: {receiver: all, group_by: [alertname], group_wait: 100ms, group_interval: 500ms}\n"
              "receivers: [{name: all, slack_configs: [{channel: c, update_message: true, send_resolved: true}]}]\n")
    editing = suite.tocsin(sys.argv[1], config, RULES, "editing")
    exporter.set('disk{host="a"}', 1)
    wait_until(lambda: len(edits(receiver)) == 1, PATIENCE, f"a message is posted; log:\n{editing.output()[-1500:]}")
    wait_until(lambda: editing.metric("tocsin_deliveries_open") == 0, PATIENCE, "its outcome is stored")
    editing.kill()
    editing.start()
    exporter.set('disk{host="b"}', 1)
    wait_until(lambda: len(edits(receiver)) == 2, PATIENCE, "another alert is told")
    exporter.set_all({'disk{host="a"}': 0, 'disk{host="b"}': 0})
    wait_until(lambda: len(edits(receiver)) >= 3 and b"good" in receiver.all()[-1]["body"], PATIENCE, "the end is told")
    assert edits(receiver)[0] == ("chat.postMessage", None), edits(receiver)
    assert set(edits(receiver)[1:]) == {("chat.update", "17.5")}, edits(receiver)
    assert all(entry["headers"]["Authorization"] == "Bearer hunter2" for entry in receiver.all())
    assert "hunter2" not in editing.output() + json.dumps(editing.api("/api/v2/status"))
    editing.kill()


exporter.set('disk{host="a"}', 0)
prometheus = suite.start_prometheus(exporter)
alertmanager = start_alertmanager()
if alertmanager is None:
    print("no Alertmanager is installed")
    suite.finish()
    sys.exit(77)
tocsin = suite.tocsin(sys.argv[1], f"datasource: {{url: '{prometheus}'}}\nrule_files: [rules.yml]\nweb: {{external_url: 'http://tocsin.example:9093'}}\n" + routing(ours), RULES)
suite.run_all([what_fires_is_told_as_alertmanager_tells_it, what_ends_is_told_as_alertmanager_tells_it, attempts_are_counted_as_alertmanager_counts_them,
               a_message_of_slack_is_edited_after_a_kill])
sys.exit(suite.finish())
