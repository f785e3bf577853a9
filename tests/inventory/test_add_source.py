"""A source set up by hand: what is said stands, what was not named stays, what cannot be is refused."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from inventory.imports.verifying import verify_stock
from inventory.models import FeedSource, PrecedenceChange
from tests.factories import create_item, create_source, create_store, gtin_for
from tests.inventory.imports.files import at, levels, load, stock_file

pytestmark = pytest.mark.django_db


def test_what_was_not_named_stays_as_it_was() -> None:
    call_command("add_source", "shop", "--format", "shopify", "--set", "unknown_items=CREATE")
    call_command("add_source", "shop", "--set", "max_errors=0.5", "--every", "60", "--precedence", "7")
    source = FeedSource.objects.get()
    assert source.profile == {"format": "shopify", "unknown_items": "CREATE", "max_errors": 0.5}
    assert (source.kind, source.precedence, source.pull_every) == ("STOCK", 7, timedelta(minutes=1))
    assert source.next_pull_at is not None
    call_command("add_source", "shop", "--every", "0")
    stopped = FeedSource.objects.get()
    assert (stopped.pull_every, stopped.next_pull_at) == (None, None)


def test_a_store_code_of_digits_stays_text() -> None:
    for code in ("9001", "0412"):
        call_command("add_source", "shop", "--format", "table", "--set", f"store={code}")
        assert FeedSource.objects.get().profile["store"] == code


def test_a_transport_is_kept_as_declared() -> None:
    declared = '{"kind": "webhook", "secret_env": "SHOPIFY_SECRET"}'
    call_command("add_source", "hook", "--format", "shopify_webhook", "--transport", declared)
    assert FeedSource.objects.get().transport == {"kind": "webhook", "secret_env": "SHOPIFY_SECRET"}


@pytest.mark.parametrize(
    ("said", "named"),
    [
        (["--format", "csv"], "expected one of delimited, canonical"),
        (["--set", "unknown_items=CREATE"], "unknown_items means nothing"),
        (["--set", "decimal_sign"], "expected KEY=VALUE"),
        (["--transport", '{"kind": "ftp"}'], "ftp"),
        (["--transport", "folder"], "no JSON"),
        (["--every", "-1"], "expected seconds"),
    ],
)
def test_what_cannot_be_is_refused_with_2(said: list[str], named: str) -> None:
    with pytest.raises(CommandError, match=named) as refused:
        call_command("add_source", "shop", *said)
    assert (refused.value.returncode, FeedSource.objects.count()) == (2, 0)


def test_levels_follow_a_precedence_that_is_set_by_hand() -> None:
    create_store(store_code="S1")
    create_item(sku="A", gtin=gtin_for(1))
    for code, quantity in (("erp", 5), ("wms", 9)):
        load(stock_file(("S1", gtin_for(1), quantity, at(3))), source=create_source(code=code))
    call_command("add_source", "erp", "--precedence", "7")
    assert (levels(), PrecedenceChange.objects.get().new_precedence) == ({("S1", "A"): 5}, 7)
    assert [found.differences for found in verify_stock()] == [[]]
