"""How the figures of a comparison read: values and differences in the units of their metric, intervals, p values, outcomes."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pages.parts import format as fmt
from workbench.comparison import wording as said
from workbench.comparison.model import EQUIVALENT, SCORE, UNDECIDED, WINNER, Comparison, Metric, Pair, Slice

MINUS = "b − a"  # how every difference is taken
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
NOTHING = Outcome("Nothing yet", "hourglass_empty", "○", "gray")
NO_SINGLE = Outcome("No single winner", "question_mark", "○", "gray")
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
    """What an axis of differences shows."""
    return f"{MINUS}, {unit(metric)}"


def better(metric: Metric) -> str:
    """On which side of such an axis the variant that is named first is the better one."""
    return f"{'right' if metric.higher_is_better else 'left'} of 0 b is better"


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


def pair(found: Pair | Slice, named: Mapping[str, str] | None = None) -> str:
    """The pair as a difference; `named` are the names as they stand there."""
    names = named or {}
    return f"{names.get(found.b, found.b)} − {names.get(found.a, found.a)}"


def outcome(found: Pair, named: Mapping[str, str] | None = None) -> str:
    """What a pair says, for a cell of a table; `named` are the names as they stand there."""
    shown = OUTCOMES.get(found.outcome, OUTCOMES[UNDECIDED])
    winner = (named or {}).get(found.winner or "", found.winner)
    return f"{shown.sign} {f'{winner} is better' if winner else shown.word.lower()}"


def badge(found: Comparison) -> Outcome:
    """The outcome of the whole in a word; one that leads without winning over all is not "no difference", nor is no data."""
    if found.outcome != UNDECIDED:
        return OUTCOMES.get(found.outcome, OUTCOMES[UNDECIDED])
    main = [each for each in found.pairs if each.metric == SCORE.name] or list(found.pairs)
    if all(each.result.difference is None for each in main):
        return NOTHING
    return NO_SINGLE if any(each.winner for each in main if each.metric == SCORE.name) else OUTCOMES[UNDECIDED]


def width(texts: Sequence[str], least: int, most: int) -> int:
    """Pixels of a column in which the longest of `texts` is read whole."""
    return min(most, max(least, round(6.2 * max(map(len, texts), default=0)) + 24))
