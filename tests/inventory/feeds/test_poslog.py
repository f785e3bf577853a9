"""Receipts in the layouts of several tills: what is taken from them, and from what it is kept away."""

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import pytest

from inventory.feeds.facts import BadRow, Code, Note
from inventory.feeds.poslog.lines import is_mojibake
from tests.inventory.feeds.poslogs import (
    ARTS,
    NAMESPACES,
    Receipt,
    Sold,
    codes,
    figures,
    movements,
    poslog,
    read,
    sale_lines,
    tender,
    transaction,
)

SAMPLE = Path(__file__).parents[4] / "shared" / "samples" / "poslog_ncr_small.xml"
ONE = Receipt([Sold("4006381333931")])


def test_a_futura_receipt_in_full() -> None:
    log = f"""<?xml version="1.0" encoding="UTF-8"?>
    <POSLog {NAMESPACES["roqqio"]}>
      <Transaction>
        <BusinessUnit><UnitID Name="Nordtor">120</UnitID></BusinessUnit>
        <WorkstationID TypeCode="POS">12002</WorkstationID><SequenceNumber>88</SequenceNumber>
        <POSLogDateTime>2026-11-20T18:06:56.741</POSLogDateTime>
        <RetailTransaction>
          <LineItem><Sale><ItemID Name="Rain cape, M">4006381333931</ItemID>
            <ExtendedAmount Currency="EUR">2.990</ExtendedAmount>
            <Quantity UnitOfMeasureCode="EA">-1.0000</Quantity><fu:SalesMode>RETOUR</fu:SalesMode></Sale>
            <SequenceNumber>4</SequenceNumber></LineItem>
          <LineItem><Tender TenderType="Cash" TypeCode="Refund"><Amount Currency="EUR">2.990</Amount></Tender>
            <SequenceNumber>5</SequenceNumber></LineItem>
          <Total TotalType="TransactionGrandAmount" CurrencyCode="EUR">-2.990</Total>
        </RetailTransaction>
        <BusinessDayDate>2026-11-20</BusinessDayDate>
        <BeginDateTime>2026-11-20T17:06:08.399Z</BeginDateTime><EndDateTime>2026-11-20T17:06:56.741Z</EndDateTime>
      </Transaction>
    </POSLog>"""

    [found] = movements(read(log.encode()))

    assert (found.place, found.workstation, found.sequence, found.line) == (
        Code("CODE", "120"),
        "12002",
        88,
        4,
    )
    assert (found.kind, found.quantity, found.unit) == ("RETURN", Decimal(1), "EA")
    assert (found.amount, found.currency, found.title) == (Decimal("-2.99"), "EUR", "Rain cape, M")
    assert found.items[0] == Code("GTIN", "04006381333931")
    assert str(found.occurred_at) == "2026-11-20 17:06:56.741000+00:00"
    assert found.raw == "120 | 12002 | 88 | 4 | Sale | 4006381333931 | -1.0000 | 2.990"


def test_a_receipt_in_the_answer_of_a_service() -> None:
    log = """<LookupResponse xmlns="http://example.com/services" xmlns:ex="http://example.com/extensions">
      <Header><Code>OK</Code></Header><Documents><Transaction MajorVersion="6">
        <BusinessUnit><UnitID TypeCode="ex:Country">15</UnitID></BusinessUnit>
        <BusinessUnit><UnitID TypeCode="RetailStore">0610</UnitID></BusinessUnit>
        <WorkstationID>140</WorkstationID><SequenceNumber>000451</SequenceNumber>
        <RetailTransaction>
          <LineItem><Sale><POSIdentity><POSItemID>7583599</POSItemID></POSIdentity>
            <ItemID Type="EAN13">4006381333931</ItemID><ExtendedAmount>789.97</ExtendedAmount>
            <Quantity Units="1" UnitOfMeasureCode="EA">1</Quantity><Quantity UnitOfMeasureCode="Kg">0.127</Quantity>
            <ex:Quantity>7</ex:Quantity></Sale><SequenceNumber>1</SequenceNumber></LineItem>
          <LineItem><SequenceNumber>2</SequenceNumber>
            <ex:TotalKey><Total TotalType="TransactionGrandAmount">1.00</Total></ex:TotalKey></LineItem>
          <LineItem><Tender TenderType="Cash"><Amount>1000.00</Amount></Tender></LineItem>
          <LineItem><Tender TenderType="Cash"><Amount>0</Amount><TenderChange><Amount>210.00</Amount></TenderChange>
            </Tender></LineItem>
          <LineItem><Tender TenderType="ex:Rounding"><Amount>0.03</Amount></Tender></LineItem>
          <Total>789.97</Total><Total TotalType="TransactionGrandAmount" CurrencyCode="THB">789.97</Total>
        </RetailTransaction>
        <BusinessDayDate>2026-08-22</BusinessDayDate><EndDateTime>2026-08-22T15:21:54.4833703+01:00</EndDateTime>
      </Transaction></Documents></LookupResponse>"""

    [found] = movements(read(log.encode()))

    assert (found.place.text, found.sequence, found.quantity, found.currency) == (
        "0610",
        451,
        Decimal(-1),
        "THB",
    )
    assert found.occurred_at.utcoffset() == timedelta(hours=1)
    assert found.items == (
        Code("GTIN", "04006381333931"),
        Code("SKU", "7583599"),
        Code("INTERNAL", "7583599"),
    )


@pytest.mark.parametrize(
    "log",
    [
        poslog("plain", ONE).replace(b" xmlns=", b" xmlns:other=").decode(),
        poslog("plain", ONE).decode().replace(ARTS, "http://www.nrf-arts.org/IXRetail/v6.0.0/poslog"),
        poslog("plain", ONE).decode().replace("<", "<arts:").replace("<arts:/", "</arts:")
        .replace("<arts:?", "<?").replace("xmlns=", "xmlns:arts="),
        f"<Transactions xmlns='{ARTS}'>{transaction('plain', ONE)}</Transactions>",
        transaction("plain", ONE),
    ],
    ids=["no namespace", "another namespace", "a prefix", "a wrapper", "one receipt alone"],
)  # fmt: skip
def test_wherever_the_standards_names_come_from(log: str) -> None:
    assert figures(read(log.encode()), "quantity", "workstation") == [(-1, "7")]


@pytest.mark.parametrize(
    ("times", "occurred_at"),
    [
        ({"EndDateTime": "2026-11-21T01:30:00"}, datetime(2026, 11, 21, 1, 30)),  # noqa: DTZ001
        ({"BeginDateTime": "2026-11-20T09:00:00Z", "EndDateTime": "2026-11-20T10:01:30"},
         datetime(2026, 11, 20, 10, 1, 30)),  # noqa: DTZ001
        ({"POSLogDateTime": "2026-11-20T10:00:00", "BeginDateTime": "2026-11-20T09:00:00+01:00"},
         datetime(2026, 11, 20, 9, tzinfo=timezone(timedelta(hours=1)))),
        ({"ReceiptDateTime": "2026-11-20 10:00:00"}, datetime(2026, 11, 20, 10)),  # noqa: DTZ001
    ],
)  # fmt: skip
def test_a_time_is_taken_as_it_is_written(times: dict[str, str], occurred_at: datetime) -> None:
    [found] = movements(read(poslog("wincor", Receipt(ONE.lines, times=times))))

    assert (found.occurred_at, found.occurred_at.tzinfo) == (occurred_at, occurred_at.tzinfo)
    assert found.business_day == date(2026, 11, 20)


def test_a_line_has_its_own_time_where_the_receipt_has_none() -> None:
    log = poslog("plain", Receipt(ONE.lines, times={})).replace(
        b"</Sale>", b"</Sale><DateTime>2026-11-20T13:00:00Z</DateTime>"
    )

    assert str(movements(read(log))[0].occurred_at) == "2026-11-20 13:00:00+00:00"


@pytest.mark.parametrize(
    ("sale", "items"),
    [
        ('<POSIdentity POSIDType="GTIN"><POSItemID>00000000942256</POSItemID></POSIdentity>',
         [("GTIN", "00000000942256"), ("PLU", "94225")]),
        ('<POSIdentity POSIDType="GTIN"><POSItemID>00205601000002</POSItemID></POSIdentity>',
         [("GTIN", "00205601000002"), ("PLU", "5601")]),
        ('<POSIdentity POSIDType="EAN"><POSItemID>2456010759595</POSItemID></POSIdentity>',
         [("GTIN", "02456010759595"), ("PLU", "56010")]),
        ('<ItemID>A-17</ItemID><POSIdentity POSIDType="PLU"><POSItemID>04011</POSItemID></POSIdentity>',
         [("PLU", "4011"), ("SKU", "A-17"), ("INTERNAL", "A-17")]),
        ('<ItemID>1607701</ItemID><SerialNumber Type="GTIN">04006381333931</SerialNumber><SerialNumber/>',
         [("GTIN", "04006381333931"), ("SKU", "1607701"), ("INTERNAL", "1607701")]),
    ],
)  # fmt: skip
def test_the_codes_of_an_item(sale: str, items: list[tuple[str, str]]) -> None:
    whole = sale_lines("ncr", ONE.lines[0])[0]
    start, end = whole.index("<POSIdentity"), whole.index("<Description")
    log = poslog("ncr", ONE).decode().replace(whole[start:end], sale)

    assert [tuple(code) for code in movements(read(log.encode()))[0].items] == items


def test_the_profile_says_what_the_tills_own_number_is() -> None:
    [found] = movements(read(poslog("plain", ONE), item_code="SKU"))

    assert found.items[:2] == (Code("SKU", "4006381333931"), Code("GTIN", "04006381333931"))


@pytest.mark.parametrize(
    ("quantity", "unit"),
    [
        ("<Quantity>0.42</Quantity>", None),
        ('<Quantity UnitOfMeasureCode="kg">0.42</Quantity>', "KGM"),
        ('<Quantity Units="1" UnitOfMeasureCode="LB">0.42</Quantity>', "LBR"),
        ('<Quantity Units="KGM">0.42</Quantity>', "KGM"),
        ('<Quantity Units="1.0">0.42</Quantity>', None),
        ('<Quantity UnitOfMeasureCode="BX">0.42</Quantity>', "BX"),
    ],
)
def test_a_weight_with_or_without_its_unit(quantity: str, unit: str | None) -> None:
    log = poslog("ncr", ONE).replace(b"<Quantity>1</Quantity>", quantity.encode())

    assert figures(read(log), "quantity", "unit") == [(Decimal("-0.42"), unit)]


@pytest.mark.parametrize(
    ("old", "new", "code", "words"),
    [
        ("<Quantity>1<", "<Quantity>12 Stk<", "not_a_number", 'Quantity is "12 Stk"; expected a number'),
        ("<Quantity>1<", "<Quantity>١<", "not_a_number", "Quantity"),
        ("<Quantity>1<", "<Quantity><", "missing_value", "Quantity is empty"),
        ("<ExtendedAmount>2.50<", "<ExtendedAmount>NaN<", "not_a_number", "ExtendedAmount"),
        (">4006381333931<", "><", "no_item_key", "expected the item's number or barcode"),
        (">7</WorkstationID>", "></WorkstationID>", "missing_value", "WorkstationID"),
        (">S1</RetailStoreID>", "></RetailStoreID>", "missing_value", "RetailStoreID"),
        (
            "<SequenceNumber>1</SequenceNumber><Bus",
            "<SequenceNumber>X9</SequenceNumber><Bus",
            "not_a_number",
            "X9",
        ),
        (">2026-11-20T09:01:30<", ">2026-11-20T25:01:30<", "bad_time", "EndDateTime"),
        (">2026-11-20</Bus", ">20.11.2026</Bus", "bad_time", "a day such as"),
    ],
)
def test_a_line_that_cannot_be_used(old: str, new: str, code: str, words: str) -> None:
    log = poslog("ncr", ONE).decode()
    assert old in log

    [row] = read(log.replace(old, new).encode())

    assert isinstance(row, BadRow)
    assert (row.code, row.line_number, row.is_held) == (code, 1, False)
    assert words in row.message


def test_a_misread_barcode_alone_is_told() -> None:
    whole = sale_lines("ncr", ONE.lines[0])[0]
    log = poslog("ncr", ONE).decode().replace("<ItemID>4006381333931</ItemID>", "").replace("3931", "3932")
    assert "4006381333932" in whole.replace("3931", "3932")

    assert codes(read(log.encode())) == ["gtin_check_digit"]


def test_lines_without_numbers_of_their_own_get_their_place() -> None:
    log = poslog("plain", Receipt([Sold("96385074"), Sold("96385074")])).decode()

    assert figures(read(log.encode()), "line") == [(1,), (2,)]
    assert figures(read(log.replace(">2</Seq", ">1</Seq").encode()), "line") == [(1,), (2,)]
    assert figures(read(log.replace("<SequenceNumber>2</SequenceNumber>", "").encode()), "line") == [
        (1,),
        (2,),
    ]


@pytest.mark.parametrize(
    ("receipt", "why"),
    [
        (Receipt(ONE.lines, attributes='TrainingModeFlag="true"'), "a training receipt"),
        (Receipt(ONE.lines, attributes='CancelFlag="true"'), "a cancelled receipt"),
        (Receipt(ONE.lines, retail_attributes='TransactionStatus="Suspended"'), "a suspended receipt"),
        (
            Receipt(ONE.lines, retail_attributes='TransactionStatus="dtv:CancelOrphaned"'),
            "a cancelled receipt",
        ),
        (Receipt(ONE.lines, retail_attributes='TransactionStatus="PostVoided"'), "a voided receipt"),
        (Receipt(ONE.lines, retail_attributes='TransactionStatus="InProcess"'), "a receipt still in process"),
    ],
)
def test_a_receipt_that_moved_nothing_is_noted(receipt: Receipt, why: str) -> None:
    [note] = read(poslog("plain", receipt))

    assert note == Note(
        line_number=1, code="ignored", message=f"Receipt 1 of till 7 in store S1 is {why}: not used."
    )


def test_a_resumed_receipt_counts_once_where_it_was_finished() -> None:
    link = '<TransactionLink ReasonCode="Resume"><SequenceNumber>1</SequenceNumber></TransactionLink>'
    suspended = Receipt(ONE.lines, retail_attributes='TransactionStatus="Suspended"')

    found = read(poslog("ncr", suspended, Receipt(ONE.lines, number=2, extra=link)))

    assert (figures(found, "sequence"), codes(found)) == ([(2,)], ["ignored"])


def test_what_is_no_sale_over_the_counter_is_passed_over() -> None:
    log = poslog("wincor", Receipt([Sold("96385074"), Sold("4006381333931")])).decode()
    log = log.replace("<Sale ", "<SaleForDelivery ", 1).replace("</Sale>", "</SaleForDelivery>", 1)
    control = "<RetailStoreID>S1</RetailStoreID><ControlTransaction><NoSale/></ControlTransaction>"

    found = read(log.replace("</POSLog>", f"<Transaction>{control}</Transaction></POSLog>").encode())

    assert (figures(found, "line"), codes(found)) == ([(2,)], ["ignored"])


@pytest.mark.parametrize("variant", ["ncr", "wincor", "roqqio", "plain"])
def test_a_receipt_that_does_not_add_up_waits_for_a_person(variant: str) -> None:
    good, bad = Receipt(ONE.lines), Receipt([Sold("96385074"), Sold("96385074")], number=2)
    log = poslog(variant, good, bad).replace(b"<Amount>5.00<", b"<Amount>4.99<")

    found = read(log)

    held = [one for one in found if isinstance(one, BadRow)]
    assert figures(found, "sequence") == [(1,)]
    assert [(row.code, row.is_held) for row in held] == [("transaction_control", True)] * 2
    assert held[0].message == (
        "Line 3: Receipt 2 of till 7 in store S1: the tenders come to 4.99, the receipt to 5.00; "
        "nothing of the receipt was used."
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        # Cash is rounded to the smallest coin, and no line says so; or one does.
        (tender(Decimal("2.52"), "Sale"), tender(Decimal("2.50"), "Sale").replace("CreditDebit", "Cash")),
        (tender(Decimal("2.52"), "Sale"),
         tender(Decimal("2.50"), "Sale") + "<LineItem>@<Rounding>0.02</Rounding></LineItem>"),
        # A subtotal of the same type; totals of two departments.
        ("<Total ", '<Total TotalType="TransactionGrandAmount">1.00</Total><Total '),
        ('GrandAmount">2.52<', 'GrandAmount">1.00</Total><Total TotalType="TransactionGrandAmount">1.52<'),
        # Paid in another currency, or not written down how: nothing to compare.
        ("<Amount>2.52<", '<Amount Currency="CHF">2.20<'),
        (tender(Decimal("2.52"), "Sale"), ""),
        ('GrandAmount">2.52<', 'GrossAmount">9.99<'),
        # Cash handed out on a card.
        ("<Amount>2.52</Amount>", "<Amount>22.52</Amount><Cashback>20.00</Cashback>"),
    ],
)  # fmt: skip
def test_a_receipt_that_adds_up_all_the_same(old: str, new: str) -> None:
    log = poslog("plain", Receipt([Sold("96385074", amount=Decimal("2.52"))])).decode()
    numbered = "<SequenceNumber>2</SequenceNumber>"
    old, new = (text.replace("@", numbered).replace("<LineItem>", "<LineItem >") for text in (old, new))
    log = log.replace(
        'Total TotalType="TransactionGrandAmount">2.52',
        'Total CurrencyCode="EUR" TotalType="TransactionGrandAmount">2.52',
    )
    assert old in log

    found = read(log.replace(old, new, 1).encode())

    assert (figures(found, "amount"), codes(found)) == ([(Decimal("2.52"),)], [])


def test_a_voided_tender_was_not_paid() -> None:
    for variant, again in (("ncr", -1), ("wincor", 1), ("plain", None)):
        log = poslog(variant, ONE).decode()
        paid = log[log.index("<LineItem ", log.index("</LineItem>")) : log.rindex("</LineItem>") + 11]
        void = paid.replace("<LineItem", '<LineItem VoidFlag="true"')
        lines = (
            [void, paid]
            if again is None
            else [paid, void.replace(">2.50<", f">{again * Decimal('2.50')}<"), paid]
        )

        assert codes(read(log.replace(paid, "".join(lines)).encode())) == []


def test_text_that_was_encoded_twice_is_kept_and_noted() -> None:
    found = read(poslog("wincor", ONE).replace(b">Goods<", "> CafÃ© <".encode()))

    assert (movements(found)[0].title, codes(found)) == ("CafÃ©", ["mojibake"])


@pytest.mark.parametrize(
    ("text", "is_it"),
    [
        ("Café", False),
        ("CafÃ©", True),
        ("caf&eacute;", True),
        ("Salt & Pepper;", False),
        ("ไร่ทิพย์", False),
        ("", False),
    ],
)
def test_how_twice_encoded_text_looks(text: str, is_it: bool) -> None:
    assert is_mojibake(text) is is_it


def test_returned_goods_that_are_not_sold_again_are_noted() -> None:
    log = poslog("plain", Receipt([Sold("96385074", is_return=True)])).decode()

    found = read(log.replace("</Return>", '<Disposal Method="Destroy"/></Return>').encode())

    assert (figures(found, "quantity"), codes(found)) == ([(1,)], ["not_restocked"])


@pytest.mark.skipif(not SAMPLE.exists(), reason="the sample files are not there")
def test_the_real_sample() -> None:
    found = read(SAMPLE.read_bytes())

    assert figures(found, "quantity", "amount", "currency") == [(Decimal("-0.42"), Decimal("1.26"), "USD")]
    assert len(found) == 1
