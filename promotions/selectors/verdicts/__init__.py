"""The verdict on a scan: facts read in one statement, decided by the one rule, said in words."""

from promotions.selectors.verdicts.deciding import verdict_for
from promotions.selectors.verdicts.shapes import (
    ReasonLine,
    Verdict,
    VerdictDeal,
    VerdictItem,
    VerdictPrice,
    VerdictStock,
)

__all__ = [
    "ReasonLine",
    "Verdict",
    "VerdictDeal",
    "VerdictItem",
    "VerdictPrice",
    "VerdictStock",
    "verdict_for",
]
