"""The first sentence of a verdict, as it is read aloud: exact words for every situation, and no figure that does not exist."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.comparison.runs import make, right_or_wrong
from workbench import store
from workbench.comparison import printed
from workbench.comparison.matrix import Matrix, Scores
from workbench.comparison.model import METRICS, Comparison, Options
from workbench.comparison.verdict import compare_file, compare_matrix, compare_run, compare_scores

NAN = float("nan")
WINS = right_or_wrong(60, 10, 24, 26)
OPEN = right_or_wrong(60, 10, 13, 37)
ZIGZAG = np.where(np.arange(120) % 2, 1.1, 0.9)


def compared(
    scores: Sequence[Sequence[float]] | None, options: Options | None = None, *, peeked: bool = False, **metrics: Any
) -> Comparison:
    """The comparison of intent@2, intent@3, ... with the values of other metrics given by name."""
    values = {name: np.array(rows, dtype=float) for name, rows in metrics.items()}
    if scores is not None:
        values["score"] = np.array(scores, dtype=float)
    shape = next(iter(values.values())).shape
    rows = [(at, case, value) for (at, case), value in np.ndenumerate(values.get("score", np.zeros(shape)))]
    made = Matrix(
        names=tuple(f"intent@{at + 2}" for at in range(shape[0])),
        metrics=tuple(metric for metric in METRICS if metric.name in values),
        values=values,
        missing=np.zeros(shape, dtype=np.int64),
        finished_ms=np.zeros(shape, dtype=np.int64),
        scores=np.array(rows),
    )
    return compare_matrix(made, options or Options(), peeked=peeked)


def test_better_and_cheaper_and_as_fast() -> None:
    found = compared(WINS, cost_usd=[0.0030 * ZIGZAG, 0.00207 * ZIGZAG], latency_ms=[800 * ZIGZAG, 800 * ZIGZAG])
    assert found.verdict == (
        "intent@3 is better than intent@2 by 11.7 points (95 % interval 2.2 to 21.2, n = 120), costs 31 % less and answers as fast."
    )
    assert (found.outcome, found.winner, found.trade_offs) == ("winner", "intent@3", ())


def test_better_and_dearer_and_slower_names_the_trade_offs() -> None:
    found = compared(WINS, cost_usd=[0.002 * ZIGZAG, 0.003 * ZIGZAG], latency_ms=[800 * ZIGZAG, 2400 * ZIGZAG])
    assert found.verdict == (
        "intent@3 is better than intent@2 by 11.7 points (95 % interval 2.2 to 21.2, n = 120), "
        "but costs 50 % more and takes 3.0 times as long."
    )
    assert [said.split(":")[0] for said in found.trade_offs] == ["Better but dearer", "Better but slower"]


def test_better_and_cheaper_but_slower() -> None:
    found = compared(WINS, cost_usd=[0.003 * ZIGZAG, 0.002 * ZIGZAG], latency_ms=[800 * ZIGZAG, 900 * ZIGZAG])
    assert found.verdict.endswith("n = 120), costs 33 % less but is 12 % slower.")


def test_a_difference_in_latency_that_no_test_shows_is_called_so() -> None:
    noise = np.random.default_rng(3).lognormal(6, 1, (2, 120))
    assert compared(WINS, latency_ms=noise).verdict.endswith("n = 120); no clear difference in latency.")


def test_the_first_variant_wins_and_the_interval_is_seen_from_it() -> None:
    assert compared(WINS[::-1]).verdict == "intent@2 is better than intent@3 by 11.7 points (95 % interval 2.2 to 21.2, n = 120)."


def test_no_clear_difference_says_who_is_ahead_and_what_would_decide() -> None:
    assert compared(OPEN).verdict == (
        "No clear difference between intent@2 and intent@3 yet: intent@3 is ahead by 2.5 points (95 % interval −5.6 to 10.7, n = 120); "
        "about 2,400 more cases would show a difference of this size."
    )


def test_no_clear_difference_in_score_but_a_clear_one_in_cost() -> None:
    found = compared(OPEN, cost_usd=[0.003 * ZIGZAG, 0.0018 * ZIGZAG])
    assert found.verdict.endswith("would show a difference of this size; intent@3 costs 40 % less.")
    assert found.trade_offs[0].startswith("No clear difference in score, but intent@3 costs 40 % less than intent@2 (−$")


def test_as_good_within_the_margin_and_cheaper() -> None:
    scores = right_or_wrong(100, 2, 3, 15)
    found = compared(scores, Options(margin=0.05), cost_usd=[0.001 * ZIGZAG, 0.003 * ZIGZAG])
    assert found.verdict == (
        "intent@2 is as good as intent@3 within 5 points (difference −0.8, 90 % interval −4.7 to 2.8, n = 120), and costs 67 % less."
    )
    assert (found.outcome, found.winner) == ("equivalent", None)


def test_as_good_and_yet_a_small_difference_that_is_real() -> None:
    found = compare_scores(["a", "b"], right_or_wrong(900, 0, 10, 100), Options(margin=0.03))
    assert found.verdict == (
        "b is as good as a within 3 points (difference +1.0, 90 % interval 0.6 to 1.6, n = 1,010); the small difference is real."
    )


def test_the_same_result_everywhere() -> None:
    assert compare_scores(["a", "b"], [[1, 0, 1], [1, 0, 1]]).verdict == (
        "a and b gave the same result on all 3 cases, so nothing tells them apart."
    )
    assert compare_scores(["a", "b"], [[1], [1]]).verdict == "a and b gave the same result on the only case, so nothing tells them apart."


def test_equal_means_of_different_results() -> None:
    assert compare_scores(["a", "b"], right_or_wrong(5, 3, 3, 9)).verdict == (
        "No clear difference between a and b yet: their means are equal (95 % interval −25.8 to 25.8, n = 20)."
    )


def test_a_run_that_was_looked_at_tells_the_interval_that_holds_at_every_look() -> None:
    found = compared(right_or_wrong(20, 2, 30, 8), peeked=True)
    assert found.verdict == "intent@3 is better than intent@2 by 46.7 points (always-valid 95 % interval 23.1 to 67.8, n = 60)."
    assert any("ordinary p values do not hold" in said for said in found.method)


def test_what_wins_at_a_fixed_number_of_cases_may_be_open_where_somebody_looked() -> None:
    assert compared(WINS).outcome == "winner"
    assert compared(WINS, peeked=True).outcome == "undecided"


def test_without_scores_the_rest_is_still_compared() -> None:
    found = compared(None, cost_usd=[0.003 * ZIGZAG, 0.0018 * ZIGZAG], latency_ms=[800 * ZIGZAG, 800 * ZIGZAG])
    assert found.verdict == (
        "These replies carry no score, so which variant is better stays open; "
        "against intent@2, intent@3 costs 40 % less and answers as fast."
    )
    assert found.outcome == "undecided"


def test_one_of_three_beats_both_others() -> None:
    assert compared([*WINS, [0.0] * 120]).verdict == (
        "intent@3 is better than both others: than the next best, intent@2, by 11.7 points (95 % interval 2.2 to 21.2, n = 120)."
    )


def test_two_lead_and_are_better_than_the_third() -> None:
    found = compared([[0.0] * 60 + [1.0] * 60, [1.0] * 100 + [0.0] * 20, [1.0] * 99 + [0.0] * 20 + [1.0]])
    assert found.verdict == (
        "intent@3 and intent@4 lead; both are better than intent@2; between the two no clear difference yet: "
        "intent@3 and intent@4 have equal means (95 % interval −3.8 to 3.8, n = 120)."
    )
    assert [(rank.place, rank.variant) for rank in found.ranking] == [(1, "intent@3"), (1, "intent@4"), (3, "intent@2")]


def test_three_that_nothing_tells_apart() -> None:
    assert compared([*OPEN, OPEN[0]]).verdict == (
        "No clear difference between intent@3, intent@2 and intent@4 yet: the best, intent@3, is ahead of intent@2 by 2.5 points "
        "(95 % interval −5.6 to 10.7, n = 120); about 3,200 more cases would tell intent@2 from intent@3."
    )


def test_three_as_good_as_each_other() -> None:
    found = compared([*right_or_wrong(100, 2, 2, 16), right_or_wrong(100, 2, 2, 16)[0]], Options(margin=0.1))
    assert (found.outcome, found.verdict) == ("equivalent", "intent@2, intent@3 and intent@4 are as good as each other within 10 points.")


def test_against_a_baseline_the_only_one_that_beats_it_wins() -> None:
    found = compared([*WINS, WINS[0]], Options(baseline="intent@2"))
    assert found.verdict == (
        "intent@3 is better than intent@2 (the baseline) by 11.7 points (95 % interval 2.2 to 21.2, n = 120); intent@4 shows no clear "
        "difference from intent@2 (the baseline) yet: intent@2 and intent@4 gave the same result on every case."
    )
    assert (found.outcome, found.winner) == ("winner", "intent@3")
    assert [(pair.a, pair.b) for pair in found.pairs] == [("intent@2", "intent@3"), ("intent@2", "intent@4")]


def test_of_several_that_beat_the_baseline_the_best_mean_wins_and_everything_is_told_of_it() -> None:
    better = [1.0] * 96 + [0.0] * 24
    found = compared([*WINS, better], Options(baseline="intent@2"), latency_ms=[800 * ZIGZAG, 400 * ZIGZAG, 2400 * ZIGZAG])
    assert found.verdict == (
        "intent@3 and intent@4 are both better than intent@2 (the baseline); "
        "the better of the two by mean is intent@4, which this comparison does not test."
    )
    assert (found.outcome, found.winner) == ("winner", "intent@4")
    assert found.numbers[0] == "intent@4 is better than intent@2 by 21.7 points (95 % interval 15.2 to 29.9, n = 120)."
    assert found.numbers[2].startswith("The probability that intent@4 is better is over 99.9 %; ")
    assert [said.split(" (")[0] for said in found.trade_offs] == ["Better but slower: intent@4 takes 3.0 times as long as intent@2"]
    assert not any("margin" in said or "larger difference" in said for said in found.would_change)


def test_several_that_beat_the_baseline_by_the_same_are_not_told_apart() -> None:
    found = compared([*WINS, WINS[1]], Options(baseline="intent@2"))
    assert found.verdict == (
        "intent@3 and intent@4 are both better than intent@2 (the baseline); this comparison does not test them against each other."
    )
    assert (found.outcome, found.winner) == ("winner", "intent@3")
    three = compared([*WINS, WINS[1], [1.0] * 96 + [0.0] * 24], Options(baseline="intent@2"))
    assert three.verdict == (
        "intent@3, intent@4 and intent@5 are all better than intent@2 (the baseline); "
        "the best of them by mean is intent@5, which this comparison does not test."
    )


def test_several_that_do_not_differ_clearly_from_the_baseline_are_named_before_it() -> None:
    found = compare_scores(["A", "B", "C"], [*OPEN, OPEN[0]], Options(baseline="A"))
    assert found.verdict == "B and C show no clear difference from A (the baseline) yet."


def test_two_leaders_are_told_with_the_points_between_them() -> None:
    scores = np.zeros((3, 120))
    scores[1, :49] = scores[2, :38] = scores[2, 49:72] = 1
    found = compare_scores(["A", "B", "C"], scores)
    assert found.verdict == (
        "C and B lead; both are better than A; between the two no clear difference yet: "
        "C is ahead of B by 10.0 points (95 % interval 0.5 to 19.6, n = 120); about 190 more cases would tell them apart."
    )
    assert found.numbers[1].startswith("C against B: p = 0.058 (mid-p 0.041). The interval")
    assert found.numbers[2].startswith("The probability that C is better is 98.1 %; ")


def test_a_corrected_p_is_told_where_it_is_another_one() -> None:
    found = compare_scores(["A", "B", "C"], [*WINS, OPEN[0]])
    assert "; corrected for 3 pairs p = " in found.numbers[1]
    assert all("corrected" not in said for said in compare_scores(["A", "B", "C"], [[0.0] * 120, [1.0] * 120, [0.0] * 120]).numbers)


def test_each_trade_off_speaks_of_the_one_its_first_words_praise() -> None:
    scores, slow, wordy = right_or_wrong(100, 2, 2, 16), [400 * ZIGZAG, 800 * ZIGZAG], [5 * ZIGZAG, 20 * ZIGZAG]
    equal = compared(scores, Options(margin=0.1), latency_ms=slow, input_tokens=[[300] * 120, [100] * 120], output_tokens=wordy)
    assert [said.split(" (")[0] for said in equal.trade_offs] == [
        "As good and faster: intent@2 takes 50 % less time than intent@3",
        "As good and sends fewer tokens: intent@3 sends 67 % fewer tokens than intent@2",
        "As good and briefer: intent@2 writes 75 % fewer tokens than intent@3",
    ]
    assert equal.trade_offs[0].endswith(" (−400 ms, 95 % interval −407 ms to −393 ms, n = 120).")
    won = compared(WINS[::-1], latency_ms=slow[::-1], output_tokens=wordy[::-1])
    assert [said.split(" (")[0] for said in won.trade_offs] == [
        "Better but slower: intent@2 takes 2.0 times as long as intent@3",
        "Better but wordier: intent@2 writes 4.0 times the tokens of intent@3",
    ]
    assert won.verdict.endswith("n = 120), but takes 2.0 times as long.")


def test_a_baseline_that_beats_all_wins() -> None:
    found = compared([*WINS[::-1], WINS[0]], Options(baseline="intent@2"))
    assert (found.winner, found.verdict) == ("intent@2", "intent@2 (the baseline) is better than all others.")


def test_scores_of_any_size_are_told_without_points() -> None:
    better = np.arange(30) % 7 + 10.0
    found = compare_scores(["a", "b"], [better, better + 2 + ZIGZAG[:30]])
    assert found.verdict.startswith("b is better than a by 3.00 (95 % interval ")
    fewer = compare_scores(["a", "b"], [better, better + 2 + ZIGZAG[:30]], higher_is_better=False)
    assert fewer.verdict.startswith("a is better than b by 3.00 (95 % interval 2.9")


def test_one_point_is_one_point() -> None:
    assert "by 1.0 point (" in compare_scores(["a", "b"], right_or_wrong(900, 0, 10, 90)).verdict


def test_where_each_is_beaten_by_another_on_other_cases_that_is_said() -> None:
    right, wrong, none = [1.0] * 20, [0.0] * 20, [NAN] * 20
    found = compare_scores(["A", "B", "C"], [right + none + wrong, wrong + right + none, none + wrong + right])
    assert found.verdict == (
        "No clear winner: A, B and C were compared on different cases, and each is beaten by another (B by A, A by C and C by B)."
    )
    assert found.would_change == ("Scores of the same cases under every variant.",)


def test_variants_without_scores_are_named_and_the_rest_is_decided() -> None:
    none = [NAN] * 120
    found = compare_scores(["A", "C", "B"], [WINS[0], none, WINS[1]])
    assert (found.outcome, found.winner) == ("winner", "B")
    assert found.verdict == "B is better than A by 11.7 points (95 % interval 2.2 to 21.2, n = 120); C has no score."
    assert [rank.variant for rank in found.ranking] == ["B", "A", "C"]
    many = compare_scores(["A", "B", "C", "D", "E"], [*WINS, [0.0] * 120, none, none])
    assert many.verdict == (
        "B is better than both others with a score: than the next best, A, by 11.7 points (95 % interval 2.2 to 21.2, n = 120); "
        "D and E have no score."
    )


def test_scores_of_one_variant_alone_are_no_comparison() -> None:
    rows = [[1.0, 0.0], [NAN, NAN], [NAN, NAN]]
    assert compare_scores(["A", "B", "C"], rows).verdict == "Only A has scores: a comparison takes two."
    against = compare_scores(["A", "B", "C"], rows, Options(baseline="A"))
    assert (against.verdict, against.outcome) == ("Only A has scores: a comparison takes two.", "undecided")
    assert compare_scores(["A"], rows[:1]).method == ()


def test_a_baseline_without_scores_holds_nobody() -> None:
    found = compare_scores(["A", "B", "C"], [[NAN] * 120, *WINS], Options(baseline="A"))
    assert found.verdict == "Nothing can be said yet: the baseline A has no score to hold the others against."
    assert (found.outcome, found.winner) == ("undecided", None)


def test_numbers_are_counted_as_higher_lower_and_the_same() -> None:
    found = compare_scores(["A", "B"], [[0.5] * 40, [0.4] * 6 + [0.5] * 34])
    assert found.numbers[0] == "A scored higher than B on 6 cases, lower on 0, the same on 34."


def test_the_winner_is_the_subject_of_the_numbers() -> None:
    found = compare_scores(["A", "B"], WINS[::-1])
    assert found.numbers[0] == "A alone was right on 24 cases, B alone on 10; both on 60, neither on 26."
    assert (
        found.numbers[3] == "For each case that only B got right, A alone got 2.40 right (matched odds ratio, 95 % interval 1.11 to 5.62)."
    )
    turned = compare_scores(["B", "A"], WINS)
    assert found.numbers == turned.numbers


def test_whole_ratios_are_told_whole() -> None:
    found = compare_scores(["A", "B"], right_or_wrong(50, 2, 40, 20))
    assert found.numbers[3].startswith("For each case that only A got right, B alone got 20 right (")


def test_the_cases_that_would_turn_it_are_counted_after_the_correction() -> None:
    scores = np.ones((3, 60))
    scores[0, :14] = scores[1, :2] = scores[2, 1:15] = 0
    found = compare_scores(["A", "B", "C"], scores)
    assert (found.winner, found.would_change) == ("B", ("2 cases the other way would leave it open.",))


def test_constants_have_no_spread() -> None:
    found = compare_scores(["A", "B"], [[0.1 + 0.2] * 30, [0.7] * 30])
    assert [line.sd for line in found.figures] == [0.0, 0.0]


def test_a_difference_that_shows_as_nothing_is_not_announced_with_its_digits() -> None:
    odd = np.arange(40) % 2
    found = compare_scores(["A", "B"], [np.full(40, 0.5), 0.5 + 1e-9 * odd])
    assert found.verdict == "B is better than A by less than 0.1 points (n = 40)."
    large = np.arange(20) + 1e6
    assert compare_scores(["A", "B"], [large, large + 1e-4]).verdict == "B is better than A by next to nothing (n = 20)."
    lost = compare_scores(["A", "B"], [np.full(40, 2.0), 3 + odd])
    assert "choosing B is expected to lose next to nothing, choosing A 1.50." in "".join(lost.numbers)


def test_a_small_difference_that_is_real_is_told_among_several_too() -> None:
    best = np.array([1.0] * 380 + [0.0] * 20)
    less = np.where(np.arange(400) < 12, 0.0, best)
    found = compare_scores(["A", "B", "C"], [best, less, best], Options(margin=0.06))
    assert found.verdict == (
        "A, C and B are as good as each other within 6 points; the small differences between A and B and between B and C are real."
    )
    against = compare_scores(["A", "B", "C"], [best, less, best], Options(margin=0.06, baseline="A"))
    assert against.verdict == "B and C are as good as A (the baseline) within 6 points; the small difference between A and B is real."


def test_more_cases_than_anybody_would_ask_are_not_counted() -> None:
    found = compare_scores(["A", "B"], right_or_wrong(300, 58, 57, 85))
    assert found.verdict == (
        "No clear difference between A and B yet: A is ahead by 0.2 points (95 % interval −4.0 to 4.4, n = 500); "
        "to show a difference of this size would take more cases than anybody would ask."
    )
    assert found.would_change[0] == "More cases than anybody would ask, if the difference is as small as it looks."


def test_names_that_a_sentence_would_swallow_stand_in_quotes() -> None:
    found = compare_scores(["a, b", "c and d", "e\nf"], [*WINS, [0.0] * 120])
    assert found.verdict == (
        "“c and d” is better than both others: than the next best, “a, b”, by 11.7 points (95 % interval 2.2 to 21.2, n = 120)."
    )
    assert found.pairs[1].verdict.startswith("“a, b” is better than “e f” by ")


def test_a_test_that_the_interval_does_not_bear_out_is_told() -> None:
    first = np.full(30, 0.9)
    second = first - np.where(np.arange(30) < 8, 0.2 * (1 + np.arange(30) * 1e-3), 0)
    found = compare_scores(["A", "B"], [first, second])
    assert found.outcome == "undecided"
    assert found.numbers[1].endswith(
        " The test alone would call it (p = 0.008), but the interval does not leave 0 out: too few cases differ to say by how much."
    )


def test_what_is_not_worse_by_the_margin_is_told_where_no_more_is_known() -> None:
    rows = right_or_wrong(90, 2, 8, 20)
    found = compare_scores(["A", "B"], rows, Options(margin=0.03))
    assert found.outcome == "undecided"
    assert found.verdict.endswith("would show a difference of this size; B is not worse than A by more than 3 points.")
    assert "not worse" not in compare_scores(["A", "B"], rows[::-1], Options(margin=0.03)).verdict
    against = compare_scores(["A", "B", "C"], [*rows, rows[1]], Options(margin=0.03, baseline="A"))
    assert "; B is not worse than A by more than 3 points; C is not worse than A by more than 3 points." in against.verdict


def test_leaders_that_share_no_case_are_not_called_equal() -> None:
    right, wrong, none = [1.0] * 20, [0.0] * 20, [NAN] * 20
    found = compare_scores(["A", "B", "C"], [right + none, wrong + wrong, none + right])
    assert found.verdict == "A and C lead; both are better than B; no case has a score under both A and C."
    apart = compare_scores(["A", "B", "C"], [right + none, none + right, [NAN] * 18 + [1.0] * 4 + [NAN] * 18])
    assert apart.verdict == "No clear difference between A, B and C yet: no case has a score under both A and B."


@pytest.mark.parametrize("paired", [True, False], ids=["paired", "unpaired"])
def test_the_numbers_do_not_depend_on_which_variant_comes_first(paired: bool) -> None:
    draw = np.random.default_rng(8)
    for high in (0.5, 1.0, 2.0):
        rows = [draw.integers(0, 2, 60) * 1.0, draw.integers(0, 2, 60) * high]
        found = compare_scores(["A", "B"], rows, paired=paired)
        turned = compare_scores(["B", "A"], rows[::-1], paired=paired)
        assert [said.split(" (")[0] for said in found.numbers] == [said.split(" (")[0] for said in turned.numbers]


@pytest.mark.parametrize("state", ["stopped", "capped", "running"])
def test_cells_that_were_never_asked_are_not_taken_for_failed_ones(home: Path, state: str) -> None:
    def counts(run_id: str) -> str:
        return next(check.sentence for check in compare_run(store.current(), run_id).checks if check.name == "counts")

    make(store.current(), [[1.0] * 60, [1.0] * 20], run_id="asked", state=state, total=120)
    assert counts("asked") == "Cases with a score so far: v0 60 and v1 20."
    make(store.current(), [[1.0] * 60, [1.0] * 20 + [None] * 30], run_id="failed", state=state, total=120)
    assert counts("failed").startswith("Unequal numbers of cases (v0 60 and v1 20): what is missing is hardly an accident")
    make(store.current(), [[1.0] * 60, [1.0] * 20 + [None] * 40], run_id="ended")
    assert counts("ended").startswith("Unequal numbers of cases (v0 60 and v1 20)")


def test_few_cases_that_decided_a_run_are_not_called_too_few(home: Path) -> None:
    decided = {"until_decided": True, "decision": {"n": 16}}
    make(store.current(), [[1.0] * 16, [0.0] * 16], state="decided", total=200, plan=decided)
    assert "few_cases" not in [check.name for check in compare_run(store.current(), "r").checks]
    few = compare_scores(["A", "B"], [[1.0] * 16, [0.0] * 16])
    assert "Only 16 cases: too few to show any but a very large difference." in [check.sentence for check in few.checks]


def test_repeats_are_told_by_what_they_are_worth() -> None:
    rows = [
        (variant, case, float(case % 3 > 0 or (case % 9 == 0 and turn > 0)))
        for variant in (0, 1)
        for case in range(90)
        for turn in range(3)
    ]
    found = compare_file(Scores(("A", "B"), 90, rows, paired=True, higher_is_better=True))
    assert found.stability[0].effective == pytest.approx(103, abs=1)
    said = [check.sentence for check in found.checks if check.name == "stability"]
    assert said[0] == "A: 270 replies to 90 cases are worth about 100 independent ones; on 11 % of the cases repeats disagree."


EDGES: dict[str, list[list[float]]] = {
    "no variant": [],
    "no case": [[], []],
    "one case": [[1], [0]],
    "two cases": [[1, 1], [0, 0]],
    "one side missing": [[NAN, NAN], [1, 0]],
    "all missing": [[NAN] * 3, [NAN] * 3],
    "one case in both": [[1, NAN, 0], [NAN, 1, 1]],
    "one constant": [[0.5] * 9, [0.5] * 9],
    "two constants": [[0.5] * 30, [0.7] * 30],
    "all ties": [[0, 1] * 9, [0, 1] * 9],
    "all against all": [[1] * 200, [0] * 200],
    "one variant": [[1, 0, 1]],
    "a variant without scores": [[0.1, 0.2, 0.9], [0.2, 0.2, 0.8], [NAN, NAN, NAN]],
    "beyond 0..1": [[5, 5, 5], [5, 5, 6]],
    "huge and tiny": [[1e90, 2e90, 0], [1e-90, 0, 0]],
}


@pytest.mark.parametrize("peeked", [False, True], ids=["planned end", "looked at"])
@pytest.mark.parametrize("margin", [None, 0.03], ids=["no margin", "margin"])
@pytest.mark.parametrize("scores", EDGES.values(), ids=EDGES)
def test_whatever_comes_in_there_is_a_sentence_and_no_made_up_figure(scores: list[list[float]], margin: float | None, peeked: bool) -> None:
    names = [f"v{at}" for at in range(len(scores))]
    found = compare_scores(names, scores, Options(margin=margin))
    if scores and scores[0] and not np.isnan(np.array(scores)).all() and np.nanmin(scores) >= 0 and np.nanmax(scores) <= 1:
        found = compared(scores, Options(margin=margin), peeked=peeked)
    assert_readable(found)


def test_tables_drawn_at_random_make_sentences_and_finite_figures() -> None:
    draw = np.random.default_rng(5)
    for _ in range(40):
        shape = int(draw.integers(1, 6)), int(draw.choice([0, 1, 2, 3, 9, 10, 11, 31]))
        right, parts = (draw.random(shape) < 0.6).astype(float), np.round(draw.random(shape) * 3) / 3
        scores = np.where(draw.random(shape) < draw.choice([0, 0.1, 0.5, 0.95]), NAN, (right, parts)[draw.integers(2)])
        cost = np.where(draw.random(shape) < 0.1, NAN, draw.lognormal(-6, 1, shape))
        baseline = (None, "intent@2")[draw.integers(2)]
        options = Options(margin=(None, 0.03, 0.5)[draw.integers(3)], baseline=baseline, missing=("left_out", "wrong")[draw.integers(2)])
        found = compared(scores, options, peeked=bool(draw.integers(2)), cost_usd=cost, latency_ms=draw.lognormal(6, 1, shape).round())
        assert_readable(found)
        json.dumps(printed.to_json(found), allow_nan=False)


def assert_readable(found: Comparison) -> None:
    said = [found.verdict, *found.numbers, *found.method, *found.would_change, *found.trade_offs]
    said += [pair.verdict for pair in found.pairs] + [check.sentence for check in found.checks]
    for sentence in said:
        assert sentence.endswith("."), sentence
        assert sentence[0].isupper() or sentence[0].isdigit() or sentence.startswith(("v", "intent@")), sentence
        assert not {"nan", "none", "inf", "-0.0", "−0.0"} & set(sentence.lower().replace("(", " ").replace(")", " ").split()), sentence
        assert "significant" not in sentence
        assert "  " not in sentence
