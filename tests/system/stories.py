# SPDX-License-Identifier: Apache-2.0
"""Stories for a real Alertmanager and tocsin: what is posted when, and what receivers are to hear when. Times are seconds of a story.
Many live side by side in one pair of processes; each has a route and receivers of its own, by the label `case`. worlds.py tells them."""

FAR = 600  # the end of an alert that fires on, and any later one
EARLY, LATE = 0.080, 0.400  # a notice against what the story says
DEFAULT_ROUTE = "group_wait: 1s, group_interval: 2s"


class Alert:
    """One that is posted or wanted. Times are seconds of the story; `ends` None: nobody says when. One that is wanted fires unless it ends."""

    def __init__(self, name, starts=None, ends=FAR, says=None, labels=None, **more):
        self.labels = {"alertname": name, **more, **(labels or {})}
        self.starts, self.ends, self.says = starts, ends, says

    @property
    def is_over(self):
        return self.ends is not None and self.ends < FAR

    def __repr__(self):
        return f"{self.labels}{f' from {self.starts}' if self.starts is not None else ''}{f' to {self.ends}' if self.is_over else ''} {self.says or ''}"


def alerts_of(alerts):
    return [Alert(alert) if isinstance(alert, str) else alert for alert in alerts]


class Want:
    """A notice: when, to which hook of the story, about which alerts."""

    def __init__(self, at, *alerts, to="", slack=LATE):
        self.at, self.alerts, self.to, self.slack = at, alerts_of(alerts), to, slack

    def content(self):
        return sorted((sorted(alert.labels.items()), alert.is_over) for alert in self.alerts)

    def __repr__(self):
        return f"at {self.at} {self.to!r}: {self.alerts}"


class Story:
    """hooks: receiver (a suffix of the story's key) -> webhook -> its keys. inhibits: (source matcher, target matcher, equal).
    is_new: an older peer does not take its configuration. Not is_foreseen: it only says what happens."""

    def __init__(self, title, key, route=DEFAULT_ROUTE, route_after=None, hooks=None, hooks_after=None, inhibits=(), until=8, is_new=False, is_foreseen=True):
        self.title, self.key, self.until, self.is_new, self.is_foreseen, self.inhibits = title, key, until, is_new, is_foreseen, inhibits
        self.route, self.hooks = (route, route_after or route), (hooks or {"": {"": ""}}, hooks_after or hooks or {"": {"": ""}})
        self.actions, self.answers = [], {}
        self.both, self.of_theirs, self.of_ours, self.of_version = [], [], [], {}
        self.row, self.is_judged_by_what_was_taken = None, False

    # ---- what happens

    def post(self, at, *alerts):
        """In one request. One that fires on begins then, unless it says otherwise."""
        alerts = alerts_of(alerts)
        self.actions.append((at, "post", [(alert, at if alert.starts is None and alert.ends is not None and not alert.is_over else alert.starts) for alert in alerts]))

    def silence(self, at, matchers, starts, ends, name=""):
        """Of this story's alerts. One of a name that was there is changed. Matchers: (label, operator, value)."""
        self.actions.append((at, "silence", (name, matchers, starts, ends)))

    def expire(self, at, name=""):
        self.actions.append((at, "expire", name))

    def answer(self, to, *answers):
        """How a hook answers the requests of each group: statuses, "drop" or "hang", 200 afterwards."""
        self.answers[to] = list(answers)

    def fails_until(self, to, seconds):
        """It answers 500 until then; only what it took is judged."""
        self.answers[to] = seconds
        self.is_judged_by_what_was_taken = True

    # ---- what is told

    def tells(self, at, *alerts, **keys):
        self.both.append(Want(at, *alerts, **keys))

    def differs(self, row, theirs, ours):
        """On purpose, by this row of docs/compatibility.md. Theirs None: it depends."""
        self.row, self.of_theirs, self.of_ours = row, theirs, ours

    def differs_from_older(self, row, older):
        """What Debian's Alertmanager says in place of all that both say."""
        self.row, self.of_version[True] = row, older

    def differs_from_newer(self, row, newer):
        """None: it depends."""
        self.row, self.of_version[False] = row, newer

    def wanted(self, is_ours, is_old):
        """None: nothing to say about them."""
        if is_ours:
            return self.both + self.of_ours
        if self.of_theirs is None or (is_old and self.is_new):
            return None
        return self.of_version.get(is_old, self.both + self.of_theirs)

    # ---- as configuration

    def route_text(self, is_after):
        return f"  - {{matchers: ['case=\"{self.key}\"'], receiver: {self.key}, {self.route[is_after].replace('ME', self.key)}}}\n"

    def receivers_text(self, is_after, port):
        text = ""
        for suffix, hooks in self.hooks[is_after].items():
            items = [f"{{url: 'http://127.0.0.1:{port}/{self.key}/{name}', {keys}}}" for name, keys in hooks.items()]
            text += f"- {{name: '{self.key}{suffix}', webhook_configs: [{', '.join(items)}]}}\n"
        return text

    def inhibits_text(self):
        return "".join(f"- {{source_matchers: ['case=\"{self.key}\"', '{source}'], target_matchers: ['case=\"{self.key}\"', '{target}'], equal: [{equal}]}}\n"
                       for source, target, equal in self.inhibits)


class Shelf(list):
    """The stories of one world."""

    def __init__(self, name):
        super().__init__()
        self.name = name

    def story(self, **keys):
        """Registers the function that tells a story; its name is the title."""
        def register(function):
            made = Story(function.__name__.replace("_", " "), f"{self.name}{len(self)}", **keys)
            function(made)
            self.append(made)
            return function
        return register
