"""What guards in front of a prompt reported: own metrics named `guard_trigger…` whose values carry the prompt's name as a tag."""

from collections import Counter
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
_SHOWN = 20  # guards in the table, by name


def gather(store: "Store", subject: Subject) -> Told:
    """The fact guards: one table of guard, times triggered, values reported, day of the newest, in a tuple; empty where none reported."""
    if subject.span is None:
        return Told({"guards": ()})
    read = {
        name: metrics.read(store, name, *subject.span, tag=subject.name, bucket_ms=metrics.DAY_MS)
        for name in sorted(known.name for known in metrics.names(store) if known.name.startswith(_PREFIX))
    }
    held = {name: days for name, days in read.items() if days}
    if not held:
        return Told({"guards": ()})
    titles = Counter(map(_title, held))
    rows, told = [], {}
    for name, days in list(held.items())[:_SHOWN]:
        triggers = sum(day.total for day in days)
        often = Cell(inline(figures.number(triggers)), triggers)
        title = _title(name)
        rows.append(
            (title if titles[title] == 1 else name, often, figures.count(sum(day.n for day in days)), figures.day(days[-1].bucket_ms))
        )
        told[name] = f"{figures.number(triggers)} {'time' if triggers == 1 else 'times'}"
    some = f": {_SHOWN} of {figures.count(len(held))} guards, by name" if len(held) > _SHOWN else ""
    found = table(["Guard", "Triggered>", "Values>", "Last on"], rows, f"What guards reported, {subject.period}{some}")
    told["period"] = subject.period
    newest_ms = max(days[-1].bucket_ms or 0 for days in held.values())
    key = f"{subject.name}/guards"
    return Told(
        {"guards": (found,)}, (source("metrics", key, f"Guards of {subject.name}", [found], at_ms=newest_ms, facts=told),), newest_ms
    )


def _title(name: str) -> str:
    """What is left of the metric's name for people."""
    return name.removeprefix(_PREFIX).strip("._:/-").replace("_", " ") or "any"
