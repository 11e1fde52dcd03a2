# SPDX-License-Identifier: Apache-2.0
"""Starts that fail, and how they say so; the forms of the command line and their exit statuses.

usage: startup.py TOCSIN"""
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys

import rig

BINARY = str(pathlib.Path(sys.argv[1]).resolve())
suite = rig.Suite("startup")
GOOD = "route: {receiver: a}\nreceivers: [{name: a}]\ndatasource: {url: 'http://127.0.0.1:1'}\nrule_files: ['*.rules.yml']\n"
RULES = "groups:\n- name: g\n  rules:\n  - {alert: A, expr: up == 0}\n"


def directory(name, config=GOOD, rules=RULES):
    path = suite.directory / name
    path.mkdir()
    if config is not None:
        (path / "tocsin.yml").write_text(config)
    if rules is not None:
        (path / "x.rules.yml").write_text(rules)
    return path


def run(*arguments, cwd=None, text=None):
    """(exit status, standard output, standard error)"""
    done = subprocess.run([BINARY, *arguments], cwd=cwd, input=text, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout, done.stderr


def serve(path, *arguments):
    return run("serve", "--config.file=tocsin.yml", "--storage.path=data", f"--web.listen-address=127.0.0.1:{rig.free_port()}", *arguments, cwd=path)


def refused(path, *wanted):
    """Starting fails with status 1 and these texts, without touching the disk; so does check config."""
    status, out, err = serve(path)
    assert status == 1, (status, out, err)
    for text in wanted:
        assert text in err, f"{text!r} is missing in:\n{err}"
    assert not (path / "data").exists(), "a broken configuration made a data directory"
    status, out, err = run("check", "config", "tocsin.yml", cwd=path)
    assert status == 1 and all(text in out + err for text in wanted), (status, out, err)


def caret_under(err, line, column_text):
    """The caret stands under this text of the shown line."""
    lines = err.splitlines()
    for number, shown in enumerate(lines):
        if shown.strip() == line.strip() and number + 1 < len(lines) and set(lines[number + 1].strip()) == {"^"}:
            assert lines[number + 1].index("^") == shown.index(column_text), err
            return
    raise AssertionError(f"no caret under {line!r} in:\n{err}")


def yaml_that_does_not_parse_is_shown_with_line_and_column():
    refused(directory("yaml", "route: {receiver: a\nreceivers: [\n"), "tocsin.yml:", "error: yaml: ")


def an_unknown_key_is_shown_with_a_caret():
    path = directory("key", GOOD.replace("route: {receiver: a}", "route:\n  receiver: a\n  group_wiat: 5s"))
    refused(path, 'tocsin.yml:3:3: error: unknown key "group_wiat"')
    caret_under(serve(path)[2], "  group_wiat: 5s", "group_wiat")


def all_problems_are_shown_at_once():
    path = directory("many", GOOD.replace("route: {receiver: a}", "route: {receiver: b, group_wait: soon, x: 1}"))
    _, _, err = serve(path)
    assert all(text in err for text in ('"b"', '"soon"', '"x"')) and err.count("error:") >= 3, err


def what_is_not_built_is_refused_by_name():
    refused(directory("unbuilt", GOOD + "remote_read: [{url: 'http://x'}]\n"), '"remote_read"', "tocsin.yml:5:1: error:")


def a_broken_expression_is_shown_inside_its_block():
    rules = "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: |\n      up ==\n        == 1\n"
    path = directory("expr", rules=rules)
    refused(path, "x.rules.yml:7:9: error:", "parse error: unexpected <op:==>")
    caret_under(serve(path)[2], "        == 1", "== 1")


def a_broken_template_is_refused():
    refused(directory("template", rules=RULES.replace("expr: up == 0", "expr: up == 0, annotations: {x: '{{ .Labels. }}'}")), "x.rules.yml:4:", "error:")


def a_file_that_is_not_there_is_named():
    refused(directory("missing", None), "tocsin.yml: No such file or directory")


def a_default_configuration_that_is_not_there_names_the_flag():
    path = directory("without", None)
    for words in ["serve"], ["routes", "show"], ["intervals", "test"]:
        status, out, err = run(*words, cwd=path)
        assert (status, out, err) == (1, "", f"tocsin {' '.join(words)}: tocsin.yml: No such file or directory; --config.file names another configuration\n"), (words, status, out, err)
    status, _, err = run("serve", "--config.file=other.yml", cwd=path)
    assert status == 1 and err == "error: other.yml: No such file or directory\n", err


def a_directory_that_cannot_be_made_is_named():
    path = directory("unwritable")
    (path / "data").write_text("a file\n")
    status, _, err = serve(path)
    assert status == 1 and err.count("\n") == 1 and "cannot make the data directory: data: not a directory" in err, err


def a_database_that_is_none_is_an_error_and_stays():
    path = directory("corrupt")
    tocsin = rig.Process([BINARY, "serve", f"--config.file={path}/tocsin.yml", f"--storage.path={path}/data", "--web.listen-address=127.0.0.1:0"], path / "log")
    rig.wait_until(lambda: "msg=serving" in tocsin.output(), 60, "it serves")
    assert tocsin.stop() == 0
    database = path / "data" / "tocsin.db"
    for name in ("tocsin.db-wal", "tocsin.db-shm"):
        (path / "data" / name).unlink(missing_ok=True)
    bad = os.urandom(20000)
    database.write_bytes(bad)
    status, _, err = serve(path)
    assert status == 1 and err.count("\n") == 1 and "tocsin.db: file is not a database" in err, err
    assert database.read_bytes() == bad, "the database was touched"


def a_second_process_on_the_same_directory_is_refused():
    path = directory("second")
    first = rig.Process([BINARY, "serve", f"--config.file={path}/tocsin.yml", f"--storage.path={path}/data", "--web.listen-address=127.0.0.1:0"], path / "log")
    try:
        rig.wait_until(lambda: "msg=serving" in first.output(), 60, "the first serves")
        status, _, err = serve(path)
        assert status == 1 and err.count("\n") == 1 and f"the data directory is in use by process {first.process.pid}" in err, err
    finally:
        assert first.stop() == 0
    assert first.output().count("level=error") == 0


def a_socket_of_systemd_is_warned_of_with_the_addresses_instead():
    path = directory("systemd")
    tocsin = rig.Process([BINARY, "serve", f"--config.file={path}/tocsin.yml", f"--storage.path={path}/data", "--web.listen-address=127.0.0.1:0", "--web.listen-address=localhost:0",
                          "--web.systemd-socket"], path / "log")
    try:
        rig.wait_until(lambda: "msg=serving" in tocsin.output(), 60, "it serves")
    finally:
        assert tocsin.stop() == 0
    warnings = [line for line in tocsin.output().splitlines() if "--web.systemd-socket" in line]
    assert len(warnings) == 1 and "level=warn" in warnings[0] and 'address="127.0.0.1:0, localhost:0"' in warnings[0], warnings
    with socket.create_server(("127.0.0.1", 0)) as taken:  # as systemd has it
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        path = directory("activated", GOOD + f"web: {{listen_address: '{address}'}}\n")
        status, _, err = run("serve", "--config.file=tocsin.yml", "--storage.path=data", "--web.systemd-socket", cwd=path)
    assert status == 1 and f"flag=--web.systemd-socket address={address}\n" in err and "Address already in use" in err, err


def a_taken_port_is_an_error():
    path = directory("port")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status, _, err = serve(path, f"--web.listen-address=127.0.0.1:{port}")
    assert status == 1 and f'cannot listen on \\"127.0.0.1:{port}\\": Address already in use' in err, err


def an_address_that_is_none_is_an_error():
    path = directory("address")
    for address in ("nonsense", "127.0.0.1:99999", "127.0.0.1:-1", "127.0.0.1:12x"):
        status, _, err = serve(path, f"--web.listen-address={address}")
        assert status == 1 and "listen address" in err, (address, status, err)


def flags_that_are_none_end_with_2():
    for arguments in (["serve", "--bogus=1"], ["serve", "--config.file"], ["serve", "extra"], ["bogus"], [], ["check"], ["check", "rules", "--lint"], ["serve", "--log.level=loud"],
                      ["serve", "--log.format=xml"], ["check", "expr"], ["check", "config"]):
        status, out, err = run(*arguments)
        assert status == 2 and err and not out, (arguments, status, out, err)


def flags_are_written_with_or_without_the_equals_sign():
    path = directory("forms")
    for arguments in (["--config.file=none.yml"], ["--config.file", "none.yml"]):
        status, _, err = run("serve", *arguments, cwd=path)
        assert status == 1 and "none.yml: No such file" in err, err
    rules = ["check", "rules"]
    assert run(*rules, "--lint=none", "x.rules.yml", cwd=path)[0] == run(*rules, "--lint", "none", "x.rules.yml", cwd=path)[0] == 0


def every_command_has_help():
    status, out, err = run("--help")
    commands = re.findall(r"^  (\S+(?: \S+)?)  +\S", out, re.M)
    assert status == 0 and not err and {"serve", "check config", "check rules", "check expr", "version"} <= set(commands), out
    for command in commands:
        status, out, err = run(*command.split(), "--help")
        assert status == 0 and out.startswith(f"usage: tocsin {command}") and not err, (command, status, out, err)


def a_group_of_commands_lists_them():
    status, out, err = run("check", "--help")
    assert status == 0 and not err and re.findall(r"^  (check \S+)  ", out, re.M) == ["check config", "check rules", "check expr", "check matchers"] and "serve" not in out, out
    assert run("check") == (2, "", out)
    status, nothing, err = run("check", "bogus")
    assert status == 2 and not nothing and err == f"tocsin: unknown command: check bogus\n{out}", err


def an_external_url_that_is_none_is_refused():
    path = directory("url")
    status, _, err = serve(path, "--web.external-url=foo")
    assert status == 2 and '--web.external-url: unsupported scheme "" for URL' in err and not (path / "data").exists(), (status, err)


def a_reload_logs_problems_with_their_level_once():
    path = directory("reload")
    tocsin = rig.Process([BINARY, "serve", f"--config.file={path}/tocsin.yml", f"--storage.path={path}/data", "--web.listen-address=127.0.0.1:0"], path / "log")
    rig.wait_until(lambda: "msg=serving" in tocsin.output(), 60, "it serves")
    (path / "tocsin.yml").write_text(GOOD + "x: 1\n")
    tocsin.process.send_signal(signal.SIGHUP)
    rig.wait_until(lambda: "reload refused" in tocsin.output(), 60, "the reload is refused")
    assert tocsin.stop() == 0
    line = next(line for line in tocsin.output().splitlines() if "unknown key" in line)
    assert "level=error" in line and "tocsin.yml:5:1: unknown key" in line and "error:" not in line, line


def the_data_is_not_for_everybody():
    path = directory("modes")
    tocsin = rig.Process([BINARY, "serve", f"--config.file={path}/tocsin.yml", f"--storage.path={path}/data/", "--web.listen-address=127.0.0.1:0"], path / "log")
    rig.wait_until(lambda: "msg=serving" in tocsin.output(), 60, "it serves")
    modes = {file.name: file.stat().st_mode & 0o777 for file in (path / "data").iterdir()}
    _, _, err = serve(path, f"--storage.path={path}/data//")
    assert tocsin.stop() == 0
    assert {"tocsin.db", "tocsin.db-wal", "lock"} <= set(modes) and all(mode & 0o027 == 0 for mode in modes.values()), modes
    assert f"{path}/data/lock: the data directory is in use" in err, err


def check_rules_ends_with_0_1_or_3():
    path = directory("rules")
    twice = path / "twice.yml"
    twice.write_text(RULES + "  - {alert: A, expr: up == 0}\n")
    (path / "bad.yml").write_text(RULES.replace("up == 0", "up =="))
    assert run("check", "rules", "x.rules.yml", cwd=path)[0] == 0
    assert run("check", "rules", "x.rules.yml", "bad.yml", cwd=path)[0] == 1
    assert run("check", "rules", "none.yml", cwd=path)[0] == 1
    assert run("check", "rules", "--lint=all", "twice.yml", cwd=path)[0] == 0
    assert run("check", "rules", "--lint=all", "--lint-fatal", "twice.yml", cwd=path)[0] == 3
    assert run("check", "rules", "--lint=none", "--lint-fatal", "twice.yml", cwd=path)[0] == 0
    assert run("check", "rules", text=RULES)[0] == 0
    assert run("check", "rules", text=RULES.replace("up == 0", "up =="))[0] == 1


def check_expr_prints_the_normal_form_or_the_error():
    assert run("check", "expr", "sum(up)by(job)>1") == (0, "sum by (job) (up) > 1\n", "")
    assert run("check", "expr", "-", text="up  ==0") == (0, "up == 0\n", "")
    status, out, err = run("check", "expr", "up ==")
    assert (status, out) == (1, "") and re.match(r"1:6: parse error: [^\n]+\n  up ==\n       \^\n$", err), err
    status, out, err = run("check", "expr", "up and\n  foo{} or sum(é{)")
    assert (status, out) == (1, "") and err.count("^") == 1 and "\n    foo{} or sum(" in err, err


def check_config_opens_no_socket_and_touches_nothing():
    path = directory("check")
    before = sorted(path.iterdir())
    status, out, err = run("check", "config", "tocsin.yml", cwd=path)
    assert status == 0 and "SUCCESS" in out and not err, (out, err)
    assert sorted(path.iterdir()) == before


def features_of_promql_are_for_those_who_ask_for_them():
    path = directory("features", rules=RULES.replace("up == 0", "'limitk(1, up)'"))
    assert serve(path)[0] == 1
    tocsin = rig.Process([BINARY, "serve", f"--config.file={path}/tocsin.yml", f"--storage.path={path}/data", "--web.listen-address=127.0.0.1:0",
                          "--enable-feature=promql-experimental-functions"], path / "log")
    rig.wait_until(lambda: "msg=serving" in tocsin.output(), 60, "it serves")
    assert tocsin.stop() == 0


def the_state_of_a_killed_start_does_not_stand_in_the_way():
    path = directory("killed")
    for _ in range(3):
        tocsin = rig.Process([BINARY, "serve", f"--config.file={path}/tocsin.yml", f"--storage.path={path}/data", "--web.listen-address=127.0.0.1:0"], path / "log")
        rig.wait_until(lambda: tocsin.output(), 60, "it says something")
        tocsin.kill()
    tocsin = rig.Process([BINARY, "serve", f"--config.file={path}/tocsin.yml", f"--storage.path={path}/data", "--web.listen-address=127.0.0.1:0"], path / "last")
    rig.wait_until(lambda: "msg=serving" in tocsin.output(), 60, "it serves")
    assert tocsin.stop() == 0


class OneSeries(rig.BaseHTTPRequestHandler):
    """A query API that says 1 to everything."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        body = b'{"status":"success","data":{"resultType":"vector","result":[{"metric":{},"value":[1700000000,"1"]}]}}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def a_start_that_fails_ends_also_when_rows_follow_rules_to_other_names():
    api = rig.QuietServer(("127.0.0.1", 0), OneSeries)
    rig.threading.Thread(target=api.serve_forever, daemon=True).start()
    rules = RULES.replace("name: g", "name: g\n  interval: 1s")
    path = directory("renamed", GOOD.replace("127.0.0.1:1'", f"127.0.0.1:{api.server_address[1]}'"), rules)
    arguments = [BINARY, "serve", f"--config.file={path}/tocsin.yml", f"--storage.path={path}/data"]
    port = rig.free_port()
    tocsin = rig.Process([*arguments, f"--web.listen-address=127.0.0.1:{port}"], path / "log")
    rig.wait_until(lambda: '"firing"' in rig.get(f"http://127.0.0.1:{port}/api/v1/alerts")[1] if "msg=serving" in tocsin.output() else False, 60, "an alert fires")
    assert tocsin.stop() == 0
    (path / "x.rules.yml").write_text(rules.replace("name: g", "name: h"))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        status, _, err = run(*arguments[1:], f"--web.listen-address=127.0.0.1:{taken.getsockname()[1]}")
    api.shutdown()
    assert status == 1 and "in use" in err, (status, err)


def logs_are_json_when_asked_for():
    import json
    path = directory("json")
    (path / "data").write_text("a file\n")
    _, _, err = serve(path, "--log.format=json")
    line = json.loads(err)
    assert line["level"] == "error" and line["msg"] == "cannot start", line


suite.run_all([
    yaml_that_does_not_parse_is_shown_with_line_and_column, an_unknown_key_is_shown_with_a_caret, all_problems_are_shown_at_once, what_is_not_built_is_refused_by_name,
    a_broken_expression_is_shown_inside_its_block, a_broken_template_is_refused, a_file_that_is_not_there_is_named, a_default_configuration_that_is_not_there_names_the_flag, a_directory_that_cannot_be_made_is_named,
    a_database_that_is_none_is_an_error_and_stays, a_second_process_on_the_same_directory_is_refused, a_socket_of_systemd_is_warned_of_with_the_addresses_instead,
    a_taken_port_is_an_error, an_address_that_is_none_is_an_error,
    flags_that_are_none_end_with_2, flags_are_written_with_or_without_the_equals_sign, every_command_has_help, a_group_of_commands_lists_them,
    an_external_url_that_is_none_is_refused, a_reload_logs_problems_with_their_level_once, the_data_is_not_for_everybody, check_rules_ends_with_0_1_or_3,
    check_expr_prints_the_normal_form_or_the_error, check_config_opens_no_socket_and_touches_nothing, features_of_promql_are_for_those_who_ask_for_them,
    the_state_of_a_killed_start_does_not_stand_in_the_way,
    a_start_that_fails_ends_also_when_rows_follow_rules_to_other_names, logs_are_json_when_asked_for])
sys.exit(suite.finish())
