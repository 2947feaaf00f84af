"""The head of a plan: its name, whether it is kept, the way back, what else can be done; the question where somebody saved meanwhile."""

import re

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.handover.plan_parts import desk as desks
from pages.handover.plan_parts import listing, moves
from pages.handover.plan_parts.desk import Desk
from pages.parts import address, confirm, page, safe, session
from workbench.errors import WorkbenchError
from workbench.export.plans import csv_file, keeping
from workbench.store import Store

_NAME_ERROR = "_plan-name-error"


def draw(store: Store, desk: Desk, slot: DeltaGenerator) -> None:
    """Draw the name and the state; Undo and the rest into `slot`."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="plan-head"):
        st.button("All plans", icon=":material/arrow_back:", type="tertiary", key="plan-back", on_click=listing.close)
        with st.container(width=340, gap="xsmall"):
            key = f"plan-name-{desk.rev}"
            st.text_input("Name", value=desk.plan.name, key=key, max_chars=200, on_change=_rename, args=(store, desk, key))
            if said := st.session_state.get(_NAME_ERROR):
                st.markdown(f":red[:material/error: {safe.escape(said)}]")
        _state(desk)
    with slot:
        st.button(
            "Undo", icon=":material/undo:", key="plan-undo", disabled=not (desk.wrong or desk.kept.earlier), on_click=moves.undo,
            args=(desk,), help="Take the last change back.",
        )  # fmt: skip
        if desk.redo:
            st.button("Redo", icon=":material/redo:", key="plan-redo", on_click=moves.again, args=(desk,))
        _more(store, desk)
    _conflict(desk)


def _state(desk: Desk) -> None:
    if desk.conflict is not None:
        st.badge("Changed elsewhere", icon=":material/sync_problem:", color="red")
    elif desk.wrong:
        st.badge(f"{len(desk.wrong)} to mend, the rest is saved", icon=":material/error:", color="red")
    elif desk.problem is not None:
        st.badge("Not saved", icon=":material/error:", color="red")
        st.button("Save again", key="plan-save-again", on_click=desks.keep, args=(desk, desk.plan))
    else:
        st.badge("Saved", icon=":material/check:", color="green")


def _conflict(desk: Desk) -> None:
    if desk.problem is not None:
        page.problem(desk.problem)
    if desk.conflict is None:
        return
    page.notice("Somebody else changed this plan meanwhile. What you typed since is still here, and not saved.", "warning")
    with st.container(horizontal=True):
        st.button("Save mine on top", key="plan-mine", icon=":material/save:", on_click=moves.mine, args=(desk,))
        st.button("Take theirs, discard mine", key="plan-theirs", icon=":material/undo:", on_click=moves.theirs, args=(desk,))


def _more(store: Store, desk: Desk) -> None:
    name = desk.kept.plan.name
    with st.popover("More", icon=":material/more_horiz:", key="plan-more"):
        st.button("Duplicate", icon=":material/content_copy:", key="plan-duplicate", on_click=_duplicate, args=(store, name))
        _download(desk, "YAML", keeping.to_text(desk.plan), ".yaml")
        _download(desk, "Tasks as CSV", csv_file.write(desk.plan), ".csv")
        _download(desk, "Everything as CSV", csv_file.write(desk.plan, "all"), "-all.csv")
        if st.button("Delete", icon=":material/delete:", key="plan-delete"):
            warning = f"The plan and its {desk.kept.earlier} earlier states go for good. Exports of it stay where they are."
            confirm.delete("plan", name, warning, lambda: _delete(store, name))


def _download(desk: Desk, label: str, text: str, ending: str) -> None:
    slug = re.sub(r"[^a-z0-9]+", "-", desk.plan.name.lower()).strip("-")[:80] or "plan"
    mime = "text/csv" if ending.endswith("csv") else "application/yaml"
    st.download_button(
        label, data=text.encode("utf-8", "replace"), file_name=slug + ending, mime=mime, key=f"plan-file{ending}",
        icon=":material/download:", on_click="ignore",
    )  # fmt: skip


def _rename(store: Store, desk: Desk, key: str) -> None:
    new = str(st.session_state.get(key) or "")
    st.session_state.pop(_NAME_ERROR, None)
    if new.strip() == desk.kept.plan.name:
        return
    try:
        kept = keeping.rename(store, desk.kept.plan.name, new)
    except WorkbenchError as error:
        place = getattr(error, "place", "")
        st.session_state[_NAME_ERROR] = f"{error.message.removeprefix(f'{place}: ')}. {error.hint}".replace("..", ".").strip()
        return
    moves.renamed(desk, kept)
    address.change({listing.PLAN: kept.plan.name})


def _duplicate(store: Store, name: str) -> None:
    try:
        kept = keeping.duplicate(store, name, keeping.free_name(store, f"{name[:190]} copy"))
    except WorkbenchError as error:
        session.flash(f"{error} {error.hint}".strip(), "error")
        return
    listing.open_plan(kept.plan.name)
    session.flash("This is the copy.")


def _delete(store: Store, name: str) -> None:
    keeping.remove(store, name)
    listing.close()
