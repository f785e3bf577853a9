"""Files that nobody here wrote, through the public command, with the totals their owner gives.

They lie beside the project and are not part of it: without them these tests say so and are skipped.
"""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from inventory.models import FeedRun, SalesTotal, StockMovement
from omnistore.demo.folders import PROJECT
from tests.factories import create_source
from tests.inventory.imports.files import levels

SAMPLES = PROJECT.parent / "shared" / "samples"
NEW = {
    "unknown_items": "CREATE",
    "unknown_stores": "CREATE",
    "new_store": {"timezone": "America/New_York", "currency": "USD"},
}
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        not SAMPLES.is_dir(), reason=f"the sample files are not beside the project, in {SAMPLES.name}"
    ),
]


def import_sample(name: str, *, kind: str = "STOCK", **profile: Any) -> FeedRun:
    create_source(code="partner", kind=kind, profile={**NEW, **profile})
    call_command("import_feed", str(Path(SAMPLES, name)), "--source", "partner")
    return FeedRun.objects.get()


def places(run: FeedRun) -> dict[str, tuple[int, str]]:
    return {place["place"]: (place["facts"], place["quantity"]) for place in run.totals["places"]}


def test_shopify_wide() -> None:
    run = import_sample("shopify_inventory_gen1_wide.csv", format="shopify")
    assert places(run) == {"508 Larkin St": (50, "0"), "Printful": (50, "499950")}
    assert [(note["code"], note["count"]) for note in run.notes] == [("not_tracked", 50)]
    assert len(levels()) == 100
    assert sum(levels().values()) == 499_950


def test_x12_846_is_refused_for_its_layout() -> None:
    with pytest.raises(CommandError, match="offset 108"):
        import_sample("x12_846.edi", format="x12_846", store="0412")
    assert FeedRun.objects.get().problem["code"] == "isa_layout"


def test_x12_846_of_a_partner_who_is_tolerated() -> None:
    tolerance = ["isa_layout", "control_count"]
    run = import_sample("x12_846.edi", format="x12_846", store="0412", tolerance=tolerance)
    assert sorted(note["code"] for note in run.notes) == ["control_count", "isa_layout"]
    assert levels() == {("0412", "PMXMLLT1"): 7}


def test_slsrpt() -> None:
    run = import_sample("slsrpt_d96a.edi", kind="SALES", format="edifact_slsrpt")
    assert places(run) == {"4260026610102": (12, "12")}
    assert run.totals["totals"]["facts"] == 12
    assert sum(SalesTotal.objects.values_list("quantity", flat=True)) == 12
    assert {str(total.period_start) for total in SalesTotal.objects.all()} == {"2026-07-07"}


def test_poslog() -> None:
    run = import_sample("poslog_ncr_small.xml", kind="SALES", format="poslog")
    assert run.totals["movements"] == {"facts": 1, "quantity": "-0.42", "amount": "1.26"}
    line = StockMovement.objects.select_related("item").get()
    assert (line.quantity, line.item.unit_decimals, line.amount) == (-420, 3, 1_260)
    assert not run.keeps_raw
