"""The plans there are, and how a new one begins: from one of the four that ship, from a file, or empty."""

from datetime import UTC, datetime

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.handover.plan_parts import desk
from pages.parts import address, safe, session
from pages.parts import format as fmt
from pages.parts.tables import table
from workbench import clock
from workbench.errors import WorkbenchError
from workbench.export.plans import keeping, shipped
from workbench.export.plans.model import Plan
from workbench.store import Store

_PAGE = 50
_LARGEST = 1_000_000
PLAN, VIEW, ERROR = "plan", "view", "_plan-new-error"


def draw(store: Store, slot: DeltaGenerator) -> None:
    """Draw the list, and in `slot` the way to a new plan."""
    if not keeping.count(store):
        _nothing()
        return
    with slot:
        _new()
    words = address.words("search", "A part of the name")
    address.settle()
    found = keeping.page(store, search=words, limit=_PAGE + 1)
    if not found:
        st.caption("No plan is called like this.")
        return
    now_ms = clock.now_ms()
    rows = [
        {
            "id": one.name,
            "name": one.name,
            "owner": one.owner,
            "tasks": _done(one),
            "metrics": one.metrics,
            "changed": fmt.ago(one.updated_ms, now_ms),
        }
        for one in found[:_PAGE]
    ]
    headings = {"name": "Plan", "owner": "Owner", "tasks": "Tasks done", "metrics": "Metrics", "changed": "Changed"}
    table(rows, headings, "plans", on_select=open_plan, alt="The plans there are")
    if len(found) > _PAGE:
        st.caption(f"The first {_PAGE} by name. Search for the others.")


def _done(one: keeping.Listing) -> str:
    return f"{one.done} of {one.tasks}" if one.tasks else ""


def _nothing() -> None:
    address.settle()
    with st.container(border=True, horizontal_alignment="center", key="empty-plans"):
        st.space("small")
        st.header("No plan yet", anchor=False, text_alignment="center")
        st.caption(
            "A plan says what is built, for whom, with which prompts, by when, and how success is told. Its metrics follow your data. "
            "Begin with one of these:",
            text_alignment="center",
        )
        starts("empty", primary=True)
        st.space("small")


def _new() -> None:
    with st.popover("New plan", icon=":material/add:", type="primary", key="plan-new"):
        starts("new")


def starts(key: str, *, primary: bool = False) -> None:
    """The plans that ship as buttons, an empty one, and one out of a file."""
    columns = st.columns(2) if primary else [st.container(), st.container()]
    for number, one in enumerate(shipped.STARTS):
        with columns[number % 2]:
            kind = "primary" if primary and not number else "secondary"
            st.button(one.title, key=f"plan-{key}-{one.key}", type=kind, width="stretch", help=one.about, on_click=_begin, args=(one.key,))
    with st.container(horizontal=True, horizontal_alignment="center"):
        st.button("Empty plan", key=f"plan-{key}-none", type="tertiary", icon=":material/note_add:", on_click=_begin, args=("",))
    with st.expander("From a file", icon=":material/upload_file:"):
        st.file_uploader(
            "Plan as YAML or JSON", type=["yaml", "yml", "json"], key=f"plan-{key}-file", on_change=_take, args=(f"plan-{key}-file",)
        )
        error = st.session_state.get(ERROR)
        if error:
            st.markdown(f":red[:material/error: {safe.escape(error, limit=800)}]")


def _begin(start: str) -> None:
    """Make a plan and open it. For a callback."""
    store = session.store()
    today = datetime.fromtimestamp(clock.now_ms() / 1000, UTC).date()
    monday = shipped.next_monday(today)
    plan = shipped.begin(start, first_day=monday) if start else Plan("New plan", start=monday)
    _make(store, plan, "overview" if start else "problem")


def _take(key: str) -> None:
    file = st.session_state.get(key)
    st.session_state.pop(ERROR, None)
    if file is None:
        return
    try:
        plan = keeping.from_text(file.getvalue().decode("utf-8-sig"))
    except UnicodeDecodeError:
        st.session_state[ERROR] = "The file is not text in UTF-8. Save it as UTF-8."
    except WorkbenchError as error:
        st.session_state[ERROR] = f"{error}. {error.hint}".strip()
    else:
        _make(session.store(), plan, "overview")


def _make(store: Store, plan: Plan, view: str) -> None:
    from dataclasses import replace

    try:
        kept = keeping.create(store, replace(plan, name=keeping.free_name(store, plan.name)))
    except WorkbenchError as error:
        session.flash(f"{error} {error.hint}".strip(), "error")
        return
    open_plan(kept.plan.name, view)


def open_plan(name: str, view: str = "overview") -> None:
    """Show a plan. For a callback."""
    desk.leave()
    address.change({PLAN: name, VIEW: None if view == "overview" else view, "search": None})


def close() -> None:
    """Show the list. For a callback."""
    desk.leave()
    address.change({PLAN: None, VIEW: None})
