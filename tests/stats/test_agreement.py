"""Agreement between raters against published examples and statsmodels 0.15 / krippendorff 0.8, and where there is nothing to agree on."""

import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.stats.agreement import FEW, cohen, fleiss, krippendorff

# Fleiss (1971), Table 1: 30 patients, 6 psychiatrists; depression, personality disorder, schizophrenia, neurosis, other.
PATIENTS = [
    [0, 0, 0, 6, 0], [0, 3, 0, 0, 3], [0, 1, 4, 0, 1], [0, 0, 0, 0, 6], [0, 3, 0, 3, 0], [2, 0, 4, 0, 0], [0, 0, 4, 0, 2], [2, 0, 3, 1, 0],
    [2, 0, 0, 4, 0], [0, 0, 0, 0, 6], [1, 0, 0, 5, 0], [1, 1, 0, 4, 0], [0, 3, 3, 0, 0], [1, 0, 0, 5, 0], [0, 2, 0, 3, 1], [0, 0, 5, 0, 1],
    [3, 0, 0, 1, 2], [5, 1, 0, 0, 0], [0, 2, 0, 4, 0], [1, 0, 2, 0, 3], [0, 0, 0, 0, 6], [0, 1, 0, 5, 0], [0, 2, 0, 1, 3], [2, 0, 0, 4, 0],
    [1, 0, 0, 4, 1], [0, 5, 0, 1, 0], [4, 0, 0, 0, 2], [0, 2, 0, 4, 0], [1, 0, 5, 0, 0], [0, 0, 0, 0, 6],
]  # fmt: skip
# The worked example of Wikipedia's page on Fleiss' kappa: 10 subjects, 14 raters.
SUBJECTS = [
    [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
]  # fmt: skip
# Krippendorff (2011), section C: 4 observers, 12 units, missing data.
OBSERVERS = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
    [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
]
UNITS = list(zip(*OBSERVERS, strict=True))


def raters(table: Sequence[Sequence[int]]) -> tuple[list[int], list[int]]:
    """Two raters whose ratings make the table: the first stands in its rows."""
    cells = [(row, column) for row, counts in enumerate(table) for column, count in enumerate(counts) for _ in range(count)]
    return [row for row, _ in cells], [column for _, column in cells]


@pytest.mark.parametrize(
    ("table", "weights", "kappa", "error"),
    [
        ([[20, 5], [10, 15]], "none", 0.4, 0.1269960631),  # Wikipedia, Cohen's kappa; error by statsmodels
        ([[45, 15], [25, 15]], "none", 0.1304347826, None),
        ([[25, 35], [5, 35]], "none", 0.2592592593, None),
        ([[88, 10, 2], [14, 40, 6], [18, 10, 12]], "none", 0.4915254237, None),  # Cohen (1960), Table 1
        ([[75, 1, 4], [5, 4, 1], [0, 0, 10]], "none", 0.6764705882, 0.0877029535),  # Fleiss, Statistical Methods for Rates (1981), 13.1
        ([[44, 5, 1], [7, 20, 3], [9, 5, 6]], "none", 0.4915254237, 0.0721274593),  # the rest: statsmodels cohens_kappa
        ([[44, 5, 1], [7, 20, 3], [9, 5, 6]], "linear", 0.4736842105, 0.0769789099),
        ([[44, 5, 1], [7, 20, 3], [9, 5, 6]], "quadratic", 0.4545454545, 0.0939796978),
        ([[11, 3, 1, 0], [1, 10, 3, 0], [0, 1, 6, 4], [0, 0, 1, 9]], "quadratic", 0.864, 0.0421922678),
    ],
)
def test_cohens_kappa_and_its_error_are_the_published_ones(table: list[list[int]], weights: str, kappa: float, error: float | None) -> None:
    found = cohen(*raters(table), weights=weights)
    assert found.value == pytest.approx(kappa, abs=5e-10)
    assert (found.items, found.raters, found.method) == (sum(map(sum, table)), 2, "asymptotic")
    if error is not None:
        assert found.value is not None
        assert found.low is not None
        assert (found.value - found.low) / 1.959963984540054 == pytest.approx(error, abs=5e-10)


@pytest.mark.parametrize(
    ("table", "kappa", "observed", "expected"),
    [(PATIENTS, 0.430, 0.556, 0.220), (SUBJECTS, 0.210, 0.378, 0.213)],
    ids=["1971", "Wikipedia"],
)
def test_fleiss_kappa_is_the_published_one(table: list[list[int]], kappa: float, observed: float, expected: float) -> None:
    found = fleiss(table)
    assert found.value == pytest.approx(kappa, abs=5e-4)
    assert found.observed == pytest.approx(observed, abs=5e-4)
    assert found.expected == pytest.approx(expected, abs=5e-4)
    assert found.low is not None
    assert found.high is not None
    assert found.low < kappa < found.high
    assert found.method == ("bca" if len(table) >= FEW else "jackknife")


@pytest.mark.parametrize(
    ("metric", "alpha"),
    [("nominal", 0.743421052632), ("ordinal", 0.815387503755), ("interval", 0.849107142857), ("ratio", 0.797402774712)],
)
def test_krippendorffs_alpha_of_four_observers_is_the_published_one(metric: str, alpha: float) -> None:
    found = krippendorff(UNITS, metric=metric)
    assert found.value == pytest.approx(alpha, abs=5e-12)  # published to three digits: 0.743, 0.815, 0.849, 0.797
    assert (found.items, found.raters, found.method) == (11, 4, "jackknife")


def test_alpha_of_two_observers_on_binary_data_is_the_published_one() -> None:
    # Krippendorff (2011), section A: 10 units, nominal; alpha = 0.095.
    first, second = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    assert krippendorff(list(zip(first, second, strict=True))).value == pytest.approx(0.095, abs=5e-4)


def test_text_and_unordered_values_are_categories() -> None:
    found = krippendorff([["left", "left"], ["tie", 3], ["right", "right"], [3, 3]])
    assert found.value == pytest.approx(krippendorff([[0, 0], [1, 2], [3, 3], [2, 2]]).value)


def test_the_jackknife_interval_is_students_on_leave_one_out_values() -> None:
    found = fleiss(SUBJECTS)
    left = [fleiss(SUBJECTS[:n] + SUBJECTS[n + 1 :]).value for n in range(10)]
    values = np.array(left, dtype=float)
    error = math.sqrt(9 / 10 * float(((values - values.mean()) ** 2).sum()))
    assert found.value is not None
    assert found.low == pytest.approx(found.value - 2.2621571628 * error)
    assert found.high == pytest.approx(found.value + 2.2621571628 * error)


def test_a_seed_makes_the_bootstrap_repeatable() -> None:
    assert fleiss(PATIENTS, seed=3) == fleiss(PATIENTS, seed=3)
    assert fleiss(PATIENTS, seed=3).low != fleiss(PATIENTS, seed=4).low


def test_full_agreement_is_one_and_its_lower_bound_knows_how_few_items_there_were() -> None:
    few, many = cohen([0, 1] * 3, [0, 1] * 3), cohen([0, 1] * 300, [0, 1] * 300)
    assert (few.value, few.high, few.method) == (1.0, 1.0, "wilson")
    assert few.low is not None
    assert many.low is not None
    assert few.low < 0.3
    assert many.low > 0.98
    assert fleiss([[2, 0], [0, 2]] * 3).low == pytest.approx(few.low)
    assert krippendorff([[0, 0], [1, 1]] * 3).value == 1.0
    assert krippendorff([[0, 0], [1, 1]] * 3, metric="interval").value == 1.0


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (cohen([], []), "No item"),
        (cohen([None, 1], [1, math.nan]), "No item"),
        (cohen([1, 1, 1], [1, 1, 1]), "Every rating is the same"),
        (fleiss([]), "No item"),
        (fleiss([[1, 0], [0, 1]]), "two raters"),
        (fleiss([[3, 0], [3, 0]]), "Every rating is the same"),
        (krippendorff([]), "two raters"),
        (krippendorff([[1], [2]]), "two raters"),
        (krippendorff([[1, None], [None, 2]]), "No item"),
        (krippendorff([[1, 1], [1, 1]]), "Every rating is the same"),
    ],
)
def test_where_nothing_can_be_said_the_reason_is_said(found: object, reason: str) -> None:
    assert (found.value, found.low, found.high, found.method) == (None, None, None, "none")  # type: ignore[attr-defined]
    assert reason in found.reason  # type: ignore[attr-defined]


def test_one_item_has_a_value_and_no_interval() -> None:
    for found in (fleiss([[1, 1]]), krippendorff([[0, 1]])):
        assert found.value is not None
        assert (found.low, found.high, found.method) == (None, None, "none")


def test_one_item_on_which_two_disagree_has_kappa_zero() -> None:
    assert cohen([0], [1]).value == 0.0


@pytest.mark.parametrize(
    "nonsense",
    [
        lambda: cohen([1], [1, 2]),
        lambda: cohen([1], [1], weights="cubic"),
        lambda: cohen([1], [1], level=2),
        lambda: cohen([1, 3], [1, 2], order=[1, 2]),
        lambda: fleiss([[1, 1], [1, 2]]),
        lambda: fleiss([[-1, 3], [1, 1]]),
        lambda: krippendorff([[1, 2]], metric="cubic"),
    ],
)
def test_nonsense_is_refused(nonsense: object) -> None:
    with pytest.raises(ValueError, match=r".+"):
        nonsense()  # type: ignore[operator]


CATEGORIES = st.integers(0, 3)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(CATEGORIES, CATEGORIES), max_size=12))
def test_two_raters_can_be_swapped_and_every_figure_is_finite(pairs: list[tuple[int, int]]) -> None:
    first, second = [one for one, _ in pairs], [two for _, two in pairs]
    there, back = cohen(first, second), cohen(second, first)
    assert (there.value is None) == (back.value is None)
    if there.value is not None:
        assert there.value == pytest.approx(back.value)
    for found in (there, krippendorff(pairs), fleiss([[pair.count(n) for n in range(4)] for pair in pairs])):
        numbers = [found.value, found.low, found.high]
        assert all(number is None or math.isfinite(number) for number in numbers)
        if found.value is not None and found.low is not None and found.high is not None:
            assert found.low - 1e-9 <= found.value <= found.high + 1e-9


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(CATEGORIES, CATEGORIES, CATEGORIES), min_size=2, max_size=12), st.randoms(use_true_random=False))
def test_the_order_of_items_and_the_names_of_categories_never_matter(rows: list[tuple[int, ...]], chance) -> None:
    mixed = list(rows)
    chance.shuffle(mixed)
    plain = krippendorff(rows).value
    assert krippendorff(mixed).value == (None if plain is None else pytest.approx(plain))
    assert krippendorff([[f"c{(value * 7) % 5}" for value in row] for row in mixed]).value == (
        None if plain is None else pytest.approx(plain)
    )


def test_the_intervals_of_a_simulated_panel_hold_the_true_value_as_often_as_measured() -> None:
    # 3 raters, 4 categories, the truth seen with 0.6: true kappa 0.36. Measured over 600 draws: 94 % at 20 items, 95 % at 100.
    shares, draw = np.array([0.4, 0.3, 0.2, 0.1]), np.random.default_rng(5)
    for items, floor in ((20, 0.90), (60, 0.90)):
        held = 0
        for _ in range(120):
            truth = draw.choice(4, p=shares, size=(items, 1))
            votes = np.where(draw.random((items, 3)) < 0.6, truth, draw.choice(4, p=shares, size=(items, 3)))
            found = krippendorff(votes.tolist())
            held += found.low is not None and found.high is not None and found.low <= 0.36 <= found.high
        assert held / 120 >= floor


def test_kappa_of_a_handful_of_items_or_without_spread_has_no_interval() -> None:
    for first, second, value in ((["a"], ["b"], 0.0), (["a", "b"], ["b", "a"], -1.0), (["a", "b"] * 10, ["b", "a"] * 10, -1.0)):
        found = cohen(first, second)
        assert (found.value, found.low, found.high, found.method) == (pytest.approx(value), None, None, "none")
        assert found.reason.startswith("Too few items")
    three = cohen(["a", "b", "a"], ["a", "b", "b"])
    assert (three.method, three.reason) == ("asymptotic", "")
