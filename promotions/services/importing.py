"""Promotions feeds: each line becomes a published revision, or a rejected line with its reason."""

from collections import defaultdict
from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.db import transaction

from inventory.feeds.records import Rejected
from inventory.imports import Arrival, Counts
from promotions.models import Promotion
from promotions.services.publishing import create_promotion, publish_promotion, revise_promotion
from promotions.sources.google_feeds import BadFeedRow
from promotions.sources.google_promotions import PromotionRow, read_promotions


def load_promotions(arrival: Arrival) -> Callable[[], Counts]:
    """Read a Google promotions file (columns or XML) and return the step that publishes it, for the run's transaction.

    The source's profile may say {"window": "wall_clock"}: the effective dates then hold on each store's own
    clock. Raises FeedRefused for a file that is empty or lacks a required column.
    """
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


def publish_row(row: PromotionRow, *, arrival: Arrival) -> bool:
    """Bring one promotion to what the feed says; False when that is how it stands already."""
    promotion = Promotion.objects.filter(promotion_id=row.promotion_id).first()
    if promotion is None:
        revision = create_promotion(
            promotion_id=row.promotion_id, content=row.content, author=None, now=arrival.now
        )
        publish_promotion(promotion=revision.promotion, now=arrival.now)
        return True
    if promotion.current_revision is not None and promotion.current_revision.says(row.content):
        return False  # newer words may be on their way; the feed says nothing new
    if promotion.latest_revision().says(row.content):
        if promotion.current_revision_id is not None:
            return False
    else:
        revise_promotion(promotion=promotion, content=row.content, author=None, now=arrival.now)
    publish_promotion(promotion=promotion, now=arrival.now)
    return True
