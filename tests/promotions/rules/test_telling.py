"""How loudly a store is told, and what may go with an offer; each row worked by hand."""

from typing import Any

import pytest

from promotions.rules.content import content_errors
from promotions.rules.urgency import urgency_of_publishing, urgency_of_stopping
from promotions.rules.words import Urgency
from tests.factories_promotions import content_for


@pytest.mark.parametrize(
    ("own", "changed", "expected"),
    [
        ("SHIFT", None, "SHIFT"),
        ("TODAY", None, "TODAY"),
        ("NOW", None, "NOW"),
        ("SHIFT", {"percent_off"}, "NOW"),
        ("TODAY", {"long_title", "fixed_price_amount"}, "NOW"),
        ("SHIFT", {"ends_on"}, "SHIFT"),
        ("NOW", {"store_codes_inclusion"}, "NOW"),
        ("NOW", {"long_title"}, "SHIFT"),
        ("NOW", {"urgency"}, "SHIFT"),
    ],
)
def test_publishing(own: str, changed: set[str] | None, expected: str) -> None:
    assert urgency_of_publishing(own=Urgency(own), changed=changed) == expected


def test_what_has_begun_is_stopped_at_once() -> None:
    assert urgency_of_stopping(has_begun=True) == Urgency.NOW
    assert urgency_of_stopping(has_begun=False) == Urgency.SHIFT


QUIZ = {"quiz_question": "Which ones?", "quiz_answers": "All\nSome"}


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"urgency": "LOUD"}, "urgency"),
        ({"talk_track": "one\ntwo\nthree\nfour"}, "talk_track"),
        ({"talk_track": "x" * 121}, "talk_track"),
        ({"quiz_answers": "All\nSome"}, "quiz_answers"),
        ({"quiz_explanation": "So it is."}, "quiz_explanation"),
        (QUIZ | {"quiz_answers": ""}, "quiz_answers"),
        (QUIZ | {"quiz_answers": "All"}, "quiz_answers"),
        (QUIZ | {"quiz_answers": "1\n2\n3\n4\n5"}, "quiz_answers"),
        (QUIZ | {"quiz_answers": "All\n All "}, "quiz_answers"),
    ],
)
def test_what_may_not_be_said(said: dict[str, Any], field: str) -> None:
    assert list(content_errors(content_for(**said))) == [field]


def test_what_may_be_said() -> None:
    assert content_errors(content_for(talk_track="one\n\n two \nthree", urgency="TODAY", **QUIZ)) == {}
