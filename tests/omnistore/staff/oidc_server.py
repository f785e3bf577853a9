"""A company's sign-in server (OpenID Connect Core 1.0, code flow with PKCE) on loopback, by the standard library."""

import hashlib
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode, urlsplit

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256

CLIENT_ID, CLIENT_SECRET = "omnistore", "between-us"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
FORGED_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def text_of(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def number_text(number: int) -> str:
    return text_of(number.to_bytes((number.bit_length() + 7) // 8))


@dataclass
class Company:
    """What the server says of whoever comes, and how."""

    claims: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    changes: dict[str, Any] = field(default_factory=dict)  # of the token: another issuer, audience, time
    key: rsa.RSAPrivateKey = KEY
    url: str = ""
    asked: dict[str, dict[str, str]] = field(default_factory=dict)  # what was asked for, by code

    def configuration(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "jwks_uri": f"{self.url}/jwks",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def keys(self) -> dict[str, Any]:
        public = KEY.public_key().public_numbers()
        key = {"kty": "RSA", "kid": "1", "use": "sig", "alg": "RS256"}
        return {"keys": [key | {"n": number_text(public.n), "e": number_text(public.e)}]}

    def id_token(self) -> str:
        now = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT_ID, "iat": now, "exp": now + 300, "sub": "s-1"}
        parts = [{"alg": "RS256", "kid": "1"}, claims | self.claims | self.changes]
        signed = ".".join(text_of(json.dumps(part).encode()) for part in parts)
        signature = self.key.sign(signed.encode(), padding.PKCS1v15(), SHA256())
        return f"{signed}.{text_of(signature)}"

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser is sent with a code."""
        code = f"code-{len(self.asked)}"
        self.asked[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, sent: dict[str, str]) -> dict[str, Any] | None:
        """The tokens for a code, once; None unless everything about it is right."""
        asked = self.asked.pop(sent["code"], None)
        if asked is None:
            return None
        proof = text_of(hashlib.sha256(sent["code_verifier"].encode()).digest())
        given = (sent["client_id"], sent["client_secret"], sent["redirect_uri"], proof)
        if given != (CLIENT_ID, CLIENT_SECRET, asked["redirect_uri"], asked["code_challenge"]):
            return None
        return {"access_token": "a", "token_type": "Bearer", "id_token": self.id_token()}


class Answers(BaseHTTPRequestHandler):
    company: ClassVar[Company]

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        match address.path:
            case "/.well-known/openid-configuration":
                self.say(self.company.configuration())
            case "/jwks":
                self.say(self.company.keys())
            case "/userinfo":
                self.say({"sub": "s-1"} | self.company.claims | self.company.userinfo)
            case "/authorize":
                self.send_response(302)
                self.send_header("Location", self.company.authorize(dict(parse_qsl(address.query))))
                self.end_headers()

    def do_POST(self) -> None:
        sent = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        self.say(self.company.token(sent) or {"error": "invalid_grant"})

    def say(self, document: dict[str, Any]) -> None:
        body = json.dumps(document).encode()
        self.send_response(400 if "error" in document else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: Any) -> None:
        """Say nothing."""


@contextmanager
def company_server() -> Iterator[Company]:
    company = Company()
    handler = type("AnswersOfOne", (Answers,), {"company": company})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        company.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield company
        server.shutdown()
        thread.join()
