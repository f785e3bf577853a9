"""Good files of everything that comes as records: EDI, XML, JSON, lines by a layout; and single codes and figures."""

import json
from collections.abc import Iterator
from typing import Any

from inventory.feeds.barcodes import REGIONS, read_barcode
from inventory.feeds.dialects import DIALECTS
from inventory.feeds.numbers import NotANumber, read_decimal
from inventory.feeds.profiles import read_profile
from promotions.sources.google_feeds import BadFeedRow
from promotions.sources.google_promotions import PromotionRow, read_promotions
from tests.fuzzing.targets import INFLATED_LIMIT, Target, Variant, of_dialect
from tests.inventory.feeds.edi_files import edifact, x12
from tests.inventory.feeds.poslogs import NAMESPACES, Receipt, Sold, poslog
from tests.inventory.feeds.reading import feed_file
from tests.inventory.feeds.test_canonical import COUNT
from tests.inventory.feeds.test_edifact_invrpt import BGM, MADE, PLACE
from tests.inventory.feeds.test_edifact_slsrpt import EUROS, HEAD, MONTH, WEEK
from tests.inventory.feeds.test_fixed_width import PIPES, layout, quantity, rms
from tests.inventory.feeds.test_json_lines import LEVEL, LINE, NESTED, SALE
from tests.inventory.feeds.test_poslog_hostile import ASIDE, CARD, PERSONAL, PERSONAL_LINES
from tests.inventory.feeds.test_x12_846 import NIGHTLY, nightly, warehouses
from tests.inventory.feeds.test_x12_852 import WEEK as X12_WEEK
from tests.promotions.sources.test_google_promotions import GOOD, atom, columns

MILK, CHEESE = "4006381333931", "96385074"
TOLERANT = ["control_count", "control_number"]

JSON_MARKS = (b"{", b"}", b":", b",", b'"', b"\n", b"[", b"]")
JSON_TOKENS = (
    b"null",
    b"true",
    b'"',
    b'\\"',
    b"\\u0000",
    b"\\ud83d\\ude00",
    b'"store"',
    b'"item"',
    b'"items"',
    b'"quantity"',
    b'{"scheme": "GLN", "code": "1"}',
    b"1e400",
    b"-0.0",
    b'"facts": [',
    b"[[]]",
)
MOVEMENT = {
    "fact": "movement",
    "store": "S1",
    "item": MILK,
    "quantity": -2,
    "kind": "SALE",
    "occurred_at": "2026-11-21T01:30:00Z",
    "business_day": "2026-11-20",
    "workstation": "7",
    "sequence": 12,
    "line": 1,
    "amount": "3.98",
    "currency": "EUR",
}
TOTAL = {
    "fact": "total",
    "store": {"scheme": "GLN", "code": "4099200000015"},
    "quantity": "7.5",
    "unit": "KGM",
    "title": "Oats",
    "items": [{"scheme": "GTIN", "code": MILK}, {"scheme": "SKU", "code": "A"}],
    "period_start": "2026-11-16",
    "period_end": "2026-11-23",
    "activity": "RETURNED",
    "amount": 1.50,
    "currency": "EUR",
}
WITHHELD = {
    **json.loads(COUNT),
    "as_of": "2026-11-22T18:30:00+01:00",
    "state": "AVAILABLE",
    "withheld": {"COMMITTED": 2, "SAFETY": "1"},
}
FACTS = "\n".join(map(json.dumps, (WITHHELD, MOVEMENT, TOTAL)))
WRAPPED = json.dumps({"facts": [WITHHELD, MOVEMENT, TOTAL]})
CANONICAL = Target(
    "canonical",
    (
        of_dialect("canonical", COUNT, FACTS, WRAPPED, json.dumps([WITHHELD, TOTAL])),
        of_dialect("canonical", FACTS, kind="SALES", item_code="SKU", encoding="utf-16"),
    ),
    JSON_MARKS,
    JSON_TOKENS,
)
JSON_LINES = Target(
    "json_lines",
    (
        of_dialect("json_lines", LINE, f"[{LINE},{LINE}]", columns=NESTED, item_code="SKU"),
        of_dialect(
            "json_lines", LINE.replace("7.5", '"1.000,5"'), columns=NESTED, item_code="SKU", decimal_sign=","
        ),
        of_dialect(
            "json_lines",
            f'{{"data": {{"count": 1, "items": [{LINE}]}}}}',
            columns=NESTED,
            item_code="SKU",
            rows="data.items",
        ),
        of_dialect(
            "json_lines",
            json.dumps(SALE),
            json.dumps(SALE) + "\n" + json.dumps(SALE | {"line": 2, "quantity": -1}),
            kind="SALES",
        ),
        of_dialect(
            "json_lines",
            json.dumps(
                SALE
                | {
                    "business_day": "20.11.2026",
                    "occurred_at": "20.11.2026 18:30:00",
                    "amount": 2,
                    "currency": "EUR",
                }
            ),
            kind="SALES",
            date_format="%d.%m.%Y",
            time_format="%d.%m.%Y %H:%M:%S",
            columns={"amount": "amount", "currency": "currency"},
        ),
    ),
    JSON_MARKS,
    JSON_TOKENS,
)
WEBHOOK = Target(
    "shopify_webhook",
    (of_dialect("shopify_webhook", json.dumps(LEVEL), json.dumps(LEVEL | {"available": None})),),
    JSON_MARKS,
    JSON_TOKENS,
)

_EDIFACT_MARKS = (b"'", b"+", b":", b"?", b"\n")
_EDIFACT_TOKENS = (
    b"UNA:+.? '",
    b"UNB+UNOC:3",
    b"UNH+1+INVRPT:D:96A:UN'",
    b"UNT+9+1'",
    b"UNZ+1+R0451'",
    b"UNS+S'",
    b"LIN+1++4006381333931:EN'",
    b"QTY+145:148:PCE'",
    b"QTY+153:1'",
    b"LOC+14+A'",
    b"LOC+162+S1'",
    b"CPS+1'",
    b"GIN+BX+B1'",
    b"DTM+356:2026030120260331:718'",
    b"DTM+90:99991231:102'",
    b"DTM+356:999912:610'",
    b"DTM+356:999953:616'",
    b"DTM+137:202603120215:203'",
    b"DTM+137:260312:2'",
    b"DTM+206:999912312359:203'",
    b"MOA+203:9.5'",
    b"PRI+AAA:1.5::RTP'",
    b"INV+1+4'",
    b"STS+1'",
    b"NAD+BY+1::9'",
    b"PIA+1+7731:BP'",
    b"CUX+2:EUR:10'",
    b"RFF+AEN:1'",
)
_PARTS = ["QTY+145:150", "LOC+14+A", "QTY+145:100", "LOC+14+B", "QTY+145:50", "LOC+14+C"]
_MOVES = [
    "LIN+1++4006381333931:EN",
    "INV+1+4+1",
    "QTY+156:5:PCE",
    "DTM+137:202603110900:203",
    "LOC+14+0012::92",
]
INVRPT = (
    edifact(
        "INVRPT",
        [
            BGM,
            MADE,
            PLACE,
            f"LIN+1++{MILK}:EN",
            "PIA+1+7731:BP+KX?+20:SA",
            "IMD+F++:::OAT FLAKES:500G",
            "QTY+145:148:PCE",
            f"LIN+2++{CHEESE}:SRV",
            "QTY+145:1.5:KGM",
            "QTY+21:40",
            "LIN+3",
            "PIA+5+KX21:SA",
            "QTY+17:-3",
        ],
    ),
    edifact(
        "INVRPT",
        [BGM, MADE, f"LIN+1++{MILK}:EN", *_PARTS],
        [BGM, MADE, PLACE, *_MOVES],
        una="",
        line_end="\n",
    ),
    edifact(
        "INVRPT",
        [BGM, MADE, f"LIN+1++{MILK}:EN", "LOC+14+A", "QTY+17:7", "LOC+14+B", "QTY+17:8"],
        version="D:01B:UN:EAN007",
    ),
)
_SOLD = [f"LIN+1++{MILK}:EN", "MOA+203:210.00", "PRI+AAA:1.5:CA:RTP", "QTY+153:140"]
SLSRPT = (
    edifact(
        "SLSRPT", [*HEAD, MONTH, EUROS, "LOC+162+4099200000015::9", WEEK, *_SOLD, "LOC+162+0012::92", *_SOLD]
    ),
    edifact(
        "SLSRPT",
        [*HEAD, "LOC+162+S1", "DTM+90:20260309:102", *_SOLD, "DTM+356:202612:610", *_SOLD, "QTY+77E:1"],
        una="",
    ),
    edifact(
        "SLSRPT",
        [
            *HEAD,
            "NAD+BY+4099200000015::9",
            "DTM+356:20260311:102",
            f"LIN+1++{MILK}:EN",
            "PRI+AAE:39.95::RTP",
            "QTY+153:1:PCE",
        ],
    ),
)
_X12_MARKS = (b"~", b"*", b">", b"|", b"\n")
_X12_TOKENS = (
    b"ISA*",
    b"GS*IB*A*B*20260312*0215*77*X*004010~",
    b"ST*846*0001~",
    b"SE*9*0001~",
    b"GE*1*77~",
    b"IEA*1*000000421~",
    b"BIA*25*DD*1*20260312~",
    b"LIN*1*UP*036000291452~",
    b"QTY*33*21*EA~",
    b"SCH*4*EA*WH*RENO*097*20260312~",
    b"CTT*1~",
    b"XQ*H*20260301*99991231~",
    b"XQ*H*99991231~",
    b"ZA*QS*48*EA~",
    b"ZA*QA*120~",
    b"SDQ*EA*92*0001*1*0002*2~",
    b"N1*ST*S*92*40~",
    b"DTM*091*99991231~",
    b"DTM*097*20260312*2359~",
    b"UIT*KG~",
    b"CTP**RTL*1.5~",
    b"AMT*1*9~",
)
X12_846 = (
    nightly(
        "LIN*1*VP*RT 4410*UP*036000291452",
        "PID*F****NIGHT TRAIN (DVD)",
        "QTY*33*21*EA",
        *warehouses(4, 0, 17),
        f"LIN*3*VP*RT 4411*EN*{MILK}",
        "QTY*33*0*EA",
        *warehouses(0, 0, 0),
    ),
    nightly("LIN**UP*036000291452", "QTY*33*3*EA", bia="BIA*25*DD*260312*20260312*0300"),
    x12(
        "846",
        [
            *NIGHTLY,
            "N1*WH*BRANCH 3*92*03",
            f"LIN*1*EN*{MILK}*BP*7731",
            "QTY*17*12*EA",
            "QTY*20*2*EA",
            "QTY*63*40*EA",
            "CTT*1",
        ],
    ),
)
X12_852 = (
    x12(
        "852",
        [
            X12_WEEK,
            "N9*IA*77",
            "N1*ST*STORE 40*92*0040",
            "LIN*1*VN*KX-20*UP*036000291452",
            "ZA*QS*48*EA",
            "ZA*QU*2*EA",
            "ZA*QA*120*EA",
            "ZA*QP*60*EA",
        ],
    ),
    x12(
        "852",
        [
            X12_WEEK,
            f"LIN**EN*{MILK}",
            "ZA*QS*3*EA",
            "SDQ*EA*92*0001*1*0002*2",
            "ZA*OH",
            "SDQ*EA*UL*4099200000015*5*4099200000022*0",
        ],
    ),
    x12(
        "852",
        [
            "XQ*G",
            "DTM*090*20260301",
            "DTM*091*20260307",
            "N1*BY**92*7",
            f"LIN**EN*{MILK}",
            "ZA*QS*1",
            "CTP**RTL*1.5",
        ],
        separator="|",
        terminator="\n",
        line_end="",
    ),
)
EDI = (
    Target(
        "edifact_invrpt",
        (
            of_dialect("edifact_invrpt", *INVRPT),
            of_dialect("edifact_invrpt", *INVRPT, tolerance=TOLERANT, store="0012"),
            of_dialect(
                "edifact_invrpt",
                *(file.replace("'", "\n") for file in INVRPT),
                tolerance=TOLERANT,
                segment_terminator="\n",
            ),
        ),
        _EDIFACT_MARKS,
        _EDIFACT_TOKENS,
    ),
    Target(
        "edifact_slsrpt",
        (
            of_dialect("edifact_slsrpt", *SLSRPT),
            of_dialect("edifact_slsrpt", *SLSRPT, tolerance=TOLERANT, store="0012", currency="EUR"),
        ),
        _EDIFACT_MARKS,
        _EDIFACT_TOKENS,
    ),
    Target(
        "x12_846",
        (of_dialect("x12_846", *X12_846), of_dialect("x12_846", *X12_846, tolerance=TOLERANT, store="0012")),
        _X12_MARKS,
        _X12_TOKENS,
    ),
    Target(
        "x12_852",
        (
            of_dialect("x12_852", *X12_852),
            of_dialect("x12_852", *X12_852, tolerance=TOLERANT, store="0012", currency="USD"),
            of_dialect("x12_852", *X12_852, kind="STOCK", tolerance=TOLERANT),
        ),
        _X12_MARKS,
        _X12_TOKENS,
    ),
)

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

_MONEY_LAYOUT: list[dict[str, Any]] = layout(
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
            of_dialect("fixed_width", _MONEY_LINE * 2, layout=_MONEY_LAYOUT, decimal_sign=","),
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
    ),
)


def _barcode(content: bytes) -> Iterator[object]:
    text = content.decode("utf-8", "surrogateescape")
    for region in (None, *REGIONS):
        yield read_barcode(text, region=region)


def _figure(content: bytes) -> Iterator[object]:
    text = content.decode("utf-8", "surrogateescape")
    for sign in (".", ",", None):
        for trailing_sign in (False, True):
            try:
                yield read_decimal(text, decimal_sign=sign, trailing_sign=trailing_sign)
            except NotANumber as error:
                assert error.expected  # noqa: PT017 - it is the declared outcome


def _declared(content: bytes) -> Iterator[object]:
    try:
        declared = json.loads(content)
    except (ValueError, RecursionError):
        return
    if isinstance(declared, dict):
        for kind in ("STOCK", "SALES"):
            yield read_profile(kind, declared, dialects=DIALECTS)


_CODES = (
    MILK,
    CHEESE,
    "036000291452",
    "01234565",
    "4.00638E+12",
    '="04006381333931"',
    "'96385074",
    "https://example.org/01/09506000134352/10/A?x=1",
    "(01)09506000134352(3103)001250(10)A",
    "]C10109506000134352310300125010A",
    "]E04006381333931",
    "\x1d0109506000134352\x1d10A",
    "2112345012345",
    "2000000000000",
    "]d201095060001343523922" + "1250",
    "9506000134352 ",
    "4006-3813-3393-1",
)
_PROFILES = (
    {
        "format": "table",
        "columns": {"store": "Filiale (.+)", "item": "EAN"},
        "store_columns": ["a"],
        "header_rows": 2,
        "sheet": 1,
    },
    {
        "format": "fixed_width",
        "layout": _MONEY_LAYOUT,
        "timezone": "Europe/Berlin",
        "scale": "0.001",
        "encoding": "cp037",
    },
    {"format": "poslog", "variant": "ncr", "tolerance": ["control_count"]},
    {
        "delimiter": ";",
        "decimal_sign": ",",
        "time_format": "%d.%m.%Y %H:%M:%S",
        "date_format": "%d.%m.%Y",
        "drop_guard": 0.5,
    },
    {
        "format": "x12_846",
        "quantity_codes": {"33": "ON_HAND"},
        "unknown_stores": "CREATE",
        "new_store": {"timezone": "UTC", "currency": "EUR"},
    },
)
SINGLES = (
    Target(
        "barcode",
        (Variant(_barcode, tuple(map(str.encode, _CODES))),),
        (b"0", b"1", b"(", b")", b"/", b"]"),
        (b"]C1", b"]d2", b"\x1d", b"(01)", b"/01/", b"3103", b"3922", b"392", b"310"),
    ),
    Target(
        "number",
        (Variant(_figure, (b"12", b"-3", b"1.234,5", b"1,234.5", b"120-", b"0,5", "1\u00a0234,5".encode())),),
        (b".", b",", b"-", b" ", b"1"),
        (b"+", b"\xc2\xa0"),
    ),
    Target(
        "profile",
        (Variant(_declared, tuple(json.dumps(one).encode() for one in _PROFILES)),),
        JSON_MARKS,
        (*JSON_TOKENS, b'"UTC"', b'"utf-16"', b'"rot13"', b'"idna"', b'"../x"', b'"%Y"'),
    ),
)
TARGETS = (CANONICAL, JSON_LINES, WEBHOOK, *EDI, POSLOG, *RECORDS, PROMOTIONS, *SINGLES)
