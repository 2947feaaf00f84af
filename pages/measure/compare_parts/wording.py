"""How the figures of a comparison read: values and differences in the units of their metric, intervals, p values, outcomes."""

import math
from dataclasses import dataclass

from pages.parts import format as fmt
from workbench.comparison import wording as said
from workbench.comparison.model import EQUIVALENT, UNDECIDED, WINNER, Metric, Pair

MANY = 1000  # a price per call is too small to read on an axis


@dataclass(frozen=True)
class Outcome:
    """An outcome as word, icon and colour; `sign` is the icon where only text goes."""

    word: str
    icon: str
    sign: str
    colour: str


OUTCOMES = {
    WINNER: Outcome("Winner", "trophy", "◆", "green"),
    EQUIVALENT: Outcome("As good as each other", "equal", "■", "blue"),
    UNDECIDED: Outcome("No clear difference", "question_mark", "○", "gray"),
}
TESTS = {
    "mcnemar_exact": "exact McNemar",
    "permutation": "paired permutation",
    "paired_t": "paired t",
    "fisher": "Fisher's exact",
    "welch": "Welch's t",
    "e_value": "e-value",
    "e_value_of_signs": "e-value of signs",
    "none": "none",
}


def value(metric: Metric, figure: float | None) -> str:
    """A figure of the metric with its unit."""
    if figure is None or not math.isfinite(figure):
        return fmt.NONE
    if metric.unit == "share":
        return fmt.percent(figure, 1)
    if metric.unit == "usd":
        return said.amount(figure, metric)
    return fmt.ms(figure) if metric.unit == "ms" else fmt.number(figure, 0 if abs(figure) >= 100 else 1)


def difference(metric: Metric, figure: float | None) -> str:
    """A difference with sign and unit."""
    if figure is None or not math.isfinite(figure):
        return fmt.NONE
    if metric.unit == "share":
        return fmt.points(figure)
    sign = "+" if figure > 0 else "−" if figure < 0 else ""
    return f"{sign}{value(metric, abs(figure))}"


def interval(metric: Metric, low: float | None, high: float | None, *, signed: bool = True) -> str:
    """Both ends in the unit of the metric; a dash where nothing bounds it."""
    if low is None or high is None:
        return fmt.NONE
    say = difference if signed else value
    first, last = say(metric, low), say(metric, high)
    unit = " points" if metric.unit == "share" and signed else ""
    return f"{first.removesuffix(unit)} to {last}"


def scaled(metric: Metric, figure: float) -> float:
    """The figure as it stands on an axis: points of a share, dollars per 1,000 calls, ms, tokens."""
    return figure * {"share": 100.0, "usd": float(MANY)}.get(metric.unit, 1.0)


def unit(metric: Metric) -> str:
    """The unit of `scaled`."""
    return {"share": "points", "usd": f"$ per {MANY:,} calls", "ms": "ms", "tokens": "tokens"}.get(metric.unit, metric.unit)


def axis(metric: Metric) -> str:
    """The unit of an axis of differences, and which way is the better one for the variant that is named first."""
    return f"{unit(metric)} · {'better for the first →' if metric.higher_is_better else '← better for the first'}"


def level(share: float) -> str:
    """The level of an interval in words."""
    return f"{round(share * 100, 1):g} % interval"


def loss(metric: Metric, figure: float) -> str:
    """An expected loss: a difference without a sign, and in words where it is next to nothing."""
    if metric.unit == "share" and 0 < figure < 0.0005:
        return "under 0.1 points"
    return difference(metric, figure).lstrip("+")


def p(figure: float | None) -> str:
    """A p value."""
    if figure is None:
        return fmt.NONE
    return "under 0.001" if figure < 0.001 else f"{figure:.3f}"


def pair(found: Pair) -> str:
    """The pair as a difference."""
    return f"{found.b} − {found.a}"


def outcome(found: Pair) -> str:
    """What a pair says, for a cell of a table."""
    shown = OUTCOMES.get(found.outcome, OUTCOMES[UNDECIDED])
    return f"{shown.sign} {f'{found.winner} is better' if found.winner else shown.word.lower()}"
