"""The verdict of runs in a store, on both databases: what is read, what counts, what was looked at early, what is kept."""

import json
import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from sqlalchemy import delete, event, update

from tests.comparison import runs
from tests.comparison.runs import right_or_wrong
from workbench import stats
from workbench.comparison import printed, verdict
from workbench.comparison.matrix import Scores
from workbench.comparison.model import Comparison, Figures, Options, Pair
from workbench.comparison.verdict import compare_file, compare_run, compare_scores, outcomes
from workbench.errors import InputError, NotFound
from workbench.runner.tables import CellRow, RunRow
from workbench.stats.bayes import bayes_unpaired
from workbench.store import Store

WINS = right_or_wrong(60, 10, 24, 26)
STRONG = right_or_wrong(20, 2, 30, 8)


def pair(found: Comparison, metric: str = "score", a: str = "v0", b: str = "v1") -> Pair:
    return next(each for each in found.pairs if (each.metric, each.a, each.b) == (metric, a, b))


def line(found: Comparison, metric: str, variant: str) -> Figures:
    return next(each for each in found.figures if (each.metric, each.variant) == (metric, variant))


def said(found: Comparison, name: str) -> list[str]:
    return [check.sentence for check in found.checks if check.name == name and not check.ok]


def column(first: Sequence[float], second: Sequence[float], n: int = 120) -> list[list[Any]]:
    return [[row[at % len(row)] for at in range(n)] for row in (first, second)]


def test_a_run_is_read_once_and_says_which_variant_is_better(store: Store) -> None:
    columns = {"cost_nano": column([3_000, 2_900], [2_000, 1_900]), "latency_ms": column([800, 700], [801, 699])}
    found = compare_run(store, runs.make(store, WINS, columns=columns))
    assert (found.outcome, found.winner) == ("winner", "v1")
    result = pair(found).result
    assert (result.n, result.gained, result.lost, result.test, result.method) == (120, 24, 10, "mcnemar_exact", "tango")
    assert result.p == pytest.approx(stats.mcnemar_exact(24, 10))
    assert line(found, "cost_usd", "v1").mean == pytest.approx(1.95e-6)
    assert pair(found, "cost_usd").relative == pytest.approx(1950 / 2950 - 1)
    assert {name: standing.winner for name, standing in outcomes(found).items()} == {
        "score": "v1",
        "cost_usd": "v1",
        "latency_ms": None,
        "input_tokens": None,
        "output_tokens": None,
    }
    assert [metric.name for metric in found.metrics] == ["score", "cost_usd", "latency_ms", "input_tokens", "output_tokens"]
    assert found.about["run_id"] == "r"


def test_a_page_that_draws_again_costs_a_count_of_cells_and_a_new_cell_is_seen(store: Store) -> None:
    first = compare_run(store, runs.make(store, [row[:100] for row in WINS], state="running", total=240))
    asked: list[str] = []
    event.listen(store.engine, "before_cursor_execute", lambda _c, _u, statement, *_more: asked.append(statement))
    assert compare_run(store, "r") is first
    assert not any("latency_ms" in statement for statement in asked)
    with store.write() as session:
        session.execute(update(CellRow).where(CellRow.case_position == 0, CellRow.variant == 0).values(retries=3, score=0.0))
    again = compare_run(store, "r")
    assert again is not first
    assert line(again, "score", "v0").mean == pytest.approx((line(first, "score", "v0").mean or 0) - 0.01)
    with store.write() as session:
        session.execute(delete(CellRow).where(CellRow.case_position > 9))
    assert pair(compare_run(store, "r")).result.n == 10
    assert compare_run(store, "r", Options(level=0.9)) is not compare_run(store, "r")


def test_repeats_are_averaged_and_those_that_disagree_are_counted(store: Store) -> None:
    found = compare_run(store, runs.make(store, [[1.0, 0.0, 1.0, 1.0] * 20, [1.0] * 80], repeats=2))
    assert pair(found).result.n == 40
    assert pair(found).result.difference == pytest.approx(0.25)
    first, second = found.stability
    assert (first.variant, first.cases, first.flipping, second.flipping) == ("v0", 40, 0.5, 0.0)
    (sentence,) = said(found, "stability")
    assert sentence.startswith("v0: ")
    assert "50 %" in sentence


def test_cells_that_failed_are_counted_and_the_verdict_shows_what_they_would_change(store: Store) -> None:
    second = [None if 60 <= at < 75 else score for at, score in enumerate(WINS[1])]
    found = compare_run(store, runs.make(store, [WINS[0], second]))
    assert (found.winner, pair(found).result.n) == ("v1", 105)
    assert said(found, "missing") == [
        "15 cells have no score (v1 15); left out. Counted as wrong, the verdict would change: no clear difference."
    ]
    assert "hardly an accident" in said(found, "counts")[0]
    wrong = compare_run(store, "r", Options(missing="wrong"))
    assert (wrong.outcome, pair(wrong).result.n, line(wrong, "score", "v1").count) == ("undecided", 120, 120)
    assert said(wrong, "missing") == ["15 cells have no score (v1 15); counted as wrong."]


def test_a_repeat_that_failed_counts_as_wrong_beside_the_one_that_did_not(store: Store) -> None:
    runs.make(store, [[1.0, None, 1.0, 1.0], [1.0, 1.0, 0.0, 1.0]], repeats=2)
    assert line(compare_run(store, "r"), "score", "v0").mean == 1.0
    assert line(compare_run(store, "r", Options(missing="wrong")), "score", "v0").mean == 0.75


@pytest.mark.parametrize(
    ("state", "peeked"), [("running", True), ("stopped", True), ("finished", False), ("capped", False), ("failed", False)]
)
def test_only_a_run_that_somebody_could_end_by_looking_is_read_as_looked_at(sqlite_store: Store, state: str, peeked: bool) -> None:
    found = compare_run(sqlite_store, runs.make(sqlite_store, WINS, state=state))
    assert found.peeked == peeked
    assert found.outcome == ("undecided" if peeked else "winner")
    assert pair(found).result.test == ("e_value" if peeked else "mcnemar_exact")


@pytest.mark.parametrize("plan", [{"until_decided": True}, {"decision": {"outcome": "winner", "winner": "v1", "n": 60}}])
def test_a_run_that_stops_when_decided_was_looked_at_even_where_it_came_to_its_end(store: Store, plan: dict[str, Any]) -> None:
    """Not decided at any look, or decided and resumed: a plain test of all cases would be one more try at the same 5 %."""
    found = compare_run(store, runs.make(store, WINS, plan=plan))
    assert (found.about["state"], found.peeked, found.outcome) == ("finished", True, "undecided")
    assert pair(found).result.p == pair(found).sequential.p  # type: ignore[union-attr]
    assert compare_run(store, runs.make(store, WINS, run_id="plain")).outcome == "winner"


def test_a_run_that_was_looked_at_shows_nothing_that_does_not_hold_at_every_look(store: Store) -> None:
    columns = {"cost_nano": column([3_000, 2_900], [2_000, 1_900], 60), "latency_ms": column([900, 700], [700, 900], 60)}
    found = compare_run(store, runs.make(store, STRONG, state="stopped", total=400, columns=columns))
    assert (found.outcome, found.winner) == ("winner", "v1")
    score, cost = pair(found), pair(found, "cost_usd")
    assert score.sequential is not None
    assert (score.result.low, score.result.high, score.result.p) == (score.sequential.low, score.sequential.high, score.sequential.p)
    assert (score.result.p_mid, score.result.effect, score.more_cases) == (None, None, None)
    assert (cost.winner, cost.result.test, cost.result.low) == ("v1", "e_value_of_signs", None)
    assert pair(found, "latency_ms").outcome == "undecided"
    assert found.would_change == ()


def test_fewer_cases_than_a_handful_decide_nothing_while_somebody_looks(store: Store) -> None:
    found = compare_run(store, runs.make(store, [[0.0] * 9, [1.0] * 9], state="running", total=100))
    assert (found.outcome, found.would_change) == ("undecided", ("The rest of the run: 18 of 100 cells are done.",))


def test_a_run_that_was_decided_early_is_read_as_it_was_decided(store: Store) -> None:
    late = [[1.0] * 20, [0.0] * 20]  # under way when it was decided, and all for the other side
    scores = [[*first, *more] for first, more in zip(STRONG, late, strict=True)]
    decision = {"outcome": "winner", "winner": "v1", "n": 60}
    plan = {"until_decided": True, "margin": 0.05, "decision": decision}
    found = compare_run(store, runs.make(store, scores, state="decided", total=400, plan=plan))
    assert (found.outcome, found.winner, pair(found).result.n, found.options.margin) == ("winner", "v1", 60, 0.05)
    assert any(each.startswith("The run ended early, decided after 60 cases") for each in found.method)


def test_equivalence_while_somebody_looks_needs_the_whole_sequence_within_the_margin(store: Store) -> None:
    same = right_or_wrong(400, 3, 3, 194)
    found = compare_run(store, runs.make(store, same, state="stopped", total=2_000), Options(margin=0.1))
    within = pair(found).equivalence
    assert within is not None
    assert (found.outcome, within.equivalent) == ("equivalent", True)
    assert -0.1 < within.low < within.high < 0.1
    assert within.p < 0.05
    assert pair(compare_run(store, "r", Options(margin=0.01))).outcome == "undecided"


def test_the_winner_loses_where_a_tag_says_so(store: Store) -> None:
    scores = [[0.0] * 80 + [1.0] * 20 + [1.0] * 20, [1.0] * 80 + [1.0] * 20 + [0.0] * 20]
    tags = [["easy", "all"]] * 80 + [["all"]] * 20 + [["hard", "all"]] * 20
    found = compare_run(store, runs.make(store, scores, tags=tags))
    assert found.winner == "v1"
    assert [(part.tag, part.result.n, part.reversed) for part in found.slices] == [("easy", 80, False), ("hard", 20, True)]
    assert said(found, "slices") == ["On 'hard' it is the other way round: v0 is better than v1 by 100.0 points there."]


def test_where_nobody_wins_tags_may_still_disagree(store: Store) -> None:
    """Simpson's paradox: better on both kinds of cases by as much as worse."""
    scores = [[1.0] * 30 + [0.0] * 30, [0.0] * 30 + [1.0] * 30]
    found = compare_run(store, runs.make(store, scores, tags=[["short"]] * 30 + [["long"]] * 30))
    assert found.outcome == "undecided"
    assert said(found, "slices") == [
        "It depends on the cases: on 'short' v0 is better than v1 by 100.0 points; on 'long' v1 is better than v0 by 100.0 points."
    ]


def test_a_tag_on_few_cases_or_on_all_of_them_is_no_slice(store: Store) -> None:
    found = compare_run(store, runs.make(store, [[1.0] * 12, [0.0] * 12], tags=[["all", "few"]] * 4 + [["all"]] * 8))
    assert found.slices == ()


def test_cost_is_left_out_with_a_word_where_nothing_is_known_or_nothing_was_paid(store: Store) -> None:
    unknown = compare_run(store, runs.make(store, WINS, columns={"cost_nano": column([None], [None])}))
    assert "cost_usd" not in {metric.name for metric in unknown.metrics}
    assert "Cost is left out: no price is known for these models." in unknown.method
    free = compare_run(store, runs.make(store, WINS, run_id="s", provider="simulated", columns={"cost_nano": column([0], [0])}))
    assert "Cost is left out: nothing in this run cost money." in free.method
    assert said(free, "simulated") == ["v0 and v1: simulated replies, which say nothing about a real model."]


def test_a_variant_without_a_price_is_compared_on_the_rest(store: Store) -> None:
    found = compare_run(store, runs.make(store, WINS, columns={"cost_nano": column([None], [2_000])}))
    assert (found.winner, pair(found, "cost_usd").outcome) == ("v1", "undecided")
    assert pair(found, "cost_usd").verdict == "Nothing is known of cost on the same cases."


def test_a_run_without_scores_compares_the_rest(store: Store) -> None:
    columns = {"cost_nano": column([3_000, 2_900], [2_000, 1_900])}
    found = compare_run(store, runs.make(store, [[None] * 120] * 2, scored=False, columns=columns))
    assert (found.outcome, found.ranking, pair(found, "cost_usd").winner) == ("undecided", (), "v1")
    assert found.verdict.startswith("These replies carry no score")


@pytest.mark.parametrize(
    ("scores", "state", "sentence"),
    [
        ([[], []], "planned", "There is nothing to compare yet: no cell has been answered."),
        ([[None] * 10] * 2, "finished", "There is nothing to compare: every cell failed."),
        ([[None] * 10] * 2, "stopped", "There is nothing to compare: every cell that was asked failed."),
        ([[1.0, 0.0]], "finished", "There is only one variant, v0: a comparison takes two."),
        ([[1.0, None], [None, 1.0]], "finished", "Nothing can be said yet: no case has a score under both v0 and v1."),
    ],
)
def test_a_run_with_nothing_to_compare_says_so(store: Store, scores: Any, state: str, sentence: str) -> None:
    found = compare_run(store, runs.make(store, scores, state=state))
    assert (found.outcome, found.winner, found.verdict) == ("undecided", None, sentence)
    json.dumps(printed.to_json(found), allow_nan=False)


def test_what_is_printed_holds_means_spreads_and_counts_and_is_finite(store: Store) -> None:
    data = json.loads(
        json.dumps(printed.to_json(compare_run(store, runs.make(store, WINS, tags=[["a"]] * 60 + [["b"]] * 60))), allow_nan=False)
    )
    score = data["metrics"]["score"]
    assert (score["outcome"], score["winner"]) == ("winner", "v1")
    assert score["variants"]["v1"]["count"] == 120
    assert score["variants"]["v1"]["mean"] == pytest.approx(0.7)
    assert score["variants"]["v1"]["sd"] == pytest.approx(0.4602, abs=1e-4)
    first = data["pairs"][0]
    assert list(first)[:14] == [
        *("a", "b", "metric", "n", "difference", "low", "high", "p", "test", "outcome", "winner", "verdict", "p_mid", "p_adjusted"),
    ]
    assert (first["bayes"]["probability"] > 0.95, first["gained"], len(data["slices"])) == (True, 24, 2)
    assert data["slices"][0]["n"] == 60


def test_summary_and_comparison_say_the_same(store: Store) -> None:
    from workbench.comparison import summarise

    runs.make(store, WINS)
    found, summary = compare_run(store, "r"), summarise(store, "r")
    result = pair(found).result
    told = summary.pairs[0]
    assert (told.n, told.difference, told.low, told.high, told.p) == (result.n, result.difference, result.low, result.high, result.p)
    assert (summary.variants[0].low, summary.variants[0].high) == (line(found, "score", "v0").low, line(found, "score", "v0").high)


def test_replies_that_repeat_a_case_have_a_mean_of_their_own_and_are_worth_fewer(store: Store) -> None:
    row = [float(case % 3 == 0) for case in range(30) for _ in range(2)]
    found = compare_run(store, runs.make(store, [row, [*row[:-2], 1.0, 0.0]], repeats=2))
    alike, other = found.stability
    assert (alike.replies, alike.mean, alike.flipping) == (60, pytest.approx(1 / 3), 0.0)
    assert alike.effective == pytest.approx(30 * (29 / 30) / (59 / 60))
    assert other.mean == pytest.approx(21 / 60)
    assert other.effective is not None
    assert 30 * (29 / 30) / (59 / 60) < other.effective < 60
    assert alike.low is not None
    assert alike.high is not None
    assert 0 <= alike.low < 1 / 3 < alike.high <= 1
    wide = compare_run(store, "r", Options(level=0.99)).stability[0]
    assert (wide.low or 0) < alike.low
    assert compare_run(store, runs.make(store, [[1.0] * 4] * 2, run_id="s", repeats=2)).stability[0].effective is None


def test_few_differing_scores_make_no_winner_while_their_interval_holds_0() -> None:
    first = [0.9] * 50
    few = compare_scores(["a", "b"], [first, [0.8 - at / 1000 if at < 9 else 0.9 for at in range(50)]])
    result = pair(few, a="a", b="b").result
    assert result.low is not None
    assert result.high is not None
    assert (result.p or 1) < 0.05
    assert result.low < 0 < result.high
    assert (few.outcome, few.winner) == ("undecided", None)
    more = compare_scores(["a", "b"], [first, [0.8 - at / 1000 if at < 30 else 0.9 for at in range(50)]])
    assert (more.outcome, more.winner) == ("winner", "a")


def test_where_nothing_bounds_a_difference_p_alone_decides() -> None:
    found = compare_scores(["a", "b"], [[2.0] * 30, [3.0] * 30])
    only = pair(found, a="a", b="b")
    assert (found.winner, only.result.low, only.detectable) == ("b", None, None)


@pytest.mark.parametrize("seed", range(40))
def test_no_winner_ever_stands_beside_an_interval_that_holds_0(seed: int) -> None:
    draw = np.random.default_rng(seed)
    first = draw.beta(8, 1, 30).round(2)
    second = np.clip(first - np.where(draw.random(30) < 0.3, draw.exponential(0.2, 30), 0), 0, 1).round(2)
    for limited in (1, 30):  # shares, and numbers without limits
        found = compare_scores(["a", "b"], [limited * first, limited * second])
        result = pair(found, a="a", b="b").result
        if found.winner and result.low is not None and result.high is not None:
            assert result.low > 0 or result.high < 0


def test_a_case_without_a_row_is_missing_as_one_without_a_score_is() -> None:
    known = [(variant, case, float(case % 2)) for variant in (0, 1) for case in range(40) if variant == 0 or case % 2]
    empty = [*known, *((1, case, math.nan) for case in range(0, 40, 2))]
    for options in (Options(), Options(missing="wrong")):
        absent, written = (compare_file(Scores(("a", "b"), 40, rows), options) for rows in (known, empty))
        assert printed.to_json(absent) == printed.to_json(written)
        assert "20 scores are missing" in said(absent, "missing")[0]
    assert pair(compare_file(Scores(("a", "b"), 40, known), Options(missing="wrong")), a="a", b="b").result.n == 40
    alone = compare_file(Scores(("a", "b"), 40, known, paired=False))
    assert said(alone, "missing") == []  # of different cases none is known to lack a row


@pytest.mark.parametrize(
    ("row", "higher", "unit"),
    [
        ([0.1, 0.9], True, "share"),
        ([0.1, 0.9], False, "number"),  # seconds, say
        ([0.0, 1.0], False, "share"),  # whether it failed
        ([0.1, 1.9], True, "number"),
    ],
)
def test_scores_are_shares_where_higher_ones_of_0_to_1_are_better(row: list[float], higher: bool, unit: str) -> None:
    found = compare_scores(["a", "b"], [row * 10, row[::-1] * 10], higher_is_better=higher)
    assert found.metrics[0].unit == unit


@pytest.mark.parametrize(("rows", "higher"), [([[1.0, math.nan], [5.0, 2.0]], True), ([[1.0, math.nan], [0.0, 1.0]], False)])
def test_missing_counts_as_wrong_only_where_0_is_wrong(rows: list[list[float]], higher: bool) -> None:
    assert compare_scores(["a", "b"], rows, higher_is_better=higher).outcome == "undecided"
    with pytest.raises(InputError, match="what counts as wrong is not known") as refused:
        compare_scores(["a", "b"], rows, Options(missing="wrong"), higher_is_better=higher)
    assert refused.value.place == "missing"


def test_different_cases_have_a_bayesian_reading_too() -> None:
    first, second = [1.0] * 30 + [0.0] * 30, [1.0] * 45 + [0.0] * 20
    there, back = (
        pair(compare_scores(["a", "b"], [first, second], paired=False, higher_is_better=higher), a="a", b="b").bayes
        for higher in (True, False)
    )
    assert there is not None
    assert back is not None
    assert 0.95 < there.probability < 1
    assert there.probability + back.probability == pytest.approx(1)
    assert there == bayes_unpaired(first, second)


def test_what_makes_no_sense_is_refused(store: Store) -> None:
    runs.make(store, WINS)
    with pytest.raises(NotFound):
        compare_run(store, "nothing")
    for options in (Options(level=2), Options(level=0.5), Options(margin=0), Options(baseline="nobody"), Options(missing="odd")):
        with pytest.raises(InputError):
            compare_run(store, "r", options)
    with pytest.raises(InputError):
        compare_scores(["a", "b"], [[1, 0], [1]])
    with pytest.raises(InputError):
        compare_scores(["a"], [[1, 0], [1, 1]])
    with pytest.raises(InputError, match="two variants named 'a'"):
        compare_scores(["a", "b", "a"], [[1, 0], [1, 1], [0, 0]])


def test_a_run_that_is_deleted_and_made_again_is_read_again(store: Store) -> None:
    runs.make(store, WINS)
    assert compare_run(store, "r").winner == "v1"
    with store.write() as session:
        session.execute(delete(RunRow))
    runs.make(store, WINS[::-1])
    with store.write() as session:
        session.execute(update(RunRow).values(created_ms=5))
    assert compare_run(store, "r").winner == "v0"


def test_swapping_two_variants_swaps_the_verdict_and_nothing_else() -> None:
    there, back = compare_scores(["a", "b"], WINS), compare_scores(["b", "a"], WINS[::-1])
    assert (there.outcome, there.winner, there.verdict) == (back.outcome, back.winner, back.verdict)


def test_the_last_results_are_kept_and_no_more(store: Store) -> None:
    runs.make(store, [[1.0, 0.0], [0.0, 0.0]])
    for at in range(60):
        compare_run(store, "r", Options(margin=0.01 + at / 1000))
    assert len(verdict._results) <= 32
