import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.stats.correction import holm, ranking

chances = st.lists(st.one_of(st.none(), st.floats(0, 1)), max_size=12)


@pytest.mark.parametrize(
    ("ps", "adjusted"),
    [
        ([0.01, 0.02, 0.03, 0.04, 0.05], [0.05, 0.08, 0.09, 0.09, 0.09]),  # R 4.2.2 p.adjust(..., "holm"), as the rows below
        ([0.0001, 0.3, 0.012, 0.04, 0.049], [0.0005, 0.3, 0.048, 0.12, 0.12]),
        ([0.01, 0.01, 0.04, None, 0.005], [0.03, 0.03, 0.04, None, 0.02]),  # c(0.01, 0.01, 0.04, NA, 0.005)
        ([0.01, 0.04, 0.03, 0.005], [0.03, 0.06, 0.06, 0.02]),  # statsmodels 0.15 multipletests(..., method="holm")
        ([0.6, 0.9], [1.0, 1.0]),
        ([0.3], [0.3]),
        ([], []),
        ([None, float("nan")], [None, None]),
    ],
)
def test_holm_gives_the_values_of_r(ps: list[float | None], adjusted: list[float | None]) -> None:
    assert holm(ps) == [None if value is None else pytest.approx(value) for value in adjusted]


@given(chances)
def test_holm_keeps_the_order_and_never_lowers_a_p(ps: list[float | None]) -> None:
    adjusted = holm(ps)
    for p, after in zip(ps, adjusted, strict=True):
        assert (p is None) == (after is None)
        assert p is None or after is None or p <= after <= 1
    for (p, first), (q, second) in itertools.combinations(zip(ps, adjusted, strict=True), 2):
        assert p is None or q is None or first is None or second is None or p > q or first <= second


@given(st.lists(st.floats(0, 1), max_size=8), st.integers(0, 20))
def test_comparisons_of_p_1_may_be_counted_beside(ps: list[float], beside: int) -> None:
    assert holm(ps, beside=beside) == holm([*ps, *[1.0] * beside])[: len(ps)]


def test_holm_refuses_what_is_no_p() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        holm([1.2])


def test_variants_that_no_test_tells_apart_share_a_place() -> None:
    beaten = {(0, 2), (1, 2), (0, 3), (1, 3)}
    assert ranking([0.9, 0.88, 0.6, 0.5], lambda i, j: (i, j) in beaten) == [(1, 0), (1, 1), (3, 2), (3, 3)]
    assert ranking([0.5, 0.7], lambda _i, _j: False) == [(1, 1), (1, 0)]


def test_one_variant_above_that_beats_it_is_enough_for_the_next_place() -> None:
    # 0.9 beats 0.6, 0.7 beats nobody: 0.7 shares the first place, 0.6 does not.
    assert ranking([0.7, 0.6, 0.9], lambda i, j: (i, j) == (2, 1)) == [(1, 2), (1, 0), (3, 1)]


def test_a_ranking_of_costs_puts_the_lowest_first_and_the_unknown_last() -> None:
    assert ranking([3.0, None, 1.0, float("nan")], lambda i, j: (i, j) == (2, 0), higher_is_better=False) == [
        (1, 2),
        (2, 0),
        (3, 1),
        (3, 3),
    ]
    assert ranking([], lambda _i, _j: True) == []


def test_a_lower_mean_that_beats_a_higher_one_shares_its_place() -> None:
    # Over different cases: 2 beats 0 on those both have, although its mean is lower; 0 beats 1.
    assert ranking([0.9, 0.8, 0.7], lambda i, j: (i, j) in {(0, 1), (2, 0)}) == [(1, 0), (1, 1), (1, 2)]


@given(
    st.integers(0, 7).flatmap(
        lambda n: st.tuples(
            st.lists(st.one_of(st.none(), st.integers(0, 4).map(float)), min_size=n, max_size=n),
            st.sets(st.tuples(st.integers(0, 6), st.integers(0, 6))),
        )
    ),
    st.booleans(),
)
def test_nobody_is_beaten_by_someone_on_a_worse_place(case: tuple[list[float | None], set[tuple[int, int]]], up: bool) -> None:
    means, beaten = case
    placed = ranking(means, lambda i, j: (i, j) in beaten, higher_is_better=up)
    assert sorted(index for _, index in placed) == list(range(len(means)))
    assert placed == sorted(placed, key=lambda pair: pair[0])
    places = {index: place for place, index in placed}
    for i, j in beaten:
        known = i < len(means) and j < len(means) and means[i] is not None and means[j] is not None
        assert not known or places[i] <= places[j]
    for index, place in places.items():
        assert place == 1 + sum(other < place for other in places.values()), index
