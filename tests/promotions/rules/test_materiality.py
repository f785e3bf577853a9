"""Field by field: which edits need a new approval and a new briefing."""

import pytest

from promotions.models import PromotionRevision
from promotions.rules.materiality import MATERIALITY, is_material

IMMATERIAL = {
    "long_title", "operator_display_name", "customer_display_name", "operator_text", "promotion_url", "minimum_stock",
    "picture", "talk_track", "urgency", "quiz_question", "quiz_answers", "quiz_explanation",
}  # fmt: skip


def test_every_field_of_a_revision_has_its_place() -> None:
    assert set(MATERIALITY) == PromotionRevision.content_fields()


@pytest.mark.parametrize("field", sorted(PromotionRevision.content_fields()))
def test_each_field_by_itself(field: str) -> None:
    assert is_material([field]) is (field not in IMMATERIAL)


def test_one_material_field_among_others_decides() -> None:
    assert is_material(["long_title", "percent_off", "operator_text"])
    assert not is_material(sorted(IMMATERIAL))
    assert not is_material([])


def test_a_field_nobody_has_judged_is_an_error() -> None:
    with pytest.raises(KeyError):
        is_material(["colour"])
