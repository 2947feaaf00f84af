"""Which interval a mean is shown with. Owns the rule; the methods are in `resampling`, the coverage it was chosen by in `coverage`.

From the table of worst coverages (`make simulate`), in this order:
- `adjusted` where the mean is bounded and fewer than FEW cases differ from 0: nothing else keeps its level on rare differences;
- `student` below SMALL cases, where the bootstrap is unstable, and from LARGE on, where it gains nothing;
- `envelope` between them.
Differences that are all the same have no spread, and an interval of no width would be a lie: with limits they are `adjusted`, without
them nothing bounds the mean.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from statistics import mode

from workbench.stats.intervals import LEVEL, Interval, is_binary, proportion, t_quantile
from workbench.stats.resampling import named_intervals
from workbench.stats.sample import Sample, sample

FEW = 10
SMALL = 10
LARGE = 1_000
Limits = tuple[float, float]
Bounds = tuple[float | None, float | None, str]


def figure(values: Sequence[float], *, limits: Limits | None = None, level: float = LEVEL, seed: int = 0) -> Bounds:
    """Low and high of the mean of `values` within `limits`, and the method; None and `none` where nothing bounds it.

    Values all 0 or 1 within limits 0..1 are a proportion (`proportion`). The others are looked at from the most frequent one, as a
    difference is looked at from 0. What is not finite is missing.
    """
    known = [value for value in values if math.isfinite(value)]
    if known and limits == (0.0, 1.0) and is_binary(known):
        return (*proportion(round(sum(known)), len(known), level), "proportion")
    usual = mode(sorted(known)) if known else 0.0
    if limits is None or sum(value != usual for value in known) >= FEW:
        return bounds([sample(known)], limits=limits, level=level, seed=seed)[0]
    moved = [value - usual for value in known]
    low, high, method = bounds([sample(moved)], limits=(limits[0] - usual, limits[1] - usual), level=level, seed=seed)[0]
    return None if low is None else low + usual, None if high is None else high + usual, method


def bounds(samples: Sequence[Sample], *, limits: Limits | None = None, level: float = LEVEL, seed: int = 0) -> list[Bounds]:
    """Low, high and method of the mean of every sample."""
    chosen = [_method(item, limits) for item in samples]
    found: list[Bounds] = [(None, None, "none")] * len(samples)
    for method in ("student", "envelope"):
        at = [place for place, name in enumerate(chosen) if name == method]
        for place, (interval, name) in zip(at, named_intervals([samples[place] for place in at], method, level, seed), strict=True):
            found[place] = _cut(interval, limits, name)
    for place, name in enumerate(chosen):
        if name == "adjusted" and limits is not None:
            found[place] = _cut(adjusted(samples[place], limits, level), limits, name)
    return found


def adjusted(item: Sample, limits: Limits, level: float = LEVEL) -> Interval:
    """Student's interval after two more cases are added: half a one at each limit, a whole one at 0.

    Agresti and Min (Statistics in Medicine 24 (2005) 729-740) add them to pairs of right and wrong; here scores may lie between.
    """
    exponent = max(item.exponent, *(math.frexp(bound)[1] for bound in limits))
    least, most = (math.ldexp(bound, -exponent) for bound in limits)
    if item.turned < 0:
        least, most = -most, -least
    values = [math.ldexp(value, item.exponent - exponent) for value in item.values.tolist()]
    seen, n = math.ldexp(item.mean, item.exponent - exponent), item.n + 2
    mean = (seen * item.n + (least + most) / 2) / n
    squares = math.fsum(value * value for value in values) + (least * least + most * most) / 2
    reach = t_quantile(n - 1, level) * math.sqrt(max(0.0, squares / n - mean * mean) / (n - 1))
    return replace(item, exponent=exponent).back(min(seen, mean - reach), max(seen, mean + reach))


def _method(item: Sample, limits: Limits | None) -> str:
    if item.n < 2:
        return "none"
    if limits is not None and (not item.spread or len(item.steps) < min(FEW, item.n)):
        return "adjusted"
    return "student" if item.n < SMALL or item.n >= LARGE else "envelope"


def _cut(interval: Interval, limits: Limits | None, method: str) -> Bounds:
    low, high = interval
    if not (math.isfinite(low) and math.isfinite(high)):
        return None, None, "none"
    return (low, high, method) if limits is None else (max(limits[0], low), min(limits[1], high), method)
