import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.stats.clusters import FEW, cluster_bootstrap, cluster_interval, cluster_robust, effective, stability

VALUES = [1, 0, 1, 1, 0, 0, 1, 1, 1, 0, 0.5, 0.25]
GROUPS = [0, 0, 0, 1, 1, 2, 2, 2, 3, 4, 4, 4]
SLEEP = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0, 1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]


def test_the_cluster_robust_error_is_that_of_statsmodels() -> None:
    # statsmodels 0.15 OLS(y, ones).fit(cov_type="cluster", cov_kwds={"groups": g}): bse 0.10546071; with use_t, 0.26969412 to 0.85530588.
    mean, error, clusters = cluster_robust(VALUES, GROUPS)
    assert (mean, clusters) == (pytest.approx(0.5625), 5)
    assert error == pytest.approx(0.10546071, abs=5e-9)
    assert cluster_interval(VALUES, GROUPS) == pytest.approx((0.26969412, 0.85530588), abs=5e-9)
    # The same of R's sleep data, a person a cluster: 1.54, 0.56802778, 0.2550319 to 2.8249681.
    people = [f"person {index % 10}" for index in range(20)]
    assert cluster_robust(SLEEP, people)[:2] == pytest.approx((1.54, 0.56802778), abs=5e-9)
    assert cluster_interval(SLEEP, people) == pytest.approx((0.2550319, 2.8249681), abs=5e-8)


def test_one_value_a_cluster_gives_the_error_of_any_mean() -> None:
    assert cluster_robust(SLEEP, range(20)).error == pytest.approx(np.std(SLEEP, ddof=1) / math.sqrt(20))


def test_repeating_every_value_adds_no_evidence() -> None:
    once = cluster_robust(SLEEP, range(20))
    assert cluster_robust(SLEEP * 3, list(range(20)) * 3) == pytest.approx(once)
    assert cluster_bootstrap(SLEEP * 3, list(range(20)) * 3) == pytest.approx(cluster_bootstrap(SLEEP, range(20)))


def test_the_cluster_bootstrap_covers_with_unequal_clusters() -> None:
    # Over 600 draws of each: 94.2 % with 20 clusters of 1 to 5 values and with 40; here 250 draws, give or take 1.4.
    draw, held = np.random.default_rng(11), 0
    for seed in range(250):
        names = np.repeat(np.arange(FEW), draw.integers(1, 6, FEW))
        values = draw.normal(size=FEW)[names] + draw.normal(size=len(names))
        low, high = cluster_bootstrap(values, names.tolist(), seed=seed) or (math.inf, math.inf)
        held += low <= 0 <= high
    assert held / 250 >= 0.9


def test_the_cluster_bootstrap_is_repeatable_and_mirrors() -> None:
    names = [index // 2 for index in range(2 * FEW)]
    values = np.random.default_rng(1).normal(size=2 * FEW)
    low, high = cluster_bootstrap(values, names, seed=4) or (0.0, 0.0)
    assert cluster_bootstrap(values, names, seed=4) == (low, high)
    assert cluster_bootstrap(-values, names, seed=4) == pytest.approx((-high, -low))
    assert low < values.mean() < high


def test_few_clusters_take_students_interval_and_fewer_none() -> None:
    assert cluster_bootstrap(VALUES, GROUPS) == cluster_interval(VALUES, GROUPS)
    assert cluster_bootstrap([1.0, 2.0], ["a", "a"]) is None
    assert cluster_robust([1.0, 3.0], ["a", "a"]) == (2.0, None, 1)
    assert cluster_robust([], []) == (None, None, 0)
    assert cluster_robust([math.nan, 1.0], ["a", "b"]) == (1.0, None, 1)
    assert cluster_bootstrap([2.0] * 60, list(range(60))) == (2.0, 2.0)
    assert cluster_interval([], []) is None
    with pytest.raises(ValueError, match="cluster names"):
        cluster_robust([1.0], [])
    with pytest.raises(ValueError, match="level"):
        cluster_interval(VALUES, GROUPS, 2)


def test_replies_of_one_case_that_are_alike_tell_as_much_as_one_and_independent_ones_as_much_as_they_are() -> None:
    values = [float(case % 3 == 0) for case in range(60) for _ in range(4)]
    cases = [case for case in range(60) for _ in range(4)]
    # All four alike: the design effect is 4, but for the n - 1 of either variance.
    assert effective(values, cases) == pytest.approx(60 * (59 / 60) / (239 / 240))
    # By hand: means 1, 0, 1/2 of pairs: robust variance 3/2 * (1 + 1 + 0) / 36 = 1/12; naive (6 * 1/4 / 5) / 6 = 1/20; 6 * 12 / 20 = 3.6.
    assert effective([1, 1, 0, 0, 1, 0], [0, 0, 1, 1, 2, 2]) == pytest.approx(3.6)
    noise = np.random.default_rng(5).normal(size=4_000)
    assert effective(noise, [at // 4 for at in range(4_000)]) == pytest.approx(4_000, rel=0.1)


def test_the_number_of_independent_replies_is_not_said_where_nothing_varies() -> None:
    for values, cases in (
        ([], []),
        ([1.0, 0.0], [0, 0]),
        ([0.5] * 4, [0, 0, 1, 1]),
        ([1.0, 0.0, 0.0, 1.0], [0, 0, 1, 1]),
        ([math.nan, 1], [0, 1]),
    ):
        assert effective(values, cases) is None
    assert effective([1, 0, 0, 1, 1, 0, 1, 1], [0, 0, 1, 1, 2, 2, 3, 3]) == 8.0  # never more than there are


def test_stability_counts_the_cases_that_flip_and_how_often_two_repeats_differ() -> None:
    assert stability([[1, 1, 1], [1, 0, 1], [0, 0, 0], [1, 0, 0]]) == pytest.approx((0.5, (2 / 3 + 2 / 3) / 4))
    assert stability([[1, 0]]) == (1.0, 1.0)
    assert stability([[0.2, 0.4, 0.4], [1.0], [math.nan, 1.0]]) == pytest.approx((1.0, 2 / 3))
    assert stability([]) is None
    assert stability([[1.0], []]) is None


@given(st.lists(st.lists(st.integers(0, 1), min_size=2, max_size=6), min_size=1, max_size=10))
def test_stability_is_the_share_of_pairs_of_repeats_that_differ(cases: list[list[int]]) -> None:
    shares = [np.mean([case[i] != case[j] for i in range(len(case)) for j in range(i)]) for case in cases]
    flipping, disagreement = stability(cases) or (0.0, 0.0)
    assert disagreement == pytest.approx(np.mean(shares))
    assert flipping == pytest.approx(np.mean([len(set(case)) > 1 for case in cases]))
