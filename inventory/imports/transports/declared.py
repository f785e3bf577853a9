"""A source's declared transport: where its files come from, read from JSON and checked before anybody connects."""

import base64
import binascii
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from inventory.imports.transports.addresses import plain_host
from inventory.imports.transports.faults import PullFailed

KINDS = ("folder", "sftp", "https", "s3", "webhook", "upload")
HOST_KEYS = ("ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa")
# Secrets of the installation itself; a transport must not send them to a partner.
OWN_SECRETS = ("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "EMAIL_HOST_PASSWORD")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}", re.ASCII)
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,80}", re.ASCII)
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,254}", re.ASCII)


@dataclass(frozen=True)
class Choice:
    """Which files of a folder are wanted, and when one is finished.

    `pattern` is a shell pattern of the name. With a `marker` such as ".complete" the file X is finished when
    X.complete or X.zip.complete lies beside it; without one, when nobody wrote to it for `settle_seconds`.
    """

    pattern: str = "*"
    marker: str = ""
    settle_seconds: float = 1.0


@dataclass(frozen=True)
class Folder:
    """The source's own folder below the inbox."""

    choice: Choice
    time_limit: int
    place: str = "inbox"


@dataclass(frozen=True)
class Sftp:
    """A folder of an SSH server whose host key is known. `after` is "keep", "delete" or "move" (to `move_to`)."""

    host: str
    port: int
    user: str
    path: str
    choice: Choice
    host_key: tuple[str, bytes]
    password_env: str
    key_env: str
    after: str
    move_to: str
    time_limit: int

    @property
    def place(self) -> str:
        return f"sftp://{self.host}:{self.port}/{self.path}"


@dataclass(frozen=True)
class Https:
    """One file at one address. `header_env` maps a header's name to the environment variable with its value."""

    url: str
    header_env: Mapping[str, str]
    ca_file: str
    time_limit: int

    @property
    def place(self) -> str:
        return self.url


@dataclass(frozen=True)
class Bucket:
    """The objects of an S3-compatible bucket whose keys begin with `prefix`."""

    endpoint: str
    bucket: str
    prefix: str
    choice: Choice
    region: str
    access_key_env: str
    secret_key_env: str
    ca_file: str
    time_limit: int

    @property
    def place(self) -> str:
        return f"{self.endpoint} {self.bucket} {self.prefix}"


@dataclass(frozen=True)
class Pushed:
    """Files that are sent to us: by upload, or by a webhook whose secrets stand in `secret_env`."""

    kind: str
    secret_env: tuple[str, ...] = ()
    signature_header: str = ""


Transport = Folder | Sftp | Https | Bucket | Pushed


def read_transport(declared: object) -> Transport:
    """The transport of a source from its JSON; {} is the inbox folder.

    Raises PullFailed("bad_transport") naming the key, its value and what was expected. Nothing is looked up.
    """
    if not isinstance(declared, Mapping):
        raise _bad(f"{declared!r} is no JSON object")
    said = _Said(declared)
    kind = said.choice("kind", KINDS, default="folder")
    transport = _READERS[kind](said)
    if unknown := sorted(str(key) for key in set(declared) - said.asked):
        raise _bad(f"unknown key {unknown[0]!r} of {kind}; known are {', '.join(sorted(said.asked))}")
    return transport


def secret(name: str) -> str:
    """The value of an environment variable. Raises PullFailed("secret_missing")."""
    value = os.environ.get(name, "").strip()
    if not value:
        raise PullFailed("secret_missing", f"The environment variable {name} is not set on this machine.")
    return value


def _bad(what: str) -> PullFailed:
    return PullFailed("bad_transport", f"The source's transport cannot be used: {what}.")


class _Said:
    """The declared keys, each asked for once; what was never asked for is unknown."""

    def __init__(self, declared: Mapping[Any, Any]) -> None:
        self._declared = declared
        self.asked: set[str] = set()

    def value(self, key: str, default: object = None) -> object:
        self.asked.add(key)
        return self._declared.get(key, default)

    def text(self, key: str, default: str | None = None) -> str:
        value = self.value(key, default)
        if not isinstance(value, str) or (not value.strip() and default is None):
            raise _bad(f"{key} is {value!r}; expected text")
        if any(ord(sign) < 32 or ord(sign) == 127 for sign in value):
            raise _bad(f"{key} is {value!r}; expected text without control characters")
        return value

    def choice(self, key: str, choices: tuple[str, ...], *, default: str) -> str:
        value = self.text(key, default)
        if value not in choices:
            raise _bad(f"{key} is {value!r}; expected one of {', '.join(choices)}")
        return value

    def number(self, key: str, default: float, *, least: float, most: float) -> float:
        value = self.value(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            raise _bad(f"{key} is {value!r}; expected a number from {least:g} to {most:g}")
        return value

    def matching(self, key: str, form: re.Pattern[str], expected: str, default: str | None = None) -> str:
        value = self.text(key, default)
        if value and not form.fullmatch(value):
            raise _bad(f"{key} is {value!r}; expected {expected}")
        return value

    def host(self, key: str) -> str:
        value = self.text(key)
        try:
            return plain_host(value)
        except ValueError as error:
            raise _bad(f"{key} is {value!r}; expected a host name or an address") from error

    def variable(self, key: str, default: str | None = None) -> str:
        name = self.text(key, default)
        return _variable(key, name) if name else ""

    def url(self, key: str) -> str:
        value = self.text(key)
        try:
            url = httpx.URL(value)
            plain_host(url.host)
        except (httpx.InvalidURL, ValueError) as error:
            raise _bad(
                f"{key} is {value!r}; expected an address such as https://files.example.com/a.csv"
            ) from error
        if url.scheme not in ("https", "http"):
            raise _bad(f"{key} is {value!r}; expected https://")
        if url.userinfo or url.fragment:
            raise _bad(f"{key} carries a user name or a fragment; secrets belong in environment variables")
        return value

    def files(self, settle_seconds: float) -> Choice:
        settle = self.number("settle_seconds", settle_seconds, least=0, most=30)
        return Choice(self.text("pattern", "*") or "*", self._marker(), settle)

    def _marker(self) -> str:
        value = self.text("marker", "")
        if value and (not value.startswith(".") or "/" in value or len(value) < 2):
            raise _bad(f'marker is {value!r}; expected an ending such as ".complete"')
        return value

    def time_limit(self) -> int:
        return int(self.number("time_limit", 600, least=1, most=1800))


def _variable(key: str, name: object) -> str:
    if not isinstance(name, str) or not _VARIABLE.fullmatch(name):
        raise _bad(f"{key} is {name!r}; expected the name of an environment variable, not the secret itself")
    if name in OWN_SECRETS:
        raise _bad(f"{key} is {name!r}, a secret of this installation that no partner may be sent")
    return name


def _folder(said: _Said) -> Folder:
    return Folder(choice=said.files(1.0), time_limit=said.time_limit())


def _sftp(said: _Said) -> Sftp:
    after = said.text("after", "keep")
    word, _colon, move_to = after.partition(":")
    if (word not in ("keep", "delete", "move")) or (word == "move") != bool(move_to):
        raise _bad(f'after is {after!r}; expected "keep", "delete" or "move:<folder>"')
    password_env, key_env = said.variable("password_env", ""), said.variable("key_env", "")
    if bool(password_env) == bool(key_env):
        raise _bad("one of password_env and key_env must name an environment variable")
    return Sftp(
        host=said.host("host"),
        port=int(said.number("port", 22, least=1, most=65535)),
        user=said.text("user"),
        path=said.text("path", "."),
        choice=said.files(2.0),
        host_key=_host_key(said.text("host_key")),
        password_env=password_env,
        key_env=key_env,
        after=word,
        move_to=move_to,
        time_limit=said.time_limit(),
    )


def _host_key(text: str) -> tuple[str, bytes]:
    """Kind and bytes of a public key as ssh-keyscan prints it, without the host."""
    kind, _blank, rest = text.strip().partition(" ")
    try:
        key = base64.b64decode(rest.split(" ")[0], validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if kind not in HOST_KEYS or key[4 : 4 + len(kind)] != kind.encode() or len(key) < 5 + len(kind):
        raise _bad(f'host_key is {text!r}; expected a key such as "ssh-ed25519 AAAA…"')
    return kind, key


def _https(said: _Said) -> Https:
    headers = said.value("header_env", {})
    if not isinstance(headers, Mapping) or not all(_HEADER.fullmatch(str(name)) for name in headers):
        raise _bad("header_env must map names of headers to names of environment variables")
    return Https(
        url=said.url("url"),
        header_env={str(name): _variable(f"header_env {name}", value) for name, value in headers.items()},
        ca_file=said.text("ca_file", ""),
        time_limit=said.time_limit(),
    )


def _s3(said: _Said) -> Bucket:
    return Bucket(
        endpoint=said.url("endpoint"),
        bucket=said.matching("bucket", _BUCKET, "the name of a bucket"),
        prefix=said.text("prefix", ""),
        choice=said.files(0.0),
        region=said.text("region", "us-east-1"),
        access_key_env=said.variable("access_key_env"),
        secret_key_env=said.variable("secret_key_env"),
        ca_file=said.text("ca_file", ""),
        time_limit=said.time_limit(),
    )


def _webhook(said: _Said) -> Pushed:
    """Two secrets may be good at a time, so that one can be changed."""
    names = said.value("secret_env", [])
    names = [names] if isinstance(names, str) else names
    if not isinstance(names, list):
        raise _bad(f"secret_env is {names!r}; expected names of environment variables")
    header = said.matching("signature_header", _HEADER, "the name of a header", "")
    return Pushed("webhook", tuple(_variable("secret_env", name) for name in names), header)


def _upload(_said: _Said) -> Pushed:
    return Pushed("upload")


_READERS: dict[str, Callable[[_Said], Transport]] = {
    "folder": _folder,
    "sftp": _sftp,
    "https": _https,
    "s3": _s3,
    "webhook": _webhook,
    "upload": _upload,
}
