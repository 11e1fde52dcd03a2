# SPDX-License-Identifier: Apache-2.0
"""Well-behaved SMTP servers (aiosmtpd): plain, STARTTLS, implicit TLS, AUTH. Exits with 77 where aiosmtpd is not installed.
Into the directory given as argument go the certificates, each mail as last.eml, and a line per event into smtp.log:
"AUTH mechanism user ok", "SNI name", "FROM from", "MAIL from to,to clear|tls user". Recipients bad5… are refused for good, bad4… for now."""
import asyncio
import hmac
import logging
import os
import ssl
import sys
import warnings

try:
    from aiosmtpd.smtp import MISSING, SMTP, AuthResult
except ImportError:
    sys.exit(77)

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "harness"))
import certificates  # noqa: E402

DIRECTORY = sys.argv[1]
logging.disable()
warnings.simplefilter("ignore")
USER, PASSWORD, SECRET = b"bob", b"s3cret", b"cram-s3cret"


def note(*words):
    with open(f"{DIRECTORY}/smtp.log", "a", encoding="utf-8") as log:
        print(*words, file=log)


class Handler:
    def __init__(self, is_tls):
        self.is_tls = is_tls

    async def handle_MAIL(self, server, session, envelope, address, options):
        note("FROM", address)
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("bad5"):
            return "550 5.1.1 no such user"
        if address.startswith("bad4"):
            return "451 4.7.1 greylisted"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        with open(f"{DIRECTORY}/last.eml", "wb") as mail:
            mail.write(envelope.original_content)
        user = session.auth_data.decode() if session.authenticated else "-"
        note("MAIL", envelope.mail_from, ",".join(envelope.rcpt_tos), "tls" if session.ssl or self.is_tls else "clear", user)
        return "250 2.0.0 queued"

    async def auth_CRAM__MD5(self, server, args):
        challenge = b"<1.2@tocsin.test>"
        answer = await server.challenge_auth(challenge, encode_to_b64=True)
        if answer is MISSING:
            return AuthResult(success=False)
        user, digest = answer.decode().rsplit(" ", 1)
        ok = user.encode() == USER and hmac.new(SECRET, challenge, "md5").hexdigest() == digest
        note("AUTH", "CRAM-MD5", user, ok)
        return AuthResult(success=ok, handled=False, auth_data=user.encode())


def authenticate(server, session, envelope, mechanism, data):
    ok = data.login == USER and data.password == PASSWORD
    note("AUTH", mechanism, data.login.decode(), ok)
    return AuthResult(success=ok, handled=False, auth_data=data.login)


def tls(name, client_ca=False):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{DIRECTORY}/{name}.pem", f"{DIRECTORY}/{name}.key")
    context.sni_callback = lambda sock, server_name, ctx: note("SNI", server_name)
    if client_ca:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(f"{DIRECTORY}/ca.pem")
    return context


async def main():
    certificates.make(DIRECTORY)
    loop = asyncio.get_running_loop()

    async def listen(name, implicit=None, **options):
        factory = lambda: SMTP(Handler(implicit is not None), hostname="tocsin.test", **options)  # noqa: E731
        server = await loop.create_server(factory, "127.0.0.1", 0, ssl=implicit)
        print(name, server.sockets[0].getsockname()[1], flush=True)

    login = {"authenticator": authenticate, "auth_required": True}
    await listen("plain")
    await listen("starttls", tls_context=tls("good"), require_starttls=True)
    await listen("wrong", tls_context=tls("wrong"), require_starttls=True)
    await listen("mutual", tls_context=tls("good", client_ca=True), require_starttls=True)
    await listen("implicit", tls("good"))
    await listen("auth_tls", tls_context=tls("good"), require_starttls=True, auth_exclude_mechanism=["CRAM-MD5"], **login)
    await listen("login_tls", tls_context=tls("good"), require_starttls=True, auth_exclude_mechanism=["CRAM-MD5", "PLAIN"], **login)
    await listen("cram_tls", tls_context=tls("good"), require_starttls=True, auth_exclude_mechanism=["PLAIN", "LOGIN"], **login)
    await listen("all_tls", tls_context=tls("good"), require_starttls=True, **login)
    await listen("auth", auth_require_tls=False, auth_exclude_mechanism=["CRAM-MD5"], **login)
    await listen("auth_optional", auth_require_tls=False, auth_exclude_mechanism=["CRAM-MD5"], authenticator=authenticate)
    await listen("cram", auth_require_tls=False, auth_exclude_mechanism=["PLAIN", "LOGIN"], **login)
    print("ready", flush=True)
    await asyncio.sleep(3600)


asyncio.run(main())
