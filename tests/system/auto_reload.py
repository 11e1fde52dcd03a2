# SPDX-License-Identifier: Apache-2.0
"""Rule files that change are taken over without being asked for; broken ones are not.

usage: auto_reload.py TOCSIN"""
import os
import pathlib
import sys
import time

import rig
from rig import wait_until

BINARY = str(pathlib.Path(sys.argv[1]).resolve())
PATIENCE = 20
CONFIG = "route: {receiver: a}\nreceivers: [{name: a}]\ndatasource: {url: 'http://127.0.0.1:1'}\nrule_files: ['rules/*.yml']\n"
suite = rig.Suite("auto_reload")


def rules(*groups, alert="A"):
    return "groups:\n" + "".join(f"- {{name: {group}, interval: 1s, rules: [{{alert: {alert}, expr: up == 0}}]}}\n" for group in groups)


def started(name, *arguments, config=CONFIG):
    directory = suite.directory / name
    (directory / "rules").mkdir(parents=True)
    tocsin = suite.tocsin(BINARY, config, name=name, start=False)
    tocsin.rules = directory / "rules"
    (tocsin.rules / "first.yml").write_text(rules("first"))
    return tocsin.start(arguments=arguments)


def groups(tocsin):
    return sorted(group["name"] for group in tocsin.api("/api/v1/rules")["data"]["groups"])


def wait_for(tocsin, *names):
    wait_until(lambda: groups(tocsin) == sorted(names), PATIENCE, f"groups are {names}")


def files_that_change_come_and_go_are_taken():
    tocsin = started("files")
    (tocsin.rules / "first.yml").write_text(rules("first", "more"))
    wait_for(tocsin, "first", "more")
    (tocsin.rules / "second.yml").write_text(rules("second"))
    wait_for(tocsin, "first", "more", "second")
    (tocsin.rules / "new").write_text(rules("renamed"))
    os.replace(tocsin.rules / "new", tocsin.rules / "first.yml")
    wait_for(tocsin, "renamed", "second")
    (tocsin.rules / "second.yml").unlink()
    wait_for(tocsin, "renamed")
    tocsin.stop()


def a_config_map_is_taken_when_it_is_swapped():
    tocsin = started("config_map")
    for version, name in ((1, "one"), (2, "two")):
        (tocsin.rules / f"..v{version}").mkdir()
        (tocsin.rules / f"..v{version}" / "map.yml").write_text(rules(name))
    os.symlink("..v1", tocsin.rules / "..data")
    os.symlink("..data/map.yml", tocsin.rules / "map.yml")
    wait_for(tocsin, "first", "one")
    os.symlink("..v2", tocsin.rules / "..data_tmp")
    os.replace(tocsin.rules / "..data_tmp", tocsin.rules / "..data")
    wait_for(tocsin, "first", "two")
    tocsin.stop()


def broken_rules_change_nothing_and_are_told():
    tocsin = started("broken")
    assert tocsin.metric("prometheus_config_last_reload_successful") == 1
    (tocsin.rules / "second.yml").write_text("groups:\n- name: second\n  rules: [{alert: B, expr: 'up =='}]\n")
    wait_until(lambda: tocsin.metric("prometheus_config_last_reload_successful") == 0, PATIENCE, "the metric says so")
    assert groups(tocsin) == ["first"]
    assert "second.yml:3:" in tocsin.output() and "the old rules keep running" in tocsin.output()
    (tocsin.rules / "second.yml").write_text(rules("second"))
    wait_for(tocsin, "first", "second")
    wait_until(lambda: tocsin.metric("prometheus_config_last_reload_successful") == 1, PATIENCE, "the metric says so")
    tocsin.stop()


def groups_that_did_not_change_are_not_disturbed():
    tocsin = started("undisturbed")
    iterations = 'prometheus_rule_group_iterations_total{rule_group="%s;first"}' % (tocsin.rules / "first.yml")
    wait_until(lambda: (tocsin.metric(iterations) or 0) >= 2, PATIENCE, "it was evaluated")
    (tocsin.rules / "second.yml").write_text(rules("second"))
    wait_for(tocsin, "first", "second")
    assert tocsin.metric(iterations) >= 2, "its counters began anew"
    tocsin.stop()


def a_configuration_that_is_being_edited_does_not_stop_rules():
    tocsin = started("edited")
    tocsin.write(config="route: {")
    (tocsin.rules / "second.yml").write_text(rules("second"))
    wait_for(tocsin, "first", "second")
    assert tocsin.metric("prometheus_config_last_reload_successful") == 1
    tocsin.stop()


def the_configuration_is_taken_when_that_is_wanted():
    tocsin = started("all", "--config.auto-reload=all")
    (tocsin.directory / "other").mkdir()
    (tocsin.directory / "other" / "x.yml").write_text(rules("other"))
    tocsin.write(config=CONFIG.replace("'rules/*.yml'", "'rules/*.yml', 'other/*.yml'"))
    wait_for(tocsin, "first", "other")
    (tocsin.directory / "other" / "x.yml").write_text(rules("another"))
    wait_for(tocsin, "first", "another")
    tocsin.stop()


def nothing_is_taken_when_it_is_off():
    tocsin = started("off", "--config.auto-reload=off")
    (tocsin.rules / "second.yml").write_text(rules("second"))
    time.sleep(2)
    assert groups(tocsin) == ["first"]
    assert tocsin.reload()[0] == 200
    wait_for(tocsin, "first", "second")
    tocsin.stop()


if __name__ == "__main__":
    suite.run_all([
        files_that_change_come_and_go_are_taken, a_config_map_is_taken_when_it_is_swapped, broken_rules_change_nothing_and_are_told,
        groups_that_did_not_change_are_not_disturbed, a_configuration_that_is_being_edited_does_not_stop_rules,
        the_configuration_is_taken_when_that_is_wanted, nothing_is_taken_when_it_is_off,
    ])
    sys.exit(suite.finish())
