"""A shopper shows a code: which deal it names, whether it is still good, and whether a limit leaves anything."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from promotions.models import Promotion
from promotions.selectors.codes import codes_of
from promotions.selectors.verdicts import Verdict, verdict_for
from promotions.services.campaigns import create_campaign
from promotions.services.codes import generate_codes
from tests.factories import create_item
from tests.factories_promotions import NOW, create_published_promotion, put_stock
from tests.promotions.services.till import Till, limit

pytestmark = pytest.mark.django_db
COUPON = "5400123000010"


@pytest.fixture
def till() -> Till:
    till = Till()
    put_stock(store=till.store, levels={create_item(sku="OAT-1", gtin="04012345678901"): 12})
    return till


def ask(till: Till, code: str) -> Verdict:
    return verdict_for(store=till.store, code=code, now=NOW)


def mailed_code() -> tuple[Promotion, str]:
    promotion = create_published_promotion(promotion_id="deal", offer_type="SINGLE_USE_CODES")
    batch = generate_codes(promotion=promotion, name="mail", quantity=1, author=None, now=NOW)
    return promotion, next(code for code, _at, _store in codes_of(batch))


def test_a_code_from_the_mail_names_its_deal_until_it_is_used(till: Till) -> None:
    promotion, code = mailed_code()
    before = ask(till, f"{code[:4].lower()} {code[4:]}")
    till.redeem(code=code)
    after = ask(till, code)
    assert before.deal is not None
    assert (before.outcome, before.deal.promotion_pk, before.deal.code) == ("HONOUR", promotion.pk, code)
    assert (after.outcome, after.reasons[0].code, after.say) == (
        "REFUSE", "CODE_USED", "I'm sorry, this code has been used.",
    )  # fmt: skip


def test_a_slip_of_the_finger_is_asked_again(till: Till) -> None:
    _promotion, code = mailed_code()
    slip = code[:5] + ("B" if code[5] == "A" else "A") + code[6:]
    assert [ask(till, text).reasons[0].code for text in (slip, "NEVERHEARD")] == [
        "MISREAD_CODE",
        "UNKNOWN_CODE",
    ]


def test_a_coupon_is_read_in_every_spelling_and_by_its_serial(till: Till) -> None:
    create_published_promotion(promotion_id="deal", offer_type="GS1_COUPON", generic_redemption_code=COUPON)
    spellings = (
        COUPON,
        f"]C1255{COUPON}",
        f"\x1d255{COUPON}7",
        f"(255){COUPON}7",
        f"https://id.gs1.org/255/{COUPON}",
    )
    assert [ask(till, code).outcome for code in spellings] == ["HONOUR"] * 5
    till.redeem(code=f"(255){COUPON}7")
    assert [ask(till, f"(255){COUPON}{serial}").reasons[0].code for serial in ("7", "8")] == [
        "CODE_USED",
        "VALID",
    ]
    assert ask(till, "(255)5400123000011").reasons[0].code == "MISREAD_CODE"


@pytest.mark.parametrize(
    ("scope", "reason"), [("STORE", "STORE_LIMIT_REACHED"), ("PROMOTION", "BUDGET_SPENT")]
)
def test_no_yes_where_a_limit_leaves_nothing(till: Till, scope: str, reason: str) -> None:
    other = Till()
    create_published_promotion(promotion_id="deal", limits=[limit(scope, "DAY", "1")])
    till.redeem()
    assert (ask(till, "OAT-1").outcome, ask(till, "OAT-1").reasons[0].code) == ("REFUSE", reason)
    assert (ask(other, "OAT-1").reasons[0].code == reason) == (scope == "PROMOTION")
    tomorrow = verdict_for(store=till.store, code="OAT-1", now=NOW + timedelta(days=1))
    assert tomorrow.reasons[0].code != reason


def test_no_yes_where_the_campaign_is_spent_and_none_refused_for_a_customers_limit(till: Till) -> None:
    content = {"title": "A", "limits": [limit("PROMOTION", "TOTAL", "1"), limit("CUSTOMER", "TOTAL", "1")]}
    create_campaign(campaign_id="autumn", content=content, author=None, now=NOW)
    create_published_promotion(promotion_id="deal", campaign="autumn")
    create_published_promotion(promotion_id="own", limits=[limit("CUSTOMER", "DAY", "1")])
    till.redeem(customer="M1")
    till.redeem(promotion_id="own", customer="M1")
    assert [ask(till, name).reasons[0].code for name in ("deal", "own")] == ["BUDGET_SPENT", "VALID"]


def test_a_scan_is_still_one_query(till: Till) -> None:
    create_published_promotion(promotion_id="deal", limits=[limit("STORE", "DAY", "9")])
    till.redeem()
    with CaptureQueriesContext(connection) as queries:
        ask(till, "04012345678901")
    assert len(queries) == 1


def test_a_mailed_code_is_two_queries_the_code_and_the_shelf(till: Till) -> None:
    _promotion, code = mailed_code()
    with CaptureQueriesContext(connection) as queries:
        ask(till, code)
    assert len(queries) == 2
