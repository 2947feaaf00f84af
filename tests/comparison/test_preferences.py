"""What ratings say: cases counted once, the exact test, the ranking, agreement, and a sentence for every state."""

import json

import pytest
from scipy.stats import binomtest

from tests.comparison.judged import different, run_of
from workbench import stats
from workbench.comparison import places, ratings
from workbench.comparison.preferences import Results, results
from workbench.comparison.ratings import BOTH_BAD, LEFT, RIGHT, TIE, Place
from workbench.errors import NotFound
from workbench.stats.agreement import cohen
from workbench.store import Store


def prefer(store: Store, rater: str, place: Place, variant: int | str) -> None:
    """Rate the place so that `variant` (its position, or tie or both_bad) is what was meant."""
    side = LEFT if places.left_of("r", place, rater) == variant else RIGHT
    ratings.rate(store, "r", rater, place, variant if isinstance(variant, str) else side)


def judged(store: Store, *raters: list[int | str | None], variants: int = 2) -> Results:
    """Two variants; each rater says of case n what stands at n, None: nothing."""
    run_of(store, different(variants, len(raters[0])))
    for number, said in enumerate(raters):
        for case, variant in enumerate(said):
            if variant is not None:
                prefer(store, f"rater {number}", Place(case, 0, 0, 1), variant)
    return results(store, "r")


def test_one_rater_of_two_variants_is_a_sign_test(store: Store) -> None:
    found = judged(store, [1] * 14 + [0] * 3 + [TIE, TIE, BOTH_BAD])
    (pair,) = found.pairs
    assert (pair.a, pair.b, pair.ratings, pair.preferred_a, pair.preferred_b, pair.ties, pair.both_bad) == ("A", "B", 20, 3, 14, 2, 1)
    assert (pair.cases, pair.cases_a, pair.cases_b) == (20, 3, 14)
    assert pair.p == pair.p_adjusted == pytest.approx(stats.mcnemar_exact(14, 3)) == pytest.approx(0.012726, abs=1e-6)
    exact = binomtest(14, 17).proportion_ci(method="exact")
    assert (pair.share, pair.low, pair.high) == pytest.approx((14 / 17, exact.low, exact.high), abs=1e-9)
    assert found.winner == "B"
    assert found.verdict == "People prefer B over A: on 14 of 17 cases that prefer a side (82 %, 95 % interval 57 % to 96 %, n = 20 cases)."
    assert [(each.place, each.variant, each.won, each.lost, each.tied) for each in found.ranking] == [
        (1, "B", 14, 3, 3),
        (2, "A", 3, 14, 3),
    ]
    assert found.agreement == ()


def test_no_clear_preference_is_said_and_the_places_are_shared(store: Store) -> None:
    found = judged(store, [1, 1, 0, 0, 1])
    assert (found.winner, [each.place for each in found.ranking]) == (None, [1, 1])
    assert found.verdict.startswith("No clear preference yet: B is preferred over A on 3 of 5 cases")


def test_the_first_variant_can_be_the_preferred_one(store: Store) -> None:
    found = judged(store, [0] * 12 + [1])
    assert found.winner == "A"
    assert "People prefer A over B: on 12 of 13 cases" in found.verdict


@pytest.mark.parametrize("said", [[TIE, TIE], [BOTH_BAD, TIE]])
def test_only_ties_make_no_share_and_no_ranking(store: Store, said: list[int | str | None]) -> None:
    found = judged(store, said)
    assert (found.pairs[0].share, found.pairs[0].p, found.winner) == (None, 1.0, None)
    assert [(each.place, each.probability, each.low) for each in found.ranking] == [(1, None, None), (1, None, None)]
    assert found.verdict == "No preference: none of 2 cases prefers a side."


def test_a_case_counts_once_however_many_rated_it(store: Store) -> None:
    alone = [1, 1, 0, 1, 1, 1]
    found = judged(store, alone, alone, [1, 0, None, TIE, 0, 1])
    pair = found.pairs[0]
    assert (pair.ratings, pair.cases, pair.cases_a, pair.cases_b) == (17, 6, 1, 5)
    assert pair.p == pytest.approx(stats.mcnemar_exact(5, 1))


def test_a_case_on_which_raters_stand_against_each_other_prefers_no_side(store: Store) -> None:
    pair = judged(store, [1, 1], [0, 1]).pairs[0]
    assert (pair.cases, pair.cases_a, pair.cases_b) == (2, 0, 1)


def test_two_raters_agree_by_what_they_prefer_and_not_by_side(store: Store) -> None:
    first: list[int | str | None] = [0, 1, 1, TIE, BOTH_BAD, 0, 1, 0, 1, 1]
    second: list[int | str | None] = [0, 1, 0, TIE, TIE, 0, 1, 0, 1, None]
    found = judged(store, first, second)
    kappa, alpha = found.agreement
    assert (kappa.name, kappa.items, alpha.name, alpha.items, alpha.raters) == ("cohen", 9, "krippendorff", 9, 2)
    assert kappa.value == pytest.approx(cohen(first, second).value)
    assert found.raters == (("rater 0", 10), ("rater 1", 9))


def test_three_raters_take_fleiss_over_what_all_rated_and_krippendorff_over_the_rest(store: Store) -> None:
    found = judged(store, [0, 1, 1, 0, 1], [0, 1, 0, 0, None], [0, 1, 1, 1, 1])
    kappa, alpha = found.agreement
    assert (kappa.name, kappa.items, kappa.raters) == ("fleiss", 4, 3)
    assert (alpha.name, alpha.items, alpha.raters) == ("krippendorff", 5, 3)
    assert kappa.value is not None
    assert alpha.value is not None


def test_raters_who_rated_different_cases_have_no_agreement_and_a_reason(store: Store) -> None:
    found = judged(store, [0, None], [None, 1], [0, None])
    assert [each.value for each in found.agreement] == [None, None]
    assert all(each.reason for each in found.agreement)


def test_three_variants_are_ranked_over_all_pairs_with_ties_as_ties(store: Store) -> None:
    run_of(store, different(3, 40))
    for place in places.of(store, "r").open:
        better = 2 if place.second == 2 else place.case_position % 2
        prefer(store, "ann", place, better)
    found = results(store, "r")
    assert found.ranking[0].variant == "C"
    assert [each.place for each in found.ranking] == [1, 2, 2]
    assert found.winner == "C"
    assert found.verdict.startswith("People prefer C: over an average variant in ")
    assert [(pair.a, pair.b) for pair in found.pairs] == [("A", "B"), ("A", "C"), ("B", "C")]
    assert found.pairs[1].p_adjusted == pytest.approx(min(1, 3 * found.pairs[1].p))


def test_three_variants_without_a_clear_first_share_the_place(store: Store) -> None:
    run_of(store, different(3, 4))
    prefer(store, "ann", Place(0, 0, 0, 1), 1)
    found = results(store, "r")
    assert (found.winner, {each.place for each in found.ranking}) == (None, {1})
    assert "share the first place" in found.verdict
    unseen = next(each for each in found.ranking if each.variant == "C")
    assert (unseen.probability, unseen.low) == (None, None)


def test_identical_replies_are_counted_with_their_pair(store: Store) -> None:
    run_of(store, [["same", "a", "b"], ["same", "c", "b"]])
    found = results(store, "r")
    assert found.pairs[0].identical == 2
    assert found.verdict == "Nothing has been rated yet."
    assert found.ratings == 0


def test_results_are_json_and_a_run_of_one_variant_has_none(store: Store) -> None:
    run_of(store, [["a"]])
    found = results(store, "r")
    assert (found.pairs, found.winner) == ((), None)
    said = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert {"run_id", "verdict", "ranking", "agreement", "pairs", "raters", "method"} <= set(said)
    with pytest.raises(NotFound):
        results(store, "nowhere")
