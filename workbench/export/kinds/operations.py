"""The report on a month of operations (UTC): traffic, errors, latency, spend, quality, alerts, what changed, what got worse."""

from typing import TYPE_CHECKING, Any

from workbench.export import figures, trials
from workbench.export.kinds import Gathered, Part, Prose, Request, kind
from workbench.export.model import Table, plain
from workbench.export.reports import blocks, happened, traffic
from workbench.export.reports import month as months
from workbench.export.sources import Source, source

if TYPE_CHECKING:
    from workbench.export.reports.month import Month
    from workbench.monitoring.dashboard_model import Dashboard
    from workbench.store import Store

_SECTIONS = (
    Part("summary", "The Month", (Prose("remarks", "Remarks", "What mattered this month, in a person's words."),), always=True),
    Part("worse", "What Got Worse", always=True),
    Part("traffic", "Traffic", always=True),
    Part("errors", "Errors", always=True),
    Part("latency", "Latency", always=True),
    Part("spend", "Spend", always=True),
    Part("quality", "Quality", always=True),
    Part("alerts", "Alerts", always=True),
    Part("changes", "What Changed", always=True),
    Part("next", "Next Steps", (Prose("next", "Next steps", "What is done about it, by whom, until when."),)),
)
_AUDIENCES = {"manager": ("summary", "worse", "spend", "quality", "alerts", "changes", "next")}
_TOLD = 4  # rows of a table among the figures of its source
_CHARTS = {
    "requests_chart": ("requests", "Requests by day"),
    "success_chart": ("success_rate", "Answered requests by day"),
    "errors_chart": ("errors", "Errors by type and day"),
    "latency_chart": ("latency", "Latency by day"),
    "model_chart": ("cost_by_model", "Cost by model and day"),
    "liked_chart": ("satisfaction", "Satisfaction by day"),
}


@kind("operations", title="Operations report", sections=_SECTIONS, formats=("md", "html", "docx", "pdf", "xlsx"), audiences=_AUDIENCES)
def gather(store: "Store", request: Request) -> Gathered:
    """The report on a month (2026-11). Raises InputError."""
    month = months.of(store, request.subject)
    found = traffic.look(store, month.since_ms, month.until_ms)
    called, sources = _called(store, month, found)
    crossed, in_force = months.crossings(store, month)
    scores, run_ids = happened.runs(store, month)
    new, gone = happened.newcomers(store, month)
    seen: dict[str, Any] = {
        "alerts": happened.alarms(store, month),
        "versions": happened.versions(store, month),
        "moves": happened.moves(store, month),
        "new_models": new,
        "gone_models": gone,
        "crossed": crossed,
        "budgets": in_force,
        "own_metrics": happened.own(store, month),
        "runs": scores,
        "run_count": len(run_ids),
    }
    facts = {**months.facts(month), **called, **seen, "unpriced": months.unpriced(store, month)}
    sources += _sources(month, seen)
    newest = None if month.newest_ms is None else min(month.newest_ms, month.end_ms - 1)
    subtitle = f"{figures.span(month.since_ms, month.until_ms)}, UTC"
    return Gathered(f"Operations in {month.name}", subtitle, facts, sources, newest)


def _called(store: "Store", month: "Month", found: "Dashboard") -> tuple[dict[str, Any], list[Source]]:
    """What the calls of the month say."""
    totals, told = months.totals(store, month)
    by_model, by_prompt = months.spent(store, month)
    compared = months.compared(store, month)
    facts: dict[str, Any] = {
        "calls": found.calls,
        "totals": totals,
        "differences": months.differences(compared),
        "caveats": list(compared.notes),
        "clear": [one.sentence for one in compared.differences if one.better],
        "had_before": traffic.before(found),
        "worse": [(one.sentence, one.evidence) for one in found.slices],
        "by_prompt": traffic.by(found.by_prompt, ["Prompt"]),
        "by_model": traffic.by(found.by_model, ["Provider", "Model"]),
        "errors": traffic.errors(found),
        "satisfaction": traffic.card(found, "satisfaction"),
        "spent_by_model": by_model,
        "spent_by_prompt": by_prompt,
        "notes": list(found.notes),
        "among": trials.among(store, month.since_ms, month.until_ms),
        "first_calls": [f"{figures.day(one.at_ms)}: {one.text}." for one in found.markers if one.kind == "version"],
        **{
            name: traffic.chart(found, key, title=title, only=traffic.PERCENTILES if key == "latency" else ())
            for name, (key, title) in _CHARTS.items()
        },
    }
    if not found.calls:
        return facts, []
    name = f"Calls of {figures.span(month.since_ms, month.until_ms)}"
    return facts, [source("calls", month.name, name, blocks.shown(facts, months.facts(month)), at_ms=month.newest_ms, facts=told)]


def _sources(month: "Month", seen: dict[str, Any]) -> list[Source]:
    """What is behind the rest: a source for each kind of thing that was there."""
    kinds = {
        "alerts": ("alerts", "Alerts"),
        "versions": ("version", "Versions saved"),
        "moves": ("labels", "Labels moved"),
        "runs": ("run", "Runs"),
        "own_metrics": ("calls", "Own metrics"),
        "crossed": ("spend", "Budgets crossed"),
    }
    made = []
    for key, (of, title) in kinds.items():
        table = seen[key]
        if table is not None:
            told = {title.lower(): figures.count(len(table.rows)), **_telling(key, table)}
            made.append(
                source(of, f"{key} {month.name}", f"{title} in {month.name}", blocks.shown(table), at_ms=month.until_ms - 1, facts=told)
            )
    models = {"first asked": seen["new_models"], "asked no more": seen["gone_models"]}
    if any(models.values()):
        told = {name: ", ".join(found) or "none" for name, found in models.items()}
        made.append(source("calls", f"models {month.name}", f"Models of {month.name}", models, at_ms=month.until_ms - 1, facts=told))
    return made


def _telling(key: str, found: Table) -> dict[str, str]:
    """What of the table a person would want to see when it changes: a few figures by name, or its newest row."""
    rows = [[plain(cell.runs) for cell in row] for row in found.rows]
    if key == "alerts":
        return {"still open": figures.count(sum(row[1] == "still open" for row in rows)), "newest": ", ".join(rows[-1][:3])}
    if key == "own_metrics":
        return {name: mean for name, _, mean, *_ in rows[:_TOLD]}
    if key == "runs":
        return {f"{run}, {variant}": score for _, run, variant, *_, score in rows[:_TOLD]}
    return {"newest": ", ".join(rows[-1][:5] if key != "versions" else rows[-1][:2])}
