"""Each row of a table against what stands and against the rules of a revision's words.

The rules are those of the form and the API (`check_content`); here they only get their columns.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from promotions.models import Promotion, PromotionRevision, UploadRow
from promotions.models.uploads import GOOD
from promotions.rules.cells import ENDS_AT, FIELD_OF, LAST_DAY, cells_of, read_content
from promotions.rules.content import canonical, content_errors
from promotions.rules.words import PromotionState
from promotions.selectors.picking import unknown_item_names
from promotions.services.naming import Known, known_names
from promotions.services.publishing import check_content
from promotions.services.steps import CLOSED

KEY = "promotion_id"
WHOLE = ""  # the key of errors that no column can be blamed for
ITEM_FIELDS = ("item_id_inclusion", "item_id_exclusion")
SHOWN_AS = {field: column for column, field in FIELD_OF.items()}
NAMES_A_QUERY = 5_000


@dataclass(frozen=True)
class Ground:
    """What the rows are checked against, asked for once, however many rows."""

    promotions: Mapping[str, Promotion]
    newest: Mapping[int, PromotionRevision]
    times_named: Counter[str]
    defaults: Mapping[str, Any]

    def revision_of(self, row: UploadRow) -> PromotionRevision | None:
        promotion = self.promotions.get(row.public_id)
        return self.newest[promotion.pk] if promotion else None


def ground_for(rows: Iterable[UploadRow], *, times_named: Counter[str]) -> Ground:
    """What stands under the ids of these rows."""
    ids = {row.public_id for row in rows}
    promotions = {
        promotion.promotion_id: promotion for promotion in Promotion.objects.filter(promotion_id__in=ids)
    }
    return Ground(promotions, newest_of(promotions.values()), times_named, content_of(PromotionRevision()))


def newest_of(promotions: Iterable[Promotion]) -> dict[int, PromotionRevision]:
    """The newest revision of each promotion by the promotion's key; one query."""
    revisions = PromotionRevision.objects.filter(promotion__in=[promotion.pk for promotion in promotions])
    newest = (
        revisions.select_related("created_by").order_by("promotion_id", "-number").distinct("promotion_id")
    )
    return {revision.promotion_id: revision for revision in newest}


def content_of(revision: PromotionRevision) -> dict[str, Any]:
    """What a revision says, by field."""
    return {name: getattr(revision, name) for name in PromotionRevision.content_fields()}


def check_rows(
    rows: Sequence[UploadRow], *, times_named: Counter[str]
) -> list[tuple[UploadRow, dict[str, Any]]]:
    """Work out state, errors and changes of rows that have not gone in, and return each with its content.

    `times_named` says how often the whole batch names an id. The caller saves the rows. Rows that could not be
    read as a whole (an error under WHOLE) are left as they are and out of the answer.
    """
    ground = ground_for(rows, times_named=times_named)
    read = [(row, check_words(row, ground=ground)) for row in rows if WHOLE not in row.errors]
    named = [content for _row, content in read]
    unknown, known = unknown_items(named), known_names(named)
    for row, content in read:
        check_names(row, content=content, ground=ground, unknown=unknown, known=known)
        settle_state(row, content=content, ground=ground)
    return read


def check_words(row: UploadRow, *, ground: Ground) -> dict[str, Any]:
    """The row's content, and in `row.errors` what can be said without asking who is named."""
    newest = ground.revision_of(row)
    cells = {column: text for column, text in row.cells.items() if column != KEY}
    reading = read_content(cells, base=content_of(newest) if newest else ground.defaults)
    content = canonical(reading.content)
    row.errors = {**id_errors(row, ground=ground), **reading.errors}
    unread = {FIELD_OF.get(column, column) for column in reading.errors}
    for field, sentences in content_errors(content).items():
        if field not in unread:
            row.errors[column_of(field, row)] = sentences
    return content


def id_errors(row: UploadRow, *, ground: Ground) -> dict[str, list[str]]:
    """What is wrong with the id: none, too long, named twice, or of a promotion that is over."""
    if not row.public_id or len(row.public_id) > 60:
        return {KEY: [_("Enter an id of up to 60 characters.")]}
    if ground.times_named[row.public_id] > 1:
        return {KEY: [_("Another row of this file has the same id; one of them has to go.")]}
    promotion = ground.promotions.get(row.public_id)
    if promotion and PromotionState(promotion.state) in CLOSED:
        return {KEY: [_("This promotion is over and cannot be edited; give a new id for a new one.")]}
    return {}


def unknown_items(contents: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """The names in the rows' lists that no item has."""
    names = list(
        dict.fromkeys(name for content in contents for field in ITEM_FIELDS for name in content[field])
    )
    return frozenset(
        name
        for start in range(0, len(names), NAMES_A_QUERY)
        for name in unknown_item_names(names[start : start + NAMES_A_QUERY])
    )


def check_names(
    row: UploadRow, *, content: Mapping[str, Any], ground: Ground, unknown: frozenset[str], known: Known
) -> None:
    """Items, stores, groups and codes that do not exist or are taken."""
    for field in ITEM_FIELDS:
        if missing := [name for name in content[field] if name in unknown]:
            told = _("No item has the code %(codes)s.") % {"codes": ", ".join(missing[:10])}
            row.errors.setdefault(field, []).append(told)
    if row.errors:
        return
    try:
        check_content(content, promotion=ground.promotions.get(row.public_id), known=known)
    except ValidationError as error:
        row.errors = errors_by_column(error, row)


def errors_by_column(error: ValidationError, row: UploadRow) -> dict[str, list[str]]:
    """A service's errors under the columns the row has; what concerns none of them under the id."""
    if not hasattr(error, "error_dict"):
        return {KEY: list(error.messages)}
    return {column_of(field, row): list(told) for field, told in error.message_dict.items()}


def column_of(field: str, row: UploadRow) -> str:
    """The column that writes a field in this row; an end is asked for as people mean it."""
    return field if field in row.cells else SHOWN_AS.get(field, field)


def settle_state(row: UploadRow, *, content: Mapping[str, Any], ground: Ground) -> None:
    """New, changed, unchanged or with errors, and what would change."""
    newest = ground.revision_of(row)
    row.base_number = newest.number if newest else None
    row.changes = []
    if row.errors:
        row.state = UploadRow.State.ERROR
    elif newest is None:
        row.state = UploadRow.State.NEW
    elif newest.says(content):
        row.state = UploadRow.State.UNCHANGED
    else:
        row.state = UploadRow.State.CHANGED
        row.changes = changes_between(content_of(newest), content)


def changes_between(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[list[str]]:
    """[column, old, new] as cells of each field that differs; an end as people mean it."""
    columns = tuple(SHOWN_AS.get(field, field) for field in new if old[field] != new[field])
    if LAST_DAY in columns or ENDS_AT in columns:
        columns = (*(one for one in columns if one not in (LAST_DAY, ENDS_AT)), LAST_DAY, ENDS_AT)
    before, after = cells_of(old, columns=columns), cells_of(new, columns=columns)
    return [[column, before[column], after[column]] for column in columns if before[column] != after[column]]


def is_good(row: UploadRow) -> bool:
    return row.state in GOOD
