"""Lines put aside store by store come back as they were, from memory or from disk."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from inventory.imports.spooling import StoreSpool


@pytest.mark.parametrize("in_memory", [10, 10**9])
def test_what_goes_in_comes_out(in_memory: int) -> None:
    chance = np.random.default_rng(4)
    stores = chance.integers(1, 5, 1_000).astype(np.int32)
    numbers, same = np.arange(1_000, dtype=np.int32), np.full(1_000, -(2**63), np.int64)
    values = chance.integers(-(2**62), 2**62, 1_000)
    columns: list[npt.NDArray[Any]] = [numbers, same, values]
    with StoreSpool(in_memory) as spool:
        for part in (slice(0, 400), slice(400, 1_000)):
            spool.add_block(stores[part], (numbers[part], same[part], values[part]))
        spool.include([4, 9])
        assert list(spool.batches(lines=10**9, stores=2)) == [[1, 2], [3, 4], [9]]
        for store in (3, 1, 4, 2):
            theirs = stores == store
            expected = [column[theirs] for column in columns]
            taken = spool.take(store)
            assert [column.dtype for column in taken] == [column.dtype for column in expected]
            assert [column.tolist() for column in taken] == [column.tolist() for column in expected]
        assert spool.take(9) == []


def test_batches_end_after_so_many_lines() -> None:
    with StoreSpool() as spool:
        spool.add_block(np.repeat(np.arange(6, dtype=np.int32), 10), (np.zeros(60),))
        assert list(spool.batches(lines=20, stores=100)) == [[0, 1], [2, 3], [4, 5]]
