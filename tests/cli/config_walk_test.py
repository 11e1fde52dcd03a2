#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every key of an alertmanager.yml with values of every kind, beside every other key of its block, and without what it needs:
tocsin check-config takes and refuses what amtool does, and what amtool says of a mistake is part of what is said. Argument: tocsin."""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

# Two spaces between.
VALUES = {kind: re.split(r" {2,}|\n", text) for kind, text in {
    "text": r"""x  ''  ~  5  1.5  true  2024-01-01  [a]  {a: b}  <secret>  é  !!str 5  010""",
    "bool": r"""true  false  ~  yes  off  True  y  'true'  1  abc  ''  []  {}""",
    "int": r"""0  1  -1  '5'  abc  ~  99999999999999999999  []  ''  0x10  010  1_000  true""",
    "duration": r"""5m  0  0s  1h30m  1m1h  -5m  5  ''  ~  '5 m'  1.5h  99999d  1d12h  1w  []  true  abc  5M""",
    "span": r"""10s  0  ''  ~  1h5m  1.5h  -5s  5d  abc  []  5m5h  .5s""",
    "url": r"""http://v/  'https://v/p?q=a'  HTTP://v/  ftp://v/  v  ''  ~  http://  '://'  <secret>  http://u:p@v/  []  http://v:p/  http://v:1:p  'http://%zz/'  http://v/%4
'http://[::1/'  'http://v y/'  "http://v/\t"  ' http://v/'  /p  //v/p  http://é/  'http://v\y/'  'http://a b@v/'""",
    "host": r"""v:25  v  ''  ~  'v:'  '[::1]:25'  '::1:25'  v:smtp  'a:b:c'  '[v]:25'  '[v:25'  'v]:25'  '[::1]'  '[::1]25'  []  ':25'""",
    "map": r"""{}  ~  {a: b}  {a: 5}  {a: [x]}  [a]  x  {a b: c}  {1: 2}  {a-b: c}  {a: b, a: c}""",
    "list": r"""[]  ~  [a]  [5]  [[a]]  a  {a: b}  ['']  [a, a]  ['...']  ['...', a]  [true]""",
    "patterns": r"""{}  ~  {a: 'b.*'}  {a: '('}  {a: '(?=x)'}  {a: 5}  {a b: c}  []  x  {a: '[z-a]'}  {a: 'x**'}  {a: '\1'}  {a: '(?i)x'}  {a: '\pZZ'}""",
    "matchers": r"""[]  ~  ['a="b"']  'a="b"'  [a]  [a=b, 'c=~"("']  ['a!=b', 'c!~d']  ['a="b",c="d"']  '{a=b}'  5  {a: b}  ['a= b ']  ['=b']  ['a=']  ['a="b']  ['a=b"c']  [[a=b]]""",
    "versions": r"""TLS12  TLS10  TLS14  tls12  1.2  []""",
    "times": r"""[]  ~  [{start_time: '09:00', end_time: '24:00'}]  [{start_time: '09:00'}]  [{}]  [{start_time: '9:00', end_time: '10:00'}]  [{start_time: '10:00', end_time: '10:00'}]
x""",
    "weekdays": r"""[]  ['monday']  ['Monday:FRIDAY']  ['friday:monday']  ['mon']  ['1']  ['monday:']  ['a:b']  monday  ['monday:tuesday:friday']""",
    "days": r"""[]  ['1']  [1]  ['1:5']  ['-1']  ['-5:-1']  ['-1:-5']  ['5:1']  ['0']  ['32']  ['-32']  ['1:-1']  ['-5:5']  ['a']  ['1:a']  ['1:5:9']  ['1.5']  ['+1']  [' 1']
['30:-29']""",
    "months": r"""[]  ['january']  ['January:MARCH']  ['1:3']  ['march:january']  ['0']  ['13']  ['jan']  ['1:march']  ['-1']  ['+1']  [1.5]""",
    "years": r"""[]  ['2020']  ['2020:2022']  ['2022:2020']  ['a']  ['-5']  ['2020:']  ['+2020']""",
    "zone": r"""UTC  Europe/Berlin  europe/berlin  Nope/Nope  5  []  EST  Etc/GMT+5  ../x""",
}.items()}
VALID = {"text": "v", "bool": "true", "int": "1", "duration": "5m", "span": "10s", "url": "http://v/", "host": "v:25", "map": "{k: v}", "list": "[v]", "patterns": "{k: v}", "matchers": "['k=\"v\"']", "versions": "TLS12"}


def keys(text):
    """{key: kind} of "kind key key; kind key"."""
    return {key: part.split()[0] for part in text.split(";") for key in part.split()[1:]}


def receiver(kind):
    return lambda text: f"route: {{receiver: r}}\nreceivers: [{{name: r, {kind}_configs: [{{{text}}}]}}]\n"


def http(text):
    return receiver("webhook")(f"url: http://w/, http_config: {{{text}}}")


# Each block: its name, how a file is made of what stands in it, what it needs, its keys.
BASE = "route: {receiver: r}\nreceivers: [{name: r}]\n"
BLOCKS = [
    ("global", lambda text: f"global: {{{text}}}\n{BASE}", {},
     "duration resolve_timeout; host smtp_smarthost; text smtp_from smtp_hello smtp_auth_username smtp_auth_password smtp_auth_password_file smtp_auth_secret smtp_auth_identity slack_api_url_file"
     " opsgenie_api_key opsgenie_api_key_file wechat_api_secret wechat_api_corp_id victorops_api_key victorops_api_key_file; bool smtp_require_tls; url slack_api_url pagerduty_url opsgenie_api_url"
     " wechat_api_url victorops_api_url telegram_api_url webex_api_url"),
    ("route", lambda text: f"route: {{{text}}}\nreceivers: [{{name: r}}]\n", {"receiver": "r"},
     "text receiver; list group_by mute_time_intervals active_time_intervals; map match; patterns match_re; matchers matchers; bool continue; duration group_wait group_interval repeat_interval"),
    ("child", lambda text: f"route: {{receiver: r, routes: [{{{text}}}]}}\nreceivers: [{{name: r}}]\n", {},
     "text receiver; list group_by mute_time_intervals active_time_intervals; map match; patterns match_re; matchers matchers; bool continue; duration group_wait group_interval repeat_interval"),
    ("inhibit", lambda text: f"inhibit_rules: [{{{text}}}]\n{BASE}", {}, "map source_match target_match; patterns source_match_re target_match_re; matchers source_matchers target_matchers; list equal"),
    ("interval", lambda text: f"time_intervals: [{{name: n, time_intervals: [{{{text}}}]}}]\n{BASE}", {}, "times times; weekdays weekdays; days days_of_month; months months; years years; zone location"),
    ("named", lambda text: f"mute_time_intervals: [{{{text}}}]\n{BASE}", {"name": "n"}, "text name"),
    ("receiver", lambda text: f"route: {{receiver: r}}\nreceivers: [{{{text}}}]\n", {"name": "r"}, "text name"),
    ("http", http, {}, "text bearer_token bearer_token_file; bool follow_redirects enable_http2"),
    ("basic", lambda text: http(f"basic_auth: {{{text}}}"), {}, "text username password password_file"),
    ("authorization", lambda text: http(f"authorization: {{{text}}}"), {}, "text type credentials credentials_file"),
    ("oauth2", lambda text: http(f"oauth2: {{{text}}}"), {"client_id": "i", "token_url": "http://t/", "client_secret": "s"}, "text client_id client_secret client_secret_file; list scopes; map endpoint_params"),
    ("tls", lambda text: http(f"tls_config: {{{text}}}"), {}, "text ca_file cert_file key_file server_name; bool insecure_skip_verify; versions min_version max_version"),
    ("webhook", receiver("webhook"), {"url": "http://w/"}, "url url; bool send_resolved; int max_alerts"),
    ("email", receiver("email"), {"to": "a@x", "from": "b@x", "smarthost": "s:25"},
     "host smarthost; text hello auth_username auth_password auth_password_file auth_secret auth_identity html text; bool send_resolved require_tls"),
    ("slack", receiver("slack"), {"api_url": "http://s/"},
     "url api_url; text api_url_file channel username color title title_link pretext text footer fallback callback_id icon_emoji icon_url image_url thumb_url; bool send_resolved short_fields link_names; list mrkdwn_in"),
    ("action", lambda text: receiver("slack")(f"api_url: http://s/, actions: [{{{text}}}]"), {"type": "t", "text": "x", "url": "http://u/"}, "text type text url style name value"),
    ("field", lambda text: receiver("slack")(f"api_url: http://s/, fields: [{{{text}}}]"), {"title": "t", "value": "v"}, "text title value; bool short"),
    ("pagerduty", receiver("pagerduty"), {"routing_key": "k"}, "url url; text service_key service_key_file routing_key routing_key_file client client_url description severity class component group; bool send_resolved"),
    ("opsgenie", receiver("opsgenie"), {"api_key": "k"}, "url api_url; text api_key api_key_file message description source entity actions tags note priority; map details; bool send_resolved update_alerts"),
    ("victorops", receiver("victorops"), {"api_key": "k", "routing_key": "r"}, "url api_url; text api_key api_key_file routing_key message_type state_message entity_display_name monitoring_tool; map custom_fields; bool send_resolved"),
    ("pushover", receiver("pushover"), {"user_key": "u", "token": "t"}, "text user_key token title message url url_title sound priority; span retry expire; bool html send_resolved"),
    ("telegram", receiver("telegram"), {"bot_token": "t", "chat_id": "5"}, "url api_url; text bot_token message parse_mode; int chat_id; bool disable_notifications send_resolved"),
    ("discord", receiver("discord"), {"webhook_url": "http://d/"}, "url webhook_url; text title message; bool send_resolved"),
    ("webex", receiver("webex"), {"room_id": "r", "http_config": "{authorization: {credentials: c}}"}, "url api_url; text room_id message; bool send_resolved"),
]
# What differs and may: it is listed in docs/compatibility.md, or 0.34 does otherwise than the amtool that is here.
EXPLAINED = re.compile("|".join([
    r"parse a secret URL: |unsupported scheme for URL",
    r"^global\.slack_api_url=''",  # counts as none
    r"^(route|child)\.group_by=|^inhibit\.equal=",  # any text names a label in 0.34
    r"unknown unit",  # its words for durations
    r"_ref must be configured|nor App token set|one of [a-z_]+ or [a-z_]+_file must|missing [a-z_]+ or [a-z_]+_file on",  # there are more keys
    r"^oauth2(\.client_secret=| without client_secret)",  # needs none in 0.34
    r"^webhook\.url=<secret>",  # taken since it is shown so
]))


def flow(content):
    return ", ".join(f"{key}: {value}" for key, value in content.items())


def files():
    """(name, text) of each."""
    for block, make, needed, table in BLOCKS:
        kinds = keys(table)
        yield block, make(flow(needed))
        yield f"{block} nonsense", make(flow({**needed, "nonsense": "x"}))
        for key in needed:
            yield f"{block} without {key}", make(flow({k: v for k, v in needed.items() if k != key}))
        for key, kind in kinds.items():
            for value in VALUES[kind]:
                yield f"{block}.{key}={value}", make(flow({**needed, key: value}))
            for other in kinds:
                if key < other and kind in VALID and kinds[other] in VALID:
                    yield f"{block} {key}+{other}", make(flow({**needed, key: VALID[kind], other: VALID[kinds[other]]}))


def check(program, directory, count):
    """What is said of each file: "" when it is good."""
    done = subprocess.run([program, "check-config", *map(str, range(count))], cwd=directory, capture_output=True, text=True, check=False)
    said = re.split(r"^Checking '\d+' +", done.stdout, flags=re.MULTILINE)[1:]
    assert len(said) == count, (program, len(said), count, done.stderr[-2000:])
    return ["" if text.startswith("SUCCESS") else text.removeprefix("FAILED: ").strip() for text in said]


def differs(theirs, ours):
    if theirs == "" or ours == "":
        return theirs != ours
    return not theirs.startswith("yaml: ") and theirs not in ours  # what YAML's reader says names types of Go


def main():
    if shutil.which("amtool") is None:
        sys.exit(77)
    tocsin = str(pathlib.Path(sys.argv[1]).resolve())
    made = list(files())
    with tempfile.TemporaryDirectory() as directory:
        for i, (_, text) in enumerate(made):
            (pathlib.Path(directory) / str(i)).write_text(text)
        answers = zip(made, check("amtool", directory, len(made)), check(tocsin, directory, len(made)))
        failures = [(name, theirs, ours) for (name, _), theirs, ours in answers if differs(theirs, ours) and not EXPLAINED.search(name + ": " + ours)]
    for name, theirs, ours in failures:
        print(f"FAILED: {name}\n  amtool: {theirs or 'good'}\n  tocsin: {ours or 'good'}")
    print(f"configurations: {len(made)} files, {len(failures)} failures")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
