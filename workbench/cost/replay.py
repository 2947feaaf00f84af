"""Replays the recorded calls against an exact-match cache: what it would have answered, exactly, stream by stream.

The cache is keyed by model and request (`prompt_hash`), holds an entry for a fixed time from its write, and has no bound on its size. A
call that finds no living entry asks the model and, where that answers, writes one; a hit renews nothing. The write counts from the
moment its call began: identical calls under way at the same time are taken to wait for one answer. Calls that were not answered are
left out on both sides; calls without a recorded text are asked for, and taken as never repeated.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from workbench.cost.model import KINDS, Rule
from workbench.cost.traffic import Hits, Stream, Traffic
from workbench.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from workbench.cost.columns import Columns


def exact(columns: "Columns", traffic: Traffic, ttl_s: int, *, rules: Sequence[Rule] = ()) -> Hits:
    """The shares of calls and of tokens of every stream that the cache answers. `rules` are those `traffic` was classified by.

    Raises InputError for a time-to-live below 0.
    """
    import numpy as np

    if ttl_s < 0:
        raise InputError(f"{ttl_s} is under 0", place="field levers.exact_cache.ttl_s", hint="0 turns the cache off.")
    streams = places(columns, traffic, rules)
    asked = columns.ok & (streams >= 0)
    hit = hits(columns, ttl_s, asked)
    size = len(traffic.streams)
    calls = np.bincount(streams[asked], minlength=size), np.bincount(streams[hit], minlength=size)
    sums = [
        [np.bincount(streams[chosen], weights=columns.tokens[chosen, kind], minlength=size) for chosen in (asked, hit)]
        for kind in range(len(KINDS))
    ]
    whole, found = int(np.count_nonzero(asked)), int(np.count_nonzero(hit))
    return Hits(
        calls=tuple(_share(calls[1][s], calls[0][s]) for s in range(size)),
        tokens=tuple(tuple(_share(after[s], before[s]) for before, after in sums) for s in range(size)),
        rate=_share(found, whole),
        asked=whole,
        hits=found,
        without_text=int(np.count_nonzero(asked & ~columns.has_hash)),
    )


def hits(columns: "Columns", ttl_s: int, asked: "NDArray[Any] | None" = None) -> "NDArray[Any]":
    """A flag for every call: the cache answers it. `asked` are the calls that count; all answered ones where it is not given."""
    import numpy as np

    found = np.zeros(len(columns.started_ms), dtype=bool)
    at = np.flatnonzero((columns.ok if asked is None else asked) & columns.has_hash)
    if not len(at) or ttl_s <= 0:
        return found
    times = columns.started_ms[at]
    if bool((times[1:] < times[:-1]).any()):
        at = at[np.argsort(times, kind="stable")]
    # By request, then by model, then by time: stable sorts from the last of them to the first.
    at = at[np.argsort(columns.model[at], kind="stable")]
    at = at[np.argsort(columns.prompt_hash[at], kind="stable")]
    written = _chain(columns.started_ms[at], _starts(columns, at), round(ttl_s * 1000))
    found[at] = True
    found[at[written]] = False
    return found


def places(columns: "Columns", traffic: Traffic, rules: Sequence[Rule] = ()) -> "NDArray[Any]":
    """The stream of every call, by its place in `traffic.streams`; -1 for a call that belongs to none."""
    import numpy as np

    from workbench.cost.rules import classify

    classes, klass = classify(columns, rules)
    names = (columns.models, (None, *columns.prompts), classes, range(len(traffic.bands) + 1), (None, *columns.processings))
    bands = np.searchsorted(np.array(traffic.bands, dtype=np.int64), columns.tokens[:, KINDS.index("input")])
    codes = (columns.model, columns.prompt + 1, klass, bands, columns.processing + 1)
    number = np.zeros(len(columns.started_ms), dtype=np.int64)
    for values, of in zip(codes, names, strict=True):
        number = number * len(of) + values
    numbers = {_number(stream, names): at for at, stream in enumerate(traffic.streams)}
    known = np.array(sorted(found for found in numbers if found is not None), dtype=np.int64)
    if not len(known):
        return np.full(len(number), -1, dtype=np.int64)
    at = np.minimum(np.searchsorted(known, number), len(known) - 1)
    streams = np.array([numbers[found] for found in known.tolist()], dtype=np.int64)
    return np.where(known[at] == number, streams[at], -1)


def _number(stream: Stream, names: Sequence[Sequence[object]]) -> int | None:
    """The stream as one number, as `places` has it; None where no call can be of it."""
    number = 0
    for value, of in zip((stream.model, stream.prompt, stream.klass, stream.band, stream.processing), names, strict=True):
        if value not in of:
            return None
        number = number * len(of) + of.index(value)
    return number


def _starts(columns: "Columns", at: "NDArray[Any]") -> "NDArray[Any]":
    """Whether a call is the first with its key, `at` being sorted by key."""
    import numpy as np

    first = np.ones(len(at), dtype=bool)
    asked, model = columns.prompt_hash[at], columns.model[at]
    first[1:] = (asked[1:] != asked[:-1]) | (model[1:] != model[:-1])
    return first


def _chain(times: "NDArray[Any]", first: "NDArray[Any]", ttl_ms: int) -> "NDArray[Any]":
    """The places of the calls that write, `times` being sorted within each key.

    A write at t is followed by the first call of its key at or after t + ttl; where there is none, by the first call of the next key.
    With every key moved beyond the reach of the one before it both are one search in one ascending array, and the writes are a chain.
    """
    import numpy as np

    key = np.cumsum(first) - 1
    since = times - times[first][key]  # since the key was first asked for: small, so that no product overflows
    ttl_ms = min(ttl_ms, int(since.max()) + 1)
    moved = since + key * (int(since.max()) + ttl_ms + 1)
    after = np.searchsorted(moved, moved + ttl_ms).tolist()
    written, place, end = [], 0, len(after)
    while place < end:
        written.append(place)
        place = after[place]
    return np.array(written, dtype=np.int64)


def _share(part: float, whole: float) -> Decimal:
    """Sums are whole numbers, so that the share is exact to the digits of a Decimal."""
    return Decimal(int(part)) / Decimal(int(whole)) if whole else Decimal(0)
