"""A comparison as tables and charts: every figure and every word is that of `workbench.comparison`; nothing here decides who is better."""

from itertools import pairwise
from typing import TYPE_CHECKING

from workbench.comparison import matrix, verdict, wording
from workbench.comparison.model import LEFT_OUT, SCORE, Comparison, Metric, Options, Pair
from workbench.errors import InputError
from workbench.export.model import Cell, Chart, Line, Table, inline
from workbench.export.reports import blocks
from workbench.runner import reading

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbench.store import Store

BINS = 10
_MOST_PAIRS = 30
OPTIONS = ("baseline", "metric", "margin", "missing", "level")


def options(given: "Mapping[str, str]") -> tuple[Options, str]:
    """Options of a comparison and the metric asked for ("": all) out of a request's. Raises InputError that names the option."""
    margin, level = (_number(name, given.get(name, "")) for name in ("margin", "level"))
    made = Options(
        level=0.95 if level is None else level,
        margin=margin,
        baseline=given.get("baseline") or None,
        missing=given.get("missing") or LEFT_OUT,
    )
    return made, given.get("metric", "")


def metric(found: Comparison, name: str) -> Metric | None:
    """The metric of that name, the score where none is named; None where the run has no score. Raises InputError."""
    if not name or name == SCORE.name:
        return next((one for one in found.metrics if one.name == SCORE.name), None)
    for one in found.metrics:
        if one.name == name:
            return one
    known = ", ".join(one.name for one in found.metrics) or "none yet"
    raise InputError(f"the run has no metric {name!r}", place="metric", hint=f"Its metrics are {known}.")


def variants(found: Comparison) -> Table:
    """Mean with its interval, median and spread of each variant on each metric."""
    rows = []
    for each in found.metrics:
        for line in (one for one in found.figures if one.metric == each.name):
            within = wording.interval(line.low, line.high, each)
            mean = None if line.mean is None else wording.amount(line.mean, each) + (f" ({within})" if within else "")
            rows.append(
                [
                    blocks.words(each.title),
                    blocks.words(line.variant),
                    blocks.figure(line.count, "count"),
                    _cell(mean, line.mean),
                    _cell(None if line.median is None else wording.amount(line.median, each), line.median),
                    _cell(None if line.sd is None else wording.difference(line.sd, each), line.sd),
                ]
            )
    level = wording.level(found.options.level)
    return blocks.table(["Metric", "Variant", "Cases>", f"Mean ({level} interval)>", "Median>", "Spread (SD)>"], rows)


def outcomes(found: Comparison) -> Table:
    """Metric by metric what came out, by the same rule as the verdict."""
    rows = []
    standings = verdict.outcomes(found)
    for each in found.metrics:
        standing = standings[each.name]
        rows.append([blocks.words(each.title), blocks.words(standing.outcome), blocks.words(standing.winner or "none")])
    return blocks.table(["Metric", "Outcome", "Winner"], rows, "By the same rule as the verdict, each metric by itself.")


def pairs(found: Comparison, on: Metric) -> Table | None:
    """Every pair on one metric: difference, interval, p, corrected p, what it says. None where there is none."""
    mine = _pairs(found, on)
    if not mine:
        return None
    rows = []
    for one in mine[:_MOST_PAIRS]:
        result = one.result
        within = wording.interval(result.low, result.high, on)
        gap = None if result.difference is None else wording.difference(result.difference, on) + (f" ({within})" if within else "")
        rows.append(
            [
                blocks.words(f"{one.b} − {one.a}"),
                blocks.figure(result.n, "count"),
                _cell(gap, result.difference),
                *_evidence(found, one),
                blocks.words(one.verdict),
            ]
        )
    left = f"{wording.counted(len(mine) - _MOST_PAIRS, 'more pair is', 'more pairs are')} left out." if len(mine) > _MOST_PAIRS else ""
    level = wording.level(found.options.level)
    return blocks.table(
        ["Pair", "Cases>", f"Difference ({level} interval)>", *(["Evidence e>"] if found.peeked else ["p>", "Corrected p>"]), "Reads"],
        rows,
        " ".join(filter(None, (left, _disagreement(found, mine[:_MOST_PAIRS])))),
    )


def _disagreement(found: Comparison, shown: "list[Pair]") -> str:
    """Which pairs the test tells apart and the interval does not, and what then holds; empty where the two agree everywhere."""
    alpha = 1 - found.options.level
    split = [
        f"{one.b} − {one.a}"
        for one in shown
        if one.winner is None and one.p_adjusted < alpha and None not in (one.result.low, one.result.high)
        if one.result.low <= 0 <= one.result.high  # type: ignore[operator]
    ]
    if found.peeked or not split:
        return ""
    return f"Of {', '.join(split)} the test says yes, but the interval holds 0: both are asked for, so no difference counts as clear."


def forest(found: Comparison, on: Metric) -> Chart | None:
    """The differences with their intervals about 0, of the pairs that have one; None where none has."""
    mine = [one for one in _pairs(found, on)[:_MOST_PAIRS] if one.result.low is not None and one.result.high is not None]
    if not mine:
        return None
    line = Line(
        "difference",
        tuple(one.result.difference for one in mine),
        tuple(one.result.low for one in mine),
        tuple(one.result.high for one in mine),
    )
    better = "right of 0 the first named is better" if on.higher_is_better else "left of 0 the first named is better"
    note = f"{wording.level(found.options.level)} intervals; {better}."
    title, said = f"Difference in {on.title.lower()}", "; ".join(one.verdict for one in mine[:6])
    n = max(one.result.n for one in mine)
    return Chart("forest", title, on.unit, tuple(f"{one.b} − {one.a}" for one in mine), (line,), n=n, note=note, alt=said)


def discordance(found: Comparison) -> Table | None:
    """Where scores are right or wrong: on how many cases both, one alone, neither was right. None where they are not."""
    rows = []
    for one in (pair for pair in found.pairs if pair.metric == SCORE.name):
        result = one.result
        if result.kind == "binary" and result.gained is not None and result.lost is not None and result.both is not None:
            neither = result.n - result.gained - result.lost - result.both
            counts = (result.both, result.lost, result.gained, neither)
            rows.append([blocks.words(one.a), blocks.words(one.b), *(blocks.figure(count, "count") for count in counts)])
    if not rows:
        return None
    columns = ["A", "B", "Both right>", "Only A>", "Only B>", "Neither>"]
    return blocks.table(columns, rows[:_MOST_PAIRS], "Cases that both answered. What differs is decided by the two columns in the middle.")


def distribution(store: "Store", found: Comparison) -> Chart | None:
    """How many cases score how much, variant by variant; None where scores are right or wrong, or missing."""
    import numpy as np

    if not any(one.metric == SCORE.name and one.result.kind == "numeric" for one in found.pairs):
        return None
    cells = matrix.read(store, reading.get(store, str(found.about["run_id"])))
    rows = cells.values[SCORE.name][:, : found.about.get("decided_after") or None]
    edges = np.linspace(0.0, 1.0, BINS + 1)
    lines = []
    for name, row in list(zip(cells.names, rows, strict=True))[:6]:
        lines.append(Line(name, tuple(float(count) for count in np.histogram(row[np.isfinite(row)], edges)[0])))
    labels = tuple(f"{low * 100:.0f} to {high * 100:.0f} %" for low, high in pairwise(edges))
    n = int(np.isfinite(rows).any(axis=0).sum())
    return Chart("bar", "Cases by score", "count", labels, tuple(lines), n=n, alt=f"How {wording.counted(n, 'case')} score, by variant")


def checks(found: Comparison) -> Table | None:
    """What a reader should know before trusting it, what fails first."""
    if not found.checks:
        return None
    rows = [[blocks.words("in order" if one.ok else "mind this"), blocks.words(one.sentence)] for one in found.checks]
    return blocks.table(["", "Check"], rows)


def slices(found: Comparison) -> Table | None:
    """The differences on the cases of each tag; None where no tag has enough of them."""
    on = next((one for one in found.metrics if one.name == SCORE.name), None)
    if not found.slices or on is None:
        return None
    rows = []
    for part in found.slices[: 2 * _MOST_PAIRS]:
        result = part.result
        within = wording.interval(result.low, result.high, on)
        gap = None if result.difference is None else wording.difference(result.difference, on) + (f" ({within})" if within else "")
        rows.append(
            [
                blocks.words(part.tag, code=True),
                blocks.words(f"{part.b} − {part.a}"),
                blocks.figure(result.n, "count"),
                _cell(gap, result.difference),
                _cell(None if found.peeked else wording.p_value(part.p_adjusted), part.p_adjusted),
                blocks.words("the other way round here" if part.reversed else ""),
            ]
        )
    level = wording.level(found.options.level)
    return blocks.table(["Tag", "Pair", "Cases>", f"Difference ({level} interval)>", "Corrected p>", ""], rows)


def stability(found: Comparison) -> Table | None:
    """How often repeats of a case disagree; None where there are none."""
    if not found.stability:
        return None
    rows = [
        [
            blocks.words(one.variant),
            blocks.figure(one.cases, "count"),
            blocks.figure(one.flipping, "share"),
            blocks.figure(one.disagreement, "share"),
        ]
        for one in found.stability
    ]
    return blocks.table(["Variant", "Cases with repeats>", "Whose repeats disagree>", "Chance that two repeats differ>"], rows)


def power(found: Comparison) -> list[str]:
    """What these cases could have shown, and how many more would decide, pair by pair."""
    on = next((one for one in found.metrics if one.name == SCORE.name), None)
    said = []
    for one in (pair for pair in found.pairs if on is not None and pair.metric == SCORE.name and pair.result.n):
        assert on is not None
        parts = []
        if one.detectable is not None:
            parts.append(
                f"{wording.counted(one.result.n, 'case')} show a difference of {wording.gap(one.detectable, on)} four times in five"
            )
        if one.more_cases:
            parts.append(wording.more_cases(one.more_cases, "decide"))
        if parts:
            said.append(f"{wording.name(one.b)} against {wording.name(one.a)}: {'; '.join(parts)}.")
    return said[:_MOST_PAIRS]


def assumptions(found: Comparison) -> Table:
    """What the comparison itself takes for granted, beside the run's own assumptions."""
    given = found.options
    on = next((one for one in found.metrics if one.name == SCORE.name), None)
    margin = "none: that two are as good as each other is not asked" if given.margin is None else None
    missing = "are left out" if given.missing == LEFT_OUT else "count as wrong"
    rows = [
        ("Level", f"{wording.level(given.level)}: a difference counts where its corrected p is below {1 - given.level:.3g}"),
        ("Margin", margin or (wording.margin(given.margin or 0.0, on) if on else f"{given.margin:g}")),
        ("Compared", f"every variant with the baseline {given.baseline}" if given.baseline else "all pairs of variants"),
        ("Cells without a score", missing),
        ("Bootstrap and permutations", f"drawn with seed {given.seed}: the same figures every time"),
        ("Cases", "independent of each other, and like those that matter later; no statistics can mend cases that are not"),
        *([("Read before its end", "intervals and evidence that hold at every look")] if found.peeked else []),
    ]
    return blocks.table(["What", "Assumed or done"], [[blocks.words(name), blocks.words(value)] for name, value in rows])


def _pairs(found: Comparison, on: Metric) -> list[Pair]:
    return [one for one in found.pairs if one.metric == on.name and one.result.n]


def _evidence(found: Comparison, one: Pair) -> list[Cell]:
    """Both p values; of a run that somebody could look at, the evidence that holds at every look."""
    p, e = one.result.p, None if one.sequential is None else one.sequential.e
    if found.peeked:
        return [_cell(None if e is None else wording.number(e, 1), e)]
    return [_cell(None if p is None else wording.p_value(p), p), _cell(wording.p_value(one.p_adjusted), one.p_adjusted)]


def _cell(text: str | None, value: float | None) -> Cell:
    return blocks.MISSING if text is None or value is None else Cell(inline(text), float(value))


def _number(name: str, text: str) -> float | None:
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        raise InputError(f"{text!r} is no number", place=name, hint="Write a share such as 0.03 for 3 points.") from None
