import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from workbench.stats import bootstrap, compare, mcnemar_exact, mcnemar_midp, mean_interval, permutation, tango
from workbench.stats.paired import FEW, LARGE, t_test

discordant = (
    st.integers(1, 300)
    .flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
    .flatmap(lambda bn: st.tuples(st.just(bn[0]), st.integers(0, bn[1] - bn[0]), st.just(bn[1])))
)


def test_mcnemar_gives_the_published_p_values() -> None:
    # R package contingencytables 3 (Fagerland, Lydersen, Laake: Statistical Analysis of Contingency Tables, chapter 8):
    # complete response before and after consolidation (Cavo 2012: 6 and 16 of 161), its printed results.
    assert mcnemar_exact(6, 16) == pytest.approx(0.052479, abs=5e-7)
    assert mcnemar_midp(6, 16) == pytest.approx(0.034690, abs=5e-7)
    # Airway hyper-responsiveness before and after transplantation (Bentur 2009: 1 and 7 of 21); 18/256 and 10/256 by hand.
    assert mcnemar_exact(1, 7) == pytest.approx(18 / 256)
    assert mcnemar_midp(1, 7) == pytest.approx(10 / 256)


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
    back = compare(b, a)
    assert (back.difference, back.p) == (-result.difference, result.p)


def test_identical_scores_show_no_difference() -> None:
    same = compare([1, 0, 1], [1, 0, 1])
    assert (same.difference, same.p) == (0.0, 1.0)
    partial = compare([0.5, 0.25, 0.75], [0.5, 0.25, 0.75])
    assert (partial.difference, partial.p, partial.test) == (0.0, 1.0, "permutation")


def test_nothing_in_common_is_said_plainly() -> None:
    assert compare([], []).test == "none"
    with pytest.raises(ValueError, match="cannot be paired"):
        compare([1], [1, 0])


def test_repeats_do_not_count_as_new_cases() -> None:
    a, b = [0, 0, 0, 1] * 5, [1, 1, 1, 1] * 5
    once = compare([0, 1], [1, 1], ["x", "y"])
    repeated = compare(a, b, (["x"] * 3 + ["y"]) * 5)
    assert repeated == once
    assert compare(a, b).p < 0.001 < repeated.p


def test_few_cases_are_permuted_exactly() -> None:
    # Fisher's permutation of Darwin's maize (Design of Experiments, 1935): 863 of 32,768 patterns are at least as one-sided.
    darwin = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48]
    theirs = scipy_stats.permutation_test((darwin,), np.mean, permutation_type="samples", n_resamples=np.inf)
    assert theirs.pvalue == pytest.approx(2 * 863 / 32768)
    assert permutation(darwin) == pytest.approx(2 * 863 / 32768, abs=0.006)  # 15 cases: drawn
    shorter = darwin[:14]
    exact = scipy_stats.permutation_test((shorter,), np.mean, permutation_type="samples", n_resamples=np.inf)
    assert permutation(shorter) == pytest.approx(exact.pvalue)


def test_the_bootstrap_agrees_with_scipys() -> None:
    values = np.random.default_rng(3).beta(0.7, 2, size=80) - 0.2
    theirs = scipy_stats.bootstrap((values,), np.mean, method="BCa", n_resamples=9999, rng=5).confidence_interval
    assert bootstrap(values.tolist()) == pytest.approx((theirs.low, theirs.high), abs=0.004)
    assert bootstrap(values.tolist()) == bootstrap(values.tolist())


def test_partial_scores_keep_level_and_coverage() -> None:
    draw = np.random.default_rng(11)
    scores, shares = [0, 1 / 3, 2 / 3, 1], [0.5, 0.2, 0.1, 0.2]
    for n in (8, FEW + 10):
        differences = draw.choice(scores, p=shares, size=(400, n)) - draw.choice(scores, p=shares, size=(400, n))
        results = [compare(np.zeros(n).tolist(), row.tolist()) for row in differences[:200]]
        assert np.mean([r.low <= 0 <= r.high for r in results]) > 0.89
        assert np.mean([permutation(row.tolist()) <= 0.05 for row in differences]) < 0.085


def test_very_many_cases_take_students_test() -> None:
    a, b = np.random.default_rng(2).random((2, LARGE))
    result = compare(a.tolist(), b.tolist())
    assert result.test == "paired_t"
    assert result.p == pytest.approx(scipy_stats.ttest_rel(b, a).pvalue)
    assert (result.low, result.high) == mean_interval((b - a).tolist())
    assert (t_test([0.5, 0.5]), t_test([0.0, 0.0])) == (0.0, 1.0)
