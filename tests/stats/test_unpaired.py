import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from workbench.stats.unpaired import compare_unpaired, conditional_odds_ratio, fisher, mann_whitney, newcombe, sample_ratio, welch

# R's data sets sleep (extra, group 1 and 2) and airquality (Ozone in May and August).
SLEEP_1 = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0]
SLEEP_2 = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4]
NA = math.nan
MAY = [41, 36, 12, 18, NA, 28, 23, 19, 8, NA, 7, 16, 11, 14, 18, 14, 34, 6, 30, 11, 1, 11, 4, 32, NA, NA, NA, 23, 45, 115, 37]
AUGUST = [39, 9, 16, 78, 35, 66, 122, 89, 110, NA, NA, 44, 28, 65, NA, 22, 59, 23, 31, 44, 21, 9, NA, 45, 168, 73, NA, 76, 118, 84, 85]

counts = st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
figures = st.lists(st.integers(-20, 20).map(lambda value: value / 4), min_size=1, max_size=30)


@pytest.mark.parametrize(
    ("b", "a", "published"),
    [
        # Newcombe, Statistics in Medicine 17 (1998) 873-890, table II, method 10: first minus second, as here b minus a.
        ((56, 70), (48, 80), (0.0524, 0.3339)),
        ((9, 10), (3, 10), (0.1705, 0.8090)),
        ((6, 7), (2, 7), (0.0582, 0.8062)),
        ((5, 56), (0, 29), (-0.0381, 0.1926)),
        ((0, 10), (0, 20), (-0.1611, 0.2775)),
        ((0, 10), (0, 10), (-0.2775, 0.2775)),
        ((10, 10), (0, 20), (0.6791, 1.0000)),
        ((10, 10), (0, 10), (0.6075, 1.0000)),
        # statsmodels 0.15 confint_proportions_2indep(7, 34, 1, 34, method="newcomb", compare="diff").
        ((7, 34), (1, 34), (0.0189, 0.3404)),
    ],
)
def test_newcombe_gives_the_published_intervals(b: tuple[int, int], a: tuple[int, int], published: tuple[float, float]) -> None:
    low, high = newcombe(*a, *b)
    assert (round(low, 4), round(high, 4)) == published


@pytest.mark.parametrize(
    ("a", "b", "p"),
    [
        ((1, 4), (3, 4), 0.4857142857),  # R 4.2.2 fisher.test(TeaTasting), Agresti's tea-tasting lady: p-value = 0.4857
        ((15, 18), (2, 12), 0.0005367241191),  # R 4.2.2 fisher.test(Convictions), Fisher's convictions of twins: p-value = 0.0005367
        ((48, 80), (56, 70), 0.01252112975),  # R 4.2.2 fisher.test(matrix(c(56, 14, 48, 32), 2))
        ((4, 20), (0, 20), 0.106029106),  # R 4.2.2 fisher.test(matrix(c(0, 20, 4, 16), 2))
        ((530, 1000), (480, 1000), 0.02839369637),  # R 4.2.2 fisher.test(matrix(c(480, 520, 530, 470), 2))
        ((15, 50), (25, 50), 0.06557768285),  # R 4.2.2 fisher.test(matrix(c(15, 35, 25, 25), 2))
        ((11, 14), (1, 10), 0.002759456185),  # R 4.2.2 fisher.test(matrix(c(1, 9, 11, 3), 2)); scipy's documentation: 0.0027594561852200836
    ],
)
def test_fisher_gives_the_p_of_r(a: tuple[int, int], b: tuple[int, int], p: float) -> None:
    assert fisher(*a, *b) == pytest.approx(p, rel=1e-9)
    assert fisher(*b, *a) == pytest.approx(p, rel=1e-9)


@pytest.mark.parametrize(
    ("a", "b", "estimate", "low", "high"),
    [
        # R 4.2.2 fisher.test(...)$estimate and $conf.int; R's root finder stops after about three digits, scipy's below is finer.
        ((1, 4), (3, 4), 6.408308867, 0.2117329, 621.9337505),
        ((15, 18), (2, 12), 0.04693660883, 0.003325764, 0.363182271),
        ((48, 80), (56, 70), 2.649190271, 1.209118150, 6.040561454),
        ((530, 1000), (480, 1000), 0.8186655715, 0.6841167791, 0.9794797119),
        ((11, 14), (1, 10), 0.03723311725, 0.0006438283884, 0.4258840381),
    ],
)
def test_the_odds_ratio_is_the_conditional_one_of_r(
    a: tuple[int, int], b: tuple[int, int], estimate: float, low: float, high: float
) -> None:
    ours = conditional_odds_ratio(*a, *b)
    assert ours[0] == pytest.approx(estimate, rel=1e-3)
    assert ours[1:] == pytest.approx((low, high), rel=2e-2)
    theirs = scipy_stats.contingency.odds_ratio([[b[0], a[0]], [b[1] - b[0], a[1] - a[0]]])
    bounds = theirs.confidence_interval()
    assert ours == pytest.approx((theirs.statistic, bounds.low, bounds.high), rel=1e-6)


def test_an_infinite_odds_ratio_is_none() -> None:
    assert conditional_odds_ratio(4, 20, 0, 20)[:2] == (0.0, 0.0)
    assert conditional_odds_ratio(4, 20, 0, 20)[2] == pytest.approx(
        1.416241832, rel=1e-6
    )  # R 4.2.2 fisher.test(matrix(c(0, 20, 4, 16), 2))
    assert conditional_odds_ratio(0, 20, 4, 20)[0] is None
    assert conditional_odds_ratio(0, 20, 4, 20)[2] is None
    assert conditional_odds_ratio(0, 5, 0, 9) == (None, 0.0, None)


def test_a_large_table_is_cut_without_changing_the_odds_ratio() -> None:
    # Woolf's logit interval agrees with the exact one to three digits at such counts.
    ours = conditional_odds_ratio(53_000, 100_000, 53_200, 100_000)
    log = math.log(53_200 * 47_000 / (53_000 * 46_800))
    reach = 1.959963984540054 * math.sqrt(1 / 53_200 + 1 / 47_000 + 1 / 53_000 + 1 / 46_800)
    assert ours == pytest.approx((math.exp(log), math.exp(log - reach), math.exp(log + reach)), rel=1e-4)


def test_welch_gives_the_figures_of_r() -> None:
    p, interval = welch(SLEEP_1, SLEEP_2) or (None, None)
    # R 4.2.2 t.test(extra ~ group, data = sleep), which subtracts the other way: -3.3654832 0.2054832, p-value = 0.07939.
    assert p == pytest.approx(0.07939414019, rel=1e-9)
    assert interval == pytest.approx((-0.2054832307, 3.3654832307), rel=1e-9)
    # R 4.2.2 t.test(Ozone ~ Month, data = airquality, subset = Month %in% c(5, 8)): -54.38358 -18.30873, p-value = 0.0002169.
    p, interval = welch(MAY, AUGUST) or (None, None)
    assert p == pytest.approx(0.0002168566, abs=5e-11)
    assert interval == pytest.approx((18.30872951, 54.38357819), abs=5e-9)


@pytest.mark.parametrize(
    ("a", "b", "p"),
    [
        # R 4.2.2 wilcox.test(x, y), Hollander and Wolfe's permeability data of its help page: W = 35, p-value = 0.2544.
        ([1.15, 0.88, 0.90, 0.74, 1.21], [0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46], 0.2544122544),
        (MAY, AUGUST, 0.0001208078308),  # R 4.2.2 wilcox.test(Ozone ~ Month, airquality, Month %in% c(5, 8)): p-value = 0.0001208
        (SLEEP_1, SLEEP_2, 0.06932757543),  # R 4.2.2 wilcox.test(extra ~ group, data = sleep, exact = FALSE)
        ([1.1, 2.2, 3.3, 4.4, 5.5], [2.1, 3.1, 4.1, 5.1, 6.1, 7.1], 0.4285714286),  # R 4.2.2 wilcox.test
    ],
)
def test_mann_whitney_gives_the_p_of_r(a: list[float], b: list[float], p: float) -> None:
    assert (mann_whitney(a, b) or [None])[0] == pytest.approx(p, rel=1e-9)


def test_mann_whitney_is_exact_up_to_its_limit() -> None:
    draw = np.random.default_rng(2)
    for m, n in ((49, 49), (3, 40), (1, 2)):
        a, b = draw.normal(size=m), draw.normal(0.3, 1, size=n)
        theirs = scipy_stats.mannwhitneyu(b, a, method="exact")
        assert mann_whitney(a, b) == pytest.approx((theirs.pvalue, theirs.statistic / (m * n)), rel=1e-12)


def test_a_sample_ratio_is_checked_by_chi_square() -> None:
    # R 4.2.2 chisq.test(c(89, 37, 30, 28, 2), p = c(0.40, 0.20, 0.20, 0.15, 0.05)), of its help page: p-value = 0.04059.
    assert sample_ratio([89, 37, 30, 28, 2], [0.40, 0.20, 0.20, 0.15, 0.05]) == pytest.approx(0.04059404334, rel=1e-9)
    assert sample_ratio([89, 37, 30, 28, 2], [40, 20, 20, 15, 5]) == pytest.approx(0.04059404334, rel=1e-9)
    assert sample_ratio([8211, 7789]) == pytest.approx(0.0008493114354, rel=1e-9)  # R 4.2.2 chisq.test(c(8211, 7789))
    assert sample_ratio([821588, 815482]) == pytest.approx(1.821792873e-06, rel=1e-9)  # R 4.2.2 chisq.test(c(821588, 815482))


def test_a_sample_ratio_of_nothing_is_none() -> None:
    assert sample_ratio([]) is None
    assert sample_ratio([7]) is None
    assert sample_ratio([0, 0]) is None
    assert sample_ratio([4, 4], [1, 0]) == 0.0
    with pytest.raises(ValueError, match="not negative"):
        sample_ratio([1, -1])
    with pytest.raises(ValueError, match="every group"):
        sample_ratio([1, 1], [1])


def test_newcombe_covers_at_least_94_percent_by_exact_enumeration() -> None:
    z2 = 1.959963984540054**2

    def bounds(n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        rate = np.arange(n + 1) / n
        middle = (rate + z2 / (2 * n)) / (1 + z2 / n)
        reach = math.sqrt(z2) / (1 + z2 / n) * np.sqrt(rate * (1 - rate) / n + z2 / (4 * n * n))
        return rate, middle - reach, middle + reach

    assert newcombe(7, 20, 30, 100) == pytest.approx(_hybrid([part[7] for part in bounds(20)], [part[30] for part in bounds(100)]))
    worst = 1.0
    for n_a, n_b in itertools.product((20, 100, 500), repeat=2):
        low, high = _hybrid([part[:, None] for part in bounds(n_a)], [part[None, :] for part in bounds(n_b)])
        for rate_a, rate_b in itertools.product((0.05, 0.5, 0.95), repeat=2):
            held = (low <= rate_b - rate_a + 1e-12) & (high >= rate_b - rate_a - 1e-12)
            chances = np.outer(_binomial(n_a, rate_a), _binomial(n_b, rate_b))
            worst = min(worst, float(chances[held].sum()))
    assert worst == pytest.approx(0.9440, abs=5e-5)  # at 100 and 100, both rates 0.5


def _hybrid(a, b):
    (rate_a, low_a, high_a), (rate_b, low_b, high_b) = a, b
    difference = rate_b - rate_a
    return difference - np.hypot(rate_b - low_b, high_a - rate_a), difference + np.hypot(high_b - rate_b, rate_a - low_a)


def _binomial(n: int, rate: float) -> np.ndarray:
    return scipy_stats.binom.pmf(np.arange(n + 1), n, rate)


def test_the_bounds_of_the_medians_cover_whatever_the_distribution() -> None:
    draw = np.random.default_rng(3)
    for shape in (lambda n: draw.normal(size=n), lambda n: np.exp(draw.normal(size=n)), lambda n: draw.standard_t(3, size=n)):
        for n_a, n_b in ((8, 20), (60, 60)):
            results = [compare_unpaired(shape(n_a), shape(n_b) + 2) for _ in range(400)]
            assert np.mean([result.median_low <= 2 <= result.median_high for result in results]) >= 0.935


def test_numeric_groups_come_with_every_figure() -> None:
    result = compare_unpaired(SLEEP_1, SLEEP_2)
    assert (result.test, result.method, result.kind, result.n) == ("welch", "welch", "numeric", 20)
    assert result.difference == pytest.approx(1.58)
    assert (result.low, result.high) == pytest.approx((-0.2054832307, 3.3654832307))
    # R 4.2.2 sqrt((var(group 1) + var(group 2)) / 2): 1.898625234; 1.58 over it is Cohen's d.
    assert (result.effect_name, result.effect) == ("d", pytest.approx(0.8321811, abs=5e-8))
    assert result.superiority == pytest.approx(0.745)  # R 4.2.2 wilcox.test: W = 25.5 of 100 the other way round
    assert result.median == pytest.approx(1.75 - 0.35)
    assert compare_unpaired(SLEEP_1, SLEEP_2, limits=(-1, 1)).high == 1


def test_binary_groups_come_with_every_figure() -> None:
    result = compare_unpaired([1] * 48 + [0] * 32, [1] * 56 + [0] * 14)
    assert (result.test, result.method, result.kind, result.n) == ("fisher", "newcombe", "binary", 150)
    assert (result.difference, result.superiority) == pytest.approx((0.2, 0.6))
    assert (result.low, result.high) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert result.effect_name == "odds_ratio"
    assert result.effect_low < 2.649190 < result.effect_high


@given(counts, counts)
def test_swapping_binary_groups_flips_the_sign_and_nothing_else(a: tuple[int, int], b: tuple[int, int]) -> None:
    there = compare_unpaired([1] * a[0] + [0] * (a[1] - a[0]), [1] * b[0] + [0] * (b[1] - b[0]))
    back = compare_unpaired([1] * b[0] + [0] * (b[1] - b[0]), [1] * a[0] + [0] * (a[1] - a[0]))
    assert there.difference == pytest.approx(-back.difference)
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low))
    assert there.p == pytest.approx(back.p)
    assert 0 <= there.p <= 1
    assert -1 <= there.low <= there.difference + 1e-12
    assert there.difference - 1e-12 <= there.high <= 1
    assert there.superiority == pytest.approx(1 - back.superiority)


@settings(max_examples=60)
@given(figures, figures)
def test_swapping_numeric_groups_flips_the_sign_and_nothing_else(a: list[float], b: list[float]) -> None:
    there, back = compare_unpaired(a, b), compare_unpaired(b, a)
    assert there.difference == pytest.approx(-back.difference, abs=1e-12)
    assert there.p == pytest.approx(back.p)
    assert 0 <= there.p <= 1
    assert (there.low is None) == (back.high is None)
    if there.low is not None:
        assert (there.low, there.high) == pytest.approx((-back.high, -back.low), abs=1e-9)
    assert there.superiority == pytest.approx(1 - back.superiority)
    if there.median_low is not None:
        assert (there.median_low, there.median_high) == pytest.approx((-back.median_high, -back.median_low), abs=1e-9)


@pytest.mark.parametrize(
    ("a", "b", "test", "p"),
    [
        ([], [], "none", None),
        ([1.0], [], "none", None),
        ([NA, NA], [1, 0], "none", None),
        ([0.3], [0.7], "fisher", 1.0),
        ([2.0, 2.0], [3.0, 3.0], "fisher", 1 / 3),  # two constants: the one table of the six that is as extreme on either side
        ([2.0, 2.0], [2.0, 2.0], "fisher", 1.0),
        ([1.0, 5.0], [3.0], "none", 1.0),
        ([0, 0], [0, 0], "fisher", 1.0),
        ([1, 1], [1, 1, 1, NA], "fisher", 1.0),
        ([5.0, 2.0], [1.0, math.inf], "none", 1.0),
    ],
)
def test_degenerate_groups_make_no_traceback_and_no_p(a: list[float], b: list[float], test: str, p: float | None) -> None:
    result = compare_unpaired(a, b)
    assert result.test == test
    assert result.p == (p if p is None else pytest.approx(p))
    if result.kind != "binary":
        assert (result.low, result.high) == (None, None)


def test_a_level_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="level"):
        compare_unpaired([1, 2], [2, 3], level=2)
    with pytest.raises(ValueError, match="not proportions"):
        fisher(3, 2, 1, 1)


def test_newcombes_interval_leaves_0_out_wherever_fishers_test_finds_something() -> None:
    for n_a, n_b in ((20, 20), (20, 30), (30, 20)):
        for k_a in range(n_a + 1):
            for k_b in range(n_b + 1):
                if fisher(k_a, n_a, k_b, n_b) < 0.05:
                    low, high = newcombe(k_a, n_a, k_b, n_b)
                    assert low > 0 or high < 0


def test_a_coverage_that_was_measured_at_95_percent_stands_beside_no_other_interval() -> None:
    for a, b in (([0, 1] * 20, [1, 1, 0] * 10), ([0.1, 0.4] * 20, [0.5, 0.9, 0.7] * 10)):
        assert compare_unpaired(a, b).coverage is not None
        assert compare_unpaired(a, b, level=0.9).coverage is None
