"""One outcome out of many pairs, and its sentence: who beats all others, who leads, who is as good as whom.

A winner beats every other variant. Against a baseline the pairs among the others are not tested: there the winner is the only variant
that beats the baseline, or the baseline itself where it beats all.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.comparison import sentences, wording
from workbench.comparison.model import EQUIVALENT, UNDECIDED, WINNER, Figures, Metric, Pair
from workbench.comparison.sentences import Told


@dataclass(frozen=True)
class Standing:
    """Where the variants stand on one metric. `leaders` are those that nobody beats, best first."""

    outcome: str
    winner: str | None
    leaders: tuple[str, ...]
    key: Pair | None  # the pair that says most: the winner and the next best, or the two in the lead


def stand(names: Sequence[str], pairs: Sequence[Pair], figures: Sequence[Figures], metric: Metric, baseline: str | None) -> Standing:
    """The outcome of the pairs of one metric."""
    mine = [pair for pair in pairs if pair.metric == metric.name]
    means = {item.variant: item.mean for item in figures if item.metric == metric.name}
    order = sorted(names, key=lambda name: _worth(means.get(name), metric), reverse=True)
    beats = {name: {_other(pair, name) for pair in mine if pair.winner == name} for name in names}
    losers = set().union(*beats.values()) if beats else set()
    leaders = tuple(name for name in order if name not in losers and means.get(name) is not None)
    winner = _winner(names, beats, baseline) if mine else None
    if winner is not None:
        return Standing(WINNER, winner, (winner,), _key(mine, [winner, *(name for name in order if name != winner)]))
    among = [pair for pair in mine if pair.a in leaders and pair.b in leaders]
    wanted = len(leaders) * (len(leaders) - 1) // 2 if baseline is None else len(leaders) - 1
    settled = len(leaders) > 1 and len(among) >= wanted and all(pair.outcome == EQUIVALENT for pair in among)
    return Standing(EQUIVALENT if settled else UNDECIDED, None, leaders, _key(mine, leaders) or _key(mine, order))


def told(found: Standing, said: Told, names: Sequence[str]) -> str:
    """The verdict sentence."""
    if found.key is None:
        return _alone(names)
    if len(names) == 2:
        return sentences.with_costs(said, found.key)
    if said.options.baseline is not None:
        return _against(found, said, names, said.options.baseline)
    if found.outcome == WINNER:
        return _winner_of_many(found, said, names)
    return _group(found, said, names)


def _worth(mean: float | None, metric: Metric) -> float:
    return float("-inf") if mean is None else mean if metric.higher_is_better else -mean


def _other(pair: Pair, name: str) -> str:
    return pair.a if pair.b == name else pair.b


def _winner(names: Sequence[str], beats: dict[str, set[str]], baseline: str | None) -> str | None:
    if baseline is None or len(beats[baseline]) == len(names) - 1:
        return next((name for name in names if len(beats[name]) == len(names) - 1), None)
    better = [name for name in names if baseline in beats[name]]
    return better[0] if len(better) == 1 else None


def _key(pairs: Sequence[Pair], order: Sequence[str]) -> Pair | None:
    """The first pair there is between the best and those after it; else between any two of them."""
    for at, one in enumerate(order):
        for other in order[at + 1 :]:
            for pair in pairs:
                if {pair.a, pair.b} == {one, other}:
                    return pair
    return None


def _alone(names: Sequence[str]) -> str:
    if len(names) == 1:
        return f"There is only one variant, {names[0]}: a comparison takes two."
    return "There is nothing to compare: no score was found."


def _winner_of_many(found: Standing, said: Told, names: Sequence[str]) -> str:
    assert found.winner is not None
    assert found.key is not None
    second = _other(found.key, found.winner)
    gap = wording.difference(abs(found.key.result.difference or 0.0), said.score)
    one = sentences.with_costs(said, found.key).removeprefix(f"{found.winner} is better than {second} by {gap}")
    others = "both others" if len(names) == 3 else f"each of the {len(names) - 1} others"
    return f"{found.winner} is better than {others}: than the next best, {second}, by {gap}{one}"


def _group(found: Standing, said: Told, names: Sequence[str]) -> str:
    leaders, key = found.leaders, found.key
    behind = [name for name in names if name not in leaders]
    if not leaders or key is None or not any(pair.result.n for pair in said.pairs.values() if pair.metric == said.score.name):
        return "Nothing can be said yet: no case has a score under two variants."
    if len(leaders) == 1:
        return f"{leaders[0]} leads, but it is not better than every other by these cases: no clear winner yet."
    head = f"{wording.names(leaders)} lead"
    if found.outcome == EQUIVALENT:
        margin = wording.margin(said.options.margin or 0.0, said.score)
        same = f"{wording.names(leaders)} are as good as each other within {margin}"
        return f"{same}; {_behind(leaders, behind, said)}." if behind else f"{same}."
    more = sentences.more(said, key, f"would tell {key.a} from {key.b}") if key.outcome == UNDECIDED else ""
    if not behind:
        return f"No clear difference between {wording.names(leaders)} yet: {_best(said, key)}{more}."
    return f"{head}; between them no clear difference yet; {_behind(leaders, behind, said)}{more}."


def _best(said: Told, key: Pair) -> str:
    """The two with the highest means, in figures."""
    result = key.result
    if (key.a, key.b) in said.identical:
        return f"the best two, {key.a} and {key.b}, gave the same result on every case"
    if not result.n or not result.difference:
        return f"the best two, {key.a} and {key.b}, have equal means{sentences.bracket(said, key) if result.n else ''}"
    ahead = key.b if (result.difference > 0) == said.score.higher_is_better else key.a
    gap = wording.difference(abs(result.difference), said.score)
    return f"the best, {ahead}, is {gap} ahead of {_other(key, ahead)}{sentences.bracket(said, key, towards=ahead)}"


def _behind(leaders: Sequence[str], behind: Sequence[str], said: Told) -> str:
    """Who is behind whom: plainly where every leader beats every other variant."""

    def beats(one: str, other: str) -> bool:
        pair = said.pair(said.score.name, one, other)
        return pair is not None and pair.winner == one

    if all(beats(one, other) for one in leaders for other in behind):
        word = "both are" if len(leaders) == 2 else "all of them are"
        return f"{word} better than {wording.names(behind)}"
    return f"{wording.names(behind)} {'is' if len(behind) == 1 else 'are'} behind at least one of them"


def _against(found: Standing, said: Told, names: Sequence[str], baseline: str) -> str:
    others = [name for name in names if name != baseline]
    by = {name: said.pair(said.score.name, baseline, name) for name in others}
    better = [name for name, pair in by.items() if pair is not None and pair.winner == name]
    worse = [name for name, pair in by.items() if pair is not None and pair.winner == baseline]
    same = [name for name, pair in by.items() if pair is not None and pair.outcome == EQUIVALENT]
    open_ = [name for name in others if name not in {*better, *worse, *same}]
    parts = []
    if len(better) == 1 and (pair := by[better[0]]) is not None:
        parts.append(sentences.with_costs(said, pair).removesuffix(".").replace(f"than {baseline}", f"than the baseline {baseline}", 1))
    elif better:
        parts.append(f"{wording.names(better)} are better than the baseline {baseline}; they were not tested against each other")
    if same:
        margin = wording.margin(said.options.margin or 0.0, said.score)
        parts.append(f"{wording.names(same)} {_is(same)} as good as the baseline {baseline} within {margin}")
    if worse:
        parts.append(f"the baseline {baseline} is better than {'all others' if len(worse) == len(others) else wording.names(worse)}")
    if open_:
        parts.append(f"no clear difference between the baseline {baseline} and {wording.names(open_)} yet")
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}." if text.startswith(("the ", "no ")) else f"{text}."


def _is(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"
