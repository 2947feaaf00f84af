"""The Overview's cards: one figure each, its change against the period before, and whether the change is more than chance.

Sums (requests, tokens, cost) of a range that is not over yet are set against the period before by what they make an hour.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from workbench.monitoring import charts, tally
from workbench.monitoring.charts import Frame
from workbench.monitoring.dashboard_model import Card, Good, Point
from workbench.monitoring.gathering import Gathered
from workbench.monitoring.tally import Tally
from workbench.monitoring.users import Users
from workbench.stats import proportion
from workbench.stats.sketched import percentile_change, percentiles
from workbench.stats.unpaired import newcombe

_TESTED = 0.05


@dataclass(frozen=True)
class _Figure:
    """What a card shows of a tally, and over how many of what."""

    key: str
    title: str
    unit: str
    measure: Callable[[Tally], float | None]
    counted: Callable[[Tally], int]
    good: Good = "down"
    n_of: str = "calls"


def _calls(held: Tally) -> int:
    return held.calls


def _token_calls(held: Tally) -> int:
    return held.token_calls


def _priced(held: Tally) -> int:
    return held.priced


_REQUESTS = _Figure("requests", "Requests", "calls", _calls, _calls, "neither")
_SUCCESS = _Figure("success_rate", "Success rate", "share", lambda held: held.ok, _calls, "up")
_TOKENS = _Figure("tokens", "Tokens", "tokens", lambda held: held.tokens, _token_calls, "neither")
_COST = _Figure("cost", "Cost", "usd", lambda held: held.usd if held.calls else 0.0, _priced)
_COST_EACH = _Figure("cost_per_call", "Cost a request", "usd/call", lambda held: held.usd_per_call, _priced)
_LIKED = _Figure("satisfaction", "Satisfaction", "share", lambda held: held.liked, lambda held: held.rated, "up", "ratings")
_TOKENS_EACH = _Figure("tokens_per_call", "Tokens a request", "tokens/call", lambda held: held.tokens_per_call, _token_calls)
_RETRIES = _Figure("retries", "Retries a request", "retries/call", lambda held: held.retries_per_call, _calls)
_LATENCY = _Figure("latency", "Latency", "ms", lambda held: held.latency_ms, lambda held: held.timed)
_FIRST = _Figure("ttft", "Time to first token", "ms", lambda held: held.ttft_ms, lambda held: held.first_timed)


class _Sides:
    """The range and the period before, and how their sums are set against each other."""

    def __init__(self, gathered: Gathered, whole: Frame, now_ms: int) -> None:
        span = gathered.view.range
        self.now, self.before, self.frame = whole.everything, gathered.before, whole
        self.over = max(1, min(span.until_ms, now_ms) - span.since_ms) / span.length_ms  # how much of the range is over
        self.minutes = sum(self.frame.minutes)
        self.minutes_before = span.length_ms / 60_000

    def spark(self, measure: Callable[[Tally], float | None], *, summed: bool = False) -> tuple[float | None, ...]:
        """The figure of every bucket; of what is `summed` up only of whole ones: less than one bucket would look like a fall."""
        points, minutes = self.frame.line("", lambda held, at: Point(at, measure(held))).points, self.frame.minutes
        whole = max(minutes, default=0.0)
        return tuple(None if summed and over < whole else point.value for point, over in zip(points, minutes, strict=True))


def cards(gathered: Gathered, whole: Frame, now_ms: int, everyone: Users | None) -> list[Card]:
    """All cards; a figure of which there is no data has no value."""
    sides = _Sides(gathered, whole, now_ms)
    return [
        _sum(sides, _REQUESTS),
        _rate(sides, _SUCCESS),
        *_times(sides, _LATENCY, ("p50", "p95")),
        *_times(sides, _FIRST, ("p50",)),
        _sum(sides, _TOKENS),
        _sum(sides, _COST, _unpriced(sides.now)),
        _each(sides, _COST_EACH),
        _rate(sides, _LIKED),
        _pace(sides),
        _each(sides, _TOKENS_EACH),
        _each(sides, _RETRIES),
        _cached(sides),
        _per_user(everyone),
    ]


def relative(value: float | None, previous: float | None) -> float | None:
    """The change as a share of what was before; None where there was nothing."""
    return None if value is None or not previous else (value - previous) / previous


def _sum(sides: _Sides, figure: _Figure, note: str = "") -> Card:
    measure = figure.measure
    value = measure(sides.now) if sides.now.calls or figure is _REQUESTS else None
    previous = measure(sides.before) if sides.before.calls else None
    change = None if value is None else relative(value / sides.over, previous)
    return _card(sides, figure, value, previous, change, spark=sides.spark(measure, summed=True), note=note)


def _unpriced(held: Tally) -> str:
    return charts.unpriced(held)


def _rate(sides: _Sides, figure: _Figure) -> Card:
    """A share: `measure` counts the part, `counted` the whole."""
    (part, whole), (part_before, before) = ((round(figure.measure(held) or 0), figure.counted(held)) for held in (sides.now, sides.before))
    value, previous = tally.share(part, whole), tally.share(part_before, before)
    low, high = proportion(part, whole) if whole else (None, None)
    change, clear = None, None
    if value is not None and previous is not None:
        change, bounds = value - previous, newcombe(part_before, before, part, whole)
        clear = not bounds.low <= 0 <= bounds.high
    spark = sides.spark(lambda held: tally.share(figure.measure(held) or 0, figure.counted(held)))
    return _card(sides, figure, value, previous, change, low=low, high=high, clear=clear, spark=spark)


def _times(sides: _Sides, figure: _Figure, names: Sequence[str]) -> list[Card]:
    shares = {name: charts.PERCENTILES[name] for name in names}
    now_sketches, before_sketches = (_sketches(figure, held) for held in (sides.now, sides.before))
    now, before = percentiles([now_sketches, before_sketches], list(shares.values()))
    lines = {line.name: line for line in (sides.frame.latency if figure is _LATENCY else sides.frame.ttft)}
    found = []
    for place, name in enumerate(names):
        value, low, high = now[place] if now else (None, None, None)
        previous = before[place].value if before else None
        named = replace(figure, key=f"{figure.key}_{name}", title=f"{figure.title} ({name})")
        clear, spark = _clear(before_sketches, now_sketches, shares[name]), tuple(point.value for point in lines[name].points)
        found.append(_card(sides, named, value, previous, relative(value, previous), low=low, high=high, clear=clear, spark=spark))
    return found


def _sketches(figure: _Figure, held: Tally) -> list[bytes]:
    return held.latency if figure.key == "latency" else held.ttft


def _card(
    sides: _Sides,
    figure: _Figure,
    value: float | None,
    previous: float | None,
    change: float | None,
    *,
    low: float | None = None,
    high: float | None = None,
    clear: bool | None = None,
    spark: tuple[float | None, ...] = (),
    note: str = "",
) -> Card:
    known = (figure.key, figure.title, figure.unit, value, previous, change, low, high)
    return Card(*known, n=figure.counted(sides.now), n_of=figure.n_of, good=figure.good, clear=clear, spark=spark, note=note)


def _clear(before: list[bytes], now: list[bytes], share: float) -> bool | None:
    change = percentile_change(before, now, share)
    return None if change is None or change.p is None else change.p < _TESTED


def _each(sides: _Sides, figure: _Figure) -> Card:
    value, previous = figure.measure(sides.now), figure.measure(sides.before)
    return _card(sides, figure, value, previous, relative(value, previous), spark=sides.spark(figure.measure))


def _pace(sides: _Sides) -> Card:
    value = sides.now.calls / sides.minutes if sides.now.calls and sides.minutes else None
    previous = sides.before.calls / sides.minutes_before if sides.before.calls else None
    minutes = dict(zip(sides.frame.starts, sides.frame.minutes, strict=True))
    least = max(sides.frame.minutes, default=0.0) / 2
    points = sides.frame.line("", lambda held, at: Point(at, held.calls / minutes[at] if minutes[at] >= least else None)).points
    spark, n = tuple(point.value for point in points), sides.now.calls
    return Card("throughput", "Throughput", "calls/min", value, previous, relative(value, previous), n=n, spark=spark)


def _cached(sides: _Sides) -> Card:
    """A share of tokens, not of calls: no interval of calls fits it. Nothing where no provider ever told of a cached token."""
    told = sides.now.cached_tokens or sides.before.cached_tokens
    value, previous = (held.cached_share if told else None for held in (sides.now, sides.before))
    change = None if value is None or previous is None else value - previous
    spark, n = sides.spark(lambda held: held.cached_share) if told else (), sides.now.token_calls
    return Card("cache", "Input from the provider's cache", "share", value, previous, change, n=n, good="up", spark=spark)


def _per_user(everyone: Users | None) -> Card:
    if everyone is None:
        return Card("cost_per_user", "Cost per user", "usd/user", None, n_of="users", good="down")
    value = None if everyone.usd is None else everyone.usd / everyone.n
    note = "Whole days (UTC), users that are named." + (
        " Beyond the 1,000 busiest of a day they are left out." if everyone.at_least else ""
    )
    return Card("cost_per_user", "Cost per user", "usd/user", value, n=everyone.n, n_of="users", good="down", note=note)
