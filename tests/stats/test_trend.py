"""Theil and Sen's slope against scipy, its interval by simulation, and what autocorrelation does to chance."""

import numpy as np
import pytest
from scipy.stats import kendalltau, theilslopes

from workbench.stats.trend import trend


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_slope_and_interval_are_those_of_scipy(seed: int) -> None:
    draw = np.random.default_rng(seed)
    times = np.arange(30.0)
    values = 3 * times + draw.permutation(np.tile([-4.0, 4.0], 15)) * draw.random(30)
    found, told = trend(times.tolist(), values.tolist()), theilslopes(values, times, 0.95)
    assert found is not None
    assert found.slope == pytest.approx(told.slope)
    assert found.end - found.start == pytest.approx(29 * found.slope)
    if found.effective == found.n:  # without autocorrelation nothing is widened
        assert (found.low, found.high) == pytest.approx((told.low_slope, told.high_slope))
    assert found.low <= told.low_slope + 1e-9
    assert found.high >= told.high_slope - 1e-9


def test_p_is_that_of_kendalls_tau_but_for_the_correction_of_continuity() -> None:
    values = [3.0, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8]
    found = trend(list(range(12)), values)
    assert found is not None
    assert found.effective == 12
    assert found.p == pytest.approx(kendalltau(range(12), values, method="asymptotic").pvalue, abs=0.03)


@pytest.mark.parametrize("alike", [0.0, 0.5])
def test_chance_is_rarely_taken_for_a_trend_and_a_trend_is_found(alike: float) -> None:
    draw = np.random.default_rng(7)
    times, false, inside = list(range(30)), 0, 0
    missed = 0
    for _ in range(400):
        noise = [float(draw.normal())]
        for _day in times[1:]:
            noise.append(alike * noise[-1] + float(draw.normal()))
        found, risen = trend(times, noise), trend(times, [0.3 * at + each for at, each in zip(times, noise, strict=True)])
        assert found is not None
        assert risen is not None
        false += found.p < 0.05
        inside += risen.low <= 0.3 <= risen.high
        missed += risen.p >= 0.05
    assert missed / 400 < (0.01 if not alike else 0.08)
    assert false / 400 < (0.06 if not alike else 0.09)
    assert inside / 400 > (0.92 if not alike else 0.86)


def test_what_says_nothing_has_no_trend() -> None:
    assert trend([1, 2, 3], [1, 2, 3]) is None
    assert trend([5, 5, 5, 5], [1, 2, 3, 4]) is None
    level = trend(list(range(10)), [7.0] * 10)
    assert level is not None
    assert (level.slope, level.low, level.high, level.p) == (0, 0, 0, 1)
