"""Real servers on loopback: a web server with versions and ranges, an SSH server with a folder, a CA of our own."""

import asyncio
import ssl
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from pathlib import Path

import asyncssh
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from inventory.imports.transports.addresses import Policy
from inventory.imports.transports.pulling import pull_source
from inventory.models import FeedRun, FeedSource

LOOPBACK = (ip_network("127.0.0.0/8"),)


def policy_for(*hosts: tuple[str, int]) -> Policy:
    """These servers, every name of which lies on this machine."""
    return Policy(frozenset(hosts), LOOPBACK, plain_http=True, resolve=lambda _host, _port: ["127.0.0.1"])


def pull(source: FeedSource, policy: Policy | None = None) -> list[tuple[str, bool]]:
    """One pull of a source without a schedule: name and newness of each file that came."""
    taken = pull_source(source_id=source.pk, due_at=None, now=datetime.now(UTC), policy=policy)
    arrived = [(run.file_name, is_new) for run, is_new in taken]
    source.refresh_from_db()
    return arrived


def contents() -> dict[str, bytes]:
    """What was received, by name."""
    return {run.file_name: Path(run.file.path).read_bytes() for run in FeedRun.objects.order_by("pk")}


@dataclass
class Site:
    """What the web server shows, how it misbehaves, and what it was asked."""

    files: dict[str, bytes] = field(default_factory=dict)
    # Bytes after which the connection is cut, once for each entry.
    cuts: list[int] = field(default_factory=list)
    # Status and headers to answer with instead.
    instead: tuple[int, dict[str, str]] | None = None
    # Sends a byte each twentieth of a second, for ever.
    drips: bool = False
    tells_length: bool = True
    tells_version: bool = True
    modified: str = ""
    # Nobody is answered before it is set.
    gate: threading.Event = field(default_factory=threading.Event)
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    port: int = 0


class _Handler(BaseHTTPRequestHandler):
    site: Site

    def do_GET(self) -> None:
        site = self.site
        self._note(b"")
        content = site.files.get(self.path.partition("?")[0])
        if site.instead is not None:
            self._answer(site.instead[0], site.instead[1], b"")
        elif content is None:
            self._answer(404, {}, b"")
        else:
            self._file(content, f'"{sha256(content).hexdigest()[:12]}"')

    def do_POST(self) -> None:
        self._note(self.rfile.read(int(self.headers["Content-Length"])))
        status, headers = self.site.instead or (204, {})
        self._answer(status, headers, b"")

    def _note(self, body: bytes) -> None:
        self.site.asked.append((self.command, self.path, dict(self.headers.items()), body))
        self.site.gate.wait(60)

    def _file(self, content: bytes, etag: str) -> None:
        version = {"ETag": etag} if self.site.tells_version else {}
        if self.site.modified:
            version["Last-Modified"] = self.site.modified
        if self.headers.get("If-None-Match") == etag:
            self._answer(304, version, b"")
        elif "Range" in self.headers and self.headers.get("If-Range") == etag:
            start = int(self.headers["Range"].removeprefix("bytes=").removesuffix("-"))
            if start >= len(content):
                self._answer(416, {"Content-Range": f"bytes */{len(content)}"}, b"")
                return
            span = {"Content-Range": f"bytes {start}-{len(content) - 1}/{len(content)}"}
            self._answer(206, version | span, content[start:])
        else:
            self._answer(200, version, content)

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if self.site.tells_length:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if body and self.site.cuts:
            body = body[: self.site.cuts.pop(0)]
        while self.site.drips:
            self.wfile.write(b".")
            time.sleep(0.05)
        self.wfile.write(body)
        self.close_connection = True

    def handle(self) -> None:
        with suppress(ConnectionError):  # a client that has heard enough
            super().handle()

    def log_message(self, *_args: object) -> None:
        """Silent."""


@contextmanager
def web_server(tls: ssl.SSLContext | None = None) -> Iterator[Site]:
    """A web server on loopback, with a certificate if one is given."""
    site = Site()
    site.gate.set()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"site": site}))
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    site.port = server.server_address[1]
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, name="web server")
    serving.start()
    try:
        yield site
    finally:
        site.gate.set()
        site.drips = False
        server.shutdown()
        server.server_close()
        serving.join()


def certificate_for(name: str, folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's certificate for a name, and the file that makes a client trust it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    trusted, chain = folder / "ca.pem", folder / "server.pem"
    trusted.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    chain.write_bytes(private + trusted.read_bytes())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    return context, trusted


class _Doorman(asyncssh.SSHServer):
    """Lets one user in, by password."""

    def __init__(self, connections: set[asyncssh.SSHServerConnection]) -> None:
        self._connections = connections

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connections.add(conn)

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == ("shop", "open sesame")


@dataclass(frozen=True)
class SshServer:
    """Where the SSH server listens, the folder it shows, and its public key as ssh-keyscan prints it.

    Of `before_listing` one is called each time a client asks what is there.
    """

    port: int
    folder: Path
    host_key: str
    before_listing: list[Callable[[], None]]


@contextmanager
def ssh_server(folder: Path, *, authorized: str = "") -> Iterator[SshServer]:
    """An SSH server with SFTP on loopback; `authorized` is a public key that may come in too."""
    loop = asyncio.new_event_loop()
    host_key = asyncssh.generate_private_key("ssh-ed25519")
    before_listing: list[Callable[[], None]] = []
    connections: set[asyncssh.SSHServerConnection] = set()

    class Files(asyncssh.SFTPServer):
        async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
            if before_listing:
                before_listing.pop(0)()
            async for name in super().scandir(path):
                yield name

    async def listen() -> asyncssh.SSHAcceptor:
        keys = asyncssh.import_authorized_keys(authorized) if authorized else None
        return await asyncssh.listen(
            "127.0.0.1",
            0,
            server_factory=lambda: _Doorman(connections),
            server_host_keys=[host_key],
            authorized_client_keys=keys,
            sftp_factory=lambda channel: Files(channel, chroot=str(folder).encode()),
        )

    async def close() -> None:
        listener.close()
        await listener.wait_closed()
        for connection in connections:
            connection.abort()
            await connection.wait_closed()
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.wait_for(asyncio.gather(*rest, return_exceptions=True), 10)

    listener = loop.run_until_complete(listen())
    serving = threading.Thread(target=loop.run_forever, name="ssh server")
    serving.start()
    try:
        yield SshServer(
            listener.get_port(), folder, host_key.export_public_key().decode().strip(), before_listing
        )
    finally:
        asyncio.run_coroutine_threadsafe(close(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        serving.join()
        loop.close()
