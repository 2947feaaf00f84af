"""The calls of a period as tables: by prompt, by model, by version, errors by type. The figures are those of the Overview."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from workbench.export import figures
from workbench.export.model import Cell, Chart, Line, Table
from workbench.export.reports import blocks
from workbench.monitoring import dashboard, ranges
from workbench.monitoring import dashboard_model as seen

if TYPE_CHECKING:
    from workbench.store import Store

MOST = 25
NO_PROMPT = "no prompt"
_BY_DAYS = 100 * ranges.DAY  # what is longer is drawn in longer steps
_COLUMNS = ["Requests>", "Answered>", "p50>", "p95>", "Tokens a request>", "Cost a request>"]
PERCENTILES = ("p50", "p95")  # the lines of a chart of latencies that a reader needs


def look(
    store: "Store", since_ms: int, until_ms: int, filters: Mapping[str, seen.Filter] | None = None, *, step_ms: int | None = None
) -> seen.Dashboard:
    """The Overview of [since_ms, until_ms) as it stood at its end."""
    length = until_ms - since_ms
    days = ranges.DAY if 3 * ranges.DAY <= length <= _BY_DAYS else max(ranges.step(length), ranges.HOUR)
    span = seen.Range(since_ms, until_ms, step_ms or days)
    return dashboard.look(store, seen.View(span, filters or {}), until_ms)


def by(found: seen.Table | None, names: Sequence[str], *, caption: str = "") -> Table | None:
    """A table of the Overview with its intervals; `names` heads the columns that tell the rows apart. None where there is no call."""
    if found is None:
        return None
    keys = [column.key for column in found.columns[: len(names)]]
    rows = [[*(_named(row, key) for key in keys), *_figures(row)] for row in found.rows[:MOST]]
    more = len(found.rows) - len(rows)
    left = f"{figures.counted(more, 'more with fewer requests is', 'more with fewer requests are')} left out. " if more else ""
    return blocks.table([*names, *_COLUMNS], rows, f"{left}{caption}{' ' + found.note if found.note else ''}".strip())


def errors(found: seen.Dashboard) -> Table | None:
    """Errors by type with their share of all requests; None where there is none."""
    if not found.errors:
        return None
    said, had = any(one.message for one in found.errors), before(found)
    rows = [
        [
            blocks.words(one.error_type, code=True),
            blocks.figure(one.n, "calls"),
            blocks.bounded(one.share, one.low, one.high, "share"),
            blocks.figure(one.previous if had else None, "calls"),
            blocks.words(figures.day(one.last_ms) if one.last_ms is not None else figures.NONE),
            *([blocks.words(one.message)] if said else []),
        ]
        for one in found.errors
    ]
    return blocks.table(
        ["Error", "Requests>", "Share of all>", "Period before>", "Last", *(["What the newest said"] if said else [])], rows
    )


_BOUNDS = "with 95 % intervals"  # a document draws bars, or writes a table: nothing is shaded in it


def before(found: seen.Dashboard) -> bool:
    """Whether there were calls in the period before: with none, its zeros are no data."""
    return any(one.previous is not None for one in found.cards)


def card(found: seen.Dashboard, key: str) -> seen.Card | None:
    """The figure of that key; None where the Overview has none."""
    return next((one for one in found.cards if one.key == key), None)


def chart(found: seen.Dashboard, key: str, *, title: str = "", only: Collection[str] = (), from_first: bool = False) -> Chart | None:
    """A chart of the Overview by its days; None where it has none. `only` names the lines; what stands to compare with is left out.
    With `from_first` it begins on the first day that has a value.
    """
    drawn = next((one for one in found.charts if one.key == key), None)
    if drawn is None:
        return None
    lines = [line for line in drawn.lines if not line.dashed and (not only or line.name in only)]
    if from_first:
        begin = min((at for line in lines for at, point in enumerate(line.points) if point.value is not None), default=0)
        lines = [replace(line, points=line.points[begin:]) for line in lines]
    labels = tuple(figures.day(point.at_ms) for point in lines[0].points) if lines else ()
    if not labels:
        return None
    unit = drawn.unit.partition("/")[0]
    named = title or drawn.title
    return Chart(
        "line",
        named,
        unit,
        labels,
        tuple(_line(line) for line in lines),
        n=drawn.n,
        note=drawn.note.replace("Shaded is the 95 % interval", "With 95 % intervals").replace("shaded is the 95 % interval", _BOUNDS),
        alt=f"{named}, {labels[0]} to {labels[-1]}, n = {drawn.n:,}",
    )


def _line(line: seen.Line) -> Line:
    values = tuple(point.value for point in line.points)
    bounded = any(point.low is not None for point in line.points)
    low = tuple(point.low for point in line.points) if bounded else ()
    high = tuple(point.high for point in line.points) if bounded else ()
    return Line(line.name, values, low, high)


def _named(row: Mapping[str, Any], key: str) -> Cell:
    value = row[key]
    if key == "version":
        return blocks.words("" if value is None else f"v{value}")
    return blocks.words(value if value not in ("", None) else NO_PROMPT)


def _figures(row: Mapping[str, Any]) -> list[Cell]:
    answered, low, high = (None if row[name] is None else 1 - row[name] for name in ("error_rate", "error_rate_high", "error_rate_low"))
    return [
        blocks.figure(row["calls"], "calls"),
        blocks.bounded(answered, low, high, "share"),
        blocks.figure(row["p50"], "ms"),  # the interval of both would leave no room for the names
        blocks.bounded(row["p95"], row["p95_low"], row["p95_high"], "ms"),
        blocks.figure(row["tokens_per_call"], "tokens"),
        blocks.figure(row["cost_per_call"], "usd"),
    ]
