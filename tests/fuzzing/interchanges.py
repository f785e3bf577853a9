"""Good EDIFACT and X12 interchanges."""

from tests.fuzzing.targets import Target, of_dialect
from tests.inventory.feeds.edi_files import edifact, x12
from tests.inventory.feeds.test_edifact_invrpt import BGM, MADE, PLACE
from tests.inventory.feeds.test_edifact_slsrpt import EUROS, HEAD, MONTH, WEEK
from tests.inventory.feeds.test_x12_846 import NIGHTLY, nightly, warehouses
from tests.inventory.feeds.test_x12_852 import WEEK as X12_WEEK

MILK, CHEESE = "4006381333931", "96385074"
TOLERANT = ["control_count", "control_number"]
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
TARGETS = (
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
