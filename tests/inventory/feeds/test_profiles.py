"""What a profile may declare."""

import pytest

from inventory.feeds.profiles import read_profile
from inventory.feeds.records import TOLD_LIMIT, FeedRefused


@pytest.mark.parametrize(
    "declared",
    [
        {"encoding": "unicode_escape"},  # may make half a character of bytes
        {"encoding": "utf-7"},
        {"encoding": "undefined"},
        {"encoding": "\ud800"},
        {"encoding": "a\0b"},
        {"scale": "1e400"},
        {"scale": "1e-400"},
        {"scale": 0},
        {"scale": "NaN"},
        {"timezone": "../../etc/passwd"},
        {"timezone": "a\0b"},
        {"timezone": "America"},  # a folder of the zone database
        {"timezone": "E" * 300},  # longer than a file may be named
    ],
)
def test_what_cannot_be_used_is_refused(declared: dict[str, object]) -> None:
    with pytest.raises(FeedRefused, match="bad_profile"):
        read_profile("STOCK", declared)


def test_a_refusal_quotes_what_a_person_and_a_database_can_read() -> None:
    refused = FeedRefused("bad_profile", "a\0b\ud800" + "c" * 5000)
    assert refused.message.startswith("a\u2400b\\ud800c")
    assert len(refused.message) < TOLD_LIMIT + 10
    assert str(refused) == f"bad_profile: {refused.message}"
