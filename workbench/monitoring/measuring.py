"""Measures what rules ask about, each thing once: windows of calls and own metrics, the last calls, and the past. Owns no state of rules.

`Source` is where figures come from: `Live` reads the sums of the ledger for one moment; `monitoring.past` answers for many moments.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol, cast

from sqlalchemy import ColumnElement, Table, and_, func, or_, select

from workbench.ledger import budgets, metrics, rollups
from workbench.ledger.fields import PRODUCTION, TRIALS, TRIED
from workbench.ledger.rollups import raw
from workbench.ledger.tables import CallRow
from workbench.monitoring import anomaly, window
from workbench.monitoring.anomaly import HOUR_MS, WEEK_MS, WEEKS
from workbench.monitoring.machine import Reading
from workbench.monitoring.rules import PERCENTILES, Rule
from workbench.monitoring.window import Window
from workbench.stats import sketch

if TYPE_CHECKING:
    from workbench.store import Store

MINUTE_MS = 60_000
_CALLS = cast("Table", CallRow.__table__)
_DIMENSION = {"error_type": "outcome", "traffic": "source"}
_COLUMNS = ("started_ms", "status", "latency_ms", "ttft_ms", "retries", "input_tokens", "output_tokens", "cost_nano", "feedback")
_COUNTED = 20_000  # calls that are looked through for the slowest one
_FEW = 2  # so many filters of a kind are asked for one by one; more are told apart in memory, out of one read


class Source(Protocol):
    """Where figures come from."""

    def window(self, rule: Rule, at_ms: int) -> Window:
        """What was counted in the rule's window that ends at `at_ms`."""
        ...

    def hours(self, rule: Rule, at_ms: int) -> Mapping[int, Window]:
        """The hours of the past that are whole at `at_ms`, up to eight weeks, by their begin; hours without anything may be missing."""
        ...

    def slowest(self, rule: Rule, at_ms: int) -> int | None:
        """The highest latency or time to first token among the calls of the window themselves; None where they are gone."""
        ...

    def quota(self, rule: Rule) -> float | None:
        """The rule's quota, or the one that stands for it."""
        ...


def measure(rule: Rule, source: Source, at_ms: int) -> Reading:
    """The rule's reading at `at_ms`."""
    quota = None
    if rule.aggregation == "quota":
        quota = source.quota(rule)
        if quota is None:
            return Reading(None, 0, reason=_no_quota(rule), ready=False)
    held = source.window(rule, at_ms)
    value, n = window.figure(rule, held, quota)
    if value is None or n < rule.minimum_n:
        short = f"{n:,} of the {rule.minimum_n:,} it takes" if n else "nothing was recorded"
        return Reading(None, n, measured=value, quota=quota, reason=f"Too little to say: {short}.")
    if rule.relative:
        return _against_the_past(rule, source, held.span_ms, Reading(None, n, measured=value), at_ms)
    exact = rule.aggregation == "most" and not rule.own and rule.last_n is None and held.calls <= _COUNTED
    if exact and sketch.bin_of(value) >= sketch.bin_of(rule.threshold):
        value = float(source.slowest(rule, at_ms) or value)  # the sums are within 1 %; the calls know it to the millisecond
    measured = value * quota if quota is not None else value
    return Reading(value, n, beyond=_beyond(rule, value), measured=measured, quota=quota)


def span(rule: Rule, at_ms: int) -> tuple[int, int]:
    """The window that ends at `at_ms`: whole minutes, and the minute under way."""
    return at_ms // MINUTE_MS * MINUTE_MS - rule.window_s * 1_000, -(-at_ms // MINUTE_MS) * MINUTE_MS


def _beyond(rule: Rule, value: float) -> bool:
    if rule.aggregation == "quota":
        return value >= rule.threshold
    if rule.compare == "anomaly":
        return abs(value) > rule.threshold
    if rule.compare in ("above", "rises_by"):
        return value > rule.threshold
    return value < (rule.threshold if rule.compare == "below" else -rule.threshold)


def _against_the_past(rule: Rule, source: Source, span_ms: int, found: Reading, at_ms: int) -> Reading:
    figure, hours = found.measured or 0.0, source.hours(rule, at_ms)
    # Counts and sums grow with the time they are taken over; the past is told in hours.
    scale = span_ms / HOUR_MS if rule.aggregation in ("count", "sum") else 1.0
    if rule.compare == "anomaly":
        hour_ms = (at_ms - rule.window_s * 500) // HOUR_MS * HOUR_MS
        usual = anomaly.usual(_same_hours(rule, hours, hour_ms), hour_ms, counted=rule.aggregation == "count")
        if usual is None:
            return replace(found, reason=f"Too little history: it takes {anomaly.LEAST_DAYS} days of this hour.", ready=False)
        if not usual.middle and rule.aggregation in ("count", "sum", "rate"):
            return replace(found, reason="No pattern: at this hour there is usually nothing.", ready=False)
        value, expected = usual.z(figure / scale), usual.middle * scale
    else:
        then, then_n = window.figure(rule, hours.get(_last_week(at_ms), Window(HOUR_MS)))
        if not then or then_n < rule.minimum_n:
            return replace(found, reason="Nothing to compare with in the same hour last week.", ready=False)
        expected = then * scale
        value = figure / expected - 1
    return replace(found, value=value, beyond=_beyond(rule, value), expected=expected)


def _last_week(at_ms: int) -> int:
    """When the same hour of last week began."""
    return (at_ms - 1) // HOUR_MS * HOUR_MS - WEEK_MS


def _same_hours(rule: Rule, hours: Mapping[int, Window], hour_ms: int) -> dict[int, float]:
    """The rule's figure at the same hour of earlier days; an hour without calls since the first one counts as 0 where it counts."""
    found: dict[int, float] = {}
    first = min(hours, default=hour_ms)
    for start in range(hour_ms - anomaly.DAY_MS, max(first, hour_ms - WEEKS * WEEK_MS) - 1, -anomaly.DAY_MS):
        value, n = window.figure(rule, hours.get(start, Window(HOUR_MS)))
        if value is not None and n >= rule.minimum_n:
            found[start] = value
    return found


class Live:
    """Figures of one moment, out of the sums of the ledger. The rules are named first, so that each thing is read once for all of them."""

    def __init__(self, store: "Store", rules: Sequence[Rule], patterns: "dict[Any, tuple[int, dict[int, Window]]] | None" = None) -> None:
        self._store = store
        self._windows: dict[tuple[Any, ...], Window] = {}
        self._reads: dict[tuple[Any, ...], Any] = {}
        self._patterns = {} if patterns is None else patterns
        self._kinds: dict[tuple[int, tuple[str, ...]], set[tuple[Any, ...]]] = {}
        self._spread: set[tuple[Any, ...]] = set()  # what percentiles are asked of
        self._longest: dict[tuple[Any, ...], int] = {}
        self._money: float | bool | None = False
        for rule in rules:
            if rule.last_n is not None:
                self._longest[_newest_key(rule)] = max(self._longest.get(_newest_key(rule), 0), rule.last_n)
            elif not rule.own:
                kind = rule.window_s, _dimensions(rule)
                self._kinds.setdefault(kind, set()).add(rule.measured_key)
                if spread(rule):
                    self._spread |= {kind, rule.measured_key}

    def window(self, rule: Rule, at_ms: int) -> Window:
        """What was counted in the rule's window that ends at `at_ms`."""
        key = (*rule.measured_key, at_ms)
        if key not in self._windows:
            self._windows[key] = self._read(rule, *span(rule, at_ms))
        return self._windows[key]

    def hours(self, rule: Rule, at_ms: int) -> Mapping[int, Window]:
        """The hours of the past that the rule is held against; read once an hour."""
        key = rule.measured_key, rule.compare == "anomaly", spread(rule)
        until_ms = at_ms // HOUR_MS * HOUR_MS
        begin = _last_week(at_ms)
        reach = (until_ms - WEEKS * WEEK_MS, until_ms) if rule.compare == "anomaly" else (begin, begin + HOUR_MS)
        if key not in self._patterns or self._patterns[key][0] != reach[1]:
            self._patterns[key] = reach[1], hours(self._store, rule, *reach)
        return self._patterns[key][1]

    def slowest(self, rule: Rule, at_ms: int) -> int | None:
        """The highest latency or time to first token among the calls of the window themselves."""
        return slowest(self._store, rule, at_ms)

    def quota(self, rule: Rule) -> float | None:
        """The rule's quota; for dollars, else the limit of the budget of all calls a day."""
        if rule.quota is not None or rule.metric != "cost_usd":
            return rule.quota
        if self._money is False:
            self._money = day_budget(self._store)
        return cast("float | None", self._money)

    def _read(self, rule: Rule, since_ms: int, until_ms: int) -> Window:
        span_ms = until_ms - since_ms
        if rule.last_n is not None:
            key = (*_newest_key(rule), until_ms)
            if key not in self._reads:
                longest = max(rule.last_n, self._longest.get(_newest_key(rule), 0))
                self._reads[key] = newest(self._store, rule, since_ms, until_ms, longest)
            return window.of_newest(rule, self._reads[key][: rule.last_n], span_ms)
        if rule.own:
            return of_own(self._store, rule, since_ms, until_ms)
        by = _dimensions(rule)
        kind = rule.window_s, by
        if len(self._kinds.get(kind, ())) <= _FEW:
            wanted = rule.measured_key in self._spread or spread(rule)
            return window.of_cells(rollups.read(self._store, since_ms, until_ms, filters=cell_filters(rule), sketches=wanted), span_ms)
        key = since_ms, until_ms, by
        if key not in self._reads:
            grouped: dict[tuple[Any, ...], list[rollups.Cell]] = {}
            for cell in rollups.read(self._store, since_ms, until_ms, by=by, sketches=kind in self._spread):
                grouped.setdefault(tuple(cell.key[name] for name in by), []).append(cell)
            self._reads[key] = grouped
        return window.of_cells(_chosen(rule, by, self._reads[key]), span_ms)


def hours(store: "Store", rule: Rule, since_ms: int, until_ms: int) -> dict[int, Window]:
    """The whole hours in [since_ms, until_ms) that hold anything, by their begin."""
    if rule.own:
        narrowed = tag(rule)
        parts: dict[int, list[metrics.Cell]] = {}
        for name in rule.own:
            for one in metrics.read(store, name, since_ms, until_ms, tag=narrowed, bucket_ms=HOUR_MS):
                parts.setdefault(one.bucket_ms or 0, []).append(one)
        return {start: window.of_metric(cells, HOUR_MS) for start, cells in parts.items()}
    cells = rollups.read(store, since_ms, until_ms, bucket_ms=HOUR_MS, filters=cell_filters(rule), sketches=spread(rule))
    return {cell.bucket_ms or 0: window.of_cells([cell], HOUR_MS) for cell in cells}


def of_own(store: "Store", rule: Rule, since_ms: int, until_ms: int) -> Window:
    """The values of the rule's own metrics, all together."""
    narrowed = tag(rule)
    cells = [cell for name in rule.own for cell in metrics.read(store, name, since_ms, until_ms, tag=narrowed)]
    return window.of_metric(cells, until_ms - since_ms)


def newest(store: "Store", rule: Rule, since_ms: int, until_ms: int, n: int) -> Sequence[Any]:
    """The newest `n` calls, or times and values, of [since_ms, until_ms) that the rule is about, newest first."""
    if not rule.own:
        return last_calls(store, rule, since_ms, until_ms, n)
    narrowed = tag(rule)
    found = [one for name in rule.own for one in metrics.last(store, name, n, tag=narrowed, since_ms=since_ms, until_ms=until_ms)]
    return sorted(found, reverse=True)[:n]


def last_calls(store: "Store", rule: Rule, since_ms: int, until_ms: int, limit: int) -> Sequence[Any]:
    """The newest calls of [since_ms, until_ms) that the rule is about, newest first."""
    newest = _CALLS.c.started_ms.desc(), _CALLS.c.id.desc()
    query = select(*(_CALLS.c[name] for name in _COLUMNS)).where(*_conditions(rule, since_ms, until_ms)).order_by(*newest).limit(limit)
    with store.read() as session:
        return session.execute(query).all()


def slowest(store: "Store", rule: Rule, at_ms: int) -> int | None:
    """The highest latency or time to first token in the rule's window, of the calls themselves; None where there are none."""
    query = select(func.max(_CALLS.c[rule.metric])).where(*_conditions(rule, *span(rule, at_ms)))
    with store.read() as session:
        found: int | None = session.scalar(query)
        return found


def day_budget(store: "Store") -> float | None:
    """The limit in dollars of the budget of all calls a day; None where there is none."""
    found = [one.limit_nano for one in budgets.all(store) if (one.scope, one.period) == ("total", "day")]
    return found[0] / 10**9 if found else None


def cell_filters(rule: Rule) -> rollups.Filters:
    """The rule's filter as the ledger's sums know it."""
    return cast("rollups.Filters", dict(rule.filters))


def _conditions(rule: Rule, since_ms: int, until_ms: int) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [_CALLS.c.started_ms >= since_ms, _CALLS.c.started_ms < until_ms]
    for name, values in rule.filters.items():
        if name == "traffic":
            conditions += raw.conditions({name: values})
            continue
        column = _CALLS.c[name]
        given: ColumnElement[bool] = column.in_([value for value in values if value != ""])
        if name == "error_type" and "unknown" in values:
            given = or_(given, and_(column.is_(None), _CALLS.c.status != "ok"))
        conditions.append(or_(given, column.is_(None), column == "") if "" in values else given)
    return conditions


def spread(rule: Rule) -> bool:
    """Whether the rule asks how its calls are spread."""
    return rule.aggregation in PERCENTILES or rule.aggregation in ("least", "most")


def _newest_key(rule: Rule) -> tuple[Any, ...]:
    own, filters, window_s, _last_n = rule.measured_key
    return own, filters, window_s


def _dimensions(rule: Rule) -> tuple[str, ...]:
    return tuple(sorted({_DIMENSION.get(name, name) for name in rule.filters}))


def _chosen(rule: Rule, by: tuple[str, ...], grouped: Mapping[tuple[Any, ...], list[rollups.Cell]]) -> list[rollups.Cell]:
    """The cells that the rule's filter lets through."""
    keys: list[tuple[Any, ...]] = [()]
    allowed = {_DIMENSION.get(name, name): values for name, values in rule.filters.items() if name != "traffic"}
    if "traffic" in rule.filters:
        place = by.index("source")
        there = dict.fromkeys(key[place] for key in grouped)
        traffic = [name for name in there if (TRIED if name in TRIALS else PRODUCTION) in rule.filters["traffic"]]
        allowed["source"] = tuple(name for name in traffic if name in allowed.get("source", traffic))
    for name in by:
        keys = [(*key, value) for key in keys for value in dict.fromkeys(allowed[name])]
    return [cell for key in keys for cell in grouped.get(key, ())]


def tag(rule: Rule) -> str:
    """The tag that the rule's own metrics are narrowed by; "" for none."""
    return str(next(iter(rule.filters.get("tag", ("",)))))


def _no_quota(rule: Rule) -> str:
    if rule.metric == "cost_usd":
        return "No quota: give the rule one, or set a budget of all calls a day."
    return "No quota: give the rule one."
