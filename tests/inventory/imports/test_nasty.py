"""Every input of our list of nasty files comes to what the list says, through the normal door."""

import io
import json
import zipfile
from datetime import UTC, datetime

import pytest
import xlsxwriter

from inventory.models import FeedRun
from tests.factories import create_item, create_source, create_store, gtin_for
from tests.inventory.feeds.edi_files import edifact, x12
from tests.inventory.feeds.poslogs import Receipt, Sold, poslog
from tests.inventory.imports.files import counts, levels, load
from tests.inventory.imports.nasty import (
    ALL_FIVE,
    COUNTED,
    FIVE,
    FULL,
    HEAD,
    JSON_COUNT,
    LIN,
    LOYVERSE,
    MILK,
    NOON,
    OATS,
    POSLOG,
    SALE_HEAD,
    SHOPIFY,
    SHOPIFY_LONG,
    SLSRPT,
    Case,
    advice,
    line,
    sale,
    stock,
)

NOW = datetime(2026, 11, 21, 18, 0, tzinfo=UTC)
GLN = "4012345000009"


def facts(*records: dict[str, object]) -> bytes:
    return "\n".join(map(json.dumps, records)).encode()


def workbook(*rows: list[object], sheet: str = "Stock") -> bytes:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        page = book.add_worksheet(sheet)
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    return content.getvalue()


def lying_workbook() -> bytes:
    """A cell in the last row and column: a small file that makes a parser ask for half a terabyte."""
    content = io.BytesIO(workbook(["store_code", "gtin", "on_hand", "as_of"], ["S1", OATS, 9, NOON]))
    out = io.BytesIO()
    with zipfile.ZipFile(content) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            data = old.read(info)
            if info.filename.endswith("sheet1.xml"):
                far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
                data = data.replace(b"</sheetData>", far)
            new.writestr(info, data)
    return out.getvalue()


CANONICAL = {"format": "canonical"}
X846 = {"format": "x12_846"}
VOIDED = Sold(OATS, is_voided=True)
ROQQIO_RETURN = poslog("roqqio", Receipt([Sold(OATS, is_return=True)]))
WINCOR_RETURN = poslog("wincor", Receipt([Sold(OATS, is_return=True)]))
ORPHAN = poslog("ncr", Receipt([VOIDED])).replace(b"<LineItem ><Sequ", b"<LineItem ><Sequ")
SHOPIFY_ROW = "oats,Oats,Title,Default Title,{sku},S1,0,0,0,{available},{on_hand}\n"

CASES = [
    Case(
        "2",
        "the same figures with other line order and a mark",
        "A",
        b"\xef\xbb\xbf" + stock(line(MILK, 4), line()),
        before=(COUNTED,),
        levels={("S1", "OATS"): 9, ("S1", "MILK"): 4},
    ),
    Case(
        "3",
        "the same sale again",
        "A",
        stock(sale(), sale(MILK, key="13,1"), head=SALE_HEAD),
        kind="SALES",
        before=(stock(sale(), head=SALE_HEAD),),
    ),
    Case(
        "4",
        "the same sale with other content",
        "L transaction_conflict",
        stock(sale(quantity=5), head=SALE_HEAD),
        kind="SALES",
        before=(stock(sale(), head=SALE_HEAD),),
    ),
    Case(
        "5",
        "two equal LIN of one report",
        "A",
        edifact("SLSRPT", SLSRPT).encode(),
        {"format": "edifact_slsrpt"},
        "SALES",
    ),
    Case(
        "6",
        "an older file after a newer one",
        "A",
        stock(line(OATS, 3, at="2026-11-19T12:00:00Z")),
        before=(COUNTED,),
        levels={("S1", "OATS"): 9, ("S1", "MILK"): 4},
    ),
    Case("8", "a full file without a line", "H empty_snapshot", HEAD.encode(), FULL, before=(COUNTED,)),
    Case(
        "9",
        "a full file that lost three of five",
        "H drop_guard",
        stock(line(FIVE[0], 9, at="2026-11-21T12:00:00Z"), line(FIVE[1], 9, at="2026-11-21T12:00:00Z")),
        FULL,
        before=(ALL_FIVE,),
    ),
    Case(
        "10",
        "a full file for another store",
        "A",
        stock(line(OATS, 1, "0012")),
        FULL,
        before=(COUNTED,),
        levels={("S1", "OATS"): 9, ("S1", "MILK"): 4, ("0012", "OATS"): 1},
    ),
    Case(
        "11",
        "a delta on a full profile",
        "A",
        advice(*LIN, purpose="25"),
        X846 | FULL,
        before=(advice(*LIN, f"LIN*2*UK*{MILK}", "QTY*33*4*EA").replace(b"1200", b"1100"),),
        levels={("S1", "OATS"): 7, ("S1", "MILK"): 4},
    ),
    Case("11b", "an unknown purpose", "R unknown_purpose", advice(*LIN, purpose="99"), X846),
    Case("12", "a wrong segment count", "R control_count", advice(*LIN).replace(b"SE*6*", b"SE*9*"), X846),
    Case(
        "12b",
        "a wrong segment count, tolerated",
        "W control_count",
        advice(*LIN).replace(b"SE*6*", b"SE*9*"),
        X846 | {"tolerance": ["control_count"]},
    ),
    Case(
        "13",
        "a group's number that is not its trailer's",
        "R control_number",
        advice(*LIN).replace(b"GE*1*77", b"GE*1*78"),
        X846,
    ),
    Case("14", "an interchange cut in the middle", "R truncated", advice(*LIN)[:-30], X846),
    Case(
        "14b",
        "a POSLog that is not closed",
        "R truncated",
        poslog("plain", Receipt([Sold(OATS)]))[:-12],
        POSLOG,
        "SALES",
    ),
    Case("14c", "a last line that is short", "R truncated", stock(line()) + b"S1,0", {}),
    Case(
        "15",
        "an ISA that is padded wrong",
        "R isa_layout",
        advice(*LIN).replace(b"ISA*00*          *", b"ISA*00*        *"),
        X846,
    ),
    Case(
        "16",
        "a tilde as separator and a question mark as terminator",
        "A",
        advice(*LIN, separator="~", terminator="?"),
        X846,
    ),
    Case(
        "17",
        "no UNA, lines as segments",
        "R segment_terminator",
        edifact("SLSRPT", SLSRPT, una="").replace("'", "\n").encode(),
        {"format": "edifact_slsrpt"},
        "SALES",
    ),
    Case(
        "17b",
        "no UNA, lines as segments, as agreed",
        "A",
        edifact("SLSRPT", SLSRPT, una="").replace("'", "\n").encode(),
        {"format": "edifact_slsrpt", "segment_terminator": "\n"},
        "SALES",
    ),
    Case(
        "18",
        "release characters",
        "A",
        edifact("SLSRPT", [*SLSRPT[:4], "FTX+AAI+++It?'s 5?+5 ??", *SLSRPT[4:]]).encode(),
        {"format": "edifact_slsrpt"},
        "SALES",
    ),
    Case(
        "19",
        "a total beside its parts",
        "A",
        advice(
            f"LIN*1*UK*{OATS}", "QTY*33*9*EA", "SCH*5*EA*WH*S1*097*20261120", "SCH*4*EA*WH*0012*097*20261120"
        ),
        X846,
        levels={("S1", "OATS"): 5, ("0012", "OATS"): 4},
    ),
    Case(
        "19b",
        "a total that is not its parts' sum",
        "L split_mismatch",
        advice(*LIN, "SCH*5*EA*WH*S1*097*20261120"),
        X846,
    ),
    Case(
        "20",
        "sold and on hand in one line",
        "A",
        x12(
            "852", ["XQ*H*20261119*20261120", "N1*ST**92*S1", f"LIN*1*UK*{OATS}", "ZA*QS*3*EA", "ZA*QA*6*EA"]
        ).encode(),
        {"format": "x12_852"},
        levels={("S1", "OATS"): 6},
    ),
    Case("21", "an unknown store", "L unknown_store", stock(line(), line(store="0412"))),
    Case(
        "21b", "unknown stores only", "R wrong_partner", stock(line(store="0412"), line(MILK, store="0413"))
    ),
    Case("22", "12 is not 0012", "L unknown_store", stock(line(), line(MILK, 4, "12"))),
    Case(
        "22b",
        "a code of twenty digits",
        "A",
        stock(line(OATS, 3, "14941325208231197348")),
        levels={("14941325208231197348", "OATS"): 3},
    ),
    Case(
        "23",
        "a wrong check digit",
        "L gtin_check_digit",
        stock(line(), line(OATS[:-1] + str((int(OATS[-1]) + 1) % 10))),
    ),
    Case(
        "24",
        "a zero that Excel took",
        "W repaired_leading_zero",
        facts(JSON_COUNT | {"item": "36000291452"}),
        CANONICAL,
    ),
    Case("24b", "digits that Excel took", "L gtin_exponent", stock(line(), line("5.90124E+12"))),
    Case(
        "25",
        "an address in the barcode's cell",
        "W barcode_not_gtin",
        (LOYVERSE + "oats,OATS,Oats,https://example.com/p/17,9\n").encode(),
        {"format": "loyverse"},
        levels={("S1", "OATS"): 9},
    ),
    Case(
        "26",
        "no SKU anywhere, mapped by its handle",
        "A",
        (SHOPIFY_LONG + SHOPIFY_ROW.format(sku="", available=9, on_hand=9)).encode(),
        SHOPIFY,
        levels={("S1", "HANDLED"): 9},
    ),
    Case(
        "26b",
        "no SKU and no handle",
        "L no_item_key",
        (
            SHOPIFY_LONG + SHOPIFY_ROW.format(sku="OATS", available=9, on_hand=9) + ",,,,,S1,0,0,0,9,9\n"
        ).encode(),
        SHOPIFY,
    ),
    Case(
        "27",
        "one item twice with different stock",
        "L ambiguous_item",
        stock(line(MILK, 4), line(OATS, 9), line(OATS, 8)),
    ),
    Case(
        "28",
        "not stocked is not nothing",
        "W not_tracked",
        (
            SHOPIFY_LONG
            + SHOPIFY_ROW.format(sku="OATS", available="not stocked", on_hand="not stocked")
            + SHOPIFY_ROW.format(sku="MILK", available=0, on_hand=0)
        ).encode(),
        SHOPIFY,
        levels={("S1", "MILK"): 0},
    ),
    Case("29", "a negative level", "A", stock(line(quantity=-31)), levels={("S1", "OATS"): -31}),
    Case(
        "29b",
        "a negative level where there may be none",
        "L negative",
        stock(line(MILK, 4), line(quantity=-31)),
        {"negatives": False},
    ),
    Case(
        "30",
        "1.234 in German",
        "A",
        stock(line(quantity="1.234")),
        {"decimal_sign": ","},
        levels={("S1", "OATS"): 1234},
    ),
    Case(
        "30b",
        "1.234 in English",
        "A",
        stock(line(gtin_for(9), "1.234")),
        {"decimal_sign": "."},
        levels={("S1", "CHEESE"): 1234},
    ),
    Case("30c", "1.234 in nobody's language", "R locale_undeclared", stock(line(quantity="1.234"))),
    *(
        Case("31", f"{text} is no number", "L not_a_number", stock(line(MILK, 4), line(quantity=text)))
        for text in ("1_000", "１２", "NaN", "1E+5", "²", "12 Stk", "'5", "+5")
    ),
    Case("31b", "a minus behind", "L not_a_number", stock(line(MILK, 4), line(quantity="120-"))),
    Case("32", "NCR's void line", "A", poslog("ncr", Receipt([Sold(OATS), VOIDED])), POSLOG, "SALES"),
    Case("32b", "ROQQIO's negative sale", "A", ROQQIO_RETURN, POSLOG, "SALES"),
    Case("32c", "Wincor's return", "A", WINCOR_RETURN, POSLOG, "SALES"),
    Case(
        "33",
        "a weight that the item is counted in",
        "A",
        facts(JSON_COUNT | {"item": gtin_for(9), "quantity": "0.65", "unit": "KGM"}),
        CANONICAL,
        levels={("S1", "CHEESE"): 650},
    ),
    Case(
        "33b",
        "a weight of what is counted by the piece",
        "L uom_mismatch",
        facts(JSON_COUNT | {"item": MILK}, JSON_COUNT | {"quantity": "0.65", "unit": "KGM"}),
        CANONICAL,
    ),
    Case(
        "34",
        "thousandths, scaled",
        "A",
        facts(JSON_COUNT | {"item": gtin_for(9), "quantity": 89638}),
        CANONICAL | {"scale": 0.001},
        levels={("S1", "CHEESE"): 89638},
    ),
    Case(
        "34b",
        "thousandths of another unit",
        "L uom_mismatch",
        facts(JSON_COUNT, JSON_COUNT | {"item": MILK, "quantity": 89638, "unit": "MLT"}),
        CANONICAL,
    ),
    Case(
        "35",
        "tenders that do not add up",
        "L transaction_control",
        poslog("plain", Receipt([Sold(OATS)])).replace(b"<Amount>2.50</Amount>", b"<Amount>2.00</Amount>"),
        POSLOG,
        "SALES",
    ),
    Case(
        "35b",
        "a training receipt",
        "W ignored",
        poslog(
            "plain",
            Receipt(
                [Sold(OATS)],
                retail_attributes='TransactionStatus="Delivered"',
                attributes='TrainingModeFlag="true"',
            ),
            Receipt([Sold(MILK)], number=2),
        ),
        POSLOG,
        "SALES",
    ),
    Case(
        "36",
        "after midnight, still yesterday's business day",
        "A",
        stock(sale(at="2026-11-21T06:30:00Z"), head=SALE_HEAD),
        kind="SALES",
    ),
    Case("36b", "an hour that was twice", "W ambiguous_time", stock(line(at="2026-11-01T01:30:00"))),
    Case("36c", "an hour that never was", "L bad_time", stock(line(MILK, 4), line(at="2026-03-08T02:30:00"))),
    Case("37", "a time far ahead", "L future", stock(line(MILK, 4), line(at="2026-11-21T18:16:00Z"))),
    Case("37b", "a clock a little ahead", "W clamped", stock(line(at="2026-11-21T18:10:00Z"))),
    Case(
        "38", "cp1252 where UTF-8 was agreed", "R encoding", stock(line()) + "S1,Müsli,1,\n".encode("cp1252")
    ),
    Case(
        "39",
        "a document type definition",
        "R hostile_input",
        b'<?xml version="1.0"?><!DOCTYPE POSLog [<!ENTITY a "b">]><POSLog/>',
        POSLOG,
        "SALES",
    ),
    Case(
        "39b",
        "a workbook with a cell at its far end",
        "R hostile_input",
        lying_workbook(),
        {"format": "table", "columns": {"quantity": "on_hand"}},
    ),
    Case("E1", "a quote that does not close", "R csv_quote", stock(line(), f'S1,"{MILK},4,{NOON}')),
    Case(
        "E2",
        "an .xls that is HTML",
        "R not_an_excel_file",
        b"<html><table><tr><td>9</td></tr></table></html>",
        {"format": "table", "container": "WORKBOOK", "columns": {"quantity": "on_hand"}},
    ),
    Case("E3", "a header nobody knows", "R unknown_header", stock(line(), head="shop,ean,menge,stand\n")),
]


@pytest.fixture
def world(db: None) -> None:
    for code in ("S1", "0012", "14941325208231197348"):
        create_store(store_code=code)
    create_item(sku="OATS", gtin=OATS)
    create_item(sku="MILK", gtin=MILK)
    create_item(sku="CHEESE", gtin=gtin_for(9), unit="KGM", unit_decimals=3)
    create_item(sku="US", gtin="00036000291452")
    handled = create_item(sku="HANDLED", gtin=gtin_for(10))
    handled.identifiers.create(kind="INTERNAL", value="oats/Default Title")
    for number in range(3, 6):
        create_item(sku=f"I{number}", gtin=gtin_for(number))


def told(run: FeedRun) -> str:
    """What became of a file, in the letters of the list."""
    if run.state == FeedRun.State.REFUSED:
        return f"R {run.problem['code']}"
    if run.state == FeedRun.State.HELD:
        return f"H {run.problem['code']}"
    codes = sorted(set(run.rejected_rows.values_list("code", flat=True)))
    if codes:
        return f"L {' '.join(codes)}"
    noted = sorted(note["code"] for note in run.notes if note["code"] not in ("as_of_from_receipt",))
    return f"W {' '.join(noted)}" if noted else "A"


@pytest.mark.parametrize("case", CASES, ids=str)
def test_outcome(world: None, case: Case) -> None:
    source = create_source(kind=case.kind, profile=dict(case.profile))
    for content in case.before:
        assert load(content, source=source, now=NOW).state == FeedRun.State.LOADED
    run = load(case.content, source=source, now=NOW)
    assert told(run) == case.outcome, (run.problem, run.notes, list(run.rejected_rows.values("message")))
    counts(run)
    if case.levels is not None:
        assert levels() == case.levels
