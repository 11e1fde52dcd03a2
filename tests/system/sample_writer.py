# SPDX-License-Identifier: Apache-2.0
"""Samples into a Prometheus by remote write, at whatever times: protobuf, in a snappy block of literals."""
import struct
import urllib.request

STALE = struct.unpack("<d", struct.pack("<Q", 0x7ff0000000000002))[0]  # ends a series; other NaNs are values


def varint(number):
    out = bytearray()
    while number > 0x7f:
        out.append(number & 0x7f | 0x80)
        number >>= 7
    return bytes(out) + bytes([number])


def field(number, data):
    return varint(number << 3 | 2) + varint(len(data)) + data


def snappy(data):
    """Not compressed: a literal each 64 KiB."""
    out = bytearray(varint(len(data)))
    for at in range(0, len(data), 65536):
        literal = data[at:at + 65536]
        out += bytes([61 << 2]) + struct.pack("<H", len(literal) - 1) + literal
    return bytes(out)


def series(labels, samples):
    """`samples`: (milliseconds, value) in order."""
    message = b"".join(field(1, field(1, name.encode()) + field(2, value.encode())) for name, value in sorted(labels.items()))
    return message + b"".join(field(2, b"\x09" + struct.pack("<d", value) + b"\x10" + varint(at)) for at, value in samples)


def write(url, all_series):
    """(labels, samples) of each series to the Prometheus at `url`."""
    body = snappy(b"".join(field(1, series(labels, samples)) for labels, samples in all_series))
    headers = {"Content-Encoding": "snappy", "Content-Type": "application/x-protobuf", "X-Prometheus-Remote-Write-Version": "0.1.0"}
    with urllib.request.urlopen(urllib.request.Request(url + "/api/v1/write", data=body, headers=headers, method="POST"), timeout=60) as reply:
        assert reply.status == 204, reply.status
