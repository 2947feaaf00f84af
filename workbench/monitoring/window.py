"""What was counted in a window of time or of the last calls, and the figure a rule makes of it. Pure; one way for engine and preview."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import fsum
from typing import TYPE_CHECKING, Any

from workbench.monitoring.rules import PERCENTILES, SHARES, Rule
from workbench.stats import sketch as sketches

if TYPE_CHECKING:
    from workbench.ledger.metrics import Cell as MetricCell
    from workbench.ledger.rollups import Cell

_NANO = 10**9


@dataclass(frozen=True, slots=True)
class Sample:
    """Numbers: how many, their sum, and either themselves or sketches of them; `least` and `most` where they are known exactly."""

    n: int = 0
    total: float = 0
    sketch: tuple[bytes, ...] = ()
    numbers: tuple[float, ...] | None = None
    least: float | None = None
    most: float | None = None

    def percentile(self, share: float) -> float:
        """The percentile, exact of numbers, else within 1 %."""
        if self.numbers is not None:
            import numpy as np

            return float(np.quantile(self.numbers, share))
        (found,) = sketches.percentiles(self.sketch, (share,)) or (0.0,)
        found = found if self.least is None else max(found, self.least)
        return found if self.most is None else min(found, self.most)

    def end(self, which: str) -> float:
        """The `least` or the `most`, exact where it is known, else within 1 %."""
        known: float | None = getattr(self, which)
        if known is not None:
            return known
        if self.numbers is not None:
            return max(self.numbers) if which == "most" else min(self.numbers)
        return self.percentile(1.0 if which == "most" else 0.0)


@dataclass(frozen=True, slots=True)
class Window:
    """Calls (or the `values` of own metrics) of `span_ms`; `priced` leaves out answered calls of unknown price."""

    span_ms: int
    calls: int = 0
    errors: int = 0
    retries: int = 0
    tokens: int = 0
    token_calls: int = 0
    cost_nano: int = 0
    priced: int = 0
    rated: int = 0
    liked: int = 0
    latency: Sample = Sample()
    ttft: Sample = Sample()
    values: Sample = Sample()


def of_cells(cells: "Iterable[Cell]", span_ms: int) -> Window:
    """The window of cells of the ledger's sums."""
    parts = list(cells)
    return Window(
        span_ms,
        calls=sum(one.calls for one in parts),
        errors=sum(one.errors for one in parts),
        retries=sum(one.retries for one in parts),
        tokens=sum(one.input_tokens + one.output_tokens for one in parts),
        token_calls=sum(one.token_calls for one in parts),
        cost_nano=sum(one.cost_nano for one in parts),
        priced=sum(one.calls - one.unpriced for one in parts),
        rated=sum(one.rated for one in parts),
        liked=sum(one.liked for one in parts),
        latency=Sample(sum(one.timed for one in parts), sum(one.latency_ms for one in parts), _joined(one.latency for one in parts)),
        ttft=Sample(sum(one.first_timed for one in parts), sum(one.ttft_ms for one in parts), _joined(one.ttft for one in parts)),
    )


def of_metric(cells: "Sequence[MetricCell]", span_ms: int) -> Window:
    """The window of cells of own metrics."""
    if not cells:
        return Window(span_ms)
    least, most = min(one.least for one in cells), max(one.most for one in cells)
    sketch = tuple(part for one in cells for part in one.sketch)
    return Window(span_ms, values=Sample(sum(one.n for one in cells), fsum(one.total for one in cells), sketch, least=least, most=most))


def of_newest(rule: Rule, newest: Sequence[Any], span_ms: int) -> Window:
    """The window of rows of the calls table (`measuring.COLUMNS`), or of times and values of own metrics."""
    if rule.own:
        numbers = tuple(value for _at_ms, value in newest)
        return Window(span_ms, values=Sample(len(numbers), fsum(numbers), numbers=numbers))
    if not newest:
        return Window(span_ms)
    _started, status, latency, ttft, retries, sent, received, cost, feedback = zip(*newest, strict=True)
    slow, first = (tuple(one for one in column if one is not None) for column in (latency, ttft))
    return Window(
        span_ms,
        calls=len(newest),
        errors=len(newest) - status.count("ok"),
        retries=sum(retries),
        tokens=sum(filter(None, sent)) + sum(filter(None, received)),
        token_calls=sum(pair != (None, None) for pair in zip(sent, received, strict=True)),
        cost_nano=sum(filter(None, cost)),
        priced=len(newest) - sum(pair == (None, "ok") for pair in zip(cost, status, strict=True)),
        rated=len(newest) - feedback.count(None),
        liked=sum(one > 0 for one in filter(None, feedback)),
        latency=Sample(len(slow), sum(slow), numbers=slow),
        ttft=Sample(len(first), sum(first), numbers=first),
    )


def figure(rule: Rule, window: Window, quota: float | None = None) -> tuple[float | None, int]:
    """The rule's figure and the calls or values it is of. None where nothing was there; a count or a sum of nothing is 0."""
    n, how = _n(rule, window), rule.aggregation
    if how == "count":
        return float(window.errors if rule.metric == "errors" else n), n
    if (rule.metric, how) in SHARES:
        part = window.errors if rule.metric == "errors" else window.liked
        return (part / n if n else None), n
    if how == "rate":
        return (n if rule.metric == "calls" or rule.own else _total(rule, window)) / (window.span_ms / 60_000), n
    if how in ("sum", "quota"):
        return _total(rule, window) / (quota or 1), n
    return (_typical(rule, window, n) if n else None), n


def _typical(rule: Rule, window: Window, n: int) -> float:
    how = rule.aggregation
    if how == "mean":
        return _total(rule, window) / n
    sample = {"latency_ms": window.latency, "ttft_ms": window.ttft}.get(rule.metric, window.values)
    return sample.end(how) if how in ("least", "most") else sample.percentile(PERCENTILES[how])


def _n(rule: Rule, window: Window) -> int:
    if rule.own:
        return window.values.n
    counted = {
        "latency_ms": window.latency.n,
        "ttft_ms": window.ttft.n,
        "tokens": window.token_calls,
        "cost_usd": window.priced,
        "feedback": window.rated,
    }
    return counted.get(rule.metric, window.calls)


def _total(rule: Rule, window: Window) -> float:
    if rule.own:
        return window.values.total
    totals = {
        "tokens": window.tokens,
        "cost_usd": window.cost_nano / _NANO,
        "retries": window.retries,
        "latency_ms": window.latency.total,
        "ttft_ms": window.ttft.total,
    }
    return totals[rule.metric]


def _joined(parts: Iterable[Any]) -> tuple[bytes, ...]:
    """The sketches of cells, each of which holds one or a list."""
    return tuple(one for part in parts for one in ((part,) if isinstance(part, bytes) else part))
