"""The tornado: the month's total with one unsure thing low and high, everything else in the middle; what matters most comes first."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from workbench.cost import ranges
from workbench.cost.flow import Base
from workbench.cost.levers import percent
from workbench.cost.model import Growth, Scenario
from workbench.cost.outcome import Sensitivity
from workbench.cost.ranges import HIGH, LOW, Totals, Unknowns

if TYPE_CHECKING:
    from numpy.typing import NDArray

NAMES = {
    "queries": "Number of queries",
    "input": "Tokens sent",
    "output": "Tokens replied",
    "exact_cache": "Exact cache hits",
    "semantic_cache": "Semantic cache hits",
    "prompt_caching": "Prompt caching hits",
}


def bars(scenario: Scenario, base: Base, after: Totals, known: Unknowns, dollars: Callable[[float], Decimal]) -> tuple[Sensitivity, ...]:
    """A bar for everything unsure, longest first. `dollars` makes a month's total out of what the traffic costs."""
    rates = ranges.hit_rates(scenario.levers, base)
    found = [_bar(name, after, known, dollars, _said(name, scenario, rates.get(name))) for name in NAMES if name in known.drawn]
    if {"mix", "routes"} & known.drawn.keys():
        found.append(_of_draws("Mix of models", ranges.draw(after, known.only("mix", "routes")), ("cheaper", "dearer"), dollars))
    if "weights" in known.drawn:
        found += _recorded(base, after, known, dollars)
    growth = next((lever for lever in scenario.levers if isinstance(lever, Growth)), None)
    if growth is not None and known.growth is not None and growth.per_month > -1:
        low, high = _quantiles(known.growth)
        middle = float(ranges.draw(after, known.only())[0]) / float(1 + growth.per_month)
        ends = [(dollars(middle * (1 + rate)), f"{percent(_rounded(rate))} a month") for rate in (low, high)]
        found.append(Sensitivity("Growth", ends[0][0], ends[1][0], ends[0][1], ends[1][1]))
    return tuple(sorted((bar for bar in found if bar.low != bar.high), key=lambda bar: -abs(bar.high - bar.low)))


def _bar(name: str, after: Totals, known: Unknowns, dollars: Callable[[float], Decimal], said: Callable[[float], str]) -> Sensitivity:
    """One multiplier at its p5 and at its p95."""
    import numpy as np

    ends = _quantiles(known.drawn[name])
    moved = replace(known, drawn={name: np.array(ends)}, growth=None)
    drawn = ranges.draw(after, moved)
    # A cache whose hits change nothing leaves one total.
    low, high = (float(drawn[0]), float(drawn[-1]))
    return Sensitivity(NAMES[name], dollars(low), dollars(high), said(ends[0]), said(ends[1]))


def _recorded(base: Base, after: Totals, known: Unknowns, dollars: Callable[[float], Decimal]) -> list[Sensitivity]:
    """Recorded traffic varies in how many calls there are, and in what a call costs."""
    import numpy as np

    weights = known.drawn["weights"]
    calls, spent = base.calls.sum(axis=1), ranges.draw(after, known.only("weights"))
    month, middle = float(calls.sum()) * known.whole, float(ranges.draw(after, known.only())[0])
    if not month or not middle:
        return []
    many = (weights @ calls).clip(min=0.0)
    a_call = spent / np.where(many > 0, many, 1.0)
    low, high = (f"{end:,.0f} calls" for end in _quantiles(many))
    cheap, dear = (f"${end:.3g} a call" for end in _quantiles(a_call))
    return [
        _of_draws("Number of calls", many * (middle / month), (low, high), dollars),
        _of_draws("Cost of a call (tokens and mix)", a_call * month, (cheap, dear), dollars),
    ]


def _of_draws(name: str, totals: "NDArray[Any]", said: tuple[str, str], dollars: Callable[[float], Decimal]) -> Sensitivity:
    low, high = _quantiles(totals)
    return Sensitivity(name, dollars(low), dollars(high), *said)


def _said(name: str, scenario: Scenario, rate: float | None) -> Callable[[float], str]:
    """What a multiplier is called: the hit rate it makes, the queries a day, or how far it is from the middle."""
    if rate is not None:
        return lambda times: f"{percent(_rounded(rate * times))} hits"
    stated = getattr(scenario.baseline, {"queries": "queries_per_day", "input": "input_tokens", "output": "output_tokens"}[name], None)
    if stated is None:
        return lambda times: f"{'+' if times >= 1 else '−'}{percent(_rounded(abs(times - 1)))}"
    return lambda times: f"{float(stated) * times:,.0f}{' a day' if name == 'queries' else ''}"


def _rounded(share: float) -> Decimal:
    return Decimal(f"{share:.4f}")


def _quantiles(draws: "NDArray[Any]") -> tuple[float, float]:
    import numpy as np

    low, high = np.percentile(draws, (LOW, HIGH))
    return float(low), float(high)
