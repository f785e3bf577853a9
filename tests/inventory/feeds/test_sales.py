"""Sales lines carry a key of their own; each part of it is checked."""

import pytest

from tests.inventory.feeds.reading import MILK, SALES_HEADER, read_sold

GOOD = f"S1,T1,2026-11-20,0007,1,{MILK},2,2026-11-20T12:00:00Z\n"


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (f"S1,,2026-11-20,7,1,{MILK},2,2026-11-20T12:00:00Z", "missing_value"),
        (f"S1,{'T' * 33},2026-11-20,7,1,{MILK},2,2026-11-20T12:00:00Z", "bad_text"),
        (f"S1,T1,20.11.2026,7,1,{MILK},2,2026-11-20T12:00:00Z", "bad_time"),
        (f"S1,T1,2026-11-15,7,1,{MILK},2,2026-11-20T12:00:00Z", "bad_time"),
        (f"S1,T1,2026-11-20,7a,1,{MILK},2,2026-11-20T12:00:00Z", "not_a_number"),
        (f"S1,T1,2026-11-20,-7,1,{MILK},2,2026-11-20T12:00:00Z", "not_a_number"),
        (f"S1,T1,2026-11-20,7,1234567890,{MILK},2,2026-11-20T12:00:00Z", "not_a_number"),
        (f"S1,T1,2026-11-20,7,1,{MILK},x,2026-11-20T12:00:00Z", "not_a_number"),
        (f"S1,T1,2026-11-20,7,1,{MILK},2,2026-11-23T12:00:00Z", "future"),
    ],
)
def test_a_bad_line_is_named(line: str, code: str) -> None:
    assert read_sold(SALES_HEADER + GOOD + line + "\n" + GOOD) == ([-2, -2], {3: code})


def test_returns_enter_the_store() -> None:
    back = GOOD.replace(",2,", ",-2,")
    assert read_sold(SALES_HEADER + GOOD + back) == ([-2, 2], {})
    assert read_sold(SALES_HEADER + GOOD + back, {"quantity_sign": "STOCK_VIEW"}) == ([2, -2], {})


def test_a_business_day_may_end_after_midnight() -> None:
    late = GOOD.replace("2026-11-20T12:00:00Z", "2026-11-21T06:30:00Z")
    assert read_sold(SALES_HEADER + late) == ([-2], {})
