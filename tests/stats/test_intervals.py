import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from workbench.stats import by_case, mean_interval, score_interval, wilson


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


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.floats(0.5, 0.999))
def test_wilson_agrees_with_scipy_everywhere(counts: tuple[int, int], level: float) -> None:
    k, n = counts
    theirs = scipy_stats.binomtest(k, n).proportion_ci(level, method="wilson")
    assert wilson(k, n, level) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


def test_a_proportion_of_nothing_may_be_anything() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
    assert score_interval([]) == (0.0, 1.0)


def test_an_impossible_proportion_or_level_is_refused() -> None:
    for k, n in ((3, 2), (-1, 2)):
        with pytest.raises(ValueError, match="not a proportion"):
            wilson(k, n)
    with pytest.raises(ValueError, match="level"):
        wilson(1, 2, 1.0)


def test_the_mean_of_students_sleep_data_has_rs_interval() -> None:
    # R: with(sleep, t.test(extra[group == 2] - extra[group == 1])) on Student's data of 1908: 0.7001142 2.4598858
    gains = [1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4]
    assert mean_interval(gains) == pytest.approx((0.7001142, 2.4598858), abs=1e-7)


def test_one_value_says_nothing_of_its_spread() -> None:
    assert mean_interval([0.4]) == (-math.inf, math.inf)
    assert score_interval([0.4]) == (0.0, 1.0)


def test_repeats_of_a_case_are_one_observation() -> None:
    scores, cases = [1, 0, 1, 1, 0, 0], ["a", "a", "b", "b", "c", "c"]
    assert by_case(scores, cases) == [0.5, 1.0, 0.0]
    assert score_interval([1, 1, 0, 0], ["a", "a", "b", "b"]) == wilson(1, 2)
    assert score_interval(scores, cases) != wilson(3, 6)


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
