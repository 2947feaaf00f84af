"""Tag by tag: the same pairs on the cases that carry a tag, with a correction over all of them, and a mark where a winner loses."""

from collections.abc import Mapping

import streamlit as st

from pages.measure.compare_parts import wording
from pages.parts import charts, page, tables
from workbench.comparison.model import SCORE, Comparison, Slice
from workbench.text.counting import counted

_COLUMNS = {
    "tag": st.column_config.TextColumn("Tag", width=170),
    "pair": st.column_config.TextColumn(wording.MINUS, width=225),
    "difference": st.column_config.TextColumn("Difference", width=105),
    "interval": st.column_config.TextColumn("Interval", width=170),
    "n": st.column_config.NumberColumn("Cases", format="localized", width=70),
    "p": st.column_config.TextColumn("p, adjusted", width=95),
    "says": st.column_config.TextColumn("Says", width=250),
}
_MOST = 200
_NAME = 19  # characters of a name where two stand in a cell


def draw(found: Comparison) -> None:
    """Draw the table of slices."""
    if not found.slices:
        st.caption("The cases carry no tags, or too few share one. Tags come with a dataset: give it a column called tags.")
        return
    if turned := [each for each in found.slices if each.reversed]:
        tags = ", ".join(dict.fromkeys(each.tag for each in turned))
        page.notice(f"The winner overall does worse on the cases with these tags: {tags}.", "warning")
    ordered = sorted(found.slices, key=lambda each: (not each.reversed, each.p_adjusted, each.tag))
    named = charts.labels(found.names, _NAME)
    rows = [_row(found, each, named) for each in ordered[:_MOST]]
    wide = {
        name: st.column_config.TextColumn(title, width=wording.width([str(row[name]) for row in rows], 150, 280))
        for name, title in (("pair", wording.MINUS), ("says", "Says"))
    }
    tables.table(rows, {**_COLUMNS, **wide}, "slices", alt="Every tag with the difference of each pair on its cases")
    more = f" {counted(len(ordered) - _MOST, 'more row is', 'more rows are')} not shown." if len(ordered) > _MOST else ""
    of = f"all {len(found.slices):,} rows" if len(found.slices) != 1 else "the one row"
    st.caption(f"Score, on the cases of each tag. p is adjusted for {of} (Holm): many slices make false differences.{more}")


def _row(found: Comparison, each: Slice, named: Mapping[str, str]) -> dict[str, object]:
    result = each.result
    return {
        "tag": each.tag,
        "pair": wording.pair(each, named),
        "difference": wording.difference(SCORE, result.difference),
        "interval": wording.interval(SCORE, result.low, result.high),
        "n": result.n,
        "p": wording.p(each.p_adjusted),
        "says": _says(found, each, named),
    }


def _says(found: Comparison, each: Slice, named: Mapping[str, str]) -> str:
    if each.reversed:
        return "⚠ the winner overall loses here"
    if (result := each.result.difference) and each.p_adjusted < 1 - found.options.level:
        return f"◆ {named[each.b if result > 0 else each.a]} is better"
    return "○ no clear difference"
