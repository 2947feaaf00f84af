"""Which rows of a file are equal, and the how-manieth of its equals a row is. Eight bytes a row while it looks, next to none afterwards."""

from array import array
from collections.abc import Iterable, Sequence
from typing import Any


class Repeats:
    """Counts equal rows as they come by again. Rows are known by a number; those that come once cost a look."""

    def __init__(self, hashes: Iterable[int]) -> None:
        import numpy as np

        found = np.frombuffer(array("q", hashes), dtype=np.int64).copy()
        self.rows = len(found)
        found.sort()
        self._equal = np.unique(found[1:][found[1:] == found[:-1]]) if len(found) > 1 else found[:0]
        self._seen: Any = np.zeros(len(self._equal), dtype=np.int64)

    def number(self, keys: Sequence[bytes]) -> list[int] | None:
        """How many equal rows came before each of these, which come next in the file; None where none of the file has an equal."""
        import numpy as np

        if not len(self._equal):
            return None
        hashes = np.fromiter((hash(key) for key in keys), dtype=np.int64, count=len(keys))
        places = np.minimum(np.searchsorted(self._equal, hashes), len(self._equal) - 1)
        numbers = [0] * len(keys)
        for at in np.nonzero(self._equal[places] == hashes)[0].tolist():
            place = places[at]
            numbers[at] = int(self._seen[place])
            self._seen[place] += 1
        return numbers
