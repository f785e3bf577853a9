"""Our own export, read back: nothing is lost, whatever a promotion says."""

from typing import Any

import pytest
from hypothesis import given, settings

from promotions.models import PromotionRevision
from promotions.sources.google_columns import FULL_COLUMNS
from promotions.sources.google_promotions import PromotionRow, read_promotions
from promotions.sources.google_writing import column_lines, full_cells, rss_pieces
from tests.factories_promotions import content_for
from tests.inventory.feeds.reading import feed_file
from tests.promotions.contents import TERMS, contents


def written(form: str, content: dict[str, Any]) -> bytes:
    """One promotion as a file of the full variant."""
    cells = [full_cells(promotion_id="P-1", content=PromotionRevision(**content).content())]
    if form == "tsv":
        return "".join(column_lines(cells, names=FULL_COLUMNS, is_google=False)).encode()
    return "".join(rss_pieces(cells, names=FULL_COLUMNS, is_google=False, title="All")).encode()


def comes_back(form: str, content: dict[str, Any], *, wall_clock: bool = False) -> None:
    [row] = read_promotions(feed_file(written(form, content)), window_is_wall_clock=wall_clock)

    assert isinstance(row, PromotionRow), row
    assert PromotionRevision(**content).says(row.content)


def test_every_field_of_a_revision_has_its_column() -> None:
    joined = {"starts_on", "starts_time", "ends_on", "ends_time"}
    in_periods = joined | {f"display_{name}" for name in joined}

    assert PromotionRevision.content_fields() - in_periods == set(FULL_COLUMNS) - {
        "promotion_id", "promotion_effective_dates", "promotion_display_dates", "omnistore_variant",
    }  # fmt: skip


@pytest.mark.parametrize("form", ["tsv", "xml"])
@pytest.mark.parametrize("kind", list(TERMS))
def test_a_deal_of_each_kind_comes_back(form: str, kind: str) -> None:
    comes_back(form, content_for(coupon_value_type=kind) | TERMS[kind])  # type: ignore[index]


@settings(max_examples=60)
@given(content=contents())
def test_whatever_is_said_comes_back_in_columns_and_in_xml(content: dict[str, Any]) -> None:
    comes_back("tsv", content)
    comes_back("xml", content, wall_clock=True)
