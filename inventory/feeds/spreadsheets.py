"""Texts on their way through a spreadsheet: nothing is taken for a formula, and what comes back is what left."""

import re

_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
_PLAIN_NUMBER = re.compile(r"[+-]?\d+([.,]\d+)?", re.ASCII)


def neutral(text: str) -> str:
    """A text that no spreadsheet takes for a formula; plain numbers stay as they are."""
    return f"'{text}" if _is_formula(text) else text


def restored(text: str) -> str:
    """The text that `neutral` was given."""
    return text[1:] if text.startswith("'") and _is_formula(text[1:]) else text


def _is_formula(text: str) -> bool:
    """Marks that stand before it do not count: so a text that had one of its own comes back with it."""
    text = text.lstrip("'")
    return text.startswith(_FORMULA_SIGNS) and not _PLAIN_NUMBER.fullmatch(text)
