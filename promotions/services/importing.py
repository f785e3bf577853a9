"""Promotions feeds: each line becomes a published revision, or a rejected line with its reason."""

from collections import defaultdict
from collections.abc import Callable

from django.core.exceptions import ValidationError
from django.db import transaction

from inventory.feeds.records import FeedRefused, Rejected
from inventory.imports import Arrival, Counts
from promotions.models import Promotion
from promotions.services.publishing import create_promotion, publish_promotion, revise_promotion
from promotions.sources.google_promotions import (
    BadPromotionRow,
    PromotionRow,
    column_name,
    missing_columns,
    read_promotions,
)


def load_promotions(arrival: Arrival) -> Callable[[], Counts]:
    """Read a Google promotions file and return the step that publishes it, for the run's transaction.

    The source's profile may say {"window": "wall_clock"}: the effective dates then hold on each store's own
    clock. Raises FeedRefused for a file that is empty or lacks a required column.
    """
    window = arrival.run.source.profile.get("window", "instant")
    lines = list(arrival.file(encoding=arrival.run.source.profile.get("encoding", "utf-8")).lines())
    check_header(lines)
    good: dict[str, list[PromotionRow]] = defaultdict(list)
    received = 0
    for row in read_promotions(lines, window_is_wall_clock=window == "wall_clock"):
        received += 1
        if isinstance(row, BadPromotionRow):
            arrival.rejects.add([Rejected(row.line_number, row.code, row.message, row.raw)])
        else:
            good[row.promotion_id].append(row)
    arrival.progress.reach(rows=received, bytes_read=arrival.run.size)
    return lambda: publish_rows(good, arrival=arrival, counts=Counts(received=received))


def check_header(lines: list[tuple[int, str]]) -> None:
    header = next((line for _number, line in lines if line.strip()), "")
    if not header:
        raise FeedRefused("empty_file", "The file is empty.")
    if missing := missing_columns(header.split("\t")):
        found = ", ".join(column_name(name) for name in header.split("\t"))[:300]
        raise FeedRefused(
            "unknown_header", f"The header lacks the columns {', '.join(missing)}; found were: {found}."
        )


def publish_rows(good: dict[str, list[PromotionRow]], *, arrival: Arrival, counts: Counts) -> Counts:
    """Write and publish what was read; a row that may not be said is rejected and the others go on."""
    for promotion_id, rows in good.items():
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
    if promotion.latest_revision().says(row.content):
        if promotion.current_revision_id is not None:
            return False
    else:
        revise_promotion(promotion=promotion, content=row.content, author=None, now=arrival.now)
    publish_promotion(promotion=promotion, now=arrival.now)
    return True
