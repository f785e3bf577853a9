"""Good files of everything that comes as a table: text, workbooks, and the vectorised path."""

from collections.abc import Iterator

from inventory.feeds.profiles import read_profile
from inventory.feeds.records import SalesRows, StockRows
from inventory.feeds.sales import Workstations, read_sales
from inventory.feeds.stock import read_stock
from tests.fuzzing.targets import INFLATED_LIMIT, Target, Variant, as_bytes, of_dialect
from tests.inventory.feeds.dialect_reading import xlsx
from tests.inventory.feeds.reading import CATALOGUE, HEADER, NOW_US, SALES_HEADER, feed_file
from tests.inventory.feeds.test_google_inventory import ATOM, BARE, NAMES, ROWS, RSS
from tests.inventory.feeds.test_loyverse import HEADER as LOYVERSE
from tests.inventory.feeds.test_loyverse import line as loyverse_line
from tests.inventory.feeds.test_shopify import LONG, LONG_2026, MUG, WIDE
from tests.inventory.feeds.test_workbook import ods, xls

MARKS = (b"\n", b",", b";", b"\t", b'"', b" ")
LINE_ENDS = (
    b"\r\n",
    b"\r",
    b'"\n',
    b'""',
    b"sep=;\n",
    b"\n\n",
    b"=cmd|",
    b"S1",
    b"0012",
    b"SKU-1",
    b"96385074",
)
MILK = "4006381333931"
STOCK = (
    HEADER + f"S1,{MILK},5,2026-11-21T18:30:00Z\n0012,96385074,1.250,2026-11-21T18:30:00\n"
    f'12,{MILK},"-3",2026-11-20 08:00\nS9,{MILK},1,2026-11-20T08:00:00Z\nS1,123,x,\n'
)
SALES = (
    SALES_HEADER + f"S1,7,2026-11-20,12,1,{MILK},2,2026-11-20T18:30:00-05:00\n"
    f"0012,8,2026-11-20,13,1,96385074,-0.5,2026-11-20T18:30:00\nS1,7,2026-11-20,12,2,{MILK},1,2026-11-20 19:00:00Z\n"
)
TABLE = f"store,gtin,on_hand,as_of,unit,title\nS1,{MILK},5,2026-11-22T18:30:00,EA,Milk\nS2,96385074,-1.5,,KGM,Cheese\n"
GERMAN = f"Bestandsliste;;;\nFiliale;EAN;Bestand;Stand\n0012;{MILK};1.000,50;22.11.2026 18:30:00\nSumme;;1;\n"
STATES = {"on_hand": "QOH", "available": "ATP", "reserved": "Res", "damaged": "Dmg"}
RECEIPTS = (
    "store,till,day,no,line,gtin,qty,at,amount\n"
    f"S1,7,2026-11-20,12,1,{MILK},2,2026-11-20T18:30:00,3.98\nS1,7,2026-11-20,12,2,96385074,-1,2026-11-20T18:31:00,\n"
)
RECEIPT_COLUMNS = {
    "store": "store",
    "workstation": "till",
    "business_day": "day",
    "sequence": "no",
    "line": "line",
    "item": "gtin",
    "quantity": "qty",
    "occurred_at": "at",
    "amount": "amount",
}
WEEKS = (
    "store,sku,quantity,from,to,amount\nS1,A,7,2026-11-16,2026-11-22,3.50\nS1,B,-1,2026-11-16,2026-11-22,\n"
)
PERIOD = {"period_start": "from", "period_end": "to", "amount": "amount"}
PRODUCTS = (
    "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Tracker,Variant Inventory Qty,Image\n"
    "mug,Mug,Size,S,MUG-S,shopify,3,a.png\nmug,,,L,MUG-L,,5,b.png\nmug,,,,,,,c.png\nmug,,,M,,shopify,-1,\n"
)


def stock(content: str, *, encoding: str = "utf-8", **declared: object) -> Variant:
    """The vectorised path of counts."""
    told = {**declared, "encoding": encoding}
    profile = read_profile("STOCK", told)

    def read(content: bytes) -> Iterator[StockRows]:
        file = feed_file(content, encoding=encoding, limit=INFLATED_LIMIT)
        return read_stock(file, profile, CATALOGUE, now_us=NOW_US)

    return Variant(read, (as_bytes(content, encoding),), profile, told)


def sales(content: str, *, encoding: str = "utf-8", **declared: object) -> Variant:
    """The vectorised path of sales."""
    told = {**declared, "encoding": encoding}
    profile = read_profile("SALES", told)

    def read(content: bytes) -> Iterator[SalesRows]:
        file = feed_file(content, encoding=encoding, limit=INFLATED_LIMIT)
        return read_sales(file, profile, CATALOGUE, Workstations(), now_us=NOW_US)

    return Variant(read, (as_bytes(content, encoding),), profile, told)


def cells(text: str, delimiter: str = ",") -> list[list[object]]:
    """A text's fields as cells, whole numbers as numbers."""
    return [
        [int(cell) if cell.isdigit() and len(cell) < 16 else cell for cell in line.split(delimiter)]
        for line in text.splitlines()
    ]


DELIMITED_STOCK = Target(
    "delimited_stock",
    (
        stock(STOCK),
        stock(STOCK, timezone="America/New_York", decimal_sign="."),
        stock(
            STOCK.replace(",", ";").replace("1.250", "1,250"), delimiter=";", decimal_sign=",", scale="0.1"
        ),
        stock(STOCK.replace(",", "|"), delimiter="|", encoding="utf-16"),
        stock(STOCK.replace(",", "\t"), delimiter="\t", encoding="cp1252", negatives=False),
        stock(
            HEADER + f"S1,{MILK},5,21.11.2026 18:30:00\n12,{MILK},5,1.1.2026 00:00:00\n",
            time_format="%d.%m.%Y %H:%M:%S",
            timezone="Asia/Kathmandu",
        ),
        stock("store_code,sku,on_hand\nS1,SKU-1,5\n12,SKU-1,7\n", item_code="SKU"),
    ),
    MARKS,
    LINE_ENDS,
)
DELIMITED_SALES = Target(
    "delimited_sales",
    (
        sales(SALES),
        sales(SALES.replace(",", ";"), delimiter=";", decimal_sign=",", quantity_sign="STOCK_VIEW"),
        sales(SALES.replace("2026-11-20,", "20.11.2026,"), date_format="%d.%m.%Y", timezone="UTC"),
    ),
    MARKS,
    LINE_ENDS,
)
TABLES = Target(
    "table",
    (
        of_dialect("table", TABLE, TABLE.replace(",", "\t"), decimal_sign=".", delimiter=","),
        of_dialect(
            "table",
            GERMAN,
            delimiter=";",
            decimal_sign=",",
            time_format="%d.%m.%Y %H:%M:%S",
            encoding="cp1252",
            columns={"store": "Filiale", "item": "EAN", "quantity": "Bestand", "as_of": "Stand"},
        ),
        of_dialect(
            "table",
            f"EAN,Bestand Mitte,Bestand Hafen\n{MILK},3,\n96385074,x,-1\n",
            columns={"store": "Bestand (.+)", "item": "EAN"},
        ),
        of_dialect(
            "table",
            "store,sku,QOH,ATP,Res,Dmg\nS1,A,10,7,2,1\nS1,B,,4,1,\nS1,C,5,5,x,\n",
            item_code="SKU",
            columns=STATES,
            scale="1000",
        ),
        of_dialect(
            "table",
            f"EAN,Article,on_hand\n{MILK},A,1\n,B,2\nhttps://example.org,C,3\n",
            store="S1",
            item_columns=[["GTIN", "EAN"], ["SKU", "Article"]],
        ),
        of_dialect(
            "table", RECEIPTS, kind="SALES", columns=RECEIPT_COLUMNS, decimal_sign=".", currency="EUR"
        ),
        of_dialect("table", WEEKS, kind="SALES", columns=PERIOD, item_code="SKU", quantity_sign="STOCK_VIEW"),
        of_dialect("table", f"store,gtin,place\nS1,{MILK},Aisle 4\nS1,{MILK},\n", kind="PLACES"),
        of_dialect("table", f"store,gtin,quantity,business_day\nS1,{MILK},7,2026-11-16\n", kind="SALES"),
    ),
    MARKS,
    (*LINE_ENDS, b"Summe", b"total", b"on_hand", b"KGM", b"not tracked"),
)
GOOGLE = Target(
    "google_inventory",
    (
        of_dialect("google_inventory", NAMES + ROWS, (NAMES + ROWS).replace("\t", ","), RSS, ATOM, BARE),
        of_dialect("google_inventory", NAMES + ROWS, RSS, encoding="utf-16"),
    ),
    (*MARKS, b"<", b">", b"</"),
    (
        *LINE_ENDS,
        b"in stock",
        b"out_of_stock",
        b"<item>",
        b"</item>",
        b"<g:quantity>",
        b"<!DOCTYPE a>",
        b"&amp;",
        b"<![CDATA[",
    ),
)
SHOPS = (
    Target(
        "shopify",
        (
            of_dialect(
                "shopify",
                WIDE + f"{MUG},7,not stocked\n{MUG},0,-3\n",
                LONG + f"{MUG},Harbour,5,1,2,4,7\n{MUG},Mill,,,,,not stocked\n",
                LONG_2026 + f"{MUG},Harbour,A-7,5,1,2,4,7,99\n",
                WIDE + 'mug,"A ""blue"" mug\nfor tea, too",,,,,,,MUG-1,,,7,1\n',
                LONG.replace(",", ";") + f"{MUG},Mill,5,1,2,4,7\n".replace(",", ";"),
            ),
        ),
        MARKS,
        (*LINE_ENDS, b"not stocked", b"On hand (new)"),
    ),
    Target(
        "shopify_products",
        (of_dialect("shopify_products", PRODUCTS, PRODUCTS.replace("Variant ", ""), store="0012"),),
        MARKS,
        LINE_ENDS,
    ),
    Target(
        "loyverse",
        (
            of_dialect(
                "loyverse",
                LOYVERSE + loyverse_line() + loyverse_line(barcode="https://example.org"),
                LOYVERSE + loyverse_line(track="N", stock=",0"),
            ),
        ),
        MARKS,
        LINE_ENDS,
    ),
)
_SHEET = cells(TABLE)
WORKBOOKS = Target(
    "workbook",
    (
        of_dialect("table", xlsx(_SHEET, cells(RECEIPTS)), xls(_SHEET), ods(_SHEET), decimal_sign="."),
        of_dialect("table", xlsx(_SHEET, cells(TABLE)), kind="STOCK", sheet=2),
        of_dialect("google_inventory", xlsx(cells(NAMES + ROWS, "\t"))),
        of_dialect("shopify", xlsx(cells(LONG + f"{MUG},Harbour,5,1,2,4,7\n"))),
    ),
    (b"<", b">", b'"', b"="),
    (
        b"<row>",
        b'<c r="A1" t="s"><v>0</v></c>',
        b'r="XFD1048576"',
        b'r="A99999999999"',
        b't="d"',
        b"<!DOCTYPE a>",
        b"xl/",
        b"sheet1",
    ),
    is_archive=True,
)
TARGETS = (DELIMITED_STOCK, DELIMITED_SALES, TABLES, GOOGLE, *SHOPS, WORKBOOKS)
