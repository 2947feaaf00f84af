import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from workbench.stats.bayes import Bayes, bayes, bayes_unpaired
from workbench.stats.binary import mcnemar_midp

DRAWS = 400_000
SLEEP_1 = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
SLEEP_2 = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]


def binary(gained: int, lost: int, tied: int) -> Bayes | None:
    return bayes([0] * gained + [1] * lost + [1] * tied, [1] * gained + [0] * lost + [1] * tied)


@pytest.mark.parametrize(("gained", "lost", "tied"), [(6, 16, 139), (7, 1, 13), (0, 0, 50), (3, 3, 0), (30, 20, 950), (1, 0, 0)])
def test_the_closed_form_of_shares_is_what_drawing_gives(gained: int, lost: int, tied: int) -> None:
    found = binary(gained, lost, tied)
    shares = np.random.default_rng(17).dirichlet([gained + 0.5, lost + 0.5, tied + 1], DRAWS)
    difference = shares[:, 0] - shares[:, 1]
    _held(found, difference)


@pytest.mark.parametrize(("n", "mean"), [(3, 0.2), (12, 0.0), (40, 0.25), (40, -0.5)])
def test_the_closed_form_of_means_is_what_drawing_gives(n: int, mean: float) -> None:
    draw = np.random.default_rng(n)
    a = draw.normal(size=n)
    b = a + draw.normal(mean, 1, size=n)
    d = b - a
    # Drawn as the model says: the variance first, then the mean given it.
    variance = (n - 1) * d.var(ddof=1) / draw.chisquare(n - 1, DRAWS)
    difference = d.mean() + np.sqrt(variance / n) * draw.normal(size=DRAWS)
    if n > 3:  # with three pairs the loss has no variance: its draws do not settle
        _held(bayes(a, b), difference)
    else:
        assert bayes(a, b).probability == pytest.approx(np.mean(difference > 0), abs=0.004)


def _held(found: Bayes | None, difference: np.ndarray) -> None:
    """Within five errors of the draws."""
    error = 5 / math.sqrt(DRAWS)
    assert found is not None
    assert found.probability == pytest.approx(np.mean(difference > 0), abs=error / 2)
    for ours, theirs in ((found.loss, np.maximum(-difference, 0)), (found.loss_a, np.maximum(difference, 0))):
        assert ours == pytest.approx(theirs.mean(), abs=error * theirs.std() + 1e-12)


def test_the_probability_of_means_is_one_minus_the_one_sided_p() -> None:
    # R 4.2.2 t.test(group 2, group 1, paired = TRUE) of the sleep data: p-value = 0.002832890197; Student's own reading of 1908 was
    # that the odds are 666 to 1 that the second drug is the better one, 0.9985.
    found = bayes(SLEEP_1, SLEEP_2)
    assert found.probability == pytest.approx(1 - 0.002832890197 / 2, abs=1e-11)
    assert found.probability == pytest.approx(0.9985, abs=1.5e-4)
    assert found.loss < 0.001 < found.loss_a
    assert found.loss_a - found.loss == pytest.approx(1.58)


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_the_probability_of_shares_is_close_to_one_minus_half_the_mid_p(gained: int, lost: int, tied: int) -> None:
    if gained + lost + tied == 0:
        assert binary(0, 0, 0) is None
        return
    found, back = binary(gained, lost, tied), binary(lost, gained, tied)
    fair = scipy_stats.binom(gained + lost, 0.5)
    middle = fair.sf(gained) + fair.pmf(gained) / 2  # one-sided mid-p; twice it is mcnemar_midp where gained and lost differ
    assert gained <= lost or 2 * middle == pytest.approx(mcnemar_midp(gained, lost), abs=1e-12)
    assert found.probability == pytest.approx(1 - middle, abs=0.07 if gained + lost < 4 else 0.02)
    assert found.probability == pytest.approx(1 - back.probability)
    assert (found.loss, found.loss_a) == pytest.approx((back.loss_a, back.loss))
    assert found.loss >= 0
    # The two losses differ by the expected difference.
    assert found.loss_a - found.loss == pytest.approx((gained - lost) / (gained + lost + tied + 2))


def test_the_ratio_of_two_shares_is_a_beta() -> None:
    assert binary(9, 3, 30).probability == pytest.approx(scipy_stats.beta.sf(0.5, 9.5, 3.5))
    assert binary(0, 0, 30).probability == pytest.approx(0.5)


def test_a_sure_winner_costs_next_to_nothing() -> None:
    found = binary(80, 2, 118)
    assert found.probability > 1 - 1e-12
    assert 0 <= found.loss < 1e-12
    assert found.loss_a == pytest.approx(78 / 202)
    numeric = bayes(np.zeros(50), 1 + 0.01 * np.arange(50))
    assert 0 <= numeric.loss < 1e-12


def test_where_lower_is_better_the_reading_flips() -> None:
    for a, b in (([1, 0, 1, 1, 0], [0, 0, 1, 0, 0]), (SLEEP_1, SLEEP_2)):
        up, down = bayes(a, b), bayes(a, b, higher_is_better=False)
        assert down.probability == pytest.approx(1 - up.probability)
        assert (down.loss, down.loss_a) == pytest.approx((up.loss_a, up.loss))
        assert down == bayes(b, a)


def test_differences_without_spread_are_read_as_gains_losses_and_ties() -> None:
    tied = bayes([0.5] * 8, [0.5] * 8)
    assert (tied.probability, tied.loss, tied.loss_a) == (pytest.approx(0.5), 0.0, 0.0)
    gain = bayes([2.0] * 8, [2.25] * 8)
    assert gain.probability == pytest.approx(binary(8, 0, 0).probability)
    assert gain.loss == pytest.approx(binary(8, 0, 0).loss / 4)
    assert gain.probability < 1


@pytest.mark.parametrize(("a", "b"), [((48, 80), (56, 70)), ((0, 5), (0, 9)), ((3, 10), (600, 2000)), ((1, 1), (0, 1))])
def test_two_rates_are_compared_as_drawing_does(a: tuple[int, int], b: tuple[int, int]) -> None:
    draw = np.random.default_rng(31)
    rates = [draw.beta(k + 0.5, n - k + 0.5, DRAWS) for k, n in (a, b)]
    found = bayes_unpaired(*([1] * k + [0] * (n - k) for k, n in (a, b)))
    _held(found, rates[1] - rates[0])
    assert found.loss_a - found.loss == pytest.approx((b[0] + 0.5) / (b[1] + 1) - (a[0] + 0.5) / (a[1] + 1), abs=1e-10)
    back = bayes_unpaired(*([1] * k + [0] * (n - k) for k, n in (a, b)), higher_is_better=False)
    assert (back.probability, back.loss) == pytest.approx((1 - found.probability, found.loss_a), abs=1e-9)


def test_two_groups_of_figures_take_welchs_t() -> None:
    # R 4.2.2 t.test(extra ~ group, data = sleep): p-value = 0.07939414019.
    found = bayes_unpaired(SLEEP_1, SLEEP_2)
    assert found.probability == pytest.approx(1 - 0.07939414019 / 2, abs=1e-10)
    assert found.loss_a - found.loss == pytest.approx(1.58)
    assert bayes_unpaired([], [1]) is None
    assert bayes_unpaired([2.0, 2.0], [3.0, 3.0]) is None
    assert bayes_unpaired([2.0], [3.0, 4.0]) is None


def test_what_cannot_be_answered_is_none() -> None:
    assert bayes([], []) is None
    assert bayes([math.nan], [1]) is None
    assert bayes([0.2, 0.4], [0.3, 0.6]) is None
    assert bayes([1], [0]) is not None


def test_the_prior_is_said_in_a_sentence() -> None:
    for found in (binary(1, 2, 3), bayes(SLEEP_1, SLEEP_2)):
        assert found.prior.startswith("Before the run neither variant is favoured")
        assert found.prior.endswith(".")
