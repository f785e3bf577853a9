"""What of a fact does not fit, beyond its codes and quantity: money, times nobody can have meant, signs, tills."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from inventory.feeds.facts import Fact, MovementKind, SalesTotal, StockMovement
from inventory.feeds.sales import BUSINESS_DAY_TOLERANCE, DAY_US
from inventory.imports.documents.totals import TotalSum

EPOCH_DAY = date(1970, 1, 1)
# Before it no shop of ours counted anything; a clock that shows it was never set.
FIRST_YEAR = 1900
# More than any two clocks on earth differ.
_CLOCKS_APART = timedelta(days=2)
# What a receipt's line or a total may come to, in its currency.
AMOUNT_LIMIT = Decimal(10**12)
_THOUSANDTH = Decimal("0.001")
_SIGNS: dict[MovementKind, int] = {
    "SALE": -1,
    "TRANSFER_OUT": -1,
    "RETURN": 1,
    "RECEIPT": 1,
    "TRANSFER_IN": 1,
}


class Unusable(Exception):
    """Why a fact cannot be used."""

    def __init__(self, code: str, told: str, *, field: str = "", unknown: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.told = told
        self.field = field
        self.unknown = unknown


def amount_of(fact: StockMovement | SalesTotal) -> Decimal | None:
    """What was paid, to the thousandth as it is kept. Raises Unusable past AMOUNT_LIMIT."""
    if fact.amount is None:
        return None
    if abs(fact.amount) >= AMOUNT_LIMIT:
        raise Unusable(
            "out_of_range",
            f'amount is "{fact.amount:f}"; expected less than {AMOUNT_LIMIT:,f}.',
            field="amount",
        )
    return fact.amount.quantize(_THOUSANDTH)


def check_currency(fact: SalesTotal, total: TotalSum | None) -> None:
    """Raise Unusable for money in no currency there is, or in another than the pieces before it."""
    said = fact.currency
    if not (len(said) == 3 and said.isascii() and said.isalpha() and said.isupper()):
        raise Unusable("bad_value", f'currency is "{said}"; expected a code such as EUR.', field="currency")
    if total and total.currency not in ("", said):
        told = f'currency is "{said}"; expected {total.currency} as in the lines before it.'
        raise Unusable("bad_value", told, field="currency")


def is_far_ahead(time: datetime, now: datetime) -> bool:
    """Whether a time, on whatever clock, has not come anywhere. `now` is aware."""
    return time.replace(tzinfo=None) > now.astimezone(UTC).replace(tzinfo=None) + _CLOCKS_APART


def check_movement(fact: StockMovement) -> None:
    """Raise Unusable for a key that does not fit the ledger, and for goods that go the other way."""
    if not 0 <= fact.sequence < 10**18 or not 0 <= fact.line < 10**9 or not 0 < len(fact.workstation) <= 32:
        raise Unusable(
            "bad_key",
            "till, sequence and line do not fit; expected a till of 1 to 32 characters and whole numbers.",
        )
    if fact.quantity * _SIGNS.get(fact.kind, 0) < 0:
        goes = "leave" if _SIGNS[fact.kind] < 0 else "enter"
        raise Unusable(
            "bad_sign",
            f'quantity is "{fact.quantity:f}"; expected the sign of goods that {goes} the store, as in a {fact.kind}.',
            field="quantity",
        )


def check_business_day(fact: StockMovement, instant: int) -> None:
    """Raise Unusable for a day far from the movement's instant (µs since 1970 UTC): it is looked for by its day."""
    if abs((fact.business_day - EPOCH_DAY).days - instant // DAY_US) > BUSINESS_DAY_TOLERANCE:
        told = (
            f'business_day is "{fact.business_day}"; expected a date within {BUSINESS_DAY_TOLERANCE} days of '
            f'occurred_at, "{fact.occurred_at}".'
        )
        raise Unusable("bad_time", told, field="business_day")


def check_period(fact: SalesTotal) -> None:
    """Raise Unusable for a period that ends before it begins."""
    if fact.period_start >= fact.period_end:
        told = f'the period is "{fact.period_start} to {fact.period_end}"; expected its end after its start.'
        raise Unusable("bad_period", told)


def no_item(fact: Fact, problem: str, unknown: str) -> Unusable:
    """Why none of a fact's codes leads to an item; `unknown` is the code a person may map."""
    said = " or ".join(f'"{code.text}"' for code in fact.items if code.text.strip()) or "empty"
    expected = {
        "unknown_item": "the code of a known item",
        "gtin_check_digit": "a GTIN whose check digit is right: it was misread",
        "gtin_exponent": "all digits of the GTIN: a spreadsheet has made a number of it",
        "no_item_key": "a code",
    }.get(problem, "a code of an item")
    return Unusable(problem, f"the item is {said}; expected {expected}.", field="item", unknown=unknown[:128])
