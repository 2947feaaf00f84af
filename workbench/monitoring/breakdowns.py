"""The Overview's tables: by hour of the day, prompt, version and model, with rates and percentiles; and the users who called most."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbench.monitoring import ranges, tally
from workbench.monitoring.dashboard_model import Column, Table
from workbench.monitoring.gathering import Gathered
from workbench.monitoring.tally import Key, Series, Tally
from workbench.stats import proportion
from workbench.stats.sketched import percentiles

if TYPE_CHECKING:
    from collections.abc import Sequence

_MOST_ROWS = 200
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
    """The 24 hours of the day, local; hours without a call have no rates."""
    hours: dict[Key, list[Tally]] = {(hour,): [] for hour in range(24)}
    for at, one in gathered.hours.items():
        hours[(at + gathered.view.offset_ms) // ranges.HOUR % 24,].append(one)
    held = {key: tally.total(found) for key, found in hours.items()}
    note = "" if gathered.hours_since_ms == gathered.view.range.since_ms else "The last 31 days of the range."
    return _table("by_hour", "By hour of the day", (Column("hour", "Hour", "hour"),), held, narrows=False, note=note)


def by_prompt(gathered: Gathered) -> Table | None:
    """Prompts, the busiest first."""
    return _table("by_prompt", "By prompt", (_PROMPT,), _busiest(gathered.prompts))


def by_version(gathered: Gathered) -> Table | None:
    """Versions of prompts, the busiest first; calls of no prompt are left out."""
    held = {key: value for key, value in gathered.versions.items() if key[0]}
    return _table("by_version", "By version", (_PROMPT, _VERSION), _busiest(held))


def by_model(gathered: Gathered) -> Table | None:
    """Models, the busiest first."""
    columns = (Column("provider", "Provider"), Column("model", "Model"))
    return _table("by_model", "By model", columns, _busiest(gathered.models))


def _busiest(series: Series) -> dict[Key, Tally]:
    held = {key: tally.total(buckets.values()) for key, buckets in series.items()}
    return dict(sorted(held.items(), key=lambda pair: (-pair[1].calls, str(pair[0]))))


def _table(
    key: str, title: str, columns: tuple[Column, ...], held: Mapping[Key, Tally], *, narrows: bool = True, note: str = ""
) -> Table | None:
    if not any(one.calls for one in held.values()):
        return None
    shown = list(held.items())[:_MOST_ROWS]
    if len(held) > len(shown):
        note = f"The {_MOST_ROWS} busiest of {len(held):,}. {note}".strip()
    times = percentiles([one.latency for _, one in shown], [0.5, 0.95])
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
