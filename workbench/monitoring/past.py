"""Figures for many moments of the past, out of one read: sums of minutes or hours, or the calls themselves. Owns no state of rules."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from workbench.ledger import metrics, rollups
from workbench.monitoring import measuring, window
from workbench.monitoring.anomaly import HOUR_MS, WEEK_MS, WEEKS
from workbench.monitoring.rules import Rule
from workbench.monitoring.window import Window

if TYPE_CHECKING:
    from workbench.store import Store

MOST_ROWS = 200_000


class Past:
    """Figures of one rule at every `step_ms` from `first_ms` to `final_ms`. From `whole_from_ms` on nothing is missing."""

    def __init__(self, store: "Store", rule: Rule, first_ms: int, final_ms: int, step_ms: int) -> None:
        self._store, self._rule = store, rule
        self.whole_from_ms = first_ms
        since_ms, until_ms = measuring.span(rule, first_ms)[0], measuring.span(rule, final_ms)[1]
        self._starts: list[int] = []
        self._parts: Sequence[Any] = ()
        self._hours: dict[int, Window] = {}
        self._seen: tuple[tuple[int, int], Window] | None = None
        if rule.last_n is not None:
            self._read_rows(since_ms, until_ms, first_ms)
        else:
            self._read_cells(since_ms, until_ms, min(step_ms, HOUR_MS))
        if rule.relative:
            self._hours = measuring.hours(store, rule, first_ms // HOUR_MS * HOUR_MS - WEEKS * WEEK_MS, final_ms // HOUR_MS * HOUR_MS)
        self._quota = rule.quota
        if rule.aggregation == "quota" and rule.quota is None and rule.metric == "cost_usd":
            self._quota = measuring.day_budget(store)

    def window(self, rule: Rule, at_ms: int) -> Window:
        """What was counted in the rule's window that ends at `at_ms`."""
        since_ms, until_ms = measuring.span(rule, at_ms)
        low, high = bisect_left(self._starts, since_ms), bisect_left(self._starts, until_ms)
        if rule.last_n is None:
            part = self._parts[low:high]
            return window.of_metric(part, until_ms - since_ms) if rule.own else window.of_cells(part, until_ms - since_ms)
        low = max(low, high - rule.last_n)
        if self._seen is None or self._seen[0] != (low, high):  # in most minutes of a quiet day the last calls are the same ones
            self._seen = (low, high), window.of_newest(rule, self._parts[low:high], until_ms - since_ms)
        return self._seen[1]

    def hours(self, rule: Rule, at_ms: int) -> Mapping[int, Window]:
        """The hours of the past; later ones are among them and nobody asks for them."""
        return self._hours

    def slowest(self, rule: Rule, at_ms: int) -> int | None:
        """The highest latency or time to first token among the calls of the window themselves."""
        return measuring.slowest(self._store, rule, at_ms)

    def quota(self, rule: Rule) -> float | None:
        """The rule's quota, or the budget that stands for it today."""
        return self._quota

    def _read_cells(self, since_ms: int, until_ms: int, bucket_ms: int) -> None:
        rule = self._rule
        if rule.own:
            narrowed = measuring.tag(rule)
            cells = [
                one for name in rule.own for one in metrics.read(self._store, name, since_ms, until_ms, tag=narrowed, bucket_ms=bucket_ms)
            ]
            self._parts = sorted(cells, key=lambda one: one.bucket_ms or 0)
        else:
            filters, wanted = measuring.cell_filters(rule), measuring.spread(rule)
            self._parts = rollups.read(self._store, since_ms, until_ms, bucket_ms=bucket_ms, filters=filters, sketches=wanted)
        self._starts = [one.bucket_ms or 0 for one in self._parts]

    def _read_rows(self, since_ms: int, until_ms: int, first_ms: int) -> None:
        self._parts = measuring.newest(self._store, self._rule, since_ms, until_ms, MOST_ROWS)[::-1]
        self._starts = [one[0] for one in self._parts]
        if len(self._starts) == MOST_ROWS:
            self.whole_from_ms = max(first_ms, self._starts[0])
