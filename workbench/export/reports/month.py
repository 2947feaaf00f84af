"""A month of the calls (UTC): how much of it the data covers, its totals beside the month before, what was spent and which budgets were
crossed. Whether a month is over is told by the newest call, not by a clock.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.comparison import wording
from workbench.comparison.model import Metric
from workbench.errors import InputError
from workbench.export import figures, period
from workbench.export.model import Cell, Table, inline
from workbench.export.reports import blocks
from workbench.ledger import budgets, spend
from workbench.ledger.periods import start
from workbench.monitoring import stats, versus
from workbench.monitoring.dashboard_model import Side, Versus

if TYPE_CHECKING:
    from decimal import Decimal

    from workbench.store import Store

_NAME = re.compile(r"\d{4}-\d{2}")
_MOST = 20
_EVENTS = 2_000  # crossings that are looked through, the newest
_SUMS = ("total_requests", "total_tokens", "estimated_cost")
_ROWS = (
    ("total_requests", "Requests", "calls"),
    ("success_rate", "Answered", "share"),
    ("latency_p50_ms", "Latency (p50)", "ms"),
    ("latency_p95_ms", "Latency (p95)", "ms"),
    ("total_tokens", "Tokens", "tokens"),
    ("avg_tokens", "Tokens a request", "tokens"),
    ("estimated_cost", "Cost", "usd"),
    ("satisfaction_rate", "Satisfaction", "share"),
)


@dataclass(frozen=True)
class Month:
    """[since_ms, until_ms) is what the data covers of the month that ends at `end_ms`; `newest_ms` and `oldest_ms` are calls of all."""

    name: str
    since_ms: int
    until_ms: int
    end_ms: int
    newest_ms: int | None
    oldest_ms: int | None = None

    @property
    def over(self) -> bool:
        """Whether a call lies behind its end."""
        return self.newest_ms is not None and self.newest_ms >= self.end_ms

    @property
    def before(self) -> tuple[int, int]:
        """[since, until) of the month before."""
        return start("month", self.since_ms - 1), self.since_ms

    @property
    def days(self) -> int:
        """Days that the data covers."""
        return (self.until_ms - self.since_ms) // period.DAY_MS

    @property
    def elapsed(self) -> float:
        """The same to the moment of the newest call, where that lies in the month: a day under way is no whole day."""
        last = self.until_ms if self.newest_ms is None or self.newest_ms < self.since_ms else min(self.until_ms, self.newest_ms + 1)
        return (last - self.since_ms) / period.DAY_MS

    @property
    def elapsed_before(self) -> float:
        """Days of the month before that the data covers: from the first call of all on, where that lies in it."""
        since, until = self.before
        first = since if self.oldest_ms is None or not since < self.oldest_ms < until else self.oldest_ms
        return (until - first) / period.DAY_MS

    @property
    def begun(self) -> str:
        """That calls are recorded only from within the month before; empty where they go further back, or not so far."""
        since, until = self.before
        if self.oldest_ms is None or not since < self.oldest_ms < until or self.oldest_ms - since < period.DAY_MS:
            return ""
        return f"Calls are recorded since {figures.day(self.oldest_ms)}: {before_name(self)} is counted from then on."

    @property
    def note(self) -> str:
        """That the month is not over, as far as the data tell; empty where it is."""
        if self.over:
            return ""
        if self.newest_ms is None or self.newest_ms < self.since_ms:
            return f"No call of {self.name} is recorded, nor a later one."
        whole = (self.end_ms - self.since_ms) // period.DAY_MS
        last = figures.moment(self.newest_ms)
        return f"As far as the data tell, {self.name} is not over: the newest call is of {last}. {self.days} of {whole} days are in it."


def of(store: "Store", name: str) -> Month:
    """The month called 2026-11. Raises InputError."""
    span = period.of(store, name) if _NAME.fullmatch(name) else None
    if span is None:
        raise InputError(f"{name} is no month.", hint="Write a month as 2026-11.")
    newest = period.newest_ms(store)
    covered = span[1] if newest is None or newest < span[0] else (newest // period.DAY_MS + 1) * period.DAY_MS
    return Month(name, span[0], min(span[1], covered), span[1], newest, period.oldest_ms(store))


def totals(store: "Store", month: Month) -> tuple[Table, dict[str, str]]:
    """The month's figures beside those of the month before, sums compared a day; and the few that a source names."""
    now = stats.look(store, month.since_ms, month.until_ms)
    before = stats.look(store, *month.before)
    assert isinstance(now, dict)
    assert isinstance(before, dict)
    rows = []
    for key, title, unit in _ROWS:
        one, other = now[key], before[key] if before["total_requests"] else None
        rows.append([blocks.words(title), _figure(one, unit), _figure(other, unit), _changed(key, unit, (one, other), month)])
    told = {title: blocks.told(now[key], unit) for key, title, unit in _ROWS[:2] + _ROWS[3:4] + _ROWS[6:]}
    return blocks.table(["", f"{month.name}>", f"{before_name(month)}>", "Change>"], rows, "The month; sums are compared by the day."), told


def before_name(month: Month) -> str:
    """2026-10."""
    return figures.day(month.before[0])[:7]


def compared(store: "Store", month: Month) -> Versus:
    """The month against the one before: every rate and percentile with its interval, p corrected for their number."""
    before = Side(before_name(month), *month.before)
    return versus.compare(store, before, Side(month.name, month.since_ms, month.until_ms))


def differences(found: Versus) -> Table | None:
    """The same as a table; None where no figure has data on both sides."""
    rows = []
    for one in found.differences:
        if one.difference is None:
            continue
        reads = {"b": "better", "a": "worse", "": "no clear difference"}[one.better]
        if one.key in ("output_tokens",) and one.p is not None:
            reads = "no judgement"
        metric = Metric(one.key, one.title, one.unit)
        within = wording.interval(one.low, one.high, metric)
        size = wording.difference(one.difference, metric) + (f" ({within})" if within else "")
        rows.append(
            [
                blocks.words(one.title),
                blocks.figure(one.a, one.unit),
                blocks.figure(one.b, one.unit),
                Cell(inline(size), one.difference),
                blocks.words(f"{one.n_a:,} and {one.n_b:,}"),
                blocks.words(reads),
            ]
        )
    if not rows:
        return None
    columns = ["Figure", f"{found.a.name}>", f"{found.b.name}>", "Difference (95 % interval)>", "Requests>", "Reads"]
    return blocks.table(columns, rows, f"Against {found.a.name}")


def spent(store: "Store", month: Month) -> tuple[Table | None, Table | None]:
    """What each model and each prompt cost, the dearest first, beside the month before."""
    span, before = (month.since_ms, month.until_ms), month.before
    models = {one.full_model: one for one in spend.by_model(store, *before)}
    prompts = {one.prompt: one for one in spend.by_prompt(store, *before)}
    by_model = [(one.full_model, one, models.get(one.full_model)) for one in spend.by_model(store, *span)]
    by_prompt = [(one.prompt, one, prompts.get(one.prompt)) for one in spend.by_prompt(store, *span)]
    return _spent("Model", by_model, month), _spent("Prompt", by_prompt, month)


def unpriced(store: "Store", month: Month) -> str:
    """How many answered calls of both months have no known price and are in no sum; empty where all have one."""
    counts = [
        (spend.total(store, *span).unpriced, name)
        for span, name in (((month.since_ms, month.until_ms), month.name), (month.before, before_name(month)))
    ]
    told = " and ".join(f"{wording.counted(count, 'answered request')} of {name}" for count, name in counts if count)
    return f"{told} without a known price: no cost here counts them. Add prices on the Prices page." if told else ""


def crossings(store: "Store", month: Month) -> tuple[Table | None, int]:
    """The levels of budgets that were crossed in the month, oldest first, and how many budgets are in force."""
    found = [one for one in budgets.events(store, _EVENTS) if month.since_ms <= one.at_ms < month.end_ms][::-1]
    rows = [
        [
            blocks.words(figures.day(one.at_ms)),
            blocks.words(budget_name(one.budget)),
            blocks.words("its limit" if one.level == "limit" else "its warning"),
            Cell(inline(figures.usd(one.spent_nano)), one.spent_nano / 1e9),
            Cell(inline(figures.usd(one.limit_nano)), one.limit_nano / 1e9),
        ]
        for one in found[:_MOST]
    ]
    more = len(found) - _MOST
    left = f"{more:,} later {'one is' if more == 1 else 'ones are'} left out." if more > 0 else ""
    table = blocks.table(["Day", "Budget", "Crossed", "Spent then>", "Limit>"], rows, left) if rows else None
    return table, len(budgets.all(store))


def budget_name(budget: budgets.Budget) -> str:
    """A budget in words: everything a day, of model openai/gpt-5 a month."""
    what = "everything" if budget.scope == "total" else f"{budget.scope} {budget.key}"
    return f"{what}, a {budget.period}"


def _spent(title: str, found: "Sequence[tuple[str, spend.Sums, spend.Sums | None]]", month: Month) -> Table | None:
    rows = []
    for name, now, before in found[:_MOST]:
        rows.append(
            [
                blocks.words(name or "no prompt"),
                blocks.figure(now.calls, "calls"),
                _money(now.cost_usd if now.known else None),
                _money(now.usd_per_call if now.known else None),
                _money(before.cost_usd if before is not None and before.known else None),
                blocks.figure(now.unpriced, "calls"),
            ]
        )
    if not rows:
        return None
    more = len(found) - _MOST
    left = f"{more:,} more that cost less {'is' if more == 1 else 'are'} left out." if more > 0 else ""
    return blocks.table([title, "Requests>", "Cost>", "A request>", f"Cost in {before_name(month)}>", "Without a price>"], rows, left)


def _money(value: "Decimal | None") -> Cell:
    return blocks.MISSING if value is None else Cell(inline(figures.usd(value)), float(value))


def _figure(value: float | None, unit: str) -> Cell:
    return blocks.figure(value, unit)


def _changed(key: str, unit: str, values: tuple[float | None, float | None], month: Month) -> Cell:
    now, before = values
    if now is None or before is None or not month.elapsed:
        return blocks.MISSING
    if unit == "share":
        return blocks.change(now - before, unit, relative=False)
    if key in _SUMS:
        now, before = now / month.elapsed, before / month.elapsed_before
    return blocks.change((now - before) / before, unit, relative=True) if before else blocks.MISSING


def facts(month: Month) -> Mapping[str, object]:
    """What every section says of the month."""
    return {
        "month": month.name,
        "before": before_name(month),
        "not_over": month.note,
        "days": month.days,
        "begun": month.begun,
    }
