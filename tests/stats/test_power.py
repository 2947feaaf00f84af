import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.stats.binary import mcnemar_exact
from workbench.stats.paired import PairResult, compare
from workbench.stats.power import (
    EXACT_UP_TO,
    connor_cases,
    curve,
    detectable_binary,
    detectable_numeric,
    mcnemar_cases,
    mcnemar_power,
    more_cases,
    t_cases,
    t_power,
)
from workbench.stats.unpaired import compare_unpaired


@pytest.mark.parametrize(
    ("n", "difference", "discordance", "alpha", "power"),
    [
        # R 4.2.2: the sum over dbinom(m, n, discordance) of the chance that binom.test(k, m)$p.value <= alpha.
        (50, 0.24, 0.4, 0.05, 0.7401529031),
        (120, 0.1, 0.3, 0.05, 0.454443735),
        (60, 0.2, 0.4, 0.01, 0.3836458821),
        (20, 0.3, 0.3, 0.05, 0.5836291706),
    ],
)
def test_the_power_of_the_exact_mcnemar_test_is_that_of_r(
    n: int, difference: float, discordance: float, alpha: float, power: float
) -> None:
    assert mcnemar_power(n, difference, discordance, alpha) == pytest.approx(power, abs=5e-10)
    assert mcnemar_power(n, -difference, discordance, alpha) == pytest.approx(power, abs=5e-10)


def test_the_power_of_the_exact_mcnemar_test_is_the_published_one() -> None:
    # G*Power 3.1 manual, McNemar: odds ratio 0.25, 0.4 discordant, 50 pairs, one-sided 0.05: power 0.839343. Two-sided at 0.10 adds what
    # the other tail finds, 1.5e-5.
    assert mcnemar_power(50, 0.24, 0.4, 0.10) == pytest.approx(0.839343 + 1.5e-5, abs=2e-6)
    # R MESS, its own check: power_mcnemar_test(144, paid = 0.25, psi = 45/25, method = "exact", one-sided 0.025) rounds to 0.80.
    assert round(mcnemar_power(144, 0.2, 0.7), 2) == 0.80


@pytest.mark.parametrize(
    ("difference", "discordance", "power", "alpha", "cases"),
    [
        (0.40, 0.50, 0.80, 0.05, 23),  # powerandsamplesize.com, McNemar's Z-test, 2-sided (Connor 1987, p. 209): 0.45 and 0.05
        (0.40, 0.50, 0.90, 0.10, 23),  # the same, 1-sided at 0.05 with a power of 0.90
        (0.15, 0.45, 0.80, 0.05, 155),  # clinicaltrials-tools, McNemar (Connor 1987): 0.30 and 0.15, 155 pairs, power 80.1 %
    ],
)
def test_connors_formula_gives_the_published_cases(difference: float, discordance: float, power: float, alpha: float, cases: int) -> None:
    assert connor_cases(difference, discordance, power, alpha) == cases
    assert connor_cases(-difference, discordance, power, alpha) == cases


@pytest.mark.parametrize(
    ("n", "difference", "sd", "alpha", "power"),
    [
        (20, 1, 1, 0.05, 0.9885912945),  # R 4.2.2 power.t.test(n = 20, delta = 1, sd = 1, type = "paired"), strict below
        (20, 0.5, 1, 0.05, 0.5645044184),
        (10, 0.1, 1, 0.05, 0.05929030089),
        (200, 0.03, 0.2, 0.05, 0.560079669),
        (30, 0.4, 1, 0.05, 0.5628136071),  # also statsmodels 0.15 TTestPower().power(0.4, 30, 0.05): 0.5628136071
        (100, 0.2, 1, 0.01, 0.2711856140),  # statsmodels 0.15 TTestPower().power(0.2, 100, 0.01)
    ],
)
def test_the_power_of_the_paired_t_test_is_that_of_r(n: int, difference: float, sd: float, alpha: float, power: float) -> None:
    assert t_power(n, difference, sd, alpha) == pytest.approx(power, abs=5e-10)
    assert t_power(n, -difference, sd, alpha) == pytest.approx(power, abs=5e-10)


def test_the_power_of_the_paired_t_test_is_the_published_one() -> None:
    # G*Power 3.1 manual, two dependent means: d_z 0.421637, 50 pairs: power 0.832114.
    assert t_power(50, 0.421637, 1) == pytest.approx(0.832114, abs=1e-6)


@pytest.mark.parametrize(
    ("difference", "sd", "power", "alpha", "cases"),
    [
        (0.5, 1, 0.8, 0.05, 34),  # R 4.2.2 power.t.test(delta = 0.5, sd = 1, power = 0.8, type = "paired"): n = 33.36720409
        (0.2, 1, 0.8, 0.05, 199),  # R: n = 198.1513013
        (1.0, 1, 0.9, 0.05, 13),  # R, its help page: n = 12.58547455
        (0.3, 1, 0.8, 0.05, 90),  # statsmodels 0.15 TTestPower().solve_power(0.3, power=0.8, alpha=0.05): 89.14936472
        (0.03, 0.2, 0.9, 0.01, 665),  # R: n = 664.6269987
    ],
)
def test_the_cases_for_the_paired_t_test_are_those_of_r(difference: float, sd: float, power: float, alpha: float, cases: int) -> None:
    assert t_cases(difference, sd, power, alpha) == cases


def test_the_detectable_mean_difference_is_that_of_r() -> None:
    # R 4.2.2 power.t.test(n = 50, sd = 1, power = 0.8, type = "paired"): delta = 0.4041845753, which leaves out the other tail.
    assert detectable_numeric(50, 1) == pytest.approx(0.40418, abs=5e-6)
    assert detectable_numeric(50, 0.2) == pytest.approx(0.2 * 0.40418, abs=1e-6)
    assert detectable_numeric(1, 1) is None
    assert t_power(2, detectable_numeric(2, 1), 1) == pytest.approx(0.8, abs=1e-4)


def test_the_exact_power_is_what_simulation_gives() -> None:
    draws = np.random.default_rng(9).multinomial(60, [0.3, 0.1, 0.6], size=4_000)
    found = np.mean([mcnemar_exact(int(gained), int(lost)) <= 0.05 for gained, lost, _ in draws])
    assert mcnemar_power(60, 0.2, 0.4) == pytest.approx(found, abs=0.025)


def test_without_a_difference_the_power_is_at_most_alpha() -> None:
    assert 0 < mcnemar_power(100, 0, 0.3) <= 0.05
    assert t_power(100, 0, 1) == 0.05


@pytest.mark.parametrize(
    ("difference", "discordance"), [(0.1, 0.3), (0.05, 0.2), (0.2, 0.2), (0.1, 0.1), (0.03, 0.05), (0.2, 1.0), (0.01, 0.1)]
)
def test_the_fewest_cases_reach_the_power_and_one_fewer_does_not(difference: float, discordance: float) -> None:
    n = mcnemar_cases(difference, discordance)
    assert mcnemar_power(n, difference, discordance) >= 0.8 > mcnemar_power(n - 1, difference, discordance)


def test_exact_and_approximate_power_meet() -> None:
    for difference, discordance in ((0.012, 0.2), (0.02, 0.9), (0.004, 0.02)):
        exact, about = mcnemar_power(EXACT_UP_TO, difference, discordance), mcnemar_power(EXACT_UP_TO + 1, difference, discordance)
        assert exact == pytest.approx(about, abs=2e-3)


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 3000), st.floats(0.02, 1))
def test_the_detectable_difference_is_found_with_the_power_asked_for(n: int, discordance: float) -> None:
    found = detectable_binary(n, discordance)
    if found is None:
        assert mcnemar_power(n, discordance, discordance) < 0.8
    else:
        assert 0 < found <= discordance
        assert mcnemar_power(n, found, discordance) == pytest.approx(0.8, abs=1e-3) or found == discordance


def pairs(gained: int, lost: int, tied: int) -> PairResult:
    return compare([0] * gained + [1] * lost + [1] * tied, [1] * gained + [0] * lost + [1] * tied)


def test_more_cases_are_those_that_the_difference_now_seen_needs() -> None:
    seen = pairs(16, 8, 76)  # 8 points at 24 % discordance, p = 0.15
    assert more_cases(seen) == mcnemar_cases(0.08, 0.24) - 100
    assert more_cases(seen, power=0.9) > more_cases(seen)
    assert more_cases(pairs(8, 16, 76)) == more_cases(seen)
    draw = np.random.default_rng(2)
    a = draw.normal(size=30)
    numeric = compare(a, a + draw.normal(0.1, 1, 30))
    assert numeric.p > 0.05
    assert more_cases(numeric) == max(1, t_cases(numeric.difference, numeric.sd) - 30)


def test_what_is_decided_needs_no_more_and_what_is_nearly_nothing_has_no_answer() -> None:
    assert more_cases(pairs(30, 5, 65)) == 0
    assert more_cases(pairs(5, 5, 90)) is None
    assert more_cases(pairs(0, 0, 90)) is None
    assert more_cases(pairs(201, 200, 1599), most=100_000) is None
    assert more_cases(compare([], [])) is None
    assert more_cases(compare([1], [0])) is None
    assert more_cases(compare([0.5] * 9, [0.5] * 9)) is None
    assert more_cases(pairs(3, 0, 7)) >= 1


def test_more_cases_of_unpaired_groups_scale_with_the_interval() -> None:
    seen = compare_unpaired([1] * 40 + [0] * 60, [1] * 48 + [0] * 52)
    # statsmodels 0.15 NormalIndPower().solve_power(proportion_effectsize(0.48, 0.40), power=0.8, alpha=0.05): 603 a group.
    assert 200 + more_cases(seen) == pytest.approx(2 * 603, rel=0.05)
    assert more_cases(compare_unpaired([1, 2], [])) is None


def test_the_curve_rises_from_few_cases_to_nearly_sure() -> None:
    for points in (curve(0.05, discordance=0.2), curve(0.05, sd=0.3)):
        assert len(points) == 40
        assert [n for n, _ in points] == sorted({n for n, _ in points})
        assert points[0][0] == 2
        assert points[-1][1] >= 0.94
        assert all(0 <= power <= 1 for _, power in points)
    assert curve(0.1) == []
    assert curve(0.1, discordance=0.3, most=50)[-1] == (50, pytest.approx(mcnemar_power(50, 0.1, 0.3)))
    assert curve(0.0, discordance=0.3, points=5)[-1][0] == 10_000
    assert curve(0.3, discordance=0.0)[-1][1] == 0.0
    assert curve(0.3, sd=0.0)[-1][1] == 1.0


def test_nothing_degenerate_makes_a_traceback() -> None:
    assert mcnemar_power(0, 0.1, 0.2) == 0.0
    assert mcnemar_power(50, 0.1, 0.0) == 0.0
    assert mcnemar_power(50, 0.9, 0.2) == mcnemar_power(50, 0.2, 0.2)
    assert mcnemar_power(50, 1.0, 1.0) == 1.0
    assert mcnemar_power(10**6, 0.5, 0.5) == 1.0
    assert mcnemar_cases(0.0, 0.2) is None
    assert mcnemar_cases(0.3, 0.2) is None
    assert mcnemar_cases(0.0001, 0.9) is None
    assert mcnemar_cases(1.0, 1.0) == 6
    assert connor_cases(0.0, 0.2) is None
    assert t_power(1, 1, 1) == 0.0
    assert t_power(5, 1, 0) == 1.0
    assert t_power(10**6, 5, 1) == 1.0
    assert t_cases(0.0, 1) is None
    assert t_cases(1e-9, 1) is None
    assert t_cases(math.nan, 1) is None
    assert t_cases(1.0, 0.0) == 2
    assert detectable_binary(3, 1.0) is None
    assert detectable_binary(100, 0.0) is None
    assert detectable_numeric(20, math.nan) is None


def test_arguments_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match="power"):
        mcnemar_cases(0.1, 0.2, power=1)
    with pytest.raises(ValueError, match="alpha"):
        t_power(10, 1, 1, alpha=0)
    with pytest.raises(ValueError, match="discordance"):
        mcnemar_power(10, 0.1, 1.5)
    with pytest.raises(ValueError, match="not negative"):
        t_power(10, 1, -1)
