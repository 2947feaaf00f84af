"""The verdict in one sentence a person can read aloud: who is better, by how much, how sure, and what it costs against the other.

Owns the words of outcomes. Says "no clear difference" where that is so, and never a figure that does not exist.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from workbench.comparison import pairs, wording
from workbench.comparison.model import EQUIVALENT, SCORE, UNDECIDED, WINNER, Metric, Options, Pair

_ABOUT = 0.1  # a relative difference whose whole interval is smaller counts as about the same
_MORE = {"cost_usd": "costs {} more", "latency_ms": "is {} slower", "input_tokens": "sends {} more tokens"} | {
    "output_tokens": "writes {} more tokens"
}
_LESS = {"cost_usd": "costs {} less", "latency_ms": "takes {} less time", "input_tokens": "sends {} fewer tokens"} | {
    "output_tokens": "writes {} fewer tokens"
}
_TIMES = {"cost_usd": "costs {} times as much", "latency_ms": "takes {} times as long", "input_tokens": "sends {} times the tokens"} | {
    "output_tokens": "writes {} times the tokens"
}
_ABOUT_SAME = {"cost_usd": "costs about the same", "latency_ms": "answers about as fast"}
_SAME = {"cost_usd": "costs the same", "latency_ms": "answers as fast"}
_IN = {"cost_usd": "cost", "latency_ms": "latency", "input_tokens": "input tokens", "output_tokens": "output tokens"}
_TOLD = ("cost_usd", "latency_ms")  # what the first sentence tells beside the score


@dataclass(frozen=True)
class Told:
    """What a sentence may draw on: the pairs by metric and names, the means, and how it was looked at."""

    options: Options
    metrics: Mapping[str, Metric]
    pairs: Mapping[tuple[str, str, str], Pair]
    peeked: bool = False
    paired: bool = True
    identical: frozenset[tuple[str, str]] = frozenset()  # pairs of names with the same score on every case

    @property
    def score(self) -> Metric:
        """The metric that decides."""
        return self.metrics[SCORE.name]

    def with_verdicts(self, pairs: Sequence[Pair]) -> "Told":
        """The same, the pairs being finished ones."""
        return replace(self, pairs={(pair.metric, pair.a, pair.b): pair for pair in pairs})

    def pair(self, metric: str, one: str, other: str) -> Pair | None:
        """The pair of two variants, whichever comes first in it."""
        return self.pairs.get((metric, one, other)) or self.pairs.get((metric, other, one))


def about(pairs: Sequence[Pair], metrics: Sequence[Metric], options: Options, *, peeked: bool = False, paired: bool = True) -> Told:
    """What the sentences draw on. Two variants whose interval is a point at 0 and whose spread is none gave the same on every case."""
    by_name = {(pair.metric, pair.a, pair.b): pair for pair in pairs}
    identical = frozenset((pair.a, pair.b) for pair in pairs if pair.metric == SCORE.name and paired and _same_everywhere(pair))
    return Told(options, {metric.name: metric for metric in metrics}, by_name, peeked, paired, identical)


def _same_everywhere(pair: Pair) -> bool:
    result = pair.result
    if result.n == 0 or result.difference != 0:
        return False
    return (result.gained, result.lost) == (0, 0) if result.kind == "binary" else not result.sd


def of_pair(told: Told, pair: Pair) -> str:
    """What a pair says on its own metric, as a sentence."""
    if pair.metric != SCORE.name:
        return of_figure(told, pair, pair.b)
    write: Mapping[str, Callable[[Told, Pair], str]] = {WINNER: _won, EQUIVALENT: _equal, UNDECIDED: _open}
    real = "; the small difference is real" if is_real(told, pair) else ""
    return _finished(write[pair.outcome](told, pair) + real)


def with_costs(told: Told, pair: Pair) -> str:
    """What a pair says on the score, and what the better one (or the second) costs and takes against the other, in one sentence."""
    subject, other = _subject(told, pair)
    if pair.outcome == UNDECIDED:
        clear = [(said, kind) for said, kind in _clauses(told, subject, other) if kind in (1, -1)]
        tail = _tail(clear).removeprefix(", ").removeprefix("and ").removeprefix("but ")
        return _finished(_open(told, pair) + (f"; {wording.name(subject)} {tail}" if tail else ""))
    found = _clauses(told, subject, other)
    if pair.outcome == WINNER:
        return _finished(_won(told, pair) + _tail(found))
    real = "; the small difference is real" if is_real(told, pair) else ""
    return _finished(_equal(told, pair, subject, other) + _tail(found) + real)


def is_real(told: Told, pair: Pair) -> bool:
    """Whether two that are as good as each other within the margin still differ by more than chance."""
    return pair.outcome == EQUIVALENT and pairs.clear(pair.result, pair.p_adjusted, 1 - told.options.level)


def without_score(told: Told, names: Sequence[str]) -> str:
    """The verdict of a run whose replies carry no score."""
    head = "These replies carry no score, so which variant is better stays open"
    if len(names) < 2:
        return _finished(head)
    if len(names) == 2:
        subject, other = _leading(told, *names)
        return _finished(head + "".join(f"; {part}" for part in [_clear_or_not(told, subject, other)] if part))
    said = [best for name in _TOLD if (best := _extreme(told, names, name))]
    return _finished("; ".join([head, *said]))


def _won(told: Told, pair: Pair) -> str:
    winner, loser = pair.winner or pair.b, pair.a if pair.winner == pair.b else pair.b
    return f"{wording.name(winner)} is better than {wording.name(loser)} by {gap(told, pair)}{bracket(told, pair, towards=winner)}"


def gap(told: Told, pair: Pair) -> str:
    """How far the two are apart, in words."""
    return wording.gap(abs(pair.result.difference or 0.0), told.score, pair.relative)


def _equal(told: Told, pair: Pair, subject: str = "", other: str = "") -> str:
    subject, other = (subject, other) if subject else (pair.b, pair.a)
    margin = wording.margin(told.options.margin or 0.0, told.score)
    head = f"{wording.name(subject)} is as good as {wording.name(other)} within {margin}"
    if (pair.a, pair.b) in told.identical:
        return f"{head}: the same result on {_all_cases(pair.result.n)}"
    sign = _sign(pair, subject)
    said = f"{head} (difference {_signed(sign * (pair.result.difference or 0.0), told.score)}"
    if (within := pair.equivalence) is not None:
        bounds = sorted((sign * within.low, sign * within.high))
        name = "always-valid" if told.peeked else wording.level(1 - 2 * (1 - told.options.level))
        said += f", {name} interval {wording.interval(bounds[0], bounds[1], told.score)}"
    return f"{said}, {count(told, pair)})"


def _open(told: Told, pair: Pair) -> str:
    result, a, b = pair.result, wording.name(pair.a), wording.name(pair.b)
    if not result.n or result.difference is None:
        where = f"no case has a score under both {a} and {b}" if told.paired else f"{a} or {b} has no scores"
        return f"Nothing can be said yet: {where}"
    if (pair.a, pair.b) in told.identical:
        return f"{a} and {b} gave the same result on {_all_cases(result.n)}, so nothing tells them apart"
    if not result.difference:
        return f"No clear difference between {a} and {b} yet: their means are equal{bracket(told, pair)}{not_worse(told, pair)}"
    ahead = pair.b if (result.difference > 0) == told.score.higher_is_better else pair.a
    lead = f"{wording.name(ahead)} is ahead by {gap(told, pair)}"
    said = f"No clear difference between {a} and {b} yet: {lead}{bracket(told, pair, towards=ahead)}"
    return said + more(told, pair) + not_worse(told, pair)


def more(told: Told, pair: Pair, aim: str = "show a difference of this size") -> str:
    """How many more cases would decide, as the end of a sentence; empty where nothing tells it."""
    if not pair.more_cases or told.peeked:
        return ""
    return f"; {wording.more_cases(pair.more_cases, aim)}"


def not_worse(told: Told, pair: Pair) -> str:
    """That the second is not worse by more than the margin, as the end of a sentence, where that much is known."""
    if pair.outcome != UNDECIDED or pair.equivalence is None or not pair.equivalence.noninferior:
        return ""
    margin = wording.margin(told.options.margin or 0.0, told.score)
    return f"; {wording.name(pair.b)} is not worse than {wording.name(pair.a)} by more than {margin}"


def bracket(told: Told, pair: Pair, *, towards: str = "") -> str:
    """(95 % interval 2.3 to 13.9, n = 120), seen from the variant `towards`; nothing in it that is not known."""
    sign = _sign(pair, towards or pair.b)
    if not told.score.higher_is_better:
        sign = -sign
    low, high = pair.result.low, pair.result.high
    name = _always(told) if told.peeked else f"{wording.level(told.options.level)} interval"
    bounds = () if low is None or high is None else sorted((sign * low, sign * high))
    shown = wording.interval(bounds[0], bounds[1], told.score) if bounds else ""
    parts = [f"{name} {shown}"] if shown and any(figure in shown for figure in "123456789") else []
    return f" ({', '.join([*parts, count(told, pair)])})"


def count(told: Told, pair: Pair) -> str:
    """The number of cases: n = 120."""
    return f"n = {pair.result.n:,}"


def _always(told: Told) -> str:
    return f"always-valid {wording.level(told.options.level)} interval"


def _sign(pair: Pair, towards: str) -> int:
    return 1 if towards == pair.b else -1


def _signed(value: float, metric: Metric) -> str:
    said = wording.bare(value, metric)
    return said if value <= 0 or not said.strip("0.") else f"+{said}"


def _all_cases(n: int) -> str:
    return {1: "the only case", 2: "both cases"}.get(n, f"all {n:,} cases")


def _subject(told: Told, pair: Pair) -> tuple[str, str]:
    """Whom the sentence is about, and the other: the winner; else the one that is cheaper or quicker; else the second."""
    if pair.outcome == WINNER and pair.winner:
        return pair.winner, pair.a if pair.winner == pair.b else pair.b
    return _leading(told, pair.a, pair.b)


def _leading(told: Told, a: str, b: str) -> tuple[str, str]:
    for name in _TOLD:
        pair = told.pair(name, a, b)
        if pair is not None and pair.outcome == WINNER and pair.winner:
            return (b, a) if pair.winner == b else (a, b)
    return b, a


def _clauses(told: Told, subject: str, other: str, names: Sequence[str] = _TOLD) -> list[tuple[str, int]]:
    """What is to be said of cost and latency: the words, and 1 better, -1 worse, 0 the same, 2 not clear."""
    found = []
    for name in names:
        pair = told.pair(name, subject, other)
        if pair is None or not pair.result.n or pair.result.difference is None:
            continue
        relative = _relative_of(pair, subject)
        if pair.outcome == WINNER:
            found.append((_compared(name, relative, pair, subject, told), 1 if pair.winner == subject else -1))
        elif pair.result.difference == 0 and not pair.result.sd:
            found.append((_SAME.get(name, ""), 0))
        elif _about_same(pair):
            found.append((_ABOUT_SAME.get(name, ""), 0))
        else:
            found.append((_IN[name], 2))
    return [(said, kind) for said, kind in found if said]


def _relative_of(pair: Pair, subject: str) -> float | None:
    """How much more (1 = twice) the subject has than the other."""
    if pair.relative is None or subject == pair.b:
        return pair.relative
    return None if pair.relative <= -1 else 1 / (1 + pair.relative) - 1


def _compared(name: str, relative: float | None, pair: Pair, subject: str, told: Told) -> str:
    if relative is None:
        value = _sign(pair, subject) * (pair.result.difference or 0.0)
        amount = wording.difference(abs(value), told.metrics[name])
        return (_MORE if value > 0 else _LESS)[name].replace(" tokens", "").format(amount)
    if relative >= 1:
        return _TIMES[name].format(f"{1 + relative:,.1f}" if relative < 9 else f"{1 + relative:,.0f}")
    return (_MORE if relative > 0 else _LESS)[name].format(wording.percent(relative))


def _about_same(pair: Pair) -> bool:
    """Whether the whole interval of the difference is small against what the first one has."""
    result = pair.result
    if not pair.relative or result.low is None or result.high is None:
        return False
    base = abs((result.difference or 0.0) / pair.relative)
    return max(abs(result.low), abs(result.high)) <= _ABOUT * base


def _tail(clauses: Sequence[tuple[str, int]]) -> str:
    """, costs 31 % less but is 12 % slower; no clear difference in latency"""
    good = [said for said, kind in clauses if kind in (0, 1)]
    bad = [said for said, kind in clauses if kind == -1]
    open_ = [said for said, kind in clauses if kind == 2]
    said = ""
    if good:
        said = f", {'and ' if len(good) == 1 and not bad else ''}{_joined(good)}"
    if bad:
        said += f"{' ' if good else ', '}but {_joined(bad)}"
    return said + (f"; no clear difference in {' or '.join(open_)}" if open_ else "")


def _clear_or_not(told: Told, subject: str, other: str) -> str:
    """What is to be said of two variants without a score."""
    found = _clauses(told, subject, other)
    if not any(kind != 2 for _, kind in found):
        return _tail(found).removeprefix("; ")
    tail = _tail(found).removeprefix(", ").removeprefix("and ").removeprefix("but ")
    return f"against {wording.name(other)}, {wording.name(subject)} {tail}"


def _extreme(told: Told, names: Sequence[str], metric: str) -> str:
    """Which of many costs least or answers fastest, where one beats all others there."""
    word = {"cost_usd": "costs least", "latency_ms": "answers fastest"}[metric]
    for name in names:
        others = [told.pair(metric, name, other) for other in names if other != name]
        if others and all(pair is not None and pair.winner == name for pair in others):
            return f"{wording.name(name)} {word}"
    return ""


def _joined(parts: Sequence[str]) -> str:
    return wording.listed(parts)


def _finished(text: str) -> str:
    return text if text.endswith(".") else text + "."


def of_figure(told: Told, pair: Pair, subject: str) -> str:
    """A pair on cost, latency or tokens, as a sentence about the variant `subject` where the two differ."""
    result, title, a, b = pair.result, _IN[pair.metric], wording.name(pair.a), wording.name(pair.b)
    if not result.n or result.difference is None:
        return f"Nothing is known of {title} on the same cases."
    if pair.outcome == WINNER:
        relative = _relative_of(pair, subject)
        words = _compared(pair.metric, relative, pair, subject, told)
        link = " as" if relative is not None and relative >= 1 else " than"
        link = {"input_tokens": " of", "output_tokens": " of"}.get(pair.metric, link) if link == " as" else link
        one, other = (b, a) if subject == pair.b else (a, b)
        return _finished(f"{one} {words}{link} {other}{_figure_bracket(told, pair, subject)}")
    if result.difference == 0 and not result.sd:
        return f"{a} and {b} have the same {title} on {_all_cases(result.n)}."
    return _finished(f"No clear difference in {title} between {a} and {b}{_figure_bracket(told, pair, pair.b)}")


def _figure_bracket(told: Told, pair: Pair, subject: str) -> str:
    result, metric, side = pair.result, told.metrics[pair.metric], _sign(pair, subject)
    difference = side * (result.difference or 0.0)
    parts = [f"{'+' if difference > 0 else ''}{wording.difference(difference, metric)}"]
    low, high = (result.low, result.high) if side > 0 else (_minus(result.high), _minus(result.low))
    if not told.peeked and (bounds := wording.interval(low, high, metric)):
        parts.append(f"{wording.level(told.options.level)} interval {bounds}")
    return f" ({', '.join([*parts, f'n = {result.n:,}'])})"


def _minus(value: float | None) -> float | None:
    return None if value is None else -value
