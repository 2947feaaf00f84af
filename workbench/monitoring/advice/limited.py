"""A key that is rate-limited: calls that a provider turned away, tries that were made again for it, and the time that took."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from workbench.monitoring.advice.kinds import Link, Recommendation, Worth, advice, key, moment, named, percent
from workbench.monitoring.advice.looked import FREE, Looked
from workbench.monitoring.ranges import DAY
from workbench.text.counting import counted

if TYPE_CHECKING:
    from workbench.store import Store

LEAST, LEAST_SHARE, NEW_DAYS = 20, 0.01, 7
_TYPE = "rate_limit"
_SAMPLE = 1_000


@advice(
    "limit",
    5,
    "Keys that are rate-limited",
    f"at least {LEAST} calls, and {percent(LEAST_SHARE, 0)} of a provider's, that failed at its rate limit, the last of them in the last "
    f"{NEW_DAYS} days",
)
def find(looked: Looked) -> Iterator[Recommendation]:
    """A recommendation for each provider that turns calls away."""
    found: dict[str, list[int]] = {}
    for cell in looked.outcomes:
        sums = found.setdefault(str(cell.key["provider"]), [0, 0, 0])
        sums[0] += cell.calls
        sums[1] += cell.calls if cell.key["outcome"] == _TYPE else 0
        sums[2] += cell.retries
    for provider, (calls, limited, retries) in sorted(found.items(), key=lambda one: (-one[1][1], one[0])):
        if provider not in FREE and limited >= max(LEAST, LEAST_SHARE * calls):
            made = _made(looked, provider, calls, limited, retries)
            if made is not None:
                yield made


def _made(looked: Looked, provider: str, calls: int, limited: int, retries: int) -> Recommendation | None:
    from workbench import clock
    from workbench.stats import wilson

    rows = _newest(looked, provider)
    if not rows or rows[0][0] < looked.now_ms - NEW_DAYS * DAY:
        return None
    lost = sum(_lost(*row[1:]) for row in rows) / len(rows)
    bounds = wilson(limited, calls)
    sampled = f" (the newest {len(rows):,} of them)" if len(rows) < limited else ""
    known = _connection(looked.store, provider)
    all_of_them = Link("The calls", "calls", {"provider": provider, "status": "error", "error": _TYPE, "since": moment(looked.since_ms)})
    settings = [Link("Set its limits", "settings", {"section": "Providers"})] if known else []
    many = f"{limited:,} of {calls:,} calls ({percent(limited / calls)}, 95 % interval {percent(bounds.low)} to {percent(bounds.high)})"
    days = counted(round(looked.days), "day")
    last = f"failed at its rate limit in {days}, the last one on {clock.iso(rows[0][0])[:16].replace('T', ' ')} UTC."
    again = f"{counted(retries, 'try was', 'tries were')} made again for one reason or another; a" if retries else "A"
    took = f"call that failed so took {lost:,.1f} s, waits among them{sampled}."
    return Recommendation(
        "limit",
        key("limit", provider),
        f"{named(provider)} turns calls away: ask less at once, or ask for a higher limit",
        (f"{many} {last}", f"{again} {took}", *_worst(looked, provider)),
        calls,
        Worth(
            seconds=limited * lost * looked.monthly,
            calls=limited * looked.monthly,
            how=f"{limited:,} calls and {lost:,.1f} s each, in {days}, as of 30 days.",
        ),
        "Counted. A limit here that lies under the provider's makes calls wait instead of fail.",
        (settings or [all_of_them])[0],
        (all_of_them,) if settings else (),
    )


def _newest(looked: Looked, provider: str) -> list[tuple[int, int | None, Any]]:
    """When the newest of them began, how long each took, and its attempts."""
    from workbench.ledger.tables import CallRow, CallTextRow

    query = (
        select(CallRow.started_ms, CallRow.latency_ms, CallTextRow.attempts)
        .outerjoin(CallTextRow, CallTextRow.call_id == CallRow.id)
        .where(CallRow.status == "error", CallRow.started_ms >= looked.since_ms, CallRow.started_ms < looked.until_ms)
        .where(CallRow.provider == provider, CallRow.error_type == _TYPE)
        .order_by(CallRow.started_ms.desc())
        .limit(_SAMPLE)
    )
    with looked.store.read() as session:
        return [tuple(row) for row in session.execute(query)]


def _lost(latency_ms: int | None, attempts: Any) -> float:
    """Seconds that a call which failed took: its attempts with the waits between them, where they were kept."""
    if isinstance(attempts, Sequence) and attempts and all(isinstance(each, dict) for each in attempts):
        return sum(float(each.get("latency_ms") or 0) / 1000 + float(each.get("waited_s") or 0) for each in attempts)
    return (latency_ms or 0) / 1000


def _worst(looked: Looked, provider: str) -> list[str]:
    """The model that most of them went to, where there are several."""
    counts: dict[str, int] = {}
    for cell in looked.outcomes:
        if cell.key["provider"] == provider and cell.key["outcome"] == _TYPE:
            model = str(cell.key["model"])
            counts[model] = counts.get(model, 0) + cell.calls
    worst = max(counts, key=lambda name: (counts[name], name))
    return [f"Most of them went to {named(worst)}: {counts[worst]:,}."] if len(counts) > 1 else []


def _connection(store: "Store", provider: str) -> bool:
    from workbench.errors import NotFound
    from workbench.providers import connections

    try:
        return connections.find(store, provider) is not None
    except NotFound:
        return False
