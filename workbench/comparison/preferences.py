"""What people's ratings of a run say: how often each variant was preferred, a ranking, and how far raters agree. Reads only.

A case is one observation, however many raters and repeats it has: for a pair it counts for the side most of its ratings preferred. The
ranking pools all pairs by Bradley and Terry's model, and its intervals take the ratings of a case as one cluster.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from workbench.comparison import places, ratings
from workbench.comparison.ratings import BOTH_BAD, Rating
from workbench.runner import reading
from workbench.stats import mcnemar_exact
from workbench.stats.agreement import Agreement, cohen, fleiss, krippendorff
from workbench.stats.bradley_terry import FIRST, SECOND, TIE, Choice, Fit, fit
from workbench.stats.correction import holm, ranking
from workbench.stats.intervals import clopper_pearson
from workbench.text.counting import counted

if TYPE_CHECKING:
    from workbench.store import Store

LEVEL = 0.95
_PAIRS = """Every case counts once for a pair of variants, for the side that most of its ratings preferred. p is the exact sign test's over
cases that prefer a side, with Holm's correction over pairs; the interval is Clopper and Pearson's."""
_RANKING = """The ranking is Bradley and Terry's with Davidson's ties (both bad is a tie); every variant has one more choice against an
average one, half won and half lost. The ratings of a case are one cluster. Variants that no corrected test tells apart share a place."""
_IDENTICAL = "Pairs of replies that read the same were not shown; they are counted apart and move nothing."
METHOD = (" ".join(_PAIRS.split()), " ".join(_RANKING.split()), _IDENTICAL)


@dataclass(frozen=True)
class PairCount:
    """Variants `a` and `b`: ratings by what they say, and cases by the side most of their ratings preferred. `share` is that of b among
    the cases that prefer a side, with its interval; None where no case does. `identical` pairs of replies were not shown.
    """

    a: str
    b: str
    ratings: int
    preferred_a: int
    preferred_b: int
    ties: int
    both_bad: int
    identical: int
    cases: int
    cases_a: int
    cases_b: int
    share: float | None
    low: float | None
    high: float | None
    p: float
    p_adjusted: float


@dataclass(frozen=True)
class Ranked:
    """A variant's place. `probability` that it is preferred over an average variant where one is preferred, with its interval;
    None where nothing was preferred.
    """

    place: int
    variant: str
    probability: float | None
    low: float | None
    high: float | None
    won: int
    lost: int
    tied: int


@dataclass(frozen=True)
class Results:
    """All of it. `verdict` is one sentence; `winner` the variant that is alone on the first place, or None."""

    run_id: str
    names: tuple[str, ...]
    ratings: int
    cases: int
    raters: tuple[tuple[str, int], ...]
    pairs: tuple[PairCount, ...]
    ranking: tuple[Ranked, ...]
    agreement: tuple[Agreement, ...]
    winner: str | None
    verdict: str
    method: tuple[str, ...] = METHOD

    def to_json(self) -> dict[str, Any]:
        """The results as JSON."""
        return {**asdict(self), "raters": [{"rater": rater, "ratings": count} for rater, count in self.raters]}


def results(store: "Store", run_id: str) -> Results:
    """What the ratings of the run say so far. Raises NotFound."""
    run = reading.get(store, run_id)
    names = tuple(variant.name for variant in run.variants)
    found = ratings.all_of(store, run_id)
    same = Counter((place.first, place.second) for place in places.of(store, run_id).identical)
    pairs = _pairs(names, found, same)
    fitted = _fit(found, len(names))
    ranked = _ranked(names, found, fitted, pairs)
    first = [each for each in ranked if each.place == 1]
    winner = first[0].variant if len(first) == 1 and len(ranked) > 1 and fitted.method != "none" else None
    return Results(
        run_id=run_id,
        names=names,
        ratings=len(found),
        cases=len({one.place.case_position for one in found}),
        raters=tuple(sorted(Counter(one.rater for one in found).items())),
        pairs=pairs,
        ranking=ranked,
        agreement=_agreement(found),
        winner=winner,
        verdict=_verdict(names, len(found), pairs, ranked, winner),
    )


def _fit(found: Sequence[Rating], size: int) -> Fit:
    choices = [Choice(one.place.first, one.place.second, _says(one)) for one in found]
    return fit(choices, size, clusters=[one.place.case_position for one in found], level=LEVEL)


def _says(one: Rating) -> float:
    return TIE if one.preferred is None else FIRST if one.preferred == one.place.first else SECOND


def _pairs(names: Sequence[str], found: Sequence[Rating], same: Counter[tuple[int, int]]) -> tuple[PairCount, ...]:
    sides = [_sides([one for one in found if (one.place.first, one.place.second) == pair]) for pair in combinations(range(len(names)), 2)]
    ps = [mcnemar_exact(counts["cases_a"], counts["cases_b"]) for counts in sides]
    made = []
    for (first, second), counts, p, adjusted in zip(combinations(range(len(names)), 2), sides, ps, holm(ps), strict=True):
        decided = counts["cases_a"] + counts["cases_b"]
        interval = clopper_pearson(counts["cases_b"], decided, LEVEL) if decided else None
        made.append(
            PairCount(
                a=names[first],
                b=names[second],
                **counts,
                identical=same[first, second],
                share=counts["cases_b"] / decided if decided else None,
                low=interval.low if interval else None,
                high=interval.high if interval else None,
                p=p,
                p_adjusted=p if adjusted is None else adjusted,
            )
        )
    return tuple(made)


def _sides(found: Sequence[Rating]) -> dict[str, int]:
    """The ratings of one pair, counted, and its cases by the side that most of their ratings preferred."""
    said = Counter("both_bad" if one.choice == BOTH_BAD else {FIRST: "a", SECOND: "b", TIE: "tie"}[_says(one)] for one in found)
    net: Counter[int] = Counter()
    for one in found:
        net[one.place.case_position] += round(2 * (TIE - _says(one)))
    return {
        "ratings": len(found),
        "preferred_a": said["a"],
        "preferred_b": said["b"],
        "ties": said["tie"],
        "both_bad": said["both_bad"],
        "cases": len(net),
        "cases_a": sum(value < 0 for value in net.values()),
        "cases_b": sum(value > 0 for value in net.values()),
    }


def _ranked(names: Sequence[str], found: Sequence[Rating], fitted: Fit, pairs: Sequence[PairCount]) -> tuple[Ranked, ...]:
    # Two variants are told apart by the exact test that stands beside them; of more, the pooled model knows more than any one pair.
    by_pair = (
        {(pair.first, pair.second): pair.p_adjusted for pair in fitted.pairs} if len(names) > 2 else {(0, 1): pairs[0].p} if pairs else {}
    )
    strengths = fitted.strengths

    def beats(one: int, other: int) -> bool:
        return by_pair[min(one, other), max(one, other)] < 1 - LEVEL and strengths[one].value > strengths[other].value

    known = fitted.method != "none"
    won = Counter(one.preferred for one in found)
    shown = Counter(side for one in found for side in (one.place.first, one.place.second))
    tied = Counter(side for one in found if one.preferred is None for side in (one.place.first, one.place.second))
    return tuple(
        Ranked(
            place=place,
            variant=names[at],
            probability=strengths[at].probability if known and shown[at] else None,
            low=strengths[at].low,
            high=strengths[at].high,
            won=won[at],
            lost=shown[at] - won[at] - tied[at],
            tied=tied[at],
        )
        for place, at in ranking([each.value for each in strengths], beats)
    )


def _agreement(found: Sequence[Rating]) -> tuple[Agreement, ...]:
    """Cohen's kappa for two raters, Fleiss' over the pairs of replies that all rated for more; Krippendorff's alpha for both."""
    names = sorted({one.rater for one in found})
    if len(names) < 2:
        return ()
    said: dict[places.Place, dict[str, str]] = {}
    for one in found:
        # By what was preferred and not by the side it stood on: sides differ from rater to rater.
        said.setdefault(one.place, {})[one.rater] = BOTH_BAD if one.choice == BOTH_BAD else str(_says(one))
    alpha = krippendorff([[row.get(name) for name in names] for row in said.values()], level=LEVEL)
    if len(names) == 2:
        first, second = ([row.get(name) for row in said.values()] for name in names)
        return cohen(first, second, level=LEVEL), alpha
    kinds = sorted({value for row in said.values() for value in row.values()})
    whole = [Counter(row.values()) for row in said.values() if len(row) == len(names)]
    return fleiss([[row[kind] for kind in kinds] for row in whole], level=LEVEL), alpha


def _verdict(names: Sequence[str], count: int, pairs: Sequence[PairCount], ranked: Sequence[Ranked], winner: str | None) -> str:
    if not count:
        return "Nothing has been rated yet."
    if len(names) == 2:
        return _of_two(pairs[0], winner)
    top = [each.variant for each in ranked if each.place == 1]
    if winner is None:
        return f"No clear preference yet: {', '.join(top[:-1])} and {top[-1]} share the first place, n = {counted(count, 'rating')}."
    first = ranked[0]
    interval = "" if first.low is None or first.high is None else f" (95 % interval {_percent(first.low)} to {_percent(first.high)})"
    share = "" if first.probability is None else f": over an average variant in {_percent(first.probability)} of choices{interval}"
    return f"People prefer {winner}{share}, n = {counted(count, 'rating')}."


def _of_two(pair: PairCount, winner: str | None) -> str:
    decided = pair.cases_a + pair.cases_b
    if pair.share is None or pair.low is None or pair.high is None:
        return f"No preference: none of {counted(pair.cases, 'case')} prefers a side."
    ahead, behind = (pair.b, pair.a) if pair.share >= 0.5 else (pair.a, pair.b)
    share, low, high = (pair.share, pair.low, pair.high) if ahead == pair.b else (1 - pair.share, 1 - pair.high, 1 - pair.low)
    figures = f"on {round(share * decided):,} of {counted(decided, 'case')} that {'prefers' if decided == 1 else 'prefer'} a side "
    figures += f"({_percent(share)}, 95 % interval {_percent(low)} to {_percent(high)}, n = {counted(pair.cases, 'case')})"
    if winner is None:
        return f"No clear preference yet: {ahead} is preferred over {behind} {figures}."
    return f"People prefer {winner} over {behind}: {figures}."


def _percent(share: float) -> str:
    return f"{share * 100:.0f} %"
