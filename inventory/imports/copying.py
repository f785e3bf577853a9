"""Arrays to and from PostgreSQL in its binary forms: COPY in, packed bytes out."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import psycopg
from django.db import connection

from inventory.feeds.records import Int64s

COPY_HEADER = b"PGCOPY\n\xff\r\n\0" + b"\0" * 8
COPY_TRAILER = b"\xff\xff"
# PostgreSQL counts timestamps in microseconds and dates in days from 2000-01-01.
PG_EPOCH_US = 946_684_800_000_000
PG_EPOCH_DAYS = 10_957

Column = tuple[str, str]


def raw_cursor() -> "psycopg.Cursor[Any]":
    """A psycopg cursor of Django's own connection, so of its transaction, that reads bytea as bytes."""
    connection.ensure_connection()
    cursor = psycopg.Cursor(connection.connection)
    cursor.format = psycopg.pq.Format.BINARY
    return cursor


def copy_records(columns: Sequence[Column], arrays: Mapping[str, npt.NDArray[Any]]) -> bytes:
    """Fixed-width rows in COPY's binary form; `columns` are (name, big-endian dtype)."""
    fields: list[Any] = [("_count", ">i2")]
    for name, kind in columns:
        fields += [(f"_length_{name}", ">i4"), (name, kind)]
    rows = np.empty(len(arrays[columns[0][0]]), np.dtype(fields))
    rows["_count"] = len(columns)
    for name, kind in columns:
        rows[f"_length_{name}"] = np.dtype(kind).itemsize
        rows[name] = arrays[name]
    return rows.tobytes()


def copy_in(table: str, columns: Sequence[Column], chunks: Iterable[bytes]) -> None:
    """COPY binary rows made by `copy_records` into a table."""
    names = ", ".join(name for name, _kind in columns)
    with raw_cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN (FORMAT binary)") as copy:
        copy.write(COPY_HEADER)
        for chunk in chunks:
            copy.write(chunk)
        copy.write(COPY_TRAILER)


def unpacked(packed: bytes | None, kind: str | Sequence[Column]) -> npt.NDArray[Any]:
    """The array in a bytea; an empty one where it is NULL."""
    dtype = np.dtype(kind if isinstance(kind, str) else list(kind))
    return np.frombuffer(packed or b"", dtype)


def pg_time(micros: Int64s) -> Int64s:
    """Microseconds since 1970 as PostgreSQL's binary timestamptz."""
    return micros - PG_EPOCH_US
