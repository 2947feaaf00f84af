"""Import: calls from elsewhere into the ledger, with a look first. ?import=ID opens the report of an earlier one."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.parts import format as fmt
from pages.parts import page, session
from pages.watch.import_parts import choosing, earlier, going, look, mapping
from workbench.errors import InputError
from workbench.ledger import importers
from workbench.ledger.importers import ColumnMap, jobs
from workbench.store import Store
from workbench.text.counting import counted


def _draw() -> None:
    store = session.store()
    slot = page.start(
        "Import calls", subtitle="From other tools, gateways and logs. You see what is in a file before anything of it is taken."
    )
    job = jobs.latest(store)
    # One that is under way is everybody's; what became of it, of whoever started it.
    if job is not None and (not job.done or st.session_state.get(going.MINE) == str(job.path)):
        going.draw(job)
    left, right = st.columns([2, 3], gap="large")
    with left:
        given = choosing.draw()
    if given is None:
        with slot:
            st.button("Import", type="primary", disabled=True, key="import-now", icon=":material/upload:")
        with right:
            choosing.what_can_come()
    else:
        _look(store, slot, left, right, given)
    earlier.draw(store, str(job.path.resolve()) if job is not None and not job.done else "")


def _look(store: Store, slot: DeltaGenerator, left: DeltaGenerator, right: DeltaGenerator, given: choosing.Given) -> None:
    key = str(given.path)
    try:
        first = importers.preview(given.path)
        with left:
            same = mapping.fixed(key, needed="model" in first.missing)
            chosen = mapping.draw(first, key) if first.mapped else {}
        found = importers.preview(given.path, ColumnMap({name: to for name, to in chosen.items() if to or first.mapped}, same))
    except InputError as error:
        with slot:
            st.button("Import", type="primary", disabled=True, key="import-now", icon=":material/upload:")
        with right:
            page.problem(error)
        return
    with right:
        look.draw(found)
        if hiding := importers.otherwise(store, given.path, found.mapping):
            stay = counted(hiding.taken, "call stays as it is", "calls stay as they are")
            said = f"This file came in before with other columns ({fmt.ago(hiding.updated_ms)}): its {stay}."
            page.notice(f"{said} To read them anew, take that import back first: it is in the list below.", "warning")
    with slot:
        pressed = st.button(
            "Import", type="primary", key="import-now", icon=":material/upload:", disabled=bool(found.missing) or not found.calls
        )
    if pressed:
        jobs.start(store, given.path, name=given.name, format_=found.format, mapping=found.mapping)
        st.session_state[going.MINE] = str(given.path)
        st.session_state["import-turn"] = st.session_state.get("import-turn", 0) + 1
        st.query_params.clear()
        st.rerun()


with page.guard():
    _draw()
