"""Cell by cell: cases as rows, variants as columns, what differs, what got worse, what failed; a row opens in a drawer."""

from collections.abc import Sequence

import streamlit as st

from pages.measure.compare_parts import drawer, evidence, picking, rows
from pages.measure.compare_parts.evidence import BOTH, ERRORS, GAINED, LOST, NEITHER, WRONG
from pages.parts import address, charts, safe, tables
from pages.parts import format as fmt
from workbench.comparison.model import SCORE, Comparison, Pair
from workbench.runner import reading
from workbench.runner.cells import PASSED, GridCell, GridRow
from workbench.runner.reading import Run
from workbench.store import Store
from workbench.text.counting import counted

_ROWS = 20
_FILTERS = {"all": "All cases", "different": "Different", "regressions": "Regressions", WRONG: "Wrong", ERRORS: "Errors"}
_EITHER = {"failures": "Wrong or error"}  # what older addresses ask for
_OF_A_PAIR = {BOTH: "Both right", GAINED: "Only b right", LOST: "Only a right", NEITHER: "Both wrong"}
_WIDTH, _FIRST, _OTHER = 860, 230, 140
_ROW, _HEAD = 33, 36  # pixels


def draw(store: Store, found: Comparison, run: Run) -> None:
    """Draw one page of the grid under its filters."""
    baseline = found.names.index(found.options.baseline) if found.options.baseline in found.names else 0
    with st.container(horizontal=True, vertical_alignment="bottom"):
        wanted = _filter(run, len(run.variants) > 1)
        pair = picking.pair(found, SCORE) if wanted in _OF_A_PAIR else None
        slot = st.container(width="content")
    positions = _positions(store, found, run, wanted, pair)
    total = reading.grid(store, run.id, wanted, baseline=baseline, limit=0).total if positions is None else len(positions)
    with slot:
        pages = max(1, -(-total // _ROWS))
        number = st.pagination(pages, key=f"grid-page-{wanted}-{baseline}") if pages > 1 else 1
    first = (number - 1) * _ROWS
    if positions is None:
        shown: Sequence[GridRow] = reading.grid(store, run.id, wanted, baseline=baseline, offset=first, limit=_ROWS).rows
    else:
        shown = rows.read(store, run, positions[first : first + _ROWS])
    if not shown:
        st.caption(_none(wanted))
        return
    against = f", worse than under {safe.escape(run.variants[baseline].name)}" if wanted == "regressions" else ""
    st.caption(f"{total:,} of {counted(run.plan.cases, 'case')}{against}")
    opened = tables.table(
        [_row(row, run) for row in shown],
        _columns(shown[0], run),
        "cells",
        open_label="Open",
        height=_HEAD + _ROW * len(shown),
        alt="Cases by variants",
    )
    if opened is not None:
        drawer.show(store, run, int(opened), baseline)


def _filter(run: Run, pairs: bool) -> str:
    """Which cases are shown, from the URL or as pressed since."""
    known = {**_FILTERS, **_EITHER, **(_OF_A_PAIR if pairs and run.plan.score else {})}
    address.follow("show", "all", of=run.id)
    if st.session_state["show"] not in known:
        st.session_state["show"] = "all"
    # What a count of the pair opened is offered as long as it is shown: eight filters would hide the four that matter.
    there = {*_FILTERS} - ({ERRORS} if not run.failed else set()) - ({WRONG} if not run.plan.score else set())
    shown = st.session_state["show"]
    offered = [name for name in known if name in there or name == shown]
    return str(
        st.segmented_control(
            "Show",
            offered,
            default=shown,
            required=True,
            key="show",
            format_func=known.__getitem__,
            on_change=address.say,
            args=("show", "all", run.id),
        )
    )


def _positions(store: Store, found: Comparison, run: Run, wanted: str, pair: Pair | None) -> list[int] | None:
    """The cases that a filter of ours picks; None for those the grid knows itself."""
    if wanted in (WRONG, ERRORS):
        return evidence.wrong(store, run) if wanted == WRONG else evidence.errors(store, run)
    if wanted not in _OF_A_PAIR:
        return None
    if pair is None:
        return []
    held = evidence.series(store, run, found, SCORE, (pair.a, pair.b))
    st.caption(safe.escape(f"a is {charts.labels(found.names)[pair.a]}, b is {charts.labels(found.names)[pair.b]}."))
    return evidence.matching(held, wanted)


def _columns(first: GridRow, run: Run) -> dict[str, object]:
    names = list(first.inputs)[:2]
    expected = first.expected is not None
    # What is left of a page at 1366 goes to the replies; below a readable width the table scrolls sideways.
    left = _WIDTH - _FIRST - _OTHER * (len(names) - 1 + expected)
    wide = max(150, left // max(1, len(run.variants)))
    inputs = {f"in-{name}": st.column_config.TextColumn(safe.plain(name), width=_OTHER if n else _FIRST) for n, name in enumerate(names)}
    right = {"expected": st.column_config.TextColumn("Expected", width=_OTHER)} if expected else {}
    replies = {f"reply-{each.position}": st.column_config.TextColumn(safe.plain(each.name), width=wide) for each in run.variants}
    return {"case": st.column_config.NumberColumn("Case", width=60), **inputs, **right, **replies}


def _row(row: GridRow, run: Run) -> dict[str, object]:
    said: dict[str, object] = {"id": row.position, "case": row.position + 1, "expected": row.expected}
    said |= {f"in-{name}": rows.short(value) for name, value in list(row.inputs.items())[:2]}
    said |= {f"reply-{each.position}": _cell(cell) for each, cell in zip(run.variants, row.cells, strict=True)}
    return said


def _cell(cell: GridCell | None) -> str:
    if cell is None:
        return "… not finished"
    if cell.failed and cell.failed == cell.finished:
        return f"⚠ ERROR {cell.error_type or ''}: {rows.short(cell.error_message)}"
    mark = "" if cell.score is None else ("✓ PASS " if cell.score >= PASSED else "✕ FAIL ")
    share = f"{fmt.percent(cell.score)} of {cell.finished} " if cell.finished > 1 and cell.score is not None else ""
    return f"{mark}{share}{rows.short(cell.reply or '(empty)')}"


def _none(wanted: str) -> str:
    return {
        "different": "Every variant did the same on every case.",
        "regressions": "No variant did worse than the baseline on any case.",
        WRONG: "No reply was wrong.",
        ERRORS: "No cell failed.",
        "failures": "No cell failed.",
        **dict.fromkeys(_OF_A_PAIR, "No case of this pair is like that."),
    }.get(wanted, "No case has finished.")
