"""The promotions feed as text, piece by piece: columns or RSS, for Google or for our own import."""

from collections.abc import Iterator
from datetime import datetime

from promotions.selectors.google import LeftOut, promotions_for_google, promotions_in_full
from promotions.sources.google_columns import FULL_COLUMNS, GOOGLE_COLUMNS
from promotions.sources.google_writing import Cells, column_lines, rss_pieces, tab_line

VARIANTS = ("google", "full")
FORMS = ("tsv", "xml")


def promotion_pieces(*, variant: str, form: str, now: datetime) -> Iterator[str]:
    """Every published promotion in a variant and a form; see promotions.selectors.google for what Google is told."""
    is_google = variant == "google"
    rows = said_rows(now=now) if is_google else promotions_in_full()
    names = GOOGLE_COLUMNS if is_google else FULL_COLUMNS
    if form == "tsv":
        return column_lines(rows, names=names, is_google=is_google)
    return rss_pieces(rows, names=names, is_google=is_google, title="Promotions")


def said_rows(*, now: datetime) -> Iterator[Cells]:
    return (row for row in promotions_for_google(now=now) if not isinstance(row, LeftOut))


def left_out_lines(*, now: datetime) -> Iterator[str]:
    """What Google's feed does not have and why, tab separated with a header."""
    yield tab_line(["promotion_id", "code", "field", "reason"])
    for row in promotions_for_google(now=now):
        if isinstance(row, LeftOut):
            problem = row.problem
            yield tab_line([row.promotion_id, problem.code, problem.field, problem.sentence])
