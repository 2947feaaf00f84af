"""What the Overview reads: a handful of sums, each read once and shared by every card, chart and table. Owns no arithmetic on them.

Reads rollups alone. Only a filter by user or tag, which no rollup knows, scans calls: the newest 200,000 of them, and says how far it came.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from workbench.errors import InputError
from workbench.ledger import rollups
from workbench.ledger.rollups import Columns, columns
from workbench.monitoring import ranges, tally
from workbench.monitoring.dashboard_model import FILTERS, View
from workbench.monitoring.tally import Series, Tally

if TYPE_CHECKING:
    from workbench.ledger.rollups import Cell, Filters
    from workbench.ledger.rollups.scanning import RawFilters
    from workbench.store import Store

VERSIONS = ("prompt", "version")
MODELS = ("provider", "model")
_RAW = ("user", "tag")
_HOURS_MS = 31 * ranges.DAY  # the pattern of the day is that of the last 31 days


@dataclass(frozen=True, slots=True)
class Gathered:
    """Sums of the range and of the period before: `all` by the range's steps, `errors` of it by type; in steps of `step_ms` `versions` of
    prompts (and calls of none, under ""), the same as `prompts`, and `models`, of the period before in whole hours or days; `hours` of
    everything by the hour. `complete` is False where a scan ended early.
    """

    view: View
    step_ms: int
    all: Mapping[int, Tally]
    errors: Series
    before: Tally
    errors_before: Mapping[str, int]
    versions: Columns
    versions_before: Columns
    prompts: Columns
    models: Columns
    models_before: Columns
    hours: Columns
    hours_since_ms: int
    complete: bool = True


def gather(store: "Store", view: View) -> Gathered:
    """All that one look needs. Raises InputError for a filter that does not exist."""
    check(view)
    span, step_ms = view.range, parts_step(view.range.length_ms)
    hours_since = max(span.since_ms, span.until_ms - _HOURS_MS)
    (earlier, since), until = span.previous, span.until_ms
    if any(name in view.filters for name in _RAW):
        now, before, complete = _scanned(store, view, min(span.bucket_ms, step_ms, ranges.HOUR))
        recent = columns.of_cells([cell for cell in now if (cell.bucket_ms or 0) >= hours_since - ranges.HOUR], ())
        recent = columns.joined([recent], ranges.HOUR)
        versions, models = (
            (columns.joined([columns.of_cells(now, by)], step_ms), columns.joined([columns.of_cells(before, by)], step_ms))
            for by in (VERSIONS, MODELS)
        )
        return _gathered(view, (now, before), versions, models, recent, complete=complete)

    def read(since_ms: int, until_ms: int, by: tuple[str, ...], bucket_ms: int | None) -> "list[Cell]":
        filters = cast("Filters", dict(view.filters))
        return rollups.read(store, since_ms, until_ms, by=by, bucket_ms=bucket_ms, filters=filters, remember=True)

    whole = read(since, until, ("outcome",), span.bucket_ms), read(earlier, since, ("outcome",), None)
    # What parts are measured by is read in whole steps of a grain: its ends would take as many rows as all the rest.
    grain = 1 if step_ms < ranges.HOUR else min(step_ms, ranges.DAY)
    usual = earlier // grain * grain, since // grain * grain

    def parts(since_ms: int, until_ms: int, by: tuple[str, ...], bucket_ms: int) -> Columns:
        return rollups.read_columns(store, since_ms, until_ms, by=by, bucket_ms=bucket_ms, filters=cast("Filters", dict(view.filters)))

    versions, models = ((parts(since, until, by, step_ms), parts(*usual, by, step_ms)) for by in (VERSIONS, MODELS))
    return _gathered(view, whole, versions, models, parts(hours_since, until, (), ranges.HOUR))


def _gathered(
    view: View,
    whole: "tuple[list[Cell], list[Cell]]",
    versions: tuple[Columns, Columns],
    models: tuple[Columns, Columns],
    hours: Columns,
    *,
    complete: bool = True,
) -> Gathered:
    span, step_ms = view.range, parts_step(view.range.length_ms)
    outcomes = tally.by_time(whole[0], "outcome", step_ms=span.bucket_ms)
    return Gathered(
        view,
        step_ms,
        tally.merged(outcomes.values()),
        {key: buckets for key, buckets in outcomes.items() if key[0]},
        tally.total(whole[1]),
        {key[0]: held.calls for key, held in tally.by(whole[1], "outcome").items() if key[0]},
        *versions,
        columns.regrouped(versions[0], [0]),
        *models,
        hours,
        max(span.since_ms, span.until_ms - _HOURS_MS),
        complete,
    )


def parts_step(length_ms: int) -> int:
    """The step in which prompts and models are read: coarser than that of the whole, for there are many of them."""
    if length_ms <= 30 * ranges.MINUTE:
        return ranges.MINUTE
    if length_ms <= 2 * ranges.HOUR:
        return 5 * ranges.MINUTE
    if length_ms <= 2 * ranges.DAY:
        return ranges.HOUR
    return ranges.DAY if length_ms <= 31 * ranges.DAY else 7 * ranges.DAY


def check(view: View) -> None:
    """Raises InputError for a filter that does not exist, naming those that do."""
    for name in view.filters:
        if name not in FILTERS:
            raise InputError("is not a filter of the Overview", place=name, hint=f"Filters are {', '.join(FILTERS)}.")


def _scanned(store: "Store", view: View, step_ms: int) -> "tuple[list[Cell], list[Cell], bool]":
    """The cells of both periods by everything there is, and whether the scans came to their ends."""
    span, by = view.range, (*VERSIONS, *MODELS, "outcome")
    filters = cast("RawFilters", dict(view.filters))
    now = rollups.read_raw(store, span.since_ms, span.until_ms, by=by, bucket_ms=step_ms, filters=filters)
    if not now.complete:
        return now.cells, [], False
    before = rollups.read_raw(store, *span.previous, by=by, bucket_ms=step_ms, filters=filters)
    return now.cells, before.cells if before.complete else [], before.complete
