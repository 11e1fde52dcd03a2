# SPDX-License-Identifier: Apache-2.0
"""Certificates for one test run, made by the openssl program in a given directory:
ca.pem signs good.pem (localhost, 127.0.0.1), wrong.pem (elsewhere.test) and client.pem; other_ca.pem signs nothing."""
import subprocess
import sys


def openssl(directory, *arguments):
    subprocess.run(["openssl", *arguments], cwd=directory, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def make(directory):
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    for name in ("ca", "other_ca"):
        openssl(directory, "req", "-x509", *key, "-subj", f"/CN=tocsin test {name}", "-keyout", f"{name}.key", "-out", f"{name}.pem",
                "-addext", "keyUsage=critical,keyCertSign,cRLSign")
    names = {"good": "DNS:localhost,IP:127.0.0.1", "wrong": "DNS:elsewhere.test", "client": "DNS:client.test"}
    for name, alternatives in names.items():
        openssl(directory, "req", "-x509", "-CA", "ca.pem", "-CAkey", "ca.key", *key, "-subj", f"/CN=tocsin test {name}",
                "-keyout", f"{name}.key", "-out", f"{name}.pem", "-addext", "basicConstraints=critical,CA:FALSE", "-addext", f"subjectAltName={alternatives}")


if __name__ == "__main__":
    make(sys.argv[1])
