"""Own metrics: what is kept, what is refused, and that every read equals the values it sums."""

import math
import random
import threading

import numpy as np
import pytest

from tests.conftest import ManualClock
from workbench.errors import InputError
from workbench.ledger import metrics
from workbench.ledger.metrics import DAY_MS, HOUR_MS, MINUTE_MS, SHIPPED, Value
from workbench.store import Store

NOW = 1_700_000_000_000


def test_a_rating_of_0_counts(store: Store) -> None:
    clock = ManualClock(NOW)
    for value in (0, 4, 5):
        metrics.record_metric("user_satisfaction", value, store=store, clock=clock)
    (cell,) = metrics.read(store, "user_satisfaction", NOW - 1, NOW + 1, clock=clock)
    assert (cell.n, cell.mean, cell.least, cell.most) == (3, 3, 0, 5)


def test_the_shipped_names_have_units_and_descriptions() -> None:
    assert [*SHIPPED] == [
        "conversion_rate", "user_engagement_seconds", "feature_usage", "relevance", "coherence", "helpfulness", "user_satisfaction",
    ]  # fmt: skip
    assert all(kind.unit and kind.description for kind in SHIPPED.values())


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, "3", True, None, 1e13])
def test_what_is_no_finite_number_is_refused_and_nothing_is_kept(sqlite_store: Store, value: object) -> None:
    with pytest.raises(InputError, match="value 2, field value"):
        metrics.add(sqlite_store, [Value("a", 1, NOW), Value("a", value, NOW)])  # type: ignore[arg-type]
    assert metrics.names(sqlite_store) == []


@pytest.mark.parametrize("name", ["", "3x", "a b", "a" * 101, "naïve", "a\n"])
def test_a_name_that_breaks_the_rule_is_refused_with_the_rule(sqlite_store: Store, name: str) -> None:
    with pytest.raises(InputError) as refused:
        metrics.record_metric(name, 1, store=sqlite_store)
    assert "letters, digits" in refused.value.hint


def test_times_in_seconds_and_far_ahead_are_refused(sqlite_store: Store) -> None:
    for at_ms in (NOW + 2 * DAY_MS, -1, 1.5):
        with pytest.raises(InputError, match="at_ms"):
            metrics.record_metric("a", 1, at_ms=at_ms, store=sqlite_store, clock=ManualClock(NOW))  # type: ignore[arg-type]


def test_every_read_equals_the_values_whatever_the_ends_and_however_late_they_came(store: Store) -> None:
    chance, clock = random.Random(7), ManualClock(NOW)
    kept: list[Value] = []
    for _ in range(8):
        clock.advance(10 * 3600)
        fresh = [
            Value("relevance", chance.uniform(-1, 1), clock.ms - chance.randrange(9 * DAY_MS), tuple(chance.sample(["en", "de", "v2"], 2)))
            for _ in range(30)
        ]
        metrics.add(store, fresh, clock=clock)
        kept += fresh
    for _ in range(16):
        since, until = sorted(chance.randrange(NOW - 9 * DAY_MS, clock.ms) for _ in range(2))
        tag, bucket = chance.choice(["", "de"]), chance.choice([None, 5 * MINUTE_MS, HOUR_MS, DAY_MS])
        offset = chance.choice([0, 2 * HOUR_MS]) if bucket else 0
        cells = metrics.read(store, "relevance", since, until, tag=tag, bucket_ms=bucket, offset_ms=offset, clock=clock)
        chosen = [one for one in kept if since <= one.at_ms < until and (not tag or tag in one.tags)]
        assert sum(cell.n for cell in cells) == len(chosen)
        for cell in cells:
            numbers = [one.value for one in chosen if bucket is None or 0 <= one.at_ms - (cell.bucket_ms or 0) < bucket]
            assert (cell.n, cell.least, cell.most) == (len(numbers), min(numbers), max(numbers))
            assert cell.total == pytest.approx(sum(numbers))
            assert cell.percentiles((0.5, 0.95)) == pytest.approx(np.quantile(numbers, (0.5, 0.95)), abs=0.03)
    assert [tag for tag, _n in metrics.tags(store, "relevance", 0, clock.ms)] != []
    assert metrics.names(store)[0].n == len(kept)


def test_minutes_older_than_three_days_are_cleared_away(sqlite_store: Store) -> None:
    clock = ManualClock(NOW)
    metrics.record_metric("a", 1, store=sqlite_store, clock=clock)
    clock.advance(4 * 86_400)
    metrics.record_metric("a", 2, store=sqlite_store, clock=clock)
    with sqlite_store.read() as session:
        starts = session.scalars(metrics.select(metrics._SUMS.c.start_ms).where(metrics._SUMS.c.grain == MINUTE_MS)).all()
    assert starts == [clock.ms - clock.ms % MINUTE_MS]
    assert [value for _at_ms, value in metrics.last(sqlite_store, "a", 5, until_ms=clock.ms + 1)] == [2, 1]


def test_values_of_several_threads_at_once_all_count(store: Store) -> None:
    def work() -> None:
        for _ in range(10):
            metrics.record_metric("feature_usage", 1, at_ms=NOW, tags=["search"], store=store, clock=ManualClock(NOW))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (cell,) = metrics.read(store, "feature_usage", NOW, NOW + 1, tag="search", clock=ManualClock(NOW))
    assert (cell.n, cell.total) == (40, 40)
