"""What stands below the verdict: the numbers it rests on, how they were worked out, what it costs, and what would change it."""

from typing import TYPE_CHECKING

from workbench.comparison import wording
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
_BETTER = {"cost_usd": "cheaper", "latency_ms": "faster", "input_tokens": "shorter in what it sends", "output_tokens": "briefer"}
_WORSE = {"cost_usd": "dearer", "latency_ms": "slower", "input_tokens": "longer in what it sends", "output_tokens": "wordier"}


def numbers(base: Comparison, told: Told, standing: "Standing") -> tuple[str, ...]:
    """The figures of the pair that says most, in sentences."""
    pair = standing.key
    if pair is None or not pair.result.n:
        return ()
    count = sum(other.metric == SCORE.name for other in base.pairs)
    found = [_counts(told, pair), _tests(base, pair, count), _effect(base, pair), _evidence(base, pair, count), _chances(base, pair)]
    found += [] if base.peeked else [_seen(told, pair)]
    return tuple(said for said in found if said)


def _counts(told: Told, pair: Pair) -> str:
    result = pair.result
    if result.kind == "binary" and result.gained is not None and result.lost is not None and result.both is not None:
        neither = result.n - result.gained - result.lost - result.both
        alone = f"{pair.b} alone was right on {wording.counted(result.gained, 'case')}, {pair.a} alone on {result.lost:,}"
        return f"{alone}; both on {result.both:,}, neither on {neither:,}."
    if result.superiority is not None and not told.paired:
        return f"Of one score of each, {pair.b}'s is the higher one {wording.percent(result.superiority)} of the time, ties counted half."
    if result.superiority is not None:
        return f"On {wording.percent(result.superiority)} of the cases {pair.b} scored higher than {pair.a}, ties counted half."
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
    if count > 1:
        said += f"; corrected for {count} pairs {wording.p_value(pair.p_adjusted)}"
    return f"{pair.b} against {pair.a}: {said}.{_disagreement(base, pair, count)}"


def _disagreement(base: Comparison, pair: Pair, count: int) -> str:
    """Why test and interval may seem to say different things; empty where they agree."""
    low, high, alpha = pair.result.low, pair.result.high, 1 - base.options.level
    if low is None or high is None or pair.outcome == EQUIVALENT:
        return ""
    apart = low > 0 or high < 0
    if apart and pair.p_adjusted >= alpha:
        why = "the correction for several pairs" if count > 1 and (pair.result.p or 0.0) < alpha else "the test, the stricter of the two,"
        return f" The interval leaves 0 out, but {why} decides."
    if not apart and pair.p_adjusted < alpha:
        return " The interval just reaches 0, but the test decides."
    return ""


def _effect(base: Comparison, pair: Pair) -> str:
    result = pair.result
    if result.effect is None or not result.effect_name:
        return ""
    bounds = ""
    if result.effect_low is not None and result.effect_high is not None:
        bounds = f" ({wording.level(base.options.level)} interval {_plain(result.effect_low)} to {_plain(result.effect_high)})"
    if result.effect_name == "odds_ratio":
        if result.gained is None:
            return f"Odds ratio {_plain(result.effect)}{bounds}: the odds of {pair.b} over those of {pair.a}."
        ratio = f"matched odds ratio{bounds.replace(' (', ', ').removesuffix(')')}"
        return f"For each case that only {pair.a} got right, {pair.b} alone got {_plain(result.effect)} right ({ratio})."
    return f"Effect size {result.effect_name} {_plain(result.effect)}{bounds}: the mean difference in standard deviations."


def _evidence(base: Comparison, pair: Pair, count: int) -> str:
    seen = pair.sequential
    if seen is None or not base.peeked:
        return ""
    line = count / (1 - base.options.level)
    e = "over 1,000,000" if seen.e > 1e6 else wording.number(seen.e, 0 if seen.e >= 100 else 1)
    return f"Evidence against no difference: e = {e} after {wording.counted(seen.n, 'case')}; it decides from {wording.number(line, 0)} on."


def _chances(base: Comparison, pair: Pair) -> str:
    found = pair.bayes
    if found is None:
        return ""
    metric = next(metric for metric in base.metrics if metric.name == SCORE.name)
    chance = "over 99.9 %" if found.probability > 0.9995 else "under 0.1 %" if found.probability < 0.0005 else f"{found.probability:.1%}"
    loss, loss_a = (_loss(value, metric) for value in (found.loss, found.loss_a))
    chance = chance.replace("%", " %").replace("  ", " ")
    return (
        f"The probability that {pair.b} is better is {chance}; choosing {pair.b} is expected to lose {loss}, choosing {pair.a} {loss_a}. "
        f"{found.prior}"
    )


def _loss(value: float, metric: Metric) -> str:
    return "under 0.1 points" if metric.unit == "share" and value < 0.001 else wording.difference(value, metric)


def _seen(told: Told, pair: Pair) -> str:
    if pair.detectable is None or (pair.detectable >= 1 and pair.result.kind == "binary"):
        return ""
    size = wording.difference(pair.detectable, told.score)
    return f"{wording.counted(pair.result.n, 'case')} like these would show a difference of {size} four times in five (power 80 %)."


def method(base: Comparison, found: "Matrix") -> tuple[str, ...]:
    """How it was worked out, by the names of the methods."""
    said = [_design(base, found)] if base.metrics else []
    said += _tested(base)
    options = base.options
    counts = {metric.name: sum(pair.metric == metric.name for pair in base.pairs) for metric in base.metrics}
    most = max(counts.values(), default=0)
    if most > 1 and not base.peeked:
        against = f" against the baseline {options.baseline}" if options.baseline else ""
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
        said = f"{wording.names(titles, most=9)}: "
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
    """What the better one costs, or what speaks for one of two that no score tells apart."""
    key = standing.key
    if key is None:
        return ()
    found = []
    for metric in base.metrics:
        pair = None if metric.name == SCORE.name else told.pair(metric.name, key.a, key.b)
        if pair is None or pair.outcome != WINNER:
            continue
        detail = pair.verdict.removesuffix(".")
        if standing.outcome == WINNER and pair.winner != standing.winner:
            found.append(f"Better but {_WORSE[metric.name]}: {detail}.")
        elif standing.outcome == EQUIVALENT:
            found.append(f"As good and {_BETTER[metric.name]}: {detail}.")
        elif standing.outcome == UNDECIDED:
            found.append(f"No clear difference in score, but {pair.winner} is {_BETTER[metric.name]}: {detail}.")
    return tuple(found)


def would_change(base: Comparison, told: Told, standing: "Standing", found: "Matrix") -> tuple[str, ...]:
    """What would turn the verdict, or make one of it."""
    said: list[str] = []
    pair = standing.key
    cells, done = base.about.get("cells") or 0, base.about.get("done") or 0
    if base.peeked and done < cells and standing.outcome == UNDECIDED:
        said.append(f"The rest of the run: {done:,} of {cells:,} cells are done.")
    if pair is not None and standing.outcome == UNDECIDED and pair.result.n and not base.peeked:
        said += _more_cases(base, told, pair, found)
    if pair is not None and standing.outcome == WINNER and pair.result.kind == "binary":
        said += _fragile(base, pair)
    return tuple(said)


def _more_cases(base: Comparison, told: Told, pair: Pair, found: "Matrix") -> list[str]:
    said = []
    if pair.more_cases:
        more = wording.counted(pair.more_cases, "more case").replace(f"{pair.more_cases:,}", wording.about(pair.more_cases))
        said.append(f"About {more}, if the difference is as large as it looks.")
    if pair.detectable is not None and pair.result.kind == "binary" and pair.detectable < 1 and not pair.more_cases:
        said.append(f"A larger difference: these cases would have shown {wording.number(pair.detectable * 100, 1)} points.")
    if base.options.margin is None and found.paired:
        said.append("A margin: say how large a difference is still as good, and the same cases may show that the two are equivalent.")
    return said


def _fragile(base: Comparison, pair: Pair) -> list[str]:
    """How few cases the winner's lead hangs on, where they are few."""
    from workbench.stats import mcnemar_exact

    gained, lost = pair.result.gained or 0, pair.result.lost or 0
    more, less = max(gained, lost), min(gained, lost)
    if base.peeked or pair.result.test != "mcnemar_exact":
        return []
    for turned in range(1, 6):
        if more < turned or mcnemar_exact(more - turned, less + turned) >= 1 - base.options.level:
            return [f"{wording.counted(turned, 'case')} the other way would leave it open."]
    return []


def _p(p: float) -> str:
    return wording.p_value(p).removeprefix("p = ").removeprefix("p ")


def _plain(value: float) -> str:
    return "over 1,000" if abs(value) > 1000 else wording.number(value, 2)
