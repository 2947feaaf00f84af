"""GET /metrics: totals since the beginning in the text form of Prometheus, out of the rollups of days, so that it costs the same for any
number of calls. A counter goes back where calls are deleted; whoever scrapes takes that for a restart.

Source: Prometheus text exposition format 0.0.4.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from workbench.store import Store

_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_DAY_MS = 86_400_000
# Seconds; a model answers within a tenth of a second or within minutes.
BUCKETS_S = (0.05, 0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 7.5, 10.0, 15.0, 20.0, 30.0, 60.0, 120.0, 300.0)
_TOKENS = ("input", "cached", "cache_write", "output", "reasoning")
_SUMS = (
    "calls",
    "retries",
    *(f"{kind}_tokens" for kind in _TOKENS),
    "cost_nano",
    "unpriced",
    "timed",
    "latency_ms",
    "first_timed",
    "ttft_ms",
)
_RATINGS = ("rated", "liked")

Labels = tuple[tuple[str, str], ...]


async def get(_request: "Request") -> "Response":
    """The metrics as text."""
    from starlette.concurrency import run_in_threadpool
    from starlette.responses import Response

    return Response(await run_in_threadpool(_text), headers={"content-type": _TYPE})


def _text() -> str:
    from workbench import store

    return text(store.current())


def text(store: "Store") -> str:
    """Every metric of the store in the text form."""
    import workbench

    lines = _Lines()
    lines.family("workbench_info", "gauge", "The version of the workbench.", [((("version", workbench.__version__),), 1)])
    with store.read() as session:
        _models(lines, session)
        _prompts(lines, session)
        _alerts(lines, session)
    return "\n".join(lines.written) + "\n"


class _Lines:
    """The lines of the text, family by family."""

    def __init__(self) -> None:
        self.written: list[str] = []

    def family(self, name: str, kind: str, about: str, samples: Iterable[tuple[Labels, float]]) -> None:
        self.head(name, kind, about)
        self.written += [f"{name}{_labels(labels)} {_number(value)}" for labels, value in samples]

    def head(self, name: str, kind: str, about: str) -> None:
        self.written += [f"# HELP {name} {about}", f"# TYPE {name} {kind}"]

    def histogram(self, name: str, about: str, samples: Iterable[tuple[Labels, Sequence[bytes], int, float]]) -> None:
        """A histogram each of sketches of milliseconds, how many numbers are in them, and the sum of these in seconds."""
        self.head(name, "histogram", about)
        for labels, sketches, n, total_s in samples:
            for bound, count in zip(BUCKETS_S, _upto(sketches), strict=True):
                self.written.append(f"{name}_bucket{_labels((*labels, ('le', _number(bound))))} {count}")
            self.written.append(f"{name}_bucket{_labels((*labels, ('le', '+Inf')))} {n}")
            self.written.append(f"{name}_sum{_labels(labels)} {_number(total_s)}")
            self.written.append(f"{name}_count{_labels(labels)} {n}")


def _models(lines: _Lines, session: Any) -> None:
    rows = _totals(session, "model", ("provider", "model", "outcome"), _SUMS)
    of_model: dict[Labels, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    calls = []
    for row in rows:
        labels = (("provider", row["provider"]), ("model", row["model"]))
        calls.append(((*labels, ("status", "error" if row["outcome"] else "ok"), ("error_type", row["outcome"])), row["calls"]))
        for name in _SUMS:
            of_model[labels][name] += row[name]
    found = sorted(of_model.items())
    tokens = [((*labels, ("kind", kind)), sums[f"{kind}_tokens"]) for labels, sums in found for kind in _TOKENS]
    lines.family("workbench_calls_total", "counter", "Calls by model, status and type of error.", calls)
    lines.family("workbench_tokens_total", "counter", "Tokens by model and kind; input holds cached ones, output reasoning.", tokens)
    lines.family("workbench_cost_usd_total", "counter", "Dollars by model, of calls whose price is known.", _each(found, "cost_nano", 1e-9))
    lines.family("workbench_unpriced_calls_total", "counter", "Answered calls by model whose price is not known.", _each(found, "unpriced"))
    lines.family("workbench_retries_total", "counter", "Attempts by model beyond the first.", _each(found, "retries"))
    sketches = _sketches(session)
    for name, about, which, n, total in (
        ("workbench_latency_seconds", "Time of an answer by model.", 0, "timed", "latency_ms"),
        ("workbench_time_to_first_token_seconds", "Time to the first token by model.", 1, "first_timed", "ttft_ms"),
    ):
        timed = [(labels, sketches[labels][which], sums[n], sums[total] / 1000) for labels, sums in found if sums[n]]
        lines.histogram(name, about, timed)


def _prompts(lines: _Lines, session: Any) -> None:
    rows = _totals(session, "version", ("prompt", "version", "outcome"), (*_SUMS, *_RATINGS))
    of_version: dict[Labels, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    calls: dict[Labels, int] = defaultdict(int)
    for row in rows:
        labels = (("prompt", row["prompt"]), ("version", "" if row["version"] < 0 else str(row["version"])))
        calls[(*labels, ("status", "error" if row["outcome"] else "ok"))] += row["calls"]
        for name in (*_SUMS, *_RATINGS):
            of_version[labels][name] += row[name]
    found = sorted(of_version.items())
    tokens = [((*labels, ("kind", kind)), sums[f"{kind}_tokens"]) for labels, sums in found for kind in ("input", "output")]
    rated = [
        ((*labels, ("rating", rating)), sums["liked"] if rating == "liked" else sums["rated"] - sums["liked"])
        for labels, sums in found
        if sums["rated"]
        for rating in ("liked", "not_liked")
    ]
    lines.family("workbench_prompt_calls_total", "counter", "Calls by prompt, version and status.", sorted(calls.items()))
    lines.family("workbench_prompt_tokens_total", "counter", "Tokens by prompt, version and kind.", tokens)
    lines.family("workbench_prompt_cost_usd_total", "counter", "Dollars by prompt and version.", _each(found, "cost_nano", 1e-9))
    lines.family("workbench_prompt_ratings_total", "counter", "Rated calls by prompt and version.", rated)


def _alerts(lines: _Lines, session: Any) -> None:
    from sqlalchemy import select

    from workbench.monitoring.tables import AlertRuleRow, AlertStateRow

    query = (
        select(AlertRuleRow.name, AlertRuleRow.rule, AlertStateRow.state)
        .join(AlertStateRow, AlertStateRow.rule_id == AlertRuleRow.id)
        .where(AlertRuleRow.removed_ms.is_(None), AlertRuleRow.enabled)
    )
    firing: dict[Labels, int] = {}
    for name, rule, state in session.execute(query):
        labels = (("rule", name), ("severity", str(rule.get("severity") or "warning")))
        firing[labels] = max(firing.get(labels, 0), int(state == "firing"))
    lines.family("workbench_alerts_firing", "gauge", "Whether the rule of an alert is firing.", sorted(firing.items()))


def _totals(session: Any, facet: str, by: Sequence[str], sums: Sequence[str]) -> list[Mapping[str, Any]]:
    """Sums since the beginning of a facet's days, one row for each value of `by`."""
    from sqlalchemy import func, select

    from workbench.ledger.tables import RollupRow, SeriesRow

    keys = [getattr(SeriesRow, name) for name in by]
    columns = [func.sum(getattr(RollupRow, name)).label(name) for name in sums]
    query = (
        select(*keys, *columns)
        .join(RollupRow, RollupRow.series == SeriesRow.id)
        .where(SeriesRow.facet == facet, RollupRow.grain == _DAY_MS)
        .group_by(*keys)
        .order_by(*keys)
    )
    rows = session.execute(query).mappings().all()
    return [{**row, **{name: int(row[name]) for name in sums}} for row in rows]


def _sketches(session: Any) -> dict[Labels, tuple[list[bytes], list[bytes]]]:
    """The sketches of latency and of time to the first token, of every day of every model."""
    from sqlalchemy import select

    from workbench.ledger.tables import RollupRow, SeriesRow

    query = (
        select(SeriesRow.provider, SeriesRow.model, RollupRow.latency, RollupRow.ttft)
        .join(RollupRow, RollupRow.series == SeriesRow.id)
        .where(SeriesRow.facet == "model", RollupRow.grain == _DAY_MS)
    )
    found: dict[Labels, tuple[list[bytes], list[bytes]]] = defaultdict(lambda: ([], []))
    for provider, model, latency, first in session.execute(query):
        held = found[(("provider", provider), ("model", model))]
        held[0].append(latency)
        held[1].append(first)
    return found


def _upto(sketches: Sequence[bytes]) -> list[int]:
    """How many numbers of the sketches, which are milliseconds, are within each bucket."""
    from workbench.stats import sketch

    places, counts = sketch.merged(sketches)
    if not len(places):
        return [0] * len(BUCKETS_S)
    running = counts.cumsum()
    last = [int(places.searchsorted(sketch.bin_of(bound * 1000), side="right")) for bound in BUCKETS_S]
    return [int(running[at - 1]) if at else 0 for at in last]


def _each(found: Iterable[tuple[Labels, Mapping[str, int]]], name: str, unit: float = 1) -> list[tuple[Labels, float]]:
    return [(labels, sums[name] * unit if unit != 1 else sums[name]) for labels, sums in found]


def _labels(labels: Labels) -> str:
    inner = ",".join(f'{name}="{_escaped(value)}"' for name, value in labels)
    return f"{{{inner}}}" if inner else ""


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _number(value: float) -> str:
    return str(value) if isinstance(value, int) else format(value, ".12g")
