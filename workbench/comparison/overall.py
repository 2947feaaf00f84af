"""One outcome out of many pairs, and its sentence: who beats all others, who leads, who is as good as whom.

A winner beats every other variant. Against a baseline the pairs among the others are not tested: there the winner is the variant with
the best mean of those that beat the baseline, or the baseline itself where it beats all.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.comparison import sentences, wording
from workbench.comparison.model import EQUIVALENT, UNDECIDED, WINNER, Figures, Metric, Pair
from workbench.comparison.sentences import Told


@dataclass(frozen=True)
class Standing:
    """Where the variants stand on one metric. `leaders` are those that nobody beats, best first; `absent` those without any value.

    A winner leads alone; against a baseline all that beat it lead, and `level` says that the best two of them have the same mean.
    """

    outcome: str
    winner: str | None
    leaders: tuple[str, ...]
    key: Pair | None  # the pair that says most: the winner and the next best, or the two in the lead
    absent: tuple[str, ...] = ()
    level: bool = False


def stand(names: Sequence[str], pairs: Sequence[Pair], figures: Sequence[Figures], metric: Metric, baseline: str | None) -> Standing:
    """The outcome of the pairs of one metric, among the variants that have a value at all."""
    means = {item.variant: item.mean for item in figures if item.metric == metric.name}
    absent = tuple(name for name in names if means.get(name) is None)
    there = sorted((name for name in names if name not in absent), key=lambda name: _worth(means.get(name), metric), reverse=True)
    mine = [pair for pair in pairs if pair.metric == metric.name and not {pair.a, pair.b} & {*absent}]
    if len(there) < 2 or baseline in absent:
        return Standing(UNDECIDED, None, tuple(there), None, absent)
    beats = {name: {_other(pair, name) for pair in mine if pair.winner == name} for name in there}
    losers = set().union(*beats.values())
    leaders = tuple(name for name in there if name not in losers)
    winner = _winner(there, beats, baseline) if mine else None
    if winner is not None:
        key = _key(mine, [winner, *(name for name in there if name != winner)])
        ahead = (winner,) if baseline is None else tuple(name for name in there if baseline in beats[name]) or (winner,)
        level = len(ahead) > 1 and means[ahead[0]] == means[ahead[1]]
        return Standing(WINNER, winner, ahead, key, absent, level)
    among = [pair for pair in mine if pair.a in leaders and pair.b in leaders]
    wanted = len(leaders) * (len(leaders) - 1) // 2 if baseline is None else len(leaders) - 1
    settled = len(leaders) > 1 and len(among) >= wanted and all(pair.outcome == EQUIVALENT for pair in among)
    open_ = [pair for pair in mine if {pair.a, pair.b} & {*leaders} and pair.winner is None]
    key = _key(mine, leaders) or _key(open_, there) or _key(mine, there)
    return Standing(EQUIVALENT if settled else UNDECIDED, None, leaders, key, absent)


def told(found: Standing, said: Told, names: Sequence[str]) -> str:
    """The verdict sentence."""
    there, baseline = [name for name in names if name not in found.absent], said.options.baseline
    if len(there) < 2 or baseline in found.absent:
        return _alone(names, there, baseline)
    if found.key is None:
        return "Nothing can be said yet: no case has a score under two variants."
    text = _decided(found, said, there)
    return f"{text.removesuffix('.')}; {_without(found.absent)}." if found.absent else text


def _decided(found: Standing, said: Told, there: Sequence[str]) -> str:
    assert found.key is not None
    if len(there) == 2:
        return sentences.with_costs(said, found.key)
    if said.options.baseline is not None:
        return _against(found, said, there, said.options.baseline)
    if found.outcome == WINNER:
        return _winner_of_many(found, said, there)
    return _group(found, said, there)


def _without(absent: Sequence[str]) -> str:
    return f"{wording.names(absent)} {'has' if len(absent) == 1 else 'have'} no score"


def _worth(mean: float | None, metric: Metric) -> float:
    return float("-inf") if mean is None else mean if metric.higher_is_better else -mean


def _other(pair: Pair, name: str) -> str:
    return pair.a if pair.b == name else pair.b


def _winner(names: Sequence[str], beats: dict[str, set[str]], baseline: str | None) -> str | None:
    if baseline is None or len(beats[baseline]) == len(names) - 1:
        return next((name for name in names if len(beats[name]) == len(names) - 1), None)
    return next((name for name in names if baseline in beats[name]), None)  # names come best first


def _key(pairs: Sequence[Pair], order: Sequence[str]) -> Pair | None:
    """The first pair there is between the best and those after it; else between any two of them."""
    for at, one in enumerate(order):
        for other in order[at + 1 :]:
            for pair in pairs:
                if {pair.a, pair.b} == {one, other}:
                    return pair
    return None


def _alone(names: Sequence[str], there: Sequence[str], baseline: str | None) -> str:
    if len(names) == 1 and there:
        return f"There is only one variant, {wording.name(names[0])}: a comparison takes two."
    if not there:
        return "There is nothing to compare: no score was found."
    if len(there) == 1:
        return f"Only {wording.name(there[0])} has scores: a comparison takes two."
    return f"Nothing can be said yet: the baseline {wording.name(baseline or '')} has no score to hold the others against."


def _winner_of_many(found: Standing, said: Told, there: Sequence[str]) -> str:
    assert found.winner is not None
    assert found.key is not None
    winner, second = wording.name(found.winner), wording.name(_other(found.key, found.winner))
    gap = sentences.gap(said, found.key)
    one = sentences.with_costs(said, found.key).removeprefix(f"{winner} is better than {second} by {gap}")
    others = "both others" if len(there) == 3 else f"each of the {len(there) - 1} others"
    others += " with a score" if found.absent else ""
    return f"{winner} is better than {others}: than the next best, {second}, by {gap}{one}"


def _group(found: Standing, said: Told, there: Sequence[str]) -> str:
    leaders, key = found.leaders, found.key
    behind = [name for name in there if name not in leaders]
    pairs = [pair for pair in said.pairs.values() if pair.metric == said.score.name]
    if key is None or not any(pair.result.n for pair in pairs):
        return "Nothing can be said yet: no case has a score under two variants."
    if not leaders:
        return _circle(there, pairs)
    if len(leaders) == 1:
        return f"{wording.name(leaders[0])} leads, but it is not better than every other by these cases: no clear winner yet."
    if found.outcome == EQUIVALENT:
        margin = wording.margin(said.options.margin or 0.0, said.score)
        same = f"{wording.names(leaders)} are as good as each other within {margin}"
        real = _real(said, [pair for pair in pairs if pair.a in leaders and pair.b in leaders])
        return f"{same}; {_behind(leaders, behind, said)}{real}." if behind else f"{same}{real}."
    aim = f"tell {wording.name(key.a)} from {wording.name(key.b)}" if len(leaders) > 2 or not behind else "tell them apart"
    more = sentences.more(said, key, aim) if key.outcome == UNDECIDED else ""
    more += sentences.not_worse(said, key)
    if not behind:
        return f"No clear difference between {wording.names(leaders)} yet: {_apart(said, key, best=True)}{more}."
    between = f"between {'the two' if len(leaders) == 2 else 'the leaders'} no clear difference yet: " if key.result.n else ""
    return f"{wording.names(leaders)} lead; {_behind(leaders, behind, said)}; {between}{_apart(said, key)}{more}."


def _circle(there: Sequence[str], pairs: Sequence[Pair]) -> str:
    """Everybody is beaten by another: over the same cases the best mean is beaten by nobody, so the cases were different ones."""
    by = [f"{wording.name(_other(pair, pair.winner))} by {wording.name(pair.winner)}" for pair in pairs if pair.winner]
    who = f"{wording.names(there)} were compared on different cases, and each is beaten by another"
    return f"No clear winner: {who} ({wording.listed(by)})."


def _both(pair: Pair) -> str:
    return f"{wording.name(pair.a)} and {wording.name(pair.b)}"


def _real(said: Told, pairs: Sequence[Pair]) -> str:
    """Which of the small differences are real, as the end of a sentence."""
    real = [_both(pair) for pair in pairs if sentences.is_real(said, pair)]
    if not real:
        return ""
    if len(real) == 1:
        return f"; the small difference between {real[0]} is real"
    return f"; the small differences between {wording.listed([*real[:-1], f'between {real[-1]}'])} are real"


def _apart(said: Told, key: Pair, *, best: bool = False) -> str:
    """How far two are apart, in figures; `best` calls them the best two."""
    result, both = key.result, f"the best two, {_both(key)}," if best else _both(key)
    if (key.a, key.b) in said.identical:
        return f"{both} gave the same result on every case"
    if not result.n:
        return f"no case has a score under both {_both(key)}"
    if not result.difference:
        return f"{both} have equal means{sentences.bracket(said, key)}"
    ahead = key.b if (result.difference > 0) == said.score.higher_is_better else key.a
    name = f"the best, {wording.name(ahead)}," if best else wording.name(ahead)
    lead = f"{name} is ahead of {wording.name(_other(key, ahead))} by {sentences.gap(said, key)}"
    return f"{lead}{sentences.bracket(said, key, towards=ahead)}"


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
    parts, base = [], f"{wording.name(baseline)} (the baseline)"
    real = _real(said, [pair for pair in by.values() if pair])
    if len(better) == 1 and (pair := by[better[0]]) is not None:
        parts.append(sentences.with_costs(said, pair).removesuffix(".").replace(f"than {wording.name(baseline)}", f"than {base}", 1))
    elif better:
        parts += _several(found, better, base)
    if same:
        margin = wording.margin(said.options.margin or 0.0, said.score)
        parts.append(f"{wording.names(same)} {'is' if len(same) == 1 else 'are'} as good as {base} within {margin}{real}")
    if worse:
        parts.append(f"{base} is better than {'all others' if len(worse) == len(others) else wording.names(worse)}")
    if open_:
        one = by[open_[0]] if len(open_) == 1 else None
        figures = "" if one is None else f": {_apart(said, one)}"
        parts.append(f"{wording.names(open_)} {'shows' if len(open_) == 1 else 'show'} no clear difference from {base} yet{figures}")
        parts += [end.removeprefix("; ") for name in open_ if (pair := by[name]) is not None and (end := sentences.not_worse(said, pair))]
    return f"{'; '.join(parts)}."


def _several(found: Standing, better: Sequence[str], base: str) -> list[str]:
    """Several that beat the baseline, and which of them has the best mean: that much is seen, and not tested."""
    two = len(better) == 2
    head = f"{wording.names(better)} are {'both' if two else 'all'} better than {base}"
    if found.level or found.winner is None:
        return [head, "this comparison does not test them against each other"]
    which = "the better of the two" if two else "the best of them"
    return [head, f"{which} by mean is {wording.name(found.winner)}, which this comparison does not test"]
