"""A basket with codes that are good for one use, and with limits that leave nothing."""

from decimal import Decimal

import pytest

from promotions.models import Promotion
from promotions.selectors.codes import codes_of
from promotions.selectors.quoting import AskedBasket, AskedLine, quote_for
from promotions.services.campaigns import create_campaign
from promotions.services.codes import generate_codes
from tests.factories import create_item
from tests.factories_promotions import NOW, create_published_promotion
from tests.promotions.services.till import Till, limit

pytestmark = pytest.mark.django_db
COUPON = "5400123000010"


@pytest.fixture
def till() -> Till:
    create_item(sku="OAT-1")
    return Till()


def quoted(till: Till, *codes: str) -> str:
    """What the basket of one oat drink gets: its discount, or why not."""
    basket = AskedBasket(lines=[AskedLine("1", "OAT-1", Decimal(1))], codes=frozenset(codes))
    found = quote_for(store=till.store, asked=basket, now=NOW)
    return str(found.losers[0].reasons[0].code) if found.losers else str(found.quote.discount)


def two_codes(promotion: Promotion) -> list[str]:
    batch = generate_codes(promotion=promotion, name="mail", quantity=2, author=None, now=NOW)
    return [code for code, _at, _store in codes_of(batch)]


def test_a_code_from_the_mail_opens_its_deal_until_it_is_used(till: Till) -> None:
    first, second = two_codes(create_published_promotion(promotion_id="deal", offer_type="SINGLE_USE_CODES"))
    assert [quoted(till), quoted(till, f"{first[:4].lower()}-{first[4:]}")] == ["CODE_NEEDED", "0.81"]
    till.redeem(code=first)
    assert [quoted(till, first), quoted(till, first, second)] == ["CODE_USED", "0.81"]


def test_a_coupon_opens_its_deal_serial_by_serial(till: Till) -> None:
    create_published_promotion(promotion_id="deal", offer_type="GS1_COUPON", generic_redemption_code=COUPON)
    till.redeem(code=f"(255){COUPON}7")
    shown = (COUPON, f"]e0255{COUPON}8", f"(255){COUPON}7", "SOMETHING")
    assert [quoted(till, code) for code in shown] == ["0.81", "0.81", "CODE_USED", "CODE_NEEDED"]


def test_a_full_counter_gives_nothing(till: Till) -> None:
    create_published_promotion(promotion_id="deal", limits=[limit("STORE", "DAY", "1")])
    till.redeem()
    assert quoted(till) == "STORE_LIMIT_REACHED"


def test_a_budget_gives_what_is_left_of_it(till: Till) -> None:
    """0.81 off, but the campaign has 2.00 for all and this store 1.00 a day."""
    limits = [limit("PROMOTION", "TOTAL", "2.00", "MONEY"), limit("STORE", "DAY", "1.00", "MONEY")]
    content = {"title": "A", "limits": limits, "currency": "USD"}
    create_campaign(campaign_id="autumn", content=content, author=None, now=NOW)
    other = Till()
    create_published_promotion(promotion_id="deal", campaign="autumn")
    assert quoted(till) == "0.81"
    till.redeem(discount_amount=Decimal("0.60"))
    assert (quoted(till), quoted(other)) == ("0.40", "0.81")
    other.redeem(discount_amount=Decimal("1.00"))
    assert (quoted(till), quoted(other)) == ("0.40", "STORE_LIMIT_REACHED")  # 2.00 − 1.60 is 0.40 as well
    till.redeem(discount_amount=Decimal("0.25"))
    assert quoted(till) == "0.15"
