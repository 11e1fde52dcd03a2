# SPDX-License-Identifier: Apache-2.0
"""What stands between a client and its peer: proxies, and servers of OAuth2 tokens. Parts of http_server.py."""
import base64
import ctypes
import json
import shutil
import signal
import socket
import subprocess
import threading
import time
import urllib.parse

connects = []  # the lines of each CONNECT, as they came
tokens = {"issued": 0, "valid": set(), "forms": []}


# ---- as much of HTTP/2 as one request needs (RFC 9113) ----

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, SETTINGS, END_STREAM, ACK, END_HEADERS = 0, 1, 4, 1, 1, 4
STATUS_200 = b"\x88"  # HPACK: an entry of its static table


def frame(kind, flags, stream, payload=b""):
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def speak_http2(sock):
    """Answers every request with 200 and "spoke HTTP/2"."""
    stream = sock.makefile("rb")
    if stream.read(len(PREFACE)) != PREFACE:
        return
    sock.sendall(frame(SETTINGS, 0, 0))
    while head := stream.read(9):
        kind, flags, number = head[3], head[4], int.from_bytes(head[5:], "big")
        stream.read(int.from_bytes(head[:3], "big"))
        if kind == SETTINGS and not flags & ACK:
            sock.sendall(frame(SETTINGS, ACK, 0))
        if kind in (DATA, HEADERS) and flags & END_STREAM:
            sock.sendall(frame(HEADERS, END_HEADERS, number, STATUS_200) + frame(DATA, END_STREAM, number, b"spoke HTTP/2"))


# ---- proxies: every name leads to the loopback ----

def pump(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def open_target(authority):
    return socket.create_connection(("127.0.0.1", int(authority.rsplit(":", 1)[1])))


def tunnel(sock, request):
    connects.append([request["line"], *request["headers"]])
    target = open_target(request["line"].split()[1])
    sock.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
    thread = threading.Thread(target=pump, args=(target, sock), daemon=True)
    thread.start()
    pump(sock, target)
    thread.join()
    raise ConnectionError


def forward(sock, request):
    """What was said to the proxy goes on as X-Proxied-… headers, which the target echoes."""
    method, url, _ = request["line"].split()
    parts = urllib.parse.urlsplit(url)
    path = parts.path + ("?" + parts.query if parts.query else "")
    said = [h for h in request["headers"] if not h.lower().startswith("proxy-")]
    seen = ["X-Proxied-Line: " + request["line"]] + ["X-Proxied-" + h for h in request["headers"] if h.lower().startswith("proxy-")]
    with open_target(parts.netloc) as target:
        target.sendall("\r\n".join([f"{method} {path} HTTP/1.1", *said, *seen]).encode() + b"\r\n\r\n" + request["body"])
        stream = target.makefile("rb")
        head = stream.readline()
        length = 0
        while True:
            line = stream.readline()
            head += line
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
            if line == b"\r\n":
                break
        sock.sendall(head + stream.read(length))


def proxy(sock, request, password=None):
    wanted = "Proxy-Authorization: Basic " + base64.b64encode(f"bob:{password}".encode()).decode()
    if password and wanted not in request["headers"]:
        sock.sendall(b"HTTP/1.1 407 Who Are You\r\nContent-Length: 0\r\n\r\n")
    elif request["line"].startswith("CONNECT "):
        tunnel(sock, request)
    else:
        forward(sock, request)


def die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def start_socks_proxy(directory):
    """A real one, for bob and hunter2, with what it says in socks.log; its port is said last."""
    if not shutil.which("microsocks"):
        return
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = open(f"{directory}/socks.log", "wb")
    subprocess.Popen(["microsocks", "-i", "127.0.0.1", "-p", str(port), "-u", "bob", "-P", "hunter2"], stdout=log, stderr=log, preexec_fn=die_with_parent)
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.01)
    print("socks", port, flush=True)


def last_connect(reply):
    return lambda sock, request: reply(sock, body="\n".join(connects[-1] if connects else ["none"]).encode() + b"\n")


# ---- tokens ----

def credentials(request):
    """(id, secret, where)"""
    form = dict(urllib.parse.parse_qsl(request["body"].decode(), keep_blank_values=True))
    tokens["forms"].append(form)
    for header in request["headers"]:
        if header.startswith("Authorization: Basic "):
            name, secret = base64.b64decode(header.split()[-1]).decode().split(":", 1)
            return urllib.parse.unquote_plus(name), urllib.parse.unquote_plus(secret), "header"
    return form.get("client_id"), form.get("client_secret"), "form"


def issue():
    tokens["issued"] += 1
    token = f"token{tokens['issued']}"
    tokens["valid"].add(token)
    return token


def token_page(reply, place=None, expires=3600, as_form=False, delay=0, token_type="bearer"):
    def page(sock, request):
        time.sleep(delay)
        name, secret, where = credentials(request)
        if name != "me & you" or secret != "s3cret%" or (place and where != place):
            words = {"error": "invalid_client", "error_description": f"no client {name} with {secret}"}
            reply(sock, "401 Unauthorized", json.dumps(words).encode())
            return
        answer = {"access_token": issue(), "token_type": token_type, "expires_in": expires}
        body = urllib.parse.urlencode(answer) if as_form else json.dumps(answer)
        reply(sock, body=body.encode())
    return page


def unpack(part):
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def assertion_page(reply, directory):
    """Takes an assertion signed with jwt.key; tokens["claims"] is what it said."""
    def page(sock, request):
        form = dict(urllib.parse.parse_qsl(request["body"].decode()))
        tokens["forms"].append({name: value for name, value in form.items() if name != "assertion"})
        header, claims, signature = form["assertion"].split(".")
        algorithm = json.loads(unpack(header))["alg"]
        with open(f"{directory}/signature", "wb") as out:
            out.write(unpack(signature))
        check = ["openssl", "dgst", "-" + algorithm.replace("RS", "sha"), "-verify", f"{directory}/jwt.pub", "-signature", f"{directory}/signature"]
        is_good = subprocess.run(check, input=f"{header}.{claims}".encode(), capture_output=True).returncode == 0
        tokens["claims"] = {"header": json.loads(unpack(header)), "claims": json.loads(unpack(claims))}
        answer = {"access_token": issue(), "token_type": "bearer", "expires_in": 3600} if is_good else {"error": "invalid_grant"}
        reply(sock, "200 OK" if is_good else "400 Bad Request", json.dumps(answer).encode())
    return page


def make_key(directory):
    for arguments in (["genrsa", "-out", "jwt.key", "2048"], ["rsa", "-in", "jwt.key", "-pubout", "-out", "jwt.pub"], ["genrsa", "-out", "other_jwt.key", "2048"]):
        subprocess.run(["openssl", *arguments], cwd=directory, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def guarded(reply):
    def page(sock, request):
        given = [h.split()[-1] for h in request["headers"] if h.startswith("Authorization: Bearer ")]
        is_known = bool(given) and given[0] in tokens["valid"]
        reply(sock, "200 OK" if is_known else "401 Unauthorized", (given[0] if given else "nobody").encode() + b" " + request["body"])
    return page


def revoke(reply):
    def page(sock, request):
        tokens["valid"].clear()
        reply(sock)
    return page


def pages(reply, directory):
    return {
        "/connects": last_connect(reply),
        "/token": token_page(reply),
        "/token-in-form": token_page(reply, place="form"),
        "/token-short": token_page(reply, expires="11"),  # as some do, in a string
        "/token-text": token_page(reply, as_form=True),
        "/token-slow": token_page(reply, delay=0.3),
        "/token-never": token_page(reply, delay=20),
        "/token-mac": token_page(reply, token_type="mac"),
        "/token-500": lambda s, r: reply(s, "500 Broken", b"<html>s3cret%</html>"),
        "/token-200-error": lambda s, r: reply(s, body=b'{"error": "slow_down"}'),
        "/token-empty": lambda s, r: reply(s, body=b'{"token_type": "bearer"}'),
        "/token-broken": lambda s, r: reply(s, body=b'{"access_token": "a'),
        "/token-evil": lambda s, r: reply(s, body=b'{"access_token": "a\\r\\nX-Evil: 1"}'),
        "/token-jwt": assertion_page(reply, directory),
        "/last-claims": lambda s, r: reply(s, body=json.dumps(tokens["claims"], sort_keys=True).encode()),
        "/tokens": lambda s, r: reply(s, body=str(tokens["issued"]).encode()),
        "/last-form": lambda s, r: reply(s, body=json.dumps(tokens["forms"][-1], sort_keys=True).encode()),
        "/guarded": guarded(reply),
        "/revoke": revoke(reply),
    }
