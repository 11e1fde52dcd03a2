# SPDX-License-Identifier: Apache-2.0
"""The pipeline of a real Alertmanager and of tocsin: the same configuration and the same posts at the same instants, and what receivers were told compared,
content and time. Each case is a story: what is posted, and what is to be told by both, or by each where they differ on purpose.
The stories that Alertmanager's own acceptance tests tell are among them; others are invented from a seed.

usage: pipeline_differential.py TOCSIN [ALERTMANAGER]      TOCSIN_SEED=N for other invented stories"""
import datetime
import itertools
import os
import pathlib
import shutil
import subprocess
import sys
import threading
import time

import rig
import invented_stories
import worlds
from stories import FAR, Alert, Shelf, Want
from worlds import BACK, DOWN, READY, RELOAD, Late, World, Wrong

TRIES = 3
INVENTED = 40
SEED = os.environ.get("TOCSIN_SEED", "1")
steady, reloaded, killed, terminated, minute, invented = (Shelf(name) for name in ("steady", "reloaded", "killed", "terminated", "minute", "invented"))


# ---- when a group is told

@steady.story(route="group_wait: 1s, group_interval: 1s, repeat_interval: 4900ms", until=9)
def alerts_of_a_group_wait_for_each_other_and_are_repeated(s):
    s.post(0.1, Alert("b", starts=0.1), Alert("b", starts=0.1, job="x", instance="9"))
    s.post(0.7, Alert("a", starts=0, job="x", instance="10"), Alert("a", starts=0, instance="1"))
    known = "b", Alert("b", starts=0.1, job="x", instance="9"), Alert("a", starts=0, job="x", instance="10"), Alert("a", instance="1")
    s.tells(1.1, *known)
    s.post(2.6, "c", "d")
    s.tells(3.1, *known, "c", "d")
    s.tells(8.1, *known, "c", "d")


@steady.story(until=6)
def an_alert_that_comes_within_group_interval_waits_for_its_end(s):
    s.post(0, "a")
    s.tells(1, "a")
    s.post(1.4, "b")
    s.tells(3, "a", "b")


@steady.story(route="group_wait: 1s, group_interval: 1s, repeat_interval: 1500ms", until=6)
def a_repeat_comes_at_the_first_tick_after_repeat_interval(s):
    s.post(0, "a")
    for at in 1, 3, 5:
        s.tells(at, "a")


@steady.story(route="group_wait: 1s, group_interval: 1s, repeat_interval: 2s", until=6)
def a_repeat_comes_when_repeat_interval_is_reached(s):
    s.post(0, "a")
    s.differs("repeat_interval", None, [Want(1, "a"), Want(3, "a"), Want(5, "a")])


@steady.story(until=7)
def an_alert_that_began_before_group_wait_is_told_at_once(s):
    s.post(0, Alert("a", starts=-5))
    s.tells(0, Alert("a", starts=-5))
    s.post(0.5, Alert("b", starts=-5))
    s.tells(2, "a", "b")


@steady.story(until=4)
def an_old_alert_does_not_hurry_a_group_that_waits(s):
    s.post(0, "a")
    s.post(0.4, Alert("b", starts=-5))
    s.tells(1, "a", "b")
    s.differs_from_older("an old alert joins a group that waits", [Want(0.4, "a", "b")])


@steady.story(until=5)
def an_alert_that_is_to_begin_later_is_told_as_others(s):
    s.post(0, Alert("a", starts=30))
    s.tells(1, Alert("a", starts=30))


@steady.story(until=4)
def a_group_that_has_emptied_begins_anew(s):
    s.post(0, "a")
    s.post(0.5, Alert("a", starts=0, ends=0.4))
    s.post(1.4, "b")
    s.tells(2.4, "b")
    s.differs_from_older("a group that has emptied", [Want(3, "b")])


# ---- times and texts

def merging(s, lasts):
    def test(starts, ends=None, says=None):
        return Alert("test", starts=starts, ends=ends or (starts + lasts if lasts else None), says=says)
    s.post(0, "beside")
    s.post(0, test(0.1))
    s.post(0.2, test(0))  # another sender, later and with an earlier begin
    s.tells(1, "beside", Alert("test", starts=0))
    s.post(1.1, test(1, says="v1"))
    s.tells(2, "beside", Alert("test", starts=0, says="v1"))
    s.post(2.6, test(0.5, says="v2"))
    s.tells(3, "beside", Alert("test", starts=0, says="v2"))
    s.post(3.4, test(2, 3.3, "v2"))
    s.post(3.6, test(1.9, 3.6, "v3"))  # an end told twice: the later one
    s.post(3.8, test(1.9, 3.1, "v4"))
    s.tells(4, "beside", Alert("test", starts=0, ends=3.6, says="v4"))
    s.post(4.3, test(4))  # no overlap, nothing is merged
    s.tells(5, "beside", Alert("test", starts=4))


@steady.story(route="group_wait: 1s, group_interval: 1s, repeat_interval: 1ms", until=5.5)
def posts_of_an_alert_are_merged(s):
    merging(s, None)


@steady.story(route="group_wait: 1s, group_interval: 1s, repeat_interval: 1ms", until=5.5)
def posts_with_an_end_are_merged(s):
    merging(s, 3)


@steady.story()
def an_earlier_end_counts_when_it_has_come(s):
    s.post(0, Alert("a", starts=0), "b")
    s.tells(1, "a", "b")
    s.post(1.2, Alert("a", starts=0, ends=2))  # it was said to last longer
    s.post(3.5, Alert("a", starts=0, ends=3.4))
    s.tells(5, Alert("a", starts=0, ends=3.4), "b")


@steady.story(until=5)
def an_earlier_end_replaces_one_that_nobody_gave(s):
    s.post(0, Alert("a", starts=0, ends=None))
    s.tells(1, "a")
    s.post(1.2, Alert("a", starts=0, ends=2))
    s.tells(3, Alert("a", starts=0, ends=2))


@steady.story(until=4)
def the_last_of_equal_alerts_in_a_post_counts(s):
    s.post(0, Alert("a", starts=0, says="one"), Alert("a", starts=-0.2, says="two"))
    s.tells(1, Alert("a", starts=-0.2, says="two"))
    s.differs_from_newer("an alert twice in one post", None)


@steady.story(route="group_wait: 1s, group_interval: 1s, repeat_interval: 2500ms", until=5)
def other_annotations_are_no_news(s):
    s.post(0, Alert("a", says="v1"))
    s.tells(1, Alert("a", says="v1"))
    s.post(1.5, Alert("a", says="v2"))
    s.tells(4, Alert("a", says="v2"))


@steady.story(route="group_by: [none, alertname], group_wait: 1s, group_interval: 2s", until=4)
def labels_without_a_value_are_none(s):
    s.post(0, Alert("a", labels={"none": "", "some": "x"}))
    s.tells(1, Alert("a", some="x"))


@steady.story(route="group_by: [alertname, where], group_wait: 1s, group_interval: 2s", until=6)
def values_are_of_any_script(s):
    s.post(0, Alert("Überlauf", where='Zür"ich\\ <&>', says="voll: 100 % – jetzt\n\tgleich\u2028"))
    s.tells(1, Alert("Überlauf", where='Zür"ich\\ <&>', says="voll: 100 % – jetzt\n\tgleich\u2028"))
    s.post(1.5, Alert("Überlauf", where="\U0001f642"))
    s.tells(2.5, Alert("Überlauf", where="\U0001f642"))


@steady.story(route="group_by: ['wo.genau🙂'], group_wait: 1s, group_interval: 2s, routes: [{matchers: ['\"wo.genau🙂\"=\"x\"'], receiver: ME}]", is_new=True, until=4)
def names_are_of_any_script(s):
    s.post(0, Alert("a", labels={"wo.genau🙂": "x"}))
    s.tells(1, Alert("a", labels={"wo.genau🙂": "x"}))


# ---- ends

@steady.story(until=9)
def an_end_is_told_once(s):
    s.post(0, "a", "b")
    s.tells(1, "a", "b")
    s.post(1.5, Alert("a", ends=1.4))
    s.tells(3, Alert("a", ends=1.4), "b")
    s.post(3.5, Alert("b", ends=3.4))
    s.tells(5, Alert("b", ends=3.4))
    s.post(5.5, Alert("b", ends=5.4))


@steady.story()
def an_end_that_was_told_and_is_posted_again_is_no_news(s):
    s.post(0, "a", Alert("b", starts=0))
    s.post(1.5, Alert("b", starts=0, ends=1.4))
    s.post(3.5, Alert("b", starts=0, ends=1.4), "c")
    told = [Want(1, "a", "b"), Want(3, "a", Alert("b", ends=1.4))]
    s.differs("an end that was told is posted again, as Prometheus does for 15m", [*told, Want(5, "a", Alert("b", ends=1.4), "c")], [*told, Want(5, "a", "c")])


@steady.story(route="group_wait: 1s, group_interval: 2500ms", until=7)
def an_alert_whose_end_nobody_gave_ends_after_resolve_timeout(s):
    s.post(0, Alert("a", ends=None))
    s.tells(1, Alert("a", starts=0))
    s.tells(3.5, Alert("a", starts=0, ends=3))


@steady.story(route="group_wait: 1s, group_interval: 1500ms", until=8)
def posting_it_again_keeps_it(s):
    s.post(0, Alert("a", ends=None))
    s.post(2, Alert("a", ends=None))
    s.tells(1, Alert("a", starts=0))
    s.tells(5.5, Alert("a", starts=0, ends=5))


@steady.story(until=6)
def a_given_end_that_comes_is_told(s):
    s.post(0, Alert("a", starts=0, ends=2.2))
    s.tells(1, "a")
    s.tells(3, Alert("a", starts=0, ends=2.2))


@steady.story(until=6)
def an_alert_with_an_end_only_begins_with_it(s):
    s.post(0, Alert("a", ends=2.2))
    s.tells(1, Alert("a", starts=2.2))
    s.tells(3, Alert("a", starts=2.2, ends=2.2))


@steady.story(until=5)
def what_ends_within_group_wait_is_told_to_nobody(s):
    s.post(0, "a")
    s.post(0.5, Alert("a", ends=0.4))


@steady.story(until=6)
def what_comes_and_goes_between_two_ticks_is_told_as_an_end(s):
    s.post(0, "a")
    s.tells(1, "a")
    s.post(1.3, "b")
    s.post(1.8, Alert("b", ends=1.7))
    s.tells(3, "a", Alert("b", ends=1.7))


@steady.story(until=6)
def what_ends_and_begins_between_two_ticks_is_no_news(s):
    s.post(0, "a")
    s.tells(1, "a")
    s.post(1.3, Alert("a", ends=1.2))
    s.post(1.8, Alert("a", starts=1.8))


@steady.story()
def what_begins_again_after_its_end_is_told_anew(s):
    s.post(0, "a", Alert("b", starts=0))
    s.tells(1, "a", "b")
    s.post(1.5, Alert("b", ends=1.4))
    s.tells(3, "a", Alert("b", starts=0, ends=1.4))
    s.post(3.5, Alert("b", starts=3.5))
    s.tells(5, "a", Alert("b", starts=3.5))


@steady.story(hooks={"": {"": "", "quiet": "send_resolved: false"}}, until=10)
def without_send_resolved_ends_are_not_told(s):
    s.post(0, "a", "b")
    s.tells(1, "a", "b")
    s.tells(1, "a", "b", to="quiet")
    s.post(1.5, Alert("a", ends=1.4), "c")
    s.tells(3, Alert("a", ends=1.4), "b", "c")
    s.tells(3, "b", "c", to="quiet")
    s.post(3.5, Alert("b", ends=3.4))
    s.tells(5, Alert("b", ends=3.4), "c")
    s.post(5.5, Alert("c", ends=5.4))
    s.tells(7, Alert("c", ends=5.4))


@steady.story(hooks={"": {"quiet": "send_resolved: false"}}, until=6)
def without_send_resolved_a_new_begin_is_told_although_others_fire(s):
    s.post(0, "a", "b")
    s.post(1.5, Alert("b", ends=1.4))
    s.post(3.5, "b")
    first = Want(1, "a", "b", to="quiet")
    s.differs("an alert ends and begins again, without send_resolved", [first], [first, Want(5, "a", "b", to="quiet")])


# ---- receivers

@steady.story(route="group_wait: 1s, group_interval: 20s", until=5)
def a_receiver_that_fails_is_asked_again(s):
    s.answer("", 502, 500, 503)
    s.post(0, "a")
    s.tells(1, "a")
    for at, slack in (1.25, 0.6), (1.6, 1.5), (2.1, 2.6):
        s.tells(at, "a", slack=slack)


@steady.story(route="group_wait: 1s, group_interval: 20s", until=5)
def one_that_closes_the_connection_is_asked_again(s):
    s.answer("", "drop")
    s.post(0, "a")
    s.tells(1, "a")
    s.tells(1.08, "a", slack=1)


@steady.story(until=6)
def a_refusal_is_final_until_the_next_tick(s):
    s.answer("", 400)
    s.post(0, "a")
    s.tells(1, "a")
    s.tells(3, "a")


@steady.story(until=8)
def the_end_of_what_was_refused_is_owed_to_nobody(s):
    s.answer("", 200, 400, 400)
    s.post(0, "a")
    s.tells(1, "a")
    s.post(1.5, "b")
    s.tells(3, "a", "b")
    s.post(3.5, Alert("b", ends=3.4))
    s.tells(5, "a", Alert("b", ends=3.4))
    s.differs("an alert ends whose beginning was refused", [Want(7, "a", Alert("b", ends=3.4))], [])


@steady.story(hooks={"": {"": "", "refusing": ""}}, until=8)
def who_was_told_is_not_told_again_because_another_was_not(s):
    s.answer("refusing", 400, 404)
    s.post(0, "a")
    s.tells(1, "a")
    for at in 1, 3, 5:
        s.tells(at, "a", to="refusing")


@steady.story(hooks={"": {"": "", "failing": ""}}, until=6)
def one_that_fails_does_not_keep_the_others_waiting(s):
    s.fails_until("failing", 60)
    s.post(0, "a")
    s.post(1.5, "b")
    s.differs("a receiver that fails", [Want(1, "a")], [Want(1, "a"), Want(3, "a", "b")])


@steady.story(hooks={"": {"": "timeout: 500ms"}}, route="group_wait: 1s, group_interval: 20s", is_new=True, until=5)
def one_that_does_not_answer_is_asked_again(s):
    s.answer("", "hang")
    s.post(0, "a")
    s.tells(1, "a")
    s.tells(1.55, "a", slack=1)


@steady.story(hooks={"": {"": "max_alerts: 2"}}, until=6)
def what_is_too_much_is_cut(s):
    s.post(0, "c", "a", "b")
    s.tells(1, "a", "b")
    s.post(1.5, Alert("a", ends=1.4), Alert("b", ends=1.4))
    s.tells(3, Alert("a", ends=1.4), Alert("b", ends=1.4))


# ---- routes, groups and order

ROUTES = """group_wait: 1s, group_interval: 2s, routes: [
    {matchers: [kind="x"], receiver: ME.x, continue: true, group_wait: 500ms, group_interval: 1s},
    {matchers: ['kind=~"x|y"'], receiver: ME+y, group_by: [alertname], routes: [{match: {deep: "1"}, receiver: 'ME(deep)', group_interval: 1s}]},
    {match_re: {kind: z+}, receiver: ME.x, group_by: ['...']}]"""


@steady.story(route=ROUTES, hooks={"": {"": ""}, ".x": {"x": ""}, "+y": {"y": ""}, "(deep)": {"deep": ""}}, until=5)
def routes_have_receivers_groups_and_timers_of_their_own(s):
    x, y, n = Alert("a", kind="x"), Alert("b", kind="y", deep="1"), Alert("b", kind="y", deep="1", n="2")
    s.post(0, x, y, "c", Alert("d", kind="zz"))
    s.tells(0.5, x, to="x")
    s.tells(1, x, to="y")
    s.tells(1, y, to="deep")
    s.tells(1, "c")
    s.tells(1, Alert("d", kind="zz"), to="x")
    s.post(1.2, n, Alert("a", kind="x", n="2"))
    s.tells(2, y, n, to="deep")
    s.tells(1.5, x, Alert("a", kind="x", n="2"), to="x")
    s.tells(3, x, Alert("a", kind="x", n="2"), to="y")


@steady.story(route="group_by: ['...'], group_wait: 1s, group_interval: 2s, routes: [{matchers: [n=\"1\"], receiver: ME, group_by: [n]}]", until=4)
def groups_by_everything_and_by_less_below(s):
    s.post(0, Alert("a", n="1"), Alert("b", n="1"))
    s.tells(1, Alert("a", n="1"), Alert("b", n="1"))
    s.post(0.3, Alert("a", n="2"))
    s.tells(1.3, Alert("a", n="2"))
    s.post(0.6, Alert("a", n="3"))
    s.tells(1.6, Alert("a", n="3"))


@steady.story(route="group_wait: 1s, group_interval: 2s, routes: [{matchers: [k=x], receiver: ME, group_by: [], group_wait: 1s}], group_by: [alertname, k]", is_new=True, until=4)
def an_empty_group_by_groups_by_nothing(s):
    x, other = [Alert(name, k="x") for name in "ab"], [Alert(name, k="y") for name in "ab"]
    s.post(0, *x)
    s.tells(1, *x)
    s.post(0.3, other[0])
    s.tells(1.3, other[0])
    s.post(0.6, other[1])
    s.tells(1.6, other[1])


@steady.story(route="group_wait: 1s, routes: [{matchers: [k=x], receiver: ME, continue: true, group_wait: 500ms}, {matchers: [k=x], receiver: ME}]", until=4)
def two_routes_of_equal_matchers_are_two(s):
    x = Alert("a", k="x")
    s.post(0, x)
    s.differs("group identity", [Want(0.5, x)], [Want(0.5, x), Want(1, x)])


@steady.story(until=5)
def many_alerts_stand_in_one_order(s):
    many = [Alert(name, labels={"n": str(i), **({"job": job} if job else {}), **({"instance": where} if where else {})}, says=f"{i % 2}")
            for i, (name, job, where) in enumerate(itertools.product(("b", "a", "Ä", "a.b"), ("", "x", "X", "x1"), ("", "10:1", "9:1")))]
    s.post(0, *many)
    s.tells(1, *many)
    s.post(1.5, *[Alert(alert.labels["alertname"], ends=1.4, says=alert.says, labels=alert.labels) for alert in many[::3]])
    s.tells(3, *[Alert(alert.labels["alertname"], ends=FAR if i % 3 else 1.4, says=alert.says, labels=alert.labels) for i, alert in enumerate(many)])


# ---- inhibition

DOWN_RULE = ('alertname="JobDown"', 'alertname="InstanceDown"', "job, zone")


def instance(zone, **keys):
    return Alert("InstanceDown", job="j", zone=zone, **keys)


def job(**keys):
    return Alert("JobDown", job="j", zone="aa", **keys)


@steady.story(route="group_wait: 1s, group_interval: 1s", inhibits=[DOWN_RULE], until=5)
def a_source_holds_its_targets_back_until_it_ends(s):
    s.post(0, "test", instance("aa"), instance("ab"))
    s.tells(1, "test", instance("aa"), instance("ab"))
    s.post(1.5, job(starts=1.5))
    s.tells(2, "test", instance("ab"), job())
    s.post(2.5, job(starts=1.5, ends=2.4))
    s.tells(3, "test", instance("aa"), instance("ab"), job(starts=1.5, ends=2.4))


@steady.story(route="group_wait: 1s, group_interval: 1s", inhibits=[DOWN_RULE], until=5)
def source_and_target_that_end_together_are_told_together(s):
    s.post(0, instance("aa"), job())
    s.tells(1, job())
    s.post(1.5, job(ends=1.4), instance("aa", ends=1.4))
    s.tells(2, job(ends=1.4), instance("aa", ends=1.4))


@steady.story(inhibits=[DOWN_RULE], until=5)
def a_source_that_comes_after_its_target_holds_it_back(s):
    s.post(0, instance("aa"), instance("ab"))
    s.post(0.5, job())
    s.tells(1, instance("ab"), job())


@steady.story(inhibits=[DOWN_RULE], until=5)
def a_label_that_both_lack_is_equal(s):
    s.post(0, Alert("InstanceDown", job="j"), instance(""), Alert("JobDown", job="j"), Alert("InstanceDown", zone="aa"))
    s.tells(1, Alert("JobDown", job="j"), Alert("InstanceDown", zone="aa"))


@steady.story(inhibits=[DOWN_RULE], until=6)
def a_source_whose_end_comes_holds_nothing_back(s):
    s.post(0, instance("aa"), job(ends=1.8))
    s.tells(1, job())
    s.tells(3, instance("aa"), job(ends=1.8))


@steady.story(inhibits=[DOWN_RULE, ('alertname="Power"', 'alertname="JobDown"', "zone")], until=5)
def a_source_that_is_held_back_itself_holds_its_targets_back(s):
    s.silence(0, [("alertname", "=", "Power")], 0, 100)
    s.post(0.2, Alert("Power", zone="aa"), instance("aa"), job(), instance("ab"))
    s.tells(1.2, instance("ab"))


@steady.story(route="group_wait: 1s, group_interval: 1s", inhibits=[DOWN_RULE], until=6)
def a_target_waits_for_the_last_of_its_sources(s):
    s.post(0, job(n="1"), job(n="2", ends=FAR + 1), instance("aa"))
    s.tells(1, job(n="1"), job(n="2"))
    s.post(1.5, job(n="2", ends=1.4))
    s.tells(2, job(n="1"), job(n="2", ends=1.4))
    s.post(3.5, job(n="1", ends=3.4))
    s.tells(4, job(n="1", ends=3.4), instance("aa"))
    s.differs_from_newer("several alerts inhibit one", [Want(1, job(n="1"), job(n="2")), Want(2, job(n="1"), job(n="2", ends=1.4), instance("aa")),
                                                        Want(4, job(n="1", ends=3.4), instance("aa"))])


@steady.story(inhibits=[('kind="both"', 'kind=~"both|target"', "")], until=5)
def alerts_on_both_sides_hold_back_others_only(s):
    s.post(0, Alert("a", kind="both"), Alert("b", kind="both"), Alert("c", kind="target"))
    s.tells(1, Alert("a", kind="both"), Alert("b", kind="both"))


@steady.story(inhibits=[DOWN_RULE], until=6)
def the_end_of_what_was_told_is_told_although_a_source_fires(s):
    s.post(0, instance("aa"), instance("ab"))
    s.post(1.3, job())
    s.post(1.8, instance("aa", ends=1.7))
    first = Want(1, instance("aa"), instance("ab"))
    s.differs("an alert ends while a silence or an inhibition holds it back", [first, Want(3, instance("ab"), job())],
              [first, Want(3, instance("aa", ends=1.7), instance("ab"), job())])


# ---- silences

@steady.story(route="group_wait: 1s, group_interval: 1s, repeat_interval: 1ms", until=4.7)
def a_silence_holds_back_while_it_lasts(s):
    s.post(0, "a", "b")
    s.tells(1, "a", "b")
    s.silence(1.2, [("alertname", "=", "a")], 1.4, 3.4)
    s.tells(2, "b")
    s.tells(3, "b")
    s.tells(4, "a", "b")


@steady.story(route="group_wait: 1s, group_interval: 1s, repeat_interval: 1ms", until=3.7)
def a_silence_that_is_expired_holds_back_no_more(s):
    s.silence(0, [("alertname", "=~", ".+")], 0.3, 100)
    s.post(0.2, "a")
    s.expire(2.7)
    s.tells(3.2, "a")


@steady.story(route="group_wait: 1s, group_interval: 1s", until=6)
def a_silence_that_was_there_before_holds_back_until_it_ends(s):
    s.silence(0, [("alertname", "=", "a")], 0, 2.7)
    s.post(0.2, "a")
    s.tells(3.2, "a")


@steady.story(route="group_wait: 1s, group_interval: 1s", until=6)
def a_silence_begins_when_it_says(s):
    s.silence(0, [("alertname", "=~", "b|c")], 1.6, 3.6)
    s.post(0, "a", "aa")
    s.tells(1, "a", "aa")
    s.post(1.2, "b")
    s.tells(4, "a", "b", "aa")


@steady.story(route="group_wait: 1s, group_interval: 1s", until=6)
def a_silence_is_changed_and_lasts_longer(s):
    s.silence(0, [("alertname", "=", "a")], 0.2, 1.5)
    s.post(0.3, "a")
    s.silence(0.8, [("alertname", "=", "a")], 0.2, 3.8)
    s.tells(4.3, "a")


@steady.story(until=4)
def silences_match_whole_values_and_what_is_not(s):
    s.silence(0, [("n", "=~", "1|2"), ("kind", "!=", "kept"), ("zone", "!~", "k.*")], 0.1, 100)
    s.post(0.3, Alert("a", n="1"), Alert("a", n="12"), Alert("b", n="2", kind="kept"), Alert("c", n="2", zone="kept"), Alert("d", n="2", zone="lost"))
    s.tells(1.3, Alert("a", n="12"), Alert("b", n="2", kind="kept"), Alert("c", n="2", zone="kept"))


@steady.story(until=6)
def the_end_of_what_was_told_is_told_although_it_is_silenced(s):
    s.post(0, "a", "b")
    s.silence(1.2, [("alertname", "=", "a")], 1.4, 100)
    s.post(1.8, Alert("a", ends=1.7))
    s.differs("an alert ends while a silence or an inhibition holds it back", [Want(1, "a", "b")], [Want(1, "a", "b"), Want(3, Alert("a", ends=1.7), "b")])


@steady.story(route="group_wait: 1s, group_interval: 1s", until=5)
def what_comes_and_goes_silenced_was_never_there(s):
    s.post(0, "a")
    s.tells(1, "a")
    s.silence(1.2, [("alertname", "=", "b")], 1.2, 3.5)
    s.post(1.4, "b")
    s.post(2.4, Alert("b", ends=2.3))


# ---- over a reload

REBUILT = "timers and a reload"


@reloaded.story(route="group_wait: 1s, group_interval: 6s", until=11)
def timers_go_on_over_a_reload(s):
    s.post(0, "a")
    s.post(4.5, "b")
    s.differs(REBUILT, [Want(1, "a"), Want(10, "a", "b")], [Want(1, "a"), Want(7, "a", "b")])


@reloaded.story(route="group_wait: 2s, group_interval: 6s", until=9)
def group_wait_goes_on_over_a_reload(s):
    s.post(3, "a")
    s.differs(REBUILT, [Want(6, "a")], [Want(5, "a")])


@reloaded.story(hooks={"": {"": ""}}, hooks_after={"": {"elsewhere": ""}}, route="group_wait: 1s, group_interval: 6s", until=11)
def another_url_hears_what_is_new_only(s):
    s.post(0, "a")
    s.post(4.5, "b")
    s.differs(REBUILT, [Want(1, "a"), Want(10, "a", "b", to="elsewhere")], [Want(1, "a"), Want(7, "a", "b", to="elsewhere")])


@reloaded.story(route="group_wait: 1s, group_interval: 6s", route_after="group_wait: 1s, group_interval: 2s", until=9)
def a_shorter_interval_counts_at_once(s):
    s.post(0, "a")
    s.tells(1, "a")
    s.post(4.5, "b")
    s.tells(6, "a", "b")


@reloaded.story(hooks={"": {"": ""}, "-x": {"x": ""}}, route_after='group_wait: 1s, group_interval: 2s, routes: [{matchers: [alertname="a"], receiver: ME-x}]', until=9)
def a_new_route_hears_what_fires(s):
    s.post(0, "a", "b")
    s.tells(1, "a", "b")
    s.tells(4, "a", to="x")


@reloaded.story(route="group_wait: 1s, group_interval: 6s", hooks={"": {"old": ""}}, hooks_after={"": {"new": "", "old": ""}}, until=11)
def one_that_is_put_before_another_takes_nothing_from_it(s):
    s.post(0, "a")
    s.differs("several receivers of a kind, one is put before others", [Want(1, "a", to="old"), Want(4, "a", to="old")], [Want(1, "a", to="old"), Want(7, "a", to="new")])


@reloaded.story(until=9)
def what_is_silenced_stays_silenced_over_a_reload(s):
    s.silence(0, [("alertname", "=", "a")], 0, 7)
    s.post(0.2, "a", "b")
    s.tells(1.2, "b")
    s.differs(REBUILT, [Want(8, "a", "b")], [Want(7.2, "a", "b")])


# ---- over a restart, by SIGKILL and by SIGTERM

RESTART = "restart"


def both_ends(**keys):
    """A story of both worlds; its function gets whether it was killed."""
    def register(function):
        for shelf in (killed, terminated):
            def tell(s, is_killed=shelf is killed):
                function(s, is_killed)
            tell.__name__ = f"{function.__name__}_over_{'a_kill' if shelf is killed else 'a_stop'}"
            shelf.story(**keys)(tell)
        return function
    return register


@both_ends(route="group_wait: 6s, group_interval: 2s", until=11)
def group_wait_goes_on(s, is_killed):
    s.post(3, Alert("a", starts=3))
    s.differs(RESTART, [], [Want(9, Alert("a", starts=3))])


@both_ends(route="group_wait: 1s, group_interval: 2s, repeat_interval: 7s", until=11)
def a_repeat_comes_when_it_is_due(s, is_killed):
    s.post(0, Alert("a", starts=0))
    s.differs(RESTART, [Want(1, "a")], [Want(1, "a"), Want(9, Alert("a", starts=0))])


@both_ends(route="group_wait: 1s, group_interval: 6s", until=11)
def an_end_that_is_owed_is_told(s, is_killed):
    s.post(0, Alert("a", starts=0))
    s.post(4.2, Alert("a", starts=0, ends=4.1))
    s.differs(RESTART, [Want(1, "a")], [Want(1, "a"), Want(7, Alert("a", starts=0, ends=4.1))])


@both_ends(route="group_wait: 1s, group_interval: 6s", until=11)
def news_that_wait_are_told(s, is_killed):
    s.post(0, "a")
    s.post(4.2, "b")
    s.differs(RESTART, [Want(1, "a")], [Want(1, "a"), Want(7, "a", "b")])


@both_ends(until=11)
def what_was_told_is_not_told_again_when_it_is_posted_again(s, is_killed):
    again = Alert("a", starts=0)
    s.post(0, again)
    s.tells(1, again)
    s.post(READY + 0.2, again)
    if is_killed:
        s.differs(RESTART, [Want(READY + 0.2, again)], [])


@both_ends(until=11)
def a_silence_lasts(s, is_killed):
    s.silence(0, [("alertname", "=", "b")], 0, 100)
    s.post(READY + 0.2, "b")
    if is_killed:
        s.differs("posted alerts and silences", [Want(READY + 1.2, "b")], [])


@both_ends(route="group_wait: 1s, group_interval: 20s", until=11)
def what_was_refused_is_tried_again(s, is_killed):
    s.fails_until("", BACK + 0.2)
    s.post(2, "a")
    s.differs(RESTART, [], [Want(BACK + 0.2, "a", slack=4)])


@both_ends(route="group_wait: 1s, group_interval: 1500ms", until=11)
def an_alert_whose_end_comes_meanwhile_ends_with_some_grace(s, is_killed):
    s.post(0, Alert("a", starts=0, ends=DOWN + 0.5))
    s.differs("posted alerts and silences", [Want(1, "a")], [Want(1, "a"), Want(10, Alert("a", starts=0, ends=BACK + 3.1))])


@both_ends(until=11)
def the_end_after_a_restart_is_told(s, is_killed):
    s.post(0, Alert("a", starts=0))
    s.post(READY + 0.5, Alert("a", starts=0, ends=READY + 0.4))
    end = Alert("a", starts=0, ends=READY + 0.4)
    s.differs(RESTART, [Want(1, "a")] + ([] if is_killed else [Want(READY + 0.5, end)]), [Want(1, "a"), Want(9, end)])


# ---- around the bound of a minute

BOUND = 5  # of the stories' time


@minute.story(route="group_wait: 1s, group_interval: 1s, mute_time_intervals: [before]", until=8)
def a_route_is_muted_until_the_minute(s):
    s.post(0.5, "a")
    s.tells(5.5, "a")


@minute.story(route="group_wait: 1s, group_interval: 1s, active_time_intervals: [never, after]", until=8)
def a_route_is_active_from_the_minute_on(s):
    s.post(0.5, "a")
    s.tells(5.5, "a")


@minute.story(route="group_wait: 1s, group_interval: 1s, mute_time_intervals: [never, after]", until=9)
def a_route_is_muted_from_the_minute_on(s):
    s.post(0.5, "a")
    s.tells(1.5, "a")
    s.post(3.8, "b")
    s.tells(4.5, "a", "b")
    s.post(4.8, "c", Alert("a", ends=4.7))


@minute.story(route="group_wait: 1s, group_interval: 1s, active_time_intervals: [before], routes: [{matchers: [alertname=\"child\"], receiver: ME}]", until=9)
def a_route_is_active_until_the_minute_and_its_children_go_on(s):
    s.post(3.2, "a")
    s.tells(4.2, "a")
    s.post(4.5, "b", "child")
    s.tells(5.5, "child")


@minute.story(route="group_wait: 1s, group_interval: 1s, mute_time_intervals: [before]", until=8)
def what_comes_and_goes_while_muted_was_never_there(s):
    s.post(0.5, "a", "b")
    s.post(2, Alert("b", ends=1.9))
    s.tells(5.5, "a")


def around_the_minute(now):
    """The stories' beginning, and intervals that begin and end at the next full minute that leaves them time."""
    bound = (int(now + BOUND + 2) // 60 + 1) * 60
    at = datetime.datetime.fromtimestamp(bound, datetime.timezone.utc)
    minutes = at.hour * 60 + at.minute
    ends = minutes or 24 * 60

    def clock(minutes):
        return f"{minutes // 60:02}:{minutes % 60:02}"
    texts = {"before": (max(0, ends - 10), ends), "after": (minutes, min(24 * 60, minutes + 10))}
    listed = "".join(f"- {{name: {name}, time_intervals: [{{times: [{{start_time: '{clock(start)}', end_time: '{clock(end)}'}}]}}]}}\n" for name, (start, end) in texts.items())
    return bound - BOUND, listed + "- {name: never, time_intervals: [{years: ['1999']}]}\n"


# ---- all of them

WORLDS = [
    (steady, {"spread": 0.2}),
    (reloaded, {"events": [(RELOAD, "reload")]}),
    (killed, {"events": [(DOWN, "kill"), (BACK, "start")]}),
    (terminated, {"events": [(DOWN, "terminate"), (BACK, "start")]}),
    (minute, {"aligned": around_the_minute}),
    (invented, {"spread": 0.15}),
]


def try_all(suite, number, open_stories):
    """Lives the worlds of these stories at once; story's key -> what was wrong, or None."""
    telling = [World(suite, shelf.name, [story for story in shelf if story.key in open_stories], **keys) for shelf, keys in WORLDS]
    telling = [world for world in telling if world.stories]
    threads = [threading.Thread(target=world.run, args=(number,)) for world in telling]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    outcomes = {}
    for world in telling:
        for told in world.stories:
            try:
                world.judge(told)
                outcomes[told.key] = None
            except (Wrong, Late) as trouble:
                outcomes[told.key] = trouble
    return outcomes


def every_story(suite):
    outcomes = {told.key: Late("not tried") for shelf, _ in WORLDS for told in shelf}
    for number in range(TRIES):
        late = {key for key, trouble in outcomes.items() if isinstance(trouble, Late)}
        if late:
            outcomes.update(try_all(suite, number, late))
        for key, trouble in outcomes.items():
            if isinstance(trouble, Late):
                print(f"try {number + 1} of {key}: {trouble}", flush=True)
    return outcomes


def what_differs_is_documented():
    text = (pathlib.Path(__file__).parents[2] / "docs" / "compatibility.md").read_text()
    missing = {told.row for shelf, _ in WORLDS for told in shelf if told.row and f"\n| {told.row} |" not in text}
    assert not missing, missing


def raise_it(trouble):
    if trouble:
        raise trouble


def main():
    program = sys.argv[2] if len(sys.argv) > 2 else shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
    if program is None:
        print("alertmanager is not installed")
        return rig.SKIPPED
    suite = rig.Suite("pipeline_differential", rig.quick_directory())
    worlds.Ours.program, worlds.Theirs.program = sys.argv[1], program
    worlds.Theirs.is_old = "version 0.2" in subprocess.run([program, "--version"], capture_output=True, text=True, timeout=20).stdout
    invented.extend(invented_stories.invent(SEED, f"invented{i}", worlds.Theirs.is_old) for i in range(INVENTED))
    began = time.monotonic()
    outcomes = every_story(suite)
    print(f"{len(outcomes)} stories in {time.monotonic() - began:.0f} s")
    for shelf, _ in WORLDS:
        for told in shelf:
            suite.case(told.title, raise_it, outcomes[told.key])
    suite.case("what differs is documented", what_differs_is_documented)
    return suite.finish()


if __name__ == "__main__":
    sys.exit(main())
