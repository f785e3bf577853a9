"""A member is known by number in one table, and forgotten there."""

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection

from promotions.models import LimitCounter, Redemption, Shopper
from promotions.services.shoppers import erase_shopper, find_or_add_shopper
from tests.factories import create_item
from tests.factories_promotions import NOW, create_published_promotion
from tests.promotions.services.till import Till, limit, reasons

pytestmark = pytest.mark.django_db


def test_a_number_is_one_person_however_it_is_written() -> None:
    ids = {find_or_add_shopper(member_number=number, now=NOW) for number in ("ab 12", "AB12", " aB1 2 ")}
    assert {str(found) for found in ids} == {str(Shopper.objects.get().pk)}


@pytest.mark.parametrize("number", ["", "  ", "x" * 41, "a\x07b"])
def test_what_is_no_number(number: str) -> None:
    with pytest.raises(ValidationError) as refused:
        find_or_add_shopper(member_number=number, now=NOW)
    assert set(refused.value.message_dict) == {"customer"}


def test_erased_the_person_is_gone_and_the_sums_stay() -> None:
    till = Till()
    create_item()
    create_published_promotion(promotion_id="deal", limits=[limit("CUSTOMER", "TOTAL", "1")])
    till.redeem(customer="MEMBER77")
    assert erase_shopper(member_number="member 77", now=NOW)
    assert not erase_shopper(member_number="member 77", now=NOW)
    assert (Redemption.objects.get().shopper, LimitCounter.objects.get().used) == (Shopper.objects.get(), 1)
    assert not tables_with("MEMBER77")
    assert reasons(till.redeem(customer="MEMBER77")) == ["yes"]  # somebody new


def tables_with(text: str) -> list[str]:
    """Every table of ours in which the text stands anywhere."""
    names = [name for name in connection.introspection.table_names() if name.startswith("promotions_")]
    with connection.cursor() as cursor:
        found = []
        for name in names:
            cursor.execute(f'SELECT count(*) FROM "{name}" t WHERE t::text ILIKE %s', [f"%{text}%"])
            found += [name] if cursor.fetchone()[0] else []
    return found


def test_the_command_says_what_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    find_or_add_shopper(member_number="M1", now=NOW)
    call_command("erase_shopper", "m1")
    assert "is deleted" in capsys.readouterr().out
    for number, told in (("m1", "Nobody has"), ("x" * 41, "up to 40")):
        with pytest.raises(CommandError, match=told):
            call_command("erase_shopper", number)
