"""Promotions feeds: each line becomes a published revision, or a rejected line with its reason."""

from collections import defaultdict
from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.db import transaction

from inventory.feeds.records import FeedRefused, Rejected
from inventory.imports import Arrival, Counts
from promotions.models import Promotion
from promotions.rules.words import RevisionState
from promotions.services.approving import publish_trusted, submit_revision
from promotions.services.publishing import create_promotion, revise_promotion
from promotions.sources.google_feeds import BadFeedRow
from promotions.sources.google_promotions import PromotionRow, read_promotions

APPROVALS = ("trusted", "needed")


def load_promotions(arrival: Arrival) -> Callable[[], Counts]:
    """Read a Google promotions file (columns or XML) and return the step that publishes it, for the run's transaction.

    The source's profile may say {"window": "wall_clock"}: the effective dates then hold on each store's own
    clock; and {"approval": "needed"}: what it says waits for a person instead of being published ("trusted").
    Raises FeedRefused for a file that is empty or lacks a required column, and for another "approval".
    """
    approval_of(arrival)
    window = arrival.run.source.profile.get("window", "instant")
    file = arrival.file(encoding=arrival.run.source.profile.get("encoding", "utf-8"))
    good: dict[str, list[PromotionRow]] = defaultdict(list)
    received = 0
    for row in read_promotions(file, window_is_wall_clock=window == "wall_clock"):
        received += 1
        if isinstance(row, BadFeedRow):
            arrival.rejects.add([Rejected(row.line_number, row.code, row.message, row.raw)])
        else:
            good[row.promotion_id].append(row)
    arrival.progress.reach(rows=received, bytes_read=arrival.run.size)
    return lambda: publish_rows(good, arrival=arrival, counts=Counts(received=received))


def publish_rows(good: dict[str, list[PromotionRow]], *, arrival: Arrival, counts: Counts) -> Counts:
    """Write and publish what was read; a row that may not be said is rejected and the others go on."""
    for promotion_id, said in good.items():
        rows, stale = latest(said)
        arrival.rejects.add(outdated(row, rows[0]) for row in stale)
        if any(row.content != rows[0].content for row in rows):
            arrival.rejects.add(conflicting(row, promotion_id) for row in rows)
            continue
        counts.unchanged += len(rows) - 1
        try:
            with transaction.atomic():
                is_news = publish_row(rows[0], arrival=arrival)
        except ValidationError as error:
            message = f"Line {rows[0].line_number}, {' '.join(sentences(error))}"
            arrival.rejects.add([Rejected(rows[0].line_number, "not_allowed", message, rows[0].raw)])
            continue
        counts.applied += is_news
        counts.unchanged += not is_news
    return counts


def latest(rows: list[PromotionRow]) -> tuple[list[PromotionRow], list[PromotionRow]]:
    """What a file says of one promotion under its highest version, and what that makes out of date."""
    highest = max((row.version for row in rows if row.version is not None), default=None)
    stale = [row for row in rows if highest is not None and row.version is not None and row.version < highest]
    return [row for row in rows if row not in stale], stale


def outdated(row: PromotionRow, newer: PromotionRow) -> Rejected:
    message = f"Line {row.line_number}: version {row.version} is older than that of line {newer.line_number}."
    return Rejected(row.line_number, "stale", message, row.raw)


def conflicting(row: PromotionRow, promotion_id: str) -> Rejected:
    message = f"Line {row.line_number}: the file has {promotion_id} more than once with different content."
    return Rejected(row.line_number, "conflicting_lines", message, row.raw)


def sentences(error: ValidationError) -> list[str]:
    """The messages with the fields they are about."""
    if not hasattr(error, "error_dict"):
        return list(error.messages)
    return [f"{field}: {' '.join(messages)}" for field, messages in error.message_dict.items()]


def approval_of(arrival: Arrival) -> str:
    """Whether the source is its own approver. Raises FeedRefused("bad_profile")."""
    approval = arrival.run.source.profile.get("approval", "trusted")
    if approval not in APPROVALS:
        expected = " or ".join(APPROVALS)
        raise FeedRefused(
            "bad_profile",
            f"The source's profile cannot be used: approval is {approval!r}; expected {expected}.",
        )
    return str(approval)


def publish_row(row: PromotionRow, *, arrival: Arrival) -> bool:
    """Bring one promotion to what the feed says; False when that is how it stands already.

    Where approval is needed the words wait for it; words that a person has not approved are not submitted again.
    """
    is_trusted = approval_of(arrival) == "trusted"
    promotion = Promotion.objects.filter(promotion_id=row.promotion_id).first()
    if promotion is None:
        revision = create_promotion(
            promotion_id=row.promotion_id, content=row.content, author=None, now=arrival.now
        )
        promotion = revision.promotion
    elif promotion.current_revision is not None and promotion.current_revision.says(row.content):
        return False  # newer words may be on their way; the feed says nothing new
    elif promotion.latest_revision().says(row.content):
        if promotion.revision_state == RevisionState.PUBLISHED or not is_trusted:
            return False
    else:
        revise_promotion(promotion=promotion, content=row.content, author=None, now=arrival.now)
        promotion.refresh_from_db()
    pass_on(promotion, is_trusted=is_trusted, arrival=arrival)
    return True


def pass_on(promotion: Promotion, *, is_trusted: bool, arrival: Arrival) -> None:
    """Publish what the source may publish by itself: everything, or only words whose terms are approved."""
    if is_trusted or promotion.revision_state == RevisionState.APPROVED:
        publish_trusted(promotion=promotion, why=arrival.run.source.name, now=arrival.now)
    else:
        number = promotion.latest_revision().number
        submit_revision(promotion=promotion, number=number, by=None, now=arrival.now)
