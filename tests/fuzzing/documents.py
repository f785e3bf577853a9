"""Good files of everything else that comes as records: POSLogs, lines by a layout, promotions."""

from collections.abc import Iterator
from typing import Any

from promotions.sources.google_feeds import BadFeedRow
from promotions.sources.google_promotions import PromotionRow, read_promotions
from tests.fuzzing.targets import INFLATED_LIMIT, Target, Variant, of_dialect
from tests.inventory.feeds.poslogs import NAMESPACES, Receipt, Sold, poslog
from tests.inventory.feeds.reading import feed_file
from tests.inventory.feeds.test_fixed_width import PIPES, layout, quantity, rms
from tests.inventory.feeds.test_poslog_hostile import ASIDE, CARD, PERSONAL, PERSONAL_LINES
from tests.promotions.sources.test_google_promotions import GOOD, atom, columns

MILK, CHEESE = "4006381333931", "96385074"
TOLERANT = ["control_count", "control_number"]
RECEIPTS = (
    Receipt(
        [Sold(CHEESE), Sold(MILK, is_return=True), Sold(CHEESE, is_voided=True)],
        extra=PERSONAL + PERSONAL_LINES + ASIDE,
    ),
    Receipt(
        [Sold(MILK, is_return=True)],
        number=2,
        attributes='CancelFlag="false"',
        retail_attributes='TransactionStatus="Totaled"',
    ),
    Receipt([Sold(MILK)], number=3, extra=CARD, retail_attributes='TransactionStatus="PostVoided"'),
)
POSLOG = Target(
    "poslog",
    (
        of_dialect("poslog", *(poslog(name, *RECEIPTS) for name in NAMESPACES)),
        *(of_dialect("poslog", poslog(name, *RECEIPTS), variant=name) for name in ("wincor", "ncr")),
    ),
    (b"<", b">", b'"', b"</", b" "),
    (
        b"<LineItem>",
        b"</LineItem>",
        b"<Sale>",
        b"<Return>",
        b'VoidFlag="true"',
        b'CancelFlag="true"',
        b"<Quantity>-1</Quantity>",
        b"<Transaction>",
        b"</Transaction>",
        b"<RetailTransaction>",
        b"<SequenceNumber>1</SequenceNumber>",
        b"<!DOCTYPE a>",
        b"&x;",
        b'<!ENTITY a "b">',
        b"<![CDATA[",
        b"]]>",
        b"<?x?>",
        b"<!--",
        b'xmlns="',
        b"<TransactionLink ReasonCode='Voided'>",
        b"<Tender>",
        b"<BusinessDayDate>9999-12-31</BusinessDayDate>",
        b"<BeginDateTime>0001-01-01T00:00:00+14:00</BeginDateTime>",
    ),
)

MONEY_LAYOUT: list[dict[str, Any]] = layout(
    quantity(decimals=3, sign="trailing"),
    {"name": "day", "start": 31, "length": 8, "type": "date", "map": "day"},
    {"name": "from", "start": 39, "length": 8, "type": "date", "map": "period_start"},
    {"name": "to", "start": 47, "length": 8, "type": "date", "map": "period_last"},
    {"name": "out", "start": 55, "length": 6, "type": "number", "map": "sold"},
    {"name": "paid", "start": 61, "length": 8, "type": "number", "decimals": 2, "map": "amount"},
)
_MONEY_LINE = f"D0412{MILK}00000001250-2026112220261101202611300000070000" + "0350\n"
_TILL: list[dict[str, Any]] = [
    {
        "record": "H",
        "fields": [
            {"name": "day", "column": 2, "type": "date", "map": "business_day"},
            {"name": "store", "column": 3, "map": "store_code"},
        ],
    },
    {
        "record": "L",
        "fields": [
            {"name": "till", "column": 2, "map": "workstation"},
            {"name": "no", "column": 3, "map": "sequence"},
            {"name": "line", "column": 4, "map": "line"},
            {"name": "ean", "column": 5, "map": "item"},
            {"name": "qty", "column": 6, "type": "number", "decimals": 2, "map": "quantity"},
            {"name": "at", "column": 7, "type": "time", "map": "occurred_at"},
            {"name": "paid", "column": 8, "type": "number", "map": "amount"},
            {"name": "money", "column": 9, "map": "currency"},
            {"name": "unit", "column": 10, "map": "unit"},
            {"name": "what", "column": 11, "map": "title"},
        ],
    },
    {
        "record": "T",
        "closes": "H",
        "fields": [{"name": "lines", "column": 2, "type": "number", "map": "count"}],
    },
]
_TILL_FILE = (
    f"H|20261122|0412\nL|7|12|1|{MILK}|200|183000|398|EUR|EA|Oats\nL|7|12|2|{CHEESE}|-50|183000||||\nT|2\n"
)
RECORDS = (
    Target(
        "fixed_width",
        (
            of_dialect(
                "fixed_width",
                rms(("On-hand", "0412", "000001230000"), ("sold", "0412", "0000003.0000")),
                rms(("In transit", "1", "000000010000"), numbered=False),
                preset="rms_edidlprd",
            ),
            of_dialect(
                "fixed_width",
                rms(("On-hand", "0412", "000001230000"), ("sold", "0412", "0000003.0000")),
                preset="rms_edidlprd",
                tolerance=TOLERANT,
            ),
            of_dialect("fixed_width", _MONEY_LINE * 2, layout=MONEY_LAYOUT, decimal_sign=","),
            of_dialect(
                "fixed_width", f"D0412{MILK}000000000012\n", layout=layout(quantity()), encoding="cp037"
            ),
        ),
        (b"\n", b"0", b" ", b"D", b"T"),
        (
            b"FHEAD",
            b"THEAD",
            b"TITEM",
            b"TQUTY",
            b"TTAIL000001",
            b"FTAIL0000000001",
            b"On-hand",
            b"D0412",
            b"99991231",
            b"00010101",
        ),
    ),
    Target(
        "record_lines",
        (
            of_dialect(
                "record_lines",
                f"H|20261122|0412|10077|D\nL|{MILK}|Oat|7|31\nH|20261122|0413|10077|D\nL|{CHEESE}|Tea|x|-2\n",
                layout=PIPES,
            ),
            of_dialect("record_lines", _TILL_FILE, kind="SALES", layout=_TILL),
            of_dialect(
                "record_lines",
                _TILL_FILE,
                kind="SALES",
                layout=_TILL,
                quantity_sign="STOCK_VIEW",
                tolerance=TOLERANT,
                decimal_sign=",",
            ),
        ),
        (b"\n", b"|", b"0", b"H|", b"L|"),
        (b"T|1", b"H|99991231|1", b"L|7|1|1|1|1|240000|1", b"H|00010101|1"),
    ),
)


def promotions(*files: bytes, is_wall_clock: bool) -> Variant:
    """Google's promotions, by instants or by the stores' own clocks."""

    def read(content: bytes) -> Iterator[PromotionRow | BadFeedRow]:
        return read_promotions(feed_file(content, limit=INFLATED_LIMIT), window_is_wall_clock=is_wall_clock)

    return Variant(read, files)


_DEALS = (
    columns("\t", GOOD, quote=""),
    columns(",", GOOD),
    columns("|", GOOD, quote=""),
    atom(GOOD),
    atom(GOOD).replace(b"entry>", b"item>").replace(b"feed", b"rss"),
    columns(
        ",",
        {
            **GOOD,
            "percent_off": "",
            "money_off_amount": "5.00 EUR",
            "minimum_purchase_amount": "45.00 EUR",
            "version_number": "7",
            "limit_uses": "3",
            "store_applicability": "specific_stores",
            "store_code": "12",
            "store_code_exclusion": "0012",
        },
    ),
    columns("\t", {**GOOD, "promotion_effective_dates": "2026-10-31/9999-12-31"}, quote=""),
    columns(
        "\t",
        {
            **GOOD,
            "percent_off": "",
            "tiers": '[{"from": "3", "percent_off": "10"}]',
            "operator_text": '"First\\nsecond"',
            "tags": '["a,b"]',
            "window_timezone": "Asia/Kathmandu",
            "omnistore_variant": "full",
            "promotion_effective_dates": "2026-10-31T00:00:00/2026-11-02T00:00:00",
        },
        quote="",
    ),
)
PROMOTIONS = Target(
    "google_promotions",
    (promotions(*_DEALS, is_wall_clock=False), promotions(*_DEALS, is_wall_clock=True)),
    (b"\n", b"\t", b",", b'"', b"<", b">", b"/", b" "),
    (
        b"9999-12-31T23:59:59Z",
        b"9999-12-31T23:59",
        b"0001-01-01T00:00:00+14:00",
        b"2026-W01",
        b"20261031",
        b"percent_off",
        b"20%",
        b"999999999.999 EUR",
        b"<entry>",
        b"</entry>",
        b"<item>",
        b"<g:item_id>",
        b"<!DOCTYPE a>",
        b"promotion_id",
        b"all_stores",
        b"in_store",
        b"[[[[[[[[[[",
        b'"\\u0000"',
        b"1e999",
        b"buy_m_get_n_percent_off",
    ),
)


TARGETS = (POSLOG, *RECORDS, PROMOTIONS)
