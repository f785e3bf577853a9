"""One file at one address over HTTPS: asked for only when it changed, and gone on with when it was cut off."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path, PurePosixPath
from typing import IO
from urllib.parse import unquote

import httpx

from inventory.imports.transports.addresses import Policy
from inventory.imports.transports.declared import Https, secret
from inventory.imports.transports.faults import FileFailed, PullFailed
from inventory.imports.transports.visits import ANSWER_SECONDS, Visit, check_size, landing_folder
from inventory.imports.transports.web import open_client
from inventory.models import FeedRun

ATTEMPTS = 5
_CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-\d{1,18}/(?:\d{1,18}|\*)", re.ASCII)


def take_from_url(*, visit: Visit, transport: Https, policy: Policy) -> Iterator[tuple[FeedRun, bool]]:
    """Fetch the file if its server says that it is another than last time.

    A download that breaks is gone on with from its last byte, on this visit or the next, as long as the server
    still has the same version; what arrived so far lies in the landing folder.
    """
    headers = {name: secret(variable) for name, variable in transport.header_env.items()}
    part = landing_folder() / f"{visit.source.pk}.part"
    with open_client(
        transport.url, policy=policy, ca_file=transport.ca_file, seconds=ANSWER_SECONDS
    ) as client:
        client.headers.update({**headers, "Accept-Encoding": "identity"})
        try:
            version = _download(visit, client, httpx.URL(transport.url), part)
        except FileFailed:
            visit.memory.pop("part", None)
            part.unlink()
            raise
    if version is None:
        return
    with part.open("rb") as content:
        run, is_new = visit.receive(
            file_name=file_name(transport.url),
            content=content,
            modified_at=_modified_at(version["last_modified"]),
        )
    visit.memory.pop("part", None)
    visit.memory.update(version)
    part.unlink()
    yield run, is_new


def _modified_at(text: str) -> datetime | None:
    """The time of a Last-Modified header; None where there is none that can be read."""
    try:
        return parsedate_to_datetime(text).replace(tzinfo=UTC)  # HTTP knows no other zone
    except ValueError:
        return None


def file_name(url: str) -> str:
    """What the file is called: the end of its address."""
    return PurePosixPath(unquote(httpx.URL(url).path)).name or "download"


def _download(visit: Visit, client: httpx.Client, url: httpx.URL, part: Path) -> dict[str, str] | None:
    """Bring the file into `part`; its version, or None when nothing is new."""
    place = f"{url.host}{url.path}"  # without the query, which may hold a secret
    for _attempt in range(ATTEMPTS):
        visit.check()
        try:
            return _ask(visit, client, url, part)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise PullFailed("unreachable", f"{place} cannot be reached: {error}.") from error
        except (httpx.TransportError, httpx.StreamError) as error:
            problem: Exception = error
    size = part.stat().st_size
    raise PullFailed("cut_off", f"{place} broke off after {size:,} bytes: {problem}.") from problem


def _ask(visit: Visit, client: httpx.Client, url: httpx.URL, part: Path) -> dict[str, str] | None:
    with part.open("ab") as landed:
        offset = landed.tell() if visit.memory.get("part") else 0
        with client.stream("GET", url, headers=_conditions(visit, offset)) as answer:
            if answer.status_code == 304:
                visit.memory.pop("part", None)
                return None
            if answer.status_code == 200:
                offset = 0
            elif offset and not _continues(answer, offset, visit.memory["part"]):
                _forget(visit, landed)
                raise httpx.RemoteProtocolError("the server does not go on where it broke off")
            elif not offset:
                raise PullFailed("unexpected_answer", _told(url, answer))
            landed.truncate(offset)
            landed.seek(0, 2)
            check_size(file_name(str(url)), offset + int(answer.headers.get("Content-Length") or 0))
            visit.memory["part"] = _validator(answer)
            visit.land(answer.iter_raw(), into=landed, name=file_name(str(url)))
            names = {"etag": "ETag", "last_modified": "Last-Modified"}
            return {key: answer.headers.get(name, "") for key, name in names.items()}


def _conditions(visit: Visit, offset: int) -> dict[str, str]:
    headers = {
        "If-None-Match": visit.memory.get("etag"),
        "If-Modified-Since": visit.memory.get("last_modified"),
    }
    if offset:
        headers |= {"Range": f"bytes={offset}-", "If-Range": visit.memory["part"]}
    return {name: value for name, value in headers.items() if value}


def _validator(answer: httpx.Response) -> str:
    """What the server can tell this very version by; "" where it cannot, then nothing is gone on with."""
    etag: str = answer.headers.get("ETag", "")
    if etag:
        return "" if etag.startswith("W/") else etag
    return str(answer.headers.get("Last-Modified", ""))


def _continues(answer: httpx.Response, offset: int, version: object) -> bool:
    span = _CONTENT_RANGE.fullmatch(answer.headers.get("Content-Range", ""))
    same = answer.status_code == 206 and _validator(answer) in ("", version)
    return bool(same and span and int(span[1]) == offset)


def _forget(visit: Visit, landed: IO[bytes]) -> None:
    visit.memory.pop("part", None)
    landed.truncate(0)


def _told(url: httpx.URL, answer: httpx.Response) -> str:
    told = f"{url.host}{url.path} answered {answer.status_code} {answer.reason_phrase}".strip()
    if answer.is_redirect:
        return f"{told}; redirects are not followed, the address itself has to be declared."
    return f"{told}; expected 200."
