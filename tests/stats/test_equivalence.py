import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from workbench.stats.binary import score_z, tango
from workbench.stats.equivalence import Equivalence, equivalence, equivalence_unpaired
from workbench.stats.unpaired import newcombe

SLEEP_1 = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
SLEEP_2 = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]

discordant = st.integers(2, 80).flatmap(
    lambda n: st.tuples(st.integers(0, n), st.integers(0, n), st.just(n)).filter(lambda t: t[0] + t[1] <= n)
)


def binary(gained: int, lost: int, n: int, margin: float, alpha: float = 0.05) -> Equivalence | None:
    a = [0] * gained + [1] * lost + [1] * (n - gained - lost)
    return equivalence(a, [1] * gained + [0] * lost + [1] * (n - gained - lost), margin, alpha=alpha)


@pytest.mark.parametrize(
    ("margin", "p", "p_noninferior"),
    [
        # statsmodels 0.15 ttost_paired(group 2, group 1, -margin, margin) of R's sleep data; R 4.2.2 t.test(paired = TRUE, mu = -2,
        # alternative = "greater"): p-value = 3.552344159e-06, and mu = 2, alternative = "less": 0.1541572357.
        (2.0, 0.1541572356690974, 3.5523441592476907e-06),
        (3.0, 0.002655570292658671, 4.5226949658324543e-07),
    ],
)
def test_numeric_equivalence_is_two_paired_t_tests(margin: float, p: float, p_noninferior: float) -> None:
    found = equivalence(SLEEP_1, SLEEP_2, margin)
    assert found is not None
    assert (found.p, found.p_noninferior) == pytest.approx((p, p_noninferior), rel=1e-9)
    # R 4.2.2 t.test(group 2, group 1, paired = TRUE, conf.level = 0.90): 0.866994733 2.293005267.
    assert (found.low, found.high) == pytest.approx((0.866994733, 2.293005267), abs=5e-10)
    assert (found.equivalent, found.noninferior) == (p < 0.05, True)


def test_binary_equivalence_shows_the_published_90_percent_interval() -> None:
    # R PropCIs::scoreci.mp(25, 28, 618, conf.level = 0.90), which subtracts the other way round: -0.0148, 0.0247.
    found = binary(28, 25, 618, 0.03)
    assert found is not None
    assert (round(found.low, 4), round(found.high, 4)) == (-0.0148, 0.0247)
    assert found.equivalent
    assert not binary(28, 25, 618, 0.02).equivalent


def test_the_score_statistic_at_no_difference_is_mcnemars() -> None:
    # R 4.2.2 mcnemar.test(Performance, correct = FALSE), Agresti's approval ratings of its help page: McNemar's chi-squared = 17.356.
    assert score_z(150, 86, 1600, 0.0) ** 2 == pytest.approx(17.356, abs=5e-4)
    assert score_z(86, 150, 1600, 0.0) == pytest.approx(-64 / math.sqrt(236))


def test_identical_data_are_equivalent_once_there_are_enough() -> None:
    # With no pair differing the statistic at a margin m is sqrt(n m / (1 - m)) by hand: 1.645 at 5 points needs 52 cases.
    assert score_z(0, 0, 100, -0.05) == pytest.approx(math.sqrt(100 * 0.05 / 0.95))
    assert not binary(0, 0, 51, 0.05).equivalent
    assert binary(0, 0, 52, 0.05).equivalent
    assert binary(0, 0, 52, 0.05).p == pytest.approx(scipy_stats.norm.sf(math.sqrt(52 * 0.05 / 0.95)))


def test_numeric_data_without_spread_take_the_sign_test() -> None:
    same = equivalence([0.5] * 6, [0.5] * 6, 0.1)
    assert same == Equivalence(0.1, 0.5**6, 0.5**6, 0.0, 0.0, equivalent=True, noninferior=True)
    assert equivalence([0.5] * 4, [0.5] * 4, 0.1) is None  # 1/16 does not fall below 0.05
    better = equivalence([2.0] * 6, [2.5] * 6, 0.1)
    assert (better.p, better.p_noninferior, better.equivalent, better.noninferior) == (1.0, 0.5**6, False, True)
    # 0.1 + 0.2 - 0.3 is not 0 in floating point, and no spread either.
    assert equivalence([0.3, 0.7] * 4, [0.1 + 0.2, 0.7] * 4, 0.1).p == 0.5**8


def test_the_score_test_keeps_its_error_at_the_margin() -> None:
    # Exact enumeration: b truly worse by the margin of 15 points, the case Liu et al. examine; 20 % and 5 % of cases differ.
    n, margin, gain, loss = 60, 0.15, 0.05, 0.20
    wrong = 0.0
    for gained in range(n + 1):
        for lost in range(n + 1 - gained):
            if score_z(gained, lost, n, -margin) > 1.6448536269514722:
                rest = n - gained - lost
                logs = math.lgamma(n + 1) - math.lgamma(gained + 1) - math.lgamma(lost + 1) - math.lgamma(rest + 1)
                wrong += math.exp(logs + gained * math.log(gain) + lost * math.log(loss) + rest * math.log(1 - gain - loss))
    assert 0.03 < wrong <= 0.06


@given(discordant, st.floats(0.01, 0.5))
def test_the_test_and_the_interval_say_the_same(pairs: tuple[int, int, int], margin: float) -> None:
    gained, lost, n = pairs
    found = binary(gained, lost, n, margin)
    low, high = tango(gained, lost, n, 0.90)
    assert (found.low, found.high) == (low, high)
    if min(abs(low + margin), abs(high - margin)) > 1e-9:
        assert found.equivalent == (low > -margin and high < margin)
        assert found.noninferior == (low > -margin)
    assert found.p >= found.p_noninferior


@given(discordant, st.floats(0.01, 0.5))
def test_swapping_mirrors_the_interval_and_keeps_p(pairs: tuple[int, int, int], margin: float) -> None:
    gained, lost, n = pairs
    there, back = binary(gained, lost, n, margin), binary(lost, gained, n, margin)
    assert there.p == pytest.approx(back.p, abs=1e-9)
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low), abs=1e-9)
    assert there.equivalent == back.equivalent or abs(there.p - 0.05) < 1e-9


def test_swapping_numeric_data_mirrors_the_interval() -> None:
    there, back = equivalence(SLEEP_1, SLEEP_2, 2), equivalence(SLEEP_2, SLEEP_1, 2)
    assert there.p == pytest.approx(back.p)
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low))
    assert back.p_noninferior == pytest.approx(there.p)


def test_unpaired_equivalence_is_two_welch_tests() -> None:
    # statsmodels 0.15 ttost_ind(group 2, group 1, -4, 4, usevar="unequal") of R's sleep data: 0.0053616241 and 1.9004056834e-06.
    found = equivalence_unpaired(SLEEP_1, SLEEP_2, 4)
    assert (found.p, found.p_noninferior) == pytest.approx((0.005361624103159107, 1.9004056834130732e-06), rel=1e-9)
    assert found.equivalent
    back = equivalence_unpaired(SLEEP_2, SLEEP_1, 4)
    assert (back.p, back.low, back.high) == pytest.approx((found.p, -found.high, -found.low))


@given(st.tuples(*[st.integers(2, 60)] * 2), st.floats(0, 1), st.floats(0, 1), st.floats(0.02, 0.9))
def test_unpaired_shares_are_judged_by_newcombes_interval(sizes: tuple[int, int], x: float, y: float, margin: float) -> None:
    k_a, k_b = round(x * sizes[0]), round(y * sizes[1])
    a, b = [1] * k_a + [0] * (sizes[0] - k_a), [1] * k_b + [0] * (sizes[1] - k_b)
    found, back = equivalence_unpaired(a, b, margin), equivalence_unpaired(b, a, margin)
    low, high = newcombe(k_a, sizes[0], k_b, sizes[1], 0.90)
    assert (found.low, found.high) == (low, high)
    if min(abs(low + margin), abs(high - margin)) > 1e-9:
        assert found.equivalent == (low > -margin and high < margin)
        assert found.noninferior == (low > -margin)
    assert found.p == pytest.approx(back.p, abs=1e-9)


def test_what_cannot_be_answered_is_none() -> None:
    assert equivalence_unpaired([1], [1, 0], 0.1) is None
    assert equivalence_unpaired([2.0, 2.0], [3.0, 3.0], 0.1) is None
    assert equivalence_unpaired([1, 0], [1, 0], 0.0) is None
    nan = math.nan
    assert equivalence([], [], 0.1) is None
    assert equivalence([1], [1], 0.1) is None
    assert equivalence([1, nan], [1, 1], 0.1) is None
    assert equivalence([1, 0], [1, 1], 0.0) is None
    assert equivalence([1, 0], [1, 1], -0.1) is None
    assert equivalence([1, 0], [1, 1], nan) is None
    assert equivalence([1, 0], [1, 1], math.inf) is None
    assert equivalence([nan, 1, 0, 1], [1, 1, 0, 1], 0.2) == equivalence([1, 0, 1], [1, 0, 1], 0.2)
    with pytest.raises(ValueError, match="alpha"):
        equivalence([1, 0], [1, 0], 0.1, alpha=0.5)
    with pytest.raises(ValueError, match="cannot be paired"):
        equivalence([1, 0], [1], 0.1)


def test_a_margin_that_no_share_can_pass_is_met_at_once() -> None:
    assert binary(3, 4, 20, 1.0).p < 1e-6
    assert binary(3, 4, 20, 7.0).equivalent
    assert not binary(0, 20, 20, 1.0).equivalent


def test_a_stricter_alpha_widens_the_interval() -> None:
    draw = np.random.default_rng(5)
    a = draw.normal(size=40)
    b = a + draw.normal(0, 0.3, 40)
    loose, strict = equivalence(a, b, 0.2), equivalence(a, b, 0.2, alpha=0.01)
    assert strict.low < loose.low < loose.high < strict.high
    assert strict.p == loose.p
