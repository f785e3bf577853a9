"""The desk's inbox of reports and its board of refusals."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from omnistore.staff.models import Role
from promotions.models import FieldReport, Promotion
from tests.factories import create_item, create_store
from tests.factories_promotions import create_published_promotion, create_staff_member
from tests.factories_reports import create_check, tell

pytestmark = pytest.mark.django_db

PIECE = {"HX-Request": "true"}


@pytest.fixture
def tom() -> Any:
    return create_staff_member(username="tom", role=Role.MERCHANDISER)


@pytest.fixture
def desk(client: Client, tom: Any) -> Client:
    client.force_login(tom)
    return client


@pytest.fixture
def told(tom: Any) -> dict[str, FieldReport]:
    """Tom's own, a colleague's, nobody's, one for the operators, and an overdue one."""
    store, now = create_store(), timezone.now()
    create_item(sku="OAT-1")
    maria = create_staff_member(stores=[store])
    ines = create_staff_member(username="ines", role=Role.APPROVER)
    for name, owner in (("toms", tom), ("ines", ines)):
        create_published_promotion(promotion_id=name)
        Promotion.objects.filter(promotion_id=name).update(owner=owner)
    return {
        "toms": tell(store=store, member=maria, promotion_id="toms", now=now),
        "colleagues": tell(store=store, member=maria, promotion_id="ines", now=now),
        "nobodys": tell(store=store, member=maria, kind="DEAL_UNKNOWN", now=now),
        "operators": tell(store=store, member=maria, kind="STOCK_WRONG", item="OAT-1", quantity="3", now=now),
        "late": tell(store=store, member=maria, kind="CUSTOMER_VOICE", now=now - timedelta(days=3)),
    }


def shown(desk: Client, view: str) -> list[int]:
    return [report.pk for report in desk.get(f"/desk/reports/?view={view}").context["page"]]


def test_each_tab_shows_its_own_with_the_overdue_first(desk: Client, told: dict[str, FieldReport]) -> None:
    def keys(*names: str) -> list[int]:
        return [told[name].pk for name in names]

    assert shown(desk, "mine") == keys("late", "nobodys", "toms")
    assert shown(desk, "all") == keys("late", "operators", "nobodys", "colleagues", "toms")
    assert shown(desk, "overdue") == keys("late")
    assert shown(desk, "done") == []
    page = desk.get("/desk/reports/").content.decode()
    assert "Overdue" in page
    desk.force_login(create_staff_member(role=Role.OPERATOR))
    assert shown(desk, "mine") == keys("operators")


def test_an_answer_in_place_and_without_a_script(desk: Client, told: dict[str, FieldReport]) -> None:
    address = f"/desk/reports/{told['toms'].pk}/answer/"
    empty = desk.post(address, {"answer": " "}, headers=PIECE)
    assert (empty.status_code, "Say what the store should know" in empty.content.decode()) == (422, True)
    piece = desk.post(address, {"answer": "Printed."}, headers=PIECE).content.decode()
    assert piece.strip().startswith('<article class="panel report"')
    assert "Printed." in piece
    late = desk.post(address, {"answer": "Again."})
    assert (late.status_code, "Somebody was faster" in late.content.decode()) == (422, True)
    other = desk.post(f"/desk/reports/{told['late'].pk}/answer/", {"answer": "Thanks.", "close": "1"})
    assert other["Location"] == "/desk/reports/"
    assert FieldReport.objects.get(pk=told["late"].pk).state == "CLOSED"


def test_the_board_of_refusals_has_bars_and_a_table(desk: Client) -> None:
    store, now = create_store(name="Elm Street"), timezone.now()
    create_item()
    promotion = create_published_promotion(promotion_id="oat", long_title="29 % off oat drink")
    for reason in ("ENDED", "ENDED", "OUT_OF_STOCK"):
        create_check(store=store, promotion=promotion, at=now, reason=reason)
    page = desk.get("/desk/refusals/?days=1").content.decode()
    for words in ("Has ended", "Out of stock", "Elm Street", "29 % off oat drink", "$5.94", 'width="50.00%"'):
        assert words in page, words


@pytest.mark.parametrize("role", [Role.ASSOCIATE, Role.MANAGER, Role.OPERATOR])
def test_others_stay_outside(client: Client, role: Role) -> None:
    client.force_login(create_staff_member(role=role))
    expected = 200 if role == Role.OPERATOR else 403
    assert client.get("/desk/reports/").status_code == expected
    assert client.get("/desk/reports/news/").status_code == expected
    assert client.get("/desk/refusals/").status_code == 403
    assert client.post("/desk/reports/1/answer/").status_code == (404 if role == Role.OPERATOR else 403)
    client.logout()
    assert client.get("/desk/reports/")["Location"].startswith("/sign-in/")


def test_the_open_list_counts_what_it_does_not_show(desk: Client, told: dict[str, FieldReport]) -> None:
    def news(shown: list[FieldReport], view: str = "all", page: int = 1) -> tuple[int, int]:
        told = [f"{report.pk}.OPEN" for report in shown] + ["x", "²", f"{10**30}.OPEN"]
        asked: dict[str, Any] = {"view": view, "page": page, "shown": told}
        answer = desk.get("/desk/reports/news/", asked, headers=PIECE)
        news = answer.context["news"]
        return news.arrived, news.moved

    assert news([*told.values()]) == (0, 0)
    assert news([told["toms"], told["late"]]) == (3, 0)
    assert news([told["toms"]], view="mine") == (2, 0)
    desk.post(f"/desk/reports/{told['toms'].pk}/answer/", {"answer": "Printed."})
    assert news([*told.values()]) == (0, 1)
    assert news([told["toms"]], page=2) == (0, 1)
    desk.force_login(create_staff_member(role=Role.OPERATOR))
    assert news([told["operators"]], view="mine") == (0, 0)


def test_an_empty_list_is_filled_at_once(desk: Client, told: dict[str, FieldReport]) -> None:
    answer = desk.get("/desk/reports/news/", {"view": "mine"}, headers=PIECE)
    assert answer["HX-Retarget"] == "#reports"
    assert f'id="report-{told["toms"].pk}"' in answer.content.decode()
    same = desk.get("/desk/reports/news/", {"view": "done"}, headers=PIECE)
    assert desk.get("/desk/reports/news/", {"view": "done"},
                    headers=PIECE | {"If-None-Match": same["ETag"]}).status_code == 304  # fmt: skip
