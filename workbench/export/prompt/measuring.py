"""The figures of a prompt's calls with their intervals: of a version, of a model, of everything. Sums only; texts are never read.

Percentiles and rates are as on the Overview (order statistics of the sketch, exact proportions). Intervals of averages are drawn over whole
days; over hours where there are fewer than `ENOUGH` days; over the calls themselves where there are fewer hours, and `FEW` calls at most.
"""

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from workbench.export.prompt.runs import SIMULATED
from workbench.ledger import rollups
from workbench.ledger.fields import OK
from workbench.ledger.rollups import Cell
from workbench.ledger.tables import CallRow
from workbench.stats import proportion

if TYPE_CHECKING:
    from workbench.store import Store

FEW = 2_000
ENOUGH = 7
HOUR_MS, DAY_MS = 3_600_000, 86_400_000
BY = ("version", "provider", "model", "source")
CALLS, DAILY, HOURLY, NOTHING = "calls", "days", "hours", ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure, its 95 % interval where there is one, and over how many calls."""

    value: float | None
    low: float | None = None
    high: float | None = None
    n: int = 0


@dataclass(frozen=True)
class Figures:
    """What calls add up to. Times are ms, `cost` is dollars a request, `total` nano-dollars; rates are 0..1."""

    calls: int
    ok: int
    success: Figure
    mean: Figure
    p50: Figure
    p95: Figure
    tokens_in: Figure
    tokens_out: Figure
    cost: Figure
    liked: Figure
    total: int | None
    unpriced: int
    retries: int


@dataclass(frozen=True)
class Measured:
    """Everything of a period: `whole` is all versions, `of_version` and `of_model` its parts, `daily` the sums of each day of the version.

    `averaged` says what the intervals of averages are drawn over: calls, days, hours, or nothing. `left_out` calls are simulated.
    """

    whole: Figures
    of_version: Mapping[int | None, Figures]
    of_model: Mapping[str, Figures]
    sources: tuple[tuple[str, int], ...]
    daily: tuple[tuple[int, Figures], ...]
    averaged: str
    left_out: int
    simulated: bool


@dataclass(frozen=True)
class _Kind:
    """An average: what is summed over what."""

    name: str
    total: Callable[[Cell], float]
    count: Callable[[Cell], int]
    of_row: Callable[[Any], float | None]


def _counted(row: Any, tokens: int | None) -> float | None:
    """As the sums have it: a call that tells one count of tokens tells both."""
    return None if row.input_tokens is None and row.output_tokens is None else float(tokens or 0)


def _dollars(row: Any) -> float | None:
    """As the sums have it: an answered call without a price is left out, a failed one cost nothing."""
    return None if row.cost_nano is None and row.status == OK else (row.cost_nano or 0) / 1e9


_KINDS = (
    _Kind("mean", lambda cell: cell.latency_ms, lambda cell: cell.timed, lambda row: row.latency_ms),
    _Kind("tokens_in", lambda cell: cell.input_tokens, lambda cell: cell.token_calls, lambda row: _counted(row, row.input_tokens)),
    _Kind("tokens_out", lambda cell: cell.output_tokens, lambda cell: cell.token_calls, lambda row: _counted(row, row.output_tokens)),
    _Kind("cost", lambda cell: cell.cost_nano / 1e9, lambda cell: cell.calls - cell.unpriced, _dollars),
)


def measure(store: "Store", name: str, since_ms: int, until_ms: int, version: int | None) -> Measured:
    """The figures of the prompt's calls that began in [since, until); `daily` is of `version`. Calls of the simulated model are left out
    where there are others.
    """
    filters: rollups.Filters = {"prompt": name}
    counted = real(rollups.read(store, since_ms, until_ms, by=BY, bucket_ms=DAY_MS, filters=filters))
    cells = counted.cells
    bucketed, averaged = _bucketed(store, filters, since_ms, until_ms, cells, simulated=counted.simulated)
    few = averaged == NOTHING and 0 < _calls(cells) <= FEW
    rows = _rows(store, name, since_ms, until_ms, cells) if few else None
    known = _Known(bucketed, averaged, rows)
    parts = {"version": _split(cells, lambda cell: cell.key["version"]), "model": _split(cells, _model)}
    mine = _split([cell for cell in cells if cell.key["version"] == version], lambda cell: cell.bucket_ms)
    sources = _split(cells, lambda cell: cell.key["source"])
    return Measured(
        whole=known.figures(cells, {}),
        of_version={key: known.figures(held, {"version": key}) for key, held in parts["version"].items()},
        of_model={"/".join(key): known.figures(held, dict(zip(_MODEL, key, strict=True))) for key, held in parts["model"].items()},
        sources=tuple(sorted(((str(key), _calls(held)) for key, held in sources.items()), key=lambda one: (-one[1], one[0]))),
        daily=tuple((at, _Known((), NOTHING, None).figures(held, {})) for at, held in sorted(mine.items())),
        averaged=known.averaged,
        left_out=counted.left_out,
        simulated=counted.simulated,
    )


@dataclass(frozen=True)
class Counted:
    """The cells that every section counts; `left_out` calls are simulated, and `simulated` says that all of those counted are."""

    cells: Sequence[Cell]
    left_out: int
    simulated: bool


def real(cells: Sequence[Cell]) -> Counted:
    """The cells without those of the simulated model, where there are others. Their keys name the provider."""
    found = [cell for cell in cells if cell.key["provider"] != SIMULATED]
    return Counted(found or cells, _calls(cells) - _calls(found) if found else 0, bool(cells) and not found)


_MODEL = "provider", "model"


def _model(cell: Cell) -> tuple[str, str]:
    return str(cell.key["provider"]), str(cell.key["model"])


def _calls(cells: Iterable[Cell]) -> int:
    return sum(cell.calls for cell in cells)


def _is(key: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    return all(key[name] == value for name, value in wanted.items())


def _split(cells: Iterable[Cell], key: Callable[[Cell], Any]) -> dict[Any, list[Cell]]:
    found: dict[Any, list[Cell]] = {}
    for cell in cells:
        found.setdefault(key(cell), []).append(cell)
    return found


def _bucketed(
    store: "Store", filters: rollups.Filters, since_ms: int, until_ms: int, cells: Sequence[Cell], *, simulated: bool
) -> tuple[Sequence[Cell], str]:
    """The cells by the stretches that averages are drawn over."""
    if len({cell.bucket_ms for cell in cells}) >= ENOUGH:
        return cells, DAILY
    if not cells:
        return cells, NOTHING
    begin, end = min(cell.bucket_ms or 0 for cell in cells), max(cell.bucket_ms or 0 for cell in cells) + DAY_MS
    since_ms, until_ms = max(since_ms, begin), min(until_ms, end)
    hours = rollups.read(store, since_ms, until_ms, by=BY, bucket_ms=HOUR_MS, filters=filters, sketches=False)
    held = [cell for cell in hours if simulated or cell.key["provider"] != SIMULATED]
    return held, HOURLY if len({cell.bucket_ms for cell in held}) >= ENOUGH else NOTHING


def _rows(store: "Store", name: str, since_ms: int, until_ms: int, cells: Sequence[Cell]) -> list[Any] | None:
    """The calls themselves, by the index of prompt and version; None where some of them are not kept any more."""
    columns = ("version", "provider", "model", "status", "latency_ms", "input_tokens", "output_tokens", "cost_nano")
    providers = {str(cell.key["provider"]) for cell in cells}
    found: list[Any] = []
    with store.read() as session:
        for version in sorted({cell.key["version"] for cell in cells}, key=str):
            of_it = CallRow.version.is_(None) if version is None else CallRow.version == version
            query = select(*(getattr(CallRow, column) for column in columns)).where(CallRow.prompt == name, of_it)
            within = query.where(CallRow.started_ms >= since_ms, CallRow.started_ms < until_ms).order_by(CallRow.started_ms, CallRow.id)
            found += session.execute(within.where(CallRow.provider.in_(sorted(providers))).limit(FEW + 1)).all()
    return found if len(found) == _calls(cells) else None


@dataclass(frozen=True)
class _Known:
    """What averages are drawn over: sums by stretches of time, or the calls themselves."""

    cells: Sequence[Cell]
    over: str
    rows: Sequence[Any] | None

    @property
    def averaged(self) -> str:
        """What intervals of averages are drawn over."""
        return CALLS if self.rows is not None else self.over

    def figures(self, held: Sequence[Cell], wanted: Mapping[str, Any]) -> Figures:
        """The figures of some cells; `wanted` is what their keys have in common."""
        whole = reduce(add, held) if held else Cell()
        middle, high = _percentiles(whole.latency)
        averages = {kind.name: self._average(kind, whole, wanted) for kind in _KINDS}
        return Figures(
            calls=whole.calls, ok=whole.ok, success=_rate(whole.ok, whole.calls), p50=middle, p95=high,
            liked=_rate(whole.liked, whole.rated),
            total=whole.cost_nano if whole.cost_usd is not None else None, unpriced=whole.unpriced, retries=whole.retries, **averages,
        )  # fmt: skip

    def _average(self, kind: _Kind, whole: Cell, wanted: Mapping[str, Any]) -> Figure:
        n = kind.count(whole)
        if n <= 0 or (kind.name == "cost" and whole.cost_usd is None):
            return Figure(None)
        value = kind.total(whole) / n
        if self.rows is not None:
            mine = [kind.of_row(row) for row in self.rows if _is(row._mapping, wanted)]  # noqa: SLF001 (SQLAlchemy's public name)
            return Figure(value, *_of_calls([one for one in mine if one is not None]), n)
        return Figure(value, *(self._of_stretches(kind, wanted) if self.over else (None, None)), n)

    def _of_stretches(self, kind: _Kind, wanted: Mapping[str, Any]) -> tuple[float | None, float | None]:
        from workbench.stats import ratios, sketched

        held = _split([cell for cell in self.cells if _is(cell.key, wanted)], lambda cell: cell.bucket_ms)
        sums = [(sum(map(kind.total, cells)), sum(map(kind.count, cells))) for cells in held.values()]
        found = ratios.interval(sketched.ratio([total for total, _ in sums], [n for _, n in sums]))
        return (None, None) if found is None else (max(0.0, found.low), found.high)


def _of_calls(values: Sequence[float]) -> tuple[float | None, float | None]:
    """Student's interval. The bootstrap that comparisons use follows skewness better, and takes a hundred times as long: a document has
    dozens of averages.
    """
    from workbench.stats import student

    low, high = student(values)
    return (max(0.0, low), high) if math.isfinite(low) and math.isfinite(high) else (None, None)


def _rate(part: int, whole: int) -> Figure:
    return Figure(part / whole, *proportion(part, whole), whole) if whole else Figure(None)


def _percentiles(sketches: Collection[bytes]) -> tuple[Figure, Figure]:
    from workbench.stats import sketch
    from workbench.stats.sketched import percentiles

    found = percentiles([list(sketches)], [0.5, 0.95])[0] if sketches else None
    if found is None:
        return Figure(None), Figure(None)
    n = int(sketch.merged(list(sketches))[1].sum())
    return Figure(*found[0], n), Figure(*found[1], n)
