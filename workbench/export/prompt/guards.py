"""What guards in front of a prompt reported: own metrics named `guard_trigger…` whose values carry the prompt's name as a tag."""

from typing import TYPE_CHECKING

from workbench.export import figures
from workbench.export.model import Cell, inline
from workbench.export.prompt.subject import Subject
from workbench.export.prompt.told import Told
from workbench.export.sources import source
from workbench.export.templating import table
from workbench.ledger import metrics

if TYPE_CHECKING:
    from workbench.store import Store

_PREFIX = "guard_trigger"
_SHOWN = 20  # kinds of guard, by name


def gather(store: "Store", subject: Subject) -> Told:
    """The fact guards: a table of guard, times triggered, values reported, day of the newest; None where nothing was reported."""
    if subject.span is None:
        return Told({"guards": None})
    rows, told, newest_ms = [], {}, None
    names = [known.name for known in metrics.names(store) if known.name.startswith(_PREFIX)]
    for name in sorted(names)[:_SHOWN]:
        days = metrics.read(store, name, *subject.span, tag=subject.name, bucket_ms=metrics.DAY_MS)
        if not days:
            continue
        triggers, last_ms = sum(day.total for day in days), days[-1].bucket_ms
        kind = name.removeprefix(_PREFIX).strip("._:/-").replace("_", " ") or "any"
        often = Cell(inline(figures.number(triggers)), triggers)
        rows.append((kind, often, figures.count(sum(day.n for day in days)), figures.day(last_ms)))
        told[kind] = f"{figures.number(triggers)} times"
        newest_ms = max(newest_ms or 0, last_ms or 0)
    if not rows:
        return Told({"guards": None})
    found = table(["Guard", "Triggered>", "Values>", "Last on"], rows, f"What guards reported, {subject.period}")
    told["period"] = subject.period
    key = f"{subject.name}/guards"
    return Told({"guards": found}, (source("metrics", key, f"Guards of {subject.name}", [found], at_ms=newest_ms, facts=told),), newest_ms)
