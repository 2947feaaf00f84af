"""The table of coverages and errors: drawn again in small, enumerated again where it can be, and the same in code and page."""

import math
from collections.abc import Callable
from functools import cache

import pytest

from benchmarks.simulation import binary, candidates, errors, scores, table
from benchmarks.simulation.cells import ALPHA, LEVEL, worst_coverage, worst_error
from benchmarks.simulation.scores import Outcome
from benchmarks.simulation.truths import TRUTHS
from workbench.stats.coverage import COVERAGE, ERRORS, SKEWED, WIDTHS, worst

DRAWS = 400
GRID = (20, 100, 500)
ENUMERATED = ("newcombe", "odds_ratio", "proportion", "tango")


@cache
def drawn(name: str, n: int) -> Outcome:
    return scores.measure(name, n, DRAWS, again="test", groups=2)


def near(seen: float, written: float) -> bool:
    """Within four standard errors of 400 draws, and of the table's own 4,000; never closer than one draw in a hundred."""
    spread = math.sqrt(max(written * (1 - written), 0.01 * 0.99) * (1 / DRAWS + 1 / 4_000))
    return abs(seen - written) <= 4 * spread


@pytest.mark.parametrize("n", GRID)
def test_every_interval_of_right_and_wrong_covers_what_the_table_says_and_93_5_percent(n: int) -> None:
    covered = worst_coverage(binary.coverage((n,)))
    written = {name: COVERAGE[name][n][0] for name in ENUMERATED}
    assert {name: covered[name][n].rate for name in ENUMERATED} == pytest.approx(written, abs=1e-4)
    assert min(covered[name][n].rate for name in ENUMERATED) >= LEVEL - 0.015


@pytest.mark.parametrize("n", [20, 100])
def test_every_test_of_right_and_wrong_errs_as_often_as_the_table_says(n: int) -> None:
    wrong = worst_error(binary.errors((n,)))
    names = ("fisher", "mcnemar_exact", "mcnemar_midp")
    assert {name: wrong[name][n].rate for name in names} == pytest.approx({name: ERRORS[name][n][0] for name in names}, abs=1e-4)
    assert max(by_n[n].rate for by_n in wrong.values()) <= ALPHA + 0.01


@pytest.mark.parametrize("n", GRID)
def test_no_test_errs_in_more_than_6_percent(n: int) -> None:
    assert {name: by_n[n] for name, by_n in ERRORS.items() if by_n[n][0] > ALPHA + 0.01} == {}


@pytest.mark.parametrize(
    ("method", "n"),
    [("envelope", 20), ("envelope", 100), ("envelope", 500), ("adjusted", 20), ("adjusted", 100), ("student", 5), ("student", 1_000)],
)
def test_the_interval_of_a_mean_difference_covers_what_the_table_says_on_its_worst_data(method: str, n: int) -> None:
    written, where = COVERAGE[method][n]
    found = next(cell for cell in drawn(where, n).intervals if cell.name == method)
    assert near(found.rate, written)


@pytest.mark.parametrize("n", [20, 100])
def test_the_interval_of_a_median_covers_what_it_should(n: int) -> None:
    found = next(cell for cell in drawn("lognormal", n).intervals if cell.name == "median")
    assert found.rate >= COVERAGE["median"][n][0] or near(found.rate, COVERAGE["median"][n][0])


@pytest.mark.parametrize("method", ["student", "percentile", "bca", "bootstrap_t"])
@pytest.mark.parametrize("n", [20, 100])
def test_an_interval_that_was_not_chosen_covers_what_the_table_says_on_its_worst_data(method: str, n: int) -> None:
    written, where = COVERAGE[method][n]
    found = next(cell for cell, _ in candidates.coverage((n,), DRAWS, (TRUTHS[where],)) if cell.name == method)
    assert near(found.rate, written)


@pytest.mark.parametrize("test", ["permutation", "paired_t", "wilcoxon"])
@pytest.mark.parametrize("n", [20, 100])
def test_paired_tests_err_as_often_as_the_table_says(test: str, n: int) -> None:
    written, where = ERRORS[test][n]
    found = next(cell for cell in drawn(where, n).tests if cell.name == test)
    assert near(found.rate, written)
    written, where = SKEWED[test][n]
    found = next(cell for cell in drawn(where, n).skewed if cell.name == test)
    assert near(found.rate, written)


@pytest.mark.parametrize("experiment", tuple(errors.NAMES), ids=lambda experiment: experiment.__name__)
@pytest.mark.parametrize("n", GRID)
def test_other_tests_and_intervals_do_what_the_table_says(experiment: Callable[..., Outcome], n: int) -> None:
    for name in errors.NAMES[experiment]:
        outcome = experiment(name, n, DRAWS, again="test")
        for cell in outcome.intervals:
            assert cell.rate >= COVERAGE[cell.name][n][0] or near(cell.rate, COVERAGE[cell.name][n][0]), cell
        for cell in outcome.tests:
            assert cell.rate <= ERRORS[cell.name][n][0] or near(cell.rate, ERRORS[cell.name][n][0]), cell


@pytest.mark.parametrize("n", [5, 10])
def test_the_mean_score_of_one_variant_is_covered_as_the_table_says(n: int) -> None:
    written, where = COVERAGE["score"][n]
    assert near(scores.one_variant(where, n, DRAWS, again="test").intervals[0].rate, written)


def test_the_page_prints_what_the_code_holds() -> None:
    assert table.between(table.PAGE, table.PAGE_MARKS) == table.page(COVERAGE, WIDTHS, ERRORS, SKEWED)
    assert table.between(table.CODE, table.CODE_MARKS) == table.code(COVERAGE, WIDTHS, ERRORS, SKEWED)


def test_every_experiment_names_data_that_exist() -> None:
    named = {where for name in ("envelope", "adjusted", "student", "median", "bca") for _, where in COVERAGE[name].values()}
    assert named <= set(TRUTHS)


def test_between_two_measured_sizes_the_lower_one_answers() -> None:
    assert worst("tango", 137) == COVERAGE["tango"][100][0]
    assert worst("tango", 1_000_000) == COVERAGE["tango"][500][0]
    assert worst("tango", 4) is None
    assert worst("none", 100) is None


def test_the_chosen_interval_is_the_one_the_rule_picks() -> None:
    for n in (10, 20, 30, 50, 100, 200, 500):
        allowed = [name for name, by_n in WIDTHS.items() if by_n[n][0] <= 1.15 and by_n[n][1] <= 1.5]
        assert max(allowed, key=lambda name: COVERAGE[name][n][0]) == "envelope"
    assert WIDTHS["envelope"][5][0] > 1.15
