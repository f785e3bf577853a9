"""What the operator's pages show of the feeds, small enough to be asked for every second, and what changed in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import connection

# Runs that came and went between two looks are still told of.
REMEMBERED = timedelta(minutes=1)

LOOK = """
SELECT s.code, s.next_pull_at, s.pull_problem::text,
       ARRAY(SELECT a.id FROM inventory_feedalert a
             WHERE a.source_id = s.id AND a.closed_at IS NULL ORDER BY a.id),
       r.id, r.finished_at, r.state, r.attempts, r.progress_rows, r.progress_bytes
FROM inventory_feedsource s
LEFT JOIN inventory_feedrun r
    ON r.source_id = s.id AND (r.finished_at IS NULL OR r.finished_at > %(since)s)
"""


class SourceSeen(NamedTuple):
    """A source apart from its runs."""

    next_pull_at: datetime | None
    pull_problem: str
    open_alerts: tuple[int, ...]


class RunSeen(NamedTuple):
    """How far a run is."""

    source_code: str
    finished_at: datetime | None
    state: str
    attempts: int
    rows: int
    bytes: int


@dataclass(frozen=True)
class FeedsSeen:
    """All sources by code, and by id the runs that are not over, held ones too, or have just finished."""

    sources: Mapping[str, SourceSeen]
    runs: Mapping[int, RunSeen]


def look_at_feeds(*, now: datetime) -> FeedsSeen:
    """One query, whatever the number of sources."""
    sources, runs = {}, {}
    with connection.cursor() as cursor:
        cursor.execute(LOOK, {"since": now - REMEMBERED})
        for code, next_pull_at, problem, alerts, run_id, *run in cursor.fetchall():
            sources[code] = SourceSeen(next_pull_at, problem, tuple(alerts))
            if run_id is not None:
                runs[run_id] = RunSeen(code, *run)
    return FeedsSeen(sources, runs)


def changed_runs(before: FeedsSeen, after: FeedsSeen) -> dict[int, str]:
    """The ids of the runs that are new, moved on or went, each with the code of its source.

    A finished run that is only no longer remembered has not changed.
    """
    moved = {key: run.source_code for key, run in after.runs.items() if before.runs.get(key) != run}
    went = {
        key: run.source_code
        for key, run in before.runs.items()
        if key not in after.runs and run.finished_at is None
    }
    return moved | went


def changed_sources(before: FeedsSeen, after: FeedsSeen) -> set[str]:
    """The codes of the sources that look different, by themselves or for one of their runs."""
    differing = {code for code, _ in before.sources.items() ^ after.sources.items()}
    return differing | set(changed_runs(before, after).values())
