# SPDX-License-Identifier: Apache-2.0
"""When rule groups are evaluated: each has an offset within its interval that comes from its file and name, by another hash in Prometheus
than in tocsin. A name can be found for which both say the same."""
MASK = 2**64 - 1
P1, P2, P3, P4, P5 = 0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5


def rotate(value, by):
    value &= MASK
    return (value << by | value >> 64 - by) & MASK


def xx_round(lane, word):
    return rotate(lane + word * P2, 31) * P1 & MASK


def xx_lanes(data):
    """Of the whole 32 bytes at the front."""
    lanes = [(P1 + P2) & MASK, P2, 0, -P1 & MASK]
    for at in range(0, len(data) // 32 * 32, 32):
        lanes = [xx_round(lane, int.from_bytes(data[at + 8 * i:at + 8 * i + 8], "little")) for i, lane in enumerate(lanes)]
    hashed = sum(rotate(lane, by) for lane, by in zip(lanes, (1, 7, 12, 18)))
    for lane in lanes:
        hashed = (hashed ^ xx_round(0, lane)) * P1 + P4 & MASK
    return hashed


def xxhash64(data):
    hashed = (xx_lanes(data) if len(data) >= 32 else P5) + len(data) & MASK
    at, end = len(data) // 32 * 32, len(data)
    for at in range(at, end - 7, 8):
        hashed = rotate(hashed ^ xx_round(0, int.from_bytes(data[at:at + 8], "little")), 27) * P1 + P4 & MASK
    at = end // 8 * 8
    if end - at >= 4:
        hashed = rotate(hashed ^ int.from_bytes(data[at:at + 4], "little") * P1, 23) * P2 + P3 & MASK
        at += 4
    for byte in data[at:]:
        hashed = rotate(hashed ^ byte * P5, 11) * P1 & MASK
    hashed = (hashed ^ hashed >> 33) * P2 & MASK
    hashed = (hashed ^ hashed >> 29) * P3 & MASK
    return hashed ^ hashed >> 32


def fnv(data, value=14695981039346656037):
    for byte in data:
        value = (value ^ byte) * 1099511628211 & MASK
    return value


def name_for_both(file, base, interval, window):
    """(name, offset) of a group whose slots are the same milliseconds for both, and lie within `window` ms of the interval's begin."""
    file = str(file).encode()
    start, number = fnv(file + b"\xff" + base.encode() + b" "), 0
    while True:
        number += 1
        offset = fnv(str(number).encode() + b"\xff", start) % interval
        if offset >= window:
            continue
        name = f"{base} {number}"
        if xxhash64(b"file\xff" + file + b"\xffname\xff" + name.encode() + b"\xff") % (interval * 10**6) // 10**6 == offset:
            return name, offset
