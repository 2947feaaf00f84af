"""Scenarios side by side: the one at hand and others that are saved or ship; a table, their waterfalls, their months."""

import streamlit as st

from pages.parts import curves, figures, safe, tables
from pages.parts import format as fmt
from pages.spend.whatif_parts import ahead, library, steps, taking, wording
from pages.spend.whatif_parts.desk import Desk
from workbench.cost import comparing
from workbench.cost.comparing import AFTER, BEFORE, SAVED, Record, Row
from workbench.cost.outcome import Outcome
from workbench.errors import WorkbenchError
from workbench.store import Store

_MOST = 4
_SECTIONS = ("month", "quality", "latency", "year")
_SIDES = {BEFORE: "now", AFTER: "with it", SAVED: "saved", "": ""}
_NAMED = {
    ("total", BEFORE): "A month now", ("total", AFTER): "A month with it", ("total", SAVED): "Saved a month",
    ("share saved", SAVED): "Saved, share of a month now", ("calls", BEFORE): "Calls a month, now",
    ("calls", AFTER): "Calls a month, with it", ("per call", BEFORE): "Cost of a call, now", ("per call", AFTER): "Cost of a call, with it",
}  # fmt: skip
_TEXT = st.column_config.TextColumn
_KEY = "whatif-others"


def draw(store: Store, desk: Desk, outcome: Outcome | None) -> None:
    """Draw the choice of others and what they come to beside this one."""
    offered = [each for each in library.options(store) if each not in (desk.origin, library.NEW)]
    chosen = st.multiselect(
        "Beside this scenario", offered, key=_KEY, max_selections=_MOST, format_func=lambda each: safe.plain(library.said(each)),
        placeholder="Choose up to four", persist_state="session",
    )  # fmt: skip
    if not offered:
        st.caption("Save this scenario under a name, change it, and save it under another: then the two stand here side by side.")
    outcomes = [outcome] if outcome is not None else []
    for option in chosen:
        try:
            outcomes.append(_worked(store, option))
        except WorkbenchError as error:
            st.caption(f":material/error: {safe.escape(library.said(option))}: {safe.escape(error)}")
    if not outcomes:
        return
    _table(outcomes)
    if len(outcomes) > 1:
        _lines(outcomes)
        for number, each in enumerate(outcomes):
            steps.draw(each, f"waterfall-{number}", each.scenario.name)
        st.caption("Take the comparison along")
        taking.draw(desk, outcomes, "compared")


def _worked(store: Store, option: str) -> Outcome:
    from workbench.cost import working

    return working.work_out(store, library.scenario(store, option))


def _table(outcomes: list[Outcome]) -> None:
    names = comparing.titles(outcomes)
    found = [row for row in comparing.side_by_side(outcomes) if row.section in _SECTIONS and _tells(row)]
    rows = [{"what": _what(row), **{f"s{n}": said(cell) for n, cell in enumerate(row.cells)}} for row in found]
    columns = {"what": _TEXT("Figure", width=200, pinned=True)} | {
        f"s{n}": _TEXT(safe.plain(name), width=210) for n, name in enumerate(names)
    }
    tables.table(rows, columns, "side-by-side", alt="Scenarios side by side: cost, quality and latency")


def _tells(row: Row) -> bool:
    """Whether there is anything in the row: none unpriced says nothing."""
    return any(cell is not None and (cell.value or row.item != "unpriced calls") for cell in row.cells)


def _what(row: Row) -> str:
    side = _SIDES.get(row.side, row.side)
    return _NAMED.get((row.item, row.side)) or f"{row.item.capitalize()}{f', {side}' if side else ''}"


def said(record: Record | None) -> str:
    """A figure with its range, in its unit."""
    if record is None:
        return fmt.NONE
    if record.value is None:
        return record.text or "unknown"
    value = float(record.value)
    if record.unit == "usd":
        ranged = f" ({wording.usd(record.low)} to {wording.usd(record.high)})" if record.low is not None and record.high is not None else ""
        return f"{wording.usd(record.value)}{ranged}"
    if record.unit == "share":
        ranged = (
            f" ({wording.share(record.low)} to {wording.share(record.high)})" if record.low is not None and record.high is not None else ""
        )
        return f"{wording.share(record.value)}{ranged}"
    return fmt.ms(value) if record.unit == "ms" else f"{value:.2f}" if record.unit == "ratio" else wording.count(record.value)


def _lines(outcomes: list[Outcome]) -> None:
    title = "Cost of each of the months ahead, with p5 to p95"
    dashes = ("solid", "dash", "dot", "dashdot", "longdash")
    drawn = [
        ahead.line(name, each.months, dashes[number % len(dashes)])
        for number, (name, each) in enumerate(zip(comparing.titles(outcomes), outcomes, strict=True))
    ]
    figure = curves.lines(title, drawn, x_title="Month from now", y_title="Dollars a month")
    ahead.ground(figure, max(len(each.months) for each in outcomes))
    figures.show(figure, "compared-months", f"{title}. {'; '.join(headline(each) for each in outcomes)}")


def headline(outcome: Outcome) -> str:
    """A scenario's answer for the words beside the chart."""
    return f"{outcome.scenario.name}: {wording.total(comparing.total(outcome.after))} a month"
