import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from workbench.stats import by_case, clopper_pearson, figure, median_interval, proportion, score_interval, wilson
from workbench.stats.intervals import ENOUGH
from workbench.stats.mean import FEW


@pytest.mark.parametrize(
    ("k", "n", "level", "low", "high"),
    [
        # Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 3.
        (81, 263, 0.95, 0.2553, 0.3662),
        (15, 148, 0.95, 0.0624, 0.1605),
        (0, 20, 0.95, 0.0000, 0.1611),
        (1, 29, 0.95, 0.0061, 0.1718),
        (29, 29, 0.95, 0.8830, 1.0000),
    ],
)
def test_wilson_gives_newcombes_published_intervals(k: int, n: int, level: float, low: float, high: float) -> None:
    interval = wilson(k, n, level)
    assert (round(interval.low, 4), round(interval.high, 4)) == (low, high)


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    [
        # Newcombe, Statistics in Medicine 17 (1998) 857-872, table I, method 5.
        (81, 263, 0.2527, 0.3676),
        (15, 148, 0.0578, 0.1617),
        (0, 20, 0.0000, 0.1684),
        (1, 29, 0.0009, 0.1776),
        # R: ?binom.test, Conover (1971), page 97: binom.test(682, 682 + 243, p = 3/4).
        (682, 925, 0.7076683, 0.7654066),
        # R: Okumura's lecture notes, binom.test(1, 9).
        (1, 9, 0.002809137, 0.482496515),
        # scipy: the example of BinomTestResult.proportion_ci.
        (7, 50, 0.05819170033997342, 0.26739600249700846),
    ],
)
def test_clopper_pearson_gives_the_published_intervals(k: int, n: int, low: float, high: float) -> None:
    digits = max(len(f"{bound}".split(".")[1]) for bound in (low, high))
    assert clopper_pearson(k, n) == pytest.approx((low, high), abs=0.51 * 10 ** -min(digits, 12))
    mirrored = clopper_pearson(n - k, n)
    assert (1 - mirrored.high, 1 - mirrored.low) == pytest.approx((low, high), abs=0.51 * 10 ** -min(digits, 12))


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.floats(0.5, 0.999))
def test_clopper_pearson_agrees_with_scipy_everywhere(counts: tuple[int, int], level: float) -> None:
    k, n = counts
    theirs = scipy_stats.binomtest(k, n).proportion_ci(level, method="exact")
    assert clopper_pearson(k, n, level) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.floats(0.5, 0.999))
def test_wilson_agrees_with_scipy_everywhere(counts: tuple[int, int], level: float) -> None:
    k, n = counts
    theirs = scipy_stats.binomtest(k, n).proportion_ci(level, method="wilson")
    assert wilson(k, n, level) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


def test_a_proportion_of_nothing_may_be_anything() -> None:
    assert wilson(0, 0) == clopper_pearson(0, 0) == proportion(0, 0) == (0.0, 1.0)
    assert score_interval([]) == (0.0, 1.0)


def test_an_impossible_proportion_or_level_is_refused() -> None:
    for k, n in ((3, 2), (-1, 2)):
        for interval in (wilson, clopper_pearson, proportion):
            with pytest.raises(ValueError, match="not a proportion"):
                interval(k, n)
    for interval in (wilson, clopper_pearson, proportion):
        with pytest.raises(ValueError, match="level"):
            interval(1, 2, 1.0)


def test_one_value_says_nothing_of_its_spread() -> None:
    assert score_interval([0.4]) == (0.0, 1.0)


def test_repeats_of_a_case_are_one_observation() -> None:
    scores, cases = [1, 0, 1, 1, 0, 0], ["a", "a", "b", "b", "c", "c"]
    assert by_case(scores, cases) == [0.5, 1.0, 0.0]
    assert score_interval([1, 1, 0, 0], ["a", "a", "b", "b"]) == proportion(1, 2)
    assert score_interval(scores, cases) != proportion(3, 6)


def test_wilson_covers_what_it_promises() -> None:
    # Exact coverage, not drawn: the binomial probability of every count whose interval holds the true share.
    for n in (20, 60, 120):
        shares = [step / 100 for step in range(5, 96, 5)]
        covered = [
            sum(scipy_stats.binom.pmf(k, n, share) for k in range(n + 1) if wilson(k, n).low <= share <= wilson(k, n).high)
            for share in shares
        ]
        assert min(covered) > 0.91
        assert 0.945 < sum(covered) / len(covered) < 0.965


def coverage(n: int, shares: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> float:
    """The lowest exact coverage of `proportion` at `n` over `shares` and beside every end of an interval, where coverage jumps."""
    intervals = [proportion(k, n) for k in range(n + 1)]
    low, high = np.array(intervals).T
    tried = np.concatenate([shares, *(end + side for end in (low, high) for side in (-1e-9, 1e-9))])
    tried = tried[(tried >= shares[0]) & (tried <= shares[-1])]
    chances = scipy_stats.binom.pmf(np.arange(n + 1)[:, None], n, tried)
    return float((chances * ((low[:, None] <= tried) & (tried <= high[:, None]))).sum(axis=0).min())


@pytest.mark.parametrize(
    ("n", "least"), [(5, 0.97), (20, 0.957), (40, 0.95), (66, 0.9359), (86, 0.9365), (100, 0.9375), (240, 0.9365), (500, 0.9369)]
)
def test_the_interval_shown_for_a_proportion_never_falls_a_point_and_a_half_short(n: int, least: float) -> None:
    # Exact, at the worst share there is: Wilson alone falls to 83 % at 10 cases and to 91.6 % at 100.
    assert coverage(n, np.linspace(0.01, 0.99, 99)) >= least


def test_wilson_is_shown_where_there_is_enough_of_either_kind() -> None:
    assert proportion(ENOUGH, 2 * ENOUGH) == wilson(ENOUGH, 2 * ENOUGH)
    assert proportion(ENOUGH - 1, 2 * ENOUGH) == clopper_pearson(ENOUGH - 1, 2 * ENOUGH)
    assert proportion(1_000, 1_000 + ENOUGH - 1) == clopper_pearson(1_000, 1_000 + ENOUGH - 1)


def test_the_median_lies_between_two_of_the_values() -> None:
    # The sign test's table for n = 16: the 4th and the 13th value hold the median at 97.9 %, the 5th and the 12th at 92.3 % only
    # (Conover, Practical Nonparametric Statistics, 3rd edition, section 3.2, his sixteen transistors).
    values = [46.9, 47.2, 49.1, 56.5, 56.8, 59.2, 59.9, 63.2, 63.3, 63.4, 63.7, 64.1, 67.1, 67.7, 73.3, 78.5]
    assert median_interval(values[::-1]) == (56.5, 67.1)
    assert median_interval([3, 1, 2, 6, 5]) == (-math.inf, math.inf)
    assert median_interval([3, 1, 2, 6, 5, 4]) == (1, 6)
    assert median_interval([]) == (-math.inf, math.inf)


@given(st.integers(1, 3000), st.sampled_from([0.8, 0.9, 0.95, 0.99]))
def test_the_medians_interval_is_the_shortest_that_keeps_its_level(n: int, level: float) -> None:
    low, high = median_interval(range(1, n + 1), level)
    tail = (1 - level) / 2
    if math.isinf(low):
        assert 0.5**n > tail
        return
    assert (low, high) == (low, n + 1 - low)
    assert scipy_stats.binom.cdf(low - 1, n, 0.5) <= tail < scipy_stats.binom.cdf(low, n, 0.5)


def test_the_interval_of_a_score_says_so_where_scores_do_not_vary() -> None:
    # Twenty cases scored 0.5 throughout do not prove a mean of 0.5: no spread is no certainty.
    low, high = score_interval([0.5] * 20)
    assert 0.3 < low < 0.5 < high < 0.7
    assert figure([12.0] * 20) == (None, None, "none")
    assert figure([]) == (None, None, "none")
    assert figure([math.nan, math.inf]) == (None, None, "none")


def test_rarely_varying_scores_are_looked_at_from_the_usual_one() -> None:
    few = [1.0] * 95 + [0.5] * 5
    low, high, method = figure(few, limits=(0.0, 1.0))
    assert method == "adjusted"
    assert 0.9 < low < 0.975 < high <= 1.0
    assert figure([1.0] * (100 - FEW) + [0.5] * FEW, limits=(0.0, 1.0))[2] == "envelope"
    assert figure([1, 0, 1, 1], limits=(0.0, 1.0)) == (*proportion(3, 4), "proportion")
    turned = figure([1 - score for score in few], limits=(0.0, 1.0))
    assert (1 - turned[1], 1 - turned[0]) == pytest.approx((low, high))
