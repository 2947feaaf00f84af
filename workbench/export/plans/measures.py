"""What a plan's metrics are linked to: figures of the store, each with how many it rests on, its period and its interval. Owns no figure.

No clock is asked: the days looked at end with the newest call's, or are those given. What is not there says why, and how to get it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from workbench.errors import InputError, NotFound
from workbench.export import figures, period, trials
from workbench.export.plans.model import CHOOSE, Measure, Metric, Plan

if TYPE_CHECKING:
    from workbench.comparison.summary import VariantSummary
    from workbench.ledger import rollups
    from workbench.ledger.budgets import Budget
    from workbench.runner.reading import Run, RunVariant
    from workbench.store import Store

Standing = Literal["met", "not met", "no data", "no target"]
PERIOD = "30d"
SAID: Mapping[str, str] = {
    "score": "Score of the newest run",
    "success_rate": "Success rate of calls",
    "latency_p50": "Latency, p50",
    "latency_p95": "Latency, p95",
    "usd_per_call": "Cost a request",
    "satisfaction": "Satisfaction of rated calls",
    "own_metric": "Own metric",
    "spend": "Spend of the month",
    "budget_share": "Share of the month's budget",
}
UNITS: Mapping[str, str] = {
    "score": "score", "success_rate": "share", "latency_p50": "ms", "latency_p95": "ms", "usd_per_call": "usd", "satisfaction": "share",
    "spend": "usd", "budget_share": "share",
}  # fmt: skip
ABOUT = {"own_metric": "metric", "budget_share": "budget"}  # what `of` names; a prompt otherwise
OF_CALLS = frozenset({"success_rate", "latency_p50", "latency_p95", "usd_per_call", "satisfaction", "spend"})  # a prompt's, or all
PARTS = frozenset({"score", "success_rate", "satisfaction"})  # never below 0 or above 1
WITHIN: Mapping[str, str] = {"score": "0 to 1", "share": "0 to 100 %"}
_RUNS = 30  # newest runs that are looked through for a score


class Span(NamedTuple):
    """The days [since_ms, until_ms); `fixed` where they were named, and do not follow the newest data."""

    since_ms: int
    until_ms: int
    fixed: bool = False


@dataclass(frozen=True)
class Reading:
    """A figure now: in `unit`, over `n` things of `period`, with its bounds at 95 % where there are some. `why` is why there is none.

    `source` is what it was read from: a kind and an id, such as ("run", "..."); `at_ms` is the date of the data.
    """

    value: float | None
    unit: str = ""
    n: int = 0
    period: str = ""
    low: float | None = None
    high: float | None = None
    why: str = ""
    source: tuple[str, str] | None = None
    at_ms: int | None = None
    simulated: bool = False  # some of it is of the simulated provider, which is no model

    @property
    def within(self) -> str:
        """The interval as it reads; empty where there is none."""
        if self.low is None or self.high is None:
            return ""
        if self.unit == "score":
            return f"{told(self.low, self.unit)} to {told(self.high, self.unit)}"
        return figures.interval(self.low, self.high, self.unit)


@dataclass(frozen=True)
class Measured:
    """A metric of a plan with what it is now."""

    metric: Metric
    reading: Reading

    @property
    def standing(self) -> Standing:
        """Whether the target is met."""
        value, target = self.reading.value, self.metric.target
        if value is None:
            return "no data"
        if target is None:
            return "no target"
        return "met" if (value >= target if self.metric.direction == "at least" else value <= target) else "not met"

    @property
    def unclear(self) -> bool:
        """Whether the interval holds the target: more data may turn the answer around."""
        low, high, target = self.reading.low, self.reading.high, self.metric.target
        return None not in (low, high, target) and low < target < high  # type: ignore[operator]

    @property
    def outside(self) -> bool:
        """Whether the target is none that the figure can ever be, as 90 where 90 % is meant."""
        linked, target = self.metric.measure, self.metric.target
        return linked is not None and target is not None and linked.kind in PARTS and not 0 <= target <= 1

    @property
    def now(self) -> str:
        """The value as it reads."""
        return told(self.reading.value, self.reading.unit)

    @property
    def goal(self) -> str:
        """The target as it reads, with its direction."""
        if self.metric.target is None:
            return "none yet"
        return f"{self.metric.direction} {told(self.metric.target, self.reading.unit)}"

    @property
    def sentence(self) -> str:
        """The whole in words: accuracy 0.81 of 0.90; p95 1.4 s, at most 1.2 s."""
        if self.reading.value is None or self.metric.target is None:
            return f"{self.metric.name}: {self.now}" + ("" if self.metric.target is None else f", {self.goal}")
        if self.metric.direction == "at least":
            return f"{self.metric.name} {self.now} of {told(self.metric.target, self.reading.unit)}"
        return f"{self.metric.name} {self.now}, {self.goal}"

    @property
    def remark(self) -> str:
        """What has to be said wherever the standing is; empty where it stands by itself."""
        parts = ["more data may change that"] if self.unclear else []
        parts += [f"the target is outside {WITHIN[UNITS[self.metric.measure.kind]]}"] if self.metric.measure and self.outside else []
        return ", ".join([*parts, *(["simulated replies among them"] if self.reading.simulated and self.reading.value is not None else [])])


def told(value: float | None, unit: str) -> str:
    """A value of a metric: scores with two places, everything else as in documents."""
    if value is None:
        return figures.NONE
    return f"{value:.2f}".replace("-", "−") if unit == "score" else figures.told(value, unit)


def read_from(linked: Measure, between: str = " · ") -> str:
    """What a metric is read from, in words: Latency, p95 · support/triage."""
    of = f"choose the {ABOUT.get(linked.kind, 'prompt')}" if linked.of == CHOOSE else linked.of
    return SAID[linked.kind] + (f"{between}{of}" if of else "")


def measure(store: "Store", plan: Plan, name: str = PERIOD) -> list[Measured]:
    """Every metric of the plan with its reading over the days `name` (see `export.period`). Raises InputError for a period that is none."""
    days = period.of(store, name)
    span = None if days is None else Span(*days, fixed=name not in (*period.NAMED, "all"))
    return [Measured(metric, read(store, metric, span)) for metric in plan.metrics]


def read(store: "Store", metric: Metric, span: Span | None) -> Reading:
    """The reading of a metric over these days; None: there are no calls that would say which."""
    linked = metric.measure
    if linked is None:
        return Reading(None, metric.unit, why="It is linked to nothing: link it to a figure that is recorded here.")
    if linked.of == CHOOSE:
        calls = ", or all calls" if linked.kind in OF_CALLS else ""
        return Reading(None, UNITS.get(linked.kind, metric.unit), why=f"Choose the {ABOUT.get(linked.kind, 'prompt')} that is read{calls}.")
    try:
        return _READ.get(linked.kind, _of_calls)(store, linked, span)
    except (NotFound, InputError) as error:
        return Reading(None, UNITS.get(linked.kind, metric.unit), why=f"{error} {error.hint}".strip())


def _score(store: "Store", linked: Measure, _span: Span | None) -> Reading:
    from workbench.prompts import reading

    if not linked.of:
        return Reading(None, "score", why="Choose the prompt whose newest run is read.")
    name = linked.of.partition("@")[0]
    number = reading.resolve(store, linked.of).number if "@" in linked.of else None
    found = _newest(store, name, number)
    if found is None:
        which = linked.of if number is None else f"{linked.of} (version {number})"
        why = f"No run with a score holds {which}: compare it on a dataset."
        return Reading(None, "score", why=why)
    run, variant, figure = found
    version, feigned = variant.version, variant.provider == "simulated"
    at_ms = run.ended_ms or run.created_ms
    said = f"version {version} in the run {run.name or run.id} of {figures.day(at_ms)}{', simulated' if feigned else ''}"
    return Reading(figure.score, "score", figure.n, said, figure.low, figure.high, source=("run", run.id), at_ms=at_ms, simulated=feigned)


def _newest(store: "Store", name: str, number: int | None) -> "tuple[Run, RunVariant, VariantSummary] | None":
    """The newest run that has a score of the prompt, with the newest version in it (or the version `number`)."""
    from workbench.comparison import summary
    from workbench.runner import reading

    for run in reading.page(store, prompt=name, limit=_RUNS):
        if run.plan.score is None or run.state in ("planned", "running", "interrupted"):
            continue
        there = [one for one in run.variants if one.prompt == name and (number is None or one.version == number)]
        if not there:
            continue
        figures_of = summary.summarise(store, run.id).variants
        scored = [(one.version or 0, one, figures_of[one.position]) for one in there if figures_of[one.position].score is not None]
        if scored:
            _, variant, figure = max(scored, key=lambda each: each[0])
            return run, variant, figure
    return None


def _of_calls(store: "Store", linked: Measure, span: Span | None) -> Reading:
    """A figure of recorded calls: of everything, of a prompt, or of the version a reference stands for now."""
    unit = UNITS[linked.kind]
    which = f"of {linked.of}" if linked.of else "here"
    nothing = f"No call {which} in these days: run something, import a log, or record calls of your program."
    if span is None:
        return Reading(None, unit, why=nothing)
    from workbench.ledger import rollups

    filters = _filters(store, linked.of)
    (cell,) = rollups.read(store, span.since_ms, span.until_ms, filters=filters)
    days = figures.span(span.since_ms, span.until_ms)
    (feigned,) = rollups.read(store, span.since_ms, span.until_ms, filters={**filters, "provider": "simulated"}, sketches=False)
    days = _told(days, trials.among(store, span.since_ms, span.until_ms, filters))
    value, n, low, high = _figure(cell, linked.kind)
    if value is None:
        none = "Not even the one call" if cell.calls == 1 else f"None of the {cell.calls:,} calls"
        why = f"{none} {_LACKS[linked.kind]}." if cell.calls else nothing
        return Reading(None, unit, period=days, why=why)
    source, at_ms = ("calls", f"{linked.kind} {linked.of}".strip()), span.until_ms - 1
    return Reading(value, unit, n, days, low, high, source=source, at_ms=at_ms, simulated=feigned.calls > 0)


def _told(period: str, among: str) -> str:
    """The period, and which calls of it are none of production."""
    return f"{period}, {among}" if among else period


_LACKS = {
    "success_rate": "has an outcome", "latency_p50": "has a latency", "latency_p95": "has a latency", "usd_per_call": "has a known price",
    "satisfaction": "was rated: rate them on the Calls page, or send feedback", "spend": "has a known price",
}  # fmt: skip


def _filters(store: "Store", ref: str) -> "rollups.Filters":
    from workbench.prompts import reading

    if not ref:
        return {}
    if "@" not in ref:
        return {"prompt": ref}
    version = reading.resolve(store, ref)
    return {"prompt": version.prompt, "version": version.number}


def _figure(cell: "rollups.Cell", kind: str) -> tuple[float | None, int, float | None, float | None]:
    """Value, n and bounds of a figure of calls: rates by `stats.proportion`, percentiles by order statistics (`stats.sketched`)."""
    from workbench.stats import proportion
    from workbench.stats.sketched import percentiles

    if kind in ("success_rate", "satisfaction"):
        part, whole = (cell.ok, cell.calls) if kind == "success_rate" else (cell.liked, cell.rated)
        return (part / whole, whole, *proportion(part, whole)) if whole else (None, 0, None, None)
    if kind in ("latency_p50", "latency_p95"):
        found = percentiles([cell.latency], [0.5 if kind == "latency_p50" else 0.95])[0] if cell.timed else None
        return (found[0].value, cell.timed, found[0].low, found[0].high) if found else (None, 0, None, None)
    return cell.usd_per_call, cell.calls - cell.unpriced, None, None


def _own(store: "Store", linked: Measure, span: Span | None) -> Reading:
    from workbench.ledger import metrics

    unit = metrics.kind(linked.of).unit
    known = next((one for one in metrics.names(store) if one.name == linked.of), None)
    if known is None:
        why = f"No value of {linked.of or 'it'} was recorded yet: see the Metrics page."
        return Reading(None, unit, why=why if linked.of else "Choose the metric that is read.")
    length = 30 * period.DAY_MS if span is None else span.until_ms - span.since_ms
    until = known.last_day_ms + period.DAY_MS if span is None or not span.fixed else span.until_ms
    (cell,) = metrics.read(store, linked.of, until - length, until) or (None,)
    days = figures.span(until - length, until)
    if cell is None:
        return Reading(None, unit, period=days, why="No value in these days.")
    low, high = cell.interval() or (None, None)
    return Reading(cell.mean, unit, cell.n, days, low, high, source=("calls", f"metric {linked.of}"), at_ms=known.last_day_ms)


def _spend(store: "Store", linked: Measure, span: Span | None) -> Reading:
    from workbench.ledger import periods, spend

    if span is None:
        return Reading(None, "usd", why="No call was recorded yet.")
    since, until = periods.start("month", span.until_ms - 1), periods.end("month", span.until_ms - 1)
    name = linked.of.partition("@")[0]
    sums = spend.total(store, since, until, scope="prompt" if name else "total", key=name)
    if not sums.calls or not sums.known:
        return Reading(None, "usd", period=figures.day(since)[:7], why="No call of this month has a known price.")
    source = ("calls", f"spend {name}".strip())
    month = _told(figures.day(since)[:7], trials.among(store, since, until, {"prompt": name} if name else {}))
    return Reading(float(sums.cost_usd), "usd", sums.calls - sums.unpriced, month, source=source, at_ms=span.until_ms - 1)


def budget_name(budget: "Budget") -> str:
    """How a plan names a budget: by what it limits and by its key, for a model and a prompt may have the same; "" is that of all calls."""
    return "" if budget.scope == "total" else f"{budget.scope} {budget.key}"


def _of_budget(budget: "Budget") -> "rollups.Filters":
    """The calls that a budget counts."""
    if budget.scope == "model":
        provider, _, model = budget.key.partition("/")
        return {"provider": provider, "model": model}
    return {"prompt": budget.key} if budget.scope == "prompt" else {}


def _budget(store: "Store", linked: Measure, span: Span | None) -> Reading:
    from workbench.ledger import budgets, spend

    of_month = [one for one in budgets.all(store) if one.period == "month"]
    # A plan may name it by its key alone.
    held = [one for one in of_month if budget_name(one) == linked.of] or [one for one in of_month if one.key == linked.of]
    if not held:
        of = f"for {linked.of}" if linked.of else "for all calls"
        return Reading(None, "share", why=f"There is no budget {of} for a month: set one on the Budgets page.")
    if len(held) > 1:
        names = " or ".join(sorted(budget_name(one) for one in held))
        return Reading(None, "share", why=f"{len(held)} budgets for a month are called {linked.of}: choose {names}.")
    if span is None:
        return Reading(None, "share", why="No call was recorded yet.")
    standing = next(one for one in budgets.standings(store, span.until_ms - 1) if one.budget.id == held[0].id)
    budget, name = standing.budget, budget_name(standing.budget)
    said = f"{figures.day(standing.since_ms)[:7]}, {figures.usd(standing.spent_nano)} of {figures.usd(budget.limit_nano)}"
    sums = spend.total(store, standing.since_ms, standing.until_ms, scope=budget.scope, key=budget.key)
    said = _told(said, trials.among(store, standing.since_ms, standing.until_ms, _of_budget(budget)))
    source = ("calls", f"budget {name}".strip())
    return Reading(standing.share, "share", sums.calls - sums.unpriced, said, source=source, at_ms=span.until_ms - 1)


_READ: Mapping[str, Callable[["Store", Measure, Span | None], Reading]] = {
    "score": _score, "own_metric": _own, "spend": _spend, "budget_share": _budget,
}  # fmt: skip
