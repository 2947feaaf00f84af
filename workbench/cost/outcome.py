"""What comes out of a cost scenario. Frozen values only: no arithmetic, no store, no file.

Money is Decimal US dollars, shares are Decimal 0..1; a figure has the range that its draws gave.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from workbench.cost.model import Scenario


@dataclass(frozen=True)
class Figure:
    """A number with its range: p5 and p95 of the draws; None where nothing is unsure."""

    value: Decimal
    low: Decimal | None = None
    high: Decimal | None = None


@dataclass(frozen=True)
class Share:
    """What one model takes of a month: calls that reach it (after caches), tokens of each kind, dollars."""

    model: str
    calls: Decimal
    share: Decimal  # of calls that reach any model
    tokens: Mapping[str, Decimal]  # by KINDS
    usd: Decimal | None  # None: unpriced
    source: str = ""  # where its price is from: the scenario, an override, the price list
    klass: str = ""


@dataclass(frozen=True)
class Part:
    """A step of the waterfall in dollars a month: what a lever alone changes. `kind` is the lever's, "interaction" or "calibration"."""

    kind: str
    label: str
    usd: Decimal


@dataclass(frozen=True)
class Sensitivity:
    """One bar of the tornado: the monthly total with one unsure thing at its p5 and at its p95, all else in the middle."""

    name: str
    low: Decimal
    high: Decimal
    at_low: str  # what the thing is there, in words: "40 % hits"
    at_high: str


@dataclass(frozen=True)
class Assumption:
    """One thing the result rests on: what, how much, and where it is from (typed, measured, price list, believed, shipped)."""

    name: str
    value: str
    source: str
    field: str = ""  # the scenario's field that changes it, dotted


@dataclass(frozen=True)
class Quality:
    """Mean quality of the mix, 0..1. `value` is None where `unknown` models take a share and nothing is believed of them."""

    value: Decimal | None
    low: Decimal | None = None
    high: Decimal | None = None
    unknown: tuple[str, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)  # model -> "run abc, n = 120" or "stated"


@dataclass(frozen=True)
class Latency:
    """Percentiles of the mix in milliseconds, answers of caches among them; None where `unknown` models take a share."""

    p50_ms: float | None
    p95_ms: float | None
    unknown: tuple[str, ...] = ()
    sources: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Side:
    """The baseline or the scenario: a month of it."""

    usd: Figure  # of month 1; leaves out unpriced calls
    calls: Decimal  # asked for, caches included
    models: tuple[Share, ...]
    unpriced_calls: Decimal
    quality: Quality
    latency: Latency
    usd_per_call: Decimal | None  # of the calls whose price is known
    components_usd: Decimal = Decimal(0)
    unpriced_asked: Decimal = Decimal(0)  # as `unpriced_calls`, with those among them that a cache answers


@dataclass(frozen=True)
class Outcome:
    """A scenario worked out. `before.usd + parts == after.usd`, exactly, but where a lever moves calls to a model without a price, and
    there are no parts; `months` are the totals of each month ahead.
    """

    scenario: Scenario
    before: Side
    after: Side
    parts: tuple[Part, ...]
    months_before: tuple[Figure, ...]
    months: tuple[Figure, ...]
    year: Figure  # the sum of the months
    saved: Figure  # before - after of month 1, each draw against itself
    tornado: tuple[Sensitivity, ...]
    assumptions: tuple[Assumption, ...]
    findings: tuple[str, ...]  # sentences worth knowing: "Under $2,000 at most 0.7 % of calls may stay on gpt-4."
    warnings: tuple[str, ...] = ()
    bill_ratio: Decimal | None = None  # bill / what prices and tokens give
    as_billed_usd: Decimal | None = None  # recorded traffic: what the ledger says the same calls cost, for a month
    traffic: str = ""  # a line that says what the baseline is: "412,331 calls of 30 days, 3 models"
    version: int | None = None  # of the scenario as it is kept; None where it is not said
