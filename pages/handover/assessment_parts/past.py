"""Earlier self-assessments, and the way back from the last save."""

from typing import Any

import streamlit as st

from pages.handover.assessment_parts import rating
from pages.parts import confirm, safe, session, tables
from workbench.export import assessment, figures
from workbench.export.assessment import Assessment
from workbench.store import Store
from workbench.text.counting import counted

_TAKEN = "_assess-taken"
_SHOWN = 50


def draw(store: Store, person: str, found: list[Assessment]) -> None:
    """The history, newest first, a column an area of the newest one."""
    taken: Assessment | None = st.session_state.get(_TAKEN)
    if taken is not None and taken.person == person:
        _way_back(store, taken)
    if not found:
        return
    st.header("History", anchor=False)
    names = [skill.name for skill in found[0].skills]
    rows = []
    for one in found[:_SHOWN]:
        rated = {skill.name: skill.rating for skill in one.skills}
        row: dict[str, object] = {"id": one.id, "day": figures.day(one.rated_ms)}
        row |= {f"area-{number}": rated.get(name) for number, name in enumerate(names)}
        rows.append(row | {"average": round(one.average, 1), "learning": "; ".join(one.learning), "note": one.note})
    columns: dict[str, Any] = {"day": "Date"} | {f"area-{number}": safe.plain(name) for number, name in enumerate(names)}
    tables.table(
        rows,
        columns | {"average": st.column_config.NumberColumn("Average", format="%.1f"), "learning": "To learn", "note": "Remarks"},
        "assess-history",
        export="self-assessment.csv",
        alt=f"{counted(len(rows), 'assessment')}, newest first",
    )
    if len(found) > _SHOWN:
        st.caption(f"The newest {_SHOWN} of {len(found)}.")
    label = f"Take back the one of {figures.day(found[0].rated_ms)}"
    # A callback knows the assessment that the button named, whatever another window has saved since.
    st.button(label, key="assess-undo", icon=":material/undo:", on_click=_take, args=(store, found[0]))


def _take(store: Store, named: Assessment) -> None:
    def act() -> None:
        st.session_state[_TAKEN] = assessment.undo(store, named)
        rating.anew(named.person)

    confirm.act_and_say(f"Took back the assessment of {figures.day(named.rated_ms)}.", act)


def _way_back(store: Store, taken: Assessment) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="assess-way-back"):
        st.markdown(f":material/undo: The assessment of {figures.day(taken.rated_ms)} was taken back.")
        if st.button("Put it back", key="assess-restore"):
            session.flash(f"Put back the assessment of {figures.day(taken.rated_ms)}.")
            assessment.restore(store, taken)
            del st.session_state[_TAKEN]
            rating.anew(taken.person)
            st.rerun()
