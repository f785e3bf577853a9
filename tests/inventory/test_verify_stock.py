"""`manage.py verify_stock` names what nobody's count stands behind."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tests.factories import create_item, create_source, create_store
from tests.inventory.imports.files import DAY, at, load, sales_file, stock_file

pytestmark = pytest.mark.django_db
GTIN, OTHER = "04006381333931", "00000096385074"


@pytest.fixture(autouse=True)
def world() -> None:
    create_store(store_code="S1")
    create_store(store_code="S2")
    create_item(sku="A", gtin=GTIN)
    create_item(sku="B", gtin=OTHER)
    erp, wms = create_source(code="erp", precedence=10), create_source(code="wms")
    load(stock_file(("S1", GTIN, 10, at(4)), ("S2", OTHER, 7, at(4))), source=erp)
    load(stock_file(("S1", GTIN, 90, at(1)), ("S1", OTHER, 3, at(1))), source=wms)
    load(sales_file(("S1", "T1", DAY, 1, 1, GTIN, 2, at(2))), source=create_source(code="till", kind="SALES"))


def verify(*arguments: str) -> tuple[int, list[str]]:
    """Exit code and lines of one call."""
    out = StringIO()
    try:
        call_command("verify_stock", *arguments, stdout=out)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue().splitlines()
    return 0, out.getvalue().splitlines()


def behind_its_back(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_what_feeds_made_is_right() -> None:
    assert verify() == (0, ["0 differences in 3 levels"])


def test_a_corrupted_row_is_named() -> None:
    behind_its_back("UPDATE inventory_stocklevel SET on_hand = 9 WHERE on_hand = 8")
    assert verify() == (
        1,
        ["store S1, A: 9 of erp stands, should be 8 of erp", "1 differences in 3 levels"],
    )
    assert verify("--store", "S2") == (0, ["0 differences in 1 levels"])


def test_a_lost_level_and_one_from_nowhere_are_named() -> None:
    behind_its_back(
        "UPDATE inventory_stocklevel SET item_id = (SELECT id FROM inventory_item WHERE sku = 'A') WHERE on_hand = 7"
    )
    code, (told,) = verify("--json")
    assert (code, json.loads(told)["differences"]) == (
        1,
        [
            {"store_code": "S2", "sku": "A", "stands": 7, "should_be": None, "stands_source": "erp", "source": None},
            {"store_code": "S2", "sku": "B", "stands": None, "should_be": 7, "stands_source": None, "source": "erp"},
        ],
    )  # fmt: skip


def test_a_level_of_the_wrong_source_is_named() -> None:
    behind_its_back(
        "UPDATE inventory_stocklevel SET source_id = (SELECT id FROM inventory_feedsource WHERE code = 'wms')"
        " WHERE on_hand = 7"
    )
    assert verify()[1][0] == "store S2, B: 7 of wms stands, should be 7 of erp"


def test_no_such_store_is_said() -> None:
    with pytest.raises(CommandError, match="no store 'nowhere'") as refused:
        verify("--store", "nowhere")
    assert refused.value.returncode == 2
