import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from workbench.stats import compare, compare_all, mcnemar_exact, mcnemar_midp, odds_ratio, tango
from workbench.stats.coverage import worst
from workbench.stats.numeric import RANKED_EXACTLY
from workbench.stats.paired import LARGE

# Student 1908, R's `sleep`: hours gained under two drugs by ten patients.
SLEEP = ([0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0], [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4])
# Hollander and Wolfe 1973, page 29, R's ?wilcox.test: depression before and after a tranquilizer.
DEPRESSION = ([1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30], [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29])
# Darwin 1876: heights of crossed less self-fertilised maize, in eighths of an inch.
DARWIN = [6, 8, 14, 16, 23, 24, 28, 29, 41, -48, 49, 56, 60, -67, 75]

discordant = (
    st.integers(1, 300)
    .flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
    .flatmap(lambda bn: st.tuples(st.just(bn[0]), st.integers(0, bn[1] - bn[0]), st.just(bn[1])))
)


@pytest.mark.parametrize(
    ("b", "c", "exact", "midp"),
    [
        # R package contingencytables 3 (Fagerland, Lydersen, Laake: Statistical Analysis of Contingency Tables, chapter 8):
        # complete response before and after consolidation (Cavo 2012: 6 and 16 of 161), its printed results.
        (6, 16, 0.052479, 0.034690),
        # Fagerland, Lydersen, Laake, BMC Medical Research Methodology 13 (2013) 91: airway hyper-responsiveness before and after
        # transplantation (Bentur 2009: 1 and 7 of 21).
        (1, 7, 0.0703, 0.0391),
        # R exact2x2: the example of mcnemar.exact, matrix(c(21, 9, 2, 12), 2, 2).
        (2, 9, 0.06543, None),
        # R exact2x2, printed in Okumura's lecture notes: matrix(c(6, 8, 1, 5), 2).
        (1, 8, 0.03906, None),
        # R exact2x2 on Johnson and Johnson's tonsillectomies (1972), 15 and 7 of 85 pairs.
        (15, 7, 0.1338, None),
        # R exact2x2, printed with 4 and 21 discordant pairs.
        (4, 21, 0.0009105, None),
        # Armitage and Berry 1994, page 127 (two media for tubercle bacilli), as StatsDirect prints it after Liddell 1983.
        (12, 2, 0.0129, None),
    ],
)
def test_mcnemar_gives_the_published_p_values(b: int, c: int, exact: float, midp: float | None) -> None:
    digits = len(f"{exact}".split(".")[1])
    assert round(mcnemar_exact(b, c), digits) == exact
    if midp is not None:
        assert round(mcnemar_midp(b, c), digits) == midp


@pytest.mark.parametrize("level", [0.9, 0.95, 0.99])
def test_tangos_interval_leaves_0_out_wherever_the_exact_test_finds_something(level: float) -> None:
    # The fewest gains for each number of losses at which p is below alpha: more of them lead further away from 0.
    for lost in range(28):
        gained = next(gained for gained in range(lost, 200) if mcnemar_exact(gained, lost) < 1 - level)
        for n in range(gained + lost, 61):
            assert tango(gained, lost, n, level).low > 0
            assert tango(lost, gained, n, level).high < 0


@pytest.mark.parametrize(
    ("b", "c", "ratio", "low", "high"),
    [
        (2, 9, 0.2222222, 0.02336464, 1.07363844),  # R exact2x2: the example of mcnemar.exact
        (1, 8, 0.125, 0.00281705, 0.93235414),  # R exact2x2, Okumura's lecture notes
        (15, 7, 2.142857, 0.8224084, 6.2125863),  # R exact2x2, Johnson and Johnson 1972
        (4, 21, 0.1904762, 0.04753664, 0.56452522),  # R exact2x2
        (12, 2, 6, 1.335744, 55.197091),  # StatsDirect, Armitage and Berry 1994
    ],
)
def test_the_matched_odds_ratio_has_rs_exact_interval(b: int, c: int, ratio: float, low: float, high: float) -> None:
    assert odds_ratio(b, c) == pytest.approx((ratio, low, high), rel=1e-6)


def test_odds_that_nothing_bounds_are_none() -> None:
    assert odds_ratio(0, 0) == (None, None, None)
    ratio, low, high = odds_ratio(3, 0)
    assert (ratio, high) == (None, None)
    assert low is not None
    assert odds_ratio(0, 3) == (0.0, 0.0, pytest.approx(1 / low))


@given(st.integers(0, 3000), st.integers(0, 3000))
def test_mcnemar_is_the_exact_binomial_test(b: int, c: int) -> None:
    theirs = scipy_stats.binomtest(b, b + c).pvalue if b + c else 1.0
    assert mcnemar_exact(b, c) == pytest.approx(theirs, rel=1e-8, abs=1e-300)
    assert mcnemar_exact(b, c) == mcnemar_exact(c, b)
    assert mcnemar_midp(b, c) <= mcnemar_exact(b, c)


@pytest.mark.parametrize(
    ("pairs", "level", "published"),
    [
        ((6, 16, 161), 0.95, (-0.1240, -0.0054)),  # R contingencytables 3, cavo_2012
        ((1, 7, 21), 0.95, (-0.517, -0.026)),  # Fagerland, Lydersen, Laake, Statistics in Medicine 33 (2014), bentur_2009
        ((28, 25, 618), 0.90, (-0.0148, 0.0247)),  # R PropCIs::scoreci.mp(25, 28, 618), which subtracts the other way round
        ((60, 20, 1000), 0.95, (0.0231, 0.0584)),  # R PropCIs::scoreci.mp(20, 60, 1000)
    ],
)
def test_tango_gives_the_published_intervals(pairs: tuple[int, int, int], level: float, published: tuple[float, float]) -> None:
    digits = max(len(str(abs(bound)).split(".")[1]) for bound in published)
    low, high = tango(*pairs, level)
    assert (round(low, digits), round(high, digits)) == published


def test_tango_without_discordant_pairs_is_known_in_closed_form() -> None:
    z2 = 1.959963984540054**2
    for n in (1, 10, 400):
        assert tango(0, 0, n) == pytest.approx((-z2 / (n + z2), z2 / (n + z2)), abs=1e-9)


@given(discordant)
def test_tango_holds_the_difference_and_mirrors(bcn: tuple[int, int, int]) -> None:
    b, c, n = bcn
    low, high = tango(b, c, n)
    assert -1 <= low <= (b - c) / n <= high <= 1
    assert tango(c, b, n) == pytest.approx((-high, -low), abs=1e-9)


def test_tango_at_the_edges_stays_in_range() -> None:
    assert tango(10, 0, 10).high == 1.0
    assert tango(0, 10, 10).low == -1.0
    assert tango(0, 0, 0) == (-1.0, 1.0)
    with pytest.raises(ValueError, match="do not fit"):
        tango(3, 3, 5)


def test_tango_covers_what_it_promises() -> None:
    draw = np.random.default_rng(7)
    for only_first, only_second, n in ((0.1, 0.2, 60), (0.02, 0.05, 120), (0.3, 0.1, 30)):
        counts = draw.multinomial(n, [only_first, only_second, 1 - only_first - only_second], size=2_000)
        truth = only_first - only_second
        held = [low <= truth <= high for low, high in (tango(int(b), int(c), n) for b, c, _same in counts)]
        assert 0.93 < np.mean(held) < 0.98


def test_binary_scores_take_the_exact_test_and_the_difference_is_second_minus_first() -> None:
    a = [1] * 10 + [0] * 20 + [1] * 4
    b = [1] * 10 + [1] * 12 + [0] * 8 + [0] * 4
    result = compare(a, b)
    assert (result.n, result.test) == (34, "mcnemar_exact")
    assert result.difference == pytest.approx((12 - 4) / 34)
    assert (result.low, result.high) == tango(12, 4, 34)
    assert result.p == mcnemar_exact(12, 4)
    assert (result.kind, result.method, result.p_mid) == ("binary", "tango", mcnemar_midp(12, 4))
    assert (result.gained, result.lost, result.both) == (12, 4, 10)
    assert (result.effect_name, result.effect, result.effect_low, result.effect_high) == ("odds_ratio", *odds_ratio(12, 4))
    assert result.superiority == pytest.approx((12 + 18 / 2) / 34)
    assert (result.higher, result.lower) == (result.gained, result.lost)
    assert result.coverage == worst("tango", 34)
    back = compare(b, a)
    assert (back.difference, back.p) == (-result.difference, result.p)


def test_identical_scores_show_no_difference() -> None:
    same = compare([1, 0, 1], [1, 0, 1])
    assert (same.difference, same.p) == (0.0, 1.0)
    partial = compare([0.5, 0.25, 0.75], [0.5, 0.25, 0.75])
    assert (partial.difference, partial.p, partial.test) == (0.0, 1.0, "permutation")
    assert (partial.low, partial.high, partial.p_t, partial.p_wilcoxon, partial.effect) == (None, None, None, 1.0, None)
    assert (same.effect, same.effect_low, same.effect_high, same.superiority) == (None, None, None, 0.5)


def test_cases_that_differ_only_by_rounding_count_to_neither_side() -> None:
    there, back = compare([0.3, 0.5, 0.2, 0.9], [0.1 + 0.2, 0.75, 0.1, 0.4]), compare([0.1 + 0.2, 0.75, 0.1, 0.4], [0.3, 0.5, 0.2, 0.9])
    assert (there.higher, there.lower) == (1, 2) == (back.lower, back.higher)


def test_nothing_in_common_is_said_plainly() -> None:
    nothing = compare([], [])
    assert (nothing.test, nothing.kind, nothing.method, nothing.n) == ("none", "none", "none", 0)
    assert (nothing.difference, nothing.low, nothing.p) == (None, None, None)
    assert compare([math.nan], [1.0]) == nothing
    with pytest.raises(ValueError, match="cannot be paired"):
        compare([1], [1, 0])


def test_repeats_do_not_count_as_new_cases() -> None:
    a, b = [0, 0, 0, 1] * 5, [1, 1, 1, 1] * 5
    once = compare([0, 1], [1, 1], ["x", "y"])
    repeated = compare(a, b, (["x"] * 3 + ["y"]) * 5)
    assert repeated == once
    assert compare(a, b).p < 0.001 < repeated.p
    holed = compare([*a, math.nan], [*b, 1], [*(["x"] * 3 + ["y"]) * 5, "x"])
    assert holed == once


def test_students_sleep_has_rs_figures() -> None:
    result = compare(*SLEEP)
    assert (result.n, result.kind, result.test) == (10, "numeric", "permutation")
    # R: t.test(..., paired = TRUE): mean 1.58, t = 4.0621, p = 0.002833; sd(...): 1.229995; median 1.3.
    assert result.difference == pytest.approx(1.58)
    assert result.p_t == pytest.approx(0.002833, abs=5e-7)
    assert result.sd == pytest.approx(1.229995, abs=5e-7)
    assert result.median == pytest.approx(1.3)
    # R: effectsize::repeated_measures_d(method = "z", adjust = FALSE): d_z = 1.284558.
    assert result.effect == pytest.approx(1.284558, abs=5e-7)
    # R: TOSTER::t_TOST(smd_ci = "nct", bias_correction = FALSE), the 90 % interval in its own tests.
    narrow = compare(*SLEEP, level=0.9)
    assert (narrow.effect_low, narrow.effect_high) == pytest.approx((0.5446397, 1.974615), abs=5e-7)
    # Nine gain and one ties: both exact tests have two of 512 patterns. The 2nd and the 9th bound the median.
    assert (result.p, result.p_wilcoxon) == (2 / 512, 2 / 512)
    assert (result.median_low, result.median_high) == pytest.approx((0.8, 2.4))
    # scipy.stats.bootstrap(method="BCa", n_resamples=99999): 1.05 to 2.64; a bound moves with the seed.
    assert (result.bca_low, result.bca_high) == pytest.approx((1.05, 2.64), abs=0.06)
    assert result.superiority == 0.95
    assert (result.higher, result.lower) == (9, 0)
    assert result.method == "envelope"
    assert result.coverage == worst("envelope", 10)
    assert narrow.coverage is None


def test_the_signed_ranks_have_rs_and_scipys_p() -> None:
    # R: ?wilcox.test prints V = 40, p-value = 0.01953 for one side.
    assert compare(*DEPRESSION).p_wilcoxon == 2 * 0.01953125
    # scipy: the example of scipy.stats.wilcoxon, Darwin's plants: statistic 24.0, pvalue 0.041259765625.
    assert compare([0] * 15, DARWIN).p_wilcoxon == 0.041259765625


def test_darwins_plants_have_the_published_figures() -> None:
    # Fisher, The Design of Experiments (1935), sections 17 and 21: mean 20.933 eighths, t = 2.148, and 863 of 32,768 patterns one-sided.
    result = compare([0] * 15, DARWIN)
    assert result.difference == pytest.approx(20.933, abs=5e-4)
    assert result.p == 2 * 863 / 32768
    assert result.difference / result.sd * math.sqrt(15) == pytest.approx(2.148, abs=5e-4)
    assert result.p_t == pytest.approx(0.0497, abs=5e-5)


@pytest.mark.parametrize("n", [5, 12, RANKED_EXACTLY, RANKED_EXACTLY + 1, 300])
def test_the_signed_ranks_agree_with_scipy_where_no_sizes_are_shared(n: int) -> None:
    values = np.random.default_rng(n).normal(0.2, 1, size=n)
    theirs = scipy_stats.wilcoxon(values, method="exact" if n <= RANKED_EXACTLY else "asymptotic")
    assert compare([0.0] * n, values.tolist()).p_wilcoxon == pytest.approx(theirs.pvalue, rel=1e-9)


def test_the_signed_ranks_agree_with_scipy_where_sizes_are_shared_and_cases_tie() -> None:
    draw = np.random.default_rng(6)
    few = draw.integers(-2, 4, size=11).astype(float)
    theirs = scipy_stats.wilcoxon(few[few != 0], method=scipy_stats.PermutationMethod(n_resamples=np.inf))
    assert compare([0.0] * 11, few.tolist()).p_wilcoxon == pytest.approx(theirs.pvalue, rel=1e-9)
    many = draw.integers(-2, 4, size=200).astype(float)
    theirs = scipy_stats.wilcoxon(many, zero_method="wilcox", method="asymptotic", correction=False)
    assert compare([0.0] * 200, many.tolist()).p_wilcoxon == pytest.approx(theirs.pvalue, rel=1e-9)


@pytest.mark.parametrize(("mean", "n"), [(0.1, 3), (0.5, 20), (2.0, 200), (60.0, 30)])
def test_the_interval_of_d_z_is_the_noncentral_ts(mean: float, n: int) -> None:
    values = np.random.default_rng(n).normal(mean, 1, size=n)
    result = compare([0.0] * n, values.tolist())
    t = result.effect * math.sqrt(n)
    ends = [scipy_stats.nct.cdf(t, n - 1, end * math.sqrt(n)) for end in (result.effect_low, result.effect_high)]
    assert ends == pytest.approx([0.975, 0.025], abs=2e-4)


def test_one_case_bounds_nothing() -> None:
    one = compare([0.25], [0.75])
    assert (one.n, one.difference, one.p, one.low, one.high, one.sd) == (1, 0.5, 1.0, None, None, None)
    assert (one.median, one.median_low, one.p_t, one.effect, one.method) == (0.5, None, None, None, "none")
    assert compare([0], [1]).p == 1.0


def test_differences_that_are_all_the_same_are_not_certain() -> None:
    # Twelve tokens more in each of six cases: the exact test says 2 of 64; no interval without limits, an honest one with them.
    same = compare([100.0] * 6, [112.0] * 6)
    assert (same.difference, same.p, same.sd, same.p_t, same.effect) == (12, 2 / 64, 0.0, None, None)
    assert (same.low, same.high, same.median_low, same.median_high, same.test) == (None, None, 12, 12, "permutation")
    scores = compare([0.5] * 20, [0.75] * 20, limits=(-1, 1))
    assert scores.method == "adjusted"
    assert 0 < scores.low < 0.25 < scores.high < 0.5
    assert compare([0.5] * LARGE, [0.75] * LARGE).test == "permutation"


def test_rare_differences_are_bounded_by_the_limits() -> None:
    # Two of a hundred differ: resamples without either have no spread, so four half cases at the limits and at 0 are added instead.
    a, b = [0.5] * 100, [0.5] * 98 + [0.75, 1.0]
    rare = compare(a, b, limits=(-1, 1))
    assert rare.method == "adjusted"
    assert rare.low < 0 < rare.difference < rare.high < 0.1
    # By hand: N = 102, mean 0.75 / 102, variance (0.3125 + 1) / 102 less its square, Student's quantile for 101 degrees 1.983731.
    mean = 0.75 / 102
    reach = 1.983731 * math.sqrt((1.3125 / 102 - mean**2) / 101)
    assert (rare.low, rare.high) == pytest.approx((mean - reach, mean + reach), abs=1e-7)
    assert compare(a, b).method == "student"
    assert compare(a, [1.0] * 100, limits=(-1, 1)).high == pytest.approx(0.5, abs=0.02)


def test_limits_cut_the_interval() -> None:
    a, b = [0.0, 0.1, 0.0, 0.0, 0.2], [1.0, 0.3, 1.0, 1.0, 0.9]
    wide, cut = compare(a, b), compare(a, b, limits=(-1, 1))
    assert wide.high > 1 == cut.high
    assert cut.low == wide.low


def test_binary_can_be_said() -> None:
    table = np.array([[0, 1, 1, 0, 1.0], [1, 1, 1, 0, 1.0]])
    (numeric,) = compare_all(table, [(0, 1)], binary=False)
    assert (numeric.kind, numeric.test, numeric.difference) == ("numeric", "permutation", 0.2)
    assert compare_all(table, [(0, 1)], binary=True) == [compare(*table.tolist())]
    with pytest.raises(ValueError, match="0 or 1"):
        compare_all(table / 2, [(0, 1)], binary=True)
    assert compare_all(table, []) == []


def test_very_many_cases_take_students_test() -> None:
    a, b = np.random.default_rng(2).random((2, LARGE))
    result = compare(a.tolist(), b.tolist())
    assert (result.test, result.method) == ("paired_t", "student")
    assert result.p == pytest.approx(scipy_stats.ttest_rel(b, a).pvalue)
    assert result.p == result.p_t
    students = scipy_stats.ttest_rel(b, a).confidence_interval(0.95)
    assert (result.low, result.high) == pytest.approx((students.low, students.high), abs=1e-12)


def test_partial_scores_keep_level_and_coverage() -> None:
    draw = np.random.default_rng(11)
    scores, shares = [0, 1 / 3, 2 / 3, 1], [0.5, 0.2, 0.1, 0.2]
    for n in (8, 40):
        table = draw.choice(scores, p=shares, size=(800, n))
        results = compare_all(table, [(2 * k, 2 * k + 1) for k in range(400)], limits=(-1, 1), binary=False)
        assert np.mean([r.low <= 0 <= r.high for r in results]) > 0.93
        for name in ("p", "p_wilcoxon", "p_t"):
            assert np.mean([getattr(r, name) <= 0.05 for r in results if getattr(r, name) is not None]) < 0.075
