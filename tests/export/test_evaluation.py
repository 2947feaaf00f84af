"""The evaluation report: the figures of the run, its weak slices, its worst cases with their texts, what is not there."""

import pytest

from tests.comparison import judged, runs
from tests.export import sample, shown
from workbench.comparison import by_tag, summary
from workbench.errors import InputError, NotFound
from workbench.export import figures
from workbench.export.model import Code
from workbench.export.reports import outcome
from workbench.runner import failing
from workbench.store import Store

TAGS = [["easy"] if at < 50 else ["hard"] for at in range(80)]
SCORES = runs.right_or_wrong(40, 5, 20, 15)


def test_every_figure_is_that_of_the_run(store: Store) -> None:
    runs.make(store, SCORES, tags=TAGS, names=["old", "new"])
    made = shown.compose(store, "evaluation", "r")
    found = summary.summarise(store, "r")
    results, costs = shown.tables(made, "results")[0], shown.tables(made, "cost")[0]
    for one in found.variants:
        score = shown.cell(results, one.name, "Score")
        assert score.value == one.score
        assert shown.rows(results)[0][2] == figures.share(found.variants[0].score, found.variants[0].low, found.variants[0].high)
        assert shown.cell(results, one.name, "Cases").value == one.n
        assert shown.cell(costs, one.name, "p95").value == one.latency_p95_ms
        assert shown.cell(costs, one.name, "Cost").value == one.cost_usd
    (line,) = shown.charts(made, "results")[0].lines
    assert line.values == tuple(one.score for one in found.variants)
    assert line.low == tuple(one.low for one in found.variants)
    assert made.as_of_ms == 2
    assert ("run", "r") in {(one.kind, one.id) for one in made.sources}


def test_what_was_tested_is_told_with_versions_dataset_assertion_and_assumptions(sqlite_store: Store) -> None:
    plan = {"dataset": {"name": "messages", "revision": 4, "hash": "ab" * 32}, "limit": 80, "sample_seed": 7}
    runs.make(sqlite_store, SCORES, plan=plan, repeats=2)
    made = shown.compose(sqlite_store, "evaluation", "r")
    tested = shown.text(made, "tested")
    assert "messages, revision 4, hash abababababab" in tested
    assert "equals" in tested
    assert "The reply is the right text" in tested
    assert '"name": "equals"' in tested
    assumed = shown.text(made, "assumptions")
    assert "at most 80, drawn at random with seed 7" in assumed
    assert "2; averaged, they are not more cases" in assumed


def test_a_tag_is_weak_where_its_cases_score_lower_by_more_than_chance(store: Store) -> None:
    runs.make(store, SCORES, tags=TAGS, names=["old", "new"])
    found = by_tag.of_run(store, "r")
    weak = {(one.variant, one.tag) for one in found if one.weak}
    assert weak == {("old", "hard"), ("new", "hard")}
    hard = next(one for one in found if (one.variant, one.tag) == ("new", "hard"))
    assert (hard.n, hard.mean, hard.rest) == (30, pytest.approx(15 / 30), pytest.approx(45 / 50))
    rows = shown.rows(shown.tables(shown.compose(store, "evaluation", "r"), "slices")[0])
    assert {(row[0], row[1]) for row in rows if row[-1] == "weaker here"} == {("hard", "old"), ("hard", "new")}
    assert {row[-1] for row in rows if row[0] == "easy"} == {"stronger here"}


def test_the_worst_cases_stand_first_with_their_texts_and_how_many_more_there_are(store: Store) -> None:
    replies = [[f"A on {at}" for at in range(30)], [None if at == 17 else f"B on {at}" for at in range(30)]]
    judged.run_of(store, replies)
    total, worst = failing.worst(store, "r")
    assert (total, [one.position for one in worst]) == (1, [17])
    made = shown.compose(store, "evaluation", "r")
    codes = [block for block in shown.section(made, "failures").blocks if isinstance(block, Code)]
    assert [code.text for code in codes] == ["case 17", "expected 17", "(no reply)"]
    assert "timeout" in codes[-1].caption
    runs.make(store, [[0.0] * 25 + [0.4] * 5], run_id="low")
    few = shown.compose(store, "evaluation", "low", options={"cases": "3"})
    said = shown.text(few, "failures")
    assert "30 of 30 cases failed" in said
    assert "The worst 3 are shown" in said
    assert [line for line in said.splitlines() if line.startswith("Case ")] == ["Case 1", "Case 2", "Case 3"]


def test_errors_are_counted_by_variant_and_type(store: Store) -> None:
    runs.make(store, [[1.0, None, None, 1.0], [1.0, 1.0, None, 1.0]], names=["a", "b"])
    assert [(one.variant, one.error_type, one.n) for one in failing.errors(store, "r")] == [(0, "timeout", 2), (1, "timeout", 1)]
    table = shown.tables(shown.compose(store, "evaluation", "r"), "errors")[0]
    assert shown.rows(table) == [["a", "timeout", "2", "50.0 %"], ["b", "timeout", "1", "25.0 %"]]


@pytest.mark.parametrize(
    ("scores", "given", "key", "said"),
    [
        ([[], []], {"state": "planned"}, "failures", "No cell has finished."),
        ([[None] * 5], {}, "slices", "No tag has five cases"),
        ([[1.0] * 4], {"scored": False}, "slices", "Without scores there are no slices."),
    ],
)
def test_what_is_not_there_is_said_with_how_to_get_it(
    sqlite_store: Store, scores: list[list[float | None]], given: dict[str, object], key: str, said: str
) -> None:
    runs.make(sqlite_store, scores, **given)  # type: ignore[arg-type]
    made = shown.compose(sqlite_store, "evaluation", "r")
    assert any(said in one for one in shown.missing(made, key))
    assert "nan" not in shown.text(made)


def test_a_run_that_has_not_ended_says_so_first(sqlite_store: Store) -> None:
    runs.make(sqlite_store, [[1.0, 0.0]], state="stopped", total=10)
    said = shown.text(shown.compose(sqlite_store, "evaluation", "r"), "summary")
    assert said.startswith("The run was stopped before its end")
    assert "2 of 10 cells are done" in said


def test_hostile_names_and_texts_are_shown_as_they_are(sqlite_store: Store) -> None:
    names = [" ".join(name.replace("\x00", "").replace("\ud800", "").split()) for name in sample.HOSTILE[:4]]
    runs.make(sqlite_store, [[1.0, 0.0, 1.0, 0.0, 1.0, 0.0]] * 4, names=names, tags=[["<b>tag</b>"]] * 5 + [[]])
    made = shown.compose(sqlite_store, "evaluation", "r")
    assert [row[0] for row in shown.rows(shown.tables(made, "results")[0])] == names
    assert "<b>tag</b>" in shown.text(made, "failures")


def test_long_replies_are_cut_and_say_by_how_much(sqlite_store: Store) -> None:
    judged.run_of(sqlite_store, [["x" * 5_000, None]])
    runs.make(sqlite_store, [[0.0]], run_id="z")
    made = shown.compose(sqlite_store, "evaluation", "r")
    assert "(no reply)" in shown.text(made, "failures")
    assert outcome.clipped("x" * 5_000).endswith("(3,000 more characters)")


def test_what_cannot_be_is_refused(sqlite_store: Store) -> None:
    runs.make(sqlite_store, [[1.0]])
    with pytest.raises(NotFound):
        shown.compose(sqlite_store, "evaluation", "nobody")
    with pytest.raises(InputError, match="no number of failing cases"):
        shown.compose(sqlite_store, "evaluation", "r", options={"cases": "many"})


def test_a_run_that_changes_makes_the_source_another_one(sqlite_store: Store) -> None:
    runs.make(sqlite_store, SCORES, run_id="one")
    runs.make(sqlite_store, runs.right_or_wrong(40, 6, 19, 15), run_id="two")
    digests = [
        next(one.digest for one in shown.compose(sqlite_store, "evaluation", name).sources if one.kind == "run") for name in ("one", "two")
    ]
    assert digests[0] != digests[1]
