"""The objects of an S3-compatible bucket, each version taken once.

botocore makes and signs the requests; they travel over our own client (inventory.imports.transports.web), which
connects to the checked address of the declared endpoint and to nothing else. botocore's own connections are never
opened.
"""

import tempfile
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import botocore.session
import httpx
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from inventory.imports.transports.addresses import Policy
from inventory.imports.transports.choosing import MOST_NAMES, wanted_files
from inventory.imports.transports.declared import Bucket, secret
from inventory.imports.transports.faults import FileFailed, PullFailed
from inventory.imports.transports.visits import ANSWER_SECONDS, Visit, check_size, landing_folder
from inventory.imports.transports.web import open_client
from inventory.models import FeedRun

CHUNK = 1 << 16
PAGE = 1000  # keys of one answer
LONGEST_LISTING = 32 * 2**20


def take_from_bucket(*, visit: Visit, transport: Bucket, policy: Policy) -> Iterator[tuple[FeedRun, bool]]:
    """Receive every object below the prefix that was not taken in this version, in the order of keys."""
    with open_client(
        transport.endpoint, policy=policy, ca_file=transport.ca_file, seconds=ANSWER_SECONDS
    ) as web:
        s3 = _signing_client(transport, web)
        try:
            yield from _take(visit, transport, s3)
        except ClientError as error:
            raise PullFailed("unexpected_answer", f"{transport.bucket}: {error}.") from error
        except (BotoCoreError, httpx.HTTPError, httpx.StreamError) as error:
            message = f"{transport.endpoint} cannot be read: {error}."
            raise PullFailed("unreachable", message) from error


def _take(visit: Visit, transport: Bucket, s3: Any) -> Iterator[tuple[FeedRun, bool]]:
    there = _listing(visit, transport, s3)
    # What is gone from the bucket needs no remembering.
    known = visit.memory.get("taken", {})
    taken = {key: tag for key, tag in known.items() if key in there}
    visit.memory["taken"] = taken
    for key in _wanted_keys(there, transport):
        tag, size = there[key]
        if taken.get(key) == tag:
            continue
        try:
            yield _fetch(visit, transport, s3, key, size)
        except FileFailed as fault:
            visit.note(fault)
        except ClientError as error:
            visit.note(FileFailed("unreadable", f"{key}: {error}."))
        else:
            taken[key] = tag


def _wanted_keys(there: dict[str, tuple[str, int]], transport: Bucket) -> list[str]:
    """Pattern and marker look at the last part of a key; a marker lies beside its file."""
    folders: dict[str, list[str]] = {}
    for key in there:
        folder, slash, name = key.rpartition("/")
        folders.setdefault(folder + slash, []).append(name)
    return sorted(
        folder + name
        for folder, names in folders.items()
        for name, _marker in wanted_files(names, transport.choice)
    )


def _listing(visit: Visit, transport: Bucket, s3: Any) -> dict[str, tuple[str, int]]:
    """ETag and size by key."""
    found: dict[str, tuple[str, int]] = {}
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=transport.bucket, Prefix=transport.prefix, PaginationConfig={"PageSize": PAGE}
    )
    for page in pages:
        visit.check()
        found |= {entry["Key"]: (entry["ETag"], entry["Size"]) for entry in page.get("Contents", ())}
        if len(found) > MOST_NAMES:
            message = f"{transport.place} holds more than {MOST_NAMES:,} objects; a longer prefix is needed."
            raise PullFailed("too_many_files", message)
    return found


def _fetch(visit: Visit, transport: Bucket, s3: Any, key: str, size: int) -> tuple[FeedRun, bool]:
    name = key.rpartition("/")[2]
    check_size(name, size)
    visit.check()
    answer = s3.get_object(Bucket=transport.bucket, Key=key)
    body = answer["Body"]
    with closing(body), tempfile.TemporaryFile(dir=landing_folder()) as landed:
        visit.land(iter(lambda: body.read(CHUNK), b""), into=landed, name=name)
        landed.seek(0)
        return visit.receive(file_name=name, content=landed, modified_at=answer.get("LastModified"))


def _signing_client(transport: Bucket, web: httpx.Client) -> Any:
    def send(request: AWSPreparedRequest, **_event: object) -> AWSResponse:
        headers = {name: _text(value) for name, value in request.headers.items()}
        asked = web.build_request(request.method, request.url, headers=headers, content=request.body)
        asked.headers["Accept-Encoding"] = "identity"
        answer = web.send(asked, stream=True)
        return AWSResponse(request.url, answer.status_code, dict(answer.headers), _Answer(answer))

    client = botocore.session.Session().create_client(
        "s3",
        region_name=transport.region,
        endpoint_url=transport.endpoint,
        aws_access_key_id=secret(transport.access_key_env),
        aws_secret_access_key=secret(transport.secret_key_env),
        # The bucket in the path, so that one allowed host is enough; a failed visit is repeated by our schedule.
        config=Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}),
    )
    client.meta.events.register("before-send.s3", send)
    return client


def _text(value: str | bytes) -> str:
    return value.decode("ascii") if isinstance(value, bytes) else value


class _Answer:
    """What botocore reads an answer's body from."""

    def __init__(self, answer: httpx.Response) -> None:
        self._answer = answer
        self._pieces = answer.iter_raw(CHUNK)

    def read(self, _size: int | None = None) -> bytes:
        return next(self._pieces, b"")

    def stream(self) -> Iterator[bytes]:
        """All of it; only listings and errors are asked for this way."""
        size = 0
        with closing(self):
            for piece in self._pieces:
                size += len(piece)
                if size > LONGEST_LISTING:
                    raise PullFailed("unexpected_answer", "The server's listing does not end.")
                yield piece

    def close(self) -> None:
        self._answer.close()
