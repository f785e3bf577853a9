"""Single-use codes: what they are made of, and how a slip of the finger differs from an unknown code."""

import re
import secrets

# Without 0, 1, I, L and O, which people take for each other. 31 is a prime, so the weighted sum below notices every
# single wrong character and every two neighbours that changed places.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
BODY = (
    11  # 31^11 is 2.5 × 10^16: a million codes out of it, and a guess hits one in 25 thousand million tries
)
LONGEST = 40

_GAPS = re.compile(r"[\s-]+")
_FORM = re.compile(r"[0-9A-Z]{4,40}", re.ASCII)
_OURS = re.compile(f"(?=.*[A-Z])[{ALPHABET}]{{{BODY + 1}}}", re.ASCII)


def new_code() -> str:
    """A code that nobody can guess: 11 random characters and a check character, at least one of them a letter."""
    while True:
        number = secrets.randbelow(len(ALPHABET) ** BODY)
        body = ""
        for _place in range(BODY):
            number, character = divmod(number, len(ALPHABET))
            body += ALPHABET[character]
        code = body + check_character(body)
        if not code.isdigit():  # twelve digits would be taken for a barcode
            return code


def check_character(body: str) -> str:
    """The character that makes Σ place × value, counted from 1 at the right, divisible by 31."""
    total = sum(place * ALPHABET.index(sign) for place, sign in enumerate(reversed(body), 2))
    return ALPHABET[-total % len(ALPHABET)]


def printed_code(code: str) -> str:
    """A code in fours, as people read it out."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def canonical_code(text: str) -> str:
    """A code as it is kept: capitals, without the blanks and hyphens people read it by; "" for what is none.

    Letters and digits of ASCII, 4 to 40 of them.
    """
    code = _GAPS.sub("", text[:200]).upper()
    return code if _FORM.fullmatch(code) else ""


def is_mistyped(text: str) -> bool:
    """Looks like a code of ours, but its check character does not fit."""
    code = canonical_code(text)
    return bool(_OURS.fullmatch(code)) and check_character(code[:-1]) != code[-1]
