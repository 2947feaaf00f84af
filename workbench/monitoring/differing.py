"""How two runs of buckets differ on a metric: the difference, its interval and p. Decides nothing about what matters or is worth a word.

How much a figure moves from bucket to bucket anyway is measured in the earlier run and widens what counts as chance (design effect). A mean
of money has a heavy tail: its later run is as uncertain as its own buckets say, if that is more, and one bucket alone says nothing.
"""

from collections.abc import Sequence

from workbench.monitoring import onset
from workbench.monitoring.tally import Tally
from workbench.stats.sketched import Change, Ratio, design_effect, exceeding, percentile_change, proportions_p, ratio, ratio_change
from workbench.stats.unpaired import newcombe

P95 = 0.95


def change(metric: str, before: Sequence[Tally], after: Sequence[Tally]) -> Change | None:
    """How the metric of `after` differs from that of `before`; None where a side has nothing, or too few buckets to tell its spread."""
    if metric == "cost_per_call":
        return mean(before, after)
    if metric != "p95":
        return rate(metric, before, after) if all(sum(counted(metric, side)[1]) for side in (before, after)) else None
    design = design_effect(*counted("p95", before))
    return percentile_change(sketches(before), sketches(after), P95, design=design)


def counted(metric: str, held: Sequence[Tally], reference: Sequence[bytes] | None = None) -> tuple[list[float], list[float]]:
    """What the metric sums up and over how many, bucket by bucket; for p95 how many calls are slower than the p95 of `reference`."""
    if metric == "error_rate":
        return [one.errors for one in held], [one.calls for one in held]
    if metric == "satisfaction":  # those who did not like it, so that more is worse
        return [one.rated - one.liked for one in held], [one.rated for one in held]
    if metric == "cost_per_call":
        return [one.cost_nano / 1e9 for one in held], [max(0, one.priced) for one in held]
    pairs = exceeding([one.latency for one in held], reference if reference is not None else sketches(held), P95)
    return [above for above, _ in pairs], [n for _, n in pairs]


def rate(metric: str, before: Sequence[Tally], after: Sequence[Tally]) -> Change:
    """Of errors or satisfaction, by Newcombe's interval, widened by how much the earlier buckets move anyway."""
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


def dearer(before: Sequence[Tally], after: Sequence[Tally]) -> Change | None:
    """Of cost, as `mean`; p is that of the stretch of `after` that stands out, if larger: one dear call makes a bucket stand out, not a
    stretch. Sides are told apart by the spread of the period before, as what lies in the later one may be the change itself.
    """
    tested, found = dear(*(ratio(*counted("cost_per_call", side)) for side in (before, after))), mean(before, after)
    if tested is None:
        return None
    held = [*before, *after]
    begin, end = onset.stretch(*counted("cost_per_call", held), len(before)) or (len(before), len(held))
    apart = mean(held[:begin], held[begin:end])
    p = 1.0 if tested.p is None or apart is None or apart.p is None else max(tested.p, apart.p)
    low, high = (found.low, found.high) if found else (None, None)
    return tested._replace(low=low, high=high, p=p)


def dear(usual: Ratio | None, now: Ratio | None) -> Change | None:
    """How dollars a call differ, by the spread of the period before alone; None where that has none."""
    if usual is None or now is None or usual.spread is None or usual.value <= 0:
        return None
    return ratio_change(usual, now._replace(spread=usual.spread, buckets=max(now.buckets, usual.buckets)))


def mean(before: Sequence[Tally], after: Sequence[Tally]) -> Change | None:
    """Of cost, by Student's interval over the buckets of both runs; `after` varies as its own buckets do, and at least as those before did,
    in proportion. None where there are fewer than four buckets before or two after.
    """
    usual, now = ratio(*counted("cost_per_call", before)), ratio(*counted("cost_per_call", after), least=2)
    if usual is None or now is None or usual.spread is None or now.spread is None or usual.value <= 0:
        return None
    spread = max(now.spread, usual.spread * (now.value / usual.value) ** 2)
    return ratio_change(usual, now._replace(spread=spread))


def sketches(held: Sequence[Tally]) -> list[bytes]:
    """The sketches of latency of all buckets."""
    return [one for each in held for one in each.latency]
