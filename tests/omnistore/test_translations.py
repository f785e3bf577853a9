"""Every text has its German, Spanish and French, with the same gaps, and what is shipped is what is written."""

import gettext
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = ("de", "es", "fr")
GAPS = re.compile(r"%\([a-z_]+\)[sd]|%[sd](?![a-z])|\{[a-z_]*\}|<[^>]+>")
# What the shop floor reads; the desk's texts are written in the same way.
TAGGED = re.compile(r"""{%\s*translate\s+(?:"([^"]+)"|'([^']+)')\s*(?:%}|as\s)""")


def folder_of(language: str) -> Path:
    return ROOT / "omnistore" / "locale" / language / "LC_MESSAGES"


def messages(language: str) -> list[Message]:
    with (folder_of(language) / "django.po").open("rb") as file:
        return [message for message in read_po(file, locale=language) if message.id]


def forms(text: str | tuple[str, ...] | list[str] | None) -> list[str]:
    return [text] if isinstance(text, str) else list(text or [""])


def texts_of_templates() -> Iterator[str]:
    for path in (ROOT / "templates").rglob("*.html"):
        for double, single in TAGGED.findall(path.read_text()):
            yield (double or single).replace("%", "%%")  # as the catalogue writes what a template says


@pytest.mark.parametrize("language", LANGUAGES)
def test_none_is_left_out_and_each_keeps_its_gaps(language: str) -> None:
    for message in messages(language):
        wanted = {frozenset(GAPS.findall(text)) for text in forms(message.id)}
        assert all(forms(message.string)), message.id
        assert {frozenset(GAPS.findall(text)) for text in forms(message.string)} <= wanted, message.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_shipped_is_what_is_written(language: str) -> None:
    with (folder_of(language) / "django.mo").open("rb") as file:
        shipped = gettext.GNUTranslations(file)
    for message in messages(language):
        if isinstance(message.id, str) and not message.context:
            assert shipped.gettext(message.id) == message.string


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_templates_say_nothing_that_is_not_in_it(language: str) -> None:
    known = {text for message in messages(language) for text in forms(message.id)}
    missing = set(texts_of_templates()) - {text.replace("%", "%%") for text in known} - known
    assert sorted(missing) == []
