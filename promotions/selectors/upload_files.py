"""Tables to download: a template, promotions as they stand, and the rows of an upload that wait for mending.

Each can be uploaded again as it is. Texts are never formulas, whatever stands in them.
"""

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import xlsxwriter
from django.utils.translation import gettext as _
from xlsxwriter.utility import xl_rowcol_to_cell

from inventory.feeds.blocks import UTF8_MARK
from inventory.feeds.spreadsheets import neutral
from promotions.models import PromotionRevision, UploadBatch, UploadRow
from promotions.rules.cells import COLUMNS, cells_of
from promotions.rules.cells.kinds import Kind
from promotions.selectors.field_labels import label_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
KEY = "promotion_id"
# What most promotions need; a person's own choice is that of the last upload.
USUAL_COLUMNS = (
    KEY, "campaign", "long_title", "coupon_value_type", "percent_off", "money_off_amount", "fixed_price_amount",
    "currency", "redemption_channel", "product_applicability", "item_id_inclusion", "brand_inclusion",
    "store_applicability", "store_groups_inclusion", "store_codes_inclusion", "starts_on", "last_day", "offer_type",
    "generic_redemption_code", "limit_uses",
)  # fmt: skip
ROWS_WITH_CHOICES = 5_000  # as many as an upload may have
_WIDE = frozenset({"long_title", "operator_text", "item_id_inclusion", "brand_inclusion"})


@dataclass(frozen=True)
class Sheet:
    """A table in whole: the columns' keys, and rows of texts in their order; `reasons` beside them, if any."""

    columns: tuple[str, ...]
    rows: Sequence[Sequence[str]]
    reasons: Sequence[str] | None = None

    @property
    def header(self) -> list[str]:
        names = [label_of(column) for column in self.columns]
        return names if self.reasons is None else [*names, _("Reason")]

    def lines(self) -> Iterable[Sequence[str]]:
        if self.reasons is None:
            return self.rows
        return ([*row, reason] for row, reason in zip(self.rows, self.reasons, strict=True))


def columns_for(person: Any) -> tuple[str, ...]:
    """The columns a person chose last, that is those of their last upload; else the usual ones."""
    last = UploadBatch.objects.filter(uploaded_by=person).order_by("-uploaded_at").first()
    return tuple(last.columns) if last else USUAL_COLUMNS


def known_columns(names: Iterable[str]) -> tuple[str, ...]:
    """Those of the names that are columns, the id first."""
    return (KEY, *(name for name in dict.fromkeys(names) if name in COLUMNS))


def sheet_of(revisions: Iterable[PromotionRevision], *, columns: tuple[str, ...]) -> Sheet:
    """Promotions as these revisions say them; `revision.promotion` is loaded."""
    rest = tuple(column for column in columns if column != KEY)
    rows = []
    for revision in revisions:
        content = {name: getattr(revision, name) for name in PromotionRevision.content_fields()}
        cells = {KEY: revision.promotion.promotion_id, **cells_of(content, columns=rest)}
        rows.append([cells[column] for column in columns])
    return Sheet(columns, rows)


def waiting_sheet(batch: UploadBatch) -> Sheet:
    """The rows of a batch that have errors, with what is wrong with them."""
    rows = list(batch.rows.filter(state=UploadRow.State.ERROR))
    added = dict.fromkeys(column for row in rows for column in row.cells if column not in batch.columns)
    columns = (*batch.columns, *added)
    return Sheet(
        columns,
        [[row.cells.get(column, "") for column in columns] for row in rows],
        [reason_of(row) for row in rows],
    )


def reason_of(row: UploadRow) -> str:
    """Everything that is wrong with a row in one text, by the names of its columns."""
    return " ".join(
        f"{label_of(column)}: {' '.join(told)}" if column else " ".join(told)
        for column, told in row.errors.items()
    )


def as_csv(sheet: Sheet) -> bytes:
    """Comma separated, in UTF-8 with its mark, which Excel needs."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(sheet.header)
    writer.writerows([neutral(value) for value in line] for line in sheet.lines())
    return UTF8_MARK + text.getvalue().encode()


def as_xlsx(sheet: Sheet) -> bytes:
    """A workbook: codes are text and keep their zeros, days are days; columns of few words offer them."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False}) as book:
        page, words = book.add_worksheet(_("Promotions")[:31]), book.add_worksheet("Words")
        words.hide()
        formats = {
            "text": book.add_format({"num_format": "@"}),
            "number": book.add_format(),
            "day": book.add_format({"num_format": "yyyy-mm-dd"}),
        }
        bold = book.add_format({"bold": True})
        page.freeze_panes(1, 1)
        kinds = [COLUMNS.get(column) for column in sheet.columns]
        for place, name in enumerate(sheet.header):
            kind = kinds[place] if place < len(kinds) else None
            page.set_column(place, place, width_of(sheet, place), formats[kind.holds if kind else "text"])
            page.write_string(0, place, name, bold)
            if kind and kind.words:
                words.write_column(0, place, kind.words)
                page.data_validation(1, place, ROWS_WITH_CHOICES, place, choices(place, len(kind.words)))
        for number, line in enumerate(sheet.lines(), 1):
            for place, value in enumerate(line):
                write_cell(page, number, place, value, holds=holds(kinds, place), formats=formats)
    return file.getvalue()


def holds(kinds: Sequence[Kind | None], place: int) -> str:
    kind = kinds[place] if place < len(kinds) else None
    return kind.holds if kind else "text"


def width_of(sheet: Sheet, place: int) -> int:
    """In characters; the reasons stand last and are long."""
    return 36 if place >= len(sheet.columns) or sheet.columns[place] in _WIDE else 18


def choices(place: int, words: int) -> dict[str, Any]:
    """A list to choose from; other texts may be typed, for the upload says what it makes of them."""
    source = (
        f"=Words!{xl_rowcol_to_cell(0, place, True, True)}:{xl_rowcol_to_cell(words - 1, place, True, True)}"
    )
    return {"validate": "list", "source": source, "error_type": "information"}


def write_cell(
    page: Any, number: int, place: int, value: str, *, holds: str, formats: dict[str, Any]
) -> None:
    """A text, or where it can be read as such a number or a day."""
    if holds == "number" and re.fullmatch(r"-?\d{1,9}(\.\d{1,3})?", value, re.ASCII):
        page.write_number(number, place, float(value), formats[holds])
    elif holds == "day" and re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII) and is_day(value):
        page.write_datetime(number, place, dt.datetime.fromisoformat(value), formats[holds])
    else:
        page.write_string(number, place, value, formats["text"])


def is_day(value: str) -> bool:
    """Whether a spreadsheet has this day; its calendar begins in 1900."""
    try:
        return dt.date.fromisoformat(value).year > 1900
    except ValueError:
        return False
