"""Imports that were made before: what became of each, its report, a way to let one that was broken off go on, and one to take it back."""

from pathlib import Path

import streamlit as st

from pages.parts import format as fmt
from pages.parts import page, safe, session, tables
from pages.watch.import_parts import going
from workbench.errors import NotFound
from workbench.ledger import importers
from workbench.ledger.importers import Imported, jobs
from workbench.store import Store
from workbench.text.counting import counted

_STATES = {"finished": "Finished", "stopped": "Stopped", "running": "Broken off", "failed": "Failed"} | {
    "undoing": "Being taken back",
    "undone": "Taken back",
}
_COLUMNS = {
    "file": "File",
    "kind": "Format",
    "when": "Last",
    "taken": "Taken",
    "there": "There already",
    "not_taken": "Not taken",
    "state": "State",
}


def draw(store: Store, at_work: str) -> None:
    """Draw the list; `at_work` is the path of the file that is being imported just now."""
    made = importers.latest(store)
    if not made:
        return
    st.header("Earlier imports", anchor=False)
    rows = [_row(one, at_work) for one in made]
    tables.table(rows, _COLUMNS, "imports", on_select=_open, open_label="Report", alt="Earlier imports, the newest first")
    if chosen := session.query("import"):
        _chosen(store, chosen, at_work)


def _chosen(store: Store, chosen: str, at_work: str) -> None:
    try:
        one = importers.get(store, chosen)
    except NotFound as error:
        page.problem(error)
        return
    with st.container(border=True, key="import-chosen"):
        going.report(one, "earlier")
        if one.path == at_work and at_work:
            return
        with st.container(horizontal=True):
            _ways_on(store, one)


def _ways_on(store: Store, one: Imported) -> None:
    if one.state == "undoing":
        if st.button("Go on taking it back", key="import-back-on", type="primary", icon=":material/undo:"):
            _take_back(store, one)
        return
    there = bool(one.path) and Path(one.path).is_file()
    if one.state in ("stopped", "running", "failed"):
        if there and st.button("Go on", key="import-resume", type="primary", icon=":material/resume:"):
            st.session_state[going.MINE] = one.path
            jobs.start(store, Path(one.path), name=one.name, format_=one.format, mapping=one.mapping)
            st.rerun()
        if not there:
            st.caption(safe.escape("The file is not here any more: give it once more, and it goes on where it was."))
    if one.taken and one.state != "undone" and st.button("Take it back …", key="import-back", icon=":material/undo:"):
        _ask(store, one)


def _ask(store: Store, one: Imported) -> None:
    @st.dialog("Take this import back?", width="small")
    def ask() -> None:
        calls = counted(one.taken, "call goes, with its", "calls go, with their")
        st.write(safe.escape(f"{one.name}: {calls} texts, notes and ratings, and out of every chart.", limit=600))
        st.caption("Calls that were there before it stay. Afterwards the file can come in again, with other columns.")
        if st.button("Take it back", key="import-back-now", type="primary"):
            _take_back(store, one)

    ask()


def _take_back(store: Store, one: Imported) -> None:
    st.session_state[going.MINE] = str(jobs.take_back(store, one.id).path)
    st.rerun()


def _open(import_id: str) -> None:
    st.query_params["import"] = import_id


def _row(one: Imported, at_work: str) -> dict[str, object]:
    state = "At work" if one.state == "running" and one.path == at_work else _STATES.get(one.state, one.state)
    return {
        "id": one.id,
        "file": one.name,
        "kind": one.format,
        "when": fmt.ago(one.updated_ms),
        "taken": fmt.number(one.taken),
        "there": fmt.number(one.duplicates),
        "not_taken": fmt.number(one.skipped),
        "state": state + (", cut off" if one.report.broken else ""),
    }
