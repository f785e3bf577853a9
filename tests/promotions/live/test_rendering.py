"""A published promotion as the events that its stores' tablets get."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inventory.models import Store
from promotions.live.rendering import render_changes
from promotions.models import OfferChange
from promotions.services.publishing import stop_promotion
from promotions.services.reading import note_language
from promotions.services.reporting import answer_report
from tests.factories import create_item, create_store
from tests.factories_promotions import NOW, create_published_promotion, create_staff_member, put_stock
from tests.factories_reports import tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Store:
    store, item = create_store(), create_item(title="Oat Drink Barista")
    put_stock(store=store, levels={item: 12})
    return store


def test_a_published_offer_comes_as_its_card(shop: Store) -> None:
    create_published_promotion(operator_display_name="Oat <b>29</b> off")

    [event] = render_changes(store_id=shop.pk, after=0, now=NOW)

    assert (event.id.seq, event.id.epoch) == (1, shop.stream.epoch)
    assert event.html.startswith(b"event: offer\nid: %d:1\ndata: <" % event.id.epoch)
    assert b"Oat &lt;b&gt;29&lt;/b&gt; off" in event.html
    assert b"Oat Drink Barista" in event.html


def test_it_is_rendered_in_the_languages_of_the_stores_tablets_and_no_other(shop: Store) -> None:
    elsewhere = create_store()
    for language in ("de", "de", "en", "xx", ""):
        note_language(store=shop, language=language)
    create_published_promotion()

    [event] = render_changes(store_id=shop.pk, after=0, now=NOW)
    [other] = render_changes(store_id=elsewhere.pk, after=0, now=NOW)

    assert list(event.others) == ["de"]
    assert b"29 % Rabatt" in event.html_in("de")
    assert b"29 % off" in event.html_in("fr") == event.html
    assert not other.others


def test_more_languages_ask_the_database_for_nothing_more(shop: Store) -> None:
    create_published_promotion()
    asked = []
    for languages in ((), ("de", "es", "fr")):
        for language in languages:
            note_language(store=shop, language=language)
        with CaptureQueriesContext(connection) as queries:
            render_changes(store_id=shop.pk, after=0, now=NOW)
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_a_stopped_offer_comes_without_a_card(shop: Store) -> None:
    promotion = create_published_promotion(operator_display_name="Oat week")
    stop_promotion(promotion=promotion, reason="sold out", now=NOW + timedelta(hours=1))

    event = render_changes(store_id=shop.pk, after=1, now=NOW)[-1]

    assert b"Oat Drink Barista" not in event.html
    assert b'"new_state":"STOPPED"' in event.json


def test_only_what_was_asked_for(shop: Store) -> None:
    other = create_store()
    for _ in range(3):
        create_published_promotion()

    def seqs(**limits: int) -> list[int]:
        return [event.id.seq for event in render_changes(store_id=shop.pk, now=NOW, **limits)]

    assert seqs(after=0) == [1, 2, 3]
    assert seqs(after=1, upto=2) == [2]
    assert seqs(after=0, most=2) == [1, 2]
    assert seqs(after=3) == []
    assert OfferChange.objects.filter(store=other).count() == 3


def test_many_changes_cost_no_more_queries_than_one(shop: Store) -> None:
    for _ in range(10):
        create_published_promotion()

    def queries(upto: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            render_changes(store_id=shop.pk, after=0, upto=upto, now=NOW)
        return len(captured)

    assert queries(10) == queries(1)


def test_a_reports_steps_stand_between_the_offers_in_order(shop: Store) -> None:
    maria = create_staff_member(stores=[shop])
    create_published_promotion()
    report = tell(store=shop, member=maria)
    create_published_promotion()
    answer_report(report=report, answer="On its way.", by=maria, now=NOW)

    events = render_changes(store_id=shop.pk, after=0, now=NOW)

    assert [event.id.seq for event in events] == [1, 2, 3, 4]
    names = [event.html.split(b"\n", 1)[0] for event in events]
    assert names == [b"event: offer", b"event: report", b"event: offer", b"event: report"]
    assert events[3].html.endswith(b"data: %d ANSWERED\n\n" % report.pk)
    assert b"On its way" not in events[3].json
    for after, upto, most in ((0, 2, 9), (1, 4, 2), (1, None, 1), (3, None, 9), (2, 3, 9)):
        some = render_changes(store_id=shop.pk, after=after, upto=upto, most=most, now=NOW)
        assert [event.id.seq for event in some] == list(range(after + 1, min(upto or 4, after + most) + 1))
