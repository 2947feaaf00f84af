"""Evidence under continuous peeking: by hand where a hand can follow, by simulation where only many runs tell."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import peeking
from workbench.stats import mcnemar_exact
from workbench.stats.sequential import FEWEST_CASES, MOST_E, SHARES, Decision, capital, decided, path, sequential, tally

SQUARES = sum(share**2 for share in SHARES) / len(SHARES)  # 0.2853125
FOURTHS = sum(share**4 for share in SHARES) / len(SHARES)
SCORES = st.lists(st.sampled_from([-1.0, -0.5, 0.0, 0.25, 1.0]), max_size=60)
ANY = st.lists(st.floats(-1, 1, allow_nan=False), max_size=120)


def after(differences: Any, **more: Any) -> Any:
    found = sequential(differences, **more)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("differences", "e"),
    [
        # With stakes s on both sides the capital is the mean over s of ((1+s)^W (1-s)^L + (1-s)^W (1+s)^L) / 2, expanded by hand.
        ([1], 1.0),
        ([1, 1], 1 + SQUARES),
        ([1, -1], 1 - SQUARES),
        ([1, 1, 1], 1 + 3 * SQUARES),
        ([1, 1, -1], 1 - SQUARES),
        ([1, 0, 1, 0, -1], 1 - SQUARES),
        ([-1, -1, -1, -1], 1 + 6 * SQUARES + FOURTHS),
        ([0.5, 0.5], 1 + SQUARES / 4),
        ([0.5, -0.5], 1 - SQUARES / 4),
        ([0.5, -0.25], 1 - SQUARES / 8),
        ([0.2, 0.4, 0.6], 1 + SQUARES * (0.2 * 0.4 + 0.2 * 0.6 + 0.4 * 0.6)),
    ],
)
def test_the_capital_of_a_few_cases_is_what_the_expanded_products_say(differences: list[float], e: float) -> None:
    assert after(differences).e == pytest.approx(e, abs=1e-12)
    assert after(differences).p == pytest.approx(min(1, 1 / e), abs=1e-12)


def test_against_another_mean_the_stakes_are_shares_of_the_largest_that_cannot_go_broke() -> None:
    # Against 0.5, one case of 1: "more" wins s (1 - 0.5) / 1.5 and "less" loses s (1 - 0.5) / 0.5: together 1 - s / 3.
    # The mean stake s is 0.46875.
    assert math.exp(capital([1.0], [[1]], mean=0.5)[0]) == pytest.approx(1 - 0.46875 / 3, abs=1e-12)
    assert math.exp(capital([1.0], [[1]], mean=0.5, limits=(-2, 1.0))[0]) == pytest.approx(1 - 0.46875 * 0.4, abs=1e-12)


@pytest.mark.parametrize(("gained", "lost"), [(15, 5), (12, 0), (40, 20), (60, 60), (0, 30)])
def test_the_evidence_is_near_that_of_robbins_uniform_mixture(gained: int, lost: int) -> None:
    # Robbins (1970) with a uniform prior on the share of gains: 2^n / ((n + 1) choose(n, gained)).
    n = gained + lost
    robbins = 2**n / ((n + 1) * math.comb(n, gained))
    assert 0.3 < after([1] * gained + [-1] * lost).e / robbins < 3


@given(SCORES)
def test_swapping_a_and_b_mirrors_every_digit(differences: list[float]) -> None:
    one, other = after(differences), after([-value for value in differences])
    assert (one.n, one.e, one.p, one.low, one.high) == (other.n, other.e, other.p, -other.high, -other.low)


def test_swapping_mirrors_scores_of_very_many_values_too() -> None:
    values = np.random.default_rng(3).beta(2, 3, 300) - 0.3
    one, other = after(values), after(-values)
    assert (one.e, one.low, one.high) == (other.e, -other.high, -other.low)
    assert after(values[::-1]) == one


@given(SCORES, st.randoms(use_true_random=False))
def test_the_order_of_cases_never_matters(differences: list[float], random: Any) -> None:
    mixed = list(differences)
    random.shuffle(mixed)
    assert after(mixed) == after(differences)


@given(SCORES, st.integers(1, 30))
def test_cases_on_which_both_are_equal_are_no_evidence(differences: list[float], ties: int) -> None:
    assert after(differences + [0.0] * ties).e == pytest.approx(after(differences).e, rel=1e-9)


@given(ANY)
def test_the_interval_holds_the_mean_and_leaves_0_out_exactly_where_p_is_small(differences: list[float]) -> None:
    found = after(differences)
    mean = math.fsum(differences) / len(differences) if differences else 0.0
    assert -1 <= found.low <= mean + 1e-7
    assert mean - 1e-7 <= found.high <= 1
    if abs(math.log(found.p) - math.log(0.05)) > 1e-6:
        assert (found.p < 0.05) == (not found.low <= 0 <= found.high)


def test_at_the_ends_of_the_interval_the_capital_is_just_reached() -> None:
    values = np.array([-1.0, 0.0, 1.0])
    counts = np.array([[20, 60, 40]])
    found = after(np.repeat(values, counts[0]))
    for end in (found.low, found.high):
        assert capital(values, counts, mean=end)[0] == pytest.approx(math.log(20), abs=1e-6)


def test_a_higher_level_gives_a_wider_interval() -> None:
    values = [1] * 30 + [-1] * 10 + [0] * 60
    assert after(values, level=0.99).low < after(values).low < after(values, level=0.8).low
    assert after(values, level=0.99).e == after(values).e


def test_spreading_many_values_over_a_grid_loses_little_and_never_gains() -> None:
    random = np.random.default_rng(1)
    for shift in (0.0, 0.05, 0.2):
        values = np.clip(random.beta(2, 2, 400) - random.beta(2, 2, 400) + shift, -1, 1)
        grown = [np.log1p(share * values).sum() for share in (*SHARES, *(-share for share in SHARES))]
        exact = np.logaddexp.reduce(grown) - math.log(len(grown))
        spread = math.log(after(values).e)
        assert exact - 0.1 < spread <= exact + 1e-9


def test_degenerate_data_say_nothing_and_raise_nothing() -> None:
    nothing = after([])
    assert (nothing.n, nothing.e, nothing.p, nothing.low, nothing.high) == (0, 1.0, 1.0, -1.0, 1.0)
    assert after([math.nan, math.nan]) == nothing
    assert after([1, math.nan]).n == 1
    ties = after([0] * 50)
    assert (ties.e, ties.p) == (1.0, 1.0)
    assert ties.low == -ties.high > -0.2


def test_overwhelming_evidence_is_capped_and_stays_finite() -> None:
    for sign in (1, -1):
        found = after([sign] * 5_000)
        assert (found.e, found.p) == (MOST_E, 1 / MOST_E)
        assert max(sign * found.low, sign * found.high) == 1
        assert min(sign * found.low, sign * found.high) > 0.99
    torn = after([1, -1] * 5_000)
    assert 0 <= torn.e < 1
    assert torn.p == 1
    assert -0.1 < torn.low < 0 < torn.high < 0.1


def test_a_metric_without_limits_or_beyond_them_has_none() -> None:
    assert sequential([1.0], limits=None) is None
    assert sequential([1.0], limits=(-math.inf, math.inf)) is None
    assert sequential([2.0]) is None
    assert path([2.0]) == []
    assert path([1.0], limits=None) == []
    assert after([2.0], limits=(-5, 5)).n == 1
    assert after([1 + 1e-12]).n == 1  # a mean of repeats, off by a rounding


def test_nonsense_is_refused() -> None:
    for level in (0, 1, 2):
        with pytest.raises(ValueError, match="level"):
            sequential([1], level=level)
    with pytest.raises(ValueError, match="limits"):
        sequential([1], limits=(0, 1))


@pytest.mark.parametrize("many", [False, True])
def test_the_path_ends_where_sequential_is_and_holds_no_more_points_than_asked(many: bool) -> None:
    random = np.random.default_rng(2)
    values = random.beta(2, 2, 700) - 0.4 if many else random.choice([-1.0, 0.0, 1.0], p=[0.1, 0.7, 0.2], size=700)
    for points in (1, 7, 200):
        states = path(values, points=points)
        assert len(states) == points
        assert [state.n for state in states] == sorted({state.n for state in states})
        last = after(values)
        assert states[-1].n == last.n == 700
        assert (states[-1].e, states[-1].low, states[-1].high) == pytest.approx((last.e, last.low, last.high), rel=1e-9)
    assert [state.n for state in path(values[:5])] == [1, 2, 3, 4, 5]
    middle = path(values)[100]
    assert not many or middle.low <= values[: middle.n].mean() <= middle.high
    assert path([]) == []


def test_every_state_on_the_path_is_the_one_after_so_many_cases() -> None:
    values = np.random.default_rng(5).choice([-1.0, 0.0, 1.0], p=[0.1, 0.7, 0.2], size=90)
    for state in path(values, points=30):
        alone = after(values[: state.n])
        assert (state.e, state.low, state.high) == pytest.approx((alone.e, alone.low, alone.high), rel=1e-7)


def test_a_run_is_decided_when_one_variant_beats_all_others() -> None:
    random = np.random.default_rng(0)
    weak, strong = random.random(100) < 0.4, random.random(100) < 0.9
    assert decided([weak, strong]) == Decision("winner", 1, 100)
    assert decided([strong, weak]) == Decision("winner", 0, 100)
    assert decided([weak, strong, weak]) == Decision("winner", 1, 100)
    assert decided([weak, strong, strong]) is None  # which of the two is best is open
    assert decided([weak, strong, strong], margin=0.2) == Decision("equivalent", None, 100)
    assert decided([strong]) is None
    assert decided([weak, strong], limits=None) is None


def test_equal_variants_are_equivalent_once_the_margin_holds_the_interval() -> None:
    same = np.ones((2, 200))
    assert decided(same) is None
    assert decided(same, margin=0.05) == Decision("equivalent", None, 200)
    assert decided(same[:, :50], margin=0.05) is None


def test_nothing_is_decided_on_a_handful_of_cases_or_on_cases_that_are_missing() -> None:
    clear = np.stack([np.zeros(40), np.ones(40)])
    assert decided(clear[:, : FEWEST_CASES - 1]) is None
    assert decided(clear[:, :FEWEST_CASES]) == Decision("winner", 1, FEWEST_CASES)
    clear[0, 5:] = np.nan
    assert decided(clear, margin=0.5) is None


def _correlated(random: np.random.Generator, n: int) -> Any:
    shared = random.beta(2, 1, n)
    one, other = (np.round(0.7 * shared + 0.3 * random.beta(1, 1, n), 1) for _ in "ab")
    return other - one


NULLS: "dict[str, Callable[[np.random.Generator, int], Any]]" = {
    "right or wrong, 50 %, differing on 50 %": peeking.pairs(0.5, 0.5, 0.5),
    "right or wrong, 50 %, differing on 10 %": peeking.pairs(0.5, 0.5, 0.1),
    "right or wrong, 80 %, differing on 30 %": peeking.pairs(0.8, 0.8, 0.3),
    "right or wrong, 95 %, differing on 8 %": peeking.pairs(0.95, 0.95, 0.08),
    "scores, Beta(2, 2)": lambda random, n: random.beta(2, 2, n) - random.beta(2, 2, n),
    "skewed scores of one mean, Beta(1, 4) and Beta(4, 16)": lambda random, n: random.beta(1, 4, n) - random.beta(4, 16, n),
    "correlated scores in tenths": _correlated,
}


@pytest.mark.parametrize("name", NULLS)
def test_looking_after_every_case_names_a_false_winner_in_at_most_5_of_100_runs(name: str) -> None:
    grown = peeking.peeks(NULLS[name], runs=2_000, cases=500, seed=11)
    assert grown.shape == (2_000, 500)
    assert peeking.ever(grown) <= 0.05
    # A fair bet: the capital is 1 on average. Spread over a grid it may be a little less, never more.
    capital = np.exp(grown[:, 19])
    error = float(capital.std()) / math.sqrt(len(capital))
    assert 0.98 - 4 * error <= capital.mean() <= 1 + 4 * error


@pytest.mark.parametrize(
    ("draw", "mean"),
    [
        (peeking.pairs(0.7, 0.8, 0.3), 0.1),
        (peeking.pairs(0.9, 0.6, 0.34), -0.3),
        (lambda random, n: random.beta(2, 2, n) - random.beta(2, 5, n), 0.5 - 2 / 7),
    ],
)
def test_the_confidence_sequence_holds_the_truth_at_every_look_in_95_of_100_runs(draw: Any, mean: float) -> None:
    # The interval leaves `mean` out exactly where the capital against it reaches 20: see the test of its ends.
    assert 1 - peeking.ever(peeking.peeks(draw, runs=2_000, cases=500, mean=mean, seed=12)) >= 0.95


def test_a_mcnemar_test_repeated_after_every_case_does_not_keep_its_promise() -> None:
    assert peeking.naive(0.8, 0.3, runs=2_000, cases=500, seed=11) > 0.2


def test_a_plain_test_on_top_of_the_looks_of_a_run_that_came_to_its_end_breaks_the_promise() -> None:
    runs, cases = 3_000, 300
    values = peeking.pairs(0.5, 0.5, 0.5)(np.random.default_rng(99), runs * cases).reshape(runs, cases)
    seen = (values[:, :, None] == np.array([-1.0, 0.0, 1.0])).cumsum(axis=1)
    grown = capital([-1.0, 0.0, 1.0], seen.reshape(-1, 3)).reshape(runs, cases) >= math.log(20)
    looks, last = grown[:, FEWEST_CASES - 1 :].any(axis=1), seen[:, -1]
    plain = np.array([mcnemar_exact(int(lost), int(gained)) < 0.05 for lost, _, gained in last])
    assert looks.mean() <= 0.05
    assert plain.mean() <= 0.05
    assert (looks | plain).mean() > 0.055  # 4 standard errors above 0.04; the looks alone are the rule
    assert (looks | grown[:, -1]).mean() <= 0.05


def test_three_equal_variants_have_a_false_winner_in_at_most_5_of_100_runs() -> None:
    random = np.random.default_rng(13)
    right = (random.random((3, 1_000 * 300)) < 0.7).astype(float)
    false = np.zeros(1_000, dtype=bool)
    for a, b in ((0, 1), (0, 2), (1, 2)):
        units, counts = tally(right[b] - right[a], np.arange(300_000), 300_000)
        grown = capital(units, counts.reshape(1_000, 300, -1).cumsum(axis=1).reshape(300_000, -1)).reshape(1_000, 300)
        false |= (grown >= math.log(3 / 0.05)).any(axis=1)
    assert false.mean() <= 0.05


def test_decided_says_a_winner_at_the_very_case_the_capital_is_reached() -> None:
    random = np.random.default_rng(14)
    values = np.stack([random.random(200) < 0.6, random.random(200) < 0.85]).astype(float)
    units, counts = tally(values[1] - values[0], np.arange(200), 200)
    reached = capital(units, counts.cumsum(axis=0)) >= math.log(20)
    for n in range(FEWEST_CASES, 201):
        assert (decided(values[:, :n]) is not None) == reached[n - 1]


def test_a_real_difference_is_seen_long_before_the_end() -> None:
    clear = peeking.stopping_times(0.5, 0.7, 0.3, runs=1_000, seed=15)
    assert clear.decided > 0.99
    assert clear.wrong < 0.005
    assert 40 < clear.median < 70
    small = peeking.stopping_times(0.7, 0.75, 0.15, runs=1_000, seed=15)
    assert 0.5 < small.decided < 0.7
    assert small.median > 5 * clear.median
