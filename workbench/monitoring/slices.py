"""Which part of the traffic got worse: every prompt, version and model, on error rate, p95, cost a call and satisfaction, worst first.

Each is looked at twice: this period against the one before, and its last quarter against everything before that. A slice is named where the
change is large enough to matter (FLOORS), more than chance after Holm's correction for all that was looked at, and rests on ENOUGH calls.
How much a figure moves from hour to hour anyway is measured in the period before and widens what counts as chance (design effect).
"""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Literal

from workbench.ledger.rollups import Columns, columns
from workbench.monitoring import differing, tally
from workbench.monitoring.both import Both
from workbench.monitoring.dashboard_model import Filter
from workbench.monitoring.differing import P95
from workbench.monitoring.gathering import MODELS, VERSIONS, Gathered
from workbench.monitoring.tally import Tally
from workbench.stats.correction import holm
from workbench.stats.sketch import packed
from workbench.stats.sketched import Change, dense, design_effect, percentile_change, proportions_p, ratio

if TYPE_CHECKING:
    import numpy as np

ENOUGH = {"error_rate": 30, "p95": 60, "cost_per_call": 30, "satisfaction": 20}
# At least so much: in the metric's unit, and as a share of what was before.
FLOORS = {"error_rate": (0.01, 0.2), "p95": (20.0, 0.1), "cost_per_call": (0.0, 0.1), "satisfaction": (0.05, 0.0)}
UNITS = {"error_rate": "share", "p95": "ms", "cost_per_call": "usd/call", "satisfaction": "share"}
_SURE, _UNSURE = 0.05, 0.3
_MOST_GROUPS = 150
Kind = Literal["version", "prompt", "model"]


@dataclass(frozen=True)
class Part:
    """A slice: what narrows the view to it, and its sums bucket by bucket, those of the period before first."""

    kind: Kind
    filters: Mapping[str, Filter]
    both: Both
    key: int

    @cached_property
    def places(self) -> "np.ndarray":
        """The buckets that hold calls of the key."""
        return self.both.sums["calls"][self.key].nonzero()[0]  # type: ignore[no-any-return]

    @cached_property
    def first(self) -> int:
        """Where the range begins among them."""
        return int(self.places.searchsorted(self.both.first))

    @cached_property
    def starts(self) -> list[int]:
        """When the buckets begin."""
        return self.both.starts[self.places].tolist()  # type: ignore[no-any-return]

    @property
    def length(self) -> int:
        """How many of the range's buckets hold calls of the key."""
        return self.both.lengths[self.key]

    def held(self, metric: str) -> Sequence[Tally]:
        """The buckets; with their sketches where the metric is made of these."""
        return self._timed if metric == "p95" else self._counted

    @cached_property
    def _counted(self) -> Sequence[Tally]:
        picked = {name: self._of(name) for name in self.both.sums}
        return [tally.of_sums({name: values[place] for name, values in picked.items()}) for place in range(len(self.places))]

    @cached_property
    def _timed(self) -> Sequence[Tally]:
        import numpy as np

        owner, bins, counts = self._sketch
        order = np.lexsort((bins, owner))
        owner, bins, counts = owner[order], bins[order], counts[order]
        ends = owner.searchsorted(np.arange(len(self.places) + 1)).tolist()
        sketches = [packed(bins[low:high], counts[low:high]) for low, high in pairwise(ends)]
        return [replace(one, latency=[each] if each else []) for one, each in zip(self._counted, sketches, strict=True)]

    @property
    def calls(self) -> int:
        """Calls of the range."""
        return self.both.calls[self.key]

    @cached_property
    def money(self) -> tuple[list[float], list[int]]:
        """Dollars, and calls of known price, bucket by bucket."""
        priced = self.both.sums["calls"][self.key] - self.both.sums["unpriced"][self.key]
        return (self.both.sums["cost_nano"][self.key][self.places] / 1e9).tolist(), priced[self.places].clip(min=0).tolist()

    def _of(self, name: str) -> list[int]:
        return self.both.sums[name][self.key][self.places].tolist()  # type: ignore[no-any-return]

    @cached_property
    def _sketch(self) -> "tuple[np.ndarray, np.ndarray, np.ndarray]":
        owner, bins, counts = self.both.sketch(self.key)
        return self.places.searchsorted(owner), bins, counts

    @cached_property
    def _bins(self) -> "tuple[np.ndarray, np.ndarray]":
        return dense(*self._sketch, len(self.places))

    def p95s(self, *, recent: bool) -> tuple[float, float]:
        """The p95 of the period before and of the range, or of all before its last quarter and of that; both sides hold calls."""
        earlier, now, older, newest = self.both.p95s[self.key]
        return (older, newest) if recent else (earlier, now)

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
    known, dull = [], 0
    for part in parts(gathered):
        for metric in UNITS:
            for recent in (False, True):
                found = _tried(part, metric, recent)
                if isinstance(found, tuple):
                    known.append((part, metric, recent, found))
                dull += found is False
    # What is no worse counts among all that was looked at; its p is above every one that could be named.
    corrected = holm([found[0].p for *_, found in known], beside=dull)
    best: dict[Any, Worse] = {}
    for (part, metric, recent, (change, before, after)), p in zip(known, corrected, strict=True):
        if p is None or p >= _SURE or not _matters(metric, change.a, change.difference):
            continue
        named = Worse(part, metric, change, p, before, after, recent, len(known) + dull)
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
    prompts = _parts(gathered.prompts, columns.regrouped(gathered.versions_before, [0]), "prompt", VERSIONS[:1])
    several = [part for part in prompts if named[part.filters["prompt"]] > 1]
    models = _parts(gathered.models, gathered.models_before, "model", MODELS)
    return sorted([*versions, *several, *models], key=lambda part: -part.calls)[:_MOST_GROUPS]


def _parts(now: Columns, before: Columns, kind: Kind, names: tuple[str, ...]) -> Iterator[Part]:
    both = Both(before, now)
    for number, key in enumerate(both.keys):
        if key[0]:  # else calls of no prompt
            yield Part(kind, dict(zip(names, key, strict=True)), both, number)  # type: ignore[arg-type]


def _tried(part: Part, metric: str, recent: bool) -> tuple[Change, int, int] | Literal[False] | None:
    """(change, n before, n after); False where it is no worse, or not more than by chance; None where too little was counted on a side."""
    k_a, n_a, k_b, n_b = part.both.sides[metric][recent][part.key]
    if n_a < ENOUGH[metric] or n_b < ENOUGH[metric] or (recent and part.length < 2):
        return None
    usual, now = part.p95s(recent=recent) if metric == "p95" else (k_a / n_a, k_b / n_b)
    if now <= usual or not _matters(metric, usual, now - usual):
        return False
    # Where chance alone explains it, nobody asks how much the figure moves anyway: that would only make it likelier.
    counted = part.both.slower if metric == "p95" else part.both.sides[metric]
    if metric != "cost_per_call" and _chance(*counted[recent][part.key]) >= _SURE:
        return False
    change: Change = Change(usual, now, now - usual, None, None, 1.0)
    if metric == "satisfaction":  # counted as the share that did not like it, told as the share that did
        change = Change(1 - usual, 1 - now, usual - now, None, None, 1.0)
    tested = _tested(part, metric, change, recent=recent)
    return None if tested is None else (tested, round(n_a), round(n_b))


def _chance(k_a: float, n_a: float, k_b: float, n_b: float) -> float:
    """The p that two proportions are one; that of the score test where it is so far from finding anything that the exact one is, too."""
    pooled = (k_a + k_b) / (n_a + n_b)
    error = math.sqrt(pooled * (1 - pooled) * (1 / n_a + 1 / n_b))
    p = math.erfc(abs(k_b / n_b - k_a / n_a) / error / math.sqrt(2)) if error else 1.0
    return p if p >= _UNSURE else proportions_p(k_a, n_a, k_b, n_b)


def _tested(part: Part, metric: str, change: Change, *, recent: bool) -> Change | None:
    split = len(part.places) - max(1, part.length // 4) if recent else part.first
    if metric == "p95":
        return _slower(part, split, change)
    if metric == "cost_per_call":
        hits, counts = part.money
        sifted = differing.dear(ratio(hits[:split], counts[:split]), ratio(hits[split:], counts[split:]))
        if sifted is None or (sifted.p is not None and sifted.p >= _SURE):
            return sifted
    held = part.held(metric)
    before, after = held[:split], held[split:]
    return differing.dearer(before, after) if metric == "cost_per_call" else differing.rate(metric, before, after)


def _slower(part: Part, split: int, change: Change) -> Change | None:
    """The interval is worked out only where the test finds something: it takes longer."""
    hits, counts = part.exceeding(split)
    design = design_effect(hits, counts)
    above, n = part.exceeding(0)
    p = proportions_p(sum(above[:split]), sum(n[:split]), sum(above[split:]), sum(n[split:]), design=design)
    if p >= _SURE:
        return change._replace(p=p)
    held = part.held("p95")
    return percentile_change(differing.sketches(held[:split]), differing.sketches(held[split:]), P95, design=design)


def _matters(metric: str, usual: float, difference: float) -> bool:
    least, relative = FLOORS[metric]
    return abs(difference) >= max(least, relative * abs(usual))
