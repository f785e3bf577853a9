"""The control a receipt carries in itself: what was paid is what it came to.

Held in 42 of 42 real receipts; one that does not add up has lost a line or was changed, so a person decides.
"""

from dataclasses import dataclass
from decimal import Decimal
from xml.etree.ElementTree import Element

from inventory.feeds.poslog.fields import BadField, Names, attribute, is_flagged, read_figure, text_of
from inventory.feeds.poslog.variants import Variant

_GRAND = "TransactionGrandAmount"
# Where the smallest coin is 0.05, cash is rounded to it, and not every till writes down by how much.
_COIN = Decimal("0.05")
NONE = Decimal(0)


@dataclass
class _Paid:
    """What the tenders of a receipt come to. `change` is what was perhaps taken off already."""

    total: Decimal = NONE
    change: Decimal = NONE
    cashback: Decimal = NONE
    rounding: Decimal = NONE
    is_cash: bool = False
    is_known: bool = False
    currencies: frozenset[str] = frozenset()


def control_problem(names: Names, retail: Element, variant: Variant) -> str:
    """What does not add up, as a sentence's end; "" where it does or where there is nothing to compare.

    Change and refunds count negative, whether as a tender of their own, as TenderChange beside or inside a tender,
    or by TypeCode Refund. Of several grand totals one, or all together, must fit.
    """
    try:
        grands, currencies = _grand_totals(names, retail)
        paid = _paid(names, retail, variant)
    except BadField as error:
        return f'the {error.name} "{error.value}" is no number, so the receipt cannot be checked'
    if not grands or not paid.is_known or len(paid.currencies | currencies) > 1:
        return ""
    if any(_fits(paid, grand) for grand in (*grands, sum(grands, NONE))):
        return ""
    return f"the tenders come to {paid.total}, the receipt to {' and '.join(str(grand) for grand in grands)}"


def _grand_totals(names: Names, retail: Element) -> tuple[list[Decimal], frozenset[str]]:
    totals = [
        total
        for total in names.all(retail, "Total")
        if attribute(total, "TotalType").rpartition(":")[2] == _GRAND
    ]
    currencies = {attribute(total, "CurrencyCode") or attribute(total, "Currency") for total in totals}
    return [read_figure(text_of(total), name=_GRAND) for total in totals], frozenset(currencies - {""})


def _fits(paid: _Paid, grand: Decimal) -> bool:
    """Whether the tenders come to that total; a receipt of returns may carry it with either sign."""
    for total in {paid.total, paid.total + paid.change, paid.total - paid.cashback}:
        off = abs(abs(total) - abs(grand))
        if off <= paid.rounding or (paid.is_cash and off < _COIN and not total % _COIN and grand % _COIN):
            return True
    return False


def _paid(names: Names, retail: Element, variant: Variant) -> _Paid:
    paid = _Paid()
    currencies: set[str] = set()
    for line in names.all(retail, "LineItem"):
        if is_flagged(line, "CancelFlag", "DeleteFlag", "StatisticFlag"):
            continue
        is_void = is_flagged(line, "VoidFlag")
        if is_void and variant.void == "ITSELF":
            continue
        for child in line:
            name = names.of(child)
            if name == "Tender":
                _add_tender(paid, names, child, turn=is_void and not variant.void_is_negative)
                currencies.add(attribute(names.first(child, "Amount"), "Currency"))
            elif name == "TenderChange":
                paid.total -= _change(names, child)
            elif name == "Rounding":
                paid.rounding += abs(read_figure(text_of(child) or names.text(child, "Amount"), name=name))
    paid.currencies = frozenset(currencies - {"", "XXX"})
    return paid


def _add_tender(paid: _Paid, names: Names, tender: Element, *, turn: bool) -> None:
    written = names.text(tender, "Amount")
    if not written:
        return
    amount = read_figure(written, name="Amount")
    rounding = names.text(tender, "Rounding")
    if "ROUNDING" in attribute(tender, "TenderType").upper():
        paid.rounding += abs(amount)
        return
    paid.is_known = True
    paid.is_cash = paid.is_cash or "CASH" in attribute(tender, "TenderType").upper()
    paid.rounding += abs(read_figure(rounding, name="Rounding")) if rounding else NONE
    if attribute(tender, "TypeCode").lower() in ("refund", "return", "change") and amount > 0:
        amount = -amount
    paid.total += -amount if turn else amount
    if cashback := names.text(tender, "Cashback"):
        paid.cashback += read_figure(cashback, name="Cashback")
    for change in names.all(tender, "TenderChange"):
        given = _change(names, change)
        # NCR writes change as a negative tender that says inside once more that it is change.
        if amount != -given:
            paid.total -= given
            paid.change += given


def _change(names: Names, change: Element) -> Decimal:
    """The change given, positive; Futura puts one TenderChange into another, per kind of tender."""
    amount = names.text(change, "Amount")
    if amount:
        return abs(read_figure(amount, name="TenderChange"))
    return sum((_change(names, inner) for inner in names.all(change, "TenderChange")), NONE)
