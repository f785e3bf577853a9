"""A short run of the fuzzer for every reader; `python -m tests.fuzzing` is the long one."""

import pytest

from inventory.feeds.dialects import DIALECTS
from tests.fuzzing.readers import TARGETS
from tests.fuzzing.runs import fuzz

FILES = 40
# These cost more a file: arrays, and a process for each workbook.
FEWER = {"delimited_stock": 12, "delimited_sales": 12, "workbook": 2}


@pytest.mark.parametrize("name", TARGETS)
def test_whatever_the_bytes_a_reader_keeps_its_promises(name: str) -> None:
    result = fuzz(TARGETS[name], seed=7, is_over=lambda files, _seconds: files >= FEWER.get(name, FILES))
    assert [(finding.told, finding.content) for finding in result.findings.values()] == []


def test_every_dialect_is_fuzzed() -> None:
    assert DIALECTS.keys() <= TARGETS.keys()


def test_a_run_does_the_same_again() -> None:
    first, second = (
        fuzz(TARGETS["number"], seed=3, is_over=lambda files, _seconds: files >= 100) for _run in "ab"
    )
    assert (first.iterations, first.kept) == (second.iterations, second.kept)
    assert first.kept > 0
