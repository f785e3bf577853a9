"""What all lines of a receipt share: store, till, number, day, time, currency."""

from dataclasses import dataclass
from datetime import date, datetime
from xml.etree.ElementTree import Element

from inventory.feeds.facts import Code
from inventory.feeds.poslog.fields import (
    BadField,
    Names,
    attribute,
    read_day,
    read_time,
    read_whole,
    text_of,
)

_NO_CURRENCY = "XXX"


@dataclass(frozen=True, slots=True)
class Header:
    """`occurred_at` is None where only the lines have a time; naive as the till wrote it, or aware."""

    place: Code
    workstation: str
    sequence: int
    business_day: date | None
    occurred_at: datetime | None
    currency: str


def read_header(names: Names, transaction: Element, retail: Element) -> Header:
    """A receipt's key and time. Raises BadField for what is missing or cannot be read."""
    workstation = names.text(transaction, "WorkstationID", "TillID")
    if not workstation:
        raise BadField("missing_value", "WorkstationID", "", "the number of the till")
    number = names.text(transaction, "SequenceNumber") or names.text(
        transaction, "ReceiptNumber", "TransactionID"
    )
    day = names.first(transaction, "BusinessDayDate", "BusinessDay")
    written_day = text_of(day) or names.text(day, "Date")
    return Header(
        place=_place(names, transaction),
        workstation=workstation,
        sequence=read_whole(number, name="SequenceNumber"),
        business_day=read_day(written_day, name="BusinessDayDate") if written_day else None,
        occurred_at=_time(names, transaction, retail),
        currency=_currency(names, transaction, retail),
    )


def _place(names: Names, transaction: Element) -> Code:
    """RetailStoreID in 2.x; in 6.0 the business unit, of several the one that is a store."""
    if store := names.text(transaction, "RetailStoreID"):
        return Code("CODE", store)
    units = [
        names.first(unit, "UnitID") if names.first(unit, "UnitID") is not None else unit
        for unit in names.all(transaction, "BusinessUnit")
    ]
    units.sort(key=lambda unit: attribute(unit, "TypeCode") != "RetailStore")
    if not units or not text_of(units[0]):
        raise BadField("missing_value", "RetailStoreID", "", "the store's code")
    is_gln = "GLN" in (attribute(units[0], "TypeCode"), attribute(units[0], "Type"))
    return Code("GLN" if is_gln else "CODE", text_of(units[0]))


def _time(names: Names, transaction: Element, retail: Element) -> datetime | None:
    """When the receipt ended; else when it began, was printed or logged. Each is taken as it is written."""
    ends = list(names.all(transaction, "EndDateTime"))
    for name, found in (
        ("EndDateTime", ends[-1] if ends else None),
        ("BeginDateTime", names.first(transaction, "BeginDateTime")),
        ("ReceiptDateTime", names.first(retail, "ReceiptDateTime")),
        ("ReceiptDateTime", names.first(transaction, "ReceiptDateTime")),
        ("POSLogDateTime", names.first(transaction, "POSLogDateTime")),
    ):
        if written := text_of(found):
            return read_time(written, name=name)
    return None


def _currency(names: Names, transaction: Element, retail: Element) -> str:
    written = names.text(transaction, "CurrencyCode") or names.text(retail, "CurrencyCode")
    if written:
        return written[:3].upper()
    for total in names.all(retail, "Total"):
        code = attribute(total, "CurrencyCode") or attribute(total, "Currency")
        if code and code != _NO_CURRENCY:
            return code[:3].upper()
    return ""
