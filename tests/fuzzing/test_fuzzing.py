"""A short run of the fuzzer for every reader; `python -m tests.fuzzing` is the long one."""

import pytest

from tests.fuzzing.readers import TARGETS
from tests.fuzzing.runs import fuzz

FILES = 150
# These cost more a file: arrays, and a process for each workbook.
FEWER = {"delimited_stock": 40, "delimited_sales": 40, "workbook": 3}


@pytest.mark.parametrize("name", TARGETS)
def test_whatever_the_bytes_a_reader_keeps_its_promises(name: str) -> None:
    result = fuzz(TARGETS[name], seed=7, is_over=lambda files, _seconds: files >= FEWER.get(name, FILES))
    assert [(finding.told, finding.content) for finding in result.findings.values()] == []


def test_a_run_does_the_same_again() -> None:
    first, second = (
        fuzz(TARGETS["number"], seed=3, is_over=lambda files, _seconds: files >= 100) for _run in "ab"
    )
    assert (first.iterations, first.kept) == (second.iterations, second.kept)
    assert first.kept > 0
