"""The comparison report: the verdict's own words first, its figures and charts, what would change it, what was taken for granted."""

import random
from dataclasses import replace

import pytest

from tests.comparison import runs
from tests.export import shown
from workbench.comparison import verdict
from workbench.comparison.model import SCORE, Options
from workbench.errors import InputError
from workbench.export.model import Note
from workbench.export.reports import versus
from workbench.store import Store

SCORES = runs.right_or_wrong(40, 5, 20, 15)
TAGS = [["easy"] if at < 50 else ["hard"] for at in range(80)]


def test_the_verdict_stands_first_in_the_words_of_the_comparison(store: Store) -> None:
    runs.make(store, SCORES, names=["old", "new"])
    found = verdict.compare_run(store, "r")
    made = shown.compose(store, "comparison", "r")
    first = made.sections[0].blocks[0]
    assert made.sections[0].key == "verdict"
    assert isinstance(first, Note)
    assert first.kind == "good"
    assert shown.text(made, "verdict").splitlines()[0] == found.verdict
    for sentence in found.numbers:
        assert sentence in shown.text(made, "numbers")
    for sentence in found.method:
        assert sentence in shown.text(made, "method")
    for sentence in found.would_change:
        assert sentence in shown.text(made, "power")
    for check in found.checks:
        assert check.sentence in shown.text(made, "checks")


def test_differences_and_their_forest_are_those_of_the_pairs(store: Store) -> None:
    runs.make(store, SCORES, names=["old", "new"])
    pair = next(one for one in verdict.compare_run(store, "r").pairs if one.metric == "score")
    made = shown.compose(store, "comparison", "r")
    chart, table = shown.charts(made, "pairs")[0], shown.tables(made, "pairs")[0]
    assert (chart.kind, chart.labels, chart.n) == ("forest", ("new − old",), 80)
    assert (chart.lines[0].values, chart.lines[0].low, chart.lines[0].high) == (
        (pair.result.difference,), (pair.result.low,), (pair.result.high,),
    )  # fmt: skip
    assert shown.cell(table, "new − old", "p").value == pair.result.p
    assert shown.rows(table)[0][-1] == pair.verdict


def test_right_or_wrong_scores_show_where_one_alone_was_right(sqlite_store: Store) -> None:
    runs.make(sqlite_store, SCORES, names=["old", "new"])
    made = shown.compose(sqlite_store, "comparison", "r")
    assert shown.rows(shown.tables(made, "distribution")[0]) == [["old", "new", "40", "5", "20", "15"]]
    assert not shown.charts(made, "distribution")


def test_graded_scores_show_how_the_cases_fall(sqlite_store: Store) -> None:
    draw = random.Random(1)
    runs.make(sqlite_store, [[round(draw.random(), 2) for _ in range(40)] for _ in range(3)])
    made = shown.compose(sqlite_store, "comparison", "r")
    (chart,) = shown.charts(made, "distribution")
    assert [sum(value or 0 for value in line.values) for line in chart.lines] == [40, 40, 40]
    assert len(chart.labels) == 10


def test_options_reach_the_verdict_and_are_told_among_the_assumptions(sqlite_store: Store) -> None:
    runs.make(sqlite_store, [[1.0] * 200, [1.0] * 198 + [0.0] * 2], names=["a", "b"])
    made = shown.compose(sqlite_store, "comparison", "r", options={"margin": "0.05", "baseline": "a", "metric": "score"})
    found = verdict.compare_run(sqlite_store, "r", Options(margin=0.05, baseline="a"))
    assert found.outcome == "equivalent"
    assert shown.text(made, "verdict").splitlines()[0] == found.verdict
    assumed = shown.text(made, "assumptions")
    assert "Margin | 5 points" in assumed
    assert "every variant with the baseline a" in assumed
    assert [line for line in shown.text(made, "pairs").splitlines() if line in {"Score", "Latency"}] == ["Score"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"margin": "wide"}, "no number"),
        ({"colour": "red"}, "no option"),
        ({"metric": "charm"}, "no metric"),
        ({"baseline": "nobody"}, "no variant"),
    ],
)
def test_options_that_make_no_sense_are_refused_by_name(sqlite_store: Store, options: dict[str, str], said: str) -> None:
    runs.make(sqlite_store, SCORES)
    with pytest.raises(InputError, match=said):
        shown.compose(sqlite_store, "comparison", "r", options=options)


@pytest.mark.parametrize(
    ("scores", "given", "said"),
    [
        ([[1.0, 0.0, 1.0]], {}, "a comparison takes two"),
        ([[None] * 5, [None] * 5], {}, "every cell failed"),
        ([[], []], {"state": "planned"}, "no cell has been answered"),
        ([[None] * 4, [None] * 4], {"scored": False}, "carry no score"),
    ],
)
def test_a_run_that_says_nothing_still_gives_a_report_that_says_why(
    sqlite_store: Store, scores: list[list[float | None]], given: dict[str, object], said: str
) -> None:
    runs.make(sqlite_store, scores, **given)  # type: ignore[arg-type]
    made = shown.compose(sqlite_store, "comparison", "r")
    assert said in shown.text(made, "verdict")
    assert shown.missing(made, "distribution")
    assert [one.key for one in made.sections][-1] == "sources"


def test_a_run_that_somebody_could_look_at_is_told_by_evidence_and_without_p(sqlite_store: Store) -> None:
    runs.make(sqlite_store, [[1.0] * 30 + [0.0] * 10, [1.0] * 20 + [0.0] * 20], state="stopped", total=200)
    made = shown.compose(sqlite_store, "comparison", "r")
    columns = [column.name for column in shown.tables(made, "pairs")[0].columns]
    assert "Evidence e" in columns
    assert "p" not in columns
    assert "The run was stopped" in shown.text(made, "verdict")


def test_slices_are_told_with_where_it_is_the_other_way_round(sqlite_store: Store) -> None:
    runs.make(sqlite_store, SCORES, tags=TAGS, names=["old", "new"])
    made = shown.compose(sqlite_store, "comparison", "r")
    found = verdict.compare_run(sqlite_store, "r")
    table = shown.tables(made, "slices")[0]
    assert [(row[0], row[2]) for row in shown.rows(table)] == [(part.tag, str(part.result.n)) for part in found.slices]


def test_hostile_names_are_shown_as_they_are(sqlite_store: Store) -> None:
    names = ["<script>alert(1)</script>", "=1+1 | **b** {{ 7 * 7 }}"]
    runs.make(sqlite_store, SCORES, names=names)
    made = shown.compose(sqlite_store, "comparison", "r")
    assert {row[1] for row in shown.rows(shown.tables(made, "numbers")[0])} == set(names)


def test_where_test_and_interval_disagree_the_table_says_that_both_are_asked_for(sqlite_store: Store) -> None:
    runs.make(sqlite_store, [[1.0] * 20 + [0.0] * 20, [1.0] * 21 + [0.0] * 19])
    found = verdict.compare_run(sqlite_store, "r", Options())
    (pair,) = [one for one in found.pairs if one.metric == SCORE.name]
    split = replace(pair, p_adjusted=0.0001, winner=None, result=replace(pair.result, low=-0.01, high=0.2))
    said = "the test says yes, but the interval holds 0: both are asked for"
    for one, there in ((pair, False), (split, True)):
        made = versus.pairs(replace(found, pairs=(one,)), SCORE)
        assert made is not None
        assert (said in made.caption) is there
