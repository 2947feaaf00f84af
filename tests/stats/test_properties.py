"""What holds for all data: two variants swapped, cases shuffled, ties added, seeds repeated, cells missing, figures degenerate."""

import math
from dataclasses import asdict, replace
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.stats import PairResult, compare, compare_all, mcnemar_exact, mcnemar_midp, permutation, tango

MIRRORED = (("low", "high"), ("bca_low", "bca_high"), ("median_low", "median_high"), ("effect_low", "effect_high"))
steps = st.sampled_from([0.0, 0.1, 0.2, 0.3, 1 / 3, 0.5, 2 / 3, 0.7, 1.0])
numbers = st.one_of(steps, st.floats(-1e6, 1e6), st.integers(-3, 3).map(float))
anything = st.one_of(numbers, st.floats(), st.sampled_from([math.nan, math.inf, -math.inf, 1e308, -1e308, 5e-324]))
rights = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), min_size=1, max_size=40)
scored = st.lists(st.tuples(steps, steps), min_size=1, max_size=40)
measured = st.lists(st.tuples(numbers, numbers), min_size=1, max_size=40)
wild = st.lists(st.tuples(anything, anything), max_size=25)
bounds = st.sampled_from([None, (-1.0, 1.0)])


def pair_of(rows: list[tuple[float, float]], limits: tuple[float, float] | None = None, seed: int = 0) -> PairResult:
    return compare([a for a, _ in rows], [b for _, b in rows], seed=seed, limits=limits)


def negative(value: float | None) -> float | None:
    return None if value is None else -value


@settings(max_examples=150, deadline=None)
@given(st.one_of(scored, measured), bounds)
def test_swapping_the_variants_of_numbers_flips_the_sign_and_nothing_else(
    rows: list[tuple[float, float]], limits: tuple[float, float] | None
) -> None:
    there, back = pair_of(rows, limits), pair_of([(b, a) for a, b in rows], limits)
    if there.kind == "binary":
        return
    for low, high in MIRRORED:
        assert (getattr(back, low), getattr(back, high)) == (negative(getattr(there, high)), negative(getattr(there, low)))
    turned = replace(
        there,
        **{name: getattr(back, name) for ends in MIRRORED for name in ends},
        difference=negative(there.difference),
        median=negative(there.median),
        effect=negative(there.effect),
        superiority=back.superiority,
        higher=there.lower,
        lower=there.higher,
    )
    assert back == turned
    assert back.superiority == pytest.approx(1 - (there.superiority or 0))


@given(rights)
def test_swapping_the_variants_of_rights_flips_the_sign_and_inverts_the_odds(rows: list[tuple[float, float]]) -> None:
    there, back = pair_of(rows), pair_of([(b, a) for a, b in rows])
    assert (back.difference, back.low, back.high) == (negative(there.difference), negative(there.high), negative(there.low))
    assert (back.p, back.p_mid, back.n, back.both) == (there.p, there.p_mid, there.n, there.both)
    assert (back.gained, back.lost) == (there.lost, there.gained)
    assert back.superiority == pytest.approx(1 - (there.superiority or 0))
    for mine, theirs in (("effect", "effect"), ("effect_low", "effect_high"), ("effect_high", "effect_low")):
        value, other = getattr(back, mine), getattr(there, theirs)
        if value and other:
            assert value == pytest.approx(1 / other)
        elif there.gained or there.lost:
            assert {value, other} == {0.0, None}  # one is none, the other infinite


@given(rights, st.integers(0, 1), st.integers(1, 5))
def test_a_tied_case_never_changes_mcnemars_p(rows: list[tuple[float, float]], both: int, times: int) -> None:
    before, after = pair_of(rows), pair_of(rows + [(both, both)] * times)
    assert (after.p, after.p_mid, after.effect, after.effect_low) == (before.p, before.p_mid, before.effect, before.effect_low)


@settings(max_examples=60, deadline=None)
@given(measured, st.integers(1, 200))
def test_a_tied_case_never_changes_the_permutation_and_rank_tests(rows: list[tuple[float, float]], times: int) -> None:
    before, after = pair_of([*rows, (0.5, 0.25)]), pair_of([*rows, (0.5, 0.25), *[(0.25, 0.25)] * times])
    assert (after.p, after.p_wilcoxon) == (before.p, before.p_wilcoxon)


@settings(max_examples=100, deadline=None)
@given(st.one_of(rights, scored, measured), st.randoms(use_true_random=False), bounds)
def test_the_order_of_cases_never_matters(rows: list[tuple[float, float]], chance: Random, limits: tuple[float, float] | None) -> None:
    shuffled = list(rows)
    chance.shuffle(shuffled)
    assert pair_of(shuffled, limits) == pair_of(rows, limits)


@settings(max_examples=60, deadline=None)
@given(measured, st.integers(0, 5), st.integers(0, 30))
def test_a_missing_case_is_as_good_as_none(rows: list[tuple[float, float]], missing: int, place: int) -> None:
    holes = [(math.nan, 1.0), (1.0, math.nan), (math.inf, 0.0)][: missing % 4]
    assert pair_of(rows[:place] + holes + rows[place:]) == pair_of(rows)


@settings(max_examples=40, deadline=None)
@given(measured, st.integers(0, 2**40))
def test_equal_seeds_repeat(rows: list[tuple[float, float]], seed: int) -> None:
    assert pair_of(rows, seed=seed) == pair_of(rows, seed=seed)


def test_another_seed_draws_other_numbers() -> None:
    draw = np.random.default_rng(4)
    a, b = draw.normal(size=(2, 60)).tolist()
    one, other = compare(a, b), compare(a, b, seed=1)
    assert (one.p, one.high) != (other.p, other.high)
    assert one.p == pytest.approx(other.p, abs=0.02)
    assert (one.low, one.high) == pytest.approx((other.low, other.high), abs=0.05)


@settings(max_examples=200, deadline=None)
@given(wild, bounds)
def test_no_data_whatever_break_or_make_up_a_figure(rows: list[tuple[float, float]], limits: tuple[float, float] | None) -> None:
    with np.errstate(all="raise", under="ignore"):
        result = pair_of(rows, limits)
    assert all(math.isfinite(value) for value in asdict(result).values() if isinstance(value, float))
    for p in (result.p, result.p_mid, result.p_wilcoxon, result.p_t):
        assert p is None or 0 <= p <= 1
    assert (result.p is None) == (result.n == 0)
    assert (result.low is None) == (result.high is None)
    if result.low is not None and result.high is not None and result.difference is not None and limits is None:
        assert result.low <= result.difference <= result.high
    if result.n == 1:
        assert result.p == 1.0
    if result.n == 1 and result.kind == "numeric":
        assert (result.low, result.high, result.method) == (None, None, "none")


@settings(max_examples=40, deadline=None)
@given(
    st.integers(2, 4).flatmap(lambda variants: st.lists(st.lists(numbers, min_size=variants, max_size=variants), min_size=1, max_size=30)),
    st.integers(0, 3),
    bounds,
)
def test_many_pairs_at_once_are_each_what_compare_gives(cells: list[list[float]], missing: int, limits: tuple[float, float] | None) -> None:
    table = np.array(cells).T
    table[0, : min(missing, table.shape[1])] = math.nan
    pairs = [(a, b) for a in range(len(table)) for b in range(len(table)) if a != b]
    for (a, b), result in zip(pairs, compare_all(table, pairs, limits=limits), strict=True):
        assert result == compare(table[a].tolist(), table[b].tolist(), limits=limits)


def test_many_pairs_of_hundreds_of_cases_are_each_what_compare_gives() -> None:
    draw = np.random.default_rng(9)
    table = draw.integers(0, 4, size=(4, 300)) / 3
    table[draw.random(table.shape) < 0.03] = math.nan
    pairs = [(0, 1), (2, 1), (3, 0)]
    for (a, b), result in zip(pairs, compare_all(table, pairs, limits=(-1, 1)), strict=True):
        assert result == compare(table[a].tolist(), table[b].tolist(), limits=(-1, 1))
        assert (result.method, result.test) == ("envelope", "permutation")


@given(st.integers(0, 400), st.integers(0, 400), st.integers(0, 100))
def test_mcnemar_and_tango_know_no_side(b: int, c: int, tied: int) -> None:
    assert (mcnemar_exact(b, c), mcnemar_midp(b, c)) == (mcnemar_exact(c, b), mcnemar_midp(c, b))
    low, high = tango(b, c, b + c + tied)
    assert tango(c, b, b + c + tied) == (-high, -low)


def test_differences_that_mirror_themselves_have_figures_that_do() -> None:
    values = np.random.default_rng(3).lognormal(size=30)
    result = compare([0.0] * 60, [*values, *-values])
    assert (result.difference, result.median, result.effect, result.superiority) == (0.0, 0.0, 0.0, 0.5)
    for low, high in MIRRORED:
        assert getattr(result, low) == -getattr(result, high) < 0
    assert result.p > 0.99


def test_differences_that_are_equal_but_for_rounding_tie() -> None:
    # 0.3 - 0.2 and 0.2 - 0.1 differ in the last bit; the second pair mirrors the first.
    assert permutation([0.3 - 0.2, 0.2 - 0.1, -(0.1 - 0.0)]) == 1.0
    same = compare([0.1, 0.2, 0.3, 0.7], [0.2, 0.3, 0.4, 0.8])
    assert (same.sd, same.p, same.p_t, same.low, same.effect) == (0.0, 2 / 2**4, None, None, None)
    assert compare([0.1 + 0.2] * 3, [0.3] * 3).superiority == 0.5
