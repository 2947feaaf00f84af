"""What happened in a month beside its calls: alerts, versions saved, labels moved, models first asked, own metrics, runs."""

from typing import TYPE_CHECKING

from workbench.comparison import summary
from workbench.export import figures
from workbench.export.model import Table
from workbench.export.reports import blocks
from workbench.export.reports.models import SIMULATED
from workbench.export.reports.month import Month, before_name
from workbench.ledger import metrics, spend
from workbench.monitoring import alerts
from workbench.prompts import changes
from workbench.runner import seeking

if TYPE_CHECKING:
    from workbench.store import Store

_MOST = 40
_MOST_METRICS = 30
_MOST_RUNS = 10
_READ = 200  # versions and moves of which the newest are shown


def alarms(store: "Store", month: Month) -> Table | None:
    """The alerts that began in the month or lasted into it, oldest first; None where there was none."""
    found = alerts.history(store, since_ms=month.since_ms, until_ms=month.end_ms, limit=_MOST + 1)
    rows = [
        [
            blocks.words(figures.moment(one.started_ms)),
            blocks.words(_lasted(one, month)),
            blocks.words(one.name),
            blocks.words(one.severity),
            blocks.words(one.summary),
            blocks.words(one.note or (f"seen by {one.acknowledged_by}" if one.acknowledged_by else "")),
        ]
        for one in found[:_MOST][::-1]
    ]
    if not rows:
        return None
    left = f"The newest {_MOST}; older ones are on the Alerts page." if len(found) > _MOST else ""
    return blocks.table(["Began", "Lasted", "Rule", "Severity", "What", "Note"], rows, left)


def versions(store: "Store", month: Month) -> Table | None:
    """The versions saved in the month, oldest first."""
    found = changes.saved(store, month.since_ms, month.end_ms, limit=_READ)
    rows = [
        [
            blocks.words(figures.day(one.created_ms)),
            blocks.words(f"{one.prompt}@{one.number}" + (f" ({one.semantic})" if one.semantic else "")),
            blocks.words(one.author or "not said"),
            blocks.words(one.note or "no note"),
        ]
        for one in found[-_MOST:]
    ]
    left = _newest(len(found))
    return blocks.table(["Day", "Version", "By", "Note"], rows, left) if rows else None


def moves(store: "Store", month: Month) -> Table | None:
    """The labels moved in the month with their reasons, oldest first."""
    found = changes.moved(store, month.since_ms, month.end_ms, limit=_READ)
    rows = [
        [
            blocks.words(figures.day(one.moved_ms)),
            blocks.words(one.prompt),
            blocks.words(one.label),
            blocks.words("none" if one.from_number is None else f"v{one.from_number}"),
            blocks.words("taken off" if one.to_number is None else f"v{one.to_number}"),
            blocks.words(one.author or "not said"),
            blocks.words(one.reason or "no reason given"),
        ]
        for one in found[-_MOST:]
    ]
    left = _newest(len(found))
    return blocks.table(["Day", "Prompt", "Label", "From", "To", "By", "Reason"], rows, left) if rows else None


def newcomers(store: "Store", month: Month) -> tuple[list[str], list[str]]:
    """Models first asked in the month, and models of the month before that were asked no more."""
    now = {one.full_model for one in spend.by_model(store, month.since_ms, month.until_ms)}
    ever = {one.full_model for one in spend.by_model(store, 0, month.since_ms)}
    before = {one.full_model for one in spend.by_model(store, *month.before)}
    return sorted(now - ever), sorted(before - now)


def own(store: "Store", month: Month) -> Table | None:
    """Own metrics: how many values, their mean with its interval, the mean of the month before."""
    rows = []
    for known in metrics.names(store)[:_MOST_METRICS]:
        now, before = (metrics.read(store, known.name, *span) for span in ((month.since_ms, month.until_ms), month.before))
        if not now or not now[0].n:
            continue
        unit = metrics.kind(known.name).unit
        low, high = now[0].interval() or (None, None)
        earlier = before[0].mean if before and before[0].n else None
        figure = blocks.bounded(now[0].mean, low, high, unit)
        rows.append([blocks.words(known.name), blocks.figure(now[0].n, "count"), figure, blocks.figure(earlier, unit)])
    if not rows:
        return None
    return blocks.table(["Metric", "Values>", "Mean (95 % interval)>", f"Mean in {before_name(month)}>"], rows)


def runs(store: "Store", month: Month) -> tuple[Table | None, list[str]]:
    """The scores of the month's newest runs, and the ids of those runs."""
    rows, ids = [], []
    there = seeking.between(store, month.since_ms, month.end_ms, limit=_MOST_RUNS + 1)
    for run_id in there[:_MOST_RUNS]:
        found = summary.summarise(store, run_id)
        ids.append(run_id)
        for one, asked in zip(found.variants, found.run.variants, strict=True):
            rows.append(
                [
                    blocks.words(figures.day(found.run.created_ms)),
                    blocks.words(found.run.name or run_id),
                    blocks.words(one.name + (f" ({SIMULATED})" if asked.provider == SIMULATED else "")),
                    blocks.words(found.run.dataset or "cases typed in"),
                    blocks.figure(one.n, "count"),
                    blocks.bounded(one.score, one.low, one.high, "share"),
                ]
            )
    left = f"The newest {_MOST_RUNS}; older ones are on the Runs page." if len(there) > _MOST_RUNS else ""
    table = blocks.table(["Day", "Run", "Variant", "Dataset", "Cases>", "Score>"], rows, left)
    return (table if rows else None), ids


def _newest(count: int) -> str:
    """That only the newest rows are shown, where there are more."""
    if count <= _MOST:
        return ""
    return f"The newest {_MOST} of {count:,}{' or more' if count >= _READ else ''}."


def _lasted(one: alerts.Alert, month: Month) -> str:
    if one.ended_ms is None or one.ended_ms >= month.end_ms:
        return "into the next month" if one.ended_ms is not None else "still open"
    minutes = max(0, one.ended_ms - one.started_ms) / 60_000
    return f"{minutes:,.0f} min" if minutes < 120 else f"{minutes / 60:,.1f} h"
