"""What a comparison says, as data: figures of every variant and metric, every pair with its tests, slices, checks, one verdict.

Owns the words `winner`, `equivalent`, `undecided` and the shape that `workbench compare --json` prints. Computes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workbench.stats import Bayes, Equivalence, PairResult, Sequential

WINNER, EQUIVALENT, UNDECIDED = "winner", "equivalent", "undecided"
LEFT_OUT, WRONG = "left_out", "wrong"  # what a cell that failed counts as


@dataclass(frozen=True)
class Metric:
    """What is compared. `unit` is share (0..1), usd, ms or tokens."""

    name: str
    title: str
    unit: str
    higher_is_better: bool = False


SCORE = Metric("score", "Score", "share", higher_is_better=True)
METRICS = (
    SCORE,
    Metric("cost_usd", "Cost per call", "usd"),
    Metric("latency_ms", "Latency", "ms"),
    Metric("input_tokens", "Input tokens", "tokens"),
    Metric("output_tokens", "Output tokens", "tokens"),
)


@dataclass(frozen=True)
class Options:
    """What a person may ask of a comparison. `margin` is the difference in score (0..1) below which two variants are as good as each
    other; None asks for no equivalence. `baseline` names the variant all others are held against; None compares all pairs.
    """

    level: float = 0.95
    margin: float | None = None
    baseline: str | None = None
    missing: str = LEFT_OUT
    seed: int = 0


@dataclass(frozen=True)
class Figures:
    """One variant on one metric, over cases (repeats averaged). `low` and `high` bound the mean at the level asked for."""

    variant: str
    metric: str
    count: int
    mean: float | None
    sd: float | None
    median: float | None
    low: float | None
    high: float | None
    method: str = ""


@dataclass(frozen=True)
class Pair:
    """Variant `b` against `a` on one metric. `result.difference` is b - a; `p_adjusted` is Holm's over all pairs of the metric.

    `relative` is the mean of b over the mean of a, less one (-0.4: 40 % less); None where a's mean is 0. `more_cases` is about how
    many more cases would decide; `detectable` the difference these cases could have seen with a power of 80 %.
    """

    a: str
    b: str
    metric: str
    result: PairResult
    p_adjusted: float
    outcome: str
    winner: str | None
    verdict: str
    relative: float | None = None
    equivalence: Equivalence | None = None
    bayes: Bayes | None = None
    sequential: Sequential | None = None
    detectable: float | None = None
    more_cases: int | None = None


@dataclass(frozen=True)
class Rank:
    """A place in the ranking; variants that no test tells apart share one."""

    place: int
    variant: str
    mean: float | None


@dataclass(frozen=True)
class Slice:
    """A pair on the cases that carry one tag; `p_adjusted` is Holm's over all slices. `reversed` where the overall winner loses here."""

    tag: str
    a: str
    b: str
    result: PairResult
    p_adjusted: float
    reversed: bool


@dataclass(frozen=True)
class Check:
    """Something about the run a reader should know before trusting it: missing cells, unequal counts, repeats that flip."""

    name: str
    ok: bool
    sentence: str


@dataclass(frozen=True)
class Stability:
    """How often the repeats of a case disagree: the share of cases with both outcomes, and the mean chance that two repeats differ.

    `mean` is over all `replies`, `low` and `high` bound it with whole cases drawn again; `effective` is how many independent replies
    would tell as much as these (None where nothing varies).
    """

    variant: str
    cases: int
    flipping: float
    disagreement: float
    replies: int | None = None
    mean: float | None = None
    low: float | None = None
    high: float | None = None
    effective: float | None = None


@dataclass(frozen=True)
class Comparison:
    """All of it. `verdict` is one sentence; `numbers` and `method` are the sentences below it; `trade_offs` name what the winner costs."""

    names: tuple[str, ...]
    options: Options
    metrics: tuple[Metric, ...]
    figures: tuple[Figures, ...]
    pairs: tuple[Pair, ...]
    ranking: tuple[Rank, ...]
    outcome: str
    winner: str | None
    verdict: str
    numbers: tuple[str, ...] = ()
    method: tuple[str, ...] = ()
    trade_offs: tuple[str, ...] = ()
    would_change: tuple[str, ...] = ()
    slices: tuple[Slice, ...] = ()
    checks: tuple[Check, ...] = ()
    stability: tuple[Stability, ...] = ()
    peeked: bool = False
    about: Mapping[str, Any] = field(default_factory=dict)  # run_id, state, dataset: what it was made from
