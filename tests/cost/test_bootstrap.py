"""Ranges hold what comes about as often as they say: measured on simulated series and on a real hour of requests."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.cost import bootstrap
from workbench.errors import InputError

DAY_MS, HOUR_MS = 86_400_000, 3_600_000
Series = Callable[[np.random.Generator, int], np.ndarray]
SERIES = 1_500


@settings(max_examples=60, deadline=None)
@given(
    units=st.integers(1, 60),
    horizon=st.floats(0.01, 2_000),
    draws=st.integers(1, 40).map(lambda half: 2 * half),
    seed=st.integers(0, 3),
    unit_ms=st.sampled_from([0, 60_000, HOUR_MS, DAY_MS]),
)
def test_every_row_sums_to_the_horizon_and_rows_balance_out_in_every_unit(
    units: int, horizon: float, draws: int, seed: int, unit_ms: int
) -> None:
    rows = bootstrap.weights(units, horizon, draws=draws, seed=seed, unit_ms=unit_ms)
    assert rows.shape == (draws, units)
    assert np.allclose(rows.sum(axis=1), horizon, rtol=1e-9)
    assert np.allclose(rows.mean(axis=0), horizon / units, rtol=1e-9)


def test_the_same_question_gets_the_same_array_which_nobody_can_change() -> None:
    rows = bootstrap.weights(30, 30, seed=4, unit_ms=DAY_MS)
    assert bootstrap.weights(30, 30.0, seed=4, unit_ms=DAY_MS) is rows
    assert not np.array_equal(rows, bootstrap.weights(30, 30, seed=5, unit_ms=DAY_MS))
    with pytest.raises(ValueError, match="read-only"):
        rows[0, 0] = 1


def test_one_unit_says_nothing_of_the_next() -> None:
    assert np.array_equal(bootstrap.weights(1, 30, draws=5), np.full((5, 1), 30.0))
    assert bootstrap.limits(np.array([7.0]), 3) == (21, 21)


@pytest.mark.parametrize(
    ("units", "horizon", "draws"), [(0, 1, 1), (1, 0, 1), (1, -1, 1), (1, float("nan"), 1), (1, float("inf"), 1), (1, 1, 0)]
)
def test_a_question_without_an_answer_is_refused(units: int, horizon: float, draws: int) -> None:
    with pytest.raises(InputError, match="give no range"):
        bootstrap.weights(units, horizon, draws=draws)
    if draws:
        with pytest.raises(InputError, match="give no range"):
            bootstrap.limits(np.ones(units), horizon)


@pytest.mark.parametrize(("units", "horizon"), [(2, 30), (7, 30), (30, 30), (90, 30), (58, 43_200)])
def test_the_limits_are_the_percentiles_of_the_draws(units: int, horizon: float) -> None:
    values = np.random.default_rng(1).gamma(4, 25, size=units)
    low, high = bootstrap.limits(values, horizon, unit_ms=DAY_MS)
    drawn = np.quantile(bootstrap.totals(values, horizon, unit_ms=DAY_MS), [0.05, 0.95])
    assert drawn == pytest.approx([low, high], abs=0.05 * (high - low))


def test_no_total_is_below_nothing() -> None:
    values = np.array([0.0] * 25 + [100.0] * 5)
    assert bootstrap.totals(values, 30, unit_ms=DAY_MS).min() == 0
    assert bootstrap.limits(values, 30, unit_ms=DAY_MS)[0] == 0
    assert bootstrap.totals(np.stack([values, values], axis=1), 30, draws=100).shape == (100, 2)


def test_what_never_changes_has_no_range_and_neither_has_a_week_that_repeats() -> None:
    assert bootstrap.limits(np.full(30, 5.0), 30, unit_ms=DAY_MS) == pytest.approx((150, 150))
    weeks = np.tile([9.0, 10, 11, 10, 9, 2, 1], 3)
    assert bootstrap.limits(weeks, 28, unit_ms=DAY_MS) == pytest.approx((208, 208))
    low, high = bootstrap.limits(weeks, 28, unit_ms=60_000)  # minutes have no weeks
    assert high - low > 20


def test_the_range_is_wider_the_fewer_units_there_are() -> None:
    widths = []
    for units in (2, 3, 7, 14, 30, 90):
        values = np.where(np.arange(units) % 2, 90.0, 110.0)
        low, high = bootstrap.limits(values, 30)
        widths.append(high - low)
    assert widths[0] > widths[1] > widths[2] > widths[3] > widths[4] > widths[5]


def independent(chance: np.random.Generator, units: int) -> np.ndarray:
    return 1 + 0.2 * chance.standard_normal((SERIES, units))


def lognormal(chance: np.random.Generator, units: int) -> np.ndarray:
    return np.exp(chance.standard_normal((SERIES, units)))


def weekends(chance: np.random.Generator, units: int) -> np.ndarray:
    day = np.arange(units) + chance.integers(0, 7, size=(SERIES, 1))
    return np.where(day % 7 >= 5, 0.3, 1.0) * (1 + 0.1 * chance.standard_normal((SERIES, units)))


def neighbours(alike: float) -> Series:
    def series(chance: np.random.Generator, units: int) -> np.ndarray:
        found = chance.standard_normal((SERIES, units))
        for at in range(1, units):
            found[:, at] = alike * found[:, at - 1] + np.sqrt(1 - alike**2) * found[:, at]
        return np.exp(0.2 * found)

    return series


def trend(chance: np.random.Generator, units: int) -> np.ndarray:
    return (1 + 0.01 * np.arange(units)) * (1 + 0.15 * chance.standard_normal((SERIES, units)))


@pytest.mark.parametrize(
    ("series", "past", "future", "least", "most"),
    [
        pytest.param(independent, 30, 30, 0.96, 0.99, id="independent days"),
        pytest.param(independent, 90, 30, 0.92, 0.96, id="three months of them"),
        pytest.param(independent, 3, 30, 0.95, 0.995, id="three of them"),
        pytest.param(independent, 2, 30, 0.92, 0.97, id="two of them"),
        pytest.param(lognormal, 30, 30, 0.90, 0.96, id="a few enormous days"),
        pytest.param(weekends, 28, 7, 0.94, 0.99, id="quiet weekends, four weeks"),
        pytest.param(weekends, 14, 30, 0.94, 0.99, id="quiet weekends, two weeks"),
        pytest.param(neighbours(0.5), 30, 30, 0.92, 0.98, id="neighbours alike"),
        pytest.param(neighbours(0.8), 30, 30, 0.85, 0.93, id="neighbours much alike"),
        pytest.param(neighbours(0.95), 30, 30, 0.68, 0.82, id="a level that wanders: too narrow"),
        pytest.param(trend, 30, 30, 0.2, 0.55, id="a steady climb: not to be trusted"),
    ],
)
def test_the_range_holds_the_future_as_often_as_is_said(series: Series, past: int, future: int, least: float, most: float) -> None:
    values = np.maximum(series(np.random.default_rng(5), past + future), 0)
    came = values[:, past:].sum(axis=1)
    found = [bootstrap.limits(one, future, unit_ms=DAY_MS) for one in values[:, :past]]
    share = np.mean([low <= total <= high for (low, high), total in zip(found, came, strict=True)])
    assert least <= share <= most


def test_rows_are_kept_for_the_next_who_asks_as_many_as_memory_is_meant_for() -> None:
    first = bootstrap.weights(30, 30, draws=1_000, unit_ms=DAY_MS)
    for horizon in range(1, 9):
        bootstrap.weights(30, horizon, draws=1_000, unit_ms=DAY_MS)
    assert bootstrap.weights(30, 30, draws=1_000, unit_ms=DAY_MS) is first
    large = bootstrap.weights(200, 1, draws=70_000)  # 112 MB: alone more than is kept
    assert bootstrap.weights(200, 1, draws=70_000) is large
    bootstrap.weights(30, 30, draws=1_000, unit_ms=DAY_MS)
    assert sum(each.nbytes for each in bootstrap._kept.values()) <= bootstrap._MOST_BYTES
