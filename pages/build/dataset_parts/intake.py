"""The way in: a file or pasted rows, what they hold, which column is what, and the import itself. Nothing is saved before the button."""

import re
from pathlib import PurePath
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.build.dataset_parts import heading, mapping, source, ways
from pages.parts import page, safe, session, tables
from workbench.datasets import importing, registry
from workbench.datasets.importing import ColumnMap, ImportReport, Options, Preview
from workbench.errors import WorkbenchError
from workbench.store import Store
from workbench.text.counting import counted

_MOST_COLUMNS = 30
_CUT = 300


def draw(store: Store) -> None:
    """Draw the import, step by step: a source, a look into it, a name and a mapping."""
    slot = page.start(
        "Import a dataset", subtitle="Every row becomes a case, every column an input. You see what is in it before anything is saved."
    )
    st.button("All datasets", icon=":material/arrow_back:", key="back", type="tertiary", on_click=ways.to_list)
    left, right = st.columns([2, 3], gap="large")
    with left:
        given = source.draw()
    if given is None:
        with slot:
            st.button("Import", type="primary", disabled=True, key="import-now", icon=":material/upload:")
        with right:
            source.what_can_come()
        return
    try:
        with left:
            _look(store, slot, left, right, given)
    except WorkbenchError as error:
        with right:
            page.problem(error)


def _look(store: Store, slot: DeltaGenerator, left: DeltaGenerator, right: DeltaGenerator, given: source.Given) -> None:
    with left:
        suggested = registry_name(given.filename) if session.query("dataset") == "" else session.query("dataset")
        name = st.text_input("Name of the dataset", value=suggested, key=f"import-name-{given.filename}", max_chars=200)
        there = registry.exists(store, name)
        replace = st.checkbox("Put these cases in the place of those it has", key="import-replace") if there else False
        options = mapping.options(given.filename)
    preview = importing.read(given.content, given.filename, options=options)
    with left:
        chosen = mapping.draw(preview, of=given.filename)
        about = {} if there else _about()
    with right:
        _preview(preview, chosen)
        if there and not replace:
            page.notice(f"There is a dataset {name.strip()} already: choose another name, or put these cases in its place.", "warning")
    with slot:
        ready = bool(name.strip()) and (not there or replace)
        pressed = st.button("Import", type="primary", icon=":material/upload:", key="import-now", disabled=not ready)
    if pressed:
        with right:
            _import(store, name, given, chosen, options, replace=replace, **about)


def _about() -> dict[str, str]:
    with st.expander("Description and source"):
        return {
            "description": st.text_area("Description", key="import-description", height=70, max_chars=4000),
            "attribution": st.text_input("Source and licence", key="import-attribution", max_chars=1000),
        }


def _preview(preview: Preview, chosen: ColumnMap) -> None:
    st.markdown("**The first rows**")
    st.caption(safe.escape(heading.how(preview.format, preview.encoding, preview.delimiter)))
    shown = preview.columns[:_MOST_COLUMNS]
    roles = {chosen.expected: "expected reply", chosen.tags: "tags", chosen.split: "split"}
    columns = {f"c{n}": st.column_config.TextColumn(_titled(name, roles.get(name)), width=220) for n, name in enumerate(shown)}
    rows = [{f"c{n}": row.get(name, "")[:_CUT] for n, name in enumerate(shown)} for row in preview.rows[:10]]
    tables.table(rows, columns, "preview", alt="The first rows of what will be imported")
    if len(preview.columns) > _MOST_COLUMNS:
        st.caption(f"… and {counted(len(preview.columns) - _MOST_COLUMNS, 'more column')}.")
    for note in preview.notes:
        page.notice(note, "info")
    for row, why in preview.skipped[:5]:
        st.caption(safe.escape(f"Row {row} will be skipped: it {why}"))


def _titled(name: str, role: str | None) -> str:
    return safe.plain(f"{name} ({role})" if role else name)


def _import(store: Store, name: str, given: source.Given, chosen: ColumnMap, options: Options, **how: Any) -> None:
    bar = st.progress(0.0, text="Reading …")
    st.caption("Leaving this page stops the import; nothing of it is kept then.")

    def tell(share: float, taken: int) -> None:
        bar.progress(share, text=f"{counted(taken, 'row')} taken")

    with page.guard():
        report = importing.load(store, name, given.content, chosen, filename=given.filename, options=options, progress=tell, **how)
        _arrive(report)


def _arrive(report: ImportReport) -> None:
    st.session_state[heading.REPORT] = report
    st.session_state["upload-turn"] = st.session_state.get("upload-turn", 0) + 1
    ways.to_dataset(report.dataset)
    st.rerun()


def registry_name(filename: str) -> str:
    """A name for the dataset out of the file's: its stem, without what a name cannot begin with."""
    stem = "pasted" if filename == "pasted rows" else PurePath(filename).stem
    return re.sub(r"\s+", "-", "".join(c for c in stem if c.isprintable()).strip(" ~-"))[:200]
