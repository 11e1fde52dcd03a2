# SPDX-License-Identifier: Apache-2.0
"""SMTP servers that misbehave, one port each. Needs the certificates smtp_server.py made in the directory given as argument.
What a client says after an injection goes into evil.log there."""
import socket
import ssl
import sys
import threading
import time

DIRECTORY = sys.argv[1]
LONG = 600


def talk(sock, replies, greeting=b"220 hello\r\n", extensions=b""):
    """A dialogue; replies maps a verb to bytes to send, to None (say nothing), to "drop", or to a list of these, one each time. TEXT is the end of the message."""
    stream = sock.makefile("rb")
    sock.sendall(greeting)
    while True:
        line = stream.readline()
        if not line:
            return
        verb = line.split()[0].upper().decode() if line.split() else ""
        if verb in ("EHLO", "HELO") and verb not in replies:
            sock.sendall(b"250-evil.test\r\n" + extensions + b"250 SIZE 0\r\n")
            continue
        if not say(sock, replies.get(verb, b"354 go\r\n" if verb == "DATA" else b"250 ok\r\n")):
            return
        if verb == "DATA" and replies.get("DATA", b"354")[:3] == b"354":
            while stream.readline() not in (b".\r\n", b""):
                pass
            if not say(sock, replies.get("TEXT", b"250 taken\r\n")):
                return
        if verb == "QUIT":
            return


def say(sock, reply):
    if isinstance(reply, list):
        reply = reply.pop(0)
    if reply == "drop":
        return False
    if reply is None:
        time.sleep(LONG)
    sock.sendall(reply)
    return True


def inject(sock):
    """Pipelines a forged EHLO reply behind the go-ahead of STARTTLS, in clear text (CVE-2021-22947 in curl's words)."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{DIRECTORY}/good.pem", f"{DIRECTORY}/good.key")
    sock.sendall(b"220 hello\r\n")
    sock.recv(999)
    sock.sendall(b"250-evil.test\r\n250 STARTTLS\r\n")
    sock.recv(999)
    sock.sendall(b"220 go\r\n250-forged\r\n250 AUTH PLAIN LOGIN\r\n")
    try:
        sock = context.wrap_socket(sock, server_side=True)
        while True:
            said = sock.recv(999)
            if not said:
                break
            with open(f"{DIRECTORY}/evil.log", "ab") as log:
                log.write(said)
            sock.sendall(b"250 ok\r\n")
    except OSError:
        pass


def chunking(sock):
    """Offers CHUNKING and PIPELINING, which aiosmtpd never does: libesmtp then sends BDAT."""
    stream = sock.makefile("rb")
    sock.sendall(b"220 hello\r\n")
    while True:
        line = stream.readline()
        if not line:
            return
        verb = line.split()[0].upper()
        if verb == b"EHLO":
            sock.sendall(b"250-evil.test\r\n250-PIPELINING\r\n250-CHUNKING\r\n250-ENHANCEDSTATUSCODES\r\n250 8BITMIME\r\n")
        elif verb == b"BDAT":
            with open(f"{DIRECTORY}/bdat.eml", "ab") as mail:
                mail.write(stream.read(int(line.split()[1])))
            sock.sendall(b"250 2.0.0 taken\r\n")
        elif line.upper().startswith(b"RCPT TO:<BAD5"):
            sock.sendall(b"550 5.1.1 no such user\r\n")
        elif verb == b"QUIT":
            sock.sendall(b"221 bye\r\n")
            return
        else:
            sock.sendall(b"250 2.1.0 ok\r\n")


SERVERS = {
    "inject": inject,
    "chunking": chunking,
    "bare": lambda s: talk(s, {}),
    "hole": lambda s: time.sleep(LONG),
    "stall_mail": lambda s: talk(s, {"MAIL": None}),
    "stall_data": lambda s: talk(s, {"DATA": None}),
    "stall_text": lambda s: talk(s, {"TEXT": None}),
    "drop_mail": lambda s: talk(s, {"MAIL": "drop"}),
    "drop_text": lambda s: talk(s, {"TEXT": "drop"}),
    "drop_rcpt": lambda s: talk(s, {"RCPT": [b"550 5.1.1 no such user\r\n", "drop"]}),
    "drop_some": lambda s: talk(s, {"RCPT": [b"550 5.1.1 no such user\r\n", b"250 ok\r\n"], "TEXT": "drop"}),
    "later": lambda s: talk(s, {"TEXT": b"451 4.3.0 try later\r\n"}),
    "again": lambda s: talk(s, {"TEXT": b"354 go on\r\n"}),
    "never": lambda s: talk(s, {"TEXT": b"554 5.7.1 looks like spam\r\n"}),
    "closed": lambda s: talk(s, {}, greeting=b"554 no service\r\n"),
    "stall_quit": lambda s: talk(s, {"QUIT": None}),
    "forbid": lambda s: talk(s, {"MAIL": b"530 5.7.0 authentication required\r\n"}, extensions=b"250-AUTH PLAIN LOGIN\r\n"),
    "auth_lines": lambda s: talk(s, {"AUTH": b"535-5.7.8 not accepted, see\r\n535 5.7.8 https://help.test/\r\n"}, extensions=b"250-AUTH PLAIN LOGIN\r\n"),
    "auth_later": lambda s: talk(s, {"AUTH": b"454 4.7.0 temporary failure\r\n"}, extensions=b"250-AUTH PLAIN LOGIN\r\n"),
    "refuse_tls": lambda s: talk(s, {"STARTTLS": b"454 TLS not available\r\n"}, extensions=b"250-STARTTLS\r\n"),
}


def serve(server, handler):
    while True:
        sock, _ = server.accept()
        threading.Thread(target=run, args=(handler, sock), daemon=True).start()


def run(handler, sock):
    try:
        handler(sock)
    except (OSError, IndexError, ValueError):
        pass
    sock.close()


for name, handler in SERVERS.items():
    server = socket.create_server(("127.0.0.1", 0))
    print(name, server.getsockname()[1], flush=True)
    threading.Thread(target=serve, args=(server, handler), daemon=True).start()

full = socket.socket()  # nobody accepts and the backlog is full: connecting hangs
full.bind(("127.0.0.1", 0))
full.listen(0)
waiting = []
for _ in range(4):
    client = socket.socket()
    client.setblocking(False)
    client.connect_ex(full.getsockname())
    waiting.append(client)
print("full", full.getsockname()[1], flush=True)
print("ready", flush=True)
time.sleep(3600)
