"""Cell by cell: cases as rows, variants as columns, what differs, what got worse, what failed; a row opens in a drawer."""

import streamlit as st

from pages.measure.compare_parts import drawer
from pages.parts import address, safe, tables
from pages.parts import format as fmt
from pages.parts.choosing import choose
from workbench.runner import reading
from workbench.runner.cells import PASSED, GridCell, GridRow
from workbench.runner.reading import Run
from workbench.store import Store

_ROWS = 20
_FILTERS = {"all": "All cases", "different": "Different", "regressions": "Regressions", "failures": "Failures"}
_CUT = 160
_WIDTH, _FIRST, _OTHER = 860, 230, 140
_ROW, _HEAD = 33, 36  # pixels


def draw(store: Store, run: Run) -> None:
    """Draw one page of the grid under its filters."""
    st.header("Case by case", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        wanted = _filter(run)
        baseline = choose(
            "Baseline", range(len(run.variants)), "baseline", say=lambda n: run.variants[n].name, default=0,
            help="Regressions are cases in which another variant did worse than this one; the word diff starts from it.",
        ) or 0  # fmt: skip
        slot = st.container(width="content")
    total = reading.grid(store, run.id, wanted, baseline=baseline, limit=0).total
    with slot:
        pages = max(1, -(-total // _ROWS))
        number = st.pagination(pages, key=f"grid-page-{wanted}-{baseline}") if pages > 1 else 1
    found = reading.grid(store, run.id, wanted, baseline=baseline, offset=(number - 1) * _ROWS, limit=_ROWS)
    if not found.rows:
        st.caption(_none(wanted))
        return
    st.caption(f"{total:,} of {run.plan.cases:,} cases")
    opened = tables.table(
        [_row(row, run) for row in found.rows],
        _columns(found.rows[0], run),
        "cells",
        open_label="Open",
        height=_HEAD + _ROW * len(found.rows),
        alt="Cases by variants",
    )
    if opened is not None:
        drawer.show(store, run, int(opened), baseline)


def _filter(run: Run) -> str:
    """Which cases are shown, from the URL or as pressed since."""
    address.follow("show", "all", of=run.id)
    if st.session_state["show"] not in _FILTERS:
        st.session_state["show"] = "all"
    options = {"format_func": _FILTERS.__getitem__, "required": True, "on_change": address.say, "args": ("show", "all", run.id)}
    return str(st.segmented_control("Show", list(_FILTERS), key="show", **options))


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
    said |= {f"in-{name}": _short(value) for name, value in list(row.inputs.items())[:2]}
    said |= {f"reply-{each.position}": _cell(cell) for each, cell in zip(run.variants, row.cells, strict=True)}
    return said


def _cell(cell: GridCell | None) -> str:
    if cell is None:
        return "… not finished"
    if cell.failed and cell.failed == cell.finished:
        return f"⚠ ERROR {cell.error_type or ''}: {_short(cell.error_message)}"
    mark = "" if cell.score is None else ("✓ PASS " if cell.score >= PASSED else "✕ FAIL ")
    share = f"{fmt.percent(cell.score)} of {cell.finished} " if cell.finished > 1 and cell.score is not None else ""
    return f"{mark}{share}{_short(cell.reply or '(empty)')}"


def _short(value: object) -> str:
    line = " ".join(str(value).split())
    return line if len(line) <= _CUT else line[: _CUT - 1] + "…"


def _none(wanted: str) -> str:
    return {
        "different": "Every variant did the same on every case.",
        "regressions": "No variant did worse than the baseline on any case.",
        "failures": "No cell failed.",
    }.get(wanted, "No case has finished.")
