"""How wrong predictions have been: what came before a moment predicts what came after it, with the range that every page shows.

Owns the splits and their errors; the range is `cost.bootstrap`'s. A split never sees a call of the time it predicts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from statistics import median
from typing import TYPE_CHECKING, Any, Literal

from workbench.cost import bootstrap, columns, loading
from workbench.cost.columns import Columns
from workbench.cost.model import KINDS, OwnPrice, Recorded
from workbench.cost.outcome import Figure
from workbench.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from workbench.store import Store

Measure = Literal["usd", "calls", "input_tokens", "output_tokens"]
MEASURES: tuple[Measure, ...] = ("usd", "calls", "input_tokens", "output_tokens")
_LEAST = 2  # units of time on either side of a split
_PARTS = (2, 3, 4, 6)  # a period in halves, thirds, ...: each part predicts the next
_EXACT = Context(prec=60)
_NANO = Decimal("1e-9")


@dataclass(frozen=True)
class Split:
    """Calls of [from_ms, at_ms) predicted the total of [at_ms, until_ms)."""

    from_ms: int
    at_ms: int
    until_ms: int
    predicted: Figure
    actual: Decimal

    @property
    def error(self) -> Decimal | None:
        """How far the prediction was off, relative to what came: 0.1 is 10 % too high. None where nothing came."""
        return _EXACT.divide(self.predicted.value - self.actual, self.actual) if self.actual else None

    @property
    def inside(self) -> bool:
        """Whether what came lay inside p5..p95."""
        return (
            self.predicted.low is not None and self.predicted.high is not None and self.predicted.low <= self.actual <= self.predicted.high
        )


@dataclass(frozen=True)
class Backtest:
    """The first half of a period as a prediction of the second, and `history`: the same of other splits, which share calls with each
    other. Dollars, calls or tokens, as `measure` says.
    """

    measure: Measure
    split: Split
    history: tuple[Split, ...]
    unit_ms: int
    unpriced: int = 0  # answered calls without a price: no total holds them

    @property
    def predicted(self) -> Figure:
        """What the first half says of the second."""
        return self.split.predicted

    @property
    def actual(self) -> Decimal:
        """What the second half was."""
        return self.split.actual

    @property
    def error(self) -> Decimal | None:
        """How far that was off, relative to what came; None where nothing came."""
        return self.split.error

    @property
    def inside(self) -> bool:
        """Whether what came lay inside p5..p95."""
        return self.split.inside

    @property
    def median_error(self) -> Decimal | None:
        """Half of the splits were off by more than this, up or down."""
        errors = [abs(error) for one in self.history if (error := one.error) is not None]
        return median(errors) if errors else None

    @property
    def inside_count(self) -> int:
        """How many of the history's actual totals lay inside their range."""
        return sum(one.inside for one in self.history)

    @property
    def said(self) -> str:
        """How wrong it has been, in a sentence or two."""
        halves = f"The first {loading.told(self.split.at_ms - self.split.from_ms)} predicted the rest {_off(self.error)}"
        first = f"{halves}, and what came lay {'inside' if self.inside else 'OUTSIDE'} the range."
        many = len(self.history)
        if many < 3 or self.median_error is None:
            return first
        off = f"half of the predictions were off by more than {_percent(self.median_error)}"
        return f"{first} Of {many} splits {self.inside_count} lay inside theirs (90 % would be {round(0.9 * many)}); {off}."


def backtest(
    source: "Store | Columns",
    recorded: Recorded | None = None,
    *,
    measure: Measure | None = None,
    prices: Mapping[str, OwnPrice] | None = None,
) -> Backtest:
    """The period split in time: its first half predicts the second; parts of it predict the next. By default dollars as recorded, or as
    `prices` (model -> price) give them; calls, where no price is known. Raises InputError: nothing there, or too short to be split.
    """
    import numpy as np

    if isinstance(source, Columns):
        calls = source
    elif recorded is not None:
        calls = columns.load(source, recorded)
    else:
        raise InputError("is missing", place="field baseline", hint="Say which calls of the ledger.")
    span = calls.until_ms - calls.since_ms
    cost = _cost(calls, prices or {})
    measure = measure or ("usd" if bool((calls.ok & (cost >= 0)).any()) else "calls")
    counted, values = _values(calls, cost, measure)
    if not counted.any() or span <= 0:
        what = "call has a price" if measure == "usd" else "answered call is in the period"
        raise InputError(f"no {what}", place="field baseline", hint="Choose a longer period or fewer filters.")
    started = calls.started_ms[counted] - calls.since_ms
    unit_ms = loading.unit(span)
    lengths = loading.cut(started, span, unit_ms)[1]
    edges = np.searchsorted(started, np.arange(1, len(lengths)) * unit_ms)
    sums = [loading.exact_sum(part) for part in np.split(values[counted], edges)]
    units = _Units(calls.since_ms, calls.until_ms, unit_ms, sums, lengths, _NANO if measure == "usd" else Decimal(1))
    whole = len(sums)
    if whole < 2 * _LEAST:
        raise InputError(f"{loading.told(span)} are too short to be split", place="field baseline", hint="Choose a longer period.")
    unpriced = int(np.count_nonzero(calls.ok & (cost < 0))) if measure == "usd" else 0
    history = tuple(units.split(*places) for places in _splits(whole))
    return Backtest(measure, units.split(0, whole // 2, whole), history, unit_ms, unpriced)


@dataclass(frozen=True)
class _Units:
    """Exact sums by unit of time."""

    since_ms: int
    until_ms: int
    unit_ms: int
    sums: Sequence[int]
    lengths: "NDArray[Any]"
    one: Decimal

    def split(self, begin: int, at: int, end: int) -> Split:
        import numpy as np

        past = np.array([float(one) for one in self.sums[begin:at]]) / self.lengths[begin:at]
        horizon = float(self.lengths[at:end].sum())
        before, after = sum(self.sums[begin:at]), sum(self.sums[at:end])
        value = _EXACT.divide(_EXACT.multiply(Decimal(before), Decimal(horizon)), Decimal(float(self.lengths[begin:at].sum())))
        low, high = bootstrap.limits(past, horizon, unit_ms=self.unit_ms)
        predicted = Figure(self._rounded(value), self._rounded(Decimal(low)), self._rounded(Decimal(high)))
        return Split(self._ms(begin), self._ms(at), self._ms(end), predicted, _EXACT.multiply(Decimal(after), self.one))

    def _rounded(self, value: Decimal) -> Decimal:
        """In dollars to the nano-dollar; calls and tokens to whole ones."""
        return _EXACT.multiply(value.quantize(Decimal(1), ROUND_HALF_EVEN, _EXACT), self.one)

    def _ms(self, place: int) -> int:
        return self.until_ms if place == len(self.sums) else self.since_ms + place * self.unit_ms


def _splits(units: int) -> list[tuple[int, int, int]]:
    """Where to cut: neighbours of equal parts, and everything before the last third, quarter and sixth against it."""
    found = []
    for parts in _PARTS:
        edges = [units * part // parts for part in range(parts + 1)]
        found += list(zip(edges, edges[1:], edges[2:], strict=False))
        found.append((0, edges[-2], units))
    return [cut for cut in dict.fromkeys(found) if min(cut[1] - cut[0], cut[2] - cut[1]) >= _LEAST]


def _values(calls: Columns, cost: "NDArray[Any]", measure: Measure) -> "tuple[NDArray[Any], NDArray[Any]]":
    """Which calls count, and what of each is summed."""
    import numpy as np

    if measure == "usd":
        return cost >= 0, cost
    if measure == "calls":
        return calls.ok, np.ones(len(calls), dtype=np.int64)
    return calls.ok, calls.tokens[:, KINDS.index(measure.removesuffix("_tokens"))].astype(np.int64)


def _cost(calls: Columns, prices: Mapping[str, OwnPrice]) -> "NDArray[Any]":
    """Nano-dollars a call: by the price of its model where one is given, else as recorded; -1 where neither is known."""
    import numpy as np

    if not prices:
        return calls.cost_nano
    cost = calls.cost_nano.copy()
    for code, model in enumerate(calls.models):
        if (price := prices.get(model)) is not None:
            of_model = (calls.model == code) & calls.ok
            billed = calls.tokens[of_model] @ np.array([float(rate) for rate in _rates(price)])
            cost[of_model] = np.minimum(np.rint(billed * 1000), 2.0**62).astype(np.int64)  # dollars a million tokens: 1,000 nano a token
    return cost


def _rates(price: OwnPrice) -> tuple[Decimal, ...]:
    """What a token of each kind adds to what it costs as the kind around it, by KINDS."""
    written = price.input if price.cache_write is None else price.cache_write
    return (
        price.input,
        (price.input if price.cached is None else price.cached) - price.input,
        written - price.input,
        (written if price.cache_write_1h is None else price.cache_write_1h) - written,
        price.output,
        (price.output if price.reasoning is None else price.reasoning) - price.output,
    )


def _off(error: Decimal | None) -> str:
    if error is None:
        return "where nothing came"
    return f"{_percent(abs(error))} too {'high' if error > 0 else 'low'}"


def _percent(share: Decimal) -> str:
    return f"{float(share) * 100:.3g} %"
