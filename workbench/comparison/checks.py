"""What a reader should know before trusting a comparison: what is missing, what flips, what is invented, where the winner loses."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.comparison import figures, overall, pairs, sentences, wording
from workbench.comparison.model import SCORE, WRONG, Check, Comparison, Slice

if TYPE_CHECKING:
    from workbench.comparison.matrix import Matrix
    from workbench.comparison.overall import Standing

FEW = 20  # cases below which hardly any difference can be shown
_UNEQUAL = 0.01  # p below which missing scores are no accident
_PART = ("planned", "running", "interrupted", "stopped", "capped", "decided")  # states in which some cells may never have been asked
_FLIPPING = 0.1  # share of cases whose repeats disagree from which it is worth a warning


def of(base: Comparison, matrix: "Matrix", standing: "Standing | None") -> tuple[Check, ...]:
    """Every check that applies, the ones that fail first."""
    found = [*_simulated(base)]
    if standing is not None:
        found += [*_missing(base, matrix, standing), *_counts(base, matrix), *_few(base), *_stable(base), *_slices(base)]
    return tuple(sorted(found, key=lambda check: check.ok))


def _simulated(base: Comparison) -> Iterator[Check]:
    names = base.about.get("simulated") or []
    if names:
        yield Check("simulated", False, f"{wording.names(names)}: simulated replies, which say nothing about a real model.")


def _missing(base: Comparison, matrix: "Matrix", standing: "Standing") -> Iterator[Check]:
    counts = matrix.missing.sum(axis=1)
    total = int(counts.sum())
    noun = "cell" if base.about.get("run_id") else "score"
    if not total:
        yield Check("missing", True, f"No {noun} is missing.")
        return
    by_name = wording.listed(
        [f"{wording.name(name)} {count:,}" for name, count in zip(matrix.names, counts.tolist(), strict=True) if count]
    )
    verb = ("has no score" if total == 1 else "have no score") if noun == "cell" else ("is missing" if total == 1 else "are missing")
    said = f"{wording.counted(total, noun)} {verb} ({by_name})"
    if base.options.missing == WRONG:
        yield Check("missing", False, f"{said}; counted as wrong.")
        return
    if matrix.limits is None or not base.metrics[0].higher_is_better:
        yield Check("missing", False, f"{said}; left out. What counts as wrong is not known for scores like these.")
        return
    then = _if_wrong(base, matrix)
    same = (then.outcome, then.winner) == (standing.outcome, standing.winner)
    turned = "the verdict would stay" if same else f"the verdict would change: {_short(then)}"
    yield Check("missing", False, f"{said}; left out. Counted as wrong, {turned}.")


def _if_wrong(base: Comparison, matrix: "Matrix") -> "Standing":
    """The standing with every missing score counted as 0."""
    metric = matrix.metric(SCORE.name)
    wrong = replace(matrix.counted_wrong(), metrics=(metric,))
    made = pairs.of_all(wrong, base.options, peeked=base.peeked, deep=False)
    lines = figures.of_all(wrong, base.options)
    return overall.stand(wrong.names, made, lines, metric, base.options.baseline)


def _short(standing: "Standing") -> str:
    if standing.winner:
        return f"{wording.name(standing.winner)} would win"
    return "the best would be as good as each other" if standing.outcome == "equivalent" else "no clear difference"


def _counts(base: Comparison, matrix: "Matrix") -> Iterator[Check]:
    """Whether some variants have fewer scores than others by more than chance. Cells that nobody asked yet, or will, are not missing."""
    import numpy as np

    from workbench.stats import mcnemar_exact
    from workbench.stats.unpaired import sample_ratio

    there = np.isfinite(matrix.values[SCORE.name])
    counts = there.sum(axis=1)
    if len(counts) < 2:
        return
    part = base.about.get("state") in _PART
    lost = ~there & (matrix.missing > 0) if part else ~there
    p: float | None
    if matrix.paired:
        least = int(lost.sum(axis=1).argmax()) if part else int(counts.argmin())
        most = int(lost.sum(axis=1).argmin()) if part else int(counts.argmax())
        p = mcnemar_exact(int((there[most] & lost[least]).sum()), int((there[least] & lost[most]).sum()))
    else:
        p = sample_ratio(counts.tolist())
    listed = wording.listed([f"{wording.name(name)} {count:,}" for name, count in zip(matrix.names, counts.tolist(), strict=True)])
    if p is not None and p < _UNEQUAL:
        yield Check("counts", False, f"Unequal numbers of cases ({listed}): what is missing is hardly an accident, and may favour one.")
    else:
        yield Check("counts", True, f"Cases with a score{' so far' if part else ''}: {listed}.")


def _few(base: Comparison) -> Iterator[Check]:
    if base.about.get("decided_after") is not None:
        return  # they were enough: the evidence of this very run says so
    most = max((pair.result.n for pair in base.pairs if pair.metric == SCORE.name), default=0)
    if 0 < most < FEW:
        yield Check("few_cases", False, f"Only {wording.counted(most, 'case')}: too few to show any but a very large difference.")


def _stable(base: Comparison) -> Iterator[Check]:
    for each in base.stability:
        name, cases = wording.name(each.variant), wording.counted(each.cases, "case")
        said = f"{name}: repeats disagree on {wording.percent(each.flipping)} of {cases}"
        said = f"{name}: repeats agree on every case" if not each.flipping else said
        if each.replies is not None and each.effective is not None:
            replies = wording.counted(each.replies, "reply", "replies")
            worth = f"{replies} to {cases} are worth about {wording.about(round(each.effective))} independent ones"
            rest = f"on {wording.percent(each.flipping)} of the cases repeats disagree" if each.flipping else "repeats agree on every case"
            said = f"{name}: {worth}; {rest}"
        yield Check("stability", each.flipping < _FLIPPING, f"{said}.")


def _slices(base: Comparison) -> Iterator[Check]:
    told = sentences.about(base.pairs, base.metrics, base.options)
    clear = [part for part in base.slices if pairs.clear(part.result, part.p_adjusted, 1 - base.options.level)]
    for part in clear:
        if part.reversed:
            yield Check("slices", False, f"On {part.tag!r} it is the other way round: {_told(part, told)} there.")
    for pair in base.pairs:
        mine = [part for part in clear if (part.a, part.b) == (pair.a, pair.b)]
        turns = {part.result.difference > 0 for part in mine if part.result.difference}
        if pair.metric == SCORE.name and pair.winner is None and len(turns) > 1:
            said = "; ".join(f"on {part.tag!r} {_told(part, told)}" for part in mine[:4])
            yield Check("slices", False, f"It depends on the cases: {said}.")


def _told(part: Slice, told: sentences.Told) -> str:
    difference = part.result.difference or 0.0
    better, worse = (part.b, part.a) if (difference > 0) == told.score.higher_is_better else (part.a, part.b)
    return f"{wording.name(better)} is better than {wording.name(worse)} by {wording.gap(abs(difference), told.score)}"
