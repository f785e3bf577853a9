"""Units as partners write them, reduced to the three goods are counted in (UN/ECE Rec 20: EA, KGM, LTR)."""

from decimal import ROUND_HALF_EVEN, Decimal

# Code → (ours, how much of ours one of it is). The pound is 0.45359237 kg, the US gallon 3.785411784 l, by definition.
UNITS: dict[str, tuple[str, Decimal]] = {
    **dict.fromkeys(("EA", "PCE", "PCS", "PC", "C62", "H87", "ST", "UN", "NAR", "EACH"), ("EA", Decimal(1))),
    **dict.fromkeys(("KGM", "KG"), ("KGM", Decimal(1))),
    **dict.fromkeys(("GRM", "GR", "G"), ("KGM", Decimal("0.001"))),
    **dict.fromkeys(("LBR", "LB", "LBS"), ("KGM", Decimal("0.45359237"))),
    **dict.fromkeys(("ONZ", "OZ"), ("KGM", Decimal("0.028349523125"))),
    **dict.fromkeys(("LTR", "L", "LT"), ("LTR", Decimal(1))),
    **dict.fromkeys(("CLT", "CL"), ("LTR", Decimal("0.01"))),
    **dict.fromkeys(("MLT", "ML"), ("LTR", Decimal("0.001"))),
    **dict.fromkeys(("GLL", "GA", "GAL"), ("LTR", Decimal("3.785411784"))),
}


class UnusableQuantity(ValueError):
    """Why a quantity does not fit its item: a code, and what was expected."""

    def __init__(self, code: str, expected: str) -> None:
        super().__init__(f"{code}: expected {expected}")
        self.code = code
        self.expected = expected


def smallest_units(quantity: Decimal, *, unit: str | None, item_unit: str, decimals: int, limit: int) -> int:
    """A quantity as an integer of 10^-decimals of the item's unit; `unit` None means the item's own.

    Weights and volumes in other units are converted and rounded to the smallest unit, half to even. Raises
    UnusableQuantity: uom_mismatch, not_a_number for more decimals than the item has, out_of_range.
    """
    factor = Decimal(1)
    if unit:
        ours, factor = UNITS.get(unit.upper(), ("", factor))
        if ours != item_unit:
            raise UnusableQuantity("uom_mismatch", f"a unit of the item, which is counted in {item_unit}")
    scaled = (quantity * factor).scaleb(decimals)
    whole = scaled.to_integral_value(ROUND_HALF_EVEN)
    if whole != scaled and factor == 1:
        code = "uom_mismatch" if item_unit == "EA" else "not_a_number"
        raise UnusableQuantity(code, f"at most {decimals} decimals, as the item is counted")
    if abs(whole) > limit:
        raise UnusableQuantity("out_of_range", f"at most {limit:,} of the item's smallest unit")
    return int(whole)
