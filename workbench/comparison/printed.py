"""A comparison as JSON: the shape that `workbench compare --json` prints, for a run and for a file alike. Computes nothing.

Every figure is a finite number or null: what is not known is never NaN.
"""

import math
from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from typing import Any

from workbench.comparison import verdict
from workbench.comparison.model import Comparison, Pair

_FIRST = ("a", "b", "metric", "n", "difference", "low", "high", "p", "test", "outcome", "winner", "verdict", "p_mid", "p_adjusted")


def to_json(found: Comparison) -> dict[str, Any]:
    """The comparison as JSON data."""
    options = found.options
    said = {
        **found.about,
        "outcome": found.outcome,
        "winner": found.winner,
        "verdict": found.verdict,
        "numbers": list(found.numbers),
        "trade_offs": list(found.trade_offs),
        "would_change": list(found.would_change),
        "method": list(found.method),
        "level": options.level,
        "margin": options.margin,
        "baseline": options.baseline,
        "missing": options.missing,
        "peeked": found.peeked,
        "variants": list(found.names),
        "ranking": [asdict(rank) for rank in found.ranking],
        "metrics": _metrics(found),
        "pairs": [pair(each) for each in found.pairs],
        "slices": [{**asdict(part), **_result(part)} for part in found.slices],
        "checks": [asdict(check) for check in found.checks],
        "stability": [asdict(each) for each in found.stability],
    }
    for part in said["slices"]:
        del part["result"]
    finite: dict[str, Any] = _finite(said)
    return finite


def pair(found: Pair) -> dict[str, Any]:
    """A pair as JSON data: the promised fields first, every other figure after them."""
    whole = {**_result(found), **{name: value for name, value in vars(found).items() if name != "result"}}
    return {name: _finite(whole[name]) for name in [*_FIRST, *(name for name in whole if name not in _FIRST)]}


def _result(found: Any) -> dict[str, Any]:
    return dict(vars(found.result))


def _metrics(found: Comparison) -> dict[str, Any]:
    """By metric: the outcome, and for every variant count, mean, standard deviation, median and interval."""
    standings = verdict.outcomes(found)
    made = {}
    for metric in found.metrics:
        lines = [line for line in found.figures if line.metric == metric.name]
        standing = standings[metric.name]
        made[metric.name] = {
            "title": metric.title,
            "unit": metric.unit,
            "higher_is_better": metric.higher_is_better,
            "outcome": standing.outcome,
            "winner": standing.winner,
            "variants": {
                line.variant: {name: value for name, value in vars(line).items() if name not in {"variant", "metric"}} for line in lines
            },
        }
    return made


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if is_dataclass(value) and not isinstance(value, type):
        return _finite(vars(value))
    if isinstance(value, Mapping):
        return {name: _finite(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    return value
