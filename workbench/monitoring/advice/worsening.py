"""A version that got worse: the slices of the last seven days that the Overview would name, as something to do about it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from workbench.monitoring import gathering, naming, ranges, slices
from workbench.monitoring.advice.kinds import DAYS, Link, Recommendation, Worth, address, advice, key, moment, named, percent
from workbench.monitoring.advice.looked import Looked
from workbench.monitoring.dashboard_model import Slice, View

if TYPE_CHECKING:
    from workbench.ledger.rollups import Cell

_RANGE = "7d"
_DO = {"error_rate": "fails more often", "p95": "became slower", "cost_per_call": "became dearer", "satisfaction": "pleases less"}


@advice(
    "worse",
    0,
    "Versions that got worse",
    "an error rate, p95, cost a request or satisfaction that got worse in the last 7 days by more than chance, after correction for all "
    "that was looked at, and has not recovered (30 calls on both sides, 60 for p95, 20 ratings for satisfaction)",
)
def find(looked: Looked) -> Iterator[Recommendation]:
    """A recommendation for each version, or prompt, that got worse and still is, the worst first."""
    if looked.sources == ():
        return
    span = ranges.last(_RANGE, looked.now_ms)
    gathered = gathering.gather(looked.store, View(span, looked.narrowed))
    for one in naming.named(looked.store, gathered, looked.now_ms):
        if one.kind != "model" and not _over(looked, one, span.until_ms):
            yield _made(looked, one, span.since_ms, span.until_ms)


def _over(looked: Looked, one: Slice, until_ms: int) -> bool:
    """Whether it is well again, by as many calls as it takes to say that something is not."""
    if one.ended_ms is None:
        return False
    since = _sum(looked, one.ended_ms, until_ms, {**looked.narrowed, **one.filters})
    return (since.rated if one.metric == "satisfaction" else since.calls) >= slices.ENOUGH[one.metric]


def _made(looked: Looked, one: Slice, since_ms: int, until_ms: int) -> Recommendation:
    prompt, version = str(one.filters["prompt"]), one.filters.get("version")
    name = named(prompt) + (f" v{version}" if version is not None else "")
    begun = max(one.since_ms, since_ms)
    narrow = {**looked.narrowed, **one.filters}
    after = _sum(looked, begun, until_ms, narrow)
    before = _sum(looked, begun - (until_ms - begun), begun, narrow)
    monthly = DAYS * ranges.DAY / max(looked.now_ms - begun, ranges.HOUR)
    moved = _moved(looked, prompt, version)
    overview = Link("Look at it in the Overview", "overview", {"range": _RANGE, **{k: address(v) for k, v in one.filters.items()}})
    back = [Link(f"Move {label} back to v{was}", "prompts", {"prompt": prompt, "tab": "labels"}) for label, was in moved[:1]]
    compare = [_compare(prompt, was, version) for _, was in moved[:1]]
    return Recommendation(
        "worse",
        key("worse", one.kind, prompt, version, one.metric),
        f"{name} {_DO[one.metric]}" + (f": move {named(moved[0][0])} back, or mend it" if moved else ": look at what changed"),
        (f"{one.sentence}.", one.evidence),
        one.n_before + one.n_after,
        _worth(one, before, after, monthly),
        "More than chance. Why it is so, the figures do not say: compare the versions, and look at the calls.",
        (back or [overview])[0],
        (*([overview] if back else []), *compare, _calls(one, begun, until_ms)),
    )


def _worth(one: Slice, before: "Cell", after: "Cell", monthly: float) -> Worth:
    """What a month of it costs, against how it was before."""
    n = after.calls * monthly
    if one.metric == "error_rate":
        more = max(0.0, one.after - one.before)
        return Worth(calls=more * n, how=f"{percent(more)} of {n:,.0f} calls a month fail that did not before.")
    if one.metric == "satisfaction":
        rated = after.rated * monthly
        fewer = max(0.0, one.before - one.after)
        return Worth(calls=fewer * rated, how=f"{percent(fewer)} of {rated:,.0f} ratings a month are no longer good.")
    if one.metric == "cost_per_call":
        from decimal import Decimal

        usd = Decimal(repr(max(0.0, one.after - one.before) * n))
        return Worth(usd=usd.quantize(Decimal("0.000001")), how=f"What a request costs more, times {n:,.0f} calls a month.")
    slower = (after.mean_latency_ms or 0.0) - (before.mean_latency_ms or 0.0)
    return Worth(
        seconds=max(0.0, slower) * n / 1000,
        calls=None if slower > 0 else 0.05 * n,
        how=f"The mean rose by {slower:,.0f} ms, times {n:,.0f} calls a month.",
    )


def _sum(looked: Looked, since_ms: int, until_ms: int, filters: dict[str, Any]) -> "Cell":
    from workbench.ledger import rollups

    return rollups.read(looked.store, since_ms, until_ms, filters=filters, sketches=False)[0]  # type: ignore[arg-type]


def _moved(looked: Looked, prompt: str, version: object) -> list[tuple[str, int]]:
    """Labels that stand on this version (on any, where none is named) since a move from another one, with that one; newest first."""
    from workbench.errors import NotFound
    from workbench.prompts import labels

    try:
        moves = labels.history(looked.store, prompt)
    except NotFound:
        return []
    latest: dict[str, tuple[int | None, int | None]] = {}
    for move in moves:
        latest.setdefault(move.label, (move.from_number, move.to_number))
    return [
        (label, was)
        for label, (was, now) in latest.items()
        if was is not None and now is not None and was != now and version in (None, now)
    ]


def _compare(prompt: str, was: int, version: object) -> Link:
    return Link("Compare the two", "compare", {"v": ",".join(f"{prompt}@{each}" for each in (was, version) if each is not None)})


def _calls(one: Slice, since_ms: int, until_ms: int) -> Link:
    more = {"error_rate": {"status": "error"}, "satisfaction": {"feedback": "down"}}.get(one.metric, {})
    if one.metric == "p95":
        more = {"latency": str(round(one.before))}
    period = {"since": moment(since_ms), "until": moment(until_ms)}
    return Link("The calls", "calls", {k: address(v) for k, v in one.filters.items()} | period | more)
