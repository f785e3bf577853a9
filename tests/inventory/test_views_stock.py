"""One number explained, counted and settled, on the pages and through the API."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from inventory.imports.precedence import derive_change
from inventory.imports.resolving import prefer_source
from inventory.models import (
    FeedSource,
    Item,
    ManualCount,
    PrecedenceChange,
    StockConflict,
    StockLevel,
    StockWithheld,
    Store,
)
from omnistore.staff.models import Role
from tests.api_client import Api
from tests.factories import create_item, create_source, create_store
from tests.factories_promotions import create_staff_member
from tests.inventory.imports.files import DAY, NOW, at, load, sales_file, stock_file

pytestmark = pytest.mark.django_db
GTIN = "04006381333931"
PAGE = ("S1", "A")


@pytest.fixture(autouse=True)
def world() -> None:
    """Three sources that disagree about A in S1, and two sales since."""
    create_store(store_code="S1", name="Elm Street")
    create_store(store_code="S2")
    create_item(sku="A", title="Oat Drink", gtin=GTIN)
    for code, quantity, hours, precedence in (("erp", 10, 6, 10), ("wms", 7, 3, 50), ("pos", 4, 1, 50)):
        source = create_source(code=code, name=code.upper(), precedence=precedence)
        load(stock_file(("S1", GTIN, quantity, at(hours))), source=source)
    sale = ("S1", "T1", DAY, 1)
    load(
        sales_file((*sale, 1, GTIN, 2, at(4)), (*sale, 2, GTIN, 1, at(0.5))),
        source=create_source(code="till", name="TILL", kind="SALES"),
    )


@pytest.fixture
def sign_in() -> Callable[..., Client]:
    def sign_in_as(role: Role, *codes: str) -> Client:
        client = Client()
        client.force_login(
            create_staff_member(role=role, stores=list(Store.objects.filter(store_code__in=codes)))
        )
        return client

    return sign_in_as


@pytest.fixture
def operator() -> Api:
    return Api(create_staff_member(username="nora", role=Role.OPERATOR))


def words(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


def withhold(source: str, **states: int) -> None:
    """What a source says cannot be sold."""
    run = FeedSource.objects.get(code=source).runs.get()
    for state, quantity in states.items():
        StockWithheld.objects.create(
            store=Store.objects.get(store_code="S1"),
            item=Item.objects.get(),
            source=run.source,
            state=state,
            quantity=quantity,
            as_of=NOW,
            run=run,
        )


def test_the_api_explains_a_number(operator: Api) -> None:
    withhold("erp", RESERVED=2, SAFETY=1)
    withhold("wms", DAMAGED=5)
    told = operator.get("/stores/S1/stock/A").json()
    assert (told["on_hand"], told["withheld"], told["available"]) == (
        "7",
        {"RESERVED": "2", "SAFETY": "1"},
        "4",
    )
    assert (told["winner"], told["moved_since"]) == ("erp", "-3")
    assert [(c["source"], c["counted"], c["quantity"], c["is_winner"]) for c in told["claims"]] == [
        ("erp", "10", "7", True),
        ("pos", "4", "3", False),
        ("wms", "7", "6", False),
    ]
    assert told["claims"][1]["why"] == "Not believed: ERP comes first (10 before 50)."
    assert told["why"].startswith("Believed: ERP comes first (10); its count is 5 h older than the newest")
    assert [(c["winner"], c["other"], c["other_quantity"], c["reason"]) for c in told["conflicts"]] == [
        ("erp", "pos", "3", "PRECEDENCE"),
        ("erp", "wms", "6", "PRECEDENCE"),
    ]
    assert [(m["quantity"], m["file_name"], m["source"], m["is_after_count"]) for m in told["movements"]] == [
        ("-1", "a.csv", "till", True),
        ("-2", "a.csv", "till", True),
    ]


def test_an_item_nobody_counted_is_explained_too(operator: Api) -> None:
    told = operator.get("/stores/S2/stock/A").json()
    assert (told["on_hand"], told["available"], told["winner"], told["claims"]) == (None, None, None, [])


def test_the_page_says_the_same(sign_in: Callable[..., Client]) -> None:
    withhold("erp", RESERVED=2)
    page = words(sign_in(Role.ASSOCIATE, "S1").get(reverse("stock-explained", args=PAGE)))
    for sentence in (
        "ERP counted 10 on Wed 22 May, 02:00; movements since: -3.",  # New York
        "ERP says 7, POS says 3. ERP is believed: its source comes first.",
        "Save the count",
        "after the count",
        "Reserved",
    ):
        assert sentence.lower() in page.lower()


def test_an_item_is_found_in_the_stores_a_person_may_see(sign_in: Callable[..., Client]) -> None:
    client = sign_in(Role.ASSOCIATE, "S1")
    for typed in ("oat", "A", GTIN):
        page = client.get(reverse("stock-find"), {"store": "S2", "q": typed})  # S2 is not hers: S1 answers
        assert reverse("stock-explained", args=PAGE) in words(page)
    assert "Nothing matches" in words(client.get(reverse("stock-find"), {"q": "soap"}))
    assert "nobody has counted it here" in words(
        sign_in(Role.MERCHANDISER).get(reverse("stock-find"), {"store": "S2", "q": "oat"})
    )


def test_another_store_does_not_exist(sign_in: Callable[..., Client]) -> None:
    client = sign_in(Role.ASSOCIATE, "S2")
    assert client.get(reverse("stock-explained", args=PAGE)).status_code == 404
    assert client.post(reverse("stock-count", args=PAGE), {"quantity": "1"}).status_code == 404
    assert not ManualCount.objects.exists()


def test_a_count_from_the_page_twice_is_one(sign_in: Callable[..., Client]) -> None:
    client = sign_in(Role.ASSOCIATE, "S1")
    for _press in range(2):
        answer = client.post(reverse("stock-count", args=PAGE), {"quantity": "5", "key": "k"}, follow=True)
        assert "Counted: 5." in words(answer)
    assert (StockLevel.objects.get().on_hand, ManualCount.objects.count()) == (5, 1)


@pytest.mark.parametrize(
    ("typed", "told"), [("five", "Enter a number such as 12."), ("1.5", "a whole number")]
)
def test_what_was_typed_wrong_stays_and_is_said(
    sign_in: Callable[..., Client], typed: str, told: str
) -> None:
    answer = sign_in(Role.OPERATOR).post(reverse("stock-count", args=PAGE), {"quantity": typed})
    assert (answer.status_code, f'value="{typed}"' in words(answer), told in words(answer)) == (
        422,
        True,
        True,
    )


def test_a_merchandiser_looks_and_does_not_count(sign_in: Callable[..., Client]) -> None:
    client = sign_in(Role.MERCHANDISER)
    assert "Save the count" not in words(client.get(reverse("stock-explained", args=PAGE)))
    assert client.post(reverse("stock-count", args=PAGE), {"quantity": "1"}).status_code == 403
    assert client.get(reverse("conflict-list")).status_code == 403


def test_a_count_through_the_api_answers_the_same_key_alike(operator: Api) -> None:
    first, again = (
        operator.post("/stores/S1/stock/counts", {"item": GTIN, "quantity": "8"}, Idempotency_Key="a")
        for _time in range(2)
    )
    other = operator.post("/stores/S1/stock/counts", {"item": GTIN, "quantity": "9"}, Idempotency_Key="a")
    assert (first.status_code, first.json()["on_hand"], first.content == again.content) == (201, "8", True)
    assert again.headers["Idempotent-Replayed"] == "true"
    assert (other.status_code, other.json()["code"]) == (422, "key_reused")
    assert operator.get("/stores/S1/stock/A").json()["winner"] == "manual-count"


@pytest.mark.parametrize(
    ("body", "key", "status"),
    [
        ({"item": GTIN, "quantity": "8"}, "", 400),
        ({"item": GTIN, "quantity": "-1"}, "k", 400),
        ({"item": GTIN, "quantity": "0.5"}, "k", 400),
        ({"item": "nothing", "quantity": "1"}, "k", 404),
    ],
)
def test_a_count_that_cannot_be_is_a_problem(operator: Api, body: Any, key: str, status: int) -> None:
    answer = operator.post("/stores/S1/stock/counts", body, Idempotency_Key=key)
    assert (answer.status_code, ManualCount.objects.count()) == (status, 0)


def test_the_inbox_answers_in_place(sign_in: Callable[..., Client]) -> None:
    client, conflict = sign_in(Role.OPERATOR), StockConflict.objects.latest("pk")
    assert f'id="conflict-{conflict.pk}"' in words(client.get(reverse("conflict-list")))
    address = reverse("conflict-resolve", args=[conflict.pk])
    missing = words(client.post(address, {"resolution": " "}, headers={"HX-Request": "true"}))
    piece = words(client.post(address, {"resolution": "Two were hidden."}, headers={"HX-Request": "true"}))
    late = words(client.post(address, {"resolution": "No, three."}, headers={"HX-Request": "true"}))
    assert "Say what you found" in missing
    assert piece.startswith("<article")
    assert "Two were hidden." in piece
    assert "This was closed meanwhile." in late
    assert "No, three." not in late
    assert "Two were hidden." in words(client.get(reverse("conflict-list"), {"state": "RESOLVED"}))


def test_choosing_a_side_through_the_api(operator: Api) -> None:
    conflict = StockConflict.objects.get(other__code="wms", state="OPEN")
    address = f"/conflicts/{conflict.pk}/resolve"
    assert operator.post(address, {"resolution": "x", "believe": "pos"}).status_code == 400
    answer = operator.post(address, {"resolution": "The warehouse is right.", "believe": "wms"})
    assert (answer.status_code, answer.json()["state"], answer.json()["closed_by"]) == (
        200,
        "RESOLVED",
        "nora",
    )
    derive_change(change=PrecedenceChange.objects.get(), now=NOW)
    assert (StockLevel.objects.get().on_hand, FeedSource.objects.get(code="wms").precedence) == (6, 9)
    assert operator.post(address, {"resolution": "Something else."}).status_code == 409


def test_the_list_of_conflicts_is_filtered(operator: Api) -> None:
    assert len(operator.get("/conflicts").json()["results"]) == 2
    assert operator.get("/conflicts?store=S2").json()["results"] == []
    assert operator.get("/conflicts?state=RESOLVED").json()["results"] == []
    assert operator.get("/conflicts?state=SOME").status_code == 400


def test_precedence_is_changed_on_its_page(sign_in: Callable[..., Client]) -> None:
    client, address = sign_in(Role.OPERATOR), reverse("precedence-change", args=["pos"])
    wrong = client.post(address, {"precedence": "-1", "hours": "2"})
    same = client.post(address, {"precedence": "50", "hours": ""}, follow=True)
    page = words(client.post(address, {"precedence": "5", "hours": "2.5"}, follow=True))
    assert {"ERP", "WMS", "POS"} <= set(words(wrong).replace("<", " ").split())  # the others stay on the page
    assert (wrong.status_code, "Nothing was changed." in words(same)) == (422, True)
    assert "50 → 5" in page
    assert "1 d 2 h → 2 h 30 min" in page


def test_another_number_from_the_same_page_is_not_lost_in_silence(sign_in: Callable[..., Client]) -> None:
    """Somebody goes back to the page, counts again and sends another number with the old page's key."""
    client, address = sign_in(Role.ASSOCIATE, "S1"), reverse("stock-count", args=PAGE)
    client.post(address, {"quantity": "5", "key": "k"})
    answer = client.post(address, {"quantity": "3", "key": "k"})
    assert (answer.status_code, 'value="3"' in words(answer)) == (422, True)
    assert "This page has sent a count already" in words(answer)
    assert ManualCount.objects.get().quantity == 5


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "Enter a number such as 12."),
        ("1e999999", "Enter a number such as 12."),
        ("1,0000", "at most 3 decimals from 0 up"),
    ],
)
def test_a_number_that_nobody_counts_is_refused(
    sign_in: Callable[..., Client], typed: str, told: str
) -> None:
    Item.objects.update(unit="KGM", unit_decimals=3)
    answer = sign_in(Role.OPERATOR).post(reverse("stock-count", args=PAGE), {"quantity": typed})
    assert (answer.status_code, told in words(answer)) == (422, True)


def test_what_nobody_types_is_no_failure_of_ours(sign_in: Callable[..., Client]) -> None:
    client, conflict = sign_in(Role.OPERATOR), StockConflict.objects.latest("pk")
    counted = client.post(reverse("stock-count", args=PAGE), {"quantity": "5", "key": "k\0"})
    assert counted.status_code == 302
    resolved = client.post(reverse("conflict-resolve", args=[conflict.pk]), {"resolution": "Two\0 hidden."})
    assert resolved.status_code == 302


def test_who_is_late_changes_no_precedence() -> None:
    """Two operators look at one conflict and choose another side each: the first word counts."""
    nora, paul = (create_staff_member(username=name, role=Role.OPERATOR) for name in ("nora", "paul"))
    seen_by_both = [StockConflict.objects.with_names().get(other__code="wms", state="OPEN") for _ in range(2)]
    first = prefer_source(
        conflict=seen_by_both[0], source=seen_by_both[0].other, resolution="wms", member=nora, now=NOW
    )
    late = prefer_source(
        conflict=seen_by_both[1], source=seen_by_both[1].winner, resolution="erp", member=paul, now=NOW
    )
    assert (first is not None, late, PrecedenceChange.objects.count()) == (True, None, 1)
    assert (seen_by_both[1].resolution, seen_by_both[1].closed_by) == ("wms", nora)
