"""What stands below the verdict: the numbers it rests on, how they were worked out, what it costs, and what would change it."""

from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.comparison import sentences, wording
from workbench.comparison.model import EQUIVALENT, LEFT_OUT, SCORE, UNDECIDED, WINNER, WRONG, Comparison, Metric, Pair
from workbench.comparison.sentences import Told

if TYPE_CHECKING:
    from workbench.comparison.matrix import Matrix
    from workbench.comparison.overall import Standing

TESTS = {
    "mcnemar_exact": "McNemar's exact test",
    "permutation": "a permutation test that flips the sign of each case's difference",
    "paired_t": "Student's paired t test",
    "fisher": "Fisher's exact test",
    "welch": "Welch's t test",
    "e_value": "an e-value that holds at every look",
    "e_value_of_signs": "an e-value of whether each case went up or down",
}
INTERVALS = {
    "tango": "Tango's score interval",
    "bca": "the bias-corrected, accelerated bootstrap",
    "student": "Student's t",
    "bootstrap_t": "the studentised bootstrap",
    "envelope": "the wider of Student's t and the studentised bootstrap",
    "adjusted": "Student's t with a case added at each limit",
    "confidence_sequence": "a confidence sequence that holds at every look",
    "newcombe": "Newcombe's hybrid score interval",
    "welch": "Welch's t",
}
_BETTER = {"cost_usd": "cheaper", "latency_ms": "faster", "input_tokens": "sends fewer tokens", "output_tokens": "briefer"}
_WORSE = {"cost_usd": "dearer", "latency_ms": "slower", "input_tokens": "sends more tokens", "output_tokens": "wordier"}


def numbers(base: Comparison, told: Told, standing: "Standing") -> tuple[str, ...]:
    """The figures of the pair that says most, in sentences."""
    pair = standing.key
    if pair is None or not pair.result.n:
        return ()
    pair = _turned(pair) if _ahead(pair, standing, told.score) == pair.a else pair
    count = sum(other.metric == SCORE.name and other.result.n > 0 for other in base.pairs)
    tests, chances = [_tests(base, pair, count), _evidence(base, pair, count)], _chances(base, pair)
    if standing.winner is not None and len(standing.leaders) > 1:  # the verdict names several, and tells no figure
        found = [pair.verdict, *tests, chances, _counts(told, pair), _effect(base, pair)]
    else:
        found = [_counts(told, pair), *tests, chances, _effect(base, pair)]
    found += [] if base.peeked else [_seen(told, pair)]
    return tuple(said for said in found if said)


def _ahead(pair: Pair, standing: "Standing", metric: Metric) -> str:
    """Whom the figures of a pair are about: the winner, else the one that is ahead, else the second."""
    if standing.winner in (pair.a, pair.b):
        return standing.winner or pair.b
    if not pair.result.difference:
        return pair.b
    return pair.b if (pair.result.difference > 0) == metric.higher_is_better else pair.a


def _turned(pair: Pair) -> Pair:
    """The same pair seen from its other side, in what the sentences here tell of it."""
    result, bayes = pair.result, pair.bayes

    def flip(value: float | None) -> float | None:
        if value is None or result.effect_name != "odds_ratio":
            return None if value is None else -value
        return 1 / value if value else None

    low, high = flip(result.effect_high), flip(result.effect_low)
    if result.effect_name == "odds_ratio" and result.effect_high is None and high is not None:
        low = 0.0
    turned = replace(
        result,
        difference=None if result.difference is None else -result.difference,
        low=None if result.high is None else -result.high,
        high=None if result.low is None else -result.low,
        gained=result.lost,
        lost=result.gained,
        higher=result.lower,
        lower=result.higher,
        superiority=None if result.superiority is None else 1 - result.superiority,
        effect=flip(result.effect),
        effect_low=low,
        effect_high=high,
    )
    bayes = None if bayes is None else replace(bayes, probability=1 - bayes.probability, loss=bayes.loss_a, loss_a=bayes.loss)
    return replace(pair, a=pair.b, b=pair.a, result=turned, bayes=bayes)


def _counts(told: Told, pair: Pair) -> str:
    result, a, b = pair.result, wording.name(pair.a), wording.name(pair.b)
    if result.kind == "binary" and result.gained is not None and result.lost is not None and result.both is not None:
        neither = result.n - result.gained - result.lost - result.both
        alone = f"{b} alone was right on {wording.counted(result.gained, 'case')}, {a} alone on {result.lost:,}"
        return f"{alone}; both on {result.both:,}, neither on {neither:,}."
    if result.superiority is not None and not told.paired:
        return f"Of one score of each, {b}'s is the higher one {wording.percent(result.superiority)} of the time, ties counted half."
    if result.higher is not None and result.lower is not None:
        equal = result.n - result.higher - result.lower
        return f"{b} scored higher than {a} on {wording.counted(result.higher, 'case')}, lower on {result.lower:,}, the same on {equal:,}."
    return ""


def _tests(base: Comparison, pair: Pair, count: int) -> str:
    result = pair.result
    if result.p is None or base.peeked:
        return ""
    said = wording.p_value(result.p)
    more = [f"mid-p {_p(result.p_mid)}"] if result.p_mid is not None else []
    more += [f"Wilcoxon {_p(result.p_wilcoxon)}"] if result.p_wilcoxon is not None and result.test != "welch" else []
    more += [f"Mann-Whitney {_p(result.p_wilcoxon)}"] if result.p_wilcoxon is not None and result.test == "welch" else []
    more += [f"t test {_p(result.p_t)}"] if result.p_t is not None and result.test != "paired_t" else []
    said += f" ({', '.join(more)})" if more else ""
    if count > 1 and wording.p_value(pair.p_adjusted) != wording.p_value(result.p):
        said += f"; corrected for {count} pairs {wording.p_value(pair.p_adjusted)}"
    return f"{wording.name(pair.b)} against {wording.name(pair.a)}: {said}.{_disagreement(base, pair, count)}"


def _disagreement(base: Comparison, pair: Pair, count: int) -> str:
    """Why test and interval may seem to say different things; empty where they agree."""
    low, high, alpha = pair.result.low, pair.result.high, 1 - base.options.level
    if low is None or high is None or pair.outcome == EQUIVALENT:
        return ""
    apart = low > 0 or high < 0
    if apart and pair.p_adjusted >= alpha:
        why = "the correction for several pairs" if count > 1 and (pair.result.p or 0.0) < alpha else "the test, the stricter of the two,"
        return f" The interval leaves 0 out, but {why} decides."
    if not apart and pair.p_adjusted < alpha and pair.outcome == UNDECIDED:
        p = wording.p_value(pair.p_adjusted)
        return f" The test alone would call it ({p}), but the interval does not leave 0 out: too few cases differ to say by how much."
    return ""


def _effect(base: Comparison, pair: Pair) -> str:
    result = pair.result
    if result.effect is None or not result.effect_name:
        return ""
    a, b, shown = wording.name(pair.a), wording.name(pair.b), wording.ratio if result.effect_name == "odds_ratio" else _plain
    bounds = ""
    if result.effect_low is not None and result.effect_high is not None:
        bounds = f" ({wording.level(base.options.level)} interval {shown(result.effect_low)} to {shown(result.effect_high)})"
    if result.effect_name == "odds_ratio":
        if result.gained is None:
            return f"Odds ratio {shown(result.effect)}{bounds}: the odds of {b} over those of {a}."
        ratio = f"matched odds ratio{bounds.replace(' (', ', ').removesuffix(')')}"
        return f"For each case that only {a} got right, {b} alone got {shown(result.effect)} right ({ratio})."
    return f"Effect size {result.effect_name} {shown(result.effect)}{bounds}: the mean difference in standard deviations."


def _evidence(base: Comparison, pair: Pair, count: int) -> str:
    seen = pair.sequential
    if seen is None or not base.peeked:
        return ""
    line = count / (1 - base.options.level)
    e = "over 1,000,000" if seen.e > 1e6 else wording.number(seen.e, 0 if seen.e >= 100 else 1)
    return f"Evidence against no difference: e = {e} after {wording.counted(seen.n, 'case')}; it decides from {wording.number(line, 0)} on."


def _chances(base: Comparison, pair: Pair) -> str:
    found = pair.bayes
    if found is None or (pair.result.kind == "numeric" and pair.result.higher == pair.result.lower == 0):
        return ""
    metric = next(metric for metric in base.metrics if metric.name == SCORE.name)
    chance = "over 99.9 %" if found.probability > 0.9995 else "under 0.1 %" if found.probability < 0.0005 else f"{found.probability:.1%}"
    scale = max(abs(pair.result.difference or 0.0), pair.result.sd or 0.0, abs(found.loss), abs(found.loss_a))
    loss, loss_a = (_loss(value, scale, metric) for value in (found.loss, found.loss_a))
    chance = chance.replace("%", " %").replace("  ", " ")
    a, b = wording.name(pair.a), wording.name(pair.b)
    return f"The probability that {b} is better is {chance}; choosing {b} is expected to lose {loss}, choosing {a} {loss_a}. {found.prior}"


def _loss(value: float, scale: float, metric: Metric) -> str:
    if metric.unit == "share":
        return "under 0.1 points" if value < 0.001 else wording.difference(value, metric)
    return "next to nothing" if value <= scale / 1000 else wording.difference(value, metric)


def _seen(told: Told, pair: Pair) -> str:
    if pair.detectable is None or (pair.detectable >= 1 and pair.result.kind == "binary"):
        return ""
    if pair.outcome == UNDECIDED and abs(pair.result.difference or 0.0) >= pair.detectable:
        return ""  # beside a difference that is larger and yet not clear this would puzzle
    size = wording.gap(pair.detectable, told.score)
    return f"{wording.counted(pair.result.n, 'case')} like these would show a difference of {size} four times in five (power 80 %)."


def method(base: Comparison, found: "Matrix") -> tuple[str, ...]:
    """How it was worked out, by the names of the methods."""
    said = [_design(base, found)] if base.metrics and len(base.names) > 1 else []
    said += _tested(base)
    options = base.options
    counts = {metric.name: sum(pair.metric == metric.name and pair.result.n > 0 for pair in base.pairs) for metric in base.metrics}
    most = max(counts.values(), default=0)
    if most > 1 and not base.peeked:
        against = f" against the baseline {wording.name(options.baseline)}" if options.baseline else ""
        said.append(f"The p values are corrected for {most} pairs{against} by Holm's method, each metric by itself.")
    if base.peeked and most:
        said.append(_peeked(base, most))
    if options.margin is not None and SCORE.name in counts and not base.peeked:
        level = wording.level(1 - 2 * (1 - options.level))
        said.append(f"As good as: two one-sided tests at the margin (TOST); the {level} interval must lie inside it.")
    if options.missing == WRONG:
        said.append("Cells without a score were counted as wrong.")
    return (*said, *found.left_out)


def _design(base: Comparison, found: "Matrix") -> str:
    if not found.paired:
        return "Unpaired: different cases under each variant. The same cases under every variant would tell more."
    repeats = " Repeats of a case are averaged: they are not more cases." if found.repeats > 1 else ""
    what = "Cells that failed" if base.about.get("run_id") else "Missing scores"
    left = f" {what} are left out." if base.options.missing == LEFT_OUT and found.missing.any() else ""
    return f"Paired: only cases that both variants answered are compared.{repeats}{left}"


def _tested(base: Comparison) -> list[str]:
    """Tests and intervals by name, each combination once, with the worst coverage that was measured."""
    groups: dict[tuple[str, str], list[Pair]] = {}
    for pair in base.pairs:
        if pair.result.test != "none":
            groups.setdefault((pair.result.test, pair.result.method), []).append(pair)
    found = []
    for (test, interval), pairs in groups.items():
        titles = [metric.title for metric in base.metrics if any(pair.metric == metric.name for pair in pairs)]
        said = f"{wording.listed(titles, most=9)}: "
        said += "" if base.peeked else f"p by {TESTS.get(test, test)}; "
        if interval == "none":
            found.append(f"{said.removesuffix('; ').removesuffix(': ')}{'; ' if ';' in said else ': '}no interval.")
            continue
        said += f"{wording.level(base.options.level)} interval by {INTERVALS.get(interval, interval)}"
        covered = [pair.result.coverage for pair in pairs if pair.result.coverage is not None]
        if covered:
            said += f", which held the truth in at least {min(covered) * 100:.1f} % of our simulations with about as many cases"
        found.append(f"{said}.")
    return found


def _peeked(base: Comparison, count: int) -> str:
    line = wording.number(count / (1 - base.options.level), 0)
    after = base.about.get("decided_after")
    why = f"The run ended early, decided after {wording.counted(after, 'case')}" if after else "Somebody could look before the planned end"
    return (
        f"{why}, so ordinary p values do not hold here. The score is decided by evidence that holds at every look (betting e-values, from "
        f"{line} on) with its confidence sequence; cost, latency and tokens by the same evidence on whether each case went up or down."
    )


def trade_offs(base: Comparison, told: Told, standing: "Standing") -> tuple[str, ...]:
    """What the better one costs, or what speaks for one of two that no score tells apart: each sentence is about that one."""
    key = standing.key
    if key is None or (key.winner is not None and standing.winner is None):  # each is beaten by another: nobody to speak for
        return ()
    found = []
    for metric in base.metrics:
        pair = None if metric.name == SCORE.name else told.pair(metric.name, key.a, key.b)
        if pair is None or pair.winner is None:
            continue
        if standing.winner is None:
            lead = f"As good and {_BETTER[metric.name]}: " if key.outcome == EQUIVALENT else "No clear difference in score, but "
            found.append(lead + sentences.of_figure(told, pair, pair.winner))
        elif pair.winner != standing.winner:
            found.append(f"Better but {_WORSE[metric.name]}: {sentences.of_figure(told, pair, standing.winner)}")
    return tuple(found)


def would_change(base: Comparison, told: Told, standing: "Standing", found: "Matrix") -> tuple[str, ...]:
    """What would turn the verdict, or make one of it."""
    said: list[str] = []
    pair = standing.key
    cells, done = base.about.get("cells") or 0, base.about.get("done") or 0
    if base.peeked and done < cells and standing.outcome == UNDECIDED:
        said.append(f"The rest of the run: {done:,} of {wording.counted(cells, 'cell')} {'is' if done == 1 else 'are'} done.")
    if pair is not None and standing.outcome == UNDECIDED and pair.result.n and not base.peeked:
        said += _same_cases(base) if not standing.leaders else _more_cases(base, told, pair, found)
    if pair is not None and standing.outcome == WINNER and pair.result.kind == "binary":
        said += _fragile(base, standing, pair)
    return tuple(said)


def _same_cases(base: Comparison) -> list[str]:
    """What ends a circle, where each is beaten by another on other cases."""
    what = "Cells that failed, asked again: scores" if base.about.get("run_id") else "Scores"
    return [f"{what} of the same cases under every variant."]


def _more_cases(base: Comparison, told: Told, pair: Pair, found: "Matrix") -> list[str]:
    said, size, open_ = [], abs(pair.result.difference or 0.0), pair.outcome == UNDECIDED
    if open_ and pair.more_cases:
        said.append(wording.if_as_large(pair.more_cases))
    if open_ and pair.detectable is not None and pair.result.kind == "binary" and size < pair.detectable < 1 and not pair.more_cases:
        said.append(f"A larger difference: these cases would have shown {wording.number(pair.detectable * 100, 1)} points.")
    if base.options.margin is None and found.paired:
        said.append("A margin: say how large a difference is still as good, and the same cases may show that the two are equivalent.")
    return said


def _fragile(base: Comparison, standing: "Standing", pair: Pair) -> list[str]:
    """How few cases of the table with the next best the lead hangs on, where they are few, after the correction for all pairs."""
    from workbench.stats import mcnemar_exact
    from workbench.stats.correction import holm

    gained, lost = pair.result.gained or 0, pair.result.lost or 0
    more, less = max(gained, lost), min(gained, lost)
    if base.peeked or pair.result.test != "mcnemar_exact":
        return []
    pairs = [each for each in base.pairs if each.metric == SCORE.name]
    mine = {(each.a, each.b) for each in pairs if each.winner == standing.winner}
    for turned in range(1, min(5, more) + 1):
        p = mcnemar_exact(more - turned, less + turned)
        corrected = holm([p if (each.a, each.b) == (pair.a, pair.b) else each.result.p for each in pairs])
        lines = [found for each, found in zip(pairs, corrected, strict=True) if (each.a, each.b) in mine]
        if any(found is not None and found >= 1 - base.options.level for found in lines):
            return [f"{wording.counted(turned, 'case')} the other way would leave it open."]
    return []


def _p(p: float) -> str:
    return wording.p_value(p).removeprefix("p = ").removeprefix("p ")


def _plain(value: float) -> str:
    return "over 1,000" if abs(value) > 1000 else wording.number(value, 2)
