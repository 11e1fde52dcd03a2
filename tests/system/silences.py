# SPDX-License-Identifier: Apache-2.0
"""Silences: through the real amtool, over kills and restarts, and with every answer that Alertmanager 0.34 gave to the same request.

usage: silences.py TOCSIN"""
import datetime
import json
import pathlib
import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request

import rig

BINARY = str(pathlib.Path(sys.argv[1]).resolve())
suite = rig.Suite("silences")
hook = suite.receiver()
CONFIG = f"route: {{receiver: r, group_by: [alertname], group_wait: 0s, group_interval: 1s}}\nreceivers: [{{name: r, webhook_configs: [{{url: '{hook.url}'}}]}}, {{name: other}}]\n"
UNKNOWN = "00000000-0000-4000-8000-000000000001"
TIMES = '"startsAt":"2130-01-01T00:00:00Z","endsAt":"2130-01-02T00:00:00Z"'
WORDS = '"comment":"c","createdBy":"m"'
MATCHERS = '"matchers":[{"name":"a","value":"b","isRegex":false}]'

if not shutil.which("amtool"):
    print("amtool is not installed")
    sys.exit(rig.SKIPPED)
tocsin = suite.tocsin(BINARY, CONFIG)
API = tocsin.url + "/api/v2"


def ask(method, path, body=None, content_type="application/json"):
    """(status, body text)"""
    request = urllib.request.Request(API + path, method=method, data=None if body is None else body.encode(), headers={"Content-Type": content_type})
    try:
        with urllib.request.urlopen(request, timeout=10) as reply:
            return reply.status, reply.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def amtool(*arguments):
    done = subprocess.run(["amtool", f"--alertmanager.url={tocsin.url}", *arguments], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, (arguments, done.stderr)
    return done.stdout


def make(**members):
    body = {**json.loads("{" + ",".join([TIMES, WORDS, MATCHERS]) + "}"), **members}
    status, answer = ask("POST", "/silences", json.dumps(body))
    assert status == 200, answer
    return json.loads(answer)["silenceID"]


def silence(identity):
    status, body = ask("GET", f"/silence/{identity}")
    return json.loads(body) if status == 200 else None


def listed(query=""):
    status, body = ask("GET", "/silences" + query)
    assert status == 200, body
    return json.loads(body)


def from_now(seconds):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def requests_are_refused_as_alertmanager_refuses_them():
    required = '{{"code":602,"message":"{} in body is required"}}'.format
    for body, status, answer in [
            ("", 422, required("silence")),
            ("{}", 422, required("comment")),
            ("{" + TIMES + "}", 422, required("comment")),
            ("{" + f"{TIMES},{WORDS}" + "}", 422, required("matchers")),
            ("{" + f'{TIMES},{WORDS},"matchers":[]' + "}", 422, '{"code":612,"message":"matchers in body should have at least 1 items"}'),
            ("{" + f'{TIMES},{WORDS},"matchers":[{{}}]' + "}", 422, required("matchers.0.isRegex")),
            ("{" + f'{TIMES},{WORDS},"matchers":[{{"name":"a","isRegex":true}}]' + "}", 422, required("matchers.0.value")),
            ("{" + f'{TIMES},{WORDS},"matchers":[{{"name":"","value":"b","isRegex":false}}]' + "}", 400, '"invalid silence: invalid label matcher 0 in set 0: invalid label name \\"\\""\n'),
            ("{" + f'{TIMES},{WORDS},"matchers":[{{"name":"a","value":"(","isRegex":true}}]' + "}", 400,
             '"invalid silence: invalid label matcher 0 in set 0: invalid regular expression \\"(\\": error parsing regexp: missing closing ): `(`"\n'),
            ("{" + f'{TIMES},{WORDS},"matchers":[{{"name":"a","value":"","isRegex":false}}]' + "}", 400,
             '"invalid silence: matcher set 0: at least one matcher must not match the empty string"\n'),
            ("{" + f'{WORDS},{MATCHERS},"startsAt":"2130-01-03T00:00:00Z","endsAt":"2130-01-02T00:00:00Z"' + "}", 400, '"Failed to create silence: start time must be before end time"\n'),
            ("{" + f'{WORDS},{MATCHERS},"startsAt":"2010-01-03T00:00:00Z","endsAt":"2020-01-02T00:00:00Z"' + "}", 400, '"Failed to create silence: end time can\'t be in the past"\n'),
            ("{" + f'{TIMES},{WORDS},{MATCHERS},"id":"{UNKNOWN}"' + "}", 404, '"silence not found"\n'),
            ("{" + f'{TIMES},{WORDS},{MATCHERS},"id":"x"' + "}", 404, '"silence not found"\n')]:
        assert ask("POST", "/silences", body) == (status, answer), (body, ask("POST", "/silences", body))
    for body in "[]", "x", '{"startsAt":"x"}', "{" + f"{TIMES},{WORDS},{MATCHERS}" + "} x":
        status, answer = ask("POST", "/silences", body)
        assert status == 400 and json.loads(answer)["code"] == 400 and "parsing silence body from" in json.loads(answer)["message"], answer
    assert ask("POST", "/silences", "{}", "text/plain") == (415, '{"code":415,"message":"unsupported media type \\"text/plain\\", only [application/json] are allowed"}')
    wrong = '{"code":601,"message":"silenceID in path must be of type uuid: \\"x\\""}'
    assert ask("GET", "/silence/x") == ask("DELETE", "/silence/x") == (422, wrong)
    assert ask("GET", f"/silence/{UNKNOWN}") == ask("DELETE", f"/silence/{UNKNOWN}") == (404, "")
    assert ask("GET", "/silences?filter=a") == (400, '"bad matcher format: a"\n')
    assert ask("PUT", "/silences", "{}")[0] == ask("POST", f"/silence/{UNKNOWN}", "{}")[0] == 405


def a_silence_comes_back_as_it_was_posted():
    identity = make(matchers=[{"name": "a", "value": "b.*|ü", "isRegex": True, "isEqual": False}, {"name": "c", "value": "<d>", "isRegex": False}], comment="why\n<not>", annotations={"ticket": "T-1", "none": ""})
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", identity)
    found = silence(identity)
    assert rig.rfc3339(found.pop("updatedAt")) > time.time() - 60
    assert found == {"id": identity, "status": {"state": "pending"}, "annotations": {"none": "", "ticket": "T-1"}, "comment": "why\n<not>", "createdBy": "m", "endsAt": "2130-01-02T00:00:00.000Z",
                     "startsAt": "2130-01-01T00:00:00.000Z", "matchers": [{"isEqual": False, "isRegex": True, "name": "a", "value": "b.*|ü"}, {"isEqual": True, "isRegex": False, "name": "c", "value": "<d>"}]}
    assert ask("DELETE", f"/silence/{identity}") == (200, "")
    assert silence(identity)["status"]["state"] == "expired"
    assert ask("DELETE", f"/silence/{identity}") == (200, ""), "again"


def a_change_is_in_place_or_makes_another_one():
    first = make(startsAt=from_now(-10), endsAt=from_now(3600))
    assert abs(rig.rfc3339(silence(first)["startsAt"]) - time.time()) < 5, "none begins in the past"
    again = {member: silence(first)[member] for member in ("id", "startsAt")}
    assert make(**again, endsAt=from_now(7200), comment="longer") == first
    assert silence(first)["comment"] == "longer"
    second = make(**again, endsAt=from_now(7200), matchers=[{"name": "x", "value": "y", "isRegex": False}])
    assert second != first and silence(first)["status"]["state"] == "expired" and silence(second)["status"]["state"] == "active"
    ask("DELETE", f"/silence/{second}")


def lists_are_filtered_and_ordered():
    names = {}
    for name, start, end in [("later", -1, 7200), ("next", -1, 3600), ("far", 7200, 7300), ("soon", 3600, 99999)]:
        names[make(startsAt=from_now(start), endsAt=from_now(end), matchers=[{"name": "order", "value": name, "isRegex": False}])] = name
    shown = [names[found["id"]] for found in listed("?expired=false") if found["id"] in names]
    assert shown == ["next", "later", "soon", "far"], shown
    assert [names[found["id"]] for found in listed('?filter=order%3D"far"')] == ["far"]
    assert listed('?filter=order%3D~"far"') == [] == listed("?active=false&pending=0&expired=no")
    assert {found["status"]["state"] for found in listed("?active=false&pending=false")} == {"expired"}
    for identity in names:
        ask("DELETE", f"/silence/{identity}")


def amtool_works_unmodified():
    identity = amtool("silence", "add", "alertname=Down", "node=~b.*", "-c", "why not", "-a", "me", "-d", "2h").strip()
    assert silence(identity)["status"]["state"] == "active"
    assert identity in amtool("silence", "query", "Down") and identity in amtool("silence", "query", "-o", "extended")
    assert "longer" in amtool("silence", "update", "-c", "longer", "-d", "3h", identity) and silence(identity)["comment"] == "longer"
    kept = suite.directory / "kept.json"
    kept.write_text(amtool("silence", "query", "-o", "json", "Down"))
    amtool("silence", "expire", identity)
    assert identity not in amtool("silence", "query") and identity in amtool("silence", "query", "--expired")
    made = amtool("silence", "import", str(kept)).strip()
    assert made != identity and silence(made)["comment"] == "longer", "an ended one is made anew"


def what_was_answered_survives_a_kill():
    made = [make(comment=f"number {i}", startsAt=from_now(-1), endsAt=from_now(3600)) for i in range(50)]
    ended = made[::5]
    for identity in ended:
        assert ask("DELETE", f"/silence/{identity}") == (200, "")
    before = {identity: silence(identity) for identity in made}
    tocsin.kill()
    tocsin.start()
    assert {identity: silence(identity) for identity in made} == before
    assert {found["id"] for found in listed("?active=false")} >= set(ended)


def limits_are_alertmanagers():
    tocsin.stop()
    tocsin.start(arguments=["--silences.max-silences=1", "--silences.max-silence-size-bytes=200"])
    status, answer = ask("POST", "/silences", "{" + f"{TIMES},{WORDS},{MATCHERS}" + "}")
    assert status == 400 and re.fullmatch(r'"exceeded maximum number of silences: \d+ \(limit: 1\)"\n', answer), answer
    tocsin.stop()
    tocsin.start(arguments=["--silences.max-silence-size-bytes=200", "--data.retention=1s"])
    status, answer = ask("POST", "/silences", json.dumps({**json.loads("{" + f"{TIMES},{WORDS},{MATCHERS}" + "}"), "comment": "x" * 200}))
    assert status == 400 and re.fullmatch(r'"silence exceeded maximum size: \d+ bytes \(limit: 200 bytes\)"\n', answer), answer


def ended_ones_are_forgotten():
    identity = make(startsAt=from_now(-1), endsAt=from_now(1))
    rig.wait_until(lambda: silence(identity) is None, 10, "the silence is forgotten a second after its end")


def receivers_are_listed():
    assert ask("GET", "/receivers") == (200, '[{"labels":{"name":"r"},"name":"r"},{"labels":{"name":"other"},"name":"other"}]\n')
    assert json.loads(ask("GET", "/receivers?receiver_matchers=name%3D~%22o.*%22")[1]) == [{"labels": {"name": "other"}, "name": "other"}]
    assert ask("GET", "/receivers?receiver_matchers=x") == (400, '"failed to parse receiver_matchers param: bad matcher format: x"\n')


def told(name):
    return [message["status"] for message in hook.messages() if message["groupLabels"]["alertname"] == name]


def post(name, ends):
    assert ask("POST", "/alerts", json.dumps([{"labels": {"alertname": name}, "endsAt": from_now(ends)}]))[0] == 200


def a_silenced_alert_is_not_told_until_the_silence_ends():
    identity = make(startsAt=from_now(-1), endsAt=from_now(3600), matchers=[{"name": "alertname", "value": "Quiet", "isRegex": False}])
    post("Quiet", 3600)
    post("Loud", 3600)
    rig.wait_until(lambda: told("Loud") == ["firing"], 10, "the other one is told")
    time.sleep(2.2)
    [shown] = [found for found in json.loads(ask("GET", "/alerts")[1]) if found["labels"]["alertname"] == "Quiet"]
    assert shown["status"]["state"] == "suppressed" and shown["status"]["silencedBy"] == [identity] and told("Quiet") == []
    assert [found["labels"]["alertname"] for found in json.loads(ask("GET", "/alerts?silenced=false")[1])] == ["Loud"]
    assert ask("DELETE", f"/silence/{identity}")[0] == 200
    rig.wait_until(lambda: told("Quiet") == ["firing"], 10, "it is told once the silence has ended")
    make(startsAt=from_now(-1), endsAt=from_now(3600), matchers=[{"name": "alertname", "value": "Quiet", "isRegex": False}])
    post("Quiet", -0.001)
    rig.wait_until(lambda: told("Quiet") == ["firing", "resolved"], 10, "whoever was told that it fires hears that it ended")


suite.run_all([a_silenced_alert_is_not_told_until_the_silence_ends, requests_are_refused_as_alertmanager_refuses_them, a_silence_comes_back_as_it_was_posted, a_change_is_in_place_or_makes_another_one, lists_are_filtered_and_ordered,
               amtool_works_unmodified, what_was_answered_survives_a_kill, limits_are_alertmanagers, ended_ones_are_forgotten, receivers_are_listed])
sys.exit(suite.finish())
