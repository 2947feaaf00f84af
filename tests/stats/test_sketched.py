"""Percentiles and differences of sketches: against the numbers themselves, and by simulation."""

import math

import numpy as np
import pytest
from scipy.stats import binom, mannwhitneyu, ttest_ind

from workbench.stats import sketch, sketched


def packed(values: np.ndarray) -> bytes:
    return sketch.pack(sketch.add({}, values.tolist()))


def test_percentiles_of_many_groups_at_once_are_those_of_each_alone() -> None:
    draw = np.random.default_rng(1)
    groups = [[packed(draw.lognormal(6, 1, size)) for size in sizes] for sizes in ((5, 90), (1,), (), (700,), (0, 3))]
    shares = [0.5, 0.75, 0.9, 0.95, 0.99, 0.999]
    for group, found in zip(groups, sketched.percentiles(groups, shares), strict=True):
        alone = sketch.percentiles(group, shares)
        assert (found is None) == (alone is None)
        if found and alone:
            assert [each.value for each in found] == pytest.approx(alone, rel=1e-12)


@pytest.mark.parametrize("share", [0.5, 0.95, 0.999])
def test_the_bounds_of_a_percentile_are_the_order_statistics_of_the_binomial(share: float) -> None:
    sizes = np.array([1, 5, 20, 60, 59, 500, 12_345, 4_000_000])
    low, high = sketched.rank_bounds(sizes, np.full(len(sizes), share))
    assert low.tolist() == binom.ppf(0.025, sizes, share).tolist()
    assert high.tolist() == (binom.ppf(0.975, sizes, share) + 1).tolist()
    few = sketched.percentiles([[packed(np.arange(1.0, 21))]], [0.95])[0]
    assert few is not None
    assert few[0].high is None, "twenty numbers bound no 95th percentile from above"


def test_the_interval_of_the_difference_of_two_percentiles_covers_what_it_should() -> None:
    """400 pairs of samples: 95 % +- 4 points; what is drawn is lognormal, the second slower by a third."""
    draw = np.random.default_rng(2)
    truth = 1.0 * math.exp(0.6 * 1.6448536) * (4 / 3 - 1)
    covered = below = 0
    for _ in range(400):
        a, b = draw.lognormal(0, 0.6, 300), draw.lognormal(0, 0.6, 200) * 4 / 3
        told = sketched.percentile_change([packed(a * 1000)], [packed(b * 1000)], 0.95)
        assert told is not None
        assert told.low is not None
        assert told.high is not None
        covered += told.low <= truth * 1000 <= told.high
        same = sketched.percentile_change([packed(a)], [packed(draw.lognormal(0, 0.6, 200))], 0.95)
        assert same is not None
        assert same.p is not None
        below += same.p < 0.05
    assert 0.93 <= covered / 400 <= 0.99
    assert below / 400 <= 0.075


def test_a_design_effect_makes_the_interval_wider_by_its_root() -> None:
    draw = np.random.default_rng(3)
    a, b = [packed(draw.lognormal(6, 0.5, 4000))], [packed(draw.lognormal(6, 0.5, 4000))]
    narrow, wide = (sketched.percentile_change(a, b, 0.9, design=design) for design in (1, 4))
    assert narrow is not None
    assert wide is not None
    assert narrow.high is not None
    assert narrow.low is not None
    assert wide.high is not None
    assert wide.low is not None
    assert (wide.high - wide.low) / (narrow.high - narrow.low) == pytest.approx(2, rel=0.3)
    assert (wide.p or 0) > (narrow.p or 0)


def test_the_means_of_two_sketches_are_compared_as_welch_compares_the_numbers() -> None:
    draw = np.random.default_rng(4)
    a, b = draw.lognormal(6, 0.5, 900), draw.lognormal(6.05, 0.6, 700)
    first, second = sketched.moments([packed(a)]), sketched.moments([packed(b)])
    assert first is not None
    assert second is not None
    told, exact = sketched.welch(first, second), ttest_ind(b, a, equal_var=False)
    bounds = exact.confidence_interval()
    assert told.difference == pytest.approx(b.mean() - a.mean(), abs=0.01 * a.mean())
    assert (told.high or 0) - (told.low or 0) == pytest.approx(bounds.high - bounds.low, rel=0.02)
    assert sketched.moments([]) is None


def test_the_ratio_over_buckets_covers_what_it_should_where_buckets_hang_together() -> None:
    """Calls of one hour share its level: bounds of single calls would cover far less than 95 %."""
    draw = np.random.default_rng(5)
    covered = false = 0
    for _ in range(400):
        sides = []
        for level in (1.0, 1.2):
            counts = draw.poisson(50, 24) + 1
            levels = level * draw.lognormal(-0.02, 0.2, 24)
            sides.append(sketched.ratio([levels[hour] * draw.gamma(2, 0.5, counts[hour]).sum() for hour in range(24)], counts))
        one, other = sides
        assert one is not None
        assert other is not None
        told = sketched.ratio_change(one, other)
        assert told.low is not None
        assert told.high is not None
        covered += told.low <= 0.2 <= told.high
        rates = draw.beta(5, 95, 24)
        hits = draw.binomial(200, rates)
        false += sketched.design_effect(hits.tolist(), [200] * 24) <= 1.5
    assert 0.92 <= covered / 400 <= 0.98
    assert false / 400 <= 0.05, "rates that move from hour to hour show as a design effect"


def test_two_proportions_of_independent_calls_have_no_design_effect_and_a_small_p_only_where_they_differ() -> None:
    draw = np.random.default_rng(6)
    effects = [sketched.design_effect(draw.binomial(400, 0.05, 24).tolist(), [400] * 24) for _ in range(100)]
    assert np.mean(effects) < 1.25
    assert sketched.proportions_p(50, 1000, 90, 1000) < 0.001 < sketched.proportions_p(50, 1000, 60, 1000)
    assert sketched.proportions_p(50, 1000, 90, 1000, design=10) > 0.1
    assert sketched.proportions_p(0, 8, 5, 8) == pytest.approx(0.0256, abs=1e-4)  # fisher.test in R
    assert sketched.proportions_p(0, 0, 5, 8) == 1.0


def test_how_many_lie_above_a_percentile_of_both_is_known_but_for_one_bin() -> None:
    draw = np.random.default_rng(7)
    a, b = draw.lognormal(6, 0.5, 5000), draw.lognormal(6.1, 0.5, 5000)
    found = sketched.exceeding([[packed(a)], [packed(b)]], [packed(a), packed(b)], 0.5)
    middle = float(np.median(np.concatenate([a, b])))
    assert [k for k, _ in found] == pytest.approx([(a > middle).sum(), (b > middle).sum()], abs=90)  # a bin at the median holds 80
    assert [n for _, n in found] == [5000, 5000]
    assert sketched.proportions_p(*found[0], *found[1]) < 0.001
    assert mannwhitneyu(a, b).pvalue < 0.001


@pytest.mark.parametrize("value", [300.0, 0.017, 4_711.0])
def test_bounds_hold_the_truth_where_every_number_is_the_same(value: float) -> None:
    same, dearer = [packed(np.full(7540, value))], [packed(np.full(7540, value * 1.37))]
    for design in (1.0, 9.0):
        told = sketched.percentile_change(same, dearer, 0.5, design=design)
        assert told is not None
        assert told.low is not None
        assert told.high is not None
        assert told.low <= 0.37 * value <= told.high
    (found,) = sketched.percentiles([same], [0.5, 0.95])
    for each in found or []:
        assert each.low is not None
        assert each.high is not None
        assert each.low <= value <= each.high


def test_each_group_is_thinned_by_its_own_design_effect() -> None:
    """Fifty calls and thousands that hang together: those thousands' effect does not take the fifty away."""
    assert sketched.proportions_p(50, 50, 209, 7749, design=255) == 1.0
    assert sketched.proportions_p(50, 50, 209, 7749, design=(1.0, 255.0)) < 1e-6
    a, b = [packed(np.full(50, 804.0))], [packed(np.concatenate([np.full(7540, 302.0), np.full(209, 804.0)]))]
    told = sketched.percentile_change(a, b, 0.5, design=(1.0, 255.0))
    assert told is not None
    assert told.p is not None
    assert told.high is not None
    assert told.p < 0.001
    assert told.high < 0
