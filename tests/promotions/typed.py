"""What somebody types into the promotion form, as a browser sends it."""

from typing import Any

from django.http import QueryDict

from promotions.forms import PromotionForm
from promotions.forms.content import initial_of
from promotions.forms.rows import BoundRows
from promotions.models import PromotionRevision


def sent_by(form: PromotionForm) -> QueryDict:
    """The page of a form sent back as it stands."""
    data = QueryDict(mutable=True)
    for bound in form:
        cells = (
            [cell for row in bound.rows for cell in row.cells] if isinstance(bound, BoundRows) else [bound]
        )
        for cell in cells:
            value = cell.field.widget.format_value(cell.value()) if cell.value() is not None else ""
            data.setlist(cell.html_name, value if isinstance(value, list) else [str(value or "")])
    return data


def typed_for(content: dict[str, Any], *, promotion_id: str = "typed") -> QueryDict:
    """The page on which somebody has written that content, good or bad."""
    initial = initial_of(PromotionRevision(**content)) | {"promotion_id": promotion_id}
    return sent_by(PromotionForm(initial=initial))
