"""HTTP to one server the installation allows, at the address that was checked; no redirect, no proxy."""

import ssl
from pathlib import Path

import httpx

from inventory.imports.transports.addresses import (
    DEFAULT_PORTS,
    Destination,
    Policy,
    find_destination,
    plain_host,
)
from inventory.imports.transports.faults import PullFailed


class _Pinned(httpx.BaseTransport):
    """Connects to checked addresses only; name, certificate and Host header stay those of the server."""

    def __init__(self, scheme: str, destination: Destination, context: ssl.SSLContext) -> None:
        self._scheme = scheme
        self._destination = destination
        self._inner = httpx.HTTPTransport(verify=context, trust_env=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        url, server = request.url, self._destination
        port = url.port or DEFAULT_PORTS.get(url.scheme)
        if (url.scheme, plain_host(url.host), port) != (self._scheme, server.host, server.port):
            raise PullFailed(
                "redirected", f"{server.host} points to {url.scheme}://{url.host}, which is not asked."
            )
        problem: httpx.TransportError = httpx.ConnectError("no address")
        for address in server.addresses:
            pinned = httpx.Request(
                request.method,
                url.copy_with(host=address),
                headers=request.headers,
                stream=request.stream,
                extensions={**request.extensions, "sni_hostname": server.host},
            )
            try:
                return self._inner.handle_request(pinned)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                problem = error
        raise problem

    def close(self) -> None:
        self._inner.close()


def open_client(url: str, *, policy: Policy, ca_file: str = "", seconds: float) -> httpx.Client:
    """A client for the server of `url` and no other, looked up once. `seconds` limits each single wait.

    `ca_file` names the certificates to trust instead of the usual ones. Raises PullFailed for a server or an
    address that is not allowed.
    """
    parsed = httpx.URL(url)
    if parsed.userinfo:
        raise PullFailed("host_not_allowed", "The address carries a user name.")
    destination = find_destination(scheme=parsed.scheme, host=parsed.host, port=parsed.port, policy=policy)
    transport = _Pinned(parsed.scheme, destination, _context(ca_file))
    return httpx.Client(transport=transport, timeout=seconds, follow_redirects=False, trust_env=False)


def _context(ca_file: str) -> ssl.SSLContext:
    if not ca_file:
        return httpx.create_ssl_context()
    try:
        return ssl.create_default_context(cafile=Path(ca_file))
    except OSError as error:  # ssl.SSLError is one
        raise PullFailed("bad_ca_file", f"ca_file {ca_file} cannot be used: {error}.") from error
