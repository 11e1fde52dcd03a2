# SPDX-License-Identifier: Apache-2.0
"""Links of alerts by a template (--external.alert.source): what a real vmalert makes of it, and where it shows.

usage: alert_source.py TOCSIN"""
import http.server
import json
import shutil
import sys
import threading
import time

import rig
from rig import wait_until

PATIENCE = 60  # seconds; the machine may be busy

CONFIG = """
global: {{external_labels: {{dc: x}}}}
datasource: {{url: '{source}'}}
rule_files: ['rules.yml']
web: {{external_url: 'http://ext.test/p/', route_prefix: /}}
alerting: {{alertmanagers: [{{static_configs: [{{targets: ['{target}']}}]}}]}}
route: {{receiver: hook, group_wait: 0s, group_interval: 200ms}}
receivers: [{{name: hook, webhook_configs: [{{url: '{hook}'}}]}}]
"""
RULES = """
groups:
- name: g
  interval: 1s
  rules:
  - {alert: 'A b', expr: 'up{x="a\\"b",y=~"1|2"} > 0', labels: {severity: page}}
"""
ODD = r"<\"q'\\&é\x01\x1f\x7f\n\r\t\f\b>;,?:@&=+$!*()#%|^`{}[]~ /"
# Debian's vmalert gives the template no labels; later ones and tocsin do.
PIECES = [f'{{{{ "{ODD}" | {name} }}}}' for name in ["quotesEscape", "jsonEscape", "htmlEscape", "pathEscape", "crlfEscape", "queryEscape"]] + [
    "{{ $value }}", "{{ .Value | printf \"%.2f\" }}", "{{ humanize $value }}", "{{ $expr }}", "{{ .Expr | quotesEscape | queryEscape }}", "{{ $expr | jsonEscape | queryEscape }}",
    "{{ externalURL }} {{ pathPrefix }} {{ $externalURL }} {{ .ExternalURL }}", "{{ $externalLabels.dc }} {{ .ExternalLabels }}", "{{ toUpper \"a\" }}{{ title \"b c\" }}",
    "{{ if gt $value 1000.0 }}high{{ else }}low{{ end }}", "{{ reReplaceAll \"(.)b\" \"$1c\" \"abab\" }}", "{{/* nothing */}}", "{{ with $v := 1 }}{{ $v }}{{ end }}",
    'explore?left=["now-1h","now","VM",{"expr":{{$expr|jsonEscape|queryEscape}} },{"mode":"Metrics"}]',
]


class Source:
    """A datasource that gives one element for whatever it is asked."""

    def __init__(self):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                body = json.dumps({"status": "success", "data": {"resultType": "vector", "result": [{"metric": {"__name__": "up", "instance": "h/1 2"}, "value": [time.time(), "1234.5"]}]}}).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST

            def log_message(self, *args):
                pass

        self.server = rig.QuietServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


def links(receiver):
    """The links of alerts posted to an Alertmanager."""
    return [alert["generatorURL"] for request in receiver.all() for alert in json.loads(request["body"])]


def of_vmalert(template):
    (suite.directory / "rules.yml").write_text(RULES)
    receiver = suite.receiver()
    process = rig.Process(["vmalert", f"-rule={suite.directory}/rules.yml", f"-datasource.url={source.url}", f"-notifier.url=http://127.0.0.1:{receiver.port}", f"-httpListenAddr=127.0.0.1:{rig.free_port()}",
                           "-external.url=http://ext.test/p", "-external.label=dc=x", f"-external.alert.source={template}"], suite.directory / "vmalert.log")
    try:
        wait_until(lambda: receiver.all() or not process.alive(), 30, "vmalert tells")
        assert process.alive(), process.output()
    finally:
        process.kill()
    return links(receiver)[0]


def started(name, template=None, config=""):
    outside = suite.receiver()
    hook.clear()
    tocsin = suite.tocsin(sys.argv[1], CONFIG.format(source=source.url, hook=hook.url, target=f"127.0.0.1:{outside.port}") + config, RULES, name, start=False)
    tocsin.start(arguments=[] if template is None else [f"--external.alert.source={template}"])
    wait_until(lambda: outside.all() and hook.all(), PATIENCE, "both were told")
    return tocsin, outside


def links_are_those_of_vmalert():
    if not shutil.which("vmalert"):
        print("vmalert is not installed")
        return
    template = "~~".join(PIECES)
    expected = of_vmalert(template)
    tocsin, outside = started("pieces", template)
    wanted, got = expected.split("~~"), links(outside)[0].split("~~")
    assert len(wanted) == len(PIECES), expected
    differences = [(piece, a, b) for piece, a, b in zip(PIECES, wanted, got) if a != b]
    assert not differences and len(got) == len(wanted), differences
    tocsin.stop()


def the_link_is_the_same_wherever_it_shows():
    template = "d/{{ $labels.alertname | pathEscape }}/{{ $labels.instance | pathEscape }}?at={{ $activeAt.Unix }}&for={{ $for }}&v={{ $value }}&g={{ $groupID }}&a={{ $alertID }}"
    tocsin, outside = started("everywhere", template)
    link = links(outside)[0]
    active = int(rig.rfc3339(tocsin.alert("A b")["activeAt"]))
    group, alert = link.split("&g=")[1].split("&a=")
    assert link.startswith(f"http://ext.test/p/d/A%20b/h%2F1%202?at={active}&for=0s&v=1234.5&g=") and group.isdigit() and alert.isdigit(), link
    identity = {**tocsin.alert("A b")["labels"]}
    identity.pop("dc", None)
    assert f"{int(alert):016x}" == rig.fingerprint(identity), (alert, identity)
    assert {one["generatorURL"] for message in hook.messages() for one in message["alerts"]} == {link}
    assert {one["generatorURL"] for one in tocsin.api("/api/v2/alerts")} == {link}
    tocsin.kill()
    outside.clear()
    tocsin.start(arguments=[f"--external.alert.source={template}"])
    wait_until(lambda: outside.all(), PATIENCE, "told again after a kill")
    assert set(links(outside)) == {link}
    assert {one["generatorURL"] for one in tocsin.api("/api/v2/alerts")} == {link}
    tocsin.stop()


def a_reload_gives_alerts_that_fire_their_new_link():
    more = "web: {{external_url: 'http://ext.test/p', route_prefix: /, external_alert_source: '{}'}}\n"
    tocsin, outside = started("reload")
    default = "http://ext.test/p/graph?g0.expr=up%7Bx%3D%22a%5C%22b%22%2Cy%3D~%221%7C2%22%7D+%3E+0&g0.tab=1"
    assert links(outside)[0] == default, links(outside)
    config = (tocsin.directory / "tocsin.yml").read_text()

    def with_source(text):
        return "\n".join(line for line in config.splitlines() if not line.startswith("web:")) + "\n" + more.format(text)

    told = len(hook.all())
    for text, expected in [("https://grafana.test/explore?i={{ $labels.instance | queryEscape }}", "https://grafana.test/explore?i=h%2F1+2"),
                           ("x/{{ $labels.instance }}", "http://ext.test/p/x/h/1 2"), ("{{ slice $labels.instance 99 }}", default)]:
        tocsin.write(with_source(text))
        assert tocsin.reload()[0] == 200
        wait_until(lambda: {one["generatorURL"] for one in tocsin.api("/api/v2/alerts")} == {expected}, 10, f"the link is {expected}")
    assert len(hook.all()) == told, "a new link is no news"
    tocsin.write(with_source("{{ $labels.x | nope }}"))
    status, body = tocsin.reload()
    assert status != 200 and '8:98: error: external_alert_source: template: :1: function "nope" not defined' in body, (status, body)
    tocsin.stop()


def a_template_that_fails_is_logged_once():
    tocsin, outside = started("fails", "{{ slice $labels.instance 99 }}")
    assert links(outside)[0].startswith("http://ext.test/p/graph?g0.expr=up"), links(outside)
    time.sleep(2)
    logged = [line for line in tocsin.output().splitlines() if "external_alert_source" in line and "evaluator" in line]
    assert len(logged) == 1, tocsin.output()
    tocsin.stop()


def a_broken_template_is_refused_at_the_start():
    for template, reason in [("{{ $labels.x | nope }}", 'function "nope" not defined'), ("{{ query \"up\" }}", "a link may not ask queries")]:
        process = rig.Process([sys.argv[1], "serve", f"--external.alert.source={template}"], suite.directory / "refused.log")
        wait_until(lambda: not process.alive(), 10, "it ends")
        assert process.process.returncode == 2 and reason in process.output(), process.output()


CASES = [
    links_are_those_of_vmalert,
    the_link_is_the_same_wherever_it_shows,
    a_reload_gives_alerts_that_fire_their_new_link,
    a_template_that_fails_is_logged_once,
    a_broken_template_is_refused_at_the_start,
]

if __name__ == "__main__":
    suite = rig.Suite("alert_source")
    source, hook = Source(), suite.receiver()
    suite.defer(source.stop)
    suite.run_all(CASES)
    sys.exit(suite.finish())
