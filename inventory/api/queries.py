"""Values of the query string, checked: what makes no sense is said so, never passed on."""

from collections.abc import Mapping
from typing import Any

from rest_framework.exceptions import ValidationError


def number_in(query: Mapping[str, Any], name: str, *, least: int, most: int, otherwise: int) -> int:
    """A whole number, or `otherwise` when it is not given."""
    text = query.get(name)
    if text is None:
        return otherwise
    if not (text.isascii() and text.isdigit() and len(text) < 10 and least <= int(text) <= most):
        raise ValidationError({name: [f"Enter a whole number from {least} to {most}."]})
    return int(text)


def text_in(query: Mapping[str, Any], name: str, *, longest: int = 200) -> str:
    """A text without control characters, "" when it is not given."""
    text = str(query.get(name, "")).strip()
    if len(text) > longest:
        raise ValidationError({name: [f"Enter at most {longest} characters."]})
    if any(ord(sign) < 32 or ord(sign) == 127 for sign in text):
        raise ValidationError({name: ["Control characters are not allowed."]})
    return text
