"""Spoilt files through receiving and loading: a run comes to an end that people are told, and its rows can be kept."""

from random import Random

import pytest

from inventory.models import FeedRun, RejectedRow
from tests.factories import create_item, create_source, create_store
from tests.fuzzing.mutations import Spoiler
from tests.fuzzing.readers import TARGETS
from tests.fuzzing.runs import spoil
from tests.inventory.imports.files import counts, load

pytestmark = pytest.mark.django_db
FILES = 3
ENDS = {FeedRun.State.LOADED, FeedRun.State.LOADED_WITH_REJECTS, FeedRun.State.REFUSED, FeedRun.State.HELD}
LOADED = [
    name
    for name, target in TARGETS.items()
    if all(one.told for one in target.variants) and not target.is_archive
]
STORES = (
    "S1",
    "0412",
    "0012",
    "Harbour",
    "Mill",
    "Old Town",
    "A",
    "B",
    "4099200000015",
    "DENVER",
    "081234567",
)


@pytest.mark.parametrize("name", LOADED)
def test_a_spoilt_file_comes_to_an_end(name: str) -> None:
    target, random = TARGETS[name], Random(f"load {name}")
    for store in STORES:
        create_store(store_code=store)
    create_item(sku="MUG-1", gtin="04006381333931")
    create_item(sku="A", gtin="00000096385074", unit="KGM", unit_decimals=3)
    sources = [
        create_source(kind=one.profile.kind, profile=dict(one.told)) for one in target.variants if one.profile
    ]
    spoiler = Spoiler(random, marks=target.marks, tokens=target.tokens)
    for place in range(FILES):
        number = place % len(sources)
        content = random.choice(target.variants[number].files)
        run = load(
            spoil(content, target, spoiler) if place >= len(sources) else content, source=sources[number]
        )
        assert run.state in ENDS, run.problem
        assert run.problem or sum(counts(run)) == run.rows_received
        assert RejectedRow.objects.filter(run=run).count() == run.rows_rejected
