"""Cases in a grid: fifty at a time, edited in place, saved together, taken back with one press. Nothing is written before Save."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.build.dataset_parts import case, conflict, filters, saving
from pages.build.dataset_parts.edits import Shot, pending, read
from pages.parts import safe
from workbench.datasets import finding
from workbench.datasets.cases import Dataset
from workbench.store import Store
from workbench.text.counting import counted

ROWS = 50


def draw(store: Store, dataset: Dataset, slot: DeltaGenerator) -> None:
    """Draw the filters, one page of the grid, and Save in `slot`."""
    kept = _kept(dataset)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        wanted = filters.draw(store, dataset, disabled=kept is not None)
        number = _pages(store, dataset, wanted, kept)
        saving.undo_button(dataset, disabled=kept is not None)
    shot = kept or _shoot(store, dataset, wanted, number)
    if kept is not None and kept.dataset.revision != dataset.revision:
        conflict.draw(store, dataset, kept, read(st.session_state[kept.key], kept))
        with st.container(horizontal=True):
            st.button("Save mine on top", key="on-top", icon=":material/save:", on_click=saving.save, args=(kept, dataset.revision))
            st.button("Take theirs, discard mine", key="take-theirs", icon=":material/undo:", on_click=saving.discard)
    _editor(shot)
    _buttons(slot, shot, stale=kept is not None and kept.dataset.revision != dataset.revision)
    _foot(store, shot)


def _kept(dataset: Dataset) -> Shot | None:
    """The page that is being edited: it stays as it was, whatever is saved elsewhere meanwhile."""
    shot: Shot | None = st.session_state.get(saving.SHOT)
    if shot is None or (shot.dataset.id != dataset.id and shot.dataset.name != dataset.name):
        return None
    return shot if pending(st.session_state.get(shot.key)) else None


def _shoot(store: Store, dataset: Dataset, wanted: finding.Wanted, number: int) -> Shot:
    offset = (number - 1) * ROWS
    found = finding.page(store, dataset.name, wanted, offset=offset, limit=ROWS)
    shot = Shot(dataset, wanted, offset, found.total, found.cases, saving.turn())
    st.session_state[saving.SHOT] = shot
    return shot


def _pages(store: Store, dataset: Dataset, wanted: finding.Wanted, kept: Shot | None) -> int:
    """The number of the page of cases; it cannot be turned while edits wait."""
    total = kept.total if kept else dataset.cases if wanted == finding.ALL else finding.page(store, dataset.name, wanted, limit=0).total
    pages = max(1, -(-total // ROWS))
    if pages == 1:
        return 1
    return int(st.pagination(pages, key=f"cases-page-{hash((dataset.name, wanted))}", disabled=kept is not None))


def _editor(shot: Shot) -> None:
    long = shot.long_columns()
    names = shot.dataset.columns
    columns: dict[str, object] = {"case": st.column_config.NumberColumn("Case", disabled=True, width=70, pinned=True)}
    columns |= {
        f"c{n}": st.column_config.TextColumn(safe.plain(name), width=_width(n, len(names)), disabled=f"c{n}" in long)
        for n, name in enumerate(names)
    }
    columns["expected"] = st.column_config.TextColumn("Expected reply", width=140, disabled="expected" in long)
    columns["tags"] = st.column_config.TextColumn("Tags", width=120, help="Separated by commas")
    columns["split"] = st.column_config.TextColumn("Split", width=90)
    st.data_editor(
        shot.frame(),
        key=shot.key,
        hide_index=True,
        num_rows="dynamic",
        column_config=columns,
        height=min(370, 36 * (len(shot.cases) + 2) + 4),
        placeholder="",
    )
    if long:
        st.caption("A column that holds more than 2,000 characters in a cell of this page is edited case by case: open one below.")


def _width(n: int, count: int) -> int:
    """The first input is what one reads: it gets the room, the others enough."""
    return 480 if count == 1 else 320 if n == 0 else 175


def _buttons(slot: DeltaGenerator, shot: Shot, *, stale: bool) -> None:
    count = pending(st.session_state.get(shot.key))
    with slot:
        if count:
            st.button("Discard", key="discard", icon=":material/undo:", on_click=saving.discard)
        word = f"Save {counted(count, 'change')}" if count else "Save"
        st.button(word, type="primary", key="save", icon=":material/save:", disabled=not count or stale, on_click=saving.save, args=(shot,))


def _foot(store: Store, shot: Shot) -> None:
    first, last = shot.offset + 1, shot.offset + len(shot.cases)
    waiting = pending(st.session_state.get(shot.key))
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        if waiting:
            st.caption("Unsaved changes. Save or discard them to search or turn the page.", width="content")
        elif shot.cases:
            st.caption(f"Cases {first:,} to {last:,} of {shot.total:,}. Write into the last row to add one.", width="content")
        else:
            st.caption("No case is like this. Change the filters, or write into the empty row to add one.", width="content")
        if shot.cases and not waiting:
            with st.container(horizontal=True, width="content", vertical_alignment="center"):
                number = st.selectbox(
                    "Case to open",
                    [each.position + 1 for each in shot.cases],
                    key=f"open-{shot.key}",
                    width=110,
                    label_visibility="collapsed",
                )
                if st.button("Open case", key="open-case", icon=":material/open_in_full:", type="tertiary"):
                    case.show(store, shot.dataset, next(each for each in shot.cases if each.position + 1 == number), saving.remember)
