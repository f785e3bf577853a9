"""QR codes on our pages."""

import segno
from django.utils.safestring import SafeString, mark_safe


def qr_code(text: str) -> SafeString:
    """The text as an inline SVG, dark on light in either colour scheme."""
    drawn = segno.make(text, error="m").svg_inline(omitsize=True, border=2, dark="#000", light="#fff")
    return mark_safe(drawn)  # noqa: S308 - drawn from modules, no character of the text is in it
