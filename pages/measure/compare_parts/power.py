"""Power after a run: the difference these cases could have seen, how many more would decide, and the curve behind both."""

import streamlit as st

from pages.measure.compare_parts import cases, picking, wording
from pages.measure.compare_parts.cases import Spread
from pages.parts import safe
from workbench.comparison.model import SCORE, UNDECIDED, Comparison, Pair
from workbench.runner.reading import Run
from workbench.text.counting import counted


def draw(found: Comparison, run: Run) -> None:
    """Draw power against the number of cases for the pair of the URL."""
    pair = picking.pair(found, SCORE) if any(each.metric == SCORE.name for each in found.pairs) else None
    if pair is None:
        st.caption("Power is about scores: no case has one under two variants.")
        return
    for said in sentences(pair):
        st.markdown(safe.escape(said, limit=400))
    result = pair.result
    seen = abs(result.difference or 0.0)
    pairs = sum(each.metric == SCORE.name for each in found.pairs)
    alpha = (1 - found.options.level) / pairs  # what the correction asks of the pair at worst
    if pairs > 1:
        st.caption(f"{pairs} pairs are tested, and p is corrected for that: it takes more cases than one pair alone would.")
    if result.kind == "binary" and (result.gained or result.lost):
        differing = ((result.gained or 0) + (result.lost or 0)) / result.n
        cases.curve(Spread(discordance=differing, alpha=alpha), _worth_drawing(seen, pair), result.n, "here", key="power")
    elif result.sd:
        cases.curve(Spread(sd=result.sd, alpha=alpha), _worth_drawing(seen, pair), result.n, "here", key="power")
    else:
        st.caption("Every case came out the same for both: how much they differ from case to case is unknown, and so is the power.")


def sentences(pair: Pair) -> list[str]:
    """What these cases could see, and how many would see what was seen."""
    said = []
    if pair.detectable is not None:
        size = wording.difference(SCORE, pair.detectable).lstrip("+")
        these = counted(pair.result.n, "case") if pair.result.n == 1 else f"these {counted(pair.result.n, 'case')}"
        said.append(f"With {these} a difference of {size} between {pair.b} and {pair.a} is seen 8 times in 10.")
    if pair.outcome == UNDECIDED and pair.more_cases:
        seen = wording.difference(SCORE, abs(pair.result.difference or 0.0)).lstrip("+")
        said.append(f"If the difference is really the {seen} seen here, about {counted(pair.more_cases, 'more case')} would show it.")
    return said


def _worth_drawing(seen: float, pair: Pair) -> list[float]:
    """The difference seen, and the smallest one these cases could see."""
    found = [seen] if seen > 0 else []
    return [*found, *([pair.detectable] if pair.detectable and abs(pair.detectable - seen) > 0.002 else [])]
