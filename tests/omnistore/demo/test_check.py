"""The check works things out by itself, and says so when something is wrong."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from omnistore.demo.check.doors import WrongError, equal
from omnistore.demo.check.expected import (
    Sample,
    check_digit,
    deal_price,
    kilometres,
    nearest_stores,
    offer_state,
    verdict_on_item,
)
from omnistore.demo.check.inputs import (
    Count,
    Deal,
    Goods,
    InputFile,
    Level,
    Place,
    Sale,
    levels_of,
    read_file,
    read_inbox,
)
from omnistore.demo.check.walk import Step, Walk, account, walk_through

wall = datetime.fromisoformat  # a clock on a wall, in whatever zone
NOON = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)
PLACES = {
    "0108": Place("0108", "STORE", ZoneInfo("America/New_York"), 40.7875, -73.9771),
    "0412": Place("0412", "STORE", ZoneInfo("America/Chicago"), 41.9206, -87.6374),
    "0951": Place("0951", "STORE", ZoneInfo("Pacific/Honolulu"), 21.2835, -157.8070),
    "9001": Place("9001", "DC", ZoneInfo("America/Chicago"), 41.4550, -88.1210),
}
GOODS = {sku: Goods(sku, f"0952000000{sku}", Decimal("2.79")) for sku in ("101", "102")}


def deal(**changes: object) -> Deal:
    """Half price on two items, from yesterday to tomorrow, everywhere."""
    values: dict[str, object] = {
        "promotion_id": "HALF", "skus": frozenset(GOODS), "starts": wall("2026-11-21"),
        "ends": wall("2026-11-23"), "store_codes": frozenset({"0108", "0412", "0951"}), "in_store": True,
        "code": "", "limit": None, "minimum_stock": 3, "minimum_purchase": None, "percent_off": Decimal(50),
        "money_off": None, "fixed_price": None,
    }  # fmt: skip
    return Deal(**(values | changes))  # type: ignore[arg-type]


def sample(*deals: Deal, **levels: tuple[int, ...]) -> Sample:
    """Levels of items 101 and 102 by store: `sample(deal(), s0412=(3, 0))`."""
    standing = {
        (store[1:], sku): Level(quantity, NOON - timedelta(hours=9), None)
        for store, quantities in levels.items()
        for sku, quantity in zip(GOODS, quantities, strict=False)
    }
    return Sample(PLACES, GOODS, standing, {each.promotion_id: each for each in deals})


def test_wrong_lines_of_the_west_are_found_by_their_numbers() -> None:
    lines = [
        "Counted;Site;Article;Qty on hand",
        "22.11.2026 03:10;0951;101;11,000",
        "22.11.2026 03:10;0951;101;1O,000",
        "22.11.2026 03:10;0951;999;1,000",
        "22.11.2026 03:10;0999;101;1,000",
    ]
    file = InputFile("wms-west", "stock.csv", "\r\n".join(lines).encode("cp1252"))
    told = read_file(file, places=PLACES, goods=GOODS)
    assert told.bad == {3: "not_a_number", 4: "unknown_item", 5: "unknown_store"}
    assert told.counts == [Count("0951", "101", 11, datetime(2026, 11, 22, 13, 10, tzinfo=UTC))]


def test_only_later_sales_of_different_keys_move_the_newest_count() -> None:
    def sale(line: str, *, hours: float, quantity: int = 1) -> Sale:
        return Sale(("0412", line), "0412", "101", quantity, NOON - timedelta(hours=hours))

    counts = [Count("0412", "101", n, NOON - timedelta(hours=h)) for n, h in ((10, 9), (99, 33))]
    sales = [sale("1", hours=10), sale("2", hours=1), sale("2", hours=1), sale("3", hours=2, quantity=-4)]
    assert levels_of(counts, sales) == {
        ("0412", "101"): Level(13, NOON - timedelta(hours=9), NOON - timedelta(hours=1))
    }


@pytest.mark.parametrize(
    ("changes", "levels", "state"),
    [
        ({}, {"s0412": (3, 0)}, "LIVE"),
        ({}, {"s0412": (2, 0)}, "LOW_STOCK"),
        ({}, {"s0412": (0, -1)}, "OUT_OF_STOCK"),
        ({}, {}, "NOT_STOCKED"),
        ({"in_store": False}, {"s0412": (3, 3)}, "BLOCKED"),
        ({"starts": wall("2026-11-22T12:00")}, {"s0412": (3, 3)}, "READY"),
        ({"ends": wall("2026-11-22T11:00")}, {"s0412": (3, 3)}, "EXPIRED"),
    ],
)
def test_states_on_the_stores_own_clock(
    changes: dict[str, object], levels: dict[str, tuple[int, ...]], state: str
) -> None:
    assert offer_state(sample(**levels), deal(**changes), store_code="0412", now=NOON) == state


def test_prices_are_rounded_as_tills_do() -> None:
    price = Decimal("2.79")
    assert deal_price(deal(), price) == Decimal("1.39")
    assert deal_price(deal(percent_off=None, money_off=Decimal(3)), price) == 0
    assert deal_price(deal(percent_off=None, fixed_price=Decimal("2.50")), price) == Decimal("2.50")


def test_the_nearest_store_that_has_it_is_named() -> None:
    known = sample(deal(), s0412=(0, 0), s0108=(1, 0), s0951=(5, 0), s9001=(50, 0))
    assert nearest_stores(known, deal(), "101", store_code="0412", now=NOON) == ("0108", "0951")
    verdict = verdict_on_item(known, "101", store_code="0412", now=NOON)
    assert (verdict.outcome, verdict.reason) == ("OFFER_ALTERNATIVE", "OUT_OF_STOCK")
    assert verdict_on_item(known, "102", store_code="0108", now=NOON).outcome == "OFFER_ALTERNATIVE"
    # From New York to Chicago it is about 1,145 km.
    assert abs(kilometres(PLACES["0108"], PLACES["0412"]) - 1145) < 10


def test_few_are_a_promise_only_while_their_count_is_young() -> None:
    known = sample(deal(), s0412=(2, 3))
    young, old = NOON, NOON + timedelta(hours=5)  # the counts are of nine hours before noon
    outcomes = [
        verdict_on_item(known, sku, store_code="0412", now=now).outcome
        for now in (young, old)
        for sku in ("101", "102")
    ]
    assert outcomes == ["HONOUR", "HONOUR", "CHECK_SHELF", "HONOUR"]


def test_check_digits_are_those_of_gs1() -> None:
    assert check_digit("629104150021") == "3"  # GS1's own worked example


def test_files_are_read_before_and_after_they_were_taken(tmp_path: Path) -> None:
    (tmp_path / "pos" / ".done").mkdir(parents=True)
    (tmp_path / "pos" / "b.csv").write_bytes(b"b")
    (tmp_path / "pos" / ".done" / "a.csv").write_bytes(b"a")
    assert read_inbox(tmp_path) == [InputFile("pos", "a.csv", b"a"), InputFile("pos", "b.csv", b"b")]


def test_a_wrong_step_is_named_and_stops_only_what_needs_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def wrong(_walk: Walk) -> str:
        equal("levels", expected=3, found=4)
        return "never"

    def broken(_walk: Walk) -> str:
        raise KeyError("results")

    steps = [
        Step("one", wrong),
        Step("two", lambda walk: str(walk.inbox.name), needs=()),
        Step("three", wrong, needs=("one",)),
        Step("four", broken),
    ]
    done = walk_through(steps, Walk(base_url="http://127.0.0.1:9", inbox=tmp_path, inputs=[]))
    assert account(done, seconds=1, in_json=True) == 1
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told["ok"] is False
    assert [(step["ok"], step["figure"]) for step in told["steps"]] == [
        (False, "levels: expected 3, found 4"),
        (True, tmp_path.name),
        (False, "not tried without: one"),
        (False, "KeyError: 'results'"),
    ]


def test_equal_says_both() -> None:
    with pytest.raises(WrongError, match="expected 1, found 2"):
        equal("figures", expected=1, found=2)
