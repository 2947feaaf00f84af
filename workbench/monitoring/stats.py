"""The figures of a stretch of time: requests, success, latency, tokens, cost, satisfaction, errors by type. Reads the rollups only.

A figure that nothing is known of is None, never 0: no latency where nothing was timed, no satisfaction where nobody rated.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Literal

from workbench.errors import InputError

if TYPE_CHECKING:
    from workbench.ledger.rollups import Cell
    from workbench.store import Store

By = Literal["hour", "prompt"]
HOUR_MS = 3_600_000
_MOST_HOURS = 24 * 366
_SHARES = (0.5, 0.95, 0.99)
_RAW = ("user", "tag")


def look(
    store: "Store", since_ms: int, until_ms: int, *, by: By | None = None, filters: Mapping[str, Any] | None = None
) -> dict[str, Any] | list[dict[str, Any]]:
    """The figures of the calls that began in [since_ms, until_ms): rates 0..1, times in milliseconds, `estimated_cost` in dollars.

    With `by` a list: hour by hour (`hour_ms` is when it began; UTC, oldest first, those without a call too), or prompt by prompt (the
    busiest first, "" is no prompt). `filters` are those of the rollups, and `user` and `tag`: these look at the newest 200,000 calls,
    and where there are more, `complete` is false and `since_ms` says from when on calls were counted. Raises InputError.
    """
    if by not in (None, "hour", "prompt"):
        raise InputError(f"{by!r} is neither hour nor prompt", place="field by")
    if by == "hour" and until_ms - since_ms > _MOST_HOURS * HOUR_MS:
        raise InputError("is more than a year of hours", place="field by")
    cells, short = _cells(store, since_ms, until_ms, by, filters or {})
    if by is None:
        return _figures(cells) | short
    grouped: dict[Any, list[Cell]] = {}
    if by == "hour":
        grouped = {hour_ms: [] for hour_ms in range(since_ms - since_ms % HOUR_MS, until_ms, HOUR_MS)}
    for cell in cells:
        grouped.setdefault(cell.bucket_ms if by == "hour" else cell.key["prompt"], []).append(cell)
    name = "hour_ms" if by == "hour" else "prompt"
    found = [{name: key} | _figures(of) | short for key, of in grouped.items()]
    return found if by == "hour" else sorted(found, key=lambda one: (-one["total_requests"], one["prompt"]))


def _cells(store: "Store", since_ms: int, until_ms: int, by: By | None, filters: Mapping[str, Any]) -> "tuple[list[Cell], dict[str, Any]]":
    from workbench.ledger import rollups

    asked: dict[str, Any] = {"by": ("prompt", "outcome") if by == "prompt" else ("outcome",), "filters": filters}
    asked["bucket_ms"] = HOUR_MS if by == "hour" else None
    if not any(name in filters for name in _RAW):
        return rollups.read(store, since_ms, until_ms, **asked), {}
    result = rollups.read_raw(store, since_ms, until_ms, **asked)
    return result.cells, {} if result.complete else {"complete": False, "since_ms": result.reached_ms}


def _figures(cells: "Iterable[Cell]") -> dict[str, Any]:
    from workbench.ledger.rollups import Cell

    parts = list(cells)
    whole = sum(parts, Cell())
    p50, p95, p99 = whole.percentiles(_SHARES) or (None, None, None)
    failed = sorted(((str(cell.key["outcome"]), cell.calls) for cell in parts if cell.key["outcome"]), key=lambda one: (-one[1], one[0]))
    cost_usd = whole.cost_usd
    return {
        "total_requests": whole.calls,
        "success_rate": whole.success_rate,
        "avg_latency_ms": whole.mean_latency_ms,
        "latency_p50_ms": p50,
        "latency_p95_ms": p95,
        "latency_p99_ms": p99,
        "total_tokens": whole.tokens,
        "avg_tokens": whole.tokens_per_call,
        "estimated_cost": None if cost_usd is None else float(cost_usd),
        "satisfaction_rate": whole.satisfaction,
        "guardrail_rate": None,  # no guard is there yet that could have held a call back
        "error_breakdown": dict(failed),
    }
