"""What a source withholds is what its newest count says of it, whatever order its documents arrive in."""

from itertools import permutations

import pytest
from django.db import transaction

from inventory.models import StockWithheld
from tests.factories import create_item, create_source, create_store, gtin_for
from tests.inventory.imports.files import load
from tests.inventory.imports.test_documents import OATS, count, facts

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("said", [(2, 5, 5), (5, 3, 5), (4, 5, 0), (0, 0, 3)])
def test_the_newest_word_stands(said: tuple[int, ...]) -> None:
    create_store(store_code="S1")
    create_item(sku="OATS", gtin=gtin_for(1))
    source = create_source(profile={"format": "canonical"})
    documents = [
        facts(count(OATS, 9, hours=9 - number, withheld={"RESERVED": quantity}))
        for number, quantity in enumerate(said)
    ]
    for order in permutations(documents):
        with transaction.atomic():
            for document in order:
                load(document, source=source)
            standing = StockWithheld.objects.exclude(quantity=0).values_list("quantity", flat=True)
            assert sum(standing) == said[-1]
            transaction.set_rollback(True)


def test_of_one_document_the_newest_word_stands_too() -> None:
    create_store(store_code="S1")
    create_item(sku="OATS", gtin=gtin_for(1))
    source = create_source(profile={"format": "canonical"})
    said = [
        count(OATS, 9, hours=hours, withheld={"RESERVED": quantity}) for hours, quantity in ((3, 4), (2, 0))
    ]
    load(facts(*said), source=source)
    assert not StockWithheld.objects.exclude(quantity=0).exists()
