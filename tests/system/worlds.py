# SPDX-License-Identifier: Apache-2.0
"""Tells stories to a real Alertmanager and to tocsin at the same instants, many at once, and judges what is heard three times: each side against
what the story says, then both against each other, member by member."""
import collections
import concurrent.futures
import datetime
import json
import threading
import time
import urllib.request

import rig
from stories import EARLY, LATE

TOLERANCE = 0.150  # between the same notice of both
AFTERMATH = 1  # what comes this long after a story's end may have been late
BUSY = 0.250  # a request that is not answered this long after its time says that the machine is too busy
EXTERNAL_URL = "http://alerts.example:9093/x"
NEW_MEMBERS = {"notification_reason", "routeLabels"}  # of a webhook's body, which older peers do not send
DOWN, BACK, READY = 5, 6, 7  # when the processes of a world that restarts are ended, started, and surely there
RELOAD = 4


class Wrong(Exception):
    """What was told is not what should have been."""


class Late(Exception):
    """The right things at other times, or the machine was too busy to say: worth another try."""


# ---- the two sides

class Side:
    """One program with its receiver."""
    program = None
    own_keys = ""  # that only it knows

    def __init__(self, suite, directory, stories):
        self.suite, self.directory, self.stories = suite, directory, stories
        self.directory.mkdir(parents=True)
        self.answered, self.lock, self.silences = {}, threading.Lock(), {}
        self.receiver = suite.receiver(self.behave)
        self.zero = {}  # story's key -> wall time of its beginning
        self.port, self.process = rig.free_port(), None
        self.url = f"http://127.0.0.1:{self.port}"

    def write(self, intervals, is_after=False):
        stories = self.stories
        text = "global: {resolve_timeout: 3s}\nroute:\n  receiver: nobody\n  routes:\n" + "".join(story.route_text(is_after) for story in stories)
        text += "receivers:\n- {name: nobody}\n" + "".join(story.receivers_text(is_after, self.receiver.port) for story in stories)
        text += "".join(f"{key}:\n{value}" for key, value in (("inhibit_rules", "".join(story.inhibits_text() for story in stories)), ("time_intervals", intervals)) if value)
        (self.directory / "alertmanager.yml").write_text(text + self.own_keys)

    def behave(self, handler, entry):
        _, key, to = entry["path"].split("/")
        story = next(story for story in self.stories if story.key == key)
        answers = story.answers.get(to, [])
        if isinstance(answers, (int, float)):
            answers = [500] * 1000 if time.time() - self.zero[key] < answers else []
        group = json.loads(entry["body"])["groupKey"]  # in which order those of one instant come is not said
        with self.lock:
            nth = self.answered[to, group] = self.answered.get((to, group), -1) + 1
        entry["status"] = answers[nth] if nth < len(answers) else 200
        if entry["status"] in ("drop", "hang"):
            time.sleep(2 if entry["status"] == "hang" else 0)
            handler.close_connection = True
            return True
        if entry["status"] != 200:
            handler.send_response(entry["status"])
            handler.send_header("Content-Length", "0")
            handler.end_headers()
        return entry["status"] != 200

    def ask(self, method, path, body=None):
        request = urllib.request.Request(self.url + path, method=method, data=None if body is None else json.dumps(body).encode(), headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as reply:
            return reply.read().decode()

    def post(self, story, alerts):
        body = []
        for alert, starts in alerts:
            posted = {"labels": {**alert.labels, "case": story.key}, "annotations": {"says": alert.says} if alert.says else {}, "generatorURL": "http://rules.example/graph?g0=a&b=<c>"}
            for member, seconds in (("startsAt", starts), ("endsAt", alert.ends)):
                if seconds is not None:
                    posted[member] = stamp(self.zero[story.key] + seconds)
            body.append(posted)
        self.ask("POST", "/api/v2/alerts", body)

    def silence(self, story, asked):
        name, matchers, starts, ends = asked
        listed = [{"name": label, "value": value, "isRegex": "~" in operator, "isEqual": "!" not in operator} for label, operator, value in [*matchers, ("case", "=", story.key)]]
        body = {"matchers": listed, "startsAt": stamp(self.zero[story.key] + starts), "endsAt": stamp(self.zero[story.key] + ends), "createdBy": "me", "comment": "test"}
        known = self.silences.get((story.key, name))
        self.silences[story.key, name] = json.loads(self.ask("POST", "/api/v2/silences", {**body, **({"id": known} if known else {})}))["silenceID"]

    def expire(self, story, name):
        self.ask("DELETE", "/api/v2/silence/" + self.silences[story.key, name])

    def start(self):
        self.process = rig.Process([*self.command(), f"--config.file={self.directory}/alertmanager.yml", f"--storage.path={self.directory}/data", f"--web.listen-address=127.0.0.1:{self.port}",
                                    f"--web.external-url={EXTERNAL_URL}", "--web.route-prefix=/", "--cluster.listen-address="], self.directory / "log")
        self.suite.defer(self.process.kill)

    def wait_ready(self):
        rig.wait_until(lambda: rig.is_ready(self.url) or not self.process.alive(), 30, f"{self.directory.name} is ready")
        if not self.process.alive():
            raise Wrong(f"{self.directory.name} ended at start:\n{self.process.output()[-2000:]}")

    def heard(self, story, more=0):
        """What came before the story's end, or some time after it: hook -> its requests."""
        found = {}
        for entry in self.receiver.all():
            _, key, to = entry["path"].split("/")
            if key == story.key and entry["at"] < self.zero[key] + story.until + more and (entry.get("status") == 200 or not story.is_judged_by_what_was_taken):
                found.setdefault(to, []).append((entry["at"] - self.zero[key], json.loads(entry["body"])))
        return found


class Theirs(Side):
    is_old = True

    def command(self):
        return [self.program]


class Ours(Side):
    own_keys = "storage: {ballast_size: 0}\n"

    def command(self):
        return [self.program, "serve"]


def stamp(seconds):
    return datetime.datetime.fromtimestamp(round(seconds, 3), datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


# ---- what happens, in time

class World:
    """Stories that live at the same time. `events`: what is done to both programs, (at, "kill" | "terminate" | "start" | "reload")."""

    def __init__(self, suite, name, stories, events=(), spread=0.0, aligned=None):
        self.suite, self.name, self.stories, self.events, self.spread, self.aligned = suite, name, stories, events, spread, aligned
        self.pool = concurrent.futures.ThreadPoolExecutor(16)
        self.trouble = []  # (story, what)

    def run(self, number):
        try:
            self.tell(number)
        except Exception as error:
            self.trouble.append((None, Wrong(f"{self.name}: {error!r}")))
        for side in self.sides():
            side.process.kill()
            side.receiver.stop()

    def tell(self, number):
        directory = self.suite.directory / f"{self.name}-{number}"
        is_old = Theirs.is_old
        self.theirs = Theirs(self.suite, directory / "alertmanager", [story for story in self.stories if not (is_old and story.is_new)])
        self.ours = Ours(self.suite, directory / "tocsin", self.stories)
        zero, self.intervals = self.aligned(time.time()) if self.aligned else (None, "")
        for side in self.sides():
            side.write(self.intervals)
            side.start()
        for side in self.sides():
            side.wait_ready()
        self.live(zero or time.time() + 0.3)

    def sides(self):
        return self.theirs, self.ours

    def live(self, zero):
        steps = [(zero + at, event, None, None) for at, event in self.events]
        for i, story in enumerate(self.stories):
            for side in self.sides():
                side.zero[story.key] = round(zero + i * self.spread, 3)
            steps += [(self.ours.zero[story.key] + at, what, story, arguments) for at, what, arguments in story.actions]
        ends = max(self.ours.zero[story.key] + story.until for story in self.stories)
        for at, what, story, arguments in sorted(steps, key=lambda step: step[0]):
            time.sleep(max(0, at - time.time()))
            for side in self.sides():
                if story is None or story in side.stories:
                    self.pool.submit(self.act, side, at, what, story, arguments)
        time.sleep(max(0, ends + AFTERMATH - time.time()))
        self.pool.shutdown()

    def act(self, side, at, what, story, arguments):
        try:
            if story is None:
                getattr(self, what)(side)
                return
            getattr(side, what)(story, arguments)
        except Exception as error:
            reason = error.read().decode() if hasattr(error, "read") else ""
            self.trouble.append((story, Wrong(f"{what} at {at} of {side.directory.name}: {error!r} {reason}")))
            return
        if time.time() - at > BUSY:
            self.trouble.append((story, Late(f"{what} was answered by {side.directory.name} {time.time() - at:.3f} s after its time")))

    def kill(self, side):
        side.process.kill()

    def terminate(self, side):
        side.process.stop()

    def start(self, side):
        began = time.time()
        side.process.process.wait(20)  # it may still be ending
        side.start()
        side.wait_ready()
        if time.time() - began > READY - BACK - 0.2:
            self.trouble.append((None, Late(f"{side.directory.name} took {time.time() - began} s to start")))

    def reload(self, side):
        side.write(self.intervals, True)
        status, text = rig.post(side.url + "/-/reload")
        if status != 200:
            raise Wrong(f"reload: {status} {text}")

    # ---- and what came of it

    def judge(self, story):
        """Raises Wrong or Late."""
        for whose, trouble in self.trouble:
            if whose in (story, None):
                raise trouble
        if not story.is_foreseen:
            compare_groups(story, *[side.heard(story) for side in self.sides()], self.ours.zero[story.key])
            return
        heard = []
        for side in self.sides():
            wanted = story.wanted(side is self.ours, Theirs.is_old)
            heard.append(None if wanted is None else side.heard(story))
            if wanted is not None:
                check(side, story, wanted, heard[-1])
        if heard[0] is not None:
            compare(story, *heard, self.ours.zero[story.key])


def own_labels(alert):
    return {name: value for name, value in alert["labels"].items() if name != "case"}


def content(body):
    return sorted((sorted(own_labels(alert).items()), alert["status"] == "resolved") for alert in body["alerts"])


def contents(notices):
    return [content(body) for _, body in notices]


def shown(notices):
    return "\n".join(f"  at {at:.3f}: {[(own_labels(alert), alert['status'], alert['startsAt'], alert['endsAt'], alert['annotations']) for alert in body['alerts']]}" for at, body in notices)


def check(side, story, wanted, heard):
    """One side against the story."""
    late = []
    for to in sorted({want.to for want in wanted} | set(heard)):
        wants, notices = sorted((want for want in wanted if want.to == to), key=lambda want: want.at), heard.get(to, [])
        wanted_contents = [want.content() for want in wants]
        if wanted_contents != contents(notices):
            is_late = len(wants) > len(notices) and contents(side.heard(story, AFTERMATH).get(to, []))[:len(wants)] == wanted_contents
            raise (Late if is_late else Wrong)(f"{side.directory.name} was to tell {to!r} {wants}, and told\n{shown(notices)}")
        for want, (at, body) in zip(wants, notices, strict=True):
            check_alerts(side, want, body, side.zero[story.key])
            if not want.at - EARLY <= at <= want.at + want.slack:
                late.append(f"{side.directory.name} was to tell {want}, not at {at:.3f}")
    if late:
        raise Late("\n".join(late))


def check_alerts(side, want, body, zero):
    """The times and texts that the story names."""
    for alert in want.alerts:
        found = next(found for found in body["alerts"] if own_labels(found) == alert.labels)
        times = [("startsAt", alert.starts), ("endsAt", alert.ends if alert.is_over else None)]
        is_right = all(seconds is None or abs(rig.rfc3339(found[member]) - zero - seconds) < LATE for member, seconds in times)
        if not is_right or (alert.says is not None and found["annotations"] != {"says": alert.says}):
            raise Wrong(f"{side.directory.name} was to tell {want}, not {found}, from {stamp(zero)} on")


def compare(story, theirs, ours, zero):
    """What both are to tell alike, member by member; and the times, where they are not said to differ."""
    wanted = [story.wanted(is_ours, Theirs.is_old) for is_ours in (False, True)]
    posted = posted_times(story, zero)
    for to in set(theirs) & set(ours):
        their_wants, our_wants = ([want for want in wants if want.to == to] for wants in wanted)
        if [want.content() for want in their_wants] != [want.content() for want in our_wants]:
            continue
        for want, our_want, (their_at, their_body), (our_at, our_body) in zip(their_wants, our_wants, theirs[to], ours[to], strict=True):
            compare_values(f"{to} at {want.at}", their_body, our_body, posted)
            if want is our_want and want.slack == LATE:
                compare_instants(to, their_at, our_at)


def compare_groups(story, theirs, ours, zero):
    """All that both tell, group by group."""
    posted, groups = posted_times(story, zero), [collections.defaultdict(list), collections.defaultdict(list)]
    for heard, by_group in zip((theirs, ours), groups, strict=True):
        for to, notices in heard.items():
            for at, body in notices:
                by_group[to, body["groupKey"]].append((at, body))
    for key in sorted(set(groups[0]) | set(groups[1])):
        notices = [by_group[key] for by_group in groups]
        few, many = sorted(notices, key=len)
        if contents(few) != contents(many):
            is_late = contents(many)[:len(few)] == contents(few) and all(at > story.until - AFTERMATH for at, _ in many[len(few):])
            raise (Late if is_late else Wrong)(f"{story.route[0]}\n{story.actions}\nfrom {stamp(zero)} on {key} was told by alertmanager\n{shown(notices[0])}\nand by tocsin\n{shown(notices[1])}")
        for (their_at, their_body), (our_at, our_body) in zip(*notices, strict=True):
            compare_values(f"{key} at {their_at:.3f}", their_body, our_body, posted)
            compare_instants(key, their_at, our_at)


def posted_times(story, zero):
    return {round(zero + seconds, 3) for _, what, alerts in story.actions if what == "post" for alert, starts in alerts for seconds in (starts, alert.ends) if seconds is not None}


def compare_instants(what, theirs, ours):
    if abs(theirs - ours) > TOLERANCE:
        raise Late(f"{what!r} was told at {theirs:.3f} by alertmanager and at {ours:.3f} by tocsin")


def compare_values(where, theirs, ours, posted):
    if isinstance(theirs, dict) and isinstance(ours, dict):
        left_out = set(ours) - set(theirs) - (NEW_MEMBERS if Theirs.is_old else set())
        if left_out or set(theirs) - set(ours):
            raise Wrong(f"{where}: members {sorted(theirs)} and {sorted(ours)}")
        for name, value in theirs.items():
            (compare_times if name in ("startsAt", "endsAt") else compare_values)(f"{where}.{name}", value, ours[name], posted)
    elif isinstance(theirs, list) and isinstance(ours, list) and len(theirs) == len(ours):
        for i, value in enumerate(theirs):
            compare_values(f"{where}[{i}]", value, ours[i], posted)
    elif theirs != ours:
        raise Wrong(f"{where}: {theirs!r} of alertmanager, {ours!r} of tocsin")


def compare_times(where, theirs, ours, posted):
    """Those that were posted are kept as they are; others are of each one's clock."""
    if theirs == ours:
        return
    apart = abs(rig.rfc3339(theirs) - rig.rfc3339(ours))
    if apart > 1 or round(rig.rfc3339(theirs), 3) in posted:
        raise Wrong(f"{where}: {theirs} of alertmanager, {ours} of tocsin")
    if apart > TOLERANCE:
        raise Late(f"{where}: {theirs} of alertmanager, {ours} of tocsin")
