# SPDX-License-Identifier: Apache-2.0
"""The pages in a real browser: what they show, where links lead, what they do, and that nothing which comes with an alert is more than text.

usage: pages.py TOCSIN"""
import datetime
import json
import pathlib
import random
import re
import sys
import urllib.parse
import urllib.request
import warnings

import browser as browsers
import rig

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import crypt

BINARY = str(pathlib.Path(sys.argv[1]).resolve())
if not browsers.is_installed():
    print("chromium is not installed")
    sys.exit(rig.SKIPPED)

suite = rig.Suite("pages")
slack = suite.receiver()
CONFIG = """
datasource: {url: 'http://127.0.0.1:9'}
rule_files: [rules.yml]
route:
  receiver: ops
  group_by: [alertname]
  group_wait: 0s
  routes: [{matchers: [team="db"], receiver: d.b team}]
inhibit_rules: [{source_matchers: [severity="critical"], target_matchers: [severity="warning"], equal: [instance]}]
receivers:
- name: ops
- name: d.b team
  slack_configs: [{api_url: '{slack}', channel: '#db'}]
"""
RULES = """
groups:
- name: disks
  interval: 1s
  rules:
  - {alert: DiskFull, expr: free < 5, for: 5m}
  - {record: 'job:free:min', expr: min by (job) (free)}
"""
EVIL = '<img src=x onerror="window.evil=1"><script>window.evil=2</script>"\'\\{}'
ALERTS = [
    {"labels": {"alertname": "DiskFull", "severity": "critical", "instance": "db1", "team": "db"}, "annotations": {"summary": "no room", "runbook": "Read https://runbooks.example/disk."}, "generatorURL": "http://prometheus.example/graph"},
    {"labels": {"alertname": "DiskSlow", "severity": "warning", "instance": "db1", "team": "db"}, "annotations": {"summary": "waits"}},
    {"labels": {"alertname": "Down", "instance": "web1"}},
    {"labels": {"alertname": "Down", "instance": "web2"}},
    {"labels": {"alertname": EVIL, "evil": EVIL, "größe": "1 m"}, "annotations": {"summary": EVIL, "link": "javascript:window.evil=3"}, "generatorURL": "javascript:window.evil=4"},
]


def bcrypt(password):
    return crypt.crypt(password, crypt.mksalt(crypt.METHOD_BLOWFISH, rounds=1 << 10))


def api(tocsin, path, body=None, prefix=""):
    status, text = rig.get(tocsin.url + prefix + path) if body is None else rig.post(tocsin.url + prefix + path, json.dumps(body).encode())
    assert status == 200, (path, status, text)
    return json.loads(text) if text else None


def stamp(seconds):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def make_silence(matchers, seconds=3600, **more):
    matchers = [{"name": name, "value": value, "isRegex": False, "isEqual": True} for name, value in matchers.items()]
    return api(tocsin, "/api/v2/silences", {"matchers": matchers, "startsAt": stamp(0), "endsAt": stamp(seconds), "createdBy": "somebody", "comment": "a reason", **more})["silenceID"]


def silence_of(identity):
    return api(tocsin, f"/api/v2/silence/{identity}")


def open_page(hash, where=None):
    return browser.open((where or tocsin.url) + "/" + hash)


def is_clean(page):
    assert page.problems == [], page.problems
    assert page.evaluate("window.evil") is None


def cards(page, name):
    """Cards of alerts of this name that are to be seen."""
    return page.evaluate(f"[...document.querySelectorAll('.alert')].filter(card => card.querySelector('h3').textContent === {json.dumps(name)}).length")


def quoted(text):
    """As encodeURIComponent has it."""
    return urllib.parse.quote(text, safe="!'()*")


def alerts_are_shown_with_what_is_to_be_known():
    page = open_page("")
    page.wait_text("4 alerts in 3 groups")  # one is inhibited
    assert page.evaluate("location.hash") == "" and page.evaluate("document.title") == "Alerts · tocsin"
    text = page.text()
    for wanted in "no room", "to d.b team", "instance=web1", "severity=critical":
        assert wanted in text, (wanted, text)
    links = page.evaluate("[...document.querySelectorAll('.alert a')].map(each => [each.textContent, each.href])")
    assert ["Source", "http://prometheus.example/graph"] in links and ["https://runbooks.example/disk", "https://runbooks.example/disk"] in links, links
    time = page.evaluate("(time => [time.textContent, time.title])(document.querySelector('.alert time'))")
    assert re.search(r"ago$|^now$", time[0]) and "UTC" in time[1] and "GMT" not in time[1], time
    page.go(tocsin.url + "/#/alerts?inhibited=true")
    page.wait_text("Inhibited by DiskFull")
    is_clean(page)


def what_comes_with_an_alert_is_text():
    page = open_page("#/alerts?filter=" + quoted('{"größe"="1 m"}'))
    page.wait_text("1 alert in 1 group")
    shown = page.evaluate("document.querySelector('.alert').textContent")
    assert shown.count(EVIL) == 3 and "javascript:window.evil=3" in shown, shown  # name, label, annotation; the name is the group's too
    assert page.evaluate("document.querySelectorAll('.alert img, .alert script').length") == 0
    assert page.evaluate("[...document.querySelectorAll('main a')].every(each => /^https?:$/.test(new URL(each.href).protocol))")
    page.click("Silence", "document.querySelector('.alert')")
    page.wait_text("It is about 1 alert that fires now")
    assert EVIL in page.evaluate("[...document.querySelectorAll('.matcher input')].map(field => field.value)")
    is_clean(page)


def the_policy_of_the_pages_is_in_force():
    page = open_page("#/status")
    page.wait_text("Running since")
    is_clean(page)
    for attempt in "document.body.innerHTML = '<b>x</b>'", "document.createElement('script').textContent = 'window.evil = 5'", "document.createElement('img').setAttribute('onerror', 'window.evil = 6')":
        assert page.evaluate(f"(() => {{ try {{ {attempt}; }} catch (error) {{ return error.name; }} }})()") == "TypeError", attempt
    page.evaluate("(() => { const link = document.createElement('a'); link.href = 'javascript:window.evil = 7'; document.body.append(link); link.click(); })()")
    rig.wait_until(lambda: any("Content Security Policy" in problem for problem in page.problems), browsers.PATIENCE, "the browser refuses it")
    assert page.evaluate("window.evil") is None


def a_link_of_a_message_leads_to_its_receiver():
    link = rig.wait_until(lambda: [message["attachments"][0]["title_link"] for message in slack.messages()], browsers.PATIENCE, "the receiver is told")[0]
    assert link == tocsin.url + "/#/alerts?receiver=d%5C.b+team", link
    page = browser.open(link)
    page.wait_text("1 alert in 1 group")
    assert cards(page, "DiskFull") == 1 and page.evaluate("document.getElementById('receiver').selectedOptions[0].textContent") == "d.b team"
    page.fill("#receiver", "ops")
    page.wait_text("3 alerts in 2 groups")
    assert page.evaluate("location.hash") == "#/alerts?receiver=ops"
    page.fill("#receiver", "")
    page.wait_text("4 alerts in 3 groups")
    is_clean(page)


def alerts_are_filtered_by_what_is_typed_and_clicked():
    page = open_page("#/alerts?filter=" + quoted('instance=~"web.*"'))
    page.wait_text("2 alerts in 1 group")
    page.click("instance=web2", role="button.chip")
    page.wait_text("1 alert in 1 group")
    assert page.evaluate("location.hash") == "#/alerts?filter=" + quoted('{instance=~"web.*", instance="web2"}')
    page.click('Remove instance=~"web.*"')
    page.click('Remove instance="web2"')
    page.wait_text("4 alerts in 3 groups")
    page.fill("#filter", 'alertname="Down", instance!="web1"')
    page.press("Enter")
    page.wait_text("1 alert in 1 group")
    assert page.evaluate("document.getElementById('filter').value") == "" and cards(page, "Down") == 1
    page.press("Backspace")
    page.wait_text("2 alerts in 1 group")
    assert page.evaluate("document.getElementById('filter').value") == 'instance!="web1"'
    is_clean(page)
    page.go(tocsin.url + "/#/alerts")
    page.wait_text("4 alerts in 3 groups")
    page.evaluate("""(([first, second]) => {
        addEventListener("hashchange", () => second.click(), { once: true }); // before anything is answered
        first.click();
    })(["alertname=Down", "instance=web2"].map(text => [...document.querySelectorAll("button.chip")].find(chip => chip.textContent === text)))""")
    page.wait("decodeURIComponent(location.hash) === '#/alerts?filter={alertname=\"Down\", instance=\"web2\"}'", "both count")
    page.go(tocsin.url + "/#/alerts?filter=" + quoted('{alertname="Down"}'))
    page.wait_text("2 alerts in 1 group")
    page.fill("#filter", "instance=~(")
    page.press("Enter")
    page.wait("(text => /missing|parenthes/.test(text))(document.querySelector('.error:not([hidden])')?.textContent ?? '')", "the server's error is shown")
    assert "2 alerts in 1 group" in page.text()
    page.go(tocsin.url + "/#/alerts?filter=%7Ba")
    page.wait("document.querySelector('main > .error:not([hidden])') !== null", "an address that is wrong is told of")


def alerts_are_grouped_as_somebody_wants():
    page = open_page("#/alerts?customGrouping=true&group=instance")
    page.wait_text("4 alerts in 4 groups")
    page.fill("#grouping", "none")
    page.wait_text("4 alerts in 1 group")
    assert page.evaluate("location.hash") == "#/alerts?customGrouping=true&group="
    page.fill("#grouping", "told")
    page.wait_text("4 alerts in 3 groups")
    assert page.evaluate("location.hash") == "#/alerts"
    is_clean(page)


def what_is_unfolded_stays_so_while_alerts_come_and_go():
    page = open_page("")
    page.wait_text("4 alerts in 3 groups")
    down = "[...document.querySelectorAll('.group')].find(group => group.textContent.includes('alertname=Down'))"
    page.click("2 alerts", down)
    page.wait(f"{down}.querySelectorAll('.alert').length === 0", "the group is folded")
    page.evaluate("document.querySelector('.alert .actions a').focus(); document.querySelector('.alert').mark = 'the same'; 0")
    api(tocsin, "/api/v2/alerts", [{"labels": {"alertname": "Another"}}])
    rig.wait_until(lambda: len(api(tocsin, "/api/v2/alerts/groups")) == 5, 20, "it has a group")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_text("5 alerts in 4 groups")
    assert page.evaluate(f"{down}.querySelectorAll('.alert').length") == 0
    assert page.evaluate("(card => [card.mark, card.contains(document.activeElement)])([...document.querySelectorAll('.alert')].find(card => card.mark))") == ["the same", True]
    api(tocsin, "/api/v2/alerts", [{"labels": {"alertname": "Another"}, "endsAt": stamp(-1)}])
    page.wait_text("4 alerts in 3 groups")  # it asks by itself
    is_clean(page)


def a_silence_is_made_from_a_link():
    # as the templates that people copy have it, a comma at the end and all
    page = open_page("#/silences/new?filter=%7Balertname%3D\"Down\"%2C%20instance%3D~\"web.%2B\"%2C%20%7D&comment=new%20kernel")
    page.wait_text("It is about 2 alerts that fire now")
    values = "[...document.querySelectorAll('.matcher')].map(row => [...row.querySelectorAll('input, select')].map(field => field.value).join(' '))"
    assert page.evaluate(values) == ["alertname = Down", "instance =~ web.+"] and page.evaluate("document.querySelector('textarea').value") == "new kernel"
    page.fill(".matcher:nth-child(2) input:nth-of-type(2)", "web(")
    page.wait("/missing|parenthes/.test([...document.querySelectorAll('.error:not([hidden])')].map(each => each.textContent).join())", "a broken expression is told of while it is written")
    page.click("Create")
    page.evaluate("document.querySelector('form.form').noValidate = true")
    page.click("Create")
    page.wait("/invalid silence|createdBy/.test(document.querySelector('form .error:not([hidden])')?.textContent ?? '')", "the server's error is shown at the form")
    page.fill(".matcher:nth-child(2) input:nth-of-type(2)", "web1")
    page.wait_text("It is about 1 alert that fires now")
    page.fill(".times label:nth-child(2) input", "3h 30m")
    page.fill("input[autocomplete=name]", "night shift")
    page.click("Create")
    page.wait("/^#\\/silences\\/[0-9a-f-]{36}$/.test(location.hash)", "it is made and shown")
    page.wait_text("1 alert fits")
    made = silence_of(page.evaluate("location.hash")[len("#/silences/"):])
    assert made["matchers"] == [{"isEqual": True, "isRegex": False, "name": "alertname", "value": "Down"}, {"isEqual": True, "isRegex": True, "name": "instance", "value": "web1"}], made
    assert (made["comment"], made["createdBy"]) == ("new kernel", "night shift") and rig.rfc3339(made["endsAt"]) - rig.rfc3339(made["startsAt"]) <= 3.5 * 3600 + 1, made
    page.go(tocsin.url + "/#/silences/new")
    page.wait("document.querySelector('input[autocomplete=name]')?.value === 'night shift'", "who made the last one is remembered")
    page.go(tocsin.url + "/#/alerts?silenced=true&filter=" + quoted('alertname="Down"'))
    page.wait_text("Silenced by " + made["id"][:8])
    page.click(made["id"][:8])
    page.wait_text("new kernel")


def a_silence_is_changed_and_keeps_what_was_not():
    identity = make_silence({"alertname": "Down"}, annotations={"ticket": "https://tickets.example/1"})
    before = silence_of(identity)
    for address in f"#/silences/edit/{identity}", f"#/silences/{identity}/edit":
        page = open_page(address)
        page.wait("document.querySelector('textarea')?.value.startsWith('a reason')", "the form is filled")
        page.fill("textarea", "a reason, " + address)
        page.click("Save")
        page.wait_text("https://tickets.example/1")
        after = silence_of(identity)
        assert after.pop("comment") == "a reason, " + address and {**before, "updatedAt": "", "comment": ""} == {**after, "updatedAt": "", "comment": ""}, (before, after)
        is_clean(page)


def a_silence_ends_once_somebody_is_sure():
    identity = make_silence({"alertname": "Other"})
    card = "[...document.querySelectorAll('.silence')].find(card => card.textContent.includes('Other'))"
    page = open_page("#/silences")
    page.wait(f"{card} !== undefined", "it is listed")
    page.click("Expire", card)
    page.click("Leave it", "document.querySelector('dialog')")
    page.wait("document.querySelector('dialog') === null", "nothing is asked any more")
    assert silence_of(identity)["status"]["state"] == "active"
    page.click("Expire", card)
    page.click("Expire it", "document.querySelector('dialog')")
    page.wait(f"{card} === undefined", "it is active no more")
    assert silence_of(identity)["status"]["state"] == "expired"
    states = [found["status"]["state"] for found in api(tocsin, "/api/v2/silences")]
    page.wait("document.querySelector('.tabs').textContent.trim() !== ''")
    page.wait_text(f"Expired {states.count('expired')}")
    assert f"Active {states.count('active')}" in page.text() and f"Pending {states.count('pending')}" in page.text()
    page.click(f"Expired {states.count('expired')}")
    page.click("Recreate", card)
    page.wait("document.querySelector('textarea')?.value === 'a reason'", "another one like it is begun")
    page.go(tocsin.url + "/#/silences/00000000-0000-4000-8000-000000000001")
    page.wait_text("There is no such thing (404).")
    page.go(tocsin.url + "/#/silences?filter=" + quoted('{alertname="Other"}') + "&state=expired")
    page.wait("document.querySelectorAll('.silence').length === 1", "silences are filtered")


def status_and_rules_are_shown():
    page = open_page("#/status")
    page.wait_text("Running since")
    for wanted in "tocsin 0.", "as Alertmanager 0.34", "receiver: ops", "api_url: <secret>":
        assert wanted in page.text(), (wanted, page.text())
    page.click("Rules")
    page.wait_text("2 rules in 1 group, 2 failing")
    page.click("2 rules")
    page.wait_text("free < 5")
    assert "for 5m" in page.text() and "failed to connect" in page.text() and "job:free:min" in page.text(), page.text()
    page.fill("input[type=search]", "job:")
    page.wait_text("1 rule in 1 group, 1 failing")
    page.go(tocsin.url + "/#/nowhere")
    page.wait_text("There is no such page")
    is_clean(page)


def a_phone_shows_them_and_a_reader_can_name_what_may_be_pressed():
    make_silence({"alertname": "Named", "x" * 200: "y" * 400})
    page = browser.open("about:blank")
    page.call("Emulation.setDeviceMetricsOverride", width=360, height=700, deviceScaleFactor=1, mobile=True)
    page.call("Accessibility.enable")
    for hash, shown in [("#/alerts?silenced=true&inhibited=true", "alerts in"), ("#/silences", "Named"), ("#/silences/new?filter=" + quoted('{alertname="Down"}'), "It is about"), ("#/rules", "2 rules"), ("#/status", "Running since")]:
        page.go(tocsin.url + "/" + hash)
        page.wait_text(shown)
        assert page.evaluate("document.documentElement.scrollWidth") == 360, hash
        nodes = [node for node in page.call("Accessibility.getFullAXTree")["nodes"] if not node["ignored"]]
        roles = [node["role"]["value"] for node in nodes]
        nameless = [node["role"]["value"] for node in nodes if node["role"]["value"] in ("button", "link", "textbox", "searchbox", "combobox", "checkbox", "DateTime", "InputTime") and not node["name"]["value"].strip()]
        assert not nameless and roles.count("heading") >= 1 and {"banner", "navigation", "main"} <= set(roles), (hash, nameless, sorted(set(roles)))
    is_clean(page)


def thousands_of_alerts_are_shown_in_portions():
    many = suite.tocsin(BINARY, "route: {receiver: r, group_by: [kind], group_wait: 1h}\nreceivers: [{name: r}]\n", name="many")
    api(many, "/api/v2/alerts", [{"labels": {"alertname": "A", "n": f"{n:05}", "kind": "all" if n < 5000 else str(n)}, "annotations": {"summary": "x" * 100}} for n in range(10000)])
    rig.wait_until(lambda: len(api(many, "/api/v2/alerts/groups")) == 5001, 20, "all are in groups")
    page = open_page("", many.url)
    page.wait_text("10,000 alerts in 5,001 groups")
    groups = "document.querySelectorAll('.group').length"
    assert page.evaluate(groups) == 50 and page.evaluate("document.querySelectorAll('.alert').length") == 0
    page.click("Show 200 more of 4951")
    page.wait(f"{groups} === 250", "more groups are shown")
    page.go(many.url + "/#/alerts?filter=" + quoted('kind="all"'))
    page.wait_text("5,000 alerts in 1 group")
    page.wait("document.querySelectorAll('.alert').length === 20", "a group alone is unfolded, as far as there is room")
    page.click("Show 80 more of 4980")
    page.wait("document.querySelectorAll('.alert').length === 100", "more alerts are shown")
    page.go(many.url + "/#/silences/new?filter=" + quoted('{alertname="A"}'))
    page.wait_text("It is about 10,000 alerts that fire now")
    is_clean(page)


def the_pages_are_served_below_a_prefix():
    below = suite.tocsin(BINARY, "route: {receiver: r}\nreceivers: [{name: r}]\n", name="below", start=False)
    below.start(wait=False, arguments=["--web.external-url=http://tocsin.example/some/where/"])
    rig.wait_until(lambda: rig.is_ready(below.url + "/some/where"), 20, "it serves")
    api(below, "/api/v2/alerts", [{"labels": {"alertname": "Below"}}], "/some/where")
    for address in "/#/alerts?filter=alertname%3DBelow", "/some/where#/alerts", "/some/where/#/alerts":
        page = browser.open(below.url + address)
        page.wait_text("1 alert in 1 group")
        assert page.evaluate("location.pathname") == "/some/where/" and page.evaluate("document.querySelector('header img').naturalWidth > 0 && getComputedStyle(document.querySelector('header')).position") == "sticky"
        is_clean(page)


def whoever_has_a_token_enters_it():
    reader, keeper = "r" * 16 + "é☃", "k" * 16
    guarded = suite.tocsin(BINARY, "route: {receiver: r}\nreceivers: [{name: r}]\n" f"web: {{tokens: [{{token: {reader}, scopes: [read]}}, {{token: {keeper}, scopes: [read, silences]}}]}}\n", name="guarded", start=False)
    guarded.start(wait=False)
    rig.wait_until(lambda: "msg=serving" in guarded.output(), 20, "it serves")
    page = open_page("#/silences/new?filter=a%3Db&comment=c&createdBy=me", guarded.url)
    page.wait_text("enter a token")

    def enter(token):
        page.fill("#token input", token)
        page.click("Use it")

    enter("x" * 16)
    page.wait_text("The server does not know this token (401).")
    enter(reader)
    page.wait_text("It is about no alert that fires now")
    assert page.evaluate("document.getElementById('token').hidden") is True
    page.wait("document.querySelector('.matcher input').value === 'a'")
    page.click("Create")
    page.wait_text("This token is not good for that (403).")
    page.fill("textarea", "typed")
    enter(keeper)
    page.wait("!document.body.innerText.includes('403')", "it is asked again")
    assert page.evaluate("document.querySelector('textarea').value") == "typed"
    page.click("Create")
    page.wait("/^#\\/silences\\/[0-9a-f-]{36}$/.test(location.hash)", "the other token may")
    assert page.evaluate("JSON.stringify([{ ...localStorage }, document.cookie])") == json.dumps([{"defaultCreator": "me"}, ""], separators=(",", ":"))


def whoever_has_a_password_is_asked_by_the_browser():
    (suite.directory / "users.yml").write_text(f"basic_auth_users: {{bob: '{bcrypt('s3cret')}'}}\n")
    guarded = suite.tocsin(BINARY, "route: {receiver: r}\nreceivers: [{name: r}]\n", name="users", start=False)
    guarded.start(wait=False, arguments=[f"--web.config.file={suite.directory}/users.yml"])
    rig.wait_until(lambda: "msg=serving" in guarded.output(), 20, "it serves")
    page = browser.open("about:blank")
    page.log_in("bob", "s3cret")
    page.go(guarded.url + "/#/status")
    page.wait_text("as Alertmanager")
    page.go(guarded.url + "/#/silences/new?filter=a%3Db&comment=c&createdBy=me")
    page.wait_text("It is about no alert that fires now")
    page.click("Create")
    page.wait("/^#\\/silences\\/[0-9a-f-]{36}$/.test(location.hash)", "it is made")
    assert not [problem for problem in page.problems if "401" not in problem], page.problems


def headers_of_the_web_configuration_stand_in_for_ours():
    own = suite.tocsin(BINARY, "route: {receiver: r}\nreceivers: [{name: r}]\n", name="own", start=False)
    (own.directory / "web.yml").write_text("http_server_config: {headers: {Content-Security-Policy: frame-ancestors https://board.example}}\n")
    own.start(arguments=[f"--web.config.file={own.directory}/web.yml"])
    with urllib.request.urlopen(own.url + "/") as reply:
        assert reply.headers.get_all("Content-Security-Policy") == ["frame-ancestors https://board.example"] and reply.headers.get_all("X-Content-Type-Options") == ["nosniff"], reply.headers.items()


def the_modules_do_what_they_say():
    page = open_page("#/status")
    page.wait_text("Running since")
    found = page.evaluate((pathlib.Path(__file__).parents[1] / "web" / "modules_test.js").read_text())
    assert found["failures"] == [] and found["count"] > 70, found
    is_clean(page)


def matchers_mean_to_the_server_what_they_mean_to_the_pages():
    chance = random.Random(1)
    pieces = ["a", "b_1", "é", "日本", "🙂", " ", "\t", "\n", '"', "\\", "\\n", "'", "`", "{", "}", "=", "~", "!", ",", "\u0085", "\u00a0", "\u2028", "\ufeff", "\x7f", "\\u0041", "${x}", "%41", "+", "&", "#"]
    texts = lambda least: "".join(chance.choice(pieces) for _ in range(chance.randint(least, 5)))
    wanted = [{"isEqual": chance.random() < 0.5, "isRegex": False, "name": texts(1), "value": texts(0)} for _ in range(400)]
    page = open_page("#/status")
    page.wait_text("Running since")
    read = page.evaluate(f"""(async () => {{
        const [{{ writeMatchers }}, {{ parseMatchers }}, {{ parseHash, writeHash }}] = await Promise.all(["matchers", "api", "routes"].map(name => import(new URL(`web/${{name}}.js`, document.baseURI))));
        const all = {json.dumps(wanted)}, read = [];
        for (let at = 0; at < all.length; at += 40) {{
            const {{ parameters }} = parseHash(writeHash("/alerts", {{ filter: writeMatchers(all.slice(at, at + 40)) }}));
            read.push(...await parseMatchers(parameters.filter));
        }}
        return read;
    }})()""")
    wrong = [pair for pair in zip(wanted, read) if pair[0] != pair[1]]
    assert len(read) == len(wanted) and not wrong, wrong[:3]
    is_clean(page)


tocsin = suite.tocsin(BINARY, CONFIG.replace("{slack}", slack.url), RULES, start=False)
tocsin.start(arguments=[f"--web.external-url={tocsin.url}"])
api(tocsin, "/api/v2/alerts", ALERTS)
rig.wait_until(lambda: len(api(tocsin, "/api/v2/alerts/groups")) == 4, 20, "all are in groups")
browser = browsers.Browser(suite.directory / "browser")
suite.defer(browser.stop)
suite.run_all([alerts_are_shown_with_what_is_to_be_known, what_comes_with_an_alert_is_text, the_policy_of_the_pages_is_in_force, a_link_of_a_message_leads_to_its_receiver,
               alerts_are_filtered_by_what_is_typed_and_clicked, alerts_are_grouped_as_somebody_wants, what_is_unfolded_stays_so_while_alerts_come_and_go, a_silence_is_made_from_a_link,
               a_silence_is_changed_and_keeps_what_was_not, a_silence_ends_once_somebody_is_sure, status_and_rules_are_shown, a_phone_shows_them_and_a_reader_can_name_what_may_be_pressed, thousands_of_alerts_are_shown_in_portions,
               the_pages_are_served_below_a_prefix, whoever_has_a_token_enters_it, whoever_has_a_password_is_asked_by_the_browser, headers_of_the_web_configuration_stand_in_for_ours, the_modules_do_what_they_say,
               matchers_mean_to_the_server_what_they_mean_to_the_pages])
sys.exit(suite.finish())
