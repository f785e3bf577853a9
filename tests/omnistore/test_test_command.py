"""How `manage.py test` ends: with what the worst of its parts ended with."""

import pytest

from omnistore.management.commands.test import exit_code


@pytest.mark.parametrize(
    ("codes", "code"),
    [
        ([0, 0], 0),
        ([0, 5], 0),  # a marker left one part without a test
        ([5, 5], 5),
        ([0, 1], 1),
        ([0, -9], 137),  # one part was killed: nobody knows what it would have said
    ],
)
def test_a_part_that_did_not_end_well_is_not_lost(codes: list[int], code: int) -> None:
    assert exit_code(codes) == code
