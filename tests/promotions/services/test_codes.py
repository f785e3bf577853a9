"""Single-use codes: made, taken over, handed out, used once, free again."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from promotions.models import Promotion, SingleUseCode
from promotions.rules.codes import is_mistyped
from promotions.selectors.codes import codes_of
from promotions.services.codes import generate_codes, preview_codes, upload_codes
from promotions.services.publishing import stop_promotion
from tests.factories import create_item
from tests.factories_promotions import NOW, create_published_promotion
from tests.promotions.services.till import Till, reasons

pytestmark = pytest.mark.django_db
LIST = (
    b"Code;Customer\r\nabcd-1234;Ann\r\n\r\nEFGH 5678;Bob\r\nABCD1234;Ann again\r\nno!;Eve\r\n"
    b"SAVE-29;Tom\r\nABCDEFGH;Kim\r\n"
)


@pytest.fixture
def till() -> Till:
    create_item(sku="OAT-1")
    return Till()


@pytest.fixture
def mailed(till: Till) -> Promotion:
    return create_published_promotion(promotion_id="deal", offer_type="SINGLE_USE_CODES")


def codes(promotion: Promotion, *, quantity: int = 1) -> list[str]:
    batch = generate_codes(promotion=promotion, name="mail", quantity=quantity, author=None, now=NOW)
    return [code for code, _at, _store in codes_of(batch)]


def test_a_batch_has_as_many_codes_as_were_asked_for(mailed: Promotion) -> None:
    made = codes(mailed, quantity=300)
    assert len(made) == len(set(made)) == 300
    assert not any(map(is_mistyped, made))


def test_a_code_is_good_for_one_use_however_it_is_typed(till: Till, mailed: Promotion) -> None:
    (code,) = codes(mailed)
    typed = f" {code[:4].lower()}-{code[4:8]} {code[8:]}"
    assert reasons(till.redeem(code=typed), till.redeem(code=code)) == ["yes", "CODE_USED"]


def test_rolled_back_the_code_is_good_again(till: Till, mailed: Promotion) -> None:
    (code,) = codes(mailed)
    till.roll_back(till.redeem(code=code))
    assert reasons(till.redeem(code=code), till.redeem(code=code)) == ["yes", "CODE_USED"]


def test_without_its_code_it_is_not_redeemed(till: Till, mailed: Promotion) -> None:
    refused = till.redeem(promotion_id="deal")
    assert reasons(refused) == ["CODE_NEEDED"]
    assert refused.body["detail"] == "The shopper needs the code they were sent."


def test_a_slip_of_the_finger_is_told_from_an_unknown_code(till: Till, mailed: Promotion) -> None:
    (code,) = codes(mailed)
    slip = ("B" if code[0] == "A" else "A") + code[1:]
    unknown = generate_codes(promotion=mailed, name="gone", quantity=1, author=None, now=NOW)
    (foreign,) = unknown.codes.values_list("pk", flat=True)
    unknown.codes.all().delete()
    answers = [till.redeem(code=slip), till.redeem(code=foreign)]
    assert [answer.body["code"] for answer in answers] == ["misread_code", "unknown_code"]


def test_a_list_is_judged_line_by_line(mailed: Promotion) -> None:
    create_published_promotion(generic_redemption_code="save-29")
    upload_codes(promotion=mailed, name="old", content=b"ABCDEFGH", only_good=False, author=None, now=NOW)
    preview = preview_codes(content=LIST)
    assert [(line.line, line.code) for line in preview.good] == [(2, "ABCD1234"), (4, "EFGH5678")]
    assert [(line.line, line.text, line.problem) for line in preview.bad] == [
        (5, "ABCD1234", "DUPLICATE_IN_FILE"), (6, "no!", "BAD_FORM"), (7, "SAVE-29", "CODE_TAKEN"),
        (8, "ABCDEFGH", "CODE_TAKEN"),
    ]  # fmt: skip
    assert "line 2" in preview.bad[0].message


def test_a_list_is_taken_over_whole_or_without_its_bad_lines(mailed: Promotion) -> None:
    with pytest.raises(ValidationError, match="Line 5"):
        upload_codes(promotion=mailed, name="list", content=LIST, only_good=False, author=None, now=NOW)
    assert not SingleUseCode.objects.exists()
    batch = upload_codes(promotion=mailed, name="list", content=LIST, only_good=True, author=None, now=NOW)
    assert (batch.quantity, batch.codes.count()) == (4, 4)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"code\n\n", b"no\nno!\n"])
def test_a_file_without_codes_is_refused(mailed: Promotion, content: bytes) -> None:
    with pytest.raises(ValidationError) as refused:
        upload_codes(promotion=mailed, name="list", content=content, only_good=True, author=None, now=NOW)
    assert set(refused.value.message_dict) == {"file"}


def test_only_a_promotion_with_single_use_codes_that_runs_has_batches(mailed: Promotion) -> None:
    codes(mailed)
    with pytest.raises(ValidationError, match="batch of this name"):
        codes(mailed)
    with pytest.raises(ValidationError, match="does not ask"):
        codes(create_published_promotion())
    stop_promotion(promotion=mailed, reason="misprint", now=NOW)
    mailed.refresh_from_db()
    with pytest.raises(ValidationError, match="is over"):
        codes(mailed)


def test_no_promotion_takes_a_code_that_a_shopper_has(mailed: Promotion) -> None:
    (code,) = codes(mailed)
    with pytest.raises(ValidationError) as refused:
        create_published_promotion(generic_redemption_code=f"{code[:6]}-{code[6:]}".lower())
    assert refused.value.message_dict == {"generic_redemption_code": ["It is a single-use code of deal."]}


COUPON = "5400123000010"


def test_each_serial_of_a_coupon_is_used_once(till: Till) -> None:
    create_published_promotion(promotion_id="deal", offer_type="GS1_COUPON", generic_redemption_code=COUPON)
    first = till.redeem(code=f"]e0255{COUPON}0042")
    again = till.redeem(code=f"(255){COUPON}0042")
    other = till.redeem(code=f"\x1d255{COUPON}43")
    assert reasons(first, again, other) == ["yes", "CODE_USED", "yes"]
    till.roll_back(first)
    assert reasons(till.redeem(code=f"(255){COUPON}0042", now=NOW + timedelta(hours=1))) == ["yes"]


def test_a_coupon_without_a_serial_is_a_code_for_everybody(till: Till) -> None:
    create_published_promotion(
        promotion_id="deal", offer_type="GS1_COUPON", generic_redemption_code="9811234567891"
    )
    assert reasons(till.redeem(code="9811234567891"), till.redeem(code="09811234567891")) == ["yes", "yes"]
    assert till.redeem(code="(255)5400123000011").body["code"] == "misread_code"


def test_finding_a_code_is_one_index_hit(till: Till, mailed: Promotion) -> None:
    codes(mailed, quantity=2000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE promotions_singleusecode")
        cursor.execute("EXPLAIN SELECT promotion_id FROM promotions_singleusecode WHERE code = 'ABCD'")
        plan = cursor.fetchall()
    assert "Index Scan using promotions_singleusecode_pkey" in plan[0][0]
