import math

import numpy as np
import pytest
from scipy import stats as scipy_stats

from workbench.stats import bca, bootstrap_t, envelope, permutation, student
from workbench.stats.resampling import EXACT_UP_TO, METHODS, mean_intervals, named_intervals, percentile
from workbench.stats.sample import sample

DARWIN = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]
SLEEP = [1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4]


def test_few_cases_are_permuted_exactly() -> None:
    # Fisher's permutation of Darwin's maize (Design of Experiments, 1935): 863 of 32,768 patterns are at least as one-sided.
    assert len(DARWIN) == EXACT_UP_TO
    assert permutation(DARWIN) == 2 * 863 / 32768
    for values in (DARWIN[:14], SLEEP):
        theirs = scipy_stats.permutation_test((values,), np.mean, permutation_type="samples", n_resamples=np.inf)
        assert permutation(values) == pytest.approx(theirs.pvalue, rel=1e-12)


def test_many_cases_are_permuted_at_random() -> None:
    values = np.random.default_rng(8).normal(0.3, 1, size=40)
    theirs = scipy_stats.permutation_test((values,), np.mean, permutation_type="samples", n_resamples=99_999, rng=1)
    assert permutation(values.tolist()) == pytest.approx(theirs.pvalue, abs=0.005)
    assert permutation(values.tolist()) == permutation(values.tolist())
    assert permutation((values + 5).tolist()) == 1 / 10_000  # what was seen is one of the patterns: never 0


def test_equal_sizes_are_the_sign_test_at_any_number() -> None:
    assert permutation([0.25] * 30) == 2 / 2**30
    assert permutation([0.1] * 30 + [-0.1] * 20) == pytest.approx(scipy_stats.binomtest(30, 50).pvalue)
    assert permutation([]) == permutation([0.0] * 5) == 1.0


def test_bca_agrees_with_scipys_and_with_efrons() -> None:
    values = np.random.default_rng(3).beta(0.7, 2, size=80) - 0.2
    theirs = scipy_stats.bootstrap((values,), np.mean, method="BCa", n_resamples=9999, rng=5).confidence_interval
    assert bca(values.tolist()) == pytest.approx((theirs.low, theirs.high), abs=0.004)
    assert bca(values.tolist()) == bca(values.tolist())
    skewed = np.random.default_rng(4).lognormal(size=200)
    theirs = scipy_stats.bootstrap((skewed,), np.mean, method="BCa", n_resamples=9999, rng=5).confidence_interval
    assert bca(skewed.tolist()) == pytest.approx((theirs.low, theirs.high), abs=0.03)


def test_the_percentile_interval_agrees_with_scipys() -> None:
    values = np.random.default_rng(3).lognormal(size=100)
    theirs = scipy_stats.bootstrap((values,), np.mean, method="percentile", n_resamples=9999, rng=5).confidence_interval
    assert percentile(values.tolist()) == pytest.approx((theirs.low, theirs.high), abs=0.03)


def test_the_studentised_bootstrap_agrees_with_a_plain_one() -> None:
    values = np.random.default_rng(5).lognormal(size=60)
    n, mean, error = len(values), values.mean(), values.std(ddof=1) / math.sqrt(60)
    drawn = values[np.random.default_rng(6).integers(0, n, size=(20_000, n))]
    ratios = (drawn.mean(axis=1) - mean) / (drawn.std(axis=1, ddof=1) / math.sqrt(n))
    low, high = np.quantile(ratios, [0.025, 0.975])
    assert bootstrap_t(values.tolist()) == pytest.approx((mean - high * error, mean - low * error), abs=0.25 * error)


def test_weights_of_equal_values_are_efrons_to_the_second_order() -> None:
    # The spread of resampled means is sd / sqrt(n), up to 1 / n; the percentile interval of normal data shows it.
    values = np.random.default_rng(1).normal(size=400)
    low, high = percentile(values.tolist())
    assert (high - low) / (2 * 1.959964) == pytest.approx(values.std() / 20, rel=0.04)


def test_students_interval_is_rs() -> None:
    # R: with(sleep, t.test(extra[group == 2] - extra[group == 1])): 0.7001142 2.4598858
    assert student(SLEEP) == pytest.approx((0.7001142, 2.4598858), abs=1e-7)


def test_the_envelope_is_the_wider_at_each_end() -> None:
    values = np.random.default_rng(5).lognormal(size=60).tolist()
    plain, other, both = student(values), bootstrap_t(values), envelope(values)
    assert both == (min(plain.low, other.low), max(plain.high, other.high))
    assert both.high == other.high > plain.high  # the tail is on the right
    assert both.low == plain.low < other.low


def test_the_envelope_is_students_where_resamples_have_no_spread() -> None:
    rare = [0.0] * 98 + [0.5, 1.0]
    assert named_intervals([sample(rare)], "envelope") == [(student(rare), "student")]
    assert math.isinf(bootstrap_t(rare).high) or bootstrap_t(rare).high > 0.1


@pytest.mark.parametrize("method", METHODS)
def test_values_without_spread_bound_nothing(method: str) -> None:
    for values in ([], [1.0], [0.1 + 0.2, 0.3, 0.3], [math.nan, 2.0]):
        assert mean_intervals([sample(values)], method) == [(-math.inf, math.inf)]


@pytest.mark.parametrize("method", METHODS)
def test_samples_share_their_draws_and_know_nothing_of_each_other(method: str) -> None:
    draw = np.random.default_rng(2)
    samples = [sample(draw.gamma(1, size=n)) for n in (12, 40, 129, 300)]
    assert mean_intervals(samples, method) == [mean_intervals([item], method)[0] for item in samples]


@pytest.mark.parametrize("method", METHODS)
def test_the_scale_does_not_matter(method: str) -> None:
    values = np.random.default_rng(2).gamma(1, size=40)
    low, high = mean_intervals([sample(values)], method)[0]
    for scale in (2.0**-900, 2.0**900):
        assert mean_intervals([sample(values * scale)], method) == [(low * scale, high * scale)]


def test_an_unknown_method_is_refused() -> None:
    with pytest.raises(ValueError, match="no method jackknife"):
        mean_intervals([], "jackknife")
