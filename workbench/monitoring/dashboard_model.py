"""What the Overview consists of, as plain values: the range, the filters, cards, charts, tables, and the sentences about what got worse.

Owns no reading and no arithmetic. None is "no data" everywhere, never 0. Units are calls, share (0..1), ms, tokens, usd, users, and with a
slash what is told per something (calls/min, tokens/call, usd/call, usd/user, share/rating); times are UTC epoch milliseconds.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Filter = str | int | tuple[str | int, ...]
Good = Literal["up", "down", "neither"]
FILTERS = ("prompt", "version", "label", "provider", "model", "source", "status", "error_type", "traffic", "tag", "user")


@dataclass(frozen=True, slots=True)
class Range:
    """What is looked at, [since_ms, until_ms), in steps of `bucket_ms`, and the period of equal length before it. `name` is that of
    `ranges.NAMED` (24h), empty for a free one. `note` says where it is not what was asked for, and why.
    """

    since_ms: int
    until_ms: int
    bucket_ms: int
    name: str = ""
    note: str = ""

    @property
    def length_ms(self) -> int:
        """How long it is."""
        return self.until_ms - self.since_ms

    @property
    def previous(self) -> tuple[int, int]:
        """[since, until) of the period of equal length that ends where this one begins."""
        return self.since_ms - self.length_ms, self.since_ms


@dataclass(frozen=True, slots=True)
class View:
    """What is asked for: a range, and filters by the names of FILTERS, each a value or several. A prompt "" means calls of no prompt.
    `offset_ms` is how far local time is ahead of UTC: hours of the day, and the times in sentences, are local ones.
    """

    range: Range
    filters: Mapping[str, Filter] = field(default_factory=dict)
    offset_ms: int = 0

    @property
    def narrowed(self) -> Mapping[str, Filter]:
        """The filters that pick a part of the traffic; production alone is no part but the whole of it."""
        return {name: value for name, value in self.filters.items() if name != "traffic"}


@dataclass(frozen=True, slots=True)
class Card:
    """One figure with its change. `change` is relative ((value - previous) / previous), for a share the difference in points (0..1), and
    None where either is missing; `low` and `high` bound `value` (95 %) where it is an estimate; `n` is what it rests on, in `n_of`.
    `good` is the direction that is welcome; `clear` whether the change is more than chance, None where that is not tested.
    `spark` is the figure bucket by bucket. `note` says what is left out.
    """

    key: str
    title: str
    unit: str
    value: float | None
    previous: float | None = None
    change: float | None = None
    low: float | None = None
    high: float | None = None
    n: int = 0
    n_of: str = "calls"
    good: Good = "neither"
    clear: bool | None = None
    spark: tuple[float | None, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """One bucket of a line: when it begins, its value with its interval where there is one, and the n it rests on."""

    at_ms: int
    value: float | None
    low: float | None = None
    high: float | None = None
    n: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """A series of a chart. `name` may come from data: it is text, never markup. A `dashed` one is to compare with and adds to nothing."""

    name: str
    points: tuple[Point, ...]
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture of the range: lines over the same buckets. `group` is the row of the page it belongs to (traffic, speed, tokens, cost,
    quality, own); `kind` line, or stacked where the lines add up to a whole. A chart without any value is not made at all.
    """

    key: str
    title: str
    unit: str
    n: int
    lines: tuple[Line, ...]
    kind: Literal["line", "stacked"] = "line"
    group: str = "traffic"
    note: str = ""


@dataclass(frozen=True, slots=True)
class Marker:
    """A change worth a vertical line in every chart: `kind` is version (first call of a version) or label (a label was moved)."""

    at_ms: int
    kind: Literal["version", "label"]
    text: str
    prompt: str
    version: int | None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: key of the rows' cells, heading, unit ("" for text, "hour" for an hour of the day)."""

    key: str
    title: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows by column key; a cell None is no data. `filters` names the columns that, as filters, narrow the view to a row."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Mapping[str, Any], ...]
    filters: tuple[str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Heat:
    """Calls by hour and latency: `counts[band][column]`, a band being [edges_ms[band], edges_ms[band + 1]), and open where there is no next
    edge. `columns` are hours of the day (0..23, local) where `hour_of_day`, else moments (`_ms`) at which hours begin.
    """

    edges_ms: tuple[int, ...]
    columns: tuple[int, ...]
    counts: tuple[tuple[int, ...], ...]
    hour_of_day: bool
    n: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class ErrorGroup:
    """The errors of one type: how many, as a share of all calls with its interval, those of the period before, when the last one was, and
    the newest calls (ids, newest first). `message` is what the newest of them said, cut short; empty where that was not kept.
    """

    error_type: str
    n: int
    share: float
    low: float
    high: float
    previous: int
    last_ms: int | None
    examples: tuple[int, ...]
    message: str = ""


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of the traffic that got worse. `sentence` is what people read, with figures and when it began; `evidence` the interval, n and
    p after correction for `looked_at` comparisons. `metric` is error_rate, p95, cost_per_call or satisfaction; `before`, `after` and the
    bounds of their `difference` are in `unit`. It began at `since_ms`, as far as hours (days in long ranges) tell it, and was over at
    `ended_ms`, None while it lasts. `filters` narrow the view to it.
    """

    sentence: str
    evidence: str
    kind: Literal["version", "prompt", "model"]
    filters: Mapping[str, Filter]
    metric: str
    unit: str
    before: float
    after: float
    difference: float
    low: float
    high: float
    p: float
    n_before: int
    n_after: int
    since_ms: int
    ended_ms: int | None
    looked_at: int


@dataclass(frozen=True, slots=True)
class Dashboard:
    """The whole Overview. `calls` is how many calls match the view; 0 calls leave charts, tables and cards' values empty. `notes` are
    sentences about what is bounded, coarser or missing; `complete` is False where the scan for a user or tag ended before the range did.
    """

    view: View
    made_ms: int
    calls: int
    cards: tuple[Card, ...]
    charts: tuple[Chart, ...]
    markers: tuple[Marker, ...]
    slices: tuple[Slice, ...]
    by_hour: Table | None
    by_prompt: Table | None
    by_version: Table | None
    by_model: Table | None
    top_users: Table | None
    heat: Heat | None
    errors: tuple[ErrorGroup, ...]
    notes: tuple[str, ...] = ()
    complete: bool = True

    def to_json(self) -> dict[str, Any]:
        """The whole of it as JSON values, fields by their names."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Difference:
    """How side b differs from side a on one figure: b - a with its interval (None where nothing bounds it) and p (None where no test is
    made). `better` is a, b or "" where it is not clear; `sentence` says it.
    """

    key: str
    title: str
    unit: str
    a: float | None
    b: float | None
    difference: float | None
    low: float | None
    high: float | None
    p: float | None
    n_a: int
    n_b: int
    method: str
    better: Literal["a", "b", ""]
    sentence: str


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison: a name, a period, filters."""

    name: str
    since_ms: int
    until_ms: int
    filters: Mapping[str, Filter] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Versus:
    """Two versions or two periods beside each other: every difference, p corrected for their number."""

    a: Side
    b: Side
    differences: tuple[Difference, ...]
    notes: tuple[str, ...] = ()
