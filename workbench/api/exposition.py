"""GET /metrics: totals since the beginning in the text form of Prometheus, out of the rollups of days, so that it costs the same for any
number of calls. A counter goes back where calls are deleted; whoever scrapes takes that for a restart.

Source: Prometheus text exposition format 0.0.4.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from workbench.api import totals
from workbench.api.totals import SUMS, Key, Sums, Totals

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from workbench.store import Store

_TYPE = "text/plain; version=0.0.4; charset=utf-8"
# Seconds; a model answers within a tenth of a second or within minutes.
BUCKETS_S = (0.05, 0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 7.5, 10.0, 15.0, 20.0, 30.0, 60.0, 120.0, 300.0)
_TOKENS = ("input", "cached", "cache_write", "output", "reasoning")

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

    lines, found = _Lines(), totals.read(store)
    lines.family("workbench_info", "gauge", "The version of the workbench.", [((("version", workbench.__version__),), 1)])
    _models(lines, found)
    _prompts(lines, found)
    _alerts(lines, store)
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


def _models(lines: _Lines, found: Totals) -> None:
    calls, of_model = [], _summed(found.models, ("provider", "model"))
    for (provider, model, outcome), sums in sorted(found.models.items()):
        labels = (("provider", provider), ("model", model), ("status", "error" if outcome else "ok"), ("error_type", outcome))
        calls.append((labels, sums["calls"]))
    tokens = [((*labels, ("kind", kind)), sums[f"{kind}_tokens"]) for labels, sums in of_model for kind in _TOKENS]
    lines.family("workbench_calls_total", "counter", "Calls by model, status and type of error.", calls)
    lines.family("workbench_tokens_total", "counter", "Tokens by model and kind; input holds cached ones, output reasoning.", tokens)
    lines.family("workbench_cost_usd_total", "counter", "Dollars by model, of calls whose price is known.", _usd(of_model))
    lines.family(
        "workbench_unpriced_calls_total", "counter", "Answered calls by model whose price is not known.", _each(of_model, "unpriced")
    )
    lines.family("workbench_retries_total", "counter", "Attempts by model beyond the first.", _each(of_model, "retries"))
    for name, about, sketches, n, total in (
        ("workbench_latency_seconds", "Time of an answer by model.", found.latency, "timed", "latency_ms"),
        ("workbench_time_to_first_token_seconds", "Time to the first token by model.", found.ttft, "first_timed", "ttft_ms"),
    ):
        timed = [
            (labels, sketches.get(tuple(value for _, value in labels), ()), sums[n], sums[total] / 1000)
            for labels, sums in of_model
            if sums[n]
        ]
        lines.histogram(name, about, timed)


def _prompts(lines: _Lines, found: Totals) -> None:
    of_version = _summed(found.versions, ("prompt", "version"))
    calls: dict[Labels, int] = defaultdict(int)
    for (prompt, version, outcome), sums in sorted(found.versions.items()):
        calls[("prompt", prompt), ("version", _version(version)), ("status", "error" if outcome else "ok")] += sums["calls"]
    tokens = [((*labels, ("kind", kind)), sums[f"{kind}_tokens"]) for labels, sums in of_version for kind in ("input", "output")]
    rated = [
        ((*labels, ("rating", rating)), sums["liked"] if rating == "liked" else sums["rated"] - sums["liked"])
        for labels, sums in of_version
        if sums["rated"]
        for rating in ("liked", "not_liked")
    ]
    lines.family("workbench_prompt_calls_total", "counter", "Calls by prompt, version and status.", calls.items())
    lines.family("workbench_prompt_tokens_total", "counter", "Tokens by prompt, version and kind.", tokens)
    lines.family("workbench_prompt_cost_usd_total", "counter", "Dollars by prompt and version.", _usd(of_version))
    lines.family("workbench_prompt_ratings", "gauge", "Rated calls by prompt and version; a rating can be taken back.", rated)


def _alerts(lines: _Lines, store: "Store") -> None:
    from sqlalchemy import select

    from workbench.monitoring.tables import AlertRuleRow, AlertStateRow

    query = (
        select(AlertRuleRow.name, AlertRuleRow.rule, AlertStateRow.state)
        .join(AlertStateRow, AlertStateRow.rule_id == AlertRuleRow.id)
        .where(AlertRuleRow.removed_ms.is_(None), AlertRuleRow.enabled)
    )
    firing: dict[Labels, int] = {}
    with store.read() as session:
        for name, rule, state in session.execute(query):
            labels = (("rule", name), ("severity", str(rule.get("severity") or "warning")))
            firing[labels] = max(firing.get(labels, 0), int(state == "firing"))
    lines.family("workbench_alerts_firing", "gauge", "Whether the rule of an alert is firing.", sorted(firing.items()))


def _summed(by_outcome: Mapping[Key, Sums], names: tuple[str, str]) -> list[tuple[Labels, Sums]]:
    """The sums over all outcomes, by the labels of what is before the outcome in the key."""
    found: dict[Labels, Sums] = defaultdict(lambda: dict.fromkeys(SUMS, 0))
    for key, sums in sorted(by_outcome.items()):
        into = found[(names[0], key[0]), (names[1], _version(key[1]) if names[1] == "version" else key[1])]
        for name in SUMS:
            into[name] += sums[name]
    return list(found.items())


def _version(number: int) -> str:
    return "" if number < 0 else str(number)


def _upto(sketches: Sequence[bytes]) -> list[int]:
    """How many numbers of the sketches, which are milliseconds, are within each bucket."""
    from workbench.stats import sketch

    places, counts = sketch.merged(sketches)
    if not len(places):
        return [0] * len(BUCKETS_S)
    running = counts.cumsum()
    last = [int(places.searchsorted(sketch.bin_of(bound * 1000), side="right")) for bound in BUCKETS_S]
    return [int(running[at - 1]) if at else 0 for at in last]


def _each(found: Iterable[tuple[Labels, Sums]], name: str) -> list[tuple[Labels, float]]:
    return [(labels, sums[name]) for labels, sums in found]


def _usd(found: Iterable[tuple[Labels, Sums]]) -> list[tuple[Labels, float]]:
    return [(labels, sums["cost_nano"] / 1e9) for labels, sums in found]


def _labels(labels: Labels) -> str:
    inner = ",".join(f'{name}="{_escaped(value)}"' for name, value in labels)
    return f"{{{inner}}}" if inner else ""


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _number(value: float) -> str:
    return str(value) if isinstance(value, int) else format(value, ".12g")
