"""Commands of promotions."""

from io import StringIO

import pytest
from django.core.management import call_command

from inventory.models import StockLevel
from tests.factories import create_item, create_store
from tests.factories_promotions import create_published_promotion, put_stock

pytestmark = pytest.mark.django_db


def test_reconcile_finds_nothing_and_then_names_what_somebody_changed_behind_its_back() -> None:
    store, item = create_store(), create_item()
    put_stock(store=store, levels={item: 12})
    create_published_promotion()
    out = StringIO()

    call_command("reconcile", stdout=out)
    StockLevel.objects.update(on_hand=0)
    with pytest.raises(SystemExit, match="1"):
        call_command("reconcile", stdout=out)

    assert out.getvalue().splitlines()[0] == "0 differences in 1 offers"
    assert out.getvalue().splitlines()[-1] == "1 differences in 1 offers"
