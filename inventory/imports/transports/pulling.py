"""A pull: one visit to where a source's files lie, by one worker at a time, and the next one put on the schedule."""

from collections.abc import Generator, Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Case, F, Value, When

from inventory.imports.transports.addresses import Policy, policy_from_settings
from inventory.imports.transports.bucket import take_from_bucket
from inventory.imports.transports.declared import Bucket, Folder, Https, Pushed, Sftp, read_transport
from inventory.imports.transports.faults import FileFailed, PullFailed
from inventory.imports.transports.folder import take_from_folder
from inventory.imports.transports.https import take_from_url
from inventory.imports.transports.sftp import take_over_sftp
from inventory.imports.transports.visits import Visit
from inventory.models import FeedRun, FeedSource

# A server that was away is asked again after this, if the schedule would not do so sooner.
RETRY_AFTER = timedelta(minutes=5)
BROKEN_OFF = {
    "code": "broken_off",
    "message": "The pull broke off through a fault of ours; the log says why.",
}


def pull_source(
    *, source_id: int, due_at: datetime | None, now: datetime, policy: Policy | None = None
) -> Generator[tuple[FeedRun, bool], None, None]:
    """Fetch a source's new files if this pull is still due; (run, is it new) of each, as they arrive.

    `due_at` is the `next_pull_at` that was seen when it fell due, None for a source without a schedule. What went
    wrong is noted in `pull_problem`; nothing is raised for a partner's server. `policy` stands in for the settings'.
    """
    source = FeedSource.objects.filter(pk=source_id).first()
    until = now + timedelta(seconds=settings.FEED_LEASE_SECONDS)
    if source is None or not source.claim_pull(due_at=due_at, until=until, now=now):
        return
    visit = Visit(source, now, until)
    problem, retry = BROKEN_OFF, True
    try:
        yield from _take(visit, policy)
        problem, retry = _problem_with_files(visit), False
    except PullFailed as failure:
        problem = {"code": failure.code, "message": failure.message}
    finally:
        _finish(visit, due_at=due_at, problem=problem, retry=retry)


def _take(visit: Visit, policy: Policy | None) -> Iterator[tuple[FeedRun, bool]]:
    transport = read_transport(visit.source.transport)
    if isinstance(transport, Pushed):
        return
    visit.time_limit = transport.time_limit
    remembered = visit.source.transport_state
    visit.memory = remembered if remembered.get("place") == transport.place else {"place": transport.place}
    try:
        if isinstance(transport, Folder):
            yield from take_from_folder(visit=visit, transport=transport)
            return
        policy = policy or policy_from_settings()
        match transport:
            case Sftp():
                yield from take_over_sftp(visit=visit, transport=transport, policy=policy)
            case Https():
                yield from take_from_url(visit=visit, transport=transport, policy=policy)
            case Bucket():
                yield from take_from_bucket(visit=visit, transport=transport, policy=policy)
    except FileFailed as fault:  # of the only file there is
        visit.note(fault)


def _problem_with_files(visit: Visit) -> dict[str, str]:
    if not visit.faults:
        return {}
    told = " ".join(fault.message for fault in visit.faults)
    if visit.fault_count > len(visit.faults):
        told += f" And {visit.fault_count - len(visit.faults):,} more."
    return {"code": visit.faults[0].code, "message": told}


def _finish(visit: Visit, *, due_at: datetime | None, problem: dict[str, str], retry: bool) -> None:
    """Give the pull back and put the next one on the schedule, unless another worker has taken over."""
    source = FeedSource.objects.get(pk=visit.source.pk)  # somebody may have changed its schedule meanwhile
    try:
        following = source.next_pull(after=visit.now)
    except ValueError as error:
        problem = {"code": "bad_schedule", "message": f"The source's schedule cannot be used: {error}."}
        following = visit.now + RETRY_AFTER
    if following is not None and retry:
        following = min(following, visit.now + RETRY_AFTER)
    FeedSource.objects.filter(pk=source.pk, pulling_until=visit.until).update(
        pulling_until=None,
        last_pull_at=visit.now,
        pull_problem=problem,
        transport_state=visit.memory,
        next_pull_at=Case(When(next_pull_at=due_at, then=Value(following)), default=F("next_pull_at")),
    )
