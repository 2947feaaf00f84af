"""Cells of the rollups added up as a picture needs them: by some of their dimensions, by time, with everything figured from the sums.

Knows no database. A figure that nothing was counted for is None.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.ledger.rollups import Cell, Columns

_SUMS = (
    "calls", "ok", "errors", "retries", "input_tokens", "cached_tokens", "output_tokens", "cost_nano", "unpriced", "token_calls", "timed",
    "latency_ms", "first_timed", "ttft_ms", "rated", "liked",
)  # fmt: skip

_sums_of = attrgetter(*_SUMS)
Key = tuple[Any, ...]


@dataclass(slots=True)
class Tally:
    """Sums of calls, and the sketches of their times. `cost_nano` leaves out the `unpriced` ones."""

    calls: int = 0
    ok: int = 0
    errors: int = 0
    retries: int = 0
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    cost_nano: int = 0
    unpriced: int = 0
    token_calls: int = 0
    timed: int = 0
    latency_ms: int = 0
    first_timed: int = 0
    ttft_ms: int = 0
    rated: int = 0
    liked: int = 0
    latency: list[bytes] = field(default_factory=list)
    ttft: list[bytes] = field(default_factory=list)

    @property
    def priced(self) -> int:
        """Calls whose cost is known; a failed call without one cost nothing."""
        return self.calls - self.unpriced

    @property
    def usd(self) -> float | None:
        """The known cost in dollars; None where no call has a price."""
        return self.cost_nano / 1e9 if self.priced > 0 and (self.unpriced < self.ok or self.cost_nano or not self.ok) else None

    @property
    def tokens(self) -> int | None:
        """Tokens in and out; None where no call told any."""
        return self.input_tokens + self.output_tokens if self.token_calls else None

    @property
    def success_rate(self) -> float | None:
        """Answered calls as a share of all."""
        return share(self.ok, self.calls)

    @property
    def error_rate(self) -> float | None:
        """Failed calls as a share of all."""
        return share(self.errors, self.calls)

    @property
    def satisfaction(self) -> float | None:
        """Thumbs up as a share of the rated calls."""
        return share(self.liked, self.rated)

    @property
    def cached_share(self) -> float | None:
        """Input tokens that the provider had cached, as a share of all input tokens; None where no input was counted."""
        return share(self.cached_tokens, self.input_tokens)

    @property
    def usd_per_call(self) -> float | None:
        """Dollars a call of known price."""
        return None if self.usd is None else self.usd / self.priced

    @property
    def tokens_per_call(self) -> float | None:
        """Tokens in and out a call that told any."""
        return share(self.input_tokens + self.output_tokens, self.token_calls)

    @property
    def retries_per_call(self) -> float | None:
        """Retries a call."""
        return share(self.retries, self.calls)


_made: Callable[..., Tally] = Tally
Series = Mapping[Key, Mapping[int, Tally]]  # sums by key, and by the moment that a stretch of time begins


def share(part: float, whole: float) -> float | None:
    """The part of the whole; None where there is no whole."""
    return part / whole if whole else None


def total(cells: "Iterable[Cell | Tally]") -> Tally:
    """Everything together."""
    held = list(cells)
    if not held:
        return Tally()
    if len(held) == 1:
        return _made(*_sums_of(held[0]), [*held[0].latency], [*held[0].ttft])
    sums = map(sum, zip(*map(_sums_of, held), strict=True))
    return _made(*sums, [one for cell in held for one in cell.latency], [one for cell in held for one in cell.ttft])


def by(cells: "Iterable[Cell]", *names: str) -> dict[Key, Tally]:
    """Sums by the values of the dimensions `names`."""
    grouped: dict[Key, list[Cell]] = {}
    for cell in cells:
        grouped.setdefault(tuple([cell.key[name] for name in names]), []).append(cell)
    return {key: total(found) for key, found in grouped.items()}


def by_time(cells: "Iterable[Cell]", *names: str, step_ms: int) -> dict[Key, dict[int, Tally]]:
    """Sums by the values of `names`, each by stretches of `step_ms`."""
    grouped: dict[Key, dict[int, list[Cell]]] = {}
    for cell in cells:
        at_ms = cell.bucket_ms or 0
        grouped.setdefault(tuple([cell.key[name] for name in names]), {}).setdefault(at_ms - at_ms % step_ms, []).append(cell)
    return {key: {at: total(found) for at, found in buckets.items()} for key, buckets in grouped.items()}


def merged(groups: Iterable[Mapping[int, Tally]]) -> dict[int, Tally]:
    """Several series as one."""
    grouped: dict[int, list[Tally]] = {}
    for buckets in groups:
        for at, held in buckets.items():
            grouped.setdefault(at, []).append(held)
    return {at: held[0] if len(held) == 1 else total(held) for at, held in grouped.items()}


def of_sums(sums: Mapping[str, int]) -> Tally:
    """The sums of columns as one, without sketches; what columns do not hold is 0."""
    return _made(errors=sums["calls"] - sums["ok"], **sums)


def of_columns(columns: "Columns", keys: Sequence[int]) -> dict[int, Tally]:
    """Some keys of columns together, by the buckets that hold calls, without sketches."""
    whole = columns.sums["calls"][keys].sum(axis=0)
    places = whole.nonzero()[0]
    picked = {name: values[keys].sum(axis=0)[places].tolist() for name, values in columns.sums.items()}
    starts = columns.starts[places].tolist()
    return {at: of_sums({name: values[place] for name, values in picked.items()}) for place, at in enumerate(starts)}
