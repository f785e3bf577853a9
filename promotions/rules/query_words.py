"""The words that count of what somebody types or says: "the deal from the mail" is about the mail."""

import re

MOST_WORDS = 5
SHORTEST, LONGEST = 2, 30
LONGEST_NUMBER = 5

_WORD = re.compile(r"\w+")
# Said of every deal, so they find none: English, German, Spanish, French.
_SAID_OF_EVERYTHING = """
a all an and any at buy by deal deals discount for free from get in is it my of off offer offers on one or our promo
promotion sale saw special that the there this to was with you your
aktion angebot angebote auf aus bei das dem den der die ein eine einen für im ist mit oder rabatt und vom von zum zur
al con de del descuento el en es la las los oferta ofertas para por promoción su un una
au aux avec ce cette dans des du et le les offre offres ou par pour remise sur une
"""
_IDLE = frozenset(_SAID_OF_EVERYTHING.split())


def query_words(text: str) -> tuple[str, ...]:
    """At most five words in small letters, each once; words said of everything only where there are no others.

    Long numbers and web addresses are codes, not words.
    """
    if "://" in text:
        return ()
    words = dict.fromkeys(
        word[:LONGEST]
        for word in _WORD.findall(text[:200].lower().replace("_", " "))
        if len(word) >= SHORTEST and not (word.isdecimal() and len(word) > LONGEST_NUMBER)
    )
    telling = [word for word in words if word not in _IDLE]
    return tuple((telling or list(words))[:MOST_WORDS])
