"""The Overview's tables: by hour of the day, prompt, version and model, with rates and percentiles; and the users who called most."""

from typing import TYPE_CHECKING, Any

from workbench.ledger.rollups import Columns
from workbench.monitoring import ranges, tally
from workbench.monitoring.dashboard_model import Column, Table
from workbench.monitoring.gathering import Gathered
from workbench.monitoring.tally import Key, Tally
from workbench.stats import proportion
from workbench.stats.sketch import values_of
from workbench.stats.sketched import dense, estimates

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST_ROWS = 200
_SHARES = (0.5, 0.95)
_FIGURES = (
    Column("calls", "Requests", "calls"),
    Column("error_rate", "Error rate", "share"),
    Column("p50", "p50", "ms"),
    Column("p95", "p95", "ms"),
    Column("cost", "Cost", "usd"),
    Column("cost_per_call", "Cost a request", "usd/call"),
    Column("tokens_per_call", "Tokens a request", "tokens/call"),
    Column("satisfaction", "Satisfaction", "share"),
    Column("rated", "Rated", "calls"),
)
_PROMPT, _VERSION = Column("prompt", "Prompt"), Column("version", "Version", "version")


def by_hour(gathered: Gathered) -> Table | None:
    """The hours of the day that the range touches, local; hours without a call have no rates."""
    import numpy as np

    hours = gathered.hours
    of_day = (hours.starts + gathered.view.offset_ms) // ranges.HOUR % 24
    sums = {name: np.bincount(of_day, weights=values.sum(axis=0), minlength=24).astype(np.int64) for name, values in hours.sums.items()}
    touched = _hours(gathered)
    held = [((hour,), tally.of_sums({name: int(values[hour]) for name, values in sums.items()})) for hour in touched]
    counts, values = dense(of_day[hours.cell], hours.bins, hours.counts, 24)
    times = estimates(counts[touched], values, _SHARES)
    note = "" if gathered.hours_since_ms == gathered.view.range.since_ms else "The last 31 days of the range."
    return _table("by_hour", "By hour of the day", (Column("hour", "Hour", "hour"),), held, times, narrows=False, note=note)


def _hours(gathered: Gathered) -> list[int]:
    """Those of the day in their order; of a shorter range its own, in the order of time."""
    span, offset = gathered.view.range, gathered.view.offset_ms
    first, end = (span.since_ms + offset) // ranges.HOUR, -(-(span.until_ms + offset) // ranges.HOUR)
    return [hour % 24 for hour in range(first, end)] if end - first < 24 else list(range(24))


def by_prompt(gathered: Gathered) -> Table | None:
    """Prompts, the busiest first."""
    return _busiest("by_prompt", "By prompt", (_PROMPT,), gathered.prompts)


def by_version(gathered: Gathered) -> Table | None:
    """Versions of prompts, the busiest first; calls of no prompt are left out."""
    return _busiest("by_version", "By version", (_PROMPT, _VERSION), gathered.versions, named=True)


def by_model(gathered: Gathered) -> Table | None:
    """Models, the busiest first."""
    columns = (Column("provider", "Provider"), Column("model", "Model"))
    return _busiest("by_model", "By model", columns, gathered.models)


def _busiest(key: str, title: str, shown: tuple[Column, ...], columns: Columns, *, named: bool = False) -> Table | None:
    """The busiest keys; with `named` only those that begin with a name."""
    sums = {name: values.sum(axis=1).tolist() for name, values in columns.sums.items()}
    known = [place for place, values in enumerate(columns.keys) if values[0] or not named]
    places = sorted(known, key=lambda place: (-sums["calls"][place], str(columns.keys[place])))
    held = [(columns.keys[place], tally.of_sums({name: values[place] for name, values in sums.items()})) for place in places]
    least, table = columns.table
    times = estimates(table[places[:_MOST_ROWS]], values_of(least, least + table.shape[1]), _SHARES)
    return _table(key, title, shown, held, times, narrows=True)


def _table(
    key: str,
    title: str,
    columns: tuple[Column, ...],
    held: "Sequence[tuple[Key, Tally]]",
    times: "Sequence[Sequence[Any] | None]",
    *,
    narrows: bool,
    note: str = "",
) -> Table | None:
    if not any(one.calls for _, one in held):
        return None
    shown = held[:_MOST_ROWS]
    if len(held) > len(shown):
        note = f"The {_MOST_ROWS} busiest of {len(held):,}. {note}".strip()
    rows = tuple(
        dict(zip((column.key for column in columns), names, strict=True)) | _figures(one, found)
        for (names, one), found in zip(shown, times, strict=True)
    )
    return Table(key, title, (*columns, *_FIGURES), rows, tuple(column.key for column in columns) if narrows else (), note)


def _figures(held: Tally, times: "Sequence[Any] | None") -> dict[str, Any]:
    """Cells of a row; beside each rate its interval, under the names with _low and _high."""
    rates = {"error_rate": (held.errors, held.calls), "satisfaction": (held.liked, held.rated)}
    row: dict[str, Any] = {"calls": held.calls, "rated": held.rated}
    for name, (part, whole) in rates.items():
        low, high = proportion(part, whole) if whole else (None, None)
        row |= {name: tally.share(part, whole), f"{name}_low": low, f"{name}_high": high}
    for place, name in enumerate(("p50", "p95")):
        value, low, high = times[place] if times else (None, None, None)
        row |= {name: value, f"{name}_low": low, f"{name}_high": high}
    return row | {
        "cost": held.usd if held.calls else None,
        "cost_per_call": held.usd_per_call,
        "tokens_per_call": held.tokens_per_call,
        "unpriced": held.unpriced,
    }
