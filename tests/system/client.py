# SPDX-License-Identifier: Apache-2.0
"""The client commands beside amtool: both talk to a real Alertmanager and must print the same.

usage: client.py TOCSIN"""
import http.server
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import threading

import rig

BINARY = str(pathlib.Path(sys.argv[1]).resolve())
suite = rig.Suite("client")
UNKNOWN = "00000000-0000-4000-8000-000000000000"
HASH = "$2b$12$hNf2lSsxfm0.i4a.1kVpSOVyBCfIB51VRjgBUyv6kdnyTlgWj81Ay"  # of "test"


def start_alertmanager(name, web_config=None, config="route: {receiver: r}\nreceivers: [{name: r}]\n"):
    directory = suite.directory / name
    directory.mkdir()
    port = rig.free_port()
    (directory / "alertmanager.yml").write_text(config)
    arguments = []
    if web_config:
        (directory / "web.yml").write_text(web_config)
        arguments = [f"--web.config.file={directory}/web.yml"]
    process = rig.Process(["prometheus-alertmanager", f"--config.file={directory}/alertmanager.yml", f"--storage.path={directory}/data",
                           f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address=", *arguments], directory / "log")
    suite.defer(process.kill)
    url = f"http://127.0.0.1:{port}"
    rig.wait_until(lambda: rig.is_ready(url) or (web_config and answers(url)), 20, "alertmanager is ready")
    return url


def answers(url):
    try:
        return rig.get(url + "/-/ready", 1)[0] == 401
    except OSError:
        return False


def run(program, *arguments, home=None, stdin=None):
    """(exit status, standard output, standard error)"""
    done = subprocess.run([program, *arguments], capture_output=True, text=True, input=stdin, timeout=60, env={**os.environ, "HOME": str(home or suite.directory)})
    return done.returncode, done.stdout.replace("\u00a0", " "), done.stderr  # blanks in trees of amtool 0.25


def tocsin(*arguments, **options):
    return run(BINARY, *arguments, **options)


def good(*arguments, **options):
    status, output, errors = tocsin(*arguments, **options)
    assert status == 0, (arguments, status, errors)
    return output


def check_same(*arguments, ours=None):
    """amtool and tocsin print the same and exit alike."""
    theirs = run("amtool", *arguments)
    mine = tocsin(*(ours or arguments))
    assert mine[:2] == theirs[:2], f"{arguments}\namtool: {theirs}\ntocsin: {mine}"
    return mine[1]


def alerts_are_shown_as_amtool_shows_them(url):
    at = f"--alertmanager.url={url}"
    good("alert", "add", "Down", "node=b", "--annotation=summary=it is down", "--annotation", "description=says \\\"why\\\"", "--generator-url=http://g/x?a=b", at)
    good("alert", "add", "alertname=Slow", "node=ü", "--start=2024-05-06T07:08:09+02:00", "--end=2124-05-06T07:08:09.5Z", at)
    for form in "simple", "extended", "json":
        shown = check_same("alert", "query", at, "-o", form)
        assert "Down" in shown and "Slow" in shown
    check_same("alert", at)
    check_same("alert", at.replace("http:", ""))
    check_same("alert", "query", at, "Down")
    check_same("alert", "query", at, "alertname=~S.*", "node!=b", "-a", "-s")
    check_same("alert", "query", at, "--receiver=r", "-ia")
    check_same("alert", "query", at, "--receiver=other")
    check_same("alert", "query", at, "--date.format=Mon 2 Jan 06 15:04", "--no-version-check")


def silences_are_made_changed_and_shown_as_amtool_does(url):
    at = f"--alertmanager.url={url}"
    first = good("silence", "add", "Down", "node=~b.*", "--comment=why not", "-a", "me", "-d", "2h", at).strip()
    assert re.fullmatch(r"[0-9a-f-]{36}", first), first
    second = good("silence", "add", at, "a!=b", "c!~d|e", 'f="g h"', "-c", "x", "--start=2124-01-01T00:00:00Z", "--end=2124-01-02T00:00:00Z").strip()
    for form in "simple", "extended", "json":
        shown = check_same("silence", "query", at, "-o", form)
        assert first in shown and second in shown
    check_same("silence", at)
    check_same("silence", "query", at, "-q", "Down")
    check_same("silence", "query", at, "--created-by=me", "--within=3h")
    check_same("silence", "query", at, "--within=1h")
    assert good("silence", "query", at, "-q", f"--id={second}").split() == [second]
    assert good("silence", "update", at, first, "-c", "because", "-d", "3h").splitlines()[1].split()[0] == first
    check_same("silence", "query", at, "-o", "extended")
    good("silence", "expire", at, first)
    for more in ["--expired"], ["--expired", "--within=1h"], []:
        check_same("silence", "query", at, *more)


def silences_are_imported_again(url):
    at = f"--alertmanager.url={url}"
    listed = json.loads(good("silence", "query", at, "-o", "json"))
    unknown = {**listed[0], "id": UNKNOWN, "comment": "imported", "endsAt": "2124-01-03T00:00:00.000Z"}  # tables are in the order of ends, those that end together in any
    broken = {**listed[0], "endsAt": "2001-01-01T00:00:00.000Z"}
    file = suite.directory / "silences.json"
    file.write_text(json.dumps([*listed, unknown]))
    assert good("silence", "import", at, str(file)).split()[0] == listed[0]["id"], "what is there stays"
    assert "imported" in check_same("silence", "query", at)
    made = good("silence", "import", at, "--force", stdin=json.dumps(listed)).split()
    assert len(made) == len(listed) and not {silence["id"] for silence in listed} & set(made)
    status, _, errors = tocsin("silence", "import", at, stdin=json.dumps([listed[0], broken]))
    assert status == 1 and "couldn't import 1 out of 2 silences" in errors, errors
    for nothing in "[]", "{}", " { }\n", "null":
        assert good("silence", "import", at, stdin=nothing) == "" and run("amtool", "silence", "import", at, stdin=nothing)[:2] == (0, ""), nothing
    for nothing in "{", "{}]", '{"a": 1}':
        assert tocsin("silence", "import", at, stdin=nothing)[0] == 1, nothing
    status, _, errors = tocsin("silence", "import", at, stdin="nonsense")
    assert status == 1 and "couldn't unmarshal input data, is it JSON?" in errors, errors


def what_cannot_be_done_is_said(url):
    at = f"--alertmanager.url={url}"
    for arguments, wanted in [
            (["silence", "add", at, "a=b"], "comment required by config"),
            (["silence", "add", at, "-c", "x"], "no matchers specified"),
            (["silence", "add", at, "a=b", "-c", "x", "-d", "0"], "silence duration must be greater than 0"),
            (["silence", "add", at, "a=b", "-c", "x", "-d", "1 h"], "in duration \"1 h\""),
            (["silence", "add", at, "a=b", "-c", "x", "--end", "2001-01-01T00:00:00Z"], "silence cannot start after it ends"),
            (["silence", "add", at, "a=", "-c", "x"], "at least one matcher must not match the empty string"),
            (["silence", "expire", at], "no silence IDs specified"),
            (["silence", "expire", at, "x/../y"], "must be of type uuid"),
            (["silence", "expire", at, UNKNOWN], f"silence not found: {UNKNOWN}\n"),
            (["silence", "update", at, UNKNOWN], f"silence not found: {UNKNOWN}\n"),
            (["alert", "add", at, "a=~b"], "labels must be specified as key=value pairs"),
            (["alert", "add", at, "a=b", "--annotation=c!=d"], "annotations must be specified as key=value pairs"),
            (["alert", "add", at, "a=b", "--start=now"], "bad time \"now\""),
            (["alert", "query", at, "Down", "x"], "bad matcher format: x"),
            (["alert", "query"], "required flag --alertmanager.url not provided"),
            (["alert", "query", at, "-o", "xml"], "expected simple, extended or json"),
            (["alert", "query", "--alertmanager.url=ftp://x"], 'unsupported scheme "ftp" for URL, expected http or https'),
            (["alert", "query", "--alertmanager.url=http://127.0.0.1:1"], "onnect"),
            (["alert", "query", at, "--timeout=soon"], "expected a duration like 30s")]:
        status, output, errors = tocsin(*arguments)
        assert status == 1 and output == "" and wanted in errors, (arguments, status, output, errors)


def start_tocsin():
    directory = suite.directory / "served"
    directory.mkdir()
    port = rig.free_port()
    (directory / "tocsin.yml").write_text("route: {receiver: r}\nreceivers: [{name: r}]\n")
    process = rig.Process([BINARY, "serve", f"--config.file={directory}/tocsin.yml", f"--storage.path={directory}/data", f"--web.listen-address=127.0.0.1:{port}"],
                          directory / "log")
    suite.defer(process.kill)
    url = f"http://127.0.0.1:{port}"
    rig.wait_until(lambda: rig.is_ready(url), 20, "tocsin is ready")
    return url


def a_silence_that_is_not_there_is_named(url):
    for server in url, start_tocsin():
        for words in ["expire"], ["update", "-c", "x"]:
            theirs = run("amtool", "silence", *words, f"--alertmanager.url={server}", UNKNOWN)
            mine = tocsin("silence", *words, f"--alertmanager.url={server}", UNKNOWN)
            assert mine == (theirs[0], "", f"tocsin: error: silence not found: {UNKNOWN}\n") and mine[0] == 1, (theirs, mine)


class Stranger(http.server.BaseHTTPRequestHandler):
    """Something that speaks HTTP."""
    def do_GET(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b"404 page not found\n"
        self.send_response(404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_DELETE = do_GET

    def log_message(self, *_):
        pass


def what_is_no_alertmanager_is_called_so():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Stranger)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    suite.defer(server.shutdown)
    url = f"127.0.0.1:{server.server_port}/x"
    for words in ["alert", "query"], ["silence"], ["silence", "expire", UNKNOWN], ["silence", "add", "a=b", "-c", "x"], ["config", "show"], ["routes", "show"]:
        status, output, errors = tocsin(*words, f"--alertmanager.url=http://me:pass@{url}")
        assert (status, output) == (1, "") and errors == f"tocsin: error: there is no Alertmanager API v2 at http://{url} (status 404)\n", (words, errors)
        assert run("amtool", *(["config", "routes"] if words[0] == "routes" else words), f"--alertmanager.url=http://{url}")[0] == 1


def status_and_configuration_are_shown(url):
    at = f"--alertmanager.url={url}"
    assert check_same("config", "show", at).startswith("global:")
    check_same("config", at)
    check_same("config", "show", at, "-o", "json", ours=["config", "show", at, "--output=json"])
    check_same("cluster", "show", at)
    check_same("cluster", at, "-o", "extended")
    check_same("cluster", "show", at, "-o", "json")
    extended = good("config", "show", at, "-o", "extended")
    assert re.search(r"^goVersion go1\.", extended, re.M) and re.search(r"^uptime 20", extended, re.M), extended


CONFIG = """route: {receiver: r, routes: [{receiver: s, matchers: [team="b"], continue: true, routes: [{matchers: [sev=~"x|y"]}]}, {match: {a: b}}]}
receivers: [{name: r, webhook_configs: [{url: 'http://127.0.0.1:1'}]}, {name: s}]
inhibit_rules: [{source_matchers: [a="b"], target_matchers: [c="d"]}]
"""


def configurations_are_checked_as_amtool_does():
    good_file, broken = suite.directory / "good.yml", suite.directory / "broken.yml"
    good_file.write_text(CONFIG + "templates: ['*.tmpl']\n")
    broken.write_text(CONFIG.replace("receiver: s", "receiver: t"))
    check_same("check-config", str(good_file))
    check_same("check-config", str(good_file), str(good_file))
    assert run(BINARY, "check-config", stdin=CONFIG) == run("amtool", "check-config", stdin=CONFIG)
    status, output, errors = tocsin("check-config", str(good_file), str(broken), str(broken))
    assert status == 1 and errors == "tocsin: error: failed to validate 2 file(s)\n", errors
    assert output.startswith(run("amtool", "check-config", str(good_file))[1] + f"Checking '{broken}'  FAILED: {broken}:1:"), output
    assert 'undefined receiver "t" used in route' in output and "undefined receiver" in run("amtool", "check-config", str(broken))[1]


def routes_come_from_a_file_or_from_whoever_runs(url):
    file, at = suite.directory / "routes.yml", f"--alertmanager.url={url}"
    file.write_text(CONFIG)
    for source in f"--config.file={file}", at:
        assert "Routing tree:" in check_same("config", "routes", source)
        check_same("config", "routes", "show", source)
        check_same("config", "routes", source, "test", "team=b", "sev=x", "--tree")
        check_same("config", "routes", "test", source, "--verify.receivers=r", "team=b")
        check_same("config", "routes", "test", source, "a=~b")
    both = tocsin("config", "routes", "test", f"--config.file={file}", at, "team=b", "sev=x")
    assert both == (0, "s\n", "Warning: --config.file flag overrides the --alertmanager.url.\n"), both
    assert good("--config.file", str(file), "routes", "test", "team=b") == "s\n"
    status, _, errors = tocsin("config", "routes", "--alertmanager.url=http://127.0.0.1:1")
    assert status == 1 and "onnect" in errors, errors


def routes_of_whoever_runs_need_none_of_its_files():
    config = CONFIG.replace("name: s}", "name: s, email_configs: [{to: 'a@x', from: 'b@x', smarthost: 'm:25', html: '{{ template \"their.html\" . }}'}]}")
    templates = suite.directory / "theirs" / "t.tmpl"
    config += f"templates: ['{templates}']\n"
    at = f"--alertmanager.url={start_alertmanager('theirs', config=config)}"
    assert "their.html" in good("config", "show", at)
    check_same("config", "routes", "show", at)
    assert check_same("config", "routes", "test", at, "team=b", "sev=x") == "s\n"
    file = suite.directory / "theirs" / "copy.yml"
    file.write_text(config)
    status, _, errors = tocsin("routes", "show", f"--config.file={file}")
    assert status == 1 and 'no such template "their.html"' in errors, errors


def defaults_come_from_the_files_of_amtool(url):
    home = suite.directory / "home"
    (home / ".config" / "amtool").mkdir(parents=True)
    (home / ".config" / "amtool" / "config.yml").write_text(f"alertmanager.url: {url}\nauthor: somebody\ncomment_required: false\noutput: extended\ndate.format: '2006'\n")
    silence = good("silence", "add", "from=files", home=home).strip()
    shown = good("silence", "query", "from=files", home=home)
    assert silence in shown and "somebody" in shown and "Updated At" in shown, shown
    assert "Updated At" not in good("silence", "query", "-o", "simple", home=home)


def flags_may_stand_before_the_command(url):
    at = f"--alertmanager.url={url}"
    assert good(at, "-o", "json", "cluster") == good("cluster", "show", at, "-ojson")
    assert good("--alertmanager.url", url, "--output", "json", "alert") == good("alert", at, "--output=json")


def flags_before_the_command_stay_flags(url):
    identity = good(f"--alertmanager.url={url}", "silence", "add", "-c", "x", "--", "dash=x").strip()
    assert 'dash="x"' in good("silence", "query", f"--alertmanager.url={url}", f"--id={identity}")


def passwords_are_said_and_never_shown():
    url = start_alertmanager("secured", f"basic_auth_users: {{bob: {HASH}}}\n")
    assert "Alertname" in good("alert", f"--alertmanager.url={url.replace('//', '//bob:test@')}")
    file = suite.directory / "http.yml"
    file.write_text("basic_auth: {username: bob, password: test}\n")
    assert "Alertname" in good("alert", f"--alertmanager.url={url}", f"--http.config.file={file}")
    for given in [f"--alertmanager.url={url}"], [f"--alertmanager.url={url.replace('//', '//bob:wr0ng@')}"]:
        status, output, errors = tocsin("alert", *given)
        assert status == 1 and "401" in errors and "wr0ng" not in output + errors, (output, errors)
    status, _, errors = tocsin("alert", f"--alertmanager.url={url.replace('//', '//bob:test@')}", f"--http.config.file={file}")
    assert status == 1 and "mutually exclusive" in errors
    file.write_text("basic_auth: {username: bob, pasword: s3cret}\n")
    status, output, errors = tocsin("alert", f"--alertmanager.url={url}", f"--http.config.file={file}")
    assert status == 1 and "http.yml:1:29" in errors and "s3cret" not in errors, errors


def main():
    if not shutil.which("prometheus-alertmanager") or not shutil.which("amtool"):
        print("prometheus-alertmanager is not installed")
        sys.exit(rig.SKIPPED)
    url = start_alertmanager("alertmanager")
    suite.run_all([alerts_are_shown_as_amtool_shows_them, silences_are_made_changed_and_shown_as_amtool_does, silences_are_imported_again, what_cannot_be_done_is_said, a_silence_that_is_not_there_is_named,
                   status_and_configuration_are_shown, defaults_come_from_the_files_of_amtool, flags_may_stand_before_the_command, flags_before_the_command_stay_flags], url)
    suite.run_all([routes_come_from_a_file_or_from_whoever_runs], url)
    suite.run_all([what_is_no_alertmanager_is_called_so, routes_of_whoever_runs_need_none_of_its_files, configurations_are_checked_as_amtool_does, passwords_are_said_and_never_shown])
    sys.exit(suite.finish())


main()
