# SPDX-License-Identifier: Apache-2.0
"""Stories that nobody thought of, from a seed: alerts begin, end and are posted again at full seconds, groups are told half a second later.
What both do otherwise on purpose does not happen in them; nothing ends while it is held back."""
import random

from stories import Alert, Story

SECONDS = 10
NAMES, HOSTS = ("a", "b", "c"), ("", "1", "2")
ROUTES = ["", ", routes: [{matchers: [host=1], receiver: ME, continue: true, group_by: [host]}, {matchers: ['host=~\"1|2\"'], receiver: ME}]"]
SILENCED = [[("host", "=", "1")], [("alertname", "=~", "a|b")], [("host", "!=", "2"), ("alertname", "=", "a")]]
SOURCE = {"source": "yes"}


class Life:
    """Of one alert, as far as it was posted."""

    def __init__(self, starts, until):
        self.starts, self.until, self.is_over = starts, until, False


class Inventor:
    def __init__(self, chance, story, has_muting):
        self.chance, self.story, self.has_muting, self.lives = chance, story, has_muting, {}

    def keep_groups(self):
        """An older peer keeps groups that have emptied for a while: here none does."""
        self.story.post(0, *[Alert(name, labels={"kept": "yes", **({"host": host} if host else {})}) for name in NAMES for host in HOSTS])

    def silence(self):
        for name in range(self.chance.randint(0, 2)):
            starts = self.chance.choice([0.25, 1.25, 2.25])
            self.story.silence(0.1, self.chance.choice(SILENCED), starts, starts + self.chance.randint(2, 4), str(name))
            if self.chance.random() < 0.3:
                self.story.expire(starts + 1.6, str(name))

    def begin(self, at):
        """The times of an alert that is not there: it fires on, has an end, or is given none."""
        starts = at - self.chance.choice([0, 0.1, 0.2])
        kind = "on" if self.has_muting else self.chance.choices(["on", "to an end", "until it is forgotten"], [3, 1, 1])[0]
        if kind == "on":
            return Life(starts, None), {"starts": starts}
        if kind == "to an end":
            ends = at + self.chance.choice([0.25, 1.25, 2.25])
            return Life(starts, ends), {"starts": starts, "ends": ends}
        return Life(starts, at + 3), {"starts": self.chance.choice([starts, None]), "ends": None}

    def go_on(self, at, life):
        """Of one that is there: it is posted again, or ends."""
        if self.has_muting or self.chance.random() < 0.4:
            life.until = None
            return {"starts": self.chance.choice([life.starts, at - 0.1, life.starts - 1])}
        life.is_over = True
        return {"starts": self.chance.choice([life.starts, life.starts, None]), "ends": at - self.chance.choice([0.05, 0.3])}

    def times(self, at, key):
        """Those of a post, or None: whoever ends about now is left alone."""
        life = self.lives.get(key)
        if life is not None and not life.is_over:
            return None if life.until is not None and life.until <= at + 0.3 else self.go_on(at, life)
        self.lives[key], times = self.begin(at)
        return times

    def post(self, at):
        posts = []
        for key in [(name, host) for name in NAMES for host in HOSTS]:
            times = self.times(at, key) if self.chance.random() < 0.18 else None
            if times is not None:
                labels = {**({"host": key[1]} if key[1] else {}), **(SOURCE if key[0] == "c" else {})}
                posts.append(Alert(key[0], says=self.chance.choice([None, "x", "y"]), labels=labels, **times))
        if posts:
            self.story.post(at, *posts)


def invent(seed, key, is_old):
    chance = random.Random(f"{seed} {key}")
    has_muting = chance.random() < 0.5
    group_by, interval, repeat = chance.choice(["[alertname]", "[host]", "[alertname, host]", "[none]"]), chance.choice([1, 2]), chance.choice(["1h", "1500ms", "2500ms", "3500ms"])
    route = f"group_by: {group_by}, group_wait: 500ms, group_interval: {interval}s, repeat_interval: {repeat}{chance.choice(ROUTES)}"
    inhibits = [('source="yes"', 'alertname="a"', chance.choice(["host", "host, kept", "kept"]))] if has_muting and chance.random() < 0.6 else []
    hooks = {"": {"": "", **({"other": ""} if chance.random() < 0.4 else {})}}
    story = Story(f"{key} of seed {seed}", key, route=route, hooks=hooks, inhibits=inhibits, until=SECONDS + 2.2, is_foreseen=False)
    if has_muting and chance.random() < 0.5:
        story.answer(chance.choice(list(hooks[""])), *[400 if chance.random() < 0.25 else 200 for _ in range(2 * SECONDS)])
    inventor = Inventor(chance, story, has_muting)
    if is_old:
        inventor.keep_groups()
    if has_muting:
        inventor.silence()
    for at in range(SECONDS):
        inventor.post(at)
    return story
