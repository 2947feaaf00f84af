"""What a run teaches: what worked, what did not, what to do next. Sentences of the comparison, and counts of what went wrong.

What did not work is a weak slice, an error, or a figure clearly worse than the baseline's; what else is to be known is a remark.
"""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.comparison import by_tag, wording
from workbench.comparison.model import METRICS, SCORE, WINNER, Pair, Slice
from workbench.export import figures
from workbench.export.slides.measured import Measured
from workbench.runner import failing, reading

if TYPE_CHECKING:
    from workbench.store import Store

MOST = 3  # sentences a column
TRIFLE = 0.1  # worse than the baseline by a smaller share than this is no lesson, however sure
_CELLS = 500  # failed cells among which the hint of the most frequent error is sought
_WORSE = {"score": "scores {} lower than", "cost_usd": "costs {} more than", "latency_ms": "is {} slower than"}
_BRACKET = re.compile(r" \([^()]*interval[^()]*\)")


@dataclass(frozen=True)
class Lessons:
    """Sentences for each of the three columns, and remarks that stand in the notes alone."""

    worked: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    next: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    def short(self) -> "Lessons":
        """The sentences without their figures in brackets, for the slide."""
        return Lessons(*(tuple(_BRACKET.sub("", each) for each in part) for part in (self.worked, self.failed, self.next)))

    def all(self) -> tuple[str, ...]:
        """All sentences in full, for the notes."""
        return (*self.worked, *self.failed, *self.next, *self.remarks)


def find(store: "Store", found: Measured | None) -> Lessons:
    """What the run teaches; nothing where there is none."""
    if found is None:
        return Lessons()
    compared = found.compared
    worked = [compared.verdict] if compared.outcome == WINNER and compared.winner != found.baseline else []
    clear = [pair for pair in compared.pairs if pair.metric != SCORE.name and pair.outcome == WINNER and pair.winner == found.chosen]
    worked += [pair.verdict for pair in clear if found.baseline in (pair.a, pair.b)]
    worked += [f"On {part.tag} {_ahead(found, part.result.difference, part.a, part.b)}." for part in _better(found)]
    weak, weakest = _weak(store, found)
    lost, most = _errors(store, found)
    behind = [compared.verdict] if compared.outcome == WINNER and compared.winner == found.baseline else []
    doubts = [check for check in compared.checks if not check.ok]
    turned = [check.sentence for check in doubts if check.name == "slices"]
    failed = [*behind, *weak, *lost, *_worse(found), *turned]
    # What would turn a verdict says how firm it is; only one that is open can be mended by it.
    firm = compared.would_change if compared.outcome == WINNER else ()
    open_ = () if firm else compared.would_change
    ahead = [f"Look at the cases of {weakest} first: that is where most is lost." if weakest else "", most, *open_]
    remarks = [*compared.trade_offs, *(check.sentence for check in doubts if check.name != "slices"), *firm]
    return Lessons(_some(worked), _some(failed), _some(ahead), tuple(dict.fromkeys(remarks)))


def _worse(found: Measured) -> list[str]:
    """Where the chosen variant is clearly worse than the baseline, and by more than a trifle. Tokens tell by what they cost."""
    said = []
    for pair in found.compared.pairs:
        if pair.metric in _WORSE and pair.winner == found.baseline and {pair.a, pair.b} == {found.chosen, found.baseline}:
            share = _share(found, pair)
            size = wording.percent(share) if share is not None else ""
            if share is None or share >= TRIFLE:
                metric = next(one for one in METRICS if one.name == pair.metric)
                size = size or wording.difference(abs(pair.result.difference or 0.0), metric)
                said.append(f"{found.chosen} {_WORSE[pair.metric].format(size)} {found.baseline}.")
    return said


def _share(found: Measured, pair: Pair) -> float | None:
    """The difference as a share of the baseline's mean; None where that is 0."""
    mean = next((one.mean for one in found.compared.figures if (one.variant, one.metric) == (found.baseline, pair.metric)), None)
    return abs((pair.result.difference or 0.0) / mean) if mean else None


def _better(found: Measured) -> list[Slice]:
    """Slices where the chosen variant is clearly ahead of the baseline; none where somebody could look while the run was at work."""
    if found.compared.peeked:
        return []
    alpha = 1 - found.compared.options.level
    mine = [part for part in found.compared.slices if {part.a, part.b} == {found.chosen, found.baseline} and part.p_adjusted < alpha]
    return [part for part in mine if ((part.result.difference or 0.0) > 0) == (part.b == found.chosen)]


def _ahead(found: Measured, difference: float | None, a: str, b: str) -> str:
    better, worse = (b, a) if (difference or 0.0) > 0 else (a, b)
    return f"{better} is ahead of {worse} by {abs(difference or 0.0) * 100:.1f} points"


def _weak(store: "Store", found: Measured) -> tuple[list[str], str]:
    """The tags on which the chosen variant is clearly weaker than on its other cases, in a sentence, and the lowest."""
    if not found.scored:
        return [], ""
    low = sorted((one.mean, one.tag, one) for one in by_tag.of_run(store, found.run.id) if one.weak and one.variant == found.chosen)
    if not low:
        return [], ""
    told = ", ".join(
        f"{tag} ({figures.share(mean, one.low, one.high)}, n = {one.n:,}; its other cases {figures.share(one.rest)})"
        for mean, tag, one in low[:MOST]
    )
    return [f"{found.chosen} is clearly weaker on {told}."], low[0][1]


def _errors(store: "Store", found: Measured) -> tuple[list[str], str]:
    """Which errors the chosen variant met, in a sentence, and what to do about the most frequent one."""
    position = found.position(found.chosen)
    counted = [one for one in failing.errors(store, found.run.id) if one.variant == position]
    if not counted:
        return [], ""
    told = ", ".join(f"{one.error_type} {one.n:,}" for one in counted[:MOST])
    cells = reading.cells(store, found.run.id, status="error", variant=position, limit=_CELLS)
    hints = [cell.hint for cell in cells if cell.hint and (cell.error_type or "unknown") == counted[0].error_type]
    lost = sum(one.n for one in counted)
    return [f"{found.chosen} got no reply to {wording.counted(lost, 'call')}: {told}."], hints[0] if hints else ""


def _some(sentences: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each for each in sentences if each))[:MOST]
