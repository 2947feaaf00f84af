"""Alerts over a real ledger: what fires, once, until when; what is told; and that a preview says what the engine does."""

import logging
import random
import threading
from dataclasses import replace

import pytest

from tests.conftest import ManualClock
from tests.monitoring.watched import MINUTE, NOW, burst, call, only, put
from workbench.errors import InputError, NameTaken, NotFound
from workbench.ledger import budgets, metrics
from workbench.ledger.metrics import Value
from workbench.monitoring import alerts, preview, rulebook
from workbench.monitoring.anomaly import DAY_MS, HOUR_MS, WEEK_MS
from workbench.monitoring.rules import Rule
from workbench.monitoring.shipped import OFF_AT_FIRST, SHIPPED
from workbench.store import Store

ERRORS = Rule(name="Errors", metric="errors", aggregation="rate", threshold=0.05, hold_s=300, clear_s=120, minimum_n=5)
SLOW = Rule(name="Slow", metric="latency_ms", aggregation="most", threshold=2_000, severity="info")


def run(store: Store, since_ms: int, until_ms: int, step_ms: int = MINUTE) -> list[str]:
    """The happenings of ticks over a stretch of time: "minute: event rule"."""
    told = []
    for at_ms in range(since_ms, until_ms + 1, step_ms):
        told += [f"{(at_ms - NOW) // MINUTE}: {one.event} {one.alert.name}" for one in alerts.tick(store, at_ms)]
    return told


def test_a_new_store_has_the_shipped_rules_and_its_first_look_alerts_nobody(store: Store) -> None:
    assert alerts.tick(store, NOW) == []
    stands = alerts.standings(store)
    assert [one.kept.rule.name for one in stands] == [rule.name for rule in SHIPPED]
    assert {one.kept.rule.name for one in stands if one.state == "off"} == set(OFF_AT_FIRST)
    said = {one.kept.rule.name: one.reason for one in stands}
    assert said["80 % of the token quota"] == "No quota: give the rule one."
    assert "budget of all calls a day" in said["80 % of the money quota"]


def test_the_shipped_errors_rule_fires_after_five_minutes_once_and_resolves(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    put(store, burst(NOW, NOW + 20 * MINUTE, 5_000, fail_every=10))
    put(store, burst(NOW + 20 * MINUTE, NOW + 40 * MINUTE, 5_000))
    with caplog.at_level(logging.INFO, "workbench.alerts"):
        told = run(store, NOW, NOW + 40 * MINUTE)
    assert told == ["6: fired Errors over 5 %", "24: resolved Errors over 5 %"]
    (alert,) = alerts.history(store)
    assert (alert.started_ms, alert.ended_ms) == (NOW + 6 * MINUTE, NOW + 22 * MINUTE)
    assert alert.severity == "critical"
    assert alert.summary == "10 % of the calls fail"
    assert alert.peak is not None
    assert alert.peak >= 0.1
    assert [record.event for record in caplog.records] == ["alert", "alert"]  # type: ignore[attr-defined]
    assert caplog.records[0].alert["id"] == alert.id  # type: ignore[attr-defined]


def test_what_is_tried_out_here_sets_off_no_shipped_rule_and_production_beside_it_does(store: Store) -> None:
    put(store, [call(NOW + n * 5_000, source=source, status="error") for n in range(240) for source in ("run", "playground", "benchmark")])
    assert run(store, NOW, NOW + 20 * MINUTE) == []
    put(store, burst(NOW + 20 * MINUTE, NOW + 40 * MINUTE, 5_000, fail_every=2))
    assert run(store, NOW + 20 * MINUTE, NOW + 30 * MINUTE) == ["26: fired Errors over 5 %"]


@pytest.mark.parametrize("beside", [0, 5])
def test_a_rule_counts_the_traffic_it_names_alone_or_among_many(store: Store, beside: int) -> None:
    put(store, [call(NOW + n, source=source) for n, source in enumerate(["run", "run", "record", "record", "record", "playground", "api"])])
    counting = {
        name: Rule(name=name, metric="calls", aggregation="count", threshold=0, filters=filters)
        for name, filters in {
            "live": {"traffic": ("production",)}, "tried": {"traffic": ("trials",)}, "both": {"traffic": ("production", "trials")},
            "one": {"traffic": ("production",), "source": ("api", "run")},
        }.items()
    }  # fmt: skip
    others = [replace(counting["live"], name=f"other {n}", filters={"source": (f"s{n}",)}) for n in range(beside)]
    newest = [replace(rule, name=f"newest {name}", last_n=5) for name, rule in counting.items()]
    only(store, *counting.values(), *others, *newest)
    alerts.tick(store, NOW + 10_000)
    measured = {one.kept.rule.name: one.n for one in alerts.standings(store)}
    assert {name: measured[name] for name in counting} == {"live": 4, "tried": 3, "both": 7, "one": 1}
    assert {name: measured[f"newest {name}"] for name in counting} == {"live": 4, "tried": 3, "both": 5, "one": 1}


def test_a_call_over_the_limit_is_told_to_the_millisecond_and_one_just_under_it_is_not(store: Store) -> None:
    only(store, SLOW)
    put(store, [call(NOW + 10_000, latency_ms=1_999), call(NOW + 11_000, latency_ms=2_000)])
    assert alerts.tick(store, NOW + 15_000) == []
    put(store, [call(NOW + 20_000, latency_ms=2_001)])
    (notice,) = alerts.tick(store, NOW + 30_000)
    assert (notice.event, notice.alert.value) == ("fired", 2_001)


def test_state_survives_a_restart_and_another_process_makes_no_second_alert(store: Store) -> None:
    only(store, ERRORS)
    put(store, burst(NOW, NOW + 30 * MINUTE, 5_000, fail_every=2))
    run(store, NOW, NOW + 4 * MINUTE)
    alerts._patterns.clear()  # what a process holds in memory is gone
    threads = [threading.Thread(target=lambda: alerts.tick(store, NOW + 8 * MINUTE)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(alerts.history(store)) == 1
    assert alerts.tick(store, NOW + 5 * MINUTE) == []  # the tick of a slower process: nothing goes back
    assert alerts.standings(store)[0].state == "firing"


def test_a_row_that_comes_late_counts_within_the_window_and_old_ones_alert_nobody(store: Store) -> None:
    only(store, SLOW)
    assert alerts.tick(store, NOW) == []
    put(store, [call(NOW - DAY_MS, latency_ms=90_000)])
    assert alerts.tick(store, NOW + MINUTE) == []
    put(store, [call(NOW - MINUTE, latency_ms=90_000)])
    assert [one.event for one in alerts.tick(store, NOW + 2 * MINUTE)] == ["fired"]


def test_mute_acknowledge_note_and_reminders(store: Store) -> None:
    clock = ManualClock(NOW)
    (kept,) = only(store, replace(SLOW, renotify_s=300, window_s=86_400))
    rulebook.mute(store, kept.id, NOW + 3 * MINUTE, clock=clock)
    put(store, [call(NOW, latency_ms=9_000)])
    assert run(store, NOW + MINUTE, NOW + 8 * MINUTE) == ["3: fired Slow", "8: reminder Slow"]
    (alert,) = alerts.history(store, open_only=True)
    seen = alerts.acknowledge(store, alert.id, by="Ada", note="looking", clock=clock)
    assert (seen.acknowledged_by, seen.acknowledged_ms, seen.note) == ("Ada", NOW, "looking")
    assert run(store, NOW + 9 * MINUTE, NOW + 30 * MINUTE) == []
    assert alerts.annotate(store, alert.id, "").note is None
    with pytest.raises(NotFound):
        alerts.acknowledge(store, 99)


def test_a_rule_that_goes_ends_its_alert_and_can_come_back(store: Store) -> None:
    clock = ManualClock(NOW + 2 * MINUTE)
    (kept,) = only(store, SLOW)
    put(store, [call(NOW, latency_ms=9_000)])
    run(store, NOW + MINUTE, NOW + MINUTE)
    rulebook.remove(store, kept.id, clock=clock)
    (alert,) = alerts.history(store)
    assert (alert.ended_ms, alert.note) == (clock.ms, "The rule was removed.")
    assert alerts.tick(store, NOW + 2 * MINUTE) == []
    rulebook.add(store, SLOW)
    with pytest.raises(NameTaken):
        rulebook.restore(store, kept.id)
    assert [one.event for one in alerts.tick(store, NOW + 3 * MINUTE)] == ["fired"]


def test_a_change_to_a_rule_starts_its_hold_anew(store: Store) -> None:
    (kept,) = only(store, ERRORS)
    put(store, burst(NOW, NOW + 30 * MINUTE, 5_000, fail_every=2))
    run(store, NOW + MINUTE, NOW + 5 * MINUTE)
    rulebook.edit(store, kept.id, replace(ERRORS, threshold=0.1), clock=ManualClock(NOW + 5 * MINUTE))
    assert run(store, NOW + 6 * MINUTE, NOW + 12 * MINUTE) == ["11: fired Errors"]
    with pytest.raises(InputError):
        rulebook.edit(store, kept.id, replace(ERRORS, threshold=7.0))


def test_filters_of_many_rules_are_told_apart(store: Store) -> None:
    rules = [
        replace(SLOW, name=f"p{n}", filters={"prompt": (f"p{n}",)}, aggregation="count", metric="errors", threshold=0.5) for n in range(6)
    ]
    only(
        store,
        *rules,
        replace(rules[0], name="none", filters={"prompt": ("",)}),
        replace(rules[0], name="t", filters={"error_type": ("timeout",)}),
    )
    put(store, [call(NOW, prompt="p3", version=2, fails=True), call(NOW, prompt="p4", version=1), call(NOW)])
    assert [one.alert.name for one in alerts.tick(store, NOW + MINUTE)] == ["p3", "t"]


def test_quotas_budgets_and_the_last_calls(store: Store) -> None:
    tokens = replace(SHIPPED[2], name="tokens", quota=10_000.0)
    only(store, tokens, SHIPPED[3], SHIPPED[6])
    put(store, [call(NOW - n * MINUTE, input_tokens=700, output_tokens=100, cost_nano=15 * 10**7) for n in range(10)])
    told = {one.alert.name: one.alert for one in alerts.tick(store, NOW + 1)}
    assert set(told) == {"tokens", "Cost per request over $0.10"}
    assert told["tokens"].summary == "80 % of the token quota is used"
    assert told["tokens"].description.startswith("8,000 tokens in 24 hours: 80 % of the quota of 10,000.")
    assert told["Cost per request over $0.10"].summary == "A request costs $0.15"
    assert told["Cost per request over $0.10"].n == 10
    budgets.put(store, scope="total", period="day", limit_usd=1.8)
    (money,) = alerts.tick(store, NOW + 2)
    assert money.alert.description.startswith("$1.50 in 24 hours: 83.3 % of the quota of $1.80.")


def test_own_metrics_and_quality_alert_like_built_in_ones(store: Store) -> None:
    clock = ManualClock(NOW)
    quality = SHIPPED[4]
    own = Rule(name="Fraud", metric="metric:fraud.score", aggregation="most", threshold=0.9, filters={"tag": ("eu",)})
    only(store, quality, own)
    scores = [Value(name, 0.5, NOW + n * MINUTE) for n in range(60) for name in ("relevance", "helpfulness")]
    scores += [Value("fraud.score", 0.95, NOW + 5 * MINUTE, ("us",)), Value("fraud.score", 0.91, NOW + 7 * MINUTE, ("eu",))]
    metrics.add(store, scores, clock=clock)
    assert run(store, NOW, NOW + 45 * MINUTE) == ["8: fired Fraud", "13: resolved Fraud", "33: fired Quality under 0.7"]
    assert alerts.history(store)[0].summary == "The quality score is 0.5"


def test_a_change_against_last_week_and_an_unusual_hour(store: Store) -> None:
    falls = Rule(name="Falls", metric="calls", aggregation="count", compare="falls_by", threshold=0.5, window_s=3_600)
    odd = replace(SHIPPED[7], name="Odd", hold_s=0)
    only(store, falls, odd)
    assert alerts.tick(store, NOW) == []
    assert "history" in alerts.standings(store)[1].reason
    hour = NOW // HOUR_MS * HOUR_MS
    for day in range(1, 16):
        put(store, burst(hour - day * DAY_MS, hour - day * DAY_MS + HOUR_MS, 60_000))
    put(store, burst(hour, hour + HOUR_MS, 300_000))
    alerts._patterns.clear()
    told = {one.alert.name: one.alert for one in alerts.tick(store, hour + HOUR_MS)}
    assert set(told) == {"Falls", "Odd"}
    assert told["Falls"].value == pytest.approx(12 / 60 - 1)
    assert told["Odd"].summary == "12 calls in an hour, where 60 are usual"


def test_a_preview_says_what_ticks_over_the_same_past_did(sqlite_store: Store) -> None:
    store, chance = sqlite_store, random.Random(11)
    hour = NOW // HOUR_MS * HOUR_MS
    put(store, burst(hour - WEEK_MS, hour - WEEK_MS + 2 * HOUR_MS, 20_000))
    rows = []
    for at in range(hour - HOUR_MS, hour + HOUR_MS, 4_000):
        rough = (at // (7 * MINUTE)) % 3 == 0
        kind = {"fails": chance.random() < (0.2 if rough else 0.02), "latency_ms": round(chance.lognormvariate(6.5 + rough, 0.5))}
        rows.append(
            call(at + chance.randrange(4_000), prompt=chance.choice(["a", "b", None]), cost_nano=chance.randrange(2 * 10**8), **kind)
        )
    put(store, rows)
    metrics.add(store, [Value("score", chance.random(), hour + n * 7_000) for n in range(400)], clock=ManualClock(NOW))
    rules = [
        replace(ERRORS, minimum_n=20), replace(ERRORS, name="a", filters={"prompt": ("a", "")}, hold_s=0, clear_s=0, no_data="keep"),
        Rule(name="p95", metric="latency_ms", aggregation="p95", threshold=1_900, hold_s=120), replace(SLOW, threshold=2_500),
        Rule(name="last", metric="cost_usd", aggregation="mean", threshold=0.1, last_n=40, window_s=1_800),
        Rule(name="falls", metric="calls", aggregation="rate", compare="rises_by", threshold=3.8),
        Rule(name="own", metric="metric:score", aggregation="p90", compare="below", threshold=0.88, clear_s=60, no_data="alert"),
        Rule(name="own last", metric="metric:score", aggregation="mean", threshold=0.5, last_n=30, window_s=3_600),
    ]  # fmt: skip
    kept = only(store, *rules)
    run(store, hour, hour + HOUR_MS)
    total = 0
    for one in kept:
        said = preview.would_have_fired(store, one.rule, hour, hour + HOUR_MS, clock=ManualClock(hour + 2 * HOUR_MS))
        happened = alerts.history(store, rule_id=one.id, limit=500)[::-1]
        assert [(e.started_ms, e.ended_ms, e.value, e.peak, e.n) for e in said.episodes] == [
            (a.started_ms, a.ended_ms, a.value, a.peak, a.n) for a in happened
        ], one.rule.name
        total += len(happened)
    assert total >= 15


def test_a_preview_of_more_than_three_days_is_judged_by_the_hour_and_says_so(store: Store) -> None:
    hour = NOW // HOUR_MS * HOUR_MS
    put(store, burst(hour - 20 * DAY_MS, hour - 20 * DAY_MS + HOUR_MS, 60_000, fail_every=3) + burst(hour - 19 * DAY_MS, hour, 3 * HOUR_MS))
    clock = ManualClock(NOW)
    said = preview.would_have_fired(store, ERRORS, NOW - 30 * DAY_MS, NOW, clock=clock)
    assert [(one.started_ms, one.ended_ms, one.n) for one in said.episodes] == [
        (hour - 20 * DAY_MS + HOUR_MS, hour - 20 * DAY_MS + 2 * HOUR_MS, 60)
    ]
    assert said.notes == ("Judged by whole hours: minutes are kept three days.",)
    with pytest.raises(InputError, match="empty"):
        preview.would_have_fired(store, ERRORS, NOW, NOW, clock=clock)
