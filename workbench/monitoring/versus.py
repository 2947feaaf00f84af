"""Two versions or two periods beside each other: every figure's difference with its interval, p corrected for how many there are.

Rates by Newcombe's interval, percentiles by order statistics of both sides; means, money and tokens a request over buckets of time as
clusters (a mean latency over few buckets by the calls of the sketch). Rates and percentiles are widened by the design effect of each
side: how much more they move from bucket to bucket than chance alone would have it. Traffic is not dealt at random: what differs may be
what was asked.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, cast

from workbench.comparison import wording
from workbench.comparison.model import Metric
from workbench.ledger import rollups
from workbench.monitoring import gathering, ranges, tally
from workbench.monitoring.dashboard_model import Difference, Good, Side, Versus, View
from workbench.monitoring.tally import Tally
from workbench.stats.correction import holm
from workbench.stats.sketched import (
    Change,
    Ratio,
    design_effect,
    exceeding,
    moments,
    percentile_change,
    proportions_p,
    ratio,
    ratio_change,
)
from workbench.stats.unpaired import newcombe

if TYPE_CHECKING:
    from workbench.ledger.rollups import Filters
    from workbench.store import Store

_SURE = 0.05
_LEAST = 4  # stretches of time, below which sums over stretches have no spread that is known
_FEW = 6  # stretches of time, below which it is not known how much calls of one hang together
Held = Sequence[Tally]
NOT_DEALT = "Traffic was not dealt to the two sides at random: a difference may come from what was asked."
FEW_STRETCHES = (
    "A side has calls in only a few stretches of time. They are counted one by one, though calls of one burst are alike: "
    "the difference may be that of the moments."
)


def versions(view: View, prompt: str, a: int, b: int) -> tuple[Side, Side]:
    """Two versions of a prompt in the range of the view."""
    span = view.range
    one, other = (
        Side(f"v{number}", span.since_ms, span.until_ms, {**view.filters, "prompt": prompt, "version": number}) for number in (a, b)
    )
    return one, other


def periods(view: View) -> tuple[Side, Side]:
    """The period before the range, and the range."""
    span = view.range
    before = Side("the period before", *span.previous, view.filters)
    return before, Side("this period", span.since_ms, span.until_ms, view.filters)


def compare(store: "Store", a: Side, b: Side) -> Versus:
    """How b differs from a. A figure that a side has no data for has no difference. Raises InputError for a filter the sums cannot do."""
    one, other = _read(store, a), _read(store, b)
    steps = [step_of(side) for side in (a, b)]
    told = [_difference(figure, one, other, steps) for figure in _FIGURES]
    corrected = holm([difference.p for difference in told])
    finished = tuple(_finished(each, p, a.name, b.name) for each, p in zip(told, corrected, strict=True))
    return Versus(a, b, finished, (NOT_DEALT, FEW_STRETCHES) if min(map(_stretches, (one, other))) < _FEW else (NOT_DEALT,))


def _stretches(side: Held) -> int:
    return sum(held.calls > 0 for held in side)


def clear(told: Difference) -> bool:
    """Whether the sides differ for sure: by the corrected p, and by the interval where there is one."""
    # A percentile near the end has no bounds where calls are few; its test needs none.
    doubted = told.low is not None and told.high is not None and told.low <= 0 <= told.high
    return told.p is not None and told.p < _SURE and bool(told.difference) and not doubted


def step_of(side: Side) -> int:
    """How long a stretch of time is that the calls of a side are summed up in, in ms."""
    return gathering.parts_step(side.until_ms - side.since_ms)


def _read(store: "Store", side: Side) -> Held:
    step = step_of(side)
    filters = cast("Filters", dict(side.filters))
    cells = rollups.read(store, side.since_ms, side.until_ms, bucket_ms=step, filters=filters)
    return list(tally.by_time(cells, step_ms=step).get((), {}).values())


_Compare = Callable[[Held, Held], Change | None]


@dataclass(frozen=True)
class _Figure:
    """A figure: its name, and how it is compared."""

    key: str
    title: str
    unit: str
    good: Good
    counted: Callable[[Tally], int]
    method: str
    change: _Compare


def _rate(part: Callable[[Tally], int], whole: Callable[[Tally], int]) -> _Compare:
    def change(a: Held, b: Held) -> Change | None:
        (hits_a, all_a), (hits_b, all_b) = (([part(one) for one in side], [whole(one) for one in side]) for side in (a, b))
        k_a, n_a, k_b, n_b = (sum(each) for each in (hits_a, all_a, hits_b, all_b))
        if not n_a or not n_b:
            return None
        design = of_a, of_b = design_effect(hits_a, all_a), design_effect(hits_b, all_b)
        low, high = newcombe(k_a / of_a, n_a / of_a, k_b / of_b, n_b / of_b)  # type: ignore[arg-type]
        p = proportions_p(k_a, n_a, k_b, n_b, design=design)
        return Change(k_a / n_a, k_b / n_b, k_b / n_b - k_a / n_a, low, high, p)

    return change


def _percentile(share: float, sketches: Callable[[Tally], list[bytes]]) -> _Compare:
    def change(a: Held, b: Held) -> Change | None:
        one, other = ([each for held in side for each in sketches(held)] for side in (a, b))

        def design(side: Held, reference: list[bytes]) -> float:
            pairs = exceeding([sketches(held) for held in side], reference, share)
            return design_effect([above for above, _ in pairs], [n for _, n in pairs])

        # Each side by its own: thousands of calls of one burst hang together, which takes nothing from the calls of the other side.
        return percentile_change(one, other, share, design=(design(a, one), design(b, other)))

    return change


def _mean(a: Held, b: Held) -> Change | None:
    """A side over buckets where it has enough of them, else over single calls: as percentiles and rates are."""
    one, other = _mean_of(a), _mean_of(b)
    return None if one is None or other is None else ratio_change(one, other)


def _mean_of(side: Held) -> Ratio | None:
    found, single = ratio([held.latency_ms for held in side], [held.timed for held in side]), moments(_latency(side))
    if found is None or single is None or found.spread is not None or single.n < 2:
        return found
    return found._replace(spread=single.variance, buckets=round(single.n))


def _latency(side: Held) -> list[bytes]:
    return [each for held in side for each in held.latency]


def _each(total: Callable[[Tally], float], whole: Callable[[Tally], int]) -> _Compare:
    def change(a: Held, b: Held) -> Change | None:
        one, other = (ratio([total(held) for held in side], [max(0, whole(held)) for held in side]) for side in (a, b))
        return None if one is None or other is None else ratio_change(one, other)

    return change


def _sent(held: Tally) -> int:
    return held.input_tokens


def _received(held: Tally) -> int:
    return held.output_tokens


def _calls(held: Tally) -> int:
    return held.calls


def _rated(held: Tally) -> int:
    return held.rated


def _timed(held: Tally) -> int:
    return held.timed


def _first_timed(held: Tally) -> int:
    return held.first_timed


def _priced(held: Tally) -> int:
    return 0 if held.usd is None else held.priced


def _token_calls(held: Tally) -> int:
    return held.token_calls


_CLUSTERS, _ORDER = "ratio over buckets", "order statistics"
_FIGURES = (
    _Figure("success_rate", "Success rate", "share", "up", _calls, "newcombe", _rate(lambda held: held.ok, _calls)),
    _Figure("satisfaction", "Satisfaction", "share", "up", _rated, "newcombe", _rate(lambda held: held.liked, _rated)),
    _Figure("latency_p50", "Latency (p50)", "ms", "down", _timed, _ORDER, _percentile(0.5, lambda held: held.latency)),
    _Figure("latency_p95", "Latency (p95)", "ms", "down", _timed, _ORDER, _percentile(0.95, lambda held: held.latency)),
    _Figure("latency_mean", "Mean latency", "ms", "down", _timed, _CLUSTERS, _mean),
    _Figure("ttft_p50", "Time to first token (p50)", "ms", "down", _first_timed, _ORDER, _percentile(0.5, lambda held: held.ttft)),
    _Figure("cost_per_call", "Cost a request", "usd", "down", _priced, _CLUSTERS, _each(lambda held: held.cost_nano / 1e9, _priced)),
    _Figure("input_tokens", "Tokens in, a request", "tokens", "down", _token_calls, _CLUSTERS, _each(_sent, _token_calls)),
    _Figure("output_tokens", "Tokens out, a request", "tokens", "neither", _token_calls, _CLUSTERS, _each(_received, _token_calls)),
)
_GOOD: Mapping[str, Good] = {figure.key: figure.good for figure in _FIGURES}


def _difference(figure: _Figure, a: Held, b: Held, steps: Sequence[int]) -> Difference:
    found = figure.change(a, b)
    n_a, n_b = (sum(map(figure.counted, side)) for side in (a, b))
    change = found or Change(0.0, 0.0, 0.0, None, None, None)
    one, other, gap = (change.a, change.b, change.difference) if found else (None, None, None)
    named, bounds = (figure.key, figure.title, figure.unit), (change.low, change.high)
    method = figure.method if found is None or change.p is not None else _untested(figure, (a, b), steps)
    return Difference(*named, one, other, gap, *bounds, change.p, n_a, n_b, method, "", "")


def _untested(figure: _Figure, sides: tuple[Held, Held], steps: Sequence[int]) -> str:
    """Why no test was made, in place of how: no spread is known of sums in a few stretches of time, however many calls those hold."""
    counted = [sum(figure.counted(held) > 0 for held in side) for side in sides]
    least = min(range(2), key=counted.__getitem__)
    if counted[least] >= _LEAST:
        return "nothing varies"
    return f"calls in only {counted[least]} {_stretch(steps[least], counted[least])}, {_LEAST} needed"


def _stretch(step_ms: int, count: int) -> str:
    many, name = next((step_ms // ms, name) for name, ms in (("day", ranges.DAY), ("hour", ranges.HOUR), ("minute", 1)) if step_ms >= ms)
    if name == "minute":
        many = step_ms // ranges.MINUTE
    if many > 1:
        return f"stretch{'' if count == 1 else 'es'} of {many} {name}s"
    return f"{name}{'' if count == 1 else 's'}"


def _finished(told: Difference, p: float | None, a: str, b: str) -> Difference:
    """With the corrected p, who is better, and the sentence."""
    unit = Metric(told.key, told.title, told.unit)
    if told.difference is None or told.a is None or told.b is None:
        missing = wording.names([name for name, n in ((a, told.n_a), (b, told.n_b)) if not n])
        return replace(told, sentence=f"{told.title}: no data of {missing}.")
    sure = clear(replace(told, p=p))
    good = _GOOD[told.key]
    better: Literal["a", "b", ""] = "" if not sure or good == "neither" else "b" if (told.difference > 0) == (good == "up") else "a"
    bracket = [f"{'+' if told.difference > 0 else ''}{wording.difference(told.difference, unit)}"]
    if bounds := wording.interval(told.low, told.high, unit):
        bracket.append(f"95 % interval {bounds}")
    bracket.append(f"n = {told.n_a:,} and {told.n_b:,}")
    if p is None:
        said = f"Not tested, {told.method}: {told.title[0].lower()}{told.title[1:]} of {a} and {b}"
    elif sure:
        values = f"{wording.amount(told.a, unit)} to {wording.amount(told.b, unit)}"
        said = f"{told.title}: from {values} between {a} and {b}"
    else:
        said = f"No clear difference in {told.title[0].lower()}{told.title[1:]} between {a} and {b}"
    return replace(told, p=p, better=better, sentence=f"{said} ({', '.join(bracket)}).")
