"""Which part of the traffic got worse: every prompt, version and model, on error rate, p95, cost a call and satisfaction, worst first.

Each is looked at twice: this period against the one before, and its last quarter against everything before that. A slice is named where the
change is large enough to matter (FLOORS), more than chance after Holm's correction for all that was looked at, and rests on ENOUGH calls.
How much a figure moves from hour to hour anyway is measured in the period before and widens what counts as chance (design effect).
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Literal

from workbench.monitoring import tally
from workbench.monitoring.dashboard_model import Filter
from workbench.monitoring.gathering import MODELS, VERSIONS, Gathered
from workbench.monitoring.tally import Series, Tally
from workbench.stats.correction import holm
from workbench.stats.sketched import Change, Ratio, design_effect, exceeding, percentile_change, proportions_p, ratio, ratio_change, table
from workbench.stats.unpaired import newcombe

if TYPE_CHECKING:
    import numpy as np

ENOUGH = {"error_rate": 30, "p95": 60, "cost_per_call": 30, "satisfaction": 20}
# At least so much: in the metric's unit, and as a share of what was before.
FLOORS = {"error_rate": (0.01, 0.2), "p95": (20.0, 0.1), "cost_per_call": (0.0, 0.1), "satisfaction": (0.05, 0.0)}
UNITS = {"error_rate": "share", "p95": "ms", "cost_per_call": "usd/call", "satisfaction": "share"}
P95 = 0.95
_SURE = 0.05
_MOST_GROUPS = 150
Kind = Literal["version", "prompt", "model"]


@dataclass(frozen=True)
class Part:
    """A slice: what narrows the view to it, and its sums bucket by bucket, those of the period before first. `first` is where the range
    begins among them.
    """

    kind: Kind
    filters: Mapping[str, Filter]
    starts: Sequence[int]
    held: Sequence[Tally]
    first: int

    @property
    def calls(self) -> int:
        """Calls of the range."""
        return sum(one.calls for one in self.held[self.first :])

    @cached_property
    def _bins(self) -> "tuple[np.ndarray, np.ndarray]":
        return table([one.latency for one in self.held])

    @cached_property
    def _upto(self) -> dict[str, tuple[list[float], list[float]]]:
        pairs = {metric: counted(metric, self.held) for metric in UNITS if metric != "p95"}
        pairs["p95"] = [], [one.timed for one in self.held]
        return {
            metric: (list(accumulate(hits, initial=0)), list(accumulate(counts, initial=0))) for metric, (hits, counts) in pairs.items()
        }

    def sides(self, metric: str, split: int) -> tuple[float, float, float, float]:
        """What the metric sums up and over how many, before `split` and from there on; of p95 only over how many."""
        hits, counts = self._upto[metric]
        before, whole = hits[split] if metric != "p95" else 0, hits[-1]
        return before, counts[split], whole - before, counts[-1] - counts[split]

    def p95s(self, split: int) -> tuple[float, float]:
        """The p95 of the buckets before `split` and of the others; both sides hold calls."""
        counts, values = self._bins
        return float(values[_place(counts[:split])]), float(values[_place(counts[split:])])

    def exceeding(self, split: int) -> tuple[list[float], list[float]]:
        """How many calls of each bucket before `split` (of all, where that is 0) are slower than their p95, and how many there are."""
        counts, _values = self._bins
        held = counts[:split] if split else counts
        return held[:, _place(held) + 1 :].sum(axis=1).tolist(), held.sum(axis=1).tolist()


def _place(counts: "np.ndarray") -> int:
    """The bin in which the p95 of all buckets together lies."""
    upto = counts.sum(axis=0).cumsum()
    return min(int(upto.searchsorted(P95 * (upto[-1] - 1), side="right")), len(upto) - 1)


@dataclass(frozen=True, slots=True)
class Worse:
    """A part that got worse on a metric: by how much between which buckets (`split` is where the later side begins), and how sure."""

    part: Part
    metric: str
    change: Change
    p: float
    n_before: int
    n_after: int
    recent: bool
    looked_at: int

    @property
    def severity(self) -> float:
        """How many times the smallest change that matters, weighed by the root of the calls concerned."""
        least, relative = FLOORS[self.metric]
        smallest = max(least, relative * abs(self.change.a), 1e-12)
        return abs(self.change.difference) / smallest * float(self.n_after**0.5)


def worse(gathered: Gathered) -> list[Worse]:
    """All that got worse, the worst first: one for each part and metric; a prompt only where none of its versions explains it."""
    tried = [
        (part, metric, recent, found)
        for part in parts(gathered)
        for metric in UNITS
        for recent in (False, True)
        for found in [_tried(part, metric, recent)]
    ]
    known = [(part, metric, recent, found) for part, metric, recent, found in tried if found is not None]
    corrected = holm([found[0].p for *_, found in known])
    best: dict[Any, Worse] = {}
    for (part, metric, recent, (change, before, after)), p in zip(known, corrected, strict=True):
        if p is None or p >= _SURE or not _matters(metric, change):
            continue
        named = Worse(part, metric, change, p, before, after, recent, len(known))
        key = (part.kind, tuple(part.filters.values()), metric)
        if key not in best or named.p < best[key].p:
            best[key] = named
    explained = {(one.part.filters["prompt"], one.metric) for one in best.values() if one.part.kind == "version"}
    kept = [one for one in best.values() if one.part.kind != "prompt" or (one.part.filters["prompt"], one.metric) not in explained]
    return sorted(kept, key=lambda one: -one.severity)


def parts(gathered: Gathered) -> list[Part]:
    """Versions, prompts of several versions, and models, the busiest first."""
    versions = [
        part for part in _parts(gathered.versions, gathered.versions_before, "version", VERSIONS) if part.filters["version"] is not None
    ]
    named = Counter(part.filters["prompt"] for part in versions)
    prompts = _parts(gathered.prompts, tally.regrouped(gathered.versions_before, 0), "prompt", VERSIONS[:1])
    several = [part for part in prompts if named[part.filters["prompt"]] > 1]
    models = _parts(gathered.models, gathered.models_before, "model", MODELS)
    return sorted([*versions, *several, *models], key=lambda part: -part.calls)[:_MOST_GROUPS]


def _parts(now: Series, before: Series, kind: Kind, names: tuple[str, ...]) -> Iterator[Part]:
    for key, buckets in now.items():
        if key[0]:  # else calls of no prompt
            earlier = before.get(key, {})
            at_before, at_now = sorted(earlier), sorted(buckets)
            held = [*(earlier[at] for at in at_before), *(buckets[at] for at in at_now)]
            yield Part(kind, dict(zip(names, key, strict=True)), [*at_before, *at_now], held, len(at_before))


def counted(metric: str, held: Sequence[Tally], reference: Sequence[bytes] | None = None) -> tuple[list[float], list[float]]:
    """What the metric sums up and over how many, bucket by bucket; for p95 how many calls are slower than the p95 of `reference`."""
    if metric == "error_rate":
        return [one.errors for one in held], [one.calls for one in held]
    if metric == "satisfaction":  # those who did not like it, so that more is worse
        return [one.rated - one.liked for one in held], [one.rated for one in held]
    if metric == "cost_per_call":
        return [one.cost_nano / 1e9 for one in held], [max(0, one.priced) for one in held]
    pairs = exceeding([one.latency for one in held], reference if reference is not None else _sketches(held), P95)
    return [above for above, _ in pairs], [n for _, n in pairs]


def _tried(part: Part, metric: str, recent: bool) -> tuple[Change, int, int] | None:
    """(change, n before, n after); None where too little was counted on a side. The p of what is no worse is 1."""
    length = len(part.held) - part.first
    if recent and length < 2:
        return None
    split = len(part.held) - max(1, length // 4) if recent else part.first
    k_a, n_a, k_b, n_b = part.sides(metric, split)
    if min(n_a, n_b) < ENOUGH[metric]:
        return None
    usual, now = part.p95s(split) if metric == "p95" else (k_a / n_a, k_b / n_b)
    change: Change = Change(usual, now, now - usual, None, None, 1.0)
    if metric == "satisfaction":  # counted as the share that did not like it, told as the share that did
        change = Change(1 - usual, 1 - now, usual - now, None, None, 1.0)
    if now > usual and _matters(metric, change):
        before, after = part.held[:split], part.held[split:]
        if metric == "p95":
            tested = _slower(part, split, change)
        else:
            tested = _dearer(before, after) if metric == "cost_per_call" else _rate(metric, before, after)
        return None if tested is None else (tested, round(n_a), round(n_b))
    return change, round(n_a), round(n_b)


def _rate(metric: str, before: Sequence[Tally], after: Sequence[Tally]) -> Change:
    (hits, counts), (hits_after, counts_after) = counted(metric, before), counted(metric, after)
    k_a, n_a, k_b, n_b = (sum(each) for each in (hits, counts, hits_after, counts_after))
    design = design_effect(hits, counts)
    low, high = newcombe(*(each / design for each in (k_a, n_a, k_b, n_b)))  # type: ignore[arg-type]
    p, usual, now = proportions_p(k_a, n_a, k_b, n_b, design=design), k_a / n_a, k_b / n_b
    return (
        Change(1 - usual, 1 - now, usual - now, -high, -low, p)
        if metric == "satisfaction"
        else Change(usual, now, now - usual, low, high, p)
    )


def _slower(part: Part, split: int, change: Change) -> Change | None:
    """The interval is worked out only where the test finds something: it takes longer."""
    hits, counts = part.exceeding(split)
    design = design_effect(hits, counts)
    above, n = part.exceeding(0)
    p = proportions_p(sum(above[:split]), sum(n[:split]), sum(above[split:]), sum(n[split:]), design=design)
    if p >= _SURE:
        return change._replace(p=p)
    return percentile_change(_sketches(part.held[:split]), _sketches(part.held[split:]), P95, design=design)


def _dearer(before: Sequence[Tally], after: Sequence[Tally]) -> Change | None:
    """Both sides vary as the period before did, in proportion: what lies in the later one may be the change itself. None where the period
    before has too few buckets to tell.
    """
    usual, now = ratio(*counted("cost_per_call", before)), ratio(*counted("cost_per_call", after))
    if usual is None or now is None or usual.spread is None or usual.value <= 0:
        return None
    later = Ratio(now.value, now.n, usual.spread, max(now.buckets, usual.buckets))
    tested = ratio_change(usual, later)
    bounds = ratio_change(usual, later._replace(spread=usual.spread * (now.value / usual.value) ** 2))
    return tested._replace(low=bounds.low, high=bounds.high, p=1.0 if tested.p is None else tested.p)


def _matters(metric: str, change: Change) -> bool:
    least, relative = FLOORS[metric]
    return abs(change.difference) >= max(least, relative * abs(change.a))


def _sketches(held: Sequence[Tally]) -> list[bytes]:
    return [one for each in held for one in each.latency]
