# SPDX-License-Identifier: Apache-2.0
"""Reads a message from stdin with Python's email package (the oracle of mime_test and email_test), checks what RFC 5322 demands of its
bytes, and prints what it understood: "name: value" per header, then each leaf part as "--- type" and its text."""
import email
import email.policy
import sys

data = sys.stdin.buffer.read()
body_starts = data.index(b"\r\n\r\n")
for number, line in enumerate(data.split(b"\r\n")):
    assert b"\r" not in line and b"\n" not in line, f"line {number}: a bare CR or LF"
    assert len(line) <= 998, f"line {number}: longer than 998"
    assert len(line) <= 78 or b" " not in line.strip(), f"line {number}: longer than 78: {line}"
    assert all(byte < 128 for byte in line), f"line {number}: not 7 bit"
assert data.endswith(b"\r\n")
message = email.message_from_bytes(data, policy=email.policy.SMTP)
for part in message.walk():
    assert not part.defects, part.defects
out = sys.stdout.buffer
for name, value in message.items():
    out.write(f"{name}: {value}\n".encode())
for part in message.walk():
    if not part.is_multipart():
        out.write(f"--- {part.get_content_type()}\n".encode() + part.get_content().replace("\r\n", "\n").encode())
