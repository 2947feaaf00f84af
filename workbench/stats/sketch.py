"""A mergeable sketch of numbers: counts in bins of equal relative width, so that any percentile is within 1 %. Owns its bytes.

Of every positive number from 1e-6 to 1e12 the bin is known, of negative ones the mirrored bin, and 0 has its own; numbers beyond are put
into the outermost bins. A sketch of many is the sum of the sketches of its parts, in any order, and taking a part out again is exact.

Source: Masson, Rim & Lee, "DDSketch: a fast and fully-mergeable quantile sketch with relative-error guarantees", PVLDB 12 (2019).
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from itertools import chain
from struct import Struct, error
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

ACCURACY = 0.01
_GAMMA = (1 + ACCURACY) / (1 - ACCURACY)
_PER_LOG = 1 / math.log(_GAMMA)
_LEAST = 1e-6
_SHIFT = 1 - math.ceil(math.log(_LEAST) * _PER_LOG)  # the bin of the least positive number is 1
_LAST = math.ceil(math.log(1e12) * _PER_LOG) + _SHIFT
_PAIR = Struct("<hI")  # bin, count
_BIN = Struct("<h")
_MOST = 2**32 - 1

EMPTY = b""


def bin_of(value: float) -> int:
    """The bin of a number: 0 for 0, mirrored for negative ones."""
    size = abs(value)
    if size < _LEAST:
        return 0
    place = min(math.ceil(math.log(size) * _PER_LOG) + _SHIFT, _LAST)
    return place if value > 0 else -place


def value_of(place: int) -> float:
    """The number that stands for a bin: at most `ACCURACY` away from every number in it, relatively."""
    if not place:
        return 0.0
    size = 2 * _GAMMA ** (abs(place) - _SHIFT) / (_GAMMA + 1)
    return math.copysign(size, place)


@lru_cache(maxsize=100)
def values_of(begin: int, end: int) -> "np.ndarray":
    """`value_of` of the bins from `begin` until before `end`."""
    import numpy as np

    return np.array([value_of(place) for place in range(begin, end)])


def pack(counts: Mapping[int, int]) -> bytes:
    """Counts by bin as bytes: 6 a bin, in the order of the bins; bins that hold nothing are left out."""
    if len(counts) == 1:
        ((place, count),) = counts.items()
        return _PAIR.pack(place, min(count, _MOST)) if count > 0 else EMPTY
    held = sorted(pair for pair in counts.items() if pair[1] > 0)
    try:
        return _pairs(len(held)).pack(*chain.from_iterable(held))
    except error:  # a count that outgrew its four bytes
        return _pairs(len(held)).pack(*chain.from_iterable((place, min(count, _MOST)) for place, count in held))


def packed(bins: "np.ndarray", counts: "np.ndarray") -> bytes:
    """The sketch of bins in order and their counts."""
    import numpy as np

    pairs = np.empty(len(bins), dtype=[("bin", "<i2"), ("count", "<u4")])
    pairs["bin"], pairs["count"] = bins, counts
    return pairs.tobytes()


@cache
def _pairs(n: int) -> Struct:
    return Struct("<" + "hI" * n)


def unpack(sketch: bytes) -> dict[int, int]:
    """The counts by bin of `pack`'s bytes. Raises ValueError where they are not such bytes."""
    if len(sketch) % _PAIR.size:
        raise ValueError(f"{len(sketch)} bytes are no sketch: {_PAIR.size} make a bin.")
    return dict(_PAIR.iter_unpack(sketch))


def add(counts: dict[int, int], values: Iterable[float]) -> dict[int, int]:
    """`counts` with `values` counted in, in place."""
    for value in values:
        place = bin_of(value)
        counts[place] = counts.get(place, 0) + 1
    return counts


def combine(first: Mapping[int, int], second: Mapping[int, int], sign: int = 1) -> dict[int, int]:
    """The counts of both; with `sign` -1, of `first` without `second`."""
    both = dict(first)
    for place, count in second.items():
        both[place] = both.get(place, 0) + sign * count
    return {place: count for place, count in both.items() if count > 0}


def grown(sketch: bytes, counts: Mapping[int, int], sign: int = 1) -> bytes:
    """The sketch with `counts` added; with `sign` -1, taken out. A few counts are put in where they belong, without unpacking the rest."""
    if not counts:
        return sketch
    if not sketch and sign > 0:
        return pack(counts)
    if sign < 0 or len(counts) * 24 > len(sketch):
        both = unpack(sketch)
        for place, count in counts.items():
            both[place] = both.get(place, 0) + sign * count
        return pack(both)
    held = bytearray(sketch)
    for place, count in counts.items():
        name = _BIN.pack(place)
        at = held.find(name)
        while at % _PAIR.size and at >= 0:  # those two bytes may stand across two pairs, or in a count
            at = held.find(name, at + 1)
        if at >= 0:
            _PAIR.pack_into(held, at, place, min(_PAIR.unpack_from(held, at)[1] + count, _MOST))
        else:
            at = _after(held, place)
            held[at:at] = _PAIR.pack(place, min(count, _MOST))
    return bytes(held)


def _after(held: bytearray, place: int) -> int:
    """Where a bin that is not there yet is to be put."""
    low, high = 0, len(held) // _PAIR.size
    while low < high:
        middle = (low + high) // 2
        if _BIN.unpack_from(held, middle * _PAIR.size)[0] < place:
            low = middle + 1
        else:
            high = middle
    return low * _PAIR.size


def percentiles(sketches: Sequence[bytes], shares: Sequence[float]) -> list[float] | None:
    """The percentiles (`shares` are 0..1) of all the numbers in `sketches` together; None where there are none.

    Between two ranks the value is interpolated as numpy's default does (Hyndman & Fan's type 7), so each is within `ACCURACY` of it.
    """
    import numpy as np

    places, counts = merged(sketches)
    if not len(places):
        return None
    upto = np.cumsum(counts)
    values = np.array([value_of(int(place)) for place in places])
    ranks = np.asarray(shares, dtype=float) * float(upto[-1] - 1)
    low, high = (values[np.searchsorted(upto, edge(ranks), side="right").clip(max=len(values) - 1)] for edge in (np.floor, np.ceil))
    return [float(value) for value in low + (high - low) * (ranks - np.floor(ranks))]


def merged(sketches: Sequence[bytes]) -> "tuple[np.ndarray, np.ndarray]":
    """Bins in order and the count of each over all `sketches`: two integer arrays of equal length."""
    import numpy as np

    pairs = np.frombuffer(b"".join(sketches), dtype=[("bin", "<i2"), ("count", "<u4")])
    shifted = pairs["bin"].astype(np.int64) + _LAST
    summed = np.bincount(shifted, weights=pairs["count"], minlength=1) if len(pairs) else np.zeros(1)
    held = np.nonzero(summed)[0]
    return held - _LAST, summed[held].astype(np.int64)
