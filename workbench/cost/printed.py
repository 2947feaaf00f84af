"""An outcome as JSON: the shape that `workbench cost scenario --json` prints. Computes nothing.

Figures are JSON numbers: dollars rounded to the nano-dollar, shares 0 to 1, times in milliseconds; what is not known is null. All
dollars, of the months, the year, the parts and the tornado too, are without the `unpriced_calls` of a month.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from workbench.cost import comparing, document
from workbench.cost.amounts import nano
from workbench.cost.outcome import Figure, Latency, Outcome, Quality, Side


def to_json(outcome: Outcome) -> dict[str, Any]:
    """The outcome as JSON data; `scenario` is its document."""
    return {
        "name": outcome.scenario.name,
        "traffic": outcome.traffic,
        "before": _side(outcome.before),
        "after": _side(outcome.after),
        "saved_usd": _figure(comparing.saved(outcome)),
        "saved_share": number(comparing.saved_share(outcome)),
        "unpriced_calls": {"before": number(outcome.before.unpriced_calls), "after": number(outcome.after.unpriced_calls)},
        "parts": [{"kind": part.kind, "label": part.label, "usd": number(part.usd)} for part in comparing.steps(outcome)],
        "months_before_usd": [_figure(figure) for figure in outcome.months_before if comparing.total(outcome.before)],
        "months_usd": [_figure(figure) for figure in outcome.months if comparing.total(outcome.after)],
        "year_usd": _figure(outcome.year if comparing.total(outcome.after) else None),
        "tornado": [
            {"name": bar.name, "low_usd": number(bar.low), "high_usd": number(bar.high), "at_low": bar.at_low, "at_high": bar.at_high}
            for bar in comparing.bars(outcome)
        ],
        "assumptions": [vars(each) for each in outcome.assumptions],
        "findings": list(outcome.findings),
        "warnings": list(outcome.warnings),
        "bill_usd": number(outcome.scenario.bill_usd),
        "bill_ratio": number(outcome.bill_ratio),
        "as_billed_usd": number(outcome.as_billed_usd),
        "scenario": document.to_json(outcome.scenario),
    }


def number(value: Decimal | None) -> float | int | None:
    """A JSON number, rounded to nine places; an int where it is whole."""
    if value is None:
        return None
    rounded = nano(value)
    return int(rounded) if rounded == rounded.to_integral_value() else float(rounded)


def _figure(figure: Figure | None) -> dict[str, Any]:
    if figure is None:
        return {"value": None, "p5": None, "p95": None}
    return {"value": number(figure.value), "p5": number(figure.low), "p95": number(figure.high)}


def _side(side: Side) -> dict[str, Any]:
    return {
        "usd": _figure(comparing.total(side)),
        "calls": number(side.calls),
        "usd_per_call": number(side.usd_per_call) if comparing.total(side) else None,
        "unpriced_calls": number(side.unpriced_calls),
        "components_usd": number(side.components_usd),
        "quality": _quality(side.quality),
        "latency": _latency(side.latency),
        "models": [
            {
                "model": each.model,
                "class": each.klass or None,
                "calls": number(each.calls),
                "share": number(each.share),
                "usd": number(each.usd),
                "price_source": each.source,
                "tokens": _numbers(each.tokens),
            }
            for each in side.models
        ],
    }


def _quality(quality: Quality) -> dict[str, Any]:
    known = {"value": number(quality.value), "low": number(quality.low), "high": number(quality.high)}
    return {**known, "unknown": list(quality.unknown), "sources": dict(quality.sources)}


def _latency(latency: Latency) -> dict[str, Any]:
    known = {name: None if ms is None else round(ms, 3) for name, ms in (("p50_ms", latency.p50_ms), ("p95_ms", latency.p95_ms))}
    return {**known, "unknown": list(latency.unknown), "sources": dict(latency.sources)}


def _numbers(given: Mapping[str, Decimal]) -> dict[str, Any]:
    return {name: number(value) for name, value in given.items()}
