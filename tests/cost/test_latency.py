"""Percentiles of a mix of answer times."""

from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.cost import latency
from workbench.cost.latency import Times
from workbench.cost.model import Believed
from workbench.cost.traffic import Stream, Traffic


def recorded(*times: float, calls: float = 1.0) -> Times:
    found = latency.sampled([(np.array(sorted(times)), calls)])
    assert found is not None
    return found


def lognormal(p50: int, p95: int) -> Times:
    found = latency.stated(Believed(latency_p50_ms=p50, latency_p95_ms=p95))
    assert found is not None
    return found


def test_one_stated_model_gives_its_own_percentiles_back() -> None:
    found = latency.of_mix({"m": Decimal(1)}, {"m": lognormal(800, 2500)})
    assert found.p50_ms == pytest.approx(800)
    assert found.p95_ms == pytest.approx(2500)
    assert found.sources == {"m": "stated"}


def test_two_stated_models_are_mixed_as_distributions_and_not_as_percentiles() -> None:
    times = {"slow": lognormal(2000, 4000), "fast": lognormal(300, 600)}
    found = latency.of_mix({"slow": Decimal("0.1"), "fast": Decimal("0.9")}, times)
    drawn = np.random.default_rng(0)
    sd = np.log(2) / 1.6448536
    sample = np.concatenate([drawn.lognormal(np.log(2000), sd, 100_000), drawn.lognormal(np.log(300), sd, 900_000)])
    assert found.p50_ms == pytest.approx(float(np.quantile(sample, 0.5)), rel=0.01)
    assert found.p95_ms == pytest.approx(float(np.quantile(sample, 0.95)), rel=0.01)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.integers(1, 5_000), min_size=1, max_size=12), min_size=1, max_size=4),
    st.lists(st.integers(1, 9), min_size=4, max_size=4),
    st.sampled_from([0.05, 0.5, 0.95]),
)
def test_the_percentile_of_recorded_times_is_that_of_the_weighted_sample(samples: list[list[int]], shares: list[int], level: float) -> None:
    parts = [(float(share), recorded(*sample)) for share, sample in zip(shares, samples, strict=False)]
    atoms = sorted((time, share / len(sample)) for share, sample in zip(shares, samples, strict=False) for time in sample)
    reached = np.cumsum([weight for _, weight in atoms])
    first = int(np.argmax(reached >= level * reached[-1] - 1e-9))
    assert latency.percentile(parts, level) == atoms[first][0]


def test_answers_of_a_cache_take_five_milliseconds_and_move_every_percentile() -> None:
    times = {"m": lognormal(1000, 3000)}
    half = latency.of_mix({"m": Decimal(1)}, times, cached=Decimal("0.6"))
    assert half.p50_ms == pytest.approx(5)
    # 95 % of all is the slowest eighth of what reaches the model: 0.4 x 12.5 % = 5 %.
    assert half.p95_ms == pytest.approx(latency.percentile([(1.0, times["m"])], 0.875))
    assert latency.of_mix({}, {}, cached=1).p95_ms == pytest.approx(5)


def test_shares_are_taken_relative_to_their_sum() -> None:
    times = {"a": lognormal(500, 900), "b": recorded(100, 200, 300)}
    part, whole = latency.of_mix({"a": 0.2, "b": 0.6}, times), latency.of_mix({"a": 0.25, "b": 0.75}, times)
    assert part.p95_ms == pytest.approx(whole.p95_ms)


def test_a_model_without_times_is_named_and_nothing_is_guessed() -> None:
    found = latency.of_mix({"a": 0.5, "b": 0.5, "c": 0}, {"a": recorded(1, 2)})
    assert (found.p50_ms, found.p95_ms, found.unknown) == (None, None, ("b",))
    assert latency.of_mix({}, {}).p50_ms is None


def test_half_a_statement_of_times_is_none() -> None:
    assert latency.stated(Believed(latency_p50_ms=500)) is None
    assert latency.stated(Believed(latency_p50_ms=500, latency_p95_ms=400)) is None
    assert latency.stated(Believed()) is None


def test_equal_percentiles_are_a_fixed_time() -> None:
    fixed = lognormal(700, 700)
    assert latency.percentile([(1.0, fixed)], 0.5) == 700
    assert latency.exceeds(fixed, 699) == 1
    assert latency.exceeds(fixed, 700) == 0


def test_the_share_over_a_limit_is_counted_or_worked_out() -> None:
    assert latency.exceeds(recorded(100, 200, 300, 400), 200) == pytest.approx(0.5)
    assert latency.exceeds(recorded(100, 200), 99) == 1
    assert latency.exceeds(lognormal(800, 2500), 2500) == pytest.approx(0.05)
    assert latency.exceeds(lognormal(800, 2500), 0) == 1


def test_a_mix_meets_a_limit_at_p95_exactly_where_at_most_a_twentieth_exceeds_it() -> None:
    times = {"a": lognormal(400, 900), "b": lognormal(1200, 3000)}
    for share in (0.0, 0.1, 0.2, 0.3, 0.5):
        shares = {"a": 1 - share, "b": share}
        over = sum(part * latency.exceeds(times[model], 2000) for model, part in shares.items())
        found = latency.of_mix(shares, times).p95_ms
        assert found is not None
        assert (found <= 2000) == (over <= 0.05)


def test_recorded_streams_stand_for_their_calls_and_go_before_what_is_stated() -> None:
    traffic = Traffic(
        streams=(Stream("p/a", klass="simple"), Stream("p/a", klass="complex"), Stream("p/b")),
        calls=np.zeros((1, 3)),
        tokens=np.zeros((1, 3, 6)),
        month_calls=(Decimal(90), Decimal(10), Decimal(5)),
        month_tokens=(),
        unit_ms=0,
        latency_ms=(np.array([100.0, 110.0]), np.array([900.0]), None),
    )
    believed = {"p/a": Believed(latency_p50_ms=1, latency_p95_ms=2), "p/b": Believed(latency_p50_ms=10, latency_p95_ms=20)}
    found = latency.known(traffic, believed)
    assert found["p/a"].below(110) == pytest.approx(0.9)
    assert found["p/a"].source == "3 recorded answers"
    assert found["p/b"].source == "stated"
