"""The metrics of a store: read back by a strict reader, they add up to the calls."""

import math

from sqlalchemy import insert

from tests.api.prometheus import Labels, parsed
from workbench.api import exposition
from workbench.ledger import bulk, rollups
from workbench.ledger.fields import CallRecord
from workbench.ledger.tables import CallRow
from workbench.monitoring.tables import AlertRuleRow, AlertStateRow
from workbench.store import Store

DAY_MS = 86_400_000
START_MS = 1_760_000_000_000
AWKWARD = 'a "b"\\\nc{d="e"}'


def _record(n: int, **more: object) -> CallRecord:
    known: dict[str, object] = {
        "started_ms": START_MS + n * DAY_MS // 3, "source": "api", "provider": "p", "model": "m", "latency_ms": 40 * n + 10,
        "ttft_ms": 10, "input_tokens": 100, "cached_tokens": 40, "output_tokens": 7, "retries": n % 2, "cost_nano": 1_500_000_000,
    }  # fmt: skip
    return CallRecord(**(known | more))  # type: ignore[arg-type]


def _read(store: Store) -> dict[str, dict[tuple[str, Labels], float]]:
    return parsed(exposition.text(store))


def test_totals_are_those_of_the_calls(store: Store) -> None:
    failed = {"status": "error", "error_type": "timeout", "cost_nano": None, "latency_ms": None, "ttft_ms": None}
    bulk.add(store, [_record(n, prompt="geo", version=2, feedback=1 if n < 3 else -1 if n < 4 else None) for n in range(10)])
    bulk.add(store, [_record(0, **failed), _record(1, model=AWKWARD, prompt=AWKWARD, cost_nano=None, input_tokens=None)], price=False)
    found = _read(store)
    model, awkward = (("provider", "p"), ("model", "m")), (("provider", "p"), ("model", AWKWARD))
    calls = found["workbench_calls_total"]
    assert calls["workbench_calls_total", (*model, ("status", "ok"), ("error_type", ""))] == 10
    assert calls["workbench_calls_total", (*model, ("status", "error"), ("error_type", "timeout"))] == 1
    tokens = found["workbench_tokens_total"]
    assert [tokens["workbench_tokens_total", (*model, ("kind", kind))] for kind in ("input", "cached", "output")] == [1100, 440, 77]
    assert found["workbench_cost_usd_total"]["workbench_cost_usd_total", model] == 15
    assert found["workbench_unpriced_calls_total"]["workbench_unpriced_calls_total", awkward] == 1
    assert found["workbench_retries_total"]["workbench_retries_total", model] == 5
    prompt = (("prompt", "geo"), ("version", "2"))
    assert found["workbench_prompt_calls_total"]["workbench_prompt_calls_total", (*prompt, ("status", "ok"))] == 10
    assert found["workbench_prompt_ratings"]["workbench_prompt_ratings", (*prompt, ("rating", "liked"))] == 3
    assert found["workbench_prompt_ratings"]["workbench_prompt_ratings", (*prompt, ("rating", "not_liked"))] == 1
    assert ("workbench_prompt_calls_total", (("prompt", AWKWARD), ("version", ""), ("status", "ok"))) in found[
        "workbench_prompt_calls_total"
    ]


def test_buckets_count_the_latencies_up_to_their_bound(store: Store) -> None:
    latencies = [3, 48, 70, 240, 260, 990, 1900, 2100, 29_000, 400_000]
    bulk.add(store, [_record(n, latency_ms=latency) for n, latency in enumerate(latencies)])
    samples = _read(store)["workbench_latency_seconds"]
    for (name, labels), value in samples.items():
        if name.endswith("_bucket"):
            bound = dict(labels)["le"]
            bound_ms = math.inf if bound == "+Inf" else float(bound) * 1000
            assert value == sum(latency <= bound_ms for latency in latencies), bound
    assert samples["workbench_latency_seconds_sum", (("provider", "p"), ("model", "m"))] == sum(latencies) / 1000


def test_an_empty_store_has_metrics_too(sqlite_store: Store) -> None:
    found = _read(sqlite_store)
    assert list(found["workbench_info"].values()) == [1]
    assert found["workbench_calls_total"] == {}


def test_alerts_say_whether_they_fire(store: Store) -> None:
    with store.write() as session:
        for number, (state, enabled, removed) in enumerate(
            (("firing", True, None), ("ok", True, None), ("firing", False, None), ("firing", True, 1)), 1
        ):
            rule = {
                "id": number,
                "name": f"rule {number}",
                "rule": {"severity": "critical"},
                "enabled": enabled,
                "created_ms": 0,
                "updated_ms": 0,
            }
            session.execute(insert(AlertRuleRow).values(**rule, muted_until_ms=None, removed_ms=removed))
            session.execute(insert(AlertStateRow).values(rule_id=number, state=state, since_ms=0, n=1, evaluated_ms=0))
    firing = _read(store)["workbench_alerts_firing"]
    assert firing == {
        ("workbench_alerts_firing", (("rule", "rule 1"), ("severity", "critical"))): 1,
        ("workbench_alerts_firing", (("rule", "rule 2"), ("severity", "critical"))): 0,
    }


def test_calls_that_come_late_or_go_away_are_noticed(store: Store) -> None:
    labels = (("provider", "p"), ("model", "m"), ("status", "ok"), ("error_type", ""))

    def counted() -> tuple[float, float]:
        found = _read(store)
        return found["workbench_calls_total"]["workbench_calls_total", labels], sum(found["workbench_tokens_total"].values())

    bulk.add(store, [_record(n) for n in range(6)])
    assert counted() == (6, 6 * 147)
    assert counted() == (6, 6 * 147)
    bulk.add(store, [_record(2)])
    assert counted() == (7, 7 * 147)
    with store.write() as session:
        rollups.erase(session.connection(), CallRow.started_ms < START_MS + DAY_MS)
    assert counted() == (3, 3 * 147)
