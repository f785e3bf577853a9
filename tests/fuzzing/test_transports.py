"""Whatever a source declares as its transport: it is read, or refused with what was expected."""

import json
from collections.abc import Iterator
from contextlib import suppress

from inventory.imports.transports.declared import KINDS, read_transport
from inventory.imports.transports.faults import PullFailed
from tests.fuzzing.json_files import JSON_MARKS, JSON_TOKENS
from tests.fuzzing.runs import fuzz
from tests.fuzzing.targets import Target, Variant

FILES = 1_500
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJZ2c8kYtOQ0l5Zl0rkH5hEwQ2Q3pYyO5VqGJ0b1m0aB"
DECLARED = (
    {"kind": "folder", "pattern": "*.csv", "marker": ".complete", "settle_seconds": 2},
    {
        "kind": "sftp",
        "host": "sftp.example.com",
        "user": "shop",
        "host_key": KEY,
        "password_env": "SHOP",
        "after": "move:done",
    },
    {
        "kind": "https",
        "url": "https://files.example.com:8443/a.csv?x=1",
        "header_env": {"Authorization": "SHOP"},
    },
    {
        "kind": "s3",
        "endpoint": "https://s3.example.com",
        "bucket": "feeds",
        "access_key_env": "A",
        "secret_key_env": "B",
    },
    {"kind": "webhook", "secret_env": ["ONE", "TWO"], "signature_header": "X-Signature"},
)
TOKENS = (
    b'"http://[::1"',
    b'"https://user:x@a.example/"',
    b'"https://\xe2\x80\xa8/"',
    b'"https://a..b/"',
    b'"xn--\xc3\xbc"',
    b'"https://a:99999/"',
    b'"[::ffff:127.0.0.1]"',
    b'"127.1"',
    b'"0x7f.1"',
    b'"\\u0000"',
    b'"\\ud800"',
    b'"https://\\ud800.example/"',
    b'"host_key"',
    b'"ssh-rsa A"',
    b'"ssh-rsa \\u00e9"',
    *(f'"{kind}"'.encode() for kind in KINDS),
)


def declared(content: bytes) -> Iterator[object]:
    try:
        said = json.loads(content)
    except (ValueError, RecursionError):
        return
    with suppress(PullFailed):
        read_transport(said)
    yield from ()


def test_a_transport_is_read_or_refused() -> None:
    files = tuple(json.dumps(one).encode() for one in DECLARED)
    for one in DECLARED:
        read_transport(one)
    target = Target("transport", (Variant(declared, files),), JSON_MARKS, (*JSON_TOKENS, *TOKENS))
    result = fuzz(target, seed=7, is_over=lambda files, _seconds: files >= FILES)
    assert [(finding.told, finding.content) for finding in result.findings.values()] == []
