"""How much sets of numbers have in common, each with each."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt


def shared_counts(sets: Sequence[Sequence[int]]) -> npt.NDArray[np.int64]:
    """How many members each two sets share, as a square matrix; each set names a member once.

    One product of a matrix of 0 and 1 with itself: 60 sets of 30,000 cost what a few large ones do.
    """
    if not sets:
        return np.zeros((0, 0), np.int64)
    arrays = [np.asarray(members, np.int64) for members in sets]
    names, places = np.unique(np.concatenate(arrays), return_inverse=True)
    holds = np.zeros((len(sets), len(names)), np.float32)  # counts stay exact to 16 million
    rows = np.repeat(np.arange(len(sets)), [len(members) for members in arrays])
    holds[rows, places] = 1
    return (holds @ holds.T).astype(np.int64)
