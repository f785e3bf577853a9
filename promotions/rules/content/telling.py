"""How the stores are told: lines to say, how loudly, and a question that shows that it was understood."""

import re
from collections.abc import Mapping
from typing import Any

from promotions.rules.content.shapes import Wrong
from promotions.rules.words import Urgency

MOST_LINES = 3
LONGEST_LINE = 120
# A link, or the SHA-256 by which an uploaded picture is known.
PICTURE = re.compile(r"https://[^\s/]+(/\S*)?|[0-9a-f]{64}", re.ASCII)
FEWEST_ANSWERS, MOST_ANSWERS = 2, 4


def lines_of(text: str) -> tuple[str, ...]:
    """The lines that say something, without the blanks around them."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def check_telling(content: Mapping[str, Any], wrong: Wrong) -> None:
    """Talk track, urgency, picture and quiz."""
    urgency = content.get("urgency") or Urgency.SHIFT
    if urgency not in set(Urgency):
        wrong("urgency", f"Choose from {', '.join(Urgency)}.")
    said = lines_of(content.get("talk_track") or "")
    if len(said) > MOST_LINES:
        wrong("talk_track", f"Write at most {MOST_LINES} lines; there are {len(said)}.")
    for line in said:
        if len(line) > LONGEST_LINE:
            wrong("talk_track", f"“{line[:30]}…” is longer than {LONGEST_LINE} characters.")
    picture = content.get("picture") or ""
    if picture and not PICTURE.fullmatch(picture):
        wrong("picture", "Choose a file, or enter an address that begins with https://.")
    check_quiz(content, wrong)


def check_quiz(content: Mapping[str, Any], wrong: Wrong) -> None:
    """A question with two to four different answers, of which the first is right; or nothing at all."""
    question = (content.get("quiz_question") or "").strip()
    answers = lines_of(content.get("quiz_answers") or "")
    if not question:
        for field in ("quiz_answers", "quiz_explanation"):
            if (content.get(field) or "").strip():
                wrong(field, "Enter the question, or leave this empty.")
        return
    if not FEWEST_ANSWERS <= len(answers) <= MOST_ANSWERS:
        wrong(
            "quiz_answers",
            f"Write {FEWEST_ANSWERS} to {MOST_ANSWERS} answers, one a line, the right one first.",
        )
    elif len(set(answers)) < len(answers):
        wrong("quiz_answers", "Two of the answers are the same.")
    for line in answers:
        if len(line) > LONGEST_LINE:
            wrong("quiz_answers", f"“{line[:30]}…” is longer than {LONGEST_LINE} characters.")
