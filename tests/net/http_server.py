# SPDX-License-Identifier: Apache-2.0
"""A misbehaving HTTP/1.1 server for the tests of the client: plain, TLS, TLS with a wrong name, TLS that asks for a client certificate, TLS of
one version, and proxies. Writes its certificates into the directory given as argument."""
import os
import socket
import ssl
import struct
import sys
import threading
import time
import warnings
from email.utils import formatdate

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "harness"))
import certificates  # noqa: E402
import http_peers  # noqa: E402

connections = {}
ports = {}


def reply(sock, status="200 OK", body=b"", headers=()):
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers]
    sock.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + body)


def reset(sock):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def echo(sock, request):
    reply(sock, body=(request["line"] + "\n" + "\n".join(request["headers"]) + "\n\n").encode() + request["body"])


def slow(sock, request):
    time.sleep(20)


def drip(sock, request):
    sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(100):
        time.sleep(0.05)
        sock.sendall(b".")


def reset_mid_body(sock, request):
    sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n0123456789")
    time.sleep(0.05)
    reset(sock)
    raise ConnectionError


def cut_mid_body(sock, request):
    sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n0123456789")
    raise ConnectionError


def close_unanswered(sock, request):
    raise ConnectionError


def chunked(sock, request):
    sock.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    for piece in (b"first,", b"second,", b"third"):
        sock.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
        time.sleep(0.01)
    sock.sendall(b"0\r\n\r\n")


def redirect(sock, request):
    target = request["line"].split()[1].split("=", 1)[1]
    code = request["line"].split()[1][1:4]
    reply(sock, f"{code} Moved", b"moved", [f"Location: {target}"])


PAGES = {
    "/echo": echo,
    "/%C3%BC": echo,
    "/%7B": echo,
    "/a/../b": echo,
    "/slow": slow,
    "/drip": drip,
    "/reset": reset_mid_body,
    "/cut": cut_mid_body,
    "/close": close_unanswered,
    "/chunked": chunked,
    "/500": lambda s, r: reply(s, "500 Broken", b"it broke"),
    "/429": lambda s, r: reply(s, "429 Too Many", b"", ["Retry-After: 7"]),
    "/503": lambda s, r: reply(s, "503 Busy", b"", ["Retry-After: " + formatdate(time.time() + 100, usegmt=True)]),
    "/huge": lambda s, r: reply(s, body=b"x" * (8 << 20)),
    "/big": lambda s, r: reply(s, body=b"x" * 100000),
    "/307": redirect,
    "/302": redirect,
    "/count": lambda s, r: reply(s, body=str(connections[s.getsockname()[1]]).encode()),
}


PAGES.update(http_peers.pages(reply, sys.argv[1]))


def read_request(stream):
    line = stream.readline().decode().strip()
    if not line:
        return None
    headers = []
    while True:
        header = stream.readline().decode().strip()
        if not header:
            break
        headers.append(header)
    lengths = [int(h.split(":")[1]) for h in headers if h.lower().startswith("content-length:")]
    return {"line": line, "headers": headers, "body": stream.read(lengths[0]) if lengths else b""}


def show_page(sock, request):
    path = request["line"].split()[1].split("?")[0]
    PAGES.get(path, lambda s, r: reply(s, "404 Not Found"))(sock, request)


def serve_connection(sock, context, handle):
    try:
        if context is not None:
            sock = context.wrap_socket(sock, server_side=True)
            if sock.selected_alpn_protocol() == "h2":
                http_peers.speak_http2(sock)
        stream = sock.makefile("rb")
        while True:
            request = read_request(stream)
            if request is None:
                break
            handle(sock, request)
        stream.close()
    except (ConnectionError, ssl.SSLError, OSError):
        pass
    sock.close()


def listen(name, context=None, handle=show_page):
    server = socket.create_server(("127.0.0.1", 0), backlog=256)
    port = server.getsockname()[1]
    connections[port] = 0
    ports[name] = port

    def accept():
        while True:
            sock, _ = server.accept()
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connections[port] += 1
            threading.Thread(target=serve_connection, args=(sock, context, handle), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    print(name, port, flush=True)


def tls(directory, name, client_ca=False, version=None, protocols=()):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if protocols:
        context.set_alpn_protocols(protocols)
    if version:
        warnings.simplefilter("ignore", DeprecationWarning)  # old versions are what is tried
        context.set_ciphers("DEFAULT@SECLEVEL=0")
        context.minimum_version = context.maximum_version = version
    context.load_cert_chain(f"{directory}/{name}.pem", f"{directory}/{name}.key")
    if client_ca:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(f"{directory}/ca.pem")
    return context


certificates.make(sys.argv[1])
http_peers.make_key(sys.argv[1])
listen("plain")
listen("other")
listen("tls", tls(sys.argv[1], "good"))
listen("wrong", tls(sys.argv[1], "wrong"))
listen("mutual", tls(sys.argv[1], "good", client_ca=True))
listen("tls11", tls(sys.argv[1], "good", version=ssl.TLSVersion.TLSv1_1))
listen("tls13", tls(sys.argv[1], "good", version=ssl.TLSVersion.TLSv1_3))
listen("http2", tls(sys.argv[1], "good", protocols=["h2", "http/1.1"]))
listen("proxy", handle=http_peers.proxy)
listen("strict_proxy", handle=lambda s, r: http_peers.proxy(s, r, password="hunter2"))
listen("tls_proxy", tls(sys.argv[1], "good"), http_peers.proxy)
http_peers.start_socks_proxy(sys.argv[1])
print("ready", flush=True)
time.sleep(3600)
