"""Bradley-Terry strengths: published fits, an independent optimiser, Hunter's MM, and what they must never do."""

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from workbench.stats.bradley_terry import FIRST, SECOND, TIE, Choice, Fit, Preference, fit

# Agresti, Categorical Data Analysis (1990), Table 10.10: American League East 1987, wins of the row over the column.
# Milwaukee, Detroit, Toronto, New York, Boston, Cleveland, Baltimore.
BASEBALL = [
    [0, 7, 9, 7, 7, 9, 11],
    [6, 0, 7, 5, 11, 9, 9],
    [4, 6, 0, 7, 7, 8, 12],
    [6, 8, 6, 0, 6, 7, 10],
    [6, 2, 6, 7, 0, 7, 12],
    [4, 4, 5, 6, 6, 0, 6],
    [2, 4, 1, 3, 1, 7, 0],
]
# Over Baltimore, as the vignette of the R package BradleyTerry2 (Turner and Firth 2012) prints them for the same games.
BASEBALL_OVER_LAST = [1.5814, 1.4364, 1.2945, 1.2476, 1.1077, 0.6839]
# Stigler, Statistical Science 9 (1994): citations between Biometrika, Comm Statist, JASA and JRSS-B; a journal wins by being cited.
CITATIONS = [[0, 730, 498, 221], [33, 0, 68, 17], [320, 813, 0, 142], [284, 276, 325, 0]]


def won(table: list[list[int]], ties: dict[tuple[int, int], int] | None = None) -> list[Choice]:
    """Choices that make the table of wins of rows over columns, with ties beside it."""
    found = [Choice(row, column, FIRST) for row, counts in enumerate(table) for column, count in enumerate(counts) for _ in range(count)]
    return found + [Choice(*pair, TIE) for pair, count in (ties or {}).items() for _ in range(count)]


def over(found: Fit, first: int, second: int) -> Preference:
    return next(pair for pair in found.pairs if (pair.first, pair.second) == (first, second))


def test_the_fit_to_a_season_of_baseball_is_the_published_one() -> None:
    found = fit(won(BASEBALL), 7, prior=0)
    for team, value in enumerate(BASEBALL_OVER_LAST):
        assert found.strengths[team].value - found.strengths[6].value == pytest.approx(value, abs=5e-5)
    assert found.n == 273
    assert found.method == "fisher"


@pytest.mark.parametrize(("journal", "value", "error"), [(1, -2.94907, 0.10255), (2, -0.47957, 0.06059), (3, 0.26895, 0.07083)])
def test_the_fit_to_citations_has_the_published_coefficients_and_errors(journal: int, value: float, error: float) -> None:
    # The vignette of BradleyTerry2, citeModel: over Biometrika.
    pair = over(fit(won(CITATIONS), 4, prior=0), 0, journal)
    assert math.log(pair.probability / (1 - pair.probability)) == pytest.approx(value, abs=5e-6)
    assert pair.error == pytest.approx(error, abs=5e-6)


TIED = {(0, 1): 4, (0, 2): 6, (1, 2): 1, (2, 3): 8}
MATCHES = [[0, 5, 3, 9], [2, 0, 4, 6], [7, 3, 0, 2], [1, 2, 5, 0]]


def davidson(parameters: np.ndarray, prior: float) -> float:
    """The likelihood as Davidson wrote it, with the prior as it is told; less of it is better."""
    strengths, nu = np.exp(parameters[:4]), math.exp(parameters[4])
    total = 0.0
    for i, j in combinations(range(4), 2):
        whole = strengths[i] + strengths[j] + nu * math.sqrt(strengths[i] * strengths[j])
        total += MATCHES[i][j] * math.log(strengths[i] / whole) + MATCHES[j][i] * math.log(strengths[j] / whole)
        total += TIED.get((i, j), 0) * math.log(nu * math.sqrt(strengths[i] * strengths[j]) / whole)
    for each in strengths:
        total += prior * (0.5 * math.log(each / (1 + each)) + 0.5 * math.log(1 / (1 + each)))
    return -total


@pytest.mark.parametrize("prior", [0.0, 1.0])
def test_an_independent_optimiser_finds_the_same_strengths_and_ties(prior: float) -> None:
    found = fit(won(MATCHES, TIED), 4, prior=prior)
    best = minimize(davidson, np.zeros(5), args=(prior,), method="Nelder-Mead", options={"xatol": 1e-10, "fatol": 1e-12, "maxiter": 20_000})
    assert [each.value for each in found.strengths] == pytest.approx(best.x[:4] - best.x[:4].mean(), abs=2e-6)
    assert found.ties == pytest.approx(math.exp(best.x[4]), abs=1e-5)


def test_hunters_mm_algorithm_climbs_to_the_same_strengths() -> None:
    wins, size = np.array(BASEBALL, dtype=float), 7
    played, strengths = wins + wins.T, np.ones(size)
    for _ in range(3_000):
        strengths = wins.sum(axis=1) / (played / (strengths[:, None] + strengths[None, :])).sum(axis=1)
        strengths /= strengths.sum()
    logs = np.log(strengths)
    assert [each.value for each in fit(won(BASEBALL), size, prior=0).strengths] == pytest.approx(logs - logs.mean(), abs=1e-9)


def test_the_errors_are_those_of_the_curvature_of_the_likelihood() -> None:
    found = fit(won(MATCHES, TIED), 4, prior=0)
    at = np.array([*(each.value for each in found.strengths), math.log(found.ties)])
    step, curvature = 1e-4, np.zeros((5, 5))
    for i in range(5):
        for j in range(5):
            corners = [davidson(at + step * (a * np.eye(5)[i] + b * np.eye(5)[j]), 0) * a * b for a in (1, -1) for b in (1, -1)]
            curvature[i, j] = sum(corners) / (4 * step**2)
    inverse = np.linalg.pinv(curvature, rcond=1e-6)
    for pair in found.pairs:
        contrast = np.eye(5)[pair.second] - np.eye(5)[pair.first]
        assert pair.error == pytest.approx(math.sqrt(contrast @ inverse @ contrast), rel=1e-4)


def test_who_won_everything_stays_finite_and_the_more_was_won_the_surer_it_is() -> None:
    few, many = (fit([Choice(0, 1, FIRST)] * n, 2).pairs[0] for n in (10, 200))
    assert few.probability == pytest.approx(0.034, abs=0.001)
    assert many.probability < 0.004
    assert few.high is not None
    assert many.high is not None
    assert many.high < few.high < 0.5


def test_a_hundred_choices_outweigh_the_prior() -> None:
    found = fit([Choice(0, 1, FIRST)] * 70 + [Choice(0, 1, SECOND)] * 30, 2)
    assert found.pairs[0].probability == pytest.approx(0.30, abs=0.005)


def test_the_same_ties_say_less_about_who_is_better_and_more_about_ties() -> None:
    decided = [Choice(0, 1, FIRST)] * 12 + [Choice(0, 1, SECOND)] * 6
    without, tied = fit(decided, 2, prior=0), fit([*decided, *[Choice(0, 1, TIE)] * 18], 2, prior=0)
    assert tied.pairs[0].probability == pytest.approx(without.pairs[0].probability)
    assert tied.pairs[0].error == pytest.approx(without.pairs[0].error)
    assert tied.ties > 0 == without.ties


def test_a_case_that_two_raters_judged_alike_counts_once() -> None:
    says = [FIRST] * 14 + [SECOND] * 6
    once = fit([Choice(0, 1, each) for each in says], 2, prior=0)
    twice = fit([Choice(0, 1, each) for each in says * 2], 2, clusters=[*range(20)] * 2, prior=0)
    naive = fit([Choice(0, 1, each) for each in says * 2], 2, prior=0)
    assert (once.method, twice.method) == ("fisher", "sandwich")
    assert twice.pairs[0].error == pytest.approx(once.pairs[0].error * math.sqrt(20 / 19), rel=1e-6)
    assert naive.pairs[0].error == pytest.approx(once.pairs[0].error / math.sqrt(2), rel=1e-6)


@pytest.mark.parametrize("clusters", [None, 9], ids=["fisher", "sandwich"])
def test_an_interval_leaves_the_middle_out_exactly_where_p_is_small(clusters: int | None) -> None:
    for wins in range(8, 20):
        choices = [Choice(0, 1, FIRST)] * wins + [Choice(0, 1, SECOND)] * (27 - wins)
        pair = fit(choices, 2, clusters=None if clusters is None else [n % clusters for n in range(27)]).pairs[0]
        assert pair.low is not None
        assert pair.high is not None
        assert (pair.p < 0.05) == (not pair.low <= 0.5 <= pair.high)


def test_clusters_of_one_choice_change_nothing() -> None:
    choices = won(MATCHES, TIED)
    assert fit(choices, 4, clusters=range(len(choices))) == fit(choices, 4)


@pytest.mark.parametrize(("choices", "reason"), [([], "Nothing was chosen"), ([Choice(0, 1, TIE)] * 5, "No choice preferred")])
def test_where_nobody_preferred_anything_nothing_is_made_up(choices: list[Choice], reason: str) -> None:
    found = fit(choices, 3)
    assert found.method == "none"
    assert reason in found.reason
    assert {(each.probability, each.low, each.high) for each in found.strengths} == {(0.5, None, None)}
    assert {(pair.p, pair.p_adjusted) for pair in found.pairs} == {(1.0, 1.0)}


def test_an_item_nobody_saw_has_no_interval() -> None:
    found = fit([Choice(0, 1, FIRST)] * 3, 3)
    assert (found.strengths[2].low, found.strengths[2].choices) == (None, 0)
    assert over(found, 0, 2).p == 1.0
    assert found.strengths[0].low is not None


@pytest.mark.parametrize(
    "nonsense",
    [
        lambda: fit([Choice(0, 2, FIRST)], 2),
        lambda: fit([Choice(1, 1, FIRST)], 2),
        lambda: fit([Choice(0, 1, FIRST)], 2, clusters=[1, 2]),
        lambda: fit([], 2, level=2),
    ],
)
def test_nonsense_is_refused(nonsense: object) -> None:
    with pytest.raises(ValueError, match=r".+"):
        nonsense()  # type: ignore[operator]


CHOICES = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 3), st.sampled_from([FIRST, TIE, SECOND])).filter(lambda one: one[0] != one[1]), max_size=25
)


@settings(max_examples=60, deadline=None)
@given(CHOICES, st.randoms(use_true_random=False))
def test_sides_and_order_never_matter_and_every_figure_is_finite(rows: list[tuple[int, int, float]], chance) -> None:
    turned = [Choice(b, a, 1 - says) for a, b, says in rows]
    chance.shuffle(turned)
    there, back = fit([Choice(*row) for row in rows], 4), fit(turned, 4)
    for one, other in zip(there.strengths, back.strengths, strict=True):
        assert one.value == pytest.approx(other.value, abs=1e-6)
        assert all(math.isfinite(number) for number in (one.value, one.probability))
        if one.low is not None and one.high is not None:
            assert 0 <= one.low <= one.probability <= one.high <= 1
    assert all(0 <= pair.p <= pair.p_adjusted <= 1 for pair in there.pairs)


def test_intervals_of_simulated_choices_hold_the_truth_also_where_raters_share_cases() -> None:
    draw, true = np.random.default_rng(3), 1 / (1 + math.exp(-0.8))
    for cases, raters in ((20, 1), (30, 3)):
        held = 0
        for _ in range(300):
            taste = draw.random(cases) < true  # every rater of a case sees the same better reply, and says so four times in five
            says = np.where(draw.random((raters, cases)) < 0.8, taste, ~taste) if raters > 1 else taste[None, :]
            share = true if raters == 1 else 0.8 * true + 0.2 * (1 - true)
            choices = [Choice(0, 1, float(not said)) for row in says for said in row]
            pair = fit(choices, 2, clusters=[*range(cases)] * raters).pairs[0]
            held += pair.low is not None and pair.high is not None and pair.low <= share <= pair.high
        assert held / 300 >= 0.93
