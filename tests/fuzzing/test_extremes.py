"""Whatever the figures, clocks and texts of a document: it is loaded, its bad lines are told, and all can be read."""

from random import Random

import pytest

from inventory.imports.verifying import verify_stock
from inventory.models import FeedRun, RejectedRow, SalesTotal, StockLevel, StockMovement, StockWithheld
from tests.factories import create_item, create_source, create_store
from tests.fuzzing.extremes import GTIN, SKU, STORE, document
from tests.inventory.imports.files import counts, load

pytestmark = pytest.mark.django_db
PROFILES: dict[str, dict[str, object]] = {
    "as it is": {},
    "brings its own": {
        "unknown_items": "CREATE",
        "unknown_stores": "CREATE",
        "new_store": {"timezone": "Asia/Tokyo", "currency": "JPY"},
    },
    "a clock of its own": {"timezone": "Pacific/Kiritimati", "scale": "1000000", "negatives": False},
    "full": {"completeness": "FULL", "drop_guard": 1.0, "scale": "0.001"},
}


@pytest.mark.parametrize("name", PROFILES)
@pytest.mark.parametrize("seed", range(1))
def test_any_document_is_loaded_and_can_be_read(name: str, seed: int) -> None:
    random = Random(f"{name} {seed}")
    create_store(store_code=STORE, timezone="America/New_York")
    create_item(sku=SKU, gtin=GTIN.zfill(14))
    create_item(sku="CHEESE", gtin="00000096385074", unit="KGM", unit_decimals=3)
    source = create_source(profile={"format": "canonical", "max_errors": 1.0, **PROFILES[name]})
    for _document in range(3):
        check(load(document(random), source=source))
    assert [told.differences for told in verify_stock()] == [[]]


def check(run: FeedRun) -> None:
    """Every line is accounted for, and nothing stands in the database that cannot be read back."""
    assert run.state in (FeedRun.State.LOADED, FeedRun.State.LOADED_WITH_REJECTS), run.problem
    assert run.rows_received == sum(counts(run)) == 60
    assert len(list(RejectedRow.objects.filter(run=run))) == run.rows_rejected
    for model in (StockLevel, StockMovement, StockWithheld, SalesTotal):
        assert list(model.objects.all()) is not None
