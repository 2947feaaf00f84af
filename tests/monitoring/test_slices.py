"""What got worse is named with since when; what moves by chance, or from hour to hour anyway, is not."""

from dataclasses import replace

import numpy as np
import pytest

from tests.monitoring.traffic import DAY, HOUR, NOW, TWO, drawn, put
from workbench.ledger import bulk
from workbench.ledger.fields import CallRecord
from workbench.monitoring import dashboard, onset, ranges, versus
from workbench.monitoring.dashboard_model import Slice, View
from workbench.store import Store
from workbench.store.engine import open_store

SPAN = ranges.last("24h", NOW)
SINCE = SPAN.previous[0]


def worst(store: Store, name: str = "24h", offset_ms: int = 0) -> list[Slice]:
    return list(dashboard.look(store, View(ranges.last(name, NOW), offset_ms=offset_ms), NOW).slices)


def test_a_version_that_became_slow_is_named_with_the_hour_it_began(store: Store) -> None:
    put(
        store,
        drawn(1, SINCE, TWO, 30),
        drawn(2, TWO, NOW, 30, slow=3.0),
        drawn(3, SINCE, NOW, 60, prompt="search/rank", version=1),
        drawn(4, SINCE, NOW, 60, prompt="search/rank", version=2, model="gpt-5-mini"),
    )
    found = worst(store)
    named = next(each for each in found if each.kind == "version")
    assert named.sentence.startswith("p95 of `support/triage` v7 rose from 1.")
    assert named.sentence.endswith(" since 14:00")
    assert named.since_ms == TWO
    assert 1000 < named.before < 1300
    assert 2900 < named.after < 4000
    assert named.low > 0
    assert named.p < 0.05
    assert "after correction for" in named.evidence
    assert named.filters == {"prompt": "support/triage", "version": 7}
    assert all(each.filters.get("prompt", "support/triage") == "support/triage" for each in found)
    assert worst(store, offset_ms=2 * HOUR)[0].sentence.endswith(" since 16:00")
    week = next(each for each in worst(store, "7d") if each.kind == "version")
    assert week.sentence.endswith(" since 14:00"), "a week is read by days, but what stands out is looked up by the hour"


def test_a_new_version_is_named_with_the_prompt_that_got_worse_when_it_came(sqlite_store: Store) -> None:
    put(sqlite_store, drawn(1, SINCE, TWO, 60), drawn(2, TWO, NOW, 60, version=8, slow=3.0))
    named = worst(sqlite_store)[0]
    assert named.sentence.endswith(" since 14:00, with v8 in place of v7")
    assert named.filters == {"prompt": "support/triage"}, "what it was before stays in view"
    assert not any("in place of" in each.sentence for each in worst(sqlite_store) if each.kind == "model")


@pytest.mark.parametrize(
    ("worse", "metric", "said"),
    [
        ({"fails": 0.3}, "error_rate", "Error rate of"),
        ({"dear": 2.5}, "cost_per_call", "Cost a request of"),
        ({"liked": 0.1}, "satisfaction", "fell from"),
    ],
)
def test_errors_cost_and_satisfaction_are_watched_too(sqlite_store: Store, worse: dict[str, float], metric: str, said: str) -> None:
    put(sqlite_store, drawn(1, SINCE, TWO, 60), drawn(2, TWO, NOW, 60, **worse))  # type: ignore[arg-type]
    named = next(each for each in worst(sqlite_store) if each.kind == "version")
    assert named.metric == metric
    assert said in named.sentence
    assert named.since_ms == TWO
    assert (named.after < named.before) == (metric == "satisfaction")


def test_what_is_well_again_is_said_to_be_over(sqlite_store: Store) -> None:
    put(
        sqlite_store,
        drawn(1, SINCE, TWO - 6 * HOUR, 60),
        drawn(2, TWO - 6 * HOUR, TWO - 3 * HOUR, 60, slow=4.0),
        drawn(3, TWO - 3 * HOUR, NOW, 60),
    )
    named = worst(sqlite_store)[0]
    assert named.sentence.endswith(" between 08:00 and 11:00")
    assert named.ended_ms == TWO - 3 * HOUR


def test_one_dear_call_is_no_rise_of_cost(sqlite_store: Store) -> None:
    calls = [*drawn(1, SINCE, TWO, 12), *drawn(2, TWO, NOW, 12)]
    dear = replace(calls[-9], cost_nano=500_000_000)
    bulk.add(sqlite_store, [*calls[:-9], dear, *calls[-8:]], price=False)
    assert not [each for each in worst(sqlite_store) if each.metric == "cost_per_call"]


def test_what_is_said_of_a_rise_and_its_interval_are_of_one_comparison(sqlite_store: Store) -> None:
    put(sqlite_store, drawn(1, SINCE, TWO, 60), drawn(2, TWO, NOW, 60, slow=2.0, dear=2.5, fails=0.3))
    found = worst(sqlite_store)
    assert {each.metric for each in found} == {"error_rate", "p95", "cost_per_call"}
    for each in found:
        assert each.difference == pytest.approx(each.after - each.before)
        assert each.low <= each.difference <= each.high
        assert (each.low > 0) == (each.difference > 0), "the interval leaves out nought"
        assert each.n_after < 200, "the calls since two o'clock, not those of the whole range"


def test_where_nothing_changed_nothing_is_named(tmp_path_factory: pytest.TempPathFactory) -> None:
    """12 stores of 6 slices each, with a level that moves from hour to hour by a quarter: at most one false name."""
    false = 0
    for seed in range(12):
        draw, store = np.random.default_rng(seed), open_store(f"sqlite:///{tmp_path_factory.mktemp('quiet')}/w.db")
        hours = range(SINCE, NOW, HOUR)
        moving = [float(draw.lognormal(0, 0.25)) for _ in hours]
        put(
            store,
            *(drawn(seed * 1000 + n, at, at + HOUR, 12, slow=moving[n], dear=moving[-n]) for n, at in enumerate(hours)),
            drawn(seed * 1000 + 900, SINCE, NOW, 12, prompt="search/rank", version=1, model="gpt-5-mini", fails=0.1),
        )
        false += bool(worst(store))
        store.close()
    assert false <= 1


def test_the_stretch_that_stands_out_is_found_and_one_that_lasts_ends_with_the_data() -> None:
    counts = [100.0] * 24
    assert onset.stretch([5.0] * 20 + [15.0] * 4, counts, 12) == (20, 24)
    assert onset.stretch([5.0] * 14 + [15.0] * 4 + [5.0] * 6, counts, 12) == (14, 18)
    assert onset.stretch([5.0] * 20 + [15.0, 16.0, 14.0, 13.0], counts, 12) == (20, 24)
    assert onset.stretch([5.0] * 24, counts, 12) is None
    assert onset.stretch([], [], 0) is None


def test_two_versions_and_two_periods_differ_by_what_the_calls_differ_by(sqlite_store: Store) -> None:
    put(sqlite_store, drawn(1, SINCE, NOW, 60), drawn(2, SPAN.since_ms, NOW, 60, version=8, slow=1.5, fails=0.12))
    view = View(SPAN)
    compared = versus.compare(sqlite_store, *versus.versions(view, "support/triage", 7, 8))
    found = {each.key: each for each in compared.differences}
    slower = found["latency_p95"]
    assert slower.better == "a"
    assert slower.low is not None
    assert slower.high is not None
    assert slower.low < 569 < slower.high, "half of 500 ms times e to the 1.645 halves"
    assert found["success_rate"].better == "a"
    assert found["success_rate"].difference == pytest.approx(-0.1, abs=0.03)
    assert "95 % interval" in found["success_rate"].sentence
    assert found["cost_per_call"].better == ""
    assert found["cost_per_call"].sentence.startswith("No clear difference in cost a request between v7 and v8")
    before, now = versus.periods(view)
    periods = {each.key: each for each in versus.compare(sqlite_store, before, now).differences}
    assert (periods["latency_p50"].n_a, periods["latency_p50"].better) == (24 * 60, "a")
    nothing = {each.key: each for each in versus.compare(sqlite_store, *versus.versions(view, "support/triage", 7, 9)).differences}
    assert nothing["latency_p50"].difference is None
    assert nothing["latency_p50"].sentence == "Latency (p50): no data of v9."
    assert nothing["latency_p50"].n_a > 0


def test_days_are_named_where_the_range_is_long(sqlite_store: Store) -> None:
    put(sqlite_store, drawn(1, NOW - 60 * DAY, NOW - 6 * DAY, 2), drawn(2, NOW - 6 * DAY, NOW, 2, slow=3.0))
    named = next(each for each in worst(sqlite_store, "30d") if each.kind == "version")
    assert named.sentence.endswith((" since 9 March", " since 10 March"))


def test_two_bursts_that_share_no_latency_differ_in_percentiles_as_in_the_mean(sqlite_store: Store) -> None:
    def burst(at: int, n: int, latency_ms: int) -> list[CallRecord]:
        return [replace(one, started_ms=at + place, latency_ms=latency_ms + place % 9) for place, one in enumerate(calls[:n])]

    calls = list(drawn(1, SINCE, NOW, 60))
    early = [*burst(SINCE + HOUR, 25, 800), *burst(SINCE + 2 * HOUR, 25, 800)]
    slow = [one for hour in range(8) for one in burst(SPAN.since_ms + hour * HOUR, 5, 800)]
    bulk.add(sqlite_store, [*early, *slow, *burst(TWO, 2000, 298)], price=False)
    compared = versus.compare(sqlite_store, *versus.periods(View(SPAN)))
    found = {each.key: each for each in compared.differences}
    assert found["latency_p50"].p is not None
    assert found["latency_p50"].p < 0.001
    assert found["latency_p50"].better == found["latency_p95"].better == "b"
    assert found["latency_p50"].high is not None
    assert found["latency_p50"].high < 0
    assert versus.FEW_STRETCHES in compared.notes
