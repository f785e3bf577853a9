"""POSLogs in the four layouts, made for the tests: the same receipts as each system would write them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from inventory.feeds.dialects import DIALECTS
from inventory.feeds.facts import BadRow, Found, Note, StockMovement
from inventory.feeds.profiles import read_profile
from tests.inventory.feeds.reading import feed_file

ARTS = "http://www.nrf-arts.org/IXRetail/namespace/"
NAMESPACES = {
    "ncr": f'xmlns="{ARTS}" xmlns:acs="http://www.ncr.com/rsd/acs/tlog/markup/poslog/2.1"',
    "wincor": f'xmlns="{ARTS}" xmlns:WN="http://www.wincor-nixdorf.com"',
    "roqqio": f'xmlns="{ARTS}" xmlns:fu="http://www.futura4retail.com/pos/namespace/" MajorVersion="6"',
    "plain": f'xmlns="{ARTS}" MajorVersion="6" MinorVersion="0"',
}
IS_V6 = {"ncr": False, "wincor": False, "roqqio": True, "plain": True}


@dataclass(frozen=True)
class Sold:
    """What happened to one line at the till: sold or given back, and perhaps voided before the end."""

    item: str
    quantity: Decimal = Decimal(1)
    amount: Decimal = Decimal("2.50")
    is_return: bool = False
    is_voided: bool = False


@dataclass(frozen=True)
class Receipt:
    """A receipt as the customer would tell it; `cash` is what was handed over, the rest came back as change."""

    lines: Sequence[Sold]
    number: int = 1
    store: str = "S1"
    till: str = "7"
    tendered: Decimal | None = None
    attributes: str = ""
    retail_attributes: str = ""
    extra: str = ""
    times: Mapping[str, str] = field(
        default_factory=lambda: {"BeginDateTime": "2026-11-20T09:00:00", "EndDateTime": "2026-11-20T09:01:30"}
    )

    @property
    def total(self) -> Decimal:
        kept = (line for line in self.lines if not line.is_voided)
        return sum((-line.amount if line.is_return else line.amount for line in kept), Decimal(0))


def poslog(variant: str, *receipts: Receipt) -> bytes:
    """The receipts as that system writes them."""
    body = "".join(transaction(variant, receipt) for receipt in receipts)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<POSLog {NAMESPACES[variant]}>{body}</POSLog>'.encode()


def transaction(variant: str, receipt: Receipt) -> str:
    is_v6 = IS_V6[variant]
    store = (
        f'<BusinessUnit><UnitID Name="Main Street">{receipt.store}</UnitID></BusinessUnit>'
        if is_v6
        else f"<RetailStoreID>{receipt.store}</RetailStoreID>"
    )
    items = [text for line in receipt.lines for text in sale_lines(variant, line)]
    items += tender_lines(variant, receipt)
    lines = "".join(
        item.replace("<LineItem", "<LineItem ").replace("@", f"<SequenceNumber>{place}</SequenceNumber>")
        for place, item in enumerate(items, start=1)
    )
    times = "".join(f"<{name}>{time}</{name}>" for name, time in receipt.times.items())
    return (
        f"<Transaction {receipt.attributes}>{store}<WorkstationID>{receipt.till}</WorkstationID>"
        f"<SequenceNumber>{receipt.number}</SequenceNumber><BusinessDayDate>2026-11-20</BusinessDayDate>{times}"
        f'<OperatorID OperatorName="Olga Operator">17</OperatorID><CurrencyCode>EUR</CurrencyCode>'
        f"<RetailTransaction {receipt.retail_attributes}>{lines}"
        f'<Total TotalType="TransactionGrandAmount">{receipt.total}</Total>'
        f'<Total TotalType="TransactionTaxAmount">0.10</Total>{receipt.extra}</RetailTransaction></Transaction>'
    )


def sale_lines(variant: str, line: Sold) -> list[str]:
    """The LineItems of one line, "@" where the number goes."""
    quantity, amount = line.quantity, line.amount
    if variant == "ncr":
        sign = -1 if line.is_return else 1
        once = item_line("Sale", line.item, sign * quantity, sign * amount)
        again = item_line("Sale", line.item, -sign * quantity, -sign * amount, 'VoidFlag="true"')
        return [once, again] if line.is_voided else [once]
    name = "Return" if line.is_return else "Sale"
    if variant == "wincor":
        once = item_line(name, line.item, quantity, amount)
        return (
            [once, item_line(name, line.item, quantity, amount, 'VoidFlag="true"')]
            if line.is_voided
            else [once]
        )
    if variant == "roqqio":
        written = item_line("Sale", line.item, -quantity if line.is_return else quantity, amount)
        return [] if line.is_voided else [written]
    return [item_line(name, line.item, quantity, amount, f'VoidFlag="{str(line.is_voided).lower()}"')]


def item_line(name: str, item: str, quantity: Decimal, amount: Decimal, attributes: str = "") -> str:
    return (
        f'<LineItem {attributes}>@<{name} ItemType="Stock"><POSIdentity POSIDType="GTIN"><POSItemID>{item}'
        f"</POSItemID></POSIdentity><ItemID>{item}</ItemID><Description>Goods</Description>"
        f"<ExtendedAmount>{amount}</ExtendedAmount><Quantity>{quantity}</Quantity></{name}></LineItem>"
    )


def tender_lines(variant: str, receipt: Receipt) -> list[str]:
    """How that system writes what was paid, given back and changed."""
    total = receipt.total
    tendered = receipt.tendered if receipt.tendered is not None else total
    change = tendered - total
    if tendered < 0 and variant != "ncr":
        return [tender(-tendered, "Refund")]
    lines = [tender(tendered, "Refund" if tendered < 0 else "Sale")]
    if not change:
        return lines
    changed = {
        "ncr": tender(-change, "Sale", f"<TenderChange><Amount>{-change}</Amount></TenderChange>"),
        "wincor": tender(change, "Refund"),
        "roqqio": "<LineItem>@<TenderChange><TenderChange><Amount>"
        f"{change}</Amount></TenderChange></TenderChange></LineItem>",
    }
    if variant == "plain":
        inside = f"<TenderChange><Amount>{change}</Amount></TenderChange>"
        return [tender(tendered, "Sale", inside)]
    return [*lines, changed[variant]]


def tender(amount: Decimal, type_code: str, inside: str = "") -> str:
    return (
        f'<LineItem>@<Tender TenderType="CreditDebit" TypeCode="{type_code}"><Amount>{amount}</Amount>{inside}'
        "</Tender></LineItem>"
    )


def read(content: bytes, **profile: object) -> list[Found]:
    """Everything the reader says of a log."""
    dialect = DIALECTS["poslog"]
    declared = read_profile("SALES", {"format": "poslog", **profile}, dialects=DIALECTS)
    return list(dialect.read(feed_file(content), declared))


def movements(found: Sequence[Found]) -> list[StockMovement]:
    return [one for one in found if isinstance(one, StockMovement)]


def figures(found: Sequence[Found], *names: str) -> list[tuple[Any, ...]]:
    """Those fields of each movement."""
    return [tuple(getattr(one, name) for name in names) for one in movements(found)]


def codes(found: Sequence[Found]) -> list[str]:
    """The codes of what was rejected or noted."""
    return [one.code for one in found if isinstance(one, BadRow | Note)]
