# SPDX-License-Identifier: Apache-2.0
"""A real Chromium without a window, driven by its DevTools protocol over a pipe: messages of JSON, each ended by a NUL, on the descriptors 3 and 4."""
import contextlib
import fcntl
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import threading

import rig

PATIENCE = 60  # a busy machine starts it in some seconds
# Puts the two descriptors in their places, which subprocess cannot.
LAUNCHER = "import os, sys; os.dup2(int(sys.argv[1]), 3); os.dup2(int(sys.argv[2]), 4); os.execvp(sys.argv[3], sys.argv[3:])"
FLAGS = ["--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
         "--disable-sync", "--disable-extensions", "--hide-scrollbars", "--force-color-profile=srgb"]


def is_installed():
    return shutil.which("chromium") is not None


def high(descriptor):
    """The same, above those that get other meanings."""
    moved = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, 10)
    os.close(descriptor)
    return moved


class Browser:
    def __init__(self, directory):
        directory = pathlib.Path(directory)
        directory.mkdir(parents=True, exist_ok=True)
        from_us, self.to_browser = map(high, os.pipe())
        self.from_browser, from_browser_end = map(high, os.pipe())
        with open(directory / "chromium.log", "ab") as log:
            self.process = subprocess.Popen([sys.executable, "-c", LAUNCHER, str(from_us), str(from_browser_end), "chromium", *FLAGS, f"--user-data-dir={directory}/profile"], stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log, pass_fds=(from_us, from_browser_end), start_new_session=True, env={**os.environ, "HOME": str(directory), "TZ": "Asia/Kolkata"})
        os.close(from_us)
        os.close(from_browser_end)
        self.lock, self.answers, self.pages, self.count, self.is_gone = threading.Condition(), {}, {}, 0, False
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        rest = b""
        while piece := os.read(self.from_browser, 1 << 16):
            *messages, rest = (rest + piece).split(b"\0")
            for message in map(json.loads, messages):
                with self.lock:
                    if message.get("id", 0) < 0:
                        continue
                    if "id" in message:
                        self.answers[message["id"]] = message
                        self.lock.notify_all()
                    elif message.get("sessionId") in self.pages:
                        self.pages[message["sessionId"]].take(message)
        with self.lock:
            self.is_gone = True
            self.lock.notify_all()

    def call(self, method, session=None, **parameters):
        with self.lock:
            self.count += 1
            number = self.count
            message = {"id": number, "method": method, "params": parameters, **({"sessionId": session} if session else {})}
            os.write(self.to_browser, json.dumps(message).encode() + b"\0")
            assert self.lock.wait_for(lambda: number in self.answers or self.is_gone, PATIENCE), f"the browser does not answer {method}"
            assert number in self.answers, f"the browser is gone: {method}"
            answer = self.answers.pop(number)
        assert "error" not in answer, (method, answer["error"])
        return answer["result"]

    def tell(self, method, session, **parameters):
        """Nobody waits for the answer: for whoever reads."""
        self.count += 1
        os.write(self.to_browser, json.dumps({"id": -self.count, "method": method, "params": parameters, "sessionId": session}).encode() + b"\0")

    def open(self, url):
        """A page that begins anew: with storage of its own."""
        context = self.call("Target.createBrowserContext")["browserContextId"]
        target = self.call("Target.createTarget", url="about:blank", browserContextId=context, width=1200, height=900)["targetId"]
        page = Page(self, self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"])
        page.go(url)
        return page

    def stop(self):
        with contextlib.suppress(AssertionError, OSError):
            self.call("Browser.close")
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(5)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)  # its helpers
        self.process.wait()
        os.close(self.to_browser)


class Page:
    def __init__(self, browser, session):
        self.browser, self.session, self.problems, self.credentials = browser, session, [], {}
        with browser.lock:
            browser.pages[session] = self
        for domain in "Page", "Runtime", "Log", "Network":
            self.call(f"{domain}.enable")

    def call(self, method, **parameters):
        return self.browser.call(method, self.session, **parameters)

    def take(self, event):
        """Exceptions, errors of the console, violations of the content security policy."""
        method, parameters = event["method"], event["params"]
        if method == "Runtime.exceptionThrown":
            details = parameters["exceptionDetails"]
            self.problems.append(details.get("exception", {}).get("description") or details["text"])
        elif method == "Log.entryAdded" and parameters["entry"]["level"] in ("error", "warning"):
            self.problems.append(f'{parameters["entry"]["text"]} {parameters["entry"].get("url", "")}')
        elif method == "Fetch.requestPaused":
            self.browser.tell("Fetch.continueRequest", self.session, requestId=parameters["requestId"])
        elif method == "Fetch.authRequired":
            self.browser.tell("Fetch.continueWithAuth", self.session, requestId=parameters["requestId"], authChallengeResponse={"response": "ProvideCredentials", **self.credentials})
        elif method == "Runtime.consoleAPICalled" and parameters["type"] in ("error", "warning", "assert"):
            self.problems.append(str([argument.get("value") for argument in parameters["args"]]))

    def go(self, url):
        self.call("Page.navigate", url=url)

    def log_in(self, user, password):
        """What somebody answers whom the browser asks."""
        self.credentials = {"username": user, "password": password}
        self.call("Fetch.enable", handleAuthRequests=True)

    def evaluate(self, expression):
        """The value of an expression of JavaScript, once it is there when it is a promise."""
        result = self.call("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True, userGesture=True)
        assert "exceptionDetails" not in result, result["exceptionDetails"].get("exception", result)
        return result["result"].get("value")

    def wait(self, expression, what=None):
        """Until the expression is true."""
        return rig.wait_until(lambda: self.try_to(expression), PATIENCE, f"{what or expression}\n{self.text()[:2000]}\n{self.problems}")

    def try_to(self, expression):
        """Its value, or None while the page is on its way elsewhere."""
        with contextlib.suppress(AssertionError):
            return self.evaluate(expression)

    def text(self):
        return self.try_to("document.body.innerText") or ""

    def wait_text(self, text):
        rig.wait_until(lambda: text in self.text(), PATIENCE, f"the page says {text!r}:\n{self.text()[:2000]}\n{self.problems}")

    def click(self, name, within="document", role="a, button, summary"):
        """What has this text or label and is to be seen."""
        self.wait(f"""(() => {{
            const found = [...{within}.querySelectorAll({json.dumps(role)})].find(each => each.checkVisibility() && (each.getAttribute("aria-label") ?? each.innerText).trim() === {json.dumps(name)});
            found?.click();
            return found !== undefined;
        }})()""", f"there is something to click: {name}")

    def fill(self, selector, text):
        """As somebody who types: with the events of it."""
        self.wait(f"document.querySelector({json.dumps(selector)}) !== null")
        self.evaluate(f"""(() => {{
            const field = document.querySelector({json.dumps(selector)});
            field.focus();
            field.value = {json.dumps(text)};
            field.dispatchEvent(new Event("input", {{ bubbles: true }}));
            field.dispatchEvent(new Event("change", {{ bubbles: true }}));
        }})()""")

    def press(self, key):
        code = {"Enter": 13, "Backspace": 8, "Tab": 9, "Escape": 27}[key]
        for kind in "keyDown", "keyUp":
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=key, windowsVirtualKeyCode=code, **({"text": "\r"} if key == "Enter" and kind == "keyDown" else {}))
