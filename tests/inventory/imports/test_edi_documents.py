"""EDI documents through the same door as all others: what they say arrives, and a cut one changes nothing."""

from datetime import date

import pytest

from inventory.models import FeedRun, SalesTotal
from tests.factories import create_item, create_source, create_store, gtin_for
from tests.inventory.feeds.edi_files import edifact, x12
from tests.inventory.imports.files import levels, load, rejects

pytestmark = pytest.mark.django_db
OATS, MILK = gtin_for(1), gtin_for(2)


@pytest.fixture(autouse=True)
def _shop() -> None:
    create_store(store_code="0012")
    create_store(store_code="12")
    create_item(sku="OATS", gtin=OATS)
    create_item(sku="MILK", gtin=MILK)


def inventory(*lines: str) -> str:
    content = x12("846", ["BIA*00*DD*1*20260312*0200", *lines])
    return content.replace("20260312", "20240521").replace("260312", "240521")


def split(total: int, first: int, second: int) -> list[str]:
    return [
        f"QTY*17*{total}*EA",
        f"SCH*{first}*EA*WH*0012*097*20260312",
        f"SCH*{second}*EA*WH*12*097*20260312",
    ]


def test_an_846_by_warehouse() -> None:
    source = create_source(profile={"format": "x12_846"})
    lines = [f"LIN**EN*{OATS}", *split(9, 4, 5), f"LIN**SK*NEW*EN*{MILK}", *split(9, 4, 4)]
    run = load(inventory(*lines).encode(), source=source)
    assert levels() == {("0012", "OATS"): 4, ("12", "OATS"): 5}
    assert [code for _line, code in rejects(run)] == ["split_mismatch"]


def test_a_cut_846_changes_nothing() -> None:
    source = create_source(profile={"format": "x12_846", "max_errors": 1})
    content = inventory(f"LIN**EN*{OATS}", *split(9, 4, 5))
    run = load(content[: content.index("SE*")].encode(), source=source)
    assert (run.state, run.problem["code"], levels()) == (FeedRun.State.REFUSED, "truncated", {})


def test_two_equal_lines_of_a_slsrpt_are_two_pieces_of_one_total() -> None:
    source = create_source(kind="SALES", profile={"format": "edifact_slsrpt"})
    line = [f"LIN+1++{OATS}:EN", "MOA+203:1.99", "QTY+153:1:PCE"]
    head = ["BGM+73E+S1+9", "DTM+356:20240513-20240519:718", "CUX+2:USD:10", "LOC+162+0012::92"]
    load(edifact("SLSRPT", [*head, *line, *line]).encode(), source=source)
    (total,) = SalesTotal.objects.all()
    assert (total.quantity, str(total.amount), total.currency) == (2, "3.980", "USD")
    assert (total.period_start, total.period_end) == (date(2024, 5, 13), date(2024, 5, 20))
