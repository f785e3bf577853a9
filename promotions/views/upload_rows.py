"""Rows of an uploaded table as they stand on a page: what each would do, and its cells to be mended."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from promotions.models import PromotionRevision, UploadRow
from promotions.models.uploads import GOOD
from promotions.rules.cells import COLUMNS, read_content
from promotions.selectors.field_labels import LABELS, label_of
from promotions.selectors.sentences import benefit_text
from promotions.services.uploads.checking import KEY, content_of
from promotions.views.revision_words import window_text

CELL = "cell."
_LONG = 60


@dataclass(frozen=True)
class Cell:
    """One cell as a field of a form. `words` are those to choose from, with what stands there if it is none of them."""

    column: str
    label: str
    text: str
    errors: tuple[str, ...]
    words: tuple[str, ...]
    is_long: bool

    @property
    def name(self) -> str:
        return f"{CELL}{self.column}"


@dataclass(frozen=True)
class Change:
    """What one column would say instead."""

    label: str
    old: str
    new: str


@dataclass(frozen=True)
class ShownRow:
    """A row with its words; `wrong` are the cells to mend, `others` the rest of what was written."""

    row: UploadRow
    title: str
    benefit: str
    window: str
    whole_errors: tuple[str, ...]
    wrong: tuple[Cell, ...]
    others: tuple[Cell, ...]
    changes: tuple[Change, ...]
    addable: tuple[tuple[str, str], ...]


def shown_rows(rows: Iterable[UploadRow]) -> list[ShownRow]:
    return [shown_row(row) for row in rows]


def shown_row(row: UploadRow, *, typed: Mapping[str, list[str]] | None = None) -> ShownRow:
    """`typed` are errors of what was typed just now and not taken."""
    errors = {**row.errors, **(typed or {})}
    can_be_mended = not row.is_settled
    title, benefit, window = words_of(row)
    wrong = [column for column in errors if column] if can_be_mended else []
    others = [column for column in row.cells if column not in wrong]
    return ShownRow(
        row=row,
        title=title,
        benefit=benefit,
        window=window,
        whole_errors=tuple(errors.get("", ())),
        wrong=tuple(cells_for(row, wrong, errors)),
        others=tuple(cells_for(row, others, {})),
        changes=tuple(Change(label_of(column), old, new) for column, old, new in row.changes),
        addable=tuple(
            (column, str(LABELS[column]))
            for column in COLUMNS
            if column not in row.cells and column not in wrong
        )
        if row.errors
        else (),
    )


def cells_for(row: UploadRow, columns: Iterable[str], errors: Mapping[str, list[str]]) -> Iterator[Cell]:
    for column in columns:
        kind = COLUMNS.get(column)
        text = row.cells.get(column, "")
        words = kind.words if kind and "," not in text else ()
        if words and text not in words:
            words = (text, *words) if text else ("", *words)
        yield Cell(
            column=column,
            label=label_of(column),
            text=text,
            errors=tuple(errors.get(column, ())),
            words=words,
            is_long=len(text) > _LONG or "\n" in text,
        )


def words_of(row: UploadRow) -> tuple[str, str, str]:
    """Title, what the deal gives and its window, of a row that can be taken over; else the title as written."""
    title = row.cells.get("long_title", "")
    if row.state not in (*GOOD, UploadRow.State.COMMITTED) or row.base_number is not None:
        return title, "", ""
    cells = {column: text for column, text in row.cells.items() if column != KEY}
    revision = PromotionRevision(**read_content(cells, base=content_of(PromotionRevision())).content)
    return title, benefit_text(revision.benefit), window_text(revision)
