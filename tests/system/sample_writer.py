# SPDX-License-Identifier: Apache-2.0
"""Writes samples into a Prometheus by remote_write (version 0.1.0: protobuf in a snappy block), without libraries: Debian's Python has neither."""
import struct
import urllib.request


def varint(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def field(number, body):
    """A protobuf field of bytes: text or a message."""
    body = body.encode() if isinstance(body, str) else body
    return varint(number << 3 | 2) + varint(len(body)) + body


def label(name, value):
    return field(1, field(1, name) + field(2, value))


def sample(at, value):
    return field(2, b"\x09" + struct.pack("<d", value) + b"\x10" + varint(at))


def series(labels, samples):
    """`samples` is a list of (ms since 1970, value)."""
    return field(1, b"".join(label(*pair) for pair in sorted(labels.items())) + b"".join(sample(*pair) for pair in samples))


def snappy(plain):
    """A snappy block that compresses nothing: literals of at most 64 KiB."""
    chunks = [plain[at:at + 65536] for at in range(0, len(plain), 65536)]
    return varint(len(plain)) + b"".join(b"\xf4" + struct.pack("<H", len(chunk) - 1) + chunk for chunk in chunks)


def write(url, all_series):
    """Stores [(labels, samples), …] behind the base URL of a Prometheus with --web.enable-remote-write-receiver."""
    body = snappy(b"".join(series(*one) for one in all_series))
    headers = {"Content-Type": "application/x-protobuf", "Content-Encoding": "snappy", "X-Prometheus-Remote-Write-Version": "0.1.0"}
    with urllib.request.urlopen(urllib.request.Request(f"{url}/api/v1/write", body, headers), timeout=10) as reply:
        assert reply.status == 204, reply.status
